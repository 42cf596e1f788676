"""Opening stocks: staff by skill level, setting and place, vacancies with their error of measurement, locums, and hours that are there."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from llr_sd.errors import InputError
from llr_sd.workforce import rollup
from llr_sd.workforce.baseline.response import Completed, amount, tell_vacancies
from llr_sd.workforce.staffing import CONTRACT, FTE_HOURS, Conversion

if TYPE_CHECKING:
    import pandas as pd

SETTINGS = {"practice": "gp", "network": "pcn", "locality": "ilt", "acute": "acute", "other": "other"}
"""Setting of `llr_system` that a kind of place is."""
UNITS = ("place", *rollup.UNITS, "all")
OLDER = 55
KEYS = ("setting", "unit", "level", "group", "status")


@dataclass(frozen=True)
class NoBaseline:
    """A service whose staff nobody has counted: unknown, never zero."""

    service: str
    source: str


NO_BASELINE = (
    NoBaseline(
        "learning disability",
        "one-page plan for learning disability (2018/19): workforce plan still to be written, baseline data first; nurses are spread over "
        "health, social care and private employers and hard to trace",
    ),
)


@dataclass(frozen=True)
class UnderReporting:
    """How far the true number of vacancies may lie above the reported one.

    Attributes
    ----------
    group
        Staff group that it is of.
    factor
        True number as a multiple of the reported one, most likely [Dmnl].
    highest
        Vacant share of posts (filled and vacant) at the most [Dmnl].
    source, grade
        Where they come from: A source document, B literature, C judgement.
    """

    group: str
    factor: float
    highest: float
    source: str
    grade: str

    def __post_init__(self) -> None:
        if not (self.factor >= 1 and 0 <= self.highest < 1):
            raise InputError("true vacancies are at least those reported, and less than all posts.", where=self.group)

    def interval(self, reported: float, staff: float) -> tuple[float, float, float]:
        """Return the least, the most likely and the greatest number of vacant posts.

        Parameters
        ----------
        reported
            Posts reported vacant [WTE].
        staff
            Staff in post [WTE].
        """
        likely = self.factor * reported
        return reported, likely, max(likely, self.highest / (1 - self.highest) * staff)


GP_VACANCIES = UnderReporting(
    "gp",
    2.0,
    0.12,
    "GP Workforce Plan 2017, chapter 7.2: 18 reported (3 %), as many again not reported (6 %), 12 % nationally",
    "A",
)
"""The plan's own: 18 of 541 reported, 36 with those unreported, 12 % of posts in England."""


@dataclass(frozen=True)
class Hours:
    """From heads to hours that are there in a year.

    Attributes
    ----------
    leave
        Share of paid time on annual leave and public holidays [Dmnl].
    absence
        Share of the rest that is lost to sickness [Dmnl].
    source
        Of both.
    """

    leave: float = 35 / 261
    absence: float = 0.0522
    source: str = (
        "leave: 27 days and 8 public holidays of 261 working days, NHS terms and conditions, section 13 (B); absence 5.22 %: System "
        "Operational Plan 2019/20, ambulance service, carried over to practices by judgement (C)"
    )

    def steps(self, heads: float, fte: float) -> dict[str, float]:
        """Return each step: heads, FTE a head, paid hours a year, hours after leave, hours after absence [Head, FTE, Hour/Year].

        Parameters
        ----------
        heads
            People [Head].
        fte
            Their contracts (37.5 hours = 1) [FTE].
        """
        paid = fte * FTE_HOURS * 365.25 / 7
        there = paid * (1 - self.leave)
        return {
            "heads": heads,
            "fte_per_head": fte / heads if heads > 0 else math.nan,
            "paid_hours": paid,
            "after_leave": there,
            "available_hours": there * (1 - self.absence),
        }


def in_wte(frame: pd.DataFrame, rule: Conversion) -> pd.Series:
    """Return WTE as models count: nine sessions for GPs, with FTE converted by the rule where no sessions are given; FTE for others.

    Parameters
    ----------
    frame
        Holdings.
    rule
        What turns FTE of GPs into WTE.
    """
    gp = frame["group"] == "gp"
    wte = frame["wte"].where(frame["wte"].notna() | ~gp, rule.wte(frame["fte"]))
    return wte.where(gp, frame["fte"].fillna(frame["wte"]))


def timeless(frame: pd.DataFrame, wte: pd.Series) -> pd.Series:
    """Return which rows are of people whose time no source gives: they are staff, and no stock in WTE has them.

    Parameters
    ----------
    frame
        Holdings, vacant posts left out.
    wte
        WTE of each, as models count.
    """
    return (frame["missing"] == "") & wte.isna() & frame["heads"].ne(0)


