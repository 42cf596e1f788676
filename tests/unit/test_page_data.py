"""The records of a page check themselves: what does not fit together never reaches a page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from llr_sd.errors import EngineError
from llr_sd.page.data import About, Axis, Balance, Input, Observation, Of, Output, Page, Scenario, Target

ABOUT = About("t", "q", False, ("n",), (), 1, 10, "random", "s", {"title": "t"})
OF = Of("m", True, "m", "0" * 64, "Year", True, "euler", 0.25, 2017.75, 2020.75, {})
LAW = {"kind": "uniform", "low": 0.0, "high": 2.0}
INPUT = Input(
    name="a",
    variable="a[x]",
    label="A",
    group="g",
    unit="WTE",
    value=1.0,
    low=0.0,
    high=2.0,
    ends="range",
    minimum=0.0,
    maximum=None,
    step=None,
    source="s",
    grade="C",
    note="",
    planned=None,
    fitted_to="",
    percent=False,
    whole="",
    uncertain=True,
    law=LAW,
    own=LAW,
    middle=1.0,
)
OVER_TIME = Output("over", "Over", "WTE", "b", None, None, (Axis("r", ("x", "y"), ("X", "Y")),), False, False, True)
AT = Output("at", "At", "WTE", "b[x]", 2018.0, None, (), False, False, False)
MADE = Output("made", "Made", "WTE", None, None, ["-", 5.0, "at"], (), False, False, False)
PAGE = Page(
    what="m",
    version="0",
    study=ABOUT,
    model=OF,
    inputs=(INPUT,),
    scenarios=(Scenario("one", "scenario", "", {"a": 1.5}),),
    outputs=(OVER_TIME, AT, MADE),
    targets=(Target("aim", "made", 1.0, None, ""),),
    history={"over": (Observation(2018.0, 3.0, "s"),)},
    laws=(Balance("kept", "b", 0.0, None),),
    left_out=("c",),
    engine={"inputs": ["a[x]"]},
    draws={},
    equations=[],
)


def test_a_page_reads_as_javascript_spells_it() -> None:
    data = json.loads(json.dumps(PAGE.to_data(), allow_nan=False))
    assert data["format"] == 1
    assert data["made"] == {"by": "llr_sd", "version": "0"}
    assert data["inputs"][0]["fittedTo"] == ""
    assert data["leftOut"] == ["c"]
    assert data["model"]["timeUnit"] == "Year"
    assert data["targets"] == [{"name": "aim", "output": "made", "atLeast": 1.0, "atMost": None, "source": ""}]
    assert data["outputs"][0]["axes"] == [{"name": "r", "elements": ["x", "y"], "labels": ["X", "Y"]}]
    assert data["outputs"][2]["expression"] == ["-", 5.0, "at"]
    assert data["scenarios"][0]["set"] == {"a": 1.5}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"low": 2.0}, "a slider cannot run from 2.0 to 2.0"),
        ({"high": float("inf")}, "a slider cannot run from 0.0 to inf"),
        ({"value": 3.0}, "its value 3 is not on its slider"),
        ({"law": None}, "varies without a law"),
    ],
)
def test_an_input_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineError, match=f"^a: {said}"):
        replace(INPUT, **change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inputs": (INPUT, INPUT)}, 'inputs: "a" is there twice'),
        ({"scenarios": ()}, "scenarios: there are none"),
        ({"outputs": ()}, "outputs: there are none"),
        ({"scenarios": (Scenario("one", "scenario", "", {"b": 1.0}),)}, 'scenario one names "b"'),
        ({"targets": (Target("aim", "over", 1.0, None, ""),)}, 'targets names "over"'),
        ({"history": {"none": ()}}, 'history names "none"'),
        ({"outputs": (OVER_TIME, AT, replace(MADE, expression=["max", "over", ["minus", "at"]]))}, 'output made names "over"'),
        ({"engine": {"inputs": ["b"]}}, "the columns of its engine are not its inputs"),
    ],
)
def test_a_page_whose_parts_do_not_fit_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineError, match=f"^m: {said}"):
        replace(PAGE, **change)


def test_an_output_is_a_variable_or_an_expression() -> None:
    with pytest.raises(EngineError, match=r"^at: is either a variable or an expression"):
        replace(AT, expression=1.0)
    with pytest.raises(EngineError, match=r"^r: needs a label for each element"):
        Axis("r", ("x", "y"), ("X",))
