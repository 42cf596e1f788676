"""The greatest value that an expression of constants can take in a batch: how much room a delay needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from llr_sd.equations import (
    Binary,
    Call,
    Equations,
    Expression,
    Number,
    Reference,
    Stock,
    Table,
    Time,
    Unary,
    Values,
    children,
    is_control,
)

Interval = tuple[float, float]


class Span(NamedTuple):
    """Least and greatest value of an expression in a batch, and whether all its values are whole numbers."""

    least: float
    most: float
    whole: bool


class Bounds:
    """Intervals of constant expressions.

    Parameters
    ----------
    equations
        The model.
    constants
        For each constant and control variable, every value that it takes in the batch.
    times
        First and last time.
    """

    def __init__(self, equations: Equations, constants: Mapping[str, NDArray[np.float64]], times: Interval) -> None:
        self.equations, self.constants, self.times = equations, constants, times
        self._busy: set[str] = set()

    def most(self, expression: Expression) -> float | None:
        """Return the greatest value, or None when the expression is not made of constants."""
        found = self._of(expression)
        return None if found is None else found[1]

    def span(self, expression: Expression) -> Span | None:
        """Return what an expression can be in the batch, or None when it is not made of constants and steps of time."""
        found = self._of(expression)
        return None if found is None or found[0] != found[0] else Span(*found, self._whole(expression, found))

    def behind(self, expression: Expression) -> frozenset[str]:
        """Return the names of the constants that an expression hangs on, stocks and lookups left aside."""
        found: set[str] = set()
        waiting, seen = [expression], set[str]()
        while waiting:
            node = waiting.pop()
            waiting.extend(children(node))
            if not isinstance(node, Reference) or node.name in seen:
                continue
            seen.add(node.name)
            variable = self.equations.variables[node.name]
            if variable.kind == "constant":
                found.add(node.name)
            else:
                bodies = (d.body for d in variable.definitions)
                waiting.extend(b for b in bodies if not isinstance(b, Stock | Table | Values))
        return frozenset(found)

    def _whole(self, e: Expression, found: Interval) -> bool:
        """Return whether an expression is a whole number in every run and element, and at all times."""
        if found[0] == found[1]:
            return found[0].is_integer()
        match e:
            case Number(value):
                return value.is_integer()
            case Reference(name, _) if name in self.constants:
                return bool((self.constants[name] == np.rint(self.constants[name])).all())
            case Reference(name, _):
                return self._all(name, lambda x: self._whole(x, self._of(x) or (0.0, 0.5)))
            case Call("INTEGER" | "PULSE" | "PULSE TRAIN", _):
                return True
            case Unary("-", x) | Call("INITIAL", (x,)) | Call("STEP", (x, _)):
                return self._whole(x, self._of(x) or (0.0, 0.5))
            case Binary("+" | "-" | "*", a, b) | Call("MIN" | "MAX", (a, b)):
                return all(self._whole(x, self._of(x) or (0.0, 0.5)) for x in (a, b))
        return False

    def _all(self, name: str, holds: Callable[[Expression], bool]) -> bool:
        """Return whether something holds of every equation of a variable; no variable needs itself here."""
        if name in self._busy:
            return False
        self._busy.add(name)
        try:
            bodies = [d.body for d in self.equations.variables[name].definitions]
            return bool(bodies) and all(not isinstance(b, Stock | Table | Values) and holds(b) for b in bodies)
        finally:
            self._busy.discard(name)

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
                return self.times
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
