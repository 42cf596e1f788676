"""Model files to equations: names, axes, kinds, order of operations, subscripts, lookups, macros, spreadsheets."""

import math
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from llr_sd.equations import (
    Along,
    Binary,
    Call,
    Definition,
    Equations,
    Expression,
    Fixed,
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
)
from llr_sd.translate import translate

CONTROLS = """
********************************************************
	.Control
********************************************************~
		Simulation Control Parameters
	|
INITIAL TIME = 0 ~ Month ~ The start. |
FINAL TIME = 4 ~ Month ~ The end. |
TIME STEP = 1/4 ~ Month [0,?] ~ The step. |
SAVEPER = TIME STEP ~ Month ~ Kept. |
"""
RANGES = """
skill: autonomous, enhanced, core, foundation ~~|
senior: autonomous, enhanced ~~|
setting: gp, acute ~~|
grade <-> skill ~~|
band: b1, b2, b3, b4 -> skill ~~|
"""


def write(folder: Path, text: str, name: str = "model.mdl") -> Path:
    path = folder / name
    path.write_text("{UTF-8}\n" + text + CONTROLS, encoding="utf-8")
    return path


@pytest.fixture
def equations(tmp_path):
    return lambda text: translate(write(tmp_path, text))


def body(equations: Equations, name: str, part: int = 0):
    return equations.variables[name].definitions[part].body


def constants(equations: Equations, name: str) -> dict[str, float]:
    return {c.label: equations.constant_value(c) for c in equations.constants() if c.variable.name == name}


# --- what the author wrote -------------------------------------------------------------------------------------------


def test_variables_keep_what_their_author_wrote(equations):
    text = """
    GP WTE = INTEG(joiners, 10) ~ WTE [0,?] ~ GPs in post. |
    ******** .Money ******** ~ What it costs. |
    joiners = 2 ~ WTE/Month [0,5] ~ \\ |
    "share (%)" := 0.5 ~~|
    """
    found = equations(text)
    gp, joiners = found.variables["GP WTE"], found.variables["joiners"]
    assert (gp.kind, gp.unit, gp.comment, gp.limits, gp.group) == ("stock", "WTE", "GPs in post.", (0.0, None), "")
    assert (joiners.kind, joiners.unit, joiners.limits, joiners.group) == ("constant", "WTE/Month", (0.0, 5.0), "Money")
    assert '"share (%)"' in found.variables
    assert found.variables["SAVEPER"].group == "Control"
    assert found.method == "euler"
    assert list(found.variables) == ["GP WTE", "joiners", '"share (%)"', "INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"]


def test_control_variables_have_their_vensim_names(tmp_path):
    path = tmp_path / "m.mdl"
    path.write_text("x = time_step ~~|\ninitial time = 2~~|\nFinal_Time = 3~~|\nTime Step = 0.5~~|\nSaveper = time_step~~|\n")
    found = translate(path)
    assert {"INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"} <= set(found.variables)
    assert body(found, "x") == Reference("TIME STEP")
    assert body(equations_of(tmp_path), "TIME STEP") == Number(0.25), "a step of 1/4 is a number"


def equations_of(folder: Path) -> Equations:
    return translate(write(folder, "x = 1 ~~|"))


def test_a_constant_is_a_variable_of_plain_numbers(equations):
    found = equations("a = 3 ~~|\nb = -3 ~~|\nc[setting] = 1, -2 ~~|\nd = 1/2 ~~|\ne[gp] = 5 ~~|\ne[acute] = a ~~|" + RANGES)
    kinds = {n: found.variables[n].kind for n in "abcde"}
    assert kinds == {"a": "constant", "b": "constant", "c": "constant", "d": "auxiliary", "e": "auxiliary"}
    assert constants(found, "c") == {"c[gp]": 1.0, "c[acute]": -2.0}
    assert constants(found, "b") == {"b": -3.0}


