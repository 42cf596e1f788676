"""A made-up model as large as the largest public one, about 2,288 variables and 248,000 elements, and what it costs.

`python tests/benchmarks/large_model.py [VARIABLES]` prints CPU seconds to read, translate, compile and run it, and the peak of memory.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

VARIABLES = 2288
RANGES = {
    "Region": [f"region{i}" for i in range(60)],
    "Sector": [f"sector{i}" for i in range(30)],
    "Fuel": [f"fuel{i}" for i in range(12)],
    "Age": [f"age{i}" for i in range(6)],
    "Grade": ["low grade", "middle grade", "high grade"],
}
HEAD = """{UTF-8}
Region: (region0-region59) ~~|
Sector: (sector0-sector29) -> Market ~~|
Heavy Sector: (sector0-sector9) ~ ~ Those with furnaces. |
Light Sector: (sector10-sector29) ~~|
Fuel: (fuel0-fuel11) ~~|
Clean Fuel: fuel0, fuel3, fuel4, fuel7 ~~|
Market: (market0-market29) ~~|
Age: (age0-age5) ~~|
Grade: low grade, middle grade, high grade ~~|
"""
SHAPES: dict[tuple[str, ...], int] = {  # each with its share of the variables
    (): 900,
    ("Region",): 360,
    ("Sector",): 340,
    ("Sector", "Fuel"): 330,
    ("Fuel", "Grade"): 190,
    ("Region", "Age"): 90,
    ("Sector", "Fuel", "Grade"): 62,
    ("Fuel", "Grade", "Age", "Sector"): 2,
}
TAIL = """INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 30 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = TIME STEP ~ Year ~ |
"""
SKETCH = "\\\\\\---/// Sketch information - do not modify anything except names\nV300  Do not put anything below this section - it will be ignored\n*View 1\n$192-192-192,0,Arial|12||0-0-0\n"


class _Writer:
    """Writes one variable after another; each reads only what was written before, or stocks."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.made: dict[tuple[str, ...], list[str]] = {shape: [] for shape in SHAPES}
        self.lookups: list[str] = []
        self.parts: list[str] = []

    def number(self) -> str:
        return f"{self.draw.uniform(0.1, 10):.6g}"

    def rows(self, shape: tuple[str, ...]) -> str:
        """Numbers of the last two axes, in rows."""
        sizes = [len(RANGES[s]) for s in shape[-2:]]
        rows = [", ".join(self.number() for _ in range(sizes[-1])) for _ in range(sizes[0] if len(sizes) > 1 else 1)]
        return ";\n\t".join(rows) + (";" if len(sizes) > 1 else "")

    def equation(self, left: str, right: str) -> None:
        self.parts.append(f"{left} =\n\t{right}\n\t~\tWTE\n\t~\tA made-up variable; it says nothing about the world.\n\t|\n\n")

    def constant(self, name: str, shape: tuple[str, ...]) -> None:
        if not shape:
            self.equation(name, self.number())
            return
        if self.draw.random() < 0.4:
            self.equation(f"{name}[{', '.join(shape)}]", self.number())
            return
        outer: list[list[str]] = [[]]
        for axis in shape[:-2]:
            outer = [[*o, e] for o in outer for e in RANGES[axis]]
        for fixed in outer:
            self.equation(f"{name}[{', '.join([*fixed, *shape[-2:]])}]", self.rows(shape))

    def lookup(self, name: str) -> None:
        for fuel in RANGES["Fuel"]:
            points = ",".join(f"({10 * i},{self.number()})" for i in range(6))
            self.parts.append(f"{name}[{fuel}]([(0,0)-(50,10)],{points})\n\t~\tWTE\n\t~\t\t|\n\n")
        self.lookups.append(name)

    def term(self, shape: tuple[str, ...], there: dict[str, str]) -> str:
        """One operand: a variable of this shape or of some of its axes, a sum over another axis, or a lookup."""
        draw = self.draw
        kind = draw.random()
        if kind < 0.08 and "Fuel" in shape and there["Fuel"] != "Fuel":
            return f"{draw.choice(self.lookups)}[{there['Fuel']}]({self.term(shape, there)})"
        wider = [s for s in SHAPES if len(s) == len(shape) + 1 and set(shape) < set(s) and self.made[s]]
        if kind < 0.14 and wider:
            chosen = draw.choice(wider)
            inside = ", ".join(there.get(s, f"{s}!") for s in chosen)
            return f"SUM({draw.choice(self.made[chosen])}[{inside}])"
        narrower = [s for s in SHAPES if set(s) <= set(shape) and self.made[s]]
        chosen = shape if kind < 0.6 else draw.choice(narrower)
        subscripts = f"[{', '.join(there[s] for s in chosen)}]" if chosen else ""
        return draw.choice(self.made[chosen]) + subscripts

    def formula(self, shape: tuple[str, ...], there: dict[str, str], depth: int = 2) -> str:
        """A formula whose value stays bounded, of about 2^depth operands."""
        if depth == 0:
            return self.term(shape, there)
        a, b = (self.formula(shape, there, depth - 1) for _ in range(2))
        return self.draw.choice(
            [
                f"({a} + {b})/2",
                f"{a}*{b}/(1 + ABS({a}))",
                f"MAX({a}, {b})",
                f"IF THEN ELSE({a} > {b} :AND: Time > 3, {b}, {self.term(shape, there)} - {a})",
                f"ZIDZ({a}, 1 + ABS({b}))",
            ]
        )

    def variable(self, name: str, shape: tuple[str, ...]) -> None:
        draw, kind = self.draw, self.draw.random()
        whole = {s: s for s in shape}
        if len(self.made[shape]) < 4 or kind < 0.3:
            self.constant(name, shape)
        elif kind < 0.4:
            first = self.formula(shape, whole)
            self.equation(name + _at(whole), f"INTEG({first} - {name}{_at(whole)}/10, {self.term(shape, whole)})")
        elif kind < 0.46:
            function = draw.choice(["SMOOTH", "DELAY3", "SMOOTHI", "DELAY FIXED"])
            initial = f", {self.term(shape, whole)}" if function in ("SMOOTHI", "DELAY FIXED") else ""
            self.equation(name + _at(whole), f"{function}({self.formula(shape, whole, 1)}, 5{initial})")
        elif kind < 0.54 and "Fuel" in shape:
            clean = whole | {"Fuel": "Clean Fuel"}
            self.equation(f"{name}{_at(whole)} :EXCEPT: {_at(clean)}", self.formula(shape, whole))
            self.equation(name + _at(clean), self.formula(shape, clean))
        elif kind < 0.64 and shape:
            axis = draw.choice(shape)
            for element in RANGES[axis]:
                self.equation(name + _at(whole | {axis: element}), self.formula(shape, whole | {axis: element}, 1))
        elif kind < 0.72 and "Sector" in shape:
            for part in ("Heavy Sector", "Light Sector"):
                self.equation(name + _at(whole | {"Sector": part}), self.formula(shape, whole | {"Sector": part}))
        elif kind < 0.74 and shape == ("Sector",):
            self.equation(f"{name}[Market]", self.formula(shape, whole))
            return  # by market, so that it is no source for the others
        else:
            self.equation(name + _at(whole), self.formula(shape, whole, draw.choice([1, 2, 3])))
        self.made[shape].append(name)


