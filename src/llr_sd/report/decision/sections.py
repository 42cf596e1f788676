"""The parts of a report on choices: what makes the difference, where a target is missed, what helps, and what is worth finding out."""

from __future__ import annotations

import math

from llr_sd.report.decision.charts import front_chart, waterfall_chart
from llr_sd.report.decision.read import (
    Mix,
    Waterfall,
    benefit_quantity,
    best_mix,
    box_rows,
    cost_quantity,
    information,
    mixes,
    waterfalls,
)
from llr_sd.report.decision.words import box_sentences, information_sentences, lever_sentences, waterfall_sentence
from llr_sd.report.shared.bars import DARK, MOST, Bars, bar_chart
from llr_sd.report.shared.inputs import (
    Share,
    input_facts,
    input_label,
    input_name,
    spoken,
)
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.wording import NONE, amount, chance_words, extent, full_name, named, percent, with_unit
from llr_sd.result import StudyResult

MOST_MIXES = 20


def attribution_section(result: StudyResult) -> Section | None:
    """Return the section on what makes the difference between scenarios; None where the result holds none."""
    found = waterfalls(result)
    if not found:
        return None
    pictures = tuple(_waterfall(result, w, number) for number, w in enumerate(found, start=1))
    return Section("difference", "What makes the difference", tuple(waterfall_sentence(w) for w in found), pictures)


def _waterfall(result: StudyResult, w: Waterfall, number: int) -> Picture:
    own = next((a.levers for a in result.study.attribution if (a.base, a.scenario) == (w.base, w.scenario)), {})

    def change(lever: str) -> str:
        names = own.get(lever) or (lever,)
        return "; ".join(f"{input_name(result, n)}: {_set(result, w.base, n)} → {_set(result, w.scenario, n)}" for n in names)

    rows = [(s.name, w.signed(s.mean), w.around(s), change(s.lever)) for s in w.steps]
    rows.append(("the whole difference", w.signed(w.whole.mean), w.around(w.whole), NONE))
    ends = [(w.base, w.start), (w.scenario, w.start + w.whole.mean)] if math.isfinite(w.start) else []
    rows += [(f"mean of “{name}”", w.plain(value), NONE, NONE) for name, value in ends]
    caption = (
        f"From the mean of “{w.base}” (top) to that of “{w.scenario}” (bottom). Each lever has its fair share (Shapley): its effect averaged "
        "over every order in which the levers can be moved, so the parts add up exactly."
    )
    numbers = NumberTable(
        f"{full_name(w.shown)}: from “{w.base}” to “{w.scenario}”",
        ("Lever", "Mean", "Nine runs in ten", "What is set"),
        tuple(rows),
        (3,),
    )
    text = f"Waterfall chart. {w.title}. {waterfall_sentence(w)}"
    return Picture(f"difference-{number}", f"From “{w.base}” to “{w.scenario}”", waterfall_chart(w), caption, text, numbers)


def _set(result: StudyResult, scenario: str, name: str) -> str:
    """What a scenario sets a parameter to; without a setting it is drawn, or has its own value."""
    own = next((s.set for s in result.study.scenario if s.name == scenario), {})
    value = own.get(name, result.study.set.get(name))
    if value is not None:
        return f"{value:.6g}".replace("-", "−")
    return "as drawn" if name in input_facts(result) else "own value"


def boxes_section(result: StudyResult) -> Section | None:
    """Return the section on where a target is missed; None without one."""
    rows = box_rows(result)
    if not rows:
        return None
    head = ("Scenario", "Target", "Input", "Where it is missed", "Whole range")
    note = "The box was found on half of the runs and measured on the other half. It describes where the misses are; it does not say what causes them."
    table = NumberTable("Where the target is missed", head, rows, (1, 2, 3, 4))
    return Section("boxes", "Where the target is missed", (*box_sentences(result), note), (), (table,))


