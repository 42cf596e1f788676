"""What a study found: the tables and runs of a results folder, held in memory or read lazily from disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import llr_sd  # whose names load late: what shows a result stands above it
from llr_sd.errors import ResultError
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


NO_VARIANCE, REFUSED, NO_INTERVAL, NO_LOG, NOT_JUDGED = "no variance", "refused", "no interval", "no log", "not judged"
UNTOLD = "not told from no effect"
"""What the column `note` of a table of indices says, empty for nothing: the number is the same in every run; too many blocks were lost
to failed runs; too few runs differ for an interval; a value has no logarithm; the design cannot show the input; its index is no more than chance gives one that nothing depends on. `blocks` and `lost` count
the blocks of runs."""

NO_RUN, NO_SPREAD, FEW_RUNS, NOT_COVERED = "no good run", "nothing varies", "too few runs", "outside the run"
"""Why a figure of an observed series has no band in a scenario, in the column `note`: no run gives a number for every figure; no input
varies and the figure has no stated error; runs are too few for the ends of the band; the scenario does not run over its date."""

FIT, HELD_OUT = "fit", "held out"
"""What the column `role` of the points of a calibration says: fitted to, or kept apart and predicted."""
AS_BEFORE, NOT_APART = "as before", "not told apart"
"""What its column `note` says: the points say no more of a parameter than its prior; they do not tell two parameters apart."""


@dataclass(frozen=True)
class Gap:
    """An analysis that a study asks for and that its runs do not allow; everything else is written.

    Attributes
    ----------
    analysis
        Its name in the table of analyses, such as "sobol".
    scenario, output, target
        Of what it is missing; empty: of all.
    reason
        Why, in words; empty where blocks of runs were lost.
    lost, blocks
        How many blocks of runs were lost, and how many there were.
    """

    analysis: str
    scenario: str = ""
    output: str = ""
    target: str = ""
    reason: str = ""
    lost: int = 0
    blocks: int = 0

    def __post_init__(self) -> None:
        if not self.reason and not self.lost:
            raise ResultError(f"a gap in {self.analysis} says why.")


@dataclass(frozen=True)
class Undefined:
    """An expression has no value in `runs` of the `good` runs that the model finished in a scenario, as after a division by zero."""

    output: str
    scenario: str
    runs: int
    good: int


@dataclass(frozen=True)
class Constant:
    """A number is the same in all `runs` of a scenario although inputs vary and other numbers do."""

    output: str
    scenario: str
    runs: int


@dataclass(frozen=True)
class NoBox:
    """No box in the inputs gathers the `missed` of `runs` runs of a scenario that miss a target; where all or none do, there is none."""

    target: str
    scenario: str
    missed: int
    runs: int


@dataclass(frozen=True)
class Calibrated:
    """How a calibration went.

    Attributes
    ----------
    scenario
        Whose settings the model had.
    parameters, points, held_out
        How many were fitted, to how many figures, and how many later figures were kept apart.
    held
        Other uncertain inputs, which stood at their central values.
    until
        The last date of a figure that was used; None where all were.
    discrepancy
        Scale of the model's own error as a share of a figure; 0 where the model is taken to be exact.
    misfit, penalty, conflict
        Of the best fit: sums of squares at the points and of the parameters' scores, and the chance of a worse sum of the two.
    starts, reached, failed, rivals
        Starts of the search; those that ended in the best fit; those lost to failed runs; other fits that are nearly as good.
    walkers, steps, acceptance, slowest, effective, draws, converged
        Of the chain: its size, the share of moves accepted, its longest autocorrelation time in steps, what it is worth in independent
        draws, how many were kept, and whether it converged.
    used
        Whether the runs of the scenarios draw the fitted parameters from the posterior.
    """

    scenario: str
    parameters: int
    points: int
    held_out: int
    held: int
    until: float | None
    discrepancy: float
    misfit: float
    penalty: float
    conflict: float
    starts: int
    reached: int
    failed: int
    rivals: int
    walkers: int
    steps: int
    acceptance: float
    slowest: float
    effective: float
    draws: int
    converged: bool
    used: bool


Fact = Undefined | Constant | NoBox | Calibrated
_FACTS: dict[str, type[Fact]] = {"undefined": Undefined, "constant": Constant, "no box": NoBox, "calibrated": Calibrated}


def to_manifest(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """Return facts as a manifest holds them, each with its kind."""
    kinds = {kind: name for name, kind in _FACTS.items()}
    return [{"kind": kinds[type(fact)], **asdict(fact)} for fact in facts]


def facts_of(manifest: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return the facts that a manifest holds; raise ResultError where one cannot be read."""
    try:
        return tuple(_FACTS[f["kind"]](**{k: v for k, v in f.items() if k != "kind"}) for f in manifest.get("facts") or ())
    except (KeyError, TypeError, AttributeError):
        raise ResultError("what the manifest says was found cannot be read.", mend="Run the study again.") from None


def gaps_of(manifest: Mapping[str, Any]) -> tuple[Gap, ...]:
    """Return the gaps that a manifest holds; raise ResultError where one cannot be read."""
    try:
        return tuple(Gap(**gap) for gap in manifest.get("gaps") or ())
    except TypeError:
        raise ResultError("what the manifest says is not given cannot be read.", mend="Run the study again.") from None


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
