"""What the draws achieve of what was stated: the percentiles of each input, the rank correlation of each pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llr_sd.design import Design
from llr_sd.distribution import UNBOUNDED, Distribution
from llr_sd.parameters import Parameter
from llr_sd.sampling.copula import Correlation
from llr_sd.sampling.distributions import quantile
from llr_sd.sampling.ties import reach

_ROUNDING = 0.005  # share of the spread by which a stated middle or percentile may be missed without a word


def percentiles(distribution: Distribution) -> tuple[float, float, float]:
    """Return the tenth, fiftieth and ninetieth percentile of what is drawn, in the unit of the parameter.

    Parameters
    ----------
    distribution
        What is drawn from, bounds included.
    """
    p10, p50, p90 = quantile(distribution, np.array([0.1, 0.5, 0.9])).tolist()
    return p10, p50, p90


def missed_percentiles(parameters: Sequence[tuple[Parameter, Distribution]]) -> tuple[str, ...]:
    """Say which inputs are not drawn with the middle or the percentiles that were stated, because permissible bounds stand in the way.

    Parameters
    ----------
    parameters
        The uncertain parameters with the distributions that are drawn from, bounds included.

    Returns
    -------
    tuple of str
        A sentence an input, in their order; empty where all are drawn as stated.
    """
    found = []
    for parameter, d in parameters:
        if d.kind not in UNBOUNDED:
            continue
        stated = {"P10": d.low, "P50": d.centre, "P90": d.high} if d.kind == "p10_p90" else {"P50": d.centre}
        drawn = dict(zip(("P10", "P50", "P90"), percentiles(d), strict=True))
        spread = {"p10_p90": d.high - d.low, "lognormal": d.centre * d.sd}.get(d.kind, d.sd)
        off = {k: (v, drawn[k]) for k, v in stated.items() if abs(v - drawn[k]) > _ROUNDING * spread}
        if off:
            ends = [f"from {d.minimum:g}"] * (d.minimum > -math.inf) + [f"to {d.maximum:g}"] * (d.maximum < math.inf)
            told = ", ".join(f"{k} {drawn:.3g} (stated {stated:.3g})" for k, (stated, drawn) in off.items())
            found.append(f"{parameter.called} is drawn with {told}: its permissible range, {' '.join(ends)}, cuts it off.")
    return tuple(found)


@dataclass(frozen=True)
class Tie:
    """A stated pair of inputs with Spearman's rank correlation as asked and as drawn, and the least and greatest that they can have.

    `drawn` is that of the draws themselves, NaN where one of the two does not vary in them.
    """

    first: str
    second: str
    asked: float
    drawn: float
    least: float
    most: float


def ties(
    parameters: Sequence[tuple[Parameter, Distribution]], correlations: Sequence[Correlation], design: Design
) -> tuple[Tie, ...]:
    """Return what became of every stated rank correlation in a design; values that are tied share their middle rank.

    Parameters
    ----------
    parameters
        The uncertain parameters with the distributions that are drawn from.

    correlations
        The stated rank correlations, by parameter name.
    design
        What was drawn, shape (run, parameter), each in its own unit.
    """
    from scipy import stats

    known = {p.name: (p, d) for p, d in parameters}
    found = []
    for first, second, asked in correlations:
        (one, law), (two, other) = known[first], known[second]
        columns = [design.values[:, design.names.index(p.variable)] for p in (one, two)]
        varied = all(np.ptp(column) > 0 for column in columns)
        drawn = float(stats.spearmanr(*columns).statistic) if varied else math.nan
        found.append(Tie(first, second, asked, drawn, *reach(law, other)))
    return tuple(found)
