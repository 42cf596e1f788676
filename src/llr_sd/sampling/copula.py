"""Rank correlation of parameters by a Gaussian copula, and the refusal of correlations that cannot be.

Each correlated parameter keeps its own stream as the part of it that is new. The order is that in which the pairs first name the
parameters, so pairs added at the end leave the draws of the earlier ones as they were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.errors import InputError, nearest

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


def gaussian_copula(names: Sequence[str], correlations: Sequence[Correlation]) -> Copula:
    """Return the copula that gives these Spearman correlations.

    The Pearson correlation of the normals is 2 sin(pi r / 6) for a Spearman correlation r (Pearson 1907; Kruskal 1958,
    doi:10.1080/01621459.1958.10501481). It holds for continuous distributions; ties of a discrete one weaken it.

    Parameters
    ----------
    names
        The uncertain parameters.
    correlations
        Pairs with their rank correlation, strictly between -1 and 1. Pairs that are not named are taken as uncorrelated.

    Raises
    ------
    InputError
        For an unknown name, a pair named twice, a number out of range, or pairs that contradict each other.
    """
    order: list[str] = []
    seen: set[frozenset[str]] = set()
    for first, second, rank in correlations:
        where = f"correlation between {first} and {second}"
        for name in (first, second):
            if name not in names:
                raise InputError(f'"{name}" is not an uncertain parameter.', where=where, mend=nearest(name, names))
        if first == second or frozenset((first, second)) in seen:
            raise InputError("needs two different parameters, each pair once.", where=where)
        if not -1 < rank < 1:
            raise InputError(f"rank = {rank:g} must lie strictly between -1 and 1.", where=where)
        seen.add(frozenset((first, second)))
        order += [name for name in (first, second) if name not in order]
    matrix = np.eye(len(order))
    for first, second, rank in correlations:
        i, j = order.index(first), order.index(second)
        matrix[i, j] = matrix[j, i] = _pearson(rank)
    if order and not _possible(matrix):
        raise _refusal(order, matrix, correlations)
    return Copula(tuple(order), matrix)


def _pearson(rank: float) -> float:
    return 2 * math.sin(math.pi * rank / 6)


def _rank(pearson: float) -> float:
    return 6 / math.pi * math.asin(pearson / 2)


def _possible(matrix: NDArray[np.float64]) -> bool:
    return bool(np.linalg.eigvalsh(matrix)[0] > _LEAST)


def _refusal(order: list[str], matrix: NDArray[np.float64], correlations: Sequence[Correlation]) -> InputError:
    """Name the pair whose least change mends the matrix, with the furthest value that it may take."""
    best: tuple[float, Correlation, float] | None = None
    for pair in correlations:
        i, j = order.index(pair[0]), order.index(pair[1])
        limit = _nearest_possible(matrix, i, j, pair[2])
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


def _nearest_possible(matrix: NDArray[np.float64], i: int, j: int, rank: float) -> float | None:
    """Return the rank of pair (i, j) nearest to `rank` that is possible beside the others, to two decimals; None if none is."""
    others = [k for k in range(len(matrix)) if k not in (i, j)]
    centre, reach = 0.0, 1.0
    if others:
        rest = matrix[np.ix_(others, others)]
        if not _possible(rest):
            return None
        cross = matrix[np.ix_([i, j], others)]
        given = cross @ np.linalg.solve(rest, cross.T)
        left = 1 - np.diag(given)
        if (left <= 0).any():
            return None
        centre, reach = float(given[0, 1]), float(np.sqrt(left.prod()))
    low, high = (_rank(min(max(end, -1.0), 1.0)) for end in (centre - reach, centre + reach))
    for decimals in (2, 3, 4):
        scale = 10**decimals
        limit = math.floor(high * scale) / scale if rank > high else math.ceil(low * scale) / scale
        trial = matrix.copy()
        trial[i, j] = trial[j, i] = _pearson(limit)
        if low <= limit <= high and _possible(trial):
            return limit
    return None
