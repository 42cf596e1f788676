"""The matrix with each risk as a cloud: a panel a risk, a dot a share of the runs, the cells of the log and of the model marked."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Rectangle
from matplotlib.patheffects import withStroke

from llr_sd.report.ratings.panels import (
    LEAST,
    Grid,
    Key,
    draw_published,
    foot,
    initials,
    level_keys,
    panel_width,
    panels,
    published_key,
    shades,
)
from llr_sd.report.ratings.read import Matrix, Rating, Risk, likelihood_of
from llr_sd.report.ratings.words import band_words, product, rating_words
from llr_sd.report.shared import canvas
from llr_sd.report.shared.canvas import INK, QUIET, SMALL
from llr_sd.report.shared.reading import Chance

DOTS = 150
"""Dots in a panel: each stands for as large a share of the runs."""
PLASTIC = (0.7548776662466927, 0.5698402909980532)
"""Steps that fill a square evenly (Roberts 2018): inverses of the plastic number and of its square."""


@dataclass(frozen=True)
class Cloud:
    """A risk on the matrix: its rating by the model, and the chance of each consequence or worse."""

    risk: Risk
    rating: Rating
    chances: tuple[Chance, ...]

    @property
    def exactly(self) -> tuple[float, ...]:
        """Share of the runs with no consequence, with exactly consequence 1, 2, ..."""
        steps = [1.0, *(c.probability for c in self.chances), 0.0]
        return tuple(max(0.0, a - b) for a, b in itertools.pairwise(steps))


def cloud_chart(title: str, clouds: Sequence[Cloud], scale: Matrix) -> Figure:
    """Draw a matrix for each risk, five side by side."""
    columns, below = min(5, len(clouds)), foot(_keys(scale), axis_notes(scale))
    below_none = any(c.chances and c.exactly[0] > 0.5 / DOTS for c in clouds)
    grid = Grid(columns, panel_width(len(clouds), 5, 0.7, 0.28, 2.6), 1.72, 0.55, 0.28, 0.06, 0.92, below.height)
    with canvas.drawing():
        figure, axes = panels(title, [c.risk.called for c in clouds], grid)
        for number, (panel, cloud) in enumerate(zip(axes, clouds, strict=True)):
            _cells(panel, scale, _taken(cloud, scale))
            _dots(panel, cloud, scale)
            _marks(panel, cloud)
            _frame(panel, scale, none=below_none, first=number % columns == 0)
            _said(panel, cloud)
        below.draw(figure)
    return figure


def _keys(scale: Matrix) -> list[list[Key]]:
    ring = Line2D([], [], linestyle="none", marker="o", markersize=11, markerfacecolor="none", markeredgecolor=INK,
                  markeredgewidth=2.2, label="the model’s rating")  # fmt: skip
    outline = Patch(facecolor="none", edgecolor=INK, linestyle=(0, (3, 2)), linewidth=1.4, label="cells of its 95% interval")
    dot = Line2D([], [], linestyle="none", marker="o", markersize=3, color=INK, label=f"1 dot: 1 in {DOTS} runs")
    return [level_keys(scale, short=True), [published_key("the log’s rating"), ring, outline, dot]]


def axis_notes(scale: Matrix) -> tuple[str, str]:
    """Say what the numbers beside and below a matrix are."""
    across = ", ".join(f"{j} {label}" for j, label in enumerate(scale.consequences, 1))
    upward = ", ".join(f"{i} {label} ({band_words(scale, i)})" for i, label in enumerate(scale.likelihoods, 1))
    return f"Across, consequence: {across}.", f"Upward, likelihood of that consequence or worse: {upward}."


def _taken(cloud: Cloud, scale: Matrix) -> set[tuple[int, int]]:
    """Cells that carry dots or marks, where no letter fits."""
    own = {(cloud.rating.likelihood[0], cloud.rating.consequence[0]), (cloud.risk.likelihood, cloud.risk.consequence)}
    return own | {
        (likelihood_of(scale, c.probability), j) for j, c in enumerate(cloud.chances, 1) if round(DOTS * cloud.exactly[j]) > 0
    }


def _cells(axes: Axes, scale: Matrix, taken: set[tuple[int, int]]) -> None:
    colours, letters = shades(len(scale.levels)), initials(scale.levels)
    for i, row in enumerate(scale.scores, 1):
        for j, score in enumerate(row, 1):
            rank = scale.rank(score)
            axes.add_patch(
                Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colours[rank], edgecolor="white", linewidth=0.8, zorder=1)
            )
            if (i, j) not in taken:
                ink = INK if rank else QUIET
                axes.text(j, i, letters[rank], ha="center", va="center", fontsize=LEAST, color=ink, zorder=2)


def _dots(axes: Axes, cloud: Cloud, scale: Matrix) -> None:
    """Spread the runs of each consequence over its cell, evenly and the same each time."""
    for j, share in enumerate(cloud.exactly if cloud.chances else ()):
        many = round(DOTS * share)
        if not many:
            continue
        i = likelihood_of(scale, cloud.chances[j - 1].probability) if j else 1
        place = (np.arange(1, many + 1)[:, None] * np.array(PLASTIC) + 0.5) % 1 - 0.5
        wide = 0.86 if j else 0.5
        axes.scatter(
            (j if j else 0.1) + wide * place[:, 0], i + 0.84 * place[:, 1], s=5.5, color=INK, edgecolors="white", linewidths=0.35, zorder=3
        )  # fmt: skip


def _marks(axes: Axes, cloud: Cloud) -> None:
    r = cloud.rating
    (_, l0, l1), (_, c0, c1) = r.likelihood, r.consequence
    halo = [withStroke(linewidth=4.0, foreground="white")]
    if (l0, c0) != (l1, c1):
        axes.add_patch(
            Rectangle((c0 - 0.46, l0 - 0.46), c1 - c0 + 0.92, l1 - l0 + 0.92, facecolor="none", edgecolor=INK,
                      linestyle=(0, (3, 2)), linewidth=1.4, zorder=5, path_effects=halo)
        )  # fmt: skip
    axes.add_patch(
        Ellipse((r.consequence[0], r.likelihood[0]), 0.86, 0.86, facecolor="none", edgecolor=INK, linewidth=2.2, zorder=5.5,
                path_effects=halo)
    )  # fmt: skip
    draw_published(axes, cloud.risk.consequence, cloud.risk.likelihood)


def _frame(axes: Axes, scale: Matrix, *, none: bool, first: bool) -> None:
    across, upward = len(scale.consequences), len(scale.likelihoods)
    axes.set_xlim(-0.25 if none else 0.48, across + 0.52)
    axes.set_ylim(0.48, upward + 0.52)
    if none:
        axes.add_patch(
            Rectangle((-0.18, 0.5), 0.56, 1, facecolor="white", edgecolor=QUIET, linewidth=0.7, linestyle=":", zorder=1)
        )
    ticks = [(0.1, "none")] * none + [(float(j), str(j)) for j in range(1, across + 1)]
    axes.set_xticks([x for x, _ in ticks], [label for _, label in ticks], fontsize=LEAST)
    axes.set_yticks(range(1, upward + 1), [str(i) for i in range(1, upward + 1)], fontsize=LEAST)
    axes.tick_params(length=0, pad=2)
    for side in axes.spines.values():
        side.set_visible(False)
    if first:
        axes.set_ylabel("likelihood", fontsize=LEAST, labelpad=3)


def _said(axes: Axes, cloud: Cloud) -> None:
    """Write both ratings and the verdict below a panel."""
    risk, rating = cloud.risk, cloud.rating
    lines = [
        f"log {product(risk.likelihood, risk.consequence, risk.score)}",
        f"model {rating_words(rating, level=False)}",
    ]
    for number, line in enumerate([*lines, rating.verdict]):
        axes.annotate(
            line, (0.0, 0.0), (0, -21 - 12.5 * number), xycoords="axes fraction", textcoords="offset points", va="top",
            fontsize=SMALL if number == 2 else LEAST, weight="bold" if number == 2 else "normal", annotation_clip=False,
        )  # fmt: skip
