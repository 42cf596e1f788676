"""How a number varies between runs: a law with its numbers, held against each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from llr_sd.errors import InputError, nearest

DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "fixed": ("mode",),
    "pert": ("low", "mode", "high"),
    "triangular": ("low", "mode", "high"),
    "uniform": ("low", "high"),
    "truncated_normal": ("low", "mode", "high"),
    "normal": ("mode", "sd"),
    "lognormal": ("mode", "sd"),
    "beta": ("low", "mode", "high", "sd"),
    "p10_p90": ("low", "high"),
    "log_uniform": ("low", "high"),
    "discrete": ("values",),
}
UNBOUNDED = ("normal", "lognormal", "p10_p90")
"""Laws without an end of their own."""


@dataclass(frozen=True)
class Distribution:
    """How a parameter varies between runs.

    Attributes
    ----------
    kind
        "fixed", "pert" (beta-PERT, shape 4), "triangular", "uniform"; "log_uniform" (the logarithm is uniform);
        "truncated_normal" (mean `mode`; without `sd`, low and high are three standard deviations away; both cut the tails off);
        "normal" (mean `mode`, `sd`); "lognormal" (median `mode`; `sd` is that of the logarithm);
        "beta" (on low..high, mean `mode`, `sd`); "discrete" (`values` with `weights`);
        "p10_p90" (an interval as people state it: one chance in ten below `low`, one in ten above `high`, `mode` the median, halfway
        when not given).
    low, mode, high, sd
        In the unit of the parameter; NaN where the kind does not use them.
    values, weights
        Of a discrete distribution; equal weights when none are given.
    minimum, maximum
        Permissible bounds. Kinds without an end of their own stay inside them, and no draw is moved onto one: normal and lognormal are
        truncated there; a p10_p90 interval that lies inside has a law that ends there and keeps the stated percentiles.
    """

    kind: str
    low: float = math.nan
    mode: float = math.nan
    high: float = math.nan
    sd: float = math.nan
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    minimum: float = -math.inf
    maximum: float = math.inf

    def __post_init__(self) -> None:
        if self.kind not in DISTRIBUTIONS:
            raise InputError(f'"{self.kind}" is not a distribution.', mend=nearest(self.kind, DISTRIBUTIONS))
        needed = DISTRIBUTIONS[self.kind]
        for key in needed:
            given = getattr(self, key)
            if not (given if key == "values" else math.isfinite(given)):
                raise InputError(f'a {self.kind} distribution needs "{key}".')
        if self.kind == "discrete":
            self._check_discrete()
        if "low" in needed and not self.low < self.high:
            raise InputError(f"low ({self.low:g}) must be below high ({self.high:g}).")
        if "low" in needed and self.kind not in ("uniform", "log_uniform") and not self.low <= self.centre <= self.high:
            raise InputError(f"mode ({self.mode:g}) must lie between low ({self.low:g}) and high ({self.high:g}).")
        if self.kind == "log_uniform" and self.low <= 0:
            raise InputError(f"low ({self.low:g}) of a log_uniform distribution must be above 0.")
        self._check_spread()
        if self.kind in UNBOUNDED and not self.minimum < self.centre < self.maximum:
            raise InputError(
                f"the middle of a {self.kind} distribution ({self.centre:g}) must lie inside its permissible range, "
                f"{self.minimum:g} to {self.maximum:g}."
            )

    def _check_discrete(self) -> None:
        weights = self.weights or (1.0,) * len(self.values)
        if len(weights) != len(self.values):
            raise InputError(f"{len(self.values)} values need as many weights, not {len(weights)}.")
        if not all(math.isfinite(v) for v in self.values) or len(set(self.values)) != len(self.values):
            raise InputError("the values of a discrete distribution must be finite and differ from each other.")
        if not all(math.isfinite(w) and w >= 0 for w in weights) or sum(weights) <= 0:
            raise InputError("the weights of a discrete distribution must be numbers from 0, not all of them 0.")

    def _check_spread(self) -> None:
        """Hold sd, median and ends against each other."""
        if "sd" in DISTRIBUTIONS[self.kind] or (self.kind == "truncated_normal" and not math.isnan(self.sd)):
            if not 0 < self.sd < math.inf:
                raise InputError(f"sd ({self.sd:g}) must be above 0.")
        elif self.kind == "truncated_normal" and not math.isclose(self.mode - self.low, self.high - self.mode, rel_tol=1e-9):
            raise InputError(
                "a truncated normal without sd needs low and high at the same distance (three standard deviations) from its mean."
            )
        if self.kind == "lognormal" and self.mode <= 0:
            raise InputError(f"the median of a lognormal ({self.mode:g}) must be above 0.")
        if self.kind == "beta":
            widest = math.sqrt(max((self.mode - self.low) * (self.high - self.mode), 0.0))
            if not self.sd < widest:
                raise InputError(f"sd ({self.sd:g}) must be below {widest:g}, the most that this mean and range leave.")
        if self.kind == "p10_p90" and not self.low < self.centre < self.high:
            raise InputError(f"the median ({self.centre:g}) must lie strictly between low (P10) and high (P90).")

    @property
    def centre(self) -> float:
        """`mode`; halfway between low and high for a p10_p90 interval that states no median."""
        return (self.low + self.high) / 2 if self.kind == "p10_p90" and math.isnan(self.mode) else self.mode

    @property
    def choices(self) -> str:
        """The values of a discrete distribution with their shares, least first: "2 (75 %), 3 (25 %)"; empty for another kind."""
        shares = {v: w / sum(self.weights) for v, w in zip(self.values, self.weights, strict=False) if w > 0}
        return ", ".join(f"{v:g} ({100 * shares[v]:.3g} %)" if shares else f"{v:g}" for v in sorted(shares or self.values))

    @property
    def least(self) -> float:
        """The lower bound of a p10_p90 interval: the permissible one; 0 where none is stated and even the tenth percentile is above 0."""
        return 0.0 if self.low > 0 and math.isinf(self.minimum) else self.minimum

    def within(self, minimum: float, maximum: float) -> Distribution:
        """Return the distribution held to permissible bounds; kinds with ends of their own are returned as they are."""
        if self.kind not in UNBOUNDED:
            return self
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))
