"""Delay times that make no sense: below zero, of zero, or shorter than what TIME STEP can follow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.llvm.compiled import CompiledModel, LaidModel
from llr_sd.engine.llvm.memory import Memory
from llr_sd.engine.program.form import Watch
from llr_sd.engine.program.offsets import cells
from llr_sd.ensemble import RunStatus
from llr_sd.errors import EngineError
from llr_sd.findings import Finding

Reals = NDArray[np.float64]

BELOW, ZERO = "delay time below zero", "delay time of zero"
ROUNDING = 1e-6  # of a step


def delay_failures(model: CompiledModel, noted: Reals) -> dict[int, RunStatus]:
    """Return the status of each run with a delay time that is not above zero; `noted` has shape (run, element)."""
    found: dict[int, RunStatus] = {}
    for watch, part in _parts(model, noted):
        wrong = part <= 0 if watch.staged else part < 0
        for run in np.flatnonzero(wrong.any(axis=1)):
            element = int(np.flatnonzero(wrong[run])[0])
            reason = BELOW if part[run, element] < 0 else ZERO
            found.setdefault(int(run), RunStatus(reason, delay_label(model, watch, element)))
    return found


def short_delays(model: CompiledModel, noted: Reals) -> tuple[Finding, ...]:
    """Return a finding for each delay with a stage that lasts less than a step; `noted` has shape (run, element)."""
    found = []
    step = model.request.clock.step
    for watch, part in _parts(model, noted):
        if watch.staged:
            short = (part > 0) & (part < step * (1 - ROUNDING))
            for element in np.flatnonzero(short.any(axis=0)):
                found.append(_finding(model, watch, int(element), part[short[:, element], element], step))
    return tuple(found)


def _finding(model: CompiledModel, watch: Watch, element: int, short: Reals, step: float) -> Finding:
    least = float(short.min())
    stages = f"each stage of its {watch.function} lasts" if watch.function not in ("TREND", "FORECAST") else "it averages over"
    lowered = " (the order is lowered, as Vensim does)" if watch.function.endswith(" N") else ""
    return Finding(
        delay_label(model, watch, element),
        f"cannot be followed by TIME STEP {step:g}: {stages} {least:g}{lowered}",
        least,
        step,
        len(short),
        "Take a TIME STEP below it, or a longer delay time.",
    )


def check_start(model: CompiledModel) -> tuple[Finding, ...]:
    """Look at the delay times at the start of every run of a model's request, before any run is made.

    Raises
    ------
    EngineError
        When one is not above zero; the message names the variable and the run.
    """
    w, design = model.target.width, model.request.design
    if not model.watch_size or not design.runs:
        return ()
    rows = np.minimum(np.arange(-(-design.runs // w) * w), design.runs - 1)
    columns = np.ascontiguousarray(design.values[rows].T)
    _, _, noted = Memory(model).run(columns, np.empty(0, dtype=np.int64), steps=0)
    times = np.ascontiguousarray(noted.transpose(0, 2, 1)).reshape(-1, model.watch_size)[: design.runs]
    for run, status in delay_failures(model, times).items():
        raise EngineError(f"has a {status.reason} in run {run}.", where=status.variable, mend="Delay times are above zero.")
    return short_delays(model, times)


def _parts(model: CompiledModel, noted: Reals) -> Iterator[tuple[Watch, Reals]]:
    at = 0
    for watch, array in model.watches:
        yield watch, noted[:, at : at + array.size]
        at += array.size


def delay_label(model: LaidModel, watch: Watch, element: int) -> str:
    """Return the variable and element that a delay time belongs to; loops of a sum around the call have no name."""
    variable = model.equations.variables[watch.name]
    at = cells(variable, watch.definition)
    return variable.label_at(int(at[element * len(at) // watch.still.size]))
