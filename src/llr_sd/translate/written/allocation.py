"""ALLOCATE BY PRIORITY and ALLOCATE AVAILABLE: who gets how much of a supply that falls short of what is asked for.

Each asks for its full request at a low price and for nothing at a high one, along a curve round its priority; the supply goes out
at the price where the requests add up to it (Vensim manual, "Allocation Overview").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from llr_sd.equations import Along, Binary, Equations, Expression, Fixed, Index, Number, Reference
from llr_sd.errors import TranslationError
from llr_sd.translate.scope import Names, Scope
from llr_sd.translate.written.made import NOTHING, Made, afford, call, either, last_loop, make, op, over, share, turn
from llr_sd.translate.written.normal import normal_below

HALVINGS = 40
# Past this many widths from its priority a request is wholly met, or not at all.
_REACH = {1: 0.5, 2: 0.5, 3: 8.3, 4: 37.0}

Got = Callable[[int, Expression], Expression]


def allocate_by_priority(arguments: Any, scope: Scope) -> Expression:
    """ALLOCATE BY PRIORITY: curves that fall in a straight line over `width`; solved exactly, edge by edge."""
    name = "ALLOCATE BY PRIORITY"
    last = last_loop(name, scope)
    request, priority = (
        _whole_vector(name, what, t, last, scope) for what, t in zip(("request", "priority"), arguments, strict=False)
    )
    size = scope.of(arguments[2])
    if isinstance(size, Number) and size.value != len(scope.loops[last]):
        raise scope.refuse(
            f"ALLOCATE BY PRIORITY is told of {size.value:g} elements, and works over {len(scope.loops[last])}.",
            f"Write ELMCOUNT({scope.loops[last].name}) as its third argument.",
        )
    width = _for_all(name, "width", arguments[3], last, scope)
    supply = _for_all(name, "supply", arguments[4], last, scope)

    def got(who: int, price: Expression) -> Expression:
        """The part of its request that an element gets at a price (counted from half a width above it)."""
        mine = priority.at((*range(last), who))
        return share(op("/", op("-", mine, price), width.at(range(last))))

    def total(lower: bool) -> Made:
        """What all get together when the price stands at the upper or the lower edge of each."""

        def build(inner: Scope) -> Expression:
            """The sum over all that share the supply of what each gets at that price."""
            edge = priority.at(range(last + 1))
            price = op("-", edge, width.at(range(last))) if lower else edge
            who = turn(inner, scope.loops[last])
            return over("SUM", (who,), op("*", request.at((*range(last), who)), got(who, price)))

        return make(scope, "total below" if lower else "total above", build)

    above, below = total(lower=False), total(lower=True)

    def bracket(operator: str, fold: str, idle: float) -> Made:
        """The nearest edge at which all get no more (or no less) than there is."""

        def build(inner: Scope) -> Expression:
            """Either edge of each that will do, and of those the nearest."""
            who = turn(inner, scope.loops[last])
            at = (*range(last), who)
            limit, edge = supply.at(range(last)), priority.at(at)
            upper = either(Binary(operator, above.at(at), limit), edge, Number(idle))
            lower = either(Binary(operator, below.at(at), limit), op("-", edge, width.at(range(last))), Number(idle))
            return over(fold, (who,), call("MIN" if fold == "VMIN" else "MAX", upper, lower))

        return make(scope, "price", build, last)

    dear, cheap = bracket("<=", "VMIN", math.inf), bracket(">=", "VMAX", -math.inf)
    return _between(request, supply, cheap, dear, got, last, scope)


def allocate_available(arguments: Any, scope: Scope) -> Expression:
    """ALLOCATE AVAILABLE: rectangular, triangular, normal or exponential curves; the price is found by halving."""
    name = "ALLOCATE AVAILABLE"
    last = last_loop(name, scope)
    request = _whole_vector(name, "request", arguments[0], last, scope)
    shape, centre, width = _profile(arguments[1], last, scope)
    supply = _for_all(name, "supply", arguments[2], last, scope)

    def got(who: int, price: Expression) -> Expression:
        at = (*range(last), who)
        return _curve(shape.at(at), op("/", op("-", price, centre.at(at)), width.at(at)))

    def end(sign: str, fold: str) -> Made:
        def build(inner: Scope) -> Expression:
            who = turn(inner, scope.loops[last])
            at = (*range(last), who)
            reach: Expression = Number(_REACH[4])
            for number in (3, 2, 1):
                reach = either(op("=", shape.at(at), float(number)), Number(_REACH[number]), reach)
            return over(fold, (who,), Binary(sign, centre.at(at), op("*", width.at(at), reach)))

        return make(scope, "end of prices", build, last)

    low, high = end("-", "VMIN"), end("+", "VMAX")
    price = make(scope, "price", lambda _: op("*", 0.5, op("+", low.at(range(last)), high.at(range(last)))), last)
    span = make(scope, "span of prices", lambda _: op("-", high.at(range(last)), low.at(range(last))), last)
    for number in range(2, HALVINGS + 2):
        price = _halved(price, span, number, (request, supply), got, last, scope)

    def edge(sign: str) -> Made:
        step = op("*", span.at(range(last)), 0.5**HALVINGS)
        return make(scope, "price", lambda _: Binary(sign, price.at(range(last)), step), last)

    return _between(request, supply, edge("-"), edge("+"), got, last, scope)


def _halved(price: Made, span: Made, number: int, asked: tuple[Made, Made], got: Got, last: int, scope: Scope) -> Made:
    """The next trial price: up where the requests come to more than the supply, down where they come to less."""
    request, supply = asked

    def build(inner: Scope) -> Expression:
        """Half as far as the step before, from the last price."""
        who = turn(inner, scope.loops[last])
        met = op("*", request.at((*range(last), who)), got(who, price.at(range(last))))
        up = Binary(">", over("SUM", (who,), met), supply.at(range(last)))
        step = op("*", span.at(range(last)), 0.5**number)
        return op("+", price.at(range(last)), either(up, step, op("-", 0.0, step)))

    return make(scope, "price", build, last)


def _between(request: Made, supply: Made, cheap: Made, dear: Made, got: Got, last: int, scope: Scope) -> Expression:
    """What each gets: all that it asks for, or the mean of two prices, weighted so that all get the supply together."""
    outer = range(last)

    def total(price: Made | None) -> Made:
        def build(inner: Scope) -> Expression:
            who = turn(inner, scope.loops[last])
            part = got(who, price.at(outer)) if price else Number(1.0)
            return over("SUM", (who,), op("*", request.at((*outer, who)), part))

        return make(scope, "total", build, last)

    most, least, asked = total(cheap), total(dear), total(None)

    def build(_: Scope) -> Expression:
        gap = op("-", most.at(outer), least.at(outer))
        # What is not a number, in the requests or the supply, stays so.
        weight = op("/", op("-", most.at(outer), supply.at(outer)), gap)
        return either(op("<=", gap, 0.0), op("*", 0.0, supply.at(outer)), weight)

    weight = make(scope, "weight", build, last)
    mine = request.at(range(last + 1))
    at_cheap, at_dear = (got(last, p.at(outer)) for p in (cheap, dear))
    shared = op("*", mine, op("+", at_cheap, op("*", op("-", at_dear, at_cheap), weight.at(outer))))
    return either(op(">=", supply.at(outer), asked.at(outer)), mine, shared)


# --- curves ----------------------------------------------------------------------------------------------------------


def _curve(shape: Expression, d: Expression) -> Expression:
    """The part of a request that is met at `d` widths above its priority, by the number of the shape."""
    rectangular = share(op("-", 0.5, d))
    half = share(op("+", 0.5, call("MIN", d, op("-", 0.0, d))))
    near = op("*", 2.0, half, half)
    triangular = either(op("<", d, 0.0), op("-", 1.0, near), near)
    tail = op("*", 0.5, call("EXP", op("-", 0.0, call("ABS", d))))
    exponential = either(op("<", d, 0.0), op("-", 1.0, tail), tail)
    result: Expression = NOTHING
    for number, curve in ((4, exponential), (3, normal_below(op("-", 0.0, d))), (2, triangular), (1, rectangular)):
        result = either(op("=", shape, float(number)), curve, result)
    return result


def check_shapes(equations: Equations, names: Names) -> None:
    """Refuse constant numbers of curves that no curve here has; one that is worked out fails the run."""
    for name, at, place in names.shapes:
        variable = equations.variables.get(name)
        cells = (c for c in equations.constants() if c.variable is variable and c.position % variable.shape[-1] == at)
        for cell in cells:
            number = equations.constant_value(cell)
            if number not in _REACH:
                raise place.refuse(
                    f"the curve of {cell.label} is number {number:g}, which ALLOCATE AVAILABLE does not have here.",
                    "1 is rectangular, 2 triangular, 3 normal and 4 exponential.",
                )


# --- arguments -------------------------------------------------------------------------------------------------------


def _whole_vector(name: str, what: str, tree: Any, last: int, scope: Scope) -> Made:
    """The request or the priorities; negative requests are not numbers, since a share of them has no meaning."""
    afford(name, len(scope.loops[last]), scope)

    def build(inner: Scope) -> Expression:
        """The argument as it is written, refused where it runs over anything else."""
        x = inner.of(tree)
        if isinstance(x, Reference) and not (x.indices and isinstance(x.indices[-1], Along) and x.indices[-1].loop == last):
            raise scope.refuse(
                f"the {what} of {name} does not run over the last subscript of the left-hand side.",
                f"Write x[...,range] = {name}({what}[...,range], ...).",
            )
        return _not_negative(x) if what == "request" else x

    return make(scope, what, build)


def _for_all(name: str, what: str, tree: Any, last: int, scope: Scope) -> Made:
    """Width or supply, which is one number for all that share it."""

    def build(inner: Scope) -> Expression:
        """The argument where no single one of them stands; refused where it differs between them."""
        try:
            x = inner.of(tree)
        except TranslationError:
            scope.fresh().of(tree)  # raises again where it is wrong in any place
            raise scope.refuse(
                f"the {what} of {name} differs between those that share it.",
                f"Give it without the subscript {scope.loops[last].name}.",
            ) from None
        return _not_negative(x) if what == "supply" else _above_zero(x)

    return make(scope, what, build, last)


def _not_negative(x: Expression) -> Expression:
    return op("+", x, op("*", 0.0, call("SQRT", x)))


def _above_zero(x: Expression) -> Expression:
    return either(op(">", x, 0.0), x, NOTHING)


def _profile(tree: Any, last: int, scope: Scope) -> tuple[Made, Made, Made]:
    """Shape, priority and width: the elements of the profile's last subscript from the one that is written on."""

    def build(step: int) -> Callable[[Scope], Expression]:
        """Return what reads the element so many steps after the one that is written."""

        def one(inner: Scope) -> Expression:
            x = inner.of(tree)
            mend = "Write pp[...,range,ptype], with the range of the request before last and the profile's first element last."
            if not isinstance(x, Reference) or len(x.indices) < 2 or not isinstance(x.indices[-1], Fixed):
                raise scope.refuse("the profile of ALLOCATE AVAILABLE does not end in its first element, such as ptype.", mend)
            before = x.indices[-2]
            if not isinstance(before, Along) or before.loop != last:
                raise scope.refuse("the profile of ALLOCATE AVAILABLE does not run over those that share the supply.", mend)
            at = x.indices[-1].position + step
            known = next(k for k in (*scope.names.known.values(), *(scope.local or {}).values()) if k.name == x.name)
            if at >= len(known.axes[-1].elements):
                raise scope.refuse("the profile of ALLOCATE AVAILABLE has fewer than three elements.", mend)
            if step == 0:
                scope.names.shapes.append((x.name, at, scope.place))
            moved: tuple[Index, ...] = (*x.indices[:-1], Fixed(at))
            return _above_zero(Reference(x.name, moved)) if step == 2 else Reference(x.name, moved)

        return one

    return make(scope, "shape", build(0)), make(scope, "priority", build(1)), make(scope, "width", build(2))
