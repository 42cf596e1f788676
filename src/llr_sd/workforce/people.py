"""Heads: a person with several jobs is counted once, and it is said how many jobs that leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from llr_sd.errors import InputError
from llr_sd.workforce.staffing import Staffing

if TYPE_CHECKING:
    import pandas as pd

TOTALLED = ("place", "place_name", "kind", "area", "group")
"""Columns by which the totals of practice-level files are known."""


def heads(staffing: Staffing, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return people in each cell of a table.

    Parameters
    ----------
    staffing
        What sources say.
    by
        Columns of its frame, such as ("area", "level"); none for all together.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then `jobs` (posts that somebody fills, as far as sources count them), `heads` (people), `several` (jobs of
        people who are counted already) and `unknown` (rows that give no heads: services bought in, and what was not reported). A cell
        of such rows alone has no number of heads. A person with jobs in two cells counts in each, so heads of cells can add up to more
        than heads of their total. Where a source gives no identifiers, people with several roles at one practice are known from its
        totals, by group only.

    Raises
    ------
    InputError
        When a column is none of the frame's.
    """
    import pandas as pd

    for column in by:
        if column not in staffing.frame.columns:
            raise InputError(f'holdings have no column "{column}".')
    frame = staffing.frame.assign(_all=0)
    keys = list(by) or ["_all"]
    named = frame[(frame["person"] != "") & frame["heads"].notna()]
    made = pd.DataFrame(
        {
            "jobs": frame.groupby(keys)["heads"].sum(min_count=1),
            "_repeated": named.groupby(keys)["heads"].sum() - named.groupby(keys)["person"].nunique(),
            "unknown": (frame["heads"].isna() & frame["status"].ne("vacant")).groupby([frame[k] for k in keys]).sum(),
        }
    ).fillna({"_repeated": 0.0})
    several = made["_repeated"]
    if set(by) <= set(TOTALLED):
        several = several + _beyond(staffing, frame, keys).reindex(made.index).fillna(0.0)
    made["heads"], made["several"] = made["jobs"] - several, several
    made = made.reset_index()
    return made[[*by, "jobs", "heads", "several", "unknown"]]


def once(frame: pd.DataFrame) -> pd.DataFrame:
    """Return holdings in which each person of whom there is an identifier has a head at the job of most time alone, and 0 at further ones.

    Parameters
    ----------
    frame
        Holdings. A further job of unknown time keeps its head, so that it is seen that its time is unknown.
    """
    timed = frame.assign(_time=frame["fte"].fillna(frame["wte"]))
    named = timed[(timed["person"] != "") & timed["heads"].notna() & timed["_time"].notna()]
    order = named.sort_values(["_time", "place", "role"], ascending=[False, True, True], kind="stable")
    further = order.index[order["person"].duplicated()]
    return frame.assign(heads=frame["heads"].where(~frame.index.isin(further), 0.0))


def _beyond(staffing: Staffing, frame: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Return heads of roles that are more than the total of their group at a practice."""
    import pandas as pd

    totals = staffing.margins
    totals = totals[(totals["part"] == "") & (totals["age"] == "all") & (totals["sex"] == "all") & totals["heads"].notna()]
    if not len(totals):
        return pd.Series(dtype=float)
    total = totals.set_index(["place", "group", "file"])["heads"].astype(float)
    cells = frame[frame["person"] == ""].groupby(["place", "group", "file"])
    beyond = (cells["heads"].sum(min_count=1) - total).clip(lower=0.0).dropna().rename("beyond").reset_index()
    about = frame.drop_duplicates(["place", "group", "file"])[list({*keys, "place", "group", "file"})]
    merged = beyond.merge(about, on=["place", "group", "file"])
    return merged.groupby(keys)["beyond"].sum()


def words(staffing: Staffing) -> str:
    """Say how many people there are, and how people with several jobs were counted."""
    row = heads(staffing).iloc[0] if len(staffing.frame) else None
    if row is None:
        return "No staff."
    if row["jobs"] != row["jobs"]:
        return f"How many people there are is unknown: {_count(row['unknown'], 'row gives', 'rows give')} no heads."
    text = f"{_count(row['heads'], 'person', 'people')} in {_count(row['jobs'], 'job', 'jobs')}"
    if row["several"]:
        text += f": {row['several']:g} {'is a further job' if row['several'] == 1 else 'are further jobs'} of people who are counted once"
    parts = [f"{text}."]
    if row["unknown"]:
        parts.append(f"{_count(row['unknown'], 'row gives', 'rows give')} no heads.")
    if {"practice", "network"} <= set(staffing.frame["kind"]):
        parts.append("Somebody who works for a practice and for a network counts twice: files name people each in their own way.")
    return " ".join(parts)


def _count(number: float, one: str, many: str) -> str:
    return f"{number:,.10g} {one if number == 1 else many}"
