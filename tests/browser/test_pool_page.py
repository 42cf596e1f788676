"""Settings in a real browser, from a file, under the policy of the pages: on workers, and on the page's own thread where they are refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from page_speed import measure

from llr_sd.exploring import explore
from llr_sd.exploring.made import page_data
from llr_sd.exploring.subject import subject_of
from llr_sd.page.assemble import json_text, policy
from llr_sd.page.bundle import FOLDER, bundle

RUNS = 40
PAGE = f"""
import {{ Pool }} from "./engine/pool.mjs";
export function main() {{
  const text = (id) => JSON.parse(document.getElementById(id).textContent), data = text("data");
  const pool = new Pool(data, text("worker"), {{ workers: 2 }}), told = {{}};
  for (const scenario of data.scenarios) {{
    const take = (ensemble) => {{
      told[scenario.name] = Object.fromEntries([...ensemble.outputs].map(([name, o]) => [name, Array.from(o.values)]));
      if (Object.keys(told).length === data.scenarios.length) globalThis.results = {{ kind: pool.kind, told }};
    }};
    pool.ready.then(() => pool.latest(scenario.name, {{ held: scenario.set, ranges: {{}}, runs: {RUNS} }}, take, (error) => {{ globalThis.results = {{ error }}; }}));
  }}
}}
"""


def write_page(folder: Path, data: dict[str, Any], workers: bool) -> Path:
    modules = folder / "js"
    for part in ("engine", "draws"):
        shutil.copytree(FOLDER / part, modules / part)
    (modules / "page.mjs").write_text(PAGE, encoding="utf-8")
    script, worker = bundle("page.mjs", modules), bundle("engine/worker.mjs", modules)
    rules = policy([script], [])
    assert "worker-src blob:" in rules
    rules = rules if workers else rules.replace("worker-src blob:", "worker-src 'none'")
    parts = [f'<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{rules}">']
    parts += [
        f'<script type="application/json" id="{n}">{json_text(v)}</script>' for n, v in (("data", data), ("worker", worker))
    ]
    page = folder / "page.html"
    page.write_text("\n".join([*parts, f"<script>{script}</script>"]), encoding="utf-8")
    return page


@pytest.mark.parametrize(("workers", "kind"), [(True, "workers"), (False, "page")])
def test_settings_are_simulated_beside_the_page_or_on_it(
    browser: Any, staff: Path, tmp_path: Path, workers: bool, kind: str
) -> None:
    data = page_data(subject_of(str(staff / "study.toml"))).to_data()
    browser.get(write_page(tmp_path, data, workers).as_uri())
    end = time.monotonic() + 30
    while not browser.execute_script("return globalThis.results") and time.monotonic() < end:
        time.sleep(0.05)
    found = browser.execute_script("return globalThis.results")
    assert found, browser.get_log("browser")
    assert found.get("error") is None
    assert found["kind"] == kind

    (tmp_path / "data.json").write_text(json.dumps(data), encoding="utf-8")
    script = Path(__file__).parents[1] / "page" / "study_runs.mjs"
    command = [str(shutil.which("node")), str(script), str(tmp_path / "data.json"), str(RUNS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    for one in json.loads(done.stdout):
        for name, values in one[
            "outputs"
        ].items():  # a browser's logarithms may differ in the last place, and with them the draws
            assert found["told"][one["name"]][name] == pytest.approx(values, rel=1e-12, abs=1e-10), name


def test_the_speed_of_a_page_can_be_measured(browser: Any, staff: Path, tmp_path: Path) -> None:
    """`page_speed.py` finds what it looks for in a page: a picture, a lever, the number of runs. It opens a browser of its own."""
    found = measure(explore(str(staff / "study.toml"), tmp_path / "page.html"))
    assert list(found) == ["size", "first picture", "lever to redrawn picture, 64 runs", "rest to all runs"]
    assert found["rest to all runs"].endswith("(12 runs)")
