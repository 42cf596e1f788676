"""XMILE and Stella files: styles, modules, macros, clocks and stocks, after the specification (by its section)."""

from __future__ import annotations

import pytest
from xmile_files import FILE, OVER_R, SPECS, TANK, R, aux, read, refusal, values

from llr_sd.translate import translate

# --- modules (3.7.4, 4.7) --------------------------------------------------------------------------------------------

HARES = """<model name="Hares"><variables>
<stock name="hares"><eqn>100</eqn><inflow>births</inflow><outflow>deaths</outflow></stock>
<flow name="births"><eqn>hares * 0.1</eqn></flow>
<flow name="deaths"><eqn>lynxes * rate</eqn></flow>
<aux name="lynxes" access="input"><eqn>NAN</eqn></aux>
<aux name="rate" access="input"><eqn>99</eqn></aux>
<aux name="density" access="output"><eqn>hares / 10</eqn></aux>
</variables></model>"""
LYNXES = """<model name="lynxes"><variables>
<aux name="lynxes" access="output"><eqn>hare_density + 1</eqn></aux><aux name="hare density" access="input"><eqn>0</eqn></aux>
</variables></model>"""


def test_modules_become_variables_with_their_own_names(tmp_path):
    """As Stella writes them: every connection twice, from the top with a dot, and some in the list of another module."""
    variables = (
        aux("rate", "0.5")
        + '<module name="Hares" isee:label=""><connect to="Hares.rate" from=".rate"/><connect2 to="Hares.rate" from="rate"/>'
        '<connect to="lynxes.hare_density" from="Hares.density"/><connect2 to="lynxes.hare_density" from="Hares.density"/>'
        '<connect to="Hares.lynxes" from="lynxes.lynxes"/></module><module name="lynxes"/>'
        + aux("total", "Hares.hares + lynxes.lynxes")
    )
    found = values(tmp_path, variables, more=HARES + LYNXES)
    assert list(found)[:3] == ["rate", "Hares.hares", "Hares.births"]
    assert found["Hares.rate"] == [0.5] * 5
    assert found["lynxes.lynxes"][0] == 11
    # 100 + 10 births - 11 * 0.5 deaths
    assert found["Hares.hares"][1] == pytest.approx(104.5)
    assert found["total"][1] == pytest.approx(104.5 + 11.45)


def test_modules_in_modules_and_two_of_one_model(tmp_path):
    inner = '<model name="inner"><variables>' + aux("in", "1", "") + aux("out", "in * 2") + "</variables></model>"
    outer = (
        '<model name="outer"><variables>'
        + aux("x", "7")
        + '<module name="inner"><connect to="in" from="x"/></module>'
        + aux("y", "inner.out + x")
        + "</variables></model>"
    )
    variables = (
        '<module name="first" isee:model_name="outer"><connect to="x" from="seed"/></module>'
        '<module name="second" isee:model_name="outer"/>' + aux("seed", "3") + aux("sum", "first.y + second.inner.out")
    )
    found = values(tmp_path, variables, more=outer + inner)
    assert (found["first.y"][0], found["second.y"][0], found["sum"][0]) == (9, 21, 23)


def test_arrays_and_graphs_of_modules(tmp_path):
    part = (
        '<model name="part"><variables>'
        + aux("rates", "0", OVER_R)
        + '<gf name="shape"><xscale min="0" max="1"/><ypts>0,1</ypts></gf>'
        + aux("total", "SUM(rates[*])")
        + aux("read", "shape(0.5)")
        + "</variables></model>"
    )
    variables = (
        aux("w", "R", OVER_R)
        + '<gf name="curve"><xscale min="0" max="1"/><ypts>0,10</ypts></gf>'
        + '<module name="part"><connect to="part.rates" from="w"/><connect to="part.shape" from="curve"/></module>'
        + aux("seen", "part.rates[r2] + part.total")
    )
    found = values(tmp_path, variables, "part.read", "seen", top=R, more=part)
    assert (found["part.read"][0], found["seen"][0]) == (5, 5)


