"""The findings of the two studies of GPs: every figure in their tables, and those of the prose, are those of the whole study."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from findings_page import tables

import llr_sd
from llr_sd.evidence import outside

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


def whole(study: str, folder: Path) -> llr_sd.StudyResult:
    """The study with every run that its findings rest on, undrawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llr_sd.pipeline.report.write_report", lambda _: None)
        patch.setattr("llr_sd.pipeline.report.write_workbook", lambda _: None)
        asked = llr_sd.load_study(EXPERIMENTS / study).model_copy(update={"morris": None})
        return llr_sd.run_study(asked, out=folder / study, verify=0)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    return whole("gp_plan", tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    return whole("retention_recruitment", tmp_path_factory.mktemp("moves"))


def prose(study: str) -> str:
    return " ".join((EXPERIMENTS / study / "findings.md").read_text(encoding="utf-8").split())


def percent(share: float) -> str:
    """A chance as the findings round it."""
    return f"{100 * share:.1f}" if share < 0.0995 else f"{100 * share:.0f}"


def test_the_table_of_scenarios_is_that_of_the_plan(plan: llr_sd.StudyResult) -> None:
    (table,) = tables((EXPERIMENTS / "gp_plan" / "findings.md").read_text(encoding="utf-8"))
    assert len(table) == 13
    ends = plan.summary.query("output == 'gp_2020'").pivot_table(index="scenario", columns="statistic", values="value")
    odds = plan.targets.query("target == '639 GPs'").set_index("scenario")
    for scenario, row in table.iterrows():
        central, wide, chance, beside = row
        assert central == f"{float(plan.runs['central: gp_2020'].sel(scenario=scenario)):.0f}"
        assert beside == f"{float(plan.runs['central: equivalents_2020'].sel(scenario=scenario)):.0f}"
        own, met = ends.loc[scenario], odds.loc[scenario]
        if str(scenario).startswith("Plan"):
            assert (wide, chance) == ("fixed", "not met")
            assert np.ptp(plan.runs["gp_2020"].sel(scenario=scenario).values) == 0
            assert met["met"] == 0
        else:
            assert wide == f"{own['p05']:.0f} to {own['p95']:.0f}"
            several = f"{percent(met['probability'])} % ({percent(met['low'])} to {percent(met['high'])} %)"
            if met["met"] < 0.001 * met["runs"]:
                several = f"{met['met']:.0f} of 4,096 (at most {max(met['high'], 0.001):.1%})".replace("%", " %")
            elif met["met"] == met["runs"]:
                several = f"4,096 of 4,096 (at least {met['low']:.1%})".replace("%", " %")
            assert chance == several, scenario


def test_what_the_plan_would_take_is_what_the_study_answers(plan: llr_sd.StudyResult) -> None:
    tried = plan.tables["least"]
    least = {s: float(own.loc[own["met"], "value"].min()) for s, own in tried.groupby("scenario")}
    said = prose("gp_plan")
    assert f"{least['2 Recruits and retention']:.0f} more GPs a year, every year" in said
    assert f"right about the rest, {least['2 as the plan believes']:.0f} a year" in said
    central = plan.runs["central: gp_2020"].to_series()
    believes = ("2 Recruits and retention", "2 with the plan's yield", "2 as the plan believes")
    none, yields, every = (float(central[name]) for name in believes)
    assert f"adds {yields - none:.0f} WTE ({none:.0f} to {yields:.0f}, central)" in said
    assert f"adds {every - yields:.0f} more ({yields:.0f} to {every:.0f})" in said
    density = plan.targets.query("target != '639 GPs'").set_index("scenario")
    chance, low, high = (percent(v) for v in density.loc["What it would take", ["probability", "low", "high"]])
    assert f"the chance is {chance} % ({low} to {high} %), and 0 of 4,096 if the plan is right" in said
    assert density.loc["What it would take, believed", "met"] == 0
    line = plan.runs["central: gp"].sel(scenario="History check")
    assert f"gives {float(line.sel(time=2017.75)):.1f} in October 2017 against 541" in said
    assert f"and {float(line.sel(time=2017.25)):.1f} in March 2017 against 565" in said
    passed, doubted = ((float(line.sel(time=t)) / v - 1) for t, v in ((2017.75, 541), (2017.25, 565)))
    assert f"541 returned ({passed:+.1%};".replace("%", " %") in said
    assert f"against 565 ({doubted:+.1%})".replace("%", " %") in said
    start = plan.summary.query("scenario == 'History check' and output == 'gp' and time == 2017.75").set_index("statistic")[
        "value"
    ]
    assert f"nine runs in ten between {start['p05']:.0f} and {start['p95']:.0f}" in said


def test_where_the_plan_believed_ends_is_what_the_findings_say(plan: llr_sd.StudyResult) -> None:
    """With every belief the model ends at the plan's own sum; arrivals and people who age are told apart from it."""
    said, model = prose("gp_plan"), llr_sd.load_model("gp_supply")
    central = {s: float(v) for s, v in plan.runs["central: gp_2020"].to_series().items()}
    believed, plans, arrivals = (central[s] for s in ("2 as the plan believes", "Plan scenario 2", "Believed, with arrivals"))
    assert abs(believed - plans) < 0.5
    assert f"the model ends where the plan does, at {plans:.0f}" in said
    assert f"the central run ends at {arrivals:.0f}" in said
    met = plan.targets.query("target == '639 GPs' and scenario == 'Believed, with arrivals'")["probability"].iloc[0]
    assert f"would be met in {met:.0%} of runs".replace("%", " %") in said
    ages = {**model.table.planned, "gp_inmigration": 0, "anp_target": 0, "pharm_target": 0, "career_years_mid": 15}
    aged = float(model.run(ages, outputs=["GP WTE"], times=[2020.75]).dataset["GP WTE"].values[0, 0])
    assert f"ends at {aged:.0f}, {believed - aged:.0f} lower" in said
    beyond = outside(model.table, model.table.planned, "")
    assert f"{len(beyond)} of the {len(model.table.planned)} numbers that it believes" in said
    value = {p.name: p.value for p in model.table}
    yields = value["nq_join_prob"] * (
        value["nq_locum_share"] * value["nq_locum_wte"] + (1 - value["nq_locum_share"]) * value["nq_participation"]
    )
    assert f"two thirds of full time: {yields:.2f} WTE" in said
    assert f"It ends at {central['4 Locum conversion']:.0f}, as scenario 2 does" in said
    assert f"{central['2 Recruits and retention']:.0f}" == f"{central['4 Locum conversion']:.0f}"
    assert f"its schemes end near {central['2 Recruits and retention']:.0f}" in said
    most = max(float(v) for s, v in plan.runs["central: equivalents_2020"].to_series().items() if s.startswith("3 "))
    assert f"gives at most {most:.0f} equivalents" in said


def test_the_sentence_under_the_picture_of_the_readme_is_that_of_the_plan(plan: llr_sd.StudyResult) -> None:
    said = " ".join((EXPERIMENTS.parent / "README.md").read_text(encoding="utf-8").split())
    central = {s: float(v) for s, v in plan.runs["central: gp_2020"].to_series().items()}
    least = plan.tables["least"].query("met and scenario == '2 Recruits and retention'")["value"].min()
    schemes = f"end near {central['2 Recruits and retention']:.0f}, and {least:.0f} more GPs a year would be needed"
    believed = f"ends at {central['2 as the plan believes']:.0f} as the plan does; {central['Believed, with arrivals']:.0f} if"
    assert schemes in said
    assert believed in said


def spaced(words: str) -> str:
    """Percentages as the findings write them: "60% (57% to 62%)" as "60 % (57 to 62 %)"."""
    return re.sub(r"(\d)%(?= to)", r"\1", words).replace("%", " %")


def test_the_shares_of_the_spread_are_those_of_the_study(moves: llr_sd.StudyResult) -> None:
    shares, first, second = tables((EXPERIMENTS / "retention_recruitment" / "findings.md").read_text(encoding="utf-8"))
    sobol = moves.tables["sobol"].query("output == 'gp_2020' and index == 'S1'").drop_duplicates("input").set_index("input")
    for name, row in shares.iterrows():
        match = re.match(r"all of (\w+)|`(\w+)`", str(name))
        assert match
        found = sobol.loc[match[1] or match[2]]
        assert row.iloc[-1] == spaced(f"{found['value']:.0%} ({found['low']:.0%} to {found['high']:.0%})"), name
    table = moves.tables["attribution"].query("output == 'gp_2020' and statistic == 'mean'")
    for page, base in ((first, "1 No schemes"), (second, "2 Recruits and retention")):
        own = table[table["base"] == base].sort_values("value", ascending=False)
        whole_, *steps = [f"{r.value:.1f} ({r.low:.1f} to {r.high:.1f})".replace("-0.0", "0.0") for r in own.itertuples()]
        assert page.columns[0] == whole_
        assert sorted(page.iloc[:, 0]) == sorted(steps)


def test_what_the_findings_say_of_shares_holds(moves: llr_sd.StudyResult) -> None:
    said = prose("retention_recruitment")
    table = moves.tables["sobol"].query("output == 'gp_2020'")
    first, total = (table[table["index"] == i].drop_duplicates("input").set_index("input") for i in ("S1", "ST"))
    assert (total["value"] - first["value"]).abs().max() < 0.01  # "the same to one point"
    pairs = table[(table["index"] == "S2") & ~table["input"].isin(["retention", "recruitment"])]
    most = pairs.loc[pairs["value"].idxmax()]
    assert spaced(f"interaction of two is {most['value']:.1%} ({most['low']:.1%} to {most['high']:.1%})") in said
    small = [
        "elast_quit",
        "elast_retire",
        "perception_delay",
        "session_workload_slope",
        "fill_time",
        "sub_to_locum",
        "locum_to_sub",
    ]
    assert first.loc[small, "value"].abs().max() < 0.001
    for date in (2018.75, 2025.75):
        then = (
            moves.tables["sobol"].query(f"output == 'gp' and index == 'S1' and input == 'retention' and time == {date}").iloc[0]
        )
        share = f"{then['value']:.0%} ({then['low']:.0%} to {then['high']:.0%})"
        assert spaced(f"{share} in {date:g}") in said
        assert then["low"] > 0.5
    about = moves.tables["parameters"].set_index("name")
    judged = [n for n in about.index[about["grade"] == "C"] if n in first.index]
    assert f"together about {100 * first.loc[judged, 'value'].sum():.0f} % of it" in said
    assert first.loc[judged, "value"].idxmax() == "gp_inmigration"  # the plan's findings: "the last matters most"
    singles = first.drop(["retention", "recruitment"])["value"]
    assert singles.idxmax() == "gp_quit_u55"
    ranked = singles[singles > 0.015].sort_values(ascending=False)
    page = tables((EXPERIMENTS / "retention_recruitment" / "findings.md").read_text(encoding="utf-8"))[0]
    assert [re.findall(r"`(\w+)`", str(n))[0] for n in page.index[2:]] == list(ranked.index)
    assert [(g, a) for g, a in page.iloc[2:, :2].to_numpy()] == [tuple(about.loc[n, ["group", "grade"]]) for n in ranked.index]


def test_what_the_plan_believed_gives_is_what_the_findings_say(moves: llr_sd.StudyResult) -> None:
    said = prose("retention_recruitment")
    ends = {s: float(v) for s, v in moves.runs["central: gp_2020"].to_series().items()}
    believed, arrivals = ends["2 as the plan believes"], ends["Believed, with arrivals"]
    assert f"model ends at {believed:.0f}, as Table 13 does, and at {arrivals:.0f} where the 8 arrivals" in said
    assert f"{believed:.0f}" == "630"
    steps = moves.tables["attribution"].query("output == 'gp_2020' and lever == 'difference'").set_index(["base", "statistic"])
    one, two = (
        [f"{steps.loc[(base, s), 'value']:.0f}" for s in ("p05", "p95")] for base in ("1 No schemes", "2 Recruits and retention")
    )
    assert f"between {one[0]} and {one[1]} WTE for the first step and between {two[0]} and {two[1]} for the second" in said


def test_the_other_figures_of_the_prose_are_those_of_the_study(moves: llr_sd.StudyResult) -> None:
    said = prose("retention_recruitment")
    fair = moves.tables["shapley"].query("output == 'gp_2020'").set_index("input")
    parts = [
        f"{g} {fair.loc[g, 'value']:.0%} ({fair.loc[g, 'low']:.0%} to {fair.loc[g, 'high']:.0%})"
        for g in ("retention", "recruitment")
    ]
    assert spaced(f"give {parts[0]} and {parts[1]}") in said
    missed = 1 - moves.targets.query("scenario == '2 Recruits and retention'")["probability"].iloc[0]
    assert spaced(f"In {missed:.0%} of the runs") in said
    box = moves.tables["boxes"].iloc[0]
    dense, cover = (f"{box[k]:.0%} ({box[f'{k}_low']:.0%} to {box[f'{k}_high']:.0%})" for k in ("density", "coverage"))
    assert spaced(f"In {dense} where") in said
    assert spaced(f"that box holds {cover} of the cases") in said
    grown = moves.tables["convergence"].iloc[-1]
    assert f"doubled to base {grown['base']:,}, {grown['runs']:,} runs" in said
