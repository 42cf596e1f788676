"""Where every array lives: positions in the memory that compiled code works on."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from llr_sd.engine.program.form import DERIVED, INPUT, KEPT, RING, RUN, SERIES, START, STATES, STOCK, TABLE, Array, reads
from llr_sd.engine.program.order import Plan

TABLE_HEAD = 3  # least x, greatest x, slope below the first point


@dataclass(frozen=True)
class Layout:
    """Positions by array number.

    Attributes
    ----------
    lanes
        In the lane memory (inputs, derived, kept), counted in vectors; `lanes_size` in all.
    states
        In the state memory, counted in vectors; stocks are the first `stocks`, those that may not be negative lie from `floor`
        to `stocks`, discrete states from `continuous` to `states_size`.
    tables, tables_size
        In the table memory, counted in numbers.
    series
        Row in the series memory.
    rings, rings_size
        Number of the first queue of an array, and queues in all.
    """

    lanes: dict[int, int]
    lanes_size: int
    states: dict[int, int]
    floor: int
    stocks: int
    continuous: int
    states_size: int
    tables: dict[int, int]
    tables_size: int
    series: dict[int, int]
    rings: dict[int, int]
    rings_size: int


def table_stride(points: int) -> int:
    """Numbers that one lookup element takes: the head, then x, y and slope of each point."""
    return TABLE_HEAD + 3 * points


def make_layout(plan: Plan, outputs: Iterable[Array], points: dict[int, int], missing: Container[int]) -> Layout:
    """Give a place to every array that a plan reads or writes.

    Stocks with elements that have no value (`missing`, by array) lie behind those whose every number is checked.
    """
    used: dict[int, Array] = {a.number: a for a in outputs}
    for mode, kernels in ((START, plan.start), (RUN, (*plan.step, *plan.save))):
        for kernel in kernels:
            used[kernel.array.number] = kernel.array
            used.update((array.number, array) for array, _ in reads(kernel, mode))
    arrays = [used[n] for n in sorted(used)]
    lanes, lanes_size = _pack([a for role in (INPUT, KEPT, DERIVED) for a in arrays if a.role == role], lambda a: a.size)
    checked = [a for a in plan.states if a.role == STOCK and (a.number not in missing or a.non_negative)]
    rest = [a for a in plan.states if a not in checked]
    states, states_size = _pack((*checked, *rest, *plan.early), lambda a: a.size)
    floor = sum(a.size for a in checked if not a.non_negative)
    stocks = sum(a.size for a in checked)
    continuous = sum(a.size for a in plan.states if a.role != STATES[-1])
    tables, tables_size = _pack([a for a in arrays if a.role == TABLE], lambda a: a.size * table_stride(points[a.number]))
    series, _ = _pack([a for a in arrays if a.role == SERIES], lambda a: 1)
    rings, rings_size = _pack([a for a in arrays if a.role == RING], lambda a: a.size)
    return Layout(
        lanes, lanes_size, states, floor, stocks, continuous, states_size, tables, tables_size, series, rings, rings_size
    )


def _pack(arrays: Iterable[Array], size: Callable[[Array], int]) -> tuple[dict[int, int], int]:
    """Lay arrays one after another; return where each begins, and the end."""
    at, out = 0, {}
    for a in arrays:
        out[a.number] = at
        at += size(a)
    return out, at
