"""What the answers of a study come to, as typed facts: sentences and the picture on the first screen are made of these alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llr_sd.report.shared.reading import Chance, Quantity, Spread, meets
from llr_sd.studyparts import Target
from llr_sd.verification import Verification


@dataclass(frozen=True)
class Standing:
    """One scenario's place in one number.

    Attributes
    ----------
    spread
        Its numbers; they carry the scenario's name.
    published
        Whether it repeats the arithmetic of a published plan.
    varied
        Whether any input varies between its runs.
    equivalents
        Staff counted apart, beside it; NaN where there are none.
    chances
        Of each target of the fact, in its order; None where nothing varies.
    """

    spread: Spread
    published: bool
    varied: bool
    equivalents: float
    chances: tuple[Chance | None, ...] = ()

    @property
    def name(self) -> str:
        """The scenario."""
        return self.spread.scenario

    @property
    def value(self) -> float:
        """The central value, or the median where there is no central run."""
        return self.spread.best

    @property
    def ranged(self) -> bool:
        """Whether its good runs differ."""
        return not self.spread.fixed and not self.spread.void


@dataclass(frozen=True)
class Level:
    """A number by scenario, held against its targets; `percent` tells it as a percentage, `equivalents` is the unit of staff beside it."""

    shown: Quantity
    percent: bool
    targets: tuple[Target, ...]
    standings: tuple[Standing, ...]
    equivalents: str = ""

    @property
    def known(self) -> tuple[Standing, ...]:
        """The scenarios that have a number."""
        return tuple(s for s in self.standings if math.isfinite(s.value))

    def reached(self, among: tuple[Standing, ...]) -> tuple[Standing, ...]:
        """Return those whose central value meets the first target."""
        return tuple(s for s in among if meets(s.value, self.targets[0])) if self.targets else ()


@dataclass(frozen=True)
class Lean:
    """A number whose central values stand near one end of the range of nine runs in ten.

    `least` and `most` are the shares of that range on the wide side of the central value, over the scenarios that have one; `above`
    says that the wide side is the upper one.
    """

    shown: Quantity
    above: bool
    least: float
    most: float


@dataclass(frozen=True)
class Change:
    """A number in one scenario less the same in another, run by run: the median, nine runs in ten, and how many runs rise, fall or stay.

    `varied` says whether inputs vary; without that there is one difference, of the central runs.
    """

    shown: Quantity
    percent: bool
    scenario: str
    base: str
    median: float
    low: float
    high: float
    rising: int
    falling: int
    runs: int
    varied: bool

    @property
    def few(self) -> bool:
        """Whether its runs are too few for a range; median and ends are NaN where theirs are."""
        return self.varied and not math.isfinite(self.high - self.low)

    @property
    def same(self) -> bool:
        """Whether no run differs."""
        return self.runs > 0 and self.rising == 0 and self.falling == 0


@dataclass(frozen=True)
class Part:
    """What one input or group explains alone of the spread: a share from 0 to 1 with its 95 % interval; `said` is its name in a sentence."""

    name: str
    said: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Shares:
    """First-order shares of the spread of a number in a scenario; `settled` is None where nobody asked whether they have.

    `skewed` says that few runs carry the spread, so that the intervals are too narrow.
    """

    shown: Quantity
    scenario: str
    parts: tuple[Part, ...]
    settled: bool | None
    skewed: bool = False


@dataclass(frozen=True)
class Turn:
    """A lever's value nearest to its own at which the central run of a scenario meets a target.

    Attributes
    ----------
    lever, unit
        In words, and its unit.
    own, before
        The value that the scenario has, and its number there (NaN where unknown).
    found, there
        The value that meets the target, and the number there; NaN where no value tried does.
    last, short
        The value tried next to it, towards its own, that misses the target, and the number there; NaN where there is none.
    low, high
        The ends of what was tried.
    best
        The number nearest to the target of all that were tried.
    """

    shown: Quantity
    percent: bool
    target: Target
    scenario: str
    lever: str
    unit: str
    own: float
    before: float
    found: float
    there: float
    last: float
    short: float
    low: float
    high: float
    best: float


@dataclass(frozen=True)
class Stack:
    """Bars stacked of the elements of a subscript, of the central run of a scenario: values by bar, then by element."""

    scenario: str
    unit: str
    elements: tuple[str, ...]
    bars: Mapping[str, tuple[float, ...]]

    def total(self, bar: str) -> float:
        """Return the whole height of a bar."""
        return math.fsum(self.bars[bar])


@dataclass(frozen=True)
class Told:
    """An answer that another part of the report has put into sentences: the cheapest mix of levers."""

    sentences: tuple[str, ...]


Fact = Level | Change | Shares | Turn | Stack | Told


@dataclass(frozen=True)
class Sureness:
    """What stands behind the numbers.

    Attributes
    ----------
    runs
        Good runs of the scenario with the fewest and with the most, among those whose inputs vary; (0, 0) where none do.
    failed
        Failed runs of the main sample, and of the other samples.
    settled
        Whether the sensitivity indices settled; None where nobody asked.
    checks
        What a second simulator said, a verification for each model.
    each
        What the runs are counted for.
    """

    runs: tuple[int, int]
    failed: tuple[int, int]
    settled: bool | None
    illustrative: bool
    checks: tuple[Verification, ...]
    each: str = "scenario"
