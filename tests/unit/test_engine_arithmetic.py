"""The limit that `llr-sd bench` prints: operations are counted as often as loops turn, and timed by themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine.llvm.arithmetic import arithmetic_seconds, operations
from llr_sd.engine.llvm.compiled import CompiledModel, compile_model
from llr_sd.engine.request import make_request
from llr_sd.translate import translate

MODEL = """{{UTF-8}}
row: (r1-r{rows}) ~~|
s[row] = INTEG(s[row]*s[row] - 3/s[row]{more}, 1) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 4 ~~|
TIME STEP = 0.125 ~~|
SAVEPER = 1 ~~|
"""


def compiled(folder: Path, rows: int, more: str = "") -> CompiledModel:
    (folder / "m.mdl").write_text(MODEL.format(rows=rows, more=more))
    equations = translate(folder / "m.mdl")
    return compile_model(equations, make_request(equations, Design((), np.empty((1, 0))), ["s"], None))


@pytest.mark.parametrize("rows", [3, 3000], ids=["written out", "in a loop"])
def test_operations_are_counted_as_often_as_they_are_done(rows: int, tmp_path: Path) -> None:
    found = operations(compiled(tmp_path, rows).text, "step")
    # s*s, 3/s, the difference, times the step, added to s; 3/s is no quotient with a constant divisor.
    assert found == {"fmul": 2 * rows, "fdiv": rows, "fsub": rows, "fadd": rows}


def test_operations_of_functions_are_counted_where_they_are_called(tmp_path: Path) -> None:
    plain, more = (operations(compiled(tmp_path, 500, m).text, "step") for m in ("", " + EXP(s[row])"))
    assert more["fmul"] - plain["fmul"] > 500 * 15


def test_more_arithmetic_takes_longer(tmp_path: Path) -> None:
    few, many = (arithmetic_seconds(compiled(tmp_path, rows)) for rows in (10, 1000))
    assert 0 < few * 10 < many
