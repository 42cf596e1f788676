"""The part of a report that holds a model against what was published."""

from __future__ import annotations

from llr_sd.report.backtest.charts import published_chart
from llr_sd.report.backtest.read import Figure, Standing, counts, drawn_scenarios, figures
from llr_sd.report.backtest.words import (
    count_sentences,
    error_sentence,
    miss_sentences,
    rank_words,
    unjudged_sentences,
)
from llr_sd.report.shared.parts import NumberTable, Picture, Section
from llr_sd.report.shared.wording import NONE, date_words, listing, the_close
from llr_sd.result import StudyResult

HEADING = "Against what was published"


def backtest_section(result: StudyResult) -> Section | None:
    """Return the section on published figures; None without any."""
    found = figures(result)
    if not found:
        return None
    said = (*count_sentences(result), *miss_sentences(result), *unjudged_sentences(result), error_sentence(result))
    numbers = NumberTable(
        "Published figures beside the runs",
        ("Series", "When", "Published", "Standard error", "Scenario", "Nine runs in ten", "Central", "Runs below", "Stands"),
        tuple(_row(f, s) for f in found for s in f.standings),
        (1, 4, 8),
    )
    drawing = published_chart(result, _title(result))
    pictures: tuple[Picture, ...] = ()
    if drawing is not None:
        text = f"A panel for each series and scenario, with the band of the runs and the published figures. {' '.join(said)}"
        pictures = (Picture("published", HEADING, drawing, _caption(found), text, numbers),)
    return Section("published", HEADING, said, pictures, (_sources(result),))


def _title(result: StudyResult) -> str:
    """How many figures each scenario holds, as a title."""
    whole = [c for c in counts(result) if not c.series]
    if not whole:
        return "Published figures beside the runs"
    if len({(c.figures, c.missed) for c in whole}) == 1 and len(whole) == len(drawn_scenarios(result)):
        one = whole[0]
        where = "" if len(whole) == 1 else " in every scenario"
        held = one.figures - one.missed
        return (
            f"{held} of {one.figures} published figures {'lies' if held == 1 else 'lie'} in the band of nine runs in ten{where}"
        )
    each = listing([f"{c.figures - c.missed} of {c.figures} in “{c.scenario}”" for c in whole])
    return f"Published figures in the band of nine runs in ten: {each}"


def _caption(found: tuple[Figure, ...]) -> str:
    text = "Half of the runs lie in the dark band and nine in ten in the pale one."
    if any(f.error for f in found):
        text += " An upright is the 90% interval of a figure; inside or outside is judged with it taken in."
    bases = list(dict.fromkeys(the_close(f.scale.base) for f in found if f.scale.relative))
    if bases:
        text += f" Series in another unit or definition are compared by their change since {listing(bases)}, in the figures and in each run."
    return text


def _row(figure: Figure, standing: Standing) -> tuple[str, ...]:
    scale = figure.scale
    return (
        figure.series,
        date_words(figure.time, closing=True),
        f"{figure.published} ({scale.told(figure.compared)})" if scale.relative else figure.published,
        scale.distance(figure.error) if figure.error else NONE,
        standing.scenario,
        scale.range(standing.low, standing.high),
        scale.bare(standing.central),
        rank_words(standing.rank),
        standing.stands or standing.note,
    )


def _sources(result: StudyResult) -> NumberTable:
    """Where the figures come from, and what the model counts beside them."""
    rows = []
    for one in result.study.observed:
        held = " + ".join(result.study.outputs[o].label or o for o in one.output)
        rows.append((one.name, held, one.grade or NONE, one.source or NONE, one.note or NONE))
    head = ("Series", "Held against", "Grade", "Source", "Note")
    return NumberTable("Where the figures come from", head, tuple(rows), (1, 2, 3, 4))
