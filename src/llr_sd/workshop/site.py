"""The site of a workshop: a bundled one, a table of one's own or an import become the study that the page opens with."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from llr_sd import bundled
from llr_sd.drafts.baseline import ABOUT, LOCAL, at_time, staff_study
from llr_sd.drafts.folder import SITE_TIME
from llr_sd.errors import InputError, nearest, shown
from llr_sd.exploring.subject import Subject, subject_from
from llr_sd.records import check_record
from llr_sd.study import Study
from llr_sd.textfiles import is_file, is_folder, read_table, read_text
from llr_sd.workforce.sites import COLUMNS

MODEL = "swipe_site"
STAYS = "must stay on this machine"
"""What a table that left the workshop of such a site says in the notes of its rows."""
DRAFT = Path(__file__).with_name("study.toml")
# What a page adds to the name of a site where it saves its table, and a browser to a file that is there already.
SAVED_AS = re.compile(r"_workshop_site-table_\d{4}-\d\d-\d\d.*$")


@dataclass(frozen=True)
class Site:
    """A site and the study of its workshop.

    Attributes
    ----------
    name
        A short name, for files.
    subject
        The study held against swipe_site.
    called
        What its sources call it; empty where they do not say.
    local
        Whether any number of its table is of the local part of an import, whose counts are few and must not leave the machine.
    """

    name: str
    subject: Subject
    called: str = ""
    local: bool = False

    @property
    def illustrative(self) -> bool:
        """Whether any number of its table is not the site's own."""
        return self.subject.prepared.study.illustrative


def sites_folder() -> Path:
    """Return the folder of the bundled sites."""
    return bundled.folder("models") / MODEL / "sites"


def bundled_sites() -> tuple[str, ...]:
    """Return the names of the bundled sites."""
    return tuple(file.stem for file in sorted(sites_folder().glob("*.csv")))


def site_of(what: str) -> Site:
    """Return the site of a workshop.

    Parameters
    ----------
    what
        A bundled site, a site table, or what `llr-sd import` wrote: its folder, or a site table of it.

    Raises
    ------
    InputError
        When there is no such site, or its table does not fit the model.
    """
    path = Path(what)
    if what in bundled_sites():
        return _site(what, what, _drafted(sites_folder() / f"{what}.csv"))
    if not is_file(path) and not is_folder(path):
        known = bundled_sites()
        mend = nearest(what, known) or f"Bundled are {', '.join(known)}; a site table of your own goes by its path."
        raise InputError(f"there is no site {shown(what)}.", mend=mend)
    if (draft := staff_study(path, {MODEL: DRAFT})) is not None:
        study = check_record(tomllib.loads(draft.text), Study, f"the study drafted of {what}")
        called = next((r["note"] for r in read_table(draft.tables[0], COLUMNS) if r["parameter"] == "list_size"), "")
        local = any(table.resolve().parent.name == LOCAL for table in draft.tables)
        return _site(what, draft.name, study.model_copy(update={"base": draft.tables[0].parent}), called, local)
    if is_folder(path):
        mend = f'Name a site table, or the folder that "llr-sd import" wrote, in which {ABOUT} lies.'
        raise InputError("is a folder without imported staff.", where=what, mend=mend)
    if path.suffix.casefold() != ".csv":
        raise InputError(
            "is no site table.", where=what, mend="A site table ends in .csv: llr-sd new FOLDER --from site writes one."
        )
    local = any(STAYS in row["note"] for row in read_table(path, COLUMNS))
    return _site(what, SAVED_AS.sub("", path.stem) or path.stem, _drafted(path), local=local)


def _site(what: str, name: str, study: Study, called: str = "", local: bool = False) -> Site:
    return Site(name, subject_from(what, name, study, ()), called, local)


def _drafted(table: Path) -> Study:
    """Return the study of a site table, from the time that the table starts at."""
    rows = read_table(table, COLUMNS)
    start = next((r.number_in("value") for r in rows if r["parameter"] == "initial_time"), SITE_TIME)
    study = check_record(tomllib.loads(at_time(read_text(DRAFT), start)), Study, "the study of the workshop")
    return study.model_copy(update={"site": table.name, "base": table.parent})
