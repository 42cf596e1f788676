"""`llr-sd check` on a small model: every line, and every way in which it can fail or not be evaluated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checked_model import CHECKS, MODEL, TABLE, failed, folder, line

import llr_sd
from llr_sd.check import FAIL, NOT_EVALUATED, PASS, Line, Sheet, check_model, load_checks, write_golden
from llr_sd.check.reference import compare
from llr_sd.check.subject import Subject
from llr_sd.errors import InputError, TranslationError


@pytest.fixture
def no_real_names() -> str:
    return CHECKS.replace(
        'when = "hiring[north] = 0 :AND: hiring_south = 0"', 'when = "hiring[north] = 0 :AND: hiring[south] = 0"'
    )


def test_a_sound_model_passes_every_check(tmp_path: Path, no_real_names: str) -> None:
    home = folder(tmp_path, checks=no_real_names)
    write_golden(llr_sd.load_model(home))
    sheet = check_model(home)
    assert sheet.passed
    assert not sheet.of(NOT_EVALUATED), sheet.text()
    sections = {x.section for x in sheet}
    assert sections >= {
        "units",
        "parameters",
        "PySD",
        "golden run",
        "conservation",
        "loop",
        "symmetry",
        "history",
        "shares",
        "reality",
    }
    frame = sheet.to_frame()
    assert list(frame["outcome"].unique()) == [PASS]
    assert len(frame) == len(sheet)
    assert sheet.text().endswith(sheet.summary)
    assert check_model(llr_sd.load_model(home), pysd=False).passed


MUTATIONS = {
    "an inflow is dropped": ("INTEG(hiring[Site] - leaving[Site],", "INTEG(-leaving[Site],", ("conservation", "staff")),
    "a split is doubled": ("share of work[Site] = 0.3, 0.7", "share of work[Site] = 0.6, 0.7", ("shares", "share of work adds up to one over Site")),
    "a sign is swapped": ("1 + loop switch *", "1 - loop switch *", ("loop", "crowding")),
    "a month for a year": ("leaving rate = 0.1 ~ 1/Year", "leaving rate = 0.1 ~ 1/Month", ("units", "both sides of every equation have one unit")),
    "a site is favoured": ("* leaving rate * crowding ~", "* leaving rate * crowding * share of work[Site] ~", ("symmetry", "sites alike")),
    "a fixed number of leavers": ("* leaving rate * crowding ~", "* leaving rate * crowding + opening staff[Site] * leaving rate ~", ("extreme", "exodus")),
    "a comment is lost": ("~ Staff in post. |", "~ |", ("parameters", "every variable has a unit and a comment")),
    "a value is not the table's": ("reference staff = 100", "reference staff = 90", ("parameters", "every constant has a row")),
    "a size that is not doubled": ("all staff / reference staff - 1", "all staff / reference staff * one WTE / one WTE - 1 + odd WTE / all staff", ("homogeneity", "twice the size")),
    "the opening is off": ("opening staff[Site] = 40, 60", "opening staff[Site] = 40, 61", ("history", "opening")),
    "a coarse step": ("TIME STEP = 0.015625", "TIME STEP = 0.25", ("step halving", "all other stocks")),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_fails_at_the_right_line(tmp_path: Path, name: str, no_real_names: str) -> None:
    old, new, (section, where) = MUTATIONS[name]
    assert old in MODEL
    text = MODEL.replace(old, new)
    if "odd WTE" in new:
        text = text.replace("INITIAL TIME", "one WTE = 1 ~ WTE ~ One. |\nodd WTE = 3 ~ WTE ~ Odd. |\nINITIAL TIME")
    if "coarse" in name:  # only the numbers: a fast outflow shows the step
        text = text.replace("leaving rate = 0.1", "leaving rate = 0.9")
    sheet = check_model(folder(tmp_path, text, checks=no_real_names), pysd=False)
    hits = [x for x in sheet.of(FAIL) if x.section == section and x.name.startswith(where)]
    assert hits, sheet.text()
    assert all(x.findings for x in hits)


def test_one_failing_check_hides_no_other(tmp_path: Path) -> None:
    checks = CHECKS.replace('variable = "balance error"', 'variable = "balance eror"').replace(
        'output = "staff", is = "constant"', 'output = "stuff", is = "constant"'
    )
    sheet = check_model(folder(tmp_path, checks=checks), pysd=False)
    assert failed(sheet) == {("conservation", "staff"), ("extreme", "nobody comes or goes")}
    assert 'Did you mean "balance error"?' in line(sheet, "conservation").findings[0]
    assert line(sheet, "loop").outcome == PASS


def test_a_setting_out_of_range_fails_its_own_check(tmp_path: Path) -> None:
    sheet = check_model(folder(tmp_path, checks=CHECKS.replace("leaving_rate = 20", "leaving_rate = 2000")), pysd=False)
    assert failed(sheet) == {("extreme", "exodus")}
    assert "out of its range" in line(sheet, "extreme", "exodus").findings[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tolerance = 1e-12", "tolerence = 1e-12", 'unknown key "conservation > 1 > tolerence". Did you mean "tolerance"?'),
        ('is = "falling"', 'iss = "falling"', 'unknown key "extreme > 2 > expect > 1 > iss". Did you mean "is"?'),
        ('sign = "+"', 'sign = "up"', '"loop > 1 > sign"'),
        ("[[loop]]", "[[loops]]", 'unknown key "loops". Did you mean "loop"?'),
        ('is = "at least", value = 0', 'is = "at least"', 'needs either "value" or "to"'),
        ('[[halving]]\noutputs = ["all staff"]', '[[halving]]\noutputs = ["all staff"]\ntolerance = 0.1', 'needs "why"'),
        ("[draws]", "[draws", "is not valid TOML"),
    ],
)
def test_a_misspelt_checks_file_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in CHECKS
    home = folder(tmp_path, checks=CHECKS.replace(old, new))
    with pytest.raises(InputError) as error:
        check_model(home)
    assert said in str(error.value)
    assert "checks.toml" in str(error.value)


def test_no_checks_file_means_no_checks_of_its_own(tmp_path: Path) -> None:
    assert load_checks(tmp_path / "checks.toml").outputs() == ()


def test_a_faulty_table_is_a_finding_with_its_row(tmp_path: Path) -> None:
    table = TABLE.replace("leaving_rate,leaving rate,1/Year,0.05,0.1", "leaving_rate,leaving rate,1/Month,0.05,0.2")
    table = table.replace(
        "hiring_south,hiring[south],WTE/Year,,5,,fixed,,made up,C", "hiring_south,hiring[south],WTE/Year,,5,,fixed,,,"
    )
    table += "all_staff,all staff,WTE,,5,,fixed,,made up,C,,0,400\nnothing,no such,WTE,,5,,fixed,,made up,C,,0,400\n"
    table = table.replace("share_north,share of work[north]", "share_north,share of work[south]")
    sheet = check_model(folder(tmp_path, table=table), pysd=False)
    found = "\n".join(line(sheet, "parameters", "every constant").findings)
    for said in (
        "row 2: column mode: 0.2, but the model file has leaving rate = 0.1",
        'row 2: column unit: "1/Month", but the model file has "1/Year"',
        "row 4: column source: is empty",
        'row 4: column grade: "" is not one of A (source document)',
        '"all staff" is not a constant',
        'the model has no variable "no such"',
        '"share of work[north]" has no row',
        "is already in row",
    ):
        assert said in found
    assert failed(sheet) == {("parameters", line(sheet, "parameters", "every constant").name)}
    with pytest.raises(InputError) as refused:
        llr_sd.load_model(tmp_path / "small")
    assert str(refused.value).endswith(found.splitlines()[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed", "hiring_south,hiring[south],WTE/Year,,,,fixed"),
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed", "hiring_south,hiring[south],WTE/Year,,five,,fixed"),
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed", "hiring_south,hiring[south],WTE/Year,6,5,7,triangular"),
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed", "hiring_south,hiring[south],WTE/Year,,5,,fixt"),
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed", ",hiring[south],WTE/Year,,5,,fixed"),
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed,,made up,C", "hiring_south,hiring[south],WTE/Year,,5,,fixed,,made up,D"),
        ("hiring_south,hiring[south],WTE/Year,,5,,fixed,,made up,C", "hiring_south,hiring[south],WTE/Year,,5,,fixed,,,C"),
        ("hiring_south,hiring[south]", "hiring_north,hiring[south]"),
    ],
)
def test_a_study_and_the_sheet_find_the_same_fault_in_a_row(tmp_path: Path, old: str, new: str) -> None:
    assert old in TABLE
    home = folder(tmp_path, table=TABLE.replace(old, new))
    findings = line(check_model(home, pysd=False), "parameters", "every constant").findings
    with pytest.raises(InputError) as refused:
        llr_sd.load_model(home)
    assert [f for f in findings if str(refused.value).endswith(f)], findings


def test_a_group_is_any_word_of_the_table(tmp_path: Path) -> None:
    table = TABLE.replace(
        "hiring_south,hiring[south],WTE/Year,,5,,fixed,,", "hiring_south,hiring[south],WTE/Year,4,5,6,pert,estates,"
    )
    model = llr_sd.load_model(folder(tmp_path, table=table))
    assert [p.name for p in model.table.in_group("estates", "study")] == ["hiring_south"]


def test_a_bare_model_gets_the_general_checks(tmp_path: Path) -> None:
    file = tmp_path / "bare.mdl"
    file.write_text(MODEL, encoding="utf-8")
    sheet = check_model(file, pysd=False)
    assert sheet.passed
    reasons = {x.name: x.findings[0] for x in sheet.of(NOT_EVALUATED)}
    assert any("no parameters.csv" in r for r in reasons.values())
    assert any("no parameter has a range" in r for r in reasons.values())
    assert any("not asked for" in r for r in reasons.values())


def test_a_model_without_units_is_not_passed_as_sound(tmp_path: Path) -> None:
    file = tmp_path / "bare.mdl"
    file.write_text(
        "{UTF-8}\nx = INTEG(-x, 1) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 0.001 ~~|\nSAVEPER = 1 ~~|\n"
    )
    sheet = check_model(file, pysd=False)
    assert line(sheet, "units").outcome == NOT_EVALUATED
    assert line(sheet, "parameters", "every variable has").outcome == FAIL


def test_xmile_is_checked_too(tmp_path: Path) -> None:
    file = tmp_path / "tank.xmile"
    file.write_text(
        """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>v</vendor><product version="1">p</product></header>
