"""A checked study, ready to run: of outputs of one model, or of the risks of a register over several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd import bundled
from llr_sd.errors import InputError
from llr_sd.laws import FILE as LAWS
from llr_sd.observed import FOLDER, series_file
from llr_sd.run.analyses import Work, analyse
from llr_sd.run.answers import with_answers
from llr_sd.run.execute import Progress, Runner
from llr_sd.run.filled import model_files, study_model
from llr_sd.run.fitting.made import with_calibration
from llr_sd.run.prepare import PreparedStudy, prepare
from llr_sd.store import Piece
from llr_sd.study import Study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Write = Callable[[tuple[str, ...], int, Iterator[Piece], list[Piece]], "xr.Dataset"]
"""Writes the main runs and returns them, read lazily: `ResultsFolder.write_runs`."""


@dataclass(frozen=True)
class Found:
    """What a study found: its main runs, tidy tables by name ("failures" among them), and what the manifest says of them."""

    runs: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is to be done, checked.

    Attributes
    ----------
    study
        As it runs.
    files
        What the numbers depend on, by the place of its copy among the results; a text is written as it is.
    models
        The prepared study of each model by its name; by "" where there is one.
    carry_out
        Runs it, writes the main runs and works out its tables.
    """

    study: Study
    files: Mapping[str, Path | str]
    models: Mapping[str, PreparedStudy]
    carry_out: Callable[[Runner, Write], Found]


def plan_outputs(study: Study, threads: int | None, progress: Progress) -> Plan:
    """Check a study of outputs against its model, and make its calibration, before its runs; raise InputError where it does not fit."""
    model = study_model(study)
    prepared = with_answers(with_calibration(prepare(study, model), threads, progress))
    names = tuple(s.name for s in study.scenario)
    central, main = prepared.samples["central"], prepared.samples["monte_carlo"]

    def carry_out(runner: Runner, write: Write) -> Found:
        runner.run(prepared.samples.values())
        runs = write(names, main.design.runs, runner.pieces(main), list(runner.pieces(central)))
        tables, said = analyse(Work(prepared, runs, runner))
        believed = {s.name: dict(s.set) for s in prepared.study.scenario if s.planned}
        facts = {"model": model.name, "model file": _which(prepared), "runs": main.design.runs, "runs in all": prepared.runs}
        facts |= {"planned": believed} if believed else {}
        return Found(runs, tables, facts | {"scenarios": len(names)} | said)

    return Plan(prepared.study, _files(prepared, study), {"": prepared}, carry_out)


def _which(prepared: PreparedStudy) -> str:
    """Return which model file ran: from the study's folder on, or that it is the bundled one."""
    file = prepared.model.equations.source.resolve()
    if file.is_relative_to(bundled.folder("models").resolve()):
        return f"{file.name} (bundled)"
    return Path(os.path.relpath(file, prepared.study.folder.resolve())).as_posix()


def _files(prepared: PreparedStudy, study: Study) -> dict[str, Path | str]:
    """Return the files that the numbers depend on by their place in the results folder; a study made in Python is written for there."""
    model = prepared.model
    tables = model_files(study, model)
    found = {f"model/{place}": file for place, file in tables.values()}
    laws = model.equations.source.parent / LAWS
    if laws.is_file() and (model.laws or "site" in tables):
        found[f"model/{LAWS}"] = laws
    places: dict[str, Any] = {kind: f"model/{place}" for kind, (place, _) in tables.items() if kind != "parameters"}
    published = [file for one in study.observed if (file := series_file(one, study.folder)) is not None]
    for file in dict.fromkeys(published):
        place = f"{FOLDER}/{file.name}"
        if place in found:
            mend = "Give each its own name: a results folder keeps both."
            raise InputError(
                f"two tables of observed series are called {file.name}.", where=f"{study.where}, observed", mend=mend
            )
        found[place] = file
    if published:
        names = [{} if one.file is None else {"file": Path(one.file).name} for one in study.observed]
        places["observed"] = tuple(one.model_copy(update=n) for one, n in zip(study.observed, names, strict=True))
    return {"study.toml": study.file or study.model_copy(update=places).to_toml(), **found}
