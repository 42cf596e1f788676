"""Figures of the report that can be asked: their numbers are those of the tables beside them, and every reader can do without."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rating_result import NO_VARIANCE, rating_result
from report_result import DYNAMIC, TIMES, analysed_result, plan_result, plan_study

from llr_sd.dates import date_words
from llr_sd.report import write_report
from llr_sd.report.page import _asked
from llr_sd.report.ratings.sections import rating_sections
from llr_sd.report.sections import sections
from llr_sd.report.shared import canvas
from llr_sd.report.shared.asked import bars_asked, numbers
from llr_sd.report.shared.bars import Bars
from llr_sd.report.shared.inputs import Share, between, part_words
from llr_sd.report.shared.parts import Picture
from llr_sd.report.shared.wording import amount
from llr_sd.result import StudyResult

KNOWN = {"title", "label", "unit", "percent", "times", "series", "targets", "history", "mark"}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return plan_result(tmp_path_factory.mktemp("plan"), runs=60)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return analysed_result(tmp_path_factory.mktemp("analysed"))


def picture(result: StudyResult, name: str) -> Picture:
    return next(p for s in sections(result) for p in s.pictures if p.name == name)


def spec_of(result: StudyResult, name: str) -> dict[str, Any]:
    """The spec of a figure as the script reads it."""
    asked = picture(result, name).asked
    assert asked is not None
    _, spec = asked.views[0]
    return dict(json.loads(json.dumps(spec, allow_nan=False)))


def test_lines_are_those_of_the_table_beside_them(plan: StudyResult) -> None:
    spec, table = spec_of(plan, "scenarios"), picture(plan, "scenarios").numbers
    assert set(spec) == KNOWN
    by_date = {date_words(t, closing=i > 0): i for i, t in enumerate(spec["times"])}
    lines = {name: s["median"] for s in spec["series"] for name in s["name"].split(" / ")}
    assert len(lines) == len(table.head) - 1 == 10
    assert len(spec["series"]) == 9  # plans 2 and 3 are one line
    for row in table.rows:
        for name, cell in zip(table.head[1:], row[1:], strict=True):
            assert amount(lines[name][by_date[row[0]]], spec["unit"]) == cell


def test_bands_are_those_of_the_table_beside_them(plan: StudyResult) -> None:
    spec, table = spec_of(plan, "fans"), picture(plan, "fans").numbers
    by_date = {date_words(t, closing=i > 0): i for i, t in enumerate(spec["times"])}
    lines = {s["name"]: s for s in spec["series"]}
    keys = ("central", "low90", "low50", "median", "high50", "high90")
    ranged = 0
    for name, date, *cells in table.rows:
        if lines[name]["low90"] is not None:
            assert [amount(lines[name][k][by_date[date]], spec["unit"]) for k in keys] == cells
            ranged += 1
        else:
            assert amount(lines[name]["median"][by_date[date]], spec["unit"]) == cells[0]
    assert ranged == 7 * len({row[1] for row in table.rows if row[0] == "everything works"})


def test_a_figure_of_bands_begins_with_two_that_have_one(plan: StudyResult) -> None:
    series = spec_of(plan, "fans")["series"]
    assert [s["name"] for s in series if not s["hidden"]] == ["base, no schemes", "international + retention"]
    assert [s["pen"] < 0 for s in series] == [True] * 3 + [False] * 7
    assert len({s["pen"] for s in series}) == 10


def test_targets_and_observed_points_stand_in_both(plan: StudyResult) -> None:
    for name, last in (("scenarios", 2020.75), ("fans", float(TIMES[-1]))):
        spec = spec_of(plan, name)
        assert [(t["value"], t["time"]) for t in spec["targets"]] == [(639, 2020.75)]
        assert [h["time"] for h in spec["history"]] == [p.time for p in plan.study.history["gp"]]
        assert (spec["times"][-1], spec["mark"]) == (last, 2020.75)


def test_chances_are_those_of_the_table_of_targets(plan: StudyResult) -> None:
    rows = spec_of(plan, "histogram")["rows"]
    table = plan.tables["targets"].set_index(["target", "scenario"])
    assert [r["setting"] for r in rows] == [name for name, *_ in DYNAMIC]
    for row in rows:
        found = table.loc[(row["target"], row["setting"])]
        assert [row[k] for k in ("probability", "low", "high", "runs")] == [
            found[k] for k in ("probability", "low", "high", "runs")
        ]
        assert row["met"] == round(row["probability"] * row["runs"])
        assert row["asks"] == "at least 639 WTE"
    chances = picture(plan, "histogram").asked
    assert chances is not None
    assert chances.beside


def test_differences_are_those_of_the_table_beside_them(tmp_path: Path) -> None:
    study = plan_study(compare_with="base, no schemes")
    plain = plan_result(tmp_path, runs=200, study=study)
    result = dataclasses.replace(plain, tables={**plain.tables, "differences": pd.DataFrame()})
    section = next(s for s in sections(result) if s.name == "differences")
    (table,) = section.tables
    assert section.asked is not None
    assert [name for name, _ in section.asked.views] == list(table.head[1:])
    seen = 0
    for column, (_, spec) in enumerate(section.asked.views, 1):
        cells = {row[0]: row[column] for row in table.rows}
        for s in spec["series"]:
            ends = [s[k] for k in ("low90", "median", "high90")]
            if None in ends or ends == [0, 0, 0]:
                continue
            low, middle, high = (f"{'+' if v > 0 else ''}{amount(v, spec['unit'])}" for v in ends)
            assert cells[s["name"]] == f"{middle} ({low} to {high})"
            seen += 1
    assert seen > 10


@pytest.mark.parametrize(("name", "column"), [("shares", 3), ("shares-by-group", 5), ("screening", 1)])
def test_bars_are_those_of_the_table_beside_them(name: str, column: int, analysed: StudyResult) -> None:
    spec, table = spec_of(analysed, name), picture(analysed, name).numbers
    cells = {row[0]: row[column] for row in table.rows}
    assert spec["bars"]
    for bar in spec["bars"]:
        assert cells[bar["name"]] == (part_words(bar["value"]) if spec.get("shares") else amount(bar["value"], spec["unit"]))


def test_what_each_risk_hangs_on_is_said_in_the_words_of_the_table(tmp_path: Path) -> None:
    result = rating_result(tmp_path)
    drawn = next(p for s in rating_sections(result) for p in s.pictures if p.name == "drivers")
    assert drawn.asked is not None
    ((_, spec),) = drawn.asked.views
    rows = {(risk, name): words for risk, name, words in drawn.numbers.rows}
    assert len(spec["bars"]) > 10
    for bar in spec["bars"]:
        assert rows[bar["group"].split(" ")[0], bar["name"]] == bar["words"]
    nothing = [b for b in spec["bars"] if b["value"] is None]
    assert [(b["group"].split(" ")[0], b["name"]) for b in nothing] == [(NO_VARIANCE, "no input varies the loss")]


def test_shares_over_time_are_those_of_the_table_beside_them(analysed: StudyResult) -> None:
    spec, table = spec_of(analysed, "shares-over-time"), picture(analysed, "shares-over-time").numbers
    by_date = {date_words(t, closing=True): i for i, t in enumerate(spec["times"])}
    lines = {s["name"]: s for s in spec["series"]}
    assert spec["shares"]
    assert all(any(line["median"][i] is not None for line in lines.values()) for i in range(len(spec["times"])))
    assert len(table.rows) > 5
    for row in table.rows:
        at = by_date[row[0]]
        for name, value, interval in zip(table.head[1::2], row[1::2], row[2::2], strict=True):
            low, middle, high = (np.nan if v is None else v for v in (lines[name][k][at] for k in ("low90", "median", "high90")))
            assert part_words(middle) == value
            assert between(Share(name, name, middle, low, high)) == interval


def test_each_kind_of_bar_is_a_view_and_kinds_in_one_row_are_named(analysed: StudyResult) -> None:
    shares = picture(analysed, "shares").asked
    assert shares is not None
    (first, whole), (second, alone) = shares.views
    assert (first, second) == ("alone or with others (total order)", "alone (first order)")
    assert alone["title"].endswith("alone (first order)")
    assert whole["title"] != alone["title"]


def test_kinds_that_share_a_row_are_one_view_in_the_order_of_rows() -> None:
    near, far = Share("a", "a", 0.5, 0.4, 0.6), Share("b", "b", 0.7, np.nan, np.nan)
    kinds = [Bars("told", "#fff", "", (None, near)), Bars("chance", "#fff", "", (far, None))]
    asked = bars_asked("t", "m", ["row b", "row a"], kinds, stacked=True, decimals=2)
    ((_, spec),) = asked.views
    assert spec["decimals"] == 2
    assert spec["bars"] == [
        {"name": "row b", "value": 0.7, "low": None, "high": None, "note": "chance"},
        {"name": "row a", "value": 0.5, "low": 0.4, "high": 0.6, "note": "told"},
    ]


def test_what_is_no_number_is_none(tmp_path: Path) -> None:
    result = plan_result(tmp_path, runs=20, failed=20, few=True)
    lost = next(s for s in spec_of(result, "fans")["series"] if s["name"] == "nothing works")
    assert lost["low90"] is None
    assert any(v is not None for v in lost["median"])
    none = np.array([np.nan, 1.0, np.inf])
    assert numbers(none) == [None, 1.0, None]


@pytest.mark.parametrize("make", [analysed_result, lambda p: plan_result(p, runs=20, few=True)], ids=["analysed", "plan"])
def test_data_of_figures_are_finite_and_named_once(make: Any, tmp_path: Path) -> None:
    result = make(tmp_path)
    found = _asked(result, sections(result))
    json.dumps(found, allow_nan=False)
    names = [f["name"] for f in found["figures"]]
    assert len(names) == len(set(names)) > 0


def test_texts_of_a_study_stay_text_in_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "png_bytes", lambda figure: b"")
    study = plan_study(title="</script><script>alert(1)</script>")
    text = write_report(plan_result(tmp_path, runs=20, study=study, few=True)).read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script") == 2
    assert "alert(1)" in text.partition('id="asked">')[2].partition("</script>")[0]


def test_a_page_without_such_figures_has_no_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "png_bytes", lambda figure: b"")
    bare = dataclasses.replace(plan_result(tmp_path, runs=20, few=True), tables={}, runs=xr.Dataset())
    text = write_report(bare).read_text(encoding="utf-8")
    assert "<script" not in text
    assert "script-src &#39;none&#39;" in text
