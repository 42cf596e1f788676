"""The report of risk ratings: its pictures say their numbers and read without colour, its page answers first, and odd registers are drawn."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from rating_result import JUDGED, NEVER, NO_BOX, NO_VARIANCE, RISKS, SETTLES, TRUST, rating_result, rating_study

from llr_sd.errors import ResultError
from llr_sd.rating import Exceedance, Place
from llr_sd.report import terminal_summary, write_report, write_workbook
from llr_sd.report.ratings.charts import initials, shades
from llr_sd.report.ratings.read import Box, Limit, Outside, Variation, log
from llr_sd.report.ratings.sections import beside_the_log, inputs_table, rating_sections
from llr_sd.report.ratings.words import (
    answer,
    box_words,
    counts_sentence,
    how_sure,
    interval_words,
    outside_words,
    rule_sentences,
    variation_words,
)
from llr_sd.report.sections import drawn
from llr_sd.report.shared import canvas
from llr_sd.report.shared.parts import NumberTable, Section
from llr_sd.report.shared.reading import Chance
from llr_sd.result import StudyResult

LEAST_STEP = 7.0
"""Least difference in lightness (CIE L*) of two levels next to each other, for up to six levels."""


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """Ten risks, with their page written."""
    result = rating_result(tmp_path_factory.mktemp("log"))
    write_report(result)
    return result


@pytest.fixture(scope="module")
def parts(logged: StudyResult) -> tuple[Section, ...]:
    """Its sections, drawn once."""
    return rating_sections(logged)


@pytest.fixture
def vectors_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw each figure once, as SVG."""
    monkeypatch.setattr(canvas, "png_bytes", lambda figure: b"")


class Page(HTMLParser):
    """Collects tags with their attributes, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.tags if t in names]


def page_of(result: StudyResult) -> Page:
    return Page((result.path / "report.html").read_text(encoding="utf-8"))


def lightness(colour: str) -> float:
    """CIE L* of a colour, 0 to 100."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def written(figure: Figure) -> list[Text]:
    """Every text of a figure that has letters and is seen."""
    found = figure.findobj(lambda a: isinstance(a, Text) and bool(a.get_text().strip()) and a.get_visible())
    return [t for t in found if isinstance(t, Text)]


# --- pictures -----------------------------------------------------------------------------------------------------------------


def test_the_levels_are_told_apart_in_grey_and_ink_reads_on_each() -> None:
    for count in range(2, 7):
        light = [lightness(c) for c in shades(count)]
        assert all(a - b >= LEAST_STEP for a, b in itertools.pairwise(light)), (count, light)
        for colour in shades(count):
            assert (luminance(colour) + 0.05) / (luminance(canvas.INK) + 0.05) >= 4.5


def test_levels_have_marks_that_differ() -> None:
    assert initials(("low", "moderate", "high", "significant")) == ("L", "M", "H", "S")
    assert initials(("green", "amber", "amber-red", "red")) == ("G", "A", "AR", "R")
    assert initials(("minor", "moderate", "major")) == ("MI", "MO", "MA")
    assert initials(("major one", "major other")) == ("1", "2")


def test_every_picture_says_its_numbers(parts: tuple[Section, ...]) -> None:
    found = {p.name: p for p in drawn(parts)}
    assert list(found) == [
        "risk_overview", "movement", "drivers", "risk_matrix", "risk_matrix_delivery", "risk_matrix_local", "exceedance",
    ]  # fmt: skip
    for risk, title, *_ in RISKS:
        assert f"{risk} {title}" in found["risk_overview"].alternative
        assert f"{risk} {title}" in found["risk_matrix"].alternative
    assert "R004 GPs leave or work less: log 16; Capacity 16 (16 to 20), borderline" in found["risk_overview"].alternative
    assert "model 5 × 4 = 20 significant" in found["risk_matrix"].alternative
    assert "consequence 4 55%, consequence 5 42%" in found["risk_matrix"].alternative
    assert "R006 Capacity: 1: 97%, 2: 94%, 3: 51%, 4: 0%, 5: 0%" in found["exceedance"].alternative
    assert "share of nurses who stay (C) 20% (15 to 25%)" in found["drivers"].alternative
    assert f"{NO_VARIANCE} Age of the workforce: the loss is the same in every run" in found["drivers"].alternative
    assert "with international and national recruitment 16, down" in found["movement"].alternative
    for picture in found.values():
        assert all(len(row) == len(picture.numbers.head) for row in picture.numbers.rows)
        assert picture.numbers.rows


