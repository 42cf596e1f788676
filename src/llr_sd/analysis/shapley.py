"""Shapley effects: shares of an output's variance for inputs that may be correlated; they add up to one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.bootstrap import counts_of, half_width
from llr_sd.analysis.cells import no_variance
from llr_sd.analysis.indices import Floats, Indices, carrying, index_table, notes_of
from llr_sd.design import Design
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_LOST = 0.05
"""Share of base rows that may be lost before effects are refused."""


class ShapleyEffects(Indices):
    """Shares of the variance, without unit; blocks are base rows, each with all its copies."""

    @property
    def labels(self) -> tuple[tuple[str, str, str], ...]:
        """Index, input and other input (empty where there is none) of each row of `value`."""
        return tuple(("Shapley", name, "") for name in self.inputs)


def shapley_weights(players: int) -> Floats:
    """Return the matrix that turns the worth of every set of players into their Shapley values (Shapley 1953).

    Returns
    -------
    array
        Shape (player, 2**players); column s is the set of the players whose bit is set in s. Each column but the first and the last
        sums to 0, so the values add up to the worth of all less the worth of none.
    """
    weights = np.zeros((players, 2**players))
    for subset in range(2**players):
        held = subset.bit_count()
        for player in range(players):
            inside = subset >> player & 1
            others = held - inside
            share = math.factorial(others) * math.factorial(players - others - 1) / math.factorial(players)
            weights[player, subset] = share if inside else -share
    return weights


def shapley(design: Design, values: Floats, resamples: NDArray[np.int64], most_lost: float = MOST_LOST) -> ShapleyEffects:
    """Return Shapley effects with 95 % bootstrap intervals over base rows.

    The worth of a set is the variance that is left when all else is known, E[Var(Y | others)], estimated by half the mean squared
    change when the set is drawn anew; every set is evaluated, so there is no error from random orders.

    Parameters
    ----------
    design
        Of kind "shapley", with its plan.
    values
        Shape (run, cell); not finite where a run failed. A base row with a failed run is left out with all its copies.
    resamples
        Shape (resample, base).
    most_lost
        Share of base rows that may be lost; beyond it everything is NaN, and the note says so.

    Raises
    ------
    InputError
        When the design is not a Shapley design, or values and resamples do not fit it.

    Notes
    -----
    Owen 2014, doi:10.1137/130936233; Song, Nelson and Staum 2016, doi:10.1137/15M1048070; Owen and Prieur 2017,
    doi:10.1137/16M1097717. A correlated input has a share even where the model does not use it. Costs no runs beyond base * 2**inputs.
    """
    plan = design.plan
    if design.kind != "shapley" or plan is None:
        raise InputError(f'Shapley effects need a Shapley design with its plan, and this one is "{design.kind}".')
    players = len(plan.inputs)
    if values.ndim != 2 or len(values) != design.runs or design.runs != plan.base * 2**players:
        raise InputError(f"{plan.base} base rows of {players} inputs make {plan.base * 2**players} runs, not {len(values)}.")
    counts = counts_of(resamples, plan.base)
    cube = values.reshape(plan.base, 2**players, -1)
    good = np.asarray(np.isfinite(cube).all(axis=1))
    cube = np.where(good[:, None], cube, 0.0)
    flat = no_variance(np.where(np.repeat(good, 2**players, axis=0), values, np.nan))
    worth = 0.5 * (cube[:, :1] - cube) ** 2
    terms = np.concatenate([np.einsum("ps,bsc->bpc", shapley_weights(players), worth), worth[:, -1:]], axis=1)

    def effects(sums: Floats) -> Floats:
        whole = np.where(sums[..., -1:, :] > 0, sums[..., -1:, :], np.nan)
        return np.asarray(sums[..., :-1, :] / whole)

    value = effects(terms.sum(axis=0))
    spread = effects(np.tensordot(counts, terms, axes=1)).std(axis=0, ddof=1)
    blocks = good.sum(axis=0)
    half = half_width(spread, blocks)
    lost = plan.base - blocks
    refused = (lost > most_lost * plan.base) | (blocks < 2)
    value[:, refused | flat] = np.nan
    notes = notes_of(refused, flat)
    return ShapleyEffects(plan.inputs, value, value - half, value + half, blocks, lost, carrying(worth[:, -1], good), notes)


def shapley_table(
    design: Design, runs: xr.Dataset, times: Mapping[str, float], resamples: NDArray[np.int64], most_lost: float = MOST_LOST
) -> pd.DataFrame:
    """Return the Shapley effects of every output, at every saved time, in every scenario.

    Parameters
    ----------
    design, resamples, most_lost
        As in `shapley`.
    runs, times
        As in `output_cells`.

    Returns
    -------
    DataFrame
        Columns as in `sobol_table`, index "Shapley".
    """
    return index_table(runs, times, lambda values: shapley(design, values, resamples, most_lost))
