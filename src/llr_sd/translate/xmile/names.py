"""What the names of an XMILE file stand for: variables by module, dimensions with their elements, macros."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from llr_sd.equations import canonical
from llr_sd.translate.source import Place
from llr_sd.translate.xmile.document import Element, attribute, children, text_of

Path = tuple[str, ...]

_SEGMENT = re.compile(r'"(?:\\.|[^"\\])*"|[^."]+')
_MOST_ELEMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: its name and elements as written, in order; `copies` names the dimension that it repeats."""

    name: str
    elements: tuple[str, ...]
    copies: str = ""

    def element(self, written: str) -> str | None:
        """Return the element that a subscript names, by name or by its number from 1; None when there is no such element."""
        head, dot, tail = written.partition(".")
        if dot and canonical(head) in (canonical(self.name), canonical(self.copies)):
            written = tail
        wanted = folded(written)
        at = places(self.elements).get(wanted)
        if at is None and wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(self.elements):
            at = int(wanted[:9]) - 1
        return None if at is None else self.elements[at]


@cache
def places(elements: tuple[str, ...]) -> dict[str, int]:
    """Return the place of each element, from 0, by its name as names are compared."""
    return {folded(e): i for i, e in enumerate(elements)}


@dataclass(slots=True)
class Entity:
    """A variable of the file: `path` is the module it stands in and its own name, in the form in which names are compared."""

    name: str
    path: Path
    kind: str
    node: Element
    dimensions: tuple[str, ...] = ()
    group: str = ""
    non_negative: bool = False
    source: Entity | None = None

    @property
    def module(self) -> Path:
        """The module that it stands in."""
        return self.path[:-1]


@dataclass(slots=True)
class Directory:
    """Every name of a file.

    `graphs` collects variables with an equation whose graph is read as a lookup too; `vensim` says that Vensim wrote the file.
    """

    entities: dict[Path, Entity] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)
    graphs: dict[str, Entity] = field(default_factory=dict)
    vensim: bool = False

    def find(self, module: Path, written: str) -> Entity | None:
        """Return the variable that a name means inside a module: its own, one of a module in it, or by the way from the top."""
        whole = (*module, folded(written))
        if whole in self.entities:
            return self.entities[whole]
        path = segments(written)
        if written.lstrip().startswith("."):
            return self.entities.get(path) or self.entities.get((*module[:-1], *path))
        if len(path) < 2:
            return self.entities.get((*module, *path))
        above = (module[:n] for n in range(len(module), -1, -1))
        return next((self.entities[(*m, *path)] for m in above if (*m, *path) in self.entities), None)

    def sizes(self, entity: Entity) -> tuple[int, ...]:
        """Return how many elements each of its dimensions has."""
        return tuple(len(self.dimensions[canonical(d)].elements) for d in entity.dimensions)


@dataclass(frozen=True, slots=True)
class Macro:
    """What a call needs to know of a macro: its parameters, and the default of each that may be left out."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[Any, ...]


def folded(written: str) -> str:
    r"""Return a single name in the form in which names are compared, with the escapes \n, \" and \\ undone."""
    text = written.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return canonical(re.sub(r"\\(.)", lambda m: " " if m.group(1) == "n" else m.group(1), text))


def segments(written: str) -> Path:
    """Return the parts of a name between its dots, each as names are compared."""
    return tuple(folded(s) for s in _SEGMENT.findall(written.strip()))


def shown(node: Element) -> str:
    """Return a variable's name as outputs carry it: a written line end is a blank."""
    return re.sub(r"\s+", " ", attribute(node, "name").replace("\\n", " ")).strip()


def split(text: str) -> list[str]:
    """Split a list of subscripts at its commas, those in quoted names apart."""
    return [m.strip() for m in re.findall(r'((?:"(?:\\.|[^"\\])*"|[^,])+)', text)]


def dimensions(parents: Iterable[Element], place: Place) -> dict[str, Dimension]:
    """Read the declared dimensions: each lists its elements, or has a size and numbered elements.

    Raises
    ------
    TranslationError
        For a dimension without a name or elements, one declared twice, an element named twice, and for sizes past all use.
    """
    found: dict[str, Dimension] = {}
    for node in _declared(parents):
        name = shown(node)
        here = Place(place.file, name)
        elements = tuple(shown(e) for e in children(node, "elem"))
        size = attribute(node, "size")
        if not name:
            raise place.refuse(f"a <dim> at line {node.sourceline} has no name.", "Name it.")
        if not elements and size:
            if not size.isdecimal() or not 0 < int(size[:12]) <= _MOST_ELEMENTS:
                raise here.refuse(f'the size of the dimension is "{size[:20]}".', f"Write a number from 1 to {_MOST_ELEMENTS}.")
            if sum(len(d.elements) for d in found.values()) + int(size) > _MOST_ELEMENTS:
                raise here.refuse(f"the dimensions of the file have more than {_MOST_ELEMENTS} elements.", "Use smaller ones.")
            elements = tuple(str(i + 1) for i in range(int(size)))
        if not elements or not all(elements):
            raise here.refuse("the dimension names no elements.", "Name its elements, or give its size.")
        if len({canonical(e) for e in elements}) < len(elements):
            raise here.refuse("the dimension names an element twice.", "Give each element a name of its own.")
        before = found.get(canonical(name))
        if before is not None and before.elements != elements:
            raise here.refuse("this dimension is declared twice.", "Keep one of the declarations.")
        found[canonical(name)] = Dimension(name, elements)
    for d in found.values():
        for e in d.elements:
            if canonical(e) in found:
                raise Place(place.file, d.name).refuse(f'its element "{e}" has the name of a dimension.', "Rename one of them.")
    return found


def _declared(parents: Iterable[Element]) -> Iterator[Element]:
    for parent in parents:
        for block in children(parent, "dimensions"):
            yield from children(block, "dim")


def dimensions_of(node: Element, known: dict[str, Dimension], place: Place) -> tuple[str, ...]:
    """Return the dimensions of a variable; one that it has twice stands for a numbered copy the second time, added to `known`."""
    found: list[str] = []
    for block in children(node, "dimensions"):
        for dim in children(block, "dim"):
            name = attribute(dim, "name") or text_of(dim)
            dimension = known.get(folded(name))
            if dimension is None:
                raise place.refuse(
                    f'its dimension "{name}" is not declared.', "List it under <dimensions> at the top of the file."
                )
            while dimension.name in found:
                dimension = _twin(known[folded(name)], known, found)
            found.append(dimension.name)
    return tuple(found)


def _twin(dimension: Dimension, known: dict[str, Dimension], taken: list[str]) -> Dimension:
    """Return a numbered copy of a dimension that is not yet `taken`, under a name that is no other dimension's or element's."""
    elements = {canonical(e) for d in known.values() for e in d.elements}
    number = 0
    while True:
        number += 1
        name = f"{dimension.name}{number}"
        there = known.get(canonical(name))
        if there is None and canonical(name) not in elements:
            return known.setdefault(canonical(name), Dimension(name, dimension.elements, dimension.name))
        if there is not None and there.copies == dimension.name and there.name not in taken:
            return there