@pytest.mark.parametrize("scale", ["plan", "trust"])
def test_text_in_pictures_is_large_whole_and_apart(tmp_path: Path, parts: tuple[Section, ...], scale: str) -> None:
    for picture in drawn(parts) if scale == "plan" else drawn(rating_sections(rating_result(tmp_path, scale=TRUST))):
        canvas.png_bytes(picture.figure, dpi=100)  # measured in the pixels that it was drawn in
        texts = written(picture.figure)
        boxes = [(t, t.get_window_extent()) for t in texts]
        for text, box in boxes:
            assert text.get_fontsize() >= 9, (picture.name, text.get_text())
            assert box.x0 >= 0, (picture.name, text.get_text())
            assert box.y0 >= 0, (picture.name, text.get_text())
            assert box.x1 <= picture.figure.bbox.x1, (picture.name, text.get_text())
            assert box.y1 <= picture.figure.bbox.y1, (picture.name, text.get_text())
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            assert wide < 1 or high < 3, (picture.name, one.get_text(), other.get_text())


def test_a_cloud_has_as_many_dots_as_its_runs_share(parts: tuple[Section, ...]) -> None:
    picture = next(p for p in drawn(parts) if p.name == "risk_matrix")
    panel = picture.figure.axes[1]  # R002: 97 % reach consequence 4, 42 % reach 5
    dots = [len(c.get_offsets()) for c in panel.collections]
    assert sum(dots) == pytest.approx(150, abs=2)
    assert dots[-1] == round(0.42 * 150)
    for c in panel.collections:
        x, y = zip(*[tuple(place) for place in c.get_offsets()], strict=True)
        assert max(x) - min(x) < 1
        assert max(y) - min(y) < 1


# --- words --------------------------------------------------------------------------------------------------------------------


def test_the_answer_says_of_each_rating_whether_it_holds(logged: StudyResult) -> None:
    """Counted by hand from the verdicts of the fixture on every scale."""
    said = answer(logged)
    assert said[0] == (
        "Of 10 ratings in the log, 3 hold (R002, R005 and R008), 2 are too low (R007 and R009), 3 depend on how the loss is measured "
        "(R001, R004 and R006) and 2 cannot be tested (R003 and R010)."
    )
    assert said[1].startswith("A rating cannot be tested where most of what the risk’s own inputs explain is judgement")


def test_the_answer_follows_the_verdicts(tmp_path: Path) -> None:
    """The same register with other verdicts: none that holds, none that depends on the scale, one of each where there are two."""
    result = rating_result(tmp_path, risks=2)
    ratings = result.tables["ratings"]
    for one, other, words in (
        ("overstated", "overstated", "none holds on every scale and 2 are too high (R001 and R002)"),
        (
            "supported",
            "not testable",
            "1 holds (R001, Too few training posts) and 1 cannot be tested (R002, Trainees become locums or part-timers)",
        ),
        (
            "supported",
            "borderline",
            "1 holds (R001, Too few training posts) and 1 is too close to call (R002, Trainees become locums or part-timers)",
        ),
    ):
        ratings["verdict"] = np.where(ratings["risk"] == "R001", one, other)
        said = answer(dataclasses.replace(result))
        assert said[0] == f"Of 2 ratings in the log, {words}."
        assert (len(said) > 1) == (other == "not testable")
    ratings["verdict"] = np.where(ratings["ladder"] == "capacity", "supported", "understated")
    assert (
        "none holds on every scale and 2 depend on how the loss is measured (R001 and R002)"
        in answer(dataclasses.replace(result))[0]
    )


