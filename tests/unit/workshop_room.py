"""A room as the screens of a workshop know it, run in Node from a test of Python: its page after some moves, with all runs there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from node_code import node

from llr_sd.workshop import made
from llr_sd.workshop.ratings import ratings_of
from llr_sd.workshop.site import site_of

RUNS = 100
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
def _data(site: str) -> dict[str, Any]:
    """Return the data of a page without a first run and with few runs behind the ratings, which take the longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llr_sd.exploring.made.first_look", lambda prepared, engine: [])
        patch.setattr(made, "ratings_of", lambda folder, progress: ratings_of(folder, 8))
        return made.workshop_data(site_of(site), None, lambda said: None)


def site_data(site: str | Path = "rutland") -> dict[str, Any]:
    """Return the data of the page of a site, of few runs."""
    data = _data(str(site))
    return {**data, "study": {**data["study"], "runs": RUNS}}


def in_room(imports: str, script: str, moves: list[dict[str, Any]], site: str | Path = "rutland") -> Any:
    """Return `result` of a script that has the `page` of a room, its `store` and `base64` of bytes.

    Parameters
    ----------
    imports
        Of the modules that the script needs.
    script
        What it does.
    moves
        That the room has made.
    site
        Of the workshop.
    """
    return node(_ROOM.replace("IMPORTS", imports) + script, {"page": site_data(site), "moves": moves})
