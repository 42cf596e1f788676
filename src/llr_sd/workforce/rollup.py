"""Practices to networks and localities, and whether a network has the size that it is meant to have."""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    import pandas as pd

    member = places[places["network"] != ""]
    own = member[member["kind"] == "network"].set_index("network")
    practices = member[member["kind"] == "practice"]
    rows = []
    for code in sorted(set(member["network"])):
        mine = practices[practices["network"] == code]
        known = mine["list_size"].dropna()
        size = float(known.sum()) if len(known) else math.nan
        if not len(mine) and code in own.index and not math.isnan(own["list_size"][code]):
            size = float(own["list_size"][code])
        unknown = int(mine["list_size"].isna().sum())
        source = mine if len(mine) else member[member["network"] == code]
        about = {"network_name": _first(member["network_name"][member["network"] == code]), "area": _first(source["area"])}
        locality = "; ".join(sorted({x for x in source["locality"] if x}))
        rows.append([code, *about.values(), locality, len(mine), unknown, size, _check(size, unknown)])
    columns = ["network", "network_name", "area", "locality", "practices", "unknown", "list_size", "check"]
    return pd.DataFrame(rows, columns=columns)


def _first(texts: pd.Series) -> str:
    return next((str(t) for t in texts if t), "")


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
        many = f"{len(whole)} networks average" if len(whole) > 1 else "1 network has"
        yield f"{many} {mean:,} patients; they are meant to have {LEAST:,} to {MOST:,}."
    for row in table[table["check"].isin((BELOW, ABOVE))].itertuples():
        more = f" at least ({row.unknown} of its practices have no list size)" if row.unknown else ""
        yield f"{row.network} {row.network_name} has {row.list_size:,.0f} patients{more}: {row.check}."
    lost = table[table["check"] == UNKNOWN]
    if len(lost):
        yield f"The size of {len(lost)} {'network' if len(lost) == 1 else 'networks'} is unknown: no list size, or not of all practices."
    for row in table[table["locality"].str.contains(";")].itertuples():
        yield f"{row.network} {row.network_name} lies in several localities: {row.locality}."


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

    if unit not in UNITS:
        raise InputError(f'there is no unit "{unit}".', mend=f"Known are {', '.join(UNITS)}.")
    frame = staffing.frame
    if unit != "area":
        of = staffing.places.set_index("place")[unit].to_dict()
        if unit == "locality":
            of |= _localities(staffing.places)
        frame = frame.assign(**{unit: frame["place"].map(of).fillna("")})
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