def test_reality_checks_are_carried_as_text(equations):
    found = equations("x = 1 ~~|\nno less :THE CONDITION: x < 0 :IMPLIES: x = 1 ~~|\npush :TEST INPUT: x = 3 ~~|")
    assert [c.split(":")[1] for c in found.reality_checks] == ["THE CONDITION", "TEST INPUT"]
    assert "no less" not in found.variables


def test_nothing_is_written_beside_the_model_and_no_warning_is_raised(tmp_path):
    path = write(tmp_path, "x = 1 ~~|\ncheck :THE CONDITION: x < 0 :IMPLIES: x = 1 ~~|")
    before = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        translate(path)
    assert [p.name for p in tmp_path.iterdir()] == ["model.mdl"]
    assert path.read_bytes() == before


# --- operations ------------------------------------------------------------------------------------------------------


def evaluate(e: Expression) -> float:
    if isinstance(e, Number):
        return e.value
    if isinstance(e, Unary):
        return -evaluate(e.operand) if e.operator == "-" else float(not evaluate(e.operand))
    assert isinstance(e, Binary)
    a, b = evaluate(e.left), evaluate(e.right)
    operations = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
        "^": lambda: a**b,
        "=": lambda: float(a == b),
        ">": lambda: float(a > b),
        "<": lambda: float(a < b),
        "and": lambda: float(bool(a) and bool(b)),
        "or": lambda: float(bool(a) or bool(b)),
    }
    return operations[e.operator]()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10 - 4 - 3", 3.0),
        ("12 / 3 * 2", 8.0),
        ("2 + 3 * 4 ^ 2", 50.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("3 * -2 ^ 2", -12.0),
        ("2 ^ -1", 0.5),
        ("1 - (2 - 3)", 2.0),
        (":NOT: 1 > 2", 1.0),
        ("1 > 2 :AND: 1 > 2 :OR: 2 > 1", 1.0),  # PySD groups from the right and gives 0
        ("2 > 1 :OR: 1 > 2 :AND: 1 > 2", 1.0),
        (":NOT: 1 = 2", 1.0),  # the comparison first: Vensim's output for `subscript_logicals` of the SDXorg test models
        ("(-2) ^ 2", 4.0),
        ("2 * -3", -6.0),
        ("-2 ^ -2", -0.25),
        ("-(-2) ^ 2", -4.0),
        ("2 ^ -1 ^ 2", 0.5),
        ("4 - -2", 6.0),
        ("+3 - +2", 1.0),
    ],
)
def test_operations_come_in_the_order_that_vensim_documents(equations, text, value):
    assert evaluate(body(equations(f"x = {text} ~~|"), "x")) == value


def test_pi_missing_values_and_subscript_numbers(equations):
    found = equations(
        "p = PI() ~~|\nn = :NA: ~~|\nthird = core ~~|\ncount = ELMCOUNT(senior) ~~|\nnumber[skill] = skill ~~|" + RANGES
    )
    assert body(found, "p") == Number(math.pi)
    assert body(found, "n") == Number(-(2.0**109))
    assert body(found, "third") == Number(3.0)
    assert body(found, "count") == Number(2.0)
    made_up = body(found, "number").name
    assert made_up.startswith("_")
    assert body(found, made_up) == Values((1.0, 2.0, 3.0, 4.0))


# --- subscripts ------------------------------------------------------------------------------------------------------


def axes(variable: Variable) -> list[str]:
    return [a.name for a in variable.axes]


