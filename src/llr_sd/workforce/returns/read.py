"""Read returns, of one practice or many, from workbooks and CSV files: every fault of every file in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd.errors import InputError, nearest
from llr_sd.textfiles import is_folder
from llr_sd.workforce.columns import ColumnMap
from llr_sd.workforce.published import table
from llr_sd.workforce.returns.entries import Entry, entry
from llr_sd.workforce.returns.layout import CHECK, SHEETS, Column, Sheet, sheet_for
from llr_sd.workforce.returns.opened import Page, open_workbook
from llr_sd.workforce.roles import Roles, plain
from llr_sd.workforce.staffing import Fault, Faults

WORKBOOK = ".xlsx"
BOOKS = (WORKBOOK, ".xlsm", ".xls", ".xlsb", ".ods")
"""Endings of workbooks; those of another kind than .xlsx are refused by name."""


@dataclass(frozen=True)
class Line:
    """One row of a return.

    Attributes
    ----------
    file, page, row
        Where it stands; `page` is the name of the sheet in the workbook, empty for CSV.
    sheet
        Which sheet of the layout it is of.
    entries
        By the name of the column; what was not reported is left out.
    """

    file: str
    page: str
    row: int
    sheet: Sheet
    entries: Mapping[str, Entry]

    def text(self, name: str) -> str:
        """Return a text; empty where it was not reported."""
        return str(self.entries.get(name, ""))

    def number(self, name: str) -> float | None:
        """Return a number; None where it was not reported."""
        found = self.entries.get(name)
        return found if isinstance(found, float) else None

    def fault(self, column: str, what: str, mend: str = "") -> Fault:
        """Return a fault of this row, in a column by its name."""
        return Fault(self.file, self.page, self.row, self.sheet.title(column), what, mend)


def files_of(path: Path, faults: Faults) -> list[Path]:
    """Return the workbooks and CSV files in a folder, in the order of the alphabet; the path itself where it is no folder.

    Parameters
    ----------
    path
        Hidden files, and those that Excel keeps while a workbook is open, are passed over.
    faults
        Takes a folder that has none, or cannot be looked into.
    """
    if not is_folder(path):
        return [path]
    try:
        inside = [p for p in path.iterdir() if p.suffix.casefold() in (*BOOKS, ".csv") and not p.name.startswith((".", "~$"))]
    except OSError as error:
        faults.add(str(path), f"cannot be looked into ({error.strerror}).")
        return []
    if not inside:
        faults.add(str(path), "holds no workbook and no CSV file.", "Name the folder that does.")
    return sorted(inside, key=lambda p: p.name)


def read_lines(paths: Sequence[Path], roles: Roles, columns: ColumnMap, faults: Faults, notes: Faults) -> tuple[Line, ...]:
    """Read the rows of returns, each entry held against its column.

    Parameters
    ----------
    paths
        Workbooks (.xlsx) and CSV files; a CSV file is one sheet, known by its columns.
    roles, columns
        Role table; column map, for its marks of "not reported".
    faults
        Takes what is wrong, by file, sheet, row and column: a file that cannot be read, a column that is missing, unknown or there
        twice, an entry that does not fit, a needed one that is empty.
    notes
        Takes what is said though it stops nothing: hidden parts, values of formulas.

    Returns
    -------
    tuple of Line
        In the order of the files; without the entries that are faults.
    """
    lines: list[Line] = []
    for path in paths:
        pages = open_workbook(path, faults, notes) if path.suffix.casefold() in BOOKS else _csv(path, faults)
        for page in pages:
            lines += _lines(page, roles, columns, faults, notes)
    return tuple(lines)


def _csv(path: Path, faults: Faults) -> list[Page]:
    found = table.read(path, faults)
    if found is None:
        return []
    sheet = sheet_for(found.header)
    if sheet is None:
        known = ", ".join(s.name for s in SHEETS)
        faults.add(str(path), "its columns are those of no sheet of the return.", f"Sheets are {known}.", row=1)
        return []
    rows = {
        number: {i: text for i, text in enumerate(cells) if text}
        for number, cells in enumerate(found.data.itertuples(index=False, name=None), start=2)
    }
    return [Page(str(path), "", sheet, tuple(found.header), rows)]


def _lines(page: Page, roles: Roles, columns: ColumnMap, faults: Faults, notes: Faults) -> Iterator[Line]:
    there = _columns(page, faults)
    computed = [p for p in page.formulas if p[1] in there]
    if computed:
        row, place = min(computed)
        count = f"{len(computed)} entr{'y is' if len(computed) == 1 else 'ies are'} the value of a formula, as last saved."
        notes.add(page.file, count, sheet=page.name, row=row, column=page.header[place])
    for number, cells in page.rows.items():
        if not any(i in cells for i in there):
            continue
        entries: dict[str, Entry] = {}
        for i, column in there.items():
            try:
                found = entry(cells[i], column, roles, columns) if i in cells else None
                if found is None and column.needed:
                    raise InputError("is empty.", mend="Fill it in.")
            except InputError as error:
                faults.add(page.file, error.what, error.mend, sheet=page.name, row=number, column=column.title)
                continue
            if found is not None:
                entries[column.name] = found
        yield Line(page.file, page.name, number, page.sheet, entries)


def _columns(page: Page, faults: Faults) -> dict[int, Column]:
    """Return which column of the layout stands where; those missing, unknown or there twice are faults."""
    known = {plain(c.title): c for c in page.sheet.columns}
    there: dict[int, Column] = {}
    for i, title in enumerate(page.header):
        used = any(i in cells for cells in page.rows.values())
        column = known.get(plain(title))
        if column is None:
            if used and title != CHECK:
                what = "is no column of the return." if title else "has entries, and no heading."
                mend = (
                    f"{nearest(title, [c.title for c in page.sheet.columns])} Delete it, or name it as the template does.".strip()
                )
                faults.add(page.file, what, mend, sheet=page.name, row=1, column=title or f"number {i + 1}")
        elif column in there.values():
            faults.add(page.file, "is there twice.", "Keep one.", sheet=page.name, row=1, column=column.title)
        else:
            there[i] = column
    beyond = [(number, i) for number, cells in page.rows.items() for i in cells if i >= len(page.header)]
    if beyond:
        number, i = min(beyond)
        faults.add(page.file, f"column number {i + 1} has entries, and no heading.", "Delete them.", sheet=page.name, row=number)
    for column in page.sheet.columns:
        if column not in there.values():
            mend = "Put it back, as the template has it; it may be empty."
            faults.add(page.file, f'the column "{column.title}" is missing.', mend, sheet=page.name, row=1, column=column.title)
    return there
