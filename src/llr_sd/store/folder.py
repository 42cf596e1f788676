"""The results folder: made beside its final place and moved there when whole, so that nothing half written is ever read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd.errors import ResultError
from llr_sd.result import StudyResult
from llr_sd.store.arrays import Piece, open_runs, write_runs
from llr_sd.store.cells import write_csv
from llr_sd.store.contents import (
    MANIFEST,
    delete,
    digest,
    entries,
    read_log,
    read_manifest,
    would_be_lost,
    write_log,
    write_manifest,
)
from llr_sd.store.work import WorkFolder
from llr_sd.study import Study
from llr_sd.textfiles import is_file

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

IN_PYTHON = "made in Python"
"""What stands for the place of a study that lies in no file: one of the same title replaces its results."""
FINDINGS = "findings.md"
LIBRARIES = ("llr-sd", "pysd", "numpy", "scipy", "pandas", "xarray", "matplotlib")


class ResultsFolder:
    """A folder being made.

    What stands in its place is replaced only where it is a whole results folder of the same study and nothing of anybody else's is
    in it. The same study has the same title, and either the same place (that of its file, seen from the folder that the results lie
    in) or the same inputs to the byte. So an edited study replaces its own results, and those of another study stay.

    Parameters
    ----------
    final
        Where the results will stand, as the user gave it.
    real
        The same with links followed; its lock is held.
    work
        The unfinished part, in which the folder is made.
    study
        The study.
    files
        Its own file, the model file, the parameter table and what else the numbers depend on, by their place in the folder; they are
        copied at once, before anybody edits them. A text is written as it is.

    Raises
    ------
    ResultError
        When the place holds something else.
    """

    def __init__(self, final: Path, real: Path, work: WorkFolder, study: Study, files: Mapping[str, Path | str]) -> None:
        self.final, self._real, self._study = final, real, study
        self._old = real.parent / f".{real.name}.old"
        self.path = work.new()
        for place, file in files.items():
            (self.path / place).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(file, str):
                (self.path / place).write_bytes(file.encode())
            else:
                shutil.copyfile(file, self.path / place)
        self._sha256 = {place: digest(self.path / place) for place in files}
        if study.file and is_file(study.folder / FINDINGS):  # what its author says of the numbers; no number depends on it
            shutil.copyfile(study.folder / FINDINGS, self.path / FINDINGS)
        self._from = _path_from(real.parent, study.file) if study.file else IN_PYTHON
        self._clear_old()
        self._check()

    def _clear_old(self) -> None:
        """Put back, or remove, the earlier results that a kill left beside their place."""
        if not os.path.lexists(self._old):
            return
        if self._old.is_symlink() or not self._old.is_dir():
            raise ResultError("is in the way.", where=str(self._old), mend="Remove it, or choose another folder with --out.")
        if not os.path.lexists(self._real):
            self._old.rename(self._real)
            return
        if any(entries(self._old)):
            _refuse_to_lose(self._old, self._old)
        delete(self._old)

    def _check(self) -> None:
        """Refuse to replace anything but results of this study."""
        if os.path.ismount(self._real):
            raise ResultError(
                "is the top of a disk, and cannot be replaced.",
                where=str(self.final),
                mend="Choose a folder in it with --out.",
            )
        if not self._real.exists() or (self._real.is_dir() and not any(self._real.iterdir())):
            return
        mend = "Choose another folder with --out."
        try:
            facts, _ = read_manifest(self._real)
            theirs = read_log(self._real)
        except ResultError:
            there = (self._real / MANIFEST).is_file()
            what = "results of an earlier version, or damaged ones" if there else "something other than results"
            raise ResultError(f"holds {what}; it is left as it is.", where=str(self.final), mend=mend) from None
        same = theirs == self._from or facts.get("sha256") == self._sha256
        if facts["title"] != self._study.title or not same:
            holds = f'holds the results of another study, "{facts["title"]}" (from {theirs})'
            raise ResultError(f"{holds}; it is left as it is.", where=str(self.final), mend=mend)
        if not os.access(self._real, os.W_OK):
            raise ResultError("is read-only; it is left as it is.", where=str(self.final), mend=mend)
        _refuse_to_lose(self._real, self.final)

    def write_runs(self, scenarios: tuple[str, ...], runs: int, pieces: Iterator[Piece], central: list[Piece]) -> xr.Dataset:
        """Write the runs and return them, read lazily.

        Parameters
        ----------
        scenarios
            Names, in order.
        runs
            Runs of each scenario.
        pieces
            The blocks of runs, as they come.
        central
            The run with every parameter at its central value, a block a scenario.

        Returns
        -------
        Dataset
            As in `StudyResult.runs`.
        """
        write_runs(self.path / "runs.zarr", scenarios, runs, pieces, central)
        return open_runs(self.path / "runs.zarr")

    def write(self, study: Study, runs: xr.Dataset, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> StudyResult:
        """Write the tables; return the result as it stands in the unfinished folder.

        Parameters
        ----------
        study
            The study as it ran.
        runs
            What `write_runs` returned.
        tables
            As in `StudyResult.tables`.
        facts
            What else the manifest records.

        Returns
        -------
        StudyResult
            With the path of the unfinished folder.
        """
        for name in sorted(set(tables) - {"failures"}):
            tables[name].to_parquet(self.path / f"{name}.parquet", index=False)
        write_csv(tables["failures"], self.path / "failures.csv")
        manifest = {"title": study.title, **facts, "versions": versions(), "sha256": self._sha256}
        return StudyResult(self.path, study, manifest, runs, tables)

    def finish(self, manifest: Mapping[str, Any]) -> Path:
        """List what is in the folder and move it to its final place; the earlier results there are removed.

        Parameters
        ----------
        manifest
            As `write` gave it with the result.

        Returns
        -------
        Path
            The final place, as the user gave it.

        Raises
        ------
        ResultError
            When something else stands there by now.
        """
        write_log(self.path, self._from)
        write_manifest(self.path, manifest, list(entries(self.path)))
        self._check()
        if self._real.exists():
            self._real.rename(self._old)
        try:
            self.path.rename(self._real)
        except OSError:
            if self._old.exists():
                self._old.rename(self._real)
            raise
        if self._old.exists():
            delete(self._old)
        return self.final


def _refuse_to_lose(folder: Path, shown: Path) -> None:
    """Raise ResultError where a folder of results holds a file that is not one of them."""
    name = would_be_lost(folder)
    if name is not None:
        raise ResultError(
            f"{name} is not a file of the results, or was changed since, and would be lost.",
            where=str(shown),
            mend="Move it elsewhere, or choose another folder with --out.",
        )


def _path_from(folder: Path, file: Path) -> str:
    """Return the path of a file from a folder: the same again after both are moved together, and on every start."""
    try:
        return Path(os.path.relpath(file.resolve(), folder)).as_posix()
    except ValueError:  # on another drive
        return file.resolve().as_posix()


def versions() -> dict[str, str]:
    """Return the versions of this package and of the libraries that its numbers come from."""
    return {name: version(name) for name in LIBRARIES}
