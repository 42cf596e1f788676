"""Series that were observed or published: read from a study or a table beside it, and made comparable with what runs give."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from llr_sd import dates
from llr_sd.errors import InputError, shown
from llr_sd.records import Record
from llr_sd.textfiles import beside, read_text, table_rows
from llr_sd.values import Name, Number, Text, When, Words, number

COLUMNS = ("date", "value")
"""Columns that a table of a series has; `error` may stand beside them."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
FOLDER = "observed"
"""Where a results folder keeps the tables of its study's series."""


def _several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def _by_date(given: Any) -> Any:
    """Refuse a time without quotes, which TOML reads as a table in a table: 2018.5 = 3 as 2018 = { 5 = 3 }."""
    for key, inner in given.items() if isinstance(given, Mapping) else ():
        if isinstance(inner, Mapping):
            raise ValueError(f'a time with a point needs quotes: write "{key}.{next(iter(inner), "")}"')
    return given


class Observed(Record):
    """A series that was observed or published, shown against the band of the runs and, on its own, never fitted.

    `output` is an output over time, one number a time, or a list of such outputs that are added up. The figures are `values` by date, or
    those of `file`, a CSV table beside the study with the columns date, value and, if wanted, error. With `relative_to`, one of the dates,
    each figure is divided by that of this date, and so is the model: for a series that is counted in another unit or by another
    definition, such as FTE against WTE. `error` is the standard error of a figure as a share of it. `grade` is "A" (source document), "B"
    (literature) or "C" (judgement).
    """

    name: Name
    output: Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]
    values: Annotated[Mapping[str, Number], BeforeValidator(_by_date)] = {}
    file: Text | None = None
    unit: Words | None = None
    relative_to: When | None = None
    error: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    source: Words = ""
    grade: Literal["", "A", "B", "C"] = ""
    note: Words = ""

    @model_validator(mode="after")
    def _one_place(self) -> Observed:
        if bool(self.values) == (self.file is not None):
            raise ValueError('needs either "values", such as { "Sep 2017" = 512.6 }, or "file"')
        if len(set(self.output)) < len(self.output):
            raise ValueError("an output is named twice under output")
        return self


