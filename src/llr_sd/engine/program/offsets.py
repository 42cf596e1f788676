"""Where a value stands: positions in an array as loops run, and the loops around an expression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.equations import Along, Definition, Fixed, Index, Variable

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Offset:
    """Position in an array: `base`, plus stride times the count of each loop, plus a listed number for each count of a loop."""

    base: int = 0
    strides: tuple[tuple[int, int], ...] = ()
    listed: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @property
    def loops(self) -> frozenset[int]:
        """Numbers of the loops that it moves with."""
        return frozenset(n for n, _ in self.strides) | frozenset(n for n, _ in self.listed)


NOWHERE = Offset()


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: its variable, its definition, and the reductions around it."""

    variable: Variable
    definition: Definition
    left: int
    inside: tuple[int, ...] = ()

    @property
    def loops(self) -> tuple[tuple[int, int], ...]:
        """Number and size of every loop that is running here."""
        numbers = (*range(self.left), *self.inside)
        return tuple((n, len(self.definition.loops[n])) for n in numbers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes by loop number, 1 for a loop that is not running."""
        running = dict(self.loops)
        return tuple(running.get(n, 1) for n in range(max(running, default=-1) + 1))


def row_major(loops: Iterable[tuple[int, int]]) -> tuple[Offset, int]:
    """Return the offset that counts through `loops` (number, size), last fastest, and the number of its positions."""
    stride, strides = 1, []
    for number, size in reversed(list(loops)):
        strides.append((number, stride))
        stride *= size
    return Offset(0, tuple(sorted(strides))), stride


def offset_of(shape: tuple[int, ...], indices: tuple[Index, ...], definition: Definition) -> Offset:
    """Return the flat position that `indices` address in an array of `shape`, last axis fastest."""
    base, stride = 0, 1
    by_loop: dict[int, Integers] = {}
    for size, index in zip(reversed(shape), reversed(indices), strict=True):
        if isinstance(index, Fixed):
            base += index.position * stride
        else:
            at = np.asarray(index.positions, dtype=np.int64) * stride
            by_loop[index.loop] = by_loop[index.loop] + at if index.loop in by_loop else at
        stride *= size
    strides, listed = [], []
    for loop in sorted(by_loop):
        at = by_loop[loop]
        steps = np.diff(at)
        if len(at) == 1 or (steps == steps[0]).all():
            base += int(at[0])
            strides.append((loop, int(steps[0]) if len(at) > 1 else 0))
        else:
            listed.append((loop, tuple(int(k) for k in at)))
    return Offset(base, tuple((n, k) for n, k in strides if k), tuple(listed))


def left_loops(definition: Definition) -> int:
    """Return how many of the loops are those of the left-hand side; they come first."""
    return 1 + max((i.loop for i in definition.target if isinstance(i, Along)), default=-1)


def cells(variable: Variable, definition: Definition) -> Integers:
    """Return the flat positions that a definition fills, in the order of its loops, last fastest."""
    where = offset_of(variable.shape, definition.target, definition)
    return positions_of(where, iterations(tuple(len(lp) for lp in definition.loops[: left_loops(definition)])), {})[:, 0]


def positions(offset: Offset, sizes: dict[int, int]) -> Integers:
    """Return every position that `offset` takes, sorted, each once."""
    out = np.array([offset.base], dtype=np.int64)
    for n, stride in offset.strides:
        out = np.unique(np.add.outer(out, stride * np.arange(sizes[n])).ravel())
    for _, listed in offset.listed:
        out = np.unique(np.add.outer(out, np.asarray(listed, dtype=np.int64)).ravel())
    return out


def iterations(sizes: tuple[int, ...]) -> Integers:
    """Return the counts of all loops, shape (iteration, loop), last loop fastest."""
    return np.indices(sizes or (1,), dtype=np.int64).reshape(max(len(sizes), 1), -1).T[:, : len(sizes)]


def positions_of(offset: Offset, counts: Integers, inner: dict[int, int]) -> Integers:
    """Return the positions of an offset, shape (iteration, count of the inner loops)."""
    out = np.full((len(counts), 1), offset.base, dtype=np.int64)
    terms = [(n, stride * np.arange(inner.get(n, 0))) for n, stride in offset.strides if n in inner]
    terms += [(n, np.asarray(listed)) for n, listed in offset.listed if n in inner]
    for n, stride in offset.strides:
        if n not in inner:
            out[:, 0] += stride * counts[:, n]
    for n, listed in offset.listed:
        if n not in inner:
            out[:, 0] += np.asarray(listed, dtype=np.int64)[counts[:, n]]
    for _, more in terms:
        out = (out[:, :, None] + more).reshape(len(counts), -1)
    return out
