"""Draw bands of runs and published figures, a panel a series and scenario."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from llr_sd.report.backtest.read import Figure, Scale, courses, drawn_scenarios, figures, scales
from llr_sd.report.shared import canvas
from llr_sd.report.shared.canvas import BAND_NARROW, BAND_WIDE, INK, LINE, QUIET, SMALL, TARGET
from llr_sd.report.shared.units import unit_words
from llr_sd.report.shared.wording import balanced, date_words, short_names
from llr_sd.result import StudyResult

WIDTH, TITLE_WIDTH = 6.4, 54
MOST_COLUMNS = 3
Z = 1.644853626951472  # nine tenths of a normal lie within so many standard errors


def published_chart(result: StudyResult, title: str) -> Drawing | None:
    """Draw a row of panels for each series, one a scenario, on one scale; None where the result holds no series.

    Parameters
    ----------
    result
        Of a study with observed series.
    title
        What the picture says.
    """
    names, own = drawn_scenarios(result), scales(result)
    if not names:
        return None
    columns = min(len(names), MOST_COLUMNS)
    blocks = -(-len(names) // columns)
    rows = blocks * len(own)
    with canvas.drawing():
        height = 1.6 + 2.05 * rows
        drawing = Drawing(figsize=(WIDTH, height))
        top = canvas.title(drawing, title, TITLE_WIDTH)
        grid = drawing.add_gridspec(
            rows, columns, left=0.13, right=0.965, top=1 - (0.5 + top) / height, bottom=1.2 / height, hspace=0.72, wspace=0.08
        )
        room = {1: 62, 2: 32, 3: 21}[columns]
        short = short_names(names, 2 * room - 6)
        for number, (series, scale) in enumerate(own.items()):
            panels: list[Axes] = []
            for index, name in enumerate(names):
                place = grid[number * blocks + index // columns, index % columns]
                axes = drawing.add_subplot(place, sharey=panels[0] if panels else None)
                axes.tick_params(labelleft=index % columns == 0)
                axes.set_title(balanced(short[name], room), fontsize=9, loc="left", color=QUIET)
                _panel(axes, result, series, name)
                panels.append(axes)
            _row(panels, series, scale, balanced(series, 62))
        canvas.key(drawing, _keys(figures(result)))
    return drawing


def _row(panels: list[Axes], series: str, scale: Scale, words: str) -> None:
    """Scale and name the panels of one series."""
    first = panels[0]
    first.margins(y=0.08)
    first.yaxis.set_major_locator(MaxNLocator(4))
    if scale.relative:
        first.yaxis.set_major_formatter(
            FuncFormatter(lambda v, _: f"{100 * (v - 1):+.3g}%".replace("-", "−").replace("+0%", "0%"))
        )
        first.set_ylabel(f"since {date_words(scale.base, closing=True).removeprefix('end of ')}", fontsize=SMALL)
    else:
        first.yaxis.set_major_formatter(FuncFormatter(canvas.tick))
        first.set_ylabel(unit_words(scale.unit), fontsize=SMALL)
    lines = 1 + first.get_title(loc="left").count("\n")
    first.annotate(
        words, (0, 1), xytext=(0, 6 + 12 * lines), textcoords="offset points", xycoords="axes fraction", fontsize=10, weight="bold",
        va="bottom", gid=f"series {series}",
    )  # fmt: skip


def _panel(axes: Axes, result: StudyResult, series: str, scenario: str) -> None:
    course = courses(result).get((series, scenario))
    own = [f for f in figures(result) if f.series == series]
    until = max(f.time for f in own)
    base = own[0].scale.base
    since = min([*(f.time for f in own), *([base] if math.isfinite(base) else [])])
    if course is not None:
        time = course["time"].to_numpy(dtype=float)
        keep = time <= min(time[time > until - 1e-9], default=until) + 1e-9
        drawn = course[keep]
        for low, high, colour, order in (("p05", "p95", BAND_WIDE, 1.5), ("p25", "p75", BAND_NARROW, 1.6)):
            axes.fill_between(time[keep], drawn[low], drawn[high], color=colour, linewidth=0, zorder=order)
        axes.plot(time[keep], drawn["p50"], color=LINE, linewidth=1.8, zorder=3)
        axes.plot(time[keep], drawn["central"], color=INK, linewidth=1.2, linestyle=(0, (4, 1.5)), zorder=3.1)
        since = min(since, float(time[0]))
    if math.isfinite(base):
        axes.scatter([base], [1.0], s=22, facecolor="white", edgecolor=INK, zorder=5)
    for figure in own:
        standing = next(s for s in figure.standings if s.scenario == scenario)
        colour, marker = (TARGET, "X") if standing.missed else (INK, "o")
        axes.errorbar(
            [figure.time], [figure.compared], yerr=[Z * figure.error] if figure.error else None, fmt=marker, color=colour,
            markersize=7 if standing.missed else 5, elinewidth=1.2, capsize=2.5, zorder=6,
        )  # fmt: skip
    canvas.value_grid(axes)
    canvas.year_axis(axes, since - 0.3, until + 0.3, most=5)


def _keys(found: tuple[Figure, ...]) -> list[Patch | Line2D]:
    keys: list[Patch | Line2D] = [
        Patch(color=BAND_WIDE, label="9 runs in 10"),
        Patch(color=BAND_NARROW, label="middle half of runs"),
        Line2D([], [], color=LINE, linewidth=1.9, label="median"),
        Line2D([], [], color=INK, linewidth=1.4, linestyle=(0, (4, 1.5)), label="central values"),
        Line2D([], [], color=INK, marker="o", markersize=5, linestyle="none", label="published, inside"),
    ]
    if any(s.missed for f in found for s in f.standings):
        keys.append(Line2D([], [], color=TARGET, marker="X", markersize=7, linestyle="none", label="published, outside"))
    if np.isfinite([f.scale.base for f in found]).any():
        keys.append(
            Line2D(
                [],
                [],
                color=INK,
                marker="o",
                markersize=5,
                markerfacecolor="white",
                linestyle="none",
                label="what changes are since",
            )
        )
    return keys
