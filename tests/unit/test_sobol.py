"""Sobol, Morris and Shapley against closed forms and SALib's own numbers; failures and wrong designs are told, never hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.test_functions import Ishigami, Sobol_G

from llr_sd.analysis import grow, morris, morris_table, shapley, sobol, sobol_table, worth_a_sobol
from llr_sd.analysis.bootstrap import half_width
from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter
from llr_sd.result import NO_LOG, REFUSED
from llr_sd.sampling import draw_monte_carlo, draw_morris, draw_saltelli, draw_shapley, resamples

Uncertain = list[tuple[Parameter, Distribution]]
PI = Distribution("uniform", -np.pi, np.nan, np.pi)
UNIT = Distribution("uniform", 0, np.nan, 1)
NORMAL = Distribution("normal", mode=0.0, sd=1.0)


def uncertain(names: Sequence[str], distribution: Distribution) -> Uncertain:
    return [(Parameter(n, f"variable {n}", "Dmnl", 0.0, distribution, "", "test", "C"), distribution) for n in names]


X3 = uncertain(["x1", "x2", "x3"], PI)
V = 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5
V1, V2, V13 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 7**2 / 8, 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
ISHIGAMI = {
    ("S1", "x1", ""): V1 / V,
    ("S1", "x2", ""): V2 / V,
    ("S1", "x3", ""): 0.0,
    ("ST", "x1", ""): (V1 + V13) / V,
    ("ST", "x2", ""): V2 / V,
    ("ST", "x3", ""): V13 / V,
    ("S2", "x1", "x2"): 0.0,
    ("S2", "x1", "x3"): V13 / V,
    ("S2", "x2", "x3"): 0.0,
}


def dataset(values: np.ndarray, ok: np.ndarray | None = None) -> xr.Dataset:
    good = np.isfinite(values) if ok is None else ok
    return xr.Dataset(
        {"y": (("scenario", "run"), values[None]), "ok": (("scenario", "run"), good[None])}, coords={"scenario": ["base"]}
    )


def table_of(design: Design, values: np.ndarray, seed: int = 0) -> pd.DataFrame:
    assert design.plan is not None
    return sobol_table(design, dataset(values), {"y": 2020.0}, resamples(seed, "sobol", design.plan.replicates))


def assert_inside(tables: Sequence[pd.DataFrame], exact: Mapping[tuple[str, str, str], float]) -> None:
    """Exact values lie in the printed 95 % intervals; of all of them at most one in ten is let off, as some must be outside."""
    inside = []
    for table in tables:
        rows = table.set_index(["index", "input", "other"])
        assert set(rows.index) == set(exact)
        inside += [rows["low"][k] - 1e-4 <= x <= rows["high"][k] + 1e-4 for k, x in exact.items()]
        np.testing.assert_allclose([rows["value"][k] for k in exact], list(exact.values()), atol=0.15)
    assert np.mean(inside) >= 0.9


def g_exact(a: np.ndarray) -> dict[tuple[str, str, str], float]:
    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    names = [f"x{i}" for i in range(len(a))]
    exact = {("S1", n, ""): float(p / whole) for n, p in zip(names, part, strict=True)}
    exact |= {("ST", n, ""): float(p / (1 + p) * (1 + whole) / whole) for n, p in zip(names, part, strict=True)}
    pairs = [(j, k) for j in range(len(a)) for k in range(j + 1, len(a))]
    return exact | {("S2", names[j], names[k]): float(part[j] * part[k] / whole) for j, k in pairs}


SEEDS = range(6)


def test_ishigami_lies_inside_the_printed_intervals() -> None:
    designs = [draw_saltelli(X3, 512, seed) for seed in SEEDS]
    assert designs[0].runs == 512 * 8
    assert_inside([table_of(d, Ishigami.evaluate(d.values)) for d in designs], ISHIGAMI)


def test_sobol_g_lies_inside_the_printed_intervals() -> None:
    a = np.array([0, 1, 4.5, 9])
    designs = [draw_saltelli(uncertain([f"x{i}" for i in range(4)], UNIT), 512, seed) for seed in SEEDS]
    assert_inside([table_of(d, Sobol_G.evaluate(d.values, a=a)) for d in designs], g_exact(a))


PARTS = np.array([0.35, 0.25, 0.15])
"""Standard deviations of the logs of three factors of a product."""


def lognormal(design: Design) -> np.ndarray:
    return np.exp(design.values @ PARTS)


def shares_of(one: np.ndarray, whole: np.ndarray) -> dict[tuple[str, str, str], float]:
    pairs = [("S1", one), ("ST", whole)]
    return {(index, f"x{i + 1}", ""): float(v) for index, values in pairs for i, v in enumerate(values)}


@pytest.mark.parametrize("scale", ["value", "rank", "log"])
def test_a_lognormal_product_and_its_rank_and_log_lie_inside_the_printed_intervals(scale: str) -> None:
    """Value: variances exp(s^2) - 1 of the factors. Log: additive. Rank: the covariance of two ranks with correlation r is asin(r/2)/2 pi."""
    v, r = np.exp(PARTS**2) - 1, PARTS**2 / (PARTS**2).sum()
    whole = np.prod(1 + v) - 1
    exact = {
        "value": shares_of(v / whole, v / (1 + v) * (1 + whole) / whole),
        "log": shares_of(r, r),
        "rank": shares_of(6 / np.pi * np.arcsin(r / 2), 1 - 6 / np.pi * np.arcsin((1 - r) / 2)),
    }[scale]
    tables = []
    for seed in SEEDS:
        design = draw_saltelli(uncertain(["x1", "x2", "x3"], NORMAL), 1024, seed, second_order=False)
        assert design.plan is not None
        again = resamples(seed, "sobol", design.plan.replicates)
        tables.append(sobol_table(design, dataset(lognormal(design)), {}, again, scale_of=lambda _: scale))
        assert set(tables[-1]["scale"]) == {scale}
    assert_inside(tables, exact)


def test_ranks_share_ties_within_rounding_and_stay_what_they_are_for_any_rising_function() -> None:
    design = draw_saltelli(X3, 64, 1, second_order=False)
    y = np.round(Ishigami.evaluate(design.values))
    noise = 1 + 1e-15 * np.sin(np.arange(len(y)))
    again = resamples(0, "sobol", 16)
    found = sobol(design, np.column_stack([y + 30, (y + 30) * noise, np.exp(y / 3)]), again, scale="rank")
    np.testing.assert_allclose(found.value[:, 1:], found.value[:, [0, 0]], atol=1e-12)


def test_a_log_of_what_has_none_is_refused_by_its_least_value_and_grows_nothing() -> None:
    design = draw_saltelli(X3, 64, 1, second_order=False)
    y = Ishigami.evaluate(design.values)
    table = sobol_table(design, dataset(y), {}, resamples(0, "sobol", 16), scale_of=lambda _: "log")
    assert table["value"].isna().all()
    assert table["note"].unique().tolist() == [NO_LOG]
    grown = grow(lambda base: table, lambda base: base, 16, 4096, 0.05)
    assert (grown.converged, grown.base) == (True, 32)


def test_few_blocks_that_carry_the_variance_are_told() -> None:
    """The part of a block is the squared distance of its rows A and B from the mean; half of all blocks carry a normal variance."""
    design = draw_saltelli(uncertain(["x1", "x2", "x3"], NORMAL), 1024, 3, second_order=False)
    runs = np.column_stack([design.values @ PARTS, np.exp(5 * (design.values @ PARTS))])
    found = sobol(design, runs, resamples(3, "sobol", 16))
    ends = runs[:, 1].reshape(1024, -1)[:, [0, -1]]
    part = ((ends - runs[:, 1].mean()) ** 2).sum(axis=1)
    assert found.carried[1] == pytest.approx(part.sum() ** 2 / (part**2).sum())
    assert found.carried[0] == pytest.approx(512, rel=0.1)
    assert found.carried[1] < 20
    assert found.note[0] == ""
    assert found.skewed.tolist() == [False, True]
    table = sobol_table(design, dataset(runs[:, 1]), {}, resamples(3, "sobol", 16))
    assert table["skewed"].all()
    ranks = sobol(design, runs, resamples(3, "sobol", 16), scale="rank")
    assert ranks.note == ("", "")


def test_one_index_over_all_times_is_the_mean_weighted_by_variance(monkeypatch: pytest.MonkeyPatch) -> None:
    """y(t) = x1 + t x2 with variances 1: over t = 0, 1, 3 x1 has 3 of 3 + 10 in all. A time without variance adds nothing."""
    designs = [draw_saltelli(uncertain(["x1", "x2"], NORMAL), 256, seed, second_order=False) for seed in SEEDS]
    tables = []
    for seed, design in enumerate(designs):
        y = design.values[:, :1] + design.values[:, 1:] * [0.0, 1.0, 3.0]
        y = np.column_stack([np.full(len(y), 5.0), y])
        runs = xr.Dataset(
            {"y": (("scenario", "run", "time"), y[None]), "ok": (("scenario", "run"), np.ones((1, len(y)), dtype=bool))},
            coords={"scenario": ["base"], "time": [2017.0, 2018, 2019, 2020]},
        )
        again = resamples(seed, "sobol", 16)
        tables.append(sobol_table(design, runs, {}, again, over_time=True))
        each = sobol(design, y[:, 1:], again)
        weighted = (each.value[:4] * y[:, 1:].reshape(256, 4, 3)[:, [0, -1]].var(axis=(0, 1))).sum(axis=1)
        weighted /= y[:, 1:].reshape(256, 4, 3)[:, [0, -1]].var(axis=(0, 1)).sum()
        np.testing.assert_allclose(tables[-1]["value"], weighted, atol=1e-3)
        assert tables[-1]["time"].isna().all()
    assert_inside(tables, {(i, n, ""): v for i in ("S1", "ST") for n, v in (("x1", 3 / 13), ("x2", 10 / 13))})
    monkeypatch.setattr(import_module("llr_sd.analysis.sobol"), "_AT_ONCE", 1)  # a chunk a time
    np.testing.assert_allclose(sobol_table(design, runs, {}, again, over_time=True)["low"], tables[-1]["low"], rtol=1e-12)
    bad = y.copy()
    bad[7, 2] = np.nan
    assert sobol(designs[-1], bad, again, pooled=True).lost.tolist() == [1]


def test_sums_of_indices_have_the_intervals_of_their_resamples() -> None:
    """Ishigami: first-order indices add up to 0.756, total ones to 1.244; the interval of a sum is not the sum of intervals."""
    rows = []
    for seed in SEEDS:
        design = draw_saltelli(X3, 1024, seed, second_order=False)
        again = resamples(seed, "sobol", 16)
        table = sobol_table(design, dataset(Ishigami.evaluate(design.values)), {}, again, with_sums=True).set_index("index")
        rows += [(table.loc[f"{i} sum"], 1 - V13 / V if i == "S1" else 1 + V13 / V) for i in ("S1", "ST")]
        assert table.loc["S1 sum", "value"] == pytest.approx(table.loc["S1", "value"].sum())
    assert sum(r["low"] <= exact <= r["high"] for r, exact in rows) >= 10


@pytest.mark.parametrize("second_order", [True, False])
def test_groups_of_ishigami(second_order: bool) -> None:
    groups = {"one": ["x1"], "others": ["x2", "x3"]}
    designs = [draw_saltelli(X3, 512, seed, groups, second_order) for seed in SEEDS]
    assert designs[0].runs == 512 * (6 if second_order else 4)
    exact = {("S1", "one", ""): 0.3139, ("S1", "others", ""): 0.4424, ("ST", "one", ""): 0.5576, ("ST", "others", ""): 0.6861}
    if second_order:
        exact["S2", "one", "others"] = V13 / V
    assert_inside([table_of(d, Ishigami.evaluate(d.values)) for d in designs], exact)


def test_groups_and_parameters_share_their_rows_a_and_b() -> None:
    single, grouped = draw_saltelli(X3, 64, 5), draw_saltelli(X3, 64, 5, groups={"g": ["x1", "x3"], "h": ["x2"]})
    for row in (0, -1):
        np.testing.assert_array_equal(single.values.reshape(64, 8, 3)[:, row], grouped.values.reshape(64, 6, 3)[:, row])


@pytest.mark.parametrize("second_order", [True, False])
def test_numbers_are_those_of_salib(second_order: bool) -> None:
    base, number = 128, 60
    design = draw_saltelli(X3, base, 2, second_order=second_order, replicates=1)
    values = Ishigami.evaluate(design.values) + 100
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 1]] * 3}
    theirs = salib_sobol.analyze(problem, values, second_order, num_resamples=number, seed=7)
    chosen = np.random.default_rng(7).integers(base, size=(base, number)).T
    found = sobol(design, np.column_stack([values, values * 2]), chosen)
    z = float(half_width(np.ones(1), np.array([base]))[0]) / 1.959963984540054
    for row, (index, name, other) in enumerate(found.labels[:-2]):
        at = (int(name[1]) - 1, int(other[1]) - 1) if other else int(name[1]) - 1
        np.testing.assert_allclose(found.value[row], theirs[index][at], atol=1e-12)
        np.testing.assert_allclose((found.high - found.low)[row] / 2 / z, theirs[f"{index}_conf"][at], atol=1e-12)


def test_seeds_are_reproducible_and_different_zero_included() -> None:
    for draw in (lambda s: draw_saltelli(X3, 16, s), lambda s: draw_morris(X3, 8, s), lambda s: draw_shapley(X3, 8, s)):
        for seed in (0, 1):
            np.testing.assert_array_equal(draw(seed).values, draw(seed).values)
        assert not np.array_equal(draw(0).values, draw(1).values)


def test_twice_the_base_begins_with_the_same_runs() -> None:
    small, large = draw_saltelli(X3, 32, 4), draw_saltelli(X3, 64, 4)
    np.testing.assert_array_equal(large.values[: small.runs], small.values)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_failed_run_among_thousands_costs_its_block_and_is_told(bad: float) -> None:
    design = draw_saltelli(X3, 1024, 0)
    values = Ishigami.evaluate(design.values)
    planted = values.copy()
    planted[4321] = bad
    table = table_of(design, planted)
    assert (table["lost"] == 1).all()
    assert (table["blocks"] == 1023).all()
    assert table["note"].unique().tolist() == [""]
    kept = np.arange(design.runs) // 8 != 4321 // 8
    theirs = salib_sobol.analyze({"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}, values[kept])
    np.testing.assert_allclose(table[table["index"] == "ST"]["value"], theirs["ST"], atol=1e-12)
    exact = table.set_index(["index", "input", "other"])["value"] - pd.Series(ISHIGAMI)
    assert exact.abs().max() < 0.1


def test_a_status_of_failed_counts_even_where_the_number_looks_fine() -> None:
    design = draw_saltelli(X3, 64, 0)
    ok = np.ones(design.runs, dtype=bool)
    ok[9] = False
    found = sobol_table(design, dataset(Ishigami.evaluate(design.values), ok), {}, resamples(0, "s", 16))
    assert (found["lost"] == 1).all()


def test_too_many_failures_are_refused() -> None:
    design = draw_saltelli(X3, 64, 0)
    values = Ishigami.evaluate(design.values)
    values[::64] = np.nan
    table = table_of(design, values)
    assert table[["value", "low", "high"]].isna().all(axis=None)
    assert (table["note"] == REFUSED).all()
    assert set(zip(table["lost"], table["blocks"], strict=True)) == {(8, 56)}
    values[:] = np.nan
    assert table_of(design, values)["value"].isna().all()


def test_a_constant_output_has_no_variance() -> None:
    design = draw_saltelli(X3, 64, 0)
    table = table_of(design, np.full(design.runs, 0.1) + 1e-17 * np.arange(design.runs))
    assert table["value"].isna().all()
    assert (table["note"] == "no variance").all()


def test_only_the_cell_that_failed_loses_its_block() -> None:
    design = draw_saltelli(X3, 64, 0)
    values = Ishigami.evaluate(design.values)
    cells = np.column_stack([values, values, np.ones_like(values)])
    cells[3, 1] = np.nan
    found = sobol(design, cells, resamples(0, "s", 16))
    assert found.lost.tolist() == [0, 1, 0]
    assert found.note[2] == "no variance"


def test_a_wrong_design_is_refused() -> None:
    design, chosen = draw_saltelli(X3, 16, 0), resamples(0, "s", 16)
    values = Ishigami.evaluate(design.values)[:, None]
    random = draw_monte_carlo(X3, design.runs, 0)
    without = Design(design.names, design.values.copy(), "saltelli", 0)
    shuffled = Design(design.names, design.values[::-1].copy(), "saltelli", 0, design.plan)
    first_order = Design(
        design.names, design.values[:80].copy(), "saltelli", 0, draw_saltelli(X3, 16, 0, second_order=False).plan
    )
    for wrong, words in [
        (random, "monte_carlo"),
        (draw_morris(X3, 32, 0), "morris"),
        (without, "with its plan"),
        (shuffled, "not in the order"),
        (first_order, "not in the order"),
    ]:
        with pytest.raises(InputError, match=words):
            sobol(wrong, values[: wrong.runs], chosen)
    with pytest.raises(InputError, match="shape"):
        sobol(design, values[:-1], chosen)
    with pytest.raises(InputError, match="16 units"):
        sobol(design, values, resamples(0, "s", 8))
    with pytest.raises(InputError, match="Shapley design"):
        shapley(design, values, chosen)
    with pytest.raises(InputError, match="Morris design"):
        morris(design, values, chosen)


def test_designs_that_cannot_be_drawn() -> None:
    with pytest.raises(InputError, match="Use 512 or 1024"):
        draw_saltelli(X3, 1000, 0)
    with pytest.raises(InputError, match="at least two inputs"):
        draw_saltelli(X3, 16, 0, groups={"all": ["x1", "x2", "x3"]})
    with pytest.raises(InputError, match="x3 is in no group"):
        draw_saltelli(X3, 16, 0, groups={"a": ["x1"], "b": ["x2"]})
    with pytest.raises(InputError, match="in the groups a and b"):
        draw_saltelli(X3, 16, 0, groups={"a": ["x1", "x2"], "b": ["x2", "x3"]})
    with pytest.raises(InputError, match="runs double"):
        draw_shapley(uncertain([f"x{i}" for i in range(13)], UNIT), 16, 0)
    with pytest.raises(InputError, match="x is fixed"):
        draw_saltelli([*X3, *uncertain(["x"], Distribution("fixed", mode=1.0))], 16, 0)


# --- Morris -----------------------------------------------------------------------------------------------------------


def morris_model(x: np.ndarray) -> np.ndarray:
    return np.asarray(5 * x[:, 0] + 2 * x[:, 1] ** 2 - x[:, 2] * x[:, 0] + 0.001 * x[:, 3])


def test_morris_numbers_are_those_of_salib() -> None:
    parameters = uncertain(["a", "b", "c", "d"], UNIT)
    design = draw_morris(parameters, 30, 1)
    values = morris_model(design.values)
    cube = (design.values - 0.025) / 0.95
    problem = {"num_vars": 4, "names": ["a", "b", "c", "d"], "bounds": [[0, 1]] * 4}
    theirs = salib_morris.analyze(problem, cube, values, seed=1)
    found = morris(design, values[:, None], resamples(1, "morris", 30))
    ours = found.value[:, 0].reshape(3, 4) * 0.95
    for row, name in zip(ours, ("mu_star", "mu", "sigma"), strict=True):
        np.testing.assert_allclose(row, np.asarray(theirs[name], dtype=float), atol=1e-12)


def test_morris_picks_the_inputs_that_matter_and_tells_what_was_lost() -> None:
    design = draw_morris(uncertain(["a", "b", "c", "d"], UNIT), 30, 1)
    values = morris_model(design.values)
    values[7] = np.nan
    table = morris_table(design, dataset(values), {}, resamples(1, "morris", 30))
    assert worth_a_sobol(table) == ("a", "b", "c")
    assert (table["lost"] == 1).all()
    flat = morris_table(design, dataset(np.ones(design.runs)), {}, resamples(1, "morris", 30))
    assert worth_a_sobol(flat) == ()
    assert (flat["note"] == "no variance").all()


def test_morris_of_groups_has_no_direction() -> None:
    design = draw_morris(uncertain(["a", "b", "c", "d"], UNIT), 20, 0, groups={"g": ["a", "d"], "h": ["b"], "i": ["c"]})
    assert design.runs == 20 * 4
    found = morris(design, morris_model(design.values)[:, None], resamples(0, "morris", 20))
    assert np.isnan(found.value[3, 0])
    assert found.value[0, 0] > found.value[1, 0] > 0


# --- Shapley effects --------------------------------------------------------------------------------------------------


def linear_effects(beta: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Closed form for Y = beta X with X normal: from the conditional variances of every set (Owen and Prieur 2017, section 4)."""
    d = len(beta)
    from itertools import permutations

    def left(known: tuple[int, ...]) -> float:
        unknown = [i for i in range(d) if i not in known]
        if not unknown:
            return 0.0
        cov = rho[np.ix_(unknown, unknown)]
        if known:
            cross = rho[np.ix_(unknown, known)]
            cov = cov - cross @ np.linalg.solve(rho[np.ix_(known, known)], cross.T)
        return float(beta[unknown] @ cov @ beta[unknown])

    orders = list(permutations(range(d)))
    effects = np.zeros(d)
    for order in orders:
        for place, i in enumerate(order):
            effects[i] += (left(order[:place]) - left(order[: place + 1])) / len(orders)
    return effects / left(())


