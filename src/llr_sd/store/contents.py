"""What a results folder holds: every file with its hash, held against the manifest; only what that lists is ever deleted."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from llr_sd.errors import ResultError

MANIFEST = "manifest.json"
LOG = "log.json"
"""Where the study lay, seen from the folder that holds the results: the one file that differs between the same results elsewhere."""
FOLDER = "folder"
"""The part of the manifest that is about the folder: its files and the manifest's own hash."""
SELF = "sha256 of the rest"
DRAWN = ("report.html", "workbook.xlsx", "figures/")
"""What `llr-sd report` writes again."""
RUNS = "runs.zarr/"
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # left by a file manager that looked


def drawn(name: str) -> bool:
    """Whether a file is one that `llr-sd report` writes."""
    return name.startswith(DRAWN)


def entries(folder: Path) -> Iterator[str]:
    """Yield every file of a folder by its place in it; a link counts as a file and is not followed."""
    for top, inside, names in os.walk(folder):
        links = [d for d in inside if os.path.islink(os.path.join(top, d))]
        for name in sorted([*names, *links]):
            yield (Path(top) / name).relative_to(folder).as_posix()


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_log(folder: Path, study: str) -> None:
    """Write where the study lies."""
    _write(folder / LOG, {"study": study})


def write_manifest(folder: Path, facts: Mapping[str, Any], names: Iterable[str]) -> None:
    """Write the manifest with a hash of each named file and of itself."""
    _write(folder / MANIFEST, {**facts, FOLDER: {n: digest(folder / n) for n in sorted(names) if n not in (MANIFEST, LOG)}})


def read_manifest(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the manifest says of the study, and the hash of every file; raise ResultError where it is damaged or there is none."""
    file = folder / MANIFEST
    if not file.is_file():
        raise ResultError("there are no results here.", where=str(folder), mend="Give the folder that `llr-sd run` wrote.")
    facts = _read(file)
    if FOLDER not in facts and "title" in facts:
        raise ResultError(
            "holds results of an earlier version, whose files cannot be checked.",
            where=str(folder),
            mend="Remove it and run the study again.",
        )
    files = facts.pop(FOLDER, None)
    if not isinstance(files, dict) or not all(isinstance(t, str) for t in (facts.get("title"), *files, *files.values())):
        raise damaged(folder, MANIFEST)
    return facts, files


def read_log(folder: Path) -> str:
    """Return where the study lay; raise ResultError where nothing says so."""
    return str(_read(folder / LOG).get("study"))


def _write(file: Path, about: dict[str, Any]) -> None:
    """Write a JSON file with a hash of itself, whole or not at all."""
    text = _text({**about, SELF: hashlib.sha256(_text(about).encode()).hexdigest()})
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)  # never written through a link
    with beside.open("x", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(beside, file)


def _read(file: Path) -> dict[str, Any]:
    """Return what `_write` wrote; a file of an earlier version has no hash of itself."""
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        if SELF in about or FOLDER in about or "title" not in about:
            code = about.pop(SELF)
            if code != hashlib.sha256(_text(about).encode()).hexdigest():
                raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged(file.parent, file.name) from None
    return dict(about)


def _text(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def check(folder: Path, files: Mapping[str, str], without_drawn: bool) -> None:
    """Hold every file against its hash; raise ResultError with the name of the first that is missing, changed or strange."""
    for name, code in files.items():
        if without_drawn and drawn(name):
            continue
        try:
            whole = (folder / name).is_file() and digest(folder / name) == code
        except OSError:
            whole = False
        if not whole:
            raise damaged(folder, name)
    for name in entries(folder / RUNS):
        if RUNS + name not in files:
            raise damaged(folder, RUNS + name)


def damaged(folder: Path, name: str) -> ResultError:
    """Return the sentence for a file that is missing or not as it was written."""
    mend = "`llr-sd report` draws it again." if drawn(name) else "Run the study again."
    return ResultError(f"{name} is missing or is not the file that the run wrote.", where=str(folder), mend=mend)


def would_be_lost(folder: Path, apart: str = "") -> str | None:
    """Return the first file of a folder that is no result, or that somebody changed since; None where all of it may be replaced.

    Runs and tables in binary form are replaced whatever they hold: they can be damaged, but nobody edits them. What lies in a folder
    `apart` inside it, which has a manifest of its own, is not looked at.
    """
    _, files = read_manifest(folder)
    for name in entries(folder):
        path = folder / name
        if name in (MANIFEST, LOG) or _litter(name, files) or (apart and name.startswith(f"{apart}/")):
            continue
        if name not in files or path.is_symlink() or not path.is_file():
            return name
        if not name.startswith(RUNS) and path.suffix != ".parquet" and digest(path) != files[name]:
            return name
    return None


def _litter(name: str, listed: Collection[str]) -> bool:
    """Whether a file was left by a file manager, or is half of one of ours that a kill left."""
    place, _, last = name.rpartition("/")
    whole = last.removeprefix(".").removesuffix(".part")
    return last in LITTER or (last == f".{whole}.part" and (f"{place}/{whole}".lstrip("/") in {*listed, MANIFEST, LOG}))


def delete(folder: Path) -> None:
    """Delete the results in a folder, the manifest last, and the folder where nothing else is left in it."""
    listed = {*read_manifest(folder)[1], LOG} if (folder / MANIFEST).is_file() else set()
    for name in list(entries(folder)):
        if name in listed or _litter(name, listed):
            (folder / name).unlink()
    (folder / MANIFEST).unlink(missing_ok=True)
    for top, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # something else is in it
            os.rmdir(top)
