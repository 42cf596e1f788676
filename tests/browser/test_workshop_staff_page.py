"""The screens of staff and of shares in a real browser: dragged by hand, moved by keys, typed, refused and undone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

WAIT = 30.0
STRIP = "return [...document.querySelectorAll('.strip tbody tr')].map(row => [...row.querySelectorAll('td:not(.strip-bar)')].map(td => Number(td.textContent)))"
BOXES = "return [...document.querySelectorAll('.shares-bars .shares-row:nth-child(2) .split-box')].map(box => Number(box.value))"


def until(browser: Any, script: str, seconds: float = WAIT) -> None:
    end = time.monotonic() + seconds
    while not browser.execute_script(script):
        assert time.monotonic() < end, script
        time.sleep(0.02)


def whole(browser: Any) -> None:
    until(
        browser,
        "const s = document.querySelector('.status'); return s && !s.classList.contains('busy') && /^\\d[\\d,]* runs$/.test(s.textContent)",
    )


def resized(browser: Any, width: int, height: int) -> None:
    given = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", given)


@pytest.fixture
def opened(browser: Any, workshop: Path) -> Any:
    """The page as a newcomer meets it, on the screen that the test names."""

    def at(screen: str, width: int = 1280, height: int = 720) -> Any:
        resized(browser, width, height)
        browser.get(workshop.as_uri())
        browser.execute_script("localStorage.clear()")
        browser.get(f"{workshop.as_uri()}#{screen}")
        browser.refresh()
        whole(browser)
        browser.get_log("browser")
        return browser

    return at


def handles(browser: Any) -> Any:
    return browser.find_elements("css selector", ".shares-bars .shares-row:nth-child(2) .split-handle")


def test_a_divider_dragged_by_hand_moves_two_shares_and_the_bars(opened: Any) -> None:
    page = opened("shares")
    was = page.execute_script(STRIP)
    assert page.execute_script(BOXES) == [50, 19, 15, 16]
    track = page.find_element("css selector", ".shares-bars .shares-row:nth-child(2) .split-track")
    step = track.rect["width"] / 100
    ActionChains(page).click_and_hold(handles(page)[0]).move_by_offset(round(6 * step), 3).move_by_offset(
        round(6 * step), -3
    ).perform()
    until(page, f"return String(({STRIP.removeprefix('return ')})) !== '{','.join(str(x) for row in was for x in row)}'")
    ActionChains(page).release().perform()
    whole(page)
    assert page.execute_script(BOXES) == [62, 7, 15, 16]
    now = page.execute_script(STRIP)
    assert now[0] == was[0], "the staff in post are what they are"
    assert now[1][0] > was[1][0]
    assert now[1][1] < was[1][1]
    for way in (
        "//button[text()='Undo']",
        "//button[text()='Redo']",
        "//button[@aria-label='as at first: the shares that the room wants']",
    ):
        page.find_element("xpath", way).click()
        until(page, f"return String(({BOXES.removeprefix('return ')})) === '{'62,7,15,16' if 'Redo' in way else '50,19,15,16'}'")
    whole(page)
    assert page.execute_script(STRIP) == was
    assert page.get_log("browser") == []


def test_a_hand_that_leaves_the_handle_behind_still_holds_it(opened: Any) -> None:
    """A quick hand is far from the handle at the next event."""
    page = opened("shares")
    step = page.find_element("css selector", ".shares-bars .shares-row:nth-child(2) .split-track").rect["width"] / 100
    ActionChains(page, duration=0).click_and_hold(handles(page)[2]).perform()
    ActionChains(page, duration=0).move_by_offset(round(-40 * step), 90).perform()
    until(page, f"return String(({BOXES.removeprefix('return ')})) === '44,0,0,56'")
    ActionChains(page, duration=0).move_by_offset(round(30 * step), -90).perform()
    until(page, f"return String(({BOXES.removeprefix('return ')})) === '50,19,5,26'")
    ActionChains(page).release().perform()
    ActionChains(page, duration=0).move_by_offset(50, 0).perform()
    whole(page)
    assert page.execute_script(BOXES) == [50, 19, 5, 26]


def test_of_dividers_at_one_place_each_can_be_taken(opened: Any) -> None:
    page = opened("shares")
    page.find_elements("css selector", ".shares-choice")[4].click()
    assert page.execute_script(BOXES) == [6, 0, 2, 92]
    step = page.find_element("css selector", ".shares-bars .shares-row:nth-child(2) .split-track").rect["width"] / 100
    for divider, wanted in ((1, [6, 10, 0, 84]), (0, [16, 0, 0, 84]), (2, [16, 0, 10, 74])):
        ActionChains(page, duration=0).click_and_hold(handles(page)[divider]).move_by_offset(
            round(10 * step), 0
        ).release().perform()
        until(page, f"return String(({BOXES.removeprefix('return ')})) === '{','.join(map(str, wanted))}'", 5)


def test_dividers_move_by_keys_and_say_what_stands_on_both_sides(opened: Any) -> None:
    page = opened("shares")
    handle = handles(page)[1]
    assert handle.get_attribute("role") == "slider"
    assert handle.get_attribute("aria-label") == "Urgent care, wanted, between enhanced and core"
    handle.send_keys(Keys.ARROW_RIGHT)
    assert handle.get_attribute("aria-valuetext") == "Enhanced 20%, Core 14%"
    assert handle.get_attribute("aria-valuenow") == "70"
    ActionChains(page).key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(Keys.SHIFT).perform()
    assert page.execute_script(BOXES) == [50, 15, 19, 16]
    handle.send_keys(Keys.HOME)
    assert page.execute_script(BOXES) == [0, 0, 84, 16]
    assert page.execute_script("return location.hash") == "#shares", "arrows on a divider do not turn the page"
    handle.send_keys(Keys.PAGE_UP)
    assert page.execute_script("return location.hash") == "#staff", "but a clicker does"


def test_shares_are_typed_and_what_is_no_share_changes_nothing(opened: Any) -> None:
    page = opened("shares")
    boxes = page.find_elements("css selector", ".shares-bars .shares-row:nth-child(2) .split-box")
    for box, text in zip(boxes, ("40", "25,5", "20 %", "14.5"), strict=True):
        box.clear()
        box.send_keys(text, Keys.TAB)
    assert page.execute_script(BOXES) == [40, 25.5, 20, 14.5]
    boxes[1].clear()
    boxes[1].send_keys("130", Keys.TAB)
    problem = page.find_element("css selector", ".shares-bars .shares-row:nth-child(2) .problem")
    assert problem.text == "\u201c130\u201d is no percentage: write a number from 0 to 100."
    assert boxes[1].get_attribute("aria-invalid") == "true"
    parts = page.execute_script(
        "return [...document.querySelectorAll('.shares-bars .shares-row:nth-child(2) .split-part')].map(p => parseFloat(p.style.width))"
    )
    assert parts == [40, 25.5, 20, 14.5]


def test_the_shares_of_now_are_locked_until_they_are_to_be_changed(opened: Any) -> None:
    page = opened("shares")
    row = ".shares-bars .shares-row:nth-child(1)"
    assert not [h for h in page.find_elements("css selector", f"{row} .split-handle, {row} input") if h.is_displayed()]
    page.find_element("css selector", "[aria-label='change it: the shares of now']").click()
    box = page.find_elements("css selector", f"{row} .split-box")[0]
    box.clear()
    box.send_keys("70", Keys.TAB)
    values = f"String([...document.querySelectorAll('{row} .split-box')].map(box => box.value))"
    until(page, f"return {values} === '70,6,9,15'")
    page.find_element("css selector", "[aria-label='as at first: the shares of now']").click()
    until(page, f"return {values} === '72,4,9,15'")
    page.find_element("css selector", "[aria-label='done: the shares of now']").click()
    until(page, f"return document.querySelector('{row} .split-locked') !== null")


def test_the_limit_is_said_and_shown_and_stops_biting_where_less_is_wanted(opened: Any) -> None:
    page = opened("shares")
    words = page.find_element("css selector", ".limit-words")
    assert "The limit lets" in words.text
    held = "return document.querySelector('.limit-held').getBoundingClientRect().width"
    assert page.execute_script(held) > 50
    choices = page.find_elements("css selector", ".shares-choice")
    for place in (0, 1, 2, 4):
        choices[place].click()
        now = page.execute_script(
            "return [...document.querySelectorAll('.shares-bars .shares-row:nth-child(1) .split-box')].map(box => box.value)"
        )
        boxes = page.find_elements("css selector", ".shares-bars .shares-row:nth-child(2) .split-box")
        for box, text in zip(boxes, now, strict=True):
            box.clear()
            box.send_keys(text, Keys.TAB)
    whole(page)
    assert "so all of it goes through" in words.text
    assert page.execute_script(held) < 3


def test_staff_are_split_changed_added_and_removed_and_bar_1_follows(opened: Any) -> None:
    page = opened("staff")
    numbers = "return [...document.querySelectorAll('.staff-card b')].map(b => b.textContent)"
    assert page.execute_script(numbers) == ["21.27", "3.27", "9.47", "62.29"]
    assert "Bar 1 is the staff entered: 21.27 / 3.27 / 9.47 / 62.29." in page.find_element("css selector", ".staff-told").text
    page.find_element("css selector", "[aria-label='Split, row 4, Practice nurse']").click()
    row = "select[aria-label='Skill level, row 5, Practice nurse']"
    until(page, f'return document.querySelector("{row}")')
    level = page.find_element("css selector", row)
    level.find_element("xpath", "./option[text()='Enhanced']").click()
    whole(page)
    assert page.execute_script(numbers) == ["21.27", "6.54", "6.20", "62.29"]
    assert (
        "This site has 2.5 times LLR's enhanced staff per patient: check the entry or the mapping"
        in page.find_element("css selector", ".staff-told").text
    )
    wte = page.find_element("css selector", "input[aria-label='WTE, row 1, GP']")
    wte.clear()
    wte.send_keys("many", Keys.TAB)
    assert (
        page.find_element("css selector", ".staff-problem").text == "\u201cmany\u201d is no number of WTE: write one such as 2.5."
    )
    assert page.execute_script(numbers) == ["21.27", "6.54", "6.20", "62.29"]
    wte.clear()
    wte.send_keys("20,5", Keys.TAB)
    until(page, f"return ({numbers.removeprefix('return ')})[0] === '22.51'")
    assert not page.find_elements("css selector", ".staff-problem")
    page.find_element("css selector", ".staff-add summary").click()
    role, numbers_of = (
        page.find_element("css selector", ".staff-new input"),
        page.find_elements("css selector", ".staff-new .staff-number"),
    )
    role.send_keys("Paramedic", Keys.TAB)
    numbers_of[0].send_keys("1.5")
    numbers_of[1].send_keys("2")
    page.find_element("css selector", ".staff-new button").click()
    whole(page)
    assert page.execute_script(numbers) == ["22.51", "8.04", "6.20", "62.29"]
    page.find_element("css selector", "[aria-label='Remove, row 5, Practice nurse']").click()
    until(page, f"return ({numbers.removeprefix('return ')})[1] === '4.77'")
    page.find_element("xpath", '//button[text()="Back to the site\'s table"]').click()
    whole(page)
    assert page.execute_script(numbers) == ["21.27", "3.27", "9.47", "62.29"]
    assert page.get_log("browser") == []


@pytest.mark.parametrize("screen", ["staff", "shares"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844), (320, 700)])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    opened: Any, axe: str, screen: str, width: int, height: int
) -> None:
    page = opened(screen, width, height)
    page.execute_script("for (const folded of document.querySelectorAll('.screen:not([hidden]) details')) folded.open = true")
    resized(page, width, page.execute_script("return document.documentElement.scrollHeight"))
    page.execute_script(axe)
    found = page.execute_async_script(
        "axe.run('.screen:not([hidden])', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r => arguments[0](r.violations.map(v => [v.id, v.nodes.map(n => n.html)])))"
    )
    assert found == []
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("screen", ["staff", "shares"])
def test_a_screen_fits_the_projector(opened: Any, screen: str) -> None:
    page = opened(screen)
    for choice in page.find_elements("css selector", ".shares-choice"):
        choice.click()
        assert page.execute_script("return document.documentElement.scrollHeight") <= 720, choice.text
    assert page.execute_script("return document.documentElement.scrollHeight") <= 720
    page.find_element("css selector", "body").send_keys("p")
    until(page, "return document.documentElement.classList.contains('presenting')")
    assert page.execute_script("return document.documentElement.scrollHeight") <= 720
    assert not [
        field
        for field in page.find_elements("css selector", ".screen:not([hidden]) input, .screen:not([hidden]) .control")
        if field.is_displayed()
    ]
    page.find_element("css selector", "body").send_keys("p")