def test_axes_are_those_of_pysd(tmp_path):
    text = """
    staff[skill, setting] = INTEG(1, 2) ~~|
    parts[autonomous] = 1 ~~|
    parts[enhanced] = 2 ~~|
    more[senior] = 1 ~~|
    more[core] = 2 ~~|
    more[foundation] = 3 ~~|
    few[b1] = 1 ~~|
    few[b3] = 2 ~~|
    matrix[gp, gp] = 1 ~~|
    matrix[gp, acute] = 2 ~~|
    matrix[acute, gp] = 3 ~~|
    matrix[acute, acute] = 4 ~~|
    turned[setting, skill] = staff[skill, setting] ~~|
    alias[grade] = 1 ~~|
    """
    path = write(tmp_path, text + RANGES)
    found = translate(path)
    import pysd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        doc = pysd.read_vensim(str(path)).doc.set_index("Real Name")
    for variable in found.variables.values():
        assert axes(variable) == list(doc.loc[variable.name, "Subscripts"] or []), variable.name
    assert axes(found.variables["parts"]) == ["senior"]
    assert axes(found.variables["matrix"]) == ["setting", "setting1"]


def test_references_say_which_position_they_read(equations):
    text = """
    pay[skill] = 4, 3, 2, 1 ~~|
    half[senior] = pay[senior] / 2 ~~|
    by grade[grade] = pay[grade] ~~|
    of band[band] = 9, 8, 7, 6 ~~|
    mapped[skill] = of band[band] ~~|
    mapped senior[senior] = pay[core] + pay[senior] ~~|
    table[skill, setting] = pay[skill] ~~|
    turned[setting, senior] = table[senior, setting] ~~|
    """
    found = equations(text + RANGES)
    assert body(found, "half") == Binary("/", Reference("pay", (Along(0, (0, 1)),)), Number(2.0))
    assert body(found, "by grade") == Reference("pay", (Along(0, (0, 1, 2, 3)),))
    assert body(found, "mapped") == Reference("of band", (Along(0, (0, 1, 2, 3)),))
    assert body(found, "mapped senior").left == Reference("pay", (Fixed(2),))
    assert body(found, "table") == Reference("pay", (Along(0, (0, 1, 2, 3)),))
    assert body(found, "turned") == Reference("table", (Along(1, (0, 1)), Along(0, (0, 1))))


def test_reductions_have_loops_of_their_own(equations):
    found = equations(
        "w[skill, setting] = 1 ~~|\nall = SUM(w[skill!, setting!]) ~~|\n"
        "top[setting] = VMAX(w[senior!, setting] * SUM(w[skill!, gp])) ~~|" + RANGES
    )
    everything = found.variables["all"].definitions[0]
    assert [lp.name for lp in everything.loops] == ["skill", "setting"]
    assert everything.body == Reduce("SUM", (0, 1), Reference("w", (Along(0, (0, 1, 2, 3)), Along(1, (0, 1)))))
    top = found.variables["top"].definitions[0]
    assert [lp.name for lp in top.loops] == ["setting", "senior", "skill"]
    assert top.body.loops == (1,)
    assert top.body.body.right.loops == (2,)


def cells(variable: Variable, part: Definition) -> set[str]:
    from itertools import product

    turns = product(*(range(len(part.loops[i.loop])) if isinstance(i, Along) else (0,) for i in part.target))
    positions = {
        tuple(i.positions[k] if isinstance(i, Along) else i.position for i, k in zip(part.target, t, strict=True)) for t in turns
    }
    return {",".join(a.elements[p] for a, p in zip(variable.axes, at, strict=True)) for at in positions}


def test_exceptions_leave_each_element_with_one_definition(equations):
    text = """
    x[skill, setting] :EXCEPT: [senior, gp], [core, acute] = 1 ~~|
    x[senior, gp] = 2 ~~|
    x[core, acute] = 3 ~~|
    """
    found = equations(text + RANGES)
    x = found.variables["x"]
    every = [c for d in x.definitions for c in cells(x, d)]
    assert len(every) == len(set(every)) == 8
    assert constants(found, "x")["x[enhanced,gp]"] == 2.0
    assert constants(found, "x")["x[core,acute]"] == 3.0
    assert constants(found, "x")["x[core,gp]"] == 1.0


