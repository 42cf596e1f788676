"""Definitions that need each other as wholes but not element by element, such as x[up] = x[low] + 1, cut into steps of a chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np

from llr_sd.engine.program.form import Array, Kernel, Node, Program, loop_sizes, reads
from llr_sd.engine.program.offsets import Integers, Offset, iterations, positions_of
from llr_sd.errors import EngineError

MOST_LINKS = 20_000_000
MOST_PIECES = 100_000

Namer = Callable[[Array, int, str], str]


def circles(roots: Iterable[Kernel], needs: Callable[[Kernel], Sequence[Kernel]]) -> list[list[Kernel]]:
    """Return the sets of kernels that all need each other, of those that `roots` need (Tarjan 1972)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: dict[int, Kernel] = {}
    out: list[list[Kernel]] = []
    for root in roots:
        if root.number in number:
            continue
        number[root.number] = low[root.number] = len(number)
        open_[root.number] = root
        path = [(root, iter(needs(root)))]
        while path:
            kernel, rest = path[-1]
            for other in rest:
                if other.number not in number:
                    number[other.number] = low[other.number] = len(number)
                    open_[other.number] = other
                    path.append((other, iter(needs(other))))
                    break
                if other.number in open_:
                    low[kernel.number] = min(low[kernel.number], number[other.number])
            else:
                path.pop()
                if path:
                    above = path[-1][0].number
                    low[above] = min(low[above], low[kernel.number])
                if low[kernel.number] == number[kernel.number]:
                    found: list[Kernel] = []
                    while not found or found[-1] is not kernel:
                        found.append(open_.popitem()[1])
                    if len(found) > 1 or kernel in needs(kernel):
                        out.append(sorted(found, key=lambda k: k.number))
    return out


def split(program: Program, kernels: Sequence[Kernel], mode: str, name: Namer, when: str) -> None:
    """Put single steps of a chain in the place of kernels that need each other.

    Elements that can be found at the same time, since what they need is known before, stay together.

    Raises
    ------
    EngineError
        When an element needs itself; the message names the elements of the circle.
    """
    counts = [iterations(k.sizes) for k in kernels]
    starts = np.cumsum([0, *(len(c) for c in counts)])
    owner: dict[int, Integers] = {}
    for kernel, count, start in zip(kernels, counts, starts[:-1], strict=True):
        at = owner.setdefault(kernel.array.number, np.full(kernel.array.size, -1, dtype=np.int64))
        at[positions_of(kernel.offset, count, {})[:, 0]] = start + np.arange(len(count))
    links = _links(kernels, counts, starts, owner, mode)
    level = _levels(int(starts[-1]), *links)
    if (level < 0).any():
        ring = _ring(level, *links)
        names = []
        for cell in ring:
            k = int(np.searchsorted(starts, cell, side="right")) - 1
            position = int(positions_of(kernels[k].offset, counts[k][cell - starts[k]][None], {})[0, 0])
            names.append(name(kernels[k].array, position, kernels[k].label))
        # Parts of functions that are written out are no names of the author's.
        names = [n for n in dict.fromkeys(names) if not n.startswith("_")] or names
        raise EngineError(
            f"is defined in a circle {when}: {' needs '.join([*names, names[0]])}.",
            where=names[0],
            mend="Break the circle with a stock, or give an initial value that does not come from it.",
        )
    _replace(program, kernels, counts, [level[a:b] for a, b in pairwise(starts.tolist())])


def _links(
    kernels: Sequence[Kernel], counts: Sequence[Integers], starts: Integers, owner: dict[int, Integers], mode: str
) -> tuple[Integers, Integers]:
    """Return which element each element needs: two arrays, shape (link,)."""
    needed, needing, total = [], [], 0
    for kernel, count, start in zip(kernels, counts, starts[:-1], strict=True):
        sizes = loop_sizes(kernel)
        for array, offset in reads(kernel, mode):
            if array.number not in owner:
                continue
            inner = {n: k for n, k in sizes.items() if n >= len(kernel.sizes) and n in offset.loops}
            total += len(count) * int(np.prod([*inner.values(), 1], dtype=np.float64))
            if total > MOST_LINKS:
                raise EngineError("needs itself through too many elements to put them in order.", where=kernel.label)
            found = owner[array.number][positions_of(offset, count, inner)]
            mine = np.broadcast_to((start + np.arange(len(count)))[:, None], found.shape)
            needed.append(found[found >= 0])
            needing.append(mine[found >= 0])
    return np.concatenate(needed), np.concatenate(needing)


