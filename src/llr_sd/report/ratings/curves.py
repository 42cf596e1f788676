"""Charts of what stands behind ratings: how often each consequence is reached, and which inputs a loss hangs on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from llr_sd.register import REST
from llr_sd.report.ratings.clouds import axis_notes
from llr_sd.report.ratings.panels import LEAST, WIDTH, Grid, Key, foot, ladder_pen, panel_width, panels
from llr_sd.report.ratings.read import Ladder, Matrix, Rating, Risk
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import lines_of
from llr_sd.report.shared.canvas import INK, QUIET, RULE, SMALL
from llr_sd.report.shared.inputs import Floats
from llr_sd.report.shared.wording import balanced, percent

JUDGED, FOUND = "#ffffff", "#8fb8d8"
WRAP = 37  # characters of a line of an input's name


@dataclass(frozen=True)
class Line:
    """The curve behind a rating, shape (point, 4): position on the scale of consequences, probability, low, high."""

    rating: Rating
    curve: Floats


def exceedance_chart(title: str, rows: Sequence[tuple[Risk, Sequence[Line]]], scale: Matrix, ladders: Sequence[Ladder]) -> Figure:
    """Draw how often each consequence is reached or passed, a panel a risk, a line a ladder.

    Parameters
    ----------
    rows
        Each risk with its lines, one a ladder.
    """
    notes = axis_notes(scale)
    notes = (
        notes[0],
        notes[1].replace(
            "Upward, likelihood of that consequence or worse",
            "Upward, the chance of that consequence or worse; on the right, its likelihood",
        ),
    )
    columns, below = min(5, len(rows)), foot([_line_keys(ladders)], notes)
    grid = Grid(columns, panel_width(len(rows), 5, 1.07, 0.45, 2.6), 1.6, 0.72, 0.45, 0.06, 0.45, 0.1 + below.height)
    with canvas.drawing():
        figure, axes = panels(title, [risk.called for risk, _ in rows], grid)
        for number, (panel, (_, lines)) in enumerate(zip(axes, rows, strict=True)):
            _bands(figure, panel, scale)
            for line in lines:
                _line(panel, line, ladder_pen(ladders, line.rating.ladder), len(scale.consequences))
            if not lines:
                panel.text(0.5, 0.5, "no curve", transform=panel.transAxes, ha="center", fontsize=SMALL)
            panel.set_xlim(1, len(scale.consequences) + 1)
            panel.set_ylim(-0.04, 1.04)
            panel.set_xticks(range(1, len(scale.consequences) + 1))
            panel.set_yticks([0, 0.5, 1.0], ["0%", "50%", "100%"] if number % columns == 0 else ["", "", ""])
            panel.tick_params(labelsize=LEAST, length=2.5)
            if number % columns == 0:
                panel.set_ylabel("chance", fontsize=LEAST, labelpad=2)
            if number + columns >= len(rows):
                panel.set_xlabel("consequence", fontsize=LEAST, labelpad=2)
        below.draw(figure)
    return figure


def _line_keys(ladders: Sequence[Ladder]) -> list[Key]:
    keys: list[Key] = []
    for k in ladders:
        pen = ladder_pen(ladders, k.name)
        keys.append(
            Line2D([], [], color=pen.colour, linestyle=pen.dash, linewidth=1.7, marker=pen.marker, markersize=5.5,
                   markerfacecolor="white", markeredgewidth=1.2, label=k.label)
        )  # fmt: skip
    keys.append(Line2D([], [], color=INK, linestyle="none", marker="o", markersize=5.5, label="filled: the model’s rating"))
    keys.append(Line2D([], [], color=QUIET, linewidth=0.8, label="edge of a likelihood"))
    return [*keys, Patch(facecolor=QUIET, alpha=0.3, label="95% interval")]


def _line(axes: Axes, line: Line, pen: canvas.Pen, most: int) -> None:
    """A curve with its interval, a mark at each consequence, filled at the model's rating."""
    x, p, low, high = line.curve.T
    axes.fill_between(x, low, high, color=pen.colour, alpha=0.22, linewidth=0, zorder=2)
    axes.plot(x, p, color=pen.colour, linestyle=pen.dash, linewidth=1.7, zorder=3)
    for c in range(1, most + 1):
        face = pen.colour if c == line.rating.consequence[0] else "white"
        axes.plot([c], [np.interp(c, x, p)], marker=pen.marker, markersize=5.5, markeredgecolor=pen.colour, markerfacecolor=face,
                  markeredgewidth=1.2, linestyle="none", zorder=4, clip_on=False)  # fmt: skip


