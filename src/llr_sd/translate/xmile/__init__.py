"""XMILE and Stella files: read here from XML to equations, so that nothing in a file runs and every refusal names its variable."""

from __future__ import annotations

from llr_sd.translate.xmile.reading import read_xmile

__all__ = ["read_xmile"]
