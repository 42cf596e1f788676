"""LOOKUP EXTRAPOLATE, FORWARD, BACKWARD, INVERT and AREA: a lookup of the model read in another way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from llr_sd.equations import Binary, Expression, LookupCall, Table, Variable, canonical
from llr_sd.translate.scope import Names, Scope
from llr_sd.translate.source import Place
from llr_sd.translate.tables import ends_in_a_jump
from llr_sd.translate.written.made import MISSING, either, op


def lookup_extrapolate(arguments: Any, scope: Scope) -> Expression:
    """LOOKUP EXTRAPOLATE: the first and the last stretch go on in a straight line."""
    return read("LOOKUP EXTRAPOLATE", "extrapolated", arguments[0], scope.of(arguments[1]), scope)


def lookup_backward(arguments: Any, scope: Scope) -> Expression:
    """LOOKUP BACKWARD: the y of the point at x or before."""
    return read("LOOKUP BACKWARD", "held", arguments[0], scope.of(arguments[1]), scope)


def lookup_forward(arguments: Any, scope: Scope) -> Expression:
    """LOOKUP FORWARD: the y of the point at x or after; the mirrored lookup, read backward."""
    return read("LOOKUP FORWARD", "mirrored", arguments[0], op("-", 0.0, scope.of(arguments[1])), scope)


def lookup_invert(arguments: Any, scope: Scope) -> Expression:
    """LOOKUP INVERT: the x at which the lookup gives y, :NA: outside its values."""
    y = scope.of(arguments[1])
    least, greatest, x = (read("LOOKUP INVERT", w, arguments[0], y, scope) for w in ("least y", "greatest y", "inverse"))
    return either(Binary("and", Binary(">=", y, least), Binary("<=", y, greatest)), x, MISSING)


def lookup_area(arguments: Any, scope: Scope) -> Expression:
    """LOOKUP AREA: full stretches up to the point before, and the trapezium from there on."""

    def up_to(x: Expression) -> Expression:
        area, before, height, now = (read("LOOKUP AREA", w, arguments[0], x, scope) for w in ("area", "points", "held", ""))
        return op("+", area, op("*", 0.5, op("+", height, now), op("-", x, before)))

    return op("-", up_to(scope.of(arguments[2])), up_to(scope.of(arguments[1])))


# --- reading a lookup in another way ---------------------------------------------------------------------------------


def read(name: str, way: str, tree: Any, x: Expression, scope: Scope, kind: str = "lookup") -> Expression:
    """Read a lookup, or a data variable, by one of `_WAYS`; by its own method where `way` is empty."""
    names = scope.names.known if scope.local is None else scope.local
    known = names.get(canonical(getattr(tree, "reference", "")))
    if known is None or known.kind != kind:
        what = "lookup" if kind == "lookup" else "data variable"
        raise scope.refuse(f"the first argument of {name} is not a {what}.", f"Write {name}({what}, ...).")
    subscripts = getattr(tree, "subscripts", None)
    indices = scope.indices(known, list(subscripts.subscripts) if subscripts else [])
    key = (known.name, way)
    if way and key not in scope.names.variants:
        scope.names.variants[key] = scope.names.reserve(f"_{known.name.strip(chr(34))} {way}")
    return LookupCall(scope.names.variants[key] if way else known.name, indices, x)


def fill_variants(variables: dict[str, Variable], names: Names, file: Path) -> None:
    """Add to `variables` the lookups that are read in another way, once the points of all lookups are known."""
    for (name, way), made_up in names.variants.items():
        source = variables.get(name)
        if source is None:
            continue  # left out of the model, which is told where it is read
        place = Place(file, name)
        tables = [(d, d.body) for d in source.definitions if isinstance(d.body, Table)]
        definitions = tuple(replace(d, body=_WAYS[way](table, place)) for d, table in tables)
        variables[made_up] = Variable(made_up, source.axes, definitions, "lookup", variant_of=name)


def _sorted(table: Table) -> tuple[tuple[float, ...], tuple[float, ...]]:
    order = sorted(range(len(table.x)), key=lambda i: table.x[i])
    return tuple(table.x[i] for i in order), tuple(table.y[i] for i in order)


def _extrapolated(table: Table, place: Place) -> Table:
    if ends_in_a_jump(_sorted(table)[0]):
        raise place.refuse("is read by LOOKUP EXTRAPOLATE, and ends in two points at one x.", "Move one of them.")
    return replace(table, method="extrapolate")


def _held(table: Table, _: Place) -> Table:
    return replace(table, method="hold_backward")


def _mirrored(table: Table, _: Place) -> Table:
    x, y = _sorted(table)
    return Table(tuple(-v for v in reversed(x)), y[::-1], "hold_backward")


def _points(table: Table, _: Place) -> Table:
    return Table(table.x, table.x, "hold_backward")


def _area(table: Table, _: Place) -> Table:
    x, y = _sorted(table)
    parts = [(x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2.0 for i in range(1, len(x))]
    return Table(x, tuple(itertools.accumulate(parts, initial=0.0)), "hold_backward")


def _interpolated(table: Table, _: Place) -> Table:
    return replace(table, method="interpolate")


def _always(number: Callable[[Table], float]) -> Callable[[Table, Place], Table]:
    """A lookup that is the same number everywhere."""
    return lambda table, _: Table((0.0, 1.0), (number(table), number(table)))


def _inverse(table: Table, place: Place) -> Table:
    x, y = _sorted(table)
    last = len(y)
    while last > 1 and y[last - 1] == y[last - 2]:
        last -= 1  # a flat end: the first x has this y
    steps = [b - a for a, b in itertools.pairwise(y[:last])]
    if not (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
        raise place.refuse(
            "is inverted by LOOKUP INVERT, and its y neither rises nor falls all the way.",
            "Make the inverse a lookup of its own.",
        )
    pairs = sorted(zip(y[:last], x[:last], strict=True))
    return Table(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


_WAYS: dict[str, Callable[[Table, Place], Table]] = {
    "extrapolated": _extrapolated,
    "held": _held,
    "mirrored": _mirrored,
    "points": _points,
    "area": _area,
    "interpolated": _interpolated,
    "least x": _always(lambda t: min(t.x)),
    "greatest x": _always(lambda t: max(t.x)),
    "least y": _always(lambda t: min(t.y)),
    "greatest y": _always(lambda t: max(t.y)),
    "inverse": _inverse,
}
