"""One entry of a return: what it is read as, and in which words it is refused."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from return_files import person, practice, tables

from llr_sd.errors import InputError
from llr_sd.importing import read_files
from llr_sd.workforce.columns import read_columns
from llr_sd.workforce.returns.entries import entry
from llr_sd.workforce.returns.layout import SHEETS, sheet_for
from llr_sd.workforce.roles import read_roles

ROLES, MARKS = read_roles(), read_columns()
COLUMNS = {f"{sheet.name}.{column.name}": column for sheet in SHEETS for column in sheet.columns}
DAY = datetime.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("column", "found", "value"),
    [
        ("Staff.sessions", 6.5, 6.5),
        ("Staff.sessions", " 6.5 ", 6.5),
        ("Staff.sessions", 0.0, 0.0),
        ("Staff.sessions", "NA", None),
        ("Staff.sessions", "not  reported", None),
        ("Staff.sessions", "", None),
        ("Staff.heads", "4", 4.0),
        ("Staff.place", " c82001 ", "C82001"),
        ("Staff.person", 1234567.0, "1234567"),
        ("Staff.role", "Receptionists", "Receptionist"),
        ("Staff.contract", "Salaried", "salaried"),
        ("Staff.age", "55 TO 59", "55 to 59"),
        ("Practice.period", DAY, DAY),
        ("Practice.period", "30/09/2026", DAY),
        ("Practice.period", "30 September 2026", DAY),
        ("Practice.list_size", 1e6, 1e6),
    ],
)
def test_an_entry_is_read(column: str, found: Any, value: Any) -> None:
    assert entry(found, COLUMNS[column], ROLES, MARKS) == value


@pytest.mark.parametrize(
    ("column", "found", "words"),
    [
        ("Staff.hours", "37.5 h", "Write 37.5; the column is in hours a week."),
        ("Staff.hours", "37,5 hours", "Write 37.5; the column is in hours a week."),
        ("Staff.hours", "37,5", "Write 37.5, with a point."),
        ("Staff.hours", "1,200", "Write 1200."),
        ("Staff.hours", -0.5, "-0.5 is negative."),
        ("Staff.hours", DAY, "2026-09-30 is a date, where a number belongs."),
        ("Staff.hours", True, "TRUE is not a number."),
        ("Staff.hours", float("nan"), "is no finite number."),
        ("Staff.hours", float("inf"), "is no finite number."),
        ("Staff.hours", "nan", "is not a finite number."),
        ("Staff.hours", "#N/A", "#N/A is an error of a formula."),
        ("Staff.hours", "Err:502", "Err:502 is an error of a formula."),
        ("Practice.list_size", 1_000_001.0, "1,000,001 is above 1,000,000."),
        ("Practice.list_size", 8000.5, "8000.5 is not a whole number of patients."),
        ("Practice.period", 46295.0, '"46295" is no date.'),
        ("Practice.period", "31/09/2026", "is no date."),
        ("Practice.period", datetime.date(1926, 9, 30), "1926-09-30 is no date of a return."),
        ("Staff.age", datetime.date(2026, 5, 14), "is a date, where a text belongs."),
        ("Staff.role", "Wizard", "is not in the role table."),
        ("Staff.contract", "salried", 'Did you mean "salaried"?'),
        ("Practice.gps_complete", "perhaps", "is not one of yes, no."),
    ],
)
def test_an_entry_is_refused_in_words(column: str, found: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        entry(found, COLUMNS[column], ROLES, MARKS)
    assert words in f"{caught.value.what} {caught.value.mend}"


def test_a_sheet_is_known_by_its_columns_and_published_files_are_none() -> None:
    for sheet in SHEETS:
        titles = [column.title for column in sheet.columns]
        assert sheet_for([t.upper().replace(" ", "_") for t in titles]) is sheet
        assert sheet_for(titles[1:]) is sheet
    for header in (
        ["PRACTICE_CODE", "PRACTICE_NAME", "PCN_CODE", "PCN_NAME", "LOCALITY"],
        ["CODE", "EXTRACT_DATE", "SEX", "AGE", "NUMBER_OF_PATIENTS"],
        ["PRACTICE_CODE", "SEX", "AGE", "NUMBER_OF_PATIENTS"],
        ["PRAC_CODE", "PRAC_NAME", "CCG_CODE", "TOTAL_PATIENTS", "TOTAL_GP_HC"],
        ["PCN_CODE", "PCN_NAME", "STAFF_ROLE", "FTE", "UNIQUE_IDENTIFIER"],
    ):
        assert sheet_for(header) is None


def test_csv_of_an_older_excel_is_read_with_its_letters(tmp_path: Path) -> None:
    files = tables(tmp_path / "csv", {"Practice": [practice(**{"Practice name": "Café Surgery"})], "Staff": [person()]})
    for file in files:
        file.write_bytes(file.read_text(encoding="utf-8").encode("cp1252"))
    made = read_files(files, b"key")
    assert made.staffing.places["place_name"].tolist() == ["Café Surgery"]
    assert {s.encoding for s in made.sources} == {"Windows-1252", "UTF-8"}  # a file of ASCII letters is both


def test_a_practice_without_a_ccg_is_said(tmp_path: Path) -> None:
    files = tables(tmp_path / "csv", {"Practice": [practice(**{"CCG code": None})], "Staff": [person()]})
    notes = read_files(files, b"key").staffing.notes
    assert [(n.row, n.column) for n in notes if "no CCG" in n.what] == [(2, "CCG code")]
