"""A study: the question, its scenarios, what is uncertain, and which numbers answer it. Read from `study.toml` and checked."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from llr_sd.errors import InputError, nearest

Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, populate_by_name=True)


class Scenario(_Part):
    """A named setting of parameters; what it sets is fixed in it, whatever `uncertain` says.

    `kind` is "published" for arithmetic of somebody else that the study repeats, and "check" for a run that tests the model and
    answers no question; neither is counted among the scenarios that may meet a target.
    """

    name: Text
    kind: Literal["scenario", "published", "check"] = "scenario"
    set: Mapping[str, float] = {}
    note: str = ""


class Override(_Part):
    """Another distribution for one uncertain parameter."""

    distribution: str
    unit: str | None = None
    low: float = math.nan
    mode: float = math.nan
    high: float = math.nan
    sd: float = math.nan
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()


class Uncertain(_Part):
    """Which parameters vary between runs: whole groups of the model's table, single names, or both."""

    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    override: Mapping[str, Override] = {}


class OutputSpec(_Part):
    """A number of interest: a variable (over all saved times, or `at` one time), or an expression of scalar outputs.

    A `unit` that is given must be the model's; for an expression it is the unit of the result. `equivalents` marks an output that
    counts equivalents of people rather than people: reports show it beside the people and never add it to them.
    """

    variable: str | None = None
    at: float | None = None
    expression: str | None = None
    label: str = ""
    unit: str | None = None
    equivalents: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> OutputSpec:
        if (self.variable is None) == (self.expression is None):
            raise ValueError('needs either "variable" or "expression"')
        if self.expression is not None and self.at is not None:
            raise ValueError('an expression takes no "at": give it to the outputs that it uses')
        return self


class Target(_Part):
    """A level that a scalar output should reach; the study reports the probability that it does."""

    name: Text
    output: str
    at_least: float | None = None
    at_most: float | None = None
    source: str = ""

    @model_validator(mode="after")
    def _one_side(self) -> Target:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError('needs either "at_least" or "at_most"')
        return self


class HistoryPoint(_Part):
    """An observed value, shown beside the runs and never fitted."""

    time: float
    value: float
    source: str = ""


class Correlation(_Part):
    """Spearman rank correlation of two uncertain parameters."""

    between: tuple[Text, Text]
    rank: Annotated[float, Field(gt=-1, lt=1)]


class MonteCarlo(_Part):
    """How many draws, and of which design; every scenario uses the same ones."""

    runs: Annotated[int, Field(ge=1, le=10_000_000)] = 1024
    design: Literal["random", "latin_hypercube"] = "random"


class Sobol(_Part):
    """Sobol indices: base * (inputs + 2) runs a scenario, or base * (2 inputs + 2) with second order.

    `groups` adds indices of the parameter groups. `scenarios` limits the analysis; all that answer the question by default.
    """

    base: Annotated[int, Field(ge=2)] = 1024
    second_order: bool = False
    groups: bool = False
    scenarios: tuple[str, ...] = ()

    @field_validator("base")
    @classmethod
    def _power_of_two(cls, base: int) -> int:
        if base & (base - 1):
            raise ValueError(f"{base} is not a power of two, such as 512 or 1024")
        return base


class Convergence(_Part):
    """Double the Sobol base, from the stated one, until every interval's half width is at most `tolerance` or `budget` runs are spent."""

    tolerance: Annotated[float, Field(gt=0)] = 0.05
    budget: Annotated[int, Field(ge=1)] = 100_000


class Morris(_Part):
    """Morris screening: trajectories * (inputs + 1) runs a scenario; says which inputs deserve a Sobol analysis."""

    trajectories: Annotated[int, Field(ge=4)] = 32
    scenarios: tuple[str, ...] = ()


class ShapleyEffects(_Part):
    """Shapley effects, which take correlations into account: base * 2^inputs runs a scenario; by group, so that inputs are few."""

    base: Annotated[int, Field(ge=2)] = 512
    scenarios: tuple[str, ...] = ()


class Attribution(_Part):
    """Exact Shapley attribution of what one scenario changes against another to the settings that differ (2^k scenarios)."""

    base: Text
    scenario: Text
    levers: Mapping[str, tuple[str, ...]] = {}


class Discovery(_Part):
    """The box in the inputs where a target is missed (PRIM)."""

    target: Text
    density: Annotated[float, Field(gt=0, le=1)] = 0.8
    scenarios: tuple[str, ...] = ()


class Levers(_Part):
    """Which mix of lever settings meets a target with a stated probability at the least cost; `cost` is an output."""

    scenario: Text
    target: Text
    cost: Text
    probability: Annotated[float, Field(gt=0, lt=1)] = 0.8
    most: Annotated[int, Field(ge=2)] = 256
    set: Mapping[str, tuple[float, ...]]