def test_each_verdict_is_counted_on_each_scale(logged: StudyResult) -> None:
    found = log(logged)
    assert counts_sentence(found, "capacity") == (
        "Capacity: 4 of 10 ratings in the log are supported (R001, R002, R005 and R008), 2 are understated (R007 and R009), "
        "2 are borderline (R004 and R006) and 2 are not testable (R003 and R010); none is overstated."
    )
    assert counts_sentence(found, "delivery").startswith("Delivery: 5 of 10 ratings in the log are supported")
    assert "1 is overstated (R001)" in counts_sentence(found, "delivery")
    assert counts_sentence(found, "local") == "Local measure: the one rating in the log is not testable (R003)."


def test_made_up_data_are_named_in_the_answer_the_table_and_the_terminal(tmp_path: Path) -> None:
    result = rating_result(tmp_path)
    ratings = result.tables["ratings"]
    ratings["illustrative"] = (ratings["risk"] == "R001") | ((ratings["risk"] == "R003") & (ratings["ladder"] == "local"))
    said = answer(result)[-1]
    assert said.startswith(
        "Illustrative: made-up example data stand behind R001 (Capacity and Delivery) and R003 (Local measure)"
    )
    titles = [row[0] for row in beside_the_log(result).rows]
    assert titles[0] == "R001 Too few training posts (illustrative)"
    assert not any(title.endswith("(illustrative)") for title in titles[1:])
    assert "Illustrative: made-up example data" in terminal_summary(result)


def test_the_rule_names_what_counts_as_the_same_rating(logged: StudyResult) -> None:
    found = log(logged)
    said = " ".join(rule_sentences(found))
    assert "counts only where its chance is 5.0% or more" in said
    assert "in the same of these ranges: 1 to 19 and 20 to 25" in said
    assert (
        "R001 on the scale “Capacity”: 62% of runs reach consequence 4 (major) or worse, which is likelihood 4 (likely)" in said
    )
    rare = Place((1, 1, 1), (1, 1, 1), (1, 1, 1), math.nan, Exceedance(*np.tile([0.03, 0, 0, 0, 0], (3, 1)), 1000))
    said = rule_sentences(dataclasses.replace(found, ratings=(dataclasses.replace(found.ratings[0], place=rare),)))[-1]
    assert (
        "3.0% of runs reach consequence 1 (insignificant) or worse: too few to count, so the score is the least, 1 (low)." in said
    )


def test_the_table_holds_every_rating_beside_the_log(logged: StudyResult) -> None:
    table = beside_the_log(logged)
    rows = {row[0][:4]: [cell.replace("\u00a0", " ") for cell in row[1:]] for row in table.rows}
    assert list(rows) == [risk for risk, *_ in RISKS]
    assert rows["R004"][:2] == ["4 × 4 = 16", "4 × 4 = 16 (16 to 20), borderline"]
    assert rows["R001"][3] == "–"
    assert rows["R003"][3] == "5 × 2 = 10, not testable"


def test_what_is_open_says_what_would_close_it(parts: tuple[Section, ...]) -> None:
    edge, judged = next(s for s in parts if s.name == "open").tables
    settles = {row[0]: row[3] for row in edge.rows}
    assert settles == {
        SETTLES: "about 12,000 runs", NEVER: "no number of runs would: a chance lies on the edge of a band",
    }  # fmt: skip
    assert ("R004", "Capacity", "16 (significant) or 20 (significant)", "about 12,000 runs", "borderline") in edge.rows
    assert {row[0] for row in judged.rows} == {"R003", JUDGED}
    assert all(row[4] == "how many nurses stay" for row in judged.rows)


def test_where_a_risk_is_at_its_worst_is_said_from_the_box(logged: StudyResult) -> None:
    matrix = log(logged).matrix
    limit = Limit("yearly share of GPs who quit", "1/Year", 0.0412, math.inf)
    box = Box("R1", 4, 0.42, (limit,), Chance(0.84, 0.79, 0.88, 0), Chance(0.7, 0.6, 0.8, 0))
    said = box_words(matrix, box)
    assert said.startswith(
        "Consequence 4 (major) or worse is reached in 84% (79 to 88%) of the runs where the yearly share of GPs who quit is "
    )
    assert "above 4.1 in 100, against 42% of all runs." in said
    assert said.endswith("Those runs are 70% (60 to 80%) of all that reach it.")
    for low, high, words in ((-math.inf, 0.5, "below 50 in 100"), (0.02, 0.5, "between 2 in 100 and 50 in 100")):
        assert dataclasses.replace(limit, low=low, high=high).where == words.replace(" in 100 and", " and")
    assert Limit("time to fill a vacancy", "Year", 0.5, math.inf).where == "above 0.500 years"
    none = box_words(matrix, dataclasses.replace(box, limits=()))
    assert none == "Consequence 4 (major) or worse is reached in 42% of all runs, and no range of its inputs gathers them."
    assert "the same consequence" in box_words(matrix, dataclasses.replace(box, consequence=0))


