"""Equations to a program: the one traversal of the typed tree."""

from __future__ import annotations

from collections.abc import Callable

from llr_sd import equations as eq
from llr_sd.engine.program import elementwise, stateful
from llr_sd.engine.program.bounds import Span
from llr_sd.engine.program.form import CONTINUOUS, DERIVED, INPUT, SERIES, STOCK, TABLE, Array, Node, Program
from llr_sd.engine.program.offsets import Offset, Scope, cells, left_loops, offset_of, row_major
from llr_sd.engine.program.timelike import Timelike
from llr_sd.errors import EngineError

ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
COMPARISON = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
FOLDS = {"SUM": "sum", "PROD": "prod", "VMIN": "least", "VMAX": "greatest"}


class Lowering:
    """One pass over the equations; `bound(expression)` gives the values of a constant expression, or None."""

    def __init__(self, equations: eq.Equations, method: str, bound: Callable[[eq.Expression], Span | None]) -> None:
        self.equations, self.bound = equations, bound
        self.program = Program(method)
        self._done: dict[object, Node] = {}
        self._timelike = Timelike(equations)

    def run(self) -> Program:
        """Lower every variable."""
        for variable in self.equations.variables.values():
            self._place(variable)
        for variable in self.equations.variables.values():
            array = self.program.place.get(variable.name)
            if array is not None and array.role != INPUT:
                for definition in variable.definitions:
                    self._define(variable, definition)
        return self.program

    # --- variables ---------------------------------------------------------------------------------------------------

    def _place(self, variable: eq.Variable) -> None:
        if variable.kind == "lookup":
            tables = _spread(variable)
            points = max((len(t.x) for t in tables if t is not None), default=0)
            array = self.program.add_array(variable.name, variable.size, TABLE)
            self.program.tables[variable.name] = (array, tables)
            self.program.points[array.number] = points
            return
        role = DERIVED
        bodies = [d.body for d in variable.definitions]
        if variable.kind == "constant" or eq.is_control(variable.name):
            role = INPUT
        elif bodies and all(isinstance(b, eq.Stock) for b in bodies):
            role = STOCK
        floor = role == STOCK and all(isinstance(b, eq.Stock) and b.non_negative for b in bodies)
        self.program.place[variable.name] = self.program.add_array(variable.name, variable.size, role, floor)

    def _define(self, variable: eq.Variable, definition: eq.Definition) -> None:
        scope = Scope(variable, definition, left_loops(definition))
        target = self.program.place[variable.name]
        where = offset_of(variable.shape, definition.target, definition)
        body = definition.body
        if isinstance(body, eq.Stock):
            self._stock(scope, body, target, where)
            return
        if isinstance(body, eq.Table):
            series = self.program.add_array(variable.name, 1, SERIES)
            self.program.series[series.number] = body
            value = self.program.load(series)
        elif isinstance(body, eq.Values):
            numbers = self.program.add_array(variable.name, len(body.numbers), INPUT)
            self.program.fixed[numbers.number] = body.numbers
            value = self.program.load(numbers, row_major(scope.loops)[0])
        else:
            value = self.lower(body, scope)
        self.program.add_kernel(variable.name, scope.sizes, target, where, value, "value")

    def _stock(self, scope: Scope, body: eq.Stock, target: Array, where: Offset) -> None:
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
            value = self.program.op("max", value, 0.0)
        self.program.add_kernel(name, scope.sizes, array, at, value, "step")

    # --- expressions -------------------------------------------------------------------------------------------------

    def lower(self, expression: eq.Expression, scope: Scope) -> Node:
        """Return the node of an expression."""
        match expression:
            case eq.Number(value):
                return self.program.constant(value)
            case eq.Time():
                return self.program.node("time")
            case eq.Reference():
                return self._reference(expression, scope)
            case eq.Unary(operator, operand):
                return self.program.op("not" if operator == "not" else "neg", self.lower(operand, scope))
            case eq.Binary():
                return self._binary(expression, scope)
            case eq.Call():
                return self._call(expression, scope)
            case eq.LookupCall():
                return self._lookup(expression, scope)
            case eq.Reduce(operator, loops, body):
                inner = Scope(scope.variable, scope.definition, scope.left, (*scope.inside, *loops))
                over = tuple((n, len(scope.definition.loops[n])) for n in loops)
                x = self.program.number(self.lower(body, inner))
                return self.program.node("fold", x, text=FOLDS[operator], over=over)
        raise EngineError(f"{type(expression).__name__} has no lowering.", where=scope.variable.name)

    def _reference(self, reference: eq.Reference, scope: Scope) -> Node:
        variable = self.equations.variables[reference.name]
        array = self.program.place.get(reference.name)
        if array is None:
            raise EngineError(f'reads the lookup "{reference.name}" without an argument.', where=scope.variable.name)
        return self.program.load(array, offset_of(variable.shape, reference.indices, scope.definition))

    def _binary(self, expression: eq.Binary, scope: Scope) -> Node:
        left, right = self.lower(expression.left, scope), self.lower(expression.right, scope)
        operator = expression.operator
        if operator in ARITHMETIC:
            return self.program.op(ARITHMETIC[operator], left, right)
        if operator in COMPARISON:
            if self._timelike(expression.left) or self._timelike(expression.right):
                return elementwise.compare_times(self.program, COMPARISON[operator], left, right)
            return self.program.op(COMPARISON[operator], left, right)
        if operator in ("and", "or"):
            return self.program.op(operator, left, right)
        if operator == "^":
            return elementwise.power(left, right)
        raise EngineError(f'the operator "{operator}" has no lowering.', where=scope.variable.name)

    def _call(self, call: eq.Call, scope: Scope) -> Node:
        if call.function in stateful.LOWERINGS:
            # The same call twice in one definition is one object in the model, and has one state.
            key = (scope.variable.name, id(scope.definition), scope.inside, call)
            if key not in self._done:
                maker = stateful.Maker(self.program, call, scope, lambda e: self.lower(e, scope), self.bound)
                self._done[key] = stateful.LOWERINGS[call.function](maker)
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

    def _lookup(self, call: eq.LookupCall, scope: Scope) -> Node:
        variable = self.equations.variables[call.name]
        if call.name not in self.program.tables:
            raise EngineError(f'calls "{call.name}", which is not a lookup.', where=scope.variable.name)
        array, _ = self.program.tables[call.name]
        where = offset_of(variable.shape, call.indices, scope.definition)
        x = self.program.number(self.lower(call.argument, scope))
        return self.program.node("lookup", x, array=array, offset=where, value=float(self.program.points[array.number]))


def _spread(variable: eq.Variable) -> tuple[eq.Table | None, ...]:
    """Return the table of every element of a lookup variable, row-major."""
    out: list[eq.Table | None] = [None] * variable.size
    for definition in variable.definitions:
        if not isinstance(definition.body, eq.Table):
            raise EngineError("is a lookup without points.", where=variable.name)
        for k in cells(variable, definition):
            out[k] = definition.body
    return tuple(out)


def lower(equations: eq.Equations, method: str, bound: Callable[[eq.Expression], Span | None]) -> Program:
    """Return the program of a model; `bound` gives the values that a constant expression takes, or None."""
    return Lowering(equations, method, bound).run()
