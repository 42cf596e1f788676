"""How long the arithmetic of a run takes by itself, from registers: the limit that a run is measured against."""

from __future__ import annotations

import ctypes
import re
import time
from collections import Counter

from llr_sd.engine.llvm.compiled import CompiledModel
from llr_sd.engine.llvm.maths.text import literal
from llr_sd.engine.llvm.memory import aligned
from llr_sd.engine.llvm.native import Native, compile_ir
from llr_sd.engine.llvm.target import Target

SECONDS = 0.02  # that one timing should take at least
REPEATS = 7
MOST = 2000  # operations in the timed loop; more are timed as so many in the same proportion

_FUNCTION = re.compile(r"^define [^\n]*?@(\w+)\([^\n]*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_TURNS = re.compile(r"icmp ult i64 \S+, (\d+)\n  br i1 \S+, label %(L\d+), ")
_CALL = re.compile(r"call <\d+ x double> @(?:llvm\.)?(\w+)")
_TIMED = {"fadd", "fsub", "fmul", "fdiv", "fcmp", "select", "sqrt", "fma"}


def arithmetic_seconds(model: CompiledModel) -> float:
    """Return the seconds of one run's operations on numbers that stay in registers: no memory, no waiting for one another.

    Additions, products, quotients, roots, comparisons and choices of the steps are counted in the code as it is written, in
    functions and in loops as often as they turn, and as many are timed on this computer.
    """
    counts = operations(model.text, "step")
    if model.method == "rk4":
        for op, n in operations(model.text, "rates").items():
            counts[op] += 3 * n
    total = sum(counts.values())
    if not total:
        return 0.0
    share = min(MOST / total, 1.0)
    mix = {op: max(round(n * share), 1) for op, n in counts.items()}
    return _seconds(mix, model.target) * (total / sum(mix.values())) * model.steps / model.target.width


def operations(text: str, family: str) -> Counter[str]:
    """Return how often each operation is done in one call of a family of functions (see `module.write_module`)."""
    bodies = dict(_FUNCTION.findall(text))
    out: Counter[str] = Counter()
    for name in bodies:
        if re.fullmatch(rf"{family}_\d+", name):
            out.update(_in_function(name, bodies, {}))
    return out


def _in_function(name: str, bodies: dict[str, str], known: dict[str, Counter[str]]) -> Counter[str]:
    """Count a function with those that it calls; a block for rare cases counts as not entered."""
    if name in known:
        return known[name]
    turns = {label: int(n) for n, label in _TURNS.findall(bodies[name])}
    out: Counter[str] = Counter()
    times, rare = 1, False
    for line in bodies[name].splitlines():
        if line.endswith(":"):
            label = line[:-1]
            rare = label.startswith("rare")
            times *= turns.get(label, 1)
            if label.endswith("x"):
                times //= turns.get(label[:-1], 1)
            continue
        called = _CALL.search(line)
        op = called[1] if called else line.partition("= ")[2].partition(" ")[0]
        if rare:
            continue
        if op in _TIMED:
            out[op] += times
        elif called and op in bodies:
            for inner, n in _in_function(op, bodies, known).items():
                out[inner] += n * times
    known[name] = out
    return out


def _seconds(mix: dict[str, int], target: Target) -> float:
    """Return the seconds of one turn of a loop that does so many of each operation on a vector."""
    code = Native(compile_ir(_loop(mix, target.width), target), target)
    loop = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(code.address)
    out = aligned((64, target.width))

    def timed(turns: int) -> float:
        began = time.perf_counter()
        loop(out.ctypes.data, turns)
        return time.perf_counter() - began

    turns = 1000
    while timed(turns) < SECONDS:
        turns *= 2
    return min(timed(turns) for _ in range(REPEATS)) / turns


def _loop(mix: dict[str, int], width: int) -> str:
    """A loop over independent chains; operations of one kind are spread evenly among the others."""
    V, B = f"<{width} x double>", f"<{width} x i1>"
    near_one = "<" + ", ".join([f"double {literal(1 + 2.0**-30)}"] * width) + ">"
    chains = 24 if width == 8 else 12  # as many as fit the registers beside the constants
    order = sorted((k / n, op) for op, n in mix.items() for k in range(n))
    now = [f"%c{i}" for i in range(chains)]
    lines, condition = [], "zeroinitializer"
    for n, (_, op) in enumerate(order):
        x = now[n % chains]
        if op == "fcmp":
            lines.append(f"  %r{n} = fcmp olt {V} {x}, {near_one}")
            condition = f"%r{n}"
            continue
        lines.append(
            f"  %r{n} = "
            + {
                "select": f"select {B} {condition}, {V} {x}, {V} {near_one}",
                "sqrt": f"call {V} @llvm.sqrt.v{width}f64({V} {x})",
                "fma": f"call {V} @llvm.fma.v{width}f64({V} {x}, {V} {near_one}, {V} {near_one})",
            }.get(op, f"{op} {V} {x}, {near_one}")
        )
        now[n % chains] = f"%r{n}"
    heads = [f"  %c{i} = phi {V} [{near_one}, %entry], [{now[i]}, %loop]" for i in range(chains)]
    stores = [f"  %p{i} = getelementptr {V}, ptr %out, i64 {i}\n  store {V} {now[i]}, ptr %p{i}, align 8" for i in range(chains)]
    return "\n".join(
        [
            f"declare {V} @llvm.sqrt.v{width}f64({V})",
            f"declare {V} @llvm.fma.v{width}f64({V}, {V}, {V})",
            "define void @batch(ptr %out, i64 %turns) nounwind {\nentry:\n  br label %loop\nloop:",
            "  %n = phi i64 [0, %entry], [%next, %loop]",
            *heads,
            *lines,
            "  %next = add i64 %n, 1\n  %more = icmp slt i64 %next, %turns\n  br i1 %more, label %loop, label %done\ndone:",
            *stores,
            "  ret void\n}",
        ]
    )
