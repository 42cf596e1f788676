"""The three bars, the path and the roles in a browser: what a room reads and moves there, by hand and by key, at the sizes that it is read at."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

SCREENS = ("bars", "path", "roles")
READY = "/^500 runs/.test(document.querySelector('.status:not(.busy)')?.textContent ?? '')"
LEVELS = ("Autonomous", "Enhanced", "Core", "Foundation")


def waited(browser: Any, condition: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not browser.execute_script(f"return {condition}"):
        assert time.monotonic() < until, condition
        time.sleep(0.05)


def opened(browser: Any, page: Path, screen: str, width: int = 1280, height: int = 720) -> Any:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#{screen}")
    browser.execute_script("localStorage.clear()")
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#{screen}")
    waited(browser, READY)
    return browser


def text(browser: Any, selector: str) -> str:
    return str(browser.execute_script(f"return document.querySelector({selector!r})?.textContent ?? ''"))


def press(browser: Any, key: str) -> None:
    for kind in ("keyDown", "keyUp"):
        browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})


def typed(browser: Any, selector: str, value: str) -> None:
    browser.execute_script(
        f"const field = {selector}; field.focus(); field.value = {value!r};"
        "for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));"
    )


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844), (320, 700)])
def test_nothing_scrolls_sideways_and_axe_finds_nothing(
    browser: Any, workshop: Path, axe: str, screen: str, width: int, height: int
) -> None:
    opened(browser, workshop, screen, width, height)
    browser.execute_script("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    time.sleep(0.3)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_script(axe)
    found = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })"
        ".then(r => done(r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 120))])))"
    )
    assert found == []
    assert [e["message"] for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []


def test_picture_sentence_and_gap_are_read_without_scrolling_and_large(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "bars")
    foot = browser.execute_script("return document.querySelector('.room-foot').getBoundingClientRect().top")
    for selector in (".screen-bars .sentence", ".screen-bars .chart svg", ".gap-level:last-child .people-beside"):
        assert browser.execute_script(f"return document.querySelector('{selector}').getBoundingClientRect().bottom") <= foot, (
            selector
        )
    sizes = browser.execute_script(
        "return [...document.querySelectorAll('.screen-bars .chart svg text')].map(t => [parseFloat(getComputedStyle(t).fontSize), t.textContent])"
    )
    assert min(sizes)[0] >= 20
    numbers = {t: size for size, t in sizes if t in ("21.3", "3.3", "9.5", "62.3")}
    assert len(numbers) == 4
    assert min(numbers.values()) >= 31
    for level in LEVELS:
        assert sum(t == level for _, t in sizes) == 3


def test_bars_follow_what_is_moved_and_undo_brings_them_back(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "bars")
    before = text(browser, ".screen-bars .chart svg")
    browser.execute_script("location.hash = 'path'")
    waited(browser, "document.querySelectorAll('.room-lever input').length === 6")
    first = text(browser, ".screen-path > .inside .sentence")
    typed(browser, "document.querySelectorAll('.room-lever input')[0]", "0")  # nobody is hired
    waited(browser, f"{READY} && document.querySelector('.screen-path > .inside .sentence').textContent !== {first!r}")
    assert text(browser, ".screen-path > .inside .sentence").startswith("In no run does every level come within 5% of bar 3")
    assert (
        browser.execute_script("return document.querySelectorAll('.room-lever')[0].querySelector('output').textContent") == "none"
    )
    browser.execute_script("location.hash = 'bars'")
    assert text(browser, ".screen-bars .chart svg") == before  # hiring is no part of the bars
    browser.execute_script("location.hash = 'path'; document.activeElement.blur()")
    browser.execute_script("[...document.querySelectorAll('button')].find(b => b.textContent === 'Undo').click()")
    waited(browser, f"document.querySelector('.screen-path > .inside .sentence').textContent === {first!r}")


def test_the_keys_read_every_part_of_every_bar(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "bars")
    browser.execute_script("document.querySelector('.screen-bars .chart').focus()")
    spoken = "document.querySelector('.screen-bars .chart [aria-live]').textContent"
    said = []
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Home"):
        press(browser, key)
        said.append(browser.execute_script(f"return {spoken}"))
    assert [s.partition(": ")[0] for s in said] == [
        *(f"1. Our staff today, {level}" for level in LEVELS),
        "2. Best mix today, Foundation",
        "3. Best mix in 5 years, Foundation",
        "1. Our staff today, Foundation",
    ]
    assert browser.execute_script("return location.hash") == "#bars"  # the arrows are the chart's while it has the focus


def test_a_level_is_chosen_and_its_picture_shown(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "path")
    for level in LEVELS:
        browser.execute_script(
            f"[...document.querySelectorAll('.closure')].find(b => b.textContent.startsWith('{level}')).click()"
        )
        waited(browser, f"document.querySelector('.screen-path figcaption h2').textContent === '{level} staff and posts'")
        pressed = browser.execute_script(
            "return [...document.querySelectorAll('.screen-path .closure[aria-pressed=true]')].map(b => b.textContent)"
        )
        assert len(pressed) == 1
        assert pressed[0].startswith(level)


def test_roles_are_added_filled_to_the_bar_and_taken_back(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "roles")
    state = "document.querySelector('.roles .statement').textContent"
    assert "are left to give" in browser.execute_script(f"return {state}")
    browser.execute_script(
        "const add = document.querySelector('.role-tools select'); add.value = 'Physician associate'; add.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    waited(browser, "document.activeElement.getAttribute('aria-label') === 'WTE of Physician associate'")
    typed(browser, "document.activeElement", "2.5")
    waited(browser, "/2\\.5|Physician/.test(document.querySelector('.roles-more').textContent)")
    browser.execute_script("document.querySelector('[aria-label=\"Give the rest: Physician associate\"]').click()")
    waited(browser, f"{state}.endsWith('roles add up to it.')")
    rows = browser.execute_script("return [...document.querySelectorAll('.role-table tbody tr')].map(r => r.innerText)")
    assert "new here" in rows[-1]
    bar, sums = browser.execute_script(
        "return [document.querySelector('.role-levels [aria-pressed=true] b').textContent, document.querySelector('.role-table tfoot td').textContent]"
    )
    assert bar == sums
    typed(browser, "[...document.querySelectorAll('.role-table tbody input')].at(-1)", "900")
    waited(browser, f"{state}.endsWith('WTE too many.')")
    typed(browser, "[...document.querySelectorAll('.role-table tbody input')].at(-1)", "-1")
    waited(browser, "!document.querySelector('.roles > .problem').hidden")
    assert "cannot be less than nought" in text(browser, ".roles > .problem")


def test_presenters_see_pictures_and_numbers_and_no_controls(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "bars")
    browser.execute_script("document.activeElement.blur()")
    press(browser, "p")
    waited(browser, "document.documentElement.classList.contains('presenting')")
    for screen in SCREENS:
        browser.execute_script(f"location.hash = '{screen}'")
        waited(browser, f"!document.querySelector('.screen-{screen}').hidden")
        shown = browser.execute_script(
            f"return [...document.querySelectorAll('.screen-{screen} :is(input, select, .figure-buttons button)')].filter(e => e.checkVisibility()).length"
        )
        assert shown == 0, screen
    press(browser, "Escape")
    waited(browser, "!document.documentElement.classList.contains('presenting')")
