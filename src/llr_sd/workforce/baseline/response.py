"""Places that did not answer: their last answer is carried forward, else they are estimated from like places; what is neither stays unknown.

A place is estimated by the ratio of staff to list size of places like it: of the same area and, where there are enough, with a list of
half to twice its size. Under a straight line through the origin with a variance that grows with the list, that is the best linear
predictor, and its error follows: Royall, R. M. (1970), On finite population sampling theory under certain linear regression models,
Biometrika 57, 377-387, doi:10.1093/biomet/57.2.377. It stops holding where a place is unlike those that answer in more than its list.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.workforce.staffing import (
    FTE_HOURS,
    NOT_REPORTED,
    QUANTITIES,
    WTE_SESSIONS,
    Staffing,
    asked,
    checked_types,
    current,
)

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 5
"""Fewest like places that a place is estimated from: judgement, grade C."""
SPAN = 2.0
"""Places are like in size whose lists are within this factor: judgement, grade C."""
COVER = 0.9
"""Share of cases in which an interval is meant to hold the true figure."""
ROLE = ("role", "level", "group", "status", "age")
METHODS = ("reported", "carried", "extrapolated", "unknown")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """Who answered, and how the others are filled in.

    Attributes
    ----------
    table
        One row a place that ought to have answered: place, place_name, kind, area, method (one of `METHODS`), period of its figures, months (age at the
        reference date; NaN where unknown), like (places it is estimated from) and basis in words.
    period
        The reference date.
    partly
        Places whose figures leave out what they did not report.
    mended
        Places that answered and left out staff groups, whose figures of these were filled in.
    """

    table: pd.DataFrame
    period: datetime.date
    partly: int = 0
    mended: int = 0

    def count(self, method: str) -> int:
        """Return the number of places of a method."""
        return int((self.table["method"] == method).sum())

    @property
    def rate(self) -> float:
        """Share of places that answered for the latest date of their kind; NaN where none ought to."""
        return self.count("reported") / len(self.table) if len(self.table) else math.nan

    def words(self) -> Iterator[str]:
        """Say who answered, how old what is carried is, what is estimated and what stays unknown, and whether dates are mixed."""
        many = len(self.table)
        if not many:
            return
        told = self.table[self.table["method"] == "reported"]
        older = told[told["period"] != self.period].groupby("period").size()
        yield (
            f"{len(told):,} of {many:,} places answered for {_month(self.period) if not len(older) else 'the last date of their kind'}: "
            f"a response rate of {100 * self.rate:.1f} %."
        )
        for period, number in reversed(list(older.items())):
            one, age = number == 1, _months(period, self.period)
            yield f"{number:,} of these answers {'is' if one else 'are'} of {_month(period)}, {age:.0f} months old."
        carried = self.table[self.table["method"] == "carried"]
        for period, rows in sorted(carried.groupby("period"), key=lambda item: item[0], reverse=True):
            age = int(rows["months"].iloc[0])
            them = "is" if len(rows) == 1 else "are"
            yield f"{len(rows):,} {them} carried forward from {_month(period)}, {age} month{'s' if age != 1 else ''} old."
        for method, what in (("extrapolated", "extrapolated from like places"), ("unknown", "unknown, and counted in no total")):
            if number := self.count(method):
                yield f"{number:,} {'is' if number == 1 else 'are'} {what}."
        if self.mended:
            theirs = "1 place that answered left" if self.mended == 1 else f"{self.mended:,} places that answered left"
            yield f"{theirs} out a staff group, which is carried forward from an earlier return or estimated from like places."
        if self.partly:
            left = "1 of them did" if self.partly == 1 else f"{self.partly:,} of them did"
            yield f"{left} not report every group: what is left out is unknown, and counted in no total."
        dates = sorted(set(self.table["period"][self.table["method"].isin(("reported", "carried"))]))
        if len(dates) > 1:
            word = "two" if len(dates) == 2 else str(len(dates))
            yield f"The stock mixes {word} dates: {' and '.join([', '.join(map(_month, dates[:-1])), _month(dates[-1])])}."


def _months(then: datetime.date, now: datetime.date) -> float:
    return float(12 * (now.year - then.year) + now.month - then.month)


def _month(day: datetime.date) -> str:
    return f"{day:%B %Y}"


@dataclass(frozen=True)
class Completed:
    """Staff of the reference date with gaps filled in as far as they can be.

    Attributes
    ----------
    staffing
        Its `frame` holds one period of each place; `method` says how each row came about, `low` and `high` hold the interval of its
        amount (`amount`) where it was not reported. Rows with `missing` stay.
    response
        Who answered.
    """

    staffing: Staffing
    response: Response


def amount(frame: pd.DataFrame) -> pd.Series:
    """Return the quantity that intervals are of: WTE for GPs where it is given, else FTE, else WTE; NaN where there is neither.

    Parameters
    ----------
    frame
        Holdings.
    """
    gp = frame["group"] == "gp"
    return frame["wte"].where(gp, frame["fte"]).fillna(frame["fte"]).fillna(frame["wte"])


def by_definition(frame: pd.DataFrame) -> pd.DataFrame:
    """Return holdings with WTE filled in from sessions and FTE from hours, as both are defined; neither is turned into the other.

    Parameters
    ----------
    frame
        Holdings.
    """
    return frame.assign(
        wte=frame["wte"].fillna(frame["sessions"] / WTE_SESSIONS), fte=frame["fte"].fillna(frame["hours"] / FTE_HOURS)
    )


def tell_vacancies(frame: pd.DataFrame) -> set[tuple[str, str]]:
    """Return places and groups of which a place says how many posts are vacant; of others that is unknown, and not none.

    Parameters
    ----------
    frame
        Holdings.
    """
    return set(frame[frame["vacant"].notna()][["place", "group"]].itertuples(index=False, name=None))


def completed(staffing: Staffing) -> Completed:
    """Fill in what places did not report.

    Parameters
    ----------
    staffing
        What sources say; rows of earlier periods are what is carried forward.
    """
    import pandas as pd

    frame = by_definition(staffing.frame)
    now = current(frame)
    told = now[now["missing"] == ""]
    before = frame[(frame["missing"] == "") & ~frame.index.isin(now.index)]
    places = asked(staffing).set_index("place", drop=False)
    whole = set(told["place"])
    answered = [p for p in places.index[places["answered"]] if p in whole]
    torn = set(now["place"][now["missing"] != ""])  # what such a place did not say is no zero, so others are not judged by it
    like = _Like(places.loc[[p for p in answered if p not in torn]], told)
    change = _change(told, before, answered)
    made: list[pd.DataFrame] = []
    latest = told.groupby("place")["period"].max().to_dict()
    lines: list[dict[str, Any]] = []
    mended = 0
    last = dict(iter(before.groupby("place")))
    left = _left_out(now)
    for place in asked(staffing).itertuples(index=False):
        about = {"place": place.place, "place_name": place.place_name, "kind": place.kind, "area": place.area}
        if place.place in whole and place.answered:
            day = latest[place.place]
            own = {
                "method": "reported",
                "period": day,
                "months": _months(day, staffing.period),
                "like": 0,
                "basis": "its own return",
            }
            rows, said = _mended(place, left.get(place.place, ()), last.get(place.place), like, change, staffing.period)
            made += rows
            mended += bool(rows)
            lines.append({**about, **own, "basis": "; ".join([own["basis"], *said])})
            continue
        whole_rows, line = _filled(place, last.get(place.place), like, change, staffing.period)
        if whole_rows is not None:
            made.append(whole_rows)
        lines.append({**about, **line})
    columns = ["place", "place_name", "kind", "area", "method", "period", "months", "like", "basis"]
    table = pd.DataFrame(lines, columns=columns)
    # What was filled in takes the place of what was not reported.
    filled = {k for rows in made for k in rows[["place", "group"]].itertuples(index=False, name=None)}
    gone = (now["missing"] != "") & pd.Series(
        [k in filled for k in now[["place", "group"]].itertuples(index=False, name=None)], now.index, dtype=bool
    )
    silent = {p for rows in made for p in rows["place"]} - whole
    kept = [now[~gone & ~now["place"].isin(silent)], *made]
    full = [rows for rows in kept if len(rows)]
    done = checked_types(pd.concat(full, ignore_index=True)) if full else now
    return Completed(
        replace(staffing, frame=done),
        Response(table, staffing.period, int(done["place"][done["missing"] != ""].nunique()), mended),
    )


def _left_out(now: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return, by place, the groups of which it says nothing at all though it says that it has them; of a part of a group the rest stays unknown."""
    people = now[now["status"] != "vacant"]
    none = (people["missing"] != "").groupby([people["place"], people["group"]]).all()
    found: dict[str, tuple[str, ...]] = {}
    for place, group in none.index[none]:
        found[place] = (*found.get(place, ()), group)
    return found


