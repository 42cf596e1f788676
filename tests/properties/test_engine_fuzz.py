"""Random small models, as .mdl text: nearly all must be accepted, and the compiled engine must then give the reference's numbers."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.ensemble import Ensemble
from llr_sd.errors import LlrSdError
from llr_sd.translate import translate

EXAMPLES = 60
ACCEPTED = 0.8  # of the models, at least: a translator that refuses everything agrees with everybody

CONTROL = "INITIAL TIME= 0 ~~|\nFINAL TIME= 6 ~~|\nTIME STEP= 0.5 ~~|\nSAVEPER= 0.5 ~~|\n"
RANGES = """kind: p, q, r ~~|
few: p, r ~~|
low: p, q -> high ~~|
high: q, r ~~|
grade: one, two, three -> kind ~~|
band: (b1-b4) ~~|
"""
CONSTANTS = """k1= 1.7 ~~|
k2= -0.6 ~~|
c[kind]= 0.5, 2, 3.25 ~~|
g[grade]= 1, -2, 0.25 ~~|
m[kind,band]= 1, 2, 3, 4; 0.5, -1, 2, 0; 3, 1, 0.25, -2; ~~|
table((-2,1),(0,0.5),(1,2),(3,-1)) ~~|
curve[kind]((0,0),(2,1),(4,-1)) ~~|
"""

number = st.sampled_from(["0.5", "1", "2", "3.7", "0.1", "10"])
unary = st.sampled_from(["ABS", "SIN", "COS", "INTEGER", "ARCTAN", "TANH", "table"])
binary = st.sampled_from(["MIN", "MAX", "ZIDZ", "MODULO", "QUANTUM"])
operator = st.sampled_from(["+", "-", "*"])
compare = st.sampled_from([">", "<", ">=", "<=", "=", "<>"])
both = st.sampled_from([":AND:", ":OR:"])
whole = st.sampled_from(["2", "3", "(-1)", "(-2)", "0"])


def conditions(inner: Any) -> Any:
    """Texts of conditions, mixed without brackets as people write them."""
    one = st.builds("{} {} {}".format, inner, compare, inner)
    return st.one_of(
        one,
        st.builds("{} {} {}".format, one, both, one),
        st.builds("{} {} {} {} {}".format, one, both, one, both, one),
        st.builds(":NOT: ({}) {} {}".format, one, both, one),
    )


def expressions(names: list[str]) -> Any:
    """Texts of expressions that stay finite, over the given names."""
    leaf = st.one_of(number, st.sampled_from(["Time", *names]))

    def more(inner: Any) -> Any:
        return st.one_of(
            st.builds("({} {} {})".format, inner, operator, inner),
            st.builds("{} {} {} {} {}".format, inner, operator, inner, operator, inner),
            st.builds("-{}".format, st.builds("({})".format, inner)),
            st.builds("({} / (2 + ABS({})))".format, inner, inner),
            st.builds("{}({})".format, unary, inner),
            st.builds("{}({}, {})".format, binary, inner, inner),
            st.builds("(1 + ABS({})) ^ (COS({}))".format, inner, inner),
            st.builds("(0.5 + TANH(ABS({}))) ^ {}".format, inner, whole),
            st.builds("LN(1 + ABS({}))".format, inner),
            st.builds("SQRT(ABS({}))".format, inner),
            st.builds("EXP(SIN({}))".format, inner),
            st.builds("XIDZ({}, {}, {})".format, inner, inner, inner),
            st.builds("IF THEN ELSE({}, {}, {})".format, conditions(inner), inner, inner),
            st.builds("WITH LOOKUP({}, ((-3,2),(0,1),(2,-1)))".format, inner),
            st.builds("STEP({}, {})".format, inner, number),
            st.builds("RAMP({}, 1, {})".format, inner, number),
            st.builds("PULSE({}, {})".format, number, number),
            st.builds("PULSE TRAIN({}, {}, {}, 5)".format, number, st.sampled_from(["1", "1.5", "2"]), number),
            st.builds("{{ a note }} {}".format, inner),
        )

    return st.recursive(leaf, more, max_leaves=6)


def over(text: str, *pairs: tuple[str, str]) -> str:
    """Write other subscripts into a text."""
    for old, new in pairs:
        text = text.replace(f"[{old}]", f"[{new}]")
    return text


KEEPERS = (  # initial values of any kind, delays that move, delays of arrays
    "SMOOTH({0} + 0.25, 3)",
    "SMOOTH3I({0}, 4, 1.5)",
    "SMOOTH3I({0}, 4, 1)",
    "DELAY1({0}, 2)",
    "DELAY3I({0}, 3, 2)",
    "DELAY3({0}, 2 + 0.5*SIN(Time))",
    "DELAY FIXED({0}, 1.5, 0)",
    "SMOOTH N({0}, 4, 0.5, 2)",
    "DELAY N({0}, 4, 1, 2)",
    "INITIAL({0})",
    "SAMPLE IF TRUE({0} > 1, {0}, 0.5)",
    "TREND({0} + 9, 2, 0)",
    "FORECAST({0} + 9, 2, 1)",
)
PLACES = (  # one equation for each way of placing what it says in an array: {0} is over `kind`
    ("y{1}[kind]= {0} ~~|",),
    ("y{1}[few]= {0} ~~|", "y{1}[q]= k1 ~~|"),
    ("y{1}[kind] :EXCEPT: [q]= {0} ~~|", "y{1}[q]= k2 ~~|"),
    ("y{1}[p]= 1 ~~|", "y{1}[high]= {0} + y{1}[low] ~~|"),  # a chain: each element needs the one before
    ("y{1}[grade]= {0} ~~|",),
)


@st.composite
def models(draw: Any) -> str:
    """A chain of variables (each may read those before it), with stocks and delays that close loops."""
    lines: list[str] = []
    scalars, arrays = ["k1", "k2", "s", "c[q]", "m[p,b2]"], ["c[kind]", "v[kind]", "curve[kind](k1)", "SUM(m[kind,band!])"]
    for i in range(draw(st.integers(1, 4))):
        lines.append(f"x{i}= {draw(expressions(scalars))} ~~|")
        scalars.append(f"x{i}")
    for i in range(draw(st.integers(0, 3))):
        text = draw(expressions([*scalars, *arrays]))
        place = draw(st.sampled_from(PLACES))
        for line in place:
            head = line.split("=")[0]
            inside = over(text, ("kind", "few")) if "[few]" in head else text
            inside = over(inside, ("kind", "high"), ("kind,band!", "high,band!")) if "[high]" in head else inside
            inside = inside.replace("[kind,band!]", "[few,band!]") if "[few]" in head else inside
            lines.append(line.format(inside, i))
        if "grade" not in place[0]:
            arrays.append(f"y{i}[kind]")
    one = draw(st.sampled_from(scalars))
    many = draw(st.sampled_from([n for n in arrays if n.endswith("[kind]")]))
    lines.append(f"d= {draw(st.sampled_from(KEEPERS)).format(one)} ~~|")
    lines.append(f"e[kind]= {draw(st.sampled_from(KEEPERS)).format(many)} ~~|")
    reduce = draw(st.sampled_from(["SUM", "VMIN", "VMAX", "PROD"]))
    lines.append(f"t= {reduce}({many.replace('kind', draw(st.sampled_from(['kind!', 'few!'])))}) ~~|")
    lines.append(f"s= INTEG(0.1*TANH({draw(expressions([*scalars, 't', 'd']))}), 1) ~~|")
    lines.append(f"v[kind]= INTEG(0.1*COS({draw(expressions([*scalars, *arrays, 'e[kind]']))}) - 0.1*v[kind], c[kind]) ~~|")
    return "\n".join(["{UTF-8}", CONTROL, RANGES, CONSTANTS, *lines, ""])


DESIGN = Design(("k1", "c[q]"), np.array([[1.7, 2.0], [0.9, -2.5]]))


def compare_runs(ours: Ensemble, theirs: Ensemble, text: str) -> int:
    """Hold every number of the runs that both finished against the other; return how many runs those are."""
    runs = 0
    for i, (a, b) in enumerate(zip(ours.status, theirs.status, strict=True)):
        if not (a.ok and b.ok):
            # PySD stops at a division by zero; here it is a number that is not finite.
            assert a.ok == b.ok or b.reason.startswith("error"), (text, a, b)
            continue
        runs += 1
        for name in theirs.dataset.data_vars:
            x, y = ours.dataset[name].values[i], theirs.dataset[name].values[i]
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-11, err_msg=f"{name}\n{text}")
    return runs


@pytest.mark.slow
def test_random_models_agree_with_the_reference(tmp_path_factory: pytest.TempPathFactory) -> None:
    tried: list[str] = []
    accepted: list[str] = []
    refused: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        derandomize=True,
    )
    @given(text=models())
    def agree(text: str) -> None:
        path: Path = tmp_path_factory.mktemp("fuzz") / "model.mdl"
        path.write_text(text, encoding="utf-8")
        tried.append(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                equations = translate(path)
                ours = run(equations, DESIGN)
                theirs = run(equations, DESIGN, engine="pysd")
            except LlrSdError as refusal:
                refused.append(str(refusal))
                return
        if compare_runs(ours, theirs, text):
            accepted.append(text)

    agree()
    assert len(tried) >= EXAMPLES
    assert len(accepted) >= ACCEPTED * len(tried), (len(accepted), len(tried), refused[:10])
