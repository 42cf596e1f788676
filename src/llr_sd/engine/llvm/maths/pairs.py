"""Numbers of twice the length, as an unevaluated sum of two doubles, without fused multiplication.

Sums and products after Dekker (1971), "A floating-point technique for extending the available precision", doi:10.1007/BF01397083,
and Knuth, The Art of Computer Programming 2, 4.2.2. The head of a number is cut by its bits, where Dekker multiplies.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from llr_sd.engine.llvm.maths.exact import parts
from llr_sd.engine.llvm.maths.text import Real, Whole

NEAREST = 1.5 * 2.0**52  # a number below 2^51 added to it is rounded to a whole one, which its bits hold
NEAREST_BITS = 0x4338 << 48


class Pair(NamedTuple):
    """The number `high + low`; `low` is small beside `high`."""

    high: Real
    low: Real


def head(x: Real) -> Real:
    """Return x without its last 27 bits: a product of two heads is exact."""
    return (x.bits() & -(1 << 27)).real()


def halves(x: Real) -> Pair:
    """Return two numbers of 26 bits each whose sum is x."""
    high = ((x.bits() + (1 << 26)) & -(1 << 27)).real()
    return Pair(high, x - high)


def ordered_sum(a: Real | float, b: Real) -> Pair:
    """Return a + b exactly, where a is zero or not the smaller one."""
    total = b + a
    return Pair(total, b - (total - a))


def exact_sum(a: Real, b: Real) -> Pair:
    """Return a + b exactly."""
    total = a + b
    part = total - a
    return Pair(total, (a - (total - part)) + (b - part))


def exact_product(a: Real, b: Real) -> Pair:
    """Return a * b exactly."""
    total = a * b
    x, y = halves(a), halves(b)
    return Pair(total, (((x.high * y.high - total) + x.high * y.low) + x.low * y.high) + x.low * y.low)


def quotient(a: Pair, b: Pair) -> Pair:
    """Return a / b to about 2^-100; b must be neither zero nor so small that its reciprocal is infinite."""
    inverse = 1.0 / b.high
    first = a.high * inverse
    p = exact_product(first, b.high)
    rest = ((a.high - p.high) - p.low) + (a.low - first * b.low)
    return ordered_sum(first, rest * inverse)


def difference(a: Sequence[float], b: Pair) -> Pair:
    """Return a - b for a constant a in two parts, not the smaller one."""
    total = ordered_sum(a[0], -b.high)
    return ordered_sum(total.high, total.low - b.low + a[1])


def polynomial(x: Real, coefficients: Sequence[Fraction | float]) -> Real:
    """Return c0 + c1 x + c2 x^2 + ..., halves of the series side by side (Estrin 1960)."""
    terms: list[Real | float] = [float(c) for c in coefficients]
    while len(terms) > 1:
        joined: list[Real | float] = [x * b + a for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = joined + ([terms[-1]] if len(terms) % 2 else [])
        x = x * x
    return x.text.real(terms[0])


def odd_series(s: Pair, coefficients: Sequence[Fraction]) -> Pair:
    """Return s (1 + c1 s^2 + c2 s^4 + ...) to about 2^-65 times the second term.

    The square and what it is multiplied with are cut into heads, whose products are exact, and small rests.
    """
    lead = coefficients[0]
    c = float(lead)
    c_head, c_rest = parts(lead, 25 - (lead.numerator.bit_length() - lead.denominator.bit_length()))
    s_head = head(s.high)
    s_rest = (s.high - s_head) + s.low
    square = s.high * s.high
    square_head = head(square)
    square_rest = (s_head * s_head - square_head) + s_rest * (s_head + s.high)
    large = square_head * c_head
    small = (square_head * c_rest + square_rest * c) + square * square * polynomial(square, coefficients[1:])
    factor = 1.0 + (large + small)
    factor_head = head(factor)
    factor_rest = ((1.0 - factor_head) + large) + small
    return ordered_sum(s_head * factor_head, s_head * factor_rest + s_rest * factor)


def rounded(x: Real) -> tuple[Real, Whole]:
    """Return the whole number nearest to x, in both kinds; |x| must be below 2^51."""
    shifted = x + NEAREST
    return shifted - NEAREST, shifted.bits() - NEAREST_BITS


def as_real(n: Whole) -> Real:
    """Return a whole number from nothing up to 2^52 as a number."""
    return (n | (0x433 << 52)).real() - 2.0**52
