"""Reads Vensim models: the text into equations, each equation into names on the left and a syntax tree on the right."""

from __future__ import annotations

from llr_sd.translate.vensim.reader import read_vensim

__all__ = ["read_vensim"]
