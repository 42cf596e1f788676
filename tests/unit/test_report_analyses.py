"""What the report says and draws of sensitivity, differences and choices: it follows the tables, and needs none of them."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from report_result import BASE, BEST, analysed_result, fresh_runs, plan_result

from llr_sd.report import terminal_summary, workbook, write_report, write_workbook
from llr_sd.report.decision.read import best_mix, mixes, waterfalls
from llr_sd.report.decision.words import information_sentences, lever_sentences
from llr_sd.report.outcome.sure import how_sure
from llr_sd.report.sections import analysed, drawn, findings, sections
from llr_sd.report.sensitivity.read import kept_inputs, main_cell
from llr_sd.report.sensitivity.words import settled, sobol_sentences
from llr_sd.report.shared import canvas
from llr_sd.report.shared.parts import Section
from llr_sd.report.shared.told import disagreement, verified_sentences
from llr_sd.result import StudyResult
from llr_sd.study import Study

ANALYSES = ("sobol", "convergence", "morris", "shapley", "differences", "attribution", "boxes", "levers", "information")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return analysed_result(tmp_path_factory.mktemp("analysed"))


@pytest.fixture(scope="module")
def parts(result: StudyResult) -> dict[str, Section]:
    """The sections, with every picture drawn once so that its texts know where they stand."""
    found = sections(result)
    for picture in drawn(found):
        canvas.png_bytes(picture.figure, dpi=100)
    return {part.name: part for part in found}


@pytest.fixture
def vectors_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw each figure once, as SVG: the PNG is the same figure and has tests of its own."""
    monkeypatch.setattr(canvas, "png_bytes", lambda figure: b"")


def without(result: StudyResult, *names: str) -> StudyResult:
    return dataclasses.replace(result, tables={k: v for k, v in result.tables.items() if k not in names})


def texts(figure: Figure) -> str:
    found = [t.get_text() for t in figure.texts]
    for axes in figure.axes:
        found += [t.get_text() for t in [*axes.texts, *axes.get_yticklabels()]]
    return "\n".join(found)


def test_the_sections_stand_in_the_order_of_reading(parts: dict[str, Section]) -> None:
    assert list(parts) == [
        "scenarios", "fans", "histogram", "difference", "moves", "over-time", "boxes", "levers", "information", "screening", "settling",
    ]  # fmt: skip
    assert [p.name for p in parts["moves"].pictures] == ["shares", "shares-by-group"]


def test_the_spread_is_told_input_by_input(result: StudyResult) -> None:
    cell = main_cell(result, "sobol")
    assert cell is not None
    first, together, rest, none, groups, shapley = sobol_sentences(result, cell)
    assert first == (
        "In “everything works”, alone or with other inputs, gp quit u55 accounts for 41% (39 to 43%) of the spread in GPs (WTE), end of "
        "Sep 2020, nq join prob for 26% (24 to 28%) and small 00 for 4.0% (2.0 to 6.0%)."
    )
    assert together == (
        "Taken alone, the inputs’ shares add up to 88% (86 to 90%); with what they do together, to 113% (111 to 115%): inputs act together."
    )
    assert rest.startswith("The next 3 inputs account for at most 11% between them: small 10, small 11 and small 12.")
    assert none == "fill time has no effect on it (under 0.01% of the spread)."
    assert groups == "By group, alone or with others: retention 71% (69 to 73%) and recruitment 29% (27 to 31%)."
    assert (
        shapley
        == "Shapley effects, which take the stated correlations in, are retention 66% (64 to 68%) and recruitment 34% (32 to 36%)."
    )


def planted(result: StudyResult, **columns: dict[str, object]) -> StudyResult:
    """The result with other columns in the tables that are named."""
    return dataclasses.replace(result, tables={**result.tables, **{t: result.tables[t].assign(**c) for t, c in columns.items()}})


def said(result: StudyResult) -> tuple[str, ...]:
    cell = main_cell(result, "sobol")
    assert cell is not None
    return sobol_sentences(result, cell)


