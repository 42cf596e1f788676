"""One entry of a return, held against what its column takes."""

from __future__ import annotations

import datetime
import math
import re

from llr_sd import values
from llr_sd.errors import InputError, nearest, shown
from llr_sd.workforce.columns import ColumnMap
from llr_sd.workforce.published.table import day_in, is_mark
from llr_sd.workforce.returns.layout import Column
from llr_sd.workforce.returns.opened import Value
from llr_sd.workforce.roles import Roles, plain

Entry = str | float | datetime.date
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:\d+")
_UNIT = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*[A-Za-z][A-Za-z/. ]*")
YEARS = (2000, 2100)


def entry(found: Value, column: Column, roles: Roles, columns: ColumnMap) -> Entry | None:
    """Return what an entry says; None where it says that nothing was reported.

    Parameters
    ----------
    found
        As the file has it.
    column
        Of the layout.
    roles, columns
        Role table; column map, for its marks of "not reported".

    Raises
    ------
    InputError
        What is wrong and how to mend it, without a place: an error of a formula, another kind of entry than the column takes, a number
        below zero, above its most or broken where it must be whole, a role that the table lacks, a choice that is none.
    """
    if isinstance(found, str):
        found = " ".join(found.split())
        if _ERROR.fullmatch(found):
            raise InputError(f"{found} is an error of a formula.", mend="Type the value.")
        if is_mark(found, columns):
            return None
    if column.kind in ("whole", "number"):
        return _number(found, column)
    if column.kind == "date":
        return _date(found)
    if isinstance(found, datetime.date):
        raise InputError(
            f"{found.isoformat()} is a date, where a text belongs.", mend="Format the cell as text and type it again."
        )
    text = f"{found:.15g}" if isinstance(found, float) else str(found)
    if column.kind == "role":
        role = roles.find(text)
        if role is None:
            raise InputError(f"the role {shown(text)} is not in the role table.", mend=roles.mend(text))
        return role.name
    if column.kind == "choice":
        known = {plain(c): c for c in column.choices}
        if plain(text) not in known:
            listed = ", ".join(column.choices)
            raise InputError(f"{shown(text)} is not one of {listed}.", mend=nearest(text, column.choices))
        return known[plain(text)]
    return "".join(text.split()).upper() if column.kind == "code" else text


def _number(found: Value, column: Column) -> float:
    if isinstance(found, datetime.date):
        what = f"{found.isoformat()} is a date, where a number belongs."
        raise InputError(what, mend="Format the cell as a number and type it again.")
    if isinstance(found, bool):
        raise InputError(f"{str(found).upper()} is not a number.", mend="Type the number.")
    if isinstance(found, str):
        unit = _UNIT.fullmatch(found)
        if unit:
            what = f"{shown(found)} is not a number alone."
            raise InputError(what, mend=f"Write {unit[1].replace(',', '.')}; the column is in {column.unit}.")
        found = values.number(found)
    if not math.isfinite(found):
        raise InputError("is no finite number.", mend="Type the number.")
    if found < 0:
        raise InputError(f"{found:g} is negative.", mend="Write zero or more; leave it empty where it is not known.")
    if found > column.most:
        raise InputError(f"{found:,.10g} is above {column.most:,.10g}.", mend="Look for a missing point, or a shifted column.")
    if column.kind == "whole" and found != int(found):
        raise InputError(
            f"{found:g} is not a whole number of {column.unit}.", mend="Hours or sessions go into their own columns."
        )
    return float(found)


def _date(found: Value) -> datetime.date:
    day = found if isinstance(found, datetime.date) else day_in(found) if isinstance(found, str) else None
    if day is None:
        text = found if isinstance(found, str) else f"{found:g}"
        raise InputError(f"{shown(text)} is no date.", mend="Write such as 30/09/2026.")
    if not YEARS[0] <= day.year < YEARS[1]:
        raise InputError(f"{day.isoformat()} is no date of a return.", mend="Write such as 30/09/2026.")
    return day
