"""Horizontal bars with intervals, a row for each input or group."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from llr_sd.report.shared import canvas
from llr_sd.report.shared.canvas import INK, QUIET, RULE, SMALL
from llr_sd.report.shared.inputs import Share
from llr_sd.report.shared.wording import balanced

PALE, DARK, DOTTED = "#e4edf4", "#5b9bcb", "#ffffff"
MOST = 12  # inputs drawn in one chart
LETTER = 0.083  # inches a character of small text takes
LINE_HEIGHT = 0.175  # inches a line of small text takes
WRAPPED = 42  # characters of a line of a name beside a bar
ENDED = 30  # characters of a line of a name at the end of a line


def lines_of(text: str) -> int:
    """Return how many lines a text has."""
    return text.count("\n") + 1


def widest_line(text: str) -> int:
    """Return how many characters the longest line of a text has."""
    return max(map(len, text.split("\n")))


@dataclass(frozen=True)
class Bars:
    """One kind of bar: its name in the key, how it is filled, and a value for each row (None leaves the row empty)."""

    label: str
    face: str
    hatch: str
    values: tuple[Share | None, ...]


def bar_chart(
    title: str,
    rows: Sequence[str],
    series: Sequence[Bars],
    axis: str,
    said: Callable[[Share], str],
    tick: Callable[[float, int | None], str] = canvas.tick,
    *,
    stacked: bool = False,
) -> Figure:
    """Draw horizontal bars with 95 % intervals, the first row on top, each value in words on the right.

    Parameters
    ----------
    title
        The finding.
    rows
        Names down the side, shape (row,); long ones are broken into lines.
    series
        Kinds of bar, drawn side by side in each row; in the same place when `stacked`, where each row has one of them.
    axis
        Name and unit of the axis.
    said
        Puts a value in words.
    tick
        Formats the numbers of the axis.
    """
    deep = 1 if stacked else len(series)
    names = [balanced(name, WRAPPED) for name in rows]
    step = max(0.2 * deep, LINE_HEIGHT * max(map(lines_of, names))) + 0.14
    words = [said(s) for kind in series for s in kind.values if s is not None]
    left = 0.35 + LETTER * max(map(widest_line, names))
    right = 0.3 + LETTER * max(map(len, words), default=0)
    width, height = max(9.0, left + right + 4.6), 1.65 + step * len(rows)
    with canvas.drawing():
        figure = Figure(figsize=(width, height + 0.24))
        height += 0.24
        top = canvas.title(figure, title, int(width * 8.4))
        axes = figure.add_axes((left / width, 0.98 / height, (width - left - right) / width, 1 - (1.1 + top) / height))
        _bars(axes, series, 0.2 / step, said, stacked=stacked)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), names)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=RULE, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(tick))
        axes.set_xlabel(axis, fontsize=SMALL + 0.5)
        keys: list[Patch | Line2D] = []
        if len(series) > 1:
            keys += [Patch(facecolor=k.face, edgecolor=INK, hatch=k.hatch, label=k.label) for k in series]
        if any(s is not None and math.isfinite(s.high - s.low) for k in series for s in k.values):
            keys.append(_interval())
        canvas.key(figure, keys)
    return figure


def _interval() -> Line2D:
    return Line2D([], [], color=INK, linewidth=1.2, marker="|", markersize=7, label="95% interval")


def _bars(axes: Axes, series: Sequence[Bars], thick: float, said: Callable[[Share], str], *, stacked: bool) -> None:
    ends = [s.high if math.isfinite(s.high) else s.value for k in series for s in k.values if s is not None]
    lows = [s.low if math.isfinite(s.low) else s.value for k in series for s in k.values if s is not None]
    high, low = max([*ends, 0.0]), min([*lows, 0.0])
    low = low if low < -0.05 * (high - low) else 0.0
    span = (high - low) or 1.0
    axes.set_xlim(low - (0.03 * span if low < 0 else 0), high + 0.03 * span)
    for number, kind in enumerate(series):
        shift = 0.0 if stacked else (number - (len(series) - 1) / 2) * thick
        for row, share in enumerate(kind.values):
            if share is None:
                continue
            axes.barh(
                row + shift, max(share.value, low), height=thick * 0.86, color=kind.face, edgecolor=INK, hatch=kind.hatch,
                linewidth=0.6, zorder=2,
            )  # fmt: skip
            if math.isfinite(share.high - share.low):
                axes.plot(
                    [max(share.low, low), share.high],
                    [row + shift] * 2,
                    color=INK,
                    linewidth=1.2,
                    marker="|",
                    markersize=5,
                    zorder=3,
                )
            axes.annotate(
                said(share), (1.0, row + shift), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                va="center", fontsize=9, annotation_clip=False,
            )  # fmt: skip
    if low < 0:
        axes.axvline(0, color=QUIET, linewidth=0.9, zorder=1.5)
