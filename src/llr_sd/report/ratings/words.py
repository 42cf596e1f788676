"""Say what ratings of risks found: the answer, how sure it is, what stands on an edge and what nobody has measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from llr_sd.equations import canonical
from llr_sd.parameters import is_share, per_hundred, plain_unit
from llr_sd.rating import BORDERLINE, NOT_TESTABLE, OVERSTATED, SUPPORTED, UNDERSTATED, VERDICTS
from llr_sd.report.outcome.facts import Sureness
from llr_sd.report.ratings.read import (
    ALL,
    Box,
    Ladder,
    Limit,
    Matrix,
    Outside,
    Rating,
    first_dates,
    held,
    ladders,
    made_up,
    matrix,
    of_risk,
    ratings,
    reached,
    risks,
)
from llr_sd.report.shared.reading import Chance, failed_runs, labels, other_failures
from llr_sd.report.shared.told import verified_sentences
from llr_sd.report.shared.wording import NONE, count_of, date_words, listing, percent
from llr_sd.result import StudyResult
from llr_sd.verification import verifications

MEANINGS = {
    SUPPORTED: "the model’s score falls in the same range as the log’s",
    UNDERSTATED: "the model’s score is higher: the log rates the risk too low",
    OVERSTATED: "the model’s score is lower: the log rates the risk too high",
    BORDERLINE: "the interval of the model’s score reaches into another range, so that chance in the runs decides",
    NOT_TESTABLE: "most of what the risk’s own inputs explain rests on judgement (grade C), not on a source",
}
GRADES_NOTE = "Letters are the grade of the evidence: A, a source document; B, the literature; C, judgement."


def product(likelihood: int, consequence: int, score: int) -> str:
    """Return a rating as logs write it: "4 × 4 = 16"."""
    return f"{likelihood} × {consequence} = {score}"


def rating_words(rating: Rating, *, level: bool = True) -> str:
    """Return a rating with the interval of its score: "5 × 4 = 20 (16 to 20) significant"."""
    between = f" ({rating.score[1]} to {rating.score[2]})" if rating.open else ""
    return (
        product(rating.likelihood[0], rating.consequence[0], rating.score[0])
        + between
        + (f" {rating.levels[0]}" if level else "")
    )


def counted(result: StudyResult, ladder: str) -> dict[str, list[str]]:
    """Return the risks under each verdict on a ladder, in the order of `VERDICTS`; a verdict of no risk is left out."""
    own = held(result, ladder)
    found = {v: [risk for risk, r in own.items() if r.verdict == v] for v in VERDICTS}
    return {v: names for v, names in found.items() if names}


def counts_sentence(result: StudyResult, ladder: Ladder) -> str:
    """Say how many published ratings hold on a ladder, and which."""
    found = counted(result, ladder.name)
    total = len(held(result, ladder.name))
    if total == 1:
        verdict, names = next(iter(found.items()))
        return f"{ladder.label}: the one rating in the log is {verdict} ({names[0]})."
    first = f"{len(found.get(SUPPORTED, [])) or 'none'} of {count_of(total, 'rating')} in the log"
    there = [(v, names) for v, names in found.items() if v != SUPPORTED]
    parts = [f"{first} {'is' if len(found.get(SUPPORTED, [])) < 2 else 'are'} supported{_which(found.get(SUPPORTED, []))}"]
    parts += [f"{len(names)} {'is' if len(names) == 1 else 'are'} {verdict}{_which(names)}" for verdict, names in there]
    none = [v for v in VERDICTS[1:3] if v not in found]
    tail = f"; none is {' or '.join(none)}" if none else ""
    return f"{ladder.label}: {listing(parts)}{tail}."


def _which(names: Sequence[str]) -> str:
    return f" ({listing(names)})" if names else ""


def answer(result: StudyResult) -> list[str]:
    """Return the answer for people who keep a risk log: the count on each ladder first."""
    return [*(counts_sentence(result, k) for k in ladders(result)), *_agreement(result), *_illustrative(result)]


def _illustrative(result: StudyResult) -> list[str]:
    """Say which ratings rest on made-up example data."""
    label = {k.name: k.label for k in ladders(result)}
    named = []
    for risk in risks(result):
        found = [label[k] for k, made in made_up(result, risk.id).items() if made]
        if found:
            named.append(f"{risk.id} ({listing(found)})")
    return [f"Illustrative: made-up example data stand behind {listing(named)}; they describe no real service."] if named else []


def _agreement(result: StudyResult) -> list[str]:
    """Say which verdicts do not depend on the ladder, and which do."""
    both = {r.id: {k.verdict for k in of_risk(result, r.id)} for r in risks(result) if len(of_risk(result, r.id)) > 1}
    if not both:
        return []
    parts = []
    for verdict in VERDICTS:
        same = [risk for risk, found in both.items() if found == {verdict}]
        if same:
            parts.append(f"{verdict} for {listing(same)}")
    split = [risk for risk, found in both.items() if len(found) > 1]
    sentences = [f"On every ladder that a risk is read on, the verdict is {listing(parts)}."] if parts else []
    if split:
        sentences.append(f"The verdict depends on the ladder for {listing(split)}.")
    return sentences


def findings(result: StudyResult) -> list[str]:
    """Return what the analysis says of itself."""
    found = result.manifest.get("findings") or ()
    return [str(found)] if isinstance(found, str) else [str(s) for s in found]


def how_sure(result: StudyResult) -> list[str]:
    """Return failures first, then the number of runs, what the intervals count and what they do not."""
    sentences = []
    failed = sum(failed_runs(result).values())
    runs = sorted({r.runs for r in ratings(result)})
    if failed:
        verb = "It is" if failed == 1 else "They are"
        sentences.append(f"{count_of(failed, 'run')} failed. {verb} left out of every number here, and listed below.")
    if runs:
        each = f"{runs[0]:,}" if len(runs) == 1 else f"{runs[0]:,} to {runs[-1]:,}"
        sentences.append(f"Each rating rests on {each} runs{'.' if failed else ', and none failed.'}")
    sentences.append(
        "The interval of a score is a 95% interval: it says how far the score could move if the runs were drawn again. It does not "
        "cover what the models leave out, nor other ways to measure a risk; the stability table shows some of those."
    )
    return [*sentences, *verified_sentences(result)]


def sureness(result: StudyResult) -> Sureness:
    """Return what stands behind the ratings of a register.

    Parameters
    ----------
    result
        Of a study of a register.
    """
    runs = sorted(r.runs for r in ratings(result)) or [0]
    failed = (sum(failed_runs(result).values()), sum(other_failures(result).values()))
    checks = tuple(verifications(result.manifest).values())
    return Sureness((runs[0], runs[-1]), failed, None, result.study.illustrative, checks)


def unsettled(result: StudyResult) -> list[tuple[Rating, str]]:
    """Return the ratings, at the dates of the log, whose interval holds more than one cell, with what would settle them."""
    found = []
    for rating in (r for risk in risks(result) for r in of_risk(result, risk.id)):
        if rating.straddles:
            found.append((rating, _settling(rating)))
    return found


def both_scores(result: StudyResult, rating: Rating) -> str:
    """Return the two ends of a score with their levels, "16 (significant) or 20 (significant)", or the cells that share it."""
    _, low, high = rating.score
    if low == high:
        (_, a, b), (_, c, d) = rating.likelihood, rating.consequence
        cells = f"likelihood {a if a == b else f'{a} or {b}'}, consequence {c if c == d else f'{c} or {d}'}"
        return f"{low} ({rating.levels[0]}) either way: {cells}"
    scale = matrix(result)
    return f"{low} ({rating.levels[1] or scale.level(low)}) or {high} ({rating.levels[2] or scale.level(high)})"


def _settling(rating: Rating) -> str:
    if math.isinf(rating.settle):
        return "no number of runs would: a chance lies on the edge of a band"
    return NONE if math.isnan(rating.settle) else f"about {_round(rating.settle):,} runs"


def _round(value: float) -> int:
    """Two figures are enough for a number of runs."""
    step = 10 ** max(0, math.floor(math.log10(max(value, 1.0))) - 1)
    return int(math.ceil(value / step) * step)


def untested(result: StudyResult) -> list[tuple[Rating, str]]:
    """Return the ratings that cannot be tested, with what to measure first."""
    found = []
    for rating in (r for risk in risks(result) for r in of_risk(result, risk.id)):
        if rating.verdict == NOT_TESTABLE:
            found.append((rating, rating.measure or NONE))
    return found


def box_words(result: StudyResult, box: Box) -> str:
    """Say where in its inputs a risk is at its worst, how often there, and how much of all such runs the box holds."""
    if not box.consequence:
        return "Nearly every run has the same consequence, so no range of its inputs tells good from bad."
    worse = f"Consequence {box.consequence} ({matrix(result).consequences[box.consequence - 1]}) or worse is reached"
    if not box.limits:
        return f"{worse} in {percent(box.share)} of all runs, and no range of its inputs gathers them."
    where = listing([f"the {limit.name} is {side_words(limit)}" for limit in box.limits])
    return (
        f"{worse} in {interval_words(box.density)} of the runs where {where}, against {percent(box.share)} of all runs. "
        f"Those runs are {interval_words(box.coverage)} of all that reach it."
    )


def side_words(limit: Limit) -> str:
    """Say on which side of a value an input lies, or between which; a share is told as so many in 100."""
    low, high, unit = f"{limit.low:.3g}", f"{limit.high:.3g}", plain_unit(limit.name, limit.unit)
    if is_share(limit.name, limit.unit):
        low, high, unit = per_hundred(limit.low), per_hundred(limit.high), "in 100"
    after = f" {unit}" if unit else ""
    if not math.isfinite(limit.low):
        return f"below {high}{after}"
    return f"between {low} and {high}{after}" if math.isfinite(limit.high) else f"above {low}{after}"


def outside_words(found: Outside) -> str:
    """Say how much of a risk inputs outside its own group carry, and which are most tied to its loss."""
    named = [f"{label} ({rank:+.2f}, grade {grade})".replace("-", "−") for label, grade, rank in found.ties]
    tied = f" Most tied to the loss, by rank correlation: {'; '.join(named)}." if named else ""
    return f"Inputs outside its own group carry {min(found.carried, 1):.0%} of what moves it.{tied}"


def variation_words(result: StudyResult, kind: str, variation: str) -> str:
    """Say what a variation changes."""
    if kind == "range":
        label = labels(result).get(canonical(variation), variation)
        return "range of every judgement doubled" if variation == ALL else f"range of “{label}” doubled"
    if kind == "ladder":
        return f"ladder “{ {k.name: k.label for k in ladders(result)}.get(variation, variation) }”"
    return {"bands": f"likelihood bands “{variation}”", "step": f"likelihood one step {variation}"}.get(kind, quoted(variation))


def quoted(sentence: str) -> str:
    """Return a sentence with typographic apostrophes."""
    return sentence.replace("'", "’")


def band_words(scale: Matrix, number: int) -> str:
    """Return the probabilities of a likelihood: "below 5%", "5% to 20%", "80% or more"."""
    low, high = (f"{100 * p:.4g}%" for p in scale.bands[number - 1])
    if number == 1:
        return f"below {high}"
    return f"{low} or more" if number == len(scale.bands) else f"{low} to {high}"


def rule_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say in plain words how a rating is made."""
    scale = matrix(result)
    example = _example(result)
    worst = len(scale.consequences)
    rare = (
        f"A consequence counts only where its chance is {percent(scale.least)} or more. "
        if math.isfinite(scale.least)
        else "A consequence that is too rare to count is left out. "
    )
    sentences = [
        "Each run of the model gives a loss. A ladder of thresholds turns the loss into a consequence from 1 to "
        f"{worst}: the more thresholds it reaches, the graver. The likelihood of a consequence comes from the share of runs that reach it "
        "or a graver one; that share is its chance (analysts write p_c for consequence c). The bands below turn a chance into a likelihood.",
        f"{rare}Every consequence that counts gives a score, from its likelihood and itself, in the matrix below. The rating is the "
        "highest of these scores, so that a risk is rated by the worst that is likely enough to matter.",
    ]
    if scale.agreement:
        sentences.append(
            f"A score supports the log’s where both are in the same of these ranges: {listing(scale.agreement)}. These "
            "are not the same as the levels."
        )
    return (*sentences, *([example] if example else []))


