"""Object code of compiled models, kept in the user's cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from llr_sd.store.seal import cache_folder, private, seal, unseal

MOST_FILES = 64


class ObjectCache:
    """A folder of object code by key.

    Object code is run, so only what this account sealed for the same key is given back, from a folder in which nobody else may
    write; anything else counts as missing and is compiled again. Safe when several processes start at once: a file appears whole
    or not at all. When the folder cannot be written, or is somebody else's, nothing is kept and nothing fails.

    Parameters
    ----------
    folder
        Where to keep the files; None for the user's cache folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = cache_folder() / "objects" if folder is None else folder

    def _file(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.o"

    def get(self, key: str) -> bytes | None:
        """Return the object code put under `key`, or None where there is none that is whole.

        Parameters
        ----------
        key
            Says what the code was made from, and for which machine.
        """
        file = self._file(key)
        if not private(self.folder):
            return None
        with contextlib.suppress(OSError):
            value = unseal(f"object {key}", file.read_bytes())
            if value is not None:
                os.utime(file)  # the files that were not used for longest go first
            return value
        return None

    def put(self, key: str, value: bytes) -> None:
        """Keep object code under `key`.

        Parameters
        ----------
        key
            As in `get`.
        value
            The object code.
        """
        file = self._file(key)
        if not private(self.folder):
            return
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as f:
                    f.write(seal(f"object {key}", value))
                os.replace(name, file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(name)
            self._forget_old()

    def _forget_old(self) -> None:
        files = sorted(self.folder.glob("*.o"), key=lambda f: f.stat().st_mtime, reverse=True)
        for file in files[MOST_FILES:]:
            with contextlib.suppress(OSError):
                file.unlink()
