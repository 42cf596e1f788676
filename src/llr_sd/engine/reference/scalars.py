"""Equations as PySD's abstract model: one element without subscripts for each cell.

Names are made up here and texts are left empty, so that nothing a modeller wrote reaches the Python that PySD writes. Where PySD
differs from Vensim's documented meaning, the equation is written so that PySD computes that meaning.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from functools import cached_property

from llr_sd import equations as eq
from llr_sd.engine.clock import Clock
from llr_sd.engine.program.offsets import cells, left_loops
from llr_sd.engine.program.timelike import Timelike
from llr_sd.engine.reference.elements import Elements
from llr_sd.engine.reference.trees import (
    Tree,
    arithmetic,
    call,
    chained,
    either,
    logic,
    numpys,
    reference,
)
from llr_sd.engine.reference.written import OF_TIME, WRITTEN, compare_times
from llr_sd.errors import EngineError
from llr_sd.functions import FUNCTIONS, STATEFUL

Cell = tuple[str, int]
Counts = Mapping[int, int]

DEEPEST = 12
"""An expression nested deeper than this gets an element of its own: Python reads no more than 200 brackets."""
_COMPARE = ("<", "<=", ">", ">=", "=", "<>")


class Scalars:
    """The cells that a batch needs, each a scalar element of PySD.

    Parameters
    ----------
    equations
        The model.
    clock
        The time grid of the batch.
    wanted
        The cells (variable, position) that are asked for; those that they need follow.

    Attributes
    ----------
    elements
        The elements of PySD's model, those of the cells and others that these need.
    names
        The generated name of each cell.
    undefined
        Cells that have no equation, or need one that has none: they are not a number, and that is no failure.
    """

    def __init__(self, equations: eq.Equations, clock: Clock, wanted: Iterable[Cell]) -> None:
        self._equations, self._clock = equations, clock
        self._timelike = Timelike(equations)
        self._numbers = {name: i for i, name in enumerate(equations.variables)}
        self._parts: dict[str, dict[int, tuple[eq.Definition, Counts]]] = {}
        self.elements = Elements(clock)
        self._needs: dict[Cell, set[Cell]] = {}
        self._cell: Cell = ("", 0)
        self.names: dict[Cell, str] = {}
        self._waiting: list[Cell] = []
        for cell in wanted:
            self._name(cell)
        while self._waiting:
            self._write(self._waiting.pop())

    @cached_property
    def undefined(self) -> frozenset[Cell]:
        """The elements that have no value, and those that need one of them."""
        found = {c for c in self._needs if not self._defined(c)}
        readers: dict[Cell, set[Cell]] = {}
        for cell, needs in self._needs.items():
            for other in needs:
                readers.setdefault(other, set()).add(cell)
        stack = list(found)
        while stack:
            for reader in readers.get(stack.pop(), ()):
                if reader not in found:
                    found.add(reader)
                    stack.append(reader)
        return frozenset(found)

    # --- cells -----------------------------------------------------------------------------------------------------------

    def _name(self, cell: Cell) -> str:
        if cell not in self.names:
            self.names[cell] = f"v{self._numbers[cell[0]]}_{cell[1]}"
            self._needs[cell] = set()
            self._waiting.append(cell)
        return self.names[cell]

    def _definitions(self, variable: eq.Variable) -> dict[int, tuple[eq.Definition, Counts]]:
        """Return for each defined position its definition, and the counts of the loops there."""
        if variable.name not in self._parts:
            found: dict[int, tuple[eq.Definition, Counts]] = {}
            for d in variable.definitions:
                turns = itertools.product(*(range(len(lp)) for lp in d.loops[: left_loops(d)]))
                for turn, position in zip(turns, cells(variable, d), strict=True):
                    found[int(position)] = (d, dict(enumerate(turn)))
            self._parts[variable.name] = found
        return self._parts[variable.name]

    def _defined(self, cell: Cell) -> bool:
        return cell[1] in self._definitions(self._equations.variables[cell[0]])

    def _write(self, cell: Cell) -> None:
        from pysd.translators.structures.abstract_expressions import IntegStructure

        self._cell = cell
        variable = self._equations.variables[cell[0]]
        tree: Tree
        if eq.is_control(variable.name):
            tree = float(self._clock.controls[eq.canonical(variable.name)])
        elif not self._defined(cell):
            tree = math.nan
        else:
            definition, counts = self._definitions(variable)[cell[1]]
            body = definition.body
            here = _Place(definition, counts)
            if isinstance(body, eq.Stock):
                tree = IntegStructure(self.number(body.flow, here), self.number(body.initial, here), body.non_negative)
            elif isinstance(body, eq.Table):
                tree = self._series(body)
            elif isinstance(body, eq.Values):
                tree = self._literal(body.numbers[_flat(definition, counts)])
            else:
                tree = self.number(body, here)
        self.elements.add(self.names[cell], tree)

    # --- expressions -----------------------------------------------------------------------------------------------------

    def number(self, e: eq.Expression, here: _Place, depth: int = 0) -> Tree:
        """Return the tree of an expression that stands where a number is needed."""
        if depth > DEEPEST:
            return self.elements.helper(self.number(e, here))
        below = depth + 1
        match e:
            case eq.Number(value):
                return self._literal(value)
            case eq.Time():
                return reference("time")
            case eq.Reference(name, indices):
                return self._read(name, indices, here)
            case eq.Unary("-", operand):
                return arithmetic("negative", self.number(operand, here, below))
            case eq.Binary("+" | "-" | "*" | "/" as operator):
                return self._chain(e, operator, here, depth)
            case eq.Binary("^", left, right):
                return call("power", self.number(left, here, below), self.number(right, here, below))
            case eq.Unary() | eq.Binary():
                return either(self.truth(e, here, below), 1.0, 0.0)
            case eq.Call():
                return self._called(e, here, below)
            case eq.LookupCall():
                return self._looked_up(e, here, below)
            case eq.Reduce():
                return self._reduced(e, here, below)
        raise EngineError(f"PySD has no form of {type(e).__name__}.", where=self._cell[0])

    def truth(self, e: eq.Expression, here: _Place, depth: int = 0) -> Tree:
        """Return the tree of an expression that stands where a condition is needed."""
        below = depth + 1
        if depth > DEEPEST:
            return logic("<>", self.elements.helper(self.number(e, here)), 0.0)
        match e:
            case eq.Unary("not", operand):
                return logic(":NOT:", self.truth(operand, here, below))
            case eq.Binary("and" | "or" as operator, left, right):
                return logic(f":{operator.upper()}:", self.truth(left, here, below), self.truth(right, here, below))
            case eq.Binary(operator, left, right) if operator in _COMPARE:
                a, b = self.number(left, here, below), self.number(right, here, below)
                if self._timelike(left) or self._timelike(right):
                    return compare_times(self.elements, operator, a, b)
                return logic(operator, a, b)
        return logic("<>", self.number(e, here, depth), 0.0)

    def _chain(self, e: eq.Binary, operator: str, here: _Place, depth: int) -> Tree:
        """Return a sum of many terms as one flat operation, in the order in which it is written."""
        operands: list[eq.Expression] = [e.right]
        operators = [operator]
        family = "+-" if operator in "+-" else "*/"
        left = e.left
        while isinstance(left, eq.Binary) and left.operator in family:
            operands.append(left.right)
            operators.append(left.operator)
            left = left.left
        operands.append(left)
        trees = [self.number(o, here, depth + 1) for o in reversed(operands)]
        trees = [trees[0], *(numpys(t) if o == "/" else t for o, t in zip(reversed(operators), trees[1:], strict=True))]
        return chained(list(reversed(operators)), trees, self.elements.helper)

    def _read(self, name: str, indices: tuple[eq.Index, ...], here: _Place) -> Tree:
        variable = self._equations.variables[name]
        cell = (name, _position(indices, variable, here.counts))
        self._name(cell)
        self._needs[self._cell].add(cell)
        return reference(self.names[cell])

    def _literal(self, value: float) -> Tree:
        value = float(value)
        if math.isinf(value):
            infinity = call("exp", 1e4)  # PySD's builder has no word for it
            return infinity if value > 0 else arithmetic("negative", infinity)
        return value

    def _called(self, e: eq.Call, here: _Place, depth: int) -> Tree:
        from pysd.translators.structures import abstract_expressions as forms

        key = e.function
        if key == "IF THEN ELSE":
            condition, then, otherwise = e.arguments
            return either(self.truth(condition, here, depth), *(self.number(a, here, depth) for a in (then, otherwise)))
        if key == "SAMPLE IF TRUE":
            condition, value, initial = e.arguments
            a, b = self.number(value, here, depth), self.number(initial, here, depth)
            return forms.SampleIfTrueStructure(self.truth(condition, here, depth), a, b)
        arguments = [self.number(a, here, depth) for a in e.arguments]
        if key in OF_TIME and self._timelike(e.arguments[0]):
            return OF_TIME[key](self.elements, *map(self.elements.helper, arguments))
        if key in WRITTEN:
            return WRITTEN[key](self.elements, *map(self.elements.helper, arguments))
        if key not in FUNCTIONS:
            raise EngineError(f"PySD cannot compute {key}.", where=self._cell[0])
        structure = getattr(forms, f"{key.title().replace(' ', '')}Structure", None)
        if structure is None or FUNCTIONS[key].kind != STATEFUL:
            return call(key.lower().replace(" ", "_"), *arguments)
        if key in ("DELAY N", "SMOOTH N"):
            arguments[1] = self.elements.helper(arguments[1])
            arguments[3] = self._fitting_order(arguments[1], arguments[3])
        elif key in ("DELAY", "SMOOTH"):  # the order, which PySD wants as an integer
            order = arguments[3]
            arguments[3] = int(order) if isinstance(order, float) and math.isfinite(order) else call("integer", order)
        return structure(*arguments)

    def _fitting_order(self, time: Tree, order: Tree) -> Tree:
        """The order that Vensim lowers until order * TIME STEP is no more than the time; PySD's own rules are others."""
        room = arithmetic("+", arithmetic("/", time, self._clock.step), 1e-6)
        return call("integer", call("max", call("min", order, room), 1.0))

    def _reduced(self, e: eq.Reduce, here: _Place, depth: int) -> Tree:
        sizes = [range(len(here.definition.loops[n])) for n in e.loops]
        turns = [dict(zip(e.loops, turn, strict=True)) for turn in itertools.product(*sizes)]
        parts = [self.number(e.body, _Place(here.definition, {**here.counts, **turn}), depth) for turn in turns]
        if e.operator in ("SUM", "PROD"):
            operator, first = ("+", 0.0) if e.operator == "SUM" else ("*", 1.0)
            return chained([operator] * len(parts), [first, *parts], self.elements.helper)
        function = "min" if e.operator == "VMIN" else "max"
        while len(parts) > 1:  # in pairs, so that brackets stay few
            pairs = itertools.zip_longest(parts[::2], parts[1::2])
            parts = [a if b is None else self.elements.helper(call(function, a, b)) for a, b in pairs]
        return parts[0]

    # --- lookups and data ------------------------------------------------------------------------------------------------

    def _looked_up(self, e: eq.LookupCall, here: _Place, depth: int) -> Tree:
        variable = self._equations.variables[e.name]
        position = _position(e.indices, variable, here.counts)
        at = self._definitions(variable).get(position)
        x = self.elements.helper(self.number(e.argument, here, depth))
        if at is None or not isinstance(at[0].body, eq.Table):
            self._needs[self._cell].add((e.name, position))
            self._needs.setdefault((e.name, position), set())
            return math.nan
        return self._table(at[0].body, x, (e.name, position))

    def _table(self, table: eq.Table, x: Tree, key: Cell) -> Tree:
        if table.method in ("look_forward", "raw"):
            return self._held(table, x, 0, len(table.x) - 1)
        if len(table.x) == 1:
            return self._literal(table.y[0])
        # A jump is two points a rounding apart, whose slope PySD's arithmetic does not bear.
        if any(b - a <= max(1e-15 * abs(a), 1e-280) for a, b in itertools.pairwise(table.x)):
            raise EngineError("reads a lookup with a jump, which PySD cannot read.", where=self._cell[0])
        if key not in self._tables:
            self._tables[key] = self.elements.lookup(table)
        return call(self._tables[key], x)

    @cached_property
    def _tables(self) -> dict[Cell, str]:
        return {}

    def _held(self, table: eq.Table, x: Tree, first: int, last: int) -> Tree:
        """The value of the point at `x` or after it; of data that are raw, not a number between points."""
        if first == last:
            y = self._literal(table.y[first])
            if table.method == "look_forward":
                return y
            return either(logic("<=", call("abs", arithmetic("-", x, float(table.x[first]))), self.elements.slack), y, math.nan)
        middle = (first + last) // 2
        before = logic("<=", x, float(table.x[middle]) + self.elements.slack)
        halves = (self._held(table, x, first, middle), self._held(table, x, middle + 1, last))
        return self.elements.helper(either(before, *halves))

    def _series(self, table: eq.Table) -> Tree:
        return self._table(table, reference("time"), self._cell)


class _Place:
    """Where an expression stands: its definition, and the count of every loop around it."""

    def __init__(self, definition: eq.Definition, counts: Counts) -> None:
        self.definition, self.counts = definition, counts


def _position(indices: tuple[eq.Index, ...], variable: eq.Variable, counts: Counts) -> int:
    flat = 0
    for size, index in zip(variable.shape, indices, strict=True):
        flat = flat * size + (index.position if isinstance(index, eq.Fixed) else index.positions[counts[index.loop]])
    return flat


def _flat(definition: eq.Definition, counts: Counts) -> int:
    flat = 0
    for number in sorted(counts):
        flat = flat * len(definition.loops[number]) + counts[number]
    return flat