DOUBLED = (
    "".join(
        f'<model name="m{i}"><variables><module name="a" isee:model_name="m{i + 1}"/><module name="b" isee:model_name="m{i + 1}"/>'
        "</variables></model>"
        for i in range(25)
    )
    + '<model name="m25"><variables><aux name="x"><eqn>1</eqn></aux></variables></model>'
)


@pytest.mark.parametrize(
    ("variables", "more", "what"),
    [
        ('<module name="p"/>', "", "no model for this module"),
        ('<module name="p" resource="other.xmile"/>', "", '"other.xmile"'),
        ('<module name="p"/>', '<model name="p" resource="p.xmile"/>', '"p.xmile"'),
        ('<module name="p"/>', '<model name="p"><variables><module name="p"/></variables></model>', "deep in each other"),
        ('<module name="p"><connect to="q" from="a"/></module>', LYNXES.replace('"lynxes">', '"p">', 1), '"q" is not a variable'),
        (
            '<module name="p"><connect to="lynxes" from="b"/></module>',
            LYNXES.replace('"lynxes">', '"p">', 1),
            '"b" is not a variable',
        ),
        ("", LYNXES, "stands in no module"),
        (
            '<module name="lynxes"/>',
            LYNXES.replace("<variables>", "<sim_specs><start>0</start><stop>4</stop><dt>0.5</dt></sim_specs><variables>"),
            "a clock of its own",
        ),
        ('<module name="m0"/>', DOUBLED, "more than 5,000 modules"),
        ("<module/>", "", "no name"),
        (aux("b", "lynxes.nothing") + '<module name="lynxes"/>', LYNXES, '"lynxes.nothing" is not defined'),
    ],
)
def test_modules_that_are_refused(tmp_path, variables, more, what):
    assert what in refusal(tmp_path, aux("a", "1") + variables, more=more)


# --- macros (3.6) ----------------------------------------------------------------------------------------------------


def test_macros(tmp_path):
    more = (
        "<macro name='smooth1'><parm>x</parm><parm default='2'>t</parm><eqn>held</eqn><variables>"
        "<stock name='held'><eqn>0</eqn><inflow>change</inflow></stock><flow name='change'><eqn>(x - held) / t</eqn></flow>"
        "</variables></macro><macro name='twice'><parm>x</parm><eqn>x * 2</eqn></macro>"
    )
    found = values(tmp_path, aux("a", "smooth1(10, 2)") + aux("b", "twice(smooth1(10)) + TWICE(1)"), more=more)
    assert found["a"] == [0, 5, 7.5, 8.75, 9.375]
    assert found["b"] == [2, 12, 17, 19.5, 20.75]


def test_macros_in_macros_have_a_bound(tmp_path):
    more = "<macro name='m0'><parm>x</parm><eqn>x</eqn></macro>" + "".join(
        f"<macro name='m{i}'><parm>x</parm><eqn>m{i - 1}(x) + m{i - 1}(x + 1)</eqn></macro>" for i in range(1, 25)
    )
    assert "more than 50,000 variables" in refusal(tmp_path, aux("a", "m24(1)"), more=more)


# --- Stella's files --------------------------------------------------------------------------------------------------

STYLE = (
    '<isee:prefs show_module_prefix="true"/><style color="black"><stock><shape type="rectangle"/></stock><flow/><aux/><module/>'
    '<gf/></style><data><import type="CSV" resource="r.csv"/></data><model_units><unit name="WTE"/></model_units>'
    "<isee:unknown><module name='x'/></isee:unknown>"
)
VIEWS = (
    '<views><style><stock/><module><connect/></module></style><view type="stock_flow"><style><aux/></style>'
    '<stock x="1" y="2" name="s"/><module x="1" y="1" name="gone"/><group name="People"><entity name="s"/></group>'
    "</view></views>"
)


