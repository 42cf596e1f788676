"""The small instruction form between the expression tree and an emitter: arrays, nodes, kernels, and the program that they make.

A node is one operation on a value of every run at once; equal nodes are one object, so an emitter that remembers what it has
written never computes a thing twice. A kernel stores nodes for every combination of its loops. Nothing here knows LLVM.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from llr_sd.engine.program.offsets import NOWHERE, Integers, Offset, positions
from llr_sd.engine.program.operations import NUMBER, OPERATIONS, TRUTH
from llr_sd.equations import Definition, Expression, Table

INPUT, DERIVED, KEPT = "input", "derived", "kept"
STOCK, CONTINUOUS, DISCRETE = "stock", "continuous", "discrete"
STATES = (STOCK, CONTINUOUS, DISCRETE)
SERIES, TABLE, RING = "series", "table", "ring"

RUN, START = "run", "start"

_bits = struct.Struct("d").pack


@dataclass(frozen=True)
class Array:
    """Storage of one variable, or of one part of a stateful function.

    `role` says where it lives: "input" (set from outside), "derived" (computed), "kept" (computed once, at the start), a state
    ("stock", "continuous", "discrete"), "series" (numbers by time), "table" (lookup points) or "ring" (a queue of past values).
    """

    number: int
    name: str
    size: int
    role: str
    non_negative: bool = False


def _operator(op: str, turned: bool = False) -> Callable[[Node, Node | float], Node]:
    return lambda x, other: x.program.op(op, other, x) if turned else x.program.op(op, x, other)


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of a program. `loops` are the loops whose count its value depends on; equal nodes are the same object.

    Arithmetic and comparisons of nodes, and of nodes with numbers, are further nodes.
    """

    program: Program
    number: int
    op: str
    args: tuple[Node, ...]
    loops: frozenset[int]
    value: float = 0.0
    array: Array | None = None
    offset: Offset = NOWHERE
    text: str = ""
    over: tuple[tuple[int, int], ...] = ()

    @property
    def kind(self) -> str:
        """What its operation gives."""
        return OPERATIONS[self.op].gives

    @property
    def moves(self) -> bool:
        """Whether the value can change from step to step though the arguments do not."""
        return OPERATIONS[self.op].moves or (self.array is not None and self.array.role in STATES)

    def to(self, op: str, *others: Node | float) -> Node:
        """Return an operation of this value and others."""
        return self.program.op(op, self, *others)

    def pick(self, then: Node | float, otherwise: Node | float) -> Node:
        """Return one of two values, by this condition."""
        return self.to("select", then, otherwise)

    __add__, __radd__ = _operator("add"), _operator("add", turned=True)
    __mul__, __rmul__ = _operator("mul"), _operator("mul", turned=True)
    __truediv__, __rtruediv__ = _operator("div"), _operator("div", turned=True)
    __sub__, __and__ = _operator("sub"), _operator("and")
    __lt__, __le__, __gt__, __ge__ = _operator("lt"), _operator("le"), _operator("gt"), _operator("ge")


@dataclass(frozen=True, eq=False)
class Kernel:
    """Store `value` at `offset` of `array` for every count of the loops, whose sizes are `sizes`.

    `label` is the variable as its author wrote it, for messages. `phase` is "value" (any time it is needed), "start" (once, when
    initial values are found) or "step" (the state one step later).
    """

    number: int
    label: str
    sizes: tuple[int, ...]
    array: Array
    offset: Offset
    value: Node
    phase: str

    @property
    def count(self) -> int:
        """How often it runs: the product of the sizes."""
        return math.prod(self.sizes)


@dataclass(frozen=True)
class Watch:
    """Where the least time of a stage of a delay is noted, an element for each count of the loops around the call.

    `delay` is an array that is in use where the call is; `still` is noted at the start, `moving` at every step. A delay of a
    `staged` function needs a time above zero, and one of at least TIME STEP to be more than noise.
    """

    name: str
    definition: Definition
    function: str
    delay: Array
    still: Array
    moving: Array
    staged: bool


