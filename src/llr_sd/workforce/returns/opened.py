"""A workbook opened with care: refused where it is locked, damaged, too large or reaches outside; nothing in it runs."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd.errors import InputError
from llr_sd.workforce.returns.layout import CHECK, CHOICES, NOTES, Sheet, recognised
from llr_sd.workforce.staffing import Faults

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | float | bool | datetime.date
"""An entry as a file has it; none at all is left out."""

LARGEST = 20 << 20
"""Most bytes of a workbook; a return of 138 practices has less than one MB."""
LARGEST_INSIDE = 60 << 20
"""Most bytes of its parts, unpacked."""
MOST_PARTS = 2000
MOST_ROWS = 50_000
MOST_COLUMNS = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PASSWORD = "Take the password off (File, Info, Protect workbook) and save it again."
_XLSX = "Save it again as .xlsx."
_ENTITY = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
_REFUSED = (
    (re.compile(r"vbaproject|/activex|/embeddings/|/ctrlprops/", re.IGNORECASE), "holds macros or embedded objects."),
    (re.compile(r"/externallinks/", re.IGNORECASE), "takes values from other files."),
    (re.compile(r"/connections\.xml|/querytables/|/model/", re.IGNORECASE), "takes values from a data connection."),
)


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook, or one CSV file, as it stands.

    Attributes
    ----------
    file, name
        What messages call the file and the sheet; `name` is empty for CSV.
    sheet
        Which sheet of the return it is.
    header
        Row 1, by column; empty texts where there is none.
    rows
        From row 2: by row number, then by column from 0, the entries that there are.
    formulas
        Row and column of each entry whose value a formula gave when the workbook was saved.
    """

    file: str
    name: str
    sheet: Sheet
    header: tuple[str, ...]
    rows: Mapping[int, Mapping[int, Value]]
    formulas: frozenset[tuple[int, int]] = frozenset()


def open_workbook(path: Path, faults: Faults, notes: Faults) -> list[Page]:
    """Return the sheets of a workbook.

    Parameters
    ----------
    path
        An .xlsx file.
    faults
        Takes what is wrong: a file that is no workbook, is locked, cut off or holds too much; merged cells, and formulas that gave an
        error or no value, each by sheet, row and column.
    notes
        Takes what is said though it stops nothing: hidden sheets, rows and columns.

    Returns
    -------
    list of Page
        Those of the return, in the order of the workbook; none where it cannot be read. Formulas stand for the values that they had when the workbook was
        saved; they are not computed.
    """
    try:
        _guard(path)
        values, formulas = _loaded(path, values=True), _loaded(path, values=False)
    except InputError as error:
        faults.take(error, str(path))
        return []
    try:
        pages = []
        for sheet in values.worksheets:
            header = _header(sheet)
            if (kind := recognised(sheet.title, header)) is not None:
                _say_hidden(sheet, path, notes)
                if sheet.title != kind.name:
                    notes.add(str(path), f"was read as a sheet {kind.name}, by its columns.", sheet=sheet.title)
                pages.append(_page(sheet, formulas[sheet.title], kind, header, path, faults))
            elif sheet.title not in (NOTES, CHOICES) and any(_filled(sheet)):
                notes.add(str(path), "is no sheet of the return, and was not read.", sheet=sheet.title)
        return pages
    finally:
        values.close()
        formulas.close()


def _guard(path: Path) -> None:
    """Raise InputError for a file that must not be opened, or cannot be."""
    where = str(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(8)
            locked = head == _OLE and size <= LARGEST and _ENCRYPTED in head + stream.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no file name"
        raise InputError(f"cannot be read ({reason}).", where=where) from None
    if size > LARGEST:
        raise InputError(f"has {size >> 20} MB; at most {LARGEST >> 20} MB are read.", where=where, mend="Keep what is needed.")
    if head == _OLE:
        what = "is locked with a password." if locked else "is a workbook of an old kind (.xls), or locked with a password."
        raise InputError(what, where=where, mend=_PASSWORD if locked else _XLSX)
    if not size:
        raise InputError("is empty.", where=where, mend="Get it again.")
    if not head.startswith(b"PK"):
        raise InputError("is no workbook.", where=where, mend=_XLSX)
    try:
        with zipfile.ZipFile(path) as box:
            _guard_parts(box, where)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zipfile.LargeZipFile):
        raise InputError("is cut off or damaged.", where=where, mend="Get it again, or save it again as .xlsx.") from None
    except Exception as error:
        if isinstance(error, InputError) or type(error).__module__ != "zlib":
            raise
        raise InputError("is cut off or damaged.", where=where, mend="Get it again, or save it again as .xlsx.") from None


