"""What observed points tell of fitted parameters: intervals beside the priors, what goes together, what is learnt and what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.backtest import BAND, Measured, band, ranks
from llr_sd.analysis.fitting.problem import Floats
from llr_sd.quantiles import STATISTICS
from llr_sd.result import AS_BEFORE, FIT, HELD_OUT, NOT_APART
from llr_sd.rounding import difference

if TYPE_CHECKING:
    import pandas as pd

TOGETHER = 0.9
"""Rank correlation of two parameters in the posterior, without sign, from which on the points do not tell them apart."""
MOVED = 0.2
"""How far that must lie from the rank correlation in the prior, which the points have no part in."""
LEARNT = 0.1
"""What must be learnt of a parameter before its posterior is more than its prior, in nats: a spread less by a quarter, or a middle moved
by nearly half a standard deviation."""


def learnt(scores: Floats) -> Floats:
    """Return what is learnt of each parameter in nats, shape (parameter,), from draws of its score in its prior, shape (draw, parameter).

    It is the information gained (Kullback and Leibler) of a bell with the mean and spread of the draws over the standard one.
    """
    variance = np.maximum(scores.var(axis=0, ddof=1), 1e-300)
    return np.asarray(0.5 * (variance + np.square(scores.mean(axis=0)) - 1 - np.log(variance)))


def posterior_table(
    about: Sequence[Mapping[str, Any]], values: Floats, scores: Floats, best: Floats, prior: Floats, effective: float
) -> pd.DataFrame:
    """Return one row a fitted parameter.

    Parameters
    ----------
    about
        Leading columns of each row: name, unit and so on.
    values, scores
        Draws of the posterior, shape (draw, parameter): in the unit of each, and as scores in the priors.
    best
        The best fit, shape (parameter,).
    prior
        Its 5, 50 and 95 % points before the fit, shape (3, parameter).
    effective
        Independent draws that those given are worth.

    Returns
    -------
    DataFrame
        The leading columns; best; p05, p50, p95, mean, sd of the posterior; error, the standard error of that mean from what the draws are
        worth; prior_p05, prior_p50, prior_p95; narrower, the share by which the middle nine tenths shrink; learnt, in nats; note.
    """
    import pandas as pd

    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=0)
    gained, sd = learnt(scores), values.std(axis=0, ddof=1)
    rows = []
    for i, row in enumerate(about):
        numbers = {"best": best[i], "p05": low[i], "p50": middle[i], "p95": high[i], "mean": values[:, i].mean(), "sd": sd[i]}
        numbers |= {
            "error": sd[i] / np.sqrt(effective),
            "prior_p05": prior[0, i],
            "prior_p50": prior[1, i],
            "prior_p95": prior[2, i],
        }
        numbers |= {"narrower": 1 - (high[i] - low[i]) / (prior[2, i] - prior[0, i]), "learnt": gained[i]}
        rows.append({**row, **{k: float(v) for k, v in numbers.items()}, "note": AS_BEFORE if gained[i] < LEARNT else ""})
    return pd.DataFrame(rows)


def pair_table(names: Sequence[str], scores: Floats, prior: Floats, effective: float) -> pd.DataFrame:
    """Return one row a pair of parameters: Spearman's rank correlation in the posterior, and whether the points tell the two apart.

    Parameters
    ----------
    names, scores
        Of the parameters, and draws of their scores, shape (draw, parameter).
    prior
        Rank correlations before the fit, shape (parameter, parameter).
    effective
        Independent draws that those given are worth, for the 95 % interval (Fisher's z).
    """
    import pandas as pd

    ranks = scores.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable").astype(np.float64)
    found = np.atleast_2d(np.corrcoef(ranks.T))
    half = 1.96 / np.sqrt(max(effective - 3, 1.0))
    rows = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            z = np.arctanh(np.clip(found[i, j], -1 + 1e-12, 1 - 1e-12))
            tied = abs(found[i, j]) >= TOGETHER and abs(found[i, j] - prior[i, j]) >= MOVED
            ends = (float(np.tanh(z - half)), float(np.tanh(z + half)))
            rows.append((names[i], names[j], float(found[i, j]), *ends, float(prior[i, j]), NOT_APART if tied else ""))
    return pd.DataFrame(rows, columns=["parameter", "other", "rank", "low", "high", "prior_rank", "note"])


def direction_table(names: Sequence[str], slopes: Floats) -> pd.DataFrame:
    """Return what the points tell along each direction in the scores: eigenvectors of the information (Fisher) at the best fit.

    Parameters
    ----------
    names
        Of the parameters.
    slopes
        From `Fit`, shape (point, parameter).

    Returns
    -------
    DataFrame
        One row a direction and parameter, the best known direction first: direction, information (in those of the prior, which has 1),
        narrower (how much the spread along it shrinks: 1 - 1 / sqrt(1 + information)), parameter, weight.

    Notes
    -----
    The prior's own information is the unit, so a direction above 1 is known from the points rather than from the prior (Cui et al. 2014,
    doi:10.1088/0266-5611/30/11/114015). Local to the best fit.
    """
    import pandas as pd

    amount, direction = np.linalg.eigh(slopes.T @ slopes)
    rows = []
    for number, i in enumerate(range(len(names) - 1, -1, -1), 1):
        vector = direction[:, i] * np.sign(direction[np.argmax(np.abs(direction[:, i])), i])
        information = max(float(amount[i]), 0.0)
        share = 1 - 1 / np.sqrt(1 + information)
        rows += [(number, information, float(share), n, float(w)) for n, w in zip(names, vector, strict=True)]
    return pd.DataFrame(rows, columns=["direction", "information", "narrower", "parameter", "weight"])


def point_table(
    about: Sequence[Mapping[str, Any]],
    fitted: NDArray[np.bool_],
    measured: Measured,
    best: Floats,
    model: Floats,
    prior: Floats,
) -> pd.DataFrame:
    """Return one row a figure: the model before and after the fit, and whether the band holds it.

    Parameters
    ----------
    about
        Leading columns of each row: series, time and so on.
    fitted
        False for figures that were held out, shape (figure,).
    measured
        Draws of the posterior, with the model's own error where there is one, beside the figures and their errors.
    best
        What the best fit gives, shape (figure,).
    model, prior
        What draws of the posterior give without any error, and draws of the prior, shape (draw, figure); NaN where a run failed.

    Returns
    -------
    DataFrame
        The leading columns; role ("fit" or "held out"), figure, error, best; p05, p50, p95 of the model; low and high, between which nine
        figures in ten should lie, errors and all; prior_p05, prior_p50, prior_p95; stands ("inside", "below" or "above"); rank, the share
        of what would be published that lies below the figure.
    """
    import pandas as pd

    ends, before = (np.nanquantile(a, (0.05, 0.5, 0.95), axis=0) for a in (model, prior))
    wide, rank = band(measured), ranks(measured)
    rows = []
    for i, row in enumerate(about):
        figure, low, high = measured.figures[i], wide[0, i], wide[-1, i]
        numbers = {"figure": figure, "error": measured.error[i], "best": best[i]}
        numbers |= {"p05": ends[0, i], "p50": ends[1, i], "p95": ends[2, i], "low": low, "high": high}
        numbers |= {"prior_p05": before[0, i], "prior_p50": before[1, i], "prior_p95": before[2, i], "rank": rank[i]}
        stands = "below" if float(difference(figure, low)) < 0 else "above" if float(difference(figure, high)) > 0 else "inside"
        rows.append(
            {**row, "role": FIT if fitted[i] else HELD_OUT, **{k: float(v) for k, v in numbers.items()}, "stands": stands}
        )
    return pd.DataFrame(rows)


def course_table(observed: str, times: Floats, model: Floats, best: Floats) -> pd.DataFrame:
    """Return the course of a series over time in the posterior and in the best fit.

    Parameters
    ----------
    observed
        The name of the series.
    times
        Shape (time,).
    model, best
        Shapes (draw, time) and (time,).
    """
    import pandas as pd

    found = dict(zip(BAND, np.nanquantile(model, [STATISTICS[name] for name in BAND], axis=0), strict=True))
    return pd.DataFrame({"observed": observed, "time": times, **found, "best": best})
