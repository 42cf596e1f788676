"""The parameter audit: every constant has a sourced row, every row is a constant of the model, every variable says what it is.

One bad row is a finding, and the other checks still run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from llr_sd.equations import CONTROLS, Equations, canonical
from llr_sd.parameters import ParameterTable, examine_parameters

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
    table, faults = examine_parameters(file, equations)
    constants = [c.label for c in equations.constants() if canonical(c.label) not in _CONTROLS]
    missing = tuple(f'"{label}" has no row.' for label in constants if table.find(label) is None)
    findings = tuple(f"{f.where.removeprefix(f'{file}, ')}: {f.what} {f.mend}".strip() for f in faults)
    return Audit(findings + missing, len(constants), len(table), table)


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
