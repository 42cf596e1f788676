"""How each function without a state of its own is made of primitive operations, as PySD computes it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from llr_sd.engine.program.form import Node, Program
from llr_sd.errors import EngineError
from llr_sd.functions import FUNCTIONS

SMALL = 1e-6  # what PySD takes for zero, after Vensim's help


def power(p: Program, base: Node, exponent: Node) -> Node:
    """base ^ exponent; a square, a reciprocal and a root are what the function gives for them, without calling it."""
    inner = exponent.args[0] if exponent.op == "neg" else exponent
    constant = None if inner.op != "number" else inner.value if inner is exponent else -inner.value
    if constant == 2.0:
        return p.op("mul", base, base)
    if constant == -1.0:
        return p.op("div", 1.0, base)
    if constant == 0.5:
        root = p.op("add", p.op("sqrt", base), 0.0)  # the root of -0 is -0, its power 0
        return p.op("select", p.op("eq", base, -inf), inf, root)
    return p.op("pow", base, exponent)


def _same(op: str) -> Callable[..., Node]:
    return lambda p, *args: p.op(op, *args)


def _near_zero(p: Program, x: Node) -> Node:
    return p.op("lt", p.op("abs", x), SMALL)


def ratio_or(p: Program, numerator: Node, denominator: Node, otherwise: Node | float) -> Node:
    """numerator / denominator, or `otherwise` where the denominator is nearly zero."""
    return p.op("select", _near_zero(p, denominator), otherwise, p.op("div", numerator, denominator))


def _zidz(p: Program, numerator: Node, denominator: Node) -> Node:
    return ratio_or(p, numerator, denominator, 0.0)


def _quantum(p: Program, x: Node, quantum: Node) -> Node:
    cut = p.op("mul", quantum, p.op("trunc", p.op("div", x, quantum)))
    return p.op("select", p.op("le", quantum, 0.0), x, cut)


def _modulo(p: Program, x: Node, divisor: Node) -> Node:
    return p.op("sub", x, _quantum(p, x, divisor))


def slack(p: Program) -> Node:
    """How far from a time still counts as that time: rounding, never a step."""
    return p.op("mul", 1e-6, p.node("dt"))


def compare_times(p: Program, op: str, left: Node, right: Node) -> Node:
    """Compare two times: nearly equal is equal."""
    if op in ("eq", "ne"):
        return p.op("le" if op == "eq" else "gt", p.op("abs", p.op("sub", left, right)), slack(p))
    either = "add" if op in ("ge", "lt") else "sub"
    return p.op(op, p.op(either, left, slack(p)), right)


def _settled(p: Program, count: Node) -> Node:
    """Return the whole number that a count of units of time is a rounding away from, else the count."""
    whole = p.op("rint", count)
    return p.op("select", p.op("lt", p.op("abs", p.op("sub", count, whole)), 1e-9), whole, count)


def _quantum_of_time(p: Program, x: Node, quantum: Node) -> Node:
    cut = p.op("mul", quantum, p.op("trunc", _settled(p, p.op("div", x, quantum))))
    return p.op("select", p.op("le", quantum, 0.0), x, cut)


def _modulo_of_time(p: Program, x: Node, divisor: Node) -> Node:
    count = p.op("div", x, divisor)
    even = p.op("eq", _settled(p, count), p.op("rint", count))
    return p.op("select", even, 0.0, _modulo(p, x, divisor))


OF_TIME: dict[str, Callable[..., Node]] = {
    "INTEGER": lambda p, x: p.op("trunc", _settled(p, x)),
    "QUANTUM": _quantum_of_time,
    "MODULO": _modulo_of_time,
}
"""How functions that cut a number off do so where it is the time: a rounding does not lose a whole unit."""


def _middle(p: Program) -> Node:
    """A hair before the middle of the step, as Vensim's "time plus": a start or an end on the grid is then never in doubt."""
    return p.op("add", p.node("begun"), p.op("mul", 0.5 - 1e-6, p.node("dt")))


def _step(p: Program, height: Node, start: Node) -> Node:
    t = p.op("add", p.node("time"), p.op("mul", 0.5 - 1e-6, p.node("dt")))
    return p.op("mul", height, p.op("gt", t, start))


