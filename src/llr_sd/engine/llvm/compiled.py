"""A model compiled to machine code, and the memory of one thread that runs it."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.llvm import native
from llr_sd.engine.llvm.module import write_module
from llr_sd.engine.llvm.text import Settings
from llr_sd.engine.program import host
from llr_sd.engine.program.bounds import Bounds, Span
from llr_sd.engine.program.form import Array
from llr_sd.engine.program.hoist import hoist
from llr_sd.engine.program.lowering import Lowered, lower
from llr_sd.engine.program.memory import Layout, make_layout
from llr_sd.engine.program.missing import Missing, find_missing
from llr_sd.engine.program.order import make_plan
from llr_sd.engine.program.split import Namer
from llr_sd.engine.program.stateful import Watch
from llr_sd.engine.request import Request
from llr_sd.equations import Equations, Expression, deep_recursion
from llr_sd.errors import InputError

METHODS = ("euler", "rk4")
CHECK_EVERY = 64
VERSION = "2"

Reals = NDArray[np.float64]


class Cache(Protocol):
    """A place for object code, by key."""

    def get(self, key: str) -> bytes | None:
        """Return what was put under `key`, or None."""

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""


@dataclass(frozen=True)
class CompiledModel:
    """Machine code for some outputs of a model, with all that does not change from run to run.

    Attributes
    ----------
    equations, request
        What was asked for.
    outputs
        Arrays that are saved, one after another; `out_size` elements in all.
    watches
        Delay times that are noted, and where; `watch_size` elements in all.
    save_steps
        Number of the step at each saved time, increasing.
    ticks
        The time at every step, and with RK4 between them too.
    missing
        Elements without an equation, and what reads them.
    inputs
        Values of all constants as the model file gives them, by input array.
    slots
        Place of each design column in the lane memory.
    text
        The IR that `code` was made from.
    """

    equations: Equations
    request: Request
    method: str
    lowered: Lowered
    layout: Layout
    outputs: tuple[Array, ...]
    watches: tuple[tuple[Watch, Array], ...]
    missing: Missing
    width: int
    code: native.Native
    save_steps: NDArray[np.int64]
    ticks: Reals
    inputs: dict[int, Reals]
    slots: NDArray[np.int64]
    tables: Reals
    series: Reals
    capacity: int
    text: str

    @property
    def out_size(self) -> int:
        return sum(a.size for a in self.outputs)

    @property
    def watch_size(self) -> int:
        return sum(a.size for _, a in self.watches)

    @property
    def steps(self) -> int:
        return int(self.save_steps[-1])

    def time(self, step: int) -> float:
        """Return the time at a step."""
        return float(self.ticks[2 * step if self.method == "rk4" else step])


_loaded: OrderedDict[str, native.Native] = OrderedDict()
_lock = threading.Lock()
KEEP_LOADED = 16


@dataclass(frozen=True)
class Structure:
    """The part of a compiled model that does not depend on any value: it serves every design and clock.

    `stages` are the expressions that delay orders come from, with the values that there is room for.
    """

    lowered: Lowered
    layout: Layout
    outputs: tuple[Array, ...]
    watches: tuple[tuple[Watch, Array], ...]
    missing: Missing
    width: int
    text: str
    stages: tuple[tuple[Expression, Span | None], ...]


def compile_model(equations: Equations, request: Request, method: str | None = None, cache: Cache | None = None) -> CompiledModel:
    """Compile what a request needs of a model.

    Raises
    ------
    EngineError
        For a circular definition, or a construct without a lowering; the message names the variable.
    """
    method = equations.method if method is None else method
    if method not in METHODS:
        raise InputError(f'there is no integration method "{method}".', mend=f"Use {' or '.join(METHODS)}.")
    save_steps = steps_of(request)
    constants = host.constant_values(equations, request.clock)
    bounds = Bounds(equations, _ranges(equations, constants, request), (request.clock.initial, request.clock.final))
    structure = _structure(equations, tuple(o.variable.name for o in request.outputs), method, bounds)
    lowered, layout = structure.lowered, structure.layout
    ticks = request.clock.times(int(save_steps[-1]), halves=method == "rk4")
    inputs = {lowered.place[n].number: v for n, v in constants.items() if n in lowered.place}
    inputs |= {n: np.asarray(v, dtype=np.float64) for n, v in lowered.fixed.items()}
    return CompiledModel(
        equations,
        request,
        method,
        lowered,
        layout,
        structure.outputs,
        structure.watches,
        structure.missing,
        structure.width,
        _load(structure.text, cache),
        save_steps,
        ticks,
        inputs,
        _slots(equations, request, lowered, layout),
        host.fill_tables(lowered, layout),
        host.fill_series(lowered, layout, ticks, request.clock.step),
        _capacity(lowered, bounds, request, int(save_steps[-1])),
        structure.text,
    )


_structures: OrderedDict[tuple[int, tuple[str, ...], str], tuple[weakref.ref[Equations], Structure]] = OrderedDict()


def _structure(equations: Equations, outputs: tuple[str, ...], method: str, bounds: Bounds) -> Structure:
    """Return the lowered and laid out model; the last few are kept, since a study asks for the same one block after block."""
    key = (id(equations), outputs, method)
    with _lock, deep_recursion():
        found = _structures.get(key)
        if found is not None and found[0]() is equations and all(bounds.span(e) == n for e, n in found[1].stages):
            _structures.move_to_end(key)
            return found[1]
    with deep_recursion():
        made = _make_structure(equations, outputs, method, bounds)
    with _lock:
        _structures[key] = (weakref.ref(equations), made)
        while len(_structures) > KEEP_LOADED:
            _structures.popitem(last=False)
    return made


def _make_structure(equations: Equations, outputs: tuple[str, ...], method: str, bounds: Bounds) -> Structure:
    stages: list[tuple[Expression, Span | None]] = []

    def span(expression: Expression) -> Span | None:
        stages.append((expression, bounds.span(expression)))
        return stages[-1][1]

    lowered = lower(equations, method, span)
    arrays = tuple(dict.fromkeys(lowered.place[name] for name in outputs))
    missing = find_missing(equations, lowered)
    plan = make_plan(lowered.program, arrays, lowered.watches, _namer(equations, lowered))
    plan = hoist(lowered.program, plan, native.divides_slowly())
    layout = make_layout(plan, arrays, lowered.points, missing.source)
    width = native.width()
    text = write_module(lowered.program, plan, layout, arrays, Settings(width))
    return Structure(lowered, layout, arrays, plan.watches, missing, width, text, tuple(stages))


def _namer(equations: Equations, lowered: Lowered) -> Namer:
    """Return what says how an element of an array is called: as the modeller wrote it, or as the variable that it serves."""

    def name(array: Array, position: int, label: str) -> str:
        variable = equations.variables.get(array.name)
        if variable is None or lowered.place.get(array.name) is not array:
            return label
        return variable.label_at(position)

    return name


def _load(text: str, cache: Cache | None) -> native.Native:
    """Return machine code for a module: from memory, from the cache, or freshly compiled."""
    key = hashlib.sha256("\n".join([VERSION, *native.target(), text]).encode()).hexdigest()
    with _lock:
        found = _loaded.get(key)
        if found is not None:
            _loaded.move_to_end(key)
            return found
    code = cache.get(key) if cache is not None else None
    if code is None:
        code = native.compile_ir(text)
        if cache is not None:
            cache.put(key, code)
    made = native.Native(code)
    with _lock:
        _loaded[key] = made
        while len(_loaded) > KEEP_LOADED:
            _loaded.popitem(last=False)
    return made


def forget() -> None:
    """Forget every compiled model of this process, as after a new start."""
    with _lock:
        _loaded.clear()
        _structures.clear()


def steps_of(request: Request) -> NDArray[np.int64]:
    """Return the number of the step at each saved time."""
    steps = np.array([request.clock.step_at(t) for t in request.times], dtype=np.int64)
    if np.any(np.diff(steps) <= 0):
        raise InputError("two saved times fall on one step.", where="times")
    return steps


def _ranges(equations: Equations, constants: dict[str, Reals], request: Request) -> dict[str, Reals]:
    """Every value that each constant takes: those of the file, and those of the design."""
    out = dict(constants)
    for column, label in enumerate(request.design.names):
        name = equations.cell(label).variable.name
        out[name] = np.append(out[name], request.design.values[:, column])
    return out


def _capacity(lowered: Lowered, bounds: Bounds, request: Request, steps: int) -> int:
    """Rows that a queue of DELAY FIXED needs: one more than the longest delay, or than the run."""
    most = 1
    for _, delay in lowered.rings:
        longest = bounds.most(delay)
        whole = steps + 1 if longest is None or longest != longest else int(min(longest / request.clock.step + 1.0, steps + 1.0))
        most = max(most, whole + 1)
    return most + 1


def _slots(equations: Equations, request: Request, lowered: Lowered, layout: Layout) -> NDArray[np.int64]:
    """Return the place of each design column; a constant that no output needs goes to a place that nothing reads."""
    out = []
    for label in request.design.names:
        cell = equations.cell(label)
        first = layout.lanes.get(lowered.place[cell.variable.name].number)
        out.append(layout.lanes_size if first is None else first + cell.position)
    return np.asarray(out, dtype=np.int64)


class Memory:
    """The working memory of one thread; runs of a batch pass through it block by block."""

    @staticmethod
    def size(model: CompiledModel) -> int:
        """Return the bytes that the memory of one thread takes."""
        layout = model.layout
        vectors = layout.lanes_size + 4 * layout.states_size + max(layout.rings_size, 1) * model.capacity + 5
        return 8 * model.width * vectors

    def __init__(self, model: CompiledModel) -> None:
        self.model, w, layout = model, model.width, model.layout
        self.lanes = aligned((layout.lanes_size + 1, w))
        self.lanes.fill(np.nan)
        for number, values in model.inputs.items():
            first = layout.lanes.get(number)
            if first is not None:
                self.lanes[first : first + values.size] = values[:, None]
        self.states = [aligned((layout.states_size + 1, w)) for _ in range(4)]
        for s in self.states:
            s.fill(np.nan)
        self.ring = aligned((max(layout.rings_size, 1) * model.capacity, w))

    def run(
        self,
        columns: Reals,
        saves: NDArray[np.int64],
        every: int = CHECK_EVERY,
        seen: Reals | None = None,
        steps: int | None = None,
    ) -> tuple[Reals, Reals, Reals]:
        """Run blocks of runs.

        Parameters
        ----------
        columns
            Values of the design, shape (input, run), the number of runs a multiple of the width.
        saves
            Steps at which outputs are saved.
        every
            Steps between checks.
        seen
            Receives the stocks of each run that fails when it does, shape (block, stock, lane).
        steps
            Steps to take; None for all.

        Returns
        -------
        tuple
            Outputs, shape (block, save, element, lane), the step at which a failure was first seen, shape (block, lane), -1
            where there was none, and the delay times noted, shape (block, element, lane).
        """
        m, w = self.model, self.model.width
        blocks = columns.shape[1] // w
        out = aligned((max(blocks * len(saves) * m.out_size, 1), w))
        bad = aligned((max(blocks, 1), w))
        watch = aligned((max(blocks * m.watch_size, 1), w))
        columns = np.ascontiguousarray(columns)
        arrays = [self.lanes, *self.states, self.ring, m.tables, m.series, columns]
        m.code.batch(
            *(a.ctypes.data for a in arrays),
            columns.shape[1],
            m.slots.ctypes.data,
            len(m.slots),
            blocks,
            saves.ctypes.data,
            len(saves),
            m.steps if steps is None else steps,
            out.ctypes.data,
            bad.ctypes.data,
            None if seen is None else seen.ctypes.data,
            watch.ctypes.data,
            m.ticks.ctypes.data,
            m.request.clock.step,
            m.ticks.size,
            m.capacity,
            every,
        )
        noted = watch[: blocks * m.watch_size].reshape(blocks, m.watch_size, w)
        return out[: blocks * len(saves) * m.out_size].reshape(blocks, len(saves), m.out_size, w), bad[:blocks], noted


def aligned(shape: tuple[int, ...]) -> Reals:
    """Return an empty float64 array that starts on a cache line, as vector loads need it."""
    size = int(np.prod(shape))
    raw = np.empty(size + 8, dtype=np.float64)
    shift = (-raw.ctypes.data % 64) // 8
    return raw[shift : shift + size].reshape(shape)


def pick(model: CompiledModel) -> Sequence[tuple[int, int]]:
    """Return the first and the last element that each output of the request takes in the saved ones."""
    first, at = {}, 0
    for a in model.outputs:
        first[a.number] = at
        at += a.size
    out = []
    for o in model.request.outputs:
        start = first[model.lowered.place[o.variable.name].number]
        out.append((start, start + o.variable.size) if o.cell is None else (start + o.cell.position, start + o.cell.position + 1))
    return out
