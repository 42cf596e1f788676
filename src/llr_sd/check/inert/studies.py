"""The runs that studies make of a model: the central one of each scenario, and a few draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd import bundled
from llr_sd.design import Design
from llr_sd.equations import Equations
from llr_sd.errors import InputError
from llr_sd.risks import plan_register
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import PreparedStudy, prepare
from llr_sd.study import Study, load_study
from llr_sd.studyparts import MonteCarlo

DRAWS = 4
"""Draws of each scenario that are looked at."""


ANALYSES = (
    "compare_with",
    "sobol",
    "convergence",
    "morris",
    "shapley",
    "attribution",
    "discovery",
    "levers",
    "value_of_information",
    "answer",
)
"""What a study asks of its runs: nothing here needs it, and some of it needs many runs."""


@dataclass(frozen=True)
class StudyRuns:
    """Runs of one scenario: its central run and some of its draws, by the label of each constant, and the variables that are read."""

    study: str
    scenario: str
    central: Design
    draws: Design
    outputs: tuple[str, ...]

    def settings(self, rows: Design) -> Iterator[dict[str, float]]:
        """Yield the settings of each run."""
        for values in rows.values.tolist():
            yield dict(zip(rows.names, values, strict=True))


def study_runs(equations: Equations, more: Sequence[str | Path] = ()) -> tuple[StudyRuns, ...]:
    """Return the runs that the bundled studies and registers, and `more`, make of a model.

    Raises
    ------
    InputError
        When a study of the user's does not fit its model, or is one of another model.
    """
    found: list[StudyRuns] = []
    own = equations.source.resolve().is_relative_to(bundled.folder("models").resolve())
    for place in (*(bundled.studies().values() if own else ()), *more):
        study, before = load_study(place), len(found)
        for prepared in _prepared(study, equations):
            samples = prepared.samples
            read = (spec.variable.partition("[")[0] for spec in prepared.study.outputs.values() if spec.variable)
            outputs = tuple(dict.fromkeys(equations.variable(name).name for name in read))
            first = {j.setting: j.design for j in prepared.jobs(samples["monte_carlo"]) if not j.start}
            for job in prepared.jobs(samples["central"]):
                rows, name = first[job.setting], samples["central"].settings[job.setting][0]
                few = Design(rows.names, rows.values.copy(), rows.kind, rows.seed)
                found.append(StudyRuns(study.bundled or study.folder.name, name, job.design, few, outputs))
        if place in more and len(found) == before:
            raise InputError(f"is no study of {equations.source.name}.", where=study.where, mend="Name one that runs this model.")
    return tuple(found)


def _prepared(study: Study, equations: Equations) -> Iterator[PreparedStudy]:
    """Yield what a study prepares of this very model file."""
    if not study.risk_register and Path(study.model).stem not in (equations.source.stem, equations.source.parent.name):
        return
    fields = type(study).model_fields
    bare = {name: fields[name].get_default() for name in ANALYSES} | {"monte_carlo": MonteCarlo(runs=DRAWS)}
    study = study.model_copy(update=bare)
    models = plan_register(study).models if study.risk_register else {"": prepare(study, study_model(study))}
    for prepared in models.values():
        if prepared.model.equations.source.resolve() == equations.source.resolve():
            yield prepared
