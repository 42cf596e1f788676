"""Wording shared by the readers and the translation."""

from __future__ import annotations

from collections.abc import Sequence

from llr_sd.errors import LONGEST, shown


def short(text: str, width: int = LONGEST) -> str:
    """Return `text` on one line, without control characters, cut to `width` characters."""
    text = shown(text, quotes=False)
    return text if len(text) <= width else text[: width - 3] + "..."


def count_message(name: str, wanted: Sequence[str], given: int) -> tuple[str, str]:
    """Return the two sentences about a call with the wrong number of arguments."""
    plural = "" if len(wanted) == 1 else "s"
    return f"{name} takes {len(wanted)} argument{plural} and has {given}.", f"Write {name}({', '.join(wanted)})."
