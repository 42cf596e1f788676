"""What the manifest says of a study beside its tables, in sentences: findings, warnings, and what the second simulator said."""

from __future__ import annotations

import math
import re

from llr_sd.report.shared.inputs import (
    in_words,
)
from llr_sd.report.shared.wording import (
    date_words,
)
from llr_sd.result import StudyResult
from llr_sd.verification import AGREES, DIFFERS, NOT_ASKED, NOT_COMPARED, Verification, verifications


def findings(result: StudyResult) -> tuple[str, ...]:
    """Return what the analyses found, as the result says it, with names and units as a reader meets them."""
    return _read_out(result, "findings")


def warned(result: StudyResult) -> tuple[str, ...]:
    """Return what a few runs showed before the many: what a reader must know before any number, such as a step too long."""
    return _read_out(result, "warnings")


def _read_out(result: StudyResult, key: str) -> tuple[str, ...]:
    sentences = []
    for sentence in result.manifest.get(key) or ():
        text = in_words(result, re.sub(r"\s+Dmnl\b", "", str(sentence)).strip())
        if text:
            sentences.append(re.sub(r'"([^"]*)"', r"“\1”", text))
    return tuple(sentences)


def verified_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say of each model how many runs were made again in PySD, over which part, and what came of it."""
    return tuple(_verified(v, model) + _uncovered(result, v) for model, v in verifications(result.manifest).items())


def _uncovered(result: StudyResult, v: Verification) -> str:
    """Name the outputs that are read only after the part of the run that was compared."""
    until = math.inf if v.until is None else v.until
    later = [name for name, spec in result.study.outputs.items() if spec.at is not None and spec.at > until]
    return f" Not covered, being read later: {', '.join(later)}." if later else ""


def disagreement(result: StudyResult) -> str:
    """Say which numbers differ between the two simulators; empty where none was found to."""
    found = [(m, v) for m, v in verifications(result.manifest).items() if v.outcome == DIFFERS]
    return " ".join(_verified(v, m) for m, v in found)


def _verified(v: Verification, model: str) -> str:
    of = f" of {model}" if model else ""
    if v.outcome == NOT_ASKED:
        return f"No run{of} was made again in PySD, the reference simulator: {v.reason}."
    if v.outcome == NOT_COMPARED:
        return f"The runs{of} could not be compared with PySD, the reference simulator: {v.reason}."
    who = f"1 run{of} was" if v.members == 1 else f"{v.members:,} runs{of} were"
    part = "" if v.whole or v.until is None or v.final is None else f", up to {date_words(v.until)} of {date_words(v.final)},"
    made = f"{who} made again{part} in PySD, the reference simulator"
    share = "more than can be said" if v.difference is None or math.isinf(v.difference) else f"{v.difference:.1g}"
    if v.outcome == AGREES:
        return (
            f"{made}, and agrees: the largest relative difference is {share}."
            if v.members == 1
            else (f"{made}, and agree: the largest relative difference is {share}.")
        )
    where = f' in "{v.scenario}"' if v.scenario else ""
    when = "" if v.time is None else f" at {date_words(v.time)}"
    return f'{made}, and differs by {share} (relative) in "{v.output}"{where}{when}: do not use these numbers before this is explained.'
