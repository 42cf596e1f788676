"""Say where published figures stand in the runs, and what a miss says."""

from __future__ import annotations

import math
from collections.abc import Sequence

from llr_sd.report.backtest.read import Count, Figure, Standing, counts, figures
from llr_sd.report.calibration.read import calibrated
from llr_sd.report.calibration.words import use_sentence
from llr_sd.report.shared.wording import count_of, fixed, listing, percent, the_close
from llr_sd.result import StudyResult

BAND = "the band of nine runs in ten"


def count_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say for each scenario how many figures lie in the band, whether more miss than chance gives, and first whether they were fitted to."""
    made = calibrated(result)
    fitted = (use_sentence(made),) if made is not None and made.used else ()
    return (*fitted, *(count_sentence(c) for c in counts(result) if not c.series))


def count_sentence(count: Count) -> str:
    """Say how many figures of a scenario lie in the band, whether the misses are more than chance gives, and which they are."""
    held = count.figures - count.missed
    if not count.missed:
        which = "The one published figure lies" if count.figures == 1 else f"All {count.figures} published figures lie"
        return f"{which} in {BAND} of “{count.scenario}”."
    many = "None" if not held else f"{held}"
    text = f"{many} of {count_of(count.figures, 'published figure')} {'lies' if held <= 1 else 'lie'} in {BAND} of “{count.scenario}”"
    outside = "".join(f" {side} it: {'; '.join(own)}." for side, own in (("Above", count.above), ("Below", count.below)) if own)
    average = fixed(count.expected, 1)
    odds = f"a run taken for the truth would miss {average} on average, and {count.missed} or more with a chance of {percent(count.chance)}"
    if not count.chance:
        return f"{text}: more miss than chance gives, since no run taken for the truth would miss as many.{outside}"
    if count.more_than_chance:
        return f"{text}: more miss than chance gives ({odds}).{outside}"
    if not count.far:
        return f"{text}; chance alone can give that ({odds}).{outside}"
    return f"{text}. Chance can give as many ({odds}), but not one so far out as {listing(count.far)}.{outside}"


def hindsight_sentence(fits: Sequence[tuple[str, str]]) -> str:
    """Say that values of the model were set knowing figures, which its table states of them; empty where it states that of none."""
    if not fits:
        return ""
    were = "was" if len(fits) == 1 else "were"
    return (
        f"{count_of(len(fits), 'value')} of the model {were} fitted to figures or chosen knowing them, so this is no validation."
    )


def miss_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say of each figure that lies outside in some scenario by how much, and which scenario holds it."""
    return tuple(miss_sentence(f) for f in figures(result) if any(s.missed for s in f.standings))


def miss_sentence(figure: Figure) -> str:
    """Say where a figure that lies outside of the band of some scenario stands."""
    scale = figure.scale
    published = figure.published
    if scale.relative:
        published += f" ({scale.told(figure.compared)} since {the_close(scale.base)})"
    missed, held = [s for s in figure.told if s.missed], [s for s in figure.told if not s.missed]
    parts = [_outside(figure, s) for s in missed]
    text = f"{figure.name}: {published}, {listing(parts)}."
    if held:
        names = listing([f"“{s.scenario}” ({scale.range(s.low, s.high)})" for s in held])
        return f"{text} It is inside that of {names}."
    return f"{text} No scenario holds it." if len(missed) == len(figure.standings) > 1 else text


def _outside(figure: Figure, standing: Standing) -> str:
    scale = figure.scale
    return (
        f"{standing.stands} the band of “{standing.scenario}” ({scale.range(standing.low, standing.high)}) by "
        f"{scale.distance(standing.gap)}"
    )


def error_sentence(result: StudyResult) -> str:
    """Say what of the errors of the figures is in the bands."""
    without = list(dict.fromkeys(f.series for f in figures(result) if not f.error))
    names = list(dict.fromkeys(f.series for f in figures(result)))
    if len(without) == len(names):
        return "No error of the figures is stated, so the bands are those of the runs alone."
    text = "The bands take in the stated standard errors of the figures"
    return f"{text}, but for {listing(without)}, which state none." if without else f"{text}."


def unjudged_sentences(result: StudyResult) -> tuple[str, ...]:
    """Say which figures have no band, and why."""
    found: dict[tuple[str, str], list[str]] = {}
    for figure in figures(result):
        for standing in figure.standings:
            if not standing.stands:
                found.setdefault((standing.scenario, standing.note), []).append(figure.name)
    return tuple(f"Not judged in “{scenario}” ({note}): {'; '.join(which)}." for (scenario, note), which in found.items())


def rank_words(rank: float) -> str:
    """Return the share of the runs below a figure."""
    return percent(rank) if math.isfinite(rank) else "–"
