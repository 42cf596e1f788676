"""The engine's second machine: what a page needs of a model, to run it with the engine's own code as WebAssembly."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.engine.limits import told
from llr_sd.engine.llvm import native
from llr_sd.engine.llvm.compiled import LaidModel, lay_out
from llr_sd.engine.llvm.delays import ROUNDING, delay_label
from llr_sd.engine.llvm.driver import ARGUMENTS, ENTRY
from llr_sd.engine.llvm.memory import CHECK_EVERY, Memory
from llr_sd.engine.llvm.status import lacking, stock_places
from llr_sd.engine.llvm.target import browser
from llr_sd.engine.llvm.wasm import Loadable, loadable
from llr_sd.engine.program.order import reaches
from llr_sd.engine.request import make_request
from llr_sd.engine.rooms import Room, designed, pinned, queued
from llr_sd.equations import Equations, Variable, is_control
from llr_sd.errors import EngineError

MOST_MEMORY = 1 << 30
"""Bytes of working memory that a page may ask a browser for."""
MOST_DATA = 64 << 20
"""Bytes of code and numbers that a page may carry."""


@dataclass(frozen=True)
class Browser:
    """A model for a page.

    Attributes
    ----------
    model
        Written for a browser's machine; its request names outputs, times and inputs.
    module
        Its code.
    rooms
        The values that the page can take of inputs that code has room for, or that set the clock.
    """

    model: LaidModel
    module: Loadable
    rooms: Mapping[str, Room]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs, in the order in which the page gives their values."""
        return self.model.request.design.names

    def to_data(self) -> dict[str, Any]:
        """Return what `engine.mjs` takes, as JSON writes it: arrays are base64 of little-endian numbers of 64 bits."""
        m, image = self.model, self.model.image
        needs: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        variables = _variables(m, needs)
        stocks = [{**_named(v), "first": first} for v, first in stock_places(m)]
        return {
            "wasm": base64.b64encode(self.module.code).decode("ascii"),
            "width": m.target.width,
            "method": m.method,
            "arguments": [[name, kind.partition(" ")[0]] for name, kind in ARGUMENTS],
            "arrays": {
                "tables": _text(image.tables),
                "series": _text(image.series),
                "clock": _text(image.ticks),
                "slots": _text(image.slots),
                "lanes": _text(image.lanes),
            },
            "work": dict(image.work),
            "numbers": {
                "dt": m.request.clock.step,
                "cap": image.capacity,
                "ticks": len(image.ticks),
                "steps": m.steps,
                "every": CHECK_EVERY,
                "data": self.module.data,
                "short": m.request.clock.step * (1 - ROUNDING),
            },
            "outSize": m.out_size,
            "watchSize": m.watch_size,
            "stocks": m.layout.stocks,
            "floor": m.layout.floor,
            "inputs": list(self.inputs),
            "saves": _text(m.save_steps),
            "times": _text(m.request.times),
            "variables": variables,
            "stockVariables": stocks,
            "watches": _watches(m),
            "needs": [{"stocks": list(s), "watches": list(w)} for s, w in needs],
            "missing": list(m.missing.labels),
            "limits": {name: [room.low, room.high] for name, room in self.rooms.items()},
            "whole": [name for name, room in self.rooms.items() if room.whole],
        }


