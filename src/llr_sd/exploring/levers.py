"""The inputs of a page: every constant of the model with what is known of it, how it varies, and how far its slider goes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from llr_sd import sampling
from llr_sd.distribution import UNBOUNDED, Distribution
from llr_sd.equations import canonical
from llr_sd.exploring.subject import Subject, clock_constants
from llr_sd.page.data import Input, finite
from llr_sd.parameters import Parameter, is_share
from llr_sd.sampling.page import page_law

TAIL = 0.005
"""Share of the draws of a law without ends that lies beyond each end of its slider."""
FAR = 20
"""A permissible range this many times as wide as the value is no range for a slider."""
MOST = 3000
"""Levers of a page: nobody looks through more, and a browser takes long to."""
LAST = 2.0**-54
"""The least share at which a law is read: no draw lies further out."""


def inputs_of(subject: Subject) -> tuple[tuple[Input, ...], tuple[str, ...]]:
    """Return the inputs in the order of the model's table, and the constants with subscripts that are none since there are too many.

    What sets the clock is no input, nor is a constant without a number.
    """
    laws = {p.name: (p, d) for p, d in subject.prepared.uncertain}
    central = subject.prepared.samples["central"].design
    middles = dict(zip(central.names, central.values[0].tolist(), strict=True))
    told: dict[str, list[float]] = {}
    for settings in subject.settings.values():
        for name, value in settings.items():
            told.setdefault(name, []).append(value)
    rows, left = _rows(subject, {*laws, *told})
    grouped = any(row.group for row in subject.model.table)  # else the sections of the model file are its groups
    found = []
    for row in rows:
        parameter, law = laws.get(row.name, (row, None))
        own = None if row.distribution.kind == "fixed" else row.distribution.within(*row.bounds)
        marks = [*told.get(row.name, []), *([] if row.planned is None else [row.planned])]
        found.append(_input(subject, parameter, law, own, middles.get(row.variable, row.value), marks, grouped))
    return tuple(found), left


def _rows(subject: Subject, used: Collection[str]) -> tuple[list[Parameter], tuple[str, ...]]:
    """Return the rows of the table that become inputs, and the variables of those that do not.

    Of more than `MOST` those stay that the study uses or that the table gives a range, then whole variables, the smallest first.
    """
    ticking = clock_constants(subject.model)
    by_variable: dict[str, list[Parameter]] = {}
    for p in subject.model.table:
        name = p.variable.partition("[")[0]
        if canonical(name) not in ticking and math.isfinite(p.value):
            by_variable.setdefault(name, []).append(p)
    kept = {n for n, rows in by_variable.items() if any(p.name in used or p.distribution.kind != "fixed" for p in rows)}
    room = MOST - sum(len(by_variable[n]) for n in kept)
    for name in sorted(by_variable.keys() - kept, key=lambda n: (len(by_variable[n]), n)):
        room -= len(by_variable[name])
        if room >= 0:
            kept.add(name)
    chosen = {id(p) for n in kept for p in by_variable[n]}
    return [p for p in subject.model.table if id(p) in chosen], tuple(n for n in by_variable if n not in kept)


def _input(
    subject: Subject,
    p: Parameter,
    law: Distribution | None,
    own: Distribution | None,
    middle: float,
    marks: list[float],
    grouped: bool,
) -> Input:
    law = None if law is None else law.within(*p.bounds)
    minimum, maximum = p.bounds
    low, high, ends = slider(p, [d for d in (law, own) if d is not None and d.kind != "fixed"], [p.value, middle, *marks])
    variable = subject.model.equations.variable(p.variable.partition("[")[0])
    return Input(
        name=p.name,
        variable=p.variable,
        label=p.called,
        group=p.group if grouped else variable.group,
        unit=p.unit,
        value=p.value,
        low=low,
        high=high,
        ends=ends,
        minimum=finite(minimum),
        maximum=finite(maximum),
        step=variable.step,
        source=p.source,
        grade=p.grade,
        note=p.note,
        planned=p.planned,
        fitted_to=p.fitted_to,
        percent=is_share(p.called, p.unit),
        whole=p.whole,
        uncertain=law is not None,
        law=None if law is None else page_law(law),
        own=None if own is None else page_law(own),
        middle=middle,
    )


def slider(p: Parameter, laws: Iterable[Distribution], marks: Iterable[float]) -> tuple[float, float, str]:
    """Return the ends of a slider, and what they are.

    Where the study or the table states how an input varies, they are the ends of that ("range"); else its permissible bounds, where
    both are stated and near ("permissible"); else 0 and twice its value, 0 to 1 where that is 0 ("around": no evidence). All marks lie on it.

    Parameters
    ----------
    p
        The parameter.
    laws
        How it varies by the study and by the table.
    marks
        Values that the slider must reach: its own and those of scenarios.
    """
    reach = [end for law in laws for end in ends_of(law, TAIL)]
    low, high = p.bounds
    kind = "range"
    if not reach:
        near = math.isfinite(high - low) and low < high and (p.value == 0 or high - low <= FAR * abs(p.value))
        kind = "permissible" if near else "around"
        twice = 2 * p.value if math.isfinite(2 * p.value) else p.value
        around = sorted((0.0, twice)) if p.value else [0.0, 1.0]
        reach = [low, high] if near else [min(max(end, low), high) for end in around]
    reach += marks
    least, most = min(reach), max(reach)
    if not least < most:  # one permissible value
        beside = max(0.5, abs(most) / 1000)
        return least - beside, most + beside, kind
    return least, most, kind


def ends_of(law: Distribution, tail: float) -> tuple[float, float]:
    """Return where a law ends; one without ends, where a share `tail` of its draws lies beyond, on either side."""
    if law.kind == "discrete":
        return min(law.values), max(law.values)
    if law.kind in UNBOUNDED:
        low, high = sampling.quantile(law, np.array([tail, 1 - max(tail, 2.0**-53)])).tolist()
        return low, high
    return law.low, law.high


def ranges_of(inputs: Iterable[Input], laws: Mapping[str, Distribution]) -> dict[str, tuple[float, float]]:
    """Return how far each input can go in the page, by its variable: along its slider, and to the last draw of its law."""
    found = {}
    for one in inputs:
        ends = ends_of(laws[one.name], LAST) if one.name in laws and laws[one.name].kind != "fixed" else ()
        found[one.variable] = min(one.low, *ends) if ends else one.low, max(one.high, *ends) if ends else one.high
    return found


def within_rooms(
    inputs: Iterable[Input], rooms: Mapping[str, tuple[float, float]], orders: Collection[str] = ()
) -> tuple[Input, ...]:
    """Return the inputs with bounds that are no wider than the room that the page's engine has; `orders` move by whole numbers."""
    found = []
    for one in inputs:
        if one.variable in rooms:
            low, high = rooms[one.variable]
            minimum = low if one.minimum is None else max(low, one.minimum)
            maximum = high if one.maximum is None else min(high, one.maximum)
            one = replace(one, minimum=minimum, maximum=maximum, step=1.0 if one.variable in orders else one.step)
        found.append(one)
    return tuple(found)
