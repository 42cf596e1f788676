"""Returns become staffing: one holding a row, identifiers hashed, what was not reported missing and never zero."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from llr_sd.errors import InputError
from llr_sd.workforce.columns import ColumnMap
from llr_sd.workforce.published.practice import UNDIVIDED
from llr_sd.workforce.returns.checks import check, heads_of, mixed_dates, month_end, role_of, status_of, twice_told
from llr_sd.workforce.returns.layout import APPOINTED, COMPLETE, PATIENTS, POSTS, PRACTICE, SHEETS, STAFF
from llr_sd.workforce.returns.read import BOOKS, Line, read_lines
from llr_sd.workforce.roles import Roles, plain
from llr_sd.workforce.staffing import (
    FTE_HOURS,
    MARGIN_COLUMNS,
    NOT_REPORTED,
    PLACE_COLUMNS,
    WTE_SESSIONS,
    Fault,
    Faults,
    Holding,
    Missing,
    Staffing,
    frame_of,
)

_REGISTERED = re.compile(r"(GMC|NMC|GPHC|HCPC|GDC)(?:NUMBER|NO)?([0-9A-Z]*[0-9][0-9A-Z]*)")
"""A number of a professional register, which is the same person wherever it stands."""


@dataclass(frozen=True)
class Returns:
    """What returns say.

    Attributes
    ----------
    parts
        One staffing a reference date; none where there is a fault.
    rows
        Rows read, by file as it was named.
    period
        Latest reference date of each file.
    """

    parts: tuple[Staffing, ...]
    rows: Mapping[Path, int]
    period: Mapping[Path, datetime.date]


def read_returns(
    paths: Sequence[Path], roles: Roles, columns: ColumnMap, secret: bytes, known: Collection[str], faults: Faults
) -> Returns:
    """Read returns of one practice or many.

    Parameters
    ----------
    paths
        Workbooks, each a return by itself; and CSV files, of which those of one folder are a return together.
    roles, columns
        Role table; column map, for its marks of "not reported".
    secret
        Key of the hash of identifiers.
    known
        Codes of all practices that other files list; none where there is no such file.
    faults
        Takes what is wrong, by file, sheet, row and column.

    Returns
    -------
    Returns
        A row of staff is a holding: heads; sessions and their WTE (nine are 1); hours and their FTE (37.5 are 1). A row of posts is a
        holding of status "vacant" without people. A group of which a practice lists nobody is "not reported", unless it says that its
        list is complete: then it is zero. What people intend is among the margins, in heads by group and age. Somebody appointed who has not started is left out, and said.
    """
    units: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        units[path if path.suffix.casefold() in BOOKS else path.parent].append(path)
    found, notes, returns = Faults(), Faults(), []
    for unit, files in units.items():
        before = len(found)
        lines = read_lines(files, roles, columns, found, notes)
        _lacks_practices(lines, unit, files, before, found)
        check(lines, roles, known, found, notes, whole=any(line.sheet is PRACTICE for line in lines))
        returns.append(lines)
    twice_told(returns, _period, found)
    faults.extend(sorted(found, key=_order))
    rows = {path: sum(line.file == str(path) for lines in returns for line in lines) for path in paths}
    if len(found):
        return Returns((), rows, {})
    try:
        return Returns(_parts(returns, roles, secret, notes), rows, _latest(paths, returns))
    except InputError as error:  # a role table without the roles that stand for what nobody is listed of
        faults.take(error, roles.table)
        return Returns((), rows, {})


def _lacks_practices(lines: Sequence[Line], unit: Path, files: Sequence[Path], before: int, faults: Faults) -> None:
    """Say that a return names no practice, where that is not the fault of a file that could not be read."""
    if any(line.sheet is PRACTICE for line in lines) or (len(faults) > before and not lines):
        return
    what = "has no row on sheet Practice."
    if files[0].suffix.casefold() not in BOOKS:
        what = "has no CSV file with the columns of sheet Practice that has a row."
    faults.add(str(unit), what, "Give one row a practice, with its code and the reference date.")


def _order(fault: Fault) -> tuple[str, int, int]:
    """Place faults as somebody goes through the files: sheets in the order of the template, then rows."""
    names = [plain(s.name) for s in SHEETS]
    sheet = plain(fault.sheet)
    return fault.file, names.index(sheet) if sheet in names else len(names), fault.row


def _period(line: Line) -> datetime.date | None:
    day = line.entries.get("period")
    return month_end(day) if isinstance(day, datetime.date) else None


def _latest(paths: Sequence[Path], returns: Sequence[Sequence[Line]]) -> dict[Path, datetime.date]:
    """Return the latest reference date of each file: of its return, which may be of several files."""
    found = {}
    for lines in returns:
        day = max(d for line in lines if line.sheet is PRACTICE and (d := _period(line)))
        found.update({path: day for path in paths if any(line.file == str(path) for line in lines)})
    last = max(found.values(), default=datetime.date.min)
    return {path: found.get(path, last) for path in paths}


def _parts(returns: Sequence[Sequence[Line]], roles: Roles, secret: bytes, notes: Faults) -> tuple[Staffing, ...]:
    holdings: dict[datetime.date, list[Holding]] = defaultdict(list)
    practices: dict[datetime.date, list[dict[str, Any]]] = defaultdict(list)
    ages: dict[datetime.date, list[dict[str, Any]]] = defaultdict(list)
    plans: dict[datetime.date, list[dict[str, Any]]] = defaultdict(list)
    for lines in returns:
        homes = {line.text("place"): line for line in lines if line.sheet is PRACTICE}
        told: dict[str, list[Holding]] = defaultdict(list)
        for line in sorted(lines, key=lambda found: SHEETS.index(found.sheet)):
            home = homes[line.text("place")]
            period = _period(home) or datetime.date.min
            if line.sheet is STAFF and line.text("plan"):
                plans[period].append(_plan(line, home, period, roles))
            if line.sheet is STAFF and line.text("plan") == APPOINTED:
                notes.extend([line.fault("plan", "is appointed and has not started: not counted.")])
            elif line.sheet in (STAFF, POSTS):
                told[home.text("place")].append(_holding(line, home, period, roles, secret))
            elif line.sheet is PATIENTS and (patients := line.number("patients")) is not None:
                ages[period].append(
                    {"place": home.text("place"), "age": line.text("age"), "patients": patients, "period": period}
                )
        for place, home in homes.items():
            period = _period(home) or datetime.date.min
            own = [*told[place], *_unlisted(home, told[place], period, roles, notes)]
            holdings[period] += own
            practices[period].append(_place(home, period, own))
    days = [day for day, rows in practices.items() for _ in rows]
    if mixed := mixed_dates(days):
        notes.add("returns", mixed)
    said = tuple(replace(note, file=Path(note.file).name) for note in sorted(notes, key=_order))
    return tuple(
        _staffing(holdings[day], practices[day], ages[day], plans[day], day, said if i == 0 else ())
        for i, day in enumerate(sorted(practices))
    )


def _staffing(
    holdings: list[Holding],
    practices: list[dict[str, Any]],
    ages: list[dict[str, Any]],
    plans: list[dict[str, Any]],
    period: datetime.date,
    notes: tuple[Fault, ...],
) -> Staffing:
    import pandas as pd

    places = pd.DataFrame(practices, columns=list(PLACE_COLUMNS)).sort_values("place", ignore_index=True)
    places = places.assign(list_size=places["list_size"].astype(float), answered=places["answered"].astype(bool))
    lists = pd.DataFrame(ages, columns=["place", "age", "patients", "period"])
    margins = pd.DataFrame(plans, columns=list(MARGIN_COLUMNS))
    if len(margins):
        keys = ["place", "area", "group", "part", "age", "sex", "period"]
        given = margins.astype({"heads": float, "fte": float}).groupby(keys, sort=True)
        sums = given[["heads", "fte"]].sum(min_count=1)
        margins = sums.join(given[["file", "row", "column"]].first()).reset_index()[list(MARGIN_COLUMNS)]
    return Staffing(frame_of(holdings), places, period, margins=margins, lists=lists, notes=notes)


def _plan(line: Line, home: Line, period: datetime.date, roles: Roles) -> dict[str, Any]:
    """Return what people intend as a row of totals: it is part of no stock."""
    role, hours = role_of(line, roles), line.number("hours")
    return {
        "place": home.text("place"),
        "area": home.text("area"),
        "group": role.group if role else "",
        "part": f"plan: {line.text('plan')}",
        "age": line.text("age") or "all",
        "sex": "all",
        "heads": heads_of(line),
        "fte": None if hours is None else hours / FTE_HOURS,
        "period": period,
        "file": _origin(line)["file"],
        "row": line.row,
        "column": line.sheet.title("plan"),
    }


def _origin(line: Line) -> dict[str, Any]:
    """Return where a row stands; the CSV files of a folder are the sheets of one return."""
    path = Path(line.file)
    if line.page:
        return {"file": path.name, "sheet": line.page, "row": line.row}
    return {"file": path.resolve().parent.name, "sheet": path.name, "row": line.row}


def _holding(line: Line, home: Line, period: datetime.date, roles: Roles, secret: bytes) -> Holding:
    role = role_of(line, roles) if line.sheet is STAFF else roles.find(line.text("role"))
    if role is None:  # the check of the rows stops what has no role
        raise ValueError(line.text("role"))
    what: dict[str, Any]
    if line.sheet is STAFF:
        sessions, hours = line.number("sessions"), line.number("hours")
        what = {
            "heads": heads_of(line),
            "sessions": sessions,
            "wte": None if sessions is None else sessions / WTE_SESSIONS,
            "hours": hours,
            "fte": None if hours is None else hours / FTE_HOURS,
            "age": line.text("age") or "all",
            "status": status_of(line, role),
            "person": _hashed(line, secret),
            "column": line.sheet.title("sessions" if sessions is not None else "hours"),
        }
    else:
        what = {
            "posts": line.number("posts"),
            "vacant": line.number("vacant"),
            "status": "vacant",
            "column": line.sheet.title("posts"),
        }
    said = any(what.get(name) is not None for name in ("heads", "sessions", "hours", "posts", "vacant"))
    missing: Missing = "" if said else NOT_REPORTED
    return Holding(
        **_about(home, period), role=role.name, level=role.level, group=role.group, missing=missing,
        **_origin(line), **what,
    )  # fmt: skip


def _about(home: Line, period: datetime.date) -> dict[str, Any]:
    place, name, area = (home.text(n) for n in ("place", "place_name", "area"))
    return {"place": place, "place_name": name, "kind": "practice", "area": area, "period": period}


def _unlisted(home: Line, told: Sequence[Holding], period: datetime.date, roles: Roles, notes: Faults) -> Iterator[Holding]:
    """Yield a holding for each group of which a practice lists nobody: zero where its list is complete, else not reported."""
    for group, column in COMPLETE.items():
        complete = home.text(column)
        if any(h.group == group and h.status != "vacant" for h in told):
            if complete == "no":
                notes.extend([home.fault(column, "its list is not complete: what it leaves out is unknown.")])
            continue
        role = roles.get(UNDIVIDED[group])
        zero = 0.0 if complete == "yes" else None
        missing: Missing = "" if complete == "yes" else NOT_REPORTED
        yield Holding(
            **_about(home, period), role=role.name, level=role.level, group=role.group, **_origin(home),
            column=home.sheet.title(column), heads=zero, fte=zero, wte=zero if group == "gp" else None, missing=missing,
        )  # fmt: skip


def _place(home: Line, period: datetime.date, own: Sequence[Holding]) -> dict[str, Any]:
    names = ("place", "place_name", "area", "network", "network_name", "locality")
    answered = any(not h.missing and h.status != "vacant" for h in own)
    return {
        **{n: home.text(n) for n in names},
        "kind": "practice",
        "area_name": "",
        "list_size": home.number("list_size"),
        "answered": answered,
        "period": period,
    }


def _hashed(line: Line, secret: bytes) -> str:
    """Return the hash of a staff number: a registered one is the same everywhere, another within its practice alone."""
    number = " ".join(line.text("person").upper().split())
    if not number:
        return ""
    found = _REGISTERED.fullmatch(re.sub(r"[\W_]", "", number))
    text = f"{found[1]} {found[2]}" if found else f"{line.text('place')}\0{number}"
    return hashlib.blake2b(b"return\0" + text.encode(), key=secret[:64], digest_size=12).hexdigest()
