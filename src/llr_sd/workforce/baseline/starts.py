"""What the three models start from: tables for `site =` and `localities =` of a study, made from a baseline."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llr_sd import bundled
from llr_sd.textfiles import read_table
from llr_sd.workforce.baseline.disclosure import Key, Margin
from llr_sd.workforce.baseline.response import Completed
from llr_sd.workforce.baseline.stocks import GP_VACANCIES, in_wte, over55, placed, timeless, vacancies
from llr_sd.workforce.baseline.unsure import TOGETHER, deviations, normal
from llr_sd.workforce.localities import COLUMNS as LOCALITY_COLUMNS
from llr_sd.workforce.localities import SKILLS
from llr_sd.workforce.sites import COLUMNS as SITE_COLUMNS
from llr_sd.workforce.sites import LAW
from llr_sd.workforce.staffing import Conversion

if TYPE_CHECKING:
    import pandas as pd

GP_SUPPLY, LLR_SYSTEM, LOCALITIES = "gp_supply.csv", "llr_system.csv", "localities.csv"
RETURNS = {"gp": "gp", "nurse": "nurse", "other_clinical": "other_clinical", "admin_non_clinical": "admin_staff"}
"""Staff group of `swipe_site` that each group is; directors run networks and see no patients."""
BANDS = {
    "a0_4": (0, 4),
    "a5_14": (5, 14),
    "a15_44": (15, 44),
    "a45_64": (45, 64),
    "a65_74": (65, 74),
    "a75_84": (75, 84),
    "a85p": (85, 200),
}
CCGS = {"elr": "elr", "03w": "elr", "lc": "city", "city": "city", "04c": "city", "wl": "wl", "04v": "wl"}
"""CCG of `llr_system` by the codes that files have for it."""
WHOLE = 0.01
"""Share of a list by which its ages may miss it, as for any site table."""


@dataclass(frozen=True)
class Start:
    """A table that a model starts from, or why there is none.

    Attributes
    ----------
    name
        Of its file.
    table
        None where it cannot be made.
    why
        Why not.
    counts
        Counts of people that its figures are of, as margins and keys of a release: where one is hidden, the table stays local.
    """

    name: str
    table: pd.DataFrame | None
    why: str
    counts: tuple[tuple[Margin, Key], ...]


def model_of(name: str) -> str:
    """Return the model that starts from a table of this name; "" for another one."""
    site = "swipe_site" if name.startswith("site_") and name.endswith(".csv") else ""
    return {GP_SUPPLY: "gp_supply", LLR_SYSTEM: "llr_system"}.get(name, site)


def described(name: str) -> str:
    """Say what a file is for, in the words of a README."""
    if name == LOCALITIES:
        return 'who works where; a study of `llr_system` takes it with `localities = "localities.csv"`'
    return f'a study of `{model_of(name)}` starts from it with `site = "{name}"`'


def starts(done: Completed, unit: str, rule: Conversion, *, sites: bool = True) -> Iterator[Start]:
    """Return the tables of all models.

    Parameters
    ----------
    done
        Completed staff.
    unit
        What sites and localities are: "locality", "network" or "area".
    rule
        What turns FTE of GPs into WTE.
    sites
        Whether there are tables of single sites.
    """
    if sites:
        yield from _sites(done, unit, rule)
    yield _localities(done, unit, rule)
    yield _system(done, rule)
    yield _gp_supply(done, rule)


def in_site(frame: pd.DataFrame) -> pd.Series:
    """Return which rows are staff of a site: those of practices and networks who are in post, trainees and directors left out."""
    of = frame["kind"].isin(("practice", "network"))
    return of & ~frame["status"].isin(("trainee", "vacant")) & (frame["group"] != "director")


def model_time(period: datetime.date) -> float:
    """Return the time at which models start from figures of a date: the nearest end of a quarter, in years [Year]."""
    return round(4 * (period.year + (period.month - 1 + period.day / 31) / 12)) / 4


def _clock(done: Completed, places: Collection[str] | None = None) -> list[list[object]]:
    """Return the rows of the date, which is that of the latest figures; the note says how many of the places (None for all) have older ones."""
    period, table = done.staffing.period, done.response.table
    old = table["period"][(table["period"] != period) & table["method"].isin(("reported", "carried"))]
    old = old if places is None else old[table["place"].isin(places)]
    older = f"; older figures: {len(old)} place{'s' if len(old) > 1 else ''}, from {min(old):%B %Y} on" if len(old) else ""
    source, note = f"returns of {period:%B %Y}", f"nearest end of a quarter{older}"
    return [[name, model_time(period), "Year", source, note] for name in ("base_date", "initial_time")]


def _table(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Return rows as a table, with the columns of laws where any row has one."""
    import pandas as pd

    width = max(map(len, rows))
    columns = [*SITE_COLUMNS, *LAW] if width > len(SITE_COLUMNS) else list(SITE_COLUMNS)
    return pd.DataFrame([[*row, *[""] * (len(columns) - len(row))] for row in rows], columns=columns)


