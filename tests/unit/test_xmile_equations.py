"""Equations of XMILE: what each is worth, and how those that are not supported or damaged are refused."""

from __future__ import annotations

import numpy as np
import pytest
from xmile_files import FILE, OVER_R, SPECS, TANK, R, aux, read, refusal, values, write

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.errors import TranslationError
from llr_sd.translate import translate

# --- expressions -----------------------------------------------------------------------------------------------------

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
    "MAX(delay, 2) + DELAY(TIME * 0 + delay, 1)": 13,
    "step + STEP(3, 0)": 4,
}
NAMED = (
    aux("&quot;a (b), c&quot;", "5")
    + aux("Größe", "4")
    + aux("o'neill$", "2")
    + aux("two  words", "7")
    + aux("line\\nend", "9")
    + aux("Delay", "6.5")
    + aux("Step", "1")
)


def test_expressions(tmp_path):
    names = {f"x{i}": e for i, e in enumerate(EXPRESSIONS)}
    found = values(tmp_path, NAMED + "".join(aux(n, e) for n, e in names.items()))
    for name, expression in names.items():
        right = EXPRESSIONS[expression]
        expected = right if isinstance(right, list) else [right] * 5
        assert found[name] == pytest.approx(expected, rel=1e-12, abs=1e-12), expression


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
        (aux("a", "SMTH1(" * 30 + "1" + ", 2)" * 30), "nested too deeply"),
        (aux("a", "b") + aux("b", "{to do}"), "only a comment"),
        (aux("a", "1 + nothing"), '"nothing" is not defined'),
        (aux("a", "b(3)") + aux("b", "2"), "has no graph"),
        (aux("a", "LOOKUP(3, 3)"), "not a variable with a graph"),
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
    stock = f'<stock name="s">{OVER_R}<eqn>10, 20</eqn><inflow>f</inflow></stock><flow name="f">{OVER_R}<eqn>1; 2</eqn><non_negative/></flow>'
    specs = SPECS.replace("euler", "RK2").replace("<sim_specs", '<sim_specs isee:save_interval="0"')
    found = values(tmp_path, stock + aux("d", "DELAY(TIME, 0)"), "s[r1]", "s[r2]", "d", top=R, specs=specs)
    assert found == {"s[r1]": [10, 11, 12, 13, 14], "s[r2]": [20, 22, 24, 26, 28], "d": [0, 1, 2, 3, 4]}
    assert read(tmp_path, TANK, specs=specs).notes == ("The file asks for RK2; RK4 is used.",)


def test_every_function_of_xmile_is_in_the_table():
    from llr_sd.dialects import XMILE_FUNCTIONS
    from llr_sd.translate.xmile.builtins import BUILTINS

    arrays = {"SUM", "PROD", "MEAN", "STDDEV", "SIZE", "LOOKUP"}
    assert {n.upper() for n in BUILTINS} == set(XMILE_FUNCTIONS) - arrays


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
