"""What the numbers say, in sentences: titles, the answer, how sure it is. Every word of it follows from the result."""

from __future__ import annotations

import math
import re

from llr_sd.report.sensitivity.words import settled, unsettled
from llr_sd.report.shared.reading import (
    MAIN,
    SAMPLES,
    Chance,
    Quantity,
    Spread,
    chance,
    companion,
    course,
    failed_runs,
    headline,
    horizon,
    inputs_vary,
    level_of,
    meets,
    other_failures,
    quantity,
    scenario_names,
    spread,
    table,
    targets_on,
)
from llr_sd.report.shared.told import verified_sentences
from llr_sd.report.shared.wording import (
    amount,
    at_most,
    chance_words,
    count_of,
    date_words,
    goal,
    level_words,
    listing,
    other_failures_words,
    percent,
    reach,
    the_close,
    with_unit,
)
from llr_sd.result import StudyResult
from llr_sd.study import Target

RARE = 0.05


def kind_of(result: StudyResult, name: str) -> str:
    """Return the kind of a scenario, as the study says: "scenario", "published" or "check"."""
    return next((s.kind for s in result.study.scenario if s.name == name), "scenario")


def is_plan(result: StudyResult, name: str) -> bool:
    """Whether a scenario repeats a published plan's own arithmetic."""
    return kind_of(result, name) == "published"


def answering(result: StudyResult) -> list[str]:
    """Return the scenarios that answer the question, which checks of the model do not."""
    return [n for n in scenario_names(result) if kind_of(result, n) != "check"]


def scenario_title(result: StudyResult) -> str:
    """Say how many scenarios reach the target on their central values, or what the chart shows when there is none."""
    shown = course(result)
    head = headline(result)
    if shown is None or not targets_on(result, shown) or not result.study.target:
        return f"{(shown or head).label}: {count_of(len(answering(result)), 'scenario')} on central values"
    target = result.study.target[0]
    values = [spread(result, n, head).best for n in answering(result)]
    known = [v for v in values if math.isfinite(v)]
    one, many = reach(target)
    by = f" by {the_close(horizon(result))}" if math.isfinite(horizon(result)) else ""
    there = sum(meets(v, target) for v in known)
    if there == 0:
        return f"On central values, no scenario {one}{by}"
    if there == len(known):
        return f"On central values, every scenario {one}{by}" if there > 1 else f"The central value {one}{by}"
    return f"On central values, {there} of {len(known)} scenarios {one if there == 1 else many}{by}"


def fan_title(result: StudyResult) -> str:
    """Say in how many scenarios the band of nine runs in ten touches the target, or how wide it is where there is none."""
    head = headline(result)
    facts = [f for f in spreads(result) if not f.fixed and not f.void]
    if not facts:
        return f"{(course(result) or head).label}: {_why_one_value(result)}"
    by = f" at {the_close(head.time)}" if math.isfinite(head.time) else ""
    if result.study.target:
        target = result.study.target[0]
        there = [f for f in facts if meets(f.p95 if target.at_least is not None else f.p05, target)]
        level = level_words(level_of(target))
        if len(facts) == 1:
            return f"The band of nine runs in ten {'touches' if there else 'stays clear of'} {level}{by}"
        count = "every scenario" if len(there) == len(facts) else f"{len(there)} of {len(facts)} uncertain scenarios"
        if not there:
            return f"In no scenario does the band of nine runs in ten touch {level}{by}"
        return f"The band of nine runs in ten touches {level} in {count}{by}"
    widths = sorted(f.p95 - f.p05 for f in facts)
    low, high = amount(widths[0], head.unit), with_unit(widths[-1], head.unit)
    width = high if low == high.split(" ")[0] else f"{low} to {high}"
    return f"Nine runs in ten lie within a range of {width}{by}"


def histogram_title(result: StudyResult) -> str:
    """Say the best chance that any scenario has of the first target."""
    head = headline(result)
    if not result.study.target:
        return f"Where the runs end: {head.label}"
    target = result.study.target[0]
    best = best_chance(result, target)
    if best is None:
        return f"{head.label} against the target: {_why_one_value(result)}"
    name, odds = best
    many = reach(target)[1]
    if odds.met == 0:
        return f"In no scenario does any of the {odds.runs:,} runs {many}"
    if len([f for f in spreads(result) if not f.fixed]) == 1:
        return f"{percent(odds.probability)} of runs {many}"
    return f"Best chance: {percent(odds.probability)} of runs {many} in “{name}”"


def spreads(result: StudyResult, shown: Quantity | None = None) -> list[Spread]:
    """Return the numbers of every scenario that answers the question, for the headline (or another) quantity, in the order of the study."""
    what = shown or headline(result)
    return [spread(result, name, what) for name in answering(result)]


def best_chance(result: StudyResult, target: Target) -> tuple[str, Chance] | None:
    """Return the uncertain scenario with the highest probability of a target; None when no scenario is uncertain."""
    shown = quantity(result, target.output)
    found = [(f.scenario, chance(result, f.scenario, target)) for f in spreads(result, shown) if not f.fixed]
    known = [(name, odds) for name, odds in found if odds is not None and odds.runs > 0]
    return max(known, key=lambda pair: pair[1].probability) if known else None


