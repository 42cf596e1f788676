"""The column map: under which names published files carry what we read, and which entries mean that nothing was reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd.textfiles import read_table
from llr_sd.workforce.staffing import GROUPS, Faults

TABLE = Path(__file__).parent / "tables" / "columns.csv"
"""The map that ships."""
COLUMNS = ("kind", "name", "also", "meaning", "unit")
FILES = {
    "network": "PCN workforce, individual level",
    "practice": "General Practice Workforce, practice level",
    "lists": "patients registered at practices",
    "members": "practices and their networks",
}
"""Kinds of file, and what they are called; a file is of the kind most of whose columns it has."""
MARKS = ("not reported", "estimated", "no return", "contracted")
OTHERS = ("mark", "practice total", "practice part", "practice role", "practice source", "staff group")


@dataclass(frozen=True)
class Column:
    """One row of the map: what we call a column, and what files call it; `needed` unless its name ends in a question mark."""

    kind: str
    name: str
    also: tuple[str, ...]
    needed: bool


@dataclass(frozen=True)
class ColumnMap:
    """A checked column map.

    Attributes
    ----------
    rows
        In the order of the table.
    marks
        Of each kind of mark, the entries in lower case.
    stubs
        Of each further kind, our name by what stands in a column between sex and measure, in upper case.
    """

    rows: tuple[Column, ...]
    marks: Mapping[str, frozenset[str]]
    stubs: Mapping[str, Mapping[str, str]]

    def of(self, kind: str, header: Sequence[str]) -> dict[str, str]:
        """Return which column of a file carries what, for as much as there is.

        Parameters
        ----------
        kind
            One of `FILES`.
        header
            Columns of the file; case, spaces and underscores make no difference.
        """
        there = {key(h): h for h in reversed(header)}
        found = ((c.name, next((there[key(a)] for a in c.also if key(a) in there), None)) for c in self.rows if c.kind == kind)
        return {name: column for name, column in found if column is not None}

    def lacking(self, kind: str, header: Sequence[str]) -> tuple[Column, ...]:
        """Return the columns that a kind needs and a file lacks."""
        found = self.of(kind, header)
        return tuple(c for c in self.rows if c.kind == kind and c.needed and c.name not in found)

    def kind(self, header: Sequence[str]) -> str | None:
        """Return the kind of a file by its columns; None where it has less than half of what any kind needs."""
        best, share = None, 0.5
        for kind in FILES:
            needed = [c for c in self.rows if c.kind == kind and c.needed]
            have = 1 - len(self.lacking(kind, header)) / max(len(needed), 1)
            have -= 0.5 * (kind == "practice" and not any(key(h).startswith("total ") for h in header))
            if have > share:
                best, share = kind, have
        return best


def key(column: str) -> str:
    """Return a column as the map compares it."""
    return " ".join(column.replace("_", " ").replace("\ufeff", "").casefold().split())


def read_columns(path: Path | None = None) -> ColumnMap:
    """Read a column map.

    Parameters
    ----------
    path
        A CSV file with the columns of `COLUMNS`; None for the map that ships. Names in `also` are separated by semicolons.

    Raises
    ------
    InputError
        With every fault: an unknown kind, a row without names, a name that two rows of a kind share.
    """
    path = path or TABLE
    faults = Faults()
    rows: list[Column] = []
    seen: dict[tuple[str, str], int] = {}
    for line in read_table(path, COLUMNS):
        kind, name = line["kind"], line["name"]
        also = tuple(a.strip() for a in line["also"].split(";") if a.strip())
        if kind not in FILES and kind not in OTHERS:
            known = ", ".join([*FILES, *OTHERS])
            faults.add(str(path), f'"{kind}" is not one of {known}.', row=line.number, column="kind")
        known_names = {"mark": MARKS, "practice total": GROUPS, "practice source": GROUPS, "staff group": GROUPS}.get(kind)
        if not name or (known_names and name not in known_names):
            faults.add(str(path), f'"{name}" is not a name of this kind.', row=line.number, column="name")
        if not also:
            faults.add(str(path), "no file calls it anything.", "Give a name, or drop the row.", row=line.number, column="also")
        for entry in also if kind != "mark" else ():
            first = seen.setdefault((kind, key(entry)), line.number)
            if first != line.number:
                faults.add(str(path), f'"{entry}" is already in row {first}.', "Keep one.", row=line.number, column="also")
        rows.append(Column(kind, name.removesuffix("?"), also, not name.endswith("?")))
    faults.stop()
    marks = {m: frozenset(a.casefold() for c in rows if (c.kind, c.name) == ("mark", m) for a in c.also) for m in MARKS}
    stubs = {k: {a.upper(): c.name for c in rows if c.kind == k for a in c.also} for k in OTHERS if k != "mark"}
    return ColumnMap(tuple(rows), marks, stubs)
