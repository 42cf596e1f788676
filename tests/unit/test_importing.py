"""`llr-sd import`: files are recognised, all faults of all are said at once, and the folder is written whole or not at all."""

from __future__ import annotations

import csv
import datetime
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from return_files import book, many
from workforce_files import post, practice, write

from llr_sd.cli import main
from llr_sd.errors import InputError, ResultError
from llr_sd.importing import import_files, read_files
from llr_sd.workforce import people, rollup
from llr_sd.workforce.baseline.response import completed
from llr_sd.workforce.baseline.stocks import stocks
from llr_sd.workforce.staffing import FaultyFiles, asked

LIST = {"EXTRACT_DATE": "01OCT2017", "SEX": "ALL", "AGE": "ALL"}


def members(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [
        {"PRACTICE_CODE": place, "PRACTICE_NAME": place, "PCN_CODE": net, "PCN_NAME": f"{net} PCN", "LOCALITY": where}
        for place, net, where in rows
    ]


def sizes(*rows: tuple[str, int]) -> list[dict[str, str]]:
    return [LIST | {"CODE": place, "NUMBER_OF_PATIENTS": str(n)} for place, n in rows]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_files_of_all_kinds_become_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        write(tmp_path / "pcn.csv", [post(PCN_CODE="U1")]),
        write(tmp_path / "practice 2017-09.csv", [practice("C1", "One"), practice("C2", "Two")]),
        write(tmp_path / "list.csv", sizes(("C1", 20_000), ("C2", 25_000), ("C3", 4_000))),
        write(tmp_path / "member.csv", members(("C1", "U1", "North"), ("C2", "U1", "North"), ("C3", "U2", "South"))),
    ]
    assert main(["import", *map(str, files), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    for words in (
        "pcn.csv: PCN workforce, individual level, 30 Sep 2022; 1 row (UTF-8)",
        "practice 2017-09.csv: General Practice Workforce, practice level, 30 Sep 2017; 2 rows (UTF-8)",
        "list.csv: patients registered at practices",
        "member.csv: practices and their networks",
        "U2 U2 PCN has 4,000 patients: below 30,000.",
        "3 of 4 places answered for the last date of their kind: a response rate of 75.0 %.",
        "of September 2017, 60 months old.",
    ):
        assert words in said.out
    assert said.err == ""
    out = tmp_path / "out"
    with (out / "networks.csv").open(encoding="utf-8") as stream:
        networks = {row["network"]: row for row in csv.DictReader(stream)}
    assert (networks["U1"]["list_size"], networks["U1"]["check"]) == ("45000.0", "within")
    assert (out / "local").stat().st_mode & 0o077 == 0
    with (out / "local" / "by_locality.csv").open(encoding="utf-8") as stream:
        north = [row for row in csv.DictReader(stream) if row["locality"] == "North"]
    assert sum(float(r["fte"]) for r in north) == pytest.approx(
        1 + 2 * 5.0
    )  # the network's pharmacist goes where its practices are
    with (out / "stocks.csv").open(encoding="utf-8") as stream:
        placed = {(row["setting"], row["unit"]) for row in csv.DictReader(stream) if row["by"] == "locality"}
    assert placed == {("gp", "North"), ("pcn", "North")}  # and so it does among the stocks


def test_the_same_import_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [write(tmp_path / "pcn.csv", [post(), post(UNIQUE_IDENTIFIER="2", FTE="0.5")])]
    files.append(write(tmp_path / "practice 2022-09.csv", [practice()]))
    import_files(files, tmp_path / "one")
    first = bytes_of(tmp_path / "one")
    import_files(files, tmp_path / "one")
    assert bytes_of(tmp_path / "one") == first
    import_files(files, tmp_path / "two")
    assert bytes_of(tmp_path / "two") == first


def test_another_account_gives_other_hashes_and_nothing_else_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "pcn.csv", [post(UNIQUE_IDENTIFIER="47110815"), post(UNIQUE_IDENTIFIER="2", FTE="0.5")])
    import_files([file], tmp_path / "one")
    first = bytes_of(tmp_path / "one")
    monkeypatch.setattr("llr_sd.importing.folder.own_key", lambda _: b"another key of thirty-two bytes!")
    import_files([file], tmp_path / "two")
    second = bytes_of(tmp_path / "two")
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"local/key", "local/staff.csv", "local/manifest.json"}
    import_files([file], tmp_path / "one")  # the folder keeps the key that it had
    assert bytes_of(tmp_path / "one") == first
    assert not any(b"47110815" in content for content in first.values())


