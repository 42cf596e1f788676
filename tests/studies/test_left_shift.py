"""The left-shift study: what findings.md states holds in a short version of the study and in single runs."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from findings_page import numbers, tables

import llr_sd
from llr_sd.analysis.expressions import evaluate

STUDY = Path(__file__).parents[2] / "experiments" / "left_shift"
KEPT = ("0 %", "10 %, no money", "10 %, some money", "10 % double, some money", "10 %, posts converted", "What it would take")
"""Scenarios that the short version draws; the central run of every scenario is checked."""


@pytest.fixture(scope="module")
def page() -> str:
    return (STUDY / "findings.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study() -> llr_sd.Study:
    return llr_sd.load_study(STUDY)


@pytest.fixture(scope="module")
def central(study: llr_sd.Study) -> pd.DataFrame:
    """The outputs of one run a scenario, every other input at its most likely value; a row a scenario."""
    model = llr_sd.load_model(study.model)
    read = {n: o for n, o in study.outputs.items() if o.at is not None}
    rows = {}
    for scenario in study.scenario:
        settings = {**study.set, **scenario.set}
        wanted = sorted({str(o.variable) for o in read.values()}), sorted({float(o.at or 0) for o in read.values()})
        run = model.run(settings, outputs=wanted[0], times=wanted[1]).dataset.isel(run=0)
        found = {n: run[str(o.variable)].sel(time=o.at).values for n, o in read.items()}
        for name, output in study.outputs.items():
            if output.expression:
                found[name] = evaluate(output.expression, found, name)
        rows[scenario.name] = {n: float(v) for n, v in found.items()}
    return pd.DataFrame(rows).T


@pytest.fixture(scope="module")
def drawn(study: llr_sd.Study, tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    """Some scenarios on all the draws, without the curves."""
    kept = tuple(s for s in study.scenario if s.name in KEPT)
    outputs = {n: o for n, o in study.outputs.items() if n not in ("moved", "double_running")}
    short = study.model_copy(update={"sobol": None, "attribution": (), "scenario": kept, "outputs": outputs})
    return llr_sd.run_study(short, out=tmp_path_factory.mktemp("drawn") / "results", verify=0)


def value(central: pd.DataFrame, scenario: str, output: str) -> float:
    return float(central.loc[scenario, output])


def output_cells(page: str, study: llr_sd.Study) -> list[tuple[str, str, str]]:
    """Return scenario, output and cell of the tables of levels; the table of differences has signs, and its cells do not match."""
    scenarios = {s.name for s in study.scenario}
    cells = []
    for table in tables(page):
        for column in table.columns:
            output = re.search(r"`(\w+)`", column)
            if output and output[1] in study.outputs:
                cells += [(row, output[1], cell) for row, cell in table[column].items() if row in scenarios and numbers(cell)]
    return cells


def test_every_central_figure_is_that_of_a_run(page: str, study: llr_sd.Study, central: pd.DataFrame) -> None:
    cells = output_cells(page, study)
    assert len(cells) > 200
    for scenario, output, cell in cells:
        (shown, *_), margin = numbers(cell) or ([], 0)
        assert value(central, scenario, output) == pytest.approx(shown, abs=margin), (scenario, output)


def test_every_range_is_that_of_the_draws(page: str, study: llr_sd.Study, drawn: llr_sd.StudyResult) -> None:
    found = drawn.summary.set_index(["scenario", "output", "statistic"])["value"]
    cells = [c for c in output_cells(page, study) if c[0] in KEPT]
    assert len(cells) > 50
    for scenario, output, cell in cells:
        (_, low, high), margin = numbers(cell) or ([], 0)
        assert found[scenario, output, "p05"] == pytest.approx(low, abs=margin), (scenario, output)
        assert found[scenario, output, "p95"] == pytest.approx(high, abs=margin), (scenario, output)


def test_every_chance_is_that_of_the_draws(page: str, drawn: llr_sd.StudyResult) -> None:
    table = next(t for t in tables(page) if "Both" in t.columns)
    found = drawn.targets.set_index(["scenario", "target"])
    for scenario in (s for s in table.index if s in KEPT):
        for target in table.columns:
            shown, margin = numbers(table.loc[scenario, target]) or ([], 0)
            row = found.loc[(scenario, target), ["probability", "low", "high"]]
            assert row.astype(float).tolist() == pytest.approx(shown, abs=margin), (scenario, target)


def test_no_left_shift_is_the_base_run(central: pd.DataFrame) -> None:
    base = (
        llr_sd.load_model("llr_system")
        .run({}, outputs=["total staff WTE"], times=[2021.25])
        .dataset["total staff WTE"]
        .isel(run=0)
    )
    assert value(central, "0 %", "practices_2021") == pytest.approx(float(base.sel(Setting="gp", time=2021.25)), abs=1e-9)
    assert value(central, "0 %", "acute_2021") == pytest.approx(float(base.sel(Setting="acute", time=2021.25)), abs=1e-9)
    for output in ("moved_2021", "wte_years_2023", "gap_2021", "created_2021", "released_2021"):
        assert value(central, "0 %", output) == 0


def test_little_moves_and_less_than_in_proportion(central: pd.DataFrame) -> None:
    for money in ("no money", "some money", "all money"):
        five, ten, twenty = (value(central, f"{p} %, {money}", "moved_2021") for p in (5, 10, 20))
        assert 0 < five < ten < twenty < 0.05
        assert ten < 2 * five
        assert twenty < 2 * ten


def test_moved_work_makes_the_community_busier_unless_posts_come_first(drawn: llr_sd.StudyResult) -> None:
    for output in ("practice_workload_2021", "team_workload_2021"):
        runs = drawn.runs[output]
        none, without, ahead = (runs.sel(scenario=s).values for s in ("0 %", "10 %, some money", "10 % double, some money"))
        assert (without > none).mean() > 0.99
        assert (ahead < without).mean() > 0.99
        assert np.median(ahead - none) < np.median(without - none) / 2


def test_money_changes_who_pays_not_who_works_under_double_running(central: pd.DataFrame) -> None:
    for share in (5, 10, 20):
        names = [f"{share} % double, {money}" for money in ("no money", "some money", "all money")]
        for output in ("practices_2021", "teams_2021", "acute_2021", "moved_2021"):
            assert value(central, names[0], output) == pytest.approx(value(central, names[2], output), rel=1e-12)
        none, some, all_ = (value(central, name, "gap_2021") for name in names)
        assert none > some > all_ > 0
        assert value(central, names[2], "wte_years_2023") < value(central, names[0], "wte_years_2023")
        assert value(central, f"{share} %, some money", "wte_years_2023") == 0


def test_posts_turned_into_enhanced_ones_and_networks_let_a_little_more_move(central: pd.DataFrame) -> None:
    plain = value(central, "10 %, some money", "moved_2021")
    for other in ("10 %, posts converted", "10 %, with networks"):
        assert plain < value(central, other, "moved_2021") < 1.4 * plain


def test_staff_move_with_their_posts_but_fewer_than_posts_go(central: pd.DataFrame) -> None:
    for scenario in (s for s in central.index if s != "0 %"):
        released, moved = (value(central, scenario, o) for o in ("released_2021", "redeployed_2021"))
        assert 0.1 * released < moved < 0.35 * released


def test_cost_is_years_times_the_cost_of_a_post(central: pd.DataFrame) -> None:
    for scenario in central.index:
        years, cost = value(central, scenario, "wte_years_2021"), value(central, scenario, "post_cost")
        assert value(central, scenario, "cost_2021") == pytest.approx(years * cost / 1e6, rel=1e-12)


def test_work_people_and_money_balance_in_every_scenario(study: llr_sd.Study) -> None:
    model = llr_sd.load_model(study.model)
    sizes = {"activity": "acute baseline work", "people": "all people", "money": "budget", "posts": "budget"}
    for scenario in study.scenario:
        run = model.run(
            {**study.set, **scenario.set}, outputs=[*{*sizes.values()}, *(f"{n} balance error" for n in sizes)]
        ).dataset
        for name, size in sizes.items():
            assert float(abs(run[f"{name} balance error"]).max()) <= 1e-11 * float(run[size].max()), (scenario.name, name)


def test_gp_equivalents_are_in_no_output(study: llr_sd.Study) -> None:
    assert not [n for n, o in study.outputs.items() if o.equivalents or "equivalent" in f"{o.variable} {o.expression}".lower()]


def test_posts_made_ahead_bring_no_more_gps(study: llr_sd.Study) -> None:
    frame = pd.DataFrame([{"ls_target": 0.1, "double_running": x} for x in (0, 1)])
    found = llr_sd.load_model(study.model).run(frame, outputs=["GP WTE", "staff WTE"], times=[2021.25]).dataset.sel(Setting="gp")
    before, after = found["GP WTE"].values.ravel()
    assert after == pytest.approx(before, abs=1)
    assert (found["staff WTE"].isel(run=1) - found["staff WTE"].isel(run=0)).sum() > 50


def test_the_first_lines_are_those_of_the_central_runs(page: str, study: llr_sd.Study, central: pd.DataFrame) -> None:
    """Each figure of the summary is asked for by the words around it."""
    text = " ".join(page[: page.index("## Where the figures")].split())
    some, double, none = "10 %, some money", "10 % double, some money", "0 %"

    def says(pattern: str, *wanted: str) -> None:
        found = re.search(pattern, text)
        assert found, pattern
        assert found.groups() == wanted, pattern

    def of(scenario: str, output: str, form: str = "{:.2f}", scale: float = 1.0) -> str:
        return form.format(scale * value(central, scenario, output))

    moved = {s: of(s, "moved_2021", "{:.1f}", 100) for s in central.index}
    says(r"meant to move, about ([\d.]+) % moves", moved[some])
    says(r"about (\d+) WTE-years and £(\d+) million", of(double, "wte_years_2021", "{:.0f}"), of(double, "cost_2021", "{:.0f}"))
    says(r"10 % target, and lets ([\d.]+) % move", moved[double])
    says(
        r"5, 10 and 20 % move ([\d.]+), ([\d.]+) and ([\d.]+) %",
        *(moved[s] for s in ("5 %, some money", some, "20 %, some money")),
    )
    practices = [of(s, "practice_workload_2021") for s in (some, none, double)]
    says(r"workload ([\d.]+) in practices, ([\d.]+) in locality teams", practices[1], of(none, "team_workload_2021"))
    says(r"practice workload is ([\d.]+) instead of ([\d.]+)\. With double running it is ([\d.]+)\.", *practices)
    gps = [of(s, "gp_workload_2021") for s in (some, none, double)]
    says(r"practice staff is ([\d.]+) instead of ([\d.]+), and ([\d.]+) with double", *gps)
    least, most, ahead = (
        value(central, s, "practices_2021") for s in ("10 %, no money", "10 %, all money", "10 % double, no money")
    )
    says(r"practices have (\d+) WTE more", f"{most - least:.0f}")
    says(r"ahead of the work bring (\d+) WTE", f"{ahead - least:.0f}")
    posts = [of(some, o, "{:.0f}") for o in ("released_2021", "needed_2021", "redeployed_2021")]
    says(r"target (\d+) acute posts are released .* needs (\d+) in the community\. (\d+) of the staff", *posts)
    says(
        r"let ([\d.]+) % move instead of ([\d.]+) %; the network scheme of 2019 ([\d.]+) %",
        *(moved[s] for s in ("10 %, posts converted", some, "10 %, with networks")),
    )
    own = llr_sd.load_model(study.model).parameters.query("distribution != 'fixed'")
    asked = study.uncertain
    varied = own[own["group"].isin(asked.groups) | own["name"].isin(asked.names)]
    says(r"Of the (\d+) inputs that vary, (\d+) are judgement", str(len(varied)), str((varied["grade"] == "C").sum()))
    plan = [of("20 %, plan's conversion", o, "{:,.0f}") for o in ("practices_2021", "providers_2021")]
    says(r"practices reach ([\d,]+), not 2,941, and providers stand at ([\d,]+), not", *plan)


def test_growth_of_need_counts_unless_posts_come_first(page: str, study: llr_sd.Study) -> None:
    model = llr_sd.load_model(study.model)
    table = next(t for t in tables(page) if "ndg_primary" in str(t.index.name))
    growth = [float(g.removesuffix(" %")) / 100 for g in table.index]
    own = model.parameters.set_index("name").loc["ndg_primary"]
    assert growth == [own["low"], own["mode"], own["high"]]
    for scenario in table.columns:
        settings = {**study.set, **next(s for s in study.scenario if s.name == scenario).set}
        frame = pd.DataFrame([{**settings, "ndg_primary": g} for g in growth])
        found = model.run(frame, outputs=["left shift achieved"], times=[2021.25]).dataset["left shift achieved"].values.ravel()
        assert [f"{100 * x:.2f} %" for x in found] == table[scenario].tolist()


def test_differences_are_those_of_the_draws(page: str, drawn: llr_sd.StudyResult) -> None:
    table = next(t for t in tables(page) if any(c.startswith("+") or c.startswith("-") for c in t.iloc[:, 0]))
    checked = 0
    for scenario, row in table.iterrows():
        if scenario not in KEPT:
            continue
        for column, cell in row.items():
            output = re.search(r"`(\w+)`", str(column))
            assert output
            change = drawn.runs[output[1]].sel(scenario=scenario) - drawn.runs[output[1]].sel(scenario="0 %")
            shown = [x.replace("+", "").replace(",", "") for x in re.findall(r"[-+][\d.,]+", cell)]
            decimals = len(shown[0].partition(".")[2])
            wanted = np.nanquantile(change.values, [0.5, 0.05, 0.95])
            np.testing.assert_allclose([float(x) for x in shown], wanted, atol=0.6 * 10**-decimals)
            checked += 1
    assert checked >= 12


def both(model: llr_sd.Model, settings: pd.DataFrame) -> pd.DataFrame:
    staff = model.run(settings, outputs=["total staff WTE"], times=[2021.25]).dataset["total staff WTE"].sel(time=2021.25)
    providers = (staff.sel(Setting="ilt") + staff.sel(Setting="acute")).values
    return pd.DataFrame({"practices": staff.sel(Setting="gp").values, "providers": providers})


def test_what_it_would_take(page: str, study: llr_sd.Study) -> None:
    model = llr_sd.load_model(study.model)
    takes = dict(next(s for s in study.scenario if s.name == "What it would take").set)
    table = next(t for t in tables(page) if "Both?" in t.columns)
    changes = [re.match(r"`(\w+)` ([\d.]+)", row) for row in table.index]
    found = both(model, pd.DataFrame([{**takes, **({c[1]: float(c[2])} if c else {})} for c in changes]))
    assert [f"{x:,.0f}" for x in found["practices"]] == table["Practices, WTE"].tolist()
    assert [f"{x:,.0f}" for x in found["providers"]] == table["Providers, WTE"].tolist()
    reached = (found["practices"] >= 2941) & (found["providers"] <= 19000)
    assert ["yes" if r else "no" for r in reached] == table["Both?"].tolist()
    assert table["Both?"].tolist() == ["yes", *["no"] * 7, "yes"]


def test_no_ordinary_setting_gives_both_figures_of_the_plan(page: str, study: llr_sd.Study) -> None:
    names = ["ls_target", "ls_realised", "kappa", "release_frac", "double_running", "fund_follow"]
    values = [(0.05, 0.1, 0.2), (0.35, 0.8), (0.25, 0.27, 0.4, 0.55, 1), (0.3, 0.6, 0.9), (0, 1), (0, 0.5, 1)]
    found = both(llr_sd.load_model(study.model), pd.DataFrame(list(itertools.product(*values)), columns=names))
    primary, providers = found["practices"] >= 2941, found["providers"] <= 19000
    said = re.search(
        r"Of (\d+) combinations.*?(\d+) reach primary care \+10 %, (\d+) providers -5 % and\s+(\d+) both", page, re.S
    )
    assert said
    assert [len(found), primary.sum(), providers.sum(), (primary & providers).sum()] == [int(x) for x in said.groups()]
    assert not (primary & providers).any()
