"""Sobol indices from Saltelli blocks, with intervals; a block with a failed run is left out, counted and reported.

Estimators, as in SALib: first order of Saltelli et al. (2010), total order of Jansen (1999), second order of Saltelli (2002). All of
them are ratios of means over blocks, so every output, time and resample is one matrix product; the numbers are SALib's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.bootstrap import counts_of, half_width
from llr_sd.analysis.cells import no_variance, output_cells
from llr_sd.analysis.indices import COLUMNS, Floats, Indices, carrying, index_rows, notes_of
from llr_sd.design import Design, Plan
from llr_sd.errors import InputError
from llr_sd.result import NO_LOG
from llr_sd.rounding import ROUNDING
from llr_sd.studyparts import Scale

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_LOST = 0.05
"""Share of blocks that may be lost before indices are refused."""
SUMS = ("S1 sum", "ST sum")
"""Names of the sums of first-order and of total indices."""
_AT_ONCE = 2_000_000  # numbers held for the blocks of one chunk of cells


@dataclass(frozen=True)
class SobolIndices(Indices):
    """S1 of each input, then ST of each, then S2 of each pair, then the sums of S1 and of ST, without unit; blocks are Saltelli blocks.

    The sums say whether inputs act together: both are 1 where they do not; what they do together is missing from the first, and stands
    in the second once for each input that takes part.

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
        return (*single, *(("S2", self.inputs[j], self.inputs[k]) for j, k in self.pairs), *((name, "", "") for name in SUMS))


