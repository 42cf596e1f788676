"""Value of information, discovery and convergence against closed forms and planted answers."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from llr_sd.analysis import CLUSTERS, discover, evppi_table, grow, sobol_table
from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter
from llr_sd.result import NO_VARIANCE
from llr_sd.sampling import draw_monte_carlo, draw_saltelli, resamples

needs_prim = pytest.mark.skipif(importlib.util.find_spec("ema_workbench") is None, reason="needs the extra discovery")


def drawn(names: str, distribution: Distribution, runs: int, seed: int = 0) -> Design:
    return draw_monte_carlo(
        [(Parameter(n, n, "Dmnl", 0, distribution, "", "test", "C"), distribution) for n in names], runs, seed
    )


# --- value of information ---------------------------------------------------------------------------------------------


def linear_normal(mean: float, sd: float) -> float:
    """E[max(0, N(mean, sd))] - max(0, mean): the unit normal loss integral (Raiffa and Schlaifer 1961)."""
    return float(mean * stats.norm.cdf(mean / sd) + sd * stats.norm.pdf(mean / sd) - max(0.0, mean))


def worth_of(design: Design, *options: np.ndarray, seed: int = 0, number: int = 200, **more: object) -> pd.DataFrame:
    """The table of options against doing nothing."""
    net = np.column_stack([np.zeros(design.runs), *options])
    return evppi_table(design, net, resamples(seed, "information", CLUSTERS, number), **more).set_index("input")


def test_evppi_of_a_linear_normal_choice_is_the_loss_integral() -> None:
    design = drawn("abc", Distribution("normal", mode=0.0, sd=1.0), 20_000, 4)
    groups = {"a": "a", "b": "b", "c": "c", "a and b": "ab"}
    table = worth_of(design, 0.5 + design.values @ [2.0, 1.0, 0.0], groups=groups)
    for name, sd in (("a", 2.0), ("b", 1.0), ("a and b", np.sqrt(5))):
        assert table.loc[name, "low"] < linear_normal(0.5, sd) < table.loc[name, "high"]
        assert table.loc[name, "value"] == pytest.approx(linear_normal(0.5, sd), abs=0.03)
    assert table.loc["c", "value"] == pytest.approx(0, abs=0.01)
    assert table["told"].to_dict() == {"a": True, "b": True, "c": False, "a and b": True}
    assert table.loc["a and b", "share"] == pytest.approx(1, abs=0.02)
    assert table.index[0] == "a and b"


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.0), (0.3, 0.0), (0.1, 0.05), (0.3, 0.2), (0.0, 0.3), (0.3, 1.0)])
def test_evppi_intervals_cover_below_the_noise_and_above_it(mean: float, sd: float) -> None:
    """The share of seeds whose interval holds the loss integral is 95 % or more, but for what 60 seeds can miss by chance."""
    truth, number = (linear_normal(mean, sd) if sd else 0.0), 60
    inside = told = 0
    for seed in range(number):
        design = drawn("ab", Distribution("normal", mode=0.0, sd=1.0), 400, seed)
        row = worth_of(design, mean + design.values @ [sd, 1.0], groups={"a": "a"}, seed=seed, number=60).loc["a"]
        inside += row["low"] <= truth <= row["high"]
        told += bool(row["told"])
        assert row["told"] == (row["low"] > 0)
    assert inside >= stats.binom.ppf(0.001, number, 0.95)
    if truth == 0:
        assert told <= stats.binom.ppf(0.999, number, 0.025)
    elif sd == 1:
        assert told == number


def test_a_worth_that_no_run_shows_still_has_room() -> None:
    """Truth 4e-4 at one run in 160: where every gain is 0 the upper end is not."""
    design = drawn("ab", Distribution("normal", mode=0.0, sd=1.0), 200, 3)
    row = worth_of(design, 0.5 + design.values @ [0.2, 0.01]).loc["a"]
    assert (row["value"], row["low"], row["told"]) == (0, 0, False)
    assert row["high"] > linear_normal(0.5, 0.2)


def test_evppi_of_a_discrete_number_is_its_exact_value() -> None:
    """Worth -1 or 2 with chances 1/2 each: knowing which gives 1, not knowing 1/2."""
    coin = Distribution("discrete", values=(-1.0, 2.0))
    design = drawn("ab", coin, 4000, 3)
    noise = drawn("z", Distribution("normal", mode=0.0, sd=0.5), 4000, 8).values[:, 0]
    row = worth_of(design, design.values[:, 0] + noise).loc["a"]
    assert row["low"] <= 0.5 <= row["high"]
    assert row["value"] == pytest.approx(0.5, abs=0.05)


def test_evppi_where_one_option_is_best_in_every_run_is_worth_nothing() -> None:
    design = drawn("ab", Distribution("uniform", 0, np.nan, 1), 300)
    table = worth_of(design, 1 + design.values[:, 0])
    assert (table["value"] == 0).all()
    assert not table["told"].any()
    assert table["share"].isna().all()


def test_evppi_leaves_failed_runs_out_and_refuses_what_it_cannot_do() -> None:
    design = drawn("ab", Distribution("normal", mode=0.0, sd=1.0), 500)
    benefit = np.column_stack([np.zeros(500), design.values[:, 0]])
    benefit[3, 1] = np.nan
    again = resamples(0, "information", CLUSTERS, 20)
    assert (evppi_table(design, benefit, again)["lost"] == 1).all()
    with pytest.raises(InputError, match="two options"):
        evppi_table(design, benefit[:, :1], again)
    with pytest.raises(InputError, match="too few"):
        evppi_table(design, benefit, again, np.arange(500) < 50)
    with pytest.raises(InputError, match='no column "z"'):
        evppi_table(design, benefit, again, groups={"g": ["z"]})
    with pytest.raises(InputError, match="saltelli"):
        evppi_table(Design(design.names, design.values, "saltelli"), benefit, again)


# --- discovery --------------------------------------------------------------------------------------------------------


@needs_prim
def test_prim_finds_the_planted_box() -> None:
    design = drawn("abcde", Distribution("uniform", 0, np.nan, 10), 4000, 1)
    interest = (design.values[:, 0] > 7) & (design.values[:, 3] < 4)
    ok = np.ones(4000, dtype=bool)
    ok[:3] = False
    box = discover(design, interest, ok, units={"a": "1/Year"})
    assert {r.name: r.unit for r in box.restrictions} == {"a": "1/Year", "d": ""}
    limits = {r.name: r for r in box.restrictions}
    assert limits["a"].low == pytest.approx(7, abs=0.4)
    assert limits["d"].high == pytest.approx(4, abs=0.4)
    assert np.isinf(limits["d"].low)
    assert box.density[0] > 0.75
    assert box.coverage[0] > 0.9
    assert box.density[1] <= box.density[0] <= box.density[2]
    assert (box.runs, box.lost) == (1998, 3)
    assert list(box.to_frame()["input"]) == ["a", "d"]


@needs_prim
def test_prim_finds_nothing_where_there_is_nothing() -> None:
    design = drawn("abc", Distribution("uniform", 0, np.nan, 1), 3000, 2)
    interest = drawn("z", Distribution("uniform", 0, np.nan, 1), 3000, 5).values[:, 0] < 0.3
    box = discover(design, interest)
    assert box.density[0] < 0.5


def test_a_box_needs_cases_and_a_plain_design() -> None:
    design = drawn("ab", Distribution("uniform", 0, np.nan, 1), 200)
    with pytest.raises(InputError, match=r"3 of 200 runs miss it: too few for a box \(40 needed\)"):
        discover(design, np.arange(200) < 3)
    with pytest.raises(InputError, match="saltelli"):
        discover(Design(design.names, design.values, "saltelli"), np.arange(200) < 100)


@pytest.mark.skipif(importlib.util.find_spec("ema_workbench") is not None, reason="the extra discovery is there")
def test_the_missing_extra_is_named() -> None:
    design = drawn("ab", Distribution("uniform", 0, np.nan, 1), 200)
    with pytest.raises(InputError, match="discovery"):
        discover(design, np.arange(200) < 100)


# --- convergence ------------------------------------------------------------------------------------------------------


def indices(half: Callable[[int], float], st: Callable[[int], tuple[float, ...]]) -> Callable[[int], pd.DataFrame]:
    def evaluate(base: int) -> pd.DataFrame:
        rows = [
            ("now", "gp", np.nan, n, "", "ST", v, v - half(base), v + half(base), base, 0, "")
            for n, v in zip("ab", st(base), strict=True)
        ]
        return pd.DataFrame(
            rows,
            columns=["scenario", "output", "time", "input", "other", "index", "value", "low", "high", "blocks", "lost", "note"],
        )

    return evaluate


def test_it_grows_until_the_intervals_are_narrow() -> None:
    asked = []
    evaluate = indices(lambda n: 1 / np.sqrt(n), lambda n: (0.7, 0.3))
    found = grow(lambda n: (asked.append(n), evaluate(n))[1], lambda n: 6 * n, 16, 10**6, 0.05)
    assert asked == [16, 32, 64, 128, 256, 512]
    assert found.converged
    assert (found.base, found.runs) == (512, 3072)
    assert found.history["widest"].is_monotonic_decreasing


def test_it_stops_at_the_budget_and_says_why() -> None:
    found = grow(indices(lambda n: 1 / np.sqrt(n), lambda n: (0.7, 0.3)), lambda n: 6 * n, 16, 1000, 0.01)
    assert not found.converged
    assert (found.base, found.runs) == (128, 768)
    last = found.history.iloc[-1]
    assert last[["scenario", "output", "index", "input", "met"]].tolist() == ["now", "gp", "ST", "a", False]
    assert last["widest"] == pytest.approx(128**-0.5)


def test_a_ranking_that_moves_is_not_converged() -> None:
    found = grow(indices(lambda n: 0.001, lambda n: (0.7, 0.3) if n % 3 == 1 else (0.3, 0.7)), lambda n: n, 16, 300, 0.05)
    assert not found.converged
    assert found.history["swaps"].tolist() == [-1, 1, 1, 1, 1]


def test_refused_indices_never_converge_and_constants_always_do() -> None:
    missing = grow(indices(lambda n: np.nan, lambda n: (np.nan, 0.3)), lambda n: n, 16, 64, 0.05)
    assert not missing.converged
    assert missing.history["missing"].tolist() == [2, 2, 2]
    flat = indices(lambda n: np.nan, lambda n: (np.nan, np.nan))
    found = grow(lambda n: flat(n).assign(note=NO_VARIANCE, lost=65), lambda n: n, 16, 64, 0.05)
    assert (found.converged, found.base) == (True, 32)
    assert found.history[["scenario", "output", "index", "input"]].eq("").all(axis=None)


def test_growth_through_real_designs_reuses_the_runs() -> None:
    import xarray as xr

    pi = Distribution("uniform", -np.pi, np.nan, np.pi)
    parameters = [(Parameter(n, n, "Dmnl", 0, pi, "", "test", "C"), pi) for n in "abc"]

    def evaluate(base: int) -> pd.DataFrame:
        design = draw_saltelli(parameters, base, 0, second_order=False)
        x = design.values
        y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        runs = xr.Dataset({"y": (("scenario", "run"), y[None]), "ok": (("scenario", "run"), np.ones((1, len(y)), bool))})
        return sobol_table(design, runs.assign_coords(scenario=["now"]), {}, resamples(0, "sobol", 16))

    found = grow(evaluate, lambda n: 5 * n, 64, 20_000, 0.06)
    assert found.converged
    assert found.base <= 2048


@pytest.mark.parametrize(
    ("start", "tolerance", "budget", "words"),
    [(10, 0.1, 100, "power of two"), (16, 0, 100, "above 0"), (16, 1, 5, "more than the budget")],
)
def test_growth_that_cannot_start(start: int, tolerance: float, budget: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        grow(indices(lambda n: 1, lambda n: (0, 1)), lambda n: n, start, budget, tolerance)
