"""Confirm and challenge, and the placing of risks, as a room does it in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_workshop_page import kept, opened, press, settled, size, until

VISIBLE = "[...document.querySelectorAll('button')].filter((e) => e.offsetParent !== null)"


@pytest.fixture(autouse=True)
def wide(browser: Any) -> Iterator[None]:
    """A projector's window; whatever the page says to the console is a fault."""
    browser.get_log("browser")
    size(browser, 1280, 720)
    yield
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def click(browser: Any, text: str) -> None:
    """Press the button of this text, as a hand does."""
    until(browser, f"{VISIBLE}.some((b) => b.textContent === {json.dumps(text)} && !b.disabled)")
    browser.execute_script(f"{VISIBLE}.find((b) => b.textContent === {json.dumps(text)}).click()")


def write(browser: Any, css: str, text: str) -> None:
    """Write into a field in place of what it holds."""
    until(browser, f"!!document.querySelector({json.dumps(css)})")
    field = browser.find_element("css selector", css)
    field.clear()
    field.send_keys(text)


def choose(browser: Any, css: str, text: str) -> None:
    """Choose an option."""
    from selenium.webdriver.support.ui import Select

    until(browser, f"!!document.querySelector({json.dumps(css)})")
    Select(browser.find_element("css selector", css)).select_by_visible_text(text)


def text_of(browser: Any, css: str) -> str:
    """What a reader sees of an element."""
    return str(browser.execute_script(f"return document.querySelector({json.dumps(css)}).innerText"))


def test_neither_rating_is_in_the_page_until_a_placing_is_kept_and_they_are_asked_for(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "risks")
    risks = browser.execute_script("return JSON.parse(document.getElementById('data').textContent).workshop.ratings.risks")
    assert len(risks) == 10
    first = risks[0]
    cells = "document.querySelectorAll('.screen-risks .cell')"
    looks = f"JSON.stringify([...{cells}].map((c) => c.outerHTML))"
    before = browser.execute_script(f"return {looks}")
    assert "Log" not in before
    assert "Model" not in before
    assert browser.execute_script("return document.querySelectorAll('.risk-answer *').length") == 0
    button = "[...document.querySelectorAll('.screen-risks button')].find((b) => b.textContent.startsWith('Show the log'))"
    assert browser.execute_script(f"return {button}.disabled") is True
    said = text_of(browser, ".screen-risks") + browser.execute_script(
        "return document.querySelector('.screen-risks details').textContent"
    )
    assert "not shown yet" in said
    likelihood, consequence, score = (first["stands"][0][k][0] for k in ("likelihood", "consequence", "score"))
    model = f"{likelihood} \u00d7 {consequence} = {score}"
    assert model not in said

    choose(browser, ".screen-risks .who select", "GP")
    browser.execute_script(f"{cells}[12].focus()")
    from selenium.webdriver.common.keys import Keys

    press(browser, Keys.ARROW_UP, Keys.ARROW_RIGHT, Keys.ENTER)
    assert "GP: 4 \u00d7 4 = 16" in until(browser, "document.querySelector('.placed').innerText")
    assert model not in browser.execute_script("return document.querySelector('.screen-risks').textContent")
    assert "Model" not in browser.execute_script(f"return {looks}")
    click(browser, "Show the log's and the model's rating")
    assert model in until(browser, "document.querySelector('.risk-answer').innerText")
    assert "Leicester, Leicestershire and Rutland as a whole" in text_of(browser, ".screen-risks")
    assert "512 runs of each model" in text_of(browser, ".screen-risks")
    named = browser.execute_script(f"return [...{cells}].map((c) => c.textContent).filter((t) => /placed here/.test(t))")
    places = {"GP": (4, 4), "Log": (first["likelihood"], first["consequence"]), "Model": (likelihood, consequence)}
    for who, (row, column) in places.items():
        assert any(t.startswith(f"likelihood {row},") and f"consequence {column}," in t and who in t for t in named)
    other = browser.execute_script("return document.querySelector('[aria-label=\"All risks\"]').textContent")
    assert other.count("not shown yet") == 18
    click(browser, "Undo")
    until(browser, "document.querySelectorAll('.risk-answer *').length === 0")
    assert model not in browser.execute_script("return document.querySelector('.screen-risks').textContent")


