"""First-order indices from draws already made: they keep correlations between inputs, and cost no runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.bootstrap import half_width
from llr_sd.analysis.cells import OutputCells, no_variance, output_cells
from llr_sd.analysis.indices import Indices, carrying, index_rows, notes_of
from llr_sd.design import Design
from llr_sd.errors import InputError
from llr_sd.result import UNTOLD

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]
FEWEST = 100
"""Fewest runs with a value."""
DUMMY = "(dummy)"
"""The input that nothing depends on; what it gets is the noise of the method."""
KNOTS = 10
"""Inner knots of the spline of an input, at its quantiles."""
LEVELS = 12
"""An input of at most as many values is taken value by value."""


@dataclass(frozen=True)
class GivenData(Indices):
    """First-order indices of inputs as they were drawn, the dummy last; each run is a block."""

    @property
    def labels(self) -> tuple[tuple[str, str, str], ...]:
        """Index "S1" of each input."""
        return tuple(("S1", name, "") for name in self.inputs)


def given_data(design: Design, inputs: Sequence[str], dummy: Floats, values: Floats) -> GivenData:
    """Return the share of the variance that goes when an input is known, Var(E[Y | X]) / Var(Y), with 95 % intervals.

    The output is regressed on each input (cubic spline, or value by value where it is discrete). What the regression leaves is corrected
    for what it fitted by chance, each squared residual by its own leverage, so an input without effect gets 0 on average.

    Parameters
    ----------
    design
        Of kind "monte_carlo", "latin_hypercube" or "frame".
    inputs
        Columns of the design to judge.
    dummy
        An input that nothing depends on, shape (run,).
    values
        Shape (run, cell); not finite where a run failed or has no value, and left out there.

    Raises
    ------
    InputError
        When the design has a structure or shapes do not fit.

    Notes
    -----
    Plischke, Borgonovo and Smith 2013, doi:10.1016/j.ejor.2012.11.047; leverage after MacKinnon and White 1985,
    doi:10.1016/0304-4076(85)90158-7. With correlated inputs an index holds what an input carries for others, and the sum can pass 1.
    The interval is that of a ratio of sums over runs, the limit of a bootstrap of many resamples; it does not count the bias of the
    spline, which smooths a jump: up to a few hundredths.
    """
    if design.plan is not None:
        raise InputError(f'indices from given data need draws from the distributions, not a "{design.kind}" design.')
    if values.ndim != 2 or len(values) != design.runs or dummy.shape != (design.runs,):
        raise InputError(f"values and dummy need {design.runs} runs, not {len(values)} and {len(dummy)}.")
    columns = [design.values[:, design.names.index(name)] for name in inputs] + [dummy]
    good = np.isfinite(values)
    runs = good.sum(axis=0)
    flat = no_variance(np.where(good, values, np.nan))
    value, half = np.full((2, len(columns), values.shape[1]), np.nan)
    kinds, kind = np.unique(good[:, ~flat & (runs >= FEWEST)], axis=1, return_inverse=True)
    there = np.flatnonzero(~flat & (runs >= FEWEST))
    for number, here in enumerate(kinds.T.astype(bool)):
        cells = there[kind.ravel() == number]
        y = values[np.ix_(here, cells)]
        y = y - y.mean(axis=0)
        whole = y**2 * len(y) / (len(y) - 1)
        for row, x in enumerate(columns):
            left = _left(_basis(x[here]), y)
            value[row, cells] = 1 - left.sum(axis=0) / whole.sum(axis=0)
            spread = np.sqrt(np.sum((left - (1 - value[row, cells]) * whole) ** 2, axis=0)) / whole.sum(axis=0)
            half[row, cells] = half_width(spread, runs[cells])
    mean = np.where(good, values, 0.0).sum(axis=0) / np.maximum(runs, 1)
    carried = carrying(np.where(good, (values - mean) ** 2, 0.0), good)
    notes = notes_of(np.zeros_like(flat), flat, runs < FEWEST)
    return GivenData((*inputs, DUMMY), value, value - half, value + half, runs, design.runs - runs, carried, notes)


def _left(basis: Floats, y: Floats) -> Floats:
    """Return the squared residuals of regressions of shape (run, cell), each freed of what it fitted by chance."""
    # Small normal equations: quick; the pseudo-inverse copes with a spline that holds no run.
    weights = basis @ np.linalg.pinv(basis.T @ basis, rcond=1e-10, hermitian=True)
    leverage = np.minimum((weights * basis).sum(axis=1), 1 - 1e-9)
    return np.asarray((y - basis @ (weights.T @ y)) ** 2 / (1 - leverage)[:, None])


def _basis(x: Floats) -> Floats:
    """Return independent columns: a constant for each value of a discrete input, else cubic B-splines with knots at quantiles."""
    from scipy.interpolate import BSpline

    levels = np.unique(x)
    if len(levels) <= LEVELS:
        return np.asarray(x[:, None] == levels, dtype=np.float64)
    inner = np.unique(np.quantile(x, np.linspace(0, 1, KNOTS + 2)))[1:-1]
    ends = np.repeat([levels[0], levels[-1]], 4)
    knots = np.concatenate([ends[:4], inner, ends[4:]])
    return np.asarray(BSpline.design_matrix(x, knots, 3).toarray())


def given_data_table(
    design: Design, inputs: Sequence[str], dummy: Floats, runs: xr.Dataset, times: Mapping[str, float]
) -> pd.DataFrame:
    """Return the indices of every output in one scenario or several that vary the same inputs.

    Parameters
    ----------
    design, inputs, dummy
        As in `given_data`.
    runs, times
        As in `output_cells`.

    Returns
    -------
    DataFrame
        Columns as in `sobol_table`, index "S1"; the input "(dummy)" is one that nothing depends on. The note `UNTOLD`
        stands where an interval reaches down to 0, or to the upper end of the dummy's.
    """
    import pandas as pd

    # One call for all outputs of a scenario: an input is regressed on once.
    found = list(output_cells(runs, times))
    frames = []
    for scenario in dict.fromkeys(cells.scenario for cells in found):
        own = [cells for cells in found if cells.scenario == scenario]
        where, values = pd.concat([c.where for c in own], ignore_index=True), np.hstack([c.values for c in own])
        frames.append(index_rows(OutputCells(scenario, "", where, values), given_data(design, inputs, dummy, values)))
    table = pd.concat(frames, ignore_index=True)
    low, high = (table[end].to_numpy().reshape(-1, len(inputs) + 1) for end in ("low", "high"))
    hidden = (low <= np.maximum(high[:, -1:], 0.0)).ravel()
    return table.assign(note=np.where(hidden & (table["note"] == "").to_numpy(), UNTOLD, table["note"]))
