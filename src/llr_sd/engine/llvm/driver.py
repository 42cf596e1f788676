"""The compiled loop over blocks of runs and over time steps, as LLVM IR."""

from __future__ import annotations

from llr_sd.engine.program.layout import Layout

ENTRY = "batch"
Names = tuple[tuple[str, str], ...]


def _named(*groups: tuple[str, str]) -> Names:
    return tuple((name, kind) for kind, names in groups for name in names.split())


ARGUMENTS = _named(
    ("ptr noalias", "ws s0 s1 k acc ring tables series design"),
    ("i64", "stride"),
    ("ptr noalias", "slots"),
    ("i64", "nslots blocks"),
    ("ptr noalias", "saves"),
    ("i64", "nsaves steps"),
    ("ptr noalias", "out bad"),
    ("ptr", "seen"),
    ("ptr noalias", "watch clock counted"),
    ("double", "dt"),
    ("i64", "ticks cap every"),
)
"""Name and kind of what `batch` is called with, in order; `Memory.run` says what each is."""
_PASSED = _named(("ptr", "ws cur nxt ring tables series"), ("double", "time begun dt"), ("i64", "tick ticks row cap"))
PARAMETERS = ", ".join(f"{kind} noalias %{name}" if kind == "ptr" else f"{kind} %{name}" for name, kind in _PASSED)
"""What every function of a model's own takes."""


def write_call(function: str, extra: str = "", **given: str) -> str:
    """Return a call of a function of a model's own; a parameter that is not given is passed on."""
    arguments = ", ".join(f"{kind} {given.get(name, '%' + name)}" for name, kind in _PASSED)
    return f"  call void @{function}({arguments}{extra})"


def write_driver(method: str, layout: Layout, out_size: int, watch_size: int, w: int) -> str:
    """Return `batch`: for each block of w runs, set inputs, find initial values, then step, save and check.

    A run is checked every `every` steps and at its end; `bad` receives the step at which a stock was first seen that is not
    finite, or below zero where that is not allowed, and -1 where there was none. Where `seen` is not null it receives the stocks
    of each run at that step. A stock whose number in `counted` is zero fails no run: what was asked for does not hang on it.
    `watch` receives what the "last" function copies, at the end of each run.
    """
    return "\n".join([_check(layout, w), _look(layout, w), _flat(w), _batch(method, layout, out_size, watch_size, w)])


def _check(layout: Layout, w: int) -> str:
    """Which lanes hold a stock that counts and is not finite, or negative where the model says that it cannot be."""
    V, B = f"<{w} x double>", f"<{w} x i1>"
    parts = [f"define internal {B} @check(ptr noalias readonly %s, ptr noalias readonly %counted) noinline nounwind {{\nentry:"]
    last, block = "zeroinitializer", "entry"
    for name, first, stop, test in (
        ("f", 0, layout.stocks, "fcmp uno {V} %{n}d, zeroinitializer"),
        ("g", layout.floor, layout.stocks, "fcmp olt {V} %{n}x, zeroinitializer"),
    ):
        if stop <= first:
            continue
        parts.append(f"""  br label %{name}
{name}:
  %{name}i = phi i64 [{first}, %{block}], [%{name}n, %{name}]
  %{name}a = phi {B} [{last}, %{block}], [%{name}o, %{name}]
  %{name}p = getelementptr inbounds {V}, ptr %s, i64 %{name}i
  %{name}x = load {V}, ptr %{name}p, align {8 * w}
  %{name}d = fsub {V} %{name}x, %{name}x
  %{name}b = {test.format(V=V, n=name)}
  %{name}q = getelementptr inbounds double, ptr %counted, i64 %{name}i
  %{name}y = load double, ptr %{name}q, align 8
  %{name}m = fcmp ogt double %{name}y, 0.0
  %{name}z = select i1 %{name}m, {B} %{name}b, {B} zeroinitializer
  %{name}o = or {B} %{name}a, %{name}z
  %{name}n = add nuw nsw i64 %{name}i, 1
  %{name}c = icmp ult i64 %{name}n, {stop}
  br i1 %{name}c, label %{name}, label %{name}e
{name}e:""")
        last, block = f"%{name}o", f"{name}e"
    parts.append(f"  ret {B} {last}\n}}")
    return "\n".join(parts)


