"""The normal distribution, as an expression."""

from __future__ import annotations

import math

from llr_sd.equations import Expression, Number
from llr_sd.translate.written.made import call, either, op

# Hart's rational function for the tail, as given by G. West, "Better approximations to cumulative normal functions" (2005).
_ABOVE = (
    0.0352624965998911,
    0.700383064443688,
    6.37396220353165,
    33.912866078383,
    112.079291497871,
    221.213596169931,
    220.206867912376,
)
_BELOW = (
    0.0883883476483184,
    1.75566716318264,
    16.064177579207,
    86.7807322029461,
    296.564248779674,
    637.333633378831,
    793.826512519948,
    440.413735824752,
)
_FAR = 7.07106781186547


def density(z: Expression) -> Expression:
    """The density of the normal distribution at z."""
    return op("*", call("EXP", op("*", -0.5, z, z)), 1.0 / math.sqrt(2.0 * math.pi))


def normal_below(z: Expression) -> Expression:
    """The probability of less than z, to about fifteen digits."""
    x = call("ABS", z)
    bell = call("EXP", op("*", -0.5, x, x))
    near = op("/", op("*", bell, _polynomial(_ABOVE, x)), _polynomial(_BELOW, x))
    deep: Expression = op("+", x, 0.65)
    for k in (4.0, 3.0, 2.0, 1.0):
        deep = op("+", x, op("/", k, deep))
    far = op("/", bell, deep, math.sqrt(2.0 * math.pi))
    tail = either(op("<", x, _FAR), near, far)
    return either(op(">", z, 0.0), op("-", 1.0, tail), tail)


def _polynomial(coefficients: tuple[float, ...], x: Expression) -> Expression:
    total: Expression = Number(coefficients[0])
    for c in coefficients[1:]:
        total = op("+", op("*", total, x), c)
    return total
