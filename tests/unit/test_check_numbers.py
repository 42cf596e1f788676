"""Numbers that a model must give: anchors, openings that no lever moves, and golden runs of PySD."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from checked_model import MODEL, TABLE, folder, line

import llr_sd
from llr_sd.check import FAIL, NOT_EVALUATED, PASS, Line, check_model, write_golden
from llr_sd.errors import InputError

FEW = "[draws]\nruns = 8\n"
LOOKUP = "headroom table([(0,0)-(2,2)],(0.5,1.2),(1,1),(1.2,0.4)) ~ Dmnl ~ Room by workload. |\n"
WITH_LOOKUP = MODEL.replace("share of work", LOOKUP + "share of work", 1)


def told(tmp_path: Path, section: str, block: str, model: str = MODEL, table: str | None = TABLE) -> Line:
    return line(check_model(folder(tmp_path, model, table, FEW + block), pysd=False), section)


def anchor(**keys: str) -> str:
    return "[[anchor]]\nname = 'known'\nsource = 'Return of 2017, Table 3'\n" + "".join(f"{k} = {v}\n" for k, v in keys.items())


def test_an_anchor_holds_a_closed_form(tmp_path: Path) -> None:
    """Without the loop staff follow h/l + (S - h/l) exp(-l t), here 50 + (40 - 50) exp(-0.3)."""
    closed = 50 - 10 * math.exp(-0.3)
    keys = {"output": "'staff[north]'", "at": "2020.75", "value": f"{closed!r}", "set": "{ loop_switch = 0 }"}
    assert told(tmp_path, "anchor", anchor(**keys, tolerance="0.002")).outcome == PASS
    found = told(tmp_path, "anchor", anchor(**{**keys, "value": "44"}, tolerance="0.002"))
    assert found.outcome == FAIL
    assert found.findings == ('"staff[north]" at 2020.75 is 42.59; Return of 2017, Table 3 gives 44.',)


def test_an_anchor_names_a_number_for_each_element(tmp_path: Path) -> None:
    known = anchor(output="'staff'", at="'start'", values="{ north = 40, south = 60 }", tolerance="0")
    assert told(tmp_path, "anchor", known).outcome == PASS
    found = told(tmp_path, "anchor", known.replace("60", "61"))
    assert found.findings == ('"staff[south]" at the start is 60; Return of 2017, Table 3 gives 61.',)
    found = told(tmp_path, "anchor", known.replace("north", "nort"))
    assert found.outcome == FAIL
    assert found.findings == ('"staff" has no element "nort". Did you mean "north"?',)


@pytest.mark.parametrize(("at", "value"), [("1.0", "1"), ("1.1", "0.7"), ("2", "0.4"), ("0.75", "1.1")])
def test_an_anchor_reads_a_lookup(tmp_path: Path, at: str, value: str) -> None:
    known = anchor(output="'headroom table'", at=at, value=value, tolerance="1e-12")
    assert told(tmp_path, "anchor", known, WITH_LOOKUP).outcome == PASS
    shifted = WITH_LOOKUP
    for y in ("1.2)", ",1)", "0.4)"):
        shifted = shifted.replace(y, y.replace(")", "5)") if "." in y else ",1.05)", 1)
    assert told(tmp_path, "anchor", known, shifted).outcome == FAIL


def test_an_anchor_holds_a_change_and_a_ratio(tmp_path: Path) -> None:
    """Without leavers each added hire a year is three more staff by the end, all of them at its own site."""
    held = "{ leaving_rate = 0, hiring_north = 8 }"
    keys = {"output": "'staff[north]'", "at": "2020.75", "set": held, "base": "{ leaving_rate = 0 }"}
    assert told(tmp_path, "anchor", anchor(**keys, value="9", tolerance="1e-9")).outcome == PASS
    assert told(tmp_path, "anchor", anchor(**keys, per="'all staff'", value="1", tolerance="1e-9")).outcome == PASS
    south = keys | {"output": "'staff[south]'"}
    assert told(tmp_path, "anchor", anchor(**south, per="'all staff'", value="1", tolerance="1e-9")).outcome == FAIL
    same = anchor(**keys | {"base": held}, per="'all staff'", value="1", tolerance="1e-9")
    assert told(tmp_path, "anchor", same).findings == ('"all staff" is 0, so nothing can be told per unit of it.',)


@pytest.mark.parametrize("keys", [{}, {"value": "1", "values": "{ north = 1 }"}])
def test_an_anchor_needs_a_number(tmp_path: Path, keys: dict[str, str]) -> None:
    block = anchor(output="'staff'", at="'end'", tolerance="0", **keys)
    with pytest.raises(InputError, match='an anchor needs either "value" or "values"'):
        told(tmp_path, "anchor", block)


# --- openings

POLICY = MODEL.replace("share of work", "retention policy = 0 ~ Dmnl ~ Share of leavers kept. |\nshare of work", 1)
LATER = POLICY.replace("leaving rate * crowding", "leaving rate * crowding * (1 - retention policy)")
AT_ONCE = LATER.replace("staff[Site] = INTEG(hiring[Site] - leaving[Site], opening staff[Site])",
                        "staff[Site] = INTEG(hiring[Site] - leaving[Site], opening staff[Site] * (1 + retention policy))")  # fmt: skip
POLICY_ROW = TABLE + "retention_policy,retention policy,Dmnl,,0,,fixed,,made up,C,,0,1\n"
OPENING = "[[opening]]\nname = 'posts'\noutputs = ['staff', 'all staff']\n"


def test_a_lever_that_moves_the_opening_is_named(tmp_path: Path) -> None:
    assert told(tmp_path, "opening", OPENING, LATER, POLICY_ROW).outcome == PASS
    found = told(tmp_path, "opening", OPENING, AT_ONCE, POLICY_ROW)
    assert found.outcome == FAIL
    assert found.findings[0] == '"retention policy" = 1 moves "staff[south]" from 60 to 120 at the start.'
    assert found.measured.startswith("1 lever moved")


def test_the_levers_of_an_opening_can_be_named(tmp_path: Path) -> None:
    named = OPENING + "vary = ['hiring[*]', 'leaving_rate']\n"
    found = told(tmp_path, "opening", named, AT_ONCE, POLICY_ROW)
    assert (found.outcome, found.measured.partition(",")[0]) == (PASS, "3 levers moved")
    assert "no lever to move" in told(tmp_path, "opening", OPENING).findings[0]


# --- golden runs

RUNS = """
[[golden]]
times = [2018.75, 2020.75]
outputs = ["staff", "all staff"]

