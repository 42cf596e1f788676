"""Functions that carry a value from step to step, as PySD's objects do it: their states, initial values and rates."""

from __future__ import annotations

from collections.abc import Callable

from llr_sd.engine.program import elementwise
from llr_sd.engine.program.bounds import Span
from llr_sd.engine.program.form import CONTINUOUS, DISCRETE, KEPT, RING, Array, Node, Program, Watch
from llr_sd.engine.program.offsets import Offset, Scope, row_major
from llr_sd.equations import Call, Expression
from llr_sd.errors import EngineError

MOST_STAGES = 1000


def advance(p: Program, state: Node, rate: Node) -> Node:
    """Return what a step kernel stores for a continuous state: its next value (Euler), or its rate (RK4)."""
    return state + rate * p.node("dt") if p.method == "euler" else p.number(rate)


class Maker:
    """Arrays and kernels of one stateful call; every state has an element for each count of the loops around the call.

    `lower` gives the node of an expression that stands where the call does, `bound` the values of one that is constant, or None.
    """

    def __init__(
        self,
        program: Program,
        call: Call,
        scope: Scope,
        lower: Callable[[Expression], Node],
        bound: Callable[[Expression], Span | None],
    ) -> None:
        self.p, self.call, self.scope, self.lower, self.bound = program, call, scope, lower, bound
        self.label = scope.variable.name
        self.at, self.size = row_major(scope.loops)

    def arguments(self) -> tuple[Node, ...]:
        """Return the nodes of its arguments, as numbers."""
        return tuple(self.p.number(self.lower(a)) for a in self.call.arguments)

    def array(self, role: str, stages: int = 1) -> Array:
        """Return a new array with an element for each stage and each count of the loops."""
        return self.p.add_array(f"{self.call.function} in {self.label}", self.size * stages, role)

    def offset(self, stage: int) -> Offset:
        """Return where the elements of a stage stand in its array."""
        return Offset(self.at.base + stage * self.size, self.at.strides, self.at.listed)

    def load(self, array: Array, stage: int = 0) -> Node:
        """Return the node that reads a stage."""
        return self.p.load(array, self.offset(stage))

    def store(self, array: Array, value: Node, phase: str, stage: int = 0) -> None:
        """Have a value written into a stage, at the start or in every step."""
        self.p.add_kernel(self.label, self.scope.sizes, array, self.offset(stage), value, phase)

    def watch(self, delay: Array, time: Node, order: Node | None) -> None:
        """Have the least delay time of a stage noted; without an order (DELAY FIXED) the time is that of the start alone."""
        stage = time if order is None else time / order
        still, moving = self.array(KEPT), self.array(DISCRETE)
        self.store(still, stage, "start")
        self.store(moving, stage, "start")
        self.store(moving, self.load(moving).to("min", stage), "step")
        self.p.watches.append(
            Watch(self.scope.variable.name, self.scope.definition, self.call.function, delay, still, moving, order is not None)
        )

    def stages(self, expression: Expression) -> int:
        """The greatest order that any run asks for."""
        span, function = self.bound(expression), self.call.function
        if span is None:
            raise EngineError(f"the order of {function} must be a constant.", where=self.label, mend="Use a number.")
        if span.least < 1 or not span.whole:
            order = f"{span.least:g}" if span.least == span.most else f"{span.least:g} to {span.most:g}"
            raise EngineError(
                f"{function} of order {order} is not possible.", where=self.label, mend="An order is a whole number from 1."
            )
        if span.most > MOST_STAGES:
            raise EngineError(f"{function} of order {span.most:g} is above {MOST_STAGES}.", where=self.label)
        return int(span.most)


def _initial(m: Maker) -> Node:
    kept = m.array(KEPT)
    m.store(kept, m.arguments()[0], "start")
    return m.load(kept)


def _active_initial(m: Maker) -> Node:
    active, initial = m.arguments()
    return m.p.node("phase", active, initial)


def _sample_if_true(m: Maker) -> Node:
    condition, actual, initial = m.arguments()
    state = m.array(DISCRETE)
    value = condition.pick(actual, m.load(state))
    m.store(state, initial, "start")
    m.store(state, m.load(state) * 0.0 + value, "step")
    return value


def _smooth(m: Maker) -> Node:
    stages = m.stages(m.call.arguments[3])
    value, time, initial, order = m.arguments()
    fixed = m.call.function == "SMOOTH"
    state = m.array(CONTINUOUS, stages)
    whole = m.p.constant(stages) if fixed else _fitting_order(m, time, order)
    m.watch(state, time, m.p.constant(stages) if fixed else order)
    for k in range(stages):
        target = value if k == 0 else m.load(state, k - 1)
        change = (target - m.load(state, k)) * whole
        m.store(state, initial, "start", k)
        m.store(state, advance(m.p, m.load(state, k), change / time), "step", k)
    return _last_stage(m, state, stages, whole, fixed)


