"""A room as the screens of a workshop know it, run in Node from a test of Python: its page after some moves, with all runs there."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from node_code import node

from llr_sd.workshop import made
from llr_sd.workshop.site import site_of

RUNS = 100
_STAND = {
    "scale": "Staff",
    "means": "",
    "date": 2022.75,
    "chances": [1, 1, 0.6, 0.2, 0],
    "runs": 8,
    "illustrative": True,
    "ties": [],
}
RATINGS: dict[str, Any] = {
    "title": "Two risks",
    "likelihoods": list("abcde"),
    "bands": [[0, 0.1], [0.1, 0.3], [0.3, 0.5], [0.5, 0.8], [0.8, 1]],
    "consequences": list("vwxyz"),
    "scores": [[row * column for column in range(1, 6)] for row in range(1, 6)],
    "levels": [["low"] * 5] * 5,
    "agreement": [[1, 6], [8, 12], [15, 25]],
    "risks": [
        {
            "id": f"R00{n}",
            "title": title,
            "wording": "",
            "likelihood": 4,
            "consequence": 4,
            "lost": "",
            "stands": [{**_STAND, "likelihood": [4, 3, 5], "consequence": [3, 3, 3], "score": [12, 9, 15]}],
        }
        for n, title in enumerate(("GPs leave", "Nobody trains"), 1)
    ],
    "runs": 8,
    "source": "by hand",
}
"""Of two risks, each 4 x 4 in the log and 4 x 3 by the model."""
_ROOM = """
import { compile, Machine } from "@/engine/engine.mjs";
import { mergeParts, runsOf, simulate } from "@/engine/ensemble.mjs";
import { Store } from "@/session/store.mjs";
import { Behind } from "@/workshop/behind.mjs";
import { WORKSHOP } from "@/workshop/moves.mjs";
import { roomOf } from "@/workshop/room.mjs";
IMPORTS
const store = new Store(data.page, null, WORKSHOP);
for (const move of data.moves) store.change(move);
const { held, ranges, runs } = store.state;
const ask = { held, ranges, runs };
const machine = new Machine(await compile(data.page.engine), data.page.engine);
const now = mergeParts(data.page, ask, [simulate(machine, data.page, ask, 0, runsOf(data.page, ask))], 0);
const asking = { get state() { return store.state; }, now, current: true, coarse: false, start: null, same: false, settle() {} };
const page = roomOf(data.page, { store, asking, live: null, workerText: null });
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
"""


@cache
def _data() -> dict[str, Any]:
    """Return the data of a page without what takes the longest: first runs, and ratings but by hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llr_sd.exploring.made.first_look", lambda prepared, engine: [])
        patch.setattr(made, "ratings_of", lambda folder, progress: SimpleNamespace(to_data=lambda: RATINGS))
        return made.workshop_data(site_of("rutland"), None, lambda said: None)


def site_data() -> dict[str, Any]:
    """Return the data of the page of the Rutland site, of few runs."""
    data = _data()
    return {**data, "study": {**data["study"], "runs": RUNS}}


def in_room(imports: str, script: str, moves: list[dict[str, Any]], behind: dict[str, Any] | None = None) -> Any:
    """Return `result` of a script that has the `page` of a room, its `store` and `base64` of bytes.

    Parameters
    ----------
    imports
        Of the modules that the script needs.
    script
        What it does.
    moves
        That the room has made.
    behind
        Data of the models behind, by name.
    """
    page = site_data()
    page = {**page, "workshop": {**page["workshop"], "behind": behind or {}}}
    return node(_ROOM.replace("IMPORTS", imports) + script, {"page": page, "moves": moves})
