"""Subscript ranges of a model: what each name stands for, and which axes a variable has.

The choice of axes follows PySD's, so that outputs of both carry the same dimensions: the range named on the left, or, for a
variable defined in parts, the first declared range with just the elements named, or else the first that holds them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from llr_sd.equations import Axis, canonical
from llr_sd.errors import nearest
from llr_sd.translate.source import Place, RawRange


@cache
def positions(elements: tuple[str, ...]) -> dict[str, int]:
    """Return the place of each element, counted from 0, by canonical name."""
    return {canonical(e): i for i, e in enumerate(elements)}


@dataclass(frozen=True, slots=True)
class Range:
    """A subscript range with its elements in order.

    `maps_to` holds each range that it maps to and, for every element of that range by canonical name, its own elements that map to
    it: none, one, or (which no equation can use) several.
    """

    name: str
    elements: tuple[str, ...]
    maps_to: tuple[tuple[str, Mapping[str, tuple[str, ...]]], ...] = ()


class Ranges:
    """Every subscript range of the model, in file order."""

    def __init__(self, raw: Iterable[RawRange], place: Place) -> None:
        self._place = place
        self._ranges: dict[str, Range] = {}
        self._elements: dict[str, str] = {}
        self._copies: set[str] = set()
        self._resolve(tuple(raw))

    # --- names -----------------------------------------------------------------------------------------------------------

    def __contains__(self, name: str) -> bool:
        return canonical(name) in self._ranges

    def __iter__(self) -> Iterator[Range]:
        return iter(self._ranges.values())

    def __getitem__(self, name: str) -> Range:
        return self._ranges[canonical(name)]

    def is_element(self, name: str) -> bool:
        """Whether `name` is an element of some range."""
        return canonical(name) in self._elements

    def element(self, name: str) -> str:
        """Return an element's name as it was declared."""
        return self._elements[canonical(name)]

    def names(self) -> tuple[str, ...]:
        """Return every name of a range or element, for suggestions."""
        return (*(r.name for r in self._ranges.values()), *self._elements.values())

    def check(self, name: str, place: Place) -> None:
        """Raise TranslationError when `name` is neither a range nor an element."""
        if name not in self and not self.is_element(name):
            raise place.refuse(f'"{name}" is not a subscript of the model.', nearest(name, self.names()))

    # --- positions -------------------------------------------------------------------------------------------------------

    def number(self, name: str) -> tuple[int, ...]:
        """Return what a subscript name is worth as a number: the 1-based place of each element in its main range."""
        wanted = self[name].elements if name in self else (name,)
        found: tuple[int, ...] = ()
        for main in self._mains():
            held = positions(main.elements)
            if all(canonical(e) in held for e in wanted):
                found = tuple(held[canonical(e)] + 1 for e in wanted)
        return found

    def _mains(self) -> list[Range]:
        """Return the ranges that are no part of another; of equal ranges the first by name, copies last."""
        kept = []
        for r in self._ranges.values():
            own = set(positions(r.elements))
            for other in self._ranges.values():
                theirs = set(positions(other.elements))
                rank, other_rank = self._rank(r), self._rank(other)
                if other is not r and (own < theirs or (own == theirs and other_rank < rank)):
                    break
            else:
                kept.append(r)
        return kept

    def _rank(self, r: Range) -> tuple[bool, str]:
        return canonical(r.name) in self._copies, canonical(r.name)

    # --- axes ------------------------------------------------------------------------------------------------------------

    def axes(self, parts: Sequence[Sequence[str]], place: Place) -> tuple[Axis, ...]:
        """Return the axes of a variable whose equations have the subscripts `parts` on the left.

        Parameters
        ----------
        parts
            One list of names for each equation, each of the same length.
        place
            Where the variable stands, for messages.
        """
        named = [self._homes(p, place) for p in parts]
        axes: list[Axis] = []
        for i in range(len(parts[0])):
            covered = {canonical(e) for homes in named for e in homes[i][1]}
            homes_here = [homes[i][0] for homes in named]
            elsewhere = {n for homes in named for j, (n, _) in enumerate(homes) if j != i}
            axis = self._axis(covered, homes_here, elsewhere, place)
            axes.append(self._twin(self[axis.name]) if axis in axes else axis)
        return tuple(axes)

    def declared(self, names: Iterable[str]) -> tuple[Axis, ...]:
        """Return the axes of a variable whose file names them."""
        return tuple(Axis(self[n].name, self[n].elements) for n in names)

    def _homes(self, subscripts: Sequence[str], place: Place) -> list[tuple[str, tuple[str, ...]]]:
        """Return, for each subscript, its range (or "" where none is left for an element) and the elements it names."""
        taken = {canonical(s) for s in subscripts}
        homes: list[tuple[str, tuple[str, ...]]] = []
        for s in subscripts:
            self.check(s, place)
            if self.is_element(s):
                free = (r for r in self._ranges.values() if canonical(r.name) not in taken)
                home = next((r.name for r in free if canonical(s) in positions(r.elements)), "")
                taken.add(canonical(home))
                homes.append((canonical(home), (s,)))
            else:
                if sum(canonical(s) == canonical(t) for t in subscripts) > 1:
                    raise place.refuse(
                        f'the range "{s}" appears twice on the left.', f'Declare a copy of it, such as "{s} copy <-> {s}".'
                    )
                homes.append((canonical(s), self[s].elements))
        return homes

    def _axis(self, covered: set[str], homes: list[str], elsewhere: set[str], place: Place) -> Axis:
        for home in homes:
            if home and set(positions(self._ranges[home].elements)) == covered:
                return Axis(self._ranges[home].name, self._ranges[home].elements)
        free = [r for key, r in self._ranges.items() if key not in elsewhere]
        for r in free:
            if set(positions(r.elements)) == covered:
                return Axis(r.name, r.elements)
        for r in free:
            if set(positions(r.elements)) >= covered:
                return Axis(r.name, r.elements)
        for r in list(self._ranges.values()):
            if set(positions(r.elements)) == covered:
                return self._twin(r)
        names = ", ".join(self._elements[c] for c in sorted(covered))
        raise place.refuse(f"no subscript range holds all of {names}.", "Declare one range with these elements.")

    def _twin(self, r: Range) -> Axis:
        """Add a numbered copy of a range, for a variable that has it on two axes."""
        number = 1
        while canonical(r.name + str(number)) in self._ranges:
            number += 1
        twin = Range(r.name + str(number), r.elements)
        self._ranges[canonical(twin.name)] = twin
        return Axis(twin.name, twin.elements)

    # --- declarations ----------------------------------------------------------------------------------------------------

    def _resolve(self, raw: tuple[RawRange, ...]) -> None:
        declared: dict[str, RawRange] = {}
        for r in raw:
            if canonical(r.name) in declared:
                raise self._at(r.name).refuse("this subscript range is declared twice.", "Keep one of the declarations.")
            declared[canonical(r.name)] = r
        for key, r in declared.items():
            elements = self._expand(r.name, declared, ())
            if isinstance(r.definition, str):
                self._copies.add(key)
            self._ranges[key] = Range(r.name, elements)
            for e in elements:
                self._elements.setdefault(canonical(e), e)
        for key, r in declared.items():
            copied = ((r.definition, ()),) if isinstance(r.definition, str) else ()
            maps = tuple((self[t].name, self._pairs(r, t, names)) for t, names in (*r.mappings, *copied) if self._known(r, t))
            self._ranges[key] = Range(r.name, self._ranges[key].elements, maps)

    def _expand(self, name: str, declared: dict[str, RawRange], above: tuple[str, ...]) -> tuple[str, ...]:
        r = declared[canonical(name)]
        place = self._at(r.name)
        if canonical(name) in above:
            raise place.refuse("this subscript range is defined by itself.", "List its elements.")
        above = (*above, canonical(name))
        if isinstance(r.definition, str):
            if canonical(r.definition) not in declared:
                raise place.refuse(
                    f'copies "{r.definition}", which is not a subscript range.',
                    nearest(r.definition, (d.name for d in declared.values())),
                )
            return self._expand(r.definition, declared, above)
        if not isinstance(r.definition, tuple):
            from llr_sd.translate.externals import subscript_elements

            return subscript_elements(r.definition, place)
        elements: list[str] = []
        for e in r.definition:
            elements.extend(self._expand(e, declared, above) if canonical(e) in declared else (e,))
        seen: set[str] = set()
        for e in elements:
            if canonical(e) in seen:
                raise place.refuse(f'the element "{e}" appears twice in the range.', "Keep one of them.")
            seen.add(canonical(e))
        return tuple(elements)

    def _known(self, r: RawRange, target: str) -> bool:
        if target not in self:
            raise self._at(r.name).refuse(
                f'maps to "{target}", which is not a subscript range.', nearest(target, (known.name for known in self))
            )
        return True

    def _pairs(self, r: RawRange, target: str, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Return the own elements that map to each element of `target`: in order, or with the elements and ranges in `names`."""
        place, own, theirs = self._at(r.name), self[r.name].elements, self[target].elements
        if not names and len(own) != len(theirs):
            raise place.refuse(
                f'has {len(own)} elements and maps to "{target}", which has {len(theirs)}.',
                f"A mapping pairs element with element; write -> ({target}: one, two) to pair each with elements or subranges.",
            )
        if names and len(names) != len(own):
            raise place.refuse(
                f'has {len(own)} elements, and its mapping to "{target}" names {len(names)}.',
                "Name one partner for each element.",
            )
        pairs: dict[str, tuple[str, ...]] = {canonical(t): () for t in theirs}
        for element, partner in zip(own, names or theirs, strict=True):
            for t in self[partner].elements if partner in self else (partner,):
                if canonical(t) not in pairs:
                    raise place.refuse(
                        f'its mapping to "{target}" names "{t}", which is not an element of it.',
                        nearest(t, self[target].elements),
                    )
                pairs[canonical(t)] += (element,)
        return pairs

    def _at(self, name: str) -> Place:
        return Place(self._place.file, name)