def _look(layout: Layout, w: int) -> str:
    """Copy the stocks of some lanes, to find later which of them it was."""
    V, B = f"<{w} x double>", f"<{w} x i1>"
    return f"""define internal void @look(ptr %to, ptr %s, {B} %lanes) noinline nounwind {{
entry:
  br label %head
head:
  %i = phi i64 [0, %entry], [%n, %body]
  %more = icmp ult i64 %i, {layout.stocks}
  br i1 %more, label %body, label %done
body:
  %p = getelementptr inbounds {V}, ptr %s, i64 %i
  %q = getelementptr inbounds {V}, ptr %to, i64 %i
  %x = load {V}, ptr %p, align {8 * w}
  %y = load {V}, ptr %q, align {8 * w}
  %z = select {B} %lanes, {V} %x, {V} %y
  store {V} %z, ptr %q, align {8 * w}
  %n = add nuw nsw i64 %i, 1
  br label %head
done:
  ret void
}}"""


def _flat(w: int) -> str:
    """Three loops over vectors: r = a + b * h for the first n; from `first` to n, r = a and r = max(r, 0)."""
    V = f"<{w} x double>"
    copied = f"""  %pa = getelementptr inbounds {V}, ptr %a, i64 %i
  %pr = getelementptr inbounds {V}, ptr %r, i64 %i
  %x = load {V}, ptr %pa, align {8 * w}
  store {V} %x, ptr %pr, align {8 * w}"""
    floored = f"""  %p = getelementptr inbounds {V}, ptr %r, i64 %i
  %x = load {V}, ptr %p, align {8 * w}
  %low = fcmp olt {V} %x, zeroinitializer
  %y = select <{w} x i1> %low, {V} zeroinitializer, {V} %x
  store {V} %y, ptr %p, align {8 * w}"""
    return f"""define internal void @axpy(ptr %r, ptr %a, ptr %b, double %h, i64 %n) noinline nounwind {{
entry:
  %hi = insertelement {V} poison, double %h, i32 0
  %hv = shufflevector {V} %hi, {V} poison, <{w} x i32> zeroinitializer
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %loop, label %done
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %pa = getelementptr inbounds {V}, ptr %a, i64 %i
  %pb = getelementptr inbounds {V}, ptr %b, i64 %i
  %pr = getelementptr inbounds {V}, ptr %r, i64 %i
  %xa = load {V}, ptr %pa, align {8 * w}
  %xb = load {V}, ptr %pb, align {8 * w}
  %m = fmul {V} %xb, %hv
  %x = fadd {V} %xa, %m
  store {V} %x, ptr %pr, align {8 * w}
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}
{_rest("copy", "ptr %r, ptr %a", copied)}
{_rest("floor", "ptr %r", floored)}"""


def _rest(name: str, pointers: str, body: str) -> str:
    """Do `body` to each vector from `first` to n."""
    return f"""define internal void @{name}({pointers}, i64 %first, i64 %n) noinline nounwind {{
entry:
  %some = icmp slt i64 %first, %n
  br i1 %some, label %loop, label %done
loop:
  %i = phi i64 [%first, %entry], [%next, %loop]
{body}
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}"""


def _call(function: str, cur: str, nxt: str, time: str, tick: str, extra: str = "", begun: str = "%t") -> str:
    return write_call(function, extra, cur=cur, nxt=nxt, time=time, begun=begun, tick=tick)


def _time(name: str, tick: str) -> str:
    """Read the time at a tick of the clock."""
    return f"""  {name}p = getelementptr inbounds double, ptr %clock, i64 {tick}
  {name} = load double, ptr {name}p, align 8"""


