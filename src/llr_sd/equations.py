"""The equations of a model as data: a typed expression tree with subscripts resolved.

A pass over the tree (an emitter, a unit check, a diagram) needs no knowledge of Vensim or XMILE. Subscript names are gone from
expressions: each definition has numbered loops, and each reference says, axis by axis, which position of the variable it reads.
"""

from __future__ import annotations

import gc
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

from llr_sd.errors import InputError, NotSupported, nearest

CONTROLS = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')  # a quote inside a name has a backslash before it
NA = -(2.0**109)
"""Vensim's :NA:, the number that stands for a missing value."""


@lru_cache(maxsize=1 << 18)
def canonical(name: str) -> str:
    """Return the form in which two spellings of one name are equal: case, quotes, spaces and underscores do not count."""
    return re.sub(r"[\s_]+", "_", name.strip().strip('"').strip()).casefold()


def is_control(name: str) -> bool:
    """Return whether `name` is one of the four control variables."""
    return canonical(name) in {canonical(c) for c in CONTROLS}


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let a pass over trees follow them as deep as they are nested; since Python 3.11 that needs no C stack.

    Nothing is collected meanwhile: trees are no garbage, and looking through those of a large model again and again takes a third
    of the pass.
    """
    before, collects = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(before, 50_000))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        if collects:
            gc.enable()


# --- indices ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fixed:
    """One element of an axis: `position` counts from 0 along the axis of the variable that is read or written."""

    position: int


@dataclass(frozen=True, slots=True)
class Along:
    """Follow a loop: at count i of loop number `loop`, the axis position is `positions[i]` (subranges and mappings included)."""

    loop: int
    positions: tuple[int, ...]


Index = Fixed | Along


@dataclass(frozen=True, slots=True)
class Loop:
    """A subscript that a definition or a reduction runs over: its name as written and its elements in order."""

    name: str
    elements: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.elements)


# --- expressions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the equation."""

    value: float


@dataclass(frozen=True, slots=True)
class Time:
    """The simulation time."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a variable (`name` as in `Equations.variables`); one index for each of its axes."""

    name: str
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary:
    """`operator` is "-" or "not" (result 1 or 0)."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is one of + - * / ^ = <> < <= > >= and or; comparisons and logic give 1 or 0; left first."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `llr_sd.functions.FUNCTIONS` (by key, such as "MIN" or "SMOOTH3I") applied element by element."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class LookupCall:
    """A lookup variable (or an unnamed lookup, stored as a variable of its own) read at `argument`."""

    name: str
    indices: tuple[Index, ...]
    argument: Expression


@dataclass(frozen=True, slots=True)
class Reduce:
    """`operator` (SUM, PROD, VMIN, VMAX) over `body` for every combination of `loops`, which exist only inside `body`."""

    operator: str
    loops: tuple[int, ...]
    body: Expression


Expression = Number | Time | Reference | Unary | Binary | Call | LookupCall | Reduce


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly below a node."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, LookupCall):
        return (node.argument,)
    return (node.body,) if isinstance(node, Reduce) else ()


def with_children(node: Expression, parts: Sequence[Expression]) -> Expression:
    """Return a node with other expressions directly below it, in the order of `children`; those that are not given stay."""
    match node:
        case Unary():
            return replace(node, operand=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Call():
            return replace(node, arguments=(*parts, *node.arguments[len(parts) :]))
        case LookupCall():
            return replace(node, argument=parts[0])
        case Reduce():
            return replace(node, body=parts[0])
    return node


# --- right-hand sides that are not plain expressions -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stock:
    """INTEG(flow, initial); `non_negative` where the model says that the stock cannot fall below zero (XMILE)."""

    flow: Expression
    initial: Expression
    non_negative: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Points of a lookup or of a data series.

    `method` is "interpolate" (flat outside), "extrapolate", "hold_backward", "look_forward" or "raw" (data: not a number between
    points). For data series x is time.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    method: str = "interpolate"


@dataclass(frozen=True, slots=True)
class Values:
    """Numbers read row by row: an array constant, or constants from a spreadsheet; one for each combination of the loops, last
    loop fastest."""

    numbers: tuple[float, ...]


Body = Expression | Stock | Table | Values


@dataclass(frozen=True, slots=True)
class Definition:
    """One equation of a variable.

    Attributes
    ----------
    loops
        Every loop used: first those of the left-hand side, then those of reductions.
    target
        The part of the variable that it defines; runs over the first loops.
    body
        What that part is.
    """

    loops: tuple[Loop, ...]
    target: tuple[Index, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a variable: the subscript range it is defined over, and the range's elements in order."""

    name: str
    elements: tuple[str, ...]


