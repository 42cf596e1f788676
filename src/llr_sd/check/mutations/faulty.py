"""A model with one fault as a subject of checks, and the bench that runs many of them in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.declared import Settings
from llr_sd.check.jobs import Job
from llr_sd.check.mutations.sites import CHOICE, Choices, Mutant
from llr_sd.check.subject import Clock, Run, Subject, clock_of
from llr_sd.ensemble import Ensemble
from llr_sd.errors import InputError, LlrSdError
from llr_sd.model import Model
from llr_sd.parameters import ParameterTable

if TYPE_CHECKING:
    import pandas as pd

BATCH_BYTES = 96 << 20
"""Most memory that the outputs of one batch take."""


@dataclass
class Bench:
    """The model with choices, and how its mutants are run together.

    Attributes
    ----------
    sound
        The model as it stands.
    choices
        The same with choices.
    """

    sound: Subject
    choices: Choices
    model: Model = field(init=False)

    def __post_init__(self) -> None:
        equations = self.choices.equations
        self.model = Model(self.sound.model.name, equations, ParameterTable((), equations.source))

    def subject(self, mutant: Mutant | None) -> Faulty:
        """Return a mutant as a subject, or the sound model run in the same way."""
        made = Faulty(self.sound.model, self.sound.checks, self.sound.wanted, self.sound.threads, bench=self, mutant=mutant)
        shared = ("stocks", "outputs", "_constants", "_outputs", "clock", "wide")
        vars(made).update({name: getattr(self.sound, name) for name in shared})
        return made

    @cached_property
    def run_bytes(self) -> int:
        """What a run with the outputs of the checks takes."""
        cells = sum(self.sound.model.equations.variables[n].size for n in self.sound.outputs)
        return 8 * cells * len(self.sound.run({}).times)

    def prefetch(self, subjects: Sequence[Faulty], jobs: Sequence[Job]) -> None:
        """Make the runs that some checks need of many mutants; one that cannot be made is left to the check that asks for it."""
        batches: dict[Clock, list[tuple[Faulty, dict[str, float]]]] = {}
        seen: set[tuple[int, frozenset[tuple[str, float]]]] = set()
        for subject in subjects:
            for case in [{}, *(case for job in jobs for case in job.cases(subject))]:
                try:
                    settings = subject.settings(case)
                except LlrSdError:
                    continue
                key = (id(subject), frozenset(settings.items()))
                if key not in seen and not subject.has(settings):
                    seen.add(key)
                    batches.setdefault(clock_of(settings), []).append((subject, settings))
        most = max(BATCH_BYTES // self.run_bytes, 8)
        for rows in batches.values():
            for start in range(0, len(rows), most):
                self._make(rows[start : start + most])

    def _make(self, rows: Sequence[tuple[Faulty, dict[str, float]]]) -> None:
        """Run a batch; where it cannot be run, each half of it, down to the run at fault."""
        try:
            runs = self.runs([(subject, given) for subject, given in rows])
        except LlrSdError:
            if len(rows) > 1:
                self._make(rows[: len(rows) // 2])
                self._make(rows[len(rows) // 2 :])
            return
        for (subject, given), run in zip(rows, runs, strict=True):
            subject.keep(given, run)

    def runs(
        self,
        rows: Sequence[tuple[Faulty, Mapping[str, float]]],
        times: Sequence[float] | None = None,
        outputs: Sequence[str] | None = None,
    ) -> list[Run]:
        """Run mutants with their settings, which win over a constant that is the fault, on one clock; outputs are those of checks."""
        table = self.sound.rows([{**subject.fault, **given} for subject, given in rows])
        ensemble = self.model.run(table, outputs or self.sound.outputs, times, threads=self.sound.threads)
        return [replace(run, subject=subject) for (subject, _), run in zip(rows, self.sound.split(ensemble), strict=True)]


@dataclass
class Faulty(Subject):
    """A mutant: the sound model's names, checks and studies, and runs of the model with choices."""

    bench: Bench = field(kw_only=True, repr=False)
    mutant: Mutant | None = field(kw_only=True, default=None)

    @cached_property
    def fault(self) -> dict[str, float]:
        """What its runs set."""
        return {CHOICE: 0.0} | (self.mutant.settings if self.mutant else {})

    @property
    def fault_of(self) -> Mutant:
        """The fault; there is none in the sound model."""
        if self.mutant is None:
            raise InputError("the model as it stands is no mutant.")
        return self.mutant

    def forget(self) -> None:
        """Let go of all runs: each holds the whole batch that it was made in."""
        self._runs.clear()
        vars(self).pop("everything", None)
        vars(self).pop("every_step", None)

    def has(self, settings: Settings) -> bool:
        """Whether a run was made."""
        return frozenset(settings.items()) in self._runs

    def keep(self, settings: Settings, run: Run) -> None:
        """Keep a run."""
        self._runs[frozenset(settings.items())] = run

    def default(self, label: str) -> float:
        """Return the value that the mutant gives to a constant."""
        return self.fault[label] if label in self.fault else super().default(label)

    def simulate(
        self, values: Settings | pd.DataFrame, times: Sequence[float] | None = None, outputs: Sequence[str] | None = None
    ) -> Ensemble:
        """Run the mutant; what `values` set wins over a constant that is its fault."""
        import pandas as pd

        frame = values if isinstance(values, pd.DataFrame) else pd.DataFrame([dict(values)], dtype=float)
        frame = frame.assign(**{name: value for name, value in self.fault.items() if name not in frame})
        return self.bench.model.run(frame, outputs or self.outputs, times, threads=self.threads)

    @cached_property
    def every_step(self) -> Run:
        """The base run at every saved time, which is enough to see that a balance is broken."""
        return self.run({})

    @cached_property
    def everything(self) -> Run:
        """The base run, with the outputs of the checks."""
        return self.run({})

    def wide_runs(self) -> Iterator[Ensemble]:
        """Yield the random runs of the mutant in one block."""
        import pandas as pd

        if self.wide is not None:
            rows = self.wide.values[: self.checks.draws.runs]
            yield self.simulate(pd.DataFrame(rows, columns=list(self.wide.names)))


def same(one: Mapping[str, NDArray[np.float64]], other: Mapping[str, NDArray[np.float64]]) -> bool:
    """Whether two runs have the same numbers, to rounding."""
    for name, a in one.items():
        b = other[name]
        if a.shape != b.shape:
            return False
        if np.array_equal(a, b):
            continue
        scale = float(np.abs(np.nan_to_num(a)).max(initial=0.0))
        if not np.allclose(a, b, rtol=1e-11, atol=1e-12 * scale, equal_nan=True):
            return False
    return True
