"""The package's error family: every message says what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Self

LONGEST = 60
"""Most characters of a quoted text."""
_MOST = 600  # characters of one part of a message
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)", re.DOTALL)


def clean(text: str) -> str:
    """Return a text without escape sequences, control characters and line breaks, so that a terminal shows it and does nothing."""
    text = _ESCAPES.sub("", text)
    # Format characters (Cf) can turn the direction of writing round or hide letters; lone surrogates (Cs) cannot be printed.
    kept = "".join(" " if c in "\n\r\t\x0b\x0c\x85\u2028\u2029" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def shown(text: str, quotes: bool = True) -> str:
    """Return a text of somebody else's as a message quotes it: cleaned, cut to `LONGEST` characters, in quotation marks.

    Parameters
    ----------
    text
        From a file, or from whoever called.
    quotes
        Whether to put it in quotation marks.
    """
    flat = " ".join(clean(text).split())
    if len(flat) > LONGEST:
        flat = f"{flat[: LONGEST - 3].rstrip()}..."
    return f'"{flat}"' if quotes else flat


class LlrSdError(Exception):
    """Base of every error that llr_sd raises on purpose. Its texts are cleaned and cut, whatever a file put into them.

    Parameters
    ----------
    what
        What is wrong, in a sentence.
    where
        The file, row, key or variable as its author wrote it; empty when there is none.
    mend
        How to put it right; empty when the sentence already says so.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = _part(what), _part(where), _part(mend)
        text = f"{self.where}: {self.what}" if self.where else self.what
        super().__init__(f"{text} {self.mend}".strip())

    def at(self, where: str) -> Self:
        """Return the same error with another place.

        Parameters
        ----------
        where
            As in the class.
        """
        return type(self)(self.what, where=where, mend=self.mend)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.what, self.where, self.mend)


def _again(kind: type[LlrSdError], what: str, where: str, mend: str) -> LlrSdError:
    return kind(what, where=where, mend=mend)


def _part(text: str) -> str:
    """Return a part of a message on one line; names and quotations longer than a line are cut in their middle."""
    flat = " ".join(clean(text).split())
    flat = re.sub(r"\S{241,}", lambda found: f"{found[0][:120]}...{found[0][-80:]}", flat)
    return flat if len(flat) <= _MOST else f"{flat[: _MOST - 200].rstrip()} ... {flat[-180:].lstrip()}"


class InputError(LlrSdError):
    """A study, parameter, table or argument that cannot be used as given."""


class TranslationError(LlrSdError):
    """A model file that cannot be read, or that uses a construct which is not supported."""


class NotSupported(TranslationError):
    """A construct that is not supported: its variable can be left out of the model as long as nothing reads it."""


class EngineError(LlrSdError):
    """A model that cannot be simulated: a circular definition, a missing value, a damaged cache."""


class ResultError(LlrSdError):
    """A results folder that cannot be written or read."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean ...?" for the known name closest to `name`, or an empty text.

    Parameters
    ----------
    name
        As it was written.
    known
        The names that there are.
    """
    if len(name) > 200:  # the comparison takes long for long texts, and nobody mistypes so much
        return ""
    by_fold = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return f'Did you mean "{clean(by_fold[close[0]])}"?' if close else ""
