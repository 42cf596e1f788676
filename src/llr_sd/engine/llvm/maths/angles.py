"""Sine, cosine, tangent and their inverses.

An angle is brought to the nearest multiple of a right angle after Cody and Waite, Software Manual for the Elementary Functions
(1980), and a large one after Payne and Hanek (1983), "Radian reduction for trigonometric functions", doi:10.1145/1057600.1057602.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial, nan

from llr_sd.engine.llvm.maths.exact import arctangent, digits, parts, pi
from llr_sd.engine.llvm.maths.pairs import (
    Pair,
    as_real,
    difference,
    exact_product,
    exact_sum,
    head,
    odd_series,
    ordered_sum,
    polynomial,
    quotient,
    rounded,
)
from llr_sd.engine.llvm.maths.text import Real, Truth, Whole

RIGHT = pi() / 2
RIGHT_PARTS = parts(RIGHT, 32, 65, 98)
RIGHT_PAIR = (float(RIGHT), float(RIGHT - Fraction(float(RIGHT))))
STRAIGHT_PAIR = (2 * RIGHT_PAIR[0], 2 * RIGHT_PAIR[1])
FAR = 2.0**20
DIGIT, LEADING_ZEROS, DIGITS = 32, 2, 42
SINE = [Fraction((-1) ** k, factorial(2 * k + 1)) for k in range(1, 9)]
COSINE_TAIL = [Fraction((-1) ** k, factorial(2 * k)) for k in range(2, 10)]
ATAN = [Fraction((-1) ** k, 2 * k + 1) for k in range(1, 8)]
ANGLES = [parts(arctangent(Fraction(k, 8)), 50) for k in range(9)]


def digit_table() -> str:
    """Return the digits of 2 / pi as a constant of the module; Payne and Hanek's method reads six of them at any place."""
    listed = [0] * LEADING_ZEROS + digits(2 / pi(DIGIT * DIGITS), DIGIT, DIGITS)
    return f"@two_over_pi = internal constant [{len(listed)} x i64] [{', '.join(f'i64 {d}' for d in listed)}]"


def reduced(x: Real) -> tuple[Pair, Whole]:
    """Return r and q such that x = r + q right angles, |r| at most half of one; of q the last two bits are right.

    x must not be negative; r is not a number where x is not finite.
    """
    n, q = rounded(x * float(1 / RIGHT))
    a, b, c, d = RIGHT_PARTS
    second = exact_sum(x - n * a, n * -b)
    third = exact_sum(second.high, n * -c)
    r = ordered_sum(third.high, (second.low + third.low) - n * d)
    far = x >= FAR

    def other() -> tuple[Real, Real, Whole]:
        s, k = _reduced_far(far.pick(x, FAR))
        finite = far & (x < float("inf"))
        return finite.pick(s.high, r.high), finite.pick(s.low, r.low), finite.pick_whole(k, q)

    high, low, turns = x.text.rarely(far, (r.high, r.low, q), other)
    return Pair(Real(x.text, high), Real(x.text, low)), Whole(x.text, turns)


def _reduced_far(x: Real) -> tuple[Pair, Whole]:
    """Multiply x, at least 2^20, by those digits of 2 / pi that leave the quarter turn and 190 places after it."""
    bits = x.bits()
    exponent = (bits >> 52) & 0x7FF
    mantissa = (bits & ((1 << 52) - 1)) | (1 << 52)
    # x is mantissa * 2^(exponent - 1075); the first place that counts is two before the point of the product.
    place = exponent + (DIGIT * LEADING_ZEROS - 1075 - 2)
    first, shift = place >> 5, place & 31
    read = [_digit(x, first + i) for i in range(7)]
    mask = (1 << DIGIT) - 1
    window = [(((read[i] << 32) | read[i + 1]) << shift) >> 32 for i in range(6)]
    m1, m0 = mantissa >> 32, mantissa & mask
    product: list[Whole] = []
    carry = x.text.whole(0)
    for i in reversed(range(6)):
        low = m0 * window[i]
        total, above = (low & mask) + carry, low >> 32
        if i < 5:
            high = m1 * window[i + 1]
            total, above = total + (high & mask), above + (high >> 32)
        product.insert(0, total & mask)
        carry = above + (total >> 32)
    past_half = (product[0] >> 29) & 1
    turn = (product[0] >> 30) + past_half
    flip = x.text.whole(0) - past_half
    product = [(p ^ flip) & mask for p in product]
    terms = [as_real(product[0] & ((1 << 30) - 1)) * 2.0**-30]
    terms += [as_real(p) * 2.0 ** (-30 - 32 * i) for i, p in enumerate(product[1:5], 1)]
    total_high, rests = terms[0], []
    for t in terms[1:]:
        total_high, rest = ordered_sum(total_high, t)
        rests.append(rest)
    turned = ordered_sum(total_high, rests[0] + (rests[1] + (rests[2] + rests[3])))
    p = exact_product(turned.high, x.text.real(RIGHT_PAIR[0]))
    r = ordered_sum(p.high, p.low + (turned.high * RIGHT_PAIR[1] + turned.low * RIGHT_PAIR[0]))
    sign = flip & -(1 << 63)
    return Pair((r.high.bits() ^ sign).real(), (r.low.bits() ^ sign).real()), turn


