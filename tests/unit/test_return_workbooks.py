"""The template opens in a spreadsheet program and checks what is typed; workbooks that are locked, damaged or reach outside are refused."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from return_files import DAY, HEADINGS, book, edit, many, person, practice

from llr_sd.cli import main
from llr_sd.errors import InputError
from llr_sd.importing import read_files, write_template
from llr_sd.workforce.returns.layout import SHEETS
from llr_sd.workforce.returns.template import template
from llr_sd.workforce.roles import read_roles
from llr_sd.workforce.staffing import FaultyFiles

LIBREOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def empty() -> bytes:
    return template(read_roles())


@pytest.fixture
def filled(empty: bytes, tmp_path: Path) -> Path:
    """The template with one sound practice."""
    path = tmp_path / "return.xlsx"
    path.write_bytes(empty)
    cells = {}
    for sheet, row in {
        "Practice": practice(),
        "Staff": person(Plan="stays"),
        "Posts": {"Practice code": "C82001", "Role": "GP", "Posts": 3, "Vacant posts": 1},
        "Patients": {"Practice code": "C82001", "Patient age band": "0 to 4", "Registered patients": 400},
    }.items():
        for title, value in row.items():
            cells[sheet, f"{chr(65 + HEADINGS[sheet].index(title))}2"] = value
    return edit(path, cells)


# --- template ---------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_template_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "return.xlsx"
    assert main(["template", str(path)]) == 0
    assert "llr-sd import" in capsys.readouterr().out
    first = path.read_bytes()
    assert main(["template", str(path)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_bytes() == first
    with pytest.raises(InputError, match=r"end in \.xlsx"):
        write_template(tmp_path / "return.csv")
    with pytest.raises(InputError, match="cannot be written"):
        write_template(tmp_path / "none" / "return.xlsx")


def test_a_template_has_every_heading_its_drop_downs_and_locked_headings(empty: bytes) -> None:
    made = openpyxl.load_workbook(io.BytesIO(empty))
    assert made.sheetnames == ["Notes", "Practice", "Staff", "Posts", "Patients", "Choices"]
    for sheet in SHEETS:
        page = made[sheet.name]
        assert [c.value for c in page[1]] == [*(c.title for c in sheet.columns), "Check"]
        assert page.protection.sheet
        assert page["A1"].protection.locked
        assert not page["A2"].protection.locked if page["A2"].has_style else not page.column_dimensions["A"].protection.locked
        lists = {str(v.sqref): v for v in page.data_validations.dataValidation}
        assert len(lists) == len(sheet.columns)
        for i, column in enumerate(sheet.columns):
            rule = lists[f"{chr(65 + i)}2:{chr(65 + i)}{sheet.rows + 1}"]
            if column.choices:
                assert rule.formula1 == f'"{",".join(column.choices)}"'
            assert (rule.type == "list") == (column.kind in ("choice", "role"))
    names = [cell.value for cell in made["Choices"]["A"]][1:]
    assert names == [role.name for role in read_roles().rows]
    text = " ".join(str(c.value) for row in made["Notes"].iter_rows() for c in row if c.value)
    for sheet in SHEETS:
        for column in sheet.columns:
            assert column.what in text
            assert not column.unit or column.unit in text


def test_an_empty_template_is_no_return(empty: bytes, tmp_path: Path) -> None:
    (tmp_path / "return.xlsx").write_bytes(empty)
    with pytest.raises(FaultyFiles, match="has no row on sheet Practice"):
        read_files([tmp_path / "return.xlsx"], b"key")


def test_a_filled_template_is_read(filled: Path) -> None:
    made = read_files([filled], b"key")
    frame = made.staffing.frame
    assert frame["sessions"].sum() == 6
    assert made.staffing.period == DAY
    assert made.sources[0].words == "return.xlsx: quarterly return, 30 Sep 2026; 4 rows (xlsx)"
    assert not [n for n in made.staffing.notes if "formula" in n.what or "not read" in n.what]


@pytest.mark.skipif(LIBREOFFICE is None, reason="LibreOffice is not installed")
def test_the_checks_in_the_cells_say_what_is_wrong_in_libreoffice(filled: Path, tmp_path: Path) -> None:
    """Computed by LibreOffice, not by what wrote the formulas: the sound rows stay without a word."""
    wrong = {
        ("Staff", "A3"): "C82001", ("Staff", "B3"): "2",
        ("Staff", "A4"): "X1", ("Staff", "C4"): "GP", ("Staff", "G4"): 4,
        ("Staff", "A5"): "C82001", ("Staff", "C5"): "Wizard", ("Staff", "F5"): 1,
        ("Staff", "A6"): "C82001", ("Staff", "C6"): "GP", ("Staff", "F6"): 1, ("Staff", "G6"): "six",
        ("Staff", "A7"): "C82001", ("Staff", "C7"): "GP", ("Staff", "F7"): 2, ("Staff", "G7"): 30,
        ("Staff", "A8"): "C82001", ("Staff", "C8"): "GP", ("Staff", "F8"): 2, ("Staff", "G8"): -1,
        ("Posts", "A3"): "C82001", ("Posts", "B3"): "GP", ("Posts", "C3"): 1, ("Posts", "D3"): 2,
        ("Patients", "A3"): "C82001", ("Patients", "B3"): "0 to 4", ("Patients", "C3"): 1,
        ("Practice", "A3"): "C82001", ("Practice", "H3"): datetime.date(2026, 9, 30),
        ("Practice", "A4"): "C82002", ("Practice", "H4"): "soon",
    }  # fmt: skip
    edit(filled, wrong)
    said = checks_by_libreoffice(filled, tmp_path)
    assert said["Staff"][:7] == [
        "", "Role: fill in", "This practice is not on sheet Practice", "This role is not on sheet Choices",
        "Sessions a week: a number", "More than 14 sessions a person", "Sessions a week: not below zero",
    ]  # fmt: skip
    assert said["Posts"][:2] == ["", "More posts are vacant than there are"]
    assert said["Patients"][:2] == ["This age is there twice"] * 2
    assert said["Practice"][:3] == ["This practice is there twice"] * 2 + ["Reference date: a date"]
    assert not any(any(column[7:]) for column in said.values())


def checks_by_libreoffice(path: Path, folder: Path) -> dict[str, list[str]]:
    """The column Check of each sheet, computed and written as CSV by LibreOffice."""
    assert LIBREOFFICE is not None
    wanted = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    home = f"-env:UserInstallation=file://{folder}/office"
    command = [LIBREOFFICE, home, "--headless", "--convert-to", wanted, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = {}
    for sheet in SHEETS:
        with (folder / f"{path.stem}-{sheet.name}.csv").open(encoding="utf-8", newline="") as stream:
            found[sheet.name] = [row["Check"] for row in csv.DictReader(stream)]
    return found


@pytest.mark.skipif(LIBREOFFICE is None, reason="LibreOffice is not installed")
def test_a_template_that_libreoffice_saved_is_read_the_same(filled: Path, tmp_path: Path) -> None:
    assert LIBREOFFICE is not None
    saved = tmp_path / "saved"
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [LIBREOFFICE, home, "--headless", "--convert-to", "xlsx", "--outdir", str(saved), str(filled)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    one, two = (read_files([p], b"key").staffing for p in (filled, saved / filled.name))
    assert one.frame.equals(two.frame)
    assert one.places.equals(two.places)


# --- workbooks that are refused ---------------------------------------------------------------------------------------


def again(path: Path, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> None:
    """Write the parts of a workbook again, changed; a part that becomes None is left out."""
    with zipfile.ZipFile(path) as box:
        parts = {name: box.read(name) for name in box.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in parts.items():
            if (made := change(name, content)) is not None:
                box.writestr(name, made)
        for name, content in (extra or {}).items():
            box.writestr(name, content)


def kept(name: str, content: bytes) -> bytes | None:
    return content


def told(path: Path) -> str:
    with pytest.raises(FaultyFiles) as caught:
        read_files([path], b"key")
    (fault,) = caught.value.faults
    return f"{fault.what} {fault.mend}"


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "r.xlsx", many(2))
    again(path, kept, {"xl/media/image1.bin": bytes(70 << 20)})
    assert path.stat().st_size < 1 << 20
    assert "unpacks to 70 MB" in told(path)
    path = book(tmp_path / "s.xlsx", many(2))
    again(path, kept, {f"xl/media/{i}.bin": b"" for i in range(2001)})
    assert "2,0" in told(path)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/externalLinks/externalLink1.xml", "takes values from other files."),
        ("xl/vbaProject.bin", "holds macros"),
        ("xl/activeX/activeX1.xml", "holds macros or embedded objects."),
        ("xl/embeddings/oleObject1.bin", "holds macros or embedded objects."),
        ("xl/connections.xml", "data connection"),
        ("xl/queryTables/queryTable1.xml", "data connection"),
    ],
)
def test_a_workbook_that_reaches_outside_or_carries_code_is_refused(tmp_path: Path, part: str, words: str) -> None:
    path = book(tmp_path / "r.xlsx", many(2))
    again(path, kept, {part: b"<x/>"})
    assert words in told(path)


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_in_a_part_are_refused_before_anything_expands_them(tmp_path: Path, code: str) -> None:
    path = book(tmp_path / "r.xlsx", many(2))
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'.encode(code)
    again(path, lambda name, content: bomb if name == "xl/sharedStrings.xml" else content)
    assert "document type" in told(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = book(tmp_path / "r.xlsx", many(30))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "is cut off or damaged." in told(path)


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "r.xlsx", many(2))
    again(path, lambda name, content: content[:200] if name == "xl/worksheets/sheet2.xml" else content)
    assert "a part of it is damaged" in told(path)
    path = book(tmp_path / "s.xlsx", many(2))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in told(path)
    again(book(tmp_path / "t.xlsx", many(2)), lambda name, content: None if name == "xl/workbook.xml" else content)
    assert "no workbook" in told(tmp_path / "t.xlsx")


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4), st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_damaged_nothing_but_an_error_of_ours_is_raised(
    tmp_path: Path, flips: list[tuple[float, int]], inside: bool
) -> None:
    """Bytes of the file, or of a sheet inside it, changed anywhere."""
    path = book(tmp_path / "r.xlsx", many(2))

    def flipped(content: bytes) -> bytes:
        made = bytearray(content)
        for place, by in flips:
            made[int(place * len(made))] ^= by
        return bytes(made)

    if inside:
        again(path, lambda name, content: flipped(content) if name.endswith("sheet2.xml") else content)
    else:
        path.write_bytes(flipped(path.read_bytes()))
    with suppress(InputError):
        read_files([path], b"key")


def test_files_that_are_no_workbook_are_refused_by_what_they_are(tmp_path: Path) -> None:
    for name, content, words in (
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "of an old kind (.xls)"),
        ("text.xlsx", b"Practice code,Role\n", "is no workbook."),
        ("nothing.xlsx", b"", "is empty."),
        ("macros.xlsm", b"PK\x03\x04", "is cut off or damaged."),
    ):
        (tmp_path / name).write_bytes(content)
        assert words in told(tmp_path / name)


def test_rows_that_are_only_formatted_to_the_last_one_cost_nothing(tmp_path: Path) -> None:
    path = book(tmp_path / "r.xlsx", many(2))
    made = openpyxl.load_workbook(path)
    made["Staff"]["A1048576"].number_format = "@"
    made.save(path)
    assert read_files([path], b"key").staffing.frame["heads"].sum() == 14
    assert "reaches beyond row 50,000" in told(edit(path, {("Staff", "A1048576"): "x"}))
