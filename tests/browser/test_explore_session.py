"""What a page keeps, in a real browser: a killed tab, a session as a file, a study that is run, and settings side by side."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

import llr_sd
from llr_sd.exploring import explore

LOCUMS = {"anp_target": 0, "pharm_target": 0, "locum_conversion_policy": 1, "locum_premium_cap": 0.25}
WAIT = 40  # seconds: two cores may be busy with other things


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a bundled study."""
    return explore("gp_plan", tmp_path_factory.mktemp("page") / "gp.html")


def until(browser: Any, script: str) -> Any:
    """Wait until a script returns something that is true, and return it."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = browser.execute_script(f"return {script}")
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"this did not come about: {script}\n{browser.execute_script('return document.body.innerText')[:3000]}")


def opened(browser: Any, page: Path, view: str) -> None:
    """Open the page as somebody does who never was here, at a view."""
    browser.get(page.as_uri())
    browser.execute_script("localStorage.clear()")
    browser.get(page.as_uri())
    until(browser, "!!document.querySelector('.tabs [role=tab]')")
    browser.execute_script(f"document.getElementById('tab-{view}').click()")


def start_from(browser: Any, scenario: str) -> None:
    """Choose a starting point."""
    script = "const s = document.querySelector('.setting select'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
    browser.execute_script(script, scenario)


def keep(browser: Any, name: str) -> None:
    """Keep the setting of the screen under a name, and wait until it is."""
    script = (
        "document.getElementById('setting-name').value = arguments[0]; document.querySelector('#panel-save form button').click()"
    )
    browser.execute_script(script, name)
    until(browser, f"[...document.querySelectorAll('.kept-setting h3')].some(h => h.textContent === {json.dumps(name)})")


def session(browser: Any) -> str:
    """The session as the browser keeps it."""
    found: str = browser.execute_script("return Object.entries(localStorage).find(([k]) => k.startsWith('llr_sd explore '))[1]")
    return found


def quiet(browser: Any) -> None:
    """Hold that the console complained of nothing."""
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def renderers(driver: Any) -> list[int]:
    """The processes that draw the tabs of this browser alone, found from that of its own driver down."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    family, found = [driver.service.process.pid], []
    while family:
        pid = family.pop()
        family += parents.get(pid, [])
        command = Path(f"/proc/{pid}/cmdline")
        found += [pid] if command.exists() and b"--type=renderer" in command.read_bytes() else []
    return found


def test_a_kept_setting_is_gone_back_to_and_compared(browser: Any, page: Path) -> None:
    opened(browser, page, "save")
    hostile = "<img src=x onerror='window.ran = 1'>"
    keep(browser, hostile)
    start_from(browser, "4 Locum conversion")
    browser.execute_script("document.getElementById('tab-compare').click()")
    for name in (hostile, "4 Locum conversion"):
        tick = (
            "[...document.querySelectorAll('#panel-compare .check')].find(l => l.textContent === arguments[0]).firstChild.click()"
        )
        browser.execute_script(tick, name)
    text = until(
        browser,
        "document.querySelector('.comparison').innerText.includes('run by run') && document.querySelector('.comparison').innerText",
    )
    assert hostile in text
    # What is compared with itself differs in no run; the scenario that the two share is one of those compared.
    assert "the same in every run" in text
    browser.execute_script("document.getElementById('tab-save').click()")
    browser.execute_script(
        "[...document.querySelectorAll('.kept-setting button')].find(b => b.textContent === 'Go back to it').click()"
    )
    until(browser, "document.querySelector('.setting select').value === '1 No schemes'")
    assert browser.execute_script("return window.ran") is None
    quiet(browser)


def test_a_session_file_that_was_edited_is_checked(browser: Any, page: Path, tmp_path: Path) -> None:
    opened(browser, page, "save")
    start_from(browser, "4 Locum conversion")
    keep(browser, "mine")
    good, file = session(browser), tmp_path / "session.json"

    def read(text: str, told: str) -> None:
        file.write_text(text, encoding="utf-8")
        browser.find_element("id", "session-file").send_keys(str(file))
        until(browser, f"document.getElementById('panel-save').innerText.includes({json.dumps(told)})")

    opened(browser, page, "save")
    read(good.replace("4 Locum conversion", "5 Nothing", 1), 'The study has no scenario "5 Nothing".')
    assert browser.execute_script("return document.querySelectorAll('.kept-setting').length") == 0
    browser.execute_script(
        "[...document.querySelectorAll('button')].find(b => b.textContent === 'Open it without these').click()"
    )
    until(browser, "document.querySelectorAll('.kept-setting').length === 1")
    read(good.replace('"name":"mine"', '"name":"yours"'), "do not fit its settings")
    read(good[:-30], "cut short")
    read(good, "The session is open.")
    assert (
        browser.execute_script("return document.querySelector('#panel-save div[role=status]').innerText")
        == "The session is open."
    )
    assert browser.execute_script("return document.querySelector('.kept-setting h3').textContent") == "mine"
    assert session(browser) == good
    quiet(browser)


