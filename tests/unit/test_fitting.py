"""Fits against closed forms: a model that is linear in its parameters has a posterior that is known, and so have two that only add up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from llr_sd import analysis, sampling
from llr_sd.analysis.fitting.problem import Predict
from llr_sd.errors import InputError
from llr_sd.result import AS_BEFORE, NOT_APART

Floats = NDArray[np.float64]


def fitted(problem: analysis.Problem, seed: int = 3, draws: int = 4000) -> tuple[analysis.Fit, sampling.Chain]:
    """The best fit from four starts, and the chain around it."""
    starts = np.vstack([np.zeros((1, problem.size)), sampling.normals(seed, "starts", 3, problem.size)])
    fit = analysis.best_fit(problem, starts)
    places = sampling.around(*analysis.surroundings(problem, fit), sampling.WALKERS, seed)
    return fit, sampling.draw_chain(problem.log_density, places, draws, seed)


def linear(matrix: Floats, value: Floats, covariance: Floats) -> tuple[analysis.Problem, Floats, Floats]:
    """A linear problem, and the mean and covariance of its posterior: those of a regression with a standard normal prior."""
    weight = np.linalg.inv(covariance)
    spread = np.linalg.inv(np.eye(matrix.shape[1]) + matrix.T @ weight @ matrix)
    return (
        analysis.Problem(value, covariance, lambda u: u @ matrix.T, matrix.shape[1]),
        spread @ matrix.T @ weight @ value,
        spread,
    )


MATRIX = np.array([[2.0, -1.0, 0.5], [0.3, 1.5, 1.0], [1.0, 1.0, -2.0], [0.0, 0.7, 0.7]])
VALUE = np.array([1.0, -0.5, 2.0, 0.2])
SHARED = np.diag([0.3, 0.2, 0.4, 0.5]) ** 2 + 0.1 * np.outer([1.0, 0.5, 0.2, 0.0], [1.0, 0.5, 0.2, 0.0])
"""Errors of which the first three share a part, as figures told in relation to one base do."""


def test_a_linear_model_has_the_posterior_of_a_regression() -> None:
    problem, mean, spread = linear(MATRIX, VALUE, SHARED)
    fit, chain = fitted(problem)
    assert fit.scores == pytest.approx(mean, abs=1e-7)
    assert (fit.starts, fit.reached, fit.failed, len(fit.rivals)) == (4, 4, 0, 0)
    assert chain.converged
    sd = np.sqrt(np.diag(spread))
    # Five standard errors of a mean and of a standard deviation from so many independent draws.
    draws = min(chain.effective, len(chain.scores))
    assert np.abs(chain.scores.mean(axis=0) - mean).max() < 5 * (sd / math.sqrt(draws)).max()
    assert np.abs(chain.scores.std(axis=0) / sd - 1).max() < 5 / math.sqrt(2 * draws)
    assert np.corrcoef(chain.scores.T) == pytest.approx(spread / np.outer(sd, sd), abs=5 / math.sqrt(draws))


def test_the_conflict_is_the_distance_from_what_the_priors_predict() -> None:
    problem, *_ = linear(MATRIX, VALUE, SHARED)
    fit, _ = fitted(problem, draws=10)
    distance = VALUE @ np.linalg.inv(SHARED + MATRIX @ MATRIX.T) @ VALUE
    assert fit.misfit + fit.penalty == pytest.approx(distance, rel=1e-7)
    assert fit.conflict == pytest.approx(stats.chi2.sf(distance, 4), rel=1e-7)


def test_the_conflict_is_uniform_where_all_holds_and_small_where_a_prior_is_wrong() -> None:
    rng, chances = np.random.default_rng(1), []
    for _ in range(200):
        truth = rng.standard_normal(3)
        value = MATRIX @ truth + np.linalg.cholesky(SHARED) @ rng.standard_normal(4)
        chances.append(analysis.best_fit(linear(MATRIX, value, SHARED)[0], np.zeros((1, 3))).conflict)
    assert stats.kstest(chances, "uniform").pvalue > 0.001
    wrong = MATRIX @ np.array([6.0, 0.0, 0.0])  # six standard deviations from the middle of its prior
    assert analysis.best_fit(linear(MATRIX, wrong, SHARED)[0], np.zeros((1, 3))).conflict < 1e-4


def test_two_parameters_that_only_add_up_are_not_told_apart() -> None:
    error = 0.1
    problem, *_ = linear(np.ones((1, 2)), np.array([1.0]), np.array([[error**2]]))
    fit, chain = fitted(problem)
    names = ["a", "b"]
    (row,) = analysis.pair_table(names, chain.scores, np.eye(2), chain.effective).to_dict("records")
    pearson = -1 / (1 + error**2)  # of the posterior, whose covariance is I - 11' / (2 + error^2)
    spearman = 6 / math.pi * math.asin(pearson / 2)
    assert row["low"] < spearman < row["high"]
    assert row["note"] == NOT_APART
    table = analysis.direction_table(names, fit.slopes)
    assert table["information"].tolist() == pytest.approx([2 / error**2] * 2 + [0, 0], abs=1e-6)
    assert np.abs(table["weight"]).tolist() == pytest.approx([math.sqrt(0.5)] * 4, abs=1e-6)
    assert table.query("direction == 1")["weight"].prod() > 0 > table.query("direction == 2")["weight"].prod()


def test_a_parameter_that_no_figure_reads_keeps_its_prior() -> None:
    problem, *_ = linear(np.array([[1.0, 0.0]]), np.array([0.5]), np.array([[0.01]]))
    fit, chain = fitted(problem)
    prior = np.array([[-analysis.P95] * 2, [0.0] * 2, [analysis.P95] * 2])
    about = [{"parameter": "read"}, {"parameter": "unread"}]
    table = analysis.posterior_table(about, chain.scores, chain.scores, fit.scores, prior, chain.effective).set_index("parameter")
    assert table["note"].to_dict() == {"read": "", "unread": AS_BEFORE}
    # The spread left is 1 / sqrt(1 + 100) of the prior's, and all of it.
    assert table["narrower"].to_dict() == pytest.approx({"read": 1 - 1 / math.sqrt(101), "unread": 0.0}, abs=0.04)


def test_draws_of_a_bell_have_its_spread_in_five_dimensions() -> None:
    def density(u: Floats) -> Floats:
        return np.asarray(-0.5 * np.square(u).sum(axis=1))

    chain = sampling.draw_chain(density, sampling.around(np.zeros(5), np.eye(5), sampling.WALKERS, 1), 20_000, 1)
    assert chain.converged
    # Five standard errors; a chain that emcee's snooker move has a part in is far outside (its variance comes out at two thirds).
    error = math.sqrt(2 / (5 * min(chain.effective, 20_000)))
    assert float(chain.scores.var(axis=0).mean()) == pytest.approx(1.0, abs=5 * error)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Truths drawn from the prior, curved models, noise of known size: 90 % intervals hold 90 % of the truths."""
    rng, size, held = np.random.default_rng(11), 6, []

    def curved(u: Floats) -> Floats:
        return np.hstack([np.sinh(u), u + 0.3 * u**2])

    for seed in range(10):
        truth = rng.standard_normal(size)
        value = curved(truth[None])[0] + 0.5 * rng.standard_normal(2 * size)
        problem = analysis.Problem(value, 0.25 * np.eye(2 * size), curved, size)
        _, chain = fitted(problem, seed, draws=2000)
        low, high = np.quantile(chain.scores, (0.05, 0.95), axis=0)
        held += list((low <= truth) & (truth <= high))
    assert stats.binomtest(sum(held), len(held), 0.9).pvalue > 0.01