def test_nothing_outside_local_hangs_on_small_counts_beyond_what_tables_show(tmp_path: Path) -> None:
    """Two networks of one pharmacist or of two: both are hidden, so no file that may leave tells them apart, not even a hash."""
    folders = []
    for count in (1, 2):
        staff = [post(UNIQUE_IDENTIFIER=str(i), FTE="0.5") for i in range(count)]
        others = [post(PCN_CODE="U2", UNIQUE_IDENTIFIER=str(9 + i), FTE="0.5") for i in range(3 - count)]
        folder = tmp_path / f"out{count}"
        import_files([write(tmp_path / "pcn.csv", [*staff, *others])], folder)
        folders.append({n: c for n, c in bytes_of(folder).items() if not n.startswith("local/")})
    known = {"sources.csv", "baseline.toml", "manifest.json"}  # the hash of the published file, which everybody has
    assert {n for n in folders[0] if folders[0][n] != folders[1][n]} <= known
    assert "local/" not in folders[0]["manifest.json"].decode()


def test_a_return_tells_neither_its_rows_nor_its_hash_outside_local(tmp_path: Path) -> None:
    file = book(tmp_path / "return.xlsx", many(2))
    published = write(tmp_path / "list.csv", sizes(("C82000", 8_000), ("C82001", 8_000)))
    import_files([file, published], tmp_path / "out")
    content = {n: c for n, c in bytes_of(tmp_path / "out").items() if not n.startswith("local/")}
    digest, known = (hashlib.sha256(f.read_bytes()).hexdigest().encode() for f in (file, published))
    assert not any(digest in c for c in content.values())
    assert digest in (tmp_path / "out" / "local" / "sources.csv").read_bytes()
    assert known in content["sources.csv"]
    with (tmp_path / "out" / "sources.csv").open(encoding="utf-8") as stream:
        assert {r["file"]: r["rows"] for r in csv.DictReader(stream)} == {"return.xlsx": "", "list.csv": "2"}


def test_what_somebody_put_into_the_folder_is_not_lost(tmp_path: Path) -> None:
    file = write(tmp_path / "pcn.csv", [post()])
    import_files([file], tmp_path / "out")
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ResultError, match=r"mine\.txt"):
        import_files([file], tmp_path / "out")
    (tmp_path / "out" / "mine.txt").unlink()
    (tmp_path / "out" / "roles.csv").write_text("edited")
    with pytest.raises(ResultError, match=r"roles\.csv"):
        import_files([file], tmp_path / "out")
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(ResultError, match="no import made it"):
        import_files([file], tmp_path / "letter")


