"""Made-up variables: the parts of a function that is written out with other equations, a cell for each turn of the loops."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llr_sd import equations as eq
from llr_sd.translate.scope import Known, Scope

MISSING = eq.Number(eq.NA)
MOST_PAIRS = 40_000_000
ZERO, ONE = eq.Number(0.0), eq.Number(1.0)
# Not a number: a run that needs it fails, and says where.
NOTHING = eq.Binary("/", ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up variable; `at` reads it at the count of a loop on each of its axes."""

    name: str
    sizes: tuple[int, ...]

    def at(self, loops: Sequence[int]) -> eq.Reference:
        """Return what reads it where these loops stand."""
        return eq.Reference(self.name, tuple(eq.Along(n, tuple(range(k))) for n, k in zip(loops, self.sizes, strict=True)))


def make(
    scope: Scope,
    what: str,
    build: Callable[[Scope], eq.Body],
    left: int | None = None,
    extra: Sequence[eq.Loop] = (),
    name: str = "",
) -> Made:
    """Store a made-up variable and return it.

    Parameters
    ----------
    scope
        The equation that needs it.
    what
        What it is, for its name.
    build
        Gives its right-hand side from a scope whose first loops are its axes.
    left
        How many of the left-hand loops it runs over; all by default.
    extra
        Further loops that it runs over.
    name
        Its name where that is reserved already, because its right-hand side reads it.
    """
    inner = scope.fresh()
    if left is not None:
        inner.loops = inner.loops[:left]
        inner.left = {k: n for k, n in inner.left.items() if n < left}
    for loop in extra:
        inner.left[f"_{len(inner.loops)}"] = len(inner.loops)
        inner.loops.append(loop)
    names: list[str] = []
    for loop in inner.left_loops():
        names.append(loop.name if loop.name not in names else f"{loop.name} {len(names) + 1}")
    axes = tuple(eq.Axis(n, lp.elements) for n, lp in zip(names, inner.left_loops(), strict=True))
    own: tuple[eq.Index, ...] = tuple(eq.Along(i, tuple(range(len(a.elements)))) for i, a in enumerate(axes))
    known = Known(name or scope.names.reserve(f"_{scope.title} {what}"), axes, "auxiliary")
    body = build(inner)
    scope.names.store(known, eq.Definition(tuple(inner.loops), own, body))
    return Made(known.name, tuple(len(a.elements) for a in axes))


def turn(scope: Scope, loop: eq.Loop) -> int:
    """Open a loop for a reduction; return its number."""
    scope.loops.append(loop)
    return len(scope.loops) - 1


def last_loop(name: str, scope: Scope) -> int:
    """Return the number of the last loop of the left-hand side, over which `name` works; refuse where there is none."""
    if scope.reducing is not None:
        raise scope.refuse(f"{name} stands inside a sum over subscripts.", "Give it a variable of its own, and sum that.")
    if scope.local is not None:
        raise scope.refuse(f"{name} stands inside a macro.", "Write the equations without the macro.")
    if not scope.left:
        raise scope.refuse(f"{name} needs a subscript range on the left-hand side.", f"Write x[range] = {name}(...).")
    return len(scope.left) - 1


def afford(name: str, size: int, scope: Scope) -> None:
    """Refuse a search through `size` elements for every turn of the loops where that comes to too many comparisons in a step."""
    pairs = size * math.prod(len(lp) for lp in scope.left_loops())
    if pairs > MOST_PAIRS:
        raise scope.refuse(
            f"{name} would compare {pairs:,} pairs of elements at every step, more than {MOST_PAIRS:,}.", "Use smaller ranges."
        )


def place(loop: int, scope: Scope, start: int = 0) -> eq.Reference:
    """Return the count of a loop as a number, from `start` on."""
    size = len(scope.loops[loop])
    name = f"_place of {size} from {start}"
    if eq.canonical(name) not in scope.names.made_up:
        elements = tuple(f"{i + 1}" for i in range(size))
        known = Known(name, (eq.Axis(name, elements),), "auxiliary")
        every = tuple(range(size))
        numbers = eq.Values(tuple(float(i + start) for i in every))
        scope.names.store(known, eq.Definition((eq.Loop(name, elements),), (eq.Along(0, every),), numbers))
    return eq.Reference(name, (eq.Along(loop, tuple(range(size))),))


# --- expressions -----------------------------------------------------------------------------------------------------


def either(condition: eq.Expression, then: eq.Expression, otherwise: eq.Expression) -> eq.Expression:
    """IF THEN ELSE."""
    return eq.Call("IF THEN ELSE", (condition, then, otherwise))


def op(operator: str, *operands: eq.Expression | float) -> eq.Expression:
    """Operands joined by one operator, from the left."""
    first, *rest = (eq.Number(float(x)) if isinstance(x, int | float) else x for x in operands)
    for x in rest:
        first = eq.Binary(operator, first, x)
    return first


def call(function: str, *arguments: eq.Expression | float) -> eq.Expression:
    """A call, with numbers as they are."""
    return eq.Call(function, tuple(eq.Number(float(a)) if isinstance(a, int | float) else a for a in arguments))


def over(operator: str, loops: Sequence[int], body: eq.Expression) -> eq.Expression:
    """A reduction."""
    return eq.Reduce(operator, tuple(loops), body)


def nearest_whole(x: eq.Expression) -> eq.Expression:
    """x rounded to a whole number; x is above -0.5."""
    return call("INTEGER", op("+", x, 0.5))


def share(x: eq.Expression) -> eq.Expression:
    """x kept between 0 and 1."""
    return call("MAX", 0.0, call("MIN", 1.0, x))


def pick(loops: Sequence[int], condition: eq.Expression, value: eq.Expression) -> eq.Expression:
    """The value where the condition holds, at one turn of the loops; infinite where there is none, which no run takes for a number."""
    return over("VMAX", loops, either(condition, value, eq.Number(-math.inf)))
