"""Exponential, logarithm, powers, and the functions made of them.

The reductions are those of Tang (1989), doi:10.1145/63522.214389, and Tang (1990), doi:10.1145/98267.98294, with pairs of doubles
instead of tables; the series are the plain ones, long enough.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial, inf, nan

from llr_sd.engine.llvm.maths.exact import logarithm, parts
from llr_sd.engine.llvm.maths.pairs import (
    NEAREST,
    Pair,
    as_real,
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

LN2 = logarithm(Fraction(2))
LN2_HIGH, LN2_LOW = parts(LN2, 41)
LEAST_NORMAL = 2.0**-1022
MOST, LEAST = 710.0, -746.0  # e to the power of more is infinite, of less is zero
ROOT_HALF_BITS, ONE_BITS = 0x3FE6A09E667F3BCD, 0x3FF << 52
EXP_TAIL = [Fraction(1, factorial(k)) for k in range(3, 15)]
ATANH = [Fraction(1, 2 * k + 1) for k in range(1, 8)]
SINH = [Fraction(1, factorial(2 * k + 1)) for k in range(1, 8)]
EIGHTHS = range(6, 12)  # a number from 0.707 to 1.414 is nearest to one of these
LOGS = {k: parts(logarithm(Fraction(k, 8)), 41) for k in EIGHTHS}


def exp_pair(x: Pair) -> tuple[Pair, Whole]:
    """Return p and n such that e^x = p 2^n, p from about 0.7 to 1.42, for |x| < 2^20; the relative error is below 2^-57."""
    n, whole = rounded(x.high * float(1 / LN2))
    total = exact_sum(x.high - n * LN2_HIGH, n * -LN2_LOW)
    r, low = ordered_sum(total.high, total.low + x.low)
    r_head = head(r)
    r_rest = (r - r_head) + low
    cubic = (r * r * r) * polynomial(r, EXP_TAIL)
    first = ordered_sum(1.0, r_head)
    second = ordered_sum(first.high, r_head * r_head * 0.5)
    rest = r_rest + (r_rest * (r_head + r) * 0.5 + cubic)
    return Pair(second.high, (first.low + second.low) + rest), whole


def scaled(x: Real, n: Whole) -> Real:
    """Return x 2^n for |n| < 2000, in two steps since 2^n may lie outside the doubles."""
    half = (n + 2048) >> 1
    return x * ((half - 1) << 52).real() * ((n - half + 2047) << 52).real()


def clipped(x: Real) -> tuple[Real, Truth, Truth]:
    """Return x where e^x is a number, else the end of that range; and whether it was above or below."""
    above, below = x > MOST, x < LEAST
    return above.pick(MOST, below.pick(LEAST, x)), above, below


def exp(x: Real) -> Real:
    """e to the power x."""
    p, n = exp_pair(Pair(clipped(x)[0], x.text.real(-0.0)))
    return scaled(p.high + p.low, n)


def log_pair(x: Real) -> Pair:
    """Return log x to about 2^-75 of it, for x above zero and finite."""
    small = x < LEAST_NORMAL
    bits = small.pick(x * 2.0**54, x).bits()
    power = (bits + (ONE_BITS - ROOT_HALF_BITS)) >> 52  # 1023 for mantissas from the root of a half to that of two
    m = (bits - (power << 52) + ONE_BITS).real()
    k = as_real(power) - small.pick(1023.0 + 54.0, 1023.0)
    near = m + NEAREST / 8 - NEAREST / 8
    f, above = m - near, m + near
    rest = m - (above - near)
    s = quotient(Pair(f, x.text.real(-0.0)), Pair(above, rest))
    series = odd_series(s, ATANH)
    high, low = x.text.real(0.0), x.text.real(0.0)
    for i in EIGHTHS:
        if i != 8:
            here = near.equals(i / 8)
            high, low = here.pick(LOGS[i][0], high), here.pick(LOGS[i][1], low)
    # Both terms end at the 41st place, so their sum is exact; it is zero or larger than the series.
    total = ordered_sum(k * LN2_HIGH + high, series.high * 2.0)
    return ordered_sum(total.high, total.low + (series.low * 2.0 + (low + k * LN2_LOW)))


def usual(x: Real) -> Truth:
    """Whether x has a finite logarithm."""
    return (x > 0.0) & (x < inf)


def any_log(x: Real, found: Real) -> Real:
    """The logarithm of any x, where `found` is right for those that are finite and above zero."""
    edge = x.equals(0.0).pick(-inf, x.equals(inf).pick(inf, nan))
    return usual(x).pick(found, edge)


def log(x: Real) -> Real:
    """The natural logarithm."""
    found = log_pair(x).high
    (name,) = x.text.rarely(~usual(x), (found,), lambda: (any_log(x, found),))
    return Real(x.text, name)


def log_base(x: Real, base: Real) -> Real:
    """The logarithm of x to a base, from pairs, so that whole results are exact."""
    top, bottom = log_pair(x), log_pair(base)
    q = quotient(top, bottom).high
    odd = ~(usual(x) & usual(base)) | bottom.high.equals(0.0)
    (name,) = x.text.rarely(odd, (q,), lambda: (odd.pick(any_log(x, top.high) / any_log(base, bottom.high), q),))
    return Real(x.text, name)


def power(x: Real, y: Real) -> Real:
    """x to the power y: e^(y log |x|), with a square, a root and a reciprocal rounded once."""
    return _power(x, y, log_pair(abs(x)))


def power_log(x: Real) -> Real:
    """The first half of `power`: the logarithm of |x|."""
    return log_pair(abs(x)).high


def power_log_rest(x: Real) -> Real:
    """What `power_log` rounds off."""
    return log_pair(abs(x)).low


def power_from_log(x: Real, y: Real, log: Real, rest: Real) -> Real:
    """The second half of `power`, for a base whose logarithm was found before."""
    return _power(x, y, Pair(log, rest))


def _power(x: Real, y: Real, log_x: Pair) -> Real:
    product = exact_product(y, log_x.high)
    high, above, below = clipped(product.high)
    low = (above | below).pick(0.0, product.low + y * log_x.low)
    p, n = exp_pair(Pair(high, low))
    found = scaled(p.high + p.low, n)
    plain = usual(x) & (abs(y) < 2.0**1000) & ~y.equals(-1.0) & ~y.equals(0.5)
    (name,) = x.text.rarely(~plain, (found,), lambda: (plain.pick(found, _any_power(x, y, found)),))
    return y.equals(2.0).pick(x * x, Real(x.text, name))


def _any_power(x: Real, y: Real, found: Real) -> Real:
    """The cases of C's pow (Annex F), where `found` is |x|^y for |x| above zero and finite."""
    size, up, most = abs(x), y > 0.0, abs(y)
    whole = _is_whole(most)
    even = whole & _is_whole(most * 0.5)
    r = size.equals(0.0).pick(up.pick(0.0, inf), size.equals(inf).pick(up.pick(inf, 0.0), found))
    r = size.equals(1.0).pick(1.0, r)
    r = y.equals(0.5).pick(size.root(), y.equals(-1.0).pick(1.0 / size, r))
    r = (whole & ~even).pick(r.signed_as(x), r)
    r = (~whole & (x < 0.0) & (size < inf)).pick(nan, r)
    r = (x.equals(x) & y.equals(y)).pick(r, nan)
    return (y.equals(0.0) | x.equals(1.0)).pick(1.0, r)