def _advance(method: str, layout: Layout) -> str:
    """Write the state one step later to the memory that %nxt points to."""
    if method == "euler":
        return _call("step", "%cur", "%nxt", "%t", "%n")
    c, every = layout.continuous, layout.states_size
    # The rates of a step go to %k; its discrete part, found at the start of the step, is the next state's.
    return f"""  %tick0 = shl i64 %n, 1
  %tick1 = add i64 %tick0, 1
  %tick2 = add i64 %tick0, 2
  %half = fmul double %dt, 5.0e-1
  %third = fdiv double %dt, 3.0
  %sixth = fdiv double %dt, 6.0
{_time("%tm", "%tick1")}
{_time("%te", "%tick2")}
{_call("step", "%cur", "%k", "%t", "%tick0")}
  call void @axpy(ptr %acc, ptr %cur, ptr %k, double %sixth, i64 {c})
  call void @axpy(ptr %nxt, ptr %cur, ptr %k, double %half, i64 {c})
  call void @copy(ptr %nxt, ptr %cur, i64 {c}, i64 {every})
  call void @copy(ptr %acc, ptr %k, i64 {c}, i64 {every})
{_call("rates", "%nxt", "%k", "%tm", "%tick1")}
  call void @axpy(ptr %acc, ptr %acc, ptr %k, double %third, i64 {c})
  call void @axpy(ptr %nxt, ptr %cur, ptr %k, double %half, i64 {c})
{_call("rates", "%nxt", "%k", "%tm", "%tick1")}
  call void @axpy(ptr %acc, ptr %acc, ptr %k, double %third, i64 {c})
  call void @axpy(ptr %nxt, ptr %cur, ptr %k, double %dt, i64 {c})
{_call("rates", "%nxt", "%k", "%te", "%tick2")}
  call void @axpy(ptr %nxt, ptr %acc, ptr %k, double %sixth, i64 {c})
  call void @copy(ptr %nxt, ptr %acc, i64 {c}, i64 {every})
  call void @floor(ptr %nxt, i64 {layout.floor}, i64 {layout.stocks})"""


def _batch(method: str, layout: Layout, out_size: int, watch_size: int, w: int) -> str:
    """The loop over blocks; the parts follow one another as the machine meets them."""
    signature = ", ".join(f"{kind} %{name}" for name, kind in ARGUMENTS)
    return f"""define void @{ENTRY}({signature}) nounwind {{
entry:
  %watched = icmp ne ptr %seen, null
  br label %blockhead
blockhead:
  %b = phi i64 [0, %entry], [%bnext, %blockend]
  %bmore = icmp slt i64 %b, %blocks
  br i1 %bmore, label %inputs, label %done
{_inputs(w)}
{_start(layout, w)}
{_steps(method)}
{_watch(w)}
{_saves(method, out_size, w)}
{_next_step(method, layout)}
blockend:
  %watchat = mul i64 %b, {watch_size}
  %watchp = getelementptr <{w} x double>, ptr %watch, i64 %watchat
{_call("last", "%cur", "%nxt", "%t", "%n", ", ptr %watchp")}
  %bnext = add i64 %b, 1
  br label %blockhead
done:
  ret void
}}"""


def _inputs(w: int) -> str:
    """Put the design's columns of a block into the lanes."""
    V = f"<{w} x double>"
    return f"""inputs:
  %column = mul i64 %b, {w}
  %outfirst = mul i64 %b, %nsaves
  br label %inputhead
inputhead:
  %j = phi i64 [0, %inputs], [%jnext, %input]
  %jmore = icmp slt i64 %j, %nslots
  br i1 %jmore, label %input, label %begin
input:
  %jrow = mul i64 %j, %stride
  %jat = add i64 %jrow, %column
  %jp = getelementptr double, ptr %design, i64 %jat
  %jx = load {V}, ptr %jp, align 8
  %jsp = getelementptr i64, ptr %slots, i64 %j
  %jslot = load i64, ptr %jsp, align 8
  %jq = getelementptr {V}, ptr %ws, i64 %jslot
  store {V} %jx, ptr %jq, align {8 * w}
  %jnext = add i64 %j, 1
  br label %inputhead"""


