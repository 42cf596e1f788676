"""The screen beyond the site in a real browser: its four parts, what is taken into the site, and the same without workers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PARTS = ("shift", "team", "gps", "llr")
WAIT = 90  # seconds: the system model is large, and two cores may be busy with other things
NO_WORDS = ("undefined", "NaN", "[object", "_", "[", "ltc", "a85p", "c2e", "e2a", "Dmnl")
REFUSED = "globalThis.Worker = class { constructor() { throw new Error('refused'); } };"


def until(browser: Any, script: str) -> Any:
    """Wait until a script returns something that is true, and return it."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = browser.execute_script(f"return {script}")
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"this did not come about: {script}\n{browser.execute_script('return document.body.innerText')[:3000]}")


def size(browser: Any, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def kept(browser: Any) -> Any:
    script = "return Object.entries(localStorage).find(([key]) => key.startsWith('llr_sd workshop '))?.[1] ?? 'null'"
    return json.loads(browser.execute_script(script))


def part(browser: Any, name: str) -> str:
    """Open a part, wait for its numbers, and return what it says."""
    until(browser, f"!!document.getElementById('beyond-tab-{name}')")
    browser.find_element("id", f"beyond-tab-{name}").click()
    text = f"document.getElementById('beyond-panel-{name}').innerText"
    until(browser, f"!/\\u2026/.test({text}) && {text}.length > 100")
    return str(browser.execute_script(f"return {text}"))


def button(browser: Any) -> Any:
    return browser.find_element("css selector", "#beyond-panel-shift .act")


@pytest.fixture
def opened(browser: Any, workshop: Path) -> Iterator[Any]:
    size(browser, 1280, 720)
    browser.get(f"{workshop.as_uri()}#beyond")
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_each_part_says_what_it_found_in_plain_words(opened: Any) -> None:
    told = {name: part(opened, name) for name in PARTS}
    assert "of hospital work has moved after five years" in told["shift"]
    assert "patients have been found, and no team is entered" in told["team"]
    assert "LLR had 541 GPs (WTE) in October 2017" in told["gps"]
    assert "They are not GPs and are added to nothing here" in told["gps"]
    assert "not as a plan for LLR" in told["llr"]
    for name, text in told.items():
        assert [word for word in NO_WORDS if word in text] == [], name


def test_tabs_move_by_keys_and_the_screen_stays(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    part(opened, "shift")
    opened.execute_script("document.getElementById('beyond-tab-shift').focus()")
    tab = opened.switch_to.active_element
    tab.send_keys(Keys.ARROW_LEFT)
    until(opened, "!document.getElementById('beyond-panel-llr').hidden")
    assert opened.execute_script("return document.activeElement.id") == "beyond-tab-llr"
    assert opened.execute_script("return location.hash") == "#beyond"
    opened.refresh()
    until(opened, "document.getElementById('beyond-panel-llr')?.hidden === false")


def test_work_from_hospital_is_taken_into_the_site_and_out_again(opened: Any) -> None:
    part(opened, "shift")
    until(opened, "document.querySelector('#beyond-panel-shift .act').disabled === false")
    button(opened).click()
    until(opened, "/out of this site/.test(document.querySelector('#beyond-panel-shift .act').textContent)")
    held = [move["values"] for move in kept(opened)["moves"] if move["kind"] == "hold"][-1]
    hours = {name: value for name, value in held.items() if name.startswith("shifted_hours")}
    assert len(hours) == 5
    assert sum(hours.values()) > 500
    assert "shift_start" not in held  # it stands there already
    assert 0 < held["shift_funded"] < 1
    said = opened.execute_script("return document.getElementById('beyond-panel-shift').innerText")
    assert f"{round(sum(hours.values())):,} hours a year from hospital" in said
    until(opened, "document.querySelector('#beyond-panel-shift .act').disabled === false")
    button(opened).click()
    until(opened, "/Take it into/.test(document.querySelector('#beyond-panel-shift .act').textContent)")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844), (320, 640)])
def test_nothing_lies_beside_the_window(opened: Any, width: int, height: int) -> None:
    size(opened, width, height)
    for name in PARTS:
        part(opened, name)
        if width < 1280:
            opened.execute_script(
                f"document.querySelectorAll('#beyond-panel-{name} details').forEach((d) => {{ d.open = true; }})"
            )
        wide = opened.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], (name, wide)
        if width == 1280:
            foot = opened.execute_script(
                "return Math.max(...[...document.querySelectorAll(`#beyond-panel-${arguments[0]} :is(.big-number, .chart svg)`)].map((e) => e.getBoundingClientRect().bottom))",
                name,
            )
            assert foot < 690, name


@pytest.mark.parametrize("name", PARTS)
def test_axe_finds_nothing_in_any_part(opened: Any, axe: str, name: str) -> None:
    part(opened, name)
    opened.execute_script(f"document.querySelectorAll('#beyond-panel-{name} details').forEach((d) => {{ d.open = true; }})")
    opened.execute_script(axe)
    found = opened.execute_async_script(
        "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then((r) => done(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 150))])))"
    )
    assert found == []


def test_it_works_where_workers_are_refused(lone: Any, workshop: Path) -> None:
    lone.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": REFUSED})
    size(lone, 1280, 720)
    lone.get(f"{workshop.as_uri()}#beyond")
    assert "LLR had 541 GPs (WTE) in October 2017" in part(lone, "gps")
    until(lone, "!!document.getElementById('beyond-tab-shift')")
    lone.find_element("id", "beyond-tab-shift").click()
    until(lone, "/First|first|runs;/.test(document.getElementById('beyond-panel-shift').innerText)")
    assert "of hospital work has moved" in lone.execute_script("return document.getElementById('beyond-panel-shift').innerText")
