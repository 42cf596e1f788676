"""What must agree between the rows of a return, and what is odd in them."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

from llr_sd.errors import shown
from llr_sd.workforce.returns.layout import (
    MOST_HOURS,
    MOST_SESSIONS,
    PATIENT_BANDS,
    PATIENTS,
    POSTS,
    PRACTICE,
    REASONS,
    SHEETS,
    STAFF,
)
from llr_sd.workforce.returns.read import Line
from llr_sd.workforce.roles import Role, Roles
from llr_sd.workforce.staffing import FTE_HOURS, WTE_SESSIONS, Fault, Faults

SESSIONED = ("gp", "director")
"""Groups whose work may be given in sessions."""


def role_of(line: Line, roles: Roles) -> Role | None:
    """Return the role that a row of staff has: a GP who is a locum has the role of the reason. None where the role is a fault."""
    role = roles.find(line.text("role"))
    if role is not None and role.group == "gp" and role.status == "in post" and line.text("contract") == "locum":
        return roles.find(REASONS.get(line.text("reason"), REASONS["other"]))
    return role


def status_of(line: Line, role: Role) -> str:
    """Return the status of a row of staff: of its contract where the role leaves it open, else of its role."""
    contract = line.text("contract")
    if role.status != "in post" or not contract or (contract == "salaried" and role.group != "gp"):
        return role.status
    return contract


def heads_of(line: Line) -> float | None:
    """Return the people of a row of staff: 1 beside a staff number; None where it was not reported."""
    given = line.number("heads")
    return 1.0 if given is None and line.text("person") else given


def check(lines: Sequence[Line], roles: Roles, known: Collection[str], faults: Faults, notes: Faults, whole: bool) -> None:
    """Hold the rows of one return against each other.

    Parameters
    ----------
    lines
        Of one workbook, or of the CSV files of one folder.
    roles
        The role table.
    known
        Codes of all practices that other files list; none where there is no such file.
    faults
        Takes what is wrong: a practice, a person and role, a role or an age that is there twice; a practice that is in no list; what
        cannot be true of a person or of posts.
    notes
        Takes what is odd though it can be true.
    whole
        Whether every file of the return could be read; else a practice may be in one that could not.
    """
    by_sheet: dict[str, list[Line]] = {s.name: [line for line in lines if line.sheet is s] for s in SHEETS}
    practices = {line.text("place") for line in by_sheet[PRACTICE.name]}
    for line in lines:
        place = line.text("place")
        if place and line.sheet is not PRACTICE and place not in practices and whole:
            mend = "Add it to that sheet, or correct the code."
            faults.extend([line.fault("place", f"the practice {shown(place)} is not on sheet Practice.", mend)])
        elif place and line.sheet is PRACTICE and known and place not in known:
            mend = "Correct the code, or add it to that list."
            faults.extend([line.fault("place", f"the practice {shown(place)} is not in the list of places.", mend)])
    faults.extend(_twice(by_sheet[PRACTICE.name], ("place",), "the practice {place} is already in {first}."))
    numbered = [line for line in by_sheet[STAFF.name] if line.text("person")]
    faults.extend(_twice(numbered, ("place", "person", "role"), "the same staff number and role are already in {first}."))
    faults.extend(_copied([line for line in by_sheet[STAFF.name] if not line.text("person")]))
    faults.extend(_twice(by_sheet[POSTS.name], ("place", "role"), "the posts of {role} at {place} are already in {first}."))
    faults.extend(_twice(by_sheet[PATIENTS.name], ("place", "age"), "patients of {age} at {place} are already in {first}."))
    for line in by_sheet[STAFF.name]:
        role = roles.find(line.text("role"))
        if role is not None:
            faults.extend(_contract(line, role))
            faults.extend(_time(line, role))
            notes.extend(_odd(line, role))
        faults.extend(_person(line))
    for line in by_sheet[POSTS.name]:
        posts, vacant = line.number("posts"), line.number("vacant")
        if posts is not None and vacant is not None and vacant > posts:
            what = f"{vacant:g} of {posts:g} posts are vacant."
            faults.extend([line.fault("vacant", what, "Count vacant posts among the posts.")])
    for line in by_sheet[PRACTICE.name]:
        if not line.text("area"):
            notes.extend([line.fault("area", "no CCG was reported: the practice counts towards none.")])
    notes.extend(_lists(by_sheet[PRACTICE.name], by_sheet[PATIENTS.name]))


def _twice(lines: Sequence[Line], keys: Sequence[str], what: str) -> Iterator[Fault]:
    """Yield a fault for each row that repeats an earlier one; a staff number is never quoted."""
    first: dict[tuple[str, ...], Line] = {}
    for line in lines:
        key = tuple(line.text(k) for k in keys)
        before = first.setdefault(key, line)
        if before is not line and all(key):
            place = (
                f"row {before.row}"
                if (before.file, before.page) == (line.file, line.page)
                else f"{before.page or before.file}, row {before.row}"
            )
            told = what.format(first=place, **{k: shown(line.text(k)) for k in keys})
            yield line.fault("person" if "person" in keys else keys[-1], told, "Keep one.")


def _copied(lines: Sequence[Line]) -> Iterator[Fault]:
    """Yield a fault for each row without a staff number that another sheet has too, word for word: a copy would count people twice."""
    first: dict[tuple[tuple[str, object], ...], Line] = {}
    for line in lines:
        before = first.setdefault(tuple(sorted(line.entries.items())), line)
        if (before.file, before.page) != (line.file, line.page):
            origin = f"{before.page or before.file}, row {before.row}"
            yield line.fault("place", f"the same row stands on sheet {origin}.", "Delete the copy, or put both on one sheet.")


def _contract(line: Line, role: Role) -> Iterator[Fault]:
    contract, reason = line.text("contract"), line.text("reason")
    if contract and role.status not in ("in post", contract):
        what = f"{shown(contract)}, but the role {shown(role.name)} is {role.status}."
        yield line.fault("contract", what, "Correct one of them.")
    locum = contract == "locum" or role.status == "locum"
    if reason and not locum:
        yield line.fault(
            "reason", "gives a reason for a locum, and nobody is one.", "Set the contract to locum, or empty the reason."
        )
    elif reason and role.status == "locum" and role.name in REASONS.values() and REASONS[reason] != role.name:
        yield line.fault("reason", f"{shown(reason)}, but the role is {shown(role.name)}.", "Correct one of them.")


def _time(line: Line, role: Role) -> Iterator[Fault]:
    heads, sessions, hours = heads_of(line), line.number("sessions"), line.number("hours")
    if sessions and role.group not in SESSIONED:
        yield line.fault("sessions", f"sessions are for GPs, and the role is {shown(role.name)}.", "Give hours a week.")
    for name, given, most in (("sessions", sessions, MOST_SESSIONS), ("hours", hours, MOST_HOURS)):
        if given and heads == 0:
            yield line.fault("heads", f"0 heads, but {given:g} {name} a week.", "Correct one of them.")
        elif given and heads is not None and given > most * heads:
            what = f"{given:g} {name} a week are more than {most:g} for each of {heads:g} heads."
            yield line.fault(name, what, "Look for a missing point, or for hours in the place of sessions.")


def _odd(line: Line, role: Role) -> Iterator[Fault]:
    heads, sessions, hours = heads_of(line), line.number("sessions"), line.number("hours")
    for name, given, full, unit in (("sessions", sessions, WTE_SESSIONS, "WTE"), ("hours", hours, FTE_HOURS, "FTE")):
        if given and heads and full * heads < given:
            yield line.fault(name, f"{given / full:.3g} {unit} of {heads:g} heads: above 1 for each.")
        elif given == 0 and heads:
            yield line.fault(name, f"0 {name} for {heads:g} heads: kept as zero; empty would mean not reported.")
    if heads != 0 and sessions is None and hours is None:
        name = "sessions" if role.group == "gp" else "hours"
        yield line.fault(name, "neither sessions nor hours were reported: the time of this row is unknown.")
    if heads is None:
        yield line.fault("heads", "heads were not reported.")
    if role.group == "gp" and (line.text("contract") == "locum") and not line.text("reason"):
        yield line.fault("reason", "no reason for the locum was reported: counted as other.")


def _person(line: Line) -> Iterator[Fault]:
    person, heads = line.text("person"), line.number("heads")
    if person and heads is not None and heads != 1:
        what = f"{heads:g} heads beside one staff number."
        yield line.fault("heads", what, "One row a person; or empty the staff number.")
    if "@" in person or re.fullmatch(r"[^\W\d]+[ ,.'-]+[^\d]*", person):
        yield line.fault(
            "person", "looks like a name or an address, not a number.", "Give a number that stays the same; never a name."
        )


def _lists(practices: Sequence[Line], bands: Sequence[Line]) -> Iterator[Fault]:
    counts: dict[str, list[float | None]] = defaultdict(list)
    for line in bands:
        counts[line.text("place")].append(line.number("patients"))
    for line in practices:
        given, size = counts.get(line.text("place"), []), line.number("list_size")
        numbers = [g for g in given if g is not None]
        if size is not None and len(numbers) == len(PATIENT_BANDS) and sum(numbers) != size:
            yield line.fault(
                "list_size", f"{size:,.10g} patients, but their ages add up to {sum(numbers):,.10g}: the list size is used."
            )
        elif given and len(numbers) < len(PATIENT_BANDS):
            yield line.fault("list_size", "patients are given for some ages only.")


def month_end(day: datetime.date) -> datetime.date:
    """Return the end of a month nearest to a day, the later of two."""
    first = day.replace(day=1)
    before = first - datetime.timedelta(days=1)
    after = (first + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
    return before if day - before < after - day else after


def twice_told(returns: Sequence[Sequence[Line]], period: Callable[[Line], datetime.date | None], faults: Faults) -> None:
    """Say which practices two returns tell of, for the same period."""
    first: dict[tuple[str, datetime.date], tuple[int, Line]] = {}
    for i, lines in enumerate(returns):
        for line in lines:
            day = period(line) if line.sheet is PRACTICE else None
            if day is None or not line.text("place"):
                continue
            origin, before = first.setdefault((line.text("place"), day), (i, line))
            if origin != i:
                what = f"the practice {shown(line.text('place'))} is already in {before.file}, row {before.row}, for {day.isoformat()}."
                faults.extend([line.fault("place", what, "Keep one.")])


def mixed_dates(days: Sequence[datetime.date]) -> str:
    """Say how many returns there are of each date; empty where there is one date."""
    counts = sorted(Counter(days).items())
    each = ", ".join(f"{n} of {day.day} {day:%b %Y}" for day, n in counts)
    return f"the returns are of {len(counts)} dates: {each}." if len(counts) > 1 else ""
