"""The calibration of the GP model: what its findings state is in its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from findings_page import tables

import llr_sd
from llr_sd.result import AS_BEFORE, HELD_OUT, NOT_APART, Calibrated, facts_of

STUDY = Path(__file__).parents[2] / "experiments" / "gp_calibration"
DECIMALS = {"opening_gp_wte": 0, "gp_inmigration": 1}
"""Decimals of a parameter in its unit; shares are written as so many in 100."""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    """The whole study, undrawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llr_sd.pipeline.report.write_report", lambda _: None)
        patch.setattr("llr_sd.pipeline.report.write_workbook", lambda _: None)
        return llr_sd.run_study(STUDY, out=tmp_path_factory.mktemp("calibration") / "results", verify=0)


def made(result: llr_sd.StudyResult) -> Calibrated:
    return next(f for f in facts_of(result.manifest) if isinstance(f, Calibrated))


def written(name: str, value: float) -> str:
    """A value of a parameter as the findings write it."""
    if name in DECIMALS:
        return f"{value:.{DECIMALS[name]}f}"
    return f"{100 * value:.0f}" if value > 0.1 else f"{100 * value:.1f}"


def change(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f}"


def rows_of(result: llr_sd.StudyResult) -> dict[str, list[str]]:
    """The table of parameters as the findings hold it."""
    found = {}
    for name, r in result.tables["calibration"].set_index("parameter").iterrows():
        before, after = (
            f"{written(str(name), r[middle])} ({written(str(name), r[low])} to {written(str(name), r[high])})"
            for low, middle, high in (("prior_p05", "prior_p50", "prior_p95"), ("p05", "p50", "p95"))
        )
        found[f"`{name}`"] = [before, after, f"{100 * r['narrower']:.0f} %", "no more" if r["note"] == AS_BEFORE else "more"]
    return found


def said(result: llr_sd.StudyResult) -> list[str]:
    """What the prose states, with the numbers of the tables."""
    how, points = made(result), result.tables["calibration_points"]
    held = points[points["role"] == HELD_OUT].iloc[0]
    march = points[points["time"] == 2017.25].iloc[0]
    directions = result.tables["calibration_directions"]
    second = directions[directions["direction"] == 2]
    weights = second.set_index("parameter")["weight"]
    pairs = result.tables["calibration_pairs"]
    most = pairs["rank"].abs().max()
    scenarios = result.tables["observed"].query("observed == 'GPs published since'").set_index("scenario")
    return [
        f"{how.parameters} parameters were fitted to {how.points} figures",
        f"{how.held} other uncertain inputs of the model stood at their central values",
        f"as far from the model as these in {100 * how.conflict:.0f} % of cases",
        f"of {(directions.drop_duplicates('direction')['information'] >= 1).sum()} the figures say more than the priors",
        f"information {second['information'].iloc[0]:.1f}, where the prior has 1; {100 * second['narrower'].iloc[0]:.0f} % narrower",
        f"quitting ({weights['gp_quit_u55']:+.2f}), arrivals ({weights['gp_inmigration']:+.2f}), qualifiers who join ({weights['nq_join_prob']:+.2f}) and sessions given up ({weights['session_drift']:+.2f})",
        f"no two of them are tied by more than {most:.2f}",
        f"returned 565 lies in a band of {march['low']:.0f} to {march['high']:.0f}, above the {march['best']:.0f} of the best fit",
        f"{change(held['figure'])} % lies in a predicted {change(held['low'])} to {change(held['high'])} % (best fit {change(held['best'])} %)",
        f"{100 * held['rank']:.0f} % of what the fit predicts lies below it",
        f"narrow the prediction by {100 * (1 - (held['p95'] - held['p05']) / (held['prior_p95'] - held['prior_p05'])):.0f} %",
        f"before the fit the model alone gave {change(held['prior_p05'])} to {change(held['prior_p95'])} %, after it {change(held['p05'])} to {change(held['p95'])} %",
        f"{change(scenarios.loc['as known in October 2017', 'p05'])} to {change(scenarios.loc['as known in October 2017', 'p95'])} % with the plan's schemes and {change(scenarios.loc['no schemes', 'p05'])} to {change(scenarios.loc['no schemes', 'p95'])} % without",
        f"{how.walkers} walkers of {how.steps:,} steps, {100 * how.acceptance:.0f} % of moves accepted, longest autocorrelation time {how.slowest:.0f} steps, worth {how.effective:,.0f} independent draws",
        f"{how.reached} of {how.starts} starts",
    ]


def test_the_table_of_parameters_is_that_of_the_study(result: llr_sd.StudyResult) -> None:
    (table,) = tables((STUDY / "findings.md").read_text(encoding="utf-8"))
    assert table.columns.tolist() == ["Before", "After", "Narrower by", "The figures say of it"]
    assert {str(name): list(row) for name, row in table.iterrows()} == rows_of(result)


def test_the_prose_is_that_of_the_study(result: llr_sd.StudyResult) -> None:
    prose = " ".join((STUDY / "findings.md").read_text(encoding="utf-8").split())
    assert result.failures.empty
    for sentence in said(result):
        assert sentence in prose, sentence
    assert "no validation" in prose


def test_what_the_prose_says_in_words_holds(result: llr_sd.StudyResult) -> None:
    how, rows = made(result), result.tables["calibration"].set_index("parameter")
    assert how.converged
    assert how.used
    assert how.rivals == how.failed == 0
    assert rows.index[rows["note"] == ""].tolist() == ["opening_gp_wte"]
    assert not (result.tables["calibration_pairs"]["note"] == NOT_APART).any()
    points = result.tables["calibration_points"]
    assert (points["stands"] == "inside").all()
    directions = result.tables["calibration_directions"].drop_duplicates("direction").set_index("direction")
    assert (directions.loc[3:, "information"] < 0.001).all()
    assert points.loc[points["time"] == 2017.25, "rank"].iloc[0] > 0.75
    # The second combination is the yearly change: what takes GPs away against what brings them.
    second = result.tables["calibration_directions"].query("direction == 2").set_index("parameter")["weight"]
    away, brings = second[["gp_quit_u55", "session_drift"]], second[["gp_inmigration", "nq_join_prob"]]
    assert (away > 0.3).all()
    assert (brings < -0.3).all()
    scenarios = result.tables["observed"].query("observed == 'GPs published since'").set_index("scenario")["stands"].to_dict()
    assert scenarios == {"as known in October 2017": "inside", "no schemes": "above"}


def test_nothing_later_than_the_plan_is_fitted(result: llr_sd.StudyResult) -> None:
    points: Any = result.tables["calibration_points"]
    assert points.loc[points["role"] != HELD_OUT, "time"].max() == 2017.75
    assert points.loc[points["role"] == HELD_OUT, "observed"].tolist() == ["GPs published since"]
