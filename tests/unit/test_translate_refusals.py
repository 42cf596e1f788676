"""What is not understood is refused: file, variable as written, construct, and how to mend it."""

from pathlib import Path

import openpyxl
import pytest

from llr_sd import LlrSdError
from llr_sd.errors import TranslationError
from llr_sd.translate import translate

CONTROLS = "\nINITIAL TIME=0 ~~|\nFINAL TIME=4 ~~|\nTIME STEP=1 ~~|\nSAVEPER=TIME STEP ~~|\n"
BASE = "skill: s1, s2, s3 ~~|\nsenior: s1, s2 ~~|\nsetting: gp, acute ~~|\nstaff[skill] = 1, 2, 3 ~~|\npay = 2 ~~|\ncurve((0,1),(1,2)) ~~|\n"


def refusal(path: Path) -> TranslationError:
    with pytest.raises(TranslationError) as caught:
        translate(path)
    assert isinstance(caught.value, LlrSdError)
    return caught.value


def refuse(folder: Path, text: str) -> TranslationError:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + BASE + text + CONTROLS, encoding="utf-8")
    return refusal(path)


CASES = [
    # equation, variable named, words of what is wrong, words of the mend
    ("x = RANDOM UNIFORM(0, 1, 0)", "x", "RANDOM UNIFORM draws at random", 'random = "mean"'),
    ("x = RANDOM 0 1()", "x", "RANDOM 0 1", "vary it there"),
    ("x = RANDOM GAMMA(0, 1, 1, 0, 1, 0)", "x", "RANDOM GAMMA", "vary it in the study"),
    ("x[skill] = ALLOCATE AVAILABLE(staff[skill], staff[skill], pay)", "x", "ALLOCATE AVAILABLE", "ptype"),
    ("x = DELAY MATERIAL(pay, 2, 0, 0)", "x", "DELAY MATERIAL is not supported", "DELAY FIXED"),
    ("x = GET DATA MEAN(pay, 0, 2)", "x", "GET DATA MEAN", "lookup of Time"),
    ("x = SMOTH(pay, 3)", "x", "SMOTH", 'Did you mean "SMOOTH"?'),
    ("x = A FUNCTION OF(pay)", "x", "no equation", "Write its equation"),
    ("x = salary + py", "x", '"salary" is not defined', ""),
    ("x = 1 + pya", "x", '"pya" is not defined', 'Did you mean "pay"?'),
    ("x = staff", "x", "without its subscripts", "staff[skill]"),
    ("x = staff[s1, gp]", "x", "2 subscripts and has 1", "staff[skill]"),
    ("x = pay[s1]", "x", "has no subscripts", "Write pay"),
    ("x = staff[gp]", "x", '"gp" is not an element of skill', ""),
    ("x = staff[s4]", "x", '"s4" is not a subscript', "Did you mean"),
    ("x = staff[skill]", "x", 'read over "skill"', "Sum over skill!"),
    ("x[setting] = staff[skill]", "x", "runs over setting", "Sum over skill!"),
    ("x[senior] = staff[skill]", "x", "runs over senior", "Sum over skill!"),
    ("y[senior] = 1 ~~|\nx[skill] = y[senior]", "x", "runs over skill", ""),
    ("x[skill] = staff[skill!]", "x", "outside SUM", "Remove the !"),
    ("x[skill] = SUM(staff[skill])", "x", "no subscript to run over", "SUM(x[range!])"),
    ("x = SUM(SMOOTH(staff[skill!], 3))", "x", "SMOOTH stands inside a sum", "variable of its own"),
    ("x = MIN(1)", "x", "MIN takes 2 arguments and has 1", "MIN(a, b)"),
    ("x = SMOOTH(1)", "x", "SMOOTH takes 2 arguments and has 1", "SMOOTH(input, time)"),
    ("x = INTEG(1, 2, 3)", "x", "INTEG takes 2 arguments and has 3", "INTEG(flow, initial)"),
    ("x = curve", "x", "without an argument", "curve(x)"),
    ("x = curve(1, 2)", "x", "curve takes 1 argument", "curve(x)"),
    ("x = pay(3)", "x", "is not a lookup", ""),
    ("x = 3 +* 4", "x", 'cannot be read from "* 4"', ""),
    ("x = (3 + 4", "x", "ends too soon", "brackets"),
    ("x = 1 < 2 < 3", "x", "two comparisons follow one another", ":AND:"),
    ("x = (1 + 2, 3)", "x", 'cannot be read from ", 3)"', ""),
    ("x = 1, two, 3", "x", '", two, 3"', ""),
    ("x = 1 ~~|\nx = 2", "x", "two equations", "Keep one"),
    ("x[skill] = 1 ~~|\nx[s1] = 2", "x", "define the same elements", ":EXCEPT:"),
    ("x[skill] = 1, 2", "x", "2 numbers are given for 3 elements", "row by row"),
    ("x[skill, senior] = 1, 2, 3; 4, 5, 6;", "x", "2 rows of 3 numbers, for 3 x 2", "rows of 2 numbers"),
    ("x[skill, senior] = 1, 2; 3; 4, 5, 6;", "x", "differ in length", ""),
    ("x = 1, 2", "x", "2 numbers are given for", ""),
    ("x[s1] = 1 ~~|\nx = 2", "x", "different numbers of subscripts", ""),
    ("x[skill, skill] = 1", "x", "appears twice on the left", "<->"),
    ("x[nowhere] = 1", "x", '"nowhere" is not a subscript', ""),
    ("x[s1] = 1 ~~|\nx[gp] = 2", "x", "no subscript range holds all of", "Declare one range"),
    ("x[skill] :EXCEPT: [s1, gp] = 1 ~~|\nx[s1] = 2", "x", ":EXCEPT: [s1,gp]", "one for each"),
    ("senior two: t1, t2 -> skill", "senior two", "has 2 elements and maps", "pairs element with element"),
    ("group: g1, g2 -> (skill: senior, s3, s1)", "group", 'has 2 elements, and its mapping to "skill" names 3', "one partner"),
    ("group: g1, g2 -> (skill: senior, gp)", "group", 'names "gp", which is not an element', ""),
    ("group: g1, g2 -> (skill: senior, s2) ~~|\nx[group] = 1 ~~|\ny[skill] = x[group]", "y", "g1 and g2 both map to it", "Pair"),
    ("group: g1, g2 -> (skill: s1, s2) ~~|\nx[group] = 1 ~~|\ny[skill] = x[group]", "y", "nothing maps to it", "Pair"),
    ("group: g1, g2, g1", "group", '"g1" appears twice', "Keep one"),
    ("other <-> nothing", "other", 'copies "nothing"', ""),
    ("x((0,1),(0,2))", "x", "two points at x = 0 and no other", "Move one"),
    ("t((0,1),(1,2),(1,3)) ~~|\nx = LOOKUP EXTRAPOLATE(t, pay)", "t", "ends in two points at one x", "Move one"),
    ("x = IF THEN ELSE(pay > 1, 2)", "x", "IF THEN ELSE takes 3 arguments and has 2", ""),
    ("x :INTERPOLATE:", "x", 'no data for "x" are at hand', "model.data.csv"),
    ("x = GET DIRECT CONSTANTS('../none.xlsx', 'a', 'B2')", "x", "outside the model's folder", "Copy it beside model.mdl"),
    ("x = GET DIRECT CONSTANTS('/etc/passwd', ':', 'C1')", "x", "outside the model's folder", "Copy it beside model.mdl"),
    ("x = GET DIRECT CONSTANTS('model.mdl', ',;', 'B2')", "x", "not one plain character", "a tab"),
    ("x = GET DIRECT CONSTANTS('model.mdl', ',', 'B2\"+1')", "x", "neither a cell", "B2"),
    ("x = GET DIRECT CONSTANTS('?data', 'a', 'B2')", "x", "indirect reference", "name of the file"),
    ("x = GET DIRECT CONSTANTS('model.mdl', ',', 'B2', 3)", "x", "takes 3 texts", "'cell'"),
    ("x = GET DIRECT CONSTANTS('none.xlsx', 'a', 'B2')", "x", '"none.xlsx" is not there', "Put it beside model.mdl"),
    ("x = VECTOR SELECT(staff[skill!], staff[skill!], 0, 12, 0)", "x", "action of VECTOR SELECT", "number of the action"),
    ("skill = 3", "skill", "a subscript range has the same name", "Rename"),
    ('Pay = 3 ~~|\n"pay" = 4', '"pay"', "two", ""),
    ("x = GET TIME VALUE(2, 0, 1)", "x", "GET TIME VALUE", "or Time"),
    ("_x = 1", "_x", 'begin with "_"', "Rename"),
    ("a: (a1-a9000) ~~|\nb: (b1-b9000) ~~|\nx[a,b] = 1", "x", "has 81,000,000 elements", "Split"),
    ("a: (a1-a900000)", "a", "more than 100,000 elements", "fewer"),
    ("a: (a3-a1)", "a", "does not run upwards", ""),
    ("a: (a1-b3)", "a", "differ before their numbers", ""),
    ("a: a1, , a2", "a", "has no name", "commas"),
    ("a: a1, a-2", "a", '"a-2" in its list', "double quotes"),
    ("a: a1, a2 -> ", "a", "names no range", "-> Range"),
    ("a: a1, a2 -> (skill)", "a", "cannot be read", "-> Range"),
    ("x :IS: 'text'", "x", "is a text", ""),
    ("x + y = 3", "x + y", "cannot be read", ""),
    ("x((0,1),(1,2 3))", "x", "points of the lookup", "(x,y)"),
    ("x((0,1)) + 2", "x", "brackets of the lookup", "(x,y)"),
    ("x(0,1,2)", "x", "a list of 3 numbers", "as many y values"),
    ("x[skill] = 1, 2 3, 4", "x", '"2 3" in its list', "commas"),
    ("x([__import__('os').mkdir('made')],(0,1),(1,2))", "x", "are not numbers", "[(0,0)-(10,10)]"),
    ("x = WITH LOOKUP(pay, ([print(1)],(0,1),(1,2)))", "x", "are not numbers", "[(0,0)-(10,10)]"),
    ("x = 1 ~ Month [0,many] ~ |\ny = 2", "x", "unit or limits", "[low,high]"),
    ("x = 3 [0,1,a]", "x", "cannot be read", ""),
]


