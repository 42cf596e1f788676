"""The part of a report on a calibration."""

from __future__ import annotations

import math

import pandas as pd

from llr_sd.report.calibration.charts import parameters_chart, series_chart
from llr_sd.report.calibration.read import Learnt, Point, calibrated, courses, directions, pairs, parameters, points, told_rank
from llr_sd.report.calibration.words import section_sentences
from llr_sd.report.shared.inputs import input_name
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.wording import amount, count_of, date_words, listing, percent
from llr_sd.result import StudyResult

MOST_PAIRS = 10
LITTLE = 0.01
"""Information, in that of the priors, below which a combination is not shown for itself."""
HEADING = "What the published figures tell of the parameters"


def calibration_section(result: StudyResult) -> Section | None:
    """Return the section on the calibration; None where the result holds none."""
    made, own = calibrated(result), parameters(result)
    if made is None or not own:
        return None
    pictures = [_parameters(result, own)]
    bands = courses(result)
    for number, name in enumerate(dict.fromkeys(p.series for p in points(result)), 1):
        pictures.append(_series(number, name, bands, [p for p in points(result) if p.series == name], made.until))
    tables = (_directions(result), *([_pairs(result)] if pairs(result) else ()))
    return Section("calibration", HEADING, section_sentences(result), tuple(pictures), tables)


def _parameters(result: StudyResult, own: tuple[Learnt, ...]) -> Picture:
    told = [p for p in own if not p.as_before and not p.own_error]
    count = sum(not p.own_error for p in own)
    if told:
        title = f"The figures say more than the priors of {len(told)} of {count_of(count, 'parameter')}"
    else:
        title = f"Of {'the one parameter' if count == 1 else f'none of {count} parameters'} the figures say {'no ' if count == 1 else ''}more than {'its prior' if count == 1 else 'the priors'}"
    rows = tuple(
        (
            p.name,
            p.told(p.best),
            p.told(p.p50),
            p.range(p.p05, p.p95),
            p.told(p.prior_p50),
            p.range(p.prior_p05, p.prior_p95),
            percent(p.narrower) if p.narrower > 0 else "no",
        )
        for p in own
    )
    head = ("Parameter", "Best fit", "Middle after", "Nine in ten after", "Middle before", "Nine in ten before", "Narrower by")
    numbers = NumberTable("Parameters before and after the fit", head, rows)
    caption = (
        "Each row has the scale of its prior: pale, where nine draws in ten lay before the fit; darker, where they lie after it. A dark bar as "
        "wide as the pale one means that the figures say nothing of that parameter by itself."
    )
    said = "; ".join(
        f"{p.name} {p.told(p.p50)} ({p.range(p.p05, p.p95)}), before {p.range(p.prior_p05, p.prior_p95)}" for p in own
    )
    return Picture(
        "calibration-parameters",
        "Parameters before and after",
        parameters_chart(title, own),
        caption,
        f"{title}. {said}.",
        numbers,
    )


def _series(number: int, name: str, bands: dict[str, pd.DataFrame], own: list[Point], until: float | None) -> Picture:
    off = [p for p in own if p.stands != "inside"]
    all_of = "the one figure lies" if len(own) == 1 else f"all {len(own)} figures lie"
    title = (
        f"{name}: {all_of} in the fitted band, errors taken in"
        if not off
        else f"{name}: {len(off)} of {count_of(len(own), 'figure')} outside the fitted band, errors taken in"
    )
    rows = tuple(
        (
            date_words(p.time, closing=True),
            "kept apart" if p.held else "fitted",
            p.scale.told(p.figure),
            p.scale.told(p.best),
            p.scale.range(p.p05, p.p95),
            p.scale.range(p.low, p.high),
            p.scale.range(p.prior_p05, p.prior_p95),
            p.stands,
        )
        for p in own
    )
    head = ("Date", "Use", "Figure", "Best fit", "Model, nine in ten", "With errors", "Model before the fit", "Stands")
    numbers = NumberTable(f"{name} against the fit", head, rows, (1, 7))
    caption = (
        "The band is that of the model alone; a figure is judged by the band with its error in it, which is wider. Uprights are nine tenths of "
        "the stated error. Figures in the shaded time were not used."
    )
    said = "; ".join(f"{r[0]} ({r[1]}): {r[2]}, {r[7]}" for r in rows)
    figure = series_chart(title, bands[name], own, math.inf if until is None else until)
    return Picture(f"calibration-{number}", f"{name} against the fit", figure, caption, f"{title}. {said}.", numbers)


def _directions(result: StudyResult) -> NumberTable:
    """The combinations that the figures say something of; what is left has no direction of its own."""
    found = directions(result)
    rows = []
    for d in (d for d in found if d.information >= LITTLE):
        parts = listing([f"{input_name(result, n)} ({told_rank(w)})" for n, w in d.parts])
        rows.append(
            (str(d.number), parts, amount(d.information), percent(d.narrower), "the figures" if d.known else "the priors")
        )
    rest = len(found) - len(rows)
    if rest:
        rows.append(("others", f"{rest} across these", f"below {LITTLE:g}", "below 1%", "the priors"))
    head = ("Number", "Combination (weights)", "Information", "Narrower by", "Known more from")
    caption = "Combinations of parameters, the best known first; the information of the priors is 1, and weights are in standard deviations of the priors"
    return NumberTable(caption, head, tuple(rows), (1, 4))


def _pairs(result: StudyResult) -> NumberTable:
    found = pairs(result)[:MOST_PAIRS]
    rows = tuple(
        (
            f"{p.one} and {p.other}",
            told_rank(p.rank),
            f"{told_rank(p.low)} to {told_rank(p.high)}",
            "not told apart" if p.tied else "–",
        )
        for p in found
    )
    head = ("Pair", "Rank correlation", "95% interval", "The figures")
    return NumberTable("Parameters that go together after the fit, the closest first", head, rows, (3,))
