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
Tree = float | str | list["Tree"]
"""A number, the name of an output, or an operation with what it works on: ["-", 639.0, "gp_2020"]; JSON can hold it."""
_BINARY: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_OPERATIONS: Mapping[str, Callable[..., NDArray[np.float64]]] = {
    "+": operator.add,
    "-": difference,
    "*": operator.mul,
    "/": np.divide,
    "**": np.power,
    "minus": operator.neg,
    "min": np.minimum,
    "max": np.maximum,
    "abs": np.abs,
}
_FUNCTIONS = {"min": 2, "max": 2, "abs": 1}


def names_in(expression: str, where: str) -> tuple[str, ...]:
    """Return the output names that an expression uses, in order; raise InputError when it is not plain arithmetic.

    Parameters
    ----------
    expression
        As a study or a register writes it.
    where
        File and key, for the message.
    """
    return tuple(dict.fromkeys(_names(tree_of(expression, where))))


def _names(tree: Tree) -> list[str]:
    if isinstance(tree, list):
        return [name for part in tree[1:] for name in _names(part)]
    return [tree] if isinstance(tree, str) else []


def tree_of(expression: str, where: str) -> Tree:
    """Return what an expression says as a tree: a number, an output's name, or a list of an operation and what it works on.

    Operations are + - * / ** minus (of one number), min, max and abs. Raises InputError when it is not plain arithmetic.

    Parameters
    ----------
    expression, where
        As in `names_in`.
    """
    return _tree(_parse(expression, where).body, where)


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

    tree = tree_of(expression, where)
    unknown = next((name for name in _names(tree) if name not in values), None)
    if unknown is not None:
        raise InputError(f'no scalar output is called "{unknown}".', where=where, mend=nearest(unknown, values))
    with np.errstate(all="ignore"):
        result = _value(tree, values)
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


def _value(tree: Tree, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64] | np.float64:
    if isinstance(tree, str):
        return values[tree]
    if isinstance(tree, list):
        return _OPERATIONS[str(tree[0])](*(_value(part, values) for part in tree[1:]))
    return np.float64(tree)


def _tree(node: ast.expr, where: str) -> Tree:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return ["minus", _tree(node.operand, where)]
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return [_BINARY[type(node.op)], _tree(node.left, where), _tree(node.right, where)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords:
        arity = _FUNCTIONS[node.func.id]
        if len(node.args) == arity:
            return [node.func.id, *(_tree(a, where) for a in node.args)]
        raise InputError(f"{node.func.id} takes {arity} value{'s' * (arity > 1)}.", where=where)
    raise InputError(
        f"{shown(ast.unparse(node))} is not plain arithmetic.",
        where=where,
        mend="Use numbers, output names, + - * / **, min, max, abs.",
    )
