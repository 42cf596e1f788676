"""What a fit is asked: how well a model reproduces observed points, given the priors of its parameters and the errors of the points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError

Floats = NDArray[np.float64]
Predict = Callable[[Floats], Floats]
"""What the model gives at the points, shape (run, point) and NaN for a failed run, for scores of shape (run, parameter)."""

P95 = 1.6448536269514722
"""The 95 % point of a standard normal number."""
HALF_NORMAL = (0.06270677794321385, 0.6744897501960817, 1.959963984540054)
"""The 5, 50 and 95 % points of its size."""


@dataclass(frozen=True)
class Problem:
    """A model, what was observed of it, and how far off a point may be.

    Parameters are given by their scores: a score is a standard normal number, and the parameter is the quantile of its prior there. So
    every value lies inside the prior's ends, and the prior is the same bell for all.

    Attributes
    ----------
    value
        The observed points, shape (point,), in the unit of each.
    covariance
        Of the errors of the points, which are normal; shape (point, point), positive definite.
    predict
        The model.
    size
        How many parameters.
    discrepancy
        Scale of the half-normal prior of a further error, the model's own: independent between points, as a share of each point. At 0
        there is none, and the model is taken to be exact. Its score stands behind those of the parameters.
    """

    value: Floats
    covariance: Floats
    predict: Predict
    size: int
    discrepancy: float = 0.0

    def __post_init__(self) -> None:
        points = len(self.value)
        if self.value.shape != (points,) or self.covariance.shape != (points, points) or not points or not self.size:
            raise InputError("a fit needs a parameter, and points with an error each.")
        if not np.isfinite(self.value).all() or np.linalg.eigvalsh(self.covariance)[0] <= 0:
            raise InputError("every point of a fit needs a finite value, and an error above 0.")

    @property
    def dims(self) -> int:
        """How many scores there are: of the parameters, and of the discrepancy where it is fitted."""
        return self.size + (self.discrepancy > 0)

    def share(self, scores: Floats) -> Floats:
        """Return the standard deviation of the model's own error as a share of a point, shape (run,).

        Parameters
        ----------
        scores
            Shape (run, dim).
        """
        from scipy import special

        if not self.discrepancy:
            return np.zeros(len(scores))
        half = np.minimum((1 + special.ndtr(scores[:, self.size])) / 2, 1 - 2.0**-53)
        return np.asarray(self.discrepancy * special.ndtri(half))

    def root(self, share: Floats) -> Floats:
        """Return the lower Cholesky root of all errors of the points together, shape (run, point, point).

        Parameters
        ----------
        share
            The model's own error, as `share` gives it, shape (run,).
        """
        own = np.square(share)[:, None, None] * np.diag(np.square(self.value))
        return np.asarray(np.linalg.cholesky(self.covariance + own))

    def residuals(self, scores: Floats) -> tuple[Floats, Floats]:
        """Return what is left at each point, in independent standard deviations, and the logarithm of the errors' volume.

        Parameters
        ----------
        scores
            Shape (run, dim).

        Returns
        -------
        residuals, volume
            Shapes (run, point), NaN for a failed run, and (run,).
        """
        left = self.value - self.predict(scores[:, : self.size])
        if not self.discrepancy:
            root = self.root(np.zeros(1))[0]
            volume = np.full(len(scores), np.log(np.diagonal(root)).sum())
            return np.asarray(np.linalg.solve(root, left.T).T), volume
        roots = self.root(self.share(scores))
        volume = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
        return np.asarray(np.linalg.solve(roots, left[..., None])[..., 0]), volume

    def log_density(self, scores: Floats) -> Floats:
        """Return the logarithm of the posterior density, shape (run,), but for a constant; minus infinity for a failed run.

        Parameters
        ----------
        scores
            Shape (run, dim).
        """
        left, volume = self.residuals(scores)
        found = -0.5 * (np.square(left).sum(axis=1) + np.square(scores).sum(axis=1)) - volume
        return np.where(np.isfinite(found), found, -np.inf)
