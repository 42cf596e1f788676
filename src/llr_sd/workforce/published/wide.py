"""What the columns of a practice-level file mean: SEX_WHO_MEASURE, then an age band, such as FEMALE_GP_HC_55TO59."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llr_sd.workforce.columns import ColumnMap

_SHAPE = re.compile(r"(?P<sex>TOTAL|MALE|FEMALE)_(?P<who>[A-Z0-9_]+?)_(?P<measure>HC|FTE)(?:_(?P<rest>[A-Z0-9_]+))?")
MEASURES = {"HC": "heads", "FTE": "fte"}
SEXES = {"TOTAL": "all", "MALE": "male", "FEMALE": "female"}


@dataclass
class Wide:
    """Columns by what they mean; each maps a measure to a column.

    Attributes
    ----------
    totals
        By group.
    parts
        Subtotals by name.
    roles
        By group, and by what stands for the role in the column: two columns may be of one role.
    margins
        By group, part, sex and age band.
    unknown
        Columns of counts of both sexes that the map lacks.
    """

    totals: dict[str, dict[str, str]] = field(default_factory=dict)
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    roles: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    margins: dict[tuple[str, str, str, str], dict[str, str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def band(text: str) -> str:
    """Return an age band in words, "55 to 59", "under 30", "70 and over" or "unknown"; empty where it is none."""
    plain = text.upper().replace(" ", "").replace("_", "")
    if found := re.fullmatch(r"UNDER(\d+)", plain):
        return f"under {found[1]}"
    if found := re.fullmatch(r"(\d+)TO(\d+)", plain):
        return f"{int(found[1])} to {int(found[2])}"
    if found := re.fullmatch(r"(\d+)(?:PLUS|\+|ANDOVER)", plain):
        return f"{found[1]} and over"
    return "unknown" if plain in ("UNKNOWN", "UNKNOWNAGE") else ""


def parsed(header: Sequence[str], columns: ColumnMap) -> Wide:
    """Return what the columns of a file mean.

    Parameters
    ----------
    header
        As the file has them, in upper or lower case.
    columns
        The column map.
    """
    made = Wide()
    stubs = columns.stubs
    for column in header:
        found = _SHAPE.fullmatch(column.upper().replace(" ", "_"))
        if found is None:
            continue
        who, measure, sex = found["who"], MEASURES[found["measure"]], SEXES[found["sex"]]
        age = band(found["rest"]) if found["rest"] else "all"
        if not age:
            continue  # by country of qualification, and the like
        group, part = stubs["practice total"].get(who, ""), stubs["practice part"].get(who, "")
        role = stubs["practice role"].get(who)
        if group or part:
            if sex == age == "all":
                (made.totals.setdefault(group, {}) if group else made.parts.setdefault(part, {}))[measure] = column
            of, _, rest = part.partition(": ")
            made.margins.setdefault((group or of, rest, sex, age), {})[measure] = column
        elif sex == age == "all":
            of = _group(who, stubs["practice total"])
            if role and of:
                made.roles.setdefault((of, who), {})[measure] = column
            else:
                made.unknown.append(column)
    return made


def _group(who: str, totals: Mapping[str, str]) -> str:
    """Return the group of a role by the first word of its column: that of the longest total which it starts with; "" for none."""
    starts = [t for t in totals if who.startswith(f"{t}_")]
    return totals[max(starts, key=len)] if starts else ""
