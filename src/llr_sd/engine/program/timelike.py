"""Which expressions are a time: comparisons with them allow for rounding."""

from __future__ import annotations

from llr_sd.equations import Binary, Call, Equations, Expression, Reference, Stock, Table, Time, Unary, Values


class Timelike:
    """Says of an expression whether it is the time, shifted or scaled, by itself or through scalar variables."""

    def __init__(self, equations: Equations) -> None:
        self._equations = equations
        self._known: dict[str, bool] = {}

    def __call__(self, expression: Expression) -> bool:
        """Whether an expression is the time, shifted or scaled."""
        match expression:
            case Time():
                return True
            case Binary("+" | "-" | "*" | "/", left, right):
                return self(left) or self(right)
            case Unary("-", operand) | Call("GET TIME VALUE", (_, operand, _)):
                return isinstance(expression, Call) or self(operand)
            case Reference(name, ()):
                if name not in self._known:
                    self._known[name] = False  # a variable that reads itself is refused elsewhere
                    bodies = [d.body for d in self._equations.variables[name].definitions]
                    plain = [b for b in bodies if not isinstance(b, Stock | Table | Values)]
                    self._known[name] = any(self(b) for b in plain)
                return self._known[name]
        return False
