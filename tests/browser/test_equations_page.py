"""The equations of a page in a real browser: gone through by links and keys, drawn, printed; and what a hostile model file writes stays text."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llr_sd.exploring import explore
from llr_sd.model import load_model

LONG = "long " * 2000
MARKS = (
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "\u202egnp.exe",
    "constructor",
    "toString",
    "a&lt;b",
    "{{ 7*7 }}",
    "${window.hit=1}",
    "javascript:window.hit=1",
    "<!--",
    LONG.strip(),
)
GROUP = "********************************************************\n\t.{}\n********************************************************~\n\t\t~\t|\n"


def hostile_model(folder: Path) -> Path:
    """A model file whose names, units, comments, groups and elements are markup, script and marks that turn writing round."""
    text = '{UTF-8}\nR: "<b>one</b>", "two\'"\n~~|\n' + GROUP.format("<svg onload=window.hit=1>")
    for i, name in enumerate(MARKS):
        comment = f"<script>window.hit=1</script> \u2028 \u202e <!-- ]]> ' \" {LONG if i == 0 else ''}"
        text += f'"{name}" = {i + 1}\n\t~\t<i onclick=window.hit=1>u</i>&nbsp;\n\t~\t{comment}\n\t|\n'
    text += "total = " + " + ".join(f'"{name}"' for name in MARKS) + "\n~~|\n"
    text += f's = INTEG(total - s * "{MARKS[0]}", "{MARKS[1]}")\n~<u>~<!--|\nv[R] = s\n~~|\n'
    text += "INITIAL TIME=0~~|\nFINAL TIME=4~~|\nTIME STEP=1~~|\nSAVEPER=1~~|\n"
    path = folder / "<img src=x onerror=alert(1)>.mdl"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("equations")
    return explore("gp_supply", folder / "gp.html")


@pytest.fixture
def at(browser: Any, page: Path) -> Callable[..., Any]:
    """Opens the page at a variable, in a window of some width."""

    def opened(name: str = "", width: int = 1280, file: Path = page) -> Any:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get(f"{file.as_uri()}#eq-{name.replace(' ', '%20')}")
        wait(lambda: browser.find_elements("css selector", ".eq-card"))
        return browser

    return opened


def wait(found: Callable[[], Any], seconds: float = 30) -> Any:
    """Return what is waited for once it is there."""
    until = time.monotonic() + seconds
    while not (there := found()):
        assert time.monotonic() < until, "did not come"
        time.sleep(0.05)
    return there


def quiet(browser: Any) -> None:
    """Nothing complained, and nothing was asked of a network."""
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in asked if not name.startswith(("data:", "blob:"))] == []


def shown(browser: Any) -> str:
    return str(browser.execute_script("return document.querySelector('.eq-card h3').textContent"))


def click(browser: Any, selector: str) -> None:
    """Click what a reader would scroll to first."""
    browser.execute_script(
        "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'}); e.click()", selector
    )


def links(browser: Any, inside: str) -> list[str]:
    return list(browser.execute_script(f"return [...document.querySelectorAll('{inside} a')].map(a => a.textContent)"))


def test_a_variable_is_read_with_its_causes_its_uses_and_its_course(at: Callable[..., Any]) -> None:
    browser = at("GP WTE")
    assert shown(browser) == "GP WTE"
    variable = load_model("gp_supply").equations.variables["GP WTE"]
    text = browser.execute_script("return document.querySelector('.eq-text').textContent")
    assert "".join(text.split()) == "".join(variable.text[0].replace("\\", " ").split())
    assert variable.comment in browser.execute_script("return document.querySelector('.eq-card').textContent")
    assert (
        set(links(browser, ".eq-text"))
        == set(links(browser, ".eq-causes"))
        == {"plan_scenario", "plan GP stock", "dynamic GP WTE"}
    )
    assert links(browser, ".eq-uses") == ["GP WTE per 1000", "gap to target"]
    drawn = "return document.querySelector('.eq-course .reading .value')?.textContent"
    wait(lambda: browser.execute_script("return !document.querySelector('.status').classList.contains('busy')"))
    now = wait(lambda: browser.execute_script(drawn))
    # The study draws the same variable over time among its outputs, from the same runs.
    click(browser, "#tab-pictures")
    pictures = "return [...document.querySelectorAll('#panel-pictures .reading .value')].map(v => v.textContent)"
    assert now in wait(lambda: browser.execute_script(pictures))
    quiet(browser)


def test_links_go_from_one_to_the_next_and_back(at: Callable[..., Any]) -> None:
    browser = at("GP WTE")
    steps = {b.text: b for b in browser.find_elements("css selector", ".eq-main > .steps button")}
    assert not steps["Back"].is_enabled()
    click(browser, ".eq-causes a[href='#eq-dynamic%20GP%20WTE']")
    wait(lambda: shown(browser) == "dynamic GP WTE")
    assert browser.execute_script("return document.activeElement.textContent") == "dynamic GP WTE"
    browser.back()
    wait(lambda: shown(browser) == "GP WTE")
    steps["Forward"].click()
    assert shown(browser) == "dynamic GP WTE"
    steps["Back"].click()
    assert shown(browser) == "GP WTE"
    browser.refresh()
    wait(lambda: browser.find_elements("css selector", ".eq-card"))
    assert shown(browser) == "GP WTE"
    click(browser, "#tab-pictures")
    assert "#" not in browser.current_url
    quiet(browser)


def test_the_tree_opens_level_by_level_by_keys_and_marks_a_circle(at: Callable[..., Any]) -> None:
    from selenium.webdriver.common.keys import Keys

    browser = at("heads by employment")
    closes = "return [...document.querySelectorAll('.eq-causes .loop')].map(l => l.textContent)"
    for _ in range(6):
        closed = browser.find_elements("css selector", ".eq-causes button.twig[aria-expanded=false]")
        if browser.execute_script(closes) or not closed:
            break
        for twig in closed[:12]:
            twig.send_keys(Keys.ARROW_RIGHT)
            assert twig.get_attribute("aria-expanded") == "true"
    assert any("closes a loop" in text for text in browser.execute_script(closes))
    first = browser.find_element("css selector", ".eq-causes button.twig")
    first.send_keys(Keys.ARROW_LEFT)
    assert first.get_attribute("aria-expanded") == "false"
    quiet(browser)


def test_the_list_is_searched_and_put_in_another_order(at: Callable[..., Any]) -> None:
    browser = at("GP WTE")
    search = browser.find_element("css selector", ".eq-side input[type=search]")
    search.send_keys("gp wte")
    assert links(browser, ".eq-list")[:2] == ["GP WTE", "GP WTE per 1000"]
    assert "found" in browser.find_element("css selector", ".eq-side [role=status]").text
    search.clear()
    search.send_keys("no such variable")
    assert links(browser, ".eq-list") == []
    browser.execute_script("arguments[0].value = ''; arguments[0].dispatchEvent(new Event('input'))", search)
    from selenium.webdriver.support.select import Select

    Select(browser.find_element("css selector", ".eq-side select")).select_by_visible_text("by name")
    names = links(browser, ".eq-list")
    assert names == sorted(names, key=str.lower)
    quiet(browser)


def test_a_constant_tells_its_value_and_leads_to_its_lever(at: Callable[..., Any]) -> None:
    browser = at("retention_policy")
    now = browser.find_element("css selector", ".eq-values")
    assert "Now held at 0" in now.text
    now.find_element("css selector", "button").click()
    assert browser.execute_script("return document.activeElement.type") == "range"
    quiet(browser)


@pytest.mark.parametrize("width", [1280, 320])
def test_all_equations_are_read_at_any_width_and_printed(at: Callable[..., Any], width: int) -> None:
    browser = at("GP WTE", width)
    buttons = {b.text: b for b in browser.find_elements("css selector", ".eq-main > .steps button")}
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_script("arguments[0].click()", buttons["Read all"])
    articles = browser.execute_script("return document.querySelectorAll('.eq-all article').length")
    assert articles == sum(not n.startswith("_") for n in load_model("gp_supply").equations.variables)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    levels = browser.execute_script(
        "return [...document.querySelectorAll('#panel-equations :is(h2,h3,h4,h5,h6)')].map(h => +h.tagName[1])"
    )
    assert {3, 4} <= set(levels)
    assert levels[0] == 2
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not browser.find_element("css selector", ".eq-side").is_displayed()
        assert browser.find_element("css selector", ".eq-all article").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    quiet(browser)


# --- a hostile model file


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    return explore(hostile_model(folder), folder / "page.html")


def test_what_a_hostile_file_writes_is_shown_and_never_runs(at: Callable[..., Any], hostile: Path) -> None:
    browser = at("total", file=hostile)
    assert shown(browser) == "total"
    causes = links(browser, ".eq-causes")
    assert [c.strip('"') for c in causes[:2]] == list(MARKS[:2])
    assert causes[2] == '"⟨U+202E⟩gnp.exe"'
    assert causes[-1].startswith('"long long')
    assert len(causes[-1]) < 130
    for tab in ("pictures", "numbers", "drives", "compare", "save", "equations"):
        click(browser, f"#tab-{tab}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 1280, tab
    for name in MARKS[:3]:
        link = next(a for a in browser.find_elements("css selector", ".eq-list a") if name[-7:] in a.text)
        browser.execute_script("arguments[0].click()", link)
        assert name[-7:] in shown(browser)
        card = browser.execute_script("return document.querySelector('.eq-card').textContent")
        assert "<script>window.hit=1</script>" in card
        assert "<i onclick=window.hit=1>u</i>&nbsp;" in card
    assert browser.execute_script(
        "return window.hit === undefined && !document.querySelector('svg[onload], img, i, u, [onclick]')"
    )
    quiet(browser)


def test_a_hostile_page_fits_a_phone(at: Callable[..., Any], hostile: Path) -> None:
    browser = at("total", width=320, file=hostile)
    for tab in ("equations", "pictures", "numbers", "drives", "compare", "save"):
        click(browser, f"#tab-{tab}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 320, tab
    quiet(browser)
