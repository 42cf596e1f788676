"""The clock is start + n x TIME STEP, and what begins or ends on the grid does so in the step that the modeller means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine_models import binary, call, model, ref, series, simulate, stock

from llr_sd.engine.clock import Clock
from llr_sd.equations import Definition, Equations, Table, Time, Variable
from llr_sd.errors import InputError

MONTH = {"initial_time": 2015.0, "final_time": 2022.0, "time_step": 1 / 12, "saveper": 1 / 12}
TENTH = {"initial_time": 0.0, "final_time": 4.0, "time_step": 0.1, "saveper": 0.1}


def ask(body: Any, clock: dict[str, float], method: str = "euler") -> tuple[np.ndarray, np.ndarray]:
    """Times, and the values of one variable at each."""
    got = simulate(model({"y": body}, **clock), ["y"], method=method)["y"]
    return got.time.values, got.values[0]


def on(body: Any, clock: dict[str, float], method: str = "euler") -> list[float]:
    """The times at which a variable is not zero."""
    times, values = ask(body, clock, method)
    return [round(float(t), 9) for t in times[values != 0]]


@pytest.mark.parametrize("step", [0.1, 0.3, 1 / 12, 1 / 7, 1 / 365, 0.0833333, 0.14286])
def test_times_are_the_doubles_nearest_to_the_grid(step: float) -> None:
    k = round(1 / step)
    clock = Clock(2015.0, 2022.0, step, 1.0)
    if step in (0.1, 0.3):
        exact = [2015 + n * round(step * 10) / 10 for n in range(11)]
        np.testing.assert_allclose(clock.times(10), exact, rtol=0, atol=5e-13)
        assert Clock(0.0, 9.0, step, 1.0).times(30)[[1, 10, 30]].tolist() == [step, step * 10, step * 30]
    else:
        assert clock.step == 1 / k
        assert clock.times(7 * k)[::k].tolist() == [2015.0 + y for y in range(8)]
    assert clock.times(4, halves=True)[::2].tolist() == clock.times(4).tolist()


def test_a_step_or_time_written_short_is_the_one_that_was_meant() -> None:
    clock = Clock(2017.0833333, 2022.0, 0.0833333, 1.0)
    assert clock.initial == 2017 + 1 / 12
    assert 2020.0 in clock.times(clock.steps)
    for step in (0.0625, 0.01, 0.25, 0.083, 0.3, 0.7, 1.5, 0.0123):
        assert Clock(0.0, 10.0, step, step).step == step
    assert Clock(0.0, 10.0, 0.33333, 0.99999).saveper == 1.0


def test_final_time_and_saved_times_are_reached_by_a_step_written_short() -> None:
    got = simulate(model({"s": stock(1.0, 0.0)}, initial_time=2017, final_time=2022, time_step=0.0833333, saveper=1))["s"]
    assert got.time.values.tolist() == [2017, 2018, 2019, 2020, 2021, 2022]
    np.testing.assert_allclose(got.values[0], np.arange(6), rtol=1e-12)


@pytest.mark.parametrize("method", ["euler", "rk4"])
@pytest.mark.parametrize("year", [2016.0, 2019.0, 2020.0, 2021.0])
def test_policies_by_year_begin_in_their_month(year: float, method: str) -> None:
    months = [round(2015 + n / 12, 9) for n in range(85)]
    later = [t for t in months if t > year - 1e-6]
    assert on(binary(">=", Time(), year), MONTH, method) == later
    assert on(binary(">", Time(), year), MONTH, method) == later[1:]
    assert on(binary("<", Time(), year), MONTH, method) == [t for t in months if t < year - 1e-6]
    assert on(binary("<=", year, Time()), MONTH, method) == later
    assert on(binary("=", Time(), year), MONTH, method) == later[:1]
    assert len(on(binary("<>", Time(), year), MONTH, method)) == len(months) - 1
    assert on(call("STEP", 1.0, year), MONTH, method) == later
    assert on(call("PULSE", year, 1.0), MONTH, method) == later[:12]


def test_a_time_since_is_compared_as_a_time() -> None:
    """2020.3 - 2020 is 0.2999999999999545."""
    clock = {"initial_time": 2020.0, "final_time": 2021.0, "time_step": 0.1, "saveper": 0.1}
    since = binary("-", Time(), 2020.0)
    assert on(binary(">=", since, 0.3), clock)[0] == 2020.3
    bodies = {"since": since, "y": binary(">=", binary("*", ref("since"), 10.0), 7.0)}
    got = simulate(model(bodies, **clock), ["y"])["y"]
    assert got.time.values[got.values[0] != 0][0] == 2020.7


def test_whole_units_of_time_are_not_lost() -> None:
    _, months = ask(call("INTEGER", binary("*", Time(), 12.0)), MONTH)
    assert months.tolist() == [2015 * 12 + n for n in range(85)]
    _, tenths = ask(call("INTEGER", binary("/", Time(), 0.1)), TENTH)
    assert tenths.tolist() == list(range(41))
    _, left = ask(call("MODULO", Time(), 0.3), TENTH)
    np.testing.assert_allclose(left, [(n % 3) / 10 for n in range(41)], atol=1e-9)
    assert (left[::3] == 0).all()
    _, cut = ask(call("QUANTUM", Time(), 0.3), TENTH)
    np.testing.assert_allclose(cut, [n // 3 * 0.3 for n in range(41)], atol=1e-9)


@pytest.mark.parametrize(
    ("start", "width", "expected"),
    [
        (1, 0, [1]),  # Vensim's manual: a width of 0 is one TIME STEP
        (1, 0.25, [1]),
        (1, 0.5, [1, 1.25]),
        (1, 0.6, [1, 1.25]),  # 2.4 steps
        (1, 0.65, [1, 1.25, 1.5]),  # 2.6 steps
        (1.1, 0.25, [1]),  # the nearest step
        (1.2, 0.25, [1.25]),
        (-0.5, 1, [0, 0.25]),
        (-2, 1, []),
        (3.9, 9, [4]),
    ],
)
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_pulse(start: float, width: float, expected: list[float], method: str) -> None:
    """1 where start < Time + TIME STEP / 2 < start + width, as Vensim's manual writes PULSE."""
    clock = {"final_time": 4.0, "time_step": 0.25, "saveper": 0.25}
    assert on(call("PULSE", start, width), clock, method) == expected
    got = simulate(model({"s": stock(call("PULSE", start, width), 0.0)}, **clock), ["s"], method=method)["s"].values[0, -1]
    assert got == pytest.approx(0.25 * len([t for t in expected if t < 4]), abs=1e-12)


