"""What a study found: the tables and runs of a results folder, held in memory or read lazily from disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import llr_sd  # whose names load late: what shows a result stands above it
from llr_sd.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True)
class Block:
    """The outputs of a block of runs.

    Attributes
    ----------
    outputs
        By name; shape (run, time, <subscripts>) over time, (run, <subscripts>) at one time.
    dims, coords, units, labels
        Names of the dims after "run" of each output, the coordinates of those dims, unit and label.
    ok
        bool, shape (run,); false for a failed run.
    failures
        (run within the block, time or None, variable, reason).
    """

    outputs: Mapping[str, NDArray[np.float64]]
    dims: Mapping[str, tuple[str, ...]]
    coords: Mapping[str, tuple[float | str, ...]]
    units: Mapping[str, str]
    labels: Mapping[str, str]
    ok: NDArray[np.bool_]
    failures: tuple[tuple[int, float | None, str, str], ...]


@dataclass(frozen=True)
class Gap:
    """An analysis that a study asks for and that its runs do not allow; everything else is written.

    Attributes
    ----------
    analysis
        What is missing ("Sobol indices").
    scenario, output
        Of what; empty for all.
    reason
        Why.
    """

    analysis: str
    scenario: str
    output: str
    reason: str

    @property
    def words(self) -> str:
        """The gap as a sentence."""
        of = f" of {self.output}" if self.output else ""
        where = f' in "{self.scenario}"' if self.scenario else ""
        return f"Not given: {self.analysis}{of}{where}: {self.reason.rstrip('.')}."


@dataclass(frozen=True)
class StudyResult:
    """A finished study.

    Attributes
    ----------
    path
        The results folder.
    study
        The study as it ran.
    manifest
        Hashes, versions, seed, command and counts (`manifest.json`).
    runs
        Every output of every run: dims `(scenario, run, time, <subscripts>)` for outputs over time, `(scenario, run, <subscripts>)` for
        outputs at one time; `units` and `label` in attrs. Variables named "central: <output>" hold the run with every parameter at its
        mode, dims (scenario, ...).
    tables
        "summary", "targets", "failures", "design" and "parameters": tidy frames, one row a number.
    """

    path: Path
    study: Study
    manifest: Mapping[str, Any]
    runs: xr.Dataset
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def summary(self) -> pd.DataFrame:
        """The tidy summary table."""
        return self.tables["summary"]

    @property
    def targets(self) -> pd.DataFrame:
        """Probability of meeting each target, a row for each scenario and target."""
        return self.tables["targets"]

    @property
    def failures(self) -> pd.DataFrame:
        """Failed runs with their inputs."""
        return self.tables["failures"]

    @property
    def plot(self) -> llr_sd.Plots:
        """Its charts as matplotlib figures: `plot.fan()`, `plot.sobol()`, `plot.tornado()`."""
        return llr_sd.Plots(self)

    def __repr__(self) -> str:
        """Return ten lines: title, runs, what must be known first, the answer, failures, and where the report is."""
        return llr_sd.brief(self)

    def _repr_html_(self) -> str:
        return llr_sd.brief_html(self)
