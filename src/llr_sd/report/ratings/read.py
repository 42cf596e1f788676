"""Look up ratings of risks, the matrix that they are rated on and what is published: the one place that knows the shape of their tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from llr_sd.equations import canonical
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.reading import Chance, labels
from llr_sd.result import StudyResult

ALL = "all"
"""The variation that doubles the range of every judgement."""
Ends = tuple[int, int, int]
"""A whole number with the ends of its 95 % interval."""


@dataclass(frozen=True)
class Matrix:
    """A matrix of likelihood and consequence, all read from the result.

    Attributes
    ----------
    likelihoods, bands
        Labels, least likely first, and the probabilities that each runs from and to.
    consequences
        Labels, least serious first.
    scores
        By likelihood, then consequence.
    levels, zones
        Names of ranges of scores, least serious first, and the least and greatest score of each that the matrix has.
    least
        A consequence less likely than this does not count; NaN where the result does not say.
    agreement
        The ranges of scores that count as the same rating, lowest first; empty where the result does not say.
    """

    likelihoods: tuple[str, ...]
    bands: tuple[tuple[float, float], ...]
    consequences: tuple[str, ...]
    scores: tuple[tuple[int, ...], ...]
    levels: tuple[str, ...]
    zones: tuple[tuple[int, int], ...]
    least: float
    agreement: tuple[str, ...]

    def rank(self, score: int) -> int:
        """Return the place of a score's level, 0 the least serious."""
        return sum(score > high for _, high in self.zones[:-1])

    def level(self, score: int) -> str:
        """Return the name of a score's level."""
        return self.levels[self.rank(score)]


@dataclass(frozen=True)
class Risk:
    """A risk as the log has it: its words, its published likelihood, consequence and score, and how it is measured."""

    id: str
    title: str
    wording: str
    likelihood: int
    consequence: int
    score: int
    level: str
    group: str
    models: str
    metric: str
    note: str

    @property
    def called(self) -> str:
        """Id and title: "R001 Too few training posts"."""
        return f"{self.id} {self.title}"


@dataclass(frozen=True)
class Ladder:
    """A scale of consequences: its name in words, what its thresholds mean, and their unit."""

    name: str
    label: str
    text: str
    unit: str


@dataclass(frozen=True)
class Rating:
    """A rating by the model of one risk on one ladder at one date, with its 95 % interval.

    Attributes
    ----------
    verdict, face
        On the published score, and before the grade of the evidence is looked at; empty where nothing is published for the date.
    judged
        Share of what the risk's own inputs explain that rests on judgement, 0 to 1; NaN where unknown.
    settle
        Runs that would settle the rating; NaN where it is settled, infinite where no number would.
    measure
        The judgement that carries most.
    """

    risk: str
    ladder: str
    date: float
    likelihood: Ends
    consequence: Ends
    score: Ends
    levels: tuple[str, str, str]
    published: int
    verdict: str
    face: str
    judged: float
    settle: float
    measure: str
    central: float
    runs: int

    @property
    def open(self) -> bool:
        """Whether its interval holds more than one score."""
        return self.score[1] != self.score[2]

    @property
    def straddles(self) -> bool:
        """Whether its interval holds more than one cell of the matrix."""
        return any(low != high for _, low, high in (self.likelihood, self.consequence, self.score))


def rated(result: StudyResult) -> bool:
    """Whether a result holds ratings of risks."""
    return "ratings" in result.tables


def frame(result: StudyResult, name: str, *columns: str) -> pd.DataFrame:
    """Return a table; empty, with these columns, where it is missing or lacks one of them."""
    found = result.tables.get(name)
    if found is None or not set(columns) <= set(found.columns):
        return pd.DataFrame(columns=list(columns))
    return found


