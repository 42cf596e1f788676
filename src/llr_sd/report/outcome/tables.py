"""The tables of the page and of the workbook, as text: the answer, the scenarios, the inputs, history and provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from llr_sd import dates
from llr_sd.answers import names_used
from llr_sd.equations import canonical
from llr_sd.parameters import GRADES
from llr_sd.report.outcome.facts import Change, Standing
from llr_sd.report.outcome.read import answering, change, is_plan, level
from llr_sd.report.outcome.words import standing_words, told
from llr_sd.report.shared.inputs import frame_of, input_name
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.parts import NumberTable
from llr_sd.report.shared.reading import (
    MAIN,
    SAMPLES,
    Quantity,
    central_course,
    companion,
    headline,
    labels,
    meets,
    names_in,
    quantity,
    scenario_names,
    table,
    times_of,
)
from llr_sd.report.shared.wording import (
    FEW,
    NONE,
    amount,
    chance_words,
    date_words,
    fixed,
    full_name,
    goal,
    moment_words,
    with_unit,
)
from llr_sd.result import StudyResult
from llr_sd.studyparts import Target

MOST_COLUMNS = 6
"""Most columns of the table on the page beside the scenario's name; the workbook has every output."""


def failure_rows(result: StudyResult, most: int = 20) -> tuple[list[list[str]], int]:
    """Return up to `most` failed runs (scenario, run, time, variable, reason) and how many there are in all."""
    frame = table(result, "failures")
    rows = []
    for row in frame.head(most).to_dict("records"):
        when = "" if row["time"] in ("", None) else date_words(float(row["time"]))
        sample = str(row.get("sample", ""))
        of = "" if sample in MAIN else f" ({SAMPLES.get(sample, sample)})"
        rows.append([str(row["scenario"]) + of, str(row["run"]), when, str(row["variable"]), str(row["reason"])])
    return rows, len(frame)


def told_outputs(result: StudyResult) -> tuple[str, ...]:
    """Return the single numbers of the table on the page: those of the answers, of the targets, then others while there is room."""
    study, head = result.study, headline(result).output
    named = [name for answer in study.answer for _, name in names_used(answer)[0]]
    specs = study.outputs
    worked = {used for spec in specs.values() for used in names_in(spec)}  # a number that others are worked out of comes last
    named += [head, *(t.output for t in study.target), *sorted(specs, key=lambda n: n in worked)]
    scalars = {n for n, spec in specs.items() if spec.at is not None or spec.expression is not None}
    single = [n for n in dict.fromkeys(named) if n == head or (n in scalars and not quantity(result, n).element)]
    wide = np.cumsum([1 + sum(t.output == n for t in study.target) for n in single])
    return tuple(n for n, columns in zip(single, wide, strict=True) if columns <= MOST_COLUMNS or n == single[0])


def left_out(result: StudyResult) -> int:
    """Return how many outputs the table on the page does not hold."""
    return len(result.study.outputs) - len(told_outputs(result))


def _of(result: StudyResult, output: str) -> Quantity:
    head = headline(result)
    return head if output == head.output else quantity(result, output)


def numbers_table(result: StudyResult) -> NumberTable:
    """Return outputs by scenario, each with nine runs in ten behind it and the chance of every target on it."""
    shown = told_outputs(result)
    facts = [level(result, _of(result, name), answering(result)) for name in shown]
    counted = any(result.study.outputs[name].equivalents for name in shown)
    head, columns = ["Scenario"], list[list[str]]()
    for fact in facts:
        head.append(full_name(fact.shown))
        columns.append([standing_words(s, fact) for s in fact.standings])
        other, beside = companion(result, fact.shown), [s.equivalents for s in fact.standings]
        if fact is facts[0] and other is not None and not counted and any(v > 0.5 for v in beside):
            head.append(f"{other.label}, apart")
            columns.append([amount(v, other.unit) for v in beside])
        for number, target in enumerate(fact.targets):
            head.append(f"Chance of {target.name}" if any(s.ranged for s in fact.standings) else target.name)
            columns.append([verdict(s, target, number) for s in fact.standings])
    rows = zip((s.name for s in facts[0].standings), *columns, strict=True)
    lost = any(c is not None and c.lost for fact in facts for s in fact.standings for c in s.chances)
    caption = "Central values, with nine runs in ten in brackets"
    caption += (
        "; in square brackets the chance from all runs without a result missing the target to all meeting it" if lost else ""
    )
    return NumberTable(caption, tuple(head), tuple(rows))


