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


def write(tmp_path: Path, variables: str, name: str = "m.xmile", **parts: str) -> Path:
    path = tmp_path / name
    text = FILE.format(**{"specs": SPECS, "top": "", "model": "", "more": "", **parts, "variables": variables})
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path: Path, variables: str, name: str = "m.xmile", **parts: str) -> Equations:
    return translate(write(tmp_path, variables, name, **parts))


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
    "64 // 2 // 2 // 2 // 2 // 2 // 2": 1,
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
    "vensim.PULSE(1, 2)": [0, 1, 1, 0, 0],
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


# --- arrays (3.7.1) --------------------------------------------------------------------------------------------------

ARRAYS = {
    "SUM(m[*,*])": 102,
    "SUM(m)": 102,
    "SUM(m[r1,*])": 36,
    "SUM(m[*, c2])": 34,
    "SUM(m[R.r2, *])": 66,
    "SUM(m[2, *])": 66,
    "MEAN(m[*,*])": 17,
    "SUM(m[r1, c2:c3]) + SIZE(m[*, 1:2])": 29,
    "SUM(m[r2, *:Late])": 45,
    "SIZE(m[*,*])": 6,
    "SIZE(m) + SIZE(R) + SIZE(m[*, c1])": 10,
    "MIN(m[*,*]) + MAX(m[*,*])": 34,
    "MAX(m[*, c1]) - MIN(m)": 10,
    "PROD(w[*])": 15,
    "STDDEV(w[*])": 1,
    "SUM(m[*, c1] * w[*])": 11 * 3 + 21 * 5,
    "SUM(m[*, *] * w[*])": 36 * 3 + 66 * 5,
    "MEAN(w[*] * 2) + SUM(w[*])": 16,
    "SUM(square[*,*])": 10,
    "square[r1,r2] + square[r2,r1]": 5,
    "R.r2 * 10 + C.c3": 23,
    "part[r1] + part[r2]": 107,
    "list[c1] + list[c3]": 5,
    "num[2] * 10 + num[3]": 23,
    "row[r1] + row[r2] * 2": 36 + 132,
    "spread[r1,c2] + spread[r2,c3]": 3 + 5,
    "place[r1] * 10 + place[r2]": 12,
    "share[r2]": 5 / 8,
    "both[r2,c2]": 22 + 5,
}
OVER_RR = '<dimensions><dim name="R"/><dim name="R"/></dimensions>'
ARRAYED = (
    f'<aux name="m">{OVER_RC}{TABLE}</aux>'
    f'<aux name="w">{OVER_R}<element subscript="r1"><eqn>3</eqn></element><element subscript="r2"><eqn>5</eqn></element></aux>'
    f'<aux name="square">{OVER_RR}'
    + "".join(
        f'<element subscript="r{i}, r{j}"><eqn>{v}</eqn></element>' for i, j, v in ((1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 2, 4))
    )
    + "</aux>"
    + f'<aux name="part">{OVER_R}<eqn>100</eqn><element subscript="r2"><eqn>7</eqn></element></aux>'
    + '<aux name="list"><dimensions><dim name="C"/></dimensions><eqn>1, 2; 4</eqn></aux>'
    + '<aux name="num"><dimensions><dim name="N"/></dimensions><eqn>N</eqn></aux>'
    + aux("row", "SUM(m[R,*])", OVER_R)
    + aux("spread", "w", OVER_RC)
    + aux("place", "R", OVER_R)
    + aux("share", "w / SUM(w[*])", OVER_R)
    + aux("both", "m[R,C] + w[R]", OVER_RC)
)
WITH_N = RC.replace(
    "</dimensions>", '<dim name="N" size="3"/><dim name="Late"><elem name="c2"/><elem name="c3"/></dim></dimensions>'
)


def test_arrays(tmp_path):
    names = {f"x{i}": e for i, e in enumerate(ARRAYS)}
    found = values(tmp_path, ARRAYED + "".join(aux(n, e) for n, e in names.items()), top=WITH_N)
    for name, expression in names.items():
        assert found[name] == pytest.approx([ARRAYS[expression]] * 5, rel=1e-12), expression


def test_an_element_may_have_the_name_of_a_variable(tmp_path):
    """As in models of infection by age, with a stock C and an age group C."""
    top = '<dimensions><dim name="Age"><elem name="A"/><elem name="C"/></dim></dimensions>'
    variables = '<stock name="C"><dimensions><dim name="Age"/></dimensions><eqn>Age</eqn></stock>' + aux("x", "C[C] * 10 + C[A]")
    assert values(tmp_path, variables, "x", top=top)["x"] == [21] * 5


