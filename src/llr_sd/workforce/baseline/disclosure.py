"""What may leave the machine: small counts are hidden, and as many others as it takes that no total gives them away.

All tables of a release are counts of the same people by different columns, so each published count is a sum of the same smallest
cells. A small count is safe when what stays published allows it to be anything from one up to the largest small count: one set of
smallest cells with the same published counts has it at one or none, another at the largest. Each such set is found by a linear
programme that changes as little as it can of what is published; what it must change is hidden too. It stays possible whatever else
is hidden later, so one pass is enough. Kelly, J. P., Golden, B. L. & Assad, A. A. (1992), Cell suppression: disclosure protection
for sensitive tabular data, Networks 22, 397-417, doi:10.1002/net.3230220407.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LEAST = 5
"""The least count that is shown; zero is shown too, for it is nobody."""
NEAR = 12
"""Places among which a change is looked for first; all are where that is not enough."""
TIGHT = 1e-6
HIDDEN_COST = 1e-4
WHERE = ("place", "unit", "area")
"""Columns that say where people work; which lies in which is public."""

Key = tuple[str, ...]
Margin = tuple[str, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Release:
    """Counts that are published together.

    Attributes
    ----------
    counts
        By margin (the columns that it counts by; none for the grand total) and key: the true counts [Head].
    hidden
        Margins and keys that are not shown, whether small themselves or beside a small one.
    small
        Those of them that are small themselves.
    """

    counts: Mapping[Margin, Mapping[Key, float]]
    hidden: frozenset[tuple[Margin, Key]]
    small: frozenset[tuple[Margin, Key]]

    def shown(self, margin: Sequence[str], key: Sequence[str]) -> bool:
        """Whether a count, and any other figure of the same people, may be shown.

        Parameters
        ----------
        margin
            Columns, in any order.
        key
            Their entries, in the same order.

        Raises
        ------
        InputError
            When the release has no such margin: figures that were not looked at are not shown.
        """
        found = next((m for m in self.counts if set(m) == set(margin)), None)
        if found is None:
            raise InputError(f"counts by {' and '.join(margin) or 'nothing'} are not part of what is released.")
        by = dict(zip(margin, key, strict=True))
        return (found, tuple(str(by[c]) for c in found)) not in self.hidden

    def published(self, margin: Margin) -> dict[Key, float | None]:
        """Return the counts by a margin as they are shown: None where hidden [Head]."""
        return {key: None if (margin, key) in self.hidden else count for key, count in self.counts[margin].items()}


@dataclass(frozen=True)
class _Sums:
    """Published counts as sums of the smallest cells: `member[i, a]` is 1 where smallest cell `a` belongs to count `i`."""

    names: list[tuple[Margin, Key]]
    member: Any  # scipy sparse matrix, counts by smallest cells
    atoms: Floats
    place: NDArray[np.int64]
    alike: NDArray[np.int64]  # entries of `WHERE` of each place as numbers


def protect(people: pd.DataFrame, margins: Sequence[Margin], *, count: str = "heads", least: int = LEAST) -> Release:
    """Hide small counts, and what would give them away, in all tables of one release together.

    Parameters
    ----------
    people
        One row a group of people: columns to count by, and `count`; rows of the same entries add up.
    margins
        Columns of each table that is released, with each of its totals as a margin of its own: a table of practices by skill level
        with its totals is ("place", "level"), ("place",), ("level",), ().
    count
        Column of the counts [Head].
    least
        Counts above zero and below it are small.

    Returns
    -------
    Release

    Raises
    ------
    InputError
        When a column is missing, or a count is missing or below zero.
    """
    columns = list(dict.fromkeys(c for m in margins for c in m))
    for column in (*columns, count):
        if column not in people.columns:
            raise InputError(f'there is no column "{column}" to release counts by.')
    numbers = people[count].to_numpy(dtype=np.float64)
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        raise InputError("a count is missing or below zero, and what rests on it cannot be released.")
    if not len(people):
        return Release({tuple(m): {} for m in margins}, frozenset(), frozenset())
    sums = _sums(people[columns].astype(str), numbers, [tuple(m) for m in dict.fromkeys(margins)], columns)
    true = np.asarray(sums.member @ sums.atoms)
    small = (true > TIGHT) & (true < least - TIGHT)
    hidden = small.copy()
    low, high = true.copy(), true.copy()  # the least and the greatest that a set of smallest cells found so far allows
    whole = bool(np.allclose(sums.atoms, np.round(sums.atoms)))
    for i in sorted(np.flatnonzero(small), key=lambda i: (true[i], sums.names[i])):
        for goal, done in ((1.0, low[i] <= 1 + TIGHT), (least - 1.0, high[i] >= least - 1 - TIGHT)):
            if done:
                continue
            moved = _moved(sums, int(i), goal - true[i], hidden, true, whole)
            if moved is None:  # nothing but to show none of the counts that it is part of
                shared = np.asarray((sums.member @ sums.member[[i]].T).todense()).ravel() > 0
                hidden |= shared
                continue
            hidden |= np.abs(moved) > TIGHT
            low, high = np.minimum(low, true + moved), np.maximum(high, true + moved)
    counts: dict[Margin, dict[Key, float]] = {m: {} for m in dict.fromkeys(tuple(m) for m in margins)}
    for (margin, key), value in zip(sums.names, true, strict=True):
        counts[margin][key] = float(value)
    pick = [frozenset(n for n, yes in zip(sums.names, mask, strict=True) if yes) for mask in (hidden, small)]
    return Release(counts, pick[0], pick[1])


def _sums(frame: pd.DataFrame, numbers: Floats, margins: list[Margin], columns: list[str]) -> _Sums:
    """Lay out the smallest cells: everywhere with every combination of the other columns that is found somewhere.

    Nobody counts on more being possible: it is public which practice lies where, and that no receptionist is a GP.
    """
    from scipy import sparse

    where, free = [c for c in columns if c in WHERE], [c for c in columns if c not in WHERE]
    places: list[Key] = sorted(set(frame[where].itertuples(index=False, name=None))) if where else [()]
    options: list[Key] = sorted(set(frame[free].itertuples(index=False, name=None))) if free else [()]
    cells = {(p, o): i for i, (p, o) in enumerate((p, o) for p in places for o in options)}
    here = frame[where].itertuples(index=False, name=None) if where else iter([()] * len(frame))
    what = frame[free].itertuples(index=False, name=None) if free else iter([()] * len(frame))
    atoms = np.zeros(len(cells))
    np.add.at(atoms, [cells[k] for k in zip(here, what, strict=True)], numbers)
    index: dict[tuple[Margin, Key], int] = {}
    rows, cols = [], []
    for (place, option), a in cells.items():
        entry = dict(zip((*where, *free), (*place, *option), strict=True))
        for margin in margins:
            rows.append(index.setdefault((margin, tuple(entry[c] for c in margin)), len(index)))
            cols.append(a)
    member = sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(index), len(cells)))
    codes = [np.unique([p[i] for p in places], return_inverse=True)[1] for i in range(len(where))]
    alike = np.column_stack(codes) if codes else np.zeros((len(places), 1), dtype=np.int64)
    return _Sums(list(index), member, atoms, np.repeat(np.arange(len(places)), len(options)), alike)


def _moved(sums: _Sums, i: int, by: float, hidden: NDArray[np.bool_], true: Floats, whole: bool) -> Floats | None:
    """Return a change of all counts that moves count `i` by `by` and as few as can be of those shown; None where there is none."""
    own = np.unique(sums.place[sums.member[[i]].indices])
    if len(own) < NEAR:
        same = (sums.alike == sums.alike[own[0]]).sum(axis=1)
        busy = np.bincount(sums.place, weights=np.asarray(sums.member.T @ hidden.astype(float)), minlength=len(sums.alike))
        order = np.lexsort((np.arange(len(same)), -busy, -same))
        near = np.concatenate([own, order[~np.isin(order, own)][: NEAR - len(own)]])
        found = _programme(sums, i, by, np.flatnonzero(np.isin(sums.place, near)), hidden, true, whole)
        if found is not None:
            return found
    return _programme(sums, i, by, np.arange(len(sums.atoms)), hidden, true, whole)


def _programme(
    sums: _Sums, i: int, by: float, cells: NDArray[Any], hidden: NDArray[np.bool_], true: Floats, whole: bool
) -> Floats | None:
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    member = sums.member[:, cells]
    touched = np.flatnonzero(np.diff(member.indptr))
    member = member[touched]
    n, k = len(cells), len(touched)
    # Variables: changes of the smallest cells, then rises and falls of the counts; a count that is shown costs as many as it counts.
    price = np.where(hidden[touched], HIDDEN_COST, 1 + true[touched])
    link = sparse.hstack([member, -sparse.identity(k), sparse.identity(k)], format="csr")
    target = np.flatnonzero(touched == i)[0]
    goal = sparse.hstack([member[[target]], sparse.csr_matrix((1, 2 * k))], format="csr")
    atoms = sums.atoms[cells]
    bounds = Bounds(np.concatenate([-atoms, np.zeros(2 * k)]), np.full(n + 2 * k, np.inf))
    kinds = np.concatenate([np.full(n, float(whole)), np.zeros(2 * k)])
    done = milp(
        np.concatenate([np.zeros(n), price, price]),
        integrality=kinds,
        bounds=bounds,
        constraints=[LinearConstraint(link, 0, 0), LinearConstraint(goal, by, by)],
        options={"time_limit": 20.0, "mip_rel_gap": 0.05},
    )
    if done.x is None:
        return None
    change = np.zeros(len(sums.atoms))
    change[cells] = np.maximum(np.round(done.x[:n]) if whole else done.x[:n], -atoms)
    moved = np.asarray(sums.member @ change)
    return moved if abs(moved[i] - by) < TIGHT else None
