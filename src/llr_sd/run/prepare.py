"""A study held against its model, before anything runs: what varies, what each scenario sets, which runs are needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from llr_sd import analysis, sampling
from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.engine.request import make_request
from llr_sd.equations import CONTROLS, canonical
from llr_sd.errors import InputError, nearest
from llr_sd.evidence import beliefs, outside, said
from llr_sd.laws import FILE as LAWS
from llr_sd.model import Model
from llr_sd.observed import Series
from llr_sd.parameters import Parameter
from llr_sd.run.calendar import check_dates
from llr_sd.run.feasible import Uncertain, check_analyses, check_sizes, groups_of
from llr_sd.run.filled import merged, with_labels, with_outputs, with_planned, with_tables
from llr_sd.run.fitting.values import Fitted
from llr_sd.run.observed import check_series
from llr_sd.run.shares import check_shares, drawn_shares, shares_of, units_of
from llr_sd.study import Study
from llr_sd.studyparts import OutputSpec, Scenario
from llr_sd.values import check_outputs

BLOCK = 4096
"""Runs that are computed, stored and (after a kill) lost together."""


@dataclass(frozen=True)
class Sample:
    """A design and the settings that it runs under, by name: the scenarios, or the steps between two of them.

    `model` tells samples of several models apart, where a study has several.
    """

    name: str
    design: Design
    settings: tuple[tuple[str, Mapping[str, float]], ...]
    model: str = ""

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.design.runs * len(self.settings)


@dataclass(frozen=True)
class Job:
    """A block of runs under one setting of a sample: rows `start` to `start + design.runs` of it."""

    sample: str
    setting: int
    start: int
    design: Design


@dataclass(frozen=True)
class PreparedStudy:
    """A checked study with its model, its uncertain parameters and its samples by name ("central", "monte_carlo", ...).

    `told` are sentences for the reader: notes on the model file, values outside their evidence, inputs that their bounds cut off.
    `series` are what was observed of its outputs; `calibrated` is its calibration, once it was made.
    """

    study: Study
    model: Model
    uncertain: Uncertain
    samples: Mapping[str, Sample]
    told: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    calibrated: Fitted | None = None

    def jobs(self, sample: Sample) -> Iterator[Job]:
        """Yield the blocks of a sample: every setting uses the same draws, with what it sets held at its values."""
        for number, (_, settings) in enumerate(sample.settings):
            fixed = fix(sample.design, merged(self.model, self.study.set, settings), self.model)
            for start in range(0, fixed.runs, BLOCK):
                rows = Design(fixed.names, fixed.values[start : start + BLOCK].copy(), fixed.kind, fixed.seed)
                yield Job(sample.name, number, start, rows)

    @property
    def runs(self) -> int:
        """Runs in all."""
        return sum(s.runs for s in self.samples.values())


def prepare(study: Study, model: Model) -> PreparedStudy:
    """Check a study against its model and draw its designs.

    Raises
    ------
    InputError
        When a name, value or unit does not fit; it names file and key and the nearest name.
    """
    study = with_tables(study, model)
    model = with_labels(study, model)
    study = with_planned(with_outputs(study, model), model)
    check_dates(study, model)
    uncertain = uncertain_parameters(study, model)
    _check_settings(study, model)
    _check_laws(study, model)
    cells = _check_outputs(study, model)
    series = check_series(study, model, {s.name: merged(model, study.set, s.set) for s in study.scenario})
    check_analyses(study, uncertain, model)
    _check_clocks(study, model)
    steps = [attribution_steps(study, number, model) for number in range(1, len(study.attribution) + 1)]
    check_sizes(study, uncertain, cells, [len(part.settings) for part in steps])
    runs = [(f'scenario "{s.name}" > set', s.set) for s in study.scenario]
    runs += [(f"attribution > {i}", s) for i, part in enumerate(steps, 1) for s in part.settings]
    check_shares(study, uncertain, model, [(where, merged(model, study.set, own)) for where, own in runs])
    middle = {p.variable: _middle(p, d) for p, d in uncertain}
    central = Design(tuple(middle), np.array([list(middle.values())], dtype=np.float64).reshape(1, len(middle)), "central")
    draw = sampling.draw_latin_hypercube if study.monte_carlo.design == "latin_hypercube" else sampling.draw_monte_carlo
    pairs = correlations(study, model)
    try:
        draws = draw(uncertain, study.monte_carlo.runs if uncertain else 1, study.seed, pairs)
    except InputError as error:
        raise error.at(f"{study.where}, {error.where or 'correlation'}") from None
    scenarios = tuple((s.name, s.set) for s in study.scenario)
    samples = [Sample("central", central, scenarios), Sample("monte_carlo", draws, scenarios)]
    samples += sensitivity_samples(study, uncertain, model)
    for number, part in enumerate(steps, 1):
        samples.append(Sample(f"attribution_{number}", draws, tuple(zip(part.names, part.settings, strict=True))))
    told = [*model.equations.notes, *_unlike_evidence(study, model, uncertain), *sampling.missed_percentiles(uncertain)]
    told += drawn_shares(uncertain, draws)
    return PreparedStudy(study, model, uncertain, {s.name: s for s in samples}, tuple(told), series)


def _middle(parameter: Parameter, distribution: Distribution) -> float:
    """Return where the central run stands: the centre, else the model's value where it can be drawn, else the middle of what can."""
    d, value = distribution, parameter.value
    if d.kind == "discrete":
        drawn = {v: w for v, w in zip(d.values, d.weights or (1.0,) * len(d.values), strict=True) if w > 0}
        return value if value in drawn else max(drawn, key=drawn.__getitem__)
    start = d.centre if math.isfinite(d.centre) else value
    if d.kind not in ("uniform", "log_uniform") or d.low <= start <= d.high:
        return start
    return math.sqrt(d.low) * math.sqrt(d.high) if d.kind == "log_uniform" else (d.low + d.high) / 2


