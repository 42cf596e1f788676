"""Rank correlation under a Gaussian copula, for continuous and for discrete parameters: what a correlation of normals gives, and its reverse."""

from __future__ import annotations

import math
from functools import lru_cache

from llr_sd.distribution import Distribution

MOST = 1 - 1e-6
"""The largest correlation of two normals that is drawn; at 1 one of them would be the other."""


def rank_correlation(one: Distribution, two: Distribution, normal: float) -> float:
    """Return Spearman's rank correlation (tied values share their middle rank) that a correlation of the underlying normals gives.

    For two continuous parameters it is 6 / pi * asin(r / 2) (Pearson 1907; Kruskal 1958, doi:10.1080/01621459.1958.10501481). The rank
    of a discrete one is a sum of steps at thresholds of its normal; the covariance of two steps is the integral of the binormal density
    over the correlation (Plackett 1954, doi:10.1093/biomet/41.3-4.351).
    """
    first, second = _steps(one), _steps(two)
    if first is None and second is None:
        return 6 / math.pi * math.asin(normal / 2)
    if first is None:
        first, second = second, first
    if first is None:
        raise ValueError("one of the two has steps")
    if second is None:
        # The rank of a continuous one is the chance that another normal lies below: a step at 0 of their difference.
        second, normal = ((0.0, 1.0),), normal / math.sqrt(2)
        width = 1 / 12
    else:
        width = _variance(second)
    covariance = sum(j * k * _joint(t, s, normal) for t, j in first for s, k in second)
    spread = _variance(first) * width
    return covariance / math.sqrt(spread) if spread > 0 else 0.0


def normal_correlation(one: Distribution, two: Distribution, rank: float) -> float:
    """Return the correlation of the normals that gives a rank correlation; where none does, the largest that is drawn."""
    if one.kind != "discrete" and two.kind != "discrete":
        return 2 * math.sin(math.pi * rank / 6)
    from scipy import optimize

    least, most = rank_correlation(one, two, -MOST), rank_correlation(one, two, MOST)
    if not least < rank < most:
        return -MOST if rank <= least else MOST
    return float(optimize.brentq(lambda r: rank_correlation(one, two, r) - rank, -MOST, MOST, xtol=1e-15))


def reach(one: Distribution, two: Distribution) -> tuple[float, float]:
    """Return the least and the greatest rank correlation that two parameters can have: less than -1 and 1 where values are tied."""
    return rank_correlation(one, two, -1.0), rank_correlation(one, two, 1.0)


@lru_cache(maxsize=256)
def _steps(d: Distribution) -> tuple[tuple[float, float], ...] | None:
    """Return the thresholds on the normal of a discrete distribution, each with its step of the middle rank; None for another kind."""
    if d.kind != "discrete":
        return None
    from scipy import special

    weights = d.weights or (1.0,) * len(d.values)
    shares = [w / sum(weights) for _, w in sorted(zip(d.values, weights, strict=True)) if w > 0]
    below = [math.fsum(shares[: i + 1]) for i in range(len(shares) - 1)]
    return tuple((float(special.ndtri(b)), (shares[i] + shares[i + 1]) / 2) for i, b in enumerate(below))


def _variance(steps: tuple[tuple[float, float], ...]) -> float:
    return sum(j * k * _joint(t, s, 1.0) for t, j in steps for s, k in steps)


@lru_cache(maxsize=4096)
def _joint(t: float, s: float, normal: float) -> float:
    """Return the covariance of two steps: of a normal above `t`, and of another, correlated with it, above `s`."""
    from scipy import integrate, special

    above, other = float(special.ndtr(-t)), float(special.ndtr(-s))
    if normal == 1:
        return min(above, other) - above * other
    if normal == -1:
        return max(above + other - 1, 0.0) - above * other

    def density(angle: float) -> float:
        sine = math.sin(angle)
        return math.exp(-(t * t + s * s - 2 * t * s * sine) / (2 * (1 - sine * sine)))

    return float(integrate.quad(density, 0, math.asin(normal), epsabs=1e-15, epsrel=1e-13, limit=200)[0]) / (2 * math.pi)
