"""Who we care for and what care they need, under real hands: typed, dragged, by keyboard and undone; sums that stay right; a room that can read it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_workshop_page import kept, opened, settled, size, until

FIELD = """
const found = [...document.querySelectorAll('.screen:not([hidden]) .number-field')].find((f) => f.firstChild.textContent === arguments[0]);
return found.querySelector('input');
"""
SAYS = "[...document.querySelectorAll('.screen:not([hidden]) .first-says p, .screen:not([hidden]) .first-checks .statement')]"
SHARES = "[...document.querySelectorAll('.screen:not([hidden]) .first-slide + td input')].map((i) => Number(i.value))"
FRAIL = "document.querySelectorAll('.screen:not([hidden]) .first-slide input')[4]"


@pytest.fixture(autouse=True)
def wide(browser: Any) -> Iterator[None]:
    """A projector's window; whatever the page says to the console is a fault."""
    browser.get_log("browser")
    size(browser, 1280, 720)
    yield
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def unfold(browser: Any) -> None:
    browser.execute_script("for (const one of document.querySelectorAll('.screen:not([hidden]) details')) one.open = true")


def at(browser: Any, workshop: Path, screen: str) -> None:
    opened(browser, workshop, screen)
    settled(browser)
    unfold(browser)


def said(browser: Any) -> str:
    return str(browser.execute_script(f"return {SAYS}.map((p) => p.textContent).join('\\n')"))


def typed(browser: Any, label: str, text: str) -> str:
    """Type a text into a field, and return what the field says of it."""
    from selenium.webdriver.common.keys import Keys

    field = browser.execute_script(FIELD, label)
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", field)
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(text or Keys.DELETE, Keys.ENTER)
    why = browser.execute_script("return arguments[0].closest('label').querySelector('.problem')", field)
    return str(browser.execute_script("return arguments[0].hidden ? '' : arguments[0].textContent", why))


def click(browser: Any, words: str) -> None:
    button = browser.find_element("xpath", f"//button[contains(., '{words}')]")
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", button)
    button.click()


@pytest.mark.parametrize("text", ["-5", "0", "1e99", "some", ""])
def test_what_is_no_list_is_said_at_the_field_and_changes_nothing(browser: Any, workshop: Path, text: str) -> None:
    at(browser, workshop, "people")
    before, session = said(browser), kept(browser)
    why = typed(browser, "Registered patients", text)
    assert why == ("Write a number from 1 to 10,000,000." if text in ("-5", "0", "1e99") else "Write a number.")
    assert (said(browser), kept(browser)) == (before, session)
    assert typed(browser, "Registered patients", "40000") == ""
    until(browser, f"{SAYS}.some((p) => p.textContent.startsWith('Of 40,000 patients'))")


def test_bands_that_do_not_add_up_are_mended_either_way_in_one_move(browser: Any, workshop: Path) -> None:
    at(browser, workshop, "people")
    assert typed(browser, "People aged 85 and over", "1852") == ""
    off = (
        "The age bands add up to 37,000, 1,000 more than the list of 36,000. Only their proportions count: the total is the list."
    )
    until(browser, f"{SAYS}.some((p) => p.textContent.endsWith('{off}'))")
    click(browser, "Make the list 37,000")
    until(browser, f"{SAYS}.some((p) => p.textContent.endsWith('The age bands add up to the list: 37,000.'))")
    click(browser, "Undo")
    until(browser, f"{SAYS}.some((p) => p.textContent.endsWith('{off}'))")
    click(browser, "Keep the list: bring the bands to 36,000")
    until(browser, f"{SAYS}.some((p) => p.textContent.endsWith('The age bands add up to the list: 36,000.'))")
    assert browser.execute_script(FIELD, "Registered patients").get_attribute("value") == "36000"
    click(browser, "Undo")
    click(browser, "Undo")
    until(browser, f"{SAYS}.some((p) => p.textContent.endsWith('The age bands add up to the list: 36,000.'))")
    assert browser.execute_script(FIELD, "People aged 85 and over").get_attribute("value") == "852"


