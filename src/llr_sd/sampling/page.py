"""What a page needs to draw what a study draws: keys of streams, laws and rank correlations, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from llr_sd.distribution import Distribution
from llr_sd.page.data import finite
from llr_sd.parameters import Parameter
from llr_sd.sampling.copula import Correlation
from llr_sd.sampling.streams import DUMMY, SLICES, key


def page_draws(parameters: Iterable[Parameter], correlations: Sequence[Correlation], seed: int, design: str) -> dict[str, Any]:
    """Return the record that `js/draws/draw.mjs` draws from; it holds every parameter, since any can be given a range in a page.

    Parameters
    ----------
    parameters
        Of the model's table; those that are shares of a whole as the study has them.
    correlations
        Rank correlations of the study, by parameter name.
    seed
        Of the study.
    design
        "random" or "latin_hypercube".

    Returns
    -------
    dict
        `seed` and `design`; `keys`, for each name the 128-bit keys of its stream ("value") and of its order of slices ("slices"), as 32
        hexadecimal digits; `dummy`, the key of the input that nothing depends on; `bounds`, for each name the least and greatest value of
        draws, None where there is none; `correlations` as given.
    """
    names = {p.name: p for p in parameters}
    return {
        "seed": seed,
        "design": design,
        "keys": {n: {"value": _digits(seed, n), "slices": _digits(seed, SLICES + n)} for n in names},
        "dummy": _digits(seed, DUMMY),
        "bounds": {n: [finite(bound) for bound in p.bounds] for n, p in names.items()},
        "correlations": [list(pair) for pair in correlations],
    }


def page_law(distribution: Distribution) -> dict[str, Any]:
    """Return a distribution as plain data.

    Parameters
    ----------
    distribution
        What a parameter is drawn from.

    Returns
    -------
    dict
        Its attributes by name, and `centre`; None for a number that its kind does not use or that is infinite.
    """
    d = distribution
    numbers = {k: finite(getattr(d, k)) for k in ("low", "mode", "high", "sd", "minimum", "maximum", "centre")}
    return {"kind": d.kind, **numbers, "values": list(d.values), "weights": list(d.weights)}


def _digits(seed: int, name: str) -> str:
    return f"{key(seed, name):032x}"
