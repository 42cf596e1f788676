"""Value of information: what it is worth to find out an uncertain number before deciding between options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.bootstrap import counts_of
from llr_sd.design import Design
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
COLUMNS = ("input", "value", "low", "high", "told", "share", "runs", "lost")
FOLDS = 5
KNOTS = 4
"""Inner knots of the spline of each parameter, at its quantiles."""
CLUSTERS = 40
"""Parts of the runs that are resampled; run i belongs to part i modulo this."""
FEWEST = 100
"""Fewest good runs."""
_SHOWN = 4000  # most runs whose inputs the resampled regressions are averaged over
_UNSEEN = 3.0  # runs that may lie, with 95 %, where none of the runs lies ("rule of three")


def evppi_table(
    design: Design,
    benefit: Floats,
    resamples: NDArray[np.int64],
    ok: NDArray[np.bool_] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return the expected value of partial perfect information (EVPPI) of each input, the largest first.

    The benefit of each option is regressed on the input (cubic splines, additive over the parameters of a group, with the products of
    their linear parts). The runs are cut into five: for each part the option is chosen by the regression on the other four. What that
    choice earns in the part itself, less what the best single option earns, is averaged. So the estimate does not profit from its own
    noise; it falls short of the truth by what a slightly wrong choice costs.

    The interval holds the truth from both sides. Its lower end is that of this average. The regression on all runs does profit from its
    noise, so its upper end over resamples bounds what may have been missed; an input whose worth drowns in noise gets an interval from
    0 to that, and is not `told` from worthless. Where options are as good on average to within noise, the ends allow for each of them.

    Parameters
    ----------
    design
        Of kind "monte_carlo", "latin_hypercube" or "frame"; all options ran on it.
    benefit
        Net benefit of each option in each run, shape (run, option), in one unit, larger is better.
    resamples
        Shape (resample, CLUSTERS), whole numbers from 0.
    ok
        False where a run failed in any option, shape (run,); such runs, and those with a benefit that is not finite, are left out.
    groups
        Design columns to learn together, by name; single columns when None.

    Returns
    -------
    DataFrame
        Columns input, value, low, high (95 % interval; all in the unit of benefit, none below 0), told (whether low is above 0), share
        (of the expected value of perfect information; NaN where that is 0), runs, lost.

    Raises
    ------
    InputError
        When the design has a structure, shapes do not fit, there is one option only, or fewer than 100 runs are good.

    Notes
    -----
    Strong, Oakley and Brennan 2014, doi:10.1177/0272989X13505910; skewed gains after Johnson 1978, doi:10.2307/2286597. A group of more
    than about five parameters with strong interactions is beyond these splines and comes out too low. Costs no runs.
    """
    import pandas as pd

    if design.kind not in ("monte_carlo", "latin_hypercube", "frame"):
        raise InputError(f'the value of information needs runs drawn from the distributions, not a "{design.kind}" design.')
    if benefit.ndim != 2 or len(benefit) != design.runs or benefit.shape[1] < 2:
        raise InputError(f"benefit needs the shape ({design.runs}, options), with two options or more.")
    good = np.isfinite(benefit).all(axis=1) & (True if ok is None else ok)
    if good.sum() < FEWEST:
        raise InputError(f"{int(good.sum())} good runs are too few: the value of information needs at least {FEWEST}.")
    learnt = groups or {name: (name,) for name in design.names}
    net, inputs, counts = benefit[good], design.values[good], counts_of(resamples, CLUSTERS)
    perfect = float((net.max(axis=1)[:, None] - net).mean(axis=0).min())
    rows = []
    for name, members in learnt.items():
        unknown = [m for m in members if m not in design.names]
        if unknown:
            raise InputError(f'the design has no column "{unknown[0]}".', where=f"group {name}")
        basis = _basis(inputs[:, [design.names.index(m) for m in members]])
        value, low, high = _worth(basis, net, counts)
        share = min(value / perfect, 1.0) if perfect > 0 else np.nan
        rows.append((name, value, low, high, low > 0, share, len(net), int((~good).sum())))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _worth(basis: Floats, net: Floats, counts: Floats) -> tuple[float, float, float]:
    """Return the worth of choosing with the input known, and the ends of its interval."""
    from scipy import stats

    runs = len(net)
    gain = _earned(basis, net)[:, None] - net
    mean, spread = gain.mean(axis=0), gain.std(axis=0, ddof=1)
    best = int(mean.argmin())
    t = float(stats.t.ppf(0.975, runs - 1))
    apart = net[:, best : best + 1] - net
    rivals = apart.mean(axis=0) <= t * apart.std(axis=0, ddof=1) / np.sqrt(runs)
    skew = ((gain - mean) ** 3).mean(axis=0) / np.where(spread > 0, spread, 1.0) ** 3
    more = skew / np.sqrt(runs) * (1 + 2 * t**2) / 6
    error = spread / np.sqrt(runs)
    low = (mean - error * (t - np.minimum(more, 0.0)))[rivals].min()
    high = (mean + error * (t + np.maximum(more, 0.0)))[rivals].max()
    return max(float(mean[best]), 0.0), max(float(low), 0.0), max(float(high), _missed(basis, net, counts), 0.0)


