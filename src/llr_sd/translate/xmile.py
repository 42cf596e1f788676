"""Reads an XMILE model: PySD's parser takes the equations, after the file is checked for what that parser passes over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from llr_sd.equations import canonical
from llr_sd.translate.messages import check_text, first_line, unreadable
from llr_sd.translate.source import Part, Place, RawModel, RawRange, RawVariable

_METHODS = ("euler", "rk4")
_VARIABLES = ("aux", "flow", "stock", "gf")
_BLANKS = ("???", "NAN")
_IGNORED = ("group", "event_poster", "doc")
# What PySD's parser would pass over without a word, although it changes what the model computes.
_SPECIAL = {
    "conveyor": "a conveyor",
    "queue": "a queue",
    "oven": "an oven",
    "leak": "a leakage",
    "overflow": "an overflow",
    "multiplier": "a unit conversion",
}


def read_xmile(path: Path, content: bytes) -> RawModel:
    """Parse the XMILE file at `path`, whose bytes are `content`.

    Raises
    ------
    TranslationError
        When the file is no XML or no XMILE, or has a part or an equation that cannot be read; the message names it.
    """
    from pysd.translators.xmile.xmile_file import XmileFile

    place = Place(path)
    root = _root(content, place)
    _check(root, path)
    try:
        file = XmileFile(path)
        file.parse(parse_all=False)
        section = file.sections[0]
        section.parse(parse_all=False)
    except Exception as error:
        raise place.refuse(
            f"the model cannot be read ({first_line(error)}).",
            "Check that every variable has a name, and its numbers are numbers.",
        ) from error
    order = {canonical(n.get("name", "")): i for i, n in enumerate(root.iter()) if _tag(n) in _VARIABLES}
    groups = _groups(root)
    found = [_variable(c, section.behaviors, Place(path, c.name), groups) for c in section.components]
    # The clock's variables, which stand in <sim_specs>, come last.
    found.sort(key=lambda v: order.get(canonical(v.name), max(order.values(), default=0) + 1))
    ranges = tuple(RawRange(r.name, tuple(r.definition)) for r in section.subscripts)
    return RawModel(path, tuple(found), ranges, method=_method(root, place), comment=_comment(root), loose=True)


def _root(content: bytes, place: Place) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    # Stella leaves its own prefix undeclared, which does no harm; PySD's parser would mend any other fault by guessing.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(content, parser)
    faults = [e for e in parser.error_log if not _harmless(e)]
    if faults or root is None:
        line = f" at line {faults[0].line}" if faults else ""
        reason = f" ({faults[0].message.rstrip('.')})" if faults else ""
        raise place.refuse(f"the file is damaged{line}{reason}.", "Save the model again as XMILE.")
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if encoding not in ("UTF-8", "UTF8", "ASCII", "US-ASCII"):
        raise place.refuse(f"the file is written in {encoding}.", "Save it as UTF-8.")
    if _tag(root) != "xmile" or None not in root.nsmap:
        raise place.refuse("this XML file is not an XMILE model.", 'An XMILE file begins with <xmile xmlns="...">.')
    return root


def _harmless(fault: Any) -> bool:
    """Whether a fault of the XML leaves every equation where it belongs."""
    return bool(fault.type_name == "NS_ERR_UNDEFINED_NAMESPACE" or fault.level_name == "WARNING")


def _check(root: Any, path: Path) -> None:
    """Refuse what PySD's parser would pass over or stumble on."""
    place = Place(path)
    for node in root.iter():
        if _tag(node) == "macro":
            raise Place(path, node.get("name", "")).refuse("XMILE macros are not supported.", "Write out the equations.")
        if _tag(node) == "module":
            raise Place(path, node.get("name", "")).refuse("modules are not supported.", "Join the modules into one model.")
        if _tag(node) in _SPECIAL and _tag(node.getparent()) in _VARIABLES:
            name = node.getparent().get("name", "")
            raise Place(path, name).refuse(f"{_SPECIAL[_tag(node)]} is not supported.", "Write it with stocks and flows.")
        if _tag(node) == "dim" and _tag(node.getparent().getparent()) == "xmile" and not len(node):
            raise Place(path, node.get("name", "")).refuse("the dimension names no elements.", "Give each element a name.")
    models = [n for n in root if _tag(n) == "model"]
    if len(models) != 1:
        raise place.refuse(f"the file has {len(models)} models.", "Keep one <model>.")
    specs = [n for n in root if _tag(n) == "sim_specs"]
    have = {_tag(n) for s in specs[:1] for n in s if (n.text or "").strip()}
    missing = [t for t in ("start", "stop", "dt") if t not in have]
    if missing:
        raise place.refuse(f"<sim_specs> lacks <{missing[0]}>.", "Set start, stop and dt of the simulation.")
    for variables in (n for n in models[0] if _tag(n) == "variables"):
        for node in variables:
            _check_variable(node, path)


