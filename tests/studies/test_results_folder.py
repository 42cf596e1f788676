"""The place of results: one writer, nothing of anybody else's lost, every file held against its hash, no text taken for a formula."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.errors import ResultError
from llr_sd.store import ObjectCache, seal
from llr_sd.store.cells import read_failures, write_csv

POSIX = pytest.mark.skipif(os.name == "nt", reason="links and signals of POSIX")


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def hidden(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


def edit(study: Path, old: str, new: str) -> None:
    text = (study / "study.toml").read_text(encoding="utf-8")
    assert old in text
    (study / "study.toml").write_text(text.replace(old, new), encoding="utf-8")


def copy_of(study: Path, to: Path) -> Path:
    shutil.copytree(study / "staff", to / "staff")
    shutil.copy(study / "study.toml", to)
    return to


def run(study: Path, out: Path | None = None) -> llr_sd.StudyResult:
    return llr_sd.run_study(study, out, verify=0)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Return the one line that a command is refused with."""
    assert main([str(a) for a in arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


# --- one writer --------------------------------------------------------------------------------------------------------

SLOW = """
import sys, time
import llr_sd, llr_sd.pipeline
from pathlib import Path
study, out, ready, go = map(Path, sys.argv[1:])
real = llr_sd.pipeline.report.write_report
def waits(result):
    ready.touch()
    while not go.exists():
        time.sleep(0.02)
    return real(result)
llr_sd.pipeline.report.write_report = waits
llr_sd.run_study(study, out, verify=0)
"""


def slow_run(study: Path, out: Path, ready: Path, go: Path) -> subprocess.Popen[str]:
    """Start a run in a process of its own that waits, runs done and half the results written, until `go` is there."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, (study, out, ready, go))], text=True, stderr=subprocess.PIPE
    )
    for _ in range(3000):
        if ready.exists() or process.poll() is not None:
            break
        time.sleep(0.02)
    assert ready.exists(), process.communicate()
    return process


def test_a_second_start_is_refused_and_the_first_ends_whole(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = files(run(staff, staff / "whole").path)
    first = slow_run(staff, staff / "r", staff / "ready", staff / "go")
    assert "another run is writing here" in refused(capsys, "run", staff, "--out", staff / "r", "--verify", "0")
    if os.name != "nt":
        (staff / "link").symlink_to(staff / "r")
        assert "another run is writing here" in refused(capsys, "run", staff, "--out", staff / "link", "--verify", "0")
    (staff / "go").touch()
    assert first.wait(60) == 0, first.communicate()
    first.communicate()
    assert files(staff / "r") == whole
    assert not hidden(staff)


def test_a_report_is_not_drawn_while_a_run_is_about_to_replace_it(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(staff, staff / "r")
    first = slow_run(staff, staff / "r", staff / "ready", staff / "go")
    assert "another run is writing here" in refused(capsys, "report", staff / "r")
    (staff / "go").touch()
    assert first.wait(60) == 0
    first.communicate()
    assert main(["report", str(staff / "r")]) == 0


@POSIX
def test_a_lock_ends_with_its_process(staff: Path) -> None:
    first = slow_run(staff, staff / "r", staff / "ready", staff / "go")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert ".r.lock" in hidden(staff)
    run(staff, staff / "r")
    assert not hidden(staff)


# --- what stands in the place ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "name", ["notes.txt", "figures/mine.png", "runs.zarr/mine", "runs.zarr/ok/9.9", "model/old.mdl", ".hidden"]
)
def test_a_file_of_the_users_is_never_lost(staff: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    result = run(staff)
    mine = result.path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("years of work")
    before = files(result.path)
    assert name in refused(capsys, "run", staff, "--verify", "0")
    assert files(result.path) == before
    assert not hidden(staff)
    mine.unlink()
    run(staff)


@pytest.mark.parametrize("name", ["workbook.xlsx", "report.html", "failures.csv", "study.toml"])
def test_what_the_user_changed_is_never_lost(staff: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    result = run(staff)
    with (result.path / name).open("a") as file:
        file.write(" ")
    assert name in refused(capsys, "run", staff, "--verify", "0")


@pytest.mark.usefixtures("undrawn")
def test_a_file_that_comes_while_the_study_runs_is_never_lost(staff: Path) -> None:
    result = run(staff)

    def write(stage: str, done: int, total: int) -> None:
        (result.path / "notes.txt").write_text("just now")

    with pytest.raises(ResultError, match=r"notes\.txt"):
        llr_sd.run_study(staff, verify=0, progress=write)
    assert (result.path / "notes.txt").read_text() == "just now"
    assert hidden(staff) == [".results.part"]
    (result.path / "notes.txt").rename(staff / "notes.txt")
    run(staff)
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
def test_what_a_file_manager_leaves_is_in_nobodys_way(staff: Path) -> None:
    result = run(staff)
    whole = files(result.path)
    (result.path / ".DS_Store").write_bytes(b"x")
    (result.path / ".summary.parquet.part").write_bytes(b"half of a table, where a kill left it")
    assert files(run(staff).path) == whole


@pytest.mark.parametrize("kind", ["a file", "a folder of files", "another program's manifest", "a damaged manifest"])
def test_what_is_no_results_folder_is_refused_before_anything_runs(
    staff: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("llr_sd.run.execute.run_block", None)  # nothing may run
    out = staff / "out"
    if kind == "a file":
        out.write_text("years of work")
    else:
        out.mkdir()
        name = "thesis.txt" if kind == "a folder of files" else "manifest.json"
        (out / name).write_text('{"title": "A small study"}' if "another" in kind else '{"title":', encoding="utf-8")
    before = files(staff)
    assert str(out) in refused(capsys, "run", staff, "--out", out, "--verify", "0")
    assert files(staff) == before
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
def test_an_edited_study_replaces_its_own_results_and_no_others(
    staff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run(staff, out)
    edit(staff, "runs = 12", "runs = 13")
    assert len(run(staff, out).tables["design"]) == 13
    other = copy_of(staff, tmp_path / "b")
    edit(other, "seed = 0", "seed = 1")
    before = files(out)
    line = refused(capsys, "run", other, "--out", out, "--verify", "0")
    assert "another study" in line
    assert "study.toml" in line
    assert files(out) == before
    edit(other, "seed = 1", "seed = 0")  # now it is the same study, in another place
    run(other, out)
    (other / "staff" / "parameters.csv").write_text(
        (other / "staff" / "parameters.csv").read_text(encoding="utf-8").replace("6,12,18", "6,12,19"), encoding="utf-8"
    )
    run(other, out)  # the place that the results last came from
    assert "another study" in refused(capsys, "run", staff, "--out", out, "--verify", "0")  # same study.toml, other parameters


@pytest.mark.usefixtures("undrawn")
def test_two_studies_in_one_folder_do_not_overwrite_each_other(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(staff)
    (staff / "second.toml").write_text((staff / "study.toml").read_text(encoding="utf-8").replace("seed = 0", "seed = 2"))
    assert "another study" in refused(capsys, "run", staff / "second.toml", "--verify", "0")
    edit(staff, "A small study", "A study of something else")
    assert "another study" in refused(capsys, "run", staff, "--verify", "0")


@pytest.mark.usefixtures("undrawn")
def test_a_study_that_moves_with_its_results_may_replace_them(staff: Path, tmp_path: Path) -> None:
    here = copy_of(staff, tmp_path / "here")
    first = files(run(here).path)
    moved = here.rename(tmp_path / "there")
    edit(moved, "seed = 0", "seed = 3")
    assert files(run(moved).path) != first


# --- links -------------------------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("what", ["the folder", "its parent", "a folder that is not there yet"])
def test_results_behind_a_link_work_again_and_again(staff: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "disk").mkdir()
    if what == "its parent":
        (staff / "big").symlink_to(tmp_path / "disk")
        out, real = staff / "big" / "results", tmp_path / "disk" / "results"
    else:
        out, real = staff / "results", tmp_path / "disk" / "kept"
        real.mkdir() if what == "the folder" else None
        out.symlink_to(real)
    for _ in range(3):
        result = run(staff, out)
        assert result.path == out
        assert (real / "manifest.json").is_file()
    assert out.is_symlink() == (what != "its parent")
    assert not hidden(staff)
    assert not hidden(tmp_path / "disk")


@POSIX
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", ["runs.zarr/ok", "model", "extra", "failures.csv"])
def test_a_link_inside_is_not_followed(staff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    result = run(staff)
    place = result.path / name
    outside = tmp_path / "precious"
    if place.exists():
        place.rename(outside)
    else:
        outside.mkdir()
        (outside / "thesis.txt").write_text("years of work")
    place.symlink_to(outside)
    before = files(outside) if outside.is_dir() else outside.read_bytes()
    assert name in refused(capsys, "run", staff, "--verify", "0")
    assert (files(outside) if outside.is_dir() else outside.read_bytes()) == before


@POSIX
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("name", [".results.part", ".results.lock", ".results.old"])
def test_a_link_in_the_way_is_not_followed(
    staff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, there: bool
) -> None:
    outside = tmp_path / "precious"
    if name == ".results.lock":
        outside.write_text("years of work")
    else:
        outside.mkdir()
        (outside / "thesis.txt").write_text("years of work")
    if there:
        run(staff)
    (staff / name).symlink_to(outside)
    refused(capsys, "run", staff, "--verify", "0")
    assert (outside if outside.is_file() else outside / "thesis.txt").read_text() == "years of work"
    assert (staff / name).is_symlink()
    assert (staff / "results").exists() == there


@POSIX
@pytest.mark.usefixtures("undrawn")
def test_links_among_unfinished_work_are_not_followed(staff: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    part = staff / ".results.part"
    part.mkdir()
    (part / "about.txt").write_text("")
    (part / "new").symlink_to(tmp_path / "precious")
    (part / f"{'0' * 64}.block").symlink_to(tmp_path / "precious" / "thesis.txt")
    run(staff)
    assert files(tmp_path / "precious") == {"thesis.txt": b"years of work"}
    assert not hidden(staff)


@POSIX
def test_drawing_again_writes_through_no_link(staff: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(staff)
    outside = tmp_path / "precious.txt"
    outside.write_text("years of work")
    for name in (".report.html.part", ".manifest.json.part", ".workbook.xlsx.part"):
        (result.path / name).symlink_to(outside)
    assert main(["report", str(result.path)]) == 0
    assert outside.read_text() == "years of work"
    capsys.readouterr()
    shutil.move(result.path / "figures", tmp_path / "figures")
    (result.path / "figures").symlink_to(tmp_path / "figures")
    assert "figures" in refused(capsys, "report", result.path)


# --- every file is held against its hash -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole results folder, which tests copy."""
    from staff_study import PARAMETERS, STAFF, STUDY

    folder = tmp_path_factory.mktemp("kept")
    (folder / "staff").mkdir()
    (folder / "staff" / "staff.mdl").write_text(STAFF, encoding="utf-8")
    (folder / "staff" / "parameters.csv").write_text(PARAMETERS, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return run(folder).path


def everything(folder: Path) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file()]


@pytest.mark.parametrize("how", ["changed", "cut short", "gone"])
def test_every_file_is_checked_on_opening(kept: Path, tmp_path: Path, how: str) -> None:
    names = everything(kept)
    assert len([n for n in names if n.startswith("runs.zarr/")]) > 20
    for name in names:
        folder = tmp_path / "copy"
        shutil.copytree(kept, folder)
        file = folder / name
        data = file.read_bytes()
        if how == "gone":
            file.unlink()
        elif how == "changed":
            file.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])
        else:
            file.write_bytes(data[: len(data) // 2])
        with pytest.raises(ResultError) as found:
            llr_sd.open_result(folder)
        if (name, how) != ("manifest.json", "gone"):
            assert name in str(found.value)
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["runs.zarr/lost/1.9", "runs.zarr/zarr.json", "runs.zarr/.zmetadata"])
def test_a_file_that_was_put_among_the_runs_is_refused(kept: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    (folder / name).write_bytes(b"{}")
    with pytest.raises(ResultError, match=name):
        llr_sd.open_result(folder)


def test_a_table_that_was_put_among_the_results_is_not_read(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    pd.DataFrame({"risk": ["A"]}).to_parquet(folder / "ratings.parquet")
    assert "ratings" not in llr_sd.open_result(folder).tables


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("filters", [{"id": "".join(("pick", "le"))}]),
        ("filters", [{"id": "json2"}]),
        ("compressor", {"id": "".join(("pick", "le"))}),
        ("compressor", "blosc"),
        ("dtype", "|O"),
        ("dtype", None),
    ],
)
def test_an_array_that_would_run_code_is_refused_whoever_listed_it(kept: Path, tmp_path: Path, key: str, value: object) -> None:
    from llr_sd.store.contents import entries, read_manifest, write_manifest

    folder = shutil.copytree(kept, tmp_path / "copy")
    file = folder / "runs.zarr" / "lost" / ".zarray"
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
    facts, _ = read_manifest(folder)
    write_manifest(folder, facts, list(entries(folder)))
    with pytest.raises(ResultError, match=r"runs\.zarr/lost/\.zarray"):
        llr_sd.open_result(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '"x"', "{}", '{"title": "x"}', '{"title": "x", "folder": []}', "[" * 100_000, "\xff"]
)
def test_a_manifest_that_is_none_is_refused(kept: Path, tmp_path: Path, text: str) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    (folder / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(ResultError):
        llr_sd.open_result(folder)


def test_a_report_is_drawn_again_to_the_same_bytes(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    whole = files(folder)
    (folder / "report.html").write_text("changed")
    (folder / "workbook.xlsx").unlink()
    (folder / "figures" / "mine.png").write_bytes(b"mine")
    assert "report" in refused(capsys, "report", folder / "nothing")
    with pytest.raises(ResultError, match=r"report\.html.*draws it again"):
        llr_sd.open_result(folder)
    assert main(["report", str(folder)]) == 0
    assert files(folder) == whole | {"figures/mine.png": b"mine"}  # which is not listed, so no run deletes it
    llr_sd.open_result(folder)


def test_a_report_is_not_drawn_from_damaged_numbers(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    chunk = folder / "runs.zarr" / "lost" / "0.0"
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"?")
    before = files(folder)
    assert "runs.zarr/lost/0.0" in refused(capsys, "report", folder)
    assert files(folder) == before


@pytest.mark.usefixtures("undrawn")
def test_damaged_results_are_replaced_by_running_again(staff: Path) -> None:
    result = run(staff)
    whole = files(result.path)
    (result.path / "runs.zarr" / "lost" / "0.0").write_bytes(b"damaged")
    (result.path / "summary.parquet").unlink()
    assert files(run(staff).path) == whole


@pytest.mark.usefixtures("undrawn")
def test_units_that_look_like_dates_stay_units(staff: Path) -> None:
    file = staff / "staff" / "staff.mdl"
    file.write_text(file.read_text(encoding="utf-8").replace("~ WTE ~ Staff at both", "~ days since 2000 ~ Staff at both"))
    edit(staff, 'at = 2020.75, unit = "WTE"', "at = 2020.75")
    runs = run(staff).runs
    assert runs["staff_2020"].dtype == np.float64
    assert runs["staff_2020"].attrs == {"units": "days since 2000", "label": "all staff"}


# --- disks and folders that cannot be written ----------------------------------------------------------------------------


@POSIX
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("most", [10, 12_000, 40_000])
def test_a_full_disk_at_any_point_gives_one_line(staff: Path, most: int) -> None:
    """No file may grow beyond `most` bytes, as on a disk that is full: a copy, a block, a picture or the page does not fit."""
    code = f"""
import resource, sys
from llr_sd.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
sys.exit(main(["run", {str(staff)!r}, "--verify", "0"]))
"""
    held = files(run(staff).path)
    edit(staff, "runs = 12", "runs = 13")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "cannot be written (File too large)" in line
    assert files(staff / "results") == held
    assert hidden(staff) == ([] if most < 12_000 else [".results.part"])
    assert (".results.part" in line) == (most >= 12_000)
    assert len(run(staff).tables["design"]) == 13
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "where", ["store.folder.shutil.copyfile", "store.folder.write_runs", "store.folder.write_csv", "store.contents.os.replace"]
)
def test_an_error_of_the_disk_at_any_point_gives_one_line(
    staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    held = files(run(staff).path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"llr_sd.{where}", full)
        assert "No space left on device" in refused(capsys, "run", staff, "--verify", "0")
    assert files(staff / "results") == held
    run(staff)
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
def test_when_the_last_step_fails_the_earlier_results_stay(staff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = files(run(staff).path)
    real: Callable[..., Path] = Path.rename

    def rename(self: Path, to: Path) -> Path:
        if self.name == "new":
            raise OSError(13, "Permission denied")
        return real(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(ResultError, match="Permission denied"):
            run(staff)
    assert files(staff / "results") == held
    assert hidden(staff) == [".results.part"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_gives_one_line(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    staff.chmod(0o555)
    try:
        assert "cannot be written" in refused(capsys, "run", staff)
    finally:
        staff.chmod(0o755)


@pytest.mark.usefixtures("undrawn")
def test_results_that_were_made_read_only_are_left(
    staff: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(staff)
    held = files(result.path)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != result.path)  # the superuser may write anywhere
    assert "is read-only" in refused(capsys, "run", staff, "--verify", "0")
    assert files(result.path) == held
    assert not hidden(staff)


@POSIX
@pytest.mark.parametrize("out", ["/", "/proc/nothing", "loop/results", "x" * 300])
def test_what_is_no_place_gives_one_line(staff: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    (staff / "loop").symlink_to("loop")
    refused(capsys, "run", staff, "--out", staff / out, "--verify", "0")


# --- texts that a spreadsheet would run ----------------------------------------------------------------------------------

NASTY = [
    "=1+1",
    "+1",
    "-1 post",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "'=1+1",
    " =1+1",
    '=HYPERLINK("http://x";"y")',
    "a, b",
    "NA",
    "007",
    "＝1",
]


def test_texts_stay_texts_and_numbers_numbers_in_a_table(tmp_path: Path) -> None:
    rows = [{"scenario": s, "run": i, "time": None, "variable": s, "reason": "-", "=x": -1.5} for i, s in enumerate(NASTY)]
    write_csv(pd.DataFrame(rows), tmp_path / "failures.csv")
    with (tmp_path / "failures.csv").open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert header[-1] == "'=x"
    for row in found:
        for cell in (*row[:1], *row[3:5]):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert row[5] == "-1.5"
    again = read_failures(tmp_path / "failures.csv")
    assert [s.strip() for s in again["scenario"]] == [s.strip() for s in NASTY]
    assert list(again["run"]) == list(range(len(NASTY)))
    assert list(again["=x"]) == [-1.5] * len(NASTY)
    assert again["time"].isna().all()


def test_names_of_a_study_are_no_formulas(staff: Path) -> None:
    edit(staff, 'name = "no hiring"', 'name = "=HYPERLINK(\\"http://example.org\\")"\nnote = "@SUM(A1)"')
    edit(staff, 'title = "A small study"', 'title = "+44 116"\nquestion = "=1+1"\nnotes = ["-1"]')
    model = staff / "staff" / "staff.mdl"
    text = model.read_text(encoding="utf-8")
    assert "SUM(staff[Skill!])" in text
    model.write_text(
        text.replace("SUM(staff[Skill!])", "SUM(staff[Skill!]) + 0 * SQRT(SUM(staff[Skill!]) - 120)"), encoding="utf-8"
    )
    result = run(staff)
    assert set(result.failures["scenario"]) <= {"as now", '=HYPERLINK("http://example.org")'}
    assert '=HYPERLINK("http://example.org")' in set(result.failures["scenario"])
    text = (result.path / "failures.csv").read_text(encoding="utf-8")
    assert "\n=" not in text
    assert ",=" not in text
    assert ',"=' not in text
    assert "\"'=HYPERLINK(" in text
    seen = set()
    for sheet in openpyxl.load_workbook(result.path / "workbook.xlsx"):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    seen.add(cell.value)
                    assert cell.quotePrefix, cell.value
    assert {"=1+1", "+44 116", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")'} <= seen
    header, *rows = openpyxl.load_workbook(result.path / "workbook.xlsx")["Summary"].iter_rows()
    (value,) = (i for i, cell in enumerate(header) if cell.value == "value")
    assert {row[value].data_type for row in rows} == {"n"}


# --- the seal and the cache of machine code ------------------------------------------------------------------------------


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(seal, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def test_a_seal_holds_for_one_thing_one_content_and_one_user(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sealed = seal.seal("object a", b"content")
    assert seal.unseal("object a", sealed) == b"content"
    assert seal.unseal("object b", sealed) is None
    assert seal.unseal("object ", b"a" + sealed) is None
    assert all(seal.unseal("object a", sealed[:n]) is None for n in range(len(sealed)))
    assert (own_cache / "seal").stat().st_size == seal.SIZE
    if os.name != "nt":
        assert (own_cache / "seal").stat().st_mode & 0o777 == 0o600
        assert own_cache.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(seal, "cache_folder", lambda: tmp_path / "of somebody else")
    assert seal.unseal("object a", sealed) is None


@pytest.mark.parametrize("secret", [b"", b"short", b"x" * 100])
def test_a_damaged_secret_is_made_anew(own_cache: Path, secret: bytes) -> None:
    own_cache.mkdir(mode=0o700)
    (own_cache / "seal").write_bytes(secret)
    assert seal.unseal("a", seal.seal("a", b"content")) == b"content"
    assert (own_cache / "seal").stat().st_size == seal.SIZE


def test_without_a_cache_folder_a_seal_lasts_as_long_as_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(seal, "cache_folder", lambda: tmp_path / "file" / "cache")
    assert seal.unseal("a", seal.seal("a", b"content")) == b"content"


def test_planted_object_code_is_not_run(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path / "objects")
    cache.put("key", b"code")
    cache.put("other", b"other code")
    one, other = sorted(cache.folder.iterdir(), key=lambda p: p.stat().st_size)
    good = one.read_bytes()
    assert cache.get("key") == b"code"
    for planted in (b"code", b"", other.read_bytes(), good[:-4] + b"evil", b"llr_sd object 1\n" + bytes(32) + b"evil"):
        one.write_bytes(planted)
        assert cache.get("key") is None


@POSIX
def test_object_code_is_kept_only_where_nobody_else_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ObjectCache(tmp_path / "objects")
    cache.put("key", b"code")
    cache.folder.chmod(0o777)
    assert cache.get("key") == b"code"  # sealed, and the folder is closed from here on
    assert cache.folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(os, "geteuid", lambda: 12345)  # the folder is now somebody else's
    assert cache.get("key") is None
    cache.put("more", b"code")
    assert len(list(cache.folder.iterdir())) == 1
