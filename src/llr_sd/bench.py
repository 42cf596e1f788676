"""How fast the compiled engine is beside PySD: both measured on the same models, in one sitting."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
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
from llr_sd.model import load_model
from llr_sd.translate import translate

SKILLS, SETTINGS, AGES = 4, 3, 2
LARGE = (10, 46, 4)
SECONDS = 4.0  # that a timed batch should take
MOST_RUNS = 262_144
BLOCK = 4096
PYSD_RUNS = 64  # at most, for a model that PySD runs quickly

_MODEL = """{{UTF-8}}
skill: {skills} ~~|
setting: {settings} ~~|
age: {ages} ~~|

staff[skill,setting,age]= INTEG(
    arrivals[skill,setting,age] + moves in[skill,setting,age] - moves out[skill,setting,age] - quits[skill,setting,age],
    initial staff[skill]*setting share[setting]*age share[age])
    ~ WTE ~ |
arrivals[skill,setting,age]= DELAY3(starts[skill,setting,age], training time[skill])
    ~ WTE/Month ~ |
starts[skill,setting,age]= MAX(0, gap[skill,setting]*age share[age]/hiring time)
    ~ WTE/Month ~ |
moves out[skill,setting,age]= staff[skill,setting,age]*move rate[age]*(1 - setting share[setting])
    ~ WTE/Month ~ |
moves in[skill,setting,age]= DELAY FIXED(moves out[skill,setting,age], move delay, 0)
    ~ WTE/Month ~ |
quits[skill,setting,age]= staff[skill,setting,age]*quit rate[age]*stress effect[skill,setting]
    ~ WTE/Month ~ |
sick[skill,setting,age]= SMOOTHI(
    staff[skill,setting,age]*absence*stress[skill,setting], sick time, staff[skill,setting,age]*absence)
    ~ WTE ~ |
hours[skill,setting,age]= (staff[skill,setting,age] - sick[skill,setting,age])*hours each[age]
    ~ Hours/Month ~ |
cost[skill,setting,age]= staff[skill,setting,age]*pay[skill]*(1 + IF THEN ELSE(staff[skill,setting,age] > limit, premium, 0))
    ~ Pounds/Month ~ |
fulfilled[skill,setting,age]= ZIDZ(hours[skill,setting,age], need[skill,setting]*age share[age])
    ~ Dmnl ~ |
spent[skill,setting,age]= INTEG(cost[skill,setting,age], 0)
    ~ Pounds ~ |
trained[skill,setting,age]= INTEG(arrivals[skill,setting,age] - trained[skill,setting,age]*fade, 0)
    ~ WTE ~ |
need[skill,setting]= demand[setting]*mix[skill]*(1 + RAMP(growth, 12, 108))
    ~ Hours/Month ~ |
supply[skill,setting]= SUM(hours[skill,setting,age!])
    ~ Hours/Month ~ |
stress[skill,setting]= MIN(3, XIDZ(need[skill,setting], supply[skill,setting], 3))
    ~ Dmnl ~ |
stress effect[skill,setting]= effect of stress(stress[skill,setting])
    ~ Dmnl ~ |
felt need[skill,setting]= SMOOTH3(need[skill,setting], planning time)
    ~ Hours/Month ~ |
gap[skill,setting]= felt need[skill,setting]/160 - SUM(staff[skill,setting,age!])
    ~ WTE ~ |
total staff[skill]= SUM(staff[skill,setting!,age!])
    ~ WTE ~ |
share[skill]= ZIDZ(total staff[skill], all staff)
    ~ Dmnl ~ |
all staff= SUM(staff[skill!,setting!,age!])
    ~ WTE ~ |
all cost= SUM(cost[skill!,setting!,age!])*(1 + STEP(inflation, 24))
    ~ Pounds/Month ~ |
effect of stress((0,0.6),(0.8,0.9),(1,1),(1.2,1.2),(1.6,1.7),(3,2.5))
    ~ Dmnl ~ |
