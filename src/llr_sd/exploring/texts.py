"""The study of a page as the keys of a `study.toml`, and the files that go with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from llr_sd import bundled
from llr_sd.exploring.subject import Subject
from llr_sd.laws import FILE as LAWS
from llr_sd.parameters import FILE as PARAMETERS
from llr_sd.records import check_record
from llr_sd.run.filled import model_files
from llr_sd.run.prepare import correlations
from llr_sd.study import Study
from llr_sd.translate.datafile import data_files

PLACE = "model"
"""The folder of an exported study that holds its model."""
_ODD = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""What a name of a file cannot hold on every system; one of these would be a folder of its own where an archive is unpacked."""
_SHEETS = re.compile(r"\bGET[ _]+(?:DIRECT|XLS)\b", re.IGNORECASE)


def study_keys(subject: Subject, carried: Carried) -> dict[str, Any]:
    """Return what a `study.toml` holds that says what the page opens with; what a site table or a plan says is in the scenarios.

    Parameters
    ----------
    subject
        Of the page.
    carried
        What goes with the study.
    """
    study = subject.prepared.study
    plain: dict[str, Any] = {"title": study.title, "question": study.question, "model": carried.called, "random": study.random}
    plain |= {"seed": study.seed, "set": dict(subject.clock), **carried.places}
    plain |= {"illustrative": study.illustrative, "notes": list(study.notes)}
    plain = {key: value for key, value in plain.items() if value or key in ("title", "model", "seed")}
    plain["scenario"] = [
        {key: value for key, value in (("name", s.name), ("kind", s.kind), ("note", s.note)) if value}
        | {"set": dict(subject.settings[s.name])}
        for s in study.scenario
    ]
    plain["uncertain"] = _uncertain(subject)
    pairs = correlations(study, subject.model)
    plain |= {"correlation": [{"between": [one, two], "rank": rank} for one, two, rank in pairs]} if pairs else {}
    for key in ("outputs", "target", "history"):
        if getattr(study, key):
            plain[key] = study.model_dump(include={key}, exclude_unset=True, exclude_none=True)[key]
    plain["monte_carlo"] = {"runs": study.monte_carlo.runs, "design": study.monte_carlo.design}
    checked = check_record(plain, Study, f"the page of {subject.what}")
    return checked.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)


def _uncertain(subject: Subject) -> dict[str, Any]:
    """Return what is uncertain, with overrides and names under the names of the table."""
    given, table = subject.prepared.study.uncertain, subject.prepared.model.table
    made: dict[str, Any] = given.model_dump(exclude_unset=True, exclude_none=True)
    made.pop("from_calibration", None)
    if given.names:
        made["names"] = [table.get(n, "names").name for n in given.names]
    if given.override:
        made["override"] = {table.get(n, "override").name: entry for n, entry in made["override"].items()}
    return made


@dataclass(frozen=True)
class Carried:
    """What goes with a study of a page.

    Attributes
    ----------
    called
        What the study names its model.
    bundled
        Whether that comes with this package.
    texts
        Of files, by their place from the study's folder on.
    places
        Of the study's tables, by its key.
    missing
        Sentences on what a reader must put there.
    """

    called: str
    bundled: bool
    texts: Mapping[str, str]
    places: Mapping[str, str]
    missing: tuple[str, ...]


def carried_by(subject: Subject) -> Carried:
    """Return what goes with a study of the page: the model, if it is not bundled, its tables and laws, and the study's localities."""
    model, source = subject.model, subject.model.equations.source
    own = not source.resolve().is_relative_to(bundled.folder("models").resolve())
    files: dict[str, Path] = {}
    places: dict[str, str] = {}
    texts: dict[str, str] = {}
    if own:
        files[f"{PLACE}/{_anywhere(source)}"] = source
        series = next((f for f in data_files(source) if f.is_file()), None)
        files |= {f"{PLACE}/{_anywhere(series)}": series} if series else {}
        if model.table.source != source:
            files[f"{PLACE}/{PARAMETERS}"] = model.table.source
        if model.laws:  # of a folder with several models those of this one alone
            laws = [law.model_dump(exclude_none=True) for law in model.laws]
            texts[f"{PLACE}/{LAWS}"] = tomli_w.dumps({"conservation": laws})
    if model.localities is not None:
        place, file = model_files(subject.prepared.study, model)["localities"]
        place = place.replace(file.name, _anywhere(file))
        files[place], places["localities"] = file, place
    missing = []
    for place, file in files.items():
        text = _text(file)
        if text is None:
            missing.append(f"{file.name} is not UTF-8 text: put it into {place} of a study that this page saves.")
        else:
            texts[place] = text
    if any(_SHEETS.search(text) for text in texts.values()):
        missing.append(f"The model reads spreadsheets: put them into the folder {PLACE} of a study that this page saves.")
    return Carried(f"{PLACE}/{_anywhere(source)}" if own else source.stem, not own, texts, places, tuple(missing))


def _anywhere(file: Path) -> str:
    """Return the name of a file as every system can have it."""
    return _ODD.sub("_", file.name)


def _text(file: Path) -> str | None:
    """Return the text of a file as it stands; None where it is not UTF-8."""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
