"""Risks: a register is held against model runs; in order: prepare the register, run, rate, and ask what each rating hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llr_sd import analysis
from llr_sd.risks.losses import Losses, Readings, pieces
from llr_sd.risks.prepared import PreparedRegister, files_of, prepare_register
from llr_sd.risks.rated import curve_table, exceedance_table, judged, lost, rate, register_tables
from llr_sd.risks.reasons import NO_BOXES, box_table, driver_table, outside_table, sobol_table
from llr_sd.risks.samples import sobol_samples, wide_samples
from llr_sd.risks.variations import movement_table, stability_table
from llr_sd.run.prepare import PreparedStudy, Sample

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["PreparedRegister", "Ratings", "files_of", "pieces", "prepare_register", "rate_register"]

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

    register = prepared.register
    first = [(m, s.samples[n]) for m, s in prepared.far.items() for n in ("central", "monte_carlo")]
    main = run(prepared.far, first)
    drawn, middle = (
        Readings(prepared, {m: main[s.samples[n].name] for m, s in prepared.far.items()}) for n in ("monte_carlo", "central")
    )
    losses, central = drawn.losses(), middle.losses()
    ratings = rate(prepared, losses, central)
    held = [r for r in ratings if r.date == register.dates(register.risk_of(r.risk))[0]]

    wide = {(r.id, what): samples for r in register.risk for what, samples in wide_samples(prepared, r).items()}
    saltelli = {r.id: sobol_samples(prepared, r) for r in register.risk}
    second = [*_each(wide.values()), *_each(samples for _, samples in saltelli.values())]
    near = run(prepared.near, second)
    wider = {key: drawn.but({m: near[s.name] for m, s in samples.items()}) for key, samples in wide.items()}

    indices = sobol_table(prepared, held, saltelli, near)
    drivers = driver_table(prepared, indices)
    outside = outside_table(prepared, held, losses, drivers)
    boxes = box_table(prepared, held, losses)
    told = [judged(prepared, r, drivers, outside) if r in held else r for r in ratings]
    tables = register_tables(prepared) | {
        "ratings": pd.DataFrame([r.row(prepared.matrix) for r in told]),
        "exceedance": exceedance_table(prepared, ratings),
        "curves": curve_table(prepared, losses),
        "stability": stability_table(prepared, held, drawn, wider),
        "movement": movement_table(prepared, ratings, drawn),
        "sobol": indices,
        "drivers": drivers,
        "boxes": boxes,
        "outside": outside,
    }
    said = lost(ratings, losses) + ([] if len(boxes) else [NO_BOXES])
    said += [analysis.INDEPENDENT] if any(use.correlation for use in register.model.values()) else []
    return Ratings(tables, losses, central, tuple(said), sum(sample.runs for _, sample in (*first, *second)))


def _each(parts: Iterable[Mapping[str, Sample]]) -> list[tuple[str, Sample]]:
    return [pair for samples in parts for pair in samples.items()]
