"""A model compiled to machine code, with all that does not change from run to run."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.llvm import native
from llr_sd.engine.llvm.module import write_module
from llr_sd.engine.llvm.target import Target, host
from llr_sd.engine.program.bounds import Bounds, Span
from llr_sd.engine.program.form import Array, Program, Watch
from llr_sd.engine.program.hoist import hoist
from llr_sd.engine.program.image import Image, constant_values, make_image, ranges_of
from llr_sd.engine.program.layout import Layout, make_layout
from llr_sd.engine.program.lowering import lower
from llr_sd.engine.program.missing import Missing, find_missing
from llr_sd.engine.program.order import make_plan
from llr_sd.engine.program.split import Namer
from llr_sd.engine.request import Request
from llr_sd.equations import Equations, Expression, deep_recursion
from llr_sd.errors import InputError

METHODS = ("euler", "rk4")
VERSION = "2"
KEEP_LOADED = 16

Reals = NDArray[np.float64]


class Cache(Protocol):
    """A place for object code, by key."""

    def get(self, key: str) -> bytes | None:
        """Return what was put under `key`, or None."""

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""


@dataclass(frozen=True)
class Structure:
    """The part of a compiled model that does not depend on any value: it serves every design and clock.

    Attributes
    ----------
    program
        The equations as operations.
    layout
        Where each array lives.
    outputs
        Arrays that are saved, one after another; `out_size` elements in all.
    watches
        Delay times that are noted, and where; `watch_size` elements in all.
    missing
        Elements without an equation, and what reads them.
    target
        The machine that `text` is written for.
    text
        The IR.
    stages
        The expressions that delay orders come from, with the values that there is room for.
    """

    program: Program
    layout: Layout
    outputs: tuple[Array, ...]
    watches: tuple[tuple[Watch, Array], ...]
    missing: Missing
    target: Target
    text: str
    stages: tuple[tuple[Expression, Span | None], ...]

    @property
    def out_size(self) -> int:
        """Numbers that a run saves at one time."""
        return sum(a.size for a in self.outputs)

    @property
    def watch_size(self) -> int:
        """Delay times of a run whose least is noted."""
        return sum(a.size for _, a in self.watches)


@dataclass(frozen=True)
class LaidModel(Structure):
    """A model written for a machine, with all that stands in that machine's memory, for the batch that was asked for.

    Attributes
    ----------
    equations, request
        What was asked for.
    save_steps
        Number of the step at each saved time, increasing.
    image
        What stands in memory before the first run.
    """

    equations: Equations
    request: Request
    save_steps: NDArray[np.int64]
    image: Image

    @property
    def method(self) -> str:
        """How it steps: "euler" or "rk4"."""
        return self.program.method

    @property
    def steps(self) -> int:
        """The step at which the last time is saved."""
        return int(self.save_steps[-1])

    def time(self, step: int) -> float:
        """Return the time at a step."""
        return float(self.image.ticks[2 * step if self.method == "rk4" else step])


@dataclass(frozen=True)
class CompiledModel(LaidModel):
    """A model that this process can run.

    Attributes
    ----------
    code
        Made from `text`.
    """

    code: native.Native


def lay_out(equations: Equations, request: Request, method: str | None, target: Target) -> LaidModel:
    """Write what a request needs of a model for a machine.

    Raises
    ------
    EngineError
        For a circular definition, or a construct without a lowering; the message names the variable.
    """
    method = equations.method if method is None else method
    if method not in METHODS:
        raise InputError(f'there is no integration method "{method}".', mend=f"Use {' or '.join(METHODS)}.")
    save_steps = steps_of(request)
    constants = constant_values(equations, request.clock)
    bounds = Bounds(equations, ranges_of(constants, request), (request.clock.initial, request.clock.final))
    structure = _structure(equations, tuple(o.variable.name for o in request.outputs), method, bounds, target)
    image = make_image(request, structure.program, structure.layout, constants, bounds, int(save_steps[-1]))
    return LaidModel(**vars(structure), equations=equations, request=request, save_steps=save_steps, image=image)


def compile_model(
    equations: Equations,
    request: Request,
    method: str | None = None,
    cache: Cache | None = None,
    target: Target | None = None,
) -> CompiledModel:
    """Compile what a request needs of a model for a machine like this one; for this one where `target` is None.

    Raises
    ------
    EngineError
        As `lay_out`.
    """
    laid = lay_out(equations, request, method, host() if target is None else target)
    return CompiledModel(**vars(laid), code=_load(laid, cache))


_Key = tuple[int, tuple[str, ...], str, Target]
_structures: OrderedDict[_Key, tuple[weakref.ref[Equations], Structure]] = OrderedDict()
_loaded: OrderedDict[str, native.Native] = OrderedDict()
_lock = threading.Lock()


def _structure(equations: Equations, outputs: tuple[str, ...], method: str, bounds: Bounds, target: Target) -> Structure:
    """Return the lowered and laid out model; the last few are kept, since a study asks for the same one block after block."""
    key = (id(equations), outputs, method, target)
    with _lock, deep_recursion():
        found = _structures.get(key)
        if found is not None and found[0]() is equations and all(bounds.span(e) == n for e, n in found[1].stages):
            _structures.move_to_end(key)
            return found[1]
    with deep_recursion():
        made = _make_structure(equations, outputs, method, bounds, target)
    with _lock:
        _structures[key] = (weakref.ref(equations), made)
        while len(_structures) > KEEP_LOADED:
            _structures.popitem(last=False)
    return made


def _make_structure(equations: Equations, outputs: tuple[str, ...], method: str, bounds: Bounds, target: Target) -> Structure:
    stages: list[tuple[Expression, Span | None]] = []

    def span(expression: Expression) -> Span | None:
        stages.append((expression, bounds.span(expression)))
        return stages[-1][1]

    program = lower(equations, method, span)
    arrays = tuple(dict.fromkeys(program.place[name] for name in outputs))
    missing = find_missing(equations, program)
    plan = hoist(program, make_plan(program, arrays, _namer(equations, program)), target.divides_slowly)
    layout = make_layout(plan, arrays, program.points, missing.source)
    text = write_module(program, plan, layout, arrays, target)
    return Structure(program, layout, arrays, plan.watches, missing, target, text, tuple(stages))


def _namer(equations: Equations, program: Program) -> Namer:
    """Return what says how an element of an array is called: as the modeller wrote it, or as the variable that it serves."""

    def name(array: Array, position: int, label: str) -> str:
        variable = equations.variables.get(array.name)
        if variable is None or program.place.get(array.name) is not array:
            return label
        return variable.label_at(position)

    return name


def _load(structure: Structure, cache: Cache | None) -> native.Native:
    """Return machine code: from memory, from the cache, or freshly compiled."""
    key = hashlib.sha256("\n".join([VERSION, native.version(), *astuple(structure.target), structure.text]).encode()).hexdigest()
    with _lock:
        found = _loaded.get(key)
        if found is not None:
            _loaded.move_to_end(key)
            return found
    code = cache.get(key) if cache is not None else None
    if code is None:
        code = native.compile_ir(structure.text, structure.target)
        if cache is not None:
            cache.put(key, code)
    made = native.Native(code, structure.target)
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


def pick(model: CompiledModel) -> Sequence[tuple[int, int]]:
    """Return the first and the last element that each output of the request takes in the saved ones."""
    first, at = {}, 0
    for a in model.outputs:
        first[a.number] = at
        at += a.size
    out = []
    for o in model.request.outputs:
        start = first[model.program.place[o.variable.name].number]
        out.append((start, start + o.variable.size) if o.cell is None else (start + o.cell.position, start + o.cell.position + 1))
    return out