def test_axes_are_those_that_a_variable_names(tmp_path):
    """Numbered elements are the same words in every dimension; a variable defined for some still has its own dimension."""
    top = '<dimensions><dim name="A" size="2"/><dim name="B" size="3"/></dimensions>'
    b = '<dimensions><dim name="B"/></dimensions>'
    some = f'<aux name="b">{b}<element subscript="1"><eqn>1</eqn></element><element subscript="2"><eqn>2</eqn></element></aux>'
    equations = read(tmp_path, some + aux("c", "b[1] + b[2]"), top=top)
    assert [a.name for a in equations.variables["b"].axes] == ["B"]
    assert values(tmp_path, some + aux("c", "b[1] + b[2]"), "c", top=top)["c"] == [3] * 5


def test_an_array_with_an_equation_for_each_element_is_read_quickly(tmp_path):
    import time

    top = '<dimensions><dim name="D" size="3000"/></dimensions>'
    elements = "".join(f'<element subscript="{i + 1}"><eqn>{i} + TIME</eqn></element>' for i in range(3000))
    start = time.perf_counter()
    found = read(tmp_path, f'<aux name="a"><dimensions><dim name="D"/></dimensions>{elements}</aux>', top=top)
    assert time.perf_counter() - start < 5.0
    assert len(found.variables["a"].definitions) == 3000


def test_stocks_and_flows_by_element(tmp_path):
    """Initial values by element, flows by element, and more than one flow in and out."""
    stock = (
        f'<stock name="s">{OVER_R}<element subscript="r1"><eqn>1</eqn></element><element subscript="r2"><eqn>2 * 10</eqn></element>'
        "<inflow>f</inflow><inflow>g</inflow><outflow>h</outflow></stock>"
    )
    flows = (
        f'<flow name="f">{OVER_R}<element subscript="r1"><eqn>1</eqn></element><element subscript="r2"><eqn>TIME</eqn></element></flow>'
        f'<flow name="g">{OVER_R}<eqn>s * 0</eqn></flow><flow name="h">{OVER_R}<eqn>2</eqn></flow>'
    )
    found = values(tmp_path, stock + flows, "s[r1]", "s[r2]", top=R)
    assert found == {"s[r1]": [1, 0, -1, -2, -3], "s[r2]": [20, 18, 17, 17, 18]}


@pytest.mark.parametrize(
    ("variables", "what"),
    [
        (aux("a", "w[TIME]"), "computed"),
        (aux("a", "w[r1+1]"), "computed"),
        (aux("a", "w[r3]"), '"r3" is not an element of R'),
        (aux("a", "w[3]"), "element 3 of R, which has 2"),
        (aux("a", "w[*]"), "outside SUM"),
        (aux("a", "w[r1:r2]"), "outside SUM"),
        (aux("a", "SUM(w[r2:r1])"), "run backwards"),
        (aux("a", "SUM(w[r1:TIME])"), "computed"),
        (aux("a", "SUM(w[r1:r1] * w[r2:r2])"), "different elements of R"),
        (aux("a", "w[r1,r2]"), "2 subscripts and has 1"),
        (aux("a", "w"), "without its subscripts"),
        (aux("a", "SUM(3)"), "no array"),
        (aux("a", "RANK(w, 1)"), "RANK is not supported"),
        (aux("a", "1", '<dimensions><dim name="Q"/></dimensions>'), '"Q" is not declared'),
        (f'<aux name="a">{OVER_R}<element subscript="r9"><eqn>1</eqn></element></aux>', '"r9" is not an element'),
        (f'<aux name="a">{OVER_R}<element subscript="r1,r1"><eqn>1</eqn></element></aux>', "should name 1 subscript."),
        (f'<aux name="a">{OVER_R}<element subscript="r1"/></aux>', "no equation for [r1]"),
        ('<aux name="a"><element subscript="r1"><eqn>1</eqn></element></aux>', "no dimensions"),
        (f'<aux name="a">{OVER_R}<eqn>1, 2, 3</eqn></aux>', "3 numbers are given for 2 elements"),
        (aux("a", "w[R]", OVER_RR), "either of the two"),
    ],
)
def test_arrays_that_are_refused(tmp_path, variables, what):
    assert what in refusal(tmp_path, aux("w", "1", OVER_R) + variables, top=R)


@pytest.mark.parametrize(
    ("dim", "what"),
    [
        ('<dim name="D"/>', "names no elements"),
        ('<dim name="D" size="0"/>', 'size of the dimension is "0"'),
        ('<dim name="D" size="9999999999999"/>', "size of the dimension"),
        ('<dim name="D"><elem name="a"/><elem name="A"/></dim>', "twice"),
        ("<dim/>", "no name"),
        ('<dim name="D"><elem name="e"/></dim><dim name="F"><elem name="d"/></dim>', "the name of a dimension"),
    ],
)
def test_dimensions_that_are_refused(tmp_path, dim, what):
    assert what in refusal(tmp_path, aux("a", "1"), top=f"<dimensions>{dim}</dimensions>")


# --- graphs (3.1.4) --------------------------------------------------------------------------------------------------