def spearman(pearson: float) -> float:
    return float(6 / np.pi * np.arcsin(pearson / 2))


def test_shapley_effects_of_two_correlated_normals() -> None:
    """Owen and Prieur 2017, section 4.1: each share is its own variance plus half the shared part, less what correlation hides."""
    rho, b1, b2 = 0.6, 1.0, 2.0
    whole = b1**2 + b2**2 + 2 * rho * b1 * b2
    exact = np.array([b1**2 * (1 - rho**2 / 2) + rho * b1 * b2 + b2**2 * rho**2 / 2, 0]) / whole
    exact[1] = 1 - exact[0]
    np.testing.assert_allclose(linear_effects(np.array([b1, b2]), np.array([[1, rho], [rho, 1]])), exact, atol=1e-12)
    design = draw_shapley(uncertain(["a", "b"], NORMAL), 4000, 0, [("a", "b", spearman(rho))])
    found = shapley(design, (design.values @ [b1, b2])[:, None], resamples(0, "shapley", 4000, 200))
    assert (found.low[:, 0] <= exact).all()
    assert (exact <= found.high[:, 0]).all()
    assert found.value.sum() == pytest.approx(1, abs=1e-12)


def test_shapley_effects_of_four_normals_one_of_them_idle() -> None:
    beta = np.array([1.0, 1.0, 0.0, 0.5])
    rho = np.eye(4)
    rho[0, 2] = rho[2, 0] = 0.8
    rho[1, 2] = rho[2, 1] = 0.3
    pairs = [("x1", "x3", spearman(0.8)), ("x2", "x3", spearman(0.3))]
    design = draw_shapley(uncertain(["x1", "x2", "x3", "x4"], NORMAL), 3000, 2, pairs)
    found = shapley(design, (design.values @ beta)[:, None], resamples(2, "shapley", 3000, 200))
    exact = linear_effects(beta, rho)
    assert exact[2] > 0.1
    np.testing.assert_allclose(found.value[:, 0], exact, atol=0.03)
    assert ((found.low[:, 0] <= exact) & (exact <= found.high[:, 0])).sum() >= 3


def test_shapley_effects_of_groups_failures_and_constants() -> None:
    design = draw_shapley(uncertain(["a", "b", "c"], UNIT), 500, 0, groups={"g": ["a", "c"], "h": ["b"]})
    values = design.values @ [1.0, 1.0, 1.0]
    values[5] = np.inf
    found = shapley(design, np.column_stack([values, np.ones(design.runs)]), resamples(0, "s", 500, 100))
    np.testing.assert_allclose(found.value[:, 0], [2 / 3, 1 / 3], atol=0.06)
    assert found.lost.tolist() == [1, 0]
    assert found.note == ("", "no variance")
    assert np.isnan(found.value[:, 1]).all()
