"""Workforce files become a folder: each is recognised and read, all faults of all are said at once, and it is written whole or not at all."""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llr_sd.errors import InputError, ResultError
from llr_sd.store import contents, write_csv
from llr_sd.store.place import locked
from llr_sd.store.seal import own_key
from llr_sd.textfiles import is_file
from llr_sd.workforce import people, rollup
from llr_sd.workforce.columns import FILES, ColumnMap, read_columns
from llr_sd.workforce.columns import TABLE as COLUMN_TABLE
from llr_sd.workforce.published import lists, network, practice
from llr_sd.workforce.published.table import Table, read
from llr_sd.workforce.returns.holdings import read_returns
from llr_sd.workforce.returns.layout import sheet_for
from llr_sd.workforce.returns.read import BOOKS, files_of
from llr_sd.workforce.returns.template import template
from llr_sd.workforce.roles import TABLE as ROLE_TABLE
from llr_sd.workforce.roles import Roles, read_roles
from llr_sd.workforce.staffing import LEVELS, Fault, Faults, Staffing, current, joined

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str, int, int], None]
LOCAL = "local"
"""What identifies people, or counts few of them, stays in this folder."""
KEY = "key"
TITLE = "workforce import"
"""By which the manifest of a folder of ours is known."""
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
            silent = staffing.places[~staffing.places["answered"]]
            told = len(staffing.places) - len(silent)
            lines.append(
                f"{told:,} of {len(staffing.places):,} places say something of their staff; the others are unknown, not zero."
            )
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
    paths = [path for file in files for path in files_of(file)] or list(files)
    returned: dict[Path, tuple[str, str]] = {}
    for i, file in enumerate(paths):
        if progress:
            progress(f"reading {file.name}", i, len(paths))
        book = file.suffix.casefold() in BOOKS and is_file(file)
        table = None if book else read(file, faults)
        if table is None and not book:
            continue
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
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
        faults.add(str(table.path), "is none of the files that are known, by its columns.", mend, row=1)
        return None
    return (str(kind), made) if made is not None else None


def write_template(path: Path, roles: Path | None = None) -> None:
    """Write the empty workbook of our own return.

    Parameters
    ----------
    path
        A file that ends in .xlsx and is not there yet: a return that somebody filled in is never written over.
    roles
        An edited role table, whose roles can then be chosen; None for the one that ships.

    Raises
    ------
    InputError
        When the role table has a fault, or the file is there already or cannot be written.
    """
    if path.suffix.casefold() != ".xlsx":
        raise InputError("is no name of a workbook.", where=str(path), mend="Let it end in .xlsx.")
    taken = InputError("is there already, and is left as it is.", where=str(path), mend="Move it away first.")
    if is_file(path):
        raise taken
    content = template(read_roles(roles))
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise taken from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no file name"
        raise InputError(f"cannot be written ({reason}).", where=str(path)) from None


@dataclass(frozen=True)
class Written:
    """A folder that was written, and what was read."""

    path: Path
    imported: Imported


def import_files(
    files: Sequence[str | Path],
    out: str | Path,
    roles: str | Path | None = None,
    columns: str | Path | None = None,
    progress: Progress | None = None,
) -> Written:
    """Read workforce files and write a folder of them, whole or not at all.

    Parameters
    ----------
    files, roles, columns, progress
        As in `read_files`.
    out
        The folder. One that an import made is replaced, and keeps its key; anything else is left as it is.

    Raises
    ------
    LlrSdError
        With every fault of every file, or when the folder cannot be written.
    """
    place = Path(out)
    with locked(place) as real:
        _refuse_to_lose(real, place)
        secret = _key(real)
        tables = [None if t is None else Path(t) for t in (roles, columns)]
        imported = read_files([Path(f) for f in files], secret, tables[0], tables[1], progress)
        new, old = (real.parent / f".{real.name}.{word}" for word in ("new", "old"))
        shutil.rmtree(new, ignore_errors=True)
        try:
            (new / LOCAL).mkdir(parents=True, mode=0o700)
            _write(new, imported, secret, tables[0] or ROLE_TABLE, tables[1] or COLUMN_TABLE)
            contents.write_manifest(new, {"title": TITLE}, list(contents.entries(new)))
            _refuse_to_lose(real, place)
            _replace(real, new, old)
        except OSError as error:
            raise ResultError(f"cannot be written ({error.strerror or error}).", where=str(place)) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return Written(place, imported)


