"""How a rating would stand otherwise: under other bands, ladders, ranges and readings, at later dates, and with the log's measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from llr_sd import analysis
from llr_sd.matrix import Matrix
from llr_sd.rating import Rating
from llr_sd.register import Risk
from llr_sd.risks.losses import Floats, Readings
from llr_sd.risks.prepared import PreparedRegister
from llr_sd.risks.rated import place_of

if TYPE_CHECKING:
    import pandas as pd

Cell = tuple[int, int, int]
"""Likelihood, consequence and score."""


def stability_table(
    prepared: PreparedRegister, held: Sequence[Rating], drawn: Readings, wide: Mapping[tuple[str, str], Readings]
) -> pd.DataFrame:
    """Return how each rating held against the log stands when one thing is changed.

    Returns
    -------
    DataFrame
        One row a variation: risk, ladder, kind and variation (what it was changed to), then the rating, the verdict at face value, and
        whether level or verdict differ. Kinds and variations: "bands", by name; "step" of the likelihood, "up" or "down"; "ladder", by
        name; "range" doubled of a parameter, by name, or of "all" judgements; "reading" of the metric, by name.
    """
    import pandas as pd

    rows, register, matrix = [], prepared.register, prepared.matrix
    for r in held:
        risk, p = register.risk_of(r.risk), r.place.exceedance.probability
        tried = [("bands", name, p, matrix.with_bands(name, ""), 0) for name in matrix.likelihood if name != matrix.bands]
        tried += [("step", way, p, matrix, by) for way, by in (("up", 1), ("down", -1))]
        others = [o for o in held if o.risk == r.risk and o.ladder != r.ladder]
        tried += [("ladder", o.ladder, o.place.exceedance.probability, matrix, 0) for o in others]

        def again(losses: Floats, risk: Risk = risk, ladder: str = r.ladder) -> Floats:
            shares = register.shares(risk, ladder)
            return analysis.exceedance(analysis.consequences(losses[np.isfinite(losses)], shares)).probability

        wider = [(name, readings) for (of, name), readings in wide.items() if of == r.risk]
        tried += [("range", name, again(readings.loss(risk, r.ladder, r.date)), matrix, 0) for name, readings in wider]
        if r.ladder == register.ladders(risk)[0]:
            readings = risk.reading.items()
            tried += [("reading", name, again(drawn.loss(risk, r.ladder, r.date, text)), matrix, 0) for name, text in readings]
        rows += [_stability_row(r, *t) for t in tried]
    return pd.DataFrame(rows)


def _stability_row(r: Rating, kind: str, variation: str, probability: Floats, matrix: Matrix, step: int) -> dict[str, object]:
    likelihood, consequence, score = (int(v) for v in analysis.rate(probability, matrix, step))
    told, ours = (analysis.verdict_of(s, r.published, matrix) for s in (score, r.place.score[0]))
    level = matrix.level_of(score)
    row = {"risk": r.risk, "ladder": r.ladder, "variation": variation, "kind": kind, "likelihood": likelihood}
    row |= {"consequence": consequence, "score": score, "level": level, "verdict": told}
    return row | {"changed": told != ours or level != matrix.level_of(r.place.score[0])}


def movement_table(prepared: PreparedRegister, ratings: Sequence[Rating], drawn: Readings) -> pd.DataFrame:
    """Return original, reviewed and movement, as the log has them: as published, with each mitigation on, and at later dates."""
    import pandas as pd

    rows = []
    for risk in prepared.register.risk:
        own = [r for r in ratings if r.risk == risk.id]
        rows.append(_log_row(prepared, risk))
        for first in (r for r in own if r.date == prepared.register.dates(risk)[0]):
            moves = [
                ("mitigation", first.date, place_of(prepared, risk, first.ladder, losses), m.name)
                for m in risk.mitigation
                for losses in [drawn.loss(risk, first.ladder, first.date, mitigation=m)]
            ]
            moves += [("forward", r.date, r.place, "") for r in own if r.ladder == first.ladder and r.date != first.date]
            for kind, date, place, named in moves:
                ends: list[Cell] = [(p.likelihood[0], p.consequence[0], p.score[0]) for p in (first.place, place)]
                row = _row(prepared, kind, risk, first.ladder, date, ends[0], named, ends[1])
                _, low, high = place.score
                rows.append(row | {"reviewed_low": low, "reviewed_high": high, "runs": place.exceedance.runs})
    return pd.DataFrame(rows)


def _log_row(prepared: PreparedRegister, risk: Risk) -> dict[str, object]:
    then = (risk.likelihood, risk.consequence)
    now = (risk.reviewed_likelihood or then[0], risk.reviewed_consequence or then[1])
    cells: list[Cell] = [(*cell, prepared.matrix.score(*cell)) for cell in (then, now)]
    named = ", ".join(m.name for m in risk.mitigation) or "none recorded"
    row = _row(prepared, "log", risk, "", np.nan, cells[0], named, cells[1])
    return row | {"reviewed_low": np.nan, "reviewed_high": np.nan, "runs": 0}


def _row(
    prepared: PreparedRegister, kind: str, risk: Risk, ladder: str, date: float, original: Cell, mitigation: str, reviewed: Cell
) -> dict[str, object]:
    row: dict[str, object] = {"risk": risk.id, "kind": kind, "ladder": ladder, "horizon": date, "cause": risk.title}
    row |= dict(zip(("original_likelihood", "original_impact", "original_rating"), original, strict=True))
    row |= {"level": prepared.matrix.level_of(original[2]), "mitigation": mitigation}
    row |= dict(zip(("reviewed_likelihood", "reviewed_impact", "reviewed_rating"), reviewed, strict=True))
    row |= {"reviewed_level": prepared.matrix.level_of(reviewed[2])}
    change = reviewed[2] - original[2]
    return row | {"movement": "up" if change > 0 else "down" if change < 0 else "unchanged"}
