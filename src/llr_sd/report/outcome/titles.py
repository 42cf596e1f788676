"""Titles of pictures: what each one shows, said from the facts of the very number that is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

from llr_sd.report.outcome.facts import Level, Standing
from llr_sd.report.outcome.words import meeting, target_level, told
from llr_sd.report.shared.reading import level_of
from llr_sd.report.shared.wording import FEW, count_of, listing, percent, percents, the_close


def scenario_title(fact: Level) -> str:
    """Say which scenarios meet the target on their central values, or what the chart shows where there is none."""
    if not fact.targets or not fact.known:
        return f"{fact.shown.label}: {count_of(len(fact.standings), 'scenario')} on central values"
    one, many = meeting(fact, fact.targets[0])
    by = f" by {the_close(fact.shown.time)}" if math.isfinite(fact.shown.time) else ""
    there, count = len(fact.reached(fact.known)), len(fact.known)
    if count == 1:
        return f"On central values, “{fact.known[0].name}” {one}{by}" if there else f"On central values, no scenario {one}{by}"
    if there in (0, count):
        return f"On central values, {'every' if there else 'no'} scenario {one}{by}"
    return f"On central values, {there} of {count} scenarios {one if there == 1 else many}{by}"


def fan_title(fact: Level) -> str:
    """Say where the band of nine runs in ten lies against the target, or how wide it is where there is none."""
    ranged = [s.spread for s in fact.standings if s.ranged]
    by = f" at {the_close(fact.shown.time)}" if math.isfinite(fact.shown.time) else ""
    if not ranged:
        return f"{fact.shown.label}: {same_words(fact.standings)}{by}"
    few = sum(s.few for s in ranged)
    if few:
        where = "" if few == len(ranged) else f" in {few} of the {len(ranged)} scenarios whose runs vary"
        return f"{fact.shown.label}: {FEW} for a range{where}{by}"
    if not fact.targets:
        widths = sorted(s.p95 - s.p05 for s in ranged)
        low, high = told(widths[0], fact, unit=False), told(widths[-1], fact)
        width = high if told(widths[0], fact) == high else f"{low} to {high}"
        return f"{fact.shown.label}: nine runs in ten lie within a range of {width}{by}"
    level = level_of(fact.targets[0])
    counts = {
        "below": sum(s.p95 < level for s in ranged),
        "across": sum(s.p05 <= level <= s.p95 for s in ranged),
        "above": sum(s.p05 > level for s in ranged),
    }
    sides = [(side, number) for side, number in counts.items() if number]
    words = target_level(fact, fact.targets[0])
    if len(sides) == 1:
        where = " in every scenario whose runs vary" if len(ranged) > 1 else ""
        return f"Nine runs in ten lie {sides[0][0]} {words}{where}{by}"
    (first, number), *rest = sides
    others = listing([f"{side} it in {count}" for side, count in rest])
    return f"Nine runs in ten lie {first} {words} in {count_of(number, 'scenario')}, {others}{by}"


def same_words(standings: Sequence[Standing]) -> str:
    """Say why a number has no spread: every run gives it though inputs vary, or nothing varies."""
    return "the same in every run, though inputs vary" if any(s.varied for s in standings) else "nothing varies between runs"


def histogram_title(fact: Level) -> str:
    """Say the best chance that any scenario has of the first target."""
    if not fact.targets:
        return f"Where the runs end: {fact.shown.label}"
    many = meeting(fact, fact.targets[0])[1]
    odds = [(s.name, s.chances[0]) for s in fact.standings if not s.published and s.chances[0] is not None and s.chances[0].runs]
    if not odds:
        return f"{fact.shown.label} against the target: {same_words(fact.standings)}"
    name, best = max(odds, key=lambda pair: pair[1].probability if pair[1] else 0.0)
    if best is None or best.met == 0:
        result = " with a result" if best and best.lost else ""
        return f"In no scenario does any of the {best.runs if best else 0:,} runs{result} {many}"
    share = percents(best.least, best.most) if best.lost else percent(best.probability)
    if len(odds) == 1:
        return f"{share} of runs {many}"
    return f"Best chance: {share} of runs {many} in “{name}”"
