"""The results folder: made beside its final place and moved there when whole, so that nothing half written is ever read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd.errors import InputError, ResultError
from llr_sd.result import StudyResult
from llr_sd.store.arrays import Piece, open_runs, write_runs
from llr_sd.store.work import cannot_write
from llr_sd.study import Study, load_study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MANIFEST = "manifest.json"
LIBRARIES = ("llr-sd", "pysd", "numpy", "scipy", "pandas", "xarray", "matplotlib")


class ResultsFolder:
    """A folder being made.

    Parameters
    ----------
    final
        Where the results will stand. An earlier result of the same study there is replaced; anything else is refused.
    title
        The study's title.

    Raises
    ------
    ResultError
        When the place cannot be written, or holds something else.
    """

    def __init__(self, final: Path, title: str) -> None:
        self.final = final
        self.path = final.parent / f".{final.name}.new"
        self._check(title)
        try:
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(parents=True)
        except OSError as error:
            raise cannot_write(final.parent, error) from error

    def _check(self, title: str) -> None:
        if not self.final.exists() or (self.final.is_dir() and not any(self.final.iterdir())):
            return
        try:
            found = json.loads((self.final / MANIFEST).read_text(encoding="utf-8"))["title"]
        except (OSError, ValueError, KeyError, TypeError):
            found = None
        if found != title:
            holds = f'holds the results of "{found}"' if found else "holds something other than results"
            raise ResultError(f"{holds}; it is left as it is.", where=str(self.final), mend="Choose another folder with --out.")

    def write_runs(self, scenarios: tuple[str, ...], runs: int, pieces: Iterator[Piece], central: list[Piece]) -> xr.Dataset:
        """Write the runs and return them, read lazily; see `arrays.write_runs`."""
        try:
            write_runs(self.path / "runs.zarr", scenarios, runs, pieces, central)
        except OSError as error:
            raise cannot_write(self.final, error) from error
        return open_runs(self.path / "runs.zarr")

    def write(
        self,
        study: Study,
        files: Mapping[str, Path],
        runs: xr.Dataset,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any],
    ) -> StudyResult:
        """Write tables, copies and manifest; return the result as it stands in the unfinished folder.

        Parameters
        ----------
        study
            The study; its file is copied.
        files
            The model file, its parameter table and what else the numbers depend on, by their place in the folder.
        runs
            What `write_runs` returned.
        tables
            As in `StudyResult.tables`.
        facts
            What else the manifest records.
        """
        try:
            for place, file in files.items():
                (self.path / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, self.path / place)
            shutil.copyfile(study.file, self.path / "study.toml")
            for name in sorted(set(tables) - {"failures"}):
                tables[name].to_parquet(self.path / f"{name}.parquet", index=False)
            tables["failures"].to_csv(self.path / "failures.csv", index=False, lineterminator="\n")
            manifest = {"title": study.title, **facts, "versions": versions(), "sha256": hashes(study, files)}
            text = json.dumps(manifest, indent=2, ensure_ascii=False)
            (self.path / MANIFEST).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise cannot_write(self.final, error) from error
        return StudyResult(self.path, study, manifest, runs, tables)

    def finish(self) -> Path:
        """Move the folder to its final place; what stood there is removed."""
        old = self.final.parent / f".{self.final.name}.old"
        try:
            shutil.rmtree(old, ignore_errors=True)
            if self.final.exists():
                self.final.rename(old)
            self.path.rename(self.final)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise cannot_write(self.final, error) from error
        return self.final

    def discard(self) -> None:
        """Remove the unfinished folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def versions() -> dict[str, str]:
    """Return the versions of this package and of the libraries that its numbers come from."""
    return {name: version(name) for name in LIBRARIES}


def hashes(study: Study, files: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of the study file and of the files that its numbers depend on, by their place in the results folder."""
    return {name: hashlib.sha256(f.read_bytes()).hexdigest() for name, f in {"study.toml": study.file, **files}.items()}


def open_result(path: str | Path) -> StudyResult:
    """Read a results folder back; runs are read lazily.

    Raises
    ------
    ResultError
        When the folder holds no results, or damaged ones.
    """
    import pandas as pd

    folder = Path(path)
    if not (folder / MANIFEST).is_file():
        raise ResultError("there are no results here.", where=str(folder), mend="Give the folder that `llr-sd run` wrote.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        study = load_study(folder / "study.toml")
        tables = {file.stem: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}
        tables["failures"] = pd.read_csv(folder / "failures.csv")
        runs = open_runs(folder / "runs.zarr")
    except (OSError, ValueError, KeyError, InputError) as error:
        raise ResultError(f"the results are damaged ({error}).", where=str(folder), mend="Run the study again.") from error
    return StudyResult(folder, study, manifest, runs, tables)
