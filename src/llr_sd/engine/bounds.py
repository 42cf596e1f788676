"""The greatest value that an expression of constants can take in a batch: how much room a delay needs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.lowering import is_control
from llr_sd.equations import Binary, Call, Equations, Expression, Number, Reference, Stock, Table, Time, Unary, Values

Interval = tuple[float, float]


class Bounds:
    """Intervals of constant expressions.

    Parameters
    ----------
    equations
        The model.
    constants
        For each constant and control variable, every value that it takes in the batch.
    span
        First and last time.
    """

    def __init__(self, equations: Equations, constants: Mapping[str, NDArray[np.float64]], span: Interval) -> None:
        self.equations, self.constants, self.span = equations, constants, span
        self._busy: set[str] = set()

    def most(self, expression: Expression) -> float | None:
        """Return the greatest value, or None when the expression is not made of constants."""
        found = self._of(expression)
        return None if found is None else found[1]

    def _of(self, e: Expression) -> Interval | None:
        match e:
            case Number(value):
                return value, value
            case Unary("-", operand):
                x = self._of(operand)
                return None if x is None else (-x[1], -x[0])
            case Binary("+" | "-" | "*" | "/"):
                return self._binary(e)
            case Call("MIN" | "MAX" as name, (a, b)):
                left, right = self._of(a), self._of(b)
                best = min if name == "MIN" else max
                return None if left is None or right is None else (best(left[0], right[0]), best(left[1], right[1]))
            case Binary(operator) if operator != "^":
                return 0.0, 1.0  # a comparison, or logic; a power is left out
            case Call("INTEGER" | "INITIAL", (a,)):
                return self._of(a)
            case Call("STEP", (a, _)) | Call("PULSE MAGNITUDE", (_, a)):
                return _hull(self._of(a), (0.0, 0.0))
            case Call("PULSE" | "PULSE TRAIN", _):
                return 0.0, 1.0
            case Call("IF THEN ELSE", (_, a, b)):
                return _hull(self._of(a), self._of(b))
            case Time():
                return self.span
            case Reference(name, _):
                return self._variable(name)
        return None

    def _binary(self, e: Binary) -> Interval | None:
        left, right = self._of(e.left), self._of(e.right)
        if left is None or right is None or (e.operator == "/" and right[0] <= 0 <= right[1]):
            return None
        a, b = np.array(left), np.array(right)
        table = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
        ends = table[e.operator].outer(a, b)
        return float(ends.min()), float(ends.max())

    def _variable(self, name: str) -> Interval | None:
        values = self.constants.get(name)
        if values is not None:
            return (float(values.min()), float(values.max())) if values.size else None
        variable = self.equations.variables[name]
        if name in self._busy or is_control(name) or variable.kind == "lookup":
            return None
        self._busy.add(name)
        found: list[Interval] = []
        try:
            for d in variable.definitions:
                body = d.body
                one: Interval | None
                if isinstance(body, Values):
                    one = min(body.numbers), max(body.numbers)
                elif isinstance(body, Table):
                    one = (min(body.y), max(body.y)) if body.y else None
                else:
                    one = None if isinstance(body, Stock) else self._of(body)
                if one is None:
                    return None
                found.append(one)
        finally:
            self._busy.discard(name)
        return (min(f[0] for f in found), max(f[1] for f in found)) if found else None


def _hull(a: Interval | None, b: Interval | None) -> Interval | None:
    return None if a is None or b is None else (min(a[0], b[0]), max(a[1], b[1]))
