"""Patients registered at practices, by age where a file gives it, and which practice belongs to which network."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from llr_sd.errors import shown
from llr_sd.workforce.columns import ColumnMap
from llr_sd.workforce.published.table import Table, day_in, is_mark, lacking, numbers, texts
from llr_sd.workforce.published.wide import band
from llr_sd.workforce.staffing import COLUMNS, PLACE_COLUMNS, Fault, Faults, Staffing, checked_types

if TYPE_CHECKING:
    import pandas as pd

PRACTICES = ("gp", "practice", "gp practice", "gp practices")
"""What files call a practice in the column of the kind of organisation, in lower case."""
ALL = ("", "all", "persons", "total")
SEXES = ("male", "female", "indeterminate", "unknown", "m", "f")


def read_lists(table: Table, columns: ColumnMap, faults: Faults) -> Staffing | None:
    """Read registered patients: one row a practice, or one row a practice, sex and age.

    Parameters
    ----------
    table
        The file.
    columns
        The column map.
    faults
        Takes what is wrong: a missing column, an entry that is no number or no date, the same row twice.

    Returns
    -------
    Staffing or None
        Without holdings: `places` with list sizes, and `lists` by age. Rows of all ages give the list size where there are any, else
        the ages are added; rows of both sexes count where there are any, else the sexes are added.
    """
    import pandas as pd

    if lacking(table, "lists", columns, faults):
        return None
    before = len(faults)
    found = columns.of("lists", table.header)
    patients = numbers(table, found["patients"], columns, faults)
    dates = _dates(table, found["date"], faults)
    frame = pd.DataFrame({name: list(texts(table, found, name)) for name in ("place", "area", "sex", "age", "type")})
    frame = frame.assign(patients=patients, period=dates, row=range(2, len(frame) + 2))
    kinds = frame["type"].str.casefold()
    if (kinds != "").any():
        frame = frame[kinds.isin(PRACTICES)].copy()
    frame["sex"] = ["all" if s.casefold() in ALL else s.casefold() for s in frame["sex"]]
    ages = {text: _age(text) for text in frame["age"].unique()}
    for text in [t for t, age in ages.items() if not age]:
        row = int(frame["row"][frame["age"] == text].iloc[0])
        faults.add(str(table.path), f"{shown(text)} is no age.", "Write such as 45, 45_49 or ALL.", row=row, column=found["age"])
    frame["age"] = frame["age"].map(ages)
    for row, text in zip(frame["row"], frame["sex"], strict=True):
        if text not in (*SEXES, "all"):
            faults.add(str(table.path), f"{shown(text)} is no sex.", "Write ALL, MALE or FEMALE.", row=row, column=found["sex"])
    for row in frame["row"][frame["place"] == ""]:
        faults.add(str(table.path), "names no practice.", "Give its code.", row=int(row), column=found["place"])
    for row, code in frame[["row", "place"]][frame.duplicated(["place", "sex", "age"])].itertuples(index=False):
        faults.add(
            str(table.path), f"the practice {shown(code)} is there twice.", "Keep one.", row=int(row), column=found["place"]
        )
    if len(faults) > before:
        return None
    if not len(frame):
        faults.add(str(table.path), "has no row of a practice.", "Look at its column of the kind of organisation.")
        return None
    return _made(table, _both_sexes(frame))


def _dates(table: Table, column: str, faults: Faults) -> list[datetime.date]:
    written = list(table.data[column])
    known = {text: day_in(text) for text in dict.fromkeys(written)}
    for text in [t for t, day in known.items() if day is None]:
        mend = "Write such as 2017-10-01."
        faults.add(str(table.path), f"{shown(text)} is no date.", mend, row=written.index(text) + 2, column=column)
    return [known[text] or datetime.date.min for text in written]


def _age(text: str) -> str:
    """Return an age or band in words; "all" for all, empty for no age."""
    plain = text.casefold().strip()
    if plain in ALL:
        return "all"
    if found := re.fullmatch(r"(\d{1,3})(?:[_-](\d{1,3}))?", plain):
        return f"{int(found[1])} to {int(found[2])}" if found[2] else f"{int(found[1])} to {int(found[1])}"
    return band(plain)


def _both_sexes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a practice and age: that of both sexes, else the sum of the sexes (missing where one of them is)."""
    whole = frame[frame["sex"] == "all"]
    parts = frame[frame["sex"] != "all"]
    sums = parts.groupby(["place", "age"], sort=True).agg(
        {"patients": lambda p: p.sum(skipna=False), "area": "first", "period": "max", "row": "min"}
    )
    import pandas as pd

    keys = pd.MultiIndex.from_frame(whole[["place", "age"]])
    sums = sums[~sums.index.isin(keys)].reset_index()
    return pd.concat([f for f in (whole, sums) if len(f)], ignore_index=True)


