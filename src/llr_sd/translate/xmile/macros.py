"""Macros of an XMILE file: parameters, a value, and variables of their own."""

from __future__ import annotations

from llr_sd.equations import canonical
from llr_sd.translate.source import Part, Place, RawMacro, RawVariable
from llr_sd.translate.xmile.document import Element, attribute, child, children, tag, text_of
from llr_sd.translate.xmile.equations import Equation
from llr_sd.translate.xmile.names import Directory, Entity, Macro, folded, shown
from llr_sd.translate.xmile.variables import variable

_VARIABLES = ("aux", "flow", "stock", "gf")


def declare(root: Element, directory: Directory, file: Place) -> list[Element]:
    """Add what calls need to know of each macro to `directory`; return the macros' elements."""
    nodes = children(root, "macro")
    for node in nodes:
        place = Place(file.file, shown(node))
        if not shown(node):
            raise file.refuse(f"a <macro> at line {node.sourceline} has no name.", "Name it.")
        if attribute(node, "filter") or child(node, "sim_specs") is not None:
            raise place.refuse(
                "this kind of macro, a filter or one with a clock of its own, is not supported.", "Write out its equations."
            )
        key = canonical(shown(node))
        if key in directory.macros:
            raise place.refuse("two macros have this name.", "Rename one.")
        parameters = children(node, "parm")
        names = tuple(text_of(p) or shown(p) for p in parameters)
        if not all(names):
            raise place.refuse("a parameter of the macro has no name.", "Name it.")
        inside = Equation(Directory(), (), place)
        defaults = tuple(inside.tree(p.get("default")) if p.get("default") else None for p in parameters)
        directory.macros[key] = Macro(shown(node), names, defaults)
    return nodes


def macro(node: Element, directory: Directory, file: Place) -> RawMacro:
    """Return a macro with its equations."""
    name = shown(node)
    known = directory.macros[canonical(name)]
    place = Place(file.file, f"macro {name}")
    inner = Directory(macros=directory.macros, vensim=directory.vensim)
    for parameter in known.parameters:
        inner.entities[(folded(parameter),)] = Entity(parameter, (folded(parameter),), "aux", node)
    block = child(node, "variables")
    nodes = [n for n in (block if block is not None else ()) if tag(n) in _VARIABLES]
    own = [Entity(shown(n), (folded(attribute(n, "name")),), tag(n), n) for n in nodes]
    for entity in own:
        if child(entity.node, "dimensions") is not None or child(entity.node, "element") is not None:
            raise place.refuse(f'its variable "{entity.name}" is an array.', "Write out the equations.")
        if entity.path in inner.entities:
            raise place.refuse(f'"{entity.name}" appears twice in it.', "Rename one.")
        inner.entities[entity.path] = entity
    variables = [variable(entity, inner, Place(file.file)) for entity in own]
    if inner.graphs:
        raise place.refuse("it reads the graph of a variable with an equation.", "Make the graph a <gf> of its own.")
    if text_of(child(node, "eqn")):
        written = text_of(child(node, "eqn"))
        variables.append(
            RawVariable(name, [Part((), (), Equation(inner, (), place).tree(written))], text=[f"{name} = {written}"])
        )
    return RawMacro(name, known.parameters, (), tuple(variables))
