"""What a mutation run tells: the share of faults noticed by kind, and the faults that nothing notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llr_sd.check.mutations.sites import KINDS, Mutant
from llr_sd.check.wording import count

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 0.9
"""The share of faults that checks should notice."""


@dataclass(frozen=True)
class Fate:
    """What became of a mutant.

    Attributes
    ----------
    mutant
        The fault.
    noticed
        The check that fails, golden runs and parameter table left out; empty where none does.
    golden
        Whether a golden run differs, where no other check fails.
    audited
        Whether the parameter table would not fit, if the fault were in the model file alone.
    equivalent
        Whether no output changes in any run of a check or a study: then there is nothing to notice.
    """

    mutant: Mutant
    noticed: str = ""
    golden: bool = False
    audited: bool = False
    equivalent: bool = False


@dataclass(frozen=True)
class Tally:
    """Mutants of a kind: all that change an output, those that change none, and how many are noticed in which way.

    Attributes
    ----------
    kind
        One of `KINDS`, or "all".
    mutants, equivalent
        Those that change an output, and those that do not.
    checks
        Noticed by checks that need neither golden runs nor the parameter table.
    golden
        Noticed by these or by a golden run.
    file
        Noticed by the checks or the parameter table, if the fault is in the model file alone.
    """

    kind: str
    mutants: int
    equivalent: int
    checks: int
    golden: int
    file: int


@dataclass(frozen=True)
class MutationSheet:
    """The fates of all mutants of a model.

    Attributes
    ----------
    model
        Its name.
    fates
        One for each mutant, in the order of the model.
    """

    model: str
    fates: tuple[Fate, ...]

    def tally(self, kind: str = "all") -> Tally:
        """Count the mutants of a kind.

        Parameters
        ----------
        kind
            One of `KINDS`, or "all".

        Returns
        -------
        Tally
            Of what is left out of shares, `equivalent` alone.
        """
        own = [f for f in self.fates if kind in ("all", f.mutant.kind)]
        real = [f for f in own if not f.equivalent]
        return Tally(
            kind,
            len(real),
            len(own) - len(real),
            sum(bool(f.noticed) for f in real),
            sum(bool(f.noticed) or f.golden for f in real),
            sum(bool(f.noticed) or f.audited for f in real),
        )

    @property
    def share(self) -> float:
        """The share of mutants that the checks notice without golden runs and parameter table; 1 where there is none."""
        all_ = self.tally()
        return all_.checks / all_.mutants if all_.mutants else 1.0

    @property
    def unnoticed(self) -> tuple[Fate, ...]:
        """What changes an output and is not noticed."""
        return tuple(f for f in self.fates if not f.noticed and not f.equivalent)

    def text(self) -> str:
        """Return the sheet for a person to read: a table, the faults that are not noticed, and those that change nothing."""
        kinds = [self.tally(kind) for kind in KINDS]
        rows: list[tuple[str, ...]] = [("what is mutated", "mutants", "checks", "and golden", "file alone", "no effect")]
        for t in (*(t for t in kinds if t.mutants or t.equivalent), self.tally()):
            rows.append(
                (t.kind, str(t.mutants), *(_percent(n, t.mutants) for n in (t.checks, t.golden, t.file)), str(t.equivalent))
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        out = [
            "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
            for row in rows
        ]
        out += ["", NOTE]
        out += _listed("not noticed", [f for f in self.unnoticed if not f.golden])
        out += _listed("noticed by golden.csv alone", [f for f in self.unnoticed if f.golden])
        out += _listed("of no effect on any output, in any run of a check or a study", [f for f in self.fates if f.equivalent])
        return "\n".join([*out, "", self.summary])

    @property
    def summary(self) -> str:
        """The sheet in a sentence."""
        t = self.tally()
        return (
            f"{self.model}: {count(t.mutants, 'mutant')}, {t.checks} noticed ({_percent(t.checks, t.mutants)}), and "
            f"{count(t.equivalent, 'mutant')} of no effect."
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each mutant: kind, variable, change, noticed, golden, audited, equivalent."""
        import pandas as pd

        columns = ["kind", "variable", "change", "noticed", "golden", "audited", "equivalent"]
        rows = [
            (f.mutant.kind, f.mutant.variable, f.mutant.change, f.noticed, f.golden, f.audited, f.equivalent) for f in self.fates
        ]
        return pd.DataFrame(rows, columns=columns)


NOTE = """\
checks: noticed without golden.csv and without the parameter table, whose row of a constant is as wrong as the model.
and golden: noticed by those checks or by golden.csv. file alone: noticed by the checks or the parameter table, where the
fault is in the model file alone. Shares are of the mutants that change an output in some run of a check or a study."""


def _percent(part: int, whole: int) -> str:
    """Return a share in whole percent, never rounded up, so that none looks like more than it is."""
    return f"{100 * part // whole} %" if whole else "-"


def _listed(title: str, fates: Sequence[Fate]) -> list[str]:
    out = ["", f"{title}: {len(fates)}"] if fates else []
    for kind in KINDS:
        own = [f"    {f.mutant}" for f in fates if f.mutant.kind == kind]
        out += [f"  {kind}", *own] if own else []
    return out
