"""Indices of inputs with their intervals, and the tidy table that Sobol, Morris and Shapley share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.cells import OutputCells, output_cells

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]
COLUMNS = ("scenario", "output", "time", "input", "other", "index", "value", "low", "high", "blocks", "lost", "note")
"""Of every table of indices: Sobol, Morris, Shapley."""


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
    note
        One text a cell; empty when there is nothing to say.
    """

    inputs: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    blocks: NDArray[np.int64]
    lost: NDArray[np.int64]
    note: tuple[str, ...]

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

    frames = [_rows(cells, analyse(cells.values)) for cells in output_cells(runs, times)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def _rows(cells: OutputCells, found: Indices) -> pd.DataFrame:
    number = len(found.labels)
    frame = cells.where.loc[cells.where.index.repeat(number)].reset_index(drop=True)
    index, name, other = (list(part) * len(cells.where) for part in zip(*found.labels, strict=True))
    frame = frame.assign(scenario=cells.scenario, input=name, other=other, index=index)
    frame = frame.assign(value=found.value.T.ravel(), low=found.low.T.ravel(), high=found.high.T.ravel())
    frame = frame.assign(blocks=found.blocks.repeat(number), lost=found.lost.repeat(number))
    return frame.assign(note=[text for text in found.note for _ in range(number)])[list(COLUMNS)]


def notes_of(
    blocks: str, base: int, lost: NDArray[np.int64], refused: NDArray[np.bool_], flat: NDArray[np.bool_]
) -> tuple[str, ...]:
    """Return what there is to say of each cell.

    Parameters
    ----------
    blocks, base
        What the blocks of the design are called, and how many it has.
    lost, refused, flat
        Shape (cell,): blocks lost to failed runs, whether these were too many, whether there is no variance.
    """
    notes = []
    for n, too_many, no_variance in zip(lost, refused, flat, strict=True):
        gone = f"{n} of {base} {blocks} lost to failed runs"
        parts = ["no variance"] * bool(no_variance) + [gone] * bool(n > 0)
        notes.append(f"refused: {gone}" if too_many else "; ".join(parts))
    return tuple(notes)
