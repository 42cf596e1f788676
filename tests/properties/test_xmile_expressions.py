"""Equations of XMILE, written with as few brackets as its precedence allows, give what the trees behind them are worth."""

from __future__ import annotations

import math
import random
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.translate import translate

# 3.3.1 of the specification, from the loosest; signs and NOT stand between products and powers.
LEVELS = {"OR": 1, "AND": 2, "=": 3, "<>": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "MOD": 6}
SIGN, POWER, ATOM = 7, 8, 9
NAMES = {"a": 2.0, "b": -3.0, "Big_one": 0.5, "TIME": 0.0, "PI": math.pi}
Written = tuple[str, int, float]


def operate(operator: str, a: float, b: float) -> float:
    match operator:
        case "+" | "-" | "*":
            return {"+": a + b, "-": a - b, "*": a * b}[operator]
        case "/":
            return a / b
        case "//":
            return a / b if b else 0.0
        case "MOD":
            return a - b * math.floor(a / b)
        case "AND" | "OR":
            return float(bool(a) and bool(b)) if operator == "AND" else float(bool(a) or bool(b))
    return float({"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])


def inside(written: Written, least: int) -> str:
    return written[0] if written[1] >= least else f"({written[0]})"


def grow(rng: random.Random, depth: int) -> Written:
    kind = rng.random()
    if depth == 0 or kind < 0.1:
        if rng.random() < 0.5:
            name = rng.choice(list(NAMES))
            return name, ATOM, NAMES[name]
        number = rng.choice((0, 1, 2, 3, 7, 0.25, 1.5))
        return rng.choice((f"{number}", f"{number:e}", f"{number}{{ c }}")), ATOM, float(number)
    if kind < 0.2:
        x = grow(rng, depth - 1)
        sign = rng.choice(("-", "+", "NOT "))
        value = float(not x[2]) if sign == "NOT " else (-x[2] if sign == "-" else x[2])
        return sign + inside(x, SIGN), SIGN, value
    if kind < 0.27:
        base, power = grow(rng, depth - 1), rng.choice((2, 3, -1))
        return f"{inside(base, ATOM)}^{power}", POWER, base[2] ** power
    if kind < 0.37:
        test, a, b = (grow(rng, depth - 1) for _ in range(3))
        return f"(if {test[0]} Then {a[0]} ELSE {b[0]})", ATOM, a[2] if test[2] else b[2]
    operator = rng.choice(list(LEVELS))
    level = LEVELS[operator]
    a, b = grow(rng, depth - 1), grow(rng, depth - 1)
    gap = rng.choice((" ", "\n", "  ")) if operator.isalpha() else rng.choice(("", " "))
    return f"{inside(a, level)}{gap}{operator}{gap}{inside(b, level + 1)}", level, operate(operator, a[2], b[2])


@pytest.mark.parametrize("seed", range(3))
def test_precedence(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    made: list[Written] = []
    while len(made) < 150:
        try:
            written = grow(rng, 5)
        except (ArithmeticError, ValueError):
            continue
        # Complex powers and remainders that rounding decides are not what is tried here.
        if isinstance(written[2], float) and abs(written[2]) < 1e6 and "MOD" not in written[0].partition("MOD")[2]:
            made.append(written)
    equations = {"a": "2", "b": "-3", "Big one": "0.5"} | {f"x{i}": w[0] for i, w in enumerate(made)}
    variables = "".join(f'<aux name="{n}"><eqn>{escape(e)}</eqn></aux>' for n, e in equations.items())
    path = tmp_path / "m.xmile"
    path.write_text(
        '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"><sim_specs><start>0</start><stop>1</stop>'
        f"<dt>1</dt></sim_specs><model><variables>{variables}</variables></model></xmile>"
    )
    data = run(translate(path), Design((), np.empty((1, 0))), times=[0.0]).dataset
    values = [float(data[f"x{i}"].values[0, 0]) for i in range(len(made))]
    for value, written in zip(values, made, strict=True):
        assert value == pytest.approx(written[2], rel=1e-9, abs=1e-9), written[0]
