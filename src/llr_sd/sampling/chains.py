"""Draws from a posterior: an ensemble of walkers by emcee, keyed like every other stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError
from llr_sd.sampling.copula import Correlation, gaussian_copula
from llr_sd.sampling.draws import Uncertain, values
from llr_sd.sampling.streams import generator, legacy_state

Floats = NDArray[np.float64]
WALKERS = 128
"""Walkers of the ensemble; half of them are one batch of runs."""
CHUNK = 250
"""Steps after which the chain is judged."""
MOST_STEPS = 5000
"""Steps after which a chain that has not converged is given up."""
TIMES = 50
"""Autocorrelation times that a chain must be long before its own estimate of them can be trusted (Goodman and Weare; emcee)."""
STEADY = 0.1
"""Change of the autocorrelation time from one chunk to the next that still counts as none."""
BURN = 5
"""Autocorrelation times that are left out at the start."""


@dataclass(frozen=True)
class Chain:
    """Draws from a posterior.

    Attributes
    ----------
    scores
        Shape (draw, dim), taken by chance from the chain after its start; so the first few are as good a choice as any.
    log_density
        Of each draw, shape (draw,).
    steps, walkers
        How long the chain is, its start included, and how many walkers it has.
    acceptance
        Share of moves that were accepted.
    times
        Integrated autocorrelation time of each dimension, in steps, shape (dim,).
    effective
        What the whole chain is worth in independent draws, after its start, in the worst dimension.
    converged
        Whether it is `TIMES` autocorrelation times long and their estimate no longer moves.
    """

    scores: Floats
    log_density: Floats
    steps: int
    walkers: int
    acceptance: float
    times: Floats
    effective: float
    converged: bool


def draw_chain(log_density: Callable[[Floats], Floats], starts: Floats, draws: int, seed: int, most: int = MOST_STEPS) -> Chain:
    """Draw from a density by the ensemble of emcee, until it has converged or `most` steps are spent.

    Parameters
    ----------
    log_density
        Its logarithm, shape (row,), for rows of shape (row, dim); minus infinity where it is 0.
    starts
        Where the walkers start, shape (walker, dim); the density must be above 0 at more than one in each half.
    draws
        How many draws to keep.
    seed
        Key of the stream.
    most
        Steps after which a chain that has not converged is given up.

    Returns
    -------
    Chain
        The same for the same seed, however many threads work out the density.

    Raises
    ------
    InputError
        When the density is 0 at all starts but a few.

    Notes
    -----
    Foreman-Mackey et al. 2013, doi:10.1086/670067; moves by differential evolution (ter Braak 2006, doi:10.1007/s11222-006-8769-1), one in
    ten of the whole way between two walkers. It can miss a second peak far from the first. One step costs a run a walker.
    """
    import emcee

    walkers, dims = starts.shape
    good = np.isfinite(log_density(starts))
    if good.sum() < walkers // 4:
        raise InputError(f"the model fails at {walkers - int(good.sum())} of {walkers} places around the best fit.")
    places = starts.copy()
    places[~good] = starts[np.flatnonzero(good)[np.arange(int((~good).sum())) % int(good.sum())]]
    places += np.where(good, 0.0, 1e-3)[:, None] * generator(seed, "chain\0moved").standard_normal((walkers, dims))
    # Its snooker move is left out: in emcee 3.1 it draws a spread that is too small, by a third of the variance in five dimensions.
    moves = [(emcee.moves.DEMove(), 0.9), (emcee.moves.DEMove(gamma0=1.0), 0.1)]
    sampler = emcee.EnsembleSampler(walkers, dims, log_density, vectorize=True, moves=moves)
    state = emcee.State(places, random_state=legacy_state(seed, "chain"))
    before, times, longest, converged = np.full(dims, np.inf), np.full(dims, np.nan), np.inf, False
    while sampler.iteration < most and not converged:
        state = sampler.run_mcmc(state, min(CHUNK, most - sampler.iteration), skip_initial_state_check=True)
        times = np.maximum(sampler.get_autocorr_time(tol=0, quiet=True), 1.0)
        longest = float(np.max(times)) if np.isfinite(times).all() else np.inf
        converged = sampler.iteration >= TIMES * longest and bool(np.all(np.abs(times - before) <= STEADY * times))
        before = times
    burn = int(min(BURN * longest, sampler.iteration // 2))
    chain = sampler.get_chain(discard=burn).reshape(-1, dims)
    density = sampler.get_log_prob(discard=burn).reshape(-1)
    # By chance, since an even stride would visit few walkers again and again.
    kept = generator(seed, "chain\0kept").choice(len(chain), draws, replace=draws > len(chain))
    accepted = float(np.mean(sampler.acceptance_fraction))
    return Chain(chain[kept], density[kept], sampler.iteration, walkers, accepted, times, len(chain) / longest, converged)


def around(scores: Floats, spread: Floats, walkers: int, seed: int) -> Floats:
    """Return places for walkers around a best fit, shape (walker, dim).

    Parameters
    ----------
    scores, spread
        The middle, shape (dim,), and a root of the covariance around it, shape (dim, dim).
    walkers, seed
        How many, and the key of the stream.
    """
    return scores + generator(seed, "chain\0starts").standard_normal((walkers, len(scores))) @ spread.T


def normals(seed: int, name: str, rows: int, columns: int) -> Floats:
    """Return standard normal numbers of a stream, shape (row, column).

    Parameters
    ----------
    seed, name
        Key of the stream.
    rows, columns
        How many numbers.
    """
    return generator(seed, f"normals\0{name}").standard_normal((rows, columns))


def marginal_scores(parameters: Uncertain, scores: Floats, correlations: Sequence[Correlation] = ()) -> Floats:
    """Return the scores of parameters in their own priors, shape (run, parameter): those given, with the correlations put in.

    Parameters
    ----------
    parameters, scores, correlations
        As in `at_scores`.
    """
    from scipy import special

    joined = _shares(parameters, scores, correlations)
    return np.column_stack([special.ndtri(joined[p.name]) for p, _ in parameters])


def at_scores(parameters: Uncertain, scores: Floats, correlations: Sequence[Correlation] = ()) -> Floats:
    """Return the values of parameters at standard normal scores of their distributions, shape (run, parameter), in their units.

    Parameters
    ----------
    parameters, correlations
        As in `draw_monte_carlo`; scores of correlated parameters are those of what is new in each.
    scores
        Shape (run, parameter).
    """
    return values(parameters, _shares(parameters, scores, correlations), len(scores))


def _shares(parameters: Uncertain, scores: Floats, correlations: Sequence[Correlation]) -> dict[str, Floats]:
    from scipy import special

    shares = np.clip(special.ndtr(scores), 2.0**-54, 1 - 2.0**-53)
    own = {p.name: shares[:, i] for i, (p, _) in enumerate(parameters)}
    return gaussian_copula(parameters, correlations).join(own)