def test_types_of_graphs(tmp_path):
    """Continuous is flat outside its points, extrapolating goes on in a line, discrete holds the value of the point before."""

    def gf(kind: str, points: str = "0,2,2") -> str:
        return f'<gf{kind}><xscale min="1" max="3"/><yscale min="0" max="2"/><ypts>{points}</ypts></gf>'

    variables = (
        aux("a", "TIME", gf(""))
        + aux("b", "TIME", gf(' type="extrapolate"', "0,2,3"))
        + aux("c", "TIME + 0.5", gf(' type="discrete"'))
        + aux("d", "TIME", "<gf><xpts sep=';'>0; 3; 1</xpts><ypts sep=' '>0 6 4</ypts></gf>")
        + '<flow name="e"><eqn>TIME - 2</eqn><gf type="extrapolate"><xscale min="0" max="1"/><ypts>0,1</ypts></gf><non_negative/></flow>'
        + '<gf name="g"><xscale min="0" max="4"/><ypts>0,8</ypts></gf>'
        + '<gf name="h" type="discrete"><xscale min="0" max="4"/><ypts>1,2,3,4,4</ypts></gf>'
        + aux("i", "LOOKUP(g, TIME) + h(TIME + 0.9)")
        + aux("j", "LOOKUP(a, 2) + a")
        + '<aux name="k"><gf><xscale min="0" max="1e0"/><ypts>0,.5e1</ypts></gf></aux>'
        + aux("l", "k(0.5)")
        + aux("named", "TIME + 0.9", '<gf name="h"/>')
        + aux("one", "TIME", '<gf><xscale min="0" max="1"/><ypts>7</ypts></gf>')
    )
    found = values(tmp_path, variables)
    assert found["a"] == [0, 0, 2, 2, 2]
    assert found["b"] == [-2, 0, 2, 3, 4]
    assert found["c"] == [0, 0, 2, 2, 2]
    assert found["d"] == [0, 4, 5, 6, 6]
    assert found["e"] == [0, 0, 0, 1, 2]
    assert found["i"] == [1, 4, 7, 10, 12]
    assert found["j"] == [2, 2, 4, 4, 4]
    assert found["l"] == [2.5] * 5
    assert found["one"] == [7] * 5
    assert found["named"] == [1, 2, 3, 4, 4]


def test_graphs_of_arrays(tmp_path):
    variables = (
        f'<aux name="a">{OVER_R}<element subscript="r1"><eqn>TIME</eqn><gf><xscale min="0" max="4"/><ypts>0,4</ypts></gf></element>'
        '<element subscript="r2"><eqn>2*TIME</eqn><gf><xscale min="0" max="8"/><ypts>0,80</ypts></gf></element></aux>'
        + aux("b", "LOOKUP(a[r2], 1) + LOOKUP(a[r1], 3)")
        + aux("c", "LOOKUP(a[R], 2)", OVER_R)
        + f'<aux name="d">{OVER_R}<gf><xscale min="0" max="1"/><ypts>0,1</ypts></gf></aux>'
        + aux("e", "d[r2](0.25)")
        + f'<aux name="f">{OVER_R}<eqn>TIME</eqn><gf><xscale min="0" max="4"/><ypts>0,4</ypts></gf>'
        '<element subscript="r1"><eqn>TIME/2</eqn></element><element subscript="r2"/></aux>'
    )
    found = values(tmp_path, variables, "a[r1]", "a[r2]", "b", "c[r1]", "c[r2]", "e", "f[r1]", "f[r2]", top=R)
    assert found["a[r1]"] == [0, 1, 2, 3, 4]
    assert found["a[r2]"] == [0, 20, 40, 60, 80]
    assert found["b"] == [13] * 5
    assert (found["c[r1]"][0], found["c[r2]"][0]) == (2, 20)
    assert found["e"] == [0.25] * 5
    assert found["f[r1]"] == [0, 0.5, 1, 1.5, 2]
    assert found["f[r2]"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<gf/>", "no y values"),
        ("<gf><ypts>1,2</ypts></gf>", "no x values"),
        ('<gf><xscale min="0" max="0"/><ypts>1,2</ypts></gf>', "does not rise"),
        ('<gf><xscale min="0"/><ypts>1,2</ypts></gf>', "the max of its graph's x scale is missing"),
        ('<gf><xscale min="0" max="x"/><ypts>1,2</ypts></gf>', "not a finite number"),
        ('<gf><xscale min="0" max="1"/><ypts>1,nan</ypts></gf>', "not a finite number"),
        ('<gf><xscale min="0" max="1"/><ypts>1,,2</ypts></gf>', "a point of its graph is missing"),
        ('<gf type="spline"><xscale min="0" max="1"/><ypts>1,2</ypts></gf>', 'the type "spline"'),
        ("<gf><xpts>1,2,3</xpts><ypts>1,2</ypts></gf>", "3 x values and 2 y values"),
        ("<gf><xpts>1,1</xpts><ypts>1,2</ypts></gf>", "two points at x = 1"),
    ],
)
def test_graphs_that_are_refused(tmp_path, inside, what):
    assert what in refusal(tmp_path, aux("a", "TIME", inside))


