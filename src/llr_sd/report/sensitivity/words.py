"""Say which inputs move a result: shares of the spread, screening, and whether the numbers have settled."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from llr_sd.report.sensitivity.read import (
    NOTHING,
    SLIGHT,
    Cell,
    Settling,
    Together,
    kept_inputs,
    leaders,
    main_cell,
    over_time,
    ranked,
    screened_in_part,
    settlings,
    shares,
    split,
    tailed,
    together,
)
from llr_sd.report.shared.inputs import Floats, Share, described, frame_of, input_name, part_words, spoken, with_interval
from llr_sd.report.shared.reading import scenario_names
from llr_sd.report.shared.told import lost_words
from llr_sd.report.shared.wording import amount, count_of, extent, full_name, listing, named, percent, the_close, with_unit
from llr_sd.result import NO_LOG, NO_VARIANCE, NOT_JUDGED, REFUSED, StudyResult

INDEPENDENT = (
    "Sobol shares are for inputs drawn independently: the stated rank correlations are not in them. Shapley effects take them in."
)
LEADING = 3  # most inputs that a title names
TOLD = 0.01  # a share below this is not told one by one
SHOWN = 8  # most inputs that a sentence names


def sobol_title(result: StudyResult, cell: Cell) -> str:
    """Say which input moves the number most by its total share, or which inputs do where the intervals cannot tell them apart."""
    first = leaders(ranked(shares(result, cell, "ST")))
    if not first:
        return f"What moves {full_name(cell.shown)}"
    if len(first) == 1:
        who = spoken(result, first[0].input, first=True)
        return f"{who} moves {full_name(cell.shown)} most: {part_words(first[0].value)} of its spread, alone or with others"
    return f"{_close(result, first)} move {full_name(cell.shown)} most, alone or with others: too close to tell apart"


def group_title(result: StudyResult, order: Sequence[Share], name: str, how: str) -> str:
    """Say which group has the largest share of the spread in a number, or which do; `how` names the share."""
    first = leaders(order)
    if len(first) == 1:
        who = spoken(result, first[0].input, first=True)
        return f"{who[:1].upper()}{who[1:]} has {part_words(first[0].value)} of the spread in {name}, {how}"
    who = _close(result, first)
    return f"{who[:1].upper()}{who[1:]} have the most of the spread in {name}, {how}: too close to tell apart"


def _close(result: StudyResult, first: Sequence[Share]) -> str:
    """Inputs that lead together, each with its share."""
    said = [f"{spoken(result, s.input, first=i == 0)} ({part_words(s.value)})" for i, s in enumerate(first[:LEADING])]
    return listing([*said, f"{len(first) - LEADING} more"] if len(first) > LEADING else said)


def sobol_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say where the spread of a number comes from, by total shares: the first three inputs, the rest, those without effect, the groups."""
    name, where = full_name(cell.shown), f"in “{cell.scenario}”"
    if cell.note == NO_VARIANCE:
        return (f"{name} is the same in every run {where}: there is no spread to explain.",)
    whole = shares(result, cell, "ST")
    drawn, rest, none = split(whole)
    if not drawn:
        why = lost_words(cell.table, cell.lost, cell.lost + cell.blocks) if cell.lost else "the table has no number"
        why = "some of its values are not above 0 and have no logarithm" if cell.note == NO_LOG else why
        return (f"The shares of {name} {where} are not given: {why}.",)
    first, *others = [s for s in drawn[:3] if s is drawn[0] or s.value >= TOLD]
    said = [f"{spoken(result, first.input)} accounts for {with_interval(first)} of the spread in {name}"]
    said += [f"{spoken(result, s.input)} for {with_interval(s)}" for s in others]
    sentences = [f"In “{cell.scenario}”, alone or with other inputs, {listing(said)}."]
    if cell.skewed:
        sentences.append(tail_sentence(cell))
    sums = together(result, cell)
    if sums:
        sentences.append(together_sentence(sums))
    if rest:
        total = percent(min(sum(s.high if math.isfinite(s.high) else s.value for s in rest), 1.0))
        sentences.append(
            f"The next {count_of(len(rest), 'input')} account for at most {total} between them: {listing([s.name for s in rest])}."
        )
    if none:
        verb = "has" if len(none) == 1 else "have"
        said = [spoken(result, s.input, first=i == 0) for i, s in enumerate(none)]
        sentences.append(f"{listing(said)} {verb} no effect on it (under 0.01% of the spread).")
    sentences += _by_group(result, cell)
    if cell.lost:
        sentences.append(f"{lost_words(cell.table, cell.lost, cell.lost + cell.blocks)} and are left out.")
    return (*sentences, *_other_scenarios(result, cell))


def tail_sentence(cell: Cell) -> str:
    """Say that few blocks of runs carry a spread, and what has no such tail."""
    better = "; shares of its rank or its log do better" if (cell.table, cell.scale) == ("sobol", "value") else ""
    return (
        f"A long tail makes this spread: about {max(cell.carried, 1):.0f} of {cell.blocks:,} blocks of runs carry it, so the intervals, "
        f"where they can be given, may hold the truth in fewer than 95 of 100 cases{better}."
    )


