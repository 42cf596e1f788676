"""The parameter table of a model: each constant with unit, range, distribution, source and grade."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from llr_sd.distribution import Distribution
from llr_sd.equations import CONTROLS, Cell, Equations, canonical
from llr_sd.errors import InputError, nearest
from llr_sd.textfiles import Row, read_text, table_rows

if TYPE_CHECKING:
    import pandas as pd

SHARES = {"Dmnl": "share of ", "1/Year": "yearly share of "}
"""How the label of a share begins, by unit: its values are told as so many in 100."""
GRADES = {"A": "source document", "B": "literature", "C": "judgement"}
_COUNTED = ("head", "heads", "person", "persons", "people", "patient", "patients", "wte", "fte")
"""Units of people and posts, of which there are never fewer than none."""


@dataclass(frozen=True)
class Parameter:
    """One row of `parameters.csv`: a constant of the model, or one element of a subscripted one.

    Attributes
    ----------
    name
        What studies call it.
    variable
        The constant as the model writes it, with its element.
    unit, value
        As the model file has them.
    distribution
        How it varies by default.
    group
        Of parameters that belong together; empty for none.
    source, grade, note
        Where it comes from: A source document, B literature, C judgement; and what else is to be known.
    minimum, maximum
        What a study may set it to, in its unit.
    label
        What people read ("share of newly qualified GP heads who take an NHS GP post"), empty where there is none.
    whole
        What it is a share of, where it varies together with the other shares so that they sum to one; empty otherwise.
    planned
        What the plan that the model examines believes it to be; None where the plan says nothing.
    fitted_to
        What the value was fitted to, or chosen knowing; empty where nothing is stated.
    """

    name: str
    variable: str
    unit: str
    value: float
    distribution: Distribution
    group: str
    source: str
    grade: str
    note: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    label: str = ""
    whole: str = ""
    planned: float | None = None
    fitted_to: str = ""

    @property
    def called(self) -> str:
        """The label; the name where there is none."""
        return self.label or self.name

    @property
    def bounds(self) -> tuple[float, float]:
        """The permissible bounds; where none is stated, people and posts are at least 0, and a share lies between 0 and 1."""
        share = self.unit == "Dmnl" and is_share(self.called, self.unit) and 0 <= self.value <= 1
        counted = self.unit.casefold() in _COUNTED and self.value >= 0
        low = 0.0 if math.isinf(self.minimum) and (share or counted) else self.minimum
        return low, 1.0 if math.isinf(self.maximum) and share else self.maximum

    def check(self, value: float, where: str) -> None:
        """Raise InputError, naming `where`, when `value` is not permissible."""
        if not self.minimum <= value <= self.maximum:
            raise InputError(
                f"{self.name} = {value:g} is out of its range, {self.minimum:g} to {self.maximum:g} {self.unit}.",
                where=where,
                mend="Choose a value inside it.",
            )
        if value < 0 <= self.value and math.isinf(self.minimum) and self.unit.casefold() in _COUNTED:
            raise InputError(f"{self.name} = {value:g}: there cannot be fewer than 0 {self.unit}.", where=where)


def is_share(name: str, unit: str) -> bool:
    """Whether values of an input are told as so many in 100: what people call a share, or a yearly share."""
    return unit in SHARES and name.casefold().startswith(SHARES[unit])


def per_hundred(share: float) -> str:
    """Return how many in 100 a share is: "62", "2.9", "98.7"."""
    value = 100 * share
    return f"{value:.0f}" if 10 <= value <= 90 else f"{value:.3g}" if value > 90 else f"{value:.2g}"


def plain_unit(name: str, unit: str) -> str:
    """Return the unit to write after a value; empty for a pure number, and for a rate whose name says that it is yearly."""
    return "" if unit in ("", "Dmnl") or (unit == "1/Year" and name.casefold().startswith("yearly ")) else unit


@dataclass(frozen=True)
class ParameterTable:
    """All parameters of a model, in file order; found by name, by the variable as the modeller wrote it, or by label.

    `more` holds labels that a study gives, each with the name of its parameter; the table's own stay.
    """

    rows: tuple[Parameter, ...]
    source: Path
    more: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _index(self) -> dict[str, Parameter]:
        return {canonical(p.variable): p for p in self.rows} | {canonical(p.name): p for p in self.rows}

    @cached_property
    def _labelled(self) -> dict[str, list[Parameter]]:
        found: dict[str, list[Parameter]] = {}
        for label, name in [*((p.label, p.name) for p in self.rows if p.label), *self.more]:
            same, p = found.setdefault(canonical(label), []), self._index[canonical(name)]
            if p not in same:
                same.append(p)
        return found

    def find(self, name: str) -> Parameter | None:
        """Return the parameter called `name`, or None; raise InputError where it is the label of several."""
        found = self._index.get(canonical(name))
        if found is not None:
            return found
        labelled = self._labelled.get(canonical(name), [])
        if len(labelled) > 1:
            names = ", ".join(p.name for p in labelled)
            raise InputError(f'"{name}" is the label of {len(labelled)} parameters: {names}.', mend="Write the name of one.")
        return labelled[0] if labelled else None

    @property
    def planned(self) -> dict[str, float]:
        """What the plan believes, by name; empty where the table has no column "planned"."""
        return {p.name: p.planned for p in self.rows if p.planned is not None}

    @property
    def spoken(self) -> list[str]:
        """Everything that a parameter can be called by, for suggestions."""
        return [*(n for p in self.rows for n in (p.name, p.label) if n), *(label for label, _ in self.more)]

    def get(self, name: str, where: str) -> Parameter:
        """Return the parameter called `name`; raise InputError with the nearest name otherwise."""
        try:
            found = self.find(name)
        except InputError as error:
            raise error.at(where) from None
        if found is None:
            raise InputError(f'the model has no parameter "{name}".', where=where, mend=nearest(name, self.spoken))
        return found

    def in_group(self, group: str, where: str) -> tuple[Parameter, ...]:
        """Return the uncertain parameters of a group; raise InputError when there are none."""
        known = sorted({p.group for p in self.rows if p.group})
        found = tuple(p for p in self.rows if p.group == group and p.distribution.kind != "fixed")
        if not found:
            have = ", ".join(known) or "none: the model has no parameters.csv"
            raise InputError(
                f'no uncertain parameter is in the group "{group}" (groups: {have}).', where=where, mend=nearest(group, known)
            )
        return found

    def to_frame(self) -> pd.DataFrame:
        """Return the table with one row a parameter, indexed by name."""
        import pandas as pd

        flat = []
        for p in self.rows:
            d = p.distribution
            row: dict[str, object] = {"name": p.name, "variable": p.variable, "value": p.value, "unit": p.unit}
            row |= {"low": d.low, "mode": d.mode, "high": d.high, "distribution": d.kind, "group": p.group}
            row |= {"source": p.source, "grade": p.grade, "note": p.note, "min": p.minimum, "max": p.maximum}
            row |= {"planned": math.nan if p.planned is None else p.planned, "fitted_to": p.fitted_to, "label": p.label}
            flat.append(row)
        return pd.DataFrame(flat, index=pd.Index([p.name for p in self.rows]))


COLUMNS = (
    "name", "variable", "unit", "low", "mode", "high", "distribution", "group", "source", "grade", "note", "min", "max", "label",
)  # fmt: skip
"""The first eleven must be there; without `min` and `max` a value is unbounded, without `label` people read the name."""
FILE = "parameters.csv"


def table_beside(model: Path) -> Path | None:
    """Return the parameter table of a model file: `NAME.parameters.csv` beside NAME.mdl, else the `parameters.csv` of its folder."""
    files = {f.name.casefold(): f for f in sorted(model.parent.iterdir())}
    return files.get(f"{model.stem}.{FILE}".casefold()) or files.get(FILE)


def read_parameters(
    path: Path, equations: Equations, relocated: Callable[[Sequence[Row]], Sequence[Row]] = tuple
) -> ParameterTable:
    """Return a parameter table, held against the model.

    Constants without a row follow those of the table, with what the model file says of them.

    Parameters
    ----------
    path
        Of the table.
    equations
        Of the model.
    relocated
        May put other rows in place of those of a subscript range.

    Raises
    ------
    InputError
        Naming row and column of the first fault.
    """
    table, faults = examine_parameters(path, equations, relocated)
    if faults:
        raise faults[0]
    clock = {canonical(c) for c in CONTROLS}
    rest = (p for p in parameters_of(equations) if table.find(p.variable) is None and canonical(p.variable) not in clock)
    return replace(table, rows=(*table.rows, *rest))


def examine_parameters(
    path: Path, equations: Equations, relocated: Callable[[Sequence[Row]], Sequence[Row]] = tuple
) -> tuple[ParameterTable, tuple[InputError, ...]]:
    """Read a parameter table as far as it can be used, and every fault in it, in file order.

    A row that is at fault stays in the table with the model's own value, unless it names no constant or one that has a row. Two
    uncertain parameters must not have the same label: readers could not tell them apart.
    """
    lines = relocated(table_rows(read_text(path), str(path), COLUMNS[:11], (*COLUMNS, "planned", "fitted_to", "sd")))
    faults: list[InputError] = []
    rows: list[Parameter] = []
    seen: dict[str, Row] = {}
    labelled: dict[str, tuple[Parameter, Row]] = {}
    for line in lines:
        row = _row(line, equations, faults)
        if row is None:
            continue
        keys = {canonical(row.name), canonical(row.variable)}
        if double := next((seen[k].number for k in sorted(keys) if k in seen), 0):
            faults.append(InputError(f'"{row.name}" is already in row {double}.', where=line.where, mend="Keep one row."))
            continue
        seen |= dict.fromkeys(keys, line)
        if row.label and row.distribution.kind != "fixed":
            first, other = labelled.setdefault(row.label.casefold(), (row, line))
            if other is not line:
                what = f'column label: "{row.label}" of {row.name} is that of {first.name} in row {other.number}.'
                faults.append(InputError(what, where=line.where, mend="Give each uncertain parameter a label of its own."))
        rows.append(row)
    faults += _misspelt_groups(lines)
    return ParameterTable(tuple(rows), path), tuple(faults)


def _misspelt_groups(lines: Sequence[Row]) -> Iterator[InputError]:
    """A group that stands in one row and is spelt nearly as one that stands in several: its row would quietly stay out of studies."""
    counts = Counter(line["group"] for line in lines if line["group"])
    for line in lines:
        others = [g for g, n in counts.items() if n > 1]
        if counts[line["group"]] == 1 and (close := difflib.get_close_matches(line["group"], others, n=1, cutoff=0.85)):
            what = f'column group: "{line["group"]}" stands in this row alone; {counts[close[0]]} rows have "{close[0]}".'
            yield InputError(what, where=line.where, mend="Spell them alike, or give it a name that is further from it.")


def _row(line: Row, equations: Equations, faults: list[InputError]) -> Parameter | None:
    """Return a row, or None where it names no constant; what is wrong with it joins the faults."""

    def fault(what: str, mend: str = "") -> None:
        faults.append(InputError(what, where=line.where, mend=mend))

    def number(column: str, default: float, needed: bool = False) -> float:
        try:
            return line.number_in(column, None if needed else default)
        except InputError as error:
            faults.append(error)
            return default

    try:
        cell = equations.cell(line["variable"])
    except InputError as error:
        fault(f"column variable: {error.what}", error.mend)
        return None
    if cell.variable.kind != "constant":
        fault(f'column variable: "{cell.label}" is not a constant of the model.')
        return None
    value, unit, agree = equations.constant_value(cell), cell.variable.unit, "Make the two agree."
    mode = number("mode", value, needed=True)
    if not math.isclose(mode, value, rel_tol=1e-12, abs_tol=1e-15):
        fault(f"column mode: {mode:.12g}, but the model file has {cell.label} = {value:.12g}.", agree)
    if line["unit"] != unit:
        fault(f'column unit: "{line["unit"]}", but the model file has "{unit}".', agree)
    for column in ("name", "source"):
        if not line[column]:
            fault(f"column {column}: is empty.", f"Give each row a {column}.")
    if line["grade"] not in GRADES:
        meanings = ", ".join(f"{g} ({m})" for g, m in GRADES.items())
        fault(f'column grade: "{line["grade"]}" is not one of {meanings}.')
    low, high, planned = (number(column, math.nan) for column in ("low", "high", "planned"))
    limits = cell.variable.limits
    minimum = number("min", -math.inf if limits[0] is None else limits[0])
    maximum = number("max", math.inf if limits[1] is None else limits[1])
    _within(line, {"low": low, "mode": mode, "high": high, "planned": planned}, minimum, maximum, fault)
    try:
        distribution = Distribution(line["distribution"] or "fixed", low, value, high, number("sd", math.nan))
    except InputError as error:
        fault(f"column distribution: {error.what}", error.mend)
        distribution = Distribution("fixed", mode=value)
    label = " ".join(line["label"].split())
    told = (line["group"], line["source"], line["grade"], line["note"])
    name, believed = line["name"] or cell.label, None if math.isnan(planned) else planned
    return Parameter(
        name,
        cell.label,
        unit,
        value,
        distribution,
        *told,
        minimum,
        maximum,
        label,
        planned=believed,
        fitted_to=" ".join(line["fitted_to"].split()),
    )


def _within(line: Row, numbers: Mapping[str, float], minimum: float, maximum: float, fault: Callable[[str, str], None]) -> None:
    """Hold the numbers of a row to its own bounds, or to those that the model file states; the model's own value is not held to these."""
    own = bool(line["min"] or line["max"])
    if own and not minimum <= maximum:
        fault(f"column min: {minimum:g} is above max, {maximum:g}.", "")
        return
    whose = f"min {minimum:g} and max {maximum:g}" if own else f"{minimum:g} and {maximum:g}, the range in the model file"
    for column, entry in numbers.items():
        if (own or column != "mode") and (entry < minimum or entry > maximum):
            fault(f"column {column}: {entry:g} is not between {whose}.", "Correct one of them.")


def parameters_of(equations: Equations) -> ParameterTable:
    """Return a table of the model's constants as they stand, for a model file that comes without a table of its own.

    Where the file states a range, as Vensim does with [low,high] behind the unit, the constant is uniform over it: judgement, grade C. A
    switch, [0,1,1], whose step leaves the two ends alone, is one or the other.
    """
    return ParameterTable(tuple(_as_written(equations, cell) for cell in equations.constants()), equations.source)


def _as_written(equations: Equations, cell: Cell) -> Parameter:
    value, variable = equations.constant_value(cell), cell.variable
    low, high = (e if b is None else b for b, e in zip(variable.limits, (-math.inf, math.inf), strict=True))
    spread, source = Distribution("fixed", math.nan, value, math.nan), "the model file"
    if math.isfinite(high - low) and low < high and low <= value <= high and cell.label not in CONTROLS:
        spread, source = Distribution("uniform", low, value, high), "range in the model file"
        if variable.step is not None and math.isclose(variable.step, high - low):
            spread = Distribution("discrete", mode=value, values=(low, high))
    return Parameter(cell.label, cell.label, variable.unit, value, spread, "", source, "C", variable.comment, low, high)
