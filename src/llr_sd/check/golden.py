"""Agreement with `golden.csv`: runs of PySD that are kept beside the model, the base run and those that `checks.toml` names.

`write_golden` makes that file anew: `llr-sd check MODEL --write-golden`. It is reviewed as a diff, like any golden file.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.declared import Golden, load_checks
from llr_sd.check.sheet import FAIL, NOT_EVALUATED, Line, judge
from llr_sd.check.subject import Run, Subject
from llr_sd.check.wording import count
from llr_sd.engine.reference import run_reference
from llr_sd.equations import Equations, canonical, deep_recursion
from llr_sd.errors import InputError
from llr_sd.laws import FILE
from llr_sd.model import Model
from llr_sd.textfiles import read_table
from llr_sd.verification import CLOSE, NOISE

Reals = NDArray[np.float64]
GOLDEN = "golden.csv"
COLUMNS = ("scenario", "variable", "time", "value", "made_of")
COMMAND = "`llr-sd check MODEL --write-golden`"


@dataclass(frozen=True)
class Kept:
    """A run of `golden.csv`: rows of label, time and value, and the key of the model and settings that it was made of, if told."""

    rows: tuple[tuple[str, float, float], ...]
    made_of: str


def golden_file(model: Model) -> Path:
    """Return where a model's golden runs are kept."""
    return model.equations.source.parent / GOLDEN


def title(name: str) -> str:
    """Return what the sheet calls a golden run."""
    return f"{name or 'the base run'}: as in {GOLDEN}"


def golden(subject: Subject, name: str) -> Line:
    """Compare a run with `golden.csv`; `name` is empty for the base run."""
    file = golden_file(subject.model)
    kept = read_golden(file).get(name) if file.is_file() else None
    if kept is None:
        what = f"there is no {GOLDEN} beside the model" if not file.is_file() else f"{GOLDEN} does not hold it"
        outcome = FAIL if name else NOT_EVALUATED
        return Line("golden run", title(name), outcome, findings=(f"{what}; {COMMAND} makes it.",))
    declared = next((g for g in subject.checks.golden if g.name == name), None if name else Golden())
    if declared is None:
        reason = f"{GOLDEN} holds it, but {FILE} has no golden run of this name; {COMMAND} drops it."
        return judge("golden run", title(name), "", "", (reason,))
    settings, times, outputs = what_to_run(subject, declared, kept)
    worst, findings = differences(subject, next(subject.split(subject.simulate(settings, times, outputs))), kept)
    stale = kept.made_of not in ("", key_of(subject.model.equations, settings, declared))
    told = ", made of an earlier state of model or settings" if stale else ""
    if stale and findings:
        findings.insert(
            0, f"It was made of an earlier state of the model or its settings; where that was meant, {COMMAND} makes it anew."
        )
    measured = f"{worst:.2g} of an element's largest value in {count(len(kept.rows), 'number')}{told}"
    return judge("golden run", title(name), measured, f"{CLOSE:g}", findings)


def what_to_run(subject: Subject, declared: Golden, kept: Kept) -> tuple[dict[str, float], list[float], tuple[str, ...]]:
    """Return the settings, times and outputs of a golden run; of the base run all variables, to tell noise by unit."""
    variables = subject.model.equations.variables.values() if not declared.name else ()
    every = (v.name for v in variables if v.kind not in ("lookup", "constant"))
    outputs = tuple(dict.fromkeys((*every, *(subject.output(label)[0].name for label, _, _ in kept.rows))))
    return subject.settings(declared.set), sorted({t for _, t, _ in kept.rows}), outputs


def differences(subject: Subject, ours: Run, kept: Kept) -> tuple[float, list[str]]:
    """Return the largest difference, as a share of the largest value of its element, and a finding for each number that differs."""
    noise = largest_by_unit(subject, ours.values)
    largest: dict[str, float] = {}
    for label, _, value in kept.rows:
        largest[label] = max(largest.get(label, 0.0), abs(value))
    worst, findings = 0.0, []
    for label, t, value in sorted(kept.rows, key=lambda r: r[1]):
        series = ours.series(label).at(t)
        mine, room = float(series.values[0, 0]), NOISE * noise[series.unit]
        worst = max(worst, max(abs(mine - value) - room, 0.0) / (largest[label] or 1.0))
        if not abs(mine - value) <= CLOSE * largest[label] + room:
            findings.append(f'"{label}" at time {t:g}: {mine:.12g}, in {GOLDEN} {value:.12g}.')
    return worst, findings


