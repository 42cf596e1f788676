"""Argument counts of the functions that become structures while they are read, so that a wrong count can be named."""

from __future__ import annotations

from llr_sd.translate.source import Place

_ARGUMENTS = {
    "game": "value",
    "integ": "flow, initial",
    "initial": "x",
    "delay1": "input, time",
    "delay1i": "input, time, initial",
    "delay3": "input, time",
    "delay3i": "input, time, initial",
    "delay n": "input, time, initial, order",
    "delay fixed": "input, time, initial",
    "smooth": "input, time",
    "smoothi": "input, time, initial",
    "smooth3": "input, time",
    "smooth3i": "input, time, initial",
    "smooth n": "input, time, initial, order",
    "trend": "input, time, initial",
    "forecast": "input, time, horizon",
    "sample if true": "condition, input, initial",
    "pulse train": "start, width, interval, end",
    "allocate available": "request, priority profile, supply",
    "allocate by priority": "request, priority, size, width, supply",
}


def check_count(name: str, given: int, place: Place) -> None:
    """Raise TranslationError when a call of the function `name` (with underscores) has the wrong number of arguments."""
    title = name.replace("_", " ")
    wanted = _ARGUMENTS.get(title)
    if wanted is not None and given != len(wanted.split(",")):
        raise place.refuse(*count_message(title.upper(), wanted, given))


def count_message(name: str, wanted: str, given: int) -> tuple[str, str]:
    """Return the two sentences about a call with the wrong number of arguments."""
    count = len(wanted.split(",")) if wanted else 0
    plural = "" if count == 1 else "s"
    return f"{name} takes {count} argument{plural} and has {given}.", f"Write {name}({wanted})."
