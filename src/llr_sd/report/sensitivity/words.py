"""Say which inputs move a result: shares of the spread, screening, and whether the numbers have settled."""

from __future__ import annotations

import math

import numpy as np

from llr_sd.report.sensitivity.read import (
    NOTHING,
    SLIGHT,
    Cell,
    Together,
    kept_inputs,
    over_time,
    ranked,
    shares,
    split,
    together,
)
from llr_sd.report.shared.inputs import (
    Floats,
    Share,
    between,
    in_words,
    input_name,
    part_words,
    spoken,
)
from llr_sd.report.shared.reading import (
    scenario_names,
)
from llr_sd.report.shared.wording import (
    amount,
    count_of,
    date_words,
    extent,
    full_name,
    listing,
    named,
    percent,
    with_unit,
)
from llr_sd.result import StudyResult

UNSETTLED = "The sensitivity indices have not settled"


def sobol_title(result: StudyResult, cell: Cell) -> str:
    """Say which input moves the number most."""
    order = ranked(shares(result, cell, "ST"))
    if not order:
        return f"What moves {full_name(cell.shown)}"
    first = spoken(result, order[0].input, first=True)
    return f"{first} moves {full_name(cell.shown)} most: {part_words(order[0].value)} of its spread"


def sobol_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say where the spread of a number comes from: the first three inputs, the rest, those without effect, and the groups."""
    name, where = full_name(cell.shown), f"in “{cell.scenario}”"
    if "no variance" in cell.note:
        return (f"{name} is the same in every run {where}: there is no spread to explain.",)
    alone, whole = {s.input: s for s in shares(result, cell, "S1")}, shares(result, cell, "ST")
    drawn, rest, none = split(whole)
    if not drawn:
        note = cell.note.removeprefix("refused: ") or "the table has no number"
        return (f"The indices of {name} {where} are not given: {note}.",)
    top = [alone.get(s.input, s) for s in drawn[:3]]
    words = [spoken(result, s.input) for s in top]
    said = [f"{part_words(top[0].value)} of the spread in {name} comes from {words[0]} (between {between(top[0], 'and')})"]
    said += [f"{part_words(s.value)} from {w} ({between(s)})" for s, w in zip(top[1:], words[1:], strict=True)]
    sentences = [f"{listing(said)}, {where}."]
    if cell.skewed:
        sentences.append(
            f"A long tail makes this spread: about {max(cell.carried, 1):.0f} of {cell.blocks:,} blocks of runs carry it, so the intervals "
            f"may hold the truth in fewer than 95 of 100 cases{'; shares of its rank or its log do better' * (cell.scale == 'value')}."
        )
    sums = together(result, cell)
    if sums:
        sentences.append(together_sentence(sums))
    if rest:
        total = part_words(sum(s.value for s in rest))
        sentences.append(f"The next {count_of(len(rest), 'input')} come to {total} in all: {listing([s.name for s in rest])}.")
    if none:
        verb = "has" if len(none) == 1 else "have"
        said = [spoken(result, s.input, first=i == 0) for i, s in enumerate(none)]
        sentences.append(f"{listing(said)} {verb} no effect on it (under 0.01% of the spread).")
    groups = ranked(shares(result, cell, "S1", grouped=True))
    if groups:
        parts = [f"{s.name} {part_words(s.value)} ({between(s)})" for s in groups]
        sentences.append(f"By group: {listing(parts)}.")
    if cell.lost:
        sentences.append(
            f"{cell.lost:,} of {cell.lost + cell.blocks:,} blocks of runs were lost to failed runs and are left out."
        )
    return (*sentences, *_other_scenarios(result, cell))


def together_sentence(sums: Together) -> str:
    """Say whether inputs act together, as the sums of first-order and total indices and their intervals have it."""
    own, total = (f"{s.value:.0%} ({100 * s.low:.0f} to {s.high:.0%})" for s in (sums.own, sums.total))
    said = f"The shares of each input alone add up to {own}, those in total to {total}"
    unsure = ", as far as indices that have not settled can say" if sums.settled is False else ""
    if math.isfinite(sums.most) and sums.most <= SLIGHT:
        return f"{said}: what inputs do together is at most {percent(max(sums.most, 0.001))} of the spread."
    if sums.proven:
        return f"{said}: inputs act together{unsure}."
    return f"{said}: whether inputs act together cannot be said from these runs."


def over_time_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say which inputs or groups have the largest shares over all dates together."""
    top = over_time(result, cell)[:3]
    if not top or top[0].value < NOTHING:
        return ()
    parts = listing([f"{spoken(result, s.input)} {with_interval(s)}" for s in top])
    return (
        f"Over all dates together, each weighted by its spread, the largest shares of the spread in {named(cell.shown)} (alone or with "
        f"others) are those of {parts}.",
    )