def _unlike_evidence(study: Study, model: Model, uncertain: Uncertain) -> list[str]:
    """Say which values of the study, its site, scenarios, overrides and levers lie outside the range of their evidence."""
    places: list[tuple[Mapping[str, float], str]] = [(study.set, "every scenario")]
    believed = model.table.planned
    places += [
        ({n: v for n, v in s.set.items() if not (s.planned and v == believed.get(n))}, f'the scenario "{s.name}"')
        for s in study.scenario
    ]
    for name, override in study.uncertain.override.items():
        ends = (override.low, override.mode, override.high, *override.values)
        places += [({name: v}, "[uncertain.override]") for v in ends if math.isfinite(v)]
    if study.levers:
        places += [({name: v}, "[levers]") for name, levels in study.levers.set.items() for v in levels]
    found = said(o for settings, where in places for o in outside(model.table, settings, where))
    return [*found, *beliefs(model.table, [s.name for s in study.scenario if s.planned])]


def unseen(uncertain: Uncertain) -> tuple[str, ...]:
    """Return the names of inputs with a least or greatest value outside the middle 95 %, which a Morris design spans."""
    found = []
    for p, d in uncertain:
        if d.kind == "discrete":
            weights = d.weights or (1.0,) * len(d.values)
            drawn = sorted((v, w / sum(weights)) for v, w in zip(d.values, weights, strict=True) if w > 0)
            if len(drawn) > 1 and min(drawn[0][1], drawn[-1][1]) <= sampling.TAIL:
                found.append(p.name)
    return tuple(found)


def sensitivity_samples(study: Study, uncertain: Uncertain, model: Model, base: int | None = None) -> list[Sample]:
    """Return the samples of the sensitivity analyses that a study asks for; `base` replaces the stated Sobol base."""
    groups = groups_of(uncertain)
    samples = []
    if study.sobol:
        n = base or study.sobol.base
        settings = _settings(study, study.sobol.scenarios)
        design = sampling.draw_saltelli(uncertain, n, study.seed, units_of(uncertain), study.sobol.second_order)
        samples.append(Sample("sobol", design, settings))
        if study.sobol.groups:
            grouped = sampling.draw_saltelli(uncertain, n, study.seed, groups, study.sobol.second_order and len(groups) > 1)
            samples.append(Sample("sobol_groups", grouped, settings))
    if study.morris:
        design = sampling.draw_morris(uncertain, study.morris.trajectories, study.seed)
        samples.append(Sample("morris", design, _settings(study, study.morris.scenarios)))
    if study.shapley:
        design = sampling.draw_shapley(uncertain, study.shapley.base, study.seed, correlations(study, model), groups)
        samples.append(Sample("shapley", design, _settings(study, study.shapley.scenarios)))
    return samples


def _settings(study: Study, names: tuple[str, ...]) -> tuple[tuple[str, Mapping[str, float]], ...]:
    """Return the named scenarios, or all that answer the question."""
    return tuple((s.name, s.set) for s in study.scenario if (s.name in names if names else s.kind == "scenario"))


def attribution_steps(study: Study, number: int, model: Model) -> analysis.LeverSettings:
    """Return the lever settings of a study's attribution, counted from 1; constants go by the names of the table."""
    part = study.attribution[number - 1]
    sets = {s.name: merged(model, study.set, s.set) for s in study.scenario if s.name in (part.base, part.scenario)}
    levers = {lever: tuple(model.table.get(n, "").name for n in names) for lever, names in part.levers.items()}
    try:
        return analysis.lever_settings(sets[part.base], sets[part.scenario], levers or None)
    except InputError as error:
        raise error.at(f"{study.where}, attribution > {number}") from None


