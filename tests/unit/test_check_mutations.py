"""Faults put into a small model: each is the fault that it says, and a blind spot of its checks is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checked_model import CHECKS, MODEL, TABLE, folder

import llr_sd
from llr_sd.check import check_model, mutate_model
from llr_sd.check.declared import Checks
from llr_sd.check.mutations import KINDS, Mutant, MutationSheet
from llr_sd.check.mutations.run import constant_mutants
from llr_sd.check.mutations.sites import with_choices
from llr_sd.check.subject import Subject
from llr_sd.cli import main
from llr_sd.model import Model
from llr_sd.parameters import ParameterTable

SOUND = CHECKS.replace("hiring_south = 0", "hiring[south] = 0").replace("runs = 64", "runs = 16")
SPARE = "spare posts = reference staff - all staff ~ WTE ~ Posts that nobody fills. |\n"
BLIND = MODEL.replace("share of work", SPARE + "share of work", 1)
ANCHOR = """
[[anchor]]
name = "every post is filled at the start"
output = "spare posts"
at = "start"
value = 0
tolerance = 1e-9
source = "the opening staff"
"""


def found(sheet: MutationSheet, variable: str, kind: str) -> list[str]:
    return [f.mutant.change for f in sheet.unnoticed if (f.mutant.variable, f.mutant.kind) == (variable, kind)]


def test_a_blind_spot_is_told_until_a_check_sees_it(tmp_path: Path) -> None:
    sheet = mutate_model(folder(tmp_path, BLIND, checks=SOUND))
    assert found(sheet, "spare posts", "sign") == ["reference staff - all staff -> reference staff + all staff"]
    assert found(sheet, "staff", "sign") == [], "its balance sees a flow with the wrong sign"
    assert '"spare posts": reference staff - all staff -> reference staff + all staff' in sheet.text()
    seen = mutate_model(folder(tmp_path, BLIND, checks=SOUND + ANCHOR))
    assert found(seen, "spare posts", "sign") == []
    assert seen.share > sheet.share
    assert seen.tally().mutants == sheet.tally().mutants


def test_what_must_hold_in_a_run_of_its_own_sees_a_fault(tmp_path: Path) -> None:
    fault, change = ("spare posts", "sign"), ["reference staff - all staff -> reference staff + all staff"]
    claim = """
