"""Attribution, paired differences and lever search against hand values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from llr_sd.analysis import attribution_table, contributions, lever_settings, paired_table, search_levers, wilson
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter
from llr_sd.sampling import draw_monte_carlo


def runs_of(values: np.ndarray, names: Sequence[str]) -> xr.Dataset:
    ok = np.isfinite(values).reshape(*values.shape[:2], -1).all(axis=2)
    dims = ("scenario", "run") if values.ndim == 2 else ("scenario", "run", "time")
    coords = {"scenario": list(names)} | ({"time": [2018.0, 2019.0]} if values.ndim == 3 else {})
    return xr.Dataset({"y": (dims, values), "ok": (("scenario", "run"), ok)}, coords=coords)


def test_a_product_of_two_levers_is_shared_out_by_hand() -> None:
    """Y = a b from (2, 3) to (5, 7): a gives (5 - 2) (3 + 7) / 2 = 15, b gives (7 - 3) (2 + 5) / 2 = 14, and 35 - 6 = 29."""
    plan = lever_settings({"a": 2, "b": 3}, {"a": 5, "b": 7})
    values = np.array([s["a"] * s["b"] for s in plan.settings])
    assert values.tolist() == [6, 15, 14, 35]
    assert contributions(values).tolist() == [15, 14]
    assert plan.names == ("none", "a", "b", "a + b")


def test_contributions_add_up_for_any_function_of_five_levers() -> None:
    values = np.random.default_rng(0).normal(size=(32, 50, 3)) * 1e6
    np.testing.assert_allclose(contributions(values).sum(axis=0), values[-1] - values[0], rtol=1e-12, atol=1e-6)


def test_an_idle_lever_gets_nothing_and_equal_levers_get_the_same() -> None:
    a, b = (np.array([s >> i & 1 for s in range(8)]) for i in (0, 1))
    shares = contributions(np.exp(a + b).astype(float))
    assert shares[2] == pytest.approx(0, abs=1e-15)
    assert shares[0] == pytest.approx(shares[1])


def test_settings_keep_what_a_scenario_does_not_set() -> None:
    plan = lever_settings({"x": 1, "same": 4}, {"y": 2, "same": 4}, {"both": ["x", "y"], "idle": ["same"]})
    assert plan.settings == ({"x": 1, "same": 4}, {"y": 2, "same": 4})
    with pytest.raises(InputError, match="nothing to attribute"):
        lever_settings({"a": 1}, {"a": 1})
    with pytest.raises(InputError, match="b differs"):
        lever_settings({}, {"a": 1, "b": 2}, {"one": ["a"]})
    with pytest.raises(InputError, match="8192 times"):
        lever_settings({}, {f"p{i}": 1.0 for i in range(13)})


def test_the_attribution_table_adds_up_and_leaves_failed_runs_out() -> None:
    drawn = np.random.default_rng(1).normal(10, 2, size=(200, 1)) * [1, 2]
    plan = lever_settings({"a": 2, "b": 3}, {"a": 5, "b": 7})
    values = np.stack([s["a"] * s["b"] + s["a"] * drawn for s in plan.settings])
    values[1, 17] = np.nan
    table = attribution_table(plan, runs_of(values, plan.names), {}, "base", "plan")
    means = table[table["statistic"] == "mean"].pivot(index="time", columns="lever", values="value")
    np.testing.assert_allclose(means["a"] + means["b"], means["difference"], rtol=1e-13)
    good = np.delete(drawn, 17, axis=0)
    np.testing.assert_allclose(means["a"], 15 + 3 * good.mean(axis=0))
    np.testing.assert_allclose(means["b"], 14)
    assert (table["runs"] == 199).all()
    assert (table["lost"] == 1).all()
    band = table[(table["lever"] == "a") & (table["statistic"] == "p95") & (table["time"] == 2018)]
    assert band["value"].item() == pytest.approx(15 + 3 * np.quantile(good[:, 0], 0.95))


def test_paired_differences_are_narrower_than_the_scenarios_and_right() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(100, 20, 2000)
    change = rng.normal(1, 2, 2000)
    values = np.stack([base, base + change])
    values[1, 5] = np.nan
    table = paired_table(runs_of(values, ["now", "plan"]), "now", {"y": 2020.0}).set_index("statistic")
    kept = np.delete(change, 5)
    mean = table.loc["mean"]
    interval = stats.ttest_1samp(kept, 0).confidence_interval()
    assert mean["value"] == pytest.approx(kept.mean())
    assert (mean["low"], mean["high"]) == pytest.approx((interval.low, interval.high), abs=1e-3)
    assert mean["high"] - mean["low"] < 0.2 * (2 * 1.96 * base.std() * np.sqrt(2 / 2000))
    above = table.loc["probability_above_zero"]
    assert (above["value"], above["low"], above["high"]) == wilson(int((kept > 0).sum()), 1999)
    assert above["lost"] == 1
    with pytest.raises(InputError, match='Did you mean "now"'):
        paired_table(runs_of(values, ["now", "plan"]), "nov", {})


NOISE = stats.norm.ppf((np.arange(400) + 0.5) / 400)


def ensemble(settings: Sequence[Mapping[str, float]]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """A target met when a + 2 b + noise is above 3; a costs 1 a step, b costs 3."""
    everyone = np.ones(400, dtype=bool)
    return [(np.full(400, s["a"] + 3 * s["b"]), s["a"] + 2 * s["b"] + NOISE > 3, everyone) for s in settings]


def test_the_cheapest_mix_is_found_on_the_whole_grid() -> None:
    found = search_levers({"a": range(4), "b": range(4)}, ensemble, ensemble, 0.79)
    assert found.exhaustive
    assert found.best is not None
    assert found.best.setting == {"a": 2.0, "b": 1.0}  # 4 steps: P(noise > -1) = 0.84; cheaper mixes give 0.5
    assert "a = 2, b = 1 is the cheapest of all 16 settings that is confirmed to reach a probability of 79%" in found.reason
    assert "84.2% of 400 fresh runs meet the target" in found.reason
    front = found.table[found.table["pareto"]].sort_values("cost")
    assert front["probability"].is_monotonic_increasing
    for row in found.table.itertuples():
        better = found.table[(found.table["cost"] <= row.cost) & (found.table["probability"] > row.probability)]
        cheaper = found.table[(found.table["cost"] < row.cost) & (found.table["probability"] >= row.probability)]
        assert not (row.pareto and (len(better) or len(cheaper)))


def test_a_claim_rests_on_fresh_runs_with_the_exact_end_of_their_share() -> None:
    """The first mix that looks good misses on fresh runs; the next may err with half the chance (Clopper and Pearson, by the binomial)."""

    def fresh(settings: Sequence[Mapping[str, float]]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [(c + 1, m & (s["a"] > 2), o) for (c, m, o), s in zip(ensemble(settings), settings, strict=True)]

    found = search_levers({"a": range(5), "b": [1]}, ensemble, fresh, 0.79)
    first, second = found.confirmations
    assert (first.setting["a"], first.confirmed, first.error) == (2, False, 0.025)
    assert (second.setting["a"], second.confirmed, second.error) == (3, True, 0.0125)
    assert found.best is second
    met = round(second.probability * 400)
    assert stats.binom.sf(met - 1, 400, second.low) == pytest.approx(0.0125)
    assert stats.binom.cdf(met, 400, second.high) == pytest.approx(0.0125)
    assert (second.cost, second.cost_low) == (7, 7)
    assert "; 1 that looked sure of it in the search was not confirmed on fresh runs." in found.reason
    rows = found.table.set_index("a")
    assert rows["confirmed"].tolist() == [False, False, False, True, False]
    assert rows["fresh_runs"].tolist() == [0, 0, 400, 400, 0]
    assert rows.loc[3, "fresh_probability"] == second.probability


def test_a_large_grid_is_searched_in_part_and_says_so() -> None:
    levels = np.linspace(0, 3, 31)
    found = search_levers({"a": levels, "b": levels}, ensemble, ensemble, 0.5, most=120)
    assert not found.exhaustive
    assert len(found.table) <= 120
    assert "the grid has more" in found.reason
    assert found.best is not None


def test_a_target_out_of_reach_is_told() -> None:
    def low(settings: Sequence[Mapping[str, float]]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return ensemble([{**s, "b": 0} for s in settings])

    found = search_levers({"a": [0.0, 1.0]}, low, low, 0.9)
    assert found.best is None
    words = (
        "none of all 2 settings is confirmed to reach a probability of 90% with 95 % confidence; the most in the search is 2.2%"
    )
    assert words in found.reason


def test_lost_runs_are_counted_in_a_search_and_prove_nothing() -> None:
    """10 of 400 lost: 390 of 390 is no more than 390 of 400 at the lower end."""
    ok = np.arange(400) >= 10

    def lossy(settings: Sequence[Mapping[str, float]]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return [(c, m & ok, ok) for c, m, _ in ensemble(settings)]

    found = search_levers({"a": [3.0, 9.0], "b": [0.0]}, lossy, lossy, 0.95)
    assert found.table["lost"].tolist() == [10, 10]
    assert found.best is not None
    assert (found.best.runs, found.best.lost, found.best.probability, found.best.high) == (390, 10, 1.0, 1.0)
    assert stats.binom.sf(389, 400, found.best.low) == pytest.approx(0.025)
    assert search_levers({"a": [9.0], "b": [0.0]}, lossy, lossy, 0.97).best is None
    with pytest.raises(InputError, match="no levels"):
        search_levers({"a": []}, ensemble, ensemble, 0.5)
    with pytest.raises(InputError, match="strictly between"):
        search_levers({"a": [1.0]}, ensemble, ensemble, 1.0)


def test_a_search_among_many_seldom_claims_what_is_not_so() -> None:
    """100 mixes, each short of 80 % by a tenth of a point, on inputs of their own: the best of them looks good in nearly every search."""
    share, number, mixes, seeds = 0.799, 150, 100, range(100)
    flat = Distribution("uniform", 0, np.nan, 1)
    inputs = [(Parameter(f"x{i}", f"x{i}", "Dmnl", 0, flat, "", "test", "C"), flat) for i in range(mixes)]

    def runs(seed: int, first: int) -> Callable[[Sequence[Mapping[str, float]]], list[tuple[np.ndarray, np.ndarray, np.ndarray]]]:
        met = draw_monte_carlo(inputs, number, seed, first=first).values < share
        return lambda settings: [(np.full(number, s["x"]), met[:, int(s["x"])], np.ones(number, dtype=bool)) for s in settings]

    found = [search_levers({"x": range(mixes)}, runs(s, 0), runs(s, number), 0.8) for s in seeds]
    looked = sum(len(f.confirmations) > 0 for f in found)
    claimed = sum(f.best is not None for f in found)
    assert looked >= 0.8 * len(seeds)
    assert claimed <= stats.binom.ppf(0.999, len(seeds), 0.05)
