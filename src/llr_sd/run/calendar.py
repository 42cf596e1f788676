"""Dates in a study: they stand where a time is, in a model that counts in years, and say whether a month's start or end is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llr_sd.dates import MONTHS, YEARS, Moment
from llr_sd.engine.controls import control_value
from llr_sd.equations import canonical
from llr_sd.errors import InputError
from llr_sd.model import Model
from llr_sd.observed import read_series
from llr_sd.study import Study

_YEARS = ("year", "years", "yr", "yrs")


@dataclass(frozen=True)
class _Written:
    """A date, the key that it stands under, and the constant that it sets."""

    key: str
    moment: Moment
    constant: str | None = None


def check_dates(study: Study, model: Model) -> None:
    """Refuse a date where the model counts no years, where no time is meant, or where a start is written as a month.

    Raises
    ------
    InputError
        Naming file and key.
    """
    for date in _dates(study):
        where, quoted = f"{study.where}, {date.key}", f'"{date.moment.written}"'
        clock = _clock(model)
        if clock:
            raise InputError(f"{quoted} is a date, and {clock}.", where=where, mend="Write the time as the model counts it.")
        if date.constant is not None:
            _check_constant(model, date.constant, date.moment, where)


def _check_constant(model: Model, name: str, moment: Moment, where: str) -> None:
    """Refuse a date for a constant that is none, and a month where its start or its end can be meant."""
    known = model.table.find(name)
    key = canonical(known.variable if known else name)
    if key in ("time_step", "saveper"):
        raise InputError(f'"{moment.written}" is a date, and {name} is a length of time.', where=where, mend="Write a number.")
    if key not in ("initial_time", "final_time"):
        if known is None:
            return  # a name that the model lacks is refused as such
        if known.unit.casefold() not in _YEARS or not YEARS[0] <= known.value < YEARS[1]:
            is_now = f"{known.value:g} {known.unit}".rstrip()
            what = f'"{moment.written}" is a date, and {known.name} is {is_now} in the model.'
            raise InputError(what, where=where, mend="Write a number.")
    if moment.month and key != "final_time":
        year, month = divmod(round(12 * moment) - 1, 12)
        name = f"{MONTHS[month]} {year}"
        mend = f'Write "1 {name}" ({moment - 1 / 12:.6g}) or "end of {name}" ({float(moment):.6g}).'
        raise InputError(f'"{moment.written}" can be the start of the month or its end.', where=where, mend=mend)


def _clock(model: Model) -> str:
    """Return why the times of a model are no calendar years; nothing where they are."""
    initial = control_value("INITIAL TIME", model.equations, model.design({}))
    units = [v.unit for n in ("TIME STEP", "INITIAL TIME", "FINAL TIME") if (v := model.equations.find(n)) and v.unit]
    unit = units[0] if units else ""
    if unit.casefold() in _YEARS and YEARS[0] <= initial < YEARS[1]:
        return ""
    return f'the model counts in "{unit}" from {initial:g}' if unit else "the model does not say that it counts in years"


def _dates(study: Study) -> Iterator[_Written]:
    """Yield the dates of a study."""

    def written(key: str, value: float | None, constant: str | None = None) -> Iterator[_Written]:
        if isinstance(value, Moment):
            yield _Written(key, value, constant)

    for name, value in study.set.items():
        yield from written(f"set > {name}", value, name)
    for scenario in study.scenario:
        for name, value in scenario.set.items():
            yield from written(f'scenario "{scenario.name}" > set > {name}', value, name)
    for name, given in study.uncertain.override.items():
        for value in (given.low, given.mode, given.high, *given.values):
            yield from written(f"uncertain > override > {name}", value, name)
    for name, output in study.outputs.items():
        yield from written(f"outputs > {name} > at", output.at)
    for name, points in study.history.items():
        for point in points:
            yield from written(f"history > {name}", point.time)
    for one, series in zip(study.observed, read_series(study.observed, study.folder, study.where), strict=True):
        yield from written(f'observed "{one.name}" > relative_to', one.relative_to)
        for time in series.times:
            yield from written(f'observed "{one.name}"', time)
    if study.calibration:
        yield from written("calibration > until", study.calibration.until)
    for name, levels in study.levers.set.items() if study.levers else ():
        for value in levels:
            yield from written(f"levers > set > {name}", value, name)
