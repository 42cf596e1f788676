"""Remember what was looked up in a result, for as long as that result lives: a page asks the same things many times."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from llr_sd.result import StudyResult

Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")
_KEPT: dict[int, dict[Any, Any]] = {}


def remembered(
    look: Callable[Concatenate[StudyResult, Arguments], Found],
) -> Callable[Concatenate[StudyResult, Arguments], Found]:
    """Look a thing up once for each result and each set of arguments; what comes back is shared and must not be changed."""

    @functools.wraps(look)
    def found(result: StudyResult, /, *key: Arguments.args, **options: Arguments.kwargs) -> Found:
        number = id(result)
        if number not in _KEPT:
            _KEPT[number] = {}
            weakref.finalize(result, _KEPT.pop, number, None)
        where = (look, key, tuple(options.items()))
        if where not in _KEPT[number]:
            _KEPT[number][where] = look(result, *key, **options)
        answer: Found = _KEPT[number][where]
        return answer

    return found
