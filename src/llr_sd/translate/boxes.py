"""Rectangular blocks of cells: which cells an equation with :EXCEPT: defines, and whether two equations meet."""

from __future__ import annotations

Box = tuple[tuple[int, ...], ...]


def subtract(boxes: list[Box], hole: Box) -> list[Box]:
    """Cut `hole` out of disjoint boxes; what is left is disjoint boxes again.

    A box holds, for each axis, the positions it takes up; its cells are all combinations of them.
    """
    left: list[Box] = []
    for box in boxes:
        left.extend(_cut(box, hole))
    return left


def _cut(box: Box, hole: Box) -> list[Box]:
    if not meet(box, hole):
        return [box]
    pieces: list[Box] = []
    for axis, taken in enumerate(hole):
        outside = tuple(p for p in box[axis] if p not in taken)
        if outside:
            pieces.append((*box[:axis], outside, *box[axis + 1 :]))
        inside = tuple(p for p in box[axis] if p in taken)
        box = (*box[:axis], inside, *box[axis + 1 :])
    return pieces


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share a cell."""
    return all(not set(a).isdisjoint(b) for a, b in zip(one, other, strict=True))


class Taken:
    """The cells that equations define so far; single cells are looked up, so that a thousand of them take no time."""

    def __init__(self) -> None:
        self._single: set[Box] = set()
        self._wide: list[Box] = []

    def add(self, box: Box) -> bool:
        """Take up a box; return whether none of its cells was taken before."""
        single = all(len(axis) == 1 for axis in box)
        held = box in self._single if single else any(meet(box, t) for t in self._single)
        free = not held and not any(meet(box, t) for t in self._wide)
        if single:
            self._single.add(box)
        else:
            self._wide.append(box)
        return free
