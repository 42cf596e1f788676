"""The one table of operations: what each takes and gives. A machine writes every one of them, a lowering uses no other."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER, TRUTH = "number", "truth"


@dataclass(frozen=True)
class Operation:
    """An operation on values of every run at once.

    Attributes
    ----------
    takes
        Kinds of the arguments.
    gives
        Kind of the value.
    moves
        Whether the value changes from step to step though its arguments do not.
    """

    takes: tuple[str, ...] = ()
    gives: str = NUMBER
    moves: bool = False


def _several(names: str, numbers: int, gives: str = NUMBER) -> dict[str, Operation]:
    return dict.fromkeys(names.split(), Operation((NUMBER,) * numbers, gives))


OPERATIONS = {
    "number": Operation(),
    "load": Operation(),
    "dt": Operation(),
    "time": Operation(moves=True),
    "begun": Operation(moves=True),
    "series": Operation(moves=True),
    "ring": Operation((NUMBER,), moves=True),
    "phase": Operation((NUMBER, NUMBER), moves=True),
    "lookup": Operation((NUMBER,)),
    "fold": Operation((NUMBER,)),
    "not": Operation((TRUTH,), TRUTH),
    "and": Operation((TRUTH, TRUTH), TRUTH),
    "or": Operation((TRUTH, TRUTH), TRUTH),
    "float": Operation((TRUTH,)),
    "select": Operation((TRUTH, NUMBER, NUMBER)),
    **_several("lt le gt ge eq ne", 2, TRUTH),
    **_several("add sub mul div min max pow log_base", 2),
    **_several("neg abs sqrt trunc rint exp log sin cos tan asin acos atan sinh cosh tanh pow_log pow_log_rest", 1),
    "quotient": Operation((NUMBER, NUMBER, NUMBER)),
    "pow_from_log": Operation((NUMBER, NUMBER, NUMBER, NUMBER)),
}
"""By name.

"time" is that of the stage of a step, "begun" that of its beginning. "series" and "ring" are read at the time, "lookup" at its argument, "load"
from an array; "fold" joins its argument over loops. "phase" is its first argument in a run and its second while initial values are
found. "min" and "max" are not a number where either is. "quotient" is a division by what does not change, given its reciprocal;
"pow_from_log" a power whose base does not, given its logarithm in two parts.
"""
