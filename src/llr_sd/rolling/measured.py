"""What a baseline says of the outputs of a model: one figure an output, with its date and its error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from llr_sd.dates import date_words
from llr_sd.errors import InputError, shown
from llr_sd.model import load_model
from llr_sd.result import StudyResult
from llr_sd.textfiles import Row, is_file, is_folder, read_table
from llr_sd.workforce.sites import COLUMNS, inspect_site
from llr_sd.workforce.staffing import WTE_SESSIONS

TABLE = Path(__file__).with_name("outputs.csv")
"""Which variable of each model starts at which opening stock, and how sure a count of it is."""
OUTPUTS = ("model", "parameter", "variable", "unit", "settings", "level", "group", "error", "grade", "source")
CLOCK = "initial_time"
LOCAL = "local"
LEAST = 1 / WTE_SESSIONS / math.sqrt(12)
"""Least standard error of a count [WTE]: staff are counted to a session, so that a figure of nobody, too, is not beyond doubt."""
P95 = 1.6448536269514722
"""Standard errors from the middle of a normal to either end of its middle nine tenths, which intervals of stocks span."""


@dataclass(frozen=True)
class Figure:
    """What a baseline says of one variable of a model.

    Attributes
    ----------
    parameter, variable, unit
        The opening stock that it sets, and the variable that starts at it.
    value, error
        The figure and its standard error, in `unit`.
    """

    parameter: str
    variable: str
    unit: str
    value: float
    error: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value >= 0 and math.isfinite(self.error) and self.error >= 0):
            raise InputError("is a finite number, not below zero, with an error that is not.", where=self.parameter)


@dataclass(frozen=True)
class Quarter:
    """Figures of a baseline for one model.

    Attributes
    ----------
    table
        The file that the model would start from.
    time
        Of the figures, in the model's time [Year].
    rows
        All of the table.
    figures
        Those that a variable starts at.
    private
        Whether the table is of the local part, which must not leave the machine.
    unsure
        Parameters whose interval is hidden or not given, so that only the error of a count stands for it.
    """

    table: Path
    time: float
    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    private: bool
    unsure: tuple[str, ...]


def quarter_of(baseline: Path, result: StudyResult) -> Quarter:
    """Return what a baseline says of the model of a forecast.

    Parameters
    ----------
    baseline
        A folder that `llr-sd import` wrote, or one table of it that a model starts from.
    result
        The forecast.

    Raises
    ------
    InputError
        Where the model is none that baselines are made for, the table is missing or cannot be told, its date is missing, or a figure
        is in another unit than the model counts in, out of its range, or given twice.
    """
    model = str(result.manifest.get("model", ""))
    known = [r for r in read_table(TABLE, OUTPUTS) if r["model"] == model]
    if not known or "(bundled)" not in str(result.manifest.get("model file", "")):
        mend = "Hold it against an observed series of its own study instead: [[observed]]."
        raise InputError(f"is of the model {shown(model)}, for which no baseline is made.", where=str(result.path), mend=mend)
    table = _table(baseline, model, result)
    rows = read_table(table, COLUMNS)
    by_name = {r["parameter"]: r for r in rows}
    if CLOCK not in by_name:
        raise InputError(f'no row sets "{CLOCK}", so its date is not known.', where=str(table), mend="Import the files again.")
    for one in known:
        row = by_name.get(one["parameter"])
        if row is not None and row["unit"] != one["unit"]:
            raise InputError(
                f'{one["parameter"]} is in "{row["unit"]}", and the forecast of "{one["variable"]}" counts in "{one["unit"]}".',
                where=f"{row.where}, column unit",
                mend="One WTE is nine sessions, one FTE 37.5 hours: import the sessions, or convert by a stated rule.",
            )
    built = load_model(model)
    _, faults = inspect_site(table, built.table, built.equations)
    if faults:
        raise faults[0].error(table)
    intervals = _Intervals(table)
    site = None
    if model == "swipe_site":  # two names can make one file name, so the table itself says whose it is
        site = by_name["list_size"]["note"] if "list_size" in by_name else ""
    figures, unsure = [], []
    for one in known:
        row = by_name.get(one["parameter"])
        if row is None:
            continue
        half = intervals.half(one, site)
        if half is None:
            unsure.append(one["parameter"])
        value = row.number_in("value")
        error = max(math.hypot(one.number_in("error") * value, (half or 0.0) / P95), LEAST)
        figures.append(Figure(one["parameter"], one["variable"], one["unit"], value, error))
    if not figures:
        names = ", ".join(r["parameter"] for r in known)
        raise InputError(f"sets none of {names}: there is nothing to hold.", where=str(table), mend="Import the files again.")
    return Quarter(table, by_name[CLOCK].number_in("value"), rows, tuple(figures), table.parent.name == LOCAL, tuple(unsure))


def _table(baseline: Path, model: str, result: StudyResult) -> Path:
    """Return the table of a baseline that the model of a forecast would start from."""
    if is_file(baseline):
        return baseline
    if not is_folder(baseline):
        raise InputError("there is no such folder.", where=str(baseline), mend="Give the folder that `llr-sd import` wrote.")
    places = (baseline, baseline / LOCAL)
    if model != "swipe_site":
        found = [p / f"{model}.csv" for p in places if is_file(p / f"{model}.csv")]
        if found:
            return found[0]
        mend = "Its README.md says why an import makes no such table; give the folder that `llr-sd import` wrote."
        raise InputError(f"holds no {model}.csv.", where=str(baseline), mend=mend)
    own = Path(result.study.site or "").name
    sites = {p.name: p for place in reversed(places) for p in sorted(place.glob("site_*.csv"))}
    if own in sites:
        return sites[own]
    names = ", ".join(sorted(sites)) or "none"
    what = f"which site the forecast is of is not known: it started from {shown(own)}, and there are {names}."
    raise InputError(what, where=str(baseline), mend="Name the table in place of its folder.")


class _Intervals:
    """Half widths of the intervals of stocks beside a table."""

    def __init__(self, table: Path) -> None:
        folder = table.parent.parent if table.parent.name == LOCAL else table.parent
        file = folder / "stocks.csv"
        columns = ("by", "setting", "unit", "level", "group", "status", "low", "high")
        self.rows = read_table(file, columns) if is_file(file) else ()

    def half(self, known: Row, site: str | None) -> float | None:
        """Return the half width of a stock's interval, of a site by its name or of all, parts moving together; None where any part of it is not shown."""
        units = {r["by"] for r in self.rows} - {"all", "area"} or {"area"}
        mine = [
            r
            for r in self.rows
            if r["setting"] in known["settings"].split(";")
            and (r["by"] == "all" if site is None else r["by"] in units and r["unit"] == site != "")
            and known["level"] in ("", r["level"])
            and known["group"] in ("", r["group"])
            and r["group"] != "director"
            and r["status"] not in ("trainee", "vacant")
        ]
        if not mine or any(not r["low"] or not r["high"] for r in mine):
            return None
        return sum(r.number_in("high") - r.number_in("low") for r in mine) / 2


def check_time(time: float, first: float, last: float, where: str) -> None:
    """Raise InputError where figures of a date are not ahead of the start of a forecast, or beyond its end.

    Parameters
    ----------
    time, first, last
        Of the figures; first and last saved time of the forecast.
    where
        What messages call the figures.
    """
    if time > last + 1e-9:
        raise InputError(
            f"is of the {_day(time)}, and the forecast ends at the {_day(last)}.",
            where=where,
            mend='Set "FINAL TIME" in its study beyond that, and run it again from what was known then.',
        )
    if time < first + 1e-9:
        raise InputError(
            f"is of the {_day(time)}, and the forecast starts at the {_day(first)}: it foretells nothing of it.",
            where=where,
            mend="Give a later quarter, or the forecast made before this one.",
        )


def _day(time: float) -> str:
    return f"{date_words(time, closing=True)} ({time:g})"
