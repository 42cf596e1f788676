"""The study of the illustrative Rutland site: what findings.md states holds in single runs and in the draws."""

from __future__ import annotations

import re
from pathlib import Path

import findings_page
import pytest
from findings_page import tables

import llr_sd

STUDY = Path(__file__).parents[2] / "experiments" / "site_rutland"
SKILLS = ("autonomous", "enhanced", "core", "foundation")


def numbers(cell: str) -> tuple[list[float], float]:
    """Return the numbers of a cell "central (low to high)", which may be negative, and half a unit of its last decimal."""
    found = findings_page.numbers(cell, findings_page.SIGNED)
    assert found, cell
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return (STUDY / "findings.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study() -> llr_sd.Study:
    return llr_sd.load_study(STUDY)


@pytest.fixture(scope="module")
def result(study: llr_sd.Study, tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    """The study without its sensitivity analysis and, for time, without its curves."""
    outputs = {n: o for n, o in study.outputs.items() if n not in ("staff", "in_training")}
    short = study.model_copy(update={"sobol": None, "outputs": outputs})
    return llr_sd.run_study(short, out=tmp_path_factory.mktemp("rutland") / "results", verify=0)


def value(result: llr_sd.StudyResult, scenario: str, output: str, element: str | None = None) -> float:
    found = result.runs[f"central: {output}"].sel(scenario=scenario)
    return float(found if element is None else found.sel({found.dims[-1]: element}))


def output_cells(page: str, study: llr_sd.Study) -> list[tuple[str, str, str, str]]:
    """Return scenario, output, element and cell of every table whose columns name outputs."""
    scenarios = {s.name for s in study.scenario}
    cells = []
    for table in tables(page):
        for column in table.columns:
            named = re.search(r"`(\w+)(?:\[(\w+)\])?`", column)
            if named and named[1] in study.outputs:
                for row, cell in table[column].items():
                    scenario, element = (row, named[2] or "") if row in scenarios else ("As elicited", row)
                    cells.append((scenario, named[1], element, cell))
    return cells


def test_every_figure_of_the_tables_is_that_of_the_runs(page: str, study: llr_sd.Study, result: llr_sd.StudyResult) -> None:
    found = result.summary.set_index(["scenario", "output", "element", "statistic"])["value"]
    cells = output_cells(page, study)
    assert len(cells) > 80
    for scenario, output, element, cell in cells:
        (centre, low, high), margin = numbers(cell)
        assert value(result, scenario, output, element or None) == pytest.approx(centre, abs=margin), (scenario, output, element)
        assert found[scenario, output, element, "p05"] == pytest.approx(low, abs=margin), (scenario, output, element)
        assert found[scenario, output, element, "p95"] == pytest.approx(high, abs=margin), (scenario, output, element)


def test_every_chance_and_median_is_that_of_the_draws(page: str, result: llr_sd.StudyResult) -> None:
    table = next(t for t in tables(page) if "Median" in t.columns)
    medians = result.summary.query("output == 'years_to_close' and statistic == 'p50'").set_index("scenario")["value"]
    found = result.targets.set_index(["scenario", "target"])
    for scenario, row in table.iterrows():
        assert medians[scenario] == pytest.approx(float(row["Median"]), abs=0.05)
        for target in ("Within 5 years", "Within 10 years"):
            shown, margin = numbers(row[target])
            drawn = found.loc[(scenario, target), ["probability", "low", "high"]].astype(float)
            assert drawn.tolist() == pytest.approx(shown, abs=margin), (scenario, target)


def test_the_path_is_that_of_the_central_run(page: str, study: llr_sd.Study) -> None:
    table = next(t for t in tables(page) if t.index.name == "October of")
    times = [float(year) + 0.75 for year in table.index]
    run = (
        llr_sd.load_model(study.model)
        .run(dict(study.set), outputs=["staff", "people in training"], times=times)
        .dataset.isel(run=0)
    )
    paths = {"in training: f2c": "f2c", "c2e": "c2e", "e2a": "e2a"}
    for column in table.columns:
        skill = column in SKILLS
        found = run["staff"].sel(Skill=column) if skill else run["people in training"].sel(Path=paths[column])
        for year, cell in table[column].items():
            (centre, *_), margin = numbers(cell)
            assert float(found.sel(time=float(year) + 0.75)) == pytest.approx(centre, abs=margin), (year, column)


def test_the_best_mix_has_fewer_autonomous_and_more_enhanced_staff(result: llr_sd.StudyResult) -> None:
    one, two, three = (result.runs[name].sel(scenario="As elicited") for name in ("bar_1", "bar_2", "bar_3"))
    dimension = one.dims[-1]
    for bar in (two, three):
        assert (bar.sel({dimension: "autonomous"}) < one.sel({dimension: "autonomous"})).all()
        assert (bar.sel({dimension: "enhanced"}) > one.sel({dimension: "enhanced"})).all()
    assert value(result, "As elicited", "bar_3", "enhanced") > 2 * value(result, "As elicited", "bar_1", "enhanced")
    assert (three.sum(dimension) > two.sum(dimension)).all()


def test_bars_follow_what_can_pass_to_others(result: llr_sd.StudyResult) -> None:
    order = ("Present mix kept", "Little can pass", "As elicited", "Much can pass")
    for skill, falling in (("autonomous", True), ("enhanced", False)):
        bars = [value(result, s, "bar_3", skill) for s in order]
        assert bars == sorted(bars, reverse=falling)
    for skill in SKILLS:
        kept = value(result, "Present mix kept", "bar_2", skill)
        assert kept == pytest.approx(value(result, "Present mix kept", "bar_1", skill), rel=1e-9)
    for scenario in ("Training doubled", "Easier hiring", "No hires"):
        assert value(result, scenario, "bar_3", "enhanced") == pytest.approx(value(result, "As elicited", "bar_3", "enhanced"))
        assert value(result, scenario, "places", "c2e") == pytest.approx(value(result, "As elicited", "places", "c2e"))


def test_hiring_closes_the_gap_sooner_and_training_alone_does_not(result: llr_sd.StudyResult) -> None:
    years = {str(s): value(result, str(s), "years_to_close") for s in result.runs["scenario"].values}
    assert 5 < years["Easier hiring"] < years["As elicited"] < years["Much can pass"] < years["Training doubled"] == 14
    assert years["No hires"] == 14
    ten = result.targets.query("target == 'Within 10 years'").set_index("scenario")["probability"]
    assert ten["Easier hiring"] > ten["As elicited"] > ten["Training doubled"]
    assert value(result, "Training doubled", "staff_2022", "core") < value(result, "As elicited", "staff_2022", "core")


def test_staff_trainees_shares_and_contacts_balance_in_every_scenario(study: llr_sd.Study) -> None:
    model = llr_sd.load_model(study.model)
    errors = ["staff balance error", "training balance error", "share sum error", "contacts balance error"]
    for scenario in study.scenario:
        run = model.run({**study.set, **scenario.set}, outputs=errors).dataset
        assert all(float(abs(run[name]).max()) < 1e-7 for name in errors), scenario.name


def test_the_report_and_the_findings_say_that_the_site_is_illustrative(
    page: str, study: llr_sd.Study, result: llr_sd.StudyResult
) -> None:
    assert study.illustrative
    assert "illustrative" in (result.path / "report.html").read_text(encoding="utf-8").lower()
    assert "illustrative" in page.split("\n")[0]
    assert "never published" in page