<sim_specs time_units="Year"><start>0</start><stop>2</stop><dt>0.0078125</dt></sim_specs>
<model><variables>
<stock name="staff"><eqn>100</eqn><outflow>leaving</outflow><units>WTE</units><doc>Staff.</doc></stock>
<flow name="leaving"><eqn>staff * rate</eqn><units>WTE/Month</units><doc>Leavers.</doc></flow>
<aux name="rate"><eqn>0.1</eqn><units>1/Year</units><doc>Rate.</doc></aux>
</variables></model></xmile>""",
        encoding="utf-8",
    )
    sheet = check_model(file, pysd=False)
    assert {s for s, _ in failed(sheet)} == {"units"}
    assert "WTE/Month" in "".join(line(sheet, "units").findings)


def test_a_stock_that_can_go_below_zero_is_named(tmp_path: Path) -> None:
    text = MODEL.replace(
        "INTEG(hiring[Site] - leaving[Site],",
        "INTEG(hiring[Site] - leaving[Site] - 3 * opening staff[Site] * (leaving rate - 0.1 * yearly),",
    )
    text = text.replace("INITIAL TIME", "yearly = 1 ~ 1/Year ~ A rate of one a year. |\nINITIAL TIME")
    table = TABLE + "yearly,yearly,1/Year,,1,,fixed,,made up,C,,0,400\n"
    sheet = check_model(folder(tmp_path, text, table, "[draws]\nruns = 200\n"), pysd=False)
    found = line(sheet, "random runs", "no stock below zero")
    assert found.outcome == FAIL
    assert '"staff[' in found.findings[0]
    assert "random run" in found.findings[0]
    excused = check_model(
        folder(tmp_path, text, table, '[draws]\nruns = 200\n[[may_be_negative]]\noutputs = ["staff"]\nwhy = "made up"\n'),
        pysd=False,
    )
    assert line(excused, "random runs", "no stock below zero").outcome == PASS


def test_a_run_that_is_not_finite_is_named(tmp_path: Path) -> None:
    text = MODEL.replace("leaving rate * crowding ~", "leaving rate * crowding / (leaving rate / leaving rate) ~")
    sheet = check_model(folder(tmp_path, text, TABLE.replace("0.05,0.1,0.3", "0.05,0.1,0.3"), CHECKS), pysd=False)
    assert "not a number" in "".join(line(sheet, "extreme", "nobody comes or goes").findings)


REALITY = """
never :THE CONDITION: staff[north] > 1000 :IMPLIES: staff[north] > 0 ~~|
driven :THE CONDITION: all staff = 7 :IMPLIES: crowding = 0 ~~|
with a function :THE CONDITION: leaving rate = 0 :IMPLIES: RC COMPARE CHECK(base, all staff, 0) ~~|
whole array :THE CONDITION: leaving rate = 0 :IMPLIES: staff > 0 ~~|
no leavers :TEST INPUT: leaving rate = 0 ~~|
kept :THE CONDITION: no leavers :IMPLIES: left so far = 0 ~~|
broken :THE CONDITION: leaving rate = 0 :IMPLIES: all staff = opening sum ~~|
"""


def test_reality_checks_of_the_model_file(tmp_path: Path) -> None:
    text = MODEL.replace("INITIAL TIME", f"{REALITY}INITIAL TIME")
    sheet = check_model(folder(tmp_path, text, checks="[draws]\nruns = 16\n"), pysd=False)
    outcomes = {x.name: x.outcome for x in sheet if x.section == "reality"}
    assert outcomes == {
        "never": NOT_EVALUATED,
        "driven": NOT_EVALUATED,
        "with a function": NOT_EVALUATED,
        "whole array": NOT_EVALUATED,
        "kept": PASS,
        "broken": FAIL,
    }
    assert "never holds" in line(sheet, "reality", "never").findings[0]
    assert "functions" in line(sheet, "reality", "with a function").findings[0]
    assert "all staff = 102.5, opening sum = 100" in line(sheet, "reality", "broken").findings[0]


def test_pysd_is_given_up_after_its_time(tmp_path: Path) -> None:
    sheet = check_model(folder(tmp_path, checks="[draws]\nruns = 16\n[pysd]\nseconds = 0.01\n"))
    assert line(sheet, "PySD").outcome == NOT_EVALUATED
    assert "took longer" in line(sheet, "PySD").findings[0]


def test_a_difference_is_named_first_by_time(tmp_path: Path) -> None:
    model = llr_sd.load_model(folder(tmp_path))
    subject = Subject(model, load_checks(tmp_path / "none.toml"))
    ours = subject.everything
    theirs = {name: values.copy() for name, values in ours.values.items()}
    assert compare(subject, ours, theirs)[2] == []
    theirs["staff"][5, 1] *= 1 + 1e-7
    theirs["crowding"][3, 0] *= 1 + 1e-7
    theirs["balance error"] += 1e-13  # the rounding of large numbers is no difference
    _, _, findings = compare(subject, ours, theirs)
    assert [f.partition(":")[0] for f in findings] == ['"crowding" at time 2018.5', '"staff[south]" at time 2019']


def test_the_users_tables_are_read_and_run(tmp_path: Path) -> None:
    checks = CHECKS + '\n[[tables]]\nfiles = "sites/*.csv"\nneeds = ["opening staff[*]"]\nillustrative = true\n'
    home = folder(tmp_path, checks=checks)
    (home / "sites").mkdir()
    header = "parameter,value,unit,source,note\n"
    good = "opening_north,10,WTE,made up,\nopening_south,20,WTE,made up,\n"
    (home / "sites" / "good.csv").write_text(header + good, encoding="utf-8")
    (home / "sites" / "poor.csv").write_text(
        header + "opening_north,ten,WTE,made up,\nopening_suoth,20,WTE,made up,\nshare_north,0.5,Year,made up,\n",
        encoding="utf-8",
    )
    sheet = check_model(home, pysd=False)
    assert line(sheet, "tables", "sites/good.csv").outcome == PASS
    assert "illustrative" in line(sheet, "tables", "sites/good.csv").name
    found = "\n".join(line(sheet, "tables", "sites/poor.csv").findings)
    for said in ("row 2:", "opening_suoth", 'unit "Year"', 'no row sets "opening_south"', 'but "share_south" is missing'):
        assert said in found


def test_a_table_that_a_study_would_refuse_fails(tmp_path: Path) -> None:
    """Every fault of a table is told, and a run that cannot be made hides none of them."""
    home = folder(tmp_path, checks=CHECKS + '\n[[tables]]\nfiles = "sites/*.csv"\n')
    (home / "sites").mkdir()
    header = "parameter,value,unit,source,note\n"
    tables = {
        "faulty": "opening_north,-10,WTE,made up,\nopening_south,20,Person,made up,\nopening_south,30,WTE,made up,\n",
        "partial": "opening_north,10,WTE,made up,\n",
    }
    for name, rows in tables.items():
        (home / "sites" / f"{name}.csv").write_text(header + rows, encoding="utf-8")
    sheet = check_model(home, pysd=False)
    faulty, partial = (line(sheet, "tables", f"sites/{name}.csv") for name in tables)
    for start, said in zip(
        ("row 2:", "row 3:", "row 4:", "the run is refused:"),
        ("out of its range", 'unit "Person"', "already in row 3", "out of its range"),
        strict=True,
    ):
        assert any(f.startswith(start) and said in f for f in faulty.findings), said
    assert partial.findings == ('row 2: "opening_north" is given but "opening_south" is missing. Give all of them.',)


def test_what_is_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model"):
        check_model("gp_suply")
    bad = tmp_path / "bad.mdl"
    bad.write_text("{UTF-8}\nx = RANDOM UNIFORM(0, 1, 0) ~~|\n", encoding="utf-8")
    with pytest.raises((InputError, TranslationError)):
        check_model(bad)


def test_a_line_says_why() -> None:
    with pytest.raises(InputError, match="not why"):
        Line("units", "name", FAIL)
    with pytest.raises(InputError, match="not an outcome"):
        Line("units", "name", "perhaps")
    assert np.isfinite(len(Sheet("m", ())))


def test_a_balance_is_held_in_the_runs_of_the_other_checks_too(tmp_path: Path) -> None:
    """The leak opens only without hiring, which neither the base run nor a random run comes to."""
    leak = "- IF THEN ELSE(hiring[Site] = 0, staff[Site] * leaving rate, 0), opening staff[Site])"
    text = MODEL.replace("- leaving[Site], opening staff[Site])", f"- leaving[Site] {leak}")
    found = line(check_model(folder(tmp_path, text), pysd=False), "conservation")
    assert found.outcome == FAIL
    assert "in the run with hiring[north] = 0, hiring[south] = 0, leaving rate = 20" in found.findings[0]
    assert not any("base run" in f or "random run" in f for f in found.findings)


def test_random_functions_at_their_mean_are_compared_with_pysd(tmp_path: Path) -> None:
    text = "{UTF-8}\nk = RANDOM UNIFORM(0, 2, 1) ~~|\ns = INTEG(k, 0) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\n"
    (tmp_path / "m.mdl").write_text(text + "TIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n", encoding="utf-8")
    sheet = check_model(llr_sd.load_model(tmp_path / "m.mdl", random="mean"), draws=8)
    assert line(sheet, "PySD").outcome == PASS
