"""Charts of what moves a result: bars with intervals for inputs and groups, and shares over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from llr_sd.report.sensitivity.read import Floats, Share
from llr_sd.report.shared import canvas
from llr_sd.report.shared.canvas import INK, QUIET, RULE, SMALL
from llr_sd.report.shared.wording import balanced, date_words

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
        if len(series) > 1:
            canvas.key(
                figure, [*(Patch(facecolor=k.face, edgecolor=INK, hatch=k.hatch, label=k.label) for k in series), _interval()]
            )
        else:
            canvas.key(figure, [_interval()])
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


def share_lines(title: str, times: Floats, lines: dict[str, Floats], axis: str, upright: float) -> Figure:
    """Draw shares over time as lines with bands; each line is named at its end.

    Parameters
    ----------
    title
        The finding.
    times
        In years, shape (time,).
    lines
        By name; shape (time, 3): value, low and high, as shares; NaN where there is none.
    axis
        Name of the axis.
    upright
        A date to mark with a dotted line, in years; NaN for none.
    """
    width, height = 10.0, 5.0
    named = {name: balanced(f"{name}: {max(_end(values), 0.0):.0%}", ENDED) for name, values in lines.items()}
    right = 0.55 + LETTER * max(map(widest_line, named.values()))
    with canvas.drawing():
        figure = Figure(figsize=(width, height))
        top = canvas.title(figure, title, 88)
        axes = figure.add_axes((0.85 / width, 0.62 / height, (width - 0.85 - right) / width, 1 - (0.97 + top) / height))
        canvas.value_grid(axes)
        ends = []
        for number, (name, values) in enumerate(lines.items()):
            good = np.isfinite(values[:, 0])
            pen = canvas.pen(number, plain=False)
            every = max(1, int(good.sum()) // 5)
            axes.fill_between(
                times[good],
                np.maximum(values[good, 1], 0),
                values[good, 2],
                color=pen.colour,
                alpha=0.16,
                linewidth=0,
                zorder=1.5,
            )
            axes.plot(
                times[good], values[good, 0], color=pen.colour, linestyle=pen.dash, linewidth=1.9, marker=pen.marker, markersize=5.5,
                markevery=(number % every, every), markerfacecolor="white", markeredgewidth=1.3, zorder=3, clip_on=False,
            )  # fmt: skip
            ends.append((named[name], _end(values), pen))
        axes.set_ylim(0, max(0.1, min(1.15, 1.06 * max(float(np.nanmax(v)) for v in lines.values()))))
        canvas.year_axis(axes, float(times[0]) - 0.08, float(times[-1]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0%}"))
        axes.set_xlabel("Year (mark at 1 January)" if 1800 <= times[0] < 2300 else "Time")
        axes.set_ylabel(axis)
        if math.isfinite(upright) and times[0] < upright < times[-1]:
            axes.axvline(upright, color=QUIET, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1)
            place = axes.get_xaxis_transform()
            axes.text(upright, 1.01, date_words(upright, closing=True), transform=place, ha="center", va="bottom", fontsize=SMALL)
        _name_ends(figure, axes, ends)
    return figure


def _end(values: Floats) -> float:
    """The last known value of a line."""
    return float(values[np.isfinite(values[:, 0]), 0][-1])


def _name_ends(figure: Figure, axes: Axes, ends: list[tuple[str, float, canvas.Pen]]) -> None:
    """Name each line beside its end, moved apart where ends are close."""
    low, high = axes.get_ylim()
    gap = (high - low) * (0.05 + LINE_HEIGHT * max(lines_of(name) for name, _, _ in ends)) / canvas.inches(figure, axes)[1]
    places = canvas.spread_labels([end for _, end, _ in ends], gap, low + gap / 2, high - gap / 2)
    for (name, end, pen), place in zip(ends, places, strict=True):
        axes.plot(
            [1.0, 1.02, 1.03],
            [end, place, place],
            transform=axes.get_yaxis_transform(),
            color=pen.colour,
            linewidth=0.9,
            clip_on=False,
        )
        axes.plot(
            [1.045], [place], transform=axes.get_yaxis_transform(), marker=pen.marker, color=pen.colour, markersize=6,
            markerfacecolor="white", markeredgewidth=1.3, clip_on=False, linestyle="none",
        )  # fmt: skip
        axes.text(
            1.065,
            place,
            name,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=SMALL,
            clip_on=False,
        )
