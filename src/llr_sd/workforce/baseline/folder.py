"""The baseline folder: tables that may leave the machine, with small counts hidden in all of them together, and those that may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from llr_sd.workforce import people
from llr_sd.workforce.baseline import density, plan, quality, starts, stocks
from llr_sd.workforce.baseline.disclosure import LEAST, Margin, Release, protect
from llr_sd.workforce.baseline.response import METHODS, Completed, completed, tell_vacancies
from llr_sd.workforce.staffing import CONTRACT, Conversion, Staffing

if TYPE_CHECKING:
    import pandas as pd

STOCK = ("setting", "level", "group", "status")
FIGURES = ("heads", "fte", "wte", "opening", "low", "high", "over55")
MARGINS: tuple[Margin, ...] = (
    *((*u, *STOCK, *o) for u in (("unit",), ("area",), ()) for o in ((), ("aged",))),
    ("area", "group", "status", "aged"), ("area", "group", "status"),
    ("area", "practice_group"), ("practice_group",), ("area", "practice_group", "told"), ("practice_group", "told"),
    ("area", "all_told"), ("all_told",), ("unit", "site_group"), ("unit", "site_level"), ("unit", "practice_level"),
    ("practice_level",), ("area", "locum"), ("area", "at_work"), ("at_work",), ("area", "at_work", "posts_told"),
    ("at_work", "posts_told"), ("counted_level",),
)  # fmt: skip
"""Every count that a public table shows, or that a figure in it is of."""
MOST = 60
"""Most sites, and most areas, of which public tables tell: of more, single ones stay local, for it takes long to make them safe."""
TOLD = 3


@dataclass(frozen=True)
class Baseline:
    """Staff of one date with gaps filled, and everything that follows.

    Attributes
    ----------
    done
        Completed staff.
    raw
        Staff as sources say.
    rule
        What turned FTE of GPs into WTE.
    unit
        What sites are: "locality" where any place has one, else "network", else "area".
    """

    done: Completed
    raw: Staffing
    rule: Conversion
    unit: str


@dataclass(frozen=True)
class Tables:
    """Files of a baseline folder.

    Attributes
    ----------
    public
        By name; may leave the machine.
    local
        By name; small counts and single practices, must not.
    unwritten
        Tables for models that could not be made, and why.
    hidden, small
        Counts that are hidden, and those of them that are small themselves.
    """

    public: Mapping[str, pd.DataFrame]
    local: Mapping[str, pd.DataFrame]
    unwritten: tuple[str, ...]
    hidden: int
    small: int


def baseline(staffing: Staffing, rule: Conversion = CONTRACT) -> Baseline:
    """Return the baseline of what sources say.

    Parameters
    ----------
    staffing
        What sources say.
    rule
        What turns FTE of GPs into WTE where a source gives no sessions.
    """
    done = completed(staffing)
    done = replace(done, staffing=replace(done.staffing, frame=people.once(done.staffing.frame)))
    places = staffing.places
    practices = places[places["kind"] == "practice"] if (places["kind"] == "practice").any() else places
    named = {u: int((practices[u] != "").sum()) for u in ("locality", "network")}
    unit = (
        max(named, key=lambda u: named[u]) if any(named.values()) else "area"
    )  # that of most practices; of as many, the locality
    return Baseline(done, staffing, rule, unit)


def tables(base: Baseline) -> Tables:
    """Return the files of a baseline folder.

    Parameters
    ----------
    base
        From `baseline`.
    """
    import pandas as pd

    done, rule = base.done, base.rule
    staff = counted(base)
    many = {c for c in ("unit", "area") if staff[c].nunique() > MOST}
    release = protect(staff, [m for m in MARGINS if not many & set(m)], count="count")
    posts, open_posts = _vacant(base)
    public: dict[str, pd.DataFrame] = {
        "response.csv": done.response.table,
        "stocks.csv": _stocks(base, release),
        "unknown.csv": pd.DataFrame([vars(n) for n in stocks.NO_BASELINE]),
        "vacancies.csv": _vacancies(base, release, posts),
    }
    hide = _hider(release)
    locums = stocks.locums(done)
    timed = staff[(staff["locum"] != "") & (staff["heads"].isna() | staff["further"])]
    both = set(timed[["area", "role"]].itertuples(index=False, name=None))
    locums["heads"] = locums["heads"].where([k not in both for k in locums[["area", "role"]].itertuples(index=False, name=None)])
    public["locums.csv"] = hide(locums, ("area", "locum"), locums[["area", "role"]], ("heads", "fte", "wte"))
    per = density.density(done, "area", rule)
    public["density.csv"] = _density(per, release)
    shown = public["density.csv"]
    public["inequity.csv"] = density.inequity(shown[shown["per_1000"].notna()])
    public["over55.csv"] = _over55(base, release)
    hours = stocks.available(done, rule=rule)
    public["hours.csv"] = hide(hours, ("counted_level",), hours[["level"]], tuple(hours.columns[1:]))
    if all(a.casefold() in starts.CCGS for a in done.staffing.frame["area"].unique()):
        public["plan_2017.csv"] = plan.sheet()
    doubts = quality.doubts(base.raw)
    public["quality.csv"] = doubts.groupby("kind").size().rename("figures").reset_index()
    local = {
        "quality.csv": doubts,
        "stocks_by_place.csv": stocks.stocks(done, "place", rule),
        "vacancies.csv": open_posts,
    }
    unwritten: list[str] = []
    if many:
        what = " and ".join(
            {"unit": f"{base.unit}s" if base.unit != "locality" else "localities", "area": "areas"}[c] for c in sorted(many)
        )
        unwritten.append(f"single {what} and their site tables: there are more than {MOST}; import one board's files for them")
    for start in starts.starts(done, base.unit, rule, sites=not many):
        if start.table is None:
            unwritten.append(f"{start.name}: {start.why}")
            continue
        safe = all(_shown(release, margin, key) for margin, key in start.counts)
        ages = public["over55.csv"]
        if start.name in (starts.GP_SUPPLY, starts.LLR_SYSTEM) and len(ages):
            safe = safe and not ages["hidden"][ages["group"] == "gp"].astype(bool).any()
        (public if safe and _posts_shown(start.name, posts) else local)[start.name] = start.table
    public = {name: table.round(6) for name, table in public.items()}
    return Tables(public, local, tuple(unwritten), len(release.hidden), len(release.small))


def _posts_shown(name: str, posts: Release) -> bool:
    silent = ("gp",) not in posts.counts[("group",)]
    return name != starts.GP_SUPPLY or silent or posts.shown(("group",), ("gp",))


def counted(base: Baseline) -> pd.DataFrame:
    """Return rows with their number of people and the columns that public tables count by."""
    import pandas as pd

    frame = stocks.placed(base.done, base.unit)
    learning, director = frame["status"] == "trainee", frame["group"] == "director"
    practice = frame["kind"] == "practice"
    heads = frame["heads"].fillna(frame["posts"])
    # Where a source gives time alone, there are at least so many people.
    least = frame["fte"].fillna(frame["wte"]).fillna(0.0)
    older = frame["age"].map(stocks.older)
    # Densities leave out whoever left something out, so the staff of those, too, is a count that they give.
    gap = practice & ~learning & ((frame["missing"] != "") | stocks.timeless(frame, stocks.in_wte(frame, base.rule)))
    silent = set(frame[gap][["place", "group"]].itertuples(index=False, name=None))
    told = pd.Series([k not in silent for k in frame[["place", "group"]].itertuples(index=False, name=None)], frame.index)
    all_told = ~frame["place"].isin({place for place, _ in silent})
    pairs = tell_vacancies(base.done.staffing.frame)
    posts_told = pd.Series([k in pairs for k in frame[["place", "group"]].itertuples(index=False, name=None)], frame.index)
    both = frame["heads"].notna() & (frame["fte"].notna() | frame["wte"].notna())
    further = _further(frame)
    return frame.assign(
        count=heads.fillna(least).where(~further, 1.0),
        further=further,
        aged=older.map({1.0: "older", 0.0: "younger"}).fillna("unknown"),
        practice_group=frame["group"].where(practice & ~learning, ""),
        practice_level=frame["level"].where(practice & ~learning & ~director, ""),
        told=told.where(practice & ~learning, "").astype(str),
        all_told=all_told.where(practice & ~learning, "").astype(str),
        site_group=frame["group"].where(starts.in_site(frame), ""),
        site_level=frame["level"].where(starts.in_site(frame), ""),
        locum=frame["role"].where(frame["status"] == "locum", ""),
        at_work=frame["group"].where(~learning, ""),
        posts_told=posts_told.where(~learning, "").astype(str),
        counted_level=frame["level"].where(both & ~learning, ""),
    )


def _further(frame: pd.DataFrame) -> pd.Series:
    """Return which rows are a further job of somebody counted elsewhere, where nobody else has a head: their time is one person's."""
    there = frame["heads"].groupby([frame[k] for k in ("place", *STOCK, "age", "role")]).transform("sum")
    return (frame["person"] != "") & frame["heads"].eq(0) & there.eq(0)


