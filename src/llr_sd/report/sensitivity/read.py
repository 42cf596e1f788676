"""Look up which inputs move a result: shares of the spread (Sobol, Shapley), screening (Morris), each cell with its note."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from llr_sd.report.shared.bars import MOST
from llr_sd.report.shared.inputs import (
    Floats,
    Share,
    described,
    frame_of,
    group_names,
    input_facts,
    input_name,
)
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.reading import Quantity, course, headline, horizon, scenario_names, times_of
from llr_sd.result import NO_VARIANCE, REFUSED, StudyResult

NOTHING = 1e-4  # a total share below this is told as no effect
KEPT = 0.05  # a screened input is kept when its interval reaches this share of the largest effect


@dataclass(frozen=True)
class Cell:
    """One output of one scenario at one time, as a sensitivity table names it; `note` is what the table says of it.

    `shown` is named as the log or the rank of the output where the indices are of that (`scale`). `skewed` says that so few blocks carry
    the spread (about `carried`) that the intervals are too narrow.
    """

    table: str
    scenario: str
    output: str
    shown: Quantity
    note: str
    lost: int
    blocks: int
    scale: str = "value"
    carried: float = math.nan
    skewed: bool = False


@dataclass(frozen=True)
class Together:
    """What first-order and total indices of all inputs add up to, each with its 95 % interval; `settled` is None where nothing is known.

    Both sums are 1 where no input acts together with another. What inputs do together is missing from the first, and is in the second
    at least twice, so it is never more than the second less 1.
    """

    own: Share
    total: Share
    settled: bool | None

    @property
    def proven(self) -> bool:
        """Whether inputs surely act together."""
        return self.total.low > 1

    @property
    def most(self) -> float:
        """The most of the spread that they surely do together; NaN where the interval does not say."""
        return self.total.high - 1 if self.total.high >= 1 and self.settled is not False else math.nan


SLIGHT = 0.05
"""A part of the spread that inputs have together and that is told as little."""


@remembered
def main_cell(result: StudyResult, name: str) -> Cell | None:
    """Return the cell of a sensitivity table to show: the headline number, else the first scalar, else the last time of the first output.

    The scenario is the first in which that number varies; None when the table is not there.
    """
    rows = frame_of(result, name, "scenario", "output", "time", "input", "index", "value", "low", "high", "note")
    if rows.empty:
        return None
    specs = result.study.outputs
    scalars = [n for n, spec in specs.items() if spec.expression is not None or spec.at is not None]
    wanted = [headline(result).output, *scalars, *specs]
    there = [str(o) for o in rows["output"].unique()]
    output = next((o for w in wanted for o in there if o == w or o.startswith(f"{w}[")), there[0])
    rows = rows[rows["output"] == output]
    shown = described(result, output, math.nan)
    if shown.over_time:
        asked = horizon(result)
        times = rows["time"].to_numpy(dtype=float)
        rows = rows[times == times[np.argmin(np.abs(times - asked))] if math.isfinite(asked) else times == times.max()]
    ordered = [s for s in scenario_names(result) if s in set(rows["scenario"])] or [str(rows.iloc[0]["scenario"])]
    varied = [s for s in ordered if rows.loc[rows["scenario"] == s, "value"].notna().any()]
    varied = [s for s in varied if rows.loc[rows["scenario"] == s, "note"].iloc[0] != NO_VARIANCE]
    scenario = (varied or ordered)[0]
    first = rows[rows["scenario"] == scenario].iloc[0]
    lost, blocks = (int(first[k]) if k in rows and first[k] == first[k] else 0 for k in ("lost", "blocks"))
    note = "" if first["note"] != first["note"] else str(first["note"])
    scale = str(first.get("scale", "value"))
    shown = on_scale(described(result, output, float(first["time"])), scale)
    tail = (float(first.get("carried", math.nan)), bool(first.get("skewed", False)))
    return Cell(name, scenario, output, shown, note, lost, blocks, scale, *tail)


def on_scale(shown: Quantity, scale: str) -> Quantity:
    """Return a quantity as the variance of its log or rank is told; itself where the variance is its own."""
    return shown if scale == "value" else replace(shown, label=f"the {scale} of {shown.label}", unit="")


def tailed(result: StudyResult) -> tuple[str, ...]:
    """Return the outputs, as tables name them, with a spread that few runs carry at some time in some scenario."""
    rows = frame_of(result, "sobol", "output", "skewed")
    return tuple(str(o) for o in rows.loc[rows["skewed"].astype(bool), "output"].unique())


def together(result: StudyResult, cell: Cell) -> Together | None:
    """Return what the indices of a cell add up to; None where that is not given."""
    own, total = (shares(result, replace(cell, table="sobol_sums"), index) for index in ("S1 sum", "ST sum"))
    if not own or not total or not math.isfinite(total[0].low):
        return None
    settled = result.manifest.get("converged")
    return Together(own[0], total[0], settled if isinstance(settled, bool) else None)


def over_time(result: StudyResult, cell: Cell) -> tuple[Share, ...]:
    """Return the total share of each input or group over all times of an output together, the largest first; empty where not given."""
    whole = replace(cell, table="sobol_over_time", shown=replace(cell.shown, time=math.nan))
    names = set(courses(result, cell))
    return tuple({s.input: s for s in ranked(shares(result, whole, "ST")) if s.input in names}.values())


@remembered
def shares(result: StudyResult, cell: Cell, index: str, scenario: str = "", *, grouped: bool = False) -> tuple[Share, ...]:
    """Return an index of every input of a cell, in the order of the table: parameters, or their groups."""
    rows = frame_of(result, cell.table, "scenario", "output", "time", "input", "index", "value", "low", "high")
    rows = rows[(rows["index"] == index) & (rows["output"] == cell.output) & (rows["scenario"] == (scenario or cell.scenario))]
    time = cell.shown.time
    rows = rows[np.isclose(rows["time"].astype(float), time) if math.isfinite(time) else rows["time"].isna()]
    groups, known = set(group_names(result)), input_facts(result)
    if cell.table == "sobol":
        rows = rows[rows["input"].isin(groups)] if grouped else rows[~rows["input"].isin(groups - set(known))]
        rows = rows.drop_duplicates("input", keep="last" if grouped else "first")
        if grouped and rows["input"].isin(set(known)).all():  # inputs that stand for themselves are no grouping
            rows = rows.iloc[:0]
    return tuple(
        Share(str(r["input"]), input_name(result, str(r["input"])), float(r["value"]), float(r["low"]), float(r["high"]))
        for r in rows.to_dict("records")
    )


def ranked(found: tuple[Share, ...]) -> list[Share]:
    """Return the inputs that have a number, the largest first."""
    return sorted((s for s in found if math.isfinite(s.value)), key=lambda s: -s.value)


def split(found: tuple[Share, ...]) -> tuple[list[Share], list[Share], list[Share]]:
    """Return the inputs to draw, those that come after them, and those without effect; each the largest first.

    An input whose interval reaches `NOTHING` may have an effect.
    """
    order = ranked(found)
    alive = [s for s in order if s.value >= NOTHING or s.high >= NOTHING]
    return alive[:MOST], alive[MOST:], [s for s in order if s not in alive]


def leaders(order: Sequence[Share]) -> list[Share]:
    """Return the first of inputs in the order of their numbers, and those that no interval sets apart from it: no run tells which is first."""
    return [s for s in order if s is order[0] or not s.high < order[0].low]


def sobol_course(result: StudyResult) -> Cell | None:
    """Return the over-time output whose indices are drawn over time; its time is the horizon."""
    rows = frame_of(result, "sobol", "scenario", "output", "time", "input", "index", "value", "low", "high")
    cell = main_cell(result, "sobol")
    if rows.empty or cell is None:
        return None
    shown = course(result)
    there = [str(o) for o in rows["output"].unique()]
    named = [shown.output] if shown else []
    named += [n for n, spec in result.study.outputs.items() if spec.variable is not None and spec.at is None]
    for output in (o for n in named for o in there if o == n or o.startswith(f"{n}[")):
        own = rows[(rows["output"] == output) & (rows["scenario"] == cell.scenario) & rows["value"].notna()]
        if own["time"].nunique() > 1:
            scale = str(own["scale"].iloc[0]) if "scale" in own else "value"
            shown = on_scale(described(result, output, horizon(result)), scale)
            return Cell("sobol", cell.scenario, output, shown, "", 0, 0, scale)
    return None


def courses(result: StudyResult, cell: Cell, most: int = 5) -> dict[str, Floats]:
    """Return total shares over time by group (else of the `most` strongest inputs), shape (time, 3): value, low, high."""
    rows = frame_of(result, "sobol", "scenario", "output", "time", "input", "index", "value", "low", "high")
    rows = rows[(rows["output"] == cell.output) & (rows["scenario"] == cell.scenario) & (rows["index"] == "ST")]
    known = set(input_facts(result))
    names = [g for g in group_names(result) if g in set(rows["input"]) and g not in known]
    if not names:
        strength = rows.groupby("input", sort=False)["value"].mean().sort_values(ascending=False, kind="stable")
        names = [str(n) for n in strength.index[:most]]
    times = times_of(result, cell.shown.output)
    found: dict[str, Floats] = {}
    for name in names:
        own = rows[rows["input"] == name].drop_duplicates("time").set_index("time")[["value", "low", "high"]]
        found[name] = own.reindex(times, method="nearest", tolerance=1e-6).to_numpy(dtype=float)
    return found


def screened_in_part(result: StudyResult) -> bool:
    """Whether the screening of some output in some scenario was refused, so that nothing is known of its inputs."""
    return bool((frame_of(result, "morris", "note")["note"] == REFUSED).any())


@dataclass(frozen=True)
class Settling:
    """How far the shares had settled at one base: runs, the widest half width and what it is of, and what stood in the way.

    `swaps` is the number of pairs of inputs that changed places, below 0 where there was no base before; `missing` that of shares
    without a number.
    """

    base: int
    runs: int
    met: bool
    widest: float
    scenario: str
    shown: Quantity | None
    index: str
    name: str
    swaps: int
    missing: int


@remembered
def settlings(result: StudyResult) -> tuple[Settling, ...]:
    """Return how the shares settled, base by base; empty where the base was not grown."""
    texts = ("scenario", "output", "index", "input")
    rows = frame_of(result, "convergence", "base", "runs", "widest", "time", "swaps", "missing", "met", *texts)
    found = []
    for r in rows.to_dict("records"):
        scenario, output, index, name = (str(r[k]) for k in texts)
        shown = described(result, output, float(r["time"])) if output else None
        numbers = int(r["base"]), int(r["runs"]), bool(r["met"]), float(r["widest"])
        found.append(Settling(*numbers, scenario, shown, index, input_name(result, name), int(r["swaps"]), int(r["missing"])))
    return tuple(found)


def kept_inputs(result: StudyResult) -> tuple[str, ...]:
    """Return the screened inputs that deserve a Sobol analysis: those that may reach 5 % of the largest effect on any output anywhere."""
    rows = frame_of(result, "morris", "scenario", "output", "time", "input", "index", "value", "low", "high")
    stars = rows[(rows["index"] == "mu_star") & rows["value"].notna()]
    if stars.empty:
        return ()
    largest = stars.groupby(["scenario", "output", "time"], dropna=False)["value"].transform("max")
    stars = stars.assign(reach=stars["high"] / largest.where(largest > 0), strength=stars["value"] / largest.where(largest > 0))
    best = stars.groupby("input", sort=False)[["reach", "strength"]].max()
    return tuple(str(n) for n in best[best["reach"] >= KEPT].sort_values("strength", ascending=False, kind="stable").index)