# --- modules (3.7.4, 4.7) --------------------------------------------------------------------------------------------

HARES = """<model name="Hares"><variables>
<stock name="hares"><eqn>100</eqn><inflow>births</inflow><outflow>deaths</outflow></stock>
<flow name="births"><eqn>hares * 0.1</eqn></flow>
<flow name="deaths"><eqn>lynxes * rate</eqn></flow>
<aux name="lynxes" access="input"><eqn>NAN</eqn></aux>
<aux name="rate" access="input"><eqn>99</eqn></aux>
<aux name="density" access="output"><eqn>hares / 10</eqn></aux>
</variables></model>"""
LYNXES = """<model name="lynxes"><variables>
<aux name="lynxes" access="output"><eqn>hare_density + 1</eqn></aux><aux name="hare density" access="input"><eqn>0</eqn></aux>
</variables></model>"""


def test_modules_become_variables_with_their_own_names(tmp_path):
    """As Stella writes them: every connection twice, from the top with a dot, and some in the list of another module."""
    variables = (
        aux("rate", "0.5")
        + '<module name="Hares" isee:label=""><connect to="Hares.rate" from=".rate"/><connect2 to="Hares.rate" from="rate"/>'
        '<connect to="lynxes.hare_density" from="Hares.density"/><connect2 to="lynxes.hare_density" from="Hares.density"/>'
        '<connect to="Hares.lynxes" from="lynxes.lynxes"/></module><module name="lynxes"/>'
        + aux("total", "Hares.hares + lynxes.lynxes")
    )
    found = values(tmp_path, variables, more=HARES + LYNXES)
    assert list(found)[:3] == ["rate", "Hares.hares", "Hares.births"]
    assert found["Hares.rate"] == [0.5] * 5
    assert found["lynxes.lynxes"][0] == 11
    # 100 + 10 births - 11 * 0.5 deaths
    assert found["Hares.hares"][1] == pytest.approx(104.5)
    assert found["total"][1] == pytest.approx(104.5 + 11.45)


def test_modules_in_modules_and_two_of_one_model(tmp_path):
    inner = '<model name="inner"><variables>' + aux("in", "1", "") + aux("out", "in * 2") + "</variables></model>"
    outer = (
        '<model name="outer"><variables>'
        + aux("x", "7")
        + '<module name="inner"><connect to="in" from="x"/></module>'
        + aux("y", "inner.out + x")
        + "</variables></model>"
    )
    variables = (
        '<module name="first" isee:model_name="outer"><connect to="x" from="seed"/></module>'
        '<module name="second" isee:model_name="outer"/>' + aux("seed", "3") + aux("sum", "first.y + second.inner.out")
    )
    found = values(tmp_path, variables, more=outer + inner)
    assert (found["first.y"][0], found["second.y"][0], found["sum"][0]) == (9, 21, 23)


def test_arrays_and_graphs_of_modules(tmp_path):
    part = (
        '<model name="part"><variables>'
        + aux("rates", "0", OVER_R)
        + '<gf name="shape"><xscale min="0" max="1"/><ypts>0,1</ypts></gf>'
        + aux("total", "SUM(rates[*])")
        + aux("read", "shape(0.5)")
        + "</variables></model>"
    )
    variables = (
        aux("w", "R", OVER_R)
        + '<gf name="curve"><xscale min="0" max="1"/><ypts>0,10</ypts></gf>'
        + '<module name="part"><connect to="part.rates" from="w"/><connect to="part.shape" from="curve"/></module>'
        + aux("seen", "part.rates[r2] + part.total")
    )
    found = values(tmp_path, variables, "part.read", "seen", top=R, more=part)
    assert (found["part.read"][0], found["seen"][0]) == (5, 5)


@pytest.mark.parametrize(
    ("variables", "more", "what"),
    [
        ('<module name="p"/>', "", "no model for this module"),
        ('<module name="p" resource="other.xmile"/>', "", '"other.xmile"'),
        ('<module name="p"/>', '<model name="p" resource="p.xmile"/>', '"p.xmile"'),
        ('<module name="p"/>', '<model name="p"><variables><module name="p"/></variables></model>', "deep in each other"),
        ('<module name="p"><connect to="q" from="a"/></module>', LYNXES.replace('"lynxes">', '"p">', 1), '"q" is no variable'),
        (
            '<module name="p"><connect to="lynxes" from="b"/></module>',
            LYNXES.replace('"lynxes">', '"p">', 1),
            '"b" is no variable',
        ),
        ("", LYNXES, "stands in no module"),
        ("<module/>", "", "no name"),
        (aux("b", "lynxes.nothing") + '<module name="lynxes"/>', LYNXES, '"lynxes.nothing" is not defined'),
    ],
)
def test_modules_that_are_refused(tmp_path, variables, more, what):
    assert what in refusal(tmp_path, aux("a", "1") + variables, more=more)


