"""Read the facts that answer a study's question out of its result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from llr_sd.answers import (
    Answer,
    BarsAnswer,
    DifferenceAnswer,
    LeverAnswer,
    MixAnswer,
    OutputAnswer,
    ShareAnswer,
)
from llr_sd.equations import canonical
from llr_sd.quantiles import FEWEST_RUNS, STATISTICS
from llr_sd.report.backtest.words import count_sentences, hindsight_sentence
from llr_sd.report.decision.words import lever_sentences
from llr_sd.report.outcome.facts import Change, Fact, Lean, Level, Part, Shares, Stack, Standing, Sureness, Told, Turn
from llr_sd.report.sensitivity.read import on_scale
from llr_sd.report.shared.inputs import frame_of, group_names, input_facts, input_name, spoken
from llr_sd.report.shared.reading import (
    Quantity,
    Spread,
    chance,
    companion,
    course,
    draws,
    element_values,
    failed_runs,
    fits,
    headline,
    horizon,
    inputs_vary,
    other_failures,
    quantity,
    scenario_names,
    spread,
    targets_on,
    times_of,
)
from llr_sd.result import StudyResult
from llr_sd.rounding import difference
from llr_sd.studyparts import Target
from llr_sd.verification import verifications

ONE_SIDED = 0.75
"""Share of a range on one side of the central value from which on the range is called one-sided."""


def kind_of(result: StudyResult, name: str) -> str:
    """Return the kind of a scenario, as the study says: "scenario", "published" or "check"."""
    return next((s.kind for s in result.study.scenario if s.name == name), "scenario")


def is_plan(result: StudyResult, name: str) -> bool:
    """Whether a scenario repeats a published plan's own arithmetic."""
    return kind_of(result, name) == "published"


def answering(result: StudyResult) -> list[str]:
    """Return the scenarios that answer the question, which checks of the model do not."""
    return [n for n in scenario_names(result) if kind_of(result, n) != "check"]


def spreads(result: StudyResult, shown: Quantity | None = None) -> list[Spread]:
    """Return the numbers of every scenario that answers the question, for the headline (or another) quantity, in the order of the study."""
    what = shown or headline(result)
    return [spread(result, name, what) for name in answering(result)]


def declared(result: StudyResult) -> tuple[Answer, ...]:
    """Return the answers that the study declares; the headline number where it declares none."""
    return result.study.answer or (OutputAnswer(output=headline(result).output),)


def facts(result: StudyResult) -> tuple[Fact, ...]:
    """Return what the declared answers come to, in their order; one that its analysis could not give is left out.

    A study that declares no answer and no target, and holds observed series, asks where they stand.
    """
    study = result.study
    if study.observed and not study.answer and not study.target and (said := count_sentences(result)):
        return (Told(tuple(filter(None, (*said, hindsight_sentence(fits(result)))))),)
    found = [_fact(result, number, answer) for number, answer in enumerate(declared(result), 1)]
    return tuple(f for f in found if f is not None)


def _fact(result: StudyResult, number: int, answer: Answer) -> Fact | None:
    match answer:
        case OutputAnswer():
            shown = quantity(result, answer.output)
            shown = headline(result) if shown.output == headline(result).output else shown
            return level(result, shown, answer.scenarios or answering(result))
        case DifferenceAnswer():
            return change(result, quantity(result, answer.difference), answer.scenario, answer.base)
        case ShareAnswer():
            return _shares(result, answer)
        case LeverAnswer():
            return _turn(result, number, answer)
        case BarsAnswer():
            return stack_of(result, answer)
        case MixAnswer():
            said = lever_sentences(result)
            return Told(said) if said else None


def is_percent(result: StudyResult, output: str) -> bool:
    """Whether the study tells an output as a percentage."""
    spec = result.study.outputs.get(output)
    return spec is not None and spec.percent


def level(result: StudyResult, shown: Quantity, scenarios: Sequence[str], targets: tuple[Target, ...] | None = None) -> Level:
    """Return a number by scenario, against the targets given, or every target on it."""
    if targets is None:
        targets = tuple(t for t in result.study.target if t.output == shown.output)
    other = companion(result, shown)
    standings = []
    for name in scenarios:
        own = spread(result, name, shown)
        beside = spread(result, name, other).best if other is not None else math.nan
        odds = tuple(None if own.fixed else chance(result, name, t) for t in targets)
        standings.append(Standing(own, is_plan(result, name), inputs_vary(result, name), beside, odds))
    return Level(shown, is_percent(result, shown.output), targets, tuple(standings), other.unit if other else "")


def leanings(result: StudyResult) -> tuple[Lean, ...]:
    """Return the single numbers with a one-sided range in most of the scenarios that answer the question, in the order of the study.

    One-sided: `ONE_SIDED` of the range of nine runs in ten or more lies on one side of the central value.
    """
    found = []
    for name, spec in result.study.outputs.items():
        if spec.at is None and spec.expression is None:
            continue
        shown = quantity(result, name)
        known = [s for s in spreads(result, shown) if not s.fixed and s.p95 > s.p05 and math.isfinite(s.central)]
        if all(np.unique(draws(result, s.scenario, shown)).size < 3 for s in known):
            continue  # yes or no has no range
        over = np.clip([(s.p95 - s.central) / (s.p95 - s.p05) for s in known], 0.0, 1.0)
        for above, shares in ((True, over), (False, 1 - over)):
            if known and (shares >= ONE_SIDED).mean() > 0.5:
                found.append(Lean(shown, above, float(shares.min()), float(shares.max())))
    return tuple(found)


