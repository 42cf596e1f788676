"""Which mix of levers meets a target: the search of `analysis.search_levers` with the whole ensemble behind each setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.design import Design
from llr_sd.errors import InputError
from llr_sd.rounding import reaches
from llr_sd.run.filled import merged
from llr_sd.run.prepare import PreparedStudy, Sample, correlations

if TYPE_CHECKING:
    import xarray as xr

Outcome = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]


def find_levers(prepared: PreparedStudy, run: Callable[[Sample], xr.Dataset]) -> analysis.LeverSearch:
    """Search the lever settings of a study on its Monte Carlo draws, and confirm what is found on as many draws after those.

    Parameters
    ----------
    prepared
        A study with `levers`.
    run
        Runs a sample and returns its runs.

    Raises
    ------
    InputError
        When a lever is unknown or a value is out of its range.
    """
    study = prepared.study
    wanted = study.levers
    if wanted is None:
        raise InputError("the study names no levers.", where=study.where)
    searched = prepared.samples["monte_carlo"].design
    pairs = correlations(study, prepared.model)
    fresh = sampling.draw_monte_carlo(prepared.uncertain, searched.runs, study.seed, pairs, first=searched.runs)
    scenario = next(s for s in study.scenario if s.name == wanted.scenario)
    target = next(t for t in study.target if t.name == wanted.target)

    def evaluate(name: str, design: Design, settings: Sequence[Mapping[str, float]]) -> list[Outcome]:
        outcomes = []
        for setting in settings:
            settings_of_run = {wanted.scenario: merged(prepared.model, scenario.set, setting)}
            runs = run(Sample(name, design, tuple(settings_of_run.items()))).isel(scenario=0)
            values, cost, ok = runs[target.output].values, runs[wanted.cost].values, runs["ok"].values
            met = reaches(values, target.at_least, target.at_most)
            outcomes.append((cost, met & ok, ok & np.isfinite(values)))
        return outcomes

    search, confirm = partial(evaluate, "levers", searched), partial(evaluate, "levers confirmed", fresh)
    return analysis.search_levers(wanted.set, search, confirm, wanted.probability, wanted.most)
