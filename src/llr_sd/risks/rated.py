"""From losses to ratings, and the tables of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.errors import InputError
from llr_sd.rating import Place, Rating
from llr_sd.register import REST, Risk
from llr_sd.risks.losses import Floats, Losses
from llr_sd.risks.prepared import PreparedRegister

if TYPE_CHECKING:
    import pandas as pd


def rate(prepared: PreparedRegister, losses: Losses, central: Losses) -> list[Rating]:
    """Rate every loss; the verdicts come once it is known what each rating hangs on."""
    found = []
    for (risk, ladder, date), own in losses.items():
        r = prepared.register.risk_of(risk)
        middle = float(central[risk, ladder, date][0])
        made_up = prepared.illustrative(r, ladder)
        place = place_of(prepared, r, ladder, own)
        found.append(Rating(risk, ladder, date, place, prepared.published(r), central=middle, illustrative=made_up))
    return found


def place_of(prepared: PreparedRegister, risk: Risk, ladder: str, losses: Floats) -> Place:
    """Return where the losses of a risk lie on the matrix; runs that give none are left out."""
    good = losses[np.isfinite(losses)]
    if not len(good):
        raise InputError(
            "no run gives a loss: all failed, or what the loss is a share of is never above zero.",
            where=prepared.register.where(risk, f"ladder > {ladder}"),
        )
    shares = prepared.register.shares(risk, ladder)
    return analysis.rate_runs(good, shares, prepared.matrix, _resamples(prepared.study.seed, len(good)))


@lru_cache(maxsize=2)
def _resamples(seed: int, runs: int) -> NDArray[np.int64]:
    return sampling.resamples(seed, "ratings", runs)


def judged(prepared: PreparedRegister, r: Rating, drivers: pd.DataFrame, outside: pd.DataFrame) -> Rating:
    """Return a rating with its verdict, and with the share of its group's total indices of the loss that grade-C judgement carries.

    What to measure first is the judgement of the group that carries most, or one outside the group whose squared rank correlation with
    the loss is greater still.
    """
    here = (drivers["risk"] == r.risk) & (drivers["ladder"] == r.ladder) & (drivers["quantity"] == "loss")
    own = drivers[here & (drivers["input"] != REST)]
    total = own["ST"].clip(lower=0.0)
    share, measure = np.nan, ""
    if len(own) and not total.isna().any() and total.sum() > 0:
        judgement = total[own["grade"] == "C"]
        inside = float(judgement.max()) if len(judgement) else 0.0
        beyond = outside[(outside["risk"] == r.risk) & (outside["ladder"] == r.ladder) & (outside["grade"] == "C")]
        share = float(judgement.sum() / total.sum())
        if len(beyond) and float(beyond["rank_correlation"].iloc[0]) ** 2 > inside:
            measure = str(beyond["label"].iloc[0])
        elif inside > 0:
            measure = str(own["label"].to_numpy()[np.argmax(np.where(own["grade"] == "C", total, -1.0))])
    verdict, face = analysis.verdict(r.place, r.published, prepared.matrix, share)
    return replace(r, verdict=verdict, face=face, judged=share, measure=measure)


def exceedance_table(prepared: PreparedRegister, ratings: Sequence[Rating]) -> pd.DataFrame:
    """Return p_c of every consequence with its interval and the likelihood that it stands for."""
    import pandas as pd

    rows, register = [], prepared.register
    for r in ratings:
        found, risk = r.place.exceedance, register.risk_of(r.risk)
        parts = {"probability": found.probability, "low": found.low, "high": found.high}
        levels = {
            f"likelihood{end}": analysis.likelihoods(p, prepared.matrix)
            for end, p in zip(("", "_low", "_high"), parts.values(), strict=True)
        }
        stake, unit = register.stake(risk, r.ladder), risk.ladder[r.ladder].unit or register.ladder[r.ladder].unit
        for i, share in enumerate(analysis.thresholds(register.shares(risk, r.ladder))):
            row = {"risk": r.risk, "ladder": r.ladder, "horizon": r.date, "consequence": i + 1, "threshold_share": share}
            row |= {"threshold": share * stake if isinstance(stake, float) else np.nan, "unit": unit}
            rows.append(row | {k: v[i] for k, v in (parts | levels).items()} | {"runs": found.runs})
    return pd.DataFrame(rows)


def curve_table(prepared: PreparedRegister, losses: Losses) -> pd.DataFrame:
    """Return the exceedance curve of every loss on the scale of consequences."""
    import pandas as pd

    frames = []
    for (risk, ladder, date), own in losses.items():
        shares = prepared.register.shares(prepared.register.risk_of(risk), ladder)
        curve = analysis.exceedance_curve(own[np.isfinite(own)], shares)
        named = dict(zip(("position", "share", "probability", "low", "high"), curve, strict=True))
        frames.append(pd.DataFrame({"risk": risk, "ladder": ladder, "horizon": date} | named))
    return pd.concat(frames, ignore_index=True)


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
            "score": matrix.score(i, j),
            "level": matrix.level_of(matrix.score(i, j)),
            "level_rank": matrix.level_rank(matrix.score(i, j)),
            "agreement": matrix.agreement[matrix.agreement_of(matrix.score(i, j))].words,
            "least": matrix.least,
        }
        for i, band in enumerate(matrix.rows, 1)
        for j, label in enumerate(matrix.consequence, 1)
    ]
    return {
        "risks": pd.DataFrame(risks),
        "ladders": pd.DataFrame(ladders),
        "measures": pd.DataFrame(measures, columns=["risk", "mitigation", "sets", "note"]),
        "matrix": pd.DataFrame(cells),
    }
