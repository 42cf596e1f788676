"""All that the host puts into the memory of compiled code, whichever machine runs it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.clock import NEAR, Clock
from llr_sd.engine.program.bounds import Bounds
from llr_sd.engine.program.form import Program
from llr_sd.engine.program.layout import TABLE_HEAD, Layout, table_stride
from llr_sd.engine.program.offsets import Integers, cells
from llr_sd.engine.request import Request
from llr_sd.equations import Definition, Equations, Number, Table, Unary, Values, Variable, canonical, is_control
from llr_sd.errors import EngineError

Reals = NDArray[np.float64]
SPARE = 16  # numbers after the last table: points are read by whole registers


@dataclass(frozen=True)
class Image:
    """What stands in memory before the first block of runs, the same for all of them.

    Attributes
    ----------
    lanes
        The number in every lane of each vector of the lane memory, shape (vector,), not a number where code puts one; the last
        vector is read by nothing.
    slots
        Place of each design column in the lane memory; a constant that no output needs goes to the last vector.
    tables
        Lookups: for each element its bounds, the slope below, then x, y and slope of each point.
    series
        The value of each data series at each tick, shape (series, tick).
    ticks
        The time at every step, and with RK4 between them too.
    capacity
        Rows that a queue of DELAY FIXED has.
    work
        Vectors of each piece of working memory, by its name in `driver.ARGUMENTS`.
    """

    lanes: Reals
    slots: Integers
    tables: Reals
    series: Reals
    ticks: Reals
    capacity: int
    work: dict[str, int]


def make_image(
    request: Request, program: Program, layout: Layout, constants: dict[str, Reals], bounds: Bounds, steps: int
) -> Image:
    """Lay out what a batch of `steps` steps needs; `constants` are those of `constant_values`."""
    clock = request.clock
    lanes = np.full(layout.lanes_size + 1, np.nan)
    inputs = {program.place[n].number: v for n, v in constants.items() if n in program.place} | program.fixed
    for number, values in inputs.items():
        if number in layout.lanes:
            lanes[layout.lanes[number] : layout.lanes[number] + len(values)] = values
    slots = []
    for cell in request.columns:
        first = layout.lanes.get(program.place[cell.variable.name].number)
        slots.append(layout.lanes_size if first is None else first + cell.position)
    ticks = clock.times(steps, halves=program.method == "rk4")
    capacity = _capacity(program, bounds, clock.step, steps)
    work = {"ws": len(lanes)} | dict.fromkeys(("s0", "s1", "k", "acc"), layout.states_size + 1)
    return Image(
        lanes,
        np.asarray(slots, dtype=np.int64),
        _tables(program, layout),
        _series(program, layout, ticks, clock.step),
        ticks,
        capacity,
        work | {"ring": max(layout.rings_size, 1) * capacity},
    )


def constant_values(equations: Equations, clock: Clock) -> dict[str, Reals]:
    """Return the numbers of every constant and control variable, shape (element,), not a number where the file gives none."""
    out: dict[str, Reals] = {}
    for variable in equations.variables.values():
        if is_control(variable.name):
            out[variable.name] = np.array([clock.controls[canonical(variable.name)]])
        elif variable.kind == "constant":
            values = np.full(variable.size, np.nan)
            for definition in variable.definitions:
                values[cells(variable, definition)] = _numbers(variable, definition)
            out[variable.name] = values
    return out


def ranges_of(constants: dict[str, Reals], request: Request) -> dict[str, Reals]:
    """Return every value that each constant takes: those of the file, and those of the design."""
    out = dict(constants)
    for column, cell in enumerate(request.columns):
        out[cell.variable.name] = np.append(out[cell.variable.name], request.design.values[:, column])
    return out


def _capacity(program: Program, bounds: Bounds, step: float, steps: int) -> int:
    """Rows that a queue needs: one more than the longest delay, or than the run."""
    most = 1
    for _, delay in program.rings:
        longest = bounds.most(delay)
        whole = steps + 1 if longest is None or longest != longest else int(min(longest / step + 1.0, steps + 1.0))
        most = max(most, whole + 1)
    return most + 1


def _numbers(variable: Variable, definition: Definition) -> Reals:
    body = definition.body
    if isinstance(body, Values):
        return np.asarray(body.numbers, dtype=np.float64)
    if isinstance(body, Number):
        return np.array([body.value])
    if isinstance(body, Unary) and body.operator == "-" and isinstance(body.operand, Number):
        return np.array([-body.operand.value])
    raise EngineError("is called a constant but is not a number.", where=variable.name)


def _tables(program: Program, layout: Layout) -> Reals:
    out = np.zeros(layout.tables_size + SPARE)
    for name, (array, tables) in program.tables.items():
        if array.number not in layout.tables:
            continue
        room = program.points[array.number]
        for i, table in enumerate(tables):
            at = layout.tables[array.number] + i * table_stride(room)
            # An element that the model leaves without points gives not a number, as in PySD.
            out[at : at + table_stride(room)] = np.nan if table is None else _table(table, room, name)
    return out


def _table(table: Table, room: int, name: str) -> Reals:
    x, y = np.asarray(table.x, dtype=np.float64), np.asarray(table.y, dtype=np.float64)
    if x.size == 0 or x.size != y.size:
        raise EngineError("is a lookup without points, or with x and y of different length.", where=name)
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.append(np.diff(y) / np.diff(x), 0.0)
    lo, hi, below = x[0], x[-1], 0.0
    if table.method == "hold_backward":
        slope[:] = 0.0
    elif table.method == "extrapolate" and x.size > 1:
        lo, hi, below = -np.inf, np.inf, slope[0]
        slope[-1] = slope[-2]
    pad = room - x.size
    x, y, slope = np.append(x, [np.inf] * pad), np.append(y, [y[-1]] * pad), np.append(slope, [0.0] * pad)
    out = np.concatenate([[lo, hi, below], x, y, slope])
    if out.size != TABLE_HEAD + 3 * room:
        raise EngineError("is a lookup that does not fit its place.", where=name)
    return out


def _series(program: Program, layout: Layout, times: Reals, step: float) -> Reals:
    out = np.full((len(layout.series), times.size), np.nan)
    for number, row in layout.series.items():
        out[row] = _at(program.series[number], times, NEAR * step)
    return out


def _at(table: Table, times: Reals, near: float) -> Reals:
    """Read a series at each time; a point that lies within `near` of a time stands at it."""
    x, y = np.asarray(table.x, dtype=np.float64), np.asarray(table.y, dtype=np.float64)
    if x.size == 0:
        return np.full(times.size, np.nan)
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    tick = times[
        np.clip(np.rint((x - times[0]) / max(times[-1] - times[0], near) * (times.size - 1)), 0, times.size - 1).astype(int)
    ]
    x = np.where(np.abs(x - tick) <= near, tick, x)
    after = np.searchsorted(x, times, side="left")
    exact = (after < x.size) & (x[np.minimum(after, x.size - 1)] == times)
    if table.method == "raw":
        return np.where(exact, y[np.minimum(after, x.size - 1)], np.nan)
    if table.method == "look_forward":
        return y[np.minimum(after, x.size - 1)]
    if table.method == "hold_backward":
        before = np.searchsorted(x, times, side="right") - 1
        return y[np.maximum(before, 0)]
    return np.interp(times, x, y)
