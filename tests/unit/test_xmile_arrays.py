"""Arrays and graphs of XMILE, with values by hand."""

from __future__ import annotations

import pytest
from xmile_files import OVER_R, OVER_RC, RC, TABLE, R, aux, read, refusal, values

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
    "grid[r2,c1] * 10 + grid[r1,c3]": 43,
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
    + f'<aux name="grid">{OVER_RC}<eqn>1, 2, 3; 4, 5, 6</eqn></aux>'
    + '<aux name="list"><dimensions><dim name="C"/></dimensions><eqn>1, 2, 4</eqn></aux>'
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
        (f'<aux name="a">{OVER_RR}<eqn>1, 2; 3</eqn></aux>', "different lengths"),
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
