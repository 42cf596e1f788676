"""What a rating hangs on: the inputs that drive it, where it is red, how it moves with other bands, ranges, readings, dates, mitigations."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.design import Design
from llr_sd.register import REST, Matrix, Risk
from llr_sd.risks.prepared import PreparedRegister
from llr_sd.risks.rated import Rated, rate
from llr_sd.risks.readings import Floats, Readings
from llr_sd.risks.samples import ALL
from llr_sd.run.prepare import Sample

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NO_BOXES = "The boxes in words were left out: they need the EMA Workbench (`pip install 'llr-sd[discovery]'`)."
LOG = "log"


def sobol_table(
    prepared: PreparedRegister,
    rated: list[Rated],
    saltelli: Mapping[str, tuple[Design, Mapping[str, Sample]]],
    runs: Mapping[str, xr.Dataset],
) -> pd.DataFrame:
    """Return Sobol indices of each risk's loss, and of whether the consequence of its rating is reached, on each ladder.

    Inputs are the parameters of the risk's group, and everything else together.
    """
    import pandas as pd
    import xarray as xr

    frames = []
    for risk in prepared.register.risk:
        design, samples = saltelli[risk.id]
        readings = Readings(prepared, {m: runs[s.name] for m, s in samples.items()})
        found: dict[str, Floats] = {}
        own = [r for r in rated if r.risk.id == risk.id]
        for r in own:
            loss = readings.loss(risk, r.ladder, r.date)
            reached = analysis.consequences(loss, r.shares) >= r.rating.consequence[0]
            found |= {f"loss, {r.ladder}": loss, f"exceedance, {r.ladder}": np.where(np.isfinite(loss), reached, np.nan)}
        ok = np.logical_and.reduce([np.isfinite(v) for v in found.values()])
        dims = ("scenario", "run")
        data = {name: (dims, values[None]) for name, values in (found | {"ok": ok}).items()}
        again = sampling.resamples(prepared.study.seed, f"ratings\0{risk.id}", design.plan.replicates if design.plan else 1)
        dataset = xr.Dataset(data, coords={"scenario": [risk.id]})
        frames.append(analysis.sobol_table(design, dataset, dict.fromkeys(found, own[0].date), again))
    return pd.concat(frames, ignore_index=True)


def driver_table(prepared: PreparedRegister, indices: pd.DataFrame) -> pd.DataFrame:
    """Return the indices of `sobol_table` one row an input, with its label and the grade of its evidence."""
    import pandas as pd

    about = {(r.id, p.name): p for r in prepared.register.risk for p, _ in prepared.group(r)}
    rows = []
    for (risk, output, name), part in indices.groupby(["scenario", "output", "input"], sort=False):
        quantity, _, ladder = str(output).partition(", ")
        parameter = about.get((str(risk), str(name)))
        row: dict[str, object] = {"risk": risk, "ladder": ladder, "quantity": quantity, "input": name}
        row |= {"label": parameter.called if parameter else name, "grade": parameter.grade if parameter else ""}
        for index in ("S1", "ST"):
            one = part[part["index"] == index].iloc[0]
            row |= {index: one["value"], f"{index}_low": one["low"], f"{index}_high": one["high"]}
        rows.append(row | {"note": part["note"].iloc[0]})
    return pd.DataFrame(rows)


def boxes(prepared: PreparedRegister, rated: list[Rated]) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Return where in its own inputs each risk is red on its first ladder: the boxes, their words, and what could not be found."""
    import pandas as pd

    there = importlib.util.find_spec("ema_workbench") is not None
    frames, words = [], []
    for r in (r for r in rated if r.ladder == prepared.main(r.risk) and there):
        design, names, units = _own_draws(prepared, r.risk)
        ok = np.isfinite(r.losses)
        reached = np.where(ok, analysis.consequences(r.losses, r.shares), 0)
        c = _telling(reached[ok], r.rating.consequence[0])
        if c:
            what = f"{r.risk.id} reaches consequence {c} ({prepared.matrix.consequence[c - 1]}) or worse"
            box = analysis.discover(design, reached >= c, ok, what=what, names=names, units=units)
            frames.append(box.to_frame().assign(scenario=r.risk.id, target=r.ladder))
            text = box.words
        else:
            text = f"{r.risk.id} has the same consequence in nearly every run, so that no box in its inputs tells good from bad."
        words.append((r.risk.id, r.ladder, "box", text))
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["input", "low", "high", "unit"])
    return found, pd.DataFrame(words, columns=["risk", "ladder", "topic", "text"]), () if there else (NO_BOXES,)