Hide = Callable[["pd.DataFrame", Margin, "pd.DataFrame", tuple[str, ...]], "pd.DataFrame"]


def _hider(release: Release) -> Hide:
    def hide(table: pd.DataFrame, margin: Margin, keys: pd.DataFrame, figures: tuple[str, ...]) -> pd.DataFrame:
        shown = [_shown(release, margin, tuple(map(str, key))) for key in keys.itertuples(index=False, name=None)]
        made = table.assign(hidden=[not s for s in shown])
        for figure in figures:
            made[figure] = made[figure].where(~made["hidden"])
        return made

    return hide


def _shown(release: Release, margin: Margin, key: tuple[str, ...]) -> bool:
    return key in release.counts.get(margin, {}) and release.shown(margin, key)


def _nobody_or_shown(release: Release, margin: Margin, key: tuple[str, ...]) -> bool:
    """Whether a count may be shown; one of which there is no row anywhere is nobody, which is no small count."""
    return margin in release.counts and (key not in release.counts[margin] or release.shown(margin, key))


def _stocks(base: Baseline, release: Release) -> pd.DataFrame:
    """Return stocks by unit, by area and of all, hidden where they are few, and the share over 55 where either side is."""
    import pandas as pd

    hide = _hider(release)
    parts = []
    known = {c for margin in release.counts for c in margin}
    kinds = [base.unit] if "unit" in known else []
    for kind in dict.fromkeys((*kinds, *(["area"] if "area" in known else []), "all")):
        table = stocks.stocks(base.done, kind, base.rule)
        first: Margin = () if kind == "all" else ("unit",) if kind == base.unit else ("area",)
        keys = table.rename(columns={"unit": "place"}).assign(**({first[0]: table["unit"]} if first else {}))[[*first, *STOCK]]
        made = hide(table, (*first, *STOCK), keys, FIGURES)
        for side in ("older", "younger"):
            margin: Margin = (*first, *STOCK, "aged")
            sides = keys.assign(aged=side)[list(margin)].itertuples(index=False, name=None)
            safe = [_nobody_or_shown(release, margin, key) for key in sides]
            made["over55"] = made["over55"].where(safe)
        # People of whom a source gives time alone are in the count and not in the heads, which would then be a count of their own.
        rows = stocks.placed(base.done, kind)
        rows = rows[(rows["heads"].isna() & (rows["missing"] == "")) | _further(rows)]
        timed = set(rows[["setting", "unit", "level", "group", "status"]].itertuples(index=False, name=None))
        where = made[["setting", "unit", "level", "group", "status"]].itertuples(index=False, name=None)
        made["heads"] = made["heads"].where([w not in timed for w in where])
        parts.append(made.assign(by=kind))
    full = pd.concat(parts, ignore_index=True)
    full["unknown"] = full["unknown"].where(~full["hidden"])  # rows that give no time are people
    return full[
        ["by", "setting", "unit", "level", "group", "status", *FIGURES[:-1], "over55", "method", "oldest", "unknown", "hidden"]
    ]


