"""Statistics and their intervals, against closed forms, scipy and known coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from llr_sd.analysis import bounds, evaluate, names_in, summarise, target_table, tree_of, wilson
from llr_sd.analysis.paired import paired_table
from llr_sd.analysis.summary import quantile_interval, statistics_of
from llr_sd.errors import InputError
from llr_sd.quantiles import FEWEST_RUNS, STATISTICS
from llr_sd.studyparts import Target


@pytest.mark.parametrize(("met", "runs"), [(0, 50), (3, 50), (25, 50), (50, 50), (1, 4096)])
def test_wilson_agrees_with_scipy(met: int, runs: int) -> None:
    p, low, high = wilson(met, runs)
    exact = stats.binomtest(met, runs).proportion_ci(method="wilson")
    assert (p, low, high) == pytest.approx((met / runs, exact.low, exact.high), abs=1e-12)


def test_no_runs_give_no_probability() -> None:
    assert all(math.isnan(x) for x in wilson(0, 0))


def test_quantile_interval_covers_at_its_nominal_rate() -> None:
    true = stats.norm.ppf(0.9)
    values = np.sort(np.random.default_rng(5).standard_normal((200, 4000)), axis=0)
    _, low, high = quantile_interval(values, 0.9)
    assert 0.935 < np.mean((low <= true) & (true <= high)) < 0.985


def test_too_few_runs_have_no_bound() -> None:
    _, low, _ = quantile_interval(np.sort(np.random.default_rng(1).random((20, 1)), axis=0), 0.05)
    assert np.isnan(low).all()


def test_a_quantile_is_given_from_the_runs_on_with_which_it_has_an_interval() -> None:
    for statistic, p in STATISTICS.items():
        least, most = stats.binom.ppf([[0.025], [0.975]], np.arange(1, 100), p)
        both = (least >= 1) & (most < np.arange(1, 100))
        assert FEWEST_RUNS[statistic] == 1 + int(np.argmax(both))  # scipy's binomial says when both order statistics exist


@pytest.mark.parametrize(("runs", "given"), [(1, []), (2, ["mean"]), (6, ["mean", "p50"]), (71, 6), (72, 8)])
def test_too_few_runs_give_no_number(runs: int, given: object) -> None:
    table = statistics_of(np.arange(float(runs))[:, None], pd.DataFrame({"cell": [0]}))
    found = list(table.loc[np.isfinite(table["value"]), "statistic"])
    assert found == given if isinstance(given, list) else len(found) == given
    assert (table["note"].str.startswith("too few runs") == table["value"].isna()).all()
    assert (table["low"].notna() == table["value"].notna()).all()


def test_one_run_says_all_where_nothing_varies() -> None:
    runs = xr.Dataset({"y": (("scenario", "run"), [[3.0], [5.0]]), "ok": (("scenario", "run"), np.ones((2, 1), bool))})
    table = summarise(runs.assign_coords(scenario=["a", "b"]), {}, ["a"]).set_index("scenario")
    assert (table.loc["a", "value"] == 3).all()
    assert table.loc["b", "value"].isna().all()


def test_runs_without_a_result_bound_a_probability() -> None:
    assert bounds(345, 690, 310) == (0.345, 0.655)
    assert bounds(0, 0, 5) == (0, 1)
    failed = dataset().assign(gp=(("scenario", "run"), [[0.0, 1, 2, np.nan], [4, np.nan, np.nan, 7]]))
    target = target_table(failed, [Target(name="t", output="gp", at_least=1)])
    assert target[["met", "runs", "lost", "least", "most"]].to_numpy().tolist() == [[2, 3, 1, 0.5, 0.75], [2, 2, 2, 0.5, 1]]


def dataset() -> xr.Dataset:
    values = np.arange(8.0).reshape(2, 4)
    values[0, 3] = np.nan
    ok = np.array([[True, True, True, False], [True] * 4])
    return xr.Dataset({"gp": (("scenario", "run"), values), "ok": (("scenario", "run"), ok)}, coords={"scenario": ["a", "b"]})


def test_a_failed_run_is_left_out_and_counted() -> None:
    table = summarise(dataset(), {"gp": 2020.75})
    mean = table[(table.scenario == "a") & (table.statistic == "mean")].iloc[0]
    assert (mean["value"], mean["runs"], mean["time"]) == (1.0, 3, 2020.75)
    target = target_table(dataset(), [Target(name="t", output="gp", at_least=1)])
    assert list(target["met"]) == [2, 4]
    assert list(target["runs"]) == [3, 4]


def test_at_most_counts_the_other_side() -> None:
    target = target_table(dataset(), [Target(name="t", output="gp", at_most=1)])
    assert list(target["met"]) == [2, 0]


def test_expressions() -> None:
    a = np.array([1.0, 2.0])
    assert names_in("639 - max(a, b)", "here") == ("a", "b")
    np.testing.assert_array_equal(evaluate("639 - 2 * a ** 2", {"a": a}, "here"), [637, 631])
    assert np.isnan(evaluate("1 / (a - a)", {"a": a}, "here")).all()
    assert evaluate("c - 0.3", {"c": np.array([0.1 + 0.2, 0.4])}, "here").tolist() == [0.0, 0.4 - 0.3]
    assert np.isnan(evaluate("1 / a - 5", {"a": np.zeros(2)}, "here")).all()  # infinity less 5 is no number, and not 0


def test_an_expression_is_a_tree_that_json_can_hold() -> None:
    assert tree_of("-max(a, 2) ** 3 - b / 4", "here") == ["-", ["minus", ["**", ["max", "a", 2.0], 3.0]], ["/", "b", 4.0]]
    assert tree_of("7", "here") == 7.0


def test_an_undefined_output_is_missing_for_itself_alone() -> None:
    runs = dataset().assign(ratio=(("scenario", "run"), np.array([[1.0, np.nan, 3.0, np.nan], [np.nan] * 4])))
    means = summarise(runs, {}).query("statistic == 'mean'").set_index(["scenario", "output"])
    assert means["runs"].to_dict() == {("a", "gp"): 3, ("b", "gp"): 4, ("a", "ratio"): 2, ("b", "ratio"): 0}
    assert means["value"]["a", "ratio"] == 2.0
    target = target_table(runs, [Target(name="t", output="ratio", at_least=2)])
    assert target[["met", "runs"]].to_numpy().tolist() == [[1, 2], [0, 0]]


@pytest.mark.parametrize(("side", "met"), [("at_least", 2), ("at_most", 1)])
def test_a_level_is_met_within_rounding(side: str, met: int) -> None:
    values = np.array([[0.1 + 0.2, 0.5]])
    runs = xr.Dataset({"s": (("scenario", "run"), values), "ok": (("scenario", "run"), np.ones((1, 2), bool))})
    table = target_table(runs.assign_coords(scenario=["a"]), [Target(name="t", output="s", **{side: 0.3})])
    assert table["met"].tolist() == [met]


def test_equal_scenarios_differ_in_no_run() -> None:
    x = np.random.default_rng(1).random(1000)
    runs = xr.Dataset({"y": (("scenario", "run"), np.stack([0.1 * x + 0.2 * x, 0.3 * x]))})
    runs = runs.assign(ok=(("scenario", "run"), np.ones((2, 1000), bool))).assign_coords(scenario=["a", "b"])
    found = paired_table(runs, "a", {}).set_index("statistic")["value"]
    assert (found["p05"], found["p95"], found["mean"]) == (0, 0, 0)
    assert math.isnan(found["probability_above_zero"])


@pytest.mark.parametrize("runs", [2, 5, 30])
def test_the_interval_of_a_mean_covers_with_few_runs_too(runs: int) -> None:
    values = np.random.default_rng(runs).standard_normal((runs, 4000))
    mean = statistics_of(values, pd.DataFrame({"cell": range(4000)})).query("statistic == 'mean'")
    assert 0.935 < ((mean["low"] <= 0) & (mean["high"] >= 0)).mean() < 0.965


@pytest.mark.parametrize("text", ["__import__('os')", "a.b", "a if a else 1", "'x'", "a; b", "", "min(a)", "a < 1"])
def test_expressions_are_arithmetic_only(text: str) -> None:
    with pytest.raises(InputError, match="here"):
        evaluate(text, {"a": np.ones(2)}, "here")


def test_a_misspelt_output_is_named() -> None:
    with pytest.raises(InputError, match='Did you mean "gp_2020"'):
        evaluate("639 - gp_202", {"gp_2020": np.ones(2)}, "here")
