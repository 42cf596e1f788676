"""The text of a Vensim file to its entries: equation, unit, comment and group of each, in the main model and in every macro."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from llr_sd.translate.messages import short
from llr_sd.translate.source import Place
from llr_sd.translate.vensim.formula import QUOTED, plain, split_names

_ENDS = re.compile(r"[~|]")
_STOP = re.compile(r'["{~|]')
_QUOTED = re.compile(QUOTED, re.DOTALL)
# Blanks and continued lines, but not those in the texts that a function takes, where a tab may be a separator.
_BLANKS = re.compile(r"([(,]\s*'[^'\n]*')|(?:\\\s*\n|\s)+")
_BRACE = re.compile(r"[{}]")
_GROUP = re.compile(r"\*{3,}\s*\.?(.*?)\s*\*{3,}\s*$", re.DOTALL)
_MACRO = re.compile(rf":MACRO:\s*({QUOTED}|[^(]+?)\s*\(([^)]*)\)", re.IGNORECASE | re.DOTALL)
_END = re.compile(r":END\s+OF\s+MACRO:", re.IGNORECASE)
_MACRO_MARKS = re.compile(f"{_END.pattern}|{_MACRO.pattern}", re.IGNORECASE | re.DOTALL)
_ENCODING_MARK = re.compile(r"\A\s*\{[^}\n]*\}")
_MEND = 'Each equation reads "name = expression ~ unit ~ comment |".'


@dataclass(frozen=True, slots=True)
class Entry:
    """One equation of the file, without its comments in braces and on one line; unit, comment and `text`, all of it, as written."""

    equation: str
    unit: str
    comment: str
    text: str
    group: str = ""


@dataclass(slots=True)
class Section:
    """The main model (no name), or a macro with its parameters and the outputs after its colon."""

    name: str = ""
    parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    entries: list[Entry] = field(default_factory=list)


def sections(text: str, place: Place) -> list[Section]:
    """Tell the entries of a file apart; return the main model, then its macros.

    Raises
    ------
    TranslationError
        When an entry lacks a "~" or "|", a comment is not closed, or a macro does not end.
    """
    if "~" not in text or "|" not in text:
        raise place.refuse(
            "this is not a Vensim model: its equations cannot be told apart.",
            "Open it in Vensim and save it again as .mdl text, not as binary .vmf or .vmfx.",
        )
    main = Section()
    found, current, group = [main], main, ""
    text = _ENCODING_MARK.sub("", text)
    for parts, terminated, written in _entries(text, place):
        equation = _BLANKS.sub(_one_blank, parts[0]).strip()
        while True:
            begins, ends = _MACRO.match(equation), _END.match(equation)
            if ends:
                if current is main:
                    raise place.refuse(":END OF MACRO: stands where no macro has begun.", "Write :MACRO: name(...) before it.")
                current, equation = main, equation[ends.end() :].strip()
            elif begins:
                if current is not main:
                    raise _at(place, current.name).refuse("a macro begins inside this macro.", "Close it with :END OF MACRO:.")
                current, equation = _macro(begins), equation[begins.end() :].strip()
                found.append(current)
            else:
                break
        if not terminated:
            if equation or len(parts) > 1:
                raise _at(place, _left(equation)).refuse(
                    f'from "{short(equation)}" on the file is cut off, or lacks a "~" or "|".', _MEND
                )
            continue
        if equation.startswith("***"):
            header = _GROUP.match(equation)
            group = header.group(1).strip() if header else ""
            continue
        if len(parts) == 1 and not equation:
            continue
        _check(equation, parts, place)
        unit = " ".join(parts[1].split())
        current.entries.append(Entry(equation, unit, parts[2], _own(written), group if current is main else ""))
    if current is not main:
        raise _at(place, current.name).refuse("the macro does not end.", "Write :END OF MACRO: after its equations.")
    return found


def _one_blank(found: re.Match[str]) -> str:
    return found.group(1) or " "


def _own(written: str) -> str:
    """Return what belongs to an equation of the text since the one before: no end or head of a macro."""
    return (_MACRO_MARKS.sub("", written) if ":" in written else written).strip()


def _entries(text: str, place: Place) -> Iterator[tuple[list[str], bool, str]]:
    """Yield the parts between the "~" of each entry, whether the entry ends in "|", and its first part as written."""
    at = 0
    while at < len(text):
        parts: list[str] = []
        end, written, start = "", "", at
        while end not in ("|", "end"):
            # Only the equation and the unit hold names in quotes; a quote in a comment is a letter like any other.
            if len(parts) != 2:
                part, end, at = _part(text, at, place)
            else:
                stop = _ENDS.search(text, at)
                part, end = (text[at : stop.start()], stop.group()) if stop else (text[at:], "end")
                at = stop.end() if stop else len(text)
            if not parts:
                written = text[start : at - 1] if end != "end" else text[start:]
            parts.append(part)
        yield parts, end == "|", written


def _part(text: str, at: int, place: Place) -> tuple[str, str, int]:
    """Return the text up to the next "~" or "|" without comments, what ended it, and where the next part begins."""
    kept: list[str] = []
    while True:
        stop = _STOP.search(text, at)
        if stop is None:
            kept.append(text[at:])
            return "".join(kept), "end", len(text)
        kept.append(text[at : stop.start()])
        sign, at = stop.group(), stop.end()
        if sign == "{":
            at = _comment_end(text, at, place)
            kept.append(" ")
        elif sign == '"':
            quoted = _QUOTED.match(text, stop.start())
            kept.append(quoted.group() if quoted else sign)
            at = quoted.end() if quoted else at
        else:
            return "".join(kept), sign, at


def _comment_end(text: str, at: int, place: Place) -> int:
    """Return where the comment ends that was opened just before `at`; comments may hold comments."""
    depth = 1
    for brace in _BRACE.finditer(text, at):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.end()
    first = text.find("}", at)
    if first < 0:
        line = text.count("\n", 0, at) + 1
        raise place.refuse(f"the comment that begins with {{ in line {line} is not closed.", "Close it with }.")
    return first + 1


def _macro(header: re.Match[str]) -> Section:
    parameters, _, outputs = header.group(2).partition(":")
    return Section(plain(header.group(1).strip()), _names(parameters), _names(outputs))


def _names(text: str) -> tuple[str, ...]:
    return tuple(plain(n.strip()) for n in split_names(text) if n.strip())


def _check(equation: str, parts: list[str], place: Place) -> None:
    """Refuse an entry that has too few or too many parts, which would swallow the next equation."""
    where = _at(place, _left(equation))
    if len(parts) < 3:
        raise where.refuse(
            f'"{short(equation)}" has one "~" instead of two.'
            if len(parts) > 1
            else f'"{short(equation)}" has no unit and no comment.',
            _MEND,
        )
    flags = [p.strip() for p in parts[3:]]
    if len(flags) > 1 or any(f and not f.startswith(":") for f in flags):
        raise where.refuse(f'from "{short(equation)}" on the file is cut off, or lacks a "~" or "|".', _MEND)


def _at(place: Place, name: str) -> Place:
    return Place(place.file, place.variable or name)


def _left(equation: str) -> str:
    """Return the name on the left of an equation, near enough for a message about a line that cannot be read."""
    quoted = re.match(r'\s*"[^"]*"', equation)
    return quoted.group().strip() if quoted else re.split(r"[\[=(:<]", equation, maxsplit=1)[0].strip()
