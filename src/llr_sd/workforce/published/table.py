"""A published CSV file as it stands: its encoding found, its rows whole, its entries as text."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llr_sd import values
from llr_sd.dates import MONTHS
from llr_sd.errors import InputError
from llr_sd.workforce.columns import FILES, ColumnMap
from llr_sd.workforce.staffing import Faults

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LARGEST = 300 << 20
"""Most bytes of a published file; the practice-level file of England has some 20 MB."""


@dataclass(frozen=True)
class Table:
    """A file as it stands.

    Attributes
    ----------
    path, name
        Where it is, and what rows say of where they come from.
    encoding
        "UTF-8", "UTF-16" or "Windows-1252".
    data
        Entries as text without spaces around them, columns as the file names them; row i of it is row i + 2 of the file.
    """

    path: Path
    encoding: str
    data: pd.DataFrame

    @property
    def name(self) -> str:
        """File name without its folder."""
        return self.path.name

    @property
    def header(self) -> list[str]:
        """Columns of the file."""
        return [str(c) for c in self.data.columns]


def read(path: Path, faults: Faults) -> Table | None:
    """Read a file whole; None, and faults, where it cannot be.

    Parameters
    ----------
    path
        A CSV file with commas, in UTF-8, UTF-16 with its mark, or Windows-1252.
    faults
        Takes what is wrong: no such file, an empty or a cut one, rows of another length than the header.
    """
    import pandas as pd

    where = str(path)
    try:
        if not path.is_file():
            raise InputError("there is no such file." if not path.exists() else "is a folder, not a file.", where=where)
        if path.stat().st_size > LARGEST:
            raise InputError(f"has more than {LARGEST >> 20} MB.", where=where, mend="Keep what is needed.")
        raw = path.read_bytes()
    except InputError as error:
        faults.take(error, where)
        return None
    except (OSError, ValueError) as error:
        faults.add(where, f"cannot be read ({getattr(error, 'strerror', None) or 'its name is no file name'}).")
        return None
    text, encoding = _decoded(raw)
    if text is None:
        faults.add(where, "is no text: neither UTF-8 nor Windows-1252.", "Save it again as CSV UTF-8.")
        return None
    rows = _rows(text, where, faults)
    if rows is None:
        return None
    header, lines = [h.strip() for h in rows[0]], rows[1:]
    frame = pd.DataFrame(lines, columns=header, dtype=str)
    return Table(path, encoding, frame.apply(lambda column: column.str.strip()) if len(frame) else frame)


def _decoded(raw: bytes) -> tuple[str | None, str]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            return None, ""
    if b"\0" in raw:
        return None, ""
    for encoding, name in (("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            return raw.decode(encoding), name
        except UnicodeDecodeError:
            continue
    return None, ""


def _rows(text: str, where: str, faults: Faults) -> list[list[str]] | None:
    """Return header and rows, all of one length; rows without any entry are faults only where others follow."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        count = text.count("\n") + 1
        faults.add(where, "a quotation mark is not closed.", "The file may be cut off: get it again.", row=count)
        return None
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        faults.add(where, "has no rows." if rows else "is empty.", "Get it again.")
        return None
    header = rows[0]
    if len(header) == 1:
        faults.add(where, "its columns are not separated by commas.", "Save it as a CSV file with commas.", row=1)
        return None
    while header and not header[-1].strip():
        header.pop()
    if len(header) == 1:
        faults.add(where, "is a title, not the names of columns.", "Delete what stands above the names of the columns.", row=1)
        return None
    width, sound = len(header), True
    for number, row in enumerate(rows[1:], start=2):
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) != width:
            sound = False
            mend = "The file may be cut off: get it again." if number == len(rows) else "Put a text that holds a comma in quotes."
            faults.add(where, f"has {len(row)} entries, and the header {width}.", mend, row=number)
    times = Counter(h.strip() for h in header)
    for place, column in enumerate(header, start=1):
        if not column.strip():
            sound = False
            faults.add(where, f"column {place} has no name.", "Name it.", row=1)
        elif times[column.strip()] > 1:
            sound = False
            faults.add(where, "is there twice.", "Keep one.", row=1, column=column.strip())
    return rows if sound else None


