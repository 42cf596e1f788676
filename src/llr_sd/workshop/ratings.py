"""The risks of the log with the model's ratings, for the screen on which people place them first."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def ratings_of(results: Path | None) -> dict[str, Any] | None:
    """Return the ratings of a results folder; None without any."""
    return None
