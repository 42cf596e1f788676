"""Functions that PySD has not, or computes otherwise than Vensim's manual says, written out with those that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from llr_sd.engine.reference.trees import Tree, arithmetic, call, either, integer, logic, reference

if TYPE_CHECKING:
    from llr_sd.engine.reference.scalars import Scalars


def _log(s: Scalars, x: Tree, base: Tree) -> Tree:
    """The logarithm to a base, a whole number where the power of the base is `x`."""
    ratio = s.helper(call("log", x, base))
    whole = s.helper(s.whole(ratio))
    return either(logic("=", call("power", base, whole), x), whole, ratio)


def _step(s: Scalars, height: Tree, start: Tree) -> Tree:
    return arithmetic("*", height, either(logic(">", s.since(start), 0.0), 1.0, 0.0))


def _ramp(s: Scalars, slope: Tree, start: Tree, end: Tree | None = None) -> Tree:
    t = reference("time")
    last = t if end is None else either(logic("<", end, start), t, call("min", end, t))
    return arithmetic("*", either(logic(">", t, start), slope, 0.0), arithmetic("-", last, start))


def _lasting(s: Scalars, since: Tree, width: Tree) -> Tree:
    return logic(":AND:", logic(">", since, 0.0), logic("<", arithmetic("+", since, 2 * s.slack), width))


def _pulse(s: Scalars, start: Tree, width: Tree) -> Tree:
    width = either(logic("=", width, 0.0), s.step, width)
    return either(_lasting(s, s.helper(s.since(start)), width), 1.0, 0.0)


def _train(s: Scalars, start: Tree, interval: Tree, width: Tree, end: Tree | None) -> Tree:
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


def _pulse_train(s: Scalars, start: Tree, interval: Tree, width: Tree, end: Tree) -> Tree:
    return either(_train(s, start, interval, s.helper(call("max", width, s.step)), end), 1.0, 0.0)


def _pulse_magnitude(s: Scalars, start: Tree, magnitude: Tree) -> Tree:
    return either(_lasting(s, s.helper(s.since(start)), s.step), arithmetic("/", magnitude, s.step), 0.0)


def _pulse_train_magnitude(s: Scalars, start: Tree, interval: Tree, magnitude: Tree) -> Tree:
    once = either(_lasting(s, s.helper(s.since(start)), s.step), 1.0, 0.0)
    often = either(_train(s, start, interval, s.step, None), 1.0, 0.0)
    return arithmetic("*", either(logic("<=", interval, 0.0), once, often), arithmetic("/", magnitude, s.step))


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
