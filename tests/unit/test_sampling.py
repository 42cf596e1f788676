"""Draws: they stay put, they follow their distribution, and every seed is a seed."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats

from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter
from llr_sd.sampling import Correlation, draw_latin_hypercube, draw_monte_carlo, missed_percentiles, resamples, ties
from llr_sd.sampling.achieved import Tie
from llr_sd.sampling.draws import quantile

PERT = Distribution("pert", 0.015, 0.035, 0.055)
SKEWED = Distribution("pert", 0.0, 0.08, 0.25)
UNIFORM = Distribution("uniform", 0, np.nan, 1)


def parameter(name: str, distribution: Distribution) -> Parameter:
    return Parameter(name, name, "1/Year", distribution.mode, distribution, "retention", "test", "C")


def draw(names: dict[str, Distribution], runs: int, seed: int) -> np.ndarray:
    return draw_monte_carlo([(parameter(n, d), d) for n, d in names.items()], runs, seed).values


def test_more_runs_keep_the_earlier_draws() -> None:
    assert np.array_equal(draw({"a": PERT}, 10_000, 1)[:1000], draw({"a": PERT}, 1000, 1))


def test_fresh_draws_go_on_where_the_first_end() -> None:
    parameters = [(parameter(n, d), d) for n, d in {"a": PERT, "b": UNIFORM}.items()]
    ties_of: list[Correlation] = [("a", "b", 0.5)]
    whole = draw_monte_carlo(parameters, 300, 1, ties_of).values
    assert np.array_equal(draw_monte_carlo(parameters, 200, 1, ties_of, first=100).values, whole[100:])


def test_another_parameter_leaves_the_others_as_they_were() -> None:
    alone = draw({"b": PERT}, 500, 1)[:, 0]
    assert np.array_equal(draw({"a": SKEWED, "b": PERT, "c": PERT}, 500, 1)[:, 1], alone)


def test_seeds_are_reproducible_and_different_zero_included() -> None:
    for seed in (0, 1):
        assert np.array_equal(draw({"a": PERT}, 100, seed), draw({"a": PERT}, 100, seed))
    assert not np.array_equal(draw({"a": PERT}, 100, 0), draw({"a": PERT}, 100, 1))


def test_parameters_are_independent_of_each_other() -> None:
    values = draw({"a": PERT, "b": PERT}, 20_000, 3)
    assert abs(np.corrcoef(values.T)[0, 1]) < 4 / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        (SKEWED, stats.beta(1 + 4 * 0.32, 1 + 4 * 0.68, 0, 0.25)),
        (Distribution("triangular", 1, 2, 5), stats.triang(0.25, 1, 4)),
        (Distribution("uniform", -1, np.nan, 3), stats.uniform(-1, 4)),
        (Distribution("truncated_normal", 0.55, 1, 1.45), stats.truncnorm(-3, 3, 1, 0.15)),
    ],
    ids=lambda d: getattr(d, "kind", ""),
)
def test_quantiles_agree_with_scipy(distribution: Distribution, reference: stats.rv_continuous) -> None:
    p = np.linspace(0.001, 0.999, 97)
    np.testing.assert_allclose(quantile(distribution, p), reference.ppf(p), rtol=1e-9)


def test_draws_follow_the_distribution_and_do_not_pile_up_at_its_ends() -> None:
    values = draw({"a": SKEWED}, 20_000, 9)[:, 0]
    assert stats.kstest(values, stats.beta(1 + 4 * 0.32, 1 + 4 * 0.68, 0, 0.25).cdf).pvalue > 1e-3
    assert len(np.unique(values)) == len(values)
    assert values.min() > 0
    assert values.max() < 0.25


P90 = stats.norm.ppf(0.9)


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        (Distribution("normal", mode=2, sd=0.5), stats.norm(2, 0.5)),
        (Distribution("normal", mode=2, sd=0.5, minimum=1.5), stats.truncnorm(-1, np.inf, 2, 0.5)),
        (Distribution("normal", mode=2, sd=0.5, minimum=1.5, maximum=4), stats.truncnorm(-1, 4, 2, 0.5)),
        (Distribution("truncated_normal", 1, 2, 4, sd=0.5), stats.truncnorm(-2, 4, 2, 0.5)),
        (Distribution("lognormal", mode=3, sd=0.4), stats.lognorm(0.4, scale=3)),
        (Distribution("beta", 0, 0.3, 1, sd=0.1), stats.beta(0.3 * 20, 0.7 * 20)),
        (Distribution("beta", 2, 5, 12, sd=1), stats.beta(0.3 * 20, 0.7 * 20, 2, 10)),
        (Distribution("p10_p90", -1, np.nan, 3), stats.norm(1, 2 / P90)),
        (Distribution("p10_p90", 1, 10, 100), stats.lognorm(np.log(10) / P90, scale=10)),
        (Distribution("log_uniform", 0.5, np.nan, 200), stats.loguniform(0.5, 200)),
        (Distribution("discrete", values=(3.0, 1.0, 7.0)), stats.randint(0, 3)),
    ],
    ids=lambda d: getattr(d, "kind", ""),
)
def test_more_quantiles_agree_with_scipy(distribution: Distribution, reference: stats.rv_continuous) -> None:
    p = np.linspace(0.001, 0.999, 97)
    expected = reference.ppf(p)
    if distribution.kind == "beta" and distribution.low == 2:
        assert (reference.mean(), reference.std()) == pytest.approx((5, np.sqrt(0.3 * 0.7 / 21) * 10))
        expected = 2 + 10 * stats.beta(0.3 * 20, 0.7 * 20).ppf(p)
    if distribution.kind == "discrete":
        expected = np.array([1.0, 3.0, 7.0])[expected.astype(int)]
    np.testing.assert_allclose(quantile(distribution, p), expected, rtol=1e-9)


def test_a_truncated_lognormal_agrees_with_scipy() -> None:
    d, whole = Distribution("lognormal", mode=3, sd=0.4, minimum=2, maximum=5), stats.lognorm(0.4, scale=3)
    p = np.linspace(0.001, 0.999, 97)
    share = (whole.cdf(quantile(d, p)) - whole.cdf(2)) / (whole.cdf(5) - whole.cdf(2))
    np.testing.assert_allclose(share, p, atol=1e-12)


def test_a_skewed_interval_keeps_its_three_percentiles() -> None:
    d = Distribution("p10_p90", -1.0, 0.5, 4.0)
    np.testing.assert_allclose(quantile(d, np.array([0.1, 0.5, 0.9])), [-1.0, 0.5, 4.0], rtol=1e-12)


def test_an_interval_at_its_bound_is_truncated_not_clamped() -> None:
    d = Distribution("p10_p90", 0.9, np.nan, 1.0)
    p = Parameter("a", "a", "Dmnl", 0.95, d, "", "test", "C", minimum=0.0, maximum=1.0)
    values = draw_monte_carlo([(p, d)], 20_000, 0).values[:, 0]
    assert values.max() < 1
    assert len(np.unique(values)) == len(values)
    assert (values > 0.999).mean() < 0.03


@pytest.mark.parametrize(
    ("stated", "bounds"),
    [
        ((0.02, 0.1, 0.4), (0.0, 1.0)),
        ((0.02, 0.31, 0.6), (0.0, 1.0)),
        ((0.9, 0.98, 0.999), (0.0, 1.0)),
        ((1, 10, 100), (-np.inf, np.inf)),
        ((1, 90, 100), (0.0, np.inf)),
        ((1, 1.001, 3), (0.0, 1e9)),
        ((-5, 2, 3), (-np.inf, 3.5)),
        ((-5, 0, 30), (-np.inf, np.inf)),
        ((99, 100, 101), (0.0, np.inf)),
    ],
)
def test_stated_percentiles_hold_inside_the_bounds(stated: tuple[float, float, float], bounds: tuple[float, float]) -> None:
    d = Distribution("p10_p90", *stated)
    p = Parameter("a", "a", "Dmnl", stated[1], d, "", "test", "C", minimum=bounds[0], maximum=bounds[1])
    draws = draw_latin_hypercube([(p, d)], 100_000, 0).values[:, 0]
    # A slice is 1/100,000 of the probability, so a percentile of the draws lies within a slice or two of the law's.
    for level, percentile in zip((0.1, 0.5, 0.9), stated, strict=True):
        assert (draws < percentile).mean() == pytest.approx(level, abs=2e-5)
    np.testing.assert_allclose(quantile(d.within(*bounds), np.array([0.1, 0.5, 0.9])), stated, rtol=1e-12)
    assert (draws > max(bounds[0], 0 if stated[0] > 0 else -np.inf)).all()
    assert (draws < bounds[1]).all()
    assert not missed_percentiles([(p, d.within(*bounds))])


def test_a_percentile_that_no_law_can_keep_is_told_with_what_is_drawn() -> None:
    d = Distribution("p10_p90", 0.9, np.nan, 1.0)
    p = Parameter("a", "a", "Dmnl", 0.95, d, "", "test", "C", minimum=0.0, maximum=1.0)
    (told,) = missed_percentiles([(p, d.within(*p.bounds))])
    # Half a normal of sd 0.05 / z is cut at z: shares scale by 0.9, so P90 stands where the whole normal has 0.81.
    expected = 0.95 + 0.05 * stats.norm.ppf(0.81) / P90
    assert told.startswith("a is drawn with")
    assert f"P90 {expected:.3g} (stated 1)" in told
    cut = Distribution("normal", mode=2, sd=1).within(1.0, np.inf)
    assert f"P50 {stats.truncnorm(-1, np.inf, 2, 1).median():.3g} (stated 2)" in missed_percentiles([(p, cut)])[0]


def test_people_and_shares_keep_their_natural_bounds() -> None:
    d = Distribution("normal", mode=0.5, sd=1)
    share = Parameter("a", "a", "Dmnl", 0.5, d, "", "test", "C", label="share of posts")
    people = Parameter("b", "b", "WTE", 0.5, d, "", "test", "C")
    values = draw_monte_carlo([(share, d), (people, d)], 2000, 0).values
    assert values.min() > 0
    assert values[:, 0].max() < 1 < values[:, 1].max()


def test_discrete_weights_are_their_shares() -> None:
    d = Distribution("discrete", values=(2.0, 1.0, 9.0), weights=(1.0, 3.0, 0.0))
    values, counts = np.unique(draw({"a": d}, 4000, 0), return_counts=True)
    assert values.tolist() == [1.0, 2.0]
    assert stats.binomtest(int(counts[0]), 4000, 0.75).pvalue > 1e-3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "perts"}, 'Did you mean "pert"'),
        ({"kind": "normal", "mode": 1}, 'needs "sd"'),
        ({"kind": "normal", "mode": 1, "sd": -1}, "above 0"),
        ({"kind": "lognormal", "mode": -1, "sd": 1}, "median of a lognormal"),
        ({"kind": "beta", "low": 0, "mode": 0.5, "high": 1, "sd": 0.5}, "below 0.5"),
        ({"kind": "p10_p90", "low": 1, "mode": 1, "high": 2}, "strictly between"),
        ({"kind": "p10_p90", "low": 2, "high": 1}, "must be below"),
        ({"kind": "p10_p90", "low": 1, "high": 2, "maximum": 1.2}, "permissible range"),
        ({"kind": "log_uniform", "low": 0, "high": 1}, "must be above 0"),
        ({"kind": "discrete"}, 'needs "values"'),
        ({"kind": "discrete", "values": (1.0, 1.0)}, "differ from each other"),
        ({"kind": "discrete", "values": (1.0, 2.0), "weights": (1.0,)}, "as many weights"),
        ({"kind": "discrete", "values": (1.0, 2.0), "weights": (0.0, 0.0)}, "not all of them 0"),
        ({"kind": "triangular", "low": 0, "mode": 3, "high": 1}, "must lie between"),
    ],
)
def test_a_distribution_that_cannot_be_is_refused(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Distribution(**arguments)  # type: ignore[arg-type]


def test_a_latin_hypercube_hits_every_slice_once() -> None:
    design = draw_latin_hypercube([(parameter(n, UNIFORM), UNIFORM) for n in "ab"], 500, 0)
    for column in design.values.T:
        np.testing.assert_array_equal(np.sort((column * 500).astype(int)), np.arange(500))
    assert design.kind == "latin_hypercube"
    alone = draw_latin_hypercube([(parameter("b", UNIFORM), UNIFORM)], 500, 0)
    np.testing.assert_array_equal(alone.values[:, 0], design.values[:, 1])
    assert abs(np.corrcoef(design.values.T)[0, 1]) < 4 / np.sqrt(500)


def correlated(names: str, correlations: list[Correlation], runs: int = 20_000, seed: int = 0) -> np.ndarray:
    return draw_monte_carlo([(parameter(n, SKEWED), SKEWED) for n in names], runs, seed, correlations).values


def test_rank_correlations_are_reproduced() -> None:
    values = correlated("abcd", [("a", "b", 0.4), ("b", "d", -0.7)])
    ranks = stats.spearmanr(values).statistic
    expected = np.array([[1, 0.4, 0, 0], [0.4, 1, 0, -0.7], [0, 0, 1, 0], [0, -0.7, 0, 1]])
    np.testing.assert_allclose(ranks, expected, atol=0.03)
    assert stats.kstest(values[:, 1], stats.beta(1 + 4 * 0.32, 1 + 4 * 0.68, 0, 0.25).cdf).pvalue > 1e-3


def test_correlations_leave_the_other_draws_as_they_were() -> None:
    plain = correlated("abcde", [], 200)
    pair = correlated("abcde", [("b", "c", 0.4)], 200)
    np.testing.assert_array_equal(pair[:, [0, 1, 3, 4]], plain[:, [0, 1, 3, 4]])
    assert not np.array_equal(pair[:, 2], plain[:, 2])
    more = correlated("abcde", [("b", "c", 0.4), ("c", "a", 0.3), ("d", "e", 0.5)], 200)
    np.testing.assert_allclose(more[:, [1, 2, 3]], pair[:, [1, 2, 3]], rtol=1e-12)
    np.testing.assert_array_equal(correlated("abcde", [("b", "c", 0.4)], 50), pair[:50])


def test_impossible_correlations_name_the_pair_and_how_far_it_can_go() -> None:
    def others(rank: float) -> list[Correlation]:
        return [("a", "b", 0.5), ("b", "c", 0.5), ("a", "d", 0.2), ("a", "c", rank)]

    with pytest.raises(InputError, match=r"between a and c: rank = -0\.9 contradicts .* at least -0\.") as error:
        correlated("abcd", others(-0.9), 10)
    limit = float(str(error.value).split("at least ")[1].rstrip("."))
    assert -0.6 < limit < -0.3
    correlated("abcd", others(limit), 10)
    with pytest.raises(InputError, match="contradicts"):
        correlated("abcd", others(limit - 0.01), 10)
    with pytest.raises(InputError, match=r"between a and b: .* at most 0\.07"):
        correlated("abc", [("a", "b", 0.9), ("b", "c", 0.8), ("a", "c", -0.5)], 10)


def test_correlations_that_contradict_each_other_in_several_places() -> None:
    low = [(a, b, -0.9) for a, b in ("ab", "ac", "ad", "bc", "bd", "cd")]
    with pytest.raises(InputError, match="more than one place"):
        correlated("abcd", low, 10)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("a", "x", 0.1)], '"x" is not an uncertain parameter'),
        ([("a", "a", 0.1)], "two different"),
        ([("a", "b", 0.1), ("b", "a", 0.1)], "each pair once"),
        ([("a", "b", 1.0)], "strictly between"),
        ([("a", "b", float("nan"))], "strictly between"),
    ],
)
def test_correlations_that_cannot_be_read(pairs: list[Correlation], words: str) -> None:
    with pytest.raises(InputError, match=words):
        correlated("ab", pairs, 10)


def tied(laws: list[Distribution], correlations: list[Correlation], runs: int = 100_000) -> tuple[Tie, ...]:
    parameters = [(parameter(n, d), d) for n, d in zip("abcd", laws, strict=False)]
    return ties(parameters, correlations, draw_monte_carlo(parameters, runs, 0, correlations))


COIN = Distribution("discrete", values=(0.0, 1.0))
RARE = Distribution("discrete", values=(0.0, 1.0), weights=(0.98, 0.02))


@pytest.mark.parametrize("other", [UNIFORM, COIN])
@pytest.mark.parametrize("single", [{"values": (1.0,)}, {"values": (1.0, 2.0), "weights": (0.0, 1.0)}])
def test_an_input_of_a_single_value_is_correlated_with_nothing(single: dict[str, tuple[float, ...]], other: Distribution) -> None:
    laws = {"a": Distribution("discrete", **single), "b": other}
    with pytest.raises(InputError, match="one of them takes a single value") as refused:
        draw_monte_carlo([(parameter(n, d), d) for n, d in laws.items()], 10, 1, [("b", "a", 0.3)])
    assert refused.value.where == "correlation between b and a"


@pytest.mark.parametrize("other", [UNIFORM, COIN, Distribution("discrete", values=(1.0, 5.0, 9.0), weights=(5.0, 1.0, 1.0))])
def test_a_rank_correlation_with_a_discrete_input_is_achieved(other: Distribution) -> None:
    for asked in (0.3, -0.4):
        (tie,) = tied([COIN, other], [("a", "b", asked)])
        assert tie.drawn == pytest.approx(asked, abs=4 / np.sqrt(100_000))


@pytest.mark.parametrize(
    # With all of the ones of a share p on top, covariance p (1 - p) / 2 stands over sqrt(p (1 - p) / 4) and sqrt(1 / 12).
    ("laws", "most"),
    [([UNIFORM, COIN], np.sqrt(3) / 2), ([UNIFORM, RARE], np.sqrt(3 * 0.02 * 0.98)), ([COIN, RARE], 1 / 7), ([RARE, RARE], 1.0)],
)
def test_a_rank_correlation_beyond_what_ties_allow_is_drawn_as_far_as_it_goes(laws: list[Distribution], most: float) -> None:
    (tie,) = tied(laws, [("a", "b", 0.95)])
    assert tie.most == pytest.approx(most, abs=1e-9)
    assert tie.drawn == pytest.approx(min(0.95, most), abs=0.02)


def test_two_correlations_that_leave_a_range_for_a_third_pair_suggest_it() -> None:
    with pytest.raises(InputError, match=r"of a and c between 0\.\d+ and 0\.\d+, or weaken") as error:
        correlated("abc", [("a", "b", 0.9), ("b", "c", 0.9)], 10)
    low, high = (float(x) for x in re.findall(r"0\.\d+", str(error.value)))
    r = 2 * np.sin(np.pi * 0.9 / 6)  # three normals: r^2 - (1 - r^2) <= the third <= r^2 + (1 - r^2)
    assert low == pytest.approx(6 / np.pi * np.arcsin((2 * r**2 - 1) / 2), abs=0.01)
    for third in (low, high):
        correlated("abc", [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", third)], 10)
    with pytest.raises(InputError, match="contradicts"):
        correlated("abc", [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", low - 0.01)], 10)
    with pytest.raises(InputError, match=r"a and c between .* of b and d between"):
        correlated("abcd", [("a", "b", 0.9), ("b", "c", 0.9), ("c", "d", 0.9)], 10)


def test_resamples_are_keyed() -> None:
    first = resamples(0, "sobol", 16, 10)
    assert first.shape == (10, 16)
    assert 0 <= first.min() <= first.max() <= 15
    np.testing.assert_array_equal(first, resamples(0, "sobol", 16, 20)[:10])
    assert not np.array_equal(first, resamples(1, "sobol", 16, 10))