@remembered
def matrix(result: StudyResult) -> Matrix:
    """Return the matrix of the result."""
    cells = frame(result, "matrix").to_dict("records")
    rows = {int(c["likelihood"]): c for c in reversed(cells)}
    columns = {int(c["consequence"]): str(c["consequence_label"]) for c in reversed(cells)}
    score = {(int(c["likelihood"]), int(c["consequence"])): int(c["score"]) for c in cells}
    names = {int(c["level_rank"]): str(c["level"]) for c in cells}
    held = {rank: [int(c["score"]) for c in cells if int(c["level_rank"]) == rank] for rank in sorted(names)}
    return Matrix(
        tuple(str(rows[i]["likelihood_label"]) for i in sorted(rows)),
        tuple((float(rows[i]["likelihood_from"]), float(rows[i]["likelihood_to"])) for i in sorted(rows)),
        tuple(columns[j] for j in sorted(columns)),
        tuple(tuple(score[i, j] for j in sorted(columns)) for i in sorted(rows)),
        tuple(names[rank] for rank in held),
        tuple((min(scores), max(scores)) for scores in held.values()),
        float(cells[0].get("least", math.nan)) if cells else math.nan,
        tuple(dict.fromkeys(str(c["agreement"]) for c in sorted(cells, key=lambda c: int(c["score"])) if c.get("agreement"))),
    )


@remembered
def risks(result: StudyResult) -> tuple[Risk, ...]:
    """Return the risks in the order of the log; the title says where all ratings of one rest on made-up data."""
    rows = frame(result, "risks").to_dict("records")
    return tuple(_risk(row, all(made_up(result, text(row["risk"])).values() or [False])) for row in rows)


def made_up(result: StudyResult, risk: str) -> dict[str, bool]:
    """Return for each ladder of a risk whether made-up example data stand behind it."""
    rows = frame(result, "ratings", "risk", "ladder", "illustrative")
    own = rows[rows["risk"] == risk]
    return {text(r["ladder"]): bool(r["illustrative"]) for r in own.to_dict("records")}


def _risk(row: dict[Any, Any], illustrative: bool) -> Risk:
    title, wording, level, group, models, metric, note = (
        text(row.get(k)) for k in ("title", "wording", "published_level", "group", "models", "metric", "note")
    )
    likelihood, consequence, score = (int(row[f"published_{k}"]) for k in ("likelihood", "consequence", "score"))
    title += " (illustrative)" if illustrative else ""
    return Risk(text(row["risk"]), title, wording, likelihood, consequence, score, level, group, models, metric, note)


@remembered
def ladders(result: StudyResult) -> tuple[Ladder, ...]:
    """Return the ladders that any risk is rated on, the main one first."""
    used = set(frame(result, "ratings", "ladder")["ladder"])
    rows = frame(result, "ladders", "ladder", "label", "text", "unit").to_dict("records")
    found = [Ladder(*(text(r[k]) for k in ("ladder", "label", "text", "unit"))) for r in rows if r["ladder"] in used]
    return tuple(found)


@remembered
def ratings(result: StudyResult) -> tuple[Rating, ...]:
    """Return every rating, in the order of the table."""
    return tuple(_rating(row) for row in frame(result, "ratings", "risk", "ladder", "horizon", "score").to_dict("records"))


def _rating(row: dict[Any, Any]) -> Rating:
    def ends(name: str) -> Ends:
        return int(row[name]), int(row[f"{name}_low"]), int(row[f"{name}_high"])

    return Rating(
        text(row["risk"]), text(row["ladder"]), float(row["horizon"]), ends("likelihood"), ends("consequence"), ends("score"),
        (text(row["level"]), text(row["level_low"]), text(row["level_high"])), int(row["published_score"]), text(row["verdict"]),
        text(row.get("at_face_value")), number(row.get("grade_c_share")), number(row.get("settle_runs")),
        text(row.get("measure_first")), number(row.get("central_share")), int(row["runs"]),
    )  # fmt: skip


@remembered
def first_dates(result: StudyResult) -> dict[str, float]:
    """Return for each risk the date that is held against the log: the first of its ratings."""
    found: dict[str, float] = {}
    for r in ratings(result):
        found.setdefault(r.risk, r.date)
    return found


