"""The checks that a model's author declares in `checks.toml`: each becomes one line of the sheet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.declared import (
    HALVING_LIMIT,
    Expectation,
    Extreme,
    Halving,
    History,
    Homogeneity,
    LoopKnockOut,
    Settings,
    Symmetry,
)
from llr_sd.check.draws import Wide
from llr_sd.check.reality import Claim, Tally
from llr_sd.check.sheet import Line, judge, not_evaluated
from llr_sd.check.subject import Run, Series, Subject
from llr_sd.check.wording import figure, percent, shorten
from llr_sd.equations import canonical
from llr_sd.errors import InputError
from llr_sd.laws import Conservation
from llr_sd.workforce.sites import SumsToOne

Reals = NDArray[np.float64]
AGAINST_BASE = ("as base", "above base", "below base")
"""Expectations that compare with another run."""
TIMES_SUM = 1e-9
"""Shares may be this far from adding up to one."""


def conservation(subject: Subject, item: Conservation, wide: Wide | None) -> Line:
    """Hold a balance against zero at every step of the base run, and at every saved time of all other runs of the sheet."""
    unit = f'of the largest "{item.scale}"' if item.scale else subject.output(item.variable)[0].unit
    worst, findings = _off(item, subject.every_step, "in the base run")
    for settings, run in subject.others():
        if run.status.ok:
            share, found = _off(item, run, f"in the run with {shorten(shown(dict(settings)))}")
            worst = max(worst, share)
            findings += found
    off = wide.offs.get(item.name) if wide is not None else None
    if off is not None:
        worst = max(worst, off.share)
        findings += [f"{off}."] if off.share > item.tolerance else []
    if wide is not None and wide.failed:
        findings.append(f"{len(wide.failed)} random runs failed, so the balance is not known in them.")
    return judge("conservation", item.name, f"{worst:.2g} {unit}", f"{item.tolerance:g}", findings)


def _off(item: Conservation, run: Run, where: str) -> tuple[float, list[str]]:
    """Return how far a balance is off in a run, as a share of its scale, and a finding if that is too far."""
    series = run.series(item.variable)
    scale = float(np.abs(run.series(item.scale).values).max()) if item.scale else 1.0
    share = np.abs(series.values) / (scale or 1.0)
    time, element = np.unravel_index(int(share.argmax()), share.shape)
    largest = float(share[time, element])
    if largest <= item.tolerance:
        return largest, []
    value = figure(float(series.values[time, element]))
    return largest, [f'"{series.labels[element]}" is {value} at time {series.times[time]:g} {where}.']


def extreme(subject: Subject, item: Extreme) -> Line:
    """Run with extreme settings and hold every expectation."""
    run = subject.run(item.set)
    findings, worst = [], 0.0
    for expected in item.expect:
        try:
            against = run.series(expected.to) if expected.to else None
            if expected.kind in AGAINST_BASE:
                against = subject.run(item.base).series(expected.output)
            excess, finding = _expectation(run.series(expected.output), against, expected)
        except InputError as error:
            findings.append(f'"{expected.output}": {error}')
            continue
        worst = max(worst, excess)
        if finding:
            findings.append(f"{finding}.")
    held = len(item.expect) - len(findings)
    measured = f"{held} of {len(item.expect)} expectations hold" + (f", largest difference {worst:.2g}" if worst else "")
    return judge("extreme", item.name, measured, "all", findings)


def _expectation(whole: Series, other: Series | None, x: Expectation) -> tuple[float, str]:
    """Return the largest difference from what is expected (0 for one-sided bounds that hold), and a finding or nothing."""
    series = whole.at(x.at)
    values = series.values
    if not np.isfinite(values).all():
        time, element = np.argwhere(~np.isfinite(values))[0]
        return 0.0, f'"{series.labels[element]}" is {values[time, element]} at time {series.times[time]:g}'
    if x.kind in ("falling", "rising"):
        steps = np.diff(values, axis=0) * (1 if x.kind == "falling" else -1)
        against, off = values[:-1], steps
        values, times = values[1:], series.times[1:]
    else:
        times = series.times
        against = _against(whole, other, x)
        against = np.broadcast_to(against, values.shape)
        off = {"at most": values - against, "at least": against - values}.get(x.kind, np.abs(values - against))
    if x.kind in ("above base", "below base"):
        off = (against - values) * (1 if x.kind == "above base" else -1)
        bad = off >= 0
    else:
        bad = off > x.tolerance
    if not off.size:
        return 0.0, ""
    time, element = np.unravel_index(int(off.argmax()), off.shape)
    largest = float(off[time, element])
    if not bad.any():
        return (largest if x.kind in ("constant", "equal", "as base") else 0.0), ""
    shown, held = figure(float(values[time, element])), figure(float(against[time, element]))
    words = {
        "constant": f"where it started at {held}",
        "equal": f"not {held}",
        "falling": f"after {held}, so it rises",
        "rising": f"after {held}, so it falls",
        "as base": f"but {held} in the base run",
        "above base": f"which is not above the {held} of the base run",
        "below base": f"which is not below the {held} of the base run",
        "at most": f"above {held}",
        "at least": f"below {held}",
    }[x.kind]
    return max(largest, 0.0), f'"{series.labels[element]}" is {shown} at time {times[time]:g}, {words} (difference {largest:.3g})'


def _against(whole: Series, other: Series | None, x: Expectation) -> Reals:
    if x.kind == "constant":
        return whole.values[:1]
    if other is None:
        return np.asarray(x.value, dtype=np.float64)
    if other.values.shape[1] not in (1, whole.values.shape[1]):
        raise InputError(f'"{x.to}" has {other.values.shape[1]} elements, not {whole.values.shape[1]}.')
    return other.at(x.at).values


def loop_settings(item: LoopKnockOut) -> dict[str, float]:
    """Return the settings of the run with the loop cut."""
    return {**item.set, item.switch: 0.0}


def loop(subject: Subject, item: LoopKnockOut) -> Line:
    """Cut a loop and hold the change of an output against the stated sign and size."""
    for label in subject.expand(item.switch):
        if subject.default(label) == 0 and label not in subject.settings(item.set):
            raise InputError(f'the switch "{label}" is 0 in the model already, so the loop is not there to be cut.')
    closed = subject.run(item.set).series(item.output).at(item.at)
    cut = subject.run(loop_settings(item)).series(item.output).at(item.at)
    change = (cut.values - closed.values)[0] * (1 if item.sign == "+" else -1)
    worst = int(change.argmin())
    moved = float((cut.values - closed.values)[0, worst])
    findings = []
    if change[worst] < item.least:
        findings.append(
            f'"{cut.labels[worst]}" at time {item.at:g} is {figure(float(closed.values[0, worst]))} with the loop and '
            f"{figure(float(cut.values[0, worst]))} without."
        )
    limit = f"{item.sign}{item.least:g} or {'more' if item.sign == '+' else 'less'}"
    return judge("loop", item.name, f"{moved:+.3g} {cut.unit}", limit, findings)


def doubled(subject: Subject, item: Homogeneity) -> dict[str, float]:
    """Return the settings of the doubled run."""
    settings = subject.settings(item.set)
    labels = dict.fromkeys(label for name in item.double for label in subject.expand(name))
    return settings | {label: 2 * settings.get(label, subject.default(label)) for label in labels}


def homogeneity(subject: Subject, item: Homogeneity) -> Line:
    """Double all that has a size; outputs double or stay."""
    base, twice = subject.run(item.set), subject.run(doubled(subject, item))
    findings, worst = [], 0.0
    for names, factor in ((item.doubles, 2.0), (item.same, 1.0)):
        for name in names:
            one, two = base.series(name), twice.series(name)
            scale = np.abs(factor * one.values).max(axis=0)
            share = np.abs(two.values - factor * one.values) / np.where(scale > 0, scale, 1.0)
            time, element = np.unravel_index(int(share.argmax()), share.shape)
            worst = max(worst, float(share.max()))
            if share.max() > item.tolerance:
                findings.append(
                    f'"{one.labels[element]}" at time {one.times[time]:g} is {figure(float(one.values[time, element]))}, and '
                    f"{figure(float(two.values[time, element]))} in the doubled system; it must {'double' if factor == 2 else 'not change'}."
                )
    return judge("homogeneity", item.name, f"{worst:.2g} of the largest value", f"{item.tolerance:g}", findings)


def symmetric_settings(item: Symmetry) -> Settings:
    """Return the settings of a run with identical elements."""
    return {**item.set, **item.alike}


def symmetry(subject: Subject, item: Symmetry) -> Line:
    """Make the elements of a range alike; outputs must then be equal along it."""
    run = subject.run(symmetric_settings(item))
    findings, worst = [], 0.0
    for name in item.outputs:
        series = run.series(name)
        variable, _, _ = subject.output(name)
        axes = [canonical(a.name) for a in variable.axes]
        if canonical(item.range) not in axes:
            raise InputError(
                f'"{variable.name}" has no subscript {item.range} (it has {", ".join(a.name for a in variable.axes) or "none"}).'
            )
        along = axes.index(canonical(item.range)) + 1
        values = series.values.reshape(len(series.times), *variable.shape)
        spread = np.abs(values - np.take(values, [0], axis=along)) / (float(np.abs(values).max()) or 1.0)
        at = np.unravel_index(int(spread.argmax()), spread.shape)
        worst = max(worst, float(spread.max()))
        if spread.max() > item.tolerance:
            label = series.labels[int(np.ravel_multi_index(at[1:], variable.shape))]
            first = values[(*at[:along], 0, *at[along + 1 :])]
            findings.append(
                f'"{label}" is {figure(float(values[at]))} at time {series.times[at[0]]:g}, where the first of {item.range} is {figure(float(first))}.'
            )
    return judge("symmetry", item.name, f"{worst:.2g} of the largest value", f"{item.tolerance:g}", findings)


def history(subject: Subject, item: History) -> Line:
    """Run from the past and hold the run against observed values."""
    times = [p.time for p in item.points]
    run = subject.run(item.set)
    if np.abs(np.subtract.outer(times, run.times)).min(axis=1).max() > 1e-6:
        run = next(subject.split(subject.simulate(subject.settings(item.set), times)))
    series = run.series(item.output)
    findings, told = [], []
    for point in item.points:
        at = series.at(point.time)
        if at.values.size != 1:
            raise InputError(f'"{item.output}" has subscripts; name one element.')
        value = float(at.values[0, 0])
        share = (value - point.value) / abs(point.value) if point.value else value - point.value
        told.append(f"{100 * share:+.2g} % at {point.time:g}")
        if abs(share) > point.tolerance:
            findings.append(f'"{item.output}" is {figure(value)} at time {point.time:g}; observed were {figure(point.value)}.')
    limits = ", ".join(percent(p.tolerance) for p in item.points)
    return judge("history", item.name, ", ".join(told), limits, findings)


def shown(settings: Settings) -> str:
    """Return settings as text."""
    return ", ".join(f"{k} = {v:g}" for k, v in settings.items())


def every_stock(subject: Subject) -> Halving | None:
    """Return the check of all stocks that no list excuses; None where there is none."""
    excused = {canonical(n) for x in subject.checks.halving if not x.set for n in x.outputs}
    stocks = tuple(n for n in subject.stocks if canonical(n) not in excused)
    name = "all other stocks" if excused else "all stocks"
    return Halving(name=name, outputs=stocks, tolerance=HALVING_LIMIT) if stocks else None


def halved(subject: Subject, given: Settings) -> dict[str, float]:
    """Return settings with half the time step."""
    step = subject.settings(given).get("TIME STEP", subject.default("TIME STEP"))
    return {**given, "TIME STEP": step / 2}


def halving(subject: Subject, item: Halving, name: str) -> Line:
    """Halve the time step and compare outputs, each element against its own largest value."""
    coarse, fine = subject.run(item.set), subject.run(halved(subject, item.set))
    findings, worst = [], (0.0, "", 0.0)
    for output in item.outputs:
        one, two = coarse.series(output), fine.series(output)
        keep = np.abs(two.times[:, None] - one.times[None, :]).argmin(axis=0)
        other = two.values[keep]
        scale = np.maximum(np.abs(one.values), np.abs(other)).max(axis=0)
        share = np.abs(one.values - other) / np.where(scale > 1e-9, scale, np.inf)
        time, element = np.unravel_index(int(share.argmax()), share.shape)
        worst = max(worst, (float(share.max()), one.labels[element], float(one.times[time])))
        if share.max() >= item.tolerance:
            findings.append(
                f'"{one.labels[element]}" at time {one.times[time]:g} is {figure(float(one.values[time, element]))} with the step, '
                f"{figure(float(other[time, element]))} with half of it."
            )
    measured = f'{percent(worst[0])} in "{worst[1]}" at {worst[2]:g}' if worst[1] else "no change"
    return judge("step halving", item.name or name, measured, percent(item.tolerance), findings)


def sums_to_one(subject: Subject, item: SumsToOne) -> tuple[float, list[str]]:
    """Return how far entered shares are from one, and a finding for each group of them that does not add up."""
    variable = subject.model.equations.variable(item.variable)
    axes = [canonical(a.name) for a in variable.axes]
    if canonical(item.over) not in axes:
        raise InputError(
            f'"{variable.name}" has no subscript {item.over} (it has {", ".join(a.name for a in variable.axes) or "none"}).'
        )
    along = axes.index(canonical(item.over))
    sums: dict[tuple[str, ...], float] = {}
    for element in variable.elements():
        rest = tuple(e if i != along else "*" for i, e in enumerate(element))
        sums[rest] = sums.get(rest, 0.0) + subject.default(variable.label(element))
    findings = [f'"{variable.label(rest)}" adds up to {total:.6g}.' for rest, total in sums.items() if abs(total - 1) > TIMES_SUM]
    return max(abs(total - 1) for total in sums.values()), findings


def shares(subject: Subject, item: SumsToOne) -> Line:
    """Add up the shares that the model file enters."""
    off, findings = sums_to_one(subject, item)
    return judge("shares", f"{item.variable} adds up to one over {item.over}", f"{off:.2g} off one", f"{TIMES_SUM:g}", findings)


def reality(subject: Subject, claim: Claim) -> Line:
    """Hold a claim that sets constants against the run with them."""
    tally = Tally()
    try:
        run = subject.run(claim.settings)
    except InputError as error:
        return not_evaluated("reality", claim.name, f"its condition cannot be set: {error}")
    if run.status.ok:
        claim.look_at(tally, run, f"the run with {shown(claim.settings)}")
    return told(claim, tally)


def told(claim: Claim, tally: Tally) -> Line:
    """Say how often a claim held in the runs that were looked at."""
    if not tally.held:
        reason = "its condition never holds in the runs made, and only constants can be set here."
        return not_evaluated("reality", claim.name, reason)
    findings = [f"{claim.text}: not so {tally.first}."] if tally.broken else []
    return judge(
        "reality", claim.name, f"broken at {tally.broken} of {tally.held} times that the condition held", "none", findings
    )