def placed(done: Completed, unit: str) -> pd.DataFrame:
    """Return the completed rows with `setting` and `unit`, vacant posts left out.

    Parameters
    ----------
    done
        Completed staff.
    unit
        One of `UNITS`.

    Raises
    ------
    InputError
        When there is no such unit.
    """
    frame = done.staffing.frame
    frame = frame[frame["status"] != "vacant"]
    return frame.assign(setting=frame["kind"].map(SETTINGS), unit=rollup.unit_of(frame, done.staffing.places, unit, UNITS))


def stocks(done: Completed, unit: str, rule: Conversion = CONTRACT) -> pd.DataFrame:
    """Return opening stocks.

    Parameters
    ----------
    done
        Completed staff.
    unit
        One of `UNITS`.
    rule
        What turns FTE of GPs into WTE where a source gives no sessions.

    Returns
    -------
    pandas.DataFrame
        One row a setting, unit, skill level, group and status (partners apart from salaried, locums and trainees): heads, fte and wte
        as sources give them, `opening` in WTE as models count (`in_wte`), `low` and `high` of it, method (what all of it, or "mixed"),
        oldest (period of the oldest figure), over55 (share of `opening` of known age; NaN where no age is known) and unknown (rows
        without any figure, and people whose time no source gives: `opening` is without them). NaN where no source gives a figure;
        never zero for it. Intervals of roles at one place add up, as if their errors moved together, which is the most they can do;
        those of places add up in squares.
    """
    import pandas as pd

    frame = placed(done, unit)
    opening = in_wte(frame, rule)
    own = amount(frame)
    scale = (opening / own).where(own > 0, 1.0)
    exact = frame["method"] == "reported"
    frame = frame.assign(
        opening=opening,
        _down=((own - frame["low"]) * scale).where(~exact, 0.0),
        _up=((frame["high"] - own) * scale).where(~exact, 0.0),
        _old=opening.where(frame["age"].map(older).eq(1.0)),
        _aged=opening.where(frame["age"].map(older).notna()),
        _missing=frame["missing"] != "",
    )
    keys = list(KEYS)
    sums = frame.groupby(keys)[["heads", "fte", "wte", "opening", "_old", "_aged"]].sum(min_count=1)
    for name, end, sign in (("_down", "low", -1), ("_up", "high", 1)):
        one = frame.groupby([*keys, "place"])[name].sum()
        half = np.sqrt((one**2).groupby(keys).sum())
        unsure = frame[name].isna().groupby([frame[k] for k in keys]).any()
        sums[end] = (sums["opening"] + sign * half).where(~unsure)
    sums["low"] = sums["low"].clip(lower=0.0)
    told = frame[~frame["_missing"]]
    found = told.groupby(keys)["method"].agg(["first", "nunique"])
    methods = found["first"].where(found["nunique"] == 1, "mixed")
    sums["method"], sums["oldest"] = methods.reindex(sums.index).fillna("unknown"), told.groupby(keys)["period"].min()
    sums["over55"] = (sums["_old"].fillna(0.0) / sums["_aged"]).where(sums["_aged"] > 0)
    sums["unknown"] = (frame["_missing"] | timeless(frame, opening)).groupby([frame[k] for k in keys]).sum()
    made = sums.reset_index()[[*keys, "heads", "fte", "wte", "opening", "low", "high", "method", "oldest", "over55", "unknown"]]
    return pd.DataFrame(made)


def older(age: str) -> float:
    """Return 1 where an age band lies at 55 and over, 0 where it lies below, NaN where it says neither."""
    bounds = [int(n) for n in re.findall(r"\d+", age)]
    if not bounds:
        return math.nan
    if age.startswith("under"):
        return 0.0 if bounds[0] <= OLDER else math.nan
    if bounds[0] >= OLDER:
        return 1.0
    return 0.0 if len(bounds) > 1 and bounds[1] < OLDER else math.nan


def over55(done: Completed) -> pd.DataFrame:
    """Return the share of staff aged 55 and over by group and status, partners apart from salaried GPs.

    Parameters
    ----------
    done
        Completed staff.

    Returns
    -------
    pandas.DataFrame
        area, group, status, measure ("heads", "fte" or "wte"), older, known (of known age) and share [Dmnl]. Rows of the sources where
        they have ages, else their age bands by group, whose status is "all". Empty where no source gives ages.
    """
    import pandas as pd

    columns = ["area", "group", "status", "measure", "older", "known", "share"]
    frame = done.staffing.frame
    frame = frame.assign(_old=frame["age"].map(older))
    rows = [
        _shares(frame[frame["_old"].notna()], ["area", "group", "status"], ("wte", "fte", "heads")),
    ]
    bands = done.staffing.margins
    bands = bands[(bands["part"] == "") & (bands["age"] != "all") & (bands["group"] != "")]
    if len(bands):
        latest = bands[bands["period"] == bands["period"].max()]
        sexes = latest[latest["sex"] == "all"] if (latest["sex"] == "all").any() else latest
        rows.append(
            _shares(sexes.assign(_old=sexes["age"].map(older), status="all"), ["area", "group", "status"], ("fte", "heads"))
        )
    found = [r for r in rows if len(r)]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame({c: [] for c in columns})


