"""What a page is about: a name or a path becomes a study that the page opens with, and the model that it is of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llr_sd import bundled
from llr_sd.drafts.baseline import staff_study
from llr_sd.drafts.model import study_of
from llr_sd.engine.clock import Clock
from llr_sd.engine.request import make_request
from llr_sd.equations import CONTROLS, Stock, Table, Values, canonical, children
from llr_sd.equations import Reference as Read
from llr_sd.errors import InputError, nearest, shown
from llr_sd.model import SUFFIXES, Model, bundled_models, is_bundled
from llr_sd.records import check_record
from llr_sd.register import bundled_registers, load_register
from llr_sd.run.filled import merged, study_model
from llr_sd.run.prepare import PreparedStudy, prepare
from llr_sd.study import Study, is_study, load_study
from llr_sd.textfiles import is_file, is_folder

OPENS_WITH = {"gp_supply": "gp_plan", "llr_system": "left_shift", "swipe_site": "site_rutland"}
"""The study whose scenarios, outputs and targets the page of a bundled model opens with."""
_ANALYSES = ("sobol", "convergence", "morris", "shapley", "discovery", "levers", "value_of_information", "calibration")


@dataclass(frozen=True)
class Subject:
    """A study to open with, held against its model.

    Attributes
    ----------
    what
        What it was called.
    name
        A short name, for a file and a folder.
    study
        As its author wrote it.
    prepared
        The study without its analyses, held against its model.
    settings
        All that each scenario sets, by its name, but what sets the clock.
    clock
        What sets the clock in every scenario of the page, by name.
    grid
        The clock.
    told
        Sentences of what the page leaves out, or was chosen for the reader.
    """

    what: str
    name: str
    study: Study
    prepared: PreparedStudy
    settings: Mapping[str, Mapping[str, float]]
    clock: Mapping[str, float]
    grid: Clock
    told: tuple[str, ...]

    @property
    def model(self) -> Model:
        """The model, with the labels that the study gives."""
        return self.prepared.model


def subject_of(what: str) -> Subject:
    """Return what a page is about.

    Parameters
    ----------
    what
        A study folder, study.toml or bundled study; a bundled model, model folder or model file; a folder that `llr-sd import` wrote,
        or a table of it that a model starts from.

    Raises
    ------
    InputError
        When there is nothing of this name, or what it is cannot be a page.
    """
    return subject_from(what, *_study(what))


def subject_from(what: str, name: str, study: Study, told: tuple[str, ...]) -> Subject:
    """Return a study as what a page is about, held against its model.

    Parameters
    ----------
    what
        What it was called.
    name
        A short name.
    study
        Of the page.
    told
        Sentences of what was chosen for the reader.

    Raises
    ------
    InputError
        When the study does not fit its model, or cannot be a page.
    """
    if study.uncertain.from_calibration:
        raise InputError(
            "draws its inputs from a fit, which a page cannot make again.",
            where=f"{study.where}, uncertain > from_calibration",
            mend="Leave it out in a copy of the study, so that inputs are drawn from their own ranges.",
        )
    dropped = [key for key in (*_ANALYSES, "attribution", "observed") if getattr(study, key)]
    if dropped:
        told = (*told, f"Left to `llr-sd run`: {', '.join(dropped).replace('_', ' ')}.")
    plain = study.model_copy(
        update=dict.fromkeys(_ANALYSES) | {"attribution": (), "observed": (), "answer": (), "compare_with": None}
    )
    prepared = prepare(plain, study_model(plain))
    settings, clock, grid, others = _settings(prepared)
    if others:
        names = ", ".join(f'"{n}"' for n in others)
        told = (*told, f"Left to `llr-sd run`, since a page has one clock: {names}, run over other times.")
        kept = tuple(s for s in plain.scenario if s.name in settings)
        prepared = prepare(plain.model_copy(update={"scenario": kept}), prepared.model)
    return Subject(what, name, study, prepared, settings, clock, grid, told)


def _study(what: str) -> tuple[str, Study, tuple[str, ...]]:
    """Return the study of a name, a short name, and what was chosen for the reader."""
    path = Path(what)
    if is_study(what):
        study = load_study(what)
        if study.risk_register:
            models = sorted(load_register(study.risk_register, study.folder).model)
            raise InputError(
                "rates the risks of a register; a page is of one model.",
                where=study.where,
                mend=f"Explore one of its models, such as {models[0]}.",
            )
        at = study.file or path
        return study.bundled or (at.resolve().parent.name if at.name == "study.toml" else at.stem), study, ()
    if is_bundled(what, path) and what in OPENS_WITH:
        opens = OPENS_WITH[what]
        said = f"The page of {what} opens with the scenarios, outputs and targets of the study {opens}."
        return what, load_study(bundled.studies()[opens]).model_copy(update={"bundled": opens}), (said,)
    if what in bundled_registers() and not is_file(path) and not is_folder(path):
        raise InputError(f"{shown(what)} is a risk register; a page is of a model or of a study.", mend="Name one of its models.")
    if not is_bundled(what, path) and not is_file(path) and not is_folder(path):
        known = (*bundled_models(), *bundled.studies())
        mend = nearest(what, known) or f"Bundled are {', '.join(known)}; your own go by their path."
        raise InputError(f"there is no model or study {shown(what)}.", mend=mend)
    if (staff := staff_study(path)) is not None:
        study = check_record(tomllib.loads(staff.text), Study, f"the study drafted of {what}")
        first, *places = staff.tables
        said = "It opens with a study drafted for this staff; `llr-sd new FOLDER --from` the same table writes it, to change and to run."
        own = study.model_copy(update={"base": first.parent, "localities": str(places[0].resolve()) if places else None})
        return staff.name, own, (said,)
    if is_file(path) and path.suffix.casefold() not in SUFFIXES:
        raise InputError(
            "is neither a model nor a study.", where=what, mend=f"Models end in {', '.join(SUFFIXES)}, studies in .toml."
        )
    text = study_of(what, Path())
    drafted = check_record(tomllib.loads(text), Study, f"the study drafted of {what}")
    called = path.resolve().name if is_folder(path) else path.stem
    said = "Nobody wrote a study of this model: its outputs were chosen by what changes and what most of the model goes into."
    return called, drafted.model_copy(update={"base": Path()}), (said,)


def _settings(prepared: PreparedStudy) -> tuple[dict[str, dict[str, float]], dict[str, float], Clock, list[str]]:
    """Return what each scenario sets, what sets the clock by the model's names, the clock, and the scenarios that have another one.

    The clock is that of the first scenario that answers the question.
    """
    study, model = prepared.study, prepared.model
    ticking = clock_constants(model)
    first = next((s for s in study.scenario if s.kind == "scenario"), study.scenario[0])
    asked = [next(o.variable for o in study.outputs.values() if o.variable is not None)]
    found: dict[str, dict[str, float]] = {}
    clocks: dict[str, tuple[dict[str, float], Clock]] = {}
    for scenario in study.scenario:
        whole = merged(model, study.set, scenario.set)
        setting = {n: v for n, v in whole.items() if canonical(n.partition("[")[0]) in ticking}
        own = {model.equations.cell(model.output(n)).label: v for n, v in setting.items()}
        clocks[scenario.name] = own, make_request(model.equations, model.design(whole), asked, None).clock
        found[scenario.name] = {n: v for n, v in whole.items() if n not in setting}
    clock, grid = clocks[first.name]
    others = [n for n, (own, other) in clocks.items() if other != grid or _constants(own) != _constants(clock)]
    return {n: s for n, s in found.items() if n not in others}, clock, grid, others


def _constants(settings: Mapping[str, float]) -> dict[str, float]:
    """Return what is set of constants that the clock reads."""
    controls = {canonical(c) for c in CONTROLS}
    return {n: v for n, v in settings.items() if canonical(n) not in controls}


def clock_constants(model: Model) -> set[str]:
    """Return the canonical names of the control variables and of all that they read."""
    seen: set[str] = set()
    waiting = [c for c in CONTROLS if c in model.equations.variables]
    while waiting:
        name = waiting.pop()
        if canonical(name) in seen:
            continue
        seen.add(canonical(name))
        for definition in model.equations.variable(name).definitions:
            nodes: list[Any] = [] if isinstance(definition.body, Stock | Table | Values) else [definition.body]
            while nodes:
                node = nodes.pop()
                nodes += children(node)
                if isinstance(node, Read):
                    waiting.append(node.name)
    return seen | {canonical(c) for c in CONTROLS}
