"""How fast the page of a workshop is in Chromium: python tests/benchmarks/workshop_speed.py [PAGE.html]; prints figures, asserts nothing.

A share is moved by key on "Who will provide care?", until the bars below have other numbers; a group of people by its slider on "Who do we
care for?", until its picture has changed. Each ends when the browser has drawn the frame. Without a file the page of Rutland is made.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from page_speed import MOVES, chromium

WATCH = """
window.timed = null; window.took = [];
new MutationObserver(records => {
  const now = window.timed;
  if (!now || !records.some(r => (r.target.nodeType === 1 ? r.target : r.target.parentElement)?.closest(now.where))) return;
  window.timed = null;
  requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - now.began)));
}).observe(document, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["d", "width", "x"]});
"""
SHARE = """
const handle = [...document.querySelectorAll("[role=slider]")].find(h => h.offsetParent !== null);
handle.focus();
window.timed = {where: ".strip td", began: performance.now()};
handle.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true, cancelable: true}));
"""
GROUP = """
const sliders = [...document.querySelectorAll("input[type=range]")].filter(s => s.offsetParent !== null), slider = sliders.at(-1);
window.timed = {where: "svg", began: performance.now()};
slider.value = Number(slider.min) + (0.1 + 0.04 * arguments[0]) * (slider.max - slider.min);
slider.dispatchEvent(new Event("input", {bubbles: true}));
"""


def measure(page: Path) -> dict[str, str]:
    """Open a page, move a share and a group of people some times, and say how long each took."""
    browser = chromium()
    try:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        return {
            "size": f"{page.stat().st_size / 1e6:.2f} MB",
            "share to redrawn bars, 64 runs": _moved(browser, page, "shares", SHARE),
            "group of people to redrawn picture, 64 runs": _moved(browser, page, "people", GROUP),
        }
    finally:
        browser.quit()


def _moved(browser: Any, page: Path, screen: str, script: str) -> str:
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#{screen}")
    time.sleep(4)
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    time.sleep(1)
    browser.execute_script("window.took = []")
    for move in range(MOVES):
        browser.execute_script(script, move)
        _wait(browser, move)
    took = browser.execute_script("return window.took")
    return f"{statistics.median(took):.0f} ms ({min(took):.0f} to {max(took):.0f}, {len(took)} moves)"


def _wait(browser: Any, done: int) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end and browser.execute_script("return window.took.length") <= done:
        time.sleep(0.02)
    time.sleep(0.8)  # all runs of the setting before, so that each move begins at rest


def main() -> None:
    """Print the figures."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(folder) / "rutland.html"
        if len(sys.argv) < 2:
            from llr_sd.workshop import write_workshop

            write_workshop("rutland", page)
        for what, figure in measure(page).items():
            print(f"  {what}: {figure}", flush=True)


if __name__ == "__main__":
    main()
