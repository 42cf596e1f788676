"""From the outputs of runs to the losses of risks, run by run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis
from llr_sd.register import Mitigation, Risk
from llr_sd.result import Block
from llr_sd.risks.prepared import PreparedRegister, key_of, mitigated, setting_name, source
from llr_sd.store import Piece

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Losses = Mapping[tuple[str, str, float], Floats]
"""By risk, ladder and date: the loss of every run as a share of what is at stake, shape (run,); NaN where a run gives none."""


class Readings:
    """The outputs of samples on common draws, one dataset a model; turns the expressions of a risk into losses, run by run."""

    def __init__(self, prepared: PreparedRegister, *runs: Mapping[str, xr.Dataset]) -> None:
        self._prepared, self._register, self._runs = prepared, prepared.register, runs

    def but(self, runs: Mapping[str, xr.Dataset]) -> Readings:
        """Return readings that take from `runs` the settings of the models that it holds, and the rest from here."""
        return Readings(self._prepared, runs, *self._runs)

    def losses(self) -> Losses:
        """Return the losses of every risk, on each of its ladders, at each of its dates."""
        register = self._register
        return {(r.id, k, d): self.loss(r, k, d) for r in register.risk for k in register.ladders(r) for d in register.dates(r)}

    def loss(self, risk: Risk, ladder: str, date: float, metric: str = "", mitigation: Mitigation | None = None) -> Floats:
        """Return the loss of every run as a share of what is at stake, shape (run,); NaN where a run that it needs failed.

        `metric` reads another expression on the ladder. With a mitigation, the plain names of the metric are those of its runs.
        """
        own = self._register.metric(risk, ladder)
        if mitigation is not None and mitigation.metric and own == risk.metric:
            own = mitigation.metric
        lost = self._evaluate(risk, metric or own, date, mitigation)
        stake = self._evaluate(risk, str(self._register.stake(risk, ladder)), date, mitigation)
        with np.errstate(all="ignore"):
            share = lost / stake
        return np.where(np.isfinite(share), share, np.nan)

    def _evaluate(self, risk: Risk, text: str, date: float, mitigation: Mitigation | None) -> Floats:
        where = self._register.where(risk, "metric")
        values = {}
        for name in analysis.names_in(text, where):
            found = source(self._register, risk, name)
            if found is not None:
                run, output = found
                own = mitigated(risk, mitigation) if mitigation is not None and not run else setting_name(risk, run)
                values[name] = self._output(output, own, date)
        size = next((len(v) for v in values.values()), 1)
        return analysis.evaluate(text, values | {"time": np.full(size, date)}, where)

    def _output(self, output: str, setting: str, date: float) -> Floats:
        model = self._register.output[output].model
        held = next(r[model] for r in self._runs if model in r and setting in r[model]["scenario"].values)
        runs = held.sel(scenario=setting)
        return np.where(runs["ok"].values, runs[key_of(output, date)].values, np.nan)


def pieces(losses: Losses) -> tuple[tuple[str, ...], list[Piece]]:
    """Return the dates, and the losses as blocks to be stored: one a date, one output a risk and ladder ("R001 capacity")."""
    dates = sorted({date for *_, date in losses})
    by_date = [{f"{r} {k}": values for (r, k, d), values in losses.items() if d == date} for date in dates]
    names = list(dict.fromkeys(name for own in by_date for name in own))
    about = dict.fromkeys(names, "Dmnl"), {n: f"Loss, {n}" for n in names}
    found = []
    for number, own in enumerate(by_date):
        size = len(next(iter(own.values())))
        outputs = {name: own.get(name, np.full(size, np.nan)) for name in names}
        ok = np.logical_and.reduce([np.isfinite(values) for values in own.values()])
        found.append(Piece(number, 0, Block(outputs, dict.fromkeys(names, ()), {}, *about, ok, ())))
    return tuple(f"{date:g}" for date in dates), found
