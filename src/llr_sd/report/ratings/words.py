"""Say what ratings of risks found: the answer, how sure it is, what stands on an edge and what rests on judgement."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from llr_sd.equations import canonical
from llr_sd.matrix import Matrix
from llr_sd.rating import BORDERLINE, NOT_TESTABLE, OVERSTATED, SUPPORTED, UNDERSTATED, VERDICTS, Rating
from llr_sd.report.outcome.facts import Sureness
from llr_sd.report.ratings.read import Box, Cell, Driver, Log, Outside, Variation, boxes, log
from llr_sd.report.sensitivity.words import INDEPENDENT, correlation_sentences
from llr_sd.report.shared.reading import Chance, failed_runs, labels, other_failures
from llr_sd.report.shared.told import notes, verified_sentences
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
SPLIT = "split"
"""The answer for a risk whose verdict is not the same on every scale."""
ANSWERS = {
    SUPPORTED: ("holds", "hold"),
    UNDERSTATED: ("is too low", "are too low"),
    OVERSTATED: ("is too high", "are too high"),
    BORDERLINE: ("is too close to call", "are too close to call"),
    SPLIT: ("depends on how the loss is measured", "depend on how the loss is measured"),
    NOT_TESTABLE: ("cannot be tested", "cannot be tested"),
}


# --- ratings in words ---------------------------------------------------------------------------------------------------------


def product(cell: Cell) -> str:
    """Return a rating as logs write it: "4 × 4 = 16"."""
    likelihood, consequence, score = cell
    return f"{likelihood} × {consequence} = {score}"


def between(r: Rating) -> str:
    """Return the interval of a score that is not settled, " (16 to 20)"; empty where it holds one score."""
    return f" ({r.place.score[1]} to {r.place.score[2]})" if r.place.open else ""


def rating_words(r: Rating) -> str:
    """Return a rating with the interval of its score: "5 × 4 = 20 (16 to 20)"."""
    return product((r.place.likelihood[0], r.place.consequence[0], r.place.score[0])) + between(r)


def both_scores(matrix: Matrix, r: Rating) -> str:
    """Return the two ends of a score with their levels, "16 (significant) or 20 (significant)", or the cells that share it."""
    _, low, high = r.place.score
    if low == high:
        (_, a, b), (_, c, d) = r.place.likelihood, r.place.consequence
        cells = f"likelihood {a if a == b else f'{a} or {b}'}, consequence {c if c == d else f'{c} or {d}'}"
        return f"{low} ({matrix.level_of(low)}) either way: {cells}"
    return f"{low} ({matrix.level_of(low)}) or {high} ({matrix.level_of(high)})"


def settling(r: Rating) -> str:
    """Say what would settle a rating."""
    if math.isinf(r.place.settle):
        return "no number of runs would: a chance lies on the edge of a band"
    if math.isnan(r.place.settle):
        return NONE
    step = 10 ** max(0, math.floor(math.log10(max(r.place.settle, 1.0))) - 1)  # two figures are enough
    return f"about {int(math.ceil(r.place.settle / step) * step):,} runs"


def interval_words(chance: Chance) -> str:
    """Return a chance and its 95% interval for a narrow column: "81% (78 to 83%)", "100% (99.6 to 100%)"."""
    # Neither a small share looks like none, nor a large one certain.
    middle, low, high = (
        percent(p).replace("below ", "<").replace("above ", ">") for p in (chance.probability, chance.low, chance.high)
    )
    return f"{middle} ({low.removesuffix('%')} to {high})"


def chances(r: Rating) -> tuple[Chance, ...]:
    """Return the chance of each consequence or worse behind a rating, consequence 1 first."""
    e = r.place.exceedance
    return tuple(Chance(float(p), float(a), float(b), e.runs) for p, a, b in zip(e.probability, e.low, e.high, strict=True))


def band_words(matrix: Matrix, number: int) -> str:
    """Return the probabilities of a likelihood: "below 5%", "5% to 20%", "80% or more"."""
    band = matrix.rows[number - 1]
    low, high = (f"{100 * p:.4g}%" for p in (band.from_, band.to))
    if number == 1:
        return f"below {high}"
    return f"{low} or more" if number == len(matrix.rows) else f"{low} to {high}"


def share_words(d: Driver) -> str:
    """Return a share with its interval: "64% (38 to 89%)"; a share cannot be below nothing."""
    value, low, high = (f"{v:.0%}" if v >= 0.1 or v == 0 else percent(v) for v in (max(v, 0.0) for v in (d.value, d.low, d.high)))
    return f"{value} ({low.removesuffix('%')} to {high})" if math.isfinite(d.high - d.low) else value


def driver_words(d: Driver) -> str:
    """Return the name of an input with its grade."""
    return f"{d.name} ({d.grade})" if d.grade else d.name


def dated(found: Log) -> str:
    """Return the date of the ratings that are held against the log: "end of Sep 2020", or each where they differ."""
    return listing([date_words(d, closing=True) for d in dict.fromkeys(r.date for r in found.held)])


def ladder_words(found: Log) -> tuple[str, ...]:
    """Say what a scale is, and what each measures."""
    *others, worst = found.matrix.consequence[1:]
    first = f"A scale says what counts as lost, and from which size on a loss is {', '.join(others)} or {worst}."
    return (first, *(f"{k.label}: {quoted(k.text)}." for k in found.ladders.values() if k.text))


def quoted(sentence: str) -> str:
    """Return somebody's own words on one line, with the house's quotes and apostrophes."""
    return re.sub(r'"([^"]*)"', r"“\1”", " ".join(sentence.split())).replace("'", "’")


# --- the answer ---------------------------------------------------------------------------------------------------------------


def across(found: Log) -> dict[str, list[str]]:
    """Return the risks under each answer, in the order of `ANSWERS`: the verdict on every scale that it is read on, or `SPLIT`."""
    verdicts = {risk.id: {r.verdict for r in found.of_risk(risk.id)} for risk in found.register.risk}
    answers = {risk: next(iter(own)) if len(own) == 1 else SPLIT for risk, own in verdicts.items()}
    return {a: [risk for risk, own in answers.items() if own == a] for a in ANSWERS if a in answers.values()}


def answer(result: StudyResult) -> list[str]:
    """Return the answer for people who keep a risk log: how many of its ratings hold, which, and why some cannot be tested."""
    found = log(result)
    parts = []
    for a, names in across(found).items():
        one = f"{names[0]}, {found.register.risk_of(names[0]).title}"
        parts.append(f"{len(names)} {ANSWERS[a][len(names) > 1]} ({one if len(names) == 1 else listing(names)})")
    if SUPPORTED not in across(found):
        parts.insert(0, "none holds on every scale" if len(found.ladders) > 1 else "none holds")
    sentences = [f"Of {count_of(len(found.register.risk), 'rating')} in the log, {listing(parts)}."]
    if NOT_TESTABLE in across(found):
        sentences.append("A rating cannot be tested where most of what the risk’s own inputs explain is judgement, not a source.")
    made_up = [
        f"{risk.id} ({listing(own)})"
        for risk in found.register.risk
        if (own := [found.label(r) for r in found.of_risk(risk.id) if r.illustrative])
    ]
    if made_up:
        sentences.append(f"Illustrative: made-up example data stand behind {listing(made_up)}; they describe no real service.")
    return sentences


def counts_sentence(found: Log, ladder: str) -> str:
    """Say how many published ratings are supported on a scale, and which have another verdict."""
    own, label = found.on(ladder), found.ladders[ladder].label
    by_verdict = {v: names for v in VERDICTS if (names := [risk for risk, r in own.items() if r.verdict == v])}
    if len(own) == 1:
        return f"{label}: the one rating in the log is {next(iter(by_verdict))} ({next(iter(own))})."
    good = by_verdict.pop(SUPPORTED, [])
    parts = [f"{len(good) or 'none'} of {count_of(len(own), 'rating')} in the log {_are(good)} supported{_which(good)}"]
    parts += [f"{len(names)} {_are(names)} {verdict}{_which(names)}" for verdict, names in by_verdict.items()]
    none = [v for v in (UNDERSTATED, OVERSTATED) if v not in by_verdict]
    tail = f"; none is {' or '.join(none)}" if none else ""
    return f"{label}: {listing(parts)}{tail}."


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) < 2 else "are"


def _which(names: Sequence[str]) -> str:
    return f" ({listing(names)})" if names else ""


def how_sure(result: StudyResult) -> list[str]:
    """Return failures first, then the number of runs, what the intervals count and what they do not."""
    found, sentences = log(result), []
    failed, others = sum(failed_runs(result).values()), other_failures(result)
    if failed:
        verb = "It is" if failed == 1 else "They are"
        sentences.append(f"{count_of(failed, 'run')} failed. {verb} left out of every number here, and listed below.")
    if others:
        one = sum(others.values()) == 1
        sentences.append(
            f"{count_of(sum(others.values()), 'run')} failed among those behind the variations of ratings and the shares of inputs; "
            f"{'it is' if one else 'they are'} left out there."
        )
    runs = sorted({r.runs for r in found.ratings})
    each = f"{runs[0]:,}" if len(runs) == 1 else f"{runs[0]:,} to {runs[-1]:,}"
    sentences.append(f"Each rating rests on {each} runs{'.' if failed or len(runs) > 1 else ', and none of them failed.'}")
    sentences.append(
        "The interval of a score is a 95% interval: it says how far the score could move if the runs were drawn again. It does not "
        "cover what the models leave out, nor other ways to measure a risk; some of those are tried below."
    )
    return [*sentences, *verified_sentences(result)]


def sureness(result: StudyResult) -> Sureness:
    """Return what stands behind the ratings of a register.

    Parameters
    ----------
    result
        Of a study of a register.
    """
    runs = sorted(r.runs for r in log(result).ratings)
    failed = (sum(failed_runs(result).values()), sum(other_failures(result).values()))
    checks = tuple(verifications(result.manifest).values())
    return Sureness((runs[0], runs[-1]), failed, None, result.study.illustrative, checks, "rating")


def findings(result: StudyResult) -> list[str]:
    """Return what else there is to know: runs without a loss, what was not looked for, correlations, and notes on models and values."""
    found, total = log(result), int(result.manifest["runs"])
    sentences = [
        f"{r.risk}, {found.label(r)}, {date_words(r.date, closing=True)}: {total - r.runs:,} of {total:,} runs give no loss and are left out."
        for r in found.ratings
        if r.runs < total
    ]
    if not boxes(result):
        sentences.append("Where each risk is at its worst was not looked for: that needs `pip install 'llr-sd[discovery]'`.")
    if any(use.correlation for use in found.register.model.values()):
        sentences.append(INDEPENDENT)
    return [*sentences, *correlation_sentences(result), *map(quoted, notes(result))]


# --- why, and how firm ----------------------------------------------------------------------------------------------------------


def box_words(matrix: Matrix, box: Box) -> str:
    """Say where in its inputs a risk is at its worst, how often there, and how much of all such runs the box holds."""
    if not box.consequence:
        return "Nearly every run has the same consequence, so no range of its inputs tells good from bad."
    worse = f"Consequence {box.consequence} ({matrix.consequence[box.consequence - 1]}) or worse is reached"
    if not box.limits:
        return f"{worse} in {percent(box.share)} of all runs, and no range of its inputs gathers them."
    where = listing([f"the {limit.name} is {limit.where}" for limit in box.limits])
    return (
        f"{worse} in {interval_words(box.density)} of the runs where {where}, against {percent(box.share)} of all runs. "
        f"Those runs are {interval_words(box.coverage)} of all that reach it."
    )


def outside_words(found: Outside) -> str:
    """Say how much of a risk inputs outside its own group carry, and which are most tied to its loss."""
    named = [f"{label} ({rank:+.2f}, grade {grade})".replace("-", "−") for label, grade, rank in found.ties]
    tied = f" Most tied to the loss, by rank correlation: {'; '.join(named)}." if named else ""
    return f"Inputs outside its own group carry {min(found.carried, 1):.0%} of what moves it.{tied}"


def variation_words(result: StudyResult, v: Variation) -> str:
    """Say what a variation changes."""
    if v.kind == "range":
        label = labels(result).get(canonical(v.name), v.name)
        return "range of every judgement doubled" if v.name == "all" else f"range of “{label}” doubled"
    if v.kind == "ladder":
        return f"the scale “{log(result).register.ladder[v.name].label}”"
    return {"bands": f"likelihood bands “{v.name}”", "step": f"likelihood one step {v.name}"}.get(v.kind, quoted(v.name))


def rule_sentences(found: Log) -> tuple[str, ...]:
    """Say in plain words how a rating is made, with the first rating as the example."""
    matrix, sentences = found.matrix, []
    for r in found.held[:1]:
        likelihood, consequence, score = r.place.likelihood[0], r.place.consequence[0], r.place.score[0]
        chance = chances(r)[consequence - 1].probability
        reached = f"{percent(chance)} of runs reach consequence {consequence} ({matrix.consequence[consequence - 1]}) or worse"
        cell = f"likelihood {likelihood} ({matrix.rows[likelihood - 1].label})"
        counted = (
            f", which is {cell}, and the score is" if chance >= matrix.least else ": too few to count, so the score is the least,"
        )
        sentences.append(
            f"For example {r.risk} on the scale “{found.label(r)}”: {reached}{counted} {score} ({matrix.level_of(score)})."
        )
    return (
        "Each run of the model gives a loss. The thresholds of a scale turn the loss into a consequence from 1 to "
        f"{len(matrix.consequence)}: the more thresholds it reaches, the graver. The likelihood of a consequence comes from the share of "
        "runs that reach it or a graver one; that share is its chance (analysts write p_c for consequence c). The bands below turn a "
        "chance into a likelihood.",
        f"A consequence counts only where its chance is {percent(matrix.least)} or more. Every consequence that counts gives a score, from "
        "its likelihood and itself, in the matrix below. The rating is the highest of these scores, so that a risk is rated by the worst "
        "that is likely enough to matter.",
        f"A score supports the log’s where both are in the same of these ranges: {listing([a.words for a in matrix.agreement])}. These are "
        "not the same as the levels.",
        *sentences,
    )
