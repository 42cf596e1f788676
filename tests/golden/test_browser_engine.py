"""A page's machine says of every model what the native engine says: to the last bit at every saved time, and of failed runs too.

One process of node runs the modules of a test; `page_machine.difference` names the first thing that differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from engine_models import binary, call, ref, stock
from engine_models import model as model_of
from hypothesis import HealthCheck, given, settings
from node_code import node_program
from page_machine import Case, difference, make_case, run_in_node
from test_engine_functions import CASES as FUNCTION_CASES
from test_engine_fuzz import models as fuzzed_models
from test_written_functions import MEANS
from workforce_model import synthetic_model

import llr_sd
from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.equations import Equations
from llr_sd.errors import LlrSdError
from llr_sd.functions import FUNCTIONS, WRITTEN_OUT
from llr_sd.translate import translate

CASES = Path(__file__).parent / "cases"
COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "test-models"
METHODS = ("euler", "rk4")
FUZZED = 110
# Models that the engine takes, of those at hand; fewer means that something was lost.
AT_LEAST = {"collection": 132, "cases": 100}

CONTROL = "INITIAL TIME= 0 ~~|\nFINAL TIME= 6 ~~|\nTIME STEP= 0.25 ~~|\nSAVEPER= 0.5 ~~|\n"


@pytest.fixture(scope="module")
def node() -> str:
    return node_program()


def same(node: str, folder: Path, cases: Sequence[Case]) -> None:
    told = [difference(c, r) for c, r in zip(cases, run_in_node(node, folder, cases), strict=True)]
    assert [t for t in told if t] == []


def model(folder: Path, text: str, control: str = CONTROL) -> Equations:
    file = folder / "m.mdl"
    lines = "".join(f"{line.strip()} ~~|\n" for line in text.strip().splitlines())
    file.write_text("{UTF-8}\n" + lines + control, encoding="utf-8")
    return translate(file)


def accepted(paths: Sequence[Path]) -> list[Case]:
    """The models that the engine takes, every third with RK4 too; a page must take them all."""
    found: list[Case] = []
    for path in paths:
        try:
            equations = translate(path)
            run(equations, Design((), np.zeros((1, 0))), method="euler", threads=1)
        except LlrSdError:
            continue
        methods = METHODS[: 1 + (len(found) % 3 == 0)]
        found += [make_case(f"{path.parent.name}/{path.name} {m}", equations, method=m) for m in methods]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["collection", "cases"])
def test_models_of_other_people(name: str, node: str, tmp_path: Path) -> None:
    folder = {"collection": COLLECTION, "cases": CASES}[name]
    if not folder.is_dir():
        pytest.skip("the conformance collection is not at hand")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.casefold() in (".mdl", ".xmile", ".stmx"))
    cases = accepted(paths)
    assert sum(c.name.endswith("euler") for c in cases) >= AT_LEAST[name]
    same(node, tmp_path, cases)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "methods"), [("gp_supply", METHODS), ("swipe_site", METHODS), ("llr_system", METHODS[:1])], ids=lambda x: str(x)
)
def test_bundled_models(name: str, methods: tuple[str, ...], node: str, tmp_path: Path) -> None:
    """Every variable; an odd number of runs leaves a lane to spare."""
    equations = llr_sd.load_model(name).equations
    same(node, tmp_path, [make_case(f"{name} {m}", equations, runs=5, method=m) for m in methods])


@pytest.mark.slow
def test_random_models(node: str, tmp_path: Path) -> None:
    cases: list[Case] = []

    @settings(max_examples=FUZZED, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(text=fuzzed_models())
    def collect(text: str) -> None:
        (tmp_path / "m.mdl").write_text(text, encoding="utf-8")
        try:
            equations = translate(tmp_path / "m.mdl")
            run(equations, Design((), np.zeros((1, 0))), threads=1)
        except LlrSdError:
            return
        cases.append(make_case(text, equations, method=METHODS[len(cases) % 2]))

    collect()
    assert len(cases) >= 100
    same(node, tmp_path, cases)


def test_every_function_of_the_engine(node: str, tmp_path: Path) -> None:
    bodies = {f"x{i} {j}": body for i, cases in enumerate(FUNCTION_CASES.values()) for j, (body, _) in enumerate(cases)}
    assert set(FUNCTION_CASES) == {f.key for f in FUNCTIONS.values() if f.kind != WRITTEN_OUT}
    same(node, tmp_path, [make_case(m, model_of(bodies, m), runs=1) for m in METHODS])


WRITTEN = """
who: w1, w2, w3
twin <-> who
profile: ptype, ppriority, pwidth, pextra
pick[who]= 1, 0, 1
r[who]= 3, 5, 2
p[who]= 2, 1, 1.5
width= 0.5
supply= 1.5 * Time
matrix[who,twin]= 4, 1, 0; 1, 3, 1; 0, 1, 2;
pp[w1,profile]= 1, 5, 2, 0
pp[w2,profile]= 3, 6, 1.5, 0
pp[w3,profile]= 4, 7, 3, 0
rising((0,0),(1,1),(3,2))
d
chosen= VECTOR SELECT(pick[who!], r[who!] * Time, 0, 0, 0)
moved= VECTOR ELM MAP(r[w1], INTEGER(Time / 3))
order[who]= VECTOR SORT ORDER(r[who] * COS(Time), 1)
rank[who]= VECTOR RANK(r[who] * COS(Time), 1)
sorted[who]= VECTOR REORDER(r[who], order[who])
shared[who]= ALLOCATE BY PRIORITY(r[who], p[who], 3, width, supply)
given[who]= ALLOCATE AVAILABLE(r[who], pp[who,ptype], supply)
inverse[who,twin]= INVERT MATRIX(matrix[who,twin], 3)
beyond= LOOKUP EXTRAPOLATE(rising, Time)
forward= LOOKUP FORWARD(rising, Time)
backward= LOOKUP BACKWARD(rising, Time)
back= LOOKUP INVERT(rising, Time / 3)
area= LOOKUP AREA(rising, 0.5, Time)
between= GET DATA BETWEEN TIMES(d, Time + 1, 0)
point= GET DATA AT TIME(d, Time)
first= GET DATA FIRST TIME(d)
last= GET DATA LAST TIME(d)
worth= NPV(supply, 0.1, 3, 2)
worth at end= NPVE(supply, 0.1, 3, 2)
"""


def test_every_function_that_is_written_out(node: str, tmp_path: Path) -> None:
    drawn = {t.partition("(")[0] for t in MEANS}  # held at a number, their mean
    assert {f.key for f in FUNCTIONS.values() if f.kind == WRITTEN_OUT and f"{f.key}(" not in WRITTEN} <= drawn
    (tmp_path / "m.data.csv").write_text("Time,d\n1,10\n2,20\n4,0\n", encoding="utf-8")
    equations = model(tmp_path, WRITTEN)
    same(node, tmp_path, [make_case(m, equations, method=m) for m in METHODS])


def test_large_ranges(node: str, tmp_path: Path) -> None:
    """Ranges too large to be written out stay loops."""
    (tmp_path / "m.mdl").write_text(synthetic_model(6, 5, 40, months=6), encoding="utf-8")
    equations = translate(tmp_path / "m.mdl")
    assert sum(v.size for v in equations.variables.values()) > 10_000
    same(node, tmp_path, [make_case(m, equations, method=m) for m in METHODS])


FAILING = """
a= 1
b= 1
wait= 2
short= 2
pipe= 2
drain= 0.1
top= INTEG(1 / (a - Time * (a - 1)), 0)
root= INTEG(SQRT(b - Time * (1 - b)), 0)
late= DELAY3(Time, wait)
soon= SMOOTH3(Time, short)
held= DELAY FIXED(Time, pipe, 0)
grows= INTEG(grows * grows * (10 - 10 * a), 10)
ratio= Time / (b - 1)
calm= INTEG(drain, 0)
"""
# What is planted in the second run, what the native engine must say of it, and the variables that are asked for.
PLANTED = [
    ({"b": -1.0}, "not a number", ("root",)),
    ({"a": -1e9}, "infinity", ("grows",)),
    ({"b": 1.0}, "not a number", ("ratio",)),
    ({"wait": 0.0}, "delay time of zero", ("late",)),
    ({"wait": -1.0}, "delay time below zero", ("late", "soon")),
    ({"pipe": -1.0}, "delay time below zero", ("held",)),
    ({"short": -1.0}, "delay time below zero", ()),
]


@pytest.mark.parametrize(("plant", "reason", "asked"), PLANTED, ids=[f"{p} {r}" for p, r, _ in PLANTED])
def test_failed_runs_are_flagged_alike(
    plant: dict[str, float], reason: str, asked: tuple[str, ...], node: str, tmp_path: Path
) -> None:
    """The page is made for all variables and asked for some: the native engine is made for those alone."""
    equations = model(tmp_path, FAILING)
    cases = [make_case(m, equations, 0.0 if "ratio" in asked else 0.01, method=m, wanted=asked, plant=plant) for m in METHODS]
    calm = [make_case(f"calm {w}", equations, 0.01, wanted=("calm",), at=(3.0, 6.0), plant=plant, whole=w) for w in (False, True)]
    for case in cases:
        assert case.native.status[1].reason == reason, case.native.status
    assert all(s.ok for case in calm for s in case.native.status)
    same(node, tmp_path, [*cases, *calm])


def test_a_stock_below_zero_is_named_alike(node: str, tmp_path: Path) -> None:
    """Where the model says that a stock cannot fall below zero, one that begins there fails; another stock may."""
    bodies = {
        "begun": 1.0,
        "floored": stock(0.0, ref("begun"), non_negative=True),
        "free": stock(0.0, ref("begun")),
        "twice": stock(ref("floored"), 0.0),
        "root": stock(call("SQRT", ref("free")), 0.0),
        "doubled": binary("*", ref("root"), 2.0),
    }
    equations = model_of(bodies)
    cases = [make_case(n, equations, wanted=(n,), plant={"begun": -1.0}) for n in ("free", "twice", "doubled")]
    told = [str(c.native.status[1]) for c in cases]
    assert told == ["ok", 'negative stock in "floored" at time 0', 'not a number in "root" at time 0.5']
    same(node, tmp_path, cases)


def test_some_times_alone_fail_no_run_by_what_comes_after(node: str, tmp_path: Path) -> None:
    """A run goes no further than the last time that is asked for; where the page shows more, that decides nothing."""
    text = """
    a= 1
    when= 4
    late= INTEG(1 / (Time - when), a)
    now= 1 / (Time - when)
    slower= SMOOTH3(late, 4.1 - Time)
    """
    equations, some = model(tmp_path, text), ("late", "now", "slower")
    asks = [(n, at, whole) for n in some for at in ((1.0, 3.5), (0.0, 6.0)) for whole in (False, True)]
    cases = [make_case(f"{n} {at} {w}", equations, 0.0, wanted=(n,), at=at, whole=w) for n, at, w in asks]
    early, late = (
        [c.native.status[0].reason for c, a in zip(cases, asks, strict=True) if a[1] == at] for at in ((1, 3.5), (0, 6))
    )
    assert early == [""] * 6
    assert late == ["infinity"] * 2 + [""] * 2 + ["delay time below zero"] * 2
    same(node, tmp_path, cases)


def test_what_must_be_known_of_runs_is_found_alike(node: str, tmp_path: Path) -> None:
    """Delay times that TIME STEP cannot follow, in every size of number, and elements without an equation."""
    text = """
    site: one, two, three
    wait= 0.5
    tiny= 1.25e-05
    k= 3
    late= DELAY3(Time, wait)
    soon= SMOOTH(Time, tiny)
    lowered= DELAY N(Time, wait, 0, k)
    trend= TREND(Time + 1, wait / 3, 0)
    ahead= FORECAST(Time + 1, 0.1234567, 1)
    some[one]= Time
    reads[site]= some[site] * k
    """
    equations = model(tmp_path, text)
    cases = [make_case("all", equations), make_case("some", equations, wanted=("reads", "late"), at=(2.0,), whole=True)]
    assert [len(c.native.findings) for c in cases] == [7, 2]
    same(node, tmp_path, cases)


def test_a_difference_of_one_bit_is_seen(node: str, tmp_path: Path) -> None:
    case = make_case("one", model(tmp_path, "a= 3\ns= INTEG(1 / a, 0)"))
    (result,) = run_in_node(node, tmp_path, [case])
    assert difference(case, result) == ""
    result["values"][-1] = np.nextafter(result["values"][-1], np.inf)
    assert difference(case, result).startswith("one: run, time, element")
    assert "the page says" in difference(case, result | {"status": [None, None, {"reason": "x", "variable": "s", "time": 1}]})
