"""Every function and every kind of node has a lowering, and gives the number that its definition says."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import numpy as np
import pytest
from engine_models import array, binary, call, model, numbers, ref, series, stock

from llr_sd import equations as eq
from llr_sd.engine.llvm.maths import FUNCTIONS as FUNCTIONS_IN_CODE
from llr_sd.engine.llvm.writer import PLAIN, SPECIAL
from llr_sd.engine.program import elementwise, stateful
from llr_sd.engine.program.form import Program
from llr_sd.engine.program.lowering import ARITHMETIC, COMPARISON, FOLDS
from llr_sd.engine.program.operations import OPERATIONS
from llr_sd.equations import Along, LookupCall, Loop, Number, Reduce, Reference, Table, Time, Unary
from llr_sd.errors import EngineError
from llr_sd.functions import FUNCTIONS, REDUCTIONS, WRITTEN_OUT

T = np.arange(21) * 0.5
DT = 0.5
X = np.sin(T) * 3 + 0.25  # the tests' moving argument: positive, negative, never zero at a step


def moving() -> Any:
    return binary("+", binary("*", call("SIN", Time()), 3.0), 0.25)


def integrate(rate: Any, start: float) -> np.ndarray:
    """Euler by hand: rate(step, value)."""
    out = [start]
    for n in range(20):
        out.append(out[-1] + rate(n, out[-1]) * DT)
    return np.array(out)


def chain(order: int, first: float, rate: Any) -> np.ndarray:
    """Euler of a chain of stages: rate(step, stages) -> rates; returns stages by step."""
    state = np.full(order, first)
    out = [state]
    for n in range(20):
        state = state + rate(n, state) * DT
        out.append(state)
    return np.array(out)


def smooth(order: int) -> np.ndarray:
    return chain(order, 1.0, lambda n, s: (np.concatenate([[X[n]], s[:-1]]) - s) * order / 4.0)[:, -1]


def delay(order: int) -> np.ndarray:
    return chain(order, 4.0, lambda n, s: (np.concatenate([[X[n]], s[:-1] / 4.0]) - s / 4.0) * order)[:, -1] / 4.0


def trend() -> tuple[np.ndarray, np.ndarray]:
    average = integrate(lambda n, a: (X[n] - a) / 4.0, X[0] / (1 + 0.1 * 4.0))
    return average, integrate(lambda n, a: (X[n] - a) / 4.0, X[0] / (1 + 0.1))


LINE = Table((0.0, 2.0, 5.0), (1.0, 3.0, -3.0))
A = np.abs(X)
CASES: dict[str, list[tuple[Any, Any]]] = {
    "ABS": [(call("ABS", moving()), A)],
    "MIN": [(call("MIN", moving(), 1.0), np.minimum(X, 1))],
    "MAX": [(call("MAX", 1.0, moving()), np.maximum(1, X))],
    "EXP": [(call("EXP", moving()), np.exp(X))],
    "LN": [(call("LN", call("ABS", moving())), np.log(A))],
    "LOG": [(call("LOG", call("ABS", moving()), 7.0), np.log(A) / np.log(7))],
    "SQRT": [(call("SQRT", call("ABS", moving())), np.sqrt(A))],
    "POWER": [(call("POWER", call("ABS", moving()), 1.7), A**1.7), (call("POWER", moving(), 2.0), X**2)],
    "MODULO": [(call("MODULO", moving(), 0.7), np.fmod(X, 0.7))],
    "QUANTUM": [
        (call("QUANTUM", moving(), 0.3), 0.3 * np.trunc(X / 0.3)),
        (call("QUANTUM", moving(), 0.0), X),
        (call("QUANTUM", 2.5e-7, 1e-7), 2e-7 + 0 * X),
    ],
    "INTEGER": [(call("INTEGER", moving()), np.trunc(X))],
    "SIN": [(call("SIN", moving()), np.sin(X))],
    "COS": [(call("COS", moving()), np.cos(X))],
    "TAN": [(call("TAN", moving()), np.tan(X))],
    "ARCSIN": [(call("ARCSIN", binary("/", moving(), 4.0)), np.arcsin(X / 4))],
    "ARCCOS": [(call("ARCCOS", binary("/", moving(), 4.0)), np.arccos(X / 4))],
    "ARCTAN": [(call("ARCTAN", moving()), np.arctan(X))],
    "SINH": [(call("SINH", moving()), np.sinh(X))],
    "COSH": [(call("COSH", moving()), np.cosh(X))],
    "TANH": [(call("TANH", moving()), np.tanh(X))],
    "IF THEN ELSE": [
        (call("IF THEN ELSE", binary(">", moving(), 0.0), 5.0, moving()), np.where(X > 0, 5, X)),
        # The branch not taken leaves no trace, not even a division by zero.
        (call("IF THEN ELSE", 1.0, moving(), binary("/", 1.0, 0.0)), X),
    ],
    "ZIDZ": [(call("ZIDZ", 2.0, moving()), 2 / X), (call("ZIDZ", 2.0, 9e-7), 0 * X)],
    "XIDZ": [(call("XIDZ", 2.0, moving(), 9.0), 2 / X), (call("XIDZ", 2.0, -9e-7, moving()), X)],
    "STEP": [(call("STEP", 3.0, 4.2), np.where(T + DT / 2 > 4.2, 3, 0))],
    "RAMP": [
        (call("RAMP", 2.0, 3.0, 7.0), np.where(T + 1e-6 > 3, 2 * (np.minimum(7, T) - 3), 0)),
        (call("RAMP", 2.0, 3.0), np.where(T + 1e-6 > 3, 2 * (T - 3), 0)),
    ],
    "PULSE": [(call("PULSE", 3.0, 2.0), ((T >= 3) & (T < 5)) * 1.0)],
    "PULSE TRAIN": [(call("PULSE TRAIN", 1.0, 3.0, 1.0, 8.0), ((T >= 1) & (T < 8) & ((T - 1 + 1e-6) % 3 < 1)) * 1.0)],
    "PULSE MAGNITUDE": [(call("PULSE MAGNITUDE", 3.0, 5.0), np.where(T == 3, 5 / DT, 0))],
    "PULSE TRAIN MAGNITUDE": [
        (call("PULSE TRAIN MAGNITUDE", 1.0, 3.0, 5.0), np.where((T >= 1) & ((T - 1 + 1e-6) % 3 < DT / 2), 5 / DT, 0)),
        (call("PULSE TRAIN MAGNITUDE", 1.0, 0.0, 5.0), np.where(T == 1, 5 / DT, 0)),
    ],
    "GET TIME VALUE": [(call("GET TIME VALUE", 0.0, 1.5, 0.0), T + 1.5)],
    "INITIAL": [(call("INITIAL", moving()), np.full(21, X[0]))],
    "ACTIVE INITIAL": [(binary("+", call("INITIAL", call("ACTIVE INITIAL", moving(), 7.0)), 0.0), np.full(21, 7.0))],
    "SAMPLE IF TRUE": [
        (
            call("SAMPLE IF TRUE", binary(">", moving(), 1.0), moving(), -4.0),
            [next((X[k] for k in range(n, -1, -1) if X[k] > 1), -4.0) for n in range(21)],
        )
    ],
    "SMOOTH": [(call("SMOOTH", moving(), 4.0, 1.0, 1), smooth(1)), (call("SMOOTH", moving(), 4.0, 1.0, 3), smooth(3))],
    "SMOOTH N": [(call("SMOOTH N", moving(), 4.0, 1.0, 5), smooth(5))],
    "DELAY": [(call("DELAY", moving(), 4.0, 1.0, 1), delay(1)), (call("DELAY", moving(), 4.0, 1.0, 3), delay(3))],
    "DELAY N": [(call("DELAY N", moving(), 4.0, 1.0, 5), delay(5)), (call("DELAY N", moving(), 4.0, 1.0, 2), delay(2))],
    "DELAY FIXED": [
        (call("DELAY FIXED", moving(), 3.0, -1.0), np.concatenate([np.full(6, -1.0), X[:-6]])),
        (call("DELAY FIXED", moving(), 0.0, -1.0), np.concatenate([[-1.0], X[:-1]])),
        (call("DELAY FIXED", moving(), 99.0, -1.0), np.full(21, -1.0)),
        (call("DELAY FIXED", moving(), 0.75, -1.0), np.concatenate([np.full(2, -1.0), X[:-2]])),
    ],
    "TREND": [(call("TREND", moving(), 4.0, 0.1), (X - trend()[0]) / (4 * np.abs(trend()[0])))],
    "FORECAST": [(call("FORECAST", moving(), 4.0, 6.0, 0.1), X * (1 + (X - trend()[1]) / (4 * trend()[1]) * 6))],
}


def test_every_function_has_a_lowering_and_a_case() -> None:
    lowered = {f.key for f in FUNCTIONS.values() if f.kind != WRITTEN_OUT}
    assert lowered == set(elementwise.LOWERINGS) | set(stateful.LOWERINGS)
    assert lowered == set(CASES)
    assert set(FOLDS) == set(REDUCTIONS)


def test_every_operation_is_written_by_the_machine_with_the_arguments_that_it_takes() -> None:
    apart = {"number", "load", "phase", "fold"}
    for op, (_, arguments) in FUNCTIONS_IN_CODE.items():
        assert len(OPERATIONS[op].takes) == arguments
    assert {*PLAIN, *SPECIAL, *FUNCTIONS_IN_CODE} == set(OPERATIONS) - apart
    program = Program()
    one = program.constant(1.0)
    with pytest.raises(ValueError, match="shorter"):
        program.op("add", one)
    with pytest.raises(KeyError):
        program.op("sine", one)
    assert program.op("select", 2.0, program.op("lt", one, 2.0), one).args[1].op == "float"


@pytest.mark.parametrize("function", sorted(CASES))
def test_a_function_gives_the_numbers_of_its_definition(function: str) -> None:
    for body, expected in CASES[function]:
        got = series(model({"y": body}), "y")
        np.testing.assert_allclose(got, np.asarray(expected, dtype=float), rtol=1e-9, atol=1e-12)


def test_a_function_gives_the_same_bits_through_another_variable() -> None:
    """Saved directly, or on its way into a stock: two functions of the compiled code, one number."""
    for function, cases in CASES.items():
        body, _ = cases[0]
        direct = series(model({"y": body}), "y")
        through = series(model({"y": ref("z"), "z": body, "s": stock(ref("y"), 0.0)}), "y")
        np.testing.assert_array_equal(direct, through, err_msg=function)


OPERATORS = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "^": lambda a, b: np.abs(a) ** b,
}


def test_every_operator() -> None:
    assert set(OPERATORS) == {*ARITHMETIC, *COMPARISON, "and", "or", "^"}
    for operator, function in OPERATORS.items():
        left = call("ABS", moving()) if operator == "^" else moving()
        for right, number in (
            (call("INTEGER", moving()), np.trunc(X)),
            (Number(0.25), np.full(21, 0.25)),
            (ref("k"), np.full(21, 3.0)),
        ):
            if operator == "/" and isinstance(right, eq.Call):
                continue
            y = series(model({"k": 3.0, "y": binary("+", binary(operator, left, right), 0.0)}), "y")
            np.testing.assert_allclose(y, np.asarray(function(X, number), dtype=float), rtol=1e-12, atol=1e-15)


def test_unary_operators() -> None:
    np.testing.assert_array_equal(series(model({"y": Unary("-", moving())}), "y"), -series(model({"y": moving()}), "y"))
    y = series(model({"y": Unary("not", binary(">", moving(), 1.0))}), "y")
    np.testing.assert_array_equal(y, (X <= 1) * 1.0)


def test_lookups_hold_and_extrapolate() -> None:
    x = T - 2
    where = {"y": LookupCall("line", (), binary("-", Time(), 2.0))}
    np.testing.assert_allclose(series(model({**where, "line": LINE}), "y"), np.interp(x, LINE.x, LINE.y), rtol=1e-14)
    further = np.where(x < 0, 1 + x, np.where(x > 5, -3 - 2 * (x - 5), np.interp(x, LINE.x, LINE.y)))
    line = Table(LINE.x, LINE.y, "extrapolate")
    np.testing.assert_allclose(series(model({**where, "line": line}), "y"), further, rtol=1e-14)
    held = [LINE.y[max(int(np.searchsorted(LINE.x, v, side="right")) - 1, 0)] for v in x]
    line = Table(LINE.x, LINE.y, "hold_backward")
    np.testing.assert_allclose(series(model({**where, "line": line}), "y"), held, rtol=1e-14)


@pytest.mark.parametrize("points", [1, 2, 8, 9, 16, 17, 33, 100])
def test_lookups_of_any_length(points: int) -> None:
    rng = np.random.default_rng(points)
    x, y = np.cumsum(rng.uniform(0.1, 1, points)), rng.normal(size=points)
    line = Table(tuple(x), tuple(y))
    scale = (x[-1] + 1) / 10
    got = series(model({"line": line, "y": LookupCall("line", (), binary("*", Time(), scale))}), "y")
    np.testing.assert_allclose(got, np.interp(T * scale, x, y), rtol=1e-12)
    for i in range(0, points, 7):
        assert series(model({"line": line, "y": LookupCall("line", (), Number(float(x[i])))}), "y")[0] == y[i]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("interpolate", np.interp(T, [2, 4, 7], [1, 5, 2])),
        ("hold_backward", [[1, 5, 2][max(int(np.searchsorted([2, 4, 7], t, side="right")) - 1, 0)] for t in T]),
        ("look_forward", [[1, 5, 2][min(int(np.searchsorted([2, 4, 7], t)), 2)] for t in T]),
    ],
)
def test_data_series(method: str, expected: Any) -> None:
    data = eq.Variable("d", (), (eq.Definition((), (), Table((2.0, 4.0, 7.0), (1.0, 5.0, 2.0), method)),), "data")
    np.testing.assert_allclose(series(model({"d": data, "y": ref("d")}), "y"), expected, rtol=1e-14)


def test_data_that_are_not_there_between_points() -> None:
    data = eq.Variable("d", (), (eq.Definition((), (), Table((2.0, 4.0), (1.0, 5.0), "raw")),), "data")
    y = call("IF THEN ELSE", binary("=", ref("d"), 5.0), 1.0, 0.0)
    np.testing.assert_array_equal(series(model({"d": data, "y": y}), "y"), (T == 4) * 1.0)


@pytest.mark.parametrize("operator", sorted(REDUCTIONS))
@pytest.mark.parametrize("size", [3, 300])
def test_reductions(operator: str, size: int) -> None:
    rng = np.random.default_rng(1)
    values = rng.uniform(0.9, 1.1, size)
    names = [f"e{i}" for i in range(size)]
    body = binary("*", Reference("v", (Along(0, tuple(range(size))),)), call("COS", Time()))
    total = eq.Variable("y", (), (eq.Definition((Loop("kind", tuple(names)),), (), Reduce(operator, (0,), body)),), "auxiliary")
    function = {"SUM": np.sum, "PROD": np.prod, "VMIN": np.min, "VMAX": np.max}[operator]
    expected = [function(values * math.cos(t)) for t in T]
    np.testing.assert_allclose(series(model({"v": numbers("v", names, values), "y": total}), "y"), expected, rtol=1e-9)


def test_subranges_and_mappings_read_the_listed_positions() -> None:
    names = ["a", "b", "c", "d", "e"]
    source = numbers("v", names, [1, 2, 4, 8, 16])
    picked = array("w", ["p", "q", "r"], binary("*", Reference("v", (Along(0, (3, 0, 4)),)), Time()), axis="other")
    got = series(model({"v": source, "w": picked}), "w")
    np.testing.assert_array_equal(got, np.outer(T, [8, 1, 16]))


def test_every_kind_of_node_is_covered_here() -> None:
    kinds = {*get_args(eq.Expression), *get_args(eq.Body)} - {eq.Expression}
    seen = {Number, Time, Reference, Unary, eq.Binary, eq.Call, LookupCall, Reduce, eq.Stock, Table, eq.Values}
    flat = {k for k in kinds if is_dataclass(k)}
    assert flat == seen
    assert {f.name for f in fields(Table)} == {"x", "y", "method"}


def test_a_function_without_a_lowering_is_refused_by_name() -> None:
    with pytest.raises(EngineError, match=r'y: the function "NEW FUNCTION" has no lowering'):
        series(model({"y": eq.Call("NEW FUNCTION", ())}), "y")
    with pytest.raises(EngineError, match="GET TIME VALUE"):
        series(model({"y": call("GET TIME VALUE", 2.0, 0.0, 0.0)}), "y")
