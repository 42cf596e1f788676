"""The pictures of a study as figures that can be asked: the same lines, bands and bars, scenario by scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from llr_sd.report.outcome.charts import central_lines, drawn_until, history_of, is_flat
from llr_sd.report.outcome.facts import Level
from llr_sd.report.outcome.read import is_percent
from llr_sd.report.outcome.tables import differences
from llr_sd.report.shared.asked import Asked, Spec, numbers
from llr_sd.report.shared.reading import (
    Quantity,
    band,
    central_course,
    course,
    horizon,
    level_of,
    scenario_names,
    targets_on,
    times_of,
)
from llr_sd.report.shared.wording import FEW, full_name, goal, short_names
from llr_sd.result import StudyResult

BANDED = 2
"""Scenarios that a figure of bands begins with."""
BANDS = {"low90": "p05", "low50": "p25", "median": "p50", "high50": "p75", "high90": "p95"}


def lines_asked(result: StudyResult, title: str) -> Asked | None:
    """Return the central run of each scenario up to the study's date, equal ones as one line; None where nothing is saved over time."""
    shown = course(result)
    if shown is None:
        return None
    times = times_of(result, shown.output)
    end = drawn_until(result, shown)
    times = times[times <= end + 1e-9]
    series = []
    for number, line in enumerate(central_lines(result, shown, end)):
        places = np.searchsorted(times, line.times)
        values = np.full(times.shape, np.nan)
        values[places] = line.values
        series.append(_series(" / ".join(line.names), -1 - number if line.fixed or line.check else number, {"median": values}))
    return Asked("trajectory", (("", _over_time(result, shown, title, times, series, end)),))


def fans_asked(result: StudyResult, title: str) -> Asked | None:
    """Return the bands of every scenario, those of the first that vary shown; None where nothing is saved over time."""
    shown = course(result)
    if shown is None:
        return None
    times = times_of(result, shown.output)
    names = scenario_names(result)
    short = short_names(names, 30)
    ranged = [n for n in names if not is_flat(result, n, shown)]
    series = []
    for number, name in enumerate(names):
        central = central_course(result, name, shown)
        if name in ranged:
            lines = {key: band(result, name, shown, statistic) for key, statistic in BANDS.items()}
        else:
            median = band(result, name, shown, "p50")
            lines = {"median": np.where(np.isfinite(central), central, median)}
        known = central if name in ranged and np.isfinite(central).any() else None
        hidden = name not in (ranged or names)[:BANDED]
        series.append(_series(short[name], number if name in ranged else -1 - number, lines, known, hidden=hidden))
    return Asked("trajectory", (("", _over_time(result, shown, title, times, series, horizon(result))),))


def chances_asked(fact: Level) -> Asked | None:
    """Return the chance of each target in each scenario whose runs vary; None where there is none."""
    rows = [
        {
            "target": target.name,
            "asks": goal(target, fact.shown.unit),
            "setting": own.name,
            "pen": number,
            **dict(zip(("probability", "low", "high"), numbers((chance.probability, chance.low, chance.high)), strict=True)),
            "met": chance.met,
            "runs": chance.runs,
            "lost": chance.lost,
        }
        for i, target in enumerate(fact.targets)
        for number, own in enumerate(fact.standings)
        if own.ranged and (chance := own.chances[i]) is not None
    ]
    return (
        Asked("chance", (("", {"title": "The chance of each target, by scenario", "rows": rows}),), beside=True) if rows else None
    )


def differences_asked(result: StudyResult) -> Asked | None:
    """Return what each scenario changes against the study's base, a view a number; None where there is nothing to draw."""
    found, _ = differences(result)
    views = []
    for shown, own in found.items():
        told = {n: c for n, c in own.items() if c is not None and math.isfinite(c.median)}
        series = [
            {
                "name": name,
                "pen": number,
                **dict(zip(("median", "low90", "high90"), numbers((c.median, c.low, c.high)), strict=True)),
                "note": "no change" if c.same else FEW if c.few else "",
            }
            for number, (name, c) in enumerate(told.items())
        ]
        title = f"{full_name(shown)}: each scenario less “{result.study.compare_with}”"
        spec = {"title": title, "unit": shown.unit, "percent": is_percent(result, shown.output), "times": None, "series": series}
        if series:
            views.append((full_name(shown), spec))
    return Asked("difference", tuple(views), "Number") if views else None


def _series(name: str, pen: int, lines: dict[str, Any], central: Any = None, *, hidden: bool = False) -> Spec:
    """A line as a trajectory takes it; a negative pen is a black one."""
    made: dict[str, Any] = {key: numbers(lines[key]) if key in lines else None for key in BANDS}
    return {"name": name, "pen": pen, **made, "central": None if central is None else numbers(central), "hidden": hidden}


def _over_time(result: StudyResult, shown: Quantity, title: str, times: Iterable[float], series: list[Spec], mark: float) -> Spec:
    outputs = result.study.outputs
    ends = {t.name: outputs[t.output].at if t.output in outputs else None for t in targets_on(result, shown)}
    moments = [float(t) for t in times]
    return {
        "title": title,
        "label": shown.label,
        "unit": shown.unit,
        "percent": is_percent(result, shown.output),
        "times": moments,
        "series": series,
        "targets": [
            {"label": "", "value": level_of(t), "time": ends[t.name], "atLeast": t.at_least is not None}
            for t in targets_on(result, shown)
        ],
        "history": [
            {"time": p.time, "value": p.value, "label": "observed"} for p in history_of(result, shown) if p.time <= moments[-1]
        ],
        "mark": mark if math.isfinite(mark) else None,
    }
