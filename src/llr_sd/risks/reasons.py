"""What a rating hangs on: the inputs that drive it, those outside its group, and where in its inputs the risk is at its worst."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.design import Design
from llr_sd.rating import Rating
from llr_sd.register import REST, Risk
from llr_sd.risks.losses import Floats, Losses, Readings
from llr_sd.risks.prepared import PreparedRegister
from llr_sd.run.prepare import Sample, correlations

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TIED = 0.1
"""An input whose rank correlation with a loss is within this of zero is not said to be tied to it."""
BOX_COLUMNS = [
    "input",
    "low",
    "high",
    "unit",
    "density",
    "density_low",
    "density_high",
    "coverage",
    "coverage_low",
    "coverage_high",
]


def sobol_table(
    prepared: PreparedRegister,
    held: Sequence[Rating],
    saltelli: Mapping[str, tuple[Design, Mapping[str, Sample]]],
    read: Callable[[Sample], xr.Dataset],
) -> pd.DataFrame:
    """Return Sobol indices of each risk's loss, and of whether the consequence of its rating is reached, on each ladder.

    Inputs are the parameters of the risk's group, and everything else together. `read` gives the runs of a sample.
    """
    import pandas as pd
    import xarray as xr

    frames = []
    for risk in prepared.register.risk:
        design, samples = saltelli[risk.id]
        readings = Readings(prepared, {m: read(s) for m, s in samples.items()})
        found: dict[str, Floats] = {}
        own = [r for r in held if r.risk == risk.id]
        for r in own:
            loss = readings.loss(risk, r.ladder, r.date)
            shares = prepared.register.shares(risk, r.ladder)
            reached = analysis.consequences(loss, shares) >= r.place.consequence[0]
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


def outside_table(prepared: PreparedRegister, held: Sequence[Rating], losses: Losses, drivers: pd.DataFrame) -> pd.DataFrame:
    """Return, for ratings that inputs outside the risk's own group move more than those inside, which of those are most tied to the loss.

    Returns
    -------
    DataFrame
        Columns risk, ladder, carried (total index of everything else), input, label, grade, rank_correlation (Spearman's, with the loss
        over the Monte Carlo runs); the three most tied, strongest first. One that is tied only through an input with which the
        register correlates it is left out: its partial rank correlation, given that input, is within `TIED` of zero.
    """
    import pandas as pd
    from scipy import stats

    rows = []
    for r in held:
        own = drivers[(drivers["risk"] == r.risk) & (drivers["ladder"] == r.ladder) & (drivers["quantity"] == "loss")]
        inside, rest = (own[(own["input"] == REST) == there]["ST"].clip(lower=0.0).sum() for there in (False, True))
        if rest <= inside:
            continue
        risk, loss = prepared.register.risk_of(r.risk), losses[r.at]
        about = {p.name: p for p, _ in prepared.uncertain(risk) if p.name not in risk.group}
        ok, draws = np.isfinite(loss), _draws(prepared, risk)
        lost, ranks = stats.rankdata(loss[ok]), {n: stats.rankdata(draws[n][ok]) for n in draws}
        tied = {n: float(np.corrcoef(ranks[n], lost)[0, 1]) for n in about}
        strongest = sorted((n for n in tied if abs(tied[n]) > TIED), key=lambda n: -abs(tied[n]))
        partners = _partners(prepared, risk)
        for name in [n for n in strongest if abs(tie_beyond(ranks[n], lost, [ranks[k] for k in partners.get(n, ())])) > TIED][:3]:
            row = {"risk": r.risk, "ladder": r.ladder, "carried": rest, "input": name, "label": about[name].called}
            rows.append(row | {"grade": about[name].grade, "rank_correlation": tied[name]})
    return pd.DataFrame(rows, columns=["risk", "ladder", "carried", "input", "label", "grade", "rank_correlation"])


def box_table(prepared: PreparedRegister, held: Sequence[Rating], losses: Losses) -> pd.DataFrame:
    """Return where in its own inputs each risk is at its worst, on its main ladder.

    Returns
    -------
    DataFrame
        One row a limit: risk, ladder, consequence (reached or passed in the box), share (of all runs that reach it), then the columns of
        `analysis.Box.to_frame`. A risk has one row without an input where no box gathers its runs, with consequence 0 where nearly
        every run has the same one. Empty where the EMA Workbench is not there.
    """
    import pandas as pd

    register, frames = prepared.register, []
    for r in held if importlib.util.find_spec("ema_workbench") is not None else ():
        risk, loss = register.risk_of(r.risk), losses[r.at]
        if r.ladder != register.ladders(risk)[0]:
            continue
        ok = np.isfinite(loss)
        reached = np.where(ok, analysis.consequences(loss, register.shares(risk, r.ladder)), 0)
        c, share, limits = _telling(reached[ok], r.place.consequence[0]), np.nan, pd.DataFrame()
        if c:
            own, draws = {p.name: p for p, _ in prepared.group(risk)}, _draws(prepared, risk)
            design = Design(tuple(own), np.column_stack([draws[n] for n in own]), "monte_carlo", prepared.study.seed)
            box = analysis.discover(design, reached >= c, ok, units={n: p.unit for n, p in own.items()})
            share, limits = box.share, box.to_frame()
        limits = limits if len(limits) else pd.DataFrame([{"input": ""}], columns=BOX_COLUMNS)
        frames.append(limits.assign(risk=r.risk, ladder=r.ladder, consequence=c, share=share))
    columns = ["risk", "ladder", "consequence", "share", *BOX_COLUMNS]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _partners(prepared: PreparedRegister, risk: Risk) -> dict[str, set[str]]:
    """Return, by name, the inputs of a risk's models with which the register correlates an input."""
    found: dict[str, set[str]] = {}
    for model in prepared.models_of(risk):
        for one, other, _ in correlations(prepared.far[model].study, prepared.far[model].model):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


def tie_beyond(ranks: Floats, lost: Floats, given: Sequence[Floats]) -> float:
    """Return the correlation of two rows of ranks that is left once what others explain of both is taken out, each by least squares."""
    basis = np.column_stack([np.ones_like(lost), *given])
    left = [row - basis @ np.linalg.lstsq(basis, row, rcond=None)[0] for row in (ranks, lost)]
    spread = float(np.sqrt((left[0] ** 2).sum() * (left[1] ** 2).sum()))
    return float((left[0] * left[1]).sum() / spread) if spread > 0 else 0.0


def _draws(prepared: PreparedRegister, risk: Risk) -> dict[str, Floats]:
    """Return the draws of every uncertain parameter of the models behind a risk's ratings, by parameter name."""
    found: dict[str, Floats] = {}
    for model in reversed(prepared.models_of(risk)):
        drawn = prepared.far[model].samples["monte_carlo"].design
        of = {p.variable: p.name for p, _ in prepared.far[model].uncertain}
        found |= {of[v]: drawn.values[:, i] for i, v in enumerate(drawn.names)}
    return found


def _telling(reached: NDArray[np.int64], rated: int) -> int:
    """Return the consequence to look for: that of the rating, or the nearest one that enough runs reach and enough do not; 0 for none."""
    for c in sorted(range(1, 6), key=lambda c: (abs(c - rated), -c)):
        if analysis.FEWEST <= (reached[::2] >= c).sum() <= len(reached[::2]) - analysis.FEWEST:
            return c
    return 0
