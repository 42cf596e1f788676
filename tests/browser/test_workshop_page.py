"""The workshop in a real browser: one file without a network, every screen by keyboard, and a session that is kept, undone and opened again."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from node_code import node

from llr_sd.page.bundle import FOLDER

SCREENS = re.findall(r'\{ name: "(\w+)"', (FOLDER / "workshop" / "screens.mjs").read_text(encoding="utf-8"))
WAIT = 40  # seconds: two cores may be busy with other things


def until(browser: Any, script: str) -> Any:
    """Wait until a script returns something that is true, and return it."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = browser.execute_script(f"return {script}")
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"this did not come about: {script}\n{browser.execute_script('return document.body.innerText')[:3000]}")


def settled(browser: Any) -> None:
    """Wait until all runs of what is on screen are there."""
    until(browser, "/^[0-9,]+ runs?$/.test(document.querySelector('.status').textContent)")


def size(browser: Any, width: int, height: int) -> None:
    """Give the page a window of this size."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def opened(browser: Any, page: Path, screen: str = "welcome") -> None:
    """Open the page as somebody does who never was here, at a screen."""
    browser.get(f"{page.as_uri()}#{screen}")
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    until(browser, "!!document.querySelector('.screen:not([hidden]) .question')")


def press(browser: Any, *keys: str) -> None:
    """Press keys, wherever the focus is."""
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()


def kept(browser: Any) -> str:
    """The session as the browser keeps it."""
    script = "return Object.entries(localStorage).find(([key]) => key.startsWith('llr_sd workshop '))?.[1] ?? ''"
    return str(browser.execute_script(script))


def shown(browser: Any) -> str:
    """The name of the screen that is shown; exactly one is."""
    found = browser.execute_script("return [...document.querySelectorAll('.screen:not([hidden])')].map((s) => s.className)")
    assert len(found) == 1
    return str(found[0].removeprefix("screen screen-"))


@pytest.fixture(autouse=True)
def wide(browser: Any) -> Iterator[None]:
    """A projector's window; whatever the page says to the console is a fault."""
    browser.get_log("browser")
    size(browser, 1280, 720)
    yield
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_it_opens_from_a_file_and_asks_nothing_of_a_network(browser: Any, workshop: Path) -> None:
    text = workshop.read_text(encoding="utf-8")
    assert "default-src 'none'" in html.unescape(text[:2000])
    assert not re.search(r'(?:src|href)="(?!#)', text)
    opened(browser, workshop)
    settled(browser)
    asked = browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert [name for name in asked if not name.startswith("blob:")] == []
    assert "Rutland" in browser.title


def test_every_screen_is_reached_by_keyboard_and_its_heading_has_the_focus(browser: Any, workshop: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, workshop)
    names = browser.execute_script("return [...document.querySelectorAll('.steps a')].map((a) => a.hash.slice(1))")
    assert names == SCREENS
    seen = [shown(browser)]
    for _ in names[1:]:
        press(browser, Keys.PAGE_DOWN)
        seen.append(shown(browser))
        assert browser.execute_script("return document.activeElement.id") == f"question-{seen[-1]}"
        assert browser.execute_script("return location.hash") == f"#{seen[-1]}"
        assert browser.execute_script("return document.querySelector('.steps [aria-current=step]').hash") == f"#{seen[-1]}"
    assert seen == names
    press(browser, Keys.PAGE_DOWN)
    assert shown(browser) == names[-1]
    press(browser, Keys.ARROW_LEFT)
    assert shown(browser) == names[-2]
    press(browser, Keys.ARROW_RIGHT, Keys.PAGE_UP, Keys.PAGE_UP)
    assert shown(browser) == names[-3]
    for name in names:  # and each by its step
        browser.execute_script("document.querySelector(`.steps a[href='#${arguments[0]}']`).focus()", name)
        press(browser, Keys.ENTER)
        until(browser, f"!!document.querySelector('.screen-{name}:not([hidden])')")


def test_the_presenters_view_hides_controls_and_stays_when_the_page_is_opened_again(browser: Any, workshop: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, workshop, "shares")
    controls = "[...document.querySelectorAll('.control, .turn, .steps')].filter((e) => e.checkVisibility()).length"
    assert until(browser, controls) > 0
    press(browser, "p")
    until(browser, f"{controls} === 0")
    assert browser.execute_script("return document.querySelector('.screen:not([hidden]) .question').checkVisibility()")
    assert "Illustrative" in browser.execute_script("return document.body.innerText")
    browser.refresh()
    until(browser, f"!!document.querySelector('.presenting') && {controls} === 0")
    press(browser, Keys.PAGE_UP)
    assert shown(browser) != "shares"
    press(browser, Keys.ESCAPE)
    until(browser, f"{controls} > 0")


