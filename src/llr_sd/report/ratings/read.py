"""What a result says of a register: the register and its matrix from their copies, and every table read once, into facts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llr_sd.equations import canonical
from llr_sd.errors import ResultError
from llr_sd.matrix import Matrix
from llr_sd.rating import Exceedance, Rating
from llr_sd.register import Ladder, Register, Risk, load_matrix, load_register
from llr_sd.report.shared.inputs import side_words
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.reading import Chance
from llr_sd.report.shared.reading import labels as labels_of
from llr_sd.result import StudyResult

Floats = NDArray[np.float64]
Cell = tuple[int, int, int]
"""Likelihood, consequence and score."""


@dataclass(frozen=True)
class Log:
    """A risk log beside the model: the register, its matrix (with the bands that the study chose), and every rating in order."""

    register: Register
    matrix: Matrix
    ratings: tuple[Rating, ...]

    @property
    def ladders(self) -> dict[str, Ladder]:
        """The ladders that any risk is read on, by name, the main one first."""
        used = {r.ladder for r in self.ratings}
        return {name: ladder for name, ladder in self.register.ladder.items() if name in used}

    @property
    def main(self) -> str:
        """The name of the main ladder."""
        return next(iter(self.ladders))

    def of_risk(self, risk: str) -> list[Rating]:
        """Return the ratings of a risk that are held against the log, that on its main ladder first."""
        date = self.register.dates(self.register.risk_of(risk))[0]
        return [r for r in self.ratings if r.risk == risk and r.date == date]

    def on(self, ladder: str) -> dict[str, Rating]:
        """Return the ratings that are held against the log on a ladder, by risk, in the order of the log."""
        return {r.risk: r for r in self.held if r.ladder == ladder}

    @property
    def held(self) -> list[Rating]:
        """Every rating that is held against the log, risk by risk."""
        return [r for risk in self.register.risk for r in self.of_risk(risk.id)]

    def called(self, risk: Risk) -> str:
        """Return id and title, and whether all ratings rest on made-up data: "R001 Too few training posts (illustrative)"."""
        made_up = all(r.illustrative for r in self.of_risk(risk.id))
        return f"{risk.id} {risk.title}{' (illustrative)' if made_up else ''}"

    def label(self, r: Rating) -> str:
        """Return what people call the ladder of a rating."""
        return self.register.ladder[r.ladder].label


def rated(result: StudyResult) -> bool:
    """Whether a result holds ratings of risks."""
    return "ratings" in result.tables


@remembered
def log(result: StudyResult) -> Log:
    """Return the log beside the model; raise ResultError where an earlier version wrote the result."""
    folder, name = result.path / "register", Path(result.study.risk_register).name
    register = load_register(folder / name if (folder / name).is_file() else folder / f"{name}.toml")
    matrix = load_matrix(folder / Path(register.matrix).name)
    if result.study.bands:
        matrix = matrix.with_bands(result.study.bands, "bands")
    chances: dict[tuple[str, str, float], Exceedance] = {}
    reached = rows_of(result, "exceedance", "risk", "ladder", "horizon", "probability", "low", "high", "runs")
    for (risk, ladder, date), own in reached.groupby(["risk", "ladder", "horizon"], sort=False):
        p, low, high = (own[k].to_numpy(dtype=float) for k in ("probability", "low", "high"))
        chances[str(risk), str(ladder), float(date)] = Exceedance(p, low, high, int(own["runs"].iloc[0]))
    rows = rows_of(result, "ratings", "risk", "ladder", "horizon", "settle_runs", "illustrative").to_dict("records")
    ratings = [Rating.of_row(r, chances[r["risk"], r["ladder"], r["horizon"]]) for r in rows]
    return Log(register, matrix, tuple(ratings))


def rows_of(result: StudyResult, name: str, *columns: str) -> pd.DataFrame:
    """Return a table; raise ResultError where it is not as this version writes it."""
    found = result.tables.get(name)
    if found is None or not set(columns) <= set(found.columns):
        raise ResultError(f"{name}.parquet is that of an earlier version.", where=str(result.path), mend="Run the study again.")
    return found


def curve(result: StudyResult, r: Rating) -> Floats:
    """Return the exceedance curve of a rating, shape (point, 4): position, probability, low, high."""
    columns = ("position", "probability", "low", "high")
    rows = rows_of(result, "curves", "risk", "ladder", "horizon", *columns)
    rows = rows[(rows["risk"] == r.risk) & (rows["ladder"] == r.ladder) & (rows["horizon"] == r.date)]
    return np.asarray(rows[list(columns)], dtype=float)


def thresholds(result: StudyResult, r: Rating) -> list[tuple[float, float, str]]:
    """Return from which share of what is at stake each consequence counts, the same as a level (NaN where it varies), and its unit."""
    rows = rows_of(result, "exceedance", "risk", "ladder", "horizon", "threshold_share", "threshold", "unit")
    rows = rows[(rows["risk"] == r.risk) & (rows["ladder"] == r.ladder) & (rows["horizon"] == r.date)]
    return list(
        zip(rows["threshold_share"].astype(float), rows["threshold"].astype(float), rows["unit"].astype(str), strict=True)
    )


# --- what a rating hangs on -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Driver:
    """What one input carries of the spread of a loss: its total share with the 95 % interval, its words and the grade of its evidence."""

    input: str
    name: str
    grade: str
    value: float
    low: float
    high: float


@remembered
def drivers(result: StudyResult) -> dict[str, list[Driver]]:
    """Return by risk what the spread of its loss hangs on, the largest share first, on its main ladder; empty without variance."""
    found: dict[str, list[Driver]] = {}
    rows = rows_of(result, "drivers", "risk", "ladder", "quantity", "input", "label", "grade", "ST", "ST_low", "ST_high")
    for risk in log(result).register.risk:
        main = log(result).register.ladders(risk)[0]
        own = rows[(rows["risk"] == risk.id) & (rows["ladder"] == main) & (rows["quantity"] == "loss")]
        columns = ("input", "label", "grade", "ST", "ST_low", "ST_high")
        all_of_them = [Driver(*(r[k] for k in columns)) for r in own.to_dict("records")]
        found[risk.id] = sorted((d for d in all_of_them if math.isfinite(d.value)), key=lambda d: -d.value)
    return found


BOX_NUMBERS = ("density", "density_low", "density_high", "coverage", "coverage_low", "coverage_high")


@dataclass(frozen=True)
class Limit:
    """A limit of a box: an input, and the values between which it lies, in its unit; infinite where it is open."""

    name: str
    unit: str
    low: float
    high: float

    @property
    def where(self) -> str:
        """Where the input lies, in words."""
        return side_words(self.name, self.unit, self.low, self.high)


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
    labels, found = labels_of(result), []
    rows = rows_of(result, "boxes", "risk", "consequence", "share", "input", "low", "high", "unit", *BOX_NUMBERS)
    for risk, own in rows.groupby("risk", sort=False):
        first = own.iloc[0]
        density, coverage = (Chance(*_floats(first, k, f"{k}_low", f"{k}_high"), runs=0) for k in ("density", "coverage"))
        limits = [
            Limit(labels.get(canonical(r["input"]), r["input"]), r["unit"], r["low"], r["high"])
            for r in own.to_dict("records")
            if r["input"]
        ]
        found.append(Box(str(risk), int(first["consequence"]), float(first["share"]), tuple(limits), density, coverage))
    return tuple(found)


@dataclass(frozen=True)
class Outside:
    """A rating that inputs outside the risk's own group move more than those inside.

    `carried` is their total index; `ties` are label, grade and rank correlation with the loss of those most tied to it.
    """

    risk: str
    ladder: str
    carried: float
    ties: tuple[tuple[str, str, float], ...]


@remembered
def outside(result: StudyResult) -> tuple[Outside, ...]:
    """Return the ratings that inputs outside the risk's own group move more than those inside."""
    rows = rows_of(result, "outside", "risk", "ladder", "carried", "label", "grade", "rank_correlation")
    return tuple(
        Outside(str(risk), str(ladder), float(own["carried"].iloc[0]), tuple(zip(own["label"], own["grade"], own["rank_correlation"], strict=True)))
        for (risk, ladder), own in rows.groupby(["risk", "ladder"], sort=False)
    )  # fmt: skip


