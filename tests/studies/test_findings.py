"""The findings of the two studies of GPs: every figure in their tables, and those of the prose, are those of the whole study."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from findings_page import tables

import llr_sd

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
    assert len(table) == 12
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
            few = met["met"] < 0.001 * met["runs"]
            said = f"{met['met']:.0f} of 4,096 (at most {max(met['high'], 0.001):.1%})".replace("%", " %")
            several = f"{percent(met['probability'])} % ({percent(met['low'])} to {percent(met['high'])} %)"
            assert chance == (said if few else several)


def test_what_the_plan_would_take_is_what_the_study_answers(plan: llr_sd.StudyResult) -> None:
    tried = plan.tables["least"]
    least = {s: float(own.loc[own["met"], "value"].min()) for s, own in tried.groupby("scenario")}
    assert least == {"2 Recruits and retention": 52.0, "2 as the plan believes": 22.0}
    said = prose("gp_plan")
    assert "52 more GPs a year, every year" in said
    assert "22 more a year" in said
    central = plan.runs["central: gp_2020"].to_series()
    believes = ("2 Recruits and retention", "2 with the plan's yield", "2 as the plan believes")
    none, yields, every = (float(central[name]) for name in believes)
    assert f"adds {yields - none:.0f} WTE ({none:.0f} to {yields:.0f}, central)" in said
    assert f"adds {every - yields:.0f} more ({yields:.0f} to {every:.0f})" in said
    assert f"still ends {639 - every:.0f} short" in said
    density = (
        plan.targets.query("target != '639 GPs'").set_index("scenario").loc[["What it would take", "Same, as plan believes"]]
    )
    first, second = (tuple(percent(v) for v in row) for row in density[["probability", "low", "high"]].to_numpy())
    assert f"the chance is {first[0]} % ({first[1]} to {first[2]} %) and {second[0]} % ({second[1]} to {second[2]} %)" in said
    line = plan.runs["central: gp"].sel(scenario="History check")
    assert f"gives {float(line.sel(time=2017.75)):.1f} in October 2017 against 541" in said
    assert f"and {float(line.sel(time=2017.25)):.1f} in March 2017 against 565" in said
    start = plan.summary.query("scenario == 'History check' and output == 'gp' and time == 2017.75").set_index("statistic")[
        "value"
    ]
    assert f"nine runs in ten between {start['p05']:.0f} and {start['p95']:.0f}" in said


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
        whole_, *steps = [f"{r.value:.1f} ({r.low:.1f} to {r.high:.1f})" for r in own.itertuples()]
        assert page.columns[0] == whole_
        assert sorted(page.iloc[:, 0]) == sorted(steps)


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