@dataclass(frozen=True)
class Series:
    """Figures by time, and what of them is compared with runs.

    Attributes
    ----------
    name, outputs
        What people call it; the outputs of the study that it is held against, added up.
    times
        Of the figures, ascending, in the model's time.
    values
        The figures, in `unit`.
    errors
        The standard error of each as a share of it.
    base
        The time whose figure the others are divided by; None where the figures themselves are compared.
    unit, source, grade, note
        What readers are told.
    where
        File and key, for errors.

    Raises
    ------
    InputError
        Where two figures have one time, the base has no figure above zero, or nothing is left to compare.
    """

    name: str
    outputs: tuple[str, ...]
    times: tuple[float, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    base: float | None = None
    unit: str = ""
    source: str = ""
    grade: str = ""
    note: str = ""
    where: str = "the series"

    def __post_init__(self) -> None:
        for one, two in zip(self.times, self.times[1:], strict=False):
            if not one < two:
                raise InputError(f"has two figures for {dates.told(two)}.", where=self.where, mend="Keep one.")
        if self.base is None:
            return
        if not self._bases:
            raise InputError(
                f"is relative to {dates.told(self.base)}, and has no figure for it.",
                where=self.where,
                mend="Add the figure, or name one of its dates under relative_to.",
            )
        if not self.values[self._bases[0]] > 0:
            what = f"is relative to a figure of {self.values[self._bases[0]]:g}; only one above zero can be divided by."
            raise InputError(what, where=self.where, mend="Name another date under relative_to.")
        if len(self.times) < 2:
            raise InputError("has no figure but the one that it is relative to.", where=self.where, mend="Add another.")

    @property
    def _bases(self) -> list[int]:
        return [i for i, t in enumerate(self.times) if self.base is not None and abs(t - self.base) < 1e-9]

    @property
    def _kept(self) -> list[int]:
        return [i for i in range(len(self.times)) if i not in self._bases]

    @property
    def when(self) -> NDArray[np.float64]:
        """Times of what is compared, shape (figure,): all but the base, where there is one."""
        return np.array([self.times[i] for i in self._kept], dtype=np.float64)

    @property
    def published(self) -> NDArray[np.float64]:
        """The figures at those times as they were published, shape (figure,), in `unit`."""
        return np.array([self.values[i] for i in self._kept], dtype=np.float64)

    @property
    def figures(self) -> NDArray[np.float64]:
        """What is compared, shape (figure,): the figures in `unit`, or as shares of the base (1 is no change)."""
        return self.published / (self.values[self._bases[0]] if self._bases else 1.0)

    @property
    def own_error(self) -> NDArray[np.float64]:
        """The standard error that each compared number has by itself, shape (figure,), in its unit."""
        return np.abs(self.figures) * np.array([self.errors[i] for i in self._kept], dtype=np.float64)

    @property
    def shared_error(self) -> NDArray[np.float64]:
        """What one standard error of the base moves each compared number by, shape (figure,), to first order; 0 without a base."""
        return np.abs(self.figures) * (self.errors[self._bases[0]] if self._bases else 0.0)

    @property
    def error(self) -> NDArray[np.float64]:
        """The standard error of each compared number, shape (figure,): its own and the base's together."""
        return np.hypot(self.own_error, self.shared_error)

    def compared(self, times: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what runs give for the compared numbers.

        Parameters
        ----------
        times
            Saved times, ascending, shape (time,).
        values
            The outputs of the series added up, shape (run, time), in the model's unit; NaN where a run failed.

        Returns
        -------
        array
            Shape (run, figure), linear between saved times; NaN where a figure lies outside the run, the run failed, or its value at the
            base is not above zero.
        """
        return self.scaled(times, values, at(times, values, self.when))

    def scaled(self, times: NDArray[np.float64], values: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers of runs, shape (run, ...), on the scale of the compared ones: divided by the run's own value at the base.

        Parameters
        ----------
        times, values
            As in `compared`.
        wanted
            The numbers, shape (run, ...), in the model's unit.
        """
        if self.base is None:
            return wanted
        start = at(times, values, np.array([self.base]))
        return np.divide(wanted, start, out=np.full_like(wanted, np.nan), where=start > 0)


def at(times: NDArray[np.float64], values: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values at times, shape (run, wanted), linear between those of `times` at which a run has a number; NaN outside them.

    Parameters
    ----------
    times
        Ascending, shape (time,).
    values
        Shape (run, time).
    wanted
        Shape (wanted,).
    """
    saved = np.isfinite(values).any(axis=0)
    times, values = times[saved], values[:, saved]
    if not len(times):
        return np.full((len(values), len(wanted)), np.nan)
    right = np.clip(np.searchsorted(times, wanted - 1e-9), 0, len(times) - 1)
    left = np.where(np.abs(times[right] - wanted) < 1e-9, right, np.maximum(right - 1, 0))
    width = np.where(right > left, times[right] - times[left], 1.0)
    share = np.where(right > left, (wanted - times[left]) / width, 0.0)
    found = values[:, left] + share * (values[:, right] - values[:, left])
    inside = (wanted > times[0] - 1e-9) & (wanted < times[-1] + 1e-9)
    return np.asarray(np.where(inside, found, np.nan))


def read_series(observed: Sequence[Observed], folder: Path, where: str) -> tuple[Series, ...]:
    """Return the series of a study, in its order.

    Parameters
    ----------
    observed
        As the study has them.
    folder
        Of the study, where their tables lie.
    where
        What messages call the study.

    Raises
    ------
    InputError
        Naming file, series and date: a table that cannot be read, a date that is none, two figures for one date, a base without a figure.
    """
    return tuple(_series(one, folder, f'{where}, observed "{one.name}"') for one in observed)


def series_file(observed: Observed, folder: Path) -> Path | None:
    """Return the table of a series: beside the study, or where a results folder keeps it; None where the study holds the figures.

    Raises
    ------
    InputError
        Where there is no such table.
    """
    if observed.file is None:
        return None
    try:
        return beside(observed.file, folder, folder / FOLDER)
    except InputError as error:
        raise InputError(error.what, where=error.where, mend="Its path starts from the folder of the study.") from None


def _series(one: Observed, folder: Path, where: str) -> Series:
    file = series_file(one, folder)
    if file is None:
        rows = [(_time(key, f"{where}, values"), value, one.error) for key, value in one.values.items()]
    else:
        rows = []
        for row in table_rows(read_text(file), str(file), COLUMNS, (*COLUMNS, "error")):
            error = row.number_in("error", one.error)
            if not 0 <= error < 1:
                mend = "Write the standard error as a share of the figure, such as 0.02."
                raise InputError(f"column error: {error:g} is no share from 0 to 1.", where=row.where, mend=mend)
            rows.append((_time(row["date"], f"{row.where}, column date"), row.number_in("value"), error))
        if not rows:
            raise InputError("has no figures.", where=str(file), mend="Give it a row for each date.")
    rows.sort(key=lambda r: r[0])
    times, values, errors = zip(*rows, strict=True)
    about = (one.unit or "", one.source, one.grade, one.note)
    return Series(one.name, one.output, times, values, errors, one.relative_to, *about, where)


def _time(text: str, where: str) -> float:
    """Return the time that a key or a cell states: a date, in words or as 2017-09-30, or a number of the model's clock."""
    try:
        found = dates.moment(datetime.date.fromisoformat(text) if _ISO.fullmatch(text) else text)
        return number(text, where) if found is None else found
    except (ValueError, InputError) as error:
        why = str(error).removeprefix(f'"{text}" ') if isinstance(error, ValueError) else "it is neither a date nor a number"
        mend = 'Write a date such as "Sep 2017", or the time as the model counts it.'
        raise InputError(f"{shown(text)} is not a time: {why}.", where=where, mend=mend) from None
