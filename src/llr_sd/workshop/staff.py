"""Staff of an imported site by group and skill level: what its site table, which says groups and levels apart, does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from llr_sd.drafts.baseline import ABOUT, LOCAL
from llr_sd.exploring.subject import Subject
from llr_sd.run.filled import site_file
from llr_sd.textfiles import Row, is_file, read_table
from llr_sd.workforce.baseline.starts import RETURNS
from llr_sd.workforce.localities import SKILLS
from llr_sd.workforce.roles import read_roles
from llr_sd.workforce.sites import COLUMNS

STOCKS = "stocks.csv"
_COLUMNS = ("by", "setting", "unit", "level", "group", "status", "heads", "opening", "hidden")
_SETTINGS = ("gp", "pcn")


def staff_of(subject: Subject) -> list[dict[str, Any]]:
    """Return the staff that an import knows of a site by group and level together.

    Parameters
    ----------
    subject
        The study of the site.

    Returns
    -------
    list of dict
        `group` and `level` as swipe_site calls them, `wte` [WTE], and `heads` [Head], None where they are not all known; the autonomous
        level first. Cells of which any part is hidden or unknown are left out, so the rows may add up to less than the site's table;
        empty for a site that is no import.
    """
    table = site_file(subject.prepared.study, subject.model)
    if table is None:
        return []
    here = table.resolve().parent
    folder = here.parent if here.name == LOCAL else here
    if not (is_file(folder / ABOUT) and is_file(folder / STOCKS)):
        return []
    rows = _rows_of(folder / STOCKS, _unit(table))
    cells = [(level, group) for level in SKILLS for group in RETURNS]
    found = ((level, group, [r for r in rows if (r["level"], r["group"]) == (level, group)]) for level, group in cells)
    return [made for level, group, of in found if (made := _cell(level, group, of)) is not None]


def role_table() -> list[dict[str, Any]]:
    """Return the roles by which imports map staff, those in training and those who run networks left out: `name`, `group`, `level`, `also`."""
    rows = [r for r in read_roles().rows if r.status != "trainee" and r.group in RETURNS]
    return [{"name": r.name, "group": RETURNS[r.group], "level": r.level, "also": list(r.also)} for r in rows]


def _unit(table: Path) -> str:
    """The name of the site in the tables of its import: the note of its list."""
    return next((r["note"] for r in read_table(table, COLUMNS) if r["parameter"] == "list_size"), "")


def _rows_of(stocks: Path, unit: str) -> list[Row]:
    """Stocks of a site: staff of practices and networks, trainees left out. A unit comes before an area of the same name."""
    rows = [r for r in read_table(stocks, _COLUMNS) if unit and r["unit"] == unit and r["by"] != "all"]
    mine = [r for r in rows if r["by"] == rows[0]["by"]]
    return [r for r in mine if r["setting"] in _SETTINGS and r["status"] not in ("trainee", "vacant")]


def _cell(level: str, group: str, rows: list[Row]) -> dict[str, Any] | None:
    """One cell; None where nobody is in it or a part of it is not told."""
    if not rows or any(r["hidden"] != "False" or not r["opening"] for r in rows):
        return None
    wte = sum(r.number_in("opening") for r in rows)
    if not wte > 0:
        return None
    heads = sum(r.number_in("heads") for r in rows) if all(r["heads"] for r in rows) else None
    return {"group": RETURNS[group], "level": level, "wte": round(wte, 6), "heads": None if heads is None else round(heads, 6)}