@dataclass(frozen=True)
class Variable:
    """A variable of the model with everything its author wrote about it.

    Attributes
    ----------
    name
        As the modeller wrote it.
    axes
        One a subscript.
    definitions
        Each element is defined at most once.
    kind
        "constant", "auxiliary", "stock", "lookup" or "data".
    unit, comment, group
        As the author wrote them; empty where nothing is said.
    limits
        The author's declared limits, in the unit; None where open.
    step
        Of a value between the limits, as the author declared it; None where nothing is said.
    text
        Each of its equations as the author wrote it, line ends and comments in it included; empty where it was made up here.
    variant_of
        The lookup whose points it holds for another way of reading them, where it was made up for that.
    """

    name: str
    axes: tuple[Axis, ...]
    definitions: tuple[Definition, ...]
    kind: str
    unit: str = ""
    comment: str = ""
    limits: tuple[float | None, float | None] = (None, None)
    group: str = ""
    step: float | None = None
    text: tuple[str, ...] = ()
    variant_of: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many elements each of its ranges has."""
        return tuple(len(a.elements) for a in self.axes)

    @property
    def size(self) -> int:
        """How many elements it has in all; 1 without subscripts."""
        return math.prod(self.shape)

    def elements(self) -> Iterator[tuple[str, ...]]:
        """Yield the element names of every cell, last axis fastest."""

        def walk(axes: tuple[Axis, ...]) -> Iterator[tuple[str, ...]]:
            if not axes:
                yield ()
                return
            for e in axes[0].elements:
                for rest in walk(axes[1:]):
                    yield (e, *rest)

        return walk(self.axes)

    def label(self, cell: tuple[str, ...]) -> str:
        """Return the cell's name as a modeller writes it, such as "staff[autonomous,gp]"."""
        return f"{self.name}[{','.join(cell)}]" if cell else self.name

    def label_at(self, position: int) -> str:
        """Return the name of the cell at a flat position (last axis fastest)."""
        at = zip(self.axes, _unravel(position, self.shape), strict=True)
        return self.label(tuple(axis.elements[i] for axis, i in at))


@dataclass(frozen=True)
class Cell:
    """One number of the model: a variable, and the flat position in it (last axis fastest)."""

    variable: Variable
    position: int
    label: str


