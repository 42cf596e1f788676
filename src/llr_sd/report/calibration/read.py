"""Look up, as typed facts, what a calibration found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from llr_sd.parameters import is_share, per_hundred, plain_unit
from llr_sd.report.backtest.read import Scale, scales
from llr_sd.report.shared.inputs import frame_of, input_name, spoken
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.wording import NONE, amount, percent, with_unit
from llr_sd.result import AS_BEFORE, HELD_OUT, NOT_APART, Calibrated, StudyResult, facts_of

CONFLICT = 0.01
"""A chance below which figures lie further from what priors and errors allow than a fit is trusted with."""
OWN_ERROR = "(the model's own error)"
"""What the table calls the model's own error, as a share of a figure."""
OWN_WORDS = "the model's own error"
SIZE = 0.3
"""Weight, without sign, from which on a parameter is named as part of a direction."""
_NUMBERS = ("best", "p05", "p50", "p95", "prior_p05", "prior_p50", "prior_p95", "narrower")
_POINTS = ("time", "published", "figure", "error", "best", "p05", "p50", "p95", "low", "high", "prior_p05", "prior_p95", "rank")


@dataclass(frozen=True)
class Learnt:
    """A parameter before and after the fit, in its unit.

    `name` is what people call it and `said` the same in a sentence; `as_before` whether the figures say no more of it than its prior.
    """

    input: str
    name: str
    said: str
    unit: str
    best: float
    p05: float
    p50: float
    p95: float
    prior_p05: float
    prior_p50: float
    prior_p95: float
    narrower: float
    as_before: bool

    @property
    def own_error(self) -> bool:
        """Whether it is the model's own error rather than a parameter."""
        return self.input == OWN_ERROR

    def told(self, value: float) -> str:
        """Write a value of it with its unit; a share as so many in 100."""
        if self.own_error:
            return percent(value)
        if is_share(self.name, self.unit):
            return f"{per_hundred(value)} in 100"
        return with_unit(value, plain_unit(self.name, self.unit))

    def range(self, low: float, high: float) -> str:
        """Write a range of it, the unit once."""
        if is_share(self.name, self.unit):
            return f"{per_hundred(low)} to {per_hundred(high)} in 100"
        return f"{amount(low, self.unit)} to {self.told(high)}" if not self.own_error else f"{percent(low)} to {percent(high)}"


@dataclass(frozen=True)
class Point:
    """A figure beside the fit: `held` where it was kept apart, `stands` "inside", "below" or "above" the band from `low` to `high`."""

    series: str
    time: float
    published: float
    figure: float
    error: float
    best: float
    p05: float
    p95: float
    low: float
    high: float
    prior_p05: float
    prior_p95: float
    held: bool
    stands: str
    scale: Scale


@dataclass(frozen=True)
class Direction:
    """A combination of parameters: its information in those of the priors, how much narrower it became, and its weights, the largest first."""

    number: int
    information: float
    narrower: float
    weights: tuple[tuple[str, float], ...]

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """The parameters that make most of it."""
        return tuple(w for w in self.weights if abs(w[1]) >= SIZE)

    @property
    def known(self) -> bool:
        """Whether the figures say more of it than the priors."""
        return self.information >= 1


@dataclass(frozen=True)
class Pair:
    """Two parameters as a sentence says them, with their rank correlation after the fit and its 95 % interval."""

    one: str
    other: str
    rank: float
    low: float
    high: float
    tied: bool


@remembered
def calibrated(result: StudyResult) -> Calibrated | None:
    """Return how the calibration went; None where the study has none."""
    return next((f for f in facts_of(result.manifest) if isinstance(f, Calibrated)), None)


@remembered
def parameters(result: StudyResult) -> tuple[Learnt, ...]:
    """Return the fitted parameters, those that narrowed most first; the model's own error, where it was fitted, last."""
    rows = frame_of(result, "calibration", "parameter", "unit", "note", *_NUMBERS).to_dict("records")
    found = []
    for r in rows:
        name = str(r["parameter"])
        called, said = (input_name(result, name), spoken(result, name)) if name != OWN_ERROR else (OWN_WORDS, OWN_WORDS)
        best, p05, p50, p95, low, middle, high, narrower = (float(r[k]) for k in _NUMBERS)
        numbers = (best, p05, p50, p95, low, middle, high, narrower)
        found.append(Learnt(name, called, said, str(r["unit"]), *numbers, r["note"] == AS_BEFORE))
    return tuple(sorted(found, key=lambda f: (f.own_error, f.as_before, -f.narrower)))


@remembered
def points(result: StudyResult) -> tuple[Point, ...]:
    """Return the figures, in the order of the study."""
    rows = frame_of(result, "calibration_points", "observed", "role", "stands", *_POINTS).to_dict("records")
    own = scales(result)
    numbers = [n for n in _POINTS if n not in ("p50", "rank")]
    return tuple(
        Point(
            str(r["observed"]),
            **{n: float(r[n]) for n in numbers},
            held=r["role"] == HELD_OUT,
            stands=str(r["stands"]),
            scale=own.get(str(r["observed"]), Scale("", math.nan)),
        )
        for r in rows
    )


def courses(result: StudyResult) -> dict[str, pd.DataFrame]:
    """Return the bands of the fit over time by series."""
    rows = frame_of(result, "calibration_courses", "observed", "time", "p05", "p25", "p50", "p75", "p95", "best")
    return {str(name): own for name, own in rows.groupby("observed", sort=False)}


def directions(result: StudyResult) -> tuple[Direction, ...]:
    """Return the combinations of parameters, the best known first."""
    rows = frame_of(result, "calibration_directions", "direction", "information", "narrower", "parameter", "weight")
    found = []
    for number, own in rows.groupby("direction", sort=True):
        weights = sorted(zip(own["parameter"].astype(str), own["weight"].astype(float), strict=True), key=lambda w: -abs(w[1]))
        first = own.iloc[0]
        found.append(Direction(int(number), float(first["information"]), float(first["narrower"]), tuple(weights)))
    return tuple(found)


def pairs(result: StudyResult) -> tuple[Pair, ...]:
    """Return the pairs of parameters, those that go together most first."""
    rows = frame_of(result, "calibration_pairs", "parameter", "other", "rank", "low", "high", "note").to_dict("records")
    found = [
        Pair(
            spoken(result, str(r["parameter"])),
            spoken(result, str(r["other"])),
            float(r["rank"]),
            float(r["low"]),
            float(r["high"]),
            r["note"] == NOT_APART,
        )
        for r in rows
    ]
    return tuple(sorted(found, key=lambda p: -abs(p.rank)))


def told_rank(rank: float) -> str:
    """Write a rank correlation with its sign."""
    return f"{rank:+.2f}".replace("-", "−") if math.isfinite(rank) else NONE
