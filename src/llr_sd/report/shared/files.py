"""Write the report's files whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from llr_sd.errors import ResultError


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and move it into place; raise ResultError when the folder cannot be written."""
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)  # never written through a link
        with beside.open("xb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ResultError(
            f"cannot be written ({error.strerror or error}).",
            where=str(path),
            mend="Close it where it is open, or let its folder be written.",
        ) from error
