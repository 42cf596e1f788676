"""Right-hand sides of Vensim equations to syntax trees, by the precedence that Vensim computes with.

From the loosest: :OR:, :AND:, :NOT:, comparisons, + and -, * and /, a sign, ^ (grouped from the right). Vensim's manual lists signs
above ^, but Vensim itself gives -2^2 = -4 (its output for `exponentiation` of the SDXorg test models).

The trees are made of `syntax`, which the XMILE reader hands over too. PySD's own Vensim parser is not used: it loses the
grouping of :AND: and :OR:, the sign of a power's base, comments and :NA:, and it recurses once for every term.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

import llr_sd.translate.syntax as syntax
from llr_sd.equations import NA
from llr_sd.errors import TranslationError
from llr_sd.translate.messages import count_message, short
from llr_sd.translate.source import MacroCall, Place

DEEPEST = 1000  # levels of brackets, calls and signs; real models stay below 100

# Beyond ASCII every sign is a letter of names, as in Vensim.
LETTERS = r"[\w'$\s\\\x80-\U0010ffff]*"
NAME = rf"(?:[^\W\d]|[^\x00-\x7f\s]){LETTERS}"
QUOTED = r'"(?:\\.|[^"\\])*"'
NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(
    rf"""[\s\\]*(?:(?P<number>{NUMBER})
    |(?P<word>:\s*(?:AND|OR|NOT|NA|IGNORE)\s*:)
    |(?P<string>'[^']*')
    |(?P<name>{QUOTED}|{NAME})
    |(?P<sign><>|<=|>=|[-+*/^=<>(),;:!\[\]]))""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_LIST = re.compile(r"[-+\d.,;eE\s\\:NnAa]*")
_SIGNED = re.compile(rf"[+-]?\s*(?:{NUMBER})")
_POINT = rf"\( ?([+-]? ?{NUMBER}) ?, ?([+-]? ?{NUMBER}) ?\)"
_COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
# How tightly each operator between two operands binds.
_BINDS = {"OR": 1, "AND": 2, "+": 5, "-": 5, "*": 6, "/": 6, "^": 8} | dict.fromkeys(_COMPARISONS, 4)
_NOT, _SIGN = 3, 7
_TABBED = re.compile(r"[\s\\]*TABBED[\s_]+ARRAY[\s\\]*\((.*)\)[\s\\]*", re.IGNORECASE | re.DOTALL)
_OF_FILES = {"lookups": 4, "data": 4, "constants": 3}


def parse_formula(text: str, place: Place) -> Any:
    """Parse a right-hand side.

    Parameters
    ----------
    text
        What stands behind the "=", without comments.
    place
        Where it stands, for messages.

    Returns
    -------
    Any
        A number, an array of numbers, or a structure of PySD.

    Raises
    ------
    TranslationError
        When it cannot be read.
    """
    tabbed = _TABBED.fullmatch(text)
    if tabbed:
        return _numbers(" ".join(tabbed.group(1).split()).split(" "), place)
    if ("," in text or ";" in text) and _LIST.fullmatch(text):
        return _array(text, place)
    return _Formula(text, place).whole()


def parse_lookup(text: str, place: Place) -> Any:
    """Parse the bracket of a lookup's definition: points, x and y values in two runs, or a table of a spreadsheet."""
    inside = text.strip()[1:]
    if not inside.endswith(")"):
        raise place.refuse("the brackets of the lookup do not close.", "Write name((x,y),(x,y)).")
    inside = inside[:-1].strip()
    if re.match(r"GET[\s_]", inside, re.IGNORECASE):
        return parse_formula(inside, place)
    return points(inside, place)


def points(text: str, place: Place) -> Any:
    """Return a lookup's points in rising order of x; the limits of its graph, in square brackets, change nothing."""
    text = re.sub(r"[\s\\]+", " ", text).strip()
    limits = re.match(r"\[([^\]]*)\] ?,? ?", text)
    if limits:
        if not re.fullmatch(r"[\d.,()eE+\- ]*", limits.group(1)):
            raise place.refuse(
                f'the limits of the lookup, "{short(limits.group(1), 40)}", are not numbers.', "Write them as [(0,0)-(10,10)]."
            )
        text = text[limits.end() :]
    if text.startswith("("):
        if not re.fullmatch(rf"(?:{_POINT} ?(?:, ?|$|(?=\()))+", text):
            raise place.refuse(f'the points of the lookup, "{short(text, 40)}", cannot be read.', "Write them as (x,y),(x,y).")
        pairs = [(float(x.replace(" ", "")), float(y.replace(" ", ""))) for x, y in re.findall(_POINT, text)]
    else:
        numbers = _numbers(text.strip(" ,").split(","), place).tolist()
        if len(numbers) % 2:
            raise place.refuse(f"the lookup is a list of {len(numbers)} numbers.", "Give all x values, then as many y values.")
        pairs = list(zip(numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :], strict=True))
    pairs.sort(key=lambda p: p[0])
    return syntax.LookupsStructure(
        tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), (None, None), (None, None), "interpolate"
    )


