"""Random small models, as .mdl text: PySD and the compiled engine agree, or the model is refused by name."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.errors import LlrSdError
from llr_sd.translate import translate

CONTROL = "INITIAL TIME= 0 ~~|\nFINAL TIME= 6 ~~|\nTIME STEP= 0.5 ~~|\nSAVEPER= 0.5 ~~|\nkind: p, q, r ~~|\nfew: p, r ~~|\n"
CONSTANTS = "k1= 1.7 ~~|\nk2= -0.6 ~~|\nc[kind]= 0.5, 2, 3.25 ~~|\ntable((-2,1),(0,0.5),(1,2),(3,-1)) ~~|\n"

number = st.sampled_from(["0.5", "1", "2", "3.7", "0.1", "10"])
unary = st.sampled_from(["ABS", "SIN", "COS", "INTEGER", "ARCTAN", "TANH", "table"])
binary = st.sampled_from(["MIN", "MAX", "ZIDZ", "MODULO", "QUANTUM"])
grid = st.sampled_from(["0.5", "1", "2", "3.5", "10"])  # between steps PySD's pulses are not those of Vensim's manual
operator = st.sampled_from(["+", "-", "*"])
compare = st.sampled_from([">", "<", ">=", "<=", "=", "<>"])


def expressions(names: list[str]) -> Any:
    """Texts of expressions that stay finite, over the given names."""
    leaf = st.one_of(number, st.sampled_from(["Time", *names]))

    def more(inner: Any) -> Any:
        return st.one_of(
            st.builds("({} {} {})".format, inner, operator, inner),
            st.builds("-{}".format, st.builds("({})".format, inner)),
            st.builds("({} / (2 + ABS({})))".format, inner, inner),
            st.builds("{}({})".format, unary, inner),
            st.builds("{}({}, {})".format, binary, inner, inner),
            st.builds("(1 + ABS({})) ^ (COS({}))".format, inner, inner),
            st.builds("LN(1 + ABS({}))".format, inner),
            st.builds("SQRT(ABS({}))".format, inner),
            st.builds("EXP(SIN({}))".format, inner),
            st.builds("XIDZ({}, {}, {})".format, inner, inner, inner),
            st.builds("IF THEN ELSE({} {} {}, {}, {})".format, inner, compare, inner, inner, inner),
            st.builds("STEP({}, {})".format, inner, number),
            st.builds("RAMP({}, 0.5, {})".format, inner, grid),
            st.builds("PULSE({}, {})".format, grid, grid),
        )

    return st.recursive(leaf, more, max_leaves=6)


@st.composite
def models(draw: Any) -> str:
    """A chain of variables (each may read those before it), with stocks and delays that close loops."""
    lines: list[str] = []
    scalars, arrays = ["k1", "k2", "s"], ["c[kind]", "v[kind]"]
    for i in range(draw(st.integers(1, 4))):
        lines.append(f"x{i}= {draw(expressions(scalars))} ~~|")
        scalars.append(f"x{i}")
    for i in range(draw(st.integers(0, 2))):
        lines.append(f"y{i}[kind]= {draw(expressions([*scalars, *arrays]))} ~~|")
        arrays.append(f"y{i}[kind]")
    one = draw(st.sampled_from(scalars))
    many = draw(st.sampled_from(arrays))
    keep = draw(
        st.sampled_from(
            [
                f"SMOOTH({one} + 0.25, 3)",
                # Initial values with a fraction: PySD keeps whole ones as integers, and then cuts the first input down to one.
                f"SMOOTH3I({one}, 4, 1.5)",
                f"DELAY1({one}, 2)",
                f"DELAY3I({one}, 3, 2)",
                f"DELAY FIXED({one}, 1.5, 0)",
                f"SMOOTH N({one}, 4, 0.5, 2)",
                f"DELAY N({one}, 4, 1, 2)",
                f"INITIAL({one})",
            ]
        )
    )
    lines.append(f"d= {keep} ~~|")
    reduce = draw(st.sampled_from(["SUM", "VMIN", "VMAX"]))
    lines.append(f"t= {reduce}({many.replace('kind', draw(st.sampled_from(['kind!', 'few!'])))}) ~~|")
    lines.append(f"s= INTEG(0.1*TANH({draw(expressions([*scalars, 't', 'd']))}), 1) ~~|")
    lines.append(f"v[kind]= INTEG(0.1*COS({draw(expressions([*scalars, *arrays]))}) - 0.1*v[kind], c[kind]) ~~|")
    return "\n".join(["{UTF-8}", CONTROL, CONSTANTS, *lines, ""])


DESIGN = Design(("k1", "c[q]"), np.array([[1.7, 2.0], [0.9, -2.5]]))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], derandomize=True
)
@given(text=models())
def test_random_models_agree_with_pysd_or_are_refused(text: str, tmp_path_factory: Any) -> None:
    path: Path = tmp_path_factory.mktemp("fuzz") / "model.mdl"
    path.write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            equations = translate(path)
            ours = run(equations, DESIGN)
        except LlrSdError:
            return
        theirs = run(equations, DESIGN, engine="pysd")
    for i, (a, b) in enumerate(zip(ours.status, theirs.status, strict=True)):
        if not (a.ok and b.ok):
            # PySD stops at a division by zero; here it is a number that is not finite.
            assert a.ok == b.ok or b.reason.startswith("error"), (text, a, b)
            continue
        for name in theirs.dataset.data_vars:
            x, y = ours.dataset[name].values[i], theirs.dataset[name].values[i]
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-11, err_msg=f"{name}\n{text}")
