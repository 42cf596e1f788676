"""What a report is made of: tables of text, pictures with their words, and sections that hold them."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from llr_sd.report.shared.asked import Asked


@dataclass(frozen=True)
class NumberTable:
    """A table of text cells with a caption; the first cell of a row is its heading. `words` are the columns that hold text, not numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = ()


@dataclass(frozen=True)
class Picture:
    """One figure of the report.

    Attributes
    ----------
    name
        Name of its files in `figures/`, without ending.
    heading
        What it shows, for the page.
    caption
        How to read it.
    alternative
        What it says, with its numbers, for those who do not see it.
    asked
        The same as a figure that can be asked, where a chart of the page can draw it.
    still
        What the caption says besides of the still picture alone.
    """

    name: str
    heading: str
    figure: Figure
    caption: str
    alternative: str
    numbers: NumberTable
    asked: Asked | None = None
    still: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading: sentences, then pictures (each with its own heading where there are several), then tables.

    `asked` is a figure that can be asked and has no still picture; it stands before the tables, which hold its numbers.
    """

    name: str
    heading: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[NumberTable, ...] = ()
    asked: Asked | None = None