@dataclass(frozen=True)
class Macro:
    """A macro of the file: its name, its head and equations as written, and the variables that call it."""

    name: str
    text: tuple[str, ...]
    callers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Equations:
    """A whole model.

    Attributes
    ----------
    source
        The file that it came from.
    variables
        By name, in the order of the file; the four control variables under their Vensim names.
    ranges
        Each subscript range with its elements.
    method
        "euler" or "rk4", as the model file asks.
    reality_checks
        The reality checks of a Vensim file, as they are written.
    comment
        What the file says of itself.
    notes
        Sentences that whoever runs the model should see.
    left_out
        Variables that nothing reads and whose equations use what is not supported, with the error that asking for them raises.
    macros
        The macros of the file; they are written out where they are called.
    """

    source: Path
    variables: Mapping[str, Variable]
    ranges: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    method: str = "euler"
    reality_checks: tuple[str, ...] = ()
    comment: str = ""
    notes: tuple[str, ...] = ()
    left_out: Mapping[str, NotSupported] = field(default_factory=dict)
    macros: tuple[Macro, ...] = ()

    @cached_property
    def _by_canonical(self) -> dict[str, str]:
        return {canonical(n): n for n in self.variables}

    def find(self, name: str) -> Variable | None:
        """Return the variable that `name` spells in any accepted way, or None; raise NotSupported when it was left out."""
        key = self._by_canonical.get(canonical(name))
        if key is None:
            for left_out, error in self.left_out.items():
                if canonical(left_out) == canonical(name):
                    raise error
        return None if key is None else self.variables[key]

    def variable(self, name: str) -> Variable:
        """Return the variable called `name`; raise InputError, with the nearest name, when the model has none."""
        found = self.find(name)
        if found is None:
            raise InputError(f'the model has no variable "{name}".', where=self.source.name, mend=nearest(name, self.variables))
        return found

    def cell(self, text: str) -> Cell:
        """Return the cell that "name" or "name[element,...]" names; an unsubscripted name must be a scalar."""
        head, _, tail = text.partition("[")
        if quoted := _QUOTED.match(text):
            head, tail = quoted[0], text[quoted.end() :].lstrip().removeprefix("[")
        variable = self.variable(head)
        wanted = [e.strip() for e in tail.rstrip().removesuffix("]").split(",")] if tail else []
        if len(wanted) != len(variable.axes):
            ranges = ",".join(a.name for a in variable.axes)
            have = f"has the subscripts [{ranges}]" if ranges else "has no subscripts"
            example = variable.label(next(variable.elements()))
            raise InputError(f'"{variable.name}" {have}.', where=text, mend=f'Write, for example, "{example}".')
        position = 0
        for axis, element in zip(variable.axes, wanted, strict=True):
            names = [canonical(e) for e in axis.elements]
            if canonical(element) not in names:
                raise InputError(
                    f'"{element}" is not an element of {axis.name}.', where=text, mend=nearest(element, axis.elements)
                )
            position = position * len(names) + names.index(canonical(element))
        return Cell(variable, position, variable.label_at(position))

    def constants(self) -> Iterator[Cell]:
        """Yield every constant of the model, element by element, in file order; elements without a value are passed over."""
        for variable in self.variables.values():
            if variable.kind == "constant":
                for i, cell in enumerate(variable.elements()):
                    at = _unravel(i, variable.shape)
                    if any(_match(d.target, at) is not None for d in variable.definitions):
                        yield Cell(variable, i, variable.label(cell))

    def constant_value(self, cell: Cell) -> float:
        """Return the number that the model file gives to a constant cell."""
        at = _unravel(cell.position, cell.variable.shape)
        for d in cell.variable.definitions:
            counts = _match(d.target, at)
            if counts is not None:
                return _constant(d, counts)
        raise InputError("has no value in the model file.", where=cell.label)


def _unravel(position: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    out: list[int] = []
    for k in reversed(shape):
        position, r = divmod(position, k)
        out.append(r)
    return tuple(reversed(out))


def _match(target: tuple[Index, ...], at: tuple[int, ...]) -> dict[int, int] | None:
    """Return the loop counts at which `target` addresses the cell `at`, or None when it does not."""
    counts: dict[int, int] = {}
    for index, where in zip(target, at, strict=True):
        if isinstance(index, Fixed):
            if index.position != where:
                return None
        elif where in index.positions:
            counts[index.loop] = index.positions.index(where)
        else:
            return None
    return counts


def _constant(definition: Definition, counts: dict[int, int]) -> float:
    body = definition.body
    if isinstance(body, Values):
        flat = 0
        for number in sorted(counts):
            flat = flat * len(definition.loops[number]) + counts[number]
        return body.numbers[flat]
    if isinstance(body, Number):
        return body.value
    if isinstance(body, Unary) and isinstance(body.operand, Number):
        return -body.operand.value
    raise InputError("is not a constant.")
