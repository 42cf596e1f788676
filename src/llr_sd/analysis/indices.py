"""Indices of inputs with their intervals, and the tidy table that Sobol, Morris and Shapley share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.cells import OutputCells, output_cells
from llr_sd.result import NO_INTERVAL, NO_VARIANCE, REFUSED

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]
COLUMNS = (
    "scenario",
    "output",
    "time",
    "input",
    "other",
    "index",
    "value",
    "low",
    "high",
    "blocks",
    "lost",
    "carried",
    "skewed",
    "note",
)
"""Of every table of indices: Sobol, Morris, Shapley."""
FEW_CARRY = 64
"""Blocks that carry the variance below which intervals were seen to cover less than 95 %, where they are under a quarter of all."""


@dataclass(frozen=True)
class Indices(ABC):
    """Indices of many cells.

    Attributes
    ----------
    inputs
        Labels of parameters or groups.
    value, low, high
        float64, shape (index, cell); NaN where there is none.
    blocks, lost
        int, shape (cell,): used and left out. A block is the runs of the design that are of use only together.
    carried
        Shape (cell,): how many blocks of equal weight would carry the variance as surely (`carrying`); NaN where it is not asked.
    note
        One a cell: `REFUSED`, `NO_VARIANCE`, `NO_INTERVAL`, `NO_LOG`, or empty when there is nothing to say.
    """

    inputs: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    blocks: NDArray[np.int64]
    lost: NDArray[np.int64]
    carried: Floats
    note: tuple[str, ...]

    @property
    def skewed(self) -> NDArray[np.bool_]:
        """Where so few blocks carry the variance that intervals hold the truth less often than they say, shape (cell,)."""
        return np.asarray(self.carried < np.minimum(FEW_CARRY, self.blocks / 4))

    @property
    @abstractmethod
    def labels(self) -> tuple[tuple[str, str, str], ...]:
        """Index, input and other input (empty where there is none) of each row of `value`."""


def index_table(runs: xr.Dataset, times: Mapping[str, float], analyse: Callable[[Floats], Indices]) -> pd.DataFrame:
    """Return the indices of every output, at every saved time, in every scenario.

    Parameters
    ----------
    runs, times
        As in `output_cells`.
    analyse
        From values of shape (run, cell) to their indices.

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`; one row a number.
    """
    import pandas as pd

    frames = [index_rows(cells, analyse(cells.values)) for cells in output_cells(runs, times)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def index_rows(cells: OutputCells, found: Indices) -> pd.DataFrame:
    """Return the rows of one output in one scenario, columns of `COLUMNS`."""
    number = len(found.labels)
    frame = cells.where.loc[cells.where.index.repeat(number)].reset_index(drop=True)
    index, name, other = (list(part) * len(cells.where) for part in zip(*found.labels, strict=True))
    frame = frame.assign(scenario=cells.scenario, input=name, other=other, index=index)
    frame = frame.assign(value=found.value.T.ravel(), low=found.low.T.ravel(), high=found.high.T.ravel())
    frame = frame.assign(blocks=found.blocks.repeat(number), lost=found.lost.repeat(number), carried=found.carried.repeat(number))
    frame = frame.assign(skewed=found.skewed.repeat(number))
    return frame.assign(note=[text for text in found.note for _ in range(number)])[list(COLUMNS)]


def carrying(part: Floats, good: NDArray[np.bool_]) -> Floats:
    """Return how many blocks of equal weight would carry the variance as surely as those that do: (sum of parts)^2 / sum of squares.

    Half of all blocks or more for a bell-shaped output; few where a long tail makes the variance (Kish 1965, section 8.2).

    Parameters
    ----------
    part
        What each block adds to the variance, not negative, shape (block, cell).
    good
        Blocks that are used, same shape.
    """
    used = np.where(good, part, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(used.sum(axis=0) ** 2 / (used**2).sum(axis=0))


def notes_of(refused: NDArray[np.bool_], flat: NDArray[np.bool_], wide: NDArray[np.bool_] | None = None) -> tuple[str, ...]:
    """Return the note of each cell.

    Parameters
    ----------
    refused, flat, wide
        Shape (cell,): whether too many blocks were lost, whether there is no variance, whether there is no interval.
    """
    none = np.zeros(len(flat), dtype=bool) if wide is None else wide
    return tuple(
        REFUSED if r else NO_VARIANCE if f else NO_INTERVAL if w else "" for r, f, w in zip(refused, flat, none, strict=True)
    )