@pytest.mark.parametrize(("text", "variable", "what", "mend"), CASES, ids=[c[0][:40] for c in CASES])
def test_each_refusal_says_where_what_and_how_to_mend(tmp_path, text, variable, what, mend):
    error = refuse(tmp_path, text + " ~~|")
    assert error.where == f'model.mdl, "{variable.strip(chr(34))}"'
    assert what in error.what
    assert mend in error.mend
    assert "\n" not in str(error)


MACRO = ":MACRO: M(a, b)\nM = a * b ~~|\n:END OF MACRO:\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (MACRO + "x = M(1)", "M takes 2 arguments and has 1"),
        (MACRO + "x = SUM(M(staff[skill!], 1))", "inside a sum"),
        (":MACRO: M(a)\nM = M(a) ~~|\n:END OF MACRO:\nx = M(1)", "calls itself"),
        (":MACRO: M(a)\nN = a ~~|\n:END OF MACRO:\nx = M(1)", "no equation for its own value"),
        (":MACRO: M(a)\nM = a + pay ~~|\n:END OF MACRO:\nx = M(1)", '"pay" is not defined'),
        (":MACRO: M(a: b)\nM = a ~~|\n:END OF MACRO:\nx = M(1)", 'no equation for its output "b"'),
        (":MACRO: M(a: b)\nM = a ~~|\nb = 2 ~~|\n:END OF MACRO:\nx = M(1 : y, z)", "has 1 outputs after its colon"),
        ("x = MIN(1 : y)", "is not a macro"),
        (":MACRO: M(a)\nM = a ~~|\nx = M(1)", "does not end"),
    ],
)
def test_macros_that_cannot_be_expanded_are_refused(tmp_path, text, what):
    assert what in refuse(tmp_path, text + " ~~|").what