def _array(text: str, place: Place) -> Any:
    """Return an array constant: commas between the numbers of a row, semicolons between rows, which are the first axis."""
    rows = [row.split(",") for row in text.strip(" \t\r\n\\").rstrip(";").split(";")]
    if len({len(r) for r in rows}) > 1:
        raise place.refuse("the rows of its list of numbers differ in length.", "Give each row as many numbers.")
    numbers = _numbers([n for row in rows for n in row], place)
    return numbers.reshape(len(rows), -1) if len(rows) > 1 else numbers


def _numbers(texts: list[str], place: Place) -> Any:
    found = np.empty(len(texts))
    for i, text in enumerate(texts):
        text = text.strip(" \t\r\n\\")
        if _SIGNED.fullmatch(text):
            found[i] = float(text.replace(" ", ""))
        elif re.fullmatch(r":\s*NA\s*:", text, re.IGNORECASE):
            found[i] = NA
        else:
            raise place.refuse(
                f'"{short(text, 30)}" in its list of numbers is not a number.', "Write numbers with commas between."
            )
    return found


def plain(name: str) -> str:
    """Return a name on one line, with single blanks; what is inside quotes keeps its quotes."""
    return " ".join(name.replace("\\\n", " ").split()) if name.startswith('"') else " ".join(name.replace("\\", " ").split())