def _mended(
    place: Any, groups: tuple[str, ...], old: pd.DataFrame | None, like: _Like, change: tuple[float, int], period: datetime.date
) -> tuple[list[pd.DataFrame], list[str]]:
    """Carry forward, else estimate, the groups that a place left out; what can be neither stays unknown."""
    made, said = [], []
    for group in groups:
        before = None if old is None else old[old["group"] == group]
        rows, line = _filled(place, before if before is not None and len(before) else None, like, change, period, group)
        rows = None if rows is None else rows[rows["status"] != "vacant"]  # of vacancies it has said, or not said, what it has
        if rows is not None and (rows["missing"] == "").any():
            made.append(rows)
            said.append(f"{group.replace('_', ' ')} {line['method']}: {line['basis']}")
    return made, said


def _filled(
    place: Any, old: pd.DataFrame | None, like: _Like, change: tuple[float, int], period: datetime.date, group: str = ""
) -> tuple[pd.DataFrame | None, dict[str, Any]]:
    """Carry a place's last answer forward, else estimate it; of one group only, where it is named."""
    estimate = like.estimate(place, group) if place.list_size > 0 else None
    if old is not None:
        then = old["period"].max()
        rows = old[old["period"] == then].assign(method="carried")
        value = amount(rows)
        basis = f"its return of {_month(then)}"
        if math.isfinite(change[0]):
            half = _student(change[1]) * np.sqrt(change[0] * value)
            basis += "; interval by how much others changed since"
        elif estimate is not None:
            # A place is no less certain from its own last answer than from the answers of others.
            spread = float((estimate[0]["high"] - amount(estimate[0])).sum(min_count=1))
            half = value / value.sum() * spread if value.sum() > 0 else value * 0
            basis += "; interval as if it were estimated from like places"
        else:
            half = value * math.nan
            basis += f"; no interval: fewer than {FEWEST} places answered at both dates, or are like it"
        rows = rows.assign(low=(value - half).clip(lower=0), high=value + half)
        return rows, {"method": "carried", "period": then, "months": _months(then, period), "like": 0, "basis": basis}
    if estimate is None:
        why = (
            "no earlier return and no list size"
            if not place.list_size > 0
            else f"no earlier return, fewer than {FEWEST} like places"
        )
        return None, {"method": "unknown", "period": None, "months": math.nan, "like": 0, "basis": why}
    rows, many, basis = estimate
    about = {"place": place.place, "place_name": place.place_name, "kind": place.kind, "area": place.area, "file": ""}
    return rows.assign(**about, period=period, method="extrapolated", sheet="", row=0, column="", person=""), {
        "method": "extrapolated", "period": period, "months": 0.0, "like": many, "basis": basis,
    }  # fmt: skip


