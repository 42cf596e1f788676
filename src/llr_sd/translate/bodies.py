"""Right-hand sides: stocks, tables and plain expressions, and the numbers of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from llr_sd.equations import Body
from llr_sd.translate.scope import Scope
from llr_sd.translate.tables import points, stock

_ROLES = {
    "LookupsStructure": "lookup",
    "GetLookupsStructure": "lookup",
    "GetDataStructure": "data",
    "DataStructure": "data",
}


def role(tree: Any) -> str:
    """Return "lookup", "data" or "normal": what a variable with this right-hand side is to those that read it."""
    return _ROLES.get(type(tree).__name__, "normal")


def body(tree: Any, scope: Scope) -> Body:
    """Translate a right-hand side that is no list of numbers and comes from no spreadsheet."""
    kind = type(tree).__name__
    if kind == "LookupsStructure":
        return points(tree, scope)
    if kind == "IntegStructure":
        return stock(tree, scope)
    if kind == "DataStructure":
        raise scope.not_supported("has no equation, inside a macro.", "Give the macro its series as an argument.")
    if isinstance(tree, np.ndarray):
        raise scope.refuse(f"{tree.size} numbers are given for one value.", "Give one number, or subscripts on the left.")
    return scope.of(tree)
