"""How far each input of a page can be moved: code has room for what it was made for, and its clock is set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.engine.program.bounds import Bounds, Span
from llr_sd.engine.program.image import constant_values, ranges_of
from llr_sd.engine.program.stateful import MOST_STAGES
from llr_sd.engine.request import Request
from llr_sd.equations import CONTROLS, Call, Cell, Equations, Expression, Stock, Table, Values, children, is_control
from llr_sd.errors import InputError

ORDERED = ("SMOOTH N", "DELAY N")
_ORDER = 3  # which argument of those the order is


@dataclass(frozen=True)
class Room:
    """The values of an input that a page can take, where it cannot take all.

    Attributes
    ----------
    low, high
        Least and greatest, in the unit of the input.
    whole
        Whether only whole numbers are taken: the input is an order.
    """

    low: float
    high: float
    whole: bool = False


def designed(cells: tuple[Cell, ...], equations: Equations, ranges: Mapping[str, tuple[float, float]]) -> Design:
    """Return three runs: every input at its value, at its least and at its greatest.

    Parameters
    ----------
    cells
        The inputs.
    equations
        The model, whose file gives the values.
    ranges
        Least and greatest of each input, by label; one that is not named stays at its value.

    Raises
    ------
    InputError
        When an input is not a constant, or sets the clock itself, or when a range is none.
    """
    rows = np.empty((3, len(cells)))
    for column, cell in enumerate(cells):
        if is_control(cell.variable.name):
            raise InputError(
                f'"{cell.label}" cannot be changed in a page.', where=equations.source.name, mend="Leave it out of the inputs."
            )
        if cell.variable.kind != "constant":
            raise InputError(
                f'"{cell.label}" is not a constant of the model.', where=equations.source.name, mend="Only constants can be set."
            )
        value = equations.constant_value(cell)
        low, high = ranges.get(cell.label, (value, value))
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise InputError(f"its range, {low:g} to {high:g}, is none.", where=cell.label, mend="Give two numbers, least first.")
        rows[:, column] = min(max(value, low), high), low, high
    return Design(tuple(c.label for c in cells), rows)


def pinned(equations: Equations, request: Request, design: Design) -> tuple[Request, dict[str, Room]]:
    """Hold the inputs that set the clock, and those that set an order to what can be one.

    An order moves over the whole numbers of its range, from 1; where these do not make an order of every value, it is held.

    Parameters
    ----------
    equations
        The model.
    request
        For the first run of `design`, whose clock is that of all.
    design
        Made by `designed`.

    Returns
    -------
    tuple
        The request for what is left of the design, and the room of each input that was held, by label.
    """
    walk = _bounds(equations, request)
    values = design.values.copy()
    orders = [order for name in equations.variables for body in _bodies(equations, name) for order in _orders(body)]
    counts = _columns(request, (walk.behind(order) for order in orders))
    for column in counts:
        value, low, high = values[:, column]
        least = max(math.ceil(low), min(value, 1.0))
        values[1:, column] = (least, math.floor(high)) if float(value).is_integer() else (value, value)
    bounds = _bounds(equations, _with(request, values))
    impossible = [order for order in orders if not _is_order(bounds.span(order))]
    clock = (walk.behind(body) for name in CONTROLS for body in _bodies(equations, equations.variable(name).name))
    held = _columns(request, (*clock, *(walk.behind(order) for order in impossible)))
    for column in held:
        values[1:, column] = values[0, column]
    rooms = {design.names[i]: _room(values, i, i in counts - held) for i in sorted(counts | held)}
    return _with(request, values), rooms


def queued(equations: Equations, request: Request, delays: Sequence[Expression], steps: int) -> dict[str, Room]:
    """Return the room of the inputs that the times of DELAY FIXED hang on, where a queue is shorter than a run of `steps`."""
    bounds = _bounds(equations, request)
    short = []
    for delay in delays:
        longest = bounds.most(delay)
        if longest is not None and longest / request.clock.step < steps:
            short.append(bounds.behind(delay))
    values = request.design.values
    return {request.design.names[i]: _room(values, i) for i in sorted(_columns(request, short))}


def _room(values: NDArray[np.float64], column: int, whole: bool = False) -> Room:
    return Room(float(values[1, column]), float(values[2, column]), whole)


def _bounds(equations: Equations, request: Request) -> Bounds:
    constants = constant_values(equations, request.clock)
    return Bounds(equations, ranges_of(constants, request), (request.clock.initial, request.clock.final))


def _with(request: Request, values: NDArray[np.float64]) -> Request:
    return replace(request, design=Design(request.design.names, values.copy()))


def _columns(request: Request, names: Iterable[frozenset[str]]) -> set[int]:
    """Return the columns of a design that belong to some constants."""
    some = frozenset[str]().union(*names)
    return {i for i, cell in enumerate(request.columns) if cell.variable.name in some}


def _is_order(span: Span | None) -> bool:
    return span is not None and span.whole and span.least >= 1 and span.most <= MOST_STAGES


def _bodies(equations: Equations, name: str) -> Iterator[Expression]:
    for definition in equations.variables[name].definitions:
        body = definition.body
        if isinstance(body, Stock):
            yield from (body.flow, body.initial)
        elif not isinstance(body, Table | Values):
            yield body


def _orders(expression: Expression) -> Iterator[Expression]:
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        waiting.extend(children(node))
        if isinstance(node, Call) and node.function in ORDERED:
            yield node.arguments[_ORDER]
