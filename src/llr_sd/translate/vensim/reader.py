"""Reads a Vensim model, equation by equation, so that each refusal can name its variable."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import llr_sd.translate.syntax as syntax
from llr_sd.equations import canonical
from llr_sd.translate.source import MacroCall, Part, Place, RawMacro, RawModel, RawRange, RawVariable
from llr_sd.translate.vensim.formula import parse_formula, parse_lookup
from llr_sd.translate.vensim.left import Left, left_side, subscript_range
from llr_sd.translate.vensim.text import Entry, Section, sections


def read_vensim(path: Path, text: str, notes: tuple[str, ...] = ()) -> RawModel:
    """Parse the `.mdl` file at `path`, whose content is `text`.

    Raises
    ------
    TranslationError
        When the file is not a Vensim model, or an equation cannot be parsed; the message names the equation.
    """
    place = Place(path)
    main, *macros = sections(text, place)
    variables, ranges, checks = _sort(main.entries, path)
    if not variables:
        raise place.refuse(
            "there is no equation in the file.",
            "Check that the file is complete, and that Vensim saved it as .mdl text, not as binary .vmf or .vmfx.",
        )
    return RawModel(path, variables, ranges, tuple(_macro(m, path) for m in macros), checks, notes=notes)


def _macro(section: Section, path: Path) -> RawMacro:
    variables, ranges, _ = _sort(section.entries, path)
    return RawMacro(section.name, section.parameters, section.outputs, variables, ranges)


def _sort(entries: Iterable[Entry], path: Path) -> tuple[tuple[RawVariable, ...], tuple[RawRange, ...], tuple[str, ...]]:
    """Parse entries; return the variables, the subscript ranges and the texts of the reality checks."""
    variables: dict[str, RawVariable] = {}
    ranges: list[RawRange] = []
    checks: list[str] = []
    for entry in entries:
        left = left_side(entry.equation, Place(path, entry.equation.split("=")[0].split("[")[0].strip()))
        place = Place(path, left.name)
        if left.sign in (":", "<->"):
            ranges.append(subscript_range(left, place))
        elif left.sign == "check":
            checks.append(entry.equation)
        else:
            _add(variables, left, entry, place)
    for variable in variables.values():
        # A FUNCTION OF beside an equation only draws the arrows of the sketch (Vensim manual).
        written = [p for p in variable.parts if not _only_links(p.tree)]
        variable.parts[:] = written or variable.parts[:1]
    return tuple(variables.values()), tuple(ranges), tuple(checks)


def _only_links(tree: Any) -> bool:
    return type(tree).__name__ == "CallStructure" and canonical(tree.function.reference) == "a_function_of"


def _add(variables: dict[str, RawVariable], left: Left, entry: Entry, place: Place) -> None:
    variable = variables.setdefault(canonical(left.name), RawVariable(left.name, group=entry.group))
    unit, limits, step = _unit(entry.unit, place)
    variable.unit = unit or variable.unit
    variable.comment = " ".join(entry.comment.replace("\\", " ").split()) or variable.comment
    if limits is not None:
        variable.limits, variable.step = limits, step
    variable.text.append(entry.text)
    tree = _tree(left, place)
    variable.parts.append(Part(left.subscripts, left.excepts, tree, left.keyword))
    for call in _calls_with_outputs(tree):
        _add_outputs(variables, call, entry, place)


def _tree(left: Left, place: Place) -> Any:
    """Return the syntax tree of the right-hand side."""
    if left.sign == "":
        return syntax.DataStructure()
    if left.sign == ":IS:":
        raise place.refuse("is a text (:IS:), not a number.", "Write the text where it is used.")
    if left.sign == "(":
        return parse_lookup(left.right, place)
    return parse_formula(left.right, place)


def _calls_with_outputs(tree: Any) -> list[MacroCall]:
    """Return the calls in a tree that give values to further variables, as in M(a : b)."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, MacroCall):
            found.append(node)
            waiting.extend(node.arguments)
        elif isinstance(node, list | tuple):
            waiting.extend(node)
        elif hasattr(node, "__dataclass_fields__"):
            waiting.extend(getattr(node, f) for f in node.__dataclass_fields__)
    return found


def _add_outputs(variables: dict[str, RawVariable], call: MacroCall, entry: Entry, place: Place) -> None:
    """Add the variables that a macro's further outputs define."""
    for number, written in enumerate(call.outputs, start=1):
        output = left_side(written, place)
        if canonical(output.name) in variables:
            raise Place(place.file, output.name).refuse("has an equation, and is an output of a macro too.", "Keep one.")
        tree = MacroCall(call.function, call.arguments, call.outputs, number)
        part = Part(output.subscripts, (), tree)
        variables[canonical(output.name)] = RawVariable(output.name, [part], group=entry.group, text=[entry.text])


def _unit(text: str, place: Place) -> tuple[str, tuple[float | None, float | None] | None, float | None]:
    """Return a unit, and the limits and their step that stand in square brackets behind it."""
    if not text.endswith("]") or "[" not in text:
        return text, None, None
    unit, _, inside = text[:-1].rpartition("[")
    try:
        numbers = [None if n.strip() in ("?", "") else float(n) for n in inside.split(",")]
    except ValueError:
        raise place.refuse("its unit or limits cannot be read.", "Write limits as [low,high], with ? where open.") from None
    if len(numbers) not in (2, 3):
        raise place.refuse("its limits are not two numbers.", "Write them as [low,high], with ? where open.")
    low, high, step = (None if n is None or not math.isfinite(n) else n for n in (*numbers, None)[:3])
    return unit.strip(), (low, high), step
