"""The functions of XMILE (3.5 of its specification) and of Stella, in terms of the functions that the engine has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import llr_sd.translate.syntax as ae
from llr_sd.dialects import XMILE_FUNCTIONS, XMILE_REFUSED
from llr_sd.translate import forms
from llr_sd.translate.source import Place, Refused

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
    """Return a function of the table."""
    return ae.FunctionStructure(name.upper(), arguments)


def named(name: str, *arguments: Tree) -> Tree:
    """Return a call of what the model, or else Vensim, knows by a name."""
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


def _modulo(x: Tree, divisor: Tree) -> Tree:
    """The remainder with the sign of the divisor (3.3.1, footnote)."""
    if isinstance(divisor, float) and divisor > 0:
        rest = call("modulo", x, divisor)
        return condition(compare(rest, "<", 0.0), arithmetic(rest, "+", divisor), rest)
    rest = call("modulo", x, call("abs", divisor))
    other = compare(arithmetic(rest, "*", divisor), "<", 0.0)
    return condition(other, arithmetic(rest, "+", divisor), rest)


def _pulse(magnitude: Tree, first: Tree, interval: Tree = 0.0) -> Tree:
    if interval == 0.0:
        return call("pulse magnitude", first, magnitude)
    return call("pulse train magnitude", first, interval, magnitude)


def _chain(name: str) -> Callable[..., Tree]:
    def made(*arguments: Tree) -> Tree:
        tree = arguments[0]
        for a in arguments[1:]:
            tree = call(name, tree, a)
        return tree

    return made


# What those come to that no formula says.
_MADE: dict[str, Callable[..., Tree]] = {
    "mod": _modulo,
    "min": _chain("min"),
    "max": _chain("max"),
    "pulse": _pulse,
    "delay": lambda x, t, *i: x if t == 0.0 else call("delay fixed", x, t, *(i or (x,))),
}
_ARRAYS = {"sum", "prod", "mean", "stddev", "size", "lookup"}
BUILTINS = {key.lower() for key in XMILE_FUNCTIONS} - _ARRAYS
# How many copies of each argument a function is written out with, of those that no formula says.
_COPIES = {"mod": (3, 5)}
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


def copies(name: str, argument: int, given: int) -> int:
    """Return how many times an argument stands in what a function comes to; a delay starts at its input where no value is given."""
    name = VENSIM.get(name, name)
    if name in _COPIES:
        return _COPIES[name][argument] if argument < len(_COPIES[name]) else 1
    if name == "delay":
        return 2 if (argument, given) == (0, 2) else 1
    function = XMILE_FUNCTIONS.get(name.upper())
    return forms.copies(function, argument, given) if function is not None and function.formula else 1


def apply(name: str, arguments: tuple[Tree, ...], place: Place, *, vensim: bool = False) -> Tree | None:
    """Return a builtin applied to its arguments; None where XMILE has no such function. `vensim` says that Vensim wrote the file.

    Raises
    ------
    TranslationError
        For a wrong number of arguments.
    """
    name = VENSIM.get(name, name)
    if name.upper() in XMILE_REFUSED:
        return Refused(place.not_supported(f"{name.upper()} is not supported.", XMILE_REFUSED[name.upper()]))
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
        wanted = ", ".join(function.names)
        raise place.refuse(
            f"{function.key} takes {count} argument{plural} and has {len(arguments)}.", f"Write {function.key}({wanted})."
        )
    if function.formula:
        return forms.written_out(function, arguments)
    return _MADE[name](*arguments) if name in _MADE else call(name, *arguments)
