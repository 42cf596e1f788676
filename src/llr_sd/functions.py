"""The one table of supported functions: what each does, how it is computed, and what PySD computes for it.

The translator refuses a function that is not here. One that is "written out" is made of other functions: by the `formula` of its row,
or where that takes loops, in `translate/written`; no engine knows it. Every other is an operation of the engine (`op`), or has a
lowering in `engine/program` under the same key and, where PySD's own differs, a form in `engine/reference` (tests hold each).
"""

from __future__ import annotations

from dataclasses import dataclass

ELEMENTWISE, OF_TIME, STATEFUL, WRITTEN_OUT = "elementwise", "of time", "stateful", "written out"


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
        Units of the arguments and of the value, as Vensim's manual writes them: "1" is a pure number, "time" the model's unit of
        time, a letter any unit, the same wherever it stands, "?" one that is not looked at.
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


def _rows(kind: str, *rows: tuple[str, ...]) -> list[Function]:
    """Return functions of one kind: name, arguments, units, meaning and, where there is more to say, PySD and the operation."""

    def made(key: str, arguments: str, units: str, meaning: str, pysd: str = "", op: str = "") -> Function:
        return Function(key, tuple(arguments.split()), kind, meaning, pysd, op=op, units=units)

    return [made(*row) for row in rows]


def _o(key: str, arguments: str, meaning: str, pysd: str = "") -> Function:
    return Function(key, tuple(arguments.split()), WRITTEN_OUT, meaning, pysd)


_PULSES = "Begins and ends at the step after start and end; nothing for a width of 0; the end left out; moves within RK4 steps."
_STAGES = "Lost where start is more than half a step before a step; moves within RK4 steps."
_FITS = "lowered until order x TIME STEP is no more than time"
_CUT = "Cuts the first input to a whole number where the initial value is written as one; here it is not cut."
_DRAWS = "Draws a number at each step, or has none."
_KEPT = "the mean of the law before it is cut, kept between min and max"
_ROWS = (
    *_rows(
        ELEMENTWISE,
        ("ABS", "x", "x -> x", "Absolute value.", "", "abs"),
        ("MIN", "a b", "x x -> x", "The smaller of two.", "numpy.minimum: not a number if either is.", "min"),
        ("MAX", "a b", "x x -> x", "The larger of two.", "numpy.maximum: not a number if either is.", "max"),
        ("EXP", "x", "1 -> 1", "e to the power x.", "", "exp"),
        ("LN", "x", "1 -> 1", "Natural logarithm.", "", "log"),
        (
            "LOG",
            "x base",
            "1 1 -> 1",
            "Logarithm to a base.",
            "log(x) / log(base): just below 3 for LOG(1000, 10), here 3.",
            "log_base",
        ),
        ("SQRT", "x", "", "Square root.", "", "sqrt"),
        ("POWER", "base exponent", "", "Base to the power exponent."),
        ("MODULO", "x divisor", "x x -> x", "x less QUANTUM(x, divisor): the remainder, with the sign of x."),
        (
            "QUANTUM",
            "x quantum",
            "x x -> x",
            "The multiple next to x towards zero; x where quantum <= 0.",
            "x where the quantum is below 1e-6.",
        ),
        ("INTEGER", "x", "x -> x", "The whole part, towards zero.", "", "trunc"),
        ("SIN", "x", "1 -> 1", "Sine of radians.", "", "sin"),
        ("COS", "x", "1 -> 1", "Cosine of radians.", "", "cos"),
        ("TAN", "x", "1 -> 1", "Tangent of radians.", "", "tan"),
        ("ARCSIN", "x", "1 -> 1", "Inverse sine.", "", "asin"),
        ("ARCCOS", "x", "1 -> 1", "Inverse cosine.", "", "acos"),
        ("ARCTAN", "x", "1 -> 1", "Inverse tangent.", "", "atan"),
        ("SINH", "x", "1 -> 1", "Hyperbolic sine.", "", "sinh"),
        ("COSH", "x", "1 -> 1", "Hyperbolic cosine.", "", "cosh"),
        ("TANH", "x", "1 -> 1", "Hyperbolic tangent.", "", "tanh"),
        ("IF THEN ELSE", "condition then else", "1 x x -> x", "One of two values.", "The branch not taken leaves no trace."),
        ("ZIDZ", "numerator denominator", "a b -> a/b", "The ratio, or 0 where it is over zero.", "0 below 1e-6 in size."),
        ("XIDZ", "numerator denominator x", "a b a/b -> a/b", "The ratio, or x where it is over zero.", "x below 1e-6 in size."),
    ),
    *_rows(
        OF_TIME,
        ("STEP", "height start", "x time -> x", "0, then height from the step nearest to start on."),
        (
            "RAMP",
            "slope start end?",
            "x time time -> x*time",
            "Rises by slope from start to end; an end before start is none.",
            "Falls before it.",
        ),
        (
            "PULSE",
            "start width",
            "time time -> 1",
            "1 where start < Time + TIME STEP / 2 < start + width; a width of 0 is a step.",
            _PULSES,
        ),
        (
            "PULSE TRAIN",
            "start interval width end",
            "time time time time -> 1",
            "PULSE every interval, from start to end, both included.",
            _PULSES,
        ),
        ("PULSE MAGNITUDE", "start magnitude", "time x -> x/time", "XMILE's PULSE: magnitude / TIME STEP for one step.", _STAGES),
        (
            "PULSE TRAIN MAGNITUDE",
            "start interval magnitude",
            "time time x -> x/time",
            "XMILE's repeated PULSE, for one step each.",
            _STAGES,
        ),
        ("GET TIME VALUE", "relative offset measure", "? ? ? -> time", "The time, or time relative to the start."),
    ),
    *_rows(
        STATEFUL,
        ("INITIAL", "x", "x -> x", "The value of x at the start, kept."),
        ("ACTIVE INITIAL", "active initial", "x x -> x", "`initial` while initial values are found, then `active`."),
        ("SAMPLE IF TRUE", "condition input initial", "1 x x -> x", "The input while the condition holds, else what it was."),
        ("SMOOTH", "input time initial order", "x time x 1 -> x", "Exponential smooth of a fixed order (1 or 3).", _CUT),
        (
            "SMOOTH N",
            "input time initial order",
            "x time x 1 -> x",
            f"Exponential smooth of any order, {_FITS}.",
            "Keeps the order.",
        ),
        (
            "DELAY",
            "input time initial order",
            "x time x 1 -> x",
            "Material delay of a fixed order (1 or 3).",
            "Lowers the order, too.",
        ),
        (
            "DELAY N",
            "input time initial order",
            "x time x 1 -> x",
            f"Material delay of any order, {_FITS}.",
            "Lowers all elements alike.",
        ),
        ("DELAY FIXED", "input time initial", "x time x -> x", "The input of a fixed time ago."),
        ("TREND", "input time initial", "x time ? -> 1/time", "Average fractional growth rate."),
        ("FORECAST", "input time horizon initial", "x time time ? -> x", "The trend carried forward by a horizon."),
    ),
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
