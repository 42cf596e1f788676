"""The parameter audit: every constant has a sourced row, every row is a constant of the model, every variable says what it is.

The table is read leniently here, so that one bad row is a finding and the other checks still run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from llr_sd.equations import CONTROLS, Equations, canonical
from llr_sd.errors import InputError, LlrSdError
from llr_sd.parameters import COLUMNS, GRADES, Distribution, Parameter, ParameterTable
from llr_sd.textfiles import Row, read_text, table_rows

FILE = "parameters.csv"
_CONTROLS = {canonical(c) for c in CONTROLS}


@dataclass(frozen=True)
class Audit:
    """Findings in a parameter table, how many constants and rows were held against each other, and the rows that can be used."""

    findings: tuple[str, ...]
    constants: int
    rows: int
    table: ParameterTable


def audit_table(file: Path, equations: Equations) -> Audit:
    """Hold a parameter table against the model, both ways; control variables need no row."""
    findings: list[str] = []
    rows: list[Parameter] = []
    seen: set[str] = set()
    lines = table_rows(read_text(file), str(file), COLUMNS[:11], (*COLUMNS, "sd"))
    for line in lines:
        where = f"row {line.number}"
        try:
            row = _row(line, where, equations, findings)
        except LlrSdError as error:
            findings.append(f"{where}, {line['name'] or line['variable'] or 'no name'}: {error}")
            continue
        if canonical(row.variable) in seen:
            findings.append(f"{where}: {row.variable} has a row already.")
            continue
        seen.add(canonical(row.variable))
        rows.append(row)
    constants = [c.label for c in equations.constants() if canonical(c.label) not in _CONTROLS]
    findings += [f'"{label}" has no row.' for label in constants if canonical(label) not in seen]
    return Audit(tuple(findings), len(constants), len(lines), ParameterTable(tuple(rows), file))


def _row(line: Row, where: str, equations: Equations, findings: list[str]) -> Parameter:
    """Return a row with the model's own value; what is wrong with it is noted."""
    cell = equations.cell(line["variable"])
    if cell.variable.kind != "constant":
        raise InputError(f'"{cell.label}" is not a constant of the model.')
    value = equations.constant_value(cell)

    def number(column: str, default: float) -> float:
        try:
            return line.number_in(column, default)
        except InputError as error:
            findings.append(f"{where}, {cell.label}: {error.what} {error.mend}".strip())
            return default

    low, mode, high = (number(c, math.nan) for c in ("low", "mode", "high"))
    if not math.isclose(mode, value, rel_tol=1e-12, abs_tol=1e-15):
        findings.append(f"{where}, {cell.label}: mode {mode:g}, but the model file has {value:g}.")
    if line["unit"] != cell.variable.unit:
        findings.append(f'{where}, {cell.label}: unit "{line["unit"]}", but the model file has "{cell.variable.unit}".')
    for column in ("name", "unit", "source", "grade"):
        if not line[column]:
            findings.append(f"{where}, {cell.label}: no {column}.")
    if line["grade"] and line["grade"] not in GRADES:
        findings.append(f'{where}, {cell.label}: grade "{line["grade"]}" is not one of {", ".join(GRADES)}.')
    minimum, maximum = number("min", -math.inf), number("max", math.inf)
    if not minimum <= value <= maximum:
        findings.append(f"{where}, {cell.label}: the model's {value:g} is not between min {minimum:g} and max {maximum:g}.")
    try:
        distribution = Distribution(line["distribution"] or "fixed", low, value, high, number("sd", math.nan))
    except InputError as error:
        findings.append(f"{where}, {cell.label}: {error}")
        distribution = Distribution("uniform", low, value, high) if low < high else Distribution("fixed", mode=value)
    if distribution.kind != "fixed" and not (minimum <= distribution.low and distribution.high <= maximum) and low < high:
        findings.append(f"{where}, {cell.label}: low {low:g} to high {high:g} goes beyond min {minimum:g} to max {maximum:g}.")
    return Parameter(
        line["name"] or cell.label,
        cell.label,
        line["unit"],
        value,
        distribution,
        line["group"],
        line["source"],
        line["grade"],
        line["note"],
        minimum,
        maximum,
    )


def undescribed(equations: Equations) -> tuple[tuple[str, ...], int]:
    """Return a finding for each variable without unit or comment, and the number of variables looked at."""
    findings, looked = [], 0
    for variable in equations.variables.values():
        if variable.name.startswith("_"):
            continue  # lookups that the modeller left unnamed
        if canonical(variable.name) in _CONTROLS:
            continue  # the unit check needs the unit of TIME STEP and says so
        looked += 1
        lacks = [w for w, text in (("unit", variable.unit), ("comment", variable.comment)) if not text.strip()]
        if lacks:
            findings.append(f'"{variable.name}" has no {" and no ".join(lacks)}.')
    return tuple(findings), looked
