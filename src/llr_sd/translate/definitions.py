"""From the equations of one variable to its definitions: which cells each defines, over which loops, with what body."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llr_sd.equations import Along, Axis, Body, Definition, Fixed, Index, Loop, Number, Table, Unary, Values, canonical
from llr_sd.translate import boxes, externals
from llr_sd.translate.bodies import body
from llr_sd.translate.expressions import expression
from llr_sd.translate.scope import Known, Names, Scope
from llr_sd.translate.source import Part, Place, RawVariable
from llr_sd.translate.subscripts import Ranges, positions


def definitions(raw: RawVariable, known: Known, names: Names, place: Place) -> tuple[Definition, ...]:
    """Translate every equation of a variable.

    Parameters
    ----------
    raw
        The variable with its equations as they stand in the file, in that order.
    known
        Its kind and axes, found before any equation is translated.
    names
        What the names in an equation stand for; variables made up on the way are added to it.
    place
        Where in the file it is, for messages.

    Returns
    -------
    tuple
        Definitions of cells, none of which is in two of them; not every element need be defined. A table read from a spreadsheet, and
        every constant in a variable that is read as data, is one definition a cell.

    Raises
    ------
    TranslationError
        When two equations define the same element, one cannot be translated, or a spreadsheet holds no number for a cell.
    """
    found: list[Definition] = []
    taken = np.zeros([len(a.elements) for a in known.axes], dtype=bool)
    for part in raw.parts:
        for box in _cells(part, known, names.ranges, place):
            here = np.ix_(*box) if box else ...
            if taken[here].any():
                raise place.refuse(
                    f"two equations define the same elements; one is for [{','.join(part.subscripts)}].",
                    "Leave elements out of one with :EXCEPT:, or remove it.",
                )
            taken[here] = True
            found.extend(_Equation(part, known, box, names, place).definitions())
    if known.kind == "data":
        return tuple(_as_data(s, place) for d in found for s in _single_cells(d))
    return (_one_list(found, known.axes),) if len(found) > 1 and taken.all() and all(map(_is_constant, found)) else tuple(found)


def _is_constant(definition: Definition) -> bool:
    return number_of(definition.body) is not None or isinstance(definition.body, Values)


def _one_list(parts: list[Definition], axes: tuple[Axis, ...]) -> Definition:
    """Join constants given element by element into one list of numbers, which engines take as data."""
    numbers = np.empty([len(a.elements) for a in axes])
    for part in parts:
        box = [(i.position,) if isinstance(i, Fixed) else i.positions for i in part.target]
        if isinstance(part.body, Values):
            numbers[np.ix_(*box)] = np.reshape(part.body.numbers, [len(b) for b in box])
        else:
            numbers[np.ix_(*box)] = number_of(part.body)
    loops = tuple(Loop(a.name, a.elements) for a in axes)
    target = tuple(Along(n, tuple(range(len(a.elements)))) for n, a in enumerate(axes))
    return Definition(loops, target, Values(tuple(numbers.ravel().tolist())))


def number_of(body: Body) -> float | None:
    """Return the plain number that a right-hand side is, or None."""
    if isinstance(body, Unary) and body.operator == "-" and isinstance(body.operand, Number):
        return -body.operand.value
    return body.value if isinstance(body, Number) else None


def _cells(part: Part, known: Known, ranges: Ranges, place: Place) -> list[boxes.Box]:
    """Return the cells that an equation defines, as disjoint boxes of axis positions."""
    left = [_box(part.subscripts, known.axes, ranges, place)]
    for hole in part.excepts:
        if len(hole) != len(known.axes):
            raise place.refuse(f":EXCEPT: [{','.join(hole)}] has the wrong number of subscripts.", "Name one for each subscript.")
        left = boxes.subtract(left, _box(hole, known.axes, ranges, place))
    return left


def _box(subscripts: Sequence[str], axes: tuple[Axis, ...], ranges: Ranges, place: Place) -> boxes.Box:
    found = []
    for name, axis in zip(subscripts, axes, strict=True):
        ranges.check(name, place)
        elements = (name,) if ranges.is_element(name) else ranges[name].elements
        at = positions(axis.elements)
        outside = [e for e in elements if canonical(e) not in at]
        if outside:
            raise place.refuse(f'"{outside[0]}" is not an element of {axis.name}.', "Name a subscript within it.")
        found.append(tuple(at[canonical(e)] for e in elements))
    return tuple(found)


class _Equation:
    """One equation, or the part of it that a box of cells takes up."""

    def __init__(self, part: Part, known: Known, box: boxes.Box, names: Names, place: Place) -> None:
        self._part, self._axes, self._box, self._place = part, known.axes, box, place
        self._ranges = names.ranges
        self._scope = Scope(names, place, expression)
        self._target: list[Index] = []
        for name, axis, at in zip(part.subscripts, known.axes, box, strict=True):
            self._scope.home[canonical(axis.name)] = name
            if self._ranges.is_element(name):
                self._target.append(Fixed(at[0]))
            else:
                loop = Loop(self._ranges[name].name, tuple(axis.elements[i] for i in at))
                self._scope.left[canonical(name)] = len(self._scope.loops)
                self._target.append(Along(len(self._scope.loops), at))
                self._scope.loops.append(loop)

    def definitions(self) -> list[Definition]:
        """Return one definition for the box; one a cell where each has a table of its own."""
        tree = self._part.tree
        kind = type(tree).__name__
        if isinstance(tree, np.ndarray):
            return [self._definition(self._array(tree))]
        if kind == "GetConstantsStructure":
            return [self._definition(self._values(externals.constants(tree, self._coordinates(), self._place)))]
        if kind == "GetLookupsStructure":
            x, y = externals.lookup(tree, self._coordinates(), self._place)
            return self._series(x, y, "interpolate")
        if kind == "GetDataStructure":
            method = self._part.keyword or "interpolate"
            if method not in externals.METHODS:
                raise self._place.refuse(f'":{method.upper()}:" is not a way to read data.', ":INTERPOLATE: is.")
            times, y = externals.data(tree, method, self._coordinates(), self._place)
            return self._series(times, y, method)
        if kind == "DataStructure":
            return self._dataset(self._part.keyword or "interpolate")
        return [self._definition(body(tree, self._scope))]

    def _definition(self, translated: Body) -> Definition:
        return Definition(tuple(self._scope.loops), tuple(self._target), translated)

    def _array(self, numbers: NDArray[np.float64]) -> Values:
        """Return an array constant; its numbers are given for every element of the equation, those of :EXCEPT: included."""
        full = [len(c) for c in self._coordinates().values()]
        if numbers.size != int(np.prod(full)):
            wanted = " x ".join(str(n) for n in full if n > 1) or "1"
            raise self._place.refuse(
                f"{numbers.size} numbers are given for {wanted} elements.", "Give one number for each element, row by row."
            )
        long = [n for n in full if n > 1]
        if numbers.ndim == 2 and len(long) > 1 and numbers.shape[1] != long[-1]:
            raise self._place.refuse(
                f"its list has {numbers.shape[0]} rows of {numbers.shape[1]} numbers, for {' x '.join(map(str, long))} elements.",
                f"Write rows of {long[-1]} numbers, with a semicolon after each.",
            )
        return self._values(numbers.reshape(full))

    def _values(self, numbers: NDArray[np.float64]) -> Values:
        return Values(tuple(float(n) for n in numbers[np.ix_(*self._chosen())].ravel()) if self._axes else (float(numbers),))

    def _series(self, x: NDArray[np.float64], y: NDArray[np.float64], method: str) -> list[Definition]:
        """Return one definition for each cell: each has a table of its own."""
        found = []
        for cell, at in zip(itertools.product(*self._box), itertools.product(*self._chosen()), strict=True):
            values = np.moveaxis(y, 0, -1)[tuple(at)]
            given = ~np.isnan(values)
            if not given.any() or not (given.all() or method == "raw"):
                raise self._place.refuse("the series of one element holds no numbers.", "Fill in its cells in the spreadsheet.")
            table = Table(tuple(map(float, x[given])), tuple(map(float, values[given])), method)
            found.append(Definition((), tuple(Fixed(i) for i in cell), table))
        return found

    def _dataset(self, method: str) -> list[Definition]:
        """Return one definition for each cell, with its series from the table beside the model."""
        found = []
        name = self._place.variable.strip('"')
        for cell in itertools.product(*self._box):
            elements = [a.elements[i] for a, i in zip(self._axes, cell, strict=True)]
            label = f"{name}[{','.join(elements)}]" if elements else name
            table = self._scope.names.datasets.table(label, method, self._place)
            found.append(Definition((), tuple(Fixed(i) for i in cell), table))
        return found

    def _coordinates(self) -> externals.Coordinates:
        """Return the elements of every axis that the equation names, those of :EXCEPT: included."""
        named = [[n] if self._ranges.is_element(n) else list(self._ranges[n].elements) for n in self._part.subscripts]
        return {a.name: elements for a, elements in zip(self._axes, named, strict=True)}

    def _chosen(self) -> list[list[int]]:
        """Return, for each axis, where the box's cells stand among the elements that the equation names."""
        full = [positions(tuple(c)) for c in self._coordinates().values()]
        return [[at[canonical(a.elements[i])] for i in taken] for at, a, taken in zip(full, self._axes, self._box, strict=True)]


def _as_data(definition: Definition, place: Place) -> Definition:
    """Turn the constant part of a data variable into a series with one point, which holds at all times."""
    if isinstance(definition.body, Table):
        return definition
    value = number_of(definition.body)
    if value is not None:
        return Definition(definition.loops, definition.target, Table((0.0,), (value,)))
    raise place.refuse("is partly data and partly an equation.", "Split it into two variables.")


def _single_cells(definition: Definition) -> list[Definition]:
    """Split a definition with an array of numbers into one definition for each cell."""
    if not isinstance(definition.body, Values):
        return [definition]
    found = []
    turns = itertools.product(*(range(len(lp)) for lp in definition.loops))
    for turn, number in zip(turns, definition.body.numbers, strict=True):
        target = tuple(Fixed(i.positions[turn[i.loop]]) if isinstance(i, Along) else i for i in definition.target)
        found.append(Definition((), target, Number(number)))
    return found
