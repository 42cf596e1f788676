"""What a plan believes stands once, in the column `planned`; a scenario and the planned run of a risk take it from there."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.register import load_register
from llr_sd.report.outcome.tables import scenario_table
from llr_sd.risks.prepared import settings_of
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import prepare

STUDY = """title = "Beliefs"
model = "staff"
seed = 5
set = {{ hiring = 14 }}
[[scenario]]
name = "as drawn"
[[scenario]]
name = "as the plan believes"
planned = true
{own}
[uncertain]
names = ["leave_senior"]
[outputs]
staff = {{ variable = "all staff", at = 2020.75 }}
[monte_carlo]
runs = 8
"""


def believing(folder: Path, **planned: str) -> Path:
    """Give the small model's table the column `planned`."""
    table = folder / "staff" / "parameters.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    text = [f"{head},planned", *(f"{row},{planned.get(row.split(',')[0], '')}" for row in rows)]
    table.write_text("\n".join(text) + "\n", encoding="utf-8")
    return folder


def test_the_column_is_read_and_listed(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert llr_sd.load_model(staff / "staff").table.planned == {}
    believing(staff, leave_senior="0.05")
    model = llr_sd.load_model(staff / "staff")
    assert model.table.planned == {"leave_senior": 0.05}
    assert model.parameters["planned"].dropna().to_dict() == {"leave_senior": 0.05}
    assert main(["list", str(staff / "staff")]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.strip().startswith("leave_senior"))
    assert line.endswith("; planned 0.05")


def test_what_a_value_was_fitted_to_is_read_and_listed(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {p.fitted_to for p in llr_sd.load_model(staff / "staff").table} == {""}
    table = staff / "staff" / "parameters.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    said = "chosen knowing the return of 2015"
    text = [f"{head},fitted_to", *(f"{row},{said if row.startswith('leave_senior,') else ''}" for row in rows)]
    table.write_text("\n".join(text) + "\n", encoding="utf-8")
    model = llr_sd.load_model(staff / "staff")
    assert {p.name: p.fitted_to for p in model.table if p.fitted_to} == {"leave_senior": said}
    assert model.parameters.loc["leave_senior", "fitted_to"] == said
    assert main(["list", str(staff / "staff")]) == 0
    assert capsys.readouterr().out.count(said) == 1


@pytest.mark.parametrize("given", ["much", "1e9"])
def test_a_planned_value_that_does_not_fit_is_refused(staff: Path, given: str, capsys: pytest.CaptureFixture[str]) -> None:
    believing(staff, leave_senior=given)
    assert main(["list", str(staff / "staff")]) == 2
    said = capsys.readouterr().err
    assert "parameters.csv, row 2" in said
    assert "column planned" in said


def test_a_scenario_takes_what_the_plan_believes_and_its_own_before_it(staff: Path) -> None:
    """The planned set wins over what holds in every scenario, and loses against the scenario's own, by whatever name."""
    believing(staff, leave_senior="0.05", hiring="20")
    (staff / "study.toml").write_text(STUDY.format(own='set = { "leaving rate[junior]" = 0.1 }'), encoding="utf-8")
    result = llr_sd.run_study(staff)
    by_hand = {"leave_senior": 0.05, "hiring": 20, "leave_junior": 0.1}
    once = llr_sd.load_model(staff / "staff").run(by_hand, outputs=["all staff"], times=[2020.75])
    runs = result.runs["staff"].sel(scenario="as the plan believes").values
    assert runs == pytest.approx(float(once.dataset["all staff"].values[0, 0]), rel=1e-12)
    assert result.runs["staff"].sel(scenario="as drawn").values.std() > 0

    again = llr_sd.open_result(result.path)
    assert [dict(s.set) for s in again.study.scenario] == [dict(s.set) for s in result.study.scenario]
    assert dict(again.study.scenario[1].set) == by_hand
    told = scenario_table(again).rows[1][1]
    assert told.startswith("what the plan believes: ")
    assert "leave_senior) = 0.05" in told or "leave_senior = 0.05" in told
    pd.testing.assert_frame_equal(again.summary, result.summary)

    (staff / "study.toml").write_text(STUDY.format(own="set = { hiring = 7, leave_senior = 0.01 }"), encoding="utf-8")
    own = llr_sd.run_study(staff, out=staff / "own").study.scenario[1].set
    assert dict(own) == {"leave_senior": 0.01, "hiring": 7}


def test_beliefs_outside_their_evidence_are_told_in_one_sentence(staff: Path) -> None:
    """What the plan believes is told once for all scenarios that take it, and what a scenario sets itself as before."""
    believing(staff, leave_senior="0", leave_junior="0.12", hiring="15")
    study = STUDY.format(own="set = { hiring = 50 }")
    (staff / "study.toml").write_text(study, encoding="utf-8")
    told = told_of(staff)
    assert (
        'Of the 3 values that the plan believes, which the scenario "as the plan believes" takes where it sets no other, '
        "1 lies outside the range of the evidence: leave_senior is 0 1/Year (0.05 to 0.2)."
    ) in told
    assert [t for t in told if "Hiring is 50" in t and "6 to 18" in t]
    assert len(told) == 2
    (staff / "study.toml").write_text(study.replace("planned = true\n", ""), encoding="utf-8")
    assert len(told_of(staff)) == 1


def told_of(folder: Path) -> tuple[str, ...]:
    study = llr_sd.load_study(folder)
    return prepare(study, study_model(study)).told


def test_a_study_lists_that_a_scenario_is_planned(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    believing(staff, leave_senior="0.05")
    (staff / "study.toml").write_text(STUDY.format(own="set = { hiring = 7 }"), encoding="utf-8")
    assert main(["list", str(staff)]) == 0
    assert "as the plan believes: what the plan believes, hiring = 7" in capsys.readouterr().out


def test_a_planned_scenario_of_a_model_without_planned_values_is_refused(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (staff / "study.toml").write_text(STUDY.format(own=""), encoding="utf-8")
    assert main(["run", str(staff)]) == 2
    said = capsys.readouterr().err
    assert 'scenario "as the plan believes" > planned' in said
    assert "parameters.csv" in said
    assert len(said.splitlines()) <= 2
    assert not (staff / "results").exists()


def test_planned_runs_of_the_register_are_the_column(capsys: pytest.CaptureFixture[str]) -> None:
    """Every input of a group has the column's value, but for what the register sets for a risk; the register repeats none of the column."""
    register, model = load_register("llr_2017"), llr_sd.load_model("gp_supply")
    taken = 0
    for risk in register.risk:
        own, planned = risk.run.get("planned", {}), settings_of(risk, "planned", model)
        assert not set(own) & set(model.table.planned), risk.id
        for name in risk.group:
            found = model.table.find(name)
            if found is not None and found.planned is not None:
                taken += 1
                assert planned[found.name] == found.planned, (risk.id, name)
    assert taken > 15


def test_measures_as_the_plan_believes_them_are_the_column_to_two_digits() -> None:
    """What R004 and R009 of the register call the plan's belief is set on top of inputs that vary, so it stands there by hand."""
    risks, planned = {r.id: r for r in load_register("llr_2017").risk}, llr_sd.load_model("gp_supply").table.planned
    schemes = next(m for m in risks["R004"].mitigation if m.name == "GP5FV schemes")
    for settings in (schemes.set, risks["R009"].run["believed"]):
        for name in ("retention_policy", "session_policy"):
            assert settings[name] == pytest.approx(planned[name], abs=0.005)


def test_arrivals_of_gps_are_marked_as_chosen_knowing_the_history() -> None:
    """The 8 a year were set by someone who knew 563 and 541: neither figure tests the model."""
    table = {p.name: p for p in llr_sd.load_model("gp_supply").table}
    assert {"563", "541"} <= set(re.findall(r"\d+", table["gp_inmigration"].fitted_to))
    assert table["gp_quit_u55"].fitted_to == ""
