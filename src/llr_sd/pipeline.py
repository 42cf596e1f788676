"""The whole method: a study becomes scenarios and draws, runs, numbers with intervals, and a results folder.

`run_study` reads in the order in which a report would describe the work. Nothing else combines the parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd import analysis, report, store, tables
from llr_sd.engine import DEFAULT
from llr_sd.errors import EngineError, InputError
from llr_sd.execute import run_jobs
from llr_sd.levers import find_levers
from llr_sd.model import load_model
from llr_sd.prepare import Job, PreparedStudy, Sample, prepare, sensitivity_samples, site_file
from llr_sd.result import Block, StudyResult
from llr_sd.study import Study, load_study
from llr_sd.verify import verify_members

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
        The results folder; `results` beside the study file by default.
    engine, threads
        As in `Model.run`.
    scheduler
        Address of a Dask scheduler; None runs here.
    verify
        Members to run again in PySD; None for one where that takes seconds, 0 for none.
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
    study, files = prepared.study, _files(prepared)

    folder = store.ResultsFolder(Path(out) if out is not None else study.folder / "results", study.title)
    work = store.WorkFolder(folder.final, _key(prepared, engine))
    try:
        runner = _Runner(prepared, work, (engine, threads, scheduler), progress)
        runner.run(prepared.samples.values())
        facts = _facts(prepared, engine)
        runs = runner.write_main(folder)
        found = _tables(prepared, runner, runs, facts)
        facts["verified"] = verify_members(prepared, runner.blocks(prepared.samples["monte_carlo"]), verify, engine)
        result = folder.write(study, files, runs, found, facts)
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


def _tables(prepared: PreparedStudy, runner: _Runner, runs: xr.Dataset, facts: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Work out every table that the study asks for; `facts` gains what the analyses say of themselves."""
    study, main = prepared.study, prepared.samples["monte_carlo"]
    found = {
        "summary": tables.summary_table(prepared, runs),
        "targets": analysis.target_table(runs, study.target),
        "failures": tables.failure_table(prepared, runner.blocks(main)),
        "parameters": tables.parameter_table(prepared),
        "design": tables.design_table(main),
    }
    facts["failed"] = len(found["failures"])
    others = {name: runner.read(s) for name, s in prepared.samples.items() if name not in ("central", "monte_carlo")}
    if study.sobol:
        found |= _sobol(prepared, runner, others, facts)
    found |= tables.sensitivity_tables(prepared, others)
    found |= tables.comparison_tables(prepared, {**others, "monte_carlo": runs})
    more, facts["findings"] = tables.decision_tables(prepared, runs)
    found |= more
    if study.sobol and study.correlation:
        facts["findings"].append(analysis.INDEPENDENT)
    if study.levers:
        search = find_levers(prepared, runner.run_and_read)
        found["levers"] = search.table
        facts["findings"].append(f"Levers: {search.reason}")
    return found


def _sobol(
    prepared: PreparedStudy, runner: _Runner, runs: dict[str, xr.Dataset], facts: dict[str, Any]
) -> dict[str, pd.DataFrame]:
    """Return the Sobol indices at the stated base, or at the base where they have settled."""
    study, wanted = prepared.study, prepared.study.convergence
    first = {n: s for n, s in prepared.samples.items() if n.startswith("sobol")}
    if wanted is None or study.sobol is None:
        return {"sobol": tables.sobol_tables(prepared, first, runs)}

    def samples(base: int) -> dict[str, Sample]:
        return {s.name: s for s in sensitivity_samples(study, prepared.uncertain, prepared.model, base) if s.name in first}

    def evaluate(base: int) -> pd.DataFrame:
        grown = samples(base)
        runner.run(grown.values())
        return tables.sobol_tables(prepared, grown, {n: runner.read(s) for n, s in grown.items()})

    settled = analysis.grow(
        evaluate, lambda base: sum(s.runs for s in samples(base).values()), study.sobol.base, wanted.budget, wanted.tolerance
    )
    facts["converged"], facts["convergence"] = settled.converged, settled.reason
    return {"sobol": settled.table, "convergence": settled.history}


class _Runner:
    """Runs the samples of a study and reads their blocks back."""

    def __init__(
        self,
        prepared: PreparedStudy,
        work: store.WorkFolder,
        where: tuple[str, int | None, str | None],
        progress: Progress,
    ) -> None:
        self._prepared, self._work, self._where, self._progress = prepared, work, where, progress
        self._done, self._total = 0, 0

    def run(self, samples: Iterable[Sample]) -> None:
        """Run every block of the samples that is not there yet."""
        wanted = list(samples)
        self._total += sum(s.runs for s in wanted)
        for sample in wanted:

            def tick(job: Job, sample: Sample = sample) -> None:
                self._done += job.design.runs
                self._progress(sample.settings[job.setting][0], self._done, self._total)

            jobs = self._prepared.jobs(sample)
            run_jobs(self._prepared, jobs, self._work, *self._where, tick)

    def blocks(self, sample: Sample) -> Iterator[tuple[Job, Block]]:
        """Yield the blocks of a sample that was run."""
        for job in self._prepared.jobs(sample):
            yield job, self._work.get(job.name)

    def read(self, sample: Sample) -> xr.Dataset:
        """Return the runs of a sample in memory, dims (scenario, run, ...)."""
        return store.read_runs(tuple(n for n, _ in sample.settings), sample.design.runs, self._pieces(sample))

    def run_and_read(self, sample: Sample) -> xr.Dataset:
        """Run a sample and return its runs."""
        self.run([sample])
        return self.read(sample)

    def write_main(self, folder: store.ResultsFolder) -> xr.Dataset:
        """Write the main sample and the central runs to the results folder; return them, read lazily."""
        samples = self._prepared.samples
        main = samples["monte_carlo"]
        return folder.write_runs(
            self._prepared.study, main.design.runs, self._pieces(main), list(self._pieces(samples["central"]))
        )

    def _pieces(self, sample: Sample) -> Iterator[store.Piece]:
        return (store.Piece(job.setting, job.start, block) for job, block in self.blocks(sample))


def _facts(prepared: PreparedStudy, engine: str) -> dict[str, Any]:
    """Return what the manifest says about how the study ran, apart from hashes, versions and findings."""
    study = prepared.study
    return {
        "model": prepared.model.name,
        "command": f"llr-sd run {study.folder.as_posix()}",
        "engine": engine,
        "seed": study.seed,
        "runs": prepared.samples["monte_carlo"].design.runs,
        "runs in all": prepared.runs,
        "scenarios": len(study.scenario),
        "illustrative": study.illustrative,
    }


def _key(prepared: PreparedStudy, engine: str) -> str:
    return json.dumps([store.hashes(prepared.study, _files(prepared)), store.versions(), engine])


def _files(prepared: PreparedStudy) -> tuple[Path, ...]:
    """Return the files that the numbers depend on, beside the study's own."""
    model = prepared.model
    files = [model.equations.source, model.table.source, site_file(prepared.study, model)]
    return tuple(dict.fromkeys(f for f in files if f is not None))