class ValueOfInformation(_Part):
    """What it is worth to learn an input before choosing among scenarios; `benefit` is an output, larger is better."""

    benefit: Text
    options: tuple[Text, ...] = Field(min_length=2)
    groups: bool = False


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
}
"""The keys of a study that rates the risks of a register."""


class Study(_Part):
    """A checked study file. `folder` is where it lies; paths in it are relative to that. `set` holds for every scenario;
    `site` is a table of a site's own numbers, beside the study or in the model's folder, which `set` may override.

    A study asks its questions of a `model`, or it rates the risks of a `register` (a bundled name or a path), which names models,
    inputs and outputs itself; `bands` then chooses another set of likelihood bands than the register's matrix uses.

    Raises
    ------
    InputError
        From `load_study`, when a key or name is unknown or a value does not fit.
    """

    title: Text
    model: str = ""
    risk_register: str = Field(default="", alias="register")
    bands: str = ""
    question: str = ""
    seed: Annotated[int, Field(ge=0)] = 0
    set: Mapping[str, float] = {}
    site: str | None = None
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
    illustrative: bool = False
    notes: tuple[str, ...] = ()
    file: Path = Field(default=Path("study.toml"), exclude=True)

    @property
    def folder(self) -> Path:
        """The folder that holds the study file."""
        return self.file.parent

    @model_validator(mode="after")
    def _one_question(self) -> Study:
        if self.risk_register:
            alien = sorted(self.model_fields_set - _OF_REGISTERS)
            if alien:
                raise ValueError(
                    f'"{alien[0]}" belongs to a study of a model; a register names models, inputs and outputs itself'
                )
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
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f'two scenarios are called "{name}"')
        if not self.outputs:
            raise ValueError("outputs: name at least one output")
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
        return self

    def _scenarios_fit(self, names: list[str]) -> None:
        """Refuse an analysis of a scenario that the study does not have."""
        used = [("compare_with", self.compare_with)] if self.compare_with else []
        for key in ("sobol", "morris", "shapley"):
            used += [(f"{key} > scenarios", n) for n in getattr(getattr(self, key), "scenarios", ())]
        for number, part in enumerate(self.attribution, 1):
            used += [(f"attribution > {number} > base", part.base), (f"attribution > {number} > scenario", part.scenario)]
        used += [(f"discovery > {i} > scenarios", n) for i, d in enumerate(self.discovery, 1) for n in d.scenarios]
        used += [("levers > scenario", self.levers.scenario)] if self.levers else []
        used += [("value_of_information > options", n) for n in getattr(self.value_of_information, "options", ())]
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
        if self.convergence and not self.sobol:
            raise ValueError("convergence: there is no [sobol] to grow")


def load_study(path: str | Path) -> Study:
    """Read and check a study.

    Parameters
    ----------
    path
        A `study.toml`, or a folder that holds one.

    Raises
    ------
    InputError
        Naming file and key, with the nearest name where one was misspelt.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.toml"
    if not file.is_file():
        raise InputError(
            "there is no study here.",
            where=str(file),
            mend="Give a folder with a study.toml; `llr-sd list` shows the bundled ones.",
        )
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not valid TOML: {error}.", where=str(file)) from error
    if not raw:
        raise InputError(
            "the study is empty.", where=str(file), mend="It needs at least title, model and [outputs], or title and register."
        )
    raw.pop("file", None)
    try:
        return Study.model_validate({**raw, "file": file})
    except ValidationError as error:
        raise InputError(finding(error, Study), where=str(file)) from None


def finding(error: ValidationError, root: type[BaseModel]) -> str:
    """Turn the first finding of pydantic into a sentence with the key as the author wrote it, for any of the package's TOML files."""
    found = error.errors()
    first = next((f for f in found if f["type"] == "extra_forbidden"), found[0])
    parts = [str(p + 1) if isinstance(p, int) else p for p in first["loc"]]
    key = " > ".join(parts)
    if first["type"] == "extra_forbidden":
        known = _keys_at(first["loc"], root)
        return f'unknown key "{key}". {nearest(parts[-1], known) or "Known here: " + ", ".join(known) + "."}'
    if first["type"] == "missing":
        return f'"{key}" is missing.'
    message = first["msg"].removeprefix("Value error, ")
    if key:
        return f'"{key}": {message}.'
    return message if message.rstrip().endswith("?") else f"{message.rstrip('. ')}."


def _keys_at(loc: tuple[int | str, ...], root: type[BaseModel]) -> list[str]:
    """Return the keys that a format knows at a place: lists and free names are passed through."""
    part = root
    for step in loc[:-1]:
        if str(step) in part.model_fields:
            part = _model_in(part.model_fields[str(step)].annotation) or part
    return [field.alias or name for name, field in part.model_fields.items() if not field.exclude]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found:
            return found
    return None
