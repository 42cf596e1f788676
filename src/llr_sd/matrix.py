"""A matrix of likelihood and consequence: what each is called, which score a cell has, which scores are one level and which agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from llr_sd.errors import InputError, nearest
from llr_sd.records import Record
from llr_sd.values import Number, Text, Whole, Words, check_distinct

SIZE = 5
"""Likelihoods and consequences of a matrix."""


class Band(Record):
    """A likelihood: probabilities from `from` up to, not including, `to` (which is 1, included, in the last band)."""

    label: Text
    from_: Annotated[Number, Field(ge=0, le=1, alias="from")]
    to: Annotated[Number, Field(ge=0, le=1)]


class ScoreRange(Record):
    """Scores from `from` to `to`, both included; named where it is a level of the log."""

    name: str = ""
    from_: Annotated[Whole, Field(ge=1, alias="from")]
    to: Annotated[Whole, Field(ge=1)]

    @property
    def words(self) -> str:
        """The range as "13 to 16"."""
        return f"{self.from_} to {self.to}" if self.to > self.from_ else str(self.to)


class Matrix(Record):
    """A matrix of likelihood and consequence.

    Attributes
    ----------
    likelihood
        Sets of five bands of probability, least likely first; `bands` names the one that is used.
    consequence
        Five labels, least serious first.
    scores
        Five rows, one a likelihood, of five scores, one a consequence; no score may fall where either rises.
    level
        Names of ranges of scores, as the log uses them.
    agreement
        Ranges of scores that count as the same rating when a rating is held against a published one.
    least
        A consequence less likely than this does not count.
    """

    title: Text
    source: Words = ""
    bands: Text
    least: Annotated[Number, Field(ge=0, lt=1)] = 0.05
    likelihood: Mapping[str, tuple[Band, ...]]
    consequence: tuple[Text, ...]
    scores: tuple[tuple[Whole, ...], ...]
    level: tuple[ScoreRange, ...]
    agreement: tuple[ScoreRange, ...]

    @model_validator(mode="after")
    def _whole(self) -> Matrix:
        if self.bands not in self.likelihood:
            raise ValueError(f'bands: no likelihood bands are called "{self.bands}". {nearest(self.bands, self.likelihood)}')
        for name, bands in self.likelihood.items():
            _five(bands, f"likelihood > {name}")
            ends = [(b.from_, b.to, b.label) for b in bands]
            _adjoining(ends, f"likelihood > {name}", 0.0, 1.0, 0.0)
        _five(self.consequence, "consequence")
        _five(self.scores, "scores")
        for number, row in enumerate(self.scores, 1):
            _five(row, f"scores > {number}")
        for i in range(SIZE):
            for j in range(SIZE):
                here = self.scores[i][j]
                if (i and self.scores[i - 1][j] > here) or (j and self.scores[i][j - 1] > here):
                    raise ValueError(f"scores > {i + 1} > {j + 1}: {here} is less than the score of a lesser risk")
        least, most = self.scores[0][0], self.scores[-1][-1]
        for key, ranges in (("level", self.level), ("agreement", self.agreement)):
            _adjoining([(r.from_, r.to, r.name or f"{r.from_} to {r.to}") for r in ranges], key, least, most, 1)
        if not all(r.name for r in self.level):
            raise ValueError("level: each needs a name")
        check_distinct([r.name for r in self.level], "levels")
        for key, bands in self.likelihood.items():
            check_distinct([b.label for b in bands], f"likelihoods of {key}")
        return self

    def with_bands(self, name: str, where: str) -> Matrix:
        """Return the matrix with another set of likelihood bands; raise InputError where there is none of that name."""
        if name not in self.likelihood:
            raise InputError(f'no likelihood bands are called "{name}".', where=where, mend=nearest(name, self.likelihood))
        return self.model_copy(update={"bands": name})

    @property
    def rows(self) -> tuple[Band, ...]:
        """The bands of probability that are used, least likely first."""
        return self.likelihood[self.bands]

    @property
    def edges(self) -> tuple[Number, ...]:
        """The four probabilities at which the likelihood goes up."""
        return tuple(b.from_ for b in self.rows[1:])

    def score(self, likelihood: int, consequence: int) -> int:
        """Return the score of a cell."""
        return self.scores[likelihood - 1][consequence - 1]

    def level_of(self, score: int) -> str:
        """Return the log's name for a score."""
        return self.level[_place(self.level, score)].name

    def level_rank(self, score: int) -> int:
        """Return the place of a score's level, 0 the least serious."""
        return _place(self.level, score)

    def agreement_of(self, score: int) -> int:
        """Return the place of the range of scores that count as the same rating."""
        return _place(self.agreement, score)


def _five(parts: tuple[Any, ...], key: str) -> None:
    if len(parts) != SIZE:
        raise ValueError(f"{key}: there are {len(parts)}, not {SIZE}")


def _adjoining(ends: list[tuple[float, float, str]], key: str, least: float, most: float, step: float) -> None:
    """Refuse ranges that overlap, leave gaps or do not run from `least` to `most`; `step` lies between one's end and the next's start."""
    expected = least
    for low, high, label in ends:
        if abs(low - expected) > 1e-12:
            fault = "overlaps the one before" if low < expected else "leaves a gap after the one before"
            raise ValueError(f'{key} > "{label}": from = {low:g} {fault}; {expected:g} was expected')
        if high < low or (step == 0 and high <= low):
            raise ValueError(f'{key} > "{label}": to = {high:g} is not above from = {low:g}')
        expected = high + step
    if abs(expected - step - most) > 1e-12:
        raise ValueError(f"{key}: the last one ends at {expected - step:g}, not at {most:g}")


def _place(ranges: tuple[ScoreRange, ...], score: int) -> int:
    return next(i for i, r in enumerate(ranges) if r.from_ <= score <= r.to)
