"""The workbook: the same tables for people who live in a spreadsheet; the same result gives the same bytes."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from llr_sd.report.decision.read import findings
from llr_sd.report.outcome import tables as contents
from llr_sd.report.outcome.words import answer, how_sure
from llr_sd.report.ratings import sheets as rating_sheets
from llr_sd.report.ratings import words as rating_words
from llr_sd.report.ratings.read import rated
from llr_sd.report.sensitivity.read import described
from llr_sd.report.shared.files import write_whole
from llr_sd.report.shared.reading import horizon, quantity, table
from llr_sd.report.shared.wording import DATES_NOTE, date_words
from llr_sd.result import StudyResult

STAMP = datetime(2000, 1, 1)
MOST_ROWS = 1_048_575
MOST_LONG = 10_000  # rows of a long table; the rest is in its parquet file
WIDEST = 60
ANALYSES = {
    "sobol": (
        "Sensitivity",
        "Sobol indices of inputs and of groups: S1 alone, ST in total, S2 of a pair; shares of the variance.",
    ),
    "shapley": ("Shapley effects", "Shares of the variance that take correlations between inputs in; they add up to 1."),
    "correlations": (
        "Correlations",
        "Spearman's rank correlation of each stated pair of inputs: asked, drawn, and the least and greatest that the two can have.",
    ),
    "convergence": ("Convergence", "Base, runs and the widest half width of any index."),
    "morris": (
        "Screening",
        "Morris: mu_star, the mean size of the effect of an input's whole range; mu, with its sign; sigma, its spread.",
    ),
    "differences": ("Differences", "Each scenario less a base scenario, run by run on common draws."),
    "attribution": (
        "Attribution",
        "What each lever adds to a difference between two scenarios; the means add up to the lever “difference”.",
    ),
    "boxes": ("Boxes", "Where in the inputs a target is missed, with density and coverage; an empty limit is open."),
    "levers": ("Levers", "Every mix of levers that was tried, with its cost and its chance of meeting the target."),
    "information": ("Information", "What it is worth to learn an input before choosing, in the unit of the benefit."),
}
FORMULA = ("=", "+", "-", "@")
HEAD = PatternFill("solid", fgColor="E3EDF5")


def write_workbook(result: StudyResult) -> Path:
    """Write `workbook.xlsx`: Read me, then the tables of the result, a sheet each, and Failures.

    The tables are Summary, Targets, Scenarios, Parameters and one for each analysis that was made; for ratings of risks they are those
    of `rating_sheets`.

    Raises
    ------
    ResultError
        When the folder cannot be written.
    """
    book = Workbook()
    book.remove(book.active)
    if rated(result):
        _read_me(book, result, _about_ratings(result))
        for title, frame in rating_sheets.sheets(result):
            _sheet(book, title, frame.head(MOST_LONG), _left_out(frame, rating_sheets.SHEETS[title][0]))
    else:
        _read_me(book, result, _about_outputs(result))
        _outputs(book, result)
    _sheet(book, "Failures", table(result, "failures"))
    book.properties.creator = "llr_sd"
    book.properties.title = _clean(result.study.title)
    book.properties.created = STAMP
    out = io.BytesIO()
    book.save(out)
    path = result.path / "workbook.xlsx"
    write_whole(path, _without_times(out.getvalue()))
    return path


def _outputs(book: Workbook, result: StudyResult) -> None:
    """Write the tables of a study of outputs and targets."""
    _sheet(book, "Summary", _with_words(result, table(result, "summary")))
    targets = table(result, "targets")
    _sheet(book, "Targets", targets.assign(unit=[quantity(result, str(o)).unit for o in targets["output"]]))
    _sheet(book, "Scenarios", _scenarios(result))
    _sheet(book, "Parameters", contents.parameter_frame(result))
    for name, (title, _) in ANALYSES.items():
        if name in result.tables:
            _sheet(book, title, *_analysis(result, name))


def _read_me(book: Workbook, result: StudyResult, about: list[tuple[str, str]]) -> None:
    """Write title, question, what was found and what each sheet is, then notes and where it came from."""
    sheet = book.create_sheet("Read me")
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 110
    study = result.study
    lines: list[tuple[str, str]] = [("Title", study.title), ("Question", study.question)]
    if study.illustrative:
        lines.append(("Illustrative data", "The numbers show how the method works. They describe no real service."))
    lines += [*about, ("Failures", "Runs left out of every number, with their inputs."), ("Dates", DATES_NOTE)]
    lines += [("Note", note) for note in study.notes]
    lines += [(f"Run: {key}", value) for key, value in contents.provenance(result.manifest)]
    for number, (key, value) in enumerate(lines, start=1):
        _put(sheet, number, 1, key).font = Font(bold=True)
        _put(sheet, number, 2, value).alignment = Alignment(wrap_text=True, vertical="top")


def _found(said: Sequence[str], found: Sequence[str], sure: Sequence[str]) -> list[tuple[str, str]]:
    """Answer, findings and how sure they are, each named once."""
    parts = (("Answer", said), ("Findings", found), ("How sure we are", sure))
    return [(name if i == 0 else "", s) for name, sentences in parts for i, s in enumerate(sentences)]


def _about_ratings(result: StudyResult) -> list[tuple[str, str]]:
    lines = _found(rating_words.answer(result), rating_words.findings(result), rating_words.how_sure(result))
    lines.append(("Verdicts", rating_sheets.VERDICTS_NOTE))
    return lines + [(title, words) for title, (_, words) in rating_sheets.SHEETS.items()]


def _about_outputs(result: StudyResult) -> list[tuple[str, str]]:
    return [
        *_found(answer(result), findings(result), how_sure(result)),
        (
            "Summary",
            "One row a number: mean, p05 to p95 of the good runs, and probability (then the output is the target's name).",
        ),
        ("", "low and high are the 95% interval of the number; runs counts the good runs; time is in years."),
        ("Targets", "The share of good runs that meet a target, with its 95% (Wilson) interval."),
        ("Scenarios", "What each scenario sets, one row a setting."),
        (
            "Parameters",
            "The inputs that vary between runs, as people call them (label) and as scripts do (name). Grades: A source document, B literature, C judgement.",
        ),
        *(words for name, words in ANALYSES.items() if name in result.tables),
    ]


def _left_out(frame: pd.DataFrame, name: str) -> str:
    """Say where the rows are that a sheet does not hold; empty where it holds all."""
    if len(frame) <= MOST_LONG:
        return ""
    return f"The first {MOST_LONG:,} of {len(frame):,} rows. All rows are in {name}.parquet."


def _with_words(result: StudyResult, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with unit and date in words beside the output and the time."""
    units = {name: described(result, str(name), math.nan).unit for name in frame["output"].unique()}
    first = {time: date_words(float(time), closing=True) for time in frame["time"].dropna().unique()}
    frame = frame.copy()
    columns = list(frame.columns)
    frame.insert(columns.index("output") + 1, "unit", [units.get(o, "") for o in frame["output"]])
    frame.insert(columns.index("time") + 2, "date", [first.get(t, "") for t in frame["time"]])
    return frame


