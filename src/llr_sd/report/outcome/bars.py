"""Bars made of parts: the bars that an answer of a study names, each with its parts, as a picture and as a figure that can be asked."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from llr_sd.answers import BarsAnswer
from llr_sd.report.outcome.facts import Stack
from llr_sd.report.outcome.read import stack_of
from llr_sd.report.outcome.words import bar_number
from llr_sd.report.shared import canvas
from llr_sd.report.shared.asked import Asked, numbers
from llr_sd.report.shared.canvas import BAND_NARROW, BAND_WIDE, INK, LINE, QUIET, SMALL
from llr_sd.report.shared.parts import NumberTable, Picture
from llr_sd.report.shared.reading import Spread, element_spreads
from llr_sd.report.shared.units import unit_words
from llr_sd.report.shared.wording import listing
from llr_sd.result import StudyResult

LOOKS = ((LINE, ""), (BAND_NARROW, "//"), (BAND_WIDE, "--"), ("#ffffff", ".."), (LINE, "\\\\"), (BAND_NARROW, ""))
"""Fill and hatch of each part, from dark to pale, so that neighbours differ in grey too; those of `charts/stacked.mjs`."""
THICK, LABEL = 0.34, 0.09
NAMED = 26  # characters of a line of a bar's name


@dataclass(frozen=True)
class Built:
    """Bars that an answer names: what they come to, and the spread of each part by bar, in the order of the elements."""

    stack: Stack
    spreads: dict[str, tuple[Spread, ...]]

    def range_words(self, bar: str, part: int) -> str:
        """Nine runs in ten of a part; empty where nothing varies or the runs are too few."""
        own = self.spreads[bar][part]
        ranged = not own.fixed and math.isfinite(own.p95 - own.p05)
        return f"{bar_number(own.p05, self.stack)} to {bar_number(own.p95, self.stack)}" if ranged else ""


def bars_pictures(result: StudyResult) -> tuple[Picture, ...]:
    """Return a picture for every answer of two bars or more."""
    found = [built(result, a) for a in result.study.answer if isinstance(a, BarsAnswer) and len(a.bars) > 1]
    return tuple(_picture(own, number) for number, own in enumerate((f for f in found if f), 1))


def built(result: StudyResult, answer: BarsAnswer) -> Built | None:
    """Return the bars of an answer; None where the result does not hold them."""
    stack = stack_of(result, answer)
    if stack is None or min(v for values in stack.bars.values() for v in values) < 0:
        return None
    spreads = (tuple(element_spreads(result, stack.scenario, name).values()) for name in answer.bars)
    return Built(stack, dict(zip(stack.bars, spreads, strict=True)))


def bars_title(stack: Stack) -> str:
    """Say of which parts the last bar has less than the first, and of which it has more, by the numbers that are shown."""
    first, *_, last = stack.bars.values()
    parts: dict[str, list[str]] = {"less": [], "more": [], "the same of": []}
    for element, before, after in zip(stack.elements, first, last, strict=True):
        same = bar_number(before, stack) == bar_number(after, stack)
        parts["the same of" if same else "less" if after < before else "more"].append(element)
    said = [f"{word} {listing(names)}" for word, names in parts.items() if names]
    return f"From the first bar to the last: {'; '.join(said)}"


def _picture(own: Built, number: int) -> Picture:
    stack = own.stack
    unit, title = unit_words(stack.unit), bars_title(stack)
    rows = tuple(
        (bar, element, bar_number(value, stack), own.range_words(bar, i))
        for bar, values in stack.bars.items()
        for i, (element, value) in enumerate(zip(stack.elements, values, strict=True))
    )
    wholes = [f"{bar}: {listing([f'{e} {n}' for b, e, n, _ in rows if b == bar])}" for bar in stack.bars]
    caption = f"Each part on central values, in “{stack.scenario}”"
    caption += ", with nine runs in ten beside it." if any(r for *_, r in rows) else "."
    table = NumberTable(
        f"The parts of the bars{f' ({unit})' if unit else ''}", ("Bar", "Part", "Central", "Nine runs in ten"), rows, (1,)
    )
    return Picture(
        "bars" if number == 1 else f"bars_{number}",
        "The bars, part by part",
        bars_figure(own, title),
        caption,
        f"Bars made of parts{f', {unit}' if unit else ''}. {title}. {'; '.join(wholes)}.",
        table,
        bars_asked(own, title),
    )


def bars_asked(own: Built, title: str) -> Asked:
    """Return the bars as a figure that can be asked."""
    stack = own.stack
    bars = []
    for name, values in stack.bars.items():
        parts = []
        for i, (element, value) in enumerate(zip(stack.elements, values, strict=True)):
            spread = own.spreads[name][i]
            low, high = numbers((spread.p05, spread.p95)) if own.range_words(name, i) else (None, None)
            parts.append({"name": element, "value": numbers([value])[0], "low": low, "high": high})
        total = {"value": numbers([stack.total(name)])[0], "low": None, "high": None}
        bars.append({"name": name, "note": "", "parts": parts, "total": total})
    decimals = len(bar_number(stack.total(next(iter(stack.bars))), stack).partition(".")[2])
    return Asked("stacked", (("", {"title": title, "unit": stack.unit, "decimals": decimals, "bars": bars}),))


def bars_figure(own: Built, title: str) -> Figure:
    """Draw the bars upright beside each other, the numbers of their parts beside them."""
    stack = own.stack
    with canvas.drawing():
        height = 5.4
        figure = Figure(figsize=(3.1 * len(stack.bars) + 0.3, height))
        top = canvas.title(figure, title, int(26 * len(stack.bars)))
        axes = figure.add_axes((0.02, 0.04, 0.96, 1 - (top + 0.95) / height))
        most = max(stack.total(name) for name in stack.bars) or 1.0
        axes.set_xlim(0, len(stack.bars))
        axes.set_ylim(0, most * 1.02)
        axes.axis("off")
        for column, name in enumerate(stack.bars):
            _bar(axes, own, name, column, most)
    return figure


def _bar(axes: Axes, own: Built, name: str, column: int, most: float) -> None:
    """One bar, its head and the labels of its parts, moved apart where parts are thin."""
    stack = own.stack
    values = stack.bars[name]
    total = stack.total(name)
    ends = [total - math.fsum(values[:i]) for i in range(len(values) + 1)]
    middles = [(a + b) / 2 for a, b in pairwise(ends)]
    places = canvas.spread_labels(middles, LABEL * most, 0.5 * LABEL * most, most)
    for i, value in enumerate(values):
        fill, hatch = LOOKS[i % len(LOOKS)]
        axes.bar(
            column + 0.02, value, THICK, ends[i + 1], align="edge", facecolor=fill, hatch=hatch,
            edgecolor="white" if fill == LINE and hatch else LINE, linewidth=0,
        )  # fmt: skip
        axes.bar(column + 0.02, value, THICK, ends[i + 1], align="edge", facecolor="none", edgecolor=INK, linewidth=0.8)
        right = column + 0.02 + THICK
        axes.plot([right + 0.01, right + 0.05], [middles[i], places[i]], color=QUIET, linewidth=0.8)
        axes.text(right + 0.225, places[i], bar_number(value, stack), va="center", ha="right", fontsize=13, weight="bold")
        words = "\n".join(filter(None, (stack.elements[i], own.range_words(name, i))))
        axes.text(right + 0.245, places[i], words, va="center", fontsize=SMALL)
    unit = unit_words(stack.unit)
    head = "\n".join((*textwrap.wrap(name, NAMED)[:2], f"{bar_number(total, stack)} {unit} in all".replace("  ", " ")))
    axes.text(column + 0.02, most * 1.04, head, va="bottom", fontsize=SMALL + 1, weight="bold")
