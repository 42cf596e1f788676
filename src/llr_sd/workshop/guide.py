"""The facilitator's guide, which comes with the model."""

from __future__ import annotations

from llr_sd import bundled
from llr_sd.textfiles import read_text


def guide_text() -> str:
    """Return the text of the guide."""
    return read_text(bundled.folder("models") / "swipe_site" / "FACILITATOR.md")
