"""Charts of what stands behind ratings, a panel for each risk: where the runs fall, how often consequences are reached, what drives the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter

from llr_sd.matrix import Matrix
from llr_sd.rating import Rating
from llr_sd.register import REST, Risk
from llr_sd.report.ratings.charts import (
    LEAST,
    Key,
    bare,
    draw_published,
    initials,
    ladder_pen,
    level_keys,
    panels,
    published_key,
    shades,
)
from llr_sd.report.ratings.read import Driver, Floats, Log
from llr_sd.report.ratings.words import band_words, driver_words, product, rating_words, share_words
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import lines_of
from llr_sd.report.shared.canvas import INK, QUIET, RULE, SMALL
from llr_sd.report.shared.wording import balanced

SIDE = 5  # panels side by side
TITLED = 25  # characters of a line above one of them
DOTS = 150
"""Dots in a panel: each stands for as large a share of the runs."""
PLASTIC = (0.7548776662466927, 0.5698402909980532)
"""Steps that fill a square evenly (Roberts 2018): inverses of the plastic number and of its square."""
JUDGED, FOUND, OTHERS = "#ffffff", "#8fb8d8", "#c9ced4"


def likelihood_of(matrix: Matrix, probability: float) -> int:
    """Return the likelihood, from 1, of a probability."""
    return 1 + sum(probability >= edge for edge in matrix.edges)


def _axis_notes(matrix: Matrix, upward: str) -> list[str]:
    """Say what the numbers beside and below a panel are."""
    across = ", ".join(f"{j} {label}" for j, label in enumerate(matrix.consequence, 1))
    bands = ", ".join(f"{i} {band.label} ({band_words(matrix, i)})" for i, band in enumerate(matrix.rows, 1))
    return [f"Across, consequence: {across}.", f"Upward, {upward}: {bands}."]


def _by_risk(
    title: str, names: Sequence[str], height: float, keys: Sequence[Key], notes: Sequence[str]
) -> tuple[Figure, list[Axes]]:
    """A panel for each risk, with its name above it."""
    rows = -(-len(names) // SIDE)
    figure, axes = panels(title, (len(names), SIDE), [height] * rows, keys, notes)
    for panel, name in zip(axes, names, strict=True):
        panel.set_title(balanced(name, TITLED), loc="left", fontsize=SMALL, weight="bold", linespacing=1.15)
    return figure, axes


# --- the runs on the matrix ---------------------------------------------------------------------------------------------------


def cloud_chart(title: str, found: Log, ladder: str) -> Figure:
    """Draw the matrix of each risk with its runs spread over it, and the cells of the log and of the model marked."""
    matrix, own = found.matrix, found.on(ladder)
    risks = [found.register.risk_of(name) for name in own]
    ring = Line2D([], [], linestyle="none", marker="o", markersize=11, markerfacecolor="none", markeredgecolor=INK,
                  markeredgewidth=2.2, label="the model’s rating")  # fmt: skip
    outline = Patch(facecolor="none", edgecolor=INK, linestyle=(0, (3, 2)), linewidth=1.4, label="cells of its 95% interval")
    dot = Line2D([], [], linestyle="none", marker="o", markersize=3, color=INK, label=f"1 dot: 1 in {DOTS} runs")
    keys: list[Key] = [*level_keys(matrix, short=True), published_key("the log’s rating"), ring, outline, dot]
    none = any(r.place.exceedance.exactly[0] > 0.5 / DOTS for r in own.values())
    with canvas.drawing():
        notes = _axis_notes(matrix, "likelihood of that consequence or worse")
        figure, axes = _by_risk(title, [found.called(risk) for risk in risks], 2.85, keys, notes)
        for number, (panel, risk, r) in enumerate(zip(axes, risks, own.values(), strict=True)):
            _cells(panel, matrix, risk, r)
            _dots(panel, matrix, r)
            _marks(panel, risk, r)
            _frame(panel, matrix, none=none)
            if number % SIDE == 0:
                panel.set_ylabel("likelihood", fontsize=LEAST, labelpad=3)
            cell = product((risk.likelihood, risk.consequence, r.published))
            panel.set_xlabel(f"log {cell}\nmodel {rating_words(r)}", fontsize=LEAST, loc="left", linespacing=1.3)
            panel.annotate(r.verdict, (0, 0), (0, -43), xycoords="axes fraction", textcoords="offset points", va="top", fontsize=SMALL,
                           weight="bold", annotation_clip=False)  # fmt: skip
    return figure


def _cells(axes: Axes, matrix: Matrix, risk: Risk, r: Rating) -> None:
    """Shade the cells by level; those without dots or marks carry the level's letter."""
    names = [level.name for level in matrix.level]
    colours, letters, e = shades(len(names)), initials(names), r.place.exceedance
    taken = {(r.place.likelihood[0], r.place.consequence[0]), (risk.likelihood, risk.consequence)}
    taken |= {(likelihood_of(matrix, p), j) for j, p in enumerate(e.probability, 1) if round(DOTS * e.exactly[j]) > 0}
    for i, row in enumerate(matrix.scores, 1):
        for j, score in enumerate(row, 1):
            rank = matrix.level_rank(score)
            axes.add_patch(
                Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colours[rank], edgecolor="white", linewidth=0.8, zorder=1)
            )
            if (i, j) not in taken:
                ink = INK if rank else QUIET
                axes.text(j, i, letters[rank], ha="center", va="center", fontsize=LEAST, color=ink, zorder=2)


