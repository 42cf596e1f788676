"""The right-hand sides that are no expressions: lookups written as points, and stocks."""

from __future__ import annotations

import itertools
import math
from typing import Any

from llr_sd.equations import Stock, Table
from llr_sd.translate.messages import count_message
from llr_sd.translate.scope import Scope

Numbers = tuple[float, ...]


def points(tree: Any, scope: Scope) -> Table:
    """Return the table of a lookup written as points, in rising order of x."""
    x, y = tuple(map(float, tree.x)), tuple(map(float, tree.y))
    if len(x) != len(y) or not x:
        raise scope.refuse(f"the lookup has {len(x)} x values and {len(y)} y values.", "Give each point an x and a y.")
    if len(set(x)) != len(x):
        x, y, jumps = _with_jumps(x, y)
        if jumps and len(x) == 2:
            raise scope.refuse(f"the lookup has two points at x = {x[0]:g} and no other.", "Move one of them.")
        if tree.type == "extrapolate" and ends_in_a_jump(x):
            raise scope.refuse("the lookup goes on beyond its points, and ends in two points at one x.", "Move one of them.")
        if jumps:
            scope.names.remark(
                "where a lookup has two points at one x, the first counts at that x and the second past it", scope.title
            )
    return Table(x, y, tree.type)


def ends_in_a_jump(x: Numbers) -> bool:
    """Whether the first or the last stretch of a lookup is a jump, which has no slope to go on with."""
    return len(x) > 1 and (x[1] == _next(x[0]) or x[-1] == _next(x[-2]))


def _next(x: float) -> float:
    """The next number up, far enough from 0 that a slope over the gap is finite."""
    return max(math.nextafter(x, math.inf), x + 1e-290)


def _with_jumps(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers, bool]:
    """Return the points with each jump, two values at one x, moved to the next number; and whether there is any.

    Of several points at one x the first and the last make the jump; the same point twice is one point.
    """
    kept: list[tuple[float, float]] = []
    jumps = False
    for at, points_there in itertools.groupby(sorted(zip(x, y, strict=True), key=lambda p: p[0]), key=lambda p: p[0]):
        values = [p[1] for p in points_there]
        kept.append((at, values[0]))
        if values[-1] != values[0]:
            jumps = True
            kept.append((_next(at), values[-1]))
    return tuple(p[0] for p in kept), tuple(p[1] for p in kept), jumps


def stock(tree: Any, scope: Scope) -> Stock:
    """Return the stock of an INTEG or of an XMILE stock."""
    if not isinstance(tree.non_negative, bool):
        # PySD takes a third argument of INTEG for its own mark of stocks that cannot fall below zero.
        raise scope.refuse(*count_message("INTEG", ("flow", "initial"), 3))
    return Stock(scope.of(tree.flow), scope.of(tree.initial), tree.non_negative)
