"""XMILE and Stella files: what each construct means, with values from the specification (by its section) or by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.equations import Equations
from llr_sd.errors import TranslationError
from llr_sd.translate import translate

FILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:isee="http://iseesystems.com/XMILE">
<header><vendor>v</vendor><product version="1.0">p</product></header>
{specs}{top}
<model>{model}<variables>{variables}</variables></model>{more}
</xmile>"""
SPECS = '<sim_specs method="euler" time_units="Months"><start>0</start><stop>4</stop><dt>1</dt></sim_specs>'
R = '<dimensions><dim name="R"><elem name="r1"/><elem name="r2"/></dim></dimensions>'
RC = (
    '<dimensions><dim name="R"><elem name="r1"/><elem name="r2"/></dim>'
    '<dim name="C"><elem name="c1"/><elem name="c2"/><elem name="c3"/></dim></dimensions>'
)
OVER_R = '<dimensions><dim name="R"/></dimensions>'
OVER_RC = '<dimensions><dim name="R"/><dim name="C"/></dimensions>'
TABLE = "".join(f'<element subscript="r{i}, c{j}"><eqn>{10 * i + j}</eqn></element>' for i in (1, 2) for j in (1, 2, 3))


def aux(name: str, equation: str, rest: str = "") -> str:
    escaped = equation.replace("&", "&amp;").replace("<", "&lt;")
    return f'<aux name="{name}"><eqn>{escaped}</eqn>{rest}</aux>'


def read(tmp_path: Path, variables: str, name: str = "m.xmile", **parts: str) -> Equations:
    path = tmp_path / name
    text = FILE.format(**{"specs": SPECS, "top": "", "model": "", "more": "", **parts, "variables": variables})
    path.write_text(text, encoding="utf-8")
    return translate(path)


def values(tmp_path: Path, variables: str, *wanted: str, **parts: str) -> dict[str, list[float]]:
    """The values over time of some cells, or of every cell."""
    data = run(read(tmp_path, variables, **parts), Design((), np.empty((1, 0))), wanted or None).dataset
    found = {str(name): np.asarray(data[name].values)[0] for name in data.data_vars}
    return {name: [float(v) for v in v] for name, v in found.items() if v.ndim == 1}


def refusal(tmp_path: Path, variables: str, **parts: str) -> str:
    with pytest.raises(TranslationError) as caught:
        read(tmp_path, variables, **parts)
    return str(caught.value)


# --- expressions -----------------------------------------------------------------------------------------------------

