"""Macros, expanded where they are called: every call gets variables of its own, so that engines know nothing of macros."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Definition, Expression, Reference, canonical
from llr_sd.translate.bodies import body, role
from llr_sd.translate.messages import count_message
from llr_sd.translate.scope import Known, Scope
from llr_sd.translate.source import MacroCall, Place, RawMacro, RawVariable

_MOST_PARTS = 50_000


def call_with_outputs(tree: MacroCall, scope: Scope) -> Expression:
    """Expand a call that names variables for the further outputs of a macro, as in M(a : b); return the output it stands for."""
    macro = scope.names.macros.get(canonical(tree.function.reference))
    if macro is None:
        raise scope.refuse(
            f"{title_of(tree.function.reference)} is not a macro of the model, and a colon stands among its arguments.",
            "Only macros have outputs after a colon.",
        )
    if len(tree.outputs) != len(macro.outputs):
        raise scope.refuse(
            f"the macro {title_of(macro.name)} has {len(macro.outputs)} outputs after its colon, and is called with {len(tree.outputs)}.",
            f"Write {title_of(macro.name)}{macro.head.removeprefix(macro.name)}.",
        )
    return expand(macro, tree.arguments, scope, tree.result)


def title_of(name: str) -> str:
    """Return a macro's name as messages write it."""
    return name.replace("_", " ").upper()


def expand(macro: RawMacro, arguments: Any, scope: Scope, result: int = 0) -> Expression:
    """Expand one call of `macro`; return the reference to what it gives: its own value, or the output number `result`.

    The copies have one cell for each turn of the caller's left-hand loops: a macro works element by element.

    Raises
    ------
    TranslationError
        For a call inside a sum, a wrong number of arguments, a macro that calls itself, and subscripts inside a macro.
    """
    title = title_of(macro.name)
    _check(macro, title, arguments, scope)
    caller = scope.place.variable.strip('"')
    if not scope.calls:
        scope.names.called(macro.name, scope.place.variable)
    axes, own = scope.own_axes()
    local: dict[str, Known] = {}
    for name in (*macro.parameters, *(v.name for v in macro.variables)):
        kind = next((role(v.parts[0].tree) for v in macro.variables if v.name == name), "normal")
        made_up = scope.names.reserve(f"_{caller}.{name.strip(chr(34))}")
        local[canonical(name)] = Known(made_up, () if kind == "lookup" else axes, kind)
    for name, argument in zip(macro.parameters, arguments, strict=True):
        table = _lookup_named(argument, scope)
        if table is not None:
            local[canonical(name)] = table
            continue
        outside = scope.fresh()
        tree = outside.of(argument)
        scope.names.store(local[canonical(name)], Definition(tuple(outside.loops), own, tree))
    for variable in macro.variables:
        inside = scope.fresh()
        inside.place = Place(scope.place.file, f"{variable.name} in macro {title}")
        inside.local, inside.calls = local, (*scope.calls, canonical(macro.name))
        _store(variable, local[canonical(variable.name)], inside)
    return Reference(local[canonical((macro.name, *macro.outputs)[result])].name, own)


def _lookup_named(argument: Any, scope: Scope) -> Known | None:
    """Return the lookup that an argument names, which a macro calls under the name of its parameter."""
    if type(argument).__name__ != "ReferenceStructure" or argument.subscripts:
        return None
    known = (scope.names.known if scope.local is None else scope.local).get(canonical(argument.reference))
    return known if known is not None and known.kind == "lookup" and not known.axes else None


def _check(macro: RawMacro, title: str, arguments: Any, scope: Scope) -> None:
    if scope.reducing is not None:
        raise scope.refuse(f"the macro {title} is called inside a sum over subscripts.", "Give the call a variable of its own.")
    if len(arguments) != len(macro.parameters):
        raise scope.refuse(*count_message(title, macro.parameters, len(arguments)))
    if len(scope.names.made_up) > _MOST_PARTS:
        raise scope.refuse(f"its macros come to more than {_MOST_PARTS:,} variables.", "Use fewer macros inside each other.")
    if canonical(macro.name) in scope.calls:
        raise scope.refuse(f"the macro {title} calls itself.", "Write the equations without the macro.")
    defined = {canonical(v.name) for v in macro.variables}
    for output in (macro.name, *macro.outputs):
        if canonical(output) not in defined:
            what = "its own value" if output == macro.name else f'its output "{output}"'
            raise scope.refuse(f"the macro {title} has no equation for {what}.", f"Add {output} = ... to the macro.")


def _store(variable: RawVariable, known: Known, scope: Scope) -> None:
    if len(variable.parts) > 1 or variable.parts[0].subscripts:
        raise scope.refuse("has subscripts, inside a macro.", "Write the equations without the macro.")
    if known.kind == "lookup":
        scope.names.store(known, Definition((), (), body(variable.parts[0].tree, scope)))
        return
    tree = body(variable.parts[0].tree, scope)
    own = scope.own_axes()[1]
    scope.names.store(known, Definition(tuple(scope.loops), own, tree))