# --- macros (3.6) ----------------------------------------------------------------------------------------------------


def test_macros(tmp_path):
    more = (
        "<macro name='smooth1'><parm>x</parm><parm default='2'>t</parm><eqn>held</eqn><variables>"
        "<stock name='held'><eqn>0</eqn><inflow>change</inflow></stock><flow name='change'><eqn>(x - held) / t</eqn></flow>"
        "</variables></macro><macro name='twice'><parm>x</parm><eqn>x * 2</eqn></macro>"
    )
    found = values(tmp_path, aux("a", "smooth1(10, 2)") + aux("b", "twice(smooth1(10)) + TWICE(1)"), more=more)
    assert found["a"] == [0, 5, 7.5, 8.75, 9.375]
    assert found["b"] == [2, 12, 17, 19.5, 20.75]


# --- Stella's files --------------------------------------------------------------------------------------------------

STYLE = (
    '<isee:prefs show_module_prefix="true"/><style color="black"><stock><shape type="rectangle"/></stock><flow/><aux/><module/>'
    '<gf/></style><data><import type="CSV" resource="r.csv"/></data><model_units><unit name="WTE"/></model_units>'
    "<isee:unknown><module name='x'/></isee:unknown>"
)
VIEWS = (
    '<views><style><stock/><module><connect/></module></style><view type="stock_flow"><style><aux/></style>'
    '<stock x="1" y="2" name="s"/><module x="1" y="1" name="gone"/><group name="People"><entity name="s"/></group>'
    "</view></views>"
)
TANK = '<stock name="s"><eqn>10</eqn><inflow>f</inflow></stock><flow name="f"><eqn>2</eqn></flow>'


@pytest.mark.parametrize("name", ["m.xmile", "m.xml", "m.stmx", "m.ITMX"])
def test_default_styles_and_vendors_elements_are_no_model(tmp_path, name):
    extra = '<isee:dependencies><var name="x"/></isee:dependencies><group name="g"><entity name="f"/></group><!-- none -->'
    found = read(tmp_path, TANK + extra, name, top=STYLE, more="<isee:tail/>")
    assert [v for v in found.variables if v in "sf"] == ["s", "f"]
    assert found.variables["f"].group == "g"


def test_views_hold_groups_and_no_variables(tmp_path):
    text = FILE.format(specs=SPECS, top=STYLE, model="", variables=TANK, more="").replace("</model>", VIEWS + "</model>")
    for changed in (
        text,
        text.replace(' xmlns:isee="http://iseesystems.com/XMILE"', ""),
        text.replace("http://docs.oasis-open.org/xmile/ns/XMILE/v1.0", "http://www.systemdynamics.org/XMILE"),
        text.replace(' xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"', ""),
        text.replace("<variables>", "").replace("</variables>", ""),
    ):
        path = tmp_path / "m.stmx"
        path.write_text(changed, encoding="utf-8")
        found = translate(path)
        assert found.variables["s"].group == "People"
        assert [v.name for v in found.variables.values() if v.kind in ("stock", "constant")][:2] == ["s", "f"]


CLOCK = '<sim_specs isee:save_interval="0.5" method=" RK4 , gear"><start> 1.0 </start><stop>\n3</stop><dt reciprocal="TRUE">4</dt></sim_specs>'


