"""What an input is called, its unit and grade, and what it has: a share or an effect with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from llr_sd.equations import canonical
from llr_sd.parameters import is_share, per_hundred, plain_unit
from llr_sd.report.shared.memory import remembered
from llr_sd.report.shared.reading import (
    Quantity,
    element_words,
    labels,
    quantity,
    table,
)
from llr_sd.report.shared.wording import (
    NONE,
    TINY,
    amount,
    percent,
    with_unit,
)
from llr_sd.result import StudyResult

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Share:
    """What one input has: a share of the spread, or an effect in the output's unit, with its 95 % interval."""

    input: str
    name: str
    value: float
    low: float
    high: float


def frame_of(result: StudyResult, name: str, *columns: str) -> pd.DataFrame:
    """Return a table of the result, empty where it is missing or lacks one of the columns."""
    frame = result.tables.get(name)
    if frame is None or frame.empty or not set(columns) <= set(frame.columns):
        return pd.DataFrame(columns=list(columns))
    return frame


@remembered
def input_facts(result: StudyResult) -> dict[str, tuple[str, str, str]]:
    """Return name in words, unit and grade of every uncertain parameter, by its name and by the variable that it sets."""
    facts: dict[str, tuple[str, str, str]] = {}
    for row in table(result, "parameters").to_dict("records"):
        unit, grade = (str(row[k]) if row[k] == row[k] else "" for k in ("unit", "grade"))
        name = str(row["name"])
        words = labels(result).get(canonical(name), name.replace("_", " "))
        fact = (words, plain_unit(words, unit), grade)
        facts |= {str(row["variable"]): fact, str(row["name"]): fact}
        whole = row.get("whole")
        if isinstance(whole, str) and whole:
            facts[whole] = (input_name(result, whole), "", grade)
    return facts


def input_name(result: StudyResult, name: str) -> str:
    """Return an input, a group or a lever in words: its label, or its name where it has none."""
    return labels(result).get(canonical(name), name.replace("_", " "))


def spoken(result: StudyResult, name: str, *, first: bool = False) -> str:
    """Return an input as a sentence says it, at its start where it is `first`: "the share of ..."; one without a label has no article."""
    words = input_name(result, name)
    if canonical(name) not in labels(result):
        return words
    return f"{'The' if first else 'the'} {words}"


def input_label(result: StudyResult, name: str) -> str:
    """Return an input in words with its unit and the grade of its evidence: "time from vacancy to start in post (Year, B)"."""
    words, unit, grade = input_facts(result).get(name, (input_name(result, name), "", ""))
    more = ", ".join(part for part in (unit, grade) if part)
    return f"{words} ({more})" if more else words


@remembered
def group_names(result: StudyResult) -> tuple[str, ...]:
    """Return the groups of the uncertain parameters; one without a group stands for itself, or for the whole that it is a share of."""
    rows = table(result, "parameters")[["group", "whole", "name"]].to_dict("records")
    return tuple(dict.fromkeys(next(str(v) for v in row.values() if v == v and v) for row in rows))


def described(result: StudyResult, output: str, time: float) -> Quantity:
    """Describe an output as a table names it (its element in brackets) at a time of the table."""
    base, _, rest = output.partition("[")
    found = quantity(result, base if base in result.study.outputs else output)
    label = found.label.removesuffix(f" [{element_words(result, found.output, found.element)}]")
    element = rest.removesuffix("]")
    words = f" [{element_words(result, found.output, element)}]" if element else ""
    return Quantity(found.output, element, f"{label}{words}", found.unit, time, found.over_time)


def part_words(value: float) -> str:
    """Return a share of the spread as a percentage; estimates outside 0 to 100 % are cut."""
    return NONE if not math.isfinite(value) else percent(round(min(max(value, 0.0), 1.0), 6))


def between(share: Share, joined: str = "to") -> str:
    """Return a share's 95 % interval: "27 to 30%"."""
    low, high = part_words(share.low), part_words(share.high)
    if NONE in (low, high):
        return NONE
    return f"{low.removesuffix('%') if low[0].isdigit() else low} {joined} {high}"


def with_interval(share: Share) -> str:
    """Return a share with its 95 % interval: "28% (27 to 30%)"."""
    interval = between(share)
    alone = interval == NONE or share.high < TINY
    return part_words(share.value) if alone else f"{part_words(share.value)} ({interval})"


def model_unit(result: StudyResult, name: str) -> str:
    """Return the unit of an input as the model writes it; empty for a name that is no parameter."""
    rows = table(result, "parameters")
    units = rows.loc[(rows["name"] == name) | (rows["variable"] == name), "unit"]
    return str(units.iloc[0]) if len(units) else ""


def side_of(result: StudyResult, name: str, low: float, high: float) -> str:
    """Say of an input by name on which side of a value it lies, or between which."""
    return side_words(input_name(result, name), model_unit(result, name), low, high)


def side_words(called: str, unit: str, low: float, high: float) -> str:
    """Say on which side of a value an input lies, or between which, infinite where it is open; a share is told as so many in 100.

    `unit` is as the model writes it.
    """

    def told(value: float, *, last: bool = True) -> str:
        if is_share(called, unit):
            return f"{per_hundred(value)} in 100" if last else per_hundred(value)
        return with_unit(value, plain_unit(called, unit)) if last else amount(value, unit)

    if not math.isfinite(low):
        return f"below {told(high)}"
    if not math.isfinite(high):
        return f"above {told(low)}"
    return f"between {told(low, last=False)} and {told(high)}"
