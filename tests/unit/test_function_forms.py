"""Functions that a formula in their row writes out: the examples of every row hold in both engines, and the edges of what is new."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from xmile_files import SPECS, aux, write

import llr_sd
from llr_sd.check.units import check_units
from llr_sd.dialects import VENSIM_FUNCTIONS, XMILE_FUNCTIONS
from llr_sd.errors import TranslationError
from llr_sd.functions import FUNCTIONS
from llr_sd.translate import forms, translate

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 10 ~~|\nSAVEPER = TIME STEP ~~|\nTIME STEP = 0.5 ~~|\n"
END = {"times": [10.0]}


def vensim(folder: Path, *equations: str) -> Path:
    (folder / "m.mdl").write_text("{UTF-8}\n" + "".join(f"{e} ~~|\n" for e in equations) + CLOCK, encoding="utf-8")
    return folder / "m.mdl"


def examples(table: dict[str, Any]) -> list[tuple[str, str]]:
    """Both sides of every example."""
    return [tuple(side.strip() for side in e.rsplit(" = ", 1)) for f in table.values() for e in f.examples.split(";") if e]  # type: ignore[misc]


def test_every_formula_has_an_example_of_its_own_function() -> None:
    for table in (VENSIM_FUNCTIONS, XMILE_FUNCTIONS):
        for function in table.values():
            assert bool(function.formula) == bool(function.examples), function.key
            for example in filter(None, function.examples.split(";")):
                assert function.key in example.rsplit("=", 1)[0], example


@pytest.mark.parametrize("engine", ["compiled", "pysd"])
@pytest.mark.parametrize("dialect", ["vensim", "xmile"])
def test_the_examples_in_the_table_hold(dialect: str, engine: str, tmp_path: Path) -> None:
    sides = examples(VENSIM_FUNCTIONS if dialect == "vensim" else XMILE_FUNCTIONS)
    named = [(f"{side}{n}", text) for n, pair in enumerate(sides) for side, text in zip("ab", pair, strict=True)]
    if dialect == "vensim":
        file = vensim(tmp_path, *(f"{name} = {text}" for name, text in named))
    else:
        specs = SPECS.replace("<stop>4", "<stop>10").replace("<dt>1", "<dt>0.5")
        file = write(tmp_path, "".join(aux(name, text) for name, text in named), specs=specs)
    found = llr_sd.load_model(file).run({}, engine=engine, **END).dataset
    assert len(sides) > 10
    for n, pair in enumerate(sides):
        np.testing.assert_allclose(found[f"a{n}"].values, found[f"b{n}"].values, rtol=1e-12, atol=1e-12, err_msg=" = ".join(pair))


def test_gamma_ln_is_that_of_the_c_library(tmp_path: Path) -> None:
    """And the manual's own example: in how many ways 3 are picked of 10."""
    x = [1e-300, 1e-9, 0.1, 0.5, 0.999, 1.0, 1.5, 2.0, 2.5, 3.3, 7.0, 10.0, 50.5, 170.0, 1e4, 1e12, 1e300]
    ways = "ways = EXP(GAMMA LN(10 + 1) - GAMMA LN(10 - 3 + 1) - GAMMA LN(3 + 1))"
    file = vensim(tmp_path, ways, *(f"y{n} = GAMMA LN({v!r})" for n, v in enumerate(x)))
    found = llr_sd.load_model(file).run({}, **END).dataset
    assert float(found["ways"].values.item()) == pytest.approx(120, rel=1e-13)
    got = np.array([found[f"y{n}"].values.item() for n in range(len(x))])
    want = np.array([math.lgamma(v) for v in x])
    assert (np.abs(got - want) <= 2e-14 * np.maximum(np.abs(want), 1)).all(), got - want


@pytest.mark.parametrize("x", ["0", "-1", "-0.5"])
def test_gamma_ln_of_what_is_not_above_zero_fails_the_run(x: str, tmp_path: Path) -> None:
    (status,) = llr_sd.load_model(vensim(tmp_path, f"y = GAMMA LN({x} * Time / Time)")).run({}, **END).status
    assert not status.ok


