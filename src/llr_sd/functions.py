"""The one table of supported functions: what each does, and what PySD computes for it.

The translator refuses a function that is not here. One that is "written out" is made of other equations in `translate/written`,
so that no engine knows it; every other has a lowering in the engine under the same key (a test holds both).
"""

from __future__ import annotations

from dataclasses import dataclass

ELEMENTWISE, OF_TIME, STATEFUL, WRITTEN_OUT = "elementwise", "of time", "stateful", "written out"


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
        "elementwise", "of time" (depends on the clock too), "stateful" (carries a value from step to step) or "written out".
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


_PULSES = "Begins and ends at the step after start and end; nothing for a width of 0; the end left out; moves within RK4 steps."
_STAGES = "Lost where start is more than half a step before a step; moves within RK4 steps."
_FITS = "lowered until order x TIME STEP is no more than time"
_CUT = "Cuts the first input to a whole number where the initial value is written as one; here it is not cut."
_DRAWS = "Draws a number at each step, or has none."
_NEAR = "At a denominator below 1e-6 too."
_KEPT = "the mean of the law before it is cut, kept between min and max"
_ROWS = (
    _f("ABS", "x", ELEMENTWISE, "Absolute value."),
    _f("MIN", "a b", ELEMENTWISE, "The smaller of two.", "numpy.minimum: not a number if either is."),
    _f("MAX", "a b", ELEMENTWISE, "The larger of two.", "numpy.maximum: not a number if either is."),
    _f("EXP", "x", ELEMENTWISE, "e to the power x."),
    _f("LN", "x", ELEMENTWISE, "Natural logarithm."),
    _f("LOG", "x base", ELEMENTWISE, "Logarithm to a base.", "log(x) / log(base): LOG(1000, 10) is just below 3; here it is 3."),
    _f("SQRT", "x", ELEMENTWISE, "Square root."),
    _f("POWER", "base exponent", ELEMENTWISE, "Base to the power exponent."),
    _f("MODULO", "x divisor", ELEMENTWISE, "x less QUANTUM(x, divisor): the remainder, with the sign of x."),
    _f(
        "QUANTUM",
        "x quantum",
        ELEMENTWISE,
        "The multiple next to x towards zero; x where the quantum is not above zero.",
        "x unchanged where the quantum is below 1e-6.",
    ),
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
    _f("INITIAL", "x", STATEFUL, "The value of x at the start, kept."),
    _f("ACTIVE INITIAL", "active initial", STATEFUL, "`initial` while initial values are found, then `active`."),
    _f("SAMPLE IF TRUE", "condition input initial", STATEFUL, "Takes the input while the condition holds, else keeps its value."),
    _f("SMOOTH", "input time initial order", STATEFUL, "Exponential smooth of a fixed order (1 or 3).", _CUT),
    _f("SMOOTH N", "input time initial order", STATEFUL, f"Exponential smooth of any order, {_FITS}.", "Keeps the order."),
    _f("DELAY", "input time initial order", STATEFUL, "Material delay of a fixed order (1 or 3).", "Lowers the order, too."),
    _f("DELAY N", "input time initial order", STATEFUL, f"Material delay of any order, {_FITS}.", "Lowers all elements alike."),
    _f("DELAY FIXED", "input time initial", STATEFUL, "The input of a fixed time ago."),
    _f("TREND", "input time initial", STATEFUL, "Average fractional growth rate."),
    _f("FORECAST", "input time horizon initial", STATEFUL, "The trend carried forward by a horizon."),
    _f(
        "VECTOR SELECT",
        "selection expression missing action error",
        WRITTEN_OUT,
        "Action 0 to 10 over the elements that are selected; missing where none is; a failed run where `error` asks for one.",
        "As here; the action must be a number, and error 1 to 3 stop it. Action 5 is expression ^ selection, as Vensim computes.",
    ),
    _f(
        "VECTOR ELM MAP",
        "element offset",
        WRITTEN_OUT,
        "The element that stands `offset` (to the nearest whole number) after one, last subscript fastest; :NA: outside.",
        "Has none.",
    ),
    _f(
        "VECTOR SORT ORDER",
        "vector direction",
        WRITTEN_OUT,
        "At each place which element stands there, from 0; rising where direction > 0, else falling; equals in their own order.",
        "Equals in turned order when falling.",
    ),
    _f(
        "VECTOR RANK",
        "vector direction",
        WRITTEN_OUT,
        "Place of each element in the order, from 1; equals in their own order.",
        "Equals in turned order when falling.",
    ),
    _f(
        "VECTOR REORDER",
        "vector order",
        WRITTEN_OUT,
        "The element that the order names, from 0; :NA: outside.",
        "An error outside.",
    ),
    _f(
        "ALLOCATE BY PRIORITY",
        "request priority size width supply",
        WRITTEN_OUT,
        "Supply shared by request and priority over the last subscript; a request falls in a straight line over `width`. Requests or "
        "a supply below zero, or no width, fail the run.",
        "Agrees; an error where this fails.",
    ),
    _f(
        "ALLOCATE AVAILABLE",
        "request profile supply",
        WRITTEN_OUT,
        "Supply shared along curves: 1 rectangular, 2 triangular, 3 normal, 4 exponential; others, requests or a supply below zero "
        "fail the run. The shares add up to the supply.",
        "Agrees to the tolerance of its solver.",
    ),
    _f(
        "INVERT MATRIX",
        "matrix size",
        WRITTEN_OUT,
        "The inverse over the last two subscripts, up to 30 rows, at every step; a singular matrix fails the run.",
        "numpy.linalg.inv.",
    ),
    _f(
        "LOOKUP EXTRAPOLATE",
        "lookup x",
        WRITTEN_OUT,
        "The lookup, its first and last stretch going on in a straight line.",
        "Has none.",
    ),
    _f("LOOKUP FORWARD", "lookup x", WRITTEN_OUT, "The y of the point at x or after.", "Has none."),
    _f("LOOKUP BACKWARD", "lookup x", WRITTEN_OUT, "The y of the point at x or before.", "Has none."),
    _f(
        "LOOKUP INVERT",
        "lookup y",
        WRITTEN_OUT,
        "The x at which the lookup is y, :NA: outside its values; y must rise or fall all the way.",
        "Has none.",
    ),
    _f("LOOKUP AREA", "lookup start end", WRITTEN_OUT, "The area below the lookup, flat outside its points.", "Has none."),
    _f(
        "GET DATA BETWEEN TIMES",
        "data time mode",
        WRITTEN_OUT,
        "A data variable at a time: interpolated (mode 0), the next point (1), the one before (-1); :NA: outside its points.",
        "Has none.",
    ),
    _f(
        "GET DATA AT TIME",
        "data time",
        WRITTEN_OUT,
        "The point of a data variable at a time, :NA: where there is none.",
        "Has none.",
    ),
    _f("GET DATA FIRST TIME", "data", WRITTEN_OUT, "When the series begins.", "Has none."),
    _f("GET DATA LAST TIME", "data", WRITTEN_OUT, "When the series ends.", "Has none."),
    _f(
        "NPV",
        "stream rate initial factor",
        WRITTEN_OUT,
        "Present value of what has come in, the present step included.",
        "Has none.",
    ),
    _f("NPVE", "stream rate initial factor", WRITTEN_OUT, "As NPV, each step valued at its end.", "Has none."),
    # Drawn at random in Vensim and PySD; here held at the mean, and only on request.
    _f("RANDOM 0 1", "", WRITTEN_OUT, "0.5.", _DRAWS),
    _f("RANDOM UNIFORM", "min max seed?", WRITTEN_OUT, "(min + max) / 2.", _DRAWS),
    _f("RANDOM NORMAL", "min max mean deviation seed?", WRITTEN_OUT, "Mean of the normal law cut at min and max.", _DRAWS),
    _f(
        "RANDOM EXPONENTIAL",
        "min max shift stretch seed?",
        WRITTEN_OUT,
        "Mean of the exponential law cut at min and max.",
        _DRAWS,
    ),
    _f(
        "RANDOM TRIANGULAR",
        "min max start peak stop seed?",
        WRITTEN_OUT,
        "Mean of the triangular law cut at min and max.",
        _DRAWS,
    ),
    _f("RANDOM POISSON", "min max mean shift stretch seed?", WRITTEN_OUT, f"shift + stretch * mean, {_KEPT}.", _DRAWS),
    _f("RANDOM BINOMIAL", "min max p n shift stretch seed?", WRITTEN_OUT, f"shift + stretch * p * n, {_KEPT}.", _DRAWS),
    _f("RANDOM NEGATIVE BINOMIAL", "min max p n shift stretch seed?", WRITTEN_OUT, f"shift + stretch * n / p, {_KEPT}.", _DRAWS),
    _f("RANDOM BETA", "min max a b shift stretch seed?", WRITTEN_OUT, f"shift + stretch * a / (a + b), {_KEPT}.", _DRAWS),
    _f("RANDOM WEIBULL", "min max shape shift stretch seed?", WRITTEN_OUT, f"shift + stretch, {_KEPT}.", _DRAWS),
    _f("RANDOM PINK NOISE", "mean deviation time seed?", WRITTEN_OUT, "The mean.", _DRAWS),
    _f("RANDOM", "min max seed?", WRITTEN_OUT, "XMILE's: (min + max) / 2.", _DRAWS),
    _f(
        "NORMAL",
        "mean deviation seed? min? max?",
        WRITTEN_OUT,
        "XMILE's: the mean, of the cut law where min and max are given.",
        _DRAWS,
    ),
    _f("POISSON", "mean seed?", WRITTEN_OUT, "XMILE's: the mean.", _DRAWS),
    _f("EXPRND", "mean seed?", WRITTEN_OUT, "XMILE's: the mean.", _DRAWS),
    _f("LOGNORMAL", "mean deviation seed?", WRITTEN_OUT, "XMILE's: the mean.", _DRAWS),
    _f("TRIANGULAR", "low mode high seed?", WRITTEN_OUT, "Stella's: (low + mode + high) / 3.", _DRAWS),
)

