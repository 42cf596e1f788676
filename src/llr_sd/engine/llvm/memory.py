"""The working memory of one thread, through which the runs of a batch pass block by block."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from llr_sd.engine.llvm.compiled import CompiledModel, LaidModel
from llr_sd.engine.llvm.driver import ARGUMENTS

CHECK_EVERY = 64
Reals = NDArray[np.float64]
Integers = NDArray[np.int64]
Argument = Reals | Integers | float | None


class Memory:
    """What compiled code works in, with the image of a model in place."""

    @staticmethod
    def size(model: LaidModel) -> int:
        """Return the bytes that the memory of one thread takes."""
        return 8 * model.target.width * sum(model.image.work.values())

    def __init__(self, model: CompiledModel) -> None:
        self.model = model
        self.work = {name: aligned((vectors, model.target.width)) for name, vectors in model.image.work.items()}
        for array in self.work.values():
            array.fill(np.nan)
        self.work["ws"][:] = model.image.lanes[:, None]

    def arguments(
        self, columns: Reals, saves: Integers, every: int, seen: Reals | None, steps: int | None
    ) -> dict[str, Argument]:
        """Return what `batch` is called with, by name, on any machine: arrays in memory, and numbers. `run` says what each is."""
        m, image, w = self.model, self.model.image, self.model.target.width
        blocks = columns.shape[1] // w
        return {
            **self.work,
            "tables": image.tables,
            "series": image.series,
            "design": np.ascontiguousarray(columns),
            "stride": columns.shape[1],
            "slots": image.slots,
            "nslots": len(image.slots),
            "blocks": blocks,
            "saves": saves,
            "nsaves": len(saves),
            "steps": m.steps if steps is None else steps,
            "out": aligned((max(blocks * len(saves) * m.out_size, 1), w)),
            "bad": aligned((max(blocks, 1), w)),
            "seen": seen,
            "watch": aligned((max(blocks * m.watch_size, 1), w)),
            "clock": image.ticks,
            "counted": np.ones(max(m.layout.stocks, 1)),
            "dt": m.request.clock.step,
            "ticks": len(image.ticks),
            "cap": image.capacity,
            "every": every,
        }

    def run(
        self, columns: Reals, saves: Integers, every: int = CHECK_EVERY, seen: Reals | None = None, steps: int | None = None
    ) -> tuple[Reals, Reals, Reals]:
        """Run blocks of runs.

        Parameters
        ----------
        columns
            Values of the design, shape (input, run), the number of runs a multiple of the width.
        saves
            Steps at which outputs are saved.
        every
            Steps between checks.
        seen
            Receives the stocks of each run that fails when it does, shape (block, stock, lane).
        steps
            Steps to take; None for all.

        Returns
        -------
        tuple
            Outputs, shape (block, save, element, lane), the step at which a failure was first seen, shape (block, lane), -1
            where there was none, and the delay times noted, shape (block, element, lane).
        """
        m, w = self.model, self.model.target.width
        given = self.arguments(columns, saves, every, seen, steps)
        values = [given[name] for name, _ in ARGUMENTS]
        m.code.batch(*(v.ctypes.data if isinstance(v, np.ndarray) else v for v in values))
        blocks = columns.shape[1] // w

        def parts(name: str, *shape: int) -> Reals:
            return np.asarray(given[name], dtype=np.float64)[: math.prod(shape)].reshape(*shape, w)

        return parts("out", blocks, len(saves), m.out_size), parts("bad", blocks), parts("watch", blocks, m.watch_size)


def aligned(shape: tuple[int, ...]) -> Reals:
    """Return an empty float64 array that starts on a cache line, as vector loads need it."""
    size = int(np.prod(shape))
    raw = np.empty(size + 8, dtype=np.float64)
    shift = (-raw.ctypes.data % 64) // 8
    return raw[shift : shift + size].reshape(shape)
