"""VECTOR SELECT, written out with reductions and IF THEN ELSE as PySD computes it."""

from __future__ import annotations

import math
from typing import Any

from llr_sd.equations import Binary, Call, Expression, Number, Reduce
from llr_sd.translate.arity import count_message
from llr_sd.translate.scope import Scope

_ARGUMENTS = "selection, expression, value if none, action, error action"
# Action number: the reduction, the value of elements that are not selected, and what is reduced.
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


def vector_select(arguments: Any, scope: Scope) -> Expression:
    """Translate a call of VECTOR SELECT.

    Raises
    ------
    TranslationError
        When the action is not a number from 0 to 10, or an error is asked for (an error action other than 0).
    """
    if len(arguments) != 5:
        raise scope.refuse(*count_message("VECTOR SELECT", _ARGUMENTS, len(arguments)))
    missing, action, on_error = (scope.of(a) for a in arguments[2:])
    if not isinstance(action, Number) or action.value not in _ACTIONS:
        raise scope.refuse("the action of VECTOR SELECT is not one of the numbers 0 to 10.", "Write the number of the action.")
    if on_error != Number(0.0):
        raise scope.refuse("VECTOR SELECT is asked to raise an error.", "Set its last argument to 0.")
    selection, _, loops = _pair(arguments, scope)
    count = Reduce("SUM", loops, Binary("<>", selection, Number(0.0)))
    selection, value, loops = _pair(arguments, scope)
    operator, idle, what = _ACTIONS[int(action.value)]
    if what == "weighted":
        value = Binary("*", selection, value)
    elif what == "power":
        value = Binary("^", value, selection)
    chosen = Call("IF THEN ELSE", (Binary("=", selection, Number(0.0)), Number(idle), value))
    result: Expression = Reduce(operator, loops, chosen)
    if action.value in _MEANS:
        result = Binary("/", result, count)
    return Call("IF THEN ELSE", (Binary("=", count, Number(0.0)), missing, result))


def _pair(arguments: Any, scope: Scope) -> tuple[Expression, Expression, tuple[int, ...]]:
    """Translate selection and expression with loops of their own, which both run over."""
    outer = scope.reducing, scope.whole
    scope.reducing, scope.whole = {}, False
    selection, value = scope.of(arguments[0]), scope.of(arguments[1])
    loops = tuple(scope.reducing.values())
    scope.reducing, scope.whole = outer
    if not loops:
        raise scope.refuse("VECTOR SELECT has no subscript to run over.", "Mark one with !, as in x[range!].")
    return selection, value, loops