def _shares(frame: pd.DataFrame, keys: list[str], measures: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    frame = frame[frame["_old"].notna()]
    parts = []
    for measure in measures:
        given = frame[frame[measure].notna()]
        if len(given):
            values = given[measure].astype(float)
            known = values.groupby([given[k] for k in keys]).sum()
            old = (values * given["_old"]).groupby([given[k] for k in keys]).sum()
            made = pd.DataFrame({"older": old, "known": known}).reset_index()
            parts.append(made.assign(measure=measure, share=(made["older"] / made["known"]).where(made["known"] > 0)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def vacancies(done: Completed, errors: tuple[UnderReporting, ...] = (GP_VACANCIES,), rule: Conversion = CONTRACT) -> pd.DataFrame:
    """Return vacant posts by area and group as reported, and how many there may be.

    Parameters
    ----------
    done
        Completed staff.
    errors
        What is known of vacancies that are not reported, by group; for other groups the most likely and the greatest stay unknown.
    rule
        As in `stocks`.

    Returns
    -------
    pandas.DataFrame
        area ("" for all), group, places (that say anything of vacancies), reported (carried forward and extrapolated ones among them),
        likely and highest [as reported, in posts], staff of all places [WTE], rate (reported as a share of the staff of the places that
        say) and source. `reported` is NaN where no place says.
    """
    import pandas as pd

    frame = done.staffing.frame
    staff = in_wte(frame, rule).where(~frame["status"].isin(("trainee", "vacant")))
    vacant = frame["vacant"]
    tell = tell_vacancies(frame)
    telling = pd.Series(
        [k in tell for k in frame[["place", "group"]].itertuples(index=False, name=None)], frame.index, dtype=bool
    )
    known = {e.group: e for e in errors}
    rows = []
    for area in ["", *sorted(set(frame["area"]) - {""})]:
        mine = (frame["area"] == area) | (area == "")
        for group in sorted(set(frame["group"][mine])):
            here = mine & (frame["group"] == group)
            reported = float(vacant[here].sum(min_count=1))
            own, theirs = float(staff[here].sum()), float(staff[here & telling].sum())
            error = known.get(group)
            low, likely, high = error.interval(reported, own) if error else (reported, math.nan, math.nan)
            places = frame["place"][here & vacant.notna()].nunique()
            source = error.source if error else "no source says how many vacancies of this group go unreported"
            high = high if places else math.nan
            rows.append([area, group, places, low, likely, high, own, reported / theirs if theirs > 0 else math.nan, source])
    columns = ["area", "group", "places", "reported", "likely", "highest", "staff", "rate", "source"]
    return pd.DataFrame(rows, columns=columns)


def locums(done: Completed) -> pd.DataFrame:
    """Return locums by area and role (the role says what they cover): heads, fte, wte.

    Parameters
    ----------
    done
        Completed staff.
    """
    frame = done.staffing.frame
    mine = frame[frame["status"] == "locum"]
    return mine.groupby(["area", "role"])[["heads", "fte", "wte"]].sum(min_count=1).reset_index()


def available(done: Completed, hours: Hours | None = None, rule: Conversion = CONTRACT) -> pd.DataFrame:
    """Return the steps from heads to hours that are there in a year, by skill level; only of rows that give heads, and FTE or WTE.

    Parameters
    ----------
    done
        Completed staff.
    hours
        Leave and absence; None for those of the sources.
    rule
        What turns WTE into FTE where a source gives sessions.
    """
    import pandas as pd

    frame = done.staffing.frame
    frame = frame.assign(fte=frame["fte"].fillna(rule.fte(frame["wte"])))
    both = frame[frame["heads"].notna() & frame["fte"].notna() & ~frame["status"].isin(("trainee", "vacant"))]
    sums = both.groupby("level")[["heads", "fte"]].sum()
    made = [{"level": level, **(hours or Hours()).steps(float(r["heads"]), float(r["fte"]))} for level, r in sums.iterrows()]
    return pd.DataFrame(made, columns=["level", "heads", "fte_per_head", "paid_hours", "after_leave", "available_hours"])