def test_what_lies_outside_a_risk_is_said_from_its_ties() -> None:
    found = Outside("R1", "capacity", 1.03, (("share of nurses who stay", "C", -0.62), ("list size", "A", 0.2)))
    assert outside_words(found) == (
        "Inputs outside its own group carry 100% of what moves it. Most tied to the loss, by rank correlation: "
        "share of nurses who stay (−0.62, grade C); list size (+0.20, grade A)."
    )
    assert (
        outside_words(dataclasses.replace(found, carried=0.6, ties=()))
        == "Inputs outside its own group carry 60% of what moves it."
    )


def test_failed_runs_come_first(tmp_path: Path, logged: StudyResult) -> None:
    assert how_sure(rating_result(tmp_path, failed=3))[0].startswith("3 runs failed.")
    result = rating_result(tmp_path, risks=1, failed=3)
    for samples, words in (
        (["sobol of R1"] * 3, "3 runs failed among"),
        (["monte_carlo", "", "sobol of R1"], "1 run failed among"),
    ):
        result.tables["failures"]["sample"] = samples
        said = how_sure(dataclasses.replace(result))
        assert any(s.startswith(words) for s in said)
        assert said[0].startswith("2 runs failed. They are left out") == ("monte_carlo" in samples)
    assert how_sure(logged)[0] == "Each rating rests on 1,000 runs, and none of them failed."


def test_small_and_large_chances_stay_short_and_honest() -> None:
    assert interval_words(Chance(1.0, 0.996, 1.0, 1000)) == "100% (99.6 to 100%)"
    assert interval_words(Chance(0.0, 0.0, 0.0004, 9000)) == "0% (0 to <0.1%)"
    assert interval_words(Chance(0.9996, 0.999, 0.9999, 9000)) == ">99.9% (99.9 to >99.9%)"


def test_a_variation_is_named_by_what_it_changes(logged: StudyResult) -> None:
    one = Variation("range", "gp_quit_u55", (4, 4, 16), "significant", "supported", True)
    for kind, name, words in (
        ("range", "gp_quit_u55", "range of “the gp quit u55” doubled"),
        ("range", "all", "range of every judgement doubled"),
        ("bands", "npsa", "likelihood bands “npsa”"),
        ("step", "down", "likelihood one step down"),
        ("ladder", "delivery", "the scale “Delivery”"),
        ("reading", "against the plan's number", "against the plan’s number"),
    ):
        assert variation_words(logged, dataclasses.replace(one, kind=kind, name=name)) == words


def test_the_matrix_is_that_of_the_copied_register(tmp_path: Path) -> None:
    found = log(rating_result(tmp_path, scale=TRUST)).matrix
    assert [found.level_of(s) for s in (14, 24, 26, 46, 70)] == ["green", "green", "amber", "amber-red", "red"]
    assert found.consequence[4] == "extreme"
    assert (found.rows[0].from_, found.rows[0].to) == (0.0, 0.001)


def test_results_of_an_earlier_version_are_refused(tmp_path: Path) -> None:
    result = rating_result(tmp_path, risks=1)
    tables = {**result.tables, "boxes": result.tables["boxes"].drop(columns="consequence")}
    with pytest.raises(ResultError, match=r"boxes\.parquet is that of an earlier version\. Run the study again\."):
        write_report(dataclasses.replace(result, tables=tables))


# --- page, workbook, terminal -------------------------------------------------------------------------------------------------


