"""The figures of a page in a real browser: they fit, they can be read by every hand, and their files stand alone."""

from __future__ import annotations

import csv
import io
import struct
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from chart_gallery import write_gallery

FIGURES = 12
BUSY = "document.querySelectorAll('figure')"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gallery(tmp_path_factory.mktemp("gallery"))


def shown(browser: Any, gallery: Path, width: int = 1280, height: int = 800) -> Any:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get(gallery.as_uri())
    waited(
        browser,
        f"{BUSY}.length === {FIGURES} && [...document.querySelectorAll('.chart > svg')].every(s => s.hasAttribute('viewBox'))",
    )
    return browser


def waited(browser: Any, condition: str) -> None:
    """Wait until something is so on the page."""
    until = time.monotonic() + 10
    while not browser.execute_script(f"return {condition}"):
        assert time.monotonic() < until, condition
        time.sleep(0.02)


def chart(name: str) -> str:
    return f"window.gallery[{name!r}].chart.element"


def press(browser: Any, key: str) -> None:
    for kind in ("keyDown", "keyUp"):
        browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})


def reading(browser: Any, name: str) -> str:
    return str(
        browser.execute_script(f"return {chart(name)}.querySelector('.reading').innerText.toWellFormed().replace(/\\s+/g, ' ')")
    )


def spoken(browser: Any, name: str) -> str:
    return str(browser.execute_script(f"return {chart(name)}.querySelector('[aria-live]').textContent"))


def middle(browser: Any, name: str, across: float) -> tuple[float, float]:
    """Scroll to a figure; return a point some way across it, half way down."""
    box = browser.execute_script(
        f"const e = {chart(name)}.firstChild; e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
        "return [b.left, b.top, b.width, b.height]"
    )
    return box[0] + across * box[2], box[1] + box[3] / 2


@pytest.mark.parametrize("room", [False, True])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_text_fits_and_is_large_enough(browser: Any, gallery: Path, width: int, room: bool) -> None:
    shown(browser, gallery, width)
    if room:
        before = browser.execute_script(f"return +{chart('chances')}.firstChild.getAttribute('height')")
        browser.execute_script("document.body.className = 'room'")
        waited(browser, f"+{chart('chances')}.firstChild.getAttribute('height') > {before}")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    found = browser.execute_script(
        """
        const wrong = [];
        for (const svg of document.querySelectorAll('.chart > svg')) {
          const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
          const boxes = [...svg.querySelectorAll('text')].map(t => ({ text: t.textContent, size: parseFloat(getComputedStyle(t).fontSize), ...['x', 'y', 'width', 'height'].reduce((b, k) => ({ ...b, [k]: t.getBBox()[k] }), {}) }));
          for (const b of boxes) {
            if (b.size < 12) wrong.push(['small', b.text, b.size]);
            if (b.x < -1 || b.y < -1 || b.x + b.width > width + 1 || b.y + b.height > height + 1) wrong.push(['outside', b.text, b.x, b.y]);
          }
          boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
            const over = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x), down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
            if (over > 1 && down > 0.3 * Math.min(a.height, b.height)) wrong.push(['over', a.text, b.text]);
          }));
        }
        return wrong;
        """
    )
    assert found == []


def test_text_of_figures_stands_out(browser: Any, gallery: Path) -> None:
    """Text has a contrast of 4.5 or more on white, and what carries the data of 3 or more (WCAG 2.2, 1.4.3 and 1.4.11)."""
    shown(browser, gallery)
    text, marks = browser.execute_script(
        """
        const channel = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
        const contrast = (colour, by = 1) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => channel(255 + by * (v - 255)));
          return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05); };
        const least = (selector, read) => Math.min(...[...document.querySelectorAll(selector)].map(read));
        return [least('.chart > svg text', e => contrast(getComputedStyle(e).fill)),
                Math.min(least('.chart .c-line, .chart .c-marker, .chart .c-target, .chart .c-band', e => { const c = getComputedStyle(e); return contrast(c.stroke, +c.strokeOpacity); }),
                         least('.chart .c-bar', e => { const c = getComputedStyle(e); return contrast(c.fill, +c.fillOpacity); }))];
        """
    )
    assert text >= 4.5
    assert marks >= 3


