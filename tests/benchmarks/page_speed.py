"""How fast pages are in Chromium: python tests/benchmarks/page_speed.py [PAGE.html ...]; prints figures, asserts nothing.

Without a file the pages of the bundled models are made first. A picture counts as there when its line stands in the page and the
browser has drawn the frame.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MOVES = 15
WATCH = """
window.speed = {first: null, waiting: null, moved: []};
new MutationObserver(() => {
  const drawn = [...document.querySelectorAll("figure svg path")].map(p => p.getAttribute("d") ?? "").filter(d => d.length > 40);
  if (!drawn.length) return;
  const lines = drawn.join(), speed = window.speed;
  if (speed.first === null) requestAnimationFrame(() => setTimeout(() => { speed.first ??= performance.now(); }));
  if (speed.waiting && lines !== speed.waiting.lines) {
    const {began} = speed.waiting;
    speed.waiting = null;
    requestAnimationFrame(() => setTimeout(() => speed.moved.push(performance.now() - began)));
  }
  speed.lines = lines;
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["d"]});
"""
ALONE = """
window.Worker = class { constructor() { throw new Error("refused"); } };
window.freezes = [];
new PerformanceObserver(list => list.getEntries().forEach(e => window.freezes.push(e.duration))).observe({type: "longtask", buffered: true});
"""
MOVE = """
const lever = document.querySelector("[data-speed]"), share = arguments[0];
speed.waiting = {lines: speed.lines, began: performance.now()};
lever.value = Number(lever.min) + share * (lever.max - lever.min);
lever.dispatchEvent(new Event("input", {bubbles: true}));
"""
REST = """
const lever = document.querySelector("[data-speed]"), done = arguments[0], began = performance.now();
lever.dispatchEvent(new Event("change", {bubbles: true}));
const resting = () => !document.querySelector(".busy") && !document.querySelector(".status").textContent.includes("so far");
const look = () => resting() ? done(performance.now() - began) : setTimeout(look, 5);
requestAnimationFrame(() => requestAnimationFrame(look));
"""


def chromium() -> Any:
    """Headless Chromium as selenium drives it."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium") or shutil.which("google-chrome"))
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1800"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(executable_path=str(shutil.which("chromedriver"))))


def measure(page: Path, alone: bool = False) -> dict[str, str]:
    """Open a page, move a lever that changes its pictures some times, let it rest, and say how long each took; `alone`: without workers."""
    browser = chromium()
    try:
        return _measured(browser, page, alone)
    finally:
        browser.quit()


def _measured(browser: Any, page: Path, alone: bool) -> dict[str, str]:
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH + (ALONE if alone else "")})
    browser.get(page.as_uri())
    _until(browser, "return speed.first !== null && !document.querySelector('.busy')")
    found = {
        "size": f"{page.stat().st_size / 1e6:.2f} MB",
        "first picture": f"{browser.execute_script('return speed.first'):.0f} ms",
    }
    levers = browser.execute_script("return document.querySelectorAll('input[type=range]').length")
    for number in range(levers):
        browser.execute_script(
            "document.querySelector('[data-speed]')?.removeAttribute('data-speed');"
            "document.querySelectorAll('input[type=range]')[arguments[0]].dataset.speed = '';",
            number,
        )
        browser.execute_script(MOVE, 0.8)
        if _until(browser, "return speed.moved.length > 0", 3):
            break
    browser.execute_async_script(REST)
    browser.execute_script("speed.moved = []")
    for move in range(MOVES):
        browser.execute_script(MOVE, 0.1 + 0.05 * move)
        _until(browser, f"return speed.moved.length > {move}", 10)
    moved = browser.execute_script("return speed.moved")
    whole = [browser.execute_async_script(REST)]
    for share in (0.3, 0.6, 0.9):
        browser.execute_script(MOVE, share)
        whole.append(browser.execute_async_script(REST))
    middle = statistics.median(moved)
    found["lever to redrawn picture, 64 runs"] = f"{middle:.0f} ms ({min(moved):.0f} to {max(moved):.0f})"
    found["rest to all runs"] = (
        f"{statistics.median(whole):.0f} ms ({browser.find_element('css selector', '[class*=status]').text})"
    )
    if alone:
        freezes = browser.execute_script("return freezes.sort((a, b) => b - a).map(f => Math.round(f))")
        found["tasks of more than 50 ms"] = f"{len(freezes)}, the longest {freezes[:5]} ms"
    faults = [e["message"] for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]
    return found | ({"console": "; ".join(faults)} if faults else {})


def _until(browser: Any, script: str, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if browser.execute_script(script):
            return True
        time.sleep(0.02)
    return False


def main() -> None:
    """Print the figures of each page."""
    pages = [Path(p).resolve() for p in sys.argv[1:]]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        if not pages:
            from llr_sd.exploring import explore

            pages = [explore(name, Path(folder) / f"{name}.html") for name in ("gp_supply", "swipe_site", "llr_system")]
        for page in pages:
            for alone in (False, True):
                print(page.stem + (", without workers" if alone else ""))
                for what, figure in measure(page, alone).items():
                    print(f"  {what}: {figure}", flush=True)


if __name__ == "__main__":
    main()
