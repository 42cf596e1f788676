"""Which runs failed, at what time and in which variable; their numbers from then on are not numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.llvm.compiled import CompiledModel, LaidModel, pick
from llr_sd.engine.llvm.delays import delay_failures
from llr_sd.engine.llvm.memory import Memory, aligned
from llr_sd.engine.program.form import STOCK
from llr_sd.ensemble import OK, RunStatus
from llr_sd.equations import Variable
from llr_sd.errors import EngineError
from llr_sd.findings import Finding

Reals = NDArray[np.float64]

NAN, INFINITY, NEGATIVE = "not a number", "infinity", "negative stock"
SEEN_BYTES = 4 << 20


def statuses(
    model: CompiledModel, memory: Memory, columns: Reals, values: Reals, bad: Reals, noted: Reals
) -> tuple[RunStatus, ...]:
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
    noted
        Delay times of each run, shape (run, element).
    """
    wrong = ~np.isfinite(values) & ~(np.isnan(values) & (lacking(model) > 0))
    failed = np.flatnonzero(wrong.any(axis=(1, 2)) | (bad >= 0))
    out = [OK] * values.shape[0]
    for late, status in delay_failures(model, noted).items():
        out[late] = status
        values[late] = np.nan
    failed = np.array([run for run in failed if out[run].ok], dtype=np.int64)
    if failed.size == 0:
        return tuple(out)
    stocks = _stock_failures(model, memory, columns, failed[bad[failed] >= 0])
    for run in failed:
        status, step = stocks.get(int(run), (OK, np.inf))
        seen = np.flatnonzero(wrong[run].any(axis=1))
        if seen.size and model.save_steps[seen[0]] < step:
            step = float(model.save_steps[seen[0]])
            element = int(np.flatnonzero(wrong[run, seen[0]])[0])
            reason = NAN if np.isnan(values[run, seen[0], element]) else INFINITY
            status = RunStatus(reason, _output_label(model, element), float(model.request.times[seen[0]]))
        out[run] = status
        values[run, model.save_steps >= step] = np.nan
    return tuple(out)


def missing_outputs(model: CompiledModel, values: Reals) -> tuple[Finding, ...]:
    """Return a finding for each output with elements that have no value in some run, of shape (run, time, element)."""
    found = []
    lacks = lacking(model)
    for output, (first, last) in zip(model.request.outputs, pick(model), strict=True):
        some = first + np.flatnonzero(lacks[first:last])
        runs = int(np.isnan(values[:, :, some]).any(axis=(1, 2)).sum()) if some.size else 0
        if runs:
            at = int(some[0])
            name = output.name if output.cell is not None else output.variable.label_at(at - first)
            source = model.missing.labels[lacks[at] - 1]
            reads = "has no equation" if source == name else f'reads "{source}", which has no equation'
            many = f" (and {some.size - 1} more elements)" if some.size > 1 else ""
            found.append(Finding(name, f"has no value: it {reads}{many}", runs=runs, mend="Give it one, or leave it out."))
    return tuple(found)


def lacking(model: LaidModel) -> NDArray[np.int64]:
    """Return what each saved element lacks, shape (element,); 0 where it has a value."""
    return np.concatenate([model.missing.elements(a) for a in model.outputs])


def _stock_failures(
    model: CompiledModel, memory: Memory, columns: Reals, runs: NDArray[np.int64]
) -> dict[int, tuple[RunStatus, float]]:
    """Run the failed runs again, checked at every step, and look at the stocks when each fails."""
    w, stocks = model.target.width, model.layout.stocks
    found: dict[int, tuple[RunStatus, float]] = {}
    none = np.empty(0, dtype=np.int64)
    many = max(SEEN_BYTES // (8 * w * max(stocks, 1)), 1) * w
    for first in range(0, len(runs), many):
        some = runs[first : first + many]
        blocks = -(-len(some) // w)
        lanes = np.append(some, np.repeat(some[-1:], blocks * w - len(some)))
        seen = aligned((blocks * max(stocks, 1), w))
        _, steps, _ = memory.run(columns[:, lanes], none, every=1, seen=seen)
        state = seen.reshape(blocks, -1, w).transpose(0, 2, 1).reshape(blocks * w, -1)[:, :stocks]
        for i, run in enumerate(some):
            step = float(steps.reshape(-1)[i])
            if step >= 0:
                found[int(run)] = _first_stock(model, state[i], step)
    return found


def _first_stock(model: CompiledModel, state: Reals, step: float) -> tuple[RunStatus, float]:
    """Say which stock it was; `state` has shape (stock,)."""
    low = np.zeros(state.shape, dtype=bool)
    low[model.layout.floor :] = state[model.layout.floor :] < 0
    at = int(np.flatnonzero(~np.isfinite(state) | low)[0])
    reason = NAN if np.isnan(state[at]) else INFINITY if np.isinf(state[at]) else NEGATIVE
    return RunStatus(reason, _stock_label(model, at), model.time(int(step))), step


def _stock_label(model: CompiledModel, at: int) -> str:
    for variable, first in stock_places(model):
        if 0 <= at - first < variable.size:
            return variable.label_at(at - first)
    raise EngineError(f"stock {at} has no name.")


def stock_places(model: LaidModel) -> list[tuple[Variable, int]]:
    """Return every stock that can fail a run, and where its elements begin among the checked ones."""
    out = []
    for variable in model.equations.variables.values():
        array = model.program.place.get(variable.name)
        if array is not None and array.role == STOCK:
            first = model.layout.states.get(array.number, model.layout.stocks)
            if first < model.layout.stocks:
                out.append((variable, first))
    return out


def _output_label(model: CompiledModel, element: int) -> str:
    for array in model.outputs:
        if element < array.size:
            return model.equations.variables[array.name].label_at(element)
        element -= array.size
    raise EngineError(f"output {element} has no name.")