def levers_section(result: StudyResult) -> Section | None:
    """Return the section on the mixes of levers that were tried; None without one."""
    found = mixes(result)
    if not found:
        return None
    front = tuple(sorted((m for m in found if m.front), key=lambda m: m.cost)) or (
        max(found, key=lambda m: m.chance.probability),
    )
    best, cost, asked = best_mix(found), cost_quantity(result), result.study.levers
    wanted = asked.probability if asked else math.nan
    if best:
        title = f"{percent(wanted)} or more is confirmed for {with_unit(best.again_cost, cost.unit)}: {best.words}"
    else:
        title = f"None of {len(found)} mixes is confirmed to meet the target with a chance of {percent(wanted)}"
    figure = front_chart(title, found, front, best, named(cost), wanted)
    rows = [_mix_row(str(i), m, cost.unit) for i, m in enumerate(front, start=1) if i <= MOST_MIXES or m is best]
    others = sorted((m for m in found if m not in front), key=lambda m: (m is not best, m.cost))
    rows += [_mix_row(NONE, m, cost.unit) for m in others[: max(MOST_MIXES - len(rows), 0)]]
    numbers = NumberTable(
        f"Mixes of levers, those that no other beats first ({len(rows)} of {len(found)})",
        ("Number in the chart", "Mix", "Cost", "Chance in the search", "Chance on fresh runs", "Confirmed"),
        tuple(rows),
        (1,),
    )
    said = "; ".join(
        f"{i}, {m.words}: {amount(m.cost, cost.unit)}, {chance_words(m.chance)}" for i, m in enumerate(front, start=1)
    )
    text = f"Chart of the chance of meeting the target against {named(cost)}. {title}. {said}."
    caption = (
        "Each point is a mix of levers with all runs of the search behind it; uprights are 95% intervals of one chance alone. Among many "
        "mixes the best looks better than it is, so the choice rests on fresh runs; their intervals allow for the mixes held against them."
    )
    picture = Picture("levers", "Which mix of levers, at what cost", figure, caption, text, numbers)
    return Section("levers", "Which mix of levers, at what cost", lever_sentences(result), (picture,))


def _mix_row(number: str, mix: Mix, unit: str) -> tuple[str, ...]:
    fresh = (chance_words(mix.again), ("yes" if mix.confirmed else "no") if mix.again else NONE)
    return (number, mix.words, amount(mix.cost, unit), chance_words(mix.chance), *fresh)


def information_section(result: StudyResult) -> Section | None:
    """Return the section on what is worth finding out; None without one."""
    found, shown = information(result), benefit_quantity(result)
    sentences = information_sentences(result)
    if not found:
        return None
    heading = "What is worth finding out first"
    drawn = [w for w in found if w.told][:MOST]
    rows = tuple(
        (
            input_label(result, w.input),
            amount(w.value, shown.unit),
            extent(w.low, w.high, shown.unit),
            "yes" if w.told else "no",
            percent(w.share) if math.isfinite(w.share) else NONE,
        )
        for w in found
    )
    head = (
        "Input",
        f"Worth ({shown.unit})" if shown.unit not in ("", "Dmnl") else "Worth",
        "95% interval",
        "Told from zero",
        "Share of knowing everything",
    )
    numbers = NumberTable(f"Worth of finding out an input before choosing, in {named(shown)}", head, rows)
    if not drawn:
        return Section("information", heading, sentences, (), (numbers,))
    first = spoken(result, drawn[0].input, first=True)
    title = f"{first} comes first of what is worth finding out: {with_unit(drawn[0].value, shown.unit)} on average"
    bars = Bars("worth", DARK, "", tuple(Share(w.input, w.name, w.value, w.low, w.high) for w in drawn))

    def said(share: Share) -> str:
        return f"{amount(share.value, shown.unit)} ({extent(share.low, share.high, shown.unit)})"

    labels = [input_label(result, w.input) for w in drawn]
    figure = bar_chart(title, labels, [bars], f"Gain of the choice, {named(shown)}", said)
    caption = (
        "What the choice between scenarios would gain on average if this one input were known before it is made (expected value of partial "
        "perfect information), where the runs tell it from zero. Nothing is gained where the same scenario is best whatever the input turns "
        "out to be."
    )
    text = f"Bar chart of the worth of finding out an input. {title}. {'; '.join(f'{w.name}: {amount(w.value, shown.unit)}' for w in drawn)}."
    return Section("information", heading, sentences, (Picture("information", heading, figure, caption, text, numbers),))
