"""What a step computes from constants alone moves to the start: also the logarithm of a power's base and a divisor's reciprocal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import frexp

from llr_sd.engine.program.form import DERIVED, KEPT, RUN, Kernel, Node, Program, loop_sizes, reads
from llr_sd.engine.program.offsets import row_major
from llr_sd.engine.program.operations import NUMBER
from llr_sd.engine.program.order import Plan

CHEAP = ("load", "number", "neg", "dt")  # as quick to compute again as to read


class _Hoister:
    """Rewrites the values of kernels; `moving` are the derived arrays that change during a run."""

    def __init__(self, program: Program, moving: set[int], divide: bool) -> None:
        self.program, self.moving, self.divide = program, moving, divide
        self.added: list[Kernel] = []
        self._kept: dict[tuple[int, tuple[tuple[int, int], ...]], Node] = {}
        self._still: dict[int, bool] = {}
        self._done: dict[tuple[int, tuple[tuple[int, int], ...]], Node] = {}

    def still(self, node: Node) -> bool:
        """Return whether a node keeps its value during a run."""
        found = self._still.get(node.number)
        if found is None:
            moves = node.moves or (node.array is not None and node.array.number in self.moving)
            found = not moves and all(self.still(a) for a in node.args)
            self._still[node.number] = found
        return found

    def keep(self, node: Node, sizes: dict[int, int], label: str) -> Node:
        """Return a load of a number that is computed once, at the start."""
        loops = tuple((n, sizes[n]) for n in sorted(node.loops))
        key = (node.number, loops)
        if key not in self._kept:
            at, size = row_major(loops)
            array = self.program.add_array(f"constant part of {label}", size, KEPT)
            shape = tuple(dict(loops).get(n, 1) for n in range(max(node.loops, default=-1) + 1))
            before = len(self.program.kernels)
            self.program.add_kernel(label, shape, array, at, node, "start")
            self.added.append(self.program.kernels[before])
            self._kept[key] = self.program.load(array, at)
        return self._kept[key]

    def rewrite(self, node: Node, sizes: dict[int, int], label: str) -> Node:
        key = (node.number, tuple((n, sizes[n]) for n in sorted(node.loops)))
        if key not in self._done:
            self._done[key] = self._rewrite(node, sizes, label)
        return self._done[key]

    def _rewrite(self, node: Node, sizes: dict[int, int], label: str) -> Node:
        if not node.args:
            return node
        if node.kind == NUMBER and node.op not in CHEAP and self.still(node):
            return self.keep(node, sizes, label)
        if node.op == "phase":
            return self.rewrite(node.args[0], sizes, label)
        args = [self.rewrite(a, sizes, label) for a in node.args]
        if node.op == "pow" and self.still(node.args[0]):
            logs = (self.keep(self.program.op(op, node.args[0]), sizes, label) for op in ("pow_log", "pow_log_rest"))
            return self.program.op("pow_from_log", *args, *logs)
        divisor = node.args[1] if node.op == "div" else None
        if self.divide and divisor is not None and self.still(divisor) and not _power_of_two(divisor):
            one = self.program.op("div", 1.0, divisor)
            return self.program.op("quotient", args[0], args[1], self.keep(one, sizes, label))
        return self.program.again(node, args, node.offset)


def _power_of_two(node: Node) -> bool:
    return node.op == "number" and abs(frexp(node.value)[0]) == 0.5


def hoist(program: Program, plan: Plan, divide: bool) -> Plan:
    """Return the plan with constant parts of steps computed at the start.

    With `divide`, a division by something constant becomes a multiplication by its reciprocal with the remainder put right, which
    gives the quotient that dividing gives.
    """
    moving = {k.array.number for k in (*plan.step, *plan.rates, *plan.save) if k.array.role == DERIVED}
    hoister = _Hoister(program, moving, divide)

    def each(kernels: Sequence[Kernel]) -> tuple[Kernel, ...]:
        return tuple(replace(k, value=hoister.rewrite(k.value, loop_sizes(k), k.label)) for k in kernels)

    step, rates, save = each(plan.step), each(plan.rates), each(plan.save)
    return replace(plan, start=(*plan.start, *_needed(hoister.added, (*step, *rates, *save))), step=step, rates=rates, save=save)


def _needed(added: Sequence[Kernel], kernels: Sequence[Kernel]) -> list[Kernel]:
    read = {array.number for k in kernels for array, _ in reads(k, RUN)}
    return [k for k in added if k.array.number in read]