@pytest.mark.parametrize(
    ("total", "converged", "words"),
    [
        ((1.02, 1.0, 1.04), True, "what inputs do together accounts for at most 4.0% of the spread."),
        ((1.02, 1.0, 1.04), None, "what inputs do together accounts for at most 4.0% of the spread."),
        ((1.02, 1.0, 1.04), False, "whether inputs act together cannot be said from these runs."),
        ((1.02, 0.9, 1.14), True, "whether inputs act together cannot be said from these runs."),
        ((0.9, 0.8, 0.99), True, "whether inputs act together cannot be said from these runs."),
        ((2.13, 2.0, 2.26), True, "with what they do together, to 213% (200 to 226%): inputs act together."),
        ((2.13, 2.0, 2.26), False, "inputs act together, as far as indices that have not settled can say."),
    ],
)
def test_inputs_act_together_or_not_as_the_totals_have_it(
    result: StudyResult, total: tuple[float, float, float], converged: bool | None, words: str
) -> None:
    """First-order shares of 97 % do not say that inputs act alone; totals and their interval do."""
    rows = result.tables["sobol_sums"].copy()
    of = rows["index"] == "ST sum"
    for frame, numbers in ((of, total), (~of, (0.97, 0.95, 0.99))):
        rows.loc[frame, ["value", "low", "high"]] = numbers
    manifest = {**result.manifest, "converged": converged}
    sentence = said(dataclasses.replace(result, manifest=manifest, tables={**result.tables, "sobol_sums": rows}))[1]
    assert sentence.startswith("Taken alone, the inputs’ shares add up to 97% (95 to 99%)")
    assert sentence.endswith(words)


def test_without_sums_nothing_is_said_of_inputs_together(result: StudyResult) -> None:
    assert not [s for s in said(without(result, "sobol_sums")) if "together" in s]


def test_a_long_tail_is_said_and_a_log_is_named(result: StudyResult) -> None:
    assert not [s for s in said(result) if "long tail" in s]
    tailed = said(planted(result, sobol={"skewed": True, "carried": 11.7, "scale": "value"}))[1]
    assert tailed == (
        "A long tail makes this spread: about 12 of 512 blocks of runs carry it, so the intervals, where they can be given, may hold the truth in fewer than 95 of "
        "100 cases; shares of its rank or its log do better."
    )
    logs = planted(result, sobol={"skewed": True, "carried": 11.7, "scale": "log"})
    assert said(logs)[0].startswith(
        "In “everything works”, alone or with other inputs, gp quit u55 accounts for 41% (39 to 43%) of the spread in the log of GPs, "
    )
    assert said(logs)[1].endswith("in fewer than 95 of 100 cases.")
    shown = {p.name: p for p in analysed(logs)}["moves"].pictures
    assert "moves the log of GPs, end of Sep 2020 most" in texts(shown[0].figure)
    assert "Shapley" not in shown[1].caption  # those are of the number itself


def test_a_long_tail_is_said_of_shapley_effects_alone(result: StudyResult) -> None:
    alone = planted(without(result, "sobol"), shapley={"skewed": True, "carried": 9.2})
    assert next(p for p in analysed(alone) if p.name == "moves").sentences == (
        "A long tail makes this spread: about 9 of 256 blocks of runs carry it, so the intervals, where they can be given, may hold the truth in fewer than 95 of "
        "100 cases.",
    )


def test_shares_that_settled_on_a_long_tail_are_not_called_sure(result: StudyResult) -> None:
    tail = result.tables["sobol"]["output"] == "gp_2020"
    sentence = settled(planted(result, sobol={"skewed": tail}))
    assert "but few runs carry the spread in GPs, so those intervals may be too narrow" in sentence
    assert "few runs" not in settled(planted(result, sobol={"skewed": False}))


def test_shares_over_all_dates_are_told(parts: dict[str, Section]) -> None:
    assert parts["over-time"].sentences == (
        "Over all dates together, each weighted by its spread, the largest shares of the spread in GPs (WTE) (alone or with others) are "
        "those of retention 70% (68 to 72%) and recruitment 28% (26 to 30%).",
    )


