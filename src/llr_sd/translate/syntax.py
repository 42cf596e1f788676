"""Syntax trees of equations as they are read: names still text, numbers plain floats.

Kinds and fields are those of PySD's abstract syntax, so that both are understood; PySD itself takes most of a second to import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Tree = Any  # one of the classes here, a number, or an array of numbers


@dataclass(slots=True)
class ArithmeticStructure:
    """Operands with the operators between them, all of one rank; or one operand and "negative"."""

    operators: Sequence[str]
    arguments: Sequence[Tree]


@dataclass(slots=True)
class LogicStructure:
    """Operands with the comparisons or logical operators between them."""

    operators: Sequence[str]
    arguments: Sequence[Tree]


@dataclass(slots=True)
class SubscriptsReferenceStructure:
    """Subscripts as written."""

    subscripts: tuple[str, ...]


@dataclass(slots=True)
class ReferenceStructure:
    """A name, and its subscripts where it has any."""

    reference: str
    subscripts: SubscriptsReferenceStructure | None = None


@dataclass(slots=True)
class CallStructure:
    """A function, macro or lookup with its arguments."""

    function: ReferenceStructure
    arguments: tuple[Tree, ...]


@dataclass(slots=True)
class FunctionStructure:
    """A function of the table, by its key there, whatever else has that name in a model."""

    key: str
    arguments: Sequence[Tree]


@dataclass(slots=True)
class IntegStructure:
    """A stock."""

    flow: Tree
    initial: Tree
    non_negative: bool = False


@dataclass(slots=True)
class LookupsStructure:
    """Points of a lookup; `type` is "interpolate", "extrapolate" or "hold_backward"."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    x_limits: tuple[float | None, float | None]
    y_limits: tuple[float | None, float | None]
    type: str


@dataclass(slots=True)
class InlineLookupsStructure:
    """WITH LOOKUP."""

    argument: Tree
    lookups: LookupsStructure


@dataclass(slots=True)
class DataStructure:
    """A data variable without an equation."""


@dataclass(slots=True)
class GetLookupsStructure:
    """GET XLS LOOKUPS and GET DIRECT LOOKUPS."""

    file: str
    tab: str
    x_row_or_col: str
    cell: str


@dataclass(slots=True)
class GetDataStructure:
    """GET XLS DATA and GET DIRECT DATA."""

    file: str
    tab: str
    time_row_or_col: str
    cell: str


@dataclass(slots=True)
class GetConstantsStructure:
    """GET XLS CONSTANTS and GET DIRECT CONSTANTS."""

    file: str
    tab: str
    cell: str


OF_FILES: Mapping[str, Callable[..., Tree]] = {
    "lookups": GetLookupsStructure,
    "data": GetDataStructure,
    "constants": GetConstantsStructure,
}
"""What GET XLS and GET DIRECT make, by what they get."""
