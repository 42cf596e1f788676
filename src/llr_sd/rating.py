"""The rating of a risk by model runs: where its losses lie on the matrix, how sure that is, and what it says of a published score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.matrix import Matrix

Ends = tuple[int, int, int]
"""A whole number with the ends of its 95 % interval."""
SUPPORTED, UNDERSTATED, OVERSTATED = "supported", "understated", "overstated"
BORDERLINE, NOT_TESTABLE = "borderline", "not testable"
VERDICTS = (SUPPORTED, UNDERSTATED, OVERSTATED, BORDERLINE, NOT_TESTABLE)


@dataclass(frozen=True)
class Exceedance:
    """How often each consequence is reached or passed: p_c of c = 1 to 5 with its 95 % Wilson interval, each of shape (5,)."""

    probability: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    runs: int

    @property
    def exactly(self) -> NDArray[np.float64]:
        """Share of the runs with no consequence, with exactly consequence 1, 2, ...; shape (6,)."""
        return -np.diff([1.0, *self.probability, 0.0])


@dataclass(frozen=True)
class Place:
    """Where losses lie on the matrix: likelihood, consequence and score, each with the 95 % bootstrap interval.

    `settle` are the runs that would settle it: NaN where the interval holds one cell of the matrix, infinite where a probability lies
    on the edge of a band.
    """

    likelihood: Ends
    consequence: Ends
    score: Ends
    settle: float
    exceedance: Exceedance

    @property
    def open(self) -> bool:
        """Whether its interval holds more than one score."""
        return self.score[1] != self.score[2]

    @property
    def straddles(self) -> bool:
        """Whether its interval holds more than one cell of the matrix."""
        return any(low != high for _, low, high in (self.likelihood, self.consequence, self.score))


@dataclass(frozen=True)
class Rating:
    """The rating of a risk on a ladder at a date.

    Attributes
    ----------
    place
        Where the losses lie on the matrix, and how often each consequence is reached.
    published
        The published score.
    verdict, face
        On the published score, and before the grades of the evidence are looked at; empty at dates that are not held against it.
    judged
        Share of what the risk's own inputs explain that rests on judgement, 0 to 1; NaN where unknown.
    measure
        The judgement to measure first; empty where there is none.
    central
        Loss of the central run, as a share of what is at stake.
    illustrative
        Whether made-up example data stand behind it.
    """

    risk: str
    ladder: str
    date: float
    place: Place
    published: int
    verdict: str = ""
    face: str = ""
    judged: float = math.nan
    measure: str = ""
    central: float = math.nan
    illustrative: bool = False

    @property
    def at(self) -> tuple[str, str, float]:
        """Risk, ladder and date."""
        return self.risk, self.ladder, self.date

    @property
    def runs(self) -> int:
        """The runs that give a loss."""
        return self.place.exceedance.runs

    def row(self, matrix: Matrix) -> dict[str, object]:
        """Return its row of the table of ratings."""
        row: dict[str, object] = {"risk": self.risk, "ladder": self.ladder, "horizon": self.date}
        for name in ("likelihood", "consequence", "score"):
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), getattr(self.place, name), strict=True))
        level, low, high = (matrix.level_of(s) for s in self.place.score)
        row |= {"level": level, "published_score": self.published, "verdict": self.verdict, "runs": self.runs}
        row |= {"level_low": low, "level_high": high, "at_face_value": self.face, "grade_c_share": self.judged}
        row |= {"measure_first": self.measure, "settle_runs": self.place.settle, "central_share": self.central}
        return row | {"illustrative": self.illustrative}

    @classmethod
    def of_row(cls, row: Mapping[str, Any], exceedance: Exceedance) -> Rating:
        """Read a row of the table of ratings back."""

        def ends(name: str) -> Ends:
            return int(row[name]), int(row[f"{name}_low"]), int(row[f"{name}_high"])

        place = Place(ends("likelihood"), ends("consequence"), ends("score"), float(row["settle_runs"]), exceedance)
        return cls(
            str(row["risk"]),
            str(row["ladder"]),
            float(row["horizon"]),
            place,
            int(row["published_score"]),
            str(row["verdict"]),
            str(row["at_face_value"]),
            float(row["grade_c_share"]),
            str(row["measure_first"]),
            float(row["central_share"]),
            bool(row["illustrative"]),
        )
