"""Workforce files are recognised and read together: all faults of all are said at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llr_sd.errors import InputError
from llr_sd.store import contents
from llr_sd.textfiles import is_file
from llr_sd.workforce import people, rollup
from llr_sd.workforce.columns import FILES, ColumnMap, key, read_columns
from llr_sd.workforce.published import lists, network, practice
from llr_sd.workforce.published.table import Table, read
from llr_sd.workforce.returns.holdings import read_returns
from llr_sd.workforce.returns.layout import sheet_for
from llr_sd.workforce.returns.read import BOOKS, files_of
from llr_sd.workforce.roles import Roles, read_roles
from llr_sd.workforce.staffing import LEVELS, Faults, Staffing, current, joined

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str, int, int], None]
RETURN = "quarterly return"
TOLD = 12
"""Notes that the terminal tells; all stand in a file."""


@dataclass(frozen=True)
class Source:
    """A file that was read: its name, kind in words, period, rows, encoding, and the SHA-256 of its bytes."""

    file: str
    kind: str
    period: datetime.date
    rows: int
    encoding: str
    sha256: str

    @property
    def words(self) -> str:
        """The source in a line."""
        day = f"{self.period.day} {self.period:%b %Y}"
        return f"{self.file}: {self.kind}, {day}; {self.rows:,} row{'s' if self.rows != 1 else ''} ({self.encoding})"


@dataclass(frozen=True)
class Imported:
    """Files read together.

    Attributes
    ----------
    staffing
        What they say.
    sources
        One a file.
    roles, columns
        The tables that were used.
    """

    staffing: Staffing
    sources: tuple[Source, ...]
    roles: Roles
    columns: ColumnMap

    def words(self) -> list[str]:
        """Return what was read, in lines: files, people, FTE by level, sizes of networks, notes."""
        staffing = self.staffing
        now = current(staffing.frame)
        lines = [source.words for source in self.sources]
        if len(now):
            lines += [people.words(staffing), *_levels(now)]
        table = rollup.networks(staffing.places)
        lines += list(rollup.words(table)) if len(table) else []
        notes = [note.line() for note in staffing.notes]
        more = [f"and {len(notes) - TOLD:,} more notes."] if len(notes) > TOLD else []
        return [*lines, *notes[:TOLD], *more]


def _levels(frame: pd.DataFrame) -> list[str]:
    """Say how many posts, FTE and WTE there are, by skill level, and how much of it is in training."""
    lines = []
    if frame["posts"].notna().any():
        posts = frame["posts"].sum()
        lines.append(f"{posts:,.10g} post{'s' if posts != 1 else ''}.")
    for measure, words in (("fte", "FTE (37.5 hours = 1)"), ("wte", "WTE (nine sessions = 1)")):
        if not frame[measure].notna().any():
            continue
        sums = frame.groupby("level")[measure].sum(min_count=1).dropna()
        each = ", ".join(f"{level} {sums[level]:,.2f}" for level in LEVELS if level in sums)
        learning = frame[measure][frame["status"] == "trainee"].sum()
        lines.append(f"{sums.sum():,.2f} {words}: {each}; {learning:,.2f} of it in training.")
    return lines


def read_files(
    files: Sequence[Path],
    secret: bytes,
    roles: Path | None = None,
    columns: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read workforce files.

    Parameters
    ----------
    files
        Published files and returns, in any order; each is recognised by its columns. A folder stands for the workbooks and CSV files in it.
    secret
        Key of the hash of identifiers.
    roles, columns
        Edited tables; None for those that ship.
    progress
        Told which file is being read.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    faults, role_table, column_map = Faults(), read_roles(roles), read_columns(columns)
    parts: list[Staffing] = []
    sources: list[Source] = []
    seen: dict[str, Path] = {}
    paths = [path for file in files for path in files_of(file, faults)]
    returned: dict[Path, tuple[str, str]] = {}
    for i, file in enumerate(paths):
        if progress:
            progress(f"reading {file.name}", i, len(paths))
        book = file.suffix.casefold() in BOOKS and is_file(file)
        table = None if book else read(file, faults)
        if table is None and not book:
            continue
        digest = _digest(file, faults)
        if digest is None:
            continue
        first = seen.setdefault(digest, file)
        if first != file or paths.index(file) != i:
            faults.add(str(file), f"has the same content as {first}.", "Name it once.")
            continue
        if table is None or sheet_for(table.header):
            returned[file] = ("xlsx" if table is None else table.encoding, digest)
            continue
        found = _read(table, role_table, column_map, secret, faults)
        if found is not None:
            kind, staffing = found
            parts.append(staffing)
            sources.append(Source(file.name, FILES[kind], staffing.period, len(table.data), table.encoding, digest))
    if returned:
        known = {place for part in parts for place in part.places["place"][part.places["kind"] == "practice"]}
        found_in = read_returns(list(returned), role_table, column_map, secret, known, faults)
        parts += found_in.parts
        for file, day in found_in.period.items():
            encoding, digest = returned[file]
            sources.append(Source(file.name, RETURN, day, found_in.rows[file], encoding, digest))
    if progress:
        progress("reading", len(paths), len(paths))
    faults.stop()
    try:
        staffing = joined(parts)
    except InputError as error:
        faults.add(", ".join(s.file for s in sources) or "files", error.what, error.mend)
        faults.stop()
        raise
    return Imported(staffing, tuple(sources), role_table, column_map)


def _digest(file: Path, faults: Faults) -> str | None:
    """Return the SHA-256 of a file; None, and a fault, where it cannot be read."""
    try:
        return contents.digest(file)
    except OSError as error:
        faults.add(str(file), f"cannot be read ({error.strerror}).")
        return None


def _read(table: Table, roles: Roles, columns: ColumnMap, secret: bytes, faults: Faults) -> tuple[str, Staffing] | None:
    """Recognise a file and read it."""
    kind = columns.kind(table.header)
    made: Staffing | None
    if kind == "network":
        made = network.read_network(table, roles, columns, secret, faults)
    elif kind == "practice":
        made = practice.read_practice(table, roles, columns, faults)
    elif kind == "lists":
        made = lists.read_lists(table, columns, faults)
    elif kind == "members":
        made = lists.read_members(table, columns, faults)
    else:
        known = "; ".join(FILES.values())
        mend = f"Known are: {known}. Columns by other names are added to the column map (--columns)."
        if {"measure", "value"} <= {key(h) for h in table.header}:
            mend = "It has one row a role, as the high-level file of practices: take the detailed one of the same publication."
        faults.add(str(table.path), "is none of the files that are known, by its columns.", mend, row=1)
        return None
    return (str(kind), made) if made is not None else None
