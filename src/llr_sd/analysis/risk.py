"""From the losses of an ensemble to a rating on a matrix of likelihood and consequence, with its interval and its verdict.

The rule: the consequence of a loss is how many thresholds it reaches; p_c is the share of runs that reach threshold c; the likelihood of
c is the band that p_c falls in; the rating is the (likelihood, consequence) of the highest score over all c that are likely enough to count.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.summary import Z, wilson
from llr_sd.errors import InputError
from llr_sd.matrix import SIZE, Matrix
from llr_sd.rating import BORDERLINE, NOT_TESTABLE, OVERSTATED, SUPPORTED, UNDERSTATED, Exceedance, Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_JUDGEMENT = 0.70
"""Share of a group's total Sobol indices that grade-C judgement may carry before a rating is not testable."""


def thresholds(shares: tuple[float, ...]) -> Floats:
    """Return the shares of loss at which the consequence becomes 1 to 5; shape (5,).

    Parameters
    ----------
    shares
        The four of a ladder, rising, as shares of what is at stake.
    """
    return np.array([0.0, *shares])


def consequences(losses: Floats, shares: tuple[float, ...]) -> Ints:
    """Return how many thresholds each loss reaches: 0 for a gain, else 1 to 5; losses of shape (run,), as shares of what is at stake.

    Parameters
    ----------
    losses
        Shape (run,), as shares of what is at stake; below zero for a gain.
    shares
        As in `thresholds`.
    """
    return np.asarray(np.searchsorted(thresholds(shares), losses, side="right"), dtype=np.int64)


def exceedance(reached: Ints) -> Exceedance:
    """Return p_c for every consequence from those that the runs reach, shape (run,); raise InputError when there are no runs.

    Parameters
    ----------
    reached
        What `consequences` returns, shape (run,).
    """
    if not len(reached):
        raise InputError("there are no good runs to rate.")
    found = [wilson(int((reached >= c).sum()), len(reached)) for c in range(1, SIZE + 1)]
    p, low, high = (np.array(part) for part in zip(*found, strict=True))
    return Exceedance(p, low, high, len(reached))


def likelihoods(probability: Floats, matrix: Matrix) -> Ints:
    """Return the likelihood, 1 to 5, of each probability.

    Parameters
    ----------
    probability
        From 0 to 1, any shape.
    matrix
        With the bands of probability that are used.
    """
    return np.asarray(np.searchsorted(np.array(matrix.edges), probability, side="right") + 1, dtype=np.int64)


def rate(probability: Floats, matrix: Matrix, step: int = 0) -> Ints:
    """Rate probabilities of exceedance.

    Parameters
    ----------
    probability
        p_c for c = 1 to 5 on the last axis, shape (..., 5); none greater than the one before.
    matrix
        Bands, scores and the least probability that counts.
    step
        Moves every likelihood up or down, within 1 to 5: a rating under bands that lie one step aside.

    Returns
    -------
    array
        Likelihood, consequence and score on the last axis, shape (..., 3). Of two equal scores the graver consequence is taken. Where no
        consequence counts, the rating is the least of the matrix. No score falls where a probability rises.
    """
    level = np.clip(likelihoods(probability, matrix) + step, 1, SIZE)
    table = np.array(matrix.scores)
    consequence = np.broadcast_to(np.arange(1, SIZE + 1), level.shape)
    score = np.where(probability >= matrix.least, table[level - 1, consequence - 1], 0)
    best = SIZE - 1 - np.argmax(score[..., ::-1], axis=-1)[..., None]
    picked = [np.take_along_axis(part, best, axis=-1) for part in (level, consequence, score)]
    found = np.concatenate(picked, axis=-1)
    return np.where(found[..., 2:] > 0, found, np.array([1, 1, table[0, 0]]))


