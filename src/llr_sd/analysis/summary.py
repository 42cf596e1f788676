"""Quantiles, means and probabilities of an ensemble, each with its 95 % sampling interval."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.quantiles import FEWEST_RUNS, STATISTICS
from llr_sd.rounding import reaches
from llr_sd.studyparts import Target

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Z = 1.959963984540054  # the 97.5 % point of the standard normal


def bounds(met: int, runs: int, lost: int) -> tuple[float, float]:
    """Return a probability if the runs without a result all miss, and if they all meet (Manski 1989, doi:10.2307/145818).

    Parameters
    ----------
    met, runs
        How many of how many runs with a result met the target.
    lost
        How many runs failed, or have no result.

    Returns
    -------
    least, most
        NaN without any run.
    """
    every = runs + lost
    return (met / every, (met + lost) / every) if every else (math.nan, math.nan)


def wilson(met: int, runs: int) -> tuple[float, float, float]:
    """Return a probability and its 95 % Wilson score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    met, runs
        How many of how many runs met the target. With no runs everything is NaN.

    Returns
    -------
    probability, low, high
    """
    if runs == 0:
        return math.nan, math.nan, math.nan
    p = met / runs
    centre = (p + Z**2 / (2 * runs)) / (1 + Z**2 / runs)
    half = Z / (1 + Z**2 / runs) * math.sqrt(p * (1 - p) / runs + Z**2 / (4 * runs**2))
    return p, 0.0 if met == 0 else centre - half, 1.0 if met == runs else centre + half


def quantile_interval(
    values: NDArray[np.float64], p: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return a quantile over runs with its distribution-free 95 % interval (binomial order statistics; Conover 1999, ch. 3).

    Parameters
    ----------
    values
        Shape (run, ...), sorted along the first axis, no NaN.
    p
        The share below the quantile.

    Returns
    -------
    value, low, high
        Each of shape (...); low or high is NaN where there are too few runs for a bound.
    """
    from scipy import stats

    runs = values.shape[0]
    lower = int(stats.binom.ppf(0.025, runs, p)) - 1
    upper = int(stats.binom.ppf(0.975, runs, p))
    nan = np.full(values.shape[1:], np.nan)
    low = values[lower] if lower >= 0 else nan
    high = values[upper] if upper < runs else nan
    return np.quantile(values, p, axis=0), low, high


def summarise(runs: xr.Dataset, times: dict[str, float], certain: Collection[str] = ()) -> pd.DataFrame:
    """Summarise every output of every scenario over the good runs in which it is defined.

    Parameters
    ----------
    runs
        Dims (scenario, run, ...) with a variable "ok" (scenario, run) that is false for failed runs, which are left out. Variables
        called "central: ..." are passed over; so are times at which a scenario was not saved.
    times
        The time of each output that is read at one time.
    certain
        Scenarios in which no input varies: one run says all of them.

    Returns
    -------
    DataFrame
        Columns scenario, output, time, element, statistic, value, low, high, runs, lost, note; one row a number. `lost` counts the runs
        that failed or have no value; `note` says why a statistic has no number.
    """
    import pandas as pd

    blocks = []
    for name, array in runs.data_vars.items():
        if name == "ok" or str(name).startswith("central: "):
            continue
        for number, scenario in enumerate(runs["scenario"].values):
            values = np.asarray(array.isel(scenario=number).values).reshape(runs.sizes["run"], -1)
            good = values[runs["ok"].values[number]]
            where = cell_labels(array, times.get(str(name), math.nan))
            saved = ~np.isnan(good).all(axis=0) if good.shape[1] > 1 else np.ones(1, dtype=bool)
            block = statistics_of(good[:, saved], where[saved], str(scenario) in certain)
            blocks.append(block.assign(scenario=str(scenario), output=str(name), lost=len(values) - block["runs"]))
    columns = ["scenario", "output", "time", "element", "statistic", "value", "low", "high", "runs", "lost", "note"]
    return pd.concat(blocks, ignore_index=True)[columns]


