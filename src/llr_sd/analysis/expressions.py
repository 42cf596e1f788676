"""Arithmetic on scalar outputs, as a study file writes it: "639 - gp_2020"."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError, nearest, shown
from llr_sd.rounding import difference
from llr_sd.values import number

LONGEST = 1000
"""Most characters of an expression; more cannot be followed by a reader, or by Python."""
_BINARY: Mapping[type[ast.operator], Callable[..., NDArray[np.float64]]] = {
    ast.Add: operator.add,
    ast.Sub: difference,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_FUNCTIONS: Mapping[str, Callable[..., NDArray[np.float64]]] = {"min": np.minimum, "max": np.maximum, "abs": np.abs}


def names_in(expression: str, where: str) -> tuple[str, ...]:
    """Return the output names that an expression uses, in order; raise InputError when it is not plain arithmetic.

    Parameters
    ----------
    expression
        As a study or a register writes it.
    where
        File and key, for the message.
    """
    tree = _parse(expression, where)
    names = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id not in _FUNCTIONS]
    evaluate(expression, {n: np.ones(()) for n in names}, where)
    return tuple(dict.fromkeys(names))


def evaluate(expression: str, values: Mapping[str, NDArray[np.float64]], where: str) -> NDArray[np.float64]:
    """Evaluate an expression run by run.

    Parameters
    ----------
    expression
        Numbers, output names, + - * / **, min, max, abs and brackets.
    values
        Arrays of one shape, by output name.
    where
        Named in errors: file and key.

    Returns
    -------
    array
        Of the same shape; NaN where the expression is undefined, as a division by zero. A difference within rounding is 0.
    """

    def value(name: str) -> NDArray[np.float64]:
        if name not in values:
            raise InputError(f'no scalar output is called "{name}".', where=where, mend=nearest(name, values))
        return values[name]

    with np.errstate(all="ignore"):
        result = _walk(_parse(expression, where).body, where, value)
    shape = next((v.shape for v in values.values()), ())
    found = np.broadcast_to(np.asarray(result, dtype=np.float64), shape).copy()
    found[~np.isfinite(found)] = np.nan
    return found


def _parse(expression: str, where: str) -> ast.Expression:
    text = expression.strip()
    try:
        if len(text) > LONGEST:
            raise ValueError
        tree = ast.parse(text, mode="eval")
        for node in ast.walk(tree):
            # Python reads 5_0, 0x10 and 1e999 as numbers too; people who write them mean something else.
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
                number(ast.get_source_segment(text, node) or "", where)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        mend = f"Write plain arithmetic of at most {LONGEST} characters: numbers, output names, + - * / **, min, max, abs."
        raise InputError(f"{shown(expression)} cannot be read as arithmetic.", where=where, mend=mend) from None
    return tree


def _walk(node: ast.expr, where: str, value: Callable[[str], object]) -> object:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return np.float64(node.value)
    if isinstance(node, ast.Name):
        return value(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_walk(node.operand, where, value)  # type: ignore[operator]
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](_walk(node.left, where, value), _walk(node.right, where, value))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords:
        arity = 1 if node.func.id == "abs" else 2
        if len(node.args) == arity:
            return _FUNCTIONS[node.func.id](*(_walk(a, where, value) for a in node.args))
        raise InputError(f"{node.func.id} takes {arity} value{'s' * (arity > 1)}.", where=where)
    raise InputError(
        f"{shown(ast.unparse(node))} is not plain arithmetic.",
        where=where,
        mend="Use numbers, output names, + - * / **, min, max, abs.",
    )
