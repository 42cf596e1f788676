"""The best fit: weighted least squares with the priors as penalty, from several starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from llr_sd.analysis.fitting.problem import Floats, Problem
from llr_sd.errors import InputError

STEP = 1e-4
"""Half the distance, in scores, over which the slope of the model is taken."""
SAME_FIT = 0.01
"""Two starts ended in one fit where their sums of squares are no further apart."""
RIVAL = 6.0
"""A fit is a rival where its sum of squares is less than this above the best: one twentieth as likely, or likelier."""
APART = 0.5
"""Two fits differ where a score of theirs differs by more than this."""
_FAILED = 1e6  # what a failed run leaves at each point: no step is taken to it


@dataclass(frozen=True)
class Fit:
    """The best fit.

    Attributes
    ----------
    scores
        Of the parameters, shape (parameter,).
    misfit
        Sum of squares of what is left at the points, in independent standard deviations.
    penalty
        Sum of squares of the scores: how far the parameters were pulled from the middle of their priors.
    slopes
        Derivatives of the residuals, with the sign of the model, shape (point, parameter): standard deviations of the points a score.
    starts, reached, failed
        Starts in all, those that ended in this fit, and those that began or ended in a failed run.
    rivals
        Scores of other fits that are nearly as good, shape (rival, parameter).
    """

    scores: Floats
    misfit: float
    penalty: float
    slopes: Floats
    starts: int
    reached: int
    failed: int
    rivals: Floats

    @property
    def conflict(self) -> float:
        """The chance of a worse sum of squares, penalty and all, if the model, its priors and the errors hold.

        The least sum is the distance of the points from what the priors predict, so it follows a chi-squared law with a degree of
        freedom a point: exact for a model that is linear in the scores, near it otherwise (Box 1980, doi:10.2307/2982063).
        """
        from scipy import stats

        return float(stats.chi2.sf(self.misfit + self.penalty, len(self.slopes)))


def best_fit(problem: Problem, starts: Floats) -> Fit:
    """Return the fit with the least sum of squares of residuals and scores.

    It is the mode of the posterior on the scale of the scores. A discrepancy is held at the median of its prior.

    Parameters
    ----------
    problem
        What is fitted to what.
    starts
        Scores to start from, shape (start, parameter).

    Returns
    -------
    Fit
        The best of all starts.

    Raises
    ------
    InputError
        When the model fails from every start.

    Notes
    -----
    Levenberg and Marquardt's trust region by `scipy.optimize.least_squares` (Branch et al. 1999, doi:10.1137/S1064827595289108). All slopes of a step
    are one batch of 2 k + 1 runs for k parameters.
    """
    from scipy import optimize

    def left(scores: Floats) -> Floats:
        rows = np.column_stack([scores, np.zeros((len(scores), problem.dims - problem.size))])
        return problem.residuals(rows)[0]

    def aim(u: Floats) -> Floats:
        found = left(u[None])[0]
        return np.append(np.where(np.isfinite(found), found, _FAILED), u)

    def slope(u: Floats) -> Floats:
        return np.vstack([_slopes(left, u), np.eye(problem.size)])

    found, failed = [], 0
    for start in starts:
        if not np.isfinite(left(start[None])).all():
            failed += 1
            continue
        end = optimize.least_squares(aim, start, slope, method="trf", xtol=1e-10, ftol=1e-10, gtol=1e-10).x
        rest = left(end[None])[0]
        if np.isfinite(rest).all():
            found.append((float(np.square(rest).sum()), float(np.square(end).sum()), end))
        else:
            failed += 1
    if not found:
        raise InputError(f"the model failed from all {len(starts)} starts, so nothing was fitted.")
    found.sort(key=lambda f: f[0] + f[1])
    misfit, penalty, best = found[0]
    over = np.array([f[0] + f[1] for f in found]) - misfit - penalty
    rivals: list[Floats] = []
    for more, (_, _, end) in zip(over, found, strict=True):
        if more < RIVAL and all(np.abs(end - other).max() > APART for other in (best, *rivals)):
            rivals.append(end)
    slopes = -_slopes(left, best)
    reached = int(((over <= SAME_FIT) & [np.abs(f[2] - best).max() <= APART for f in found]).sum())
    return Fit(best, misfit, penalty, slopes, len(starts), reached, failed, np.array(rivals).reshape(-1, problem.size))


def surroundings(problem: Problem, fit: Fit) -> tuple[Floats, Floats]:
    """Return the best fit with all scores of the posterior, shape (dim,), and a root of the covariance around it, shape (dim, dim).

    Those of the parameters are the inverse of the information at the fit (Laplace); a discrepancy has the middle and width of its prior.

    Parameters
    ----------
    problem, fit
        What was fitted, and its best fit.
    """
    own = np.linalg.inv(np.eye(problem.size) + fit.slopes.T @ fit.slopes)
    whole = np.eye(problem.dims)
    whole[: problem.size, : problem.size] = np.linalg.cholesky((own + own.T) / 2)
    return np.append(fit.scores, np.zeros(problem.dims - problem.size)), whole


def _slopes(left: Callable[[Floats], Floats], u: Floats) -> Floats:
    """Return central differences of the residuals, shape (point, parameter); 0 where a run beside fails."""
    steps = STEP * np.eye(len(u))
    both = left(np.vstack([u + steps, u - steps]))
    found = (both[: len(u)] - both[len(u) :]).T / (2 * STEP)
    return np.where(np.isfinite(found), found, 0.0)
