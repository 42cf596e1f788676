"""The model under test with the runs that its checks share: one compiled model serves them all."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.declared import Checks, Settings
from llr_sd.distribution import UNBOUNDED, Distribution
from llr_sd.engine.request import make_request
from llr_sd.ensemble import Ensemble, RunStatus
from llr_sd.equations import CONTROLS, Variable, canonical, is_control
from llr_sd.errors import InputError, nearest
from llr_sd.model import Model
from llr_sd.parameters import Parameter
from llr_sd.sampling import draw_monte_carlo

if TYPE_CHECKING:
    import pandas as pd

    from llr_sd.design import Design

Reals = NDArray[np.float64]
BLOCK_BYTES = 128 << 20
"""Most memory that the outputs of one block of random runs take."""
Clock = frozenset[tuple[str, float]]
"""What a run sets of the control variables; runs with one of these can be made together."""


def clock_of(settings: Settings) -> Clock:
    """Return what settings make of the clock."""
    return frozenset((k, v) for k, v in settings.items() if is_control(k))


def by_clock(cases: Iterable[Settings]) -> Iterator[list[Settings]]:
    """Yield settings in groups of one clock, in the order in which the clocks come."""
    groups: dict[Clock, list[Settings]] = {}
    for case in cases:
        groups.setdefault(clock_of(case), []).append(case)
    yield from groups.values()


@dataclass(frozen=True)
class Series:
    """One output of one run: `values` has shape (time, element), `labels` names the elements."""

    labels: tuple[str, ...]
    times: Reals
    values: Reals
    unit: str

    def at(self, when: float | str) -> Series:
        """Return the part at one time, at the "start", the "end", or "all" of it; raise InputError when a time is not saved."""
        if when == "all":
            return self
        if isinstance(when, str):
            rows = [0 if when == "start" else len(self.times) - 1]
        else:
            rows = np.flatnonzero(np.abs(self.times - when) < 1e-6).tolist()
        if not rows:
            raise InputError(
                f"time {when} is not saved (saved are {self.times[0]:g} to {self.times[-1]:g}).", where=self.labels[0]
            )
        return Series(self.labels, self.times[rows], self.values[rows], self.unit)


@dataclass(frozen=True)
class Run:
    """One run: values by variable, shape (time, element), and its status."""

    subject: Subject = field(repr=False)
    times: Reals
    values: Mapping[str, Reals]
    status: RunStatus

    def series(self, output: str) -> Series:
        """Return one output, or raise InputError with the nearest name; a failed run is an error too."""
        variable, positions, labels = self.subject.output(output)
        if not self.status.ok:
            raise InputError(f"the run failed: {self.status}.")
        return Series(labels, self.times, self.values[variable.name][:, positions], variable.unit)


@dataclass
class Subject:
    """A model, its own checks, and every run made of it so far (`run` makes each once)."""

    model: Model
    checks: Checks
    wanted: tuple[str, ...] = ()
    threads: int | None = None
    _runs: dict[frozenset[tuple[str, float]], Run] = field(default_factory=dict)

    # --- names

    @cached_property
    def stocks(self) -> tuple[str, ...]:
        """Names of the stocks that the modeller wrote."""
        return tuple(v.name for v in self.model.equations.variables.values() if v.kind == "stock" and not v.name.startswith("_"))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Every stock, and every output that a check names; a name the model lacks is left to the check that uses it."""
        names = dict.fromkeys(self.stocks)
        for name in (*self.checks.outputs(), *self.wanted):
            found = self.model.equations.find(name.partition("[")[0])
            if found is not None and found.kind != "lookup":
                names[found.name] = None
        if not names:
            names = dict.fromkeys(v.name for v in self.model.equations.variables.values() if v.kind == "auxiliary")
        return tuple(names)

    def output(self, text: str) -> tuple[Variable, list[int], tuple[str, ...]]:
        """Return the variable, the positions in it and their labels that the name of an output stands for."""
        if text not in self._outputs:
            self._outputs[text] = self._output(text)
        return self._outputs[text]

    @cached_property
    def _outputs(self) -> dict[str, tuple[Variable, list[int], tuple[str, ...]]]:
        return {}

    def _output(self, text: str) -> tuple[Variable, list[int], tuple[str, ...]]:
        equations = self.model.equations
        variable = equations.find(text)
        if variable is None and "[" in text:
            cell = equations.cell(text)
            return cell.variable, [cell.position], (cell.label,)
        variable = variable or equations.variable(text)
        labels = tuple(variable.label(e) for e in variable.elements())
        return variable, list(range(variable.size)), labels

    @cached_property
    def _constants(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for cell in self.model.equations.constants():
            element = next(itertools.islice(cell.variable.elements(), cell.position, None))
            found.setdefault(cell.variable.name, []).append((cell.label, element))
        return found

    def expand(self, name: str) -> tuple[str, ...]:
        """Return the constants that a name in `checks.toml` stands for; raise InputError with the nearest name otherwise."""
        head, _, tail = name.partition("[")
        if is_control(head):
            return (self.model.equations.variable(head).name,)
        if "*" not in tail:
            found = self.model.table.find(name)
            if found is not None:
                return (found.variable,)
            variable = self._variable(head)
            if variable.axes and not tail:
                raise InputError(f'"{variable.name}" has subscripts.', mend=f'Write "{variable.name}[*]" to set all elements.')
            return (self.model.equations.cell(name).label,)
        variable = self._variable(head)
        wanted = [canonical(e) for e in tail.rstrip().removesuffix("]").split(",")]
        if wanted == ["*"]:
            wanted *= len(variable.axes)
        cells = self._constants.get(variable.name, [])
        labels = tuple(
            label
            for label, at in cells
            if len(at) == len(wanted) and all(w in ("*", canonical(e)) for w, e in zip(wanted, at, strict=True))
        )
        if not labels:
            raise InputError(f'"{name}" stands for no constant of the model.')
        return labels

    def _variable(self, name: str) -> Variable:
        found = self.model.equations.find(name)
        if found is None:
            known = [*(p.name for p in self.model.table), *self.model.equations.variables]
            raise InputError(f'the model has no constant "{name}".', mend=nearest(name, known))
        return found

    def settings(self, given: Settings) -> dict[str, float]:
        """Return settings by the label of each constant; a later name overrules an earlier one."""
        return {label: float(value) for name, value in given.items() for label in self.expand(name)}

    def default(self, label: str) -> float:
        """Return the value that the model gives to a constant or to a control variable."""
        if is_control(label):
            return self.clock[canonical(label)]
        cell = self.model.equations.cell(label)
        return self.model.equations.constant_value(cell)

    @cached_property
    def clock(self) -> Mapping[str, float]:
        """Values of the control variables, by canonical name, as the engines read them."""
        clock = make_request(self.model.equations, self.model.design({}), None, None).clock
        return dict(zip(map(canonical, CONTROLS), (clock.initial, clock.final, clock.step, clock.saveper), strict=True))

    # --- runs

    def prepare(self, cases: Iterable[Settings]) -> None:
        """Make the runs of many cases in one batch for each clock; a case that cannot run is left to the check that asks for it."""
        wanted = list[Settings]()
        for case in cases:
            try:
                settings = self.settings(case)
            except InputError:
                continue
            if frozenset(settings.items()) not in self._runs:
                wanted.append(settings)
        for batch in by_clock(wanted):
            try:
                self._batch(batch)
            except Exception:  # a run that cannot be made is told by the check that asks for it
                if len(batch) == 1:
                    continue
                for alone in batch:
                    self.prepare([alone])

    def run(self, given: Settings) -> Run:
        """Return the run with these settings, made now if it was not yet."""
        settings = self.settings(given)
        key = frozenset(settings.items())
        if key not in self._runs:
            self._batch([settings])
        return self._runs[key]

    def others(self) -> Iterator[tuple[list[tuple[str, float]], Run]]:
        """Yield every run made so far that is not the base run, with its settings."""
        yield from ((sorted(key), run) for key, run in self._runs.items() if key)

    def simulate(
        self, values: Settings | pd.DataFrame, times: Sequence[float] | None = None, outputs: Sequence[str] | None = None
    ) -> Ensemble:
        """Run the model now, with the outputs that checks ask for, or others, at every SAVEPER or at some times."""
        return self.model.run(values, self.outputs if outputs is None else outputs, times, threads=self.threads)

    def _batch(self, batch: Sequence[Settings]) -> None:
        for settings, run in zip(batch, self.split(self.simulate(self.rows(batch))), strict=False):
            self._runs[frozenset(settings.items())] = run

    def rows(self, batch: Sequence[Settings]) -> Settings | pd.DataFrame:
        """Return settings as a table with a row a run, in which each has all that any of them sets."""
        import pandas as pd

        columns = list(dict.fromkeys(k for settings in batch for k in settings))
        rows = [[settings[c] if c in settings else self.default(c) for c in columns] for settings in batch]
        return pd.DataFrame(rows, columns=columns, dtype=float) if columns else {}

    def split(self, ensemble: Ensemble) -> Iterator[Run]:
        """Yield the runs of an ensemble one by one."""
        data = ensemble.dataset
        times = np.asarray(data["time"].values, dtype=np.float64)
        arrays = {str(n): np.asarray(data[n].values) for n in data.data_vars}
        for i, status in enumerate(ensemble.status):
            yield Run(self, times, {n: a[i].reshape(len(times), -1) for n, a in arrays.items()}, status)

    @cached_property
    def every_step(self) -> Run:
        """The base run, saved at every step."""
        times = self.run({}).times
        step = self.default("TIME STEP")
        grid = times[0] + step * np.arange(round((times[-1] - times[0]) / step) + 1)
        return next(self.split(self.simulate({}, grid.tolist())))

    @cached_property
    def everything(self) -> Run:
        """The base run with every variable."""
        return next(self.split(self.model.run({}, threads=self.threads)))

    # --- random runs

    @cached_property
    def wide(self) -> Design | None:
        """Draws of all uncertain parameters, each uniform from low to high, or of its values; None where there is none."""
        ranges = [(p, wide_range(p)) for p in self.model.table]
        uncertain = [
            (p, p.distribution if p.distribution.kind == "discrete" else Distribution("uniform", low, math.nan, high))
            for p, (low, high) in ranges
            if low < high
        ]
        if not uncertain:
            return None
        return draw_monte_carlo(uncertain, self.checks.draws.runs, self.checks.draws.seed)

    def wide_runs(self) -> Iterator[Ensemble]:
        """Yield the random runs block by block."""
        design = self.wide
        if design is None:
            return
        size = sum(self.model.equations.variables[n].size for n in self.outputs)
        block = max(int(BLOCK_BYTES / (8 * size * len(self.run({}).times))), 16)
        yield from self.model.stream(design, self.outputs, threads=self.threads, block=min(block, 2048))


def wide_range(parameter: Parameter) -> tuple[float, float]:
    """Return the ends of a parameter's range: those of its distribution, or three standard deviations where it has none."""
    d = parameter.distribution
    low, high = d.low, d.high
    if d.kind == "fixed":
        return d.mode, d.mode
    if d.kind == "discrete":
        low, high = min(d.values), max(d.values)
    elif d.kind == "normal":
        low, high = d.mode - 3 * d.sd, d.mode + 3 * d.sd
    elif d.kind == "lognormal":
        low, high = d.mode * math.exp(-3 * d.sd), d.mode * math.exp(3 * d.sd)
    if d.kind in UNBOUNDED:
        low, high = max(low, parameter.minimum), min(high, parameter.maximum)
    return low, high
