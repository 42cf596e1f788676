"""A design: which values every run of a batch takes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError


@dataclass(frozen=True)
class Plan:
    """How the rows of a structured design are laid out; an analysis reads it from here and nowhere else.

    Attributes
    ----------
    base
        Blocks of rows: a Saltelli base N, Morris trajectories, or rows before redrawing (Shapley).
    inputs
        What is analysed: labels of parameters or of groups.
    members
        For each of `inputs`, the design columns that belong to it.
    second_order
        Whether a Saltelli block holds the rows for second-order indices.
    replicates
        Independent randomisations among the blocks; block b belongs to number b modulo `replicates`. 1: not replicated.
    moves
        Morris only, int, shape (base, inputs): the input that each step moves, counted from 1, negative for a step down.
    step
        Morris only: size of a step as a share of an input's probability.
    """

    base: int
    inputs: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    second_order: bool = False
    replicates: int = 1
    moves: NDArray[np.int64] | None = field(default=None, compare=False)
    step: float = float("nan")

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.members) or len(set(self.inputs)) != len(self.inputs):
            raise InputError("the inputs of a design must differ from each other and each have its columns.")
        if self.base < 1 or not 1 <= self.replicates <= self.base or self.base % self.replicates:
            raise InputError(f"{self.base} blocks cannot be shared out among {self.replicates} replicates.")


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
        "frame" (given by a user), "monte_carlo", "latin_hypercube", "saltelli", "morris" or "shapley": analyses refuse a design of another kind.
    seed
        The seed that it was drawn with; None when nothing was drawn.
    plan
        The layout of a structured design; None for rows that stand alone.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    kind: str = "frame"
    seed: int | None = None
    plan: Plan | None = None

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
