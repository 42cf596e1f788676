"""Variables that show what happens inside expressions: which side of a limit is taken, and where.

A probe has the subscripts that run where its limit stands, those of sums included. It is -1, 0 or 1 where the limit is MIN or MAX (the
first argument is less, as great, greater), and 1 or 0 where it is a condition.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from llr_sd.check.wording import shorten, write
from llr_sd.equations import (
    Along,
    Axis,
    Binary,
    Call,
    Definition,
    Equations,
    Expression,
    Index,
    LookupCall,
    Number,
    Reduce,
    Reference,
    Stock,
    Table,
    Values,
    Variable,
    children,
    deep_recursion,
    with_children,
)

CONDITION = "IF THEN ELSE"
LIMITS = ("MIN", "MAX", CONDITION)
MOST_CELLS = 4096
"""A limit that is looked at for more elements than these is left out."""


@dataclass(frozen=True)
class Probe:
    """A limit in an equation: what shows it, the variable that has it, its function, its arguments as text, what the first one reads."""

    name: str
    variable: str
    function: str
    arguments: tuple[str, ...]
    reads: frozenset[str]

    def __str__(self) -> str:
        return f"{self.function}({', '.join(self.arguments)})"


def with_probes(equations: Equations) -> tuple[Equations, tuple[Probe, ...]]:
    """Return the model with a probe for each limit that its author wrote, and the probes in the order of the file."""
    variables, probes = dict(equations.variables), list[Probe]()
    with deep_recursion():
        for v in equations.variables.values():
            own = v.kind in ("auxiliary", "stock") and not v.name.startswith("_")
            for definition in v.definitions if own else ():
                for call in _limits(definition.body):
                    made = _probe(f"_probe {len(probes)}", definition, call)
                    if made.size <= MOST_CELLS:
                        told = tuple(shorten(write(a, definition.loops, equations), 60) for a in call.arguments)
                        probes.append(Probe(made.name, v.name, call.function, told, frozenset(_read(call.arguments[0]))))
                        variables[made.name] = made
    return replace(equations, variables=variables), tuple(probes)


def _limits(body: Expression | Stock | Table | Values) -> Iterator[Call]:
    """Yield the limits in a body, outer ones first."""
    if isinstance(body, Stock):
        yield from _limits(body.flow)
        yield from _limits(body.initial)
    elif not isinstance(body, Table | Values):
        if isinstance(body, Call) and body.function in LIMITS and (body.function == CONDITION or len(body.arguments) == 2):
            yield body
        for child in children(body):
            yield from _limits(child)


def _probe(name: str, definition: Definition, call: Call) -> Variable:
    """Return the variable that shows a limit."""
    first, second, *_ = call.arguments
    shown: Expression = Binary("-", Binary(">", first, second), Binary("<", first, second))
    if call.function == CONDITION:
        shown = Call(CONDITION, (first, Number(1.0), Number(0.0)))
    free, bound = _loops(shown, frozenset())
    order = {n: i for i, n in enumerate((*sorted(free), *sorted(bound)))}
    loops = tuple(definition.loops[n] for n in order)
    target = tuple(Along(i, tuple(range(len(loops[i])))) for i in range(len(free)))
    axes = tuple(Axis(loop.name, loop.elements) for loop in loops[: len(free)])
    return Variable(name, axes, (Definition(loops, target, _renumbered(shown, order)),), "auxiliary")


def _loops(e: Expression, inside: frozenset[int]) -> tuple[set[int], set[int]]:
    """Return the loops that an expression follows from outside, and those of its own sums."""
    if isinstance(e, Reduce):
        inside |= set(e.loops)
    indices = e.indices if isinstance(e, Reference | LookupCall) else ()
    free = {i.loop for i in indices if isinstance(i, Along)} - inside
    bound = set(e.loops) if isinstance(e, Reduce) else set[int]()
    for child in children(e):
        more_free, more_bound = _loops(child, inside)
        free, bound = free | more_free, bound | more_bound
    return free, bound


def _renumbered(e: Expression, order: Mapping[int, int]) -> Expression:
    """Return an expression that follows the same loops under other numbers."""

    def index(i: Index) -> Index:
        return replace(i, loop=order[i.loop]) if isinstance(i, Along) else i

    made = with_children(e, [_renumbered(part, order) for part in children(e)])
    match made:
        case Reference(_, indices) | LookupCall(_, indices, _):
            return replace(made, indices=tuple(map(index, indices)))
        case Reduce(_, loops, _):
            return replace(made, loops=tuple(order[n] for n in loops))
    return made


def _read(e: Expression) -> Iterator[str]:
    if isinstance(e, Reference):
        yield e.name
    for child in children(e):
        yield from _read(child)


def flows(equations: Equations) -> tuple[str, ...]:
    """Return the variables that a stock adds or takes, in the order of the file."""

    stocks = (d.body for v in equations.variables.values() if not v.name.startswith("_") for d in v.definitions)
    read = {name for body in stocks if isinstance(body, Stock) for name in _read(body.flow)}
    rate = (v for v in equations.variables.values() if v.name in read and v.kind == "auxiliary")
    return tuple(v.name for v in rate if not v.name.startswith("_") and math.prod(v.shape) <= MOST_CELLS)
