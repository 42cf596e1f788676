"""The places where an equation can be wrong, and one model that can be wrong in any of them.

Each place is a choice between the equation as written and a changed one, made by a constant that no modeller wrote. So a model is
compiled once, and a run says which mutant it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from llr_sd.check.units import UnitFindings
from llr_sd.check.wording import shorten, write
from llr_sd.equations import (
    NA,
    Along,
    Binary,
    Call,
    Definition,
    Equations,
    Expression,
    Fixed,
    Index,
    LookupCall,
    Number,
    Reference,
    Stock,
    Table,
    Unary,
    Values,
    Variable,
    children,
    deep_recursion,
    is_control,
    with_children,
)

CHOICE = "_mutant"
"""The constant that says which place is wrong; 0 for none."""
MORE, STEP = 1.1, 0.1
"""What a number is multiplied by, and what is added to a 0; a point of a lookup moves by `STEP` of the lookup's height."""

CONSTANT, NUMBER, SIGN, PRODUCT = "constant", "number in an equation", "sign", "product or ratio"
EXTREME, COMPARISON, INDEX = "MIN or MAX", "comparison or logic", "subscript"
INITIAL, ORDER, POINT = "initial value", "order of a delay", "point of a lookup"
KINDS = (CONSTANT, NUMBER, SIGN, PRODUCT, EXTREME, COMPARISON, INDEX, INITIAL, ORDER, POINT)
"""In the order in which a table of them is read."""

_SWAPS = {"+": ("-", SIGN), "-": ("+", SIGN), "*": ("/", PRODUCT), "/": ("*", PRODUCT)}
_SWAPS |= {a: (b, COMPARISON) for x, y in (("<", ">"), ("<=", ">="), ("=", "<>"), ("and", "or")) for a, b in ((x, y), (y, x))}
_CALLS = {"MIN": "MAX", "MAX": "MIN"}
_FIXED_ORDER, _ANY_ORDER = ("SMOOTH", "DELAY"), ("SMOOTH N", "DELAY N")
_AT = 3
"""Where in their arguments these functions have their order."""


@dataclass(frozen=True)
class Mutant:
    """A model with one fault.

    Attributes
    ----------
    kind
        One of `KINDS`.
    variable
        As the modeller wrote it, with its element where it is a constant or an equation of one element.
    change
        What became of what, in words.
    number
        The value of `CHOICE` that makes it; 0 where constants do.
    constants
        The values that constants have in it, by label.
    units
        Whether the unit check notices it.
    """

    kind: str
    variable: str
    change: str
    number: int = 0
    constants: tuple[tuple[str, float], ...] = ()
    units: bool = False

    def __str__(self) -> str:
        return f'"{self.variable}": {self.change}'

    @property
    def settings(self) -> dict[str, float]:
        """What a run of the model with choices sets to be this mutant."""
        return dict(self.constants) if self.constants else {CHOICE: float(self.number)}


@dataclass(frozen=True)
class Place:
    """A place in one definition, and what stands there in the mutant."""

    kind: str
    before: str
    after: str


