"""A study that starts from staff of one's own: a table of a folder that `llr-sd import` wrote, and what the study says of it."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomli_w
from pydantic import ConfigDict

from llr_sd.dates import date_words
from llr_sd.errors import InputError
from llr_sd.records import Record, read_record
from llr_sd.textfiles import Row, is_file, is_folder, read_table, read_text
from llr_sd.values import Number, Whole
from llr_sd.workforce.baseline.starts import LLR_SYSTEM, LOCALITIES, model_of
from llr_sd.workforce.sites import COLUMNS

ABOUT, LOCAL = "baseline.toml", "local"
STUDY = "study.toml"
TOLD = 6
"""Tables that a message names."""
HELD = "The opening figures are those of the table in all runs: how unsure they are themselves is not in the ranges."
DRAWN = (
    "Of the opening figures, {names} var{ies} around the table's value{each}, as unsure as the table says; the others are those of the "
    "table in all runs."
)
_TABLE = 'site = "site.csv"\n'
_TIMES = re.compile(r"\{(date |start )?\+(\d+)\}")
_HERE = Path(__file__).parent
DRAFTS = {
    "swipe_site": _HERE / "site.toml",
    "gp_supply": _HERE / "gp_supply.toml",
    "llr_system": _HERE / "llr_system.toml",
}
"""What a study that starts from imported staff is drafted with, by its model."""


class _Methods(Record):
    """How many places each figure is of."""

    reported: Whole
    carried: Whole
    extrapolated: Whole
    unknown: Whole


class _About(Record):
    """What `baseline.toml` says, as far as a study tells it."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    period: str
    dates: tuple[str, ...]
    places: Whole
    response_rate: Number
    methods: _Methods


def at_time(text: str, start: float) -> str:
    """Return a draft with its times put in: "{+5}" is five years after its start, "{date +5}" their end in words, "{start +0}" its start.

    Parameters
    ----------
    text
        Of a draft.
    start
        When its model starts [Year].
    """

    def put(found: re.Match[str]) -> str:
        time = start + int(found[2])
        return date_words(time, closing=found[1] == "date ") if found[1] else f"{time:.12g}"

    return _TIMES.sub(put, text)


@dataclass(frozen=True)
class Draft:
    """A study that starts from imported staff.

    Attributes
    ----------
    name
        A short name: of the folder and of the table.
    text
        A `study.toml` that lies beside its tables.
    tables
        The table that its model starts from, and that of its localities where there is one.
    """

    name: str
    text: str
    tables: tuple[Path, ...]


def staff_study(what: Path, drafts: Mapping[str, Path] = DRAFTS) -> Draft | None:
    """Return a study that starts from imported staff.

    Parameters
    ----------
    what
        A folder that `llr-sd import` wrote, or a table of it that a model starts from.
    drafts
        What to draft with, by the models that will do.

    Returns
    -------
    Draft or None
        None where it is neither.

    Raises
    ------
    InputError
        When the folder has several such tables or none, or what it holds cannot be read.
    """
    if is_folder(what):
        if not is_file(what / ABOUT) or is_file(what / STUDY):
            return None
        table = _only(what, drafts)
    else:
        table = what
    folder = _folder_of(table)
    if folder is None:
        return None
    model = model_of(table.name)
    if model not in drafts:
        mend = f"Those are {_few(_names(folder, drafts))}."
        raise InputError(f"is no table that {_models(drafts)} starts from.", where=str(table), mend=mend)
    about, rows = read_record(folder / ABOUT, _About), read_table(table, COLUMNS)
    given = [r for r in rows if r["parameter"] == "initial_time"]
    if not given:
        raise InputError(
            'no row sets "initial_time", so its date is not known.', where=str(table), mend="Import the files again."
        )
    places = [
        p for p in dict.fromkeys((table.parent / LOCALITIES, folder / LOCALITIES)) if table.name == LLR_SYSTEM and is_file(p)
    ]
    tables = (table, *places[:1])
    keys = tomli_w.dumps({"site": table.name, **({"localities": LOCALITIES} if places else {})})
    said = "".join(
        f"  {tomli_w.dumps({'n': line}).removeprefix('n = ').rstrip()},\n" for line in _said(about, folder / ABOUT, rows, tables)
    )
    text = at_time(read_text(drafts[model]), given[0].number_in("value"))
    text = text.replace(_TABLE, keys, 1).replace("notes = [\n", f"notes = [\n{said}", 1)
    return Draft(f"{folder.resolve().name}-{table.stem}", text, tables)


