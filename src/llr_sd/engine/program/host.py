"""What the host puts into the memory of compiled code: constants, lookup points and data series."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.clock import NEAR, Clock
from llr_sd.engine.program.lowering import Lowered, is_control, offset_of
from llr_sd.engine.program.memory import TABLE_HEAD, Layout, table_stride
from llr_sd.equations import Definition, Equations, Number, Table, Unary, Values, Variable, canonical
from llr_sd.errors import EngineError

Reals = NDArray[np.float64]
SPARE = 16  # numbers after the last table: points are read by whole registers


def constant_values(equations: Equations, clock: Clock) -> dict[str, Reals]:
    """Return the numbers of every constant and control variable, shape (element,), not a number where the file gives none."""
    controls = {
        "initial_time": clock.initial,
        "final_time": clock.final,
        "time_step": clock.step,
        "saveper": clock.saveper,
    }
    out: dict[str, Reals] = {}
    for variable in equations.variables.values():
        if is_control(variable.name):
            out[variable.name] = np.array([controls[canonical(variable.name)]])
        elif variable.kind == "constant":
            values = np.full(variable.size, np.nan)
            for definition in variable.definitions:
                values[cells(variable, definition)] = _numbers(variable, definition)
            out[variable.name] = values
    return out


def cells(variable: Variable, definition: Definition) -> NDArray[np.int64]:
    """Return the flat positions that a definition fills, in the order of its loops, last fastest."""
    where = offset_of(variable.shape, definition.target, definition)
    by_loop = {n: stride * np.arange(len(definition.loops[n])) for n, stride in where.strides}
    by_loop |= {n: np.asarray(listed) for n, listed in where.listed}
    used = 1 + max((i.loop for i in definition.target if hasattr(i, "loop")), default=-1)
    at = np.array([where.base], dtype=np.int64)
    for n in range(used):
        at = np.add.outer(at, by_loop.get(n, np.zeros(len(definition.loops[n]), dtype=np.int64))).ravel()
    return at


def _numbers(variable: Variable, definition: Definition) -> Reals:
    body = definition.body
    if isinstance(body, Values):
        return np.asarray(body.numbers, dtype=np.float64)
    if isinstance(body, Number):
        return np.array([body.value])
    if isinstance(body, Unary) and body.operator == "-" and isinstance(body.operand, Number):
        return np.array([-body.operand.value])
    raise EngineError("is called a constant but is not a number.", where=variable.name)


def fill_tables(lowered: Lowered, layout: Layout) -> Reals:
    """Return the table memory: for each lookup element its bounds, the slope below, then x, y and slope of each point."""
    out = np.zeros(layout.tables_size + SPARE)
    for name, (array, tables) in lowered.tables.items():
        if array.number not in layout.tables:
            continue
        room = lowered.points[array.number]
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


def fill_series(lowered: Lowered, layout: Layout, times: Reals, step: float) -> Reals:
    """Return the series memory, shape (series, tick): the value of each data series at each time."""
    out = np.full((max(len(layout.series), 1), times.size), np.nan)
    for number, row in layout.series.items():
        out[row] = _at(lowered.series[number], times, NEAR * step)
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
