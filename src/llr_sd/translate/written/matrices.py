"""INVERT MATRIX, by Gauss and Jordan's elimination written out step by step."""

from __future__ import annotations

from typing import Any

from llr_sd.equations import Along, Binary, Expression, Fixed, Index, Loop, Number, Reference
from llr_sd.translate.scope import Scope
from llr_sd.translate.written.made import Made, call, either, last_loop, make, op, over, pick, place, turn

LARGEST = 30


def invert_matrix(arguments: Any, scope: Scope) -> Expression:
    """INVERT MATRIX: each step takes the largest number left in its column, so that a zero on the diagonal does no harm."""
    last = last_loop("INVERT MATRIX", scope)
    if last == 0:
        raise scope.refuse(
            "INVERT MATRIX needs two subscripts on the left-hand side.", "Write x[row,column] = INVERT MATRIX(...)."
        )
    size = len(scope.loops[last])
    told = scope.of(arguments[1])
    if len(scope.loops[last - 1]) != size or (isinstance(told, Number) and told.value != size):
        raise scope.refuse(
            f"INVERT MATRIX works on {len(scope.loops[last - 1])} rows and {size} columns.",
            "Give it a square matrix, and its number of rows as second argument.",
        )
    if size > LARGEST:
        raise scope.refuse(
            f"INVERT MATRIX of {size} rows is above {LARGEST}.", "Invert it outside the model and enter the result as a constant."
        )
    matrix = _Matrix(scope, last - 1, size)
    work = matrix.first(arguments[0])
    pivots: list[Made] = []
    for step in range(size):
        pivots.append(matrix.pivot(work, pivots, step))
        work = matrix.eliminated(work, pivots[-1], step)
    return matrix.solution(work, pivots)


class _Matrix:
    """A matrix beside the identity matrix: rows by `size`, columns by twice that, for each turn of the `outer` first loops."""

    def __init__(self, scope: Scope, outer: int, size: int) -> None:
        self.scope, self.outer, self.size = scope, outer, size
        self.rows = Loop("row", tuple(f"{i + 1}" for i in range(size)))
        self.columns = Loop("column", tuple(f"{i + 1}" for i in range(2 * size)))

    def first(self, tree: Any) -> Made:
        """Return the matrix with the identity matrix beside it; refuse one that does not run over the last two subscripts."""
        both = (self.outer, self.outer + 1)

        def given(inner: Scope) -> Expression:
            x = inner.of(tree)
            if isinstance(x, Reference) and tuple(i.loop for i in x.indices[-2:] if isinstance(i, Along)) not in (
                both,
                both[::-1],
            ):
                raise self.scope.refuse(
                    "the matrix of INVERT MATRIX does not run over the last two subscripts of the left-hand side.",
                    "Write x[...,row,column] = INVERT MATRIX(m[...,row,column], size).",
                )
            return x

        matrix = make(self.scope, "matrix", given)

        def build(inner: Scope) -> Expression:
            """The matrix in the left half; its columns are reached by a search, since the half is no loop of its own."""
            row, column = both
            other = turn(inner, self.rows)
            here = op("=", place(other, inner), place(column, inner))
            inside = pick((other,), here, matrix.at((*range(self.outer), row, other)))
            identity = op("=", op("+", place(row, inner), float(self.size)), place(column, inner))
            return either(op("<", place(column, inner), float(self.size)), inside, identity)

        return self._made("beside one", build)

    def _made(self, what: str, build: Any) -> Made:
        return make(self.scope, what, build, self.outer, (self.rows, self.columns))

    def _column(self, work: Made, row: int, column: int) -> Reference:
        indices = work.at((*range(self.outer), row, row)).indices
        moved: tuple[Index, ...] = (*indices[:-1], Fixed(column))
        return Reference(work.name, moved)

    def pivot(self, work: Made, taken: list[Made], step: int) -> Made:
        """The number of the row, of those not yet taken, with the largest number in the column."""
        outer = range(self.outer)

        def size_in(row: int, inner: Scope) -> Expression:
            found: Expression = call("ABS", self._column(work, row, step))
            for t in taken:
                found = either(op("=", t.at(outer), place(row, inner)), Number(-1.0), found)
            return found

        def largest(inner: Scope) -> Expression:
            row = turn(inner, self.rows)
            return over("VMAX", (row,), size_in(row, inner))

        best = make(self.scope, "largest", largest, self.outer)

        def build(inner: Scope) -> Expression:
            row = turn(inner, self.rows)
            is_best = Binary("=", size_in(row, inner), best.at(outer))
            return over("VMIN", (row,), either(is_best, place(row, inner), Number(float(self.size))))

        return make(self.scope, "pivot", build, self.outer)

    def eliminated(self, work: Made, pivot: Made, step: int) -> Made:
        """Divide the pivot's row by its number in the column, and take it from every other row."""
        outer, row, column = range(self.outer), self.outer, self.outer + 1

        def scaled(inner: Scope) -> Expression:
            """The pivot's row, over the columns."""
            other = turn(inner, self.rows)
            here = op("=", place(other, inner), pivot.at(outer))
            whole = pick((other,), here, work.at((*outer, other, self.outer)))
            divisor = pick((other,), here, self._column(work, other, step))
            return op("/", whole, divisor)

        line = make(self.scope, "pivot row", scaled, self.outer, (self.columns,))

        def build(inner: Scope) -> Expression:
            its = line.at((*outer, column))
            less = op("-", work.at((*outer, row, column)), op("*", self._column(work, row, step), its))
            return either(op("=", place(row, inner), pivot.at(outer)), its, less)

        return self._made("eliminated", build)

    def solution(self, work: Made, pivots: list[Made]) -> Expression:
        """The right half, with row k of the inverse in the row that was taken at step k."""
        outer, row, column = range(self.outer), self.outer, self.outer + 1

        def order(inner: Scope) -> Expression:
            found: Expression = Number(-1.0)
            for k, pivot in enumerate(pivots):
                found = either(op("=", place(row, inner), float(k)), pivot.at(outer), found)
            return found

        taken = make(self.scope, "row of step", order, self.outer, (self.rows,))

        def build(inner: Scope) -> Expression:
            other = turn(inner, self.rows)
            here = op("=", place(other, inner), taken.at((*outer, row)))
            indices = work.at((*outer, other, column)).indices
            right: tuple[Index, ...] = (*indices[:-1], Along(column, tuple(range(self.size, 2 * self.size))))
            return pick((other,), here, Reference(work.name, right))

        return make(self.scope, "inverse", build).at(range(self.outer + 2))
