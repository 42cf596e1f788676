"""The picture beside the answer about a risk log: each published score and the model's, on the first ladder."""

from __future__ import annotations

from llr_sd.report.outcome.strips import Bar, Row, Strip
from llr_sd.report.ratings.read import held, ladders, matrix, risks
from llr_sd.report.shared.wording import short_names
from llr_sd.result import StudyResult

TICK = 1.2  # per cent of the width


def ratings_strip(result: StudyResult) -> Strip | None:
    """Return the log's score and the model's of each risk, a row a risk; None where no ladder rates any.

    Parameters
    ----------
    result
        Of a study of a register.
    """
    if not ladders(result) or not held(result, ladders(result)[0].name):
        return None
    ladder = ladders(result)[0]
    found = held(result, ladder.name)
    top = max(max(row) for row in matrix(result).scores)
    names = short_names([r.called for r in risks(result)], 60)

    def place(score: float) -> float:
        return round(100 * score / (1.04 * top), 2)

    rows = []
    for risk in risks(result):
        rating = found.get(risk.id)
        bars = [Bar(place(risk.score) - TICK / 2, TICK, "log")]
        if rating is None:
            rows.append(Row(names[risk.called], f"{risk.score}, not rated", tuple(bars)))
            continue
        middle, low, high = rating.score
        if rating.open:
            bars.insert(0, Bar(place(low), place(high) - place(low), "band"))
        rows.append(Row(names[risk.called], f"{risk.score} → {middle} {rating.verdict}", tuple(bars), place(middle)))
    key = [("log", "score in the log"), ("dot", "score by the model")]
    if any(r.open for r in found.values()):
        key.append(("band", "its 95% interval"))
    ticks = tuple((place(v), str(v)) for v in range(0, top + 1, 5))
    return Strip(f"Score of each risk, {ladder.label}", tuple(rows), ticks, tuple(key))
