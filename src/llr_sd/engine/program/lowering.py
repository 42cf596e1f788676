"""Equations to a program: the one traversal of the typed tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.program import elementwise, stateful
from llr_sd.engine.program.form import (
    CONTINUOUS,
    DERIVED,
    INPUT,
    SERIES,
    STOCK,
    TABLE,
    Array,
    Node,
    Offset,
    Program,
    row_major,
)
from llr_sd.engine.program.timelike import Timelike
from llr_sd.equations import (
    CONTROLS,
    Binary,
    Call,
    Definition,
    Equations,
    Expression,
    Fixed,
    Index,
    LookupCall,
    Number,
    Reduce,
    Reference,
    Stock,
    Table,
    Time,
    Unary,
    Values,
    Variable,
    canonical,
)
from llr_sd.errors import EngineError

if TYPE_CHECKING:
    from llr_sd.engine.program.bounds import Span

ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
COMPARISON = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
FOLDS = {"SUM": "sum", "PROD": "prod", "VMIN": "least", "VMAX": "greatest"}


@dataclass
class Lowered:
    """A program with what the host must put into its memory.

    Attributes
    ----------
    program
        Arrays, nodes and kernels.
    place
        The array of each variable that has values.
    tables
        For each lookup variable: its array, and one table an element in row-major order (None where there is none).
    points
        Number of points that each lookup array has room for.
    series
        The table behind each data series, by array number.
    fixed
        Numbers behind input arrays that belong to no constant (parts of variables that are numbers).
    rings
        For each queue: its array and the expression of the delay time.
    watches
        Where delay times are noted.
    """

    program: Program
    place: dict[str, Array] = field(default_factory=dict)
    tables: dict[str, tuple[Array, tuple[Table | None, ...]]] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)
    series: dict[int, Table] = field(default_factory=dict)
    fixed: dict[int, tuple[float, ...]] = field(default_factory=dict)
    rings: list[tuple[Array, Expression]] = field(default_factory=list)
    watches: list[stateful.Watch] = field(default_factory=list)


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: its variable, its definition, and the reductions around it."""

    variable: Variable
    definition: Definition
    left: int
    inside: tuple[int, ...] = ()

    @property
    def loops(self) -> tuple[tuple[int, int], ...]:
        """Number and size of every loop that is running here."""
        numbers = (*range(self.left), *self.inside)
        return tuple((n, len(self.definition.loops[n])) for n in numbers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes by loop number, 1 for a loop that is not running."""
        running = dict(self.loops)
        return tuple(running.get(n, 1) for n in range(max(running, default=-1) + 1))


class Lowering:
    """One pass over the equations; `bound(expression)` gives the values of a constant expression, or None."""

    def __init__(self, equations: Equations, method: str, bound: Callable[[Expression], Span | None]) -> None:
        self.equations, self.bound = equations, bound
        self.program = Program(method)
        self.out = Lowered(self.program)
        self._done: dict[object, Node] = {}
        self._timelike = Timelike(equations)

    def run(self) -> Lowered:
        """Lower every variable."""
        for variable in self.equations.variables.values():
            self._place(variable)
        for variable in self.equations.variables.values():
            array = self.out.place.get(variable.name)
            if array is not None and array.role != INPUT:
                for definition in variable.definitions:
                    self._define(variable, definition)
        return self.out

    # --- variables ---------------------------------------------------------------------------------------------------

    def _place(self, variable: Variable) -> None:
        if variable.kind == "lookup":
            tables = _spread(variable)
            points = max((len(t.x) for t in tables if t is not None), default=0)
            array = self.program.add_array(variable.name, variable.size, TABLE)
            self.out.tables[variable.name] = (array, tables)
            self.out.points[array.number] = points
            return
        role = DERIVED
        bodies = [d.body for d in variable.definitions]
        if variable.kind == "constant" or is_control(variable.name):
            role = INPUT
        elif bodies and all(isinstance(b, Stock) for b in bodies):
            role = STOCK
        floor = role == STOCK and all(isinstance(b, Stock) and b.non_negative for b in bodies)
        self.out.place[variable.name] = self.program.add_array(variable.name, variable.size, role, floor)

    def _define(self, variable: Variable, definition: Definition) -> None:
        left = 1 + max((i.loop for i in definition.target if not isinstance(i, Fixed)), default=-1)
        scope = Scope(variable, definition, left)
        target = self.out.place[variable.name]
        where = offset_of(variable.shape, definition.target, definition)
        body = definition.body
        if isinstance(body, Stock):
            self._stock(scope, body, target, where)
            return
        if isinstance(body, Table):
            series = self.program.add_array(variable.name, 1, SERIES)
            self.out.series[series.number] = body
            value = self.program.load(series)
        elif isinstance(body, Values):
            numbers = self.program.add_array(variable.name, len(body.numbers), INPUT)
            self.out.fixed[numbers.number] = body.numbers
            value = self.program.load(numbers, row_major(scope.loops)[0])
        else:
            value = self.lower(body, scope)
        self.program.add_kernel(variable.name, scope.sizes, target, where, value, "value")

    def _stock(self, scope: Scope, body: Stock, target: Array, where: Offset) -> None:
        """A stock, or a part of a variable that is a stock while other parts are not."""
        name = scope.variable.name
        array, at = target, where
        if target.role != STOCK:
            at, size = row_major(scope.loops)
            array = self.program.add_array(name, size, CONTINUOUS)
            self.program.add_kernel(name, scope.sizes, target, where, self.program.load(array, at), "value")
        self.program.add_kernel(name, scope.sizes, array, at, self.lower(body.initial, scope), "start")
        rate = self.lower(body.flow, scope)
        value = stateful.advance(self.program, self.program.load(array, at), rate)
        if body.non_negative and self.program.method == "euler":
            value = self.program.op("max", value, self.program.constant(0.0))
        self.program.add_kernel(name, scope.sizes, array, at, value, "step")

    # --- expressions -------------------------------------------------------------------------------------------------

    def lower(self, expression: Expression, scope: Scope) -> Node:
        """Return the node of an expression."""
        match expression:
            case Number(value):
                return self.program.constant(value)
            case Time():
                return self.program.node("time")
            case Reference():
                return self._reference(expression, scope)
            case Unary(operator, operand):
                x = self.lower(operand, scope)
                if operator == "not":
                    return self.program.node("not", self.program.truth(x), kind="truth")
                return self.program.op("neg", x)
            case Binary():
                return self._binary(expression, scope)
            case Call():
                return self._call(expression, scope)
            case LookupCall():
                return self._lookup(expression, scope)
            case Reduce(operator, loops, body):
                inner = Scope(scope.variable, scope.definition, scope.left, (*scope.inside, *loops))
                over = tuple((n, len(scope.definition.loops[n])) for n in loops)
                x = self.program.number(self.lower(body, inner))
                return self.program.node("fold", x, text=FOLDS[operator], over=over)
        raise EngineError(f"{type(expression).__name__} has no lowering.", where=scope.variable.name)

    def _reference(self, reference: Reference, scope: Scope) -> Node:
        variable = self.equations.variables[reference.name]
        array = self.out.place.get(reference.name)
        if array is None:
            raise EngineError(f'reads the lookup "{reference.name}" without an argument.', where=scope.variable.name)
        return self.program.load(array, offset_of(variable.shape, reference.indices, scope.definition))

    def _binary(self, expression: Binary, scope: Scope) -> Node:
        left, right = self.lower(expression.left, scope), self.lower(expression.right, scope)
        operator = expression.operator
        if operator in ARITHMETIC:
            return self.program.op(ARITHMETIC[operator], left, right)
        if operator in COMPARISON:
            if self._timelike(expression.left) or self._timelike(expression.right):
                return elementwise.compare_times(self.program, COMPARISON[operator], left, right)
            return self.program.compare(COMPARISON[operator], left, right)
        if operator in ("and", "or"):
            return self.program.node(operator, self.program.truth(left), self.program.truth(right), kind="truth")
        if operator == "^":
            return elementwise.power(self.program, left, right)
        raise EngineError(f'the operator "{operator}" has no lowering.', where=scope.variable.name)

    def _call(self, call: Call, scope: Scope) -> Node:
        if call.function in stateful.LOWERINGS:
            # The same call twice in one definition is one object in the model, and has one state.
            key = (scope.variable.name, id(scope.definition), scope.inside, call)
            if key not in self._done:
                self._done[key] = stateful.LOWERINGS[call.function](self, call, scope)
            return self._done[key]
        lowering = elementwise.LOWERINGS.get(call.function)
        if lowering is None:
            raise EngineError(f'the function "{call.function}" has no lowering.', where=scope.variable.name)
        if call.function in elementwise.OF_TIME and self._timelike(call.arguments[0]):
            lowering = elementwise.OF_TIME[call.function]
        try:
            return lowering(self.program, *(self.lower(a, scope) for a in call.arguments))
        except EngineError as error:
            raise EngineError(error.what, where=scope.variable.name, mend=error.mend) from None

    def _lookup(self, call: LookupCall, scope: Scope) -> Node:
        variable = self.equations.variables[call.name]
        if call.name not in self.out.tables:
            raise EngineError(f'calls "{call.name}", which is not a lookup.', where=scope.variable.name)
        array, _ = self.out.tables[call.name]
        where = offset_of(variable.shape, call.indices, scope.definition)
        x = self.program.number(self.lower(call.argument, scope))
        return self.program.node("lookup", x, array=array, offset=where, value=float(self.out.points[array.number]))


def is_control(name: str) -> bool:
    """Return whether `name` is one of the four control variables."""
    return canonical(name) in {canonical(c) for c in CONTROLS}


def offset_of(shape: tuple[int, ...], indices: tuple[Index, ...], definition: Definition) -> Offset:
    """Return the flat position that `indices` address in an array of `shape`, last axis fastest."""
    base, stride = 0, 1
    by_loop: dict[int, NDArray[np.int64]] = {}
    for size, index in zip(reversed(shape), reversed(indices), strict=True):
        if isinstance(index, Fixed):
            base += index.position * stride
        else:
            at = np.asarray(index.positions, dtype=np.int64) * stride
            by_loop[index.loop] = by_loop[index.loop] + at if index.loop in by_loop else at
        stride *= size
    strides, listed = [], []
    for loop in sorted(by_loop):
        at = by_loop[loop]
        steps = np.diff(at)
        if len(at) == 1 or (steps == steps[0]).all():
            base += int(at[0])
            strides.append((loop, int(steps[0]) if len(at) > 1 else 0))
        else:
            listed.append((loop, tuple(int(k) for k in at)))
    return Offset(base, tuple((n, k) for n, k in strides if k), tuple(listed))


def _spread(variable: Variable) -> tuple[Table | None, ...]:
    """Return the table of every element of a lookup variable, row-major."""
    out = np.full(variable.size, None, dtype=object)
    for definition in variable.definitions:
        where = offset_of(variable.shape, definition.target, definition)
        at = np.array([where.base])
        for n, stride in where.strides:
            at = np.add.outer(at, stride * np.arange(len(definition.loops[n]))).ravel()
        for _, listed in where.listed:
            at = np.add.outer(at, np.asarray(listed)).ravel()
        if not isinstance(definition.body, Table):
            raise EngineError("is a lookup without points.", where=variable.name)
        for k in at:
            out[k] = definition.body
    return tuple(out)


def lower(equations: Equations, method: str, bound: Callable[[Expression], Span | None]) -> Lowered:
    """Return the program of a model; `bound` gives the values that a constant expression takes, or None."""
    return Lowering(equations, method, bound).run()
