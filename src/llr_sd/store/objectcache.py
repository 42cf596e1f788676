"""Object code of compiled models, kept in the user's cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

MARK = b"llr_sd object 1\n"
MOST_FILES = 64


class ObjectCache:
    """A folder of object code by key.

    Safe when several processes start at once: a file appears whole or not at all. A damaged file counts as missing. When the
    folder cannot be written, nothing is kept and nothing fails.

    Parameters
    ----------
    folder
        Where to keep the files; None for the user's cache folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            import platformdirs

            folder = platformdirs.user_cache_path("llr_sd") / "objects"
        self.folder = folder

    def _file(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.o"

    def get(self, key: str) -> bytes | None:
        """Return the object code put under `key`, or None where there is none that is whole."""
        file = self._file(key)
        try:
            data = file.read_bytes()
        except OSError:
            return None
        head, value = data[: len(MARK) + 32], data[len(MARK) + 32 :]
        if head != MARK + hashlib.sha256(value).digest():
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # the files that were not used for longest go first
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keep object code under `key`."""
        file = self._file(key)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as f:
                    f.write(MARK + hashlib.sha256(value).digest() + value)
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
