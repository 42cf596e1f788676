"""One variable of an XMILE file to its equations: stocks with their flows, graphs, arrays element by element."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

import llr_sd.translate.syntax as ae
from llr_sd.equations import canonical
from llr_sd.translate.messages import short
from llr_sd.translate.source import Part, Place, RawVariable, Refused
from llr_sd.translate.xmile import graphs
from llr_sd.translate.xmile.builtins import call
from llr_sd.translate.xmile.document import Element, attribute, child, children, number, text_of
from llr_sd.translate.xmile.equations import Equation, element_names
from llr_sd.translate.xmile.names import Directory, Entity

_BLANKS = ("???", "NAN")
_NUMBERS = re.compile(r"[\s\d.,;eE+-]+")
# What changes a stock or flow into something that equations of this kind do not describe, with or without a vendor's prefix.
_SPECIAL = {
    "conveyor": "a conveyor",
    "queue": "a queue",
    "oven": "an oven",
    "leak": "a leakage",
    "leak_integers": "a leakage",
    "overflow": "an overflow",
    "multiplier": "a unit conversion",
}


def variable(entity: Entity, directory: Directory, file: Place) -> RawVariable:
    """Return a variable with every equation of it.

    Raises
    ------
    TranslationError
        For a variable without an equation, of a kind that is not supported, or with an equation that cannot be read.
    """
    place = Place(file.file, entity.name)
    node = entity.node
    _check(node, place)
    parts = _connected(entity, directory, place) if entity.source is not None else _parts(entity, directory, place)
    comment = " ".join(text_of(child(node, "doc")).split())
    unit, limits = text_of(child(node, "units")), _limits(node, place)
    return RawVariable(entity.name, parts, unit, comment, limits, entity.group, entity.dimensions, text=list(_written(entity)))


def graph(name: str, entity: Entity, directory: Directory, file: Place) -> RawVariable:
    """Return the graph of a variable as a lookup of its own, for those that call it."""
    place = Place(file.file, entity.name)
    parts = [Part(s, e, graphs.points(g, place)) for s, e, _, g in _pieces(entity, directory, place) if g is not None]
    return RawVariable(name, parts, dimensions=entity.dimensions, text=[f"the graph of {entity.name}"])


def _written(entity: Entity) -> Iterator[str]:
    """Yield what the file says of a variable, line by line: equations as they stand there, each behind what it is."""
    if entity.source is not None:
        yield f"{entity.name} = {entity.source.name} (connected)"
        return
    own = "init " if entity.kind == "stock" else ""
    for node in (entity.node, *children(entity.node, "element")):
        subscript = attribute(node, "subscript") if node is not entity.node else ""
        name = f"{entity.name}[{subscript}]" if subscript else entity.name
        for equation in children(node, "eqn", "init"):
            yield f"{own}{name} = {text_of(equation)}"
        for equation in children(node, "init_eqn"):
            yield f"init {name} = {text_of(equation)}"
        if child(node, "gf") is not None:
            yield f"{name} is read from its graph"
    for kind in ("inflow", "outflow"):
        yield from (f"{kind} {text_of(flow)}" for flow in children(entity.node, kind))
    if entity.kind == "gf":
        yield f"{entity.name} is a graph"
    if entity.non_negative:
        yield "not below zero"


def _check(node: Element, place: Place) -> None:
    for n in node:
        name = str(n.tag).rpartition("}")[2].rpartition(":")[2] if isinstance(n.tag, str) else ""
        if name in _SPECIAL:
            raise place.refuse(f"{_SPECIAL[name]} is not supported.", "Write it with stocks and flows.")


def _parts(entity: Entity, directory: Directory, place: Place) -> list[Part]:
    equation = Equation(directory, entity.module, place, entity)
    found: list[Part] = []
    initial = text_of(child(entity.node, "init_eqn")) if entity.kind != "stock" else ""
    for subscripts, excepts, text, graph_node in _pieces(entity, directory, place):
        if entity.kind == "gf" or (not text and graph_node is not None and entity.kind == "aux"):
            found.append(Part(subscripts, excepts, graphs.points(graph_node, place)))
            continue
        if not text or text.upper() in _BLANKS:
            what = f'has no equation, only "{text}".' if text else _missing(subscripts, entity, graph_node)
            found.append(Part(subscripts, excepts, Refused(place.not_supported(what, "Write its <eqn>."))))
            continue
        numbers = _list(text, entity.dimensions, place)
        if numbers is not None and entity.kind == "aux" and graph_node is None and not initial:
            found.append(Part(subscripts, excepts, numbers))
            continue
        cells = [(subscripts, equation.tree(text))] if numbers is None else _cells(numbers, entity, directory, place)
        for names, value in cells:
            tree: Any = value
            if graph_node is not None:
                tree = _through(tree, graph_node, entity, directory, place)
            if entity.kind == "stock":
                tree = _stock(entity, equation, tree, place)
            elif entity.kind == "flow" and entity.non_negative:
                tree = call("max", tree, 0.0)
            if initial:
                tree = call("active initial", tree, equation.tree(initial))
            found.append(Part(names, excepts, tree))
    return found


def _pieces(entity: Entity, directory: Directory, place: Place) -> Iterator[tuple[tuple[str, ...], Any, str, Element | None]]:
    """Yield subscripts, exceptions, equation and graph of every equation of a variable."""
    node, dimensions = entity.node, entity.dimensions
    whole = [text_of(n) for n in children(node, "eqn")] or [text_of(n) for n in children(node, "init")]
    common = node if entity.kind == "gf" else child(node, "gf")
    elements = children(node, "element")
    if elements and not dimensions:
        raise place.refuse("has equations by element, but no dimensions.", "Name its <dimensions>.")
    if not elements:
        first = directory.dimensions[canonical(dimensions[0])].elements if len(dimensions) == 1 else ()
        if len(whole) > 1 and len(whole) == len(first):
            yield from (((e,), (), text, common) for e, text in zip(first, whole, strict=True))
            return
        if len(whole) > 1:
            raise place.refuse(f"has {len(whole)} equations.", "Keep one.")
        yield dimensions, (), whole[0] if whole else "", common
        return
    named = []
    for n in elements:
        subscripts = element_names(attribute(n, "subscript"), entity, directory, place)
        own, text = child(n, "gf"), text_of(child(n, "eqn"))
        named.append(subscripts)
        yield subscripts, (), text or (whole[0] if whole else ""), common if own is None else own
    single = {s for s in named if not any(canonical(e) in directory.dimensions for e in s)}
    if whole and whole[0] and len(single) == len(named) < math.prod(directory.sizes(entity)):
        yield dimensions, tuple(named), whole[0], common


def _through(tree: Any, graph_node: Element, entity: Entity, directory: Directory, place: Place) -> Any:
    """Return a value read through a graph, which may be one with a name elsewhere in the file (4.1.3)."""
    name = attribute(graph_node, "name")
    if not name or child(graph_node, "ypts") is not None:
        return ae.InlineLookupsStructure(tree, graphs.points(graph_node, place))
    found = directory.find(entity.module, name)
    if found is None or found.kind != "gf":
        raise place.refuse(f'its graph "{short(name, 40)}" is not defined.', "Add the <gf> with this name.")
    return ae.CallStructure(ae.ReferenceStructure(found.name), (tree,))


def _missing(subscripts: tuple[str, ...], entity: Entity, graph_node: Element | None) -> str:
    if graph_node is not None:
        return "has a graph, but no equation to read it at."
    return "has no equation." if subscripts == entity.dimensions else f"has no equation for [{','.join(subscripts)}]."


def _list(text: str, dimensions: tuple[str, ...], place: Place) -> Any:
    """Return an equation that is a list of numbers, one for each element row by row; None for any other."""
    if not dimensions or not _NUMBERS.fullmatch(text) or not ("," in text or ";" in text):
        return None
    rows = [row.split(",") for row in text.strip().rstrip(",;").split(";")]
    if len({len(row) for row in rows}) > 1:
        raise place.refuse("the rows of its list have different lengths.", "Give each row as many numbers.")
    numbers = np.array([number(n.strip(), place, "a number of its list") for row in rows for n in row])
    return numbers.reshape(len(rows), -1) if len(rows) > 1 and len(rows[0]) > 1 else numbers


def _stock(entity: Entity, equation: Equation, initial: Any, place: Place) -> Any:
    """Return the stock with what flows in and out, in the order of the file."""
    flows = [(name, text_of(n)) for name in ("inflow", "outflow") for n in children(entity.node, name)]
    operators, operands = [], []
    for kind, written in flows:
        if not written:
            raise place.refuse(f"an <{kind}> names no flow.", "Name the flow, or remove it.")
        operators.append("+" if kind == "inflow" else "-")
        operands.append(equation.flow(written))
    if not operands:
        rate: Any = 0.0
    else:
        if operators[0] == "-":
            operands[0] = ae.ArithmeticStructure(["negative"], (operands[0],))
        rate = ae.ArithmeticStructure(operators[1:], tuple(operands)) if operators[1:] else operands[0]
    return ae.IntegStructure(rate, initial, entity.non_negative)


def _cells(numbers: Any, entity: Entity, directory: Directory, place: Place) -> list[tuple[tuple[str, ...], float]]:
    """Return the elements of an array, each with its number from a list, row by row."""
    sizes = directory.sizes(entity)
    if math.prod(sizes) != numbers.size or (numbers.ndim == 2 and numbers.shape[1] != sizes[-1]):
        raise place.refuse(
            f"its list has {' x '.join(map(str, numbers.shape))} numbers, for {' x '.join(map(str, sizes))} elements.",
            "Give one number for each, row by row.",
        )
    elements = itertools.product(*(directory.dimensions[canonical(d)].elements for d in entity.dimensions))
    return [(cell, float(x)) for cell, x in zip(elements, numbers.ravel(), strict=True)]


def _connected(entity: Entity, directory: Directory, place: Place) -> list[Part]:
    """Return the equation of a module's input: the value of the variable that it is connected to."""
    source = entity.source
    assert source is not None
    if entity.kind == "stock":
        raise place.refuse(f'is a stock, and is connected to "{source.name}".', "Connect an input that is not a stock.")
    if directory.sizes(source) != directory.sizes(entity):
        raise place.refuse(
            f'has the dimensions [{",".join(entity.dimensions)}], and "{source.name}" it is connected to [{",".join(source.dimensions)}].',
            "Give both the same dimensions.",
        )
    if source.kind == "gf" or (child(source.node, "gf") is not None and not text_of(child(source.node, "eqn"))):
        return _parts(source, directory, place)
    if set(source.dimensions) == set(entity.dimensions):
        return [Part(entity.dimensions, (), ae.ReferenceStructure(source.name))]
    raise place.refuse(f'has other dimensions than "{source.name}", which it is connected to.', "Give both the same dimensions.")


def _limits(node: Element, place: Place) -> tuple[float | None, float | None]:
    """Return the least and greatest value that the author allows; the scale of its pictures is none."""
    found = child(node, "range")
    if found is None:
        return None, None
    low, high = (
        number(attribute(found, k), place, f"the {k} of its range") if short(attribute(found, k)) else None
        for k in ("min", "max")
    )
    return low, high
