"""Do the package's intervals hold what they say? Each kind of interval over many seeds, on functions whose answer is known exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import asin, exp, pi, sin, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.check.sheet import Line, Sheet, judge
from llr_sd.distribution import Distribution
from llr_sd.parameters import Parameter
from llr_sd.quantiles import STATISTICS
from llr_sd.studyparts import Scale, Target

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]
Held = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]
"""Called with the case, the seeds done and the seeds in all."""
SEEDS = 200
STATED = 0.95
ERRORS = 2.6
"""How many of its own Monte Carlo errors a coverage may lie below what is stated: a right one lies further off once in 200."""


@dataclass(frozen=True)
class Case:
    """A kind of interval on a function with a known answer; `held` says of a seed which of its intervals hold the truth."""

    section: str
    name: str
    held: Callable[[int], Held]


def check_statistics(seeds: int = SEEDS, progress: Progress = lambda name, done, total: None) -> Sheet:
    """Return the coverage of every kind of interval, a line each: the share of intervals that hold the truth, with its own error.

    Parameters
    ----------
    seeds
        Repetitions of every case; the seeds are 0, 1, 2 and so on, so the same sheet comes out again.
    progress
        Called as the seeds are done.

    Returns
    -------
    Sheet
        A line fails where its coverage lies below 95 % by more than its Monte Carlo error allows.
    """
    lines = []
    for number, case in enumerate(CASES):
        held = []
        for seed in range(seeds):
            progress(case.name, number * seeds + seed, len(CASES) * seeds)
            held.append(case.held(seed))
        lines.append(_line(case, np.array(held)))
    return Sheet("statistics", tuple(lines))


def _line(case: Case, held: Held) -> Line:
    """Judge a case; intervals of one seed are not independent, so the error is that of the means of seeds, or binomial where larger."""
    share = float(held.mean())
    error = max(float(held.mean(axis=1).std(ddof=1)) / sqrt(len(held)), sqrt(STATED * (1 - STATED) / held.size))
    measured = f"{share:.1%} of {held.size:,} intervals over {len(held)} seeds, Monte Carlo error {error:.1%}"
    low = share + ERRORS * error < STATED
    findings = [f"fewer than the {STATED:.0%} that is stated, by more than {ERRORS:g} Monte Carlo errors"] if low else []
    return judge(case.section, case.name, measured, f"{STATED:.0%}, less {ERRORS:g} such errors", findings)


# --- functions with a known answer ------------------------------------------------------------------------------------

UNIT, NORMAL = Distribution("uniform", 0, np.nan, 1), Distribution("normal", mode=0.0, sd=1.0)


def _inputs(number: int, law: Distribution) -> list[tuple[Parameter, Distribution]]:
    return [(Parameter(f"x{i}", f"x{i}", "Dmnl", 0.0, law, "", "known answer", "A"), law) for i in range(1, number + 1)]


def _phi(x: float) -> float:
    """Return the standard normal distribution function."""
    from scipy import special

    return float(special.ndtr(x))


def _dataset(**outputs: Floats) -> xr.Dataset:
    """Return runs of shape (scenario, run) as the analyses read them."""
    import xarray as xr

    shape = next(iter(outputs.values())).shape
    data: dict[str, Any] = {name: (("scenario", "run"), values) for name, values in outputs.items()}
    data["ok"] = (("scenario", "run"), np.ones(shape, dtype=bool))
    return xr.Dataset(data, coords={"scenario": [f"s{i}" for i in range(shape[0])]})


@dataclass(frozen=True)
class Known:
    """A function of inputs with one law, shape (run, input) to (run, cell), and its exact first-order, total and pair indices."""

    law: Distribution
    function: Callable[[Floats], Floats]
    first: Sequence[float]
    total: Sequence[float]
    pairs: Sequence[float] = ()


def _ishigami() -> Known:
    """Ishigami and Homma 1990 with a = 7 and b = 0.1."""
    one, two, both = 0.5 * (1 + 0.1 * pi**4 / 5) ** 2, 7**2 / 8, 0.01 * pi**8 * (1 / 18 - 1 / 50)
    all_ = one + two + both

    def function(u: Floats) -> Floats:
        x = pi * (2 * u - 1)
        return np.asarray(np.sin(x[:, :1]) * (1 + 0.1 * x[:, 2:] ** 4) + 7 * np.sin(x[:, 1:2]) ** 2)

    shares = [v / all_ for v in (one, two, 0.0)], [v / all_ for v in (one + both, two, both)]
    return Known(UNIT, function, *shares, [0.0, both / all_, 0.0])


def _g(a: Sequence[float] = (0, 1, 4.5, 9)) -> Known:
    """Sobol's G function (Saltelli and Sobol 1995)."""
    part = np.array([1 / (3 * (1 + v) ** 2) for v in a])
    first, total = _product(part)

    def function(u: Floats) -> Floats:
        return np.asarray(((np.abs(4 * u - 2) + np.array(a)) / (1 + np.array(a))).prod(axis=1, keepdims=True))

    return Known(UNIT, function, first, total)


