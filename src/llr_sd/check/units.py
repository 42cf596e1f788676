"""Dimensional analysis of every equation: a pass of its own over the typed tree.

The rules, strict on purpose:

- A number written in an equation is dimensionless. Only a literal 0 fits any unit (`MAX(0, staff - posts)`, `gap > 0`), also inside
  MIN, MAX, IF THEN ELSE and comparisons; any other number there must stand against something dimensionless. An equation that holds
  numbers alone (`rate = 1 / 3`) gives a constant, and takes the unit its author states.
- Both sides of +, - and of a comparison, the arguments of MIN and MAX and the branches of IF THEN ELSE have one unit. A comparison
  and logic give a pure number; a condition must be one.
- The argument of EXP, LN, SIN and the like is a pure number; so is an exponent. A quantity with a unit can be raised to a written
  number only.
- INTEG: flow times the time unit is the stock's unit, and the initial value has it. The time unit is that of TIME STEP.
- SMOOTH, DELAY and their relatives give the unit of their input; their time has the time unit, their initial value the input's unit.
- A lookup gives the unit stated for it; an unnamed one, or one that states none, that of the variable it serves. The unit of its
  argument is not known, so not checked. A data series gives the unit stated for it.
- A variable without a unit counts as dimensionless (the audit names it). In a model where none has one, nothing is checked.
- The parts of a function that is written out with other equations, and of a macro, have no unit that anyone stated: they fit any,
  and so do :NA: and infinity.

After a finding the part of the equation that it is in fits anything, so that one fault is named once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from llr_sd.check.dimensions import NUMBER, Unit, parse_unit
from llr_sd.check.wording import shorten, write
from llr_sd.equations import (
    CONTROLS,
    NA,
    Binary,
    Call,
    Definition,
    Equations,
    Expression,
    LookupCall,
    Number,
    Reduce,
    Reference,
    Stock,
    Table,
    Time,
    Unary,
    Values,
    Variable,
    canonical,
)
from llr_sd.errors import InputError
from llr_sd.functions import FUNCTIONS, KEEPS, PURE, SAME

Found = Unit | None
"""The unit of an expression; None fits any (a literal 0, or a part with a finding)."""

_DELAYS = ("SMOOTH", "SMOOTH N", "DELAY", "DELAY N", "DELAY FIXED")
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class UnitReport:
    """Result of the pass.

    Attributes
    ----------
    findings
        A sentence each, with the variable as the modeller wrote it; no sentence twice.
    equations
        How many equations were looked at.
    stated
        How many variables state a unit, the control variables not counted; where it is 0, the sheet leaves the findings out.
    """

    findings: tuple[str, ...]
    equations: int
    stated: int


def check_units(equations: Equations) -> UnitReport:
    """Check the units of every equation of a model, by the rules at the head of this file.

    Parameters
    ----------
    equations
        Of the model. Each variable with its unit as the modeller wrote it.

    Returns
    -------
    UnitReport
        A unit that cannot be read is a finding too, and fits any other.

    Notes
    -----
    Agreement of units does not make an equation right: a wrong sign, or a share where its complement is meant, has the right unit. The
    argument of a lookup is not checked.
    """
    pass_ = _Pass(equations)
    looked = 0
    for variable in equations.variables.values():
        for definition in () if _made_up(variable) else variable.definitions:
            looked += 1
            pass_.definition(variable, definition)
    own = [v for n, v in equations.variables.items() if canonical(n) not in {canonical(c) for c in CONTROLS}]
    return UnitReport(tuple(dict.fromkeys(pass_.findings)), looked, sum(bool(v.unit.strip()) for v in own))


def _made_up(variable: Variable) -> bool:
    """Whether a variable was made up in translation; no author's name begins so."""
    return variable.name.startswith("_")


def _only_numbers(e: Expression) -> bool:
    match e:
        case Number():
            return True
        case Unary(_, operand):
            return _only_numbers(operand)
        case Binary(_, left, right):
            return _only_numbers(left) and _only_numbers(right)
        case Call(_, arguments):
            return bool(arguments) and all(map(_only_numbers, arguments))
    return False


def _written(e: Expression) -> Fraction | None:
    """Return the value of an exponent that is written as numbers, or None."""
    match e:
        case Number(value):
            return Fraction(value).limit_denominator(1000)
        case Unary("-", operand):
            inner = _written(operand)
            return None if inner is None else -inner
        case Binary("/", left, right):
            above, below = _written(left), _written(right)
            return None if above is None or not below else above / below
    return None


