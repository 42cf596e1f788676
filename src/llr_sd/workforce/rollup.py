"""Practices to networks and localities, and whether a network has the size that it is meant to have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llr_sd.errors import InputError
from llr_sd.workforce.staffing import LEVELS, Staffing

if TYPE_CHECKING:
    import pandas as pd

LEAST, MOST = 30_000, 50_000
"""Patients of a primary care network: report on the NHS Long Term Plan, 13 March 2019, paragraph 25."""
WITHIN, BELOW, ABOVE, UNKNOWN = "within", f"below {LEAST:,}", f"above {MOST:,}", "unknown"
UNITS = ("network", "locality", "area")


def networks(places: pd.DataFrame) -> pd.DataFrame:
    """Return networks with their patients, and the check of their size.

    Parameters
    ----------
    places
        As in `Staffing`.

    Returns
    -------
    pandas.DataFrame
        One row a network: network, network_name, area, locality, practices, unknown (practices without a list size), list_size
        [Person] of those that have one, and check: "within", "below 30,000", "above 50,000" or "unknown". A network of which some
        practices have no list size is above where the others suffice for it, else unknown.
    """
    member = places[places["network"] != ""]
    practices = member[member["kind"] == "practice"]
    own = member[member["kind"] == "network"].groupby("network")["list_size"].first()
    sums = practices.groupby("network")["list_size"].sum(min_count=1)
    lacking = practices["list_size"].isna().groupby(practices["network"]).sum()
    several = practices[practices["locality"] != ""].groupby("network")["locality"].agg(lambda x: "; ".join(sorted(set(x))))
    told = member.sort_values("kind", ascending=False, kind="stable")  # a practice tells the area and the locality of its network
    told = told.replace({column: {"": None} for column in ("network_name", "area", "locality")}).groupby("network", sort=True)
    table = told[["network_name", "area", "locality"]].first().fillna("")
    table["locality"] = several.reindex(table.index).fillna(table["locality"])
    table["practices"] = practices.groupby("network").size().reindex(table.index).fillna(0).astype(int)
    table["unknown"] = lacking.reindex(table.index).fillna(0).astype(int)
    table["list_size"] = sums.reindex(table.index).where(table["practices"] > 0, own.reindex(table.index)).astype(float)
    table["check"] = [_check(size, unknown) for size, unknown in zip(table["list_size"], table["unknown"], strict=True)]
    return table.reset_index()


def _check(size: float, unknown: int) -> str:
    if size > MOST:
        return ABOVE
    if math.isnan(size) or unknown:
        return UNKNOWN
    return BELOW if size < LEAST else WITHIN


def words(table: pd.DataFrame) -> Iterator[str]:
    """Say how large networks are, and list those outside the range, one a sentence.

    Parameters
    ----------
    table
        From `networks`.
    """
    whole = table[table["unknown"].eq(0) & table["list_size"].notna()]
    if len(whole):
        mean = math.floor(whole["list_size"].mean() + 0.5)
        many = f"{len(whole):,} networks average" if len(whole) > 1 else "1 network has"
        yield f"{many} {mean:,} patients; they are meant to have {LEAST:,} to {MOST:,}."
    for row in table[table["check"].isin((BELOW, ABOVE))].itertuples():
        more = f" at least ({row.unknown} of its practices have no list size)" if row.unknown else ""
        yield f"{row.network} {row.network_name} has {row.list_size:,.0f} patients{more}: {row.check}."
    lost = table[table["check"] == UNKNOWN]
    if len(lost):
        yield f"The size of {len(lost):,} {'network' if len(lost) == 1 else 'networks'} is unknown: no list size, or not of all practices."
    for row in table[table["locality"].str.contains(";")].itertuples():
        yield f"{row.network} {row.network_name} lies in several localities: {row.locality}."


def unit_of(frame: pd.DataFrame, places: pd.DataFrame, unit: str, known: Sequence[str] = UNITS) -> pd.Series:
    """Return the unit of each row of staff, empty where its place belongs to none; a network lies where all its practices do.

    Parameters
    ----------
    frame, places
        As in `Staffing`.
    unit
        One of `known`; "all" is one unit of everybody.
    known
        Units that may be asked for.

    Raises
    ------
    InputError
        When there is no such unit.
    """
    import pandas as pd

    if unit not in known:
        raise InputError(f'there is no unit "{unit}".', mend=f"Known are {', '.join(known)}.")
    if unit == "all":
        return pd.Series("all", index=frame.index)
    if unit in ("place", "area"):
        return frame[unit]
    of = places.set_index("place")[unit].to_dict() | (_localities(places) if unit == "locality" else {})
    return frame["place"].map(of).fillna("")


def rolled(staffing: Staffing, unit: str) -> pd.DataFrame:
    """Return staff by skill level of networks, localities or areas.

    Parameters
    ----------
    staffing
        What sources say.
    unit
        One of `UNITS`.

    Returns
    -------
    pandas.DataFrame
        One row a unit and level, trainees and vacant posts among them as the column status says: fte, wte, hours and posts, NaN where
        no source gives them. A staff row whose place belongs to no unit stands under an empty name, so that totals agree.

    Raises
    ------
    InputError
        When there is no such unit.
    """
    import pandas as pd

    frame = staffing.frame
    frame = frame.assign(**{unit: unit_of(frame, staffing.places, unit)})
    order = pd.Categorical(frame["level"], LEVELS, ordered=True)
    keys = [frame[unit], pd.Series(order, index=frame.index, name="level"), frame["status"]]
    sums = frame[["fte", "wte", "hours", "posts"]].groupby(keys, observed=True).sum(min_count=1)
    return sums.reset_index().astype({"level": str})


def _localities(places: pd.DataFrame) -> dict[str, str]:
    """Return the locality of each network: that of its practices, where they are all of one."""
    found: dict[str, str] = {}
    for code, group in places[(places["network"] != "") & (places["locality"] != "")].groupby("network"):
        names = set(group["locality"])
        if len(names) == 1:
            found[str(code)] = names.pop()
    return found