def _kept(m: Maker, value: Node) -> Node:
    """A number found once, at the start; it has an element for each count of the loops that it depends on, no more."""
    at, size = row_major((n, k) for n, k in m.scope.loops if n in value.loops)
    kept = m.p.add_array(f"{m.call.function} in {m.label}", size, KEPT)
    sizes = tuple(k if n in value.loops else 1 for n, k in enumerate(m.scope.sizes))
    m.p.add_kernel(m.label, sizes, kept, at, value, "start")
    return m.p.load(kept, at)


def _last_stage(m: Maker, state: Array, stages: int, order: Node, fixed: bool) -> Node:
    """The value of the last stage that is in use in each run."""
    out = m.load(state, stages - 1)
    if fixed:
        return out
    for k in reversed(range(stages - 1)):
        out = (order <= k + 1).pick(m.load(state, k), out)
    return out


def _fitting_order(m: Maker, time: Node, order: Node) -> Node:
    """The order of DELAY N and SMOOTH N: Vensim lowers it until order * TIME STEP is no more than the delay time."""
    room = (time / m.p.node("dt") + 1e-6).to("trunc")
    return _kept(m, order.to("trunc").to("min", room).to("max", 1.0))


def _delay(m: Maker) -> Node:
    """A fixed number of stages, however short: Vensim's equations of DELAY1 and DELAY3 cut nothing."""
    stages = m.stages(m.call.arguments[3])
    value, time, initial, _ = m.arguments()
    whole = m.p.constant(stages)
    state = m.array(CONTINUOUS, stages)
    m.watch(state, time, whole)

    def outflow(k: int) -> Node:
        return m.load(state, k) / time

    for k in range(stages):
        inflow = value if k == 0 else outflow(k - 1)
        rate = (inflow - outflow(k)) * whole
        m.store(state, initial * time, "start", k)
        m.store(state, advance(m.p, m.load(state, k), rate), "step", k)
    return outflow(stages - 1)


def _delay_n(m: Maker) -> Node:
    """Each stage keeps the delay time of the step in which it was filled; the output uses that of the step before."""
    stages = m.stages(m.call.arguments[3])
    value, time, initial, order = m.arguments()
    used = _fitting_order(m, time, order)
    state, times = m.array(CONTINUOUS, stages), m.array(DISCRETE, stages)

    m.watch(state, time, order)

    def time_of(k: int) -> Node:
        return time if k == 0 else m.load(times, k - 1)

    def outflow(k: int) -> Node:
        return m.load(state, k) / time_of(k)

    for k in range(stages):
        inflow = value if k == 0 else outflow(k - 1)
        rate = (inflow - outflow(k)) * used
        m.store(state, initial * time, "start", k)
        m.store(state, advance(m.p, m.load(state, k), rate), "step", k)
        m.store(times, time, "start", k)
        m.store(times, time_of(k), "step", k)
    return _last_stage(m, state, stages, used, False) / m.load(times, 0)


def _delay_fixed(m: Maker) -> Node:
    value, time, initial = m.arguments()
    ring = m.array(RING)
    m.p.rings.append((ring, m.call.arguments[1]))
    m.watch(ring, time, None)
    steps = (time / m.p.node("dt")).to("max", 1.0)
    # The small addend makes half a step round up, as in PySD.
    whole = (steps + elementwise.SMALL).to("rint")
    order = _kept(m, whole)
    m.store(ring, initial, "start")
    m.store(ring, value, "step")
    return m.p.node("ring", order, array=ring, offset=m.at)


def _trend_state(m: Maker, value: Node, time: Node, initial: Node) -> Array:
    state = m.array(CONTINUOUS)
    m.watch(state, time, m.p.constant(1.0))
    m.store(state, initial, "start")
    rate = (value - m.load(state)) / time
    m.store(state, advance(m.p, m.load(state), rate), "step")
    return state


def _trend(m: Maker) -> Node:
    value, time, initial = m.arguments()
    start = value / (1.0 + initial * time)
    average = m.load(_trend_state(m, value, time, start))
    return elementwise.ratio_or(value - average, time * average.to("abs"), 0.0)


def _forecast(m: Maker) -> Node:
    value, time, horizon, initial = m.arguments()
    start = value / (1.0 + initial)
    average = m.load(_trend_state(m, value, time, start))
    trend = elementwise.ratio_or(value - average, time * average, 0.0)
    return value * (1.0 + trend * horizon)


LOWERINGS: dict[str, Callable[[Maker], Node]] = {
    "INITIAL": _initial,
    "ACTIVE INITIAL": _active_initial,
    "SAMPLE IF TRUE": _sample_if_true,
    "SMOOTH": _smooth,
    "SMOOTH N": _smooth,
    "DELAY": _delay,
    "DELAY N": _delay_n,
    "DELAY FIXED": _delay_fixed,
    "TREND": _trend,
    "FORECAST": _forecast,
}
