"""The study of the LLR plan, run as a user runs it, on fewer draws."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import llr_sd
from llr_sd.cli import main

STUDY = Path(__file__).parents[2] / "experiments" / "gp_plan"
TABLES = Path(__file__).parents[2] / "models" / "gp_supply" / "evidence" / "table12_14_scenarios.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan") / "gp_plan"
    folder.mkdir()
    text = (STUDY / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(re.sub(r"^runs = \d+$", "runs = 256", text, flags=re.M), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def result(folder: Path) -> llr_sd.StudyResult:
    return llr_sd.run_study(folder)


def central(result: llr_sd.StudyResult, scenario: str, output: str) -> float:
    return float(result.runs[f"central: {output}"].sel(scenario=scenario))


def test_plan_scenarios_are_the_published_ones(result: llr_sd.StudyResult) -> None:
    published = pd.read_csv(TABLES)
    positions = published[published["component"] == "position_2020"].set_index("scenario")["published_change"]
    gps, equivalents = [561, 630, 630], [0, 0, 28]
    for number in (1, 2, 3):
        scenario = f"Plan scenario {number}"
        assert central(result, scenario, "gp_2020") == pytest.approx(gps[number - 1], abs=1e-9)  # a stock, filled step by step
        assert central(result, scenario, "equivalents_2020") == pytest.approx(equivalents[number - 1], abs=1e-9)
        assert gps[number - 1] + equivalents[number - 1] == positions[number]
        runs = result.runs["gp_2020"].sel(scenario=scenario).values
        assert (runs == runs[0]).all()
    assert not (result.targets.query("target == '639 GPs' and scenario.str.startswith('Plan')")["met"] > 0).any()


def test_the_plan_believed_ends_where_the_plan_does(result: llr_sd.StudyResult) -> None:
    """The dynamic model with every belief behind Table 13 gives its sum; other arrivals, of which the table has none, come on top."""
    assert central(result, "2 as the plan believes", "gp_2020") == pytest.approx(630, abs=2)
    assert central(result, "Believed, with arrivals", "gp_2020") > 639
    believed = result.runs["gp_2020"].sel(scenario="2 as the plan believes").values
    assert np.abs(believed - 630).max() < 5
    met = result.targets.query("target == '639 GPs' and scenario == 'Believed, with arrivals'")["probability"].iloc[0]
    assert 0.7 < met < 0.95


def test_what_it_would_take_is_the_least_whole_number() -> None:
    model = llr_sd.load_model("gp_supply")
    for scenario in llr_sd.load_study(STUDY).scenario:
        if "returners_policy" not in scenario.set:
            continue
        enough = scenario.set["returners_policy"]
        held = {**(model.table.planned if scenario.planned else {}), **scenario.set}
        table = pd.DataFrame([{**held, "returners_policy": enough - less} for less in (0, 1)])
        gp = model.run(table, outputs=["GP WTE"], times=[2020.75]).dataset["GP WTE"].values[:, 0]
        assert gp[1] < 639 <= gp[0], scenario.name


def test_history_check_passes_october_2017(result: llr_sd.StudyResult) -> None:
    line = result.runs["central: gp"].sel(scenario="History check")
    assert float(line.sel(time=2015.75)) == pytest.approx(563)
    assert float(line.sel(time=2017.75)) == pytest.approx(541, rel=0.02)
    assert float(line.sel(time=2017.25)) == pytest.approx(565, rel=0.04)
    assert np.isnan(result.runs["gp"].sel(scenario="Plan scenario 1", time=2015.75)).all()


def test_every_probability_has_an_interval(result: llr_sd.StudyResult) -> None:
    targets = result.targets
    assert (targets["low"] <= targets["probability"]).all()
    assert (targets["probability"] <= targets["high"]).all()
    assert (targets["runs"] == 256).all()
    assert {"mean", "p05", "p95", "probability"} <= set(result.summary["statistic"])


def test_scenarios_share_their_draws(result: llr_sd.StudyResult) -> None:
    gp = result.runs["gp_2020"]
    one, two = gp.sel(scenario="1 No schemes").values, gp.sel(scenario="2 Recruits and retention").values
    assert np.corrcoef(one, two)[0, 1] > 0.8


def test_the_folder_holds_what_the_readme_says(result: llr_sd.StudyResult) -> None:
    names = {p.name for p in result.path.iterdir()}
    assert names >= {"manifest.json", "study.toml", "model", "design.parquet", "runs.zarr", "failures.csv", "summary.parquet"}
    assert names >= {"targets.parquet", "parameters.parquet", "figures", "report.html", "workbook.xlsx"}
    assert {p.name for p in (result.path / "model").iterdir()} == {"gp_supply.mdl", "parameters.csv", "checks.toml"}
    assert not [p for p in result.path.parent.iterdir() if p.name.startswith(".")]
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "630 WTE plus 28 equivalents (other staff, counted apart)" in page.replace("\u00a0", " ")
    again = llr_sd.open_result(result.path)
    pd.testing.assert_frame_equal(again.summary, result.summary)


def test_same_study_same_bytes(folder: Path, result: llr_sd.StudyResult) -> None:
    first = {p.relative_to(result.path): p.read_bytes() for p in result.path.rglob("*") if p.is_file()}
    again = llr_sd.run_study(folder, threads=1)
    second = {p.relative_to(again.path): p.read_bytes() for p in again.path.rglob("*") if p.is_file()}
    assert [str(p) for p in first if first[p] != second.get(p)] == []
    assert first.keys() == second.keys()


def test_the_command_ends_with_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(folder)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == f"report: {folder / 'results' / 'report.html'}"
    assert printed.err == ""


def test_an_engine_is_an_engine(tmp_path: Path, staff: Path) -> None:
    compiled = llr_sd.run_study(staff, out=tmp_path / "a")
    reference = llr_sd.run_study(staff, out=tmp_path / "b", engine="pysd")
    np.testing.assert_allclose(compiled.runs["staff"].values, reference.runs["staff"].values, rtol=1e-12)
    shutil.rmtree(tmp_path / "a")


def test_a_failed_run_is_reported_and_left_out(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = staff / "staff" / "staff.mdl"
    text = model.read_text(encoding="utf-8")
    assert "SUM(staff[Skill!])" in text
    model.write_text(
        text.replace("SUM(staff[Skill!])", "SUM(staff[Skill!]) + 0 * SQRT(SUM(staff[Skill!]) - 120)"), encoding="utf-8"
    )
    assert main(["run", str(staff)]) == 1
    result = llr_sd.open_result(staff / "results")
    failed = result.failures[result.failures["sample"] == "monte_carlo"]
    assert 0 < len(failed) < 24
    good = result.summary.query("output == 'lost' and statistic == 'mean'").set_index("scenario")["runs"]
    lost = failed["scenario"].value_counts()
    assert all(good[s] == 12 - lost.get(s, 0) for s in good.index)
    assert "failed" in capsys.readouterr().out


def test_an_undefined_expression_is_told_and_no_run_is_lost_for_it(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (staff / "study.toml").read_text(encoding="utf-8")
    text = text.replace('"200 - staff_2020"', '"(staff_2020 - seniors_2020) ** 0.5 / max(0, staff_2020 - 173)"')
    (staff / "study.toml").write_text(text, encoding="utf-8")
    assert main(["run", str(staff)]) == 0
    result = llr_sd.open_result(staff / "results")
    assert result.failures.empty
    means = result.summary.query("statistic == 'mean'").groupby("output")["runs"]
    assert means.max()["lost"] < 12
    assert means.min().drop("lost").min() == 12
    assert "lost is undefined in 11 of 12 runs of “as now”" in " ".join(capsys.readouterr().out.split())
