"""Values outside the range of their evidence: allowed, since a study may ask what nobody has seen, but always said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llr_sd.findings import Finding
from llr_sd.parameters import Parameter, ParameterTable, plain_unit

MANY = 3
"""Values outside their evidence that are told one by one; more, where none looks like a slip, are told in one sentence."""


@dataclass(frozen=True)
class Outside:
    """A value that lies outside the range which the parameter's row gives.

    Attributes
    ----------
    parameter
        With its row.
    value
        In the parameter's unit.
    where
        Where it is set.
    """

    parameter: Parameter
    value: float
    where: str

    @property
    def mend(self) -> str:
        """The value that was meant, where it looks like a percentage; a value at the parameter's own bound is meant."""
        low, high = span(self.parameter)
        if self.value in (self.parameter.minimum, self.parameter.maximum):
            return ""
        return f"Did you mean {self.value / 100:g}?" if low <= self.value / 100 <= high and self.value else ""

    @property
    def words(self) -> str:
        """The value, where it is set, the range, and what was perhaps meant."""
        low, high = span(self.parameter)
        where = f" in {self.where}" if self.where else ""
        called = self.parameter.called
        text = (
            f"{called[:1].upper()}{called[1:]} is {self._value}{where}, outside the range of its evidence, {low:g} to {high:g}."
        )
        return f"{text} {self.mend}".strip()

    @property
    def entry(self) -> str:
        """The same as one of a list."""
        low, high = span(self.parameter)
        where = f" in {self.where}" if self.where else ""
        return f"{self.parameter.called} is {self._value}{where} ({low:g} to {high:g})"

    def finding(self, runs: int) -> Finding:
        """Return it as a finding of a batch of runs."""
        low, high = span(self.parameter)
        limit = low if self.value < low else high
        end = f"begins at {low:g}" if self.value < low else f"ends at {high:g}"
        what = f"is {self._value}, outside the range of its evidence, {low:g} to {high:g}"
        return Finding(self.parameter.variable, what, self.value, limit, runs, self.mend or f"The evidence {end}.")

    @property
    def _value(self) -> str:
        unit = plain_unit(self.parameter.called, self.parameter.unit)
        return f"{self.value:g}{' ' + unit if unit else ''}"


def span(parameter: Parameter) -> tuple[float, float]:
    """Return the least and the greatest value that a parameter's row gives evidence for; NaN where it gives none."""
    d = parameter.distribution
    if d.kind == "discrete":
        return min(d.values), max(d.values)
    if math.isfinite(d.low) and math.isfinite(d.high):
        return d.low, d.high
    return math.nan, math.nan


def outside(table: ParameterTable, settings: Mapping[str, float], where: str) -> tuple[Outside, ...]:
    """Return the settings that lie outside the range of their evidence.

    Parameters
    ----------
    table
        Of the model.
    settings
        Values by name, each in its parameter's unit.
    where
        Where they are set.
    """
    found = []
    for name, value in settings.items():
        parameter = table.find(name)
        if parameter is None:
            continue
        low, high = span(parameter)
        room = 1e-9 * max(abs(low), abs(high), abs(value))
        if value < low - room or value > high + room:
            found.append(Outside(parameter, value, where))
    return tuple(found)


def beliefs(table: ParameterTable, scenarios: Sequence[str]) -> list[str]:
    """Return one sentence on what a plan believes outside the range of its evidence, for the scenarios that take it; none otherwise."""
    found = outside(table, table.planned, "") if scenarios else ()
    if not found:
        return []
    named = ", ".join(f'"{s}"' for s in scenarios)
    whose = f"the scenarios {named} take where they set" if len(scenarios) > 1 else f"the scenario {named} takes where it sets"
    lie = f"{len(found)} {'lies' if len(found) == 1 else 'lie'} outside the range of the evidence"
    those = f"Of the {len(table.planned)} values that the plan believes, which {whose} no other"
    return [f"{those}, {lie}: {'; '.join(o.entry for o in found)}."]


def said(found: Iterable[Outside]) -> list[str]:
    """Return one sentence for each parameter and value, with all the places where it is set; of many, one sentence for all."""
    places: dict[tuple[str, float], list[Outside]] = {}
    for one in found:
        places.setdefault((one.parameter.name, one.value), []).append(one)
    merged = []
    for same in places.values():
        where = list(dict.fromkeys(o.where for o in same))
        more = f" and {len(where) - 3} more" if len(where) > 3 else ""
        text = ", ".join(where[:3]).replace(', the scenario "', ', "') + more
        if len(where) > 1:
            text = text.replace('the scenario "', 'the scenarios "', 1)
        merged.append(Outside(same[0].parameter, same[0].value, text))
    if len(merged) <= MANY or any(o.mend for o in merged):
        return [o.words for o in merged]
    return [f"{len(merged)} values are set outside the range of their evidence: {'; '.join(o.entry for o in merged)}."]
