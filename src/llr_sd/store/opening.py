"""Reading a results folder back, and listing again what was drawn anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llr_sd.errors import InputError, ResultError
from llr_sd.result import StudyResult
from llr_sd.store.arrays import open_runs
from llr_sd.store.cells import read_failures
from llr_sd.store.contents import check, drawn, entries, read_log, read_manifest, write_manifest
from llr_sd.store.place import locked
from llr_sd.store.work import cannot_write
from llr_sd.study import Study, load_study

MEND = "Let the folder be written, or draw in a copy of it."
"""What to do where a report cannot be drawn again."""


def open_result(path: str | Path) -> StudyResult:
    """Read a results folder back, each file held against its hash; runs are read lazily.

    Parameters
    ----------
    path
        The folder that `run_study` or `llr-sd run` wrote.

    Returns
    -------
    StudyResult
        With every table in memory; `runs` stay on disk until they are asked for.

    Raises
    ------
    ResultError
        When the folder holds no results, or a file of them is missing or damaged.
    """
    return _opened(Path(path), without_drawn=False)


@contextmanager
def drawing_again(path: str | Path) -> Iterator[StudyResult]:
    """Give a result whose report is to be drawn again, and list the new files in its manifest afterwards.

    Parameters
    ----------
    path
        A results folder.

    Yields
    ------
    StudyResult
        With the path of the folder; the folder is locked until the end.

    Raises
    ------
    ResultError
        As in `open_result`, but for a report, a workbook and figures, which may be missing or changed; and when a run is writing there.
    """
    folder = Path(path)
    read_manifest(folder)
    if (folder / "figures").is_symlink():
        raise ResultError("figures is a link, which is not followed.", where=str(folder), mend="Remove it.")
    with locked(folder, MEND):
        result = _opened(folder, without_drawn=True)
        facts, listed = read_manifest(folder)
        others = {name for name in entries(folder) if name not in listed}
        yield result
        names = [n for n in entries(folder) if n not in others and (drawn(n) or n in listed)]
        try:
            write_manifest(folder, facts, names)
        except OSError as error:
            raise cannot_write(folder, error, MEND) from error


def _opened(folder: Path, without_drawn: bool) -> StudyResult:
    import pandas as pd

    manifest, listed = read_manifest(folder)
    read_log(folder)
    check(folder, listed, without_drawn)
    try:
        study = _believing(load_study(folder / "study.toml"), manifest)
        tables = {Path(n).stem: pd.read_parquet(folder / n) for n in listed if "/" not in n and n.endswith(".parquet")}
        tables["failures"] = read_failures(folder / "failures.csv")
        runs = open_runs(folder / "runs.zarr")
    except InputError as error:
        raise ResultError(
            f"cannot be read by this version ({error.what})", where=str(folder), mend="Run the study again."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultError("cannot be read by this version.", where=str(folder), mend="Run the study again.") from error
    return StudyResult(folder, study, manifest, runs, tables)


def _believing(study: Study, manifest: Mapping[str, Any]) -> Study:
    """Return the study with what its planned scenarios set, which the model's table said when it ran."""
    found = [
        s.model_copy(update={"set": {k: s.set.get(k, float(v)) for k, v in manifest["planned"][s.name].items()}})
        if s.planned
        else s
        for s in study.scenario
    ]
    return study.model_copy(update={"scenario": tuple(found)})