@dataclass
class _Walk:
    """A walk over one definition that puts a choice at each place; `only`, where given, is changed for good and no choice is put."""

    equations: Equations
    definition: Definition
    points: Mapping[str, list[tuple[int, str]]]
    first: int
    only: int | None = None
    wanted: set[int] | None = None
    places: list[Place] = field(default_factory=list)

    def choice(self, kind: str, original: Expression, changed: Expression, whole: Expression) -> Expression:
        """Note a place where `original` becomes `changed`; `whole` is the original with the choices inside it."""
        self.places.append(Place(kind, self.told(original), self.told(changed)))
        return self._put(changed, whole)

    def _put(self, changed: Expression, whole: Expression) -> Expression:
        """Return what stands at the place noted last."""
        number = self.first + len(self.places) - 1
        if self.only is not None:
            return changed if number == self.only else whole
        return _chosen(number, changed, whole) if self.wanted is None or number in self.wanted else whole

    def told(self, e: Expression) -> str:
        return shorten(write(e, self.definition.loops, self.equations))

    def body(self) -> Expression | Stock:
        """Return the body with choices."""
        body = self.definition.body
        if not isinstance(body, Stock):
            return self.expression(body)  # type: ignore[arg-type] # tables and values are not walked
        more = Binary(
            "+", Binary("*", body.initial, Number(MORE)), Binary("*", Number(STEP), Binary("=", body.initial, Number(0.0)))
        )
        flow, initial = self.expression(body.flow), self.expression(body.initial)
        self.places.append(Place(INITIAL, self.told(body.initial), "a tenth more, or 0.1 where it is 0"))
        return replace(body, flow=flow, initial=self._put(more, initial))

    def expression(self, e: Expression) -> Expression:
        """Return an expression with a choice at each of its places."""
        whole = with_children(e, [self.expression(c) for c in self._parts(e)])
        for kind, changed in self._changes(e):
            whole = self.choice(kind, e, changed, whole)
        if isinstance(e, LookupCall) and self.only is None:
            for number, name in self.points.get(e.name, ()):
                whole = _chosen(number, replace(e, name=name), whole)
        return whole

    def _parts(self, e: Expression) -> tuple[Expression, ...]:
        """Return the parts of an expression in which there may be places: the order of a delay is a place of its own."""
        own = children(e)
        return own[:_AT] if isinstance(e, Call) and e.function in _FIXED_ORDER + _ANY_ORDER else own

    def _changes(self, e: Expression) -> Iterator[tuple[str, Expression]]:
        """Yield what an expression, taken by itself, may wrongly be."""
        match e:
            case Number(value) if value != NA and abs(value) != float("inf"):
                yield NUMBER, Number(value * MORE if value else STEP)
            case Binary(operator, left, right) if operator in _SWAPS:
                other, kind = _SWAPS[operator]
                yield kind, Binary(other, left, right)
            case Unary(operator, operand):
                yield SIGN if operator == "-" else COMPARISON, operand
            case Call(function, arguments) if function in _CALLS:
                yield EXTREME, Call(_CALLS[function], arguments)
            case Call("ZIDZ" | "XIDZ", (above, below, *_)):
                yield PRODUCT, Binary("*", above, below)
            case Call(function, (what, time, start, Number(order))) if function in _FIXED_ORDER:
                yield ORDER, Call(function, (what, time, start, Number(1.0 if order == 3 else 3.0)))
            case Call(function, arguments) if function in _ANY_ORDER:
                yield ORDER, Call(function, (*arguments[:_AT], Binary("+", arguments[_AT], Number(1.0))))
            case Reference(name, indices):
                yield from ((INDEX, replace(e, indices=other)) for other in _others(self.equations.variables[name], indices))
            case LookupCall(name, indices, _):
                yield from ((INDEX, replace(e, indices=other)) for other in _others(self.equations.variables[name], indices))


def _target(variable: Variable, definition: Definition) -> str:
    """Return the part of a variable that a definition is of: its name, and the subscripts where it is of some elements alone."""
    if not any(isinstance(index, Fixed) for index in definition.target):
        return variable.name
    parts = (
        axis.elements[index.position] if isinstance(index, Fixed) else definition.loops[index.loop].name
        for axis, index in zip(variable.axes, definition.target, strict=True)
    )
    return f"{variable.name}[{','.join(parts)}]"


def _chosen(number: int, changed: Expression, whole: Expression) -> Expression:
    return Call("IF THEN ELSE", (Binary("=", Reference(CHOICE), Number(float(number))), changed, whole))


