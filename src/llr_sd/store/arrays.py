"""Runs on disk: one zarr group, dims (scenario, run, ...), written block by block so that memory does not grow with the runs."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.result import Block
from llr_sd.store.contents import damaged

if TYPE_CHECKING:
    import xarray as xr

RUNS_IN_CHUNK = 4096
CENTRAL = "central: "


@dataclass(frozen=True)
class Piece:
    """A block and where it belongs.

    Attributes
    ----------
    scenario
        Position of the scenario.
    start
        Its first run, counted from 0.
    block
        The runs.
    """

    scenario: int
    start: int
    block: Block


def write_runs(path: Path, scenarios: tuple[str, ...], runs: int, pieces: Iterator[Piece], central: list[Piece]) -> None:
    """Write the runs of a study.

    Parameters
    ----------
    path
        The zarr folder to make.
    scenarios
        Their names in order.
    runs
        Runs a scenario.
    pieces
        The blocks of the main sample, in any order.
    central
        One piece a scenario: the run with every parameter at its mode; its outputs are written as "central: <output>".
    """
    import zarr

    first = central[0].block
    times = np.array(sorted({t for p in central for t in p.block.coords.get("time", ())}), dtype=np.float64)
    coords: dict[str, NDArray[Any]] = {d: np.array(v) for d, v in first.coords.items() if d != "time"}
    coords |= {"scenario": np.array(scenarios), "run": np.arange(runs)} | ({"time": times} if len(times) else {})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not have a Zarr V3 specification.*")
        # A folder has no order of its own; readers take the outputs in the study's.
        order = [*first.dims, *(CENTRAL + n for n in first.dims), "ok"]
        root = zarr.open_group(path, mode="w", zarr_format=2, attributes={"outputs": order})
        for name, values in coords.items():
            _array(root, name, (name,), values.shape, values.dtype, values.shape)[:] = values
        for name, dims in first.dims.items():
            inner = tuple(len(coords[d]) for d in dims)
            about = {"units": first.units[name], "label": first.labels[name]}
            chunk = (1, min(runs, RUNS_IN_CHUNK), *inner)
            _array(root, name, ("scenario", "run", *dims), (len(scenarios), runs, *inner), np.dtype("f8"), chunk, about)
            _array(root, CENTRAL + name, ("scenario", *dims), (len(scenarios), *inner), np.dtype("f8"), (1, *inner), about)
        _array(root, "ok", ("scenario", "run"), (len(scenarios), runs), np.dtype("?"), (1, min(runs, RUNS_IN_CHUNK)))
        for piece in pieces:
            stop = piece.start + len(piece.block.ok)
            root["ok"][piece.scenario, piece.start : stop] = piece.block.ok
            for name, values in piece.block.outputs.items():
                root[name][piece.scenario, piece.start : stop] = _spread(piece.block, name, values, times)
        for piece in central:
            for name, values in piece.block.outputs.items():
                root[CENTRAL + name][piece.scenario] = _spread(piece.block, name, values, times)[0]


def _array(
    root: Any,
    name: str,
    dims: tuple[str, ...],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    chunks: tuple[int, ...],
    about: dict[str, str] | None = None,
) -> Any:
    attributes = {"_ARRAY_DIMENSIONS": list(dims)} | (about or {})
    fill = np.nan if dtype.kind == "f" else None
    return root.create_array(
        name, shape=shape, dtype=dtype, chunks=tuple(max(c, 1) for c in chunks), attributes=attributes, fill_value=fill
    )


def _spread(block: Block, name: str, values: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an output on the times of all scenarios: NaN where its own scenario was not saved."""
    if "time" not in block.dims[name] or len(block.coords["time"]) == len(times):
        return values
    axis = 1 + block.dims[name].index("time")
    shape = list(values.shape)
    shape[axis] = len(times)
    out = np.full(shape, np.nan)
    at: list[slice | NDArray[np.intp]] = [slice(None)] * values.ndim
    at[axis] = np.searchsorted(times, block.coords["time"])
    out[tuple(at)] = values
    return out


def open_runs(path: Path) -> xr.Dataset:
    """Open what `write_runs` wrote; arrays are read when they are used.

    Raises
    ------
    ResultError
        When an array is not of plain numbers or texts: some codecs of zarr run what a chunk says, so only ours are known here.
    """
    import xarray as xr

    for about in sorted(path.rglob(".zarray")):
        if not _plain(about):
            raise damaged(path.parent, about.relative_to(path.parent).as_posix())
    # Units stay as the modeller wrote them; "days since 2000" makes no dates.
    runs: xr.Dataset = xr.open_zarr(path, consolidated=False, chunks=None, zarr_format=2, decode_cf=False)
    outputs: list[str] = runs.attrs["outputs"]
    found = runs[outputs]
    for array in found.variables.values():
        array.attrs.pop("_FillValue", None)
    return found


def _plain(about: Path) -> bool:
    try:
        array = json.loads(about.read_text(encoding="utf-8"))
        codec = array["compressor"]
        known = codec is None or codec["id"] in ("blosc", "zstd", "lz4", "zlib", "gzip")
        return bool(known and array["filters"] is None and re.fullmatch(r"[<>|][fbiuU]\d+", array["dtype"]))
    except (ValueError, KeyError, TypeError):
        return False


def read_runs(settings: tuple[str, ...], runs: int, pieces: Iterator[Piece]) -> xr.Dataset:
    """Return the blocks of a sample in memory.

    Parameters
    ----------
    settings
        Their names in order, which become the dim "scenario".
    runs
        Runs a setting.
    pieces
        All blocks, in any order.

    Returns
    -------
    Dataset
        As `write_runs` would store it, without central runs.
    """
    import xarray as xr

    held = list(pieces)
    first = held[0].block
    times = np.array(sorted({t for p in held for t in p.block.coords.get("time", ())}), dtype=np.float64)
    arrays: dict[str, NDArray[Any]] = {"ok": np.zeros((len(settings), runs), dtype=bool)}
    for piece in held:
        rows = slice(piece.start, piece.start + len(piece.block.ok))
        arrays["ok"][piece.scenario, rows] = piece.block.ok
        for name, values in piece.block.outputs.items():
            spread = _spread(piece.block, name, values, times)
            if name not in arrays:
                arrays[name] = np.full((len(settings), runs, *spread.shape[1:]), np.nan)
            arrays[name][piece.scenario, rows] = spread
    coords: dict[str, Any] = {d: list(v) for d, v in first.coords.items() if d != "time"}
    coords |= {"scenario": list(settings)} | ({"time": times} if len(times) else {})
    data = {n: (("scenario", "run", *first.dims.get(n, ())), a, _about(first, n)) for n, a in arrays.items()}
    return xr.Dataset(data, coords=coords)


def _about(block: Block, name: str) -> dict[str, str]:
    return {"units": block.units[name], "label": block.labels[name]} if name in block.units else {}
