"""The whole method: a study becomes scenarios and draws, runs, numbers with intervals, and a results folder.

`run_study` reads in the order in which a report would describe the work. Nothing else combines the parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llr_sd import analysis, sampling, store
from llr_sd.design import Design
from llr_sd.engine import DEFAULT
from llr_sd.equations import canonical
from llr_sd.errors import InputError, nearest
from llr_sd.model import Model, load_model
from llr_sd.parameters import Distribution, Parameter
from llr_sd.result import StudyResult
from llr_sd.study import Scenario, Study, load_study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Progress = Callable[[str, int, int], None]
"""Called with the stage, the runs done and the runs in all."""


def run_study(
    study: Study | str | Path,
    out: str | Path | None = None,
    engine: str = DEFAULT,
    threads: int | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """Run a study and write its results folder.

    Parameters
    ----------
    study
        A study, or the path of one.
    out
        The results folder; `results` beside the study file by default.
    engine, threads
        As in `Model.run`.
    progress
        Called as the runs are done.

    Returns
    -------
    StudyResult
        What the folder holds.

    Raises
    ------
    LlrSdError
        When the study does not fit the model, a run cannot be made or the folder cannot be written; nothing is left behind then.
    """
    if not isinstance(study, Study):
        study = load_study(study)
    model = load_model(study.model, study.folder)
    uncertain = uncertain_parameters(study, model)
    check_study(study, model)
    design = sampling.draw_monte_carlo(uncertain, study.monte_carlo.runs if uncertain else 1, study.seed)

    folder = store.ResultsFolder(Path(out) if out is not None else study.folder / "results", study.title)
    try:
        batches = run_scenarios(study, model, uncertain, design, engine, threads, progress or _silent)
        runs = combine(study, batches)
        tables = {
            "summary": summary_table(study, runs),
            "targets": analysis.target_table(runs, study.target),
            "failures": failure_table(batches, design),
            "parameters": parameter_table(uncertain),
            "design": design_table(design),
        }
        facts = {
            "model": model.name,
            "command": f"llr-sd run {study.folder.as_posix()}",
            "engine": engine,
            "seed": study.seed,
            "runs": design.runs,
            "scenarios": len(study.scenario),
            "failed": len(tables["failures"]),
            "illustrative": study.illustrative,
        }
        result = folder.write(study, _files(model), runs, tables, facts)

        from llr_sd import report

        (progress or _silent)("drawing", 0, 1)
        report.write_report(result)
        report.write_workbook(result)
        return replace(result, path=folder.finish())
    finally:
        folder.discard()


# --- the study against the model --------------------------------------------------------------------------------------


def uncertain_parameters(study: Study, model: Model) -> list[tuple[Parameter, Distribution]]:
    """Return the uncertain parameters of a study with their distributions, in the order of the model's table."""
    where = f"{study.file}, uncertain"
    chosen: dict[str, Parameter] = {}
    for group in study.uncertain.groups:
        chosen |= {p.name: p for p in model.table.in_group(group, f"{where} > groups")}
    for name in study.uncertain.names:
        parameter = model.table.get(name, f"{where} > names")
        chosen[parameter.name] = parameter
    distributions = {p.name: p.distribution for p in chosen.values()}
    for name, given in study.uncertain.override.items():
        key = f"{where} > override > {name}"
        parameter = model.table.get(name, key)
        chosen[parameter.name] = parameter
        _same_unit(given.unit, parameter.unit, parameter.name, key)
        try:
            distribution = Distribution(given.distribution, given.low, given.mode, given.high)
        except InputError as error:
            raise InputError(error.what, where=key, mend=error.mend) from None
        for value in (distribution.low, distribution.mode, distribution.high):
            if math.isfinite(value):
                parameter.check(value, key)
        distributions[parameter.name] = distribution
    for name in study.uncertain.names:
        parameter = model.table.get(name, f"{where} > names")
        if distributions[parameter.name].kind == "fixed":
            raise InputError(
                f"{parameter.name} has no distribution in the model's table.",
                where=f"{where} > names",
                mend=f"Give it one under [uncertain.override.{parameter.name}].",
            )
    return [(p, distributions[p.name]) for p in model.table if p.name in chosen]


