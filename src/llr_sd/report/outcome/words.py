"""The answer to a study's question in sentences. Every word of them follows from typed facts."""

from __future__ import annotations

import math

from llr_sd.report.outcome.facts import Change, Fact, Level, Part, Shares, Stack, Standing, Told, Turn
from llr_sd.report.outcome.read import facts
from llr_sd.report.shared.reading import Quantity, level_of
from llr_sd.report.shared.units import unit_words
from llr_sd.report.shared.wording import (
    FEW,
    NONE,
    amount,
    at_most,
    bounds_words,
    chance_words,
    fixed,
    goal,
    level_words,
    listing,
    percent,
    the_close,
    with_unit,
)
from llr_sd.result import StudyResult
from llr_sd.studyparts import Target

RARE = 0.05
MOST_NAMED = 4  # scenarios that a sentence names one by one


def answer(result: StudyResult) -> list[str]:
    """Return the answer to the question: a few sentences, in the order in which the study declares them."""
    return [sentence for fact in facts(result) for sentence in sentences(fact)]


def sentences(fact: Fact) -> list[str]:
    """Return a fact in sentences."""
    match fact:
        case Level():
            return _level(fact)
        case Change():
            return [_change(fact)]
        case Shares():
            return [_shares(fact)]
        case Turn():
            return [_turn(fact)]
        case Stack():
            return _stack(fact)
        case Told():
            return list(fact.sentences)


def told(value: float, fact: Level | Change | Turn, *, unit: bool = True, apart_from: float = math.nan) -> str:
    """Return a number of a fact as people read it: with its unit, or as a percentage where the study says so."""
    if fact.percent:
        return share_words(value, apart_from)
    return (with_unit if unit else amount)(value, fact.shown.unit, apart_from=apart_from)


def share_words(share: float, apart_from: float = math.nan) -> str:
    """Return a share as a percentage: "2.2%", "38%"; a small one keeps two figures, and none seems to equal a level that it does not."""
    if not math.isfinite(share):
        return NONE
    size = abs(100 * share)
    decimals = 0 if size >= 10 or size == 0 else 1 if size >= 0.1 else min(12, 1 - math.floor(math.log10(size)))
    while share != apart_from and decimals < 6 and fixed(100 * share, decimals) == fixed(100 * apart_from, decimals):
        decimals += 1
    return f"{fixed(100 * share, decimals)}%"


def gap_words(value: float, fact: Level | Change | Turn) -> str:
    """Return the distance between two numbers of a fact; that of two percentages is in percentage points."""
    if not fact.percent:
        return with_unit(value, fact.shown.unit)
    return f"{share_words(value).removesuffix('%')} percentage points"


def between(low: float, high: float, fact: Level | Change) -> str:
    """Return "504 to 547" or "0.4 to 1.9%"; a dash where there is no range."""
    if not math.isfinite(high - low):
        return NONE
    first = told(low, fact, unit=False)
    return f"{first.removesuffix('%')} to {told(high, fact, unit=False)}"


def standing_words(standing: Standing, fact: Level) -> str:
    """Return a scenario's number with nine runs in ten behind it: "529 (502 to 559)"; without a range where every run gives it.

    Where the runs are too few for a range, that stands in its place.
    """
    own = standing.spread
    middle = told(standing.value, fact, unit=False, apart_from=_level_of(fact))
    ends = FEW if own.few else between(own.p05, own.p95, fact)
    return f"{middle} ({ends})" if standing.ranged else middle


def _level_of(fact: Level) -> float:
    return level_of(fact.targets[0]) if fact.targets else math.nan


# --- a number by scenario ------------------------------------------------------------------------------------------------


def _level(fact: Level) -> list[str]:
    plans = tuple(s for s in fact.known if s.published)
    others = tuple(s for s in fact.known if not s.published)
    if not plans and not others:
        return [f"The result holds no value of {fact.shown.label}."]
    said = [_plans(fact, plans)] if plans else []
    if others:
        said.append(_against(fact, others) if fact.targets else _ends(fact, others))
        said += [c for i in range(len(fact.targets)) if (c := _chances(fact, others, i))]
    lost = [f"“{s.name}”" for s in fact.standings if s not in fact.known]
    return [*said, f"There is no number for {listing(lost)}."] if lost else said


