"""Parts of a model that do nothing are told, and those that do something are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from checked_model import MODEL, TABLE, folder, line

from llr_sd.check import PASS, WARN, Line, check_model
from llr_sd.cli import main
from llr_sd.errors import InputError

FEW = "[draws]\nruns = 16\n"
IDLE = (
    MODEL.replace(
        "staff[Site] = INTEG(hiring[Site] - leaving[Site]",
        """joining[Site] = MIN(hiring[Site], posts * 1000) ~ WTE/Year ~ Hires that posts allow. |
posts = 1 ~ WTE/Year ~ Posts. |
returners policy = 0 ~ WTE/Year ~ Returners wanted. |
returning[Site] = MAX(0, -posts - returners policy) ~ WTE/Year ~ Returners. |
loop rest = 1 ~ Dmnl ~ 0 cuts rest. |
rest = IF THEN ELSE(all staff > 50 * reference staff, 2, 1) * loop rest + (1 - loop rest) ~ Dmnl ~ Effect of rest. |
staff[Site] = INTEG(joining[Site] + returning[Site] - leaving[Site]""",
    )
    .replace("* crowding ~", "* crowding * rest ~")
)  # fmt: skip
STUDY = """
title = "More returners"
model = "small/small.mdl"
[[scenario]]
name = "as it is"
[[scenario]]
name = "many"
set = { "returners policy" = -20, "FINAL TIME" = 2019.75 }
[uncertain]
names = ["leaving_rate"]
[outputs]
all = { variable = "all staff", at = 2018.75 }
[monte_carlo]
runs = 64
"""


def told(tmp_path: Path, name: str, model: str = IDLE, studies: tuple[Path, ...] = (), checks: str = FEW) -> Line:
    return line(check_model(folder(tmp_path, model, TABLE, checks), pysd=False, studies=studies), "inert parts", name)


def test_a_flow_that_is_zero_throughout_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, "flows")
    assert (found.outcome, found.findings) == (WARN, ('"returning".',))
    assert found.measured == "1 of 3 in the base run and 16 random runs"
    assert told(tmp_path, "flows", IDLE.replace("MAX(0, -posts - returners policy)", "MAX(0, posts)")).outcome == PASS


def test_a_limit_that_never_bites_is_told_with_its_arguments(tmp_path: Path) -> None:
    found = told(tmp_path, "limits")
    assert found.findings == (
        '"joining": MIN(hiring[Site], posts * 1000) is always hiring[Site].',
        '"returning": MAX(0, -posts - returners policy) is always 0.',
        '"rest": all staff > 50 * reference staff never holds.',
    )
    tight = IDLE.replace("posts * 1000", "posts * 6")  # random runs hire 2 to 9 a year in the north
    assert [x for x in told(tmp_path, "limits", tight).findings if "joining" in x] == []
    always = IDLE.replace("posts * 1000", "posts * 1")
    assert told(tmp_path, "limits", always).findings[0] == '"joining": MIN(hiring[Site], posts * 1) is always posts * 1.'


def test_a_loop_whose_cut_changes_nothing_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, "loop").findings == ('"loop rest".',)
    assert told(tmp_path, "loop", IDLE.replace("> 50 * ", "> 0.5 * ")).outcome == PASS
    off = told(tmp_path, "loop", IDLE.replace("loop rest = 1", "loop rest = 0"))
    assert off.findings == ('"loop rest" is 0 in every run, so the loop is not there.',)
    named = told(tmp_path, "loop", MODEL, checks=FEW + "[[loop]]\nname = 'c'\nswitch = 'reference staff'\noutput = 'all staff'\n"
                 "at = 2020.75\nsign = '+'\nleast = 1\n")  # fmt: skip
    assert named.measured.startswith("0 of 2 "), "the switches are those with loop in their name, and those of [[loop]]"


def test_a_lever_of_no_effect_is_told_until_a_study_gives_it_one(tmp_path: Path) -> None:
    assert told(tmp_path, "levers").findings == ('"returners policy".',)
    bare = check_model(folder(tmp_path, MODEL, TABLE, FEW), pysd=False)
    assert [x.name.split()[0] for x in bare if x.section == "inert parts"] == ["flows", "loop"], "it has no limits and no levers"
    study = tmp_path / "study.toml"
    study.write_text(STUDY, encoding="utf-8")
    found = told(tmp_path, "levers", studies=(study,))
    assert (found.outcome, found.findings) == (PASS, ())
    assert told(tmp_path, "flows", studies=(study,)).outcome == PASS
    assert "10 runs of" in told(tmp_path, "flows", studies=(study,)).measured


def test_a_study_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gp_plan.*is no study of small\.mdl\. Name one that runs this model\."):
        check_model(folder(tmp_path, MODEL, TABLE, FEW), pysd=False, studies=("gp_plan",))


def test_warnings_fail_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = folder(tmp_path, IDLE, None, FEW)
    (home / "parameters.csv").unlink(missing_ok=True)
    assert main(["check", str(home)]) == 0
    said = capsys.readouterr().out
    assert "  warn  flows that are zero throughout: 1 of 3" in said
    assert "4 with warnings, 0 failed" in said
    assert main(["check", str(home), "--study", str(tmp_path / "none.toml")]) == 2