def _vacant(base: Baseline) -> tuple[Release, pd.DataFrame]:
    """Return which numbers of vacant posts may be shown, and the whole table."""
    frame = base.done.staffing.frame
    rows = frame[frame["vacant"].notna()]
    margins: tuple[Margin, ...] = (("area", "group"), ("group",))
    return protect(rows, margins, count="vacant"), stocks.vacancies(base.done, rule=base.rule)


def _vacancies(base: Baseline, release: Release, posts: Release) -> pd.DataFrame:
    import pandas as pd

    table = stocks.vacancies(base.done, rule=base.rule)
    hidden, parted = [], []
    for r in table.itertuples():
        key: tuple[str, ...] = (r.area, r.group) if r.area else (r.group,)
        staff: Margin = ("area", "at_work") if r.area else ("at_work",)
        vacant: Margin = ("area", "group") if r.area else ("group",)
        silent = r.places == 0
        hidden.append(not ((silent or _shown(posts, vacant, key)) and _shown(release, staff, key)))
        # The rate is of the staff of the places that say, so it gives the staff of the others away.
        parts = [_nobody_or_shown(release, (*staff, "posts_told"), (*key, told)) for told in ("True", "False")]
        parted.append(not all(parts))
    table = table.assign(hidden=hidden)
    table["rate"] = table["rate"].where(~pd.Series(parted, table.index))
    for figure in ("reported", "likely", "highest", "staff", "rate"):
        table[figure] = table[figure].where(~table["hidden"])
    return table


