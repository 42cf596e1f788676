"""Random trees of operators, written with as few brackets as Vensim's precedence allows, have the values of their trees."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from llr_sd.model import load_model

Tree = float | tuple[object, ...]
# How tightly each binds, from Vensim's manual ("Operators") and, for signs and powers, from Vensim's own output.
BINDS = {"or": 1, "and": 2, "not": 3, "<": 4, ">=": 4, "=": 4, "<>": 4, "+": 5, "-": 5, "*": 6, "/": 6, "neg": 7, "^": 8}
WRITTEN = {"or": ":OR:", "and": ":AND:", "not": ":NOT: ", "neg": "-"}
CONTROLS = "INITIAL TIME=0 ~~|\nFINAL TIME=1 ~~|\nTIME STEP=1 ~~|\nSAVEPER=1 ~~|\n"


def grown(rng: random.Random, depth: int) -> Tree:
    if depth == 0 or rng.random() < 0.15:
        return float(rng.choice((0, 1, 2, 3, 0.5)))
    operator = rng.choice(list(BINDS))
    if operator in ("not", "neg"):
        return operator, grown(rng, depth - 1)
    return operator, grown(rng, depth - 1), grown(rng, depth - 1)


def text(tree: Tree, rng: random.Random) -> str:
    """Write a tree, with brackets only where the reading would be another without them."""
    if isinstance(tree, float):
        return f"{tree:g}"
    operator, *parts = tree
    here = BINDS[str(operator)]
    sides = []
    for i, part in enumerate(parts):
        below = 9 if isinstance(part, float) else BINDS[part[0]]
        # Equal ranks group from the left, powers from the right; comparisons do not stand in a row.
        bare = below > here or (
            below == here and (operator in ("or", "and", "not", "neg", "+", "*") or (operator in "-/" and i == 0))
        )
        bare = bare or (operator == "^" and i == 1 and below in (7, 8))
        bare = bare and not (len(parts) == 2 and i == 0 and ends_low(part, here))
        sides.append(text(part, rng) if bare else f"({text(part, rng)})")
    name = WRITTEN.get(str(operator), str(operator))
    blank = rng.choice(("", " ", "\n\t", " {c} "))
    return f"{name}{sides[0]}" if len(sides) == 1 else f"{sides[0]}{blank}{name}{blank}{sides[1]}"


def ends_low(part: Tree, here: int) -> bool:
    """Whether a tree ends in a sign or :NOT: whose operand would go on to the right."""
    while not isinstance(part, float):
        if part[0] in ("not", "neg") and BINDS[part[0]] < here:
            return True
        part = part[-1]  # type: ignore[assignment]
    return False


def worth(tree: Tree) -> float:
    if isinstance(tree, float):
        return tree
    a, b = worth(tree[1]), worth(tree[-1])  # type: ignore[arg-type]
    operator = tree[0]
    if operator == "/":
        return a / b if b else math.copysign(math.inf, a) * math.copysign(1, b) if a else math.nan
    if operator == "^":
        return float(a**b) if not (a == 0 and b < 0) and not (a < 0 and b != int(b)) else math.nan
    values = {
        "or": bool(a) or bool(b),
        "and": bool(a) and bool(b),
        "not": not a,
        "neg": -a,
        "<": a < b,
        ">=": a >= b,
        "=": a == b,
        "<>": a != b,
        "+": a + b,
        "-": a - b,
        "*": a * b,
    }
    return float(values[str(operator)])


@pytest.mark.parametrize("seed", range(4))
def test_operators_bind_as_vensim_documents(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    trees: list[Tree] = []
    while len(trees) < 150:
        tree = grown(rng, 4)
        try:
            ordinary = math.isfinite(worth(tree)) and abs(worth(tree)) < 1e9
        except (ArithmeticError, ValueError):
            continue
        if ordinary and not isinstance(tree, float):
            trees.append(tree)
    path = tmp_path / "m.mdl"
    written = [text(t, rng) for t in trees]
    path.write_text("{UTF-8}\n" + "".join(f"x{i} = {w} ~~|\n" for i, w in enumerate(written)) + CONTROLS, encoding="utf-8")
    run = load_model(path).run({}).dataset
    for i, (tree, w) in enumerate(zip(trees, written, strict=True)):
        assert math.isclose(float(run[f"x{i}"].values[0, 0]), worth(tree), rel_tol=1e-9, abs_tol=1e-12), (w, tree)