def check_study(study: Study, model: Model) -> None:
    """Hold scenarios, outputs and targets against the model before anything runs; raise InputError with file and key."""
    for key, settings in [("set", study.set), *((f'scenario "{s.name}" > set', s.set) for s in study.scenario)]:
        for name, value in settings.items():
            try:
                model.design({name: value})
            except InputError as error:
                raise InputError(error.what, where=f"{study.file}, {key}", mend=error.mend) from None
    scalars = {name for name, o in study.outputs.items() if o.at is not None}
    for name, output in study.outputs.items():
        where = f"{study.file}, outputs > {name}"
        if output.variable is not None:
            unit = _output_unit(model, output.variable, where)
            _same_unit(output.unit, unit, output.variable, where)
        else:
            for used in analysis.names_in(output.expression or "", where):
                if used not in scalars:
                    raise InputError(f'no output with "at" is called "{used}".', where=where, mend=nearest(used, scalars))
            scalars.add(name)


def _output_unit(model: Model, variable: str, where: str) -> str:
    try:
        if model.equations.find(variable) is None and "[" in variable:
            return model.equations.cell(variable).variable.unit
        return model.equations.variable(variable).unit
    except InputError as error:
        raise InputError(error.what, where=where, mend=error.mend) from None


def _same_unit(given: str | None, unit: str, name: str, where: str) -> None:
    if given is not None and given != unit:
        raise InputError(
            f'{name} is in "{unit}", not "{given}".', where=where, mend=f'Convert the number and write unit = "{unit}".'
        )


# --- the runs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """The runs of one scenario: outputs as arrays with dims (run, ...), whether each run is good, and the central run."""

    scenario: Scenario
    runs: xr.Dataset
    central: xr.Dataset
    failures: tuple[tuple[int, float | None, str, str], ...]


def run_scenarios(
    study: Study,
    model: Model,
    uncertain: list[tuple[Parameter, Distribution]],
    design: Design,
    engine: str,
    threads: int | None,
    progress: Progress,
) -> list[Batch]:
    """Run every scenario on the same draws, and once with each uncertain parameter at its mode."""
    total = len(study.scenario) * (design.runs + 1)
    done = 0
    batches = []
    for scenario in study.scenario:
        fixed = {**study.set, **scenario.set}
        middle = {p.name: (d.mode if math.isfinite(d.mode) else p.value) for p, d in uncertain}
        central, _ = _run(study, model, model.design({**middle, **fixed}), engine, threads, lambda n: None)

        def tick(n: int, name: str = scenario.name) -> None:
            nonlocal done
            done += n
            progress(name, done, total)

        tick(1)
        runs, failures = _run(study, model, _fix(design, fixed, model), engine, threads, tick)
        batches.append(Batch(scenario, runs, central.isel(run=0, drop=True), failures))
    return batches


def _fix(design: Design, fixed: Mapping[str, float], model: Model) -> Design:
    """Return the design with the columns that a scenario sets held at its values."""
    setting = model.design(fixed)
    keep = [i for i, n in enumerate(design.names) if n not in setting.names]
    columns = [design.values[:, keep], np.repeat(setting.values, design.runs, axis=0)]
    return Design((*(design.names[i] for i in keep), *setting.names), np.hstack(columns), design.kind, design.seed)


def _run(
    study: Study, model: Model, design: Design, engine: str, threads: int | None, tick: Callable[[int], None]
) -> tuple[xr.Dataset, tuple[tuple[int, float | None, str, str], ...]]:
    """Run one design and keep the study's outputs; also return (run, time, variable, reason) of each failure."""
    import xarray as xr

    from llr_sd.engine.request import saved_times

    every = saved_times(model.equations, design)
    at = [o.at for o in study.outputs.values() if o.at is not None]
    over_time = any(o.variable is not None and o.at is None for o in study.outputs.values())
    times = sorted({*(every if over_time else ()), *at})
    names = list(dict.fromkeys(o.variable for o in study.outputs.values() if o.variable is not None))
    blocks, failures, start = [], [], 0
    block = 1 if engine == "pysd" else 4096
    for ensemble in model.stream(design, names, times, engine, threads, block):
        good = np.array([s.ok for s in ensemble.status])
        failures += [(start + i, s.time, s.variable, s.reason) for i, s in enumerate(ensemble.status) if not s.ok]
        blocks.append(_outputs(study, model, ensemble.dataset, every).assign(ok=("run", good)))
        start += len(good)
        tick(len(good))
    runs = xr.concat(blocks, dim="run", join="exact", combine_attrs="override") if len(blocks) > 1 else blocks[0]
    odd = [n for n, a in runs.data_vars.items() if n != "ok" and "time" not in a.dims]
    for name in odd:
        bad = runs["ok"].values & ~np.isfinite(runs[name].values.reshape(runs.sizes["run"], -1)).all(axis=1)
        failures += [(int(i), None, str(name), "not a finite number") for i in np.flatnonzero(bad)]
        runs["ok"] = ("run", runs["ok"].values & ~bad)
    return runs, tuple(sorted(failures, key=lambda f: f[0]))


