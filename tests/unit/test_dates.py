"""Dates in studies: what they mean, where they may stand, and what is said where they may not."""

from __future__ import annotations

import copy
import datetime
from pathlib import Path

import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.dates import Moment, date_words, moment, told


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("Sep 2020", 2020.75),  # as the bundled studies read September 2020
        ("sept. 2020", 2020.75),
        ("September 2020", 2020.75),
        ("end of Sep 2020", 2020.75),
        ("30 Sep 2020", 2020.75),
        ("1 Oct 2020", 2020.75),
        ("1st  October 2020", 2020.75),
        ("start of Oct 2020", 2020.75),
        ("Dec 2020", 2021.0),
        ("1 Jan 2021", 2021.0),
        ("29 Feb 2024", 2024 + 2 / 12),
        (datetime.date(2021, 3, 31), 2021.25),
    ],
)
def test_a_date_is_a_year_and_twelfths(written: str | datetime.date, time: float) -> None:
    found = moment(written)
    assert found == pytest.approx(time, abs=1e-12)
    assert date_words(found) == date_words(time)
    assert told(found).startswith(str(written).split()[0])
    assert float(copy.deepcopy(found)) == found


@pytest.mark.parametrize(
    "words", ["", "2020", "Sep", "Sep 20", "Sep 0020", "Se 2020", "Sepp 2020", "09/2020", "hiring 2020", "Sep 2020 Oct"]
)
def test_what_is_no_date_is_none(words: str) -> None:
    assert moment(words) is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("15 Sep 2020", 'write "1 Sep 2020" or "end of Sep 2020"'),
        ("31 Sep 2020", "Sep 2020 has 30 days"),
        ("29 Feb 2023", "Feb 2023 has 28 days"),
        ("0 Sep 2020", "Sep 2020 has 30 days"),
    ],
)
def test_a_day_between_or_beyond_is_refused(words: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        moment(words)


def dated(staff: Path, *swaps: tuple[str, str]) -> Path:
    file = staff / "study.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return staff


AT, SET = "at = 2020.75", "set = { hiring = 0 }"


def test_a_date_gives_the_numbers_of_its_time(staff: Path, tmp_path: Path, undrawn: None) -> None:
    plain = llr_sd.run_study(dated(staff, (SET, 'set = { hiring = 0, "FINAL TIME" = 2020.75 }')), tmp_path / "a")
    text = dated(staff, (AT, 'at = "Sep 2020"'), ("2020.75 }", '"Sep 2020" }'))
    (text / "study.toml").write_text(
        (text / "study.toml").read_text(encoding="utf-8") + '[[history.staff]]\ntime = 2018-09-30\nvalue = 3\n', encoding="utf-8"
    )  # fmt: skip
    words = llr_sd.run_study(text, tmp_path / "b")
    assert isinstance(words.study.outputs["staff_2020"].at, Moment)
    for name in ("summary", "targets"):
        assert words.tables[name].equals(plain.tables[name])
    assert words.study.history["staff"][0].time == 2018.75


def test_a_date_is_shown_as_it_was_written(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(dated(staff, (AT, 'at = "Sep 2020"'), (SET, 'set = { "FINAL TIME" = "Sep 2020" }')))]) == 0
    printed = capsys.readouterr().out
    assert "all staff at Sep 2020" in printed
    assert "no hiring: FINAL TIME = Sep 2020" in printed


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (AT, "at = 2020.7", "time 2020.7 is not a saved time: it falls between two steps. The nearest are 2020.5 and 2020.75."),
        (AT, 'at = "Aug 2020"', "time Aug 2020 (2020.66667) is not a saved time: it falls between two steps. The nearest are 2020.5 and 2020.75."),
        (AT, 'at = "Sep 2031"', "time Sep 2031 (2031.75) is outside the run, 2017.75 to 2020.75."),
        (AT, 'at = "Spet 2020"', '"Spet 2020" is not a number, nor a date such as "Sep 2025"'),
        (AT, 'at = "15 Sep 2020"', 'write "1 Sep 2020" or "end of Sep 2020".'),
        (AT, "at = 2020-09-30T10:00:00", "a time of day says more"),
        (SET, 'set = { "INITIAL TIME" = "Oct 2017" }', 'set > INITIAL TIME: "Oct 2017" can be the start of the month or its end. Write "1 Oct 2017" (2017.75) or "end of Oct 2017" (2017.83).'),
        (SET, 'set = { hiring = "Oct 2017" }', 'scenario "no hiring" > set > hiring: "Oct 2017" is a date, and hiring is 12 WTE/Year in the model. Write a number.'),
        (SET, 'set = { "TIME STEP" = "Oct 2017" }', '"Oct 2017" is a date'),
        (SET, 'set = { hirring = "Oct 2017" }', 'Did you mean "hiring"?'),
        ("at_least = 150", 'at_least = "Sep 2020"', '"Sep 2020" is not a number; write plain digits without quotes.'),
        ("runs = 12", 'runs = "Sep 2020"', '"Sep 2020" is not a number; write plain digits without quotes.'),
        ("[uncertain]", '[uncertain.override.hiring]\ndistribution="uniform"\nlow="1 Oct 2017"\nhigh=3000\n[uncertain]', '"1 Oct 2017" is a date, and hiring is 12'),
    ],
)  # fmt: skip
def test_a_date_where_none_can_be_is_refused(
    staff: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    assert main(["run", str(dated(staff, (old, new)))]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("~ Year ~", "~ Month ~", 'the model counts in "Month" from 2017.75'),
        ("~ Year ~", "~ ~", "the model does not say that it counts in years"),
        ("INITIAL TIME = 2017.75", "INITIAL TIME = 0", 'the model counts in "Year" from 0'),
    ],
)
def test_only_a_model_in_calendar_years_has_dates(
    staff: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    model = staff / "staff" / "staff.mdl"
    model.write_text(model.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (staff / "staff" / "parameters.csv").unlink()
    text = (staff / "study.toml").read_text(encoding="utf-8").replace('groups = ["retention", "recruitment"]', "")
    (staff / "study.toml").write_text(text.replace(AT, 'at = "Sep 2020"'), encoding="utf-8")
    assert main(["run", str(staff)]) == 2
    assert f'"Sep 2020" is a date, and {says}. Write the time as the model counts it.' in capsys.readouterr().err


def test_a_constant_that_is_a_date_takes_one(tmp_path: Path) -> None:
    study = llr_sd.make_study(
        model="gp_supply",
        title="t",
        scenario=[{"name": "later", "set": {"scheme_start": "1 Oct 2018"}}],
        outputs={"gp": {"variable": "GP WTE", "at": "Sep 2020"}},
    )
    assert study.scenario[0].set["scheme_start"] == 2018.75
    result = llr_sd.run_study(study, tmp_path / "r", verify=0)
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "1 Oct 2018 (2018.75)" in page
    assert llr_sd.load_study(result.path).scenario[0].set["scheme_start"] == 2018.75


def test_the_time_before_the_end_of_a_run_is_the_only_neighbour(staff: Path) -> None:
    model = llr_sd.load_model(staff / "staff")
    with pytest.raises(llr_sd.LlrSdError, match=r"time 2018\.8 is not a saved time: .*The nearest is 2018\.75\."):
        model.run({"FINAL TIME": 2018.8}, outputs=["all staff"], times=[2018.8])