class _Formula:
    """One expression being read: its tokens, and how far it has come."""

    def __init__(self, text: str, place: Place) -> None:
        self._text, self._place, self._depth = text, place, 0
        self._kinds: list[str] = []
        self._tokens: list[str] = []
        self._starts: list[int] = []
        at, stop = 0, len(text.rstrip().rstrip("\\").rstrip())
        while at < stop:
            found = _TOKEN.match(text, at, stop)
            if found is None:
                raise self._unreadable(at)
            kind = str(found.lastgroup)
            token = found.group(kind)
            self._kinds.append(kind)
            self._tokens.append(re.sub(r"[\s:]", "", token).upper() if kind == "word" else token)
            self._starts.append(found.start(kind))
            at = found.end()
        self._kinds.append("end")
        self._tokens.append("")
        self._starts.append(len(text))
        self._at = 0

    def whole(self) -> Any:
        """Return the tree of the whole text."""
        tree = self._operation(0)
        if self._tokens[self._at] == "IGNORE":
            return tree  # what follows are causes that the equation does not use yet
        if self._kinds[self._at] != "end":
            raise self._unreadable(self._starts[self._at])
        return tree

    # --- operators -------------------------------------------------------------------------------------------------------

    def _operation(self, least: int) -> Any:
        """Read operands joined by operators that bind more tightly than `least`."""
        value = self._operand()
        while True:
            operator = self._tokens[self._at]
            binds = _BINDS.get(operator, 0) if self._kinds[self._at] in ("sign", "word") else 0
            if binds <= least:
                return value
            value = self._chain(value, binds)

    def _chain(self, first: Any, binds: int) -> Any:
        """Read on through the operators that bind as tightly as the next one, into one structure."""
        operators, operands = [], [first]
        while _BINDS.get(self._tokens[self._at], 0) == binds and self._kinds[self._at] in ("sign", "word"):
            operators.append(self._tokens[self._at])
            self._at += 1
            operands.append(self._operation(binds))
        if binds == 4 and len(operators) > 1:
            raise self._place.refuse(
                f'two comparisons follow one another, "{operators[0]}" and "{operators[1]}".',
                "Write a < b :AND: b < c, or use brackets.",
            )
        if binds > 4:
            return syntax.ArithmeticStructure(operators, operands)
        return syntax.LogicStructure([o if o in _COMPARISONS else f":{o}:" for o in operators], operands)

    def _operand(self) -> Any:
        kind, token = self._kinds[self._at], self._tokens[self._at]
        if kind == "number":
            self._at += 1
            return float(token)
        if kind == "name":
            return self._named(token)
        if token == "NA":
            self._at += 1
            return NA
        if token in ("(", "-", "+", "NOT"):
            return self._nested(token)
        raise self._unreadable(self._starts[self._at])

    def _nested(self, token: str) -> Any:
        """Read what an opening bracket, a sign or :NOT: begins."""
        self._deeper()
        self._at += 1
        if token == "(":
            value = self._operation(0)
            self._take(")")
        elif token == "NOT":
            value = syntax.LogicStructure([":NOT:"], [self._operation(_NOT)])
        else:
            value = self._operation(_SIGN)
            if token == "-":
                value = -value if isinstance(value, float) else syntax.ArithmeticStructure(["negative"], [value])
        self._depth -= 1
        return value

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._place.refuse(
                f"the equation is nested more than {DEEPEST} levels deep.", "Split it into several variables."
            )

    def _take(self, sign: str) -> None:
        if self._tokens[self._at] != sign or self._kinds[self._at] != "sign":
            raise self._unreadable(self._starts[self._at])
        self._at += 1

    def _next_is(self, sign: str) -> bool:
        return self._tokens[self._at] == sign and self._kinds[self._at] == "sign"

    # --- names and calls -------------------------------------------------------------------------------------------------

    def _named(self, token: str) -> Any:
        self._at += 1
        name = plain(token).lower().replace(" ", "_")
        subscripts = self._subscripts() if self._next_is("[") else None
        reference = syntax.ReferenceStructure(name, subscripts)
        if not self._next_is("("):
            return reference
        self._deeper()
        call = self._call(name, reference)
        self._depth -= 1
        return call

    def _subscripts(self) -> Any:
        try:
            close = self._tokens.index("]", self._at)
        except ValueError:
            raise self._unreadable(self._starts[self._at]) from None
        inside = self._text[self._starts[self._at] + 1 : self._starts[close]]
        names = [plain(n.strip()) for n in split_names(inside)]
        if not all(names):
            raise self._unreadable(self._starts[self._at])
        self._at = close + 1
        return syntax.SubscriptsReferenceStructure(tuple(names))

    def _call(self, name: str, reference: Any) -> Any:
        if re.sub("_+", "_", name) == "with_lookup":
            return self._with_lookup()
        of_file = re.fullmatch(r"get_+(?:xls|direct)_+(lookups|data|constants)", name)
        if of_file:
            return self._of_file(name, of_file.group(1))
        arguments, outputs = self._arguments()
        if outputs:
            return MacroCall(reference, tuple(arguments), outputs)
        if name != "integ":
            return syntax.CallStructure(reference, tuple(arguments))
        if len(arguments) != 2:
            raise self._place.refuse(*count_message("INTEG", ("flow", "initial"), len(arguments)))
        return syntax.IntegStructure(*arguments)

    def _arguments(self) -> tuple[list[Any], tuple[str, ...]]:
        """Read the arguments of a call and, behind a colon, the names of a macro's further outputs."""
        self._take("(")
        found: list[Any] = []
        outputs: list[str] = []
        while not self._next_is(")"):
            if self._next_is(":") and found and not outputs:
                self._at += 1
                outputs = self._outputs()
                break
            if self._kinds[self._at] == "string":
                found.append(self._tokens[self._at][1:-1])
                self._at += 1
            else:
                found.append(self._operation(0))
            if self._next_is(","):
                self._at += 1
                if self._next_is(")"):
                    raise self._unreadable(self._starts[self._at])
            elif not self._next_is(")") and not self._next_is(":"):
                raise self._unreadable(self._starts[self._at])
        self._take(")")
        return found, tuple(outputs)

    def _outputs(self) -> list[str]:
        names = []
        while self._kinds[self._at] == "name":
            start = self._starts[self._at]
            self._at += 1
            if self._next_is("["):
                self._subscripts()
            names.append(self._text[start : self._starts[self._at]].strip(" \t\r\n\\"))
            if self._next_is(","):
                self._at += 1
        if not names:
            raise self._unreadable(self._starts[self._at])
        return names

    def _with_lookup(self) -> Any:
        self._take("(")
        argument = self._operation(0)
        self._take(",")
        open_at, depth, at = self._at, 0, self._at
        while self._kinds[at] != "end":
            depth += {"(": 1, ")": -1}.get(self._tokens[at], 0) if self._kinds[at] == "sign" else 0
            if depth <= 0:
                break
            at += 1
        if not self._next_is("(") or self._kinds[at] == "end":
            raise self._unreadable(self._starts[open_at])
        table = points(self._text[self._starts[open_at] + 1 : self._starts[at]], self._place)
        self._at = at + 1
        self._take(")")
        return syntax.InlineLookupsStructure(argument, table)

    def _of_file(self, name: str, what: str) -> Any:
        arguments, _ = self._arguments()
        if len(arguments) != _OF_FILES[what] or not all(isinstance(a, str) for a in arguments):
            title = name.replace("_", " ").upper()
            raise self._place.refuse(
                f"{title} takes {_OF_FILES[what]} texts in single quotes.", f"Write {title}('file', 'sheet', 'cell'...)."
            )
        return syntax.OF_FILES[what](*arguments)

    def _unreadable(self, at: int) -> TranslationError:
        rest = self._text[at:].strip(" \t\r\n\\")
        if rest:
            return self._place.refuse(
                f'the equation cannot be read from "{short(rest)}" on.', "Check the operators, commas and brackets around it."
            )
        return self._place.refuse(f'the equation "{short(self._text)}" ends too soon.', "Check its brackets and operators.")


def split_names(text: str) -> list[str]:
    """Split at commas that stand outside quotes; a text whose quotes do not close stays whole."""
    if '"' not in text:
        return text.split(",")
    parts = re.findall(rf"((?:{QUOTED}|[^,\"])*)(,|$)", text)
    whole = "".join(name + comma for name, comma in parts) == text
    return [name for name, _ in (parts[:-1] if parts[-2:-1] and not parts[-2][1] else parts)] if whole else [text]
