"""Monte Carlo and Latin hypercube draws from counter-based streams, one stream a parameter.

Draw number i of a parameter depends on the seed, the parameter's name and i alone. So more runs keep the earlier draws, another
parameter leaves the others as they were, and all scenarios of a study share their draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter
from llr_sd.sampling.copula import Correlation, gaussian_copula
from llr_sd.sampling.distributions import gamma_quantile, quantile
from llr_sd.sampling.streams import SLICES, generator, uniforms

Uncertain = Sequence[tuple[Parameter, Distribution]]
"""The uncertain parameters, each with the distribution to draw from."""


def draw_monte_carlo(
    parameters: Uncertain, runs: int, seed: int, correlations: Sequence[Correlation] = (), first: int = 0
) -> Design:
    """Draw a plain Monte Carlo design.

    Parameters
    ----------
    parameters
        The uncertain parameters, each with the distribution to draw from; it is truncated to the parameter's permissible bounds.
    runs
        Number of rows.
    seed
        Any whole number from 0; 0 is as good a seed as another.
    correlations
        Rank correlations, as (name, other name, Spearman's rho). Parameters in none of them keep the draws that they have without.
    first
        Number of the first draw of each stream: draws from `n` on are independent of the first `n`, also of those of a Latin hypercube.

    Returns
    -------
    Design
        Kind "monte_carlo", columns named by the model's variables, shape (runs, len(parameters)).

    Raises
    ------
    InputError
        When no joint distribution has these rank correlations; it names the pair to change.
    """
    streams = {p.name: uniforms(seed, p.name, runs, first) for p, _ in parameters}
    shares = gaussian_copula(parameters, correlations).join(streams)
    return Design(columns(parameters), values(parameters, shares, runs), "monte_carlo", seed)


def draw_latin_hypercube(parameters: Uncertain, runs: int, seed: int, correlations: Sequence[Correlation] = ()) -> Design:
    """Draw a Latin hypercube: each of `runs` equal slices of every parameter is hit once (McKay et al. 1979, doi:10.2307/1268522).

    Each parameter has its own keyed permutation of the slices and its own place inside them, so another parameter leaves the others
    as they were. More runs do not keep the earlier draws: the slices themselves change with their number. Of correlated parameters,
    only the one that is named first keeps a draw in every slice.

    Intervals that assume independent runs are on the safe side (too wide) for means of such a design (Stein 1987, doi:10.2307/1269769).

    Parameters
    ----------
    parameters, runs, seed, correlations
        As in `draw_monte_carlo`.

    Returns
    -------
    Design
        As that of `draw_monte_carlo`, of kind "latin_hypercube".
    """
    streams = {}
    for parameter, _ in parameters:
        slices = generator(seed, SLICES + parameter.name).permutation(runs)
        streams[parameter.name] = np.clip((slices + uniforms(seed, parameter.name, runs)) / runs, 2.0**-54, 1 - 2.0**-53)
    shares = gaussian_copula(parameters, correlations).join(streams)
    return Design(columns(parameters), values(parameters, shares, runs), "latin_hypercube", seed)


def columns(parameters: Uncertain) -> tuple[str, ...]:
    """Return the names of the design columns: the model's variables."""
    return tuple(p.variable for p, _ in parameters)


def values(parameters: Uncertain, shares: Mapping[str, NDArray[np.float64]], runs: int) -> NDArray[np.float64]:
    """Return the quantiles at `shares` (by parameter name, each of shape (run,)), shape (run, parameter), in the parameters' units.

    Shares of a whole are gamma numbers over their sum, which is a Dirichlet law (Devroye 1986, ch. XI.4): each has its own stream, so
    none of the others moves another's gamma number. All shares of a whole must be there.
    """
    table = np.empty((runs, len(parameters)), dtype=np.float64)
    for column, (parameter, distribution) in enumerate(parameters):
        table[:, column] = quantile(truncated(parameter, distribution), shares[parameter.name])
    for whole in dict.fromkeys(p.whole for p, _ in parameters if p.whole):
        own = [i for i, (p, _) in enumerate(parameters) if p.whole == whole]
        parts = np.column_stack([gamma_quantile(parameters[i][1], shares[parameters[i][0].name]) for i in own])
        table[:, own] = parts / parts.sum(axis=1, keepdims=True)
    return table


def truncated(parameter: Parameter, distribution: Distribution) -> Distribution:
    """Return the distribution cut to the parameter's permissible bounds; raise InputError when its middle lies outside them."""
    try:
        return distribution.within(*parameter.bounds)
    except InputError as error:
        raise InputError(error.what, where=parameter.name) from None
