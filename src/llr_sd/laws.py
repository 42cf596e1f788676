"""The conservation laws of a model: balances that its `checks.toml` says must be zero, in every run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from llr_sd.records import Record, read_record
from llr_sd.values import Number, Text

FILE = "checks.toml"


class Conservation(Record):
    """A balance that must be zero.

    Attributes
    ----------
    name
        What is kept, in words.
    variable
        What must be zero, an output of the model.
    tolerance
        How far from zero it may be: in its unit, or as a share of `scale`.
    scale
        An output; its largest value in the run is what `tolerance` is a share of.
    """

    name: Text
    variable: Text
    tolerance: Annotated[Number, Field(ge=0)]
    scale: Text | None = None


class _Laws(Record):
    model_config = ConfigDict(extra="ignore", frozen=True)
    conservation: tuple[Conservation, ...] = ()


def read_laws(folder: Path) -> tuple[Conservation, ...]:
    """Return the laws in the `checks.toml` of a model's folder; raise InputError when it cannot be read."""
    file = folder / FILE
    return read_record(file, _Laws).conservation if file.exists() else ()


def shares_off(balance: NDArray[np.float64], scale: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return how far a balance is off, as a share of the largest value of its scale in the same run.

    Parameters
    ----------
    balance, scale
        Shape (run, ...), in one unit; without a scale the balance itself counts.

    Returns
    -------
    NDArray
        Shape of the balance, not below zero.
    """
    if scale is None:
        return np.abs(balance)
    largest = np.abs(scale).max(axis=tuple(range(1, scale.ndim)))
    return np.abs(balance) / np.where(largest > 0, largest, 1.0).reshape(-1, *[1] * (balance.ndim - 1))