def _sites(done: Completed, unit: str, rule: Conversion) -> Iterator[Start]:
    """One table of `swipe_site` for each unit."""
    frame = placed(done, unit)
    frame = frame.assign(wte=in_wte(frame, rule))
    taken: list[str] = []
    for name in sorted(set(frame["unit"]) - {""}):
        mine = frame[(frame["unit"] == name) & frame["kind"].isin(("practice", "network"))]
        taken.append(_slug(name, taken))
        file = f"site_{taken[-1]}.csv"
        patients, people, origin = _patients(done, unit, name)
        staff = mine[in_site(mine)]
        why = ""
        if not patients > 0:
            why = f"the list size of {name} is not known of all its practices"
        elif (staff["missing"] != "").any() or not staff["wte"].sum() > 0:
            why = f"staff of {name} are not known in all roles"
        elif timeless(staff, staff["wte"]).any():
            why = f"the time of some staff of {name} is not known; local/notes.csv names them"
        silent = _silent(done, unit, name)
        if silent:
            why = f"{silent} of the practices of {name} are unknown"
        groups = staff.groupby("group")["wte"].sum()
        levels = staff.groupby("level")["wte"].sum()
        counts: list[tuple[Margin, Key]] = [(("unit", "site_group"), (name, g)) for g in groups.index]
        counts += [(("unit", "site_level"), (name, k)) for k in levels.index]
        if why:
            yield Start(file, None, why, ())
            continue
        said, sd = f"returns of {done.staffing.period:%B %Y}", deviations(done, unit, name, rule)
        how = f"{name}; {_methods(staff)}"
        rows = [*_clock(done, set(staff["place"])), ["list_size", round(patients, 2), "Person", said, name]]
        rows += [[f"site_population_{band}", round(n, 2), "Person", origin[0], origin[1]] for band, n in people.items()]
        rows += [[f"return_wte_{to}", round(float(groups.get(g, 0.0)), 6), "WTE", said, how] for g, to in RETURNS.items()]
        rows += [_stock(f"skill_return_{k}", levels.get(k, 0.0), said, how, sd(k, "")) for k in SKILLS]
        yield Start(file, _table(rows), "", tuple(counts))


def _stock(name: str, value: float, source: str, note: str, sd: float = 0.0) -> list[object]:
    """Return the row of a stock."""
    return [name, round(float(value), 6), "WTE", source, note, *normal(float(value), sd)]


def _methods(frame: pd.DataFrame) -> str:
    many = frame.groupby("method")["place"].nunique()
    return ", ".join(f"{int(n)} {method}" for method, n in many.items())


def _members(done: Completed, unit: str, name: str) -> pd.DataFrame:
    places = done.staffing.places
    mine = places[places["kind"] == "practice"]
    return mine if unit == "all" else mine[mine[unit] == name]


def _silent(done: Completed, unit: str, name: str) -> int:
    unknown = set(done.response.table["place"][done.response.table["method"] == "unknown"])
    return len(unknown & set(_members(done, unit, name)["place"]))


