"""The reference simulator: PySD behind the same contract as the compiled engine.

PySD translates a model by writing Python and running it. It gets the model as data, with names made up here and no texts
(`scalars.py`), never the file. Every batch has a model of its own and every run sets the same constants, so that no run leaks
into another. PySD's own functions, states and order of evaluation are what is run; the clock is start + n x TIME STEP.
"""

from __future__ import annotations

import math
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.engine.reference.scalars import Scalars
from llr_sd.engine.request import Request, make_request
from llr_sd.ensemble import OK, Ensemble, RunStatus
from llr_sd.equations import Equations
from llr_sd.errors import EngineError

if TYPE_CHECKING:
    import xarray as xr

DEEP = 20_000
"""Frames of Python's stack that PySD's recursive evaluation may take."""
_ONE_AT_A_TIME = threading.Lock()
_TIMES = ("delay_time_func", "smooth_time_func", "average_time_function", "average_time")
"""What PySD's delays, smooths and trends call their times."""


def run_reference(
    equations: Equations,
    design: Design,
    outputs: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    method: str | None = None,
) -> Ensemble:
    """Run every row of a design through PySD, one after another.

    Parameters
    ----------
    equations
        The translated model.
    design
        Values of constants, shape (run, constant).
    outputs, times
        As in `Request`; None for all.
    method
        "euler" runs a model that asks for Runge-Kutta with Euler steps.

    Returns
    -------
    Ensemble
        With engine "pysd".

    Raises
    ------
    EngineError
        When PySD cannot compute the model.
    """
    return next(stream_reference(equations, make_request(equations, design, outputs, times), max(design.runs, 1), method))


def stream_reference(equations: Equations, request: Request, block: int, method: str | None = None) -> Iterator[Ensemble]:
    """Yield the runs of a request in order, `block` runs at a time."""
    if (method or equations.method) != "euler":
        raise EngineError(
            "asks for Runge-Kutta steps, which PySD does not have.", where=equations.source.name, mend='Ask for method="euler".'
        )
    variables = {o.variable.name: o.variable for o in request.outputs}
    wanted = [(name, i) for name, v in variables.items() for i in range(v.size)]
    scalars = Scalars(equations, request.clock, wanted)
    with _pysd_model(equations, scalars) as model:
        for start in range(0, max(request.design.runs, 1), block):
            yield _ensemble(equations, request, scalars, model, request.design.values[start : start + block])


@contextmanager
def _pysd_model(equations: Equations, scalars: Scalars) -> Iterator[Any]:
    """Build the PySD model and load it; it must write a Python file to work, which goes to a temporary folder."""
    from pysd.py_backend.model import Model

    class Kept(Model):  # type: ignore[misc]
        """Keeps every value of a step: PySD counts who reads it first, which takes minutes in a large model."""

        def _count_calls(self, element: str) -> int:
            return 2

    with tempfile.TemporaryDirectory(prefix="llr_sd_") as folder, warnings.catch_warnings(), _deep_stack():
        warnings.simplefilter("ignore")
        try:
            code = build(scalars, Path(folder))
            with np.errstate(all="ignore"):
                model = Kept(str(code), None, None, False, "warning")
            # A ratio over zero is infinity or not a number, as in the compiled engine; Python's own floats refuse it.
            model.components._components.float = np.float64
            _mend_states(model)
        except Exception as error:
            raise EngineError(f"PySD cannot load the model ({_said(error)}).", where=equations.source.name) from error
        yield model


def build(scalars: Scalars, folder: Path) -> Path:
    """Write PySD's Python of a model into `folder` and return its path."""
    from pysd.builders.python import python_model_builder as builder

    # PySD writes the points of lookups as numpy prints them: without this, cut to eight digits.
    with _ONE_AT_A_TIME, np.printoptions(precision=17, floatmode="unique", threshold=sys.maxsize):
        layout = builder.black
        builder.black = _Unformatted  # laying out code that nobody reads is most of the time of a large model
        try:
            # PySD writes points as numpy prints them: without this, cut to eight digits.
            with np.printoptions(precision=17, floatmode="unique", threshold=sys.maxsize):
                return Path(builder.ModelBuilder(scalars.elements.abstract_model(folder)).build_model())
        finally:
            builder.black = layout