def largest_by_unit(subject: Subject, values: Mapping[str, Reals]) -> dict[str, float]:
    """Return the largest absolute value of each unit."""
    largest: dict[str, float] = {}
    for name, array in values.items():
        unit = subject.model.equations.variable(name).unit
        largest[unit] = max(largest.get(unit, 0.0), float(np.abs(np.nan_to_num(array)).max(initial=0.0)))
    return largest


def kept_names(subject: Subject) -> tuple[str, ...]:
    """Return the golden runs that a model has or should have, the base run first."""
    file, held = golden_file(subject.model), dict[str, Kept]()
    with suppress(InputError):  # told by the check of the base run
        held = read_golden(file) if file.is_file() else {}
    return tuple(dict.fromkeys(("", *(g.name for g in subject.checks.golden), *held)))


def key_of(equations: Equations, settings: Mapping[str, float], declared: Golden) -> str:
    """Return a key of all that a golden run depends on: equations, without units and comments, settings, and what is kept."""
    with deep_recursion():
        told = [(v.name, v.kind, v.axes, v.definitions) for v in sorted(equations.variables.values(), key=lambda v: v.name)]
        text = repr((told, equations.method, sorted(settings.items()), declared.times, declared.outputs))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_golden(file: Path) -> dict[str, Kept]:
    """Return the runs that a file holds; one without the column "scenario" holds the base run alone."""
    found: dict[str, tuple[list[tuple[str, float, float]], list[str]]] = {}
    for row in read_table(file, ("variable", "time", "value")):
        rows, keys = found.setdefault(row["scenario"], ([], []))
        rows.append((row["variable"], row.number_in("time"), row.number_in("value")))
        keys.append(row["made_of"])
    return {name: Kept(tuple(rows), next(filter(None, keys), "")) for name, (rows, keys) in found.items()}


def write_golden(model: Model) -> Path:
    """Run the model in PySD and write `golden.csv` beside it: columns scenario, variable, time, value, made_of; one row a number.

    The runs are the base run, with an empty scenario, and those of `[[golden]]` in `checks.toml`, which also says times and outputs;
    where it does not, they are those of the present file, else the first and the last time and every variable that is not constant.
    `made_of`, in the first row of a run, is a key of the equations and settings, so that a file left behind by its model says so.

    Parameters
    ----------
    model
        As its files say it.

    Returns
    -------
    Path
        Of `golden.csv`.

    Raises
    ------
    InputError
        When a run fails, naming the variable and the time.
    """
    file = golden_file(model)
    checks = load_checks(model.equations.source.parent / FILE)
    subject = Subject(model, checks)
    held = read_golden(file) if file.is_file() else {}
    rows: list[tuple[str, ...]] = []
    for declared in checks.golden if any(not g.name for g in checks.golden) else (Golden(), *checks.golden):
        rows += _made(subject, declared, held.get(declared.name))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return file


def _made(subject: Subject, declared: Golden, before: Kept | None) -> list[tuple[str, ...]]:
    """Run PySD with the settings of a golden run, and return its rows."""
    model, settings = subject.model, subject.settings(declared.set)
    times, outputs = _wanted(subject, declared, settings, before)
    end = {"FINAL TIME": max(times)} if "FINAL TIME" not in settings else {}
    ensemble = run_reference(model.equations, model.design({**settings, **end}), outputs, times)
    if not ensemble.status[0].ok:
        raise InputError(f"the run in PySD failed: {ensemble.status[0]}.", where=declared.name or model.name)
    run = next(subject.split(ensemble))
    key, rows = key_of(model.equations, settings, declared), list[tuple[str, ...]]()
    for output in outputs:
        series = run.series(output)
        for element, label in enumerate(series.labels):
            for i, t in enumerate(series.times):
                rows.append((declared.name, label, f"{t:g}", f"{float(series.values[i, element]):.12g}", "" if rows else key))
    return rows


def _wanted(
    subject: Subject, declared: Golden, settings: Mapping[str, float], before: Kept | None
) -> tuple[list[float], list[str]]:
    equations = subject.model.equations
    rows = before.rows if before else ()
    times = sorted(declared.times or {t for _, t, _ in rows})
    if not times:
        times = [settings.get(c, subject.clock[canonical(c)]) for c in ("INITIAL TIME", "FINAL TIME")]
    names = declared.outputs or tuple(dict.fromkeys(label.partition("[")[0] for label, _, _ in rows))
    outputs = [equations.variable(n.partition("[")[0]).name for n in names]
    if not outputs:
        outputs = [
            v.name for v in equations.variables.values() if v.kind in ("stock", "auxiliary") and not v.name.startswith("_")
        ]
    return times, list(dict.fromkeys(outputs))
