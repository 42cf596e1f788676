"""Calls in syntax trees: functions, lookups, reductions, and the structures that carry a state."""

from __future__ import annotations

import math
import re
from typing import Any

from llr_sd.dialects import REFUSED, VENSIM_FUNCTIONS
from llr_sd.equations import (
    Call,
    Definition,
    Expression,
    LookupCall,
    Number,
    Reduce,
    Reference,
    canonical,
)
from llr_sd.errors import nearest
from llr_sd.functions import FUNCTIONS, REDUCTIONS, STATEFUL, Function
from llr_sd.translate import macros
from llr_sd.translate.forms import MOST_COPIES, copies, written_out
from llr_sd.translate.messages import count_message
from llr_sd.translate.scope import Known, Scope
from llr_sd.translate.tables import points, stock
from llr_sd.translate.written import WRITTEN

_NOT_SUPPORTED = {
    "GetConstantsStructure": "GET DIRECT CONSTANTS inside an expression",
    "GetDataStructure": "GET DIRECT DATA inside an expression",
    "GetLookupsStructure": "GET DIRECT LOOKUPS inside an expression",
    "LookupsStructure": "a list of points inside an expression",
    "DataStructure": "an empty data equation inside an expression",
}


def structure(tree: Any, scope: Scope) -> Expression:
    """Translate a call or a structure of the syntax tree."""
    kind = type(tree).__name__
    if kind == "CallStructure":
        return _call(tree, scope)
    if kind == "FunctionStructure":
        return _function(tree.key, tree.arguments, scope)
    if kind == "IntegStructure":
        return _inner_stock(tree, scope)
    if kind == "InlineLookupsStructure":
        return _inline_lookup(tree, scope)
    name = _NOT_SUPPORTED.get(kind, kind.removesuffix("Structure"))
    raise scope.not_supported(f"{name} is not supported.", "Give it a variable of its own.")


def _call(tree: Any, scope: Scope) -> Expression:
    """Translate a call of what the model, or else Vensim, knows by its name."""
    written, arguments = tree.function.reference, tree.arguments
    key = canonical(written)
    if key in scope.names.macros:
        return macros.expand(scope.names.macros[key], arguments, scope)
    known = (scope.names.known if scope.local is None else scope.local).get(key)
    name = re.sub("_+", " ", written).upper()
    # A variable may have the name of a function; only lookups are called.
    if known is not None and (known.kind == "lookup" or name not in {*VENSIM_FUNCTIONS, *REDUCTIONS}):
        return _lookup_call(tree, known, scope)
    if name == "PI" and not arguments:
        return Number(math.pi)
    if name == "ELMCOUNT":
        return _element_count(arguments, scope)
    function = VENSIM_FUNCTIONS.get(name)
    if function is None and name not in REDUCTIONS:
        raise _unknown(name, scope)
    if function is not None and function.formula:
        return _written_out(function, arguments, scope)
    return _function(name, arguments, scope)


def _written_out(function: Function, arguments: Any, scope: Scope) -> Expression:
    _check_count(function, arguments, scope)
    given, before = len(arguments), scope.copies
    scope.copies *= max(copies(function, i, given) for i in range(given))
    if scope.copies > MOST_COPIES:
        raise scope.refuse(f"{function.key} and others are nested too deeply.", "Give one of them a variable of its own.")
    found = scope.of(written_out(function, arguments))
    scope.copies = before
    return found


def _function(key: str, arguments: Any, scope: Scope) -> Expression:
    """Translate a function of the engine's, or one that is written out with loops."""
    if key in REDUCTIONS:
        return _reduce(key, arguments, scope)
    _check_count(FUNCTIONS[key], arguments, scope)
    if key in WRITTEN:
        return WRITTEN[key](arguments, scope)
    if FUNCTIONS[key].kind == STATEFUL:
        _outside_reduction(key, scope)
    call = Call(key, tuple(scope.of(a) for a in arguments))
    if key == "GET TIME VALUE" and (call.arguments[0], call.arguments[2]) != (Number(0.0), Number(0.0)):
        raise scope.not_supported(
            "GET TIME VALUE asks for more than the simulated time in the model's unit.",
            "Write GET TIME VALUE(0, offset, 0) or Time.",
        )
    return call


def _check_count(function: Function, arguments: Any, scope: Scope) -> None:
    least, most = function.arity
    if not least <= len(arguments) <= most:
        raise scope.refuse(*count_message(function.key, function.names, len(arguments)))


def _unknown(name: str, scope: Scope) -> Exception:
    if name == "A FUNCTION OF":
        return scope.not_supported("has no equation yet (A FUNCTION OF).", "Write its equation.")
    starts = [start for start in REFUSED if f"{name} ".startswith(f"{start} ")]
    if starts:
        return scope.not_supported(f"{name} is not supported.", REFUSED[max(starts, key=len)])
    names = [*VENSIM_FUNCTIONS, *REDUCTIONS, *(k.name for k in scope.names.known.values() if k.kind == "lookup")]
    return scope.not_supported(f"{name} is not a supported function, nor a lookup or macro of the model.", nearest(name, names))


def _lookup_call(tree: Any, known: Known, scope: Scope) -> Expression:
    if known.kind != "lookup":
        raise scope.refuse(f'"{known.name}" is called like a function, but is not a lookup.', f"Write {known.name} * (...)?")
    if len(tree.arguments) != 1:
        raise scope.refuse(*count_message(known.name, ("x",), len(tree.arguments)))
    subscripts = list(tree.function.subscripts.subscripts) if tree.function.subscripts else []
    return LookupCall(known.name, scope.indices(known, subscripts), scope.of(tree.arguments[0]))


def _inline_lookup(tree: Any, scope: Scope) -> Expression:
    argument = scope.of(tree.argument)
    table = points(tree.lookups, scope)
    known = Known(scope.names.reserve(f"_{scope.title} lookup"), (), "lookup")
    scope.names.store(known, Definition((), (), table))
    return LookupCall(known.name, (), argument)


def _inner_stock(tree: Any, scope: Scope) -> Expression:
    """Give an INTEG inside an expression a stock of its own, with a cell for each turn of the left-hand loops."""
    _outside_reduction("INTEG", scope)
    axes, own = scope.own_axes()
    inner = scope.fresh()
    known = Known(scope.names.reserve(f"_{scope.title} stock"), axes, "stock")
    body = stock(tree, inner)
    scope.names.store(known, Definition(tuple(inner.loops), own, body))
    return Reference(known.name, own)


def _outside_reduction(name: str, scope: Scope) -> None:
    if scope.reducing is not None:
        raise scope.refuse(f"{name} stands inside a sum over subscripts.", "Give it a variable of its own, and sum that.")


def _element_count(arguments: Any, scope: Scope) -> Expression:
    name = getattr(arguments[0], "reference", "") if len(arguments) == 1 else ""
    if name not in scope.names.ranges:
        raise scope.refuse("ELMCOUNT takes the name of one subscript range.", nearest(name, (r.name for r in scope.names.ranges)))
    return Number(float(len(scope.names.ranges[name].elements)))


def _reduce(operator: str, arguments: Any, scope: Scope) -> Expression:
    if len(arguments) != 1:
        raise scope.refuse(*count_message(operator, ("x",), len(arguments)))
    outer, scope.reducing = scope.reducing, {}
    body = scope.of(arguments[0])
    loops = tuple(scope.reducing.values())
    scope.reducing = outer
    if not loops:
        raise scope.refuse(f"{operator} has no subscript to run over.", f"Mark one with !, as in {operator}(x[range!]).")
    return Reduce(operator, loops, body)