class _Unformatted:
    """Stands for the formatter of code in PySD's builder."""

    @staticmethod
    def FileMode() -> None:
        return None

    @staticmethod
    def format_file_contents(text: str, fast: bool, mode: None) -> str:
        return text


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Allow PySD's evaluation, which calls from variable to variable, a chain of many thousands."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _said(error: Exception) -> str:
    lines = [s.strip() for s in str(error).splitlines() if s.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _mend_states(model: Any) -> None:
    """Mend three ways of PySD's states: integers that cut what comes in, cut orders, and outputs that depend on who asks first."""
    from pysd.py_backend.statefuls import DelayN

    class Steady(DelayN):  # type: ignore[misc]
        """Gives one output in a step: PySD moves the delay times of a DELAY N before all its readers have asked."""

        def __call__(self) -> float:
            return float(self.held)

        def initialize(self, init_val: Any = None) -> None:
            super().initialize(init_val)
            self.held = self.state[-1] / self.times[0]

        def update(self, state: Any) -> None:
            super().update(state)
            self.held = self.state[-1] / self.times[0]

    for element in model._dynamicstateful_elements:
        if type(element) is DelayN:
            element.__class__ = Steady
        if type(element).__name__ in ("Delay", "Steady"):
            element.tstep = lambda: -math.inf  # it serves only to cut the order of a short delay, in a loop that may not end
        element.initialize = _Started(element)


class _Started:
    """Initialises a state as floats: with a whole number as initial value PySD keeps integers. No time is below zero."""

    def __init__(self, element: Any) -> None:
        self._element, self._original = element, element.initialize

    def __call__(self, init_val: Any = None) -> None:
        if any(getattr(self._element, name)() < 0 for name in _TIMES if hasattr(self._element, name)):
            raise ValueError("delay time below zero")
        self._original(init_val)
        state = self._element.state
        if getattr(state, "dtype", np.dtype(float)).kind in "iu":
            self._element.state = state.astype(float)
        elif isinstance(state, int):
            self._element.state = float(state)


def _ensemble(equations: Equations, request: Request, scalars: Scalars, model: Any, rows: NDArray[np.float64]) -> Ensemble:
    import xarray as xr

    by_name = {o.variable.name: o.variable for o in request.outputs}
    runs, times = rows.shape[0], len(request.times)
    data = {name: np.full((runs, times, v.size), np.nan) for name, v in by_name.items()}
    status: list[RunStatus] = []
    for r in range(runs):
        try:
            _one_run(equations, request, scalars, model, rows[r], {name: d[r] for name, d in data.items()})
        except Exception as error:  # PySD raises what Python's arithmetic raises
            status.append(RunStatus(f"error: {_said(error)}"))
            for values in data.values():
                values[r] = np.nan
            continue
        status.append(_status(equations, scalars, data, r, request.times))
    arrays: dict[str, xr.DataArray] = {}
    for output in request.outputs:
        values, axes = data[output.variable.name], output.variable.axes
        if output.cell is not None:
            values, axes = values[:, :, output.cell.position], ()
        else:
            values = values.reshape((runs, times, *output.variable.shape))
        dims = ("run", "time", *(a.name for a in axes))
        coords = {a.name: list(a.elements) for a in axes}
        arrays[output.name] = xr.DataArray(values, dims=dims, coords=coords, attrs={"units": output.variable.unit})
    dataset = xr.Dataset(arrays).assign_coords(run=np.arange(runs), time=request.times)
    return Ensemble(dataset, tuple(status), "pysd")


def _one_run(
    equations: Equations,
    request: Request,
    scalars: Scalars,
    model: Any,
    row: NDArray[np.float64],
    out: dict[str, NDArray[np.float64]],
) -> None:
    """Run PySD once; fill each array of `out`, shape (time, position)."""
    clock = request.clock
    constants = {}
    for label, value in zip(request.design.names, row, strict=True):
        cell = equations.cell(label)
        name = scalars.names.get((cell.variable.name, cell.position))
        if name is not None:
            constants[name] = float(value)
    asked = {n: [(i, scalars.names[n, i]) for i in range(values.shape[1])] for n, values in out.items()}
    steps = {clock.step_at(t): i for i, t in enumerate(request.times)}
    grid = clock.times(max(s for s in steps if s is not None))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model.set_components(constants)
        model.time.set_control_vars(initial_time=float(clock.initial), time_step=float(clock.step))
        model.initialize()
        model.time.stage = "Run"
        for step, time in enumerate(grid):
            model.time.update(float(time))
            model.clean_caches()
            if step in steps:
                for name, cells in asked.items():
                    out[name][steps[step]] = [float(getattr(model.components, python)()) for _, python in cells]
            if step + 1 < len(grid):
                model._euler_step(clock.step)


def _status(
    equations: Equations, scalars: Scalars, data: dict[str, NDArray[np.float64]], run: int, times: NDArray[np.float64]
) -> RunStatus:
    """Find the first not-a-number or infinity among the outputs; from then on the run is NaN."""
    first: tuple[int, str, RunStatus] | None = None
    for name, values in data.items():
        defined = np.array([(name, i) not in scalars.undefined for i in range(values.shape[2])], dtype=bool)
        bad = np.argwhere(~np.isfinite(values[run]) & defined)
        if len(bad) and (first is None or bad[0][0] < first[0]):
            t, position = int(bad[0][0]), int(bad[0][1])
            variable = equations.variables[name]
            label = variable.label(list(variable.elements())[position])
            reason = "not a number" if np.isnan(values[run, t, position]) else "infinity"
            first = (t, label, RunStatus(reason, label, float(times[t])))
    if first is None:
        return OK
    for values in data.values():
        values[run, first[0] :] = np.nan
    return first[2]