NAN = float("nan")
EXPRESSIONS = {
    # 3.3.1: precedence. MOD is the floored remainder, INT the floor; ^ binds tighter than a sign, and from the right.
    "-2^2": -4,
    "(-2)^2": 4,
    "2^-1": 0.5,
    "2^3^2": 512,
    "-5 MOD 3": 1,
    "5 MOD -3": -1,
    "-6 mod 3": 0,
    "7 MOD 4 * 2": 6,
    "2 * 7 MOD 4": 2,
    "1 + 7 MOD 4": 4,
    "INT(-1.5)": -2,
    "INT(1.5) + INT(-2)": -1,
    "ROUND(2.5) + ROUND(-1.2)": 2,
    "4 - 5 + 6": 5,
    "8/4/2": 1,
    "6 // 3 + 6 // 0": 2,
    "12 // 2 // 3": 2,
    "1 < 2 = 1": 1,
    "0 = 1 OR 1 = 1 AND 1 = 1": 1,
    "1 = 1 OR 1 = 1 AND 0 = 1": 1,
    "1 = 1 AnD noT 0 = 1": 1,
    "NOT 1": 0,
    "NOT(3 > 4)": 1,
    "3 <> 3": 0,
    "3 >= 3": 1,
    "IF 1 = 2 THEN 5 ELSE IF 2 = 2 THEN 6 ELSE 7": 6,
    "1 + IF 1 THEN 2 ELSE 3 + 4": 3,
    "(IF 0 THEN 2 ELSE 3) + 4": 7,
    "if_then_else(1 > 0, 5, 6)": 5,
    # 3.3.4: comments; 3.2.1: numbers
    "1 {one {inner} } + 2 {two\nlines}": 3,
    "14. + .375 + 6E1 + 1e-1": 74.475,
    "\t1\n+\n2 ": 3,
    "+3": 3,
    "--3": 3,
    # 3.5: functions
    "PI": 3.141592653589793,
    "Pi()": 3.141592653589793,
    "MIN(INF, 5)": 5,
    "MIN(4, 3, 2, 5) + max(1, 2, 3)": 5,
    "ABS(-3) + SQRT(16)": 7,
    "LOG10(1000)": 3,
    "LN(EXP(2))": 2,
    "ARCTAN(TAN(0.5)) + ARCSIN(SIN(0.5)) + ARCCOS(COS(0.5))": 1.5,
    "SAFEDIV(6, 4)": 1.5,
    "SAFEDIV(6, 0)": 0,
    "SAFEDIV(6, 0, 9)": 9,
    "SAFEDIV(1, 0.00000001)": 1e8,
    "PERCENT(0.25)": 25,
    "ROOTN(27, 3)": 3,
    "MEAN(1, 2, 6)": 3,
    "STARTTIME + STOPTIME + DT": 5,
    "INIT(TIME + 3)": 3,
    "std.MAX(1, 2)": 2,
    "SINWAVE(2, 4)": [0, 2, 0, -2, 0],
    "COSWAVE(2, 4)": [2, 0, -2, 0, 2],
    "TIME MOD 2": [0, 1, 0, 1, 0],
    "STEP(5, 2)": [0, 0, 5, 5, 5],
    "RAMP(2, 1)": [0, 0, 2, 4, 6],
    "RAMP(2, 1, 3)": [0, 0, 2, 4, 4],
    "PULSE(10, 1)": [0, 10, 0, 0, 0],
    "PULSE(10, 1, 0)": [0, 10, 0, 0, 0],
    "PULSE(10, 1, 2)": [0, 10, 0, 10, 0],
    "PREVIOUS(TIME, -1)": [-1, 0, 1, 2, 3],
    "PREVIOUS(SELF, 5) + 1": [6, 7, 8, 9, 10],
    "DELAY(TIME, 2, -1)": [-1, -1, 0, 1, 2],
    "DELAY(TIME, 2)": [0, 0, 0, 1, 2],
    "DELAY1(10, 2, 0)": [0, 5, 7.5, 8.75, 9.375],
    "DELAYN(10, 2, 1, 0)": [0, 5, 7.5, 8.75, 9.375],
    "SMTH1(10, 2, 0)": [0, 5, 7.5, 8.75, 9.375],
    "SMTHN(10, 2, 1, 0)": [0, 5, 7.5, 8.75, 9.375],
    "SMTH3(10, 6, 0)": [0, 0, 0, 1.25, 3.125],
    "DELAY3(10, 6, 0)": [0, 0, 0, 1.25, 3.125],
    "TREND(10, 2)": 0,
    "FORCST(10, 2, 3)": 10,
    # 3.2.2: names
    '"a (b), c" * 2': 10,
    '"a_(b),_c"': 5,
    "Größe + größe": 8,
    "o'neill$ + 1": 3,
    'two_WORDS + "Two words"': 14,
    "line_end": 9,
}
NAMED = (
    aux("&quot;a (b), c&quot;", "5") + aux("Größe", "4") + aux("o'neill$", "2") + aux("two  words", "7") + aux("line\\nend", "9")
)


def test_expressions(tmp_path):
    names = {f"x{i}": e for i, e in enumerate(EXPRESSIONS)}
    found = values(tmp_path, NAMED + "".join(aux(n, e) for n, e in names.items()))
    for name, expression in names.items():
        right = EXPRESSIONS[expression]
        expected = right if isinstance(right, list) else [right] * 5
        assert found[name] == pytest.approx(expected, rel=1e-12, abs=1e-12), expression
