"""What a workbook of ratings holds: the sheets in order, and what each is."""

from __future__ import annotations

import pandas as pd

from llr_sd.report.ratings.read import rows_of
from llr_sd.report.ratings.words import MEANINGS
from llr_sd.report.shared.wording import date_words
from llr_sd.result import StudyResult

SHEETS = {
    "Ratings": (
        "ratings",
        "One row for each risk, scale (ladder) and date: likelihood × consequence = score with 95% intervals, the level, and the verdict on the published "
        "score, given for the first date. settle_runs: runs that would settle a score; grade_c_share: the share resting on judgement.",
    ),
    "Exceedance": (
        "exceedance",
        "The chance that the loss reaches the threshold of each consequence, with its 95% interval and the likelihood that it stands for.",
    ),
    "Stability": (
        "stability",
        "The ratings made again with one thing changed: likelihood bands, the likelihood a step up or down, the scale (ladder), the range of "
        "a judgement doubled, or the reading of the loss; changed says whether level or verdict differ.",
    ),
    "Movement": (
        "movement",
        "Original, reviewed and movement, as the log has them: kind “log” as published, “mitigation” with one of the log’s, "
        "“forward” at a later date.",
    ),
    "Mitigations": ("measures", "What each mitigation of the log sets in the models, and on what belief."),
    "Drivers": (
        "drivers",
        "Sobol indices of each risk’s loss, and of whether the consequence of its rating is reached: S1 alone, ST in total; shares of the variance.",
    ),
    "Boxes": (
        "boxes",
        "Where in its inputs each risk is at its worst: the consequence that is reached there or passed, the share of all runs that reach it, "
        "and density and coverage; an empty limit is open.",
    ),
    "Register": ("risks", "The risks as the register has them, with what is published and how each is measured."),
    "Matrix": ("matrix", "The matrix: likelihoods with their bands of probability, consequences, scores and levels."),
    "Parameters": ("parameters", "The inputs that vary between runs. Grades: A source document, B literature, C judgement."),
}
VERDICTS_NOTE = "; ".join(f"{verdict}: {meaning}" for verdict, meaning in MEANINGS.items())


def sheets(result: StudyResult) -> list[tuple[str, pd.DataFrame]]:
    """Return the sheets of a workbook of ratings by title; a date in words stands beside each time, and the risk's title beside its id."""
    return [(title, _told(result, rows_of(result, name))) for title, (name, _) in SHEETS.items()]


def _told(result: StudyResult, rows: pd.DataFrame) -> pd.DataFrame:
    titles = dict(rows_of(result, "risks", "risk", "title")[["risk", "title"]].itertuples(index=False))
    rows = rows.copy()
    if "risk" in rows and "title" not in rows:
        rows.insert(list(rows.columns).index("risk") + 1, "title", [titles[r] for r in rows["risk"]])
    if "horizon" in rows:
        words = [date_words(float(t), closing=True) for t in rows["horizon"]]
        rows.insert(list(rows.columns).index("horizon") + 1, "date", words)
    return rows
