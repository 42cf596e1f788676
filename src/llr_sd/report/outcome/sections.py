"""The pictures of a report, each with its caption, its text alternative and its table of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from llr_sd.report.outcome.asked import chances_asked, differences_asked, fans_asked, lines_asked
from llr_sd.report.outcome.bars import bars_pictures
from llr_sd.report.outcome.charts import fan_chart, histogram, history_of, scenario_chart
from llr_sd.report.outcome.facts import Level
from llr_sd.report.outcome.read import answering, course_level, is_plan, level
from llr_sd.report.outcome.tables import correlation_table, difference_table, verdict
from llr_sd.report.outcome.titles import fan_title, histogram_title, scenario_title
from llr_sd.report.outcome.words import standing_words
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.reading import (
    Quantity,
    band,
    central_course,
    companion,
    course,
    headline,
    horizon,
    scenario_names,
    spread,
    targets_on,
    times_of,
)
from llr_sd.report.shared.wording import (
    FEW,
    amount,
    date_words,
    extent,
    full_name,
    goal,
    listing,
    moment_words,
    named,
    the_close,
    with_unit,
)
from llr_sd.result import StudyResult

MOST_ROWS = 20


def pictures(result: StudyResult) -> tuple[Picture, ...]:
    """Return the pictures that this result can carry, in the order of the page."""
    makers: tuple[Callable[[StudyResult], Picture | None], ...] = (_scenarios, _fans, _histogram)
    return (*bars_pictures(result), *(p for make in makers if (p := make(result)) is not None))


def _scenarios(result: StudyResult) -> Picture | None:
    figure, shown = scenario_chart(result), course(result)
    if figure is None or shown is None:
        return None
    times = times_of(result, shown.output)
    end = horizon(result) if math.isfinite(horizon(result)) else float(times[-1])
    kept = [float(t) for t in times if t <= end + 1e-9] or [float(t) for t in times]
    columns = {name: _central(result, name, shown) for name in scenario_names(result)}
    chosen = _thin(kept)
    rows = [
        (date_words(t, closing=i > 0), *(amount(columns[n][_index(times, t)], shown.unit) for n in columns))
        for i, t in enumerate(chosen)
    ]
    last = _index(times, kept[-1])
    ends = [f"{n}: {amount(columns[n][last], shown.unit)}" for n in columns]
    text = f"Line chart of {named(shown)} from {date_words(kept[0])} to {the_close(kept[-1])}. "
    text += f"{_title(result, scenario_title)}. At the end, {'; '.join(ends)}."
    text += _target_text(result, shown) + _history_text(result, shown)
    caption = "Each scenario run once with every input at its central value."
    caption += _equivalents_caption(result, shown)
    if history_of(result, shown):
        caption += " Dots are what was observed."
    numbers = NumberTable(f"{named(shown)}, central values", ("Date", *columns), tuple(rows))
    return Picture("scenarios", "Each scenario against the target" if targets_on(result, shown) else "Each scenario over time",
                   figure, caption, text, numbers, lines_asked(result, _title(result, scenario_title) or shown.label))  # fmt: skip


def _fans(result: StudyResult) -> Picture | None:
    figure, shown = fan_chart(result), course(result)
    if figure is None or shown is None:
        return None
    times = times_of(result, shown.output)
    rows, said = [], []
    chosen = _yearly(times, horizon(result))
    for name in scenario_names(result):
        found = {s: band(result, name, shown, s) for s in ("p05", "p25", "p50", "p75", "p95")}
        central = central_course(result, name, shown)
        width = found["p95"] - found["p05"]
        flat = not (width[np.isfinite(width)] > 0).any()
        for t in chosen:
            if flat and is_plan(result, name) and math.isfinite(horizon(result)) and t > horizon(result) + 1e-9:
                continue
            i = _index(times, t)
            cells = [amount(central[i], shown.unit), *(amount(v[i], shown.unit) for v in found.values())]
            rows.append((name, date_words(t, closing=t > times[0]), *cells))
        i = _index(times, horizon(result)) if math.isfinite(horizon(result)) else len(times) - 1
        value = central[i] if math.isfinite(central[i]) else found["p50"][i]
        if flat:
            why = FEW if spread(result, name, headline(result)).few else "one line for every run"
            said.append(f"{name}: {amount(value, shown.unit)}, {why}")
        else:
            said.append(
                f"{name}: median {amount(found['p50'][i], shown.unit)}, {extent(found['p05'][i], found['p95'][i], shown.unit)}"
            )
    text = f"A panel for each scenario of {named(shown)} from {date_words(float(times[0]))} to "
    when = horizon(result) if math.isfinite(horizon(result)) else float(times[-1])
    text += f"{the_close(float(times[-1]))}. {_title(result, fan_title)}. At {the_close(when)} (nine runs in ten): "
    text += f"{'; '.join(said)}."
    caption = "Half of the runs lie in the dark band and nine in ten in the pale one, date by date. "
    caption += "The dashed line is the run with every input at its central value."
    still = ""
    if math.isfinite(horizon(result)):
        still = f"The dotted upright is {the_close(horizon(result))}."
    numbers = NumberTable(
        f"{named(shown)}, spread of the runs", ("Scenario", "Date", "Central", "5%", "25%", "Median", "75%", "95%"), tuple(rows)
    )
    asked = fans_asked(result, _title(result, fan_title) or shown.label)
    text += _target_text(result, shown)
    return Picture("fans", "How wide the uncertainty is", figure, caption, text, numbers, asked, still)


def _histogram(result: StudyResult) -> Picture | None:
    figure, shown = histogram(result), headline(result)
    if figure is None:
        return None
    fact = level(result, shown, answering(result))
    rows, said = [], []
    for own in fact.standings:
        odds = [verdict(own, t, i) for i, t in enumerate(fact.targets)]
        values = (own.spread.central, own.spread.p05, own.spread.median, own.spread.p95)
        rows.append((own.name, *(amount(v, shown.unit) for v in values), *odds))
        said.append(f"{own.name}: {standing_words(own, fact)}" + (f", {odds[0]}" if odds else ""))
    date = f" at {the_close(shown.time)}" if math.isfinite(shown.time) else ""
    text = f"A histogram for each scenario of {full_name(shown)}. {histogram_title(fact)}. {'; '.join(said)}."
    caption = f"Where the runs stand{date}."
    if fact.targets:
        caption += " The share of runs that meet the target is written in each panel, with its 95% interval in brackets."
    numbers = NumberTable(
        full_name(shown), ("Scenario", "Central", "5%", "Median", "95%", *(t.name for t in fact.targets)), tuple(rows)
    )
    heading = f"The runs{date}" + (" against the target" if fact.targets else "")
    return Picture("histogram", heading, figure, caption, text, numbers, chances_asked(fact))


def _title(result: StudyResult, words: Callable[[Level], str]) -> str:
    fact = course_level(result)
    return words(fact) if fact else ""


def difference_section(result: StudyResult) -> Section | None:
    """Return what scenarios change against the study's base; None where it compares with none."""
    changes, same = difference_table(result)
    if changes is None and not same:
        return None
    told = ["Scenarios share their draws, so a difference between two of them is surer than either of them."]
    if same:
        names = listing([f"“{n}”" for n in same])
        told.append(f"The same as “{result.study.compare_with}” in every run, in all the numbers of the table above: {names}.")
    tables = (changes,) if changes else ()
    return Section("differences", "Differences between scenarios", tuple(told), (), tables, differences_asked(result))