def together_sentence(sums: Together) -> str:
    """Say whether inputs act together, as the sums of first-order and total indices and their intervals have it."""
    own, total = (f"{s.value:.0%} ({100 * s.low:.0f} to {s.high:.0%})" for s in (sums.own, sums.total))
    said = f"Taken alone, the inputs’ shares add up to {own}; with what they do together, to {total}"
    unsure = ", as far as indices that have not settled can say" if sums.settled is False else ""
    if math.isfinite(sums.most) and sums.most <= SLIGHT:
        return f"{said}: what inputs do together accounts for at most {percent(max(sums.most, 0.001))} of the spread."
    if sums.proven:
        return f"{said}: inputs act together{unsure}."
    return f"{said}: whether inputs act together cannot be said from these runs."


def over_time_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say which inputs or groups have the largest shares over all dates together."""
    top = [s for s in over_time(result, cell) if s.value >= NOTHING][:3]
    if not top:
        return ()
    parts = listing([f"{spoken(result, s.input)} {with_interval(s)}" for s in top])
    tail = ("Few runs carry this spread, so the intervals may be too narrow.",) if cell.output in tailed(result) else ()
    return (
        f"Over all dates together, each weighted by its spread, the largest shares of the spread in {named(cell.shown)} (alone or with "
        f"others) are those of {parts}.",
        *tail,
    )


def _by_group(result: StudyResult, cell: Cell) -> list[str]:
    """The shares of groups, and what Shapley effects of the same number say where they put another group first."""
    groups, effects = ranked(shares(result, cell, "ST", grouped=True)), main_cell(result, "shapley")
    said = [f"By group, alone or with others: {listing([f'{s.name} {with_interval(s)}' for s in groups])}."] if groups else []
    if effects is None or (effects.output, effects.scenario, effects.scale) != (cell.output, cell.scenario, cell.scale):
        return said
    fair = ranked(shares(result, effects, "Shapley"))
    if fair:
        parts = listing([f"{s.name} {with_interval(s)}" for s in fair[:3]])
        taken = ", which take the stated correlations in," if result.study.correlation else ""
        other = groups and leaders(groups)[0].input not in [s.input for s in leaders(fair)]
        said.append(f"Shapley effects{taken} are {parts}{': another order than that of the Sobol shares' if other else ''}.")
    return said


def _other_scenarios(result: StudyResult, cell: Cell) -> list[str]:
    """The leading inputs of the scenarios that are not drawn."""
    sentences = []
    for scenario in scenario_names(result):
        top = [] if scenario == cell.scenario else ranked(shares(result, cell, "ST", scenario))[:3]
        if top and top[0].value >= NOTHING:
            parts = listing([f"{spoken(result, s.input)} ({part_words(s.value)})" for s in top])
            sentences.append(f"In “{scenario}”, alone or with other inputs, the most comes from {parts}.")
    return sentences


def morris_sentences(result: StudyResult, cell: Cell) -> tuple[str, ...]:
    """Say which screened input has the largest effect, and which deserve a Sobol analysis."""
    name, found = f"{full_name(cell.shown)} in “{cell.scenario}”", shares(result, cell, "mu_star")
    order, hidden = ranked(found), unjudged(result)
    if cell.note == REFUSED:
        return (f"The screening of {name} is not given: {lost_words(cell.table, cell.lost, cell.lost + cell.blocks)}.",)
    if not order:
        return (f"The screening of {name} has no number.", *hidden)
    if not any(s.value > 0 or s.high > 0 for s in order):
        which = "No input that is judged" if hidden else "No input"
        return (f"{which} moves {name} in any of {cell.blocks:,} trajectories.", *hidden)
    top, unit, kept = order[0], cell.shown.unit, kept_inputs(result)
    sentences = [
        f"Taken from one end of its range to the other, {spoken(result, top.input)} moves {name} by {with_unit(top.value, unit)} on "
        f"average, the most of {count_of(len(order), 'judged input' if hidden else 'input')} ({cell.blocks:,} trajectories)."
    ]
    shown = [input_name(result, n) for n in kept[:SHOWN]]
    names = listing([*shown, f"{len(kept) - SHOWN} more"] if len(kept) > SHOWN else shown)
    sentences.append(f"{len(kept)} of {count_of(len(order), 'input')} may matter for some output at some time: {names}.")
    rest = [s.name for s in order if s.input not in kept]
    if rest:
        limit = ", as far as the outputs show whose screening is given" if screened_in_part(result) else ""
        sentences.append(f"The others could be held at their central values{limit}: {listing(rest)}.")
    return (*sentences, *hidden)


def morris_title(result: StudyResult, cell: Cell, top: Share) -> str:
    """Say which input has the largest effect, of those that the screening judges."""
    among = " of the inputs that are judged" if unjudged(result) else ""
    effect = with_unit(top.value, cell.shown.unit)
    return f"{spoken(result, top.input, first=True)} has the largest effect on {full_name(cell.shown)}{among}: {effect}"


def unjudged(result: StudyResult) -> tuple[str, ...]:
    """Say which inputs a screening cannot judge; nothing where it judges all."""
    rows = frame_of(result, "morris", "input", "note")
    names = [input_name(result, str(n)) for n in rows.loc[rows["note"] == NOT_JUDGED, "input"].unique()]
    if not names:
        return ()
    what = "it has a value" if len(names) == 1 else "they have values"
    return (f"The screening does not judge {listing(names)}: {what} rarer than 1 in 40, which none of its levels takes.",)


def independence(result: StudyResult) -> tuple[str, ...]:
    """Say that Sobol shares leave the stated correlations out, where a result has both."""
    return (INDEPENDENT,) if result.study.correlation and "sobol" in result.tables else ()


def correlation_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say what became of the stated rank correlations in the draws."""
    parts = []
    for r in frame_of(result, "correlations", "first", "second", "asked", "drawn", "least", "most").to_dict("records"):
        drawn = f"{r['drawn']:.2f}" if math.isfinite(r["drawn"]) else "none"
        text = f"{input_name(result, str(r['first']))} with {input_name(result, str(r['second']))} {drawn} (asked {r['asked']:g}"
        if not r["least"] <= r["asked"] <= r["most"]:
            limit = r["least"] if r["asked"] < r["least"] else r["most"]
            text += f", more than the {limit:.2f} that discrete values allow"
        parts.append(f"{text})".replace("-", "−"))
    return (f"Rank correlations in the draws: {'; '.join(parts)}.",) if parts else ()