def _product(part: Floats) -> tuple[list[float], list[float]]:
    """Return the indices of a product of independent factors of mean 1, from their variances."""
    whole = float(np.prod(1 + part) - 1)
    return list(part / whole), list(part / (1 + part) * (1 + whole) / whole)


def _lognormal(*spread: float) -> Known:
    """A product of lognormal factors, from the standard deviations of their logs."""
    s = np.array(spread)
    return Known(NORMAL, lambda x: np.exp(x @ s[:, None]), *_product(np.expm1(s**2)))


def _logs(*spread: float) -> Known:
    """The log of the same, which is a sum."""
    s = np.array(spread)
    shares = list(s**2 / (s**2).sum())
    return Known(NORMAL, lambda x: np.exp(x @ s[:, None]), shares, shares)


def _ranks(*spread: float) -> Known:
    """The rank of the same: the covariance of two ranks with normal correlation r is asin(r / 2) / 2 pi (Kruskal 1958)."""
    s = np.array(spread)
    r = s**2 / (s**2).sum()
    return Known(
        NORMAL, lambda x: np.exp(x @ s[:, None]), [6 / pi * asin(v / 2) for v in r], [1 - 6 / pi * asin((1 - v) / 2) for v in r]
    )


def _line_over_time(*at: float) -> Known:
    """x1 + t x2 at several times t: over all of them, x2 has the sum of t^2 against 1 a time."""
    moved = sum(t**2 for t in at) / (len(at) + sum(t**2 for t in at))
    return Known(NORMAL, lambda x: x[:, :1] + x[:, 1:] * np.array(at), [1 - moved, moved], [1 - moved, moved])


# --- each kind of interval --------------------------------------------------------------------------------------------


def _holds(low: Any, high: Any, truth: Any) -> Held:
    """Return which intervals hold the truth, to rounding."""
    return np.asarray((np.asarray(low) <= np.asarray(truth) + 1e-9) & (np.asarray(truth) - 1e-9 <= np.asarray(high)))


def _sobol(known: Known, base: int, scale: Scale, pooled: bool, seed: int) -> Held:
    """Indices and their sums; intervals that are said to be too narrow state nothing, so they count as held."""
    design = sampling.draw_saltelli(_inputs(len(known.first), known.law), base, seed, second_order=bool(known.pairs))
    again = sampling.resamples(seed, "sobol", design.plan.replicates if design.plan else 1)
    found = analysis.sobol(design, known.function(design.values), again, scale=scale, pooled=pooled)
    truth = [*known.first, *known.total, *known.pairs, sum(known.first), sum(known.total)]
    return np.asarray(_holds(found.low[:, 0], found.high[:, 0], truth) | found.skewed[0])


def _grown(known: Known, tolerance: float, seed: int) -> Held:
    """Indices at the base where they settle: it is their own intervals that end the growth, which must not make them too narrow."""
    inputs = _inputs(len(known.first), known.law)

    def evaluate(base: int) -> pd.DataFrame:
        design = sampling.draw_saltelli(inputs, base, seed, second_order=False)
        again = sampling.resamples(seed, "sobol", design.plan.replicates if design.plan else 1)
        return analysis.sobol_table(design, _dataset(y=known.function(design.values).T), {}, again)

    found = analysis.grow(evaluate, lambda base: base * (len(inputs) + 2), 64, 100_000, tolerance).table
    return _holds(found["low"], found["high"], [*known.first, *known.total])