def test_the_clock(tmp_path):
    found = read(tmp_path, TANK, specs=CLOCK)
    numbers = {c: found.constant_value(found.cell(c)) for c in ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")}
    assert numbers == {"INITIAL TIME": 1, "FINAL TIME": 3, "TIME STEP": 0.25, "SAVEPER": 0.5}
    assert found.method == "rk4"
    assert values(tmp_path, TANK, "s", specs=CLOCK)["s"] == [10, 11, 12, 13, 14]


def test_rk4_is_honoured(tmp_path):
    growth = '<stock name="s"><eqn>1</eqn><inflow>f</inflow></stock><flow name="f"><eqn>s</eqn></flow>'
    euler = values(tmp_path, growth, "s")["s"]
    rk4 = values(tmp_path, growth, "s", specs=SPECS.replace("euler", "RK4"))["s"]
    assert euler[1] == 2
    # 1 + 1 + 1/2 + 1/6 + 1/24
    assert rk4[1] == pytest.approx(65 / 24, rel=1e-12)


def test_the_clock_inside_the_model_and_controls_written_by_converters(tmp_path):
    variables = TANK + aux("TIME STEP", "1") + aux("FINAL TIME", "4") + aux("INITIAL TIME", "0") + aux("SAVEPER", "2")
    assert values(tmp_path, variables, "s", specs="", model=SPECS)["s"] == [10, 14, 18]
    assert "of <sim_specs> is 4" in refusal(tmp_path, TANK + aux("FINAL TIME", "9"))


@pytest.mark.parametrize(
    ("specs", "what"),
    [
        ("", "no <sim_specs>"),
        (SPECS.replace("<stop>4", "<stop>"), "lacks <stop>"),
        (SPECS.replace("<stop>4", "<stop>inf"), "not a finite number"),
        (SPECS.replace("<stop>4", "<stop>1_0"), "not a finite number"),
        (SPECS.replace("<dt>1", '<dt reciprocal="true">0'), "divided by 0"),
        (SPECS.replace("euler", "gear"), 'method "gear"'),
    ],
)
def test_clocks_that_are_refused(tmp_path, specs, what):
    assert what in refusal(tmp_path, TANK, specs=specs)


# --- stocks and flows that stay above zero ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "behavior", "expected"),
    [
        ("", "", [3, 1, -1, -3, -5]),
        ("<non_negative/>", "", [3, 1, 0, 0, 0]),
        ("<non_negative> FALSE </non_negative>", "<non_negative/>", [3, 1, -1, -3, -5]),
        ("", "<non_negative/>", [3, 1, 0, 0, 0]),
        ("", "<stock><non_negative/></stock>", [3, 1, 0, 0, 0]),
        ("", "<flow><non_negative/></flow>", [3, 1, -1, -3, -5]),
    ],
)
def test_what_says_that_a_stock_is_not_negative(tmp_path, own, behavior, expected):
    stock = f'<stock name="s"><eqn>3</eqn><outflow>f</outflow>{own}</stock><flow name="f"><eqn>2 + TIME * 0</eqn></flow>'
    assert values(tmp_path, stock, "s", top=f"<behavior>{behavior}</behavior>")["s"] == expected


def test_what_a_stock_does_not_lose_no_other_gains(tmp_path):
    """Outflows are held to the content of one step and what flows in, in their order (3.6.2)."""
    chain = (
        '<stock name="a"><eqn>5</eqn><outflow>f</outflow><outflow>g</outflow><non_negative/></stock>'
        '<stock name="b"><eqn>0</eqn><inflow>f</inflow><outflow>h</outflow><non_negative/></stock>'
        '<stock name="c"><eqn>0</eqn><inflow>g</inflow><inflow>h</inflow></stock>'
        '<flow name="f"><eqn>2</eqn></flow><flow name="g"><eqn>1.5</eqn></flow><flow name="h"><eqn>9</eqn></flow>'
    )
    found = values(tmp_path, chain)
    assert found["f"] == [2, 1.5, 0, 0, 0]
    assert found["g"] == [1.5, 0, 0, 0, 0]
    assert found["h"] == [2, 1.5, 0, 0, 0]
    assert [sum(t) for t in zip(found["a"], found["b"], found["c"], strict=True)] == [5] * 5


def test_limits_on_outflows_make_no_circles(tmp_path):
    """Replacement hiring follows the leavers, and two stocks exchange people: neither is a circle."""
    variables = (
        '<stock name="staff"><eqn>3</eqn><inflow>hires</inflow><outflow>leavers</outflow><non_negative/></stock>'
        '<flow name="hires"><eqn>leavers</eqn><non_negative/></flow><flow name="leavers"><eqn>1</eqn><non_negative/></flow>'
        '<stock name="x"><eqn>4</eqn><inflow>back</inflow><outflow>out</outflow><non_negative/></stock>'
        '<stock name="y"><eqn>1</eqn><inflow>out</inflow><outflow>back</outflow><non_negative/></stock>'
        '<flow name="out"><eqn>3</eqn></flow><flow name="back"><eqn>1</eqn></flow>'
    )
    found = values(tmp_path, variables)
    assert found["staff"] == [3] * 5
    assert [x + y for x, y in zip(found["x"], found["y"], strict=True)] == [5] * 5
    assert found["x"][:3] == [4, 2, 0]


def test_limits_on_outflows_of_arrays(tmp_path):
    variables = (
        f'<stock name="s">{OVER_R}<element subscript="r1"><eqn>1</eqn></element><element subscript="r2"><eqn>9</eqn></element>'
        "<outflow>f</outflow><non_negative/></stock>"
        f'<flow name="f">{OVER_R}<eqn>2</eqn></flow>'
    )
    found = values(tmp_path, variables, "s[r1]", "s[r2]", "f[r1]", top=R)
    assert found == {"s[r1]": [1, 0, 0, 0, 0], "s[r2]": [9, 7, 5, 3, 1], "f[r1]": [1, 0, 0, 0, 0]}


def test_a_uniflow_does_not_run_backwards(tmp_path):
    flow = '<flow name="f"><eqn>TIME - 2</eqn><non_negative/></flow><flow name="g"><eqn>TIME - 2</eqn></flow>'
    found = values(tmp_path, flow, "f", "g")
    assert found == {"f": [0, 0, 0, 1, 2], "g": [-2, -1, 0, 1, 2]}