@dataclass
class Program:
    """Arrays, kernels and the nodes that they share, with what must be in memory; filled by the lowering, then only read.

    Attributes
    ----------
    place
        The array of each variable that has values.
    tables
        For each lookup variable: its array, and one table an element in row-major order (None where there is none).
    points
        Number of points that each lookup array has room for.
    series
        The table behind each data series, by array number.
    fixed
        Numbers behind input arrays that belong to no constant (parts of variables that are numbers).
    rings
        For each queue: its array and the expression of the delay time.
    watches
        Where delay times are noted.
    """

    method: str = "euler"
    arrays: list[Array] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    place: dict[str, Array] = field(default_factory=dict)
    tables: dict[str, tuple[Array, tuple[Table | None, ...]]] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)
    series: dict[int, Table] = field(default_factory=dict)
    fixed: dict[int, tuple[float, ...]] = field(default_factory=dict)
    rings: list[tuple[Array, Expression]] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)
    _nodes: dict[object, Node] = field(default_factory=dict)

    def add_array(self, name: str, size: int, role: str, non_negative: bool = False) -> Array:
        """Add storage for `size` values."""
        array = Array(len(self.arrays), name, size, role, non_negative)
        self.arrays.append(array)
        return array

    def add_kernel(self, label: str, sizes: tuple[int, ...], array: Array, offset: Offset, value: Node, phase: str) -> None:
        """Add a kernel."""
        value = self.number(value)
        number = self.kernels[-1].number + 1 if self.kernels else 0
        self.kernels.append(Kernel(number, label, sizes, array, offset, value, phase))

    def node(
        self,
        op: str,
        *args: Node,
        value: float = 0.0,
        array: Array | None = None,
        offset: Offset = NOWHERE,
        text: str = "",
        over: tuple[tuple[int, int], ...] = (),
    ) -> Node:
        """Return the node, the same object for the same content."""
        sign = _bits(value)  # -0.0 and 0.0 are different numbers, and nan is one number
        key = (op, tuple(a.number for a in args), sign, None if array is None else array.number, offset, text, over)
        found = self._nodes.get(key)
        if found is None:
            loops = offset.loops.union(*(a.loops for a in args)) - {n for n, _ in over}
            found = Node(self, len(self._nodes), op, args, loops, value, array, offset, text, over)
            self._nodes[key] = found
        return found

    def again(self, node: Node, args: Sequence[Node], offset: Offset) -> Node:
        """Return a node with other arguments, at another place."""
        return self.node(node.op, *args, value=node.value, array=node.array, offset=offset, text=node.text, over=node.over)

    def constant(self, value: float) -> Node:
        """Return a number."""
        return self.node("number", value=float(value))

    def load(self, array: Array, offset: Offset = NOWHERE) -> Node:
        """Return the value at `offset` of `array`."""
        return self.node("series" if array.role == SERIES else "load", array=array, offset=offset)

    def number(self, x: Node) -> Node:
        """Return x as a number: a condition gives 1 or 0."""
        return x if x.kind == NUMBER else self.node("float", x)

    def op(self, op: str, *args: Node | float) -> Node:
        """Return an operation of values of either kind, or of numbers; not zero is true (not a number too, as in Python)."""
        nodes = [a if isinstance(a, Node) else self.constant(a) for a in args]
        return self.node(op, *(self._as(kind, x) for kind, x in zip(OPERATIONS[op].takes, nodes, strict=True)))

    def _as(self, kind: str, x: Node) -> Node:
        return self.number(x) if kind == NUMBER else x if x.kind == TRUTH else self.op("ne", x, 0.0)


def walk(value: Node, mode: str = "") -> Iterator[Node]:
    """Yield every node of a value once, or those that are evaluated in a mode: ACTIVE INITIAL has a side for each."""
    seen: set[int] = set()
    stack = [value]
    while stack:
        n = stack.pop()
        if n.number not in seen:
            seen.add(n.number)
            yield n
            stack.extend(n.args if n.op != "phase" or not mode else n.args[mode == START :][:1])


def reads(kernel: Kernel, mode: str = "") -> list[tuple[Array, Offset]]:
    """Return what a kernel reads (in a mode), each once."""
    found = {(n.array.number, n.offset): (n.array, n.offset) for n in walk(kernel.value, mode) if n.array is not None}
    return list(found.values())


def loop_sizes(kernel: Kernel) -> dict[int, int]:
    """Return the size of every loop that is used in a kernel, reductions included."""
    sizes = dict(enumerate(kernel.sizes))
    for n in walk(kernel.value):
        sizes.update(n.over)
    return sizes


def owners(kernels: Sequence[Kernel], size: int) -> Integers:
    """Return which of the kernels of an array fills each of its positions, -1 where none does."""
    out = np.full(size, -1, dtype=np.int64)
    for i, kernel in enumerate(kernels):
        out[positions(kernel.offset, dict(enumerate(kernel.sizes)))] = i
    return out
