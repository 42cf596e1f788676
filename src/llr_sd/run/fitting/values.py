"""A calibration as values: its figures, what is asked, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.observed import Series
from llr_sd.run.feasible import Uncertain
from llr_sd.studyparts import Calibration

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """The figures of a calibration, a point each.

    Attributes
    ----------
    series
        The observed series, in the order of the points; each has its figures in turn.
    fitted
        False for figures that are kept apart, shape (point,).
    figures, error
        What is compared and its standard error, shape (point,).
    covariance
        Of the errors: figures of one series share that of its base. Shape (point, point).
    """

    series: tuple[Series, ...]
    fitted: NDArray[np.bool_]
    figures: Floats
    error: Floats
    covariance: Floats


@dataclass(frozen=True)
class Fitting:
    """A checked calibration.

    Attributes
    ----------
    asked
        As the study asks for it.
    scenario, settings
        Whose settings the model has: what is set, and the central values of the uncertain inputs that are not fitted.
    held
        How many of those vary otherwise.
    parameters, pairs
        What is fitted, with its priors and the rank correlations between them.
    points
        The figures.
    """

    asked: Calibration
    scenario: str
    settings: Mapping[str, float]
    held: int
    parameters: Uncertain
    pairs: tuple[sampling.Correlation, ...]
    points: Points


@dataclass(frozen=True)
class Fitted:
    """A calibration that was made.

    Attributes
    ----------
    fitting
        What was asked.
    fit, chain
        The best fit, and the draws from the posterior.
    best, values, prior
        In the units of the parameters: the best fit, shape (parameter,), and draws of posterior and prior, shape (draw, parameter).
    scores
        Of the posterior's draws in the priors, shape (draw, parameter).
    share
        The model's own error in each of them, as a share of a figure, shape (draw,).
    """

    fitting: Fitting
    fit: analysis.Fit
    chain: sampling.Chain
    best: Floats
    values: Floats
    prior: Floats
    scores: Floats
    share: Floats

    @property
    def columns(self) -> tuple[str, ...]:
        """The constants that were fitted, as the model writes them."""
        return tuple(p.variable for p, _ in self.fitting.parameters)

    def first(self, draws: int) -> Fitted:
        """Return the same with the first draws of the posterior alone, which are as good a choice as any."""
        return replace(self, values=self.values[:draws], scores=self.scores[:draws], share=self.share[:draws])