def _bands(figure: Figure, axes: Axes, scale: Matrix) -> None:
    """Rule the edges of the likelihood bands and number the bands on the right."""
    for low, _ in scale.bands[1:]:
        axes.axhline(low, color=QUIET, linewidth=0.6, zorder=1)
    middles = [(low + high) / 2 for low, high in scale.bands]
    gap = 0.145 / canvas.inches(figure, axes)[1]
    for number, at in enumerate(canvas.spread_labels(middles, gap, 0.0, 1.0), 1):
        axes.annotate(str(number), (1.0, at), (4, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                      va="center", fontsize=LEAST, annotation_clip=False)  # fmt: skip


@dataclass(frozen=True)
class Driver:
    """What one input carries of the spread of a loss: its total share with the 95 % interval, its words and the grade of its evidence."""

    input: str
    name: str
    grade: str
    value: float
    low: float
    high: float


def driver_chart(title: str, rows: Sequence[tuple[Risk, Sequence[Driver]]]) -> Figure:
    """Draw the shares of the inputs that a loss hangs on most, two risks side by side; judgement is hatched."""
    columns = min(2, len(rows))
    labels = [[balanced(f"{d.name} ({d.grade})" if d.grade else d.name, WRAP) for d in own] for _, own in rows]
    deep = max(0.2, 0.16 * max((lines_of(name) for own in labels for name in own), default=1)) + 0.07
    left, said = 0.2 + 0.066 * WRAP, 1.42
    side = (WIDTH - 2 * left - 2 * said - 0.1) / 2
    below = foot([_driver_keys()])
    grid = Grid(columns, side, 0.0, left, left + said, 0.04, 0.14, 0.55 + below.height)
    lines = [max(2, *(len(own) for _, own in rows[i : i + columns])) for i in range(0, len(rows), columns)]
    ends = [d.high for _, own in rows for d in own if math.isfinite(d.high)]
    limit = max(1.0, min(1.3, max(ends, default=1.0)))
    with canvas.drawing():
        figure, axes = panels(title, ["" for _ in rows], grid, [deep * n for n in lines])
        for number, (panel, (risk, own), names) in enumerate(zip(axes, rows, labels, strict=True)):
            panel.annotate(risk.called, (0, 1), (-72 * left + 14, 5), xycoords="axes fraction", textcoords="offset points",
                           fontsize=SMALL, weight="bold", annotation_clip=False)  # fmt: skip
            _driver_bars(panel, own, names, limit)
            panel.set_ylim(lines[number // columns] - 0.5, -0.5)
            panel.set_xlim(0, limit)
            panel.set_xticks([0, 0.5, 1.0])
            panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0%}"))
            last = number + columns >= len(rows)
            panel.tick_params(axis="x", labelsize=LEAST, labelbottom=last, length=2.5 if last else 0)
            panel.tick_params(axis="y", labelsize=LEAST, length=0)
            panel.grid(axis="x", color=RULE, linewidth=0.7)
            panel.set_axisbelow(True)
        below.draw(figure)
        figure.text(0.5, (below.height + 0.1) / figure.get_figheight(), "share of the spread of the loss (alone or with other inputs)", ha="center",
                    fontsize=SMALL)  # fmt: skip
    return figure


def _driver_keys() -> list[Key]:
    return [
        Patch(facecolor=FOUND, edgecolor=INK, linewidth=0.6, label="from a source or the literature (A, B)"),
        Patch(facecolor=JUDGED, edgecolor=INK, linewidth=0.6, hatch="////", label="judgement (C)"),
        Patch(facecolor="#c9ced4", edgecolor=INK, linewidth=0.6, hatch="..", label="all inputs outside the risk, together"),
        Line2D([], [], color=INK, linewidth=1.2, marker="|", markersize=7, label="95% interval"),
    ]


def _driver_bars(axes: Axes, own: Sequence[Driver], names: Sequence[str], limit: float) -> None:
    if not own:
        axes.set_yticks([])
        axes.text(0.02, 0.5, "The loss is the same\nin every run: nothing\nto share out.", transform=axes.transAxes, va="center",
                  fontsize=SMALL, linespacing=1.2)  # fmt: skip
        return
    for place, d in enumerate(own):
        face, hatch = ("#c9ced4", "..") if d.input == REST else (JUDGED, "////") if d.grade == "C" else (FOUND, "")
        axes.barh(
            place, min(max(d.value, 0.0), limit), height=0.62, color=face, edgecolor=INK, hatch=hatch, linewidth=0.6, zorder=2
        )
        if math.isfinite(d.high - d.low):
            axes.plot(
                np.clip([d.low, d.high], 0, limit), [place] * 2, color=INK, linewidth=1.2, marker="|", markersize=5, zorder=3
            )
        axes.annotate(share_words(d), (1.0, place), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
                      va="center", fontsize=LEAST, annotation_clip=False)  # fmt: skip
    axes.set_yticks(range(len(own)), names, fontsize=LEAST, linespacing=1.05)


def share_words(d: Driver) -> str:
    """Return a share with its interval: "64% (38 to 89%)"; a share cannot be below nothing."""
    if not math.isfinite(d.value):
        return "–"
    value, low, high = (max(v, 0.0) for v in (d.value, d.low, d.high))
    if not math.isfinite(high - low):
        return _short(value)
    return f"{_short(value)} ({_short(low).removesuffix('%')} to {_short(high)})"


def _short(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 or share == 0 else percent(share)
