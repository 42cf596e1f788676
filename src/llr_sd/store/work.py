"""Blocks of runs on disk while a study runs: what is there after a kill, or after an error, is not computed again."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from llr_sd.errors import ResultError
from llr_sd.result import Block
from llr_sd.store.seal import seal, unseal

NOTE = "about.txt"
ABOUT = "Unfinished work of `llr-sd run`, which goes on from here when it is started again. It may be deleted.\n"
SUFFIX = ".block"
HALF = ".half"
NEW = "new"


class WorkFolder:
    """The unfinished part of a study, beside its final folder.

    A block has the key of everything that its runs depend on as its name, and is sealed for it. So it is found again whatever else
    was changed, and a damaged, swapped or foreign file is no block. Blocks are written whole (to another name, then renamed): a
    kill at any moment loses the block under way and nothing else. The caller holds the lock of the place.

    Parameters
    ----------
    path
        The folder; made when the first thing is put into it.

    Raises
    ------
    ResultError
        When something else stands there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise ResultError("is in the way of unfinished runs.", where=str(path), mend="Remove it, or choose another --out.")
        found = {p.name for p in path.iterdir()} if path.is_dir() else set()
        if found and (NOTE not in found or (path / NOTE).is_symlink()):
            raise ResultError(
                f"holds {min(found)}, which is not of unfinished runs.",
                where=str(path),
                mend="Remove it, or choose another --out.",
            )
        self._earlier = {name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)}

    def make(self) -> None:
        """Make the folder, with a line that says what it is."""
        if not (self.path / NOTE).is_file():
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / NOTE).write_text(ABOUT, encoding="utf-8")

    def get(self, key: str) -> Block | None:
        """Return the block of a key, or None where there is none that is whole and was put there under this key.

        Parameters
        ----------
        key
            Of all that the runs of the block depend on.
        """
        try:
            content = unseal(f"block {key}", (self.path / f"{key}{SUFFIX}").read_bytes())
            return None if content is None else _unpacked(content)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def earlier(self, key: str) -> bool:
        """Return whether an earlier start left a block of this key.

        Parameters
        ----------
        key
            As in `get`.
        """
        return key in self._earlier

    def put(self, key: str, block: Block) -> None:
        """Write a block whole.

        Parameters
        ----------
        key
            As in `get`.
        block
            Its runs.

        Raises
        ------
        ResultError
            When the folder cannot be written.
        """
        new = self.path / f"{key}{HALF}"
        try:
            self.make()
            new.unlink(missing_ok=True)  # never written through a link
            with new.open("xb") as file:
                file.write(seal(f"block {key}", _packed(block)))
                file.flush()
                os.fsync(file.fileno())
            place = self.path / f"{key}{SUFFIX}"
            if place.is_dir() and not place.is_symlink():  # no block; all that is in here goes when the study is done
                shutil.rmtree(place)
            os.replace(new, place)
        except OSError as error:
            raise cannot_write(self.path.parent, error) from error

    def new(self) -> Path:
        """Return an empty folder in it, for results that are being made."""
        self.discard_new()
        self.make()
        (self.path / NEW).mkdir()
        return self.path / NEW

    def discard_new(self) -> None:
        """Remove the results that were being made."""
        new = self.path / NEW
        new.unlink() if new.is_symlink() else shutil.rmtree(new, ignore_errors=True)

    @property
    def kept(self) -> bool:
        """Whether there are finished runs in it."""
        return any(self.path.glob(f"*{SUFFIX}"))

    def remove(self) -> None:
        """Remove what is of unfinished runs, and the folder where nothing else is in it: the results are whole, or nothing was done."""
        if not self.path.is_dir():
            return
        self.discard_new()
        for item in self.path.iterdir():
            if item.suffix in (SUFFIX, HALF) and (item.is_symlink() or not item.is_dir()):
                item.unlink(missing_ok=True)
        (self.path / NOTE).unlink(missing_ok=True)  # last, for without it the folder counts as somebody else's
        with suppress(OSError):  # something else is in it
            self.path.rmdir()


def _packed(block: Block) -> bytes:
    """Return a block as the bytes of an npz file: all but numbers as JSON, whether each run is ok, then the outputs in order."""
    about: dict[str, Any] = {
        "outputs": list(block.outputs),
        "dims": dict(block.dims),
        "coords": dict(block.coords),
        "units": dict(block.units),
        "labels": dict(block.labels),
        "failures": block.failures,
    }
    out = io.BytesIO()
    np.savez(out, np.frombuffer(json.dumps(about).encode(), dtype=np.uint8), block.ok, *block.outputs.values())
    return out.getvalue()


def _unpacked(content: bytes) -> Block:
    with np.load(io.BytesIO(content)) as file:
        about = json.loads(file["arr_0"].tobytes())
        ok = file["arr_1"]
        outputs = {str(name): file[f"arr_{i}"] for i, name in enumerate(about["outputs"], 2)}
    dims, coords = ({k: tuple(v) for k, v in about[part].items()} for part in ("dims", "coords"))
    failures = tuple((run, time, variable, reason) for run, time, variable, reason in about["failures"])
    return Block(outputs, dims, coords, about["units"], about["labels"], ok, failures)


ELSEWHERE = "Choose another folder with --out."
"""How to mend a folder of results that cannot be written."""


def cannot_write(folder: Path, error: OSError, mend: str = ELSEWHERE) -> ResultError:
    """Return the sentence for a full disk, a read-only folder and the like."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    if isinstance(error, FileExistsError | NotADirectoryError):
        reason = "a file is where a folder should be"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        mend = f"Make room. {mend}"
    return ResultError(f"cannot be written ({reason}).", where=str(folder), mend=mend)
