"""A study: the question, its scenarios, what is uncertain, and which numbers answer it. Read from `study.toml` and checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from llr_sd import bundled
from llr_sd.answers import Answer, check_answers, listed
from llr_sd.errors import InputError, nearest, shown
from llr_sd.observed import Observed
from llr_sd.records import Record, check_record
from llr_sd.studyparts import (
    Attribution,
    Calibration,
    Convergence,
    Correlation,
    Discovery,
    HistoryPoint,
    Levers,
    MonteCarlo,
    Morris,
    OutputSpec,
    Scenario,
    ShapleyEffects,
    Sobol,
    Target,
    Uncertain,
    ValueOfInformation,
)
from llr_sd.textfiles import is_file, read_toml
from llr_sd.values import Flag, Text, When, Whole, Words, check_distinct, check_outputs

_OF_REGISTERS = {
    "title",
    "question",
    "risk_register",
    "bands",
    "seed",
    "monte_carlo",
    "sobol",
    "notes",
    "illustrative",
    "file",
    "base",
    "bundled",
}
"""The keys of a study that rates the risks of a register."""


class Study(Record):
    """A checked study, from a file or made in Python: it asks its questions of a `model`, or it rates the risks of a `register`.

    Attributes
    ----------
    title, question, notes
        What readers are told.
    model
        A bundled name, or a path to a model folder, `.mdl` or XMILE file from the study's folder on.
    register, bands
        A bundled register of risks or a path, which names models, inputs and outputs itself; another set of likelihood bands than its
        matrix uses. In Python the attribute is `risk_register`.
    random
        "mean" holds the model's RANDOM functions at their mean; without it a model that draws at random is refused.
    seed
        From 0 on; the same seed gives the same draws.
    set
        Values of constants that hold in every scenario, in the constant's unit.
    site
        A table of a site's own numbers, beside the study or in the model's folder, which `set` may override.
    localities
        A table of localities or practices in place of those of `llr_system`.
    scenario
        What each scenario sets; one called "base" that sets nothing where there is none.
    uncertain, correlation, monte_carlo
        Which constants vary between runs, their rank correlations, and how many runs are drawn.
    outputs, target, history
        The numbers that answer the question by name, the levels that they should reach, and what was observed.
    observed
        Series that were observed or published, held against the band of the runs in every scenario (a back-test).
    calibration
        A fit of parameters to those series, with what they can and cannot tell.
    answer
        What answers the question: an output, a difference, a share of variance, a lever; the report says it first. Without an answer
        and a target, it is where observed series stand, if there are any.
    compare_with
        The scenario that the others are compared with, run by run.
    sobol, convergence, morris, shapley, attribution, discovery, levers, value_of_information
        The analyses that are asked for.
    illustrative
        Whether the numbers describe no real service.
    file, base, bundled
        Where it was read from, if anywhere; the folder that it was given in Python; its name where it came with the package.

    Wherever a time stands, so may a date such as "Sep 2025" where the model counts in years; `llr_sd.dates` says what it means.

    Raises
    ------
    InputError
        From `load_study` and `make_study`, when a key or name is unknown or a value does not fit.
    """

    title: Text
    model: str = ""
    risk_register: str = Field(default="", alias="register")
    bands: str = ""
    question: Words = ""
    random: Literal["", "mean"] = ""
    seed: Annotated[Whole, Field(ge=0)] = 0
    set: Mapping[str, When] = {}
    site: Text | None = None
    localities: Text | None = None
    scenario: tuple[Scenario, ...] = (Scenario(name="base"),)
    uncertain: Uncertain = Uncertain()
    outputs: Mapping[str, OutputSpec] = {}
    target: tuple[Target, ...] = ()
    history: Mapping[str, tuple[HistoryPoint, ...]] = {}
    observed: tuple[Observed, ...] = ()
    calibration: Calibration | None = None
    correlation: tuple[Correlation, ...] = ()
    monte_carlo: MonteCarlo = MonteCarlo()
    compare_with: str | None = None
    sobol: Sobol | None = None
    convergence: Convergence | None = None
    morris: Morris | None = None
    shapley: ShapleyEffects | None = None
    attribution: tuple[Attribution, ...] = ()
    discovery: tuple[Discovery, ...] = ()
    levers: Levers | None = None
    value_of_information: ValueOfInformation | None = None
    answer: Annotated[tuple[Answer, ...], BeforeValidator(listed)] = ()
    illustrative: Flag = False
    notes: tuple[Words, ...] = ()
    file: Path | None = Field(default=None, exclude=True)
    base: Path | None = Field(default=None, exclude=True)
    bundled: str = Field(default="", exclude=True)

    def __repr__(self) -> str:
        """Return a line: the title, what is asked of what, and how much is run."""
        of = f"register {self.risk_register}" if self.risk_register else f"model {self.model}, {len(self.scenario)} scenarios"
        return f"Study {shown(self.title)}: {of}, {self.monte_carlo.runs:,} runs of each; see .to_toml()"

    def __str__(self) -> str:
        """Return the same."""
        return repr(self)

    @property
    def folder(self) -> Path:
        """The folder that holds the study file; of a study made in Python the one it was given, else the working folder."""
        return self.file.parent if self.file else self.base or Path()

    @property
    def where(self) -> str:
        """What messages call the study: its file, where it has one."""
        return str(self.file) if self.file else "the study"

    def to_toml(self) -> str:
        """Return the study as the text of a `study.toml`: the keys that were given, with their checked values."""
        import tomli_w

        return tomli_w.dumps(self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True))

    @model_validator(mode="before")
    @classmethod
    def _places_are_no_keys(cls, raw: Any) -> Any:
        for key in ("file", "base", "bundled"):
            if isinstance(raw, Mapping) and isinstance(raw.get(key), str):
                raise ValueError(f'unknown key "{key}"')
        return raw

    @model_validator(mode="after")
    def _one_question(self) -> Study:
        if self.risk_register:
            alien = sorted(self.model_fields_set - _OF_REGISTERS)
            if alien:
                raise ValueError(
                    f'"{alien[0]}" belongs to a study of a model; a register names models, inputs and outputs itself'
                )
            idle = sorted(self.sobol.model_fields_set - {"base"}) if self.sobol else []
            if idle:
                raise ValueError(f"sobol > {idle[0]} belongs to a study of a model; one of a register takes base alone")
        elif not self.model:
            raise ValueError('needs either "model" or "register"')
        elif self.bands:
            raise ValueError('"bands" belongs to a study of a register')
        return self

    @model_validator(mode="after")
    def _names_fit(self) -> Study:
        if self.risk_register:
            return self
        names = [s.name for s in self.scenario]
        check_distinct(names, "scenarios")
        check_distinct([t.name for t in self.target], "targets")
        if not self.outputs:
            raise ValueError("outputs: name at least one output")
        if not names:
            raise ValueError("scenario: name at least one scenario, or leave the key out")
        check_outputs(self.outputs)
        self._scenarios_fit(names)
        for target in self.target:
            if target.output not in self.outputs:
                raise ValueError(f'target "{target.name}": no output "{target.output}". {nearest(target.output, self.outputs)}')
            spec = self.outputs[target.output]
            if spec.expression is None and spec.at is None:
                raise ValueError(f'target "{target.name}": output "{target.output}" needs "at", a time to read it')
        for output in self.history:
            if output not in self.outputs:
                raise ValueError(f'history: no output "{output}". {nearest(output, self.outputs)}')
        self._observed_fit()
        self._calibration_fits(names)
        self._analyses_fit()
        made = None if self.sobol is None else list(self.sobol.scenarios) or self._answering
        check_answers(self.answer, list(self.outputs), names, [t.name for t in self.target], made, self.levers is not None)
        return self

    @property
    def _answering(self) -> list[str]:
        return [s.name for s in self.scenario if s.kind == "scenario"]

    def _scenarios_fit(self, names: list[str]) -> None:
        """Refuse an analysis of a scenario that the study does not have."""
        used = [("compare_with", self.compare_with)] if self.compare_with is not None else []
        for key in ("sobol", "morris", "shapley"):
            part = getattr(self, key)
            used += [(f"{key} > scenarios", n) for n in getattr(part, "scenarios", ())]
            if part is not None and not part.scenarios and not self._answering:
                raise ValueError(f"{key}: every scenario is published or a check; name some under {key} > scenarios")
        for number, step in enumerate(self.attribution, 1):
            used += [(f"attribution > {number} > base", step.base), (f"attribution > {number} > scenario", step.scenario)]
        for number, box in enumerate(self.discovery, 1):
            used += [(f"discovery > {number} > scenarios", n) for n in box.scenarios]
            if not box.scenarios and not self._answering:
                raise ValueError(f"discovery > {number}: every scenario is published or a check; name some under scenarios")
        used += [("levers > scenario", self.levers.scenario)] if self.levers else []
        options = getattr(self.value_of_information, "options", ())
        used += [("value_of_information > options", n) for n in options]
        if len(set(options)) < len(options):
            raise ValueError("value_of_information > options: a scenario is named twice; options must differ")
        if self.compare_with is not None and len(names) < 2:
            raise ValueError("compare_with: there is no other scenario to compare with")
        for key, name in used:
            if name not in names:
                raise ValueError(f'{key}: no scenario is called "{name}". {nearest(name, names)}')

    def _observed_fit(self) -> None:
        """Refuse an observed series of what is no output over time."""
        check_distinct([o.name for o in self.observed], "observed series")
        for series in self.observed:
            for output in series.output:
                if output not in self.outputs:
                    raise ValueError(f'observed "{series.name}": no output "{output}". {nearest(output, self.outputs)}')
                spec = self.outputs[output]
                if spec.expression is not None or spec.at is not None:
                    made = "is an expression" if spec.expression is not None else 'is read "at" one time'
                    raise ValueError(f'observed "{series.name}": output "{output}" {made}; name one of a variable over time')

    def _calibration_fits(self, scenarios: list[str]) -> None:
        """Refuse a calibration to series, or under a scenario, that the study does not have; and analyses that it would mislead."""
        asked, series = self.calibration, [o.name for o in self.observed]
        if asked is None:
            if self.uncertain.from_calibration:
                raise ValueError("uncertain > from_calibration: there is no [calibration] to draw from")
            return
        if not series:
            raise ValueError("calibration: there is no [[observed]] series to fit to")
        for name in asked.observed:
            if name not in series:
                raise ValueError(f'calibration > observed: no series is called "{name}". {nearest(name, series)}')
        if asked.scenario is not None and asked.scenario not in scenarios:
            raise ValueError(
                f'calibration > scenario: no scenario is called "{asked.scenario}". {nearest(asked.scenario, scenarios)}'
            )
        if asked.scenario is None and not self._answering:
            raise ValueError("calibration: every scenario is published or a check; name one under scenario")
        for key in ("sobol", "morris", "shapley", "levers"):
            if self.uncertain.from_calibration and getattr(self, key) is not None:
                why = "draws anew from the priors" if key == "levers" else "takes the inputs as drawn from their priors"
                raise ValueError(f"{key}: {why}, which from_calibration replaces; leave out one of the two")

    def _analyses_fit(self) -> None:
        """Refuse an analysis of a target or an output that the study does not have."""
        targets = [t.name for t in self.target]
        scalars = [n for n, o in self.outputs.items() if o.expression is not None or o.at is not None]
        asked = [(f"discovery > {i} > target", d.target) for i, d in enumerate(self.discovery, 1)]
        asked += [("levers > target", self.levers.target)] if self.levers else []
        for key, name in asked:
            if name not in targets:
                raise ValueError(f'{key}: no target is called "{name}". {nearest(name, targets)}')
        wanted = [("levers > cost", self.levers.cost)] if self.levers else []
        wanted += [("value_of_information > benefit", self.value_of_information.benefit)] if self.value_of_information else []
        for key, name in wanted:
            if name not in scalars:
                raise ValueError(f'{key}: no output read at one time is called "{name}". {nearest(name, scalars)}')
        scales = self.sobol.scale if self.sobol and not isinstance(self.sobol.scale, str) else {}
        for name in scales:
            if name not in self.outputs:
                raise ValueError(f'sobol > scale: no output is called "{name}". {nearest(name, self.outputs)}')
        if self.convergence and not self.sobol:
            raise ValueError("convergence: there is no [sobol] to grow")


def load_study(path: str | Path) -> Study:
    """Read and check a study.

    Parameters
    ----------
    path
        A `study.toml`, a folder that holds one, or the name of a bundled study.

    Returns
    -------
    Study
        Checked in itself; `run_study` holds it against its model.

    Raises
    ------
    InputError
        Naming file and key, with the nearest name where one was misspelt.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError("is no path. A study of dicts is made with llr_sd.make_study(**keys).", where="the study")
    file = Path(path)
    if file.suffix.lower() in (".mdl", ".xmile", ".stmx", ".itmx") and is_file(file):
        mend = f"`llr-sd new FOLDER --from {file}` drafts a study of it; `llr-sd list {file}` shows it."
        raise InputError("is a model, not a study.", where=str(file), mend=mend)
    if not is_file(file) and (file.suffix != ".toml" or is_file(file / "study.toml")):
        file = file / "study.toml"
    called = bundled.study_called(Path(path)) if not Path(path).exists() else None
    if called is not None:
        file = called / "study.toml"
    if not is_file(file):
        mend = nearest(str(path), bundled.studies()) or "Give a folder with a study.toml; `llr-sd list` shows the bundled ones."
        raise InputError("there is no study here.", where=str(file), mend=mend)
    raw = read_toml(file)
    if not raw:
        raise InputError(
            "the study is empty.", where=str(file), mend="It needs at least title, model and [outputs], or title and register."
        )
    return check_record(raw, Study, file).model_copy(
        update={"file": file, "bundled": file.parent.name if called or bundled.installed(file) else ""}
    )


def is_study(name: str) -> bool:
    """Whether a name means a study: a study.toml, a folder with one, or a bundled study."""
    path = Path(name)
    return is_file(path / "study.toml") or path.suffix == ".toml" or bundled.study_called(path) is not None
