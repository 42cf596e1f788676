"""The tables of a findings.md, and the figures in their cells."""

from __future__ import annotations

import re

import pandas as pd

CELL = re.compile(r"^([\d,.]+)(?: %)? \(([\d,.]+) to ([\d,.]+)( %)?\)$")
SIGNED = re.compile(r"^(-?[\d,.]+)(?: %)? \((-?[\d,.]+) to (-?[\d,.]+)( %)?\)$")


def tables(text: str) -> list[pd.DataFrame]:
    """Return the tables of a page, with the first column as the index."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, flags=re.M):
        head, _, *rows = ([c.strip() for c in line.strip("|").split("|")] for line in block.strip().split("\n"))
        found.append(pd.DataFrame(rows, columns=head).set_index(head[0]))
    return found


def numbers(cell: str, form: re.Pattern[str] = CELL) -> tuple[list[float], float] | None:
    """Return the numbers of a cell "central (low to high)" and half a unit of its last decimal, or None."""
    match = form.match(cell)
    if not match:
        return None
    scale = 0.01 if match[4] else 1.0
    decimals = len(match[1].partition(".")[2])
    return [float(match[i].replace(",", "")) * scale for i in (1, 2, 3)], 0.5000001 * scale / 10**decimals
