"""The samples behind the reasons for a rating: judgement with its range doubled, and Saltelli designs over a risk's own group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from llr_sd import sampling
from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.parameters import Parameter
from llr_sd.register import REST, Risk
from llr_sd.risks.prepared import AS_IT_IS, PreparedRegister, setting_name, settings_of
from llr_sd.run.prepare import PreparedStudy, Sample, correlations
from llr_sd.studyparts import Sobol

ALL = "all"
"""All judgements of a group together."""


def widened(parameter: Parameter, distribution: Distribution) -> Distribution:
    """Return a distribution with its range doubled about its most likely value, as far as the parameter's permissible bounds go."""
    d = distribution
    low, high = d.mode - 2 * (d.mode - d.low), d.mode + 2 * (d.high - d.mode)
    wide = replace(d, low=max(low, parameter.minimum), high=min(high, parameter.maximum), sd=2 * d.sd)
    return wide.within(*parameter.bounds)


def wide_samples(prepared: PreparedRegister, risk: Risk) -> dict[str, dict[str, Sample]]:
    """Return, for each judgement of a risk's group and for all of them together, a sample for each model with its range doubled."""
    judged = [p.name for p, _ in prepared.group(risk) if p.grade == "C"]
    wide = {name: (name,) for name in judged} | ({ALL: tuple(judged)} if len(judged) > 1 else {})
    samples: dict[str, dict[str, Sample]] = {}
    for label, names in wide.items():
        for model in prepared.models_of(risk):
            # A setting that fixes all of them gives the runs that are there already.
            moved = tuple((n, kept) for n, kept in _settings(prepared, risk, model) if any(v not in kept for v in names))
            if moved and any(p.name in names for p, _ in prepared.far[model].uncertain):
                design = _widened_draws(prepared.far[model], names)
                samples.setdefault(label, {})[model] = Sample(f"{model}_wide_{risk.id}_{label}", design, moved, model)
    return samples


def _widened_draws(far: PreparedStudy, names: tuple[str, ...]) -> Design:
    """Return the draws of a model's study with the columns of some parameters drawn from twice the range; all else stays."""
    study, design = far.study, far.samples["monte_carlo"].design
    ties = correlations(study, far.model)
    joint = {*names, *(name for one, two, _ in ties for name in (one, two))}  # a tied draw depends on its partners
    drawn = [(p, widened(p, d) if p.name in names else d) for p, d in far.uncertain if p.name in joint]
    new = sampling.draw_monte_carlo(drawn, design.runs, study.seed, ties)
    table = design.values.copy()
    for p, _ in drawn:
        if p.name in names:
            table[:, design.names.index(p.variable)] = new.values[:, new.names.index(p.variable)]
    return Design(design.names, table, design.kind, design.seed)


def sobol_samples(prepared: PreparedRegister, risk: Risk) -> tuple[Design, dict[str, Sample]]:
    """Return a Saltelli design whose inputs are the parameters of a risk's group and everything else together, and a sample a model.

    All models take the same points; a parameter that two of them have takes the same place in both.
    """
    study = prepared.study
    base = (study.sobol or Sobol(base=512)).base
    union = [(replace(p, variable=p.name), d) for p, d in prepared.uncertain(risk)]
    own = [p.name for p, _ in prepared.group(risk)]
    rest = [p.name for p, _ in union if p.name not in own]
    groups = {name: [name] for name in own} | ({REST: rest} if rest else {})
    design = sampling.draw_saltelli(union, base, study.seed, groups, second_order=False)
    samples = {}
    for model in prepared.models_of(risk):
        theirs = {p.name: (p, d) for p, d in prepared.near[model].uncertain}
        points = [theirs.get(p.name, (p, d)) for p, d in union]
        same = all(one is other for (_, one), (_, other) in zip(points, union, strict=True))
        drawn = design if same else sampling.draw_saltelli(points, base, study.seed, groups, second_order=False)
        columns = [i for i, (p, _) in enumerate(union) if p.name in theirs]
        part = Design(tuple(points[i][0].variable for i in columns), drawn.values[:, columns], "saltelli", study.seed)
        samples[model] = Sample(f"{model}_sobol_{risk.id}", part, _settings(prepared, risk, model), model)
    return design, samples


def _settings(prepared: PreparedRegister, risk: Risk, model: str) -> tuple[tuple[str, Mapping[str, float]], ...]:
    """Return the settings of a model that a risk's ratings need."""
    needed = {setting for name, setting in prepared.core[risk.id] if name == model}
    runs = {setting_name(risk, run): settings_of(risk, run, prepared.far[model].model) for run in risk.runs}
    empty: dict[str, float] = {}
    return tuple((n, kept) for n, kept in ({AS_IT_IS: empty} | runs).items() if n in needed)
