"""The remainder of a division, exactly, as C's fmod."""

from __future__ import annotations

from math import inf, nan

from llr_sd.engine.llvm.maths.pairs import exact_product, rounded
from llr_sd.engine.llvm.maths.text import Real, Text

NEAR = 2.0**51
BITS = 48  # of the quotient that one round of the long division takes away
ROUNDS = 45


def fmod(x: Real, y: Real) -> Real:
    """x less the multiple of y that is nearest to it on the side of zero; long division where the quotient is large."""
    a, b = abs(x), abs(y)
    sound = (a < inf) & (b > 0.0)
    far = (a / b >= NEAR) & sound
    near = _once(a, b)
    (name,) = x.text.rarely(far, (near,), lambda: (far.pick(_long(x.text, a, b), near),))
    r = (a < b).pick(a, Real(x.text, name))
    return (sound & y.equals(y)).pick(r, nan).signed_as(x)


def _once(a: Real, b: Real) -> Real:
    """The remainder of a / b where that is below 2^51; what is near the end of the doubles is made smaller on the way."""
    big = a > 2.0**1000
    a, b = big.pick(a * 2.0**-60, a), big.pick(b * 2.0**-60, b)
    n, _ = rounded(a / b)
    p = exact_product(n, b)
    r = (a - p.high) - p.low
    r = (r < 0.0).pick(r + b, r)
    return big.pick(r * 2.0**60, r)


def _long(text: Text, a: Real, b: Real) -> Real:
    """The remainder of a / b by rounds, each with b times a smaller power of two; a round whose b is infinite does nothing."""
    before, label = text.block, f"long{text.count}"
    text.lines += [f"  br label %{label}", f"{label}:"]
    text.block = label
    at = len(text.lines)
    text.lines += ["", ""]
    round_, r = f"%{label}n", Real(text, f"%{label}r")
    exponent = text.put(f"mul i64 {round_}, {BITS // 3}")
    biased = text.put(f"add i64 {exponent}, 1023")
    scalar = text.put(f"bitcast i64 {text.put(f'shl i64 {biased}, 52')} to double")
    one = text.put(f"insertelement {text.real_type} poison, double {scalar}, i32 0")
    zeros = f"<{text.width} x i32> zeroinitializer"
    scale = Real(text, text.put(f"shufflevector {text.real_type} {one}, {text.real_type} poison, {zeros}"))
    large = b * scale * scale * scale
    left = (large < inf).pick(_once(r, large), r)
    following = text.put(f"add i64 {round_}, -1")
    more = text.put(f"icmp sge i64 {following}, 0")
    text.lines[at] = f"  {round_} = phi i64 [{ROUNDS}, %{before}], [{following}, %{text.block}]"
    text.lines[at + 1] = f"  {r.name} = phi {r.type} [{a.name}, %{before}], [{left.name}, %{text.block}]"
    text.lines.append(f"  br i1 {more}, label %{label}, label %{label}x")
    text.lines.append(f"{label}x:")
    text.block = f"{label}x"
    return left
