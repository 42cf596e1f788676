"""How fast the compiled engine is beside PySD: both measured on the same models, in one sitting."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.engine.llvm.arithmetic import arithmetic_seconds
from llr_sd.engine.llvm.compiled import CompiledModel, compile_model, forget
from llr_sd.engine.llvm.native import version
from llr_sd.engine.llvm.runner import cores, stream_compiled
from llr_sd.engine.llvm.target import host
from llr_sd.engine.request import make_request
from llr_sd.equations import Equations, is_control
from llr_sd.model import bundled_models, load_model

SECONDS = 4.0  # that a timed batch should take
MOST_RUNS = 262_144
BLOCK = 4096
PYSD_RUNS = 64  # at most, for a model that PySD runs quickly


@dataclass(frozen=True)
class Measured:
    """Figures of one model; times in seconds unless the name says otherwise, None where a thing was not measured.

    `elements` counts every number that the model defines, constants included. `per_element_step_ns` is the time on one thread
    divided by elements, steps and runs. `arithmetic_ms` is what the arithmetic of a run takes by itself, from registers: the limit
    of one thread. `memory_growth_mb` is how much the process grew while all runs streamed by.
    """

    model: str
    elements: int
    steps: int
    pysd_s: float | None
    compile_cold_s: float
    compile_cached_s: float
    runs: int
    one_thread_ms: float
    arithmetic_ms: float
    two_threads_ms: float | None
    per_element_step_ns: float
    times_pysd: float | None
    two_threads_gain: float | None
    memory_growth_mb: float | None


class _Kept(dict[str, bytes]):
    """Object code in memory: what the cache in the user's folder does, without the disk."""

    put = dict.__setitem__


def measure(equations: Equations, name: str, pysd: bool = True, seconds: float = SECONDS) -> Measured:
    """Measure one model: PySD once, compiled cold and from the cache, a batch on one thread and on two.

    Parameters
    ----------
    equations
        The model. Its first constants are varied a little from run to run; every stock is saved at three dates.
    name
        How to call it in the table.
    pysd
        Whether to run PySD too, which takes from seconds to hours.
    seconds
        How long a timed batch should take.
    """
    outputs, times = _asked(equations)
    host()  # loading LLVM is no part of compiling
    cache = _Kept()

    def model(runs: int) -> CompiledModel:
        return compile_model(equations, make_request(equations, _design(equations, runs), outputs, times), None, cache)

    forget()
    began = time.perf_counter()
    cold = model(1)
    compile_cold = time.perf_counter() - began
    forget()
    began = time.perf_counter()
    model(1)
    compile_cached = time.perf_counter() - began

    # As many runs as take about the wanted time, doubled until they do; the first batch of all loads what results need.
    runs, many = 64, model(64)
    _timed(many, 1)
    while _timed(many, 1) < seconds / 2 and runs < MOST_RUNS:
        runs *= 2
        many = model(runs)
    before = _peak_mb()
    one = min(_timed(many, 1) for _ in range(3)) / runs
    after = _peak_mb()
    two = min(_timed(many, 2) for _ in range(3)) / runs if cores() > 1 else None
    reference = _pysd_seconds(equations, outputs, times) if pysd else None
    elements = sum(v.size for v in equations.variables.values())
    return Measured(
        model=name,
        elements=elements,
        steps=cold.steps,
        pysd_s=reference,
        compile_cold_s=compile_cold,
        compile_cached_s=compile_cached,
        runs=runs,
        one_thread_ms=one * 1e3,
        arithmetic_ms=arithmetic_seconds(many) * 1e3,
        two_threads_ms=None if two is None else two * 1e3,
        per_element_step_ns=one / elements / max(cold.steps, 1) * 1e9,
        times_pysd=None if reference is None else reference / one,
        two_threads_gain=None if two is None else one / two,
        memory_growth_mb=None if before is None or after is None else after - before,
    )