def _dots(axes: Axes, matrix: Matrix, r: Rating) -> None:
    """Spread the runs of each consequence over its cell, evenly and the same each time."""
    e = r.place.exceedance
    for j, share in enumerate(e.exactly):
        many = round(DOTS * share)
        if many <= 0:
            continue
        i = likelihood_of(matrix, float(e.probability[j - 1])) if j else 1
        place = (np.arange(1, many + 1)[:, None] * np.array(PLASTIC) + 0.5) % 1 - 0.5
        wide = 0.86 if j else 0.5
        axes.scatter(
            (j if j else 0.1) + wide * place[:, 0], i + 0.84 * place[:, 1], s=5.5, color=INK, edgecolors="white", linewidths=0.35, zorder=3
        )  # fmt: skip


def _marks(axes: Axes, risk: Risk, r: Rating) -> None:
    (likelihood, l0, l1), (consequence, c0, c1) = r.place.likelihood, r.place.consequence
    halo = [withStroke(linewidth=4.0, foreground="white")]
    if (l0, c0) != (l1, c1):
        axes.add_patch(
            Rectangle((c0 - 0.46, l0 - 0.46), c1 - c0 + 0.92, l1 - l0 + 0.92, facecolor="none", edgecolor=INK,
                      linestyle=(0, (3, 2)), linewidth=1.4, zorder=5, path_effects=halo)
        )  # fmt: skip
    axes.add_patch(
        Ellipse((consequence, likelihood), 0.86, 0.86, facecolor="none", edgecolor=INK, linewidth=2.2, zorder=5.5, path_effects=halo)
    )  # fmt: skip
    draw_published(axes, risk.consequence, risk.likelihood)


def _frame(axes: Axes, matrix: Matrix, *, none: bool) -> None:
    across, upward = len(matrix.consequence), len(matrix.rows)
    axes.set_xlim(-0.25 if none else 0.48, across + 0.52)
    axes.set_ylim(0.48, upward + 0.52)
    if none:
        axes.add_patch(
            Rectangle((-0.18, 0.5), 0.56, 1, facecolor="white", edgecolor=QUIET, linewidth=0.7, linestyle=":", zorder=1)
        )
    ticks = [(0.1, "none")] * none + [(float(j), str(j)) for j in range(1, across + 1)]
    axes.set_xticks([x for x, _ in ticks], [label for _, label in ticks], fontsize=LEAST)
    axes.set_yticks(range(1, upward + 1), [str(i) for i in range(1, upward + 1)], fontsize=LEAST)
    bare(axes)


# --- how often each consequence is reached ------------------------------------------------------------------------------------


def exceedance_chart(title: str, found: Log, curves: Mapping[tuple[str, str, float], Floats]) -> Figure:
    """Draw how often each consequence is reached or passed, a line for each scale; `curves` are shape (point, 4): position, p, low, high."""
    matrix, keys = found.matrix, list[Key]()
    for name, ladder in found.ladders.items():
        pen = ladder_pen(found, name)
        keys.append(
            Line2D([], [], color=pen.colour, linestyle=pen.dash, linewidth=1.7, marker=pen.marker, markersize=5.5,
                   markerfacecolor="white", markeredgewidth=1.2, label=ladder.label)
        )  # fmt: skip
    keys.append(Line2D([], [], color=INK, linestyle="none", marker="o", markersize=5.5, label="filled: the model’s rating"))
    keys.append(Line2D([], [], color=QUIET, linewidth=0.8, label="edge of a likelihood"))
    keys.append(Patch(facecolor=QUIET, alpha=0.3, label="95% interval"))
    most, risks = len(matrix.consequence), found.register.risk
    with canvas.drawing():
        notes = _axis_notes(matrix, "the chance of that consequence or worse; on the right, its likelihood")
        figure, axes = _by_risk(title, [found.called(risk) for risk in risks], 2.45, keys, notes)
        for number, (panel, risk) in enumerate(zip(axes, risks, strict=True)):
            for edge in matrix.edges:
                panel.axhline(edge, color=QUIET, linewidth=0.6, zorder=1)
            middles = canvas.spread_labels([(b.from_ + b.to) / 2 for b in matrix.rows], 0.095, 0.0, 1.0)
            for i, at in enumerate(middles, 1):
                panel.annotate(str(i), (1.0, at), (4, 0), xycoords=panel.get_yaxis_transform(), textcoords="offset points",
                               va="center", fontsize=LEAST, annotation_clip=False)  # fmt: skip
            for r in found.of_risk(risk.id):
                _line(panel, curves[r.at], r.place.consequence[0], ladder_pen(found, r.ladder), most)
            panel.set_xlim(1, most + 1)
            panel.set_ylim(-0.04, 1.04)
            panel.set_xticks(range(1, most + 1))
            panel.set_yticks([0, 0.5, 1.0], ["0%", "50%", "100%"] if number % SIDE == 0 else ["", "", ""])
            panel.tick_params(labelsize=LEAST, length=2.5)
            panel.set_ylabel("chance" if number % SIDE == 0 else "", fontsize=LEAST, labelpad=2)
            panel.set_xlabel("consequence" if number + SIDE >= len(risks) else "", fontsize=LEAST, labelpad=2)
    return figure


