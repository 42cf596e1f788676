"""The place of a study's results while it runs: one writer at a time, unfinished runs beside it, nothing half written in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from llr_sd.errors import ResultError
from llr_sd.store.folder import ResultsFolder
from llr_sd.store.work import ELSEWHERE, WorkFolder, cannot_write
from llr_sd.study import Study

if TYPE_CHECKING:
    from filelock import FileLock

Error = TypeVar("Error", bound=BaseException)


@contextmanager
def folders(place: Path, study: Study, files: Mapping[str, Path | str]) -> Iterator[tuple[ResultsFolder, WorkFolder]]:
    """Give the results folder being made and the folder of finished runs, which stays when an error ends the work.

    Parameters
    ----------
    place
        Where the results will stand; links are followed.
    study, files
        The study, and the files that its numbers depend on (or their text) by their place in the folder, `study.toml` first.

    Raises
    ------
    ResultError
        When another process is writing there, the place cannot be written, or holds anything but earlier results of this study.
    """
    with locked(place) as real:
        work = WorkFolder(real.parent / f".{real.name}.part")
        try:
            yield ResultsFolder(place, real, work, study, files), work
        except OSError as error:
            raise _leave(work, cannot_write(place, error)) from error
        except BaseException as error:
            raise _leave(work, error)  # noqa: B904 - the same error, with a note
        work.remove()


def _leave(work: WorkFolder, error: Error) -> Error:
    """Clear away what is half written; tell with the error where finished runs are kept."""
    work.discard_new()
    if work.kept:
        error.add_note(f"Runs that are done are kept in {work.path}; start it again to go on from there.")
    else:
        work.remove()
    return error


def _take(lock: FileLock, file: Path, place: Path) -> None:
    from filelock import Timeout

    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not file.exists():  # nobody holds it: it cannot be made, which opening it says
            file.open("xb").close()
            file.unlink()
        raise ResultError("another run is writing here.", where=str(place), mend=f"Wait for it to end. {ELSEWHERE}") from None


@contextmanager
def locked(place: Path, mend: str = ELSEWHERE) -> Iterator[Path]:
    """Let no other process write a results folder; give its real path, with links followed. A kill ends the lock.

    `mend` is what to do where it cannot be written.
    """
    from filelock import FileLock

    try:
        real = place.resolve()
        file = real.parent / f".{real.name}.lock"
        if not real.name or file.is_symlink():
            raise ValueError
        real.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file)
        _take(lock, file, place)
    except OSError as error:
        raise cannot_write(place.parent, error, mend) from error
    except (RuntimeError, ValueError):  # links in a circle, a root, a name that is none
        raise ResultError("cannot hold results.", where=str(place), mend=mend) from None
    try:
        yield real
    finally:
        if os.name == "nt":  # a file that is held cannot be removed there
            lock.release()
        with suppress(OSError):
            file.unlink(missing_ok=True)  # elsewhere while it is held, so that nobody locks a file that is about to go
        lock.release()
