"""LLVM IR written as formulas: numbers, whole numbers and conditions of every lane, with Python's own operators."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field


def literal(x: float) -> str:
    """Return a double as LLVM reads it without loss."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


@dataclass
class Text:
    """The body of one function for `width` lanes. Nothing here lets LLVM join a product and a sum, or change an order."""

    width: int
    lines: list[str] = field(default_factory=list)
    count: int = 0
    block: str = "entry"

    def put(self, instruction: str) -> str:
        """Write one instruction and return the name of its result."""
        self.count += 1
        self.lines.append(f"  %m{self.count} = {instruction}")
        return f"%m{self.count}"

    @property
    def real_type(self) -> str:
        """A number in each lane, as LLVM writes it."""
        return f"<{self.width} x double>"

    @property
    def whole_type(self) -> str:
        """64 bits in each lane, as LLVM writes them."""
        return f"<{self.width} x i64>"

    @property
    def truth_type(self) -> str:
        """A condition in each lane, as LLVM writes it."""
        return f"<{self.width} x i1>"

    def argument(self, number: int) -> Real:
        """Return an argument of the function, counted from 0."""
        return Real(self, f"%a{number}")

    def real(self, x: Real | float) -> Real:
        """Return a number as an operand, the same in every lane."""
        if isinstance(x, Real):
            return x
        return Real(self, "<" + ", ".join([f"double {literal(x)}"] * self.width) + ">")

    def whole(self, n: Whole | int) -> Whole:
        """Return a whole number as an operand, the same in every lane."""
        if isinstance(n, Whole):
            return n
        return Whole(self, "<" + ", ".join([f"i64 {n}"] * self.width) + ">")

    def rarely(
        self, condition: Truth, usual: tuple[Real | Whole, ...], other: Callable[[], tuple[Real | Whole, ...]]
    ) -> list[str]:
        """Return the names of `usual`, or of `other()` where the condition holds in any lane.

        `other` must give in each lane what it would give alone: it chooses by lane between its results and the usual ones.
        """
        some = self.put(f"call i1 @llvm.vector.reduce.or.v{self.width}i1({self.truth_type} {condition.name})")
        self.count += 1
        rare, done, before = f"rare{self.count}", f"done{self.count}", self.block
        self.lines += [f"  br i1 {some}, label %{rare}, label %{done}, !prof !1", f"{rare}:"]
        self.block = rare
        changed = other()
        self.lines.append(f"  br label %{done}")
        after = self.block
        self.lines.append(f"{done}:")
        self.block = done
        return [
            self.put(f"phi {u.type} [{u.name}, %{before}], [{c.name}, %{after}]") for u, c in zip(usual, changed, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class _Value:
    text: Text
    name: str


class Real(_Value):
    """A double in each lane."""

    @property
    def type(self) -> str:
        """As LLVM writes it."""
        return self.text.real_type

    def _with(self, op: str, a: Real | float, b: Real | float) -> Real:
        left, right = self.text.real(a), self.text.real(b)
        return Real(self.text, self.text.put(f"{op} {self.type} {left.name}, {right.name}"))

    def __add__(self, other: Real | float) -> Real:
        return self._with("fadd", self, other)

    def __radd__(self, other: float) -> Real:
        return self._with("fadd", other, self)

    def __sub__(self, other: Real | float) -> Real:
        return self._with("fsub", self, other)

    def __rsub__(self, other: float) -> Real:
        return self._with("fsub", other, self)

    def __mul__(self, other: Real | float) -> Real:
        return self._with("fmul", self, other)

    def __truediv__(self, other: Real | float) -> Real:
        return self._with("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Real:
        return self._with("fdiv", other, self)

    def __neg__(self) -> Real:
        return Real(self.text, self.text.put(f"fneg {self.type} {self.name}"))

    def __abs__(self) -> Real:
        return (self.bits() & ((1 << 63) - 1)).real()

    def root(self) -> Real:
        """Return its square root; not a number below zero."""
        return Real(self.text, self.text.put(f"call {self.type} @llvm.sqrt.v{self.text.width}f64({self.type} {self.name})"))

    def _is(self, order: str, other: Real | float) -> Truth:
        right = self.text.real(other)
        return Truth(self.text, self.text.put(f"fcmp {order} {self.type} {self.name}, {right.name}"))

    def __lt__(self, other: Real | float) -> Truth:
        return self._is("olt", other)

    def __le__(self, other: Real | float) -> Truth:
        return self._is("ole", other)

    def __gt__(self, other: Real | float) -> Truth:
        return self._is("ogt", other)

    def __ge__(self, other: Real | float) -> Truth:
        return self._is("oge", other)

    def equals(self, other: Real | float) -> Truth:
        """Return where it equals another; not a number equals nothing."""
        return self._is("oeq", other)

    def bits(self) -> Whole:
        """Return the 64 bits that stand for it."""
        return Whole(self.text, self.text.put(f"bitcast {self.type} {self.name} to {self.text.whole_type}"))

    def signed_as(self, other: Real) -> Real:
        """A number that is not negative, with the sign of another."""
        return (self.bits() ^ (other.bits() & -(1 << 63))).real()


class Whole(_Value):
    """A whole number of 64 bits in each lane."""

    @property
    def type(self) -> str:
        """As LLVM writes it."""
        return self.text.whole_type

    def _with(self, op: str, a: Whole | int, b: Whole | int) -> Whole:
        left, right = self.text.whole(a), self.text.whole(b)
        return Whole(self.text, self.text.put(f"{op} {self.type} {left.name}, {right.name}"))

    def __add__(self, other: Whole | int) -> Whole:
        return self._with("add", self, other)

    def __sub__(self, other: Whole | int) -> Whole:
        return self._with("sub", self, other)

    def __mul__(self, other: Whole | int) -> Whole:
        return self._with("mul", self, other)

    def __and__(self, other: Whole | int) -> Whole:
        return self._with("and", self, other)

    def __or__(self, other: Whole | int) -> Whole:
        return self._with("or", self, other)

    def __xor__(self, other: Whole | int) -> Whole:
        return self._with("xor", self, other)

    def __lshift__(self, other: Whole | int) -> Whole:
        return self._with("shl", self, other)

    def __rshift__(self, other: Whole | int) -> Whole:
        return self._with("lshr", self, other)

    def real(self) -> Real:
        """Return the number that the 64 bits stand for."""
        return Real(self.text, self.text.put(f"bitcast {self.type} {self.name} to {self.text.real_type}"))

    def is_zero(self) -> Truth:
        """Return where all bits are zero."""
        return Truth(self.text, self.text.put(f"icmp eq {self.type} {self.name}, zeroinitializer"))


class Truth(_Value):
    """A condition in each lane."""

    @property
    def type(self) -> str:
        """As LLVM writes it."""
        return self.text.truth_type

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.text, self.text.put(f"and {self.type} {self.name}, {other.name}"))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.text, self.text.put(f"or {self.type} {self.name}, {other.name}"))

    def __invert__(self) -> Truth:
        return Truth(self.text, self.text.put(f"xor {self.type} {self.name}, <{', '.join(['i1 true'] * self.text.width)}>"))

    def pick(self, then: Real | float, otherwise: Real | float) -> Real:
        """Return one number where it holds and another elsewhere."""
        a, b = self.text.real(then), self.text.real(otherwise)
        return Real(self.text, self.text.put(f"select {self.type} {self.name}, {a.type} {a.name}, {b.type} {b.name}"))

    def pick_whole(self, then: Whole | int, otherwise: Whole | int) -> Whole:
        """Return some bits where it holds and others elsewhere."""
        a, b = self.text.whole(then), self.text.whole(otherwise)
        return Whole(self.text, self.text.put(f"select {self.type} {self.name}, {a.type} {a.name}, {b.type} {b.name}"))
