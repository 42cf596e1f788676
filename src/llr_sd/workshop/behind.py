"""The models behind some screens of the workshop, each a page record of its own."""

from __future__ import annotations

from typing import Any

from llr_sd.workshop.site import Site


def behind_pages(site: Site) -> dict[str, Any]:
    """Return the data of the models behind, by name; none yet."""
    return {}
