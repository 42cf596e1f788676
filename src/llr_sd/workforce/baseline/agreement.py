"""Where a printed table disagrees with itself or with another: sums that its parts do not give, and one number printed twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Cell = tuple[str, str]
"""Area and group."""


@dataclass(frozen=True)
class Printed:
    """A table as a source prints it, areas by groups, with its totals.

    Attributes
    ----------
    source
        What readers call it, such as "Table 3".
    unit
        Of its entries.
    cells
        As printed, totals among them.
    total_area, total_group
        What its totals are called; empty where it has none.
    places
        Decimals to which it is printed.
    """

    source: str
    unit: str
    cells: Mapping[Cell, float]
    total_area: str = ""
    total_group: str = ""
    places: int = 0

    @property
    def areas(self) -> tuple[str, ...]:
        """Areas without the total, as they come."""
        return tuple(dict.fromkeys(a for a, _ in self.cells if a != self.total_area))

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups without the total, as they come."""
        return tuple(dict.fromkeys(g for _, g in self.cells if g != self.total_group))


@dataclass(frozen=True)
class Disagreement:
    """Two numbers of the sources that ought to be one.

    Attributes
    ----------
    kind
        "sum": a total and its parts; "twice": two tables.
    source, area, group, unit
        Where it stands.
    printed
        As it stands there.
    against
        What its parts, or the other source, give.
    other
        The other source; empty for parts of the same one.
    rounding
        Whether rounding of the parts can be the reason.
    """

    kind: Literal["sum", "twice"]
    source: str
    area: str
    group: str
    unit: str
    printed: float
    against: float
    other: str = ""
    rounding: bool = False

    @property
    def words(self) -> str:
        """One sentence, which blames the source and says whether rounding can be the reason."""
        where = f"{self.source} prints {self.printed:,.10g} {self.unit} for {self.area}, {self.group}"
        if self.kind == "twice":
            return f"{where}, and {self.other} {self.against:,.10g}: the sources disagree."
        reason = "rounding can be the reason" if self.rounding else "rounding cannot be the reason"
        return f"{where}, and its parts add to {self.against:,.10g}: the source disagrees with itself; {reason}."


def sums(table: Printed) -> tuple[Disagreement, ...]:
    """Return totals of a table that its parts do not give, over areas and over groups; totals with a part missing are left out.

    Parameters
    ----------
    table
        As printed.
    """
    unit = 10.0**-table.places
    found = []
    every_area = [*table.areas, *([table.total_area] if table.total_area else [])]
    every_group = [*table.groups, *([table.total_group] if table.total_group else [])]
    lines: list[tuple[Cell, list[Cell]]] = []
    if table.total_area:
        lines += [((table.total_area, g), [(a, g) for a in table.areas]) for g in every_group]
    if table.total_group:
        lines += [((a, table.total_group), [(a, g) for g in table.groups]) for a in every_area]
    for total, parts in lines:
        if total not in table.cells or any(p not in table.cells for p in parts):
            continue
        printed, added = table.cells[total], math.fsum(table.cells[p] for p in parts)
        gap = abs(printed - added)
        if gap < unit / 2:
            continue
        # Each part, and the total, can be off by half a unit of its last decimal.
        rounding = gap <= (len(parts) + 1) * unit / 2
        found.append(Disagreement("sum", table.source, *total, table.unit, printed, round(added, 9), "", rounding))
    return tuple(found)


def twice(one: Printed, other: Printed) -> tuple[Disagreement, ...]:
    """Return numbers that two tables of one unit print differently, as the first has them.

    Parameters
    ----------
    one, other
        As printed; cells that only one has are left out.
    """
    unit = 10.0 ** -min(one.places, other.places)
    return tuple(
        Disagreement("twice", one.source, *cell, one.unit, value, other.cells[cell], other.source)
        for cell, value in one.cells.items()
        if cell in other.cells and abs(value - other.cells[cell]) > unit / 2
    )


def rebuilt(parts: Mapping[Cell, float], source: str, unit: str, total_area: str, total_group: str, places: int = 0) -> Printed:
    """Return a table with totals that are the sums of its parts.

    Parameters
    ----------
    parts
        Areas by groups, without totals.
    source, unit, total_area, total_group, places
        As in `Printed`.
    """
    cells: dict[Cell, float] = {}
    areas, groups = dict.fromkeys(a for a, _ in parts), dict.fromkeys(g for _, g in parts)
    for area in areas:
        cells |= {(area, g): parts[area, g] for g in groups if (area, g) in parts}
        cells[area, total_group] = math.fsum(parts[area, g] for g in groups if (area, g) in parts)
    for group in groups:
        cells[total_area, group] = math.fsum(parts[a, group] for a in areas if (a, group) in parts)
    cells[total_area, total_group] = math.fsum(parts.values())
    return Printed(source, unit, cells, total_area, total_group, places)


def per_thousand(table: Printed, people: Mapping[str, float], source: str, places: int = 2) -> Printed:
    """Return a table per 1,000 people, unrounded.

    Parameters
    ----------
    table
        In WTE or FTE.
    people
        Registered patients by area [Person].
    source, places
        As in `Printed`.
    """
    cells = {(a, g): 1000 * value / people[a] for (a, g), value in table.cells.items() if people.get(a)}
    return Printed(source, f"{table.unit} per 1,000", cells, table.total_area, table.total_group, places)


def of_rows(
    rows: Iterable[Mapping[str, str]], measure: str, source: str, unit: str, *, places: int = 0,
    area: str = "ccg_code", group: str = "staff_group", value: str = "value", totals: Cell = ("LLR", "all_staff"),
) -> Printed:  # fmt: skip
    """Return a table from long rows, one a printed number.

    Parameters
    ----------
    rows
        With the columns `measure`, and those named in `area`, `group` and `value`.
    measure
        Rows that are taken.
    source, unit, places
        As in `Printed`.
    area, group, value
        Names of columns.
    totals
        What the total over areas and the total over groups are called.
    """
    cells = {(r[area], r[group]): float(r[value]) for r in rows if r["measure"] == measure}
    return Printed(source, unit, cells, totals[0], totals[1], places)