def test_a_key_that_a_field_needs_is_the_fields_own(browser: Any, workshop: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, workshop)
    browser.execute_script("document.getElementById('other-role').focus()")
    press(browser, "pp", Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ENTER)
    assert shown(browser) == "welcome"
    assert not browser.execute_script("return document.documentElement.classList.contains('presenting')")
    until(browser, "[...document.querySelectorAll('.chip :checked')].map((e) => e.value).join() === 'pp'")


def typed(browser: Any, name: str, value: str) -> str:
    """Write a value into the field of the screen that has this label, and leave it; return what has the focus then."""
    script = """
      const field = [...document.querySelectorAll('.screen:not([hidden]) input')].find((i) => i.labels?.[0]?.textContent.includes(arguments[0]));
      if (field.closest('details')) field.closest('details').open = true;
      field.focus();
      field.value = arguments[1];
      for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
      return new Promise((done) => setTimeout(() => done(document.activeElement === field ? 'field' : document.activeElement.outerHTML), 400));
    """
    return str(browser.execute_script(script, name, value))


def test_a_change_is_told_with_its_old_value_and_its_reason_is_kept_without_taking_the_focus(
    browser: Any, workshop: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, workshop, "people")
    settled(browser)
    assert not browser.execute_script("return document.querySelector('.because-what').checkVisibility()")
    assert typed(browser, "Registered patients", "40000") == "field"
    assert until(browser, "document.querySelector('.because-what').innerText") == "Registered patients: 40,000, was 36,000."
    assert typed(browser, "Registered patients", "41000") == "field"  # a hand that goes on is not disturbed
    until(browser, "document.querySelector('.because-what').innerText === 'Registered patients: 41,000, was 36,000.'")
    browser.find_element("css selector", ".because button").click()
    press(browser, "new houses", Keys.ENTER)
    until(browser, "document.activeElement.textContent === 'Reason kept'")
    browser.execute_script(
        "document.querySelector('.because button').click();"
        "const who = document.querySelector('.why select'); who.value = 'Patient'; who.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    moves = [move for move in json.loads(kept(browser))["moves"] if move["kind"] != "view"]
    assert [move["kind"] for move in moves] == ["hold", "hold", "because", "because"]
    assert (moves[-1]["reason"], moves[-1]["who"], moves[-1]["screen"]) == ("new houses", "Patient", "people")
    press(browser, Keys.ESCAPE)
    until(browser, "document.querySelector('.why').hidden")
    press(browser, Keys.PAGE_DOWN)
    assert not browser.execute_script("return document.querySelector('.because-what').checkVisibility()")
    press(browser, Keys.PAGE_UP)
    assert browser.execute_script("return document.querySelector('.because button').innerText") == "Reason kept"


def test_it_goes_on_where_it_was_left_off(browser: Any, workshop: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, workshop)
    assert browser.execute_script("return document.querySelector('.go').innerText") == "Begin"
    press(browser, Keys.PAGE_DOWN, Keys.PAGE_DOWN, Keys.PAGE_DOWN)
    left = shown(browser)
    browser.get(workshop.as_uri())  # the next day
    until(browser, "document.querySelector('.go')?.innerText === 'Go on'")
    assert shown(browser) == "welcome"
    assert "left off here" in browser.execute_script(
        f"return document.querySelector('.agenda a[href=\\'#{left}\\']').parentElement.innerText"
    )
    browser.find_element("css selector", ".go").click()
    assert shown(browser) == left


def test_a_window_that_is_overtaken_by_another_says_so(browser: Any, workshop: Path) -> None:
    opened(browser, workshop)
    press(browser, "p", "p")
    script = "dispatchEvent(new StorageEvent('storage', { key: Object.keys(localStorage).find((k) => k.startsWith('llr_sd workshop ')), newValue: '{}' }))"
    browser.execute_script(script)
    until(browser, "document.querySelector('.told').innerText.includes('another window')")


SESSION = """
const { Store } = await import("@/session/store.mjs");
const { WORKSHOP } = await import("@/workshop/moves.mjs");
const store = new Store(data.page, null, WORKSHOP);
for (const move of data.moves) store.change(move);
const result = { text: store.text(), journal: store.state.room.journal };
"""


def page_data(page: Path) -> dict[str, Any]:
    """The data that stand in a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def thirty(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Thirty moves of a session, of every kind that a screen makes."""
    moves: list[dict[str, Any]] = [{"kind": "people", "people": ["GP", "Nurse", "Patient"]}]
    for i in range(4):
        moves.append({"kind": "hold", "input": "transferable", "value": 0.1 + 0.02 * i, "screen": "shares"})
        moves.append({"kind": "because", "n": 2 * i + 1, "reason": f"reason {i}", "who": "GP", "screen": "shares"})
        moves.append({"kind": "hold", "values": {"minutes_urgent": 10 + i, "minutes_admin": 5 + i}, "screen": "care"})
    for who, value in (("GP", 0.2), ("Nurse", 0.4), ("Patient", 0.3), ("Patient", 0.5)):
        moves.append(
            {"kind": "opinion", "input": "sub_ratio", "value": value, "who": who, "reason": "seen so", "screen": "challenge"}
        )
    card, risk = data["workshop"]["cards"][0]["name"], data["workshop"]["ratings"]["risks"][0]["id"]
    row = {"role": "GP", "group": "gp", "level": "autonomous", "wte": 20, "heads": 25, "lent": False}
    return [
        *moves,
        {"kind": "unsay", "input": "sub_ratio", "at": 3, "screen": "challenge"},
        {"kind": "settleOpinions", "input": "sub_ratio", "screen": "challenge"},
        {
            "kind": "staff",
            "rows": [row, {**row, "role": "Practice nurse", "group": "nurse", "level": "core", "wte": 9.5}],
            "screen": "staff",
        },
        {"kind": "roles", "level": "enhanced", "parts": [{"role": "Pharmacist", "wte": 2}], "screen": "roles"},
        {
            "kind": "card",
            "card": card,
            "verdict": "we disagree",
            "who": "Nurse",
            "reason": "both are right",
            "screen": "challenge",
        },
        {"kind": "place", "risk": risk, "likelihood": 4, "consequence": 3, "who": "Patient", "screen": "risks"},
        {"kind": "reveal", "risk": risk, "screen": "risks"},
        {"kind": "talk", "risk": risk, "text": "worse here", "screen": "risks"},
        {"kind": "takeBack", "n": 7, "screen": "challenge"},
        {"kind": "range", "input": "fill_time", "law": {"kind": "pert", "low": 0.2, "mode": 0.4, "high": 0.9}, "screen": "path"},
        {"kind": "release", "input": "minutes_admin", "screen": "care"},
        {"kind": "runs", "runs": 200},
        {"kind": "because", "n": 2, "reason": "the last word", "who": "", "screen": "care"},
    ]


@pytest.fixture(scope="module")
def recorded(workshop: Path) -> dict[str, Any]:
    """Thirty moves as a session file, and the journal that they make."""
    data = page_data(workshop)
    moves = thirty(data)
    made = dict(node(SESSION, {"page": data, "moves": moves}))
    assert len(json.loads(made["text"])["moves"]) == len(moves) == 30
    return made


@pytest.fixture
def given(browser: Any, workshop: Path, tmp_path: Path) -> Callable[[str], None]:
    """Give the page a text as a session file."""

    def give(text: str) -> None:
        file = tmp_path / "session.json"
        file.write_text(text, encoding="utf-8")
        opened(browser, workshop)
        browser.execute_script("document.querySelector('.screen-welcome details').open = true")
        browser.find_element("css selector", ".screen:not([hidden]) input[type=file]").send_keys(str(file))

    return give


def test_thirty_recorded_moves_give_the_same_session_and_undo_the_same_bytes(
    browser: Any, recorded: dict[str, Any], given: Callable[[str], None]
) -> None:
    def moves(text: str) -> list[Any]:
        return [move for move in json.loads(text)["moves"] if move["kind"] != "view"]

    given(recorded["text"])
    until(
        browser,
        "Object.entries(localStorage).some(([key, text]) => key.startsWith('llr_sd workshop ') && text.includes('the last word'))",
    )
    assert moves(kept(browser)) == moves(recorded["text"])
    before = kept(browser)
    browser.refresh()
    settled(browser)
    assert kept(browser) == before  # opened again, it is the same to the last byte
    undo, redo = (browser.find_element("css selector", f".tool:nth-of-type({n})") for n in (1, 2))
    texts = [before]
    for _ in range(4):
        undo.click()
        texts.append(kept(browser))
    assert len(set(texts)) == 5
    for text in reversed(texts[:-1]):
        redo.click()
        assert kept(browser) == text


def test_faults_of_a_session_edited_by_hand_are_named_and_the_rest_can_be_taken(
    browser: Any, recorded: dict[str, Any], given: Callable[[str], None]
) -> None:
    session = json.loads(recorded["text"])
    session["moves"][2]["who"] = "x" * 70
    session["moves"][-1] = {"kind": "hold", "input": "minutes_urgent", "value": "many"}
    session["moves"].append({"kind": "dance"})
    given(json.dumps(session))
    said = until(
        browser,
        "[...document.querySelectorAll('.screen:not([hidden]) [role=status]')].map((e) => e.innerText).find((t) => t.includes('Move'))",
    )
    assert "Move 3: Who spoke: a role has at most 60 characters" in said
    assert "Move 30: minutes_urgent is not a finite number" in said
    assert 'Move 31: "dance" is no move that this page knows.' in said
    assert "transferable" not in kept(browser)
    browser.execute_script(
        "[...document.querySelectorAll('button')].find((b) => b.textContent.includes('without these')).click()"
    )
    until(browser, "Object.values(localStorage).some((text) => text.includes('transferable'))")
    assert "dance" not in kept(browser)


def test_what_is_no_session_is_said_in_a_sentence(browser: Any, given: Callable[[str], None]) -> None:
    given('{"session": "something else"}')
    until(browser, "document.body.innerText.includes('The file is no session of such a page.')")
    assert kept(browser) == "" or json.loads(kept(browser))["moves"][0]["kind"] == "view"


def violations(browser: Any, axe: str) -> list[str]:
    """What axe finds wrong with what is on screen."""
    found = browser.execute_async_script(
        axe + ";const done = arguments[arguments.length - 1];"
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => done(r.violations.map("
        "(v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`)))"
    )
    return list(found)


def test_axe_finds_nothing_where_a_reason_is_asked_nor_in_the_presenters_view(browser: Any, workshop: Path, axe: str) -> None:
    opened(browser, workshop, "people")
    settled(browser)
    typed(browser, "Registered patients", "40000")
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = false")
    browser.find_element("css selector", ".because button").click()
    assert violations(browser, axe) == []
    browser.execute_script(
        "document.querySelector('.why button').click(); document.querySelector('button[aria-pressed][title]').click()"
    )
    until(browser, "!!document.querySelector('.presenting')")
    assert violations(browser, axe) == []


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(browser: Any, workshop: Path, axe: str, screen: str, width: int) -> None:
    size(browser, width, 720)
    opened(browser, workshop, screen)
    settled(browser)
    assert shown(browser) == screen
    assert violations(browser, axe) == []
    # What is folded too; the foot of the page is taken away, since a target that it hides in part seems too small.
    browser.execute_script(
        "for (const one of document.querySelectorAll('.screen:not([hidden]) details')) one.open = true;"
        "document.querySelector('.below').remove()"
    )
    time.sleep(0.5)
    assert violations(browser, axe) == []
    assert browser.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def codes(data: dict[str, Any]) -> set[str]:
    """Names of inputs, variables and elements as modellers write them, which no room should read."""
    variables = [*data["inputs"], *data["engine"]["variables"]]
    names = {i["name"] for i in data["inputs"]} | {v.get("variable", v.get("name", "")) for v in variables}
    elements = {e for o in data["outputs"] for axis in o["axes"] for e in axis["elements"]}
    return {n for n in names if re.search(r"[_\[]", n)} | {e for e in elements if re.search(r"\d|_", e) or e == "ltc"}


@pytest.mark.parametrize("screen", SCREENS)
def test_no_name_of_the_model_is_read_by_the_room(browser: Any, workshop: Path, screen: str) -> None:
    opened(browser, workshop, screen)
    settled(browser)
    time.sleep(0.5)
    browser.execute_script("for (const one of document.querySelectorAll('.screen:not([hidden]) details')) one.open = true")
    named = "[aria-label], [title], [aria-description], [placeholder]"
    text = browser.execute_script(
        "return [document.body.innerText, ...[...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility())"
        ".flatMap((e) => ['aria-label', 'title', 'aria-description', 'placeholder'].map((k) => e.getAttribute(k) ?? ''))].join('\\n')",
        named,
    )
    words = set(re.findall(r"[\w\[\],]+", text))
    assert words & codes(page_data(workshop)) == set()
    assert not re.search(r"\b\w+_\w+\b", text.replace("llr_sd", "")), re.findall(r"\b\w+_\w+\b", text)[:5]
