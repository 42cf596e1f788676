"""Quarterly returns: what is written comes back; every fault is named by sheet, row and column in one pass, and nothing is written."""

from __future__ import annotations

import datetime
import math
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from return_files import DAY, HEADINGS, book, edit, many, person, practice, tables

from llr_sd.cli import main
from llr_sd.importing import import_files, read_files
from llr_sd.workforce import people
from llr_sd.workforce.baseline.response import completed
from llr_sd.workforce.baseline.stocks import stocks, vacancies
from llr_sd.workforce.columns import read_columns
from llr_sd.workforce.returns.checks import month_end
from llr_sd.workforce.returns.layout import (
    SHEETS,
)
from llr_sd.workforce.returns.read import read_lines
from llr_sd.workforce.roles import read_roles
from llr_sd.workforce.staffing import Faults, FaultyFiles, Staffing

ROLES, COLUMNS = read_roles(), read_columns()


def staffing(*paths: Path) -> Staffing:
    return read_files(list(paths), b"key").staffing


def refused(*paths: Path) -> dict[tuple[str, int, str], str]:
    """The faults of files, by sheet, row and column."""
    with pytest.raises(FaultyFiles) as caught:
        read_files(list(paths), b"key")
    return {(f.sheet, f.row, f.column): f.what for f in caught.value.faults}


# --- what is written comes back ---------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "Nd")), min_size=1, max_size=12).filter(
    lambda t: t.casefold() not in COLUMNS.marks["not reported"]
)
CODES = st.from_regex(r"[A-Z][0-9]{5}", fullmatch=True)
COUNTS = st.integers(0, 1000)
TIMES = st.floats(0, 14).map(lambda t: round(t, 4))  # workbooks keep 15 or 16 digits
ENTRIES: dict[str, st.SearchStrategy[Any]] = {"role": st.sampled_from([r.name for r in ROLES.rows]), "code": CODES, "text": TEXTS}
ENTRIES |= {"whole": COUNTS, "number": TIMES, "date": st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))}