def sobol(
    design: Design,
    values: Floats,
    resamples: NDArray[np.int64],
    most_lost: float = MOST_LOST,
    scale: Scale = "value",
    pooled: bool = False,
) -> SobolIndices:
    """Return Sobol indices with 95 % bootstrap intervals.

    Intervals are the point estimate plus and minus Student's t times the bootstrap standard deviation. What is resampled are the
    replicates of a replicated design (independent scrambles; their spread shows the evenness of the points), else its blocks. They may
    reach below 0 or above 1. With blocks left out, indices describe the inputs for which the model did not fail. Where few blocks carry
    the variance of an output with a long tail, the intervals are too narrow and `skewed` says so; ranks and logs have no such tail.

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
    scale
        Of what; a cell with a value that has no logarithm is refused in its note.
    pooled
        One index over all cells, each weighted by its variance (Gamboa et al. 2014, doi:10.1214/14-EJS895; Lamboni et al. 2011,
        doi:10.1016/j.ress.2010.09.002); a block with a failed run in any cell is left out.

    Returns
    -------
    SobolIndices
        Of every cell; of one where they are pooled.

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
    good = np.asarray(np.isfinite(values).reshape(plan.base, block_rows(plan), -1).all(axis=1))
    if pooled:
        good = np.asarray(np.broadcast_to(good.all(axis=1, keepdims=True), good.shape))
    width = max(1, _AT_ONCE // max(design.runs, len(resamples) * (2 * len(plan.inputs) + len(pairs))))
    chunks = (slice(i, i + width) for i in range(0, values.shape[1], width))
    sums = (_sums_of(plan, pairs, values[:, chunk], good[:, chunk], clusters, scale) for chunk in chunks)
    parts = [_pooled(list(sums), counts)] if pooled else [_cells(part, counts) for part in sums]
    value, low, high = (np.concatenate(p, axis=1) for p in zip(*(part[:3] for part in parts), strict=True))
    flat, carried = (np.concatenate(p) for p in zip(*(part[3:] for part in parts), strict=True))
    blocks = good[:, :1].sum(axis=0) if pooled else good.sum(axis=0)
    lost = plan.base - blocks
    refused = (lost > most_lost * plan.base) | (blocks < 2)
    with np.errstate(invalid="ignore"):
        least = np.fmin.reduce(values) if scale == "log" else np.ones(values.shape[1])
    least = least.min(keepdims=True) if pooled else least
    bad = refused | flat | (least <= 0)
    value[:, bad], low[:, bad], high[:, bad], carried[bad] = np.nan, np.nan, np.nan, np.nan
    notes = notes_of(refused, flat, ~np.isfinite(low).all(axis=0) & ~bad)
    notes = tuple(NO_LOG if number <= 0 else note for note, number in zip(notes, least, strict=True))
    return SobolIndices(plan.inputs, value, low, high, blocks, lost, carried, notes, pairs)


def sobol_table(
    design: Design,
    runs: xr.Dataset,
    times: Mapping[str, float],
    resamples: NDArray[np.int64],
    most_lost: float = MOST_LOST,
    scale_of: Callable[[str], Scale] = lambda _: "value",
    over_time: bool = False,
    with_sums: bool = False,
) -> pd.DataFrame:
    """Return the Sobol indices of every output, at every saved time, in every scenario; or one over all times of each.

    Parameters
    ----------
    design, resamples, most_lost
        As in `sobol`. The design is the one that was drawn, before a scenario fixed some of its columns.
    runs, times
        As in `output_cells`.
    scale_of
        The scale of an output.
    over_time
        One index an output (an element, where it has some) over its times, each weighted by its variance, for those with more than one.
    with_sums
        Add the rows of `SUMS`, which have no input.

    Returns
    -------
    DataFrame
        Columns scenario, output, time (NaN over all), input, other, index (S1, ST, S2), value, low, high, blocks, lost, carried
        (`carrying`), skewed (whether those are too few for the intervals), note, scale; one row a number.
    """
    import pandas as pd

    frames = []
    for cells in output_cells(runs, times):
        scale = scale_of(cells.output)
        asked = [cells]
        if over_time:
            names = cells.where["output"]
            several = [n for n in names.unique() if (names == n).sum() > 1]
            asked = [replace(cells, where=cells.where[names == n], values=cells.values[:, names == n]) for n in several]
        for part in asked:
            indices = sobol(design, part.values, resamples, most_lost, scale, over_time)
            where = part.where.iloc[:1].assign(time=np.nan) if over_time else part.where
            frames.append(index_rows(replace(part, where=where), indices).assign(scale=scale))
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*COLUMNS, "scale"])
    return found if with_sums else found[~found["index"].isin(SUMS)].reset_index(drop=True)


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


@dataclass(frozen=True)
class _Sums:
    """What the blocks of some cells add up to, each cell with mean 0 and variance 1.

    `terms` has shape (cluster, term, cell), `part` and `good` (block, cell), `flat` and `variance` (cell,).
    """

    terms: Floats
    part: Floats
    good: NDArray[np.bool_]
    flat: NDArray[np.bool_]
    variance: Floats
    inputs: int
    pairs: tuple[tuple[int, int], ...]

    @property
    def filled(self) -> NDArray[np.int64]:
        """How many clusters hold a good block, shape (cell,)."""
        clusters = self.terms.shape[0]
        return np.asarray(self.good.reshape(-1, clusters, self.good.shape[1]).any(axis=0).sum(axis=0))


def _sums_of(
    plan: Plan, pairs: tuple[tuple[int, int], ...], values: Floats, good: NDArray[np.bool_], clusters: int, scale: Scale
) -> _Sums:
    cube = np.where(good[:, None], values.reshape(plan.base, block_rows(plan), -1), np.nan)
    flat = no_variance(cube.reshape(len(values), -1)) | no_variance(cube[:, [0, -1]].reshape(2 * plan.base, -1))
    cube, variance = _standardised(_scaled(cube, scale), good, flat)
    part = (cube[:, [0, -1]] ** 2).sum(axis=1)
    shape = (-1, clusters, *cube.shape[1:])
    terms = _sums(cube.reshape(shape), len(plan.inputs), pairs, good.reshape(-1, clusters, good.shape[1]))
    return _Sums(terms, part, good, flat, variance, len(plan.inputs), pairs)


_Found = tuple[Floats, Floats, Floats, NDArray[np.bool_], Floats]
"""Value, low and high of shape (index, cell); whether there is no variance, and how many blocks carry it, shape (cell,)."""


def _cells(sums: _Sums, counts: Floats) -> _Found:
    value = _indices(*_over(sums.terms.sum(axis=0)), sums)
    spread = np.full(value.shape, np.nan)
    usable = (sums.filled > 1) & ~sums.flat
    if usable.any():
        again = np.tensordot(counts, sums.terms[..., usable], axes=1)
        with np.errstate(invalid="ignore"):  # where a resample has no variance, there is no interval
            spread[:, usable] = _indices(*_over(again), sums).std(axis=0, ddof=1)
    half = half_width(spread, sums.filled)
    return value, value - half, value + half, sums.flat, carrying(sums.part, sums.good)


def _pooled(chunks: Sequence[_Sums], counts: Floats) -> _Found:
    """Return one index over the cells of all chunks: parts and variances are added up, each cell in its own size, before they are divided."""

    def indices(terms_of: Callable[[_Sums], Floats]) -> Floats:
        parts, variance = np.zeros(1), np.zeros(1)
        for chunk in chunks:
            own, whole = _over(terms_of(chunk))
            parts = parts + (own * chunk.variance).sum(axis=-1, keepdims=True)
            variance = variance + (whole * chunk.variance).sum(axis=-1, keepdims=True)
        return _indices(parts, variance, chunks[0])

    value = indices(lambda chunk: chunk.terms.sum(axis=0))
    spread = indices(lambda chunk: np.tensordot(counts, chunk.terms, axes=1)).std(axis=0, ddof=1)
    half = half_width(spread, chunks[0].filled[:1])
    flat = np.array([all(chunk.flat.all() for chunk in chunks)])
    part = np.sum([(chunk.part * chunk.variance).sum(axis=1, keepdims=True) for chunk in chunks], axis=0)
    return value, value - half, value + half, flat, carrying(part, chunks[0].good[:, :1])


def _scaled(cube: Floats, scale: Scale) -> Floats:
    """Return the values, their ranks over all runs (those within rounding share theirs), or their logarithms (NaN without one)."""
    if scale == "value":
        return cube
    if scale == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(cube > 0, np.log(cube), np.nan)
    from scipy import stats

    flat = cube.reshape(-1, cube.shape[2])
    size = np.fmax.reduce(np.abs(flat))
    steps = np.round(flat / np.where(size > 0, size * ROUNDING, 1.0))
    return np.asarray(stats.rankdata(steps, axis=0, nan_policy="omit").reshape(cube.shape))


def _standardised(cube: Floats, good: NDArray[np.bool_], flat: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the good blocks with mean 0 and standard deviation 1 over all their runs, as SALib does (0 elsewhere), and the variances."""
    used = np.maximum(good.sum(axis=0) * cube.shape[1], 1)
    filled = np.where(good[:, None] & np.isfinite(cube), cube, 0.0)
    centred = np.where(good[:, None] & ~flat, filled - filled.sum(axis=(0, 1)) / used, 0.0)
    variance = (centred**2).sum(axis=(0, 1)) / used
    return np.asarray(centred / np.where(flat | (variance == 0), 1.0, np.sqrt(variance))), variance


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


def _over(terms: Floats) -> tuple[Floats, Floats]:
    """Return what is to be divided by the variance, and the variance, of shape (..., index or 1, cell), from terms (..., term, cell)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = terms[..., :-1, :] / terms[..., -1:, :]
    return means[..., :-2, :], means[..., -1:, :] - means[..., -2:-1, :] ** 2


def _indices(parts: Floats, variance: Floats, sums: _Sums) -> Floats:
    """Return S1, ST, S2 and the sums of the first two, of shape (..., index, cell)."""
    with np.errstate(divide="ignore", invalid="ignore"):  # without variance there is no index
        ratio = parts / variance
    inputs, pairs = sums.inputs, sums.pairs
    if pairs:
        first, second = (list(side) for side in zip(*pairs, strict=True))
        ratio[..., 2 * inputs :, :] -= ratio[..., first, :] + ratio[..., second, :]
    sums_of = [ratio[..., start : start + inputs, :].sum(axis=-2, keepdims=True) for start in (0, inputs)]
    return np.concatenate([ratio, *sums_of], axis=-2)
