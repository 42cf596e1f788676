"""The time grid of a run: start + n x TIME STEP, each time the number that the modeller would write for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from llr_sd.equations import CONTROLS, canonical
from llr_sd.errors import InputError

Reals = NDArray[np.float64]

MOST_STEPS = 10_000_000
NEAR = 1e-3  # of a step: a time this near to the grid means the time on the grid
WRITTEN_DIGITS = 15  # a number with more was computed
FEWEST_DIGITS = 4  # of a step that may be a shortened 1/k


@dataclass(frozen=True)
class Clock:
    """The time grid of a batch, the same for all its runs. Times in the model's own time unit.

    Where TIME STEP is 1/k written short (0.0833333), the step is 1/k, and so are times written short (2017.0833333).

    Raises
    ------
    InputError
        Where a control variable makes no clock, or the run takes more than `MOST_STEPS` steps.
    """

    initial: float
    final: float
    step: float
    saveper: float

    def __post_init__(self) -> None:
        named = (("INITIAL TIME", self.initial), ("FINAL TIME", self.final), ("TIME STEP", self.step), ("SAVEPER", self.saveper))
        for name, value in named:
            if not math.isfinite(value):
                raise InputError(f"{name} is {value:g}.", mend="It must be a finite number.")
            if name in ("TIME STEP", "SAVEPER") and value <= 0:
                raise InputError(f"{name} is {value:g}.", mend="It must be above zero.")
        if self.final < self.initial:
            raise InputError(
                f"FINAL TIME {self.final:.12g} is before INITIAL TIME {self.initial:.12g}.", mend="Swap or set them."
            )
        if (self.final - self.initial) / self.step > MOST_STEPS:
            many = (self.final - self.initial) / self.step
            raise InputError(
                f"TIME STEP {self.step:g} makes {many:.4g} steps from {self.initial:.12g} to {self.final:.12g}, "
                f"more than {MOST_STEPS:,}.",
                mend="Take a longer step or a shorter run.",
            )
        step = _step(self.step)
        object.__setattr__(self, "step", float(step))
        object.__setattr__(self, "initial", float(_on_grid(self.initial, step)))
        ratio = self.saveper / self.step
        if round(ratio) and abs(ratio - round(ratio)) <= NEAR:
            object.__setattr__(self, "saveper", float(round(ratio) * step))

    @property
    def controls(self) -> dict[str, float]:
        """The value of each control variable, by canonical name."""
        return dict(zip(map(canonical, CONTROLS), (self.initial, self.final, self.step, self.saveper), strict=True))

    @property
    def steps(self) -> int:
        """Steps from INITIAL TIME to FINAL TIME."""
        return math.floor((self.final - self.initial) / self.step + NEAR)

    def times(self, steps: int, halves: bool = False) -> Reals:
        """Return the time at steps 0 to `steps`, shape (step,); with `halves`, between them too, shape (2 x step,)."""
        start, step = _written(self.initial), _written(self.step) / (2 if halves else 1)
        counts = np.arange((2 * steps if halves else steps) + 1, dtype=np.int64)
        below = math.lcm(start.denominator, step.denominator)
        first, each = int(start * below), int(step * below)
        if max(abs(first) + abs(each) * len(counts), below) < 2**53:
            # Whole numbers that are exact, so that their quotient is the double nearest to the time.
            return np.asarray((first + each * counts) / below, dtype=np.float64)
        return np.asarray(self.initial + counts * float(step), dtype=np.float64)

    def saved(self) -> Reals:
        """Return the times that are multiples of SAVEPER after the start; SAVEPER need not be a multiple of TIME STEP."""
        elapsed = self.step * np.arange(self.steps + 1)
        rounds = np.rint(elapsed / self.saveper)
        kept = np.flatnonzero(np.abs(elapsed - self.saveper * rounds) < NEAR * self.step)
        if len(kept) == 1 and self.final - self.initial >= self.saveper * (1 + NEAR):
            raise InputError(
                f"SAVEPER {self.saveper:g} always falls between two steps of TIME STEP {self.step:g}: nothing but "
                "INITIAL TIME would be saved.",
                mend="Make SAVEPER a multiple of TIME STEP (a twelfth is written 1/12).",
            )
        grid, meant = self.times(self.steps)[kept], self.initial + self.saveper * rounds[kept]
        return np.where(np.abs(grid - meant) <= 1e-9 * self.step, grid, meant)

    def step_at(self, time: float) -> int | None:
        """Return the number of the step that a time means, or None where it lies between two."""
        steps = (time - self.initial) / self.step
        return round(steps) if abs(steps - round(steps)) <= NEAR else None


def _written(x: float) -> Fraction:
    """Return the number that was meant by a double: the decimal that it prints as, or the simple fraction that it rounds."""
    if len(Decimal(repr(x)).as_tuple().digits) <= WRITTEN_DIGITS:
        return Fraction(repr(x))
    simple = Fraction(x).limit_denominator(1_000_000)
    return simple if abs(float(simple) - x) <= 2 * math.ulp(x) else Fraction(x)


def _step(x: float) -> Fraction:
    """Return TIME STEP: 1/k where `x` is 1/k written to at least four digits, too many for chance."""
    exact, text = _written(x), Decimal(repr(x)).as_tuple()
    k = round(1 / exact)
    if k < 2 or not isinstance(text.exponent, int):
        return exact
    last = Fraction(10) ** text.exponent
    short = Fraction(1, k) - exact
    enough = FEWEST_DIGITS <= len(text.digits) <= WRITTEN_DIGITS and 20 * last <= exact**2
    return Fraction(1, k) if enough and (abs(short) <= last / 2 or 0 < short < last) else exact


def _on_grid(x: float, step: Fraction) -> Fraction:
    """Return a time: the multiple of 1/k that `x` is written short for, where the step is 1/k; else `x` as written."""
    exact, exponent = _written(x), Decimal(repr(x)).as_tuple().exponent
    if step.numerator != 1 or not isinstance(exponent, int) or exponent > -FEWEST_DIGITS:
        return exact
    near = Fraction(round(exact / step)) * step
    return near if abs(near - exact) < Fraction(10) ** exponent else exact
