"""A model as people read it: each variable in its author's words, what goes into it and what it goes into, in an order to read in.

What the translation made up (variables that begin with "_") is not shown: a variable reads what its made-up parts read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from llr_sd.dialects import VENSIM_FUNCTIONS, XMILE_FUNCTIONS
from llr_sd.equations import (
    Axis,
    Binary,
    Equations,
    Expression,
    LookupCall,
    Reduce,
    Reference,
    Stock,
    Table,
    Unary,
    Values,
    Variable,
    children,
    is_control,
)
from llr_sd.functions import REDUCTIONS

_APART = re.compile(r'"[^"]*"|\{[^{}]*\}')
CONTROL_SECTION = "Control"
"""What the section of the clock is called where the file names none."""


@dataclass(frozen=True, slots=True)
class Points:
    """A lookup, or a series of data, of one cell of a variable: its subscripts, and its points in the order of x."""

    cell: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A variable, or a macro, as it is read.

    Attributes
    ----------
    name, unit, comment, text
        As the author wrote them; `text` line by line, a blank line between equations of several lines.
    kind
        "stock", "flow" (a stock adds or takes it), "auxiliary", "constant", "lookup", "data" or "macro".
    section
        The group of the file that it stands in; empty where there is none.
    uses, used_by
        Names of what its equations read, in the order in which they do, and of what reads it.
    axes
        One a subscript.
    cells
        Labels of its cells as a study names them, where it is a constant; one without subscripts.
    value
        Of a constant without subscripts; None for anything else.
    points
        Of a lookup or of data, one a cell; of the lookups without a name that stand in its equations.
    place
        Its place, from 0, in an order in which causes stand before what they cause.
    calls
        The functions in its equations, in the order in which they stand there: name, meaning, and what PySD computes where that differs.
    """

    name: str
    kind: str
    unit: str
    comment: str
    section: str
    text: tuple[str, ...]
    uses: tuple[str, ...]
    used_by: tuple[str, ...]
    axes: tuple[Axis, ...] = ()
    cells: tuple[str, ...] = ()
    value: float | None = None
    points: tuple[Points, ...] = ()
    place: int = 0
    calls: tuple[tuple[str, str, str], ...] = ()

    def to_data(self, inputs: Mapping[str, str]) -> dict[str, object]:
        """Return it as plain values for JSON, with keys in camelCase.

        Parameters
        ----------
        inputs
            What the page calls each constant that can be set, by its label as `cells` has it.
        """
        return {
            "name": self.name,
            "kind": self.kind,
            "unit": self.unit,
            "comment": self.comment,
            "section": self.section,
            "text": list(self.text),
            "uses": list(self.uses),
            "usedBy": list(self.used_by),
            "axes": [{"name": a.name, "elements": list(a.elements)} for a in self.axes],
            "inputs": [inputs[c] for c in self.cells if c in inputs],
            "value": self.value,
            "points": [{"cell": p.cell, "x": list(p.x), "y": list(p.y), "method": p.method} for p in self.points],
            "place": self.place,
            "calls": [list(call) for call in self.calls],
        }


def reads(variable: Variable) -> Iterator[str]:
    """Yield the names of what a variable's equations read, from left to right, each as often as it is read.

    Parameters
    ----------
    variable
        Any variable, one made up by the translation included.
    """
    for definition in variable.definitions:
        body = definition.body
        if isinstance(body, Stock):
            yield from _names(body.flow)
            yield from _names(body.initial)
        elif not isinstance(body, Table | Values):
            yield from _names(body)


def behind(equations: Equations, names: Iterable[str]) -> frozenset[str]:
    """Return the names of all that some variables hang on, themselves included.

    Parameters
    ----------
    equations
        The model.
    names
        Variables as the modeller wrote them, or elements of them.
    """
    found: set[str] = set()
    waiting = [equations.variable(name.partition("[")[0]).name for name in names]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += reads(equations.variables[name])
    return frozenset(found)