def _shapley(seed: int) -> Held:
    """2 x1 + x2 + x3, x1 and x2 correlated: each of the two takes the mean of what it explains alone and what the other leaves."""
    pairs = [("x1", "x2", 0.5)]
    r = 2 * sin(pi * 0.5 / 6)
    one, two, both = (2 + r) ** 2, (1 + 2 * r) ** 2, 5 + 4 * r
    design = sampling.draw_shapley(_inputs(3, NORMAL), 256, seed, pairs)
    values = design.values @ np.array([[2.0], [1.0], [1.0]])
    found = analysis.shapley(design, values, sampling.resamples(seed, "shapley", 256))
    truth = np.array([(one + both - two) / 2, (two + both - one) / 2, 1.0]) / (both + 1)
    return _holds(found.low[:, 0], found.high[:, 0], truth)


def _given(known: Known, seed: int) -> Held:
    """First-order indices from 600 plain draws; intervals that are said to be too narrow state nothing, so they count as held."""
    design = sampling.draw_monte_carlo(_inputs(len(known.first), known.law), 600, seed)
    found = analysis.given_data(design, design.names, sampling.dummy(seed, 600), known.function(design.values))
    return np.asarray(_holds(found.low[:, 0], found.high[:, 0], [*known.first, 0.0]) | found.skewed[0])


def _given_tied(seed: int) -> Held:
    """2 x1 + x2 + x3, x1 and x2 correlated: each of the two has what it explains alone."""
    r = 2 * sin(pi * 0.5 / 6)
    design = sampling.draw_monte_carlo(_inputs(3, NORMAL), 600, seed, [("x1", "x2", 0.5)])
    values = design.values @ np.array([[2.0], [1.0], [1.0]])
    found = analysis.given_data(design, design.names, sampling.dummy(seed, 600), values)
    truth = np.array([(2 + r) ** 2, (1 + 2 * r) ** 2, 1.0, 0.0]) / (6 + 4 * r)
    return _holds(found.low[:, 0], found.high[:, 0], truth)


def _loss(mean: float, spread: float) -> float:
    """Return E[max(0, N(mean, spread))] less max(0, mean): the normal loss integral (Raiffa and Schlaifer 1961)."""
    if spread == 0:
        return 0.0
    z = mean / spread
    return mean * _phi(z) + spread * exp(-z * z / 2) / sqrt(2 * pi) - max(0.0, mean)


def _information(seed: int) -> Held:
    """Worth of learning x1 where the choice gains mean + a x1 + x2: nothing, drowned in noise, and plain."""
    design = sampling.draw_monte_carlo(_inputs(2, NORMAL), 600, seed)
    again = sampling.resamples(seed, "information", analysis.CLUSTERS, 100)
    held = []
    for mean, a in ((0.3, 0.0), (0.1, 0.05), (0.0, 0.1), (0.3, 0.2), (0.3, 1.0)):
        net = np.column_stack([np.zeros(design.runs), mean + design.values @ [a, 1.0]])
        row = analysis.evppi_table(design, net, again, groups={"x1": ["x1"]}).iloc[0]
        held.append(_holds(row["low"], row["high"], _loss(mean, a)))
    return np.array(held)


def _chances(seed: int) -> Held:
    """Chances of 2 to 98 % that a sum of normals reaches a level."""
    y = sampling.draw_monte_carlo(_inputs(2, NORMAL), 400, seed).values.sum(axis=1) / sqrt(2)
    levels = (-2.0, -1.0, 0.0, 1.0, 2.0)
    targets = [Target(name=f"{level}", output="y", at_least=level) for level in levels]
    found = analysis.target_table(_dataset(y=y[None]), targets)
    return _holds(found["low"], found["high"], [1 - _phi(level) for level in levels])


def _quantiles(seed: int) -> Held:
    """Quantiles of a lognormal output from 200 runs."""
    from scipy import special

    y = np.exp(sampling.draw_monte_carlo(_inputs(1, NORMAL), 200, seed).values[:, 0])
    rows = analysis.summarise(_dataset(y=y[None]), {}).set_index("statistic").loc[list(STATISTICS)]
    return _holds(rows["low"], rows["high"], np.exp(special.ndtri(list(STATISTICS.values()))))


