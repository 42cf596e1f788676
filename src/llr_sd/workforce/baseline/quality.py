"""What is doubtful in the figures: outliers, jumps between quarters, fewer heads than WTE, and totals that cannot be.

Outliers and jumps are measured from the median in median absolute deviations; beyond 3.5 of them, scaled to those of a normal law, a
figure is doubtful: Iglewicz, B. & Hoaglin, D. C. (1993), How to Detect and Handle Outliers, ASQC Quality Press, chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.workforce.baseline.response import amount, by_definition
from llr_sd.workforce.staffing import Staffing, current

if TYPE_CHECKING:
    import pandas as pd

FAR = 3.5
"""Scaled deviations beyond which a figure is doubtful: grade B, Iglewicz and Hoaglin."""
NORMAL = 0.6745
"""Median absolute deviation of a normal law, in its standard deviations."""
FEWEST = 8
"""Fewest figures among which one can be an outlier: judgement, grade C."""
SMALL = 2.0
"""A jump by less is none [WTE], one person who comes or goes: judgement, grade C."""
ROUNDING = 0.05
"""By which figures may miss each other [WTE], being of one decimal: judgement, grade C."""
SLIGHT = 1.5
"""A rate within this factor of the median is no outlier, however alike the others are: judgement, grade C."""


@dataclass(frozen=True)
class Doubt:
    """One doubtful figure.

    Attributes
    ----------
    kind
        "outlier", "jump", "heads below WTE", "impossible total" or "no GP".
    place, group
        Whose.
    what
        A sentence.
    value, expected
        The figure, and what it is held against.
    """

    kind: str
    place: str
    group: str
    what: str
    value: float
    expected: float


def doubts(staffing: Staffing) -> pd.DataFrame:
    """Return all that is doubtful, one row a figure, with the attributes of `Doubt` as columns; it stops nothing.

    Parameters
    ----------
    staffing
        What sources say, before gaps are filled.
    """
    import pandas as pd

    frame = by_definition(staffing.frame)
    now = current(frame)
    found = [
        *_heads(now),
        *_totals(staffing),
        *_outliers(now, staffing.places),
        *_jumps(now, frame),
        *_no_gp(now, staffing.places),
    ]
    return pd.DataFrame([astuple(d) for d in found], columns=[f.name for f in fields(Doubt)])


def _heads(frame: pd.DataFrame) -> Iterator[Doubt]:
    """Heads below FTE or WTE, and either of them without the other."""
    for measure in ("fte", "wte"):
        both = frame[frame["heads"].notna() & frame[measure].notna()]
        sums = both.groupby(["place", "group", "role"])[["heads", measure]].sum().reset_index()
        for r in sums.itertuples(index=False):
            heads, own = float(r.heads), float(getattr(r, measure))
            name = measure.upper()
            if heads == 0 < own:
                yield Doubt("impossible total", r.place, r.group, f"{r.role}: nobody works {own:.2f} {name}.", heads, own)
            elif own > heads + ROUNDING:
                yield Doubt("heads below WTE", r.place, r.group, f"{r.role}: {heads:g} heads work {own:.2f} {name}.", heads, own)
            elif heads > 0 and own == 0:
                yield Doubt("impossible total", r.place, r.group, f"{r.role}: {heads:g} heads work no time at all.", heads, own)


def _totals(staffing: Staffing) -> Iterator[Doubt]:
    """Printed totals of a group that its roles do not give."""
    totals = staffing.margins
    totals = totals[(totals["part"] == "") & (totals["age"] == "all") & (totals["sex"] == "all") & (totals["group"] != "")]
    if not len(totals):
        return
    keys = ["place", "group", "period"]
    sums = staffing.frame.groupby(keys)[["heads", "fte"]].sum(min_count=1).reset_index()
    for r in totals.merge(sums, on=keys, suffixes=("", "_sum")).itertuples(index=False):
        # Somebody with two roles counts in both, so heads of roles may be more than the total; they are never fewer.
        short = r.heads - r.heads_sum
        if np.isfinite(short) and short > ROUNDING:
            what = f"the total is {r.heads:g} heads, and the roles have {r.heads_sum:g}."
            yield Doubt("impossible total", r.place, r.group, what, float(r.heads), float(r.heads_sum))
        if np.isfinite(r.fte - r.fte_sum) and abs(r.fte - r.fte_sum) > ROUNDING:
            what = f"the total is {r.fte:.2f} FTE, and the roles have {r.fte_sum:.2f}."
            yield Doubt("impossible total", r.place, r.group, what, float(r.fte), float(r.fte_sum))


def _far(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances from the median in scaled median absolute deviations; 0 where most are equal."""
    middle = np.median(values)
    spread = np.median(np.abs(values - middle))
    return np.asarray(NORMAL * (values - middle) / spread if spread > 0 else np.zeros_like(values))


