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
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from llr_sd import equations as eq
from llr_sd.check.dimensions import NUMBER, Unit, parse_unit
from llr_sd.check.wording import shorten, write
from llr_sd.errors import InputError
from llr_sd.functions import FUNCTIONS

Found = Unit | None
"""The unit of an expression; None fits any (a literal 0, or a part with a finding)."""

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


def check_units(equations: eq.Equations) -> UnitReport:
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
    own = [v for n, v in equations.variables.items() if eq.canonical(n) not in {eq.canonical(c) for c in eq.CONTROLS}]
    return UnitReport(tuple(dict.fromkeys(pass_.findings)), looked, sum(bool(v.unit.strip()) for v in own))


class UnitFindings:
    """The findings in one equation after another, which need not be those of the model; units are read once."""

    def __init__(self, equations: eq.Equations) -> None:
        self._pass = _Pass(equations)

    def of(self, variable: eq.Variable, definition: eq.Definition) -> tuple[str, ...]:
        """Return the findings in an equation of a variable."""
        self._pass.findings.clear()
        self._pass.definition(variable, definition)
        return tuple(self._pass.findings)


def _made_up(variable: eq.Variable) -> bool:
    """Whether a variable was made up in translation; no author's name begins so."""
    return variable.name.startswith("_")


def _only_numbers(e: eq.Expression) -> bool:
    match e:
        case eq.Number():
            return True
        case eq.Unary(_, operand):
            return _only_numbers(operand)
        case eq.Binary(_, left, right):
            return _only_numbers(left) and _only_numbers(right)
        case eq.Call(_, arguments):
            return bool(arguments) and all(map(_only_numbers, arguments))
    return False


def _written(e: eq.Expression) -> Fraction | None:
    """Return the value of an exponent that is written as numbers, or None."""
    match e:
        case eq.Number(value):
            return Fraction(value).limit_denominator(1000)
        case eq.Unary("-", operand):
            inner = _written(operand)
            return None if inner is None else -inner
        case eq.Binary("/", left, right):
            above, below = _written(left), _written(right)
            return None if above is None or not below else above / below
    return None


@dataclass
class _Pass:
    """The pass: what is known of units, and which equation is being read."""

    equations: eq.Equations
    findings: list[str] = field(default_factory=list)
    units: dict[str, Found] = field(default_factory=dict)
    where: eq.Variable | None = None
    at: eq.Definition | None = None

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

    def text(self, e: eq.Expression) -> str:
        return shorten(write(e, self.at.loops if self.at else (), self.equations))

    def say(self, sentence: str) -> None:
        self.findings.append(f'"{self.where.name if self.where else ""}": {sentence}')

    def agree(self, one: eq.Expression, first: Found, other: eq.Expression, second: Found, how: str) -> Found:
        """Return the unit that two parts share; note a finding where they differ."""
        if first is None or second is None:
            return second if first is None else first
        if first != second:
            self.say(f"{how}: {self.text(one)} is in {first}, {self.text(other)} is in {second}.")
            return None
        return first

    def need(self, e: eq.Expression, wanted: Found, what: str) -> None:
        """Note a finding where a part is in another unit than the one it must have."""
        found = self.unit(e)
        if found is not None and wanted is not None and found != wanted:
            self.say(f"{what} must be in {wanted}, but {self.text(e)} is in {found}.")

    # --- equations

    def definition(self, variable: eq.Variable, definition: eq.Definition) -> None:
        """Hold one equation against the unit of its variable; a stock's flow against that over time."""
        self.where, self.at = variable, definition
        own, body = self.units[variable.name], definition.body
        if isinstance(body, eq.Table | eq.Values):
            return
        if isinstance(body, eq.Stock):
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

    def unit(self, e: eq.Expression) -> Found:
        """Return the unit of an expression."""
        match e:
            case eq.Number(value):
                return None if value in (0.0, eq.NA) or not math.isfinite(value) else NUMBER
            case eq.Time():
                return self.time
            case eq.Reference(name, _):
                return self.units[name]
            case eq.Unary(operator, operand):
                if operator == "not":
                    self.need(operand, NUMBER, "what :NOT: takes")
                    return NUMBER
                return self.unit(operand)
            case eq.Binary():
                return self.binary(e)
            case eq.Call():
                return self.call(e)
            case eq.LookupCall(name, _, argument):
                self.unit(argument)
                return self.units[name]
            case eq.Reduce():
                return self.reduce(e)

    def binary(self, e: eq.Binary) -> Found:
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

    def power(self, base: eq.Expression, exponent: eq.Expression) -> Found:
        self.need(exponent, NUMBER, "an exponent")
        below = self.unit(base)
        if below is None or not below.powers:
            return below
        written = _written(exponent)
        if written is None:
            self.say(f"raises {self.text(base)}, in {below}, to a power that is not a written number.")
            return None
        return below**written

    def reduce(self, e: eq.Reduce) -> Found:
        """A sum, least or greatest has the unit of its elements; a product has it once for each element."""
        body = self.unit(e.body)
        if e.operator != "PROD" or body is None or not body.powers or self.at is None:
            return body
        count = 1
        for loop in e.loops:
            count *= len(self.at.loops[loop])
        return body ** Fraction(count)

    def call(self, e: eq.Call) -> Found:
        """Hold the arguments of a function against the units of its row; return the unit of its value."""
        name, row = e.function, FUNCTIONS.get(e.function)
        if name == "POWER":
            return self.power(*e.arguments)
        if name == "SQRT":
            inside = self.unit(e.arguments[0])
            return None if inside is None else inside ** Fraction(1, 2)
        if row is None or not row.units:
            self.say(f"uses {name}, for which there is no unit rule.")
            return None
        takes, _, gives = row.units.partition(" -> ")
        known: dict[str, Found] = {"1": NUMBER, "time": self.time}
        bound: dict[str, tuple[str, eq.Expression]] = {}
        for rule, label, argument in zip(takes.split(), row.names, e.arguments, strict=False):
            if rule in ("1", "time"):
                self.need(argument, known[rule], f"what {name} takes" if " " not in takes else f"the {label} of {name}")
                continue
            found = self.unit(argument)
            if "/" in rule:
                (above, left), (below, right) = (bound[part] for part in rule.split("/"))
                bound[rule] = f"{above} / {below}", eq.Binary("/", left, right)
                known[rule] = _joined(rule, known)
            if rule in bound:
                other, one = bound[rule]
                found = self.agree(one, known[rule], argument, found, f"{other} and {label} of {name} in different units")
            bound[rule], known[rule] = (label, argument), found
        return _joined(gives, known)


def _joined(rule: str, known: Mapping[str, Found]) -> Found:
    """Return the unit that a rule such as "x*time" says of known ones."""
    left, operator, right = rule.partition("/") if "/" in rule else rule.partition("*")
    first, second = known[left], known[right] if operator else NUMBER
    if first is None or second is None:
        return None
    return first / second if operator == "/" else first * second
