"""The checks that a model's author declares, each with the runs that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from llr_sd.check import anchors, own
from llr_sd.check.declared import (
    Anchor,
    Checks,
    Extreme,
    Halving,
    History,
    Homogeneity,
    LoopKnockOut,
    Opening,
    Settings,
    Symmetry,
)
from llr_sd.check.reality import Claim, read_claims
from llr_sd.check.sheet import Line
from llr_sd.check.subject import Subject
from llr_sd.errors import InputError


@dataclass(frozen=True)
class Job:
    """A check that is yet to be made.

    Attributes
    ----------
    section, name
        Of its line.
    item
        What `checks.toml` says of it.
    make
        Makes the line of a model and the item.
    runs
        The settings of the runs that it looks at, so that those of many checks can be made in one batch.
    """

    section: str
    name: str
    item: Any
    make: Callable[[Subject, Any], Line]
    runs: Callable[[Subject, Any], Iterable[Settings]]

    def line(self, subject: Subject) -> Line:
        """Make the line."""
        return self.make(subject, self.item)

    def cases(self, subject: Subject) -> tuple[dict[str, float], ...]:
        """Return the settings of its runs; what is wrong with one is told by the check itself."""
        found: list[dict[str, float]] = []
        with suppress(InputError):
            found += [dict(case) for case in self.runs(subject, self.item)]
        return tuple(found)


def _extreme(_: Subject, item: Extreme) -> Iterator[Settings]:
    yield item.set
    if any(x.kind in own.AGAINST_BASE for x in item.expect):
        yield item.base


def _loop(_: Subject, item: LoopKnockOut) -> Iterator[Settings]:
    yield from (item.set, own.loop_settings(item))


def _homogeneity(subject: Subject, item: Homogeneity) -> Iterator[Settings]:
    yield from (item.set, own.doubled(subject, item))


def _symmetry(_: Subject, item: Symmetry) -> Iterator[Settings]:
    yield own.symmetric_settings(item)


def _history(_: Subject, item: History) -> Iterator[Settings]:
    yield item.set


def _anchor(subject: Subject, item: Anchor) -> Iterator[Settings]:
    yield anchors.anchored(subject, item)
    if item.base is not None:
        yield item.base


def _opening(subject: Subject, item: Opening) -> Iterator[Settings]:
    held, moved = anchors.opening_runs(subject, item)
    yield held
    yield from ({**held, label: value} for label, value in moved.items())


def _none(_: Subject, __: object) -> Iterator[Settings]:
    return iter(())


def _halving(subject: Subject, item: Halving) -> Iterator[Settings]:
    yield from (item.set, own.halved(subject, item.set))


_KINDS: dict[str, tuple[Callable[[Subject, Any], Line], Callable[[Subject, Any], Iterable[Settings]]]] = {
    "extreme": (own.extreme, _extreme),
    "loop": (own.loop, _loop),
    "homogeneity": (own.homogeneity, _homogeneity),
    "symmetry": (own.symmetry, _symmetry),
    "history": (own.history, _history),
    "anchor": (anchors.anchor, _anchor),
    "opening": (anchors.opening, _opening),
}


def declared_jobs(checks: Checks) -> Iterator[Job]:
    """Yield the declared checks that look at runs of their own, in the order in which they are read."""
    for section, (make, runs) in _KINDS.items():
        for item in getattr(checks, section):
            yield Job(section, item.name, item, make, runs)
    for item in checks.sums_to_one:
        yield Job("shares", item.variable, item, own.shares, _none)


def claim_jobs(subject: Subject) -> Iterator[Job]:
    """Yield the reality checks that set constants; the others are looked for in the base run and in the random runs."""

    def runs(_: Subject, item: Claim) -> Iterator[Settings]:
        yield item.settings

    for claim in read_claims(subject):
        if claim.settings and not claim.problem:
            yield Job("reality", claim.name, claim, own.reality, runs)


def halving_jobs(subject: Subject) -> Iterator[Job]:
    """Yield the checks of half a step: all stocks that no list excuses, then each list."""

    def job(item: Halving, title: str) -> Job:
        return Job("step halving", title, item, lambda s, x: own.halving(s, x, title), _halving)

    every = own.every_stock(subject)
    if every is not None:
        yield job(every, every.name)
    for number, item in enumerate(subject.checks.halving, start=1):
        yield job(item, item.name or f"outputs of list {number}" + (f" with {own.shown(item.set)}" if item.set else ""))
