"""The engine in a real browser, from a file, in a worker, under the policy of the pages: the bits of the native engine."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_machine import Case, difference, make_case
from workforce_model import synthetic_model

import llr_sd
from llr_sd.page.assemble import json_text, policy
from llr_sd.page.bundle import FOLDER, bundle
from llr_sd.translate import translate

WORKER = """
import { bytesOf, compile, Machine } from "./engine/engine.mjs";
export function main() {
  self.onmessage = async ({ data: { engine, runs, wanted, at, judged, design } }) => {
    try {
      const machine = new Machine(await compile(engine), engine);
      self.postMessage(machine.run(new Float64Array(bytesOf(design).buffer), runs, wanted, at, judged));
    } catch (error) {
      self.postMessage({ refused: `${error.name}: ${error.message}` });
    }
  };
}
"""
PAGE = """
export function main() {
  const text = (id) => JSON.parse(document.getElementById(id).textContent), results = [], cases = text("data");
  const url = URL.createObjectURL(new Blob([text("worker")], { type: "text/javascript" }));
  for (const [i, one] of cases.entries()) {
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => {
      const bytes = data.values ? new Uint8Array(data.values.buffer) : [];
      let binary = "";
      for (const b of bytes) binary += String.fromCharCode(b);
      results[i] = { ...data, values: btoa(binary) };
      if (Object.keys(results).length === cases.length) globalThis.results = results;
      worker.terminate();
    };
    worker.postMessage(one);
  }
}
"""


def write_page(folder: Path, cases: list[Case]) -> Path:
    modules = folder / "js"
    shutil.copytree(FOLDER / "engine", modules / "engine")
    (modules / "worker.mjs").write_text(WORKER)
    (modules / "page.mjs").write_text(PAGE)
    script, worker = bundle("page.mjs", modules), bundle("worker.mjs", modules)
    asked = [c.ask() | {"design": base64.b64encode(np.ascontiguousarray(c.values.T).tobytes()).decode()} for c in cases]
    page = folder / "page.html"
    page.write_text(
        f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Engine</title>
<meta http-equiv="Content-Security-Policy" content="{policy([script], [])}">
<script type="application/json" id="data">{json_text(asked)}</script>
<script type="application/json" id="worker">{json_text(worker)}</script>
<script>{script}</script></html>"""
    )
    return page


@pytest.fixture
def cases(tmp_path: Path) -> list[Case]:
    (tmp_path / "staff.mdl").write_text(synthetic_model(2, 2, 2, months=24), encoding="utf-8")
    staff = translate(tmp_path / "staff.mdl")
    bundled = [make_case(n, llr_sd.load_model(n).equations, runs=5) for n in ("gp_supply", "swipe_site")]
    failing = make_case("failing", staff, plant={"sick time": -1.0})
    assert not failing.native.status[1].ok
    return [*bundled, make_case("staff", staff, runs=5), make_case("staff rk4", staff, method="rk4"), failing]


def test_a_browser_gives_the_bits_of_the_native_engine(browser: Any, cases: list[Case], tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(write_page(tmp_path, cases).as_uri())
    results = WebDriverWait(browser, 60).until(lambda b: b.execute_script("return globalThis.results"))
    assert [e for e in browser.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    for case, result in zip(cases, results, strict=True):
        result["values"] = np.frombuffer(base64.b64decode(result["values"]))
        assert difference(case, result) == ""
