"""Engines: equations and a design become an ensemble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llr_sd.design import Design
from llr_sd.engine.limits import need, told
from llr_sd.engine.request import make_request
from llr_sd.ensemble import Ensemble
from llr_sd.equations import Equations
from llr_sd.errors import EngineError, InputError, nearest
from llr_sd.findings import Finding

if TYPE_CHECKING:
    from llr_sd.engine.llvm.compiled import Cache

ENGINES = ("compiled", "pysd")
DEFAULT = "compiled"


def stream(
    equations: Equations,
    design: Design,
    outputs: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    engine: str = DEFAULT,
    threads: int | None = None,
    block: int = 4096,
    cache: Cache | None = None,
    method: str | None = None,
) -> Iterator[Ensemble]:
    """Run a design and yield its runs in order, at most `block` at a time.

    Parameters
    ----------
    equations
        The model.
    design
        Values of constants, shape (run, constant).
    outputs
        Names of variables or of single cells; None for every variable.
    times
        Saved times in the model's time unit; None for every SAVEPER.
    engine
        One of `ENGINES`.
    threads
        Number of threads; None for all cores. The numbers do not depend on it.
    block
        Most runs held at once.
    cache
        Keeps object code from one process to the next (`get` and `put`); the engine itself touches no files.
    method
        "euler" or "rk4"; None for what the model file asks.

    Yields
    ------
    Ensemble
        At most `block` runs.

    Raises
    ------
    InputError
        When a name or time does not fit the model.
    EngineError
        When the model cannot be simulated.
    """
    if engine not in ENGINES:
        raise InputError(f'there is no engine "{engine}" (there are: {", ".join(ENGINES)}).', mend=nearest(engine, ENGINES))
    request = make_request(equations, design, outputs, times)
    if engine == "pysd":
        from llr_sd.engine.reference import stream_reference

        return stream_reference(equations, request, block, method)
    from llr_sd.engine.llvm.compiled import compile_model
    from llr_sd.engine.llvm.runner import stream_compiled

    with told():
        model = compile_model(equations, request, method, cache)
    return _told(stream_compiled(model, threads, block))


def _told(parts: Iterator[Ensemble]) -> Iterator[Ensemble]:
    with told():
        yield from parts


def check_size(
    equations: Equations, design: Design, outputs: Sequence[str] | None = None, times: Sequence[float] | None = None
) -> None:
    """Refuse a batch whose results do not fit into memory.

    Parameters
    ----------
    equations, design, outputs, times
        As in `stream`.

    Raises
    ------
    EngineError
        With what it would take.
    """
    request = make_request(equations, design, outputs, times)
    elements = sum(1 if o.cell is not None else o.variable.size for o in request.outputs)
    what = f"{design.runs:,} runs of {elements:,} elements at {len(request.times):,} times"
    need(16.0 * design.runs * elements * len(request.times), what, "Name fewer outputs or times, or stream the runs.")


def examine(
    equations: Equations,
    design: Design,
    outputs: Sequence[str] | None = None,
    cache: Cache | None = None,
    method: str | None = None,
) -> tuple[Finding, ...]:
    """Look at every run of a design before any is made.

    Parameters
    ----------
    equations, design, outputs, cache, method
        As in `stream`.

    Returns
    -------
    tuple
        A finding for each delay or smooth whose time at the start is too short for TIME STEP; one that becomes short later is
        found by the run itself.

    Raises
    ------
    InputError
        When a name, value or time does not fit the model.
    EngineError
        When the model cannot be simulated, or a delay time is not above zero.
    """
    from llr_sd.engine.llvm.compiled import compile_model
    from llr_sd.engine.llvm.delays import check_start

    return check_start(compile_model(equations, make_request(equations, design, outputs, None), method, cache))


def run(
    equations: Equations,
    design: Design,
    outputs: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    engine: str = DEFAULT,
    threads: int | None = None,
    cache: Cache | None = None,
    method: str | None = None,
) -> Ensemble:
    """Return all runs of a design at once.

    Parameters
    ----------
    equations, design, outputs, times, engine, threads, cache, method
        As in `stream`.

    Raises
    ------
    InputError, EngineError
        As `stream`.
    """
    parts = stream(equations, design, outputs, times, engine, threads, max(design.runs, 1), cache, method)
    whole = next(parts)
    if len(whole.status) < design.runs:
        raise EngineError("the runs do not fit into memory at once.", mend="Stream them, or name fewer outputs or times.")
    return whole
