"""Functions that the code of every model may call, each written once: lookups, and the queues of DELAY FIXED."""

from __future__ import annotations

from llr_sd.engine.llvm.maths import write_functions
from llr_sd.engine.llvm.target import Target
from llr_sd.engine.llvm.writer import Used
from llr_sd.engine.program.layout import TABLE_HEAD, Layout

CHAIN = 16  # lookups up to this many points are a chain of selects; longer ones are searched


def write_library(used: Used, layout: Layout, target: Target) -> str:
    """Return the functions that a module turned out to need, and what LLVM has for every module."""
    w = target.width
    vector, numbers = f"<{w} x double>", f"<{w} x i64>"
    out = [write_functions(used.functions, w)]
    out += [_lookup(points, target) for points in sorted(used.lookups)]
    if "fill" in used.helpers:
        out.append(_fill(layout.rings_size, w))
    if "recall" in used.helpers:
        out.append(_recall(layout.rings_size, w))
    out += [f"declare {vector} @llvm.{n}.v{w}f64({vector})" for n in ("fabs", "sqrt", "trunc", "rint")]
    if target.permutes:
        out.append(f"declare {vector} @llvm.x86.avx512.permvar.df.512({vector}, {numbers})")
        out.append(f"declare {vector} @llvm.x86.avx512.vpermi2var.pd.512({vector}, {numbers}, {vector})")
    return "\n".join([*out, f"declare {vector} @llvm.fma.v{w}f64({vector}, {vector}, {vector})"])


def _splat(name: str, scalar: str, w: int) -> list[str]:
    V = f"<{w} x double>"
    return [
        f"  %{name}i = insertelement {V} poison, double {scalar}, i32 0",
        f"  %{name} = shufflevector {V} %{name}i, {V} poison, <{w} x i32> zeroinitializer",
    ]


def _lookup(points: int, target: Target) -> str:
    """Straight lines between points: y + slope * (x - x of the last point that x has reached)."""
    w = target.width
    V, B = f"<{w} x double>", f"<{w} x i1>"
    lines = [f"define internal {V} @lookup_{points}(ptr noalias readonly %t, {V} %x0) nounwind {{\nentry:"]

    def number(name: str, at: int) -> None:
        lines.append(f"  %{name}p = getelementptr double, ptr %t, i64 {at}")
        lines.append(f"  %{name}s = load double, ptr %{name}p, align 8")
        lines.extend(_splat(name, f"%{name}s", w))

    number("lo", 0)
    number("hi", 1)
    lines.append(f"  %below = fcmp olt {V} %x0, %lo")
    lines.append(f"  %x1 = select {B} %below, {V} %lo, {V} %x0")
    lines.append(f"  %above = fcmp ogt {V} %x1, %hi")
    lines.append(f"  %x = select {B} %above, {V} %hi, {V} %x1")
    if points <= CHAIN:
        number("k_0", 2)
        number("a_0", TABLE_HEAD)
        number("b_0", TABLE_HEAD + points)
        for i in range(points):
            number(f"px{i}", TABLE_HEAD + i)
            lines.append(f"  %m{i} = fcmp oge {V} %x, %px{i}")
    if points > CHAIN:
        a, b, k = _searched(lines, points, w)
    elif target.permutes and points > 1:
        a, b, k = _permuted(lines, points, w)
    else:
        for i in range(points):
            number(f"py{i}", TABLE_HEAD + points + i)
            number(f"pk{i}", TABLE_HEAD + 2 * points + i)
            for new, old in (("a", "px"), ("b", "py"), ("k", "pk")):
                lines.append(f"  %{new}_{i + 1} = select {B} %m{i}, {V} %{old}{i}, {V} %{new}_{i}")
        a, b, k = f"%a_{points}", f"%b_{points}", f"%k_{points}"
    lines.append(f"  %d = fsub {V} %x, {a}")
    lines.append(f"  %e = fmul {V} {k}, %d")
    lines.append(f"  %f = fadd {V} %e, {b}")
    lines.append(f"  ret {V} %f\n}}")
    return "\n".join(lines)


