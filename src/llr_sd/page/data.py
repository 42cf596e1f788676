"""What a page reads, as records that check themselves; `Page.to_data` gives them as JSON has them, with names as JavaScript spells them."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from llr_sd.errors import EngineError, shown

FORMAT = 1
"""Number of the form of these data, part of the `key` by which a page knows what a browser kept of it."""
Tree = float | str | list[Any]
"""An expression: a number, the name of an output, or an operation ("+", "minus", "max" ...) and the trees that it works on."""


@dataclass(frozen=True)
class Input:
    """A constant that a page can hold at a value or let vary.

    Attributes
    ----------
    name, variable, label, group, unit, value, source, grade, note, planned, fitted_to, whole
        Of the parameter; where no parameter of the model has a group, `group` is the section of the model file.
    low, high
        Ends of its slider; `ends` says what they are: "range" (of its evidence), "permissible", or "around" (its value: no evidence).
    minimum, maximum
        What it may be set to, None where nothing is said.
    step
        Of a whole number or a switch, as the model file declares it.
    percent
        Whether it is told as so many in 100.
    uncertain, law
        Whether the study draws it, and from what.
    own
        The law of the model's table, whether or not the study draws it; None where the table has none.
    middle
        Where the central run stands.
    """

    name: str
    variable: str
    label: str
    group: str
    unit: str
    value: float
    low: float
    high: float
    ends: str
    minimum: float | None
    maximum: float | None
    step: float | None
    source: str
    grade: str
    note: str
    planned: float | None
    fitted_to: str
    percent: bool
    whole: str
    uncertain: bool
    law: Mapping[str, Any] | None
    own: Mapping[str, Any] | None
    middle: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise EngineError(f"a slider cannot run from {self.low} to {self.high}.", where=self.name)
        if not self.low <= self.value <= self.high or not math.isfinite(self.middle):
            raise EngineError(f"its value {self.value:g} is not on its slider.", where=self.name)
        if self.uncertain and self.law is None:
            raise EngineError("varies without a law.", where=self.name)


@dataclass(frozen=True)
class Scenario:
    """A starting point: what it holds, by the names of inputs, all that holds in every scenario included."""

    name: str
    kind: str
    note: str
    set: Mapping[str, float]


@dataclass(frozen=True)
class Axis:
    """A dimension of an output: its elements, and what people call them."""

    name: str
    elements: tuple[str, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.elements) != len(self.labels):
            raise EngineError("needs a label for each element.", where=self.name)


@dataclass(frozen=True)
class Output:
    """A number of interest, as the study has it; `headline` says that the study's question is about it."""

    name: str
    label: str
    unit: str
    variable: str | None
    at: float | None
    expression: Tree | None
    axes: tuple[Axis, ...]
    percent: bool
    equivalents: bool
    headline: bool

    def __post_init__(self) -> None:
        if (self.variable is None) == (self.expression is None):
            raise EngineError("is either a variable or an expression.", where=self.name)

    @property
    def single(self) -> bool:
        """Whether it is one number a run."""
        return not self.axes and (self.at is not None or self.expression is not None)


@dataclass(frozen=True)
class Target:
    """A level that an output should reach, from one side."""

    name: str
    output: str
    at_least: float | None
    at_most: float | None
    source: str


@dataclass(frozen=True)
class Observation:
    """A value that was observed of an output."""

    time: float
    value: float
    source: str


@dataclass(frozen=True)
class Balance:
    """A balance that must be zero, or a run has failed."""

    name: str
    variable: str
    tolerance: float
    scale: str | None


@dataclass(frozen=True)
class About:
    """The study: what readers are told, and how it draws.

    Attributes
    ----------
    told
        Sentences that stand with any number of it.
    keys
        What a `study.toml` holds that says what the page opens with.
    """

    title: str
    question: str
    illustrative: bool
    notes: tuple[str, ...]
    told: tuple[str, ...]
    seed: int | str
    runs: int
    design: str
    name: str
    keys: Mapping[str, Any]


