"""The results folder: written beside its final place and moved there when whole, so that nothing half written is ever left."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd.errors import ResultError
from llr_sd.result import StudyResult
from llr_sd.study import Study, load_study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MANIFEST = "manifest.json"
TABLES = ("summary", "targets", "parameters", "design")
LIBRARIES = ("llr-sd", "pysd", "numpy", "scipy", "pandas", "xarray", "matplotlib")


class ResultsFolder:
    """A folder being written.

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
        self._check(title)
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
        except OSError as error:
            raise ResultError(
                f"cannot be written ({error.strerror}).", where=str(final.parent), mend="Choose another with --out."
            ) from error

    def _check(self, title: str) -> None:
        if not self.final.exists():
            return
        if self.final.is_dir() and not any(self.final.iterdir()):
            return
        try:
            found = json.loads((self.final / MANIFEST).read_text(encoding="utf-8"))["title"]
        except (OSError, ValueError, KeyError):
            found = None
        if found != title:
            holds = f'holds the results of "{found}"' if found else "holds something other than results"
            raise ResultError(f"{holds}; it is left as it is.", where=str(self.final), mend="Choose another folder with --out.")

    def write(
        self,
        study: Study,
        model_files: tuple[Path, ...],
        runs: xr.Dataset,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any],
    ) -> StudyResult:
        """Write runs, tables, copies and manifest; return the result as it stands in the unfinished folder.

        Parameters
        ----------
        study
            The study; its file is copied.
        model_files
            The model file and, where it has one, its parameter table.
        runs
            As in `StudyResult.runs`.
        tables
            As in `StudyResult.tables`.
        facts
            What else the manifest records.
        """
        try:
            (self.path / "model").mkdir()
            for file in model_files:
                shutil.copyfile(file, self.path / "model" / file.name)
            shutil.copyfile(study.file, self.path / "study.toml")
            runs.to_zarr(self.path / "runs.zarr", mode="w", zarr_format=2, consolidated=False)
            for name in TABLES:
                tables[name].to_parquet(self.path / f"{name}.parquet", index=False)
            tables["failures"].to_csv(self.path / "failures.csv", index=False, lineterminator="\n")
            manifest = {
                "title": study.title,
                **facts,
                "versions": {name: version(name) for name in LIBRARIES},
                "sha256": {"study.toml": _sha256(study.file)} | {f"model/{f.name}": _sha256(f) for f in model_files},
            }
            text = json.dumps(manifest, indent=2, ensure_ascii=False)
            (self.path / MANIFEST).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise ResultError(f"cannot be written ({error.strerror}).", where=str(self.final)) from error
        return StudyResult(self.path, study, manifest, runs, tables)

    def finish(self) -> Path:
        """Move the folder to its final place."""
        try:
            self.path.chmod(0o755)
            if self.final.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{self.final.name}-old-", dir=self.final.parent))
                self.final.rename(old / "old")
                self.path.rename(self.final)
                shutil.rmtree(old)
            else:
                self.path.rename(self.final)
        except OSError as error:
            raise ResultError(f"cannot be written ({error.strerror}).", where=str(self.final)) from error
        return self.final

    def discard(self) -> None:
        """Remove the unfinished folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def open_result(path: str | Path) -> StudyResult:
    """Read a results folder back; runs are read lazily.

    Raises
    ------
    ResultError
        When the folder holds no results, or damaged ones.
    """
    import pandas as pd
    import xarray as xr

    folder = Path(path)
    if not (folder / MANIFEST).is_file():
        raise ResultError("there are no results here.", where=str(folder), mend="Give the folder that `llr-sd run` wrote.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        study = load_study(folder / "study.toml")
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        tables["failures"] = pd.read_csv(folder / "failures.csv")
        runs = xr.open_zarr(folder / "runs.zarr", consolidated=False, chunks=None)
    except (OSError, ValueError, KeyError) as error:
        raise ResultError(f"the results are damaged ({error}).", where=str(folder), mend="Run the study again.") from error
    return StudyResult(folder, study, manifest, runs, tables)
