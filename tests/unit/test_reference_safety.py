"""No text of a model becomes Python: the source that PySD writes holds numbers, names made up here and known functions only."""

from __future__ import annotations

import ast
import contextlib
import re
from pathlib import Path

import numpy as np
import pysd
import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.design import Design
from llr_sd.engine import ENGINES, run
from llr_sd.engine.clock import Clock
from llr_sd.engine.reference import build
from llr_sd.engine.reference.scalars import Scalars
from llr_sd.errors import LlrSdError
from llr_sd.translate import translate

RUNS = 'open("ran-by-the-model","w").write("ran")'
CONTROL = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
HOSTILE = {
    "comment": f'stock = INTEG(rate, 10) ~ WTE ~ people """; {RUNS}; """ end |\nrate = 1 ~~|\n',
    "unit": f"stock = INTEG(rate, 10) ~ WTE', x={RUNS}, y=' ~ |\nrate = 1 ~~|\n",
    "limits": f"stock = INTEG(rate, 10) ~ WTE [0,{RUNS}] ~ |\nrate = 1 ~~|\n",
    "quoted name": f"stock = INTEG(\"'+str({RUNS})+'\", 10) ~~|\n\"'+str({RUNS})+'\" = 1 ~~|\n",
    "escaped name": 'stock = INTEG("a\\"); import os; os.system(\\"touch ran-by-the-model\\") #", 10) ~~|\n'
    '"a\\"); import os; os.system(\\"touch ran-by-the-model\\") #" = 1 ~~|\n',
    "range": f"\"r'+str({RUNS})+'\": a, b ~~|\nx[\"r'+str({RUNS})+'\"] = 1 ~~|\nstock = INTEG(x[a], 1) ~~|\n",
    "element": f"r: \"a']; {RUNS}; ['\", b ~~|\nx[r] = 1 ~~|\nstock = INTEG(SUM(x[r!]), 1) ~~|\n",
    "macro": f':MACRO: __import__os(a)\n__import__os = a + 1 ~ {RUNS} ~ """{RUNS}""" |\n:END OF MACRO:\nstock = INTEG(__import__os(1), 0) ~~|\n',
    "group": f"********************************************************\n\t.{RUNS}\n"
    "********************************************************~\n|\nstock = INTEG(1, 0) ~~|\n",
    "file": f"k = GET DIRECT CONSTANTS('x'+str({RUNS})+'.csv', ',', 'A1') ~~|\nstock = INTEG(k, 0) ~~|\n",
    "separator": "k = GET DIRECT CONSTANTS('data.csv', ',\\x7c\\x27+str(__import__(\\x27os\\x27).system("
    "\\x27touch ran-by-the-model\\x27))+\\x27', 'A1') ~~|\nstock = INTEG(k, 0) ~~|\n",
    "cell": f"k = GET DIRECT CONSTANTS('data.csv', ',', 'A1\\'+{RUNS}+\\'') ~~|\nstock = INTEG(k, 0) ~~|\n",
    "lookup": f"t([({RUNS},0)-(10,10)],(0,0),(1,1)) ~~|\nstock = INTEG(t(1), 0) ~~|\n",
    "points": f"t((0,0),(1,{RUNS})) ~~|\nstock = INTEG(t(1), 0) ~~|\n",
    "number": f"stock = INTEG({RUNS}, 0) ~~|\n",
    "numbers": f"r: a, b ~~|\nx[r] = 1, {RUNS} ~~|\nstock = INTEG(x[a], 0) ~~|\n",
    "unknown function": f"stock = INTEG(EXEC('{RUNS}'), 0) ~~|\n",
    "python name": "eval = 1 ~~|\n__import__ = 2 ~~|\nstock = INTEG(eval + __import__, 0) ~~|\n",
}
WORDS = "x');__import__('os').system('touch ran-by-the-model');('"
ACCEPTED = {
    "name": f'stock = INTEG("{WORDS}", 10) ~~|\n"{WORDS}" = 1 ~~|\n',
    "stock": f'"{WORDS}" = INTEG(1, 10) ~~|\nstock = INTEG("{WORDS}", 0) ~~|\n',
    "range": f'"{WORDS}": a, b ~~|\nx["{WORDS}"] = 1 ~~|\nstock = INTEG(SUM(x["{WORDS}"!]) + x[a], 1) ~~|\n',
    "element": f'r: "{WORDS}", b ~~|\nx[r] = 1, 2 ~~|\nstock = INTEG(x["{WORDS}"] + SUM(x[r!]), 1) ~~|\n',
    "lookup": f'"{WORDS}"((0,0),(1,1)) ~~|\nstock = INTEG("{WORDS}"(Time), 0) ~~|\n',
    "delay": f'"{WORDS}" = SMOOTH(Time, 2) ~~|\nstock = INTEG("{WORDS}", 0) ~~|\n',
    "escaped name": HOSTILE["escaped name"],
    "comment": HOSTILE["comment"],
    "unit": HOSTILE["unit"],
    "group": HOSTILE["group"],
}
XMILE = """<?xml version="1.0"?><xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><vendor>{x}</vendor><product version="1">{x}</product><name>{x}</name></header>
<sim_specs time_units="{x}"><start>0</start><stop>2</stop><dt>1</dt></sim_specs>
<dimensions><dim name="{x}d"><elem name="{x}1"/><elem name="b"/></dim></dimensions>
<model name="{x}"><variables><stock name="stock"><doc>\"\"\"{x}\"\"\"</doc><eqn>1</eqn><inflow>f</inflow><units>{x}</units></stock>
<flow name="f"><eqn>1</eqn><doc>{x}</doc></flow><aux name="{x}"><eqn>1</eqn><units>{x}</units></aux></variables></model></xmile>"""

