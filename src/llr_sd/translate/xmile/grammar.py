"""Equations of XMILE (3.2 and 3.3 of its specification) to syntax trees, with names still as they are written.

From the tightest: ^ (from the right), the signs and NOT, * / // and MOD, + and -, the comparisons, = and <>, AND, OR.
"""

from __future__ import annotations

import re
from typing import Any

import llr_sd.translate.syntax as syntax
from llr_sd.errors import TranslationError
from llr_sd.translate.messages import short
from llr_sd.translate.source import Place

_TOKEN = re.compile(
    r"""(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>\.?(?:"(?:\\.|[^"\\])*"|(?:[^\W\d]|[^\x00-\x7f\s])(?:[\w$']|[^\x00-\x7f\s])*)
        (?:\.(?:"(?:\\.|[^"\\])*"|(?:\w|[^\x00-\x7f\s])(?:[\w$']|[^\x00-\x7f\s])*))*)
    | (?P<operator><=|>=|<>|//|[-+*/^()\[\],=<>])""",
    re.VERBOSE,
)
_WORDS = ("if", "then", "else", "and", "or", "not", "mod")
# How tightly each operator binds, and the level that its right-hand side begins at.
_LEVELS = {
    "or": 1,
    "and": 2,
    "=": 3,
    "<>": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "//": 6,
    "mod": 6,
}
_CALLS = ("//", "mod")
_DEEPEST = 600  # brackets and IFs inside each other


def parse(text: str, place: Place) -> Any:
    """Return the syntax tree of one equation, made of `syntax`.

    Raises
    ------
    TranslationError
        When it is no equation; the message quotes where it stops being one.
    """
    return _Parser(_without_comments(text, place), place).whole()


def is_blank(text: str) -> bool:
    """Whether an equation is nothing but one comment in braces."""
    return re.fullmatch(r"\s*(\{[^{}]*\}\s*)+", text) is not None


def _without_comments(text: str, place: Place) -> str:
    """Blank out comments in braces, which may stand anywhere but in a quoted name."""
    out, depth, quoted, i = [], 0, False, 0
    while i < len(text):
        c = text[i]
        if quoted and c == "\\":
            out.append(text[i : i + 2])
            i += 2
            continue
        if c == '"' and not depth:
            quoted = not quoted
        if c == "{" and not quoted:
            depth += 1
        out.append(" " if depth else c)
        if c == "}" and not quoted:
            if not depth:
                raise place.refuse('a "}" in the equation closes no comment.', "Remove it, or open the comment with {.")
            depth -= 1
        i += 1
    if depth:
        raise place.refuse("a comment in the equation is not closed.", "End it with }.")
    return "".join(out)


