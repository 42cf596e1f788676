"""The three pictures of a study: scenarios against the target, fans of uncertainty, and the runs at the target's date."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from llr_sd.report.outcome.read import answering, course_level, is_percent, is_plan, kind_of, level
from llr_sd.report.outcome.titles import fan_title, histogram_title, scenario_title
from llr_sd.report.outcome.words import share_words
from llr_sd.report.shared import canvas
from llr_sd.report.shared.canvas import INK, LINE, QUIET, SMALL, TARGET
from llr_sd.report.shared.reading import (
    SAME,
    Quantity,
    Spread,
    band,
    central_course,
    chance,
    course,
    draws,
    headline,
    horizon,
    inputs_vary,
    level_of,
    meets,
    scenario_names,
    spread,
    target_of,
    targets_on,
    times_of,
)
from llr_sd.report.shared.wording import FEW, amount, balanced, chance_words, date_words, level_words, named, short_names
from llr_sd.result import StudyResult
from llr_sd.studyparts import HistoryPoint, Target

WIDTH, TITLE_WIDTH = 6.4, 54
"""Width of a picture in inches and of its title in characters: a phone shows it whole, with its key below."""
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Course:
    """A line of the scenario chart: the scenarios that share it, its times (years) and values; `fixed` when no run differs, `check` for a check."""

    names: tuple[str, ...]
    times: Floats
    values: Floats
    fixed: bool
    check: bool


def scenario_chart(result: StudyResult) -> Figure | None:
    """Draw each scenario's central run up to the target's date, with the target and what was observed, as the plan's Figure 9.

    Returns
    -------
    Figure or None
        None when the study saves no output over time. Scenarios with the same line share it and its label.
    """
    shown = course(result)
    if shown is None:
        return None
    end = drawn_until(result, shown)
    lines = central_lines(result, shown, end)
    if not lines:
        return None
    fact = course_level(result)
    with canvas.drawing():
        keys = _line_keys(lines, shown, result)
        columns = canvas.columns(keys, WIDTH)
        below = 0.7 + 0.205 * -(-len(keys) // columns)
        height = 3.9 + below
        figure = Figure(figsize=(WIDTH, height))
        top = canvas.title(figure, scenario_title(fact) if fact else shown.label, TITLE_WIDTH)
        axes = figure.add_axes((0.75 / WIDTH, below / height, (WIDTH - 1.0) / WIDTH, 1 - (below + 0.3 + top) / height))
        points = [p for p in history_of(result, shown) if p.time <= end + 1e-9]
        first = min([*(float(line.times[0]) for line in lines), *(p.time for p in points)])
        canvas.value_grid(axes)
        canvas.year_axis(axes, first - 0.08, end, most=8)
        _draw_lines(axes, lines, result, shown, points)
        _end_mark(axes, end, targets=bool(result.study.target))
        axes.set_xlabel("Year (mark at 1 January)" if 1800 <= first < 2300 else "Time")
        axes.set_ylabel(named(shown))
        canvas.key(figure, keys)
    return figure


def _tick(result: StudyResult, shown: Quantity) -> FuncFormatter:
    """Numbers of an axis, as percentages where the study tells the output so."""
    if is_percent(result, shown.output):
        return FuncFormatter(lambda v, _: f"{100 * v:.6g}%".replace("-", "−"))
    return FuncFormatter(canvas.tick)


def _line_keys(lines: list[Course], shown: Quantity, result: StudyResult) -> list[Patch | Line2D]:
    """The key below the chart: every line with the value it ends at, the highest first, then the target and what was observed."""
    keys: list[Patch | Line2D] = []
    for number in sorted(range(len(lines)), key=lambda i: -float(lines[i].values[-1])):
        line, pen = lines[number], _pen(lines[number], number)
        keys.append(
            Line2D([], [], color=pen.colour, linestyle=pen.dash, marker=pen.marker, markersize=5.5, markerfacecolor="white",
                   markeredgewidth=1.3, linewidth=1.9, label=_end_words(line, shown, result))
        )  # fmt: skip
    return [*keys, *_other_keys(result, shown)]


def _other_keys(result: StudyResult, shown: Quantity) -> list[Patch | Line2D]:
    keys: list[Patch | Line2D] = []
    if targets_on(result, shown):
        keys.append(Line2D([], [], color=TARGET, linewidth=1.6, linestyle=(0, (8, 2)), label="target"))
    if history_of(result, shown):
        keys.append(Line2D([], [], color=INK, marker="o", markersize=4.5, linestyle="none", label="observed"))
    return keys


def _pen(line: Course, number: int) -> canvas.Pen:
    """A check of the model against the past has a thin grey pen of its own."""
    return canvas.Pen(QUIET, (0, (1, 1.6)), "") if line.check else canvas.pen(number, plain=line.fixed)


def _draw_lines(axes: Axes, lines: list[Course], result: StudyResult, shown: Quantity, points: list[HistoryPoint]) -> None:
    for number, line in enumerate(lines):
        pen = _pen(line, number)
        every = max(1, len(line.times) // 4)
        axes.plot(
            line.times, line.values, color=pen.colour, linestyle=pen.dash, linewidth=1.9, marker=pen.marker, markersize=5.5,
            markevery=(number % every, every), markerfacecolor="white", markeredgewidth=1.3, label=" / ".join(line.names), zorder=3,
        )  # fmt: skip
    _target_lines(axes, result, shown, labelled=True)
    _history_dots(axes, points, size=46)
    axes.margins(y=0.06)
    axes.yaxis.set_major_locator(MaxNLocator(7))
    axes.yaxis.set_major_formatter(_tick(result, shown))


def _end_words(line: Course, shown: Quantity, result: StudyResult) -> str:
    """The scenarios that share a line and the value it ends at."""
    together = ", ".join(line.names)
    if len(line.names) > 1 and len(together) > 36:
        together = f"{line.names[0]} and {len(line.names) - 1} more"
    end = float(line.values[-1])
    return f"{together}: {share_words(end) if is_percent(result, shown.output) else amount(end, shown.unit)}"


def fan_chart(result: StudyResult) -> Figure | None:
    """Draw a panel a scenario with the middle half and the middle nine tenths of runs, their median and the central run.

    Returns
    -------
    Figure or None
        None when the study saves no output over time. A scenario without uncertainty shows its line and says so.
    """
    shown = course(result)
    if shown is None:
        return None
    names = scenario_names(result)
    with canvas.drawing():
        fact = course_level(result)
        figure, panels = _panels(names, fan_title(fact) if fact else shown.label)
        points = history_of(result, shown)
        times = times_of(result, shown.output)
        first = min([float(times[0]), *(p.time for p in points)])
        for name, axes in zip(names, panels, strict=True):
            _fan_panel(axes, result, shown, name)
            _target_lines(axes, result, shown, labelled=axes is panels[0])
            _history_dots(axes, points, size=20)
            canvas.value_grid(axes)
            canvas.year_axis(axes, first - 0.3, float(times[-1]) + 0.1, most=4 if len(names) > 1 else 8)
            _end_mark(axes, horizon(result), targets=False)
        _share_scale(figure, panels, named(shown), _tick(result, shown))
        _fan_key(figure, result, shown, bands=any(not is_flat(result, n, shown) for n in names))
    return figure


def _fan_panel(axes: Axes, result: StudyResult, shown: Quantity, name: str) -> None:
    """Draw one fan, or the one line of a scenario without spread and why it has none."""
    times = times_of(result, shown.output)
    central = central_course(result, name, shown)
    bands = {s: band(result, name, shown, s) for s in ("p05", "p25", "p50", "p75", "p95")}
    if is_flat(result, name, shown):
        until = horizon(result) if is_plan(result, name) and math.isfinite(horizon(result)) else math.inf
        keep = times <= until + 1e-9
        line = np.where(np.isfinite(central), central, bands["p50"])
        axes.plot(times[keep], line[keep], color=INK, linewidth=1.8, linestyle=(0, (4, 1.5)), zorder=3)
        if spread(result, name, headline(result)).void:
            words = "no good run:\ncentral values only"
        elif spread(result, name, headline(result)).few:
            words = f"{FEW} for a range:\ncentral values only"
        elif is_plan(result, name):
            words = "the plan’s own arithmetic:\none line, no range given"
        else:
            words = "every run is this line," if inputs_vary(result, name) else "nothing varies in it:"
            words += "\nthough inputs vary" if inputs_vary(result, name) else "\none line"
        axes.text(0.97, 0.05, words, transform=axes.transAxes, ha="right", va="bottom", fontsize=9, color=QUIET, bbox=PAPER)
        return
    axes.fill_between(times, bands["p05"], bands["p95"], color=canvas.BAND_WIDE, linewidth=0, zorder=1.5)
    axes.fill_between(times, bands["p25"], bands["p75"], color=canvas.BAND_NARROW, linewidth=0, zorder=1.6)
    axes.plot(times, bands["p50"], color=LINE, linewidth=1.9, zorder=3)
    axes.plot(times, central, color=INK, linewidth=1.4, linestyle=(0, (4, 1.5)), zorder=3.1)


def is_flat(result: StudyResult, name: str, shown: Quantity) -> bool:
    """Whether every run of a scenario is the same line."""
    low, high = (band(result, name, shown, s) for s in ("p05", "p95"))
    known = np.isfinite(high - low)
    return not known.any() or float((high - low)[known].max()) <= SAME * max(1.0, float(np.abs(high[known]).max()))


def _fan_key(figure: Figure, result: StudyResult, shown: Quantity, *, bands: bool) -> None:
    keys: list[Patch | Line2D] = []
    if bands:
        keys += [
            Patch(color=canvas.BAND_WIDE, label="9 runs in 10"),
            Patch(color=canvas.BAND_NARROW, label="middle half of runs"),
            Line2D([], [], color=LINE, linewidth=1.9, label="median"),
        ]
    keys.append(Line2D([], [], color=INK, linewidth=1.5, linestyle=(0, (4, 1.5)), label="central values"))
    canvas.key(figure, [*keys, *_other_keys(result, shown)])


def histogram(result: StudyResult) -> Figure | None:
    """Draw, a panel a scenario, how many runs end where at the first target's date, and the share that meets the target.

    Returns
    -------
    Figure or None
        None when no scenario has runs or a central value of the headline number.
    """
    shown = headline(result)
    names = scenario_names(result)
    samples = {name: draws(result, name, shown) for name in names}
    facts = {name: spread(result, name, shown) for name in names}
    target = target_of(result, shown)
    values = [s for s in samples.values() if s.size]
    singles = [f.best for f in facts.values() if math.isfinite(f.best)]
    if not values and not singles:
        return None
    every = np.concatenate([*values, np.array([*singles, *([level_of(target)] if target else [])])])
    low, high = float(every.min()), float(every.max())
    pad = 0.04 * (high - low) or max(1.0, 0.05 * abs(high))
    edges = _edges(low, high, level_of(target) if target else math.nan)
    with canvas.drawing():
        figure, panels = _panels(names, histogram_title(level(result, shown, answering(result))))
        for name, axes in zip(names, panels, strict=True):
            canvas.value_grid(axes)
            axes.set_xlim(low - pad, high + pad)
            if facts[name].fixed or not samples[name].size:
                _one_value(axes, facts[name], shown, result)
            else:
                _bars(axes, samples[name], edges, target)
            if target is not None:
                axes.axvline(level_of(target), color=TARGET, linewidth=1.6, linestyle=(0, (8, 2)), zorder=4)
                if not facts[name].fixed:
                    words = chance_words(chance(result, name, target)).replace("; ", ";\n").replace(" (", "\n(")
                    _panel_note(axes, f"{_meeting(target)}:\n{words}")
        _share_bars(figure, panels, named(shown), _tick(result, shown))
        keys: list[Patch | Line2D] = []
        if target is not None:
            keys = [
                Patch(facecolor=canvas.NOT_MET, edgecolor=QUIET, label="runs that miss the target"),
                Patch(facecolor=canvas.MET, edgecolor=INK, hatch="////", label="runs that meet it"),
                Line2D(
                    [], [], color=TARGET, linewidth=1.6, linestyle=(0, (8, 2)), label=f"target, {level_words(level_of(target))}"
                ),
            ]
        canvas.key(figure, keys)
    return figure


def _bars(axes: Axes, sample: Floats, edges: Floats, target: Target | None) -> None:
    """Bars of the share of runs; those that meet the target are dark and hatched."""
    counts, _ = np.histogram(sample, edges)
    shares = counts / sample.size
    middles = (edges[:-1] + edges[1:]) / 2
    met = np.array([target is not None and meets(float(m), target) for m in middles])
    for chosen, face, edge, hatch in ((~met, canvas.NOT_MET, QUIET, ""), (met, canvas.MET, INK, "////")):
        axes.bar(
            edges[:-1][chosen], shares[chosen], width=np.diff(edges)[chosen], align="edge", color=face, edgecolor=edge, hatch=hatch,
            linewidth=0.5, zorder=2,
        )  # fmt: skip


def _one_value(axes: Axes, facts: Spread, shown: Quantity, result: StudyResult) -> None:
    if math.isfinite(facts.best):
        axes.axvline(facts.best, ymax=0.72, color=INK, linewidth=2.2, zorder=3)
    text = share_words(facts.best) if is_percent(result, shown.output) else amount(facts.best, shown.unit)
    why = (
        "no good run"
        if facts.void
        else "the same in every run"
        if inputs_vary(result, facts.scenario)
        else "nothing varies in it"
    )
    _panel_note(axes, f"{text}: one value,\n{why}")


def _panel_note(axes: Axes, text: str) -> None:
    axes.text(0.02, 0.97, text, transform=axes.transAxes, va="top", fontsize=9, zorder=5, bbox=PAPER)


def _meeting(target: Target) -> str:
    level = level_words(level_of(target))
    return f"{level} or more" if target.at_least is not None else f"{level} or fewer"


def _edges(low: float, high: float, level: float) -> Floats:
    """Bin edges from low to high, one of them on the level so that no bar lies on both sides of it."""
    if not high > low:
        low, high = low - 0.5, high + 0.5
    width = (high - low) / 30
    anchor = level if math.isfinite(level) else low
    steps = np.arange(math.floor((low - anchor) / width), math.ceil((high - anchor) / width) + 2)
    return np.asarray(anchor + steps * width, dtype=float)


def _panels(names: list[str], title: str) -> tuple[Figure, list[Axes]]:
    """A grid of named panels with equal scales, a title above and room for a key below."""
    number = len(names)
    columns = 1 if number == 1 else 2 if number <= 6 else 3
    rows = -(-number // columns)
    height = 2.2 + rows * (1.85 if rows > 1 else 2.9)
    figure = Figure(figsize=(WIDTH, height))
    top = canvas.title(figure, title, TITLE_WIDTH)
    grid = figure.add_gridspec(
        rows, columns, left=0.125, right=0.985, top=1 - (0.55 + top) / height, bottom=1.35 / height, hspace=0.5, wspace=0.10
    )
    room = {1: 60, 2: 30, 3: 20}[columns]
    short = short_names(names, 2 * room - 6)
    panels: list[Axes] = []
    for index, name in enumerate(names):
        first = panels[0] if panels else None
        axes = figure.add_subplot(grid[index // columns, index % columns], sharex=first, sharey=first)
        axes.tick_params(labelleft=index % columns == 0, labelbottom=index + columns >= number)
        axes.set_title(balanced(short[name], room), fontsize=9.5, weight="bold", loc="left")
        panels.append(axes)
    return figure, panels


def _share_scale(figure: Figure, panels: list[Axes], label: str, ticks: FuncFormatter) -> None:
    panels[0].margins(y=0.06)
    panels[0].autoscale(axis="y")
    panels[0].yaxis.set_major_locator(MaxNLocator(5))
    panels[0].yaxis.set_major_formatter(ticks)
    figure.text(0.012, 0.5, label, rotation=90, va="center", fontsize=canvas.TEXT)


def _share_bars(figure: Figure, panels: list[Axes], label: str, ticks: FuncFormatter) -> None:
    panels[0].yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0%}" if y < 1.001 else ""))
    panels[0].xaxis.set_major_formatter(ticks)
    panels[0].xaxis.set_major_locator(MaxNLocator(4))
    panels[0].yaxis.set_major_locator(MaxNLocator(4))
    top = max((p.get_height() for axes in panels for p in axes.patches if hasattr(p, "get_height")), default=1.0)
    panels[0].set_ylim(0, 1.7 * top)
    figure.text(0.012, 0.5, "Share of runs", rotation=90, va="center", fontsize=canvas.TEXT)
    figure.text(0.53, 1.0 / figure.get_figheight(), balanced(label, 60), ha="center", va="top", fontsize=canvas.TEXT)


def _target_lines(axes: Axes, result: StudyResult, shown: Quantity, *, labelled: bool) -> None:
    for target in targets_on(result, shown):
        level = level_of(target)
        axes.axhline(level, color=TARGET, linewidth=1.6, linestyle=(0, (8, 2)), zorder=2.5, label=f"target {target.name}")
        if labelled:
            place = axes.get_yaxis_transform()
            text = f"target {level_words(level)}"
            axes.text(
                0.01, level, text, transform=place, va="bottom", fontsize=SMALL, color=TARGET, weight="bold", gid="target-label"
            )


def _history_dots(axes: Axes, points: list[HistoryPoint], *, size: float) -> None:
    if points:
        axes.scatter([p.time for p in points], [p.value for p in points], s=size, color=INK, zorder=5, label="observed")


def _end_mark(axes: Axes, end: float, *, targets: bool) -> None:
    """A dotted upright at the target's date, named where there is room."""
    if math.isfinite(end):
        axes.axvline(end, color=QUIET, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1)
        if targets:
            place = axes.get_xaxis_transform()
            axes.text(end, 1.01, date_words(end, closing=True), transform=place, ha="right", va="bottom", fontsize=SMALL)


