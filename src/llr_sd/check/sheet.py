"""The result sheet of `llr-sd check`: one line a check, with the figure measured, its limit, and what was found where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

PASS, FAIL, NOT_EVALUATED, WARN = "pass", "fail", "not evaluated", "warn"
OUTCOMES = (PASS, FAIL, NOT_EVALUATED, WARN)
SHOWN = 5
"""Most findings of one check that the text shows, save of a warning; the table and `Line.findings` hold all."""


@dataclass(frozen=True)
class Line:
    """One check.

    Attributes
    ----------
    section
        The kind of check: "units", "conservation", "extreme" and so on.
    name
        What is checked.
    outcome
        One of `OUTCOMES`. A check that could not be made is never a pass; a warning is no failure.
    measured
        What was found, with its unit, in words; empty when nothing was.
    limit
        What it is held against, in words.
    findings
        One sentence each: the variable as the modeller wrote it, time and values; or why the check was not made.
    """

    section: str
    name: str
    outcome: str
    measured: str = ""
    limit: str = ""
    findings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise InputError(f'"{self.outcome}" is not an outcome of a check (they are: {", ".join(OUTCOMES)}).')
        if self.outcome != PASS and not self.findings:
            raise InputError(f'the check "{self.name}" says {self.outcome}, but not why.')


@dataclass(frozen=True)
class Sheet:
    """All checks of one model, in the order they are read.

    Attributes
    ----------
    model
        Its name.
    lines
        A line a check.
    """

    model: str
    lines: tuple[Line, ...]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def of(self, outcome: str) -> tuple[Line, ...]:
        """Return the lines with one outcome.

        Parameters
        ----------
        outcome
            One of those of `Line`.
        """
        return tuple(line for line in self.lines if line.outcome == outcome)

    @property
    def passed(self) -> bool:
        """Whether no check failed; checks that were not evaluated are counted apart."""
        return not self.of(FAIL)

    @property
    def summary(self) -> str:
        """The sheet in a sentence."""
        n = {outcome: len(self.of(outcome)) for outcome in OUTCOMES}
        checks = "1 check" if len(self) == 1 else f"{len(self)} checks"
        warned = f", {n[WARN]} with warnings" if n[WARN] else ""
        return f"{self.model}: {checks}, {n[PASS]} passed{warned}, {n[FAIL]} failed, {n[NOT_EVALUATED]} not evaluated."

    def text(self) -> str:
        """Return the sheet for a person to read: a line a check, then what was found, then the count."""
        marks = {PASS: "pass", FAIL: "FAIL", NOT_EVALUATED: "----", WARN: "warn"}
        out, section = [], None
        for line in self.lines:
            if line.section != section:
                section = line.section
                out.append(section)
            figure = f"{line.measured} (limit: {line.limit})" if line.measured and line.limit else line.measured
            out.append(f"  {marks[line.outcome]}  {line.name}{': ' + figure if figure else ''}")
            reason = "not evaluated: " if line.outcome == NOT_EVALUATED else ""
            most = len(line.findings) if line.outcome == WARN else SHOWN
            out += [f"        {reason}{finding}" for finding in line.findings[:most]]
            if len(line.findings) > most:
                out.append(f"        and {len(line.findings) - most} more")
        return "\n".join([*out, "", self.summary])

    def to_frame(self) -> pd.DataFrame:
        """Return the sheet with one row a check: section, check, outcome, measured, limit, findings."""
        import pandas as pd

        columns = ["section", "check", "outcome", "measured", "limit", "findings"]
        rows = [(x.section, x.name, x.outcome, x.measured, x.limit, "; ".join(x.findings)) for x in self.lines]
        return pd.DataFrame(rows, columns=columns)


def judge(section: str, name: str, measured: str, limit: str, findings: list[str] | tuple[str, ...]) -> Line:
    """Return a line that passes when nothing was found."""
    return Line(section, name, FAIL if findings else PASS, measured, limit, tuple(findings))


def not_evaluated(section: str, name: str, reason: str) -> Line:
    """Return a line for a check that could not be made."""
    return Line(section, name, NOT_EVALUATED, findings=(reason,))