def _density(table: pd.DataFrame, release: Release) -> pd.DataFrame:
    """Return densities, hidden where they are of few; a total is hidden where it would give one hidden group away."""
    hidden = []
    for r in table.itertuples():
        group = (
            [g for g in table["group"][table["unit"] == r.unit] if g != density.ALL_STAFF]
            if r.group == density.ALL_STAFF
            else [r.group]
        )
        margin, key = (("area",), (r.unit,)) if r.unit else ((), ())
        shown = [_shown(release, (*margin, "practice_group"), (*key, g)) for g in group]
        shown += [_nobody_or_shown(release, (*margin, "practice_group", "told"), (*key, g, "True")) for g in group]
        if r.group == density.ALL_STAFF:
            shown.append(_nobody_or_shown(release, (*margin, "all_told"), (*key, "True")))
        hidden.append(not all(shown))
    table = table.assign(hidden=hidden)
    for figure in ("wte", "per_1000"):
        table[figure] = table[figure].where(~table["hidden"])
    return table


def _over55(base: Baseline, release: Release) -> pd.DataFrame:
    """Return shares over 55 without those of which either side is few; where ages come as totals, they are a release of their own."""
    import pandas as pd

    table = stocks.over55(base.done)
    if not len(table):
        return table.assign(hidden=[])
    own = table[table["status"] != "all"]
    margin: Margin = ("area", "group", "status", "aged")
    hidden = [
        not all(_nobody_or_shown(release, margin, (r.area, r.group, r.status, side)) for side in ("older", "younger"))
        for r in own.itertuples()
    ]
    parts = [own.assign(hidden=hidden)]
    bands = table[table["status"] == "all"]
    heads = bands[bands["measure"] == "heads"]
    sides = pd.concat(
        [heads.assign(aged="older", count=heads["older"]), heads.assign(aged="younger", count=heads["known"] - heads["older"])],
        ignore_index=True,
    )
    ages = protect(sides, (("area", "group", "aged"), ("area", "group"), ("group", "aged"), ("group",)), count="count")
    lost = [
        not all(_nobody_or_shown(ages, ("area", "group", "aged"), (r.area, r.group, side)) for side in ("older", "younger"))
        for r in bands.itertuples()
    ]
    made = pd.concat([*parts, bands.assign(hidden=lost)], ignore_index=True)
    for figure in ("older", "known", "share"):
        made[figure] = made[figure].where(~made["hidden"].astype(bool))
    return made


