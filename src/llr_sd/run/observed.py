"""Observed series of a study: held against its model before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from llr_sd.dates import told
from llr_sd.engine.request import saved_times
from llr_sd.errors import InputError
from llr_sd.model import Model
from llr_sd.observed import Observed, Series, read_series
from llr_sd.study import Study


def check_series(study: Study, model: Model, settings: Mapping[str, Mapping[str, float]]) -> tuple[Series, ...]:
    """Return the observed series of a study, held against its model.

    Parameters
    ----------
    study, model
        The study with the model's own names of its outputs.
    settings
        What each scenario sets, by its name.

    Raises
    ------
    InputError
        Where an output has subscripts, units differ, or a figure lies outside the run of every scenario.
    """
    found = read_series(study.observed, study.folder, study.where)
    clocks = [saved_times(model.equations, model.design(own)) for own in settings.values()] if found else []
    for one, series in zip(study.observed, found, strict=True):
        _check_unit(study, model, one, series)
        for time in series.times:
            if not any(clock[0] - 1e-9 <= time <= clock[-1] + 1e-9 for clock in clocks):
                first, last = min(c[0] for c in clocks), max(c[-1] for c in clocks)
                raise InputError(
                    f"the figure for {told(time)} is outside the run, {first:.12g} to {last:.12g}.",
                    where=series.where,
                    mend="Leave it out, or set FINAL TIME.",
                )
    return found


def _check_unit(study: Study, model: Model, one: Observed, series: Series) -> None:
    """Refuse outputs that are no single number at a time, that cannot be added, or that are in another unit than the figures."""
    units = dict[str, str]()
    for output in series.outputs:
        variable = str(study.outputs[output].variable)
        known = model.equations.find(variable)
        if known is not None and known.axes:
            mend = f"Name one element of its variable, such as {known.name}[{','.join(a.elements[0] for a in known.axes)}]."
            raise InputError(f'the output "{output}" has subscripts.', where=series.where, mend=mend)
        units[output] = (known or model.equations.cell(variable).variable).unit
    if len(set(units.values())) > 1:
        said = " and ".join(f'"{name}" in "{unit}"' for name, unit in units.items())
        raise InputError(f"{said} cannot be added up.", where=series.where, mend="Name outputs of one unit.")
    unit = next(iter(units.values()))
    if series.base is None and one.unit is not None and one.unit != unit:
        raise InputError(
            f'the figures are in "{one.unit}", and the model counts in "{unit}".',
            where=series.where,
            mend="Convert them, or compare changes: name a date under relative_to.",
        )