def test_the_page_stands_alone_and_can_be_heard(logged: StudyResult) -> None:
    page = page_of(logged)
    assert not page.all("iframe", "object")
    assert [a["id"] for a in page.all("script")] == ["asked", "asking"]
    for attrs in (a for _, a in page.tags):
        for key in ("src", "href"):
            value = attrs.get(key)
            assert value is None or value.startswith(("data:", "#"))
    assert len(page.all("img")) == 7
    assert all(len(a["alt"] or "") > 80 for a in page.all("img"))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    levels = [int(t[1]) for t, _ in page.tags if re.fullmatch(r"h[1-6]", t)]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    names = {p.stem for p in (logged.path / "figures").iterdir()}
    assert {"risk_overview", "risk_matrix", "exceedance", "drivers", "movement"} <= names


def test_every_figure_of_the_tables_is_in_the_page(logged: StudyResult, parts: tuple[Section, ...]) -> None:
    cells = {unescape(word).strip() for word in page_of(logged).words}
    tables: list[NumberTable] = [beside_the_log(logged)]
    for section in parts:
        tables += [*section.tables, *(p.numbers for p in section.pictures)]
    assert len(tables) > 15
    for table in tables:
        assert all(len(row) == len(table.head) for row in table.rows), table.caption
        for row in table.rows:
            for cell in row:
                assert cell.strip() in cells, (table.caption, cell)
    assert "Nearly every run has the same consequence, so no range of its inputs tells good from bad." in cells
    assert NO_BOX not in [row[0] for t in tables if t.caption == "The same in numbers" for row in t.rows]


def test_the_movement_table_has_the_columns_of_the_log(parts: tuple[Section, ...]) -> None:
    section = next(s for s in parts if s.name == "movement")
    assert section.tables[0].head == (
        "Risk", "Cause", "Read from", "Original likelihood", "Original impact", "Original rating", "Level", "Mitigation",
        "Reviewed likelihood", "Reviewed impact", "Reviewed rating", "Reviewed level", "Movement",
    )  # fmt: skip
    assert section.tables[0].rows[0] == (
        "R001", "Too few training posts", "the log", "4", "4", "16", "significant", "none recorded", "4", "4", "16", "significant",
        "unchanged",
    )  # fmt: skip


def test_what_nothing_changes_is_named(tmp_path: Path) -> None:
    """Nothing moved, one rating moved, every rating moved."""
    for moved, words in (
        ([], "Nothing that was tried changes R001 (Capacity) and R001 (Delivery)."),
        (["capacity"], "Nothing that was tried changes R001 (Delivery)."),
        (["capacity", "delivery"], "No rating keeps both level and verdict under all that was tried."),
    ):
        result = rating_result(tmp_path, risks=1)
        table = result.tables["stability"]
        table["changed"] = table["ladder"].isin(moved)
        section = next(s for s in rating_sections(result) if s.name == "stability")
        assert section.sentences[1] == words


def test_a_discrete_input_is_told_by_its_values(tmp_path: Path) -> None:
    result = rating_result(tmp_path, risks=1)
    parameters = result.tables["parameters"].assign(values="", low=math.nan, high=math.nan)
    parameters.loc[0, "values"] = "0 (0.98), 1 (0.02)"
    table = inputs_table(dataclasses.replace(result, tables={**result.tables, "parameters": parameters}))
    assert table is not None
    assert table.rows[0][3].startswith("one of 0 (0.98), 1 (0.02)")


def test_changes_are_marked(parts: tuple[Section, ...]) -> None:
    section = next(s for s in parts if s.name == "stability")
    row = next(r for r in section.tables[0].rows if r[:2] == ("R002", "Delivery"))
    assert row[2:] == (
        "4 × 4 = 16",
        "stays",
        "changed: likelihood one step down: 12 high, supported",
        "stays",
        "stays",
    )
    assert section.sentences[0].startswith("Each rating was made again in other ways: 84 times in all.")


def test_two_writes_give_the_same_bytes(tmp_path: Path) -> None:
    kept = []
    for name in ("one", "two"):
        result = rating_result(tmp_path / name, risks=1)
        write_report(result)
        write_workbook(result)
        kept.append({p.relative_to(tmp_path / name): p.read_bytes() for p in sorted((tmp_path / name).rglob("*")) if p.is_file()})
    assert len(kept[0]) == 16
    assert kept[0] == kept[1]


