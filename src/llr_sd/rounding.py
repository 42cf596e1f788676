"""What rounding can do to a number, and no more: two numbers that differ by less are the same, everywhere in this package."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROUNDING = 1e-12
"""Share of the larger of two numbers by which they may differ and still be the same."""


def difference(a: Any, b: Any) -> NDArray[np.float64]:
    """Return a - b, and 0 where the two are the same but for rounding; arrays of one shape, or numbers, in one unit."""
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    found = left - right
    same = np.abs(found) <= ROUNDING * np.maximum(np.abs(left), np.abs(right))
    return np.where(same & np.isfinite(found), 0.0, found)  # infinity less a number is not within rounding of it


def reaches(values: Any, at_least: float | None, at_most: float | None) -> NDArray[np.bool_]:
    """Return which values are at a level or on the right side of it, to rounding; an undefined value (NaN) is not.

    Rounding is measured against the level and the largest of the values, so that a level of 0 has room too.

    Parameters
    ----------
    values
        Any shape, in one unit.
    at_least, at_most
        The level, in the same unit; one of them is given.
    """
    array = np.asarray(values, dtype=np.float64)
    size = np.abs(array[np.isfinite(array)]).max(initial=0.0)
    if at_least is not None:
        return np.asarray(array >= at_least - ROUNDING * max(abs(at_least), size))
    if at_most is None:
        return np.zeros(array.shape, dtype=bool)
    return np.asarray(array <= at_most + ROUNDING * max(abs(at_most), size))
