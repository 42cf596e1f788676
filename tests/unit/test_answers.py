"""What a study declares that it is about, and the sentences of it: each fact beside its opposite."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_result import plan_result, plan_study

import llr_sd
from llr_sd.errors import InputError
from llr_sd.report import terminal_summary
from llr_sd.report.outcome.facts import Change, Level, Part, Shares, Stack, Standing, Sureness, Turn
from llr_sd.report.outcome.read import change, course_level, facts
from llr_sd.report.outcome.strips import strip
from llr_sd.report.outcome.sure import sure_line
from llr_sd.report.outcome.tables import difference_table, numbers_table
from llr_sd.report.outcome.titles import fan_title, histogram_title, scenario_title
from llr_sd.report.outcome.words import answer, sentences
from llr_sd.report.shared.reading import Chance, Quantity, Spread, quantity
from llr_sd.report.shared.units import joined
from llr_sd.study import Study
from llr_sd.studyparts import Target
from llr_sd.verification import Verification

GPS = Quantity("gp", "", "GPs", "WTE", 2020.75, False)
MOST = Target(name="540 GPs", output="gp", at_least=540)
LEAST = Target(name="5 years", output="wait", at_most=5)


def standing(
    name: str, low: float, value: float, high: float, chance: float = 0.5, *, runs: int = 100, published: bool = False
) -> Standing:
    """A scenario whose runs lie from `low` to `high`; one value where these are equal."""
    fixed = low == high
    spread = Spread(name, value, value, low, high, value - 1, value + 1, runs, fixed)
    odds = None if fixed else Chance(chance, max(0.0, chance - 0.1), min(1.0, chance + 0.1), runs)
    return Standing(spread, published, not fixed, math.nan, (odds,))


def level(*standings: Standing, shown: Quantity = GPS, target: Target | None = MOST, percent: bool = False) -> Level:
    return Level(shown, percent, (target,) if target else (), standings)


# --- a number by scenario against its target


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((500, 530), "none of 2 scenarios reaches 540 WTE on central values, 500 (“a”) to 530 WTE (“b”)."),
        ((500, 550), "1 of 2 scenarios reaches 540 WTE on central values (“b” 550); the other is at 500 WTE (“a”)."),
        ((545, 550), "both scenarios reach 540 WTE on central values, 545 (“a”) to 550 WTE (“b”)."),
        ((539.8, 540.2), "1 of 2 scenarios reaches 540 WTE on central values (“b” 540.2); the other is at 539.8 WTE (“a”)."),
    ],
)
def test_how_many_scenarios_meet_the_target(values: tuple[float, float], said: str) -> None:
    found = sentences(level(*(standing(n, v - 20, v, v + 20) for n, v in zip("ab", values, strict=True))))
    assert found[0] == f"GPs at the end of Sep 2020: {said}"


def test_a_level_not_to_be_passed_turns_the_words_round() -> None:
    wait = Quantity("wait", "", "Years to wait", "Year", math.nan, False)
    late = level(standing("a", 7, 8, 9), shown=wait, target=LEAST)
    assert sentences(late)[0] == "Years to wait: 8 years in “a” (7 to 9 in nine runs of ten), 3 years above 5 years."
    soon = level(standing("a", 3, 4, 6), shown=wait, target=LEAST)
    assert sentences(soon)[0] == "Years to wait: 4 years in “a” (3 to 6 in nine runs of ten), which is at or below 5 years."


def test_one_scenario_says_how_far_it_is() -> None:
    assert sentences(level(standing("a", 500, 530, 560)))[0].endswith(
        "530 WTE in “a” (500 to 560 in nine runs of ten), 10 WTE short of 540 WTE."
    )
    assert sentences(level(standing("a", 500, 541, 560)))[0].endswith("in nine runs of ten), which reaches 540 WTE.")


def test_a_share_is_told_as_a_percentage_and_its_distance_in_points() -> None:
    share = Quantity("moved", "", "Share moved", "Dmnl", 2021.25, False)
    target = Target(name="5 %", output="moved", at_least=0.05)
    fact = level(standing("a", 0.008, 0.022, 0.034), shown=share, target=target, percent=True)
    assert sentences(fact)[0] == (
        "Share moved at the end of Mar 2021: 2.2% in “a” (0.8 to 3.4% in nine runs of ten), 2.8 percentage points short of 5.0%."
    )
    close = level(standing("a", 0.04, 0.0499, 0.06), shown=share, target=target, percent=True)
    assert "4.99% in" in sentences(close)[0]  # not 5.0, which it misses
    found = Change(share, True, "b", "a", 0.011, 0.004, 0.02, 100, 0, 100, True)
    assert "is 1.1 percentage points higher" in sentences(found)[0]


def test_a_scenario_without_a_number_is_named_and_not_counted() -> None:
    nothing = dataclasses.replace(
        standing("c", 1, 2, 3).spread, central=math.nan, median=math.nan, p05=math.nan, p95=math.nan, runs=0
    )
    lost = Standing(nothing, False, True, math.nan, (None,))
    said = sentences(level(standing("a", 500, 530, 560), standing("b", 500, 530, 560), lost))
    assert "none of 2 scenarios" in said[0]
    assert said[-1] == "There is no number for “c”."
    assert "no number" not in " ".join(sentences(level(standing("a", 500, 530, 560))))


def test_runs_without_a_result_are_not_taken_for_misses() -> None:
    """3 of 100 runs meet the level, but 10 more have no result: that it is under 1 in 20 is not known."""
    rare, open_ = standing("a", 500, 530, 560, 0.03), standing("b", 500, 530, 560, 0.03)
    assert "in every uncertain scenario it is under 1 in 20" in sentences(level(rare, open_))[1]
    chance = Chance(0.03, 0.01, 0.08, 100, lost=10)
    some = sentences(level(rare, dataclasses.replace(open_, chances=(chance,))))[1]
    assert "in 1 of 2 uncertain scenarios it is under 1 in 20" in some


def test_published_scenarios_are_counted_apart() -> None:
    plan = standing("plan", 630, 630, 630, published=True)
    other = standing("a", 500, 530, 560)
    said = sentences(level(plan, other))
    assert said[0] == "On the plan’s own arithmetic plan gives 630 WTE, which reaches 540 WTE."
    assert said[1].startswith("GPs at the end of Sep 2020: 530 WTE in “a”")
    assert "plan" not in said[1]


@pytest.mark.parametrize(
    ("chances", "said"),
    [
        ((0.0, 0.0), "No run of any scenario meets “540 GPs”: of 100 runs each, so the chance is at most 10%."),
        (
            (0.0, 0.5),
            "The best chance of “540 GPs” is 50% (40 to 60%), in “b”; in 1 of 2 uncertain scenarios it is under 1 in 20.",
        ),
        (
            (0.01, 0.03),
            "The best chance of “540 GPs” is 3.0% (0% to 13%), in “b”; in every uncertain scenario it is under 1 in 20.",
        ),
        ((0.2, 0.5), "The best chance of “540 GPs” is 50% (40 to 60%), in “b”."),
    ],
)
def test_the_best_chance_and_how_often_it_is_rare(chances: tuple[float, float], said: str) -> None:
    found = sentences(level(*(standing(n, 500, 530, 560, c) for n, c in zip("ab", chances, strict=True))))
    assert found[1].replace("(0 to 13%)", "(0% to 13%)") == said


def test_a_chance_beside_scenarios_without_one_names_its_scenario() -> None:
    found = sentences(level(standing("a", 500, 530, 560), standing("b", 550, 550, 550)))
    assert found[1] == "The chance of “540 GPs” is 50% (40 to 60%), in “a”."


def test_one_value_in_every_run_is_no_absence_of_uncertainty() -> None:
    """Years until something that never happens are 14 in every run, though inputs vary; without varying inputs nothing is claimed of runs."""
    wait = Quantity("wait", "", "Years to wait", "Year", math.nan, False)
    never = dataclasses.replace(standing("a", 14, 14, 14), varied=True)
    assert sentences(level(never, shown=wait, target=None)) == ["Years to wait: 14 years in “a”, the same in all 100 runs."]
    still = standing("a", 14, 14, 14)
    assert sentences(level(still, shown=wait, target=None)) == ["Years to wait: 14 years in “a”."]
    assert fan_title(level(never, shown=wait, target=None)) == "Years to wait: the same in every run, though inputs vary"
    assert fan_title(level(still, shown=wait, target=None)) == "Years to wait: nothing varies between runs"


# --- titles


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        (((500, 530), (510, 539)), "lie below 540 WTE in every scenario whose runs vary"),
        (((541, 560), (545, 570)), "lie above 540 WTE in every scenario whose runs vary"),
        (((500, 540), (540, 570)), "lie across 540 WTE in every scenario whose runs vary"),
        (((500, 530), (545, 570)), "lie below 540 WTE in 1 scenario, above it in 1"),
        (((500, 530), (530, 570)), "lie below 540 WTE in 1 scenario, across it in 1"),
    ],
)
def test_a_band_beyond_a_level_does_not_touch_it(bands: tuple[tuple[float, float], ...], said: str) -> None:
    fact = level(*(standing(n, a, (a + b) / 2, b) for n, (a, b) in zip("ab", bands, strict=True)))
    assert fan_title(fact) == f"Nine runs in ten {said} at the end of Sep 2020"


def test_titles_speak_of_what_is_drawn(tmp_path: Path) -> None:
    """The target is on another number than the one drawn over time: the title of that picture says nothing of it."""
    study = plan_study(target=[{"name": "density", "output": "density_2020", "at_least": 0.58}])
    fact = course_level(plan_result(tmp_path, runs=20, study=study, few=True))
    assert fact is not None
    assert fact.shown.label == "GPs"
    assert scenario_title(fact) == "GPs: 3 scenarios on central values"
    assert fan_title(fact).startswith("GPs: nine runs in ten lie within a range of ")
    own = course_level(plan_result(tmp_path, runs=20, few=True))
    assert own is not None
    assert scenario_title(own) == "On central values, no scenario reaches 639 WTE by the end of Sep 2020"


def test_the_second_target_is_the_title_where_it_is_the_one_drawn(tmp_path: Path) -> None:
    study = plan_study(
        target=[
            {"name": "density", "output": "density_2020", "at_least": 0.1},
            {"name": "600 GPs", "output": "gp_2020", "at_least": 600},
        ]
    )
    fact = course_level(plan_result(tmp_path, runs=20, study=study, few=True))
    assert fact is not None
    assert scenario_title(fact) == "On central values, 2 of 3 scenarios reach 600 WTE by the end of Sep 2020"


def test_the_best_chance_is_named_in_its_title() -> None:
    none = level(standing("a", 1, 2, 3, 0.0), standing("b", 1, 2, 3, 0.0))
    assert histogram_title(none) == "In no scenario does any of the 100 runs reach 540 WTE"
    some = level(standing("a", 1, 2, 3, 0.2), standing("b", 1, 2, 3, 0.0))
    assert histogram_title(some) == "Best chance: 20% of runs reach 540 WTE in “a”"


# --- differences


@pytest.mark.parametrize(
    ("median", "low", "high", "rising", "falling", "said"),
    [
        (8, 5, 11, 100, 0, "is 8 WTE higher in “b” than in “a” (5 to 11 in nine runs of ten; higher in all 100 runs)."),
        (-8, -11, -5, 0, 100, "is 8 WTE lower in “b” than in “a” (5 to 11 in nine runs of ten; lower in all 100 runs)."),
        (
            8,
            -2,
            11,
            90,
            10,
            "is 8 WTE higher in “b” than in “a” (from 2 WTE lower to 11 WTE higher in nine runs of ten; higher in 90 of 100 runs).",
        ),
        (0, 0, 11, 30, 0, "is higher in 30 of 100 runs in “b” than in “a”; the middle run shows no difference."),
        (0, 0, 0, 0, 0, "is the same in “b” and “a” in each of 100 runs."),
    ],
)
def test_a_difference_has_a_direction_and_says_how_many_runs_share_it(
    median: float, low: float, high: float, rising: int, falling: int, said: str
) -> None:
    fact = Change(GPS, False, "b", "a", median, low, high, rising, falling, 100, True)
    assert sentences(fact) == [f"GPs at the end of Sep 2020 {said}"]


def test_a_difference_pairs_runs_and_leaves_out_those_that_failed_in_either(tmp_path: Path) -> None:
    result = plan_result(tmp_path, runs=200, failed=3)
    one, other = (result.runs["gp_2020"].sel(scenario=n).values for n in ("nothing works", "everything works"))
    apart = (one - other)[3:]
    found = change(result, quantity(result, "gp_2020"), "nothing works", "everything works")
    assert found is not None
    assert (found.runs, found.falling) == (197, int((apart < 0).sum()))
    assert found.median == pytest.approx(np.median(apart), rel=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(apart, [0.05, 0.95])), rel=1e-12)


def test_what_a_scenario_cannot_touch_is_not_in_the_table(tmp_path: Path) -> None:
    study = plan_study(compare_with="locum conversion")
    result = plan_result(tmp_path, runs=50, failed=0, study=study)
    runs = result.runs.copy(deep=True)
    names = [str(s) for s in runs["scenario"].values]
    for name in runs.data_vars:
        runs[name].values[names.index("role substitution")] = runs[name].values[names.index("locum conversion")]
        if name == "density_2020":
            runs[name].values[:] = runs[name].values[names.index("locum conversion")]
    table, same = difference_table(dataclasses.replace(result, runs=runs))
    assert same == ("role substitution",)
    assert table is not None
    assert "role substitution" not in [row[0] for row in table.rows]
    assert not any("per 1,000" in head for head in table.head)
    full, none = difference_table(result)
    assert none == ()
    assert full is not None
    assert any("per 1,000" in head for head in full.head)


# --- shares, levers, bars


def test_shares_carry_their_interval_and_whether_they_settled() -> None:
    parts = (Part("recruitment", "recruitment", 0.39, 0.37, 0.40), Part("retention", "retention", 0.60, 0.57, 0.62))
    said = sentences(Shares(GPS, "a", parts, True))[0]
    assert said == (
        "Retention explains 60% (57 to 62%) of the spread in GPs at the end of Sep 2020, and recruitment 39% (37 to 40%), each alone, "
        "in “a”."
    )
    one = sentences(Shares(GPS, "a", (Part("share who quit", "the share who quit", 0.28, 0.27, 0.3),), None))
    assert one == ["The share who quit explains 28% (27 to 30%) of the spread in GPs at the end of Sep 2020 alone, in “a”."]
    assert sentences(Shares(GPS, "a", parts, False))[0].endswith("in “a”; these shares have not settled.")
    assert sentences(Shares(GPS, "a", parts, True, True))[0].endswith("in “a”; few runs carry the spread, so these may be off.")


NEEDED = Turn(
    GPS, False, MOST, "a", "returning GPs", "Head/Year", own=0.0, before=500.0, found=52.0, there=540.3, last=51.0, short=539.6,
    low=0.0, high=100.0, best=560.0,
)  # fmt: skip


def turn(**changes: Any) -> Turn:
    return dataclasses.replace(NEEDED, **changes)


def test_a_lever_is_told_with_the_step_that_is_too_short() -> None:
    assert sentences(turn()) == [
        "52 more people a year (returning GPs: 52 instead of 0) would bring “a” to 540 WTE at the end of Sep 2020 on central values; "
        "51 would not (539.6 WTE)."
    ]
    less = sentences(turn(own=60.0, found=59.0, last=math.nan, short=math.nan))[0]
    assert less.startswith("1 less person a year (returning GPs: 59 instead of 60) would bring")
    assert "would not" not in less


def test_a_lever_that_is_not_needed_or_not_enough_claims_no_step() -> None:
    needless = sentences(turn(found=0.0, there=545.0))[0]
    assert (
        needless == "“a” reaches 540 WTE at the end of Sep 2020 on central values with returning GPs as it is (0 people a year)."
    )
    never = sentences(turn(found=math.nan, best=530.0))[0]
    assert never.startswith("No value of returning GPs from 0 to 100 people a year would bring “a” to 540 WTE")
    assert "530 WTE" in never


def test_bars_say_their_height_and_what_becomes_of_each_part() -> None:
    fact = Stack("a", "WTE", ("core", "enhanced"), {"now": (9.5, 3.3), "later": (11.4, 7.2)})
    assert sentences(fact) == [
        "In “a”, WTE in all: now 12.8; later 18.6.",
        "From the first to the last: core 9.5 to 11.4 and enhanced 3.3 to 7.2.",
    ]
    picture = strip((fact,))
    assert picture is not None
    lengths = [sum(bar.width for bar in row.bars) for row in picture.rows]
    assert lengths[0] / lengths[1] == pytest.approx(12.8 / 18.6, rel=1e-3)
    assert strip((Stack("a", "WTE", ("core", "enhanced"), {"now": (-1.0, 3.0)}),)) is None


def test_the_picture_shows_the_data_and_the_target() -> None:
    picture = strip((level(standing("a", 500, 520, 535), standing("b", 510, 541, 560)),))
    assert picture is not None
    assert picture.rule is not None
    places = [p for row in picture.rows for p in (row.dot, *(e for bar in row.bars for e in (bar.left, bar.left + bar.width)))]
    assert all(p is not None and 0 <= p <= 100 for p in (*places, picture.rule))
    first, second = (row.dot for row in picture.rows)
    assert first is not None
    assert second is not None
    assert (picture.rule - first) / (second - first) == pytest.approx(20 / 21, rel=1e-2)  # 540 between 520 and 541
    assert ("rule", "target, 540 WTE") in picture.key


# --- how sure


@pytest.mark.parametrize(
    ("sure", "said"),
    [
        (Sureness((100, 100), (0, 0), None, False, ()), "100 runs for each scenario; none failed."),
        (
            Sureness((90, 100), (10, 2), None, False, ()),
            "90 to 100 good runs for each scenario; 10 runs failed, and 2 more in the analyses.",
        ),
        (
            Sureness((100, 100), (0, 2), None, False, ()),
            "100 runs for each scenario; none of them failed, but 2 in the analyses did.",
        ),
        (
            Sureness((100, 100), (0, 0), True, False, ()),
            "100 runs for each scenario; none failed; shares of the spread have settled.",
        ),
        (
            Sureness((100, 100), (0, 0), False, False, ()),
            "100 runs for each scenario; none failed; shares of the spread have not settled.",
        ),
        (Sureness((0, 0), (0, 0), None, True, ()), "nothing varies; illustrative data."),
        (
            Sureness((9, 9), (0, 0), None, False, (Verification("agrees", 1, 1e-16, until=2023.25, final=2030.75),)),
            "9 runs for each scenario; none failed; a second simulator gives the same numbers up to Apr 2023.",
        ),
        (
            Sureness((9, 9), (0, 0), None, False, (Verification("agrees", 1, 0.0, until=2030.75, final=2030.75),)),
            "9 runs for each scenario; none failed; a second simulator gives the same numbers.",
        ),
        (
            Sureness((9, 9), (0, 0), None, False, (Verification("differs", 1, 0.1, "gp", "a"),)),
            "9 runs for each scenario; none failed; a second simulator gives other numbers.",
        ),
        (
            Sureness((9, 9), (0, 0), None, False, (Verification("not asked", reason="none was asked for"),)),
            "9 runs for each scenario; none failed; not compared with a second simulator.",
        ),
        (
            Sureness(
                (9, 9),
                (0, 0),
                None,
                False,
                (
                    Verification("agrees", 1, 0.0, until=2030.75, final=2030.75),
                    Verification("not asked", reason="none was asked for"),
                ),
            ),
            "9 runs for each scenario; none failed; compared with a second simulator in part only.",
        ),
    ],
)
def test_how_sure_is_one_line(sure: Sureness, said: str) -> None:
    assert sure_line(sure) == f"How sure: {said}"


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("9", "Year", "9 years"), ("1", "Year", "1 year"), ("0.5", "WTE/kPerson", "0.5 WTE for 1,000 people"), ("52", "Head/Year", "52 people a year"),
        ("37", "million GBP", "£37 million"), ("−3", "GBP/Year", "−£3 a year"), ("889", "WTE*Year", "889 WTE-years"), ("2", "Dmnl", "2"),
        ("40", "GBP/(WTE*Year)", "£40 for each WTE a year"), ("2", "widget/tonne", "2 widget/tonne"),
    ],
)  # fmt: skip
def test_units_are_read_as_words(text: str, unit: str, said: str) -> None:
    assert joined(text, unit) == said


# --- from a study to its answer

FLOW = """{UTF-8}
arrivals = 3 ~ Head/Year ~ ~|
leaving = 0.1 ~ 1/Year ~ ~|
share = 0.25 ~ Dmnl ~ ~|
level: core, enhanced ~~|
mix[core] = 2 ~ Head ~ ~|
mix[enhanced] = 1 ~ Head ~ ~|
people = INTEG(arrivals - 2, 10) ~ Head ~ ~|
INITIAL TIME = 2020 ~ Year ~ ~|
FINAL TIME = 2024 ~ Year ~ ~|
TIME STEP = 0.25 ~ Year ~ ~|
SAVEPER = 1 ~ Year ~ ~|
"""


def flow(folder: Path, answers: str, more: str = "") -> Study:
    (folder / "flow.mdl").write_text(FLOW, encoding="utf-8")
    (folder / "study.toml").write_text(
        f"""title = "Flow"
