"""A study made in Python: the keys of a `study.toml` as dicts and lists, scenarios as a table where that is handier."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llr_sd.errors import InputError, shown
from llr_sd.model import Model, load_model
from llr_sd.records import check_record
from llr_sd.study import Study

OF_SCENARIOS = ("name", "kind", "note")
"""Columns of a table of scenarios that are no parameters."""

DEEPEST = 20
"""Levels of dicts and lists; a study has five."""


def make_study(folder: str | Path | None = None, **keys: Any) -> Study:
    """Make a study from the keys of a `study.toml`, checked as a file is and refused in the same words.

    Its results hold a `study.toml` that runs again from there. They replace those of a study made in Python with the same title.

    Parameters
    ----------
    folder
        Where relative paths (`model`, `site`, `register`) start from, and where `results` goes by default. Without it paths start
        from the working folder, and `run_study` needs `out`.
    keys
        What a `study.toml` holds: `title`, `model`, `scenario`, `uncertain`, `outputs`, `target`, `monte_carlo`, `sobol` and so on,
        with dicts for tables and lists for arrays; None leaves a key out. `model` may be a loaded Model. `scenario` may be a pandas
        table with one row a scenario: columns `name` (or the index), `kind` and `note`, and one a parameter, in that parameter's
        unit; an empty cell sets nothing.

    Returns
    -------
    Study
        It can be run, and written with `to_toml`.

    Raises
    ------
    InputError
        Naming the key, with the nearest name where one was misspelt.

    Examples
    --------
    >>> study = make_study(
    ...     title="What if fewer quit?",
    ...     model="gp_supply",
    ...     scenario=[{"name": "as now"}, {"name": "fewer quit", "set": {"gp_quit_u55": 0.03}}],
    ...     outputs={"gp_2020": {"variable": "GP WTE", "at": 2020.75}},
    ... )
    """
    if folder is not None and not isinstance(folder, (str, Path)):
        raise InputError(
            "folder is not a path.", where="make_study", mend="Give the keys of a study by name: make_study(**keys)."
        )
    if isinstance(keys.get("model"), Model):
        keys |= _files_of(keys["model"], str(keys.get("random") or ""), keys.get("localities"))
    if hasattr(keys.get("scenario"), "columns"):
        keys["scenario"] = _scenarios(keys["scenario"])
    study = check_record(_plain(keys, ""), Study, "the study")
    return study.model_copy(update={"base": None if folder is None else Path(folder)})


def _files_of(model: Model, random: str, localities: Any) -> dict[str, str]:
    """Return the files of a loaded model; one that is not as its files say could not be run again from a results folder."""
    file, places = model.equations.source, localities or model.localities
    if load_model(file, random=random, localities=None if places is None else str(places)) != model:
        raise InputError(
            f"{model.name} is not as {file.name} and the tables beside it say: it or they were changed after it was loaded.",
            where="the study, model",
            mend="Load it again, or change its files; what a study changes goes under set.",
        )
    found = {"model": file, **({} if model.localities is None else {"localities": model.localities})}
    return {key: str(path.resolve()) for key, path in found.items()}


def _scenarios(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a table of scenarios as a study file holds them."""
    import pandas as pd

    where = "the study, scenario"
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"is a {type(frame).__name__}.", where=where, mend="Give a list of dicts, or a pandas table.")
    columns = [str(c) for c in frame.columns]
    for column in columns:
        if columns.count(column) > 1:
            raise InputError(f"has the column {shown(column)} twice.", where=where, mend="Keep one.")
    if "name" not in columns and isinstance(frame.index, pd.RangeIndex):
        raise InputError('has no column "name".', where=where, mend="Add one, or make the names its index.")
    found = []
    for label, entries in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        row = {c: v for c, v in zip(columns, entries, strict=True) if not (pd.api.types.is_scalar(v) and pd.isna(v))}
        about = {c: str(row.pop(c)) for c in OF_SCENARIOS if c in row}
        name = about.get("name", "" if "name" in columns or pd.isna(label) else str(label))
        found.append(about | {"name": name, "set": row})
    return found


def _plain(value: Any, key: str) -> Any:
    """Return dicts, lists and single values as TOML knows them; what has no order or no text for a key is refused."""
    if hasattr(value, "tolist"):  # an array or a number of numpy's, a column of pandas'
        value = value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if key.count(" > ") > DEEPEST:
        raise InputError("is nested too deeply.", where="the study", mend="No key of a study is nested that deeply.")
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise InputError(
                    f"the key {shown(str(name), quotes=False)} is not text.", where=_at(key), mend="Put it in quotes."
                )
        return {name: _plain(entry, f"{key} > {name}") for name, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [_plain(entry, f"{key} > {number}") for number, entry in enumerate(value, 1)]
    if value is not None and not isinstance(value, str | int | float):
        raise InputError(
            f"is a {type(value).__name__}.", where=_at(key), mend="Give a number, a text, true or false, a list or a dict."
        )
    return value


def _at(key: str) -> str:
    return ", ".join(("the study", *([key.removeprefix(" > ")] if key else [])))
