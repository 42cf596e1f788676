"""Quantile functions of the distributions: a uniform number becomes a value of a parameter."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from llr_sd.parameters import UNBOUNDED, Distribution

_P90 = 1.2815515655446004  # the 90 % point of the standard normal


def quantile(distribution: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values below which a share `p` of a distribution lies.

    Parameters
    ----------
    distribution
        PERT is the beta distribution on low..high with shape 4: mean (low + 4 mode + high) / 6 (Malcolm et al. 1959,
        doi:10.1287/opre.7.5.646). A truncated normal without `sd` has standard deviation (high - low) / 6. A p10_p90 interval is two
        halves of a normal that meet at the median, each with the width that puts its tenth percentile in place; it is one normal when
        the median lies halfway. Truncation shares the cut-off tails out in proportion, so a stated P10 or P90 that lies near a
        permissible bound moves inwards.
    p
        Shares in (0, 1), any shape.

    Returns
    -------
    array
        Same shape, in the unit of the parameter.
    """
    from scipy import special

    d = distribution
    low, mode, high = d.low, d.mode, d.high
    if d.kind == "fixed":
        return np.full_like(p, mode)
    if d.kind == "uniform":
        return low + (high - low) * p
    if d.kind == "pert":
        a = 1 + 4 * (mode - low) / (high - low)
        b = 1 + 4 * (high - mode) / (high - low)
        return low + (high - low) * np.asarray(special.betaincinv(a, b, p))
    if d.kind == "beta":
        mean, spread = (mode - low) / (high - low), d.sd / (high - low)
        size = mean * (1 - mean) / spread**2 - 1
        return low + (high - low) * np.asarray(special.betaincinv(mean * size, (1 - mean) * size, p))
    if d.kind == "triangular":
        peak = (mode - low) / (high - low)
        rising = low + np.sqrt(p * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - p) * (high - low) * (high - mode))
        return np.where(p < peak, rising, falling)
    if d.kind == "discrete":
        return _discrete(d, p)
    if d.kind in UNBOUNDED:
        below, above = (float(special.ndtr(_score(d, bound))) for bound in (d.minimum, d.maximum))
        return _at_score(d, np.asarray(special.ndtri(below + p * (above - below))))
    sigma = (high - low) / 6 if math.isnan(d.sd) else d.sd
    below, above = (float(special.ndtr((end - mode) / sigma)) for end in (low, high))
    return mode + sigma * np.asarray(special.ndtri(below + p * (above - below)))


def _discrete(d: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(d.values)
    weights = np.asarray(d.weights or (1.0,) * len(d.values))[order]
    values = np.asarray(d.values, dtype=np.float64)[order][weights > 0]
    share = np.cumsum(weights[weights > 0] / weights.sum())
    return values[np.minimum(np.searchsorted(share, p), len(values) - 1)]


def _widths(d: Distribution) -> tuple[float, float]:
    """Return the standard deviations below and above the centre."""
    if d.kind == "p10_p90":
        return (d.centre - d.low) / _P90, (d.high - d.centre) / _P90
    return d.sd, d.sd


def _score(d: Distribution, x: float) -> float:
    """Return how many standard deviations `x` lies above the centre, on the scale where the distribution is normal."""
    if math.isinf(x):
        return x
    if d.kind == "lognormal":
        return math.log(x / d.centre) / d.sd if x > 0 else -math.inf
    below, above = _widths(d)
    return (x - d.centre) / (below if x < d.centre else above)


def _at_score(d: Distribution, z: NDArray[np.float64]) -> NDArray[np.float64]:
    if d.kind == "lognormal":
        return d.centre * np.exp(d.sd * z)
    below, above = _widths(d)
    return d.centre + z * np.where(z < 0, below, above)
