"""Quantile functions of the distributions: a uniform number becomes a value of a parameter."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from llr_sd.distribution import UNBOUNDED, Distribution

_P90 = 1.2815515655446004  # the 90 % point of the standard normal


def quantile(distribution: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values below which a share `p` of a distribution lies.

    Parameters
    ----------
    distribution
        PERT is the beta distribution on low..high with shape 4: mean (low + 4 mode + high) / 6 (Malcolm et al. 1959,
        doi:10.1287/opre.7.5.646). A truncated normal without `sd` has standard deviation (high - low) / 6. A p10_p90 interval is two
        halves of a normal that meet at the median, each with the width that puts its tenth percentile in place; it is one normal when
        the median lies halfway. With one bound they are so on the logarithm of the distance from it, with two on the normal score of the
        share of the way between them, so the three percentiles hold and no value lies outside. Where a stated percentile lies on a bound
        no law can keep it: the halves are truncated, and it moves inwards. Truncation shares the cut-off tails out in proportion.
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
    if d.kind == "log_uniform":
        return low * (high / low) ** p
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
    if d.kind == "p10_p90" and d.least < low and high < d.maximum:
        return _interval(d, p)
    if d.kind in UNBOUNDED:
        return _at_score(d, _cut(_score(d, d.minimum), _score(d, d.maximum), p))
    sigma = (high - low) / 6 if math.isnan(d.sd) else d.sd
    return mode + sigma * _cut((low - mode) / sigma, (high - mode) / sigma, p)


def gamma_quantile(d: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of the gamma law behind a share with this beta law; its shape is the mean times the concentration."""
    from scipy import special

    concentration = d.mode * (1 - d.mode) / d.sd**2 - 1
    return np.asarray(special.gammaincinv(d.mode * concentration, p))


def _cut(start: float, end: float, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores of a standard normal that is cut off at two scores on either side of 0."""
    from scipy import special

    below, above, mass = (float(special.ndtr(z)) for z in (start, -end, end))
    mass -= below
    share = below + p * mass
    # Above the middle it is measured from the upper end: a share near 1 has no digits left.
    return np.asarray(np.where(share <= 0.5, special.ndtri(share), -special.ndtri(above + (1 - p) * mass)))


def _discrete(d: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(d.values)
    weights = np.asarray(d.weights or (1.0,) * len(d.values))[order]
    values = np.asarray(d.values, dtype=np.float64)[order][weights > 0]
    share = np.cumsum(weights[weights > 0] / weights.sum())
    return values[np.minimum(np.searchsorted(share, p), len(values) - 1)]


def _interval(d: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of an interval that lies inside its bounds: two halves of a normal on the scale that ends where they are."""
    from scipy import special

    z = np.asarray(special.ndtri(p))
    low, centre, high = (_free(d, x) for x in (d.low, d.centre, d.high))
    score: NDArray[np.float64] = np.asarray(centre + z / _P90 * np.where(z < 0, centre - low, high - centre))
    if math.isinf(d.least):
        return score if math.isinf(d.maximum) else np.asarray(d.maximum - np.exp(-score))
    if math.isinf(d.maximum):
        return d.least + np.exp(score)
    width = d.maximum - d.least
    # Each half is measured from the nearer bound, so that neither loses its digits to the other.
    return np.asarray(np.where(score < 0, d.least + width * special.ndtr(score), d.maximum - width * special.ndtr(-score)))


def _free(d: Distribution, x: float) -> float:
    """Return a value on a scale without ends: a normal score between two bounds, a logarithm beyond one, else itself."""
    from scipy import special

    if math.isinf(d.least):
        return x if math.isinf(d.maximum) else -math.log(d.maximum - x)
    if math.isinf(d.maximum):
        return math.log(x - d.least)
    width = d.maximum - d.least
    below, above = (x - d.least) / width, (d.maximum - x) / width
    return float(special.ndtri(below) if below < above else -special.ndtri(above))


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
