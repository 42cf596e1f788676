"""Bad input: one or two lines that say what, where and how to mend it; exit code 2; nothing half written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import llr_sd
from llr_sd.cli import main


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *says: str) -> None:
    before = sorted(p for p in folder.rglob("*"))
    assert main(["run", str(folder)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    for words in says:
        assert words in printed.err
    assert "Traceback" not in printed.err
    assert len(printed.err.strip().splitlines()) <= 2
    assert sorted(p for p in folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("seed = 0", "sed = 0", ['unknown key "sed"', 'Did you mean "seed"']),
        ("set = { hiring = 0 }", "sett = { hiring = 0 }", ["scenario > 2 > sett", 'Did you mean "set"']),
        ("hiring = 0", "hirring = 0", ['scenario "no hiring"', "hirring", 'Did you mean "hiring"']),
        ("hiring = 0", "hiring = -1", ["out of its range", "0 to 100 WTE/Year"]),
        ("hiring = 0 }", 'hiring = "none" }', ["scenario", "hiring", "number"]),
        ('"recruitment"]', '"recruitmnt"]', ['Did you mean "recruitment"']),
        ('"all staff" }', '"al staff" }', ["outputs > staff", 'Did you mean "all staff"']),
        ('unit = "WTE" }\nseniors', 'unit = "FTE" }\nseniors', ["outputs > staff_2020", '"WTE", not "FTE"']),
        ("staff[senior]", "staff[senor]", ["outputs > seniors_2020", 'Did you mean "senior"']),
        ("at = 2020.75 }", "at = 2031 }", ["2031", "2017.75 to 2020.75"]),
        ("at = 2020.75 }", "at = 2020.7 }", ["between two steps", "2020.75"]),
        ("200 - staff_2020", "200 - staff_202", ["outputs > lost", 'Did you mean "staff_2020"']),
        ('output = "staff_2020"', 'output = "staff_202"', ["150 staff", 'Did you mean "staff_2020"']),
        ("at_least = 150", "", ["target", "at_least"]),
        ("runs = 12", "runs = 0", ["monte_carlo > runs", "greater than or equal to 1"]),
        ('model = "staff"', 'model = "staf"', ['no model "staf"']),
        ('name = "no hiring"', 'name = "as now"', ['two scenarios are called "as now"']),
        ("title =", "title ", ["not valid TOML", "line 1"]),
        (
            "[uncertain]",
            "[uncertain.override.hiring]\ndistribution = 'pert'\nlow = 1\nmode = 9\nhigh = 3\n[uncertain]",
            ["hiring", "mode (9)"],
        ),
        ("[uncertain]", "[uncertain.override.hiring]\ndistribution = 'prt'\n[uncertain]", ["hiring", 'Did you mean "pert"']),
    ],
)
def test_a_study_that_does_not_fit(staff: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: list[str]) -> None:
    edit(staff / "study.toml", old, new)
    refused(staff, capsys, "study.toml" if "model =" not in old and "at = 2020.75" not in old else "", *says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.05,0.1,0.2,pert", "0.05,0.11,0.2,pert", ["row 2", "column mode", "0.11", "0.1"]),
        ("leaving rate[senior],1/Year", "leaving rate[senior],1/Month", ["row 2", "column unit", "1/Month", "1/Year"]),
        ("hiring,hiring,", "hiring,hirring,", ["hirring", 'Did you mean "hiring"']),
        (",recruitment,", ",recruting,", ['in the group "recruitment"', 'Did you mean "recruting"']),
        (
            "fixed,,made up,C,,0,1",
            "fixed,retentoin,made up,C,,0,1",
            ["row 5", 'column group: "retentoin"', '2 rows have "retention"'],
        ),
        (",C,,0,100", ",D,,0,100", ["row 4", "column grade"]),
        ("6,12,18,triangular", "six,12,18,triangular", ["row 4", "column low", '"six"']),
        ("name,variable", "nme,variable", ['no column "name"']),
        ("level_share,", "hiring,", ["row 5", "already in row 4"]),
        ("made up,C,,0,100", "made up,C,,200,100", ["row 4", "column min", "above max"]),
        ("made up,C,,0,100", "made up,C,,8,100", ["row 4", "column low", "6 is not between min 8"]),
        ("made up,C,,0,100", "made up,C,,nan,100", ["row 4", "column min", "finite"]),
        ("made up,C,,0,100", "made up,C,,0,100,9", ["row 4", "14 entries"]),
        (",min,max", ",mni,max", ["row 1", 'Did you mean "min"?']),
    ],
)
def test_a_parameter_table_that_does_not_fit(
    staff: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: list[str]
) -> None:
    edit(staff / "staff" / "parameters.csv", old, new)
    refused(staff, capsys, "parameters.csv" if "hirring" not in new and "recruting" not in new else "", *says)


def test_missing_things(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path / "nowhere")]) == 2
    assert "there is no study here" in capsys.readouterr().err
    (tmp_path / "own.mdl").write_text("{UTF-8}\na=1~~|\n", encoding="utf-8")
    assert main(["run", str(tmp_path / "own.mdl")]) == 2
    assert "is a model, not a study" in capsys.readouterr().err
    (tmp_path / "study.toml").write_text("", encoding="utf-8")
    assert main(["run", str(tmp_path)]) == 2
    assert "empty" in capsys.readouterr().err
    assert main(["list", "gp_suply"]) == 2
    assert 'Did you mean "gp_supply"' in capsys.readouterr().err
    assert main(["rnu"]) == 2
    assert 'Did you mean "run"' in capsys.readouterr().err
    assert main(["report", str(tmp_path)]) == 2
    assert "no results here" in capsys.readouterr().err


def test_results_of_something_else_are_left_alone(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (staff / "results").mkdir()
    (staff / "results" / "thesis.txt").write_text("mine")
    refused(staff, capsys, "something other than results", "--out")


def test_frames(staff: Path) -> None:
    model = llr_sd.load_model(staff / "staff")
    with pytest.raises(llr_sd.InputError, match=r'no parameter "hirin".*Did you mean "hiring"'):
        model.run({"hirin": 1})
    with pytest.raises(llr_sd.InputError, match="empty"):
        model.run(pd.DataFrame({"hiring": []}))
    with pytest.raises(llr_sd.InputError, match='run 1, column "hiring": "many" is not a number'):
        model.run(pd.DataFrame({"hiring": [1, "many"]}))
    with pytest.raises(llr_sd.InputError, match="run 1: hiring = 101 is out of its range"):
        model.run(pd.DataFrame({"hiring": [1.0, 101.0]}))
    with pytest.raises(llr_sd.InputError, match="worked out by the model"):
        model.run({"all staff": 3})
    with pytest.raises(llr_sd.InputError, match="same constant"):
        model.run({"leave_senior": 0.1, "leaving rate[senior]": 0.1})
    with pytest.raises(llr_sd.InputError, match="the same in every run"):
        model.run(pd.DataFrame({"FINAL TIME": [2020.75, 2021.75]}))
    with pytest.raises(llr_sd.InputError, match=r'no engine "pisd".*Did you mean "pysd"'):
        model.run({}, engine="pisd")
    with pytest.raises(llr_sd.InputError, match="TIME STEP is 0"):
        model.run({"TIME STEP": 0})


def test_every_error_has_one_family() -> None:
    for error in (llr_sd.InputError, llr_sd.TranslationError, llr_sd.EngineError, llr_sd.ResultError):
        assert issubclass(error, llr_sd.LlrSdError)