def _check_variable(node: Any, path: Path) -> None:
    tag = _tag(node)
    if not tag or tag in _IGNORED:
        return
    place = Place(path, node.get("name", ""))
    if not node.get("name"):
        raise place.refuse(f"a <{tag}> at line {node.sourceline} has no name.", "Name it.")
    if tag not in _VARIABLES:
        raise place.refuse(f"<{tag}> is not supported.", "Use stocks, flows and auxiliaries.")
    elements = [n for n in node if _tag(n) == "element"]
    equations = [n for n in node if _tag(n) == "eqn" and (n.text or "").strip()]
    if tag != "gf" and not elements and not equations:
        raise place.refuse("has no equation.", "Write its <eqn>.")
    for element in elements:
        tags = {_tag(n) for n in element}
        if tag == "stock":
            raise place.refuse(
                "a stock with an initial value for each element is not read by PySD.",
                "Put the initial values into an auxiliary, and start the stock from that.",
            )
        if "gf" in tags:
            raise place.refuse("a graph for one element is not read by PySD.", "Make each graph a variable of its own.")
        if not any(_tag(n) == "eqn" and (n.text or "").strip() for n in element):
            raise place.refuse(f"has no equation for [{element.get('subscript', '')}].", "Write its <eqn>.")
    for equation in node.iter():
        if _tag(equation) == "eqn":
            if (equation.text or "").strip() in _BLANKS:
                raise place.refuse(f'has no equation, only "{(equation.text or "").strip()}".', "Write its <eqn>.")
            check_text(equation.text or "", place)


def _variable(component: Any, behaviors: dict[str, bool], place: Place, groups: dict[str, str]) -> RawVariable:
    """Parse the equations of one variable."""
    try:
        component.parse(behaviors)
        element = component.get_abstract_element()
    except Exception as error:
        raise unreadable(_text(component), error, place) from error
    if not element.components:
        raise place.refuse("has no equation.", "Write its <eqn>.")
    parts = [Part(tuple(s.strip() for s in c.subscripts[0]), (), c.ast) for c in element.components]
    comment = " ".join((element.documentation or "").split())
    low, high = element.limits
    return RawVariable(element.name, parts, element.units, comment, (low, high), groups.get(canonical(element.name), ""))


def _text(component: Any) -> str:
    node = getattr(component, "node", None)
    if node is None:
        return str(component.eqn)
    return "; ".join(n.text.strip() for n in node.iter() if _tag(n) == "eqn" and n.text)


def _method(root: Any, place: Place) -> str:
    """Return the integration method: the first of those listed that is known here."""
    specs = next(n for n in root if _tag(n) == "sim_specs")
    asked: list[str] = [m.strip().lower() for m in specs.get("method", "euler").split(",") if m.strip()] or ["euler"]
    known = [m for m in asked if m in _METHODS]
    if not known:
        raise place.refuse(f'the integration method "{asked[0]}" is not supported.', "Set it to Euler or RK4.")
    return known[0]


def _groups(root: Any) -> dict[str, str]:
    return {
        canonical(entity.get("name", "")): group.get("name", "")
        for group in root.iter()
        if _tag(group) == "group"
        for entity in group
        if _tag(entity) == "entity"
    }


def _comment(root: Any) -> str:
    headers: Iterable[Any] = (n for n in root if _tag(n) == "header")
    texts = [" ".join((n.text or "").split()) for h in headers for n in h if _tag(n) == "caption" or _tag(n) == "doc"]
    return " ".join(t for t in texts if t)


def _tag(node: Any) -> str:
    """Return an XML node's name without its namespace; "" for comments and other nodes without one."""
    return str(node.tag).rpartition("}")[2] if node is not None and isinstance(node.tag, str) else ""