def _plans(fact: Level, plans: tuple[Standing, ...]) -> str:
    """The published scenarios on their own arithmetic, with equivalents named beside and never added."""
    parts = []
    for plan in plans:
        text = f"{plan.name} gives {told(plan.value, fact, apart_from=_level_of(fact))}"
        if math.isfinite(plan.equivalents) and plan.equivalents > 0.5:
            text += f" plus {amount(plan.equivalents, fact.equivalents)} equivalents (other staff, counted apart)"
        parts.append(text)
    return f"On the plan’s own arithmetic {listing(parts)}{_verdict(fact, plans)}."


def _verdict(fact: Level, of: tuple[Standing, ...]) -> str:
    """Which of some scenarios meet the first target on their central values."""
    if not fact.targets:
        return ""
    one, many = meeting(fact, fact.targets[0])
    there = fact.reached(of)
    if len(of) == 1:
        return f", which {one}" if there else f", {_short(fact, of[0].value, fact.targets[0])}"
    if len(there) == len(of):
        return f": {'both' if len(of) == 2 else 'all'} {many}"
    return f": {listing([s.name for s in there])} {one if len(there) == 1 else many}" if there else f": none {one}"


def _against(fact: Level, others: tuple[Standing, ...]) -> str:
    """How many scenarios meet the first target on central values, and where the others end."""
    name = f"{fact.shown.label}{_date(fact.shown)}"
    if len(others) == 1:
        return f"{name}: {_one(fact, others[0])}{_verdict(fact, others)}."
    one, many = meeting(fact, fact.targets[0])
    there = fact.reached(others)
    rest = tuple(s for s in others if s not in there)
    if not there:
        return f"{name}: none of {len(others)} scenarios {one} on central values, {_span(fact, others)}."
    if not rest:
        who = "both" if len(others) == 2 else f"all {len(others)}"
        return f"{name}: {who} scenarios {many} on central values, {_span(fact, others)}."
    who = f"{len(there)} of {len(others)} scenarios {one if len(there) == 1 else many} on central values"
    who += f" ({_named(fact, there)})" if len(there) <= MOST_NAMED else f", {_span(fact, there)}"
    return f"{name}: {who}; the {'others are' if len(rest) > 1 else 'other is'} at {_span(fact, rest)}."


def _named(fact: Level, standings: tuple[Standing, ...]) -> str:
    return listing([f"“{s.name}” {told(s.value, fact, unit=False, apart_from=_level_of(fact))}" for s in standings])


def _ends(fact: Level, others: tuple[Standing, ...]) -> str:
    """Where scenarios end that are held against no target."""
    name = f"{fact.shown.label}{_date(fact.shown)}"
    if len(others) == 1:
        return f"{name}: {_one(fact, others[0])}."
    if len(others) > MOST_NAMED:
        return f"{name}: central values of {len(others)} scenarios are {_span(fact, others)}."
    words = listing([f"{standing_words(s, fact)} in “{s.name}”" for s in others])
    return f"{name}: {words}{'; in brackets nine runs of ten' if any(s.ranged for s in others) else ''}."


def _one(fact: Level, own: Standing) -> str:
    """One scenario with its spread, or why it has none."""
    text = f"{told(own.value, fact, apart_from=_level_of(fact))} in “{own.name}”"
    if own.spread.few:
        return f"{text} (its {own.spread.runs} {'run is' if own.spread.runs == 1 else 'runs are'} too few for a range)"
    if own.ranged:
        return f"{text} ({between(own.spread.p05, own.spread.p95, fact)} in nine runs of ten)"
    if own.spread.void:
        return f"{text} on central values, with no good run behind it"
    return f"{text}, the same in all {own.spread.runs:,} runs" if own.varied and own.spread.runs > 1 else text