@pytest.mark.parametrize("name", ["m.xmile", "m.xml", "m.stmx", "m.ITMX"])
def test_default_styles_and_vendors_elements_are_no_model(tmp_path, name):
    extra = '<isee:dependencies><var name="x"/></isee:dependencies><group name="g"><entity name="f"/></group><!-- none -->'
    found = read(tmp_path, TANK + extra, name, top=STYLE, more="<isee:tail/>")
    assert [v for v in found.variables if v in "sf"] == ["s", "f"]
    assert found.variables["f"].group == "g"


def test_views_hold_groups_and_no_variables(tmp_path):
    text = FILE.format(specs=SPECS, top=STYLE, model="", variables=TANK, more="").replace("</model>", VIEWS + "</model>")
    for changed in (
        text,
        text.replace(' xmlns:isee="http://iseesystems.com/XMILE"', ""),
        text.replace("http://docs.oasis-open.org/xmile/ns/XMILE/v1.0", "http://www.systemdynamics.org/XMILE"),
        text.replace(' xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"', ""),
        text.replace("<variables>", "").replace("</variables>", ""),
        text.replace("<flow name", "</variables><variables><flow name", 1),
    ):
        path = tmp_path / "m.stmx"
        path.write_text(changed, encoding="utf-8")
        found = translate(path)
        assert found.variables["s"].group == "People"
        assert [v.name for v in found.variables.values() if v.kind in ("stock", "constant")][:2] == ["s", "f"]


CLOCK = '<sim_specs isee:save_interval="0.5" method=" RK4 , gear"><start> 1.0 </start><stop>\n3</stop><dt reciprocal="TRUE">4</dt></sim_specs>'


def test_the_clock(tmp_path):
    found = read(tmp_path, TANK, specs=CLOCK)
    numbers = {c: found.constant_value(found.cell(c)) for c in ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")}
    assert numbers == {"INITIAL TIME": 1, "FINAL TIME": 3, "TIME STEP": 0.25, "SAVEPER": 0.5}
    assert found.method == "rk4"
    assert values(tmp_path, TANK, "s", specs=CLOCK)["s"] == [10, 11, 12, 13, 14]


def test_rk4_is_honoured(tmp_path):
    growth = '<stock name="s"><eqn>1</eqn><inflow>f</inflow></stock><flow name="f"><eqn>s</eqn></flow>'
    euler = values(tmp_path, growth, "s")["s"]
    rk4 = values(tmp_path, growth, "s", specs=SPECS.replace("euler", "RK4"))["s"]
    assert euler[1] == 2
    # 1 + 1 + 1/2 + 1/6 + 1/24
    assert rk4[1] == pytest.approx(65 / 24, rel=1e-12)


def test_the_clock_inside_the_model_and_controls_written_by_converters(tmp_path):
    variables = TANK + aux("TIME STEP", "1") + aux("FINAL TIME", "4") + aux("INITIAL TIME", "0") + aux("SAVEPER", "2")
    assert values(tmp_path, variables, "s", specs="", model=SPECS)["s"] == [10, 14, 18]
    assert "of <sim_specs> is 4" in refusal(tmp_path, TANK + aux("FINAL TIME", "9"))


@pytest.mark.parametrize(
    ("specs", "what"),
    [
        ("", "no <sim_specs>"),
        (SPECS.replace("<stop>4", "<stop>"), "lacks <stop>"),
        (SPECS.replace("<stop>4", "<stop>inf"), "not a finite number"),
        (SPECS.replace("<stop>4", "<stop>1_0"), "not a finite number"),
        (SPECS.replace("<dt>1", '<dt reciprocal="true">0'), "divided by 0"),
        (SPECS.replace("euler", "gear"), 'method "gear"'),
    ],
)
def test_clocks_that_are_refused(tmp_path, specs, what):
    assert what in refusal(tmp_path, TANK, specs=specs)


# --- stocks and flows that stay above zero ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "behavior", "expected"),
    [
        ("", "", [3, 1, -1, -3, -5]),
        ("<non_negative/>", "", [3, 1, 0, 0, 0]),
        ("<non_negative> FALSE </non_negative>", "<non_negative/>", [3, 1, -1, -3, -5]),
        ("", "<non_negative/>", [3, 1, 0, 0, 0]),
        ("", "<stock><non_negative/></stock>", [3, 1, 0, 0, 0]),
        ("", "<flow><non_negative/></flow>", [3, 1, -1, -3, -5]),
    ],
)
def test_what_says_that_a_stock_is_not_negative(tmp_path, own, behavior, expected):
    stock = f'<stock name="s"><eqn>3</eqn><outflow>f</outflow>{own}</stock><flow name="f"><eqn>2 + TIME * 0</eqn></flow>'
    assert values(tmp_path, stock, "s", top=f"<behavior>{behavior}</behavior>")["s"] == expected