def _means(seed: int) -> Held:
    """Means of 2, 5 and 50 runs of a normal output."""
    y = sampling.draw_monte_carlo(_inputs(1, NORMAL), 57, seed).values[:, 0]
    held = []
    for part in (y[:2], y[2:7], y[7:]):
        row = analysis.summarise(_dataset(y=part[None]), {}).set_index("statistic").loc["mean"]
        held.append(_holds(row["low"], row["high"], 0.0))
    return np.array(held)


def _differences(seed: int) -> Held:
    """Two scenarios on common draws whose difference is 0.3 + x2 / 2."""
    x = sampling.draw_monte_carlo(_inputs(2, NORMAL), 400, seed).values
    before = 10 * x[:, 0]
    rows = analysis.paired_table(_dataset(y=np.stack([before, before + 0.3 + x[:, 1] / 2])), "s0", {}).set_index("statistic")
    truth = {"mean": 0.3, "p50": 0.3, "p05": 0.3 - 0.8224268135, "p95": 0.3 + 0.8224268135, "probability_above_zero": _phi(0.6)}
    rows = rows.loc[list(truth)]
    return _holds(rows["low"], rows["high"], list(truth.values()))


def _levers(chances: Sequence[float], common: bool, seed: int) -> Held:
    """Whether nothing false is claimed: the mix that is confirmed to reach 80 %, if any, does. Draws are common, or each mix's own."""
    runs, mixes = 200, len(chances)
    inputs = _inputs(1 if common else mixes, UNIT)

    def outcomes(first: int, settings: Sequence[analysis.Setting]) -> list[analysis.Outcome]:
        u = draws[first]
        every = np.ones(runs, dtype=bool)
        return [(np.full(runs, s["mix"]), u[:, 0 if common else int(s["mix"])] < chances[int(s["mix"])], every) for s in settings]

    draws = {first: sampling.draw_monte_carlo(inputs, runs, seed, first=first).values for first in (0, runs)}
    found = analysis.search_levers({"mix": range(mixes)}, partial(outcomes, 0), partial(outcomes, runs), 0.8)
    return np.array([found.best is None or chances[int(found.best.setting["mix"])] >= 0.8])


SHARES, WORTH, RUNS, MIXES = "shares of variance", "value of information", "runs", "levers"
TAIL = (0.7, 0.5, 0.3)
CASES = (
    Case(SHARES, "Sobol, Ishigami", partial(_sobol, _ishigami(), 256, "value", False)),
    Case(SHARES, "Sobol, G function", partial(_sobol, _g(), 256, "value", False)),
    Case(SHARES, "Sobol, grown until settled", partial(_grown, _g(), 0.1)),
    Case(
        SHARES, "Sobol, long tail: held or said to be too narrow", partial(_sobol, _lognormal(0.5, 0.3, 0.2), 256, "value", False)
    ),
    Case(SHARES, "Sobol, rank of a long tail", partial(_sobol, _ranks(*TAIL), 256, "rank", False)),
    Case(SHARES, "Sobol, log of a long tail", partial(_sobol, _logs(*TAIL), 256, "log", False)),
    Case(SHARES, "Sobol, all times together", partial(_sobol, _line_over_time(0.0, 1.0, 3.0), 256, "value", True)),
    Case(SHARES, "Shapley, correlated linear Gaussian", _shapley),
    Case(SHARES, "from plain draws, Ishigami", partial(_given, _ishigami())),
    Case(SHARES, "from plain draws, long tail: held or said to be too narrow", partial(_given, _lognormal(0.5, 0.3, 0.2))),
    Case(SHARES, "from plain draws, correlated linear Gaussian", _given_tied),
    Case(WORTH, "worth of an input, from nothing to plain", _information),
    Case(RUNS, "chance of a target", _chances),
    Case(RUNS, "quantiles", _quantiles),
    Case(RUNS, "means of few runs", _means),
    Case(RUNS, "paired differences", _differences),
    Case(MIXES, "nothing false claimed, 100 mixes just short of 80 %", partial(_levers, (0.799,) * 100, False)),
    Case(
        MIXES,
        "nothing false claimed, mixes from 60 to 95 % on common draws",
        partial(_levers, tuple(np.linspace(0.6, 0.95, 36)), True),
    ),
)
"""Every kind of interval that a study prints."""