def test_a_long_tail_is_said_over_time_and_an_idle_group_has_no_place(result: StudyResult) -> None:
    whole = result.tables["sobol_over_time"]
    idle = whole.assign(value=whole["value"].where(whole["input"] != "recruitment", 0.0))
    found = planted(dataclasses.replace(result, tables={**result.tables, "sobol_over_time": idle}), sobol={"skewed": True})
    share, tail = next(p for p in analysed(found) if p.name == "over-time").sentences
    assert share.endswith("are those of retention 70% (68 to 72%).")
    assert tail == "Few runs carry this spread, so the intervals may be too narrow."


def test_the_bars_are_the_indices_sorted_and_without_those_that_do_nothing(parts: dict[str, Section]) -> None:
    inputs, groups = parts["moves"].pictures
    axes = inputs.figure.axes[0]
    labels = [t.get_text() for t in axes.get_yticklabels()]
    assert labels[:2] == ["gp quit u55 (1/Year, B)", "nq join prob (B)"]
    assert len(labels) == 12
    assert "fill time" not in texts(inputs.figure)
    widths = [p.get_width() for p in axes.patches]  # first order of every input, then total order
    assert widths[0] == pytest.approx(0.40)
    assert widths[12] == pytest.approx(0.41)
    assert widths[12:] == sorted(widths[12:], reverse=True)
    assert {p.get_hatch() for p in axes.patches[:12]} != {p.get_hatch() for p in axes.patches[12:]}
    assert [p.get_width() for p in groups.figure.axes[0].patches] == pytest.approx([0.70, 0.28, 0.71, 0.29, 0.66, 0.34])
    assert "Shapley effects take the stated correlations between inputs in" in groups.caption
    assert len(inputs.numbers.rows) == 16


def test_shares_over_time_are_lines_by_group(parts: dict[str, Section]) -> None:
    picture = parts["over-time"].pictures[0]
    assert "Retention has the largest share" in texts(picture.figure)
    lines = [line for line in picture.figure.axes[0].lines if len(np.asarray(line.get_xdata())) > 3]
    assert [float(np.asarray(line.get_ydata())[-1]) for line in lines] == pytest.approx([0.71, 0.29])
    assert picture.numbers.head == ("Date", "retention", "95% interval", "recruitment", "95% interval")
    assert ("end of Sep 2020", "71%", "69 to 73%", "29%", "27 to 31%") in picture.numbers.rows


def test_a_waterfall_adds_up(result: StudyResult, parts: dict[str, Section]) -> None:
    (fall,) = waterfalls(result)
    rows = result.summary
    rows = rows[(rows["output"] == "gp_2020") & (rows["statistic"] == "mean") & (rows["scenario"] == BASE)]
    assert fall.start == pytest.approx(float(rows.iloc[0]["value"]))
    assert sum(s.mean for s in fall.steps) == pytest.approx(fall.whole.mean)
    picture = parts["difference"].pictures[0]
    first, second = picture.figure.axes[0].patches
    assert first.get_x() == pytest.approx(fall.start)
    assert second.get_x() + second.get_width() == pytest.approx(fall.start + 84.5)
    assert second.get_hatch()
    assert not first.get_hatch()
    assert [t.get_text() for t in picture.figure.axes[0].get_yticklabels()] == [BASE, "ir target", "retention policy", BEST]
    assert "+90.0 (70.0 to 110.0)" in texts(picture.figure)
    assert "−5.5 (−9.0 to −2.0)" in texts(picture.figure)


def test_screening_says_which_inputs_deserve_more(result: StudyResult, parts: dict[str, Section]) -> None:
    assert kept_inputs(result)[:2] == ("gp_quit_u55", "nq_join_prob")
    assert "fill_time" not in kept_inputs(result)
    assert "fill time" in parts["screening"].sentences[-1]
    assert parts["screening"].pictures[0].numbers.rows[0] == ("gp quit u55 (1/Year, B)", "32", "31 to 33", "−32", "2", "yes")


