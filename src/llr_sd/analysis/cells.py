"""Outputs of a study as plain arrays: one column a cell (a time, an element), with labels for the tidy tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.rounding import ROUNDING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True)
class OutputCells:
    """The cells of one output in one scenario that were saved.

    Attributes
    ----------
    scenario, output
        Their names.
    where
        Columns output (with its element in brackets, where it has one) and time; one row a cell.
    values
        float64, shape (run, cell), in the unit of the output; NaN in every cell of a failed run, and where it is undefined.
    """

    scenario: str
    output: str
    where: pd.DataFrame
    values: NDArray[np.float64]


def output_cells(runs: xr.Dataset, times: Mapping[str, float]) -> Iterator[OutputCells]:
    """Yield every output of every scenario.

    Parameters
    ----------
    runs
        Dims (scenario, run, ...) with a variable "ok" (scenario, run) that is false for failed runs. Variables called "central: ..."
        are passed over; so are times at which a scenario was not saved.
    times
        The time of each output that is read at one time.
    """
    for name, array in runs.data_vars.items():
        if name == "ok" or str(name).startswith("central: "):
            continue
        for number, scenario in enumerate(runs["scenario"].values):
            ok = runs["ok"].values[number]
            values = np.array(array.values[number], dtype=np.float64).reshape(runs.sizes["run"], -1)
            saved = ~np.isnan(values[ok]).all(axis=0) if ok.any() else np.ones(values.shape[1], dtype=bool)
            values = values[:, saved]
            values[~ok] = np.nan
            yield OutputCells(str(scenario), str(name), labels(array, times.get(str(name), math.nan)).loc[saved], values)


def labels(array: xr.DataArray, at: float) -> pd.DataFrame:
    """Return output (with its element in brackets) and time of every cell, last axis fastest."""
    import pandas as pd

    dims = [d for d in array.dims if d not in ("scenario", "run")]
    if not dims:
        return pd.DataFrame({"output": [str(array.name)], "time": [at]})
    grid = pd.MultiIndex.from_product([array[d].values for d in dims], names=dims).to_frame(index=False)
    others = [d for d in dims if d != "time"]
    element = [f"[{','.join(map(str, row))}]" for row in grid[others].itertuples(index=False)] if others else [""] * len(grid)
    return pd.DataFrame({"output": [f"{array.name}{e}" for e in element], "time": grid["time"] if "time" in dims else at})


def no_variance(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cells of shape (run, cell) are the same in all runs but for rounding; NaN is passed over.

    Parameters
    ----------
    values
        Shape (run, cell), in the unit of the output.
    """
    if not len(values):
        return np.ones(values.shape[1], dtype=bool)
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    return np.asarray(~(high - low > ROUNDING * np.fmax(np.abs(low), np.abs(high))))
