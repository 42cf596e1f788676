"""Results of a batch of runs: values per output[run, time, subscripts...] and a status for every run.

Axis order everywhere: run, time, then the variable's own subscript axes in the order of its definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from llr_sd.errors import InputError
from llr_sd.findings import Finding

if TYPE_CHECKING:
    import xarray as xr


class RunStatus(str):
    """ "ok", or a sentence that says what failed, where and when; the parts are attributes.

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
        where = f' in "{variable}"' if variable else ""
        when = "" if time is None else f" at time {time:.12g}"
        text = f"{reason}{where}{when}" if reason else "ok"
        self = super().__new__(cls, text)
        self.reason, self.variable, self.time = reason, variable, time
        return self

    @property
    def ok(self) -> bool:
        return not self.reason


OK = RunStatus()


@dataclass(frozen=True)
class Ensemble:
    """Values of every run of a batch.

    Attributes
    ----------
    dataset
        One data variable an output, dims (run, time, <subscript ranges>), `units` in attrs. The numbers of a failed run are NaN
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
