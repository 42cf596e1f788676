"""One job of a study: run a block of its runs and keep the study's outputs; and the key of all that its numbers depend on."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, store
from llr_sd.design import Design
from llr_sd.engine.controls import control_value
from llr_sd.engine.request import saved_times
from llr_sd.ensemble import Ensemble, RunStatus
from llr_sd.equations import canonical
from llr_sd.findings import merged
from llr_sd.laws import shares_off
from llr_sd.model import Model
from llr_sd.result import Block
from llr_sd.run.prepare import Job, PreparedStudy, Sample, law_outputs
from llr_sd.study import Study

MUCH = 0.05
"""Share of its largest value by which a variable may change when the step is halved before that is said."""


def runs_key(study: Study, model: Model, engine: str) -> str:
    """Return the key of what every run of a study depends on: equations, outputs, engine, libraries and this package's own code.

    The wording of a study, its analyses and the rest of its scenarios do not count: runs that are done outlive a change of them.
    """
    outputs = {name: (o.variable, o.at, o.expression, o.unit) for name, o in study.outputs.items()}
    equations = model.equations
    laws = [(c.name, c.variable, c.tolerance, c.scale) for c in model.laws]
    parts = (equations.variables, equations.ranges, equations.method, outputs, laws, engine, store.versions(), _own_code())
    return _fingerprint(parts)


def block_key(key: str, job: Job) -> str:
    """Return the key of a block: that of every run of its study, and the rows that it runs."""
    return _fingerprint((key, job.design.names, job.design.values))


def labels_of(study: Study) -> dict[str, str]:
    """Return what people call each output."""
    return {name: spec.label or spec.variable or name for name, spec in study.outputs.items()}


def run_block(study: Study, model: Model, job: Job, engine: str, threads: int | None) -> Block:
    """Run a job and return the study's outputs.

    A run in which a variable is not finite, or that breaks a law of its model, failed; an expression may be undefined.
    """
    every, names, times = _asked(study, model, job.design)
    if model.laws:
        names, times = list(dict.fromkeys((*names, *law_outputs(model)))), sorted({*times, *every.tolist()})
    ensemble = model.run(job.design, names, times, engine, threads)
    spelling = {canonical(str(n)): str(n) for n in ensemble.dataset.data_vars}

    outputs: dict[str, NDArray[np.float64]] = {}
    dims: dict[str, tuple[str, ...]] = {}
    coords: dict[str, tuple[float | str, ...]] = {"time": tuple(every.tolist())}
    units: dict[str, str] = {}
    for name, spec in sorted(
        study.outputs.items(), key=lambda o: o[1].variable is None
    ):  # an expression may stand before what it reads
        if spec.variable is not None:
            array = ensemble.dataset[spelling[canonical(spec.variable)]]
            array = array.sel(time=every) if spec.at is None else array.sel(time=spec.at, method="nearest", drop=True)
            outputs[name], dims[name] = np.array(array.values), tuple(map(str, array.dims[1:]))
            coords |= {d: tuple(array[d].values.tolist()) for d in dims[name] if d != "time"}
            units[name] = str(array.attrs.get("units", ""))
        else:
            scalars = {n: a for n, a in outputs.items() if a.ndim == 1}
            where = f"{study.where}, outputs > {name}"
            outputs[name], dims[name] = analysis.evaluate(spec.expression or "", scalars, where), ()
            units[name] = spec.unit or ""
    outputs = {name: outputs[name] for name in study.outputs}
    ok, failures = _failures(study, _lawful(model, ensemble), outputs)
    return Block(outputs, dims, coords, units, labels_of(study), ok, failures)


def _lawful(model: Model, ensemble: Ensemble) -> tuple[RunStatus, ...]:
    """Return the status of each run: failed, by the name of the law, where a balance of the model is further off than it allows."""
    status, times = list(ensemble.status), ensemble.dataset["time"].values
    data = {canonical(str(n)): a.values for n, a in ensemble.dataset.data_vars.items()}
    for law in model.laws:
        share = shares_off(data[canonical(law.variable)], data[canonical(law.scale)] if law.scale else None)
        off = ~(share <= law.tolerance)  # a balance that has no value is not held
        late: NDArray[np.bool_] = np.asarray(off.reshape(*off.shape[:2], -1).any(axis=2))
        for run in np.flatnonzero(late.any(axis=1)):
            if status[run].ok:
                status[run] = RunStatus(f'breaks the law "{law.name}"', law.variable, float(times[late[run].argmax()]))
    return tuple(status)


def _asked(study: Study, model: Model, design: Design) -> tuple[NDArray[np.float64], list[str], list[float]]:
    """Return every saved time, and the variables and times that the outputs of a study need."""
    every = saved_times(model.equations, design)
    at = [o.at for o in study.outputs.values() if o.at is not None]
    over_time = any(o.variable is not None and o.at is None for o in study.outputs.values())
    names = list(dict.fromkeys(o.variable for o in study.outputs.values() if o.variable is not None))
    return every, names, sorted({*(every.tolist() if over_time else ()), *at})


def first_look(prepared: PreparedStudy, engine: str) -> list[str]:
    """Return what the engine finds in a few runs of each scenario: the central one, and those where an input is at its ends.

    What is found are delays and smooths that are shorter than a step, and else outputs that change much when the step is halved:
    sentences for the reader, before the many runs are made.
    The start of every run is looked at too: a delay time that is not above zero in any of them is an error by name. PySD finds none.
    """
    if engine == "pysd":
        return []
    draws = prepared.samples["monte_carlo"].design
    ends = np.unique(np.concatenate([draws.values.argmin(axis=0), draws.values.argmax(axis=0)])) if draws.names else np.array([0])
    rows = np.vstack([prepared.samples["central"].design.values, draws.values[ends]])
    few = Sample("first_look", Design(draws.names, rows, "central"), prepared.samples["central"].settings)
    study, model, found = prepared.study, prepared.model, []
    for job in prepared.jobs(few):
        _, names, times = _asked(study, model, job.design)
        found.append(model.run(job.design, names, times, engine).findings)
    for job in (j for sample in prepared.samples.values() for j in prepared.jobs(sample)):
        found.append(model.examine(job.design, _asked(study, model, job.design)[1]))
    told = [str(f) for f in merged(found)]
    return told or _halved(prepared, [j for j in prepared.jobs(few) if j.start == 0], engine)


def _halved(prepared: PreparedStudy, jobs: list[Job], engine: str) -> list[str]:
    """Say which variables of the central runs change by more than `MUCH` when TIME STEP is halved: a rate is too fast for it."""
    worst: dict[str, tuple[float, str]] = {}
    for job in jobs:
        _, names, times = _asked(prepared.study, prepared.model, job.design)
        step = control_value("TIME STEP", prepared.model.equations, job.design)
        keep = [i for i, n in enumerate(job.design.names) if canonical(n) != canonical("TIME STEP")]
        row = job.design.values[:1]
        finer = Design((*(job.design.names[i] for i in keep), "TIME STEP"), np.append(row[:, keep], [[step / 2]], axis=1))
        coarse, fine = (prepared.model.run(d, names, times, engine) for d in (Design(job.design.names, row), finer))
        if not (coarse.status[0].ok and fine.status[0].ok):
            continue
        for name, values in coarse.dataset.items():
            a, b = values.values, fine.dataset[name].values
            most = np.nanmax(np.abs(np.append(a, b)), initial=0.0)
            share = float(np.nanmax(np.abs(a - b), initial=0.0) / most) if most else 0.0
            worst[str(name)] = max(worst.get(str(name), (0.0, "")), (share, prepared.study.scenario[job.setting].name))
    return [
        f'"{name}" changes by {share:.0%} in "{scenario}" when TIME STEP is halved: the step may be too long for a rate. '
        "Make it shorter until the change is small, or see that the change is meant."
        for name, (share, scenario) in worst.items()
        if share > MUCH
    ]


def _failures(
    study: Study, status: tuple[RunStatus, ...], outputs: Mapping[str, NDArray[np.float64]]
) -> tuple[NDArray[np.bool_], tuple[tuple[int, float | None, str, str], ...]]:
    ok = np.array([s.ok for s in status], dtype=bool)
    found = [(i, s.time, s.variable, s.reason) for i, s in enumerate(status) if not s.ok]
    for name, values in outputs.items():
        if study.outputs[name].variable is None:  # an expression that is undefined says nothing against the run
            continue
        bad = ok & ~np.isfinite(values.reshape(len(ok), -1)).all(axis=1)
        found += [(int(i), study.outputs[name].at, name, "not a finite number") for i in np.flatnonzero(bad)]
        ok &= ~bad
    for values in outputs.values():
        values[~ok] = np.nan
    return ok, tuple(sorted(found, key=lambda f: f[0]))


@functools.cache
def _own_code() -> str:
    """Return a hash of this package's modules: runs of another state of the code are not gone on from."""
    folder = Path(__file__).parents[1]
    files = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.py")}
    return _fingerprint(sorted(files.items()))


def _fingerprint(value: Any) -> str:
    """Return a hash of nested values that differs whenever any of them does; nesting may be deep."""
    code = hashlib.sha256()
    left = [value]
    while left:
        part = left.pop()
        kind = type(part).__name__
        if isinstance(part, np.ndarray):
            code.update(f"{kind} {part.dtype.str} {part.shape};".encode())
            code.update(np.ascontiguousarray(part).tobytes())
        elif part is None or isinstance(part, (str, int, float)):
            text = repr(part).encode()
            code.update(f"{kind} {len(text)} ".encode() + text)
        else:
            if is_dataclass(part):
                inner = [getattr(part, f.name) for f in fields(part)]
            else:
                inner = [x for pair in part.items() for x in pair] if isinstance(part, Mapping) else list(part)
            code.update(f"{kind} {len(inner)};".encode())
            left += reversed(inner)
    return code.hexdigest()
