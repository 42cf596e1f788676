"""How sure the numbers are: one line for the first screen, and the sentences behind it."""

from __future__ import annotations

import math

from llr_sd.report.outcome.facts import Lean, Sureness
from llr_sd.report.outcome.read import answering, leanings, level
from llr_sd.report.outcome.words import gap_words
from llr_sd.report.sensitivity.words import settled, unsettled
from llr_sd.report.shared.reading import chance, failed_runs, headline, other_failures
from llr_sd.report.shared.told import verified_sentences
from llr_sd.report.shared.wording import BOUNDS_NOTE, count_of, date_words, full_name, listing, other_failures_words
from llr_sd.result import StudyResult
from llr_sd.verification import AGREES, DIFFERS, Verification

MOST_NAMED = 4
"""Most numbers with a one-sided range that are named."""


def sure_line(sure: Sureness) -> str:
    """Say in one line what stands behind the numbers: runs, failures, whether indices settled, the second simulator, made-up data."""
    few, most = sure.runs
    failed, others = sure.failed
    runs = "good runs" if failed else "runs"
    parts = [f"{f'{few:,} to ' if few < most else ''}{most:,} {runs} for each {sure.each}"] if most else ["nothing varies"]
    if failed:
        parts.append(f"{count_of(failed, 'run')} failed{f', and {others:,} more in the analyses' if others else ''}")
    elif others:
        parts.append(f"none of them failed, but {others:,} in the analyses did")
    elif most:
        parts.append("none failed")
    if sure.settled is not None:
        parts.append("shares of the spread have settled" if sure.settled else "shares of the spread have not settled")
    if sure.checks:
        parts.append(check_words(sure.checks))
    if sure.illustrative:
        parts.append("illustrative data")
    return f"How sure: {'; '.join(parts)}."


def check_words(checks: tuple[Verification, ...]) -> str:
    """Say in a few words what a second simulator made of the runs of every model; the worst counts."""
    outcomes = {c.outcome for c in checks}
    if DIFFERS in outcomes:
        return "a second simulator gives other numbers"
    if outcomes != {AGREES}:
        return (
            "not compared with a second simulator" if AGREES not in outcomes else "compared with a second simulator in part only"
        )
    dates = sorted({c.until for c in checks if not c.whole and c.until is not None})
    until = f" up to {date_words(dates[0])}{' or later' if len(dates) > 1 else ''}" if dates else ""
    return f"a second simulator gives the same numbers{until}"


def one_sided(leans: tuple[Lean, ...]) -> list[str]:
    """Say of which numbers most of the range lies on one side of the central value; nothing where none is so."""
    said = []
    for above, where, end in ((False, "below", "upper"), (True, "above", "lower")):
        own = [x for x in leans if x.above == above]
        if not own:
            continue
        parts = [f"{full_name(x.shown)}, {_shares(x)}" for x in own[:MOST_NAMED]]
        parts += [f"and {len(own) - MOST_NAMED} more"] if len(own) > MOST_NAMED else []
        said.append(
            f"Some central values stand near the {end} end of their range, most of which lies {where} them: {'; '.join(parts)}."
        )
    return said


def _shares(lean: Lean) -> str:
    least, most = f"{lean.least:.0%}", f"{lean.most:.0%}"
    return f"{least} of it" if least == most else f"{least.removesuffix('%')} to {most} of it, by scenario"


def how_sure(result: StudyResult) -> list[str]:
    """Return failures first, then the number of runs, the error of sampling, and what was checked."""
    said = []
    failed = failed_runs(result)
    if failed:
        total = sum(failed.values())
        where = listing([f"{count:,} in “{name}”" for name, count in failed.items()])
        verb = "It is" if total == 1 else "They are"
        said.append(f"{count_of(total, 'run')} failed: {where}. {verb} left out of every number here, and listed below.")
    if any(c.lost for t in result.study.target for n in answering(result) if (c := chance(result, n, t))):
        said.append(BOUNDS_NOTE)
    if others := other_failures(result):
        said.append(other_failures_words(others))
    fact = level(result, headline(result), answering(result))
    ranged = [s.spread for s in fact.standings if s.ranged]
    if ranged:
        runs = sorted({s.runs for s in ranged})
        each = f"{runs[0]:,}" if len(runs) == 1 else f"{runs[0]:,} to {runs[-1]:,}"
        said.append(f"Each uncertain scenario rests on {each} runs" + ("." if failed else ", and none failed."))
        halves = [h for s in ranged if math.isfinite(h := (s.median_high - s.median_low) / 2)]
        if halves:
            said.append(
                f"Drawn again, a median would differ by about {gap_words(max(halves), fact)} at most (95% interval of the median, widest "
                "scenario). The figures in brackets behind a chance are its 95% interval."
            )
        said.append("These intervals count chance in the runs alone: they do not cover what the model leaves out.")
        said += one_sided(leanings(result))
    elif not failed:
        varied = [s for s in fact.standings if s.varied]
        text = "Nothing varies between runs in this study: the numbers carry no interval."
        if varied:
            text = f"{fact.shown.label} is the same in all {varied[0].spread.runs:,} runs, although their inputs vary: it carries no interval."
        said.append(text)
    return [*said, *(s for s in (unsettled(result) or settled(result), *verified_sentences(result)) if s)]
