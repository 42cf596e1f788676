"""The whole method: a study becomes scenarios and draws, runs, numbers with intervals, and a results folder.

`run_study` reads in the order in which a report would describe the work. Nothing else combines the parts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from llr_sd import analysis, bundled, report, store
from llr_sd.engine import DEFAULT
from llr_sd.errors import InputError
from llr_sd.laws import FILE as LAWS
from llr_sd.result import Block, StudyResult
from llr_sd.risks import PreparedRegister, Ratings, files_of, pieces, prepare_register, rate_register
from llr_sd.run import tables
from llr_sd.run.analyses import Work, analyse
from llr_sd.run.block import first_look
from llr_sd.run.execute import Progress, Runner, Where, run_samples
from llr_sd.run.prepare import Job, PreparedStudy, model_files, prepare, study_model
from llr_sd.run.verify import verify_members
from llr_sd.study import Study, load_study


def run_study(
    study: Study | str | Path,
    out: str | Path | None = None,
    engine: str = DEFAULT,
    threads: int | None = None,
    scheduler: str | None = None,
    verify: int | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> StudyResult:
    """Run a study and write its results folder.

    A run that was killed goes on where it stopped when it is started again with the same inputs.

    Parameters
    ----------
    study
        A study, or the path of one.
    out
        The results folder; `results` beside the study file by default, `NAME-results` in the working folder for a bundled study. A study made in Python without a folder needs one.
    engine, threads
        As in `Model.run`.
    scheduler
        Address of a Dask scheduler; None runs here.
    verify
        Members to run again in PySD to their end; None for one over as many steps as take seconds, 0 for none.
    progress
        Called as the runs are done.

    Returns
    -------
    StudyResult
        What the folder holds.

    Raises
    ------
    LlrSdError
        When the study does not fit the model, the model cannot be simulated or the folder cannot be written.
    """
    if not isinstance(study, Study):
        study = load_study(study)
    if threads is not None and threads < 1:
        raise InputError("at least one thread is needed.", where="threads")
    where = (engine, threads, scheduler)
    if study.risk_register:
        return _rate_register(study, out, where, verify, progress)
    model = study_model(study)
    prepared = prepare(study, model)
    warnings = first_look(prepared, engine)
    files = _files(prepared, study)
    study = prepared.study

    with store.folders(_place(study, out), study, files) as (folder, work):
        runner = Runner(prepared, work, where, progress)
        runner.run(prepared.samples.values())
        main = prepared.samples["monte_carlo"]
        names = tuple(s.name for s in study.scenario)
        runs = folder.write_runs(names, main.design.runs, runner.pieces(main), list(runner.pieces(prepared.samples["central"])))
        found, more = analyse(Work(prepared, runs, runner))
        facts = _facts(prepared, engine) | {"warnings": warnings} | more
        facts["verified"] = verify_members(prepared, runner.blocks(main), verify, engine).to_dict()
        return _finish(folder, folder.write(study, runs, found, facts), progress)


def _rate_register(study: Study, out: str | Path | None, where: Where, verify: int | None, progress: Progress) -> StudyResult:
    """Rate the risks of a study's register: check it, run its models, work out the ratings, write the results folder."""
    prepared = prepare_register(study)
    files = {"study.toml": study.file or study.to_toml(), **files_of(prepared)}
    warnings = list(dict.fromkeys(w for p in prepared.far.values() for w in first_look(p, where[0])))
    with store.folders(_place(study, out), study, files) as (folder, work):
        ratings = rate_register(prepared, partial(run_samples, work=work, where=where, progress=progress))
        dates, losses = pieces(ratings.losses)
        runs = folder.write_runs(dates, study.monte_carlo.runs, iter(losses), pieces(ratings.central)[1])

        def blocks(model: str) -> Iterator[tuple[Job, Block]]:
            far = prepared.far[model]
            return Runner(far, work, where, progress).blocks(far.samples["monte_carlo"])

        found = {**ratings.tables, **tables.tables_of_models(prepared.far, {m: blocks(m) for m in prepared.far})}
        found["summary"] = analysis.summarise(runs, {})
        facts = _rating_facts(prepared, ratings, where[0]) | {"failed": len(found["failures"])}
        facts["warnings"] = warnings
        facts["verified"] = {m: verify_members(s, blocks(m), verify, where[0]).to_dict() for m, s in prepared.far.items()}
        return _finish(folder, folder.write(study, runs, found, facts), progress)


def _place(study: Study, out: str | Path | None) -> Path:
    if out is None and study.file is None and study.base is None:
        raise InputError(
            "a study that lies in no folder has no place for its results.",
            where="run_study",
            mend='Give it one, such as out="results".',
        )
    if out is not None:
        return Path(out)
    return Path(f"{study.bundled}-results") if study.bundled else study.folder / "results"


def _command(study: Study) -> str:
    return f"llr-sd run {study.bundled or study.folder.as_posix()}" if study.file else "llr_sd.run_study"


def _finish(folder: store.ResultsFolder, result: StudyResult, progress: Progress) -> StudyResult:
    """Draw, move the folder to its final place and open it there."""
    progress("drawing", 0, 0)
    report.write_report(result)
    report.write_workbook(result)
    return replace(store.open_result(folder.finish(result.manifest)), study=result.study)


def _facts(prepared: PreparedStudy, engine: str) -> dict[str, Any]:
    """Return what the manifest says about how the study ran, apart from hashes, versions and findings."""
    study = prepared.study
    return {
        "model": prepared.model.name,
        "model file": _which(prepared),
        "command": _command(study),
        "engine": engine,
        "seed": study.seed,
        "runs": prepared.samples["monte_carlo"].design.runs,
        "runs in all": prepared.runs,
        "scenarios": len(study.scenario),
        "illustrative": study.illustrative,
    }


def _which(prepared: PreparedStudy) -> str:
    """Return which model file ran: from the study's folder on, or that it is the bundled one."""
    file = prepared.model.equations.source.resolve()
    if file.is_relative_to(bundled.folder("models").resolve()):
        return f"{file.name} (bundled)"
    return Path(os.path.relpath(file, prepared.study.folder.resolve())).as_posix()


def _rating_facts(prepared: PreparedRegister, ratings: Ratings, engine: str) -> dict[str, Any]:
    """Return what the manifest says about how the ratings were made."""
    study = prepared.study
    return {
        "register": prepared.register.title,
        "models": list(prepared.far),
        "command": _command(study),
        "engine": engine,
        "seed": study.seed,
        "likelihood bands": prepared.matrix.bands,
        "runs": study.monte_carlo.runs,
        "runs in all": ratings.runs,
        "risks": len(prepared.register.risk),
        "illustrative": study.illustrative,
        "findings": [*ratings.said, *dict.fromkeys(t for p in prepared.far.values() for t in p.told)],
    }


def _files(prepared: PreparedStudy, study: Study) -> dict[str, Path | str]:
    """Return the files that the numbers depend on by their place in the results folder; a study made in Python is written for there."""
    model = prepared.model
    tables = model_files(study, model)
    found = {f"model/{place}": file for place, file in tables.values()}
    laws = model.equations.source.parent / LAWS
    if laws.is_file() and (model.laws or "site" in tables):
        found[f"model/{LAWS}"] = laws
    places = {kind: f"model/{place}" for kind, (place, _) in tables.items() if kind != "parameters"}
    return {"study.toml": study.file or study.model_copy(update=places).to_toml(), **found}
