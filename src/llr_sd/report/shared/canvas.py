"""How every picture looks and how it is saved: palette, sizes, labels that do not collide, bytes that do not change."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

INK = "#1b1f24"
QUIET = "#59616b"
RULE = "#d5d9de"
TARGET = "#a3330a"
BAND_WIDE, BAND_NARROW = "#c6dcec", "#7fb0d6"
LINE = "#003a63"
MET, NOT_MET = "#0072b2", "#d5d9de"
# Okabe-Ito, darkened where it would be under 3:1 on white; its yellow is left out.
COLOURS = ("#0072b2", "#b84e00", "#00785a", "#a3457f", "#2b7a9e", "#8a6100")
DASHES = ((0, ()), (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (7, 1.6, 1.4, 1.6)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
TEXT, SMALL, TITLE = 10.5, 9.5, 13.5

STYLE: dict[str, object] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "lines.solid_capstyle": "round",
    "svg.hashsalt": "llr-sd",
    "svg.fonttype": "path",
    "svg.id": "llr-sd",
}


@dataclass(frozen=True)
class Pen:
    """How one line is drawn, told apart by dash and marker as well as by colour."""

    colour: str
    dash: tuple[int, tuple[float, ...]]
    marker: str


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the package's style, whatever the reader's own settings; characters without a glyph are shown as boxes."""
    with matplotlib.style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def pen(number: int, *, plain: bool) -> Pen:
    """Return the pen of the nth line; `plain` ones (nothing uncertain in them) are black."""
    colour = INK if plain else COLOURS[number % len(COLOURS)]
    return Pen(colour, DASHES[(number + plain) % len(DASHES)], MARKERS[number % len(MARKERS)])


def spread_labels(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart so that none are closer than `gap`, staying near where they were wanted.

    Parameters
    ----------
    wanted
        Positions, shape (labels,), any order, in the unit of the axis.
    gap
        Least distance; it shrinks when the labels cannot all fit between `low` and `high`.

    Returns
    -------
    list of float
        Positions in the order of `wanted`.
    """
    if not wanted:
        return []
    order = np.argsort(np.asarray(wanted, dtype=float), kind="stable")
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    clusters: list[list[float]] = []  # sum of (wanted - offset), number of members
    for index in order:
        clusters.append([float(wanted[index]), 1])
        while len(clusters) > 1 and _centre(clusters[-2]) + gap * (clusters[-2][1] + clusters[-1][1]) / 2 > _centre(clusters[-1]):
            upper = clusters.pop()
            clusters[-1] = [clusters[-1][0] + upper[0], clusters[-1][1] + upper[1]]
    placed: list[float] = []
    for cluster in clusters:
        start = _centre(cluster) - gap * (cluster[1] - 1) / 2
        placed.extend(start + gap * i for i in range(int(cluster[1])))
    for i in range(len(placed)):  # push up from the floor, then down from the ceiling
        placed[i] = max(placed[i], low + gap * i)
    for i in range(len(placed)):
        placed[-1 - i] = min(placed[-1 - i], high - gap * i)
    result = [0.0] * len(placed)
    for position, index in zip(placed, order, strict=True):
        result[int(index)] = position
    return result


def _centre(cluster: Sequence[float]) -> float:
    return cluster[0] / cluster[1]


def inches(figure: Figure, axes: Axes) -> tuple[float, float]:
    """Return width and height of the axes in inches."""
    box = axes.get_position()
    width, height = figure.get_size_inches()
    return float(box.width * width), float(box.height * height)


def year_axis(axes: Axes, low: float, high: float, *, most: int = 12) -> None:
    """Mark 1 January of each year, or of every second or fifth, so that at most `most` labels stand on the axis."""
    axes.set_xlim(low, high)
    if not 1800 <= low <= high < 2300:
        return
    step = next(s for s in (1, 2, 3, 5, 10, 20, 50, 100) if (high - low) / s <= most or s == 100)
    first = int(np.ceil(low / step) * step)
    years = np.arange(first, int(np.floor(high)) + 1, step)
    axes.set_xticks(years, [str(y) for y in years])


def value_grid(axes: Axes) -> None:
    """Put faint horizontal rules behind the data."""
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=3)


def svg_bytes(figure: Figure) -> bytes:
    """Return the figure as SVG: the same figure gives the same bytes."""
    out = io.BytesIO()
    with drawing():
        FigureCanvasSVG(figure).print_figure(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def png_bytes(figure: Figure, dpi: int = 150) -> bytes:
    """Return the figure as PNG without the name or date of a program."""
    out = io.BytesIO()
    with drawing():
        FigureCanvasAgg(figure).print_figure(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


def title(figure: Figure, text: str, width: int) -> float:
    """Write the title in lines of `width` characters and return its height in inches."""
    lines = "\n".join(textwrap.wrap(text, width)) or text
    figure.text(0.02, 1 - 0.12 / figure.get_figheight(), lines, va="top", fontsize=TITLE, weight="bold", linespacing=1.2)
    return 0.12 + 0.24 * (lines.count("\n") + 1)


def columns(keys: Sequence[Patch | Line2D], width: float) -> int:
    """Return how many columns of a key fit beside each other in a figure of this width (inches)."""
    widest = max((len(str(k.get_label())) for k in keys), default=1)
    return max(1, min(len(keys), int((width - 0.1) / (0.5 + 0.07 * widest))))


def key(figure: Figure, keys: Sequence[Patch | Line2D]) -> None:
    """Put the key below the axes, in as many columns as fit."""
    if keys:
        number = columns(keys, float(figure.get_figwidth()))
        figure.legend(
            handles=list(keys), loc="lower center", bbox_to_anchor=(0.5, 0.0), ncols=number, frameon=False, fontsize=SMALL
        )


def tick(value: float, _position: int | None = None) -> str:
    """Format a number on an axis."""
    return (f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}").replace("-", "−")


def round_numbers(low: float, high: float, most: int = 4) -> list[float]:
    """Return up to `most` and one round numbers between two ends, for the axis of a picture."""
    return [float(v) for v in MaxNLocator(most).tick_values(low, high) if low <= v <= high]