def _patients(done: Completed, unit: str, name: str) -> tuple[float, dict[str, float], tuple[str, str]]:
    """Return the list of a unit, the same by age, and where the ages come from."""
    members = _members(done, unit, name)
    total = float(members["list_size"].sum(skipna=False)) if len(members) else float("nan")
    lists = done.staffing.lists
    lists = lists[lists["place"].isin(members["place"]) & (lists["age"] != "all")]
    if len(lists):
        lists = lists[lists["period"] == lists.groupby("place")["period"].transform("max")]
    bands = lists["age"].map(_band)
    sums = lists["patients"].astype(float).groupby(bands).sum()
    # Ages of some people only would be taken for those of all.
    if len(lists) and not bands.isna().any() and abs(float(sums.sum()) - total) <= WHOLE * total:
        scale = total / float(sums.sum())
        return total, {b: float(sums.get(b, 0.0)) * scale for b in BANDS}, ("registered patients by age", "scaled to the list")
    shape = _shape()
    whole = sum(shape.values())
    note = "illustrative: age shape of LLR, not of the site"
    return (
        total,
        {b: total * n / whole for b, n in shape.items()},
        ("ONS mid-2019 population estimates, pro rata to the list", note),
    )


def _band(age: str) -> str | None:
    bounds = [int(n) for n in re.findall(r"\d+", age)]
    if not bounds or not (age.startswith("under") or age.endswith("over") or len(bounds) == 2):
        return None
    low = 0 if age.startswith("under") else bounds[0]
    high = bounds[0] - 1 if age.startswith("under") else 200 if age.endswith("over") else bounds[1]
    return next((name for name, (first, last) in BANDS.items() if first <= low and high <= last), None)


def _shape() -> dict[str, float]:
    """Return the people of LLR by age band, as `swipe_site` has them."""
    found = _modes("swipe_site")
    return {band: found[f"llr_population_{band}"] for band in BANDS}


@functools.cache
def _modes(model: str) -> dict[str, float]:
    """Return the values of a bundled model by the names of its table, as far as they are fixed or have a mode."""
    rows = read_table(bundled.folder("models") / model / "parameters.csv", ("name", "mode"))
    return {r["name"]: r.number_in("mode") for r in rows if r["mode"]}


def _localities(done: Completed, unit: str, rule: Conversion) -> Start:
    """Who works where, for `llr_system`: practices only."""
    import pandas as pd

    frame = placed(done, unit)
    frame = frame[(frame["kind"] == "practice") & in_site(frame)]
    frame = frame.assign(wte=in_wte(frame, rule))
    names = sorted(set(_units(done, unit)) - {""})
    why = _gaps(done, frame)
    ccgs = {n: {CCGS.get(a.casefold(), "") for a in _members(done, unit, n)["area"]} for n in names}
    sizes = {n: float(_members(done, unit, n)["list_size"].sum(skipna=False)) for n in names}
    odd = [n for n in names if len(ccgs[n]) != 1 or ccgs[n] == {""}]
    if not names or (frame["unit"] == "").any():
        why = why or f"some practices belong to no {unit}"
    elif odd:
        why = why or f"{odd[0]} lies in none of the three CCGs of the model, or in several"
    elif any(not size > 0 for size in sizes.values()):
        why = why or "the list size of a practice is not known"
    wide = frame.pivot_table(index="unit", columns="level", values="wte", aggfunc="sum").reindex(
        index=names, columns=list(SKILLS)
    )
    empty = [k for k in SKILLS if not wide[k].sum() > 0]
    if empty:
        why = why or f"nobody works at the {empty[0]} level"
    if why:
        return Start(LOCALITIES, None, why, ())
    shares = (wide.fillna(0.0) / wide.sum()).round(10)
    for k in SKILLS:  # rounding is made up where most of the level works
        shares.loc[shares[k].idxmax(), k] += 1 - float(shares[k].sum())
    poor = _deprivation()
    taken: list[str] = []
    rows = []
    for n in names:
        [ccg] = ccgs[n]
        base = _slug(n, taken)
        taken.append(base)
        label = base if base[0].isalpha() else f"L_{base}"
        rows.append([label, ccg, round(sizes[n], 2), poor[ccg], *[round(float(shares.loc[n, k]), 10) for k in SKILLS]])
    counts: list[tuple[Margin, Key]] = [
        (("unit", "practice_level"), (str(u), str(k))) for u, k in frame.groupby(["unit", "level"]).size().index
    ]
    return Start(LOCALITIES, pd.DataFrame(rows, columns=list(LOCALITY_COLUMNS)), "", tuple(counts))


