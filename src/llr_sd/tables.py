"""The tidy tables of a study, one row a number, and what its analyses say of themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.prepare import Job, PreparedStudy, Sample, attribution_steps
from llr_sd.result import Block

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Runs = Mapping[str, "xr.Dataset"]
"""The runs of each sample, dims (scenario, run, ...) with "ok"; the "scenario" of a sample is its setting."""


def times_of(prepared: PreparedStudy) -> dict[str, float]:
    """Return the time of each output that is read at one time."""
    return {name: o.at for name, o in prepared.study.outputs.items() if o.at is not None}


def summary_table(prepared: PreparedStudy, runs: xr.Dataset) -> pd.DataFrame:
    """Return the tidy summary: statistics of every output, and the probability of every target."""
    import pandas as pd

    times = times_of(prepared)
    statistics = analysis.summarise(runs, times)
    if not prepared.study.target:
        return statistics
    targets = analysis.target_table(runs, prepared.study.target)
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
    return pd.concat([statistics, probability], ignore_index=True)


def failure_table(prepared: PreparedStudy, blocks: Iterable[tuple[Job, Block]]) -> pd.DataFrame:
    """Return one row a failed run of the main sample: scenario, run, time, variable, reason, then its drawn inputs."""
    import pandas as pd

    design = prepared.samples["monte_carlo"].design
    rows = []
    for job, block in blocks:
        for number, time, variable, reason in block.failures:
            run = job.start + number
            row = {"scenario": prepared.study.scenario[job.setting].name, "run": run}
            row |= {"time": time, "variable": variable, "reason": reason}
            rows.append(row | dict(zip(design.names, map(float, design.values[run]), strict=True)))
    return pd.DataFrame(rows, columns=["scenario", "run", "time", "variable", "reason", *design.names])


def parameter_table(prepared: PreparedStudy) -> pd.DataFrame:
    """Return what was varied, with range, source, grade and label (what people read; empty where there is none)."""
    import pandas as pd

    columns = ["name", "variable", "unit", "distribution", "low", "mode", "high", "sd", "group", "source", "grade", "note"]
    rows = [
        (p.name, p.variable, p.unit, d.kind, d.low, d.mode, d.high, d.sd, p.group, p.source, p.grade, p.note, p.label)
        for p, d in prepared.uncertain
    ]
    return pd.DataFrame(rows, columns=[*columns, "label"])


def design_table(sample: Sample) -> pd.DataFrame:
    """Return the draws: one row a run, one column a varied constant."""
    import pandas as pd

    design = sample.design
    return pd.DataFrame(design.values, columns=list(design.names)).rename_axis("run").reset_index()


def tables_of_models(
    studies: Mapping[str, PreparedStudy], blocks: Mapping[str, Iterable[tuple[Job, Block]]]
) -> dict[str, pd.DataFrame]:
    """Return parameters, draws and failed runs of several models on common draws, each row or column with the name of its model."""
    import pandas as pd

    parameters = [parameter_table(s).assign(model=m) for m, s in studies.items()]
    draws = [design_table(s.samples["monte_carlo"]).set_index("run").add_prefix(f"{m}: ") for m, s in studies.items()]
    failures = [failure_table(s, blocks[m]).assign(model=m) for m, s in studies.items()]
    some = [f for f in failures if len(f)] or failures[:1]
    return {
        "parameters": pd.concat(parameters, ignore_index=True),
        "design": pd.concat(draws, axis=1).reset_index(),
        "failures": pd.concat(some, ignore_index=True),
    }


def sobol_tables(prepared: PreparedStudy, samples: Mapping[str, Sample], runs: Runs) -> pd.DataFrame:
    """Return the Sobol indices by parameter and, where asked for, by group."""
    import pandas as pd

    tables = []
    for name in ("sobol", "sobol_groups"):
        if name in samples:
            design = samples[name].design
            again = sampling.resamples(prepared.study.seed, name, design.plan.replicates if design.plan else 1)
            tables.append(analysis.sobol_table(design, runs[name], times_of(prepared), again))
    return pd.concat(tables, ignore_index=True)


def sensitivity_tables(prepared: PreparedStudy, runs: Runs) -> dict[str, pd.DataFrame]:
    """Return the tables of Morris screening and Shapley effects, where the study asks for them."""
    tables = {}
    makers: dict[str, Callable[..., pd.DataFrame]] = {"morris": analysis.morris_table, "shapley": analysis.shapley_table}
    for name, make in makers.items():
        if name in prepared.samples:
            design = prepared.samples[name].design
            again = sampling.resamples(prepared.study.seed, name, design.plan.base if design.plan else 1)
            tables[name] = make(design, runs[name], times_of(prepared), again)
    return tables


def comparison_tables(prepared: PreparedStudy, runs: Runs) -> dict[str, pd.DataFrame]:
    """Return paired differences and attributions, where the study asks for them."""
    import pandas as pd

    study, times = prepared.study, times_of(prepared)
    tables = {}
    if study.compare_with:
        tables["differences"] = analysis.paired_table(runs["monte_carlo"], study.compare_with, times)
    parts = [
        analysis.attribution_table(attribution_steps(study, i), runs[f"attribution_{i}"], times, part.base, part.scenario)
        for i, part in enumerate(study.attribution, 1)
    ]
    if parts:
        tables["attribution"] = pd.concat(parts, ignore_index=True)
    return tables


def decision_tables(prepared: PreparedStudy, runs: xr.Dataset) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the tables of scenario discovery and of the value of information, and sentences that say what was found."""
    import pandas as pd

    study = prepared.study
    design = prepared.samples["monte_carlo"].design
    tables: dict[str, pd.DataFrame] = {}
    said: list[str] = []
    units = {p.variable: p.unit for p, _ in prepared.uncertain}
    labels = {p.variable: p.label for p, _ in prepared.uncertain if p.label}
    boxes = []
    for part in study.discovery:
        target = next(t for t in study.target if t.name == part.target)
        for scenario in part.scenarios or [s.name for s in study.scenario if s.kind == "scenario"]:
            missed, ok = _missed(runs, scenario, target.output, target.at_least, target.at_most)
            what = f'In "{scenario}" the target "{target.name}" is missed'
            if missed[ok].all() or not missed[ok].any():
                said.append(f"{what} in {'every' if missed[ok].any() else 'no'} run: there is no box to look for.")
                continue
            box = analysis.discover(design, missed, ok, part.density, what, names=labels, units=units)
            boxes.append(box.to_frame().assign(scenario=scenario, target=target.name))
            said.append(box.words)
    if boxes:
        tables["boxes"] = pd.concat(boxes, ignore_index=True)
    voi = study.value_of_information
    if voi:
        values = [runs[voi.benefit].sel(scenario=option).values for option in voi.options]
        ok = np.logical_and.reduce([runs["ok"].sel(scenario=option).values for option in voi.options])
        groups = _groups(prepared) if voi.groups else None
        tables["information"] = analysis.evppi_table(design, np.column_stack(values), ok, groups)
    return tables, said


def _groups(prepared: PreparedStudy) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for p, _ in prepared.uncertain:
        groups.setdefault(p.group or p.name, []).append(p.variable)
    return groups


def _missed(
    runs: xr.Dataset, scenario: str, output: str, at_least: float | None, at_most: float | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    values = runs[output].sel(scenario=scenario).values
    ok = runs["ok"].sel(scenario=scenario).values
    with np.errstate(invalid="ignore"):
        missed = values < at_least if at_least is not None else values > (at_most if at_most is not None else math.inf)
    return missed & ok, ok
