"""Syntax trees of equations as they are read: names still text, numbers plain floats, every function that has a state a node.

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
class GameStructure:
    """GAME."""

    expression: Tree


@dataclass(slots=True)
class AllocateAvailableStructure:
    """ALLOCATE AVAILABLE."""

    request: Tree
    pp: Tree
    avail: Tree


@dataclass(slots=True)
class AllocateByPriorityStructure:
    """ALLOCATE BY PRIORITY."""

    request: Tree
    priority: Tree
    size: Tree
    width: Tree
    supply: Tree


@dataclass(slots=True)
class InitialStructure:
    """INITIAL."""

    initial: Tree


@dataclass(slots=True)
class IntegStructure:
    """A stock."""

    flow: Tree
    initial: Tree
    non_negative: bool = False


@dataclass(slots=True)
class DelayStructure:
    """DELAY1 and DELAY3."""

    input: Tree
    delay_time: Tree
    initial: Tree
    order: float


@dataclass(slots=True)
class DelayNStructure:
    """DELAY N."""

    input: Tree
    delay_time: Tree
    initial: Tree
    order: Tree


@dataclass(slots=True)
class DelayFixedStructure:
    """DELAY FIXED."""

    input: Tree
    delay_time: Tree
    initial: Tree


@dataclass(slots=True)
class SmoothStructure:
    """SMOOTH and SMOOTH3."""

    input: Tree
    smooth_time: Tree
    initial: Tree
    order: float


@dataclass(slots=True)
class SmoothNStructure:
    """SMOOTH N."""

    input: Tree
    smooth_time: Tree
    initial: Tree
    order: Tree


@dataclass(slots=True)
class TrendStructure:
    """TREND."""

    input: Tree
    average_time: Tree
    initial_trend: Tree


@dataclass(slots=True)
class ForecastStructure:
    """FORECAST."""

    input: Tree
    average_time: Tree
    horizon: Tree
    initial_trend: Tree


@dataclass(slots=True)
class SampleIfTrueStructure:
    """SAMPLE IF TRUE."""

    condition: Tree
    input: Tree
    initial: Tree


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


VENSIM: Mapping[str, Callable[..., Tree]] = {
    "game": GameStructure,
    "allocate_available": AllocateAvailableStructure,
    "allocate_by_priority": AllocateByPriorityStructure,
    "initial": InitialStructure,
    "integ": IntegStructure,
    "delay1": lambda x, t: DelayStructure(x, t, x, 1),
    "delay1i": lambda x, t, initial: DelayStructure(x, t, initial, 1),
    "delay3": lambda x, t: DelayStructure(x, t, x, 3),
    "delay3i": lambda x, t, initial: DelayStructure(x, t, initial, 3),
    "delay_n": DelayNStructure,
    "delay_fixed": DelayFixedStructure,
    "smooth": lambda x, t: SmoothStructure(x, t, x, 1),
    "smoothi": lambda x, t, initial: SmoothStructure(x, t, initial, 1),
    "smooth3": lambda x, t: SmoothStructure(x, t, x, 3),
    "smooth3i": lambda x, t, initial: SmoothStructure(x, t, initial, 3),
    "smooth_n": SmoothNStructure,
    "trend": TrendStructure,
    "forecast": lambda x, average, horizon: ForecastStructure(x, average, horizon, 0),
    "sample_if_true": SampleIfTrueStructure,
    "pulse_train": lambda start, width, interval, end: CallStructure(
        ReferenceStructure("pulse_train"), (start, interval, width, end)
    ),
}
"""How Vensim's calls that are nodes of their own are made of their arguments, by canonical name."""

OF_FILES: Mapping[str, Callable[..., Tree]] = {
    "lookups": GetLookupsStructure,
    "data": GetDataStructure,
    "constants": GetConstantsStructure,
}
"""What GET XLS and GET DIRECT make, by what they get."""
