"""Spreadsheets that a model names: read here, through PySD's own reader, so that engines open no file.

Missing values are treated as PySD does: a data series or lookup is filled by its interpolation method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import TranslationError
from llr_sd.translate.messages import first_line
from llr_sd.translate.source import Place

Coordinates = dict[str, list[str]]
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
METHODS = ("interpolate", "raw", "hold_backward", "look_forward")
_T = TypeVar("_T")


def forget() -> None:
    """Let go of the spreadsheets that were read, so that the next translation reads them anew."""
    from pysd.py_backend.external import Excels

    Excels.clean()


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

    elements = _guarded(read, definition["file"], definition["tab"], place)
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

    numbers = _guarded(read, tree.file, tree.tab, place)
    if np.isnan(numbers).any():
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

    return _guarded(read, tree.file, tree.tab, place)


def _guarded(read: Callable[[], _T], file: str, tab: str, place: Place) -> _T:
    """Run a reading; turn whatever goes wrong into an error that names the spreadsheet and the variable."""
    if str(file).startswith("?"):
        raise place.refuse(f'the file "{file}" is an indirect reference.', "Write the name of the file.")
    if not (place.file.parent / file).is_file():
        raise place.refuse(
            f'the file "{file}" is not there.', f'Put it beside {place.file.name}, in "{place.file.parent.resolve()}".'
        )
    try:
        return read()
    except TranslationError:
        raise
    except ImportError as error:
        raise place.refuse(f'"{file}" is of a kind that is not read here.', "Save it as .xlsx or .csv.") from error
    except Exception as error:
        lines = [s.strip() for s in str(error).splitlines() if s.strip() and s.strip() != place.variable]
        reason = first_line(ValueError(lines[0])) if lines else type(error).__name__
        raise place.refuse(
            f'"{file}", sheet or separator "{tab}", cannot be read as the equation asks ({reason}).',
            "Check the sheet and the cells that the equation names.",
        ) from error
