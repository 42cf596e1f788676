"""General Practice Workforce, practice level: one wide row a practice, whose columns differ from vintage to vintage."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llr_sd.errors import InputError, shown
from llr_sd.workforce.columns import ColumnMap
from llr_sd.workforce.published.table import Table, day_in, is_mark, lacking, numbers, texts
from llr_sd.workforce.published.wide import Wide, band, parsed
from llr_sd.workforce.roles import Role, Roles
from llr_sd.workforce.staffing import (
    MARGIN_COLUMNS,
    NOT_REPORTED,
    PLACE_COLUMNS,
    Fault,
    Faults,
    Staffing,
    checked_types,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

UNDIVIDED = {
    "gp": "GP",
    "nurse": "Nurse other",
    "other_clinical": "Direct patient care other",
    "admin_non_clinical": "Administrator",
}
"""Role of what the total of a group holds beyond its roles."""
ALWAYS = ("gp", "admin_non_clinical")
"""Groups of which every practice with patients has somebody: a zero there means that nothing was reported."""
QUALIFIED = "gp: without trainees and locums"
OFTEN = 0.5
"""Share of practices with roles above their total from which the column map must be wrong, not the practices."""
SLACK = {"heads": 0.5, "fte": 0.05}
"""A total and the sum of its parts differ by rounding up to here."""


@dataclass
class _Group:
    """What a file gives of one group: arrays over practices, NaN where nothing was reported; `roles` by what columns call them."""

    total: dict[str, Array]
    roles: dict[str, dict[str, Array]]
    columns: dict[str, str]
    estimated: NDArray[np.bool_]

    def arrays(self) -> list[Array]:
        return [a for measures in (self.total, *self.roles.values()) for a in measures.values()]


def read_practice(table: Table, roles: Roles, columns: ColumnMap, faults: Faults) -> Staffing | None:
    """Read the rows of a practice-level file.

    Parameters
    ----------
    table
        The file; its name holds the month, since most vintages have no column for it.
    roles, columns
        Role table and column map.
    faults
        Takes what is wrong: a missing column, an entry that is no number, a practice that is there twice, every column of a role that
        the map lacks, a name without a date.

    Returns
    -------
    Staffing or None
        One holding a role of a practice. What a total holds beyond its roles is a holding of its own, of a role that is not stated.
        A group without figures is one holding that is "not reported"; so is every group of a practice that shows zero for all staff,
        and GPs or administrative staff at zero where patients are registered.
    """
    if lacking(table, "practice", columns, faults):
        return None
    before = len(faults)
    found = columns.of("practice", table.header)
    wide = parsed(table.header, columns)
    for column in wide.unknown:
        what = "is a role or a total that the column map lacks."
        faults.add(
            str(table.path), what, "Add it to the column map (--columns), to a role or as a practice part.", row=1, column=column
        )
    period = day_in(table.path.stem)
    if period is None:
        faults.add(str(table.path), "says nowhere of which month it is.", "Put it into its name, such as practice 2017-09.csv.")
    _codes(table, found["place"], faults)
    sizes = numbers(table, found["list_size"], columns, faults) if "list_size" in found else _nothing(len(table.data))
    groups = {name: _group(table, name, wide, columns, faults) for name in UNDIVIDED}
    try:
        undivided = {name: roles.get(role) for name, role in UNDIVIDED.items()}
        given = {who: roles.get(columns.stubs["practice role"][who]) for g in groups.values() for who in g.roles}
    except InputError as error:
        faults.take(error, str(table.path))
        return None
    if period is None or len(faults) > before:
        return None
    notes = [*_silent(table, found, groups, sizes), *_broad(table, wide, groups)]
    answered = ~_all_nan([a for g in groups.values() for a in g.arrays()], len(table.data))
    holdings = list(_holdings(table, groups, {**given, **undivided}, notes, faults))
    if len(faults) > before:
        return None
    frame = _frame(table, found, holdings, period)
    return Staffing(
        checked_types(frame),
        _places(table, found, columns, sizes, answered, period),
        period,
        _margins(table, found, wide, columns, period),
        _lists(table, found, columns, period),
        tuple(notes),
    )


def _nothing(count: int) -> Array:
    import numpy as np

    return np.full(count, np.nan)


def _all_nan(arrays: list[Array], count: int) -> NDArray[np.bool_]:
    import numpy as np

    return np.asarray(np.isnan(np.vstack(arrays)).all(axis=0) if arrays else np.ones(count, dtype=bool), dtype=bool)


def _codes(table: Table, column: str, faults: Faults) -> None:
    first: dict[str, int] = {}
    for row, code in enumerate(table.data[column], start=2):
        if not code:
            faults.add(str(table.path), "names no practice.", "Give its code.", row=row, column=column)
        elif first.setdefault(code, row) != row:
            what = f"the practice {shown(code)} is already in row {first[code]}."
            faults.add(str(table.path), what, "Keep one.", row=row, column=column)


def _group(table: Table, group: str, wide: Wide, columns: ColumnMap, faults: Faults) -> _Group:
    """Return the numbers of a group; those of a group whose source says that there was no return are not numbers."""
    import numpy as np

    def taken(cells: dict[str, str]) -> dict[str, Array]:
        return {m: numbers(table, column, columns, faults) for m, column in cells.items()}

    total = taken(wide.totals.get(group, {}))
    own = {who: cells for (of, who), cells in wide.roles.items() if of == group}
    given = {who: taken(cells) for who, cells in own.items()}
    shown_in = {who: next(iter(cells.values())) for who, cells in own.items()}
    shown_in[""] = next(iter(wide.totals.get(group, {}).values()), "")
    if group == "gp" and not given and QUALIFIED in wide.parts:
        total = taken(wide.parts[QUALIFIED])
    made = _Group(total, given, shown_in, np.zeros(len(table.data), dtype=bool))
    source = next((h for h in table.header if columns.stubs["practice source"].get(h.upper()) == group), None)
    if source is not None:
        said = [s.casefold() for s in table.data[source]]
        none = np.array([not s or s in columns.marks["no return"] for s in said])
        made.estimated = np.array([s in columns.marks["estimated"] for s in said])
        for array in made.arrays():
            array[none] = np.nan
    return made


def _silent(table: Table, found: dict[str, str], groups: dict[str, _Group], sizes: Array) -> Iterator[Fault]:
    """Turn zeros that mean "not reported" into what they are, and name the practices."""
    import numpy as np

    arrays = [a for g in groups.values() for a in g.arrays()]
    if not arrays:
        return
    stack = np.vstack(arrays)
    zero = (np.nan_to_num(stack) == 0).all(axis=0) & ~np.isnan(stack).all(axis=0)
    for array in arrays:
        array[zero] = np.nan
    codes, names = table.data[found["place"]], texts(table, found, "place_name")
    for i in map(int, np.flatnonzero(zero)):
        what = f"{codes[i]} ({shown(names[i], quotes=False)}) shows zero for all staff: read as not reported."
        yield Fault(table.name, "", i + 2, "", what)
    for name in ALWAYS:
        own = groups[name].arrays()
        if not own:
            continue
        stack = np.vstack(own)
        none = (np.nan_to_num(stack) == 0).all(axis=0) & ~np.isnan(stack).all(axis=0) & ~(sizes == 0)
        for array in own:
            array[none] = np.nan
        words = {"gp": "GPs", "admin_non_clinical": "administrative staff"}[name]
        for i in map(int, np.flatnonzero(none)):
            what = f"{codes[i]} ({shown(names[i], quotes=False)}) shows zero {words} and has patients: read as not reported."
            yield Fault(table.name, "", i + 2, groups[name].columns[""], what)
    silent = np.isnan(np.vstack(arrays)).all(axis=0) & ~zero
    for i in map(int, np.flatnonzero(silent)):
        yield Fault(table.name, "", i + 2, "", f"{codes[i]} ({shown(names[i], quotes=False)}) did not report any staff.")


def _broad(table: Table, wide: Wide, groups: dict[str, _Group]) -> Iterator[Fault]:
    """Say where a file gives less than roles."""
    gp = groups["gp"]
    if gp.total and not gp.roles:
        text = "GPs are those without trainees and locums, who are left out" if QUALIFIED in wide.parts else (
            "GPs include trainees and locums, since the file does not tell them apart"
        )  # fmt: skip
        yield Fault(table.name, "", 0, gp.columns[""], f"{text}.")
    for name, group in groups.items():
        if not group.arrays():
            yield Fault(table.name, "", 0, "", f"the file has no columns of {name}: not collected.")


def _holdings(
    table: Table, groups: dict[str, _Group], given: dict[str, Role], notes: list[Fault], faults: Faults
) -> Iterator[dict[str, Any]]:
    """Yield columns of holdings, one block a column of a role; `given` has roles by their columns, and by group the undivided ones."""
    import numpy as np

    count = len(table.data)
    for name, group in groups.items():
        if not group.arrays():
            continue
        none = _all_nan(group.arrays(), count)
        rest: dict[str, Array] = {}
        used = np.zeros(count, dtype=bool)
        for role, measures in group.roles.items():
            heads, fte = (measures.get(m, _nothing(count)) for m in ("heads", "fte"))
            here = (np.nan_to_num(heads) > 0) | (np.nan_to_num(fte) > 0)
            used |= here
            yield _block(group, given[role], here, heads, fte, group.columns[role])
        for measure in ("heads", "fte"):
            total = group.total.get(measure, _nothing(count))
            parts = np.vstack([m[measure] for m in group.roles.values() if measure in m] or [_nothing(count)])
            given_in_roles = np.isnan(total) & ~np.isnan(parts).all(axis=0)
            rest[measure] = np.where(given_in_roles, 0.0, total - np.nansum(parts, axis=0))
        notes += _apart(table, group, name, rest, faults)
        more = (np.nan_to_num(rest["fte"]) > SLACK["fte"]) | (np.nan_to_num(rest["heads"]) > SLACK["heads"])
        heads, fte = (np.maximum(rest[m], 0.0) for m in ("heads", "fte"))
        undivided = given[name]
        yield _block(group, undivided, (more | ~used) & ~none & ~(np.isnan(heads) & np.isnan(fte)), heads, fte, group.columns[""])
        block = _block(group, undivided, none, _nothing(count), _nothing(count), group.columns[""])
        yield {**block, "missing": NOT_REPORTED}


def _block(group: _Group, role: Role, here: NDArray[np.bool_], heads: Array, fte: Array, column: str) -> dict[str, Any]:
    import numpy as np

    index = np.flatnonzero(here)
    method = ["extrapolated" if group.estimated[i] else "reported" for i in index]
    of_role = {"role": role.name, "level": role.level, "group": role.group, "status": role.status}
    return {
        "index": index,
        "heads": heads[index],
        "fte": fte[index],
        "column": column,
        "method": method,
        "missing": "",
        **of_role,
    }


def _apart(table: Table, group: _Group, name: str, rest: dict[str, Array], faults: Faults) -> list[Fault]:
    """Say where the roles of a group add up to more than its total: people with several roles, or a total that cannot be."""
    import numpy as np

    notes = []
    several = np.nan_to_num(rest["heads"]) < -SLACK["heads"]
    if several.any():
        more = -rest["heads"][several].sum()
        where = f"{several.sum():,} practice{'s' if several.sum() > 1 else ''}"
        what = f"at {where} people work in several roles of {name}: the roles count {more:g} more than the total by heads."
        notes.append(Fault(table.name, "", 0, group.columns[""], what))
    above = [int(i) for i in np.flatnonzero(np.nan_to_num(rest["fte"]) < -SLACK["fte"])]
    if len(above) > OFTEN * len(rest["fte"]):
        what = f"the roles of {name} add up to more than their total at {len(above)} of {len(rest['fte'])} practices."
        faults.add(str(table.path), what, "A subtotal is taken for a role: make it a practice part (--columns).", row=1)
        return notes
    for i in above:
        total = group.total["fte"][i]
        what = f"the roles of {name} add up to {total - rest['fte'][i]:.2f} FTE, the total is {total:.2f}: the roles are used."
        notes.append(Fault(table.name, "", i + 2, group.columns[""], what))
    return notes


def _frame(table: Table, found: dict[str, str], blocks: list[dict[str, Any]], period: datetime.date) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    frames = [pd.DataFrame(block) for block in blocks if len(block["index"])]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"index": np.zeros(0, dtype=int)})
    frame = frame.sort_values("index", kind="stable", ignore_index=True)
    for name in ("place", "place_name", "area"):
        frame[name] = np.array(list(texts(table, found, name)), dtype=object)[frame["index"]]
    return frame.assign(kind="practice", period=period, file=table.name, row=frame["index"] + 2)


def _places(
    table: Table, found: dict[str, str], columns: ColumnMap, sizes: Array, answered: NDArray[np.bool_], period: datetime.date
) -> pd.DataFrame:
    import pandas as pd

    names = ("place", "place_name", "area", "area_name", "network", "network_name")
    frame = pd.DataFrame({name: ["" if is_mark(t, columns) else t for t in texts(table, found, name)] for name in names})
    frame = frame.assign(kind="practice", locality="", list_size=sizes, answered=answered, period=period)
    return frame[list(PLACE_COLUMNS)]


def _margins(table: Table, found: dict[str, str], wide: Wide, columns: ColumnMap, period: datetime.date) -> pd.DataFrame:
    """Return totals, subtotals and age bands; those at zero are left out, but for the totals of groups."""
    import numpy as np
    import pandas as pd

    scratch = Faults()  # the same columns were read before, or are not used for stocks: a fault there is only a lack
    areas = np.array(list(texts(table, found, "area")), dtype=object)
    codes = table.data[found["place"]].to_numpy(dtype=object)
    frames = []
    for (group, part, sex, age), cells in wide.margins.items():
        arrays = {m: numbers(table, column, columns, scratch) for m, column in cells.items()}
        heads, fte = (arrays.get(m, _nothing(len(codes))) for m in ("heads", "fte"))
        whole = not part and age == "all" and sex == "all"
        here = np.flatnonzero(~(np.isnan(heads) & np.isnan(fte)) & (whole | (np.nan_to_num(heads) + np.nan_to_num(fte) > 0)))
        made = {"place": codes[here], "area": areas[here], "group": group, "part": part, "age": age, "sex": sex}
        rest = {"heads": heads[here], "fte": fte[here], "period": period, "file": table.name, "row": here + 2}
        frames.append(pd.DataFrame({**made, **rest, "column": next(iter(cells.values()))}))
    frames = [f for f in frames if len(f)]
    made_of = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({c: [] for c in MARGIN_COLUMNS})
    return made_of[list(MARGIN_COLUMNS)]


def _lists(table: Table, found: dict[str, str], columns: ColumnMap, period: datetime.date) -> pd.DataFrame:
    """Return patients by age band, both sexes together."""
    import pandas as pd

    scratch = Faults()
    sums: dict[str, Array] = {}
    for column in table.header:
        head, _, age = column.upper().partition("_PATIENTS_")
        if head in ("MALE", "FEMALE") and age and (name := band(age)):
            array = numbers(table, column, columns, scratch)
            sums[name] = sums[name] + array if name in sums else array
    codes = list(table.data[found["place"]])
    rows = [(c, age, v, period) for age, array in sums.items() for c, v in zip(codes, array, strict=True) if not math.isnan(v)]
    return pd.DataFrame(rows, columns=["place", "age", "patients", "period"])
