"""Calls of functions that are written out: what each comes to, as the formula in its row of the table says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from llr_sd.functions import Function
from llr_sd.translate.source import Neutral, Place
from llr_sd.translate.syntax import CallStructure, FunctionStructure, ReferenceStructure, Tree
from llr_sd.translate.vensim.formula import parse_formula

MOST_COPIES = 4096  # of one argument, where functions that are written out stand inside each other
# What formulas name besides arguments: numbers of any unit, and the clock, whatever a macro around the call has of that name.
_OWN = {"one": Neutral(1.0), "half": Neutral(0.5), "time": ReferenceStructure("time$")}


@cache
def _parsed(formula: str) -> Tree:
    return parse_formula(formula, Place(Path(formula)))


def written_out(function: Function, arguments: Sequence[Tree]) -> Tree:
    """Return the formula of a function with arguments in the place of their names."""
    given: dict[str, Tree] = {**_OWN, **dict(zip(function.names, arguments, strict=False))}
    for argument in function.arguments[len(arguments) :]:
        name, _, default = argument.partition("=")
        given[name] = _filled(_parsed(default), given)
    return _filled(_parsed(function.formula), given)


def _filled(tree: Any, given: dict[str, Tree]) -> Any:
    if isinstance(tree, ReferenceStructure):
        return given.get(tree.reference, tree)
    if isinstance(tree, CallStructure):
        return FunctionStructure(tree.function.reference.replace("_", " ").upper(), _filled(tree.arguments, given))
    if isinstance(tree, tuple | list):
        return tuple(_filled(part, given) for part in tree)
    if is_dataclass(tree) and not isinstance(tree, type):
        return replace(tree, **{f.name: _filled(getattr(tree, f.name), given) for f in fields(tree)})
    return tree


@cache
def copies(function: Function, argument: int, given: int) -> int:
    """Return how many times an argument stands in what a call with `given` arguments comes to; 1 where these are too few."""
    if given < function.arity[0]:
        return 1
    names = list(_references(written_out(function, [ReferenceStructure(f" {i}") for i in range(given)])))
    return names.count(f" {argument}")


def _references(tree: Any) -> Iterator[str]:
    if isinstance(tree, ReferenceStructure):
        yield tree.reference
    elif isinstance(tree, tuple | list):
        for part in tree:
            yield from _references(part)
    elif is_dataclass(tree):
        for f in fields(tree):
            yield from _references(getattr(tree, f.name))
