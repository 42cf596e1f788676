"""NPV and NPVE, as the manual gives them in equations."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Expression, Reference, Stock
from llr_sd.translate.scope import Scope
from llr_sd.translate.written.made import ONE, make, op


def npv(arguments: Any, scope: Scope) -> Expression:
    """NPV: what comes in a step is worth what it is at the start of the step."""
    return _present_value("NPV", arguments, scope, at_end=False)


def npve(arguments: Any, scope: Scope) -> Expression:
    """NPVE: what comes in a step is worth what it is at the end of the step, as in a spreadsheet."""
    return _present_value("NPVE", arguments, scope, at_end=True)


def _present_value(name: str, arguments: Any, scope: Scope, *, at_end: bool) -> Expression:
    if scope.reducing is not None:
        raise scope.refuse(f"{name} stands inside a sum over subscripts.", "Give it a variable of its own, and sum that.")
    stream, rate, initial, factor = arguments
    step = Reference("TIME STEP")
    loops = range(len(scope.left))
    worth = scope.names.reserve(f"_{scope.title} discount")

    def discount(inner: Scope) -> Stock:
        growth = op("+", ONE, op("*", inner.of(rate), step))
        here = Reference(worth, inner.own_axes()[1])
        return Stock(op("/", op("*", op("-", 0.0, here), inner.of(rate)), growth), op("/", ONE, growth) if at_end else ONE)

    now = make(scope, "discount", discount, name=worth).at(loops)
    total = make(scope, "present value", lambda inner: Stock(op("*", inner.of(stream), now), inner.of(initial))).at(loops)
    return op("*", op("+", total, op("*", scope.of(stream), step, now)), scope.of(factor))
