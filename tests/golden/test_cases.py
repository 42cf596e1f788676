"""Small models after public bug reports, each with the values that the manuals or other programs give (`cases/expected.json`).

`expected` holds a number for all saved times, a list for each of them, or numbers by time ("any" lists alternatives); null: the file
must be refused, in words, or run.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.engine.request import saved_times
from llr_sd.errors import LlrSdError
from llr_sd.translate import translate

CASES = Path(__file__).parent / "cases"
EXPECTED: dict[str, Any] = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


def wanted(rule: Any, times: list[float]) -> dict[float, list[float]]:
    """Return the values that are right, by time."""
    if isinstance(rule, list):
        assert len(rule) == len(times)
        return {t: [v] for t, v in zip(times, rule, strict=True)}
    if isinstance(rule, dict):
        return {float(t): v["any"] if isinstance(v, dict) else [v] for t, v in rule.items()}
    return {t: [rule] for t in times}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_case(name: str) -> None:
    expected = EXPECTED[name]["expected"]
    none = Design((), np.zeros((1, 0)))
    if expected is None:
        with contextlib.suppress(LlrSdError):
            run(translate(CASES / name), none)
        return
    equations = translate(CASES / name)
    times = saved_times(equations, none).tolist()
    asked = {float(t) for rule in expected.values() if isinstance(rule, dict) for t in rule}
    ensemble = run(equations, none, list(expected), sorted({*times, *asked}))
    assert ensemble.status[0].ok, ensemble.status
    for variable, rule in expected.items():
        found = ensemble.dataset[variable].isel(run=0)
        for time, values in wanted(rule, times).items():
            value = float(found.sel(time=time, method="nearest", tolerance=1e-9))
            near = [np.isclose(value, v, rtol=1e-9, atol=1e-12) for v in values]
            assert any(near), f"{variable} at {time:g} is {value!r}, not {values}"
