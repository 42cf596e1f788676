"""Observed series held against the runs of a study: where each figure stands, and how many lie outside their band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis
from llr_sd.observed import Series
from llr_sd.quantiles import FEWEST_RUNS, STATISTICS
from llr_sd.result import FEW_RUNS, NO_RUN, NO_SPREAD, NOT_COVERED
from llr_sd.rounding import difference
from llr_sd.run.prepare import PreparedStudy
from llr_sd.run.tables import certain

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Held:
    """A series beside one scenario's runs.

    `values` are those of its outputs added up, shape (run, time); `central` those of the central run, shape (1, time); `sure` whether
    no input varies, so that one run says all.
    """

    series: Series
    scenario: str
    times: Values
    values: Values
    central: Values
    sure: bool

    @property
    def numbers(self) -> Values:
        """What each run gives for the figures, shape (run, figure)."""
        return self.series.compared(self.times, self.values)

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Which figures lie within the run, shape (figure,)."""
        needed = [self.series.when] + ([] if self.series.base is None else [np.full(len(self.series.when), self.series.base)])
        saved = self.times[np.isfinite(np.vstack([self.values, self.central])).any(axis=0)]
        ends = (saved[0] - 1e-9, saved[-1] + 1e-9) if len(saved) else (math.inf, -math.inf)
        return np.asarray(np.logical_and.reduce([(t >= ends[0]) & (t <= ends[1]) for t in needed]))

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which runs are good and give a number for every figure within the run, shape (run,)."""
        there = np.isfinite(self.values).any(axis=1)
        return np.asarray(there & np.isfinite(self.numbers[:, self.covered]).all(axis=1))


def observed_tables(prepared: PreparedStudy, runs: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Hold every observed series against the runs of every scenario that is no check of the model.

    Returns
    -------
    dict
        "observed", a row a figure: where it stands in what the runs would have had published; "observed_counts", a row a series and one
        (with "") for all together: how many lie outside the band of nine runs in ten, and how many would if a run were the truth;
        "observed_course": the band of the runs alone over time, on the scale of the figures.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    courses: list[pd.DataFrame] = []
    sure = certain(prepared, prepared.samples["monte_carlo"])
    for scenario in prepared.study.scenario:
        if scenario.kind == "check":
            continue
        held = [_hold(runs, s, scenario.name, scenario.name in sure) for s in prepared.series]
        # Series are counted together over the same runs: one that fails for any is left out of all.
        good = np.logical_and.reduce([h.good for h in held])
        counts: list[Values] = []
        told: list[dict[str, Any]] = []
        for one in held:
            own, chances = _rows(one, good)
            rows += own
            courses.append(_course(one, good))
            if chances is not None:
                counted.append(_counted(scenario.name, one.series.name, own, [chances]))
                counts.append(chances)
                told += own
        if counts:
            counted.append(_counted(scenario.name, "", told, counts))
    return {
        "observed": pd.DataFrame(rows),
        "observed_counts": pd.DataFrame(counted, columns=["scenario", "observed", "figures", "missed", "expected", "chance"]),
        "observed_course": pd.concat(courses, ignore_index=True),
    }


def _hold(runs: xr.Dataset, series: Series, scenario: str, sure: bool) -> _Held:
    own = runs.sel(scenario=scenario)
    values = np.sum([own[o].values for o in series.outputs], axis=0)
    values[~own["ok"].values] = np.nan
    central = np.sum([own[f"central: {o}"].values for o in series.outputs], axis=0)[None]
    return _Held(series, scenario, np.asarray(runs["time"].values, dtype=np.float64), values, central, sure)


def _rows(held: _Held, good: NDArray[np.bool_]) -> tuple[list[dict[str, Any]], Values | None]:
    """Return a row a figure, and the counts of `miss_counts`; None for those without a band."""
    series, covered = held.series, held.covered
    used = held.numbers[good][:1] if held.sure else held.numbers[good]
    note, chances = "", None
    rank, band = np.full(len(covered), np.nan), np.full((len(analysis.BAND), len(covered)), np.nan)
    if not len(used):
        note = NO_RUN
    elif held.sure and not series.error[covered].all():
        note = NO_SPREAD
    elif not held.sure and len(used) < FEWEST_RUNS["p95"]:
        note = f"{FEW_RUNS}: {FEWEST_RUNS['p95']} needed"
    elif covered.any():
        measured = analysis.Measured(
            used[:, covered], series.figures[covered], series.own_error[covered], series.shared_error[covered]
        )
        rank[covered], band[:, covered] = analysis.ranks(measured), analysis.band(measured)
        chances = analysis.miss_counts(measured, band[[0, -1]][:, covered])
    central = series.compared(held.times, held.central)[0]
    rows = []
    for i, time in enumerate(series.when):
        low, high = band[0, i], band[-1, i]
        figure = series.figures[i]
        below, above = float(difference(figure, low)) < 0, float(difference(figure, high)) > 0
        stands = "" if math.isnan(low) else "below" if below else "above" if above else "inside"
        rows.append(
            {
                "scenario": held.scenario, "observed": series.name, "time": float(time), "value": series.published[i],
                "relative": figure if series.base is not None else math.nan, "compared": figure, "error": series.error[i],
                **dict(zip(analysis.BAND, band[:, i], strict=True)), "central": central[i], "rank": rank[i], "stands": stands,
                "gap": figure - low if below else figure - high if above else 0.0 if stands else math.nan,
                "runs": len(used), "lost": int((~good).sum()), "note": note if covered[i] else NOT_COVERED,
            }
        )  # fmt: skip
    return rows, chances


def _counted(scenario: str, name: str, rows: Sequence[dict[str, Any]], counts: Sequence[Values]) -> dict[str, Any]:
    missed = sum(r["stands"] in ("below", "above") for r in rows)
    expected, chance = analysis.as_many(counts, missed)
    figures = sum(c.shape[1] - 1 for c in counts)
    return {"scenario": scenario, "observed": name, "figures": figures, "missed": missed, "expected": expected, "chance": chance}


def _course(held: _Held, good: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the band of the runs over time, without the errors of the figures, and the central run; NaN where runs are too few."""
    import pandas as pd

    scaled = held.series.scaled(held.times, held.values, held.values)[good]
    central = held.series.scaled(held.times, held.central, held.central)[0]
    found: dict[str, Any] = {"scenario": held.scenario, "observed": held.series.name, "time": held.times}
    enough = len(scaled) >= FEWEST_RUNS["p95"] and not held.sure
    for name in analysis.BAND:
        found[name] = np.quantile(scaled, STATISTICS[name], axis=0) if enough else np.full(len(held.times), np.nan)
    frame = pd.DataFrame(found | {"central": central})
    return frame[np.isfinite(frame[["p50", "central"]]).any(axis=1)]
