"""Equations become a program of operations: no LLVM here."""