@pytest.mark.parametrize(
    ("start", "interval", "width", "end", "expected"),
    [
        (0.5, 1, 0.25, 3, [0.5, 1.5, 2.5]),
        (0.5, 1, 0, 3, [0.5, 1.5, 2.5]),
        (0.5, 1, 0.1, 3, [0.5, 1.5, 2.5]),
        (1, 1, 0.25, 3, [1, 2, 3]),  # the pulse that begins at the end, as in Vensim's own output
        (1, 1, 0.5, 3, [1, 1.25, 2, 2.25, 3]),
        (1, 1, 2, 3, [1 + n / 4 for n in range(9)]),  # an interval below the width: 1 from start to end
        (1, 0, 0.25, 2, [1, 1.25, 1.5, 1.75, 2]),
        (1, 1, 0.25, 0, []),
        (-1, 2, 0.5, 9, [1, 1.25, 3, 3.25]),
        (1, 0.7, 0.25, 3, [1, 1.75, 2.5]),  # 1, 1.7 and 2.4: the nearest steps
    ],
)
def test_pulse_train(start: float, interval: float, width: float, end: float, expected: list[float]) -> None:
    clock = {"final_time": 4.0, "time_step": 0.25, "saveper": 0.25}
    assert on(call("PULSE TRAIN", start, interval, width, end), clock) == expected


@pytest.mark.parametrize("step", [0.1, 1 / 12, 1 / 7, 0.05])
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_a_pulse_of_a_magnitude_brings_it_whole_whatever_the_step(step: float, method: str) -> None:
    clock = {"initial_time": 2015.0, "final_time": 2018.0, "time_step": step, "saveper": 1.0}
    once = model({"s": stock(call("PULSE MAGNITUDE", 2016.0, 7.0), 0.0)}, **clock)
    np.testing.assert_allclose(series(once, "s", method=method), [0, 0, 7, 7], rtol=1e-9)
    yearly = model({"s": stock(call("PULSE TRAIN MAGNITUDE", 2015.0, 1.0, 7.0), 0.0)}, **clock)
    np.testing.assert_allclose(series(yearly, "s", method=method), [0, 7, 14, 21], rtol=1e-9)


def test_ramp_ends_and_an_end_before_the_start_is_none() -> None:
    t = np.arange(41) / 10
    np.testing.assert_allclose(ask(call("RAMP", 2.0, 1.0, 3.0), TENTH)[1], 2 * np.clip(t - 1, 0, 2), atol=1e-12)
    np.testing.assert_allclose(ask(call("RAMP", 2.0, 1.0, 0.5), TENTH)[1], 2 * np.clip(t - 1, 0, None), atol=1e-12)


def test_data_stand_at_their_step() -> None:
    points = (2015.0, 2016.0833333, 2017.16667)
    for method, expected in (("hold_backward", [1, 2, 3]), ("look_forward", [1, 2, 3])):
        table = Table(points, (1.0, 2.0, 3.0), method)
        data = model({"y": data_series(table)}, **MONTH)
        got = simulate(data, ["y"], times=[2015.0, 2015 + 13 / 12, 2015 + 26 / 12])["y"].values[0]
        assert got.tolist() == expected


def data_series(table: Table) -> Any:
    return Variable("y", (), (Definition((), (), table),), "data")


def test_times_asked_for_may_be_written_short() -> None:
    got = simulate(model({"y": Time()}, **MONTH), ["y"], times=[2015.0833, 2015.1666667])["y"]
    assert got.time.values.tolist() == [2015.0833, 2015.1666667]
    np.testing.assert_allclose(got.values[0], [2015 + 1 / 12, 2015 + 1 / 6], rtol=1e-15)


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ({"time_step": 0.0}, "TIME STEP is 0"),
        ({"time_step": -1.0}, "TIME STEP is -1"),
        ({"time_step": float("nan")}, "TIME STEP is nan"),
        ({"saveper": 0.0}, "SAVEPER is 0"),
        ({"saveper": -2.0}, "SAVEPER is -2"),
        ({"final_time": float("inf")}, "FINAL TIME is inf"),
        ({"final_time": -1.0}, "FINAL TIME -1 is before INITIAL TIME 0"),
        ({"time_step": 1e-9}, r"1e\+10 steps"),
        ({"final_time": 1e300}, r"steps"),
        ({"time_step": 0.083, "saveper": 1.0}, "SAVEPER 1 always falls between two steps"),
    ],
)
def test_what_makes_no_clock_is_refused_by_name(clock: dict[str, float], says: str) -> None:
    equations: Equations = model({"y": Time()}, **clock)
    with pytest.raises(InputError, match=says) as caught:
        simulate(equations)
    assert "test.mdl" in str(caught.value)
