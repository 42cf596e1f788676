"""The whole method: a study becomes scenarios and draws, runs, numbers with intervals, and a results folder.

`run_study` reads in the order in which a report would describe the work. Nothing else combines the parts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from llr_sd import analysis, report, store
from llr_sd.engine import DEFAULT
from llr_sd.errors import EngineError, InputError
from llr_sd.model import Model, load_model
from llr_sd.prepare import Job, PreparedStudy, prepare
from llr_sd.result import StudyResult
from llr_sd.runs import run_block
from llr_sd.study import Study, load_study

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Progress = Callable[[str, int, int], None]
"""Called with what is going on, the runs done and the runs in all."""


def run_study(
    study: Study | str | Path,
    out: str | Path | None = None,
    engine: str = DEFAULT,
    threads: int | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> StudyResult:
    """Run a study and write its results folder.

    A run that was killed goes on where it stopped when it is started again with the same inputs.

    Parameters
    ----------
    study
        A study, or the path of one.
    out
        The results folder; `results` beside the study file by default.
    engine, threads
        As in `Model.run`.
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
    model = load_model(study.model, study.folder)
    prepared = prepare(study, model)

    folder = store.ResultsFolder(Path(out) if out is not None else study.folder / "results", study.title)
    work = store.WorkFolder(folder.final, _key(prepared, engine))
    try:
        jobs = list(prepared.jobs())
        _run(prepared, jobs, work, engine, threads, progress)
        progress("writing", 0, 0)
        central = [_piece(work, job) for job in jobs if job.sample == "central"]
        main = [job for job in jobs if job.sample == "monte_carlo"]
        size = prepared.samples["monte_carlo"].runs
        runs = folder.write_runs(study, size, (_piece(work, job) for job in main), central)
        tables = {
            "summary": summary_table(study, runs),
            "targets": analysis.target_table(runs, study.target),
            "failures": failure_table(prepared, ((job, _piece(work, job)) for job in main)),
            "parameters": parameter_table(prepared),
            "design": design_table(prepared),
        }
        facts = manifest_facts(prepared, engine) | {"failed": len(tables["failures"])}
        result = folder.write(study, _files(model), runs, tables, facts)
        progress("drawing", 0, 0)
        report.write_report(result)
        report.write_workbook(result)
        final = folder.finish()
        work.remove()
    except (InputError, EngineError):
        work.remove()
        raise
    finally:
        folder.discard()
        work.release()
    return replace(store.open_result(final), study=study)


def _run(
    prepared: PreparedStudy, jobs: list[Job], work: store.WorkFolder, engine: str, threads: int | None, progress: Progress
) -> None:
    """Run every block that is not there yet."""
    done = 0
    for job in jobs:
        if not work.has(job.name):
            work.put(job.name, run_block(prepared.study, prepared.model, job, engine, threads))
        done += job.design.runs
        progress(prepared.study.scenario[job.scenario].name, done, prepared.runs)


def _piece(work: store.WorkFolder, job: Job) -> store.Piece:
    return store.Piece(job.scenario, job.start, work.get(job.name))


def _key(prepared: PreparedStudy, engine: str) -> str:
    parts = [store.hashes(prepared.study, _files(prepared.model)), store.versions(), engine]
    return json.dumps(parts)


def _files(model: Model) -> tuple[Path, ...]:
    own = model.table.source
    return (model.equations.source,) if own == model.equations.source else (model.equations.source, own)


# --- the tables -------------------------------------------------------------------------------------------------------


def summary_table(study: Study, runs: xr.Dataset) -> pd.DataFrame:
    """Return the tidy summary: statistics of every output, and the probability of every target."""
    import pandas as pd

    times = {name: o.at for name, o in study.outputs.items() if o.at is not None}
    statistics = analysis.summarise(runs, times)
    if not study.target:
        return statistics
    targets = analysis.target_table(runs, study.target)
    probability = pd.DataFrame(
        {
            "scenario": targets["scenario"],
            "output": targets["target"],
            "time": [times.get(o, math.nan) for o in targets["output"]],
            "element": "",
            "statistic": "probability",
            "value": targets["probability"],
            "low": targets["low"],
            "high": targets["high"],
            "runs": targets["runs"],
        }
    )
    return pd.concat([statistics, probability], ignore_index=True)


def failure_table(prepared: PreparedStudy, pieces: Iterator[tuple[Job, store.Piece]]) -> pd.DataFrame:
    """Return one row a failed run: scenario, run, time, variable, reason, then its drawn inputs."""
    import pandas as pd

    design = prepared.samples["monte_carlo"]
    rows = []
    for job, piece in pieces:
        for number, time, variable, reason in piece.block.failures:
            run = job.start + number
            row = {"scenario": prepared.study.scenario[job.scenario].name, "run": run}
            row |= {"time": time, "variable": variable, "reason": reason}
            rows.append(row | dict(zip(design.names, map(float, design.values[run]), strict=True)))
    return pd.DataFrame(rows, columns=["scenario", "run", "time", "variable", "reason", *design.names])


def parameter_table(prepared: PreparedStudy) -> pd.DataFrame:
    """Return what was varied, with range, source and grade."""
    import pandas as pd

    columns = ["name", "variable", "unit", "distribution", "low", "mode", "high", "group", "source", "grade", "note"]
    rows = [
        (p.name, p.variable, p.unit, d.kind, d.low, d.mode, d.high, p.group, p.source, p.grade, p.note)
        for p, d in prepared.uncertain
    ]
    return pd.DataFrame(rows, columns=columns)


def design_table(prepared: PreparedStudy) -> pd.DataFrame:
    """Return the draws: one row a run, one column a varied constant."""
    import pandas as pd

    design = prepared.samples["monte_carlo"]
    return pd.DataFrame(design.values, columns=list(design.names)).rename_axis("run").reset_index()


def manifest_facts(prepared: PreparedStudy, engine: str) -> dict[str, object]:
    """Return what the manifest says about how the study ran, apart from hashes and versions."""
    study = prepared.study
    return {
        "model": prepared.model.name,
        "command": f"llr-sd run {study.folder.as_posix()}",
        "engine": engine,
        "seed": study.seed,
        "runs": prepared.samples["monte_carlo"].runs,
        "scenarios": len(study.scenario),
        "illustrative": study.illustrative,
    }
