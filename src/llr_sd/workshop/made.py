"""From a site to the page of its workshop: study, model, words, ratings and the models behind, in one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llr_sd.exploring.made import check_place, page_data
from llr_sd.page.assemble import HERE, assemble
from llr_sd.page.data import keyed
from llr_sd.report.shared.files import write_whole
from llr_sd.run.execute import Progress
from llr_sd.workshop.behind import behind_pages
from llr_sd.workshop.ratings import ratings_of
from llr_sd.workshop.site import Site, site_of
from llr_sd.workshop.staff import role_table, staff_of
from llr_sd.workshop.table import table_of
from llr_sd.workshop.words import Words, read_words

ENTRY = "workshop/main.mjs"


@dataclass(frozen=True)
class Written:
    """A page that was written: where, of which site, and its size in bytes; `local` must not leave the machine."""

    path: Path
    site: str
    illustrative: bool
    local: bool
    runs: int
    size: int

    @property
    def words(self) -> str:
        """What it holds, in a line."""
        said = "; the numbers describe no real service" if self.illustrative else ""
        said += "; it holds counts that are few and must stay on this machine" if self.local else ""
        return f"The workshop of {self.site}{said}; up to {self.runs:,} runs; {self.size / 1e6:.2f} MB"


def write_workshop(
    site: str, out: str | Path | None = None, ratings: str | Path | None = None, progress: Callable[[str], None] | None = None
) -> Written:
    """Write the page of the workshop of a site, whole or not at all.

    Parameters
    ----------
    site
        A bundled illustrative site, a site table, or what `llr-sd import` wrote: its folder, or a site table of it.
    out
        The file; NAME-workshop.html in the working folder by default. One that is no page of this package is not replaced.
    ratings
        A results folder of `llr-sd run risk_ratings`, for the model's ratings of the log's risks; without one its register is run here, with
        fewer runs.
    progress
        Is told what is being made.

    Raises
    ------
    LlrSdError
        When there is no such site, its table does not fit the model, or the file cannot be written.
    """
    if out is not None:
        check_place(Path(out))
    tell = progress or (lambda _: None)
    found = site_of(site)
    path = Path(f"{found.name}-workshop.html" if out is None else out)
    check_place(path)
    tell("reading the words ...")
    data = workshop_data(found, ratings, tell)
    content = assembled(data).encode()
    write_whole(path, content)
    about = data["workshop"]["site"]
    return Written(path, about["label"], about["illustrative"], about["local"], data["study"]["runs"], len(content))


def assembled(data: dict[str, Any]) -> str:
    """Return the page of a workshop made of its data."""
    sheets = ("base.css", "charts.css", *sorted(file.name for file in (HERE / "css").glob("workshop*.css")))
    return assemble(f"Workshop: {data['workshop']['site']['label']}", data, "workshop", ENTRY, sheets)


def workshop_data(site: Site, ratings: str | Path | None, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return all that the page reads: what `llr-sd explore` would show of the site's study, and under `workshop` all else.

    Parameters
    ----------
    site
        Of `site_of`.
    ratings
        As in `write_workshop`.
    progress
        Is told what is being made.
    """
    progress("compiling the model of the site ...")
    page = page_data(site.subject).to_data()
    progress("compiling the models behind ...")
    behind = behind_pages()
    names = {model: [i["name"] for i in own["inputs"]] for model, own in behind.items()}
    words: Words = read_words(site.subject.model.equations, [i["name"] for i in page["inputs"]], behind=names)
    about = {
        "name": site.name,
        "label": site.called or words.site(site.name),
        "illustrative": site.illustrative,
        "local": site.local,
        "staff": staff_of(site.subject),
    }
    progress("rating the risks of the log ...")
    rated = ratings_of(ratings, progress=_quarters(progress)).to_data()
    return keyed(
        {
            **page,
            "workshop": {
                "site": about,
                "table": table_of(site.subject),
                "roleTable": role_table(),
                **words.to_data(),
                "ratings": rated,
                "behind": behind,
            },
        }
    )


def _quarters(tell: Callable[[str], None]) -> Progress:
    """Return what tells the runs of the risk log as each quarter of them is done."""
    told = [0]

    def progress(stage: str, done: int, total: int) -> None:
        if total and 4 * done // total > told[0]:
            told[0] = 4 * done // total
            tell(f"rating the risks of the log: {done:,} of {total:,} runs ...")

    return progress
