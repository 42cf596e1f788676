"""XMILE files made for tests: short ways to write, read and run them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.equations import Equations
from llr_sd.errors import TranslationError
from llr_sd.translate import translate

FILE = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:isee="http://iseesystems.com/XMILE">
<header><vendor>v</vendor><product version="1.0">p</product></header>
{specs}{top}
<model>{model}<variables>{variables}</variables></model>{more}
</xmile>"""
SPECS = '<sim_specs method="euler" time_units="Months"><start>0</start><stop>4</stop><dt>1</dt></sim_specs>'
R = '<dimensions><dim name="R"><elem name="r1"/><elem name="r2"/></dim></dimensions>'
RC = (
    '<dimensions><dim name="R"><elem name="r1"/><elem name="r2"/></dim>'
    '<dim name="C"><elem name="c1"/><elem name="c2"/><elem name="c3"/></dim></dimensions>'
)
OVER_R = '<dimensions><dim name="R"/></dimensions>'
OVER_RC = '<dimensions><dim name="R"/><dim name="C"/></dimensions>'
TANK = '<stock name="s"><eqn>10</eqn><inflow>f</inflow></stock><flow name="f"><eqn>2</eqn></flow>'
TABLE = "".join(f'<element subscript="r{i}, c{j}"><eqn>{10 * i + j}</eqn></element>' for i in (1, 2) for j in (1, 2, 3))


def aux(name: str, equation: str, rest: str = "") -> str:
    escaped = equation.replace("&", "&amp;").replace("<", "&lt;")
    return f'<aux name="{name}"><eqn>{escaped}</eqn>{rest}</aux>'


def write(tmp_path: Path, variables: str, name: str = "m.xmile", **parts: str) -> Path:
    path = tmp_path / name
    text = FILE.format(**{"specs": SPECS, "top": "", "model": "", "more": "", **parts, "variables": variables})
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path: Path, variables: str, name: str = "m.xmile", **parts: str) -> Equations:
    return translate(write(tmp_path, variables, name, **parts))


def values(tmp_path: Path, variables: str, *wanted: str, **parts: str) -> dict[str, list[float]]:
    """The values over time of some cells, or of every cell."""
    data = run(read(tmp_path, variables, **parts), Design((), np.empty((1, 0))), wanted or None).dataset
    found = {str(name): np.asarray(data[name].values)[0] for name in data.data_vars}
    return {name: [float(v) for v in v] for name, v in found.items() if v.ndim == 1}


def refusal(tmp_path: Path, variables: str, **parts: str) -> str:
    with pytest.raises(TranslationError) as caught:
        read(tmp_path, variables, **parts)
    return str(caught.value)