def test_progress_is_quiet_in_a_pipe(tmp_path: Path) -> None:
    file = write(tmp_path / "pcn.csv", [post()])
    command = [sys.executable, "-m", "llr_sd", "import", str(file), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{tmp_path / 'out'}\n")


def test_all_faults_of_all_files_are_said_in_one_pass_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        write(tmp_path / "pcn.csv", [post(FTE="x"), post(DETAILED_STAFF_ROLE="Wizard")]),
        write(tmp_path / "practice 2017-09.csv", [practice(), practice()]),
        write(tmp_path / "strange.csv", [{"a": "1", "b": "2"}]),
        tmp_path / "none.csv",
    ]
    assert main(["import", *map(str, files), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    for words in (
        "5 faults in 4 files; nothing was written.",
        'row 2, column FTE: "x" is not a number.',
        'row 3, column DETAILED_STAFF_ROLE: the role "Wizard" is not in the role table (1 row).',
        "row 3, column PRAC_CODE: the practice",
        "strange.csv, row 1: is none of the files that are known",
        "none.csv: there is no such file.",
    ):
        assert words in said
    assert "Traceback" not in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pcn.csv", "practice 2017-09.csv", "strange.csv"]


def test_the_high_level_file_of_practices_is_told_from_the_detailed_one(tmp_path: Path) -> None:
    row = {
        "PRAC_CODE": "C1",
        "PRAC_NAME": "One",
        "STAFF_GROUP": "GP",
        "DETAILED_STAFF_ROLE": "Total",
        "MEASURE": "FTE",
        "VALUE": "2",
    }
    with pytest.raises(FaultyFiles, match="take the detailed one"):
        read_files([write(tmp_path / "high 2023-09.csv", [row])], b"key")


def test_what_an_earlier_import_wrote_stays_when_a_later_one_fails(tmp_path: Path) -> None:
    file = write(tmp_path / "pcn.csv", [post()])
    import_files([file], tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    write(tmp_path / "pcn.csv", [post(FTE="-1")])
    with pytest.raises(FaultyFiles):
        import_files([file], tmp_path / "out")
    assert bytes_of(tmp_path / "out") == before


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(ResultError, match="no import made it"):
        import_files([write(tmp_path / "pcn.csv", [post()])], tmp_path / "out")
    assert bytes_of(tmp_path / "out") == {"letter.txt": b"mine"}


def test_edited_tables_are_used_and_kept(tmp_path: Path) -> None:
    file = write(
        tmp_path / "pcn.csv", [{("Hours" if k == "FTE" else k): v for k, v in post(DETAILED_STAFF_ROLE="Wizard").items()}]
    )
    import_files([write(tmp_path / "other.csv", [post()])], tmp_path / "first")
    roles, columns = ((tmp_path / "first" / f"{n}.csv").read_text(encoding="utf-8") for n in ("roles", "columns"))
    (tmp_path / "r.csv").write_text(
        f"{roles}Wizard,other_clinical,enhanced,in post,clinical,C,magic is one field,\n", encoding="utf-8"
    )
    (tmp_path / "c.csv").write_text(columns.replace("network,fte,FTE;", "network,fte,Hours;"), encoding="utf-8")
    written = import_files([file], tmp_path / "out", tmp_path / "r.csv", tmp_path / "c.csv")
    frame = written.imported.staffing.frame
    assert frame[["role", "level", "fte"]].to_numpy().tolist() == [["Wizard", "enhanced", 1.0]]
    assert (tmp_path / "out" / "roles.csv").read_bytes() == (tmp_path / "r.csv").read_bytes()


def test_two_files_of_one_period_are_not_added_up(tmp_path: Path) -> None:
    one = write(tmp_path / "a 2017-09.csv", [practice()])
    two = write(tmp_path / "b 2017-09.csv", [practice(TOTAL_DPC_FTE="0.5"), practice("C2", "Two")])
    with pytest.raises(InputError, match='both tell of the practice "C1"'):
        read_files([one, two], b"key")
    with pytest.raises(InputError, match="same content"):
        read_files([one, one], b"key")


def test_an_earlier_period_answers_for_nobody_now(tmp_path: Path) -> None:
    """A practice that answered in March and not in September has not answered; the rows of March stay, to carry forward."""
    march = write(tmp_path / "p 2017-03.csv", [practice("C1", "One"), practice("C2", "Two", TOTAL_PATIENTS="7000")])
    silent = {k: "NA" if k.startswith("TOTAL_") and k != "TOTAL_PATIENTS" else v for k, v in practice("C2", "Two").items()}
    september = write(tmp_path / "p 2017-09.csv", [practice("C1", "One"), silent])
    staffing = read_files([march, september], b"key").staffing
    assert staffing.period == datetime.date(2017, 9, 30)
    assert staffing.places["answered"].tolist() == [True, False]
    assert staffing.places["list_size"].tolist() == [8000.0, 8000.0]
    assert staffing.frame["period"].nunique() == 2


def test_lists_of_all_england_add_no_places_of_other_areas(tmp_path: Path) -> None:
    rows = [
        row | {"CCG_CODE": area}
        for row, area in zip(sizes(("C1", 8_000), ("C9", 7_000), ("X1", 5_000)), ("03W", "03W", "15E"), strict=True)
    ]
    files = [write(tmp_path / "p 2017-09.csv", [practice()]), write(tmp_path / "list.csv", rows)]
    staffing = read_files(files, b"key").staffing
    assert staffing.places["place"].tolist() == ["C1", "C9"]  # C9 ought to have answered, X1 lies elsewhere
    assert "1 place of other areas" in staffing.notes[-1].what
    alone = read_files(files[1:], b"key").staffing
    assert alone.places["place"].tolist() == ["C1", "C9", "X1"]


def test_only_kinds_that_are_told_of_ought_to_answer(tmp_path: Path) -> None:
    files = [write(tmp_path / "pcn.csv", [post()]), write(tmp_path / "member.csv", members(("C1", "U1", "North")))]
    staffing = read_files(files, b"key").staffing
    assert staffing.places["place"].tolist() == ["C1", "U1"]
    assert asked(staffing)["place"].tolist() == ["U1"]


def test_a_person_with_several_jobs_counts_once(tmp_path: Path) -> None:
    rows = [
        post(UNIQUE_IDENTIFIER="1", FTE="0.5"),
        post(UNIQUE_IDENTIFIER="1", FTE="0.3", DETAILED_STAFF_ROLE="Care Coordinator"),
        post(UNIQUE_IDENTIFIER="1", FTE="0.2", PCN_CODE="U2"),
        post(UNIQUE_IDENTIFIER="2"),
        post(UNIQUE_IDENTIFIER="3", Data_source="NWRS contracted services", FTE="4.5"),
    ]
    staffing = read_files([write(tmp_path / "pcn.csv", rows)], b"key").staffing
    assert people.heads(staffing).to_numpy().tolist() == [[4.0, 2.0, 2.0, 1]]
    by_place = people.heads(staffing, ("place",)).set_index("place")
    assert by_place["heads"].to_dict() == {"U1": 2.0, "U2": 1.0}  # one person works in both
    said = people.words(staffing)
    assert said == "2 people in 4 jobs: 2 are further jobs of people who are counted once. 1 row gives no heads."
    alone = read_files([write(tmp_path / "alone.csv", [post()])], b"key").staffing
    assert people.words(alone) == "1 person in 1 job."
    with pytest.raises(InputError, match="wealth"):
        people.heads(staffing, ("wealth",))


def test_heads_that_nobody_reported_are_no_number(tmp_path: Path) -> None:
    silent = {k: "NA" if k.startswith("TOTAL_") and k != "TOTAL_PATIENTS" else v for k, v in practice("C2", "Two").items()}
    staffing = read_files([write(tmp_path / "p 2017-09.csv", [silent])], b"key").staffing
    assert people.heads(staffing)["heads"].isna().all()
    assert people.words(staffing) == "How many people there are is unknown: 4 rows give no heads."


def test_several_roles_at_a_practice_are_known_from_its_totals(tmp_path: Path) -> None:
    """Three roles with a head each, and a total of two: one person has two of them. By level that cannot be told, and is not."""
    rows = [practice(TOTAL_GP_HC="2"), practice("C2", "Two")]
    staffing = read_files([write(tmp_path / "p 2017-09.csv", rows)], b"key").staffing
    gps = people.heads(staffing, ("place", "group")).query("group == 'gp'")
    assert gps[["jobs", "heads", "several"]].to_numpy().tolist() == [[3.0, 2.0, 1.0], [3.0, 3.0, 0.0]]
    assert people.heads(staffing)["several"].tolist() == [1.0]
    assert people.heads(staffing, ("level",))["several"].sum() == 0


def test_networks_of_the_plan_average_what_the_evidence_says(tmp_path: Path) -> None:
    """Table 2: 1,114,316 patients at 138 practices; 23 networks then average 48,449, and those outside the range are listed."""
    patients, count = 1_114_316, 138
    each = [patients // count + (i < patients % count) for i in range(count)]
    rows = [(f"C{i:03}", f"U{i % 23:02}", f"L{i % 23 % 11}") for i in range(count)]
    moved = [(p, "U00" if n == "U01" and i < 70 else n, where) for i, (p, n, where) in enumerate(rows)]
    files = [
        write(tmp_path / "list.csv", sizes(*zip([r[0] for r in rows], each, strict=True))),
        write(tmp_path / "member.csv", members(*moved)),
    ]
    table = rollup.networks(read_files(files, b"key").staffing.places)
    assert table["list_size"].sum() == patients
    said = list(rollup.words(table))
    assert said[0] == "23 networks average 48,449 patients; they are meant to have 30,000 to 50,000."
    assert [s.split(" has ")[0] for s in said[1:3]] == ["U00 U00 PCN", "U01 U01 PCN"]
    assert table["check"].value_counts().to_dict() == {"within": 21, "above 50,000": 1, "below 30,000": 1}


def test_a_network_with_a_practice_of_unknown_size_is_not_called_small(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "list.csv", sizes(("C1", 20_000), ("C3", 51_000))),
        write(tmp_path / "member.csv", members(("C1", "U1", "N"), ("C2", "U1", "S"), ("C3", "U2", "N"), ("C4", "U2", "N"))),
    ]
    table = rollup.networks(read_files(files, b"key").staffing.places).set_index("network")
    assert table["check"].to_dict() == {"U1": "unknown", "U2": "above 50,000"}
    said = " ".join(rollup.words(table.reset_index()))
    assert "U2 U2 PCN has 51,000 patients at least (1 of its practices have no list size): above 50,000." in said
    assert "U1 U1 PCN lies in several localities: N; S." in said
    assert "average" not in said


def test_the_roll_up_keeps_totals(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "p 2017-09.csv", [practice("C1", "One"), practice("C2", "Two"), practice("C3", "Three")]),
        write(tmp_path / "member.csv", members(("C1", "U1", "North"), ("C2", "U2", "North"))),
        write(tmp_path / "pcn.csv", [post(PCN_CODE="U1")]),
    ]
    staffing = read_files(files, b"key").staffing
    for unit in rollup.UNITS:
        table = rollup.rolled(staffing, unit)
        assert table["fte"].sum() == pytest.approx(3 * 5.0 + 1.0)
        stock = stocks(completed(staffing), unit).groupby("unit")["fte"].sum()
        assert stock.to_dict() == pytest.approx(table.groupby(unit)["fte"].sum().to_dict())
    by = rollup.rolled(staffing, "locality").groupby("locality")["fte"].sum()
    assert by.to_dict() == pytest.approx({"": 5.0, "North": 11.0})
    with pytest.raises(InputError, match="county"):
        rollup.rolled(staffing, "county")


def test_help_documents_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["import", "--help"])
    said = capsys.readouterr().out
    for word in ("roles.csv", "columns.csv", "not reported", "DIR/local"):
        assert word in said