[[golden]]
name = "nobody leaves"
set = { leaving_rate = 0, "TIME STEP" = 0.25, "FINAL TIME" = 2018.75 }
outputs = ["staff"]
"""


def test_golden_runs_are_compared_number_by_number(tmp_path: Path) -> None:
    home = folder(tmp_path, checks=FEW + RUNS)
    file = write_golden(llr_sd.load_model(home))
    rows = file.read_text(encoding="utf-8").splitlines()
    assert rows[0] == "scenario,variable,time,value,made_of"
    assert len(rows) == 1 + 3 * 2 + 2 * 2
    assert "nobody leaves,staff[north],2018.75,45," in rows, "40, and 5 hired in the year"
    sheet = check_model(home, pysd=False)
    assert [x.outcome for x in sheet if x.section == "golden run"] == [PASS, PASS]
    assert not any("earlier" in x.measured for x in sheet)
    for row, where in ((rows[6], '"all staff" at time 2020.75'), (rows[-1], '"staff[south]" at time 2018.75')):
        file.write_text("\n".join(rows).replace(row, row[:-2] + "1,") + "\n", encoding="utf-8")
        (found,) = [x for x in check_model(home, pysd=False) if x.outcome == FAIL]
        assert where in found.findings[0]


def test_a_golden_run_left_behind_by_its_model_is_said_to_be_stale(tmp_path: Path) -> None:
    home = folder(tmp_path, checks=FEW + RUNS)
    write_golden(llr_sd.load_model(home))
    folder(tmp_path, MODEL.replace("Staff hired a year", "People hired a year"), checks=FEW + RUNS)
    assert not any("earlier" in x.measured for x in check_model(home, pysd=False)), "a comment changes no number"
    folder(tmp_path, MODEL.replace("hiring[Site] - leaving[Site]", "0.5 * hiring[Site] - leaving[Site]"), checks=FEW + RUNS)
    found = [x for x in check_model(home, pysd=False) if x.section == "golden run"]
    assert [x.outcome for x in found] == [FAIL, FAIL]
    assert all(x.findings[0].startswith("It was made of an earlier state of the model") for x in found)
    folder(tmp_path, MODEL, checks=FEW + RUNS.replace("leaving_rate = 0,", "leaving_rate = 0, loop_switch = 0,"))
    found = [x for x in check_model(home, pysd=False) if x.section == "golden run"]
    assert ["earlier state of model or settings" in x.measured for x in found] == [False, True]
    assert [x.outcome for x in found] == [PASS, PASS], "nobody leaves, with the loop or without"


def test_a_golden_run_that_is_missing_or_left_over_fails(tmp_path: Path) -> None:
    home = folder(tmp_path, checks=FEW)
    assert line(check_model(home, pysd=False), "golden run").outcome == NOT_EVALUATED
    folder(tmp_path, checks=FEW + RUNS)
    write_golden(llr_sd.load_model(home))
    for other, said in (("nobody quits", "golden.csv does not hold it"), ("", "checks.toml has no golden run of this name")):
        checks = RUNS.replace("nobody leaves", other) if other else RUNS.partition("\n\n")[0]
        folder(tmp_path, checks=FEW + checks)
        failed = [x for x in check_model(home, pysd=False) if x.section == "golden run" and x.outcome == FAIL]
        assert said in failed[0].findings[0]


def test_a_golden_file_of_the_base_run_alone_is_still_read(tmp_path: Path) -> None:
    home = folder(tmp_path, checks=FEW + "[golden]\ntimes = [2020.75]\noutputs = ['staff']\n")
    rows = write_golden(llr_sd.load_model(home)).read_text(encoding="utf-8").splitlines()
    plain = [",".join(row.split(",")[1:4]) for row in rows]
    assert plain[0] == "variable,time,value"
    (home / "golden.csv").write_text("\n".join(plain) + "\n", encoding="utf-8")
    assert line(check_model(home, pysd=False), "golden run").outcome == PASS


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("[[golden]]\nset = { leaving_rate = 0 }\n", 'a run with "set" needs a "name"'),
        ("[[golden]]\nname = 'a'\n[[golden]]\nname = 'a'\n", 'two golden runs are called "a"'),
        ("[golden]\noutput = ['staff']\n", 'unknown key "golden > 1 > output". Did you mean "outputs"?'),
    ],
)
def test_golden_runs_are_told_apart(tmp_path: Path, block: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        told(tmp_path, "golden run", block)
    assert said in str(caught.value)
