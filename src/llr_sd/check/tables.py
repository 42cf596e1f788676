"""Tables of the user's that come with a model: each names constants of the model, sets those that it must, and runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from llr_sd.check.declared import Settings, Tables
from llr_sd.check.own import sums_to_one
from llr_sd.check.sheet import Line, judge
from llr_sd.check.subject import Subject
from llr_sd.check.wording import figure
from llr_sd.errors import InputError
from llr_sd.workforce.sites import Sums, inspect_site


def table_files(subject: Subject, item: Tables) -> list[Path]:
    """Return the files that a pattern names, beside the model."""
    return sorted(subject.model.equations.source.parent.glob(item.files))


def table(subject: Subject, item: Tables, file: Path) -> Line:
    """Read one table, hold it against the model, and run the model with it."""
    site, faults = inspect_site(file, subject.model.table, subject.model.equations, Sums(adds_up=subject.checks.adds_up))
    findings = [f"row {f.row}: {f.what} {f.mend}".strip() for f in faults]
    settings = subject.settings(site.settings)
    for name in item.needs:
        findings += [f'"{label}" is not set.' for label in subject.expand(name) if label not in settings]
    for shares in subject.checks.sums_to_one:
        findings += sums_to_one(subject, shares, settings)[1]
    findings += _of_run(subject, settings)
    kind = ", illustrative" if item.illustrative else ""
    return judge(
        "tables", f"{file.parent.name}/{file.name}{kind}", f"{len(settings)} constants set", "names, units, sums, run", findings
    )


def _of_run(subject: Subject, settings: Settings) -> Iterator[str]:
    """Say what is wrong in the run with a table: it fails, or something does not balance."""
    try:
        run = subject.run(settings)
    except InputError as error:
        yield f"the run is refused: {error.what}"
        return
    if not run.status.ok:
        yield f"the run fails: {run.status}."
        return
    for balance in subject.checks.conservation:
        scale = float(np.abs(run.series(balance.scale).values).max()) if balance.scale else 1.0
        worst = float(np.abs(run.series(balance.variable).values).max())
        if worst > balance.tolerance * (scale or 1.0):
            yield f'"{balance.variable}" is off by {figure(worst)} in its run.'
