"""Nodes of PySD's syntax tree, and the elements of its abstract model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Tree = Any
"""A node of PySD's syntax tree, or a float."""
LONGEST = 100
"""Terms of one sum; a longer one goes on from an element of its own."""


def component(tree: Tree) -> Any:
    """Return a part of an element."""
    from pysd.translators.structures.abstract_model import AbstractComponent

    return AbstractComponent(subscripts=([], []), ast=tree)


def element(name: str, tree: Tree) -> Any:
    """Return an element without subscripts or texts."""
    from pysd.translators.structures.abstract_model import AbstractElement

    return AbstractElement(name, [component(tree)])


def reference(name: str) -> Tree:
    """Return the value of an element."""
    from pysd.translators.structures.abstract_expressions import ReferenceStructure

    return ReferenceStructure(name)


def call(function: str, *arguments: Tree) -> Tree:
    """Return a call of a function or lookup."""
    from pysd.translators.structures.abstract_expressions import CallStructure

    return CallStructure(reference(function), tuple(arguments))


def either(condition: Tree, then: Tree, otherwise: Tree) -> Tree:
    """Return one of two values."""
    return call("if_then_else", condition, then, otherwise)


def numpys(tree: Tree) -> Tree:
    """Return a divisor as a number of numpy, which makes infinity of a zero where Python refuses it."""
    return tree if isinstance(tree, float) and tree != 0 else call("power", tree, 1.0)


def arithmetic(operator: str, *operands: Tree) -> Tree:
    """Return an operation on one or two operands."""
    from pysd.translators.structures.abstract_expressions import ArithmeticStructure

    return ArithmeticStructure([operator], list(operands))


def chained(operators: list[str], operands: list[Tree], helper: Callable[[Tree], Tree]) -> Tree:
    """Return operands joined from the left; a long chain goes on from an element of its own."""
    from pysd.translators.structures.abstract_expressions import ArithmeticStructure

    while len(operators) > LONGEST:
        start = helper(ArithmeticStructure(operators[:LONGEST], operands[: LONGEST + 1]))
        operators, operands = operators[LONGEST:], [start, *operands[LONGEST + 1 :]]
    return ArithmeticStructure(operators, operands)


def logic(operator: str, *operands: Tree) -> Tree:
    """Return a comparison, or conditions joined."""
    from pysd.translators.structures.abstract_expressions import LogicStructure

    return LogicStructure([operator], list(operands))


def integer(x: Tree) -> Tree:
    """The whole part as a float: PySD gives an integer, whose powers and states are integers too."""
    return arithmetic("+", call("integer", x), 0.0)
