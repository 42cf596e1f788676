"""Staff per 1,000 registered patients, and how unequal areas are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from llr_sd.workforce.baseline.response import Completed
from llr_sd.workforce.baseline.stocks import in_wte, placed, timeless
from llr_sd.workforce.staffing import CONTRACT, Conversion

if TYPE_CHECKING:
    import pandas as pd

ALL_STAFF = "all_staff"


def density(done: Completed, unit: str = "area", rule: Conversion = CONTRACT) -> pd.DataFrame:
    """Return WTE per 1,000 patients by unit and staff group, with totals.

    Parameters
    ----------
    done
        Completed staff.
    unit
        "area", "locality", "network" or "place".
    rule
        What turns FTE of GPs into WTE where a source gives no sessions.

    Returns
    -------
    pandas.DataFrame
        unit ("" for all), group (`ALL_STAFF` for all), wte, patients [Person] and per_1000. Practices and what lies in them only:
        networks have no list of their own. Trainees are left out. A place that did not report a group, or not the time of all
        its people, is left out of it, with its patients, and of the total; NaN where a unit has a place with staff whose list size is unknown.
    """
    import pandas as pd

    frame = placed(done, unit)
    frame = frame[(frame["kind"] == "practice") & (frame["status"] != "trainee")]
    frame = frame.assign(wte=in_wte(frame, rule))
    sizes = done.staffing.places.set_index("place")["list_size"]
    there = frame[frame["missing"] == ""].drop_duplicates("place")
    there = there.assign(patients=there["place"].map(sizes).astype(float))
    lost = frame[(frame["missing"] != "") | timeless(frame, frame["wte"])]
    rows = []
    for name in ["", *sorted(set(frame["unit"]) - {""})] if len(frame) else []:
        mine, ours = frame[(frame["unit"] == name) | (name == "")], there[(there["unit"] == name) | (name == "")]
        for group in [*sorted(set(mine["group"])), ALL_STAFF]:
            silent = set(lost["place"][(lost["group"] == group) | (group == ALL_STAFF)])
            told = mine[((mine["group"] == group) | (group == ALL_STAFF)) & ~mine["place"].isin(silent)]
            patients = float(ours["patients"][~ours["place"].isin(silent)].sum(skipna=False))
            wte = float(told["wte"].sum(min_count=1))
            rows.append([name, group, wte, patients, 1000 * wte / patients if patients > 0 else np.nan])
    return pd.DataFrame(rows, columns=["unit", "group", "wte", "patients", "per_1000"])


def inequity(table: pd.DataFrame) -> pd.DataFrame:
    """Return how far units lie apart, by staff group.

    Parameters
    ----------
    table
        From `density`.

    Returns
    -------
    pandas.DataFrame
        group, highest, lowest (names of units), highest_per_1000, lowest_per_1000, ratio of the two (NaN where the lowest has none),
        and short: WTE by which units below the mean of all lie below it, taken together. Groups of one unit are left out.
    """
    import pandas as pd

    rows = []
    for group, mine in table[table["per_1000"].notna()].groupby("group"):
        units = mine[mine["unit"] != ""].sort_values(["per_1000", "unit"])
        whole = mine[mine["unit"] == ""]
        if len(units) < 2 or not len(whole):
            continue
        low, high = units.iloc[0], units.iloc[-1]
        gaps = (float(whole["per_1000"].iloc[0]) - units["per_1000"]).clip(lower=0.0) * units["patients"] / 1000
        ratio = high["per_1000"] / low["per_1000"] if low["per_1000"] > 0 else np.nan
        rows.append([group, high["unit"], low["unit"], high["per_1000"], low["per_1000"], ratio, float(gaps.sum())])
    columns = ["group", "highest", "lowest", "highest_per_1000", "lowest_per_1000", "ratio", "short"]
    return pd.DataFrame(rows, columns=columns)


def words(table: pd.DataFrame) -> Iterator[str]:
    """Say which unit has most and which least of each group.

    Parameters
    ----------
    table
        From `inequity`.
    """
    for r in table.itertuples():
        if r.highest_per_1000 == r.lowest_per_1000:
            yield f"{r.group}: all units have {r.lowest_per_1000:.2f} WTE per 1,000 patients."
            continue
        times = f", {r.ratio:.2f} times as many" if r.ratio == r.ratio else ""
        yield (
            f"{r.group}: {r.highest} has most, {r.highest_per_1000:.2f} WTE per 1,000 patients, and {r.lowest} least, "
            f"{r.lowest_per_1000:.2f}{times}; {r.short:.1f} WTE would bring those below the mean up to it."
        )