def _at(there: dict[str, str]) -> str:
    return f"[{', '.join(there.values())}]" if there else ""


def large_model(variables: int = VARIABLES, seed: int = 1) -> str:
    """Return the text of a Vensim model."""
    writer = _Writer(seed)
    for i in range(max(variables // 100, 1)):
        writer.lookup(f"effect of fuel number {i}")
    every = sum(SHAPES.values())
    wanted = [shape for shape, share in SHAPES.items() for _ in range(max(round(share * variables / every), 1))]
    writer.draw.shuffle(wanted)
    for i, shape in enumerate(wanted):
        writer.variable(f"{'annual' if shape else 'total'} quantity number {i} of the model", shape)
    boxes = "".join(f"10,{i},{'quantity'} {i},{i % 900},{i // 9},40,20,8,3,0,0,0,0,0,0\n" for i in range(variables))
    return HEAD + "".join(writer.parts) + TAIL + SKETCH + boxes + "///---\\\\\\\n:L<%^E!@\n"


def measure(variables: int = VARIABLES) -> dict[str, float]:
    """Return CPU seconds by stage, and the peak of memory in MB after it."""
    from llr_sd.design import Design
    from llr_sd.engine import stream
    from llr_sd.engine.llvm.compiled import compile_model
    from llr_sd.engine.request import make_request
    from llr_sd.translate import translate
    from llr_sd.translate.reading import read

    out: dict[str, float] = {}

    def timed(what: str, work: Callable[[], Any]) -> Any:
        before = time.process_time()
        found = work()
        out[f"{what} (s)"] = time.process_time() - before
        out[f"{what}, peak (MB)"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return found

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.mdl"
        file.write_text(large_model(variables), encoding="utf-8")
        out["file (MB)"] = file.stat().st_size / 1e6
        timed("read", lambda: read(file))
        equations = timed("read and translate", lambda: translate(file))
    out["variables"] = len(equations.variables)
    out["elements"] = sum(v.size for v in equations.variables.values())
    import numpy as np

    design = Design(("TIME STEP",), np.ones((1, 1)))
    timed("compile", lambda: compile_model(equations, make_request(equations, design, None, None)))
    timed("one run, every variable", lambda: list(stream(equations, design, threads=1)))
    return out


if __name__ == "__main__":
    for key, value in measure(*(int(a) for a in sys.argv[1:])).items():
        print(f"{key:<36}{value:>12,.2f}")