def rows_of(sheet: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of a sheet as people may fill it in: any entry may be empty that need not be there."""

    def one(column: Any) -> st.SearchStrategy[Any]:
        found = st.sampled_from(column.choices) if column.choices else ENTRIES[column.kind]
        return found if column.needed else st.none() | found

    return st.lists(st.fixed_dictionaries({c.title: one(c) for c in sheet.columns}), max_size=4)


@given(st.fixed_dictionaries({s.name: rows_of(s) for s in SHEETS}))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_return_that_is_written_is_read_back_entry_by_entry(tmp_path: Path, sheets: dict[str, list[dict[str, Any]]]) -> None:
    shutil.rmtree(tmp_path / "csv", ignore_errors=True)
    filled = {name: rows for name, rows in sheets.items() if rows}
    ways = {"xlsx": [book(tmp_path / "r.xlsx", sheets)], "csv": tables(tmp_path / "csv", filled)}
    for way, files in ways.items():
        faults, notes = Faults(), Faults()
        lines = read_lines(files, ROLES, COLUMNS, faults, notes)
        assert not [f.line() for f in faults], way
        for sheet in SHEETS:
            back = [dict(line.entries) for line in lines if line.sheet is sheet]
            sent = [{c.name: row[c.title] for c in sheet.columns if row[c.title] is not None} for row in sheets[sheet.name]]
            assert back == sent, (way, sheet.name)


def test_workbook_and_csv_give_the_same_staffing(tmp_path: Path) -> None:
    sheets = many(5)
    one = staffing(book(tmp_path / "r.xlsx", sheets))
    tables(tmp_path / "csv", sheets)
    two = staffing(tmp_path / "csv")  # a folder stands for its files
    place = ["file", "sheet"]
    assert one.frame.drop(columns=place).equals(two.frame.drop(columns=place))
    assert one.places.equals(two.places)
    assert one.lists.equals(two.lists)


def test_a_return_of_many_practices_adds_up(tmp_path: Path) -> None:
    """Of 138 practices: 276 GPs of 8 and 4 sessions, a nurse of 30 hours, four receptionists of 96 hours between them."""
    made = staffing(book(tmp_path / "r.xlsx", many()))
    frame = made.frame
    assert len(made.places) == 138
    assert made.places["answered"].all()
    assert made.period == DAY
    assert frame["wte"].sum() == pytest.approx(138 * 12 / 9)
    assert frame["fte"].sum() == pytest.approx(138 * (30 + 96) / 37.5)
    assert people.heads(made)["heads"].tolist() == [138 * 7]
    by_status = frame.groupby("status")["heads"].sum()
    assert by_status["partner"] == by_status["locum"] == 138
    assert set(frame["role"][frame["status"] == "locum"]) == {"GP locum covering vacancy"}
    assert frame[["posts", "vacant"]].sum().tolist() == [414, 138]
    gps = frame[(frame["group"] == "gp") & frame["heads"].gt(0)]
    assert gps["fte"].isna().all()
    assert frame["wte"][frame["group"] != "gp"].isna().all()


def test_one_workbook_a_practice_is_the_same_as_one_for_all(tmp_path: Path) -> None:
    sheets = many(3)
    folder = tmp_path / "returns"
    folder.mkdir()
    for row in sheets["Practice"]:
        code = row["Practice code"]
        own = {name: [r for r in rows if r["Practice code"] == code] for name, rows in sheets.items()}
        book(folder / f"{code}.xlsx", own)
    (folder / "~$C82000.xlsx").write_text("what Excel keeps while a workbook is open")
    one, each = staffing(book(tmp_path / "all.xlsx", sheets)), staffing(folder)
    assert each.frame["wte"].sum() == one.frame["wte"].sum()
    assert each.places["place"].tolist() == one.places["place"].tolist()
    assert each.frame["file"].nunique() == 3


# --- missing is never zero --------------------------------------------------------------------------------------------


def test_what_is_empty_is_missing_and_zero_is_zero(tmp_path: Path) -> None:
    rows = [
        person(**{"Sessions a week": None}),
        person(number="2", **{"Sessions a week": 0}),
        person(number=None, role="Receptionist", **{"Heads": None, "Hours a week": "NA"}),
    ]
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [practice(**{"List size": "ND"})], "Staff": rows}))
    frame = made.frame.set_index("row")
    frame = frame[frame["sheet"] == "Staff"]
    assert math.isnan(frame["wte"][2])
    assert frame["wte"][3] == 0
    assert frame["heads"].tolist()[:2] == [1, 1]
    assert frame["missing"].tolist() == ["", "", "not reported"]
    assert made.places["list_size"].isna().all()
    said = {(n.row, n.column): n.what for n in made.notes}
    assert "unknown" in said[2, "Sessions a week"]
    assert "kept as zero" in said[3, "Sessions a week"]


def test_a_group_nobody_is_listed_of_is_zero_only_where_the_list_is_complete(tmp_path: Path) -> None:
    home = practice(**{"All nurses listed": "no", "All other clinical staff listed": None})
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [home], "Staff": [person()]}))
    rest = made.frame[made.frame["sheet"] == "Practice"].set_index("group")
    assert rest["missing"].to_dict() == {"nurse": "not reported", "other_clinical": "not reported", "admin_non_clinical": ""}
    assert rest["heads"]["admin_non_clinical"] == 0
    assert rest["heads"][["nurse", "other_clinical"]].isna().all()


def test_a_practice_that_lists_nobody_has_not_answered(tmp_path: Path) -> None:
    empty = dict.fromkeys(HEADINGS["Practice"][8:])
    sheets = {"Practice": [practice(), practice("C82002", **empty)], "Staff": [person()]}
    made = staffing(book(tmp_path / "r.xlsx", sheets))
    assert made.places.set_index("place")["answered"].to_dict() == {"C82001": True, "C82002": False}
    silent = made.frame[made.frame["place"] == "C82002"]
    assert (silent["missing"] == "not reported").all()


# --- people -----------------------------------------------------------------------------------------------------------


def test_identifiers_are_hashed_and_a_registered_person_is_one_everywhere(tmp_path: Path) -> None:
    rows = [
        person(number="GMC 1234567"),
        person("C82002", "gmc no. 123-4567"),
        person("C82001", "7"),
        person("C82002", "7"),
        person("C82001", "7", "Practice manager"),
    ]
    sheets = {"Practice": [practice(), practice("C82002")], "Staff": rows}
    made = staffing(book(tmp_path / "r.xlsx", sheets))
    assert people.heads(made)["heads"].tolist() == [3.0]  # the doctor, and a 7 at each practice
    hashes = made.frame["person"][made.frame["person"] != ""]
    assert hashes.str.fullmatch("[0-9a-f]{24}").all()
    other = read_files([tmp_path / "r.xlsx"], b"another key").staffing.frame["person"]
    assert not set(hashes) & set(other)


def test_a_person_of_two_practices_is_one_head_of_the_baseline(tmp_path: Path) -> None:
    sheets = many(12)
    sheets["Staff"] += [
        person("C82000", "GMC 1234567", **{"Age band": "35 to 44"}),
        person("C82001", "gmc1234567", **{"Age band": "35 to 44"}),
    ]
    out = tmp_path / "out"
    import_files([book(tmp_path / "return.xlsx", sheets)], out)
    start = next(out.rglob("gp_supply.csv"))
    heads = pd.read_csv(start).set_index("parameter")["value"]
    assert heads["sub_heads_2017"] == 13  # twelve partners and one salaried GP of two jobs
    assert heads["sub_wte_2017"] == pytest.approx((12 * 8 + 2 * 6) / 9)
    stock = pd.read_csv(out / "local" / "stocks_by_place.csv").query("status == 'salaried' and group == 'gp'")
    assert (stock["heads"].sum(), stock["wte"].sum()) == (1, pytest.approx(12 / 9))


def test_no_identifier_leaves_the_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = {"Practice": [practice()], "Staff": [person(number="SECRET99")]}
    assert main(["import", str(book(tmp_path / "r.xlsx", sheets)), "--out", str(tmp_path / "out")]) == 0
    written = [p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert len(written) > 5
    assert not any(b"SECRET99" in content for content in written)
    sheets["Staff"] *= 2
    assert main(["import", str(book(tmp_path / "r.xlsx", sheets)), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert "the same staff number and role are already in row 2" in said.err
    assert "SECRET99" not in said.err + said.out


def test_names_in_place_of_numbers_are_refused(tmp_path: Path) -> None:
    rows = [person(number="Ann Smith"), person(number="ann@nhs.net"), person(number="O'Neill, J"), person(number="GMC 1234567")]
    faults = refused(book(tmp_path / "r.xlsx", {"Practice": [practice()], "Staff": rows}))
    assert sorted(row for _, row, _ in faults) == [2, 3, 4]
    assert all("looks like a name" in what for what in faults.values())


def test_somebody_appointed_is_not_counted_and_is_said(tmp_path: Path) -> None:
    rows = [person(), person(number="2", Plan="appointed, not yet started")]
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [practice()], "Staff": rows}))
    assert made.frame["heads"].sum() == 1
    assert [n.row for n in made.notes if "has not started" in n.what] == [3]


def test_what_people_intend_is_counted_apart_from_the_stock(tmp_path: Path) -> None:
    """In heads by group, plan and age; a plan changes nothing in the rows that add up to stocks."""
    old = {"Age band": "55 to 59", "Plan": "retires within a year"}
    rows = [person(**old), person(number="2", **old), person(number="3", Plan="stays")]
    rows.append(person(number=None, role="Receptionist", **{"Heads": 3, "Hours a week": 75, "Plan": "leaves within a year"}))
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [practice()], "Staff": rows}))
    found = made.margins.set_index(["group", "part", "age"])[["heads", "fte"]]
    assert found["heads"].to_dict() == {
        ("admin_non_clinical", "plan: leaves within a year", "all"): 3,
        ("gp", "plan: retires within a year", "55 to 59"): 2,
        ("gp", "plan: stays", "all"): 1,
    }
    assert found["fte"].iloc[0] == 2
    assert found["fte"].iloc[1:].isna().all()
    assert made.frame["heads"].sum() == 6


def test_people_whose_time_was_not_reported_are_unknown_in_the_stock(tmp_path: Path) -> None:
    """One of two salaried GPs gives no sessions: the stock has two heads, the WTE of one, and says that it is without the other."""
    rows = [person(), person(number="2", **{"Sessions a week": None})]
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [practice()], "Staff": rows}))
    row = stocks(completed(made), "all").query("status == 'salaried'").iloc[0]
    assert (row["heads"], row["unknown"]) == (2, 1)
    assert row["opening"] == pytest.approx(6 / 9)


@pytest.mark.parametrize("sessions", [7, None])
def test_no_model_starts_from_staff_whose_time_is_not_known(tmp_path: Path, sessions: float | None) -> None:
    """The same four people with and without the sessions of one: only what knows them all becomes a table for a model."""
    rows = [
        person(number="1", **{"Sessions a week": sessions}),
        person(number="2", role="Nurse specialist"),
        person(number="3", role="Practice nurse"),
        person(number="4", role="Receptionist"),
    ]
    file = book(tmp_path / "r.xlsx", {"Practice": [practice(Locality="North")], "Staff": rows})
    import_files([file], tmp_path / "out")
    made = sorted(p.name for p in (tmp_path / "out").rglob("*.csv") if p.name.startswith(("site_", "gp_supply", "llr_system")))
    said = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert bool(made) == (sessions is not None)
    assert ("the time of some staff" in said) == (sessions is None)


def test_posts_whose_vacancies_were_not_reported_are_no_vacancies(tmp_path: Path) -> None:
    posts = [{"Practice code": "C82001", "Role": "GP", "Posts": 7}, {"Practice code": "C82001", "Role": "Practice nurse"}]
    posts.append({"Practice code": "C82002", "Role": "GP", "Posts": 4, "Vacant posts": 1})
    sheets = {"Practice": [practice(), practice("C82002")], "Staff": [person(), person("C82002")], "Posts": posts}
    made = staffing(book(tmp_path / "r.xlsx", sheets))
    table = vacancies(completed(made)).query("area == '' and group == 'gp'")
    assert table[["places", "reported"]].to_numpy().tolist() == [[1, 1.0]]
    assert made.frame["posts"].sum() == 11
    assert people.words(made) == "2 people in 2 jobs."


@pytest.mark.parametrize(
    ("entries", "role", "status"),
    [
        ({"Role": "GP"}, "GP", "in post"),
        ({"Role": "GP", "Contract": "partner"}, "GP", "partner"),
        ({"Role": "GP", "Contract": "locum", "Reason for locum": "absence"}, "GP locum covering absence", "locum"),
        ({"Role": "GP", "Contract": "locum"}, "GP locum other", "locum"),
        ({"Role": "gp partners", "Contract": "partner"}, "GP partner", "partner"),
        ({"Role": "Practice nurse", "Contract": "salaried", "Sessions a week": None}, "Practice nurse", "in post"),
        ({"Role": "Practice nurse", "Contract": "locum", "Sessions a week": None}, "Practice nurse", "locum"),
    ],
)
def test_contract_and_role_give_the_status(tmp_path: Path, entries: dict[str, Any], role: str, status: str) -> None:
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [practice()], "Staff": [person(**entries)]}))
    assert made.frame[["role", "status"]][made.frame["sheet"] == "Staff"].to_numpy().tolist() == [[role, status]]


# --- faults -----------------------------------------------------------------------------------------------------------

PLANTED: dict[tuple[str, str], tuple[Any, str, str]] = {
    ("Staff", "G10"): ("eight", "Sessions a week", "not a number"),
    ("Staff", "G14"): (-4, "Sessions a week", "negative"),
    ("Staff", "H16"): ("37.5 h", "Hours a week", "not a number alone"),
    ("Staff", "H20"): (datetime.date(2026, 5, 4), "Hours a week", "is a date"),
    ("Staff", "G22"): (75, "Sessions a week", "more than 14 for each of 1 heads"),
    ("Staff", "C24"): ("Wizard", "Role", "not in the role table"),
    ("Staff", "A26"): ("X99999", "Practice code", "not on sheet Practice"),
    ("Staff", "F28"): (1.5, "Heads", "not a whole number"),
    ("Staff", "I30"): ("sixty", "Age band", "not one of"),
    ("Staff", "D34"): ("salaried", "Contract", "but the role"),
    ("Staff", "G36"): (3, "Sessions a week", "sessions are for GPs"),
    ("Staff", "C38"): (None, "Role", "is empty"),
    ("Staff", "F37"): (0, "Heads", "0 heads, but"),
    ("Staff", "E42"): ("vacancy", "Reason for locum", "nobody is one"),
    ("Practice", "A12"): ("C82000", "Practice code", "already in row 2"),
    ("Practice", "H15"): ("soon", "Reference date", "no date"),
    ("Practice", "G16"): (True, "List size", "not a number"),
    ("Posts", "D9"): (9, "Vacant posts", "9 of 3 posts are vacant"),
    ("Patients", "B7"): ("0-4", "Patient age band", "not one of"),
}  # fmt: skip


def test_every_planted_fault_of_138_practices_is_named_in_one_pass_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = book(tmp_path / "r.xlsx", many())
    edit(file, {key: value for key, (value, _, _) in PLANTED.items()})
    made = openpyxl.load_workbook(file)
    made["Staff"].merge_cells("B44:B46")
    made["Posts"].delete_cols(2)
    made.save(file)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(file.read_bytes()[:5000])
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"))
    faults = refused(file, broken, locked)
    for (sheet, cell), (_, column, words) in PLANTED.items():
        if sheet == "Posts":
            continue  # a column before it is gone
        key = (sheet, int("".join(c for c in cell if c.isdigit())), column)
        assert words in faults.pop(key), key
    assert faults.pop(("Staff", 44, "Staff number")) == "cells B44:B46 are merged."
    assert faults.pop(("Posts", 1, "Role")) == 'the column "Role" is missing.'
    follow = {key for key in faults if key[0]}
    assert follow == {("Posts", 9, "Vacant posts")} | {  # practices of row 12 have lost theirs
        (name, row, "Practice code")
        for name, rows in (("Staff", range(42, 46)), ("Posts", [12]), ("Patients", [12]))
        for row in rows
    }
    before = sorted(tmp_path.iterdir())
    assert main(["import", str(file), str(broken), str(locked), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "broken.xlsx: is cut off or damaged." in said
    assert "locked.xlsx: is locked with a password." in said
    assert "nothing was written" in said
    assert "Traceback" not in said
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("cell", "planted"), PLANTED.items(), ids=lambda v: "".join(v) if isinstance(v[0], str) else None)
def test_each_fault_alone_stops_the_import(tmp_path: Path, cell: tuple[str, str], planted: tuple[Any, str, str]) -> None:
    value, column, words = planted
    faults = refused(edit(book(tmp_path / "r.xlsx", many(20)), {cell: value}))
    row = int("".join(c for c in cell[1] if c.isdigit()))
    assert words in faults[cell[0], row, column]


def test_errors_of_formulas_and_formulas_without_a_value_are_faults(tmp_path: Path) -> None:
    file = book(tmp_path / "r.xlsx", many(3))
    made = openpyxl.load_workbook(file)
    sheet = made["Staff"]
    sheet["G2"].value, sheet["G2"].data_type = "#REF!", "e"
    sheet["G3"].value = "=2+2"  # no program has computed it
    made.save(file)
    faults = refused(file)
    assert faults["Staff", 2, "Sessions a week"] == "#REF! is an error of a formula."
    assert faults["Staff", 3, "Sessions a week"] == "holds a formula that has no value."


def test_a_formula_stands_for_the_value_that_it_had_and_that_is_said(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "r.xlsx"
    made = Workbook(path)
    for name, rows in {"Practice": [practice()], "Staff": [person()]}.items():
        page = made.add_worksheet(name)
        page.write_row(0, 0, HEADINGS[name])
        for title, value in rows[0].items():
            column = HEADINGS[name].index(title)
            if title == "Sessions a week":
                page.write_formula(1, column, "=4+3", None, 7)
            elif isinstance(value, datetime.date):
                page.write_datetime(1, column, value, made.add_format({"num_format": "dd/mm/yyyy"}))
            else:
                page.write(1, column, value)
    made.close()
    found = staffing(path)
    assert found.frame["sessions"].sum() == 7
    assert [n.what for n in found.notes if "formula" in n.what] == ["1 entry is the value of a formula, as last saved."]


def test_a_column_that_is_there_twice_or_unknown_is_named(tmp_path: Path) -> None:
    headings = {"Staff": [*HEADINGS["Staff"], "Role", "Name of person"]}
    sheets = {"Practice": [practice()], "Staff": [person(**{"Name of person": "x"})]}
    faults = refused(book(tmp_path / "r.xlsx", sheets, headings))
    assert faults == {("Staff", 1, "Role"): "is there twice.", ("Staff", 1, "Name of person"): "is no column of the return."}


def test_a_practice_must_be_in_the_list_of_places_where_there_is_one(tmp_path: Path) -> None:
    file = book(tmp_path / "r.xlsx", {"Practice": [practice(), practice("C82009")], "Staff": [person()]})
    places = tmp_path / "list.csv"
    places.write_text("CODE,EXTRACT_DATE,SEX,AGE,NUMBER_OF_PATIENTS\nC82001,01OCT2026,ALL,ALL,8100\n", encoding="utf-8")
    assert refused(file, places) == {("Practice", 3, "Practice code"): 'the practice "C82009" is not in the list of places.'}
    assert len(staffing(file).places) == 2


def test_csv_alone_and_faults_in_it_are_named(tmp_path: Path) -> None:
    sheets = many(3)
    sheets["Staff"][1]["Hours a week"] = "#VALUE!"
    files = tables(tmp_path / "csv", sheets)
    assert refused(*files) == {("", 3, "Hours a week"): "#VALUE! is an error of a formula."}
    staff = next(f for f in files if f.name == "staff.csv")
    staff.write_text(staff.read_text(encoding="utf-8").replace("Heads", "Number of heads"), encoding="utf-8")
    faults = refused(*files)
    assert faults["", 1, "Heads"] == 'the column "Heads" is missing.'
    alone = refused(staff)
    assert "has no CSV file with the columns of sheet Practice" in alone["", 0, ""]


def test_a_copy_of_a_sheet_is_said_and_counts_nobody_twice(tmp_path: Path) -> None:
    """Rows without a staff number can be alike on one sheet; the same row on two sheets is a copy."""
    alike = [person(number=None, role="Receptionist", **{"Heads": 1, "Hours a week": 20})] * 2
    sheets = {"Practice": [practice()], "Staff": [person(), *alike]}
    assert staffing(book(tmp_path / "r.xlsx", sheets)).frame["heads"].sum() == 3
    other = [person(number="9", role="Practice nurse")]
    headings = {"Staff (2)": HEADINGS["Staff"]}
    found = staffing(book(tmp_path / "s.xlsx", {**sheets, "Staff (2)": other}, headings))
    assert found.frame["heads"].sum() == 4
    assert ("Staff (2)", "was read as a sheet Staff, by its columns.") in {(n.sheet, n.what) for n in found.notes}
    faults = refused(book(tmp_path / "t.xlsx", {**sheets, "Staff (2)": [person(), alike[0]]}, headings))
    assert faults == {
        ("Staff (2)", 2, "Staff number"): "the same staff number and role are already in Staff, row 2.",
        ("Staff (2)", 3, "Practice code"): "the same row stands on sheet Staff, row 3.",
    }


def test_the_plan_s_own_round_of_returns_is_119_answered_18_carried_and_one_estimated(tmp_path: Path) -> None:
    """Chapter 4 of the plan: returns of October 2017, 18 of March 2017, one practice that never answered but has a list."""
    sheets = many()
    for i, row in enumerate(sheets["Practice"]):
        row["Reference date"] = datetime.date(2017, 3, 31) if i >= 119 else datetime.date(2017, 10, 1)
    silent = sheets["Practice"].pop()["Practice code"]
    rest = {name: [r for r in rows if r["Practice code"] != silent] for name, rows in sheets.items()}
    lists = tmp_path / "list.csv"
    codes = [*(row["Practice code"] for row in rest["Practice"]), silent]
    body = "".join(f"{code},01OCT2017,ALL,ALL,8000\n" for code in codes)
    lists.write_text(f"CODE,EXTRACT_DATE,SEX,AGE,NUMBER_OF_PATIENTS\n{body}", encoding="utf-8")
    made = staffing(book(tmp_path / "r.xlsx", rest), lists)
    assert any(n.what == "the returns are of 2 dates: 18 of 31 Mar 2017, 119 of 30 Sep 2017." for n in made.notes)
    done = completed(made)
    assert done.response.table["method"].value_counts().to_dict() == {"reported": 119, "carried": 18, "extrapolated": 1}
    assert done.staffing.frame["wte"].sum() == pytest.approx(138 * 12 / 9)


def test_a_folder_without_returns_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty") == {("", 0, ""): "holds no workbook and no CSV file."}


def test_a_practice_in_two_returns_is_a_fault_and_two_quarters_are_not(tmp_path: Path) -> None:
    sheets = {"Practice": [practice()], "Staff": [person()]}
    one = book(tmp_path / "one.xlsx", sheets)
    two = book(tmp_path / "two.xlsx", {**sheets, "Staff": [person(number="2")]})
    assert "is already in" in refused(one, two)["Practice", 2, "Practice code"]
    earlier = {**sheets, "Practice": [practice(**{"Reference date": datetime.date(2026, 7, 1)})]}
    made = staffing(one, book(tmp_path / "june.xlsx", earlier))
    assert sorted(set(made.frame["period"])) == [datetime.date(2026, 6, 30), DAY]
    assert any(n.what == "the returns are of 2 dates: 1 of 30 Jun 2026, 1 of 30 Sep 2026." for n in made.notes)


def test_a_reference_date_counts_as_the_nearest_end_of_a_month() -> None:
    day = datetime.date
    for given_day, end in {
        day(2026, 10, 1): day(2026, 9, 30), day(2026, 9, 30): day(2026, 9, 30), day(2026, 9, 20): day(2026, 9, 30),
        day(2027, 1, 2): day(2026, 12, 31), day(2028, 2, 29): day(2028, 2, 29), day(2026, 12, 31): day(2026, 12, 31),
    }.items():  # fmt: skip
        assert month_end(given_day) == end


def test_more_than_one_wte_of_a_head_is_said_and_kept(tmp_path: Path) -> None:
    rows = [person(**{"Sessions a week": 10}), person(number=None, role="Receptionist", **{"Heads": 2, "Hours a week": 76})]
    made = staffing(book(tmp_path / "r.xlsx", {"Practice": [practice()], "Staff": rows}))
    said = {(n.row, n.column): n.what for n in made.notes}
    assert said[2, "Sessions a week"] == "1.11 WTE of 1 heads: above 1 for each."
    assert said[3, "Hours a week"] == "2.03 FTE of 2 heads: above 1 for each."
    assert made.frame["wte"].sum() == pytest.approx(10 / 9)


def test_hidden_sheets_and_rows_are_read_and_said(tmp_path: Path) -> None:
    file = book(tmp_path / "r.xlsx", many(3) | {"Remarks": []})
    made = openpyxl.load_workbook(file)
    made["Staff"].row_dimensions[3].hidden = True
    made["Staff"].row_dimensions[4].hidden = True
    made["Staff"].column_dimensions["B"].hidden = True
    made["Posts"].sheet_state = "hidden"
    made["Remarks"]["A1"].value = "see below"
    made.save(file)
    found = staffing(file)
    assert found.frame["posts"].sum() == 9
    said = {(n.sheet, n.row, n.column): n.what for n in found.notes}
    assert said["Staff", 3, ""] == "and the rows to 4 are hidden, and were read."
    assert said["Staff", 0, "B"] == "is hidden, and was read."
    assert said["Posts", 0, ""] == "is a hidden sheet; it was read as the others."
    assert said["Remarks", 0, ""] == "is no sheet of the return, and was not read."
