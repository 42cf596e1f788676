"""Numbers known from elsewhere that a model must give, and openings that no lever may move."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.declared import LEVERS, Anchor, Opening
from llr_sd.check.sheet import Line, judge
from llr_sd.check.subject import Subject, wide_range
from llr_sd.check.wording import count, figure
from llr_sd.engine.program.offsets import cells
from llr_sd.equations import Table, canonical
from llr_sd.errors import InputError, nearest
from llr_sd.parameters import Parameter

Reals = NDArray[np.float64]


def anchor(subject: Subject, item: Anchor) -> Line:
    """Hold an output against a number that is known from elsewhere."""
    variable, _, labels = subject.output(item.output)
    values, unit = _lookup(subject, item), variable.unit
    where = f"at {item.at:g}" if isinstance(item.at, float) else f"at the {item.at}" if item.at != "all" else "at any time"
    if values is None:
        values = _measured(subject, item)
    wanted = _wanted(item, labels)
    off = np.where(np.isnan(wanted), 0.0, np.abs(values - wanted))
    time, element = np.unravel_index(int(np.where(np.isfinite(off), off, np.inf).argmax()), off.shape)
    value, known = float(values[time, element]), float(np.broadcast_to(wanted, values.shape)[time, element])
    findings = []
    if not off.max() <= item.tolerance:
        findings = [f'"{labels[element]}" {where} is {figure(value)}; {item.source} gives {figure(known)}.']
    most = f"{float(off.max()):.2g}" if np.isfinite(off).all() else "not a number"
    named = (
        f"{figure(value)} where {figure(known)} is known"
        if wanted.size == 1
        else f"{count(wanted.size, 'number')}, {most} off at most"
    )
    return judge(
        "anchor", item.name, f"{named}{f' ({unit})' if unit and not item.per else ''}", f"{item.tolerance:g} off", findings
    )


def _wanted(item: Anchor, labels: tuple[str, ...]) -> Reals:
    """Return the known number of each element, not a number where none is known."""
    if item.value is not None:
        return np.full((1, len(labels)), item.value)
    heads = [canonical(re.sub(r"\s*,\s*", ",", label.partition("[")[2].removesuffix("]"))) for label in labels]
    wanted = np.full((1, len(labels)), np.nan)
    for name, value in item.values.items():
        key = canonical(re.sub(r"\s*,\s*", ",", name))
        if key not in heads:
            raise InputError(f'"{item.output}" has no element "{name}".', mend=nearest(name, [h for h in heads if h]))
        wanted[0, heads.index(key)] = value
    return wanted


def _measured(subject: Subject, item: Anchor) -> Reals:
    """Return what the model gives, shape (time, element): a value, a change from another run, or either as a ratio."""

    def of(output: str) -> Reals:
        values = subject.run(anchored(subject, item)).series(output).at(item.at).values
        return values if item.base is None else values - subject.run(item.base).series(output).at(item.at).values

    values = of(item.output)
    if item.per is None:
        return values
    divisor = of(item.per)
    if divisor.shape[1] not in (1, values.shape[1]):
        raise InputError(f'"{item.per}" has {divisor.shape[1]} elements, not {values.shape[1]}.')
    if not divisor.all():
        raise InputError(f'"{item.per}" is 0, so nothing can be told per unit of it.')
    return values / divisor


def anchored(subject: Subject, item: Anchor) -> dict[str, float]:
    """Return the settings of an anchor's run; raise InputError where it takes planned values and the model has none."""
    believed = subject.model.table.planned if item.planned else {}
    if item.planned and not believed:
        raise InputError("the model holds no planned values.", mend='Give it a column "planned" in its parameters.csv.')
    return subject.settings(believed) | subject.settings(item.set)


