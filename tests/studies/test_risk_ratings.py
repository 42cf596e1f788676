"""The ratings of the LLR log: whole study, held against the plan's printed figures, closed forms and its own findings."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
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


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def rated(row: pd.Series) -> str:
    """A rating as the page writes it, with the ends of its interval where they differ."""
    ends = f" ({row['score_low']} to {row['score_high']})" if row["score_low"] != row["score_high"] else ""
    return f"{row['likelihood']} x {row['consequence']} = {row['score']}{ends}"


def table_with(column: str) -> pd.DataFrame:
    """The table of the page that has a column, its first column as the index."""
    return next(t for t in tables((STUDY / "findings.md").read_text(encoding="utf-8")) if column in t.columns)


def test_findings_are_those_of_the_study(held: pd.DataFrame) -> None:
    ratings = table_with("At face value")
    assert len(ratings) == 10
    for risk, row in ratings.iterrows():
        own = [held.loc[risk, ladder] for ladder in MAIN]
        for ladder, found in zip(MAIN, own, strict=True):
            assert row[ladder.capitalize()] == f"{rated(found)}, {found['verdict']}", (risk, ladder)
        assert row["At face value"] == "; ".join(found["at_face_value"] for found in own), risk


def test_what_drives_a_risk_is_told_as_measured(result: llr_sd.StudyResult, held: pd.DataFrame) -> None:
    """The input with the largest total index, and the next where it has a tenth or more; then the judgement to measure first."""
    drivers = result.tables["drivers"].query("ladder == 'capacity' and quantity == 'loss'")
    page = table_with("Judgement")
    assert len(page) == 10
    for risk, row in page.iterrows():
        own = drivers[drivers["risk"] == risk].sort_values("ST", ascending=False).head(2)
        kept = [x for i, x in enumerate(own.itertuples()) if i == 0 or x.ST >= 0.095]
        told = "; ".join(f"{x.label}{f' ({x.grade})' if x.grade else ''} {x.ST:.2f}" for x in kept)
        assert row["What moves it most (total index)"] == told, risk
        assert row["Judgement"] == percent(held.loc[risk, "capacity"]["grade_c_share"]), risk
        assert row["Measure first"] == (held.loc[risk, "capacity"]["measure_first"] or "-"), risk


def test_how_likely_each_consequence_is_stands_as_counted(result: llr_sd.StudyResult) -> None:
    rows = result.tables["exceedance"].query("horizon == 2020.75 and ladder == 'capacity'").set_index(["risk", "consequence"])
    page = table_with("p_5")
    assert len(page) == 10
    for risk, row in page.iterrows():
        assert list(row) == [f"{rows.loc[(risk, c), 'probability']:.2f}" for c in range(1, 6)], risk
    widest = float(np.maximum(rows["high"] - rows["probability"], rows["probability"] - rows["low"]).max())
    prose = " ".join((STUDY / "findings.md").read_text(encoding="utf-8").split())
    assert f"are at most {np.ceil(widest * 1000) / 1000:.3f} either way" in prose


def test_mitigations_and_later_ratings_are_those_of_the_study(result: llr_sd.StudyResult) -> None:
    moved = result.tables["movement"].query("ladder == 'capacity' and kind == 'mitigation'")
    page = table_with("Reviewed")
    assert len(page) == len(moved)
    for (risk, row), found in zip(page.iterrows(), moved.itertuples(), strict=True):
        ends = f" ({found.reviewed_low:.0f} to {found.reviewed_high:.0f})" if found.reviewed_low != found.reviewed_high else ""
        assert (risk, row["Mitigation of the log"]) == (found.risk, found.mitigation)
        assert row["Reviewed"] == f"{found.reviewed_likelihood} x {found.reviewed_impact} = {found.reviewed_rating}{ends}"
        assert row["Movement"] == found.movement
    later = result.tables["ratings"].query("ladder == 'capacity'").set_index(["risk", "horizon"])
    for risk, row in table_with("September 2030").iterrows():
        for name, date in zip(row.index, (2020.75, 2025.75, 2030.75), strict=True):
            assert row[name] == rated(later.loc[(risk, date)]).split(" = ")[1], (risk, name)


def test_what_moved_since_the_findings_before_is_where_the_study_has_it(held: pd.DataFrame) -> None:
    """The column "Now" against the study; "Before" is what the page said until the models changed, "Undone" a run that the page names."""
    page = table_with("What did it")
    assert len(page) > 0
    for risk, row in page.iterrows():
        found = held.loc[risk, row["Scale"].lower().replace("own measure", "own")]
        assert row["Now"] == f"{rated(found)}, {found['verdict']}", (risk, row["Scale"])
        assert row["Before"] != row["Now"]


UNDONE = {
    "a substitute does what hours and pace make it": (
        ("R001", "R006"),
        {"swipe_site": {"sub_ratio": 0.66}},
        256,
        {("R001", "capacity"): 20, ("R001", "delivery"): 6, ("R006", "own"): 16},
    ),
    "nurses come by no route of their own": (
        ("R003",),
        {"llr_system": {"gpn_newqual_share": 0, "gpn_fellows": 0, "gpn_experienced_in": 0}},
        256,
        {("R003", "capacity"): 8, ("R003", "own"): 15},
    ),
}


def taken_back(
    register: Register, folder: Path, risks: tuple[str, ...], sets: Mapping[str, Mapping[str, float]], runs: int
) -> llr_sd.StudyResult:
    """The register with one change taken back in the models, for some of its risks."""
    head, *parts = re.split(r"(?=^\[\[risk\]\]$)", register.file.read_text(encoding="utf-8"), flags=re.M)
    text = head + "".join(p for p in parts if any(f'id = "{r}"' in p for r in risks))
    for model, values in sets.items():
        own = ", ".join(f'"{k}" = {v}' for k, v in values.items())
        text, found = re.subn(rf"(\[model\.{model}\]\nset = \{{)", rf"\1 {own},", text)
        text = text if found else text.replace(f"[model.{model}]\n", f"[model.{model}]\nset = {{ {own} }}\n")
    (folder / register.file.name).write_text(text, encoding="utf-8")
    shutil.copy(register.matrix_file, folder)
    study = f'title = "Undone"\nregister = "{register.file.name}"\nseed = 20171031\n[monte_carlo]\nruns = {runs}\n[sobol]\nbase = 64\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return llr_sd.run_study(folder, out=folder / "results")


@pytest.mark.parametrize("change", UNDONE)
def test_a_change_that_is_said_to_have_moved_ratings_moves_them_back(change: str, register: Register, tmp_path: Path) -> None:
    """The column "Undone" of the page: the register with that one change taken back in the models."""
    risks, sets, runs, scores = UNDONE[change]
    ratings = taken_back(register, tmp_path, risks, sets, runs).tables["ratings"].query("verdict != ''")
    rows = ratings.set_index(["risk", "ladder"])
    page = table_with("What did it").set_index("Scale", append=True)
    for (risk, ladder), score in scores.items():
        assert rows.loc[(risk, ladder), "score"] == score
        scale = {"own": "Own measure"}.get(ladder, ladder.capitalize())
        told = str(page.loc[(risk, scale), "Undone"])
        assert re.search(rf": {score}\b", told), told
        assert ("not testable" in told) == (risk == "R003" and rows.loc[(risk, ladder), "verdict"] == "not testable")


def test_what_waits_for_practices_and_the_mix_of_moved_work_moved_r010(register: Register, tmp_path: Path) -> None:
    """Undone for R010: nothing waits, and moved work has the mix of the staff in post; the chance of the worst is that of the page."""
    posts = {"gp": (597, 80, 237, 1760), "ilt": (60, 300, 800, 840)}
    levels = ("autonomous", "enhanced", "core", "foundation")
    mix = {f"moved_work_mix[{k},{s}]": v / sum(own) for s, own in posts.items() for k, v in zip(levels, own, strict=True)}
    tables = taken_back(register, tmp_path, ("R010",), {"llr_system": {"ls_needs_adoption": 0, **mix}}, 2048).tables
    own = tables["ratings"].query("ladder == 'own' and verdict != ''")["score"].item()
    worst = tables["exceedance"].query("ladder == 'own' and horizon == 2020.75 and consequence == 5")["probability"].item()
    told = str(table_with("What did it").set_index("Scale", append=True).loc[("R010", "Own measure"), "Undone"])
    assert told == f"with both: {own} ({worst:.0%})".replace("%", " %")


def test_the_answer_names_the_risks_under_each_verdict(held: pd.DataFrame) -> None:
    prose = " ".join((STUDY / "findings.md").read_text(encoding="utf-8").split()).partition("On the scale Delivery")[0]
    forms = {"supported": "are supported", "understated": "understate their risk", "overstated": "overstate it"}
    forms |= {"not testable": "rests on judgement"}
    own = held.xs("capacity", level="ladder")["verdict"]
    for verdict, words in forms.items():
        named = re.search(rf"{words} \(([^)]*)\)", prose)
        assert set(re.findall(r"R\d{3}", named[1] if named else "")) == set(own.index[own == verdict]), verdict
    assert set(own) <= set(forms)


def test_figures_in_the_prose_are_those_of_the_study(result: llr_sd.StudyResult) -> None:
    prose = " ".join((STUDY / "findings.md").read_text(encoding="utf-8").split())
    runs = result.runs.sel(scenario="2020.75")
    central = {name: float(runs[f"central: {name}"]) * 646 for name in ("R004 capacity", "R010 capacity")}
    probability = (
        result.tables["exceedance"].query("horizon == 2020.75").set_index(["risk", "ladder", "consequence"])["probability"]
    )
    assert f"by about {central['R004 capacity']:.0f} WTE" in prose
    assert f"in {percent(probability['R004', 'capacity', 4])} of the runs" in prose
    assert f"{percent(float(runs['central: R009 delivery']))} of it is lost" in prose
    assert f"over all runs in {percent(probability['R002', 'capacity', 5])}" in prose
    boxes = result.tables["boxes"].set_index("risk")
    joins, substitutes = boxes.loc["R002"], boxes.loc["R006"]
    assert (joins["input"], substitutes["input"]) == ("nq_join_prob", "sub_ratio")
    assert f"below {100 * joins['high']:.0f} in 100, the loss is catastrophic" in prose
    assert f"(at least 65 WTE) in {percent(joins['density'])} of the runs" in prose
    assert f"less than {substitutes['high']:.2f} of a GP, the loss reaches 16 WTE in {percent(substitutes['density'])}" in prose
    assert f"about £{central['R010 capacity'] * 0.112:.1f} million a year beyond" in prose
    assert f"£{np.quantile(runs['R010 capacity'].values, 0.01) * 646 * 0.112:.1f} million or more in 99 of 100 runs" in prose
    stability = result.tables["stability"]
    for kind in ("bands", "step", "range"):
        changed = stability.loc[stability["kind"] == kind, "changed"]
        assert f"changes {int(changed.sum())} of {len(changed)}" in prose
    readings = stability.query("kind == 'reading'").set_index(["risk", "variation"])["score"]
    age, training = readings["R005", "net of the 39 WTE that the plan expects"], readings["R001", "GP training alone"]
    assert f"to {age} when the 39 WTE of retirement that the plan expects are taken off, and R001 to {training} when GP" in prose
    ladders = stability.query("kind == 'ladder'").groupby(["risk", "ladder"])["changed"].any()
    assert f"{int(ladders.sum())} of the {len(ladders)} ratings" in prose
    assert f"{result.manifest['runs in all']:,} runs" in prose
