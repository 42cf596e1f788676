"""Search over lever settings with a whole ensemble behind each: what probability costs, and the cheapest way to a stated one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from math import prod, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.summary import wilson
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Setting = Mapping[str, float]
Outcome = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]
"""Cost of each run (in one unit), whether it met the target, whether it is good; each of shape (run,)."""
ERROR = 0.025
"""Chance of confirming the first mix that falls short; that of each next one is half as large, so all of them come to 5 % at most."""
_Point = tuple[int, ...]


class _Ensemble(NamedTuple):
    """What the runs of one setting gave; the columns of the table, then how many runs met the target."""

    cost: float
    cost_low: float
    cost_high: float
    probability: float
    probability_low: float
    probability_high: float
    runs: int
    lost: int
    met: int


@dataclass(frozen=True)
class Confirmation:
    """A mix that looked sure enough in the search, held against runs that the search did not see.

    Attributes
    ----------
    setting
        Its levers.
    cost, cost_low, cost_high
        Mean cost of the fresh runs and its 95 % interval, in the unit of the cost.
    probability, low, high
        Share of the good fresh runs that met the target. The ends are exact (Clopper and Pearson 1934, doi:10.2307/2331986), each
        beyond the truth with a chance of `error` at most; a run that was lost counts against the mix in `low` and for it in `high`.
    runs, lost
        Good fresh runs, and those that failed or where cost or output are undefined.
    error
        The share of the 5 % that was left for this mix: 2.5 % for the first that is tried, half as much for each next.
    confirmed
        Whether `low` reaches the probability that was asked for.
    """

    setting: Setting
    cost: float
    cost_low: float
    cost_high: float
    probability: float
    low: float
    high: float
    runs: int
    lost: int
    error: float
    confirmed: bool


SEARCHED = _Ensemble._fields[:-1]
FRESH = tuple(f"fresh_{f.name}" for f in fields(Confirmation) if f.name not in ("setting", "error", "confirmed"))
LEVER_NUMBERS = (*SEARCHED, "pareto", *FRESH, "confirmed")
"""Columns of the table that are not levers: what the search gave, what the fresh runs gave, and what was made of it."""


@dataclass(frozen=True)
class LeverSearch:
    """What was tried, and what it reached.

    Attributes
    ----------
    table
        One row a setting, in the order tried: a column a lever, then cost, cost_low, cost_high (mean and its 95 % interval),
        probability, probability_low, probability_high (Wilson, of this setting alone), runs, lost, pareto (no other costs less with as
        high a probability); then the same of the fresh runs (`FRESH`; without number where there were none) and confirmed.
    confirmations
        The mixes that were held against fresh runs, the cheapest first; the last may be confirmed, the others are not.
    probability
        That was asked for.
    exhaustive
        Whether every setting of the grid was tried.
    """

    table: pd.DataFrame
    confirmations: tuple[Confirmation, ...]
    probability: float
    exhaustive: bool

    @property
    def best(self) -> Confirmation | None:
        """The cheapest setting that is confirmed to reach the probability; None when none is."""
        return next((c for c in self.confirmations if c.confirmed), None)

    @property
    def reason(self) -> str:
        """A sentence on what was found."""
        tried = len(self.table)
        search = f"of all {tried} settings" if self.exhaustive else f"of the {tried} settings tried (the grid has more)"
        failed = sum(not c.confirmed for c in self.confirmations)
        goal = f"is confirmed to reach a probability of {100 * self.probability:g}% with 95 % confidence"
        looked = f"{failed} that looked sure of it in the search {'was' if failed == 1 else 'were'} not confirmed on fresh runs"
        if self.best is None:
            why = looked if failed else f"the most in the search is {self.table['probability'].max():.1%} of the runs"
            return f"none {search} {goal}; {why}."
        text = ", ".join(f"{name} = {value:g}" for name, value in self.best.setting.items())
        share = f"{self.best.probability:.1%} of {self.best.runs:,} fresh runs meet the target"
        return f"{text} is the cheapest {search} that {goal}: {share}{f'; {looked}' if failed else ''}."


def search_levers(
    levers: Mapping[str, Sequence[float]],
    evaluate: Callable[[Sequence[Setting]], Sequence[Outcome]],
    confirm: Callable[[Sequence[Setting]], Sequence[Outcome]],
    probability: float,
    most: int = 256,
) -> LeverSearch:
    """Find the mix of levers that meets a target with a stated probability at the least cost.

    The whole grid is tried when it has at most `most` settings. Otherwise the search starts from all levers lowest, all highest, and
    one at a time highest, and then tries the neighbours (one step of one lever) of every setting on the Pareto front until none is new
    or `most` is spent; it may then miss a mix that is better only several steps away, and says so.

    Among many settings the best looks better than it is. So what is claimed rests on fresh runs alone: the cheapest setting that looks
    sure enough in the search is run on draws that the search did not see, and where it is not confirmed there, the next cheapest.
    The chance of error allowed for is halved from one to the next, in the search's own judgement too, so whatever the number of
    settings, a setting that falls short is confirmed with a chance of 5 % at most.

    Parameters
    ----------
    levers
        Levels to try of each lever, in its unit, from least to most.
    evaluate
        Runs the ensemble of each setting on common draws. Cost in runs: settings * runs of the ensemble.
    confirm
        The same on fresh draws, which are independent of those of `evaluate`.
    probability
        To be reached, strictly between 0 and 1.
    most
        Most settings to try.

    Returns
    -------
    LeverSearch
        Every setting that was tried, the front, and the one that is claimed, if any.

    Raises
    ------
    InputError
        When a lever has no levels, or the probability is out of range.
    """
    empty = [name for name, levels in levers.items() if not len(levels)]
    if empty or not levers:
        raise InputError(f"lever {empty[0]} has no levels." if empty else "name at least one lever.")
    if not 0 < probability < 1:
        raise InputError(f"the probability, {probability:g}, must lie strictly between 0 and 1.")
    sizes = [len(levels) for levels in levers.values()]
    exhaustive = prod(sizes) <= most
    todo = list(product(*map(range, sizes))) if exhaustive else _first(sizes)[:most]
    tried: dict[_Point, _Ensemble] = {}
    while todo:
        outcomes = evaluate([_setting(levers, point) for point in todo])
        tried |= {point: _numbers(outcome) for point, outcome in zip(todo, outcomes, strict=True)}
        front = _pareto(tried)
        new = dict.fromkeys(n for point in front for n in _neighbours(point, sizes) if n not in tried)
        todo = [] if exhaustive else list(new)[: most - len(tried)]
    again = _confirmed(levers, tried, confirm, probability)
    return LeverSearch(_table(levers, tried, again), tuple(again.values()), probability, exhaustive or len(tried) == prod(sizes))


def _confirmed(
    levers: Mapping[str, Sequence[float]],
    tried: Mapping[_Point, _Ensemble],
    confirm: Callable[[Sequence[Setting]], Sequence[Outcome]],
    probability: float,
) -> dict[_Point, Confirmation]:
    """Hold settings that look sure enough against fresh runs, the cheapest first, until one is confirmed."""
    error = ERROR
    again: dict[_Point, Confirmation] = {}
    for point in sorted((p for p, n in tried.items() if n.runs), key=lambda p: (tried[p].cost, -tried[p].probability, p)):
        if _ends(tried[point], error)[0] < probability:
            continue
        setting = _setting(levers, point)
        (outcome,) = confirm([setting])
        fresh = _numbers(outcome)
        low, high = _ends(fresh, error)
        numbers = (*fresh[:4], low, high, fresh.runs, fresh.lost)
        again[point] = Confirmation(setting, *numbers, error, low >= probability)
        if again[point].confirmed:
            break
        error /= 2
    return again


def _ends(found: _Ensemble, error: float) -> tuple[float, float]:
    """Return the exact ends of the probability, lost runs counted as missed in the lower and as met in the upper."""
    from scipy import stats

    runs, most = found.runs + found.lost, found.met + found.lost
    low = float(stats.beta.ppf(error, found.met, runs - found.met + 1)) if found.met else 0.0
    high = float(stats.beta.ppf(1 - error, most + 1, runs - most)) if most < runs else 1.0
    return low, high


def _setting(levers: Mapping[str, Sequence[float]], point: _Point) -> dict[str, float]:
    return {name: float(levels[i]) for (name, levels), i in zip(levers.items(), point, strict=True)}


def _first(sizes: Sequence[int]) -> list[_Point]:
    """Return all levers lowest, all highest, and each highest alone."""
    alone = [tuple(size - 1 if i == j else 0 for j, size in enumerate(sizes)) for i in range(len(sizes))]
    return list(dict.fromkeys([(0,) * len(sizes), tuple(size - 1 for size in sizes), *alone]))


def _neighbours(point: _Point, sizes: Sequence[int]) -> list[_Point]:
    moved = [(*point[:i], point[i] + step, *point[i + 1 :]) for i in range(len(sizes)) for step in (-1, 1)]
    return [p for p in moved if all(0 <= at < size for at, size in zip(p, sizes, strict=True))]


def _numbers(outcome: Outcome) -> _Ensemble:
    from scipy import stats

    cost, met, ok = outcome
    good = ok & np.isfinite(cost)
    number, reached = int(good.sum()), int(met[good].sum())
    mean = float(cost[good].mean()) if number else float("nan")
    spread = float(cost[good].std(ddof=1)) / sqrt(number) if number > 1 else float("nan")
    half = float(stats.t.ppf(0.975, max(number - 1, 1))) * spread
    return _Ensemble(mean, mean - half, mean + half, *wilson(reached, number), number, len(good) - number, reached)


def _pareto(tried: Mapping[_Point, _Ensemble]) -> list[_Point]:
    """Return the settings that no other beats in cost and probability, the cheapest first."""
    ordered = sorted((p for p, n in tried.items() if n.runs), key=lambda p: (tried[p].cost, -tried[p].probability, p))
    front: list[_Point] = []
    for point in ordered:
        if not front or tried[point].probability > tried[front[-1]].probability:
            front.append(point)
    return front


def _table(
    levers: Mapping[str, Sequence[float]], tried: Mapping[_Point, _Ensemble], again: Mapping[_Point, Confirmation]
) -> pd.DataFrame:
    import pandas as pd

    front = _pareto(tried)
    rows = []
    for point, found in tried.items():
        row = {**_setting(levers, point), **dict(zip(SEARCHED, found, strict=False)), "pareto": point in front}
        fresh = again.get(point)
        row |= {name: getattr(fresh, name.removeprefix("fresh_")) if fresh else float("nan") for name in FRESH}
        rows.append(row | {"confirmed": fresh is not None and fresh.confirmed})
    table = pd.DataFrame(rows).fillna({"fresh_runs": 0, "fresh_lost": 0})
    return table.astype({"runs": int, "lost": int, "fresh_runs": int, "fresh_lost": int})
