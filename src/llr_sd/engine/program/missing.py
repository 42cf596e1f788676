"""Elements without an equation, and everything that reads them: they have no value, and that is no failure of a run."""

from __future__ import annotations

import numpy as np

from llr_sd.engine.program.form import Array, Kernel, Program, loop_sizes, reads
from llr_sd.engine.program.offsets import Integers, cells, iterations, positions_of
from llr_sd.equations import Equations, Variable


class Missing:
    """Elements that have no value.

    Attributes
    ----------
    source
        By array number, shape (element,): 0 where an element has a value, else which of `labels` (from 1) it lacks.
    labels
        Elements without an equation, as the modeller writes them.
    """

    def __init__(self) -> None:
        self.source: dict[int, Integers] = {}
        self.labels: list[str] = []

    def elements(self, array: Array) -> Integers:
        """Return what each element of an array lacks, shape (element,)."""
        return self.source.get(array.number, np.zeros(array.size, dtype=np.int64))

    def note(self, variable: Variable, array: Array, without: Integers) -> None:
        """Note the elements of a variable that no equation defines."""
        if without.size:
            first = len(self.labels) + 1
            self.labels += [variable.label_at(int(i)) for i in without]
            self.source[array.number] = np.zeros(array.size, dtype=np.int64)
            self.source[array.number][without] = first + np.arange(without.size)


def find_missing(equations: Equations, program: Program) -> Missing:
    """Return the elements that have no equation, and those that read one of them (in any branch of a condition)."""
    out = Missing()
    tables = {name: array for name, (array, _) in program.tables.items()}
    for name, array in {**program.place, **tables}.items():
        variable = equations.variables[name]
        defined = np.zeros(variable.size, dtype=bool)
        for definition in variable.definitions:
            defined[cells(variable, definition)] = True
        out.note(variable, array, np.flatnonzero(~defined))
    if not out.source:
        return out
    readers: dict[int, list[Kernel]] = {}
    for kernel in program.kernels:
        for number in {array.number for array, _ in reads(kernel)}:
            readers.setdefault(number, []).append(kernel)
    fresh = list(out.source)
    while fresh:
        number = fresh.pop()
        for kernel in readers.get(number, ()):
            if _spread(kernel, number, out):
                fresh.append(kernel.array.number)
    return out


def _spread(kernel: Kernel, number: int, out: Missing) -> bool:
    """Note which elements of a kernel read a missing element of an array; return whether there are new ones."""
    counts, sizes = iterations(kernel.sizes), loop_sizes(kernel)
    lacks = np.zeros(len(counts), dtype=np.int64)
    for array, offset in reads(kernel):
        if array.number == number:
            inner = {n: k for n, k in sizes.items() if n >= len(kernel.sizes) and n in offset.loops}
            read = out.source[number][positions_of(offset, counts, inner)]
            lacks = np.where(lacks > 0, lacks, read.max(axis=1))
    if not lacks.any():
        return False
    known = out.source.setdefault(kernel.array.number, np.zeros(kernel.array.size, dtype=np.int64))
    at = positions_of(kernel.offset, counts, {})[:, 0]
    new = (known[at] == 0) & (lacks > 0)
    known[at[new]] = lacks[new]
    return bool(new.any())