@dataclass
class _Pass:
    """The pass: what is known of units, and which equation is being read."""

    equations: Equations
    findings: list[str] = field(default_factory=list)
    units: dict[str, Found] = field(default_factory=dict)
    where: Variable | None = None
    at: Definition | None = None

    def __post_init__(self) -> None:
        for variable in self.equations.variables.values():
            try:
                free = _made_up(variable) or (variable.kind == "lookup" and not variable.unit.strip())
                self.units[variable.name] = None if free else parse_unit(variable.unit)
            except InputError as error:
                self.units[variable.name] = None
                self.findings.append(f'"{variable.name}": {error}')
        clock = self.equations.find("TIME STEP")
        self.time = self.units[clock.name] if clock is not None and clock.unit.strip() else None
        if clock is not None and self.time is None:
            self.findings.append('"TIME STEP" has no unit, so flows cannot be held against their stocks.')

    # --- findings

    def text(self, e: Expression) -> str:
        return shorten(write(e, self.at.loops if self.at else (), self.equations))

    def say(self, sentence: str) -> None:
        self.findings.append(f'"{self.where.name if self.where else ""}": {sentence}')

    def agree(self, one: Expression, first: Found, other: Expression, second: Found, how: str) -> Found:
        """Return the unit that two parts share; note a finding where they differ."""
        if first is None or second is None:
            return second if first is None else first
        if first != second:
            self.say(f"{how}: {self.text(one)} is in {first}, {self.text(other)} is in {second}.")
            return None
        return first

    def need(self, e: Expression, wanted: Found, what: str) -> None:
        """Note a finding where a part is in another unit than the one it must have."""
        found = self.unit(e)
        if found is not None and wanted is not None and found != wanted:
            self.say(f"{what} must be in {wanted}, but {self.text(e)} is in {found}.")

    # --- equations

    def definition(self, variable: Variable, definition: Definition) -> None:
        """Hold one equation against the unit of its variable; a stock's flow against that over time."""
        self.where, self.at = variable, definition
        own, body = self.units[variable.name], definition.body
        if isinstance(body, Table | Values):
            return
        if isinstance(body, Stock):
            start = self.unit(body.initial)
            if start is not None and own is not None and start != own and not _only_numbers(body.initial):
                self.say(f"the stock is in {own}, its initial value {self.text(body.initial)} in {start}.")
            flow = self.unit(body.flow)
            if flow is not None and own is not None and self.time is not None and flow * self.time != own:
                self.say(
                    f"the stock is in {own}, so its flow must be in {own / self.time}, but {self.text(body.flow)} is in {flow}."
                )
            return
        if _only_numbers(body):
            return
        found = self.unit(body)
        if found is not None and own is not None and found != own:
            self.say(f"is stated in {own}, but {self.text(body)} is in {found}.")

    # --- expressions

    def unit(self, e: Expression) -> Found:
        """Return the unit of an expression."""
        match e:
            case Number(value):
                return None if value in (0.0, NA) or not math.isfinite(value) else NUMBER
            case Time():
                return self.time
            case Reference(name, _):
                return self.units[name]
            case Unary(operator, operand):
                if operator == "not":
                    self.need(operand, NUMBER, "what :NOT: takes")
                    return NUMBER
                return self.unit(operand)
            case Binary():
                return self.binary(e)
            case Call():
                return self.call(e)
            case LookupCall(name, _, argument):
                self.unit(argument)
                return self.units[name]
            case Reduce():
                return self.reduce(e)

    def binary(self, e: Binary) -> Found:
        """Return the unit of an operation on two sides, which must agree but for products, quotients and powers."""
        if e.operator == "^":
            return self.power(e.left, e.right)
        if e.operator in ("and", "or"):
            for side in (e.left, e.right):
                self.need(side, NUMBER, f"what :{e.operator.upper()}: takes")
            return NUMBER
        left, right = self.unit(e.left), self.unit(e.right)
        if e.operator in _COMPARISONS:
            self.agree(e.left, left, e.right, right, f"compares ({e.operator}) different units")
            return NUMBER
        if e.operator in ("+", "-"):
            how = "adds different units" if e.operator == "+" else "subtracts different units"
            return self.agree(e.left, left, e.right, right, how)
        if left is None or right is None:
            return None
        return left * right if e.operator == "*" else left / right

    def power(self, base: Expression, exponent: Expression) -> Found:
        self.need(exponent, NUMBER, "an exponent")
        below = self.unit(base)
        if below is None or not below.powers:
            return below
        written = _written(exponent)
        if written is None:
            self.say(f"raises {self.text(base)}, in {below}, to a power that is not a written number.")
            return None
        return below**written

    def reduce(self, e: Reduce) -> Found:
        """A sum, least or greatest has the unit of its elements; a product has it once for each element."""
        body = self.unit(e.body)
        if e.operator != "PROD" or body is None or not body.powers or self.at is None:
            return body
        count = 1
        for loop in e.loops:
            count *= len(self.at.loops[loop])
        return body ** Fraction(count)

    def call(self, e: Call) -> Found:
        """Functions of their arguments alone; the rest is left to `of_time`."""
        name, a = e.function, e.arguments
        rule = FUNCTIONS[name].units if name in FUNCTIONS else ""
        if rule == KEEPS:
            return self.unit(a[0])
        if rule == SAME:
            return self.agree(a[0], self.unit(a[0]), a[1], self.unit(a[1]), f"{name} of different units")
        if rule == PURE:
            for x in a:
                self.need(x, NUMBER, f"what {name} takes")
            return NUMBER
        if name in ("ZIDZ", "XIDZ"):
            above, below = self.unit(a[0]), self.unit(a[1])
            ratio = None if above is None or below is None else above / below
            if name == "ZIDZ":
                return ratio
            quotient = Binary("/", a[0], a[1])
            return self.agree(quotient, ratio, a[2], self.unit(a[2]), "XIDZ of different units")
        if name == "IF THEN ELSE":
            self.need(a[0], NUMBER, "a condition")
            return self.agree(a[1], self.unit(a[1]), a[2], self.unit(a[2]), "branches of different units")
        if name == "SQRT":
            inside = self.unit(a[0])
            return None if inside is None else inside ** Fraction(1, 2)
        if name == "POWER":
            return self.power(a[0], a[1])
        if name == "QUANTUM":
            self.agree(a[0], self.unit(a[0]), a[1], self.unit(a[1]), "QUANTUM of different units")
            return self.unit(a[0])
        return self.of_time(e)

    def of_time(self, e: Call) -> Found:
        """Functions of the clock, and those which carry a value from step to step."""
        name, a, time = e.function, e.arguments, self.time
        first = self.unit(a[0]) if a else None
        if name in _DELAYS:
            self.need(a[1], time, f"the time of {name}")
            if len(a) > 2:
                self.agree(a[0], first, a[2], self.unit(a[2]), f"input and initial value of {name} in different units")
            if len(a) > 3:
                self.need(a[3], NUMBER, f"the order of {name}")
            return first
        if name == "ACTIVE INITIAL":
            return self.agree(a[0], first, a[1], self.unit(a[1]), "ACTIVE INITIAL of different units")
        if name == "SAMPLE IF TRUE":
            self.need(a[0], NUMBER, "a condition")
            return self.agree(a[1], self.unit(a[1]), a[2], self.unit(a[2]), "SAMPLE IF TRUE of different units")
        if name in ("TREND", "FORECAST"):
            for x in a[1 : 2 if name == "TREND" else 3]:
                self.need(x, time, f"a time of {name}")
            if name == "FORECAST":
                return first
            self.unit(a[-1])
            return None if time is None else NUMBER / time
        return self.test_input(e, first)

    def test_input(self, e: Call, first: Found) -> Found:
        """Steps, ramps and pulses; a function without a rule is a finding."""
        name, a, time = e.function, e.arguments, self.time
        if name in ("STEP", "RAMP"):
            for x in a[1:]:
                self.need(x, time, f"the date in {name}")
            if name == "STEP" or first is None or time is None:
                return first if name == "STEP" else None
            return first * time
        if name in ("PULSE", "PULSE TRAIN"):
            for x in a:
                self.need(x, time, f"a time in {name}")
            return NUMBER
        if name in ("PULSE MAGNITUDE", "PULSE TRAIN MAGNITUDE"):
            for x in a[:-1]:
                self.need(x, time, "a time in PULSE")
            amount = self.unit(a[-1])
            return None if amount is None or time is None else amount / time
        if name == "GET TIME VALUE":
            return time
        self.say(f"uses {name}, for which there is no unit rule.")
        return None
