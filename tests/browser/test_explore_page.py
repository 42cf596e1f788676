"""The page that simulates itself, in a real browser without a network: it opens, it answers a hand, and everybody can use it."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

import llr_sd
from llr_sd.exploring import page_of

GP_PLAN = Path(__file__).parents[2] / "experiments" / "gp_plan"
VIEWS = ("pictures", "numbers", "drives", "compare", "equations", "save")
LEVER = "cut in quitting and retirement from the retention package"
WAIT = 30.0
STUDY = """
title = "What the page shows"
model = "gp_supply"
seed = 20171031
set = { "FINAL TIME" = 2022.75 }
[[scenario]]
name = "1 No schemes"
set = { retention_policy = 0.1, ir_target = 0, anp_target = 0, pharm_target = 0 }
[uncertain]
groups = ["retention", "recruitment"]
[outputs]
gp_2020 = { variable = "GP WTE", at = 2020.75 }
[monte_carlo]
runs = 500
"""
FIND = """
const search = document.querySelector('#levers input[type=search]');
search.value = arguments[0];
search.dispatchEvent(new Event('input'));
return [...document.querySelectorAll('.lever-name')].map(l => l.textContent);
"""
SLIDER = """
const wanted = arguments[0].toLowerCase();
const find = () => [...document.querySelectorAll('.lever')].find(l => l.querySelector('.lever-name').textContent.toLowerCase() === wanted);
if (!find()) document.querySelector('#levers section.group > button')?.click();
return find().querySelector('input[type=range]');
"""
MOVE = """
const [slider, value, last] = arguments;
slider.value = value;
slider.dispatchEvent(new Event('input', { bubbles: true }));
if (last) slider.dispatchEvent(new Event('change', { bubbles: true }));
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("explore") / "gp_plan-explore.html"
    file.write_text(page_of(GP_PLAN), encoding="utf-8")
    return file


@pytest.fixture
def opened(browser: Any, page: Path) -> Any:
    """The page as a newcomer meets it: nothing kept, no network, all runs there."""
    browser.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    size(browser, 1280, 900)
    browser.get(page.as_uri())
    browser.execute_script("localStorage.clear(); history.replaceState(null, '', location.pathname)")
    browser.get_log("browser")
    browser.refresh()
    whole(browser)
    return browser


def size(browser: Any, width: int, height: int, scale: float = 1) -> None:
    given = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", given)