def _span(fact: Level, standings: tuple[Standing, ...]) -> str:
    """Where the central values of some scenarios lie: "515 (“a”) to 591 WTE (“b”)"."""
    low, high = min(standings, key=lambda s: s.value), max(standings, key=lambda s: s.value)
    level = _level_of(fact)
    first, last = (told(s.value, fact, apart_from=level) for s in (low, high))
    if len(standings) == 1:
        return f"{last} (“{low.name}”)"
    if first == last:
        return f"all {last}"
    return f"{told(low.value, fact, unit=False, apart_from=level)} (“{low.name}”) to {last} (“{high.name}”)"


def _chances(fact: Level, others: tuple[Standing, ...], number: int) -> str:
    """The best chance that any uncertain scenario has of a target, and in how many it is rare."""
    target = fact.targets[number]
    odds = [(s.name, c) for s in others if (c := s.chances[number]) is not None and c.runs > 0]
    if not odds:
        return ""
    name, best = max(odds, key=lambda pair: pair[1].probability)
    what = f"“{target.name}”" if number == 0 else f"“{target.name}” ({goal(target, fact.shown.unit)})"
    if best.met == 0:
        where = f"“{name}”" if len(odds) == 1 else "any scenario"
        each = " each" if len(odds) > 1 else ""
        return f"No run of {where} meets {what}: of {best.runs:,} runs{each}, so the chance is {at_most(best.high)}{bounds_words(best)}."
    if len(odds) == 1:
        return f"The chance of {what} is {chance_words(best)}{f', in “{name}”' if len(others) > 1 else ''}."
    rare = sum(c.most < RARE for _, c in odds)
    text = f"The best chance of {what} is {chance_words(best)}, in “{name}”"
    if rare == len(odds):
        return f"{text}; in every uncertain scenario it is under 1 in 20."
    return f"{text}; in {rare} of {len(odds)} uncertain scenarios it is under 1 in 20." if rare else f"{text}."


def meeting(fact: Level | Turn, target: Target) -> tuple[str, str]:
    """Return the verb for meeting a target, of one scenario and of many: "reaches 639 WTE", "reach 639 WTE"."""
    level = target_level(fact, target)
    if target.at_least is not None:
        return f"reaches {level}", f"reach {level}"
    return f"is at or below {level}", f"are at or below {level}"


def target_level(fact: Level | Turn, target: Target) -> str:
    """Return the level of a target as its author wrote it, with its unit, or as a percentage."""
    return share_words(level_of(target)) if fact.percent else level_words(level_of(target), fact.shown.unit)


def _short(fact: Level | Turn, value: float, target: Target) -> str:
    """How far a value that misses a target is from it."""
    gap = gap_words(abs(level_of(target) - value), fact)
    return f"{gap} {'short of' if target.at_least is not None else 'above'} {target_level(fact, target)}"


# --- the other kinds -----------------------------------------------------------------------------------------------------


def _change(fact: Change) -> str:
    """What one scenario changes against another."""
    name = f"{fact.shown.label}{_date(fact.shown)}"
    pair = f"in “{fact.scenario}” than in “{fact.base}”"
    if fact.same:
        runs = f" in each of {fact.runs:,} runs" if fact.varied else ""
        return f"{name} is the same in “{fact.scenario}” and “{fact.base}”{runs}."
    if not fact.varied:
        return f"{name} is {gap_words(abs(fact.median), fact)} {'higher' if fact.median > 0 else 'lower'} {pair}."
    up = fact.rising >= fact.falling
    way, count = ("higher", fact.rising) if up else ("lower", fact.falling)
    sign = 1.0 if up else -1.0
    low, high = sorted((sign * fact.low, sign * fact.high))
    runs = f"{way} in {'all' if count == fact.runs else f'{count:,} of'} {fact.runs:,} runs"
    if fact.few:
        return f"{name} is {runs} {pair}: too few runs for a range."
    if sign * fact.median <= 0:
        return f"{name} is {runs} {pair}; the middle run shows {'no difference' if fact.median == 0 else 'the opposite'}."
    extent = between(low, high, fact)
    if low < 0 < high:
        extent = f"from {gap_words(-low, fact)} {'lower' if up else 'higher'} to {gap_words(high, fact)} {way}"
    return f"{name} is {gap_words(sign * fact.median, fact)} {way} {pair} ({extent} in nine runs of ten; {runs})."


