"""The tables of a calibration, one row a number, and what the manifest says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from llr_sd import analysis, sampling
from llr_sd.result import Calibrated
from llr_sd.run.fitting.made import Simulator
from llr_sd.run.fitting.values import Fitted
from llr_sd.run.prepare import PreparedStudy

if TYPE_CHECKING:
    import pandas as pd

DISCREPANCY = "(the model's own error)"
"""What the table calls the model's own error, as a share of a figure."""


def calibration_tables(prepared: PreparedStudy, fitted: Fitted) -> tuple[dict[str, pd.DataFrame], Calibrated]:
    """Return the tables of a calibration by name, and how it went."""
    import pandas as pd

    fitted = fitted.first(fitted.fitting.asked.draws)
    names = [p.name for p, _ in fitted.fitting.parameters]
    prior_ranks = np.eye(len(names))
    for one, other, rank in fitted.fitting.pairs:
        i, j = names.index(one), names.index(other)
        prior_ranks[i, j] = prior_ranks[j, i] = rank
    points, courses = _against_figures(prepared, fitted)
    draws = pd.DataFrame(fitted.values, columns=names).rename_axis("draw").reset_index()
    found = {
        "calibration": _parameters(fitted),
        "calibration_pairs": analysis.pair_table(names, fitted.scores, prior_ranks, _worth(fitted)),
        "calibration_directions": analysis.direction_table(names, fitted.fit.slopes),
        "calibration_points": points,
        "calibration_courses": courses,
        "calibration_draws": draws,
    }
    return found, _fact(prepared, fitted)


def _worth(fitted: Fitted) -> float:
    """Return what the draws that are kept are worth in independent ones: taken by chance from the chain, they add a chance of their own."""
    return 1 / (1 / len(fitted.values) + 1 / fitted.chain.effective)


def _parameters(fitted: Fitted) -> pd.DataFrame:
    """Return one row a fitted parameter, and one for the model's own error where it is fitted."""
    own, asked = fitted.fitting.parameters, fitted.fitting.asked
    about: list[dict[str, Any]] = [
        {"parameter": p.name, "variable": p.variable, "label": p.label, "unit": p.unit, "prior": d.kind} for p, d in own
    ]
    edges = np.array([sampling.at_scores(own, np.full((1, len(own)), z))[0] for z in (-analysis.P95, 0.0, analysis.P95)])
    best, values, scores = fitted.best, fitted.values, fitted.scores
    if asked.discrepancy:
        about.append({"parameter": DISCREPANCY, "variable": "", "label": "", "unit": "Dmnl", "prior": "half-normal"})
        edges = np.column_stack([edges, asked.discrepancy * np.array(analysis.HALF_NORMAL)])
        best = np.append(best, asked.discrepancy * analysis.HALF_NORMAL[1])
        values, scores = (
            np.column_stack([values, fitted.share]),
            np.column_stack([scores, fitted.chain.scores[: len(scores), -1]]),
        )
    return analysis.posterior_table(about, values, scores, best, edges, _worth(fitted))


def _against_figures(prepared: PreparedStudy, fitted: Fitted) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures beside what the model gives before and after the fit, and its course over time after it."""
    import pandas as pd

    points, seed = fitted.fitting.points, prepared.study.seed
    simulator = Simulator(prepared, fitted.fitting, None)
    times, after = simulator.courses(fitted.values)
    _, best = simulator.courses(fitted.best[None])
    before = simulator.figures(fitted.prior)
    series = points.series
    model, one = (np.hstack([s.compared(times, y) for s, y in zip(series, runs, strict=True)]) for runs in (after, best))
    own_error = fitted.share[:, None] * points.figures
    drawn = model + own_error * sampling.normals(seed, "calibration figures", *model.shape)
    good = np.isfinite(drawn).all(axis=1)
    own, shared = (np.concatenate(e) for e in ([s.own_error for s in series], [s.shared_error for s in series]))
    measured = analysis.Measured(drawn[good], points.figures, own, shared)
    about = [
        {"observed": s.name, "output": " + ".join(s.outputs), "time": float(t), "published": float(v)}
        for s in series
        for t, v in zip(s.when, s.published, strict=True)
    ]
    table = analysis.point_table(about, points.fitted, measured, one[0], model[good], before)
    courses = [
        analysis.course_table(s.name, times, s.scaled(times, y, y), s.scaled(times, b, b)[0])
        for s, y, b in zip(series, after, best, strict=True)
    ]
    return table, pd.concat(courses, ignore_index=True)


def _fact(prepared: PreparedStudy, fitted: Fitted) -> Calibrated:
    fitting, fit, chain = fitted.fitting, fitted.fit, fitted.chain
    used = int(fitting.points.fitted.sum())
    return Calibrated(
        scenario=fitting.scenario,
        parameters=len(fitting.parameters),
        points=used,
        held_out=len(fitting.points.fitted) - used,
        held=fitting.held,
        until=None if fitting.asked.until is None else float(fitting.asked.until),
        discrepancy=fitting.asked.discrepancy,
        misfit=fit.misfit,
        penalty=fit.penalty,
        conflict=fit.conflict,
        starts=fit.starts,
        reached=fit.reached,
        failed=fit.failed,
        rivals=len(fit.rivals),
        walkers=chain.walkers,
        steps=chain.steps,
        acceptance=chain.acceptance,
        slowest=float(np.max(chain.times)),
        effective=chain.effective,
        draws=len(fitted.values),
        converged=chain.converged,
        used=prepared.study.uncertain.from_calibration,
    )
