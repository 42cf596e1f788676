"""The baseline in the folder of an import: what may leave the machine, and what stays in its local part."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from llr_sd.importing.reading import RETURN, Imported
from llr_sd.store import write_csv
from llr_sd.workforce.baseline.folder import about, baseline, readme, tables

SOURCES = """
## What was read

- `sources.csv`: the files, their kind and period; rows and hash of those that were published (of returns, in `local/sources.csv`).
- `places.csv`: practices and networks, with list sizes as far as files give them, and whether they said anything of their staff.
- `networks.csv`: networks, their patients, and whether they have the 30,000 to 50,000 that they are meant to have.
- `roles.csv`, `columns.csv`: the role table and the column map that were used.
- `local/`: beside the files above, every row with hashed identifiers (`staff.csv`), the key of the hashes (`key`), small counts
  (`by_network.csv`, `by_locality.csv`, `by_area.csv`, `heads.csv`), and all notes on single rows (`notes.csv`).
"""


def write_baseline(folder: Path, local: Path, imported: Imported) -> tuple[str, ...]:
    """Write the baseline of what was read; files of list sizes alone make none.

    Parameters
    ----------
    folder, local
        Of the import.
    imported
        What was read.

    Returns
    -------
    tuple of str
        Who answered and how the others are filled in, and how many counts are hidden.
    """
    if not len(imported.staffing.frame):
        (folder / "README.md").write_text(f"# Lists without staff\n{SOURCES}", encoding="utf-8", newline="\n")
        return ()
    base = baseline(imported.staffing)
    made = tables(base)
    for where, files in ((folder, made.public), (local, made.local)):
        for name, table in files.items():
            write_csv(table, where / name)
    said = about(base, made, {s.file: s.sha256 for s in imported.sources if s.kind != RETURN})
    (folder / "baseline.toml").write_text(tomli_w.dumps(said), encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(f"{readme(base, made)}{SOURCES}", encoding="utf-8", newline="\n")
    hidden = f"{made.small:,} small counts are hidden in what may leave this machine, and {made.hidden - made.small:,} more beside them."
    return (*base.done.response.words(), *([hidden] if made.hidden else []))
