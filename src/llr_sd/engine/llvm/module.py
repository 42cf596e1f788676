"""The whole LLVM module of a model: start, step and save, and the loop over blocks of runs that drives them."""

from __future__ import annotations

from collections.abc import Sequence

from llr_sd.engine.llvm.driver import PARAMETERS, write_call, write_driver
from llr_sd.engine.llvm.library import write_library
from llr_sd.engine.llvm.target import Target
from llr_sd.engine.llvm.writer import Used, Writer
from llr_sd.engine.program.form import RUN, START, Array, Kernel, Program
from llr_sd.engine.program.layout import Layout
from llr_sd.engine.program.offsets import Offset
from llr_sd.engine.program.order import Plan
from llr_sd.engine.program.schedule import Group, by_element, make_groups

UNROLL_ALL = 6000  # operations: a step of no more is written out
PART = 1500  # operations after which a function is cut


def write_module(program: Program, plan: Plan, layout: Layout, outputs: Sequence[Array], target: Target) -> str:
    """Return the IR text of a model.

    The one exported function is `batch`: it runs blocks of `target.width` runs, each from its initial values to the last
    saved time. See `driver.ARGUMENTS` for its arguments.
    """
    used = Used()
    texts: dict[str, list[list[str | tuple[int, str]]]] = {}
    families = [("start", plan.start, START), ("step", plan.step, RUN), ("save", plan.save, RUN), ("last", (), RUN)]
    if program.method == "rk4":
        families.append(("rates", plan.rates, RUN))
    for family, kernels, mode in families:
        copied = {"save": outputs, "last": [array for _, array in plan.watches]}.get(family, ())
        texts[family] = _family(family, kernels, mode, layout, used, target, copied)
    body: list[str] = []
    for family, parts in texts.items():
        live = {n for f, n in used.loaded if f == family}
        if family == "start":
            live |= {n for _, n in used.loaded}
        for i, lines in enumerate(parts):
            body.append(f"define internal void @{family}_{i}({PARAMETERS}{_extra(family)}) #0 {{\nentry:")
            body.extend(text for text in (_live(line, live) for line in lines) if text)
            body.append("  ret void\n}")
        body.append(_caller(family, len(parts)))
    head = [write_library(used, layout, target), *_lists(used)]
    saved, watched = sum(a.size for a in outputs), sum(a.size for _, a in plan.watches)
    tail = [
        write_driver(program.method, layout, saved, watched, target.width),
        "attributes #0 = { noinline nounwind }",
        *_tags(used),
    ]
    return "\n".join([*head, *body, *tail])


def _live(line: str | tuple[int, str], live: set[int]) -> str:
    """Drop a store of a value that nothing reads from memory."""
    if isinstance(line, str):
        return line
    number, text = line
    return text if number in live else ""


def _extra(family: str) -> str:
    return ", ptr noalias %out" if family in ("save", "last") else ""


def _family(
    family: str,
    kernels: Sequence[Kernel],
    mode: str,
    layout: Layout,
    used: Used,
    target: Target,
    copied: Sequence[Array],
) -> list[list[str | tuple[int, str]]]:
    """Write one function as parts of bounded length, since compile time grows faster than length."""
    groups = make_groups(kernels, mode)
    small = sum(g.nodes * g.count for g in groups) <= UNROLL_ALL and family in ("step", "rates")
    pieces = by_element(kernels, mode) if small else groups
    parts: list[list[str | tuple[int, str]]] = []
    writer = Writer(target.width, layout, used, mode, family)
    for piece in pieces:
        if writer.operations > PART:
            parts.append(writer.lines)
            writer = Writer(target.width, layout, used, mode, family)
        if isinstance(piece, Group):
            writer.group(piece)
        else:
            writer.single(*piece)
    _copy_out(writer, copied)
    parts.append(writer.lines)
    return parts


def _copy_out(writer: Writer, arrays: Sequence[Array]) -> None:
    at = 0
    width = writer.w
    for array in arrays:
        if array.size <= 4:
            for i in range(array.size):
                x = writer.load(array, Offset(i))
                p = writer.put(f"getelementptr inbounds {writer.V}, ptr %out, i64 {at + i}")
                writer.lines.append(f"  store {writer.V} {x}, ptr {p}, align {8 * width}")
        else:
            counter, close = writer.loop(array.size)
            writer.env[0] = counter
            x = writer.load(array, Offset(0, ((0, 1),)))
            k = writer.put(f"add nsw i64 {counter}, {at}")
            p = writer.put(f"getelementptr inbounds {writer.V}, ptr %out, i64 {k}")
            writer.lines.append(f"  store {writer.V} {x}, ptr {p}, align {8 * width}")
            close()
        at += array.size


def _caller(family: str, parts: int) -> str:
    extra = ", ptr %out" if _extra(family) else ""
    calls = "\n".join(write_call(f"{family}_{i}", extra) for i in range(parts))
    return f"define internal void @{family}({PARAMETERS}{_extra(family)}) #0 {{\n{calls}\n  ret void\n}}"


def _lists(used: Used) -> list[str]:
    return [
        f"{name} = internal constant [{len(listed)} x i64] [{', '.join(f'i64 {k}' for k in listed)}]"
        for listed, name in used.lists.items()
    ]


def _tags(used: Used) -> list[str]:
    """Arrays never overlap: telling LLVM so lets it keep values in registers across stores."""
    out = ['!0 = !{!"llr_sd"}']
    for n in sorted(used.tagged):
        out.append(f'!{2 * n + 10} = !{{!"a{n}", !0, i64 0}}')
        out.append(f"!{2 * n + 11} = !{{!{2 * n + 10}, !{2 * n + 10}, i64 0}}")
    return out
