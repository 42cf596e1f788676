"""From what somebody names to a page: study, model, levers, the engine's code for a browser, the keys of the draws, and one file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from llr_sd.dates import YEARS
from llr_sd.engine import DEFAULT
from llr_sd.engine.browser import browser_model
from llr_sd.equations import CONTROLS, Definition, Equations, Number
from llr_sd.errors import InputError
from llr_sd.exploring.levers import inputs_of, ranges_of, within_rooms
from llr_sd.exploring.numbers import balances_of, history_of, outputs_of, shown_of, targets_of
from llr_sd.exploring.subject import Subject, subject_of
from llr_sd.exploring.texts import Carried, carried_by, study_keys
from llr_sd.page.assemble import HEAD, MADE, assemble
from llr_sd.page.data import About, Of, Page, Scenario
from llr_sd.reading import entries
from llr_sd.report.shared.files import write_whole
from llr_sd.run.block import first_look
from llr_sd.run.prepare import correlations
from llr_sd.sampling.page import page_draws
from llr_sd.textfiles import is_file, is_folder

SUFFIX = ".html"
NAMED = 5
"""Names of what is left out that a sentence tells."""


@dataclass(frozen=True)
class Written:
    """A page that was written: where, what it holds, and its size in bytes."""

    path: Path
    page: Page
    size: int

    @property
    def words(self) -> str:
        """What it holds, in a line."""
        p = self.page
        varied = sum(i.uncertain for i in p.inputs)
        runs = f"up to {p.study.runs:,} runs" if varied else "one run, since nothing varies until a range is given"
        many = ((p.scenarios, "scenario"), (p.outputs, "output"))
        counts = [f"{len(parts)} {word}{'s' * (len(parts) != 1)}" for parts, word in many]
        levers = f"{len(p.inputs)} lever{'s' * (len(p.inputs) != 1)} ({varied} of them uncertain)"
        return f"{', '.join([levers, *counts])}; {runs}; {self.size / 1e6:.2f} MB"


def explore(what: str, out: str | Path | None = None) -> Path:
    """Write the page of a model or of a study, whole or not at all.

    Parameters
    ----------
    what
        A study folder, study.toml or bundled study; a bundled model, model folder or model file; a folder that `llr-sd import` wrote,
        or a table of it that a model starts from.
    out
        The file; NAME-explore.html in the working folder by default. One that is not such a page is not replaced.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    LlrSdError
        When there is nothing of this name, it cannot be a page, or the file cannot be written.
    """
    return write_page(what, out).path


def write_page(what: str, out: str | Path | None = None) -> Written:
    """Write the page of a model or of a study, as `explore` does, and return what was written."""
    if out is not None:
        check_place(Path(out))
    subject = subject_of(what)
    path = Path(f"{subject.name}-explore{SUFFIX}" if out is None else out)
    check_place(path)
    page = page_data(subject)
    content = assemble(page.study.title, page.to_data()).encode()
    write_whole(path, content)
    return Written(path, page, len(content))


def page_of(what: str) -> str:
    """Return the text of the page of a model or of a study.

    Parameters
    ----------
    what
        As in `explore`.
    """
    page = page_data(subject_of(what))
    return assemble(page.study.title, page.to_data())


def check_place(path: Path) -> None:
    """Refuse a place where something else lies.

    Parameters
    ----------
    path
        Where a page is to be written.

    Raises
    ------
    InputError
        When it is a folder, no browser would know it, or what lies there is no page of this package.
    """
    where = str(path)
    if is_folder(path):
        raise InputError("is a folder.", where=where, mend="Name a file, such as explore.html in it.")
    if path.suffix.casefold() != SUFFIX:
        raise InputError(f"does not end in {SUFFIX}, by which a browser knows it.", where=where, mend=f"Add {SUFFIX}.")
    if is_file(path):
        try:
            with path.open("rb") as stream:
                begins = stream.read(HEAD)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error}).", where=where, mend="Name another file.") from None
        if MADE.encode() not in begins:
            raise InputError("is there already, and is no page of this kind.", where=where, mend="Name another file.")


def page_data(subject: Subject) -> Page:
    """Return all that the page of a subject reads.

    Parameters
    ----------
    subject
        A study held against its model.

    Raises
    ------
    EngineError
        When the model cannot be simulated in a page.
    """
    study, model = subject.prepared.study, subject.model
    (inputs, no_levers), outputs = inputs_of(subject), outputs_of(subject)
    laws = {p.name: d for p, d in subject.prepared.uncertain}
    shown, left = shown_of(subject)
    equations = clocked(model.equations, subject.clock)
    times = sorted({*subject.grid.saved().tolist(), *(o.at for o in outputs if o.at is not None)})
    engine = browser_model(equations, [i.variable for i in inputs], shown, times, None, ranges_of(inputs, laws)).to_data()
    carried = carried_by(subject)
    drawn = {p.name: p for p, _ in subject.prepared.uncertain}
    kept = {i.name for i in inputs}
    rows = [drawn.get(p.name, p) for p in model.table if p.name in kept]
    return Page(
        what=subject.name,
        version=version("llr-sd"),
        study=About(
            title=study.title,
            question=" ".join(study.question.split()),
            illustrative=study.illustrative,
            notes=study.notes,
            told=(
                *subject.told,
                *_few(no_levers, "Constants with too many elements to be levers of a page, which stand at the model's values"),
                *_few(left, "Variables with too many elements for a page to show over time"),
                *subject.prepared.told,
                *first_look(subject.prepared, DEFAULT),
                *carried.missing,
            ),
            seed=study.seed if study.seed < 2**53 else str(study.seed),
            runs=study.monte_carlo.runs,
            design=study.monte_carlo.design,
            name=subject.name,
            keys=study_keys(subject, carried),
        ),
        model=_model(subject, carried, engine["method"]),
        inputs=within_rooms(inputs, engine["limits"], engine["whole"]),
        scenarios=tuple(Scenario(s.name, s.kind, s.note, subject.settings[s.name]) for s in study.scenario),
        outputs=outputs,
        targets=targets_of(subject),
        history=history_of(subject),
        laws=balances_of(subject),
        left_out=tuple(left),
        engine=engine,
        draws=page_draws(rows, correlations(study, model), study.seed, study.monte_carlo.design),
        equations=[e.to_data({i.variable: i.name for i in inputs}) for e in entries(model.equations)],
    )


def _few(names: Sequence[str], what: str) -> list[str]:
    """Return a sentence on what a page leaves out, with the first names; nothing where it leaves out none."""
    rest = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return [f"{what}: {', '.join(names[:NAMED])}{rest}."] if names else []


def _model(subject: Subject, carried: Carried, method: str) -> Of:
    model, grid = subject.model, subject.grid
    units = [v.unit for n in CONTROLS if (v := model.equations.find(n)) and v.unit]
    unit = units[0] if units else ""
    return Of(
        name=model.name,
        bundled=carried.bundled,
        called=carried.called,
        sha256=hashlib.sha256(model.equations.source.read_bytes()).hexdigest(),
        time_unit=unit,
        calendar=unit.casefold() in ("year", "years", "yr", "yrs") and YEARS[0] <= grid.initial < YEARS[1],
        method=method,
        step=grid.step,
        initial=grid.initial,
        final=grid.final,
        files=carried.texts,
    )


def clocked(equations: Equations, settings: Mapping[str, float]) -> Equations:
    """Return equations with numbers in place of what sets the clock.

    Parameters
    ----------
    equations
        Of the model.
    settings
        By name, of constants without subscripts and of control variables.

    Raises
    ------
    InputError
        When what sets the clock is one element of a constant.
    """
    variables = dict(equations.variables)
    for name, value in settings.items():
        variable = equations.cell(name).variable
        if variable.axes:
            raise InputError(
                f'"{name}" sets the clock and is one element of a constant, which a page cannot hold.',
                where=equations.source.name,
                mend="Let the clock read a constant without subscripts.",
            )
        body = Definition((), (), Number(value))
        variables[variable.name] = replace(variable, kind="constant", definitions=(body,))
    return replace(equations, variables=variables)
