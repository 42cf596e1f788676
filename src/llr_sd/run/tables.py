"""The tidy tables of a study, one row a number, and what its analyses say of themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from llr_sd import analysis, sampling
from llr_sd.result import Block, Constant, Undefined
from llr_sd.run.filled import merged
from llr_sd.run.prepare import Job, PreparedStudy, Sample, correlations

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def times_of(prepared: PreparedStudy) -> dict[str, float]:
    """Return the time of each output that is read at one time."""
    return {name: o.at for name, o in prepared.study.outputs.items() if o.at is not None}


def certain(prepared: PreparedStudy, sample: Sample) -> frozenset[str]:
    """Return the settings of a sample in which no input varies: they set every uncertain parameter, or there is none."""
    study, model = prepared.study, prepared.model
    held = {name: merged(model, study.set, own) for name, own in sample.settings}
    return frozenset(name for name, fixed in held.items() if all(p.name in fixed for p, _ in prepared.uncertain))


def summary_table(prepared: PreparedStudy, runs: xr.Dataset) -> pd.DataFrame:
    """Return the tidy summary: statistics of every output, and the probability of every target."""
    import pandas as pd

    times = times_of(prepared)
    statistics = analysis.summarise(runs, times, certain(prepared, prepared.samples["monte_carlo"]))
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
            "note": "",
        }
    ).join(targets[["low", "high", "runs", "lost", "least", "most"]])
    return pd.concat([statistics, probability], ignore_index=True)


def failure_table(
    prepared: PreparedStudy, blocks: Iterable[tuple[Job, Block]], samples: Mapping[str, Sample] | None = None
) -> pd.DataFrame:
    """Return one row a failed run: sample, scenario, run, time, variable, reason, then its drawn inputs.

    `samples` are those that the blocks belong to, where they are not those of the prepared study.
    """
    import pandas as pd

    design = prepared.samples["monte_carlo"].design
    # A register puts the name of the model before that of a sample; the table says what the sample is for.
    known = {s.name: (key, s) for key, s in (samples or prepared.samples).items()}
    rows = []
    for job, block in blocks:
        purpose, sample = known[job.sample]
        for number, time, variable, reason in block.failures:
            run = job.start + number
            row = {"sample": purpose, "scenario": sample.settings[job.setting][0], "run": run}
            row |= {"time": time, "variable": variable, "reason": reason}
            rows.append(row | dict(zip(sample.design.names, map(float, sample.design.values[run]), strict=True)))
    return pd.DataFrame(rows, columns=["sample", "scenario", "run", "time", "variable", "reason", *design.names])


def parameter_table(prepared: PreparedStudy) -> pd.DataFrame:
    """Return what was varied: range, source, grade and label (what people read), and what is drawn of it.

    `p10`, `p50` and `p90` are those of the distribution with its bounds, or of the draws where those are of a fit; `values` are those of a discrete one, with their shares;
    `whole` names what an input is a share of, where it sums to one with others.
    """
    import pandas as pd

    columns = ["name", "variable", "unit", "distribution", "low", "mode", "high", "sd", "group", "source", "grade", "note"]
    rows, design = [], prepared.samples["monte_carlo"].design
    fitted = prepared.calibrated.columns if prepared.calibrated and prepared.study.uncertain.from_calibration else ()
    for p, d in prepared.uncertain:
        stated = (p.name, p.variable, p.unit, d.kind, d.low, d.mode, d.high, d.sd, p.group, p.source, p.grade, p.note)
        drawn = sampling.percentiles(d)
        if p.variable in fitted:
            low, middle, high = np.quantile(design.values[:, design.names.index(p.variable)], (0.1, 0.5, 0.9)).tolist()
            drawn = (low, middle, high)
        rows.append((*stated, *drawn, d.choices, p.label, p.whole))
    return pd.DataFrame(rows, columns=[*columns, "p10", "p50", "p90", "values", "label", "whole"])


def correlation_table(prepared: PreparedStudy) -> pd.DataFrame:
    """Return one row a stated pair: the rank correlation asked, that of the draws, and the least and greatest that the two can have."""
    import pandas as pd

    pairs = correlations(prepared.study, prepared.model)
    return pd.DataFrame([asdict(t) for t in sampling.ties(prepared.uncertain, pairs, prepared.samples["monte_carlo"].design)])


def design_table(sample: Sample) -> pd.DataFrame:
    """Return the draws: one row a run, one column a varied constant."""
    import pandas as pd

    design = sample.design
    return pd.DataFrame(design.values, columns=list(design.names)).rename_axis("run").reset_index()


def undefined_outputs(prepared: PreparedStudy, runs: xr.Dataset) -> list[Undefined]:
    """Return which expressions are undefined in some runs that the model finished: those are missing for that output alone."""
    ok, found = runs["ok"].values, []
    for name, spec in prepared.study.outputs.items():
        if spec.expression is None or name not in runs:
            continue
        bad = (ok & ~np.isfinite(runs[name].values)).sum(axis=1)
        counts = zip(prepared.study.scenario, bad, ok.sum(axis=1), strict=True)
        found += [Undefined(name, s.name, int(n), int(good)) for s, n, good in counts if n]
    return found


def constant_outputs(prepared: PreparedStudy, runs: xr.Dataset) -> list[Constant]:
    """Return which single numbers are the same in every run of a scenario although its inputs vary and other numbers do."""
    study, found = prepared.study, []
    names = [n for n, o in study.outputs.items() if n in runs and runs[n].ndim == 2]
    sure = certain(prepared, prepared.samples["monte_carlo"])
    for number, scenario in enumerate(study.scenario):
        if scenario.kind != "scenario" or scenario.name in sure:
            continue
        ok = runs["ok"].values[number]
        good = {n: (v := runs[n].values[number][ok])[np.isfinite(v)] for n in names}
        same = [n for n, values in good.items() if len(values) > 1 and analysis.no_variance(values[:, None])[0]]
        if len(same) < len(names):
            found += [Constant(name, scenario.name, len(good[name])) for name in same]
    return found
