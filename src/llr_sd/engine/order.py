"""What must be computed, once or at every step, and in which order; a circular definition is named here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.program import (
    CONTINUOUS,
    DERIVED,
    KEPT,
    RING,
    STATES,
    STOCK,
    Array,
    Kernel,
    Node,
    Program,
    loop_sizes,
    positions,
)
from llr_sd.errors import EngineError

RUN, START = "run", "start"


@dataclass(frozen=True)
class Plan:
    """Kernels in order of evaluation, dead ones left out.

    Attributes
    ----------
    start
        Initial values of every state, and everything that does not change during a run.
    step
        From a state to the next one.
    rates
        As `step`, for continuous states only (the later stages of RK4).
    save
        From a state to the outputs.
    states
        State arrays that are needed, in the order of their memory: stocks (those that may not be negative last), other
        continuous states, then discrete ones.
    """

    start: tuple[Kernel, ...]
    step: tuple[Kernel, ...]
    rates: tuple[Kernel, ...]
    save: tuple[Kernel, ...]
    states: tuple[Array, ...]


def active_nodes(value: Node, mode: str) -> Iterator[Node]:
    """Yield every node that is evaluated in a mode: ACTIVE INITIAL has one side for initial values and one for the run."""
    seen: set[int] = set()
    stack = [value]
    while stack:
        n = stack.pop()
        if n.number in seen:
            continue
        seen.add(n.number)
        yield n
        if n.op == "phase":
            stack.append(n.args[1 if mode == START else 0])
        else:
            stack.extend(n.args)


class _Graph:
    """Which kernels a kernel needs, in each of the two modes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.by_array: dict[tuple[int, str], list[Kernel]] = {}
        for k in program.kernels:
            self.by_array.setdefault((k.array.number, k.phase), []).append(k)
        self._written: dict[int, NDArray[np.int64]] = {}
        self._needs: dict[tuple[int, str], tuple[Kernel, ...]] = {}
        self._moves: dict[int, bool] = {}

    def written(self, kernel: Kernel) -> NDArray[np.int64]:
        if kernel.number not in self._written:
            self._written[kernel.number] = positions(kernel.offset, dict(enumerate(kernel.sizes)))
        return self._written[kernel.number]

    def producers(self, array: Array, mode: str) -> list[Kernel]:
        """Kernels that fill an array before it can be read in a mode."""
        if array.role == DERIVED:
            return self.by_array.get((array.number, "value"), [])
        if array.role in (*STATES, KEPT, RING) and mode == START:
            return self.by_array.get((array.number, "start"), [])
        return []

    def needs(self, kernel: Kernel, mode: str) -> tuple[Kernel, ...]:
        key = (kernel.number, mode)
        if key not in self._needs:
            found: dict[int, Kernel] = {}
            sizes: dict[int, int] | None = None
            for node in active_nodes(kernel.value, mode):
                if node.array is None:
                    continue
                makers = self.producers(node.array, mode)
                if len(makers) > 1:
                    sizes = loop_sizes(kernel) if sizes is None else sizes
                    read = positions(node.offset, sizes)
                    makers = [m for m in makers if np.intersect1d(self.written(m), read, assume_unique=True).size]
                found.update((m.number, m) for m in makers)
            self._needs[key] = tuple(found[n] for n in sorted(found))
        return self._needs[key]

    def closure(self, roots: Iterable[Kernel], mode: str) -> tuple[Kernel, ...]:
        """Return the roots and all they need, each after what it needs."""
        done: dict[int, Kernel] = {}
        path: dict[int, Kernel] = {}
        for root in roots:
            stack: list[tuple[Kernel, Iterator[Kernel]]] = []
            if root.number not in done:
                path[root.number] = root
                stack.append((root, iter(self.needs(root, mode))))
            while stack:
                kernel, rest = stack[-1]
                following = next((n for n in rest if n.number not in done), None)
                if following is None:
                    stack.pop()
                    done[kernel.number] = path.pop(kernel.number)
                elif following.number in path:
                    self._refuse(list(path.values()), following, mode)
                else:
                    path[following.number] = following
                    stack.append((following, iter(self.needs(following, mode))))
        return tuple(done.values())

    @staticmethod
    def _refuse(path: list[Kernel], again: Kernel, mode: str) -> None:
        ring = [k.label for k in path[path.index(again) :]]
        names = list(dict.fromkeys(ring))
        when = "when initial values are found" if mode == START else "within one time step"
        raise EngineError(
            f"is defined in a circle {when}: {' needs '.join([*names, names[0]])}.",
            where=names[0],
            mend="Break the circle with a stock, or give an initial value that does not come from it.",
        )

    def moves(self, kernel: Kernel) -> bool:
        """Return whether a value can change during a run."""
        for k in self.closure([kernel], RUN):
            if k.number not in self._moves:
                self._moves[k.number] = any(
                    n.op in ("time", "begun", "series", "ring", "phase") or (n.array is not None and n.array.role in STATES)
                    for n in active_nodes(k.value, RUN)
                ) or any(self._moves[m.number] for m in self.needs(k, RUN))
        return self._moves[kernel.number]


