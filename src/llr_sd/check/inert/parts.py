"""Parts of a model that do nothing: flows that are zero throughout, limits that never or always bite, loops and levers without effect.

Looked for in the runs that studies make of the model (the central run of each scenario, and some draws); where there is no study, in
the base run and in wide random runs. What is found is no fault by itself, so it is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from llr_sd.check.anchors import far_end, levers
from llr_sd.check.declared import Settings
from llr_sd.check.inert.probes import CONDITION, Probe, flows, with_probes
from llr_sd.check.inert.studies import study_runs
from llr_sd.check.sheet import PASS, WARN, Line
from llr_sd.check.subject import Subject, by_clock
from llr_sd.check.wording import count
from llr_sd.errors import LlrSdError

DRAWS = 64
"""Wide random runs of a model that no study runs; a few of them where effects are looked for."""
FEW = 8
BLOCK = 16
SECTION = "inert parts"


def inert_parts(subject: Subject, studies: Sequence[str | Path] = ()) -> Iterator[Line]:
    """Yield a line for each kind of part that may do nothing and that the model has.

    Parameters
    ----------
    subject
        The model.
    studies
        Studies of the user's; the bundled ones are looked at in any case.

    Raises
    ------
    InputError
        When a study cannot be read, or does not fit its model.
    """
    runs = study_runs(subject.model.equations, studies)
    wide = (
        [] if subject.wide is None else [dict(zip(subject.wide.names, row, strict=True)) for row in subject.wide.values.tolist()]
    )
    cases = [s for run in runs for rows in (run.central, run.draws) for s in run.settings(rows)] or [{}, *wide[:DRAWS]]
    middle = [s for run in runs for s in run.settings(run.central)] or [{}, *wide[:FEW]]
    seen = _look(subject, cases)
    named = dict.fromkeys(run.study for run in runs)
    where = f"{count(len(cases), 'run')} of {', '.join(named)}" if named else f"the base run and {len(wide[:DRAWS])} random runs"
    cut, moved = switches(subject), [n for n in levers(subject) if n not in switches(subject)]
    watched = tuple(dict.fromkeys((*subject.outputs, *(name for run in runs for name in run.outputs))))
    lines = (
        ("flows that are zero throughout", _zero(seen), len(seen.largest)),
        ("limits that never bite, or always", _one_sided(seen, cut), len(seen.sides)),
        ("loop switches whose cut changes nothing", _idle(subject, cut, middle, watched, _cut, _UNCUT), len(cut)),
        ("levers of no effect", _idle(subject, moved, middle, watched, _moved, _UNMOVED), len(moved)),
    )
    for name, findings, looked in lines:
        if looked:
            told = f"{len(findings)} of {looked} in {where}"
            yield Line(SECTION, name, WARN if findings else PASS, told, "", tuple(findings))


# --- flows and limits


@dataclass
class _Seen:
    """The largest absolute value of each flow, and which sides of each limit were taken."""

    largest: dict[str, float] = field(default_factory=dict)
    sides: dict[Probe, set[int]] = field(default_factory=dict)


def _look(subject: Subject, cases: Sequence[Settings]) -> _Seen:
    """Run all cases and keep what is seen; runs that fail show nothing."""
    equations, probes = with_probes(subject.model.equations)
    model, rates = replace(subject.model, equations=equations), flows(equations)
    seen = _Seen(dict.fromkeys(rates, 0.0), {p: set() for p in probes})
    outputs = [*rates, *(p.name for p in probes)]
    for batch in by_clock(cases) if outputs else ():
        for part in model.stream(subject.rows(batch), outputs, threads=subject.threads, block=BLOCK):
            good = [i for i, status in enumerate(part.status) if status.ok]
            values = {str(n): np.asarray(v.values)[good] for n, v in part.dataset.data_vars.items()}
            for name in rates:
                seen.largest[name] = max(seen.largest[name], float(np.abs(values[name]).max(initial=0.0)))
            for probe, taken in seen.sides.items():
                taken.update(int(side) for side in (-1, 0, 1) if (values[probe.name] == side).any())
    return seen


def _zero(seen: _Seen) -> list[str]:
    return [f'"{name}".' for name, largest in seen.largest.items() if largest == 0]


def _one_sided(seen: _Seen, cut: Sequence[str]) -> list[str]:
    """Return a sentence for each limit of which one argument is always taken; conditions on the switches of loops are left to these."""
    found, apart = [], {label.partition("[")[0] for label in cut}
    for probe, taken in seen.sides.items():
        if probe.function == CONDITION:
            if len(taken) == 1 and not (probe.reads and probe.reads <= apart):
                found.append(f'"{probe.variable}": {probe.arguments[0]} {"always" if taken == {1} else "never"} holds.')
        elif taken == {0}:
            found.append(f'"{probe.variable}": {probe} has two arguments that are alike throughout.')
        elif len(taken - {0}) == 1:
            first = (-1 in taken) == (probe.function == "MIN")
            found.append(f'"{probe.variable}": {probe} is always {probe.arguments[0 if first else 1]}.')
    return found


# --- loops and levers

_UNCUT = "is 0 in every run, so the loop is not there."
_UNMOVED = "cannot be moved."
Change = Callable[[Subject, str, float], float]


def switches(subject: Subject) -> tuple[str, ...]:
    """Return the constants that cut a loop: those that `checks.toml` names, and those with the word loop in their name."""
    named = [label for x in subject.checks.loop for label in subject.expand(x.switch)]
    words = (c.label for c in subject.model.equations.constants() if "loop" in re.split(r"[_\W]+", c.label.casefold()))
    return tuple(dict.fromkeys((*words, *named)))


def _cut(_: Subject, __: str, now: float) -> float:
    return 0.0


def _moved(subject: Subject, name: str, now: float) -> float:
    return far_end(subject.model.settable(name), now)


def _idle(
    subject: Subject, names: Sequence[str], cases: Sequence[Settings], outputs: Sequence[str], change: Change, still: str
) -> list[str]:
    """Return a sentence for each constant whose change moves no output in any case; one that changes nowhere is told with `still`."""
    left, tried = list(names), set[str]()
    for part in (cases[:1], cases[1:]):  # most have an effect in the first case
        for batch in by_clock(part):
            rows, pairs = list[Settings](), list[tuple[str, int, int]]()
            for case in batch:
                now = {n: case.get(n, subject.default(n)) for n in left}
                other = {n: value for n in left if (value := change(subject, n, now[n])) != now[n]}
                tried.update(other)
                pairs += [(n, len(rows), len(rows) + i) for i, n in enumerate(other, 1)]
                if other:
                    rows.append(case)
                    rows.extend({**case, n: value} for n, value in other.items())
            moved = _with_effect(subject, rows, pairs, outputs)
            left = [n for n in left if n not in moved]
    return [f'"{n}".' if n in tried else f'"{n}" {still}' for n in left]


def _with_effect(
    subject: Subject, rows: Sequence[Settings], pairs: Sequence[tuple[str, int, int]], outputs: Sequence[str]
) -> set[str]:
    """Return the constants of which the two rows give different runs; one that cannot be run has an effect."""
    if not pairs:
        return set()
    try:
        ensemble = subject.simulate(subject.rows(rows), None, outputs)
    except LlrSdError:
        if len(pairs) == 1:
            return {pairs[0][0]}
        alone = ([rows[a], rows[b]] for _, a, b in pairs)
        return {n for (n, _, _), two in zip(pairs, alone, strict=True) if _with_effect(subject, two, [(n, 0, 1)], outputs)}
    arrays = [np.asarray(v.values) for v in ensemble.dataset.data_vars.values()]
    return {n for n, a, b in pairs if any(not np.array_equal(x[a], x[b], equal_nan=True) for x in arrays)}