def _line(axes: Axes, curve: Floats, rated: int, pen: canvas.Pen, most: int) -> None:
    """A curve with its interval, a mark at each consequence, filled at the model's rating."""
    x, p, low, high = curve.T
    axes.fill_between(x, low, high, color=pen.colour, alpha=0.22, linewidth=0, zorder=2)
    axes.plot(x, p, color=pen.colour, linestyle=pen.dash, linewidth=1.7, zorder=3)
    for c in range(1, most + 1):
        face = pen.colour if c == rated else "white"
        axes.plot([c], [np.interp(c, x, p)], marker=pen.marker, markersize=5.5, markeredgecolor=pen.colour, markerfacecolor=face,
                  markeredgewidth=1.2, linestyle="none", zorder=4, clip_on=False)  # fmt: skip


# --- what a loss hangs on -----------------------------------------------------------------------------------------------------


def driver_chart(title: str, found: Log, drawn: Mapping[str, Sequence[Driver]]) -> Figure:
    """Draw the shares of the inputs that each loss hangs on most, two risks side by side; judgement is hatched."""
    keys: list[Key] = [
        Patch(facecolor=FOUND, edgecolor=INK, linewidth=0.6, label="from a source or the literature (A, B)"),
        Patch(facecolor=JUDGED, edgecolor=INK, linewidth=0.6, hatch="////", label="judgement (C)"),
        Patch(facecolor=OTHERS, edgecolor=INK, linewidth=0.6, hatch="..", label="all inputs outside the risk, together"),
        Line2D([], [], color=INK, linewidth=1.2, marker="|", markersize=7, label="95% interval"),
    ]
    names = {risk: [balanced(driver_words(d), 37) for d in own] for risk, own in drawn.items()}
    deep = max([0.2, *(0.17 * lines_of(name) for own in names.values() for name in own)]) + 0.06
    side = min(2, len(drawn))
    pairs = [list(drawn)[i : i + side] for i in range(0, len(drawn), side)]
    lines = [max(1, *(len(drawn[risk]) for risk in pair)) for pair in pairs]
    limit = max(1.0, min(1.3, max((d.high for own in drawn.values() for d in own if math.isfinite(d.high)), default=1.0)))
    notes = ["A bar is the input’s share of the spread of the loss, alone or together with others."]
    with canvas.drawing():
        figure, axes = panels(title, (len(drawn), side), [deep * n + 0.5 for n in lines], keys, notes, around=1.9)
        for number, (panel, (risk, own)) in enumerate(zip(axes, drawn.items(), strict=True)):
            panel.set_title(found.called(found.register.risk_of(risk)), loc="left", fontsize=SMALL, weight="bold")
            _bars(panel, own, names[risk], limit)
            panel.set_ylim(lines[number // side] - 0.5, -0.5)
            panel.set_xlim(0, limit)
            panel.set_xticks([0, 0.5, 1.0])
            panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0%}"))
            last = number + side >= len(drawn)
            panel.tick_params(axis="x", labelsize=LEAST, labelbottom=last, length=2.5 if last else 0)
            panel.tick_params(axis="y", labelsize=LEAST, length=0)
            panel.grid(axis="x", color=RULE, linewidth=0.7)
            panel.set_axisbelow(True)
    return figure


def _bars(axes: Axes, own: Sequence[Driver], names: Sequence[str], limit: float) -> None:
    if not own:
        axes.set_yticks([])
        axes.text(0.02, 0.5, "The loss is the same in every run.", transform=axes.transAxes, va="center", fontsize=SMALL)
        return
    for place, d in enumerate(own):
        face, hatch = (OTHERS, "..") if d.input == REST else (JUDGED, "////") if d.grade == "C" else (FOUND, "")
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
