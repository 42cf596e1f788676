"""Members of a study run again in PySD, and what that says of the study."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from llr_sd.design import Design
from llr_sd.engine.request import saved_times, steps_in
from llr_sd.equations import Equations, LookupCall, Stock, Table, Values, children
from llr_sd.errors import LlrSdError
from llr_sd.result import Block
from llr_sd.run.block import run_block
from llr_sd.run.prepare import Job, PreparedStudy
from llr_sd.verification import AGREES, DIFFERS, NOT_ASKED, NOT_COMPARED, Reals, Verification, apart

SECONDS_A_VALUE, SECONDS_A_LOOKUP = 4e-6, 7e-4  # PySD's cost of one element, and of one reading of a lookup, for one step
PATIENCE = 4.0
"""Seconds that a member may take in PySD; a run that takes longer is compared over its first part, unless `--verify` asks."""
MOST_VALUES = 10_000
"""Elements of a model that PySD is given without being asked: to build a larger one takes it minutes."""


def verify_members(
    prepared: PreparedStudy, blocks: Iterator[tuple[Job, Block]], members: int | None, engine: str
) -> Verification:
    """Run members of the main sample again in PySD and compare them.

    Parameters
    ----------
    prepared
        The study.
    blocks
        The blocks of its main sample.
    members
        How many to run to their end, spread evenly over scenarios and draws; None for one, over as many steps as take seconds.
    engine
        The engine that made the blocks.

    Returns
    -------
    Verification
        Of every output where runs are compared to their end; else of every variable over the first part of the run.
    """
    if engine == "pysd":
        return Verification(NOT_ASKED, reason="the study itself ran in PySD")
    if members == 0:
        return Verification(NOT_ASKED, reason="none was asked for")
    equations = prepared.model.equations
    size = sum(v.size for v in equations.variables.values())
    if members is None and size > MOST_VALUES:
        return Verification(NOT_ASKED, reason="PySD would take minutes; `llr-sd run --verify 1` asks it")
    sample = prepared.samples["monte_carlo"]
    many = members or 1
    chosen = {round((i + 0.5) * sample.runs / many) for i in range(min(many, sample.runs))}
    seconds = SECONDS_A_VALUE * size + SECONDS_A_LOOKUP * _lookups(equations)
    found: list[Verification] = []
    for job, block in blocks:
        first = job.setting * sample.design.runs + job.start
        for member in sorted(m - first for m in chosen if first <= m < first + job.design.runs):
            row = Design(job.design.names, job.design.values[member : member + 1].copy(), job.design.kind)
            alone = Job(job.sample, job.setting, 0, row)
            most = None if members else max(12, int(PATIENCE / seconds))
            if block.ok[member]:
                found.append(replace(_member(prepared, alone, block, member, most), scenario=sample.settings[job.setting][0]))
    return _of_all(found)


def _lookups(equations: Equations) -> int:
    """Return how many lookups one step reads; a series over time is one too."""
    found = 0
    for variable in equations.variables.values():
        for d in variable.definitions:
            if variable.kind == "lookup":
                continue
            times = math.prod(len(lp) for lp in d.loops)
            body = d.body
            waiting = [body.flow, body.initial] if isinstance(body, Stock) else [] if isinstance(body, Table | Values) else [body]
            found += times if isinstance(body, Table) else 0
            while waiting:
                node = waiting.pop()
                found += times if isinstance(node, LookupCall) else 0
                waiting.extend(children(node))
    return found


def _of_all(found: list[Verification]) -> Verification:
    """Return the worst of the members' outcomes, and how many members were compared."""
    if not found:
        return Verification(NOT_COMPARED, reason="the runs that were chosen failed")
    rank = (AGREES, NOT_COMPARED, DIFFERS)
    worst = max(found, key=lambda v: (rank.index(v.outcome), v.difference or 0.0))
    return replace(worst, members=sum(v.members for v in found))


def _member(prepared: PreparedStudy, job: Job, block: Block, member: int, most: int | None) -> Verification:
    equations = prepared.model.equations
    steps = steps_in(equations, job.design)
    final = float(saved_times(equations, job.design)[-1])
    try:
        if most is None or steps <= most:
            return _whole(prepared, job, block, member, final)
        return _first_part(prepared, job, steps, most, final)
    except LlrSdError as error:
        return Verification(NOT_COMPARED, reason=str(error).rstrip("."))
    except Exception as error:  # whatever PySD raises is its answer, not a fault of the study
        said = next((s.strip() for s in str(error).splitlines() if s.strip()), type(error).__name__)
        return Verification(NOT_COMPARED, reason=f"PySD stopped ({said.rstrip('.')})")


def _whole(prepared: PreparedStudy, job: Job, block: Block, member: int, final: float) -> Verification:
    """Compare every output of the study, as it was kept, with the whole run in PySD."""
    again = run_block(prepared.study, prepared.model, job, "pysd", None)
    if not again.ok[0]:
        _, when, variable, reason = again.failures[0]
        at = f' in "{variable}"' if variable else ""
        return Verification(NOT_COMPARED, reason=f"in PySD the run failed: {reason}{at}{'' if when is None else f' at {when:g}'}")
    ours = {n: _by_time(v[member], block.dims[n]) for n, v in block.outputs.items()}
    theirs = {n: _by_time(v[0], block.dims[n]) for n, v in again.outputs.items()}
    times = {n: block.coords["time"] if "time" in block.dims[n][:1] else (prepared.study.outputs[n].at,) for n in ours}
    return _judged(ours, theirs, block.units, times, final, final)


def _first_part(prepared: PreparedStudy, job: Job, steps: int, most: int, final: float) -> Verification:
    """Compare every variable of the model at the saved times of the first `most` steps."""
    model = prepared.model
    saved = saved_times(model.equations, job.design)
    last = saved[0] + (final - saved[0]) * most / steps
    times = [float(t) for t in saved if t <= last] or [float(saved[0])]
    pair = []
    for engine in ("compiled", "pysd"):
        ensemble = model.run(job.design, None, times, engine)
        if not ensemble.status[0].ok:
            return Verification(
                NOT_COMPARED, reason=f"in {'PySD' if engine == 'pysd' else 'the engine'} the run failed: {ensemble.status[0]}"
            )
        pair.append(
            {str(n): np.asarray(v.values[0], dtype=np.float64).reshape(len(times), -1) for n, v in ensemble.dataset.items()}
        )
    units = {str(n): str(v.attrs.get("units", "")) for n, v in ensemble.dataset.items()}
    return _judged(pair[0], pair[1], units, dict.fromkeys(pair[0], tuple(times)), times[-1], final)


def _by_time(values: Reals, dims: tuple[str, ...]) -> Reals:
    return values.reshape(values.shape[0] if dims[:1] == ("time",) else 1, -1)


def _judged(
    ours: Mapping[str, Reals],
    theirs: Mapping[str, Reals],
    units: Mapping[str, str],
    times: Mapping[str, tuple[float | str | None, ...]],
    until: float,
    final: float,
) -> Verification:
    parts = apart(ours, theirs, units)
    off = [p for p in parts if p.first is not None]
    worst = max(off or parts, key=lambda p: p.share)
    when = times[worst.name][worst.first[0]] if worst.first else None
    return Verification(
        DIFFERS if off else AGREES,
        members=1,
        difference=worst.share if math.isfinite(worst.share) else math.inf,
        output=worst.name,
        time=float(when) if when is not None else None,
        until=until,
        final=final,
    )
