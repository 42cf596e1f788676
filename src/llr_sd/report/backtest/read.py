"""Look up, as typed facts, where published figures stand in the runs of each scenario, and how many lie outside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from llr_sd.report.shared.inputs import frame_of
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.reading import quantity
from llr_sd.report.shared.wording import NONE, amount, date_words, fixed, level_words, with_unit
from llr_sd.result import StudyResult

Floats = np.ndarray[Any, np.dtype[np.float64]]
RARE = 0.05
"""A chance below which as many misses as there are are more than chance gives."""
_NUMBERS = ("time", "value", "compared", "error", "p05", "p25", "p50", "p75", "p95", "central", "rank", "gap", "runs")


@dataclass(frozen=True)
class Scale:
    """How the numbers of a series are told: changes since the time `base` in per cent, or amounts in `unit` where it is NaN."""

    unit: str
    base: float

    @property
    def relative(self) -> bool:
        """Whether changes are compared."""
        return math.isfinite(self.base)

    def told(self, value: float) -> str:
        """Write a compared number with its unit: "+5.8%" or "512 WTE"."""
        return _signed(100 * (value - 1)) if self.relative else with_unit(value, self.unit)

    def bare(self, value: float) -> str:
        """Write a compared number as a range has it, without its unit."""
        return _signed(100 * (value - 1)) if self.relative else amount(value, self.unit)

    def range(self, low: float, high: float) -> str:
        """Write a range: "−2.0% to +5.8%" or "490 to 540"; one number where both ends are told alike."""
        if not math.isfinite(high - low):
            return NONE
        ends = self.bare(low), self.bare(high)
        return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"

    def distance(self, gap: float) -> str:
        """Write how far a number lies beyond an end, without a sign."""
        if not self.relative:
            return with_unit(abs(gap), self.unit)
        points = fixed(abs(100 * gap), 1)
        return f"{'less than 0.1' if points == '0.0' else points} percentage points"


@dataclass(frozen=True)
class Standing:
    """Where a figure stands in one scenario: "below", "inside" or "above" the band from `low` to `high`; "" where there is none, and why."""

    scenario: str
    stands: str
    low: float
    high: float
    central: float
    rank: float
    gap: float
    runs: int
    note: str

    @property
    def tail(self) -> float:
        """The share of what the runs would have had published beyond it, on its own side; no less than runs of this number can tell."""
        return max(min(self.rank, 1 - self.rank), 1 / (self.runs + 1))

    @property
    def missed(self) -> bool:
        """Whether it lies outside."""
        return self.stands in ("below", "above")


@dataclass(frozen=True)
class Figure:
    """A published figure: its series, time, value as published, the number that is compared with its standard error, and its standings."""

    series: str
    time: float
    value: float
    compared: float
    error: float
    scale: Scale
    standings: tuple[Standing, ...]

    @property
    def name(self) -> str:
        """Series and date."""
        return f"{self.series}, {date_words(self.time, closing=True)}"

    @property
    def told(self) -> tuple[Standing, ...]:
        """The standings in scenarios that have a band for it."""
        return tuple(s for s in self.standings if s.stands)

    @property
    def published(self) -> str:
        """The figure as it was published, in the unit of the series."""
        return level_words(self.value, self.scale.unit)


@dataclass(frozen=True)
class Count:
    """How many figures of a series ("" for all) lie outside in a scenario.

    `expected` is how many would on average if a run were the truth, `chance` that of as many as there are. `far` are those so far out
    that chance puts one of so many there in fewer than `RARE` of cases (Bonferroni: twice their number times its tail);
    `above` and `below` are those outside, all by series and date.
    """

    scenario: str
    series: str
    figures: int
    missed: int
    expected: float
    chance: float
    far: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    @property
    def more_than_chance(self) -> bool:
        """Whether so many would be rare if the runs held the truth."""
        return self.missed > 0 and self.chance < RARE


@remembered
def figures(result: StudyResult) -> tuple[Figure, ...]:
    """Return the published figures in the order of the study and of time."""
    rows = frame_of(result, "observed", "scenario", "observed", "stands", "note", *_NUMBERS)
    found = []
    for series, scale in scales(result).items():
        own = rows[rows["observed"] == series]
        for time, at in own.groupby("time"):
            records: list[Mapping[str, Any]] = at.to_dict("records")
            first = records[0]
            found.append(
                Figure(
                    series, float(time), float(first["value"]), float(first["compared"]), float(first["error"]), scale,
                    tuple(_standing(r) for r in records),
                )
            )  # fmt: skip
    return tuple(found)


def _standing(row: Mapping[str, Any]) -> Standing:
    low, high, central, rank, gap = (float(row[k]) for k in ("p05", "p95", "central", "rank", "gap"))
    return Standing(str(row["scenario"]), str(row["stands"]), low, high, central, rank, gap, int(row["runs"]), str(row["note"]))


def counts(result: StudyResult) -> tuple[Count, ...]:
    """Return the counts of each scenario: of every series, then of all together."""
    rows = frame_of(result, "observed_counts", "scenario", "observed", "figures", "missed", "expected", "chance")
    return tuple(_count(result, r) for r in rows.to_dict("records"))


def _count(result: StudyResult, row: Mapping[str, Any]) -> Count:
    scenario, series, number = str(row["scenario"]), str(row["observed"]), int(row["figures"])
    own = [(f, s) for f in figures(result) for s in f.told if s.scenario == scenario and series in ("", f.series)]
    far = tuple(f.name for f, s in own if s.missed and 2 * number * s.tail < RARE)
    above, below = (tuple(f.name for f, s in own if s.stands == side) for side in ("above", "below"))
    missed, expected, chance = int(row["missed"]), float(row["expected"]), float(row["chance"])
    return Count(scenario, series, number, missed, expected, chance, far, above, below)


def scales(result: StudyResult) -> dict[str, Scale]:
    """Return how each series of the study is told, in its order."""
    found = {}
    for one in result.study.observed:
        unit = one.unit if one.unit is not None else "" if one.relative_to else quantity(result, one.output[0]).unit
        found[one.name] = Scale(unit, math.nan if one.relative_to is None else float(one.relative_to))
    return found


@remembered
def courses(result: StudyResult) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the bands of the runs over time by series and scenario."""
    rows = frame_of(result, "observed_course", "scenario", "observed", "time", "p05", "p25", "p50", "p75", "p95", "central")
    return {(str(series), str(scenario)): own for (series, scenario), own in rows.groupby(["observed", "scenario"], sort=False)}


def drawn_scenarios(result: StudyResult) -> list[str]:
    """Return the scenarios that the figures are held against, in the order of the study."""
    return list(dict.fromkeys(s.scenario for f in figures(result) for s in f.standings))


def _signed(value: float) -> str:
    if not math.isfinite(value):
        return NONE
    text = fixed(value, 1)
    return f"+{text}%" if value > 0 and text != "0.0" else f"{text}%"
