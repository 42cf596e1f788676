"""Say which inputs make runs fail, or leave a number undefined."""

from __future__ import annotations

import math
from dataclasses import dataclass

from llr_sd.report.sensitivity.drawn import DIVIDES, Divide, divide
from llr_sd.report.shared.inputs import described, frame_of
from llr_sd.report.shared.wording import count_of, listing, percent
from llr_sd.result import StudyResult

MOST_TOLD = 3  # inputs that a sentence names
PLACES = 3  # scenarios that a sentence names


@dataclass(frozen=True)
class Causes:
    """What tells `failed` of `runs` runs; `what` is the number that is undefined, empty where the model fails; `few` where no input is judged."""

    what: str
    failed: int
    runs: int
    few: bool
    told: tuple[Divide, ...]


def causes(result: StudyResult) -> tuple[tuple[str, Causes], ...]:
    """Return scenario and causes of every number of runs without a result, in the order of the table."""
    found = []
    for (scenario, output), rows in frame_of(result, "failure_causes", "output", *DIVIDES).groupby(
        ["scenario", "output"], sort=False
    ):
        told = [d for d in (divide(result, r) for r in rows.to_dict("records")) if d.told]
        what = described(result, str(output), math.nan).label if output else ""
        first = rows.iloc[0]
        few = bool(rows["distance"].isna().all())
        found.append((str(scenario), Causes(what, int(first["marked"]), int(first["runs"]), few, tuple(told))))
    return tuple(found)


def cause_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say what tells failed runs, and those in which a number is undefined, from the others; what is alike in several scenarios once."""
    places: dict[str, list[str]] = {}
    for scenario, found in causes(result):
        places.setdefault(cause_words(found), []).append(f"“{scenario}”")
    several = len(result.study.scenario) > 1
    return tuple(words + (f" (in {_where(where)})" if several else "") + "." for words, where in places.items())


def _where(names: list[str]) -> str:
    more = len(names) - PLACES
    return listing([*names[:PLACES], *([count_of(more, "more scenario")] if more > 0 else [])])


def cause_words(c: Causes) -> str:
    """Say what tells the runs without a result from the others, or why that is not known."""
    what = f"{c.what} is undefined" if c.what else "Runs fail"
    if c.few:
        if c.failed == c.runs:
            return f"{what} in every one of {c.runs:,} runs, so no input tells some of them from others"
        return f"{what} in {c.failed:,} of {c.runs:,} runs: too few of one kind to say which inputs bring that about"
    if not c.told:
        return f"{what} in {c.failed:,} of {c.runs:,} runs, and no single input is found that tells those from the others"
    parts = [
        f"{t.said} {t.where} ({percent(t.here)} of those runs, {percent(t.elsewhere)} of the others)" for t in c.told[:MOST_TOLD]
    ]
    return f"{what} more often with {'; with '.join(parts)}"