def change(result: StudyResult, shown: Quantity, scenario: str, base: str) -> Change | None:
    """Return a number in one scenario less that in another, run by run on the same draws; None where they share no good run."""
    percent, varied = is_percent(result, shown.output), inputs_vary(result, scenario) or inputs_vary(result, base)
    one, other = (draws(result, name, shown, whole=True) for name in (scenario, base))
    if varied and one.size and one.size == other.size:
        apart = difference(one, other)
        apart = apart[np.isfinite(apart)]
        if not apart.size:
            return None
        told = ("p05", "p50", "p95")
        low, median, high = (float(np.quantile(apart, STATISTICS[s])) if apart.size >= FEWEST_RUNS[s] else math.nan for s in told)
        up, down = int((apart > 0).sum()), int((apart < 0).sum())
        return Change(shown, percent, scenario, base, median, low, high, up, down, int(apart.size), True)
    gap = float(difference(spread(result, scenario, shown).best, spread(result, base, shown).best))
    if not math.isfinite(gap):
        return None
    return Change(shown, percent, scenario, base, gap, math.nan, math.nan, int(gap > 0), int(gap < 0), 1, False)


def _shares(result: StudyResult, answer: ShareAnswer) -> Shares | None:
    rows = frame_of(result, "sobol", "scenario", "output", "input", "index", "value", "low", "high")
    rows = rows[(rows["output"] == answer.of) & (rows["index"] == "S1")]
    scenario = answer.scenario or (str(rows["scenario"].iloc[0]) if len(rows) else "")
    rows = rows[rows["scenario"] == scenario]
    grouped = set(group_names(result)) - set(input_facts(result))
    inputs = result.tables["parameters"][["label", "variable", "name"]].fillna("").to_dict("records")
    called = {canonical(str(p[k])): (p["name"], p["variable"]) for k in ("label", "variable", "name") for p in inputs}
    parts = []
    for asked in answer.share:
        name, variable = (asked, asked) if asked in grouped else called.get(canonical(asked), (asked, asked))
        own = rows[rows["input"].isin({name, variable})]
        if len(own) and math.isfinite(float(own["value"].iloc[0])):
            value, low, high = (float(own[k].iloc[0]) for k in ("value", "low", "high"))
            parts.append(Part(input_name(result, name), spoken(result, name), value, low, high))
    if not parts:
        return None
    shown = on_scale(quantity(result, answer.of), str(rows["scale"].iloc[0]) if "scale" in rows else "value")
    skewed = "skewed" in rows and bool(rows["skewed"].any())
    return Shares(shown, scenario, tuple(parts), settled_of(result), skewed)


def settled_of(result: StudyResult) -> bool | None:
    """Return whether the sensitivity indices settled; None where nobody asked."""
    found = result.manifest.get("converged")
    return found if isinstance(found, bool) else None


def _turn(result: StudyResult, number: int, answer: LeverAnswer) -> Turn | None:
    rows = frame_of(result, "least", "answer", "unit", "own", "value", "central", "met")
    rows = rows[rows["answer"] == number]
    if rows.empty:
        return None
    target = next(t for t in result.study.target if t.name == answer.target)
    shown = quantity(result, target.output)
    own = float(rows["own"].iloc[0])
    values, central = rows["value"].to_numpy(dtype=float), rows["central"].to_numpy(dtype=float)
    met = rows["met"].to_numpy(dtype=bool)
    known = central[np.isfinite(central)]
    if not known.size:
        return None
    best = float(known.max() if target.at_least is not None else known.min())
    found = there = last = short = math.nan
    if met.any():
        at = min(np.flatnonzero(met), key=lambda i: abs(values[i] - own))
        found, there = float(values[at]), float(central[at])
        inward = int(at) + (1 if own > found else -1)
        if found != own and 0 <= inward < len(values) and abs(values[inward] - own) < abs(found - own):
            last, short = float(values[inward]), float(central[inward])
    return Turn(
        shown, is_percent(result, shown.output), target, answer.scenario, input_name(result, answer.lever),
        str(rows["unit"].iloc[0]), own, spread(result, answer.scenario, shown).best, found, there, last, short,
        float(values[0]), float(values[-1]), best,
    )  # fmt: skip


def stack_of(result: StudyResult, answer: BarsAnswer) -> Stack | None:
    """Return the bars that an answer names; None where they do not have the same elements."""
    scenario = answer.scenario or answering(result)[0]
    found = {name: element_values(result, scenario, name) for name in answer.bars}
    elements = tuple(next(iter(found.values())))
    if not elements or any(tuple(own) != elements for own in found.values()):
        return None
    bars = {quantity(result, name).label.partition(" [")[0]: tuple(own.values()) for name, own in found.items()}
    if len(bars) < len(found):  # two outputs with one label
        bars = {name: tuple(own.values()) for name, own in found.items()}
    return Stack(scenario, quantity(result, answer.bars[0]).unit, elements, bars)


def sureness(result: StudyResult) -> Sureness:
    """Return what stands behind the numbers of a study."""
    runs = sorted(f.runs for f in spreads(result) if f.runs and inputs_vary(result, f.scenario)) or [0]
    return Sureness(
        (runs[0], runs[-1]),
        (sum(failed_runs(result).values()), sum(other_failures(result).values())),
        settled_of(result),
        result.study.illustrative,
        tuple(verifications(result.manifest).values()),
    )


def course_level(result: StudyResult) -> Level | None:
    """Return the number that is drawn over time, at the date of its own target, else at the study's; against targets on it alone."""
    shown = course(result)
    if shown is None:
        return None
    targets = tuple(targets_on(result, shown))
    dates = [result.study.outputs[t.output].at for t in targets]
    asked = next((d for d in dates if d is not None), horizon(result))
    times = times_of(result, shown.output)
    time = float(times[np.argmin(np.abs(times - asked))] if math.isfinite(asked) else times[-1])
    return level(result, replace(shown, time=time), answering(result), targets)
