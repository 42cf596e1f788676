"""Pictures of a study: what they show, that they say it in words, and that they are the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from report_result import plan_result, plan_study

from llr_sd.report.outcome.charts import fan_chart, histogram, scenario_chart
from llr_sd.report.outcome.sections import pictures
from llr_sd.report.shared import canvas
from llr_sd.report.shared.reading import Chance
from llr_sd.report.shared.wording import amount, chance_words, date_words, moment_words, percent, short_names
from llr_sd.result import StudyResult


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """All ten scenarios."""
    return plan_result(tmp_path_factory.mktemp("plan"), runs=200)


def words(figure: Figure) -> str:
    texts = [t.get_text() for t in (*figure.texts, *(t for key in figure.legends for t in key.get_texts()))]
    for axes in figure.axes:
        texts += [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel(), *(t.get_text() for t in axes.texts)]
    return "\n".join(texts)


def level_lines(figure: Figure, level: float) -> int:
    return sum(
        any(
            np.all(np.asarray(line.get_ydata(), dtype=float) == level) and line.get_color() == canvas.TARGET
            for line in axes.lines
        )
        for axes in figure.axes
    )


@pytest.mark.parametrize(
    ("time", "start", "close"),
    [
        (2017.75, "Oct 2017", "end of Sep 2017"),
        (2020.75, "Oct 2020", "end of Sep 2020"),
        (2018.0, "Jan 2018", "end of Dec 2017"),
        (2017.25, "Apr 2017", "end of Mar 2017"),
        (2019.999, "Jan 2020", "end of Dec 2019"),
        (12.0, "time 12", "time 12"),
        (float("nan"), "", ""),
    ],
)
def test_a_time_is_said_as_a_start_or_as_a_close(time: float, start: str, close: str) -> None:
    assert date_words(time) == start
    assert date_words(time, closing=True) == close


def test_an_observed_moment_is_named_both_ways() -> None:
    assert moment_words(2015.75) == "1 Oct 2015 (end of Sep)"


def test_amounts_are_rounded_but_never_onto_a_level_they_miss() -> None:
    assert amount(638.6, "WTE") == "639"
    assert amount(638.6, "WTE", apart_from=639) == "638.6"
    assert amount(638.97, "WTE", apart_from=639) == "638.97"
    assert amount(0.5735) == "0.574"
    assert amount(-3.21, "WTE") == "−3.2"
    assert amount(-0.001, "WTE") == "0.0"
    assert amount(12345.6, "WTE") == "12,346"
    assert amount(float("nan"), "WTE") == "–"
    assert (amount(1e308), amount(-2.5e20, "WTE")) == ("1e+308", "−2.5e+20")


def test_small_and_large_chances_are_not_rounded_to_none_or_all() -> None:
    assert [percent(p) for p in (0.0, 0.0004, 0.051, 0.0999, 0.5, 0.9996, 1.0)] == [
        "0%", "below 0.1%", "5.1%", "10%", "50%", "above 99.9%", "100%",
    ]  # fmt: skip
    assert chance_words(Chance(0.0, 0.0, 0.0075, 512)) == "0 of 512 runs (at most 0.8%)"
    assert chance_words(Chance(1 / 4096, 0.00004, 0.0014, 4096)) == "1 of 4,096 runs (at most 0.1%)"
    assert chance_words(Chance(1.0, 0.9925, 1.0, 512)) == "all 512 runs (at least 99.2%)"
    assert chance_words(Chance(0.12, 0.1, 0.14, 512)) == "12% (10 to 14%)"


def test_long_names_stay_apart_when_they_are_cut() -> None:
    names = ["a scenario with a very long name, variant one", "a scenario with a very long name, variant two", "short"]
    short = short_names(names, 20)
    assert len(set(short.values())) == 3
    assert max(map(len, short.values())) <= 20


@pytest.mark.parametrize("wanted", [[630, 630, 622, 596], [0.0], [1.0] * 12, list(range(12))])
def test_labels_keep_their_order_and_their_distance(wanted: list[float]) -> None:
    low, high, gap = min(wanted) - 30, max(wanted) + 30, 4.0
    placed = canvas.spread_labels(wanted, gap, low, high)
    assert np.all(np.diff(np.sort(placed)) >= gap - 1e-9)
    assert min(placed) >= low
    assert max(placed) <= high
    order = np.argsort(wanted, kind="stable")
    assert list(np.argsort(np.array(placed), kind="stable")) == list(order)


def test_the_scenario_chart_names_every_line_and_draws_the_target(plan: StudyResult) -> None:
    figure = scenario_chart(plan)
    assert figure is not None
    said = words(figure)
    for label in (
        "plan 1: 561",
        "plan 2, plan 3: 630",
        "everything works: 622",
        "target 639",
        "end of Sep 2020",
        "GPs (WTE)",
        "observed",
    ):
        assert label in said
    assert level_lines(figure, 639) == 1
    dots = figure.axes[0].collections[0].get_offsets()
    assert np.asarray(dots).tolist() == [[2015.75, 563], [2017.25, 565], [2017.75, 541]]
    assert figure.axes[0].get_xlim()[1] == pytest.approx(2020.75)


@pytest.mark.parametrize("tail", ["", ", which has a name that goes on and on beyond the page"])
def test_scenario_labels_do_not_overlap_and_stay_inside_the_picture(tmp_path: Path, tail: str) -> None:
    study = plan_study()
    named = tuple(s.model_copy(update={"name": s.name + tail}) for s in study.scenario)
    figure = scenario_chart(plan_result(tmp_path, runs=20, study=study.model_copy(update={"scenario": named})))
    assert figure is not None
    canvas.png_bytes(figure, dpi=100)  # measured in the pixels that it was drawn in
    boxes = [t.get_window_extent() for t in figure.legends[0].get_texts() if ": " in t.get_text()]
    assert len(boxes) == 9
    key = figure.legends[0].get_window_extent()
    assert key.x0 >= 0
    assert key.x1 <= figure.bbox.x1
    assert key.y1 <= figure.axes[0].xaxis.label.get_window_extent().y0
    for i, one in enumerate(boxes):
        assert one.x1 <= figure.bbox.x1
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])


def test_the_fan_chart_has_a_panel_a_scenario_and_says_where_nothing_varies(plan: StudyResult) -> None:
    figure = fan_chart(plan)
    assert figure is not None
    assert len(figure.axes) == 10
    assert level_lines(figure, 639) == 10
    assert words(figure).count("the plan’s own arithmetic:\none line, no range given") == 3
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_the_histogram_gives_the_share_that_meets_the_target_with_its_interval(plan: StudyResult) -> None:
    result = plan
    figure = histogram(result)
    assert figure is not None
    rows = result.targets[(result.targets["scenario"] == "everything works") & (result.targets["target"] == "639 GPs")]
    row = rows.iloc[0]
    odds = Chance(float(row["probability"]), float(row["low"]), float(row["high"]), int(row["runs"]))
    panel = next(a for a in figure.axes if a.get_title(loc="left") == "everything works")
    assert chance_words(odds) in " ".join(panel.texts[0].get_text().split())
    hatched = sum(p.get_height() for p in panel.patches if p.get_hatch())
    assert hatched == pytest.approx(odds.probability)
    assert sum(p.get_height() for p in panel.patches) == pytest.approx(1.0)


def test_text_alternatives_carry_the_numbers_of_the_table(plan: StudyResult) -> None:
    scenarios, fans, runs = pictures(plan)
    assert "plan 2: 630" in scenarios.alternative
    assert "541 WTE at 1 Oct 2017 (end of Sep)" in scenarios.alternative
    assert "plan 3 has 28" in scenarios.caption
    last = scenarios.numbers.rows[-1]
    assert (last[0], last[1], last[2]) == ("end of Sep 2020", "561", "630")
    assert "nothing works: median" in fans.alternative
    assert "plan 1: 561, not met" in runs.alternative
    assert all(len(row) == len(p.numbers.head) for p in (scenarios, fans, runs) for row in p.numbers.rows)


def test_pictures_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    result = plan_result(tmp_path, runs=40, few=True)
    for maker in (scenario_chart, fan_chart, histogram):
        one, two = maker(result), maker(result)
        assert one is not None
        assert two is not None
        vector, picture = canvas.svg_bytes(one), canvas.png_bytes(one)
        assert vector == canvas.svg_bytes(two) == canvas.svg_bytes(one)
        assert picture == canvas.png_bytes(two)
        assert b"<dc:date>" not in vector
        assert b"Software" not in picture


def test_every_letter_is_nine_points_or_more(plan: StudyResult) -> None:
    for picture in pictures(plan):
        for text in picture.figure.findobj(lambda a: hasattr(a, "get_fontsize") and hasattr(a, "get_text")):
            assert not text.get_text() or text.get_fontsize() >= 9  # type: ignore[attr-defined]


def test_dollars_and_unknown_letters_in_names_are_drawn_as_they_stand(tmp_path: Path) -> None:
    study = plan_study()
    odd = [s.model_copy(update={"name": f"cost $x_{i} $\\frac 家 {s.name}"}) for i, s in enumerate(study.scenario)]
    result = plan_result(tmp_path, runs=20, study=study.model_copy(update={"scenario": tuple(odd)}), few=True)
    for picture in pictures(result):
        canvas.svg_bytes(picture.figure)
