"""Convergence as a result: the base grows in powers of two until intervals and ranking meet a tolerance, or the budget ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from llr_sd.errors import InputError
from llr_sd.result import NO_LOG, NO_VARIANCE

if TYPE_CHECKING:
    import pandas as pd

_CELL = ["scenario", "output", "time", "index"]
_TEXTS = ("scenario", "output", "index", "input")


@dataclass(frozen=True)
class Convergence:
    """How an analysis settled.

    Attributes
    ----------
    converged
        Whether the last base met the tolerance.
    base, runs
        The last base and its cost.
    table
        The indices at the last base.
    history
        Columns base, runs, widest (largest half width), the scenario, output, time, index and input that it is of (empty where no index
        has an interval), swaps (pairs of inputs that changed places; -1 at the first base), missing (indices without a number that
        have a variance), met; one row a base.
    """

    converged: bool
    base: int
    runs: int
    table: pd.DataFrame
    history: pd.DataFrame


def grow(
    evaluate: Callable[[int], pd.DataFrame],
    cost: Callable[[int], int],
    start: int,
    budget: int,
    tolerance: float,
    indices: Sequence[str] = ("S1", "ST"),
) -> Convergence:
    """Double the base until every interval is narrow enough and the ranking stands still.

    Parameters
    ----------
    evaluate
        Called with a base; returns a table with the columns of `sobol_table`.
    cost
        Runs that a base needs in all. With the designs of `draw_saltelli` a doubled base begins with the runs of the last, so the runs
        to make are the difference.
    start
        First base, a power of two from 2.
    budget
        Most runs for the last base.
    tolerance
        Largest half width of a 95 % interval, in the unit of the values (shares of variance for Sobol indices). Two inputs have
        changed places when they now lie further apart than this, and stood the other way round at the base before; so at least two
        bases are tried.
    indices
        Which indices must settle; second-order indices take far more runs.

    Returns
    -------
    Convergence
        The indices at the last base, whether they have settled, and how they came there.

    Raises
    ------
    InputError
        When start is no power of two, tolerance is not positive, or the budget does not reach the first base.
    """
    import pandas as pd

    if start < 2 or start & (start - 1):
        raise InputError(f"the first base, {start}, must be a power of two.")
    if not tolerance > 0:
        raise InputError(f"the tolerance, {tolerance:g}, must be above 0.")
    if cost(start) > budget:
        raise InputError(f"the first base, {start}, needs {cost(start):,} runs, more than the budget of {budget:,}.")
    rows: list[dict[str, object]] = []
    base, before = start, None
    while True:
        table = evaluate(base)
        row = _measure(table[table["index"].isin(indices)], before, tolerance) | {"base": base, "runs": cost(base)}
        rows.append(row)
        if row["met"] or cost(2 * base) > budget:
            break
        base, before = 2 * base, table
    columns = ["base", "runs", "widest", *_CELL, "input", "swaps", "missing", "met"]
    return Convergence(bool(row["met"]), base, cost(base), table, pd.DataFrame(rows, columns=columns))


def _measure(table: pd.DataFrame, before: pd.DataFrame | None, tolerance: float) -> dict[str, object]:
    half = (table["high"] - table["low"]) / 2
    judged = ~table["note"].isin((NO_VARIANCE, NO_LOG))
    missing = int((half.isna() & judged).sum())
    found: dict[str, object] = {"widest": float(half.max()), "time": float("nan")} | dict.fromkeys(_TEXTS, "")
    if half.notna().any():
        found |= table.iloc[int(np.nanargmax(half.to_numpy(dtype=float)))][[*_CELL, "input"]].to_dict()
    swaps = -1 if before is None else _swaps(table, before, tolerance)
    met = missing == 0 and swaps == 0 and (float(half.max()) <= tolerance or not judged.any())
    return found | {"swaps": swaps, "missing": missing, "met": met}


def _swaps(table: pd.DataFrame, before: pd.DataFrame, tolerance: float) -> int:
    """Count pairs of inputs, cell by cell, that lie clearly apart now and stood the other way round before."""
    keys = [*_CELL, "input", "other"]
    both = table[[*keys, "value"]].merge(before[[*keys, "value"]], on=keys, how="left", suffixes=("", "_before"))
    swaps = 0
    for _, cell in both.groupby(_CELL, dropna=False, sort=False):
        new, old = (cell[column].to_numpy(dtype=float) for column in ("value", "value_before"))
        swaps += int(((new[:, None] - new > tolerance) & (old[:, None] - old < 0)).sum())
    return swaps
