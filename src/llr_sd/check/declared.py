"""A model's own checks, read from `checks.toml` beside the model file. The one place where the format is described.

The general checks (units, parameter audit, step halving, wide draws, agreement with PySD) hold for any model and need no file.
`checks.toml` adds what only the author knows. Every table below may be left out. Double brackets are lists: write one block for
each check. Names of constants are those of `parameters.csv`, or the variable as the model writes it; `name[*]` stands for all its
elements, `name[*,gp]` for all along one subscript. Names of outputs are as the model writes them; one without subscripts stands
for all its elements. `set` holds constants for the run, and may hold INITIAL TIME and FINAL TIME.

    [[conservation]]     variable            stays within `tolerance` of zero at every step of the base run, and at every saved time of
                                             the random runs and of all runs that the checks below make. `scale`, optional: the tolerance counts as a share of the largest value
                                             of this output in the run.
    [[extreme]]          set                 constants for the run. `base`, optional: constants for the run that "as base" and the like
                                             compare with; the model as it stands when left out.
                         expect              list of { output, is, ... }:
                                               is = "constant"            no change from the first saved time, within `tolerance`
                                               is = "equal"               equal to `value`, or to the output `to`, within `tolerance`
                                               is = "at most", "at least" bounded by `value`, or by the output `to`
                                               is = "falling", "rising"   never rises (falls) from one saved time to the next
                                               is = "as base"             equal to the base run, within `tolerance`
                                               is = "above base", "below base"
                                             `at` = a time, "start", "end" or "all" (the default; for "above base" and "below base" a
                                             time or "end" is needed where both start alike). Tolerances are in the output's unit;
                                             0 when left out. Every output must be finite.
    [[loop]]             switch              is set to 0. `output` at `at` must then change by at least `least`, in the direction of
                                             `sign` ("+" higher without the loop, "-" lower). `set`, optional: in both runs.
    [[homogeneity]]      double              constants to double. Outputs in `doubles` must double, those in `same` must not change,
                                             within `tolerance` of the element's largest value. `set`, optional: in both runs.
    [[symmetry]]         alike               constants to set alike for all elements of `range`. `outputs` must then be equal along
                                             `range`, within `tolerance` of their largest value.
    [[history]]          output, points      list of { time, value, tolerance, source }: the run with `set` passes each observed value
                                             within `tolerance`, a share of it.
    [[halving]]          outputs             change by less than `tolerance` when the time step is halved, as a share of the element's
                                             largest value. `set`, optional. All stocks are held to 0.001 in any case, save those in a
                                             list without `set`; a `tolerance` above 0.001 needs `why`.
    [[not_negative]]     outputs             are never below zero, in the wide random runs too. All stocks are held to it in any case.
    [[may_be_negative]]  outputs, why        stocks that may be below zero, and why.
    [[sums_to_one]]      variable, over      entered values add up to one over this subscript, in the model and in the tables below.
    [[adds_up]]          variable, over, to  entered counts of a table below add up over this subscript to the constant `to`, within
                         `tolerance`, a share of it (0.01 when left out).
    [[reality]]          when, implies       comparisons such as "hiring = 0" and "staff <= opening staff": wherever the first holds, so
                                             does the second. As for reality checks in a Vensim model; `set`, optional.
    [[anchor]]           output, at, value   a number known from elsewhere (a table, a closed form, a paper), which `output` must have at
                         source, tolerance   the time `at`, within `tolerance` in its unit. `values` in place of `value` names one number
                                             for each element, as in { "autonomous,gp" = 597 }. Of a lookup `at` is the argument. `set`,
                                             optional. `base`, optional: the number is the difference from the run with these settings
                                             ({} for the model as it stands). `per`, optional: it is divided by that of this output.
                                             `planned = true`: what the column "planned" of the table holds, and `set` before it.
                                             A finding names `source`.
    [[opening]]          outputs             do not move at the start, within `tolerance` (1e-9 when left out) of their largest value,
                                             whichever lever is moved, each in turn, to the far end of its range in `parameters.csv`.
                                             `vary`: the levers; when left out, every constant with the word policy, target, extra or
                                             boost in its name. `set`, optional: in all runs.
    [[tables]]           files, needs        tables of the user's (columns parameter, value, unit, source, note) and the constants that
                                             each must set. `zero`, optional: outputs that are zero in the run with each.
                                             `illustrative`: results are labelled so wherever they are shown.

    [draws]              runs, seed          of the wide random runs (10,000 and 0).
    [pysd]               steps, seconds      how many steps to compare with PySD (4), and how long to wait for it (120).
    [[golden]]           name, set           what `golden.csv` holds: for each block a run of PySD with `set`, saved as `outputs` at
                         times, outputs      `times`; the first and last time, and all that is not constant, when left out. A block
                                             without `name` is the base run, which is kept in any case. A coarser TIME STEP and an early
                                             FINAL TIME in `set` keep PySD quick. `llr-sd check MODEL --write-golden` makes the file anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from llr_sd.laws import Conservation
from llr_sd.records import Record, read_record
from llr_sd.values import Flag, Number, Text, Whole
from llr_sd.workforce.sites import AddsUp, SumsToOne, Tables

HALVING_LIMIT = 1e-3
"""The most that half a time step may change an output, as a share of its largest value."""

LEVERS = frozenset({"policy", "target", "extra", "boost"})
"""A constant with one of these words in its name is a lever: what a plan, not the world, decides."""

Tolerance = Annotated[Number, Field(ge=0)]
Outputs = Annotated[tuple[Text, ...], Field(min_length=1)]
When = Number | Literal["start", "end", "all"]
Settings = Mapping[str, Number]


class Expectation(Record):
    """What an output must do in a run with extreme settings."""

    output: Text
    kind: Literal["constant", "equal", "at most", "at least", "falling", "rising", "as base", "above base", "below base"] = Field(
        alias="is"
    )
    value: Number | None = None
    to: Text | None = None
    tolerance: Tolerance = 0.0
    at: When = "all"

    @model_validator(mode="after")
    def _reference(self) -> Expectation:
        needs = self.kind in ("equal", "at most", "at least")
        if needs and (self.value is None) == (self.to is None):
            raise ValueError(f'is = "{self.kind}" needs either "value" or "to"')
        if not needs and (self.value is not None or self.to is not None):
            raise ValueError(f'is = "{self.kind}" takes neither "value" nor "to"')
        return self


class Extreme(Record):
    """A run with extreme settings, and what must then hold; `base` are the settings of the run that it is compared with."""

    name: Text
    set: Mapping[str, Number] = {}
    base: Mapping[str, Number] = {}
    expect: tuple[Expectation, ...] = Field(min_length=1)


class LoopKnockOut(Record):
    """A feedback loop that a switch cuts, and the stated effect of cutting it."""

    name: Text
    switch: Text
    output: Text
    at: Number
    sign: Literal["+", "-"]
    least: Annotated[Number, Field(gt=0)]
    set: Mapping[str, Number] = {}


class Homogeneity(Record):
    """Doubling all that has a size doubles outputs with a size, and leaves ratios."""

    name: Text
    double: Outputs
    doubles: tuple[Text, ...] = ()
    same: tuple[Text, ...] = ()
    tolerance: Tolerance = 1e-9
    set: Mapping[str, Number] = {}


class Symmetry(Record):
    """Elements of a subscript range that are alike develop alike."""

    name: Text
    range: Text
    alike: Settings
    outputs: Outputs
    tolerance: Tolerance = 1e-9
    set: Mapping[str, Number] = {}


class Point(Record):
    """An observed value."""

    time: Number
    value: Number
    tolerance: Tolerance
    source: str = ""


class History(Record):
    """Observed values that a run must pass."""

    name: Text
    output: Text
    points: tuple[Point, ...] = Field(min_length=1)
    set: Mapping[str, Number] = {}


class Anchor(Record):
    """A number that is known from elsewhere, and that the model must give."""

    name: Text
    output: Text
    at: When
    value: Number | None = None
    values: Mapping[str, Number] = {}
    tolerance: Tolerance
    source: Text
    set: Mapping[str, Number] = {}
    base: Mapping[str, Number] | None = None
    per: Text | None = None
    planned: Flag = False

    @model_validator(mode="after")
    def _number(self) -> Anchor:
        if (self.value is None) != bool(self.values):
            raise ValueError('an anchor needs either "value" or "values"')
        return self


class Opening(Record):
    """Outputs that no lever moves at the start."""

    name: Text
    outputs: Outputs
    vary: tuple[Text, ...] = ()
    tolerance: Tolerance = 1e-9
    set: Mapping[str, Number] = {}


class Halving(Record):
    """Outputs that must not depend on the time step."""

    name: str = ""
    outputs: Outputs
    tolerance: Annotated[Number, Field(gt=0)] = HALVING_LIMIT
    set: Mapping[str, Number] = {}
    why: str = ""

    @model_validator(mode="after")
    def _reason(self) -> Halving:
        if self.tolerance > HALVING_LIMIT and not self.why:
            raise ValueError(f'a tolerance above {HALVING_LIMIT:g} needs "why"')
        return self


class NotNegative(Record):
    """Outputs that are never below zero."""

    outputs: Outputs


class MayBeNegative(Record):
    """Stocks that may be below zero, and why."""

    outputs: Outputs
    why: Text


class Reality(Record):
    """A condition and what it implies, as text."""

    name: Text
    when: Text
    implies: Text
    set: Mapping[str, Number] = {}


class Draws(Record):
    """The wide random runs."""

    runs: Annotated[Whole, Field(ge=1, le=1_000_000)] = 10_000
    seed: Annotated[Whole, Field(ge=0)] = 0


class Pysd(Record):
    """The comparison with PySD."""

    steps: Annotated[Whole, Field(ge=1)] = 4
    seconds: Annotated[Number, Field(gt=0)] = 120.0


class Golden(Record):
    """A run that `golden.csv` holds; the one without a name is the base run."""

    name: str = ""
    set: Mapping[str, Number] = {}
    times: tuple[Number, ...] = ()
    outputs: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> Golden:
        if self.set and not self.name:
            raise ValueError('a run with "set" needs a "name"')
        return self


def _listed(given: Any) -> Any:
    """Let `[golden]` stand for a list of one: the base run alone."""
    return (given,) if isinstance(given, Mapping) else given


class Checks(Record):
    """A checked `checks.toml`; empty for a model without one.

    Attributes
    ----------
    conservation
        Balances that must be zero in every run.
    extreme, loop, homogeneity, symmetry
        What must follow from settings at the ends of their range, a loop that is cut, a scaled input, two parts that are swapped.
    history
        Observed values, and how far the model may be from them.
    anchor, opening
        Numbers known from elsewhere, and what no lever may move at the start.
    halving
        How far outputs may move when TIME STEP is halved.
    not_negative, may_be_negative
        Variables that must not fall below zero, and those that may, with the reason.
    sums_to_one, adds_up
        What shares and counts must add up to.
    reality
        Sentences that must be true of a run.
    tables
        The evidence that parameters are held against.
    draws, pysd, golden
        How many runs are drawn from the table, how many steps are compared with PySD, and which runs `golden.csv` holds.
    """

    conservation: tuple[Conservation, ...] = ()
    extreme: tuple[Extreme, ...] = ()
    loop: tuple[LoopKnockOut, ...] = ()
    homogeneity: tuple[Homogeneity, ...] = ()
    symmetry: tuple[Symmetry, ...] = ()
    history: tuple[History, ...] = ()
    anchor: tuple[Anchor, ...] = ()
    opening: tuple[Opening, ...] = ()
    halving: tuple[Halving, ...] = ()
    not_negative: tuple[NotNegative, ...] = ()
    may_be_negative: tuple[MayBeNegative, ...] = ()
    sums_to_one: tuple[SumsToOne, ...] = ()
    adds_up: tuple[AddsUp, ...] = ()
    reality: tuple[Reality, ...] = ()
    tables: tuple[Tables, ...] = ()
    draws: Draws = Draws()
    pysd: Pysd = Pysd()
    golden: Annotated[tuple[Golden, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _one_name_each(self) -> Checks:
        names = [g.name for g in self.golden]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise ValueError(f'two golden runs are called "{twice}"' if twice else "two golden runs have no name")
        return self

    def outputs(self) -> tuple[str, ...]:
        """Return every output that a check names, each once, in the order of the file."""
        names: list[str] = []
        for c in self.conservation:
            names += [c.variable, *([c.scale] if c.scale else [])]
        for e in self.extreme:
            names += [n for x in e.expect for n in (x.output, x.to) if n]
        names += [*(x.output for x in self.loop), *(x.output for x in self.history)]
        for h in self.homogeneity:
            names += [*h.doubles, *h.same]
        for a in self.anchor:
            names += [a.output, *([a.per] if a.per else [])]
        names += [n for o in self.opening for n in o.outputs]
        lists = [*(x.outputs for x in self.symmetry), *(x.outputs for x in self.halving), *(x.outputs for x in self.not_negative)]
        names += [n for part in lists for n in part]
        return tuple(dict.fromkeys(names))


def load_checks(file: Path) -> Checks:
    """Read and check a `checks.toml`; a model without one has no checks of its own.

    Parameters
    ----------
    file
        A `checks.toml`; it need not be there.

    Returns
    -------
    Checks
        Empty where there is no such file.

    Raises
    ------
    InputError
        Naming file and key, with the nearest name where one was misspelt.
    """
    return read_record(file, Checks) if file.exists() else Checks()
