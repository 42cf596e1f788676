"""GET DATA AT TIME, BETWEEN TIMES, FIRST TIME and LAST TIME: a data variable read at a time of one's own."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Binary, Expression, Number, Reference
from llr_sd.translate.scope import Scope
from llr_sd.translate.written.lookups import read
from llr_sd.translate.written.made import MISSING, call, either, op


def between_times(arguments: Any, scope: Scope) -> Expression:
    """GET DATA BETWEEN TIMES: interpolated (mode 0), the next point (1) or the one before (-1); :NA: outside the points."""
    name, tree = "GET DATA BETWEEN TIMES", arguments[0]
    time, mode = scope.of(arguments[1]), scope.of(arguments[2])
    between = read(name, "interpolated", tree, time, scope, "data")
    after = read(name, "mirrored", tree, op("-", _slack(), time), scope, "data")
    before = read(name, "held", tree, op("+", time, _slack()), scope, "data")
    if isinstance(mode, Number):
        if mode.value not in (-1.0, 0.0, 1.0):
            raise scope.refuse(
                f"the mode of {name} is {mode.value:g}.", "Write 0 to interpolate, 1 for the next point, -1 for the last."
            )
        value = {-1.0: before, 0.0: between, 1.0: after}[mode.value]
    else:
        value = either(op(">", mode, 0.5), after, either(op("<", mode, -0.5), before, between))
    first, last = (read(name, w, tree, time, scope, "data") for w in ("least x", "greatest x"))
    inside = Binary("and", op(">=", op("+", time, _slack()), first), op("<=", op("-", time, _slack()), last))
    return either(inside, value, MISSING)


def at_time(arguments: Any, scope: Scope) -> Expression:
    """GET DATA AT TIME: the point at the time; :NA: where there is none."""
    name, tree = "GET DATA AT TIME", arguments[0]
    time = scope.of(arguments[1])
    value, when = (read(name, w, tree, op("+", time, _slack()), scope, "data") for w in ("held", "points"))
    return either(Binary("<=", call("ABS", op("-", when, time)), _slack()), value, MISSING)


def first_time(arguments: Any, scope: Scope) -> Expression:
    """GET DATA FIRST TIME: when the series begins."""
    return read("GET DATA FIRST TIME", "least x", arguments[0], Number(0.0), scope, "data")


def last_time(arguments: Any, scope: Scope) -> Expression:
    """GET DATA LAST TIME: when the series ends."""
    return read("GET DATA LAST TIME", "greatest x", arguments[0], Number(0.0), scope, "data")


def _slack() -> Expression:
    """A time this near to a point is at it: less than any step, more than the rounding of a clock."""
    return op("*", 1e-6, Reference("TIME STEP"))
