"""What a batch of runs shows that its reader must know though no run failed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from llr_sd.errors import InputError


@dataclass(frozen=True)
class Finding:
    """One thing to know about a variable of the model.

    Attributes
    ----------
    variable
        The variable or element as the modeller wrote it, such as "Smoothed" or "staff[gp]".
    what
        What is so, in words that follow the variable's name, such as "is smoothed over 0.05, less than TIME STEP 0.25".
    value
        The number behind it, the worst of all runs; not a number where there is none.
    limit
        What the number is held against; not a number where there is none.
    runs
        How many runs of the batch show it.
    mend
        What to do about it, in a sentence.
    """

    variable: str
    what: str
    value: float = math.nan
    limit: float = math.nan
    runs: int = 1
    mend: str = ""

    def __post_init__(self) -> None:
        if not self.variable or not self.what:
            raise InputError("a finding names its variable and says what is so.")
        if self.runs < 1:
            raise InputError(f"a finding is seen in at least one run, not {self.runs}.")

    def __str__(self) -> str:
        return f'"{self.variable}" {self.what}. {self.mend}'.strip()


def merged(parts: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Return the findings of several blocks of runs as those of one batch: the worst number of each, and all its runs."""
    found: dict[tuple[str, str], Finding] = {}
    for finding in (f for part in parts for f in part):
        key = (finding.variable, finding.mend)
        other = found.get(key)
        if other is None:
            found[key] = finding
            continue
        worse = min(other, finding, key=lambda f: f.value)
        found[key] = Finding(worse.variable, worse.what, worse.value, worse.limit, other.runs + finding.runs, worse.mend)
    return tuple(found.values())
