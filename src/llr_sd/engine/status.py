"""Which runs failed, at what time and in which variable; their numbers from then on are not numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.compiled import CompiledModel, Memory, pick
from llr_sd.engine.program import STOCK
from llr_sd.ensemble import OK, RunStatus
from llr_sd.equations import Variable

Reals = NDArray[np.float64]

NAN, INFINITY, NEGATIVE = "not a number", "infinity", "negative stock"


def statuses(model: CompiledModel, memory: Memory, columns: Reals, values: Reals, bad: Reals) -> tuple[RunStatus, ...]:
    """Return the status of each run, and blank the numbers of failed runs.

    Parameters
    ----------
    model, memory
        The model, and the memory that its runs used.
    columns
        The design, shape (input, run).
    values
        Outputs, shape (run, time, element); changed in place.
    bad
        Per run, the step of the check that saw a failed stock, or -1.
    """
    wrong = ~np.isfinite(values)
    failed = np.flatnonzero(wrong.any(axis=(1, 2)) | (bad >= 0))
    if failed.size == 0:
        return (OK,) * values.shape[0]
    out = [OK] * values.shape[0]
    stocks = _stock_failures(model, memory, columns, failed[bad[failed] >= 0])
    for run in failed:
        status, step = stocks.get(int(run), (OK, np.inf))
        seen = np.flatnonzero(wrong[run].any(axis=1))
        if seen.size and model.save_steps[seen[0]] < step:
            step = float(model.save_steps[seen[0]])
            element = int(np.flatnonzero(wrong[run, seen[0]])[0])
            x = values[run, seen[0], element]
            status = RunStatus(NAN if np.isnan(x) else INFINITY, _output_label(model, element), float(model.request.times[seen[0]]))
        out[run] = status
        values[run, model.save_steps >= step] = np.nan
    return tuple(out)


def _stock_failures(model: CompiledModel, memory: Memory, columns: Reals, runs: NDArray[np.int64]) -> dict[int, tuple[RunStatus, float]]:
    """Run the failed runs again, checked at every step, and look at the stocks when each fails."""
    found: dict[int, tuple[RunStatus, float]] = {}
    w = model.width
    none = np.empty(0, dtype=np.int64)
    for first in range(0, len(runs), w):
        block = runs[first : first + w]
        lanes = np.append(block, np.repeat(block[-1:], w - len(block)))
        part = columns[:, lanes]
        _, steps = memory.run(part, none, model.steps, every=1)
        for step in np.unique(steps[0]):
            if step < 0:
                continue
            memory.run(part, none, int(step), every=1)
            state = memory.states[int(step) % 2]
            for lane in np.flatnonzero(steps[0] == step):
                found[int(lanes[lane])] = _first_stock(model, state[: model.layout.stocks, lane], int(step))
    return found


def _first_stock(model: CompiledModel, state: Reals, step: int) -> tuple[RunStatus, float]:
    floor = model.layout.floor
    low = np.zeros(state.shape, dtype=bool)
    low[floor:] = state[floor:] < 0
    at = int(np.flatnonzero(~np.isfinite(state) | low)[0])
    x = state[at]
    reason = NAN if np.isnan(x) else INFINITY if np.isinf(x) else NEGATIVE
    return RunStatus(reason, _stock_label(model, at), float(model.times[step])), float(step)


def _stock_label(model: CompiledModel, at: int) -> str:
    for variable in model.equations.variables.values():
        array = model.lowered.place.get(variable.name)
        if array is not None and array.role == STOCK and array.number in model.layout.states:
            first = model.layout.states[array.number]
            if first <= at < first + array.size:
                return _label(variable, at - first)
    return ""


def _output_label(model: CompiledModel, element: int) -> str:
    for output, (start, stop) in zip(model.request.outputs, pick(model), strict=True):
        if start <= element < stop:
            return output.name if output.cell is not None else _label(output.variable, element - start)
    # An element that was saved with a cell's variable but not asked for.
    at = 0
    for array in model.outputs:
        if at <= element < at + array.size:
            return array.name
        at += array.size
    return ""


def _label(variable: Variable, position: int) -> str:
    cells = list(variable.elements())
    return str(variable.label(cells[position]))
