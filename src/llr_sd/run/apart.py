"""What the Monte Carlo draws alone say of the inputs: which of them meet a target, fail a run, or carry the variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from llr_sd import analysis, sampling
from llr_sd.rounding import reaches
from llr_sd.run.filled import merged
from llr_sd.run.prepare import PreparedStudy
from llr_sd.run.tables import times_of
from llr_sd.studyparts import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True)
class Causes:
    """Which inputs tell the runs without a result from the others; `output` is empty where the model failed."""

    scenario: str
    output: str
    failed: int
    runs: int
    found: tuple[analysis.Separation, ...]


def varied(prepared: PreparedStudy, scenario: Scenario) -> tuple[str, ...]:
    """Return the columns of the draws that vary in a scenario: those that neither it nor the whole study sets."""
    held = merged(prepared.model, prepared.study.set, scenario.set)
    return tuple(p.variable for p, _ in prepared.uncertain if p.name not in held)


def failure_causes(prepared: PreparedStudy, runs: xr.Dataset) -> tuple[Causes, ...]:
    """Return, for each scenario, what tells its failed runs from the others, then the same of each single number that is undefined in some."""
    design = prepared.samples["monte_carlo"].design
    singles = [n for n, o in prepared.study.outputs.items() if n in runs and runs[n].ndim == 2]
    causes = []
    for number, scenario in enumerate(prepared.study.scenario):
        ok = runs["ok"].values[number]
        lost = {"": (~ok, np.ones(len(ok), dtype=bool))}
        lost |= {n: (~np.isfinite(runs[n].values[number]), ok) for n in singles}
        for output, (marked, judged) in lost.items():
            failed, every = int((marked & judged).sum()), int(judged.sum())
            if not failed:
                continue
            enough = min(failed, every - failed) >= analysis.FEWEST_FAILED
            found = analysis.separations(design, varied(prepared, scenario), marked, judged) if enough else ()
            causes.append(Causes(scenario.name, output, failed, every, found))
    return tuple(causes)


def cause_table(prepared: PreparedStudy, causes: tuple[Causes, ...]) -> pd.DataFrame:
    """Return one row an input for each of `failure_causes`; a note stands where the runs are too few."""
    import pandas as pd

    scenarios = {s.name: s for s in prepared.study.scenario}
    frames = []
    for c in causes:
        few = f"too few runs: {analysis.FEWEST_FAILED} of each side needed"
        enough = min(c.failed, c.runs - c.failed) >= analysis.FEWEST_FAILED
        inputs = varied(prepared, scenarios[c.scenario])
        rows = analysis.separation_table(c.found, inputs, c.failed, c.runs, "" if enough else few)
        rows.insert(0, "scenario", c.scenario)
        rows.insert(1, "output", c.output)
        frames.append(rows)
    return pd.concat(frames, ignore_index=True)


def regional_table(prepared: PreparedStudy, runs: xr.Dataset) -> pd.DataFrame:
    """Return, for each target and scenario, how far the runs that meet it lie from those that miss it, one row an input.

    Columns scenario, target, then those of `analysis.separation_table`: `marked` counts the runs that meet it, `runs` those with a result.
    """
    import pandas as pd

    design = prepared.samples["monte_carlo"].design
    frames = []
    for number, scenario in enumerate(prepared.study.scenario):
        inputs = varied(prepared, scenario)
        for target in prepared.study.target if inputs else ():
            values = runs[target.output].values[number]
            judged = runs["ok"].values[number] & np.isfinite(values)
            met = reaches(values, target.at_least, target.at_most) & judged
            counts = int(met.sum()), int(judged.sum())
            if min(counts[0], counts[1] - counts[0]) < analysis.FEWEST_SIDE:
                note = f"{counts[0]:,} of {counts[1]:,} runs meet it: {analysis.FEWEST_SIDE} that meet it and {analysis.FEWEST_SIDE} that miss it needed"
                rows = analysis.separation_table((), inputs, *counts, note)
            else:
                rows = analysis.separation_table(analysis.separations(design, inputs, met, judged), inputs, *counts)
            rows.insert(0, "scenario", scenario.name)
            rows.insert(1, "target", target.name)
            frames.append(rows)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def given_table(prepared: PreparedStudy, runs: xr.Dataset) -> pd.DataFrame:
    """Return first-order indices from the draws for every number at one time, or where there is none for the last time of the others."""
    import pandas as pd

    study, design = prepared.study, prepared.samples["monte_carlo"].design
    known = [n for n in study.outputs if n in runs]
    singles = [n for n in known if "time" not in runs[n].dims]
    shown = runs[["ok", *singles]] if singles else runs[["ok", *known]].isel(time=-1)
    times = times_of(prepared) if singles else dict.fromkeys(known, float(runs["time"].values[-1]))
    nothing = sampling.dummy(study.seed, design.runs)
    frames = []
    for number, scenario in enumerate(study.scenario):
        inputs = varied(prepared, scenario)
        if inputs:
            own = shown.isel(scenario=[number])
            frames.append(analysis.given_data_table(design, inputs, nothing, own, times))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
