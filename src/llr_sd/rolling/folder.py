"""The folder of a review: its note and figures, and a study that runs on from the corrected state."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llr_sd.dates import date_words, told
from llr_sd.equations import canonical
from llr_sd.errors import InputError, LlrSdError
from llr_sd.making import make_study
from llr_sd.model import load_model
from llr_sd.result import StudyResult
from llr_sd.rolling.compare import Comparison
from llr_sd.rolling.note import note
from llr_sd.rolling.state import Collapsed, State
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import prepare
from llr_sd.store.cells import guarded
from llr_sd.study import load_study
from llr_sd.textfiles import beside, is_folder, read_table, read_text, table_rows, write_new
from llr_sd.workforce.baseline.unsure import TOGETHER, normal
from llr_sd.workforce.sites import COLUMNS, LAW

NOTE, COMPARED, STUDY, START = "note.md", "compared.csv", "study.toml", "start.csv"
_KEPT = (
    "title", "model", "question", "random", "seed", "set", "localities", "scenario", "uncertain", "outputs", "correlation",
    "monte_carlo", "illustrative",
)  # fmt: skip
"""Keys of a study that a start from a new state takes over; the others hang on dates that have passed."""


def write_review(folder: Path, comparison: Comparison, state: State | Collapsed, result: StudyResult) -> tuple[Path, ...]:
    """Write the note and, where the state was corrected, a study that starts from it; whole or not at all.

    Parameters
    ----------
    folder
        A new folder, or an empty one.
    comparison, state, result
        From `compare` and `corrected`, and the forecast.

    Returns
    -------
    tuple
        The files, the note first; with `study.toml` among them where there is a start.

    Raises
    ------
    InputError
        When there is something in the folder, or no study can start from the state. Nothing is left then.
    """
    if os.path.lexists(folder) and not (is_folder(folder) and not any(folder.iterdir())):
        raise InputError("is there already, and is left as it is.", where=str(folder), mend="Name a new folder with --out.")
    texts = {} if isinstance(state, Collapsed) else _start(comparison, state, result)
    said = ""
    if texts:
        names = [s.figure.parameter for s in state.stocks] if isinstance(state, State) else []
        varied = [
            r["parameter"] for r in table_rows(texts[START], START, COLUMNS) if r["distribution"] and r["parameter"] in names
        ]
        spread = spread_words(varied, [n for n in names if n not in varied])
        said = START_WORDS.format(date=date_words(comparison.quarter.time, closing=True), spread=spread)
    texts = {NOTE: note(comparison, state, result.study.title, said), COMPARED: _compared(comparison), **texts}
    new = folder.parent / f".{folder.name}.new"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
        for name, text in texts.items():
            write_new(new / name, text)
        if STUDY in texts:
            study = load_study(new)
            prepare(study, study_model(study))
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise InputError(f"cannot be made ({error.strerror or error}).", where=str(folder), mend="Name another folder.") from None
    except LlrSdError:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return tuple(folder / name for name in texts)


START_WORDS = (
    "`study.toml` beside this note starts at the {date}, from `start.csv`: the table of the returns, with the stocks above in place of "
    "those that were returned. {spread} What the table does not set (trainees, those on the way, what has gathered since the forecast "
    "started) starts at the model's own opening values, and inputs keep their ranges."
)


def spread_words(varied: Sequence[str], fixed: Sequence[str]) -> str:
    """Say how the stocks of a start vary.

    Parameters
    ----------
    varied, fixed
        Stocks that vary, and those that do not.
    """
    if not varied:
        return "They start at their means, without their spread."
    lost = ", each on its own: that they move together is lost." if len(varied) > 1 else "."
    if not fixed:
        return f"They vary around their means as the weighted runs do{lost}"
    return f"{', '.join(varied)} vary around their means as the weighted runs do{lost} {', '.join(fixed)} start at the mean, without spread."


def _start(comparison: Comparison, state: State, result: StudyResult) -> dict[str, str]:
    """Return study and table of a start, by name of the file."""
    study, time = result.study, comparison.quarter.time
    where = str(result.path)
    last = float(result.runs["time"].values[-1])
    if time > last - 1e-9:
        mend = 'Set a later "FINAL TIME" in its study and run it again, or leave out --out.'
        raise InputError(f"ends at {told(last)}, so nothing is left to run from there.", where=where, mend=mend)
    if study.calibration is not None:
        mend = "Leave out --out, and add the quarter to its [[observed]] series."
        raise InputError("is calibrated: a new quarter belongs to its fit.", where=where, mend=mend)
    rows = _rows(comparison, state, result)
    table = load_model(study.model).table
    names = {canonical(n) for name in rows if (p := table.find(name)) for n in (p.name, p.variable)}
    given = tomllib.loads(study.to_toml())
    keys = {k: v for k, v in given.items() if k in _KEPT} | {"site": START}
    keys["set"] = {k: v for k, v in keys.get("set", {}).items() if canonical(k) not in names}
    scenarios = [s for s in keys.pop("scenario", []) if s.get("kind", "scenario") == "scenario"]
    clash = {s["name"]: [k for k in s.get("set", {}) if canonical(k) in names] for s in scenarios}
    if clash.get(comparison.scenario):
        what = f'the scenario "{comparison.scenario}" sets {clash[comparison.scenario][0]}, of which the returns tell.'
        raise InputError(what, where=where, mend="Leave out --out, or forecast with a scenario that does not.")
    if scenarios:
        keys["scenario"] = [s for s in scenarios if not clash[s["name"]]]
    keys["outputs"] = _outputs(given["outputs"], time)
    targets = [t for t in given.get("target", []) if t["output"] in keys["outputs"]]
    if targets:
        keys["target"] = targets
    keys["title"] = f"{given['title']} (from the {date_words(time, closing=True)})"
    files = {}
    if study.localities is not None:
        files["localities.csv"] = read_text(_kept(result, study.localities))
        keys["localities"] = "localities.csv"
    text = make_study(folder=result.path, **{k: v for k, v in keys.items() if k not in ("site", "localities")}).to_toml()
    own = "".join(f'{k} = "{keys[k]}"\n' for k in ("site", "localities") if k in keys)
    return {STUDY: f"{own}{text}", START: _csv((*COLUMNS, *LAW), rows.values()), **files}


def _rows(comparison: Comparison, state: State, result: StudyResult) -> dict[str, list[str]]:
    """Return the rows of the table to start from: the old site's, those of the returns over them, the corrected stocks over these."""
    site = result.study.site
    old = read_table(_kept(result, site), COLUMNS) if site else ()
    rows = {r["parameter"]: [r[c] for c in (*COLUMNS, *LAW)] for r in (*old, *comparison.quarter.rows)}
    parts = TOGETHER.get(str(result.manifest.get("model", "")), ())
    for stock in state.stocks:
        one = stock.figure
        source = f"{comparison.quarter.table.name} and the forecast, weighted"
        law = [] if one.parameter in parts else normal(stock.mean, stock.sd)
        own = [one.parameter, repr(stock.mean), one.unit, source, f"returned {one.value:.6g}"]
        rows[one.parameter] = [*own, *(map(str, law) if law else [""] * len(LAW))]
    return rows


