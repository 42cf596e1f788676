"""Syntax trees to expressions: numbers, operators and references, with the grouping that Vensim and XMILE document."""

from __future__ import annotations

from typing import Any

import numpy as np

from llr_sd import equations as eq
from llr_sd.errors import nearest
from llr_sd.translate import calls, macros
from llr_sd.translate.scope import Known, Scope


def expression(tree: Any, scope: Scope) -> eq.Expression:
    """Translate one syntax tree of PySD.

    Raises
    ------
    TranslationError
        For a construct that is not supported, and for a name, subscript or argument count that does not fit.
    """
    if isinstance(tree, bool | int | float | np.number):
        return eq.Number(float(tree))
    if isinstance(tree, str):
        raise scope.refuse(f"the text '{tree}' stands where a number is needed.", "Only GET functions take texts.")
    if isinstance(tree, np.ndarray):
        raise scope.refuse("a list of numbers stands inside an expression.", "Give the list a variable of its own.")
    kind = type(tree).__name__
    if kind == "ArithmeticStructure":
        return _arithmetic(list(tree.operators), [scope.of(a) for a in tree.arguments])
    if kind == "LogicStructure":
        return _logic(list(tree.operators), [scope.of(a) for a in tree.arguments])
    if kind == "ReferenceStructure":
        return _reference(tree, scope)
    if kind == "Refused":
        raise tree.error
    if kind == "Neutral":
        return _neutral(tree.value, scope)
    if kind == "MacroCall":
        return macros.call_with_outputs(tree, scope)
    return calls.structure(tree, scope)


def _arithmetic(operators: list[str], operands: list[eq.Expression]) -> eq.Expression:
    if operators == ["negative"]:
        return _negative(operands[0])
    if operators[0] == "^":
        return _power(operands)
    value = operands[0]
    for operator, operand in zip(operators, operands[1:], strict=True):
        value = eq.Binary(operator, value, operand)
    return value


def _negative(operand: eq.Expression) -> eq.Expression:
    return eq.Number(-operand.value) if isinstance(operand, eq.Number) else eq.Unary("-", operand)


def _power(operands: list[eq.Expression]) -> eq.Expression:
    """Group powers from the right."""
    value = operands[-1]
    for base in reversed(operands[:-1]):
        value = eq.Binary("^", base, value)
    return value


def _logic(operators: list[str], operands: list[eq.Expression]) -> eq.Expression:
    """Group comparisons and logic: :AND: binds more tightly than :OR:, also where a reader hands both over in one list."""
    if operators == [":NOT:"]:
        return eq.Unary("not", operands[0])
    groups = [operands[0]]
    for operator, operand in zip(operators, operands[1:], strict=True):
        binder = operator.strip(":").lower()
        if binder == "or":
            groups.append(operand)
        else:
            groups[-1] = eq.Binary(binder, groups[-1], operand)
    value = groups[0]
    for group in groups[1:]:
        value = eq.Binary("or", value, group)
    return value


def _reference(tree: Any, scope: Scope) -> eq.Expression:
    subscripts = list(tree.subscripts.subscripts) if tree.subscripts else []
    key = eq.canonical(tree.reference)
    if scope.local is not None and key in scope.local:
        if subscripts or scope.local[key].kind == "lookup":
            raise scope.refuse(
                f'"{tree.reference}" is read with subscripts, or without its argument, inside a macro.',
                "Write the equations without the macro.",
            )
        return eq.Reference(scope.local[key].name, scope.own_axes()[1])
    if eq.canonical(tree.reference.removesuffix("$")) == "time":
        return eq.Time()
    known = _known(tree.reference, scope)
    if known is not None:
        if known.kind == "lookup":
            raise scope.refuse(f'the lookup "{known.name}" is read without an argument.', f"Write {known.name}(x).")
        return eq.Reference(known.name, scope.indices(known, subscripts))
    if not subscripts and (tree.reference in scope.names.ranges or scope.names.ranges.is_element(tree.reference)):
        return _subscript_number(tree.reference, scope)
    names = [k.name for k in scope.names.known.values()]
    raise scope.refuse(f'"{tree.reference.replace("_", " ")}" is not defined.', nearest(tree.reference.replace("_", " "), names))


def _known(name: str, scope: Scope) -> Known | None:
    """Return the variable that a name means; inside a macro only the clock, and names with $, reach outside."""
    key = eq.canonical(name)
    outside = eq.canonical(name.removesuffix("$"))
    if scope.local is not None:
        visible = name.endswith("$") or outside in {eq.canonical(c) for c in eq.CONTROLS}
        return scope.names.known.get(outside) if visible else None
    return scope.names.known.get(key)


def _neutral(value: float, scope: Scope) -> eq.Expression:
    """Return a number as a made-up variable, to which the check of units puts no question."""
    name = f"_number {value:g}"
    if eq.canonical(name) not in scope.names.made_up:
        scope.names.store(Known(name, (), "auxiliary"), eq.Definition((), (), eq.Number(value)))
    return eq.Reference(name)


def _subscript_number(name: str, scope: Scope) -> eq.Expression:
    """Return a subscript name used as a number: its place in its range, counted from 1."""
    ranges = scope.names.ranges
    numbers = tuple(float(n) for n in ranges.number(name))
    if scope.names.loose and name in ranges:
        numbers = tuple(float(i + 1) for i in range(len(ranges[name].elements)))
    if name not in ranges:
        return eq.Number(numbers[0])
    r = ranges[name]
    if eq.canonical(name) not in scope.left:
        raise scope.refuse(
            f'the range "{r.name}" is used as a number, but is not on the left-hand side.', f"Add [{r.name}] there."
        )
    loop = scope.left[eq.canonical(name)]
    made_up = f"_position in {r.name}"
    if eq.canonical(made_up) not in scope.names.made_up:
        every: tuple[eq.Index, ...] = (eq.Along(0, tuple(range(len(r.elements)))),)
        known = Known(made_up, (eq.Axis(r.name, r.elements),), "auxiliary")
        scope.names.store(known, eq.Definition((eq.Loop(r.name, r.elements),), every, eq.Values(numbers)))
    places = {eq.canonical(e): i for i, e in enumerate(r.elements)}
    return eq.Reference(made_up, (eq.Along(loop, tuple(places[eq.canonical(e)] for e in scope.loops[loop].elements)),))
