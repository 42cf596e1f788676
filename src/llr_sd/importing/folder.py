"""The folder of an import: written beside its place and put there when whole, so that nothing half written is ever read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd.errors import InputError, ResultError
from llr_sd.importing.baseline import write_baseline
from llr_sd.importing.reading import RETURN, Imported, Progress, read_files
from llr_sd.store import contents, write_csv
from llr_sd.store.place import locked
from llr_sd.store.seal import own_key
from llr_sd.textfiles import is_file, is_folder
from llr_sd.workforce import people, rollup
from llr_sd.workforce.columns import TABLE as COLUMN_TABLE
from llr_sd.workforce.roles import TABLE as ROLE_TABLE
from llr_sd.workforce.staffing import Fault, Staffing, current

LOCAL = "local"
"""What identifies people, or counts few of them, stays in this folder."""
KEY = "key"
GIVEAWAYS = ("rows", "sha256")
"""What would tell of a return how few people it has: its rows are people, and a hash of few small numbers can be looked for."""
TITLE = "workforce import"
"""By which the manifest of a folder of ours is known."""


@dataclass(frozen=True)
class Written:
    """A folder that was written, what was read, and what is said of the baseline."""

    path: Path
    imported: Imported
    baseline: tuple[str, ...] = ()


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
            said = _write(new, imported, secret, tables[0] or ROLE_TABLE, tables[1] or COLUMN_TABLE)
            _list(new)
            _refuse_to_lose(real, place)
            _replace(real, new, old)
        except OSError as error:
            raise ResultError(f"cannot be written ({error.strerror or error}).", where=str(place)) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return Written(place, imported, said)


def _refuse_to_lose(real: Path, place: Path) -> None:
    """Raise ResultError where something stands that no import wrote, or that somebody changed since."""
    if not os.path.lexists(real):
        return
    mend = "Move it elsewhere, or choose another folder with --out."
    try:
        ours = contents.read_manifest(real)[0].get("title") == TITLE
        lost = contents.would_be_lost(real, LOCAL) if ours else None
        if ours and lost is None and is_folder(real / LOCAL):
            inside = contents.would_be_lost(real / LOCAL)
            lost = f"{LOCAL}/{inside}" if inside else None
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
    if is_folder(old / LOCAL):
        contents.delete(old / LOCAL)
    contents.delete(old)


def _list(folder: Path) -> None:
    """Write what is in the folder, and apart from it what is in its local part: a hash of few small counts would give them away."""
    local = folder / LOCAL
    contents.write_manifest(local, {"title": TITLE}, list(contents.entries(local)))
    contents.write_manifest(folder, {"title": TITLE}, [n for n in contents.entries(folder) if not n.startswith(f"{LOCAL}/")])


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


def _write(folder: Path, imported: Imported, secret: bytes, roles: Path, columns: Path) -> tuple[str, ...]:
    """Write everything into a folder that nobody else sees yet."""
    import pandas as pd

    staffing = imported.staffing
    now = Staffing(current(staffing.frame), staffing.places, staffing.period, staffing.margins, staffing.lists, staffing.notes)
    sources = pd.DataFrame([vars(s) for s in imported.sources])
    ours = pd.Series([s.kind == RETURN for s in imported.sources])
    write_csv(sources.assign(**{c: sources[c].astype(object).mask(ours, "") for c in GIVEAWAYS}), folder / "sources.csv")
    write_csv(staffing.places, folder / "places.csv")
    write_csv(rollup.networks(staffing.places), folder / "networks.csv")
    shutil.copyfile(roles, folder / "roles.csv")
    shutil.copyfile(columns, folder / "columns.csv")
    local = folder / LOCAL
    key = local / KEY
    key.touch(mode=0o600)
    key.write_text(f"{secret.hex()}\n", encoding="ascii", newline="\n")
    write_csv(sources, local / "sources.csv")
    write_csv(staffing.frame, local / "staff.csv")
    write_csv(staffing.margins, local / "margins.csv")
    write_csv(staffing.lists, local / "lists.csv")
    write_csv(pd.DataFrame([vars(n) for n in staffing.notes], columns=list(Fault.__annotations__)), local / "notes.csv")
    for unit in rollup.UNITS:
        write_csv(rollup.rolled(now, unit), local / f"by_{unit}.csv")
    write_csv(people.heads(now, ("place", "group")), local / "heads.csv")
    return write_baseline(folder, local, imported)