def correlations(study: Study, model: Model) -> tuple[sampling.Correlation, ...]:
    """Return the rank correlations of a study by parameter name."""
    found = []
    for number, part in enumerate(study.correlation, 1):
        where = f"{study.where}, correlation > {number} > between"
        one, two = (model.table.get(name, where).name for name in part.between)
        found.append((one, two, part.rank))
    return tuple(found)


def fix(design: Design, fixed: Mapping[str, float], model: Model) -> Design:
    """Return a design with the columns that a scenario sets held at its values, and columns for what else it sets."""
    setting = model.design(fixed)
    keep = [i for i, n in enumerate(design.names) if n not in setting.names]
    columns = [design.values[:, keep], np.repeat(setting.values, design.runs, axis=0)]
    return Design((*(design.names[i] for i in keep), *setting.names), np.hstack(columns), design.kind, design.seed)


def uncertain_parameters(study: Study, model: Model) -> Uncertain:
    """Return the uncertain parameters of a study with their distributions, in the order of the model's table."""
    where = f"{study.where}, uncertain"
    chosen: dict[str, Parameter] = {}
    for group in study.uncertain.groups:
        chosen |= {p.name: p for p in model.table.in_group(group, f"{where} > groups")}
    for name in study.uncertain.names:
        parameter = model.table.get(name, f"{where} > names")
        chosen[parameter.name] = parameter
    distributions = {p.name: p.distribution for p in chosen.values()}
    overridden: dict[str, str] = {}
    for name, given in study.uncertain.override.items():
        key = f"{where} > override > {name}"
        parameter = model.table.get(name, key)
        if parameter.name in overridden:
            what = f'is the same constant as "{overridden[parameter.name]}".'
            raise InputError(what, where=key, mend="Keep one.")
        overridden[parameter.name] = name
        _same_unit(given.unit, parameter.unit, parameter.name, key)
        try:
            distribution = Distribution(
                given.distribution, given.low, given.mode, given.high, given.sd, given.values, given.weights
            ).within(*parameter.bounds)
        except InputError as error:
            raise error.at(key) from None
        for value in (distribution.low, distribution.mode, distribution.high, *distribution.values):
            if math.isfinite(value):
                parameter.check(value, key)
        distributions[parameter.name] = distribution
        # The model's source and grade speak for the model's range alone.
        chosen[parameter.name] = replace(
            parameter,
            source=given.source or "stated by the study",
            grade=given.grade or "C",
            label=" ".join(given.label.split()) or parameter.label,
        )
    for name in study.uncertain.names:
        parameter = model.table.get(name, f"{where} > names")
        if distributions[parameter.name].kind == "fixed":
            raise InputError(
                f"{parameter.name} has no distribution in the model's table.",
                where=f"{where} > names",
                mend=f"Give it one under [uncertain.override.{parameter.name}].",
            )
    for parameter, distribution in shares_of(study, model):
        chosen[parameter.name], distributions[parameter.name] = parameter, distribution
    found = [(chosen[p.name], distributions[p.name]) for p in model.table if p.name in chosen]
    _check_labels(study, found)
    return found


def _check_labels(study: Study, uncertain: Uncertain) -> None:
    """Refuse a label that a study gives to an input where another input has it: readers could not tell them apart."""
    seen: dict[str, str] = {}
    for p, _ in uncertain:
        other = seen.setdefault(p.label.casefold(), p.name) if p.label else p.name
        if other != p.name:
            raise InputError(
                f'the label "{p.label}" of {p.name} is that of {other}.',
                where=f"{study.where}, uncertain > override",
                mend="Give each input a label of its own.",
            )


def _check_settings(study: Study, model: Model) -> None:
    everywhere = Scenario(name="every scenario", set=study.set)
    for scenario in (everywhere, *study.scenario):
        key = "set" if scenario is everywhere else f'scenario "{scenario.name}" > set'
        try:
            for name, value in scenario.set.items():
                model.design({name: value})
            model.design(scenario.set)
        except InputError as error:
            raise error.at(f"{study.where}, {key}") from None


def law_outputs(model: Model) -> list[str]:
    """Return the variables that the laws of a model read."""
    return [name for law in model.laws for name in (law.variable, law.scale) if name]


def _check_laws(study: Study, model: Model) -> None:
    """Refuse a law of the model that reads what the model does not have: no run could be held to it."""
    for law in model.laws:
        try:
            make_request(model.equations, model.design(study.set), [n for n in (law.variable, law.scale) if n], None)
        except InputError as error:
            raise error.at(f'{model.equations.source.parent / LAWS}, the law "{law.name}"') from None


