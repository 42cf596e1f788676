"""A seal on what this account writes for itself to read again: what is damaged, swapped or somebody else's does not carry it.

Runs that are kept become numbers and object code is run, so neither is believed on the word of a file. The seal is an HMAC with a
secret in the user's cache folder; without such a folder the secret lives as long as the process, and what others kept counts as missing.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

MARK = b"llr_sd sealed 1\n"
SIZE = 32


def seal(about: str, content: bytes) -> bytes:
    """Return `content` behind a seal that holds for `about` alone: what it is, and of what."""
    return MARK + _code(about, content) + content


def unseal(about: str, data: bytes) -> bytes | None:
    """Return the content that this account sealed for `about`, or None where `data` is anything else."""
    head, content = data[: len(MARK) + SIZE], data[len(MARK) + SIZE :]
    return content if hmac.compare_digest(head, MARK + _code(about, content)) else None


def own_key(about: str) -> bytes:
    """Return a key of this account for one purpose, the same each time: 32 bytes that nobody else can know."""
    return _code(about, b"")


def cache_folder() -> Path:
    """Return the folder of this user for what can be made again."""
    import platformdirs

    return platformdirs.user_cache_path("llr_sd")


def private(folder: Path) -> bool:
    """Make a folder, and say whether it is this user's and nobody else may write in it; one of their own is closed to others."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "nt":  # a user's folders there are closed to others by the access list that they inherit
            return True
        found = folder.stat()
        if found.st_uid != os.geteuid():
            return False
        if stat.S_IMODE(found.st_mode) & 0o022:
            folder.chmod(0o700)
            found = folder.stat()
        return not stat.S_IMODE(found.st_mode) & 0o022  # a memory stick knows no owners
    except OSError:
        return False


def _code(about: str, content: bytes) -> bytes:
    code = hmac.new(_secret(cache_folder()), f"{len(about)} {about}".encode(), "sha256")
    code.update(content)
    return code.digest()


@functools.cache
def _secret(folder: Path) -> bytes:
    """Return the user's secret, made on first use."""
    made = secrets.token_bytes(SIZE)
    if not private(folder):
        return made
    file = folder / "seal"
    with contextlib.suppress(OSError):
        return _read(file) or _keep(made, file)
    return made


def _read(file: Path) -> bytes | None:
    """Return the secret in a file, or None where there is no whole one."""
    if file.is_symlink() or not file.is_file():
        return None
    found = file.read_bytes()
    return found if len(found) == SIZE else None


def _keep(made: bytes, file: Path) -> bytes:
    """Write a secret whole; of several processes that start at once, one makes the secret of all."""
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(made)
        try:
            os.link(name, file)
        except OSError:
            found = _read(file)
            if found is not None:
                return found
            os.replace(name, file)  # damaged, or on a file system without links
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)
    return made
