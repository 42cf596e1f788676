"""Units in words: what a model writes as "WTE/kPerson" is read as "WTE for 1,000 people"."""

from __future__ import annotations

import re

_COUNTED = {
    "WTE": ("WTE", "WTE"),
    "Head": ("person", "people"),
    "Person": ("person", "people"),
    "Contact": ("contact", "contacts"),
    "Hour": ("hour", "hours"),
    "Day": ("day", "days"),
    "Week": ("week", "weeks"),
    "Month": ("month", "months"),
    "Year": ("year", "years"),
    "GBP": ("£", "£"),
    "million GBP": ("£ million", "£ million"),
}
_PER = {
    "kPerson": "for 1,000 people",
    "Person": "a person",
    "Head": "a person",
    "WTE": "for each WTE",
    "Hour": "an hour",
    "Day": "a day",
    "Week": "a week",
    "Month": "a month",
    "Year": "a year",
    "Contact": "a contact",
}
_WHOLE = re.compile(r"([^/()*]+(?:\*[^/()*]+)*)((?:/\(?[^/()]+\)?)*)")


def unit_words(unit: str, *, one: bool = False) -> str:
    """Return a unit as people say it, of one or of many; empty for a pure number, and as it stands where it is not of these.

    "WTE/Year" is "WTE a year", "GBP/(WTE*Year)" is "£ for each WTE a year", "WTE*Year" is "WTE-years".
    """
    unit = unit.strip()
    if unit in ("", "Dmnl", "1"):
        return ""
    match = _WHOLE.fullmatch(unit)
    above = [part.strip() for part in match[1].split("*")] if match else []
    below = [part.strip() for part in re.split(r"[/*()]+", match[2]) if part.strip()] if match else []
    if not above or any(a not in _COUNTED for a in above if a != "1") or any(b not in _PER for b in below):
        return unit
    counted = "-".join(_COUNTED[a][0] for a in above[:-1] if a != "1")
    last = "" if above[-1] == "1" else _COUNTED[above[-1]][0 if one else 1]
    return " ".join(part for part in (f"{counted}-{last}" if counted else last, *(_PER[b] for b in below)) if part)


def joined(text: str, unit: str) -> str:
    """Return a written number with its unit in words: "9 years", "1 year", "£37 million a year"."""
    words = unit_words(unit, one=text == "1")
    if words.startswith("£"):
        sign, size = ("−", text[1:]) if text.startswith("−") else ("", text)
        return f"{sign}£{size}{words[1:]}"
    return f"{text} {words}" if words else text