def _shares(fact: Shares) -> str:
    """What inputs or groups explain alone of the spread of a number."""
    first, *rest = sorted(fact.parts, key=lambda p: -p.value)
    name = f"{first.said[:1].upper()}{first.said[1:]}"
    text = f"{name} explains {part_words(first)} of the spread in {fact.shown.label}{_date(fact.shown)}"
    if rest:
        text += f", {'and ' if len(rest) == 1 else ''}{listing([f'{p.said} {part_words(p)}' for p in rest])}, each"
    doubts = ["these shares have not settled"] * (fact.settled is False) + [
        "few runs carry the spread, so these may be off"
    ] * fact.skewed
    return f"{'; '.join([f'{text} alone, in “{fact.scenario}”', *doubts])}."


def part_words(part: Part) -> str:
    """Return a share of the spread with its 95 % interval: "60% (57 to 62%)"; estimates outside 0 to 1 are cut."""
    value, low, high = (percent(round(min(max(v, 0.0), 1.0), 6)) for v in (part.value, part.low, part.high))
    return f"{value} ({low.removesuffix('%') if low[0].isdigit() else low} to {high})" if NONE not in (low, high) else value


def _turn(fact: Turn) -> str:
    """How far a lever must be moved for the central run to meet the target."""
    one, _ = meeting(fact, fact.target)
    level = target_level(fact, fact.target)
    goal_words = (
        f"bring “{fact.scenario}” to {level}" if fact.target.at_least is not None else f"bring “{fact.scenario}” down to {level}"
    )
    if not math.isfinite(fact.found):
        tried = f"{level_words(fact.low)} to {level_words(fact.high, fact.unit)}"
        return (
            f"No value of {fact.lever} from {tried} would {goal_words}{_date(fact.shown)} on central values; "
            f"the nearest comes to {told(fact.best, fact, apart_from=level_of(fact.target))}."
        )
    if fact.found == fact.own:
        return f"“{fact.scenario}” {one}{_date(fact.shown)} on central values with {fact.lever} as it is ({level_words(fact.own, fact.unit)})."
    move = fact.found - fact.own
    size = f"{level_words(abs(move))} {'more' if move > 0 else 'less'}"
    words = unit_words(fact.unit, one=abs(move) == 1)
    text = (
        f"{size}{f' {words}' if words else ''} ({fact.lever}: {level_words(fact.found)} instead of {level_words(fact.own)}) would {goal_words}"
        f"{_date(fact.shown)} on central values"
    )
    if math.isfinite(fact.short):
        text += (
            f"; {level_words(abs(fact.last - fact.own))} would not ({told(fact.short, fact, apart_from=level_of(fact.target))})"
        )
    return f"{text}."


def _stack(fact: Stack) -> list[str]:
    """The whole height of each bar, and what becomes of each element from the first to the last."""
    unit, names = unit_words(fact.unit), list(fact.bars)
    if len(names) == 1:
        parts = [f"{e} {bar_number(v, fact)}" for e, v in zip(fact.elements, fact.bars[names[0]], strict=True)]
        return [
            f"In “{fact.scenario}”, {names[0]}: {listing(parts)}{f' {unit}' if unit else ''}, {bar_number(fact.total(names[0]), fact)} in all."
        ]
    totals = [f"{name} {bar_number(fact.total(name), fact)}" for name in names]
    said = [f"In “{fact.scenario}”, {unit + ' ' if unit else ''}in all: {'; '.join(totals)}."]
    ends = zip(fact.elements, fact.bars[names[0]], fact.bars[names[-1]], strict=True)
    moves = [f"{e} {bar_number(a, fact)} to {bar_number(b, fact)}" for e, a, b in ends]
    return [*said, f"From the first to the last: {listing(moves)}."]


def bar_number(value: float, fact: Stack) -> str:
    """Return a number of a bar, every one with as many decimals as the smallest bar needs."""
    return fixed(value, 1 if min(fact.total(b) for b in fact.bars) < 1000 else 0)


def _date(shown: Quantity) -> str:
    """The date of a number where its label does not name it: "at the end of Sep 2020"."""
    words = the_close(shown.time) if math.isfinite(shown.time) else ""
    return f" at {words}" if words and words[-4:] not in shown.label else ""
