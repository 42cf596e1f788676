"""What an equation may see while it is translated: loops of its left-hand side, loops of reductions, names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from llr_sd.equations import Along, Axis, Definition, Expression, Fixed, Index, Loop, Stock, Table, Values, Variable, canonical
from llr_sd.errors import NotSupported, TranslationError, nearest
from llr_sd.translate.datafile import Datasets
from llr_sd.translate.source import Place, RawMacro
from llr_sd.translate.subscripts import Ranges, positions

Translate = Callable[[Any, "Scope"], Expression]


@dataclass(frozen=True, slots=True)
class Known:
    """What references need to know of a variable before its equations are translated."""

    name: str
    axes: tuple[Axis, ...]
    kind: str


@dataclass(slots=True)
class Names:
    """The names of the whole model, and the variables made up while translating.

    `loose` says that subscripts may be left out where they are those of the left-hand side (XMILE). `variants` are the lookups that
    are read in another way: their made-up names by lookup and way. `mean` says that random functions are held at their mean.
    `remarks` holds what the reader of a run must know, and of which variables it is so; `callers`, which variables call a macro. `shapes` are the variables that hold curves of
    ALLOCATE AVAILABLE, with the place of the curve's number on their last axis.
    """

    ranges: Ranges
    known: dict[str, Known]
    macros: dict[str, RawMacro]
    datasets: Datasets
    loose: bool = False
    mean: bool = False
    made_up: dict[str, Variable] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    numbered: dict[str, int] = field(default_factory=dict)
    variants: dict[tuple[str, str], str] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    callers: dict[str, list[str]] = field(default_factory=dict)
    shapes: list[tuple[str, int, Place]] = field(default_factory=list)

    def reserve(self, name: str) -> str:
        """Return a name for a made-up variable, numbered where it is taken."""
        free, number = name, self.numbered.get(name, 1)
        while canonical(free) in self.reserved or canonical(free) in self.known:
            number += 1
            free = f"{name} {number}"
        self.numbered[name] = number
        self.reserved.add(canonical(free))
        return free

    def store(self, known: Known, *definitions: Definition) -> None:
        """Keep a made-up variable; its numbers are no constants of the model, which a study could set."""
        first = definitions[0].body
        kind = "stock" if isinstance(first, Stock) else "lookup" if isinstance(first, Table) else "auxiliary"
        self.made_up[canonical(known.name)] = Variable(known.name, known.axes, definitions, kind)

    def remark(self, what: str, variable: str) -> None:
        """Keep something that is so of a variable, for the notes on the model."""
        of = self.remarks.setdefault(what, [])
        if variable not in of:
            of.append(variable)

    def called(self, macro: str, variable: str) -> None:
        """Keep that a variable calls a macro."""
        by = self.callers.setdefault(macro, [])
        if variable not in by:
            by.append(variable)

    def numbers_of(self, name: str) -> tuple[float, ...] | None:
        """Return the numbers of a made-up list, such as the places of a range's elements; None for any other variable."""
        made_up = self.made_up.get(canonical(name))
        body = made_up.definitions[0].body if made_up else None
        return body.numbers if isinstance(body, Values) else None


