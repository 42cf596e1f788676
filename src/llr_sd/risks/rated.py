"""Ratings of risks and their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.errors import InputError
from llr_sd.register import REST, Risk
from llr_sd.risks.prepared import PreparedRegister
from llr_sd.risks.readings import Floats, Readings

if TYPE_CHECKING:
    import pandas as pd

Losses = Mapping[float, Mapping[str, Floats]]
"""By date and by risk and ladder ("R001 capacity"): the loss of every run, a share of what is at stake; NaN where a run failed."""


@dataclass(frozen=True)
class Rated:
    """One rating of a risk on a ladder at a date, with the losses of all runs behind it, shape (run,)."""

    risk: Risk
    ladder: str
    date: float
    losses: Floats
    shares: tuple[float, float, float, float]
    rating: analysis.Rating


def places(prepared: PreparedRegister) -> list[tuple[Risk, str, float]]:
    """Return every risk, ladder and date that is rated, ladders in the register's order."""
    ladders = prepared.register.ladder
    return [(r, k, d) for r in prepared.register.risk for k in ladders if k in r.ladder for d in prepared.dates(r)]


def losses_of(prepared: PreparedRegister, readings: Readings) -> Losses:
    """Return the losses at every place."""
    found: dict[float, dict[str, Floats]] = {}
    for risk, ladder, date in places(prepared):
        found.setdefault(date, {})[f"{risk.id} {ladder}"] = readings.loss(risk, ladder, date)
    return dict(sorted(found.items()))


def rate(prepared: PreparedRegister, risk: Risk, ladder: str, date: float, losses: Floats) -> Rated:
    """Rate the losses of a risk; runs that failed are left out."""
    shares = prepared.shares(risk, ladder)
    good = losses[np.isfinite(losses)]
    if not len(good):
        raise InputError(
            "no run gives a loss: all failed, or what the loss is a share of is never above zero.",
            where=prepared.where(risk, f"ladder > {ladder}"),
        )
    rating = analysis.rate_runs(good, shares, prepared.matrix, _resamples(prepared.study.seed, len(good)))
    return Rated(risk, ladder, date, losses, shares, rating)


@lru_cache(maxsize=2)
def _resamples(seed: int, runs: int) -> NDArray[np.int64]:
    return sampling.resamples(seed, "ratings", runs)


def lost(rated: list[Rated]) -> list[str]:
    """Say which ratings leave runs out, and how many."""
    found = [(r, int(np.isnan(r.losses).sum())) for r in rated]
    return [
        f"{r.risk.id}, {r.ladder}, {r.date:g}: {n} of {len(r.losses)} runs give no loss and are left out." for r, n in found if n
    ]


def register_tables(prepared: PreparedRegister) -> dict[str, pd.DataFrame]:
    """Return the register, its ladders, its measures and its matrix as tables."""
    import pandas as pd

    register, matrix = prepared.register, prepared.matrix
    risks = [
        {
            "risk": r.id,
            "title": r.title,
            "wording": r.wording,
            "published_likelihood": r.likelihood,
            "published_consequence": r.consequence,
            "published_score": prepared.published(r),
            "published_level": matrix.level_of(prepared.published(r)),
            "group": ", ".join(r.group),
            "models": ", ".join(prepared.uses[r.id]),
            "metric": r.metric,
            "note": r.note,
        }
        for r in register.risk
    ]
    ladders = [{"ladder": k, "label": v.label, "text": v.text, "unit": v.unit} for k, v in register.ladder.items()]
    measures = [
        (r.id, m.name, "; ".join(f"{name} = {value:g}" for name, value in m.set.items()), m.note)
        for r in register.risk
        for m in r.mitigation
    ]
    cells = [
        {
            "likelihood": i,
            "likelihood_label": band.label,
            "likelihood_from": band.from_,
            "likelihood_to": band.to,
            "consequence": j,
            "consequence_label": label,
            "score": matrix.scores[i - 1][j - 1],
            "level": matrix.level_of(matrix.scores[i - 1][j - 1]),
            "level_rank": matrix.level_rank(matrix.scores[i - 1][j - 1]),
            "agreement": matrix.agreement_words(matrix.scores[i - 1][j - 1]),
            "least": matrix.least,
        }
        for i, band in enumerate(matrix.likelihood[matrix.bands], 1)
        for j, label in enumerate(matrix.consequence, 1)
    ]
    return {
        "risks": pd.DataFrame(risks),
        "ladders": pd.DataFrame(ladders),
        "measures": pd.DataFrame(measures, columns=["risk", "mitigation", "sets", "note"]),
        "matrix": pd.DataFrame(cells),
    }