def _own_draws(prepared: PreparedRegister, risk: Risk) -> tuple[Design, dict[str, str], dict[str, str]]:
    """Return the draws of a risk's own group, by parameter name, with labels and units."""
    own = {p.name: p for p, _ in prepared.group(risk)}
    draws = _draws(prepared, risk)
    design = Design(tuple(own), np.column_stack([draws[n] for n in own]), "monte_carlo", prepared.study.seed)
    return design, {n: p.called for n, p in own.items()}, {n: p.unit for n, p in own.items()}


def _draws(prepared: PreparedRegister, risk: Risk) -> dict[str, Floats]:
    """Return the draws of every uncertain parameter of the models behind a risk's ratings, by parameter name."""
    found: dict[str, Floats] = {}
    for model in reversed(prepared.models_of(risk)):
        drawn = prepared.far[model].samples["monte_carlo"].design
        of = {p.variable: p.name for p, _ in prepared.far[model].uncertain}
        found |= {of[v]: drawn.values[:, i] for i, v in enumerate(drawn.names)}
    return found


def outside(prepared: PreparedRegister, rated: list[Rated], drivers: pd.DataFrame) -> pd.DataFrame:
    """Return, for ratings that inputs outside the risk's own group move more than those inside, which of those are most tied to the loss.

    Returns
    -------
    DataFrame
        Columns risk, ladder, carried (total index of everything else), input, label, grade, rank_correlation (Spearman's, with the loss
        over the Monte Carlo runs); the three most tied, strongest first.
    """
    import pandas as pd
    from scipy import stats

    rows = []
    for r in rated:
        own = drivers[(drivers["risk"] == r.risk.id) & (drivers["ladder"] == r.ladder) & (drivers["quantity"] == "loss")]
        inside, rest = (own[(own["input"] == REST) == there]["ST"].clip(lower=0.0).sum() for there in (False, True))
        if rest <= inside:
            continue
        about = {p.name: p for p, _ in prepared.uncertain(r.risk) if p.name not in r.risk.group}
        ok = np.isfinite(r.losses)
        draws = _draws(prepared, r.risk)
        tied = {n: float(stats.spearmanr(draws[n][ok], r.losses[ok]).statistic) for n in about}
        for name in [n for n in sorted(tied, key=lambda n: -abs(tied[n]))[:3] if abs(tied[n]) > 0.1]:
            row = {"risk": r.risk.id, "ladder": r.ladder, "carried": rest, "input": name, "label": about[name].called}
            rows.append(row | {"grade": about[name].grade, "rank_correlation": tied[name]})
    return pd.DataFrame(rows, columns=["risk", "ladder", "carried", "input", "label", "grade", "rank_correlation"])


def outside_words(found: pd.DataFrame) -> pd.DataFrame:
    """Say what moves the ratings that their own inputs do not."""
    import pandas as pd

    rows = []
    for (risk, ladder), part in found.groupby(["risk", "ladder"], sort=False):
        named = [f"{r.label} ({r.rank_correlation:+.2f}, grade {r.grade})".replace("-", "−") for r in part.itertuples()]
        text = (
            f"Inputs outside its own group carry {min(part['carried'].iloc[0], 1):.0%} of what moves {risk}. "
            f"Most tied to it, by rank correlation with its loss: {'; '.join(named)}."
        )
        rows.append((risk, ladder, "outside", text))
    return pd.DataFrame(rows, columns=["risk", "ladder", "topic", "text"])


def _telling(reached: NDArray[np.int64], rated: int) -> int:
    """Return the consequence to look for: that of the rating, or the nearest one that enough runs reach and enough do not; 0 for none."""
    for c in sorted(range(1, 6), key=lambda c: (abs(c - rated), -c)):
        if analysis.FEWEST <= (reached[::2] >= c).sum() <= len(reached[::2]) - analysis.FEWEST:
            return c
    return 0


# --- stability and movement ------------------------------------------------------------------------------------------------------


def stability_table(
    prepared: PreparedRegister, rated: list[Rated], drawn: Readings, wide: Mapping[tuple[str, str], Readings]
) -> pd.DataFrame:
    """Return how each rating held against the log stands under other bands, ladders, ranges of judgement and readings of its metric."""
    import pandas as pd

    labels = {(r.id, p.name): p.called for r in prepared.register.risk for p, _ in prepared.group(r)}
    rows = []
    for r in rated:
        p, matrix = r.rating.exceedance.probability, prepared.matrix
        others = [m for m in matrix.likelihood if m != matrix.bands]
        tried = [("bands", f"likelihood bands “{name}”", p, matrix.with_bands(name, ""), 0) for name in others]
        tried += [("step", f"likelihood one step {way}", p, matrix, by) for way, by in (("up", 1), ("down", -1))]
        for other in (o for o in rated if o.risk.id == r.risk.id and o.ladder != r.ladder):
            label = prepared.register.ladder[other.ladder].label
            tried.append(("ladder", f"ladder “{label}”", other.rating.exceedance.probability, matrix, 0))
        for (risk, name), readings in wide.items():
            if risk == r.risk.id:
                what = "of all judgements" if name == ALL else f"of “{labels[risk, name]}”"
                tried.append(
                    ("range", f"range {what} doubled", _probability(readings.loss(r.risk, r.ladder, r.date), r), matrix, 0)
                )
        if r.ladder == prepared.main(r.risk):
            for name, text in r.risk.reading.items():
                tried.append(("reading", name, _probability(drawn.loss(r.risk, r.ladder, r.date, text), r), matrix, 0))
        rows += [_stability_row(prepared, r, *t) for t in tried]
    return pd.DataFrame(rows)


