"""What charts of ratings share, and the charts of scores: the log beside the model, and how a rating moves with time and mitigations."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from llr_sd.matrix import Matrix
from llr_sd.rating import Rating
from llr_sd.register import Risk
from llr_sd.report.ratings.read import Log, Move
from llr_sd.report.ratings.words import rating_words
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import lines_of
from llr_sd.report.shared.canvas import INK, QUIET, RULE, SMALL, TITLE
from llr_sd.report.shared.wording import balanced, date_words

WIDTH = 12.0  # inches that a page shows without shrinking
LEAST = 9.0  # points of the smallest text
NAMED = 28  # characters of a line of a risk's name
PALE, DEEP = "#f6fafd", "#5f95c2"
LADDER_MARKS = ("o", "^", "D", "v", "P", "X")
ARROWS = {"up": "▲", "down": "▼", "unchanged": "="}
Key = Artist | tuple[Artist, ...]


# --- what they share ----------------------------------------------------------------------------------------------------------


def panels(
    title: str,
    size: tuple[int, int],
    heights: Sequence[float],
    keys: Sequence[Key],
    notes: Sequence[str] = (),
    columns: int = 4,
    around: float = 2.4,
) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels that matplotlib lays out, with its title above, and notes and keys below. Call it inside `canvas.drawing`.

    Parameters
    ----------
    title
        The finding.
    size
        Panels, and panels side by side; places without a panel stay empty.
    heights
        Of the rows, in inches, with what stands around each panel.
    keys, columns
        The keys, read across in `columns`.
    around
        Inches of title, notes and keys.
    """
    count, side = size
    figure = Figure(figsize=(WIDTH, around + sum(heights)), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.06))
    figure.suptitle("\n".join(textwrap.wrap(title, 98)), x=0.01, ha="left", fontsize=TITLE, weight="bold", linespacing=1.2)
    axes = list(figure.subplots(len(heights), side, squeeze=False, height_ratios=list(heights)).flat)
    for spare in axes[count:]:
        spare.set_axis_off()
    across = [k for first in range(columns) for k in keys[first::columns]]  # a legend is filled column by column
    legend = figure.legend(
        handles=across, labels=[_label(k) for k in across], loc="outside lower left", ncols=columns, frameon=False, fontsize=SMALL,
        handlelength=1.9, columnspacing=1.6, handler_map={tuple: HandlerTuple(ndivide=1)}, alignment="left",
        title="\n".join(line for note in notes for line in textwrap.wrap(note, 160)) or None, title_fontsize=SMALL,
    )  # fmt: skip
    legend.get_title().set_linespacing(1.25)
    return figure, axes[:count]


def _label(key: Key) -> str:
    return str((key if isinstance(key, Artist) else key[0]).get_label())


def shades(levels: int) -> tuple[str, ...]:
    """Return one hue from pale to deep, evenly spaced; ink stays legible on each."""
    pale, deep = np.array(to_rgb(PALE)), np.array(to_rgb(DEEP))
    return tuple(to_hex((*(pale + step * (deep - pale)),)) for step in np.linspace(0.0, 1.0, levels))


def initials(levels: Sequence[str]) -> tuple[str, ...]:
    """Return short capital marks that tell the levels apart: the first letters of their words, or else numbers from 1."""
    for letters in (1, 2):
        short = tuple("".join(w[:letters] for w in re.findall(r"\w+", level)).upper()[:3] for level in levels)
        if len(set(short)) == len(levels) and all(short):
            return short
    return tuple(str(n) for n in range(1, len(levels) + 1))


def level_keys(matrix: Matrix, *, short: bool = False) -> list[Key]:
    """Return a key to the shades of the levels, with the initials that cells carry where these are `short`."""
    names = [level.name for level in matrix.level]
    return [
        Patch(facecolor=colour, edgecolor=QUIET, linewidth=0.7, label=f"{letters}  {name}" if short else name)
        for colour, letters, name in zip(shades(len(names)), initials(names), names, strict=True)
    ]


def draw_published(axes: Axes, x: float, y: float, size: float = 11.0, *, cross: bool = True) -> None:
    """Mark where the log puts a risk: a hollow square, with a cross in it where no other mark stands there."""
    for marker, of in (("s", size), ("x", size * 0.62))[: 1 + cross]:
        axes.plot(
            [x], [y], marker=marker, markersize=of, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.5,
            linestyle="none", zorder=6, path_effects=[withStroke(linewidth=3.6, foreground="white"), withStroke()],
            clip_on=False,
        )  # fmt: skip


