"""Scenario discovery: the box in the inputs where a target is missed, by PRIM, in plain words, with coverage and density."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.summary import wilson
from llr_sd.design import Design
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 40
"""Fewest runs of interest, and of the others, from which a box is sought."""


@dataclass(frozen=True)
class Restriction:
    """One side or both of a box.

    Attributes
    ----------
    name
        The design column.
    low, high
        Values of the input, in its unit; infinite where the box is open.
    unit
        Of the input.
    """

    name: str
    low: float
    high: float
    unit: str = ""


@dataclass(frozen=True)
class Box:
    """A box in the inputs.

    Attributes
    ----------
    restrictions
        What bounds it; empty when no box was found.
    density
        Share of the runs in the box that are of interest, with its 95 % Wilson interval.
    coverage
        Share of the runs of interest that are in the box, with its interval.
    share
        Share of all runs that are of interest.
    runs, lost
        Runs that density and coverage were measured on, which are not those that the box was found on; failed runs left out.
    """

    restrictions: tuple[Restriction, ...]
    density: tuple[float, float, float]
    coverage: tuple[float, float, float]
    share: float
    runs: int
    lost: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row a restriction: input (its design column), low, high, unit, and the box's density and coverage with their intervals."""
        import pandas as pd

        names = ("density", "density_low", "density_high", "coverage", "coverage_low", "coverage_high")
        numbers = dict(zip(names, (*self.density, *self.coverage), strict=True))
        rows = [{"input": r.name, "low": r.low, "high": r.high, "unit": r.unit} | numbers for r in self.restrictions]
        return pd.DataFrame(rows, columns=["input", "low", "high", "unit", *names])


def discover(
    design: Design,
    interest: NDArray[np.bool_],
    ok: NDArray[np.bool_] | None = None,
    density: float = 0.8,
    units: Mapping[str, str] | None = None,
) -> Box:
    """Find the box where runs of interest gather, by the PRIM of the EMA Workbench.

    The box is found on every other run (peeling 5 % at a time, at least 5 % of the runs in it), and density and coverage are measured
    on the rest, so they do not flatter it. Of the boxes on the way that reach `density`, the one with the largest harmonic mean of
    density and coverage is taken, else the densest; then restrictions that do nothing are dropped (quasi-p above 5 %, Bryant and Lempert 2010).

    Parameters
    ----------
    design
        Of kind "monte_carlo", "latin_hypercube" or "frame".
    interest
        Which runs are of interest (the target is missed), shape (run,).
    ok
        False for failed runs, which are left out, shape (run,).
    density
        Share of interest to reach in the box, from 0 to 1.
    units
        Units by design column.

    Returns
    -------
    Box
        With density and coverage, each with its 95 % interval, from the runs that did not find it.

    Raises
    ------
    InputError
        When the extra "discovery" is not installed, the design has a structure, or too few runs are of interest, or too few are not.

    Notes
    -----
    Friedman and Fisher 1999, doi:10.1023/A:1008894516817; Bryant and Lempert 2010, doi:10.1016/j.techfore.2009.08.002; Kwakkel and
    Jaxa-Rozen 2016, doi:10.1016/j.envsoft.2015.11.020. A box has straight sides: it describes a slanted or curved region poorly, and
    then coverage or density stays low. Costs no runs.
    """
    import pandas as pd

    if design.kind not in ("monte_carlo", "latin_hypercube", "frame"):
        raise InputError(f'discovery needs runs drawn from the distributions, not a "{design.kind}" design.')
    good = np.ones(design.runs, dtype=bool) if ok is None else ok
    if interest.shape != (design.runs,) or good.shape != (design.runs,):
        raise InputError(f"interest and ok need the shape ({design.runs},).")
    x, y = design.values[good], interest[good]
    lost = design.runs - len(x)
    hits = int(y.sum())
    if min(hits, len(y) - hits) < FEWEST:
        few = f"{hits:,} of {len(y):,} runs miss it" if hits <= len(y) - hits else f"{len(y) - hits:,} of {len(y):,} runs meet it"
        raise InputError(f"{few}: too few for a box ({FEWEST} needed).", mend="Use more runs or another level.")
    find, test = slice(0, None, 2), slice(1, None, 2)
    path = _peel(pd.DataFrame(x[find], columns=list(design.names)), y[find], density)
    limits = _choose(path, x[find], y[find], density)
    inside = _inside(limits, x[test])
    hits = int(y[test][inside].sum())
    restrictions = tuple(
        Restriction(name, float(low), float(high), (units or {}).get(name, ""))
        for name, (low, high) in zip(design.names, limits, strict=True)
        if not (np.isinf(low) and np.isinf(high))
    )
    found = wilson(hits, int(inside.sum())), wilson(hits, int(y[test].sum()))
    return Box(restrictions, found[0], found[1], float(y.mean()), len(y[test]), lost)


def _peel(x: pd.DataFrame, y: NDArray[np.bool_], density: float) -> list[NDArray[np.float64]]:
    """Return the boxes on PRIM's way, each of shape (input, 2), infinite where it is open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of optional parts on import and of pandas' plans
        try:
            prim = importlib.import_module("ema_workbench.analysis.prim")
        except ImportError as error:
            raise InputError(
                "scenario discovery needs the EMA Workbench.", mend="Install it with `pip install 'llr-sd[discovery]'`."
            ) from error
        box: Any = prim.Prim(x, y, threshold=density).find_box()
    if box is None:
        return []
    low, high = x.min().to_numpy(), x.max().to_numpy()
    path = []
    for frame in box.box_lims:
        ends = np.array([[frame[name].iloc[0], frame[name].iloc[1]] for name in x.columns], dtype=np.float64)
        path.append(
            np.stack([np.where(ends[:, 0] > low, ends[:, 0], -np.inf), np.where(ends[:, 1] < high, ends[:, 1], np.inf)], axis=1)
        )
    return path


def _inside(limits: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(((x >= limits[:, 0]) & (x <= limits[:, 1])).all(axis=1))


def _choose(path: list[NDArray[np.float64]], x: NDArray[np.float64], y: NDArray[np.bool_], density: float) -> NDArray[np.float64]:
    """Return the box to report, without the restrictions that do nothing."""
    from scipy import stats

    whole = np.column_stack([np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)])
    scored = [(float(y[inside].mean()), int(y[inside].sum()), box) for box in (whole, *path) if (inside := _inside(box, x)).any()]
    dense = [s for s in scored if s[0] >= density]
    best = max(dense, key=lambda s: s[0] * s[1] / (s[0] * y.sum() + s[1])) if dense else max(scored, key=lambda s: s[0])
    limits = best[2].copy()
    while True:
        inside = _inside(limits, x)
        hits, size = int(y[inside].sum()), int(inside.sum())
        doubts = []
        for i, side in np.argwhere(np.isfinite(limits)):
            without = limits.copy()
            without[i, side] = (-np.inf, np.inf)[side]
            wider = float(y[_inside(without, x)].mean())
            doubts.append((float(stats.binom.sf(hits - 1, size, wider)), int(i), int(side)))
        if not doubts or max(doubts)[0] <= 0.05:
            return limits
        _, i, side = max(doubts)
        limits[i, side] = (-np.inf, np.inf)[side]
