"""Reads a Vensim model: PySD's grammar parses it equation by equation, so that each refusal can name its variable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from llr_sd.translate.messages import check_text, first_line, short, unreadable
from llr_sd.translate.source import Part, Place, RawMacro, RawModel, RawRange, RawVariable

_GROUP = re.compile(r"\*{3,}\s*\.(.*?)\s*\*{3,}\s*~")


def read_vensim(path: Path, encoding: str) -> RawModel:
    """Parse the `.mdl` file at `path`, whose text is in `encoding`.

    Raises
    ------
    TranslationError
        When the file is not a Vensim model, or an equation cannot be parsed; the message names the equation.
    """
    from pysd.translators.vensim.vensim_file import VensimFile

    whole = Place(path)
    try:
        file = VensimFile(path, encoding=encoding)
        file.parse(parse_all=False)
        main, *macros = file.sections
    except Exception as error:
        raise whole.refuse(
            f"this is not a Vensim model that can be read ({first_line(error)}).",
            "Open it in Vensim and save it again as .mdl text, not as binary .vmf or .vmfx.",
        ) from error
    equations = _equations(main, whole)
    variables, ranges, checks = _sort(equations, path, _groups(main.content, [e.equation for e in equations]))
    if not variables:
        raise whole.refuse("there is no equation in the file.", "Check that the file is complete.")
    return RawModel(path, variables, ranges, tuple(_macro(m, path) for m in macros), checks)


def _macro(section: Any, path: Path) -> RawMacro:
    place = Place(path, f":MACRO: {section.name}")
    variables, ranges, _ = _sort(_equations(section, place), path, {})
    return RawMacro(section.name, tuple(section.params), tuple(section.returns), variables, ranges)


def _equations(section: Any, place: Place) -> list[Any]:
    """Tell the equations apart; refuse what PySD's grammar would skip without a word."""
    from pysd.translators.vensim.vensim_section import SectionElementsVisitor
    from pysd.translators.vensim.vensim_utils import Grammar

    mend = 'Each equation reads "name = expression ~ unit ~ comment |".'
    try:
        tree = Grammar.get("section_elements").parse(section.content)
    except Exception as error:
        raise place.refuse(f"the equations cannot be told apart ({first_line(error)}).", mend) from error
    found = []
    for node in _nodes(tree, "entry"):
        try:
            found.extend(SectionElementsVisitor(node).entries)
        except Exception as error:
            raise Place(place.file, _left(node.text)).refuse(
                "its unit or limits cannot be read.", "Write limits as [low,high], with ? where open."
            ) from error
    for node in _nodes(tree, "section"):
        if not node.text.lstrip().startswith("*"):
            raise Place(place.file, _left(node.text)).refuse(f'"{short(node.text)}" has one "~" instead of two.', mend)
    rest = "".join(n.text for n in _nodes(tree, "sketch")).strip()
    if rest and not rest.lstrip("\\").startswith("---///"):
        name = _left(rest)
        raise Place(place.file, name).refuse(f'from "{short(rest)}" on the file is cut off, or lacks a "~" or "|".', mend)
    return found


def _nodes(tree: Any, name: str) -> list[Any]:
    """Return the outermost nodes of a parse tree that the rule `name` made."""
    if tree.expr_name == name:
        return [tree]
    return [n for child in tree.children for n in _nodes(child, name)]


def _sort(
    equations: Iterable[Any], path: Path, groups: dict[int, str]
) -> tuple[tuple[RawVariable, ...], tuple[RawRange, ...], tuple[str, ...]]:
    """Parse equations; return the variables, the subscript ranges and the texts of the reality checks."""
    from pysd.translators.vensim.vensim_element import Constraint, SubscriptRange, TestInput

    variables: dict[str, RawVariable] = {}
    ranges: list[RawRange] = []
    checks: list[str] = []
    for number, equation in enumerate(equations):
        left = _left(equation.equation)
        component = _parse_left(equation, Place(path, left))
        if isinstance(component, SubscriptRange):
            definition = component.definition
            ranges.append(
                RawRange(
                    component.name,
                    tuple(definition) if isinstance(definition, list) else definition,
                    _mappings(equation.equation, component),
                )
            )
        elif isinstance(component, Constraint | TestInput):
            checks.append(equation.equation)
        else:
            _add(variables, component, equation, Place(path, component.name), groups.get(number, ""))
    return tuple(variables.values()), tuple(ranges), tuple(checks)


def _add(variables: dict[str, RawVariable], component: Any, equation: Any, place: Place, group: str) -> None:
    check_text(component.expression or "", place)
    try:
        component.parse()
    except Exception as error:
        raise unreadable(component.expression, error, place) from error
    key = re.sub(r"[\s_]+", "_", component.name).casefold()
    variable = variables.setdefault(key, RawVariable(component.name, group=group))
    variable.unit = equation.units or variable.unit
    variable.comment = _tidy(equation.documentation) or variable.comment
    if equation.limits:
        variable.limits = _limits(equation.limits, place)
    subscripts, excepts = component.subscripts
    keyword = getattr(component, "keyword", None) or ""
    variable.parts.append(Part(tuple(subscripts), tuple(map(tuple, excepts)), component.ast, keyword))


def _parse_left(equation: Any, place: Place) -> Any:
    try:
        return equation.parse()
    except Exception as error:
        raise place.refuse(
            f'the line "{short(equation.equation)}" cannot be read ({first_line(error)}).',
            'Write "name = expression", "name(points)" for a lookup or "range: element, element" for subscripts.',
        ) from error


def _mappings(equation: str, component: Any) -> tuple[tuple[str, str], ...]:
    """Return each range that a subscript definition maps to, with the text of its pairing where one is written."""
    if isinstance(component.definition, str):
        # PySD keeps the mappings of all copies in one list, which its builder fills.
        return ()
    _, _, tail = equation.partition("->")
    pairs = {m.group(1).strip(): m.group(2).strip() for m in re.finditer(r"\(([^:()]*):([^()]*)\)", tail)}
    return tuple((n, pairs.get(n, "")) for n in component.mapping)


def _groups(content: str, equations: list[str]) -> dict[int, str]:
    """Return the `.Group` header under which each equation stands, by its number."""
    headers = [(m.start(), m.group(1).strip()) for m in _GROUP.finditer(content)]
    found: dict[int, str] = {}
    at = 0
    for number, equation in enumerate(equations):
        start = content.find(equation, at)
        if start < 0:
            continue
        at = start + len(equation)
        before = [name for position, name in headers if position < start]
        if before:
            found[number] = before[-1]
    return found


def _limits(limits: Any, place: Place) -> tuple[float | None, float | None]:
    try:
        low, high = limits[:2]
    except ValueError:
        raise place.refuse(
            f"the limits {list(limits)} are not two numbers.", "Write them as [low,high], with ? where open."
        ) from None
    return low, high


def _left(equation: str) -> str:
    """Return the name on the left of an equation, near enough for a message about a line that cannot be parsed."""
    quoted = re.match(r'\s*"[^"]*"', equation)
    return quoted.group().strip() if quoted else re.split(r"[\[=(:<]", equation, maxsplit=1)[0].strip()


def _tidy(comment: str) -> str:
    return re.sub(r"\s+", " ", comment.replace("\\", " ")).strip()
