"""Draw what a fit found: each parameter before and after, and each series with the figures that were fitted and kept apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from llr_sd.report.calibration.read import Learnt, Point
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import LETTER, LINE_HEIGHT, WRAPPED, lines_of, widest_line
from llr_sd.report.shared.canvas import BAND_NARROW, BAND_WIDE, INK, LINE, QUIET, RULE, SMALL, TARGET
from llr_sd.report.shared.units import unit_words
from llr_sd.report.shared.wording import balanced, date_words

WIDTH, TITLE_WIDTH = 6.4, 54
SHADE = "#f1f2f4"
Z = 1.644853626951472  # nine tenths of a normal lie within so many standard errors


def parameters_chart(title: str, found: Sequence[Learnt]) -> Figure:
    """Draw a row a parameter: where nine draws in ten lay before the fit and lie after it, each row on the scale of its prior.

    Parameters
    ----------
    title
        The finding.
    found
        The parameters, in the order of the rows.
    """
    names = [balanced(p.name, WRAPPED) for p in found]
    said = [f"{p.told(p.p50)}\n({p.range(p.p05, p.p95)})" for p in found]
    step = max(0.42, LINE_HEIGHT * max(map(lines_of, names)) + 0.14)
    left, right = 0.3 + LETTER * max(map(widest_line, names)), 0.3 + LETTER * max(map(widest_line, said))
    width, height = max(8.0, left + right + 3.4), 1.9 + step * len(found)
    with canvas.drawing():
        figure = Figure(figsize=(width, height))
        top = canvas.title(figure, title, int(width * 8.4))
        axes = figure.add_axes((left / width, 1.05 / height, (width - left - right) / width, 1 - (1.2 + top) / height))
        for row, p in enumerate(found):
            _row(axes, row, p, said[row])
        axes.set_ylim(len(found) - 0.5, -0.5)
        axes.set_yticks(range(len(found)), names)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(min(-0.15, axes.get_xlim()[0]), max(1.15, axes.get_xlim()[1]))
        axes.set_xticks([0, 1], ["5 in 100\nof the prior", "95 in 100\nof the prior"])
        axes.grid(axis="x", color=RULE, linewidth=0.7)
        axes.set_axisbelow(True)
        keys: list[Patch | Line2D] = [
            Patch(facecolor=BAND_WIDE, label="before the fit, nine draws in ten"),
            Patch(facecolor=BAND_NARROW, edgecolor=INK, linewidth=0.6, label="after it"),
            Line2D([], [], color=LINE, linewidth=2.2, label="middle"),
            Line2D([], [], color=INK, marker="D", markersize=5, linestyle="none", label="best fit"),
        ]
        canvas.key(figure, keys)
    return figure


def _row(axes: Axes, row: int, p: Learnt, said: str) -> None:
    """Draw one parameter between the ends of its prior's middle nine tenths, which stand at 0 and 1."""
    span = p.prior_p95 - p.prior_p05

    def at(value: float) -> float:
        return (value - p.prior_p05) / span if span > 0 else math.nan

    axes.barh(row, 1, left=0, height=0.62, color=BAND_WIDE, zorder=2)
    axes.plot([at(p.prior_p50)] * 2, [row - 0.31, row + 0.31], color=QUIET, linewidth=1.0, zorder=2.5)
    axes.barh(row, at(p.p95) - at(p.p05), left=at(p.p05), height=0.32, color=BAND_NARROW, edgecolor=INK, linewidth=0.6, zorder=3)
    axes.plot([at(p.p50)] * 2, [row - 0.16, row + 0.16], color=LINE, linewidth=2.2, zorder=4)
    axes.plot([at(p.best)], [row], marker="D", color=INK, markersize=5, zorder=5)
    axes.annotate(
        said, (1.0, row), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center", fontsize=SMALL,
        annotation_clip=False,
    )  # fmt: skip


def series_chart(title: str, course: pd.DataFrame, found: Sequence[Point], until: float) -> Figure:
    """Draw the band of the fit over time with the figures; the time of those kept apart is shaded.

    Parameters
    ----------
    title
        The finding.
    course
        Columns time, p05, p25, p50, p75, p95 and best.
    found
        The figures of one series.
    until
        The last time that was fitted; infinite where all were.
    """
    scale = found[0].scale
    times = [p.time for p in found]
    since = min([*times, *([scale.base] if scale.relative else [])])
    drawn = course[(course["time"] >= since - 1.0) & (course["time"] <= max(times) + 0.5)]
    with canvas.drawing():
        figure = Figure(figsize=(WIDTH, 4.5))
        top = canvas.title(figure, title, TITLE_WIDTH)
        axes = figure.add_axes((0.8 / WIDTH, 1.15 / 4.5, (WIDTH - 1.05) / WIDTH, 1 - (1.45 + top) / 4.5))
        first, last = float(min(drawn["time"].min(), since)) - 0.15, float(max(drawn["time"].max(), max(times))) + 0.15
        for low, high, colour, order in (("p05", "p95", BAND_WIDE, 1.5), ("p25", "p75", BAND_NARROW, 1.6)):
            axes.fill_between(drawn["time"], drawn[low], drawn[high], color=colour, linewidth=0, zorder=order)
        axes.plot(drawn["time"], drawn["p50"], color=LINE, linewidth=1.8, zorder=3)
        axes.plot(drawn["time"], drawn["best"], color=INK, linewidth=1.2, linestyle=(0, (4, 1.5)), zorder=3.1)
        for p in found:
            off = p.stands != "inside"
            axes.errorbar(
                [p.time], [p.figure], yerr=[Z * p.error] if p.error else None, fmt="s" if p.held else "o", color=TARGET if off else INK,
                markerfacecolor="white" if p.held else None, markersize=6, elinewidth=1.2, capsize=2.5, zorder=6,
            )  # fmt: skip
        if scale.relative:
            axes.scatter([scale.base], [1.0], s=22, facecolor="white", edgecolor=INK, zorder=5)
        if until < last:
            axes.axvspan(until, last, color=SHADE, linewidth=0, zorder=0)
        canvas.value_grid(axes)
        canvas.year_axis(axes, first, last, most=10)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        percents = FuncFormatter(lambda v, _: f"{100 * (v - 1):+.3g}%".replace("-", "−").replace("+0%", "0%"))
        axes.yaxis.set_major_formatter(percents if scale.relative else FuncFormatter(canvas.tick))
        axes.set_ylabel(
            f"since {date_words(scale.base, closing=True).removeprefix('end of ')}" if scale.relative else unit_words(scale.unit)
        )
        canvas.key(figure, _keys(found, shaded=until < last))
    return figure


def _keys(found: Sequence[Point], *, shaded: bool) -> list[Patch | Line2D]:
    keys: list[Patch | Line2D] = [
        Patch(color=BAND_WIDE, label="nine draws in ten"),
        Patch(color=BAND_NARROW, label="middle half"),
        Line2D([], [], color=LINE, linewidth=1.9, label="median"),
        Line2D([], [], color=INK, linewidth=1.4, linestyle=(0, (4, 1.5)), label="best fit"),
    ]
    if any(not p.held for p in found):
        keys.append(Line2D([], [], color=INK, marker="o", markersize=6, linestyle="none", label="fitted"))
    if any(p.held for p in found):
        keys.append(
            Line2D([], [], color=INK, marker="s", markersize=6, markerfacecolor="white", linestyle="none", label="kept apart")
        )
    if shaded:
        keys.append(Patch(color=SHADE, label="not used in the fit"))
    if any(p.stands != "inside" for p in found):
        keys.append(Patch(color=TARGET, label="outside the band"))
    return keys
