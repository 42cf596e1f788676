"""The answers that a study declares, held against its model, and the central runs that the answer about a lever needs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from llr_sd.answers import BarsAnswer, LeverAnswer, ShareAnswer, names_used
from llr_sd.equations import CONTROLS, Axis, canonical
from llr_sd.errors import InputError, nearest
from llr_sd.rounding import reaches
from llr_sd.run.feasible import groups_of
from llr_sd.run.filled import merged
from llr_sd.run.prepare import PreparedStudy, Sample
from llr_sd.studyparts import OutputSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

COLUMNS = ("answer", "scenario", "target", "output", "lever", "unit", "own", "value", "central", "met")


def with_answers(prepared: PreparedStudy) -> PreparedStudy:
    """Return the study with a sample for each answer about a lever: the scenario's central run at every value that is tried.

    Raises
    ------
    InputError
        When an answer names an input or a lever that the model does not have, or an output that it cannot be made of.
    """
    study = prepared.study
    samples = dict(prepared.samples)
    for number, answer in enumerate(study.answer, 1):
        at = f"{study.where}, answer > {number}"
        if isinstance(answer, BarsAnswer):
            _check_bars(prepared, answer, at)
        else:
            for key, name in names_used(answer)[0]:
                if study.outputs[name].at is None and study.outputs[name].expression is None:
                    raise InputError(f'"{name}" has no date.', where=f"{at} > {key}", mend='Give the output a time with "at".')
                if _axes(prepared, study.outputs[name]):
                    mend = "Name one element of its variable, or answer with bars."
                    raise InputError(f'"{name}" is more than one number.', where=f"{at} > {key}", mend=mend)
        if isinstance(answer, ShareAnswer):
            _check_share(prepared, answer, at)
        if isinstance(answer, LeverAnswer):
            samples[f"answer_{number}"] = _tries(prepared, answer, f"answer_{number}", at)
    return replace(prepared, samples=samples)


def _axes(prepared: PreparedStudy, spec: OutputSpec) -> tuple[Axis, ...]:
    """The subscript ranges that an output keeps."""
    if spec.variable is None:
        return ()
    equations = prepared.model.equations
    if equations.find(spec.variable) is None and "[" in spec.variable:
        return ()
    return equations.variable(spec.variable).axes


def _check_bars(prepared: PreparedStudy, answer: BarsAnswer, at: str) -> None:
    outputs = prepared.study.outputs
    first = _axes(prepared, outputs[answer.bars[0]])
    for name in answer.bars:
        axes, where = _axes(prepared, outputs[name]), f"{at} > bars"
        if outputs[name].at is None:
            raise InputError(f'"{name}" has no date.', where=where, mend='Give the output a time with "at".')
        if len(axes) != 1:
            what = "one number" if not axes else "over more than one subscript"
            raise InputError(f'"{name}" is {what}: a bar is stacked of the elements of one subscript.', where=where)
        if axes != first:
            raise InputError(f'"{name}" and "{answer.bars[0]}" have different subscripts.', where=where, mend="Draw them apart.")
    units = {prepared.model.equations.variable(str(outputs[n].variable)).unit for n in answer.bars}
    if len(units) > 1:
        raise InputError(f"the bars are in different units: {', '.join(sorted(units))}.", where=f"{at} > bars")


def _check_share(prepared: PreparedStudy, answer: ShareAnswer, at: str) -> None:
    """Refuse a share of what is neither an uncertain input nor, where indices of groups are made, a group."""
    sobol = prepared.study.sobol
    groups = list(groups_of(prepared.uncertain)) if sobol is not None and sobol.groups else []
    inputs = replace(prepared.model.table, rows=tuple(p for p, _ in prepared.uncertain))
    known = [*groups, *inputs.spoken]
    for name in answer.share:
        if name not in groups and inputs.find(name) is None:
            mend = nearest(name, known) or f"There are: {', '.join(known)}."
            more = "" if groups else "; indices of groups are made with groups = true under [sobol]"
            raise InputError(f'no uncertain input or group is called "{name}"{more}.', where=f"{at} > share", mend=mend)


def _tries(prepared: PreparedStudy, answer: LeverAnswer, name: str, at: str) -> Sample:
    study, model = prepared.study, prepared.model
    if canonical(answer.lever) in {canonical(c) for c in CONTROLS}:
        raise InputError("the clock of the model cannot be a lever.", where=f"{at} > lever", mend="Name a constant of the model.")
    try:
        for end in answer.between:
            model.design({answer.lever: end})
    except InputError as error:
        raise error.at(f"{at} > lever") from None
    held = next(s.set for s in study.scenario if s.name == answer.scenario)
    settings = tuple((f"{value:.12g}", merged(model, held, {answer.lever: value})) for value in answer.values)
    return Sample(name, prepared.samples["central"].design, settings)


def lever_table(prepared: PreparedStudy, runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return a row for each value of a lever that was tried: the central run's number there, and whether it meets the target.

    `own` is the value that the lever has in the scenario itself; a run that failed has no number and meets nothing.
    """
    import pandas as pd

    study, rows = prepared.study, []
    for number, answer in enumerate(study.answer, 1):
        if not isinstance(answer, LeverAnswer):
            continue
        target = next(t for t in study.target if t.name == answer.target)
        tried = runs[f"answer_{number}"].isel(run=0)
        central = [float(v) if ok else math.nan for v, ok in zip(tried[target.output], tried["ok"], strict=True)]
        met = reaches(central, target.at_least, target.at_most)
        own, unit = _own_value(prepared, answer)
        rows += [
            (number, answer.scenario, target.name, target.output, answer.lever, unit, own, value, reached, bool(there))
            for value, reached, there in zip(answer.values, central, met, strict=True)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _own_value(prepared: PreparedStudy, answer: LeverAnswer) -> tuple[float, str]:
    """The value of the lever in the central run of the scenario (what is set, else its centre, else the model's own), and its unit."""
    study, model = prepared.study, prepared.model
    held = next(s.set for s in study.scenario if s.name == answer.scenario)
    parameter = model.settable(answer.lever)
    for design in (model.design(merged(model, study.set, held)), prepared.samples["central"].design):
        if parameter.variable in design.names:
            return float(design.values[0, design.names.index(parameter.variable)]), parameter.unit
    return parameter.value, parameter.unit
