"""A study: the question, its scenarios, what is uncertain, and which numbers answer it. Read from `study.toml` and checked."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from llr_sd import bundled
from llr_sd.answers import Answer, check_answers, listed
from llr_sd.errors import InputError, nearest, shown
from llr_sd.records import Record, check_record
from llr_sd.textfiles import is_file, read_toml
from llr_sd.values import Flag, Name, Number, Text, When, Whole, Words, check_distinct, check_outputs


class Scenario(Record):
    """A named setting of parameters; what it sets is fixed in it, whatever `uncertain` says.

    `kind` is "published" for arithmetic of somebody else that the study repeats, and "check" for a run that tests the model and
    answers no question; neither is counted among the scenarios that may meet a target.
    """

    name: Name
    kind: Literal["scenario", "published", "check"] = "scenario"
    set: Mapping[str, When] = {}
    note: Words = ""


class Override(Record):
    """Another distribution for one uncertain parameter, with where it comes from.

    `source` and `grade` ("A" source document, "B" literature, "C" judgement) speak for this range; those of the model's table do not
    carry over. Without them the results say "stated by the study", grade C. `label` replaces what people read.
    """

    distribution: str
    unit: Words | None = None
    low: When = math.nan
    mode: When = math.nan
    high: When = math.nan
    sd: Number = math.nan
    values: tuple[When, ...] = ()
    weights: tuple[Number, ...] = ()
    source: Words = ""
    grade: Literal["", "A", "B", "C"] = ""
    label: Words = ""


class Shares(Record):
    """Inputs that sum to one and vary together (Dirichlet) around the model's own values.

    The higher the `concentration`, the closer they stay: a share m has the standard deviation sqrt(m (1 - m) / (concentration + 1)).
    `name` is what the whole is called; `source` and `grade` speak for the concentration.
    """

    of: tuple[Text, ...] = Field(min_length=2)
    concentration: Annotated[Number, Field(gt=0)]
    name: Words = ""
    source: Words = ""
    grade: Literal["", "A", "B", "C"] = ""


class Uncertain(Record):
    """Which parameters vary between runs: whole groups of the model's table, single names, or both; and shares of a whole, together."""

    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    override: Mapping[str, Override] = {}
    shares: tuple[Shares, ...] = ()


class OutputSpec(Record):
    """A number of interest: a variable (over all saved times, or `at` one time), or an expression of scalar outputs.

    A `unit` that is given must be the model's; for an expression it is the unit of the result. `equivalents` marks an output that
    counts equivalents of people rather than people: reports show it beside the people and never add it to them. `percent` marks a
    share without a unit, which the answer tells as a percentage. `elements` says what people call the subscripts of its variable.
    """

    variable: str | None = None
    at: When | None = None
    expression: str | None = None
    label: Words = ""
    unit: Words | None = None
    equivalents: Flag = False
    percent: Flag = False
    elements: Mapping[str, Words] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> OutputSpec:
        if (self.variable is None) == (self.expression is None):
            raise ValueError('needs either "variable" or "expression"')
        if self.expression is not None and self.at is not None:
            raise ValueError('an expression takes no "at": give it to the outputs that it uses')
        return self


class Target(Record):
    """A level that a scalar output should reach; the study reports the probability that it does."""

    name: Name
    output: str
    at_least: Number | None = None
    at_most: Number | None = None
    source: Words = ""

    @model_validator(mode="after")
    def _one_side(self) -> Target:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError('needs either "at_least" or "at_most"')
        return self


class HistoryPoint(Record):
    """An observed value, shown beside the runs and never fitted."""

    time: When
    value: Number
    source: Words = ""


class Correlation(Record):
    """Spearman rank correlation of two uncertain parameters."""

    between: tuple[Text, Text]
    rank: Annotated[Number, Field(gt=-1, lt=1)]


class MonteCarlo(Record):
    """How many draws, and of which design; every scenario uses the same ones."""

    runs: Annotated[Whole, Field(ge=1, le=10_000_000)] = 1024
    design: Literal["random", "latin_hypercube"] = "random"


Scale = Literal["value", "rank", "log"]


class Sobol(Record):
    """Sobol indices: base * (inputs + 2) runs a scenario, or base * (2 inputs + 2) with second order.

    `groups` adds indices of the parameter groups. `scenarios` limits the analysis; all that answer the question by default. `scale` says
    whose variance is shared out: that of the "value", of its "rank" among the runs or of its "log"; one for all outputs, or by output.
    """

    base: Annotated[Whole, Field(ge=2)] = 1024
    second_order: Flag = False
    groups: Flag = False
    scenarios: tuple[str, ...] = ()
    scale: Scale | Mapping[str, Scale] = "value"

    @field_validator("scale", mode="before")
    @classmethod
    def _known_scales(cls, scale: Any) -> Any:
        for name, given in scale.items() if isinstance(scale, Mapping) else [("", scale)]:
            if given not in get_args(Scale):
                raise ValueError(f'{f"{name}: " if name else ""}{shown(str(given))} is not one of "value", "rank" and "log"')
        return scale

    def scale_of(self, output: str) -> Scale:
        """Return the scale of an output."""
        return self.scale if isinstance(self.scale, str) else self.scale.get(output, "value")

    @field_validator("base")
    @classmethod
    def _power_of_two(cls, base: int) -> int:
        if base & (base - 1):
            raise ValueError(f"{base} is not a power of two, such as 512 or 1024")
        return base


class Convergence(Record):
    """Double the Sobol base, from the stated one, until every interval's half width is at most `tolerance` or `budget` runs are spent."""

    tolerance: Annotated[Number, Field(gt=0)] = 0.05
    budget: Annotated[Whole, Field(ge=1)] = 100_000


class Morris(Record):
    """Morris screening: trajectories * (inputs + 1) runs a scenario; says which inputs deserve a Sobol analysis."""

    trajectories: Annotated[Whole, Field(ge=4)] = 32
    scenarios: tuple[str, ...] = ()


class ShapleyEffects(Record):
    """Shapley effects, which take correlations into account: base * 2^inputs runs a scenario; by group, so that inputs are few."""

    base: Annotated[Whole, Field(ge=2)] = 512
    scenarios: tuple[str, ...] = ()


class Attribution(Record):
    """Exact Shapley attribution of what one scenario changes against another to the settings that differ (2^k scenarios)."""

    base: Text
    scenario: Text
    levers: Mapping[str, tuple[str, ...]] = {}


class Discovery(Record):
    """The box in the inputs where a target is missed (PRIM)."""

    target: Text
    density: Annotated[Number, Field(gt=0, le=1)] = 0.8
    scenarios: tuple[str, ...] = ()


class Levers(Record):
    """Which mix of lever settings meets a target with a stated probability at the least cost; `cost` is an output."""

    scenario: Text
    target: Text
    cost: Text
    probability: Annotated[Number, Field(gt=0, lt=1)] = 0.8
    most: Annotated[Whole, Field(ge=2)] = 256
    set: Mapping[str, tuple[When, ...]]


class ValueOfInformation(Record):
    """What it is worth to learn an input before choosing among scenarios; `benefit` is an output, larger is better."""

    benefit: Text
    options: tuple[Text, ...] = Field(min_length=2)
    groups: Flag = False


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
    answer
        What answers the question: an output, a difference, a share of variance, a lever; the report says it first.
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