def _lookup(subject: Subject, item: Anchor) -> Reals | None:
    """Return what a lookup gives at the argument, shape (1, element); None where the output is no lookup."""
    variable, positions, _ = subject.output(item.output)
    if variable.kind != "lookup":
        return None
    if not isinstance(item.at, float):
        raise InputError(f'"{variable.name}" is a lookup, so "at" is the number that it is read at.')
    read = np.full(variable.size, np.nan)
    for definition in variable.definitions:
        if isinstance(definition.body, Table):
            read[cells(variable, definition)] = _read(definition.body, item.at)
    return read[None, positions]


def _read(table: Table, at: float) -> float:
    """Read a lookup; outside its points it is flat, or not a number where the engines would go on along its ends."""
    order = np.argsort(table.x, kind="stable")
    x, y = np.asarray(table.x)[order], np.asarray(table.y)[order]
    if table.method == "hold_backward":
        return float(y[max(int(np.searchsorted(x, at, side="right")) - 1, 0)])
    if table.method == "extrapolate" and not x[0] <= at <= x[-1]:
        return math.nan
    return float(np.interp(at, x, y))


# --- openings


def levers(subject: Subject) -> tuple[str, ...]:
    """Return the constants that a plan decides, by their names: see `LEVERS`."""
    found = []
    for cell in subject.model.equations.constants():
        row = subject.model.table.find(cell.label)
        words = set(re.split(r"[_\W]+", f"{cell.variable.name} {row.name if row else ''}".casefold()))
        if words & LEVERS:
            found.append(cell.label)
    return tuple(found)


def opening_runs(subject: Subject, item: Opening) -> tuple[dict[str, float], dict[str, float]]:
    """Return the settings that all runs of an opening share, which end after one saved interval, and the value of each moved lever."""
    held = subject.settings(item.set)
    held["FINAL TIME"] = held.get("INITIAL TIME", subject.default("INITIAL TIME")) + subject.default("SAVEPER")
    named = [label for name in item.vary for label in subject.expand(name)] or list(levers(subject))
    moved = {n: far_end(subject.model.settable(n), held.get(n, subject.default(n))) for n in named}
    return held, {n: value for n, value in moved.items() if value != held.get(n, subject.default(n))}


def far_end(parameter: Parameter, now: float) -> float:
    """Return a value of a constant well away from the present one: the end of its range that lies further off.

    One without a range moves a fifth of the way to the end of what it may be set to, or by a tenth where it has none.
    """
    low, high = wide_range(parameter)
    if low < high:
        return high if high - now >= now - low else low
    low, high = parameter.minimum, parameter.maximum
    if {low, high} == {0.0, 1.0} and now in (0.0, 1.0):
        return 1.0 - now
    if high > now:
        return now + min(0.2 * (high - now), max(abs(now), 1.0) if math.isinf(high) else math.inf)
    return now - min(0.2 * (now - low), max(abs(now), 1.0) if math.isinf(low) else math.inf) if low < now else now


def opening(subject: Subject, item: Opening) -> Line:
    """Move each lever in turn; the outputs must be what they were at the start."""
    held, moved = opening_runs(subject, item)
    if not moved:
        raise InputError("there is no lever to move.", mend='Name some in "vary".')
    base, findings, worst = subject.run(held), [], 0.0
    for label, value in moved.items():
        run = subject.run({**held, label: value})
        for output in item.outputs:
            was, now = base.series(output).at("start"), run.series(output).at("start")
            off = np.abs(now.values - was.values)[0] / (float(np.abs(was.values).max()) or 1.0)
            element = int(off.argmax())
            worst = max(worst, float(off[element]))
            if not off[element] <= item.tolerance:
                before, after = (figure(float(x.values[0, element])) for x in (was, now))
                findings.append(f'"{label}" = {value:g} moves "{was.labels[element]}" from {before} to {after} at the start.')
    measured = f"{count(len(moved), 'lever')} moved, {worst:.2g} of the largest value"
    return judge("opening", item.name, measured, f"{item.tolerance:g}", findings)
