"""The facilitator's guide and the page: what the guide names is on the page, along the way through both workshops."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llr_sd.workshop.guide import guide_text

SMALL = """
return [...document.querySelectorAll('body *')].filter((e) => !e.matches('script, style'))
  .map((e) => e.textContent.replace(/\\s+/g, ' ').trim()).filter((text) => text && text.length < 90)
"""
CALM = (
    "return !document.querySelector('.status').classList.contains('busy') && !/is coming|Computing/.test(document.body.innerText)"
)
LABELLED = """
return [...document.querySelectorAll('main input:not([type=range]), main select, main textarea, #why input, #why select')].filter((e) => e.checkVisibility())
  .find((e) => (e.getAttribute('aria-label') || (e.labels[0] ? e.labels[0].textContent : '')).trim().startsWith(arguments[0]))
"""
PRESSED = """
return [...document.querySelectorAll('button, summary, nav a, [role=tab], label, .cell')].filter((e) => e.checkVisibility())
  .filter((e) => (e.getAttribute('aria-label') || e.textContent).trim().startsWith(arguments[0]))
"""


def named(text: str) -> set[str]:
    """What a text sets in italics: names of screens, buttons, folds and fields."""
    return {" ".join(found.split()) for found in re.findall(r"(?<!\*)\*(?!\*)([^*]+)(?<!\*)\*(?!\*)", text)}


class Facilitator:
    """Somebody who goes through a page with clicks and keys, and remembers every short text that was on it."""

    def __init__(self, page: Path, folder: Path, browsers: Callable[[], Any]) -> None:
        self.seen: set[str] = set()
        self.page = page
        self.folder = folder
        self.browsers = browsers
        self.start()

    def start(self) -> None:
        """Open the page in a browser that knows nothing, without a network."""
        self.browser = self.browsers()
        self.browser.execute_cdp_cmd("Network.enable", {})
        self.browser.execute_cdp_cmd(
            "Network.emulateNetworkConditions", {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        )
        self.browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(self.folder)})
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False}
        )
        self.browser.get(self.page.as_uri())
        self.calm()

    def calm(self, seconds: float = 60) -> None:
        """Wait until nothing is computed any more, and look."""
        time.sleep(0.15)
        end = time.monotonic() + seconds
        while not self.browser.execute_script(CALM):
            assert time.monotonic() < end, self.browser.find_element("css selector", ".status").text
            time.sleep(0.1)
        self.seen |= set(self.browser.execute_script(SMALL))

    def press(self, text: str) -> None:
        """Press the first thing that is called so, once it can be pressed."""
        end = time.monotonic() + 30
        while not (found := [one for one in self.browser.execute_script(PRESSED, text) if one.is_enabled()]):
            assert time.monotonic() < end, f"nothing to press is called {text!r}"
            time.sleep(0.1)
        self.browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", found[0])
        found[0].click()
        self.calm()

    def write(self, label: str, text: str) -> None:
        """Write into a field, or choose in it, as keys do."""
        field = self.browser.execute_script(LABELLED, label)
        assert field is not None, f"no field is called {label!r}"
        self.browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", field)
        if field.tag_name == "select":
            next(one for one in field.find_elements("css selector", "option") if one.text.strip() == text).click()
        else:
            field.click()
            field.send_keys("\ue009a\ue000" + text + "\ue004")
        self.calm()

    def saved(self) -> Path:
        """The session, saved to a file."""
        self.press("Take away")
        self.press("Save the session")
        end = time.monotonic() + 20
        while not (found := [one for one in self.folder.glob("*.json") if one.stat().st_size]):
            assert time.monotonic() < end, "no session was saved"
            time.sleep(0.1)
        return found[0]

    def bars(self) -> str:
        """What stands on the screen of the three bars."""
        self.press("Three bars")
        return str(self.browser.find_element("css selector", ".screen-bars").text)


@pytest.fixture
def facilitator(workshop: Path, tmp_path: Path, browsers: Callable[[], Any]) -> Facilitator:
    return Facilitator(workshop, tmp_path, browsers)


def explore(one: Facilitator) -> None:
    """Workshop 1 as the guide has it."""
    one.press("GP")
    one.press("Begin")
    one.press("Change the list, the ages and their growth")
    one.write("People aged 85 and over", "1000")
    one.press("Keep the list: bring the bands to")
    one.press("Say why")
    one.write("Why?", "The register has more of them")
    one.press("Done")
    one.press("Change who is in which group")
    one.write("Frail", "45")
    one.press("Next")
    one.press("Change the minutes of a contact")
    one.write("Minutes of a contact: Coordination", "35")
    one.press("Next")
    one.write("Heads, row 1", "25")
    one.press("Split")
    one.press("Next")
    handles = one.browser.find_elements("css selector", ".screen-shares [role=slider]")
    next(handle for handle in handles if handle.is_displayed()).send_keys("\ue012\ue012")
    one.calm()


def challenge(one: Facilitator) -> None:
    """Workshop 2 as the guide has it."""
    one.press("The path")
    one.press("Roles")
    one.write("Add a role", "Paramedic")
    one.press("Beyond")
    one.press("Take it into this site")
    for tab in ("The locality team", "GPs in LLR", "If all were like us"):
        one.press(tab)
    one.press("Challenge")
    one.write("Because", "Two trainers retire")
    one.press("The plan does not hold")
    one.press("What we disagree on")
    for value in ("0.2", "0.45"):
        one.write("It should be", value)
        one.press("Keep this value")
    one.press("Make a range of what was said")
    one.press("What we changed, and why")
    one.press("Risks")
    one.press("likelihood 4, likely; consequence 4, major")
    one.press("Show the log's and the model's rating")
    one.write("What was said of the difference", "We see it here")
    one.press("Take away")


def test_the_way_of_the_guide_is_there_and_whatever_it_names_is_met_on_it(facilitator: Facilitator) -> None:
    one = facilitator
    explore(one)
    left, session = one.bars(), one.saved()
    one.start()
    one.press("Open a session from a file, or start afresh")
    one.browser.find_element("css selector", ".screen-welcome input[type=file]").send_keys(str(session))
    one.calm()
    assert one.bars() == left, "the session shows other bars in another browser"
    one.press("Welcome")
    challenge(one)
    guide = guide_text()
    missing = sorted(named(guide) - one.seen)
    assert not missing, f"the guide names what the page does not have: {missing}"
    steps = {a.text for a in one.browser.find_elements("css selector", "nav a")}
    rows = re.findall(r"^\| \d+ \| \*([^*]+)\* \|", guide, re.MULTILINE)
    assert set(rows) == steps, "the agenda of the guide leaves out a screen, or has one that is not there"


def test_a_name_that_no_page_has_would_be_missed() -> None:
    assert named("Press *Save in the\nheader*, **not** this.") == {"Save in the header"}


def test_each_workshop_of_the_guide_takes_two_hours() -> None:
    first, second = guide_text().split("## Between the workshops")
    for half in (first, second):
        assert sum(int(minutes) for minutes in re.findall(r"^\| (\d+) \|", half, re.MULTILINE)) == 120
