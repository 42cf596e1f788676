"""The one table of supported functions: what each does, how it is computed, and what PySD computes for it.

The translator refuses a function that is not here. One that is "written out" is made of other functions: by the `formula` of its row,
or where that takes loops, in `translate/written`; no engine knows it. Every other is an operation of the engine (`op`), or has a
lowering in `engine/program` under the same key and, where PySD's own differs, a form in `engine/reference` (tests hold each).
"""

from __future__ import annotations

from dataclasses import dataclass

ELEMENTWISE, OF_TIME, STATEFUL, WRITTEN_OUT = "elementwise", "of time", "stateful", "written out"
PURE, KEEPS, SAME = "pure", "keeps", "same"


@dataclass(frozen=True)
class Function:
    """A function.

    Attributes
    ----------
    key
        Its name in `Call.function`.
    arguments
        Names of the arguments in order. One that ends in "?" may be left out; so may one with "=", which then is what follows.
    kind
        "elementwise", "of time" (depends on the clock too), "stateful" (carries a value from step to step) or "written out".
    meaning
        What it gives, in a sentence.
    pysd
        What PySD computes, where a reader might expect something else.
    formula
        What it comes to, as an equation of Vensim would say it with functions of `FUNCTIONS`; `one` and `half` are numbers of any unit.
    op
        The operation of the engine that it is.
    units
        "pure" (of pure numbers, a pure number), "keeps" (the unit of its first argument) or "same" (that of all its arguments).
    examples
        Equations that hold at the end of a run from 0 to 10 in steps of 0.5, each a call and what it is worth.
    """

    key: str
    arguments: tuple[str, ...]
    kind: str
    meaning: str
    pysd: str = ""
    formula: str = ""
    op: str = ""
    units: str = ""
    examples: str = ""

    @property
    def arity(self) -> tuple[int, int]:
        """Least and greatest number of arguments."""
        return sum("=" not in a and not a.endswith("?") for a in self.arguments), len(self.arguments)

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments without what says that they may be left out."""
        return tuple(a.partition("=")[0].rstrip("?") for a in self.arguments)


def _f(key: str, arguments: str, kind: str, meaning: str, pysd: str = "", **more: str) -> Function:
    return Function(key, tuple(arguments.split()), kind, meaning, pysd, **more)


def _o(key: str, arguments: str, meaning: str, pysd: str = "") -> Function:
    return _f(key, arguments, WRITTEN_OUT, meaning, pysd)


_PULSES = "Begins and ends at the step after start and end; nothing for a width of 0; the end left out; moves within RK4 steps."
_STAGES = "Lost where start is more than half a step before a step; moves within RK4 steps."
_FITS = "lowered until order x TIME STEP is no more than time"
_CUT = "Cuts the first input to a whole number where the initial value is written as one; here it is not cut."
_DRAWS = "Draws a number at each step, or has none."
_KEPT = "the mean of the law before it is cut, kept between min and max"
_ROWS = (
    _f("ABS", "x", ELEMENTWISE, "Absolute value.", op="abs", units=KEEPS),
    _f("MIN", "a b", ELEMENTWISE, "The smaller of two.", "numpy.minimum: not a number if either is.", op="min", units=SAME),
    _f("MAX", "a b", ELEMENTWISE, "The larger of two.", "numpy.maximum: not a number if either is.", op="max", units=SAME),
    _f("EXP", "x", ELEMENTWISE, "e to the power x.", op="exp", units=PURE),
    _f("LN", "x", ELEMENTWISE, "Natural logarithm.", op="log", units=PURE),
    _f(
        "LOG",
        "x base",
        ELEMENTWISE,
        "Logarithm to a base.",
        "log(x) / log(base): LOG(1000, 10) is just below 3; here it is 3.",
        op="log_base",
        units=PURE,
    ),
    _f("SQRT", "x", ELEMENTWISE, "Square root.", op="sqrt"),
    _f("POWER", "base exponent", ELEMENTWISE, "Base to the power exponent."),
    _f("MODULO", "x divisor", ELEMENTWISE, "x less QUANTUM(x, divisor): the remainder, with the sign of x.", units=SAME),
    _f(
        "QUANTUM",
        "x quantum",
        ELEMENTWISE,
        "The multiple next to x towards zero; x where the quantum is not above zero.",
        "x unchanged where the quantum is below 1e-6.",
    ),
    _f("INTEGER", "x", ELEMENTWISE, "The whole part, towards zero.", op="trunc", units=KEEPS),
    _f("SIN", "x", ELEMENTWISE, "Sine of radians.", op="sin", units=PURE),
    _f("COS", "x", ELEMENTWISE, "Cosine of radians.", op="cos", units=PURE),
    _f("TAN", "x", ELEMENTWISE, "Tangent of radians.", op="tan", units=PURE),
    _f("ARCSIN", "x", ELEMENTWISE, "Inverse sine.", op="asin", units=PURE),
    _f("ARCCOS", "x", ELEMENTWISE, "Inverse cosine.", op="acos", units=PURE),
    _f("ARCTAN", "x", ELEMENTWISE, "Inverse tangent.", op="atan", units=PURE),
    _f("SINH", "x", ELEMENTWISE, "Hyperbolic sine.", op="sinh", units=PURE),
    _f("COSH", "x", ELEMENTWISE, "Hyperbolic cosine.", op="cosh", units=PURE),
    _f("TANH", "x", ELEMENTWISE, "Hyperbolic tangent.", op="tanh", units=PURE),
    _f("IF THEN ELSE", "condition then else", ELEMENTWISE, "One of two values.", "The branch not taken leaves no trace."),
    _f("ZIDZ", "numerator denominator", ELEMENTWISE, "The ratio, or 0 at a zero denominator.", "0 where |denominator| < 1e-6."),
    _f("XIDZ", "numerator denominator x", ELEMENTWISE, "The ratio, or x at a zero denominator.", "x where |denominator| < 1e-6."),
    _f("STEP", "height start", OF_TIME, "0, then height from the step nearest to start on."),
    _f(
        "RAMP",
        "slope start end?",
        OF_TIME,
        "Rises by slope from start, until end; an end before start is none.",
        "Falls before it.",
    ),
    _f("PULSE", "start width", OF_TIME, "1 where start < Time + TIME STEP / 2 < start + width; a width of 0 is a step.", _PULSES),
    _f("PULSE TRAIN", "start interval width end", OF_TIME, "PULSE every interval, from start to end, both included.", _PULSES),
    _f("PULSE MAGNITUDE", "start magnitude", OF_TIME, "XMILE's PULSE: magnitude / TIME STEP for one step.", _STAGES),
    _f("PULSE TRAIN MAGNITUDE", "start interval magnitude", OF_TIME, "XMILE's repeated PULSE, for one step each.", _STAGES),
    _f("GET TIME VALUE", "relative offset measure", OF_TIME, "The time, or time relative to the start."),
    _f("INITIAL", "x", STATEFUL, "The value of x at the start, kept.", units=KEEPS),
    _f("ACTIVE INITIAL", "active initial", STATEFUL, "`initial` while initial values are found, then `active`."),
    _f("SAMPLE IF TRUE", "condition input initial", STATEFUL, "Takes the input while the condition holds, else keeps its value."),
    _f("SMOOTH", "input time initial order", STATEFUL, "Exponential smooth of a fixed order (1 or 3).", _CUT),
    _f("SMOOTH N", "input time initial order", STATEFUL, f"Exponential smooth of any order, {_FITS}.", "Keeps the order."),
    _f("DELAY", "input time initial order", STATEFUL, "Material delay of a fixed order (1 or 3).", "Lowers the order, too."),
    _f("DELAY N", "input time initial order", STATEFUL, f"Material delay of any order, {_FITS}.", "Lowers all elements alike."),
    _f("DELAY FIXED", "input time initial", STATEFUL, "The input of a fixed time ago."),
    _f("TREND", "input time initial", STATEFUL, "Average fractional growth rate."),
    _f("FORECAST", "input time horizon initial", STATEFUL, "The trend carried forward by a horizon."),
    _o(
        "VECTOR SELECT",
        "selection expression missing action error",
        "Action 0 to 10 over the elements that are selected; missing where none is; a failed run where `error` asks for one.",
        "As here; the action must be a number, and error 1 to 3 stop it. Action 5 is expression ^ selection, as Vensim computes.",
    ),
    _o(
        "VECTOR ELM MAP",
        "element offset",
        "The element that stands `offset` (to the nearest whole number) after one, last subscript fastest; :NA: outside.",
        "Has none.",
    ),
    _o(
        "VECTOR SORT ORDER",
        "vector direction",
        "At each place which element stands there, from 0; rising where direction > 0, else falling; equals in their own order.",
        "Equals in turned order when falling.",
    ),
    _o(
        "VECTOR RANK",
        "vector direction",
        "Place of each element in the order, from 1; equals in their own order.",
        "Equals in turned order when falling.",
    ),
    _o("VECTOR REORDER", "vector order", "The element that the order names, from 0; :NA: outside.", "An error outside."),
    _o(
        "ALLOCATE BY PRIORITY",
        "request priority size width supply",
        "Supply shared by request and priority over the last subscript; a request falls in a straight line over `width`. Requests or "
        "a supply below zero, or no width, fail the run.",
        "Agrees; an error where this fails.",
    ),
    _o(
        "ALLOCATE AVAILABLE",
        "request profile supply",
        "Supply shared along curves: 1 rectangular, 2 triangular, 3 normal, 4 exponential; others, requests or a supply below zero "
        "fail the run. The shares add up to the supply.",
        "Agrees to the tolerance of its solver.",
    ),
    _o(
        "INVERT MATRIX",
        "matrix size",
        "The inverse over the last two subscripts, up to 30 rows, at every step; a singular matrix fails the run.",
        "numpy.linalg.inv.",
    ),
    _o("LOOKUP EXTRAPOLATE", "lookup x", "The lookup, its first and last stretch going on in a straight line.", "Has none."),
    _o("LOOKUP FORWARD", "lookup x", "The y of the point at x or after.", "Has none."),
    _o("LOOKUP BACKWARD", "lookup x", "The y of the point at x or before.", "Has none."),
    _o(
        "LOOKUP INVERT",
        "lookup y",
        "The x at which the lookup is y, :NA: outside its values; y must rise or fall all the way.",
        "Has none.",
    ),
    _o("LOOKUP AREA", "lookup start end", "The area below the lookup, flat outside its points.", "Has none."),
    _o(
        "GET DATA BETWEEN TIMES",
        "data time mode",
        "A data variable at a time: interpolated (mode 0), the next point (1), the one before (-1); :NA: outside its points.",
        "Has none.",
    ),
    _o("GET DATA AT TIME", "data time", "The point of a data variable at a time, :NA: where there is none.", "Has none."),
    _o("GET DATA FIRST TIME", "data", "When the series begins.", "Has none."),
    _o("GET DATA LAST TIME", "data", "When the series ends.", "Has none."),
    _o("NPV", "stream rate initial factor", "Present value of what has come in, the present step included.", "Has none."),
    _o("NPVE", "stream rate initial factor", "As NPV, each step valued at its end.", "Has none."),
    # Drawn at random in Vensim and PySD; here held at the mean, and only on request.
    _o("RANDOM 0 1", "", "0.5.", _DRAWS),
    _o("RANDOM UNIFORM", "min max seed?", "(min + max) / 2.", _DRAWS),
    _o("RANDOM NORMAL", "min max mean deviation seed?", "Mean of the normal law cut at min and max.", _DRAWS),
    _o("RANDOM EXPONENTIAL", "min max shift stretch seed?", "Mean of the exponential law cut at min and max.", _DRAWS),
    _o("RANDOM TRIANGULAR", "min max start peak stop seed?", "Mean of the triangular law cut at min and max.", _DRAWS),
    _o("RANDOM POISSON", "min max mean shift stretch seed?", f"shift + stretch * mean, {_KEPT}.", _DRAWS),
    _o("RANDOM BINOMIAL", "min max p n shift stretch seed?", f"shift + stretch * p * n, {_KEPT}.", _DRAWS),
    _o("RANDOM NEGATIVE BINOMIAL", "min max p n shift stretch seed?", f"shift + stretch * n / p, {_KEPT}.", _DRAWS),
    _o("RANDOM BETA", "min max a b shift stretch seed?", f"shift + stretch * a / (a + b), {_KEPT}.", _DRAWS),
    _o("RANDOM WEIBULL", "min max shape shift stretch seed?", f"shift + stretch, {_KEPT}.", _DRAWS),
    _o("RANDOM PINK NOISE", "mean deviation time seed?", "The mean.", _DRAWS),
    _o("RANDOM", "min max seed?", "XMILE's: (min + max) / 2.", _DRAWS),
    _o("NORMAL", "mean deviation seed? min? max?", "XMILE's: the mean, of the cut law where min and max are given.", _DRAWS),
    _o("POISSON", "mean seed?", "XMILE's: the mean.", _DRAWS),
    _o("EXPRND", "mean seed?", "XMILE's: the mean.", _DRAWS),
    _o("LOGNORMAL", "mean deviation seed?", "XMILE's: the mean.", _DRAWS),
    _o("TRIANGULAR", "low mode high seed?", "Stella's: (low + mode + high) / 3.", _DRAWS),
)

FUNCTIONS = {f.key: f for f in _ROWS}
REDUCTIONS = {
    "SUM": "The sum over the subscripts marked with !.",
    "PROD": "The product over the subscripts marked with !.",
    "VMIN": "The least over the subscripts marked with !.",
    "VMAX": "The greatest over the subscripts marked with !.",
}