def _units(done: Completed, unit: str) -> Iterable[str]:
    places = done.staffing.places
    return [str(u) for u in places[unit][places["kind"] == "practice"]]


def _deprivation() -> dict[str, float]:
    """Return the deprivation of each CCG as `llr_system` has it."""
    rows = read_table(bundled.folder("models") / "llr_system" / "localities.csv", LOCALITY_COLUMNS)
    return {r["ccg"]: r.number_in("deprivation") for r in rows}


def _gaps(done: Completed, staff: pd.DataFrame) -> str:
    """Say what of the practices is not known."""
    table = done.response.table
    silent = int(((table["method"] == "unknown") & (table["kind"] == "practice")).sum())
    if silent:
        return f"{silent} practice{'s are' if silent > 1 else ' is'} unknown"
    if (staff["missing"] != "").any() or not staff["wte"].sum() > 0:
        return "staff of practices are not known in all roles"
    if timeless(staff, staff["wte"]).any():
        return "the time of some staff is not known; local/notes.csv names them"
    return ""


def _practice_staff(done: Completed, rule: Conversion) -> pd.DataFrame:
    frame = placed(done, "all")
    frame = frame[(frame["kind"] == "practice") & in_site(frame)]
    return frame.assign(wte=in_wte(frame, rule))


def _older(done: Completed) -> tuple[float, str, str]:
    """Return the share of GPs of 55 and over, where it comes from, and a note."""
    ages = over55(done)
    mine = ages[(ages["group"] == "gp") & ages["status"].isin(("all", "partner", "salaried", "in post"))]
    for measure in ("wte", "fte", "heads"):
        known = mine[mine["measure"] == measure]
        if len(known) and known["known"].sum() > 0:
            return float(known["older"].sum() / known["known"].sum()), "ages of the sources", f"by {measure}"
    plan = _modes("gp_supply")
    share = plan["late_wte_2017"] / plan["opening_gp_wte"]
    return share, "GP Workforce Plan 2017, Table 11 (87 of 541)", "illustrative: no source gives ages"


def _system(done: Completed, rule: Conversion) -> Start:
    """Opening practice staff of `llr_system`."""
    staff = _practice_staff(done, rule)
    if why := _gaps(done, staff):
        return Start(LLR_SYSTEM, None, why, ())
    said, how = f"returns of {done.staffing.period:%B %Y}", _methods(staff)
    levels, sd = staff.groupby("level")["wte"].sum(), deviations(done, "all", "all", rule)
    gps = float(staff["wte"][staff["group"] == "gp"].sum())
    names = {f"opening_practice_wte_{k}": k for k in SKILLS}
    share, source, note = _older(done)
    ages = [] if note.startswith("illustrative") else _late(share, source, note)
    rows = [
        *_clock(done),
        *[_stock(n, levels.get(k, 0.0), said, how, 0.0 if n in TOGETHER["llr_system"] else sd(k, "")) for n, k in names.items()],
        ["opening_gp_wte", round(gps, 6), "WTE", said, how],
        *ages,
    ]
    counts: tuple[tuple[Margin, Key], ...] = (
        *((("practice_level",), (k,)) for k in levels.index), (("practice_group",), ("gp",)),
    )  # fmt: skip
    return Start(LLR_SYSTEM, _table(rows), "", counts)


