"""Charts of scores: the log beside the model, a row a risk, and how a rating moves with time and with measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from llr_sd.report.ratings.panels import (
    LEAST,
    WIDTH,
    Key,
    draw_published,
    foot,
    ladder_pen,
    level_keys,
    published_key,
    shades,
)
from llr_sd.report.ratings.read import Ladder, Matrix, Rating, Risk
from llr_sd.report.ratings.words import rating_words
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import LETTER, lines_of
from llr_sd.report.shared.canvas import INK, QUIET, RULE, SMALL
from llr_sd.report.shared.wording import balanced, date_words

NAMED = 30  # characters of a line of a risk's name
LINE = 0.235  # inches of a line of the overview
TILE = 0.36  # inches of a row of tiles
NARROW = 0.074  # inches that a character of the smallest text takes


def overview_chart(title: str, rows: Sequence[tuple[Risk, Sequence[Rating]]], scale: Matrix, ladders: Sequence[Ladder]) -> Figure:
    """Draw the published score of each risk beside the model's on every ladder, with intervals, the verdict in words on the right.

    Parameters
    ----------
    title
        The finding.
    rows
        Each risk with its ratings at the date of the log, one a ladder.
    """
    names = [balanced(risk.called, NAMED) for risk, _ in rows]
    deep = [max(LINE * max(1, len(own)), 0.175 * lines_of(name)) + 0.14 for (_, own), name in zip(rows, names, strict=True)]
    label = max((len(k.label) for k in ladders), default=0)
    verdict = LETTER * 12.5
    said = NARROW * max((len(rating_words(r, level=False)) for _, own in rows for r in own), default=0)
    left, right = 0.3 + NARROW * NAMED, 0.42 + NARROW * label + said + verdict
    below = foot([_overview_keys(ladders)])
    width, height = WIDTH, 0.62 + 0.24 * (len(title) > 0) + sum(deep) + 0.68 + below.height
    with canvas.drawing():
        figure = Figure(figsize=(width, height))
        top = canvas.title(figure, title, int(width * 8.4)) + 0.32
        axes = figure.add_axes(
            (
                left / width,
                (0.48 + below.height) / height,
                (width - left - right) / width,
                (height - top - 0.48 - below.height) / height,
            )
        )
        least, most = scale.zones[0][0], scale.zones[-1][1]
        axes.set_xlim(least - 0.9, most + 0.9)
        axes.set_ylim(sum(deep), 0)
        _zones(axes, scale, least, most)
        y = 0.0
        for (risk, own), size in zip(rows, deep, strict=True):
            axes.axhline(y, color="white" if y else QUIET, linewidth=1.6, zorder=1.5)
            _row(axes, risk, own, (y, size), ladders)
            _words(axes, own, (y, size), ladders, (0.24 + NARROW * label, 0.36 + NARROW * label + said))
            y += size
        axes.set_yticks([sum(deep[:i]) + size / 2 for i, size in enumerate(deep)], names, fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        ticks = _ticks(scale, canvas.inches(figure, axes)[0])
        axes.set_xticks(ticks, [str(t) for t in ticks], fontsize=LEAST)
        axes.set_xlabel("score", fontsize=SMALL)
        for side in axes.spines.values():
            side.set_visible(False)
        below.draw(figure)
    return figure


def _overview_keys(ladders: Sequence[Ladder]) -> list[Key]:
    keys: list[Key] = [published_key("the log")]
    for k in ladders:
        pen = ladder_pen(ladders, k.name)
        label = f"the model, {k.label}, with 95% interval"
        keys.append(Line2D([], [], color=pen.colour, marker=pen.marker, markersize=8, linewidth=2.4, label=label))
    return keys


def _zones(axes: Axes, scale: Matrix, least: float, most: float) -> None:
    """Shade the scores of each level and name it above."""
    edges = [least - 0.9, *((a[1] + b[0]) / 2 for a, b in zip(scale.zones, scale.zones[1:], strict=False)), most + 0.9]
    for low, high, colour, name in zip(edges, edges[1:], shades(len(scale.levels)), scale.levels, strict=False):
        axes.axvspan(low, high, facecolor=colour, edgecolor="white", linewidth=1.2, zorder=0)
        axes.annotate(
            name, ((low + high) / 2, 1.0), (0, 5), xycoords=axes.get_xaxis_transform(), textcoords="offset points", ha="center",
            fontsize=SMALL, weight="bold", annotation_clip=False,
        )  # fmt: skip


def _row(axes: Axes, risk: Risk, own: Sequence[Rating], place: tuple[float, float], ladders: Sequence[Ladder]) -> None:
    """One risk: where the log has it, and each ladder's rating with its interval and its distance from the log."""
    y, size = place
    for number, r in enumerate(own):
        pen, at = ladder_pen(ladders, r.ladder), y + size * (number + 0.5) / len(own)
        axes.plot([risk.score, r.score[0]], [at, at], color=QUIET, linewidth=1.0, zorder=2.5)
        if r.open:
            axes.plot([r.score[1], r.score[2]], [at, at], color=pen.colour, linewidth=4.5, solid_capstyle="butt", zorder=5,
                      path_effects=[withStroke(linewidth=6.5, foreground="white")])  # fmt: skip
        apart = risk.score != r.score[0]
        draw_published(axes, risk.score, at, 10.5 if apart else 13.0, cross=apart)
        axes.plot([r.score[0]], [at], marker=pen.marker, markersize=8.0, color=pen.colour, markeredgecolor="white",
                  markeredgewidth=1.0, zorder=7, linestyle="none")  # fmt: skip