def rating_table(
    prepared: PreparedRegister, rated: list[Rated], drivers: pd.DataFrame, outside: pd.DataFrame, central: Losses
) -> pd.DataFrame:
    """Return one row a rating; the verdict, and what it hangs on, stand at the date that is held against the log."""
    import pandas as pd

    rows = []
    for r in rated:
        held = r.date == prepared.dates(r.risk)[0]
        judged, measure = _judgement(drivers, outside, r) if held else (np.nan, "")
        theirs, matrix = prepared.published(r.risk), prepared.matrix
        told, face = analysis.verdict(r.rating, theirs, matrix, judged) if held else ("", "")
        row: dict[str, object] = {"risk": r.risk.id, "ladder": r.ladder, "horizon": r.date}
        for name in ("likelihood", "consequence", "score"):
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), getattr(r.rating, name), strict=True))
        level, low, high = (matrix.level_of(s) for s in r.rating.score)
        row |= {"level": level, "published_score": theirs, "verdict": told, "runs": r.rating.exceedance.runs}
        row |= {"level_low": low, "level_high": high, "at_face_value": face, "grade_c_share": judged, "measure_first": measure}
        row |= {"settle_runs": r.rating.settle, "central_share": float(central[r.date][f"{r.risk.id} {r.ladder}"][0])}
        row |= {"illustrative": prepared.illustrative(r.risk, r.ladder)}
        rows.append(row)
    return pd.DataFrame(rows)


def _judgement(drivers: pd.DataFrame, outside: pd.DataFrame, r: Rated) -> tuple[float, str]:
    """Return the share of a group's total indices of the loss that grade-C judgement carries, and which judgement to measure first.

    That is the one of the group that carries most, or one outside the group whose squared rank correlation with the loss is greater still.
    """
    here = (drivers["risk"] == r.risk.id) & (drivers["ladder"] == r.ladder) & (drivers["quantity"] == "loss")
    own = drivers[here & (drivers["input"] != REST)]
    total = own["ST"].clip(lower=0.0)
    if own.empty or total.isna().any() or total.sum() == 0:
        return np.nan, ""
    judged = total[own["grade"] == "C"]
    beyond = outside[(outside["risk"] == r.risk.id) & (outside["ladder"] == r.ladder) & (outside["grade"] == "C")]
    inside = float(judged.max()) if len(judged) else 0.0
    if len(beyond) and float(beyond["rank_correlation"].iloc[0]) ** 2 > inside:
        measure = str(beyond["label"].iloc[0])
    else:
        measure = str(own["label"].to_numpy()[np.argmax(np.where(own["grade"] == "C", total, -1.0))]) if inside > 0 else ""
    return float(judged.sum() / total.sum()), measure


def exceedance_table(prepared: PreparedRegister, rated: list[Rated]) -> pd.DataFrame:
    """Return p_c of every consequence with its interval and the likelihood that it stands for."""
    import pandas as pd

    rows = []
    for r in rated:
        found, own = r.rating.exceedance, r.risk.ladder[r.ladder]
        parts = {"probability": found.probability, "low": found.low, "high": found.high}
        levels = {
            f"likelihood{end}": analysis.likelihoods(p, prepared.matrix)
            for end, p in zip(("", "_low", "_high"), parts.values(), strict=True)
        }
        stake = prepared.stake_number(r.risk, r.ladder)
        for i, share in enumerate(analysis.thresholds(r.shares)):
            row = {"risk": r.risk.id, "ladder": r.ladder, "horizon": r.date, "consequence": i + 1, "threshold_share": share}
            row |= {"threshold": share * stake, "unit": own.unit or prepared.register.ladder[r.ladder].unit}
            rows.append(row | {k: v[i] for k, v in (parts | levels).items()} | {"runs": found.runs})
    return pd.DataFrame(rows)


def curve_table(rated: list[Rated]) -> pd.DataFrame:
    """Return the exceedance curve of every rating on the scale of consequences."""
    import pandas as pd

    frames = []
    for r in rated:
        names = ("position", "share", "probability", "low", "high")
        curve = analysis.exceedance_curve(r.losses[np.isfinite(r.losses)], r.shares)
        frame = pd.DataFrame({"risk": r.risk.id, "ladder": r.ladder, "horizon": r.date} | dict(zip(names, curve, strict=True)))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
