"""The numbers of a page: the outputs of its study with units and axes, targets, what was observed, and the laws that every run is held to."""

from __future__ import annotations

from collections.abc import Iterator

from llr_sd import analysis
from llr_sd.answers import LeverAnswer, names_used
from llr_sd.equations import Equations, Variable, canonical
from llr_sd.exploring.subject import Subject
from llr_sd.page.data import Axis, Balance, Observation, Output, Target
from llr_sd.run.block import labels_of
from llr_sd.run.prepare import law_outputs
from llr_sd.studyparts import OutputSpec

MOST_ELEMENTS = 30_000
"""Elements of variables that a page can show over time; above it, variables with many subscripts are left out. All 15,000 of llr_system
take 20 % more code than its outputs alone; what bounds them is the memory that a browser gives to the runs of all saved times."""


def outputs_of(subject: Subject) -> tuple[Output, ...]:
    """Return the outputs of the study in its order."""
    study, equations = subject.prepared.study, subject.model.equations
    labels, about = labels_of(study), set(headlines(subject)) or {next(iter(study.outputs))}
    found = []
    for name, spec in study.outputs.items():
        variable, called = _variable(equations, spec)
        found.append(
            Output(
                name=name,
                label=labels[name],
                unit=variable.unit if variable else spec.unit or "",
                variable=called,
                at=None if spec.at is None else float(spec.at),
                expression=None
                if spec.expression is None
                else analysis.tree_of(spec.expression, f"{study.where}, outputs > {name}"),
                axes=_axes(variable, spec) if variable and called == variable.name else (),
                percent=spec.percent,
                equivalents=spec.equivalents,
                headline=name in about,
            )
        )
    return tuple(found)


def _variable(equations: Equations, spec: OutputSpec) -> tuple[Variable | None, str | None]:
    """Return the variable of an output, and what the model calls it or the one cell of it."""
    if spec.variable is None:
        return None, None
    whole = equations.find(spec.variable)
    if whole is not None:
        return whole, whole.name
    cell = equations.cell(spec.variable)
    return cell.variable, cell.label


def _axes(variable: Variable, spec: OutputSpec) -> tuple[Axis, ...]:
    words = {canonical(element): label for element, label in spec.elements.items()}
    return tuple(
        Axis(axis.name, axis.elements, tuple(words.get(canonical(e), e) for e in axis.elements)) for axis in variable.axes
    )


def headlines(subject: Subject) -> Iterator[str]:
    """Yield the outputs that the study's question is about: those of its answers and of its targets."""
    aims = {t.name: t.output for t in subject.study.target}
    for answer in subject.study.answer:
        yield from (name for _, name in names_used(answer)[0])
        if isinstance(answer, LeverAnswer):
            yield aims[answer.target]
    yield from aims.values()


def targets_of(subject: Subject) -> tuple[Target, ...]:
    """Return the targets of the study."""
    return tuple(Target(t.name, t.output, t.at_least, t.at_most, t.source) for t in subject.study.target)


def history_of(subject: Subject) -> dict[str, tuple[Observation, ...]]:
    """Return what the study says was observed, by output."""
    points = subject.study.history.items()
    return {name: tuple(Observation(float(p.time), p.value, p.source) for p in observed) for name, observed in points}


def balances_of(subject: Subject) -> tuple[Balance, ...]:
    """Return the laws of the model."""
    return tuple(Balance(law.name, law.variable, law.tolerance, law.scale) for law in subject.model.laws)


def shown_of(subject: Subject) -> tuple[list[str], list[str]]:
    """Return the variables that the page can show over time, and those that it leaves out since they would make it too large.

    Constants, which have no course, are among neither unless the study asks for them.
    """
    equations = subject.model.equations
    asked = [o.variable for o in subject.prepared.study.outputs.values() if o.variable is not None]
    asked += law_outputs(subject.model)
    found = {v.name: v.size for name in asked for v in [_variable(equations, OutputSpec(variable=name))[0]] if v}
    changing = [v for v in equations.variables.values() if v.kind not in ("lookup", "constant") and not v.name.startswith("_")]
    left: list[str] = []
    room = MOST_ELEMENTS - sum(found.values())
    for v in sorted((v for v in changing if v.name not in found), key=lambda v: v.size):
        if v.axes and v.size > room:
            left.append(v.name)
        else:
            found[v.name] = v.size
            room -= v.size
    return list(found), left
