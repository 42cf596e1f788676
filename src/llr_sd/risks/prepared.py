"""A risk register held against its models, before anything runs: which models and settings each risk needs, and whether all names fit.

Every risk is read off model runs on common draws: the models as they are, further runs of the risk ("planned"), and mitigations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from llr_sd import analysis
from llr_sd.errors import InputError, nearest
from llr_sd.matrix import Matrix
from llr_sd.model import Model, load_model
from llr_sd.reading import behind
from llr_sd.register import PLANNED, Mitigation, Register, Risk, load_matrix, load_register
from llr_sd.run.feasible import Uncertain
from llr_sd.run.filled import model_files
from llr_sd.run.prepare import PreparedStudy, prepare
from llr_sd.study import Study
from llr_sd.studyparts import Correlation, MonteCarlo, OutputSpec, Scenario
from llr_sd.studyparts import Uncertain as UncertainSpec

AS_IT_IS = "as it is"
Settings = Mapping[str, float]


@dataclass(frozen=True)
class PreparedRegister:
    """A register held against its models.

    Attributes
    ----------
    study, register, matrix
        As read; the matrix has the likelihood bands that the study chose.
    far, near
        For each model a study of every date, and one up to the first dates, for the analyses of the rating that is held against the log.
    uses
        The models that each risk needs, readings and mitigations included.
    core
        For each risk the runs that its ratings need, as (model, setting).
    """

    study: Study
    register: Register
    matrix: Matrix
    far: Mapping[str, PreparedStudy]
    near: Mapping[str, PreparedStudy]
    uses: Mapping[str, tuple[str, ...]]
    core: Mapping[str, tuple[tuple[str, str], ...]]

    def uncertain(self, risk: Risk) -> Uncertain:
        """Return the uncertain parameters of the models behind a risk's ratings, each name once."""
        found = {p.name: (p, d) for m in reversed(self.models_of(risk)) for p, d in self.far[m].uncertain}
        return list(found.values())

    def models_of(self, risk: Risk) -> tuple[str, ...]:
        """Return the models behind a risk's ratings."""
        return tuple(dict.fromkeys(model for model, _ in self.core[risk.id]))

    def group(self, risk: Risk) -> Uncertain:
        """Return the uncertain parameters of a risk's own group, in the register's order."""
        known = {p.name: (p, d) for p, d in self.uncertain(risk)}
        tables = [self.far[m].model.table for m in self.models_of(risk)]
        named = dict.fromkeys(p.name for name in risk.group for table in tables if (p := table.find(name)) is not None)
        return [known[name] for name in named if name in known]

    def published(self, risk: Risk) -> int:
        """Return the published score of a risk."""
        return self.matrix.score(risk.likelihood, risk.consequence)

    def illustrative(self, risk: Risk, ladder: str) -> bool:
        """Say whether a model behind a risk's ratings on a ladder holds made-up example data."""
        texts = {"metric": self.register.metric(risk, ladder), "of": str(self.register.stake(risk, ladder))}
        return any(self.far[model].study.illustrative for model, _ in _runs_of(self.register, risk, texts))


def prepare_register(study: Study) -> PreparedRegister:
    """Read the register of a study and check it against its models, before anything runs.

    Raises
    ------
    InputError
        Naming file, risk and key, with the nearest name where one was misspelt.
    """
    try:
        register = load_register(study.risk_register, study.folder)
    except InputError as error:
        raise InputError(error.what, where=error.where or f"{study.where}, register", mend=error.mend) from None
    if study.monte_carlo.runs < 2:
        raise InputError(
            "1 run cannot show what is uncertain.", where=f"{study.where}, monte_carlo > runs", mend="Make 2 or more."
        )
    if register.matrix_file.name == register.file.name:
        raise InputError(
            "the matrix has the name of the register's own file.", where=f"{register.file}, matrix", mend="Rename one of them."
        )
    matrix = load_matrix(register.matrix_file)
    if study.bands:
        matrix = matrix.with_bands(study.bands, f"{study.where}, bands")
    models = {name: _model(register, name) for name in register.model}
    _check_outputs(register, models)
    every = {r.id: _runs_of(register, r, expressions(r)) for r in register.risk}
    core = {r.id: _runs_of(register, r, {k: t for k, t in expressions(r).items() if _is_core(k)}) for r in register.risk}
    uses = {i: tuple(m for m in register.model if m in {model for model, _ in pairs}) for i, pairs in every.items()}
    for risk in register.risk:
        _check_names(register, risk, [models[m] for m in uses[risk.id]])
        _check_planned(register, risk, [models[m] for m, run in every[risk.id] if run == f"{risk.id} {PLANNED}"])
    dates = [r.horizons or register.horizons for r in register.risk]
    all_dates, first = tuple(sorted({d for ds in dates for d in ds})), tuple(sorted({ds[0] for ds in dates}))
    far, near = {}, {}
    for name, model in models.items():
        if any(name in used for used in uses.values()):
            scenarios = [s for r in register.risk for s in _scenarios(r, name, model, every[r.id], core[r.id])]
            runs = study.monte_carlo.runs
            far[name] = _prepare(study, register, name, model, all_dates, {AS_IT_IS: {}} | dict(scenarios), runs)
            near[name] = _prepare(study, register, name, model, first, {AS_IT_IS: {}}, 2)  # its draws are made elsewhere
    prepared = PreparedRegister(study, register, matrix, far, near, uses, core)
    for risk in register.risk:
        if not prepared.group(risk):
            raise InputError(
                f"none of these has a distribution in {' or '.join(prepared.models_of(risk))}.",
                where=register.where(risk, "group"),
            )
    return prepared