def _start(layout: Layout, w: int) -> str:
    """Find the initial values of a block, and mark its runs as not failed."""
    V = f"<{w} x double>"
    minus = "<" + ", ".join(["double -1.0"] * w) + ">"
    return f"""begin:
  %t0 = load double, ptr %clock, align 8
{_call("start", "%s0", "%s1", "%t0", "0", begun="%t0").replace("%row", "0")}
  %badp = getelementptr {V}, ptr %bad, i64 %b
  %seenat = mul i64 %b, {layout.stocks}
  %seenp = getelementptr {V}, ptr %seen, i64 %seenat
  store {V} {minus}, ptr %badp, align {8 * w}
  br label %stephead"""


def _steps(method: str) -> str:
    """The head of the loop over steps: %cur and %nxt change places at each, and every so often the stocks are looked at."""
    return f"""stephead:
  %n = phi i64 [0, %begin], [%nnext, %stepped]
  %row = phi i64 [0, %begin], [%rownext, %stepped]
  %cur = phi ptr [%s0, %begin], [%nxt, %stepped]
  %nxt = phi ptr [%s1, %begin], [%cur, %stepped]
  %s = phi i64 [0, %begin], [%snext, %stepped]
  {"" if method == "euler" else "%tick = shl i64 %n, 1"}
{_time("%t", "%n" if method == "euler" else "%tick")}
  %last = icmp sge i64 %n, %steps
  %phase = urem i64 %n, %every
  %due = icmp eq i64 %phase, 0
  %look = or i1 %due, %last
  br i1 %look, label %checking, label %saving"""


def _watch(w: int) -> str:
    """Note the runs of a block that have failed, once each, and on request their stocks."""
    V, B = f"<{w} x double>", f"<{w} x i1>"
    return f"""checking:
  %flags = call {B} @check(ptr %cur, ptr %counted)
  %old = load {V}, ptr %badp, align {8 * w}
  %free = fcmp olt {V} %old, zeroinitializer
  %new = and {B} %free, %flags
  %nf = sitofp i64 %n to double
  %nfi = insertelement {V} poison, double %nf, i32 0
  %nfv = shufflevector {V} %nfi, {V} poison, <{w} x i32> zeroinitializer
  %badnew = select {B} %new, {V} %nfv, {V} %old
  store {V} %badnew, ptr %badp, align {8 * w}
  br i1 %watched, label %looking, label %saving
looking:
  call void @look(ptr %seenp, ptr %cur, {B} %new)
  br label %saving"""


def _saves(method: str, out_size: int, w: int) -> str:
    """Save the outputs at the steps in %saves."""
    V = f"<{w} x double>"
    tick = "%n" if method == "euler" else "%tick"
    return f"""saving:
  %ssafe = icmp slt i64 %s, %nsaves
  br i1 %ssafe, label %mayhap, label %after
mayhap:
  %sp = getelementptr i64, ptr %saves, i64 %s
  %sat = load i64, ptr %sp, align 8
  %now = icmp eq i64 %sat, %n
  br i1 %now, label %save, label %after
save:
  %orow = add i64 %outfirst, %s
  %oat = mul i64 %orow, {out_size}
  %op = getelementptr {V}, ptr %out, i64 %oat
{_call("save", "%cur", "%nxt", "%t", tick, ", ptr %op")}
  %sone = add i64 %s, 1
  br label %after"""


def _next_step(method: str, layout: Layout) -> str:
    """Go to the next step, or after the last to the next block; %row is that of the queues of DELAY FIXED."""
    return f"""after:
  %snext = phi i64 [%s, %saving], [%s, %mayhap], [%sone, %save]
  br i1 %last, label %blockend, label %stepped
stepped:
{_advance(method, layout)}
  %nnext = add i64 %n, 1
  %rowone = add i64 %row, 1
  %rowwrap = icmp sge i64 %rowone, %cap
  %rownext = select i1 %rowwrap, i64 0, i64 %rowone
  br label %stephead"""
