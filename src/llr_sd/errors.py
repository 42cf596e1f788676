"""The package's error family: every message says what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LlrSdError(Exception):
    """Base of every error that llr_sd raises on purpose.

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
        self.what, self.where, self.mend = what, where, mend
        text = f"{where}: {what}" if where else what
        super().__init__(f"{text} {mend}".strip())


class InputError(LlrSdError):
    """A study, parameter, table or argument that cannot be used as given."""


class TranslationError(LlrSdError):
    """A model file that cannot be read, or that uses a construct which is not supported."""


class EngineError(LlrSdError):
    """A model that cannot be simulated: a circular definition, a missing value, a damaged cache."""


class ResultError(LlrSdError):
    """A results folder that cannot be written or read."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean ...?" for the known name closest to `name`, or an empty text."""
    by_fold = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return f'Did you mean "{by_fold[close[0]]}"?' if close else ""
