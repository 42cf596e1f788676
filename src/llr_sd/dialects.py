"""What Vensim and XMILE call the functions of the table, what they have besides, and what is refused."""

from __future__ import annotations

from math import pi

from llr_sd.functions import FUNCTIONS, WRITTEN_OUT, Function


def _o(key: str, arguments: str, meaning: str, pysd: str = "") -> Function:
    return Function(key, tuple(arguments.split()), WRITTEN_OUT, meaning, pysd)


def _w(key: str, arguments: str, meaning: str, formula: str, examples: str, pysd: str = "") -> Function:
    """Return a function that is written out by a formula."""
    return Function(key, tuple(arguments.split()), WRITTEN_OUT, meaning, pysd, formula, examples=examples)


_NEAR = "At a denominator below 1e-6 too."
# Worked out by hand: a first-order lag of 2 takes up a quarter of the gap at each step; three of 1 take up a half each.
_RISING = "8 + 2 * 0.75 ^ 20"
_FIRST, _THIRD = "4 - 3 * 0.75 ^ 20", "4 - 633 * 0.5 ^ 20"
_TREND, _FORECAST = "5.5 / (9 + 2 * 0.75 ^ 20) - 0.5", "242 / (9 + 2 * 0.75 ^ 20) - 11"
_STARTED = "The same with an initial value."
_LANCZOS = (
    "0.99999999999980993 + 676.5203681218851 / x - 1259.1392167224028 / (x + 1) + 771.32342877765313 / (x + 2)"
    " - 176.61502916214059 / (x + 3) + 12.507343278686905 / (x + 4) - 0.13857109526572012 / (x + 5)"
    " + 9.9843695780195716e-6 / (x + 6) + 1.5056327351493116e-7 / (x + 7)"
)
# What Vensim has besides, or calls with other arguments.
_VENSIM_ROWS = (
    _w("GAME", "value", "Its value: nobody plays.", "value", "GAME(3) = 3"),
    _w("DELAY1", "input time", "Material delay of order 1.", "DELAY(input, time, input, 1)", f"DELAY1(Time, 2) = {_RISING}"),
    _w("DELAY1I", "input time initial", _STARTED, "DELAY(input, time, initial, 1)", f"DELAY1I(4, 2, 1) = {_FIRST}"),
    _w(
        "DELAY3",
        "input time",
        "Material delay of order 3.",
        "DELAY(input, time, input, 3)",
        "DELAY3(Time, 3) = DELAY3I(Time, 3, 0)",
    ),
    _w("DELAY3I", "input time initial", _STARTED, "DELAY(input, time, initial, 3)", f"DELAY3I(4, 3, 1) = {_THIRD}"),
    _w("SMOOTH", "input time", "Exponential smooth of order 1.", "SMOOTH(input, time, input, 1)", f"SMOOTH(Time, 2) = {_RISING}"),
    _w("SMOOTHI", "input time initial", _STARTED, "SMOOTH(input, time, initial, 1)", f"SMOOTHI(4, 2, 1) = {_FIRST}"),
    _w(
        "SMOOTH3",
        "input time",
        "Exponential smooth of order 3.",
        "SMOOTH(input, time, input, 3)",
        "SMOOTH3(Time, 3) = SMOOTH3I(Time, 3, 0)",
    ),
    _w("SMOOTH3I", "input time initial", _STARTED, "SMOOTH(input, time, initial, 3)", f"SMOOTH3I(4, 3, 1) = {_THIRD}"),
    _w(
        "FORECAST",
        "input time horizon",
        FUNCTIONS["FORECAST"].meaning,
        "FORECAST(input, time, horizon, 0)",
        f"FORECAST(Time + 1, 2, 4) = {_FORECAST}",
    ),
    _w(
        "PULSE TRAIN",
        "start width interval end",
        FUNCTIONS["PULSE TRAIN"].meaning,
        "PULSE TRAIN(start, interval, width, end)",
        "PULSE TRAIN(0, 1, 4, 20) = 0; PULSE TRAIN(2, 1, 4, 20) = 1",
    ),
    _w(
        "TIME BASE",
        "start slope",
        "Another time, `start` when Time is 0.",
        "start + Time * slope",
        "TIME BASE(1970, 0.25) = 1972.5",
    ),
    # Lanczos (1964), doi:10.1137/0701008, with nine terms and g = 7; within 1e-14 of the logarithm, or of 1.
    _w(
        "GAMMA LN",
        "x",
        "Natural logarithm of the gamma function of x, which must be above 0.",
        f"IF THEN ELSE(x > 0, 0.91893853320467278 + (x - 0.5) * LN(x + 6.5) - (x + 6.5) + LN({_LANCZOS}), 0 / 0)",
        "EXP(GAMMA LN(4)) = 6; EXP(2 * GAMMA LN(0.5)) = 3.141592653589793",
    ),
)
VENSIM_FUNCTIONS = FUNCTIONS | {f.key: f for f in _VENSIM_ROWS}
# XMILE's own functions (3.5 of its specification) and some of Stella's: the forms that the reader of .xmile files writes out with
# the functions above. Array functions run over every dimension named with *, as in SUM(a[*, r1]).
_XMILE_ROWS = (
    *(_o(n, "x", FUNCTIONS[n].meaning) for n in ("ABS", "ARCCOS", "ARCSIN", "ARCTAN", "COS", "EXP", "LN", "SIN")),
    *(_o(n, "x", FUNCTIONS[n].meaning) for n in ("SQRT", "TAN", "SINH", "COSH", "TANH")),
    _w(
        "INT",
        "x",
        "The greatest whole number not above x; in files that Vensim wrote, towards zero.",
        "IF THEN ELSE(x < INTEGER(x), INTEGER(x) - one, INTEGER(x))",
        "INT(-2.5) = -3; INT(2.5) = 2",
        "Towards zero.",
    ),
    _w(
        "ROUND",
        "x",
        "The nearest whole number, halves upwards.",
        "IF THEN ELSE(x + half < INTEGER(x + half), INTEGER(x + half) - one, INTEGER(x + half))",
        "ROUND(2.5) = 3; ROUND(-2.5) = -2",
        "Has none.",
    ),
    _o("MOD", "x divisor", "Remainder with the sign of the divisor; in files that Vensim wrote, of x.", "The sign of x."),
    _w(
        "//",
        "a b",
        "The ratio, or 0 where the denominator is 0.",
        "IF THEN ELSE(b = 0, 0, a / b)",
        "7 // 2 = 3.5; 7 // 0 = 0",
        "Has none.",
    ),
    _w(
        "SAFEDIV",
        "a b otherwise=0",
        "The ratio, or `otherwise` at 0.",
        "IF THEN ELSE(b = 0, otherwise, a / b)",
        "SAFEDIV(7, 0, 4) = 4; SAFEDIV(7, 0) = 0",
        _NEAR,
    ),
    _w("LOG10", "x", "Logarithm to base 10.", "LOG(x, 10)", "LOG10(1000) = 3", "Has none."),
    _w("PERCENT", "fraction", "100 times a fraction.", "fraction * 100", "PERCENT(0.25) = 25", "Has none."),
    _w("ROOTN", "x n", "x ^ (1/n).", "POWER(x, 1 / n)", "ROOTN(8, 3) = 2", "Has none."),
    _o("POWER", "base exponent", "Base to the power exponent."),
    _o("MIN", "x y ...", "The least of two or more; of one array, its least element.", "Two, or one array."),
    _o("MAX", "x y ...", "The greatest of two or more; of one array, its greatest element.", "Two, or one array."),
    _o("IF THEN ELSE", "condition then else", "IF condition THEN a ELSE b."),
    _w(
        "SINWAVE",
        "height period",
        "A sine wave over time.",
        f"height * SIN({2 * pi!r} * Time / period)",
        "SINWAVE(3, 8) = 3",
        "Has none.",
    ),
    _w(
        "COSWAVE",
        "height period",
        "A cosine wave over time.",
        f"height * COS({2 * pi!r} * Time / period)",
        "COSWAVE(3, 10) = 3",
        "Has none.",
    ),
    _o("STEP", "height start", "0, then height from start on."),
    _o("RAMP", "slope start end?", "Rises by slope from start, until end."),
    _o("PULSE", "magnitude start interval?", "magnitude / DT for one step, at start and every interval; once for 0."),
    _w("INIT", "x", "The value of x at the start, kept.", "INITIAL(x)", "INIT(TIME + 2) = 2"),
    _w(
        "PREVIOUS",
        "x initial",
        "The value of x one DT ago; SELF is the variable itself.",
        "DELAY FIXED(x, TIME STEP, initial)",
        "PREVIOUS(TIME, 0) = 9.5",
        "Has none.",
    ),
    _o("DELAY", "input time initial=input", "The input of a fixed time ago; its first value before."),
    _w(
        "DELAY1",
        "input time initial=input",
        "Material delay of order 1.",
        "DELAY(input, time, initial, 1)",
        f"DELAY1(TIME, 2) = {_RISING}; DELAY1(4, 2, 1) = {_FIRST}",
    ),
    _w(
        "DELAY3",
        "input time initial=input",
        "Material delay of order 3.",
        "DELAY(input, time, initial, 3)",
        f"DELAY3(4, 3, 1) = {_THIRD}",
    ),
    _w(
        "DELAYN",
        "input time order initial=input",
        "Material delay of any order.",
        "DELAY N(input, time, initial, order)",
        f"DELAYN(4, 3, 3, 1) = {_THIRD}",
    ),
    _w(
        "SMTH1",
        "input time initial=input",
        "Exponential smooth of order 1.",
        "SMOOTH(input, time, initial, 1)",
        f"SMTH1(TIME, 2) = {_RISING}; SMTH1(4, 2, 1) = {_FIRST}",
    ),
    _w(
        "SMTH3",
        "input time initial=input",
        "Exponential smooth of order 3.",
        "SMOOTH(input, time, initial, 3)",
        f"SMTH3(4, 3, 1) = {_THIRD}",
    ),
    _w(
        "SMTHN",
        "input time order initial=input",
        "Exponential smooth of any order.",
        "SMOOTH N(input, time, initial, order)",
        f"SMTHN(4, 3, 3, 1) = {_THIRD}",
    ),
    _w(
        "TREND",
        "input time initial=0",
        "Average fractional growth rate.",
        "TREND(input, time, initial)",
        f"TREND(TIME + 1, 2) = {_TREND}",
    ),
    _w(
        "FORCST",
        "input time horizon initial=0",
        "The trend carried forward.",
        "FORECAST(input, time, horizon, initial)",
        f"FORCST(TIME + 1, 2, 4) = {_FORECAST}",
    ),
    _o("LOOKUP", "graph x", "A graph read at x, as graph(x).", "Has none."),
    _o("SUM", "array", "The sum over every dimension with *; of several numbers, their sum.", "Has none for *."),
    _o("PROD", "array", "The product.", "Has none."),
    _o("MEAN", "array", "The mean; of several numbers, theirs.", "Has none."),
    _o("STDDEV", "array", "The standard deviation of the elements (divided by their number).", "Has none."),
    _o("SIZE", "array", "The number of elements, of an array or of a dimension.", "Has none."),
)
XMILE_FUNCTIONS = {f.key: f for f in _XMILE_ROWS}
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
XMILE_REFUSED = {
    "HISTORY": "Keep the past value in a stock, or read it with DELAY.",
    "COUNTER": "Count with TIME MOD n.",
    "RANK": "Rank outside the model.",
    "LOOKUPINV": "Draw the graph the other way round.",
}
