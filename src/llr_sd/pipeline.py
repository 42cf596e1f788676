"""The whole method: a study becomes scenarios and draws, runs, numbers with intervals, and a results folder.

`run_study` reads in the order in which a report would describe the work. Nothing else combines the parts.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from llr_sd import report, store
from llr_sd.engine import DEFAULT
from llr_sd.errors import InputError
from llr_sd.result import StudyResult
from llr_sd.risks import plan_register
from llr_sd.run.block import first_look
from llr_sd.run.execute import Progress, Runner
from llr_sd.run.plan import plan_outputs
from llr_sd.run.verify import verify_members
from llr_sd.store.contents import MANIFEST
from llr_sd.study import Study, load_study
from llr_sd.textfiles import is_file


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
    plan = plan_register(study) if study.risk_register else plan_outputs(study, threads, progress)
    warnings = list(dict.fromkeys(w for prepared in plan.models.values() for w in first_look(prepared, engine)))

    with store.folders(_place(study, out), plan.study, plan.files) as (folder, work):
        runner = Runner(plan.models, work, (engine, threads, scheduler), progress)
        found = plan.carry_out(runner, folder.write_runs)
        verified = {
            name: verify_members(prepared, runner.blocks(prepared.samples["monte_carlo"]), verify, engine).to_dict()
            for name, prepared in plan.models.items()
        }
        facts = {
            "command": f"llr-sd run {study.bundled or study.folder.as_posix()}" if study.file else "llr_sd.run_study",
            "engine": engine,
            "seed": study.seed,
            "illustrative": plan.study.illustrative,
            **found.facts,
            "failed": len(found.tables["failures"]),
            "warnings": warnings,
            "verified": verified.get("", verified),
        }
        result = folder.write(plan.study, found.runs, found.tables, facts)
        progress("drawing", 0, 0)
        report.write_report(result)
        report.write_workbook(result)
        return replace(store.open_result(folder.finish(result.manifest)), study=result.study)


def _place(study: Study, out: str | Path | None) -> Path:
    if out is None and study.file is None and study.base is None:
        raise InputError(
            "a study without a folder has nowhere to put its results.",
            where="run_study",
            mend='Give it one, such as out="results".',
        )
    if out is not None:
        return Path(out)
    if study.file and is_file(study.folder / MANIFEST):  # its own results would lie among them, and be in their way
        raise InputError(
            "is the copy of a study among its results.",
            where=study.where,
            mend="Say where new results go: --out, or out in Python.",
        )
    return Path(f"{study.bundled}-results") if study.bundled else study.folder / "results"