def _by_group(frame: pd.DataFrame) -> pd.Series:
    return amount(frame[frame["missing"] == ""]).groupby([frame["place"], frame["group"]]).sum(min_count=1)


def _outliers(frame: pd.DataFrame, places: pd.DataFrame) -> Iterator[Doubt]:
    """Practices with many more or fewer staff per 1,000 patients than others."""
    sizes = places[(places["kind"] == "practice") & (places["list_size"] > 0)].set_index("place")["list_size"]
    for group, sums in _by_group(frame).groupby("group"):
        sums = sums.droplevel("group")
        sums = sums[sums.index.isin(sizes.index) & (sums > 0)]
        if len(sums) < FEWEST:
            continue
        rate = 1000 * sums / sizes.reindex(sums.index)
        middle = float(rate.median())
        for place, far in zip(rate.index, _far(np.log(rate.to_numpy(dtype=np.float64))), strict=True):
            if abs(far) > FAR and not middle / SLIGHT <= rate[place] <= middle * SLIGHT:
                what = f"{rate[place]:.2f} WTE per 1,000 patients, where half of the practices have less than {middle:.2f}."
                yield Doubt("outlier", str(place), str(group), what, float(rate[place]), middle)


def _jumps(now: pd.DataFrame, frame: pd.DataFrame) -> Iterator[Doubt]:
    """Groups of a practice that rose or fell since its last return by far more than those of others did."""
    before = frame[~frame.index.isin(now.index) & (frame["missing"] == "")]
    if not len(before):
        return
    last = before[before["period"] == before.groupby("place")["period"].transform("max")]
    new, old = _by_group(now), _by_group(last)
    old = old[old.index.get_level_values("place").isin(new.index.get_level_values("place"))]
    every = new.index.union(old.index)
    every = every[every.get_level_values("place").isin(last["place"])]
    change = new.reindex(every).fillna(0.0) - old.reindex(every).fillna(0.0)
    size = np.sqrt(np.maximum(old.reindex(every).fillna(0.0), 1.0))  # changes grow with the root of the number of staff
    far = _far((change / size).to_numpy(dtype=np.float64)) if len(every) >= FEWEST else np.zeros(len(every))
    still = float(np.median(np.abs((change / size) - np.median(change / size)))) == 0 if len(every) else False
    for (place, group), by, distance in zip(every, change, far, strict=True):
        if abs(by) >= SMALL and (abs(distance) > FAR or still):
            then = float(old.get((place, group), 0.0))
            what = f"{then:.2f} WTE became {then + by:.2f} since the return before."
            yield Doubt("jump", place, group, what, then + float(by), then)


def _no_gp(frame: pd.DataFrame, places: pd.DataFrame) -> Iterator[Doubt]:
    """Practices with patients and other staff that report no GP at all."""
    told = frame[(frame["missing"] == "") & (frame["kind"] == "practice") & frame["status"].ne("trainee")]
    sums = amount(told).groupby([told["place"], told["group"] == "gp"]).sum(min_count=1).unstack(fill_value=0.0)
    sizes = places.set_index("place")["list_size"]
    for place, r in sums.iterrows():
        if not r.get(True, 0.0) > 0 and r.get(False, 0.0) > 0 and sizes.get(place, 0.0) > 0:
            what = f"no GP for {sizes[place]:,.0f} patients, and {r[False]:.2f} WTE of others."
            yield Doubt("no GP", str(place), "gp", what, 0.0, float("nan"))