# --- what is not supported, and damage -------------------------------------------------------------------------------


def test_what_nothing_reads_is_left_out_and_said(tmp_path):
    found = read(tmp_path, TANK + aux("blank", "???") + '<aux name="none"/>' + aux("past", "HISTORY(f, 1)"))
    assert [v for v in found.variables if v in ("s", "f", "blank", "none", "past")] == ["s", "f"]
    assert [n.split('"')[1] for n in found.notes] == ["blank", "none", "past"]


@pytest.mark.parametrize(
    ("variables", "what"),
    [
        (aux("a", "b * 2") + aux("b", " NAN "), '"b": has no equation, only "NAN"'),
        (aux("a", "HISTORY(b, 1)") + aux("b", "2 + a"), "HISTORY is not supported"),
        (aux("a", "COUNTER(1, 5)") + aux("b", "a + TIME"), "COUNTER is not supported"),
        (aux("a", "b") + aux("b", "QLEN(c)") + aux("c", "1"), "QLEN is not a supported function"),
        (aux("a", "RANDOM(0, 1, 7)") + aux("b", "a + TIME"), "RANDOM"),
        (aux("a", "1 + nothing"), '"nothing" is not defined'),
        (aux("a", "b(3)") + aux("b", "2"), "has no graph"),
        (aux("a", "LOOKUP(3, 3)"), "no variable with a graph"),
        (aux("a", "SMTH1(1)"), "SMTH1 takes 2 or 3 arguments and has 1. Write SMTH1(input, time, initial)."),
        (aux("a", "MAX()"), "MAX takes"),
        (aux("a", "IF 1 THEN 2"), "an IF has no ELSE"),
        (aux("a", "1 +"), "ends too soon"),
        (aux("a", "(1 + 2"), "ends before a closing bracket"),
        (aux("a", "1 2"), 'from "2" on'),
        (aux("a", "1 {open"), "not closed"),
        (aux("a", "1 } 2"), "closes no comment"),
        (aux("a", "b[1") + aux("b", "1"), "not closed"),
        (aux("a", "1e999"), "too large"),
        (aux("a", "§ & 3"), "cannot be read"),
        ('<stock name="s"><eqn>1</eqn><inflow>gone</inflow></stock>', 'its flow "gone" is not defined'),
        ('<stock name="s"><eqn>1</eqn><oven/></stock>', "an oven is not supported"),
        ('<stock name="s"><eqn>1</eqn><isee:conveyor/></stock>', "a conveyor is not supported"),
        ('<flow name="f"><eqn>1</eqn><multiplier>2</multiplier></flow>', "a unit conversion"),
        ('<flow name="f"><gf><xscale min="0" max="1"/><ypts>0,1</ypts></gf></flow>' + aux("a", "f"), "no equation to read it at"),
        ("<aux><eqn>1</eqn></aux>", "has no name"),
        ('<tank name="t"/>', "<tank> is not supported"),
        (aux("a", "1") + aux("A", "2"), "two variables have this name"),
        (aux("a", "(" * 3000 + "1"), "brackets or IFs inside each other"),
    ],
)
def test_equations_that_are_refused(tmp_path, variables, what):
    message = refusal(tmp_path, variables)
    assert what in message
    assert len(message) < 300
    assert "\n" not in message


def test_deep_and_long_equations(tmp_path):
    ifs = "".join(f"IF TIME > {i} THEN {i} ELSE " for i in range(500))
    variables = aux("a", "(" * 500 + "1" + " + 1)" * 500) + aux("b", "1" + "+1" * 4999) + aux("c", ifs + "7")
    found = values(tmp_path, variables, "a", "b", "c")
    assert (found["a"][0], found["b"][0], found["c"][:2]) == (501, 5000, [7, 0])


