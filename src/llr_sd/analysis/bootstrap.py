"""Bootstrap intervals of ratios of sums over blocks, from resamples that were drawn elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError


def counts_of(resamples: NDArray[np.int64], units: int) -> NDArray[np.float64]:
    """Return how often each resample takes each unit, shape (resample, unit).

    Parameters
    ----------
    resamples
        Whole numbers from 0, shape (resample, unit), at least two resamples.

    Raises
    ------
    InputError
        When they were drawn for another number of units.
    """
    if resamples.ndim != 2 or resamples.shape[1] != units or len(resamples) < 2:
        raise InputError(f"this design is resampled over {units} units, and the resamples have the shape {resamples.shape}.")
    counts = np.zeros((len(resamples), units))
    np.add.at(counts, (np.arange(len(resamples))[:, None], resamples), 1.0)
    return counts


def half_width(spread: NDArray[np.float64], units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the half width of a 95 % interval: Student's t times a bootstrap standard deviation.

    Parameters
    ----------
    spread
        Standard deviation over resamples, shape (..., cell).
    units
        How many units hold data, shape (cell,). The bootstrap's standard deviation is short by sqrt((n - 1) / n); that is put right.
    """
    from scipy import stats

    freedom = np.maximum(units - 1, 1)
    return np.asarray(stats.t.ppf(0.975, freedom) * np.sqrt(units / freedom) * spread)
