"""The study of the illustrative Rutland site: what findings.md states holds in single runs and in the draws."""

from __future__ import annotations

import re
from pathlib import Path

import findings_page
import pandas as pd
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
        assert (bar.sel({dimension: "enhanced"}) > one.sel({dimension: "enhanced"})).all()
        assert float((bar.sel({dimension: "autonomous"}) < one.sel({dimension: "autonomous"})).mean()) > 0.99
    assert value(result, "As elicited", "bar_3", "enhanced") > 2 * value(result, "As elicited", "bar_1", "enhanced")
    assert (three.sum(dimension) > two.sum(dimension)).all()


def test_bars_follow_what_can_pass_to_others(result: llr_sd.StudyResult) -> None:
    order = ("Present mix kept", "Little can pass", "As elicited", "Much can pass")
    for skill, falling in (("autonomous", True), ("enhanced", False)):
        bars = [value(result, s, "bar_3", skill) for s in order]
        assert bars == sorted(bars, reverse=falling)
    for skill in SKILLS:
        kept = value(result, "Present mix kept", "bar_2", skill)
        assert kept == pytest.approx(value(result, "Present mix kept", "need", skill), rel=1e-9)
    for scenario in ("Training doubled", "Easier hiring", "No hires", "Little time to supervise"):
        assert value(result, scenario, "bar_3", "enhanced") == pytest.approx(value(result, "As elicited", "bar_3", "enhanced"))
        assert value(result, scenario, "places", "c2e") == pytest.approx(value(result, "As elicited", "places", "c2e"))


def test_hiring_closes_the_gap_sooner_and_training_alone_does_not(result: llr_sd.StudyResult) -> None:
    years = {str(s): value(result, str(s), "years_to_close") for s in result.runs["scenario"].values}
    assert 5 < years["Easier hiring"] < years["Better retention"] < years["As elicited"] < years["Training doubled"] == 14
    assert years["No hires"] == years["Much can pass"] == years["Little time to supervise"] == 14
    ten = result.targets.query("target == 'Within 10 years'").set_index("scenario")["probability"]
    assert ten["Easier hiring"] > ten["As elicited"] > ten["Training doubled"]
    assert value(result, "Training doubled", "staff_2022", "enhanced") < value(result, "As elicited", "staff_2022", "enhanced")


def test_older_and_frailer_patients_move_the_bars_and_leave_the_staff_in_post(result: llr_sd.StudyResult) -> None:
    for skill in SKILLS:
        base = value(result, "As elicited", "bar_3", skill)
        for scenario in ("Older patients", "More frail people", "Need grows, posts follow"):
            assert value(result, scenario, "bar_3", skill) > base
            assert value(result, scenario, "bar_1", skill) == value(result, "As elicited", "bar_1", skill)
        assert value(result, "Older patients, LLR's staffing", "need", skill) < value(result, "Older patients", "need", skill)


def test_figures_in_the_prose_are_those_of_the_runs(page: str, study: llr_sd.Study, result: llr_sd.StudyResult) -> None:
    """Each sentence that has a figure is made anew from the runs, word for word."""
    prose = " ".join(page.split())
    chance = result.targets.set_index(["scenario", "target"])["probability"]

    def of(output: str, skill: str, scenario: str = "As elicited") -> float:
        return value(result, scenario, output, skill)

    def within_ten(scenario: str) -> str:
        return f"{100 * chance[scenario, 'Within 10 years']:.0f} %"

    def years(scenario: str) -> str:
        return f"{value(result, scenario, 'years_to_close'):.1f}"

    def over_staff(scenario: str) -> str:
        *first, last = (f"{100 * (of('need', k, scenario) / of('bar_1', k) - 1):+.0f}" for k in SKILLS)
        return f"{', '.join(first)} and {last} %"

    held = "Older patients, LLR's staffing"
    totals = [sum(of(bar, k) for k in SKILLS) for bar in ("bar_1", "bar_2", "bar_3")]
    spared = of("bar_1", "autonomous") - of("bar_2", "autonomous")
    autonomous = {
        bar: result.runs[bar].sel(scenario="As elicited").isel({result.runs[bar].dims[-1]: 0}) for bar in ("bar_1", "bar_3")
    }
    dearer = int((autonomous["bar_3"] >= autonomous["bar_1"]).sum())
    short = {s: value(result, s, "enhanced_short_2022") for s in ("As elicited", "Training doubled")}
    places = [of("places", p) for p in ("f2c", "c2e", "e2a")]
    flagged = result.summary.query("output == 'calibration' and statistic == 'mean' and scenario == 'As elicited'")[
        "value"
    ].item()
    model = llr_sd.load_model(study.model)
    start = model.run({}, outputs=["cal", "staffing level", "release wanted"], times=[2017.75]).dataset.isel(run=0, time=0)
    factors, levels = (", ".join(f"{x:.2f}" for x in start[name].values) for name in ("cal", "staffing level"))
    varies = pd.read_parquet(result.path / "parameters.parquet")
    for sentence in (
        f"(GPs and some nurses: {of('bar_1', 'autonomous'):.1f} to {of('bar_3', 'autonomous'):.1f} WTE five years on)",
        f"{of('bar_3', 'enhanced') / of('bar_1', 'enhanced'):.1f} times the enhanced staff"
        f" ({of('bar_1', 'enhanced'):.1f} to {of('bar_3', 'enhanced'):.1f})",
        f"In {dearer} of 2,048 draws those who take work over",
        f"It gets there in about {years('As elicited')} years, not five.",
        f"{totals[0]:.1f} WTE now, {totals[1]:.1f} with the best mix, {totals[2]:.1f} with the best mix and five more years",
        f"it spares {spared:.1f} WTE at the autonomous level and takes {totals[1] - totals[0] + spared:.1f} at the others.",
        f"within five years in {100 * chance['As elicited', 'Within 5 years']:.0f} % of draws, within ten in {within_ten('As elicited')}.",
        f"Enhanced staff are {short['As elicited']:.1f} WTE short in September 2022.",
        f"{places[0]:.1f} foundation to core, {places[1]:.1f} core to enhanced, {places[2]:.1f} enhanced to autonomous.",
        f"which is {short['Training doubled']:.1f} WTE short in September 2022 in place of {short['As elicited']:.1f}.",
        f"brings it to {years('Easier hiring')} years, and {within_ten('Easier hiring')} of draws within ten;"
        f" better retention to {years('Better retention')}, and {within_ten('Better retention')}.",
        f"in place of 6 %, {within_ten('Little time to supervise')} of draws are there within ten years.",
        f"it still takes {years('Present mix kept')} years",
        f"need at the present mix is {over_staff('Older patients')} of the staff in post",
        f"Held against the staff of all LLR's practices, it is {over_staff(held)}:",
        f"Of the {len(varies)} inputs that vary, {(varies['grade'] == 'C').sum()} are judgement (grade C).",
        f"its practices' staff is {factors} by level",
        f"staff per patient are {levels} of LLR's.",
        f"up in {100 * flagged:.0f} % of draws",
        f"It would release {100 * float(start['release wanted']):.0f} % of the autonomous level's minutes",
    ):
        assert sentence in prose, sentence


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
    assert "found no published data" in page