def test_a_spreadsheet_that_does_not_fit_names_the_variable(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "in"
    book.active.append([1, "two"])
    book.save(tmp_path / "in.xlsx")
    for equation in ("GET DIRECT CONSTANTS('in.xlsx', 'other', 'A1')", "GET DIRECT CONSTANTS('in.xlsx', 'in', 'nothing')"):
        error = refuse(tmp_path, f"x = {equation} ~~|")
        assert error.where == 'model.mdl, "x"'
        assert '"in.xlsx"' in error.what
    assert "empty or not a number" in refuse(tmp_path, "x = GET DIRECT CONSTANTS('in.xlsx', 'in', 'B1') ~~|").what


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("empty.mdl", b"  \n", "the file is empty"),
        ("binary.mdl", b"{UTF-8}\nx\x00\x01", "not text"),
        ("bytes.mdl", b"{UTF-8}\nx = 1 ~ caf\xe9 ~ \x81 |\n", "line 2"),
        ("open.mdl", b"{UTF-8}\nx = 1 {open ~~|\n", "the comment that begins with { in line 2 is not closed"),
        ("control.mdl", b"{UTF-8}\nx = 1 ~ \x1b[2J ~|\n", "line 2 holds a control character"),
        ("words.mdl", b"This is a letter, not a model.", "cannot be told apart"),
        ("clock.mdl", b"{UTF-8}\nx = 1 ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nSAVEPER = 1 ~~|", "TIME STEP is missing"),
        ("page.xmile", b"<html><body/></html>", "not an XMILE model"),
        ("cut.xmile", b'<?xml version="1.0"?>\n<xmile xmlns="http://x/y"><model>', "damaged at line 2"),
        ("words.xmile", b"hello", "damaged"),
        ("model.vpmx", b"x", "not a model file"),
    ],
)
def test_files_that_are_no_models(tmp_path, name, content, what):
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(path)
    assert error.where == name
    assert what in error.what
    assert error.mend