def test_boxes_levers_and_information_are_told(result: StudyResult, parts: dict[str, Section]) -> None:
    assert "gp quit u55 is above 0.0400 a year, 90% (85 to 94%) of the runs miss “639 GPs”" in parts["boxes"].sentences[0]
    assert parts["boxes"].tables[0].rows[0][3:] == ("above 0.0400 a year", "0.0150 to 0.0550")
    best = best_mix(mixes(result))
    assert best is not None
    assert best.words == "ir target 30, retention policy 0.2"
    assert parts["levers"].sentences == (
        "ir target 30, retention policy 0.2 is the cheapest of 4 mixes tried that is confirmed to meet the target “639 GPs” in "
        "“everything works” with a chance of 80% or more: on 38 fresh runs, which the search did not see, its chance is 95% (85 to 99%) "
        "and it costs £72 (Cost).",
    )
    assert (
        parts["information"]
        .sentences[0]
        .startswith("Finding out gp quit u55 before choosing between “nothing works” and “everything works”")
    )
    assert "64% of what knowing everything would be worth" in parts["information"].sentences[0]
    assert parts["information"].sentences[1:] == (
        "These runs cannot say whether finding out fill time would be worth anything: 0.2 WTE at most.",
    )
    assert [row[3] for row in parts["information"].pictures[0].numbers.rows] == ["yes", "yes", "no"]
    assert "fill time" not in texts(parts["information"].pictures[0].figure)


def worth(result: StudyResult, **columns: list[object]) -> tuple[str, ...]:
    """What is said of information when columns of its table are others."""
    rows = result.tables["information"].assign(**columns)
    return information_sentences(dataclasses.replace(result, tables={**result.tables, "information": rows}))


def test_what_the_answer_says_is_not_said_again(result: StudyResult) -> None:
    asked = Study.model_validate({**result.study.model_dump(exclude_unset=True), "answer": {"mix": "cheapest"}})
    said = terminal_summary(dataclasses.replace(result, study=asked)).split("\n\n")
    assert sum("is the cheapest of 4 mixes tried" in " ".join(s.split()) for s in said) == 1


def test_the_table_of_mixes_is_short_and_holds_the_one_that_is_confirmed(result: StudyResult) -> None:
    """Thirty mixes that no other beats, the dearest but two confirmed: the table has the first twenty and that one."""
    row = result.tables["levers"].iloc[-1].to_dict()
    rows = [
        row | {"ir_target": i, "cost": 10.0 * i, "probability": 0.3 + 0.02 * i, "pareto": True, "confirmed": i == 27}
        for i in range(30)
    ]
    more = [r | {"retention_policy": 0.1, "pareto": False, "confirmed": False} for r in rows]
    many = dataclasses.replace(result, tables={**result.tables, "levers": pd.DataFrame(rows + more)})
    numbers = next(p for p in analysed(many) if p.name == "levers").pictures[0].numbers
    assert [r[0] for r in numbers.rows] == [*(str(i) for i in range(1, 21)), "28"]
    assert numbers.rows[-1][-1] == "yes"


def test_worth_that_is_not_told_from_zero_is_not_claimed(result: StudyResult) -> None:
    most = "Finding out any one input before choosing between “nothing works” and “everything works” would be worth at most 3.4 WTE (GPs) on average"
    hidden = worth(result, told=[False] * 3, low=[0.0] * 3)
    assert hidden == (f"{most}, and these runs cannot say whether it would be worth anything.",)
    same = worth(result, told=[False] * 3, low=[0.0] * 3, share=[np.nan] * 3)
    assert same == (f"{most}: the same choice is best in every run.",)
    close = worth(result, value=[1.15, 1.1, 0.0], low=[0.9, 0.9, 0.0], high=[1.3, 1.3, 0.2])
    assert close[1] == "These runs cannot say whether that or nq join prob would be worth more."
    first = worth(result, told=[False, True, True])
    assert first[0].startswith("Finding out nq join prob before")


def test_what_fresh_runs_do_not_confirm_is_not_claimed(result: StudyResult) -> None:
    rows = result.tables["levers"].copy()
    failed = {**fresh_runs(40.0, 0.7, 40, False)}
    rows.loc[rows["cost"] == 40, list(failed)] = list(failed.values())
    planted = dataclasses.replace(result, tables={**result.tables, "levers": rows})
    assert (
        lever_sentences(planted)[1]
        == "1 mix that looked sure enough in the search was not confirmed on fresh runs, at less cost."
    )
    rows.loc[rows["cost"] == 70, list(failed)] = list(failed.values())
    planted = dataclasses.replace(result, tables={**result.tables, "levers": rows})
    assert best_mix(mixes(planted)) is None
    assert lever_sentences(planted) == (
        "None of the 4 mixes tried is confirmed to meet the target “639 GPs” in “everything works” with a chance of 80% or more.",
        "2 mixes that looked sure enough in the search were not confirmed on fresh runs.",
        "The largest share of the search's own runs that meet it is 90%, with ir target 30, retention policy 0.2, at £70.",
    )


