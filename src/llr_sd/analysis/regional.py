"""Which inputs tell some runs from the others (those that meet a target, those that fail): regional sensitivity on draws already made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
"""An input is told apart where its p-value, adjusted for the number of inputs, is at most this."""
FEWEST_SIDE = 20
"""Fewest runs that meet a target, and fewest that miss it."""
FEWEST_FAILED = 5
"""Fewest runs that fail, and fewest that do not."""
COLUMNS = ("input", "distance", "p", "p_adjusted", "at", "side", "share_above", "share_below", "marked", "runs", "note")


@dataclass(frozen=True)
class Separation:
    """How far the marked runs lie from the others in one input.

    Attributes
    ----------
    input
        The design column.
    distance
        Kolmogorov-Smirnov: the largest difference of the two cumulative shares, from 0 to 1.
    p, p_adjusted
        Chance of such a distance if the input had nothing to do with it, and the same adjusted for the number of inputs (false
        discovery rate).
    at, side
        Where the difference is largest, in the unit of the input (between two values of a discrete one), and on which side of
        it the marked runs are the more frequent.
    share_above, share_below
        Share of marked runs among those with the input above `at`, and among the others.
    """

    input: str
    distance: float
    p: float
    p_adjusted: float
    at: float
    side: str
    share_above: float
    share_below: float

    def __post_init__(self) -> None:
        if self.side not in ("above", "below"):
            raise InputError(f'a side is "above" or "below", not "{self.side}".', where=self.input)

    @property
    def told(self) -> bool:
        """Whether the input tells the marked runs from the others."""
        return self.p_adjusted <= LEVEL

    @property
    def here(self) -> float:
        """Share of marked runs on their side."""
        return self.share_above if self.side == "above" else self.share_below

    @property
    def elsewhere(self) -> float:
        """Share of marked runs on the other side."""
        return self.share_below if self.side == "above" else self.share_above


def separations(
    design: Design, inputs: Sequence[str], marked: NDArray[np.bool_], judged: NDArray[np.bool_]
) -> tuple[Separation, ...]:
    """Return how far the marked runs lie from the others in each input, the farthest first.

    Parameters
    ----------
    design
        Of kind "monte_carlo", "latin_hypercube" or "frame".
    inputs
        Columns of the design to compare.
    marked
        Which runs are marked, shape (run,).
    judged
        Which runs are compared at all, shape (run,); there must be some of each side.

    Raises
    ------
    InputError
        When the design has a structure, or one side has no run.

    Notes
    -----
    Hornberger and Spear 1981; Saltelli et al. 2008, ch. 5. P-values are asymptotic, on the safe side for a discrete input, and adjusted
    by Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x. Each input is compared alone: one that acts only together
    with another, and evenly on both sides, is not seen, and one that is correlated with another is seen through it.
    """
    from scipy import stats

    if design.plan is not None:
        raise InputError(f'runs are told apart on draws from the distributions, not on a "{design.kind}" design.')
    if not (marked & judged).any() or not (~marked & judged).any():
        raise InputError("there must be runs on both sides.")
    found = []
    for name in inputs:
        x = design.values[judged, design.names.index(name)]
        own = marked[judged]
        test = stats.ks_2samp(x[own], x[~own], method="asymp")
        above = x > test.statistic_location
        shares = [float(own[part].mean()) if part.any() else float("nan") for part in (above, ~above)]
        # The sign is 1 where the marked runs gather at or below the place.
        side = "below" if test.statistic_sign > 0 else "above"
        found.append((name, float(test.statistic), float(test.pvalue), _between(x, float(test.statistic_location)), side, shares))
    if not found:
        return ()
    adjusted = stats.false_discovery_control([f[2] for f in found])
    facts = [
        Separation(n, d, p, float(q), at, side, *shares) for (n, d, p, at, side, shares), q in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(facts, key=lambda s: -s.distance))


def _between(x: NDArray[np.float64], at: float) -> float:
    """Return a value that several runs share, as one of a discrete input, halfway to the next: none lies below the least."""
    above = x[x > at]
    return (at + float(above.min())) / 2 if above.size and np.count_nonzero(x == at) > 1 else at


def separation_table(found: Sequence[Separation], inputs: Sequence[str], marked: int, runs: int, note: str = "") -> pd.DataFrame:
    """Return one row an input with the columns of `COLUMNS`; without numbers, and with the note, where none are given.

    Parameters
    ----------
    found
        From `separations`; empty where there is a note.
    inputs
        The design columns that vary.
    marked, runs
        How many runs are marked, of how many that were compared.
    note
        Why nothing is given; empty otherwise.

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`.
    """
    import pandas as pd

    if note:
        return pd.DataFrame({"input": list(inputs), "marked": marked, "runs": runs, "note": note}).reindex(columns=list(COLUMNS))
    rows = [{c: getattr(s, c) for c in COLUMNS[:8]} for s in found]
    return pd.DataFrame(rows, columns=list(COLUMNS[:8])).assign(marked=marked, runs=runs, note="")