@pytest.mark.parametrize(
    ("text", "variable", "what"),
    [
        ("x = 1 ~ Month ~ ok |\ny = 2 ~ Mon", "y", "cut off"),
        ("x = 1 ~ Month ~ ok |\ny = 2 ~ Month |\nz = 3 ~~|", "y", 'one "~"'),
        ("x = 1 ~ Month ~ ok |\ny = 2 ~ Month ~ no end\nz = 3 ~~|\nw = 4 ~~|", "y", "cut off"),
    ],
)
def test_equations_that_pysd_would_drop_are_refused(tmp_path, text, variable, what):
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}" + CONTROLS + text)
    error = refusal(path)
    assert error.where == f'model.mdl, "{variable}"'
    assert what in error.what


def test_a_file_that_is_not_there_and_a_folder(tmp_path):
    assert "there is no such file" in refusal(tmp_path / "none.mdl").what
    (tmp_path / "folder.mdl").mkdir()
    assert "cannot be opened" in refusal(tmp_path / "folder.mdl").what


# --- XMILE -----------------------------------------------------------------------------------------------------------

HEAD = '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
SPECS = "<sim_specs><start>0</start><stop>1</stop><dt>1</dt></sim_specs>"
DIMS = '<dimensions><dim name="d"><elem name="e1"/><elem name="e2"/></dim></dimensions>'
ONE = '<model><variables><aux name="a"><eqn>1</eqn></aux></variables></model>'
HERE = '<dimensions><dim name="d"/></dimensions>'


@pytest.mark.parametrize(
    ("inside", "variable", "what"),
    [
        ('<stock name="s"><eqn>1</eqn><conveyor><len>3</len></conveyor></stock>', "s", "conveyor"),
        ('<module name="part"/>', "part", "no model for this module"),
        ('<aux name="a"><doc>to do</doc></aux>', "a", "has no equation"),
        ('<aux name="a"><eqn> ??? </eqn></aux>', "a", "???"),
        ('<aux name="a"><eqn>1 +* 2</eqn></aux>', "a", "cannot be read"),
        ('<aux name="a"><eqn>b + 1</eqn></aux>', "a", '"b" is not defined'),
        ('<aux name="a"><eqn>NORMAL(0, 1)</eqn></aux>', "a", "NORMAL draws at random"),
        ('<aux name="a"><eqn>DELAY1(1)</eqn></aux>', "a", "DELAY1"),
        ('<aux name="a"><eqn>1</eqn></aux><aux name="A"><eqn>2</eqn></aux>', "A", "two"),
    ],
)
def test_xmile_that_cannot_be_translated(tmp_path, inside, variable, what):
    path = tmp_path / "m.xmile"
    path.write_text(f"{HEAD}{SPECS}{DIMS}<model><variables>{inside}</variables></model></xmile>")
    error = refusal(path)
    assert error.where == f'm.xmile, "{variable}"'
    assert what in error.what


@pytest.mark.parametrize(
    ("specs", "models", "what"),
    [
        (SPECS.replace("<sim_specs", '<sim_specs method="Gear"'), ONE, 'method "gear"'),
        ("<sim_specs><start>0</start><stop>1</stop></sim_specs>", ONE, "lacks <dt>"),
        (SPECS, "<model/><model/>", "2 models"),
        (SPECS, "<model/>", "no <variables>"),
        (SPECS, "<model><variables/></model>", "no variables"),
    ],
)
def test_xmile_files_that_cannot_be_simulated(tmp_path, specs, models, what):
    path = tmp_path / "m.xmile"
    path.write_text(f"{HEAD}{specs}{models}</xmile>")
    assert what in refusal(path).what
