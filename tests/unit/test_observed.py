"""Observed series: what a study may say of them, what is refused, and what of them is compared with runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llr_sd import make_study
from llr_sd.errors import InputError
from llr_sd.observed import Observed, Series, at, read_series
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import prepare

GP = {"name": "GPs", "output": "gp", "values": {"Sep 2017": 500.0, "Sep 2020": 450.0, "Mar 2019": 480.0}}
OUTPUTS = {
    "gp": {"variable": "GP WTE"},
    "later": {"variable": "GP WTE", "at": 2020.75},
    "half": {"expression": "later / 2"},
    "heads": {"variable": "GP heads"},
    "by_age": {"variable": "GP heads by stage"},
}


def series(**keys: Any) -> Series:
    return read_series((Observed(**GP | keys),), Path(), "the study")[0]


def refused(folder: Path | None = None, model: str = "gp_supply", **keys: Any) -> str:
    outputs = OUTPUTS if model == "gp_supply" else {"gp": {"variable": "gone"}}
    try:
        study = make_study(folder=folder, title="t", model=model, outputs=outputs, observed=[GP | keys])
        prepare(study, study_model(study))
    except InputError as error:
        return str(error)
    return "taken"


def test_figures_stand_in_the_order_of_time_and_are_compared_as_they_are() -> None:
    found = series(error=0.02)
    assert found.when.tolist() == [2017.75, 2019.25, 2020.75]
    assert found.figures.tolist() == found.published.tolist() == [500, 480, 450]
    assert found.error == pytest.approx([10, 9.6, 9])
    assert found.shared_error.tolist() == [0, 0, 0]


def test_a_relative_series_is_divided_by_its_base_and_the_runs_by_their_own() -> None:
    found = series(relative_to="Sep 2017", error=0.02)
    assert found.when.tolist() == [2019.25, 2020.75]
    assert found.published.tolist() == [480, 450]
    assert found.figures.tolist() == [0.96, 0.9]
    times = np.array([2017.75, 2018.75, 2020.75])
    runs = np.array([[10.0, 11.0, 15.0], [100.0, 90.0, 80.0], [0.0, 1.0, 2.0], [np.nan, np.nan, np.nan]])
    expected = [[1.2, 1.5], [0.875, 0.8], [np.nan, np.nan], [np.nan, np.nan]]
    np.testing.assert_allclose(found.compared(times, runs), expected)


def test_the_error_of_a_change_is_that_of_both_figures() -> None:
    """To first order: the relative variance of a quotient is the sum of both."""
    found = series(relative_to="Sep 2017", error=0.02)
    assert found.error == pytest.approx(np.array([0.96, 0.9]) * 0.02 * np.sqrt(2))
    assert found.own_error == pytest.approx(found.shared_error)


def test_values_outside_a_run_are_none() -> None:
    times = np.array([1.0, 2.0, 4.0])
    values = np.array([[1.0, 3.0, 7.0], [np.nan, np.nan, np.nan]])
    found = at(times, values, np.array([0.9, 1.0, 1.5, 2.0, 3.0, 4.0, 4.1]))
    np.testing.assert_allclose(found[0], [np.nan, 1, 2, 3, 5, 7, np.nan])
    assert np.isnan(found[1]).all()


def test_times_that_a_scenario_did_not_save_are_passed_over() -> None:
    values = np.array([[1.0, np.nan, 5.0], [2.0, np.nan, 6.0]])
    np.testing.assert_allclose(at(np.array([1.0, 2.0, 3.0]), values, np.array([2.0])), [[3], [4]])


def test_a_table_beside_the_study_gives_figures_and_errors(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("date,value,error\n2020-09-30,450,\n1 Oct 2017,500,0.05\n")
    one = Observed(name="GPs", output="gp", file="p.csv", error=0.01)
    found = read_series((one,), tmp_path, "s")[0]
    assert (found.times, found.values, found.errors) == ((2017.75, 2020.75), (500, 450), (0.05, 0.01))


def test_several_outputs_are_taken_together() -> None:
    assert series(output=["gp", "more"]).outputs == ("gp", "more")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"output": "gpp"}, 'observed "GPs": no output "gpp". Did you mean "gp"?'),
        ({"output": "later"}, 'observed "GPs": output "later" is read "at" one time; name one of a variable over time.'),
        ({"output": "half"}, 'observed "GPs": output "half" is an expression; name one of a variable over time.'),
        ({"output": "by_age"}, 'the output "by_age" has subscripts.'),
        ({"output": ["gp", "gp"]}, "an output is named twice under output"),
        ({"output": ["gp", "heads"]}, '"gp" in "WTE" and "heads" in "Head" cannot be added up.'),
        ({"values": {}}, 'needs either "values", such as { "Sep 2017" = 512.6 }, or "file"'),
        ({"file": "p.csv"}, 'needs either "values", such as { "Sep 2017" = 512.6 }, or "file"'),
        ({"values": {"2018": {"5": 1.0}}}, 'a time with a point needs quotes: write "2018.5"'),
        ({"values": {"Sept": 1.0}}, 'values: "Sept" is not a time: it is neither a date nor a number.'),
        ({"values": {"15 Sep 2017": 1.0}}, "lies within a month"),
        ({"values": {"2017-09-15": 1.0}}, "lies within a month"),
        ({"values": {"2017-09-31": 1.0}}, '"2017-09-31" is not a time'),
        ({"values": {"Sep 2017": 1.0, "1 Oct 2017": 2.0}}, "has two figures for 1 Oct 2017 (2017.75). Keep one."),
        ({"values": {"Sep 2037": 1.0}}, "the figure for Sep 2037 (2037.75) is outside the run, 2017.75 to 2030.75."),
        ({"values": {"Sep 2017": "many"}}, 'observed > 1 > values > Sep 2017": "many" is not a number'),
        ({"relative_to": "Sep 2018"}, "is relative to Sep 2018 (2018.75), and has no figure for it."),
        ({"relative_to": "Sep 2018", "values": {"Sep 2018": 0.0}}, "relative to a figure of 0; only one above zero"),
        ({"relative_to": "Sep 2018", "values": {"Sep 2018": 3.0}}, "has no figure but the one that it is relative to."),
        ({"unit": "FTE"}, 'the figures are in "FTE", and the model counts in "WTE". Convert them, or compare changes'),
        ({"error": 1.5}, 'observed > 1 > error": must be less than 1'),
        ({"grade": "D"}, "observed > 1 > grade"),
        ({"eror": 0.1}, 'unknown key "observed > 1 > eror". Did you mean "error"?'),
    ],
)
def test_what_does_not_fit_is_refused(keys: dict[str, Any], said: str) -> None:
    assert said in refused(**keys)


def test_two_series_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match='two observed series are called "GPs"'):
        make_study(title="t", model="gp_supply", outputs=OUTPUTS, observed=[GP, GP])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,value\n", "has no figures. Give it a row for each date."),
        ("date,valu\nSep 2017,3\n", 'has no column "value". Did you mean "valu"?'),
        ("date,value\nSep 2017,many\n", 'row 2: column value: "many" is not a number.'),
        ("date,value\n2017-09,3\n", 'row 2, column date: "2017-09" is not a time'),
        ("date,value,error\nSep 2017,3,2\n", "row 2: column error: 2 is no share from 0 to 1."),
        ("date,value,sd\nSep 2017,3,2\n", 'there is no column "sd" in such a table.'),
    ],
)
def test_a_table_that_does_not_fit_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text)
    told = refused(tmp_path, values={}, file="p.csv")
    assert said in told
    assert "p.csv" in told


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "p.csv: there is no such file. Its path starts from the folder of the study." in refused(
        tmp_path, values={}, file="p.csv"
    )


def test_a_date_is_refused_where_the_model_counts_no_years(tmp_path: Path) -> None:
    (tmp_path / "m.mdl").write_text(
        "{UTF-8}\ngone= TIME ~ WTE ~ |\nINITIAL TIME=0~Month~|\nFINAL TIME=10~Month~|\nTIME STEP=1~Month~|\nSAVEPER=1~Month~|\n"
    )
    model = str(tmp_path / "m.mdl")
    assert 'observed "GPs": "Sep 2017" is a date, and the model counts in "Month" from 0.' in refused(model=model)
