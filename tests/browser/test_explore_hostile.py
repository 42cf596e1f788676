"""The page of a model and a study whose every text tries to be markup or script: all of it is read, and none of it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hostile import LINK, PICTURE, SCRIPT, STYLE, TEMPLATE, hostile_study
from llr_sd.exploring import write_page

WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (e) => window.refused.push(e.violatedDirective));
"""
VIEWS = ["Pictures", "Numbers", "What drives it", "Compare", "Equations", "Save"]


def until(said: Any, seconds: float = 20) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def shown(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("hostile")
    written = write_page(str(hostile_study(folder / "study")), folder / f"{PICTURE} page.html")
    watching = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    browser.get(Path(written.path).as_uri())
    until(lambda: "40 runs" in browser.execute_script("return document.body.innerText"))
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", watching)


def calm(browser: Any) -> None:
    """Nothing ran, nothing was refused since nothing tried, nothing was asked for, and the page is as it was made."""
    assert browser.execute_script("return window.ran ?? null") is None
    assert browser.execute_script("return window.refused") == []
    asked = browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    assert [a for a in asked if not a.startswith("blob:")] == []
    for tag, count in (("script", 3), ("style", 1), ("img", 0), ("iframe", 0), ("a[href^='http'], a[href^='javascript']", 0)):
        assert browser.execute_script("return document.querySelectorAll(arguments[0]).length", tag) == count, tag
    assert [e["message"] for e in browser.get_log("browser")] == []


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_texts_and_runs_none(shown: Any, view: str) -> None:
    tabs = {tab.text: tab for tab in shown.find_elements("css selector", "[role=tab]")}
    assert set(tabs) == set(VIEWS)
    tabs[view].click()
    time.sleep(0.5)  # what a view does late, it has begun by then
    for folded in shown.find_elements("css selector", "details:not([open]) > summary"):
        if folded.is_displayed():
            folded.click()
    text = shown.execute_script("return document.body.innerText")
    for words in (SCRIPT, PICTURE, STYLE, TEMPLATE, LINK):
        assert words in text, words
    calm(shown)


def test_what_would_run_is_refused_by_the_policy_of_the_page(shown: Any) -> None:
    """Were a text ever to become markup, it would still not run: each way is tried here."""
    calm(shown)
    shown.execute_script(
        """
        const script = document.createElement("script");
        script.textContent = "window.ran = 7";
        document.body.append(script);
        const holder = document.createElement("div");
        holder.innerHTML = arguments[0] + "<p style='position: fixed'>x</p>";
        document.body.append(holder);
        fetch("https://example.org/").catch(() => {});
        const picture = new Image();
        picture.src = "https://example.org/x.png";
        const form = document.createElement("form");
        form.action = "https://example.org/";
        document.body.append(form);
        form.submit();
        script.remove();
        holder.remove();
        form.remove();
    """,
        PICTURE,
    )
    expected = {"script-src-elem", "script-src-attr", "style-src-attr", "connect-src", "img-src", "form-action"}
    until(lambda: expected <= set(shown.execute_script("return window.refused")))
    assert shown.execute_script("return window.ran ?? null") is None
    assert shown.execute_script("return document.body.innerText").count("40 runs") >= 1
