"""A study says whether PySD agrees, differs or could not be asked; a difference is never silent."""

from __future__ import annotations

from pathlib import Path

import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.engine.reference import trees, written
from llr_sd.verification import AGREES, DIFFERS, NOT_ASKED, NOT_COMPARED, Verification, verifications

CONTROL = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 1 ~~|\n"
STUDY = """title = "T"
model = "m.mdl"
[uncertain.override."k"]
distribution = "uniform"
low = 1
high = 2
[outputs]
last = { variable = "s", at = 4 }
path = { variable = "s" }
twice = { expression = "2 * last" }
[monte_carlo]
runs = 8
"""


def run_study(tmp_path: Path, model: str, *more: str) -> tuple[int, Verification]:
    (tmp_path / "m.mdl").write_text("{UTF-8}\n" + model + CONTROL, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    code = main(["run", str(tmp_path), "--out", str(tmp_path / "r"), *more])
    return code, verifications(llr_sd.open_result(tmp_path / "r").manifest)[""]


GROWS = "k = 1.5 ~~|\ns = INTEG(EXP(-k) * s, 1) ~~|\n"


def test_pysd_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = run_study(tmp_path, GROWS)
    assert (code, found.outcome, found.members, found.whole) == (0, AGREES, 1, True)
    assert found.difference is not None
    assert found.difference < 1e-9
    assert "1 run was made again in PySD, the reference simulator, and agrees" in " ".join(capsys.readouterr().out.split())


def test_a_difference_ends_with_1_and_stands_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(written.WRITTEN, "EXP", lambda _, x: trees.call("sin", x))
    code, found = run_study(tmp_path, GROWS)
    assert (code, found.outcome) == (1, DIFFERS)
    assert found.output in ("last", "path", "twice")
    assert found.scenario
    assert capsys.readouterr().out.splitlines()[0].startswith("1 run was made again in PySD")
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "do not use these numbers" in page


def test_what_pysd_cannot_do_is_said_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("llr_sd.engine.reference.build", stop)
    code, found = run_study(tmp_path, GROWS)
    assert (code, found.outcome, found.members, found.difference) == (0, NOT_COMPARED, 0, None)
    assert "PySD cannot load the model (no room)" in found.reason
    assert "could not be compared with PySD" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


def test_any_exception_of_pysd_is_its_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyError("a fault of its own")

    monkeypatch.setattr("llr_sd.engine.reference.Scalars", stop)
    code, found = run_study(tmp_path, GROWS)
    assert (code, found.outcome) == (0, NOT_COMPARED)
    assert found.reason == "PySD stopped ('a fault of its own')"


def test_a_run_that_fails_in_pysd_alone_is_no_agreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(written.WRITTEN, "EXP", lambda _, x: trees.call("ln", x))  # of a number below zero
    code, found = run_study(tmp_path, GROWS)
    assert (code, found.outcome) == (0, NOT_COMPARED)
    assert "in PySD the run failed: not a number" in found.reason


def test_a_dear_run_is_compared_over_its_first_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llr_sd.run.verify.PATIENCE", 0.0)
    long = GROWS.replace("EXP(-k)", "0.01 * EXP(-k)")
    monkeypatch.setattr("test_verification.CONTROL", CONTROL.replace("FINAL TIME = 4", "FINAL TIME = 40"))
    code, found = run_study(tmp_path, long)
    assert (code, found.outcome, found.until, found.final, found.whole) == (0, AGREES, 6.0, 40.0, False)
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "up to" in page
    assert "Not covered" not in page


def test_outputs_read_after_the_part_that_is_compared_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("llr_sd.run.verify.PATIENCE", 0.0)
    monkeypatch.setattr("test_verification.CONTROL", CONTROL.replace("FINAL TIME = 4", "FINAL TIME = 40"))
    monkeypatch.setattr("test_verification.STUDY", STUDY.replace("at = 4", "at = 40"))
    assert run_study(tmp_path, GROWS.replace("EXP(-k)", "0.01 * EXP(-k)"))[1].until == 6.0
    assert "Not covered, being read later: last." in " ".join(capsys.readouterr().out.split())
    assert "Not covered, being read later: last." in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


def test_no_member_is_no_agreement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = run_study(tmp_path, GROWS, "--verify", "0")
    assert (code, found.outcome) == (0, NOT_ASKED)
    assert "No run was made again in PySD" in capsys.readouterr().out
