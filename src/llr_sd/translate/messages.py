"""Wording shared by the readers."""

from __future__ import annotations

from llr_sd.errors import LONGEST, shown


def short(text: str, width: int = LONGEST) -> str:
    """Return `text` on one line, without control characters, cut to `width` characters."""
    text = shown(text, quotes=False)
    return text if len(text) <= width else text[: width - 3] + "..."
