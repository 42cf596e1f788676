"""Bars made of parts in a report: the still picture, the figure that can be asked and the table have the numbers of the runs."""

from __future__ import annotations

import numpy as np
import pytest

import llr_sd
from llr_sd.report.outcome.bars import bars_pictures, bars_title
from llr_sd.report.outcome.facts import Stack
from llr_sd.result import StudyResult

MODEL = """{UTF-8}
Part: one, two ~~|
first[one] = 6 ~ WTE ~ |
first[two] = 4 ~ WTE ~ |
grown = 2 ~ Dmnl ~ |
last[one] = first[one] / 2 ~ WTE ~ |
last[two] = first[two] * grown ~ WTE ~ |
people = INTEG(0, 1) ~ WTE ~ |
INITIAL TIME = 2020 ~ Year ~ |
FINAL TIME = 2021 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = TIME STEP ~ Year ~ |
"""
STUDY = """title = "Stacks"
question = "Of what are the bars made?"
model = "stacks.mdl"
illustrative = true
[[answer]]
bars = ["first", "last"]
[[answer]]
bars = ["last"]
[uncertain]
names = ["grown"]
[uncertain.override.grown]
distribution = "uniform"
low = 1
high = 3
[outputs]
first = { variable = "first", at = 2020, label = "Now" }
last = { variable = "last", at = 2020, label = "Later" }
[[scenario]]
name = "as it is"
[monte_carlo]
runs = 80
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    folder = tmp_path_factory.mktemp("stacks")
    (folder / "stacks.mdl").write_text(MODEL, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return llr_sd.run_study(llr_sd.load_study(folder), out=folder / "results", verify=0)


def test_picture_figure_and_table_have_the_numbers_of_the_runs(result: StudyResult) -> None:
    (picture,) = bars_pictures(result)
    assert picture.name == "bars"
    assert picture.asked is not None
    ((_, spec),) = picture.asked.views
    now, later = spec["bars"]
    assert [(p["name"], p["value"], p["low"]) for p in now["parts"]] == [("one", 6.0, None), ("two", 4.0, None)]
    assert (now["total"]["value"], later["total"]["value"]) == (10.0, 11.0)
    one, two = later["parts"]
    assert (one["value"], one["low"], two["value"]) == (3.0, None, 8.0)
    drawn_parts = np.asarray(result.runs["last"]).reshape(-1, 2)[:, 1]
    assert [two["low"], two["high"]] == pytest.approx(list(np.quantile(drawn_parts, [0.05, 0.95])), rel=1e-12)
    assert 4 < two["low"] < 5 < 11 < two["high"] < 12
    assert [(bar, part, value) for bar, part, value, _ in picture.numbers.rows] == [
        ("Now", "one", "6.0"),
        ("Now", "two", "4.0"),
        ("Later", "one", "3.0"),
        ("Later", "two", "8.0"),
    ]
    assert [bool(extent) for *_, extent in picture.numbers.rows] == [False, False, False, True]
    drawn = [t.get_text() for t in picture.figure.axes[0].texts]
    for wanted in ("6.0", "4.0", "3.0", "8.0"):
        assert wanted in drawn
    assert any(text.endswith("11.0 WTE in all") for text in drawn)


def test_the_report_holds_both(result: StudyResult) -> None:
    assert (result.path / "figures" / "bars.svg").is_file()
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert 'id="figure-bars"' in page
    assert '"chart":"stacked"' in page


def test_the_title_says_what_is_less_and_what_is_more() -> None:
    def title(now: tuple[float, ...], later: tuple[float, ...]) -> str:
        return bars_title(Stack("a", "WTE", ("core", "enhanced"), {"now": now, "later": later}))

    assert title((5.0, 1.0), (4.0, 2.0)) == "From the first bar to the last: less core; more enhanced"
    assert title((4.0, 2.0), (5.0, 1.0)) == "From the first bar to the last: less enhanced; more core"
    assert title((4.0, 2.0), (5.0, 3.0)) == "From the first bar to the last: more core and enhanced"
    assert title((4.0, 2.0), (4.04, 2.04)) == "From the first bar to the last: the same of core and enhanced"