def published_key(label: str = "the log") -> tuple[Artist, ...]:
    """Return the key to the mark of the log."""
    return tuple(
        Line2D([], [], linestyle="none", marker=marker, markersize=size, markerfacecolor="none", markeredgecolor=INK,
               markeredgewidth=1.5, label=label)
        for marker, size in (("s", 10.0), ("x", 6.2))
    )  # fmt: skip


def ladder_pen(found: Log, name: str) -> canvas.Pen:
    """Return the pen of a ladder: the same in every picture, told apart by dash and marker."""
    place = list(found.ladders).index(name)
    line = canvas.pen(place, plain=False)
    return canvas.Pen(line.colour, line.dash, LADDER_MARKS[place % len(LADDER_MARKS)])


def bare(axes: Axes) -> None:
    """Take frame and ticks away."""
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


# --- the log beside the model -------------------------------------------------------------------------------------------------


def overview_chart(title: str, found: Log) -> Figure:
    """Draw the published score of each risk beside the model's on every scale, with intervals, the verdict in words on the right."""
    rows = [(risk, found.of_risk(risk.id)) for risk in found.register.risk]
    names = [balanced(found.called(risk), NAMED) for risk, _ in rows]
    deep = [max(0.235 * len(own), 0.175 * lines_of(name)) + 0.14 for (_, own), name in zip(rows, names, strict=True)]
    keys: list[Key] = [published_key()]
    for name, ladder in found.ladders.items():
        pen = ladder_pen(found, name)
        label = f"the model, {ladder.label}, with 95% interval"
        keys.append(Line2D([], [], color=pen.colour, marker=pen.marker, markersize=8, linewidth=2.4, label=label))
    scores = [s for row in found.matrix.scores for s in row]
    with canvas.drawing():
        figure, (axes,) = panels(title, (1, 1), [sum(deep)], keys, columns=2, around=2.0)
        axes.set_xlim(min(scores) - 0.9, max(scores) + 0.9)
        axes.set_ylim(sum(deep), 0)
        _zones(axes, found.matrix)
        y = 0.0
        for (risk, own), size in zip(rows, deep, strict=True):
            axes.axhline(y, color="white" if y else QUIET, linewidth=1.6, zorder=1.5)
            for number, r in enumerate(own):
                _score(axes, found, risk, r, y + size * (number + 0.5) / len(own))
            y += size
        axes.set_yticks([sum(deep[:i]) + size / 2 for i, size in enumerate(deep)], names, fontsize=SMALL)
        bare(axes)
        axes.set_xticks(*_ticks(sorted(set(scores))), fontsize=LEAST)
        axes.set_xlabel("score", fontsize=SMALL)
    return figure


def _zones(axes: Axes, matrix: Matrix) -> None:
    """Shade the scores of each level and name it above."""
    for colour, level in zip(shades(len(matrix.level)), matrix.level, strict=True):
        low = level.from_ - (0.9 if level == matrix.level[0] else 0.5)
        high = level.to + (0.9 if level == matrix.level[-1] else 0.5)
        axes.axvspan(low, high, facecolor=colour, edgecolor="white", linewidth=1.2, zorder=0)
        axes.annotate(
            level.name, ((low + high) / 2, 1.0), (0, 5), xycoords=axes.get_xaxis_transform(), textcoords="offset points",
            ha="center", fontsize=SMALL, weight="bold", annotation_clip=False,
        )  # fmt: skip