question = "How many people in 2024?"
model = "flow.mdl"
{answers}
[uncertain]
names = ["arrivals"]
[uncertain.override.arrivals]
distribution = "uniform"
low = 2
high = 4
[outputs]
people = {{ variable = "people", at = 2024, label = "People" }}
course = {{ variable = "people", label = "People over time" }}
parts = {{ variable = "mix", at = 2020, label = "Mix" }}
share = {{ variable = "share", at = 2020, percent = true }}
[[target]]
name = "20"
output = "people"
at_least = 20
[[scenario]]
name = "as it is"
[[scenario]]
name = "four"
set = {{ arrivals = 4 }}
[monte_carlo]
runs = 40
{more}
""",
        encoding="utf-8",
    )
    return llr_sd.load_study(folder)


def test_a_lever_is_found_where_the_closed_form_has_it(tmp_path: Path) -> None:
    """10 people and (arrivals - 2) a year for 4 years are 20 at 4.5 arrivals: the first whole number is 5, the first half 4.5."""
    asked = '[[answer]]\nlever = "arrivals"\ntarget = "20"\nscenario = "as it is"\nbetween = [0, 10]\n'
    for step, found, last in ((1, 5.0, 4.0), (0.5, 4.5, 4.0)):
        folder = tmp_path / f"{found}"
        folder.mkdir()
        result = llr_sd.run_study(flow(folder, f"{asked}step = {step}"), out=folder / "results", verify=0)
        (fact,) = facts(result)
        assert isinstance(fact, Turn)
        assert (fact.own, fact.found, fact.last) == (3.0, found, last)
        assert (fact.there, fact.short) == pytest.approx((10 + 4 * (found - 2), 10 + 4 * (last - 2)), rel=1e-12)
    said = "1.5 more people a year (arrivals: 4.5 instead of 3) would bring “as it is” to 20 people"
    assert answer(result) == [f"{said} at the end of Dec 2023 on central values; 1 would not (18 people)."]
    assert said in " ".join(terminal_summary(result).split())


def test_without_a_declared_answer_the_first_target_is_it(tmp_path: Path) -> None:
    result = llr_sd.run_study(flow(tmp_path, ""), out=tmp_path / "results", verify=0)
    assert (
        answer(result)[0]
        == "People at the end of Dec 2023: none of 2 scenarios reaches 20 people on central values, 14 (“as it is”) to 18 people (“four”)."
    )
    assert numbers_table(result).head == ("Scenario", "People, end of Dec 2023", "Chance of 20", "share, end of Dec 2019")
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert page.index("How many people in 2024?") < page.index("none of 2 scenarios reaches 20 people")
    assert "25%" in page


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ('answer = "peeple"', 'no output is called "peeple". Did you mean "people"?'),
        ('answer = "course"', '"course" has no date. Give the output a time with "at".'),
        ('answer = "parts"', '"parts" is more than one number. Name one element of its variable, or answer with bars.'),
        ('answer = { bars = ["people"] }', '"people" is one number: a bar is stacked'),
        ('answer = { bars = ["parts", "people"] }', '"people" is one number'),
        ('answer = { share = ["arrivals"], of = "people" }', "there is no [sobol] to take a share from"),
        ('answer = { lever = "arivals", target = "20", scenario = "four", between = [0, 9] }', 'Did you mean "arrivals"?'),
        (
            'answer = { lever = "TIME STEP", target = "20", scenario = "four", between = [0, 9] }',
            "the clock of the model cannot be a lever",
        ),
        ('answer = { lever = "arrivals", target = "20", scenario = "fuor", between = [0, 9] }', 'Did you mean "four"?'),
        (
            'answer = { lever = "arrivals", target = "20", scenario = "four", between = [9, 0] }',
            "from the lesser to the greater value",
        ),
        ('answer = { outptu = "people" }', "needs one of output, difference, share, lever, mix, bars"),
        ('answer = { output = "people", scenario = "four" }', 'unknown key "answer > 1 > scenario". Did you mean "scenarios"?'),
        ('answer = { difference = "people", scenario = "four", base = "four" }', "is the scenario itself"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_what_would(tmp_path: Path, answers: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        llr_sd.run_study(flow(tmp_path, answers), out=tmp_path / "results", verify=0)
    assert said in str(caught.value)
    assert "Answer" not in re.sub("The answer", "", str(caught.value))
    assert not (tmp_path / "results").exists()


def test_a_number_with_a_unit_is_no_percentage(tmp_path: Path) -> None:
    study = flow(tmp_path, "")
    wrong = study.outputs["people"].model_copy(update={"percent": True})
    with pytest.raises(InputError, match='a number in "Head" is not a share'):
        llr_sd.run_study(study.model_copy(update={"outputs": {**study.outputs, "people": wrong}}), out=tmp_path / "results")


def test_findings_of_a_study_lie_beside_its_report(tmp_path: Path) -> None:
    study = flow(tmp_path, "")
    (tmp_path / "findings.md").write_text("# What we make of it\n", encoding="utf-8")
    result = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    assert (result.path / "findings.md").read_text(encoding="utf-8") == "# What we make of it\n"
    assert '<a href="findings.md">' in (result.path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "findings.md").unlink()
    again = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    assert not (again.path / "findings.md").exists()
    assert "findings.md" not in (again.path / "report.html").read_text(encoding="utf-8")


def test_subscripts_are_told_in_the_words_of_the_study(tmp_path: Path) -> None:
    asked = 'answer = { bars = ["parts"] }\n'
    study = flow(tmp_path, asked)
    named = study.outputs["parts"].model_copy(update={"elements": {"core": "healthcare assistants"}})
    said = study.model_copy(update={"outputs": {**study.outputs, "parts": named}})
    result = llr_sd.run_study(said, out=tmp_path / "results", verify=0)
    assert answer(result) == ["In “as it is”, Mix: healthcare assistants 2.0 and enhanced 1.0 people, 3.0 in all."]
    assert answer(llr_sd.run_study(study, out=tmp_path / "plain", verify=0)) == [
        "In “as it is”, Mix: core 2.0 and enhanced 1.0 people, 3.0 in all."
    ]
    wrong = named.model_copy(update={"elements": {"cor": "x"}})
    with pytest.raises(InputError, match=r'has no element "cor".*Did you mean "core"'):
        llr_sd.run_study(study.model_copy(update={"outputs": {**study.outputs, "parts": wrong}}), out=tmp_path / "other")


def test_the_table_prefers_results_to_what_they_are_worked_out_of(tmp_path: Path) -> None:
    study = plan_study(target=[], answer="density_2020")
    result = plan_result(tmp_path, runs=20, study=study, few=True)
    head = numbers_table(result).head
    assert head[1] == "GPs per 1,000 patients (WTE a person), end of Sep 2020"
    assert head.index("Short of 639") < head.index("GPs (WTE), end of Sep 2020")
