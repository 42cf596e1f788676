"""The parameter table of a model file that has none: what the file says, with gaps for what its author knows."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from llr_sd import store
from llr_sd.equations import CONTROLS
from llr_sd.errors import InputError
from llr_sd.model import Model, models_of
from llr_sd.parameters import COLUMNS, FILE, Parameter, parameters_of, read_parameters, table_beside
from llr_sd.textfiles import write_new

LONGEST_LABEL = 60


def draft_parameters(model: Model) -> Path:
    """Write a first parameter table beside a model file that has none; an existing file stays as it is.

    Name, value, unit, range and comment are the model's. The source says "to be filled in"; group and label, where the comment is too
    long for one, are left open.

    Returns
    -------
    Path
        `parameters.csv` where the folder holds this model alone, else `NAME.parameters.csv`.

    Raises
    ------
    InputError
        When the model has a table, it cannot be written, or a name of the model cannot stand in one. Nothing is left then.
    """
    file = model.equations.source
    there = table_beside(file)
    if there is not None:
        raise InputError("is the model's table, and is left as it is.", where=str(there), mend="Move it away for a new draft.")
    path = file.parent / (FILE if models_of(file.parent) == [file] else f"{file.stem}.{FILE}")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    labels: set[str] = set()
    writer.writerows(_row(p, labels) for p in parameters_of(model.equations) if p.variable not in CONTROLS)
    write_new(path, text.getvalue())
    try:
        read_parameters(path, model.equations)
    except InputError:
        path.unlink()
        raise
    return path


def _row(p: Parameter, labels: set[str]) -> tuple[str, ...]:
    d = p.distribution
    low, mode, high = ("" if math.isnan(v) else repr(v).removesuffix(".0") for v in (d.low, p.value, d.high))
    kind = "fixed" if d.kind == "discrete" else d.kind  # a table has no column for the values of a switch
    words = (store.guarded(" ".join(p.note.split())), "", "", store.guarded(_label(p, labels)))
    return (p.name, p.variable, p.unit, low, mode, high, kind, "", f"to be filled in ({p.source})", p.grade, *words)


def _label(parameter: Parameter, taken: set[str]) -> str:
    """Return the comment as what people read, where it is short and no other constant has it."""
    words = " ".join(parameter.note.split()).rstrip(".")
    element = parameter.variable.partition("[")[2].rstrip("]")
    label = f"{words[:1].lower() if words[1:2].islower() else words[:1]}{words[1:]}{f' ({element})' if element else ''}"
    if not words or len(label) > LONGEST_LABEL or label.casefold() in taken:
        return ""
    taken.add(label.casefold())
    return label