def test_the_models_own_error_has_the_posterior_of_a_quadrature() -> None:
    scale, value, error = 0.2, np.array([10.0, 12.0, 9.0]), 0.1
    problem = analysis.Problem(value, error**2 * np.eye(3), lambda u: 10 + u[:, [0, 0, 0]], 1, scale)
    _, chain = fitted(problem, draws=20_000)

    # Half-normal and normal priors, three independent normal figures: on a grid, whose ends hold all but nothing.
    u, s = np.linspace(-5, 5, 501)[:, None], np.linspace(0, 1.2, 1201)[None]
    weight = stats.norm.pdf(u) * stats.halfnorm.pdf(s, scale=scale)
    for figure in value:
        weight = weight * stats.norm.pdf(figure, 10 + u, np.sqrt(error**2 + (s * figure) ** 2))
    along = integrate.trapezoid(weight, u[:, 0], axis=0)
    first, second = (integrate.trapezoid(s[0] ** n * along, s[0]) / integrate.trapezoid(along, s[0]) for n in (1, 2))
    share, sd = problem.share(chain.scores), math.sqrt(second - first**2)
    assert share.mean() == pytest.approx(first, abs=5 * sd / math.sqrt(min(chain.effective, 20_000)))


def test_a_failed_run_never_counts_as_a_fit() -> None:
    """The best fit lies where every run fails: nothing beyond the edge is drawn, and no start is counted that ends there."""

    def fails(u: Floats) -> Floats:
        return np.where(u > 0.5, np.nan, u)

    problem = analysis.Problem(np.array([2.0]), np.array([[0.01]]), fails, 1)
    fit = analysis.best_fit(problem, np.array([[0.0], [1.0], [-1.0]]))
    assert fit.failed == 1
    assert fit.scores[0] <= 0.5
    assert math.isfinite(fit.misfit)
    chain = sampling.draw_chain(problem.log_density, sampling.around(np.zeros(1), np.eye(1), sampling.WALKERS, 1), 1000, 1)
    assert chain.scores.max() <= 0.5
    assert np.isfinite(chain.log_density).all()

    def always(u: Floats) -> Floats:
        return np.full((len(u), 1), np.nan)

    with pytest.raises(InputError, match="failed from all 2 starts"):
        analysis.best_fit(_with(always), np.zeros((2, 1)))
    with pytest.raises(InputError, match="fails at 128 of 128 places"):
        sampling.draw_chain(_with(always).log_density, np.zeros((sampling.WALKERS, 1)), 10, 1)


