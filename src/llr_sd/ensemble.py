"""Results of a batch of runs: values per output[run, time, subscripts...] and a status for every run.

Axis order everywhere: run, time, then the variable's own subscript axes in the order of its definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from llr_sd.errors import InputError, clean
from llr_sd.findings import Finding

if TYPE_CHECKING:
    import xarray as xr


MOST = 6
"""Outputs that an ensemble shows of itself."""


class RunStatus(str):
    """The word "ok", or a sentence that says what failed, where and when; the parts are attributes.

    Attributes
    ----------
    reason
        "" when ok, else "not a number", "infinity", "negative stock", "delay time below zero", "delay time of zero" or "error".
    variable
        The variable as the modeller wrote it, with its element.
    time
        The first saved or simulated time at which it was seen; None when ok.
    """

    reason: str
    variable: str
    time: float | None

    def __new__(cls, reason: str = "", variable: str = "", time: float | None = None) -> RunStatus:
        """Make the sentence of its parts; without a reason it is "ok"."""
        where = f' in "{variable}"' if variable else ""
        when = "" if time is None else f" at time {time:.12g}"
        text = f"{reason}{where}{when}" if reason else "ok"
        self = super().__new__(cls, text)
        self.reason, self.variable, self.time = reason, variable, time
        return self

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.reason


OK = RunStatus()


@dataclass(frozen=True)
class Ensemble:
    """Values of every run of a batch.

    Attributes
    ----------
    dataset
        One data variable an output, dims `(run, time, <subscript ranges>)`, `units` in attrs. The numbers of a failed run are NaN
        from the failure on, never a plausible value.
    status
        One RunStatus a run.
    engine
        "compiled" or "pysd".
    findings
        What must be known about runs that are ok, such as a smooth over less than TIME STEP; each counts its runs.
    """

    dataset: xr.Dataset
    status: tuple[RunStatus, ...]
    engine: str
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        runs = self.dataset.sizes["run"]
        if runs != len(self.status):
            raise InputError(f"{runs} runs but {len(self.status)} statuses.")

    @property
    def failed(self) -> tuple[int, ...]:
        """Numbers of the runs that failed."""
        return tuple(i for i, s in enumerate(self.status) if not s.ok)

    def __repr__(self) -> str:
        """Return at most ten lines: runs, times, the outputs with what the last time holds, and what failed."""
        names = [str(n) for n in self.dataset.data_vars]
        outputs = [f"  {self._line(n)}" for n in (names if len(names) <= MOST else names[: MOST - 1])]
        more = [f"  and {len(names) - MOST + 1} outputs more"] if len(names) > MOST else []
        return "\n".join([self._runs(), *outputs, *more, *self._failures()])

    def _repr_html_(self) -> str:
        if len(self.dataset.data_vars) > 4 * MOST:  # of hundreds of outputs xarray makes a megabyte
            return f"<pre>{escape(repr(self))}</pre>"
        said = "".join(f"<p>{escape(line)}</p>" for line in (self._runs(), *self._failures()))
        return f"<div>{said}{self.dataset._repr_html_()}</div>"

    def _runs(self) -> str:
        runs, times = self.dataset.sizes["run"], self.dataset["time"].values
        when = f"{len(times)} times, {times[0]:.10g} to {times[-1]:.10g}" if len(times) > 1 else f"time {times[0]:.10g}"
        return f"Ensemble of {runs:,} run{'s' * (runs != 1)} ({self.engine} engine), {when}"

    def _line(self, name: str) -> str:
        """An output with its unit, its ranges and its values at the last time, over all runs that have one."""
        values = self.dataset[name]
        axes = f"[{','.join(str(d) for d in values.dims if d not in ('run', 'time'))}]".replace("[]", "")
        last = values.isel(time=-1).values
        last = last[np.isfinite(last)]
        said = (
            "no value" if not last.size else f"{last.min():.6g}" if np.ptp(last) == 0 else f"{last.min():.6g} to {last.max():.6g}"
        )
        return clean(f"{name}{axes} ({values.attrs.get('units', '')}): {said} at the end")

    def _failures(self) -> list[str]:
        """How many runs failed, the first in words; then what else must be known."""
        failed = self.failed
        said = [f"{len(failed):,} failed; the first is run {failed[0]}: {self.status[failed[0]]}" if failed else "no run failed"]
        return [clean(line) for line in (*said, *(str(f) for f in self.findings[:1]))]