def test_cards_run_beside_the_plan_which_stays_and_the_verdict_is_kept(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "challenge")
    settled(browser)
    count = browser.execute_script("return JSON.parse(document.getElementById('data').textContent).workshop.cards.length")
    there = "!document.querySelector('.card-answer').hidden && document.querySelector('.card-answer .statement').innerText"
    seen: dict[str, str] = {}
    for _ in range(count):
        title = text_of(browser, ".card-title")
        assert "the gap closes" in until(browser, there)
        seen[title] = text_of(browser, ".card-answer")
        click(browser, "Next card")
        until(browser, f"document.querySelector('.card-title').innerText !== {json.dumps(title)}")
    assert len(set(seen.values())) == len(seen) == count
    assert "hold" not in {m["kind"] for m in json.loads(kept(browser))["moves"]}
    write(browser, ".verdict .wide input", "we had it in 2015")
    choose(browser, ".verdict select", "Nurse")
    click(browser, "The plan does not hold")
    said = until(browser, "document.querySelector('.card-verdict').innerText")
    assert said == "The room says that the plan does not hold, because we had it in 2015 (Nurse)."
    browser.refresh()
    assert "we had it in 2015" in until(browser, "document.querySelector('.card-verdict')?.innerText")


def test_what_people_say_becomes_a_range_that_widens_the_bars_and_is_taken_back_singly(browser: Any, workshop: Path) -> None:
    opened(browser, workshop, "challenge")
    settled(browser)
    click(browser, "What we disagree on")
    for value, who in (("0.02", "GP"), ("0.9", "Pharmacist"), ("0.1", "Nurse")):
        choose(browser, ".challenge-opinions .who select", who)
        write(browser, ".challenge-opinions .number-field input", value)
        click(browser, "Keep this value")
    told = "document.querySelector('.challenge-opinions').innerText"
    until(browser, f"{told}.includes('3 values were said, from 0.02 to 0.9, with 0.1 in the middle')")
    assert browser.execute_script("return document.querySelectorAll('.said-line .said').length") == 3
    click(browser, "Make a range of what was said")
    settled(browser)
    wider = until(
        browser,
        "[...document.querySelectorAll('.challenge-opinions .statement')].map((s) => s.innerText).find((t) => /widens/.test(t))",
    )
    assert "widens most at the level \u201cEnhanced\u201d" in wider
    click(browser, "What we changed, and why")
    record = "document.querySelector('.challenge-record')?.innerText"
    until(browser, f"{record}.includes('1 change of the plan, without a reason.')")
    session = kept(browser)
    assert '"kind":"settleOpinions"' in session
    click(browser, "Add a reason")
    until(browser, "document.activeElement.matches('.record .wide input')")
    write(browser, ".record .wide input", "nobody agrees")
    click(browser, "Keep")
    until(browser, f"{record}.includes('Because nobody agrees')")
    click(browser, "Take back")
    until(browser, f"{record}.includes('2 changes of the plan; 1 without a reason.')")
    click(browser, "Undo")
    click(browser, "Undo")
    assert kept(browser) == session


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_part_fits_the_window_and_axe_finds_nothing(browser: Any, workshop: Path, axe: str, width: int) -> None:
    opened(browser, workshop, "challenge")
    size(browser, width, 720)
    settled(browser)
    until(browser, "!document.querySelector('.card-answer').hidden")
    click(browser, "What we disagree on")
    for value in ("0.1", "0.7"):
        write(browser, ".challenge-opinions .number-field input", value)
        click(browser, "Keep this value")
    click(browser, "Make a range of what was said")
    settled(browser)
    until(browser, "document.querySelector('.challenge-opinions .numbers')")
    looked(browser, axe)
    click(browser, "What we changed, and why")
    click(browser, "Add a reason")
    looked(browser, axe)
    click(browser, "Challenge cards")
    until(browser, "!document.querySelector('.card-answer').hidden")
    browser.execute_script("document.querySelector('.challenge-cards details').open = true")
    looked(browser, axe)
    browser.execute_script("location.hash = 'risks'")
    until(browser, "!document.querySelector('.screen-risks').hidden")
    browser.execute_script("document.querySelectorAll('.screen-risks .cell')[7].click()")
    click(browser, "Show the log's and the model's rating")
    browser.execute_script("for (const d of document.querySelectorAll('.screen-risks details')) d.open = true")
    looked(browser, axe)


def looked(browser: Any, axe: str) -> None:
    """Hold what is on screen against WCAG, and the width of the page against the window."""
    found = browser.execute_async_script(
        axe + ";const done = arguments[arguments.length - 1];"
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => done(r.violations.map("
        "(v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(' | ')}`)));"
    )
    assert found == []
    assert browser.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_ratings_of_a_results_folder_are_refused_where_it_holds_none(tmp_path: Path) -> None:
    from llr_sd.cli import main

    out = tmp_path / "page.html"
    assert main(["workshop", "rutland", "--ratings", str(tmp_path), "--out", str(out)]) == 2
    assert not out.exists()
