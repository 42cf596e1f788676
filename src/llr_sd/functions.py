"""The one table of supported functions: what each does, and what PySD computes for it.

The translator refuses a function that is not here; the engines must have a lowering for each that is (a test holds it).
"""

from __future__ import annotations

from dataclasses import dataclass

ELEMENTWISE, OF_TIME, STATEFUL = "elementwise", "of time", "stateful"


@dataclass(frozen=True)
class Function:
    """A function of the expression tree.

    Attributes
    ----------
    key
        Its name in `Call.function`.
    arguments
        Names of the arguments in order; one that ends in "?" may be left out.
    kind
        "elementwise", "of time" (depends on the clock too) or "stateful" (carries a value from step to step).
    meaning
        What it gives, in a sentence.
    pysd
        What PySD computes, where a reader might expect something else.
    """

    key: str
    arguments: tuple[str, ...]
    kind: str
    meaning: str
    pysd: str = ""

    @property
    def arity(self) -> tuple[int, int]:
        """Least and greatest number of arguments."""
        return sum(not a.endswith("?") for a in self.arguments), len(self.arguments)


def _f(key: str, arguments: str, kind: str, meaning: str, pysd: str = "") -> Function:
    return Function(key, tuple(arguments.split()), kind, meaning, pysd)


_CUT = "Cuts the first input to a whole number where the initial value is written as one; here it is not cut."
_ROWS = (
    _f("ABS", "x", ELEMENTWISE, "Absolute value."),
    _f("MIN", "a b", ELEMENTWISE, "The smaller of two.", "numpy.minimum: not a number if either is."),
    _f("MAX", "a b", ELEMENTWISE, "The larger of two.", "numpy.maximum: not a number if either is."),
    _f("EXP", "x", ELEMENTWISE, "e to the power x."),
    _f("LN", "x", ELEMENTWISE, "Natural logarithm."),
    _f("LOG", "x base", ELEMENTWISE, "Logarithm to a base.", "log(x) / log(base): LOG(1000, 10) is just below 3; here it is 3."),
    _f("SQRT", "x", ELEMENTWISE, "Square root."),
    _f("POWER", "base exponent", ELEMENTWISE, "Base to the power exponent."),
    _f("MODULO", "x divisor", ELEMENTWISE, "Remainder.", "Takes the sign of x, as C's fmod."),
    _f("QUANTUM", "x quantum", ELEMENTWISE, "x cut down to a multiple.", "x unchanged where the quantum is not above zero."),
    _f("INTEGER", "x", ELEMENTWISE, "The whole part, towards zero."),
    _f("SIN", "x", ELEMENTWISE, "Sine of radians."),
    _f("COS", "x", ELEMENTWISE, "Cosine of radians."),
    _f("TAN", "x", ELEMENTWISE, "Tangent of radians."),
    _f("ARCSIN", "x", ELEMENTWISE, "Inverse sine."),
    _f("ARCCOS", "x", ELEMENTWISE, "Inverse cosine."),
    _f("ARCTAN", "x", ELEMENTWISE, "Inverse tangent."),
    _f("SINH", "x", ELEMENTWISE, "Hyperbolic sine."),
    _f("COSH", "x", ELEMENTWISE, "Hyperbolic cosine."),
    _f("TANH", "x", ELEMENTWISE, "Hyperbolic tangent."),
    _f("IF THEN ELSE", "condition then else", ELEMENTWISE, "One of two values.", "The branch not taken leaves no trace."),
    _f("ZIDZ", "numerator denominator", ELEMENTWISE, "The ratio, or 0 at a zero denominator.", "0 where |denominator| < 1e-6."),
    _f("XIDZ", "numerator denominator x", ELEMENTWISE, "The ratio, or x at a zero denominator.", "x where |denominator| < 1e-6."),
    _f("STEP", "height start", OF_TIME, "0, then height from start on."),
    _f("RAMP", "slope start end?", OF_TIME, "Rises by slope from start, until end."),
    _f("PULSE", "start width", OF_TIME, "1 from start for width, else 0."),
    _f("PULSE TRAIN", "start interval width end", OF_TIME, "A pulse of width every interval, from start to end."),
    _f("PULSE MAGNITUDE", "start magnitude", OF_TIME, "XMILE's PULSE: magnitude / TIME STEP for one step."),
    _f("PULSE TRAIN MAGNITUDE", "start interval magnitude", OF_TIME, "XMILE's repeated PULSE, for one step each."),
    _f("GET TIME VALUE", "relative offset measure", OF_TIME, "The time, or time relative to the start."),
    _f("INITIAL", "x", STATEFUL, "The value of x at the start, kept."),
    _f("ACTIVE INITIAL", "active initial", STATEFUL, "`initial` while initial values are found, then `active`."),
    _f("SAMPLE IF TRUE", "condition input initial", STATEFUL, "Takes the input while the condition holds, else keeps its value."),
    _f("SMOOTH", "input time initial order", STATEFUL, "Exponential smooth of a fixed order (1 or 3).", _CUT),
    _f("SMOOTH N", "input time initial order", STATEFUL, "Exponential smooth of any order.", _CUT),
    _f("DELAY", "input time initial order", STATEFUL, "Material delay of a fixed order (1 or 3)."),
    _f("DELAY N", "input time initial order", STATEFUL, "Material delay of any order."),
    _f("DELAY FIXED", "input time initial", STATEFUL, "The input of a fixed time ago."),
    _f("TREND", "input time initial", STATEFUL, "Average fractional growth rate."),
    _f("FORECAST", "input time horizon initial", STATEFUL, "The trend carried forward by a horizon."),
)

FUNCTIONS = {f.key: f for f in _ROWS}
REDUCTIONS = {
    "SUM": "The sum over the subscripts marked with !.",
    "PROD": "The product over the subscripts marked with !.",
    "VMIN": "The least over the subscripts marked with !.",
    "VMAX": "The greatest over the subscripts marked with !.",
}
REFUSED = {
    "RANDOM": "Randomness belongs to the study, where draws are seeded and recorded: make it a constant and vary it there.",
}