def _example(result: StudyResult) -> str:
    """The first rating told step by step."""
    first = next((r for risk in risks(result) for r in of_risk(result, risk.id)), None)
    chances = reached(result, first) if first else ()
    if not first or len(chances) < first.consequence[0]:
        return ""
    likelihood, consequence, score = first.likelihood[0], first.consequence[0], first.score[0]
    scale = matrix(result)
    label = {k.name: k.label for k in ladders(result)}[first.ladder]
    return (
        f"For example {first.risk} on the ladder “{label}”: {percent(chances[consequence - 1].probability)} of runs reach consequence "
        f"{consequence} ({scale.consequences[consequence - 1]}) or worse, which is likelihood {likelihood} "
        f"({scale.likelihoods[likelihood - 1]}), and the score is {score} ({first.levels[0]})."
    )


def interval_words(chance: Chance) -> str:
    """Return a chance and its 95% interval for a narrow column: "81% (78 to 83%)", "100% (99.6 to 100%)"."""
    middle, low, high = (_narrow(p) for p in (chance.probability, chance.low, chance.high))
    return f"{middle} ({low.removesuffix('%')} to {high})"


def _narrow(share: float) -> str:
    """A share as a percentage that shows neither a small one as none nor a large one as certain."""
    return percent(share).replace("below ", "<").replace("above ", ">")


def dated(result: StudyResult) -> str:
    """Return the date of the ratings that are held against the log: "end of Sep 2020", or each where they differ."""
    dates = list(dict.fromkeys(first_dates(result).values()))
    return listing([date_words(d, closing=True) for d in dates])


def ladder_words(found: Sequence[Ladder]) -> tuple[str, ...]:
    """Say what each ladder measures."""
    return tuple(f"{k.label}: {quoted(k.text)}." for k in found if k.text)