def test_findings_are_said_with_names_that_can_be_read(result: StudyResult) -> None:
    said = findings(result)
    assert said[0].startswith("Sobol shares are for inputs drawn independently")
    assert said[1].startswith("In “nothing works”, where gp quit u55 is above 0.0400 a year, 90% (85 to 94%) of the runs miss")
    assert said[-2].startswith("GPs is undefined in 3 of 40 runs of “nothing works”")
    assert said[-1] == "The model file has a note."
    assert any(s.startswith("4 runs were made again in PySD") and "2e-16" in s for s in how_sure(result))


COMPARED = {"members": 1, "difference": 0.0, "output": "gp", "scenario": "base", "until": 2019.25, "final": 2030.75}
OUTCOMES = {
    "agrees": (COMPARED, "1 run was made again, up to Apr 2019 of Oct 2030, in PySD"),
    "differs": (COMPARED | {"difference": 0.25, "time": 2018.75}, 'differs by 0.2 (relative) in "gp" in "base" at Oct 2018'),
    "could not be compared": (
        {"reason": "PySD cannot compute GAMMA"},
        "could not be compared with PySD, the reference simulator: PySD can",
    ),
    "not asked": (
        {"reason": "none was asked for"},
        "No run was made again in PySD, the reference simulator: none was asked for.",
    ),
}


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_each_outcome_of_a_verification_has_its_own_words(result: StudyResult, outcome: str) -> None:
    facts, words = OUTCOMES[outcome]
    planted = dataclasses.replace(result, manifest={**result.manifest, "verified": {"outcome": outcome, **facts}})
    said = " ".join(verified_sentences(planted))
    assert words in said
    assert ("agrees" in said) == (outcome == "agrees")
    warned = disagreement(planted)
    assert bool(warned) == (outcome == "differs")
    first = terminal_summary(planted).splitlines()[0]
    assert first.startswith("1 run was made again") == (outcome == "differs")
    page = write_report(planted).read_text(encoding="utf-8")
    assert ("do not use these numbers" in page.split("<h2")[1]) == (outcome == "differs")


@pytest.mark.usefixtures("vectors_only")
def test_indices_that_have_not_settled_are_said_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llr_sd.report.sections.pictures", lambda result: ())
    result = analysed_result(tmp_path, converged=False)
    small = without(result, *(n for n in ANALYSES if n != "convergence"))
    warning = "The sensitivity shares have not settled after 47,104 runs"
    text = write_report(small).read_text(encoding="utf-8")
    body = text[text.index("<main") :]
    assert body.index(warning) < body.index('class="lead"')
    assert body.index("3 runs failed") < body.index(warning)
    assert terminal_summary(small).splitlines()[1].startswith(warning[:60])


def test_a_result_without_analyses_has_the_three_pictures_only(tmp_path: Path, result: StudyResult) -> None:
    bare = without(result, *ANALYSES)
    assert [part.name for part in sections(bare)] == ["scenarios", "fans", "histogram"]
    assert how_sure(plan_result(tmp_path, runs=20, few=True))