def test_the_workbook_has_its_sheets(tmp_path: Path) -> None:
    result = rating_result(tmp_path, failed=2)
    book = openpyxl.load_workbook(write_workbook(result))
    assert book.sheetnames == [
        "Read me", "Ratings", "Exceedance", "Stability", "Movement", "Mitigations", "Drivers", "Boxes", "Register", "Matrix", "Parameters", "Failures",
    ]  # fmt: skip
    head = [c.value for c in book["Ratings"][1]]
    assert {"risk", "title", "ladder", "date", "score_low", "verdict", "settle_runs"} <= set(head)
    assert book["Ratings"].max_row == 1 + len(result.tables["ratings"])
    assert book["Failures"].max_row == 3
    said = [str(row[1].value) for row in book["Read me"].iter_rows()]
    assert answer(result)[0] in said
    assert any("borderline: the interval" in s for s in said)


@pytest.mark.parametrize("case", ["plan", "trust", "one", "long"])
def test_the_terminal_holds_a_row_a_risk_within_its_width(tmp_path: Path, case: str) -> None:
    result = rating_result(tmp_path, **{"trust": {"scale": TRUST}, "one": {"risks": 1}}.get(case, {}))  # type: ignore[arg-type]
    if case == "long":
        register = tmp_path / "register" / "llr_2017.toml"
        text = register.read_text(encoding="utf-8")
        long = '"title": "A title that goes on and on, far beyond what a terminal of a hundred columns shows"'
        register.write_text(re.sub(r'"title" = "[^"]*"', long.replace(":", " ="), text), encoding="utf-8")
    lines = terminal_summary(result).splitlines()
    assert max(map(len, lines[:-1])) <= 100
    assert lines[-1] == f"report: {result.path / 'report.html'}"
    shown = [line for line in lines if re.match(r"R\d{3}  ", line)]
    assert len(shown) == len(result.tables["risks"])
    if case == "plan":
        assert re.search(r"^R004  GPs leave or work less +4x4=16 +4x4=16 \(16 to 20\) +borderline +4x4=16 +supported$", shown[3])
        assert "Of 10 ratings in the log, 3 hold (R002, R005 and R008)" in "\n".join(lines)


ODD: dict[str, Callable[[Path], StudyResult]] = {
    "another organisation": lambda p: rating_result(p, scale=TRUST, risks=4),
    "one risk": lambda p: rating_result(p, risks=1),
    "a risk on three ladders first": lambda p: rating_result(p, risks=3),
    "no boxes": lambda p: _emptied(rating_result(p, risks=2), "boxes", "outside", "measures"),
    "failed runs": lambda p: rating_result(p, risks=2, failed=3),
    "a risk off the main ladder": lambda p: rating_result(p, risks=3, apart="R002"),
    "illustrative": lambda p: rating_result(p, risks=1, study=rating_study(illustrative=True, title="<script>alert(1)</script>")),
    "a finding": lambda p: rating_result(p, risks=1, findings=["A rate is 4 in \"R1 planned\"; that's the plan's."]),
}


def _emptied(result: StudyResult, *names: str) -> StudyResult:
    """The same without rows in some tables."""
    return dataclasses.replace(result, tables={n: f.head(0) if n in names else f for n, f in result.tables.items()})


@pytest.mark.parametrize("case", list(ODD))
@pytest.mark.usefixtures("vectors_only")
def test_odd_registers_are_reported_without_a_crash(case: str, tmp_path: Path) -> None:
    result = ODD[case](tmp_path)
    text = write_report(result).read_text(encoding="utf-8")
    write_workbook(result)
    said = terminal_summary(result)
    shown = re.sub(r'data:image[^"]*|<script id="asking">.*</script>', "", text, flags=re.DOTALL)
    assert not re.search(r"\b(nan|inf)\b", shown, re.IGNORECASE)
    assert not re.search(r"\b(nan|inf)\b", said, re.IGNORECASE)
    assert "<script>" not in text
    assert ("Illustrative data." in text) == (case == "illustrative")
    assert ("A rate is 4 in “R1 planned”; that’s the plan’s." in said) == (case == "a finding")
    assert ("was not looked for" in " ".join(said.split())) == (case == "no boxes")
    assert ("Failed runs" in text) == (case == "failed runs")
    if case == "another organisation":
        assert "amber-red" in text
        assert "significant" not in text
