"""Blocks of runs on disk while a study runs: what is there after a kill is not computed again."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

from llr_sd.errors import ResultError


class WorkFolder:
    """The unfinished part of a study, beside its final folder.

    Blocks are written whole (to another name, then renamed), so that a kill at any moment loses the block under way and nothing
    else. A folder with another key is of other inputs, and is started afresh.

    Parameters
    ----------
    final
        Where the results will stand.
    key
        A hash of everything that the runs depend on.

    Raises
    ------
    ResultError
        When the place cannot be written, or another process is writing there.
    """

    def __init__(self, final: Path, key: str) -> None:
        from filelock import FileLock, Timeout

        self.path = final.parent / f".{final.name}.part"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.path.parent / f".{final.name}.lock")
            self._lock.acquire(timeout=0)
        except Timeout:
            raise ResultError(
                "another run is writing here.", where=str(final), mend="Wait for it, or choose another --out."
            ) from None
        except OSError as error:
            raise cannot_write(final.parent, error) from error
        try:
            note = self.path / "key.json"
            if not note.is_file() or json.loads(note.read_text(encoding="utf-8")) != key:
                shutil.rmtree(self.path)
                self.path.mkdir()
                note.write_text(json.dumps(key), encoding="utf-8")
        except ValueError:
            self.remove()
            raise ResultError(
                "the unfinished results were damaged and are removed.", where=str(final), mend="Run it again."
            ) from None
        except OSError as error:
            raise cannot_write(final.parent, error) from error

    def get(self, name: str) -> Any:
        """Return the block called `name`, which `has` says is there."""
        return pickle.loads((self.path / f"{name}.block").read_bytes())

    def has(self, name: str) -> bool:
        """Say whether the block called `name` is there."""
        return (self.path / f"{name}.block").is_file()

    def put(self, name: str, block: Any) -> None:
        """Write a block whole."""
        new = self.path / f"{name}.new"
        try:
            with new.open("wb") as file:
                pickle.dump(block, file, protocol=5)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.path / f"{name}.block")
        except OSError as error:
            raise cannot_write(self.path.parent, error) from error

    def release(self) -> None:
        """Let another process write here; what was computed stays."""
        lock = Path(self._lock.lock_file)
        self._lock.release()
        lock.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder: the results are whole, or not wanted."""
        shutil.rmtree(self.path, ignore_errors=True)


def cannot_write(folder: Path, error: OSError) -> ResultError:
    """Return the sentence for a full disk, a read-only folder and the like."""
    return ResultError(
        f"cannot be written ({error.strerror or error}).",
        where=str(folder),
        mend="Make room or choose another folder with --out.",
    )
