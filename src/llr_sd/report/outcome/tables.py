"""The tables of the page and of the workbook, as text: the answer, the scenarios, the inputs, history and provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from llr_sd.equations import canonical
from llr_sd.parameters import GRADES
from llr_sd.report.outcome.words import is_plan, spreads, verdict
from llr_sd.report.shared.parts import NumberTable
from llr_sd.report.shared.reading import (
    central_course,
    companion,
    headline,
    labels,
    level_of,
    quantity,
    scenario_names,
    spread,
    table,
    times_of,
)
from llr_sd.report.shared.wording import NONE, amount, date_words, extent, full_name, goal, moment_words, with_unit
from llr_sd.result import StudyResult


def answer_table(result: StudyResult) -> NumberTable:
    """Return the headline number of every scenario and its chance of each target."""
    head = headline(result)
    other = companion(result, head)
    level = level_of(result.study.target[0]) if result.study.target else math.nan
    facts = spreads(result)
    extras = [spread(result, f.scenario, other).best if other else math.nan for f in facts]
    show_extra = any(math.isfinite(v) and abs(v) > 0.5 for v in extras)
    varied = any(not f.fixed for f in facts)
    columns = ["Scenario", "Central value"]
    if varied:
        columns += ["Median of runs", "Nine runs in ten"]
    if show_extra and other is not None:
        columns.append(f"{other.label}, apart")
    columns += [f"Chance of {t.name}" if varied else t.name for t in result.study.target]
    rows = []
    for f, extra in zip(facts, extras, strict=True):
        row = [f.scenario, amount(f.central, head.unit, apart_from=level)]
        if varied and f.fixed:
            row += [NONE, "no uncertainty"]
        elif varied:
            row += [amount(f.median, head.unit, apart_from=level), extent(f.p05, f.p95, head.unit)]
        if show_extra and other is not None:
            row.append(amount(extra, other.unit))
        rows.append((*row, *(verdict(result, f.scenario, t) for t in result.study.target)))
    return NumberTable(f"{full_name(head)}, by scenario", tuple(columns), tuple(rows))


def target_table(result: StudyResult) -> NumberTable | None:
    """Return what each target asks and where it comes from; None when the study has none."""
    rows = []
    for target in result.study.target:
        shown = quantity(result, target.output)
        date = date_words(shown.time, closing=True) or NONE
        rows.append((target.name, shown.label, goal(target, shown.unit), date, target.source or NONE))
    return NumberTable("Targets", ("Target", "Number", "Asks for", "Date", "Source"), tuple(rows)) if rows else None


def scenario_table(result: StudyResult) -> NumberTable:
    """Return what each scenario sets; what it sets does not vary between its runs."""
    rows = []
    for scenario in result.study.scenario:
        settings = "; ".join(f"{_set_name(result, key)} = {value:.9g}" for key, value in scenario.set.items())
        rows.append((scenario.name, settings or "nothing: all at their own values", scenario.note or NONE))
    return NumberTable("What each scenario sets", ("Scenario", "Sets", "Note"), tuple(rows))


def _set_name(result: StudyResult, key: str) -> str:
    """A parameter with its label first: "number of international recruits planned (ir_target)"."""
    label = labels(result).get(canonical(key))
    return f"{label} ({key})" if label else key


def parameter_frame(result: StudyResult) -> pd.DataFrame:
    """Return the table "parameters" for people: the label first, or the name where there is none, and the technical name beside it."""
    frame = table(result, "parameters")
    called = [labels(result).get(canonical(str(name)), str(name)) for name in frame["name"]]
    frame = frame.drop(columns="label")
    frame.insert(0, "label", called)
    return frame


def parameter_table(result: StudyResult) -> NumberTable | None:
    """Return the uncertain parameters with range, source and grade; None when there are none."""
    rows = []
    for row in parameter_frame(result).to_dict("records"):
        unit = str(row["unit"])
        shown = "" if unit in ("Dmnl", "nan") else f" {unit}"
        grade = str(row["grade"])
        rows.append(
            (
                str(row["label"]),
                str(row["name"]),
                _extent(row, shown),
                str(row["distribution"]).replace("_", " "),
                str(row["group"]).replace("_", " "),
                f"{grade}: {GRADES[grade]}" if grade in GRADES else grade,
                _text(row["source"]),
                _text(row["note"]),
            )
        )
    head = ("Input", "Name in scripts", "Low to high (central)", "Distribution", "Group", "Grade", "Source", "Note")
    return NumberTable("Inputs that vary between runs", head, tuple(rows)) if rows else None


def _extent(row: Mapping[str, Any], unit: str) -> str:
    """Return what a row of the table "parameters" is drawn from: its ends and its centre, its values, or for want of ends P10 and P90."""
    if row.get("values") and row["values"] == row["values"]:
        return f"one of {row['values']}{unit}"
    low, mode, high = (_level(row[k]) for k in ("low", "mode", "high"))
    if NONE in (low, high):
        low, high = (f"{_level(row.get(k))} ({k.upper()})" for k in ("p10", "p90"))
    return f"{low} to {high}{unit}" + ("" if mode == NONE else f" ({mode})")


def history_table(result: StudyResult) -> NumberTable | None:
    """Return observed values beside the model's central runs at the same moment; None without history points.

    A run that starts at the observed moment starts from it by construction, so runs that start earlier come first where there are
    any; the plan's own scenarios are left out where others exist.
    """
    rows = []
    names = [n for n in scenario_names(result) if not is_plan(result, n)] or scenario_names(result)
    for output, points in result.study.history.items():
        shown = quantity(result, output)
        times = times_of(result, output)
        for point in sorted(points, key=lambda p: p.time):
            model, gap = _at_moment(
                [(times, central_course(result, n, shown)) for n in names], point.time, point.value, shown.unit
            )
            source = point.source or NONE
            rows.append((shown.label, moment_words(point.time), with_unit(point.value, shown.unit), model, gap, source))
    head = ("Number", "When", "Observed", "Model, central", "Difference", "Source")
    return NumberTable("Observed values beside the model", head, tuple(rows)) if rows else None


def _at_moment(courses: list[tuple[Any, Any]], time: float, observed: float, unit: str) -> tuple[str, str]:
    """The central runs at a moment, as a range over scenarios where they differ, and their distance from what was observed."""
    values = []
    for times, course in courses:
        good = np.isfinite(course)
        if good.any() and times[good][0] - 1e-6 <= time <= times[good][-1] + 1e-6:
            begins = abs(times[good][0] - time) < 1e-6
            values.append((begins, float(np.interp(time, times[good], course[good]))))
    if not values:
        return "before the run", NONE
    later = [value for begins, value in values if not begins]
    if not later:
        return f"{with_unit(values[0][1], unit)}, the start", NONE
    low, high = min(later), max(later)
    if amount(low, unit) == amount(high, unit):
        share = (low - observed) / observed if observed else math.nan
        gap = NONE if not math.isfinite(share) else f"{share:+.1%}".replace("-", "−")
        return with_unit(low, unit), "0.0%" if gap in ("+0.0%", "−0.0%") else gap
    shares = [f"{(v - observed) / observed:+.1%}".replace("-", "−") for v in (low, high)] if observed else [NONE, NONE]
    return f"{amount(low, unit)} to {with_unit(high, unit)}", f"{shares[0]} to {shares[1]}"


def provenance(manifest: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Flatten the manifest to pairs of key and value, in its own order."""
    pairs: list[tuple[str, str]] = []
    for key, value in manifest.items():
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            pairs += provenance(value, f"{name}: ")
        elif key == "gaps":
            pairs.append((name, str(len(value)) if value else NONE))
        elif isinstance(value, (list, tuple)):
            pairs.append((name, ", ".join(str(v) for v in value) or NONE))
        else:
            pairs.append((name, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)))
    return pairs


def _level(value: Any) -> str:
    number = pd.to_numeric(value, errors="coerce")
    return f"{number:.6g}".replace("-", "−") if math.isfinite(number) else NONE


def _text(value: Any) -> str:
    return NONE if value is None or value == "" or value != value else str(value)
