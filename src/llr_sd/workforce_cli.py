"""The commands that take in data of a workforce: parse, call, print."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from llr_sd.console import ProgressBar, say, show_file, tell
from llr_sd.errors import InputError

IMPORT = """\
Read workforce files into a folder that studies start from. Each file is recognised by its columns; all faults of all files are said
at once, and then nothing is written. What was not reported stays unknown, and is never zero.

Files: PCN workforce (individual level); General Practice Workforce (practice level, any vintage: put month and year into the file's
name); patients registered at practices, by age too; practices and their networks; quarterly returns, as workbooks or CSV
(`llr-sd template` writes an empty one), or a folder of them.
"""
IMPORT_END = """\
Roles get their skill level by a table, and columns are found by another. Both are written into the folder as roles.csv and columns.csv:
edit a copy and name it with --roles or --columns. In roles.csv each role has a level, a group, a grade and the reason; "also" lists other
spellings, separated by semicolons. In columns.csv each row says under which names ("also") files carry a column or a role, and which
entries mean "not reported".

`llr-sd explore DIR/gp_supply.csv` opens a page that starts from these staff, and `llr-sd new FOLDER --from DIR/gp_supply.csv` writes its
study; so do llr_system.csv and the tables of sites, where the README.md of DIR lists them. `llr-sd workshop DIR/site_NAME.csv` makes the
page of a workshop of that site.

Rows with hashed identifiers, their key, and small counts go to DIR/local and must stay on this machine.
"""


def _add_import(sub: argparse.ArgumentParser) -> None:
    sub.description, sub.epilog = IMPORT, IMPORT_END
    sub.formatter_class = argparse.RawDescriptionHelpFormatter
    sub.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a CSV file as it was published, a return, or a folder")
    sub.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder; one of an earlier import is replaced")
    sub.add_argument("--roles", metavar="CSV", type=Path, help="your role table in place of the one that ships")
    sub.add_argument("--columns", metavar="CSV", type=Path, help="your column map in place of the one that ships")


def _import(options: argparse.Namespace) -> int:
    from llr_sd.importing import import_files

    bar = ProgressBar(" files")
    try:
        written = import_files(options.files, options.out, options.roles, options.columns, bar.show)
    finally:
        bar.close()
    say("\n".join([*written.imported.words(), *written.baseline, str(written.path)]))
    return 0


def _add_template(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="FILE", type=Path, help="the workbook to write, such as return.xlsx")
    sub.add_argument("--roles", metavar="CSV", type=Path, help="your role table: its roles can be chosen")


def _template(options: argparse.Namespace) -> int:
    from llr_sd.importing import write_template

    write_template(options.file, options.roles)
    say(f"{options.file}: fill it in, one practice or many, and read it with: llr-sd import {options.file} --out DIR")
    return 0


COMPARE = """\
Hold a new quarter against the forecast made before it: inside or outside its band, how far off the middle, what moved. The runs of the
forecast, weighted by how well they agree with the returns, give the corrected state. The results folder is read and never changed.
"""
COMPARE_END = """\
With --out, a folder gets the note (note.md), the figures (compared.csv) and a study that starts from the corrected state:
`llr-sd run DIR`. Where the weighted runs are worth too few, there is no state, and the note says so.

Exit codes: 0 inside; 1 something lies outside its band; 2 the input is wrong (the message says where).
"""


def _add_compare(sub: argparse.ArgumentParser) -> None:
    sub.description, sub.epilog = COMPARE, COMPARE_END
    sub.formatter_class = argparse.RawDescriptionHelpFormatter
    sub.add_argument(
        "baseline",
        metavar="BASELINE",
        type=Path,
        help="the folder that `llr-sd import` wrote, or a table of it such as site_north.csv",
    )
    sub.add_argument("results", metavar="RESULTS", type=Path, help="the results folder of the forecast")
    sub.add_argument("--scenario", metavar="NAME", default="", help="which scenario came about, where there are several")
    sub.add_argument("--out", metavar="DIR", type=Path, help="a new folder for the note and for the study that starts from there")


def _compare(options: argparse.Namespace) -> int:
    from llr_sd.rolling import bias, compare, corrected, note, verdict, write_review
    from llr_sd.store import open_result

    result = open_result(options.results)
    comparison = compare(options.baseline, result, options.scenario)
    state = corrected(comparison, result)
    if options.out is None:
        say(note(comparison, state, result.study.title))
    else:
        files = write_review(options.out, comparison, state, result)
        say("\n".join([verdict(comparison), bias(comparison), *map(str, files)]))
    return 1 if comparison.outside else 0


WORKSHOP = """\
Make the page of a SWiPe workshop: who do we care for, what care will be needed, who will provide it; the three bars; confirm and
challenge; what to take away. One file that opens without a network, on a projector.
"""
WORKSHOP_END = """\
Sites that come with the package describe no real service: rutland, city, nw_leicestershire. For one of your own:

  llr-sd new FOLDER --from site            writes FOLDER/site.csv, to change
  llr-sd import FILE... --out DIR          reads workforce files; then name a table site_NAME.csv of DIR
"""


def _add_workshop(sub: argparse.ArgumentParser) -> None:
    sub.description, sub.epilog = WORKSHOP, WORKSHOP_END
    sub.formatter_class = argparse.RawDescriptionHelpFormatter
    sub.add_argument("site", metavar="SITE", nargs="?", help="a bundled site, a site table (.csv), or the folder of an import")
    sub.add_argument(
        "--out", metavar="FILE", type=Path, help="the page, a file that ends in .html (default: SITE-workshop.html here)"
    )
    sub.add_argument(
        "--ratings",
        metavar="RESULTS",
        type=Path,
        help="results of `llr-sd run risk_ratings`: ratings of the log from more runs than the page is made with",
    )
    sub.add_argument("--open", action="store_true", help="open it in the browser")
    sub.add_argument("--guide", action="store_true", help="print the facilitator's guide, and do nothing else")


def _workshop(options: argparse.Namespace) -> int:
    from llr_sd.workshop import guide_text, write_workshop

    if options.guide:
        if options.site or options.out or options.ratings or options.open:
            raise InputError("--guide stands by itself.", mend="Leave out the site and the other options.")
        say(guide_text())
        return 0
    if not options.site:
        raise InputError("no site is named.", mend="Name one, such as rutland, or print the guide with --guide.")
    written = write_workshop(options.site, options.out, options.ratings, tell)
    say(f"{written.path}\n{written.words}")
    if options.open:
        show_file(written.path)
    return 0


COMMANDS: dict[str, tuple[str, Any, Any]] = {
    "import": ("Read workforce files into a folder that studies start from.", _add_import, _import),
    "compare": ("Hold a new quarter against the forecast made before it, and go on from there.", _add_compare, _compare),
    "workshop": (
        "Make the page of a SWiPe workshop of a site: three questions, three bars, confirm and challenge.",
        _add_workshop,
        _workshop,
    ),
    "template": ("Write the workbook of a quarterly workforce return, for practices to fill in.", _add_template, _template),
}