def _scenarios(
    risk: Risk, name: str, model: Model, every: tuple[tuple[str, str], ...], core: tuple[tuple[str, str], ...]
) -> list[tuple[str, Settings]]:
    """Return the settings under which a risk needs a model, by name."""
    found: list[tuple[str, Settings]] = [
        (f"{risk.id} {run}", settings_of(risk, run, model)) for run in risk.runs if (name, f"{risk.id} {run}") in every
    ]
    if any(n == name for n, _ in core):
        found += [(mitigated(risk, m), _known(m.set, model)) for m in risk.mitigation]
    return found


def _model(register: Register, name: str) -> Model:
    try:
        return load_model(name, register.file.parent)
    except InputError as error:
        raise InputError(error.what, where=f"{register.file}, model > {name}", mend=error.mend) from None


def _prepare(
    study: Study,
    register: Register,
    name: str,
    model: Model,
    dates: tuple[float, ...],
    settings: Mapping[str, Settings],
    runs: int,
) -> PreparedStudy:
    """Return the study of one model: a scenario for each setting, an output for each register output and date."""
    use = register.model[name]
    outputs = {
        key_of(n, date): OutputSpec(variable=o.variable, at=date if o.at is None else o.at)
        for n, o in register.output.items()
        if o.model == name
        for date in dates
    }
    inner = Study(
        title=study.title,
        model=name,
        seed=study.seed,
        set={**use.set, "FINAL TIME": max(dates)},
        site=use.site,
        scenario=tuple(Scenario(name=n, set=values) for n, values in settings.items()),
        uncertain=UncertainSpec(names=_drawn(register, model, outputs.values(), use.correlation)),
        outputs=outputs,
        monte_carlo=MonteCarlo(runs=runs),
        correlation=use.correlation,
        file=register.file,
    )
    prepared = prepare(inner, model)
    named = {n: replace(s, name=f"{name}_{n}", model=name) for n, s in prepared.samples.items()}
    return replace(prepared, samples=named)


def _drawn(register: Register, model: Model, read: Iterable[OutputSpec], ties: Iterable[Correlation]) -> tuple[str, ...]:
    """Return the uncertain parameters that what is read hangs on, balances included, or that a group or a correlation names.

    Any other moves no number of the register but those of its Sobol points, which are others in each number of dimensions.
    """
    laws = [name for law in model.laws for name in (law.variable, law.scale) if name]
    hung = behind(model.equations, [*(o.variable for o in read if o.variable), *laws])
    named = {*(n for r in register.risk for n in r.group), *(n for tie in ties for n in tie.between)}
    asked = {p.name for name in named if (p := model.table.find(name)) is not None}
    drawn = (p for p in model.table if p.distribution.kind != "fixed")
    return tuple(p.name for p in drawn if p.name in asked or p.variable.partition("[")[0] in hung)


def settings_of(risk: Risk, run: str, model: Model) -> dict[str, float]:
    """Return what a run of a risk sets in a model; "planned" holds the rest of the group as planned, else at its most likely values."""
    settings = _known(risk.run.get(run, {}), model)
    if run == PLANNED:
        for name in risk.group:
            found = model.table.find(name)
            if found is not None and found.name not in settings:
                likely = found.distribution.centre if np.isfinite(found.distribution.centre) else found.value
                settings[found.name] = likely if found.planned is None else found.planned
    return settings


def mitigated(risk: Risk, mitigation: Mitigation) -> str:
    """Return the name of the setting with a mitigation on."""
    return f"{risk.id} with {mitigation.name}"


def key_of(output: str, date: float) -> str:
    """Return the name of a register output at a date, among the outputs of a model's study."""
    return f"{output} {date:g}"


def _known(settings: Mapping[str, float], model: Model) -> dict[str, float]:
    return {found.name: value for name, value in settings.items() if (found := model.table.find(name)) is not None}