[[reality]]
name = "posts are filled or spare"
set = { "hiring[south]" = 1 }
when = "Time >= 0"
implies = "spare posts + all staff = PART"
"""
    right, wrong = (SOUND + claim.replace("PART", part) for part in ("reference staff", "all staff"))
    assert found(mutate_model(folder(tmp_path, BLIND, checks=right)), *fault) == []
    assert found(mutate_model(folder(tmp_path, BLIND, checks=wrong)), *fault) == change, "it fails in the sound model too"


def test_a_constant_is_as_wrong_in_its_row_so_the_table_alone_does_not_see_it(tmp_path: Path) -> None:
    sheet = mutate_model(folder(tmp_path, BLIND, checks="[draws]\nruns = 8\n"))
    constants = sheet.tally("constant")
    assert constants.file == constants.mutants
    assert constants.checks < constants.mutants
    (tmp_path / "small" / "parameters.csv").unlink()
    bare = mutate_model(tmp_path / "small")
    assert bare.tally("constant").file == bare.tally("constant").checks


def test_what_changes_no_output_is_told_apart(tmp_path: Path) -> None:
    idle = BLIND.replace(
        "share of work[Site] = 0.3, 0.7", "unread = 3 ~ Dmnl ~ Read by nothing. |\nshare of work[Site] = 0.3, 0.7"
    )
    sheet = mutate_model(folder(tmp_path, idle, table=None, checks="[draws]\nruns = 8\n"))
    none = {f.mutant.variable for f in sheet.fates if f.equivalent}
    assert none >= {"unread", "share of work[north]", "share of work[south]", "loop switch"}, "staff are as many as are reference"
    assert not none & {"hiring[north]", "leaving rate", "staff", "spare posts"}
    assert not any(f.equivalent for f in sheet.unnoticed)


def test_a_golden_run_counts_apart(tmp_path: Path) -> None:
    home = folder(tmp_path, BLIND, checks=SOUND)
    assert not any(f.golden for f in mutate_model(home).fates)
    llr_sd.check.write_golden(llr_sd.load_model(home))
    sheet = mutate_model(home)
    (sign,) = [f for f in sheet.fates if f.mutant.variable == "spare posts" and f.mutant.kind == "sign"]
    assert (sign.noticed, sign.golden) == ("", True)
    assert sheet.tally().golden > sheet.tally().checks


@pytest.mark.parametrize(
    ("old", "new", "variable", "change"),
    [
        ("hiring[Site] - leaving[Site]", "hiring[Site] + leaving[Site]", "staff", "hiring[Site] - leaving[Site] ->"),
        ("loop switch * (all staff", "loop switch / (all staff", "crowding", "loop switch * (all"),
        ("reference staff - all staff", "reference staff + all staff", "spare posts", "reference staff - all"),
        ("leaving rate = 0.1 ", "leaving rate = 0.11 ", "leaving rate", "0.1 -> 0.11"),
    ],
)
def test_a_mutant_is_noticed_as_the_same_fault_in_the_file_is(
    tmp_path: Path, old: str, new: str, variable: str, change: str
) -> None:
    sheet = mutate_model(folder(tmp_path, BLIND, checks=SOUND))
    (fate,) = [f for f in sheet.fates if f.mutant.variable == variable and f.mutant.change.startswith(change)]
    assert old in BLIND
    table = TABLE.replace("0.05,0.1,0.3", "0.05,0.11,0.3") if variable == "leaving rate" else TABLE
    assert bool(fate.noticed) == (not check_model(folder(tmp_path, BLIND.replace(old, new), table, SOUND), pysd=False).passed)


# --- each fault is what it says

EVERY = """{UTF-8}
Age: young, old ~~|
late: old ~~|
weight[Age] = 2, 3 ~~|
stock = INTEG(MIN(inflow, 5) - stock * 0.1, 4) ~~|
empty = INTEG(1, 0) ~~|
inflow = 2 + Time ~~|
slow = DELAY3(inflow, 1.5) ~~|
old weight = weight[old] ~~|
switched = IF THEN ELSE(Time > 1.3 :AND: stock > 2, -stock, weight[young]) ~~|
room([(0,0)-(10,1)],(0,1),(5,0.6),(10,0)) ~~|
read = room(stock) / inflow ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 3 ~~|
TIME STEP = 0.125 ~~|
SAVEPER = 0.5 ~~|
"""
TEXTS = [
    ("constant", "weight[young]", "2 -> 2.2", "weight[Age] = 2, 3", "weight[Age] = 2.2, 3"),
    ("constant", "weight[old]", "3 -> -3", "weight[Age] = 2, 3", "weight[Age] = 2, -3"),
    ("number in an equation", "stock", "0.1 -> 0.11", "stock * 0.1,", "stock * 0.11,"),
    ("sign", "inflow", "2 + Time -> 2 - Time", "2 + Time", "2 - Time"),
    ("sign", "switched", "-stock -> stock", "-stock", "stock"),
    ("product or ratio", "read", "room(stock) / inflow -> room(stock) * inflow", "room(stock) / inflow", "room(stock) * inflow"),
    ("MIN or MAX", "stock", "MIN(inflow, 5) -> MAX(inflow, 5)", "MIN(inflow, 5)", "MAX(inflow, 5)"),
    ("comparison or logic", "switched", "Time > 1.3 -> Time < 1.3", "Time > 1.3", "Time < 1.3"),
    ("comparison or logic", "switched", "Time > 1.3 :AND: stock > 2 -> Time > 1.3 :OR: stock > 2", ":AND:", ":OR:"),
    ("subscript", "old weight", "weight[old] -> weight[young]", "weight[old] ~", "weight[young] ~"),
    ("initial value", "stock", "4 -> a tenth more, or 0.1 where it is 0", "0.1, 4)", "0.1, 4.4)"),
    ("initial value", "empty", "0 -> a tenth more, or 0.1 where it is 0", "INTEG(1, 0)", "INTEG(1, 0.1)"),
    ("order of a delay", "slow", "", "DELAY3(", "DELAY1("),
    ("point of a lookup", "room", "(5, 0.6) -> (5, 0.7)", "(5,0.6)", "(5,0.7)"),
]


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Model, tuple[Mutant, ...]]:
    """Return a model with a place of every kind, the same with choices, and all its mutants."""
    file = tmp_path_factory.mktemp("every") / "every.mdl"
    file.write_text(EVERY, encoding="utf-8")
    model = llr_sd.load_model(file)
    choices = with_choices(model.equations)
    mutants = (*constant_mutants(Subject(model, Checks())), *choices.mutants)
    return model, Model("choices", choices.equations, ParameterTable((), file)), mutants


def values(model: Model, settings: dict[str, float]) -> dict[str, np.ndarray]:
    data = model.run(settings, ["stock", "empty", "inflow", "slow", "old weight", "switched", "read"]).dataset
    return {str(name): data[name].values for name in data.data_vars}


def test_the_model_with_choices_is_the_model_where_none_is_made(every: tuple[Model, Model, tuple[Mutant, ...]]) -> None:
    model, choices, mutants = every
    assert {m.kind for m in mutants} == set(KINDS)
    assert len({m.number for m in mutants if m.number}) == sum(bool(m.number) for m in mutants)
    own, other = values(model, {}), values(choices, {})
    assert all((own[name] == other[name]).all() for name in own)


@pytest.mark.parametrize(("kind", "variable", "change", "old", "new"), TEXTS, ids=lambda x: x if x in KINDS else "")
def test_a_mutant_is_the_model_with_that_fault(
    tmp_path: Path, every: tuple[Model, Model, tuple[Mutant, ...]], kind: str, variable: str, change: str, old: str, new: str
) -> None:
    model, choices, mutants = every
    (mutant,) = [m for m in mutants if (m.kind, m.variable) == (kind, variable) and m.change.startswith(change)]
    assert EVERY.count(old) == 1
    file = tmp_path / "faulty.mdl"
    file.write_text(EVERY.replace(old, new), encoding="utf-8")
    wanted, found = values(llr_sd.load_model(file), {}), values(choices, mutant.settings)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-13, err_msg=name)
    assert any((found[name] != before).any() for name, before in values(model, {}).items())


def test_a_subscript_that_makes_a_circle_is_noticed_and_hinders_no_other(tmp_path: Path) -> None:
    file = tmp_path / "chain.mdl"
    text = """{UTF-8}
Part: one, two, three ~~|
chain[one] = Time ~~|
chain[two] = chain[one] * 2 ~~|
chain[three] = chain[one] + 1 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 1 ~~|
TIME STEP = 0.5 ~~|
SAVEPER = 0.5 ~~|
"""
    file.write_text(text, encoding="utf-8")
    fates = {str(f.mutant): f for f in mutate_model(file).fates}
    assert fates['"chain[two]": chain[one] -> chain[two]'].noticed == "model file"
    assert fates['"chain[three]": chain[one] -> chain[two]'].noticed == ""
    assert fates['"chain[three]": 1 -> 1.1'].noticed == ""


def test_the_command_says_the_share_and_takes_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = folder(tmp_path, BLIND, checks=SOUND)
    assert main(["check", str(home), "--mutations", "12", "--out", str(tmp_path / "mutants.csv")]) in (0, 1)
    assert "mutants, " in capsys.readouterr().out.splitlines()[-1]
    assert len((tmp_path / "mutants.csv").read_text(encoding="utf-8").splitlines()) == 13
    assert main(["check", str(home), "--mutations", "0"]) == 2
    assert main(["check", "--statistics", "--mutations"]) == 2
