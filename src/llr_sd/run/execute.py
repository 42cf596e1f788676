"""Run the blocks of a study here, or on a Dask cluster; the same blocks and the same numbers either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llr_sd import store
from llr_sd.errors import InputError, LlrSdError
from llr_sd.model import Model
from llr_sd.result import Block
from llr_sd.run.block import block_key, labels_of, run_block, runs_key
from llr_sd.run.prepare import Job, PreparedStudy, Sample
from llr_sd.study import Study

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[str, int, int], None]
"""Called with what is going on, the runs done and the runs in all."""


RESUMING = "resuming"
"""The stage while runs that an earlier start finished are found."""

Tick = Callable[[Job, str], None]
"""Called with each job that is done, and the stage where it is not that of its sample."""

Where = tuple[str, int | None, str | None]
"""Engine, threads and the address of a Dask scheduler."""


class Runner:
    """Runs the samples of prepared studies, by the names of their models, and reads their blocks back."""

    def __init__(
        self,
        studies: Mapping[str, PreparedStudy],
        work: store.WorkFolder,
        where: Where,
        progress: Progress,
    ) -> None:
        self._studies, self._work, self._where, self._progress = studies, work, where, progress
        self._done, self._total = 0, 0
        self._keys = {name: runs_key(s.study, s.model, where[0]) for name, s in studies.items()}

    def over(self, studies: Mapping[str, PreparedStudy]) -> Runner:
        """Return a runner of other studies, which keeps its blocks in the same place."""
        return Runner(studies, self._work, self._where, self._progress)

    def run(self, samples: Iterable[Sample]) -> None:
        """Run every block of the samples that is not there yet."""
        wanted = list(samples)
        self._total += sum(s.runs for s in wanted)
        for sample in wanted:

            def tick(job: Job, stage: str, sample: Sample = sample) -> None:
                self._done += job.design.runs
                self._progress(stage or sample.settings[job.setting][0], self._done, self._total)

            self._run(sample, tick)

    def _run(self, sample: Sample, tick: Tick) -> None:
        """Run every job of a sample that is not there yet, here or on the cluster, and keep its block."""
        engine, threads, scheduler = self._where
        prepared = self._studies[sample.model]
        missing: list[tuple[str, Job]] = []
        for job in prepared.jobs(sample):
            key = block_key(self._keys[sample.model], job)
            if self._work.get(key) is not None:
                tick(job, RESUMING if self._work.earlier(key) else "")
            elif scheduler is not None:
                missing.append((key, job))
            else:
                self._work.put(key, run_block(prepared.study, prepared.model, job, engine, threads))
                tick(job, "")
        if missing:
            _on_cluster(prepared, missing, self._work, engine, threads, str(scheduler), tick)

    def blocks(self, sample: Sample) -> Iterator[tuple[Job, Block]]:
        """Yield the blocks of a sample that was run."""
        prepared = self._studies[sample.model]
        for job in prepared.jobs(sample):
            key = block_key(self._keys[sample.model], job)
            block = self._work.get(key)
            if block is None:  # damaged since it was run
                block = run_block(prepared.study, prepared.model, job, *self._where[:2])
                self._work.put(key, block)
            yield job, replace(block, labels=labels_of(prepared.study))

    def read(self, sample: Sample) -> xr.Dataset:
        """Return the runs of a sample in memory, dims (scenario, run, ...)."""
        return store.read_runs(tuple(n for n, _ in sample.settings), sample.design.runs, self.pieces(sample))

    def run_and_read(self, sample: Sample) -> xr.Dataset:
        """Run a sample and return its runs."""
        self.run([sample])
        return self.read(sample)

    def pieces(self, sample: Sample) -> Iterator[store.Piece]:
        """Return the blocks of a sample that was run, each with its place."""
        return (store.Piece(job.setting, job.start, block) for job, block in self.blocks(sample))


def _on_cluster(
    prepared: PreparedStudy,
    jobs: Sequence[tuple[str, Job]],
    work: store.WorkFolder,
    engine: str,
    threads: int | None,
    scheduler: str,
    tick: Tick,
) -> None:
    """Run jobs on a Dask cluster and keep each block under its key."""
    try:
        from dask.distributed import Client, as_completed
    except ImportError as error:
        raise InputError(
            "a cluster needs Dask.", where="--scheduler", mend="Install it with `pip install 'llr-sd[cluster]'`."
        ) from error
    try:
        client = Client(scheduler, timeout=20)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"no Dask scheduler answers at {scheduler} ({error}).", where="--scheduler") from error
    with client:
        # A block that a worker dies with is run again elsewhere; its numbers depend on nothing but its rows. Study and model are
        # the result of a task, since that is made again too; data that were scattered would be lost.
        held = client.submit(_hold, prepared.study, prepared.model, pure=False)
        futures = {client.submit(_remote, held, job, engine, threads, pure=False, retries=3): (key, job) for key, job in jobs}
        for future in as_completed(list(futures)):
            key, job = futures[future]
            work.put(key, _result(future))
            tick(job, "")


def _hold(study: Study, model: Model) -> tuple[Study, Model]:
    return study, model


def _remote(held: tuple[Study, Model], job: Job, engine: str, threads: int | None) -> Block:
    return run_block(*held, job, engine, threads)


def _result(future: Any) -> Block:
    try:
        block: Block = future.result()
    except LlrSdError:
        raise
    except Exception as error:
        raise InputError(f"the cluster failed to run a block ({error}).", where="--scheduler") from error
    return block
