"""A study that was killed, or stopped by an error, goes on where it stopped and ends with the same bytes; what is kept is believed
only where it is whole and of these runs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.errors import InputError
from llr_sd.run import execute
from llr_sd.run.block import _own_code
from llr_sd.store.seal import seal, unseal

PART = ".results.part"


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


def edit(study: Path, old: str, new: str) -> None:
    text = (study / "study.toml").read_text(encoding="utf-8")
    assert old in text
    (study / "study.toml").write_text(text.replace(old, new), encoding="utf-8")


def start(folder: Path, out: Path, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "llr_sd", "run", str(folder), "--out", str(out), "--verify", "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The runs of every block that was really run, in order."""
    real, done = execute.run_block, []

    def counting(study: object, model: object, job: object, *rest: object) -> object:
        done.append(job.design.runs)  # type: ignore[attr-defined]
        return real(study, model, job, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(execute, "run_block", counting)
    return done  # type: ignore[return-value]


def stop_in_the_end(monkeypatch: pytest.MonkeyPatch, study: Path) -> None:
    """Run a study whose drawing fails, so that all its runs are done and kept."""

    def fails(_: object) -> None:
        raise InputError("the drawing failed.")

    with monkeypatch.context() as patch:
        patch.setattr("llr_sd.pipeline.report.write_report", fails)
        with pytest.raises(InputError, match="the drawing failed"):
            llr_sd.run_study(study, verify=0)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a POSIX signal")
def test_killed_at_random_moments_it_ends_with_the_same_bytes(staff: Path) -> None:
    edit(staff, "runs = 12", "runs = 40000")
    began = time.perf_counter()
    with start(staff, staff / "whole") as whole:
        whole.communicate(timeout=120)
    assert whole.returncode == 0
    took = time.perf_counter() - began

    out = staff / "killed"
    moments = np.random.default_rng(8).uniform(0.3, 1.0, 6) * took
    for moment in moments:
        with start(staff, out) as process:
            try:
                process.communicate(timeout=float(moment))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
    with start(staff, out) as last:
        printed, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors
    assert printed.splitlines()[-1].startswith("report: ")
    assert files(out) == files(staff / "whole")
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.skipif(os.name == "nt", reason="os._exit here stands for kill -9")
@pytest.mark.parametrize(
    "moment",
    [
        "llr_sd.store.work.os.replace",  # a block is written, and not yet in its place
        "llr_sd.store.folder.write_csv",  # runs and tables are written
        "llr_sd.report.write_workbook",  # before the results are listed
        "llr_sd.store.folder.ResultsFolder._check",  # the second call: all is listed
        "llr_sd.store.folder.delete",  # new results stand in their place, old ones beside it
        "llr_sd.store.work.WorkFolder.remove",
    ],
)
def test_killed_at_a_moment_it_ends_with_the_same_bytes(staff: Path, moment: str) -> None:
    llr_sd.run_study(staff, verify=0)
    edit(staff, "runs = 12", "runs = 14")
    llr_sd.run_study(staff, staff / "whole", verify=0)
    module, _, name = moment.rpartition(".")
    calls = 2 if name in ("_check", "replace") else 1
    code = f"""
import importlib, os, sys
import llr_sd, llr_sd.pipeline
llr_sd.pipeline.report.write_report = llr_sd.pipeline.report.write_workbook = lambda result: None
*path, last = {moment!r}.split(".")
home = llr_sd
for part in path[1:]:
    home = getattr(home, part)
real, calls = getattr(home, last), [0]
def dying(*given, **named):
    calls[0] += 1
    if calls[0] == {calls}:
        os._exit(9)
    return real(*given, **named)
setattr(home, last, dying)
llr_sd.run_study({str(staff)!r}, verify=0)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 9, module
    assert hidden(staff)
    llr_sd.run_study(staff, verify=0)
    assert files(staff / "results") == files(staff / "whole")
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
def test_a_kill_between_two_renames_leaves_the_earlier_results(staff: Path) -> None:
    first = llr_sd.run_study(staff, verify=0)
    held = files(first.path)
    first.path.rename(staff / ".results.old")
    edit(staff, "as now", "as it is now")

    def stops(*_: object) -> None:
        raise InputError("stopped.")

    with pytest.raises(InputError):
        llr_sd.run_study(staff, verify=0, progress=stops)
    assert files(first.path) == held
    assert hidden(staff) == [PART]


@pytest.mark.usefixtures("undrawn")
def test_blocks_that_are_there_are_not_run_again(staff: Path, ran: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    stop_in_the_end(monkeypatch, staff)
    assert ran == [1, 1, 12, 12]
    stages = []
    llr_sd.run_study(staff, verify=0, progress=lambda stage, done, total: stages.append((stage, done, total)))
    assert len(ran) == 4
    assert stages[:4] == [("resuming", 1, 26), ("resuming", 2, 26), ("resuming", 14, 26), ("resuming", 26, 26)]
    assert not hidden(staff)


def test_a_stop_says_where_the_runs_are(staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stops(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("llr_sd.pipeline.report.write_report", stops)
        assert main(["run", str(staff), "--verify", "0"]) == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert str(staff / PART) in line
    assert hidden(staff) == [PART]
    assert not (staff / PART / "new").exists()
    assert main(["run", str(staff), "--verify", "0"]) == 0
    assert not hidden(staff)


# What a study says beside what its runs depend on: (before, after, blocks of 12 runs or 1 run that are run again).
CHANGES = [
    ('title = "A small study"', 'title = "A small study, mended"', []),
    ("at_least = 150", "at_least = 151", []),
    ('unit = "WTE" }\nseniors', 'unit = "WTE", label = "staff in post" }\nseniors', []),
    ('[monte_carlo]', '[[target]]\nname = "170"\noutput = "staff_2020"\nat_least = 170\n[monte_carlo]', []),
    ('name = "no hiring"', 'name = "nobody hired"', []),
    ("set = { hiring = 0 }", "set = { hiring = 1 }", [1, 12]),
    ("at = 2020.75 }", "at = 2020.5 }", [1, 1, 12, 12]),
    ('"200 - staff_2020"', '"201 - staff_2020"', [1, 1, 12, 12]),
    ("seed = 0", "seed = 1", [12, 12]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "again"), CHANGES, ids=[c[1][:30] for c in CHANGES])
@pytest.mark.usefixtures("undrawn")
def test_runs_outlive_what_they_do_not_depend_on(
    staff: Path, ran: list[int], monkeypatch: pytest.MonkeyPatch, old: str, new: str, again: list[int]
) -> None:
    stop_in_the_end(monkeypatch, staff)
    ran.clear()
    edit(staff, old, new)
    result = llr_sd.run_study(staff, verify=0)
    assert ran == again
    fresh = llr_sd.run_study(staff, staff / "fresh", verify=0)
    assert files(result.path) == files(fresh.path)


@pytest.mark.parametrize(
    ("file", "old", "new", "again"),
    [
        ("staff/staff.mdl", "100) ~ WTE", "101) ~ WTE", [1, 1, 12, 12]),
        ("staff/parameters.csv", "0.05,0.1,0.2", "0.05,0.1,0.3", [12, 12]),
        ("staff/parameters.csv", "made up,C", "guessed,C", []),
    ],
)
@pytest.mark.usefixtures("undrawn")
def test_runs_do_not_outlive_their_model(
    staff: Path, ran: list[int], monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, again: list[int]
) -> None:
    stop_in_the_end(monkeypatch, staff)
    ran.clear()
    text = (staff / file).read_text(encoding="utf-8")
    assert old in text
    (staff / file).write_text(text.replace(old, new), encoding="utf-8")
    result = llr_sd.run_study(staff, verify=0)
    assert ran == again
    assert files(result.path) == files(llr_sd.run_study(staff, staff / "fresh", verify=0).path)


@pytest.mark.usefixtures("undrawn")
def test_runs_do_not_outlive_the_code_that_made_them(staff: Path, ran: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    stop_in_the_end(monkeypatch, staff)
    monkeypatch.setattr("llr_sd.run.block._own_code", lambda: "another state of the code")
    llr_sd.run_study(staff, verify=0)
    assert ran == [1, 1, 12, 12] * 2


def test_the_code_that_runs_depend_on_is_all_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _own_code.__wrapped__()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + (b"#" if p.parts[-2:] == ("llvm", "driver.py") else b""))
    assert _own_code.__wrapped__() != before


# --- blocks that are not what they say ---------------------------------------------------------------------------------


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def swap(one: Path, other: Path) -> None:
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)


def unsealed(path: Path) -> bytes:
    content = unseal(f"block {path.stem}", path.read_bytes())
    assert content is not None
    return content


WRONG = {
    "first byte": lambda blocks: flip(blocks[0], 0),
    "seal": lambda blocks: flip(blocks[0], 20),
    "content": lambda blocks: flip(blocks[0], 400),
    "last byte": lambda blocks: flip(blocks[0], -1),
    "cut short": lambda blocks: blocks[0].write_bytes(blocks[0].read_bytes()[:-7]),
    "empty": lambda blocks: blocks[0].write_bytes(b""),
    "longer": lambda blocks: blocks[0].write_bytes(blocks[0].read_bytes() + b"0"),
    "swapped": lambda blocks: swap(*blocks[:2]),
    "another block": lambda blocks: shutil.copyfile(blocks[1], blocks[0]),
    "no seal": lambda blocks: blocks[0].write_bytes(unsealed(blocks[1])),
    "seal of another secret": lambda blocks: blocks[0].write_bytes(b"llr_sd sealed 1\n" + bytes(32) + unsealed(blocks[0])),
    "sealed nonsense": lambda blocks: blocks[0].write_bytes(seal(f"block {blocks[0].stem}", b"nonsense")),
    "a folder": lambda blocks: (blocks[0].unlink(), blocks[0].mkdir()),
    "a program": lambda blocks: blocks[0].write_bytes(b"cos\nsystem\n(S'touch ran'\ntR."),
    "gone": lambda blocks: blocks[0].unlink(),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.usefixtures("undrawn")
def test_a_block_that_is_not_whole_and_ours_is_run_again(
    staff: Path, ran: list[int], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    whole = files(llr_sd.run_study(staff, staff / "whole", verify=0).path)
    stop_in_the_end(monkeypatch, staff)
    blocks = sorted((staff / PART).glob("*.block"), key=lambda p: (p.stat().st_size, p.name))[::-1]
    assert len(blocks) == 4
    ran.clear()
    WRONG[what](blocks)
    result = llr_sd.run_study(staff, verify=0)
    assert ran == ([12, 12] if what == "swapped" else [12])
    assert files(result.path) == whole
    assert not hidden(staff)


@pytest.mark.usefixtures("undrawn")
def test_blocks_of_another_study_are_no_blocks(
    staff: Path, tmp_path: Path, ran: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    shutil.copytree(staff / "staff", other / "staff")
    shutil.copy(staff / "study.toml", other)
    edit(other, "seed = 0", "seed = 5")
    stop_in_the_end(monkeypatch, other)
    stop_in_the_end(monkeypatch, staff)
    theirs = sorted((other / PART).glob("*.block"), key=lambda p: p.stat().st_size)
    ours = sorted((staff / PART).glob("*.block"), key=lambda p: p.stat().st_size)
    for one, another in zip(ours, theirs, strict=True):
        if one.name != another.name:  # the central runs are the same runs
            shutil.copyfile(another, one)
    ran.clear()
    result = llr_sd.run_study(staff, verify=0)
    assert ran == [12, 12]
    assert files(result.path) == files(llr_sd.run_study(staff, staff / "whole", verify=0).path)


@pytest.mark.usefixtures("undrawn")
def test_a_block_damaged_while_the_study_runs_is_run_again(staff: Path, ran: list[int]) -> None:
    def damage(stage: str, done: int, total: int) -> None:
        if done == total and stage != "drawing":
            for block in (staff / PART).glob("*.block"):
                flip(block, 100)

    result = llr_sd.run_study(staff, verify=0, progress=damage)
    assert sorted(ran) == [1, 1, 1, 1, 12, 12, 12, 12]
    assert files(result.path) == files(llr_sd.run_study(staff, staff / "whole", verify=0).path)


def test_a_folder_that_is_in_the_way_of_blocks_is_left(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (staff / PART).mkdir()
    (staff / PART / "thesis.txt").write_text("years of work")
    assert main(["run", str(staff)]) == 2
    assert "thesis.txt" in capsys.readouterr().err
    assert (staff / PART / "thesis.txt").read_text() == "years of work"


@pytest.mark.usefixtures("undrawn")
def test_a_file_put_among_the_blocks_is_left(staff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_in_the_end(monkeypatch, staff)
    (staff / PART / "thesis.txt").write_text("years of work")
    llr_sd.run_study(staff, verify=0)
    assert files(staff / PART) == {"thesis.txt": b"years of work"}


def test_resuming_is_said_once_and_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from llr_sd.console import ProgressBar

    for terminal, times in ((False, 0), (True, 1)):
        bar = ProgressBar()
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal)
        for done in (10, 20):
            bar.show("resuming", done, 30)
        bar.close()
        assert capsys.readouterr().err.count("resuming: runs that are done already") == times
