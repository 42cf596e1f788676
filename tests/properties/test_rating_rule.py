"""What must hold of any rating: monotone, right by hand where there is nothing uncertain, intervals that cover, edges that move only theirs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from llr_sd import analysis, sampling
from llr_sd.register import Matrix, load_matrix, registers_folder

MATRIX = load_matrix(registers_folder() / "llr_2017_matrix.toml")
SHARES = (0.01, 0.025, 0.05, 0.10)
MATRICES = st.sampled_from([MATRIX, MATRIX.with_bands("npsa", "")])

probabilities = st.lists(st.floats(0, 1), min_size=5, max_size=5).map(lambda p: np.array(sorted(p, reverse=True)))


def edges_at(edges: tuple[float, float, float, float]) -> Matrix:
    bands = MATRIX.likelihood["default"]
    ends = (0.0, *edges, 1.0)
    moved = tuple(b.model_copy(update={"from_": a, "to": z}) for b, a, z in zip(bands, ends, ends[1:], strict=False))
    return MATRIX.model_copy(update={"likelihood": {"default": moved}, "bands": "default"})


@given(probabilities, probabilities, MATRICES)
def test_no_score_falls_where_probabilities_rise(one: np.ndarray, other: np.ndarray, matrix: Matrix) -> None:
    low, high = np.minimum(one, other), np.maximum(one, other)
    assert analysis.rate(low, matrix)[2] <= analysis.rate(high, matrix)[2]


@given(st.lists(st.floats(-0.05, 0.3), min_size=30, max_size=60), st.floats(0, 0.2), MATRICES)
def test_no_score_falls_where_losses_grow(losses: list[float], more: float, matrix: Matrix) -> None:
    scores = [
        analysis.rate(analysis.exceedance(analysis.consequences(np.array(losses) + extra, SHARES)).probability, matrix)[2]
        for extra in (0.0, more)
    ]
    assert scores[0] <= scores[1]


@given(probabilities, MATRICES, st.integers(-2, 2))
def test_a_rating_is_a_cell_of_the_matrix(p: np.ndarray, matrix: Matrix, step: int) -> None:
    likelihood, consequence, score = analysis.rate(p, matrix, step)
    assert score == matrix.scores[likelihood - 1][consequence - 1]


@pytest.mark.parametrize(
    ("loss", "cell"),
    [
        (-0.02, (1, 1, 1)),  # a gain: no consequence is reached, the least rating
        (0.0, (5, 1, 5)),
        (0.01, (5, 2, 10)),
        (0.0249, (5, 2, 10)),
        (0.03, (5, 3, 15)),
        (0.05, (5, 4, 20)),
        (0.2, (5, 5, 25)),
    ],
)
def test_a_certain_loss_lands_on_its_cell(loss: float, cell: tuple[int, int, int]) -> None:
    losses = np.full(500, loss)
    rating = analysis.rate_runs(losses, SHARES, MATRIX, sampling.resamples(1, "t", 500))
    assert (rating.likelihood[0], rating.consequence[0], rating.score[0]) == cell
    assert rating.score[1:] == (cell[2], cell[2])
    assert np.isnan(rating.settle)


@pytest.mark.parametrize(
    ("p", "cell"),
    [
        ((1.0, 0.9, 0.6, 0.3, 0.06), (3, 4, 12)),  # 5, 10, 12, 12, 10: of two twelves the graver is consequence 4
        ((1.0, 0.5, 0.3, 0.2, 0.04), (3, 4, 12)),  # 5 x 0.04 is too rare to count
        ((1.0, 0.04, 0.04, 0.04, 0.04), (5, 1, 5)),
        ((0.2, 0.05, 0.0, 0.0, 0.0), (2, 2, 4)),
    ],
)
def test_ratings_by_hand(p: tuple[float, ...], cell: tuple[int, int, int]) -> None:
    assert tuple(int(v) for v in analysis.rate(np.array(p), MATRIX)) == cell


def test_probability_intervals_cover_at_the_nominal_rate() -> None:
    """Loss is exponential with mean 0.03, so that p_c = exp(-m_c / 0.03); 2,000 ensembles of 400 runs."""
    truth = np.exp(-analysis.thresholds(SHARES) / 0.03)
    rng = np.random.default_rng(7)
    held = np.zeros(5)
    for _ in range(2000):
        found = analysis.exceedance(analysis.consequences(rng.exponential(0.03, 400), SHARES))
        held += (found.low <= truth) & (truth <= found.high)
    # A binomial proportion in 2,000 draws is within 0.015 of 0.95 with probability 0.998; p_1 = 1 is always held.
    assert held[0] == 2000
    assert np.abs(held[1:] / 2000 - 0.95).max() < 0.02


@pytest.mark.parametrize("mean", [0.011, 0.0217, 0.03, 0.0435, 0.072, 0.12])
def test_score_intervals_hold_the_true_score(mean: float) -> None:
    """95 % percentile intervals of a whole-number score hold the truth in at least about 95 of 100 ensembles, edge cases included."""
    truth = analysis.rate(np.exp(-analysis.thresholds(SHARES) / mean), MATRIX)[2]
    rng = np.random.default_rng(11)
    again = sampling.resamples(3, "cover", 500)
    ratings = [analysis.rate_runs(rng.exponential(mean, 500), SHARES, MATRIX, again) for _ in range(300)]
    held = sum(r.score[1] <= truth <= r.score[2] for r in ratings)
    assert stats.binomtest(held, 300, 0.95, alternative="less").pvalue > 0.001


@given(probabilities, st.floats(0.25, 0.45))
def test_an_edge_moves_only_the_probabilities_that_it_passes(p: np.ndarray, edge: float) -> None:
    before, after = edges_at((0.05, 0.20, 0.50, 0.80)), edges_at((0.05, 0.20, edge, 0.80))
    moved = analysis.likelihoods(p, before) != analysis.likelihoods(p, after)
    assert np.array_equal(moved, (p >= edge) & (p < 0.50))
    if not moved.any():
        assert np.array_equal(analysis.rate(p, before), analysis.rate(p, after))


@given(st.integers(300, 3000), st.floats(0.1, 0.9))
def test_the_runs_that_settle_a_rating_settle_it(runs: int, p: float) -> None:
    """With the number named, and the same share of runs, the Wilson interval of p_c no longer holds the edge."""
    hit = round(p * runs)
    losses = np.r_[np.full(hit, 0.06), np.full(runs - hit, 0.0)]
    rating = analysis.rate_runs(losses, SHARES, MATRIX, sampling.resamples(1, "settle", runs))
    if rating.score[1] == rating.score[2] or not np.isfinite(rating.settle):
        return
    whole = runs * -(-int(rating.settle) // runs)  # whole multiples keep the share
    _, low, high = analysis.wilson(hit * whole // runs, whole)
    nearest = min(MATRIX.edges, key=lambda e: abs(e - hit / runs))
    assert not low < nearest < high