def test_arrays_are_read_row_by_row(equations):
    found = equations(
        "t[skill, setting] = 1, 2; 3, 4; 5, 6; 7, 8; ~~|\nu[skill, gp] = 1, 2, 3, 4 ~~|\nu[skill, acute] = 5, 6, 7, 8 ~~|\n"
        "v[setting, skill] = TABBED ARRAY(1 2 3 4\n 5 6 7 8) ~~|\n"
        "w[skill] :EXCEPT: [enhanced] = 1, 2, 3, 4 ~~|\nw[enhanced] = 9 ~~|" + RANGES
    )
    assert constants(found, "t")["t[core,acute]"] == 6.0
    assert constants(found, "u")["u[core,acute]"] == 7.0
    assert constants(found, "v")["v[acute,enhanced]"] == 6.0
    assert list(constants(found, "w").values()) == [1.0, 9.0, 3.0, 4.0]


def test_numeric_ranges_and_ranges_made_of_ranges(equations):
    found = equations("p: (p1-p3), q ~~|\nwide: p, r ~~|\nx[wide] = 1 ~~|")
    assert found.ranges == {"p": ("p1", "p2", "p3", "q"), "wide": ("p1", "p2", "p3", "q", "r")}


# --- functions, states, lookups --------------------------------------------------------------------------------------


def test_functions_and_states_have_their_keys_and_arguments_in_order(equations):
    text = """
    a = PULSE TRAIN(1, 2, 3, 4) ~~|
    b = SMOOTH3I(a, 5, 6) ~~|
    c = DELAY1(a, 5) ~~|
    d = DELAY FIXED(a, 5, 6) ~~|
    e = SAMPLE IF TRUE(a > 1, a, 6) ~~|
    f = GAME(IF THEN ELSE(a > 1, 2, 3)) ~~|
    g = ACTIVE INITIAL(a, 3) ~~|
    h = FORECAST(a, 5, 6) ~~|
    """
    found = equations(text)
    a = Reference("a")
    five, six = Number(5.0), Number(6.0)
    assert body(found, "a") == Call("PULSE TRAIN", (Number(1.0), Number(3.0), Number(2.0), Number(4.0)))
    assert body(found, "b") == Call("SMOOTH", (a, five, six, Number(3.0)))
    assert body(found, "c") == Call("DELAY", (a, five, a, Number(1.0)))
    assert body(found, "d") == Call("DELAY FIXED", (a, five, six))
    assert body(found, "e") == Call("SAMPLE IF TRUE", (Binary(">", a, Number(1.0)), a, six))
    assert body(found, "f") == Call("IF THEN ELSE", (Binary(">", a, Number(1.0)), Number(2.0), Number(3.0)))
    assert body(found, "g") == Call("ACTIVE INITIAL", (a, Number(3.0)))
    assert body(found, "h") == Call("FORECAST", (a, five, six, Number(0.0)))


def test_a_stock_inside_an_expression_is_a_variable_of_its_own(equations):
    found = equations("x[skill] = 1 + INTEG(r[skill], 2) ~~|\nr[skill] = 1 ~~|" + RANGES)
    inner = body(found, "x").right
    stock = found.variables[inner.name]
    assert inner.name == "_x stock"
    assert (stock.kind, axes(stock)) == ("stock", ["skill"])
    assert stock.definitions[0].body == Stock(Reference("r", (Along(0, (0, 1, 2, 3)),)), Number(2.0))


def test_lookups_named_subscripted_and_within_equations(equations):
    text = """
    effect([(0,0)-(10,10)],(0,1),(10,2)) ~~|
    by skill[senior]((0,1),(1,2)) ~~|
    by skill[core]((0,5),(2,6)) ~~|
    by skill[foundation]((0,5),(2,6)) ~~|
    x = effect(Time) ~~|
    y[skill] = by skill[skill](Time) ~~|
    z = WITH LOOKUP(Time, ([(0,0)-(1,1)],(1,4),(0,3))) ~~|
    """
    found = equations(text + RANGES)
    assert found.variables["effect"].kind == "lookup"
    assert body(found, "effect") == Table((0.0, 10.0), (1.0, 2.0))
    assert body(found, "x") == LookupCall("effect", (), Time())
    assert body(found, "y") == LookupCall("by skill", (Along(0, (0, 1, 2, 3)),), Time())
    read = body(found, "z")
    assert read.name.startswith("_")
    assert body(found, read.name) == Table((0.0, 1.0), (3.0, 4.0))


