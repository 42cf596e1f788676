"""Make a calibration on the compiled engine: the best fit from several starts, and draws from the posterior around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llr_sd import analysis, sampling
from llr_sd.design import Design
from llr_sd.errors import InputError
from llr_sd.run.block import run_block
from llr_sd.run.fitting.asked import prepare_fitting
from llr_sd.run.fitting.values import Fitted, Fitting
from llr_sd.run.prepare import BLOCK, Job, PreparedStudy, Sample, fix

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
STARTS = 8
"""Starts of the search for the best fit: the middle of the priors, and draws from them."""
MOST_STEPS = sampling.MOST_STEPS
FEW = 512
"""Runs that are done before threads have shared them out."""


class Simulator:
    """Runs the model of a fitting, and reads its series from the runs."""

    def __init__(self, prepared: PreparedStudy, fitting: Fitting, threads: int | None) -> None:
        needed = {n for s in fitting.points.series for n in s.outputs}
        outputs = {n: o for n, o in prepared.study.outputs.items() if n in needed}
        self._study = prepared.study.model_copy(update={"outputs": outputs})
        self._model, self._fitting, self._threads = prepared.model, fitting, threads
        self._columns = tuple(p.variable for p, _ in fitting.parameters)

    def courses(self, values: Floats) -> tuple[Floats, list[Floats]]:
        """Return the saved times, and each series in every run: its outputs added up, shape (run, time), NaN where the run failed.

        A run that breaks a law of its model failed, as in every study.
        """
        series = self._fitting.points.series
        parts: list[list[Floats]] = [[] for _ in series]
        times = np.empty(0)
        for start in range(0, len(values), BLOCK):
            rows = Design(self._columns, values[start : start + BLOCK].copy(), "monte_carlo")
            job = Job("calibration", 0, start, fix(rows, self._fitting.settings, self._model))
            block = run_block(self._study, self._model, job, "compiled", 1 if rows.runs <= FEW else self._threads)
            times = np.array(block.coords["time"], dtype=np.float64)
            for found, one in zip(parts, series, strict=True):
                found.append(np.sum([block.outputs[name] for name in one.outputs], axis=0))
        return times, [np.vstack(found) for found in parts]

    def figures(self, values: Floats) -> Floats:
        """Return what the model gives for each point, shape (run, point); NaN where the run failed."""
        times, courses = self.courses(values)
        return np.hstack([s.compared(times, y) for s, y in zip(self._fitting.points.series, courses, strict=True)])


def with_calibration(prepared: PreparedStudy, threads: int | None, progress: Progress) -> PreparedStudy:
    """Return a prepared study with its calibration made, and its runs drawn from the posterior where the study says so.

    Raises
    ------
    InputError
        Naming the key, where the parameters, the series or the dates do not allow a fit, or the model fails wherever it is tried.
    """
    asked = prepared.study.calibration
    if asked is None:
        return prepared
    fitting = prepare_fitting(prepared, asked)
    try:
        fitted = _make(prepared, fitting, threads, progress)
    except InputError as error:
        raise error if error.where else error.at(f"{prepared.study.where}, calibration") from None
    if not prepared.study.uncertain.from_calibration:
        return replace(prepared, calibrated=fitted)
    samples = {name: replace(s, design=_fitted_design(s, fitted)) for name, s in prepared.samples.items()}
    return replace(prepared, calibrated=fitted, samples=samples)


def _fitted_design(sample: Sample, fitted: Fitted) -> Design:
    """Return a design whose fitted inputs stand at the best fit in the central run, and are draws of the posterior elsewhere."""
    design = sample.design
    new = fitted.best[None] if design.kind == "central" else fitted.values[: design.runs]
    values = design.values.copy()
    values[:, [design.names.index(c) for c in fitted.columns]] = new
    return replace(design, values=values)


def _make(prepared: PreparedStudy, fitting: Fitting, threads: int | None, progress: Progress) -> Fitted:
    study, own, points, pairs = prepared.study, fitting.parameters, fitting.points, fitting.pairs
    simulator, used, size, seed = Simulator(prepared, fitting, threads), points.fitted, len(fitting.parameters), study.seed

    def predict(scores: Floats) -> Floats:
        return simulator.figures(sampling.at_scores(own, scores, pairs))[:, used]

    problem = analysis.Problem(
        points.figures[used], points.covariance[np.ix_(used, used)], predict, size, fitting.asked.discrepancy
    )
    progress("fitting", 0, 0)
    fit = analysis.best_fit(problem, np.vstack([np.zeros((1, size)), sampling.normals(seed, "calibration", STARTS - 1, size)]))
    progress("drawing the posterior", 0, 0)
    draws = max(fitting.asked.draws, study.monte_carlo.runs if study.uncertain.from_calibration else 0)
    walkers = sampling.around(*analysis.surroundings(problem, fit), sampling.WALKERS, seed)
    chain = sampling.draw_chain(problem.log_density, walkers, draws, seed, MOST_STEPS)
    scores = chain.scores[:, :size]
    return Fitted(
        fitting,
        fit,
        chain,
        best=sampling.at_scores(own, fit.scores[None], pairs)[0],
        values=sampling.at_scores(own, scores, pairs),
        prior=sampling.at_scores(own, sampling.normals(seed, "calibration prior", fitting.asked.draws, size), pairs),
        scores=sampling.marginal_scores(own, scores, pairs),
        share=problem.share(chain.scores),
    )
