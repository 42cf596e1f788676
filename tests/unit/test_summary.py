"""Statistics and their intervals, against closed forms, scipy and known coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from llr_sd.analysis import evaluate, names_in, summarise, target_table, wilson
from llr_sd.analysis.summary import quantile_interval
from llr_sd.errors import InputError
from llr_sd.study import Target


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
    assert np.isinf(evaluate("1 / (a - a)", {"a": a}, "here")).all()


@pytest.mark.parametrize("text", ["__import__('os')", "a.b", "a if a else 1", "'x'", "a; b", "", "min(a)", "a < 1"])
def test_expressions_are_arithmetic_only(text: str) -> None:
    with pytest.raises(InputError, match="here"):
        evaluate(text, {"a": np.ones(2)}, "here")


def test_a_misspelt_output_is_named() -> None:
    with pytest.raises(InputError, match='Did you mean "gp_2020"'):
        evaluate("639 - gp_202", {"gp_2020": np.ones(2)}, "here")
