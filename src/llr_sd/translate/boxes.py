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