def _words(
    axes: Axes, own: Sequence[Rating], place: tuple[float, float], ladders: Sequence[Ladder], tabs: tuple[float, float]
) -> None:
    """Ladder, rating and verdict on the right of each line, in three columns that begin at `tabs` inches."""
    y, size = place
    label = {k.name: k.label for k in ladders}
    for number, r in enumerate(own):
        at = y + size * (number + 0.5) / len(own)
        cells = ((0.12, label[r.ladder], False), (tabs[0], rating_words(r, level=False), False), (tabs[1], r.verdict, True))
        for x, said, strong in cells:
            axes.annotate(
                said, (1.0, at), (72 * x, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center",
                fontsize=SMALL if strong else LEAST, weight="bold" if strong else "normal", annotation_clip=False,
            )  # fmt: skip


def _ticks(scale: Matrix, width: float) -> list[int]:
    """Scores of the matrix that stand far enough apart to be written."""
    scores = sorted({s for row in scale.scores for s in row})
    per = width / (scores[-1] - scores[0] + 1.8)
    kept = [scores[0]]
    for score in scores[1:]:
        if (score - kept[-1]) * per >= 0.045 + 0.08 * len(str(score)):
            kept.append(score)
    return kept


@dataclass(frozen=True)
class Move:
    """A rating beside the one that it moved from; `what` is a date or a measure in words."""

    what: str
    score: int
    low: float
    high: float
    movement: str


ARROWS = {"up": "▲", "down": "▼", "unchanged": "="}


@dataclass(frozen=True)
class Path:
    """A risk's rating at the date of the log, at later dates and with each measure."""

    risk: Risk
    now: Rating
    later: tuple[tuple[float, Move], ...]
    measures: tuple[Move, ...]


def movement_chart(title: str, paths: Sequence[Path], scale: Matrix) -> Figure:
    """Draw scores as tiles shaded by level: now, at each later date, and with each measure; an arrow says which way each moved."""
    dates = sorted({date for p in paths for date, _ in p.later})
    names = [balanced(p.risk.called, NAMED) for p in paths]
    measures = max((len(m.what) for p in paths for m in p.measures), default=0)
    wrap = min(32, max(measures, 24))
    said = [[balanced(m.what, wrap) for m in p.measures] for p in paths]
    deep = [max(1.0, sum(_tall(s) for s in own), lines_of(n) * 0.5) + 0.22 for own, n in zip(said, names, strict=True)]
    left, tile, side = 0.3 + NARROW * NAMED, 1.06, 0.15
    across = tile * (2 + len(dates)) + side
    right = (tile + 0.15 + NARROW * wrap) if measures else 0.15
    width, head = max(WIDTH, left + across + right), 0.5
    arrows = "▲ higher than now, ▼ lower, = the same score. In brackets, the 95% interval of the score."
    below = foot([level_keys(scale)], [arrows])
    height = 0.2 + 0.24 + head + TILE * sum(deep) + below.height
    with canvas.drawing():
        figure = Figure(figsize=(width, height))
        top = canvas.title(figure, title, int(width * 8.4)) + head
        axes = figure.add_axes((0, below.height / height, 1, (height - below.height - top) / height))
        axes.set_xlim(0, width)
        axes.set_ylim(sum(deep), 0)
        axes.axis("off")
        columns = ["the log", "now", *(date_words(d, closing=True).removeprefix("end of ") for d in dates)]
        places = [left + tile * i for i in range(len(columns))]
        _heads(axes, columns, places, tile, paths, (left + across, bool(measures)))
        y = 0.0
        for path, name, own, size in zip(paths, names, said, deep, strict=True):
            axes.plot([0.2, width - 0.1], [y, y], color=RULE, linewidth=0.8)
            _path(
                axes,
                path,
                name,
                own,
                (y, size),
                dict(zip(("log", "now", *dates), places, strict=True)),
                tile,
                left + across,
                scale,
            )
            y += size
        below.draw(figure)
    return figure


def _tall(name: str) -> float:
    """Rows of tiles that a measure takes."""
    return max(1.0, 0.5 * lines_of(name) + 0.1)


def _heads(
    axes: Axes, columns: Sequence[str], places: Sequence[float], tile: float, paths: Sequence[Path], measures: tuple[float, bool]
) -> None:
    now = date_words(paths[0].now.date, closing=True).removeprefix("end of ")
    for column, x in zip(columns, places, strict=True):
        said = f"{now}" if column == "now" else column
        axes.annotate(said, (x + tile / 2, 0), (0, 6), textcoords="offset points", ha="center", fontsize=SMALL, weight="bold",
                      annotation_clip=False)  # fmt: skip
    if measures[1]:
        axes.annotate(f"{now}, with a measure of the log", (measures[0], 0), (0, 6), textcoords="offset points", fontsize=SMALL,
                      weight="bold", annotation_clip=False)  # fmt: skip


def _path(
    axes: Axes, path: Path, name: str, own: Sequence[str], place: tuple[float, float], at: dict[object, float], tile: float,
    right: float, scale: Matrix,
) -> None:  # fmt: skip
    """One risk: its name, its tiles in time, and a tile for each measure."""
    y, size = place
    middle = y + size / 2
    axes.text(0.2, middle, name, va="center", fontsize=SMALL, linespacing=1.15)
    _tile(axes, (at["log"], middle), tile, scale, path.risk.score, "", framed=True)
    _tile(axes, (at["now"], middle), tile, scale, path.now.score[0], _between(path.now.score[1], path.now.score[2]))
    for date, move in path.later:
        _tile(axes, (at[date], middle), tile, scale, move.score, _between(move.low, move.high), ARROWS.get(move.movement, ""))
    step = (size - 0.22) / max(1, len(own))
    for number, (move, said) in enumerate(zip(path.measures, own, strict=True)):
        here = y + 0.11 + step * (number + 0.5)
        _tile(axes, (right, here), tile, scale, move.score, _between(move.low, move.high), ARROWS.get(move.movement, ""))
        axes.text(right + tile + 0.08, here, said, va="center", fontsize=LEAST, linespacing=1.1)


def _between(low: float, high: float) -> str:
    return f"({low:.0f}–{high:.0f})" if low != high and low == low and high == high else ""


def _tile(
    axes: Axes, place: tuple[float, float], wide: float, scale: Matrix, score: int, between: str, arrow: str = "", *, framed: bool = False
) -> None:  # fmt: skip
    x, y = place
    colour = shades(len(scale.levels))[scale.rank(score)]
    axes.add_patch(
        Rectangle((x + 0.04, y - 0.42), wide - 0.08, 0.84, facecolor=colour, edgecolor=INK if framed else "none", linewidth=1.0,
                  linestyle=(0, (1, 1.4)))
    )  # fmt: skip
    axes.text(x + wide * 0.27, y, str(score), ha="right", va="center", fontsize=SMALL + 1, weight="bold")
    axes.text(x + wide * 0.31, y, arrow, ha="left", va="center", fontsize=LEAST)
    axes.text(x + wide * (0.45 if arrow else 0.32), y, between, ha="left", va="center", fontsize=LEAST)
