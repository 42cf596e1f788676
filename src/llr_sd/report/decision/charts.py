"""Charts of choices: what makes the difference between two scenarios, and what a chance of meeting the target costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from llr_sd.report.decision.read import Mix, Waterfall
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import LETTER, LINE_HEIGHT, WRAPPED, lines_of, widest_line
from llr_sd.report.shared.canvas import INK, LINE, QUIET, RULE, SMALL, TARGET
from llr_sd.report.shared.wording import balanced, named, percent, short_names

PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
UP, DOWN = canvas.BAND_NARROW, canvas.NOT_MET


def waterfall_chart(w: Waterfall) -> Figure:
    """Draw the steps from one scenario's mean to the other's, a row a lever, each with the middle nine tenths of runs."""
    start = w.start if math.isfinite(w.start) else 0.0
    names = [w.base, *(s.name for s in w.steps), w.scenario]
    short = {name: balanced(text, WRAPPED) for name, text in short_names(names, 2 * WRAPPED).items()}
    said = [w.plain(start), *(w.said(s) for s in w.steps), w.plain(start + w.whole.mean)]
    if not math.isfinite(w.start):
        said[0], said[-1] = "0", w.signed(w.whole.mean)
    left = 0.35 + LETTER * max(map(widest_line, short.values()))
    right = 0.3 + LETTER * max(map(len, said))
    width, height = (
        max(9.0, left + right + 4.6),
        1.85 + (0.06 + LINE_HEIGHT * max(2, *map(lines_of, short.values()))) * len(names),
    )
    with canvas.drawing():
        figure = Figure(figsize=(width, height))
        top = canvas.title(figure, w.title, int(width * 8.4))
        axes = figure.add_axes((left / width, 0.98 / height, (width - left - right) / width, 1 - (1.1 + top) / height))
        at, seen = start, [start, start + w.whole.mean]
        axes.plot([start], [0], marker="D", color=INK, markersize=8, zorder=4)
        for row, step in enumerate(w.steps, start=1):
            axes.plot([at, at], [row - 1, row + 0.3], color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1.5)
            up = step.mean >= 0
            axes.barh(
                row, step.mean, left=at, height=0.55, color=UP if up else DOWN, edgecolor=INK, hatch="" if up else "////",
                linewidth=0.6, zorder=2,
            )  # fmt: skip
            if math.isfinite(step.high - step.low):
                axes.plot(
                    [at + step.low, at + step.high], [row, row], color=INK, linewidth=1.3, marker="|", markersize=8, zorder=3
                )
                seen += [at + step.low, at + step.high]
            at += step.mean
            seen.append(at)
        last = len(names) - 1
        axes.plot([at, at], [last - 1, last], color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1.5)
        axes.plot([at], [last], marker="D", color=INK, markersize=8, zorder=4)
        pad = 0.06 * ((max(seen) - min(seen)) or 1.0)
        axes.set_xlim(min(seen) - pad, max(seen) + pad)
        axes.set_ylim(last + 0.6, -0.6)
        axes.set_yticks(range(len(names)), [short[n] for n in names])
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=RULE, linewidth=0.7)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(canvas.tick))
        change = "" if math.isfinite(w.start) else "Change in "
        axes.set_xlabel(f"{change}{named(w.shown)}, mean of the runs", fontsize=SMALL + 0.5)
        for row, text in enumerate(said):
            axes.annotate(
                text, (1.0, row), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center", fontsize=SMALL,
                weight="bold" if row in (0, last) else "normal", annotation_clip=False,
            )  # fmt: skip
        canvas.key(figure, _waterfall_key(w))
    return figure


def _waterfall_key(w: Waterfall) -> list[Patch | Line2D]:
    keys: list[Patch | Line2D] = [
        Line2D([], [], color=INK, marker="D", markersize=7, linestyle="none", label="mean of a scenario")
    ]
    if any(s.mean >= 0 for s in w.steps):
        keys.append(Patch(facecolor=UP, edgecolor=INK, label="adds"))
    if any(s.mean < 0 for s in w.steps):
        keys.append(Patch(facecolor=DOWN, edgecolor=INK, hatch="////", label="takes away"))
    if any(math.isfinite(s.high - s.low) for s in w.steps):
        keys.append(Line2D([], [], color=INK, linewidth=1.3, marker="|", markersize=8, label="nine runs in ten"))
    return keys


def front_chart(title: str, mixes: tuple[Mix, ...], front: tuple[Mix, ...], best: Mix | None, axis: str, asked: float) -> Figure:
    """Draw the chance of meeting the target against the cost of every mix tried; those on the front are joined and numbered.

    Parameters
    ----------
    title
        The finding.
    mixes, front
        Every mix, and those that no other beats, the cheapest first.
    best
        The mix that fresh runs confirmed to have the chance asked for.
    axis
        Name and unit of the cost.
    asked
        The chance asked for; NaN for none.
    """
    width, height = 10.0, 5.4
    with canvas.drawing():
        figure = Figure(figsize=(width, height))
        top = canvas.title(figure, title, 88)
        axes = figure.add_axes((0.9 / width, 1.0 / height, (width - 1.3) / width, 1 - (1.2 + top) / height))
        canvas.value_grid(axes)
        keys = _points(axes, mixes, front, best)
        if math.isfinite(asked):
            axes.axhline(asked, color=TARGET, linewidth=1.6, linestyle=(0, (8, 2)), zorder=1.8)
            axes.text(
                0.01, asked, f"asked for: {percent(asked)}", transform=axes.get_yaxis_transform(), va="bottom", fontsize=SMALL,
                color=TARGET, weight="bold",
            )  # fmt: skip
        axes.margins(x=0.07)
        axes.set_ylim(-0.03, 1.08)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0%}"))
        axes.xaxis.set_major_locator(MaxNLocator(7))
        axes.xaxis.set_major_formatter(FuncFormatter(canvas.tick))
        axes.set_xlabel(axis)
        axes.set_ylabel("Chance of meeting the target")
        canvas.key(figure, keys)
    return figure


def _points(axes: Axes, mixes: tuple[Mix, ...], front: tuple[Mix, ...], best: Mix | None) -> list[Line2D]:
    """Draw every mix, those on the front joined, numbered and with their intervals; return what the key shows."""

    def plot(some: Sequence[Mix], label: str, **look: Any) -> Line2D:
        return axes.plot([m.cost for m in some], [m.chance.probability for m in some], label=label, **look)[0]

    hollow = {"markersize": 5, "markerfacecolor": "white", "linestyle": "none", "zorder": 2}
    rest = plot([m for m in mixes if m not in front], "other mixes tried", color=QUIET, marker="o", **hollow)
    joined = {"linewidth": 1.4, "drawstyle": "steps-post", "zorder": 3}
    line = plot(front, "no other mix beats it", color=LINE, marker="o", markersize=7, **joined)
    axes.vlines([m.cost for m in front], [m.chance.low for m in front], [m.chance.high for m in front], color=LINE, linewidth=1.2)
    for ends in ([m.chance.low for m in front], [m.chance.high for m in front]):
        axes.plot([m.cost for m in front], ends, color=LINE, linestyle="none", marker="_", markersize=6, zorder=2.6)
    every = -(-len(front) // 25)
    chosen = next((number for number, m in enumerate(front, start=1) if m is best), 0)
    for number, m in enumerate(front, start=1):
        if number == chosen or (number % every == 0 and abs(number - chosen) >= every):
            axes.annotate(
                str(number), (m.cost, m.chance.probability), (-7, 7), textcoords="offset points", ha="right", va="bottom",
                fontsize=SMALL, weight="bold", bbox=PAPER,
            )  # fmt: skip
    if best is None:
        return [line, rest]
    sure = {"color": LINE, "marker": "D", "markersize": 9, "linestyle": "none", "zorder": 3.1}
    return [plot([best], "cheapest that is confirmed", **sure), line, rest]
