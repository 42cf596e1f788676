"""Values as files give them: finite plain numbers, names that can stand in files and tables; one rule for every field of every file."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict

from llr_sd import dates
from llr_sd.errors import InputError, shown

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,_ '\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?", re.ASCII)
LONGEST = 120
"""Most characters of the name of an output, a scenario or a target."""


def number(text: str, where: str = "") -> float:
    """Return the number that a text states in plain digits; raise InputError, naming `where`, for anything else.

    Parameters
    ----------
    text
        Of a cell or an argument.
    where
        File, row and column.
    """
    if not _PLAIN.fullmatch(text):
        mend = "Write plain digits, such as 0.05 or 1200."
        if text.casefold().lstrip("+-−") in ("nan", "inf", "infinity", "infinite"):
            raise InputError(f"{shown(text)} is not a finite number.", where=where, mend=mend)
        if _GROUPED.fullmatch(text):
            mend = f"Write {re.sub('[^0-9.+-]', '', text)}."
        elif _PLAIN.fullmatch(text.replace("−", "-")):
            mend = f"Write {text.replace('−', '-')}, with a hyphen."
        elif _PLAIN.fullmatch(text[:-1]) and text[-1] == "%":
            mend = f"Write a share as {float(text[:-1]) / 100:g}."
        elif _PLAIN.fullmatch(text.replace(",", ".")):
            mend = f"Write {text.replace(',', '.')}, with a point."
        raise InputError(f"{shown(text)} is not a number.", where=where, mend=mend)
    value = float(text)
    if not math.isfinite(value):
        raise InputError(f"{shown(text)} is not a finite number.", where=where, mend="Write a smaller one.")
    return value


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, str | bytes):
        raise ValueError(f"{_given(value)} is not a number; write plain digits without quotes")
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{_given(value)} is not a finite number") from None
    if not math.isfinite(found):
        raise ValueError(f"{_given(value)} is not a finite number")
    return found


def _when(value: Any) -> float:
    if isinstance(value, str | datetime.date):
        found = dates.moment(value)
        if found is not None:
            return found
        raise ValueError(f'{_given(value)} is not a number, nor a date such as "Sep 2025"; write plain digits without quotes')
    return _finite(value)


def _whole(value: Any) -> int:
    found = _finite(value)
    if found != int(found):
        raise ValueError(f"{_given(value)} is not a whole number")
    if abs(int(value)) >= 2**63:
        raise ValueError(f"{_given(value)} is too large")
    return int(value)


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return shown(value) if isinstance(value, str) else shown(str(value), quotes=False)
    except ValueError:  # Python does not print whole numbers of more than some thousand digits
        return "this"


def _plain_text(text: str) -> str:
    # Letters that turn the direction of writing make a text look like another.
    turning = any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in text)
    if turning or any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
        raise ValueError(f"{shown(text)} holds a control character")
    return text


def _name(text: str) -> str:
    _plain_text(text)
    if not text.strip() or text != text.strip() or len(text.splitlines()) > 1 or "\t" in text:
        raise ValueError(f"{shown(text)} cannot be a name: it is empty, begins or ends with a space, or has a line break")
    if len(text) > LONGEST:
        raise ValueError(f"{shown(text)} has {len(text)} characters; a name has at most {LONGEST}")
    return text


Number = Annotated[float, BeforeValidator(_finite)]
"""A finite number; no text, no truth value, no NaN, no infinity."""
When = Annotated[float, PlainValidator(_when)]
"""A finite number, or a date such as "Sep 2025", of which `dates.Moment` is made."""
Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number of at most 63 bits."""
Flag = Annotated[bool, Strict()]
"""true or false, and nothing that may be taken for it."""
Words = Annotated[str, AfterValidator(_plain_text)]
"""A text without control characters."""
Text = Annotated[str, Field(min_length=1), AfterValidator(_plain_text)]
"""A text that is not empty and has no control characters."""
Name = Annotated[str, AfterValidator(_name)]
"""The name of a scenario, a target or an output, for tables and pages: one line, at most `LONGEST` characters."""

_TAKEN = frozenset({"run", "time", "ok", "scenario", "min", "max", "abs"})
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|zarr\.json)(?:\..*)?")
_UNFIT = "/\\[]"


def folded(name: str) -> str:
    """Return a name as file systems and readers may take it: without regard to case and to forms of one letter."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def check_outputs(names: Collection[str], taken: Iterable[str] = ()) -> None:
    """Raise ValueError for a name that cannot be an output's: outputs become files, columns of tables and names in expressions.

    Parameters
    ----------
    names
        Of outputs.
    taken
        Names that already stand for something in the results: the subscript ranges of outputs.
    """
    ranges = {folded(t) for t in taken}
    for name in names:
        _name(name)
        fold = folded(name)
        reason = ""
        if fold in _TAKEN or fold in ranges:
            reason = "it already stands for something in the results"
        elif fold.startswith("central:"):
            reason = "names with central: in front are those of the central runs"
        elif any(c in _UNFIT for c in name):
            reason = f"it has one of {' '.join(_UNFIT)} in it"
        elif fold[0] == "." or fold.startswith("__") or fold[-1] == "." or _DEVICES.fullmatch(fold):
            reason = "it cannot be the name of a file"
        if reason:
            raise ValueError(f"{shown(name)} cannot be the name of an output: {reason}; choose another")
    check_distinct(names, "outputs")


def check_distinct(names: Iterable[str], what: str) -> None:
    """Raise ValueError where two names are the same, or differ only in case or in forms of a letter."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.get(folded(name))
        if other == name:
            raise ValueError(f"two {what} are called {shown(name)}")
        if other is not None:
            raise ValueError(
                f"the {what} {shown(other)} and {shown(name)} differ only in how they are written; choose another name"
            )
        seen[folded(name)] = name
