"""Lines of shares over time, each named at its end."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import ENDED, LETTER, LINE_HEIGHT, lines_of, widest_line
from llr_sd.report.shared.canvas import QUIET, SMALL
from llr_sd.report.shared.inputs import (
    Floats,
)
from llr_sd.report.shared.wording import (
    balanced,
    date_words,
)


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
