"""The picture beside the answer about a risk log: each published score and the model's, on the main scale."""

from __future__ import annotations

from llr_sd.report.outcome.strips import Bar, Row, Strip
from llr_sd.report.ratings.read import log
from llr_sd.report.shared.wording import short_names
from llr_sd.result import StudyResult

TICK = 1.2  # per cent of the width


def ratings_strip(result: StudyResult) -> Strip:
    """Return the log's score and the model's, one row for each risk.

    Parameters
    ----------
    result
        Of a study of a register.
    """
    found = log(result)
    own, top = found.on(found.main), max(max(row) for row in found.matrix.scores)
    names = short_names([found.called(risk) for risk in found.register.risk], 60)

    def place(score: float) -> float:
        return round(100 * score / (1.04 * top), 2)

    rows = []
    for risk in found.register.risk:
        published, r = found.of_risk(risk.id)[0].published, own.get(risk.id)
        bars = [Bar(place(published) - TICK / 2, TICK, "log")]
        if r is None:
            rows.append(Row(names[found.called(risk)], f"{published}, not rated", tuple(bars)))
            continue
        middle, low, high = r.place.score
        if r.place.open:
            bars.insert(0, Bar(place(low), place(high) - place(low), "band"))
        rows.append(Row(names[found.called(risk)], f"{published} → {middle} {r.verdict}", tuple(bars), place(middle)))
    key = [("log", "score in the log"), ("dot", "score by the model")]
    if any(r.place.open for r in own.values()):
        key.append(("band", "its 95% interval"))
    ticks = tuple((place(v), str(v)) for v in range(0, top + 1, 5))
    return Strip(f"Score of each risk on the scale “{found.ladders[found.main].label}”", tuple(rows), ticks, tuple(key))
