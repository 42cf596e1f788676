"""The statistics that are given of many runs, and how many runs each needs."""

from __future__ import annotations

import math

STATISTICS = {"p05": 0.05, "p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90, "p95": 0.95}


def fewest_runs(p: float) -> int:
    """Return the least runs with which a quantile has a 95 % interval by order statistics, and so is given at all.

    The interval needs a run below the quantile and one above it, each with probability 0.975 (Conover 1999, ch. 3): 72 runs for the
    5 % and 95 % quantiles, 36 for 10 % and 90 %, 13 for the quarters, 6 for the median.
    """
    return math.ceil(math.log(0.025) / math.log(max(p, 1 - p)))


FEWEST_RUNS = {"mean": 2} | {statistic: fewest_runs(p) for statistic, p in STATISTICS.items()}
"""Below these runs a statistic has no interval, and no number is given."""