def _guard_parts(box: zipfile.ZipFile, where: str) -> None:
    parts = box.infolist()
    inside = sum(p.file_size for p in parts)
    if len(parts) > MOST_PARTS or inside > LARGEST_INSIDE:
        what = f"unpacks to {inside >> 20} MB in {len(parts):,} parts, more than a return can hold."
        raise InputError(what, where=where, mend="Copy its sheets into a new workbook.")
    if any(p.flag_bits & 1 for p in parts):
        raise InputError("is locked with a password.", where=where, mend=_PASSWORD)
    names = [p.filename.replace("\\", "/") for p in parts]
    if "xl/workbook.xml" not in names:
        raise InputError("is no workbook of the kind .xlsx.", where=where, mend=_XLSX)
    for shape, what in _REFUSED:
        if any(shape.search(f"/{name}") for name in names):
            mend = "Copy its sheets as values into the template, and save that as .xlsx."
            raise InputError(what, where=where, mend=mend)
    for part in parts:
        text = box.read(part)  # checks the part against its sum
        if part.filename.casefold().endswith((".xml", ".rels", ".vml")) and any(mark in text for mark in _ENTITY):
            raise InputError("holds what no workbook has (a document type).", where=where, mend=_XLSX)


def _loaded(path: Path, values: bool) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and drop-downs, which are not read
            return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=values, keep_links=False)
    except Exception:  # the library has no error of its own: a damaged part shows as any error there is
        raise InputError("cannot be read as a workbook: a part of it is damaged.", where=str(path), mend=_XLSX) from None


def _say_hidden(sheet: Worksheet, path: Path, notes: Faults) -> None:
    file, name = str(path), sheet.title
    if sheet.sheet_state != "visible":
        notes.add(file, "is a hidden sheet; it was read as the others.", sheet=name)
    last = _last_row(sheet)
    rows = [r for r, d in sheet.row_dimensions.items() if d.hidden and 1 < r <= last]
    for first, end in _runs(rows):
        what = "is hidden, and was read." if first == end else f"and the rows to {end} are hidden, and were read."
        notes.add(file, what, sheet=name, row=first)
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            notes.add(file, "is hidden, and was read.", sheet=name, column=letter)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of numbers that follow each other."""
    ordered = sorted(numbers)
    starts = [n for i, n in enumerate(ordered) if not i or n != ordered[i - 1] + 1]
    ends = [n for i, n in enumerate(ordered) if i + 1 == len(ordered) or ordered[i + 1] != n + 1]
    yield from zip(starts, ends, strict=True)


def _filled(sheet: Worksheet) -> Iterator[Any]:
    """Yield the cells that hold something; rows that are only formatted may reach to the million."""
    return (cell for cell in sheet._cells.values() if cell.value is not None and cell.value != "")


def _last_row(sheet: Worksheet) -> int:
    return max((cell.row for cell in _filled(sheet)), default=0)


def _header(sheet: Worksheet) -> tuple[str, ...]:
    titles = {c.column: str(c.value).strip() for c in _filled(sheet) if c.row == 1}
    return tuple(titles.get(i, "") for i in range(1, max(titles, default=0) + 1))


def _page(sheet: Worksheet, formulas: Worksheet, kind: Sheet, header: tuple[str, ...], path: Path, faults: Faults) -> Page:
    from openpyxl.utils import get_column_letter

    file, name = str(path), sheet.title
    cells = list(_filled(sheet))

    def column(number: int) -> str:
        return (header[number - 1] if number <= len(header) else "") or get_column_letter(number)

    if _last_row(sheet) > MOST_ROWS or max((c.column for c in cells), default=0) > MOST_COLUMNS:
        faults.add(file, f"reaches beyond row {MOST_ROWS:,} or column {MOST_COLUMNS}.", "Delete what stands far off.", sheet=name)
        return Page(file, name, kind, header, {})
    for merged in sheet.merged_cells.ranges:
        what = f"cells {merged.coord} are merged."
        faults.add(file, what, "Unmerge them, and fill each.", sheet=name, row=merged.min_row, column=column(merged.min_col))
    rows: dict[int, dict[int, Value]] = {}
    for cell in cells:
        if cell.row == 1:
            continue
        if cell.data_type == "e":
            what = f"{cell.value} is an error of a formula."
            faults.add(file, what, "Type the value.", sheet=name, row=cell.row, column=column(cell.column))
        elif (value := _value(cell.value)) != "":
            rows.setdefault(cell.row, {})[cell.column - 1] = value
    given = {(c.row, c.column) for c in _filled(formulas) if c.data_type == "f"}
    valued = {(c.row, c.column) for c in cells}
    for row, number in sorted(given - valued):
        if column(number) != CHECK:
            what = "holds a formula that has no value."
            faults.add(file, what, "Type the value, or open and save it in Excel.", sheet=name, row=row, column=column(number))
    computed = frozenset((row, number - 1) for row, number in given & valued)
    return Page(file, name, kind, header, {r: rows[r] for r in sorted(rows)}, computed)


def _value(found: Any) -> Value:
    if isinstance(found, bool):
        return found
    if isinstance(found, int | float):
        return float(found)
    if isinstance(found, datetime.datetime):
        return found.date()
    if isinstance(found, datetime.date):
        return found
    return str(found).strip()