def _names(expression: Expression) -> Iterator[str]:
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Reference | LookupCall):
            yield node.name
        waiting.extend(reversed(children(node)))


def entries(equations: Equations) -> tuple[Entry, ...]:
    """Return every variable that the file has, in reading order, then its macros.

    The order is the author's: section by section as the file first names them, and within each as it stands there. Where the file has
    no sections, causes stand before what they cause. The clock is last.

    Parameters
    ----------
    equations
        The model.
    """
    own = {v.name: v for v in equations.variables.values() if not v.name.startswith("_")}
    uses = {name: _shown(reads(v), equations) for name, v in own.items()}
    used_by: dict[str, list[str]] = {name: [] for name in own}
    for name, causes in uses.items():
        for cause in causes:
            used_by[cause].append(name)
    flows = {n for v in own.values() for n in _rates(v, equations)}
    places = {name: i for i, name in enumerate(_causes_first(own, equations))}
    found = [_entry(v, uses[v.name], used_by[v.name], v.name in flows, equations, places[v.name]) for v in own.values()]
    sections = list(dict.fromkeys(e.section for e in found))
    if any(s for s in sections if s != CONTROL_SECTION):
        found.sort(key=lambda e: (is_control(e.name), sections.index(e.section)))
    else:
        found.sort(key=lambda e: (is_control(e.name), e.place))
    macros = [
        Entry(
            m.name, "macro", "", "", "Macros", _lines(m.text), (), tuple(c for c in m.callers if c in own), place=len(found) + i
        )
        for i, m in enumerate(equations.macros)
    ]
    return (*found, *macros)


def _entry(
    variable: Variable, uses: Sequence[str], used_by: Sequence[str], is_flow: bool, equations: Equations, place: int
) -> Entry:
    kind, cells, value = variable.kind, tuple[str, ...](), None
    if kind == "constant":
        cells = tuple(variable.label(c) for c in variable.elements())
        value = None if variable.axes else equations.constant_value(equations.cell(variable.name))
    elif kind == "auxiliary" and is_flow:
        kind = "flow"
    section = variable.group or (CONTROL_SECTION if is_control(variable.name) else "")
    told = (variable.unit, variable.comment, section, _lines(variable.text))
    tables = (variable, *_unnamed(variable, equations))
    points, calls = (
        tuple(p for v in tables for p in _points(v)),
        _calls(variable.text, vensim=equations.source.suffix.lower() == ".mdl"),
    )
    return Entry(variable.name, kind, *told, tuple(uses), tuple(used_by), variable.axes, cells, value, points, place, calls)


def _lines(text: Sequence[str]) -> tuple[str, ...]:
    """Return equations line by line, without the marks by which Vensim goes on in the next line; long ones stand apart."""
    equations = [[line.rstrip().removesuffix("\\").rstrip() for line in one.splitlines()] for one in text]
    apart = any(len(lines) > 1 for lines in equations)
    found: list[str] = []
    for lines in equations:
        if apart and found:
            found.append("")
        found.extend(line.replace("\t", "  ") for line in lines)
    return tuple(found)


def _calls(text: Sequence[str], *, vensim: bool) -> tuple[tuple[str, str, str], ...]:
    """Return the functions that equations call, by the names of their tool; what stands in quotes or is a comment calls nothing."""
    known, names = _functions(vensim)
    written = _APART.sub(" ", "\n".join(text))
    found = dict.fromkeys(" ".join(re.split(r"[\s_\\]+", m[1].upper())) for m in names.finditer(written))
    return tuple((name, known[name][0], known[name][1]) for name in found)


@cache
def _functions(vensim: bool) -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    """Return the functions of a tool, each with its meaning and what PySD computes, and a pattern that finds their calls."""
    known = {name: (f.meaning, f.pysd) for name, f in (VENSIM_FUNCTIONS if vensim else XMILE_FUNCTIONS).items()}
    if vensim:
        known |= {name: (meaning, "") for name, meaning in REDUCTIONS.items()}
    spelled = (r"[\s_\\]+".join(map(re.escape, name.split())) for name in sorted(known, key=len, reverse=True))
    return known, re.compile(rf"(?<![\w.])({'|'.join(spelled)})\s*\(", re.IGNORECASE)