def _others(variable: Variable, indices: tuple[Index, ...]) -> Iterator[tuple[Index, ...]]:
    """Yield the subscripts with one of them pointing at another element; one that runs over its whole range has no other."""
    for axis, index in enumerate(indices):
        size = len(variable.axes[axis].elements)
        if isinstance(index, Fixed) and size > 1:
            other: Index = Fixed((index.position + 1) % size)
        elif isinstance(index, Along) and len(set(index.positions)) > 1 and index.positions != tuple(range(size)):
            other = replace(index, positions=(*index.positions[1:], index.positions[0]))
        else:
            continue
        yield (*indices[:axis], other, *indices[axis + 1 :])


@dataclass(frozen=True)
class Choices:
    """A model with a choice at each place.

    Attributes
    ----------
    equations
        With the constant `CHOICE`; without units and limits, since a mutant may be set to anything.
    mutants
        All that the choices make, in the order of the model.
    """

    equations: Equations
    mutants: tuple[Mutant, ...]


def with_choices(equations: Equations, keep: Iterable[int] | None = None) -> Choices:
    """Return a model that can be wrong at each place.

    Parameters
    ----------
    equations
        The model as it stands.
    keep
        Numbers of the mutants that get a choice; None for all. Numbers stay the same.
    """
    wanted = None if keep is None else set(keep)
    with deep_recursion():
        return _Maker(equations, wanted).made()


@dataclass
class _Maker:
    equations: Equations
    wanted: set[int] | None
    mutants: list[Mutant] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    number: int = 1

    @cached_property
    def units(self) -> UnitFindings:
        return UnitFindings(self.equations)

    def made(self) -> Choices:
        choice = Definition((), (), Number(0.0))
        self.variables[CHOICE] = Variable(CHOICE, (), (choice,), "constant")
        points = {v.name: self._points(v) for v in self.equations.variables.values() if v.kind == "lookup"}
        for v in self.equations.variables.values():
            walked = v.kind in ("auxiliary", "stock") and not v.name.startswith("_") and not is_control(v.name)
            definitions = tuple(self._walked(v, d, points) for d in v.definitions) if walked else v.definitions
            self.variables[v.name] = replace(v, definitions=definitions, unit="", limits=(None, None))
        return Choices(replace(self.equations, variables=self.variables), tuple(self.mutants))

    def _points(self, variable: Variable) -> list[tuple[int, str]]:
        """Add a copy of a lookup for each of its points, moved up; return the number and the name of each."""
        found = []
        for at, definition in enumerate(variable.definitions):
            table = definition.body
            if not isinstance(table, Table):
                continue
            height = (max(table.y) - min(table.y)) or 1.0
            for i, (x, y) in enumerate(zip(table.x, table.y, strict=True)):
                moved = replace(table, y=(*table.y[:i], y + STEP * height, *table.y[i + 1 :]))
                name, number = f"{variable.name} {CHOICE} {self.number}", self.number
                called = variable.name.lstrip("_")
                self.mutants.append(Mutant(POINT, called, f"({x:g}, {y:g}) -> ({x:g}, {y + STEP * height:g})", number))
                self.number += 1
                if self.wanted is None or number in self.wanted:
                    definitions = (*variable.definitions[:at], replace(definition, body=moved), *variable.definitions[at + 1 :])
                    self.variables[name] = replace(variable, name=name, definitions=definitions, unit="")
                    found.append((number, name))
        return found

    def _walked(self, variable: Variable, definition: Definition, points: Mapping[str, list[tuple[int, str]]]) -> Definition:
        if isinstance(definition.body, Table | Values):
            return definition
        walk = _Walk(self.equations, definition, points, self.number, wanted=self.wanted)
        body = walk.body()
        fits, where = self.units.of(variable, definition), _target(variable, definition)
        for i, place in enumerate(walk.places):
            number = self.number + i
            unlike = False
            if place.kind in (PRODUCT, NUMBER):
                alone = _Walk(self.equations, definition, {}, self.number, only=number).body()
                unlike = self.units.of(variable, replace(definition, body=alone)) != fits
            self.mutants.append(Mutant(place.kind, where, f"{place.before} -> {place.after}", number, units=unlike))
        self.number += len(walk.places)
        return replace(definition, body=body)