def test_what_a_stock_does_not_lose_no_other_gains(tmp_path):
    """Outflows are held to the content of one step and what flows in, in their order (3.6.2)."""
    chain = (
        '<stock name="a"><eqn>5</eqn><outflow>f</outflow><outflow>g</outflow><non_negative/></stock>'
        '<stock name="b"><eqn>0</eqn><inflow>f</inflow><outflow>h</outflow><non_negative/></stock>'
        '<stock name="c"><eqn>0</eqn><inflow>g</inflow><inflow>h</inflow></stock>'
        '<flow name="f"><eqn>2</eqn></flow><flow name="g"><eqn>1.5</eqn></flow><flow name="h"><eqn>9</eqn></flow>'
    )
    found = values(tmp_path, chain)
    assert found["f"] == [2, 1.5, 0, 0, 0]
    assert found["g"] == [1.5, 0, 0, 0, 0]
    assert found["h"] == [2, 1.5, 0, 0, 0]
    assert [sum(t) for t in zip(found["a"], found["b"], found["c"], strict=True)] == [5] * 5


def test_limits_on_outflows_make_no_circles(tmp_path):
    """Replacement hiring follows the leavers, and two stocks exchange people: neither is a circle."""
    variables = (
        '<stock name="staff"><eqn>3</eqn><inflow>hires</inflow><outflow>leavers</outflow><non_negative/></stock>'
        '<flow name="hires"><eqn>leavers</eqn><non_negative/></flow><flow name="leavers"><eqn>1</eqn><non_negative/></flow>'
        '<stock name="x"><eqn>4</eqn><inflow>back</inflow><outflow>out</outflow><non_negative/></stock>'
        '<stock name="y"><eqn>1</eqn><inflow>out</inflow><outflow>back</outflow><non_negative/></stock>'
        '<flow name="out"><eqn>3</eqn></flow><flow name="back"><eqn>1</eqn></flow>'
    )
    found = values(tmp_path, variables)
    assert found["staff"] == [3] * 5
    assert [x + y for x, y in zip(found["x"], found["y"], strict=True)] == [5] * 5
    assert found["x"][:3] == [4, 2, 0]


def test_limits_on_outflows_of_arrays(tmp_path):
    variables = (
        f'<stock name="s">{OVER_R}<element subscript="r1"><eqn>1</eqn></element><element subscript="r2"><eqn>9</eqn></element>'
        "<outflow>f</outflow><non_negative/></stock>"
        f'<flow name="f">{OVER_R}<eqn>2</eqn></flow>'
    )
    found = values(tmp_path, variables, "s[r1]", "s[r2]", "f[r1]", top=R)
    assert found == {"s[r1]": [1, 0, 0, 0, 0], "s[r2]": [9, 7, 5, 3, 1], "f[r1]": [1, 0, 0, 0, 0]}


def test_a_uniflow_does_not_run_backwards(tmp_path):
    flow = '<flow name="f"><eqn>TIME - 2</eqn><non_negative/></flow><flow name="g"><eqn>TIME - 2</eqn></flow>'
    found = values(tmp_path, flow, "f", "g")
    assert found == {"f": [0, 0, 0, 1, 2], "g": [-2, -1, 0, 1, 2]}
