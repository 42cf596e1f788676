"""Risks: a register is held against model runs; in order: prepare the register, run, rate, and ask what each rating hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from llr_sd import analysis
from llr_sd.result import Block
from llr_sd.risks import reasons
from llr_sd.risks.prepared import PreparedRegister, files_of, prepare_register
from llr_sd.risks.rated import Losses, curve_table, exceedance_table, losses_of, lost, places, rate, rating_table, register_tables
from llr_sd.risks.readings import Readings
from llr_sd.risks.samples import sobol_samples, wide_samples
from llr_sd.run.prepare import PreparedStudy, Sample
from llr_sd.store import Piece

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["PreparedRegister", "Ratings", "files_of", "loss_pieces", "prepare_register", "rate_register"]

Run = Callable[[Mapping[str, PreparedStudy], Sequence[tuple[str, Sample]]], Mapping[str, "xr.Dataset"]]
"""Runs samples, each with the name of its model, and returns their runs by the name of the sample."""


@dataclass(frozen=True)
class Ratings:
    """What was found: tidy tables by name, losses of all runs and of the central run, sentences to be said of it, and the runs in all."""

    tables: Mapping[str, pd.DataFrame]
    losses: Losses
    central: Losses
    said: tuple[str, ...]
    runs: int


def rate_register(prepared: PreparedRegister, run: Run) -> Ratings:
    """Run the models of a checked register on common draws, rate its risks, and ask what each rating hangs on."""
    import pandas as pd

    first = [(m, s.samples[n]) for m, s in prepared.far.items() for n in ("central", "monte_carlo")]
    main = run(prepared.far, first)
    drawn, middle = (
        Readings(prepared, {m: main[s.samples[n].name] for m, s in prepared.far.items()}) for n in ("monte_carlo", "central")
    )
    losses, central = losses_of(prepared, drawn), losses_of(prepared, middle)
    rated = [rate(prepared, r, k, d, losses[d][f"{r.id} {k}"]) for r, k, d in places(prepared)]
    held = [r for r in rated if r.date == prepared.dates(r.risk)[0]]

    wide = {(r.id, what): samples for r in prepared.register.risk for what, samples in wide_samples(prepared, r).items()}
    saltelli = {r.id: sobol_samples(prepared, r) for r in prepared.register.risk}
    second = [*_each(wide.values()), *_each(samples for _, samples in saltelli.values())]
    near = run(prepared.near, second)
    indices = reasons.sobol_table(prepared, held, saltelli, near)
    drivers = reasons.driver_table(prepared, indices)
    wider = {key: drawn.but({m: near[s.name] for m, s in samples.items()}) for key, samples in wide.items()}
    outside = reasons.outside(prepared, held, drivers)
    boxes, words, said = reasons.boxes(prepared, held)
    tables = register_tables(prepared) | {
        "ratings": rating_table(prepared, rated, drivers, outside, central),
        "exceedance": exceedance_table(prepared, rated),
        "curves": curve_table(rated),
        "stability": reasons.stability_table(prepared, held, drawn, wider),
        "movement": reasons.movement_table(prepared, rated, drawn),
        "sobol": indices,
        "drivers": drivers,
        "boxes": boxes,
        "outside": outside,
        "words": pd.concat([words, reasons.outside_words(outside)], ignore_index=True),
    }
    if any(use.correlation for use in prepared.register.model.values()):
        said = (*said, analysis.INDEPENDENT)
    said = (*lost(rated), *said)
    return Ratings(tables, losses, central, said, sum(sample.runs for _, sample in (*first, *second)))


def loss_pieces(ratings: Ratings) -> tuple[list[Piece], list[Piece]]:
    """Return the losses of all runs, and of the central run, as blocks: one a date, one output a risk and ladder."""
    names = list(dict.fromkeys(name for losses in ratings.losses.values() for name in losses))
    found: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, by_date in zip(found, (ratings.losses, ratings.central), strict=True):
        for number, losses in enumerate(by_date.values()):
            size = len(next(iter(losses.values())))
            outputs = {name: losses.get(name, np.full(size, np.nan)) for name in names}
            ok = np.logical_and.reduce([np.isfinite(values) for values in losses.values()])
            about = dict.fromkeys(names, "Dmnl"), {n: f"Loss, {n}" for n in names}
            kind.append(Piece(number, 0, Block(outputs, dict.fromkeys(names, ()), {}, *about, ok, ())))
    return found


def _each(parts: Iterable[Mapping[str, Sample]]) -> list[tuple[str, Sample]]:
    return [pair for samples in parts for pair in samples.items()]