def until(browser: Any, question: str, *arguments: Any) -> Any:
    """Wait until a question in JavaScript has an answer that is true, and return it."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, WAIT, 0.03).until(lambda b: b.execute_script(question, *arguments))


def whole(browser: Any) -> None:
    """Wait until all runs of the setting on screen are there."""
    until(
        browser,
        "return document.querySelector('.status')?.textContent === arguments[0] && !document.querySelector('.busy')",
        "500 runs",
    )
    until(browser, "return !document.querySelector('#headline.stale')")


def text(browser: Any, selector: str) -> str:
    return str(browser.execute_script("return document.querySelector(arguments[0]).innerText", selector))


def show(browser: Any, view: str) -> None:
    browser.execute_script("document.getElementById('tab-' + arguments[0]).click()", view)
    browser.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")


def move(browser: Any, label: str, value: float, *, last: bool = True) -> None:
    """Put a lever at a value, as a hand does; `last` lets go of it, and waits until the page says what differs."""
    browser.execute_script(MOVE, browser.execute_script(SLIDER, label), value, last)
    if last:
        until(browser, "return document.querySelectorAll('.differs li').length > 0")


def quiet(browser: Any) -> None:
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []


def test_it_opens_from_a_file_with_a_picture_and_asks_nobody(opened: Any) -> None:
    assert opened.execute_script("return document.querySelectorAll('h1').length") == 1
    assert "639 GPs" in text(opened, "h1")
    until(opened, "return document.querySelectorAll('#panel-pictures .chart svg path.c-band').length >= 2")
    asked = opened.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in asked if not name.startswith(("blob:", "data:"))] == []
    first = opened.execute_script("return document.querySelector('#panel-pictures .figure').getBoundingClientRect().top")
    assert first < 900, "a picture is on the first screen"
    quiet(opened)


def test_a_hand_on_a_lever_changes_the_numbers_to_those_of_a_study_with_that_value(opened: Any, tmp_path: Path) -> None:
    before = text(opened, ".card .value")
    for value in (0.03, 0.07):
        move(opened, LEVER, value, last=False)
    until(opened, "return document.querySelector('.status').textContent === '64 of 500 runs so far'")
    assert opened.execute_script("return document.querySelector('.differs').textContent").count("at the start") == 1
    move(opened, LEVER, 0.1)
    whole(opened)
    shown = text(opened, ".card .value")
    assert shown != before

    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    summary = llr_sd.run_study(llr_sd.load_study(tmp_path), out=tmp_path / "results").summary
    row = summary[(summary.output == "gp_2020")].set_index("statistic").value
    assert shown == f"{row['p50']:.0f} WTE"
    assert text(opened, ".card .range") == f"{row['p05']:.0f} to {row['p95']:.0f}"
    quiet(opened)


def test_moves_are_undone_singly_by_key_and_all_at_once(opened: Any) -> None:
    start = text(opened, ".card .value")
    move(opened, LEVER, 0.1)
    until(opened, "return document.querySelectorAll('.differs li').length === 1")
    opened.execute_script("document.querySelector('.box').focus()")
    opened.execute_script("document.activeElement.blur()")
    opened.switch_to.active_element.send_keys(Keys.CONTROL, "z")
    until(opened, "return document.querySelectorAll('.differs li').length === 0")
    opened.switch_to.active_element.send_keys(Keys.CONTROL, Keys.SHIFT, "z")
    until(opened, "return document.querySelectorAll('.differs li').length === 1")
    opened.execute_script("document.querySelector('.differs button').click()")
    until(opened, "return document.querySelectorAll('.differs li').length === 0")
    whole(opened)
    assert text(opened, ".card .value") == start
    quiet(opened)


def test_one_undo_takes_the_way_back_to_the_start_back(opened: Any) -> None:
    other = "yearly number of GPs who return or move in"
    differ = "return document.querySelectorAll('.differs li').length === arguments[0]"
    press = "[...document.querySelectorAll('#setting button')].find(b => b.textContent === arguments[0]).click()"
    lever = "document.querySelector('[aria-label=\"as at the start: ' + arguments[0][0].toUpperCase() + arguments[0].slice(1) + '\"]').click()"
    move(opened, LEVER, 0.1)
    opened.execute_script(FIND, other)
    move(opened, other, 12)
    for back in ((press, "Back to the start", 0), (lever, other, 1)):
        until(opened, differ, 2)
        opened.execute_script(*back[:2])
        until(opened, differ, back[2])
        opened.execute_script(press, "Undo")
        until(opened, differ, 2)
    quiet(opened)


def test_the_table_sets_as_many_runs_of_the_start_beside_as_there_are(opened: Any) -> None:
    show(opened, "numbers")
    watch = """
    window.seen = [];
    const table = document.querySelector('#panel-numbers .scroll');
    const look = () => {
      const runs = [...table.querySelectorAll('tbody')].map(b => [...b.querySelectorAll('td[data-head=Runs]')].map(c => c.textContent).join(' '));
      window.seen.push(...runs);
    };
    new MutationObserver(look).observe(table, { childList: true, subtree: true });
    """
    opened.execute_script(watch)
    for value in (0.03, 0.07):
        move(opened, LEVER, value, last=False)
    until(opened, "return window.seen.includes('64 64')")
    move(opened, LEVER, 0.1)
    whole(opened)
    until(opened, "return window.seen.at(-1) === '500 500'")
    assert set(opened.execute_script("return window.seen")) <= {"64 64", "500 500", "64", "500"}
    quiet(opened)


def test_an_uncertain_lever_is_held_by_the_hand_and_let_go_again(opened: Any) -> None:
    label = "yearly number of GPs who return or move in"
    opened.execute_script(FIND, label)
    slider = opened.execute_script(SLIDER, label)
    stands = "return arguments[0].closest('.lever').querySelector('.stands').textContent === arguments[1]"
    free = "[...arguments[0].closest('.lever').querySelectorAll('button')].find(b => b.textContent.includes('vary')).click()"
    assert opened.execute_script(stands, slider, "varies: 0 to 18 people a year")
    move(opened, label, 12)
    until(opened, stands, slider, "held at 12 people a year")
    whole(opened)
    opened.execute_script(free, slider)
    until(opened, stands, slider, "varies: 0 to 18 people a year")


def test_values_that_may_not_be_are_refused_beside_their_box_and_change_nothing(opened: Any) -> None:
    slider = opened.execute_script(SLIDER, LEVER)
    before = text(opened, ".card .value")
    box = opened.execute_script("return arguments[0].closest('.lever').querySelector('.box')", slider)
    for typed, said in (("7e9", "is out of its range"), ("a few", "is no number")):
        opened.execute_script("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))", box, typed)
        problem = opened.execute_script("return arguments[0].closest('.lever').querySelector('.problem').innerText", slider)
        assert said in problem
        assert box.get_attribute("aria-invalid") == "true"
    assert opened.execute_script("return document.querySelectorAll('.differs li').length") == 0
    assert text(opened, ".card .value") == before


def test_a_value_outside_the_range_of_its_source_is_told(opened: Any) -> None:
    slider = opened.execute_script(SLIDER, LEVER)
    outside = "return slider.closest('.lever').querySelector('.outside').innerText"
    box = opened.execute_script("return arguments[0].closest('.lever').querySelector('.box')", slider)
    opened.execute_script("arguments[0].value = '0.9'; arguments[0].dispatchEvent(new Event('change'))", box)
    until(
        opened,
        f"const [slider] = arguments; return (() => {{ {outside} }})().includes('outside the range of its source')",
        slider,
    )
    opened.execute_script("arguments[0].value = '0.15'; arguments[0].dispatchEvent(new Event('change'))", box)
    until(opened, f"const [slider] = arguments; return (() => {{ {outside} }})() === ''", slider)


def test_levers_are_found_by_what_is_known_of_them(opened: Any) -> None:
    assert opened.execute_script(FIND, "retire gp") != []
    assert opened.execute_script(FIND, "gp_quit_u55") == ["Yearly share of GPs under 55 who quit"]
    assert opened.execute_script(FIND, "no such lever") == []
    assert "0 levers found" in text(opened, "#levers")
    few = len(opened.execute_script(FIND, ""))
    opened.execute_script("document.querySelectorAll('input[name=which-levers]')[1].click()")
    assert opened.execute_script("return [...document.querySelectorAll('#levers details.group')].length") >= 3
    assert opened.execute_script("return document.querySelectorAll('#levers .lever').length") < few
    opened.execute_script("document.querySelector('#levers details.group summary').click()")
    until(opened, "return document.querySelectorAll('#levers details[open] .lever').length > 3")


def test_a_range_can_be_given_changed_and_taken_back(opened: Any) -> None:
    slider = opened.execute_script(SLIDER, LEVER)
    opened.execute_script("arguments[0].closest('.lever').querySelector('.more').click()", slider)
    inside = opened.execute_script("return arguments[0].closest('.lever').querySelector('.source').innerText", slider)
    assert "GP Workforce Plan 2017" in inside
    assert re.search(r"[ABC], (source document|literature|judgement)", inside)
    pick = "const s = arguments[0].closest('.lever').querySelector('.law select'); s.value = 'uniform'; s.dispatchEvent(new Event('change'))"
    opened.execute_script(pick, slider)
    until(opened, "return document.querySelectorAll('.differs li').length === 1")
    fields = opened.execute_script("return [...arguments[0].closest('.lever').querySelectorAll('.law-numbers input')]", slider)
    opened.execute_script("arguments[0].value = '0.9'; arguments[0].dispatchEvent(new Event('change'))", fields[0])
    problem = "return arguments[0].closest('.lever').querySelector('.law .problem').innerText"
    assert "must be below high" in opened.execute_script(problem, slider)
    opened.execute_script("arguments[0].value = '0.01'; arguments[0].dispatchEvent(new Event('change'))", fields[0])
    assert opened.execute_script(problem, slider) == ""
    whole(opened)
    opened.execute_script("document.querySelector('.differs button').click()")
    until(opened, "return document.querySelectorAll('.differs li').length === 0")
    quiet(opened)


def test_a_reload_keeps_the_last_move_and_the_view(opened: Any) -> None:
    move(opened, LEVER, 0.1)
    until(opened, "return document.querySelectorAll('.differs li').length === 1")
    whole(opened)
    value = text(opened, ".card .value")
    show(opened, "numbers")
    opened.refresh()
    whole(opened)
    assert opened.execute_script("return document.querySelectorAll('.differs li').length") == 1
    assert text(opened, ".card .value") == value
    assert opened.execute_script("return document.querySelector('[role=tab][aria-selected=true]').textContent") == "Numbers"


def test_everything_is_reached_and_moved_by_keys(opened: Any) -> None:
    """Tab goes to the levers and the views; arrows move a slider, whose keys are one move; arrows change the view."""
    opened.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    reached: list[str] = []
    for _ in range(40):
        opened.switch_to.active_element.send_keys(Keys.TAB)
        at = opened.execute_script(
            "const a = document.activeElement; return a.className + '|' + (a.getAttribute('role') || a.type || a.tagName) + '|' + (getComputedStyle(a).outlineStyle)"
        )
        reached.append(at)
        if "range" in at:
            break
    assert "skip" in reached[0]
    assert "range" in reached[-1]
    assert all(not entry.endswith("none") for entry in reached), "what has the focus is seen to have it"
    for _ in range(3):
        opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    until(opened, "return document.querySelectorAll('.differs li').length === 1")
    whole(opened)
    opened.execute_script("document.activeElement.blur()")
    opened.switch_to.active_element.send_keys(Keys.CONTROL, "z")
    until(opened, "return document.querySelectorAll('.differs li').length === 0")
    opened.execute_script("document.getElementById('tab-pictures').focus()")
    for view in (*VIEWS[1:], VIEWS[0]):
        opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
        assert opened.execute_script("return document.activeElement.id") == f"tab-{view}"
        assert opened.execute_script("return document.getElementById('panel-' + arguments[0]).hidden", view) is False
    opened.execute_script("document.querySelector('#panel-pictures .chart').focus()")
    opened.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    assert "2022" in opened.execute_script("return document.activeElement.querySelector('[aria-live]').textContent")
    quiet(opened)


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(1280, 900, 1), (768, 1024, 1), (640, 450, 2), (390, 844, 1), (320, 640, 1)]
)
def test_nothing_overflows_at_any_width(opened: Any, width: int, height: int, scale: float) -> None:
    move(opened, LEVER, 0.1)
    whole(opened)
    size(opened, width, height, scale)
    for view in VIEWS:
        show(opened, view)
        opened.execute_script("document.querySelectorAll('.more[aria-expanded=false]')[0]?.click()")
        wide = opened.execute_script("return [document.documentElement.scrollWidth, document.body.scrollWidth]")
        assert max(wide) <= width, view
    quiet(opened)


def test_print_gives_pictures_the_setting_and_its_sources(opened: Any) -> None:
    move(opened, LEVER, 0.1)
    whole(opened)
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        seen = text(opened, "body")
        assert "Source: GP Workforce Plan 2017" in seen
        assert "639 GPs" in seen
        assert "about this page" in seen.lower()
        for gone in (".tabs", "#levers", ".steps", ".figure-buttons"):
            assert opened.execute_script("return getComputedStyle(document.querySelector(arguments[0])).display", gone) == "none"
        assert opened.execute_script("return document.querySelectorAll('#panel-pictures .chart svg').length") >= 3
        made = base64.b64decode(opened.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
        assert made.startswith(b"%PDF")
        assert len(made) > 20_000
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_lever_and_its_equation_lead_to_each_other(opened: Any) -> None:
    slider = opened.execute_script(SLIDER, LEVER)
    opened.execute_script("arguments[0].closest('.lever').querySelector('.more').click()", slider)
    there = (
        "[...arguments[0].closest('.lever').querySelectorAll('.source button')].find(b => b.textContent === 'Where it is used')"
    )
    opened.execute_script(f"{there}.click()", slider)
    assert opened.execute_script("return location.hash") == "#eq-retention_policy"
    until(opened, "return document.querySelector('[role=tab][aria-selected=true]').textContent === 'Equations'")
    back = "const b = [...document.querySelectorAll('#panel-equations button')].find(b => b.textContent === 'go to its lever'); b?.click(); return b"
    until(opened, back)
    assert opened.execute_script("return document.activeElement === arguments[0]", slider)
    quiet(opened)


ROOTS = """{UTF-8}
level= INTEG (SQRT(room - level)*pace, 1)
	~	Head
	~	What there is.
	|