def answer(result: StudyResult) -> list[str]:
    """Return the answer for people who run practices: a few sentences, the plan’s own arithmetic first."""
    head = headline(result)
    facts = spreads(result)
    sentences = [_plan_sentence(result, head, [f for f in facts if f.fixed and is_plan(result, f.scenario)])]
    uncertain = [f for f in facts if not f.fixed and not f.void]
    others = [f for f in facts if f.fixed and not is_plan(result, f.scenario)]
    if uncertain:
        sentences.append(_first_uncertain_sentence(result, head, uncertain))
    sentences += [_target_sentence(result, target) for target in result.study.target]
    if others:
        sentences.append(_fixed_sentence(result, head, others))
    return [s for s in sentences if s]


def _plan_sentence(result: StudyResult, head: Quantity, plans: list[Spread]) -> str:
    """The plan's scenarios on their own arithmetic, with equivalents named beside and never added."""
    plans = [p for p in plans if math.isfinite(p.best)]
    if not plans:
        return ""
    other = companion(result, head)
    parts = []
    for plan in plans:
        text = f"{plan.scenario} gives {_to_level(result, plan.best, head)}"
        extra = spread(result, plan.scenario, other).best if other is not None else math.nan
        if other is not None and math.isfinite(extra) and extra > 0.5:
            text += (
                f" plus {amount(extra, other.unit)} GP-equivalents"
                if _counts_gps(head)
                else f" plus {amount(extra, other.unit)} equivalents"
            )
            text += " (other staff, counted apart)"
        parts.append(text)
    body = listing(parts)
    if not result.study.target:
        return f"On the plan’s own arithmetic {body} ({_unit_or_label(head)})."
    target = result.study.target[0]
    there = [p for p in plans if meets(p.best, target)]
    level = f"{level_words(level_of(target))} GPs" if _counts_gps(head) else level_words(level_of(target), head.unit)
    one, many = _reach(target, level)
    by = f" by {the_close(head.time)}" if math.isfinite(head.time) else ""
    if not there:
        who = f"No scenario of the plan {one}"
    elif len(there) == len(plans):
        who = f"Every scenario of the plan {one}"
    else:
        who = f"{listing([p.scenario for p in there])} {one if len(there) == 1 else many}"
        who = who[0].upper() + who[1:]
    return f"{who}{by} on the plan’s own arithmetic: {body}."


def _first_uncertain_sentence(result: StudyResult, head: Quantity, uncertain: list[Spread]) -> str:
    """The base scenario, or else the first uncertain one: its median, its range, its distance to the target."""
    base = next((f for f in uncertain if "base" in f.scenario.casefold()), uncertain[0])
    by = f" at {the_close(head.time)}" if math.isfinite(head.time) else ""
    low, high = amount(base.p05, head.unit), amount(base.p95, head.unit)
    middle = _to_level(result, base.median, head)
    text = f"With the uncertain inputs counted, “{base.scenario}” gives {middle}{_unit_after(head)}{by} in its middle run"
    text += f", and between {low} and {high} in nine runs of ten"
    if result.study.target:
        target = result.study.target[0]
        gap = level_of(target) - base.median if target.at_least is not None else base.median - level_of(target)
        if gap > 0:
            side = "short of" if target.at_least is not None else "above"
            text += f"; the middle run is {amount(gap, head.unit)} {side} {level_words(level_of(target))}"
    return text + "."


def _target_sentence(result: StudyResult, target: Target) -> str:
    best = best_chance(result, target)
    if best is None:
        return ""
    name, odds = best
    shown = quantity(result, target.output)
    count = len([f for f in spreads(result, shown) if not f.fixed])
    told = "" if level_words(level_of(target)) in target.name else goal(target, shown.unit)
    dated = "" if shown.time == headline(result).time else _date(shown)
    more = f"{told}{dated}".removeprefix(", ")
    what = f"Target “{target.name}”" + (f" ({more})" if more else "")
    if odds.met == 0:
        where = "any scenario" if count > 1 else f"“{name}”"
        return f"{what}: no run of {where} meets it; with {odds.runs:,} runs the chance is {at_most(odds.high)}."
    if count == 1:
        return f"{what}: met in {chance_words(odds)}."
    rare = [
        c for f in spreads(result, shown) if not f.fixed and (c := chance(result, f.scenario, target)) and c.probability < RARE
    ]
    text = f"{what}: the best chance is {chance_words(odds)}, in “{name}”"
    if rare and len(rare) < count:
        text += f"; in {len(rare)} of {count} uncertain scenarios it is under 1 in 20"
    elif rare:
        text += "; in every uncertain scenario it is under 1 in 20"
    return text + "."