def _with(predict: Predict) -> analysis.Problem:
    return analysis.Problem(np.array([2.0]), np.array([[0.01]]), predict, 1)


def test_another_fit_nearly_as_good_is_counted() -> None:
    problem = analysis.Problem(np.array([4.0]), np.array([[0.04]]), lambda u: np.square(u), 1)
    fit = analysis.best_fit(problem, np.array([[1.0], [-1.0], [2.5]]))
    assert abs(fit.scores[0]) == pytest.approx(2, abs=0.05)
    assert (fit.reached, len(fit.rivals)) in ((2, 1), (1, 1))
    assert fit.rivals[0, 0] == pytest.approx(-fit.scores[0], abs=1e-6)


def test_draws_depend_on_the_seed_alone() -> None:
    problem, *_ = linear(MATRIX, VALUE, SHARED)
    one, same, other = (fitted(problem, seed, 300)[1] for seed in (3, 3, 4))
    assert np.array_equal(one.scores, same.scores)
    assert not np.array_equal(one.scores, other.scores)


def test_a_chain_that_is_too_short_says_so() -> None:
    problem, *_ = linear(MATRIX, VALUE, SHARED)
    places = sampling.around(np.zeros(3), np.eye(3), sampling.WALKERS, 1)
    chain = sampling.draw_chain(problem.log_density, places, 300, 1, most=100)
    assert (chain.steps, chain.converged) == (100, False)


@pytest.mark.parametrize(("value", "covariance"), [([math.nan], [[1.0]]), ([1.0], [[0.0]]), ([], [])])
def test_points_without_a_value_or_an_error_are_refused(value: list[float], covariance: list[list[float]]) -> None:
    with pytest.raises(InputError, match="point"):
        analysis.Problem(np.array(value), np.array(covariance).reshape(len(value), len(value)), lambda u: u, 1)
