"""Exact attribution of the difference between two scenarios to their levers, run by run; nothing is left over as "interaction"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.analysis.cells import labels
from llr_sd.analysis.shapley import shapley_weights
from llr_sd.analysis.summary import statistics_of
from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MOST_LEVERS = 12
"""Most levers of an attribution: its cost doubles with each."""
COLUMNS = ("base", "scenario", "output", "time", "lever", "statistic", "value", "low", "high", "runs", "lost", "note")


@dataclass(frozen=True)
class LeverSettings:
    """What must be run to attribute the difference between two scenarios.

    Attributes
    ----------
    levers
        Names, each with the parameters that it moves.
    settings
        2**k settings by parameter name, in order: setting s has lever i as in the second scenario where bit i of s is set, else as in
        the first. A parameter that a scenario does not set is absent: it keeps its drawn or default value.
    """

    levers: Mapping[str, tuple[str, ...]]
    settings: tuple[Mapping[str, float], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """`settings` as scenario names: the levers that are moved, or "none"."""
        keys = tuple(self.levers)
        return tuple(" + ".join(k for i, k in enumerate(keys) if s >> i & 1) or "none" for s in range(len(self.settings)))


def lever_settings(
    base: Mapping[str, float], scenario: Mapping[str, float], levers: Mapping[str, Sequence[str]] | None = None
) -> LeverSettings:
    """Return the 2**k settings between two scenarios.

    Parameters
    ----------
    base, scenario
        What the two scenarios set, by parameter name, in the parameter's unit.
    levers
        Parameters by lever, to move some together; every parameter that differs is a lever of its own when None. Cost in runs: 2**k
        times the runs of one scenario, on the same draws.

    Raises
    ------
    InputError
        When nothing differs, a differing parameter is in no lever or in two, or there are more than 12 levers.
    """
    differ = [n for n in dict.fromkeys((*base, *scenario)) if base.get(n) != scenario.get(n)]
    if not differ:
        raise InputError("the two scenarios set the same values: there is nothing to attribute.")
    if levers is None:
        grouped: dict[str, tuple[str, ...]] = {name: (name,) for name in differ}
    else:
        grouped = {lever: tuple(n for n in names if n in differ) for lever, names in levers.items()}
        grouped = {lever: names for lever, names in grouped.items() if names}
        held = [n for names in grouped.values() for n in names]
        for name in differ:
            if held.count(name) != 1:
                raise InputError(
                    f"{name} differs between the scenarios and must be in just one lever, not in {held.count(name)}."
                )
    if len(grouped) > MOST_LEVERS:
        raise InputError(
            f"{len(grouped)} levers need {2 ** len(grouped)} times the runs of a scenario.",
            mend=f"Move some together; at most {MOST_LEVERS}.",
        )
    settings = []
    for subset in range(2 ** len(grouped)):
        moved = {n for i, names in enumerate(grouped.values()) if subset >> i & 1 for n in names}
        sources = {n: scenario if n in moved else base for n in dict.fromkeys((*base, *scenario))}
        settings.append({n: source[n] for n, source in sources.items() if n in source})
    return LeverSettings(grouped, tuple(settings))


def contributions(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Shapley contribution of each lever (Shapley 1953; Owen 2014, doi:10.1137/130936233).

    Parameters
    ----------
    values
        Shape (2**k, ...), in the order of `LeverSettings.settings`, in any unit.

    Returns
    -------
    array
        Shape (k, ...), same unit; its sum is values[-1] - values[0], to rounding.
    """
    players = len(values).bit_length() - 1
    if players < 1 or len(values) != 2**players:
        raise InputError(f"attribution needs 2, 4, 8, ... settings, not {len(values)}.")
    return np.asarray(np.tensordot(shapley_weights(players), values, axes=1))


def attribution_table(
    levers: LeverSettings, runs: xr.Dataset, times: Mapping[str, float], base: str, scenario: str, certain: bool = False
) -> pd.DataFrame:
    """Return each lever's contribution to the difference between two scenarios, for every output at every saved time.

    Contributions are taken run by run on common draws, so each has its own band; their means add up to the mean difference exactly,
    their quantiles need not.

    Parameters
    ----------
    levers
        From `lever_settings`.
    runs
        As in `output_cells`, with the 2**k settings in order along the dimension "scenario". A run that failed in one setting is left
        out of all.
    times
        The time of each output that is read at one time.
    base, scenario
        Names of the two scenarios, for the table.
    certain
        Whether no input varies in any of the settings.

    Returns
    -------
    DataFrame
        Columns base, scenario, output, time, lever, statistic (mean, p05 ... p95), value, low, high, runs, lost, note; one row a number. The
        lever "difference" is the whole.
    """
    import pandas as pd

    if runs.sizes["scenario"] != len(levers.settings):
        raise InputError(f"attribution needs {len(levers.settings)} settings, not {runs.sizes['scenario']}.")
    ok = runs["ok"].values.all(axis=0)
    frames = []
    for name, array in runs.data_vars.items():
        if name == "ok" or str(name).startswith("central: "):
            continue
        values = np.asarray(array.values, dtype=np.float64).reshape(len(levers.settings), runs.sizes["run"], -1)[:, ok]
        saved = np.asarray(~np.isnan(values).all(axis=(0, 1)))
        values, where = values[..., saved], labels(array, times.get(str(name), float("nan"))).loc[saved]
        good = np.isfinite(values).all(axis=(0, 2))
        values = values[:, good]
        whole = dict(zip(levers.levers, contributions(values), strict=True)) | {"difference": values[-1] - values[0]}
        lost = runs.sizes["run"] - int(good.sum())
        for lever, share in whole.items():
            frames.append(statistics_of(share, where, certain).assign(base=base, scenario=scenario, lever=lever, lost=lost))
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)] if frames else pd.DataFrame(columns=list(COLUMNS))
