"""A bundled model's file and its parameter table, read here as text, without the package's own readers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd


def parameter_table(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "parameters.csv", keep_default_na=False)


def equations(file: Path) -> list[tuple[str, str, str, str]]:
    """Left side, right side, unit and comment of every equation; empty unit and comment where a later one has them."""
    text = file.read_text(encoding="utf-8").split("\\\\\\---///")[0]
    text = re.sub(r"\*{10,}\s*\.\w+\s*\*{10,}~[^|]*\|", "", text.removeprefix("{UTF-8}"))
    entries = []
    for block in text.split("|"):
        parts = [part.strip() for part in block.split("~")]
        if len(parts) == 3 and "=" in parts[0]:
            left, right = parts[0].split("=", 1)
            entries.append((left.strip(), right.strip(), parts[1], parts[2]))
    return entries


def constants(file: Path) -> dict[str, float]:
    """Every constant by name, with its elements where it is subscripted."""
    text = file.read_text(encoding="utf-8")
    ranges = {name: [e.strip() for e in found.split(",")] for name, found in re.findall(r"(?m)^(\w+):\n\t(.+)$", text)}
    values: dict[str, float] = {}
    for left, right, _, _ in equations(file):
        if not re.fullmatch(r"[-+.\deE,;\s\\]+", right):
            continue
        numbers = [float(n) for n in re.split(r"[,;]", right.replace("\\", " ")) if n.strip()]
        name, _, axes = left.partition("[")
        elements = [ranges[axis] for axis in axes.rstrip("]").split(",")] if axes else []
        labels = [f"{name}[{','.join(e)}]" for e in pd.MultiIndex.from_product(elements)] if axes else [left]
        values |= dict(zip(labels, numbers, strict=True))
    return values


def described(file: Path) -> dict[str, bool]:
    """Whether each variable has a unit and a comment in one of its equations."""
    found: dict[str, bool] = {}
    for left, _, unit, comment in equations(file):
        name = left.split("[")[0]
        found[name] = found.get(name, False) or bool(unit and comment)
    return found


def assert_sourced(table: pd.DataFrame) -> None:
    """Every row has a name of its own, unit, source, note and grade; an uncertain one a group, and a range in order."""
    assert table["name"].is_unique
    for column in ("unit", "source", "note"):
        assert (table[column].str.len() > 0).all()
    assert set(table["grade"]) <= {"A", "B", "C"}
    fixed = table["distribution"] == "fixed"
    assert (table.loc[fixed, ["low", "high"]] == "").all(axis=None)
    numbers = table.loc[~fixed, ["min", "low", "mode", "high", "max"]].astype(float).to_numpy()
    assert (np.diff(numbers, axis=1) >= 0).all()
    assert (table.loc[~fixed, "group"].str.len() > 0).all()