def _outputs(study: Study, model: Model, dataset: xr.Dataset, every: np.ndarray) -> xr.Dataset:
    """Turn the saved variables of a block into the study's outputs."""
    import xarray as xr

    outputs: dict[str, xr.DataArray] = {}
    for name, spec in study.outputs.items():
        where = f"{study.file}, outputs > {name}"
        if spec.variable is not None:
            array = dataset[_dataset_name(dataset, spec.variable)]
            array = array.sel(time=every) if spec.at is None else array.sel(time=spec.at, method="nearest", drop=True)
        else:
            scalars = {n: a.values for n, a in outputs.items() if a.dims == ("run",)}
            array = xr.DataArray(
                analysis.evaluate(spec.expression or "", scalars, where), dims="run", attrs={"units": spec.unit or ""}
            )
        outputs[name] = array.assign_attrs(units=array.attrs.get("units", ""), label=spec.label or spec.variable or name)
    return xr.Dataset(outputs).drop_vars("run", errors="ignore")


def _dataset_name(dataset: xr.Dataset, variable: str) -> str:
    return next(str(n) for n in dataset.data_vars if canonical(str(n)) == canonical(variable))


def combine(study: Study, batches: list[Batch]) -> xr.Dataset:
    """Join the scenarios: dims (scenario, run, ...); times that a scenario was not saved at are NaN."""
    import xarray as xr

    names = xr.DataArray([b.scenario.name for b in batches], dims="scenario", name="scenario")
    runs = xr.concat([b.runs for b in batches], dim=names, join="outer", combine_attrs="override")
    central = xr.concat([b.central for b in batches], dim=names, join="outer", combine_attrs="override")
    runs["ok"] = runs["ok"].astype(bool)
    return runs.assign({f"central: {n}": a for n, a in central.data_vars.items() if n != "ok"})


# --- the tables -------------------------------------------------------------------------------------------------------


def summary_table(study: Study, runs: xr.Dataset) -> pd.DataFrame:
    """Return the tidy summary: statistics of every output, and the probability of every target."""
    import pandas as pd

    times = {name: o.at for name, o in study.outputs.items() if o.at is not None}
    statistics = analysis.summarise(runs, times)
    targets = analysis.target_table(runs, study.target)
    probability = pd.DataFrame(
        {
            "scenario": targets["scenario"],
            "output": targets["target"],
            "time": [times.get(o, math.nan) for o in targets["output"]],
            "element": "",
            "statistic": "probability",
            "value": targets["probability"],
            "low": targets["low"],
            "high": targets["high"],
            "runs": targets["runs"],
        }
    )
    return pd.concat([statistics, probability], ignore_index=True) if len(targets) else statistics


def failure_table(batches: list[Batch], design: Design) -> pd.DataFrame:
    """Return one row a failed run: scenario, run, time, variable, reason, then its drawn inputs."""
    import pandas as pd

    rows = [
        {"scenario": b.scenario.name, "run": run, "time": time, "variable": variable, "reason": reason}
        | dict(zip(design.names, map(float, design.values[run]), strict=True))
        for b in batches
        for run, time, variable, reason in b.failures
    ]
    return pd.DataFrame(rows, columns=["scenario", "run", "time", "variable", "reason", *design.names])


def parameter_table(uncertain: list[tuple[Parameter, Distribution]]) -> pd.DataFrame:
    """Return what was varied, with range, source and grade."""
    import pandas as pd

    columns = ["name", "variable", "unit", "distribution", "low", "mode", "high", "group", "source", "grade", "note"]
    rows = [(p.name, p.variable, p.unit, d.kind, d.low, d.mode, d.high, p.group, p.source, p.grade, p.note) for p, d in uncertain]
    return pd.DataFrame(rows, columns=columns)


def design_table(design: Design) -> pd.DataFrame:
    """Return the draws: one row a run, one column a varied constant."""
    import pandas as pd

    return pd.DataFrame(design.values, columns=list(design.names)).rename_axis("run").reset_index()


def _files(model: Model) -> tuple[Path, ...]:
    own = model.table.source
    return (model.equations.source,) if own == model.equations.source else (model.equations.source, own)


def _silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""