initial staff[skill]= {initial} ~ WTE ~ |
setting share[setting]= {share} ~ Dmnl ~ |
age share[age]= {age_share} ~ Dmnl ~ |
training time[skill]= {training} ~ Month ~ |
mix[skill]= {mix} ~ Dmnl ~ |
demand[setting]= {demand} ~ Hours/Month ~ |
quit rate[age]= {quit} ~ 1/Month ~ |
move rate[age]= {move} ~ 1/Month ~ |
hours each[age]= {hours} ~ Hours/Month/WTE ~ |
pay[skill]= {pay} ~ Pounds/Month/WTE ~ |
hiring time= 6 ~ Month ~ |
move delay= 3 ~ Month ~ |
absence= 0.04 ~ Dmnl ~ |
sick time= 2 ~ Month ~ |
limit= 100 ~ WTE ~ |
premium= 0.1 ~ Dmnl ~ |
fade= 0.01 ~ 1/Month ~ |
growth= 0.002 ~ 1/Month ~ |
planning time= 12 ~ Month ~ |
inflation= 0.02 ~ Dmnl ~ |
INITIAL TIME= 0 ~ Month ~ |
FINAL TIME= {final:g} ~ Month ~ |
TIME STEP= {step:g} ~ Month ~ |
SAVEPER= {saveper:g} ~ Month ~ |
"""


def synthetic_model(
    skills: int = SKILLS,
    settings: int = SETTINGS,
    ages: int = AGES,
    months: float = 120,
    steps_a_month: int = 8,
    saveper: float = 1,
) -> str:
    """Return the .mdl text of a workforce model with 12 variables over skill x setting x age and 7 over skill x setting."""

    def names(prefix: str, n: int) -> str:
        return ", ".join(f"{prefix}{i + 1}" for i in range(n))

    def numbers(first: float, step: float, n: int, total: float | None = None) -> str:
        values = [first + step * (i % 7) for i in range(n)]
        scale = 1.0 if total is None else total / sum(values)
        return ", ".join(f"{v * scale:.12g}" for v in values)

    return _MODEL.format(
        skills=names("skill", skills),
        settings=names("setting", settings),
        ages=names("age", ages),
        initial=numbers(300, 150, skills),
        share=numbers(2, 1, settings, 1.0),
        age_share=numbers(3, -0.4, ages, 1.0),
        training=numbers(6, 6, skills),
        mix=numbers(1, 0.5, skills, 1.0),
        demand=numbers(80000, 20000, settings),
        quit=numbers(0.008, 0.004, ages),
        move=numbers(0.004, 0.001, ages),
        hours=numbers(150, -10, ages),
        pay=numbers(2500, 900, skills),
        final=months,
        step=1 / steps_a_month,
        saveper=saveper,
    )


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


class _Kept:
    """Object code in memory: what the cache in the user's folder does, without the disk."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.codes.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.codes[key] = value


def measure(equations: Equations, name: str, pysd: bool = True, seconds: float = SECONDS) -> Measured:
    """Measure one model: PySD once, compiled cold and from the cache, a batch on one thread and on two.

    Parameters
    ----------
    equations
        The model. Its first constants are varied a little from run to run; two outputs are saved at three dates.
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
    """Two variables without subscripts that move, the last of the model's stocks or auxiliaries, at three dates."""
    clock = make_request(equations, Design((), np.empty((1, 0))), None, None).clock
    steps = round((clock.final - clock.initial) / clock.step)
    times = sorted({clock.initial + round(steps * part) * clock.step for part in (0.25, 0.5, 1.0)})
    moving = [v.name for v in equations.variables.values() if v.kind in ("auxiliary", "stock") and not v.name.startswith("_")]
    scalars = [n for n in moving if not equations.variables[n].axes]
    return (["all staff", "all cost"] if {"all staff", "all cost"} <= set(scalars) else (scalars or moving)[-2:]), times


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


def bench(model: str | None = None, pysd: bool = True, seconds: float = SECONDS) -> dict[str, object]:
    """Measure a model, or where none is named the synthetic ones of about 400 and 25,000 elements.

    Returns
    -------
    dict
        `machine` and `models`, one dict of `Measured` each; ready for JSON.
    """
    measured = list(_measured(model, pysd, seconds))
    machine = {
        "processor": host().processor,
        "cores": cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "llvmlite": version(),
    }
    return {"machine": machine, "models": [asdict(m) for m in measured]}


def _measured(model: str | None, pysd: bool, seconds: float) -> Iterator[Measured]:
    if model is not None:
        yield measure(load_model(model).equations, Path(model).name, pysd, seconds)
        return
    with tempfile.TemporaryDirectory(prefix="llr_sd_bench_") as folder:
        for name, sizes, with_pysd in (("small", (SKILLS, SETTINGS, AGES), pysd), ("large", LARGE, False)):
            file = Path(folder) / f"{name}.mdl"
            file.write_text(synthetic_model(*sizes), encoding="utf-8")
            yield measure(translate(file), name, with_pysd, seconds)


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


def as_text(result: dict[str, object]) -> str:
    """Return the figures as a table, one column a model."""
    models = result["models"]
    machine = result["machine"]
    if not isinstance(models, list) or not isinstance(machine, dict):
        raise TypeError("not a result of bench()")
    width = max(len(label) for _, label, _ in _ROWS)
    lines = [", ".join(f"{k} {v}" for k, v in machine.items()), ""]
    lines.append(" " * width + "".join(f"  {m['model']:>14}" for m in models))
    for key, label, form in _ROWS:
        lines.append(f"{label:<{width}}" + "".join(f"  {'-' if m[key] is None else form.format(m[key]):>14}" for m in models))
    if len(models) == 2:
        ratio = models[1]["per_element_step_ns"] / models[0]["per_element_step_ns"]
        lines.append(f"{'large against small, per element':<{width}}  {ratio:>14.2f}")
    return "\n".join(lines)


def main_bench(model: str | None, out: Path | None) -> int:
    """Measure, print the table, and write JSON to `out` where it is given."""
    result = bench(model)
    print(as_text(result))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


__all__ = ["Measured", "as_text", "bench", "main_bench", "measure", "synthetic_model"]
