"""The tables of a study as records: scenarios, what is uncertain, outputs and targets, and the analyses that it can ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from llr_sd.errors import shown
from llr_sd.records import Record
from llr_sd.values import Flag, Name, Number, Text, When, Whole, Words


class Scenario(Record):
    """A named setting of parameters; what it sets is fixed in it, whatever `uncertain` says.

    `kind` is "published" for arithmetic of somebody else that the study repeats, and "check" for a run that tests the model and
    answers no question; neither is counted among the scenarios that may meet a target. `planned` sets what the column "planned" of the
    model's table holds, and `set` goes before it.
    """

    name: Name
    kind: Literal["scenario", "published", "check"] = "scenario"
    planned: Flag = False
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
    """Which parameters vary between runs: whole groups of the model's table, single names, or both; and shares of a whole, together.

    With `from_calibration`, those that `[calibration]` fits are drawn as the fit leaves them rather than from their own distributions.
    """

    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    override: Mapping[str, Override] = {}
    shares: tuple[Shares, ...] = ()
    from_calibration: Flag = False


class Calibration(Record):
    """A fit of named parameters to observed series: the best fit, and draws from the posterior.

    The priors of `parameters` are their distributions, those of `[uncertain.override]` first. The model has the settings of `scenario`
    (the first that answers the question by default) and stands at the central values of all other uncertain inputs. Figures of `observed`
    (all series by default) up to `until` are fitted, each with its stated error, normal and independent but for the error of a common
    base; later ones are kept apart and held against what the fit predicts. `discrepancy` adds an error of the model's own, independent
    between figures, as a share of a figure: it is fitted too, and this is the scale of its half-normal prior. `draws` are kept.
    """

    parameters: tuple[Text, ...] = Field(min_length=1, max_length=20)
    observed: tuple[Text, ...] = ()
    until: When | None = None
    scenario: Text | None = None
    discrepancy: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    draws: Annotated[Whole, Field(ge=200, le=20_000)] = 2000


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
