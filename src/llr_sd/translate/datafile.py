"""Series for data variables that have no equation: a table beside the model, as Vensim exports one.

Vensim takes such series from datasets chosen outside the model. Here they come from `<model>.data.csv` or `<model>.data.tab` (or else
`data.csv`, `data.tab`) in the model's folder: "Time" heads the column or row of times, and names of variables or elements the others.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from llr_sd.equations import Table, canonical
from llr_sd.errors import InputError, LlrSdError, shown
from llr_sd.textfiles import read_text
from llr_sd.translate.source import Place
from llr_sd.values import number

_LARGEST = 200 * 2**20


def data_files(model: Path) -> tuple[Path, ...]:
    """Return the names under which a table of series is looked for, in that order."""
    return tuple(model.with_name(n) for n in (f"{model.stem}.data.csv", f"{model.stem}.data.tab", "data.csv", "data.tab"))


@dataclass(slots=True)
class Datasets:
    """The table of series beside a model, read when a variable first asks for it."""

    model: Path
    _series: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] | None = field(default=None)

    def table(self, label: str, method: str, place: Place) -> Table:
        """Return the series of a variable or element; raise NotSupported when there is none."""
        found = self._read(place).get(_key(label))
        if found is None:
            names = " or ".join(f.name for f in data_files(self.model)[:2])
            raise place.not_supported(
                f"has no equation, and no data for {shown(label)} are at hand.",
                f"Put its series into {names} beside the model, under the heads Time and {label}; or write its equation.",
            )
        return Table(found[0], found[1], method)

    def _read(self, place: Place) -> Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]:
        if self._series is None:
            home = self.model.resolve().parent
            file = next((f for f in data_files(self.model) if f.is_file()), None)
            if file is None:
                self._series = {}
            elif not file.resolve().is_relative_to(home) or file.stat().st_size > _LARGEST:
                raise place.refuse(f"{file.name} is a link to another folder, or too large.", "Copy what the model needs.")
            else:
                self._series = _series(file)
        return self._series


def _series(file: Path) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    """Return times and values by name; cells without an entry are no points."""
    separator = "\t" if file.suffix == ".tab" else ","
    try:
        rows = [
            r for r in csv.reader(read_text(file).splitlines(), delimiter=separator, strict=True) if any(c.strip() for c in r)
        ]
    except csv.Error as error:
        raise InputError("the table cannot be read: a quote is not closed.", where=str(file), mend="Save it again.") from error
    if not rows or canonical(rows[0][0]) != "time":
        raise InputError('its first cell is not "Time".', where=str(file), mend='Put times under, or beside, the head "Time".')
    width = len(rows[0])
    for n, row in enumerate(rows, start=1):
        if len(row) > width and any(c.strip() for c in row[width:]):
            raise InputError(
                f"has {len(row)} entries, and the head {width}.", where=f"{file.name}, row {n}", mend="Remove the others."
            )
        row += [""] * (width - len(row))
    if any(not _is_number(c) for c in rows[0][1:] if c.strip()):
        rows = [list(column) for column in zip(*(r[:width] for r in rows), strict=True)]
    times = [_number(c, f"{file.name}, Time") for c in rows[0][1:] if c.strip()]
    if sorted(set(times)) != times or not times:
        raise InputError("its times do not rise from each to the next.", where=str(file), mend="Sort them, and name each once.")
    found: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {}
    for row in rows[1:]:
        name = row[0].strip()
        where = f"{file.name}, {shown(name)}"
        points = [(t, _number(c, where)) for t, c in zip(times, row[1:], strict=False) if c.strip()]
        if not name or not points:
            continue
        if _key(name) in found:
            raise InputError("appears twice in the table.", where=where, mend="Keep one.")
        found[_key(name)] = tuple(t for t, _ in points), tuple(v for _, v in points)
    return found


def _is_number(text: str) -> bool:
    try:
        number(text.strip())
    except LlrSdError:
        return False
    return True


def _number(text: str, where: str) -> float:
    return number(text.strip(), where)


def _key(label: str) -> str:
    """Return the form in which two spellings of "name[element,element]" are equal."""
    name, _, elements = label.partition("[")
    return f"{canonical(name)}[{','.join(canonical(e) for e in elements.rstrip(' ]').split(','))}"
