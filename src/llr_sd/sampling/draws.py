"""Monte Carlo draws from counter-based streams, one stream a parameter.

Draw number i of a parameter depends on the seed, the parameter's name and i alone. So more runs keep the earlier draws, another
parameter leaves the others as they were, and all scenarios of a study share their draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.parameters import Distribution, Parameter


def draw_monte_carlo(parameters: Sequence[tuple[Parameter, Distribution]], runs: int, seed: int) -> Design:
    """Draw a plain Monte Carlo design.

    Parameters
    ----------
    parameters
        The uncertain parameters, each with the distribution to draw from.
    runs
        Number of rows.
    seed
        Any whole number from 0; 0 is as good a seed as another.

    Returns
    -------
    Design
        Kind "monte_carlo", columns named by the model's variables, shape (runs, len(parameters)).
    """
    values = np.empty((runs, len(parameters)), dtype=np.float64)
    for column, (parameter, distribution) in enumerate(parameters):
        values[:, column] = quantile(distribution, _stream(seed, parameter.name, runs))
    return Design(tuple(p.variable for p, _ in parameters), values, "monte_carlo", seed)


def _stream(seed: int, name: str, runs: int) -> NDArray[np.float64]:
    """Return uniforms in (0, 1), shape (runs,), from the Philox stream keyed by seed and name (Salmon et al. 2011)."""
    key = int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:16], "little")
    uniform = np.random.Generator(np.random.Philox(key=key)).random(runs)
    # The generator's least value is 0, at which an unbounded quantile would be minus infinity; half a step above it is not.
    return np.maximum(uniform, 2.0**-54)


def quantile(distribution: Distribution, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values below which a share `p` of a distribution lies.

    Parameters
    ----------
    distribution
        PERT is the beta distribution on low..high with shape 4: mean (low + 4 mode + high) / 6 (Malcolm et al. 1959,
        doi:10.1287/opre.7.5.646). A truncated normal has standard deviation (high - low) / 6.
    p
        Shares in (0, 1), any shape.

    Returns
    -------
    array
        Same shape, in the unit of the parameter.
    """
    from scipy import special

    low, mode, high = distribution.low, distribution.mode, distribution.high
    if distribution.kind == "fixed":
        return np.full_like(p, mode)
    if distribution.kind == "uniform":
        return low + (high - low) * p
    if distribution.kind == "pert":
        a = 1 + 4 * (mode - low) / (high - low)
        b = 1 + 4 * (high - mode) / (high - low)
        return low + (high - low) * np.asarray(special.betaincinv(a, b, p))
    if distribution.kind == "triangular":
        peak = (mode - low) / (high - low)
        rising = low + np.sqrt(p * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - p) * (high - low) * (high - mode))
        return np.where(p < peak, rising, falling)
    sigma = (high - low) / 6
    tail = special.ndtr(-3.0)
    return mode + sigma * np.asarray(special.ndtri(tail + p * (1 - 2 * tail)))
