"""Inputs that are shares of a whole: they vary together, by a Dirichlet law around the model's own values, and sum to one in every run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.model import Model
from llr_sd.parameters import Parameter
from llr_sd.run.feasible import Uncertain
from llr_sd.study import Study

CLOSE = 1e-6
"""How far the model's own shares may sum from one."""
LEAST = 0.1
"""Least concentration of one share; below it, it is next to nothing in nearly all runs."""


def shares_of(study: Study, model: Model) -> Iterator[tuple[Parameter, Distribution]]:
    """Yield every share that a study lets vary, with the beta law that it has on its own: the marginal of the Dirichlet.

    Raises
    ------
    InputError
        When a share or a whole is named twice, a share has a distribution elsewhere, its permissible range is narrower than 0 to 1, the model's own
        values do not sum to one, or the concentration is too low.
    """
    seen: set[str] = set()
    wholes: set[str] = set()
    elsewhere = {model.table.get(n, "").name for n in (*study.uncertain.override, *study.uncertain.names)}
    for number, part in enumerate(study.uncertain.shares, 1):
        key = f"{study.where}, uncertain > shares > {number}"
        members = [model.table.get(name, f"{key} > of") for name in part.of]
        for p in members:
            if p.name in seen or sum(m.name == p.name for m in members) > 1:
                raise InputError(f"{p.name} is named twice.", where=f"{key} > of", mend="Name each share once.")
            if p.name in elsewhere:
                raise InputError(
                    f"{p.name} varies as a share here and alone elsewhere in [uncertain].", where=f"{key} > of", mend="Keep one."
                )
            if p.minimum > 0 or p.maximum < 1:
                what = f"{p.name} may only lie between {p.minimum:g} and {p.maximum:g}, which shares of a whole do not keep to."
                raise InputError(what, where=f"{key} > of")
            seen.add(p.name)
        values = [p.value for p in members]
        whole, least = math.fsum(values), min(members, key=lambda p: p.value)
        if abs(whole - 1) > CLOSE:
            what = f"in the model {', '.join(p.name for p in members)} sum to {whole:.9g}, not to 1."
            raise InputError(what, where=f"{key} > of", mend="Name all the shares of one whole.")
        if least.value <= 0:
            raise InputError(
                f"{least.name} is {least.value:g} in the model: a share that varies is above 0.", where=f"{key} > of"
            )
        if part.concentration * least.value < LEAST:
            what = (
                f"{part.concentration:g} leaves {least.name}, {least.value:g} in the model, next to nothing in nearly all runs."
            )
            raise InputError(what, where=f"{key} > concentration", mend=f"Give {LEAST / least.value:.3g} or more.")
        name = part.name or " + ".join(p.name for p in members)
        if name in wholes or model.table.find(name) is not None:
            raise InputError(f'"{name}" is the name of something else.', where=f"{key} > name", mend="Choose another.")
        wholes.add(name)
        for p in members:
            mean = p.value / whole
            law = Distribution("beta", 0.0, mean, 1.0, math.sqrt(mean * (1 - mean) / (part.concentration + 1)))
            yield replace(p, whole=name, source=part.source or "stated by the study", grade=part.grade or "C"), law


def wholes_of(uncertain: Uncertain) -> dict[str, list[Parameter]]:
    """Return the shares of each whole, by its name."""
    found: dict[str, list[Parameter]] = {}
    for p, _ in uncertain:
        if p.whole:
            found.setdefault(p.whole, []).append(p)
    return found


def units_of(uncertain: Uncertain) -> dict[str, list[str]] | None:
    """Return what a Sobol analysis can tell apart: single inputs, and each whole as one; None where there are only single ones."""
    found: dict[str, list[str]] = {}
    for p, _ in uncertain:
        found.setdefault(p.whole or p.name, []).append(p.name)
    return found if any(p.whole for p, _ in uncertain) else None


def check_shares(study: Study, uncertain: Uncertain, model: Model, settings: Iterable[tuple[str, Mapping[str, float]]]) -> None:
    """Refuse what would take the shares of a whole apart.

    Parameters
    ----------
    settings
        Everything that runs, by name, with all that it sets by the names of the table.
    """
    wholes = wholes_of(uncertain)
    if not wholes:
        return
    home = {p.name: name for name, members in wholes.items() for p in members}
    for number, part in enumerate(study.correlation, 1):
        for name in part.between:
            if model.table.get(name, "").name in home:
                _refuse(
                    study, f"correlation > {number} > between", f"{name} is a share of a whole: it goes with the other shares."
                )
    if study.morris:
        what = "the screening moves one input at a time, and the shares of a whole vary together."
        _refuse(study, "morris", what, "Leave [morris] out; [sobol] takes them as one input.")
    for name in study.levers.set if study.levers else ():
        if model.table.get(name, "").name in home:
            _refuse(study, f"levers > set > {name}", "is a share of a whole, which must sum to 1.")
    if study.shapley or (study.sobol and study.sobol.groups):
        for name, members in wholes.items():
            groups = {p.group for p in members}
            if len(groups) > 1:
                what = f"the shares of {name} are in several groups of the model's table ({', '.join(sorted(groups))}), and vary together."
                _refuse(study, "shapley" if study.shapley else "sobol > groups", what, "Put them into one group.")
    for where, fixed in settings:
        for members in wholes.values():
            held = [p.name for p in members if p.name in fixed]
            if 0 < len(held) < len(members):
                rest = next(p.name for p in members if p.name not in fixed)
                _refuse(study, where, f"sets the share {held[0]} but not {rest}: they would not sum to 1.", "Set all or none.")
            if held and abs(math.fsum(fixed[n] for n in held) - 1) > CLOSE:
                _refuse(
                    study, where, f"sets the shares {', '.join(held)} to a sum of {math.fsum(fixed[n] for n in held):.9g}, not 1."
                )


def _refuse(study: Study, key: str, what: str, mend: str = "") -> None:
    raise InputError(what, where=f"{study.where}, {key}", mend=mend)


def drawn_shares(uncertain: Uncertain, design: Design) -> list[str]:
    """Say of each whole what was drawn: the mean of each share beside the stated one, and where nine draws in ten lie."""
    told = []
    for name, members in wholes_of(uncertain).items():
        parts = []
        for p in members:
            x = design.values[:, design.names.index(p.variable)]
            low, high = (float(sorted(x)[round(q * (len(x) - 1))]) for q in (0.05, 0.95))
            ends = f", nine in ten from {low:.2g} to {high:.2g}" if len(x) >= 72 else ""
            parts.append(f"{p.called} {x.mean():.3g} on average (stated {p.value:.3g}{ends})")
        told.append(f"The shares {name} sum to 1 in every run; drawn: {'; '.join(parts)}.")
    return told