def test_vector_select_is_written_out(equations):
    found = equations("w[skill] = 1 ~~|\nx = VECTOR SELECT(w[skill!], w[skill!], -1, 4, 0) ~~|" + RANGES)
    call = body(found, "x")
    assert call.function == "IF THEN ELSE"
    assert call.arguments[1] == Number(-1.0)
    assert call.arguments[2].operator == "/"


def test_each_macro_call_has_variables_of_its_own(equations):
    text = """
    :MACRO: FILTER(input, delay)
    FILTER = INTEG((input - FILTER) / delay * weight, input) ~~|
    weight = 1 + 0 * Time ~~|
    :END OF MACRO:
    a = FILTER(Time, 4) ~~|
    b[setting] = FILTER(w[setting], 2) ~~|
    w[setting] = 1, 2 ~~|
    """
    found = equations(text + RANGES)
    assert body(found, "a") == Reference("_a.FILTER")
    stock = found.variables["_b.FILTER"]
    assert (stock.kind, axes(stock)) == ("stock", ["setting"])
    assert body(found, "_b.input") == Reference("w", (Along(0, (0, 1)),))
    assert body(found, "_a.delay") == Number(4.0)
    assert found.variables["_a.delay"].kind == "auxiliary", "what a macro is given is no parameter of the model"


# --- spreadsheets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "in"
    rows = [
        ["time", 0, 1, 2, 4],
        ["autonomous", 1, None, 3, 5],
        ["enhanced", 2, 4, 6, 8],
        [None],
        [7, 8],
        [9, 10],
        ["north", "south"],
    ]
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "in.xlsx")
    return tmp_path


def test_spreadsheets_are_read_as_pysd_reads_them(workbook):
    text = """
    c[senior, setting] = GET DIRECT CONSTANTS('in.xlsx', 'in', 'A5') ~~|
    d[senior] :INTERPOLATE: := GET DIRECT DATA('in.xlsx', 'in', '1', 'B2') ~~|
    e[setting] = GET DIRECT CONSTANTS('in.xlsx', 'in', 'A5*') ~~|
    l = GET DIRECT LOOKUPS('in.xlsx', 'in', '1', 'B3') ~~|
    x = d[autonomous] + l(Time) ~~|
    place: GET DIRECT SUBSCRIPT('in.xlsx', 'in', 'A7', 'B7', '') ~~|
    """
    found = translate(write(workbook, text + RANGES))
    assert constants(found, "c") == {
        "c[autonomous,gp]": 7,
        "c[autonomous,acute]": 8,
        "c[enhanced,gp]": 9,
        "c[enhanced,acute]": 10,
    }
    assert constants(found, "e") == {"e[gp]": 7.0, "e[acute]": 9.0}
    assert found.variables["d"].kind == "data"
    assert body(found, "d", 0) == Table((0.0, 1.0, 2.0, 4.0), (1.0, 2.0, 3.0, 5.0)), "the gap is interpolated"
    assert found.variables["l"].kind == "lookup"
    assert body(found, "l").y == (2.0, 4.0, 6.0, 8.0)
    assert found.ranges["place"] == ("north", "south")


def test_a_changed_spreadsheet_is_read_anew(workbook):
    path = write(workbook, "c = GET DIRECT CONSTANTS('in.xlsx', 'in', 'A5') ~~|")
    assert constants(translate(path), "c") == {"c": 7.0}
    book = openpyxl.load_workbook(workbook / "in.xlsx")
    book["in"]["A5"] = 70
    book.save(workbook / "in.xlsx")
    assert constants(translate(path), "c") == {"c": 70.0}