def test_a_study_is_saved_that_python_reads(browser: Any, page: Path, tmp_path: Path) -> None:
    opened(browser, page, "save")
    keep(browser, 'say "no"')
    start_from(browser, "4 Locum conversion")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.execute_script("[...document.querySelectorAll('button')].find(b => b.textContent === 'Save as a study').click()")
    archive = tmp_path / "gp-plan-settings.zip"
    end = time.monotonic() + WAIT
    while not archive.exists() and time.monotonic() < end:
        time.sleep(0.1)
    zipfile.ZipFile(archive).extractall(tmp_path)
    study = llr_sd.load_study(tmp_path / "gp-plan-settings")
    assert [s.name for s in study.scenario] == ["As on screen", 'say "no"']
    assert study.scenario[0].set == LOCUMS
    assert (study.seed, study.monte_carlo.runs) == (20171031, 500)
    quiet(browser)


def test_what_cannot_be_restored_is_a_file_to_save(browser: Any, page: Path, tmp_path: Path) -> None:
    opened(browser, page, "save")
    hidden = "[...document.querySelectorAll('#panel-save button')].find(b => b.textContent === 'Save it to a file').parentElement.hidden"
    assert browser.execute_script(f"return {hidden}")
    start_from(browser, "4 Locum conversion")
    damaged = session(browser)[:-30]
    browser.execute_script("localStorage.setItem(Object.keys(localStorage)[0], arguments[0])", damaged)
    browser.get(page.as_uri())
    until(browser, "document.querySelector('.told').innerText.includes('put aside as it was')")
    browser.execute_script("document.getElementById('tab-save').click()")
    start_from(browser, "3 Substitution, hired")  # a move, which is kept where the damaged text stood
    until(browser, f"!({hidden})")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.execute_script("[...document.querySelectorAll('button')].find(b => b.textContent === 'Save it to a file').click()")
    end = time.monotonic() + WAIT
    while not (found := list(tmp_path.glob("*.json"))) and time.monotonic() < end:
        time.sleep(0.1)
    assert [file.read_text(encoding="utf-8") for file in found] == [damaged]
    quiet(browser)


def test_another_window_of_the_page_is_told_of(browser: Any, page: Path) -> None:
    opened(browser, page, "save")
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(page.as_uri())
    until(browser, "!!document.querySelector('.setting select')")
    start_from(browser, "4 Locum conversion")
    browser.close()
    browser.switch_to.window(first)
    until(browser, "document.querySelector('.told').innerText.includes('open in another window')")


def test_a_killed_tab_has_lost_no_move(lone: Any, page: Path) -> None:
    """The process of a tab ends at once, as when memory runs out; the browser goes on, and the page is opened again in it."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are found by /proc")
    browser = lone
    opened(browser, page, "save")
    start_from(browser, "4 Locum conversion")
    start_from(browser, "3 Substitution, hired")
    moves = session(browser)
    for pid in renderers(browser):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(Exception, match="crashed"):
        browser.execute_script("return 1")
    known = set(browser.window_handles)
    address = browser.capabilities["goog:chromeOptions"]["debuggerAddress"]
    urllib.request.urlopen(urllib.request.Request(f"http://{address}/json/new?about:blank", method="PUT"), timeout=10).close()
    browser.switch_to.window(next(iter(set(browser.window_handles) - known)))
    browser.get(page.as_uri())
    until(browser, "!!document.querySelector('.setting select')")
    assert browser.execute_script("return document.querySelector('.setting select').value") == "3 Substitution, hired"
    assert session(browser) == moves
    browser.execute_script("[...document.querySelectorAll('button')].find(b => b.textContent === 'Undo').click()")
    until(browser, "document.querySelector('.setting select').value === '4 Locum conversion'")