@pytest.mark.parametrize("missing", ANALYSES)
def test_each_table_can_be_missing_empty_or_without_numbers(missing: str, result: StudyResult) -> None:
    gone = {"sobol": "moves", "convergence": "settling", "morris": "screening", "boxes": "boxes", "levers": "levers"}
    frame = result.tables[missing]
    numbers = [c for c in frame.columns if frame[c].dtype == float and c != "time"]
    others = [n for n in ANALYSES if n != missing]
    if missing in ("sobol", "shapley"):
        others.remove("shapley" if missing == "sobol" else "sobol")
    for table in (None, frame.iloc[:0], frame.assign(**dict.fromkeys(numbers, np.nan)), frame.drop(columns=frame.columns[-3])):
        kept = without(result, *others, missing)
        if table is not None:
            kept = dataclasses.replace(kept, tables={**kept.tables, missing: table})
        found = analysed(kept)
        said = " ".join(
            [*(s for part in found for s in part.sentences), *(p.alternative for p in drawn(found)), terminal_summary(kept)]
        )
        said += " ".join(
            cell for part in found for t in (*part.tables, *(p.numbers for p in part.pictures)) for r in t.rows for cell in r
        )
        assert not re.search(r"\b(nan|inf)\b", said, re.IGNORECASE)
        if table is None and missing != "sobol":
            assert gone.get(missing, "none") not in [part.name for part in found]


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("no variance", "is the same in every run in “everything works”: there is no spread to explain."),
        ("refused", "are not given: 300 of 512 blocks of runs were lost to runs without a result."),
    ],
)
def test_a_number_without_indices_is_said_and_not_drawn(note: str, said: str, result: StudyResult) -> None:
    frame = result.tables["sobol"]
    flat = frame.assign(note=note, value=np.nan, low=np.nan, high=np.nan, lost=300, blocks=212)
    (moves,) = [
        p
        for p in analysed(
            dataclasses.replace(without(result, *ANALYSES), tables={**result.tables, "sobol": flat, "shapley": flat.iloc[:0]})
        )
        if p.name == "moves"
    ]
    assert said in moves.sentences[0]
    assert not moves.pictures


def test_pictures_speak_and_keep_inside_their_frame(parts: dict[str, Section]) -> None:
    for picture in (p for part in parts.values() for p in part.pictures):
        assert len(picture.alternative) > 80
        assert picture.caption.endswith(".")
        assert all(len(row) == len(picture.numbers.head) for row in picture.numbers.rows)
        for text in picture.figure.findobj(lambda a: hasattr(a, "get_fontsize") and hasattr(a, "get_text")):
            if text.get_text():  # type: ignore[attr-defined]
                assert text.get_fontsize() >= 9  # type: ignore[attr-defined]
        for axes in picture.figure.axes:
            boxes = [t.get_window_extent() for t in axes.texts if t.get_text()]
            assert all(b.x1 <= picture.figure.bbox.x1 + 1 and b.x0 >= -1 for b in boxes), picture.name


@pytest.mark.parametrize("name", ["moves", "difference", "screening", "information", "over-time"])
def test_values_and_names_do_not_overlap(name: str, parts: dict[str, Section]) -> None:
    for picture in parts[name].pictures:
        axes = picture.figure.axes[0]
        for group in (axes.texts, axes.get_yticklabels()):
            boxes: list[Bbox] = [t.get_window_extent() for t in group if t.get_text()]
            assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :])
        assert all(t.get_window_extent().x0 >= 0 for t in axes.get_yticklabels())


@pytest.mark.usefixtures("vectors_only")
def test_the_page_and_the_workbook_hold_everything_and_never_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_LONG", 50)
    monkeypatch.setattr("llr_sd.report.sections.pictures", lambda result: ())  # their bytes have a test of their own
    kept = []
    for folder in ("one", "two"):
        result = without(analysed_result(tmp_path / folder), "summary")
        page, book = write_report(result), write_workbook(result)
        kept.append((page.read_bytes(), book.read_bytes()))
    assert kept[0] == kept[1]
    text = page.read_text(encoding="utf-8")
    assert "What moves the result" in text
    shown = re.sub(r'data:image[^"]*|<script id="asking">.*</script>', "", text, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", shown, re.IGNORECASE)
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == [
        "Read me", "Summary", "Targets", "Scenarios", "Parameters", "Differences", "Attribution", "Sensitivity",
        "Sums of shares", "Shapley effects", "Sensitivity over time", "Boxes", "Levers", "Information", "Screening", "Convergence", "Failures",
    ]  # fmt: skip
    long = sheets["Sensitivity"]
    assert long["B2"].value == "gp_2020"
    assert long.cell(long.max_row, 1).value.startswith("50 of ")
    assert long.cell(long.max_row, 1).value.endswith("All rows are in sobol.parquet.")
    assert sheets["Levers"].max_row == 5