def _is_whole(x: Real) -> Truth:
    """Whether x, not negative, has no fraction."""
    return (x >= 2.0**52) | (x + 2.0**52 - 2.0**52).equals(x)


def _hyperbolic(x: Real) -> tuple[Pair, Pair, Whole]:
    """Return s, c and n: s 2^(n-1) and c 2^(n-1) are the hyperbolic sine and cosine of x, not negative and at most 711."""
    e, n = exp_pair(Pair(x, x.text.real(-0.0)))
    p = ordered_sum(e.high, e.low)
    r = quotient(Pair(x.text.real(1.0), x.text.real(-0.0)), p)
    shift = n << 53  # the square of 2^n
    tiny = (x > 40.0).pick(0.0, (x.text.whole(ONE_BITS) - shift).real())
    plus, minus = ordered_sum(p.high, r.high * tiny), ordered_sum(p.high, r.high * -tiny)
    c = ordered_sum(plus.high, plus.low + (p.low + r.low * tiny))
    s = ordered_sum(minus.high, minus.low + (p.low - r.low * tiny))
    near = odd_series(Pair(x, x.text.real(0.0)), SINH)
    back = (x.text.whole(ONE_BITS + (1 << 52)) - (n << 52)).real()
    small = x < 0.5
    return Pair(small.pick(near.high * back, s.high), small.pick(near.low * back, s.low)), c, n


def _most_711(x: Real) -> Real:
    size = abs(x)
    return (size > 711.0).pick(711.0, size)


def sinh(x: Real) -> Real:
    """The hyperbolic sine."""
    s, _, n = _hyperbolic(_most_711(x))
    return scaled(s.high + s.low, n - 1).signed_as(x)


def cosh(x: Real) -> Real:
    """The hyperbolic cosine."""
    _, c, n = _hyperbolic(_most_711(x))
    return scaled(c.high + c.low, n - 1)


def tanh(x: Real) -> Real:
    """The hyperbolic tangent."""
    size = abs(x)
    s, c, _ = _hyperbolic((size > 30.0).pick(30.0, size))
    return quotient(s, c).high.signed_as(x)