def _late(share: float, source: str, note: str) -> list[list[object]]:
    """Return the share of 55 and over of GPs; those of the other groups, which a table gives all or none of, stay the model's."""
    own = "late_share_general_practitioner"
    rows = read_table(bundled.folder("models") / "llr_system" / "parameters.csv", ("name", "mode"))
    found = [r for r in rows if r["name"].startswith("late_share_") and r["unit"] == "Dmnl"]
    return [
        [own, round(share, 6), "Dmnl", source, note]
        if r["name"] == own
        else [r["name"], r.number_in("mode"), "Dmnl", "of the model", ""]
        for r in found
    ]


def _gp_supply(done: Completed, rule: Conversion) -> Start:
    """Opening GPs of `gp_supply`: locums apart, ages, vacancies with what may be unreported, and the list."""
    staff = _practice_staff(done, rule)
    gps = staff[staff["group"] == "gp"]
    places = _members(done, "all", "")
    list_size = float(places["list_size"].sum(skipna=False))
    why = _gaps(done, staff)
    if not why and (gps["heads"].isna().any() or not gps["wte"].sum() > 0):
        why = "heads of GPs are not known of all practices"
    if not why and not list_size > 0:
        why = "the list size of a practice is not known"
    if why:
        return Start(GP_SUPPLY, None, why, ())
    said, how = f"returns of {done.staffing.period:%B %Y}", _methods(gps)
    locum = gps["status"] == "locum"
    own, hired = gps[~locum], gps[locum]
    other = hired["wte"][~hired["role"].str.contains("covering|vacanc|absence|sickness", case=False)].sum()
    share, source, note = _older(done)
    illustrative = note.startswith("illustrative")
    # Of locums, only those who cover neither a vacancy nor an absence are 55 and over.
    locums = _modes("gp_supply")["late_locum_other_share"]
    late = share * float(gps["wte"].sum()) if illustrative else share * float(own["wte"].sum()) + locums * float(other)
    said_of = f"{note}, locums left out; of other locums {100 * locums:.3g} % (GP Workforce Plan 2017, Table 9)"
    note = note if illustrative else said_of
    rows: list[list[object]] = [
        *_clock(done),
        _stock("opening_gp_wte", gps["wte"].sum(), said, how, deviations(done, "all", "all", rule)("", "gp")),
        ["sub_heads_2017", round(float(own["heads"].sum()), 6), "Head", said, how],
        ["sub_wte_2017", round(float(own["wte"].sum()), 6), "WTE", said, how],
        ["loc_heads_2017", round(float(hired["heads"].sum()), 6), "Head", said, how],
        ["loc_wte_2017", round(float(hired["wte"].sum()), 6), "WTE", said, how],
        ["locum_other_wte_2017", round(float(other), 6), "WTE", said, "locums that cover neither a vacancy nor an absence"],
        ["late_wte_2017", round(late, 6), "WTE", source, note],
        ["registered_pop_2017", round(list_size, 2), "Person", "lists of the practices", ""],
    ]
    vacant = vacancies(done, rule=rule)
    [line] = vacant[(vacant["area"] == "") & (vacant["group"] == "gp")].itertuples()
    if line.places:
        frame = done.staffing.frame
        of = _methods(frame[frame["vacant"].notna() & (frame["group"] == "gp")])
        where = f"{line.places:,} place{'s' if line.places > 1 else ''} ({of})"
        span = f"{line.reported:.4g} reported of {where}; {line.likely:.4g} are likelier, and up to {line.highest:.4g}: {GP_VACANCIES.source}"
        law = ["pert", round(float(line.reported), 6), round(float(line.highest), 6), ""] if line.highest > line.reported else []
        rows.append(["vacancies_2017", round(float(line.likely), 6), "WTE", said, span, *law])
    counts: tuple[tuple[Margin, Key], ...] = (
        (("practice_group",), ("gp",)),
        *((("setting", "level", "group", "status"), ("gp", "autonomous", "gp", str(s))) for s in sorted(set(gps["status"]))),
    )
    return Start(GP_SUPPLY, _table(rows), "", counts)


def _slug(name: str, taken: Iterable[str] = ()) -> str:
    """Return a name as part of a file's name, other than those taken."""
    made = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "unnamed"
    used, found, number = set(taken), made, 2
    while found in used:
        found, number = f"{made}_{number}", number + 1
    return found