GOOD = FILE.format(specs=SPECS, top="", model="", variables=TANK, more="")
ENTITIES = "".join(f'<!ENTITY e{i} "&e{i - 1};&e{i - 1};">' for i in range(1, 30))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (GOOD[: len(GOOD) // 2].encode(), "damaged at line"),
        (GOOD.replace("</eqn>", "", 1).encode(), "damaged at line"),
        (GOOD.replace("<eqn>10", "<eqn>10 & 3").encode(), "damaged at line"),
        (GOOD.replace("<eqn>10", "<eqn>&x;").encode(), "damaged at line"),
        (GOOD.replace("<xmile", f'<!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]><xmile', 1).encode(), "declares entities"),
        (GOOD.replace("<xmile", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xmile', 1).encode(), "declares entities"),
        (GOOD.replace("Months", "Größe").encode("latin-1"), "line 4 holds characters that are not"),
        (GOOD.replace('"utf-8"', '"utf-7"').encode(), 'the encoding "utf-7"'),
        (GOOD.replace('"utf-8"', '"zlib"').encode(), 'the encoding "zlib"'),
        (GOOD.replace("<model>", "<model>" + "<a>" * 5000).encode(), "damaged at line"),
        (b"<xmile/>", "no <model>"),
        (b"<xmile><model/></xmile>", "no <variables>"),
        (GOOD.replace("<eqn>10", "<eqn>" + "9" * 5000).encode(), "too large"),
    ],
)
def test_damaged_files(tmp_path, content, what):
    path = tmp_path / "m.xmile"
    path.write_bytes(content)
    with pytest.raises(TranslationError) as caught:
        translate(path)
    message = str(caught.value)
    assert what in message
    assert len(message) < 300
    assert "\n" not in message


def test_encodings_that_a_file_names(tmp_path):
    path = tmp_path / "m.xmile"
    text = GOOD.replace('"utf-8"', '"windows-1252"').replace("Months", "Jahre – €")
    path.write_bytes(text.encode("cp1252"))
    assert translate(path).variables["TIME STEP"].unit == "Jahre – €"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert "s" in translate(path).variables


def test_random_functions_are_held_at_their_mean_on_request(tmp_path):
    """Means of the laws: 3.5.2 of the specification; the normal law cut at 0 on the left has the mean sqrt(2 / pi)."""
    expressions = {
        "RANDOM(2, 6, 7)": 4,
        "UNIFORM(2, 6)": 4,
        "NORMAL(3, 1)": 3,
        "NORMAL(3, 1, 99)": 3,
        "NORMAL(0, 1, 99, 0, 50)": (2 / np.pi) ** 0.5,
        "LOGNORMAL(5, 1)": 5,
        "POISSON(4)": 4,
        "EXPRND(2, 1) * 2": 4,
        "TRIANGULAR(0, 3, 9)": 4,
    }
    variables = "".join(aux(f"x{i}", e) for i, e in enumerate(expressions))
    read_with = translate(write(tmp_path, variables), "mean")
    data = run(read_with, Design((), np.empty((1, 0)))).dataset
    for i, right in enumerate(expressions.values()):
        assert data[f"x{i}"].values[0] == pytest.approx([right] * 5), list(expressions)[i]
    assert "held at their mean" in read_with.notes[0]
    assert "NORMAL draws at random" in refusal(tmp_path, aux("a", "NORMAL(3, 1) + b") + aux("b", "a"))
    assert "MONTECARLO is not supported" in refusal(tmp_path, aux("a", "MONTECARLO(3) + b") + aux("b", "a"))


def test_smaller_forms(tmp_path):
    """A list of initial values, no delay at all, a saving interval of 0, and RK2, for which XMILE allows RK4 (3.4.1)."""
    stock = f'<stock name="s">{OVER_R}<eqn>10, 20</eqn><inflow>f</inflow></stock><flow name="f">{OVER_R}<eqn>R</eqn></flow>'
    specs = SPECS.replace("euler", "RK2").replace("<sim_specs", '<sim_specs isee:save_interval="0"')
    found = values(tmp_path, stock + aux("d", "DELAY(TIME, 0)"), "s[r1]", "s[r2]", "d", top=R, specs=specs)
    assert found == {"s[r1]": [10, 11, 12, 13, 14], "s[r2]": [20, 22, 24, 26, 28], "d": [0, 1, 2, 3, 4]}
    assert read(tmp_path, TANK, specs=specs).notes == ("The file asks for RK2; RK4 is used.",)


def test_every_function_of_xmile_is_in_the_table():
    from llr_sd.functions import XMILE_FUNCTIONS
    from llr_sd.translate.xmile.builtins import BUILTINS

    arrays = {"SUM", "PROD", "MEAN", "STDDEV", "SIZE", "LOOKUP"}
    assert {n.upper() for n in BUILTINS} | arrays == set(XMILE_FUNCTIONS)


def test_functions_that_are_written_out_leave_units_as_they_are(tmp_path):
    from llr_sd.check.units import check_units

    def of(name: str, equation: str, unit: str) -> str:
        return aux(name, equation, f"<units>{unit}</units>")

    variables = (
        of("staff", "10.5", "WTE")
        + of("per team", "2.5", "WTE")
        + of("whole", "INT(staff) + ROUND(staff) + staff MOD per_team", "WTE")
        + of("teams", "staff // per_team + SAFEDIV(staff, per_team)", "Dmnl")
        + of("before", "PREVIOUS(staff, 0) + SMTH1(staff, 0 * DT)", "WTE")
        + '<stock name="s"><eqn>staff</eqn><outflow>f</outflow><non_negative/><units>WTE</units></stock>'
        + '<flow name="f"><eqn>staff / DT</eqn><non_negative/><units>WTE/Month</units></flow>'
    )
    assert check_units(read(tmp_path, variables)).findings == ()
