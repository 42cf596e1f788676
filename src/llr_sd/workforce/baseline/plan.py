"""Tables 3 and 8 of the plan of October 2017, rebuilt from their parts, with what the plan prints against itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from llr_sd.textfiles import Row, read_table
from llr_sd.workforce.baseline.agreement import Disagreement, Printed, of_rows, per_thousand, rebuilt, sums, twice

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).parents[1] / "tables" / "plan"
"""Tables 2, 3 and 8 of the LLR General Practice Workforce Plan, draft, 31 October 2017: `value` is as printed."""
TOTALS = ("LLR", "all_staff")
COLUMNS = ("ccg_code", "measure", "value")


def _rows(name: str) -> tuple[Row, ...]:
    return read_table(FOLDER / f"{name}.csv", COLUMNS)


def table_3(measure: str = "wte") -> Printed:
    """Return Table 3 as printed: staff by CCG and group.

    Parameters
    ----------
    measure
        "wte" or "headcount".
    """
    unit = "WTE" if measure == "wte" else "people"
    return of_rows([r.entries for r in _rows("table03_staff_headcount_wte")], measure, "Table 3", unit)


def table_8(measure: str = "wte") -> Printed:
    """Return Table 8 as printed: WTE by CCG and group.

    Parameters
    ----------
    measure
        "wte" or "wte_per_1000".
    """
    places, unit = (2, "WTE per 1,000") if measure == "wte_per_1000" else (0, "WTE")
    return of_rows([r.entries for r in _rows("table08_wte_per_1000")], measure, "Table 8", unit, places=places)


def lists(table: int) -> Printed:
    """Return registered patients by CCG as a table prints them.

    Parameters
    ----------
    table
        2 or 8.
    """
    name = "table02_population_practices" if table == 2 else "table08_wte_per_1000"
    found = {(r["ccg_code"], "registered"): r.number_in("value") for r in _rows(name) if r["measure"] == "registered_population"}
    return Printed(f"Table {table}", "patients", found, TOTALS[0])


def parts(table: Printed) -> dict[tuple[str, str], float]:
    """Return a table's entries without its totals.

    Parameters
    ----------
    table
        As printed.
    """
    return {c: v for c, v in table.cells.items() if c[0] != table.total_area and c[1] != table.total_group}


def disagreements() -> tuple[Disagreement, ...]:
    """Return where the plan disagrees with itself, over Tables 2, 3 and 8."""
    three, eight = table_3(), table_8()
    between = (*twice(three, eight), *twice(lists(2), lists(8)))
    return (*sums(table_3("headcount")), *sums(three), *sums(eight), *sums(lists(8)), *between)


def sheet() -> pd.DataFrame:
    """Return Tables 3 and 8 as printed and as rebuilt from their parts and the lists of Table 2.

    Returns
    -------
    pandas.DataFrame
        table, area, group, unit, printed, rebuilt (unrounded) and says: all that the plan prints against the figure.
    """
    import pandas as pd

    people = {area: value for (area, _), value in lists(2).cells.items()}
    made = [(t, rebuilt(parts(t), t.source, t.unit, *TOTALS)) for t in (table_3("headcount"), table_3(), table_8())]
    made += [(table_8("wte_per_1000"), per_thousand(made[2][1], people, "Table 8")), (lists(8), lists(2))]
    words: dict[tuple[str, str, str, str], list[str]] = {}
    for found in disagreements():
        for source in dict.fromkeys((found.source, found.other or found.source)):
            words.setdefault((source, found.unit, found.area, found.group), []).append(found.words)
    for printed, own in made:
        if printed.places:
            for d in twice(printed, own):
                said = f"{d.printed:.2f} is printed, and its parts and the lists of Table 2 give {d.against:.2f}."
                words.setdefault((printed.source, printed.unit, d.area, d.group), []).append(said)
    rows = [
        [t.source, a, g, t.unit, value, own.cells[a, g], " ".join(words.get((t.source, t.unit, a, g), []))]
        for t, own in made
        for (a, g), value in t.cells.items()
    ]
    return pd.DataFrame(rows, columns=["table", "area", "group", "unit", "printed", "rebuilt", "says"])
