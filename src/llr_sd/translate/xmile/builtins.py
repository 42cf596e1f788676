"""The functions of XMILE (3.5 of its specification) and of Stella, in terms of the functions that the engine has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import llr_sd.translate.syntax as ae
from llr_sd.functions import XMILE_FUNCTIONS
from llr_sd.translate.source import Neutral, Place, Refused

Tree = Any

STEP_NAME = "TIME STEP"
CONSTANTS: dict[str, Tree] = {
    "time": ae.ReferenceStructure("time"),
    "dt": ae.ReferenceStructure(STEP_NAME),
    "starttime": ae.ReferenceStructure("INITIAL TIME"),
    "stoptime": ae.ReferenceStructure("FINAL TIME"),
    "pi": math.pi,
    "inf": math.inf,
}


def call(name: str, *arguments: Tree) -> Tree:
    """Return a call of a function by the engine's name."""
    return ae.CallStructure(ae.ReferenceStructure(name), arguments)


def arithmetic(left: Tree, operator: str, right: Tree) -> Tree:
    """Return one of + - * / applied to two trees."""
    return ae.ArithmeticStructure([operator], (left, right))


def compare(left: Tree, operator: str, right: Tree) -> Tree:
    """Return a comparison, which gives 1 or 0."""
    return ae.LogicStructure([operator], (left, right))


def condition(test: Tree, then: Tree, otherwise: Tree) -> Tree:
    """Return one of two values, after a test."""
    return call("if then else", test, then, otherwise)


def _floor(x: Tree) -> Tree:
    """The greatest whole number that is not above x (3.3.1, footnote)."""
    whole = call("integer", x)
    return condition(compare(x, "<", whole), arithmetic(whole, "-", Neutral(1.0)), whole)


def _modulo(x: Tree, divisor: Tree) -> Tree:
    """The remainder with the sign of the divisor (3.3.1, footnote)."""
    if isinstance(divisor, float) and divisor > 0:
        rest = call("modulo", x, divisor)
        return condition(compare(rest, "<", 0.0), arithmetic(rest, "+", divisor), rest)
    rest = call("modulo", x, call("abs", divisor))
    other = compare(arithmetic(rest, "*", divisor), "<", 0.0)
    return condition(other, arithmetic(rest, "+", divisor), rest)


def _divide(numerator: Tree, denominator: Tree, otherwise: Tree = 0.0) -> Tree:
    return condition(compare(denominator, "=", 0.0), otherwise, arithmetic(numerator, "/", denominator))


def _wave(shape: str) -> Callable[..., Tree]:
    def made(height: Tree, period: Tree) -> Tree:
        turn = arithmetic(arithmetic(2.0 * math.pi, "*", CONSTANTS["time"]), "/", period)
        return arithmetic(height, "*", call(shape, turn))

    return made


def _pulse(magnitude: Tree, first: Tree, interval: Tree = 0.0) -> Tree:
    if interval == 0.0:
        return call("Xpulse", first, magnitude)
    return call("Xpulse_train", first, interval, magnitude)


def _chain(name: str) -> Callable[..., Tree]:
    def made(*arguments: Tree) -> Tree:
        tree = arguments[0]
        for a in arguments[1:]:
            tree = call(name, tree, a)
        return tree

    return made


def _delay(order: float) -> Callable[..., Tree]:
    return lambda x, t, initial=None: ae.DelayStructure(x, t, x if initial is None else initial, order)


def _smooth(order: float) -> Callable[..., Tree]:
    return lambda x, t, initial=None: ae.SmoothStructure(x, t, x if initial is None else initial, order)


def _named(name: str) -> Callable[..., Tree]:
    return lambda *arguments: call(name, *arguments)