def _other_scenarios(result: StudyResult, cell: Cell) -> list[str]:
    """The leading inputs of the scenarios that are not drawn."""
    sentences = []
    for scenario in scenario_names(result):
        top = [] if scenario == cell.scenario else ranked(shares(result, cell, "ST", scenario))[:3]
        if top and top[0].value >= NOTHING:
            parts = listing([f"{spoken(result, s.input)} ({part_words(s.value)})" for s in top])
            sentences.append(f"In “{scenario}” the most comes from {parts}.")
    return sentences


def morris_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say which screened input has the largest effect, and which deserve a Sobol analysis."""
    found = shares(result, cell, "mu_star")
    order = ranked(found)
    if not order and "refused" in cell.note:
        return (
            f"The screening of {full_name(cell.shown)} in “{cell.scenario}” is not given: {cell.note.removeprefix('refused: ')}.",
        )
    hidden = [s.name for s in found if not math.isfinite(s.value)]
    judged = f"Not judged, since a rare value lies outside the levels of the screening: {listing(hidden)}." if hidden else ""
    if not order or order[0].value <= 0:
        none = f"No input {'that is judged ' if hidden else ''}moves {full_name(cell.shown)} in “{cell.scenario}”."
        return (none, judged) if hidden else (none,)
    top, unit = order[0], cell.shown.unit
    sentences = [
        f"Taken from one end of its range to the other, {spoken(result, top.input)} moves {full_name(cell.shown)} by "
        f"{with_unit(top.value, unit)} "
        f"on average, the most of {len(order)} inputs (“{cell.scenario}”, {cell.blocks:,} trajectories)."
    ]
    kept = kept_inputs(result)
    rest = [s for s in order if s.input not in kept]
    shown = [input_name(result, n) for n in kept[:8]]
    names = listing([*shown, f"{len(kept) - 8} more"] if len(kept) > 8 else shown)
    sentences.append(f"{count_of(len(kept), 'input')} of {len(order)} may matter for some output at some time: {names}.")
    if rest:
        sentences.append(f"The others could be held at their central values: {listing([s.name for s in rest])}.")
    if hidden:
        sentences.append(judged)
    return tuple(sentences)


def unsettled(result: StudyResult) -> str:
    """Return the warning that the indices have not settled; empty where they have, or nothing is known of it."""
    if result.manifest.get("converged") is not False:
        return ""
    reason = str(result.manifest.get("convergence") or "").strip().removeprefix("not converged").strip(" :.")
    return f"{UNSETTLED}: {in_words(result, reason)}." if reason else f"{UNSETTLED}."


def settled(result: StudyResult) -> str:
    """Return the sentence that the indices have settled; empty where they have not."""
    if result.manifest.get("converged") is not True:
        return ""
    reason = str(result.manifest.get("convergence") or "").strip().removeprefix("converged").strip(" :.")
    return f"The sensitivity indices have settled: {reason}." if reason else "The sensitivity indices have settled."


def course_title(lines: dict[str, Floats], times: Floats, name: str) -> str:
    """Say which line is highest, and when that changes."""
    names = list(lines)
    values = np.array([v[:, 0] for v in lines.values()])
    known = np.flatnonzero(np.isfinite(values).all(axis=0))
    if not known.size:
        return f"Where the spread in {name} comes from, date by date"
    leaders = [names[int(np.argmax(values[:, i]))] for i in known]
    changes = [k for k in range(1, len(leaders)) if leaders[k] != leaders[k - 1]]
    first = leaders[0][:1].upper() + leaders[0][1:]
    if not changes:
        return f"{first} has the largest share of the spread in {name} throughout"
    if len(changes) == 1:
        turn = date_words(float(times[known[changes[0]]]), closing=True)
        return f"{first} has the largest share of the spread in {name} at first; from the {turn} it is {leaders[-1]}".replace(
            "the time", "time"
        )
    return f"The largest share of the spread in {name} changes hands {len(changes)} times; at the end it is {leaders[-1]}"


def with_interval(share: Share) -> str:
    """Return a share with its 95 % interval: "28% (27 to 30%)"."""
    interval = between(share)
    return part_words(share.value) if interval == "–" else f"{part_words(share.value)} ({interval})"


def effect_words(share: Share, unit: str) -> str:
    """Return an effect with its 95 % interval, in the unit of the output: "32 (31 to 33)"."""
    return f"{amount(share.value, unit)} ({extent(share.low, share.high, unit)})"
