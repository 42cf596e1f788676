"""Sheets and columns of the quarterly return, described once: the template writes them, the reader checks them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from llr_sd.workforce.roles import plain
from llr_sd.workforce.staffing import FTE_HOURS, WTE_SESSIONS

Kind = Literal["code", "text", "role", "choice", "whole", "number", "date"]

CONTRACTS = ("partner", "salaried", "locum", "trainee")
REASONS = {
    "vacancy": "GP locum covering vacancy",
    "absence": "GP locum covering absence",
    "other": "GP locum other",
    "infrequent": "GP locum infrequent",
}
"""Why there is a locum, and the role of the role table that a GP then has."""
BANDS = ("under 25", "25 to 34", "35 to 44", "45 to 54", "55 to 59", "60 to 64", "65 and over")
APPOINTED = "appointed, not yet started"
PLANS = (
    "stays",
    "works less within a year",
    "works more within a year",
    "leaves within a year",
    "leaves within one to five years",
    "retires within a year",
    "retires within one to five years",
    APPOINTED,
)
PATIENT_BANDS = ("0 to 4", "5 to 14", "15 to 44", "45 to 64", "65 to 74", "75 to 84", "85 and over")
YES_NO = ("yes", "no")
COMPLETE = {
    "gp": "gps_complete",
    "nurse": "nurses_complete",
    "other_clinical": "other_clinical_complete",
    "admin_non_clinical": "admin_complete",
}
"""By group of staff, the column that says whether all of them are listed."""
MOST_SESSIONS = 14.0
"""Sessions a week of one person above which an entry is refused: two on each of seven days."""
MOST_HOURS = 60.0
"""Hours a week of one person above which an entry is refused."""
CHECK = "Check"
"""Column of the template that says what is wrong in a row; it is not read."""


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    name
        What code calls it.
    title
        What stands in row 1.
    kind
        What an entry is: a code, a text, a role of the role table, one of `choices`, a whole number, a number, a date.
    what
        What it means, in words.
    unit
        Of a number.
    needed
        Whether each row must have an entry; where it need not, an empty entry means "not reported".
    choices
        Allowed entries of a choice.
    most
        Largest number that can be.
    """

    name: str
    title: str
    kind: Kind
    what: str
    unit: str = ""
    needed: bool = False
    choices: tuple[str, ...] = ()
    most: float = math.inf


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook, or one CSV file.

    Attributes
    ----------
    name
        Of the sheet; a CSV file is known by its columns.
    what
        What one row is.
    rows
        Most rows that the template has room and checks for.
    columns
        In their order.
    """

    name: str
    what: str
    rows: int
    columns: tuple[Column, ...]

    def share(self, header: Sequence[str]) -> float:
        """Return the share of the columns that a header has, 0 to 1."""
        there = {plain(h) for h in header}
        return sum(plain(c.title) in there for c in self.columns) / len(self.columns)

    def title(self, name: str) -> str:
        """Return what row 1 calls a column."""
        return next(c.title for c in self.columns if c.name == name)


_CODE = Column("place", "Practice code", "code", "National code of the practice, such as C82001.", needed=True)


def _complete(name: str, title: str, who: str) -> Column:
    what = f'"yes" where sheet Staff lists all {who}, or the practice has none; "no" or empty where it does not say.'
    return Column(name, title, "choice", what, choices=YES_NO)


PRACTICE = Sheet(
    "Practice",
    "One row a practice.",
    200,
    (
        _CODE,
        Column("place_name", "Practice name", "text", "Name of the practice."),
        Column("area", "CCG code", "code", "Code of the CCG or sub-ICB location, such as 03W."),
        Column("network", "Network code", "code", "Code of the primary care network, such as U03186."),
        Column("network_name", "Network name", "text", "Name of the network."),
        Column("locality", "Locality", "text", "Name of the locality."),
        Column("list_size", "List size", "whole", "Registered patients.", unit="patients", most=1e6),
        Column(
            "period",
            "Reference date",
            "date",
            "The day on which all this held, such as 30/09/2026; it counts as the nearest end of a month.",
            needed=True,
        ),
        _complete("gps_complete", "All GPs listed", "GPs"),
        _complete("nurses_complete", "All nurses listed", "nurses"),
        _complete("other_clinical_complete", "All other clinical staff listed", "other staff who see patients"),
        _complete("admin_complete", "All administrative staff listed", "administrative and other staff without patients"),
    ),
)
STAFF = Sheet(
    "Staff",
    "One row a person and job; or one row for several people of one role, age band and plan, without a staff number.",
    4000,
    (
        _CODE,
        Column(
            "person",
            "Staff number",
            "text",
            "Any number that stays the same for the person; never a name. It is hashed with a key that stays on your machine. "
            'A registration written with its register, such as "GMC 1234567", is the same person at every practice; '
            "any other number counts within the practice.",
        ),
        Column("role", "Role", "role", "As sheet Choices lists them.", needed=True),
        Column(
            "contract",
            "Contract",
            "choice",
            'Partner, salaried (anybody employed), locum (agency and bank too) or trainee; empty where the role says it, as "GP partner" does.',
            choices=CONTRACTS,
        ),
        Column("reason", "Reason for locum", "choice", "Why there is a locum.", choices=tuple(REASONS)),
        Column(
            "heads", "Heads", "whole", "People in this row; empty counts as 1 beside a staff number.", unit="people", most=1000
        ),
        Column(
            "sessions",
            "Sessions a week",
            "number",
            f"Contracted sessions of all people in the row, GPs only; {WTE_SESSIONS:g} are 1 WTE.",
            unit="sessions a week",
            most=14000,
        ),
        Column(
            "hours",
            "Hours a week",
            "number",
            f"Contracted hours of all people in the row; {FTE_HOURS:g} are 1 FTE. GPs may give both.",
            unit="hours a week",
            most=60000,
        ),
        Column("age", "Age band", "choice", "Age on the reference date [years].", choices=BANDS),
        Column(
            "plan", "Plan", "choice", "What the person intends; somebody appointed is counted from the start on.", choices=PLANS
        ),
    ),
)
POSTS = Sheet(
    "Posts",
    "One row a practice and role: posts, whether or not anybody is in them.",
    1500,
    (
        _CODE,
        Column("role", "Role", "role", "As sheet Choices lists them.", needed=True),
        Column("posts", "Posts", "whole", "Posts that the practice pays for or would fill.", unit="posts", most=1000),
        Column(
            "vacant",
            "Vacant posts",
            "whole",
            "Of these, posts that nobody is in; a locum leaves a post vacant.",
            unit="posts",
            most=1000,
        ),
    ),
)
PATIENTS = Sheet(
    "Patients",
    "One row a practice and age band.",
    1000,
    (
        _CODE,
        Column("age", "Patient age band", "choice", "Age [years].", needed=True, choices=PATIENT_BANDS),
        Column("patients", "Registered patients", "whole", "Patients of this age.", unit="patients", most=1e6),
    ),
)
SHEETS = (PRACTICE, STAFF, POSTS, PATIENTS)
NOTES, CHOICES = "Notes", "Choices"
"""Sheets of the template that hold no entries."""
ALIKE = 0.6
"""Share of its columns from which a table is taken for a sheet of the return."""


def sheet_for(header: Sequence[str]) -> Sheet | None:
    """Return the sheet whose columns a header has, though some may be missing; None for another table.

    Parameters
    ----------
    header
        Row 1; case, underscores and plurals make no difference.
    """
    best = max(SHEETS, key=lambda s: s.share(header))
    return best if best.share(header) >= ALIKE else None


def recognised(name: str, header: Sequence[str]) -> Sheet | None:
    """Return which sheet of the return a sheet of a workbook is, by its name or else by its columns; None for another."""
    return next((s for s in SHEETS if plain(s.name) == plain(name)), None) or sheet_for(header)