# --- how a rating would stand otherwise ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Variation:
    """A rating made again with one thing changed: which ("bands", "step", ...) and to what, and whether level or verdict differ."""

    kind: str
    name: str
    cell: Cell
    level: str
    verdict: str
    changed: bool


@remembered
def variations(result: StudyResult) -> dict[tuple[str, str], list[Variation]]:
    """Return the variations that were tried, by risk and ladder."""
    found: dict[tuple[str, str], list[Variation]] = {}
    columns = ("likelihood", "consequence", "score", "level", "verdict", "changed")
    for r in rows_of(result, "stability", "risk", "ladder", "kind", "variation", *columns).to_dict("records"):
        cell = (int(r["likelihood"]), int(r["consequence"]), int(r["score"]))
        one = Variation(r["kind"], r["variation"], cell, r["level"], r["verdict"], bool(r["changed"]))
        found.setdefault((r["risk"], r["ladder"]), []).append(one)
    return found


@dataclass(frozen=True)
class Move:
    """A rating beside the one that it moved from: as published ("log"), at a later date ("forward"), or with a "mitigation" of the log.

    `low` and `high` are the ends of the reviewed score's interval; NaN for the log.
    """

    kind: str
    ladder: str
    date: float
    mitigation: str
    original: Cell
    reviewed: Cell
    low: float
    high: float
    movement: str


@remembered
def moves(result: StudyResult) -> Mapping[str, list[Move]]:
    """Return how each risk moves, by risk, in the order of the table."""
    found: dict[str, list[Move]] = {}
    parts = [(a, [f"{a}_{b}" for b in ("likelihood", "impact", "rating")]) for a in ("original", "reviewed")]
    names = ("risk", "kind", "ladder", "horizon", "mitigation", "reviewed_low", "reviewed_high", "movement")
    for r in rows_of(result, "movement", *names, *parts[0][1], *parts[1][1]).to_dict("records"):
        original, reviewed = (_cell(r, own) for _, own in parts)
        _, kind, ladder, date, mitigation, low, high, movement = (r[n] for n in names)
        one = Move(kind, ladder, date, mitigation, original, reviewed, low, high, movement)
        found.setdefault(r["risk"], []).append(one)
    return found


def _floats(row: Mapping[Any, Any], one: str, two: str, three: str) -> tuple[float, float, float]:
    return float(row[one]), float(row[two]), float(row[three])


def _cell(row: Mapping[Any, Any], names: list[str]) -> Cell:
    likelihood, consequence, score = (int(row[n]) for n in names)
    return likelihood, consequence, score