def _unnamed(variable: Variable, equations: Equations) -> Iterator[Variable]:
    """Yield the lookups that stand in the equations of a variable without a name of their own."""
    waiting, seen = list(reads(variable))[::-1], set[str]()
    while waiting:
        name = waiting.pop()
        made_up = equations.variables[name]
        if name.startswith("_") and name not in seen and not made_up.variant_of:
            seen.add(name)
            waiting.extend(reversed(list(reads(made_up))))
            if made_up.kind == "lookup":
                yield made_up


def _points(variable: Variable) -> Iterator[Points]:
    """Yield the tables of a variable; one that holds for several cells once, with the part of the variable that it is for."""
    for definition in variable.definitions:
        if isinstance(definition.body, Table):
            table = definition.body
            along = zip(variable.axes, definition.target, strict=True)
            names = (a.elements[i.position] if hasattr(i, "position") else a.name for a, i in along)
            order = sorted(range(len(table.x)), key=table.x.__getitem__)
            x, y = (tuple(values[i] for i in order) for values in (table.x, table.y))
            yield Points(",".join(names), x, y, table.method)


# --- causes


def _shown(names: Iterable[str], equations: Equations) -> tuple[str, ...]:
    """Return names, each once, with those made up by the translation replaced by what these read in turn."""
    found: dict[str, None] = {}
    waiting, seen = list(names)[::-1], set[str]()
    while waiting:
        name = waiting.pop()
        if not name.startswith("_"):
            found[name] = None
        elif name not in seen:
            seen.add(name)
            made_up = equations.variables[name]
            inner = [made_up.variant_of] if made_up.variant_of else list(reads(made_up))
            waiting.extend(reversed(inner))
    return tuple(found)


def _rates(variable: Variable, equations: Equations) -> Iterator[str]:
    """Yield what a stock adds or takes as it is: the terms of its rate that are variables."""
    for definition in variable.definitions:
        waiting: list[Expression] = [definition.body.flow] if isinstance(definition.body, Stock) else []
        while waiting:
            node = waiting.pop()
            match node:
                case Reference(name, _) if name.startswith("_"):
                    bodies = (d.body for d in equations.variables[name].definitions)
                    waiting.extend(b for b in bodies if not isinstance(b, Stock | Table | Values))
                case Reference(name, _):
                    yield name
                case Unary("-", operand):
                    waiting.append(operand)
                case Binary("+" | "-", left, right):
                    waiting += [left, right]
                case Reduce("SUM", _, body):
                    waiting.append(body)


def _causes_first(own: Mapping[str, Variable], equations: Equations) -> list[str]:
    """Return names so that what a variable reads stands before it; a stock before what changes it, and a circle as it is met."""
    starts: dict[str, tuple[str, ...]] = {}
    later: dict[str, tuple[str, ...]] = {}
    for name, v in own.items():
        stocks = [d.body for d in v.definitions if isinstance(d.body, Stock)]
        if stocks:
            starts[name] = _shown((n for s in stocks for n in _names(s.initial)), equations)
            later[name] = _shown((n for s in stocks for n in _names(s.flow)), equations)
        else:
            starts[name] = _shown(reads(v), equations)
    placed: dict[str, None] = {}
    entered: set[str] = set()
    roots = list(own)[::-1]
    while roots:
        first = roots.pop()
        if first in entered:
            continue
        entered.add(first)
        changes: list[str] = []
        path = [(first, iter(starts[first]))]
        while path:
            name, causes = path[-1]
            cause = next((c for c in causes if c not in entered), None)
            if cause is not None:
                entered.add(cause)
                path.append((cause, iter(starts[cause])))
                continue
            path.pop()
            placed[name] = None
            changes += later.get(name, ())
        roots += reversed(changes)
    return list(placed)
