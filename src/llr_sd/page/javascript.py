"""Text of an ES module, told apart just far enough to bundle it: code, comments, quoted text, templates and regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llr_sd.errors import EngineError

_PIECE = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
  | (?P<quoted> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
  | (?P<word> [A-Za-z_$][\w$]* | \d[\w.]* )
  | (?P<space> \s+ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_VALUE = re.compile(r"[\w$)\]}\"'`]\Z")
_BEFORE_REGEX = {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "yield", "await"}


def pieces(text: str, at: int = 0, inside: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the text of a module piece by piece, each with its kind: comment, quoted, template, regex, word, space or other.

    Parameters
    ----------
    text
        Of the module.
    at
        Where to begin.
    inside
        Whether that is inside the braces of a template: then the last piece is the brace that closes them.

    Raises
    ------
    EngineError
        When a template does not end.
    """
    before, depth = "", 0
    while at < len(text):
        regex = None if _VALUE.search(before) and before not in _BEFORE_REGEX else _REGEX.match(text, at)
        if regex:
            kind, part = "regex", regex[0]
        elif text[at] == "`":
            kind, part = "template", _template(text, at)
        else:
            found = _PIECE.match(text, at)
            kind, part = (str(found.lastgroup), found[0]) if found else ("other", text[at])
        yield kind, part
        at += len(part)
        if kind not in ("comment", "space"):
            before = ")" if kind == "regex" else part
            depth += (part == "{") - (part == "}") if kind == "other" else 0
        if inside and depth < 0:
            return


def _template(text: str, start: int) -> str:
    """Return the template that begins at a place, with what stands in its braces."""
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == "`":
            return text[start : at + 1]
        elif text.startswith("${", at):
            at += 2 + sum(len(part) for _, part in pieces(text, at + 2, inside=True))
        else:
            at += 1
    raise EngineError("a template does not end.", where=f"line {text.count(chr(10), 0, start) + 1}")


def without_comments(text: str) -> str:
    """Return a module without comments, blank lines and indentation; line breaks stay, since they can end a statement."""
    kept, gap = [], ""
    for kind, part in pieces(text):
        if kind in ("comment", "space"):
            gap += part
        else:
            kept += ["\n" if "\n" in gap else " " if gap else "", part]
            gap = ""
    return "".join(kept).lstrip("\n")
