"""The irrational numbers behind the functions, computed from integers, and their parts as doubles."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

PLACES = 256  # binary places of what is computed here; the pieces of a number need at most about 160


@cache
def _series(x: Fraction, sign: int, places: int) -> Fraction:
    """x + sign x^3/3 + x^5/5 + sign ...: the inverse tangent (sign -1) or its hyperbolic fellow (sign 1) of 0 <= x < 1."""
    power, total, k = (x.numerator << places) // x.denominator, 0, 0
    square = x * x
    while power:
        total += sign**k * power // (2 * k + 1)
        power = power * square.numerator // square.denominator
        k += 1
    return Fraction(total, 1 << places)


@cache
def logarithm(x: Fraction) -> Fraction:
    """Return the natural logarithm of x, from a half to two."""
    s = (x - 1) / (x + 1)
    return 2 * _series(s, 1, PLACES) if s >= 0 else -2 * _series(-s, 1, PLACES)


@cache
def pi(places: int = PLACES) -> Fraction:
    """Return pi, after Machin (1706)."""
    return 16 * _series(Fraction(1, 5), -1, places + 16) - 4 * _series(Fraction(1, 239), -1, places + 16)


@cache
def arctangent(x: Fraction) -> Fraction:
    """Return the angle whose tangent is x, from nothing to one."""
    return pi() / 4 if x == 1 else _series(x, -1, PLACES)


def cut(x: Fraction, places: int) -> float:
    """Return the number nearest to x with so many binary places; it must fit a double."""
    return float(Fraction(round(x * (1 << places)), 1 << places))


def parts(x: Fraction, *places: int) -> tuple[float, ...]:
    """Return numbers whose sum is x: each but the last ends at so many binary places, the last is the rest."""
    out: list[float] = []
    for p in places:
        out.append(cut(x, p))
        x -= Fraction(out[-1])
    return (*out, float(x))


def digits(x: Fraction, size: int, count: int) -> list[int]:
    """Return the first digits of a fraction of one, each of `size` bits."""
    whole = (x.numerator << (size * count)) // x.denominator
    return [whole >> (size * (count - 1 - i)) & ((1 << size) - 1) for i in range(count)]