def _kept(result: StudyResult, table: str) -> Path:
    """Return the copy of a table among the results of a study."""
    model = result.path / "model"
    return beside(Path(table).name, model, model / "site", model / "localities")


def _outputs(given: dict[str, Any], time: float) -> dict[str, Any]:
    """Return the outputs that can still be read: those at a time that has passed are left out, and what is made of them."""
    kept = {n: o for n, o in given.items() if "at" not in o or float(o["at"]) > time - 1e-9}
    lost = set(given) - set(kept)
    while found := {n for n, o in kept.items() if lost & set(re.findall(r"[\w ]*\w", o.get("expression", "")))}:
        lost |= found
        kept = {n: o for n, o in kept.items() if n not in found}
    return kept


def _compared(comparison: Comparison) -> str:
    columns = (
        "scenario", "output", "label", "unit", "time", "returned", "error", "start", "p05", "p25", "p50", "p75", "p95", "rank", "stands",
        "bias", "moved", "foretold",
    )  # fmt: skip
    rows = [
        [
            guarded(comparison.scenario), guarded(h.output), guarded(h.label), h.figure.unit, repr(comparison.quarter.time), repr(h.figure.value),
            repr(h.figure.error), repr(h.start), *map(repr, h.band), repr(h.rank), h.stands, repr(h.bias), repr(h.moved), repr(h.foretold),
        ]
        for h in comparison.held
    ]  # fmt: skip
    return _csv(columns, rows)


def _csv(columns: Any, rows: Any) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return made.getvalue()