room= 5
	~	Head
	~	Room for it.
	|

pace= 0.1
	~	1/Year
	~	How quick.
	|

FINAL TIME = 10
	~	Year
	~	End.
	|

INITIAL TIME = 0
	~	Year
	~	Start.
	|

TIME STEP = 0.25
	~	Year
	~	Step.
	|

SAVEPER = 1
	~	Year
	~	Saved.
	|
"""


def test_a_model_of_ones_own_opens_and_its_failed_runs_are_told_first(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "roots.mdl").write_text(ROOTS, encoding="utf-8")
    (tmp_path / "roots.html").write_text(page_of(tmp_path / "roots.mdl"), encoding="utf-8")
    size(browser, 1280, 900)
    browser.get((tmp_path / "roots.html").as_uri())
    status = "return document.querySelector('.status')?.textContent === arguments[0]"
    until(browser, status, "1 run: nothing varies")
    until(browser, "return document.querySelector('#panel-pictures .lead').textContent.includes('give a lever a range')")
    assert browser.execute_script("return document.querySelector('#panel-pictures .warning').hidden") is True
    move(browser, "room", 0)
    until(browser, status, "1 run: nothing varies; it failed")
    until(
        browser,
        "return document.querySelector('#panel-pictures .warning').textContent.startsWith('The run failed: there are no numbers.')",
    )
    until(browser, "return document.querySelector('.card .value').textContent.trim() === 'no result'")
    browser.execute_script("document.querySelector('.differs button').click()")
    until(browser, status, "1 run: nothing varies")
    quiet(browser)


CONTRAST = """
const channel = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const numbers = c => c.match(/[\\d.]+/g).map(Number);
const light = c => { const [r, g, b] = numbers(c); return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
  const n = numbers(c); if (n.length < 4 || n[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
const found = [];
for (const e of document.querySelectorAll('body *')) {
  if (!e.checkVisibility() || e.disabled) continue;
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
  const style = getComputedStyle(e), inSvg = e instanceof SVGElement;
  if (inSvg && (style.fill === 'none' || e.closest('[aria-hidden=true]'))) continue;
  const a = light(inSvg ? style.fill : style.color), b = light(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) found.push([e.tagName, e.getAttribute('class'), e.textContent.slice(0, 40), ratio]);
  if (inSvg && parseFloat(style.fontSize) < 12) found.push([e.tagName, 'small', e.textContent.slice(0, 40), style.fontSize]);
}
return found;
"""


def test_text_stands_out_in_every_view_and_in_every_picture(opened: Any) -> None:
    """Text, that of pictures too, has a contrast of 4.5 or more (WCAG 2.2, 1.4.3), and none in a picture is under 12 px."""
    move(opened, LEVER, 0.1)
    whole(opened)
    for view in VIEWS:
        show(opened, view)
        assert opened.execute_script(CONTRAST) == [], view


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(opened: Any, axe: str, view: str, width: int) -> None:
    """WCAG 2.2 at levels A and AA, and axe's own good practice, with levers and their sources open."""
    move(opened, LEVER, 0.1)
    whole(opened)
    size(opened, width, 800)
    show(opened, view)
    opened.execute_script("document.querySelectorAll('.more[aria-expanded=false]')[2]?.click()")
    opened.execute_script("document.querySelector('.panel:not([hidden]) .figure-buttons button')?.click()")
    opened.execute_script(axe)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = opened.execute_async_script(
        "const done = arguments[1]; axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }).then(r => done(r.violations"
        ".map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary)])), e => done([String(e)]))",
        rules,
    )
    assert found == []
