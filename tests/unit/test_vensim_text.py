"""What stands in Vensim files of real modellers is read: comments, odd bytes, mappings, macros, unknown functions, long equations."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from llr_sd.errors import LlrSdError, NotSupported, TranslationError
from llr_sd.model import load_model
from llr_sd.translate import translate

CONTROLS = "\nINITIAL TIME=0 ~~|\nFINAL TIME=2 ~~|\nTIME STEP=1 ~~|\nSAVEPER=TIME STEP ~~|\n"


def write(folder: Path, text: str, controls: str = CONTROLS) -> Path:
    path = folder / "m.mdl"
    path.write_bytes(("{UTF-8}\n" + text + controls).encode())
    return path


def last(folder: Path, text: str, *outputs: str, controls: str = CONTROLS) -> list[float]:
    """Return the outputs at the end of a run."""
    run = load_model(write(folder, text, controls)).run({}, outputs=list(outputs))
    assert run.status[0].ok, run.status
    return [float(run.dataset[o].values[0, -1]) for o in outputs]


# --- operators -------------------------------------------------------------------------------------------------------


Term = tuple[int, "int | list[Term | str]"]  # how often it is negated, and a truth value or what stands in its brackets


def _text(items: list[Term | str], rng: random.Random) -> str:
    parts = []
    for item in items:
        if isinstance(item, str):
            parts.append(f":{item.upper()}:")
            continue
        inside = item[1]
        number = (
            f"({_text(inside, rng)})" if isinstance(inside, list) else rng.choice((str(inside), f"{inside} > 0", f"0<{inside}"))
        )
        parts.append(":NOT: " * item[0] + number)
    return " ".join(parts)


def _truth(items: list[Term | str]) -> bool:
    """What the mix is worth when "and" binds its terms before "or"."""
    groups: list[list[bool]] = [[]]
    for item in items:
        if item == "or":
            groups.append([])
        elif not isinstance(item, str):
            worth = _truth(item[1]) if isinstance(item[1], list) else bool(item[1])
            groups[-1].append(worth != bool(item[0] % 2))
    return any(all(g) for g in groups)


def _mixes() -> list[list[Term | str]]:
    """Every mix of up to four terms, each with every truth value, with no brackets and with every pair of brackets."""
    rng = random.Random(1)
    found: list[list[Term | str]] = []
    for count in (2, 3, 4):
        spans = [None, *itertools.combinations(range(count), 2)]
        for operators, values, span in itertools.product(
            itertools.product(("and", "or"), repeat=count - 1), itertools.product((0, 1), repeat=count), spans
        ):
            items: list[Term | str] = [(rng.choice((0, 0, 1, 2)), values[0])]
            for operator, value in zip(operators, values[1:], strict=True):
                items += [operator, (rng.choice((0, 0, 1)), value)]
            if span:
                first, after = 2 * span[0], 2 * span[1] + 1
                items[first:after] = [(rng.choice((0, 1)), items[first:after])]
            found.append(items)
    return found


def test_every_mix_of_logic_has_the_value_of_its_truth_table(tmp_path):
    mixes, rng = _mixes(), random.Random(2)
    texts = [_text(m, rng) for m in mixes]
    run = load_model(write(tmp_path, "".join(f"x{i} = IF THEN ELSE({t}, 1, 0) ~~|\n" for i, t in enumerate(texts)))).run({})
    assert len(texts) > 700
    for i, (mix, text) in enumerate(zip(mixes, texts, strict=True)):
        assert float(run.dataset[f"x{i}"].values[0, 0]) == float(_truth(mix)), text


def test_missing_is_a_number(tmp_path):
    """:NA: is -2^109 (Vensim manual), so that it can be compared."""
    text = (
        "x = :NA: ~~|\ny = IF THEN ELSE(x = :NA:, 10, 20) ~~|\nz = IF THEN ELSE(x <> :na:, 10, 20) ~~|\nw = MAX(x, 5) ~~|\n"
        "u = MIN(x, 5) ~~|\nr: r1, r2 ~~|\nv[r] = 1, :NA: ~~|\nt = IF THEN ELSE(v[r2] = :NA:, 3, 4) ~~|\n"
    )
    assert last(tmp_path, text, "y", "z", "w", "u", "t") == [10, 20, 5, -(2.0**109), 3]


# --- comments and bytes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "equation",
    [
        "x = 5 {five} + 2",
        "{before} x {name} = {first} 5 + {a {nested} one} 2 {last}",
        "x {two\nlines ~ | = } = 7",
        "{ y = 3 ~~| }\nx = 7",
        "x = 1 + {((} 6",
        "x = IF THEN ELSE({c} 1 > 0, {a} 7, {b} 8)",
    ],
)
def test_comments_in_braces_may_stand_anywhere(tmp_path, equation):
    assert last(tmp_path, equation + "~{unit} a~ {doc |", "x") == [7]


def test_comments_stand_in_lists_and_not_in_quotes(tmp_path):
    text = (
        'A: a1, {first} a2 {second} ~~|\ny[A] = {one} 1, {two} 2 ~~|\n"a {b} c" = 3 ~~|\nt((0,{x}0),(1,4)) ~~|\n'
        'z = "a {b} c" + y[{which} a2] + t(1) ~~|\n'
    )
    assert last(tmp_path, text, "z") == [9]


@pytest.mark.parametrize(
    ("head", "text", "note"),
    [
        (b"", "größe = 7 ~ € ~|".encode("cp1252"), "Windows-1252"),
        (b"{UTF-8}\n", "größe = 7 ~~|".encode("cp1252"), "Windows-1252"),
        (b"\xef\xbb\xbf{UTF-8}\n", "größe = 7 ~~|".encode(), ""),
        (b"{EBCDIC-FUN}\n", "größe = 7 ~~|".encode(), "not known"),
        (b"{windows-1252}\r\n", "größe\t=\r\n\t7 ~~|\r\n".encode("cp1252"), ""),
        (b"{UTF-8}\n", "größe = \\\n\t\t7 ~~|".encode(), ""),
    ],
)
def test_bytes_of_windows_are_read_and_said(tmp_path, head, text, note):
    path = tmp_path / "m.mdl"
    path.write_bytes(head + text + CONTROLS.encode() + b"\\\\\\---/// Sketch\n:L\x7f<%^E!@ \x81\x1a")
    model = load_model(path)
    assert model.run({}, outputs=["größe"]).dataset["größe"].values[0, -1] == 7
    assert (note in " ".join(model.equations.notes)) if note else model.equations.notes == ()


def test_names_and_quotes(tmp_path):
    text = (
        '"a|b~c" = 3 ~~|\n"say \\"hi\\"" = 4 ~~|\nodd "quote = 1 ~ a "b ~ it\'s "odd |\n'.replace(
            'odd "quote', "odd quote"
        ).replace('a "b', "a b")
        + 'Joe\'s $ = 5 ~~|\nlong\n  name = 6 ~~|\nT = "a|b~c" + "say \\"hi\\"" + joe\'s_$ + Long Name + odd quote ~ ~ :SUPPLEMENTARY |\n'
        + "temp – 5 °C’s € = 20 ~~|\nv = temp – 5 °c’s € + 1 ~~|\nR: (y08-y11), 2020 ~~|\nw[R] = 1,2,3,4,5 ~~|\nx = w[y09]*10 + w[2020] ~~|\n"
        + "u == 1 ~ ~ ~ :SUPPLEMENTARY |\n"
    )
    assert last(tmp_path, text, "T", "u", "v", "x") == [19, 1, 21, 25]


def test_points_of_lookups_in_every_layout(tmp_path):
    text = (
        "a( [(0,0)-(10,10),(3,3)], ( 0 , 1 ), (2,\n\t- 5) (4,9)) ~~|\nb(0,1,2, 3,5,9) ~~|\nc((2,9),(0,3),(1,5),) ~~|\nd([],(0,1),(1,2)) ~~|\n"
        "x = a(2) + a(4)*10 ~~|\ny = b(1)*10 + b(0.5) ~~|\nz = c(1) + d(1)*10 + WITH LOOKUP(1, ([(0,0)-(1,1)],(0,1),(1,2)))*100 ~~|\n"
    )
    assert last(tmp_path, text, "x", "y", "z") == [85, 54, 225]


# --- subscripts ------------------------------------------------------------------------------------------------------


def test_mappings_element_by_element(tmp_path):
    text = (
        "A: a1, a2 -> (B: b12, b3), C, (D: d2, d1) ~~|\nD: d1, d2 ~~|\nturned[D] = x[A] ~~|\n"
        "B: b1, b2, b3 ~~|\nb12: b1, b2 ~~|\nC: c1, c2 ~~|\n"
        "x[A] = 1, 2 ~~|\ny[B] = x[A]*10 ~~|\nz[C] = x[A] ~~|\npart[b12] = x[A] ~~|\n"
        "up: a2, a3, a4 -> (low: e1, e2, e3) ~~|\nlow: e1, e2, e3 ~~|\nv[low] = 5, 6, 7 ~~|\nw[up] = v[low] ~~|\n"
    )
    outputs = ["y[b1]", "y[b2]", "y[b3]", "z[c1]", "z[c2]", "part[b2]", "w[a2]", "w[a4]", "turned[d1]"]
    assert last(tmp_path, text, *outputs) == [10, 10, 20, 1, 2, 1, 5, 7, 2]


# --- macros ----------------------------------------------------------------------------------------------------------


def test_macros_with_several_outputs_stocks_lookups_and_calls(tmp_path):
    text = (
        "x = 10 ~ ~ a macro may stand after text |\n****\n .Group\n****~ text |\n"
        ":MACRO: SPLIT(a, f : second, third)\nSPLIT = a*f ~~|\nsecond = a*(1-f) ~~|\nthird = INTEG(SPLIT, a) ~~|\n:END OF MACRO:\n"
        ":MACRO: OUTER(a, shape)\nOUTER = 2*SPLIT(a, 0.5) + table(a) + shape(1) ~~|\ntable((0,0),(10,1)) ~~|\n:END OF MACRO:\n"
        "shape((0,0),(1,100)) ~~|\nR: r1, r2 ~~|\nf[R] = 0.3, 0.5 ~~|\n"
        "a = SPLIT(x, 0.3 : b, c) ~~|\nd = b + c ~~|\ne[R] = SPLIT(x, f[R] : g[R], h[R]) + 1 ~~|\no = OUTER(x, shape) ~~|\n"
    )
    assert last(tmp_path, text, "a", "b", "c", "d", "e[r1]", "g[r2]", "h[r2]", "o") == [3, 7, 16, 23, 4, 5, 20, 111]


# --- what is not supported -------------------------------------------------------------------------------------------


def test_a_bad_function_that_nothing_reads_is_left_out_and_said(tmp_path):
    model = load_model(
        write(tmp_path, "x = DELAY MATERIAL(s, 0.1, 0, 1) ~~|\ns = INTEG(1, 0) ~~|\nlinks = A FUNCTION OF(s) ~~|\n")
    )
    assert model.run({}, outputs=["s"]).dataset["s"].values[0].tolist() == [0, 1, 2]
    assert "x" not in model.run({}).dataset
    assert len(model.equations.notes) == 2
    assert '"x" is left out' in model.equations.notes[0]
    with pytest.raises(LlrSdError, match="DELAY MATERIAL"):
        model.run({}, outputs=["x"])


@pytest.mark.parametrize(
    "text",
    [
        "x = DELAY MATERIAL(s, 0.1, 0, 1) ~~|\ns = INTEG(x, 0) ~~|\n",
        "s = INTEG(y, 0) ~~|\ny = 2*x ~~|\nx = A FUNCTION OF(s) ~~|\n",
        "x = DELAY MATERIAL(1, 0.1, 0, 1) ~~|\ns = 3 ~~|\n",
    ],
)
def test_a_bad_function_that_is_needed_is_refused(tmp_path, text):
    with pytest.raises(NotSupported) as caught:
        translate(write(tmp_path, text))
    assert caught.value.where == 'm.mdl, "x"'


def test_a_function_of_beside_an_equation_only_draws_arrows(tmp_path):
    assert last(tmp_path, "x = A FUNCTION OF(y, -z) ~~|\nx = y*2 ~~|\ny = 1 ~~|\nz = 2 ~~|\n", "x") == [2]


# --- size ------------------------------------------------------------------------------------------------------------


def test_nested_conditions_and_brackets_to_depth_500(tmp_path):
    nested = "".join(f"IF THEN ELSE(Time < {-i}, {i}, " for i in range(500)) + "k" + ")" * 500
    brackets = "(" * 500 + "k + 1" + ")" * 500
    signs = "".join(f"({i} - " for i in range(500)) + "k" + ")" * 500
    wanted = sum((-1) ** i * i for i in range(500)) + 3
    text = f"k = 3 ~~|\nx = {nested} ~~|\ny = {brackets} ~~|\nz = {signs} ~~|\n"
    assert last(tmp_path, text, "x", "y", "z") == [3, 4, wanted]
    with pytest.raises(TranslationError, match="nested more than 1000 levels"):
        translate(write(tmp_path, f"x = {'(' * 5000}1{')' * 5000} ~~|\n"))


def test_a_sum_of_5000_terms_is_added_from_the_left(tmp_path):
    rng = np.random.default_rng(1)
    numbers = [f"{n:.17g}" for n in rng.normal(size=5000) * 10.0 ** rng.integers(-6, 7, 5000)]
    text = f"k = {numbers[0]} ~~|\nr: r1, r2 ~~|\nx = k + {' + '.join(numbers[1:])} ~~|\ny[r] = k {' + k' * 4999} ~~|\n"
    wanted = 0.0
    for n in numbers:
        wanted += float(n)
    repeated = 0.0
    for _ in numbers:
        repeated += float(numbers[0])
    began = time.monotonic()
    assert last(tmp_path, text, "x", "y[r2]") == [wanted, repeated]
    assert time.monotonic() - began < 20


# --- the clock -------------------------------------------------------------------------------------------------------


def test_control_variables_may_be_any_formula_of_constants(tmp_path):
    (tmp_path / "clock.csv").write_text("x,step\n1,0.25\n")
    controls = (
        "INITIAL TIME = start[b] ~~|\nFINAL TIME = INITIAL TIME + MAX(years, 1) ~~|\nTIME STEP = 1/dt inverse ~~|\n"
        "SAVEPER = IF THEN ELSE(years > 1, 2*step, TIME STEP) ~~|\nR: a, b ~~|\nstart[R] = 1, 10 ~~|\nyears = 2 ~~|\n"
        "dt inverse = half*2 ~~|\nhalf = 2 ~~|\nstep = GET DIRECT CONSTANTS('clock.csv', ',', 'B2') ~~|\ns = INTEG(1, 0) ~~|\n"
    )
    model = load_model(write(tmp_path, "", controls))
    assert model.run({}).dataset.time.values.tolist() == [10, 10.5, 11, 11.5, 12]
    changed = model.run({"years": 1, "half": 1, "start[b]": 0}).dataset
    assert changed.time.values.tolist() == [0, 0.5, 1]
    assert changed["s"].values[0].tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("final", ["Time + 3", "s", "FINAL TIME + 1", "SMOOTH(3, 2)", "1/0", "k[R]"])
def test_a_clock_that_runs_with_time_is_refused(tmp_path, final):
    controls = f"INITIAL TIME = 0 ~~|\nFINAL TIME = {final} ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\ns = INTEG(1, 0) ~~|\n"
    with pytest.raises(LlrSdError) as caught:
        load_model(write(tmp_path, "R: a, b ~~|\nk[R] = 1, 2 ~~|\n", controls)).run({})
    assert "FINAL TIME" in str(caught.value)


# --- data ------------------------------------------------------------------------------------------------------------

DATA = (
    "R: r1, r2 ~~|\nx ~ WTE ~ no equation |\ny[R] :RAW: ~~|\nz:HOLD BACKWARD: ~~|\na = x + 1 ~~|\nb = SUM(y[R!]) ~~|\nc = z ~~|\n"
)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        (
            "m.data.csv",
            'Time,X,"y[r1]","Y[R2]",z\n0,1,1,2,5\n2,3,1,4,\n1,,1,3,\n'.replace("2,3,1,4,\n1,,1,3,\n", "1,,1,3,\n2,3,1,4,\n"),
        ),
        ("m.data.tab", "Time\t0\t1\t2\nx\t1\t\t3\ny[r1]\t1\t1\t1\ny[r2]\t2\t3\t4\nz\t5\t\t\n"),
        ("data.tab", "time\t0\t1\t2\nx\t1\t\t3\ny[r1]\t1\t1\t1\ny[r2]\t2\t3\t4\nz\t5\t\t\n"),
    ],
)
def test_variables_without_equation_take_their_series_from_a_table_beside_the_model(tmp_path, name, table):
    (tmp_path / name).write_text(table)
    run = load_model(write(tmp_path, DATA)).run({}).dataset
    assert run["a"].values[0].tolist() == [2, 3, 4]
    assert run["b"].values[0].tolist() == [3, 4, 5]
    assert run["c"].values[0].tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("Year,x\n0,1\n", 'not "Time"'),
        ("Time,x\n0,many\n", "not a number"),
        ("Time,x\n0,1,2\n", "3 entries"),
        ("Time,x\n1,1\n0,2\n", "do not rise"),
        ("Time,x,X\n0,1,2\n", "appears twice"),
        ("Time,q\n0,1\n", "no data for"),
        ('Time,"x\n0,1\n', "quote"),
        ("", "Time"),
    ],
)
def test_tables_that_hold_no_series_are_refused(tmp_path, table, what):
    (tmp_path / "m.data.csv").write_text(table)
    with pytest.raises(LlrSdError) as caught:
        translate(write(tmp_path, "x ~~|\na = x + 1 ~~|\n"))
    assert what in str(caught.value)


def test_files_outside_the_folder_are_refused_by_name(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "far.csv").write_text("1,2\n")
    (inside / "link.csv").symlink_to(tmp_path / "far.csv")
    (inside / "m.data.csv").symlink_to(tmp_path / "far.csv")
    (inside / "sub").mkdir()
    (inside / "sub" / "near.csv").write_text("1,2\n")
    read = "x = GET DIRECT CONSTANTS('{}', ',', 'B1') ~~|\n"
    assert last(inside, read.format("sub/near.csv"), "x") == [2]
    for name in ("link.csv", "../far.csv", str(tmp_path / "far.csv"), "sub/../../far.csv", "none.csv"):
        with pytest.raises(TranslationError) as caught:
            translate(write(inside, read.format(name)))
        assert caught.value.where == 'm.mdl, "x"'
    with pytest.raises(TranslationError, match=r"m\.data\.csv"):
        translate(write(inside, "x ~~|\ny = x ~~|\n"))


def test_constants_given_element_by_element_become_one_list_and_do_not_take_long(tmp_path):
    text = "A: (a1-a150) ~~|\nB: (b1-b20) ~~|\n"
    text += "".join(f"x[a{i},b{j}] = {i * 100 + j} ~~|\n" for i in range(1, 151) for j in range(1, 21))
    began = time.monotonic()
    found = translate(write(tmp_path, text + "y[A] = SUM(x[A,B!]) ~~|\n"))
    assert time.monotonic() - began < 8
    assert len(found.variables["x"].definitions) == 1
    assert found.constant_value(found.cell("x[a150,b3]")) == 15003
    with pytest.raises(TranslationError, match="same elements"):
        translate(write(tmp_path, text + "x[a3,B] = 1 ~~|\n"))


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "1," * 50_000 + "x",
        "x = k" + " :OR: k > 2" * 5_000,
        "x = " + "1 + " * 20_000,
        "x = " + '"' * 100_001,
        "x = " + "{" * 100_000,
        "t(" + "(1,1)," * 20_000 + "z)",
        "A: (a1-a99999) ~~|\nx[A] = 1 ~~|\ny = SUM(x[A!]) + x[a100000]",
    ],
    ids=lambda t: t[:12],
)
def test_no_text_takes_long(tmp_path, text):
    began = time.monotonic()
    with pytest.raises(TranslationError):
        translate(write(tmp_path, f"{text} ~~|\nz = x + nothing ~~|\n"))
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(("kind", "separator"), [("csv", ","), ("csv", ";"), ("tab", "\t"), ("tab", "cells"), ("xlsx", "cells")])
def test_constants_data_lookups_and_subscripts_from_tables(tmp_path, kind, separator):
    rows = [["", "r1", "r2", "r3"], [0, 1, 10, 100], [1, 2, 20, 200], [2, 3, 30, 300]]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.title = "cells"
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "t.xlsx")
    else:
        mark = separator if separator != "cells" else "\t"
        (tmp_path / f"t.{kind}").write_text("\n".join(mark.join(map(str, r)) for r in rows) + "\n")
    where = f"'t.{kind}', '{separator}'"
    text = (
        f"R: GET DIRECT SUBSCRIPT({where}, 'B1', '1', '') ~~|\nk = GET DIRECT CONSTANTS({where}, 'C3') ~~|\n"
        f"p[R] = GET XLS CONSTANTS({where}, 'B2') ~~|\nx[R] := GET DIRECT DATA({where}, 'A', 'B2') ~~|\n"
        f"t[R](GET XLS LOOKUPS({where}, 'A', 'B2')) ~~|\na = SUM(p[R!]) ~~|\nb = SUM(x[R!]) ~~|\nc = t[r3](0.5) ~~|\n"
    )
    assert last(tmp_path, text, "k", "a", "b", "c") == [20, 111, 333, 150]


def test_a_table_that_is_not_there_matters_only_to_what_reads_it(tmp_path):
    text = "x = GET XLS CONSTANTS('none.xlsx', 'a', 'B2') ~~|\ns = INTEG(1, 0) ~~|\n"
    model = load_model(write(tmp_path, text))
    assert '"none.xlsx" is not there' in model.equations.notes[0]
    with pytest.raises(NotSupported, match=r"none\.xlsx"):
        translate(write(tmp_path, text + "y = x + s ~~|\n"))
