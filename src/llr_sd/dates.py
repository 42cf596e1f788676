"""Calendar dates of models that count in years: a moment is year + months / 12, to the month, as people write it and read it.

2020.75 is nine months into 2020: the end of September and the first of October. So "Sep 2020" means the end of September, as for a
result; a start is written with its day, "1 Oct 2020". Both are 2020.75.
"""

from __future__ import annotations

import calendar
import datetime
import math
import re
from typing import Self

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEARS = (1800, 2300)
"""Times that may be calendar years: from the first up to the second."""
_WRITTEN = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? |(?P<end>(?:the )?end (?:of )?)|(?P<start>(?:the )?(?:start|beginning) of ))?"
    r"(?P<month>[A-Za-z]{3,9})\.? (?P<year>\d{4})",
    re.IGNORECASE,
)


class Moment(float):
    """A time in years that was written as a date; `written` is what stood there, `month` whether it names no more than a month."""

    written: str
    month: bool

    @classmethod
    def at(cls, year: int, month: int, day: int | None, written: str) -> Self:
        """Return the start or the end of a month, its end where no day is named; raise ValueError for a day between."""
        last = calendar.monthrange(year, month)[1]
        if day not in (None, 1, last):
            name = f"{MONTHS[month - 1]} {year}"
            raise ValueError(
                f'"{written}" lies within a month, and times count in whole months: write "1 {name}" or "end of {name}"'
            )
        made = cls((12 * year + month - (day == 1)) / 12)
        made.written, made.month = written, day is None
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return float, (float(self),)


def moment(value: str | datetime.date) -> Moment | None:
    """Return the moment that a date means, such as "Sep 2025", "end of Sep 2025", "1 Oct 2025" or 2025-09-30; None where it is no date.

    Raises
    ------
    ValueError
        Where it is a date that is neither the start nor the end of a month, or there is no such day.
    """
    if isinstance(value, datetime.datetime):
        raise ValueError("a time of day says more than a model that counts in months: write a date")
    if isinstance(value, datetime.date):
        return Moment.at(value.year, value.month, value.day, value.isoformat())
    text = " ".join(value.split())
    found = _WRITTEN.fullmatch(text)
    if found is None or not (number := _month(found["month"])):
        return None
    year = int(found["year"])
    if not YEARS[0] <= year < YEARS[1]:
        return None
    last = calendar.monthrange(year, number)[1]
    day = int(found["day"]) if found["day"] else last if found["end"] else 1 if found["start"] else None
    if day is not None and not 1 <= day <= last:
        raise ValueError(f'"{text}" is no date: {MONTHS[number - 1]} {year} has {last} days')
    return Moment.at(year, number, day, text)


def _month(word: str) -> int:
    """Return the number of a month by its name, whole or cut to three letters or more; 0 for another word."""
    names = (n.casefold() for n in list(calendar.month_name)[1:])
    return next(
        (i for i, name in enumerate(names, 1) if name.startswith(word.casefold()) or word.casefold() == "sept" == name[:4]), 0
    )


def told(value: float, digits: int = 12) -> str:
    """Return a value as a message says it: the number, behind the date where one was written."""
    return f"{value.written} ({float(value):.9g})" if isinstance(value, Moment) else f"{value:.{digits}g}"


def date_words(time: float, *, closing: bool = False) -> str:
    """Say a model time in words.

    Parameters
    ----------
    time
        In years, to the nearest month: 2017.75 is 1 October 2017.
    closing
        False for a start ("Oct 2017"); True for a position reached ("end of Sep 2020" for 2020.75).

    Returns
    -------
    str
        Times that cannot be calendar years come back as "time 12".
    """
    if not math.isfinite(time):
        return ""
    if not YEARS[0] <= time < YEARS[1]:
        return f"time {time:g}"
    year, month = divmod(round(time * 12) - closing, 12)
    return f"{'end of ' if closing else ''}{MONTHS[month]} {year}"
