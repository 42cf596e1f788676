"""The page in a real browser: nothing overflows, nothing complains, everything has a name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
import itertools

from rating_result import rating_result
from report_result import analysed_result, plan_result, plan_study

from llr_sd.report import write_report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = plan_study(illustrative=True)
    return write_report(plan_result(tmp_path_factory.mktemp("report"), runs=80, study=study))


@pytest.fixture(scope="module")
def full_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every analysis in it, whose indices have not settled."""
    return write_report(analysed_result(tmp_path_factory.mktemp("analysed"), converged=False))


@pytest.fixture(scope="module")
def ratings_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of risk ratings."""
    return write_report(rating_result(tmp_path_factory.mktemp("ratings")))


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 640)])
@pytest.mark.parametrize(("name", "pictures"), [("page", 3), ("full_page", 10), ("ratings_page", 7)])
def test_the_page_fits_and_is_quiet(
    browser: Any, request: pytest.FixtureRequest, name: str, pictures: int, width: int, height: int
) -> None:
    page: Path = request.getfixturevalue(name)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())
    assert browser.execute_script("return window.innerWidth") == width
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return document.body.scrollWidth") <= width
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    images = browser.execute_script("return [...document.images].map(i => [i.alt, i.complete, i.naturalWidth])")
    assert len(images) == pictures
    assert all(alt and done and wide > 0 for alt, done, wide in images)
    levels = browser.execute_script("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


@pytest.mark.parametrize("name", ["full_page", "ratings_page"])
def test_cells_do_not_run_into_each_other(browser: Any, request: pytest.FixtureRequest, name: str) -> None:
    size = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page: Path = request.getfixturevalue(name)
    browser.get(page.as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    over = (
        "return [...document.querySelectorAll('td, th')].filter(c => c.scrollWidth > c.clientWidth + 1).map(c => c.textContent)"
    )
    assert browser.execute_script(over) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
@pytest.mark.parametrize("name", ["page", "full_page", "ratings_page"])
def test_question_and_answer_are_on_the_first_screen(
    browser: Any, request: pytest.FixtureRequest, name: str, width: int, height: int
) -> None:
    page: Path = request.getfixturevalue(name)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())

    def bottom(selector: str) -> float:
        return float(browser.execute_script(f"return document.querySelector('{selector}').getBoundingClientRect().bottom"))

    assert 0 < bottom(".question") < bottom(".lead") <= height
    if width > 1000 and name == "page":
        assert max(bottom(".sure"), bottom(".strip")) <= height
    if width > 1000:  # what is not folded
        assert browser.execute_script("return document.documentElement.scrollHeight") <= 4 * height


@pytest.mark.parametrize("name", ["page", "ratings_page"])
def test_text_stands_out_from_its_ground(browser: Any, request: pytest.FixtureRequest, name: str) -> None:
    """Every text on the page has a contrast of 4.5 or more against the nearest background (WCAG 2.2, 1.4.3)."""
    page: Path = request.getfixturevalue(name)
    browser.get(page.as_uri())
    worst = browser.execute_script(
        """
        const channel = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
        const numbers = c => c.match(/[\\d.]+/g).map(Number);
        const light = c => { const [r, g, b] = numbers(c); return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
        const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
          const n = numbers(c); if (n.length < 4 || n[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
        let worst = 21;
        for (const e of document.querySelectorAll('body *')) {
          if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
          const a = light(getComputedStyle(e).color), b = light(ground(e));
          worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        }
        return worst;
        """
    )
    assert worst >= 4.5
