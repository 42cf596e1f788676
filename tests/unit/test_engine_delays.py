"""Delays and smooths follow Vensim's equations however short they are, and a time that makes no sense is said or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine_models import NO_DESIGN, array, binary, call, model, numbers, ref, series

from llr_sd.design import Design
from llr_sd.engine import examine, run
from llr_sd.equations import Along, Equations, Reference, Time
from llr_sd.errors import EngineError

YEAR = {"time_step": 1.0, "saveper": 1.0, "final_time": 8.0}
DROP = binary("-", 10.0, call("STEP", 10.0, 4.0))


def stages(order: int, wait: float, inputs: list[float], first: float) -> list[float]:
    """Vensim's equations of DELAY1 and DELAY3, by Euler with a step of 1: LV = INTEG(in - LV / DL, DL * first), DL = wait / order."""
    short = wait / order
    levels, out = [first * short] * order, []
    for x in inputs:
        flows = [level / short for level in levels]
        out.append(flows[-1])
        levels = [level + before - flow for level, before, flow in zip(levels, [x, *flows], flows, strict=False)]
    return out


@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("wait", [0.4, 1.0, 2.0, 3.0, 7.0])
def test_a_short_delay_keeps_its_order(order: int, wait: float) -> None:
    got = series(model({"y": call("DELAY", DROP, wait, 10.0, order)}, **YEAR), "y")
    np.testing.assert_allclose(got, stages(order, wait, [10.0] * 4 + [0.0] * 5, 10.0), rtol=1e-9, atol=1e-9)


def test_delay3_over_two_steps_is_that_of_vensim() -> None:
    got = series(model({"y": call("DELAY", DROP, 2.0, 10.0, 3)}, **YEAR), "y")
    np.testing.assert_allclose(got, [10, 10, 10, 10, 10, 10, 10, -23.75, 26.875], rtol=1e-12)
    got = series(model({"y": call("DELAY", DROP, 1.0, 10.0, 3)}, **YEAR), "y")
    np.testing.assert_allclose(got, [10, 10, 10, 10, 10, 10, 10, -260, 1360], rtol=1e-12)


def by_kind(function: str, order: float, waits: list[float]) -> Equations:
    """A delay over each of three times."""
    kinds = ("p", "q", "r")
    wait = Reference("wait", (Along(0, (0, 1, 2)),))
    return model({"wait": numbers("wait", kinds, waits), "y": array("y", kinds, call(function, DROP, wait, 10.0, order))}, **YEAR)


@pytest.mark.parametrize(("function", "order"), [("DELAY", 3), ("SMOOTH", 3), ("DELAY N", 3), ("SMOOTH N", 4), ("DELAY", 1)])
def test_one_short_element_does_not_change_the_others(function: str, order: int) -> None:
    waits = [0.5, 2.0, 12.0]
    together = series(by_kind(function, order, waits), "y")
    for i, wait in enumerate(waits):
        alone = series(model({"y": call(function, DROP, wait, 10.0, order)}, **YEAR), "y")
        np.testing.assert_array_equal(together[:, i], alone)


@pytest.mark.parametrize("function", ["DELAY N", "SMOOTH N"])
def test_the_order_of_delay_n_and_smooth_n_is_lowered_and_that_is_said(function: str) -> None:
    """Vensim's manual: where the delay time is not above order * TIME STEP, it warns and reduces the order."""
    for wait, left in ((5.0, 4), (4.0, 4), (3.0, 3), (2.5, 2), (1.0, 1), (0.5, 1)):
        got = run(model({"y": call(function, DROP, wait, 10.0, 4)}, **YEAR), NO_DESIGN, ["y"])
        fewer = series(model({"y": call(function, DROP, wait, 10.0, left)}, **YEAR), "y")
        np.testing.assert_array_equal(got.dataset["y"][0], fewer)
        assert bool(got.findings) == (wait < 4), wait
        assert all("order is lowered" in f.what for f in got.findings)


