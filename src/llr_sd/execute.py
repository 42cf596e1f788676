"""Run the blocks of a study here, or on a Dask cluster; the same blocks and the same numbers either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from llr_sd import store
from llr_sd.errors import InputError, LlrSdError
from llr_sd.model import Model
from llr_sd.prepare import Job, PreparedStudy
from llr_sd.result import Block
from llr_sd.runs import run_block
from llr_sd.study import Study


def run_jobs(
    prepared: PreparedStudy,
    jobs: Iterable[Job],
    work: store.WorkFolder,
    engine: str,
    threads: int | None,
    scheduler: str | None,
    tick: Callable[[Job], None],
) -> None:
    """Run every job that is not there yet and put its block into the work folder.

    Parameters
    ----------
    prepared
        The study.
    jobs
        Blocks of runs.
    work
        Where blocks are kept.
    engine, threads
        As in `Model.run`.
    scheduler
        Address of a Dask scheduler ("tcp://host:8786"); None runs here.
    tick
        Called with each job that is done, those that were there included.
    """
    missing = []
    for job in jobs:
        if work.has(job.name):
            tick(job)
        elif scheduler is not None:
            missing.append(job)
        else:
            work.put(job.name, run_block(prepared.study, prepared.model, job, engine, threads))
            tick(job)
    if missing:
        _on_cluster(prepared, missing, work, engine, threads, str(scheduler), tick)


def _on_cluster(
    prepared: PreparedStudy,
    jobs: list[Job],
    work: store.WorkFolder,
    engine: str,
    threads: int | None,
    scheduler: str,
    tick: Callable[[Job], None],
) -> None:
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
        study, model = client.scatter([prepared.study, prepared.model], broadcast=True)
        # A block that a worker dies with is run again elsewhere; its numbers depend on nothing but its rows.
        futures = {client.submit(_remote, study, model, job, engine, threads, pure=False, retries=3): job for job in jobs}
        for future in as_completed(list(futures)):
            job = futures[future]
            work.put(job.name, _result(future))
            tick(job)


def _remote(study: Study, model: Model, job: Job, engine: str, threads: int | None) -> Block:
    return run_block(study, model, job, engine, threads)


def _result(future: Any) -> Block:
    try:
        block: Block = future.result()
    except LlrSdError:
        raise
    except Exception as error:
        raise InputError(f"the cluster gave up a block of runs ({error}).", where="--scheduler") from error
    return block
