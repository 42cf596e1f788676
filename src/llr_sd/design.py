"""A design: which values every run of a batch takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError


@dataclass(frozen=True)
class Design:
    """Values of the varied inputs, one row a run.

    Attributes
    ----------
    names
        Labels of model constants ("gp_quit_u55", "staff[autonomous,gp]"), one a column; resolved, unique.
    values
        float64, shape (run, name), each column in the unit of its constant.
    kind
        "frame" (given by a user), "monte_carlo", "saltelli", ...: analyses refuse a design of another kind.
    seed
        The seed that it was drawn with; None when nothing was drawn.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    kind: str = "frame"
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise InputError(f"a design of {len(self.names)} inputs needs values of shape (run, {len(self.names)}).")
        if len(set(self.names)) != len(self.names):
            raise InputError("an input is named twice in the design.")
        if not np.isfinite(self.values).all():
            row, col = np.argwhere(~np.isfinite(self.values))[0]
            raise InputError("is not a finite number.", where=f"run {row}, {self.names[col]}")
        self.values.setflags(write=False)

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.values.shape[0])
