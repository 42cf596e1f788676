"""What must be computed, once or at every step, and in which order; a circular definition is named here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.program.form import (
    CONTINUOUS,
    DERIVED,
    KEPT,
    RING,
    RUN,
    START,
    STATES,
    STOCK,
    Array,
    Kernel,
    Program,
    Watch,
    loop_sizes,
    owners,
    reads,
    walk,
)
from llr_sd.engine.program.offsets import positions
from llr_sd.engine.program.split import Namer, circles, split


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
    early
        State arrays of which only the initial value is read, to find another.
    watches
        What notes the delay times of this plan, each with the array that it is noted in.
    """

    start: tuple[Kernel, ...]
    step: tuple[Kernel, ...]
    rates: tuple[Kernel, ...]
    save: tuple[Kernel, ...]
    states: tuple[Array, ...]
    early: tuple[Array, ...]
    watches: tuple[tuple[Watch, Array], ...]


class _Circle(Exception):
    """Kernels need each other in a mode."""

    def __init__(self, roots: list[Kernel], mode: str) -> None:
        super().__init__(mode)
        self.roots, self.mode = roots, mode


class _Graph:
    """Which kernels a kernel needs, in each of the two modes."""

    def __init__(self, program: Program) -> None:
        self.by_array: dict[tuple[int, str], list[Kernel]] = {}
        for k in program.kernels:
            self.by_array.setdefault((k.array.number, k.phase), []).append(k)
        self._owners: dict[tuple[int, str], NDArray[np.int64]] = {}
        self._needs: dict[tuple[int, str], tuple[Kernel, ...]] = {}
        self._remembered: dict[int, tuple[Array, ...]] = {}

    def remembered(self, kernel: Kernel) -> tuple[Array, ...]:
        """What a kernel reads in a run of stocks, queues and values kept from the start."""
        if kernel.number not in self._remembered:
            self._remembered[kernel.number] = tuple(a for a, _ in reads(kernel, RUN) if a.role in (*STATES, RING, KEPT))
        return self._remembered[kernel.number]

    def producers(self, array: Array, mode: str) -> tuple[Kernel, ...]:
        """Kernels that fill an array before it can be read in a mode."""
        phase = self._phase(array, mode)
        return tuple(self.by_array.get((array.number, phase), ())) if phase else ()

    @staticmethod
    def _phase(array: Array, mode: str) -> str:
        if array.role == DERIVED:
            return "value"
        return "start" if array.role in (*STATES, KEPT, RING) and mode == START else ""

    def needs(self, kernel: Kernel, mode: str) -> tuple[Kernel, ...]:
        key = (kernel.number, mode)
        if key not in self._needs:
            found: dict[int, Kernel] = {}
            sizes: dict[int, int] | None = None
            for array, offset in reads(kernel, mode):
                makers = self.producers(array, mode)
                if len(makers) > 1:
                    sizes = loop_sizes(kernel) if sizes is None else sizes
                    makers = self._makers(array, mode, positions(offset, sizes))
                found.update((m.number, m) for m in makers)
            self._needs[key] = tuple(found[n] for n in sorted(found))
        return self._needs[key]

    def _makers(self, array: Array, mode: str, read: NDArray[np.int64]) -> tuple[Kernel, ...]:
        """Return the kernels that fill some positions of an array."""
        key = (array.number, self._phase(array, mode))
        kernels = self.by_array[key]
        if key not in self._owners:
            self._owners[key] = owners(kernels, array.size)
        found = np.unique(self._owners[key][read])
        return tuple(kernels[i] for i in found if i >= 0)

    def closure(self, roots: Iterable[Kernel], mode: str) -> tuple[Kernel, ...]:
        """Return the roots and all they need, each after what it needs."""
        roots = list(roots)
        done: dict[int, Kernel] = {}
        path: set[int] = set()
        for root in roots:
            stack: list[tuple[Kernel, Iterator[Kernel]]] = []
            if root.number not in done:
                path.add(root.number)
                stack.append((root, iter(self.needs(root, mode))))
            while stack:
                kernel, rest = stack[-1]
                following = next((n for n in rest if n.number not in done), None)
                if following is None:
                    stack.pop()
                    path.discard(kernel.number)
                    done[kernel.number] = kernel
                elif following.number in path:
                    raise _Circle(roots, mode)
                else:
                    path.add(following.number)
                    stack.append((following, iter(self.needs(following, mode))))
        return tuple(done.values())

    def noted(self, watch: Watch) -> Array:
        """Return where a delay time is noted: once where it does not change, else at every step."""
        kernels = self.by_array[(watch.still.number, "start")]
        moves = watch.staged and self.moving(self.closure(kernels, RUN)) & {k.number for k in kernels}
        return watch.moving if moves else watch.still

    def moving(self, kernels: Iterable[Kernel]) -> set[int]:
        """Return the numbers of kernels whose value can change during a run, of kernels in order of evaluation."""
        found: set[int] = set()
        for k in kernels:
            if any(n.moves for n in walk(k.value, RUN)) or any(m.number in found for m in self.needs(k, RUN)):
                found.add(k.number)
        return found