def lacking(table: Table, kind: str, columns: ColumnMap, faults: Faults) -> bool:
    """Whether a file lacks a column that its kind needs; each is a fault."""
    missing = columns.lacking(kind, table.header)
    for column in missing:
        known = " or ".join(column.also[:3])
        what = f"{FILES[kind]}: there is no column {known}."
        faults.add(str(table.path), what, "If it goes by another name, add that to the column map (--columns).", row=1)
    return bool(missing)


def numbers(table: Table, column: str, columns: ColumnMap, faults: Faults, most: float = math.inf) -> NDArray[np.float64]:
    """Return the numbers of a column, NaN where it has a mark for "not reported"; other entries are faults.

    Parameters
    ----------
    table, column
        A file and one of its columns.
    columns
        Holds the marks.
    faults
        Takes texts, negative numbers and numbers above `most`, with their rows.
    most
        Largest number that can be.
    """
    import numpy as np

    known: dict[str, float] = {}
    wrong: dict[str, InputError] = {}
    written = table.data[column].to_numpy(dtype=object)
    for text in dict.fromkeys(written):
        known[text] = math.nan
        if is_mark(text, columns):
            continue
        try:
            value = values.number(text)
            if value < 0:
                raise InputError(f"{text} is negative.", mend="A count is zero or more.")
            if value > most:
                raise InputError(f"{text} is above {most:g}.", mend="Look for a shifted column or a missing point.")
            known[text] = value
        except InputError as error:
            wrong[text] = error
    for row, text in enumerate(written if wrong else (), start=2):
        if text in wrong:
            faults.add(str(table.path), wrong[text].what, wrong[text].mend, row=row, column=column)
    return np.array([known[t] for t in written], dtype=float)


def is_mark(text: str, columns: ColumnMap) -> bool:
    """Whether an entry means that nothing was reported."""
    return not text or text.casefold() in columns.marks["not reported"]


def texts(table: Table, found: dict[str, str], name: str) -> Sequence[str]:
    """Return the texts of a column by our name; empty ones where the file has no such column."""
    return list(table.data[found[name]]) if name in found else [""] * len(table.data)


def day_in(text: str) -> datetime.date | None:
    """Return the date that a text holds, as published files and their names write one; the last day of a month without a day.

    Parameters
    ----------
    text
        Such as "01OCT2017", "1 October 2017", "01/10/2017", "2017-10-01", "September 2017" or "PracticeLevel_092017".
    """
    import calendar

    months = {m.casefold(): i for i, m in enumerate(MONTHS, start=1)}
    plain = text.casefold()
    shapes = (
        r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)",
        r"(?<!\d)(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>20\d\d)",
        r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?[ _-]?(?P<word>[a-z]{3,9})[ _,-]*(?P<year>20\d\d)(?!\d)",
        r"(?P<word>(?<![a-z0-9])[a-z]{3,9})[ _,.-]*(?P<year>20\d\d)(?!\d)",
        r"(?<!\d)(?P<year>20\d\d)[_. -]?(?P<month>0[1-9]|1[0-2])(?!\d)",
        r"(?<!\d)(?P<month>0[1-9]|1[0-2])[_. -]?(?P<year>20\d\d)(?!\d)",
    )
    for shape in shapes:
        for found in re.finditer(shape, plain):
            parts = found.groupdict()
            month = int(parts.get("month") or 0) or months.get((parts.get("word") or "")[:3], 0)
            full = calendar.month_name[month].casefold() if month else ""
            if not 1 <= month <= 12 or (parts.get("word") and not full.startswith(parts["word"]) and parts["word"] != "sept"):
                continue
            last = calendar.monthrange(int(parts["year"]), month)[1]
            day = int(parts.get("day") or last)
            if 1 <= day <= last:
                return datetime.date(int(parts["year"]), month, day)
    return None
