"""Macros, expanded where they are called: every call gets variables of its own, so that engines know nothing of macros."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Definition, Expression, Reference, canonical
from llr_sd.translate.arity import count_message
from llr_sd.translate.bodies import body, role
from llr_sd.translate.scope import Known, Scope
from llr_sd.translate.source import Place, RawMacro, RawVariable


def expand(macro: RawMacro, arguments: Any, scope: Scope) -> Expression:
    """Expand one call of `macro`; return the reference to what it gives.

    The copies have one cell for each turn of the caller's left-hand loops: a macro works element by element.

    Raises
    ------
    TranslationError
        For a call inside a sum, a wrong number of arguments, a macro that calls itself, and subscripts inside a macro.
    """
    title = macro.name.replace("_", " ").upper()
    _check(macro, title, arguments, scope)
    caller = scope.place.variable.strip('"')
    axes, own = scope.own_axes()
    local: dict[str, Known] = {}
    for name in (*macro.parameters, *(v.name for v in macro.variables)):
        kind = next((role(v.parts[0].tree) for v in macro.variables if v.name == name), "normal")
        made_up = scope.names.reserve(f"_{caller}.{name.strip(chr(34))}")
        local[canonical(name)] = Known(made_up, () if kind == "lookup" else axes, kind)
    for name, argument in zip(macro.parameters, arguments, strict=True):
        outside = scope.fresh()
        tree = outside.of(argument)
        scope.names.store(local[canonical(name)], Definition(tuple(outside.loops), own, tree))
    for variable in macro.variables:
        inside = scope.fresh()
        inside.place = Place(scope.place.file, f"{variable.name} in macro {title}")
        inside.local, inside.calls = local, (*scope.calls, canonical(macro.name))
        _store(variable, local[canonical(variable.name)], inside)
    return Reference(local[canonical(macro.name)].name, own)


def _check(macro: RawMacro, title: str, arguments: Any, scope: Scope) -> None:
    if scope.reducing is not None:
        raise scope.refuse(f"the macro {title} is called inside a sum over subscripts.", "Give the call a variable of its own.")
    if len(arguments) != len(macro.parameters):
        raise scope.refuse(*count_message(title, ", ".join(macro.parameters), len(arguments)))
    if macro.returns:
        raise scope.refuse(
            f"the macro {title} returns more than its own value ({', '.join(macro.returns)}).", "Write a macro for each value."
        )
    if canonical(macro.name) in scope.calls:
        raise scope.refuse(f"the macro {title} calls itself.", "Write the equations without the macro.")
    if canonical(macro.name) not in {canonical(v.name) for v in macro.variables}:
        raise scope.refuse(f"the macro {title} has no equation for its own value.", f"Add {title} = ... to the macro.")


def _store(variable: RawVariable, known: Known, scope: Scope) -> None:
    if len(variable.parts) > 1 or variable.parts[0].subscripts:
        raise scope.refuse("has subscripts, inside a macro.", "Write the equations without the macro.")
    if known.kind == "lookup":
        scope.names.store(known, Definition((), (), body(variable.parts[0].tree, scope)))
        return
    tree = body(variable.parts[0].tree, scope)
    own = scope.own_axes()[1]
    scope.names.store(known, Definition(tuple(scope.loops), own, tree))
