"""`mutate_model`: which faults of a model its checks notice, fault by fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llr_sd.check.declared import Golden
from llr_sd.check.draws import Wide, look_at_draws, not_negative
from llr_sd.check.golden import differences, golden_file, read_golden, what_to_run
from llr_sd.check.inert.studies import StudyRuns, study_runs
from llr_sd.check.jobs import Job, claim_jobs, declared_jobs, halving_jobs
from llr_sd.check.mutations.faulty import Bench, Faulty, same
from llr_sd.check.mutations.sheet import Fate, MutationSheet
from llr_sd.check.mutations.sites import CONSTANT, INDEX, MORE, STEP, Choices, Mutant, with_choices
from llr_sd.check.own import conservation
from llr_sd.check.reality import Claim, read_claims
from llr_sd.check.run import opened
from llr_sd.check.sheet import FAIL
from llr_sd.check.subject import Subject, by_clock
from llr_sd.check.tables import table, table_files
from llr_sd.equations import NA, is_control
from llr_sd.errors import EngineError, LlrSdError
from llr_sd.model import Model
from llr_sd.parameters import ParameterTable

DRAWS = 16
"""Wide random runs of each mutant."""
LARGE = 400
"""Constants, array elements counted, from which on a model is large."""
TOGETHER = 48
"""Most mutants that are looked at together."""
HELD_BYTES = 512 << 20
"""Most memory that the runs of these take."""
CASES = 6
"""Runs of each mutant from one look at its checks to the next."""

Progress = Callable[[str, int, int], None]


def mutate_model(
    model: Model | str | Path, most: int | None = None, progress: Progress = lambda stage, done, total: None
) -> MutationSheet:
    """Put one fault after another into a model, and run its checks on each.

    A constant is at fault in the model file and in its row of the parameter table, so that the audit alone does not see it.

    Parameters
    ----------
    model
        A loaded model, a bundled name, a model folder or a path to a model file.
    most
        Take this many mutants, evenly spread over the model; None for all.
    progress
        Called with a stage, how many of its mutants are done, and how many there are.

    Returns
    -------
    MutationSheet
        The fate of each mutant, in the order of the model.

    Raises
    ------
    InputError
        When there is no such model, or `checks.toml` cannot be read.
    """
    subject, _ = opened(model, DRAWS)
    choices, circular = workable(subject)
    mutants = (*constant_mutants(subject), *choices.mutants)
    if most is not None and most < len(mutants):
        mutants = tuple(mutants[i * len(mutants) // most] for i in range(most))
    rows = subject.model.table
    audited = {p.variable for p in rows} if rows.source != subject.model.equations.source else set()
    test = _Test(Bench(subject, choices), study_runs(subject.model.equations), progress, circular)
    return MutationSheet(subject.model.name, test.fates(mutants, audited))


def workable(subject: Subject) -> tuple[Choices, frozenset[Mutant]]:
    """Return the model with all choices that can be computed together, and the mutants that cannot be: a circle of definitions.

    A mutant that can be computed by itself, but not beside another one, is left out.

    Raises
    ------
    EngineError
        When the model as it stands cannot be computed.
    """
    equations = subject.model.equations

    def computed(numbers: Iterable[int] | None) -> bool:
        made = with_choices(equations, numbers).equations
        try:
            Model(subject.model.name, made, ParameterTable((), made.source)).examine({}, subject.outputs)
        except EngineError:
            return False
        return True

    every = with_choices(equations)
    if computed(None):
        return every, frozenset()
    subject.simulate({})
    good = {m.number for m in every.mutants if m.kind != INDEX}
    apart: set[int] = set()

    def add(numbers: list[int]) -> None:
        if computed(good | set(numbers)):
            good.update(numbers)
        elif len(numbers) == 1:
            apart.update(numbers)
        else:
            add(numbers[: len(numbers) // 2])
            add(numbers[len(numbers) // 2 :])

    add([m.number for m in every.mutants if m.kind == INDEX])
    circular = {n for n in apart if not computed({n})}
    kept = tuple(m for m in every.mutants if m.number in good | circular)
    return Choices(with_choices(equations, good).equations, kept), frozenset(m for m in kept if m.number in circular)


def constant_mutants(subject: Subject) -> Iterator[Mutant]:
    """Yield each constant a tenth larger, and with the other sign; one that is 0 is 0.1 once.

    In a large model an array has one element at fault, the largest.
    """
    equations = subject.model.equations
    cells = [(c, equations.constant_value(c)) for c in equations.constants() if not is_control(c.label)]
    if len(cells) > LARGE:
        largest = {c.variable.name: (c, v) for c, v in sorted(cells, key=lambda x: abs(x[1])) if v != NA}
        cells = [(c, v) for c, v in cells if largest.get(c.variable.name) == (c, v)]
    for cell, value in cells:
        if value == NA:
            continue
        for other in (value * MORE, -value) if value else (STEP,):
            yield Mutant(CONSTANT, cell.label, f"{value:g} -> {other:g}", constants=((cell.label, other),))


@dataclass
class _Test:
    """The stages of checks, quick ones first; each looks at the mutants that nothing before it noticed."""

    bench: Bench
    studies: tuple[StudyRuns, ...]
    progress: Progress
    circular: frozenset[Mutant] = frozenset()
    known: set[str] = field(default_factory=set)

    def fates(self, mutants: Sequence[Mutant], audited: set[str]) -> tuple[Fate, ...]:
        """Return the fate of each mutant, in their order; `audited` are the constants that have a row in the parameter table."""
        sound = self.bench.subject(None)
        noticed = {m: "units" if m.units else "model file" for m in mutants if m.units or m in self.circular}
        alive = [self.bench.subject(m) for m in mutants if m not in noticed]
        for stage, jobs, others in self._stages(sound):
            self.bench.prefetch([sound], jobs)
            self.known |= set(self._failing(sound, jobs, others))  # what fails in the model as it stands tells nothing
            for together in self._parts(stage, alive, self._most(sound, jobs)):
                self.bench.prefetch(together, jobs)
                for subject in together:
                    found = next((name for name in self._failing(subject, jobs, others) if name not in self.known), "")
                    if found:
                        noticed[subject.fault_of] = found
                    subject.forget()
            alive = [s for s in alive if s.fault_of not in noticed]
        kept = self._unlike_golden(sound, [self.bench.subject(m) for m in mutants if not noticed.get(m)])
        still = self._equivalent(sound, [s for s in alive if s.fault_of not in kept])
        return tuple(
            Fate(m, noticed.get(m, ""), m in kept, any(c in audited for c, _ in m.constants), m in still) for m in mutants
        )

    def _most(self, sound: Faulty, jobs: Sequence[Job]) -> int:
        """Return how many mutants can be held with their runs for some checks."""
        each = self.bench.run_bytes * (1 + sum(len(job.cases(sound)) for job in jobs))
        return min(max(HELD_BYTES // each, 1), TOGETHER)

    def _parts(self, stage: str, alive: Sequence[Faulty], size: int = TOGETHER) -> Iterator[Sequence[Faulty]]:
        for start in range(0, len(alive), size):
            yield alive[start : start + size]
            self.progress(stage, min(start + size, len(alive)), len(alive))

    def _stages(self, sound: Faulty) -> Iterator[tuple[str, list[Job], Callable[[Faulty], Iterable[str]]]]:
        """Yield what each stage is called, its declared checks, and what else it looks at, which says what fails."""
        declared = (*declared_jobs(sound.checks), *claim_jobs(sound))
        sized = sorted(((sum(map(bool, job.cases(sound))), job) for job in declared), key=lambda x: x[0])
        part: list[Job] = []
        held = 0
        for cases, job in sized:
            if part and held + cases > CASES:
                yield "declared checks", part, _balances
                part, held = [], 0
            part.append(job)
            held += cases
        yield "declared checks", part, _balances
        yield "half the step", list(halving_jobs(sound)), _nothing
        yield "tables", [], _tables
        yield "random runs", [], _random_of(sound)

    def _failing(self, subject: Faulty, jobs: Sequence[Job], others: Callable[[Faulty], Iterable[str]]) -> Iterator[str]:
        """Yield the names of the checks that fail, in the order of their speed."""
        status = subject.run({}).status
        if not status.ok:
            yield "base run"
            return
        for job in jobs:
            try:
                failed = job.line(subject).outcome == FAIL
            except LlrSdError:
                failed = True
            if failed:
                yield f"{job.section}: {job.name}"
        yield from others(subject)

    def _unlike_golden(self, sound: Faulty, subjects: Sequence[Faulty]) -> set[Mutant]:
        """Return the mutants of which a golden run differs."""
        file, found = golden_file(sound.model), set[Mutant]()
        kept = read_golden(file) if file.is_file() else {}
        declared = {g.name: g for g in (Golden(), *sound.checks.golden)}
        for name in (n for n in kept if n in declared):
            settings, times, outputs = what_to_run(sound, declared[name], kept[name])
            left = [s for s in subjects if s.fault_of not in found]
            for together in self._parts("golden runs", left):
                for subject, run in zip(
                    together, self.bench.runs([(s, settings) for s in together], times, outputs), strict=True
                ):
                    if not run.status.ok or differences(subject, run, kept[name])[1]:
                        found.add(subject.fault_of)
        return found

    def _equivalent(self, sound: Faulty, subjects: Sequence[Faulty]) -> set[Mutant]:
        """Return the mutants of which no run differs from that of the model as it stands, in any check or study."""
        every = tuple(v.name for v in sound.model.equations.variables.values() if v.kind in ("stock", "auxiliary"))
        jobs = [*declared_jobs(sound.checks), *claim_jobs(sound), *halving_jobs(sound)]
        self.bench.prefetch([sound], jobs)
        left = list(subjects)
        for together in self._parts("runs of checks", subjects, self._most(sound, jobs)):
            self.bench.prefetch(together, jobs)
            for subject in together:
                pairs = (pair for job in jobs for pair in zip(job.cases(sound), job.cases(subject), strict=True))
                if not all(same(sound.run(a).values, subject.run(b).values) for a, b in pairs):
                    left.remove(subject)
                subject.forget()
        studied = (s for run in self.studies for rows in (run.central, run.draws) for s in run.settings(rows))
        for batch in by_clock([{}, *studied]):
            as_it_is = self.bench.runs([(sound, given) for given in batch], None, every)
            unchanged = list[Faulty]()
            for together in self._parts("runs of studies", left, 1):
                runs = self.bench.runs([(together[0], given) for given in batch], None, every)
                if all(same(one.values, other.values) for one, other in zip(as_it_is, runs, strict=True)):
                    unchanged += together
            left = unchanged
        return {s.fault_of for s in left}


def _nothing(_: Faulty) -> Iterator[str]:
    return iter(())


def _balances(subject: Faulty) -> Iterator[str]:
    """Yield the balances that are broken in a run made so far."""
    for balance in subject.checks.conservation:
        try:
            failed = conservation(subject, balance, None).outcome == FAIL
        except LlrSdError:
            failed = True
        if failed:
            yield f"conservation: {balance.name}"


def _tables(subject: Faulty) -> Iterator[str]:
    for item in subject.checks.tables:
        for file in table_files(subject, item):
            if table(subject, item, file).outcome == FAIL:
                yield f"tables: {file.name}"


def _random_of(sound: Faulty) -> Callable[[Faulty], Iterator[str]]:
    """Return what looks at the random runs of a mutant."""
    claims: tuple[Claim, ...] = tuple(read_claims(sound))
    low = not_negative(sound)

    def look(subject: Faulty) -> Iterator[str]:
        try:
            wide: Wide = look_at_draws(subject, low, claims)
        except LlrSdError:
            yield "random runs"
            return
        if wide.failed:
            yield "random runs: a run fails"
        yield from (f"random runs: {name} below zero" for name, seen in wide.lows.items() if seen.negative)
        limits = {b.name: b.tolerance for b in subject.checks.conservation}
        yield from (f"conservation: {name}" for name, off in wide.offs.items() if not off.share <= limits[name])
        yield from (f"reality: {name}" for name, tally in wide.tallies.items() if tally.broken)

    return look
