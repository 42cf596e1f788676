"""The whole way from a model file to equations."""

from __future__ import annotations

import dataclasses
import math
import warnings
from pathlib import Path

from llr_sd.equations import (
    CONTROLS,
    Axis,
    Binary,
    Body,
    Definition,
    Equations,
    Macro,
    Number,
    Stock,
    Unary,
    Values,
    Variable,
    canonical,
    deep_recursion,
)
from llr_sd.errors import InputError, NotSupported
from llr_sd.reading import reads
from llr_sd.translate.bodies import role
from llr_sd.translate.datafile import Datasets
from llr_sd.translate.definitions import definitions, number_of
from llr_sd.translate.depth import shallow
from llr_sd.translate.externals import forget
from llr_sd.translate.reading import read
from llr_sd.translate.scope import Known, Names
from llr_sd.translate.source import Place, RawModel, RawVariable
from llr_sd.translate.subscripts import Ranges
from llr_sd.translate.written.allocation import check_shapes
from llr_sd.translate.written.lookups import fill_variants

RANDOM = ("", "mean")

_MOST_ELEMENTS = 10_000_000  # of one variable


def translate(path: Path, random: str = "", content: bytes | None = None) -> Equations:
    """Translate a Vensim (`.mdl`) or XMILE (`.xmile`, `.xml`, `.stmx`, `.itmx`) model file; write nothing.

    Parameters
    ----------
    path
        The model file. Spreadsheets that it names are read from its folder.
    random
        "mean" holds RANDOM functions at their mean; without it they are refused.
    content
        What to translate in place of what is in the file.

    Returns
    -------
    Equations
        Every variable of the file in its order, under the name that PySD reports it by; then the variables made up for lookups,
        stocks, macros and parts of long equations, whose names start with "_". The control variables have their Vensim names. A
        variable that nothing reads and whose equation is not supported is among `left_out` instead, and a note says so.

    Raises
    ------
    TranslationError
        When the file is missing or damaged, or uses what is not supported. The message names file, variable and mend.
    """
    path = Path(path)
    if random not in RANDOM:
        raise InputError(f'random is "{random}".', mend='It can be "mean", or left out.')
    with warnings.catch_warnings(), deep_recursion():
        # Warnings of PySD and pandas at this stage concern cells of spreadsheets, which are checked here.
        warnings.simplefilter("ignore")
        try:
            return _Translation(read(path, content), random).equations()
        finally:
            forget()