def _refuse_to_lose(real: Path, place: Path) -> None:
    """Raise ResultError where something stands that no import wrote, or that somebody changed since."""
    if not os.path.lexists(real):
        return
    mend = "Move it elsewhere, or choose another folder with --out."
    try:
        ours = contents.read_manifest(real)[0].get("title") == TITLE
        lost = contents.would_be_lost(real) if ours else None
    except ResultError:
        ours, lost = False, None
    if not ours:
        raise ResultError("is there already, and no import made it.", where=str(place), mend=mend)
    if lost is not None:
        raise ResultError(f"{lost} is not as the import wrote it, and would be lost.", where=str(place), mend=mend)


def _replace(real: Path, new: Path, old: Path) -> None:
    """Put a whole folder in the place of an earlier one, which comes back where that fails."""
    if not real.exists():
        new.rename(real)
        return
    shutil.rmtree(old, ignore_errors=True)
    real.rename(old)
    try:
        new.rename(real)
    except OSError:
        old.rename(real)
        raise
    contents.delete(old)


def _key(folder: Path) -> bytes:
    """Return the key of the hashes of a folder; this account's own where there is none yet, so that quarters agree."""
    file = folder / LOCAL / KEY
    if not is_file(file):
        return own_key("identifiers of people in workforce files")
    try:
        kept = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        kept = b""
    if len(kept) != 32:
        raise InputError("is no key.", where=str(file), mend="Remove it, and people get new hashes.")
    return kept


README = """\
# What an import read

- `sources.csv`: the files, their kind, period and hash.
- `places.csv`: practices and networks, with list sizes as far as files give them, and whether they said anything of their staff.
- `networks.csv`: networks, their patients, and whether they have the 30,000 to 50,000 that they are meant to have.
- `roles.csv`, `columns.csv`: the role table and the column map that were used.
- `local/`: what must not leave this machine: every row with hashed identifiers (`staff.csv`), the key of the hashes (`key`), small counts
  (`by_network.csv`, `by_locality.csv`, `by_area.csv`, `heads.csv`), and all notes on single rows (`notes.csv`).
"""


def _write(folder: Path, imported: Imported, secret: bytes, roles: Path, columns: Path) -> None:
    """Write everything into a folder that nobody else sees yet."""
    import pandas as pd

    staffing = imported.staffing
    now = Staffing(current(staffing.frame), staffing.places, staffing.period, staffing.margins, staffing.lists, staffing.notes)
    write_csv(pd.DataFrame([vars(s) for s in imported.sources]), folder / "sources.csv")
    write_csv(staffing.places, folder / "places.csv")
    write_csv(rollup.networks(staffing.places), folder / "networks.csv")
    shutil.copyfile(roles, folder / "roles.csv")
    shutil.copyfile(columns, folder / "columns.csv")
    (folder / "README.md").write_text(README, encoding="utf-8", newline="\n")
    local = folder / LOCAL
    key = local / KEY
    key.touch(mode=0o600)
    key.write_text(f"{secret.hex()}\n", encoding="ascii", newline="\n")
    write_csv(staffing.frame, local / "staff.csv")
    write_csv(staffing.margins, local / "margins.csv")
    write_csv(staffing.lists, local / "lists.csv")
    write_csv(pd.DataFrame([vars(n) for n in staffing.notes], columns=list(Fault.__annotations__)), local / "notes.csv")
    for unit in rollup.UNITS:
        write_csv(rollup.rolled(now, unit), local / f"by_{unit}.csv")
    write_csv(people.heads(now, ("place", "group")), local / "heads.csv")