def correlation_section(result: StudyResult) -> Section | None:
    """Return how pairs of inputs go together, as asked and as drawn; None where no pair was stated."""
    table = correlation_table(result)
    return Section("correlations", "Inputs that go together", (), (), (table,)) if table else None


def _central(result: StudyResult, name: str, shown: Quantity) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    values = central_course(result, name, shown)
    return values if np.isfinite(values).any() else band(result, name, shown, "p50")


def _equivalents_caption(result: StudyResult, shown: Quantity) -> str:
    """Say that equivalents are not in the lines, and how many the scenarios hold at the horizon."""
    dated = Quantity(shown.output, shown.element, shown.label, shown.unit, horizon(result), True)
    other = companion(result, dated)
    if other is None:
        return ""
    counts = [(n, spread(result, n, other).best) for n in scenario_names(result)]
    extra = [f"{n} has {amount(v, other.unit)}" for n, v in counts if math.isfinite(v) and v > 0.5]
    return f" GP-equivalents (other staff) are not in the lines: {listing(extra)} besides." if extra else ""


def _target_text(result: StudyResult, shown: Quantity) -> str:
    found = [f"{t.name}, {goal(t, shown.unit)}" for t in targets_on(result, shown)]
    return f" Target: {'; '.join(found)}." if found else ""


def _history_text(result: StudyResult, shown: Quantity) -> str:
    points = [f"{with_unit(p.value, shown.unit)} at {moment_words(p.time)}" for p in history_of(result, shown)]
    return f" Observed: {listing(points)}." if points else ""


def _index(times: np.ndarray[tuple[int, ...], np.dtype[np.float64]], time: float) -> int:
    return int(np.argmin(np.abs(times - time)))


def _thin(times: Sequence[float]) -> list[float]:
    """At most about MOST_ROWS of the times, evenly, the first and the last among them."""
    step = -(-len(times) // MOST_ROWS)
    return sorted({*times[::-1][::step], times[0]})


def _yearly(times: np.ndarray[tuple[int, ...], np.dtype[np.float64]], anchor: float) -> list[float]:
    """The saved times that lie whole years from the target's date; a thinned list where there are too few."""
    base = anchor if math.isfinite(anchor) else float(times[-1])
    whole = [float(t) for t in times if abs((t - base) - round(t - base)) < 1e-6]
    return _thin(whole if len(whole) > 1 else [float(t) for t in times])
