"""Rank correlation of parameters by a Gaussian copula, and the refusal of correlations that cannot be.

Each correlated parameter keeps its own stream as the part of it that is new. The order is that in which the pairs first name the
parameters, so pairs added at the end leave the draws of the earlier ones as they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.distribution import Distribution
from llr_sd.errors import InputError, nearest
from llr_sd.parameters import Parameter
from llr_sd.sampling.ties import MOST, normal_correlation, rank_correlation, reach

Correlation = tuple[str, str, float]
"""Two names and the Spearman rank correlation between them."""

Shares = dict[str, NDArray[np.float64]]
"""Uniform numbers in (0, 1) by parameter name, each of shape (run,)."""

_LEAST = 1e-9  # least eigenvalue that still counts as a joint distribution
_OPEN = 2.0**-54


@dataclass(frozen=True)
class Copula:
    """A Gaussian copula over the correlated parameters.

    Attributes
    ----------
    names
        The correlated parameters, in the order of first mention.
    matrix
        Pearson correlations of the underlying normals, shape (name, name), positive definite.
    """

    names: tuple[str, ...]
    matrix: NDArray[np.float64]

    def join(self, shares: Shares) -> Shares:
        """Return the shares with the rank correlations put in; those of other parameters are passed through.

        Parameters
        ----------
        shares
            Independent uniforms in (0, 1), one array of shape (run,) a parameter.
        """
        return self.redraw(shares, shares, frozenset(self.names)) if self.names else dict(shares)

    def redraw(self, shares: Shares, fresh: Shares, which: frozenset[str]) -> Shares:
        """Return the shares with the parameters in `which` drawn anew, given the others.

        Parameters
        ----------
        shares
            Shares that already carry the correlations; those not in `which` are kept.
        fresh
            Independent uniforms that become the new part of the redrawn parameters.
        which
            Names to redraw; they may be correlated or not.
        """
        new = {name: fresh[name] if name in which else share for name, share in shares.items()}
        moved = [i for i, name in enumerate(self.names) if name in which]
        if not moved:
            return new
        from scipy import special

        kept = [i for i, name in enumerate(self.names) if name not in which]
        weights, root = _conditional(self.matrix, moved, kept)
        joint = root @ np.array([special.ndtri(fresh[self.names[i]]) for i in moved])
        if kept:
            joint += weights @ np.array([special.ndtri(shares[self.names[i]]) for i in kept])
        for row, i in enumerate(moved):
            # The first of an order moves by nothing at all: its own share is kept, not sent through ndtr and back.
            unchanged = not kept and np.count_nonzero(root[row]) == 1
            share = fresh[self.names[i]] if unchanged else special.ndtr(joint[row])
            new[self.names[i]] = np.clip(share, _OPEN, 1 - 2.0**-53)
        return new


def _conditional(
    matrix: NDArray[np.float64], moved: Sequence[int], kept: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the regression weights of the moved normals on the kept ones, and the Cholesky root of what remains."""
    own = matrix[np.ix_(moved, moved)]
    if not kept:
        return np.zeros((len(moved), 0)), _float(np.linalg.cholesky(own))
    cross = matrix[np.ix_(moved, kept)]
    weights = _float(np.linalg.solve(matrix[np.ix_(kept, kept)], cross.T).T)
    return weights, _float(np.linalg.cholesky(own - weights @ cross.T))


