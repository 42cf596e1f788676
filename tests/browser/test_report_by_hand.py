"""The figures of a report in a real browser: they tell the numbers of the tables beside them, by pointer and by keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from report_result import analysed_result, plan_result, plan_study

from llr_sd.report import write_report

OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"
# The texts of the last row (of a table of dates) or of all rows (of scenarios and dates) of the table behind a figure.
TABLE = """
const table = arguments[0].parentElement.querySelector(`#${arguments[0].id} + details table`);
return [...table.rows].map(r => [...r.cells].map(c => c.textContent));
"""
READ = """
const reading = arguments[0].querySelector('.reading');
return [reading.querySelector('.reading-head')?.textContent,
        [...reading.querySelectorAll('li')].map(l => [l.querySelector('.name').textContent, l.querySelector('.value').textContent])];
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = plan_study(illustrative=True)
    return write_report(plan_result(tmp_path_factory.mktemp("report"), runs=80, study=study))


@pytest.fixture
def opened(browser: Any, page: Path) -> Any:
    """The page with every part unfolded, wide enough for all names."""
    size = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get("about:blank")
    browser.get(page.as_uri())
    browser.execute_script(OPEN)
    yield browser
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    resources = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))"
    assert browser.execute_script(resources) == []


def place(opened: Any, name: str) -> Any:
    """The place of a figure, scrolled to."""
    found = opened.find_element("id", f"figure-{name}")
    opened.execute_script("arguments[0].scrollIntoView({block: 'start'})", found)
    return found


def drawing(figure: Any) -> Any:
    return figure.find_element("css selector", ".chart > svg")


def test_the_pointer_reads_what_the_table_says(opened: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    figure = place(opened, "scenarios")
    head, *_, last = opened.execute_script(TABLE, figure)
    svg = drawing(figure)
    right = float(opened.execute_script("return arguments[0].querySelector('.chart .c-line').getBBox().x", figure))
    assert right > 0
    wide = opened.execute_script("const l = arguments[0].querySelector('.c-line').getBBox(); return l.x + l.width", figure)
    ActionChains(opened).move_to_element_with_offset(svg, int(wide) - svg.size["width"] // 2, 0).perform()
    when, lines = opened.execute_script(READ, figure)
    assert when == f"{last[0][0].upper()}{last[0][1:]}"
    said = {name: words for names, words in lines for name in names.split(" / ")}
    assert {name: said[name] for name in head[1:]} == dict(zip(head[1:], last[1:], strict=True))


def test_keys_read_the_same_and_tell_a_screen_reader(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    figure = place(opened, "fans")
    rows = [r for r in opened.execute_script(TABLE, figure) if r[0] == "base, no schemes"]
    chart = figure.find_element("css selector", ".chart")
    opened.execute_script("arguments[0].focus()", chart)
    chart.send_keys(Keys.HOME)
    chart.send_keys(Keys.END)
    when, lines = opened.execute_script(READ, figure)
    _, date, _, low, _, median, _, high = rows[-1]
    assert when.startswith(f"{date[0].upper()}{date[1:]}")
    assert dict(lines)["base, no schemes"] == f"{median} ({low} to {high})"
    live = opened.execute_script("return arguments[0].querySelector('[aria-live]').textContent", figure)
    assert f"{median} ({low} to {high})" in live
    assert "base, no schemes" in live


def test_chances_stand_beside_the_still_in_the_words_of_the_table(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    figure = place(opened, "histogram")
    head, *rows = opened.execute_script(TABLE, figure)
    cells = {row[0]: row[head.index("639 GPs")] for row in rows}
    texts = opened.execute_script(
        "return [...arguments[0].querySelectorAll('.chart > svg text')].map(t => t.textContent)", figure
    )
    assert figure.find_element("css selector", ".picture img").is_displayed()
    assert not figure.find_elements("css selector", ".asked-swap")
    assert {"everything works", "nothing works", cells["everything works"]} <= set(texts)
    chart = figure.find_element("css selector", ".chart")
    opened.execute_script("arguments[0].focus()", chart)
    chart.send_keys(Keys.HOME)
    assert opened.execute_script(READ, figure)[1] == [["base, no schemes", cells["base, no schemes"]]]


def test_bars_are_chosen_and_read_as_the_table_says(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.select import Select

    browser.get(write_report(analysed_result(tmp_path)).as_uri())
    browser.execute_script(OPEN)
    figure = place(browser, "shares")
    _, first, *_ = browser.execute_script(TABLE, figure)
    name, alone, range_alone, total, range_total = first
    chart = figure.find_element("css selector", ".chart")
    select = Select(figure.find_element("css selector", ".asked select"))
    for view, words in (
        ("alone (first order)", f"{alone} ({range_alone})"),
        ("alone or with others (total order)", f"{total} ({range_total})"),
    ):
        select.select_by_visible_text(view)
        browser.execute_script("arguments[0].focus()", chart)
        chart.send_keys(Keys.HOME)
        assert browser.execute_script(READ, figure)[1] == [[name, words]]
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []


def test_scenarios_are_shown_and_hidden(opened: Any) -> None:
    figure = place(opened, "fans")
    names = lambda: [n for n, _ in opened.execute_script(READ, figure)[1] if n != "target" and "central values" not in n]  # noqa: E731
    assert names() == ["base, no schemes", "international + retention"]
    boxes = {b.text.strip(): b for b in figure.find_elements("css selector", ".asked-series label")}
    assert len(boxes) == 10
    boxes["base, no schemes"].click()
    boxes["everything works"].click()
    assert names() == ["international + retention", "everything works"]


def test_the_still_picture_comes_back_and_is_what_is_printed(opened: Any) -> None:
    figure = place(opened, "scenarios")
    still, live = (figure.find_element("css selector", s) for s in (".picture img", ".asked"))
    swap = figure.find_element("css selector", ".asked-swap")
    assert (still.is_displayed(), live.is_displayed(), swap.text) == (False, True, "Still picture")
    swap.click()
    assert (still.is_displayed(), live.is_displayed()) == (True, False)
    swap.click()
    assert (still.is_displayed(), live.is_displayed()) == (False, True)
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert (still.is_displayed(), live.is_displayed(), swap.is_displayed()) == (True, False, False)
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_scripts_the_stills_stand(opened: Any, page: Path) -> None:
    opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened.get(page.as_uri())
        images = opened.find_elements("css selector", "figure .picture img")
        assert len(images) == 3
        assert not opened.find_elements("css selector", ".asked")
    finally:
        opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