def _probability(losses: Floats, r: Rated) -> Floats:
    return analysis.exceedance(analysis.consequences(losses[np.isfinite(losses)], r.shares)).probability


def _stability_row(
    prepared: PreparedRegister, r: Rated, kind: str, variation: str, probability: Floats, matrix: Matrix, step: int
) -> dict[str, object]:
    theirs = prepared.published(r.risk)
    likelihood, consequence, score = (int(v) for v in analysis.rate(probability, matrix, step))
    told, ours = (analysis.verdict_of(s, theirs, matrix) for s in (score, r.rating.score[0]))
    level = matrix.level_of(score)
    row = {"risk": r.risk.id, "ladder": r.ladder, "variation": variation, "kind": kind, "likelihood": likelihood}
    row |= {"consequence": consequence, "score": score, "level": level, "verdict": told}
    return row | {"changed": told != ours or level != matrix.level_of(r.rating.score[0])}


def movement_table(prepared: PreparedRegister, rated: list[Rated], drawn: Readings) -> pd.DataFrame:
    """Return original, reviewed and movement, as the log has them: as published, with each mitigation on, and at later dates."""
    import pandas as pd

    rows = []
    for risk in prepared.register.risk:
        own = [r for r in rated if r.risk.id == risk.id]
        rows.append(_log_row(prepared, risk))
        for first in (r for r in own if r.date == prepared.dates(risk)[0]):
            for m in risk.mitigation:
                losses = drawn.loss(risk, first.ladder, first.date, mitigation=m)
                rows.append(
                    _movement_row(prepared, "mitigation", first, rate(prepared, risk, first.ladder, first.date, losses), m.name)
                )
            later = [r for r in own if r.ladder == first.ladder and r.date != first.date]
            rows += [_movement_row(prepared, "forward", first, r, "") for r in later]
    return pd.DataFrame(rows)


def _log_row(prepared: PreparedRegister, risk: Risk) -> dict[str, object]:
    matrix = prepared.matrix
    then = (risk.likelihood, risk.consequence)
    now = (risk.reviewed_likelihood or then[0], risk.reviewed_consequence or then[1])
    scores = [matrix.scores[likelihood - 1][consequence - 1] for likelihood, consequence in (then, now)]
    named = ", ".join(m.name for m in risk.mitigation) or "none recorded"
    row = _row(prepared, LOG, risk, "", np.nan, (*then, scores[0]), named, (*now, scores[1]))
    return row | {"reviewed_low": np.nan, "reviewed_high": np.nan, "runs": 0}


def _movement_row(prepared: PreparedRegister, kind: str, first: Rated, then: Rated, mitigation: str) -> dict[str, object]:
    ends = [(r.rating.likelihood[0], r.rating.consequence[0], r.rating.score[0]) for r in (first, then)]
    row = _row(prepared, kind, first.risk, first.ladder, then.date, ends[0], mitigation, ends[1])
    _, low, high = then.rating.score
    return row | {"reviewed_low": low, "reviewed_high": high, "runs": then.rating.exceedance.runs}


def _row(
    prepared: PreparedRegister,
    kind: str,
    risk: Risk,
    ladder: str,
    date: float,
    original: tuple[int, int, int],
    mitigation: str,
    reviewed: tuple[int, int, int],
) -> dict[str, object]:
    row: dict[str, object] = {"risk": risk.id, "kind": kind, "ladder": ladder, "horizon": date, "cause": risk.title}
    row |= dict(zip(("original_likelihood", "original_impact", "original_rating"), original, strict=True))
    row |= {"level": prepared.matrix.level_of(original[2]), "mitigation": mitigation}
    row |= dict(zip(("reviewed_likelihood", "reviewed_impact", "reviewed_rating"), reviewed, strict=True))
    row |= {"reviewed_level": prepared.matrix.level_of(reviewed[2])}
    change = reviewed[2] - original[2]
    return row | {"movement": "up" if change > 0 else "down" if change < 0 else "unchanged"}