class _Translation:
    """One model under translation."""

    def __init__(self, raw: RawModel, random: str) -> None:
        self._raw = raw
        self._place = Place(raw.file)
        self._ranges = Ranges(raw.ranges, self._place)
        self._names = Names(
            self._ranges, {}, {canonical(m.name): m for m in raw.macros}, Datasets(raw.file), raw.loose, random == "mean"
        )
        for i, macro in enumerate(raw.macros):
            if canonical(macro.name) in {canonical(m.name) for m in raw.macros[:i]}:
                raise Place(raw.file, macro.name).refuse("two macros have this name.", "Rename one.")
        self._left_out: dict[str, NotSupported] = {}
        for variable in raw.variables:
            self._declare(variable)

    def equations(self) -> Equations:
        """Return the model as typed equations; a variable that is not supported is left out where nothing reads it."""
        variables: dict[str, Variable] = {}
        for raw in self._raw.variables:
            before = set(self._names.made_up)
            try:
                variable = self._variable(raw)
            except NotSupported as error:
                self._left_out[self._names.known[canonical(raw.name)].name] = error
                for key in self._names.made_up.keys() - before:
                    del self._names.made_up[key]
            else:
                variables[variable.name] = variable
        self._controls(variables)
        for made_up in list(self._names.made_up.values()):
            self._names.made_up[canonical(made_up.name)] = self._shallow(made_up, Place(self._raw.file, made_up.name))
        variables.update({v.name: v for v in self._names.made_up.values()})
        fill_variants(variables, self._names, self._raw.file)
        self._check_left_out(variables)
        left_out = (f'"{n}" is left out of the model: {e.what}' for n, e in self._left_out.items())
        notes = (
            *self._raw.notes,
            *left_out,
            *(f"{what[0].upper()}{what[1:]}: {', '.join(names)}." for what, names in self._names.remarks.items()),
        )
        ranges = {r.name: r.elements for r in self._ranges}
        whole = self._raw
        written = (whole.method, whole.reality_checks, whole.comment, notes, dict(self._left_out), self._macros())
        equations = Equations(whole.file, variables, ranges, *written)
        check_shapes(equations, self._names)
        return equations

    def _macros(self) -> tuple[Macro, ...]:
        """Return the macros as their author wrote them, and who calls them."""
        callers = self._names.callers
        return tuple(
            Macro(m.name, (m.head, *(t for v in m.variables for t in v.text)), tuple(callers.get(m.name, ())))
            for m in self._raw.macros
        )

    def _check_left_out(self, variables: dict[str, Variable]) -> None:
        """Raise the reason why a variable is left out when another reads it, or when nothing is left to compute."""
        if not self._left_out:
            return
        sources = {made_up: name for (name, _), made_up in self._names.variants.items()}
        for variable in variables.values():
            for by in reads(variable):
                name = sources.get(by, by)
                if name in self._left_out:
                    raise self._left_out[name]
        if all(v.kind in ("constant", "lookup") or v.name in CONTROLS for v in variables.values()):
            raise next(iter(self._left_out.values()))

    # --- names and axes --------------------------------------------------------------------------------------------------

    def _declare(self, raw: RawVariable) -> None:
        place = Place(self._raw.file, raw.name)
        if canonical(raw.name) in self._names.known:
            raise place.refuse("two variables have this name but for capitals, quotes, spaces or underscores.", "Rename one.")
        if canonical(raw.name) == "time":
            raise place.refuse("Time is the clock of the simulation, and cannot have an equation.", "Rename the variable.")
        if raw.name.strip('"').startswith("_"):
            raise place.refuse('names that begin with "_" are kept for variables made up here.', "Rename the variable.")
        # XMILE keeps the two apart; one and the same word cannot name both in a table of results.
        if raw.name in self._ranges and not (self._raw.loose and self._ranges[raw.name].name != raw.name):
            raise place.refuse("a subscript range has the same name.", "Rename one of them.")
        counts = {len(p.subscripts) for p in raw.parts}
        if len(counts) > 1:
            raise place.refuse("its equations have different numbers of subscripts.", "Give each the same number.")
        if counts == {0} and len(raw.parts) > 1:
            raise place.refuse("has two equations.", "Keep one.")
        if raw.dimensions:
            axes = self._ranges.declared(raw.dimensions)
        else:
            axes = self._ranges.axes([p.subscripts for p in raw.parts], place)
        size = math.prod(len(a.elements) for a in axes)
        if size > _MOST_ELEMENTS:
            raise place.refuse(f"has {size:,} elements; at most {_MOST_ELEMENTS:,} are taken.", "Split its subscript ranges.")
        roles = {role(p.tree) for p in raw.parts}
        if len(roles) > 1 and "lookup" in roles:
            raise place.refuse("is partly a lookup and partly an equation.", "Split it into two variables.")
        kind = "data" if "data" in roles else roles.pop()
        self._names.known[canonical(raw.name)] = Known(_control_name(raw.name), axes, kind)

    def _variable(self, raw: RawVariable) -> Variable:
        known = self._names.known[canonical(raw.name)]
        place = Place(self._raw.file, raw.name)
        found = definitions(raw, known, self._names, place)
        kind = _kind(known.kind, [d.body for d in found])
        written = (raw.unit, raw.comment, raw.limits, raw.group, raw.step, tuple(raw.text))
        whole = Variable(known.name, known.axes, found, kind, *written)
        return self._shallow(whole, place)

    def _shallow(self, variable: Variable, place: Place) -> Variable:
        """Return the variable with equations that are not too deep for those that walk them."""

        def store(axes: tuple[Axis, ...], definition: Definition) -> str:
            known = Known(self._names.reserve(f"_{variable.name.strip(chr(34)).lstrip('_')} part"), axes, "auxiliary")
            self._names.store(known, definition)
            return known.name

        found = tuple(shallow(d, store, place) for d in variable.definitions)
        same = all(a is b for a, b in zip(found, variable.definitions, strict=True))
        return variable if same else dataclasses.replace(variable, definitions=found)

    # --- the clock -------------------------------------------------------------------------------------------------------

    def _controls(self, variables: dict[str, Variable]) -> None:
        for name in CONTROLS:
            variable = variables.get(name)
            if variable is None:
                raise self._place.refuse(f"the control variable {name} is missing.", f'Add an equation such as "{name} = 1".')
            body = variable.definitions[0].body
            number = _fold(body)
            if number is not None and not isinstance(body, Number):
                folded = Definition((), (), Number(number))
                variables[name] = dataclasses.replace(variable, definitions=(folded,), kind="constant")


def _control_name(name: str) -> str:
    return next((c for c in CONTROLS if canonical(c) == canonical(name)), name)


def _kind(declared: str, bodies: list[Body]) -> str:
    if declared in ("lookup", "data"):
        return declared
    if any(isinstance(b, Stock) for b in bodies):
        return "stock"
    return "constant" if all(isinstance(b, Values) or number_of(b) is not None for b in bodies) else "auxiliary"


def _fold(body: Body) -> float | None:
    """Return the number that a formula of plain numbers gives, such as a time step of 1/8."""
    if isinstance(body, Number):
        return body.value
    if isinstance(body, Unary) and body.operator == "-":
        inner = _fold(body.operand)
        return None if inner is None else -inner
    if isinstance(body, Binary) and body.operator in "+-*/":
        left, right = _fold(body.left), _fold(body.right)
        if left is None or right is None or (body.operator == "/" and right == 0):
            return None
        results = {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1.0)}
        return results.get(body.operator)
    return None
