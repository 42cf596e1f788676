"""Members of a study run again in PySD: the largest difference goes into the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from llr_sd.design import Design
from llr_sd.engine.request import steps_in
from llr_sd.prepare import Job, PreparedStudy
from llr_sd.result import Block
from llr_sd.runs import run_block

SECONDS_A_VALUE = 1e-4  # PySD's cost of one element for one step, rounded up
PATIENCE = 20.0
"""Seconds that PySD may be expected to take before verification is left to `--verify`."""


def verify_members(
    prepared: PreparedStudy, blocks: Iterator[tuple[Job, Block]], members: int | None, engine: str
) -> dict[str, Any]:
    """Run members of the main sample again in PySD and compare every output.

    Parameters
    ----------
    prepared
        The study.
    blocks
        The blocks of its main sample.
    members
        How many, spread evenly over scenarios and draws; None for one where PySD is expected to take seconds, else none.
    engine
        The engine that made the blocks.

    Returns
    -------
    dict
        "members", and where there were any "largest relative difference" with the "output" and the "scenario" where it is.
    """
    if engine == "pysd":
        return {"members": 0, "note": "the study itself ran in PySD"}
    if members is None:
        members = 1 if _seconds(prepared) <= PATIENCE else 0
    sample = prepared.samples["monte_carlo"]
    chosen = {round((i + 0.5) * sample.runs / members) for i in range(min(members, sample.runs))}
    worst: tuple[float, str, str] = (0.0, "", "")
    done = 0
    for job, block in blocks:
        first = job.setting * sample.design.runs + job.start
        for member in sorted(m - first for m in chosen if first <= m < first + job.design.runs):
            if not block.ok[member]:
                continue
            row = Design(job.design.names, job.design.values[member : member + 1].copy(), job.design.kind)
            again = run_block(prepared.study, prepared.model, Job(job.sample, job.setting, 0, row), "pysd", None)
            done += 1
            for name, values in block.outputs.items():
                ours, theirs = values[member], again.outputs[name][0]
                scale = max(float(np.abs(theirs).max(initial=0.0)), 1e-300)
                worst = max(worst, (float(np.abs(ours - theirs).max(initial=0.0)) / scale, name, sample.settings[job.setting][0]))
    if not done:
        return {
            "members": 0,
            "note": "none asked for, or PySD would take long: `llr-sd run --verify K` runs K members again in PySD",
        }
    return {"members": done, "largest relative difference": worst[0], "output": worst[1], "scenario": worst[2]}


def _seconds(prepared: PreparedStudy) -> float:
    equations = prepared.model.equations
    size = sum(v.size for v in equations.variables.values())
    job = next(prepared.jobs(prepared.samples["central"]))
    return SECONDS_A_VALUE * size * steps_in(equations, job.design)
