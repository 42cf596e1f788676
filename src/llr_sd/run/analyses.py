"""The analyses that a study can ask for, a row each; each makes tables of the runs, and says what it found and what it cannot give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from llr_sd import analysis, sampling
from llr_sd.errors import InputError
from llr_sd.result import NO_LOG, NOT_JUDGED, REFUSED, Fact, Gap, NoBox, to_manifest
from llr_sd.rounding import reaches
from llr_sd.run import apart, tables
from llr_sd.run.answers import lever_table
from llr_sd.run.backtest import observed_tables
from llr_sd.run.execute import Runner
from llr_sd.run.feasible import groups_of
from llr_sd.run.fitting.tables import calibration_tables
from llr_sd.run.levers import find_levers
from llr_sd.run.prepare import PreparedStudy, Sample, attribution_steps, sensitivity_samples, unseen
from llr_sd.study import Study
from llr_sd.studyparts import Sobol

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Got = TypeVar("Got")
GIVEN_RUNS = 500
"""Runs from which on a study without a Sobol analysis gets indices from its draws."""


@dataclass(frozen=True)
class Work:
    """What every analysis works on: the study, its main runs (dims (scenario, run, ...) with "ok"), and what runs and reads samples."""

    prepared: PreparedStudy
    runs: xr.Dataset
    runner: Runner

    @property
    def study(self) -> Study:
        """The study."""
        return self.prepared.study

    def read(self, name: str) -> xr.Dataset:
        """Return the runs of a prepared sample."""
        return self.runner.read(self.prepared.samples[name])


@dataclass(frozen=True)
class Made:
    """What an analysis gives.

    Attributes
    ----------
    tables
        Tidy tables by name, one row a number.
    gaps
        What it was asked for and cannot give.
    found
        What it found beside its tables.
    facts
        What the manifest says of it.
    samples
        Samples that it ran beyond the prepared ones, by name.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    found: tuple[Fact, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """A row of the table of analyses: its name, what of a study asks for it (empty or None where nothing does), and what makes it."""

    name: str
    asked: Callable[[Study], object]
    make: Callable[[Work], Made]


def analyse(work: Work) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Make every table that a study asks for.

    Returns
    -------
    tables, facts
        The tables by name; what the manifest says of them: findings and gaps.
    """
    prepared, study = work.prepared, work.study
    made = [row.make(work) for row in ANALYSES if row.asked(study)]
    found = {name: table for m in made for name, table in m.tables.items()}
    ran = dict(prepared.samples)
    for m in made:
        ran |= m.samples
    found["failures"] = tables.failure_table(prepared, (b for s in ran.values() for b in work.runner.blocks(s)), ran)
    gaps = [g for m in made for g in m.gaps]
    facts = {key: value for m in made for key, value in m.facts.items()}
    facts["findings"] = list(prepared.told)
    facts["facts"] = to_manifest(f for m in made for f in m.found)
    facts["gaps"] = [asdict(g) for g in gaps]
    return found, facts


def _basics(work: Work) -> Made:
    """What every study has: statistics, targets, inputs and draws; and which outputs are undefined in some runs, or never vary."""
    prepared, runs = work.prepared, work.runs
    found = {
        "summary": tables.summary_table(prepared, runs),
        "targets": analysis.target_table(runs, work.study.target),
        "parameters": tables.parameter_table(prepared),
        "design": tables.design_table(prepared.samples["monte_carlo"]),
    }
    return Made(found, found=(*tables.undefined_outputs(prepared, runs), *tables.constant_outputs(prepared, runs)))


def _failures(work: Work) -> Made:
    """Which inputs tell the failed runs from the others."""
    causes = apart.failure_causes(work.prepared, work.runs)
    if not causes:
        return Made()
    return Made({"failure_causes": apart.cause_table(work.prepared, causes)})


def _regional(work: Work) -> Made:
    table = apart.regional_table(work.prepared, work.runs)
    return Made({"regional": table} if len(table) else {})


def _given(work: Work) -> Made:
    table = apart.given_table(work.prepared, work.runs)
    return Made({"given_data": table} if len(table) else {})


def _asks_given(study: Study) -> bool:
    """Where inputs go together, or where there is no Sobol analysis and the runs are many."""
    return bool(study.correlation) or (study.sobol is None and study.monte_carlo.runs >= GIVEN_RUNS)


def _correlations(work: Work) -> Made:
    return Made({"correlations": tables.correlation_table(work.prepared)})


def _sobol(work: Work) -> Made:
    """Sobol indices at the stated base, or at the base where they have settled."""
    prepared, runner, study = work.prepared, work.runner, work.study
    first = {n: s for n, s in prepared.samples.items() if n in ("sobol", "sobol_groups")}
    wanted = study.convergence
    if wanted is None or study.sobol is None:
        table = _sobol_table(prepared, first, runner)
        return Made(_with_sums(table) | _over_time(prepared, first, runner), _refused("sobol", table))

    def samples(base: int) -> dict[str, Sample]:
        return {s.name: s for s in sensitivity_samples(study, prepared.uncertain, prepared.model, base) if s.name in first}

    def evaluate(base: int) -> pd.DataFrame:
        grown = samples(base)
        runner.run(grown.values())
        return _sobol_table(prepared, grown, runner)

    settled = analysis.grow(
        evaluate, lambda base: sum(s.runs for s in samples(base).values()), study.sobol.base, wanted.budget, wanted.tolerance
    )
    facts = {"converged": settled.converged}
    last = samples(settled.base)
    found = {"convergence": settled.history, **_with_sums(settled.table), **_over_time(prepared, last, runner)}
    return Made(found, _refused("sobol", settled.table), facts=facts, samples=last)


def _with_sums(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the indices, and apart from them what they add up to: a number of all inputs has no input."""
    sums = table["index"].isin(analysis.SUMS)
    return {"sobol": table[~sums].reset_index(drop=True), "sobol_sums": table[sums].reset_index(drop=True)}


def _over_time(prepared: PreparedStudy, samples: Mapping[str, Sample], runner: Runner) -> dict[str, pd.DataFrame]:
    """Return one index an output over all its times, where an output has several."""
    table = _sobol_table(prepared, samples, runner, over_time=True)
    return {"sobol_over_time": table} if len(table) else {}


def _sobol_table(prepared: PreparedStudy, samples: Mapping[str, Sample], runner: Runner, over_time: bool = False) -> pd.DataFrame:
    """Return the indices by parameter with their sums and, where asked for, by group."""
    import pandas as pd

    found, asked = [], prepared.study.sobol or Sobol()
    for name, sample in samples.items():
        plan = sample.design.plan
        again = sampling.resamples(prepared.study.seed, name, plan.replicates if plan else 1)
        make = partial(
            analysis.sobol_table, scale_of=asked.scale_of, over_time=over_time, with_sums=name == "sobol" and not over_time
        )
        found.append(make(sample.design, runner.read(sample), tables.times_of(prepared), again))
    return pd.concat(found, ignore_index=True)


def _resampled(work: Work, name: str, make: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return the table of a structured design, with resamples of its blocks behind the intervals."""
    design = work.prepared.samples[name].design
    again = sampling.resamples(work.study.seed, name, design.plan.base if design.plan else 1)
    return make(design, work.read(name), tables.times_of(work.prepared), again)


def _morris(work: Work) -> Made:
    """Morris screening; an input that its levels cannot show has no number, and a note."""
    table = _resampled(work, "morris", analysis.morris_table)
    hidden = table["input"].isin(unseen(work.prepared.uncertain)) & (table["note"] != REFUSED)
    table.loc[hidden, ["value", "low", "high"]] = np.nan
    table.loc[hidden, "note"] = NOT_JUDGED
    return Made({"morris": table}, _refused("morris", table))


def _shapley(work: Work) -> Made:
    table = _resampled(work, "shapley", analysis.shapley_table)
    return Made({"shapley": table}, _refused("shapley", table))


def _refused(name: str, table: pd.DataFrame) -> tuple[Gap, ...]:
    """Return a gap for each output of a scenario whose indices were refused."""
    gaps = []
    for r in table[table["note"].isin((REFUSED, NO_LOG))].drop_duplicates(["scenario", "output"]).to_dict("records"):
        why = "some of its values are not above 0 and have no logarithm; its rank has indices" if r["note"] == NO_LOG else ""
        lost, blocks = (0, 0) if why else (int(r["lost"]), int(r["blocks"] + r["lost"]))
        gaps.append(Gap(name, str(r["scenario"]), str(r["output"]), reason=why, lost=lost, blocks=blocks))
    return tuple(gaps)


def _differences(work: Work) -> Made:
    base, prepared = str(work.study.compare_with), work.prepared
    sure = tables.certain(prepared, prepared.samples["monte_carlo"])
    return Made({"differences": analysis.paired_table(work.runs, base, tables.times_of(prepared), sure)})


def _attribution(work: Work) -> Made:
    import pandas as pd

    prepared, times = work.prepared, tables.times_of(work.prepared)
    parts = []
    for i, part in enumerate(work.study.attribution, 1):
        steps = attribution_steps(work.study, i, prepared.model)
        sure = len(tables.certain(prepared, prepared.samples[f"attribution_{i}"])) == len(steps.settings)
        runs = work.read(f"attribution_{i}")
        parts.append(analysis.attribution_table(steps, runs, times, part.base, part.scenario, sure))
    return Made({"attribution": pd.concat(parts, ignore_index=True)})


def _boxes(work: Work) -> Made:
    """Scenario discovery for each target and scenario that it is asked for."""
    import pandas as pd

    study, runs, prepared = work.study, work.runs, work.prepared
    design = prepared.samples["monte_carlo"].design
    units = {p.variable: p.unit for p, _ in prepared.uncertain}
    gaps: list[Gap] = []
    found: list[Fact] = []
    boxes = []
    for part in study.discovery:
        target = next(t for t in study.target if t.name == part.target)
        for scenario in part.scenarios or [s.name for s in study.scenario if s.kind == "scenario"]:
            values = runs[target.output].sel(scenario=scenario).values
            ok = runs["ok"].sel(scenario=scenario).values & np.isfinite(values)
            missed = ~reaches(values, target.at_least, target.at_most) & ok
            none = NoBox(target.name, scenario, int(missed.sum()), int(ok.sum()))
            place = Gap("boxes", scenario, target=target.name, reason="every run failed")
            if not ok.any():
                gaps.append(place)
            elif none.missed in (0, none.runs):
                found.append(none)
            else:
                box = _attempt(gaps, place, partial(analysis.discover, design, missed, ok, part.density, units=units))
                if box is not None and box.restrictions:
                    boxes.append(box.to_frame().assign(scenario=scenario, target=target.name, share=box.share))
                elif box is not None:
                    found.append(none)
    return Made({"boxes": pd.concat(boxes, ignore_index=True)} if boxes else {}, tuple(gaps), tuple(found))


def _information(work: Work) -> Made:
    """The value of knowing each input before choosing among the options."""
    voi, runs, prepared = work.study.value_of_information, work.runs, work.prepared
    if voi is None:
        return Made()
    gaps: list[Gap] = []
    values = np.column_stack([runs[voi.benefit].sel(scenario=option).values for option in voi.options])
    ok = np.logical_and.reduce([runs["ok"].sel(scenario=option).values for option in voi.options])
    variables = {p.name: p.variable for p, _ in prepared.uncertain}
    groups = {g: [variables[n] for n in names] for g, names in groups_of(prepared.uncertain).items()} if voi.groups else None
    again = sampling.resamples(work.study.seed, "information", analysis.CLUSTERS, 200)
    learn = partial(analysis.evppi_table, prepared.samples["monte_carlo"].design, values, again, ok, groups)
    table = _attempt(gaps, Gap("information", output=voi.benefit, reason="every run failed"), learn)
    return Made({"information": table} if table is not None else {}, tuple(gaps))


def _levers(work: Work) -> Made:
    gaps: list[Gap] = []
    place = Gap("levers", work.study.levers.scenario if work.study.levers else "", reason="every run failed")
    search = _attempt(gaps, place, partial(find_levers, work.prepared, work.runner.run_and_read))
    return Made({"levers": search.table} if search else {}, tuple(gaps))


def _attempt(gaps: list[Gap], place: Gap, make: Callable[[], Got]) -> Got | None:
    """Return what an analysis gives; where its runs do not allow it, None, and the gap with its reason."""
    try:
        return make()
    except InputError as error:
        gaps.append(replace(place, reason=error.what))
        return None


def _observed(work: Work) -> Made:
    return Made(observed_tables(work.prepared, work.runs))


def _calibration(work: Work) -> Made:
    if work.prepared.calibrated is None:
        return Made()
    found, fact = calibration_tables(work.prepared, work.prepared.calibrated)
    return Made(found, found=(fact,))


def _least(work: Work) -> Made:
    tried = {name: work.read(name) for name in work.prepared.samples if name.startswith("answer")}
    return Made({"least": lever_table(work.prepared, tried)} if tried else {})


ANALYSES = (
    Analysis("sobol", lambda s: s.sobol, _sobol),
    Analysis("morris", lambda s: s.morris, _morris),
    Analysis("shapley", lambda s: s.shapley, _shapley),
    Analysis("differences", lambda s: s.compare_with, _differences),
    Analysis("attribution", lambda s: s.attribution, _attribution),
    Analysis("boxes", lambda s: s.discovery, _boxes),
    Analysis("information", lambda s: s.value_of_information, _information),
    Analysis("correlations", lambda s: s.correlation, _correlations),
    Analysis("levers", lambda s: s.levers, _levers),
    Analysis("observed", lambda s: s.observed, _observed),
    Analysis("calibration", lambda s: s.calibration, _calibration),
    Analysis("least", lambda s: s.answer, _least),
    Analysis("regional", lambda s: s.target, _regional),
    Analysis("given_data", _asks_given, _given),
    Analysis("failure_causes", lambda s: True, _failures),
    Analysis("basics", lambda s: True, _basics),
)