def test_a_share_under_the_hand_moves_the_others_and_one_undo_brings_all_back(browser: Any, workshop: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    at(browser, workshop, "people")
    before, words = browser.execute_script(f"return {SHARES}"), said(browser)
    assert before == [3, 7, 25, 30, 35]
    slider = browser.execute_script(f"return {FRAIL}")
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", slider)
    to_and_fro = ActionChains(browser).move_to_element_with_offset(slider, -48, 0).click_and_hold()
    to_and_fro.move_by_offset(300, 0).pause(0.4).move_by_offset(-200, 0).pause(0.2).release().perform()
    dragged = until(browser, f"{SHARES}[4] > 60 && {SHARES}")
    assert round(10 * sum(dragged)) == 1000
    assert dragged[0] > 0, "the others find their proportions again after the whole was one"
    slider.send_keys(Keys.CONTROL, "z")
    assert until(browser, f"{SHARES}[4] === 35 && {SHARES}") == before
    settled(browser)
    until(browser, f"{SAYS}[0].textContent === {words.splitlines()[0]!r}")
    for _ in range(3):
        slider.send_keys(Keys.ARROW_RIGHT)
    assert until(browser, f"{SHARES}[4] === 36.5 && {SHARES}")
    time.sleep(0.5)
    click(browser, "Undo")
    assert until(browser, f"{SHARES}[4] === 35 && {SHARES}") == before, "three presses of a key are one move"


def test_a_typed_share_is_exact_and_text_changes_nothing(browser: Any, workshop: Path) -> None:
    at(browser, workshop, "people")
    browser.execute_script("document.querySelector('input[name=age-of-groups][value=a75_84]').click()")
    assert until(browser, f"{SHARES}[4] === 15 && {SHARES}") == [10, 15, 35, 25, 15]
    assert typed(browser, "Frail", "150") == "Write a number from 0% to 100%."
    assert typed(browser, "Frail", "32") == ""
    found = until(browser, f"{SHARES}[4] === 32 && {SHARES}")
    assert round(10 * sum(found)) == 1000
    assert found == [8, 12, 28, 20, 32]
    until(browser, "document.body.innerText.includes('8% + 12% + 28% + 20% + 32% = 100%')")


def test_an_older_list_is_one_move_with_its_source(browser: Any, workshop: Path) -> None:
    at(browser, workshop, "people")
    click(browser, "Older than LLR")
    until(browser, f"{SAYS}.some((p) => p.textContent.startsWith('Today 24% are 65 or over'))")
    assert "Source: LLR System Operational Plan 2019/20." in browser.execute_script("return document.body.innerText")
    click(browser, "Undo")
    until(browser, f"{SAYS}.some((p) => p.textContent.startsWith('Today 18% are 65 or over'))")


def test_the_care_needed_follows_what_a_person_takes(browser: Any, workshop: Path) -> None:
    at(browser, workshop, "care")
    same = "Head for head, these people need the same of each kind of care as LLR"
    until(browser, f"{SAYS}.some((p) => p.textContent.startsWith('{same}'))")
    assert typed(browser, "Contacts, so many times: Frail", "-1") == "Write a number from 0 to 20."
    assert typed(browser, "Contacts, so many times: Frail", "6") == ""
    until(browser, f"{SAYS}.some((p) => /^Head for head, these people need \\d+% more coordination/.test(p.textContent))")
    until(
        browser,
        "[...document.querySelectorAll('.screen:not([hidden]) .evidence')].some((e) => e.textContent === 'set in the room')",
    )
    assert typed(browser, "Minutes of a contact: Coordination", "40") == ""
    until(
        browser, "[...document.querySelectorAll('.screen:not([hidden]) .first-sheets td')].some((td) => td.textContent === '40')"
    )
    again = "document.querySelector('[aria-label=\"let it vary again: Minutes of a contact: Coordination\"]')"
    stands = f"{again}.parentElement.querySelector('.evidence').textContent"
    until(browser, f"{stands} === 'set in the room'")
    browser.execute_script(f"{again}.click()")
    until(browser, f"/^judgement, [0-9.]+ to [0-9.]+ in the runs$/.test({stands}) && !{again}.checkVisibility()")


@pytest.mark.parametrize("screen", ["people", "care"])
def test_question_numbers_and_pictures_fit_the_projector_and_read_from_the_back(
    browser: Any, workshop: Path, screen: str
) -> None:
    opened(browser, workshop, screen)
    settled(browser)
    low = "Math.max(...[...document.querySelectorAll('.screen:not([hidden]) .first-pictures svg')].map((s) => s.getBoundingClientRect().bottom))"
    foot = "document.querySelector('.room-foot').getBoundingClientRect().top"
    assert browser.execute_script(f"return {low} <= {foot}")
    sizes = browser.execute_script(
        "const of = (s) => [...document.querySelectorAll('.screen:not([hidden]) ' + s)].map((e) => parseFloat(getComputedStyle(e).fontSize));"
        "return { main: of('.big-number b'), read: [...of('.first-says p'), ...of('.first-pictures figcaption :first-child'), ...of('.first-pictures svg text')] };"
    )
    assert min(sizes["main"]) >= 32
    assert min(sizes["read"]) >= 20


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("screen", ["people", "care"])
def test_axe_finds_nothing_with_everything_unfolded(browser: Any, workshop: Path, axe: str, screen: str, width: int) -> None:
    size(browser, width, 720)
    at(browser, workshop, screen)
    field = "Registered patients" if screen == "people" else "Minutes of a contact: Coordination"
    typed(browser, field, "-5")
    found = browser.execute_async_script(
        axe + ";const done = arguments[arguments.length - 1];"
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => done(r.violations.map("
        "(v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`)))"
    )
    assert found == []
    place = "document.querySelector('.place')"
    assert browser.execute_script(f"return {place}.scrollWidth - {place}.clientWidth") == 0


def test_a_comma_is_never_read_as_if_it_were_not_there_and_arrows_step(browser: Any, workshop: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    at(browser, workshop, "people")
    growth = "Growth a year of those aged 85 and over"
    session = kept(browser)
    assert typed(browser, growth, "1,5") == "Write a number with a point, such as 1.5."
    assert kept(browser) == session
    assert typed(browser, "Registered patients", "36,500") == ""
    until(browser, f"{SAYS}.some((p) => p.textContent.startsWith('Of 36,500 patients'))")
    assert typed(browser, growth, "1.5") == ""
    browser.execute_script(FIELD, growth).send_keys(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_DOWN)
    until(
        browser,
        f"(() => {{ const found = (() => {{ {FIELD.replace('arguments[0]', repr(growth))} }})(); return found.value === '1.6'; }})()",
    )
