"""What leaves a workshop as study folders gives, by `llr-sd run`, the numbers that the room saw: of its setting, of its start and of a card."""

from __future__ import annotations

import base64
import io
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from workshop_room import in_room

import llr_sd

LEVELS = ("autonomous", "enhanced", "core", "foundation")
MOVES = [
    {"kind": "hold", "values": {"segment_weight_a85p_frail": 0.45, "segment_weight_a85p_complex": 0.2}, "screen": "people"},
    {"kind": "opinion", "input": "sub_ratio", "value": 0.2, "who": "GP", "reason": "", "screen": "challenge"},
    {"kind": "opinion", "input": "sub_ratio", "value": 0.4, "who": "Nurse", "reason": "", "screen": "challenge"},
    {"kind": "settleOpinions", "input": "sub_ratio", "screen": "challenge"},
    {"kind": "card", "card": "shift_unfunded", "verdict": "holds", "who": "GP", "reason": "", "screen": "challenge"},
]
IMPORTS = """
import { foldersArchive, foldersOf } from "@/away/folders.mjs";
import { askOf, settingOf } from "@/second/cards.mjs";
import { spread } from "@/workshop/kit.mjs";
"""
SCRIPT = """
const folders = foldersOf(page.data, page.state, [], "", (card) => settingOf(page, card));
const runsUnder = (ask) => mergeParts(page.data, ask, [simulate(machine, page.data, ask, 0, runsOf(page.data, ask))], 0);
const card = page.cards.find(({ name }) => name === "shift_unfunded");
const start = { held: page.data.scenarios[0].set, ranges: {}, runs: page.state.runs };
const settings = { "As the room has it": now, "As entered": runsUnder(start), [card.title]: runsUnder(askOf(page.state, settingOf(page, card))) };
const cells = data.levels.flatMap((level) => [["bar_3", { level }], ["staff", { level, time: 2025.75 }]]);
const result = {
  archive: base64(foldersArchive(folders)),
  told: Object.entries(settings).map(([name, of]) => [name, cells.map(([output, where]) => [output, where.level, spread(page, output, where, of)])]),
};
"""


@pytest.mark.usefixtures("undrawn")
def test_the_numbers_of_the_room_its_start_and_a_card_are_those_of_the_command_line(tmp_path: Path) -> None:
    made = in_room(IMPORTS, SCRIPT.replace("data.levels", str(list(LEVELS))), MOVES)
    zipfile.ZipFile(io.BytesIO(base64.b64decode(made["archive"]))).extractall(tmp_path / "away")
    found: dict[tuple[str, str, str, str], float] = {}
    for folder in sorted((tmp_path / "away").iterdir()):
        result = llr_sd.run_study(llr_sd.load_study(folder), out=tmp_path / "results" / folder.name, verify=0)
        rows = result.summary[(result.summary["output"] == "bar_3") | (result.summary["time"] == 2025.75)]
        found |= {(r.scenario, r.output, r.element, str(r.statistic)): r.value for r in rows.itertuples()}
    assert len(made["told"]) == 3
    for scenario, cells in made["told"]:
        for output, level, told in cells:
            for name, statistic in (("low", "p05"), ("middle", "p50"), ("high", "p95")):
                theirs = found[scenario, output, level, statistic]
                assert told[name] == pytest.approx(theirs, rel=1e-9), (scenario, output, level, statistic)
    staff = [[told["middle"] for output, _, told in cells if output == "staff"] for _, cells in made["told"]]
    assert staff[0] != staff[1], "the room's setting is another than its start"
    assert staff[0] != staff[2], "the card changes something"