def expressions(risk: Risk) -> dict[str, str]:
    """Return every expression of a risk by the key that it stands under."""
    found = {"metric": risk.metric}
    for ladder, own in risk.ladder.items():
        found |= {f"ladder > {ladder} > metric": own.metric} if own.metric else {}
        found |= {f"ladder > {ladder} > of": own.of} if isinstance(own.of, str) else {}
    found |= {f"reading > {name}": text for name, text in risk.reading.items()}
    found |= {f"mitigation > {m.name} > metric": m.metric for m in risk.mitigation if m.metric}
    return found


def _is_core(key: str) -> bool:
    return key == "metric" or key.startswith("ladder")


def source(register: Register, risk: Risk, name: str) -> tuple[str, str] | None:
    """Return the run and the output that a name in an expression stands for: ("", x) for x, ("planned", x) for planned_x; or None."""
    for run in ("", "base", *risk.runs):
        output = name.removeprefix(f"{run}_") if run else name
        if output in register.output and (not run or name != output):
            return run, output
    return None


def setting_name(risk: Risk, run: str) -> str:
    """Return the setting that a run of a risk is made under: the models as they are for a plain name and for "base"."""
    return f"{risk.id} {run}" if run not in ("", "base") else AS_IT_IS


def _runs_of(register: Register, risk: Risk, texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the runs that expressions name, as (model, setting); raise InputError where a name stands for nothing."""
    found: dict[tuple[str, str], None] = {}
    for key, text in texts.items():
        where = f"{register.file}, risk {risk.id} > {key}"
        for name in analysis.names_in(text, where):
            known = source(register, risk, name)
            if known is None and name != "time":
                prefixes = ("", *(f"{run}_" for run in risk.runs))
                raise InputError(
                    f'no output of the register is called "{name}".',
                    where=where,
                    mend=nearest(name, [f"{p}{n}" for p in prefixes for n in register.output])
                    or "Name it under [output], or the run that it is read from under the risk's [run].",
                )
            if known is not None:
                run, output = known
                found[register.output[output].model, setting_name(risk, run)] = None
    if not found:
        raise InputError("names no output of a model.", where=f"{register.file}, risk {risk.id} > metric")
    return tuple(found)


def _check_outputs(register: Register, models: Mapping[str, Model]) -> None:
    for name, output in register.output.items():
        equations = models[output.model].equations
        try:
            if "[" in output.variable:
                equations.cell(output.variable)
            elif equations.variable(output.variable).axes:
                raise InputError(f'"{output.variable}" has subscripts.', mend="Name one element of it.")
        except InputError as error:
            raise InputError(error.what, where=f"{register.file}, output > {name} > variable", mend=error.mend) from None


def _check_names(register: Register, risk: Risk, models: list[Model]) -> None:
    """Refuse a parameter that none of the risk's models has, and a value that a model does not take."""
    asked: list[tuple[str, str, float | None]] = [("group", name, None) for name in risk.group]
    asked += [(f"run > {run}", name, value) for run, settings in risk.run.items() for name, value in settings.items()]
    asked += [(f"mitigation > {m.name} > set", name, value) for m in risk.mitigation for name, value in m.set.items()]
    for key, name, value in asked:
        where = f"{register.file}, risk {risk.id} > {key}"
        having = [m for m in models if m.table.find(name) is not None]
        if not having:
            known = [p.name for m in models for p in m.table]
            within = " or ".join(m.name for m in models)
            raise InputError(f'no parameter is called "{name}" in {within}.', where=where, mend=nearest(name, known))
        try:
            for model in having:
                model.design({} if value is None else {name: value})
        except InputError as error:
            raise InputError(error.what, where=where, mend=error.mend) from None


def _check_planned(register: Register, risk: Risk, models: Iterable[Model]) -> None:
    """Refuse a planned run of which nothing says what is planned: it would be the most likely one under another name."""
    for model in models:
        planned = [p.name for name in risk.group if (p := model.table.find(name)) is not None and p.planned is not None]
        if not planned and PLANNED not in risk.run:
            raise InputError(
                f"an expression names the planned run, and {model.name} has no planned value of any of these inputs.",
                where=register.where(risk, "group"),
                mend=f'Fill the column "planned" of its parameters.csv, or add [risk.run.{PLANNED}].',
            )


def files_of(prepared: PreparedRegister) -> dict[str, Path | str]:
    """Return every file that the numbers depend on, by the place of its copy among the results."""
    study, register = prepared.study, prepared.register
    copied = study.model_copy(update={"risk_register": f"register/{register.file.name}"})
    found: dict[str, Path | str] = {"study.toml": study.file or copied.to_toml()}
    found |= {f"register/{f.name}": f for f in (register.file, register.matrix_file)}
    for name, near in prepared.near.items():
        found |= {f"model/{name}/{place}": file for place, file in model_files(near.study, near.model).values()}
    return found
