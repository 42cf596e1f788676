"""The state after a quarter: runs of the forecast weighted by how well they agree with the returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from llr_sd.equations import canonical
from llr_sd.result import StudyResult
from llr_sd.rolling.compare import Comparison, Values
from llr_sd.rolling.measured import Figure

LEAST = 20.0
"""Fewest effective runs of a state: with fewer, one run in twenty says all of it, and its spread means nothing."""
CHANCE = 0.05
"""Chance that weights which have nothing to do with the inputs have any of them said to move."""


@dataclass(frozen=True)
class Collapsed:
    """No state: too few runs agree with the returns.

    Attributes
    ----------
    effective, runs
        Effective runs, and how many there were.
    """

    effective: float
    runs: int


@dataclass(frozen=True)
class Corrected:
    """A stock after the quarter: mean and standard deviation of the weighted runs, in the figure's unit."""

    figure: Figure
    mean: float
    sd: float


@dataclass(frozen=True)
class Shift:
    """An uncertain input that the returns move: by how many of the standard deviations that it had before."""

    name: str
    before: float
    after: float
    shift: float


@dataclass(frozen=True)
class State:
    """What runs and returns say together.

    Attributes
    ----------
    effective, runs
        Effective runs, and how many there were.
    stocks
        One a figure that was held.
    shifts
        Inputs that moved by more than chance would have one of them move (`CHANCE`), those that moved most first.
    """

    effective: float
    runs: int
    stocks: tuple[Corrected, ...]
    shifts: tuple[Shift, ...]


def weights(values: Values, figures: Values, errors: Values) -> Values:
    """Return the weight of each run, shape (run,), adding up to 1.

    Each is in proportion to the chance of the returns if the run were the truth: errors are normal and independent between figures
    (importance sampling; Liu 2001, doi:10.1007/978-0-387-76371-2). A figure without an error leaves nothing but runs that equal it.

    Parameters
    ----------
    values
        Of the runs, shape (run, figure).
    figures, errors
        Figures and their standard errors, shape (figure,), in the same units.
    """
    gap = figures - values
    scaled = np.divide(gap, errors, out=np.where(gap == 0, 0.0, np.inf), where=np.broadcast_to(errors > 0, gap.shape))
    logs = -(scaled**2).sum(axis=1) / 2
    if not np.isfinite(logs.max()):
        return np.zeros(len(values))
    found = np.exp(logs - logs.max())
    return np.asarray(found / found.sum())


def effective(weight: Values) -> float:
    """Return how many runs of equal weight say as much (Kish 1965): 1 / sum of squared weights; 0 where no run has any.

    Parameters
    ----------
    weight
        From `weights`.
    """
    squares = float((weight**2).sum())
    return 1 / squares if squares > 0 else 0.0


def corrected(comparison: Comparison, result: StudyResult) -> State | Collapsed:
    """Correct the state of a forecast by the returns of a quarter.

    Parameters
    ----------
    comparison
        From `compare`.
    result
        The forecast that was compared.

    Returns
    -------
    State or Collapsed
        `Collapsed` where the weighted runs are worth fewer than `LEAST`.
    """
    figures = np.array([h.figure.value for h in comparison.held])
    errors = np.array([h.figure.error for h in comparison.held])
    weight = weights(comparison.values, figures, errors)
    worth, many = effective(weight), len(comparison.values)
    if worth < LEAST:
        return Collapsed(worth, many)
    mean = weight @ comparison.values
    sd = np.sqrt(weight @ (comparison.values - mean) ** 2)
    stocks = tuple(Corrected(h.figure, float(m), float(s)) for h, m, s in zip(comparison.held, mean, sd, strict=True))
    return State(worth, many, stocks, _shifts(comparison, result, weight, worth))


def _shifts(comparison: Comparison, result: StudyResult, weight: Values, worth: float) -> tuple[Shift, ...]:
    """Return the inputs that moved; those that the scenario sets were the same in all its runs."""
    from scipy.special import ndtri

    design = result.tables["design"].set_index("run").loc[comparison.runs]
    [own] = [s for s in result.study.scenario if s.name == comparison.scenario]
    held = {canonical(n) for n in own.set}
    names = {str(r["variable"]): str(r["name"]) for _, r in result.tables["parameters"].iterrows()}
    found = []
    for column in design.columns:
        name = names.get(str(column), str(column))
        if {canonical(str(column)), canonical(name)} & held:
            continue
        drawn = design[column].to_numpy(dtype=np.float64)
        spread = float(drawn.std())
        if spread > 0:
            before, after = float(drawn.mean()), float(weight @ drawn)
            found.append(Shift(name, before, after, (after - before) / spread))
    # Of weights that have nothing to do with an input, its mean moves with this standard deviation.
    noise = math.sqrt(max(1 / worth - 1 / len(weight), 0.0))
    least = noise * float(ndtri(1 - CHANCE / 2 / max(len(found), 1)))
    moved = [s for s in found if abs(s.shift) > least + 1e-9]
    return tuple(sorted(moved, key=lambda s: -abs(s.shift)))
