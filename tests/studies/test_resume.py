"""A study that was killed goes on where it stopped and ends with the same bytes; nothing else in the folder is touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import llr_sd
from llr_sd import store
from llr_sd.cli import main


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def start(folder: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "llr_sd", "run", str(folder), "--out", str(out)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a POSIX signal")
def test_killed_at_random_moments_it_ends_with_the_same_bytes(staff: Path) -> None:
    text = (staff / "study.toml").read_text(encoding="utf-8")
    (staff / "study.toml").write_text(text.replace("runs = 12", "runs = 40000"), encoding="utf-8")
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
    assert not [p for p in staff.iterdir() if p.name.startswith(".")]


def test_blocks_that_are_there_are_not_run_again(staff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from llr_sd import execute

    ran: list[str] = []
    real = execute.run_block

    def counting(study: object, model: object, job: object, *rest: object) -> object:
        if len(ran) == 3:
            raise KeyboardInterrupt
        ran.append(job.name)  # type: ignore[attr-defined]
        return real(study, model, job, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(execute, "run_block", counting)
    with pytest.raises(KeyboardInterrupt):
        llr_sd.run_study(staff)
    monkeypatch.setattr(
        execute, "run_block", lambda study, model, job, *rest: ran.append(job.name) or real(study, model, job, *rest)
    )
    llr_sd.run_study(staff)
    assert len(ran) == len(set(ran)) == 4


def test_changed_inputs_start_afresh(staff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = store.WorkFolder(staff / "results", "another key")
    work.put("monte_carlo-000-000000000", "a block of other inputs")
    work.release()
    result = llr_sd.run_study(staff)
    assert np.isfinite(result.runs["staff_2020"].values).all()


def test_one_writer_at_a_time(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = store.WorkFolder(staff / "results", "somebody else")
    try:
        assert main(["run", str(staff)]) == 2
        assert "another run is writing here" in capsys.readouterr().err
    finally:
        work.release()
        work.remove()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_gives_a_sentence(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    staff.chmod(0o555)
    try:
        assert main(["run", str(staff)]) == 2
        assert "cannot be written" in capsys.readouterr().err
    finally:
        staff.chmod(0o755)


def test_a_full_disk_gives_a_sentence(staff: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["run", str(staff)]) == 2
    printed = capsys.readouterr()
    assert "No space left on device" in printed.err
    assert len(printed.err.splitlines()) == 1
    monkeypatch.undo()
    assert main(["run", str(staff)]) == 0
