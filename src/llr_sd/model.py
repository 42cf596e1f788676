"""A model ready to run: its equations, its parameter table, and one `run` for every engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from llr_sd import bundled, store
from llr_sd import engine as engines
from llr_sd.design import Design
from llr_sd.distribution import Distribution
from llr_sd.ensemble import Ensemble
from llr_sd.equations import CONTROLS, Equations, canonical
from llr_sd.errors import InputError, clean, nearest, shown
from llr_sd.evidence import outside
from llr_sd.findings import Finding, merged
from llr_sd.laws import Conservation, read_laws
from llr_sd.parameters import FILE, Parameter, ParameterTable, parameters_of, read_parameters, table_beside
from llr_sd.textfiles import Row, beside, is_file, is_folder, read_text
from llr_sd.translate import translate
from llr_sd.workforce.localities import RANGE, local_rows, relocalise

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".mdl", ".xmile", ".xml", ".stmx", ".itmx")
_FIXED = Distribution("fixed", math.nan, 0.0, math.nan)


def bundled_models() -> tuple[str, ...]:
    """Return the names of the bundled models."""
    return tuple(sorted(p.name for p in bundled.folder("models").iterdir() if (p / f"{p.name}.mdl").is_file()))


@dataclass(frozen=True)
class Model:
    """A translated model with its parameter table.

    Attributes
    ----------
    name
        The bundled name, or the file's name without suffix.
    equations
        The typed tree.
    table
        The parameters; `parameters` is the same as a pandas table.
    laws
        The balances of the `checks.toml` beside it; a run of a study that breaks one is a failed run.
    localities
        The table of localities in place of the model's own, if any.
    """

    name: str
    equations: Equations
    table: ParameterTable
    laws: tuple[Conservation, ...] = ()
    localities: Path | None = None

    def __repr__(self) -> str:
        """Return a line: name, file, how many variables and parameters."""
        size = f"{len(self.equations.variables)} variables, {len(self.table)} parameters"
        return clean(f"Model {self.name} ({self.equations.source.name}): {size}; see .parameters and .run()")

    @property
    def parameters(self) -> pd.DataFrame:
        """Columns name, variable, value, unit, low, mode, high, distribution, group, source, grade, note, min, max, label.

        Indexed by name; `label` is what people read, empty where there is none.
        """
        return self.table.to_frame()

    def run(
        self,
        values: Mapping[str, float] | pd.DataFrame | Design | None = None,
        outputs: Sequence[str] | None = None,
        times: Sequence[float] | None = None,
        engine: str = engines.DEFAULT,
        threads: int | None = None,
        method: str | None = None,
    ) -> Ensemble:
        """Run the model once for every row of `values`.

        Parameters
        ----------
        values
            A mapping (one run), or a frame with one row a run; keys are names or labels of parameters, names of constants, or elements
            such as "staff[autonomous,gp]". INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER may be set too, the same in every row.
        outputs
            Names of variables or elements, or labels of constants; None for every variable.
        times
            Times to save, in the model's time unit; None for every SAVEPER.
        engine
            One of `llr_sd.engine.ENGINES`.
        threads
            Number of threads; None for all cores. The numbers do not depend on it.
        method
            "euler" or "rk4" (compiled engine only); None for what the model file asks.

        Returns
        -------
        Ensemble
            Values by run, and a status for every run.

        Raises
        ------
        InputError
            When a name, value or time does not fit the model.
        EngineError
            When the model cannot be simulated.
        """
        import xarray as xr

        design = self.design(values)
        outputs = None if outputs is None else [self.output(name) for name in outputs]
        engines.check_size(self.equations, design, outputs, times)
        parts = list(self.stream(design, outputs, times, engine, threads, method=method))
        if len(parts) == 1:
            return parts[0]
        dataset = xr.concat([p.dataset for p in parts], dim="run", join="exact", combine_attrs="override")
        status = tuple(s for p in parts for s in p.status)
        return Ensemble(dataset, status, parts[0].engine, merged(p.findings for p in parts))

    def stream(
        self,
        values: Mapping[str, float] | pd.DataFrame | Design | None = None,
        outputs: Sequence[str] | None = None,
        times: Sequence[float] | None = None,
        engine: str = engines.DEFAULT,
        threads: int | None = None,
        block: int = 4096,
        method: str | None = None,
    ) -> Iterator[Ensemble]:
        """Run as `run` does, but yield the runs block by block, so that memory does not grow with their number.

        Parameters
        ----------
        values, outputs, times, engine, threads, method
            As in `run`.
        block
            Most runs of a part; the numbers do not depend on it.

        Yields
        ------
        Ensemble
            The runs of one block, in the order of the rows.

        Raises
        ------
        InputError, EngineError
            As `run`, before the first block.
        """
        design = self.design(values)
        outputs = None if outputs is None else [self.output(name) for name in outputs]
        found = self._unlike_evidence(design) if design.kind == "frame" else ()
        parts = engines.stream(self.equations, design, outputs, times, engine, threads, block, store.ObjectCache(), method)
        for part in parts:
            yield replace(part, findings=(*part.findings, *found)) if found else part
            found = ()

    def _unlike_evidence(self, design: Design) -> tuple[Finding, ...]:
        """Say which values of a batch lie outside the range of their evidence, the furthest of each column."""
        if not design.runs:
            return ()
        found: dict[tuple[str, float], Finding] = {}
        for ends in (design.values.min(axis=0), design.values.max(axis=0)):
            for one in outside(self.table, dict(zip(design.names, ends.tolist(), strict=True)), ""):
                column = design.values[:, design.names.index(one.parameter.variable)]
                found[one.parameter.variable, one.value] = one.finding(int((column == one.value).sum()))
        return tuple(found.values())

    def examine(
        self, values: Mapping[str, float] | pd.DataFrame | Design | None = None, outputs: Sequence[str] | None = None
    ) -> tuple[Finding, ...]:
        """Return what can be said of a batch before its first run, such as delays too short for TIME STEP.

        Parameters
        ----------
        values, outputs
            As in `run`.

        Raises
        ------
        InputError, EngineError
            As `run`.
        """
        return engines.examine(self.equations, self.design(values), outputs, store.ObjectCache())

    def design(self, values: Mapping[str, float] | pd.DataFrame | Design | None) -> Design:
        """Check the values of a batch and return them as a design.

        Parameters
        ----------
        values
            As in `run`.

        Returns
        -------
        Design
            Shape (run, constant), each in the constant's unit, under the names that the model gives them.

        Raises
        ------
        InputError
            When a name or value does not fit, or a constant is named twice.
        """
        names, rows, kind, seed = _columns(values)
        resolved = []
        for column, name in enumerate(names):
            parameter = self.settable(name)
            if rows.shape[0]:
                for extreme in (np.nanargmin, np.nanargmax):
                    row = int(extreme(rows[:, column])) if np.isfinite(rows[:, column]).any() else 0
                    parameter.check(float(rows[row, column]), f"run {row}")
            resolved.append(parameter.variable)
        for first, variable in enumerate(resolved):
            if variable in resolved[:first]:
                raise InputError(
                    f'"{names[resolved.index(variable)]}" and "{names[first]}" are the same constant.', mend="Keep one."
                )
        return Design(tuple(resolved), rows, kind, seed)

    def output(self, name: str) -> str:
        """Return what the model calls an output.

        Parameters
        ----------
        name
            Of a variable or an element, which stands; or a label or name of the parameter table, which is that of its constant.
        """
        if self.equations.find(name) is not None:
            return name
        found = self.table.find(name)
        return name if found is None else found.variable

    def settable(self, name: str) -> Parameter:
        """Return the constant of a name, of the table or of the model file alone.

        Parameters
        ----------
        name
            As `run` takes it.

        Raises
        ------
        InputError
            When there is none, or the model works it out.
        """
        variable = self.equations.find(name.partition("[")[0])
        found = self.table.find(name)
        # What the model itself calls by a name wins over a constant that has it as its label.
        if found is not None and (variable is None or canonical(name) in (canonical(found.name), canonical(found.variable))):
            return found
        if variable is not None:
            cell = self.equations.cell(name)
            if canonical(variable.name) in {canonical(c) for c in CONTROLS} or variable.kind == "constant":
                value = self.equations.constant_value(cell) if variable.kind == "constant" else 0.0
                low, high = (
                    end if bound is None else bound for bound, end in zip(variable.limits, (-math.inf, math.inf), strict=True)
                )
                return Parameter(cell.label, cell.label, variable.unit, value, _FIXED, "", "the model file", "C", "", low, high)
            raise InputError(
                f'"{cell.label}" is worked out by the model, so it cannot be set.',
                where=self.equations.source.name,
                mend="Only constants can; `llr-sd list` shows them.",
            )
        raise InputError(
            f'the model {self.name} has no parameter "{name}".',
            where=self.equations.source.name,
            mend=nearest(name, self.table.spoken),
        )


def _columns(values: Any) -> tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float64]], str, int | None]:
    import pandas as pd

    if isinstance(values, Design):
        return list(values.names), np.array(values.values), values.kind, values.seed
    if values is None:
        values = {}
    if isinstance(values, Mapping):
        values = pd.DataFrame({k: [v] for k, v in values.items()}, index=[0])
    if not isinstance(values, pd.DataFrame):
        raise InputError(
            f"values are a {type(values).__name__}.", mend="Give a mapping of names to numbers, or a table with one row a run."
        )
    if len(values) == 0:
        raise InputError("the table of runs is empty.", mend="Give it at least one row.")
    for column in values.columns:
        if values[column].dtype.kind not in "fiu":
            for row, entry in enumerate(values[column].tolist()):
                if isinstance(entry, bool | str) or not isinstance(entry, int | float | np.number):
                    raise InputError(f"{shown(str(entry))} is not a number.", where=f'run {row}, column "{column}"')
    try:
        rows = values.to_numpy(dtype=np.float64).reshape(len(values), len(values.columns))
    except (TypeError, ValueError, OverflowError):
        raise InputError("a value is not a number, or too large.", where="the table of runs") from None
    bad = ~np.isfinite(rows)
    if bad.any():
        row, column = (int(i) for i in np.argwhere(bad)[0])
        raise InputError(f'"{rows[row, column]}" is not a finite number.', where=f'run {row}, column "{values.columns[column]}"')
    return [str(c) for c in values.columns], rows, "frame", None


def load_model(name: str | Path, base: Path | None = None, random: str = "", localities: str | None = None) -> Model:
    """Load a model.

    Parameters
    ----------
    name
        A bundled name ("gp_supply"), a model folder, or a path to a `.mdl` or XMILE file, which win over a bundled name where both
        are there. The table of parameters is `NAME.parameters.csv` beside NAME.mdl, else the `parameters.csv` of its folder; one that
        does not fit the model is refused.
    base
        Folder that relative paths start from; the working folder by default.
    random
        "mean" holds RANDOM functions at their mean; without it they are refused.
    localities
        A table of localities or practices in place of the model's own, in `base` or beside the model; for `llr_system` and its like.

    Returns
    -------
    Model
        Ready to run.

    Raises
    ------
    InputError
        When there is no such model, with the nearest bundled name.
    TranslationError
        When the file uses something that is not supported.
    """
    text = str(name)
    path = (base or Path()) / text
    if is_bundled(text, path):
        path = bundled.folder("models") / text
    if not is_file(path) and is_folder(path):
        chosen = models_of(path)
        if len(chosen) != 1:
            raise InputError(
                f"holds {len(chosen)} model files.", where=str(path), mend=f"Keep one, or name it {path.resolve().name}.mdl."
            )
        path = chosen[0]
    if not is_file(path):
        known = ", ".join(bundled_models())
        raise InputError(f"there is no model {shown(text)} (bundled: {known}).", mend=nearest(text, bundled_models()))
    if path.suffix.casefold() not in SUFFIXES:
        raise InputError(f'"{path.suffix}" is not a model file.', where=str(path), mend=f"Known are {', '.join(SUFFIXES)}.")
    own = models_of(path.parent) == [path]
    if localities is None:
        equations = translate(path, random)
        return Model(path.stem, equations, _parameters(path, equations, own), _laws(path, equations, own))
    places = beside(localities, base or Path(), path.parent)
    equations = _relocated(path, random, places)
    table = _parameters(path, equations, own, lambda lines: local_rows(lines, equations, places))
    return Model(path.stem, equations, table, _laws(path, equations, own), places)


def _laws(path: Path, equations: Equations, own: bool) -> tuple[Conservation, ...]:
    """Return the laws of the folder's `checks.toml`; of a model beside others those alone whose variables it has, as a variant does."""
    laws = read_laws(path.parent)
    names = [[n.partition("[")[0] for n in (law.variable, law.scale) if n] for law in laws]
    return tuple(law for law, read in zip(laws, names, strict=True) if own or all(equations.find(n) for n in read))


