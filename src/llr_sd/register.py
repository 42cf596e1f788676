"""A risk register: what each risk is, which model outputs measure it, and where the thresholds of its losses lie.

Read from TOML and checked. What the models of a risk must know (outputs, parameters) is checked by `risks`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, model_validator

from llr_sd.errors import InputError, nearest
from llr_sd.matrix import SIZE, Matrix
from llr_sd.records import Record, check_record
from llr_sd.studyparts import Correlation
from llr_sd.textfiles import is_file, read_toml
from llr_sd.values import Name, Number, Text, When, Whole, Words, check_distinct, check_outputs

PLANNED = "planned"
"""The run in which the inputs behind a risk are as the plan believes."""
REST = "everything else"
"""The input of a sensitivity analysis that stands for all parameters outside a risk's group."""

Level = Annotated[Whole, Field(ge=1, le=SIZE)]
Part = TypeVar("Part", bound=Record)


class Ladder(Record):
    """Four shares of a loss, at which the consequence becomes 2, 3, 4 and 5; any loss from 0 up is a 1. `of` is what they are shares of."""

    label: Text
    text: Words = ""
    unit: Text
    shares: tuple[Number, Number, Number, Number]
    of: Annotated[Number, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _rising(self) -> Ladder:
        _rising(self.shares)
        return self


class RiskLadder(Record):
    """How one risk is read on a ladder, where that differs: another metric, another denominator (a number or an expression), other shares."""

    metric: str = ""
    of: Annotated[Number, Field(gt=0)] | str | None = None
    shares: tuple[Number, Number, Number, Number] | None = None
    unit: str = ""

    @model_validator(mode="after")
    def _rising(self) -> RiskLadder:
        if self.shares is not None:
            _rising(self.shares)
        return self


class Mitigation(Record):
    """A measure of the log: what it sets in the models, and the metric with it, where what it brings is no part of the risk's own."""

    name: Text
    set: Mapping[str, Number]
    metric: str = ""
    note: Words = ""


class Risk(Record):
    """One risk.

    Attributes
    ----------
    id, title, wording
        As in the log; the wording is the register's own.
    likelihood, consequence, reviewed_likelihood, reviewed_consequence
        Published. The reviewed ones are the same where none are given.
    group
        The parameters whose uncertainty is this risk.
    metric
        What is lost, an expression of outputs at the horizon; more is worse. `planned_x` is the output x of the run called "planned".
    ladder
        The ladders that it is read on, at least one.
    run
        Further runs on the same draws, by name, with what they set. The one called "planned" holds the group at what the plan believes
        (the column "planned" of a model's table; at its most likely values where that says nothing) but for what is set here.
    reading
        Other readings of the metric on the risk's first ladder, for the table of stability: a name and an expression.
    horizons
        Dates, where they differ from the register's; the first is the one that is held against the published rating.
    """

    id: Name
    title: Text
    wording: Text
    likelihood: Level
    consequence: Level
    reviewed_likelihood: Level | None = None
    reviewed_consequence: Level | None = None
    group: tuple[Text, ...] = Field(min_length=1)
    metric: Text
    ladder: Mapping[str, RiskLadder] = Field(min_length=1)
    run: Mapping[str, Mapping[str, Number]] = {}
    reading: Mapping[str, str] = {}
    mitigation: tuple[Mitigation, ...] = ()
    horizons: tuple[When, ...] = ()
    note: Words = ""

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of its further runs; "planned" is always one."""
        return tuple(dict.fromkeys((PLANNED, *self.run)))


class OutputOf(Record):
    """A model's variable (with its element), read at the horizon or `at` one date."""

    model: Text
    variable: Text
    at: Number | None = None


class ModelUse(Record):
    """How a model is run for a register: what holds in every run, its site table, and rank correlations of its parameters."""

    set: Mapping[str, Number] = {}
    site: Text | None = None
    correlation: tuple[Correlation, ...] = ()


class Register(Record):
    """A checked risk register; `matrix` is the path of its matrix, beside it."""

    title: Text
    source: Words = ""
    matrix: Text
    horizons: tuple[When, ...] = Field(min_length=1)
    ladder: Mapping[str, Ladder] = Field(min_length=1)
    model: Mapping[str, ModelUse]
    output: Mapping[str, OutputOf]
    risk: tuple[Risk, ...] = Field(min_length=1)
    file: Path = Field(default=Path("register.toml"), exclude=True)

    @model_validator(mode="after")
    def _names_fit(self) -> Register:
        check_distinct([r.id for r in self.risk], "risks")
        if len(set(self.horizons)) < len(self.horizons):
            raise ValueError("horizons: a date is there twice")
        check_outputs(self.output)
        for name in self.output:
            if not name.isidentifier() or keyword.iskeyword(name):
                raise ValueError(f"output > {name}: cannot be a name in an expression; use letters, digits and underscores")
        for name, output in self.output.items():
            if output.model not in self.model:
                raise ValueError(
                    f'output > {name} > model: "{output.model}" is not under [model]. {nearest(output.model, self.model)}'
                )
        for risk in self.risk:
            for ladder, own in risk.ladder.items():
                place = f"risk {risk.id} > ladder > {ladder}"
                if ladder not in self.ladder:
                    raise ValueError(f"{place}: no ladder of the register has this name. {nearest(ladder, self.ladder)}")
                if own.of is None and self.ladder[ladder].of is None:
                    raise ValueError(f'{place}: "of" is missing, what the loss is a share of')
                least, of = (own.shares or self.ladder[ladder].shares)[0], own.of or self.ladder[ladder].of
                if least >= 1 and of != 1:  # of 1, a share is the loss itself
                    raise ValueError(f"{place} > shares: {least:g} is not a share of the whole; write 1 % as 0.01")
            if risk.horizons and len(set(risk.horizons)) < len(risk.horizons):
                raise ValueError(f"risk {risk.id} > horizons: a date is there twice")
            for key in risk.run:
                if not key.isidentifier() or key == "base":
                    raise ValueError(f'risk {risk.id} > run: "{key}" cannot be a name in an expression')
        return self

    @property
    def matrix_file(self) -> Path:
        """Where the matrix lies."""
        return self.file.parent / self.matrix

    def risk_of(self, name: str) -> Risk:
        """Return the risk of a name that is known to be there."""
        return next(r for r in self.risk if r.id == name)

    def dates(self, risk: Risk) -> tuple[float, ...]:
        """Return the horizons of a risk, the one held against the log first."""
        return risk.horizons or self.horizons

    def ladders(self, risk: Risk) -> tuple[str, ...]:
        """Return the ladders that a risk is read on, in the order of the register; the first is its main one."""
        return tuple(k for k in self.ladder if k in risk.ladder)

    def metric(self, risk: Risk, ladder: str) -> str:
        """Return the metric of a risk on a ladder."""
        return risk.ladder[ladder].metric or risk.metric

    def shares(self, risk: Risk, ladder: str) -> tuple[float, float, float, float]:
        """Return the thresholds of a risk on a ladder."""
        return risk.ladder[ladder].shares or self.ladder[ladder].shares

    def stake(self, risk: Risk, ladder: str) -> float | str:
        """Return what a loss is a share of: a number, or an expression, which varies from run to run."""
        own, common = risk.ladder[ladder].of, self.ladder[ladder].of
        return own if own is not None else common if common is not None else ""

    def where(self, risk: Risk, key: str) -> str:
        """Return file, risk and key, for errors."""
        return f"{self.file}, risk {risk.id} > {key}"


def registers_folder() -> Path:
    """Return the folder of the bundled registers."""
    return Path(__file__).parent / "workforce" / "registers"


def bundled_registers() -> tuple[str, ...]:
    """Return the names of the bundled registers."""
    return tuple(sorted(p.stem for p in registers_folder().glob("*.toml") if not p.stem.endswith("_matrix")))


def load_register(name: str | Path, base: Path | None = None) -> Register:
    """Read and check a register: a bundled name ("llr_2017"), or a path from `base` on.

    Raises
    ------
    InputError
        Naming file, risk and key, with the nearest name where one was misspelt.
    """
    text = str(name)
    file = (base or Path()) / text
    if text in bundled_registers() and not is_file(file):
        file = registers_folder() / f"{text}.toml"
    if not is_file(file):
        known = ", ".join(bundled_registers())
        raise InputError(
            f'there is no register "{text}" (bundled: {known}).',
            mend=nearest(text, bundled_registers()) or "Name a bundled one, or a path from the study's folder on.",
        )
    return _read(file, Register).model_copy(update={"file": file})


def load_matrix(file: Path) -> Matrix:
    """Read and check a matrix; raise InputError naming file and key."""
    if not is_file(file):
        raise InputError("there is no matrix here.", where=str(file), mend="Name one in the register, beside it.")
    return _read(file, Matrix)


def _read(file: Path, kind: type[Part]) -> Part:
    raw = read_toml(file)
    if "file" in raw:
        raise InputError('unknown key "file".', where=str(file))
    try:
        return check_record(raw, kind, file)
    except InputError as error:
        text = re.sub(r"\brisk > (\d+)", lambda m: f"risk {_risk_id(raw, int(m[1]))}", error.what)
        raise InputError(text, where=error.where, mend=error.mend) from None


def _risk_id(raw: Mapping[str, Any], number: int) -> str:
    """Return the name of a risk as the author wrote it, or its number."""
    risks = raw.get("risk", [])
    found = risks[number - 1] if isinstance(risks, list) and number <= len(risks) else {}
    return str(found.get("id", number)) if isinstance(found, Mapping) else str(number)


def _rising(shares: tuple[float, ...]) -> None:
    for low, high in zip((0.0, *shares), shares, strict=False):
        if high <= low:
            raise ValueError(
                f"shares: the bands overlap, {high:g} comes after {low:g}; each share must be greater than the one before"
            )
