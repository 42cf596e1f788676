"""Mathematical functions in the engine's own code, so that every processor, every width and the browser give the same bits.

They use additions, products, quotients and square roots of doubles, each rounded once, and operations on bits: no fused
multiplication, nothing of the C library. Results are within 0.6 units in the last place (see `tests/unit/test_engine_maths.py`),
and exact where a double can hold them, such as 10^15, 2^-3 or LOG(1000, 10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from llr_sd.engine.maths import angles, powers, remainder
from llr_sd.engine.maths.text import Text, literal

UNARY: dict[str, Callable[..., Any]] = {
    "exp": powers.exp,
    "log": powers.log,
    "sinh": powers.sinh,
    "cosh": powers.cosh,
    "tanh": powers.tanh,
    "sin": angles.sin,
    "cos": angles.cos,
    "tan": angles.tan,
    "asin": angles.asin,
    "acos": angles.acos,
    "atan": angles.atan,
}
BINARY: dict[str, Callable[..., Any]] = {"pow": powers.power, "log_base": powers.log_base, "fmod": remainder.fmod}
FUNCTIONS = {**UNARY, **BINARY}
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
        arguments = 1 if name in UNARY else 2
        text = Text(width)
        result = FUNCTIONS[name](*(text.argument(k) for k in range(arguments)))
        parameters = ", ".join(f"{V} %a{k}" for k in range(arguments))
        out.append(f"define internal {V} @v_{name}({parameters}) noinline nounwind {{\nentry:")
        out += [*text.lines, f"  ret {V} {result.name}", "}"]
    return "\n".join(out)


__all__ = ["FUNCTIONS", "UNARY", "literal", "write_functions"]