def _folder_of(table: Path) -> Path | None:
    """Return the folder of the import that a table is of."""
    here = table.resolve().parent
    places = (table.parent, *((here.parent,) if here.name == LOCAL else ()))
    return next((p for p in places if table.suffix == ".csv" and is_file(p / ABOUT)), None)


def _models(drafts: Mapping[str, Path]) -> str:
    """Return which models will do, in words."""
    return "a model" if len(drafts) > 1 else next(iter(drafts))


def _names(folder: Path, drafts: Mapping[str, Path]) -> list[str]:
    """Return the tables of an import that models start from, by their path from its folder on."""
    found = [p for place in (folder, folder / LOCAL) for p in sorted(place.glob("*.csv")) if model_of(p.name) in drafts]
    return [p.relative_to(folder).as_posix() for p in found]


def _few(names: list[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return f"{', '.join(names[:TOLD])}{more}" if names else "none in this folder"


def _only(folder: Path, drafts: Mapping[str, Path]) -> Path:
    """Return the one table of an import that a model starts from."""
    names = _names(folder, drafts)
    if not names:
        mend = "Its README.md says why there is none."
        raise InputError(f"holds no table that {_models(drafts)} starts from.", where=str(folder), mend=mend)
    if len(names) > 1:
        start = "models start" if len(drafts) > 1 else f"{_models(drafts)} starts"
        what = f"holds {len(names)} tables that {start} from: {_few(names)}."
        raise InputError(what, where=str(folder), mend=f"Name one, such as {(folder / names[0]).as_posix()}.")
    return folder / names[0]


def _said(about: _About, file: Path, rows: tuple[Row, ...], tables: tuple[Path, ...]) -> list[str]:
    """Return what a study says of the staff that it starts from."""
    try:
        period, *dates = (datetime.date.fromisoformat(d) for d in (about.period, *about.dates))
    except ValueError:
        raise InputError("holds a date that is none.", where=str(file), mend="Import the files again.") from None
    said = [f"It starts from staff as imported, of {period:%B %Y}."]
    if about.places:
        m, rate = about.methods, math.floor(100 * about.response_rate + 1e-9)
        said[0] += (
            f" Of {about.places:,} places of the import {m.reported:,} answered ({rate} %); carried forward from what they said before: "
            f"{m.carried:,}; estimated from places like them: {m.extrapolated:,}; unknown: {m.unknown:,}."
        )
    if len(dates) > 1:
        said[0] += f" It mixes dates: {', '.join(f'{d:%B %Y}' for d in dates)}."
    made_up = [r["parameter"] for r in rows if "illustrative" in r["note"].casefold()]
    if made_up:
        why = next(r["note"] for r in rows if r["parameter"] == made_up[0])
        said.append(f"Not of the returns but put in their place: {', '.join(made_up)} ({why}).")
    if tables[0].name == LLR_SYSTEM and len(tables) < 2:
        said.append(
            f"In which localities practice staff work stands as the model has it, for there is no {LOCALITIES} beside the table."
        )
    unsure = [r["parameter"] for r in rows if r["distribution"]]
    many = {"ies": "y", "each": ", each on its own"} if len(unsure) > 1 else {"ies": "ies", "each": ""}
    said.append(DRAWN.format(names=", ".join(unsure), **many) if unsure else HELD)
    private = [t.name for t in tables if t.resolve().parent.name == LOCAL]
    if private:
        names = ", ".join(private)
        said.append(f"It holds counts that are few, from the folder {LOCAL} ({names}): it must stay on this machine.")
    return said