def _change(told: pd.DataFrame, before: pd.DataFrame, answered: list[str]) -> tuple[float, int]:
    """Return the mean square change of a role at a place since the date before, as a share of its amount, and of how many places."""
    keys = ["place", *ROLE]
    if not len(before):
        return math.nan, 0
    last = before[before["period"] == before.groupby("place")["period"].transform("max")]
    then = amount(last).groupby([last[k] for k in keys]).sum(min_count=1)
    then = then[then.index.get_level_values("place").isin(answered) & (then > 0)]
    many = then.index.get_level_values("place").nunique()
    if many < FEWEST:
        return math.nan, many
    now = amount(told).groupby([told[k] for k in keys]).sum(min_count=1).reindex(then.index).fillna(0.0)
    return float(((now - then) ** 2 / then).mean()), many


def _student(many: int | NDArray[np.int64]) -> Floats:
    from scipy.stats import t

    return np.asarray(t.ppf(0.5 + COVER / 2, np.maximum(np.asarray(many) - 1, 1)), dtype=np.float64)


def _over(top: Floats, bottom: Floats) -> Floats:
    found: Floats = np.divide(top, bottom, out=np.full(top.shape, math.nan), where=bottom > 0)
    return found


class _Like:
    """Staff of places that answered, and estimates from them: arrays of roles by places."""

    def __init__(self, places: pd.DataFrame, told: pd.DataFrame) -> None:
        known = places[places["list_size"] > 0]
        self.lists = known["list_size"].to_numpy(dtype=np.float64)
        self.kinds, self.areas = known["kind"].to_numpy(dtype=object), known["area"].to_numpy(dtype=object)
        rows = told[told["place"].isin(known.index)]
        keys = [rows[k] for k in ("place", *ROLE)]
        # What a place gives of only some of its people in a role it does not give of the role.
        sums = rows[list(QUANTITIES)].groupby(keys).sum().where(rows[list(QUANTITIES)].notna().groupby(keys).all())
        self.roles = sums.index.droplevel("place").unique().sort_values()
        at = self.roles.get_indexer(sums.index.droplevel("place")), known.index.get_indexer(sums.index.get_level_values("place"))
        self.named = np.zeros((len(self.roles), len(known)), dtype=bool)
        self.named[at] = True
        tell, roles = tell_vacancies(rows), self.roles.to_frame(index=False)
        vacant = (roles["status"] == "vacant").to_numpy()
        told_of = [[not v or (p, g) in tell for p in known.index] for v, g in zip(vacant, roles["group"], strict=True)]
        self.vacant, self.nobody = vacant, ~self.named & np.array(told_of, dtype=bool).reshape(self.named.shape)
        self.sums: dict[str, Floats] = {}
        for name in QUANTITIES:
            self.sums[name] = np.full(self.named.shape, math.nan)
            self.sums[name][at] = sums[name].to_numpy(dtype=np.float64)

    def estimate(self, place: Any, group: str = "") -> tuple[pd.DataFrame, int, str] | None:
        """Return rows of a place by role (of one group, where it is named), how many places they are from, and which; None where those are too few."""
        import pandas as pd

        found = self._which(place)
        if found is None:
            return None
        those, basis = found
        each = {q: self._ratio(q, those, float(place.list_size)) for q in QUANTITIES}
        keys = {name: self.roles.get_level_values(name).to_numpy() for name in ROLE}
        rows, half = (pd.DataFrame({**keys, **{q: found[i] for q, found in each.items()}}) for i in (0, 1))
        middle, half = amount(rows), amount(half)
        silent = rows[list(QUANTITIES)].isna().all(axis=1) & ~self.vacant
        rows = rows.assign(low=(middle - half).clip(lower=0.0), high=middle + half, missing=np.where(silent, NOT_REPORTED, ""))
        kept = silent | (rows[list(QUANTITIES)] > 0).any(axis=1)
        return rows[kept & ((rows["group"] == group) | (not group))], int(those.sum()), basis

    def _ratio(self, name: str, those: NDArray[np.bool_], size: float) -> tuple[Floats, Floats]:
        """Return a quantity by role and the half width of its interval; NaN where fewer than `FEWEST` of those places say it."""
        lists, value, named, nobody = self.lists[those], self.sums[name][:, those], self.named[:, those], self.nobody[:, those]
        given = np.isfinite(value)
        # Whoever answered and did not name a role has nobody in it; whoever named it without this quantity has some, like those who gave it.
        said = given | nobody
        many = said.sum(axis=1)
        each = _over(np.nansum(value, axis=1), given @ lists)
        ratio = np.where(named.any(axis=1), _over(named @ lists, (named | nobody) @ lists) * each, 0.0)
        ratio[many < FEWEST] = math.nan
        misses = np.where(said, (np.nan_to_num(value) - ratio[:, None] * lists) ** 2 / lists, 0.0).sum(axis=1)
        error = _over(misses, many - 1.0) * (size + _over(np.full(len(many), size**2), said @ lists))
        return ratio * size, _student(many) * np.sqrt(error)

    def _which(self, place: Any) -> tuple[NDArray[np.bool_], str] | None:
        kind = self.kinds == place.kind
        area = kind & (self.areas == place.area)
        size = area & (self.lists >= place.list_size / SPAN) & (self.lists <= place.list_size * SPAN)
        for those, words in (
            (size, f"in {place.area} with half to twice its list"),
            (area, f"in {place.area}"),
            (kind, "in all areas"),
        ):
            if those.sum() >= FEWEST:
                return those, f"{those.sum()} places {words}, by list size"
        return None
