"""Small models built from the expression tree, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.equations import (
    Along,
    Axis,
    Binary,
    Call,
    Definition,
    Equations,
    Loop,
    Number,
    Reference,
    Stock,
    Table,
    Unary,
    Values,
    Variable,
)

CLOCK = {"INITIAL TIME": 0.0, "FINAL TIME": 10.0, "TIME STEP": 0.5, "SAVEPER": 0.5}
NO_DESIGN = Design((), np.empty((1, 0)))


def expression(x: Any) -> Any:
    """A number as a node; anything else as it is."""
    return Number(float(x)) if isinstance(x, int | float) else x


def ref(name: str) -> Reference:
    return Reference(name)


def call(function: str, *arguments: Any) -> Call:
    return Call(function, tuple(expression(a) for a in arguments))


def binary(operator: str, left: Any, right: Any) -> Binary:
    return Binary(operator, expression(left), expression(right))


def stock(flow: Any, initial: Any, **more: Any) -> Stock:
    return Stock(expression(flow), expression(initial), **more)


def model(bodies: Mapping[str, Any], method: str = "euler", **clock: float) -> Equations:
    """A model of scalars: a number is a constant; a Variable is taken as it is."""
    variables: dict[str, Variable] = {}
    times = CLOCK | {k.replace("_", " ").upper(): v for k, v in clock.items()}
    for name, body in {**bodies, **times}.items():
        if isinstance(body, Variable):
            variables[name] = body
            continue
        kind = "stock" if isinstance(body, Stock) else "lookup" if isinstance(body, Table) else "auxiliary"
        if isinstance(body, int | float | Number) or (isinstance(body, Unary) and isinstance(body.operand, Number)):
            kind = "constant"
        variables[name] = Variable(name, (), (Definition((), (), expression(body)),), kind)
    return Equations(Path("test.mdl"), variables, method=method)


def array(
    name: str, elements: Sequence[str], body: Any, kind: str = "auxiliary", loops: Sequence[Loop] = (), axis: str = "kind"
) -> Variable:
    """A variable over one axis, with one equation for all its elements (loop 0); `loops` are those of reductions."""
    every = tuple(range(len(elements)))
    definition = Definition((Loop(axis, tuple(elements)), *loops), (Along(0, every),), body)
    return Variable(name, (Axis(axis, tuple(elements)),), (definition,), kind)


def numbers(name: str, elements: Sequence[str], values: Sequence[float], axis: str = "kind") -> Variable:
    """A constant over one axis."""
    return array(name, elements, Values(tuple(map(float, values))), "constant", axis=axis)


def simulate(equations: Equations, outputs: Sequence[str] | None = None, design: Design = NO_DESIGN, **more: Any) -> Any:
    """Run and return the dataset; every run must be ok."""
    ensemble = run(equations, design, outputs, **more)
    assert all(s.ok for s in ensemble.status), ensemble.status
    return ensemble.dataset


def series(equations: Equations, name: str, **more: Any) -> Any:
    """Values of one variable of one run, shape (time, ...)."""
    return simulate(equations, [name], **more)[name].values[0]
