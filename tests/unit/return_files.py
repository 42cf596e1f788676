"""Returns made up for tests, as people fill them in: sheets by name, each a list of rows by heading."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from xlsxwriter import Workbook

from llr_sd.workforce.returns.layout import SHEETS

Row = Mapping[str, Any]
Sheets = Mapping[str, Sequence[Row]]
HEADINGS = {sheet.name: [c.title for c in sheet.columns] for sheet in SHEETS}
DAY = datetime.date(2026, 9, 30)


def practice(code: str = "C82001", **changes: Any) -> dict[str, Any]:
    """A practice of 8,000 patients that lists all its staff."""
    complete = dict.fromkeys(HEADINGS["Practice"][8:], "yes")
    row = {"Practice code": code, "Practice name": f"{code} surgery", "CCG code": "03W", "List size": 8000, "Reference date": DAY}
    return row | complete | changes


def person(code: str = "C82001", number: str | None = "1", role: str = "Salaried GP", **changes: Any) -> dict[str, Any]:
    """A salaried GP of six sessions, unless changed."""
    time = {"Sessions a week": 6} if "GP" in role else {"Hours a week": 30}
    return {"Practice code": code, "Staff number": number, "Role": role} | time | changes


def many(count: int = 138) -> dict[str, list[dict[str, Any]]]:
    """A sound return of many practices: each has a partner, a locum, a nurse, four receptionists, posts and patients."""
    codes = [f"C{82000 + i}" for i in range(count)]
    staff = []
    for code in codes:
        staff += [
            person(code, "1", "GP partner", **{"Sessions a week": 8, "Age band": "55 to 59", "Plan": "retires within a year"}),
            person(code, "2", "GP", **{"Contract": "locum", "Reason for locum": "vacancy", "Sessions a week": 4}),
            person(code, "3", "Practice nurse", **{"Age band": "45 to 54"}),
            person(code, None, "Receptionist", **{"Heads": 4, "Hours a week": 96}),
        ]
    return {
        "Practice": [practice(code) for code in codes],
        "Staff": staff,
        "Posts": [{"Practice code": code, "Role": "GP", "Posts": 3, "Vacant posts": 1} for code in codes],
        "Patients": [{"Practice code": code, "Patient age band": "0 to 4", "Registered patients": 400} for code in codes],
    }


def book(path: Path, sheets: Sheets, headings: Mapping[str, Sequence[str]] = HEADINGS) -> Path:
    """Write a plain workbook of these sheets, an entry of None left empty."""
    made = Workbook(path, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        page = made.add_worksheet(name)
        columns = list(headings.get(name, HEADINGS.get(name, [])))
        page.write_row(0, 0, columns)
        for i, row in enumerate(rows, start=1):
            for title, value in row.items():
                if value is not None and title in columns:
                    page.write(i, columns.index(title), value)
    made.close()
    return path


def tables(folder: Path, sheets: Sheets) -> list[Path]:
    """Write the sheets as CSV files into a folder."""
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        with (folder / f"{name.casefold()}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, HEADINGS[name], restval="")
            writer.writeheader()
            writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in rows)
    return sorted(folder.iterdir())


def edit(path: Path, cells: Mapping[tuple[str, str], Any]) -> Path:
    """Set cells of a workbook, by sheet and coordinate, as somebody does who types into it."""
    made = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        made[sheet][cell].value = value
    made.save(path)
    return path
