"""VECTOR SELECT, ELM MAP, SORT ORDER, RANK and REORDER, written out with reductions and IF THEN ELSE."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.equations import Along, Axis, Binary, Definition, Expression, Fixed, Index, Loop, Number, Reduce, Reference, Unary
from llr_sd.translate.scope import Known, Scope
from llr_sd.translate.written.made import (
    MISSING,
    NOTHING,
    ZERO,
    Made,
    afford,
    call,
    either,
    last_loop,
    make,
    nearest_whole,
    op,
    over,
    pick,
    place,
    turn,
)

# Action number of VECTOR SELECT: the reduction, the value of elements that are not selected, and what is reduced.
_ACTIONS = {
    0: ("SUM", 0.0, "weighted"),
    1: ("PROD", 1.0, "weighted"),
    2: ("VMIN", math.inf, "weighted"),
    3: ("VMAX", -math.inf, "weighted"),
    4: ("SUM", 0.0, "weighted"),
    5: ("PROD", 1.0, "power"),
    6: ("SUM", 0.0, "plain"),
    7: ("PROD", 1.0, "plain"),
    8: ("VMIN", math.inf, "plain"),
    9: ("VMAX", -math.inf, "plain"),
    10: ("SUM", 0.0, "plain"),
}
_MEANS = (4, 10)


# --- VECTOR SELECT ---------------------------------------------------------------------------------------------------


def vector_select(arguments: Any, scope: Scope) -> Expression:
    """VECTOR SELECT; an action that is no number chooses among all of them as the run goes.

    Raises
    ------
    TranslationError
        When the action is a number other than 0 to 10, or no subscript is marked with !.
    """
    missing, action, on_error = (scope.of(a) for a in arguments[2:])
    selection, _, loops = _pair(arguments, scope)
    count = over("SUM", loops, Binary("<>", selection, ZERO))
    if isinstance(action, Number):
        if action.value not in _ACTIONS:
            raise scope.refuse(
                "the action of VECTOR SELECT is not one of the numbers 0 to 10.", "Write the number of the action."
            )
        result = _selected(int(action.value), count, arguments, scope)
    else:
        result = NOTHING
        for number in _ACTIONS:
            result = either(Binary("=", action, Number(float(number))), _selected(number, count, arguments, scope), result)
    result = either(Binary("=", count, ZERO), missing, result)
    if on_error == ZERO:
        return result
    return either(_in_error(on_error, count), NOTHING, result)


def _selected(action: int, count: Expression, arguments: Any, scope: Scope) -> Expression:
    selection, value, loops = _pair(arguments, scope)
    operator, idle, what = _ACTIONS[action]
    if what == "weighted":
        value = Binary("*", selection, value)
    elif what == "power":
        value = Binary("^", value, selection)
    result: Expression = Reduce(operator, loops, either(Binary("=", selection, ZERO), Number(idle), value))
    return Binary("/", result, count) if action in _MEANS else result


def _in_error(on_error: Expression, count: Expression) -> Expression:
    """1: none is selected, 2: more than one is, 3: either."""
    none = Binary("and", Binary("or", op("=", on_error, 1.0), op("=", on_error, 3.0)), op("=", count, 0.0))
    many = Binary("and", Binary("or", op("=", on_error, 2.0), op("=", on_error, 3.0)), op(">", count, 1.0))
    return Binary("or", none, many)


def _pair(arguments: Any, scope: Scope) -> tuple[Expression, Expression, tuple[int, ...]]:
    """Translate selection and expression with loops of their own, which both run over."""
    outer, scope.reducing = scope.reducing, {}
    selection, value = scope.of(arguments[0]), scope.of(arguments[1])
    loops = tuple(scope.reducing.values())
    scope.reducing = outer
    if not loops:
        raise scope.refuse("VECTOR SELECT has no subscript to run over.", "Mark one with !, as in x[range!].")
    return selection, value, loops


# --- VECTOR ELM MAP --------------------------------------------------------------------------------------------------

Numbers = NDArray[Any]
_ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply}


def vector_elm_map(arguments: Any, scope: Scope) -> Expression:
    """VECTOR ELM MAP: a plain reference where the offset is known beforehand, else a search through the variable."""
    start = scope.of(arguments[0])
    known = _array_of(start, scope)
    assert isinstance(start, Reference)
    offset = scope.of(arguments[1])
    return _known_beforehand(start, known, offset, scope) or _searched(start, known, offset, scope)


def _array_of(start: Expression, scope: Scope) -> Known:
    name = start.name if isinstance(start, Reference) else ""
    every = (*scope.names.known.values(), *((scope.local or {}).values()))
    known = next((k for k in every if k.name == name), None)
    if known is None or not known.axes:
        raise scope.refuse(
            "VECTOR ELM MAP starts from one element of a variable with subscripts.", "Write VECTOR ELM MAP(x[element], offset)."
        )
    return known


def _strides(axes: tuple[Axis, ...]) -> list[int]:
    return [math.prod(len(a.elements) for a in axes[i + 1 :]) for i in range(len(axes))]


def _known_beforehand(start: Reference, known: Known, offset: Expression, scope: Scope) -> Expression | None:
    """Return the reference that a fixed offset comes to, or None where it is not fixed or follows two loops on one axis."""
    by = _fixed_value(offset, scope)
    if by is None:
        return None
    strides, sizes = _strides(known.axes), [len(a.elements) for a in known.axes]
    flat = np.floor(by + 0.5).astype(np.int64)
    for index, stride in zip(start.indices, strides, strict=True):
        at = index.position if isinstance(index, Fixed) else _along(np.array(index.positions), index.loop, scope)
        flat = flat + at * stride
    outside = (flat < 0) | (flat >= math.prod(sizes))
    if outside.all():
        return MISSING
    reference = _reference(start.name, np.where(outside, 0, flat), strides, sizes)
    if reference is None or not outside.any():
        return reference
    loop = _only_loop(outside)
    if loop is None:
        return None
    if all(isinstance(i, Fixed) or i.loop == loop for i in reference.indices):
        return _with_gaps(reference, outside.ravel(), loop, scope)
    there: Expression = ZERO
    for count in np.flatnonzero(outside.ravel()):
        there = Binary("or", there, op("=", place(loop, scope), float(count)))
    return either(there, MISSING, reference)


def _with_gaps(reference: Reference, outside: Numbers, loop: int, scope: Scope) -> Expression:
    """Give the elements that are read a variable of their own, with :NA: for those outside, which so need no other element."""
    of = scope.loops[loop]
    known = Known(scope.names.reserve(f"_{scope.title} element"), (Axis(of.name, of.elements),), "auxiliary")
    parts = []
    for counts, missing in ((np.flatnonzero(~outside), False), (np.flatnonzero(outside), True)):
        read = tuple(i if isinstance(i, Fixed) else Along(0, tuple(i.positions[n] for n in counts)) for i in reference.indices)
        part = Loop(of.name, tuple(of.elements[n] for n in counts))
        body = MISSING if missing else Reference(reference.name, read)
        parts.append(Definition((part,), (Along(0, tuple(counts.tolist())),), body))
    scope.names.store(known, *parts)
    return Reference(known.name, (Along(loop, tuple(range(len(of)))),))


def _along(numbers: Numbers, loop: int, scope: Scope) -> Numbers:
    """Return numbers that follow a loop, as an array with an axis for each loop of the equation."""
    return numbers.reshape([-1 if n == loop else 1 for n in range(len(scope.loops))])


def _only_loop(x: Numbers) -> int | None:
    """Return the one loop that an array of all loops follows, or None where it is not one."""
    found = [n for n, size in enumerate(x.shape) if size > 1]
    return found[0] if len(found) == 1 else None


def _fixed_value(e: Expression, scope: Scope) -> Numbers | None:
    """Return what plain arithmetic of numbers and subscripts gives, with an axis for each loop of the equation."""
    if isinstance(e, Number):
        return np.full([1] * len(scope.loops), e.value)
    if isinstance(e, Reference):
        numbers, index = scope.names.numbers_of(e.name), e.indices[0] if e.indices else None
        if numbers is None or not isinstance(index, Along):
            return None
        return _along(np.array(numbers)[list(index.positions)], index.loop, scope)
    if isinstance(e, Unary) and e.operator == "-":
        inner = _fixed_value(e.operand, scope)
        return None if inner is None else -inner
    if isinstance(e, Binary) and e.operator in _ARITHMETIC:
        left, right = _fixed_value(e.left, scope), _fixed_value(e.right, scope)
        return None if left is None or right is None else _ARITHMETIC[e.operator](left, right)
    return None


def _reference(name: str, flat: Numbers, strides: list[int], sizes: list[int]) -> Reference | None:
    """Return the reference to flat positions, where on each axis the position follows one loop at most."""
    indices: list[Index] = []
    for stride, size in zip(strides, sizes, strict=True):
        at = flat // stride % size
        for n in range(at.ndim):
            first = at.take([0], axis=n)
            at = first if (at == first).all() else at
        loop = _only_loop(at)
        if at.size == 1:
            indices.append(Fixed(int(at.ravel()[0])))
        elif loop is None:
            return None
        else:
            indices.append(Along(loop, tuple(at.ravel().tolist())))
    return Reference(name, tuple(indices))


def _searched(start: Reference, known: Known, offset: Expression, scope: Scope) -> Expression:
    target: Expression = offset
    for index, stride in zip(start.indices, _strides(known.axes), strict=True):
        if isinstance(index, Fixed):
            target = op("+", target, float(index.position * stride))
        else:
            target = op("+", target, op("*", _listed(index, scope), float(stride)))
    afford("VECTOR ELM MAP", math.prod(len(a.elements) for a in known.axes), scope)
    loops = [turn(scope, Loop(a.name, a.elements)) for a in known.axes]
    cell = Reference(known.name, tuple(Along(n, tuple(range(len(a.elements)))) for n, a in zip(loops, known.axes, strict=True)))
    here = op("+", *(op("*", place(n, scope), float(k)) for n, k in zip(loops, _strides(known.axes), strict=True)))
    return _found(target, here, cell, loops, math.prod(len(a.elements) for a in known.axes))


def _found(target: Expression, here: Expression, cell: Expression, loops: list[int], size: int) -> Expression:
    """The cell whose place is `target`; an infinite number where that cell is not a number; :NA: outside the vector."""
    inside = Binary("and", op(">=", target, -0.5), op("<", target, size - 0.5))
    return either(inside, pick(loops, op("=", here, nearest_whole(target)), cell), MISSING)


def _listed(index: Along, scope: Scope) -> Expression:
    """Return the positions that an index takes, as a number that follows its loop."""
    if index.positions == tuple(range(index.positions[0], index.positions[0] + len(index.positions))):
        return place(index.loop, scope, index.positions[0])
    numbers = [op("=", place(index.loop, scope), float(n)) for n in range(len(index.positions))]
    return op("+", *(op("*", is_here, float(p)) for is_here, p in zip(numbers, index.positions, strict=True)))


# --- order -----------------------------------------------------------------------------------------------------------


def vector_sort_order(arguments: Any, scope: Scope) -> Expression:
    """VECTOR SORT ORDER: at each place in the order, which element of the vector stands there, counted from 0."""
    last = last_loop("VECTOR SORT ORDER", scope)
    ranks = _ranks("VECTOR SORT ORDER", arguments, scope)
    other = turn(scope, scope.loops[last])
    here = op("=", ranks.at((*range(last), other)), place(last, scope))
    return over("VMAX", (other,), either(here, place(other, scope), MISSING))


def vector_rank(arguments: Any, scope: Scope) -> Expression:
    """VECTOR RANK: the place of each element in the order, counted from 1."""
    last = last_loop("VECTOR RANK", scope)
    return op("+", _ranks("VECTOR RANK", arguments, scope).at(range(last + 1)), 1.0)


def vector_reorder(arguments: Any, scope: Scope) -> Expression:
    """VECTOR REORDER: the element of the vector that the order names, counted from 0."""
    last = last_loop("VECTOR REORDER", scope)
    vector = _vector("VECTOR REORDER", arguments[0], scope)
    target = scope.of(arguments[1])
    other = turn(scope, scope.loops[last])
    cell = vector.at((*range(last), other))
    return _found(target, place(other, scope), cell, [other], len(scope.loops[last]))


def _vector(name: str, tree: Any, scope: Scope) -> Made:
    """Give the vector a variable of its own, so that an element can be read from the place of another."""
    last = last_loop(name, scope)
    afford(name, len(scope.loops[last]), scope)

    def build(inner: Scope) -> Expression:
        vector = inner.of(tree)
        if isinstance(vector, Reference):
            index = vector.indices[-1] if vector.indices else None
            known = _array_of(vector, inner) if index else None
            if not isinstance(index, Along) or index.loop != last:
                raise scope.refuse(
                    f"the vector of {name} does not run over the last subscript of the left-hand side.",
                    f"Write x[...,range] = {name}(vector[...,range], ...).",
                )
            if known is not None and sorted(index.positions) != list(range(len(known.axes[-1].elements))):
                raise scope.refuse(f"{name} works on whole vectors only, not on a part of one.", "Use the whole range.")
        return vector

    return make(scope, "vector", build)


def _ranks(name: str, arguments: Any, scope: Scope) -> Made:
    """How many elements come before each; equal ones in the order of the subscript, upwards and downwards."""
    vector, last = _vector(name, arguments[0], scope), last_loop(name, scope)

    def build(inner: Scope) -> Expression:
        direction = inner.of(arguments[1])
        other = turn(inner, inner.loops[last])
        mine, its = vector.at(range(last + 1)), vector.at((*range(last), other))
        before = either(op(">", direction, 0.0), op("<", its, mine), op(">", its, mine))
        tie = Binary("and", op("=", its, mine), op("<", place(other, inner), place(last, inner)))
        count = over("SUM", (other,), either(tie, Number(1.0), before))
        # The addend makes the rank of what is not a number not a number.
        return op("+", count, call("MIN", 0.0, call("ABS", mine)))

    return make(scope, "rank", build)
