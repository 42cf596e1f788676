"""Spreadsheets that a model names: read here, through PySD's own reader, so that engines open no file.

Missing values are treated as PySD does: a data series or lookup is filled by its interpolation method.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import TranslationError, shown
from llr_sd.translate.source import Place

Coordinates = dict[str, list[str]]
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
METHODS = ("interpolate", "raw", "hold_backward", "look_forward")
_T = TypeVar("_T")
_LARGEST = 200 * 2**20
_SEPARATORS = ("", ",", ";", "\t", "|", " ", ":")
_CELL = re.compile(r"[^\W\d][\w.]*\*?|\d{1,7}|", re.ASCII)


def forget() -> None:
    """Let go of the spreadsheets that were read, so that the next translation reads them anew."""
    reader = sys.modules.get("pysd.py_backend.external")  # not imported where no spreadsheet was read: that takes half a second
    if reader is not None:
        reader.Excels.clean()


def subscript_elements(definition: Mapping[str, str], place: Place) -> tuple[str, ...]:
    """Return the elements of a subscript range that a spreadsheet lists."""
    from pysd.py_backend.external import ExtSubscript

    def read() -> tuple[str, ...]:
        found = ExtSubscript(
            definition["file"],
            definition["tab"],
            definition["firstcell"],
            definition["lastcell"],
            definition["prefix"],
            place.file.parent.resolve(),
        )
        return tuple(str(e).strip() for e in found.subscript)

    cells = definition["firstcell"], definition["lastcell"]
    elements = _guarded(read, definition["file"], definition["tab"], cells, place)
    if not elements:
        raise place.refuse(
            f'the cells from {definition["firstcell"]} of "{definition["file"]}" are empty.', "List the elements there."
        )
    return elements


def constants(tree: Any, coordinates: Coordinates, place: Place) -> NDArray[np.float64]:
    """Read GET DIRECT CONSTANTS; return an array with one axis for each of `coordinates`."""
    from pysd.py_backend.external import ExtConstant

    def read() -> NDArray[np.float64]:
        found = ExtConstant(tree.file, tree.tab, tree.cell, coordinates, place.file.parent.resolve(), coordinates, place.variable)
        found.initialize()
        return np.asarray(found.data, dtype=np.float64)

    numbers = _guarded(read, tree.file, tree.tab, (tree.cell,), place)
    if not np.isfinite(numbers).all():
        raise place.refuse(
            f'a cell of "{tree.file}", sheet "{tree.tab}", from {tree.cell} on is empty or not a number.', "Fill in the number."
        )
    return numbers


def lookup(tree: Any, coordinates: Coordinates, place: Place) -> Curve:
    """Read GET DIRECT LOOKUPS; return x, and y with one axis for x and one for each of `coordinates`."""
    from pysd.py_backend.external import ExtLookup

    return _curve(partial(ExtLookup, tree.file, tree.tab, tree.x_row_or_col, tree.cell), "lookup_dim", tree, coordinates, place)


def data(tree: Any, keyword: str, coordinates: Coordinates, place: Place) -> Curve:
    """Read GET DIRECT DATA; return times, and values with one axis for time and one for each of `coordinates`."""
    from pysd.py_backend.external import ExtData

    return _curve(
        partial(ExtData, tree.file, tree.tab, tree.time_row_or_col, tree.cell, keyword), "time", tree, coordinates, place
    )


def _curve(external: Callable[..., Any], dimension: str, tree: Any, coordinates: Coordinates, place: Place) -> Curve:
    def read() -> Curve:
        found = external(coordinates, place.file.parent.resolve(), coordinates, place.variable)
        found.initialize()
        return np.asarray(found.data[dimension], dtype=np.float64), np.asarray(found.data, dtype=np.float64)

    across = tree.x_row_or_col if dimension == "lookup_dim" else tree.time_row_or_col
    x, y = _guarded(read, tree.file, tree.tab, (across, tree.cell), place)
    if not np.isfinite(x).all() or np.isinf(y).any():
        raise place.refuse(f"{shown(tree.file)} holds an infinite number, or an x without one.", "Write finite numbers.")
    return x, y


def _guarded(read: Callable[[], _T], file: str, tab: str, cells: tuple[str, ...], place: Place) -> _T:
    """Run a reading; turn whatever goes wrong into an error that names the spreadsheet and the variable."""
    _check(file, tab, cells, place)
    try:
        return read()
    except TranslationError:
        raise
    except ImportError as error:
        raise place.not_supported(f"{shown(file)} is of a kind that is not read here.", "Save it as .xlsx or .csv.") from error
    except Exception as error:
        where = f"separator {tab!r}" if _is_text(file) else f"sheet {shown(tab)}"
        raise place.refuse(
            f"{shown(file)}, {where}, cannot be read as the equation asks (cells {', '.join(shown(c) for c in cells)}).",
            "Check the sheet, and that the cells which the equation names hold as many numbers as it needs.",
        ) from error


def _check(file: str, tab: str, cells: tuple[str, ...], place: Place) -> None:
    """Refuse files outside the model's folder and what is no plain name of a sheet, separator or cell."""
    if file.startswith("?"):
        raise place.not_supported(f"the file {shown(file)} is an indirect reference.", "Write the name of the file.")
    home = place.file.parent.resolve()
    if not file.strip() or any(ord(c) < 32 for c in file):
        raise place.refuse(f"{shown(file)} is not the name of a file.", f"Name a file beside {place.file.name}.")
    try:
        path = (home / file).resolve()
        there = path.is_file()
        size = path.stat().st_size if there else 0
    except (OSError, ValueError, RuntimeError) as error:
        raise place.refuse(f"the file {shown(file)} cannot be opened.", "Check its name.") from error
    if not path.is_relative_to(home):
        raise place.refuse(
            f"the file {shown(file)} lies outside the model's folder.",
            f"Copy it beside {place.file.name}; a model reads no other folder.",
        )
    if not there:
        raise place.not_supported(f"the file {shown(file)} is not there.", f'Put it beside {place.file.name}, in "{home}".')
    if size > _LARGEST or _unpacked(path) > _LARGEST:
        raise place.refuse(
            f"the file {shown(file)} is larger than {_LARGEST // 2**20} MB.", "Keep only the cells that the model reads."
        )
    if _is_text(file) and tab not in _SEPARATORS and not tab[:1].isalnum():
        raise place.refuse(
            f"the separator {shown(tab)} of {shown(file)} is not one plain character.", "Write ',' or ';' or a tab."
        )
    for cell in cells:
        if not _CELL.fullmatch(cell):
            raise place.refuse(f"{shown(cell)} is neither a cell, a row, a column nor a range's name.", "Write it as B2, or B2*.")


def _is_text(file: str) -> bool:
    return not file.lower().endswith((".xls", ".xlsx", ".xlsm", ".xlsb", ".odf", ".ods", ".odt"))


def _unpacked(path: Path) -> int:
    """Return the size of a workbook once unpacked, which a small file can make very large."""
    try:
        with zipfile.ZipFile(path) as packed:
            return sum(i.file_size for i in packed.infolist())
    except (zipfile.BadZipFile, OSError):
        return 0
