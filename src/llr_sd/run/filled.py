"""A study with what its model and tables say of it: labels, names of outputs, planned values, the numbers of a site; and their files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from llr_sd.distribution import Distribution
from llr_sd.equations import canonical
from llr_sd.errors import InputError
from llr_sd.model import Model, load_model
from llr_sd.parameters import FILE as PARAMETERS
from llr_sd.study import Study
from llr_sd.studyparts import Override
from llr_sd.textfiles import beside, read_table
from llr_sd.workforce.sites import is_illustrative, read_rules, read_site


def with_labels(study: Study, model: Model) -> Model:
    """Return the model with the labels that the study gives to its inputs, so that they can be called by them too."""
    where = f"{study.where}, uncertain > override"
    given = {n: " ".join(o.label.split()) for n, o in study.uncertain.override.items()}
    more = tuple((label, model.table.get(n, f"{where} > {n}").name) for n, label in given.items() if label)
    return replace(model, table=replace(model.table, more=more)) if more else model


def with_outputs(study: Study, model: Model) -> Study:
    """Return the study with outputs that are called by a parameter's label or name under the model's own name."""
    outputs = dict(study.outputs)
    for name, spec in study.outputs.items():
        if spec.variable is not None:
            try:
                outputs[name] = spec.model_copy(update={"variable": model.output(spec.variable)})
            except InputError as error:
                raise error.at(f"{study.where}, outputs > {name}") from None
    return study.model_copy(update={"outputs": outputs})


def with_planned(study: Study, model: Model) -> Study:
    """Return the study with what the plan believes in the scenarios that take it, before what they set themselves."""
    believed, scenarios = model.table.planned, list(study.scenario)
    for number, s in enumerate(scenarios):
        if s.planned and not believed:
            mend = 'Give it a column "planned" in its parameters.csv.'
            raise InputError(
                "the model holds no planned values.", where=f'{study.where}, scenario "{s.name}" > planned', mend=mend
            )
        scenarios[number] = s.model_copy(update={"set": merged(model, believed, s.set)}) if s.planned else s
    return study.model_copy(update={"scenario": tuple(scenarios)})


def merged(model: Model, *sets: Mapping[str, float]) -> dict[str, float]:
    """Return settings of which the later win, whichever of its names a constant is called by."""
    found: dict[str, tuple[str, float]] = {}
    for settings in sets:
        for name, value in settings.items():
            known = model.table.find(name)
            found[canonical(known.name if known else name)] = (known.name if known else name, value)
    return dict(found.values())


def site_file(study: Study, model: Model) -> Path | None:
    """Return the site table that a study names: beside the study, or in the model's folder."""
    if study.site is None:
        return None
    return beside(study.site, study.folder, model.equations.source.parent)


def model_files(study: Study, model: Model) -> dict[str, tuple[str, Path]]:
    """Return "model", "parameters", "localities" and "site", where there are, with the places of their copies among the results."""
    source = model.equations.source
    found = {"model": (source.name, source)}
    if model.table.source != source:
        found["parameters"] = (PARAMETERS, model.table.source)
    for kind, file in (("localities", model.localities), ("site", site_file(study, model))):
        if file is not None:
            taken = file.name in (place for place, _ in found.values())
            found[kind] = (f"{kind}/{file.name}" if taken else file.name, file)
    return found


def study_model(study: Study) -> Model:
    """Return the model of a study, over the study's localities where it names a table of them."""
    try:
        return load_model(study.model, study.folder, study.random, study.localities)
    except InputError as error:
        raise error if error.where else error.at(f"{study.where}, model") from None


def with_tables(study: Study, model: Model) -> Study:
    """Return the study with the numbers of its site set, and labelled illustrative where the site's or the localities' table is.

    A number of which the site's table is unsure is not set but varies around its value, unless the study itself sets it or says how it
    varies.
    """
    if model.localities is not None and is_illustrative(read_table(model.localities, ())):
        study = study.model_copy(update={"illustrative": True})
    path = site_file(study, model)
    if path is None:
        return study
    rules = read_rules(model.equations.source.parent / "checks.toml")
    site = read_site(path, model.table, model.equations, rules)
    said = _named(model, study.set) | _named(model, study.uncertain.override)
    ranges = {name: _override(law, source) for name, (law, source) in site.ranges.items() if name not in said}
    held = {name: value for name, value in site.settings.items() if name not in ranges}
    uncertain = study.uncertain.model_copy(update={"override": {**study.uncertain.override, **ranges}})
    return study.model_copy(
        update={
            "set": {**held, **study.set},
            "uncertain": uncertain if ranges else study.uncertain,
            "illustrative": study.illustrative or site.illustrative,
        }
    )


def _named(model: Model, names: Iterable[str]) -> set[str]:
    """Return the parameters that names stand for, under the names of the table; others are refused later, with their place."""
    return {p.name for n in names if (p := model.table.find(n)) is not None}


def _override(law: Distribution, source: str) -> Override:
    """Return how a number of a site's table varies, as a study would say it."""
    numbers = {key: value for key in ("low", "mode", "high", "sd") if math.isfinite(value := getattr(law, key))}
    return Override(distribution=law.kind, source=source, grade="C", **numbers)
