"""What a second simulator says of a study's runs: it agrees, it differs, or it could not be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import ResultError

Reals = NDArray[np.float64]

AGREES, DIFFERS, NOT_COMPARED, NOT_ASKED = "agrees", "differs", "could not be compared", "not asked"
OUTCOMES = (AGREES, DIFFERS, NOT_COMPARED, NOT_ASKED)


@dataclass(frozen=True)
class Verification:
    """Members of a study run again in PySD.

    Attributes
    ----------
    outcome
        One of `OUTCOMES`. One member that differs makes it "differs"; else one that could not be compared makes it that.
    members
        Members that were compared, number by number.
    difference
        The largest difference, as a share of the largest value of its output; None where nothing was compared.
    output, scenario, time
        Where it is (for "differs": where the two first part); time is None for an output at one time.
    reason
        Why PySD was not asked or could not be compared, in words.
    until, final
        The time up to which runs were compared, and the time at which they end; None where nothing was compared.
    """

    outcome: str
    members: int = 0
    difference: float | None = None
    output: str = ""
    scenario: str = ""
    time: float | None = None
    reason: str = ""
    until: float | None = None
    final: float | None = None

    def __post_init__(self) -> None:
        compared = self.outcome in (AGREES, DIFFERS)
        if self.outcome not in OUTCOMES:
            raise ResultError(f'"{self.outcome}" is not an outcome of a verification.')
        if compared and (not self.members or self.difference is None or math.isnan(self.difference)):
            raise ResultError("a comparison with PySD needs a member and a difference.")
        if not compared and not self.reason:
            raise ResultError(f'a verification that is "{self.outcome}" needs its reason.')

    @property
    def whole(self) -> bool:
        """Whether runs were compared to their end."""
        return self.until is not None and self.until == self.final

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that say something, for a manifest."""
        return {k: v for k, v in asdict(self).items() if v not in (None, "")}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Verification:
        """Read it back; raise ResultError when it does not fit."""
        known = {f.name for f in fields(cls)}
        if not set(facts) <= known or "outcome" not in facts:
            raise ResultError("what the manifest says of PySD cannot be read.")
        return cls(**facts)


def verifications(manifest: Mapping[str, Any]) -> dict[str, Verification]:
    """Return what a manifest says, by model ("" where the study has one)."""
    facts = manifest.get("verified") or {}
    if "outcome" in facts:
        return {"": Verification.from_dict(facts)}
    return {model: Verification.from_dict(own) for model, own in facts.items()}


# --- two simulators' numbers held against each other ---------------------------------------------------------------------

CLOSE = 1e-9
"""Values may differ by this share of the element's largest value."""
NOISE = 1e-12
"""And by this share of the largest value in the same unit: a balance of large numbers is zero only to their rounding."""


@dataclass(frozen=True)
class Apart:
    """How far two simulators are apart in one variable: the largest share, and where they first part (None: nowhere)."""

    name: str
    share: float
    first: tuple[int, int] | None


def apart(ours: Mapping[str, Reals], theirs: Mapping[str, Reals], units: Mapping[str, str]) -> list[Apart]:
    """Compare variables, each of shape (time, element); a number on one side alone is infinitely far.

    Parameters
    ----------
    ours, theirs
        By variable, each of shape (time, element), in its own unit.
    units
        By variable; those of one unit are measured against the same largest value.

    Returns
    -------
    list of Apart
        One a variable.
    """
    largest: dict[str, float] = {}
    for name, values in theirs.items():
        top = float(np.abs(np.nan_to_num(values)).max(initial=0.0))
        largest[units[name]] = max(largest.get(units[name], 0.0), top)
    found = []
    for name, values in theirs.items():
        mine, room = ours[name], NOISE * largest[units[name]]
        off = np.where((mine == values) | (np.isnan(values) & np.isnan(mine)), 0.0, np.abs(mine - values))
        off = np.where(np.isnan(off), np.inf, off)
        scale = np.nan_to_num(np.abs(values)).max(axis=0, initial=0.0)
        share = np.maximum(off - room, 0.0) / np.where(scale > 0, scale, 1.0)
        bad = np.argwhere(off > CLOSE * scale + room)
        first = (int(bad[0][0]), int(bad[0][1])) if len(bad) else None
        found.append(Apart(name, float(share.max(initial=0.0)), first))
    return found
