"""Sobol indices from Saltelli blocks, with intervals; a block with a failed run is left out, counted and reported.

Estimators, as in SALib: first order of Saltelli et al. (2010), total order of Jansen (1999), second order of Saltelli (2002). All of
them are ratios of means over blocks, so every output, time and resample is one matrix product; the numbers are SALib's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.bootstrap import counts_of, half_width
from llr_sd.analysis.cells import no_variance
from llr_sd.analysis.indices import Floats, Indices, index_table
from llr_sd.design import Design, Plan
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_LOST = 0.05
"""Share of blocks that may be lost before indices are refused."""
INDEPENDENT = "Sobol indices are for inputs drawn independently: the stated rank correlations are not in them. Shapley effects take them in."
"""To be said beside every Sobol table of a study that states correlations."""

_AT_ONCE = 2_000_000  # numbers held for the blocks of one chunk of cells


@dataclass(frozen=True)
class SobolIndices(Indices):
    """S1 of each input, then ST of each, then S2 of each pair, without unit; blocks are Saltelli blocks.

    Attributes
    ----------
    pairs
        The positions of the two inputs of each second-order index.
    """

    pairs: tuple[tuple[int, int], ...]

    @property
    def labels(self) -> tuple[tuple[str, str, str], ...]:
        """Index, input and other input (empty where there is none) of each row of `value`."""
        single = [(index, name, "") for index in ("S1", "ST") for name in self.inputs]
        return (*single, *(("S2", self.inputs[j], self.inputs[k]) for j, k in self.pairs))


def sobol(design: Design, values: Floats, resamples: NDArray[np.int64], most_lost: float = MOST_LOST) -> SobolIndices:
    """Return Sobol indices with 95 % bootstrap intervals.

    Intervals are the point estimate plus and minus Student's t times the bootstrap standard deviation. What is resampled are the
    replicates of a replicated design (independent scrambles; their spread shows the evenness of the points), else its blocks. They may
    reach below 0 or above 1. With blocks left out, indices describe the inputs for which the model did not fail.

    Parameters
    ----------
    design
        Of kind "saltelli", with its plan.
    values
        Shape (run, cell); not finite where a run failed. No unit is asked for: indices have none.
    resamples
        Shape (resample, replicates), or (resample, base) for a design without replicates; whole numbers from 0.
    most_lost
        Share of blocks that may be lost; beyond it every index of the cell is NaN, and the note says so.

    Returns
    -------
    SobolIndices

    Raises
    ------
    InputError
        When the design is not a Saltelli design, or values and resamples do not fit it.

    Notes
    -----
    Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018; Jansen 1999, doi:10.1016/S0010-4655(98)00154-4; Saltelli 2002,
    doi:10.1016/S0010-4655(02)00280-1. Costs no runs beyond the design's.
    """
    plan = check_saltelli(design)
    clusters = plan.replicates if plan.replicates > 1 else plan.base
    if values.ndim != 2 or len(values) != design.runs:
        raise InputError(f"a design of {design.runs} runs needs values of shape ({design.runs}, cell), not {values.shape}.")
    counts = counts_of(resamples, clusters)
    pairs = tuple(combinations(range(len(plan.inputs)), 2)) if plan.second_order else ()
    width = max(1, _AT_ONCE // max(design.runs, len(resamples) * (2 * len(plan.inputs) + len(pairs))))
    parts = [_cells(plan, pairs, values[:, i : i + width], counts) for i in range(0, values.shape[1], width)]
    value, low, high = (np.concatenate(p, axis=1) for p in zip(*(part[:3] for part in parts), strict=True))
    blocks = np.concatenate([part[3] for part in parts])
    flat = np.concatenate([part[4] for part in parts])
    lost = plan.base - blocks
    refused = (lost > most_lost * plan.base) | (blocks < 2)
    bad = refused | flat
    value[:, bad], low[:, bad], high[:, bad] = np.nan, np.nan, np.nan
    open_ = ~np.isfinite(low).all(axis=0) & ~bad
    notes = tuple(
        _note(int(n), plan.base, bool(r), bool(f), bool(o), most_lost)
        for n, r, f, o in zip(lost, refused, flat, open_, strict=True)
    )
    return SobolIndices(plan.inputs, value, low, high, blocks, lost, notes, pairs)


def sobol_table(
    design: Design, runs: xr.Dataset, times: Mapping[str, float], resamples: NDArray[np.int64], most_lost: float = MOST_LOST
) -> pd.DataFrame:
    """Return the Sobol indices of every output, at every saved time, in every scenario.

    Parameters
    ----------
    design, resamples, most_lost
        As in `sobol`. The design is the one that was drawn, before a scenario fixed some of its columns.
    runs, times
        As in `output_cells`.

    Returns
    -------
    DataFrame
        Columns scenario, output, time, input, other, index (S1, ST, S2), value, low, high, blocks, lost, note; one row a number.
    """
    return index_table(runs, times, lambda values: sobol(design, values, resamples, most_lost))


def check_saltelli(design: Design) -> Plan:
    """Return the plan of a Saltelli design; raise InputError when it is another design, or its rows are not where the plan says."""
    plan = design.plan
    if design.kind != "saltelli" or plan is None:
        raise InputError(
            f'Sobol indices need a Saltelli design with its plan, and this one is "{design.kind}".',
            mend="Draw one with draw_saltelli.",
        )
    step = block_rows(plan)
    if design.runs != plan.base * step:
        raise InputError(f"{plan.base} Saltelli blocks of {step} rows make {plan.base * step} runs, not {design.runs}.")
    cube = design.values.reshape(plan.base, step, -1)
    a, b = cube[:, :1], cube[:, -1:]
    members = np.array([[name in held for name in design.names] for held in plan.members])
    expected = [np.where(members, b, a)]
    if plan.second_order:
        expected.append(np.where(members, a, b))
    if not np.array_equal(cube[:, 1:-1], np.concatenate(expected, axis=1)):
        raise InputError("the rows of this design are not in the order of Saltelli blocks.", mend="Analyse it as it was drawn.")
    return plan


def block_rows(plan: Plan) -> int:
    """Return the rows (runs) of one Saltelli block.

    Parameters
    ----------
    plan
        How the rows of the design are laid out.
    """
    return (2 if plan.second_order else 1) * len(plan.inputs) + 2


def _cells(
    plan: Plan, pairs: tuple[tuple[int, int], ...], values: Floats, counts: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.int64], NDArray[np.bool_]]:
    """Return value, low and high of shape (index, cell), blocks used and whether there is no variance, of shape (cell,)."""
    cube = values.reshape(plan.base, block_rows(plan), -1)
    good = np.asarray(np.isfinite(cube).all(axis=1))
    blocks = good.sum(axis=0)
    cube = np.where(good[:, None], cube, np.nan)
    flat = no_variance(cube.reshape(len(values), -1)) | no_variance(cube[:, [0, -1]].reshape(2 * plan.base, -1))
    cube = _standardised(cube, good, flat)
    clusters = counts.shape[1]
    sums = _sums(cube.reshape(-1, clusters, *cube.shape[1:]), len(plan.inputs), pairs, good.reshape(-1, clusters, good.shape[1]))
    value = _indices(sums.sum(axis=0), len(plan.inputs), pairs)
    again = np.tensordot(counts, sums, axes=1)
    spread = np.full(value.shape, np.nan)
    filled = good.reshape(-1, clusters, good.shape[1]).any(axis=0).sum(axis=0)
    usable = (filled > 1) & ~flat
    if usable.any():
        with np.errstate(invalid="ignore"):  # a resample without variance leaves the interval unknown
            spread[:, usable] = _indices(again[..., usable], len(plan.inputs), pairs).std(axis=0, ddof=1)
    half = half_width(spread, filled)
    return value, value - half, value + half, blocks, flat


def _standardised(cube: Floats, good: NDArray[np.bool_], flat: NDArray[np.bool_]) -> Floats:
    """Return the good blocks with mean 0 and standard deviation 1 over all their runs, as SALib does; 0 elsewhere."""
    used = np.maximum(good.sum(axis=0) * cube.shape[1], 1)
    filled = np.where(good[:, None], cube, 0.0)
    centred = np.where(good[:, None] & ~flat, filled - filled.sum(axis=(0, 1)) / used, 0.0)
    scale = np.sqrt((centred**2).sum(axis=(0, 1)) / used)
    return np.asarray(centred / np.where(flat | (scale == 0), 1.0, scale))


def _sums(cube: Floats, inputs: int, pairs: tuple[tuple[int, int], ...], good: NDArray[np.bool_]) -> Floats:
    """Return what the estimators average, summed by cluster, shape (cluster, term, cell).

    `cube` has shape (block, cluster, row, cell): block b of the design belongs to cluster b modulo clusters. Terms: S1, ST and S2 parts,
    mean, mean square, 1 for a good block.
    """
    a, b = cube[:, :, :1], cube[:, :, -1:]
    ab = cube[:, :, 1 : inputs + 1]
    parts = [(b * (ab - a)).sum(axis=0), 0.5 * ((a - ab) ** 2).sum(axis=0)]
    if pairs:
        ba = cube[:, :, inputs + 1 : -1]
        products = ba.transpose(1, 3, 2, 0) @ ab.transpose(1, 3, 0, 2)
        first, second = (list(side) for side in zip(*pairs, strict=True))
        parts.append(products[..., first, second].transpose(0, 2, 1) - (a * b).sum(axis=0))
    parts += [0.5 * (a + b).sum(axis=0), 0.5 * (a**2 + b**2).sum(axis=0), good.sum(axis=0, dtype=np.float64)[:, None]]
    return np.concatenate(parts, axis=1)


def _indices(sums: Floats, inputs: int, pairs: tuple[tuple[int, int], ...]) -> Floats:
    """Return S1, ST and S2 of shape (..., index, cell) from `_sums` of shape (..., term, cell)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums[..., :-1, :] / sums[..., -1:, :]
        variance = means[..., -1:, :] - means[..., -2:-1, :] ** 2
        ratio = means[..., :-2, :] / variance
    if pairs:
        first, second = (list(side) for side in zip(*pairs, strict=True))
        ratio[..., 2 * inputs :, :] -= ratio[..., first, :] + ratio[..., second, :]
    return np.asarray(ratio)


def _note(lost: int, base: int, refused: bool, flat: bool, without: bool, most_lost: float) -> str:
    if refused:
        return f"refused: {lost} of {base} blocks lost to failed runs, more than {most_lost:.0%}"
    text = "no variance" if flat else "no interval: too few runs differ" if without else ""
    if lost:
        text += ("; " if text else "") + f"{lost} of {base} blocks lost to failed runs"
    return text
