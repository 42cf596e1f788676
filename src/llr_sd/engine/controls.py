"""Control variables given by equations: any formula of constants, with the values that a batch sets."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

import numpy as np

from llr_sd import equations as eq
from llr_sd.design import Design
from llr_sd.errors import InputError

_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "MIN": min,
    "MAX": max,
    "ABS": abs,
    "INTEGER": math.trunc,
    "EXP": math.exp,
    "LN": math.log,
    "SQRT": math.sqrt,
    "POWER": math.pow,
    "MODULO": math.fmod,
    "INITIAL": float,
    "ZIDZ": lambda a, b: a / b if b else 0.0,
    "XIDZ": lambda a, b, x: a / b if b else x,
}


def control_value(name: str, equations: eq.Equations, design: Design) -> float:
    """Return what a control variable is worth in a batch.

    Raises
    ------
    InputError
        When it differs between the runs of the batch, or does not come from constants alone.
    """
    return _Control(name, equations, design).of_variable(equations.variable(name), 0)


class _Control:
    """The evaluation of one control variable."""

    def __init__(self, name: str, equations: eq.Equations, design: Design) -> None:
        self._name, self._equations, self._design = name, equations, design
        self._above: list[str] = []

    def of_variable(self, variable: eq.Variable, position: int) -> float:
        """Return one cell of a variable: as the batch sets it, or as its equation gives it."""
        label = variable.label(list(variable.elements())[position]) if variable.axes else variable.name
        for i, column in enumerate(self._design.names):
            if eq.canonical(column) == eq.canonical(label):
                values = np.unique(self._design.values[:, i])
                if len(values) > 1:
                    raise InputError(
                        f'"{column}", which the clock depends on, must be the same in every run of a batch.',
                        mend="Run the batches one by one.",
                    )
                if len(values) == 1:
                    return float(values[0])
        if label in self._above:
            raise self._refuse(f'"{label}" needs itself.')
        self._above.append(label)
        if variable.kind == "constant":
            found = self._equations.constant_value(self._equations.cell(label))
        elif variable.axes or len(variable.definitions) != 1:
            raise self._refuse(f'"{label}" is not a constant.')
        else:
            found = self._of(variable.definitions[0].body)
        self._above.pop()
        return found

    def _of(self, body: eq.Expression | eq.Stock | eq.Table | eq.Values) -> float:
        if isinstance(body, eq.Number):
            return body.value
        try:
            if isinstance(body, eq.Unary):
                return -self._of(body.operand) if body.operator == "-" else float(not self._of(body.operand))
            if isinstance(body, eq.Binary):
                return float(_OPERATORS[body.operator](self._of(body.left), self._of(body.right)))
            if isinstance(body, eq.Call) and body.function == "IF THEN ELSE":
                return self._of(body.arguments[1] if self._of(body.arguments[0]) else body.arguments[2])
            if isinstance(body, eq.Call) and body.function in _FUNCTIONS:
                return float(_FUNCTIONS[body.function](*(self._of(a) for a in body.arguments)))
        except (ArithmeticError, ValueError, TypeError) as error:
            raise self._refuse("its equation has no number as its result.") from error
        if isinstance(body, eq.Reference):
            return self._of_reference(body)
        raise self._refuse("it changes over time, or uses a function that a clock cannot.")

    def _of_reference(self, reference: eq.Reference) -> float:
        variable = self._equations.variable(reference.name)
        position = 0
        for index, axis in zip(reference.indices, variable.axes, strict=True):
            if not isinstance(index, eq.Fixed):
                raise self._refuse(f'"{variable.name}" is not one number.')
            position = position * len(axis.elements) + index.position
        return self.of_variable(variable, position)

    def _refuse(self, why: str) -> InputError:
        return InputError(
            f"{self._name} must be a number that can be worked out before the run: {why}",
            where=self._equations.source.name,
            mend="Write a number, or a formula of constants.",
        )
