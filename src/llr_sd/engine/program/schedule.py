"""Kernels in order become groups that share one loop nest, so that values pass from kernel to kernel in registers."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.program.form import Kernel, loop_sizes, owners, reads, walk
from llr_sd.engine.program.offsets import Offset, positions

MOST_NODES = 400


@dataclass(frozen=True)
class Group:
    """Kernels of one loop nest, in order. `nodes` is the number of operations in the body."""

    sizes: tuple[int, ...]
    kernels: tuple[Kernel, ...]
    nodes: int

    @property
    def count(self) -> int:
        """How often its loops run: the product of the sizes."""
        return math.prod(self.sizes)


def make_groups(kernels: Sequence[Kernel], mode: str) -> tuple[Group, ...]:
    """Return groups of kernels such that each value is stored before it is read.

    A kernel may join a group of its own sizes when what it reads from the group's kernels is the very element that they store at
    the same count of the loops.
    """
    return _Scheduler(kernels, mode).run()


class _Scheduler:
    """Kernels in order of evaluation, and how many of those that each needs are not written yet."""

    def __init__(self, kernels: Sequence[Kernel], mode: str) -> None:
        self.kernels = kernels
        self.bodies = [{n.number for n in walk(k.value, mode)} for k in kernels]
        self.reads = [[(array.number, offset) for array, offset in reads(k, mode)] for k in kernels]
        self.waits = [0] * len(kernels)
        self.frees: list[list[int]] = [[] for _ in kernels]
        for i, needed in enumerate(self._needs()):
            self.waits[i] = len(needed)
            for n in needed:
                self.frees[n].append(i)
        self.ready: dict[tuple[int, ...], list[int]] = {}
        for i, n in enumerate(self.waits):
            if n == 0:
                self._release(i)

    def _needs(self) -> Iterator[set[int]]:
        """Yield for each kernel the places of those that write what it reads."""
        # A step kernel stores the next state, which nothing reads in this step.
        writers: dict[int, list[int]] = {}
        for i, k in enumerate(self.kernels):
            if k.phase != "step":
                writers.setdefault(k.array.number, []).append(i)
        found: dict[int, NDArray[np.int64]] = {}
        for i, k in enumerate(self.kernels):
            needed: set[int] = set()
            for array, offset in self.reads[i]:
                some = writers.get(array, [])
                if len(some) > 1:
                    if array not in found:
                        found[array] = owners([self.kernels[w] for w in some], self.kernels[some[0]].array.size)
                    places = np.unique(found[array][positions(offset, loop_sizes(k))])
                    some = [some[n] for n in places if n >= 0]
                needed.update(w for w in some if w < i)
            yield needed

    def _release(self, i: int) -> None:
        heapq.heappush(self.ready.setdefault(self.kernels[i].sizes, []), i)

    def run(self) -> tuple[Group, ...]:
        groups = []
        while any(self.ready.values()):
            sizes = max((s for s, r in self.ready.items() if r), key=lambda s: (len(self.ready[s]), s))
            groups.append(self._fill(sizes))
        return tuple(groups)

    def _fill(self, sizes: tuple[int, ...]) -> Group:
        members: list[Kernel] = []
        nodes: set[int] = set()
        stored: dict[int, list[Kernel]] = {}
        later: list[int] = []
        ready, loops = self.ready[sizes], math.prod(sizes) > 1
        while ready:
            i = heapq.heappop(ready)
            kernel = self.kernels[i]
            if members and len(nodes | self.bodies[i]) > MOST_NODES:
                later.append(i)
                break
            if loops and any(w.offset != offset for a, offset in self.reads[i] for w in stored.get(a, ())):
                later.append(i)
                continue
            nodes |= self.bodies[i]
            members.append(kernel)
            stored.setdefault(kernel.array.number, []).append(kernel)
            for n in self.frees[i]:
                self.waits[n] -= 1
                if self.waits[n] == 0:
                    self._release(n)
        for i in later:
            heapq.heappush(ready, i)
        return Group(sizes, tuple(members), len(nodes))


def by_element(kernels: Sequence[Kernel], mode: str) -> tuple[tuple[Kernel, tuple[int, ...]], ...]:
    """Return each kernel with each count of its loops, in an order that keeps what belongs to one element together.

    States come element by element; what a state needs comes just before it, so that few values wait in registers.
    """
    counts = {k.number: list(itertools.product(*(range(n) for n in k.sizes))) for k in kernels}
    writers: dict[tuple[int, int], tuple[Kernel, tuple[int, ...]]] = {}
    for k in kernels:
        if k.phase != "step":
            for c in counts[k.number]:
                writers[k.array.number, _position(k.offset, dict(enumerate(c)))] = k, c
    inside = {a for a, _ in writers}
    inputs = {k.number: [(a.number, offset) for a, offset in reads(k, mode) if a.number in inside] for k in kernels}
    sizes = {k.number: loop_sizes(k) for k in kernels}

    def needs(kernel: Kernel, count: tuple[int, ...]) -> list[tuple[Kernel, tuple[int, ...]]]:
        out = []
        for array, offset in inputs[kernel.number]:
            summed = sorted(n for n in offset.loops if n >= len(count))
            for more in itertools.product(*(range(sizes[kernel.number][n]) for n in summed)):
                at = dict(enumerate(count)) | dict(zip(summed, more, strict=True))
                writer = writers.get((array, _position(offset, at)))
                out += [] if writer is None else [writer]
        return out

    done: dict[tuple[int, tuple[int, ...]], tuple[Kernel, tuple[int, ...]]] = {}
    wanted = [(k, c) for k in kernels for c in counts[k.number]]
    for kernel, count in sorted(wanted, key=lambda x: (x[0].phase != "step", x[1], x[0].number)):
        stack = [(kernel, count, False)]
        while stack:
            k, c, ready = stack.pop()
            if (k.number, c) in done:
                continue
            if ready:
                done[k.number, c] = k, c
            else:
                stack.append((k, c, True))
                stack.extend((*n, False) for n in reversed(needs(k, c)))
    return tuple(done.values())


def _position(offset: Offset, at: dict[int, int]) -> int:
    return offset.base + sum(k * at[n] for n, k in offset.strides) + sum(listed[at[n]] for n, listed in offset.listed)


def merged_loops(group: Group, first: int, mode: str) -> frozenset[int]:
    """Return the outer loops (of those before `first`) that run on into the next one, so that one counter serves both.

    Loop n merges with loop n + 1 when in every position a step of n is worth as much as a whole round of n + 1.
    """
    offsets = {k.offset for k in group.kernels}
    for k in group.kernels:
        offsets |= {offset for _, offset in reads(k, mode)}
    found = set()
    for n in range(first - 1):
        if all(_runs_on(dict(o.strides), {m for m, _ in o.listed}, n, group.sizes[n + 1]) for o in offsets):
            found.add(n)
    return frozenset(found)


def _runs_on(strides: dict[int, int], listed: set[int], n: int, size: int) -> bool:
    return not listed & {n, n + 1} and strides.get(n, 0) == strides.get(n + 1, 0) * size