def test_the_keyboard_reads_every_time_and_line(browser: Any, gallery: Path) -> None:
    name = "two settings"
    shown(browser, gallery)
    assert browser.execute_script(f"return {chart(name)}.getAttribute('role')") == "group"
    assert browser.execute_script(f"return {chart(name)}.tabIndex") == 0
    browser.execute_script(f"{chart(name)}.focus()")
    assert spoken(browser, name) == ""
    press(browser, "ArrowRight")
    assert spoken(browser, name).startswith("plan, End of Sep 2020: ")
    press(browser, "ArrowRight")
    assert spoken(browser, name).startswith("plan, End of Oct 2020: ")
    press(browser, "ArrowDown")
    told = browser.execute_script(
        "const s = window.gallery['two settings'].chart.spec(); return [Math.round(s.series[1].median[37]), Math.round(s.series[1].low90[37]), Math.round(s.series[1].high90[37])]"
    )
    assert spoken(browser, name) == "more international recruits, End of Oct 2020: {} ({} to {}) WTE".format(*told)
    assert "{} ({} to {})".format(*told) in reading(browser, name)
    press(browser, "ArrowDown")
    assert spoken(browser, name).startswith("more international recruits, End of Oct 2020")
    press(browser, "Home")
    assert spoken(browser, name).startswith("more international recruits, End of Sep 2017: ")
    press(browser, "End")
    assert spoken(browser, name).startswith("more international recruits, End of Sep 2025: ")
    assert browser.execute_script(f"return {chart(name)}.querySelectorAll('.c-cursor circle').length") == 2
    press(browser, "Escape")
    assert spoken(browser, name) == ""
    assert browser.execute_script(f"return {chart(name)}.querySelectorAll('.c-cursor circle').length") == 0


@pytest.mark.parametrize("name", ["chances", "drivers", "differences at a date", "runs at a date"])
def test_the_keyboard_reads_every_row(browser: Any, gallery: Path, name: str) -> None:
    shown(browser, gallery)
    browser.execute_script(f"{chart(name)}.focus()")
    heard = []
    for _ in range(6):
        press(browser, "ArrowDown")
        heard.append(spoken(browser, name))
    rows = browser.execute_script(f"return window.gallery[{name!r}].chart.table().rows.length")
    assert len(set(heard)) == rows
    assert all(heard)


def test_what_stands_under_the_pointer_is_read(browser: Any, gallery: Path) -> None:
    name = "six settings"
    shown(browser, gallery)
    first = reading(browser, name)
    x, y = middle(browser, name, 0.4)
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
    under = reading(browser, name)
    assert under != first
    assert browser.execute_script(f"return {chart(name)}.querySelectorAll('.is-asked').length") == 1
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x + 100, "y": y})
    assert reading(browser, name) != under
    assert spoken(browser, name) == ""
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 2, "y": 2})
    assert reading(browser, name) == first


def test_a_touch_reads_and_what_it_read_stays(browser: Any, gallery: Path) -> None:
    name = "one setting"
    shown(browser, gallery, 390)
    first = reading(browser, name)
    x, y = middle(browser, name, 0.8)
    browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert reading(browser, name) != first
    assert browser.execute_script(f"return {chart(name)}.querySelectorAll('.c-cursor circle').length") == 1


def test_a_new_setting_redraws_lines_alone(browser: Any, gallery: Path) -> None:
    """While values stay within an axis, nothing of the axes is touched and no element is made."""
    shown(browser, gallery)
    touched = browser.execute_async_script(
        """
        const done = arguments[0], { chart, spec } = window.gallery['six settings'], axes = chart.element.querySelectorAll('.c-axis'), moved = spec();
        for (const s of moved.series) for (const k of ['median', 'low50', 'high50', 'low90', 'high90']) s[k] = s[k].map(v => v - 1);
        const watch = new MutationObserver(() => {});
        watch.observe(chart.element.firstChild, { subtree: true, childList: true, attributes: true, characterData: true });
        chart.update(moved);
        const seen = watch.takeRecords();
        done([axes.length, seen.length, seen.filter(r => [...axes].some(a => a.contains(r.target))).length,
              seen.filter(r => r.type === 'childList' && [...r.addedNodes].some(n => n.nodeType === 1)).length]);
        """
    )
    assert touched[0] == 2
    assert touched[1] > 6
    assert touched[2:] == [0, 0]


