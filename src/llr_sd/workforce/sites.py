"""A table of a site's own numbers: constants of the model with unit, source and note, checked row by row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd.equations import Equations
from llr_sd.errors import InputError, nearest
from llr_sd.parameters import Parameter, ParameterTable

COLUMNS = ("parameter", "value", "unit", "source", "note")
TOLERANCE = 1e-6


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


def read_site(
    path: Path, parameters: ParameterTable, equations: Equations, sums_to_one: Sequence[tuple[str, str]] = ()
) -> SiteTable:
    """Read a site's table and hold it against the model.

    Parameters
    ----------
    path
        A CSV file with the columns of `COLUMNS`.
    parameters, equations
        Of the model.
    sums_to_one
        (variable, subscript range) whose entries must add up to one over the range.

    Raises
    ------
    InputError
        Naming row and column: an unknown name or unit, a value that is no number or out of its range, a level that is missing where
        others are given, shares that do not add up to one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = reader.fieldnames or []
            lines = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read ({error}).", where=str(path), mend="Save it as a UTF-8 CSV file.") from error
    for column in COLUMNS:
        if column not in header:
            raise InputError(f'has no column "{column}".', where=str(path), mend=nearest(column, header))
    rows: dict[str, tuple[int, float]] = {}
    for number, line in enumerate(lines, start=2):
        parameter, value = _row(line, f"{path}, row {number}", parameters)
        if parameter.name in rows:
            raise InputError(
                f'"{parameter.name}" is already in row {rows[parameter.name][0]}.',
                where=f"{path}, row {number}, column parameter",
            )
        rows[parameter.name] = (number, value)
    _all_levels(path, rows, parameters, equations)
    for variable, over in sums_to_one:
        _adds_up(path, rows, parameters, equations, variable, over)
    notes = [(line.get("note") or "").casefold() for line in lines]
    return SiteTable({name: value for name, (_, value) in rows.items()}, any("illustrative" in n for n in notes))


def _row(line: dict[str, str | None], where: str, parameters: ParameterTable) -> tuple[Parameter, float]:
    text = {k: (v or "").strip() for k, v in line.items() if k}
    parameter = parameters.get(text["parameter"], f"{where}, column parameter")
    try:
        value = float(text["value"])
    except ValueError:
        raise InputError(f'"{text["value"]}" is not a number.', where=f"{where}, column value") from None
    if text["unit"] != parameter.unit:
        raise InputError(
            f'"{text["unit"]}", but {parameter.name} is in "{parameter.unit}".',
            where=f"{where}, column unit",
            mend="Convert the value and its unit.",
        )
    parameter.check(value, f"{where}, column value")
    return parameter, value


def _all_levels(path: Path, rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations) -> None:
    """Refuse a table that gives some elements of a subscripted constant and leaves others out."""
    for name, (number, _) in rows.items():
        cell = equations.cell(parameters.get(name, str(path)).variable)
        for element in cell.variable.elements() if cell.variable.axes else ():
            other = parameters.find(cell.variable.label(element))
            if other is not None and other.name not in rows:
                raise InputError(
                    f'"{name}" is given but "{other.name}" is missing.',
                    where=f"{path}, row {number}, column parameter",
                    mend="Give all of them.",
                )


def _adds_up(
    path: Path, rows: dict[str, tuple[int, float]], parameters: ParameterTable, equations: Equations, variable: str, over: str
) -> None:
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
            raise InputError(
                f"the entries of {variable}{which} add up to {total:g} over {over}, not to 1.",
                where=f"{path}, row {number}, column value",
                mend="Mend the shares.",
            )
