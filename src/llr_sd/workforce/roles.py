"""The role table: which skill level, group and status each role has, under every name that files and people give it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from llr_sd.errors import InputError, nearest
from llr_sd.textfiles import Row, read_table
from llr_sd.workforce.staffing import GROUPS, LEVELS, STATUSES, Faults

TABLE = Path(__file__).parent / "tables" / "roles.csv"
"""The table that ships."""
COLUMNS = ("role", "group", "level", "status", "head", "grade", "reason", "also")
HEADS = ("clinical", "admin")
GRADES = ("A", "B", "C")


@dataclass(frozen=True)
class Role:
    """One row of the role table.

    Attributes
    ----------
    name
        What results call it.
    group, level, status
        One of `GROUPS`, `LEVELS` and `STATUSES` of `staffing`.
    head
        "clinical" or "admin".
    grade, reason
        What the level rests on: A the plan's Table 7, B literature, C judgement.
    also
        Other names.
    """

    name: str
    group: str
    level: str
    status: str
    head: str
    grade: str
    reason: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roles:
    """A checked role table.

    Attributes
    ----------
    table
        Where it was read.
    rows
        In its order.
    by_name
        The row of each name, as `plain` writes it.
    """

    table: str
    rows: tuple[Role, ...]
    by_name: Mapping[str, Role]

    def find(self, name: str) -> Role | None:
        """Return the role of a name; None where the table lacks it. Case, marks, double spaces and a plural make no difference."""
        return self.by_name.get(plain(name))

    def get(self, name: str) -> Role:
        """Return the role of a name; raise InputError where the table lacks it."""
        found = self.find(name)
        if found is None:
            raise InputError(f'no role is called "{name}".', where=self.table, mend=self.mend(name))
        return found

    def mend(self, name: str) -> str:
        """Say how an unmapped role is put right."""
        return f"Add it to the role table, with a level (--roles). {nearest(name, [r.name for r in self.rows])}".strip()


def plain(name: str) -> str:
    """Return a name as the table compares it: lower case, words without marks and without the s of a plural."""
    words = re.findall(r"[^\W_]+", name.casefold().replace("&", " and ").replace("'", "").replace("’", ""))
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words)


def read_roles(path: Path | None = None) -> Roles:
    """Read a role table.

    Parameters
    ----------
    path
        A CSV file with the columns of `COLUMNS`; None for the table that ships. Names in `also` are separated by semicolons.

    Raises
    ------
    InputError
        With every fault: an unknown level, group or status, no reason, a name that two roles share.
    """
    path = path or TABLE
    faults = Faults()
    rows: list[Role] = []
    by_name: dict[str, Role] = {}
    origin: dict[str, int] = {}
    for line in read_table(path, COLUMNS):
        role = _role(line, faults, str(path))
        rows.append(role)
        for name in (role.name, *role.also):
            key = plain(name)
            if not key:
                faults.add(str(path), "has no name.", "Name it.", row=line.number, column="role")
            elif by_name.get(key, role) is not role:
                what = f'"{name}" is already a name of row {origin[key]}.'
                faults.add(str(path), what, "Keep one.", row=line.number, column="role")
            by_name.setdefault(key, role)
            origin.setdefault(key, line.number)
    if not rows:
        faults.add(str(path), "there is no role.", "Start from the table that ships.")
    faults.stop()
    return Roles(str(path) if path != TABLE else TABLE.name, tuple(rows), by_name)


def _role(line: Row, faults: Faults, file: str) -> Role:
    known = {"group": GROUPS, "level": LEVELS, "status": STATUSES, "head": HEADS, "grade": GRADES}
    for column, names in known.items():
        if line[column] not in names:
            what = f'"{line[column]}" is not one of {", ".join(names)}.'
            faults.add(file, what, nearest(line[column], names), row=line.number, column=column)
    if not line["reason"]:
        faults.add(file, "gives no reason for the level.", "Say what it rests on.", row=line.number, column="reason")
    also = tuple(name.strip() for name in line["also"].split(";") if name.strip())
    return Role(line["role"], line["group"], line["level"], line["status"], line["head"], line["grade"], line["reason"], also)
