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
    """A balance that must be zero."""

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
    """Return how far a balance of shape (run, ...) is off, as a share of the largest value of its scale in the same run."""
    if scale is None:
        return np.abs(balance)
    largest = np.abs(scale).max(axis=tuple(range(1, scale.ndim)))
    return np.abs(balance) / np.where(largest > 0, largest, 1.0).reshape(-1, *[1] * (balance.ndim - 1))
