"""The engine's second machine: what differs between machines is one value, and a page says of a run what this processor says."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
from node_code import node_program
from page_machine import Case, difference, make_case, run_in_node
from workforce_model import synthetic_model

from llr_sd.design import Design
from llr_sd.engine.browser import browser_model
from llr_sd.engine.llvm import native
from llr_sd.engine.llvm.compiled import compile_model, lay_out
from llr_sd.engine.llvm.driver import ENTRY
from llr_sd.engine.llvm.target import browser, host
from llr_sd.engine.llvm.wasm import loadable
from llr_sd.engine.request import make_request
from llr_sd.equations import Equations
from llr_sd.errors import EngineError, InputError
from llr_sd.translate import translate

CONTROL = "INITIAL TIME= 0 ~~|\nFINAL TIME= 12 ~~|\nTIME STEP= 0.25 ~~|\nSAVEPER= 0.5 ~~|\n"


def model(folder: Path, text: str, control: str = CONTROL) -> Equations:
    file = folder / "m.mdl"
    file.write_text("{UTF-8}\n" + text + control, encoding="utf-8")
    return translate(file)


def same(folder: Path, *cases: Case) -> None:
    told = [difference(c, r) for c, r in zip(cases, run_in_node(node_program(), folder, cases), strict=True)]
    assert [t for t in told if t] == []


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_a_model_gives_the_bits_of_this_processor(method: str, tmp_path: Path) -> None:
    """Delays of every kind, a queue, a lookup, sums and test inputs; an odd number of runs leaves a lane to spare."""
    equations = model(tmp_path, synthetic_model(2, 2, 2, months=24), "")
    case = make_case("staff", equations, runs=5, method=method)
    assert all(s.ok for s in case.native.status)
    assert len(np.unique(case.native.dataset["total staff"].values[:, -1], axis=0)) == 5
    same(tmp_path, case)


def test_code_for_a_page_is_not_run_here(tmp_path: Path) -> None:
    equations = model(tmp_path, "a= INTEG(1, 0) ~~|\n")
    request = make_request(equations, Design((), np.zeros((1, 0))), None, None)
    with pytest.raises(EngineError, match="wasm32-unknown-unknown cannot run in this process"):
        compile_model(equations, request, target=browser())
    assert compile_model(equations, request, target=host()).target == host()


def test_what_differs_between_machines_is_one_value() -> None:
    target = browser()
    assert (target.width, target.permutes, target.divides_slowly, target.here, target.relocation) == (
        2,
        False,
        False,
        False,
        "static",
    )
    assert (host().here, host().relocation) == (True, "default")
    with pytest.raises(FrozenInstanceError):
        target.features = ""  # type: ignore[misc]


def test_an_object_becomes_a_module_that_asks_for_memory_alone(tmp_path: Path) -> None:
    equations = model(tmp_path, "a= INTEG(SIN(a), 0) ~~|\n")
    laid = lay_out(equations, make_request(equations, Design((), np.zeros((1, 0))), None, None), None, browser())
    code = native.compile_ir(laid.text, laid.target)
    made = loadable(code, ENTRY)
    assert made.code.startswith(b"\0asm\1\0\0\0")
    assert b"linking" in code
    assert b"linking" not in made.code
    assert made.code.count(b"batch") == 1
    with pytest.raises(EngineError, match='no function "other"'):
        loadable(code, "other")
    for wrong in (b"", b"ELF", code[:7], code[:-1], code[: len(code) // 2], b"\0asm\1\0\0\0"):
        with pytest.raises(EngineError, match="WebAssembly cannot be read"):
            loadable(wrong, ENTRY)


def test_code_that_needs_a_function_of_the_page_is_refused() -> None:
    text = (
        "declare double @sin(double)\ndefine double @batch(double %x) {\n  %y = call double @sin(double %x)\n  ret double %y\n}"
    )
    with pytest.raises(EngineError, match='needs "sin", which a page does not have'):
        loadable(native.compile_ir(text, browser()), ENTRY)


def test_every_cut_of_an_object_is_refused_or_whole() -> None:
    code = native.compile_ir("define double @batch(double %x) {\n  ret double %x\n}", browser())
    whole = loadable(code, ENTRY).code
    for end in range(len(code)):
        try:
            made = loadable(code[:end], ENTRY)
        except EngineError:
            continue
        assert made.code == whole  # only sections after all that is kept were cut off


DELAYS = """
wait= 3 ~~|
order= 2 ~~|
noise= 1 ~~|
input= STEP(3, 2) + Time*noise ~~|
queue= DELAY FIXED(input, wait, 1) ~~|
late= DELAY N(input, wait, 0, order) ~~|
"""


def test_room_is_made_for_the_ranges_and_said(tmp_path: Path) -> None:
    equations = model(tmp_path, DELAYS)
    made = browser_model(equations, ranges={"wait": (1.0, 5.0), "order": (1.5, 4.2), "noise": (0.0, 9.0)})
    around = browser_model(equations, ranges={"order": (0.0, 4.0)})
    assert around.to_data()["limits"]["order"] == [1.0, 4.0]
    data = made.to_data()
    assert made.inputs == ("wait", "order", "noise")
    assert data["limits"] == {"wait": [1.0, 5.0], "order": [2.0, 4.0]}
    assert data["whole"] == ["order"]
    assert data["numbers"]["cap"] == 5 / 0.25 + 3
    json.dumps(data, allow_nan=False)


def test_a_queue_as_long_as_the_run_has_room_for_all(tmp_path: Path) -> None:
    assert browser_model(model(tmp_path, DELAYS), ranges={"wait": (1.0, 13.0)}).to_data()["limits"] == {"order": [2.0, 2.0]}


def test_an_input_without_a_range_moves_unless_it_needs_room(tmp_path: Path) -> None:
    assert browser_model(model(tmp_path, DELAYS)).to_data()["limits"] == {"wait": [3.0, 3.0], "order": [2.0, 2.0]}


def test_an_order_that_a_range_would_break_is_held(tmp_path: Path) -> None:
    equations = model(tmp_path, "k= 1.5 ~~|\norder= k*2 ~~|\nx= SMOOTH N(Time, 4, 0, order) ~~|\n")
    assert browser_model(equations, ranges={"k": (1.0, 2.0)}).to_data()["limits"] == {"k": [1.5, 1.5]}


def test_what_sets_the_clock_is_held(tmp_path: Path) -> None:
    equations = model(
        tmp_path,
        "years= 6 ~~|\nrate= 0.1 ~~|\ns= INTEG(s*rate, years) ~~|\n",
        "INITIAL TIME= 0 ~~|\nFINAL TIME= years*2 ~~|\nTIME STEP= 0.25 ~~|\nSAVEPER= TIME STEP ~~|\n",
    )
    made = browser_model(equations, ranges={"years": (2.0, 9.0), "rate": (0.0, 1.0)})
    assert made.to_data()["limits"] == {"years": [6.0, 6.0]}
    assert made.model.steps == 48


@pytest.mark.parametrize(
    ("inputs", "ranges", "message"),
    [
        (["FINAL TIME"], {}, '"FINAL TIME" cannot be changed in a page'),
        (["queue"], {}, '"queue" is not a constant'),
        (["weight"], {}, 'no variable "weight"'),
        (["wait"], {"wait": (3.0, 1.0)}, "wait: its range, 3 to 1, is none"),
        (["wait"], {"wait": (0.0, np.inf)}, "wait: its range, 0 to inf, is none"),
    ],
)
def test_inputs_that_cannot_be_are_refused_by_name(
    inputs: list[str], ranges: dict[str, tuple[float, float]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        browser_model(model(tmp_path, DELAYS), inputs, ranges=ranges)


def test_queues_that_no_page_holds_are_refused_by_name(tmp_path: Path) -> None:
    long = CONTROL.replace("TIME STEP= 0.25", "TIME STEP= 2e-6").replace("SAVEPER= 0.5", "SAVEPER= 12")
    text = "p: (p1-p20) ~~|\nwait= 9 ~~|\nheld[p]= DELAY FIXED(Time, wait, 0) ~~|\n"
    with pytest.raises(EngineError, match=r"queue of DELAY FIXED in held would take .* MB of memory in a page"):
        browser_model(model(tmp_path, text, long))


def test_a_value_outside_its_room_is_refused_by_the_page(tmp_path: Path) -> None:
    equations = model(tmp_path, DELAYS)
    page = browser_model(equations, ranges={"wait": (1.0, 5.0), "order": (1.0, 4.0)})
    case = make_case("delays", equations)
    wrong = {"wait": 5.25, "order": 2.5, "noise": np.nan}
    cases = []
    for name, value in wrong.items():
        values = case.values.copy()
        values[2, page.inputs.index(name)] = value
        cases.append(Case(name, page, values, case.native, data=page.to_data()))
    told = [r["refused"] for r in run_in_node(node_program(), tmp_path, cases)]
    assert told == [
        'RoomError: "wait" cannot be 5.25 in this page: it was made for 1 to 5.',
        'RoomError: "order" cannot be 2.5 in this page: it takes whole numbers.',
        'RoomError: "noise" cannot be NaN in this page: an input is a finite number.',
    ]


def test_more_numbers_than_a_page_carries_are_refused(tmp_path: Path) -> None:
    long = CONTROL.replace("TIME STEP= 0.25", "TIME STEP= 1.25e-6").replace("SAVEPER= 0.5", "SAVEPER= 12")
    with pytest.raises(EngineError, match="the model would take 73 MB of a page; 64 MB can be used"):
        browser_model(model(tmp_path, "s= INTEG(1, 0) ~~|\n", long))