def cell_labels(array: xr.DataArray, at: float) -> pd.DataFrame:
    """Return time and element of every cell of an output, one row a cell, last axis fastest."""
    import pandas as pd

    dims = [d for d in array.dims if d not in ("scenario", "run")]
    if not dims:
        return pd.DataFrame({"time": [at], "element": [""]})
    grid = pd.MultiIndex.from_product([array[d].values for d in dims], names=dims).to_frame(index=False)
    others = [d for d in dims if d != "time"]
    element = [",".join(map(str, row)) for row in grid[others].itertuples(index=False)] if others else [""] * len(grid)
    return pd.DataFrame({"time": grid["time"] if "time" in dims else at, "element": element})


def statistics_of(good: NDArray[np.float64], where: pd.DataFrame, certain: bool = False) -> pd.DataFrame:
    """Return every statistic of one output in one scenario, one row a statistic and cell; NaN and a note below `FEWEST_RUNS`.

    Parameters
    ----------
    good
        Shape (run, cell), good runs only; those with a cell that is undefined are left out.
    where
        Columns that say which cell it is, one row a cell.
    certain
        Whether no input varies, so that one run says all.
    """
    import pandas as pd
    from scipy import stats

    good = good[np.isfinite(good).all(axis=1)]
    runs = good.shape[0]
    nan = np.full(good.shape[1], np.nan)
    rows = []
    note = {s: "" if certain or runs >= n else f"too few runs: {n} needed" for s, n in FEWEST_RUNS.items()}
    mean, error = nan, nan
    if runs and not note["mean"]:
        mean = good.mean(axis=0)
        error = stats.t.ppf(0.975, runs - 1) * good.std(axis=0, ddof=1) / math.sqrt(runs) if runs > 1 else nan
    rows.append(where.assign(statistic="mean", value=mean, low=mean - error, high=mean + error, runs=runs, note=note["mean"]))
    ordered = np.sort(good, axis=0)
    for statistic, p in STATISTICS.items():
        value, low, high = quantile_interval(ordered, p) if runs and not note[statistic] else (nan, nan, nan)
        rows.append(where.assign(statistic=statistic, value=value, low=low, high=high, runs=runs, note=note[statistic]))
    return pd.concat(rows, ignore_index=True)


def target_table(runs: xr.Dataset, targets: Sequence[Target]) -> pd.DataFrame:
    """Return the probability of meeting each target in each scenario, with a Wilson interval over the good runs in which its output is defined.

    A run whose output is at the level to rounding meets it.

    Parameters
    ----------
    runs
        As the store opens them: dims (scenario, run, ...), with `ok` for each run.
    targets
        Each on an output that is one number a run.

    Returns
    -------
    DataFrame
        Columns scenario, target, output, level, direction, probability, low, high, met, runs, lost, least, most, source. `lost` counts
        the runs that failed or have no value; `least` and `most` are the probability if those all missed, and if they all met.
    """
    import pandas as pd

    columns = ["scenario", "target", "output", "level", "direction", "probability", "low", "high", "met", "runs", "lost"]
    rows = []
    for number, scenario in enumerate(runs["scenario"].values):
        for target in targets:
            values = np.asarray(runs[target.output].isel(scenario=number).values)
            good = values[runs["ok"].values[number] & np.isfinite(values)]
            level = target.at_least if target.at_least is not None else target.at_most
            direction = "at_least" if target.at_least is not None else "at_most"
            met = int(reaches(good, target.at_least, target.at_most).sum())
            lost = len(values) - len(good)
            numbers = (*wilson(met, len(good)), met, len(good), lost, *bounds(met, len(good), lost))
            rows.append((str(scenario), target.name, target.output, level, direction, *numbers, target.source))
    return pd.DataFrame(rows, columns=[*columns, "least", "most", "source"])
