"""Engines: equations and a design become an ensemble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llr_sd.design import Design
from llr_sd.engine.request import make_request
from llr_sd.ensemble import Ensemble
from llr_sd.equations import Equations
from llr_sd.errors import InputError, nearest

ENGINES = ("pysd",)
DEFAULT = "pysd"


def stream(
    equations: Equations,
    design: Design,
    outputs: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    engine: str = DEFAULT,
    threads: int | None = None,
    block: int = 4096,
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
    from llr_sd.engine.reference import stream_reference

    return stream_reference(equations, request, block)
