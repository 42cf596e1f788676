"""Wording shared by the readers: why an equation could not be parsed, in a line that a person can act on."""

from __future__ import annotations

import re

from llr_sd.errors import LONGEST, TranslationError, shown
from llr_sd.translate.arity import wrong_arity
from llr_sd.translate.source import Place

# PySD cannot tell these two apart once parsed, and computes the second: (-2)^2 and -(2^2).
_NEGATIVE_BASE = re.compile(r"\(\s*-\s*(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*\)\s*\^")
# PySD evaluates the limits of a lookup as Python; nothing but numbers may reach it.
_LOOKUP_LIMITS = re.compile(r"\([\s\\]*\[([^\]]*)")
_NUMBERS = re.compile(r"[\d\s.,()eE+\-]*")


def check_text(expression: str, place: Place) -> None:
    """Raise TranslationError for a text whose meaning PySD's parser loses, or which it would run as a program."""
    for limits in _LOOKUP_LIMITS.finditer(expression):
        if not _NUMBERS.fullmatch(limits.group(1)):
            raise place.refuse(
                f'the limits of the lookup, "{short(limits.group(1), 40)}", are not numbers.', "Write them as [(0,0)-(10,10)]."
            )
    for found in _NEGATIVE_BASE.finditer(expression):
        if re.search(r"[\w\"'$]\s*$", expression[: found.start()]):
            continue  # the brackets of a call, such as ABS(-2)^2
        base = found.group(1) + (found.group(2) or "")
        raise place.refuse(f'"{found.group()}" would be computed by PySD as -({base}^...).', f"Write POWER(-{base}, ...).")


def unreadable(expression: str, error: Exception, place: Place) -> TranslationError:
    """Return the error about an equation that PySD's grammar refuses."""
    arity = wrong_arity(expression)
    if arity:
        return place.refuse(*arity)
    at = getattr(error, "pos", None)
    text = getattr(error, "text", None)
    if isinstance(at, int) and isinstance(text, str) and at < len(text):
        return place.refuse(
            f'the equation cannot be read from "{short(text[at:])}" on.', "Check the operators, commas and brackets around it."
        )
    if isinstance(at, int):
        return place.refuse(f'the equation "{short(expression)}" ends too soon.', "Check its brackets and operators.")
    return place.refuse(
        f'the equation "{short(expression)}" cannot be read ({first_line(error)}).', "Check its numbers, brackets and functions."
    )


def short(text: str, width: int = LONGEST) -> str:
    """Return `text` on one line, without control characters, cut to `width` characters."""
    text = shown(text, quotes=False)
    return text if len(text) <= width else text[: width - 3] + "..."


def first_line(error: Exception) -> str:
    """Return the first line of an error's own words."""
    lines = [s.strip() for s in str(error).splitlines() if s.strip()]
    return short(lines[0].rstrip("."), 120) if lines else type(error).__name__
