"""Another set of localities, or of practices, for the system model: the same equations over another subscript table.

Only what belongs to localities changes in the model file: the range `Loc` and the constants subscripted by it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from llr_sd.equations import Equations, Variable, canonical
from llr_sd.errors import InputError, nearest
from llr_sd.textfiles import Row, read_table, table_rows

SKILLS = ("autonomous", "enhanced", "core", "foundation")
SHARES = tuple(f"{skill}_share" for skill in SKILLS)
COLUMNS = ("locality", "ccg", "list_size", "deprivation", *SHARES)
RANGE = "Loc"
TOLERANCE = 1e-6
_SKETCH = "\\\\\\---///"


@dataclass(frozen=True)
class Locality:
    """One row of a localities table.

    Attributes
    ----------
    name
        Element of the range `Loc`: a letter, then letters, digits or underscores.
    ccg
        Element of the range `CCG`.
    list_size
        Registered patients [Person], not negative.
    deprivation
        0 (least) to 1 (most) [Dmnl].
    shares
        Share of the practice WTE of each skill level of `SKILLS` that works here [Dmnl].
    """

    name: str
    ccg: str
    list_size: float
    deprivation: float
    shares: tuple[float, ...]


def read_localities(source: str | Path | Iterable[Mapping[str, object]], name: str = "localities") -> tuple[Locality, ...]:
    """Read a localities table and check it.

    Parameters
    ----------
    source
        A path to a CSV file, the text of one, or rows as mappings from column to entry. Columns are those of `COLUMNS`.
    name
        What messages call the table when it has no file.

    Returns
    -------
    tuple of Locality
        In the order of the table.

    Raises
    ------
    InputError
        Naming row and column, when a column is missing, a name is unfit or used twice, an entry is not a number, a count is
        negative, deprivation or a share is not between 0 and 1, or the shares of a skill level do not add to 1 (tolerance 1e-6).
        Rows are counted as in the file: the header is row 1.
    """
    lines, where = _table(source, name)
    if not lines:
        raise InputError("row 2: there is no locality.", where=where, mend="Give one row a locality.")
    rows = tuple(_row(line) for line in lines)
    seen: dict[str, int] = {}
    for line, row in zip(lines, rows, strict=True):
        first = seen.setdefault(row.name.casefold(), line.number)
        if first != line.number:
            raise InputError(f'column locality: "{row.name}" is already in row {first}.', where=line.where)
    last = lines[-1].number
    if not math.fsum(r.list_size for r in rows) > 0:
        raise InputError("column list_size: nobody is registered anywhere.", where=f"{where}, rows 2 to {last}")
    for i, column in enumerate(SHARES):
        total = math.fsum(r.shares[i] for r in rows)
        if abs(total - 1) > TOLERANCE:
            raise InputError(
                f"column {column}: shares add to {total:.6g}, not to 1.",
                where=f"{where}, rows 2 to {last}",
                mend="Divide each by that sum, if the proportions are right.",
            )
    return rows


def relocalise(mdl: str, localities: Sequence[Locality] | str | Path | Iterable[Mapping[str, object]]) -> str:
    """Return the model text with the localities of a table in place of its own.

    Parameters
    ----------
    mdl
        Text of `llr_system.mdl`, or of a model with the same range `Loc`, range `CCG` and locality constants.
    localities
        What `read_localities` takes or gives.

    Returns
    -------
    str
        The model with `Loc`, `list_size`, `deprivation`, `ccg_of` and `practice_share` replaced and all else as it was. Totals do
        not change: the table says who works where, not how many there are.

    Raises
    ------
    InputError
        As `read_localities`; and when a row has an unknown CCG, a locality has the name of something else in the model, or the
        text lacks a part that is to be replaced.
    """
    rows, where = _localities(localities)
    equations, mark, sketch = mdl.partition(_SKETCH)
    ccgs = _elements(equations, "CCG")
    taken = _names(equations) - {e.casefold() for e in _elements(equations, "Loc")}
    for number, row in enumerate(rows, start=2):
        if row.ccg not in ccgs:
            known = ", ".join(ccgs)
            raise InputError(
                f'column ccg: "{row.ccg}" is not one of {known}.', where=f"{where}, row {number}", mend=nearest(row.ccg, ccgs)
            )
        if row.name.casefold() in taken:
            raise InputError(
                f'column locality: "{row.name}" already names something in the model.',
                where=f"{where}, row {number}",
                mend="Choose another name.",
            )
    equations = _replace(equations, r"Loc:", _lines([r.name for r in rows]))
    equations = _replace(equations, r"list_size\[Loc\]=", _lines([_number(r.list_size) for r in rows]))
    equations = _replace(equations, r"deprivation\[Loc\]=", _lines([_number(r.deprivation) for r in rows]))
    equations = _replace(equations, r"ccg_of\[Loc\]=", _lines([str(ccgs.index(r.ccg) + 1) for r in rows]))
    shares = "\n\t".join(", ".join(_number(s) for s in r.shares) + ";" for r in rows)
    return _replace(equations, r"practice_share\[Loc,Skill\]=", shares) + mark + sketch


def local_rows(lines: Sequence[Row], equations: Equations, table: Path) -> tuple[Row, ...]:
    """Return the rows of a parameter table with those of constants by locality made anew, for a model over another table.

    Parameters
    ----------
    lines
        Of the parameter table, for the localities that the model has by itself.
    equations
        Of the model over the localities of `table`.

    Raises
    ------
    InputError
        When a value lies outside the `min` and `max` of the constant's rows; it names row and column of `table`.
    """
    heads = [equations.find(line["variable"].partition("[")[0]) for line in lines]
    made: dict[str, list[Row]] = {}
    found: list[Row] = []
    for line, head in zip(lines, heads, strict=True):
        axes = [a.name for a in head.axes] if head else []
        if head is None or RANGE not in axes:
            found.append(line)
        elif head.name not in made:
            own = [other for other, h in zip(lines, heads, strict=True) if h is head]
            made[head.name] = [_local_row(own, head, element, equations, table) for element in head.elements()]
            found += made[head.name]
    return tuple(found)


def _local_row(own: Sequence[Row], variable: Variable, element: tuple[str, ...], equations: Equations, table: Path) -> Row:
    """Return the row of one constant by locality: like the first of the table that agrees in the other subscripts."""
    axis = [a.name for a in variable.axes].index(RANGE)
    label, place = variable.label(element), element[axis]

    def written(line: Row) -> list[str]:
        return [e.strip() for e in line["variable"].partition("[")[2].rstrip(" ]").split(",")]

    others = [canonical(e) for i, e in enumerate(element) if i != axis]
    like = next((n for n in own if [canonical(e) for i, e in enumerate(written(n)) if i != axis] == others), own[0])
    old = re.escape(written(like)[axis])
    name, changed = re.subn(rf"(?<![^\W_]){old}(?![^\W_])", place, like["name"])
    number = 2 + variable.axes[axis].elements.index(place)
    value = equations.constant_value(equations.cell(label))
    if not like.number_in("min", -math.inf) <= value <= like.number_in("max", math.inf):
        what = f"column {variable.name}: {value:g} is not between {like['min']} and {like['max']}."
        raise InputError(what, where=f"{table}, row {number}")
    of_table = {"source": f"localities table {table.name}", "grade": "C", "distribution": "fixed", "low": "", "high": ""}
    new = {"name": name if changed else label, "variable": label, "mode": repr(value), "label": ""}
    return Row(number, str(table), {**like.entries, **of_table, **new})


def _table(source: str | Path | Iterable[Mapping[str, object]], name: str) -> tuple[tuple[Row, ...], str]:
    """Return the rows and what to call the table."""
    if isinstance(source, str | Path):
        if isinstance(source, str) and "\n" in source:
            return table_rows(source, name, COLUMNS), name
        return read_table(Path(source), COLUMNS), str(source)
    rows = [{str(k): str(v).strip() for k, v in row.items()} for row in source]
    for row in rows[:1]:
        for column in COLUMNS:
            if column not in row:
                raise InputError(f'has no column "{column}".', where=f"{name}, row 1", mend=nearest(column, row))
    return tuple(Row(number, name, row) for number, row in enumerate(rows, start=2)), name


def _row(line: Row) -> Locality:
    def number(column: str, top: float) -> float:
        value = line.number_in(column)
        if value < 0:
            raise InputError(f"column {column}: {line[column]} is negative.", where=line.where)
        if value > top:
            raise InputError(f"column {column}: {line[column]} is above {top:g}.", where=line.where)
        return value

    name = line["locality"]
    if not re.fullmatch(r"[A-Za-z]\w*", name, flags=re.ASCII):
        raise InputError(
            f'column locality: "{name}" is not a name.',
            where=line.where,
            mend="Use a letter, then letters, digits or underscores.",
        )
    return Locality(
        name,
        line["ccg"],
        number("list_size", math.inf),
        number("deprivation", 1.0),
        tuple(number(column, 1.0) for column in SHARES),
    )


def _localities(
    given: Sequence[Locality] | str | Path | Iterable[Mapping[str, object]],
) -> tuple[tuple[Locality, ...], str]:
    if isinstance(given, str | Path):
        inline = isinstance(given, str) and "\n" in given
        return read_localities(given), "localities" if inline else str(given)
    items = list(given)
    made = [r for r in items if isinstance(r, Locality)]
    if made and len(made) == len(items):
        return tuple(made), "localities"
    return read_localities([r for r in items if isinstance(r, Mapping)]), "localities"


def _elements(equations: str, subscript: str) -> list[str]:
    found = re.search(rf"(?m)^{subscript}:\s*([^~|]+?)\s*~", equations)
    if not found:
        raise InputError(
            f"the model has no subscript range {subscript}.",
            mend="Localities are those of llr_system, or of a model with the same ranges and constants.",
        )
    return [e.strip() for e in found[1].replace("\\\n", " ").split(",")]


def _names(equations: str) -> set[str]:
    """Return everything the model names, variables, ranges and elements, in lower case with underscores."""
    found = set(re.findall(r"(?m)^([A-Za-z][\w ]*?)(?:\[[^\]]*\])?\s*[=:]", equations))
    for subscript in re.findall(r"(?m)^(\w+):", equations):
        found |= set(_elements(equations, subscript))
    return {re.sub(r"[\s_]+", "_", n).casefold() for n in found} | {"time"}


def _replace(equations: str, head: str, body: str) -> str:
    """Put `body` in place of what stands between the head of an entry and its first tilde."""
    made, count = re.subn(rf"(?m)^({head})[^~|]*~", lambda found: f"{found[1]}\n\t{body}\n\t~", equations)
    if count != 1:
        name = head.replace("\\", "").rstrip(":=")
        raise InputError(
            f"the model has {count} entries for {name}, not one.",
            mend="Localities are those of llr_system, or of a model with the same ranges and constants.",
        )
    return made


def _lines(entries: Sequence[str], width: int = 110) -> str:
    """Return entries with commas, broken into lines the way Vensim continues them."""
    lines = [""]
    for i, entry in enumerate(entries):
        piece = entry + (", " if i < len(entries) - 1 else "")
        if len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\\\n\t\t".join(lines)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
