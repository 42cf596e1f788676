"""How each function without a state of its own is made of primitive operations, as PySD computes it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from llr_sd.engine.program.form import Node, Program
from llr_sd.errors import EngineError
from llr_sd.functions import FUNCTIONS

SMALL = 1e-6  # what PySD takes for zero, after Vensim's help


def power(base: Node, exponent: Node) -> Node:
    """base ^ exponent; a square, a reciprocal and a root are what the function gives for them, without calling it."""
    inner = exponent.args[0] if exponent.op == "neg" else exponent
    constant = None if inner.op != "number" else inner.value if inner is exponent else -inner.value
    if constant == 2.0:
        return base * base
    if constant == -1.0:
        return 1.0 / base
    if constant == 0.5:
        root = base.to("sqrt") + 0.0  # the root of -0 is -0, its power 0
        return base.to("eq", -inf).pick(inf, root)
    return base.to("pow", exponent)


def _same(op: str) -> Callable[..., Node]:
    return lambda p, *args: p.op(op, *args)


def ratio_or(numerator: Node, denominator: Node, otherwise: Node | float) -> Node:
    """numerator / denominator, or `otherwise` where the denominator is nearly zero."""
    return (denominator.to("abs") < SMALL).pick(otherwise, numerator / denominator)


def _quantum(_: Program, x: Node, quantum: Node) -> Node:
    cut = quantum * (x / quantum).to("trunc")
    return (quantum <= 0.0).pick(x, cut)


def _modulo(p: Program, x: Node, divisor: Node) -> Node:
    return x - _quantum(p, x, divisor)


def _slack(p: Program) -> Node:
    """How far from a time still counts as that time: rounding, never a step."""
    return 1e-6 * p.node("dt")


def compare_times(p: Program, op: str, left: Node, right: Node) -> Node:
    """Compare two times: nearly equal is equal."""
    if op in ("eq", "ne"):
        return (left - right).to("abs").to("le" if op == "eq" else "gt", _slack(p))
    shifted = left + _slack(p) if op in ("ge", "lt") else left - _slack(p)
    return shifted.to(op, right)


def _settled(count: Node) -> Node:
    """Return the whole number that a count of units of time is a rounding away from, else the count."""
    whole = count.to("rint")
    return ((count - whole).to("abs") < 1e-9).pick(whole, count)


def _quantum_of_time(_: Program, x: Node, quantum: Node) -> Node:
    cut = quantum * _settled(x / quantum).to("trunc")
    return (quantum <= 0.0).pick(x, cut)


def _modulo_of_time(p: Program, x: Node, divisor: Node) -> Node:
    count = x / divisor
    even = _settled(count).to("eq", count.to("rint"))
    return even.pick(0.0, _modulo(p, x, divisor))


OF_TIME: dict[str, Callable[..., Node]] = {
    "INTEGER": lambda _, x: _settled(x).to("trunc"),
    "QUANTUM": _quantum_of_time,
    "MODULO": _modulo_of_time,
}
"""How functions that cut a number off do so where it is the time: a rounding does not lose a whole unit."""


def _middle(p: Program, time: str = "begun") -> Node:
    """A hair before the middle of the step, as Vensim's "time plus": a start or an end on the grid is then never in doubt."""
    return p.node(time) + (0.5 - 1e-6) * p.node("dt")


def _step(p: Program, height: Node, start: Node) -> Node:
    return height * (_middle(p, "time") > start)


def _ramp(p: Program, slope: Node, start: Node, end: Node | None = None) -> Node:
    """An end before the start is no end, as Vensim has it."""
    t = p.node("time")
    final = t if end is None else (end < start).pick(t, end.to("min", t))
    return (t > start) * slope * (final - start)


def _lasting(p: Program, since: Node, width: Node) -> Node:
    """Whether a pulse of `width` that began `since` before the middle of the step is still on."""
    return (since > 0.0) & (since + 2e-6 * p.node("dt") < width)


def _pulse(p: Program, start: Node, width: Node) -> Node:
    width = width.to("eq", 0.0).pick(p.node("dt"), width)
    return p.number(_lasting(p, _middle(p) - start, width))


def _train(p: Program, start: Node, interval: Node, width: Node, end: Node | None) -> Node:
    """Pulses from `start`, one every `interval`; always on where they follow one another without a gap."""
    since = _middle(p) - start
    each = interval.to("max", p.node("dt"))
    count = (since / each).to("trunc")
    gapless = width + _slack(p) >= each
    width = gapless.pick(2.0 * (width + each), width)
    if end is None:
        return _lasting(p, since - count * each, width)
    # No pulse begins after the end, and none goes on after it; one that begins at the end still does.
    last = ((end - start + _slack(p)) / each).to("trunc")
    since = since - count.to("min", last) * each
    open_still = (start <= end + _slack(p)) & (p.node("begun") <= end + _slack(p))
    return open_still & _lasting(p, since, width)


def _pulse_train(p: Program, start: Node, interval: Node, width: Node, end: Node) -> Node:
    return p.number(_train(p, start, interval, width.to("max", p.node("dt")), end))


def _pulse_magnitude(p: Program, start: Node, magnitude: Node) -> Node:
    height = magnitude / p.node("dt")
    return _lasting(p, _middle(p) - start, p.node("dt")).pick(height, 0.0)


def _pulse_train_magnitude(p: Program, start: Node, interval: Node, magnitude: Node) -> Node:
    height = magnitude / p.node("dt")
    once = interval <= 0.0
    single = p.number(_lasting(p, _middle(p) - start, p.node("dt")))
    on = once.pick(single, _train(p, start, interval, p.node("dt"), None))
    return on * height


def _get_time_value(p: Program, relative: Node, offset: Node, measure: Node) -> Node:
    if relative.op != "number" or relative.value != 0 or measure.op != "number" or measure.value != 0:
        raise EngineError("GET TIME VALUE works for the simulated time in the model's own unit only.", mend="Use Time.")
    return p.node("time") + offset


LOWERINGS: dict[str, Callable[..., Node]] = {
    **{f.key: _same(f.op) for f in FUNCTIONS.values() if f.op},
    "POWER": lambda _, base, exponent: power(base, exponent),
    "MODULO": _modulo,
    "QUANTUM": _quantum,
    "IF THEN ELSE": _same("select"),
    "ZIDZ": lambda _, numerator, denominator: ratio_or(numerator, denominator, 0.0),
    "XIDZ": lambda _, *args: ratio_or(*args),
    "STEP": _step,
    "RAMP": _ramp,
    "PULSE": _pulse,
    "PULSE TRAIN": _pulse_train,
    "PULSE MAGNITUDE": _pulse_magnitude,
    "PULSE TRAIN MAGNITUDE": _pulse_train_magnitude,
    "GET TIME VALUE": _get_time_value,
}
