"""An attack on a release: bounds on each small count by linear programming over all that is published."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from llr_sd.workforce.baseline.disclosure import Release

GEOGRAPHY = ("place", "unit", "area")


def attack(
    frame: pd.DataFrame, release: Release, value: str = "heads"
) -> dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[float, float]]:
    """The least and the greatest that each small count can be, for whoever knows all that is shown, who works where in the region,
    and which combinations of level, status and the like there are."""
    columns = list(dict.fromkeys(c for m in release.counts for c in m))
    where, free = [c for c in columns if c in GEOGRAPHY], [c for c in columns if c not in GEOGRAPHY]
    places = frame[where].astype(str).drop_duplicates().to_dict("records") if where else [{}]
    combinations = frame[free].astype(str).drop_duplicates().to_dict("records") if free else [{}]
    cells = [{**p, **c} for p in places for c in combinations]

    def row(margin: tuple[str, ...], key: tuple[str, ...]) -> list[float]:
        return [float(all(c[m] == k for m, k in zip(margin, key, strict=True))) for c in cells]

    left, right = [], []
    for margin in release.counts:
        for key, count in release.published(margin).items():
            if count is not None:
                rows = (frame[list(margin)].astype(str) == list(key)).all(axis=1) if margin else slice(None)
                left.append(row(margin, key))
                right.append(float(frame[value][rows].sum()))
    found = {}
    matrix = csr_matrix(np.array(left)) if left else None
    for margin, key in release.small:
        ends = []
        for sign in (1, -1):
            aim = sign * np.array(row(margin, key))
            done = linprog(aim, A_eq=matrix, b_eq=right or None, bounds=(0, None), method="highs")
            assert done.status in (0, 3), done.message
            ends.append(sign * done.fun if done.status == 0 else np.inf)
        found[margin, key] = (ends[0], ends[1])
    return found