def _float(array: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    return array.astype(np.float64, copy=False)


def gaussian_copula(parameters: Sequence[tuple[Parameter, Distribution]], correlations: Sequence[Correlation]) -> Copula:
    """Return the copula that gives these Spearman correlations, or the nearest that the ties of a discrete parameter leave possible.

    Parameters
    ----------
    parameters
        The uncertain parameters with their distributions.
    correlations
        Pairs with their rank correlation, strictly between -1 and 1. Pairs that are not named are taken as uncorrelated.

    Raises
    ------
    InputError
        For an unknown name, a pair named twice, a number out of range, or pairs that contradict each other.
    """
    laws = {p.name: d for p, d in parameters}
    order: list[str] = []
    seen: set[frozenset[str]] = set()
    for first, second, rank in correlations:
        where = f"correlation between {first} and {second}"
        for name in (first, second):
            if name not in laws:
                raise InputError(f'"{name}" is not an uncertain parameter.', where=where, mend=nearest(name, laws))
        if first == second or frozenset((first, second)) in seen:
            raise InputError("needs two different parameters, each pair once.", where=where)
        if not -1 < rank < 1:
            raise InputError(f"rank = {rank:g} must lie strictly between -1 and 1.", where=where)
        if reach(laws[first], laws[second]) == (0, 0):
            raise InputError("one of them takes a single value, so it cannot be correlated with anything.", where=where)
        seen.add(frozenset((first, second)))
        order += [name for name in (first, second) if name not in order]
    matrix = np.eye(len(order))
    for first, second, rank in correlations:
        i, j = order.index(first), order.index(second)
        matrix[i, j] = matrix[j, i] = normal_correlation(laws[first], laws[second], rank)
    if order and not _possible(matrix):
        raise _unstated([laws[n] for n in order], order, matrix, seen) or _refusal(
            [laws[n] for n in order], order, matrix, correlations
        )
    return Copula(tuple(order), matrix)


def _possible(matrix: NDArray[np.float64]) -> bool:
    return bool(np.linalg.eigvalsh(matrix)[0] > _LEAST)


def _unstated(
    laws: Sequence[Distribution], order: list[str], matrix: NDArray[np.float64], stated: set[frozenset[str]]
) -> InputError | None:
    """Return a refusal that names the pairs which must be stated, since two other correlations do not leave them uncorrelated."""
    found = []
    for i, j in combinations(range(len(order)), 2):
        if frozenset((order[i], order[j])) in stated:
            continue
        others = [k for k in range(len(order)) if k not in (i, j)]
        both = [k for k in others if frozenset((order[i], order[k])) in stated and frozenset((order[j], order[k])) in stated]
        three = [r for k in both if (r := _range(laws, matrix, i, j, [k])) is not None and not r[0] <= 0 <= r[1]]
        joint = (_range(laws, matrix, i, j, others) or three[0]) if three else None
        if joint is not None:
            found.append(f"{order[i]} and {order[j]} between {joint[0]:g} and {joint[1]:g}")
    if not found:
        return None
    return InputError(
        "a pair that is not stated is drawn uncorrelated, which the stated correlations do not leave possible.",
        mend=f"State a rank correlation of {'; of '.join(found[:3])}, or weaken the others.",
    )


def _refusal(
    laws: Sequence[Distribution], order: list[str], matrix: NDArray[np.float64], correlations: Sequence[Correlation]
) -> InputError:
    """Name the pair whose least change mends the matrix, with the furthest value that it may take."""
    best: tuple[float, Correlation, float] | None = None
    for pair in correlations:
        i, j = order.index(pair[0]), order.index(pair[1])
        limit = _nearest_possible(laws, matrix, i, j, pair[2])
        if limit is not None and (best is None or abs(pair[2] - limit) < best[0]):
            best = (abs(pair[2] - limit), pair, limit)
    if best is None:
        rows = ", ".join(f"{a} with {b} ({r:g})" for a, b, r in correlations)
        return InputError(
            f"these rank correlations contradict each other in more than one place: {rows}.", mend="Weaken several."
        )
    _, (first, second, rank), limit = best
    bound = f"at most {limit:g}" if rank > limit else f"at least {limit:g}"
    return InputError(
        f"rank = {rank:g} contradicts the other correlations.",
        where=f"correlation between {first} and {second}",
        mend=f"Beside them it can be {bound}.",
    )


def _nearest_possible(laws: Sequence[Distribution], matrix: NDArray[np.float64], i: int, j: int, rank: float) -> float | None:
    """Return the rank of pair (i, j) nearest to `rank` that is possible beside the others, to two decimals; None if none is."""
    found = _range(laws, matrix, i, j, [k for k in range(len(matrix)) if k not in (i, j)])
    return None if found is None else found[1] if rank > found[1] else found[0]


def _range(
    laws: Sequence[Distribution], matrix: NDArray[np.float64], i: int, j: int, others: list[int]
) -> tuple[float, float] | None:
    """Return the least and the greatest rank of pair (i, j) that is possible beside the others, to two decimals; None if none is."""
    centre, width = 0.0, 1.0
    if others:
        rest = matrix[np.ix_(others, others)]
        if not _possible(rest):
            return None
        cross = matrix[np.ix_([i, j], others)]
        given = cross @ np.linalg.solve(rest, cross.T)
        left = 1 - np.diag(given)
        if (left <= 0).any():
            return None
        centre, width = float(given[0, 1]), float(np.sqrt(left.prod()))
    ends = [min(max(end, -MOST), MOST) for end in (centre - width, centre + width)]
    low, high = (rank_correlation(laws[i], laws[j], end) for end in ends)
    trial = matrix[np.ix_([i, j, *others], [i, j, *others])]

    def possible(rank: float) -> bool:
        trial[0, 1] = trial[1, 0] = normal_correlation(laws[i], laws[j], rank)
        return low <= rank <= high and _possible(trial)

    least = next((r for r in _rounded(low, math.ceil) if possible(r)), None)
    most = next((r for r in _rounded(high, math.floor) if possible(r)), None)
    return None if least is None or most is None else (least, most)


def _rounded(end: float, towards: Callable[[float], int]) -> Iterator[float]:
    """Yield an end of a range moved inwards to two, three and four decimals."""
    for scale in (100, 1000, 10_000):
        yield towards(end * scale) / scale
