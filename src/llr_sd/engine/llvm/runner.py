"""Runs of a compiled model on threads, handed out in order and in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.limits import SHARE, memory, need
from llr_sd.engine.llvm.compiled import CompiledModel, pick
from llr_sd.engine.llvm.delays import short_delays
from llr_sd.engine.llvm.memory import Memory
from llr_sd.engine.llvm.status import missing_outputs, statuses
from llr_sd.ensemble import Ensemble, RunStatus
from llr_sd.errors import InputError
from llr_sd.findings import Finding, merged

if TYPE_CHECKING:
    import xarray as xr

Reals = NDArray[np.float64]

PART_BYTES = 16 << 20  # outputs of one call of the compiled code
PART_WORK = 4e8  # operations of one call, a fraction of a second: Ctrl-C waits for it


@dataclass(frozen=True)
class Part:
    """Results of consecutive runs: `values` has shape (run, time, element) over all saved elements."""

    values: Reals
    status: tuple[RunStatus, ...]
    findings: tuple[Finding, ...] = ()


def stream_compiled(model: CompiledModel, threads: int | None, block: int) -> Iterator[Ensemble]:
    """Yield the runs of a model's request in order, `block` runs at a time.

    The numbers depend neither on `threads` nor on `block`: every run has a lane of its own.
    """
    if block < 1:
        raise InputError("a block needs at least one run.", where="block")
    workers = cores() if threads is None else threads
    if workers < 1:
        raise InputError("at least one thread is needed.", where="threads")
    workers, block = _fitting(model, workers, block)
    runs = model.request.design.runs
    waiting: deque[Part] = deque()
    held, first = 0, 0
    parts = _parts(model, workers, block)
    while first < runs:
        size = min(block, runs - first)
        findings: list[tuple[Finding, ...]] = []
        while held < size:
            part = next(parts)
            waiting.append(part)
            findings.append(part.findings)
            held += len(part.status)
        values, status = _take(waiting, size)
        held -= size
        yield Ensemble(_dataset(model, values, first), status, "compiled", merged(findings))
        first += size
    if runs == 0:
        yield Ensemble(_dataset(model, np.empty((0, len(model.save_steps), model.out_size)), 0), (), "compiled")


def _fitting(model: CompiledModel, workers: int, block: int) -> tuple[int, int]:
    """Return as many threads and as large a block as there is memory for; raise EngineError where one of each is too much."""
    each, one = Memory.size(model), 8 * max(model.out_size * len(model.save_steps), 1)
    queues = 8 * model.target.width * model.layout.rings_size * model.image.capacity
    what = "the queues of DELAY FIXED of one thread" if queues > each / 2 else "the model's own memory of one thread"
    need(each, what, "Take a longer TIME STEP, a shorter delay, or a smaller model.")
    need(3 * model.target.width * one, f"a block of {model.target.width} runs", "Ask for fewer outputs or times.")
    room = SHARE * memory() / 2
    return max(min(workers, int(room / each)), 1), max(min(block, int(room / (3 * one))), 1)


def cores() -> int:
    """Return the number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def part_runs(model: CompiledModel, workers: int, block: int) -> int:
    """Return how many runs one call takes: enough to make the call cheap, few enough to share, to hold and to stop."""
    w = model.target.width
    bytes_each = 8 * max(model.out_size * len(model.save_steps), 1)
    work_each = max(model.layout.lanes_size + model.layout.states_size, 1) * max(model.steps, 1) * 4 / w
    share = -(-min(block, max(model.request.design.runs, 1)) // workers)
    most = min(PART_BYTES // bytes_each, int(PART_WORK / work_each), share, 1 << 16)
    return max(-(-most // w) * w, w)


def _parts(model: CompiledModel, workers: int, block: int) -> Iterator[Part]:
    """Run parts on threads, a few ahead of the consumer, and yield them in order."""
    runs, size = model.request.design.runs, part_runs(model, workers, block)
    starts = range(0, runs, size)
    if workers == 1 or len(starts) == 1:
        memory = Memory(model)
        for start in starts:
            yield _run_part(model, memory, start, min(start + size, runs))
        return
    free: SimpleQueue[Memory] = SimpleQueue()
    for _ in range(workers):
        free.put(Memory(model))

    def work(start: int) -> Part:
        memory = free.get()
        try:
            return _run_part(model, memory, start, min(start + size, runs))
        finally:
            free.put(memory)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="llr_sd")
    ahead: deque[Future[Part]] = deque()
    try:
        for start in starts:
            ahead.append(pool.submit(work, start))
            if len(ahead) > workers + 1:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        # After Ctrl-C, or when the consumer has had enough: what has not begun is dropped.
        pool.shutdown(wait=True, cancel_futures=True)


def _run_part(model: CompiledModel, memory: Memory, start: int, stop: int) -> Part:
    """Run the rows start to stop of the design; spare lanes repeat the last run."""
    w, n = model.target.width, stop - start
    rows = np.minimum(np.arange(-(-n // w) * w) + start, stop - 1)
    columns = np.ascontiguousarray(model.request.design.values[rows].T)
    out, bad, noted = memory.run(columns, model.save_steps)
    # Of a batch smaller than a block no spare lane is copied: all variables of a large model may be hundreds of megabytes a lane.
    used = out[..., : min(n, w)].transpose(0, 3, 1, 2)
    values = np.ascontiguousarray(used).reshape(-1, out.shape[1], out.shape[2])[:n]
    times = np.ascontiguousarray(noted.transpose(0, 2, 1)).reshape(len(rows), model.watch_size)[:n]
    findings = (*missing_outputs(model, values), *short_delays(model, times))
    return Part(values, statuses(model, memory, columns, values, bad.reshape(-1)[:n], times), findings)


def _take(waiting: deque[Part], size: int) -> tuple[Reals, tuple[RunStatus, ...]]:
    values: list[Reals] = []
    status: list[RunStatus] = []
    while len(status) < size:
        part = waiting.popleft()
        need = size - len(status)
        values.append(part.values[:need])
        status.extend(part.status[:need])
        if len(part.status) > need:
            waiting.appendleft(Part(part.values[need:], part.status[need:]))
    return values[0] if len(values) == 1 else np.concatenate(values), tuple(status)


def _dataset(model: CompiledModel, values: Reals, first: int) -> xr.Dataset:
    """Name the numbers: one data variable an output, dims (run, time, subscripts)."""
    import xarray as xr

    runs, times = values.shape[0], values.shape[1]
    arrays: dict[str, xr.DataArray] = {}
    for output, (start, stop) in zip(model.request.outputs, pick(model), strict=True):
        axes = () if output.cell is not None else output.variable.axes
        shape = (runs, times, *(len(a.elements) for a in axes))
        dims = ("run", "time", *(a.name for a in axes))
        coords = {a.name: list(a.elements) for a in axes}
        part = values[:, :, start:stop].reshape(shape)
        arrays[output.name] = xr.DataArray(part, dims=dims, coords=coords, attrs={"units": output.variable.unit})
    return xr.Dataset(arrays).assign_coords(run=np.arange(first, first + runs), time=model.request.times)
