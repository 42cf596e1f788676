"""Value of information: what it is worth to find out an uncertain number before deciding between options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.design import Design
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
COLUMNS = ("input", "value", "low", "high", "share", "runs", "lost")
FOLDS = 5
KNOTS = 4
"""Inner knots of the spline of each parameter, at its quantiles."""
FEWEST = 100
"""Fewest good runs."""


def evppi_table(
    design: Design, benefit: Floats, ok: NDArray[np.bool_] | None = None, groups: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Return the expected value of partial perfect information (EVPPI) of each input, the largest first.

    The benefit of each option is regressed on the input (cubic splines, additive over the parameters of a group, with the products of
    their linear parts). The runs are cut into five: for each part the option is chosen by the regression on the other four, and what
    that choice earns in the part itself, less what the best single option earns, is averaged. So the estimate does not profit from its
    own noise: it falls short of the truth by what a slightly wrong choice costs, and may come out a little below 0 for an input that is
    worth nothing.

    Parameters
    ----------
    design
        Of kind "monte_carlo", "latin_hypercube" or "frame"; all options ran on it.
    benefit
        Net benefit of each option in each run, shape (run, option), in one unit, larger is better.
    ok
        False where a run failed in any option, shape (run,); such runs, and those with a benefit that is not finite, are left out.
    groups
        Design columns to learn together, by name; single columns when None.

    Returns
    -------
    DataFrame
        Columns input, value, low, high (95 % interval, from the variance over runs; all in the unit of benefit), share (of the expected
        value of perfect information), runs, lost.

    Raises
    ------
    InputError
        When the design has a structure, shapes do not fit, there is one option only, or fewer than 100 runs are good.

    Notes
    -----
    Strong, Oakley and Brennan 2014, doi:10.1177/0272989X13505910. A group of more than about five parameters with strong interactions
    is beyond these splines and comes out too low. Costs no runs.
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
    net, inputs = benefit[good], design.values[good]
    perfect = float(net.max(axis=1).mean() - net.mean(axis=0).max())
    rows = []
    for name, members in learnt.items():
        unknown = [m for m in members if m not in design.names]
        if unknown:
            raise InputError(f'the design has no column "{unknown[0]}".', where=f"group {name}")
        gain = _gain(inputs[:, [design.names.index(m) for m in members]], net)
        value, half = float(gain.mean()), 1.959963984540054 * float(gain.std(ddof=1)) / np.sqrt(len(gain))
        rows.append(
            (name, value, value - half, value + half, value / perfect if perfect > 0 else np.nan, len(gain), int((~good).sum()))
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _gain(inputs: Floats, net: Floats) -> Floats:
    """Return what choosing with the input known earns over choosing without, run by run, shape (run,)."""
    fold = np.arange(len(net)) % FOLDS
    gain = np.empty(len(net))
    basis = _basis(inputs)
    for part in range(FOLDS):
        rest, here = fold != part, fold == part
        # Small normal equations: quick; the pseudo-inverse copes with the few levels of a discrete input.
        inverse = np.linalg.pinv(basis[rest].T @ basis[rest], rcond=1e-12, hermitian=True)
        weights = inverse @ (basis[rest].T @ net[rest])
        chosen = (basis[here] @ weights).argmax(axis=1)
        default = net[rest].mean(axis=0).argmax()
        gain[here] = np.take_along_axis(net[here], chosen[:, None], axis=1)[:, 0] - net[here, default]
    return gain


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