# --- XMILE -----------------------------------------------------------------------------------------------------------

XMILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>v</vendor><product>p</product></header>
<sim_specs method="{method}" time_units="Month"><start>0</start><stop>4</stop><dt reciprocal="true">4</dt></sim_specs>
<dimensions><dim name="Skill level"><elem name="core"/><elem name="foundation"/></dim></dimensions>
<model><variables>{variables}</variables></model></xmile>
"""
STAFF = """
<group name="People"><entity name="staff"/></group>
<stock name="staff"><dimensions><dim name="Skill level"/></dimensions><eqn>opening[Skill_level]</eqn>
<inflow>hires</inflow><non_negative/><units>WTE</units><doc>In post.</doc></stock>
<flow name="hires"><dimensions><dim name="Skill level"/></dimensions><eqn>2*DT</eqn><non_negative/></flow>
<aux name="opening"><dimensions><dim name="Skill level"/></dimensions>
<element subscript="core"><eqn>10</eqn></element><element subscript="foundation"><eqn>20</eqn></element></aux>
<aux name="largest"><eqn>MAX(opening)</eqn><range min="0" max="99"/></aux>
<aux name="ratio"><eqn>SAFEDIV(1, 0, 9) + 7 mod 4</eqn></aux>
<aux name="curve"><eqn>TIME</eqn><gf><xscale min="0" max="4"/><ypts>1,2,5</ypts></gf></aux>
"""


def xmile(folder: Path, variables: str, method: str = "Euler") -> Path:
    path = folder / "model.xmile"
    path.write_text(XMILE.format(variables=variables, method=method), encoding="utf-8")
    return path


def test_xmile_gives_the_same_kinds_of_things(tmp_path):
    found = translate(xmile(tmp_path, STAFF, "RK4"))
    staff = found.variables["staff"]
    every = (Along(0, (0, 1)),)
    assert found.method == "rk4"
    assert (staff.kind, staff.unit, staff.comment, staff.group) == ("stock", "WTE", "In post.", "People")
    assert body(found, "staff") == Stock(Reference("hires", every), Reference("opening", every), non_negative=True)
    assert body(found, "hires") == Call("MAX", (Binary("*", Number(2.0), Reference("TIME STEP")), Number(0.0)))
    assert body(found, "TIME STEP") == Number(0.25)
    assert body(found, "SAVEPER") == Reference("TIME STEP")
    assert constants(found, "opening") == {"opening[core]": 10.0, "opening[foundation]": 20.0}
    assert body(found, "largest") == Reduce("VMAX", (0,), Reference("opening", every))
    assert found.variables["largest"].limits == (0.0, 99.0)
    assert body(found, "ratio").left == Call(
        "IF THEN ELSE", (Binary("=", Number(0.0), Number(0.0)), Number(9.0), Binary("/", Number(1.0), Number(0.0)))
    )
    assert body(found, body(found, "curve").name) == Table((0.0, 2.0, 4.0), (1.0, 2.0, 5.0))
    assert next(iter(found.variables)) == "staff"


def test_a_large_model_is_quick(tmp_path):
    import time

    practices = ", ".join(f"p{i}" for i in range(138))
    lines = [f"practice: {practices} ~~|", RANGES]
    for i in range(25):
        lines.append(f"c{i}[practice, skill] = {i} ~~|")
        lines.append(f"s{i}[practice, skill] = INTEG(c{i}[practice, skill] - s{i}[practice, skill] / 10, 5) ~~|")
        lines.append(f"t{i} = SUM(s{i}[practice!, skill!]) ~~|")
    path = write(tmp_path, "\n".join(lines))
    translate(path)
    start = time.perf_counter()
    found = translate(path)
    assert time.perf_counter() - start < 3.0
    assert np.prod(found.variables["s7"].shape) == 552
