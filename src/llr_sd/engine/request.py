"""What a caller asks an engine for, checked once for every engine: outputs, times, and the clock."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.dates import told
from llr_sd.design import Design
from llr_sd.engine.clock import NEAR, Clock
from llr_sd.engine.controls import control_value
from llr_sd.engine.program.offsets import cells
from llr_sd.equations import CONTROLS, Cell, Equations, Variable, is_control
from llr_sd.errors import InputError


@dataclass(frozen=True)
class Output:
    """One output: a whole variable, or one cell of it. `name` is its name in the dataset."""

    name: str
    variable: Variable
    cell: Cell | None = None


@dataclass(frozen=True)
class Request:
    """A checked request.

    Attributes
    ----------
    outputs
        In the order asked; every variable that is not a lookup when none was named.
    times
        Saved times, increasing; each lies on the step grid of `clock`.
    clock
        From the model and, where the design has a column for a control variable, from there.
    design
        The rest of the design: only constants that are not control variables.
    columns
        The constant that each column of `design` sets.
    """

    outputs: tuple[Output, ...]
    times: NDArray[np.float64]
    clock: Clock
    design: Design
    columns: tuple[Cell, ...]


def make_request(equations: Equations, design: Design, outputs: Sequence[str] | None, times: Sequence[float] | None) -> Request:
    """Check what is asked against the model; raise InputError with the nearest name where it does not fit."""
    clock = _clock(equations, design)
    keep = [i for i, n in enumerate(design.names) if not is_control(n)]
    columns = tuple(equations.cell(design.names[i]) for i in keep)
    for cell in columns:
        if cell.variable.kind != "constant":
            raise InputError(
                f'"{cell.label}" is not a constant of the model.', where=equations.source.name, mend="Only constants can be set."
            )
    rest = Design(tuple(c.label for c in columns), design.values[:, keep].copy(), design.kind, design.seed)
    return Request(_outputs(equations, outputs), _times(equations, clock, times), clock, rest, columns)


def _outputs(equations: Equations, names: Sequence[str] | None) -> tuple[Output, ...]:
    if names is None:
        return tuple(Output(v.name, v) for v in equations.variables.values() if v.kind != "lookup" and not v.name.startswith("_"))
    found = []
    for name in dict.fromkeys(names):
        variable = equations.find(name)
        if variable is not None:
            found.append(Output(variable.name, variable))
        elif "[" in name:
            cell = equations.cell(name)
            if not any(cell.position in cells(cell.variable, d) for d in cell.variable.definitions):
                raise InputError(f'"{cell.label}" has no equation.', where="outputs", mend="Leave it out, or give it one.")
            found.append(Output(cell.label, cell.variable, cell))
        else:
            found.append(Output(name, equations.variable(name)))
    for output in found:
        if output.variable.kind == "lookup":
            raise InputError(f'"{output.name}" is a lookup, which has no value over time.', where="outputs")
    if not found:
        raise InputError("no output is named.", where="outputs", mend="Name at least one variable.")
    return tuple(found)


def _clock(equations: Equations, design: Design) -> Clock:
    got = {name: control_value(name, equations, design) for name in CONTROLS}
    with _named(equations):
        return Clock(got["INITIAL TIME"], got["FINAL TIME"], got["TIME STEP"], got["SAVEPER"])


@contextmanager
def _named(equations: Equations) -> Iterator[None]:
    """Say whose clock it is that cannot be."""
    try:
        yield
    except InputError as error:
        raise InputError(error.what, where=equations.source.name, mend=error.mend) from None


def _times(equations: Equations, clock: Clock, times: Sequence[float] | None) -> NDArray[np.float64]:
    if times is None:
        with _named(equations):
            return clock.saved()
    wanted = sorted(set(times))
    if not wanted:
        raise InputError("no time is named.", where="times")
    tolerance = NEAR * clock.step
    for t in wanted:
        if not clock.initial - tolerance <= t <= clock.final + tolerance:
            raise InputError(
                f"time {told(t)} is outside the run, {clock.initial:.12g} to {clock.final:.12g}.",
                where="times",
                mend="Ask for a time inside it, or set FINAL TIME.",
            )
        if clock.step_at(t) is None:
            raise InputError(
                f"time {told(t)} is not a saved time: it falls between two steps.", where="times", mend=_near(clock, t)
            )
    return np.asarray(wanted, dtype=np.float64)


def _near(clock: Clock, time: float) -> str:
    """Name the times of the steps before and after a time that is none."""
    before = math.floor((time - clock.initial) / clock.step)
    two = clock.times(before + 1)[before:].tolist() if before < clock.steps else [clock.times(before)[-1]]
    return f"The nearest {'are' if len(two) > 1 else 'is'} {' and '.join(f'{t:.12g}' for t in two)}."


def saved_times(equations: Equations, design: Design) -> NDArray[np.float64]:
    """Return the times that a batch saves when none are asked for, shape (time,)."""
    return _times(equations, _clock(equations, design), None)


def steps_in(equations: Equations, design: Design) -> int:
    """Return the number of steps that a run of a batch takes."""
    return _clock(equations, design).steps
