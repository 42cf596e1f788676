"""Kernels as LLVM IR: one lane of a vector is one run, and no lane ever meets another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from llr_sd.engine.llvm.maths.text import literal
from llr_sd.engine.program.form import RING, RUN, START, STATES, Array, Kernel, Node
from llr_sd.engine.program.layout import Layout, table_stride
from llr_sd.engine.program.offsets import Offset
from llr_sd.engine.program.schedule import Group, merged_loops

UNROLL = 64  # operations: a loop of no more is written out
PLAIN = {
    **{op: f"f{op} {{V}} {{0}}, {{1}}" for op in ("add", "sub", "mul", "div")},
    **{op: f"fcmp o{op} {{V}} {{0}}, {{1}}" for op in ("lt", "le", "gt", "ge", "eq")},
    **{op: f"call {{V}} @llvm.{op}.v{{w}}f64({{V}} {{0}})" for op in ("sqrt", "trunc", "rint")},
    "ne": "fcmp une {V} {0}, {1}",
    "abs": "call {V} @llvm.fabs.v{w}f64({V} {0})",
    "neg": "fneg {V} {0}",
    "and": "and {B} {0}, {1}",
    "or": "or {B} {0}, {1}",
    "float": "uitofp {B} {0} to {V}",
    "select": "select {B} {0}, {V} {1}, {V} {2}",
}
"""Operations that are one instruction; V and B are the types of numbers and of conditions."""
Place = int | str | None
Key = tuple[object, ...]


@dataclass
class Used:
    """What the functions of a module turn out to need: arrays read from memory, helpers called."""

    loaded: set[tuple[str, int]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    lookups: set[int] = field(default_factory=set)
    helpers: set[str] = field(default_factory=set)
    lists: dict[tuple[int, ...], str] = field(default_factory=dict)
    tagged: set[int] = field(default_factory=set)


class Writer:
    """Writes the body of one function, group by group."""

    def __init__(self, width: int, layout: Layout, used: Used, mode: str, family: str) -> None:
        self.w, self.layout, self.used = width, layout, used
        self.mode, self.family = mode, family
        self.V, self.B = f"<{self.w} x double>", f"<{self.w} x i1>"
        self.lines: list[str | tuple[int, str]] = []
        self.count = 0
        self.block = "entry"
        self.env: dict[int, Place] = {}
        self.frames: list[dict[Key, str]] = [{}]
        self.operations = 0

    # --- names, lines, scopes ----------------------------------------------------------------------------------------

    def name(self) -> str:
        """Return a name that is not used yet."""
        self.count += 1
        return f"%v{self.count}"

    def put(self, text: str) -> str:
        """Write one instruction and return the name of its result."""
        result = self.name()
        self.lines.append(f"  {result} = {text}")
        return result

    def find(self, key: Key) -> str | None:
        """Return the name of a value that was kept in a scope that is open, or None."""
        for frame in reversed(self.frames):
            if key in frame:
                return frame[key]
        return None

    def keep(self, key: Key, name: str) -> str:
        """Keep the name of a value until the scope closes, and return it."""
        self.frames[-1][key] = name
        return name

    def loop(self, size: int) -> tuple[str, Callable[[], None]]:
        """Open a counted loop; the returned function closes it."""
        self.count += 1
        label = f"L{self.count}"
        before = self.block
        self.lines.append(f"  br label %{label}")
        self.lines.append(f"{label}:")
        counter = f"%i{self.count}"
        at = len(self.lines)
        self.lines.append("")
        self.block = label
        self.frames.append({})

        def close() -> None:
            following = self.put(f"add nuw nsw i64 {counter}, 1")
            more = self.put(f"icmp ult i64 {following}, {size}")
            self.lines.append(f"  br i1 {more}, label %{label}, label %{label}x")
            self.lines[at] = f"  {counter} = phi i64 [0, %{before}], [{following}, %{self.block}]"
            self.lines.append(f"{label}x:")
            self.block = f"{label}x"
            self.frames.pop()

        return counter, close

    # --- memory ------------------------------------------------------------------------------------------------------

    def where(self, offset: Offset) -> tuple[int, tuple[tuple[str, int], ...]]:
        """Return an offset as a number and terms of loop counters known only when the code runs."""
        base, terms = offset.base, []
        for n, stride in offset.strides:
            at = self.env[n]
            if isinstance(at, int):
                base += at * stride
            elif at is not None:
                terms.append((at, stride))
        for n, listed in offset.listed:
            at = self.env[n]
            if isinstance(at, int):
                base += listed[at]
            else:
                terms.append((self._listed(str(at), listed), 1))
        return base, tuple(terms)

    def _listed(self, counter: str, listed: tuple[int, ...]) -> str:
        key = ("listed", counter, listed)
        found = self.find(key)
        if found is None:
            self.used.lists.setdefault(listed, f"@list{len(self.used.lists)}")
            p = self.put(f"getelementptr i64, ptr {self.used.lists[listed]}, i64 {counter}")
            found = self.keep(key, self.put(f"load i64, ptr {p}, align 8"))
        return found

    def index(self, base: int, terms: tuple[tuple[str, int], ...]) -> str:
        """Write the sum of an offset and return it as an operand."""
        total = ""
        for counter, stride in terms:
            term = counter if stride == 1 else self.put(f"mul nsw i64 {counter}, {stride}")
            total = term if not total else self.put(f"add nsw i64 {total}, {term}")
        if not total:
            return str(base)
        return total if base == 0 else self.put(f"add nsw i64 {total}, {base}")

    def pointer(self, array: Array, base: int, terms: tuple[tuple[str, int], ...], *, writing: bool) -> str:
        """Write where a position of an array lies: in the states or in what is worked out."""
        if array.role in STATES:
            memory = "%nxt" if writing and self.mode == RUN else "%cur"
            start = self.layout.states[array.number]
        else:
            memory, start = "%ws", self.layout.lanes[array.number]
        return self.put(f"getelementptr inbounds {self.V}, ptr {memory}, i64 {self.index(base + start, terms)}")

    def load(self, array: Array, offset: Offset) -> str:
        """Return the name of a value of an array, read once while it stays as it is."""
        base, terms = self.where(offset)
        key = ("at", array.number, base, terms)
        found = self.find(key)
        if found is None:
            self.used.loaded.add((self.family, array.number))
            p = self.pointer(array, base, terms, writing=False)
            tag = self.tag(array)
            found = self.keep(key, self.put(f"load {self.V}, ptr {p}, align {8 * self.w}{tag}"))
        return found

    def tag(self, array: Array) -> str:
        """Return the mark by which LLVM tells arrays apart."""
        self.used.tagged.add(array.number)
        return f", !tbaa !{2 * array.number + 11}"

    def store(self, kernel: Kernel, value: str) -> None:
        """Write the value of a kernel into its array."""
        array = kernel.array
        if array.role == RING:
            self._store_ring(kernel, value)
            return
        base, terms = self.where(kernel.offset)
        if array.role not in STATES or self.mode == START:
            self.keep(("at", array.number, base, terms), value)
        mark = len(self.lines)
        p = self.pointer(array, base, terms, writing=True)
        self.lines.append(f"  store {self.V} {value}, ptr {p}, align {8 * self.w}{self.tag(array)}")
        if array.role not in STATES:
            for i in range(mark, len(self.lines)):
                self.lines[i] = (array.number, str(self.lines[i]))

    def _queue(self, array: Array, offset: Offset) -> str:
        """Pointer to the first row of a queue; rows of all queues lie one after another."""
        base, terms = self.where(offset)
        queue = self.index(base + self.layout.rings[array.number], terms)
        return self.put(f"getelementptr inbounds {self.V}, ptr %ring, i64 {queue}")

    def _store_ring(self, kernel: Kernel, value: str) -> None:
        queue = self._queue(kernel.array, kernel.offset)
        if self.mode == START:
            self.lines.append(f"  call void @fill(ptr {queue}, {self.V} {value}, i64 %cap)")
            self.used.helpers.add("fill")
            self.keep(("ring", kernel.array.number, *self.where(kernel.offset)), value)
        else:
            key = ("row",)
            row = self.find(key) or self.keep(key, self.put(f"mul nsw i64 %row, {self.layout.rings_size}"))
            p = self.put(f"getelementptr inbounds {self.V}, ptr {queue}, i64 {row}")
            self.lines.append(f"  store {self.V} {value}, ptr {p}, align {8 * self.w}")

    # --- values ------------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> str:
        """Return the operand of a node, writing it where it is not known yet."""
        if node.op == "number":
            return self.vector(node.value)
        if node.op == "load" and node.array is not None:
            return self.load(node.array, node.offset)
        if node.op == "phase":
            return self.value(node.args[1 if self.mode == START else 0])
        key: Key = (node.number, *(self.env[n] for n in sorted(node.loops)))
        found = self.find(key)
        if found is None:
            self.operations += 1
            found = self.keep(key, self._write(node))
        return found

    def vector(self, x: float) -> str:
        """Return a number as an operand, the same in every lane."""
        return "<" + ", ".join([f"double {literal(x)}"] * self.w) + ">" if x != 0 or str(x) == "-0.0" else "zeroinitializer"

    def splat(self, scalar: str) -> str:
        """Write one number into every lane."""
        one = self.put(f"insertelement {self.V} poison, double {scalar}, i32 0")
        return self.put(f"shufflevector {self.V} {one}, {self.V} poison, <{self.w} x i32> zeroinitializer")

    def _write(self, node: Node) -> str:
        op = node.op
        if op == "fold":
            return self._fold(node)
        a = [self.value(x) for x in node.args]
        if op in PLAIN:
            return self.put(PLAIN[op].format(*a, w=self.w, V=self.V, B=self.B))
        if op in SPECIAL:
            return SPECIAL[op](self, node, *a)
        self.used.functions.add(op)
        return self.put(f"call {self.V} @v_{op}({', '.join(f'{self.V} {x}' for x in a)})")

    def choose(self, condition: str, then: str, otherwise: str) -> str:
        """Write one value where a condition holds and another elsewhere."""
        return self.put(f"select {self.B} {condition}, {self.V} {then}, {self.V} {otherwise}")

    def _extreme(self, order: str, a: str, b: str) -> str:
        """numpy's minimum and maximum: not a number when either is."""
        first = self.put(f"fcmp {order} {self.V} {a}, {b}")
        either = self.choose(first, a, b)
        return self.choose(self.put(f"fcmp uno {self.V} {a}, {a}"), a, either)

    def _quotient(self, _: Node, x: str, divisor: str, reciprocal: str) -> str:
        """x / divisor: the product with the reciprocal, then its exact remainder put right (Markstein 1990).

        Where there is no remainder, or the product is not finite, the product is what division gives. The remainder is exact,
        and so the quotient that of division, for |x| above 2^-968; below, the last place may differ.
        """
        V = self.V
        q = self.put(f"fmul {V} {x}, {reciprocal}")
        minus = self.put(f"fneg {V} {q}")
        rest = self.put(f"call {V} @llvm.fma.v{self.w}f64({V} {minus}, {V} {divisor}, {V} {x})")
        better = self.put(f"call {V} @llvm.fma.v{self.w}f64({V} {rest}, {V} {reciprocal}, {V} {q})")
        return self.choose(self.put(f"fcmp one {V} {rest}, zeroinitializer"), better, q)

    def _series(self, node: Node) -> str:
        array = node.array
        assert array is not None
        first = self.put(f"mul nsw i64 %ticks, {self.layout.series[array.number]}")
        p = self.put(f"getelementptr double, ptr %series, i64 {self.put(f'add nsw i64 {first}, %tick')}")
        return self.splat(self.put(f"load double, ptr {p}, align 8"))

    def _ring(self, node: Node, order: str) -> str:
        array = node.array
        assert array is not None
        if self.mode == START:
            known = self.find(("ring", array.number, *self.where(node.offset)))
            if known is not None:
                return known
        self.used.helpers.add("recall")
        key = ("rows", order)
        rows = self.find(key)
        if rows is None:
            rows = self.keep(key, self.put(f"call <{self.w} x i64> @rows({self.V} {order}, i64 %row, i64 %cap)"))
        queue = self._queue(array, node.offset)
        return self.put(f"call {self.V} @recall(ptr {queue}, {self.V} {order}, <{self.w} x i64> {rows})")

    def _lookup(self, node: Node, x: str) -> str:
        array, points = node.array, int(node.value)
        assert array is not None
        stride = table_stride(points)
        base, terms = self.where(node.offset)
        at = self.index(base * stride + self.layout.tables[array.number], tuple((n, k * stride) for n, k in terms))
        p = self.put(f"getelementptr double, ptr %tables, i64 {at}")
        self.used.lookups.add(points)
        return self.put(f"call {self.V} @lookup_{points}(ptr {p}, {self.V} {x})")

    # --- reductions --------------------------------------------------------------------------------------------------

    def _fold(self, node: Node) -> str:
        body, over = node.args[0], node.over
        start = {"sum": 0.0, "prod": 1.0, "least": float("inf"), "greatest": float("-inf")}[node.text]
        size = 1
        for _, n in over:
            size *= n
        if size * max(_depth(body), 1) <= UNROLL * 2:
            out = self.vector(start)
            for counts in _counts([n for _, n in over]):
                self.env.update((n, c) for (n, _), c in zip(over, counts, strict=True))
                out = self._accumulate(node.text, out, self.value(body))
            return out
        self._hoist(body, {n for n, _ in over}, set())
        return self._fold_loop(node.text, body, list(over), self.vector(start))

    def _hoist(self, node: Node, over: set[int], seen: set[int]) -> None:
        """Write what does not depend on the loops before they open."""
        if node.number in seen:
            return
        seen.add(node.number)
        if not node.loops & over:
            if node.op != "number":
                self.value(node)
            return
        if node.op == "phase":
            self._hoist(node.args[1 if self.mode == START else 0], over, seen)
        elif node.op != "fold":
            for a in node.args:
                self._hoist(a, over, seen)

    def _fold_loop(self, text: str, body: Node, over: list[tuple[int, int]], start: str) -> str:
        number, size = over[0]
        before = self.block
        counter, close = self.loop(size)
        at = len(self.lines)
        self.lines.append("")
        total = self.name()
        self.env[number] = counter
        inner = self._fold_loop(text, body, over[1:], total) if over[1:] else self._accumulate(text, total, self.value(body))
        self.lines[at] = f"  {total} = phi {self.V} [{start}, %{before}], [{inner}, %{self.block}]"
        close()
        return inner

    def _accumulate(self, text: str, total: str, x: str) -> str:
        """Add one number; what is not a number makes the whole not a number."""
        if text in ("sum", "prod"):
            return self.put(f"{'fadd' if text == 'sum' else 'fmul'} {self.V} {total}, {x}")
        return self._extreme("olt" if text == "least" else "ogt", total, x)

    # --- groups ------------------------------------------------------------------------------------------------------

    def single(self, kernel: Kernel, count: tuple[int, ...]) -> None:
        """Write one element of a kernel."""
        self.env.update(enumerate(count))
        self.store(kernel, self.value(kernel.value))

    def group(self, group: Group) -> None:
        """Write the loop nest of a group; the innermost loops are unrolled where that is short."""
        sizes = list(group.sizes)
        first = len(sizes)
        size = max(group.nodes, 1)
        while first > 0 and size * sizes[first - 1] <= UNROLL:
            first -= 1
            size *= sizes[first]
        self._nest(group, sizes, 0, first, merged_loops(group, first, self.mode))

    def _nest(self, group: Group, sizes: list[int], depth: int, first: int, merged: frozenset[int]) -> None:
        if depth < first:
            size = sizes[depth]
            while depth in merged:
                self.env[depth] = None
                depth += 1
                size *= sizes[depth]
            counter, close = self.loop(size)
            self.env[depth] = counter
            self._nest(group, sizes, depth + 1, first, merged)
            close()
            return
        for counts in _counts(sizes[first:]):
            self.env.update((first + i, c) for i, c in enumerate(counts))
            for kernel in group.kernels:
                self.store(kernel, self.value(kernel.value))


SPECIAL: dict[str, Callable[..., str]] = {
    "not": lambda w, _, a: w.put(f"xor {w.B} {a}, <{', '.join(['i1 true'] * w.w)}>"),
    "min": lambda w, _, a, b: w._extreme("olt", a, b),
    "max": lambda w, _, a, b: w._extreme("ogt", a, b),
    **{op: lambda w, node: w.splat(f"%{node.op}") for op in ("time", "begun", "dt")},
    "quotient": Writer._quotient,
    "series": Writer._series,
    "ring": Writer._ring,
    "lookup": Writer._lookup,
}
"""Operations that take more; every other is a function of `maths`."""


def _depth(node: Node) -> int:
    """Number of operations below a node."""
    seen: set[int] = set()
    stack = [node]
    while stack:
        n = stack.pop()
        if n.number not in seen:
            seen.add(n.number)
            stack.extend(n.args)
    return len(seen)


def _counts(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    out: list[tuple[int, ...]] = [()]
    for n in sizes:
        out = [(*c, i) for c in out for i in range(n)]
    return out
