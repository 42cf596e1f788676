"""Search over lever settings with a whole ensemble behind each: what probability costs, and the cheapest way to a stated one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.summary import wilson
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Setting = Mapping[str, float]
Outcome = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]
"""Cost of each run (in one unit), whether it met the target, whether it is good; each of shape (run,)."""
_Point = tuple[int, ...]


@dataclass(frozen=True)
class LeverSearch:
    """What was tried, and what it reached.

    Attributes
    ----------
    table
        One row a setting, in the order tried: a column a lever, then cost, cost_low, cost_high (mean and its 95 % interval),
        probability, probability_low, probability_high (Wilson), runs, lost, pareto (no other costs less with as high a probability).
    best
        The cheapest setting that reaches the stated probability; None when none does.
    exhaustive
        Whether every setting of the grid was tried.
    reason
        A sentence on what was found.
    """

    table: pd.DataFrame
    best: Setting | None
    exhaustive: bool
    reason: str


def search_levers(
    levers: Mapping[str, Sequence[float]],
    evaluate: Callable[[Sequence[Setting]], Sequence[Outcome]],
    probability: float,
    most: int = 256,
    confident: bool = True,
) -> LeverSearch:
    """Find the mix of levers that meets a target with a stated probability at the least cost.

    The whole grid is tried when it has at most `most` settings. Otherwise the search starts from all levers lowest, all highest, and
    one at a time highest, and then tries the neighbours (one step of one lever) of every setting on the Pareto front until none is new
    or `most` is spent; it may then miss a mix that is better only several steps away, and says so.

    Parameters
    ----------
    levers
        Levels to try of each lever, in its unit, from least to most.
    evaluate
        Runs the ensemble of each setting on common draws. Cost in runs: settings * runs of the ensemble.
    probability
        To be reached, strictly between 0 and 1.
    most
        Most settings to try.
    confident
        Ask that the lower end of the 95 % interval reaches the probability, not only the point estimate. Among many settings tried, the
        best looks a little better than it is; the lower end guards against that in part.

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
    tried: dict[_Point, tuple[float, ...]] = {}
    while todo:
        outcomes = evaluate([_setting(levers, point) for point in todo])
        tried |= {point: _numbers(outcome) for point, outcome in zip(todo, outcomes, strict=True)}
        front = _pareto(tried)
        new = dict.fromkeys(n for point in front for n in _neighbours(point, sizes) if n not in tried)
        todo = [] if exhaustive else list(new)[: most - len(tried)]
    return _result(levers, tried, _pareto(tried), probability, confident, exhaustive or len(tried) == prod(sizes))


def _setting(levers: Mapping[str, Sequence[float]], point: _Point) -> dict[str, float]:
    return {name: float(levels[i]) for (name, levels), i in zip(levers.items(), point, strict=True)}


def _first(sizes: Sequence[int]) -> list[_Point]:
    """Return all levers lowest, all highest, and each highest alone."""
    alone = [tuple(size - 1 if i == j else 0 for j, size in enumerate(sizes)) for i in range(len(sizes))]
    return list(dict.fromkeys([(0,) * len(sizes), tuple(size - 1 for size in sizes), *alone]))


def _neighbours(point: _Point, sizes: Sequence[int]) -> list[_Point]:
    moved = [(*point[:i], point[i] + step, *point[i + 1 :]) for i in range(len(sizes)) for step in (-1, 1)]
    return [p for p in moved if all(0 <= at < size for at, size in zip(p, sizes, strict=True))]


def _numbers(outcome: Outcome) -> tuple[float, ...]:
    """Return cost, low, high, probability, low, high, runs, lost of one ensemble."""
    cost, met, ok = outcome
    good = ok & np.isfinite(cost)
    number = int(good.sum())
    mean = float(cost[good].mean()) if number else float("nan")
    half = 1.959963984540054 * float(cost[good].std(ddof=1)) / sqrt(number) if number > 1 else float("nan")
    return (mean, mean - half, mean + half, *wilson(int(met[good].sum()), number), number, len(good) - number)


def _pareto(tried: Mapping[_Point, tuple[float, ...]]) -> list[_Point]:
    """Return the settings that no other beats in cost and probability, the cheapest first."""
    ordered = sorted((p for p, n in tried.items() if n[6]), key=lambda p: (tried[p][0], -tried[p][3], p))
    front: list[_Point] = []
    for point in ordered:
        if not front or tried[point][3] > tried[front[-1]][3]:
            front.append(point)
    return front


def _result(
    levers: Mapping[str, Sequence[float]],
    tried: Mapping[_Point, tuple[float, ...]],
    front: Sequence[_Point],
    probability: float,
    confident: bool,
    exhaustive: bool,
) -> LeverSearch:
    import pandas as pd

    names = ("cost", "cost_low", "cost_high", "probability", "probability_low", "probability_high", "runs", "lost")
    rows = [_setting(levers, p) | dict(zip(names, n, strict=True)) | {"pareto": p in front} for p, n in tried.items()]
    table = pd.DataFrame(rows).astype({"runs": int, "lost": int})
    judged = 4 if confident else 3
    reaching = [p for p in tried if tried[p][judged] >= probability]
    cheapest = min(reaching, key=lambda p: (tried[p][0], p)) if reaching else None
    search = f"of all {len(tried)} settings" if exhaustive else f"of the {len(tried)} settings tried (the grid has more)"
    sure = " with 95 % confidence" if confident else ""
    if cheapest is None:
        top = max(tried, key=lambda p: tried[p][3]) if front else next(iter(tried))
        words = f"none {search} reaches a probability of {probability:.0%}{sure}; the highest is {tried[top][3]:.0%}."
        return LeverSearch(table, None, exhaustive, words)
    best = _setting(levers, cheapest)
    text = ", ".join(f"{name} = {value:g}" for name, value in best.items())
    words = f"{text} is the cheapest {search} that reaches a probability of {probability:.0%}{sure}."
    return LeverSearch(table, best, exhaustive, words)
