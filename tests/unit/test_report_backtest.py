"""What a report says of published figures: sentences from facts, each with its opposite, and the page of a study that has some."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import llr_sd
from llr_sd.cli import main
from llr_sd.report.backtest.charts import published_chart
from llr_sd.report.backtest.read import Count, Figure, Scale, Standing, counts, figures
from llr_sd.report.backtest.sections import backtest_section
from llr_sd.report.backtest.words import count_sentence, error_sentence, hindsight_sentence, miss_sentence
from llr_sd.report.outcome.facts import Told
from llr_sd.report.outcome.read import facts
from llr_sd.report.shared import canvas
from llr_sd.report.shared.reading import fits
from llr_sd.report.terminal import terminal_summary

CHANGE = Scale("FTE", 2017.75)
ABOVE = Standing("as known", "above", 0.95, 1.02, 1.0, 0.99, 0.04, 100, "")
INSIDE = Standing("with roles", "inside", 1.0, 1.1, 1.05, 0.6, 0.0, 100, "")
NONE = Standing("short", "", math.nan, math.nan, math.nan, math.nan, math.nan, 100, "outside the run")
NURSES = Figure("Nurses", 2023.75, 273.5, 1.06, 0.01, CHANGE, (ABOVE, INSIDE))


def test_a_miss_is_told_with_its_side_its_distance_and_who_holds_it() -> None:
    assert miss_sentence(NURSES) == (
        "Nurses, end of Sep 2023: 273.5 FTE (+6.0% since the end of Sep 2017), above the band of “as known” (−5.0% to +2.0%) by 4.0 "
        "percentage points. It is inside that of “with roles” (0.0% to +10.0%)."
    )


def test_a_miss_below_in_every_scenario_is_held_by_none() -> None:
    low = replace(ABOVE, stands="below", low=500.0, high=550.0, gap=-11.0)
    figure = replace(
        NURSES, value=489.0, compared=489.0, scale=Scale("WTE", math.nan), standings=(low, replace(low, scenario="b"))
    )
    assert miss_sentence(figure) == (
        "Nurses, end of Sep 2023: 489 WTE, below the band of “as known” (500 to 550) by 11 WTE and below the band of “b” (500 to 550) by "
        "11 WTE. No scenario holds it."
    )


def test_a_distance_that_rounds_to_nothing_is_not_none() -> None:
    assert CHANGE.distance(0.0004) == "less than 0.1 percentage points"
    assert CHANGE.distance(-0.0006) == "0.1 percentage points"


def test_hindsight_is_told_where_a_table_states_it() -> None:
    assert hindsight_sentence(()) == ""
    one = (("number of arrivals", "chosen knowing the returns"),)
    assert hindsight_sentence(one).startswith("1 value of the model was fitted to figures or chosen knowing them")
    assert hindsight_sentence(one * 2).startswith("2 values of the model were fitted")


def test_a_tail_is_no_smaller_than_the_runs_can_tell() -> None:
    assert replace(ABOVE, rank=1.0, runs=199).tail == 0.005
    assert replace(ABOVE, rank=0.02, runs=199).tail == 0.02


def test_that_none_holds_it_is_not_said_where_one_has_no_band() -> None:
    assert "No scenario" not in miss_sentence(replace(NURSES, standings=(ABOVE, replace(ABOVE, scenario="b"), NONE)))
    assert "No scenario" not in miss_sentence(replace(NURSES, standings=(ABOVE,)))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Count("a", "", 5, 0, 0.5, 1.0), "All 5 published figures lie in the band of nine runs in ten of “a”."),
        (Count("a", "", 1, 0, 0.1, 1.0), "The one published figure lies in the band of nine runs in ten of “a”."),
        (
            Count("a", "", 5, 2, 0.5, 0.13),
            "3 of 5 published figures lie in the band of nine runs in ten of “a”; chance alone can give that (a run taken for the truth "
            "would miss 0.5 on average, and 2 or more with a chance of 13%).",
        ),
        (
            Count("a", "", 3, 1, 0.3, 0.23, ("GPs, end of Sep 2023",), (), ("GPs, end of Sep 2023",)),
            "2 of 3 published figures lie in the band of nine runs in ten of “a”. Chance can give as many (a run taken for the truth would "
            "miss 0.3 on average, and 1 or more with a chance of 23%), but not one so far out as GPs, end of Sep 2023. Below it: GPs, "
            "end of Sep 2023.",
        ),
        (
            Count("a", "", 5, 4, 0.5, 0.049),
            "1 of 5 published figures lies in the band of nine runs in ten of “a”: more miss than chance gives (a run taken for the "
            "truth would miss 0.5 on average, and 4 or more with a chance of 4.9%).",
        ),
        (
            Count("a", "", 2, 2, 0.1, 0.0),
            "None of 2 published figures lies in the band of nine runs in ten of “a”: more miss than chance gives, since no run taken for "
            "the truth would miss as many.",
        ),
    ],
)
def test_counts_are_told_with_what_chance_gives(count: Count, said: str) -> None:
    assert count_sentence(count) == said


STUDY = {
    "title": "Does it hold?",
    "model": "gp_supply",
    "outputs": {"gp": {"variable": "GP WTE", "label": "GPs"}, "heads": {"variable": "GP heads", "label": "GPs by head"}},
    "scenario": [
        {"name": "as known"},
        {"name": "more quit", "set": {"gp_quit_u55": 0.055}},
        {"name": "short", "set": {"FINAL TIME": 2021.75}},
    ],
    "uncertain": {"groups": ["retention"]},
    "monte_carlo": {"runs": 200},
    "observed": [
        {
            "name": "GPs, FTE",
            "output": "gp",
            "values": {"Sep 2017": 500.0, "Sep 2020": 500.0, "Sep 2022": 250.0},
            "relative_to": "Sep 2017",
            "unit": "FTE",
            "error": 0.01,
            "source": "a table",
            "grade": "B",
            "note": "FTE are not WTE",
        },
        {"name": "GPs by head", "output": "heads", "values": {"Sep 2018": 758.0}},
    ],
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    folder = tmp_path_factory.mktemp("backtest")
    return llr_sd.run_study(llr_sd.make_study(folder=folder, **STUDY), out=folder / "out")


def test_facts_are_those_of_the_tables(result: llr_sd.StudyResult) -> None:
    table = result.tables["observed"]
    for figure in figures(result):
        for standing in figure.standings:
            rows = table[(table["observed"] == figure.series) & (table["scenario"] == standing.scenario)]
            row = rows[rows["time"] == figure.time].iloc[0]
            assert (row["stands"], row["note"]) == (standing.stands, standing.note)
            np.testing.assert_equal([row["p05"], row["p95"], row["gap"]], [standing.low, standing.high, standing.gap])
    whole = [c for c in counts(result) if not c.series]
    missed = table[table["stands"].isin(["below", "above"])].groupby("scenario").size()
    assert all(len(c.above) + len(c.below) == c.missed for c in counts(result))
    assert {c.scenario: c.missed for c in whole} == {s: int(missed.get(s, 0)) for s in ("as known", "more quit", "short")}


def test_a_figure_is_far_out_where_chance_would_seldom_put_one_of_so_many(result: llr_sd.StudyResult) -> None:
    table = result.tables["observed"]
    known = (table["scenario"] == "as known") & (table["time"] == 2022.75)
    for rank, far in ((0.008, ("GPs, FTE, end of Sep 2022",)), (0.0084, ())):  # 2 x 3 figures x 0.00833 = 0.05
        told = replace(result, tables={**result.tables, "observed": table.assign(rank=table["rank"].mask(known, rank))})
        assert next(c for c in counts(told) if c.scenario == "as known" and not c.series).far == far


def test_the_section_has_sentences_a_picture_and_two_tables(result: llr_sd.StudyResult) -> None:
    section = backtest_section(result)
    assert section is not None
    said = " ".join(section.sentences)
    assert "GPs, FTE, end of Sep 2022: 250 FTE (−50.0% since the end of Sep 2017), below the band of “as known”" in said
    assert "Not judged in “short” (outside the run): GPs, FTE, end of Sep 2022." in said
    assert "The bands take in the stated standard errors of the figures, but for GPs by head, which state none." in said
    numbers = section.pictures[0].numbers
    assert len(numbers.rows) == 9
    assert numbers.rows[0][:4] == ("GPs, FTE", "end of Sep 2020", "500 FTE (0.0%)", "1.4 percentage points")
    assert section.tables[0].rows[0] == ("GPs, FTE", "GPs", "B", "a table", "FTE are not WTE")


def test_errors_that_are_stated_by_none_or_by_all_are_told_so(result: llr_sd.StudyResult) -> None:
    table = result.tables["observed"]
    for error, said in (
        (0.0, "No error of the figures is stated"),
        (1.0, "The bands take in the stated standard errors of the figures."),
    ):
        told = replace(result, tables={**result.tables, "observed": table.assign(error=error)})
        assert error_sentence(told).startswith(said)


def test_terminal_and_page_and_workbook_tell_it(result: llr_sd.StudyResult) -> None:
    told = " ".join(terminal_summary(result).split())
    assert next(count_sentence(c) for c in counts(result) if c.scenario == "as known" and not c.series) in told
    said = [count_sentence(c) for c in counts(result) if not c.series]
    assert facts(result) == (Told((*said, hindsight_sentence(fits(result)))),)  # the table of gp_supply states values that were
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "Against what was published" in page
    assert (result.path / "figures" / "published.svg").is_file()
    with pd.ExcelFile(result.path / "workbook.xlsx", engine="openpyxl") as book:
        assert {"Published figures", "Figures outside", "Bands over time"} <= set(book.sheet_names)


def test_the_picture_has_a_row_a_series_on_one_scale(result: llr_sd.StudyResult) -> None:
    drawing = published_chart(result, "title")
    assert drawing is not None
    panels: list[Axes] = drawing.get_axes()
    assert len(panels) == 6
    assert len({p.get_ylim() for p in panels[:3]}) == len({p.get_ylim() for p in panels[3:]}) == 1
    assert canvas.svg_bytes(drawing) == canvas.svg_bytes(drawing)


def test_a_chart_of_one_output_is_about_that_output(result: llr_sd.StudyResult) -> None:
    """The study asks where figures of two outputs stand; a chart of one of them does not."""
    assert result.plot.fan("heads").get_axes()


def test_the_study_is_listed_with_its_series(result: llr_sd.StudyResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(result.path / "study.toml")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "observed GPs, FTE: gp against 500 at Sep 2017, 500 at Sep 2020, 250 at Sep 2022, by the change since 2017.75" in told
    assert "observed GPs by head: heads against 758 at Sep 2018" in told


def test_a_study_without_series_has_no_such_part(tmp_path: Path) -> None:
    keys = {k: v for k, v in STUDY.items() if k != "observed"} | {"monte_carlo": {"runs": 2}}
    plain = llr_sd.run_study(llr_sd.make_study(folder=tmp_path, **keys), out=tmp_path / "out")
    assert backtest_section(plain) is None
    assert "observed" not in plain.tables
