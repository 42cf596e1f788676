"""Keeps expression trees shallow: a long sum or deeply nested conditions become several variables, computed in the same order.

Every pass over a tree recurses, so that a sum of 5,000 terms would end in Python's recursion limit somewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from llr_sd import equations as eq
from llr_sd.translate.source import Place

DEEPEST = 100
_IN_A_SUM = 150  # a reduction's body cannot be split: its loops exist only inside it


def shallow(definition: eq.Definition, store: Callable[[tuple[eq.Axis, ...], eq.Definition], str], place: Place) -> eq.Definition:
    """Return a definition whose expressions are at most `DEEPEST` levels deep.

    Parameters
    ----------
    definition
        Any definition.
    store
        Keeps the definition of a variable with the given axes, and returns the name that it made up for it.
    place
        Where the equation stands, for messages.

    Raises
    ------
    TranslationError
        When what stands inside a reduction is too deep; it cannot be split.
    """
    body = definition.body
    if isinstance(body, eq.Table | eq.Values):
        return definition
    parts = (body.flow, body.initial) if isinstance(body, eq.Stock) else (body,)
    if max(map(_depth, parts)) <= DEEPEST:
        return definition
    left = sorted({i.loop for i in definition.target if isinstance(i, eq.Along)})
    loops = [definition.loops[n] for n in left]
    axes = tuple(eq.Axis(lp.name, lp.elements) for lp in loops)
    own: tuple[eq.Index, ...] = tuple(eq.Along(n, tuple(range(len(lp)))) for n, lp in zip(left, loops, strict=True))

    def split(part: eq.Expression) -> eq.Expression:
        return eq.Reference(store(axes, eq.Definition(definition.loops, own, part)), own)

    cut = [_cut(p, split, place) for p in parts]
    return dataclasses.replace(
        definition, body=dataclasses.replace(body, flow=cut[0], initial=cut[1]) if isinstance(body, eq.Stock) else cut[0]
    )


def _depth(root: eq.Expression) -> int:
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((c, level + 1) for c in eq.children(node))
    return deepest


def _cut(root: eq.Expression, split: Callable[[eq.Expression], eq.Expression], place: Place) -> eq.Expression:
    """Rebuild a tree from its leaves; what has grown to `DEEPEST` levels goes into a variable of its own."""
    done: list[tuple[eq.Expression, int]] = []
    waiting: list[tuple[eq.Expression, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        below = eq.children(node)
        if isinstance(node, eq.Reduce):
            depth = _depth(node)
            if depth > _IN_A_SUM:
                raise place.refuse(
                    f"what stands inside {node.operator} is nested {depth} levels deep.", "Give it a variable of its own."
                )
            done.append((split(node), 1) if depth > DEEPEST else (node, depth))
        elif not below:
            done.append((node, 1))
        elif not ready:
            waiting.append((node, True))
            waiting.extend((c, False) for c in reversed(below))
        else:
            parts = done[len(done) - len(below) :]
            del done[len(done) - len(below) :]
            level = 1 + max(d for _, d in parts)
            built = eq.with_children(node, [p for p, _ in parts])
            done.append((split(built), 1) if level >= DEEPEST else (built, level))
    return done[0][0]