def test_units_are_those_of_the_formula(tmp_path: Path) -> None:
    text = (
        "{UTF-8}\nyear = TIME BASE(1970, each) ~ Year ~ |\neach = 0.25 ~ Year/Month ~ |\nways = GAMMA LN(many) ~ Dmnl ~ |\n"
        "many = 4 ~ Dmnl ~ |\nwrong = GAMMA LN(each) ~ Dmnl ~ |\n" + CLOCK.replace("~~", "~ Month ~ ")
    )
    (tmp_path / "m.mdl").write_text(text, encoding="utf-8")
    findings = check_units(translate(tmp_path / "m.mdl")).findings
    assert any(f.startswith('"wrong"') for f in findings)
    assert all(f.startswith('"wrong"') or "1970" in f for f in findings), findings


def test_a_name_means_what_the_model_gives_it_first(tmp_path: Path) -> None:
    """A macro or a lookup with the name of a function is itself; other variables leave the function alone."""
    file = vensim(
        tmp_path,
        ":MACRO: TIME BASE(a, b)\nTIME BASE = a - b ~~|\n:END OF MACRO:\nx = TIME BASE(7, 2)",
        "game((0, 0), (10, 20))",
        "y = game(4)",
        "delay1 = 5",
        "z = DELAY1(delay1, 2) + delay1",
    )
    found = llr_sd.load_model(file).run({}, **END).dataset
    assert [found[n].values.item() for n in "xyz"] == [5.0, 8.0, 10.0]


def test_the_clock_in_a_formula_is_not_what_a_macro_calls_time(tmp_path: Path) -> None:
    file = vensim(tmp_path, ":MACRO: YEARS(time)\nYEARS = TIME BASE(1970, 0.25) + time ~~|\n:END OF MACRO:\nx = YEARS(3)")
    assert llr_sd.load_model(file).run({}, **END).dataset["x"].values.item() == 1970 + 10 * 0.25 + 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("DELAY1(3)", r"DELAY1 takes 2 arguments and has 1. Write DELAY1\(input, time\)"),
        ("SMOOTH(3, 1, 2)", r"SMOOTH takes 2 arguments and has 3. Write SMOOTH\(input, time\)"),
        ("FORECAST(1, 2, 3, 4)", r"FORECAST takes 3 arguments and has 4"),
        ("GAMMA LN()", r"GAMMA LN takes 1 argument and has 0. Write GAMMA LN\(x\)"),
        ("TIME BASE(1)", r"TIME BASE takes 2 arguments and has 1"),
        ("INTEG(1)", r"INTEG takes 2 arguments and has 1. Write INTEG\(flow, initial\)"),
        ("GAMMA LN(GAMMA LN(GAMMA LN(GAMMA LN(9))))", "are nested too deeply. Give one of them a variable"),
        ("SUM(DELAY1(a[r!], 2))", "DELAY stands inside a sum"),
    ],
)
def test_wrong_calls_are_refused_in_a_sentence(call: str, message: str, tmp_path: Path) -> None:
    file = vensim(tmp_path, "r: r1, r2", "a[r] = 1, 2", f"x = {call}")
    with pytest.raises(TranslationError, match=message):
        translate(file)


def test_copies_of_an_argument_are_counted_from_the_formula() -> None:
    delay, smooth = XMILE_FUNCTIONS["DELAY3"], XMILE_FUNCTIONS["SMTHN"]
    assert [forms.copies(delay, 0, given) for given in (2, 3)] == [2, 1]
    assert [forms.copies(smooth, i, 3) for i in range(3)] == [2, 1, 1]
    assert forms.copies(XMILE_FUNCTIONS["INT"], 0, 1) == 4


def test_formulas_use_no_function_but_those_of_the_table() -> None:
    for table in (VENSIM_FUNCTIONS, XMILE_FUNCTIONS):
        for function in table.values():
            if function.formula:
                written = repr(forms.written_out(function, [1.0] * function.arity[0]))
                for key in written.split("FunctionStructure(key='")[1:]:
                    assert key.partition("'")[0] in FUNCTIONS, function.key
