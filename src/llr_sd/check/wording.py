"""Expressions and numbers as a modeller writes them, for findings."""

from __future__ import annotations

from llr_sd.equations import (
    NA,
    Along,
    Binary,
    Call,
    Equations,
    Expression,
    Index,
    LookupCall,
    Loop,
    Number,
    Reduce,
    Reference,
    Time,
    Unary,
    Variable,
)

_RANK = {"or": 1, "and": 2, "=": 3, "<>": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "^": 7}
_LOGIC = {"or": ":OR:", "and": ":AND:"}
LONGEST = 120


def shorten(text: str, most: int = LONGEST) -> str:
    """Cut a text in the middle where it is longer than `most`."""
    return text if len(text) <= most else f"{text[: most * 2 // 3]} ... {text[-most // 4 :]}"


def write(expression: Expression, loops: tuple[Loop, ...], equations: Equations) -> str:
    """Return an expression as text; subscripts that are summed over carry a "!"."""
    return _write(expression, loops, equations, frozenset(), 0)


def _write(e: Expression, loops: tuple[Loop, ...], equations: Equations, summed: frozenset[int], rank: int) -> str:
    def inside(x: Expression, least: int = 0) -> str:
        return _write(x, loops, equations, summed, least)

    def named(name: str, indices: tuple[Index, ...]) -> str:
        variable = equations.variables[name]
        return (
            f"{name}[{','.join(_index(i, variable, axis, loops, summed) for axis, i in enumerate(indices))}]" if indices else name
        )

    match e:
        case Number(value):
            return ":NA:" if value == NA else f"{value:g}"
        case Time():
            return "Time"
        case Reference(name, indices):
            return named(name, indices)
        case Unary(operator, operand):
            return f"-{inside(operand, 6)}" if operator == "-" else f":NOT: {inside(operand, 6)}"
        case Binary(operator, left, right):
            own = _RANK[operator]
            text = f"{inside(left, own)} {_LOGIC.get(operator, operator)} {inside(right, own + 1)}"
            return f"({text})" if own < rank else text
        case Call(function, arguments):
            return f"{function}({', '.join(inside(a) for a in arguments)})"
        case LookupCall(name, indices, argument):
            shown = "WITH LOOKUP" if name.startswith("_") else named(name, indices)
            return f"{shown}({inside(argument)})"
        case Reduce(operator, own_loops, body):
            return f"{operator}({_write(body, loops, equations, summed | set(own_loops), 0)})"


def _index(index: Index, variable: Variable, axis: int, loops: tuple[Loop, ...], summed: frozenset[int]) -> str:
    if isinstance(index, Along):
        return f"{loops[index.loop].name}{'!' if index.loop in summed else ''}"
    return variable.axes[axis].elements[index.position]


def figure(value: float) -> str:
    """Return a number with four significant digits, thousands apart."""
    if value == 0 or value != value:
        return f"{value:g}"
    return f"{value:.3g}" if not 1e-3 <= abs(value) < 1e6 else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Return a share as a percentage with three significant digits."""
    return f"{100 * share:.3g} %"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 finding" or "3 findings"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
