"""Say what makes the difference between scenarios, where a target is missed, what helps, and what is worth finding out."""

from __future__ import annotations

import math

from llr_sd.report.decision.read import (
    BOX_NUMBERS,
    Waterfall,
    benefit_quantity,
    best_mix,
    cost_quantity,
    information,
    mixes,
    unit_after,
)
from llr_sd.report.shared.inputs import (
    Share,
    frame_of,
    side_of,
    spoken,
    with_interval,
)
from llr_sd.report.shared.wording import (
    amount,
    chance_words,
    count_of,
    full_name,
    listing,
    percent,
    with_unit,
)
from llr_sd.result import StudyResult


def waterfall_sentence(w: Waterfall) -> str:
    """Say what part of a difference each lever makes."""
    parts = [f"{s.name} {w.said(s)}" for s in w.steps]
    after = unit_after(w.shown.unit)
    ends = f", from {w.plain(w.start)} to {w.plain(w.start + w.whole.mean)}{after}" if math.isfinite(w.start) else ""
    return (
        f"From “{w.base}” to “{w.scenario}” the mean of {full_name(w.shown)} changes by {w.signed(w.whole.mean)}{after}"
        f"{ends}: {listing(parts)}."
    )


def box_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say for each box where runs miss the target, how dense it is and how much of the misses it holds."""
    rows = frame_of(result, "boxes", "input", "low", "high", "scenario", "target", *BOX_NUMBERS)
    sentences = []
    for (scenario, target), own in rows.groupby(["scenario", "target"], sort=False):
        boxes = own.to_dict("records")
        sides = []
        for r in boxes:
            name = str(r["input"])
            sides.append(f"{spoken(result, name)} is {side_of(result, name, float(r['low']), float(r['high']))}")
        dense, cover = (
            with_interval(Share(k, k, *(float(boxes[0][f"{k}{end}"]) for end in ("", "_low", "_high"))))
            for k in ("density", "coverage")
        )
        against = f", against {percent(float(boxes[0]['share']))} of all runs" if "share" in boxes[0] else ""
        sentences.append(
            f"In “{scenario}”, where {listing(sides)}, {dense} of the runs miss “{target}”{against}. "
            f"That is where {cover} of all the misses are."
        )
    return tuple(sentences)


def lever_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say which mix reaches the target at the least cost, or that none does."""
    found, asked, cost = mixes(result), result.study.levers, cost_quantity(result)
    if not found:
        return ()
    best, top = best_mix(found), max(found, key=lambda m: m.chance.probability)
    goal = f"the target “{asked.target}” in “{asked.scenario}”" if asked else "the target"
    sentences = []
    failed = sum(m.again is not None and not m.confirmed for m in found)
    cheaper = f"{count_of(failed, 'mix', 'mixes')} that looked sure enough in the search {'was' if failed == 1 else 'were'} not confirmed"
    if asked and best and best.again:
        sentences.append(
            f"{best.words} is the cheapest of {len(found)} mixes tried that is confirmed to meet {goal} with a chance of "
            f"{percent(asked.probability)} or more: on {best.again.runs:,} fresh runs, which the search did not see, its chance is "
            f"{chance_words(best.again)} and it costs {with_unit(best.again_cost, cost.unit)} ({cost.label})."
        )
    elif asked:
        sentences.append(
            f"None of the {len(found)} mixes tried is confirmed to meet {goal} with a chance of {percent(asked.probability)} or more."
        )
    if failed:
        sentences.append(f"{cheaper} on fresh runs{', at less cost' if best else ''}.")
    if not best or top.chance.probability > best.chance.probability:
        sentences.append(
            f"The largest share of the search's own runs that meet it is {percent(top.chance.probability)}, with {top.words}, at "
            f"{with_unit(top.cost, cost.unit)}."
        )
    return tuple(sentences)


def information_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say which input is most worth finding out before choosing."""
    found, shown, asked = information(result), benefit_quantity(result), result.study.value_of_information
    if not found:
        return ()
    top, unit = found[0], shown.unit
    among = f" before choosing between {listing([f'“{o}”' for o in asked.options])}" if asked else ""
    hidden = [w for w in found if not w.told]
    if not top.told:
        most = f"Finding out any one input{among} would be worth at most {with_unit(max(w.high for w in found), unit)} ({shown.label}) on average"
        if all(math.isnan(w.share) for w in found):
            return (f"{most}: the same choice is best in every run.",)
        return (f"{most}, and these runs cannot say whether it would be worth anything.",)
    text = (
        f"Finding out {spoken(result, top.input)}{among} would be worth {with_unit(top.value, unit)} ({shown.label}) on average, between "
        f"{amount(top.low, unit)} and {with_unit(top.high, unit)}"
    )
    if math.isfinite(top.share):
        text += f", which is {percent(top.share)} of what knowing everything would be worth"
    sentences = [f"{text}."]
    near = [spoken(result, w.input) for w in found[1:] if w.told and w.high > top.low]
    if near:
        sentences.append(f"These runs cannot say whether that or {listing(near)} would be worth more.")
    if hidden:
        names = listing([spoken(result, w.input) for w in hidden])
        most = with_unit(max(w.high for w in hidden), unit)
        sentences.append(f"These runs cannot say whether finding out {names} would be worth anything: {most} at most.")
    return tuple(sentences)
