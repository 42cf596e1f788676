"""Figures that can be asked in a browser: what the page's own charts draw, in place of the still picture, from the same numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from llr_sd.report.shared.bars import Bars
from llr_sd.report.shared.inputs import Floats

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A figure that can be asked.

    Attributes
    ----------
    chart
        Which of the charts of `page/js/charts` draws it: "trajectory", "chance", "difference", "bars" or
        "stacked".
    views
        What it draws, by the name of what is chosen among them; one where there is nothing to choose. Each is what the chart's `update`
        takes, of what JSON knows: None for what is no number.
    choose
        What is chosen among the views, as the label of the choice says it.
    beside
        Whether it stands beside the still picture, which shows more, and not in its place.
    """

    chart: str
    views: tuple[tuple[str, Spec], ...]
    choose: str = ""
    beside: bool = False

    def to_data(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        views = [{"name": name, "spec": dict(spec)} for name, spec in self.views]
        return {"chart": self.chart, "views": views, "choose": self.choose, "beside": self.beside}


def bars_asked(
    title: str, measure: str, rows: Sequence[str], kinds: Sequence[Bars], *, stacked: bool = False, **told: Any
) -> Asked:
    """Return a chart of bars with intervals: a view for each kind of bar, or one view of all that says which kind each is.

    Parameters
    ----------
    title, measure
        The finding, and what the bars measure.
    rows
        Names down the side, shape (row,).
    kinds
        As `bar_chart` takes them; `stacked` where each row has one of them.
    told
        How the chart says its numbers: `shares`, `decimals` or `unit`.
    """

    def bars(kind: Bars, note: str) -> list[Spec]:
        there = [(name, s) for name, s in zip(rows, kind.values, strict=True) if s is not None]
        return [
            {"name": name, **dict(zip(("value", "low", "high"), numbers((s.value, s.low, s.high)), strict=True)), "note": note}
            for name, s in there
        ]

    about = {"title": title, "measure": measure, **told}
    if not stacked:
        # The finding is said of the first kind.
        titles = [title, *(f"{measure}: {k.label}" for k in kinds[1:])]
        views = ((k.label, {**about, "title": t, "bars": bars(k, "")}) for k, t in zip(kinds, titles, strict=True))
        return Asked("bars", tuple(views), "Shown")
    place = {name: i for i, name in enumerate(rows)}
    every = sorted((b for k in kinds for b in bars(k, k.label)), key=lambda b: place[b["name"]])
    return Asked("bars", (("", {**about, "bars": every}),))


def shares_asked(title: str, label: str, times: Iterable[float], lines: Mapping[str, Floats], mark: float) -> Asked:
    """Return lines of shares over time with their 95 % intervals, at the times at which there is any.

    Parameters
    ----------
    title, label
        The finding, and what the lines are.
    times
        In years, shape (time,).
    lines
        By name; shape (time, 3): value, low and high, as shares; NaN where there is none.
    mark
        The time that reading starts at, in years; NaN for the last.
    """
    known = np.any([np.isfinite(values[:, 0]) for values in lines.values()], axis=0)
    series = [
        {
            "name": name,
            "pen": number,
            "median": numbers(values[known, 0]),
            "low50": None,
            "high50": None,
            "low90": numbers(np.maximum(values[known, 1], 0)),
            "high90": numbers(values[known, 2]),
            "central": None,
            "hidden": False,
        }
        for number, (name, values) in enumerate(lines.items())
    ]
    about = {"title": title, "label": label, "unit": "", "percent": True, "shares": True, "targets": [], "history": []}
    moments = [float(t) for t, there in zip(times, known, strict=True) if there]
    return Asked("trajectory", (("", {**about, "times": moments, "series": series, "mark": numbers([mark])[0]}),))


def numbers(values: Iterable[float]) -> list[float | None]:
    """Return numbers as JSON takes them; None for what is no finite number."""
    return [float(v) if math.isfinite(v) else None for v in values]