def about(base: Baseline, made: Tables, sources: Mapping[str, str]) -> dict[str, Any]:
    """Return what `baseline.toml` says.

    Parameters
    ----------
    base, made
        The baseline and its files.
    sources
        SHA-256 of each file it was made from.
    """
    response = base.done.response
    return {
        "period": base.raw.period.isoformat(),
        "places": len(response.table),
        "response_rate": round(response.rate, 6) if len(response.table) else 0.0,
        "methods": {m: response.count(m) for m in METHODS},
        "dates": sorted({d.isoformat() for d in base.done.staffing.frame["period"]}),
        "unit": base.unit,
        "rules": {"gp_wte": f"{base.rule.name} ({base.rule.source}; grade {base.rule.grade})", "least_count_shown": LEAST},
        "illustrative": any(
            "note" in t.columns and t["note"].astype(str).str.startswith("illustrative").any()
            for t in (*made.public.values(), *made.local.values())
        ),
        "hidden_counts": made.hidden,
        "small_counts": made.small,
        "sha256": dict(sources),
    }


def readme(base: Baseline, made: Tables) -> str:
    """Return the README of a baseline folder.

    Parameters
    ----------
    base, made
        The baseline and its files.
    """
    words = [*base.done.response.words(), *density.words(made.public["inequity.csv"])]
    services = ", ".join(n.service for n in stocks.NO_BASELINE)
    files = [f"- `{name}`: {text}" for name, text in FILES.items() if name in made.public]
    files += [f"- `{name}`: {starts.described(name)}" for name in sorted(made.public) if name not in FILES]
    held = [f"- `local/{name}`" for name in sorted(made.local)]
    sites = [line for line in made.unwritten if line.startswith("site_")]
    rest = [line for line in made.unwritten if line not in sites]
    more = [f"and {len(sites) - TOLD} more sites"] if len(sites) > TOLD else []
    missing = [f"- {line}" for line in (*rest, *sites[:TOLD], *more)] or ["- none"]
    return "\n".join(
        [
            f"# Baseline of {base.raw.period:%B %Y}", "", *[f"- {w}" for w in words], f"- No baseline, so unknown and not zero: {services}.", "",
            "## Files that may leave this machine", "",
            f"Counts under {LEAST} are hidden in all of them together, and so is what would give them away "
            f"({made.small:,} small counts, {made.hidden:,} hidden).", "", *files, "",
            "## Files that must stay", "", *held, "", "## Tables for models that are not there", "", *missing, "",
        ]
    )  # fmt: skip


FILES = {
    "response.csv": "each place: answered, carried forward (with the age in months), extrapolated or unknown",
    "stocks.csv": "opening stocks by unit, area and in all; `opening` is WTE as models count, with its interval; heads are people, each at the job of most time",
    "unknown.csv": "services whose staff nobody has counted",
    "vacancies.csv": "vacant posts as reported, and how many there may be",
    "locums.csv": "locums by what they cover",
    "density.csv": "WTE per 1,000 registered patients, practices without trainees",
    "inequity.csv": "the areas with most and least of each group",
    "plan_2017.csv": "Tables 3 and 8 of the plan of October 2017, as printed and rebuilt, and where the plan disagrees with itself",
    "over55.csv": "share of staff aged 55 and over, where sources give ages",
    "hours.csv": "from heads to hours that are there in a year",
    "quality.csv": "how many figures are doubtful, by kind; which, stands in local/quality.csv",
}