def make_plan(program: Program, outputs: Iterable[Array]) -> Plan:
    """Return the kernels that the outputs need.

    Raises
    ------
    EngineError
        When variables need each other in a circle; the message names them one by one.
    """
    graph = _Graph(program)
    wanted = list(dict.fromkeys(outputs))
    at_save = [k for a in wanted for k in graph.producers(a, RUN)]
    states: dict[int, Array] = {}
    kept: dict[int, Array] = {}
    steps: dict[int, Kernel] = {}
    running = graph.closure(at_save, RUN)
    fresh = [a for a in wanted if a.role in STATES]
    while True:
        for kernel in running:
            for node in active_nodes(kernel.value, RUN):
                if node.array is not None and node.array.role in (*STATES, RING):
                    fresh.append(node.array)
                elif node.array is not None and node.array.role == KEPT:
                    kept[node.array.number] = node.array
        # A state whose initial value only another initial value reads has a place of its own too.
        roots = [
            k for n in sorted({**states, **kept} | {a.number: a for a in fresh}) for k in graph.by_array.get((n, "start"), [])
        ]
        fresh.extend(k.array for k in graph.closure(roots, START) if k.array.role in STATES)
        new = {a.number: a for a in fresh if a.number not in states}
        if not new:
            break
        states.update(new)
        for a in new.values():
            steps.update((k.number, k) for k in graph.by_array.get((a.number, "step"), []))
        running = graph.closure([steps[n] for n in sorted(steps)], RUN)
        fresh = []

    step = graph.closure([steps[n] for n in sorted(steps)], RUN)
    smooth = [steps[n] for n in sorted(steps) if steps[n].array.role in (STOCK, CONTINUOUS)]
    rates = graph.closure(smooth, RUN)
    save = graph.closure(at_save, RUN)
    starts = [k for n in sorted({**states, **kept}) for k in graph.by_array.get((n, "start"), [])]
    still = [k for k in dict.fromkeys((*step, *save)) if k.phase == "value" and not graph.moves(k)]
    quiet = {k.number for k in still}
    start = graph.closure([*starts, *still], START)
    return Plan(
        start,
        tuple(k for k in step if k.number not in quiet),
        tuple(k for k in rates if k.number not in quiet),
        tuple(k for k in save if k.number not in quiet),
        _in_memory_order(states.values()),
    )


def _in_memory_order(states: Iterable[Array]) -> tuple[Array, ...]:
    rank = {role: i for i, role in enumerate(STATES)}
    kept = [a for a in states if a.role in STATES]
    return tuple(sorted(kept, key=lambda a: (rank[a.role], a.non_negative, a.number)))


__all__ = ["RUN", "START", "Plan", "active_nodes", "make_plan"]