FUNCTIONS = {f.key: f for f in _ROWS}
# XMILE's own functions (3.5 of its specification) and some of Stella's: the forms that the reader of .xmile files writes out with
# the functions above. Array functions run over every dimension named with *, as in SUM(a[*, r1]).
_XMILE_ROWS = (
    *(_f(n, "x", WRITTEN_OUT, FUNCTIONS[n].meaning) for n in ("ABS", "ARCCOS", "ARCSIN", "ARCTAN", "COS", "EXP", "LN", "SIN")),
    *(_f(n, "x", WRITTEN_OUT, FUNCTIONS[n].meaning) for n in ("SQRT", "TAN", "SINH", "COSH", "TANH")),
    _f(
        "INT",
        "x",
        WRITTEN_OUT,
        "The greatest whole number not above x; in files that Vensim wrote, towards zero.",
        "Towards zero.",
    ),
    _f("ROUND", "x", WRITTEN_OUT, "The nearest whole number, halves upwards.", "Has none."),
    _f(
        "MOD",
        "x divisor",
        WRITTEN_OUT,
        "Remainder with the sign of the divisor; in files that Vensim wrote, of x.",
        "The sign of x.",
    ),
    _f("//", "numerator denominator", WRITTEN_OUT, "The ratio, or 0 where the denominator is 0.", "Has none."),
    _f(
        "SAFEDIV",
        "numerator denominator otherwise?",
        WRITTEN_OUT,
        "The ratio, or `otherwise` (0) where the denominator is 0.",
        _NEAR,
    ),
    _f("LOG10", "x", WRITTEN_OUT, "Logarithm to base 10.", "Has none."),
    _f("PERCENT", "fraction", WRITTEN_OUT, "100 times a fraction.", "Has none."),
    _f("ROOTN", "x n", WRITTEN_OUT, "x ^ (1/n).", "Has none."),
    _f("POWER", "base exponent", WRITTEN_OUT, "Base to the power exponent."),
    _f("MIN", "x y ...", WRITTEN_OUT, "The least of two or more; of one array, its least element.", "Two, or one array."),
    _f("MAX", "x y ...", WRITTEN_OUT, "The greatest of two or more; of one array, its greatest element.", "Two, or one array."),
    _f("IF THEN ELSE", "condition then else", WRITTEN_OUT, "IF condition THEN a ELSE b."),
    _f("SINWAVE", "amplitude period", WRITTEN_OUT, "amplitude * SIN(2 * PI * TIME / period).", "Has none."),
    _f("COSWAVE", "amplitude period", WRITTEN_OUT, "amplitude * COS(2 * PI * TIME / period).", "Has none."),
    _f("STEP", "height start", WRITTEN_OUT, "0, then height from start on."),
    _f("RAMP", "slope start end?", WRITTEN_OUT, "Rises by slope from start, until end."),
    _f(
        "PULSE", "magnitude start interval?", WRITTEN_OUT, "magnitude / DT for one step, at start and every interval; once for 0."
    ),
    _f("INIT", "x", WRITTEN_OUT, "The value of x at the start, kept."),
    _f("PREVIOUS", "x initial", WRITTEN_OUT, "The value of x one DT ago; SELF is the variable itself.", "Has none."),
    _f("DELAY", "input time initial?", WRITTEN_OUT, "The input of a fixed time ago; its first value before."),
    _f("DELAY1", "input time initial?", WRITTEN_OUT, "Material delay of order 1."),
    _f("DELAY3", "input time initial?", WRITTEN_OUT, "Material delay of order 3."),
    _f("DELAYN", "input time order initial?", WRITTEN_OUT, "Material delay of any order."),
    _f("SMTH1", "input time initial?", WRITTEN_OUT, "Exponential smooth of order 1."),
    _f("SMTH3", "input time initial?", WRITTEN_OUT, "Exponential smooth of order 3."),
    _f("SMTHN", "input time order initial?", WRITTEN_OUT, "Exponential smooth of any order."),
    _f(
        "TREND", "input time initial?", WRITTEN_OUT, "Average fractional growth rate; 0 at first where no initial value is given."
    ),
    _f("FORCST", "input time horizon initial?", WRITTEN_OUT, "The trend carried forward by a horizon."),
    _f("LOOKUP", "graph x", WRITTEN_OUT, "A graph read at x, as graph(x).", "Has none."),
    _f("SUM", "array", WRITTEN_OUT, "The sum over every dimension with *; of several numbers, their sum.", "Has none for *."),
    _f("PROD", "array", WRITTEN_OUT, "The product.", "Has none."),
    _f("MEAN", "array", WRITTEN_OUT, "The mean; of several numbers, theirs.", "Has none."),
    _f("STDDEV", "array", WRITTEN_OUT, "The standard deviation of the elements (divided by their number).", "Has none."),
    _f("SIZE", "array", WRITTEN_OUT, "The number of elements, of an array or of a dimension.", "Has none."),
)
XMILE_FUNCTIONS = {f.key: f for f in _XMILE_ROWS}
REDUCTIONS = {
    "SUM": "The sum over the subscripts marked with !.",
    "PROD": "The product over the subscripts marked with !.",
    "VMIN": "The least over the subscripts marked with !.",
    "VMAX": "The greatest over the subscripts marked with !.",
}
_DELAYS = "DELAY FIXED, DELAY N and SMOOTH N are supported; a conveyor can be written as a chain of stocks."
_DATA = "Write the series as a lookup of Time and call it at the time that is asked for."
_RANDOM = "Make it a constant and vary it in the study, where draws are seeded and recorded."
_MARKET = "ALLOCATE AVAILABLE shares one supply among many."
REFUSED = {
    **dict.fromkeys(("RANDOM GAMMA", "RANDOM LOOKUP", "MONTECARLO", "BINOMIAL", "GAMMA", "WEIBULL", "BETA"), _RANDOM),
    "DELAY MATERIAL": _DELAYS,
    "DELAY INFORMATION": _DELAYS,
    "DELAY CONVEYOR": _DELAYS,
    "DELAY BATCH": _DELAYS,
    "DELAY PROFILE": _DELAYS,
    "DELAYP": _DELAYS,
    "QUEUE": _DELAYS,
    "GET DATA MAX": _DATA,
    "GET DATA MEAN": _DATA,
    "GET DATA MIN": _DATA,
    "GET DATA STDV": _DATA,
    "GET DATA TOTAL POINTS": _DATA,
    "TIME SHIFT": "Write GET DATA BETWEEN TIMES(data, Time + shift, mode).",
    "TIME BASE": "Write the time that is meant as a formula of Time.",
    "GET VDF": "Export the series to a table beside the model, or to a spreadsheet.",
    "GET ODBC": "Export the numbers to a spreadsheet.",
    "GET 123": "Export the numbers to a spreadsheet.",
    "LOOKUP SLOPE": "Write the slopes as a lookup of their own.",
    "VECTOR LOOKUP": "Write the points as a lookup.",
    "SHIFT IF TRUE": "Write the moves as flows between the stocks, such as IF THEN ELSE(condition, stock / TIME STEP, 0).",
    "REINITIAL": "INITIAL keeps the value at the start.",
    "SAMPLE UNTIL": "Write SAMPLE IF TRUE(Time <= last, input, initial).",
    "SSHAPE": "Write the curve as a lookup.",
    "RAMP FROM TO": "Write from + RAMP((to - from) / (end - start), start, end).",
    "GAMMA LN": "Write its values as a lookup.",
    "DEMAND AT PRICE": _MARKET,
    "SUPPLY AT PRICE": _MARKET,
    "FIND MARKET PRICE": _MARKET,
    "MARKETP": _MARKET,
    "ALLOC P": _MARKET,
    "FIND ZERO": "Solve it by hand, or approach the solution with a stock.",
    "SIMULTANEOUS": "Break the circle with a stock.",
    "DEPRECIATE STRAIGHTLINE": "Write the write-off as a stock with an outflow, such as DELAY FIXED(stream / time, ...).",
    "DEPRECIATE BY SCHEDULE": "Write the write-off as a stock with an outflow.",
    "INTERNAL RATE OF RETURN": "NPV is supported; search for the rate outside the model.",
    "CUMULATE": "Write the sum as a stock, INTEG(x / TIME STEP, 0).",
    "CUMULATEF": "Write the sum as a stock, INTEG(x / TIME STEP, 0).",
    "MESSAGE": "Remove it: it shows a message and has no value.",
    "SUBSCRIPT": "Name the element.",
    "TASK": "Write the task as a stock.",
    "PROB": "Vary a constant in the study.",
}
"""Functions of Vensim that are not supported, with what can be written instead; a name stands for all that begin with its words."""
