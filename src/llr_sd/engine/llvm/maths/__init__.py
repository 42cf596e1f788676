"""Mathematical functions in the engine's own code, so that every processor, every width and the browser give the same bits.

They use additions, products, quotients and square roots of doubles, each rounded once, and operations on bits: no fused
multiplication, nothing of the C library. Results are within 0.63 units in the last place (see `tests/unit/test_engine_maths.py`),
and exact where a double can hold them, such as 10^15, 2^-3 or LOG(1000, 10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llr_sd.engine.llvm.maths import angles, powers
from llr_sd.engine.llvm.maths.text import Real, Text

FUNCTIONS: dict[str, tuple[Callable[..., Real], int]] = {
    "exp": (powers.exp, 1),
    "log": (powers.log, 1),
    "log_base": (powers.log_base, 2),
    "pow": (powers.power, 2),
    "pow_log": (powers.power_log, 1),
    "pow_log_rest": (powers.power_log_rest, 1),
    "pow_from_log": (powers.power_from_log, 4),
    "sinh": (powers.sinh, 1),
    "cosh": (powers.cosh, 1),
    "tanh": (powers.tanh, 1),
    "sin": (angles.sin, 1),
    "cos": (angles.cos, 1),
    "tan": (angles.tan, 1),
    "asin": (angles.asin, 1),
    "acos": (angles.acos, 1),
    "atan": (angles.atan, 1),
}
TURNING = {"sin", "cos", "tan"}


def write_functions(names: Iterable[str], width: int) -> str:
    """Return the IR of some functions for `width` lanes, each called @v_ and its name, and of what they need."""
    chosen = sorted(names)
    if not chosen:
        return ""
    V = f"<{width} x double>"
    out = [f"declare i1 @llvm.vector.reduce.or.v{width}i1(<{width} x i1>)", '!1 = !{!"branch_weights", i32 1, i32 2000}']
    if TURNING & set(chosen):
        out.append(angles.digit_table())
    for name in chosen:
        function, arguments = FUNCTIONS[name]
        text = Text(width)
        result = function(*(text.argument(k) for k in range(arguments)))
        parameters = ", ".join(f"{V} %a{k}" for k in range(arguments))
        out.append(f"define internal {V} @v_{name}({parameters}) noinline nounwind {{\nentry:")
        out += [*text.lines, f"  ret {V} {result.name}", "}"]
    return "\n".join(out)


__all__ = ["FUNCTIONS", "write_functions"]
