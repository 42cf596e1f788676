"""Primary Care Network workforce, individual level: one row a post, one file a quarter."""

from __future__ import annotations

import calendar
import datetime
import hashlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llr_sd.errors import shown
from llr_sd.workforce.columns import ColumnMap
from llr_sd.workforce.published.table import Table, is_mark, lacking, numbers, texts
from llr_sd.workforce.roles import Role, Roles, plain
from llr_sd.workforce.staffing import PLACE_COLUMNS, Fault, Faults, Staffing, checked_types

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

MOST_FTE = 100.0
"""An entry above is no FTE of a post, nor of a service."""
ONE_PERSON = 1.6
"""FTE above which a row is unlikely to be one person: sixty hours a week."""


def read_network(table: Table, roles: Roles, columns: ColumnMap, secret: bytes, faults: Faults) -> Staffing | None:
    """Read the rows of a network file.

    Parameters
    ----------
    table
        The file.
    roles, columns
        Role table and column map.
    secret
        Key of the hash of identifiers.
    faults
        Takes what is wrong: a missing column, an entry that is no number, a month that is none, every role that the table lacks.

    Returns
    -------
    Staffing or None
        One holding a row. A post of a person counts a head, in the frame one a row: `people.heads` counts a person with several
        posts once. A service bought in has posts and FTE, and no heads. None where a column is missing.
    """
    import pandas as pd

    if lacking(table, "network", columns, faults):
        return None
    found = columns.of("network", table.header)
    data, names = table.data, {name: list(texts(table, found, name)) for name in ("place", "place_name", "area", "area_name")}
    fte = numbers(table, found["fte"], columns, faults, MOST_FTE)
    periods = _periods(table, found, columns, faults)
    empty = [is_mark(role, columns) and math.isnan(f) for role, f in zip(data[found["role"]], fte, strict=True)]
    given = _roles(table, found, roles, columns, empty, faults)
    for row, place in enumerate(names["place"], start=2):
        if not place:
            faults.add(str(table.path), "names no network.", "Give its code.", row=row, column=found["place"])
    bought = [s.casefold() in columns.marks["contracted"] for s in texts(table, found, "data_source")]
    people = _people(table, found, columns, secret, bought)
    kept = [i for i, role in enumerate(given) if role is not None]
    roles_kept = [r for r in given if r is not None]
    frame = pd.DataFrame(
        {
            "place": [names["place"][i] for i in kept],
            "place_name": [names["place_name"][i] for i in kept],
            "kind": "network",
            "area": [names["area"][i] for i in kept],
            "role": [r.name for r in roles_kept],
            "level": [r.level for r in roles_kept],
            "group": [r.group for r in roles_kept],
            "status": [r.status for r in roles_kept],
            "period": [periods[i] for i in kept],
            "file": table.name,
            "row": [i + 2 for i in kept],
            "column": found["fte"],
            "age": _ages(table, found, columns, kept),
            "heads": [math.nan if bought[i] else 1.0 for i in kept],
            "fte": fte[kept],
            "posts": 1.0,
            "person": [people[i] for i in kept],
        }
    )
    period = max(periods)
    places = _places(names, [not e for e in empty], periods)
    return Staffing(checked_types(frame), places, period, notes=_notes(table, found, fte, bought, empty, names["place"]))


def _periods(table: Table, found: dict[str, str], columns: ColumnMap, faults: Faults) -> list[datetime.date]:
    """Return the last day of each row's month."""
    years, months = (table.data[found[n]].to_numpy(dtype=object) for n in ("year", "month"))
    known: dict[tuple[str, str], datetime.date] = {}
    for year, month in dict.fromkeys(zip(years, months, strict=True)):
        number = int(month) if month.isdigit() else _month(month)
        if year.isdigit() and 2000 <= int(year) < 2100 and 1 <= number <= 12:
            known[year, month] = datetime.date(int(year), number, calendar.monthrange(int(year), number)[1])
            continue
        known[year, month] = datetime.date.min
        first = next(i for i, pair in enumerate(zip(years, months, strict=True)) if pair == (year, month))
        what = f"{shown(year)} and {shown(month)} are no year and month."
        faults.add(str(table.path), what, "Write such as 2022 and 9.", row=first + 2, column=found["month"])
    return [known[pair] for pair in zip(years, months, strict=True)]


def _month(word: str) -> int:
    names = [n.casefold() for n in calendar.month_name]
    return next((i for i, n in enumerate(names) if i and len(word) > 2 and n.startswith(word.casefold())), 0)


