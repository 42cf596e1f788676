"""How unsure opening stocks are, as a table that a model starts from says it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from llr_sd.workforce.baseline.stocks import stocks
from llr_sd.workforce.localities import SKILLS

if TYPE_CHECKING:
    from llr_sd.workforce.baseline.response import Completed
    from llr_sd.workforce.staffing import Conversion

COVERED = 1.6449
"""Standard deviations to either side of a normal mean that hold nine cases in ten, as intervals of stocks do (`response.COVER`)."""
CUT = 3.0
"""Standard deviations at which its tails are cut off."""
TOGETHER = {"llr_system": ("opening_gp_wte", "opening_practice_wte_autonomous")}
"""Stocks of a model that cannot vary alone: GPs are part of the autonomous level."""


def normal(mean: float, sd: float) -> list[object]:
    """Return the law of a stock whose error is normal, as the columns `LAW` of a table: cut three deviations away, and at nought.

    Parameters
    ----------
    mean, sd
        Of the stock; none where it is sure.
    """
    low, high = round(max(mean - CUT * sd, 0.0), 6), round(mean + CUT * sd, 6)
    # What a table's digits cannot tell from a sure figure is one.
    return ["truncated_normal", low, high, round(sd, 6)] if low < mean < high and round(sd, 6) > 0 else []


def deviations(done: Completed, unit: str, name: str, rule: Conversion) -> Callable[[str, str], float]:
    """Return what gives the standard deviation of the staff of a unit in post, by skill level and by group ("" for all of them).

    Intervals of groups add up, as if their errors moved together, which is the most they can do. Where one of them is unknown the staff
    are too, and no table is made of them.

    Parameters
    ----------
    done
        Completed staff.
    unit, name
        What sites are, and which; "all" and anything for the practices of all.
    rule
        What turns FTE of GPs into WTE.
    """
    frame = stocks(done, unit, rule)
    of = frame["setting"].isin(("gp", "pcn") if unit != "all" else ("gp",))
    mine = frame[of & (frame["unit"] == name) & ~frame["status"].isin(("trainee", "vacant")) & (frame["group"] != "director")]

    def sd(level: str, group: str) -> float:
        rows = mine[mine["level"].isin((level,) if level else SKILLS) & ((mine["group"] == group) | (not group))]
        half = float((rows["high"] - rows["low"]).sum(skipna=False)) / 2 if len(rows) else 0.0
        return half / COVERED if math.isfinite(half) else 0.0

    return sd