def _score(axes: Axes, found: Log, risk: Risk, r: Rating, at: float) -> None:
    """One line: where the log has a risk, its rating with its interval and its distance from the log; and in words on the right."""
    pen, score = ladder_pen(found, r.ladder), r.place.score
    axes.plot([r.published, score[0]], [at, at], color=QUIET, linewidth=1.0, zorder=2.5)
    if r.place.open:
        axes.plot([score[1], score[2]], [at, at], color=pen.colour, linewidth=4.5, solid_capstyle="butt", zorder=5,
                  path_effects=[withStroke(linewidth=6.5, foreground="white")])  # fmt: skip
    draw_published(axes, r.published, at, 10.5 if r.published != score[0] else 13.0, cross=r.published != score[0])
    axes.plot([score[0]], [at], marker=pen.marker, markersize=8.0, color=pen.colour, markeredgecolor="white", markeredgewidth=1.0,
              zorder=7, linestyle="none")  # fmt: skip
    label = max(len(k.label) for k in found.ladders.values())
    said = max(len(rating_words(o)) for o in found.held)
    for x, text, strong in ((0.1, found.label(r), False), (0.25 + 0.074 * label, rating_words(r), False),
                            (0.4 + 0.074 * (label + said), r.verdict, True)):  # fmt: skip
        axes.annotate(
            text, (1.0, at), (72 * x, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center",
            fontsize=SMALL if strong else LEAST, weight="bold" if strong else "normal", annotation_clip=False,
        )  # fmt: skip


def _ticks(scores: Sequence[int]) -> tuple[list[int], list[str]]:
    """Scores of the matrix that stand far enough apart to be written."""
    least = (scores[-1] - scores[0]) / 36
    kept = [scores[0]]
    kept += [score for score in scores[1:] if score - kept[-1] >= least * len(str(score))]
    return kept, [str(s) for s in kept]


# --- movement -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Path:
    """A risk's rating at the date of the log, at later dates and with each mitigation."""

    risk: Risk
    now: Rating
    later: tuple[Move, ...]
    mitigations: tuple[Move, ...]


def movement_chart(title: str, paths: Sequence[Path], found: Log) -> Figure:
    """Draw scores as tiles shaded by level: now, at each later date, and with each mitigation; an arrow says which way each moved."""
    dates = sorted({m.date for p in paths for m in p.later})
    names = [balanced(found.called(p.risk), NAMED) for p in paths]
    deep = [max(1.0, len(p.mitigations), lines_of(n) * 0.5) + 0.25 for p, n in zip(paths, names, strict=True)]
    now, *later = (date_words(d, closing=True).removeprefix("end of ") for d in (paths[0].now.date, *dates))
    side = 2 + len(dates) + 0.2
    notes = ["▲ higher than now, ▼ lower, = the same score. In brackets, the 95% interval of the score."]
    with canvas.drawing():
        figure, (axes,) = panels(title, (1, 1), [0.36 * sum(deep)], level_keys(found.matrix), notes, around=2.1)
        axes.set_xlim(0, side + any(p.mitigations for p in paths))
        axes.set_ylim(sum(deep), 0)
        heads = [(x + 0.5, head, "center") for x, head in enumerate(["the log", now, *later])]
        heads += [(side, f"{now}, with a mitigation of the log", "left")] if any(p.mitigations for p in paths) else []
        for x, head, where in heads:
            axes.annotate(head, (x, 0), (0, 6), textcoords="offset points", ha=where, fontsize=SMALL, weight="bold",
                          annotation_clip=False)  # fmt: skip
        y = 0.0
        for path, size in zip(paths, deep, strict=True):
            axes.axhline(y, color=RULE, linewidth=0.8)
            middle, score = y + size / 2, path.now.place.score
            _tile(axes, (0, middle), found.matrix, path.now.published, framed=True)
            _tile(axes, (1, middle), found.matrix, score[0], _ends(score[1], score[2]))
            for m in path.later:
                _tile(axes, (2 + dates.index(m.date), middle), found.matrix, m.reviewed[2], _ends(m.low, m.high), m.movement)
            for number, m in enumerate(path.mitigations):
                here = y + size * (number + 0.5) / len(path.mitigations)
                _tile(axes, (side, here), found.matrix, m.reviewed[2], _ends(m.low, m.high), m.movement)
                axes.annotate(balanced(m.mitigation, 32), (side + 1, here), (6, 0), textcoords="offset points", va="center",
                              fontsize=LEAST, linespacing=1.0, annotation_clip=False)  # fmt: skip
            y += size
        axes.set_yticks([sum(deep[:i]) + size / 2 for i, size in enumerate(deep)], names, fontsize=SMALL)
        axes.set_xticks([])
        bare(axes)
    return figure


def _ends(low: float, high: float) -> str:
    return f"({low:.0f}–{high:.0f})" if low != high else ""


def _tile(
    axes: Axes, place: tuple[float, float], matrix: Matrix, score: int, between: str = "", movement: str = "", *, framed: bool = False
) -> None:  # fmt: skip
    x, y = place
    colour = shades(len(matrix.level))[matrix.level_rank(score)]
    axes.add_patch(
        Rectangle((x + 0.04, y - 0.42), 0.92, 0.84, facecolor=colour, edgecolor=INK if framed else "none", linewidth=1.0,
                  linestyle=(0, (1, 1.4)))
    )  # fmt: skip
    axes.text(x + 0.27, y, str(score), ha="right", va="center", fontsize=SMALL + 1, weight="bold")
    axes.text(x + 0.31, y, ARROWS.get(movement, ""), ha="left", va="center", fontsize=LEAST)
    axes.text(x + (0.45 if movement else 0.32), y, between, ha="left", va="center", fontsize=LEAST)
