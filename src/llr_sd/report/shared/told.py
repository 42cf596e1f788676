"""What the manifest says of a study beside its tables, in sentences: gaps, facts, notes, and what the second simulator said."""

from __future__ import annotations

import math
from collections.abc import Mapping

from llr_sd.dates import YEARS
from llr_sd.report.shared.inputs import described
from llr_sd.report.shared.reading import table
from llr_sd.report.shared.wording import DATES_NOTE, count_of, date_words, listing, percent
from llr_sd.result import Constant, Gap, NoBox, StudyResult, Undefined, facts_of, gaps_of
from llr_sd.verification import AGREES, DIFFERS, NOT_ASKED, NOT_COMPARED, Verification, verifications

ANALYSES = {
    "sobol": "Sobol indices",
    "morris": "the screening",
    "shapley": "Shapley effects",
    "boxes": "the box where the target is missed",
    "information": "the value of information",
    "levers": "the cheapest mix of levers",
}
"""What a sentence calls an analysis."""
BLOCKS = {"morris": "trajectories", "shapley": "base rows"}
"""What the blocks of an analysis are called; of the others, blocks of runs."""
PLACES = 3  # scenarios that a sentence names


def gap_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say which analyses the runs do not allow, and why."""
    return tuple(_gap(result, gap) for gap in gaps_of(result.manifest))


def _gap(result: StudyResult, gap: Gap) -> str:
    what = f"the box where “{gap.target}” is missed" if gap.target else ANALYSES.get(gap.analysis, gap.analysis)
    of = f" of {described(result, gap.output, math.nan).label}" if gap.output else ""
    where = f" in “{gap.scenario}”" if gap.scenario else ""
    return f"Not given: {what}{of}{where}: {gap.reason.rstrip('.') or lost_words(gap.analysis, gap.lost, gap.blocks)}."


def lost_words(analysis: str, lost: int, blocks: int) -> str:
    """Say how many blocks of an analysis are lost as a run in them failed or has no number: "20 of 32 trajectories were lost ..."."""
    return f"{lost:,} of {blocks:,} {BLOCKS.get(analysis, 'blocks of runs')} {'was' if lost == 1 else 'were'} lost to runs without a result"


def fact_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say what was found beside the tables: boxes that are not there, outputs that are undefined or never vary."""
    facts, sentences = facts_of(result.manifest), []
    sentences += [_no_box(f) for f in facts if isinstance(f, NoBox)]
    undefined: dict[str, dict[str, str]] = {}
    constant: dict[tuple[str, int], dict[str, str]] = {}
    for f in facts:
        if isinstance(f, Undefined):
            undefined.setdefault(f.output, {})[f.scenario] = f"in {f.runs:,} of {f.good:,} runs"
        if isinstance(f, Constant):
            constant.setdefault((f.output, f.runs), {})[f.scenario] = ""
    for output, places in undefined.items():
        sentences.append(
            f"{_label(result, output)} is undefined {_places(result, places)} (as when something is divided by zero). Its own numbers and "
            "targets leave those runs out; everything else keeps every run."
        )
    for (output, runs), places in constant.items():
        where = _places(result, places)
        sentences.append(f"{_label(result, output)} is the same in all {runs:,} runs{' in ' if where else ''}{where}.")
    return tuple(sentences)


def _label(result: StudyResult, output: str) -> str:
    return described(result, output, math.nan).label


def _places(result: StudyResult, places: Mapping[str, str]) -> str:
    """What holds in each scenario, of which the first few are named where the study has several."""
    several = len(result.study.scenario) > 1
    said = [f"{text}{' of ' if text else ''}“{name}”" if several else text for name, text in places.items()]
    more = len(said) - PLACES
    return listing([*said[:PLACES], *([count_of(more, "more scenario")] if more > 0 else [])])


def _no_box(f: NoBox) -> str:
    if f.missed in (0, f.runs):
        return f"In “{f.scenario}” {'every' if f.missed else 'no'} run misses “{f.target}”: there is no box to look for."
    return f"In “{f.scenario}” {percent(f.missed / f.runs)} of all runs miss “{f.target}”, and no box in the inputs gathers them."


def notes(result: StudyResult) -> tuple[str, ...]:
    """Return what there is to know of the model file, and of values and ranges that the study sets, as those who read them said it."""
    return tuple(str(text) for text in result.manifest.get("findings") or ())


def fitted_words(found: tuple[tuple[str, str], ...]) -> str:
    """Say which values were fitted to figures or chosen knowing them, so that nobody takes their agreement for a test."""
    if not found:
        return "The table of parameters does not say of any value that it was fitted to figures, or chosen knowing them."
    said = "; ".join(f"the {name} ({figures})" for name, figures in found)
    return f"To come near figures that a value was fitted to, or chosen knowing, is no test. The table of parameters says so of {said}."


def warned(result: StudyResult) -> tuple[str, ...]:
    """Return what a few runs showed before the many: what a reader must know before any number, such as a step too long."""
    return tuple(str(text) for text in result.manifest.get("warnings") or ())


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


def dates_note(result: StudyResult) -> str:
    """Return how dates are written; empty where the model counts in something else than calendar years."""
    times = table(result, "summary")["time"].dropna().astype(float)
    asked = [spec.at for spec in result.study.outputs.values() if spec.at is not None]
    register = [] if result.study.model else [YEARS[0]]  # a register's dates are years
    return DATES_NOTE if any(YEARS[0] <= t < YEARS[1] for t in (*times, *asked, *register)) else ""