def _ramp(p: Program, slope: Node, start: Node, end: Node | None = None) -> Node:
    """An end before the start is no end, as Vensim has it."""
    t = p.node("time")
    final = t if end is None else p.op("select", p.op("lt", end, start), t, p.op("min", end, t))
    return p.op("mul", p.op("mul", p.op("gt", t, start), slope), p.op("sub", final, start))


def _lasting(p: Program, since: Node, width: Node) -> Node:
    """Whether a pulse of `width` that began `since` before the middle of the step is still on."""
    return p.op(
        "and",
        p.op("gt", since, 0.0),
        p.op("lt", p.op("add", since, p.op("mul", 2e-6, p.node("dt"))), width),
    )


def _pulse(p: Program, start: Node, width: Node) -> Node:
    width = p.op("select", p.op("eq", width, 0.0), p.node("dt"), width)
    return p.number(_lasting(p, p.op("sub", _middle(p), start), width))


def _train(p: Program, start: Node, interval: Node, width: Node, end: Node | None) -> Node:
    """Pulses from `start`, one every `interval`; always on where they follow one another without a gap."""
    since = p.op("sub", _middle(p), start)
    each = p.op("max", interval, p.node("dt"))
    count = p.op("trunc", p.op("div", since, each))
    gapless = p.op("ge", p.op("add", width, slack(p)), each)
    width = p.op("select", gapless, p.op("mul", 2.0, p.op("add", width, each)), width)
    if end is None:
        return _lasting(p, p.op("sub", since, p.op("mul", count, each)), width)
    # No pulse begins after the end, and none goes on after it; one that begins at the end still does.
    last = p.op("trunc", p.op("div", p.op("add", p.op("sub", end, start), slack(p)), each))
    since = p.op("sub", since, p.op("mul", p.op("min", count, last), each))
    open_still = p.op(
        "and", p.op("le", start, p.op("add", end, slack(p))), p.op("le", p.node("begun"), p.op("add", end, slack(p)))
    )
    return p.op("and", open_still, _lasting(p, since, width))


def _pulse_train(p: Program, start: Node, interval: Node, width: Node, end: Node) -> Node:
    return p.number(_train(p, start, interval, p.op("max", width, p.node("dt")), end))


def _pulse_magnitude(p: Program, start: Node, magnitude: Node) -> Node:
    height = p.op("div", magnitude, p.node("dt"))
    return p.op("select", _lasting(p, p.op("sub", _middle(p), start), p.node("dt")), height, 0.0)


def _pulse_train_magnitude(p: Program, start: Node, interval: Node, magnitude: Node) -> Node:
    height = p.op("div", magnitude, p.node("dt"))
    once = p.op("le", interval, 0.0)
    single = p.number(_lasting(p, p.op("sub", _middle(p), start), p.node("dt")))
    on = p.op("select", once, single, p.number(_train(p, start, interval, p.node("dt"), None)))
    return p.op("mul", on, height)


def _get_time_value(p: Program, relative: Node, offset: Node, measure: Node) -> Node:
    if relative.op != "number" or relative.value != 0 or measure.op != "number" or measure.value != 0:
        raise EngineError("GET TIME VALUE works for the simulated time in the model's own unit only.", mend="Use Time.")
    return p.op("add", p.node("time"), offset)


LOWERINGS: dict[str, Callable[..., Node]] = {
    **{f.key: _same(f.op) for f in FUNCTIONS.values() if f.op},
    "POWER": power,
    "MODULO": _modulo,
    "QUANTUM": _quantum,
    "IF THEN ELSE": lambda p, condition, then, otherwise: p.op("select", condition, then, otherwise),
    "ZIDZ": _zidz,
    "XIDZ": ratio_or,
    "STEP": _step,
    "RAMP": _ramp,
    "PULSE": _pulse,
    "PULSE TRAIN": _pulse_train,
    "PULSE MAGNITUDE": _pulse_magnitude,
    "PULSE TRAIN MAGNITUDE": _pulse_train_magnitude,
    "GET TIME VALUE": _get_time_value,
}