def _levels(cells: int, needed: Integers, needing: Integers) -> Integers:
    """Return the place of each element in its chain, shape (element,), -1 for those of a circle and what needs them."""
    order = np.argsort(needed, kind="stable")
    followers, first = needing[order], np.searchsorted(needed[order], np.arange(cells + 1))
    waiting = np.bincount(needing, minlength=cells)
    level = np.full(cells, -1, dtype=np.int64)
    ready, now = np.flatnonzero(waiting == 0), 0
    while ready.size:
        level[ready] = now
        many = first[ready + 1] - first[ready]
        at = np.repeat(first[ready] - np.concatenate([[0], np.cumsum(many)[:-1]]), many) + np.arange(many.sum())
        freed, times = np.unique(followers[at], return_counts=True)
        waiting[freed] -= times
        ready, now = freed[waiting[freed] == 0], now + 1
    return level


def _ring(level: Integers, needed: Integers, needing: Integers) -> list[int]:
    """Return the elements of one circle, each followed by what it needs."""
    stuck = (level[needed] < 0) & (level[needing] < 0)
    before = dict(zip(needing[stuck].tolist(), needed[stuck].tolist(), strict=True))
    path: dict[int, None] = {}
    cell = min(before)
    while cell not in path:
        path[cell] = None
        cell = before[cell]
    walked = list(path)
    return walked[walked.index(cell) :]


def _replace(program: Program, kernels: Sequence[Kernel], counts: Sequence[Integers], levels: Sequence[Integers]) -> None:
    gone = {k.number for k in kernels}
    pieces = sum(len(np.unique(found)) for found in levels)
    if pieces > MOST_PIECES:
        raise EngineError(f"is a chain of {pieces:,} steps, more than {MOST_PIECES:,}.", where=kernels[0].label)
    program.kernels[:] = [k for k in program.kernels if k.number not in gone]
    for kernel, count, level in zip(kernels, counts, levels, strict=True):
        order = np.argsort(level, kind="stable")
        for some in np.split(order, np.flatnonzero(np.diff(level[order])) + 1):
            piece = _Piece(program, count[some])
            sizes = (len(some),) if len(some) > 1 else ()
            value = piece.node(kernel.value)
            program.add_kernel(kernel.label, sizes, kernel.array, piece.offset(kernel.offset), value, kernel.phase)


class _Piece:
    """Nodes of a kernel rewritten for some of its iterations: the loops around become one loop, or none."""

    def __init__(self, program: Program, counts: Integers) -> None:
        self.program, self.counts = program, counts
        self._done: dict[int, Node] = {}

    def offset(self, offset: Offset) -> Offset:
        """Return the same positions by the one loop that is left: a stride where they lie evenly, else a list."""
        outer = range(self.counts.shape[1])
        inside = [(n, k) for n, k in offset.strides if n not in outer]
        listed = [(n, k) for n, k in offset.listed if n not in outer]
        only = Offset(
            offset.base, tuple(t for t in offset.strides if t[0] in outer), tuple(t for t in offset.listed if t[0] in outer)
        )
        at = positions_of(only, self.counts, {})[:, 0]
        steps = np.diff(at)
        if len(at) > 1 and (steps != steps[0]).any():
            return Offset(0, tuple(inside), ((0, tuple(at.tolist())), *listed))
        stride = [(0, int(steps[0]))] if len(at) > 1 and steps[0] else []
        return Offset(int(at[0]), (*stride, *inside), tuple(listed))

    def node(self, node: Node) -> Node:
        """Return a node with every position in it rewritten; one that does not move with the loops stays as it is."""
        if node.number in self._done:
            return self._done[node.number]
        args = [self.node(a) for a in node.args]
        made = node
        if node.loops & set(range(self.counts.shape[1])) or any(a is not b for a, b in zip(args, node.args, strict=True)):
            made = self.program.again(node, args, self.offset(node.offset))
        self._done[node.number] = made
        return made