def _check_outputs(study: Study, model: Model) -> dict[str, int]:
    """Hold outputs, and what uses them, against the model; return how many numbers a run keeps of each."""
    clocks = [model.design(merged(model, study.set, s.set)) for s in study.scenario]
    ranges = {axis.name for v in model.equations.variables.values() for axis in v.axes}
    try:
        check_outputs(study.outputs, ranges)
    except ValueError as error:
        raise InputError(f"{error}.", where=f"{study.where}, outputs") from None
    cells: dict[str, int] = {}
    for name, output in study.outputs.items():
        where = f"{study.where}, outputs > {name}"
        if output.percent:
            _check_share(output.unit if output.variable is None else _output_unit(model, output.variable, where), where)
        if output.elements:
            _check_elements(model, output, where)
        if output.variable is None:
            continue
        _same_unit(output.unit, _output_unit(model, output.variable, where), output.variable, where)
        for scenario, settings in zip(study.scenario, clocks, strict=True):
            try:
                asked = make_request(model.equations, settings, [output.variable], None if output.at is None else [output.at])
            except InputError as error:
                raise error.at(f'{where}, in the scenario "{scenario.name}"') from None
            one = asked.outputs[0]
            cells[name] = max(cells.get(name, 0), len(asked.times) * (1 if one.cell else one.variable.size))
    scalars = {name for name, o in study.outputs.items() if o.at is not None and cells[name] == 1}
    for name, output in study.outputs.items():
        if output.variable is None:
            where = f"{study.where}, outputs > {name}"
            for used in analysis.names_in(output.expression or "", where):
                if used not in scalars:
                    mend = nearest(used, scalars) or 'Give it "at", and an element where it has subscripts.'
                    raise InputError(f'no single number called "{used}" is among the outputs before.', where=where, mend=mend)
            scalars.add(name)
            cells[name] = 1
    asked_of = [(f"target > {i} > output", t.output) for i, t in enumerate(study.target, 1)]
    asked_of += [("levers > cost", study.levers.cost)] if study.levers else []
    asked_of += [("value_of_information > benefit", study.value_of_information.benefit)] if study.value_of_information else []
    for key, name in asked_of:
        if name not in scalars:
            mend = "Name one element of its variable, and a time with at."
            raise InputError(f'"{name}" is more than one number.', where=f"{study.where}, {key}", mend=mend)
    for name in study.history:
        variable = study.outputs[name].variable
        if variable is not None and "[" not in variable and model.equations.variable(variable).axes:
            mend = "Name one element of its variable."
            raise InputError(f'"{name}" has subscripts.', where=f"{study.where}, history > {name}", mend=mend)
    return cells


def _check_clocks(study: Study, model: Model) -> None:
    """Refuse a lever that moves the clock away from the times at which outputs are read."""
    wanted = study.levers
    if wanted is None:
        return
    clocks = {canonical(c) for c in CONTROLS}
    held = next(s.set for s in study.scenario if s.name == wanted.scenario)
    asked = [(o.variable, o.at) for o in study.outputs.values() if o.variable is not None]
    for name, level in ((n, v) for n, levels in wanted.set.items() if canonical(n) in clocks for v in levels):
        design = model.design(merged(model, study.set, held, {name: level}))
        try:
            for variable, at in asked:
                make_request(model.equations, design, [variable], None if at is None else [at])
        except InputError as error:
            raise error.at(f"{study.where}, levers > set > {name}") from None


def _output_unit(model: Model, variable: str, where: str) -> str:
    try:
        if model.equations.find(variable) is None and "[" in variable:
            return model.equations.cell(variable).variable.unit
        return model.equations.variable(variable).unit
    except InputError as error:
        raise error.at(where) from None


def _check_elements(model: Model, output: OutputSpec, where: str) -> None:
    """Refuse a word for a subscript that the output does not have."""
    variable = None if output.variable is None else model.equations.find(output.variable)
    known = [e for axis in variable.axes for e in axis.elements] if variable else []
    for name in output.elements:
        if canonical(name) not in {canonical(e) for e in known}:
            mend = nearest(name, known) or (f"There are: {', '.join(known)}." if known else "Leave elements out.")
            raise InputError(f'the output has no element "{name}".', where=f"{where} > elements", mend=mend)


def _check_share(unit: str | None, where: str) -> None:
    if unit not in (None, "", "Dmnl", "1"):
        raise InputError(
            f'a number in "{unit}" is not a share, so it cannot be told as a percentage.',
            where=f"{where} > percent",
            mend="Leave percent out.",
        )


def _same_unit(given: str | None, unit: str, name: str, where: str) -> None:
    if given is not None and given != unit:
        raise InputError(
            f'{name} is in "{unit}", not "{given}".', where=where, mend=f'Convert the number and write unit = "{unit}".'
        )
