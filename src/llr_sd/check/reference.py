"""Agreement with PySD, on a short run in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.sheet import Line, judge, not_evaluated
from llr_sd.check.subject import Run, Subject
from llr_sd.design import Design
from llr_sd.engine.reference import run_reference
from llr_sd.errors import InputError, LlrSdError
from llr_sd.laws import FILE
from llr_sd.verification import CLOSE, apart

Reals = NDArray[np.float64]


# --- a short run in PySD


@dataclass
class PysdRun:
    """A PySD run under way in another process, and where its numbers will be."""

    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str]
    started: float

    @property
    def file(self) -> Path:
        """Where the process writes what it found."""
        return Path(self.folder.name) / "pysd.npz"

    def stop(self) -> None:
        """End the process, if it still runs, and remove its folder."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


def start_pysd(subject: Subject) -> PysdRun:
    """Start PySD on the first steps of the model."""
    times = [f"{t!r}" for t in first_steps(subject)]
    folder = tempfile.TemporaryDirectory(prefix="llr_sd_check_")
    source = str(subject.model.equations.source.resolve())
    # Isolated: neither the user's folder nor the environment adds modules. This very package is named instead.
    start = "import sys; sys.path.insert(0, sys.argv[1]); from llr_sd.check.reference import main; main(sys.argv[2:])"
    home = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-I", "-c", start, home, source, str(Path(folder.name) / "pysd.npz"), *times]
    with (Path(folder.name) / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
    return PysdRun(process, folder, time.monotonic())


def first_steps(subject: Subject) -> list[float]:
    """Return the times of the steps that are compared."""
    start, step, end = (subject.default(c) for c in ("INITIAL TIME", "TIME STEP", "FINAL TIME"))
    count = min(subject.checks.pysd.steps, round((end - start) / step))
    return [start + i * step for i in range(count + 1)]


def main(arguments: Sequence[str]) -> None:
    """Run a model in PySD and write every variable to a file: the process that `start_pysd` starts."""
    from llr_sd.translate import translate

    source, out, *times = arguments
    grid = [float(t) for t in times]
    design = Design(("FINAL TIME",), np.array([[grid[-1]]]))
    try:
        # A model that draws at random came this far only with its functions at their mean; in any other that changes nothing.
        equations = translate(Path(source), "mean")
        ensemble = run_reference(equations, design, None, grid, "euler")
    except LlrSdError as error:
        np.savez(out, status=np.array(str(error)), names=np.array([], dtype=str))
        return
    names = [str(n) for n in ensemble.dataset.data_vars]
    values = {f"v{i}": np.asarray(ensemble.dataset[n].values[0]) for i, n in enumerate(names)}
    values |= {"names": np.array(names), "status": np.array(str(ensemble.status[0]))}
    np.savez(out, **values)  # type: ignore[arg-type] # its stub wants a bool in every name


def agreement(subject: Subject, pysd: PysdRun) -> Line:
    """Wait for PySD and compare every variable at every step with the compiled engine."""
    section, name = "PySD", f"every variable at the first {subject.checks.pysd.steps} steps"
    limit = subject.checks.pysd.seconds
    try:
        left = max(limit - (time.monotonic() - pysd.started), 0.1)
        pysd.process.wait(timeout=left)
    except subprocess.TimeoutExpired:
        return not_evaluated(section, name, f"PySD took longer than {limit:g} s; [pysd] seconds in {FILE} allows more.")
    if pysd.process.returncode != 0 or not pysd.file.is_file():
        said = (Path(pysd.folder.name) / "errors.txt").read_text(encoding="utf-8", errors="replace")
        last = said.strip().splitlines()[-1:] or ["no message"]
        raise InputError(f"PySD stopped: {last[0]}")
    times = first_steps(subject)
    end = {"FINAL TIME": times[-1]}
    ours = next(subject.split(subject.model.run(end, None, times, threads=subject.threads, method="euler")))
    with np.load(pysd.file) as kept:
        status = str(kept["status"])
        theirs = {str(n): kept[f"v{i}"].reshape(len(times), -1) for i, n in enumerate(kept["names"])}
    if not ours.status.ok:
        return not_evaluated(section, name, f"the run does not finish: {ours.status}.")
    if status != "ok":
        return not_evaluated(section, name, f"could not be compared: in PySD {status}.")
    return judge(section, name, *compare(subject, ours, theirs))


def compare(subject: Subject, ours: Run, theirs: Mapping[str, Reals]) -> tuple[str, str, list[str]]:
    """Return the largest difference, the limit, and the first variable and time that differ, then the others."""
    equations = subject.model.equations
    names = {name: equations.variable(name) for name in theirs}
    mine = {name: ours.values[v.name] for name, v in names.items()}
    parts = apart(mine, theirs, {name: v.unit for name, v in names.items()})
    found = []
    for order, part in enumerate(parts):
        if part.first is not None:
            t, element = part.first
            label, here = subject.output(part.name)[2][element], (t, element)
            numbers = f"{float(mine[part.name][here]):.12g}, in PySD {float(theirs[part.name][here]):.12g}"
            found.append((float(ours.times[t]), order, f'"{label}" at time {ours.times[t]:g}: {numbers}.'))
    worst = max((part.share for part in parts), default=0.0)
    return f"{worst:.2g} of an element's largest value", f"{CLOSE:g}", [text for _, _, text in sorted(found)]
