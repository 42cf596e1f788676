"""Tables of the user's that come with a model: each names constants of the model, sets those that it must, and runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from llr_sd.check.declared import Settings
from llr_sd.check.sheet import Line, judge
from llr_sd.check.subject import Subject
from llr_sd.check.wording import figure
from llr_sd.errors import InputError
from llr_sd.workforce.sites import Rules, Tables, inspect_site


def table_files(subject: Subject, item: Tables) -> list[Path]:
    """Return the files that a pattern names, beside the model."""
    return sorted(subject.model.equations.source.parent.glob(item.files))


def table(subject: Subject, item: Tables, file: Path) -> Line:
    """Read one table, hold it against the model, and run the model with it."""
    checks = subject.checks
    rules = Rules(sums_to_one=checks.sums_to_one, adds_up=checks.adds_up, tables=(item,))
    site, faults = inspect_site(file, subject.model.table, subject.model.equations, rules)
    findings = [(f"row {f.row}: " * bool(f.row) + f"{f.what} {f.mend}").strip() for f in faults]
    settings = subject.settings(site.settings)
    findings += _of_run(subject, settings, item.zero)
    kind = ", illustrative" if item.illustrative else ""
    return judge(
        "tables", f"{file.parent.name}/{file.name}{kind}", f"{len(settings)} constants set", "names, units, sums, run", findings
    )


def _of_run(subject: Subject, settings: Settings, zero: Iterable[str]) -> Iterator[str]:
    """Say what is wrong in the run with a table: it fails, something does not balance, or an output is not zero that should be."""
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
    for output in zero:
        if np.any(run.series(output).values != 0):
            yield f'"{output}" is not zero in its run.'
