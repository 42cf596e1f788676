"""What the wide random runs show: failed runs, the lowest values, and how far balances are off; one pass over the runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.reality import Claim, Tally
from llr_sd.check.subject import Subject
from llr_sd.check.wording import figure
from llr_sd.ensemble import Ensemble, RunStatus
from llr_sd.equations import canonical
from llr_sd.findings import Finding, merged
from llr_sd.laws import Conservation, shares_off

Reals = NDArray[np.float64]
ROUNDING = 1e-9
"""A stock may lie this share of its largest value below zero, which is rounding."""


@dataclass(frozen=True)
class Seen:
    """A value, in the unit of its output, and where it was seen."""

    value: float
    label: str
    time: float
    run: int

    def __str__(self) -> str:
        return f'"{self.label}" is {figure(self.value)} at time {self.time:g} in random run {self.run}'


@dataclass(frozen=True)
class Low(Seen):
    """The lowest value of an output, and the largest absolute value seen anywhere."""

    largest: float

    @property
    def negative(self) -> bool:
        """Whether it is below zero by more than rounding."""
        return self.value < -ROUNDING * self.largest


@dataclass(frozen=True)
class Off(Seen):
    """How far a balance is off at most, as a share of its limit or scale."""

    share: float


@dataclass
class Wide:
    """The findings of all random runs. `lows` is by output, `offs` by the name of the balance, `tallies` by claim."""

    runs: int = 0
    failed: list[tuple[int, RunStatus]] = field(default_factory=list)
    lows: dict[str, Low] = field(default_factory=dict)
    offs: dict[str, Off] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def not_negative(subject: Subject) -> tuple[str, ...]:
    """Return the outputs that must not be below zero: all stocks, and those declared, less those that may be."""
    excused = {canonical(n) for x in subject.checks.may_be_negative for n in x.outputs}
    names = [*subject.stocks, *(n for x in subject.checks.not_negative for n in x.outputs)]
    known = (n for n in names if subject.model.equations.find(n.partition("[")[0]) is not None)
    return tuple(dict.fromkeys(n for n in known if canonical(n) not in excused))


def look_at_draws(subject: Subject, outputs: tuple[str, ...], claims: tuple[Claim, ...]) -> Wide:
    """Run the random runs and keep what the checks ask for; `outputs` are those whose lowest value is wanted."""
    wide = Wide()
    for ensemble in subject.wide_runs():
        first = wide.runs
        wide.failed += [(first + i, ensemble.status[i]) for i in ensemble.failed]
        for name in outputs:
            _lowest(wide, subject, ensemble, name, first)
        for balance in subject.checks.conservation:
            if _has(subject, balance):
                _balance(wide, subject, ensemble, balance, first)
        for claim in claims:
            if not claim.settings and not claim.problem:
                tally = wide.tallies.setdefault(claim.name, Tally())
                claim.look(tally, subject, ensemble, "random run", first)
        wide.findings = merged((wide.findings, ensemble.findings))
        wide.runs += len(ensemble.status)
    return wide


def _has(subject: Subject, balance: Conservation) -> bool:
    find = subject.model.equations.find
    return all(n is None or find(n.partition("[")[0]) is not None for n in (balance.variable, balance.scale))


def values_of(subject: Subject, ensemble: Ensemble, output: str) -> tuple[Reals, tuple[str, ...], Reals]:
    """Return an output's values, shape (run, time, element), with 0 in failed runs, its labels and the times."""
    variable, positions, labels = subject.output(output)
    data = ensemble.dataset[variable.name]
    values = np.asarray(data.values).reshape(*data.shape[:2], -1)[:, :, positions]
    return np.where(np.isfinite(values), values, 0.0), labels, np.asarray(ensemble.dataset["time"].values)


def _lowest(wide: Wide, subject: Subject, ensemble: Ensemble, name: str, first: int) -> None:
    values, labels, times = values_of(subject, ensemble, name)
    if not values.size:
        return
    run, time, element = np.unravel_index(int(values.argmin()), values.shape)
    low = Low(
        float(values[run, time, element]),
        labels[element],
        float(times[time]),
        first + int(run),
        float(np.abs(values).max()),
    )
    before = wide.lows.get(name)
    if before is not None:
        largest = max(before.largest, low.largest)
        low = replace(min(before, low, key=lambda x: x.value), largest=largest)
    wide.lows[name] = low


def _balance(wide: Wide, subject: Subject, ensemble: Ensemble, balance: Conservation, first: int) -> None:
    values, labels, times = values_of(subject, ensemble, balance.variable)
    share = shares_off(values, values_of(subject, ensemble, balance.scale)[0] if balance.scale else None)
    run, time, element = np.unravel_index(int(share.argmax()), share.shape)
    found = Off(
        float(values[run, time, element]), labels[element], float(times[time]), first + int(run), float(share[run, time, element])
    )
    before = wide.offs.get(balance.name)
    if before is None or found.share > before.share:
        wide.offs[balance.name] = found
