"""Published figures against runs: where each stands in the runs, and whether more lie outside their band than chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError
from llr_sd.quantiles import STATISTICS

BAND = ("p05", "p25", "p50", "p75", "p95")
"""The ends of the bands of nine runs in ten and of half of them, and the median between them."""
_NODES = 15
_STEPS = 100  # as many halvings reach rounding; Newton's steps take about ten
_WIDEST = 9.0  # standard errors beyond which a normal has no weight in double precision


@dataclass(frozen=True)
class Measured:
    """Numbers of runs beside published figures of one series, all on one scale.

    Attributes
    ----------
    runs
        Shape (run, figure), finite.
    figures
        Shape (figure,).
    own, shared
        Standard errors, shape (figure,): of each figure by itself, and what the error of the base that they share moves each by.

    Raises
    ------
    InputError
        Where shapes do not fit, there is no run, or a number is not finite.
    """

    runs: NDArray[np.float64]
    figures: NDArray[np.float64]
    own: NDArray[np.float64]
    shared: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.runs.ndim != 2 or not self.runs.size:
            raise InputError("runs beside figures have the shape (run, figure), and there is one at least.")
        if any(a.shape != self.runs.shape[1:] for a in (self.figures, self.own, self.shared)):
            raise InputError("figures and their errors have one number for each column of the runs.")
        if not all(np.isfinite(a).all() for a in (self.runs, self.figures, self.own, self.shared)):
            raise InputError("runs, figures and errors are finite numbers.")

    @property
    def error(self) -> NDArray[np.float64]:
        """The whole standard error of each figure, shape (figure,)."""
        return np.hypot(self.own, self.shared)


def ranks(measured: Measured) -> NDArray[np.float64]:
    """Return the share of what the runs would have had published that lies below each figure, shape (figure,).

    A run would have had its number published with a normal error of the figure's standard error, so this is the distribution function
    of the runs smoothed by that error: uniform on 0 to 1 where the runs hold the truth (the probability integral transform; Dawid 1984,
    doi:10.2307/2981683). Without an error, runs equal to the figure count half.

    Parameters
    ----------
    measured
        Runs and figures.
    """
    return _below(measured, measured.figures)


def band(measured: Measured) -> NDArray[np.float64]:
    """Return the quantiles `BAND` of what the runs would have had published, shape (5, figure); see `ranks`.

    Without an error they are those of the runs; with one they solve the smoothed distribution function, to rounding.

    Parameters
    ----------
    measured
        Runs and figures.
    """
    shares = [STATISTICS[name] for name in BAND]
    found = np.quantile(measured.runs, shares, axis=0)
    some = measured.error > 0
    if some.any():
        runs, error = measured.runs[:, some], measured.error[some]
        found[:, some] = [_smoothed(runs, error, share, start) for share, start in zip(shares, found[:, some], strict=True)]
    return found


def _smoothed(
    runs: NDArray[np.float64], error: NDArray[np.float64], share: float, start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve for a quantile of runs with normal errors, shape (figure,), by Newton's steps kept within a bracket."""
    from scipy.special import ndtr

    low, high = runs.min(axis=0) - _WIDEST * error, runs.max(axis=0) + _WIDEST * error
    close, at = 1e-14 * (high - low), start
    for _ in range(_STEPS):
        gap = (at - runs) / error
        above = ndtr(gap).mean(axis=0) - share
        low, high = np.where(above < 0, at, low), np.where(above < 0, high, at)
        slope = np.exp(-(gap**2) / 2).mean(axis=0) / (error * np.sqrt(2 * np.pi))
        step = np.divide(above, slope, out=np.full_like(at, np.inf), where=slope > 0)
        moved = np.where((at - step > low) & (at - step < high), at - step, (low + high) / 2)
        settled = bool((np.abs(moved - at) <= close).all())
        at = moved
        if settled:
            break
    return at


def miss_counts(measured: Measured, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for each run taken for the truth, the chances that 0, 1, 2, ... of its figures would lie outside the band.

    Each figure has its own error; that of the base is common to all of a series and is integrated over (Gauss-Hermite).

    Parameters
    ----------
    measured
        The runs with the errors of the figures.
    ends
        The lower and the upper end of the band, shape (2, figure).

    Returns
    -------
    array
        Shape (run, figure + 1); rows add up to 1.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES) if measured.shared.any() else (np.zeros(1), np.ones(1))
    found = np.zeros((len(measured.runs), len(measured.figures) + 1))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        moved = measured.runs + node * measured.shared
        outside = _normal(ends[0] - moved, measured.own) + 1 - _normal(ends[1] - moved, measured.own)
        if not measured.own.all():  # a number at the end of the band is inside it
            outside = np.where(measured.own > 0, outside, (moved < ends[0]) | (moved > ends[1]))
        counts = np.ones((len(moved), 1))
        for chance in outside.T[:, :, None]:
            counts = np.pad(counts * (1 - chance), ((0, 0), (0, 1))) + np.pad(counts * chance, ((0, 0), (1, 0)))
        found += weight * counts
    return found


def as_many(counts: Sequence[NDArray[np.float64]], missed: int) -> tuple[float, float]:
    """Return how many figures of several series a run taken for the truth would miss on average, and the chance of as many as were.

    The series share their runs, so what moves them together is taken in; given the run, their errors are independent.

    Parameters
    ----------
    counts
        From `miss_counts`, one a series, of the same runs.
    missed
        How many of the published figures lie outside.
    """
    total = np.ones((len(counts[0]), 1))
    for part in counts:
        joined = np.zeros((len(total), total.shape[1] + part.shape[1] - 1))
        for number in range(part.shape[1]):
            joined[:, number : number + total.shape[1]] += total * part[:, [number]]
        total = joined
    mean = total.mean(axis=0)
    return float(mean @ np.arange(len(mean))), float(min(mean[missed:].sum(), 1.0))


def _below(measured: Measured, levels: NDArray[np.float64]) -> NDArray[np.float64]:
    gap = levels - measured.runs
    return np.asarray(_normal(gap, measured.error).mean(axis=0))


def _normal(gap: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance that a normal error is below a gap; without an error 0 or 1, and a half where there is no gap."""
    from scipy.special import ndtr

    smooth = np.divide(gap, error, out=np.zeros_like(gap), where=np.broadcast_to(error > 0, gap.shape))
    return np.asarray(np.where(error > 0, ndtr(smooth), np.where(gap == 0, 0.5, gap > 0)))
