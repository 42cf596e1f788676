"""A table of a site's own numbers: constants of the model with unit, source and note, checked row by row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from llr_sd import values
from llr_sd.distribution import DISTRIBUTIONS, Distribution
from llr_sd.equations import Equations
from llr_sd.errors import InputError, shown
from llr_sd.parameters import Parameter, ParameterTable
from llr_sd.records import Record, read_record
from llr_sd.textfiles import Row, read_table
from llr_sd.values import Flag, Number, Text

COLUMNS = ("parameter", "value", "unit", "source", "note")
LAW = ("distribution", "low", "high", "sd")
"""Columns that a table may have besides: how unsure a value is, as `Distribution` has it, with the value as its mode."""
CENTRED = tuple(kind for kind, needs in DISTRIBUTIONS.items() if "mode" in needs and kind != "fixed")
"""Distributions that a value of a table can be the mode of."""
TOLERANCE = 1e-6


class SumsToOne(Record):
    """Shares that add up to one over a subscript."""

    variable: Text
    over: Text


class AddsUp(Record):
    """Counts that add up over a subscript to another constant, within a share `tolerance` of it."""

    variable: Text
    over: Text
    to: Text
    tolerance: Annotated[Number, Field(ge=0, lt=1)] = 0.01


class Tables(Record):
    """Tables of a model's users: what each must set (`name[*]` for all elements), and which outputs are zero where it fits the model."""

    files: Text
    needs: tuple[Text, ...] = ()
    zero: tuple[Text, ...] = ()
    illustrative: Flag = False