def history_of(result: StudyResult, shown: Quantity) -> list[HistoryPoint]:
    """Return the observed points of every output that reads the same variable as `shown`, in order of time."""
    outputs = result.study.outputs
    variable = outputs[shown.output].variable if shown.output in outputs else None
    same = [n for n in result.study.history if n == shown.output or (variable and outputs[n].variable == variable)]
    return sorted((p for n in same for p in result.study.history[n]), key=lambda p: p.time)


def drawn_until(result: StudyResult, shown: Quantity) -> float:
    """Return the last time of the scenario chart: the study's date where it lies within what is saved."""
    times = times_of(result, shown.output)
    asked = horizon(result)
    return asked if math.isfinite(asked) and times[0] < asked <= times[-1] else float(times[-1])


def central_lines(result: StudyResult, shown: Quantity, end: float) -> list[Course]:
    """Scenarios with their central course up to `end` (the median where there is none); equal courses together."""
    times = times_of(result, shown.output)
    keep = times <= end + 1e-9
    short = short_names(scenario_names(result), 30)
    lines: list[Course] = []
    for name in scenario_names(result):
        values = central_course(result, name, shown)[keep]
        if not np.isfinite(values).any():
            values = band(result, name, shown, "p50")[keep]
        good = np.isfinite(values)
        if not good.any():
            continue
        line = Course(
            (short[name],), times[keep][good], values[good], is_flat(result, name, shown), kind_of(result, name) == "check"
        )
        same = [n for n, other in enumerate(lines) if _alike(line, other)]
        if same:
            line = replace(lines[same[0]], names=(*lines[same[0]].names, short[name]))
            lines[same[0]] = line
        else:
            lines.append(line)
    return lines


def _alike(one: Course, other: Course) -> bool:
    kind = (one.fixed, one.check) == (other.fixed, other.check)
    return kind and one.times.size == other.times.size and np.allclose(one.values, other.values, rtol=1e-9)
