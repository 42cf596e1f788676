"""Model files to equations: Vensim and XMILE text to syntax trees, and these to the typed tree with subscripts resolved."""

from __future__ import annotations

from llr_sd.translate.model import translate

__all__ = ["translate"]