def browser_model(
    equations: Equations,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    method: str | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> Browser:
    """Compile a model for a page.

    Parameters
    ----------
    equations
        The model.
    inputs
        Constants, or elements of them, that the page sets in every run, in this order; None for every constant but control variables.
    outputs
        Variables or elements that the page can show; None for all.
    times
        The times that it can show, in the model's time unit; None for every SAVEPER.
    method
        "euler" or "rk4"; None for what the model file asks.
    ranges
        Least and greatest value of inputs, by their labels, in their units: what needs room gets as much as these ask for. An input
        that is not named can be moved too, unless it needs room or sets the clock.

    Returns
    -------
    Browser
        The model for a page.

    Raises
    ------
    InputError
        When a name, time or range does not fit the model.
    EngineError
        When the model cannot be simulated, or asks for more than a page has; the message names the variable.
    """
    with told():
        names = inputs
        if names is None:
            names = [c.label for c in equations.constants() if not is_control(c.variable.name) and _finite(equations, c.label)]
        cells = tuple(equations.cell(name) for name in names)
        limits = {equations.cell(name).label: ends for name, ends in (ranges or {}).items()}
        design = designed(cells, equations, limits)
        first = make_request(equations, Design(design.names, design.values[:1]), outputs, times)
        request, rooms = pinned(equations, first, design)
        model = lay_out(equations, request, method, browser())
        queues = {array.number: delay for array, delay in model.program.rings if array.number in model.layout.rings}
        rooms = queued(equations, request, tuple(queues.values()), model.steps) | rooms
        _check_memory(model)
        made = Browser(model, loadable(native.compile_ir(model.text, model.target), ENTRY), rooms)
    _check_data(made)
    return made


def _finite(equations: Equations, label: str) -> bool:
    return bool(np.isfinite(equations.constant_value(equations.cell(label))))


def _check_memory(model: LaidModel) -> None:
    """Refuse what would not fit into the memory of a page; the longest queues are named."""
    size = Memory.size(model) + 8 * model.target.width * model.out_size * len(model.save_steps)
    if size > MOST_MEMORY:
        rings = [a for a, _ in model.program.rings if a.number in model.layout.rings]
        most = max(rings, key=lambda a: a.size, default=None)
        queues = 8 * model.target.width * model.image.work["ring"]
        what = f"the queue of {most.name}" if most is not None and queues > size / 2 else "the model"
        raise EngineError(
            f"{what} would take {size / 2**20:,.0f} MB of memory in a page; {MOST_MEMORY / 2**20:,.0f} MB can be used.",
            where=model.equations.source.name,
            mend="Take a shorter range for the delay." if what != "the model" else "Name fewer outputs or times.",
        )


def _check_data(made: Browser) -> None:
    image = made.model.image
    arrays = (image.tables, image.series, image.ticks, image.lanes, image.slots)
    size = len(made.module.code) + sum(a.nbytes for a in arrays)
    if size > MOST_DATA:
        raise EngineError(
            f"the model would take {size / 2**20:,.0f} MB of a page; {MOST_DATA / 2**20:,.0f} MB can be used.",
            where=made.model.equations.source.name,
            mend="Take a longer TIME STEP, or name fewer outputs.",
        )


def _variables(model: LaidModel, needs: dict[tuple[tuple[int, ...], tuple[int, ...]], int]) -> list[dict[str, Any]]:
    """Return the saved variables in the order of their elements; what they hang on goes to `needs`, each set once."""
    lacks, first, out = lacking(model), 0, []
    watched = {array.number: i for i, (_, array) in enumerate(model.watches)}
    for array, reach in zip(model.outputs, reaches(model.program, model.outputs), strict=True):
        stocks = [n for n in reach.states if model.layout.states.get(n, model.layout.stocks) < model.layout.stocks]
        numbers = tuple(sorted(model.layout.states[n] for n in stocks))
        set_ = (numbers, tuple(sorted(watched[a.number] for _, a in reach.noted)))
        variable = model.equations.variables[array.name]
        part = lacks[first : first + array.size]
        at = np.flatnonzero(part)
        out.append(
            {
                **_named(variable),
                "unit": variable.unit,
                "first": first,
                "missing": at.tolist(),
                "lacks": (part[at] - 1).tolist(),
                "needs": needs.setdefault(set_, len(needs)),
            }
        )
        first += array.size
    return out


def _named(variable: Variable) -> dict[str, Any]:
    axes = [{"name": a.name, "elements": list(a.elements)} for a in variable.axes]
    return {"name": variable.name, "axes": axes, "size": variable.size}


def _watches(model: LaidModel) -> list[dict[str, Any]]:
    """Return where delay times are noted, in the order of their elements."""
    return [
        {
            "labels": [delay_label(model, watch, i) for i in range(array.size)],
            "function": watch.function,
            "staged": watch.staged,
        }
        for watch, array in model.watches
    ]


def _text(array: NDArray[Any]) -> str:
    kind = "<i8" if array.dtype.kind == "i" else "<f8"
    return base64.b64encode(np.ascontiguousarray(array, dtype=kind).tobytes()).decode("ascii")