def _permuted(lines: list[str], points: int, w: int) -> tuple[str, str, str]:
    """Each lane finds the number of its point, and takes x, y and slope from registers that hold those of all points."""
    V, N, B = f"<{w} x double>", f"<{w} x i64>", f"<{w} x i1>"
    at = "zeroinitializer"
    for i in range(1, points):
        lines.append(f"  %at{i} = select {B} %m{i}, {N} <{', '.join([f'i64 {i}'] * w)}>, {N} {at}")
        at = f"%at{i}"
    for name, shift in (("a", 0), ("b", points), ("k", 2 * points)):
        for part in range(-(-points // w)):
            lines.append(f"  %{name}{part}p = getelementptr double, ptr %t, i64 {TABLE_HEAD + shift + w * part}")
            lines.append(f"  %{name}{part}l = load {V}, ptr %{name}{part}p, align 8")
        call = f"permvar.df.512({V} %{name}0l, {N} {at})"
        if points > w:
            call = f"vpermi2var.pd.512({V} %{name}0l, {N} {at}, {V} %{name}1l)"
        lines.append(f"  %{name}all = call {V} @llvm.x86.avx512.{call}")
    lines.append(f"  %kreached = select {B} %m0, {V} %kall, {V} %k_0")
    return "%aall", "%ball", "%kreached"


def _searched(lines: list[str], points: int, w: int) -> tuple[str, str, str]:
    """Each lane halves its own interval until it knows its point; x below the first point counts as the first."""
    V = f"<{w} x double>"
    out = {"a": "poison", "b": "poison", "k": "poison"}
    step0 = 1 << ((points - 1).bit_length() - 1)
    for i in range(w):
        lines.append(f"  %s{i}x = extractelement {V} %x, i32 {i}")
        at, step = "0", step0
        n = 0
        while step:
            c = f"%s{i}_{n}"
            lines.append(f"  {c}t = add i64 {at}, {step}")
            lines.append(f"  {c}in = icmp ult i64 {c}t, {points}")
            lines.append(f"  {c}c = select i1 {c}in, i64 {c}t, i64 {points - 1}")
            lines.append(f"  {c}q = add i64 {c}c, {TABLE_HEAD}")
            lines.append(f"  {c}p = getelementptr double, ptr %t, i64 {c}q")
            lines.append(f"  {c}v = load double, ptr {c}p, align 8")
            lines.append(f"  {c}ge = fcmp oge double %s{i}x, {c}v")
            lines.append(f"  {c} = select i1 {c}ge, i64 {c}c, i64 {at}")
            at, step, n = c, step // 2, n + 1
        for name, shift in (("a", 0), ("b", points), ("k", 2 * points)):
            lines.append(f"  %{name}q{i} = add i64 {at}, {TABLE_HEAD + shift}")
            lines.append(f"  %{name}p{i} = getelementptr double, ptr %t, i64 %{name}q{i}")
            lines.append(f"  %{name}v{i} = load double, ptr %{name}p{i}, align 8")
        lines.append(f"  %first{i} = load double, ptr %t3, align 8" if i else "  %t3 = getelementptr double, ptr %t, i64 3")
        if i == 0:
            lines.append("  %first0 = load double, ptr %t3, align 8")
            lines.append("  %t2 = getelementptr double, ptr %t, i64 2")
            lines.append("  %kbelow = load double, ptr %t2, align 8")
        lines.append(f"  %under{i} = fcmp olt double %s{i}x, %first{i}")
        lines.append(f"  %kk{i} = select i1 %under{i}, double %kbelow, double %kv{i}")
        for name, value in (("a", f"%av{i}"), ("b", f"%bv{i}"), ("k", f"%kk{i}")):
            lines.append(f"  %{name}r{i} = insertelement {V} {out[name]}, double {value}, i32 {i}")
            out[name] = f"%{name}r{i}"
    return out["a"], out["b"], out["k"]


def _fill(queues: int, w: int) -> str:
    V = f"<{w} x double>"
    return f"""define internal void @fill(ptr %queue, {V} %x, i64 %cap) #0 {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%n, %loop]
  %k = mul nsw i64 %i, {queues}
  %p = getelementptr {V}, ptr %queue, i64 %k
  store {V} %x, ptr %p, align {8 * w}
  %n = add i64 %i, 1
  %more = icmp slt i64 %n, %cap
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""


def _recall(queues: int, w: int) -> str:
    """The value of `order` steps ago in each lane; an order longer than the queue is cut to it, which no run can tell."""
    V, N, B, P = f"<{w} x double>", f"<{w} x i64>", f"<{w} x i1>", f"<{w} x ptr>"
    lanes = ", ".join(f"i64 {i}" for i in range(w))
    rows = [f"define internal {N} @rows({V} %order, i64 %row, i64 %cap) nounwind {{", "  %most = add i64 %cap, -1"]
    rows += ["  %mostf = sitofp i64 %most to double", *_splat("m", "%mostf", w)]
    rows += [
        f"  %long = fcmp ult {V} %order, %m",
        f"  %cut = select {B} %long, {V} %order, {V} %m",
        f"  %known = fcmp ord {V} %cut, zeroinitializer",
        f"  %safe = select {B} %known, {V} %cut, {V} %m",
        f"  %n = fptosi {V} %safe to {N}",
        *_splat_integer("r", "%row", w),
        *_splat_integer("c", "%cap", w),
        f"  %back = sub {N} %r, %n",
        f"  %under = icmp slt {N} %back, zeroinitializer",
        f"  %wrapped = add {N} %back, %c",
        f"  %at = select {B} %under, {N} %wrapped, {N} %back",
        f"  %first = mul {N} %at, <{', '.join([f'i64 {w * queues}'] * w)}>",
        f"  %lane = add {N} %first, <{lanes}>",
    ]
    all_lanes = ", ".join(["i1 true"] * w)
    recall = [
        f"declare {V} @llvm.masked.gather.v{w}f64.v{w}p0({P}, i32, {B}, {V})",
        f"declare i1 @llvm.vector.reduce.and.v{w}i1({B})",
        f"define internal {V} @recall(ptr %queue, {V} %order, {N} %rows) nounwind alwaysinline {{",
        f"  %row = extractelement {N} %rows, i32 0",
        *_splat_integer("f", "%row", w),
        f"  %here = add {N} %f, <{lanes}>",
        f"  %one = icmp eq {N} %here, %rows",
        f"  %level = call i1 @llvm.vector.reduce.and.v{w}i1({B} %one)",
        "  br i1 %level, label %whole, label %each",
        "whole:",
        "  %q = getelementptr double, ptr %queue, i64 %row",
        f"  %y = load {V}, ptr %q, align {8 * w}",
        "  br label %found",
        "each:",
        f"  %p = getelementptr double, ptr %queue, {N} %rows",
        f"  %z = call {V} @llvm.masked.gather.v{w}f64.v{w}p0({P} %p, i32 8, {B} <{all_lanes}>, {V} poison)",
        "  br label %found",
        "found:",
        f"  %x = phi {V} [%y, %whole], [%z, %each]",
        f"  %bad = fcmp uno {V} %order, %order",
        f"  %nan = select {B} %bad, {V} %order, {V} %x",
    ]
    return "\n".join([*rows, f"  ret {N} %lane", "}", *recall, f"  ret {V} %nan", "}"])


def _splat_integer(name: str, scalar: str, w: int) -> list[str]:
    N = f"<{w} x i64>"
    return [
        f"  %{name}i = insertelement {N} poison, i64 {scalar}, i32 0",
        f"  %{name} = shufflevector {N} %{name}i, {N} poison, <{w} x i32> zeroinitializer",
    ]
