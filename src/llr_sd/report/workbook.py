"""The workbook: the same tables for people who live in a spreadsheet; the same result gives the same bytes."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter import Workbook

from llr_sd.report.outcome import tables as contents
from llr_sd.report.outcome.sure import how_sure
from llr_sd.report.outcome.words import answer
from llr_sd.report.ratings import sheets as rating_sheets
from llr_sd.report.ratings import words as rating_words
from llr_sd.report.ratings.read import rated
from llr_sd.report.sections import findings, sheets
from llr_sd.report.shared.files import write_whole
from llr_sd.report.shared.inputs import described
from llr_sd.report.shared.reading import horizon, quantity, table
from llr_sd.report.shared.told import dates_note
from llr_sd.report.shared.wording import date_words
from llr_sd.result import StudyResult

STAMP = datetime(2000, 1, 1)
MOST_ROWS = 1_048_575
MOST_LONG = 10_000  # rows of a long table; the rest is in its parquet file
WIDEST = 60
FORMULA = ("=", "+", "-", "@")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LOOKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "bold": {"bold": True},
    "head": {"bold": True, "bg_color": "#E3EDF5"},
    "wrapped": {"text_wrap": True, "valign": "top"},
}


class Book:
    """A workbook in memory, with the formats of `LOOKS` by name, and whether they keep text a text when somebody edits the cell."""

    def __init__(self, out: io.BytesIO) -> None:
        """Open a book that is written to `out` when its file is closed."""
        self.file = Workbook(out, {"in_memory": True})
        self.looks = {
            (n, q): self.file.add_format({**look, "quote_prefix": q}) for n, look in LOOKS.items() for q in (False, True)
        }


def write_workbook(result: StudyResult) -> Path:
    """Write `workbook.xlsx`: Read me, then the tables of the result, a sheet each, and Failures.

    The tables are Summary, Targets, Scenarios, Parameters and one for each analysis that was made; for ratings of risks they are those
    of `rating_sheets`.

    Parameters
    ----------
    result
        Of a study of a model or of a register, with the path of its folder.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    ResultError
        When the folder cannot be written.
    """
    out = io.BytesIO()
    book = Book(out)
    book.file.set_properties({"author": "llr_sd", "title": _clean(result.study.title), "created": STAMP})
    if rated(result):
        _read_me(book, result, _about_ratings(result))
        for title, frame in rating_sheets.sheets(result):
            _sheet(book, title, frame.head(MOST_LONG), _left_out(frame, rating_sheets.SHEETS[title][0]))
    else:
        _read_me(book, result, _about_outputs(result))
        _outputs(book, result)
    _sheet(book, "Failures", table(result, "failures"))
    book.file.close()
    path = result.path / "workbook.xlsx"
    write_whole(path, out.getvalue())
    return path


def _outputs(book: Book, result: StudyResult) -> None:
    """Write the tables of a study of outputs and targets."""
    _sheet(book, "Summary", _with_words(result, table(result, "summary")))
    targets = table(result, "targets")
    _sheet(book, "Targets", targets.assign(unit=[quantity(result, str(o)).unit for o in targets["output"]]))
    _sheet(book, "Scenarios", _scenarios(result))
    _sheet(book, "Parameters", contents.parameter_frame(result))
    for name, title, _ in sheets(result):
        _sheet(book, title, *_analysis(result, name))


def _read_me(book: Book, result: StudyResult, about: list[tuple[str, str]]) -> None:
    """Write title, question, what was found and what each sheet is, then notes and where it came from."""
    sheet = book.file.add_worksheet("Read me")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 110)
    study = result.study
    lines: list[tuple[str, str]] = [("Title", study.title), ("Question", study.question)]
    if study.illustrative:
        lines.append(("Illustrative data", "The numbers show how the method works. They describe no real service."))
    lines += [*about, ("Failures", "Runs left out of every number, with their inputs.")]
    lines += [("Dates", note) for note in (dates_note(result),) if note]
    lines += [("Note", note) for note in study.notes]
    lines += [(f"Run: {key}", value) for key, value in contents.provenance(result.manifest)]
    for number, (key, value) in enumerate(lines):
        _put(book, sheet, number, 0, key, "bold")
        _put(book, sheet, number, 1, value, "wrapped")


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
        *((title, words) for _, title, words in sheets(result)),
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


def _sheet(book: Book, title: str, frame: pd.DataFrame, rest: str = "") -> None:
    """Write a table with a frozen header row, a filter and widths that fit what it holds; `rest` says below it what is not in it."""
    empty, whole = "No run failed." if title == "Failures" and frame.empty else "", len(frame)
    frame = frame.head(MOST_ROWS)
    sheet = book.file.add_worksheet(title if len(frame) == whole else f"{title} (first rows)")
    columns = [str(c) for c in frame.columns]
    widths = [len(c) + 4 for c in columns]
    for j, column in enumerate(columns):
        _put(book, sheet, 0, j, column, "head")
    for i, row in enumerate(frame.itertuples(index=False, name=None), start=1):
        for j, value in enumerate(row):
            shown = len(f"{value:.6g}" if isinstance(value, float) else str(value))
            widths[j] = min(WIDEST, max(widths[j], shown + 2))
            _put(book, sheet, i, j, value, "wrapped" if shown > WIDEST else "plain")
    for j, width in enumerate(widths):
        sheet.set_column(j, j, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(frame), max(0, len(columns) - 1))
    if rest or empty:
        _put(book, sheet, len(frame) + 2 if rest else 1, 0, rest or empty)


def _put(book: Book, sheet: Any, row: int, column: int, value: Any, look: str = "plain") -> None:
    """Write one value: text stays text (never a formula), what is not finite stays empty."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(row, column, value, book.looks[look, False])
        return
    text = _clean({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))
    if text:
        sheet.write_string(row, column, text, book.looks[look, text.lstrip().startswith(FORMULA)])


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text)[:32_767]