def _fixed_sentence(result: StudyResult, head: Quantity, others: list[Spread]) -> str:
    known = [f for f in others if math.isfinite(f.best)]
    if not known:
        return f"The result holds no value of {head.label}."
    if len(known) > 4:
        ordered = sorted(known, key=lambda f: f.best)
        low, high = ordered[0], ordered[-1]
        body = (
            f"{len(known)} scenarios give between {_to_level(result, low.best, head)} (“{low.scenario}”) and "
            f"{_to_level(result, high.best, head)}{_unit_after(head)} (“{high.scenario}”)"
        )
    else:
        body = listing([f"“{f.scenario}” gives {_to_level(result, f.best, head)}{_unit_after(head)}" for f in known])
    if any(inputs_vary(result, f.scenario) for f in known):
        return f"The same in every run, {body}{_date(head)}."
    return f"With nothing uncertain in {'it' if len(known) == 1 else 'them'}, {body}{_date(head)}."


def _why_one_value(result: StudyResult) -> str:
    varied = any(inputs_vary(result, n) for n in answering(result))
    return "the same in every run" if varied else "nothing is uncertain in this study"


def how_sure(result: StudyResult) -> list[str]:
    """Return failures first, then the number of runs, the error of sampling, and what was checked."""
    sentences = []
    failed = failed_runs(result)
    head = headline(result)
    facts = [f for f in spreads(result) if f.runs]
    if failed:
        total = sum(failed.values())
        where = listing([f"{count:,} in “{name}”" for name, count in failed.items()])
        verb = "It is" if total == 1 else "They are"
        sentences.append(f"{count_of(total, 'run')} failed: {where}. {verb} left out of every number here, and listed below.")
    others = other_failures(result)
    if others:
        sentences.append(other_failures_words(others))
    uncertain = [f for f in facts if not f.fixed]
    if not uncertain and failed:
        return [*sentences, *_checked(result)]
    if not uncertain:
        same = [f for f in facts if inputs_vary(result, f.scenario)]
        text = "Nothing varies between runs in this study: the numbers carry no interval."
        if same:
            text = f"{head.label} is the same in all {same[0].runs:,} runs, although their inputs vary: it carries no interval."
        return [*sentences, text, *_checked(result)]
    runs = sorted({f.runs for f in uncertain})
    each = f"{runs[0]:,}" if len(runs) == 1 else f"{runs[0]:,} to {runs[-1]:,}"
    text = f"Each uncertain scenario rests on {each} runs"
    text += "." if failed else ", and none failed."
    sentences.append(text)
    halves = [(f.median_high - f.median_low) / 2 for f in uncertain if math.isfinite(f.median_high - f.median_low)]
    if halves:
        sentences.append(
            f"Drawn again, a median would differ by about {with_unit(max(halves), head.unit)} at most (95% interval of the median, "
            "widest scenario). The figures in brackets behind a chance are its 95% interval."
        )
    sentences.append("These intervals count chance in the runs alone: they do not cover what the model leaves out.")
    return [*sentences, *_checked(result)]


def _checked(result: StudyResult) -> list[str]:
    """Whether the indices settled, and how close a second simulator came."""
    return [s for s in (unsettled(result) or settled(result), *verified_sentences(result)) if s]


def failure_rows(result: StudyResult, most: int = 20) -> tuple[list[list[str]], int]:
    """Return up to `most` failed runs (scenario, run, time, variable, reason) and how many there are in all."""
    frame = table(result, "failures")
    rows = []
    for row in frame.head(most).to_dict("records"):
        when = "" if row["time"] in ("", None) else date_words(float(row["time"]))
        sample = str(row.get("sample", ""))
        of = "" if sample in MAIN else f" ({SAMPLES.get(sample, sample)})"
        rows.append([str(row["scenario"]) + of, str(row["run"]), when, str(row["variable"]), str(row["reason"])])
    return rows, len(frame)


def verdict(result: StudyResult, scenario: str, target: Target) -> str:
    """Return what to print under a target for one scenario: a chance, or whether it is met where nothing is uncertain."""
    facts = spread(result, scenario, quantity(result, target.output))
    if facts.void:
        return "no good run"
    if not facts.fixed:
        return chance_words(chance(result, scenario, target))
    if not math.isfinite(facts.best):
        return "not known"
    return "met" if meets(facts.best, target) else "not met"


def _to_level(result: StudyResult, value: float, head: Quantity) -> str:
    return amount(value, head.unit, apart_from=level_of(result.study.target[0]) if result.study.target else math.nan)


def _reach(target: Target, level: str) -> tuple[str, str]:
    return (
        (f"reaches {level}", f"reach {level}")
        if target.at_least is not None
        else (f"stays at or below {level}", f"stay at or below {level}")
    )


def _counts_gps(head: Quantity) -> bool:
    return re.search(r"\bgps?\b", head.label.casefold()) is not None and head.unit in ("WTE", "Head")


def _unit_after(head: Quantity) -> str:
    return "" if head.unit in ("", "Dmnl") else f" {head.unit}"


def _unit_or_label(head: Quantity) -> str:
    return head.label if head.unit in ("", "Dmnl") or head.unit in head.label else f"{head.label}, {head.unit}"


def _date(shown: Quantity) -> str:
    return f", {date_words(shown.time, closing=True)}" if math.isfinite(shown.time) else ""
