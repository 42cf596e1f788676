"""The reference engine: the contract of an ensemble, closed forms, and no run leaks into another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import llr_sd


@pytest.fixture
def model(staff: Path) -> llr_sd.Model:
    return llr_sd.load_model(staff / "staff")


def test_euler_has_its_closed_form(model: llr_sd.Model) -> None:
    ens = model.run({}, outputs=["staff", "all staff"], engine="pysd")
    steps = np.arange(13)
    for skill, rate in (("senior", 0.1), ("junior", 0.2)):
        level = 6 / rate
        expected = level + (100 - level) * (1 - rate * 0.25) ** steps
        np.testing.assert_allclose(ens.dataset["staff"].sel(run=0, Skill=skill), expected, rtol=1e-12)
    assert ens.dataset["staff"].dims == ("run", "time", "Skill")
    assert ens.dataset["staff"].attrs["units"] == "WTE"
    assert ens.status == ("ok",)
    assert ens.engine == "pysd"


def test_runs_do_not_leak(model: llr_sd.Model) -> None:
    frame = pd.DataFrame({"leaving rate[senior]": [0.1, 0.5, 0.1], "hiring": [12.0, 50.0, 12.0]})
    values = model.run(frame, outputs=["all staff"], engine="pysd").dataset["all staff"].values
    assert np.array_equal(values[0], values[2])
    assert not np.array_equal(values[0], values[1])
    assert np.array_equal(model.run({}, outputs=["all staff"], engine="pysd").dataset["all staff"].values[0], values[0])


def test_one_element_of_a_constant_can_vary(model: llr_sd.Model) -> None:
    base = model.run({}, outputs=["staff"], engine="pysd").dataset["staff"]
    other = model.run({"leave_senior": 0.2}, outputs=["staff"], engine="pysd").dataset["staff"]
    assert np.array_equal(base.sel(Skill="junior"), other.sel(Skill="junior"))
    np.testing.assert_array_equal(other.sel(Skill="senior"), base.sel(Skill="junior"))


def test_the_clock_can_be_set(model: llr_sd.Model) -> None:
    ens = model.run({"INITIAL TIME": 2015.75, "FINAL TIME": 2016.75, "TIME STEP": 0.125}, outputs=["all staff"], engine="pysd")
    np.testing.assert_array_equal(ens.dataset["time"], 2015.75 + 0.25 * np.arange(5))
    level = np.array([60, 30])
    expected = level + (100 - level) * (1 - np.array([0.1, 0.2]) * 0.125) ** 8
    np.testing.assert_allclose(ens.dataset["all staff"].values[0, -1], expected.sum(), rtol=1e-12)


def test_times_and_elements_can_be_asked_for(model: llr_sd.Model) -> None:
    ens = model.run({}, outputs=["staff[junior]", "ALL_staff"], times=[2020.75, 2018.0], engine="pysd")
    assert list(ens.dataset.data_vars) == ["staff[junior]", "all staff"]
    assert list(ens.dataset["time"].values) == [2018.0, 2020.75]


def test_everything_is_saved_when_nothing_is_named(model: llr_sd.Model) -> None:
    ens = model.run({}, engine="pysd")
    assert {"staff", "all staff", "hiring", "leaving rate", "TIME STEP"} <= set(ens.dataset.data_vars)
    assert ens.dataset["leaving rate"].sel(run=0, time=2018.0, Skill="junior") == 0.2


def test_a_failed_run_is_flagged_and_the_batch_goes_on(tmp_path: Path) -> None:
    text = (
        "{UTF-8}\nk = 1 ~ Dmnl ~ |\nx = INTEG(LN(k), 1) ~ Dmnl ~ |\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    )
    (tmp_path / "log.mdl").write_text(text, encoding="utf-8")
    ens = llr_sd.load_model(tmp_path / "log.mdl").run(pd.DataFrame({"k": [1.0, -1.0, 1.0]}), outputs=["x"], engine="pysd")
    assert [s.ok for s in ens.status] == [True, False, True]
    assert ens.status[1].variable == "x"
    assert ens.status[1].time == 1.0
    assert np.isnan(ens.dataset["x"].values[1, 1:]).all()
    assert ens.failed == (1,)


def test_the_model_folder_stays_clean(staff: Path) -> None:
    llr_sd.load_model(staff / "staff").run({}, outputs=["all staff"], engine="pysd")
    assert sorted(p.name for p in (staff / "staff").iterdir()) == ["parameters.csv", "staff.mdl"]


def test_a_whole_number_as_initial_value_of_a_smooth_does_not_cut_its_input(tmp_path: Path) -> None:
    text = (
        "{UTF-8}\ninput = 0.5 ~ Dmnl ~ |\nfelt = SMOOTHI(input, 2, 1) ~ Dmnl ~ |\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
    )
    (tmp_path / "smooth.mdl").write_text(text, encoding="utf-8")
    model = llr_sd.load_model(tmp_path / "smooth.mdl")
    expected = 0.5 + 0.5 * 0.75 ** np.arange(5)
    for engine in ("pysd", "compiled"):
        np.testing.assert_allclose(model.run({}, outputs=["felt"], engine=engine).dataset["felt"].values[0], expected, rtol=1e-12)


def test_array_constants_keep_all_their_digits(tmp_path: Path) -> None:
    text = (
        "{UTF-8}\nS: a, b ~~|\nk[S] = 0.12345678901234567, 1.9876543210987654 ~ Dmnl ~ |\nx[S] = k[S] * 3 ~ Dmnl ~ |\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    )
    (tmp_path / "digits.mdl").write_text(text, encoding="utf-8")
    values = llr_sd.load_model(tmp_path / "digits.mdl").run({}, outputs=["x"], engine="pysd").dataset["x"].values[0, 0]
    assert values.tolist() == [0.12345678901234567 * 3, 1.9876543210987654 * 3]


SHORT = (
    "DELAY1(input, wait)",
    "DELAY3I(input, wait, 1)",
    "DELAY N(input, wait, 1, k)",
    "SMOOTH N(input, wait, 1, k)",
    "SMOOTH3I(input, wait, 1)",
)


def delayed(folder: Path, equation: str, wait: float) -> llr_sd.Model:
    text = (
        f"{{UTF-8}}\ninput = 1 + STEP(2, 1) ~~|\nwait = {wait} ~~|\nk = 3 ~~|\nx = {equation} ~~|\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
    )
    (folder / "delayed.mdl").write_text(text, encoding="utf-8")
    return llr_sd.load_model(folder / "delayed.mdl")


@pytest.mark.parametrize("wait", [0.1, 0.5, 1.0, 1.4, 1.5, 3.0])
@pytest.mark.parametrize("equation", SHORT)
def test_a_delay_that_is_short_for_the_step_has_the_order_of_the_manual(equation: str, wait: float, tmp_path: Path) -> None:
    model = delayed(tmp_path, equation, wait)
    ours, theirs = (model.run({}, outputs=["x"], engine=e).dataset["x"].values for e in ("compiled", "pysd"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_the_order_of_a_short_delay_is_lowered_to_what_fits(tmp_path: Path) -> None:
    """A time of two steps leaves two stages of one step each: what goes in comes out two steps later."""
    got = delayed(tmp_path, "DELAY N(input, wait, 1, 5)", 1.0).run({}, outputs=["x"], engine="pysd").dataset["x"].values[0]
    assert got.tolist() == [1, 1, 1, 1, 3, 3, 3, 3, 3]


@pytest.mark.parametrize(
    "equation",
    ["DELAY1(input, wait)", "DELAY3(input, wait)", "DELAY N(input, wait, 1, k)", "SMOOTH(input, wait)", "TREND(input, wait, 0)"],
)
def test_a_time_below_zero_fails_the_run(equation: str, tmp_path: Path) -> None:
    """Without an end it would be the search for an order that fits."""
    status = delayed(tmp_path, equation, -1.0).run({}, outputs=["x"], engine="pysd").status[0]
    assert "below zero" in status.reason
