"""The picture beside the answer: a row of ranges, shares or stacked bars a scenario, drawn so that it fits a phone as well as a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from llr_sd.report.outcome.facts import Change, Fact, Level, Shares, Stack, Standing, Turn
from llr_sd.report.outcome.words import bar_number, gap_words, part_words, standing_words, target_level, told
from llr_sd.report.shared import canvas
from llr_sd.report.shared.parts import NumberTable
from llr_sd.report.shared.reading import level_of
from llr_sd.report.shared.units import unit_words
from llr_sd.report.shared.wording import full_name, level_words, named, short_names

MARGIN = 0.04
READABLE = 7.0  # per cent of the width that a number inside a bar needs


@dataclass(frozen=True)
class Bar:
    """A piece of a row: where it begins and how wide it is, in per cent of the width, its kind (a CSS class) and a number inside it."""

    left: float
    width: float
    kind: str
    text: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its name, its number in words, its pieces, and where a dot stands (None: nowhere)."""

    name: str
    said: str
    bars: tuple[Bar, ...]
    dot: float | None = None


@dataclass(frozen=True)
class Strip:
    """The whole picture: what it shows, its rows, a target's place, the ends of its axis, and its key by kind."""

    title: str
    rows: tuple[Row, ...]
    axis: tuple[tuple[float, str], ...]
    key: tuple[tuple[str, str], ...]
    rule: float | None = None
    numbers: NumberTable | None = None


@dataclass(frozen=True)
class _Scale:
    """From the unit of a number to per cent of the width."""

    low: float
    high: float

    def __call__(self, value: float) -> float:
        return round(100 * (value - self.low) / (self.high - self.low), 2)


def strip(facts: Sequence[Fact]) -> Strip | None:
    """Return the picture of the first fact that has one."""
    for fact in facts:
        found = _drawn(fact)
        if found is not None:
            return found
    return None


def _drawn(fact: Fact) -> Strip | None:
    match fact:
        case Level() if fact.known:
            return _level(fact)
        case Change() if fact.varied and not fact.same and not fact.few:
            return _change(fact)
        case Shares():
            return _shares(fact)
        case Turn() if math.isfinite(fact.found):
            return _turn(fact)
        case Stack() if min(v for values in fact.bars.values() for v in values) >= 0:
            return _stack(fact)
        case _:
            return None


def _scale(values: Sequence[float], *, zero: bool = False) -> _Scale:
    """A scale that shows every value with a margin, from zero where lengths are read."""
    known = [v for v in values if math.isfinite(v)]
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    pad = MARGIN * (high - low) or max(1.0, 0.05 * abs(high))
    return _Scale(low if zero and low == 0 else low - pad, high + pad)


