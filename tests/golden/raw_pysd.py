"""PySD reading and running a model file by itself: the witness of the translation, for files that are trusted.

PySD writes Python from the text of a model and runs it, so this stands in the tests alone.
"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from llr_sd.equations import Equations, Variable, canonical


def run_raw(equations: Equations, folder: Path) -> xr.Dataset:
    """Run `equations.source` in PySD; return its variables, dims (run, time, <axes>). Its Python goes to `folder`."""
    import pysd
    from pysd.builders.python.python_model_builder import ModelBuilder
    from pysd.translators.vensim.vensim_file import VensimFile
    from pysd.translators.xmile.xmile_file import XmileFile

    source = equations.source
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        file = VensimFile(source) if source.suffix.casefold() == ".mdl" else XmileFile(source)
        file.parse()
        builder = ModelBuilder(file.get_abstract_model())
        for section in builder.sections:
            section.path = folder / section.path.name
        # PySD writes arrays as numpy prints them: without this, cut to eight digits.
        with np.printoptions(precision=17, floatmode="unique", threshold=sys.maxsize):
            code = builder.build_model()
        _look_beside(folder, source.resolve().parent)
        model = pysd.load(str(code))
        spelling = {canonical(k): k for k in model.namespace}
        wanted = [v for v in equations.variables.values() if v.kind != "lookup" and canonical(v.name) in spelling]
        frame = model.run(return_columns=[spelling[canonical(v.name)] for v in wanted], flatten_output=False)
        times = frame.index.to_numpy(dtype=float)
        arrays = {
            v.name: (("run", "time", *(a.name for a in v.axes)), _values(frame[spelling[canonical(v.name)]], v, len(times))[None])
            for v in wanted
        }
    return xr.Dataset(arrays, coords={"time": times})


def _look_beside(folder: Path, home: Path) -> None:
    """Make PySD's code find spreadsheets beside the model file and macros beside itself."""
    for code in folder.glob("*.py"):
        text = code.read_text(encoding="utf-8").replace("_root.joinpath(", "Path(__file__).parent.joinpath(")
        code.write_text(re.sub(r"^_root = .*$", lambda _: f"_root = Path({str(home)!r})", text, flags=re.M), encoding="utf-8")


def _values(column: Any, variable: Variable, times: int) -> NDArray[np.float64]:
    if not variable.axes:
        return np.array([float(np.asarray(c)) for c in column])
    names = [a.name for a in variable.axes]
    out = [np.asarray(c.transpose(*names) if set(c.dims) == set(names) else c) for c in column]
    return np.array(out, dtype=np.float64).reshape((times, *variable.shape))
