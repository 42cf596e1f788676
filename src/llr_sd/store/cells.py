"""Tables with commas that a spreadsheet may open: a text stays a text there, whatever name or note it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from llr_sd.errors import clean

if TYPE_CHECKING:
    import pandas as pd

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")
"""A text that begins with one of these is written behind an apostrophe; the apostrophe itself is among them, to be read back."""
TEXTS = ("sample", "scenario", "variable", "reason", "model")
"""The columns of failures.csv that hold texts."""


def write_csv(frame: pd.DataFrame, file: Path) -> None:
    """Write a table whose texts no spreadsheet takes for formulas; numbers stay numbers.

    Parameters
    ----------
    frame
        One row a number.
    file
        Where; what is there is written over.
    """
    safe = frame.map(guarded).rename(columns=guarded) if len(frame) else frame.rename(columns=guarded)
    safe.to_csv(file, index=False, lineterminator="\n")


def read_failures(file: Path) -> pd.DataFrame:
    """Read failures.csv back, texts as they were."""
    import pandas as pd

    frame = pd.read_csv(file, dtype=str, keep_default_na=False).rename(columns=_bare)
    for name in frame.columns if len(frame) else ():
        if name in TEXTS:
            frame[name] = frame[name].map(_bare)
        else:
            frame[name] = [float(v) if v else float("nan") for v in frame[name]]
    return frame.astype({"run": int}) if len(frame) else frame


def guarded(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula; anything else as it is.

    Parameters
    ----------
    value
        Of a cell.
    """
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def _bare(text: str) -> str:
    return text[1:] if text.startswith("'") else text
