"""What pictures of ratings share: panels in a grid, shades of levels that read without colour, marks for the log and the model."""

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
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from llr_sd.report.ratings.read import Ladder, Matrix
from llr_sd.report.shared import canvas
from llr_sd.report.shared.bars import LETTER
from llr_sd.report.shared.canvas import INK, QUIET, SMALL
from llr_sd.report.shared.wording import balanced

WIDTH = 12.0  # inches that a page shows without shrinking
LEAST = 9.0  # points of the smallest text
KEY = 0.25  # inches of a line of keys
PALE, DEEP = "#f6fafd", "#5f95c2"
LADDER_MARKS = ("o", "^", "D", "v", "P", "X")
Key = Artist | tuple[Artist, ...]


@dataclass(frozen=True)
class Grid:
    """Where the panels of a figure stand, all in inches: their size, the space to the left, between, above and below each, and at the foot."""

    columns: int
    width: float
    height: float
    left: float
    between: float
    above: float
    below: float
    foot: float


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


def panel_width(count: int, most: int, margins: float, between: float, widest: float) -> float:
    """Return the width of panels that fill a line of `most`, or of as many as there are where these are fewer, up to `widest` inches."""
    columns = min(count, most)
    return min(widest, (WIDTH - margins - (columns - 1) * between) / columns)


def panels(title: str, names: Sequence[str], grid: Grid, heights: Sequence[float] | None = None) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each name, the name above it; `heights`, in inches, are of its rows where they differ.

    Call it inside `canvas.drawing`.
    """
    columns = min(grid.columns, len(names))
    rows = -(-len(names) // columns)
    letters = int((grid.width + 0.4 * grid.between) / (LETTER * 0.96))
    wrapped = [balanced(name, letters) for name in names]
    above = grid.above + 0.175 * max(name.count("\n") + 1 for name in wrapped)
    width = WIDTH
    top = 0.2 + 0.24 * len(textwrap.wrap(title, int(width * 8.4)))
    tall = list(heights) if heights is not None else [grid.height] * rows
    height = top + sum(tall) + rows * (above + grid.below) + grid.foot
    figure = Figure(figsize=(width, height))
    canvas.title(figure, title, int(width * 8.4))
    found = []
    for number, name in enumerate(wrapped):
        row, column = divmod(number, columns)
        x = grid.left + column * (grid.width + grid.between)
        y = height - top - sum(tall[: row + 1]) - row * grid.below - (row + 1) * above
        axes = figure.add_axes((x / width, y / height, grid.width / width, tall[row] / height))
        axes.set_title(name, loc="left", fontsize=SMALL, weight="bold", linespacing=1.15, pad=72 * grid.above)
        found.append(axes)
    return figure, found


@dataclass(frozen=True)
class Foot:
    """Keys in lines, and below them lines of text, as they fit a figure."""

    keys: tuple[tuple[Key, ...], ...]
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """Inches that it takes, with its margins."""
        return 0.3 + KEY * len(self.keys) + 0.175 * len(self.lines)

    def draw(self, figure: Figure) -> None:
        """Draw it at the foot of a figure."""
        height = figure.get_figheight()
        figure.text(0.015, 0.1 / height, "\n".join(self.lines), va="bottom", fontsize=SMALL, linespacing=1.25)
        for number, handles in enumerate(reversed(self.keys)):
            low = 0.14 + 0.06 * bool(self.lines) + 0.175 * len(self.lines) + KEY * number
            figure.legend(
                handles=list(handles), labels=[_label(h) for h in handles], loc="lower left", bbox_to_anchor=(0.012, low / height),
                ncols=len(handles), frameon=False, fontsize=SMALL, handlelength=1.9, columnspacing=1.5, borderaxespad=0.0,
                borderpad=0.0, handler_map={tuple: HandlerTuple(ndivide=1)},
            )  # fmt: skip


def foot(rows: Sequence[Sequence[Key]], sentences: Sequence[str] = ()) -> Foot:
    """Return keys, each of `rows` on a line of its own or more where it is long, and sentences below them."""
    keys: list[list[Key]] = []
    for row in rows:
        room = 0.0
        for handle in row:
            taken = 0.5 + 0.075 * len(_label(handle))
            if room < taken:
                keys.append([])
                room = WIDTH - 0.3
            keys[-1].append(handle)
            room -= taken
    lines = [line for s in sentences for line in textwrap.wrap(s, int((WIDTH - 0.4) / (LETTER * 0.86)))]
    return Foot(tuple(tuple(k) for k in keys), tuple(lines))


def _label(handle: Key) -> str:
    return str((handle if isinstance(handle, Artist) else handle[0]).get_label())


def level_keys(scale: Matrix, *, short: bool = False) -> list[Key]:
    """Return a key to the shades of the levels, with the initials that cells carry where these are `short`."""
    return [
        Patch(facecolor=colour, edgecolor=QUIET, linewidth=0.7, label=f"{letters}  {name}" if short else name)
        for colour, letters, name in zip(shades(len(scale.levels)), initials(scale.levels), scale.levels, strict=True)
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


def ladder_pen(found: Sequence[Ladder], name: str) -> canvas.Pen:
    """Return the pen of a ladder: the same in every picture, told apart by dash and marker."""
    place = [k.name for k in found].index(name)
    line = canvas.pen(place, plain=False)
    return canvas.Pen(line.colour, line.dash, LADDER_MARKS[place % len(LADDER_MARKS)])