NODES = (
    "Module Import ImportFrom alias Assign Name Load Store Attribute Dict Constant Lambda arguments arg Call keyword FunctionDef "
    "Return Expr BinOp UnaryOp Add Sub Mult Div USub Compare Eq NotEq Lt LtE Gt GtE Subscript Set List Tuple Delete For"
)
OURS = re.compile(r"(_[a-z]+_)?[vwt]\d+(_\d+)*")
"""Names made up here, and those that PySD makes of them."""
KNOWN = (
    "Component HardcodedLookups Path __data __file__ __pysd_version__ _control_vars _init_outer_references _root add component data "
    "depends_on other_deps comp_type comp_subtype key name parent pathlib pysd numpy np float x final_subs interpolate extrapolate "
    "hold_backward scope step initial time Time initial_time final_time time_step saveper Auxiliary Constant Stateful Lookup Normal "
    "__lookup__ pysd.py_backend.functions pysd.py_backend.lookups pysd.py_backend.statefuls Initial Integ NonNegativeInteg Smooth "
    "Delay DelayN DelayFixed Trend Forecast SampleIfTrue active_initial if_then_else integer modulo quantum xidz zidz power maximum "
    "minimum absolute abs exp log sqrt sin cos tan arcsin arccos arctan sinh cosh tanh nan logical_and logical_or logical_not"
)
SAID = ("Current time of the model.", "Python model 'model.py'\nTranslated using PySD", pysd.__version__)


def source(path: Path, folder: Path) -> str:
    """Return the Python that PySD writes for a model."""
    equations = translate(path)
    cells = [(v.name, i) for v in equations.variables.values() if v.kind != "lookup" for i in range(v.size)]
    return build(Scalars(equations, Clock(0.0, 2.0, 1.0, 1.0), cells), folder).read_text(encoding="utf-8")


def words(node: ast.AST) -> list[str | None]:
    """Return every name and text that a node of Python brings."""
    match node:
        case (
            ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name) | ast.arg(arg=name) | ast.keyword(arg=name)
        ):
            return [name]
        case ast.ImportFrom(module=name):
            return [name]
        case ast.alias(name=name, asname=other):
            return [name, other]
        case ast.Constant(value=str(text)):
            return [text]
    return []


def hold_to_known_forms(text: str) -> None:
    """Fail at a form of Python, a name or a text that is not known here."""
    allowed, known = set(NODES.split()), set(KNOWN.split())
    for node in ast.walk(ast.parse(text)):
        assert type(node).__name__ in allowed, ast.dump(node)[:200]
        for word in words(node):
            assert word is None or word in known or OURS.fullmatch(word) or word.strip() in SAID, word


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_odd_texts_that_a_model_may_have_are_not_in_its_python(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}\n" + ACCEPTED[name] + CONTROL, encoding="utf-8")
    (tmp_path / "code").mkdir()
    hold_to_known_forms(source(path, tmp_path / "code"))
    assert run(translate(path), Design((), np.zeros((1, 0))), ["stock"], engine="pysd").status[0].ok


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_text_of_a_vensim_model_is_data(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}\n" + HOSTILE[name] + CONTROL, encoding="utf-8")
    before = sorted(p.name for p in tmp_path.iterdir())
    for engine in ENGINES:
        with contextlib.suppress(LlrSdError):
            run(translate(path), Design((), np.zeros((1, 0))), engine=engine)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    (tmp_path / "code").mkdir()
    with contextlib.suppress(LlrSdError):  # refused before any source is written
        hold_to_known_forms(source(path, tmp_path / "code"))
    main(["check", str(path)])
    assert not (tmp_path / "ran-by-the-model").exists()


def test_text_of_an_xmile_model_is_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.xmile"
    text = RUNS.replace("&", "&amp;").replace('"', "&quot;")
    path.write_text(XMILE.replace("{x}", f"'); {text}; ('"), encoding="utf-8")
    ensemble = run(translate(path), Design((), np.zeros((1, 0))), ["stock"], engine="pysd")
    assert ensemble.dataset["stock"].values[0].tolist() == [1.0, 2.0, 3.0]
    (tmp_path / "code").mkdir()
    hold_to_known_forms(source(path, tmp_path / "code"))
    assert not (tmp_path / "ran-by-the-model").exists()


def test_every_route_of_a_bundled_model_is_known(tmp_path: Path) -> None:
    hold_to_known_forms(source(llr_sd.load_model("swipe_site").equations.source, tmp_path))


def test_a_library_of_the_same_name_beside_the_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("numbers", "types", "llr_sd", "numpy", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"{RUNS}\n", encoding="utf-8")
    (tmp_path / "model.mdl").write_text("{UTF-8}\nstock = INTEG(1, 0) ~~|\n" + CONTROL, encoding="utf-8")
    main(["check", "model.mdl"])
    assert not (tmp_path / "ran-by-the-model").exists()
