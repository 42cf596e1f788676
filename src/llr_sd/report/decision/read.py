"""Look up what makes the difference between scenarios, where a target is missed, what helps and what is worth finding out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from llr_sd.parameters import is_share, per_hundred
from llr_sd.report.shared.inputs import (
    described,
    frame_of,
    input_label,
    input_name,
    model_unit,
    side_of,
    spoken,
)
from llr_sd.report.shared.reading import Chance, Quantity, headline, horizon, quantity, table
from llr_sd.report.shared.wording import (
    FEW,
    NONE,
    extent,
    fixed,
)
from llr_sd.result import StudyResult

LEVER_NUMBERS = (
    "cost", "cost_low", "cost_high", "probability", "probability_low", "probability_high", "runs", "lost", "pareto",
    "fresh_cost", "fresh_cost_low", "fresh_cost_high", "fresh_probability", "fresh_low", "fresh_high", "fresh_runs", "fresh_lost",
    "confirmed",
)  # fmt: skip
BOX_NUMBERS = ("density", "density_low", "density_high", "coverage", "coverage_low", "coverage_high")


@dataclass(frozen=True)
class Step:
    """One lever's part of a difference between two scenarios, in the unit of the output: its mean and the middle nine tenths of runs.

    `name` is the lever in words, `said` the same as a sentence says it.
    """

    lever: str
    name: str
    mean: float
    low: float
    high: float
    said: str = ""


@dataclass(frozen=True)
class Waterfall:
    """How a difference adds up: from the base's mean, by steps, to the other scenario's mean. NaN where the base's mean is unknown."""

    base: str
    scenario: str
    shown: Quantity
    start: float
    steps: tuple[Step, ...]
    whole: Step

    @property
    def title(self) -> str:
        """The finding as a title."""
        change = f"{self.signed(self.whole.mean)}{unit_after(self.shown.unit)}"
        first = self.steps[0].said or self.steps[0].name
        if len(self.steps) == 1:
            return f"{self.shown.label}: {first} makes the whole difference, {change}"
        return f"{self.shown.label}: {change}, of which {self.signed(self.steps[0].mean)} from {first}"

    def plain(self, value: float) -> str:
        """Write a value with as many decimals as every other in this waterfall, so that the sum can be followed."""
        size = abs(self.whole.mean)
        return fixed(value, min(6, max(0, 2 - math.floor(math.log10(size)))) if size > 0 else 1)

    def signed(self, value: float) -> str:
        """Write a change with its sign, as `plain` does."""
        text = self.plain(value)
        return f"+{text}" if value > 0 else text

    def said(self, step: Step) -> str:
        """Write a step's mean with its range, where the runs are enough for one."""
        around = self.around(step)
        return f"{self.signed(step.mean)} ({around})" if around != FEW else self.signed(step.mean)

    def around(self, step: Step) -> str:
        """Write where nine runs in ten of a step lie, or that runs are too few for it."""
        return f"{self.plain(step.low)} to {self.plain(step.high)}" if math.isfinite(step.high - step.low) else FEW


def waterfalls(result: StudyResult) -> tuple[Waterfall, ...]:
    """Return one waterfall for each attribution, for the headline number or the first that the table has."""
    rows = frame_of(result, "attribution", "base", "scenario", "output", "time", "lever", "statistic", "value")
    found = []
    for (base, scenario), own in rows.groupby(["base", "scenario"], sort=False):
        output, shown = _number(result, own)
        own = own[(own["output"] == output) & _at(own, shown.time)]
        numbers = {
            str(lever): dict(zip(part["statistic"].astype(str), part["value"].astype(float), strict=True))
            for lever, part in own.groupby("lever", sort=False)
        }
        steps = {lever: _step(result, lever, own) for lever, own in numbers.items()}
        whole = steps.pop("difference", None)
        if whole is None or not steps or not all(math.isfinite(s.mean) for s in (whole, *steps.values())):
            continue
        ordered = tuple(sorted(steps.values(), key=lambda s: -abs(s.mean)))
        found.append(Waterfall(str(base), str(scenario), shown, _mean(result, str(base), output, shown.time), ordered, whole))
    return tuple(found)


def _step(result: StudyResult, lever: str, numbers: Mapping[str, float]) -> Step:
    mean, low, high = (numbers.get(k, math.nan) for k in ("mean", "p05", "p95"))
    return Step(lever, input_name(result, lever), mean, low, high, spoken(result, lever))


def box_rows(result: StudyResult) -> tuple[tuple[str, ...], ...]:
    """Return scenario, target, input, where the box lies, and the input's whole range, a row a restriction."""
    ranges = {str(r["name"]): r for r in table(result, "parameters").to_dict("records")}
    ranges |= {str(r["variable"]): r for r in table(result, "parameters").to_dict("records")}
    rows = []
    for r in frame_of(result, "boxes", "input", "low", "high", "scenario", "target").to_dict("records"):
        name = str(r["input"])
        own = ranges.get(name, {})
        low, high = (float(own.get(k, math.nan)) for k in ("low", "high"))
        whole = extent(low, high)
        if is_share(input_name(result, name), model_unit(result, name)) and whole != NONE:
            whole = f"{per_hundred(low)} to {per_hundred(high)} in 100"
        where = side_of(result, name, float(r["low"]), float(r["high"]))
        rows.append((str(r["scenario"]), str(r["target"]), input_label(result, name), where, whole))
    return tuple(rows)


