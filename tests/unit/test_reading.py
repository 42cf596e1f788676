"""A model as people read it: the author's own text, causes and uses, and the order to read in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from xmile_files import OVER_R, R, aux
from xmile_files import read as read_xmile

from llr_sd.equations import Equations
from llr_sd.model import load_model
from llr_sd.reading import Entry, entries
from llr_sd.translate import translate

CLOCK = "\nINITIAL TIME=0 ~Year~|\nFINAL TIME=2 ~Year~|\nTIME STEP=1 ~Year~|\nSAVEPER=TIME STEP ~Year~|\n"
GROUP = "********************************************************\n\t.{}\n********************************************************~\n\t\t~\t|\n"


def read(folder: Path, text: str) -> dict[str, Entry]:
    path = folder / "m.mdl"
    path.write_text("{UTF-8}\n" + text + CLOCK, encoding="utf-8")
    return by_name(translate(path))


def by_name(equations: Equations) -> dict[str, Entry]:
    return {e.name: e for e in entries(equations)}


# --- the author's text


def test_the_text_is_kept_as_it_was_written(tmp_path):
    found = read(
        tmp_path,
        "Births =\n\tMAX ( 0, Population *\\\n\t\trate {a year} )\n\t~\tPeople/Year\n\t~\tSee [1] | \nrate=0.1~1/Year~|\n"
        "Population= INTEG (Births, 100) ~People~|\n",
    )
    assert found["Births"].text == ("Births =", "  MAX ( 0, Population *", "    rate {a year} )")
    assert found["rate"].text == ("rate=0.1",)
    assert (found["Births"].unit, found["Births"].comment) == ("People/Year", "See [1]")


def test_a_mark_of_the_encoding_is_no_text_and_a_comment_before_an_equation_is(tmp_path):
    found = read(tmp_path, "a=1~~|\n{ Part two\n of the model }\nb = 2 ~~|\n")
    assert found["a"].text == ("a=1",)
    assert found["b"].text == ("{ Part two", " of the model }", "b = 2")


def test_every_equation_of_a_variable_is_kept(tmp_path):
    text = "S: s1, s2\n~~|\nx[s1] = 1 ~~|\ny[S]=x[S]\\\n\t*2~~|\nx[s2]=Time~~|\nz[s1]=\n\t1~~|\nz[s2]=\n\tTime~~|\n"
    found = read(tmp_path, text)
    assert found["x"].text == ("x[s1] = 1", "x[s2]=Time")
    assert found["z"].text == ("z[s1]=", "  1", "", "z[s2]=", "  Time")


def test_the_text_of_xmile_is_that_of_its_equations(tmp_path):
    variables = (
        '<stock name="s"><eqn>10 + a</eqn><inflow>f</inflow><outflow>g</outflow><non_negative/></stock>'
        '<flow name="f"><eqn>  s *\n 0.1 {of it} </eqn></flow>'
        '<flow name="g"><eqn>x</eqn><gf><xscale min="0" max="2"/><ypts>5,6,7</ypts></gf></flow>'
        f"{aux('a', '1')}{aux('x', 'TIME')}"
        f'<aux name="r">{OVER_R}<element subscript="r1"><eqn>1</eqn></element><element subscript="r2"><eqn>TIME</eqn></element></aux>'
    )
    found = by_name(read_xmile(tmp_path, variables, top=R))
    assert found["s"].text == ("init s = 10 + a", "inflow f", "outflow g", "not below zero")
    assert found["f"].text == ("f = s *", " 0.1 {of it}")
    assert found["g"].text == ("g = x", "g is read from its graph")
    assert found["r"].text == ("r[r1] = 1", "r[r2] = TIME")
    assert found["TIME STEP"].text == ("dt 1",)
    assert (found["f"].kind, found["g"].kind, found["s"].kind) == ("flow", "flow", "stock")


def test_variables_of_a_module_stand_in_its_section(tmp_path):
    inner = f'<model name="inner"><variables>{aux("in", "1")}{aux("out", "in * 2")}</variables></model>'
    variables = '<module name="inner"><connect to="in" from="x"/></module>' + aux("x", "7")
    found = by_name(read_xmile(tmp_path, variables, more=inner))
    assert found["inner.out"].section == "inner"
    assert found["inner.in"].text == ("inner.in = x (connected)",)
    assert found["inner.in"].uses == ("x",)


# --- causes and uses


def test_causes_stand_in_the_order_in_which_they_are_read_and_uses_are_their_mirror(tmp_path):
    found = read(tmp_path, "c=b+a*b~~|\na=1~~|\nb=2*a~~|\ns=INTEG(c-d,a)~~|\nd=s/10~~|\n")
    assert found["c"].uses == ("b", "a")
    assert found["s"].uses == ("c", "d", "a")
    assert found["a"].used_by == ("c", "b", "s")
    assert all(e.name in found[u].used_by for e in found.values() for u in e.uses)
    assert all(e.name in found[u].uses for e in found.values() for u in e.used_by)


def test_what_the_translation_makes_up_is_not_shown_and_hides_no_cause(tmp_path):
    """An inner stock, an unnamed lookup, a lookup read in another way, and a macro."""
    found = read(
        tmp_path,
        ":MACRO: HALF(x)\nHALF = x / two\n~~|\ntwo = 2\n~~|\n:END OF MACRO:\n"
        "m = HALF(p) ~~|\np=3~~|\nq = SMOOTH3(p, w) + 1 ~~|\nw=2~~|\nk = WITH LOOKUP(p + w, ((0,1),(9,2)))~~|\n"
        "t((0,1),(2,3))~~|\nf = LOOKUP FORWARD(t, p)~~|\nn=1+INTEG(w, p)~~|\n",
    )
    assert not any(name.startswith("_") for name in found)
    assert found["m"].uses == ("p",)
    assert set(found["q"].uses) == {"p", "w"}
    assert found["k"].uses == ("p", "w")
    assert set(found["f"].uses) == {"t", "p"}
    assert set(found["n"].uses) == {"w", "p"}
    assert found["t"].used_by == ("f",)
    macro = found["HALF"]
    assert (macro.kind, macro.used_by) == ("macro", ("m",))
    assert macro.text == ("HALF(x)", "HALF = x / two", "two = 2")
    assert found["m"].text == ("m = HALF(p)",)


def test_a_flow_is_what_a_stock_adds_or_takes_as_it_is(tmp_path):
    found = read(tmp_path, "s=INTEG(a-b-(s-goal)/delay, 1)~~|\na=2*s~~|\nb=s/3~~|\ngoal=1+Time~~|\ndelay=4~~|\n")
    assert {n: found[n].kind for n in ("s", "a", "b", "goal", "delay")} == {
        "s": "stock",
        "a": "flow",
        "b": "flow",
        "goal": "auxiliary",
        "delay": "constant",
    }


def test_points_of_lookups_and_data_stand_in_order_of_x(tmp_path):
    found = read(
        tmp_path, "S: s1, s2\n~~|\nt((2,3),(0,1))~~|\nu[s1]((0,1),(1,2))~~|\nu[s2]((0,5),(1,6))~~|\ny[S]=u[S](t(Time))~~|\n"
    )
    (points,) = found["t"].points
    assert (points.cell, points.x, points.y) == ("", (0, 2), (1, 3))
    assert [(p.cell, p.y) for p in found["u"].points] == [("s1", (1, 2)), ("s2", (5, 6))]
    assert found["y"].points == ()


def test_points_of_a_graph_without_a_name_are_those_of_its_variable(tmp_path):
    graph = '<aux name="g"><eqn>TIME</eqn><gf><xscale min="0" max="2"/><ypts>5,6,7</ypts></gf></aux>'
    (points,) = by_name(read_xmile(tmp_path, graph))["g"].points
    assert (points.cell, points.x, points.y) == ("", (0, 1, 2), (5, 6, 7))
    found = read(tmp_path, "k = 1 + WITH LOOKUP(Time, ((0,1),(9,2)))~~|\nt((0,1),(2,3))~~|\nf = LOOKUP FORWARD(t, k)~~|\n")
    assert [p.y for p in found["k"].points] == [(1, 2)]
    assert found["f"].points == ()


def test_functions_are_told_with_their_meaning_in_the_tool_of_the_file(tmp_path):
    text = 'R: r1, r2\n~~|\nx[R]=1~~|\nmax=2~~|\n"ABS(y)"=3~~|\nif = IF THEN\\\n\tELSE(Time > max, SUM(x[R!]), {COS(} "ABS(y)" * zidz (max, 2))~~|\n'
    calls = read(tmp_path, text)["if"].calls
    assert [name for name, _, _ in calls] == ["IF THEN ELSE", "SUM", "ZIDZ"]
    assert calls[2][1:] == ("The ratio, or 0 where it is over zero.", "0 below 1e-6 in size.")
    assert read(tmp_path, "a=b*(2)~~|\nb=1~~|\n")["a"].calls == ()


def test_the_pulse_of_xmile_is_its_own(tmp_path):
    found = by_name(read_xmile(tmp_path, aux("p", "PULSE(3, 1, 2)") + aux("q", "SAFEDIV(1, 2)")))
    assert [name for name, _, _ in found["p"].calls] == ["PULSE"]
    assert "magnitude" in found["p"].calls[0][1]
    assert [name for name, _, _ in found["q"].calls] == ["SAFEDIV"]


# --- order


def test_sections_keep_the_order_of_the_file_and_the_clock_is_last(tmp_path):
    text = GROUP.format("Two") + "b=a~~|\n" + GROUP.format("One") + "a=1~~|\n" + GROUP.format("Two") + "c=b~~|\n"
    assert list(read(tmp_path, text))[:3] == ["b", "c", "a"]
    path = tmp_path / "m.mdl"
    path.write_text("{UTF-8}\n" + GROUP.format("Control") + CLOCK + GROUP.format("One") + "a=1~~|\n", encoding="utf-8")
    assert list(by_name(translate(path))) == ["a", "INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"]


def test_without_sections_causes_stand_before_what_they_cause(tmp_path):
    found = read(tmp_path, "out=2*flow~~|\nflow=rate*stock~~|\nstock=INTEG(-flow,start)~~|\nrate=0.1~~|\nstart=5~~|\n")
    assert list(found)[:5] == ["rate", "start", "stock", "flow", "out"]


def upstream(name: str, found: dict[str, Entry]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = set(found[waiting.pop()].uses) - seen
        seen |= new
        waiting += new
    return seen


@pytest.mark.parametrize("name", ["gp_supply", "swipe_site", "llr_system"])
def test_the_places_of_a_bundled_model_put_causes_first(name):
    """Only what a stock reads of its flows may stand behind it, and one of several variables that read each other in a circle."""
    found = by_name(load_model(name).equations)
    assert sorted(e.place for e in found.values()) == list(range(len(found)))
    late = [(e.name, u) for e in found.values() if e.kind != "stock" for u in e.uses if found[u].place > e.place]
    assert [pair for pair in late if pair[0] not in upstream(pair[1], found)] == []
    assert len(late) < 10
    assert all(e.text and e.comment and e.unit for e in found.values())


def test_a_chain_of_twenty_thousand_variables_is_read(tmp_path):
    chain = "".join(f"v{i}=v{i + 1}~~|\n" for i in range(20_000)) + "v20000=1~~|\n"
    found = list(read(tmp_path, chain))
    assert (found[0], found[20_000]) == ("v20000", "v0")


# --- as data


def test_constants_name_the_inputs_that_they_are(tmp_path):
    found = read(tmp_path, "S: s1, s2\n~~|\na=1.5~~|\nb[S]=2, -3~~|\ny=a+b[s1]~~|\n")
    names = {"a": "a", "b[s1]": "first b", "b[s2]": "b[s2]"}
    told = {name: e.to_data(names) for name, e in found.items()}
    assert (told["a"]["inputs"], told["a"]["value"]) == (["a"], 1.5)
    assert (told["b"]["inputs"], told["b"]["value"]) == (["first b", "b[s2]"], None)
    assert told["y"]["inputs"] == []
    assert told["b"]["axes"] == [{"name": "S", "elements": ["s1", "s2"]}]
    assert json.loads(json.dumps(told, allow_nan=False)) == told
