"""Calls in syntax trees: functions, lookups, reductions, and the structures that carry a state."""

from __future__ import annotations

import math
from typing import Any

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
from llr_sd.functions import FUNCTIONS, REDUCTIONS, REFUSED
from llr_sd.translate import macros
from llr_sd.translate.arity import count_message
from llr_sd.translate.scope import Known, Scope
from llr_sd.translate.tables import points, stock
from llr_sd.translate.written import WRITTEN

# PySD's internal names, where they are not the key in lower case.
_KEYS = {"Xpulse": "PULSE MAGNITUDE", "Xpulse_train": "PULSE TRAIN MAGNITUDE", "Xramp": "RAMP"}
# Each structure of PySD that carries a state: its function, and its fields in the order of the function's arguments.
_STATEFUL = {
    "InitialStructure": ("INITIAL", ("initial",)),
    "DelayStructure": ("DELAY", ("input", "delay_time", "initial", "order")),
    "DelayNStructure": ("DELAY N", ("input", "delay_time", "initial", "order")),
    "DelayFixedStructure": ("DELAY FIXED", ("input", "delay_time", "initial")),
    "SmoothStructure": ("SMOOTH", ("input", "smooth_time", "initial", "order")),
    "SmoothNStructure": ("SMOOTH N", ("input", "smooth_time", "initial", "order")),
    "TrendStructure": ("TREND", ("input", "average_time", "initial_trend")),
    "ForecastStructure": ("FORECAST", ("input", "average_time", "horizon", "initial_trend")),
    "SampleIfTrueStructure": ("SAMPLE IF TRUE", ("condition", "input", "initial")),
}
_NOT_SUPPORTED = {
    "GetConstantsStructure": "GET DIRECT CONSTANTS inside an expression",
    "GetDataStructure": "GET DIRECT DATA inside an expression",
    "GetLookupsStructure": "GET DIRECT LOOKUPS inside an expression",
    "LookupsStructure": "a list of points inside an expression",
    "DataStructure": "an empty data equation inside an expression",
}
# Structures of PySD that are written out with other equations, and their fields in the order of the arguments.
_WRITTEN = {
    "AllocateAvailableStructure": ("ALLOCATE AVAILABLE", ("request", "pp", "avail")),
    "AllocateByPriorityStructure": ("ALLOCATE BY PRIORITY", ("request", "priority", "size", "width", "supply")),
}


def structure(tree: Any, scope: Scope) -> Expression:
    """Translate a call or a structure of the syntax tree."""
    kind = type(tree).__name__
    if kind == "CallStructure":
        return _call(tree, scope)
    if kind in _STATEFUL:
        key, fields = _STATEFUL[kind]
        _outside_reduction(key, scope)
        return Call(key, tuple(scope.of(getattr(tree, f)) for f in fields))
    if kind in _WRITTEN:
        key, fields = _WRITTEN[kind]
        return WRITTEN[key]([getattr(tree, f) for f in fields], scope)
    if kind == "IntegStructure":
        return _inner_stock(tree, scope)
    if kind == "InlineLookupsStructure":
        return _inline_lookup(tree, scope)
    name = _NOT_SUPPORTED.get(kind, kind.removesuffix("Structure"))
    raise scope.not_supported(f"{name} is not supported.", "Give it a variable of its own.")


def _call(tree: Any, scope: Scope) -> Expression:
    written, arguments = tree.function.reference, tree.arguments
    key = canonical(written)
    if key in scope.names.macros:
        return macros.expand(scope.names.macros[key], arguments, scope)
    known = (scope.names.known if scope.local is None else scope.local).get(key)
    name = _KEYS.get(written, written.replace("_", " ").upper())
    # A variable may have the name of a function; only lookups are called.
    if known is not None and (known.kind == "lookup" or name not in {*FUNCTIONS, *REDUCTIONS}):
        return _lookup_call(tree, known, scope)
    if name == "PI" and not arguments:
        return Number(math.pi)
    if name == "ELMCOUNT":
        return _element_count(arguments, scope)
    if name in REDUCTIONS:
        return _reduce(name, arguments, scope)
    if name not in FUNCTIONS:
        raise _unknown(name, scope)
    function = FUNCTIONS[name]
    least, most = function.arity
    if not least <= len(arguments) <= most:
        raise scope.refuse(*count_message(name, ", ".join(a.rstrip("?") for a in function.arguments), len(arguments)))
    if name in WRITTEN:
        return WRITTEN[name](arguments, scope)
    if function.kind == "stateful":
        _outside_reduction(name, scope)
    call = Call(name, tuple(scope.of(a) for a in arguments))
    if name == "GET TIME VALUE" and (call.arguments[0], call.arguments[2]) != (Number(0.0), Number(0.0)):
        raise scope.not_supported(
            "GET TIME VALUE asks for more than the simulated time in the model's unit.",
            "Write GET TIME VALUE(0, offset, 0) or Time.",
        )
    return call


def _unknown(name: str, scope: Scope) -> Exception:
    if name == "A FUNCTION OF":
        return scope.not_supported("has no equation yet (A FUNCTION OF).", "Write its equation.")
    starts = [start for start in REFUSED if f"{name} ".startswith(f"{start} ")]
    if starts:
        return scope.not_supported(f"{name} is not supported.", REFUSED[max(starts, key=len)])
    names = [*FUNCTIONS, *REDUCTIONS, *(k.name for k in scope.names.known.values() if k.kind == "lookup")]
    return scope.not_supported(f"{name} is not a supported function, nor a lookup or macro of the model.", nearest(name, names))


def _lookup_call(tree: Any, known: Known, scope: Scope) -> Expression:
    if known.kind != "lookup":
        raise scope.refuse(f'"{known.name}" is called like a function, but is not a lookup.', f"Write {known.name} * (...)?")
    if len(tree.arguments) != 1:
        raise scope.refuse(*count_message(known.name, "x", len(tree.arguments)))
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
        raise scope.refuse(*count_message(operator, "x", len(arguments)))
    outer, scope.reducing = scope.reducing, {}
    body = scope.of(arguments[0])
    loops = tuple(scope.reducing.values())
    scope.reducing = outer
    if not loops:
        raise scope.refuse(f"{operator} has no subscript to run over.", f"Mark one with !, as in {operator}(x[range!]).")
    return Reduce(operator, loops, body)