def _roles(
    table: Table, found: dict[str, str], roles: Roles, columns: ColumnMap, empty: Sequence[bool], faults: Faults
) -> list[Role | None]:
    """Return the role of each row: the detailed one, or, where that only says "Other", the broader one."""
    detailed, broader, groups = (texts(table, found, name) for name in ("role", "staff_role", "staff_group"))
    rows: dict[tuple[str, str, str], list[int]] = {}
    for i, key in enumerate(zip(detailed, broader, groups, strict=True)):
        if not empty[i]:
            rows.setdefault(key, []).append(i)
    given: list[Role | None] = [None] * len(detailed)
    lost: dict[str, list[int]] = {}
    for (name, wide, group), places in rows.items():
        told = wide if plain(name) in ("other", "") and wide else name
        role = roles.find(f"{group}: {told}") or roles.find(told)
        if role is None:
            lost.setdefault(told, []).extend(places)
            continue
        if _apart(role, columns.stubs["staff group"].get(group.upper(), ""), f"{group}: {told}", roles):
            what = f"the role {shown(told)} stands under {shown(group)}, and in the role table under {role.group}."
            mend = f'Add "{group}: {told}" to the role table (--roles).'
            faults.add(str(table.path), what, mend, row=places[0] + 2, column=found["role"])
        for i in places:
            given[i] = role
    for name, places in sorted(lost.items()):
        what = f"the role {shown(name)} is not in the role table ({len(places)} row{'s' if len(places) > 1 else ''})."
        faults.add(str(table.path), what, roles.mend(name), row=min(places) + 2, column=found["role"])
    return given


def _apart(role: Role, group: str, name: str, roles: Roles) -> bool:
    """Whether the role table puts a role where the file cannot mean it: GPs with others, or clinical staff with administrative."""
    if not group or "director" in (group, role.group) or roles.find(name) is role:
        return False
    return ("gp" in (group, role.group) and group != role.group) or (group == "admin_non_clinical") != (role.head == "admin")


def _people(table: Table, found: dict[str, str], columns: ColumnMap, secret: bytes, bought: Sequence[bool]) -> list[str]:
    """Return hashed identifiers; empty where there is none, or the row is a service."""
    salt = table.name.encode()

    def code(text: str) -> str:
        return hashlib.blake2b(salt + b"\0" + text.encode(), key=secret[:64], digest_size=12).hexdigest()

    pairs = zip(texts(table, found, "person"), bought, strict=True)
    return ["" if service or is_mark(text, columns) else code(text) for text, service in pairs]


def _ages(table: Table, found: dict[str, str], columns: ColumnMap, kept: Sequence[int]) -> list[str]:
    bands = texts(table, found, "age")
    return ["all" if is_mark(bands[i], columns) else bands[i].casefold() for i in kept]


def _places(names: dict[str, list[str]], answered: Sequence[bool], periods: Sequence[datetime.date]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame({**names, "answered": answered, "period": periods})
    grouped = frame.groupby("place", sort=True).agg(
        {"place_name": "first", "area": "first", "area_name": "first", "answered": "max", "period": "max"}
    )
    places = grouped.reset_index().assign(kind="network", locality="", list_size=math.nan)
    places = places.assign(network=places["place"], network_name=places["place_name"])
    return places[list(PLACE_COLUMNS)]


def _notes(
    table: Table,
    found: dict[str, str],
    fte: NDArray[np.float64],
    bought: Sequence[bool],
    empty: Sequence[bool],
    place: Sequence[str],
) -> tuple[Fault, ...]:
    def note(row: int, what: str, column: str = "fte") -> Fault:
        return Fault(table.name, "", row, found.get(column, ""), what)

    notes = []
    services = [i for i, b in enumerate(bought) if b]
    if services:
        total = math.fsum(f for f in fte[services] if not math.isnan(f))
        notes.append(
            note(
                0, f"{len(services)} rows are services bought in ({total:.2f} FTE): their people are not counted.", "data_source"
            )
        )
    for i, value in enumerate(fte):
        if value > ONE_PERSON and not bought[i]:
            notes.append(note(i + 2, f"{value:g} FTE in one post is more than one person works."))
        elif math.isnan(value) and not empty[i]:
            notes.append(note(i + 2, "the FTE of this post was not reported."))
    silent = sorted({place[i] for i, e in enumerate(empty) if e} - {place[i] for i, e in enumerate(empty) if not e})
    if silent:
        notes.append(note(0, f"networks without any staff reported: {', '.join(silent)}; unknown, not zero.", "role"))
    return tuple(notes)
