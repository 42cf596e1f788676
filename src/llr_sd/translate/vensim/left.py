"""Left-hand sides of Vensim equations: what kind of entry it is, its name, its subscripts, and the text of the right-hand side."""

from __future__ import annotations

import re
from dataclasses import dataclass

from llr_sd.translate.messages import short
from llr_sd.translate.source import Place, RawRange
from llr_sd.translate.vensim.formula import LETTERS, NAME, QUOTED, plain, split_names

_NAME = re.compile(rf"\s*({QUOTED}|\w{LETTERS}|{NAME})\s*", re.DOTALL)
_BRACKET = re.compile(rf"\s*\[((?:{QUOTED}|[^\]\"])*)\]\s*", re.DOTALL)
_EXCEPT = re.compile(r":EXCEPT:\s*", re.IGNORECASE)
_KEYWORD = re.compile(r":\s*(INTERPOLATE|RAW|HOLD\s+BACKWARD|LOOK\s+FORWARD)\s*:\s*", re.IGNORECASE)
_SIGN = re.compile(r":\s*THE\s+CONDITION\s*:|:\s*TEST\s+INPUT\s*:|:\s*IS\s*:|<->|:=|==|=|:|\(", re.IGNORECASE)
_RUN = re.compile(r"\(\s*(.*?)(\d+)\s*-\s*(.*?)(\d+)\s*\)", re.DOTALL)
_SUBSCRIPT_FILE = re.compile(r"GET[\s_]+(?:XLS|DIRECT)[\s_]+SUBSCRIPT\s*\((.*?)\)\s*", re.IGNORECASE | re.DOTALL)
_MOST_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Left:
    """An entry taken apart.

    `sign` is "=" (also for "==" and ":="), "(" for a lookup, ":" or "<->" for a subscript range, ":IS:", "" for a variable without
    an equation, or "check" for a reality check; `right` is the text behind it.
    """

    name: str
    subscripts: tuple[str, ...]
    excepts: tuple[tuple[str, ...], ...]
    keyword: str
    sign: str
    right: str


def left_side(equation: str, place: Place) -> Left:
    """Take an entry apart; raise TranslationError when it is neither an equation nor a subscript range."""
    found = _NAME.match(equation)
    if found is None:
        raise unreadable(equation, place)
    name, at = plain(found.group(1).strip()), found.end()
    subscripts, at = _bracket(equation, at)
    excepts: list[tuple[str, ...]] = []
    exception = _EXCEPT.match(equation, at)
    if exception:
        at = exception.end()
        while True:
            hole, at = _bracket(equation, at)
            if not hole:
                raise place.refuse(":EXCEPT: names no elements.", "Write :EXCEPT: [element].")
            excepts.append(hole)
            if equation[at : at + 1] != ",":
                break
            at += 1
    keyword = _KEYWORD.match(equation, at)
    at = keyword.end() if keyword else at
    how = re.sub(r"\s+", "_", keyword.group(1).lower()) if keyword else ""
    if at == len(equation):
        return Left(name, subscripts, tuple(excepts), how, "", "")
    sign = _SIGN.match(equation, at)
    if sign is None:
        raise unreadable(equation, place)
    what = re.sub(r"\s", "", sign.group()).upper()
    if what in (":THECONDITION:", ":TESTINPUT:"):
        what = "check"
    elif what in ("==", ":="):
        what = "="
    right = equation[sign.start() if what == "(" else sign.end() :].strip()
    if what in (":", "<->") and (subscripts or excepts or keyword):
        raise unreadable(equation, place)
    return Left(name, subscripts, tuple(excepts), how, what, right)


def _bracket(text: str, at: int) -> tuple[tuple[str, ...], int]:
    found = _BRACKET.match(text, at)
    if found is None:
        return (), at
    return tuple(plain(n.strip()) for n in split_names(found.group(1))), found.end()


def unreadable(equation: str, place: Place) -> Exception:
    """Return the error about an entry that is neither an equation nor a subscript range."""
    return place.refuse(
        f'the line "{short(equation)}" cannot be read.',
        'Write "name = expression", "name(points)" for a lookup or "range: element, element" for subscripts.',
    )


def subscript_range(left: Left, place: Place) -> RawRange:
    """Return the subscript range that an entry declares."""
    if left.sign == "<->":
        return RawRange(left.name, plain(left.right))
    elements, arrow, targets = left.right.partition("->")
    mappings = _mappings(targets, place) if arrow else ()
    from_file = _SUBSCRIPT_FILE.fullmatch(elements.strip())
    if from_file:
        texts = re.findall(r"'([^']*)'", from_file.group(1))
        if len(texts) not in (4, 5):
            raise place.refuse(
                "GET DIRECT SUBSCRIPT takes 5 texts in single quotes.",
                "Write GET DIRECT SUBSCRIPT('file', 'sheet', 'first cell', 'last cell', 'prefix').",
            )
        definition = dict(zip(("file", "tab", "firstcell", "lastcell", "prefix"), (*texts, ""), strict=False))
        return RawRange(left.name, definition, mappings)
    return RawRange(left.name, _elements(elements, place), mappings)


def _elements(text: str, place: Place) -> tuple[str, ...]:
    found: list[str] = []
    for part in split_names(text):
        part = plain(part.strip())
        run = _RUN.fullmatch(part)
        if run:
            found.extend(_run(part, run, place))
        elif _NAME.fullmatch(part):
            found.append(part)
        else:
            raise place.refuse(
                f'"{short(part, 40)}" in its list of elements is not a name.' if part else "an element in its list has no name.",
                "Write the elements with commas between; names with other characters go in double quotes.",
            )
    return tuple(found)


def _run(written: str, run: re.Match[str], place: Place) -> list[str]:
    """Return the elements of a numbered run such as (Layer1-Layer4)."""
    stem, first, other, last = run.groups()
    low, high = int(first), int(last)
    if not stem.strip() or stem.strip() != other.strip():
        raise place.refuse(f'the names at both ends of "{short(written, 40)}" differ before their numbers.', "Write (A1-A5).")
    if low >= high:
        raise place.refuse(f'"{short(written, 40)}" does not run upwards.', "Write (A1-A5).")
    if high - low >= _MOST_ELEMENTS:
        raise place.refuse(f'"{short(written, 40)}" has more than {_MOST_ELEMENTS:,} elements.', "Declare fewer.")
    width = len(first) if first.startswith("0") and len(first) == len(last) else 1
    return [f"{stem.strip()}{n:0{width}d}" for n in range(low, high + 1)]


def _mappings(text: str, place: Place) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each range that a subscript range maps to, with the names its elements pair with ("-> B" has none)."""
    found = []
    for part in re.findall(rf"\((?:{QUOTED}|\([^()]*\)|[^()\"])*\)|(?:{QUOTED}|[^,()\"])+", text):
        part = part.strip()
        if not part:
            continue
        target, colon, names = (part[1:-1] if part.startswith("(") else part).partition(":")
        if part.startswith("(") != bool(colon) or not target.strip():
            raise place.refuse(f'its mapping "{short(part, 40)}" cannot be read.', "Write -> Range, or -> (Range: one, two).")
        found.append((plain(target.strip()), _elements(names, place) if colon else ()))
    if not found:
        raise place.refuse("its mapping names no range.", "Write -> Range after the elements.")
    return tuple(found)
