"""Risks: a register is held against model runs; in order: prepare the register, run, rate, and ask what each rating hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from llr_sd import analysis
from llr_sd.rating import Rating
from llr_sd.risks.losses import Losses, Readings, pieces
from llr_sd.risks.prepared import PreparedRegister, files_of, prepare_register
from llr_sd.risks.rated import curve_table, exceedance_table, judged, rate, register_tables
from llr_sd.risks.reasons import box_table, driver_table, outside_table, sobol_table
from llr_sd.risks.samples import sobol_samples, wide_samples
from llr_sd.risks.variations import movement_table, stability_table
from llr_sd.run.execute import Runner
from llr_sd.run.plan import Found, Plan, Write
from llr_sd.run.prepare import Sample
from llr_sd.run.tables import correlation_table, design_table, failure_table, parameter_table
from llr_sd.study import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["first_ratings", "plan_register", "prepare_register"]


def plan_register(study: Study) -> Plan:
    """Check a study of a register against its models, before anything runs; raise InputError where it does not fit."""
    prepared = prepare_register(study)
    return Plan(study, files_of(prepared), prepared.far, partial(rate_register, prepared))


def first_ratings(prepared: PreparedRegister, far: Runner) -> tuple[Readings, Losses, Losses, list[Rating]]:
    """Run the models of a checked register on common draws and rate its risks, without asking what a rating hangs on.

    Returns
    -------
    tuple
        The runs, the losses of every run and of the central one, and the ratings, which have no verdict yet.
    """
    far.run(_first(prepared))
    drawn, middle = (
        Readings(prepared, {m: far.read(s.samples[n]) for m, s in prepared.far.items()}) for n in ("monte_carlo", "central")
    )
    losses, central = drawn.losses(), middle.losses()
    return drawn, losses, central, rate(prepared, losses, central)


def _first(prepared: PreparedRegister) -> list[Sample]:
    return [s.samples[n] for s in prepared.far.values() for n in ("central", "monte_carlo")]


def rate_register(prepared: PreparedRegister, far: Runner, write: Write) -> Found:
    """Run the models of a checked register on common draws, rate its risks, and ask what each rating hangs on."""
    import pandas as pd

    register, study = prepared.register, prepared.study
    drawn, losses, central, ratings = first_ratings(prepared, far)
    dates, blocks = pieces(losses)
    runs = write(dates, study.monte_carlo.runs, iter(blocks), pieces(central)[1])
    held = [r for r in ratings if r.date == register.dates(register.risk_of(r.risk))[0]]

    wide = {(r.id, what): samples for r in register.risk for what, samples in wide_samples(prepared, r).items()}
    saltelli = {r.id: sobol_samples(prepared, r) for r in register.risk}
    second = {f"{what} doubled for {risk}": own for (risk, what), own in wide.items()}
    second |= {f"sobol of {risk}": own for risk, (_, own) in saltelli.items()}
    near = far.over(prepared.near)
    near.run([own[m] for m in prepared.near for own in second.values() if m in own])

    indices = sobol_table(prepared, held, saltelli, near.read)
    drivers = driver_table(prepared, indices)
    outside = outside_table(prepared, held, losses, drivers)
    wider = {key: drawn.but({m: near.read(s) for m, s in own.items()}) for key, own in wide.items()}
    told = [judged(prepared, r, drivers, outside) if r.at in {h.at for h in held} else r for r in ratings]
    tables = register_tables(prepared) | {
        "ratings": pd.DataFrame([r.row(prepared.matrix) for r in told]),
        "exceedance": exceedance_table(prepared, ratings),
        "curves": curve_table(prepared, losses),
        "stability": stability_table(prepared, held, drawn, wider),
        "movement": movement_table(prepared, ratings, drawn),
        "sobol": indices,
        "drivers": drivers,
        "boxes": box_table(prepared, held, losses),
        "outside": outside,
        "summary": analysis.summarise(runs, {}, () if any(p.uncertain for p in prepared.far.values()) else dates),
        **_inputs(prepared, far, near, second),
    }
    facts = {
        "register": register.title,
        "models": list(prepared.far),
        "likelihood bands": prepared.matrix.bands,
        "risks": len(register.risk),
        "runs": study.monte_carlo.runs,
        "runs in all": sum(s.runs for s in chain(_first(prepared), *(own.values() for own in second.values()))),
        "findings": list(dict.fromkeys(t for s in prepared.far.values() for t in s.told)),
    }
    return Found(runs, tables, facts)


def _inputs(
    prepared: PreparedRegister, far: Runner, near: Runner, second: Mapping[str, Mapping[str, Sample]]
) -> dict[str, pd.DataFrame]:
    """Return parameters, their correlations, draws and failed runs of all models, with the name of the model where they differ."""
    import pandas as pd

    failures = []
    for name, s in prepared.far.items():
        later = {purpose: own[name] for purpose, own in second.items() if name in own}
        every = chain(*(far.blocks(one) for one in s.samples.values()), *(near.blocks(one) for one in later.values()))
        failures.append(failure_table(s, every, {**s.samples, **later}).assign(model=name))
    draws = [design_table(s.samples["monte_carlo"]).set_index("run").add_prefix(f"{m}: ") for m, s in prepared.far.items()]
    some = [f for f in failures if len(f)] or failures[:1]
    ties = [correlation_table(s) for s in prepared.far.values() if s.study.correlation]
    found = {"correlations": pd.concat(ties, ignore_index=True).drop_duplicates(ignore_index=True)} if ties else {}
    return found | {
        "parameters": pd.concat([parameter_table(s).assign(model=m) for m, s in prepared.far.items()], ignore_index=True),
        "design": pd.concat(draws, axis=1).reset_index(),
        "failures": pd.concat(some, ignore_index=True),
    }
