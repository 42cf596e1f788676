"""How each function without a state of its own is made of primitive operations, as PySD computes it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from llr_sd.engine.program import Node, Program
from llr_sd.errors import EngineError

SMALL = 1e-6  # what PySD takes for zero, after Vensim's help


def power(p: Program, base: Node, exponent: Node) -> Node:
    """base ^ exponent; a square, a reciprocal and a root are what the function gives for them, without calling it."""
    inner = exponent.args[0] if exponent.op == "neg" else exponent
    constant = None if inner.op != "number" else inner.value if inner is exponent else -inner.value
    if constant == 2.0:
        return p.op("mul", base, base)
    if constant == -1.0:
        return p.op("div", p.constant(1.0), base)
    if constant == 0.5:
        root = p.op("add", p.op("sqrt", base), p.constant(0.0))  # the root of -0 is -0, its power 0
        return p.select(p.compare("eq", base, p.constant(-inf)), p.constant(inf), root)
    return p.op("pow", base, exponent)


def _same(op: str) -> Callable[..., Node]:
    return lambda p, *args: p.op(op, *args)


def _near_zero(p: Program, x: Node) -> Node:
    return p.compare("lt", p.op("abs", x), p.constant(SMALL))


def ratio_or(p: Program, numerator: Node, denominator: Node, otherwise: Node) -> Node:
    """numerator / denominator, or `otherwise` where the denominator is nearly zero."""
    return p.select(_near_zero(p, denominator), otherwise, p.op("div", numerator, denominator))


def _zidz(p: Program, numerator: Node, denominator: Node) -> Node:
    return ratio_or(p, numerator, denominator, p.constant(0.0))


def _quantum(p: Program, x: Node, quantum: Node) -> Node:
    cut = p.op("mul", quantum, p.op("trunc", p.op("div", x, quantum)))
    return p.select(p.compare("lt", quantum, p.constant(SMALL)), x, cut)


def _modulo(p: Program, x: Node, divisor: Node) -> Node:
    return p.op("sub", x, _quantum(p, x, divisor))


def _step(p: Program, height: Node, start: Node) -> Node:
    t = p.op("add", p.node("time"), p.op("div", p.node("dt"), p.constant(2.0)))
    return p.op("mul", height, p.compare("gt", t, start))


def _ramp(p: Program, slope: Node, start: Node, end: Node | None = None) -> Node:
    t = p.node("time")
    final = t if end is None else p.op("min", end, t)
    begun = p.compare("gt", p.op("add", t, p.constant(SMALL)), start)
    return p.op("mul", p.op("mul", begun, slope), p.op("sub", final, start))


def _single(p: Program, start: Node, width: Node) -> Node:
    t = p.node("time")
    begun = p.compare("le", p.op("sub", start, p.constant(SMALL)), t)
    return p.both(begun, p.compare("lt", t, p.op("add", start, width)))


def _repeated(p: Program, start: Node, interval: Node, width: Node, end: Node | None) -> Node:
    """A pulse every interval; one pulse only where the interval is zero."""
    t = p.node("time")
    within = p.compare("le", start, t)
    if end is not None:
        within = p.both(within, p.compare("lt", t, end))
    since = p.op("add", p.op("sub", t, start), p.constant(SMALL))
    on = p.both(within, p.compare("lt", p.op("floormod", since, interval), width))
    once = p.compare("eq", interval, p.constant(0.0))
    return p.select(once, p.number(_single(p, start, width)), p.number(on))


def _half_step(p: Program) -> Node:
    return p.op("mul", p.constant(0.5), p.node("dt"))


def _pulse(p: Program, start: Node, width: Node) -> Node:
    return p.number(_single(p, start, width))


def _pulse_train(p: Program, start: Node, interval: Node, width: Node, end: Node) -> Node:
    return _repeated(p, start, interval, width, end)


def _pulse_magnitude(p: Program, start: Node, magnitude: Node) -> Node:
    height = p.op("div", magnitude, p.node("dt"))
    return p.select(_single(p, start, _half_step(p)), height, p.constant(0.0))


def _pulse_train_magnitude(p: Program, start: Node, interval: Node, magnitude: Node) -> Node:
    height = p.op("div", magnitude, p.node("dt"))
    return p.select(_repeated(p, start, interval, _half_step(p), None), height, p.constant(0.0))


def _get_time_value(p: Program, relative: Node, offset: Node, measure: Node) -> Node:
    if relative.op != "number" or relative.value != 0 or measure.op != "number" or measure.value != 0:
        raise EngineError("GET TIME VALUE works for the simulated time in the model's own unit only.", mend="Use Time.")
    return p.op("add", p.node("time"), offset)


LOWERINGS: dict[str, Callable[..., Node]] = {
    "ABS": _same("abs"),
    "MIN": _same("min"),
    "MAX": _same("max"),
    "EXP": _same("exp"),
    "LN": _same("log"),
    "LOG": _same("log_base"),
    "SQRT": _same("sqrt"),
    "POWER": power,
    "MODULO": _modulo,
    "QUANTUM": _quantum,
    "INTEGER": _same("trunc"),
    "SIN": _same("sin"),
    "COS": _same("cos"),
    "TAN": _same("tan"),
    "ARCSIN": _same("asin"),
    "ARCCOS": _same("acos"),
    "ARCTAN": _same("atan"),
    "SINH": _same("sinh"),
    "COSH": _same("cosh"),
    "TANH": _same("tanh"),
    "IF THEN ELSE": lambda p, condition, then, otherwise: p.select(condition, then, otherwise),
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