def make_plan(program: Program, outputs: Iterable[Array], name: Namer) -> Plan:
    """Return the kernels that the outputs need; `name` tells how an element of an array is called.

    Definitions that need each other as wholes are cut into elements, where that puts them in order.

    Raises
    ------
    EngineError
        When elements need each other in a circle; the message names them one by one.
    """
    wanted = list(dict.fromkeys(outputs))
    while True:
        graph = _Graph(program)
        try:
            return _plan(graph, wanted, program.watches)
        except _Circle as circle:
            mode = circle.mode
            when = "when initial values are found" if mode == START else "within one time step"
            for ring in circles(circle.roots, lambda k: graph.needs(k, mode)):  # noqa: B023 (called in this round only)
                split(program, ring, mode, name, when)


@dataclass(frozen=True)
class Reach:
    """What some outputs hang on.

    Attributes
    ----------
    states, kept
        Arrays that keep a value from step to step (queues too), or from the start, by number.
    steps
        Kernels that take the states one step on, by number.
    noted
        What notes the delay times that are in use, each with the array that it is noted in.
    """

    states: dict[int, Array]
    kept: dict[int, Array]
    steps: dict[int, Kernel]
    noted: tuple[tuple[Watch, Array], ...]


def reaches(program: Program, outputs: Iterable[Array]) -> tuple[Reach, ...]:
    """Return what each output hangs on, of a program whose plan was made."""
    graph = _Graph(program)
    return tuple(_reach(graph, [a], program.watches) for a in outputs)


def _reach(graph: _Graph, wanted: list[Array], watches: Sequence[Watch]) -> Reach:
    at_save = [k for a in wanted for k in graph.producers(a, RUN)]
    states: dict[int, Array] = {}
    kept: dict[int, Array] = {}
    steps: dict[int, Kernel] = {}
    noted: list[tuple[Watch, Array]] = []
    running = graph.closure(at_save, RUN)
    fresh = [a for a in wanted if a.role in STATES]
    while True:
        for kernel in running:
            for array in graph.remembered(kernel):
                if array.role == KEPT:
                    kept[array.number] = array
                else:
                    fresh.append(array)
        new = {a.number: a for a in fresh if a.number not in states}
        if not new:
            break
        fresh = []
        for watch in watches:
            if watch.delay.number in new:
                array = graph.noted(watch)
                noted.append((watch, array))
                if array.role == KEPT:
                    kept[array.number] = array
                else:
                    fresh.append(array)
        states.update(new)
        for a in new.values():
            steps.update((k.number, k) for k in graph.by_array.get((a.number, "step"), []))
        running = graph.closure([steps[n] for n in sorted(steps)], RUN)
    place = {
        id(watch): i for i, watch in enumerate(watches)
    }  # of two delays that fail a run the same one is named for any outputs
    return Reach(states, kept, steps, tuple(sorted(noted, key=lambda found: place[id(found[0])])))


def _plan(graph: _Graph, wanted: list[Array], watches: Sequence[Watch]) -> Plan:
    at_save = [k for a in wanted for k in graph.producers(a, RUN)]
    reach = _reach(graph, wanted, watches)
    states, steps = reach.states, reach.steps
    step = graph.closure([steps[n] for n in sorted(steps)], RUN)
    smooth = [steps[n] for n in sorted(steps) if steps[n].array.role in (STOCK, CONTINUOUS)]
    rates = graph.closure(smooth, RUN)
    save = graph.closure(at_save, RUN)
    starts = [k for n in sorted({**states, **reach.kept}) for k in graph.by_array.get((n, "start"), [])]
    moving = graph.moving((*step, *save))
    still = [k for k in dict.fromkeys((*step, *save)) if k.phase == "value" and k.number not in moving]
    quiet = {k.number for k in still}
    start = graph.closure([*starts, *still], START)
    return Plan(
        start,
        tuple(k for k in step if k.number not in quiet),
        tuple(k for k in rates if k.number not in quiet),
        tuple(k for k in save if k.number not in quiet),
        _in_memory_order(states.values()),
        tuple({k.array.number: k.array for k in start if k.array.role in STATES and k.array.number not in states}.values()),
        reach.noted,
    )


def _in_memory_order(states: Iterable[Array]) -> tuple[Array, ...]:
    rank = {role: i for i, role in enumerate(STATES)}
    kept = [a for a in states if a.role in STATES]
    return tuple(sorted(kept, key=lambda a: (rank[a.role], a.non_negative, a.number)))
