"""Units as exponent maps: `WTE/(Head*Year)` becomes {wte: 1, head: -1, year: -1}.

Spelling does not count: case, spaces against underscores, a plural "s", and the few synonyms of `SYNONYMS`. Units are never
converted: a month is not a twelfth of a year here, nor an hour a share of a WTE, since that is what the check is to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from llr_sd.errors import InputError

DIMENSIONLESS = ("", "1", "dmnl", "dimensionless", "unitless", "no unit")
SYNONYMS = {
    "people": "person",
    "yr": "year",
    "mo": "month",
    "hr": "hour",
    "min": "minute",
    "£": "gbp",
    "pound": "gbp",
    "fte": "wte",
    "headcount": "head",
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d][^*/^()\[\]]*|[£$€%][^*/^()\[\]]*)|(?P<mark>\*\*|[*/^()-]))"
)


@dataclass(frozen=True)
class Unit:
    """A product of base units with exponents, sorted by name; empty for a pure number. `Unit.of` leaves zeros out."""

    powers: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, powers: Iterable[tuple[str, Fraction]]) -> Unit:
        """Return the unit with these exponents; a base unit may come several times."""
        total: dict[str, Fraction] = {}
        for name, power in powers:
            total[name] = total.get(name, Fraction(0)) + power
        return cls(tuple(sorted((n, p) for n, p in total.items() if p)))

    def __mul__(self, other: Unit) -> Unit:
        return Unit.of((*self.powers, *other.powers))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other ** Fraction(-1)

    def __pow__(self, power: Fraction) -> Unit:
        return Unit.of((n, p * power) for n, p in self.powers)

    def __str__(self) -> str:
        if not self.powers:
            return "Dmnl"
        above = [_factor(n, p) for n, p in self.powers if p > 0]
        below = [_factor(n, -p) for n, p in self.powers if p < 0]
        if not below:
            return "*".join(above)
        bottom = below[0] if len(below) == 1 else f"({'*'.join(below)})"
        return f"{'*'.join(above) or '1'}/{bottom}"


NUMBER = Unit()


def _factor(name: str, power: Fraction) -> str:
    shown = name.upper() if name in ("wte", "gbp") else name[:1].upper() + name[1:]
    return shown if power == 1 else f"{shown}^{power}"


def parse_unit(text: str) -> Unit:
    """Read a unit as a modeller writes it; raise InputError when it cannot be read."""
    cleaned = " ".join(text.replace("_", " ").split())
    if _bare(cleaned) in DIMENSIONLESS:
        return NUMBER
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(cleaned):
        found = _TOKEN.match(cleaned, at)
        if found is None:
            raise InputError(f'the unit "{text}" cannot be read at "{cleaned[at:]}".', mend=_MEND)
        kind = str(found.lastgroup)
        tokens.append((kind, found.group(kind).strip()))
        at = len(cleaned) if not cleaned[found.end() :].strip() else found.end()
    reader = _Reader(tokens, text)
    unit = reader.product()
    if reader.at != len(tokens):
        raise reader.refuse()
    return unit


_MEND = "Write it with *, /, ^ and brackets, such as WTE/(Head*Year)."


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())


def _base(name: str) -> Unit:
    word = _bare(name)
    if word in DIMENSIONLESS:
        return NUMBER
    if word not in SYNONYMS and len(word) > 2 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return Unit(((SYNONYMS.get(word, word), Fraction(1)),))


class _Reader:
    """Reads products, quotients, powers and brackets, left to right."""

    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self.tokens, self.text, self.at = tokens, text, 0

    def refuse(self) -> InputError:
        return InputError(f'the unit "{self.text}" cannot be read.', mend=_MEND)

    def take(self, *marks: str) -> str:
        """Take the next token if it is one of these marks; return it, or an empty text."""
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "mark" and self.tokens[self.at][1] in marks:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def product(self) -> Unit:
        unit = self.power()
        while mark := self.take("*", "/"):
            unit = unit / self.power() if mark == "/" else unit * self.power()
        return unit

    def power(self) -> Unit:
        """Read a unit that may have an exponent."""
        unit = self.atom()
        if self.take("^", "**"):
            sign = -1 if self.take("-") else 1
            if self.at >= len(self.tokens) or self.tokens[self.at][0] != "number":
                raise self.refuse()
            unit = unit ** (sign * Fraction(self.tokens[self.at][1]))
            self.at += 1
        return unit

    def atom(self) -> Unit:
        """Read a name, a 1 or what stands in brackets."""
        if self.take("("):
            unit = self.product()
            if not self.take(")"):
                raise self.refuse()
            return unit
        if self.at >= len(self.tokens):
            raise self.refuse()
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "name":
            return _base(text)
        if kind == "number" and Fraction(text) == 1:
            return NUMBER
        raise self.refuse()