@dataclass(frozen=True)
class Mix:
    """One setting of the levers: what it sets (and in words), its mean cost and its probability of meeting the target in the search.

    `again` and `again_cost` are those of fresh runs, where it was held against any; `confirmed` says that they bear it out.
    """

    setting: tuple[tuple[str, float], ...]
    words: str
    cost: float
    chance: Chance
    front: bool
    again: Chance | None
    again_cost: float
    confirmed: bool


def mixes(result: StudyResult) -> tuple[Mix, ...]:
    """Return the lever settings that were tried and have a number, in the order tried."""
    rows = frame_of(result, "levers", *LEVER_NUMBERS)
    levers = [str(c) for c in rows.columns if c not in LEVER_NUMBERS and pd.api.types.is_numeric_dtype(rows[c])]
    found = []
    for r in rows.to_dict("records"):
        odds = _odds(r, "probability", "probability_low", "probability_high")
        if math.isfinite(r["cost"]) and math.isfinite(odds.probability):
            setting = tuple((n, float(r[n])) for n in levers)
            words = ", ".join(_lever_words(result, name, value) for name, value in setting)
            # The interval of the fresh runs has their bounds in it.
            again = _odds(r, "fresh_probability", "fresh_low", "fresh_high", "fresh_runs", "") if r["fresh_runs"] else None
            fresh = (again, float(r["fresh_cost"]), bool(r["confirmed"]))
            found.append(Mix(setting, words, float(r["cost"]), odds, bool(r["pareto"]), *fresh))
    return tuple(found)


def _lever_words(result: StudyResult, name: str, value: float) -> str:
    """A lever and where it stands: "number of recruits planned at 30"; one without a label is followed by its value."""
    words = input_name(result, name)
    return f"{words} at {value:g}" if words != name.replace("_", " ") else f"{words} {value:g}"


def best_mix(found: tuple[Mix, ...]) -> Mix | None:
    """Return the mix that fresh runs confirmed to have the chance asked for; None when there is none."""
    return next((m for m in found if m.confirmed), None)


def cost_quantity(result: StudyResult) -> Quantity:
    """Describe the cost of the lever search."""
    asked = result.study.levers
    return quantity(result, asked.cost) if asked else Quantity("cost", "", "Cost", "", math.nan, False)


@dataclass(frozen=True)
class Worth:
    """What it is worth to learn an input, in the unit of the benefit, with its 95 % interval.

    `told` is whether that lies above 0; `share` is of knowing everything, NaN where that is worth nothing.
    """

    input: str
    name: str
    value: float
    low: float
    high: float
    told: bool
    share: float


def information(result: StudyResult) -> tuple[Worth, ...]:
    """Return what it is worth to learn each input, those told from zero first, the largest first; empty where the study does not ask."""
    rows = frame_of(result, "information", "input", "value", "low", "high", "told", "share").to_dict("records")
    found = []
    for r in rows:
        value, low, high, share = (float(r[k]) for k in ("value", "low", "high", "share"))
        found.append(Worth(str(r["input"]), input_name(result, str(r["input"])), value, low, high, bool(r["told"]), share))
    return tuple(sorted((w for w in found if math.isfinite(w.value)), key=lambda w: (not w.told, -w.value)))


def benefit_quantity(result: StudyResult) -> Quantity:
    """Describe the benefit in whose unit information is valued."""
    asked = result.study.value_of_information
    return quantity(result, asked.benefit) if asked else Quantity("benefit", "", "Benefit", "", math.nan, False)


def _number(result: StudyResult, rows: pd.DataFrame) -> tuple[str, Quantity]:
    """The output of a table to show, and its description at the time that counts."""
    there = [str(o) for o in rows["output"].unique()]
    specs = result.study.outputs
    scalars = [n for n, spec in specs.items() if spec.expression is not None or spec.at is not None]
    wanted = [headline(result).output, *scalars, *specs]
    output = next((o for w in wanted for o in there if o == w or o.startswith(f"{w}[")), there[0])
    times = rows.loc[rows["output"] == output, "time"].to_numpy(dtype=float)
    asked = horizon(result)
    shown = described(result, output, math.nan)
    if shown.over_time and np.isfinite(times).any():
        time = float(times[np.nanargmin(np.abs(times - asked))]) if math.isfinite(asked) else float(np.nanmax(times))
    else:
        time = float(times[0]) if times.size else math.nan
    return output, described(result, output, time)


def _at(rows: pd.DataFrame, time: float) -> pd.Series:
    return pd.Series(np.isclose(rows["time"].astype(float), time), rows.index) if math.isfinite(time) else rows["time"].isna()


def _mean(result: StudyResult, scenario: str, output: str, time: float) -> float:
    rows = table(result, "summary")
    base, _, rest = output.partition("[")
    rows = rows[(rows["scenario"] == scenario) & (rows["output"] == base) & (rows["statistic"] == "mean")]
    rows = rows[rows["element"].str.replace(" ", "") == rest.removesuffix("]").replace(" ", "")]
    rows = rows[_at(rows, time)] if len(rows) else rows
    return float(rows.iloc[0]["value"]) if len(rows) else math.nan


def _odds(row: Mapping[Any, Any], value: str, low: str, high: str, runs: str = "runs", lost: str = "lost") -> Chance:
    return Chance(float(row[value]), float(row[low]), float(row[high]), int(row[runs]), int(row.get(lost) or 0))


def unit_after(unit: str) -> str:
    """Return a unit as it follows a number; nothing for a dimensionless one."""
    return "" if unit in ("", "Dmnl") else f" {unit}"
