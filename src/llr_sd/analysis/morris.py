"""Morris screening: which inputs matter at all, at the cost of a few runs an input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.bootstrap import counts_of, half_width
from llr_sd.analysis.cells import no_variance
from llr_sd.analysis.indices import Floats, Indices, index_table, notes_of
from llr_sd.design import Design
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_LOST = 0.25
"""Share of trajectories that may be lost before a screening is refused."""


class Screening(Indices):
    """Elementary effects, summed up, in the unit of the output for the whole probability range of an input.

    mu_star is the mean size of an input's effects, mu their mean, sigma their standard deviation (interaction or curvature). mu and
    sigma are NaN for a group, whose effects have no direction. Blocks are trajectories.
    """

    @property
    def labels(self) -> tuple[tuple[str, str, str], ...]:
        """Index, input and other input (empty where there is none) of each row of `value`."""
        return tuple((index, name, "") for index in ("mu_star", "mu", "sigma") for name in self.inputs)


def morris(design: Design, values: Floats, resamples: NDArray[np.int64], most_lost: float = MOST_LOST) -> Screening:
    """Return mu_star, mu and sigma with 95 % bootstrap intervals over trajectories.

    Parameters
    ----------
    design
        Of kind "morris", with its plan.
    values
        Shape (run, cell); not finite where a run failed. A trajectory with a failed run is left out whole.
    resamples
        Shape (resample, trajectory).
    most_lost
        Share of trajectories that may be lost; beyond it everything is NaN, and the note says so.

    Raises
    ------
    InputError
        When the design is not a Morris design, or values and resamples do not fit it.

    Notes
    -----
    Morris 1991, doi:10.1080/00401706.1991.10484804; mu_star: Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004. It ranks; its
    numbers are no shares of variance. Costs no runs beyond the design's trajectories * (inputs + 1).
    """
    plan = design.plan
    if design.kind != "morris" or plan is None or plan.moves is None:
        raise InputError(f'a Morris screening needs a Morris design with its plan, and this one is "{design.kind}".')
    size = len(plan.inputs)
    if values.ndim != 2 or len(values) != design.runs or design.runs != plan.base * (size + 1):
        raise InputError(f"a Morris design of {plan.base} trajectories has {plan.base * (size + 1)} runs, not {len(values)}.")
    counts = counts_of(resamples, plan.base)
    cube = values.reshape(plan.base, size + 1, -1)
    good = np.asarray(np.isfinite(cube).all(axis=1))
    cube = np.where(good[:, None], cube, 0.0)
    change = np.diff(cube, axis=1) * (np.sign(plan.moves) / plan.step)[..., None]
    order = np.argsort(np.abs(plan.moves), axis=1)  # one step an input in each trajectory
    effect = np.take_along_axis(change, order[..., None], axis=1)
    used = np.maximum(good.sum(axis=0), 1)
    centre = effect.sum(axis=0) / used
    apart = np.where(good[:, None], effect - centre, 0.0)  # squares of these lose no digits
    terms = np.concatenate([np.abs(effect), apart, apart**2, np.broadcast_to(good[:, None], (plan.base, 1, len(used)))], axis=1)
    value = _statistics(terms.sum(axis=0), size, centre)
    spread = _statistics(np.tensordot(counts, terms, axes=1), size, centre).std(axis=0, ddof=1)
    trajectories = good.sum(axis=0)
    half = half_width(spread, trajectories)
    grouped = [i for i, held in enumerate(plan.members) if len(held) > 1]
    value[[size * k + i for k in (1, 2) for i in grouped]] = np.nan
    lost = plan.base - trajectories
    refused = (lost > most_lost * plan.base) | (trajectories < 2)
    value[:, refused] = np.nan
    half[:, refused] = np.nan
    flat = no_variance(np.where(np.repeat(good, size + 1, axis=0), values, np.nan))
    carried = np.full(len(lost), np.nan)
    notes = notes_of(refused, flat)
    low = value - half
    low[:size] = np.maximum(low[:size], 0.0)
    return Screening(plan.inputs, value, low, value + half, trajectories, lost, carried, notes)


def _statistics(sums: Floats, size: int, centre: Floats) -> Floats:
    """Return mu_star, mu and sigma, shape (..., 3 * input, cell), from sums over trajectories of effects less `centre`."""
    number = sums[..., -1:, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums[..., :-1, :] / number
        apart = means[..., size : 2 * size, :]
        variance = np.maximum(means[..., 2 * size :, :] - apart**2, 0.0) * number / (number - 1)
    sigma = np.sqrt(np.where(number > 1, variance, np.nan))
    return np.concatenate([means[..., :size, :], apart + centre, sigma], axis=-2)


def morris_table(
    design: Design, runs: xr.Dataset, times: Mapping[str, float], resamples: NDArray[np.int64], most_lost: float = MOST_LOST
) -> pd.DataFrame:
    """Return the screening of every output, at every saved time, in every scenario.

    Parameters
    ----------
    design, resamples, most_lost
        As in `morris`.
    runs, times
        As in `output_cells`.

    Returns
    -------
    DataFrame
        Columns as in `sobol_table`, index mu_star, mu or sigma, `blocks` the number of trajectories.
    """
    return index_table(runs, times, lambda values: morris(design, values, resamples, most_lost))


def worth_a_sobol(table: pd.DataFrame, share: float = 0.05) -> tuple[str, ...]:
    """Return the inputs that deserve a Sobol analysis, the strongest first.

    An input is kept when the upper end of its mu_star reaches `share` of the largest mu_star, for any output at any time in any
    scenario; with few trajectories the interval is wide and more is kept.

    Parameters
    ----------
    table
        From `morris_table`.
    share
        From 0 to 1.
    """
    stars = table[table["index"] == "mu_star"].dropna(subset=["value"])
    largest = stars.groupby(["scenario", "output", "time"], dropna=False)["value"].transform("max")
    stars = stars.assign(reach=stars["high"] / largest, strength=stars["value"] / largest)[largest > 0]
    best = stars.groupby("input", sort=False)[["reach", "strength"]].max()
    kept = best[best["reach"] >= share].sort_values("strength", ascending=False, kind="stable")
    return tuple(kept.index)