class Rules(Record):
    """What a table must set and what its entries must add up to, as the model's `checks.toml` says."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    sums_to_one: tuple[SumsToOne, ...] = ()
    adds_up: tuple[AddsUp, ...] = ()
    tables: tuple[Tables, ...] = ()


def read_rules(checks: Path) -> Rules:
    """Return what holds for tables; raise InputError when `checks.toml` cannot be read."""
    return read_record(checks, Rules) if checks.exists() else Rules()


@dataclass(frozen=True)
class SiteTable:
    """A checked table.

    Attributes
    ----------
    settings
        Value of each constant by parameter name, in the parameter's unit.
    ranges
        How those vary that the table is unsure of, by parameter name, with where that comes from.
    illustrative
        Whether any row says in its note that it is illustrative.
    """

    settings: dict[str, float]
    ranges: dict[str, tuple[Distribution, str]]
    illustrative: bool


@dataclass(frozen=True)
class Fault:
    """What is wrong in a table: the row as a spreadsheet counts it (0: no row is to blame), the column, a sentence, how to mend it."""

    row: int
    column: str
    what: str
    mend: str = ""

    def error(self, path: Path) -> InputError:
        """Return the error that refuses the table."""
        place = f"{path}, row {self.row}, column {self.column}" if self.row else str(path)
        return InputError(self.what, where=place, mend=self.mend)


def read_site(path: Path, parameters: ParameterTable, equations: Equations, rules: Rules | None = None) -> SiteTable:
    """Read a site's table and hold it against the model.

    Parameters
    ----------
    path
        A CSV file with the columns of `COLUMNS`, and those of `LAW` where values are unsure.
    parameters, equations
        Of the model.
    rules
        What it must set and what entries must add up to, from `read_rules`.

    Raises
    ------
    InputError
        Naming row and column: an unknown name or unit, a value that is no number or out of its range, an element that is missing where
        others are given (of shares, in the same row of shares), shares that do not add up to one, a constant that no row sets though
        every table must, a distribution that does not fit its value.
    """
    table, faults = inspect_site(path, parameters, equations, rules)
    if faults:
        raise faults[0].error(path)
    return table


def inspect_site(
    path: Path, parameters: ParameterTable, equations: Equations, rules: Rules | None = None
) -> tuple[SiteTable, tuple[Fault, ...]]:
    """Read a site's table and say all that is wrong with it.

    Parameters
    ----------
    path, parameters, equations, rules
        As in `read_site`.

    Returns
    -------
    tuple
        The table, with every row whose name is known and whose value is a number; and the faults, those of single rows first.

    Raises
    ------
    InputError
        When the file cannot be read or lacks a column.
    """
    lines = read_table(path, COLUMNS)
    rows: dict[str, tuple[int, float]] = {}
    ranges: dict[str, tuple[Distribution, str]] = {}
    faults: list[Fault] = []
    for line in lines:
        parameter = _take(line, parameters, rows, faults)
        if parameter is not None:
            _take_range(line, parameter, ranges, faults)
    rules = rules or Rules()
    faults += _missing_elements(rows, parameters, equations, rules)
    for share in rules.sums_to_one:
        faults += _sums_off(rows, parameters, equations, share.variable, share.over)
    faults += _unset(rows, parameters, equations, rules)
    for count in rules.adds_up:
        faults += _total_off(rows, parameters, equations, count)
    settings = {name: value for name, (_, value) in rows.items() if not math.isnan(value)}
    return SiteTable(settings, ranges, is_illustrative(lines)), tuple(faults)


def is_illustrative(lines: Iterable[Row]) -> bool:
    """Whether any row of a table says in its note that it is illustrative."""
    return any("illustrative" in line["note"].casefold() for line in lines)


def _take(
    line: Row,
    parameters: ParameterTable,
    rows: dict[str, tuple[int, float]],
    faults: list[Fault],
) -> Parameter | None:
    """Add one line to the rows, or to the faults, or to both; return its parameter where the value is one that it may have."""
    number = line.number
    try:
        parameter = parameters.get(line["parameter"], "")
    except InputError as error:
        faults.append(Fault(number, "parameter", error.what, error.mend))
        return None
    value = math.nan  # a row is not missing because its value is no number
    try:
        value = values.number(line["value"])
    except InputError as error:
        faults.append(Fault(number, "value", error.what, error.mend))
    if line["unit"] != parameter.unit:
        what = f'unit "{line["unit"]}", but {parameter.name} is in "{parameter.unit}".'
        faults.append(Fault(number, "unit", what, "Convert the value and its unit."))
    elif not math.isnan(value):
        try:
            parameter.check(value, "")
        except InputError as error:
            faults.append(Fault(number, "value", error.what, error.mend))
    if parameter.name in rows:
        faults.append(Fault(number, "parameter", f'"{parameter.name}" is already in row {rows[parameter.name][0]}.'))
        return None
    rows[parameter.name] = (number, value)
    return parameter if not math.isnan(value) and not any(f.row == number for f in faults) else None


def _take_range(line: Row, parameter: Parameter, ranges: dict[str, tuple[Distribution, str]], faults: list[Fault]) -> None:
    """Add how unsure the value of one line is to the ranges, or what is wrong with it to the faults."""
    kind, number = line["distribution"], line.number
    given = [key for key in LAW[1:] if line[key]]
    if not kind:
        if given:
            mend = f"Give one of {', '.join(CENTRED)}, or leave {' and '.join(given)} empty."
            faults.append(Fault(number, "distribution", f"{given[0]} is given, but no distribution.", mend))
        return
    if kind not in CENTRED:
        mend = f"Known are {', '.join(CENTRED)}."
        faults.append(Fault(number, "distribution", f"{shown(kind)} is no distribution around a value.", mend))
        return
    key = "distribution"
    try:
        numbers = {}
        for key in LAW[1:]:
            numbers[key] = values.number(line[key]) if line[key] else math.nan
            if key != "sd" and line[key]:
                parameter.check(numbers[key], "")
        key = "distribution"
        law = Distribution(kind, numbers["low"], values.number(line["value"]), numbers["high"], numbers["sd"])
        law = law.within(*parameter.bounds)
    except InputError as error:
        faults.append(Fault(number, key, error.what, error.mend))
        return
    ranges[parameter.name] = (law, "; ".join(text for text in (line["source"], line["note"]) if text))


def _missing_elements(
    rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations, rules: Rules
) -> Iterator[Fault]:
    """Find subscripted constants of which some elements are given and others left out; of shares, those that add up with it."""
    over = {equations.variable(share.variable).name: share.over for share in rules.sums_to_one}
    for name, (number, _) in rows.items():
        cell = equations.cell(parameters.get(name, "").variable)
        axes = [a.name for a in cell.variable.axes]
        along = axes.index(over[cell.variable.name]) if over.get(cell.variable.name) in axes else None
        elements = tuple(cell.variable.elements()) if axes else ()
        for element in elements:
            here = zip(element, elements[cell.position], strict=True)
            if along is not None and any(other != own for i, (other, own) in enumerate(here) if i != along):
                continue
            other = parameters.find(cell.variable.label(element))
            if other is not None and other.name not in rows:
                yield Fault(number, "parameter", f'"{name}" is given but "{other.name}" is missing.', "Give all of them.")


def _unset(rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations, rules: Rules) -> Iterator[Fault]:
    """Find constants which every table must set: a value left out would be that of another site."""
    for name in (n for table in rules.tables for n in table.needs):
        head, every, _ = name.partition("[*]")
        variable = equations.variable(head) if every else None
        labels = [variable.label(e) for e in variable.elements()] if variable else [name]
        missing = [p.name for label in labels if (p := parameters.get(label, "")).name not in rows]
        if missing:
            what = f'no row sets "{missing[0]}"' + (f" and {len(missing) - 1} more of {head}" if missing[1:] else "")
            yield Fault(0, "parameter", f"{what}: it would be that of another site.", "Add it.")


def _sums_off(
    rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations, variable: str, over: str
) -> Iterator[Fault]:
    """Find shares that do not add up to one."""
    found = equations.variable(variable)
    names = [a.name for a in found.axes]
    if over not in names:
        return
    axis = names.index(over)
    sums: dict[tuple[str, ...], tuple[int, float]] = {}
    for element in found.elements():
        parameter = parameters.find(found.label(element))
        if parameter is None:
            continue
        number, value = rows.get(parameter.name, (0, math.nan))  # an incomplete row has no sum
        key = element[:axis] + element[axis + 1 :]
        before, total = sums.get(key, (0, 0.0))
        sums[key] = (max(number, before), total + value)
    for key, (number, total) in sums.items():
        if abs(total - 1) > TOLERANCE:
            which = f" of {', '.join(key)}" if key else ""
            what = f"the entries of {variable}{which} add up to {total:g} over {over}, not to 1."
            yield Fault(number, "value", what, "Correct the shares.")


def _total_off(
    rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations, count: AddsUp
) -> Iterator[Fault]:
    """Find counts that do not add up to the total that the table, or else the model, states."""
    found, whole = equations.variable(count.variable), parameters.get(count.to, "")
    names = [p.name for e in found.elements() if (p := parameters.find(found.label(e))) is not None]
    given = [rows[n] for n in names if n in rows]
    total = rows.get(whole.name, (0, whole.value))[1]
    added = sum(value for _, value in given)
    if given and len(given) == len(names) and abs(added - total) > count.tolerance * max(abs(total), 1e-300):
        origin = "" if whole.name in rows else " of the model"
        what = (
            f"the entries of {count.variable} add up to {added:,.6g} over {count.over}, but {whole.name}{origin} is {total:,.6g}."
        )
        yield Fault(given[-1][0], "value", what, "Correct one of them.")