def _relocated(path: Path, random: str, places: Path) -> Equations:
    """Translate a model over the localities of a table, and note it for whoever runs the model."""
    if path.suffix.casefold() != ".mdl":
        mend = "Localities are those of llr_system, or of a copy of it."
        raise InputError("localities can be changed in a Vensim file (.mdl) only.", where=str(path), mend=mend)
    try:
        text = relocalise(read_text(path), places)
    except InputError as error:
        raise error if error.where else error.at(str(path)) from None
    equations = translate(path, random, text.encode())
    note = f"The {len(equations.ranges[RANGE])} localities are those of {places.name}, in place of the model's own."
    return replace(equations, notes=(*equations.notes, note))


def _parameters(
    path: Path, equations: Equations, own: bool, relocated: Callable[[Sequence[Row]], Sequence[Row]] = tuple
) -> ParameterTable:
    table = table_beside(path)
    if table is None:
        return parameters_of(equations)
    try:
        return read_parameters(table, equations, relocated)
    except InputError as error:
        if own or table.name.casefold() != FILE:
            raise
        mend = f"{error.mend} If it belongs to another model, call it OTHER.{FILE} after that model."
        raise InputError(error.what, where=error.where, mend=mend.strip()) from None


def is_bundled(name: str, path: Path) -> bool:
    """Whether a name means a bundled model: a file or a model folder of that name at `path` is nearer, and wins."""
    return name in bundled_models() and not is_file(path) and not (is_folder(path) and models_of(path))


def models_of(folder: Path) -> list[Path]:
    """Return the model files of a folder that have its name, or all where none has: one alone owns the tables beside it."""
    files = [f for f in sorted(folder.iterdir()) if f.suffix.casefold() in SUFFIXES]
    return [f for f in files if f.stem == folder.resolve().name] or files