def unsettled(result: StudyResult) -> str:
    """Return the warning that the shares have not settled; empty where they have, or nothing is known of it."""
    if result.manifest.get("converged") is not False:
        return ""
    last, asked = (settlings(result) or (None,))[-1], result.study.convergence
    if last is None:
        return "The sensitivity shares have not settled."
    why = []
    if last.missing:
        why.append(f"{count_of(last.missing, 'share has', 'shares have')} no number, as runs failed")
    if asked and math.isfinite(last.widest) and last.widest > asked.tolerance:
        why.append(f"the widest 95% interval is {widest_words(last)} where ±{percent(asked.tolerance)} was asked for")
    if last.swaps < 0:
        why.append("there was no smaller sample to compare the order of the inputs with")
    elif last.swaps:
        why.append(f"{count_of(last.swaps, 'pair of inputs', 'pairs of inputs')} changed places")
    budget = f" of at most {asked.budget:,}" if asked else ""
    return f"The sensitivity shares have not settled after {last.runs:,}{budget} runs{': ' if why else ''}{listing(why)}."


def settled(result: StudyResult) -> str:
    """Return the sentence that the shares have settled; empty where they have not."""
    if result.manifest.get("converged") is not True:
        return ""
    last, asked = (settlings(result) or (None,))[-1], result.study.convergence
    tails = listing([described(result, output, math.nan).label for output in tailed(result)])
    but = f"; but few runs carry the spread in {tails}, so those intervals may be too narrow" if tails else ""
    if last is None or asked is None or not math.isfinite(last.widest):
        return f"The sensitivity shares have settled{but}."
    return (
        f"The sensitivity shares have settled: after {last.runs:,} runs every 95% interval is within ±{percent(asked.tolerance)}, and no "
        f"two inputs changed places{but}."
    )


def width_words(half: float) -> str:
    """Return half the width of an interval of a share: "6.2%"; it can be more than the whole."""
    return f"{100 * half:.0f}%" if half >= 0.995 else percent(half)


def widest_words(found: Settling) -> str:
    """Return the widest interval and the share that it is of: "±6.2% (the total share of fill time in GPs, “base”)"."""
    if not math.isfinite(found.widest) or found.shown is None:
        return "–"
    share = f"the share of {found.name} alone" if found.index == "S1" else f"the total share of {found.name}"
    return f"±{width_words(found.widest)} ({share} in {full_name(found.shown)}, “{found.scenario}”)"


def course_title(lines: dict[str, Floats], times: Floats, name: str) -> str:
    """Say which line is highest, and when that changes."""
    names = list(lines)
    values = np.array([v[:, 0] for v in lines.values()])
    known = np.flatnonzero(np.isfinite(values).all(axis=0))
    if not known.size:
        return f"Where the spread in {name} comes from, date by date"
    leading = [names[int(np.argmax(values[:, i]))] for i in known]
    changes = [k for k in range(1, len(leading)) if leading[k] != leading[k - 1]]
    first = leading[0][:1].upper() + leading[0][1:]
    if not changes:
        return f"{first} has the largest share of the spread in {name} throughout"
    if len(changes) == 1:
        turn = the_close(float(times[known[changes[0]]]))
        return f"{first} has the largest share of the spread in {name} at first; from {turn} it is {leading[-1]}"
    return f"The largest share of the spread in {name} changes hands {len(changes)} times; at the end it is {leading[-1]}"


def effect_words(share: Share, unit: str) -> str:
    """Return an effect with its 95 % interval, in the unit of the output: "32 (31 to 33)"."""
    return f"{amount(share.value, unit)} ({extent(share.low, share.high, unit)})"
