"""The individual-level file of network staff: the real one, other encodings and cases, and what is wrong in it."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from workforce_files import post, text, write

from llr_sd.workforce.columns import read_columns
from llr_sd.workforce.published.network import read_network
from llr_sd.workforce.published.table import read
from llr_sd.workforce.roles import TABLE, read_roles
from llr_sd.workforce.staffing import Faults, Staffing

REAL = next((f for p in Path(__file__).parents if (f := p / "shared" / "nhs" / "pcn_workforce_2022_09_llr.csv").is_file()), None)


def imported(path: Path, secret: bytes = b"key") -> tuple[Staffing | None, Faults]:
    faults = Faults()
    table = read(path, faults)
    if table is None:
        return None, faults
    return read_network(table, read_roles(), read_columns(), secret, faults), faults


def sound(path: Path) -> Staffing:
    staffing, faults = imported(path)
    assert not list(faults)
    assert staffing is not None
    return staffing


@pytest.mark.skipif(REAL is None, reason="the published file is not beside the checkout")
def test_the_published_file_imports_to_its_posts_and_fte() -> None:
    """293 posts and 248.33 FTE, as the README beside the file says; by skill level they add up to the same."""
    assert REAL is not None
    staffing = sound(REAL)
    frame = staffing.frame
    assert len(frame) == frame["posts"].sum() == 293
    assert round(frame["fte"].sum(), 2) == 248.33
    by = frame.groupby(["place", "level"])["fte"].sum()
    assert by.index.get_level_values("place").nunique() == len(staffing.places) == 21
    assert math.isclose(by.sum(), frame["fte"].sum(), abs_tol=1e-9)
    assert frame["heads"].sum() == 277  # 16 rows are services bought in, one of 4.5 FTE
    assert any("16 rows are services bought in" in note.what for note in staffing.notes)


def test_encoding_and_case_make_no_difference(tmp_path: Path) -> None:
    rows = [post(PCN_NAME="Châtelet – Ferry PCN"), post(UNIQUE_IDENTIFIER="2", FTE="0.5")]
    lower = [{k.lower(): v for k, v in row.items()} for row in rows]
    expected = sound(write(tmp_path / "a.csv", rows))
    for name, made, encoding in (("b.csv", rows, "cp1252"), ("c.csv", lower, "utf-8-sig"), ("d.csv", lower, "utf-16")):
        other = sound(write(tmp_path / name, made, encoding))
        columns = ["place", "place_name", "role", "level", "fte", "heads", "period"]
        assert other.frame[columns].equals(expected.frame[columns])
    assert expected.frame["place_name"].tolist()[0] == "Châtelet – Ferry PCN"


def test_columns_of_older_files_are_found(tmp_path: Path) -> None:
    old = [{("CCG_CODE" if k == "SUB_ICB_CODE" else k): v for k, v in post().items()}]
    assert sound(write(tmp_path / "old.csv", old)).frame["area"].tolist() == ["03W"]


def test_other_is_told_by_the_broader_role(tmp_path: Path) -> None:
    rows = [
        post(STAFF_ROLE="Other Direct Patient Care", DETAILED_STAFF_ROLE="Other"),
        post(STAFF_GROUP="Other Admin/Non-clinical staff", STAFF_ROLE="Other Admin/Non-clinical", DETAILED_STAFF_ROLE="Other"),
    ]
    assert sound(write(tmp_path / "a.csv", rows)).frame["group"].tolist() == ["other_clinical", "admin_non_clinical"]


def test_a_role_in_a_group_that_it_cannot_be_of_stops_the_import(tmp_path: Path) -> None:
    """A manager is administrative in the table: one under nurses, who may be a ward manager, would be counted among receptionists."""
    file = write(tmp_path / "a.csv", [post(STAFF_GROUP="Nurses", DETAILED_STAFF_ROLE="Manager")])
    _, faults = imported(file)
    assert [f.what for f in faults] == [
        'the role "Manager" stands under "Nurses", and in the role table under admin_non_clinical.'
    ]
    table = TABLE.read_text(encoding="utf-8")
    (tmp_path / "roles.csv").write_text(f"{table}Nurses: Manager,nurse,enhanced,in post,clinical,C,leads nurses,\n")
    again = Faults()
    read_in = read(file, again)
    assert read_in is not None
    staffing = read_network(read_in, read_roles(tmp_path / "roles.csv"), read_columns(), b"key", again)
    assert not list(again)
    assert staffing is not None
    assert staffing.frame["group"].tolist() == ["nurse"]


@pytest.mark.parametrize("mark", ["NA", "nd", ""])
def test_what_is_not_reported_is_never_zero(mark: str, tmp_path: Path) -> None:
    rows = [
        post(),
        post(FTE=mark, UNIQUE_IDENTIFIER="2"),
        post(PCN_CODE="U2", PCN_NAME="Two PCN", FTE=mark, DETAILED_STAFF_ROLE="NA"),
    ]
    staffing = sound(write(tmp_path / "a.csv", rows))
    assert staffing.frame["fte"].isna().tolist() == [False, True]
    assert staffing.frame["heads"].tolist() == [1.0, 1.0]
    assert staffing.places.set_index("place")["answered"].to_dict() == {"U1": True, "U2": False}
    assert any("U2" in note.what and "unknown, not zero" in note.what for note in staffing.notes)


def test_identifiers_are_hashed_with_the_key(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [post(UNIQUE_IDENTIFIER="4711"), post(UNIQUE_IDENTIFIER="4711", FTE="0.2"), post()])
    one, other = (imported(file, secret)[0] for secret in (b"one", b"other"))
    assert one is not None
    assert other is not None
    people = one.frame["person"]
    assert people[0] == people[1] != people[2]
    assert not people.str.contains("4711").any()
    assert not set(people) & set(other.frame["person"])


def test_all_faults_are_said_at_once_with_row_and_column(tmp_path: Path) -> None:
    rows = [
        post(FTE="one"),
        post(FTE="-0.5"),
        post(DETAILED_STAFF_ROLE="Wizard"),
        post(DETAILED_STAFF_ROLE="Wizard"),
        post(DETAILED_STAFF_ROLE="Astrologer"),
        post(CENSUS_MONTH="13"),
        post(PCN_CODE=""),
    ]
    _, faults = imported(write(tmp_path / "a.csv", rows))
    said = [(f.row, f.column) for f in faults]
    assert said == [
        (2, "FTE"), (3, "FTE"), (7, "CENSUS_MONTH"), (6, "DETAILED_STAFF_ROLE"), (4, "DETAILED_STAFF_ROLE"), (8, "PCN_CODE"),
    ]  # fmt: skip
    lines = "\n".join(f.line() for f in faults)
    assert '"Wizard" is not in the role table (2 rows)' in lines
    assert "-0.5 is negative" in lines


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    rows = [{k: v for k, v in post().items() if k != "FTE"}]
    staffing, faults = imported(write(tmp_path / "a.csv", rows))
    assert staffing is None
    assert [f.what for f in faults] == ["PCN workforce, individual level: there is no column FTE or TOTAL_FTE or CONTRACTED_FTE."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PCN_CODE,FTE\r\n", "has no rows"),
        (b"PCN_CODE;FTE\r\nU1;1\r\n", "not separated by commas"),
        (b"a,b\r\n1,2\r\n3\r\n", "has 1 entries"),
        (b"Title,,\r\na,b,c\r\n1,2,3\r\n", "is a title"),
        (b'a,b\r\n1,"2\r\n', "not closed"),
        (b"a,a\r\n1,2\r\n", "there twice"),
        (b"PK\x03\x04\0\0", "is no text"),
        (b"a,b\r\n\x81,\x8d\r\n", "is no text"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    staffing, faults = imported(tmp_path / "a.csv")
    assert staffing is None
    assert words in "\n".join(f.line() for f in faults)


def test_the_whole_of_england_imports_in_seconds(tmp_path: Path) -> None:
    """17,000 rows; a fifth of a minute is far above what it takes, and far below what would be noticed as broken."""
    roles = ["Pharmacist", "Care Coordinator", "Paramedic", "Social Prescribing Link Worker", "Physiotherapist"]
    rows = [
        post(PCN_CODE=f"U{i % 1250:05}", PCN_NAME=f"PCN {i % 1250}", DETAILED_STAFF_ROLE=roles[i % 5], FTE=f"{1 - i % 40 / 50:g}", UNIQUE_IDENTIFIER=str(i))
        for i in range(17_000)
    ]  # fmt: skip
    (tmp_path / "england.csv").write_text(text(rows), encoding="utf-8")
    start = time.perf_counter()
    staffing = sound(tmp_path / "england.csv")
    assert time.perf_counter() - start < 12
    assert len(staffing.frame) == 17_000
    assert staffing.frame["fte"].sum() == pytest.approx(17_000 / 40 * sum(1 - i / 50 for i in range(40)), rel=1e-12)
    assert len(staffing.places) == 1250