def _made(table: Table, frame: pd.DataFrame) -> Staffing:
    whole = frame[frame["age"] == "all"].set_index("place")
    ages = frame[frame["age"] != "all"]
    sums = ages.groupby("place")["patients"].agg(lambda p: p.sum(skipna=False))
    notes = []
    both = whole.index.intersection(sums.index)
    apart = [p for p in both if abs(whole["patients"][p] - sums[p]) > 0.5]
    if apart:
        what = f"the ages of {len(apart)} practices do not add up to their list, first of {apart[0]}: the list is used."
        notes.append(Fault(table.name, "", int(whole["row"][apart[0]]), "", what))
    places = frame.groupby("place", sort=True).agg({"area": "first", "period": "max"}).reset_index()
    places["list_size"] = [float(whole["patients"][p]) if p in whole.index else float(sums[p]) for p in places["place"]]
    text = dict.fromkeys(("place_name", "area_name", "network", "network_name", "locality"), "")
    places = places.assign(kind="practice", answered=False, **text)
    lists = ages.loc[ages["patients"].notna(), ["place", "age", "patients", "period"]].reset_index(drop=True)
    return Staffing(
        checked_types(_no_holdings()),
        places[list(PLACE_COLUMNS)],
        max(places["period"]),
        lists=lists,
        notes=tuple(notes),
    )


def _no_holdings() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({column: [] for column in COLUMNS})


def read_members(table: Table, columns: ColumnMap, faults: Faults) -> Staffing | None:
    """Read which practice belongs to which network, and to which locality where the file says it.

    Parameters
    ----------
    table
        The file.
    columns
        The column map.
    faults
        Takes what is wrong: a missing column, a practice that is there twice.

    Returns
    -------
    Staffing or None
        Without holdings and list sizes. A practice in no network keeps an empty one, and a note says so.
    """
    import pandas as pd

    if lacking(table, "members", columns, faults):
        return None
    before = len(faults)
    found = columns.of("members", table.header)
    names = ("place", "place_name", "area", "area_name", "network", "network_name", "locality")
    frame = pd.DataFrame({name: ["" if is_mark(t, columns) else t for t in texts(table, found, name)] for name in names})
    first: dict[str, int] = {}
    for row, code in enumerate(frame["place"], start=2):
        if not code or first.setdefault(code, row) != row:
            what = f"the practice {shown(code)} is already in row {first[code]}." if code else "names no practice."
            faults.add(str(table.path), what, "Keep one." if code else "Give its code.", row=row, column=found["place"])
    if len(faults) > before:
        return None
    dates = [day_in(t) for t in texts(table, found, "date")]
    period = max((d for d in dates if d is not None), default=day_in(table.path.stem) or datetime.date.min)
    alone = list(frame["place"][frame["network"] == ""])
    what = f"{len(alone)} practices are in no network: {_several(alone)}."
    notes = (Fault(table.name, "", 0, found["network"], what),) if alone else ()
    frame = frame.assign(kind="practice", list_size=math.nan, answered=False, period=period)
    return Staffing(checked_types(_no_holdings()), frame[list(PLACE_COLUMNS)], period, notes=notes)


def _several(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