@pytest.mark.parametrize(
    ("body", "least"),
    [
        (call("SMOOTH", Time(), ref("wait"), 0.0, 1), 0.5),
        (call("SMOOTH", Time(), ref("wait"), 0.0, 3), 0.5 / 3),
        (call("DELAY", Time(), ref("wait"), 0.0, 3), 0.5 / 3),
        (call("TREND", Time(), ref("wait"), 0.0), 0.5),
        (call("FORECAST", Time(), ref("wait"), 2.0, 0.0), 0.5),
    ],
)
def test_a_time_below_the_step_is_found_before_the_run_and_by_it(body: Any, least: float) -> None:
    equations = model({"wait": 9.0, "y": body}, **YEAR)
    design = Design(("wait",), np.array([[9.0], [0.5], [9.0], [0.7]]))
    for found in (examine(equations, design), run(equations, design).findings):
        assert [(f.variable, f.runs, f.limit) for f in found] == [("y", 2, 1.0)]
        assert found[0].value == pytest.approx(least)
        assert "TIME STEP 1" in str(found[0])
    assert not examine(equations, NO_DESIGN)
    assert not run(equations, Design(("wait",), np.array([[3.0]]))).findings


def test_a_time_that_becomes_short_later_is_found_by_the_run() -> None:
    wait = binary("-", 4.0, ref("Time passed"))
    bodies = {"Time passed": Time(), "y": call("SMOOTH", 1.0, binary("+", wait, 4.5), 0.0, 1)}
    got = run(model(bodies, **YEAR), NO_DESIGN)
    assert not examine(model(bodies, **YEAR), NO_DESIGN)
    assert [f.variable for f in got.findings] == []  # 8.5 - 7 at the last step that is taken
    got = run(model(bodies, **{**YEAR, "final_time": 9.0}), NO_DESIGN)
    assert got.findings[0].value == 0.5
    got = run(model(bodies, **{**YEAR, "final_time": 11.0}), NO_DESIGN)
    assert got.status[0].reason == "delay time below zero"
    assert np.isnan(got.dataset["y"]).all()


def test_the_element_is_named() -> None:
    found = run(by_kind("SMOOTH", 1, [3.0, 0.5, 0.25]), NO_DESIGN).findings
    assert [(f.variable, f.value) for f in found] == [("y[q]", 0.5), ("y[r]", 0.25)]
    assert run(by_kind("SMOOTH", 1, [3.0, 0.5, -1.0]), NO_DESIGN).status[0].variable == "y[r]"


@pytest.mark.parametrize("function", ["SMOOTH", "DELAY", "DELAY N", "DELAY FIXED"])
def test_a_delay_time_that_is_not_above_zero_is_an_error_by_name(function: str) -> None:
    order = () if function == "DELAY FIXED" else (1,)
    equations = model({"wait": 9.0, "y": call(function, Time(), ref("wait"), 0.0, *order)}, **YEAR)
    design = Design(("wait",), np.array([[3.0], [0.0], [-2.0]]))
    got = run(equations, design)
    zero = "" if function == "DELAY FIXED" else "delay time of zero"  # which DELAY FIXED takes for one TIME STEP
    assert [s.reason for s in got.status] == ["", zero, "delay time below zero"]
    assert str(got.status[2]) == 'delay time below zero in "y"'
    assert np.isnan(got.dataset["y"][2]).all()
    with pytest.raises(EngineError, match="y: has a delay time"):
        examine(equations, design)


def test_a_delay_that_no_output_needs_is_not_looked_at() -> None:
    equations = model({"y": call("SMOOTH", Time(), -1.0, 0.0, 1), "z": Time()}, **YEAR)
    assert run(equations, NO_DESIGN, ["z"]).status[0].ok


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_findings_are_those_of_all_blocks(method: str) -> None:
    equations = model({"wait": 9.0, "y": call("SMOOTH", Time(), ref("wait"), 0.0, 1)}, **YEAR)
    design = Design(("wait",), np.repeat([0.5, 9.0], 500)[:, None])
    found = run(equations, design, method=method, threads=2).findings
    assert [(f.runs, f.value) for f in found] == [(500, 0.5)]