def test_a_figure_follows_its_width(browser: Any, gallery: Path) -> None:
    shown(browser, gallery)
    wide = browser.execute_script(
        f"return [{chart('six settings')}.firstChild.getAttribute('width'), {chart('six settings')}.querySelectorAll('.c-leader').length]"
    )
    assert wide[1] == 6
    browser.execute_script("document.body.style.maxWidth = '400px'")
    waited(browser, f"+{chart('six settings')}.firstChild.getAttribute('width') <= 400")
    assert browser.execute_script(f"return {chart('six settings')}.querySelectorAll('.c-leader').length") == 0


def test_markup_in_names_is_text(browser: Any, gallery: Path) -> None:
    shown(browser, gallery)
    assert browser.execute_script(
        "return [window.ran ?? 0, document.images.length, document.querySelectorAll('.chart b, .chart script').length]"
    ) == [0, 0, 0]
    assert "<img src=x onerror=window.ran=1>" in reading(browser, "hostile names")
    text = browser.execute_script("return window.gallery['hostile names'].chart.svg(['a < b'])")
    root = ElementTree.fromstring(text.encode())
    assert {e.tag.split("}")[1] for e in root.iter()} <= {"svg", "title", "desc", "rect", "g", "path", "text", "circle"}


def test_files_stand_alone(browser: Any, gallery: Path, tmp_path: Path) -> None:
    """Each button saves a file that is named after study, setting and figure, and says that its data are illustrative."""
    shown(browser, gallery)
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    stem = "gp-plan_plan_chances_illustrative"
    for kind in ("PNG", "SVG", "CSV"):
        browser.execute_script(
            f"[...{chart('chances')}.closest('figure').querySelectorAll('button')].find(b => b.textContent === '{kind}').click()"
        )
        until = time.monotonic() + 10
        while not (tmp_path / f"{stem}.{kind.lower()}").exists():
            assert time.monotonic() < until, sorted(p.name for p in tmp_path.iterdir())
            time.sleep(0.02)
    root = ElementTree.parse(tmp_path / f"{stem}.svg").getroot()
    words = " ".join("".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text"))
    assert "The chance of each target" in words
    assert "gp_plan · plan" in words
    assert "Illustrative data" in words
    assert not any({"class", "style"} & set(e.attrib) for e in root.iter())
    head = (tmp_path / f"{stem}.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    rows = list(csv.DictReader(io.StringIO((tmp_path / f"{stem}.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert [(r["data"], r["Target"], float(r["Chance"]), int(r["Runs without a result"])) for r in rows] == [
        ("illustrative", "GPs by 2020: at least 639 WTE", 0.124, 0),
        ("illustrative", "GPs by 2020: at least 639 WTE", 310 / 480, 20),
        ("illustrative", "Turnover: at most 8%", 0.0, 0),
        ("illustrative", "Turnover: at most 8%", 1.0, 20),
    ]


def test_the_table_of_a_figure_follows_it(browser: Any, gallery: Path) -> None:
    shown(browser, gallery)
    rows = browser.execute_script(
        """
        const { chart, spec } = window.gallery['drivers'], frame = chart.element.closest('figure'), button = frame.querySelector('button');
        button.click();
        const read = () => [...frame.querySelectorAll('tbody tr')].map(r => r.children[1].textContent);
        const before = [button.getAttribute('aria-expanded'), read()];
        chart.update({ ...spec(), bars: spec().bars.map(b => ({ ...b, value: -b.value })) });
        return [...before, read()];
        """
    )
    assert rows == ["true", ["−0.72", "+0.41", "+0.18", "+0.01"], ["+0.72", "−0.41", "−0.18", "−0.01"]]


def test_figures_keep_to_forced_colours(browser: Any, gallery: Path) -> None:
    shown(browser, gallery)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "forced-colors", "value": "active"}]})
    text, line, ground = browser.execute_script(
        "const c = s => getComputedStyle(document.querySelector(s));"
        "return [c('.chart .c-ink').fill, c('.chart .c-line').stroke, c('body').color]"
    )
    assert text == line == ground
