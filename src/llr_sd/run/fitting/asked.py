"""A calibration held against its study and model, before anything runs: what is fitted, to which figures, under which settings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from llr_sd.dates import told
from llr_sd.engine.request import saved_times
from llr_sd.errors import InputError, nearest
from llr_sd.run.feasible import Uncertain
from llr_sd.run.filled import merged
from llr_sd.run.fitting.values import Fitting, Points
from llr_sd.run.prepare import PreparedStudy, correlations
from llr_sd.studyparts import Calibration

NEAR = 1e-9


def prepare_fitting(prepared: PreparedStudy, asked: Calibration) -> Fitting:
    """Hold a calibration against its study and model; raise InputError, naming the key, where it cannot be made."""
    study, model = prepared.study, prepared.model
    name = asked.scenario or next(s.name for s in study.scenario if s.kind == "scenario")
    scenario = next(s for s in study.scenario if s.name == name)
    settings = merged(model, study.set, scenario.set)
    parameters = _parameters(prepared, asked, settings, name)
    fitted = {p.name for p, _ in parameters}
    pairs = []
    for one, other, rank in correlations(study, model):
        if len({one, other} & fitted) == 1:
            what = f"{one} and {other} are correlated, and only one of them is fitted."
            raise _refusal(prepared, "parameters", what, "Name both, or neither.")
        pairs += [(one, other, rank)] if one in fitted else []
    central = prepared.samples["central"].design
    taken = {p.variable for p, _ in parameters}
    held = {n: float(v) for n, v in zip(central.names, central.values[0], strict=True) if n not in taken}
    varies = sum(p.name not in fitted and p.name not in settings and d.kind != "fixed" for p, d in prepared.uncertain)
    points = _points(prepared, asked, settings, name)
    return Fitting(asked, name, merged(model, held, settings), varies, parameters, tuple(pairs), points)


def _refusal(prepared: PreparedStudy, key: str, what: str, mend: str = "") -> InputError:
    return InputError(what, where=f"{prepared.study.where}, calibration > {key}", mend=mend)


def _parameters(prepared: PreparedStudy, asked: Calibration, settings: Mapping[str, float], scenario: str) -> Uncertain:
    """Return what is fitted, in the order of the model's table: uncertain inputs with a prior that a fit can move along."""
    table, uncertain = prepared.model.table, {p.name: (p, d) for p, d in prepared.uncertain}
    chosen: dict[str, str] = {}
    for given in asked.parameters:
        name = table.get(given, f"{prepared.study.where}, calibration > parameters").name
        if name in chosen:
            raise _refusal(prepared, "parameters", f'"{given}" is the same constant as "{chosen[name]}".', "Keep one.")
        if name not in uncertain:
            mend = nearest(given, uncertain) or "Name it under uncertain > names, or give it one under [uncertain.override]."
            raise _refusal(prepared, "parameters", f'"{given}" is not among the uncertain inputs, so it has no prior.', mend)
        parameter, prior = uncertain[name]
        if name in settings:
            what = f'"{given}" is set to {settings[name]:g} in the scenario "{scenario}", so it cannot be fitted there.'
            raise _refusal(prepared, "parameters", what, "Leave it out here or there.")
        if prior.kind in ("fixed", "discrete") or parameter.whole:
            why = "one of shares that sum to one" if parameter.whole else prior.kind
            raise _refusal(prepared, "parameters", f'"{given}" is {why}, so there is nothing to fit it along.', "Leave it out.")
        chosen[name] = given
    return [(p, d) for p, d in prepared.uncertain if p.name in chosen]


def _points(prepared: PreparedStudy, asked: Calibration, settings: Mapping[str, float], scenario: str) -> Points:
    """Return the figures of the series that are asked for, each with its error."""
    series = tuple(s for s in prepared.series if not asked.observed or s.name in asked.observed)
    clock = saved_times(prepared.model.equations, prepared.model.design(settings))
    for one in series:
        for time in one.times:
            if not clock[0] - NEAR <= time <= clock[-1] + NEAR:
                what = f'the figure of "{one.name}" for {told(time)} is outside the scenario "{scenario}", which runs from {clock[0]:.12g} to {clock[-1]:.12g}.'
                raise _refusal(prepared, "observed", what, "Name another scenario, or set INITIAL TIME or FINAL TIME in it.")
        if asked.until is not None and one.base is not None and one.base > asked.until + NEAR:
            what = f'"{one.name}" is told in relation to {told(one.base)}, which lies after {told(asked.until)}.'
            raise _refusal(prepared, "until", what, "Name a later date, or another under relative_to.")
    when = np.concatenate([s.when for s in series])
    fitted = np.ones(len(when), dtype=bool) if asked.until is None else when <= asked.until + NEAR
    if not fitted.any():
        raise _refusal(prepared, "until", f"no figure lies at or before {told(asked.until or 0.0)}.", "Name a later date.")
    sizes = np.cumsum([0, *(len(s.when) for s in series)])
    covariance = np.zeros((len(when), len(when)))
    for one, first, last in zip(series, sizes, sizes[1:], strict=False):
        covariance[first:last, first:last] = np.diag(np.square(one.own_error)) + np.outer(one.shared_error, one.shared_error)
        without = np.flatnonzero(one.own_error <= 0)
        if len(without):
            what = f'the figure of "{one.name}" for {told(float(one.when[without[0]]))} has no error: nothing says how near a fit must come.'
            mend = 'Give the series "error", the standard error as a share of a figure, such as 0.02.'
            if not one.figures[without[0]]:
                mend = "It is 0, and errors are shares of their figures. Leave it out."
            raise _refusal(prepared, "observed", what, mend)
    error = np.concatenate([s.error for s in series])
    return Points(series, fitted, np.concatenate([s.figures for s in series]), error, covariance)