@dataclass(frozen=True)
class Of:
    """The model: `called` is what a study names it, `files` the texts that go with a study of it by their place, if it is not bundled."""

    name: str
    bundled: bool
    called: str
    sha256: str
    time_unit: str
    calendar: bool
    method: str
    step: float
    initial: float
    final: float
    files: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """All that a page reads.

    Attributes
    ----------
    what, version
        What it was made of, by name, and the version of this package that made it.
    study, model, inputs, scenarios, outputs, targets, history, laws
        In the order of study and table; `inputs` is the order of the engine's columns.
    left_out
        Variables of the model that the page cannot show over time.
    engine, draws, equations
        As the rooms that make them give them.
    """

    what: str
    version: str
    study: About
    model: Of
    inputs: tuple[Input, ...]
    scenarios: tuple[Scenario, ...]
    outputs: tuple[Output, ...]
    targets: tuple[Target, ...]
    history: Mapping[str, tuple[Observation, ...]]
    laws: tuple[Balance, ...]
    left_out: tuple[str, ...]
    engine: Mapping[str, Any]
    draws: Mapping[str, Any]
    equations: Sequence[Mapping[str, Any]]

    def __post_init__(self) -> None:
        for what, names in (("inputs", self.inputs), ("scenarios", self.scenarios), ("outputs", self.outputs)):
            known = Counter(one.name for one in names)
            twice = next((n for n, count in known.items() if count > 1), None)
            if twice is not None or (not known and what != "inputs"):
                raise EngineError(f"{what}: {shown(twice) + ' is there twice' if twice else 'there are none'}.", where=self.what)
        levers, outputs = {i.name for i in self.inputs}, {o.name: o for o in self.outputs}
        for scenario in self.scenarios:
            self._known(scenario.set, levers, f"scenario {scenario.name}")
        self._known((t.output for t in self.targets), {n for n, o in outputs.items() if o.single}, "targets")
        self._known(self.history, outputs, "history")
        for output in self.outputs:
            self._known(names_in(output.expression), {n for n, o in outputs.items() if o.single}, f"output {output.name}")
        columns = self.engine["inputs"]
        if list(columns) != [i.variable for i in self.inputs]:
            raise EngineError("the columns of its engine are not its inputs.", where=self.what)

    def _known(self, names: Iterable[str], known: Iterable[str], key: str) -> None:
        for name in names:
            if name not in known:
                raise EngineError(f"{key} names {shown(name)}, which the page does not have.", where=self.what)

    def to_data(self) -> dict[str, Any]:
        """Return the page as JSON has it; `key` is the hash of all the rest, by which a browser knows what it kept of this page."""
        made = {"by": "llr_sd", "version": self.version}
        data = {"format": FORMAT, "made": made} | {
            camel(f.name): _plain(getattr(self, f.name)) for f in fields(self) if f.name != "version"
        }
        return keyed(data)


def keyed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data of a page under the hash of all of them but an earlier such `key`, which stands first."""
    rest = {name: value for name, value in data.items() if name != "key"}
    return {"key": hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest(), **rest}


def names_in(tree: Tree | None) -> list[str]:
    """Return the outputs that an expression reads."""
    if isinstance(tree, list):
        return [name for part in tree[1:] for name in names_in(part)]
    return [tree] if isinstance(tree, str) else []


def finite(value: float | None) -> float | None:
    """Return a number, or None where it is not finite, which JSON cannot say."""
    return None if value is None or not math.isfinite(value) else float(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {camel(f.name): _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool | int):
        return value
    return float(value) if isinstance(value, float) else [_plain(entry) for entry in value]


def camel(name: str) -> str:
    """Return a name as JavaScript spells it: wte_per_head is wtePerHead."""
    first, *rest = name.split("_")
    return "".join((first, *(word.capitalize() for word in rest)))
