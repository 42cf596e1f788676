"""Models of the user's own: the table beside a model file, ranges in the file, and the first draft of a table."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.report.outcome import read as answers

MODEL = """{UTF-8}
Skill: senior, junior ~~|
leaving rate[Skill] = 0.1, 0.2 ~ 1/Year [0,0.5] ~ Share of staff who leave a year. |
hiring = 12 ~ WTE/Year [0,40,1] ~ =cmd(calc) |
beyond = 50 ~ Dmnl [0,40] ~ A value outside its own range. |
open = 3 ~ Dmnl [0,?] ~ A range without an end. |
policy on = 1 ~ Dmnl [0,1,1] ~ A switch. |
staff[Skill] = INTEG(hiring / 2 + beyond * open * 0 - staff[Skill] * leaving rate[Skill], 100) ~ WTE ~ Staff. |
INITIAL TIME = 2017.75 ~ Year ~ |
FINAL TIME = 2018.75 ~ Year [2017,2030] ~ |
TIME STEP = 0.25 ~ Year [0.1,1] ~ |
SAVEPER = 0.25 ~ Year ~ |
"""
HEADER = "name,variable,unit,low,mode,high,distribution,group,source,grade,note\n"
ROW = HEADER + "people hired,hiring,WTE/Year,6,12,18,pert,recruitment,a paper,B,\n"


@pytest.fixture
def surgery(tmp_path: Path) -> Path:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    (folder / "surgery.mdl").write_text(MODEL, encoding="utf-8")
    return folder / "surgery.mdl"


def test_ranges_in_the_model_file_are_judgement_where_no_table_gives_one(surgery: Path) -> None:
    table = llr_sd.load_model(surgery).table
    for name, low, high in (("leaving rate[junior]", 0, 0.5), ("hiring", 0, 40)):
        p = table.get(name, "")
        assert (p.distribution.kind, p.distribution.low, p.distribution.high) == ("uniform", low, high)
        assert (p.grade, p.source) == ("C", "range in the model file")
    switch = table.get("policy on", "").distribution
    assert (switch.kind, switch.values) == ("discrete", (0, 1))
    # No range: a value outside it, an open end, and the clock, which is the same in every run.
    assert {p.name for p in table if p.distribution.kind == "fixed"} == {
        "beyond", "open", "INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER",
    }  # fmt: skip
    (surgery.parent / "parameters.csv").write_text(ROW, encoding="utf-8")
    table = llr_sd.load_model(surgery).table
    hired = table.get("hiring", "")
    assert (hired.name, hired.distribution.low, hired.source) == ("people hired", 6, "a paper")
    assert table.get("leaving rate[junior]", "").source == "range in the model file"


def test_a_study_varies_over_the_range_in_the_model_file(surgery: Path, undrawn: None) -> None:
    (surgery.parent / "study.toml").write_text(
        'title = "t"\nmodel = "surgery.mdl"\n[uncertain]\nnames = ["hiring"]\n[monte_carlo]\nruns = 64\n'
        '[outputs]\nstaff = { variable = "staff[senior]", at = 2018.75 }\n',
        encoding="utf-8",
    )
    result = llr_sd.run_study(surgery.parent)
    hired = result.tables["design"]["hiring"]
    assert 0 <= hired.min() < 10
    assert 30 < hired.max() <= 40
    row = result.tables["parameters"].iloc[0]
    assert (row["source"], row["grade"]) == ("range in the model file", "C")


def test_the_table_of_a_models_own_name_wins_and_one_that_does_not_fit_is_refused(surgery: Path) -> None:
    other = surgery.with_name("other.mdl")
    other.write_text(MODEL.replace("hiring = 12", "hiring = 15"), encoding="utf-8")
    table = surgery.with_name("Parameters.CSV")
    table.write_text(ROW, encoding="utf-8")
    assert llr_sd.load_model(surgery).table.get("people hired", "").grade == "B"
    with pytest.raises(llr_sd.LlrSdError) as refused:
        llr_sd.load_model(other)
    said = str(refused.value)
    assert "Parameters.CSV, row 2: column mode: 12, but the model file has hiring = 15." in said
    assert "OTHER.parameters.csv" in said
    surgery.with_name("other.parameters.csv").write_text(ROW.replace(",12,", ",15,"), encoding="utf-8")
    assert llr_sd.load_model(other).table.get("people hired", "").value == 15
    assert llr_sd.load_model(surgery).table.get("people hired", "").value == 12


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            "x,firing,WTE/Year,6,12,18,pert,,a,B,\n",
            'row 2: column variable: the model has no variable "firing". Did you mean "hiring"?',
        ),
        ("x,staff[senior],WTE,6,12,18,pert,,a,B,\n", 'row 2: column variable: "staff[senior]" is not a constant of the model.'),
        ("x,hiring,WTE,6,12,18,pert,,a,B,\n", 'row 2: column unit: "WTE", but the model file has "WTE/Year".'),
    ],
)
def test_a_table_that_does_not_fit_its_only_model_is_refused_by_row_and_column(surgery: Path, row: str, says: str) -> None:
    (surgery.parent / "parameters.csv").write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(llr_sd.LlrSdError) as refused:
        llr_sd.load_model(surgery)
    assert f"parameters.csv, {says}" in str(refused.value)
    assert "OTHER" not in str(refused.value)


def test_a_first_table_is_drafted_once_and_fits(surgery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = llr_sd.load_model(surgery)
    assert main(["list", str(surgery), "--write-parameters"]) == 0
    drafted = surgery.with_name("parameters.csv")
    text = drafted.read_text(encoding="utf-8")
    assert str(drafted) in capsys.readouterr().out
    assert main(["list", str(surgery), "--write-parameters"]) == 2
    assert "parameters.csv: is the model's table, and is left as it is." in capsys.readouterr().err
    assert drafted.read_text(encoding="utf-8") == text
    after = llr_sd.load_model(surgery)
    # Nothing but sources and words is new; no text is one that a spreadsheet takes for a formula.
    pairs = [(p, before.table.get(p.variable, "")) for p in after.table]
    for new, old in pairs:
        assert (new.name, new.value, new.unit, new.minimum, new.maximum) == (
            old.name,
            old.value,
            old.unit,
            old.minimum,
            old.maximum,
        )
        assert (new.distribution.kind, new.grade) == (old.distribution.kind.replace("discrete", "fixed"), old.grade)
        ends = (new.distribution.low, new.distribution.high), (old.distribution.low, old.distribution.high)
        assert new.distribution.kind == "fixed" or ends[0] == ends[1]
        assert new.source == f"to be filled in ({old.source})"
    assert len(pairs) == len(before.table) - 4
    assert ",=cmd" not in text
    assert after.table.get("leaving rate[junior]", "").label == "share of staff who leave a year (junior)"
    assert after.table.get("leaving rate[junior]", "").distribution.high == 0.5
    assert math.isinf(after.table.get("open", "").maximum)


def test_a_draft_beside_other_models_bears_the_name_of_its_model(surgery: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(surgery, surgery.with_name("other.mdl"))
    assert main(["list", str(surgery), "--write-parameters"]) == 0
    assert sorted(p.name for p in surgery.parent.glob("*.csv")) == ["surgery.parameters.csv"]
    assert llr_sd.load_model(surgery.with_name("other.mdl")).table.get("hiring", "").source == "range in the model file"
    assert main(["list", "--write-parameters"]) == 2
    assert "--write-parameters needs a model." in capsys.readouterr().err
    assert main(["list", "gp_supply", "--write-parameters"]) == 2


# --- labels -----------------------------------------------------------------------------------------------------------

LABELLED = """name,variable,unit,low,mode,high,distribution,group,source,grade,note,min,max,label
hires,hiring,WTE/Year,6,12,18,pert,recruitment,a paper,B,,0,40,people hired a year
leave_senior,leaving rate[senior],1/Year,0.05,0.1,0.2,pert,retention,a paper,B,,0,1,seniors who leave
leave_junior,leaving rate[junior],1/Year,,0.2,,fixed,,a paper,B,,0,1,who leaves
beyond,beyond,Dmnl,,50,,fixed,,a paper,B,,,,Who leaves
open,open,Dmnl,,3,,fixed,,a paper,B,,0,10,staff
"""
SPOKEN = """title = "t"
model = "surgery.mdl"
answer = { share = ["people hired a year", "leavers at the top"], of = "staff" }
[sobol]
base = 32
[[scenario]]
name = "base"
[[scenario]]
name = "fewer"
set = { "People hired a year" = 6, "seniors  who leave" = 0.15 }
[uncertain]
names = ["people hired a year", "seniors who leave"]
[uncertain.override."seniors who leave"]
distribution = "uniform"
low = 0.1
high = 0.2
label = "leavers at the top"
[[correlation]]
between = ["people hired a year", "leavers at the top"]
rank = 0.5
[outputs]
staff = { variable = "staff[senior]", at = 2018.75 }
asked = { variable = "people hired a year", at = 2018.75 }
[[target]]
name = "many"
output = "staff"
at_least = 95
[levers]
scenario = "base"
target = "many"
cost = "asked"
set = { "people hired a year" = [0, 30] }
[[attribution]]
base = "base"
scenario = "fewer"
[attribution.levers]
hiring = ["people hired a year"]
rest = ["leavers at the top"]
[monte_carlo]
runs = 64
"""


@pytest.fixture
def labelled(surgery: Path) -> Path:
    surgery.with_name("parameters.csv").write_text(LABELLED, encoding="utf-8")
    return surgery.parent


def swapped(text: str) -> str:
    """The same study by names."""
    for label, name in (
        ("people hired a year", "hires"),
        ("leavers at the top", "leave_senior"),
        ("seniors who leave", "leave_senior"),
    ):
        text = text.replace(f'"{label}"', f'"{name}"')
    text = text.replace("People hired a year", "hires").replace("seniors  who leave", "leave_senior")
    return text.replace('variable = "hires"', 'variable = "hiring"').replace(
        'label = "leave_senior"', 'label = "leavers at the top"'
    )


def test_a_label_stands_wherever_a_name_does(labelled: Path, tmp_path: Path, undrawn: None) -> None:
    results = []
    for text in (SPOKEN, swapped(SPOKEN)):
        (labelled / "study.toml").write_text(text, encoding="utf-8")
        results.append(llr_sd.run_study(labelled, tmp_path / f"r{len(results)}"))
    assert swapped(SPOKEN) != SPOKEN
    one, two = results
    for name, frame in one.tables.items():
        frame = frame.rename(columns={"people hired a year": "hires"})
        assert frame.astype(str).equals(two.tables[name].astype(str)), name
    assert answers.facts(one) == answers.facts(two)
    (shares,) = answers.facts(one)
    assert [part.name for part in shares.parts] == ["people hired a year", "leavers at the top"]
    assert float(one.runs["asked"].sel(scenario="fewer").values[0]) == 6
    assert "leavers at the top" in set(one.tables["parameters"]["label"])


def test_a_label_stands_in_python_too(labelled: Path) -> None:
    model = llr_sd.load_model(labelled / "surgery.mdl")
    run = model.run({"people hired a year": 20}, outputs=["people hired a year", "staff[senior]"]).dataset
    assert float(run["hiring"].values.ravel()[0]) == 20


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('share = ["people hired a year"', 'share = ["people fired a year"', 'Did you mean "people hired a year"?'),
        ('"People hired a year" = 6', '"who leaves" = 6', '"fewer" > set: "who leaves" is the label of 2 parameters: leave_junior, beyond. Write the name of one.'),
        ('names = ["people hired a year"', 'names = ["who leaves"', 'uncertain > names: "who leaves" is the label of 2 parameters'),
        ('variable = "people hired a year"', 'variable = "who leaves"', 'outputs > asked: "who leaves" is the label of 2 parameters'),
        ('between = ["people hired a year"', 'between = ["who leaves"', 'between: "who leaves" is the label of 2 parameters'),
        ('between = ["people hired a year"', 'between = ["people fired a year"', 'Did you mean "people hired a year"?'),
        ('"People hired a year" = 6', '"People fired a year" = 6', 'Did you mean "people hired a year"?'),
        ('"People hired a year" = 6', '"staff" = 6', '"staff" has the subscripts'),
        ('"People hired a year" = 6', '"people hired a year" = 6, hires = 7', 'are the same constant'),
        ("[[correlation]]", "[uncertain.override.leave_senior]\ndistribution='uniform'\nlow=0.1\nhigh=0.3\n[[correlation]]", 'is the same constant as "seniors who leave". Keep one.'),
    ],
)  # fmt: skip
def test_what_a_label_does_not_say_is_refused(
    labelled: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    assert old in SPOKEN
    (labelled / "study.toml").write_text(SPOKEN.replace(old, new), encoding="utf-8")
    assert main(["run", str(labelled)]) == 2
    assert says in capsys.readouterr().err