@dataclass(slots=True)
class Scope:
    """One equation under translation.

    Attributes
    ----------
    loops
        Every loop so far; those of the left-hand side come first.
    left
        Loop number of each range on the left-hand side.
    reducing
        Loop number of each range marked with ! in the innermost reduction; None outside one.
    local
        Within a macro call: the made-up variable behind each name of the macro.
    calls
        Macros that are being expanded, outermost first.
    home
        The subscript on the left-hand side for each axis of its variable.
    copies
        How many times what is being translated stands in the functions around it, as they are written out.
    """

    names: Names
    place: Place
    translate: Translate
    loops: list[Loop] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    reducing: dict[str, int] | None = None
    local: dict[str, Known] | None = None
    calls: tuple[str, ...] = ()
    home: dict[str, str] = field(default_factory=dict)
    copies: int = 1

    @property
    def title(self) -> str:
        """The variable's name, to name made-up variables after it."""
        return self.place.variable.strip('"')

    def fresh(self) -> Scope:
        """Return a scope with the same left-hand side for a made-up variable's own equation."""
        names, loops = self.names, list(self.left_loops())
        return Scope(
            names, self.place, self.translate, loops, dict(self.left), local=self.local, calls=self.calls, home=self.home
        )

    def of(self, tree: Any) -> Expression:
        """Translate a sub-expression."""
        return self.translate(tree, self)

    def refuse(self, what: str, mend: str = "") -> TranslationError:
        """Return the error about a construct in this equation."""
        return self.place.refuse(what, mend)

    def not_supported(self, what: str, mend: str = "") -> NotSupported:
        """Return the error about a construct without which the model may still do."""
        return self.place.not_supported(what, mend)

    def left_loops(self) -> tuple[Loop, ...]:
        """Return the loops of the left-hand side."""
        return tuple(self.loops[: len(self.left)])

    def own_axes(self) -> tuple[tuple[Axis, ...], tuple[Index, ...]]:
        """Return axes for a made-up variable with one cell for each turn of the left-hand loops, and how to address it."""
        axes = tuple(Axis(lp.name, lp.elements) for lp in self.left_loops())
        return axes, tuple(Along(i, tuple(range(len(a.elements)))) for i, a in enumerate(axes))

    def indices(self, known: Known, subscripts: Sequence[str]) -> tuple[Index, ...]:
        """Resolve the subscripts of a reference to `known`, one for each axis."""
        if self.names.loose and not subscripts:
            subscripts = [self.home[canonical(a.name)] for a in known.axes if canonical(a.name) in self.home]
        if len(subscripts) != len(known.axes):
            raise self._wrong_count(known, subscripts)
        return tuple(self._index(known, axis, s) for axis, s in zip(known.axes, subscripts, strict=True))

    def _wrong_count(self, known: Known, subscripts: Sequence[str]) -> TranslationError:
        if not known.axes:
            return self.refuse(
                f'"{known.name}" has no subscripts, and is read with [{",".join(subscripts)}].', f"Write {known.name}."
            )
        wanted = f"{known.name}[{','.join(a.name for a in known.axes)}]"
        if not subscripts:
            return self.refuse(f'"{known.name}" is read without its subscripts.', f"Write {wanted}.")
        return self.refuse(
            f'"{known.name}" is read with {len(subscripts)} subscripts and has {len(known.axes)}.', f"Write {wanted}."
        )

    def _index(self, known: Known, axis: Axis, subscript: str) -> Index:
        ranges = self.names.ranges
        marked = subscript.endswith("!")
        name = subscript.removesuffix("!").strip()
        ranges.check(name, self.place)
        if ranges.is_element(name) and not marked:
            position = _place_of(axis, name)
            if position is None:
                raise self.refuse(
                    f'"{name}" is not an element of {axis.name}, the subscript of "{known.name}".', nearest(name, axis.elements)
                )
            return Fixed(position)
        number, counterpart = self._loop(known, axis, name, marked)
        along = self.loops[number].elements
        if counterpart is None and along is axis.elements:
            return Along(number, tuple(range(len(along))))
        read_at = []
        places = positions(axis.elements)
        for element in along:
            read = element if counterpart is None else counterpart[canonical(element)]
            position = places.get(canonical(read))
            if position is None:
                raise self.refuse(
                    f'"{known.name}" is read at {read} of "{name}", which is not an element of its subscript {axis.name}.',
                    f"Use a range within {axis.name}.",
                )
            read_at.append(position)
        return Along(number, tuple(read_at))

    def _loop(self, known: Known, axis: Axis, name: str, marked: bool) -> tuple[int, dict[str, str] | None]:
        """Return the loop that `name` follows, and for a mapped range the element to read at each element of the loop."""
        ranges, key = self.names.ranges, canonical(name)
        if marked:
            if self.reducing is None:
                raise self.refuse(
                    f'"{known.name}[{name}!]" stands outside SUM, PROD, VMIN, VMAX and VECTOR SELECT.',
                    f"Remove the ! after {name}.",
                )
            if key not in self.reducing:
                self.loops.append(Loop(ranges[name].name, ranges[name].elements))
                self.reducing[key] = len(self.loops) - 1
            return self.reducing[key], None
        if key in self.left:
            return self.left[key], None
        own = ranges[name].elements
        mapped = [(n, pairs) for target, pairs in ranges[name].maps_to for n in self._over(target)]
        if len(mapped) == 1:
            number, pairs = mapped[0]
            needed = positions(self.loops[number].elements)
            return number, {t: self._partner(known, name, t, sources) for t, sources in pairs.items() if t in needed}
        backwards = self._backwards(name)
        if len(backwards) == 1:
            return backwards[0]
        same = [n for k, n in self.left.items() if _same(ranges[k].elements, own) and _copied(ranges, k, key)]
        if len(same) == 1:
            return same[0], None
        on_left = ", ".join(lp.name for lp in self.left_loops()) or "no range"
        raise self.refuse(
            f'"{known.name}[...{name}...]" is read over "{name}", but the left-hand side runs over {on_left}.',
            f"Sum over {name}! or name one element of it, or map {name} to the range on the left.",
        )

    def _over(self, target: str) -> list[int]:
        """Return the loop of the left-hand side over the range `target`, or else those over parts of it."""
        if canonical(target) in self.left:
            return [self.left[canonical(target)]]
        whole = positions(self.names.ranges[target].elements)
        return [n for n in self.left.values() if all(canonical(e) in whole for e in self.loops[n].elements)]

    def _backwards(self, name: str) -> list[tuple[int, dict[str, str]]]:
        """Return each loop of the left-hand side whose range maps to `name` element by element, with the element to read at each."""
        found = []
        for key, number in self.left.items():
            for target, pairs in self.names.ranges[key].maps_to:
                if canonical(target) == canonical(name):
                    partners: dict[str, list[str]] = {}
                    for theirs, sources in pairs.items():
                        for own in sources:
                            partners.setdefault(canonical(own), []).append(theirs)
                    if all(len(partners.get(canonical(e), ())) == 1 for e in self.loops[number].elements):
                        found.append((number, {own: theirs[0] for own, theirs in partners.items()}))
        return found

    def _partner(self, known: Known, name: str, element: str, sources: tuple[str, ...]) -> str:
        if len(sources) == 1:
            return sources[0]
        many = f"{' and '.join(sources)} both map to it" if sources else "nothing maps to it"
        raise self.refuse(
            f'"{known.name}" is read over "{name}" at "{element}" of the left-hand side, but {many}.',
            f"Pair each element on the left with one element of {name}.",
        )


def _copied(ranges: Ranges, one: str, other: str) -> bool:
    """Whether one of two ranges was declared as a copy of the other."""
    return any(canonical(t) == other for t, _ in ranges[one].maps_to) or any(
        canonical(t) == one for t, _ in ranges[other].maps_to
    )


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return list(positions(one)) == list(positions(other))


def _place_of(axis: Axis, element: str) -> int | None:
    return positions(axis.elements).get(canonical(element))
