"""Draws: they stay put, they follow their distribution, and every seed is a seed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from llr_sd.parameters import Distribution, Parameter
from llr_sd.sampling import draw_monte_carlo
from llr_sd.sampling.draws import quantile

PERT = Distribution("pert", 0.015, 0.035, 0.055)
SKEWED = Distribution("pert", 0.0, 0.08, 0.25)


def parameter(name: str, distribution: Distribution) -> Parameter:
    return Parameter(name, name, "1/Year", distribution.mode, distribution, "retention", "test", "C")


def draw(names: dict[str, Distribution], runs: int, seed: int) -> np.ndarray:
    return draw_monte_carlo([(parameter(n, d), d) for n, d in names.items()], runs, seed).values


def test_more_runs_keep_the_earlier_draws() -> None:
    assert np.array_equal(draw({"a": PERT}, 10_000, 1)[:1000], draw({"a": PERT}, 1000, 1))


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
