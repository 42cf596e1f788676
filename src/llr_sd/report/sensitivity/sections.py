"""The parts of a report on what moves the result: shares of the spread, over time, screening, and whether they have settled."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from llr_sd.report.sensitivity.charts import share_lines
from llr_sd.report.sensitivity.read import Cell, courses, kept_inputs, main_cell, ranked, settlings, shares, sobol_course, split
from llr_sd.report.sensitivity.words import (
    course_title,
    effect_words,
    group_title,
    morris_sentences,
    morris_title,
    over_time_sentences,
    settled,
    sobol_sentences,
    sobol_title,
    tail_sentence,
    unsettled,
    widest_words,
    width_words,
)
from llr_sd.report.shared.asked import bars_asked, shares_asked
from llr_sd.report.shared.bars import DARK, DOTTED, PALE, Bars, bar_chart
from llr_sd.report.shared.inputs import (
    Floats,
    Share,
    between,
    input_label,
    input_name,
    part_words,
    spoken,
    with_interval,
)
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.reading import horizon, times_of
from llr_sd.report.shared.wording import amount, date_words, extent, full_name, named, the_close
from llr_sd.result import StudyResult

ALONE = "alone (first order)"
WHOLE = "alone or with others (total order)"
SHAPLEY = "Shapley effect"
GRADES_NOTE = "Letters are the grade of the evidence; what each input is stands under “What is uncertain”."
YEARLY = 20  # most rows of a table over time


def shares_section(result: StudyResult) -> Section | None:
    """Return the section on Sobol indices by input, then by group beside Shapley effects; or on Shapley effects alone."""
    cell, effects = main_cell(result, "sobol"), main_cell(result, "shapley")
    sentences = sobol_sentences(result, cell) if cell else ()
    if effects and effects.skewed and not cell:
        sentences = (tail_sentence(effects),)
    drawn = (_inputs(result, cell) if cell else None, _groups(result, cell, effects))
    found = tuple(p for p in drawn if p is not None)
    if not sentences and not found:
        return None
    return Section("moves", "What moves the result", sentences, found)


def _inputs(result: StudyResult, cell: Cell) -> Picture | None:
    drawn, _, _ = split(shares(result, cell, "ST"))
    if not drawn:
        return None
    alone = {s.input: s for s in shares(result, cell, "S1")}
    title = sobol_title(result, cell)
    kinds = [
        Bars(ALONE, PALE, "////", tuple(alone.get(s.input) for s in drawn)),
        Bars(WHOLE, DARK, "", tuple(drawn)),
    ]
    if not alone:
        kinds = kinds[1:]
    labels = [input_label(result, s.input) for s in drawn]
    figure = bar_chart(title, labels, kinds, f"Share of the spread in {full_name(cell.shown)}", with_interval, _percent_tick)
    every = ranked(shares(result, cell, "ST"))
    rows = [(input_label(result, s.input), *_numbers(alone.get(s.input)), part_words(s.value), between(s)) for s in every]
    numbers = NumberTable(
        f"Shares of the spread (variance) of {full_name(cell.shown)}, “{cell.scenario}”",
        ("Input", "Alone", "95% interval", "Total", "95% interval of the total"),
        tuple(rows),
    )
    said = [
        f"{s.name}: alone {part_words(alone[s.input].value) if s.input in alone else '–'}, total {part_words(s.value)} ({between(s)})"
        for s in drawn
    ]
    caption = (
        f"In “{cell.scenario}”. Alone: the part of the spread (variance) that would go, on average, if this one number were known. Total: "
        f"with what it does together with others. {GRADES_NOTE}"
    )
    text = f"Bar chart of the share of the spread in {full_name(cell.shown)}, by input. {title}. {'; '.join(said)}."
    asked = bars_asked(title, f"Share of the spread in {full_name(cell.shown)}", labels, kinds[::-1], shares=True)
    return Picture("shares", "Input by input", figure, caption, text, numbers, asked)


def _groups(result: StudyResult, cell: Cell | None, effects: Cell | None) -> Picture | None:
    """Sobol by group and Shapley effects side by side where both are there for the same number."""
    alone = {s.input: s for s in ranked(shares(result, cell, "S1", grouped=True))} if cell else {}
    whole = {s.input: s for s in ranked(shares(result, cell, "ST", grouped=True))} if cell else {}
    same = effects and (not cell or (cell.output, cell.scenario, cell.scale) == (effects.output, effects.scenario, effects.scale))
    if effects and not same and whole:
        effects = None
    fair = {s.input: s for s in ranked(shares(result, effects, "Shapley"))} if effects else {}
    by = fair if fair and (result.study.correlation or not whole) else whole
    order = ranked(tuple(by.values()))
    where = cell if whole else effects
    if where is None or not order:
        return None
    names = [s.input for s in order]
    kinds = [
        Bars(ALONE, PALE, "////", tuple(alone.get(n) for n in names)),
        Bars(WHOLE, DARK, "", tuple(whole.get(n) for n in names)),
        Bars(SHAPLEY, DOTTED, "....", tuple(fair.get(n) for n in names)),
    ]
    kinds = [k for k in kinds if any(s is not None for s in k.values)]
    title = group_title(result, order, full_name(where.shown), "by Shapley effects" if by is fair else "alone or with others")
    labels = [input_name(result, n) for n in names]
    figure = bar_chart(title, labels, kinds, f"Share of the spread in {full_name(where.shown)}", with_interval, _percent_tick)
    head = ["Group"] + [h for k in kinds for h in (k.label[:1].upper() + k.label[1:], "95% interval")]
    rows = [(label, *(cell for k in kinds for cell in _numbers(k.values[i]))) for i, label in enumerate(labels)]
    said = [
        f"{label}: " + ", ".join(f"{k.label} {with_interval(s)}" for k in kinds if (s := k.values[i]))
        for i, label in enumerate(labels)
    ]
    caption = f"In “{where.scenario}”."
    if fair:
        caption += " Shapley effects take the stated correlations between inputs in, and add up to 100%." + (
            " Sobol shares (alone, total) are for inputs drawn independently." if whole else ""
        )
        if not result.study.correlation:
            caption += " This study states no correlations."
    elif result.study.correlation:
        caption += " These shares are for inputs drawn independently: the stated correlations are not in them."
    else:
        caption += " A group is taken as a whole: its inputs are known together or not at all."
    numbers = NumberTable(f"Shares of the spread of {full_name(where.shown)} by group", tuple(head), tuple(rows))
    text = f"Bar chart of the share of the spread in {full_name(where.shown)}, by group. {title}. {'; '.join(said)}."
    first = SHAPLEY if by is fair else WHOLE  # what the title is about
    views = sorted(kinds, key=lambda k: k.label != first)
    asked = bars_asked(title, f"Share of the spread in {full_name(where.shown)}", labels, views, shares=True)
    return Picture("shares-by-group", "Group by group", figure, caption, text, numbers, asked)


def course_section(result: StudyResult) -> Section | None:
    """Return the section on how the shares change over time; None where nothing is given over time."""
    cell = sobol_course(result)
    if cell is None:
        return None
    times = times_of(result, cell.shown.output)
    found = {n: v for n, v in courses(result, cell).items() if np.isfinite(v[:, 0]).any()}
    lines = {input_name(result, n): v for n, v in found.items()}
    if not lines or times.size < 2:
        return None
    title = course_title({spoken(result, n): v for n, v in found.items()}, times, named(cell.shown))
    figure = share_lines(title, times, lines, "Share of the spread, total", horizon(result))
    chosen = [int(i) for i in _whole_years(times, horizon(result)) if any(math.isfinite(v[i, 0]) for v in lines.values())]
    rows = [
        (
            date_words(float(times[i]), closing=True),
            *(t for n, v in lines.items() for t in (part_words(v[i, 0]), between(Share(n, n, v[i, 0], v[i, 1], v[i, 2])))),
        )
        for i in chosen
    ]
    last = chosen[-1] if chosen else len(times) - 1
    said = (
        [
            f"{n}: {part_words(v[chosen[0], 0])} at {the_close(float(times[chosen[0]]))}, {part_words(v[last, 0])} at {the_close(float(times[last]))}"
            for n, v in lines.items()
        ]
        if chosen
        else []
    )
    caption = (
        f"In “{cell.scenario}”. Shares of the spread (variance) at each date, alone or together with others, with their 95% interval. The "
        "spread itself grows over time: see “How wide the uncertainty is”. Shares can come to more than 100% in all where inputs act together."
    )
    text = f"Line chart of the share of the spread in {named(cell.shown)} over time. {title}. {'; '.join(said)}."
    head = ("Date", *(h for n in lines for h in (n, "95% interval")))
    numbers = NumberTable(f"Shares of the spread of {named(cell.shown)} over time, total", head, tuple(rows))
    asked = shares_asked(title, "Share of the spread, total", times, lines, horizon(result))
    picture = Picture("shares-over-time", "How that changes over time", figure, caption, text, numbers, asked)
    return Section("over-time", "How that changes over time", over_time_sentences(result, cell), (picture,))


def screening_section(result: StudyResult) -> Section | None:
    """Return the section on Morris screening; None without one."""
    cell = main_cell(result, "morris")
    if cell is None:
        return None
    sentences = morris_sentences(result, cell)
    order = ranked(shares(result, cell, "mu_star"))
    drawn = [s for s in order if s.value > 0][:12]
    if not drawn:
        return Section("screening", "Screening: which inputs matter at all", sentences)
    kept = set(kept_inputs(result))
    unit = cell.shown.unit
    kinds = [
        Bars("worth a Sobol analysis", DARK, "", tuple(s if s.input in kept else None for s in drawn)),
        Bars("could be held", PALE, "////", tuple(None if s.input in kept else s for s in drawn)),
    ]
    kinds = [k for k in kinds if any(s is not None for s in k.values)]
    title = morris_title(result, cell, drawn[0])
    axis = f"Mean size of the effect on {full_name(cell.shown)}"
    labels = [input_label(result, s.input) for s in drawn]
    figure = bar_chart(title, labels, kinds, axis, lambda s: effect_words(s, unit), stacked=True)
    asked = bars_asked(title, axis, labels, kinds, stacked=True, unit=unit)
    sigma = {s.input: s for s in shares(result, cell, "sigma")}
    mean = {s.input: s for s in shares(result, cell, "mu")}
    rows = [
        (
            input_label(result, s.input), amount(s.value, unit), extent(s.low, s.high, unit),
            *(amount(part[s.input].value, unit) if s.input in part else "–" for part in (mean, sigma)),
            "yes" if s.input in kept else "no",
        )
        for s in order
    ]  # fmt: skip
    numbers = NumberTable(
        f"Effects on {named(cell.shown)} of an input’s whole range, “{cell.scenario}”",
        ("Input", "Mean size", "95% interval", "Mean with sign", "Standard deviation", "Worth a Sobol analysis"),
        tuple(rows),
    )
    said = "; ".join(f"{s.name}: {effect_words(s, unit)}" for s in drawn)
    caption = (
        f"In “{cell.scenario}”. How far an input’s whole range moves the number, on average over {cell.blocks:,} trajectories (Morris). "
        f"It ranks the inputs; it is not a share of the spread. {GRADES_NOTE}"
    )
    more = f" The largest {len(drawn)} are drawn." if len(order) > len(drawn) else ""
    text = f"Bar chart of the mean size of effects on {full_name(cell.shown)}. {title}. {said}."
    picture = Picture("screening", "Screening: which inputs matter at all", figure, caption + more, text, numbers, asked)
    return Section("screening", "Screening: which inputs matter at all", sentences, (picture,))


def settling_section(result: StudyResult) -> Section | None:
    """Return the section on whether the indices have settled; None where the base was not grown."""
    rows = [
        (f"{s.base:,}", f"{s.runs:,}", width_words(s.widest), "yes" if s.met else "no", widest_words(s))
        for s in settlings(result)
    ]
    if not rows:
        return None
    said = unsettled(result) or settled(result)
    lead = "The runs were doubled until the intervals were narrow enough and the inputs kept their order, or until the budget was spent."
    table = NumberTable(
        "Base, runs and the widest 95% interval of any share",
        ("Base", "Runs", "Widest half width", "Settled", "Where it is widest"),
        tuple(rows),
        (4,),
    )
    return Section("settling", "Have the sensitivity shares settled?", tuple(s for s in (said, lead) if s), (), (table,))


def _numbers(share: Share | None) -> tuple[str, str]:
    return ("–", "–") if share is None else (part_words(share.value), between(share))


def _percent_tick(value: float, _position: int | None = None) -> str:
    return f"{value:.0%}"


def _whole_years(times: Floats, anchor: float) -> Sequence[int]:
    """Positions of the times that lie whole years from the anchor; a thinned list where there are too few or too many."""
    base = anchor if math.isfinite(anchor) else float(times[-1])
    whole = np.flatnonzero(np.abs((times - base) - np.round(times - base)) < 1e-6)
    chosen = whole if whole.size > 1 else np.arange(len(times))
    step = -(-len(chosen) // YEARLY)
    return [int(i) for i in chosen[::-1][::step][::-1]]
