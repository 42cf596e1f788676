"""Reality checks: a condition, and what must hold wherever it does. From a Vensim model's `:THE CONDITION:` ... `:IMPLIES:`
equations, or from `checks.toml`.

What can be evaluated: comparisons of numbers, scalar variables, single elements, Time and their + - * /, joined by :AND: and :OR:.
A condition `constant = number` (or the name of a test input of that form) sets the constant for a run of its own. Other conditions
are looked for in the base run and in the random runs: Vensim would force the variable, here only constants are set. A check whose
condition never holds, or that uses anything else, is reported as not evaluated, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llr_sd.check.declared import Settings
from llr_sd.check.subject import Run, Subject
from llr_sd.check.wording import figure, shorten
from llr_sd.ensemble import Ensemble
from llr_sd.equations import canonical
from llr_sd.errors import InputError
from llr_sd.values import number

Values = NDArray[Any]
Node = tuple[Any, ...]
"""("number", x), ("name", text), or (operator, left, right)."""

NEAR = 1e-9
_TOKEN = re.compile(
    r"\s*(?:(?P<logic>:[A-Z ]+:)|(?P<mark><=|>=|<>|[<>=+\-*/(),])|(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)"
    r'|(?P<name>"[^"]*"(?:\s*\[[^\]]*\])?|[^\W\d][\w .]*(?:\[[^\]]*\])?))'
)
_LEVELS = ((":OR:",), (":AND:",), ("=", "<>", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"))
_COMPARE: dict[str, Callable[[Values, Values], Values]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass
class Tally:
    """How often a condition held, and the first place where what it implies did not."""

    held: int = 0
    broken: int = 0
    first: str = ""


@dataclass(frozen=True)
class Claim:
    """One reality check, parsed; `problem` says why it cannot be evaluated, if it cannot."""

    name: str
    text: str
    condition: Node = ()
    implies: Node = ()
    settings: Settings = field(default_factory=dict)
    problem: str = ""

    def names(self) -> tuple[str, ...]:
        """Return the names of all variables in it."""
        return tuple(dict.fromkeys((*_names(self.condition), *_names(self.implies))))

    def look(self, tally: Tally, subject: Subject, ensemble: Ensemble, where: str, first: int | None = None) -> None:
        """Add the runs of an ensemble to a tally; `where` says what run it is, `first` counts the runs where there are many."""
        times = np.asarray(ensemble.dataset["time"].values, dtype=np.float64)
        shape = (len(ensemble.status), len(times))

        def read(name: str) -> Values:
            if canonical(name) == "time":
                return np.broadcast_to(times, shape)
            variable, positions, labels = subject.output(name)
            if len(labels) > 1:
                raise InputError(f'"{variable.name}" has subscripts; name one element.')
            return np.asarray(ensemble.dataset[variable.name].values).reshape(*shape, -1)[:, :, positions[0]]

        ok = np.array([s.ok for s in ensemble.status], dtype=bool)[:, None]
        self._count(tally, times, read, ok, where, first)

    def look_at(self, tally: Tally, run: Run, where: str) -> None:
        """Add one run to a tally, as `look`."""
        shape = (1, len(run.times))

        def read(name: str) -> Values:
            if canonical(name) == "time":
                return run.times[None, :]
            series = run.series(name)
            if len(series.labels) > 1:
                raise InputError(f'"{name}" has subscripts; name one element.')
            return series.values.reshape(shape)

        self._count(tally, run.times, read, np.array([[run.status.ok]]), where, None)

    def _count(
        self, tally: Tally, times: Values, read: Callable[[str], Values], ok: Values, where: str, first: int | None
    ) -> None:
        shape = (len(ok), len(times))
        with np.errstate(all="ignore"):
            when = evaluate(self.condition, read) if self.condition else np.asarray(True)
            held = np.broadcast_to(when, shape).astype(bool) & ok
            broken = held & ~np.broadcast_to(evaluate(self.implies, read), shape).astype(bool)
        tally.held += int(held.sum())
        tally.broken += int(broken.sum())
        if broken.any() and not tally.first:
            run, time = (int(i) for i in np.argwhere(broken)[0])
            shown = ", ".join(f"{n} = {figure(float(read(n)[run, time]))}" for n in self.names())
            tally.first = f"at time {times[time]:g} in {where if first is None else f'{where} {first + run}'}: {shown}"


def evaluate(node: Node, read: Callable[[str], Values]) -> Values:
    """Return the value of a node; `read` gives that of a name."""
    kind = node[0]
    if kind == "number":
        return np.asarray(node[1])
    if kind == "name":
        return read(node[1])
    left, right = evaluate(node[1], read), evaluate(node[2], read)
    if kind == ":AND:":
        return np.logical_and(left, right)
    if kind == ":OR:":
        return np.logical_or(left, right)
    if kind in ("+", "-", "*", "/"):
        return np.asarray({"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[kind](left, right))
    near = np.abs(left - right) <= NEAR * np.maximum(np.abs(left), np.abs(right))
    if kind == "=":
        return np.asarray(near)
    if kind == "<>":
        return np.asarray(~near)
    return np.asarray(_COMPARE[kind](left, right) | near if "=" in kind else _COMPARE[kind](left, right) & ~near)


def _names(node: Node) -> list[str]:
    if not node or node[0] == "number":
        return []
    if node[0] == "name":
        return [] if canonical(node[1]) == "time" else [node[1]]
    return _names(node[1]) + _names(node[2])


# --- reading


def parse(text: str) -> Node:
    """Read a condition; raise InputError where it holds something that is not evaluated."""
    tokens: list[tuple[str, str]] = []
    at, text = 0, text.replace("\\\n", " ").replace("\\", " ").strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InputError(f'"{shorten(text[at:], 40)}" is not a comparison of variables.')
        kind = str(found.lastgroup)
        tokens.append((kind, " ".join(found.group(kind).split())))
        at = found.end()
    node, rest = _level(tokens, 0)
    if rest:
        raise InputError(f'"{rest[0][1]}" is not expected there.')
    return node


def _level(tokens: list[tuple[str, str]], level: int) -> tuple[Node, list[tuple[str, str]]]:
    if level == len(_LEVELS):
        return _atom(tokens)
    left, tokens = _level(tokens, level + 1)
    while tokens and tokens[0][0] in ("mark", "logic") and tokens[0][1] in _LEVELS[level]:
        operator = tokens[0][1]
        right, tokens = _level(tokens[1:], level + 1)
        left = (operator, left, right)
    return left, tokens


def _atom(tokens: list[tuple[str, str]]) -> tuple[Node, list[tuple[str, str]]]:
    if not tokens:
        raise InputError("it ends too soon.")
    (kind, text), rest = tokens[0], tokens[1:]
    if kind == "number":
        return ("number", number(text)), rest
    if kind == "name":
        if rest and rest[0][1] == "(":
            raise InputError(f"functions such as {text} are not evaluated here.")
        return ("name", text), rest
    if text == "-":
        inner, rest = _atom(rest)
        return ("-", ("number", 0.0), inner), rest
    if text == "(":
        inner, rest = _level(rest, 0)
        if rest and rest[0][1] == ")":
            return inner, rest[1:]
    raise InputError(f'"{text}" is not evaluated here.')


def read_claims(subject: Subject) -> tuple[Claim, ...]:
    """Return the reality checks of the model file and of `checks.toml`, each ready or with the reason why it is not."""
    texts = [" ".join(t.replace("\\", " ").split()) for t in subject.model.equations.reality_checks]
    inputs: dict[str, str] = {}
    found: list[Claim] = []
    for text in texts:
        name, mark, body = text.partition(":TEST INPUT:")
        if mark:
            inputs[canonical(name)] = body
    for text in texts:
        name, mark, body = text.partition(":THE CONDITION:")
        if mark:
            when, _, implies = body.partition(":IMPLIES:")
            found.append(_claim(subject, name.strip(), shorten(text), when, implies, {}, inputs))
        elif ":TEST INPUT:" not in text:
            found.append(Claim(shorten(text, 40), text, problem=f"it cannot be read: {shorten(text)}"))
    for r in subject.checks.reality:
        found.append(_claim(subject, r.name, f"{r.when} implies {r.implies}", r.when, r.implies, r.set, inputs))
    return tuple(found)


def _claim(subject: Subject, name: str, text: str, when: str, implies: str, given: Settings, inputs: dict[str, str]) -> Claim:
    try:
        for key, body in inputs.items():
            if canonical(when) == key:
                when = body
        condition: Node = parse(when) if when.strip() else ()
        settings = dict(given)
        condition = _split_settings(subject, condition, settings)
        claim = Claim(name, text, condition, parse(implies), settings)
        for wanted in claim.names():
            variable, _, labels = subject.output(wanted)
            if variable.kind == "lookup" or len(labels) > 1:
                raise InputError(f'"{variable.name}" has no single value over time.')
        for side in (condition, claim.implies):
            if side and side[0] not in (*_LEVELS[0], *_LEVELS[1], *_LEVELS[2]):
                raise InputError("it is not a comparison.")
    except InputError as error:
        return Claim(name, text, problem=str(error))
    return claim


def _split_settings(subject: Subject, node: Node, settings: dict[str, float]) -> Node:
    """Take "constant = number" out of a condition and into the settings; return what is left."""
    if not node:
        return node
    if node[0] == ":AND:":
        left, right = (_split_settings(subject, n, settings) for n in node[1:])
        return (":AND:", left, right) if left and right else left or right
    if node[0] == "=":
        for name, number in ((node[1], node[2]), (node[2], node[1])):
            value = _constant(number)
            if name[0] == "name" and value is not None and canonical(name[1]) != "time":
                variable = subject.model.equations.variable(name[1].partition("[")[0])
                if variable.kind == "constant":
                    settings[name[1].strip('"')] = value
                    return ()
    return node


def _constant(node: Node) -> float | None:
    if node[0] == "number":
        return float(node[1])
    if node[0] == "-" and node[1] == ("number", 0.0) and node[2][0] == "number":
        return -float(node[2][1])
    return None
