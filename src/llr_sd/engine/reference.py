"""The reference simulator: PySD behind the same contract as the compiled engine.

PySD is slow (seconds a run) and its `run(params=...)` changes the model for later runs. Here every batch gets a model of its own
and every run sets the same constants, so that no run leaks into another. It must write a Python file to work; that goes to a
temporary folder, never beside the model.
"""

from __future__ import annotations

import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.engine.request import Request, make_request
from llr_sd.ensemble import OK, Ensemble, RunStatus
from llr_sd.equations import Equations, Variable, canonical
from llr_sd.errors import EngineError

if TYPE_CHECKING:
    import xarray as xr


def run_reference(
    equations: Equations, design: Design, outputs: Sequence[str] | None = None, times: Sequence[float] | None = None
) -> Ensemble:
    """Run every row of a design through PySD, one after another.

    Parameters
    ----------
    equations
        The translated model; PySD itself reads `equations.source`.
    design
        Values of constants, shape (run, constant).
    outputs, times
        As in `Request`; None for all.

    Returns
    -------
    Ensemble
        With engine "pysd".

    Raises
    ------
    EngineError
        When PySD cannot load the model.
    """
    return next(stream_reference(equations, make_request(equations, design, outputs, times), block=max(design.runs, 1)))


def stream_reference(equations: Equations, request: Request, block: int) -> Iterator[Ensemble]:
    """Yield the runs of a request in order, `block` runs at a time."""
    with _pysd_model(equations) as model:
        for start in range(0, max(request.design.runs, 1), block):
            rows = request.design.values[start : start + block]
            yield _ensemble(equations, request, model, rows)


@contextmanager
def _pysd_model(equations: Equations) -> Iterator[Any]:
    """Load the model file into a fresh PySD model; PySD's own warnings about style are silenced."""
    import pysd
    from pysd.builders.python.python_model_builder import ModelBuilder
    from pysd.translators.vensim.vensim_file import VensimFile
    from pysd.translators.xmile.xmile_file import XmileFile

    source = equations.source
    with tempfile.TemporaryDirectory(prefix="llr_sd_") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            file = VensimFile(source) if source.suffix.casefold() == ".mdl" else XmileFile(source)
            file.parse()
            abstract = file.get_abstract_model()
            builder = ModelBuilder(abstract)
            for section in builder.sections:
                section.path = Path(folder) / section.path.name
            # PySD writes arrays as numpy prints them: without this, cut to eight digits.
            with np.printoptions(precision=17, floatmode="unique", threshold=sys.maxsize):
                code = builder.build_model()
            _look_beside_the_model(Path(folder), source.resolve().parent)
            model = pysd.load(str(code))
            _keep_fractions(model)
            model.initialize()
        except Exception as error:
            raise EngineError(f"PySD cannot load the model ({error}).", where=source.name) from error
        yield model


def _keep_fractions(model: Any) -> None:
    """Give smooths and delays a state of floats: with a whole number as initial value PySD keeps integers and cuts the input."""
    for element in model._dynamicstateful_elements:
        if hasattr(element, "_dynamicstateful_elements"):  # a macro is a model of its own
            _keep_fractions(element)
            continue

        def initialize(init_val: Any = None, element: Any = element, original: Any = element.initialize) -> None:
            original(init_val)
            if getattr(element.state, "dtype", np.dtype(float)).kind in "iu":
                element.state = element.state.astype(float)

        element.initialize = initialize


def _look_beside_the_model(folder: Path, home: Path) -> None:
    """Make PySD's code find spreadsheets beside the model file and macros beside itself."""
    for code in folder.glob("*.py"):
        text = code.read_text(encoding="utf-8").replace("_root.joinpath(", "Path(__file__).parent.joinpath(")
        code.write_text(re.sub(r"^_root = .*$", lambda _: f"_root = Path({str(home)!r})", text, flags=re.M), encoding="utf-8")


