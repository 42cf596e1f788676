"""The ratings of the LLR log: whole study, held against the plan's printed figures, closed forms and its own findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from findings_page import tables

import llr_sd
from llr_sd import analysis
from llr_sd.register import Register, Risk, load_matrix, load_register
from llr_sd.risks.prepared import settings_of

STUDY = Path(__file__).parents[2] / "experiments" / "risk_ratings"
MAIN = ("capacity", "delivery")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    return llr_sd.run_study(STUDY, out=tmp_path_factory.mktemp("ratings") / "results")


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register("llr_2017")


@pytest.fixture(scope="module")
def held(result: llr_sd.StudyResult) -> pd.DataFrame:
    """The ratings that are held against the log."""
    return result.tables["ratings"].query("verdict != ''").set_index(["risk", "ladder"])


def risk_of(register: Register, name: str) -> Risk:
    return next(r for r in register.risk if r.id == name)


def test_all_ten_are_rated_by_runs_of_the_models_that_they_need(result: llr_sd.StudyResult, held: pd.DataFrame) -> None:
    assert list(result.tables["risks"]["risk"]) == [f"R{n:03d}" for n in range(1, 11)]
    models = result.tables["risks"].set_index("risk")["models"]
    assert "swipe_site" in models["R001"]
    assert "swipe_site" in models["R006"]
    assert all("llr_system" in models[r] for r in ("R003", "R005", "R007", "R010"))
    for risk in models.index:
        for ladder in MAIN:
            row = held.loc[risk, ladder]
            assert row["runs"] == 4096
            assert row["score_low"] <= row["score"] <= row["score_high"]
            assert row["verdict"] in ("supported", "understated", "overstated", "borderline", "not testable")
    assert result.manifest["failed"] == 0
    assert set(held.query("illustrative").index) == {("R001", "capacity"), ("R001", "delivery"), ("R006", "own")}


def test_models_share_their_draws(result: llr_sd.StudyResult) -> None:
    draws = result.tables["design"]
    names = result.tables["parameters"].groupby("name")["model"].agg(list)
    variables = result.tables["parameters"].set_index(["model", "name"])["variable"]
    shared = {n: models for n, models in names.items() if len(models) > 1}
    assert len(shared) > 20
    for name, models in shared.items():
        first, *others = (draws[f"{m}: {variables[m, name]}"].to_numpy() for m in models)
        assert all(np.array_equal(first, other) for other in others), name


@pytest.mark.parametrize(
    ("risk", "run", "sums", "printed", "within"),
    [
        # What the plan counts on by September 2020, from its Tables 12 to 14.
        ("R002", "planned", ["cumulative newly qualified WTE"], 122.4, 0.001),
        ("R004", "planned", ["cumulative retirement WTE", "cumulative quitting WTE", "cumulative session loss WTE"], 63.0, 0.05),
        ("R006", "planned", ["GP equivalents"], 85 / 3, 0.001),
        ("R008", "planned", ["international WTE"], 30.0, 0.01),
    ],
)
def test_the_planned_runs_give_what_the_plan_prints(
    register: Register, risk: str, run: str, sums: list[str], printed: float, within: float
) -> None:
    model = llr_sd.load_model("gp_supply")
    settings = settings_of(risk_of(register, risk), run, model)
    found = model.run(settings, outputs=sums, times=[2020.75]).dataset
    assert sum(float(found[s].values[0, 0]) for s in sums) == pytest.approx(printed, rel=within)


def test_the_readme_of_registers_prints_what_the_planned_runs_give(register: Register) -> None:
    page = " ".join((Path(llr_sd.__file__).parent / "workforce" / "registers" / "README.md").read_text(encoding="utf-8").split())
    model, losses = llr_sd.load_model("gp_supply"), ["retirement", "quitting", "session loss"]

    def total(risk: str, run: str, sums: list[str]) -> float:
        found = model.run(settings_of(risk_of(register, risk), run, model), outputs=sums, times=[2020.75]).dataset
        return sum(float(found[s].values[0, 0]) for s in sums)

    lost = [f"cumulative {n} WTE" for n in losses]
    assert f"{total('R002', 'planned', ['cumulative newly qualified WTE']):.0f} WTE of newly qualified GPs (R002)" in page
    assert f"63 WTE lost (R004; {total('R004', 'planned', lost):.1f} in the model)" in page
    assert f"{total('R006', 'planned', ['GP equivalents']):.1f} GP equivalents (R006)" in page
    assert f"30 recruits (R008; {total('R008', 'planned', ['international WTE']):.1f})" in page
    kept = total("R009", "without", lost) - total("R009", "believed", lost)
    assert f"24 WTE kept (R009; {kept:.1f})" in page


def test_the_gain_that_the_workload_schemes_are_held_to_is_the_plans(register: Register) -> None:
    """Scenario 2 loses 63 WTE where scenario 1 loses 87 (Tables 12 and 13)."""
    model, losses = llr_sd.load_model("gp_supply"), ["retirement", "quitting", "session loss"]
    lost = {}
    for run in ("without", "believed"):
        found = model.run(settings_of(risk_of(register, "R009"), run, model), [f"cumulative {n} WTE" for n in losses], [2020.75])
        lost[run] = sum(float(v.values[0, 0]) for v in found.dataset.data_vars.values())
    assert lost["without"] - lost["believed"] == pytest.approx(24, rel=0.05)


def test_adoption_is_the_bass_curve(result: llr_sd.StudyResult) -> None:
    """R007 loses the share of practices that have not adopted: 1 - F(t) of Bass 1969 (doi:10.1287/mnsc.15.5.215), draw by draw."""
    draws = result.tables["design"]
    p, q = (draws[f"llr_system: adopt_{k}"].to_numpy() for k in "pq")
    faded = np.exp(-(p + q) * 3)
    adopted = (1 - faded) / (1 + q / p * faded)
    lost = result.runs["R007 delivery"].sel(scenario="2020.75").values
    assert np.abs(lost - (1 - adopted)).max() < 2e-3


def test_ratings_follow_from_the_losses_that_are_stored(
    result: llr_sd.StudyResult, held: pd.DataFrame, register: Register
) -> None:
    matrix = load_matrix(register.matrix_file)
    for (risk, ladder), row in held.iterrows():
        part = risk_of(register, risk).ladder[ladder]
        shares = part.shares or register.ladder[ladder].shares
        losses = result.runs[f"{risk} {ladder}"].sel(scenario=f"{row['horizon']:g}").values
        p = [(losses >= s).mean() for s in (0.0, *shares)]
        assert tuple(analysis.rate(np.array(p), matrix)) == (row["likelihood"], row["consequence"], row["score"])
        shown = result.tables["exceedance"].query("risk == @risk and ladder == @ladder and horizon == @row.horizon")
        assert shown["probability"].to_numpy() == pytest.approx(p, abs=1e-12)


def test_a_rating_that_rests_on_judgement_is_not_testable(held: pd.DataFrame) -> None:
    for _, row in held.iterrows():
        assert (row["verdict"] == "not testable") == (row["grade_c_share"] > 0.70)
        if row["verdict"] == "not testable":
            assert row["measure_first"]
        if row["score_low"] != row["score_high"]:
            assert row["settle_runs"] > row["runs"] * 0.5


def test_a_bound_holds_international_recruitment_at_consequence_3(held: pd.DataFrame) -> None:
    """30 WTE are 4.6 % of 646: consequence 4 begins at 5 %."""
    assert held.loc["R008", "capacity"]["consequence"] <= 3


def test_mitigations_of_retention_never_make_it_worse(result: llr_sd.StudyResult) -> None:
    rows = result.tables["movement"].query("kind == 'mitigation'")
    assert set(rows["risk"]) == {"R002", "R004", "R005", "R009"}
    assert (rows["reviewed_rating"] <= rows["original_rating"]).all()


def test_every_figure_is_drawn_and_named(result: llr_sd.StudyResult) -> None:
    names = {p.stem for p in (result.path / "figures").glob("*.svg")}
    assert {"risk_overview", "risk_matrix", "exceedance", "drivers", "movement"} <= names
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert page.count("<img") == len(names)
    assert 'alt=""' not in page


def test_findings_are_those_of_the_study(result: llr_sd.StudyResult, held: pd.DataFrame) -> None:
    page = tables((STUDY / "findings.md").read_text(encoding="utf-8"))
    ratings = next(t for t in page if "Capacity" in t.columns)
    assert len(ratings) == 10
    for risk, row in ratings.iterrows():
        for ladder in MAIN:
            found = held.loc[risk, ladder]
            ends = f" ({found['score_low']} to {found['score_high']})" if found["score_low"] != found["score_high"] else ""
            assert (
                row[ladder.capitalize()]
                == f"{found['likelihood']} x {found['consequence']} = {found['score']}{ends}, {found['verdict']}"
            )
    judged = next(t for t in page if "Judgement" in t.columns)
    for risk, row in judged.iterrows():
        assert row["Judgement"] == f"{held.loc[risk, 'capacity']['grade_c_share']:.0%}".replace("%", " %")
        assert row["Measure first"] == (held.loc[risk, "capacity"]["measure_first"] or "-")


def test_figures_in_the_prose_are_those_of_the_study(result: llr_sd.StudyResult) -> None:
    prose = " ".join((STUDY / "findings.md").read_text(encoding="utf-8").split())
    runs = result.runs.sel(scenario="2020.75")
    central = {name: float(runs[f"central: {name}"]) * 646 for name in ("R004 capacity", "R010 capacity")}
    probability = (
        result.tables["exceedance"].query("horizon == 2020.75").set_index(["risk", "ladder", "consequence"])["probability"]
    )
    assert f"by about {central['R004 capacity']:.0f} WTE" in prose
    assert f"in {probability['R004', 'capacity', 4]:.0%} of the runs".replace("%", " %") in prose
    assert f"{float(runs['central: R009 delivery']):.0%} of it is lost".replace("%", " %") in prose
    assert f"over all runs in {probability['R002', 'capacity', 5]:.0%}".replace("%", " %") in prose
    assert f"about £{central['R010 capacity'] * 0.112:.1f} million a year beyond" in prose
    assert f"£{np.quantile(runs['R010 capacity'].values, 0.01) * 646 * 0.112:.1f} million or more in 99 of 100 runs" in prose
    stability = result.tables["stability"]
    for kind in ("bands", "step", "range"):
        changed = stability.loc[stability["kind"] == kind, "changed"]
        assert f"changes {int(changed.sum())} of {len(changed)}" in prose
    ladders = stability.query("kind == 'ladder'").groupby(["risk", "ladder"])["changed"].any()
    assert f"{int(ladders.sum())} of the {len(ladders)} ratings" in prose
    assert f"{result.manifest['runs in all']:,} runs" in prose
