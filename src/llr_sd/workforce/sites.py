"""A table of a site's own numbers: constants of the model with unit, source and note, checked row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field

from llr_sd import values
from llr_sd.equations import Equations
from llr_sd.errors import InputError
from llr_sd.parameters import ParameterTable
from llr_sd.records import Record, read_record
from llr_sd.textfiles import Row, read_table
from llr_sd.values import Number, Text

COLUMNS = ("parameter", "value", "unit", "source", "note")
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


class Sums(Record):
    """What the entries of a table must add up to, as the model's `checks.toml` says."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    sums_to_one: tuple[SumsToOne, ...] = ()
    adds_up: tuple[AddsUp, ...] = ()


def read_sums(checks: Path) -> Sums:
    """Return what tables must add up to; raise InputError when `checks.toml` cannot be read."""
    return read_record(checks, Sums) if checks.exists() else Sums()


@dataclass(frozen=True)
class SiteTable:
    """A checked table.

    Attributes
    ----------
    settings
        Value of each constant by parameter name, in the parameter's unit.
    illustrative
        Whether any row says in its note that it is illustrative.
    """

    settings: dict[str, float]
    illustrative: bool


@dataclass(frozen=True)
class Fault:
    """What is wrong in one row of a table: the row as a spreadsheet counts it, the column, a sentence, and how to mend it."""

    row: int
    column: str
    what: str
    mend: str = ""

    def error(self, path: Path) -> InputError:
        """Return the error that refuses the table."""
        return InputError(self.what, where=f"{path}, row {self.row}, column {self.column}", mend=self.mend)


def read_site(path: Path, parameters: ParameterTable, equations: Equations, sums: Sums | None = None) -> SiteTable:
    """Read a site's table and hold it against the model.

    Parameters
    ----------
    path
        A CSV file with the columns of `COLUMNS`.
    parameters, equations
        Of the model.
    sums
        What entries must add up to, from `read_sums`.

    Raises
    ------
    InputError
        Naming row and column: an unknown name or unit, a value that is no number or out of its range, a level that is missing where
        others are given, shares that do not add up to one.
    """
    table, faults = inspect_site(path, parameters, equations, sums)
    if faults:
        raise faults[0].error(path)
    return table


def inspect_site(
    path: Path, parameters: ParameterTable, equations: Equations, sums: Sums | None = None
) -> tuple[SiteTable, tuple[Fault, ...]]:
    """Read a site's table and say all that is wrong with it.

    Parameters
    ----------
    path, parameters, equations, sums
        As in `read_site`.

    Returns
    -------
    tuple
        The table, with every row whose name is known and whose value is a number; and the faults. Whether levels are missing and
        whether shares add up is looked at only where each row by itself is right.

    Raises
    ------
    InputError
        When the file cannot be read or lacks a column.
    """
    lines = read_table(path, COLUMNS)
    rows: dict[str, tuple[int, float]] = {}
    faults: list[Fault] = []
    for line in lines:
        _take(line, parameters, rows, faults)
    if not faults:
        faults += _missing_levels(rows, parameters, equations)
        for share in sums.sums_to_one if sums else ():
            faults += _sums_off(rows, parameters, equations, share.variable, share.over)
        for count in sums.adds_up if sums else ():
            faults += _total_off(rows, parameters, equations, count)
    settings = {name: value for name, (_, value) in rows.items()}
    return SiteTable(settings, is_illustrative(lines)), tuple(faults)


def is_illustrative(lines: Iterable[Row]) -> bool:
    """Whether any row of a table says in its note that it is illustrative."""
    return any("illustrative" in line["note"].casefold() for line in lines)


def _take(
    line: Row,
    parameters: ParameterTable,
    rows: dict[str, tuple[int, float]],
    faults: list[Fault],
) -> None:
    """Add one line to the rows, or to the faults, or to both."""
    number = line.number
    try:
        parameter = parameters.get(line["parameter"], "")
    except InputError as error:
        faults.append(Fault(number, "parameter", error.what, error.mend))
        return
    try:
        value = values.number(line["value"])
    except InputError as error:
        faults.append(Fault(number, "value", error.what, error.mend))
        return
    if line["unit"] != parameter.unit:
        what = f'unit "{line["unit"]}", but {parameter.name} is in "{parameter.unit}".'
        faults.append(Fault(number, "unit", what, "Convert the value and its unit."))
    else:
        try:
            parameter.check(value, "")
        except InputError as error:
            faults.append(Fault(number, "value", error.what, error.mend))
    if parameter.name in rows:
        faults.append(Fault(number, "parameter", f'"{parameter.name}" is already in row {rows[parameter.name][0]}.'))
        return
    rows[parameter.name] = (number, value)


def _missing_levels(rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations) -> Iterator[Fault]:
    """Find subscripted constants of which some elements are given and others are left out."""
    for name, (number, _) in rows.items():
        cell = equations.cell(parameters.get(name, "").variable)
        for element in cell.variable.elements() if cell.variable.axes else ():
            other = parameters.find(cell.variable.label(element))
            if other is not None and other.name not in rows:
                yield Fault(number, "parameter", f'"{name}" is given but "{other.name}" is missing.', "Give all of them.")


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
        if parameter is None or parameter.name not in rows:
            continue
        number, value = rows[parameter.name]
        key = element[:axis] + element[axis + 1 :]
        sums[key] = (number, sums.get(key, (number, 0.0))[1] + value)
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
