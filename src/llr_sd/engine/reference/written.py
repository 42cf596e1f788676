"""Functions that PySD has not, or computes otherwise than Vensim's manual says, written out with those that it has."""

from __future__ import annotations

from collections.abc import Callable

from llr_sd.engine.reference.elements import Elements
from llr_sd.engine.reference.trees import Tree, arithmetic, call, either, integer, logic, reference


def compare_times(s: Elements, operator: str, a: Tree, b: Tree) -> Tree:
    """Compare two times: nearly equal is equal."""
    if operator in ("=", "<>"):
        return logic("<=" if operator == "=" else ">", call("abs", arithmetic("-", a, b)), s.slack)
    return logic(operator, arithmetic("+" if operator in (">=", "<") else "-", a, s.slack), b)


def _whole(x: Tree) -> Tree:
    """The nearest whole number."""
    return call("integer", arithmetic("+", x, either(logic(">=", x, 0.0), 0.5, -0.5)))


def _settled(s: Elements, count: Tree) -> Tree:
    """The whole number that a count is a rounding away from, else the count."""
    near = logic("<", call("abs", arithmetic("-", count, _whole(count))), 1e-9)
    return s.helper(either(near, _whole(count), count))


def _quantum_of_time(s: Elements, x: Tree, unit: Tree) -> Tree:
    cut = arithmetic("*", unit, integer(_settled(s, s.helper(arithmetic("/", x, unit)))))
    return either(logic("<", unit, 1e-6), x, cut)


def _modulo_of_time(s: Elements, x: Tree, unit: Tree) -> Tree:
    count = s.helper(arithmetic("/", x, unit))
    return either(logic("=", _settled(s, count), _whole(count)), 0.0, call("modulo", x, unit))


def _log(s: Elements, x: Tree, base: Tree) -> Tree:
    """The logarithm to a base, a whole number where the power of the base is `x`."""
    ratio = s.helper(call("log", x, base))
    whole = s.helper(_whole(ratio))
    return either(logic("=", call("power", base, whole), x), whole, ratio)


def _step(s: Elements, height: Tree, start: Tree) -> Tree:
    return arithmetic("*", height, either(logic(">", s.since(start), 0.0), 1.0, 0.0))


def _ramp(s: Elements, slope: Tree, start: Tree, end: Tree | None = None) -> Tree:
    t = reference("time")
    last = t if end is None else either(logic("<", end, start), t, call("min", end, t))
    return arithmetic("*", either(logic(">", t, start), slope, 0.0), arithmetic("-", last, start))


def _lasting(s: Elements, since: Tree, width: Tree) -> Tree:
    return logic(":AND:", logic(">", since, 0.0), logic("<", arithmetic("+", since, 2 * s.slack), width))


def _pulse(s: Elements, start: Tree, width: Tree) -> Tree:
    width = either(logic("=", width, 0.0), s.step, width)
    return either(_lasting(s, s.helper(s.since(start)), width), 1.0, 0.0)


def _train(s: Elements, start: Tree, interval: Tree, width: Tree, end: Tree | None) -> Tree:
    since, each = s.helper(s.since(start)), s.helper(call("max", interval, s.step))
    gapless = logic(">=", arithmetic("+", width, s.slack), each)
    width = s.helper(either(gapless, arithmetic("*", 2.0, arithmetic("+", width, each)), width))
    count = call("integer", arithmetic("/", since, each))
    if end is None:
        return _lasting(s, s.helper(arithmetic("-", since, arithmetic("*", count, each))), width)
    last = call("integer", arithmetic("/", arithmetic("+", arithmetic("-", end, start), s.slack), each))
    begun = s.helper(call("min", count, last))
    inside = logic(
        ":AND:",
        logic("<=", start, arithmetic("+", end, s.slack)),
        logic("<=", reference("time"), arithmetic("+", end, s.slack)),
    )
    return logic(":AND:", inside, _lasting(s, s.helper(arithmetic("-", since, arithmetic("*", begun, each))), width))


def _pulse_train(s: Elements, start: Tree, interval: Tree, width: Tree, end: Tree) -> Tree:
    return either(_train(s, start, interval, s.helper(call("max", width, s.step)), end), 1.0, 0.0)


def _pulse_magnitude(s: Elements, start: Tree, magnitude: Tree) -> Tree:
    return either(_lasting(s, s.helper(s.since(start)), s.step), arithmetic("/", magnitude, s.step), 0.0)


def _pulse_train_magnitude(s: Elements, start: Tree, interval: Tree, magnitude: Tree) -> Tree:
    once = either(_lasting(s, s.helper(s.since(start)), s.step), 1.0, 0.0)
    often = either(_train(s, start, interval, s.step, None), 1.0, 0.0)
    return arithmetic("*", either(logic("<=", interval, 0.0), once, often), arithmetic("/", magnitude, s.step))


OF_TIME: dict[str, Callable[..., Tree]] = {
    "INTEGER": lambda s, x: integer(_settled(s, x)),
    "QUANTUM": _quantum_of_time,
    "MODULO": _modulo_of_time,
}
"""Functions that cut a number off, where it is the time: a rounding does not lose a whole unit."""
WRITTEN: dict[str, Callable[..., Tree]] = {
    "INTEGER": lambda s, x: integer(x),
    "LOG": _log,
    "STEP": _step,
    "RAMP": _ramp,
    "PULSE": _pulse,
    "PULSE TRAIN": _pulse_train,
    "PULSE MAGNITUDE": _pulse_magnitude,
    "PULSE TRAIN MAGNITUDE": _pulse_train_magnitude,
    "GET TIME VALUE": lambda s, relative, offset, measure: arithmetic("+", reference("time"), offset),
}