def _digit(x: Real, at: Whole) -> Whole:
    """Read a digit of 2 / pi in each lane."""
    text, last = x.text, "poison"
    for i in range(text.width):
        k = text.put(f"extractelement {at.type} {at.name}, i32 {i}")
        p = text.put(f"getelementptr i64, ptr @two_over_pi, i64 {k}")
        d = text.put(f"load i64, ptr {p}, align 8")
        last = text.put(f"insertelement {at.type} {last}, i64 {d}, i32 {i}")
    return Whole(text, last)


def _sine(r: Pair) -> Pair:
    return odd_series(r, SINE)


def _cosine(r: Pair) -> Pair:
    high, low = r
    first = head(high)
    rest = (high - first) + low
    square = high * high
    one = ordered_sum(1.0, first * first * -0.5)
    return ordered_sum(one.high, one.low + (square * square * polynomial(square, COSINE_TAIL) - rest * (first + high) * 0.5))


def _odd(q: Whole) -> Truth:
    return ~(q & 1).is_zero()


def _wave(x: Real, quarter: int) -> Real:
    """The sine of |x| and some right angles."""
    r, turns = reduced(abs(x))
    q = turns + quarter
    value = _odd(q).pick(_cosine(r).high, _sine(r).high)
    return (value.bits() ^ ((q & 2) << 62)).real()


def sin(x: Real) -> Real:
    """The sine of an angle in radians."""
    y = _wave(x, 0)
    return (y.bits() ^ (x.bits() & -(1 << 63))).real()


def cos(x: Real) -> Real:
    """The cosine of an angle in radians."""
    return _wave(x, 1)


def tan(x: Real) -> Real:
    """The tangent of an angle in radians."""
    r, q = reduced(abs(x))
    s, c = _sine(r), _cosine(r)
    turned = _odd(q)
    top = Pair(turned.pick(-c.high, s.high), turned.pick(-c.low, s.low))
    bottom = Pair(turned.pick(s.high, c.high), turned.pick(s.low, c.low))
    y = quotient(top, bottom).high
    return (y.bits() ^ (x.bits() & -(1 << 63))).real()


def _angle(up: Pair, along: Pair) -> Pair:
    """Return the angle, from none to a right one, of a point that lies so far up and along, neither negative."""
    steep = up.high > along.high
    a = Pair(steep.pick(along.high, up.high), steep.pick(along.low, up.low))
    b = Pair(steep.pick(up.high, along.high), steep.pick(up.low, along.low))
    eighths, _ = rounded(a.high / b.high * 8.0)
    c = eighths * 0.125
    t = quotient(_less(a, -c, b), _less(b, c, a))
    series = odd_series(t, ATAN)
    high, low = a.high.text.real(0.0), a.high.text.real(0.0)
    for k in range(1, 9):
        here = eighths.equals(float(k))
        high, low = here.pick(ANGLES[k][0], high), here.pick(ANGLES[k][1], low)
    total = ordered_sum(high, series.high)
    angle = ordered_sum(total.high, total.low + (series.low + low))
    other = difference(RIGHT_PAIR, angle)
    return Pair(steep.pick(other.high, angle.high), steep.pick(other.low, angle.low))


def _less(a: Pair, c: Real, b: Pair) -> Pair:
    """Return a + c b, where c has a few bits."""
    first = head(b.high)
    one = exact_sum(a.high, c * first)
    two = exact_sum(one.high, c * (b.high - first))
    return ordered_sum(two.high, (one.low + two.low) + (a.low + c * b.low))


def atan(x: Real) -> Real:
    """The inverse tangent."""
    size = abs(x)
    most = (size > 2.0**100).pick(2.0**100, size)
    zero = x.text.real(0.0)
    return _angle(Pair(most, zero), Pair(x.text.real(1.0), zero)).high.signed_as(x)


def _leg(x: Real) -> Pair:
    """Return the root of 1 - x^2."""
    p = exact_product(x, x)
    d = ordered_sum(1.0, -p.high)
    z = ordered_sum(d.high, d.low - p.low)
    root = z.high.root()
    square = exact_product(root, root)
    rest = ((z.high - square.high) - square.low + z.low) * (0.5 / root)
    return Pair(root, root.equals(0.0).pick(0.0, rest))


def asin(x: Real) -> Real:
    """The inverse sine; not a number beyond one."""
    size = abs(x)
    y = _angle(Pair(size, x.text.real(0.0)), _leg(size)).high
    return (size <= 1.0).pick(y, nan).signed_as(x)


def acos(x: Real) -> Real:
    """The inverse cosine; not a number beyond one."""
    size = abs(x)
    angle = _angle(_leg(size), Pair(size, x.text.real(0.0)))
    y = (x < 0.0).pick(difference(STRAIGHT_PAIR, angle).high, angle.high)
    return (size <= 1.0).pick(y, nan)