def _analysis(result: StudyResult, name: str) -> tuple[pd.DataFrame, str]:
    """The rows of an analysis to put in the workbook, and where the others are: numbers at one time, and year ends of those over time."""
    frame = whole = result.tables[name]
    if {"output", "time"} <= set(frame.columns):
        over_time = {o for o in frame["output"].unique() if described(result, str(o), math.nan).over_time}
        end = horizon(result)
        times = frame["time"].astype(float) - (end if math.isfinite(end) else 0.0)
        frame = frame[~frame["output"].isin(over_time) | ((times - times.round()).abs() < 1e-6)]
        one = frame["output"].isin(over_time)
        frame = _with_words(result, pd.concat([frame[~one], frame[one]]))
    frame = frame.head(MOST_LONG)
    if len(frame) == len(whole):
        return frame, ""
    return (
        frame,
        f"{len(frame):,} of {len(whole):,} rows: what is read at one time first, then year ends. All rows are in {name}.parquet.",
    )


def _scenarios(result: StudyResult) -> pd.DataFrame:
    frame = table(result, "parameters")
    units = {str(n): str(u) for n, u in zip(frame["name"], frame["unit"], strict=True)}
    rows = [
        (s.name, key, value, units.get(key, ""), s.note)
        for s in result.study.scenario
        for key, value in (list(s.set.items()) or [("(nothing)", math.nan)])
    ]
    return pd.DataFrame(rows, columns=["scenario", "parameter", "value", "unit", "note"])


def _sheet(book: Workbook, title: str, frame: pd.DataFrame, rest: str = "") -> None:
    """Write a table with a frozen header row, a filter and widths that fit what it holds; `rest` says below it what is not in it."""
    sheet = book.create_sheet(title)
    columns = [str(c) for c in frame.columns]
    rows: Iterable[Sequence[Any]] = frame.head(MOST_ROWS).itertuples(index=False, name=None)
    widths = [len(c) + 4 for c in columns]
    for j, column in enumerate(columns, start=1):
        cell = _put(sheet, 1, j, column)
        cell.font, cell.fill = Font(bold=True), HEAD
    for i, row in enumerate(rows, start=2):
        for j, value in enumerate(row, start=1):
            cell = _put(sheet, i, j, value)
            shown = f"{value:.6g}" if isinstance(value, float) else str(value)
            widths[j - 1] = min(WIDEST, max(widths[j - 1], len(shown) + 2))
            if len(shown) > WIDEST:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for j, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(j)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(columns)))}{max(1, sheet.max_row)}"
    if rest:
        _put(sheet, sheet.max_row + 2, 1, rest)
    if title != "Failures":
        return
    if frame.empty:
        _put(sheet, 2, 1, "No run failed.")
    elif len(frame) > MOST_ROWS:
        sheet.title = "Failures (first rows)"


def _put(sheet: Any, row: int, column: int, value: Any) -> Any:
    """Write one value: text stays text (never a formula), what is not finite stays empty."""
    cell = sheet.cell(row, column)
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or value is None or value is pd.NA:
        cell.value = None if not isinstance(value, bool) else ("yes" if value else "no")
    elif isinstance(value, (int, float)):
        cell.value = value if math.isfinite(value) else None
    else:
        cell.value = _clean(str(value))
        if cell.value:
            cell.data_type = "s"
            cell.quotePrefix = cell.value.lstrip().startswith(FORMULA)  # a text still, when somebody edits the cell
    return cell


def _clean(text: str) -> str:
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))[:32_767]


def _without_times(content: bytes) -> bytes:
    """Rewrite the archive with one fixed time in every entry and in the properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                stamp = STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            entry = zipfile.ZipInfo(name, date_time=STAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, data)
    return out.getvalue()
