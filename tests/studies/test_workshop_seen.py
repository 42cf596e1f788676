"""The three bars as a room sees them: to the last digit those of `llr-sd run` on the study that leaves the page, and bar 1 the staff entered."""

from __future__ import annotations

import base64
import io
import sys
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from node_code import node

import llr_sd
from llr_sd.workshop.made import workshop_data
from llr_sd.workshop.site import site_of

RUNS = 80
LEVELS = ("autonomous", "enhanced", "core", "foundation")
RUTLAND = (21.27, 3.27, 9.47, 62.29)
"""Bar 1 of the illustrative site: its table by the mapping of staff groups to levels."""
SEEN = """
import { compile, Machine } from "@/engine/engine.mjs";
import { mergeParts, runsOf, simulate } from "@/engine/ensemble.mjs";
import { barsFacts, barsSpec, signedWords } from "@/first/bars_facts.mjs";
import { openingRows } from "@/first/staff_moves.mjs";
import { fixed } from "@/charts/numbers.mjs";
import { Store } from "@/session/store.mjs";
import { studyArchive } from "@/session/study.mjs";
import { WORKSHOP } from "@/workshop/moves.mjs";
import { valueIn } from "@/workshop/room.mjs";

const { page: d, moves } = data;
const store = new Store(d, null, WORKSHOP);
const value = (name) => valueIn(d, d.inputs.find((i) => i.name === name), store.state);
const opening = openingRows(d, value);
for (const move of moves) store.change(move.kind === "staff" ? { ...move, rows: [...opening, ...move.rows] } : move);
const { held, ranges, runs } = store.state;
const ask = { held, ranges, runs };
const machine = new Machine(await compile(d.engine), d.engine);
const now = mergeParts(d, ask, [simulate(machine, d, ask, 0, runsOf(d, ask))], 0);
const facts = barsFacts({ data: d, now, words: d.workshop.words, value });
const shown = (part) => [part.value, part.low, part.high].map((v) => (v === null ? null : fixed(v, 1)));
const result = {
  archive: Buffer.from(studyArchive(d, store.state)).toString("base64"),
  bars: barsSpec(facts).bars.map(({ parts, total }) => [...parts, total].map(shown)),
  gap: facts.gap.map(({ wte, heads }) => [signedWords(wte), signedWords(heads, 0)]),
  staff: (store.state.room.staff ?? opening).map(({ level, wte }) => [level, wte]),
  first: facts.bars[0].levels.map(({ middle }) => middle),
};
"""


@cache
def page() -> dict[str, Any]:
    data = workshop_data(site_of("rutland"), None, lambda said: None)
    return {**data, "study": {**data["study"], "runs": RUNS}}


def seen(moves: Sequence[dict[str, Any]]) -> Any:
    return node(SEEN, {"page": page(), "moves": list(moves)})


def written(value: float, places: int = 1, *, signed: bool = False) -> str:
    text = f"{abs(value):,.{places}f}"
    none = not any(digit in text for digit in "123456789")
    return text if none else ("−" if value < 0 else "+" if signed else "") + text


@pytest.mark.usefixtures("undrawn")
def test_bars_and_gap_on_screen_are_those_of_the_study_to_the_last_digit(tmp_path: Path) -> None:
    frail = [
        {"kind": "hold", "input": "segment_growth_frail", "value": 0.05},
        {"kind": "hold", "input": "sub_ratio", "value": 0.3},
    ]
    made = seen(frail)
    zipfile.ZipFile(io.BytesIO(base64.b64decode(made["archive"]))).extractall(tmp_path / "away")
    (folder,) = (tmp_path / "away").iterdir()
    result = llr_sd.run_study(llr_sd.load_study(folder), out=tmp_path / "results", verify=0)
    found = {(r.output, r.element, str(r.statistic)): float(r.value) for r in result.summary.itertuples()}
    for n, (bar, column) in enumerate(zip(("b1", "b2", "b3"), made["bars"], strict=True), 1):
        cells = [(f"bar_{n}", level) for level in LEVELS] + [("bar_total", bar)]
        for cell, texts in zip(cells, column, strict=True):
            theirs = [written(found[(*cell, statistic)]) for statistic in ("p50", "p05", "p95")]
            assert texts == ([theirs[0], None, None] if theirs[1] == theirs[2] else theirs), cell
    runs = {name: np.asarray(result.runs[name]).reshape(RUNS, -1) for name in ("bar_1", "bar_3", "heads_of_bar")}
    heads = runs["heads_of_bar"].reshape(RUNS, -1, len(LEVELS))
    for number, (wte, people) in enumerate(made["gap"]):
        more = runs["bar_3"][:, number] - runs["bar_1"][:, number]
        assert wte["value"] == written(float(np.median(more)), signed=True)
        assert people["value"] == written(float(np.median(heads[:, 2, number] - heads[:, 0, number])), 0, signed=True)
    assert [texts[1] is None for texts in made["bars"][0]] == [True] * 5  # nothing varies in the staff entered
    assert any(texts[1] is not None for texts in made["bars"][2])


def test_bar_1_is_the_staff_entered() -> None:
    as_it_is = seen([])
    assert as_it_is["first"] == pytest.approx(RUTLAND, abs=0.005)
    more = seen(
        [
            {
                "kind": "staff",
                "rows": [
                    {"role": "Paramedic", "group": "other_clinical", "level": "enhanced", "wte": 1.4, "heads": 2, "lent": False}
                ],
            }
        ]
    )
    for told in (as_it_is, more):
        assert told["first"] == pytest.approx(
            [sum(wte for at, wte in told["staff"] if at == level) for level in LEVELS], rel=1e-9
        )
    assert np.subtract(more["first"], as_it_is["first"]) == pytest.approx([0, 1.4, 0, 0], abs=1e-6)
