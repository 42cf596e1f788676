"""Paired differences between scenarios on common draws: the uncertainty that both share cancels, run by run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from llr_sd.analysis.cells import labels
from llr_sd.analysis.summary import statistics_of, wilson
from llr_sd.errors import InputError, nearest
from llr_sd.rounding import difference

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

COLUMNS = ("base", "scenario", "output", "time", "statistic", "value", "low", "high", "runs", "lost", "note")


def paired_table(runs: xr.Dataset, base: str, times: Mapping[str, float], certain: Collection[str] = ()) -> pd.DataFrame:
    """Return what every scenario changes against a base, run by run on the same draws.

    Parameters
    ----------
    runs
        As in `output_cells`; run i has the same drawn inputs in every scenario. A run that failed in either of two is left out, and one
        where an output is undefined in either is left out of that output. Differences within rounding are 0.
    base
        The scenario to compare with.
    times
        The time of each output that is read at one time.
    certain
        Scenarios in which no input varies.

    Returns
    -------
    DataFrame
        Columns base, scenario, output (with its element), time, statistic, value, low, high, runs, lost, note; one row a number. Statistics
        are those of `summarise` taken of the difference (scenario less base), and "probability_above_zero" with its Wilson interval,
        which has no number where no run differs.

    Raises
    ------
    InputError
        When there is no such scenario.
    """
    import pandas as pd

    names = [str(s) for s in runs["scenario"].values]
    if base not in names:
        raise InputError(f'no scenario is called "{base}".', mend=nearest(base, names))
    first = names.index(base)
    frames = []
    for name, array in runs.data_vars.items():
        if name == "ok" or str(name).startswith("central: "):
            continue
        cells = labels(array, times.get(str(name), float("nan")))
        for number, scenario in enumerate(names):
            if number == first:
                continue
            ok = runs["ok"].values[number] & runs["ok"].values[first]
            change = difference(array.values[number], array.values[first]).reshape(runs.sizes["run"], -1)[ok]
            saved = ~np.isnan(change).all(axis=0)
            good = change[:, saved]
            good = good[np.isfinite(good).all(axis=1)]
            sure = {scenario, base} <= set(certain)
            frame = pd.concat([statistics_of(good, cells.loc[saved], sure), _above(good, cells.loc[saved])], ignore_index=True)
            frames.append(frame.assign(base=base, scenario=scenario, lost=runs.sizes["run"] - len(good)))
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)] if frames else pd.DataFrame(columns=list(COLUMNS))


def _above(good: np.ndarray, where: pd.DataFrame) -> pd.DataFrame:
    some = (good != 0).any(axis=0)
    rows = [wilson(int(n), len(good) if s else 0) for n, s in zip((good > 0).sum(axis=0), some, strict=True)]
    value, low, high = zip(*rows, strict=True) if rows else ((), (), ())
    return where.assign(statistic="probability_above_zero", value=value, low=low, high=high, runs=len(good), note="")
