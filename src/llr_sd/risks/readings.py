"""From the outputs of runs to the losses of risks, run by run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis
from llr_sd.register import Mitigation, Risk
from llr_sd.risks.prepared import AS_IT_IS, PreparedRegister, key_of, mitigated, source

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


class Readings:
    """The outputs of samples on common draws, one dataset a model; turns the expressions of a risk into losses, run by run."""

    def __init__(self, prepared: PreparedRegister, *runs: Mapping[str, xr.Dataset]) -> None:
        self._prepared, self._runs = prepared, runs

    def but(self, runs: Mapping[str, xr.Dataset]) -> Readings:
        """Return readings that take from `runs` the settings of the models that it holds, and the rest from here."""
        return Readings(self._prepared, runs, *self._runs)

    def loss(self, risk: Risk, ladder: str, date: float, metric: str = "", mitigation: Mitigation | None = None) -> Floats:
        """Return the loss of every run as a share of what is at stake, shape (run,); NaN where a run that it needs failed.

        `metric` reads another expression on the ladder. With a mitigation, the plain names of the metric are those of its runs.
        """
        own = self._prepared.metric(risk, ladder)
        if mitigation is not None and mitigation.metric and own == risk.metric:
            own = mitigation.metric
        lost = self._evaluate(risk, metric or own, date, mitigation)
        stake = self._evaluate(risk, self._prepared.stake(risk, ladder), date, mitigation)
        with np.errstate(all="ignore"):
            share = lost / stake
        return np.where(np.isfinite(share), share, np.nan)

    def _evaluate(self, risk: Risk, text: str, date: float, mitigation: Mitigation | None) -> Floats:
        where = self._prepared.where(risk, "metric")
        values = {}
        for name in analysis.names_in(text, where):
            found = source(self._prepared.register, risk, name)
            if found is not None:
                run, output = found
                plain = mitigated(risk, mitigation) if mitigation is not None and not run else AS_IT_IS
                values[name] = self._output(output, f"{risk.id} {run}" if run in risk.run else plain, date)
        size = next((len(v) for v in values.values()), 1)
        return analysis.evaluate(text, values | {"time": np.full(size, date)}, where)

    def _output(self, output: str, setting: str, date: float) -> Floats:
        model = self._prepared.register.output[output].model
        held = next(r[model] for r in self._runs if model in r and setting in r[model]["scenario"].values)
        runs = held.sel(scenario=setting)
        return np.where(runs["ok"].values, runs[key_of(output, date)].values, np.nan)