def _axis(scale: _Scale, words: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    return tuple((scale(value), text) for value, text in words)


def _ticks(scale: _Scale, fact: Level | Change | Turn) -> tuple[tuple[float, str], ...]:
    """Three or four round numbers along the axis."""
    places = canvas.round_numbers(scale.low, scale.high)
    if fact.percent:
        return _axis(scale, [(v, f"{100 * v:.6g}%".replace("-", "−")) for v in places])
    return _axis(scale, [(v, canvas.tick(v)) for v in places])


def _level(fact: Level) -> Strip:
    target = fact.targets[0] if fact.targets else None
    level = level_of(target) if target else math.nan
    scale = _scale([level, *(v for s in fact.known for v in (s.value, s.spread.p05, s.spread.p95))])
    names = short_names([s.name for s in fact.known], 30)
    rows = tuple(_standing(s, names[s.name], fact, scale) for s in fact.known)
    key = [("dot", "central value")]
    if any(s.ranged and not s.spread.few for s in fact.known):
        key.append(("band", "nine runs in ten"))
    name = full_name(fact.shown)
    if target is None:
        return Strip(name, rows, _ticks(scale, fact), tuple(key))
    words = f"target, {target_level(fact, target)}"
    return Strip(name, rows, _ticks(scale, fact), (*key, ("rule", words)), scale(level))


def _standing(standing: Standing, name: str, fact: Level, scale: _Scale) -> Row:
    own, bars = standing.spread, list[Bar]()
    if standing.ranged and not own.few:
        left, right = scale(own.p05), scale(own.p95)
        bars.append(Bar(left, round(right - left, 2), "band"))
    return Row(name, standing_words(standing, fact), tuple(bars), scale(standing.value))


def _change(fact: Change) -> Strip:
    scale = _scale([0.0, fact.low, fact.median, fact.high])
    left, right = scale(fact.low), scale(fact.high)
    row = Row(
        f"“{fact.scenario}” less “{fact.base}”",
        gap_words(fact.median, fact),
        (Bar(left, round(right - left, 2), "band"),),
        scale(fact.median),
    )
    key = (("dot", "middle run"), ("band", "nine runs in ten"), ("rule", "no difference"))
    return Strip(full_name(fact.shown), (row,), _ticks(scale, fact), key, scale(0.0))


def _shares(fact: Shares) -> Strip:
    scale = _Scale(0.0, 1.0)
    rows = []
    for part in sorted(fact.parts, key=lambda p: -p.value):
        value, low, high = (min(max(v, 0.0), 1.0) for v in (part.value, part.low, part.high))
        bars = [Bar(0.0, scale(value), "band")]
        if math.isfinite(high - low):
            bars.append(Bar(scale(low), round(scale(high) - scale(low), 2), "interval"))
        rows.append(Row(part.name, part_words(part), tuple(bars)))
    key = (("band", "share explained alone"), ("interval", "95% interval"))
    title = f"Share of the spread in {fact.shown.label}, “{fact.scenario}”"
    return Strip(title, tuple(rows), tuple((100 * v, f"{v:.0%}") for v in (0.0, 0.25, 0.5, 0.75, 1.0)), key)


def _turn(fact: Turn) -> Strip:
    level = level_of(fact.target)
    points = [(fact.own, fact.before), (fact.last, fact.short), (fact.found, fact.there)]
    seen = {value: number for value, number in points if math.isfinite(value) and math.isfinite(number)}
    scale = _scale([level, *seen.values()])
    rows = tuple(
        Row(level_words(value, fact.unit), told(number, fact, unit=False, apart_from=level), (), scale(number))
        for value, number in seen.items()
    )
    text = f"target, {target_level(fact, fact.target)}"
    title = f"{named(fact.shown)} by {fact.lever}, “{fact.scenario}”"
    return Strip(title, rows, _ticks(scale, fact), (("dot", "central value"), ("rule", text)), scale(level))


def _stack(fact: Stack) -> Strip:
    scale = _scale([0.0, *(fact.total(b) for b in fact.bars)], zero=True)
    rows = []
    for name, values in fact.bars.items():
        bars, height = [], 0.0
        for number, value in enumerate(values, 1):
            left, width = scale(height), round(scale(height + max(value, 0.0)) - scale(height), 2)
            bars.append(Bar(left, width, f"s{number % 6 or 6}", bar_number(value, fact) if width >= READABLE else ""))
            height += max(value, 0.0)
        rows.append(Row(name, bar_number(fact.total(name), fact), tuple(bars)))
    unit = unit_words(fact.unit)
    head = ("", *fact.elements, "in all")
    table = NumberTable(
        f"The bars in numbers{f' ({unit})' if unit else ''}",
        head,
        tuple((n, *(bar_number(v, fact) for v in values), bar_number(fact.total(n), fact)) for n, values in fact.bars.items()),
    )
    key = tuple((f"s{i % 6 or 6}", element) for i, element in enumerate(fact.elements, 1))
    ticks = tuple((scale(v), canvas.tick(v)) for v in canvas.round_numbers(0.0, scale.high))
    return Strip(
        f"{unit[:1].upper()}{unit[1:]}, “{fact.scenario}”" if unit else f"“{fact.scenario}”",
        tuple(rows),
        ticks,
        key,
        numbers=table,
    )
