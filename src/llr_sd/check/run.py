"""`check_model`: the whole sheet, in the order a reader wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from llr_sd import bundled
from llr_sd.check import own
from llr_sd.check.audit import Audit, audit_table, undescribed
from llr_sd.check.declared import Checks, load_checks
from llr_sd.check.draws import Wide, look_at_draws, not_negative
from llr_sd.check.golden import golden, kept_names, title
from llr_sd.check.inert import SECTION, inert_parts
from llr_sd.check.jobs import declared_jobs, halving_jobs
from llr_sd.check.reality import Claim, Tally, read_claims
from llr_sd.check.reference import PysdRun, agreement, start_pysd
from llr_sd.check.sheet import FAIL, NOT_EVALUATED, Line, Sheet, judge, not_evaluated
from llr_sd.check.subject import Subject
from llr_sd.check.tables import table, table_files
from llr_sd.check.units import check_units
from llr_sd.check.wording import count, figure
from llr_sd.equations import Equations
from llr_sd.errors import InputError, LlrSdError, clean
from llr_sd.findings import merged
from llr_sd.laws import FILE, Conservation
from llr_sd.model import SUFFIXES, Model, is_bundled, load_model, models_of
from llr_sd.parameters import FILE as PARAMETERS
from llr_sd.parameters import parameters_of, table_beside
from llr_sd.textfiles import is_file, is_folder
from llr_sd.translate import translate


def check_model(
    model: Model | str | Path,
    *,
    draws: int | None = None,
    seed: int | None = None,
    pysd: bool = True,
    threads: int | None = None,
    studies: Sequence[str | Path] | None = (),
) -> Sheet:
    """Check a model: the general checks, and those that its author declares in `checks.toml` beside it.

    Parameters
    ----------
    model
        A loaded model; or a bundled name, a model folder or a path to a model file. In the second form a faulty `parameters.csv` is a
        failed check, where `load_model` would refuse it.
    draws, seed
        Number and seed of the wide random runs; those of `checks.toml` by default (10,000 and 0).
    pysd
        Whether to compare with PySD, which takes some seconds in a process of its own; where not, the line says so.
    threads
        Threads of the compiled engine; None for all cores. The figures do not depend on it.
    studies
        Studies of the user's in which parts that do nothing are looked for, beside the bundled ones; None looks for none.

    Returns
    -------
    Sheet
        One line a check. A check that raises is a failed check with its message, and hides no other.

    Raises
    ------
    InputError
        When there is no such model, or `checks.toml` cannot be read.
    TranslationError
        When the model file cannot be read.
    """
    subject, audit = opened(model, draws, seed, threads)
    return _Checker(subject, audit, pysd, studies).sheet()


def opened(
    model: Model | str | Path, draws: int | None = None, seed: int | None = None, threads: int | None = None
) -> tuple[Subject, Audit | None]:
    """Return a model with its checks, and the audit of its parameter table where there is one; as `check_model`."""
    found, audit = _open(model)
    checks = load_checks(found.equations.source.parent / FILE) if _own_folder(found.equations) else Checks()
    chosen = {k: v for k, v in (("runs", draws), ("seed", seed)) if v is not None}
    checks = checks.model_copy(update={"draws": checks.draws.model_copy(update=chosen)})
    subject = Subject(found, checks, threads=threads)
    subject.wanted = tuple(n for c in read_claims(subject) if not c.problem for n in c.names())
    return subject, audit


def _own_folder(equations: Equations) -> bool:
    """Whether the files beside a model are its own: it is the folder's only model, or bears the folder's name."""
    return models_of(equations.source.parent) == [equations.source]


def _open(model: Model | str | Path) -> tuple[Model, Audit | None]:
    """Return the model with what can be used of its parameter table, and the audit of that table where there is one."""
    equations = model.equations if isinstance(model, Model) else translate(_file(model))
    file = table_beside(equations.source)
    audit = None
    if file is not None:
        try:
            audit = audit_table(file, equations)
        except InputError as error:
            audit = Audit((str(error),), 0, 0, parameters_of(equations))
    if isinstance(model, Model):
        return model, audit
    return Model(equations.source.stem, equations, audit.table if audit else parameters_of(equations)), audit


def _file(name: str | Path) -> Path:
    path = Path(name)
    if is_bundled(str(name), path):
        path = bundled.folder("models") / str(name)
    if is_folder(path):
        own = models_of(path)
        if len(own) == 1:
            return own[0]
    return path if is_file(path) and path.suffix.casefold() in SUFFIXES else load_model(name).equations.source


@dataclass
class _Checker:
    """The lines made so far, and what several of them share."""

    subject: Subject
    audit: Audit | None
    pysd: bool
    studies: Sequence[str | Path] | None = ()
    lines: list[Line] = field(default_factory=list)
    wide: Wide | None = None
    wide_error: str = ""

    @property
    def checks(self) -> Checks:
        return self.subject.checks

    def add(self, section: str, name: str, make: Callable[[], Line]) -> None:
        """Make one line; an exception is a failed check with its message, so that it hides no other."""
        try:
            line = make()
        except Exception as error:
            said = (
                str(error) if isinstance(error, LlrSdError) else f"unforeseen {type(error).__name__}: {clean(str(error))[:200]}"
            )
            line = Line(section, name, FAIL, findings=(said,))
        self.lines.append(line)

    def sheet(self) -> Sheet:
        """Make all lines, in the order they are read; PySD runs beside the rest in a process of its own."""
        process, problem = self._start()
        try:
            claims = read_claims(self.subject)
            with suppress(Exception):  # told by the checks that ask for the runs
                self.subject.prepare(self._cases())
            self._look_at_draws(claims)
            self._model_file()
            self._behaviour()
            self._reference(process, problem)
            self._declared()
            for claim in claims:
                self.add("reality", claim.name, partial(self._reality, claim))
            self._inert()
        finally:
            if process is not None:
                process.stop()
        return Sheet(self.subject.model.name, tuple(self.lines))

    # --- shared runs

    def _start(self) -> tuple[PysdRun | None, str]:
        if not self.pysd:
            return None, ""
        try:
            return start_pysd(self.subject), ""
        except Exception as error:  # told in the line of this check
            return None, str(error)

    def _cases(self) -> Iterator[dict[str, float]]:
        yield {}
        for job in (*halving_jobs(self.subject), *declared_jobs(self.checks)):
            yield from job.cases(self.subject)

    def _look_at_draws(self, claims: tuple[Claim, ...]) -> None:
        try:
            if self.subject.wide is not None:
                self.wide = look_at_draws(self.subject, not_negative(self.subject), claims)
        except Exception as error:  # told in the lines that need the random runs
            self.wide_error = str(error) or type(error).__name__

    # --- sections

    def _model_file(self) -> None:
        equations = self.subject.model.equations
        if equations.notes:
            self.lines.append(Line("model file", "everything is read as written", NOT_EVALUATED, findings=equations.notes))

        def units() -> Line:
            report = check_units(equations)
            name = "both sides of every equation have one unit"
            if not report.stated:
                return not_evaluated("units", name, "no variable of the model states a unit.")
            return judge(
                "units",
                name,
                f"{count(len(report.findings), 'finding')} in {count(report.equations, 'equation')}",
                "none",
                report.findings,
            )

        def table() -> Line:
            name = "every constant has a row with unit, source and grade, and every row is a constant"
            if self.audit is None:
                return not_evaluated("parameters", name, f"there is no {PARAMETERS} of the model's own.")
            a = self.audit
            measured = f"{count(len(a.findings), 'finding')} in {count(a.constants, 'constant')} and {count(a.rows, 'row')}"
            return judge("parameters", name, measured, "none", a.findings)

        def described() -> Line:
            found, looked = undescribed(equations)
            return judge(
                "parameters", "every variable has a unit and a comment", f"{len(found)} without, of {looked}", "none", found
            )

        self.add("units", "both sides of every equation have one unit", units)
        self.add("parameters", "parameter table", table)
        self.add("parameters", "every variable has a unit and a comment", described)

    def _behaviour(self) -> None:
        subject = self.subject
        self.add("base run", "every variable is a finite number", self._finite)
        self._short_delays()
        for job in halving_jobs(subject):
            self.add(job.section, job.name, partial(job.line, subject))
        runs = f"{self.wide.runs if self.wide else self.checks.draws.runs:,} wide random runs"
        self.add("random runs", f"no run fails: {runs}", lambda: self._no_failure(f"no run fails: {runs}"))
        self.add("random runs", f"no stock below zero: {runs}", lambda: self._no_negative(f"no stock below zero: {runs}"))
        for number, part in enumerate(self.checks.not_negative, start=1):
            missing = [n for n in part.outputs if subject.model.equations.find(n.partition("[")[0]) is None]
            if missing:
                reason = f'the model has no variable "{missing[0]}".'
                self.lines.append(Line("random runs", f"outputs of not_negative list {number}", FAIL, findings=(reason,)))

    def _reference(self, process: PysdRun | None, problem: str) -> None:
        def make() -> Line:
            if problem:
                raise InputError(problem)
            if process is None:
                return not_evaluated("PySD", "every variable at the first steps", "it was not asked for.")
            return agreement(self.subject, process)

        self.add("PySD", "every variable at the first steps", make)
        if _own_folder(self.subject.model.equations):
            for name in kept_names(self.subject):
                self.add("golden run", title(name), partial(golden, self.subject, name))

    def _declared(self) -> None:
        subject, checks = self.subject, self.checks
        for balance in checks.conservation:
            self.add("conservation", balance.name, partial(self._conservation, balance))
        for job in declared_jobs(checks):
            self.add(job.section, job.name, partial(job.line, subject))
        for item in checks.tables:
            files = table_files(subject, item)
            if not files:
                self.lines.append(Line("tables", item.files, FAIL, findings=("no file of that name is beside the model.",)))
            for file in files:
                self.add("tables", file.name, partial(table, subject, item, file))

    def _inert(self) -> None:
        """Add the warnings about parts that do nothing; a bundled study that cannot be read is told in their place."""
        if self.studies is None:
            return
        try:
            self.lines += inert_parts(self.subject, self.studies)
        except LlrSdError as error:
            if self.studies:
                raise
            self.lines.append(not_evaluated(SECTION, "parts that do nothing", str(error)))

    # --- lines of their own

    def _finite(self) -> Line:
        run = self.subject.everything
        names = [n for n in run.values if self.subject.model.equations.variables[n].kind != "data"]
        findings = [] if run.status.ok else [f"{run.status}."]
        return judge(
            "base run", "every variable is a finite number", f"{len(names)} variables at {len(run.times)} times", "", findings
        )

    def _short_delays(self) -> None:
        """Add a line where the engine found something to know of a run, such as a smooth over less than a step."""
        with suppress(LlrSdError):  # a run that cannot be made is told by the checks that ask for it
            base = self.subject.model.run({}, threads=self.subject.threads).findings
            found = merged((base, self.wide.findings if self.wide else ()))
            if found:
                name = "delays and smooths last at least a step, in the base run and the random runs"
                shown = tuple(str(f) for f in found)
                self.lines.append(Line("base run", name, FAIL, count(len(found), "finding"), "none", shown))

    def _conservation(self, item: Conservation) -> Line:
        if self.wide_error:
            raise InputError(f"the random runs stopped: {self.wide_error}")
        return own.conservation(self.subject, item, self.wide)

    def _random(self, name: str) -> Wide | Line:
        if self.wide_error:
            raise InputError(self.wide_error)
        if self.wide is None:
            return not_evaluated("random runs", name, "no parameter has a range to draw from.")
        return self.wide

    def _no_failure(self, name: str) -> Line:
        wide = self._random(name)
        if isinstance(wide, Line):
            return wide
        findings = [f"random run {number}: {status}." for number, status in wide.failed]
        return judge("random runs", name, f"{len(wide.failed)} failed", "none", findings)

    def _no_negative(self, name: str) -> Line:
        base = self._base_negative()
        wide = self._random(name)
        if isinstance(wide, Line):
            return replace(wide, outcome=FAIL, findings=(*base, *wide.findings)) if base else wide
        bad = [low for low in wide.lows.values() if low.negative]
        mend = f"If it may be, say so under [[may_be_negative]] in {FILE}."
        findings = [*base, *(f"{low}. {mend}" for low in bad)]
        if not wide.lows:
            return not_evaluated("random runs", name, "the model has no stock that must not be negative.")
        least = min((low.value for low in wide.lows.values()), default=0.0)
        return judge("random runs", name, f"lowest of {len(wide.lows)} outputs is {figure(least)}", "0, less rounding", findings)

    def _base_negative(self) -> list[str]:
        findings = []
        for name in not_negative(self.subject):
            series = self.subject.run({}).series(name)
            low = np.unravel_index(int(series.values.argmin()), series.values.shape)
            value = float(series.values[low])
            if value < -1e-9 * float(np.abs(series.values).max()):
                findings.append(f'"{series.labels[low[1]]}" is {figure(value)} at time {series.times[low[0]]:g} in the base run.')
        return findings

    def _reality(self, claim: Claim) -> Line:
        if claim.problem:
            return not_evaluated("reality", claim.name, claim.problem)
        if claim.settings:
            return own.reality(self.subject, claim)
        tally = Tally()
        if self.wide is not None:
            tally = self.wide.tallies.get(claim.name, tally)
        claim.look_at(tally, self.subject.run({}), "the base run")
        return own.told(claim, tally)