@remembered
def held(result: StudyResult, ladder: str) -> dict[str, Rating]:
    """Return the ratings that are held against the log on a ladder, by risk, in the order of the log."""
    found = {r.risk: r for r in ratings(result) if r.ladder == ladder and r.date == first_dates(result)[r.risk]}
    return {r.id: found[r.id] for r in risks(result) if r.id in found}


def of_risk(result: StudyResult, risk: str) -> list[Rating]:
    """Return the ratings of a risk that are held against the log, the main ladder's first."""
    return [held(result, k.name)[risk] for k in ladders(result) if risk in held(result, k.name)]


@remembered
def reached(result: StudyResult, rating: Rating) -> tuple[Chance, ...]:
    """Return the chance of each consequence or worse behind a rating, consequence 1 first; empty where the result has none."""
    rows = frame(result, "exceedance", "risk", "ladder", "horizon", "consequence", "probability", "low", "high", "runs")
    rows = rows[(rows["risk"] == rating.risk) & (rows["ladder"] == rating.ladder) & (rows["horizon"] == rating.date)]
    found = rows.sort_values("consequence").to_dict("records")
    return tuple(Chance(float(r["probability"]), float(r["low"]), float(r["high"]), int(r["runs"])) for r in found)


@dataclass(frozen=True)
class Limit:
    """A limit of a box: an input, and the values between which it lies, in its unit; infinite where it is open."""

    name: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Box:
    """Where in its own inputs a risk reaches a consequence; 0, where nearly every run has the same one.

    Attributes
    ----------
    share
        Of all runs that reach it.
    limits
        None where no box gathers those runs.
    density, coverage
        Share of the runs in the box that reach it, and share of those that reach it that are in the box.
    """

    risk: str
    consequence: int
    share: float
    limits: tuple[Limit, ...]
    density: Chance
    coverage: Chance


@remembered
def boxes(result: StudyResult) -> tuple[Box, ...]:
    """Return the box of each risk; none where no boxes were looked for."""
    rows = frame(result, "boxes", "risk", "consequence", "share", "input", "low", "high", "unit")
    found = []
    for risk, own in rows.groupby("risk", sort=False):
        first = own.iloc[0]
        density, coverage = (
            Chance(number(first.get(k)), number(first.get(f"{k}_low")), number(first.get(f"{k}_high")), 0)
            for k in ("density", "coverage")
        )
        limits = [
            Limit(
                labels(result).get(canonical(text(r["input"])), text(r["input"])),
                text(r["unit"]),
                float(r["low"]),
                float(r["high"]),
            )
            for r in own.to_dict("records")
            if text(r["input"])
        ]
        found.append(Box(str(risk), int(first["consequence"]), float(first["share"]), tuple(limits), density, coverage))
    return tuple(found)


@dataclass(frozen=True)
class Outside:
    """A risk that inputs outside its own group move more than those inside: what they carry, and label, grade and rank correlation of some."""

    risk: str
    ladder: str
    carried: float
    ties: tuple[tuple[str, str, float], ...]


@remembered
def outside(result: StudyResult) -> tuple[Outside, ...]:
    """Return the ratings that inputs outside the risk's own group move more than those inside."""
    rows = frame(result, "outside", "risk", "ladder", "carried", "label", "grade", "rank_correlation")
    found = []
    for (risk, ladder), own in rows.groupby(["risk", "ladder"], sort=False):
        ties = tuple((text(r["label"]), text(r["grade"]), float(r["rank_correlation"])) for r in own.to_dict("records"))
        found.append(Outside(str(risk), str(ladder), float(own["carried"].iloc[0]), ties))
    return tuple(found)


def likelihood_of(scale: Matrix, probability: float) -> int:
    """Return the likelihood, from 1, of a probability."""
    return 1 + sum(probability >= low for low, _ in scale.bands[1:])


def text(value: Any) -> str:
    """Return a cell as one line of text; empty where the table has nothing."""
    return "" if value is None or value != value else " ".join(str(value).split())


def number(value: Any) -> float:
    """Return a cell as a number; NaN where the table has nothing."""
    return math.nan if value is None or value == "" or value is pd.NA else float(value)