def verdict(standing: Standing, target: Target, number: int) -> str:
    """Return what to print under a target for one scenario: a chance, or whether it is met where every run gives one value."""
    if standing.spread.void:
        return "no good run"
    if standing.ranged:
        return chance_words(standing.chances[number], brief=True)
    if not math.isfinite(standing.value):
        return "not known"
    return "met" if meets(standing.value, target) else "not met"


def difference_table(result: StudyResult) -> tuple[NumberTable | None, tuple[str, ...]]:
    """Return what each scenario changes against the study's base, run by run, and the scenarios that change nothing told here.

    An output that no scenario changes in any run is left out; None where nothing is left, or the study compares with none.
    """
    found, same = differences(result)
    if not found:
        return None, same
    names = list(next(iter(found.values())))
    rows = tuple((n, *(change_words(own[n]) for own in found.values())) for n in names)
    head = ("Scenario", *(full_name(shown) for shown in found))
    base = result.study.compare_with
    return NumberTable(f"Each scenario less “{base}”, run by run: the middle run, and nine runs in ten", head, rows), same


@remembered
def differences(result: StudyResult) -> tuple[dict[Quantity, dict[str, Change | None]], tuple[str, ...]]:
    """Return what each scenario changes against the study's base, by number and scenario, and the scenarios that change nothing told here.

    A number that no scenario changes in any run is left out; nothing is left where the study compares with none.
    """
    base = result.study.compare_with
    if base is None:
        return {}, ()
    names = [n for n in answering(result) if n != base]
    changes = {_of(result, o): {n: change(result, _of(result, o), n, base) for n in names} for o in told_outputs(result)}
    same = tuple(n for n in names if all((c := own[n]) is not None and c.same for own in changes.values()))
    moved = {q: own for q, own in changes.items() if any(c is not None and not c.same for c in own.values())}
    found = {q: {n: c for n, c in own.items() if n not in same} for q, own in moved.items()}
    return (found if len(same) < len(names) else {}), same


def change_words(found: Change | None) -> str:
    """Return a difference with its sign: "+7.8 (+3.1 to +12)"; "no change" where no run differs."""
    if found is None:
        return "no good run"
    if found.same:
        return "no change"
    low, middle, high = (_signed(v, found) for v in (found.low, found.median, found.high))
    if found.few:
        return f"{middle} ({FEW})" if math.isfinite(found.median) else FEW
    return f"{middle} ({low} to {high})" if found.varied else middle


def _signed(value: float, found: Change) -> str:
    text = told(value, found, unit=False)
    return f"+{text}" if value > 0 else text


def correlation_table(result: StudyResult) -> NumberTable | None:
    """Return the rank correlation of every stated pair of inputs, as asked and as drawn; None where none was stated."""
    found = frame_of(result, "correlations", "first", "second", "asked", "drawn", "least", "most")
    rows = tuple(
        (
            input_name(result, str(r["first"])), input_name(result, str(r["second"])),
            *(NONE if r[k] != r[k] else fixed(float(r[k]), 2) for k in ("asked", "drawn")),
            f"{fixed(float(r['least']), 2)} to {fixed(float(r['most']), 2)}",
        )
        for r in found.to_dict("records")
    )  # fmt: skip
    head = ("Input", "With", "Asked", "In the draws", "What the two can have")
    return NumberTable("Rank correlations (Spearman) of pairs of inputs", head, rows, (1,)) if rows else None


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
        settings = "; ".join(f"{_set_name(result, key)} = {dates.told(value, 9)}" for key, value in scenario.set.items())
        settings = f"what the plan believes: {settings}" if scenario.planned else settings
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
                range_words(row, shown),
                str(row["distribution"]).replace("_", " "),
                str(row["group"]).replace("_", " "),
                f"{grade}: {GRADES[grade]}" if grade in GRADES else grade,
                _text(row["source"]),
                _text(row["note"]),
            )
        )
    head = ("Input", "Name in scripts", "Low to high (central)", "Distribution", "Group", "Grade", "Source", "Note")
    return NumberTable("Inputs that vary between runs", head, tuple(rows)) if rows else None


def range_words(row: Mapping[str, Any], unit: str) -> str:
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
        elif key in ("gaps", "facts"):
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