def _asked(equations: Equations) -> tuple[list[str], list[float]]:
    """Every stock at three dates, so that nothing that moves is left out; of a model without stocks, every auxiliary."""
    clock = make_request(equations, Design((), np.empty((1, 0))), None, None).clock
    steps = round((clock.final - clock.initial) / clock.step)
    times = sorted({clock.initial + round(steps * part) * clock.step for part in (0.25, 0.5, 1.0)})
    own = [v for v in equations.variables.values() if not v.name.startswith("_")]
    stocks = [v.name for v in own if v.kind == "stock"]
    return stocks or [v.name for v in own if v.kind == "auxiliary"], times


def _design(equations: Equations, runs: int) -> Design:
    """The first scalar constants, spread evenly from 95 to 105 per cent of their values."""
    cells = [c for c in equations.constants() if not c.variable.axes and not is_control(c.variable.name)][:4]
    base = np.array([equations.constant_value(c) for c in cells]).reshape(1, -1)
    spread = np.linspace(0.95, 1.05, max(runs, 2))[:runs, None]
    return Design(tuple(c.label for c in cells), base * spread)


def _timed(model: CompiledModel, threads: int) -> float:
    began = time.perf_counter()
    for _ in stream_compiled(model, threads, BLOCK):
        pass
    return time.perf_counter() - began


def _pysd_seconds(equations: Equations, outputs: list[str], times: list[float]) -> float:
    """Seconds of one run of PySD, without those that it takes to load the model; quick runs are repeated.

    The model is given to it element by element, without arrays, whose alignment in every step takes it many times as long.
    """

    def seconds(runs: int) -> float:
        began = time.perf_counter()
        run(equations, _design(equations, runs), outputs, times, engine="pysd")
        return time.perf_counter() - began

    seconds(0)
    load, runs = seconds(0), 1
    while (took := seconds(runs) - load) < load and runs < PYSD_RUNS:
        runs *= 4
    return max(took / runs, 1e-9)


def _peak_mb() -> float | None:
    """The most memory that this process has held, where the system tells."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


def machine() -> dict[str, object]:
    """Return what the figures were measured on."""
    return {
        "processor": host().processor,
        "cores": cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "llvmlite": version(),
    }


_ROWS = (
    ("elements", "elements", "{:,}"),
    ("steps", "time steps", "{:,}"),
    ("pysd_s", "PySD, element by element, one run (s)", "{:.3g}"),
    ("compile_cold_s", "compile, cold (s)", "{:.2f}"),
    ("compile_cached_s", "compile, from the cache (s)", "{:.3f}"),
    ("runs", "runs in a batch", "{:,}"),
    ("one_thread_ms", "one run, one thread (ms)", "{:.4f}"),
    ("arithmetic_ms", "its arithmetic alone, the limit (ms)", "{:.4f}"),
    ("two_threads_ms", "one run, two threads (ms)", "{:.4f}"),
    ("per_element_step_ns", "per element and step (ns)", "{:.3f}"),
    ("times_pysd", "times as fast as PySD, one thread", "{:,.0f}"),
    ("two_threads_gain", "two threads against one", "{:.2f}"),
    ("memory_growth_mb", "memory growth over the batch (MB)", "{:.0f}"),
)


def as_text(models: Sequence[Measured]) -> str:
    """Return the figures as a table, one column a model."""
    width = max(len(label) for _, label, _ in _ROWS)
    lines = [", ".join(f"{k} {v}" for k, v in machine().items()), ""]
    lines.append(" " * width + "".join(f"  {m.model:>14}" for m in models))
    for key, label, form in _ROWS:
        values = [getattr(m, key) for m in models]
        lines.append(f"{label:<{width}}" + "".join(f"  {'-' if v is None else form.format(v):>14}" for v in values))
    return "\n".join(lines)


def main_bench(model: str | None, out: Path | None) -> int:
    """Measure a model, or every bundled one; print the table, and write JSON (`machine` and `models`) where `out` is given."""
    names = bundled_models() if model is None else (model,)
    models = [measure(load_model(name).equations, Path(name).name) for name in names]
    print(as_text(models))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"machine": machine(), "models": [asdict(m) for m in models]}, indent=2)
        out.write_text(text + "\n", encoding="utf-8")
    return 0