class _Parser:
    """Reads one equation from left to right, by precedence."""

    def __init__(self, text: str, place: Place) -> None:
        self._text, self._place = text, place
        self._at, self._depth = 0, 0
        self._kind, self._token, self._start = "", "", 0
        self._next()

    def whole(self) -> Any:
        tree = self._expression(1)
        if self._kind:
            raise self._fault()
        return tree

    # --- levels of precedence --------------------------------------------------------------------------------------------

    def _expression(self, least: int) -> Any:
        left = self._signed()
        while True:
            operator = self._token.lower() if self._kind in ("operator", "word") else ""
            level = _LEVELS.get(operator, 0)
            if level < least:
                break
            left = self._chain(left, operator, level)
        return left

    def _inside(self) -> Any:
        """Read the expression inside a bracket, a call or an IF."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._place.refuse(
                f"the equation has more than {_DEEPEST} brackets or IFs inside each other.", "Split it over several variables."
            )
        tree = self._expression(1)
        self._depth -= 1
        return tree

    def _chain(self, left: Any, operator: str, level: int) -> Any:
        """Read on as long as operators bind as tightly, keeping a long sum flat."""
        if operator in _CALLS:
            self._next()
            return self._call(operator, left, self._expression(level + 1))
        operators: list[str] = []
        operands = [left]
        while self._kind in ("operator", "word") and _LEVELS.get(self._token.lower()) == level:
            word = self._token.lower()
            if word in _CALLS or (level in (3, 4) and operators):
                break
            operators.append({"and": ":AND:", "or": ":OR:"}.get(word, word))
            self._next()
            operands.append(self._expression(level + 1))
        if level < 5:
            return syntax.LogicStructure(operators, tuple(operands))
        return syntax.ArithmeticStructure(operators, tuple(operands))

    def _signed(self) -> Any:
        signs = []
        while (self._kind == "operator" and self._token in "+-") or (self._kind == "word" and self._token.lower() == "not"):
            signs.append(self._token.lower())
            self._next()
        tree = self._power()
        for sign in reversed(signs):
            if sign == "not":
                tree = syntax.LogicStructure([":NOT:"], (tree,))
            elif sign == "-":
                tree = syntax.ArithmeticStructure(["negative"], (tree,))
        return tree

    def _power(self) -> Any:
        bases = [self._primary()]
        while self._is("^"):
            self._next()
            if self._kind == "operator" and self._token in ("+", "-"):
                bases.append(self._signed())
                break
            bases.append(self._primary())
        tree = bases[-1]
        for base in reversed(bases[:-1]):
            # A negative number in brackets keeps its sign inside the power.
            negative = isinstance(base, syntax.ArithmeticStructure) and base.operators == ["negative"]
            tree = self._call("power", base, tree) if negative else syntax.ArithmeticStructure(["^"], (base, tree))
        return tree

    def _primary(self) -> Any:
        kind, token = self._kind, self._token
        if kind == "number":
            self._next()
            value = float(token)
            if value == float("inf"):
                raise self._place.refuse(f'the number "{short(token, 40)}" is too large.', "Write INF where no limit is meant.")
            return value
        if kind == "word" and token.lower() == "if":
            return self._if()
        if self._is("("):
            self._next()
            tree = self._inside()
            self._expect(")", "a closing bracket")
            return tree
        if kind != "name":
            raise self._fault()
        self._next()
        subscripts = None
        if self._is("["):
            subscripts = syntax.SubscriptsReferenceStructure(self._subscripts())
        reference = syntax.ReferenceStructure(token, subscripts)
        if self._is("("):
            return syntax.CallStructure(reference, self._arguments())
        return reference

    def _if(self) -> Any:
        parts = []
        for word in ("if", "then", "else"):
            if not (self._kind == "word" and self._token.lower() == word):
                raise self._place.refuse(f"an IF has no {word.upper()}.", "Write IF condition THEN value ELSE value.")
            self._next()
            parts.append(self._inside())
        return self._call("if then else", *parts)

    def _arguments(self) -> tuple[Any, ...]:
        self._next()
        found: list[Any] = []
        while not self._is(")"):
            if found:
                self._expect(",", "a comma or a closing bracket")
            found.append(self._inside())
        self._next()
        return tuple(found)

    def _subscripts(self) -> tuple[str, ...]:
        """Return what stands between square brackets, split at commas, as it is written."""
        start, depth, quoted = self._at, 1, False
        parts, begin = [], start
        for i in range(start, len(self._text)):
            c = self._text[i]
            if c == '"':
                quoted = not quoted
            if quoted:
                continue
            depth += (c in "[(") - (c in "])")
            if (c == "," and depth == 1) or not depth:
                parts.append(self._text[begin:i].strip())
                begin = i + 1
            if not depth:
                self._at = i + 1
                self._next()
                return tuple(parts)
        raise self._place.refuse(f'"{short(self._text[start - 1 :])}" is not closed.', "End the subscripts with ].")

    # --- tokens ----------------------------------------------------------------------------------------------------------

    def _call(self, name: str, *arguments: Any) -> Any:
        return syntax.CallStructure(syntax.ReferenceStructure(name), arguments)

    def _is(self, operator: str) -> bool:
        return self._kind == "operator" and self._token == operator

    def _expect(self, operator: str, name: str) -> None:
        if not self._is(operator):
            if not self._kind:
                raise self._place.refuse(f"the equation ends before {name}.", "Check its brackets.")
            raise self._fault()
        self._next()

    def _next(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        self._start = self._at
        if self._at == len(self._text):
            self._kind, self._token = "", ""
            return
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise self._fault()
        self._at, self._token = found.end(), found.group()
        self._kind = str(found.lastgroup)
        if self._kind == "name" and self._token.lower() in _WORDS:
            self._kind = "word"

    def _fault(self) -> TranslationError:
        rest = self._text[self._start :].strip()
        if not rest:
            return self._place.refuse(f'the equation "{short(self._text)}" ends too soon.', "Check its brackets and operators.")
        return self._place.refuse(
            f'the equation cannot be read from "{short(rest)}" on.', "Check the operators, commas and brackets around it."
        )