# What each comes to; its arguments are in the table of functions.
BUILTINS: dict[str, Callable[..., Tree]] = {
    **{
        n: _named(n)
        for n in ("abs", "arccos", "arcsin", "arctan", "cos", "exp", "ln", "sin", "sqrt", "tan", "sinh", "cosh", "tanh")
    },
    "int": _floor,
    "round": lambda x: _floor(arithmetic(x, "+", Neutral(0.5))),
    "log10": lambda x: call("log", x, 10.0),
    "percent": lambda x: arithmetic(x, "*", 100.0),
    "rootn": lambda x, n: call("power", x, arithmetic(1.0, "/", n)),
    "power": _named("power"),
    "mod": _modulo,
    "//": _divide,
    "safediv": _divide,
    "min": _chain("min"),
    "max": _chain("max"),
    "if then else": condition,
    "sinwave": _wave("sin"),
    "coswave": _wave("cos"),
    "step": _named("step"),
    "ramp": _named("ramp"),
    "pulse": _pulse,
    "init": ae.InitialStructure,
    "previous": lambda x, initial: ae.DelayFixedStructure(x, CONSTANTS["dt"], initial),
    "delay": lambda x, t, *i: x if t == 0.0 else ae.DelayFixedStructure(x, t, *(i or (x,))),
    "delay1": _delay(1),
    "delay3": _delay(3),
    "delayn": lambda x, t, n, i=None: ae.DelayNStructure(x, t, x if i is None else i, n),
    "smth1": _smooth(1),
    "smth3": _smooth(3),
    "smthn": lambda x, t, n, i=None: ae.SmoothNStructure(x, t, x if i is None else i, n),
    "trend": lambda x, t, *i: ae.TrendStructure(x, t, *(i or (0.0,))),
    "forcst": lambda x, t, h, *i: ae.ForecastStructure(x, t, h, *(i or (0.0,))),
}
# How many copies of an argument, by its number, a function is written out with.
_COPIES = {"int": {0: 3}, "round": {0: 3}, "mod": {0: 3, 1: 5}, "//": {1: 2}, "safediv": {1: 2}}
_STARTS = {"delay": 2, "delay1": 2, "delay3": 2, "delayn": 3, "smth1": 2, "smth3": 2, "smthn": 3}
# What Vensim calls these, as converters from Vensim write them.
VENSIM = {
    "smooth": "smth1",
    "smoothi": "smth1",
    "smooth3": "smth3",
    "smooth3i": "smth3",
    "delay1i": "delay1",
    "delay3i": "delay3",
}
# Vensim's own XMILE, and that of converters from it, means Vensim's whole numbers and remainders by these.
VENSIM_FILES = {"int": "integer", "mod": "modulo"}
VENSIM |= {
    "initial": "init",
    "if_then_else": "if then else",
    "integer": "integer",
    "modulo": "modulo",
    "zidz": "zidz",
    "xidz": "xidz",
    "quantum": "quantum",
}
# The random functions of XMILE, by key in the functions table.
RANDOM = {"random": "RANDOM", "uniform": "RANDOM"}
RANDOM |= {n: n.upper() for n in ("normal", "lognormal", "poisson", "exprnd", "triangular")}
_MENDS = {
    "history": "Keep the past value in a stock, or read it with DELAY.",
    "counter": "Count with TIME MOD n.",
    "rank": "Rank outside the model.",
    "lookupinv": "Draw the graph the other way round.",
}


def copies(name: str, argument: int, given: int) -> int:
    """Return how many times an argument stands in what a function comes to; a delay starts at its input where no value is given."""
    if argument == 0 and _STARTS.get(VENSIM.get(name, name)) == given:
        return 2
    return _COPIES.get(name, {}).get(argument, 1)


def apply(name: str, arguments: tuple[Tree, ...], place: Place, *, vensim: bool = False) -> Tree | None:
    """Return a builtin applied to its arguments; None where XMILE has no such function. `vensim` says that Vensim wrote the file.

    Raises
    ------
    TranslationError
        For a wrong number of arguments.
    """
    name = VENSIM.get(name, name)
    if name in _MENDS:
        return Refused(place.not_supported(f"{name.upper()} is not supported.", _MENDS[name]))
    if vensim and name in VENSIM_FILES:
        return call(VENSIM_FILES[name], *arguments)
    if name not in BUILTINS:
        return call(name, *arguments) if name in VENSIM.values() else None
    function = XMILE_FUNCTIONS[name.upper()]
    least, most = function.arity
    open_ended = function.arguments[-1] == "..."
    if len(arguments) < least - open_ended or (len(arguments) > most and not open_ended):
        count = f"at least {least - 1}" if open_ended else str(least) if least == most else f"{least} or {most}"
        plural = "" if most == 1 else "s"
        wanted = ", ".join(a.rstrip("?") for a in function.arguments)
        raise place.refuse(
            f"{function.key} takes {count} argument{plural} and has {len(arguments)}.", f"Write {function.key}({wanted})."
        )
    return BUILTINS[name](*arguments)
