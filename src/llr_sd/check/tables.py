"""Tables of the user's that come with a model: each names constants of the model, sets those that it must, and runs."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from llr_sd.check.declared import Tables
from llr_sd.check.own import sums_to_one
from llr_sd.check.sheet import Line, judge
from llr_sd.check.subject import Subject
from llr_sd.check.wording import figure
from llr_sd.errors import InputError

COLUMNS = ("parameter", "value", "unit", "source", "note")


def table_files(subject: Subject, item: Tables) -> list[Path]:
    """Return the files that a pattern names, beside the model."""
    return sorted(subject.model.equations.source.parent.glob(item.files))


def table(subject: Subject, item: Tables, file: Path) -> Line:
    """Read one table, hold it against the model, and run the model with it."""
    findings: list[str] = []
    settings = _read(subject, file, findings)
    for name in item.needs:
        findings += [f'"{label}" is not set.' for label in subject.expand(name) if label not in settings]
    for shares in subject.checks.sums_to_one:
        findings += sums_to_one(subject, shares, settings)[1]
    run = subject.run(settings)
    if not run.status.ok:
        findings.append(f"the run fails: {run.status}.")
    for balance in subject.checks.conservation if run.status.ok else ():
        series = run.series(balance.variable)
        scale = float(np.abs(run.series(balance.scale).values).max()) if balance.scale else 1.0
        worst = float(np.abs(series.values).max())
        if worst > balance.tolerance * (scale or 1.0):
            findings.append(f'"{balance.variable}" is off by {figure(worst)} in its run.')
    kind = ", illustrative" if item.illustrative else ""
    return judge(
        "tables", f"{file.parent.name}/{file.name}{kind}", f"{len(settings)} constants set", "names, units, sums, run", findings
    )


def _read(subject: Subject, file: Path, findings: list[str]) -> dict[str, float]:
    settings: dict[str, float] = {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [c for c in COLUMNS if c not in (reader.fieldnames or [])]
        if missing:
            raise InputError(f"row 1: there is no column {', '.join(missing)}.", where=file.name)
        for number, line in enumerate(reader, start=2):
            try:
                (label,) = subject.expand(line["parameter"])
                value = float(line["value"])
            except InputError as error:
                findings.append(f"row {number}: {error}")
                continue
            except ValueError:
                findings.append(f'row {number}: "{line["value"]}" is not a number.')
                continue
            unit = subject.model.equations.cell(label).variable.unit
            if line["unit"] != unit:
                findings.append(f'row {number}, {label}: unit "{line["unit"]}", but the model has "{unit}".')
            if label in settings:
                findings.append(f"row {number}: {label} is set already.")
            settings[label] = value
    return settings
