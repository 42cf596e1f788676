"""The last screen of a workshop in a browser: two pages of A4 whatever was said, files that are saved, and a session that is opened again."""

from __future__ import annotations

import base64
import io
import json
import re
import time
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

READY = "return [...document.querySelectorAll('.away-item button')].every((b) => !b.disabled)"
REASON = ("A reason that somebody in the room gave at some length, and then said again in other words. " * 4)[:300]


def until(browser: Any, script: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not browser.execute_script(script):
        assert time.monotonic() < end, script
        time.sleep(0.1)


@pytest.fixture
def away(browser: Any, workshop: Path, tmp_path: Path) -> Any:
    """The last screen with all its runs, afresh; what it saves goes to the test's folder."""
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(f"{workshop.as_uri()}#away")
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    until(browser, READY)
    return browser


def press(browser: Any, text: str) -> None:
    browser.execute_script("[...document.querySelectorAll('button')].find((b) => b.textContent === arguments[0]).click()", text)


def saved(folder: Path, suffix: str, seconds: float = 30) -> Path:
    end = time.monotonic() + seconds
    while not (found := [p for p in folder.glob(f"*{suffix}") if p.stat().st_size]):
        assert time.monotonic() < end, f"nothing that ends in {suffix} was saved"
        time.sleep(0.1)
    return found[0]


def printed(browser: Any) -> tuple[int, list[str]]:
    """How many pages are printed, and what stands on each sheet."""
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    press(browser, "Show the two pages")
    sheets = [sheet.text for sheet in browser.find_elements("css selector", ".sheet")]
    fits = browser.execute_script(
        "return [...document.querySelectorAll('.sheet')].every((s) => s.scrollHeight <= s.clientHeight)"
    )
    assert fits, "something runs over the foot of a page"
    return len(re.findall(rb"/Type\s*/Page\b", pdf)), sheets


def session_of(browser: Any, moves: list[dict[str, Any]]) -> str:
    """A session of the page with these moves."""
    data = browser.execute_script(
        "const d = JSON.parse(document.getElementById('data').textContent); return { what: d.what, model: d.model.name, key: d.key }"
    )
    head = {"format": 1, "session": "llr_sd workshop", "what": data["what"], "model": {"name": data["model"], "sha256": "x"}}
    return json.dumps({**head, "page": data["key"], "made": {"version": "0"}, "moves": moves})


def opened(browser: Any, folder: Path, text: str) -> str:
    """Open a session from a file; return what is said of it."""
    file = folder / "session.json"
    file.write_text(text, encoding="utf-8")
    press(browser, "Open a session")
    browser.find_element("css selector", "input[type=file]").send_keys(str(file))
    until(browser, "return document.querySelector('.save-part [role=status]').textContent !== ''")
    return str(browser.find_element("css selector", ".save-part [role=status]").text)


def much(browser: Any) -> list[dict[str, Any]]:
    """Forty changes, each with a reason as long as one can be, and as many disagreements."""
    inputs = browser.execute_script(
        "return JSON.parse(document.getElementById('data').textContent).inputs.filter((i) => i.uncertain && !i.whole).slice(0, 40)"
        ".map(({ name, value, minimum, maximum }) => ({ name, value, minimum, maximum }))"
    )
    moves: list[dict[str, Any]] = []
    for n, one in enumerate(inputs, 1):
        moves += [
            {"kind": "hold", "input": one["name"], "value": one["value"] * 0.99, "screen": "challenge"},
            {"kind": "because", "n": n, "reason": REASON, "who": "Practice manager of one of the four practices of the site"},
        ]
    return moves


def test_two_pages_are_printed_when_nothing_was_said(away: Any) -> None:
    pages, (one, two) = printed(away)
    assert pages == 2
    assert "1. Who do we care for?" in one
    assert "Page 1 of 2" in one
    assert "No assumption was changed." in two
    assert all("Illustrative" in sheet and "Rutland" in sheet for sheet in (one, two))


def test_two_pages_are_printed_whatever_was_said_and_what_is_cut_is_told(away: Any, tmp_path: Path) -> None:
    assert "open" in opened(away, tmp_path, session_of(away, much(away)))
    until(away, READY)
    pages, (_, two) = printed(away)
    assert pages == 2
    assert "more in the workbook)" in two
    assert "Texts that end in … are cut" in two
    assert "What the model cannot say" in two


def test_everything_is_saved_under_the_name_of_the_site_and_the_day(away: Any, tmp_path: Path) -> None:
    for text in ("Save the workbook", "Save the session", "Save the pictures", "Save the site table", "Save the study folders"):
        press(away, text)
        time.sleep(0.4)
    day = r"rutland_workshop_.*\d{4}-\d{2}-\d{2}_illustrative"
    book = saved(tmp_path, ".xlsx")
    assert "Bars" in openpyxl.load_workbook(book).sheetnames
    assert saved(tmp_path, ".csv").read_text(encoding="utf-8-sig").startswith("parameter,value,unit,source,note")
    assert json.loads(saved(tmp_path, ".json").read_text(encoding="utf-8"))["session"] == "llr_sd workshop"
    end = time.monotonic() + 30
    while len(list(tmp_path.glob("*.zip"))) < 2:
        assert time.monotonic() < end
        time.sleep(0.1)
    for file in tmp_path.iterdir():
        assert re.match(rf"{day}\.|rutland_workshop_\d", file.name), file.name
    pictures, study = (
        zipfile.ZipFile(io.BytesIO(next(tmp_path.glob(f"*{kind}*.zip")).read_bytes())) for kind in ("pictures", "study")
    )
    names = pictures.namelist()
    assert sum(name.endswith(".png") for name in names) == sum(name.endswith(".svg") for name in names) > 4
    for name in names:
        content = pictures.read(name)
        assert content.startswith(b"\x89PNG") if name.endswith(".png") else "Illustrative data" in content.decode()
    assert {name.split("/")[-1] for name in study.namelist()} >= {"study.toml", "README.md"}
    models = {tomllib.loads(study.read(n).decode())["model"] for n in study.namelist() if n.endswith("study.toml")}
    assert models == {"swipe_site", "llr_system", "gp_supply"}
    assert not [entry for entry in away.get_log("browser") if entry["level"] == "SEVERE"]


def test_a_session_edited_by_hand_names_its_faults_and_the_rest_can_be_taken(away: Any, tmp_path: Path) -> None:
    good = {"kind": "hold", "input": "list_size", "value": 36100, "screen": "people"}
    bad = {"kind": "hold", "input": "list_sise", "value": 1, "screen": "people"}
    said = opened(away, tmp_path, session_of(away, [good, bad]))
    assert "Nothing was opened yet: 1 move" in said
    assert 'Move 2: The model has no input "list_sise"' in said
    press(away, "Open it without these")
    until(away, "return document.querySelector('.save-part [role=status]').textContent.startsWith('The session is open')")
    until(away, READY)
    assert "1 entered in the room" in away.find_element("css selector", ".away-list").text


def test_a_session_of_another_version_of_the_page_is_told(away: Any, tmp_path: Path) -> None:
    text = session_of(away, []).replace('"page": "', '"page": "x')
    assert "made by another version of this page" in opened(away, tmp_path, text)


def test_a_file_that_is_no_session_changes_nothing(away: Any, tmp_path: Path) -> None:
    assert "no session" in opened(away, tmp_path, '{"format": 1}')


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844), (320, 640)])
def test_the_screen_has_room_and_axe_finds_nothing(away: Any, axe: str, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    away.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    press(away, "Show the two pages")
    assert away.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    away.execute_script(axe)
    found = away.execute_async_script(
        "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then((r) => done(r.violations.map((v) => [v.id, v.nodes[0].html])))"
    )
    assert found == []