def _earned(basis: Floats, net: Floats) -> Floats:
    """Return what choosing with the input known earns run by run, each run chosen for by the regression on others, shape (run,)."""
    fold = np.arange(len(net)) % FOLDS
    earned = np.empty(len(net))
    for part in range(FOLDS):
        rest, here = fold != part, fold == part
        weights = _solved(basis[rest].T @ basis[rest], basis[rest].T @ net[rest])
        chosen = (basis[here] @ weights).argmax(axis=1)
        earned[here] = np.take_along_axis(net[here], chosen[:, None], axis=1)[:, 0]
    return earned


def _missed(basis: Floats, net: Floats, counts: Floats) -> float:
    """Return the most that the input may be worth as regressions on resampled runs have it, with room for what no run shows."""
    parts = [slice(number, None, CLUSTERS) for number in range(CLUSTERS)]
    squares = np.stack([basis[part].T @ basis[part] for part in parts])
    products = np.stack([basis[part].T @ net[part] for part in parts])
    weights = _solved(np.tensordot(counts, squares, axes=1), np.tensordot(counts, products, axes=1))
    some = basis[:: -(-len(basis) // _SHOWN)]
    again = (some @ np.concatenate(weights, axis=1)).reshape(len(some), len(counts), -1)
    most = np.quantile(again.max(axis=2).mean(axis=0) - again.mean(axis=0).max(axis=1), 0.975)
    fitted = basis @ _solved(squares.sum(axis=0), products.sum(axis=0))
    apart = fitted - fitted[:, [int(fitted.mean(axis=0).argmax())]]
    return float(most + _UNSEEN / len(net) * apart.std(axis=0).max())


def _solved(squares: Floats, products: Floats) -> Floats:
    """Solve normal equations: small and quick; the pseudo-inverse copes with the few levels of a discrete input."""
    return np.asarray(np.linalg.pinv(squares, rcond=1e-12, hermitian=True) @ products)


def _basis(inputs: Floats) -> Floats:
    """Return truncated-power cubic splines of each column, and the products of the columns, shape (run, term)."""
    columns = [np.ones(len(inputs))]
    scaled = []
    for x in inputs.T:
        width = float(np.ptp(x))
        u = (x - x.min()) / width if width > 0 else np.zeros(len(x))
        knots = np.unique(np.quantile(u, np.linspace(0, 1, KNOTS + 2)[1:-1]))
        scaled.append(u)
        columns += [u, u**2, u**3, *(np.maximum(u - k, 0.0) ** 3 for k in knots)]
    columns += [scaled[i] * scaled[j] for i in range(len(scaled)) for j in range(i)]
    return np.column_stack(columns)