def rate_runs(losses: Floats, shares: tuple[float, ...], matrix: Matrix, resamples: Ints) -> Place:
    """Rate the losses of an ensemble.

    Parameters
    ----------
    losses
        Good runs only, shape (run,), as shares of what is at stake.
    shares
        The four shares at which the consequence becomes 2 to 5.
    matrix
        What to rate on.
    resamples
        Bootstrap resamples of the runs, shape (resample, run), whole numbers from 0.

    Returns
    -------
    Place
        The intervals are percentiles of the ratings of the resamples (Efron 1979, doi:10.1214/aos/1176344552), the point included.
        They are about the number of runs, not about what the model leaves out.
    """
    reached = consequences(losses, shares)
    found = exceedance(reached)
    if resamples.ndim != 2 or resamples.shape[1] != len(losses):
        raise InputError(f"{len(losses)} losses are resampled over {resamples.shape[-1]} runs.")
    again = reached.astype(np.int8)[resamples]
    redrawn = np.stack([(again >= c).mean(axis=1) for c in range(1, SIZE + 1)], axis=-1)
    point = rate(found.probability, matrix)
    low, high = np.quantile(rate(redrawn, matrix), [0.025, 0.975], axis=0, method="inverted_cdf")
    ends = [(int(p), int(min(a, p)), int(max(b, p))) for p, a, b in zip(point, low, high, strict=True)]
    settled = all(a == b for _, a, b in ends)
    settle = math.nan if settled else _runs_to_settle(found.probability, matrix)
    return Place(ends[0], ends[1], ends[2], settle, found)


def _runs_to_settle(probability: Floats, matrix: Matrix) -> float:
    """Return the runs at which the Wilson interval of the p_c nearest to an edge that moves the rating would end at that edge."""
    wanted = []
    point = rate(probability, matrix)
    for c in range(SIZE):
        p = float(probability[c])
        for edge in {*matrix.edges, matrix.least}:
            moved = probability.copy()
            moved[c] = edge if p < edge else np.nextafter(edge, 0.0)
            if 0.0 < p < 1.0 and not np.array_equal(rate(moved, matrix), point):
                wanted.append(math.inf if p == edge else (Z / (p - edge)) ** 2 * edge * (1 - edge))
    return math.ceil(max(wanted)) if wanted and max(wanted) < math.inf else math.inf


def verdict_of(score: int, published: int, matrix: Matrix) -> str:
    """Return whether a published score is supported, understated or overstated by a score.

    Parameters
    ----------
    score, published
        Scores of the matrix: from the runs, and from the log.
    matrix
        With the ranges of scores that count as the same rating.
    """
    ours, theirs = matrix.agreement_of(score), matrix.agreement_of(published)
    return SUPPORTED if ours == theirs else UNDERSTATED if ours > theirs else OVERSTATED


def verdict(place: Place, published: int, matrix: Matrix, judgement: float = math.nan) -> tuple[str, str]:
    """Return the verdict on a published score, and the verdict at face value, which leaves the grades of the evidence aside.

    Parameters
    ----------
    place
        The model's rating; where its interval holds scores on both sides of a range of agreement the verdict is "borderline".
    published
        The published score.
    matrix
        Says which scores agree.
    judgement
        Share of the group's Sobol indices that grade-C judgement carries; above `MOST_JUDGEMENT` the verdict is "not testable".
    """
    _, low, high = place.score
    face = verdict_of(low, published, matrix)
    if matrix.agreement_of(low) != matrix.agreement_of(high):
        face = BORDERLINE
    return (NOT_TESTABLE if judgement > MOST_JUDGEMENT else face), face


def exceedance_curve(
    losses: Floats, shares: tuple[float, ...], points: int = 101
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the exceedance curve on the scale of consequences from 1 to 6: position, share of loss, P(loss at least that), low, high.

    Parameters
    ----------
    losses, shares
        As in `consequences`.
    points
        How many positions, evenly from 1 to 6.
    """
    at = thresholds(shares)
    place = np.linspace(1.0, SIZE + 1.0, points)
    share = np.interp(place, np.arange(1.0, SIZE + 2), [*at, 2 * at[-1] - at[-2]])
    reached = len(losses) - np.searchsorted(np.sort(losses), share, side="left")
    found = np.array([wilson(int(n), len(losses)) for n in reached])
    return place, share, found[:, 0], found[:, 1], found[:, 2]