def _ensemble(equations: Equations, request: Request, model: Any, rows: NDArray[np.float64]) -> Ensemble:
    import xarray as xr

    variables = list(dict.fromkeys(o.variable.name for o in request.outputs))
    by_name = {v: equations.variables[v] for v in variables}
    runs = rows.shape[0]
    data = {v: np.full((runs, len(request.times), *by_name[v].shape), np.nan) for v in variables}
    status: list[RunStatus] = []
    for r in range(runs):
        try:
            frame = _one_run(equations, request, model, rows[r], variables)
        except (ArithmeticError, ValueError, NotImplementedError) as error:
            status.append(RunStatus(f"error: {error}"))
            continue
        for v in variables:
            data[v][r] = _values(frame, model, by_name[v], len(request.times))
        status.append(_status(by_name, data, r, request.times))
    arrays: dict[str, xr.DataArray] = {}
    for output in request.outputs:
        values, axes = data[output.variable.name], output.variable.axes
        if output.cell is not None:
            values, axes = values.reshape(runs, len(request.times), -1)[:, :, output.cell.position], ()
        dims = ("run", "time", *(a.name for a in axes))
        coords = {a.name: list(a.elements) for a in axes}
        arrays[output.name] = xr.DataArray(values, dims=dims, coords=coords, attrs={"units": output.variable.unit})
    dataset = xr.Dataset(arrays).assign_coords(run=np.arange(runs), time=request.times)
    return Ensemble(dataset, tuple(status), "pysd")


def _one_run(equations: Equations, request: Request, model: Any, row: NDArray[np.float64], variables: list[str]) -> Any:
    """Run PySD once and return its frame: index time, one column a variable, cells scalars or xarray arrays."""
    import xarray as xr

    clock = request.clock
    # PySD has no argument for the initial time that acts before stocks are initialised; its own table of control variables does.
    model.components._control_vars["initial_time"] = lambda: clock.initial
    params: dict[str, Any] = {}
    arrays: dict[str, NDArray[np.float64]] = {}
    for label, value in zip(request.design.names, row, strict=True):
        cell = equations.cell(label)
        variable = cell.variable
        if not variable.axes:
            params[variable.name] = float(value)
            continue
        if variable.name not in arrays:
            cells = (c for c in equations.constants() if c.variable is variable)
            arrays[variable.name] = np.array([equations.constant_value(c) for c in cells])
        arrays[variable.name][cell.position] = value
    for name, flat in arrays.items():
        variable = equations.variables[name]
        coords = {a.name: list(a.elements) for a in variable.axes}
        params[name] = xr.DataArray(flat.reshape(variable.shape), coords, [a.name for a in variable.axes])
    known = {canonical(k): k for k in model.namespace}
    spelling = {v: known[canonical(v)] for v in variables}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        frame = model.run(
            params=params,
            return_columns=list(spelling.values()),
            return_timestamps=list(request.times),
            final_time=clock.final,
            time_step=clock.step,
            saveper=clock.saveper,
            flatten_output=False,
        )
    return frame.rename(columns={v: k for k, v in spelling.items()})


def _values(frame: Any, model: Any, variable: Variable, times: int) -> NDArray[np.float64]:
    """Return one variable of a PySD frame as shape (time, <axes>), whatever order PySD keeps its dimensions in."""
    column = frame[variable.name].tolist()
    if not variable.axes:
        return np.array([float(np.asarray(c)) for c in column])
    names = [a.name for a in variable.axes]
    out = [np.asarray(c.transpose(*names) if set(c.dims) == set(names) else c) for c in column]
    return np.array(out).reshape((times, *variable.shape))


def _status(
    by_name: dict[str, Variable], data: dict[str, NDArray[np.float64]], run: int, times: NDArray[np.float64]
) -> RunStatus:
    """Find the first not-a-number or infinity among the outputs; from then on the run is NaN."""
    first: tuple[int, str, RunStatus] | None = None
    for name, variable in by_name.items():
        bad = np.argwhere(~np.isfinite(data[name][run].reshape(len(times), -1)))
        if len(bad) and (first is None or bad[0][0] < first[0]):
            t, position = int(bad[0][0]), int(bad[0][1])
            value = data[name][run].reshape(len(times), -1)[t, position]
            label = variable.label(list(variable.elements())[position])
            reason = "not a number" if np.isnan(value) else "infinity"
            first = (t, label, RunStatus(reason, label, float(times[t])))
    if first is None:
        return OK
    for name in by_name:
        data[name][run, first[0] :] = np.nan
    return first[2]
