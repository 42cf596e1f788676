"""The right-hand sides that are no expressions: lookups written as points, and stocks."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Stock, Table
from llr_sd.translate.arity import count_message
from llr_sd.translate.scope import Scope


def points(tree: Any, scope: Scope) -> Table:
    """Return the table of a lookup written as points, in rising order of x."""
    x, y = tuple(map(float, tree.x)), tuple(map(float, tree.y))
    if len(x) != len(y) or not x:
        raise scope.refuse(f"the lookup has {len(x)} x values and {len(y)} y values.", "Give each point an x and a y.")
    if len(set(x)) != len(x):
        twice = next(v for i, v in enumerate(x) if v in x[:i])
        raise scope.refuse(f"the lookup has two points at x = {twice:g}.", "Move one of them slightly.")
    return Table(x, y, tree.type)


def stock(tree: Any, scope: Scope) -> Stock:
    """Return the stock of an INTEG or of an XMILE stock."""
    if not isinstance(tree.non_negative, bool):
        # PySD takes a third argument of INTEG for its own mark of stocks that cannot fall below zero.
        raise scope.refuse(*count_message("INTEG", "flow, initial", 3))
    return Stock(scope.of(tree.flow), scope.of(tree.initial), tree.non_negative)
