"""Functions that are written out: other equations say what they do, so that no engine need know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llr_sd.equations import Expression
from llr_sd.translate.scope import Scope
from llr_sd.translate.written import allocation, lookups, matrices, randomness, series, vectors, worth
from llr_sd.translate.written.made import ONE, op

_MEANS: dict[str, Callable[..., Expression]] = {
    "RANDOM 0 1": randomness.zero_one,
    "RANDOM UNIFORM": randomness.uniform,
    "RANDOM NORMAL": randomness.normal,
    "RANDOM EXPONENTIAL": randomness.exponential,
    "RANDOM TRIANGULAR": randomness.triangular,
    "RANDOM POISSON": randomness.stretched(lambda mean: mean, 1),
    "RANDOM BINOMIAL": randomness.stretched(lambda p, n: op("*", p, n), 2),
    "RANDOM NEGATIVE BINOMIAL": randomness.stretched(lambda p, n: op("/", n, p), 2),
    "RANDOM BETA": randomness.stretched(lambda a, b: op("/", a, op("+", a, b)), 2),
    "RANDOM WEIBULL": randomness.stretched(lambda _: ONE, 1),
    "RANDOM PINK NOISE": randomness.plain,
    "RANDOM": randomness.uniform,
    "NORMAL": randomness.normal_of_xmile,
    "POISSON": randomness.plain,
    "EXPRND": randomness.plain,
    "LOGNORMAL": randomness.plain,
    "TRIANGULAR": lambda low, mode, high, *_: op("/", op("+", low, mode, high), 3.0),
}

WRITTEN: dict[str, Callable[[Any, Scope], Expression]] = {
    "VECTOR SELECT": vectors.vector_select,
    "VECTOR ELM MAP": vectors.vector_elm_map,
    "VECTOR SORT ORDER": vectors.vector_sort_order,
    "VECTOR RANK": vectors.vector_rank,
    "VECTOR REORDER": vectors.vector_reorder,
    "ALLOCATE BY PRIORITY": allocation.allocate_by_priority,
    "ALLOCATE AVAILABLE": allocation.allocate_available,
    "INVERT MATRIX": matrices.invert_matrix,
    "LOOKUP EXTRAPOLATE": lookups.lookup_extrapolate,
    "LOOKUP FORWARD": lookups.lookup_forward,
    "LOOKUP BACKWARD": lookups.lookup_backward,
    "LOOKUP INVERT": lookups.lookup_invert,
    "LOOKUP AREA": lookups.lookup_area,
    "GET DATA BETWEEN TIMES": series.between_times,
    "GET DATA AT TIME": series.at_time,
    "GET DATA FIRST TIME": series.first_time,
    "GET DATA LAST TIME": series.last_time,
    "NPV": worth.npv,
    "NPVE": worth.npve,
    **{name: randomness.held(name, mean) for name, mean in _MEANS.items()},
}
"""By key in the functions table: what a call with these arguments, as they were parsed, comes to."""
