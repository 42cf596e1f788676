"""What a workshop changes leaves its page as a study, and `llr-sd run` gives every number that its screens read."""

from __future__ import annotations

import base64
import io
import itertools
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from node_code import node

import llr_sd
from llr_sd.workshop.made import workshop_data
from llr_sd.workshop.site import site_of

RUNS = 80
"""Enough for all statistics."""
TIMES = (2017.75, 2020.25, 2030.75)
SHIFT = {"urgent": 300, "planned_ltc": 1200, "coordination": 800, "prevention": 50, "admin": 150}
"""Hours of care a year that come from hospital."""
HELD = {
    **{f"shifted_hours_{name}": hours for name, hours in SHIFT.items()},
    **{"shift_start": 1, "shift_funded": 0.5, "lent_wte_enhanced": 2, "lent_wte_core": 0.5, "team_wte": 20, "hiring_scale": 0.5},
}
WAY = ("cost_of_bar", "heads_of_bar", "bars_for_llr", "staff_cost", "training_cost", "release", "hard_to_hire", "level_closure")
BEYOND = ("shift_wte", "patients_found", "patients_cared_for", "team_coverage")
SPREADS = """
import { compile, Machine } from "@/engine/engine.mjs";
import { mergeParts, runsOf, simulate } from "@/engine/ensemble.mjs";
import { Store } from "@/session/store.mjs";
import { studyArchive } from "@/session/study.mjs";
import { spread } from "@/workshop/kit.mjs";
import { WORKSHOP } from "@/workshop/moves.mjs";

const { page, values, asked } = data;
const store = new Store(page, null, WORKSHOP);
store.change({ kind: "hold", values });
const { held, ranges, runs } = store.state;
const ask = { held, ranges, runs };
const machine = new Machine(await compile(page.engine), page.engine);
const now = mergeParts(page, ask, [simulate(machine, page, ask, 0, runsOf(page, ask))], 0);
const result = {
  archive: Buffer.from(studyArchive(page, store.state)).toString("base64"),
  spreads: asked.map(({ output, where }) => spread({ now }, output, where)),
};
"""
AXES = {"Bar": "bar", "Skill": "level", "Seg": "segment", "Fun": "function", "Age": "age", "Path": "path"}


@pytest.mark.usefixtures("undrawn")
def test_every_number_of_a_workshop_is_that_of_its_study(tmp_path: Path) -> None:
    page = workshop_data(site_of("rutland"), None, lambda said: None)
    page["study"]["runs"] = RUNS
    asked = [
        {"output": output["name"], "where": dict(zip((AXES[a["name"]] for a in output["axes"]), cell, strict=True)) | time}
        for output in page["outputs"]
        for cell in itertools.product(*(axis["elements"] for axis in output["axes"]))
        for time in ([{}] if output["at"] is not None or output["expression"] else [{"time": t} for t in TIMES])
    ]
    assert {*WAY, *BEYOND} <= {ask["output"] for ask in asked}
    made = node(SPREADS, {"page": page, "values": HELD, "asked": asked})
    zipfile.ZipFile(io.BytesIO(base64.b64decode(made["archive"]))).extractall(tmp_path / "away")
    (folder,) = (tmp_path / "away").iterdir()
    told_of: dict[str, list[dict[str, float]]] = {}
    result = llr_sd.run_study(llr_sd.load_study(folder), out=tmp_path / "results", verify=0)
    found = {
        (row.output, row.element, str(row.statistic), None if pd.isna(row.time) else float(row.time)): row.value
        for row in result.summary.itertuples()
    }
    fixed = {output["name"]: output["at"] for output in page["outputs"]}
    for ask, told in zip(asked, made["spreads"], strict=True):
        time = ask["where"].pop("time", fixed[ask["output"]])
        cell = ",".join(ask["where"].values())
        for name, statistic in (("low", "p05"), ("middle", "p50"), ("high", "p95")):
            theirs = found[ask["output"], cell, statistic, time]
            assert told[name] == pytest.approx(theirs, rel=1e-9, abs=1e-9), f"{ask}, {statistic}"
        told_of.setdefault(ask["output"], []).append(told)
    for name in (*WAY, *BEYOND):
        assert any(told["middle"] > 0 for told in told_of[name]), f"{name} says nothing"
