"""Challenge cards, and ranges of what a room said: the page's numbers are those of `llr-sd run` of the study that leaves it."""

from __future__ import annotations

import base64
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from node_code import node

import llr_sd
from llr_sd.errors import InputError
from llr_sd.exploring.made import page_data
from llr_sd.workshop.site import site_of
from llr_sd.workshop.words import file_of_words, read_words

RUNS = 100
SAID = {"sub_ratio": (0.02, 0.9, 0.1), "list_size": (35000, 37000)}
CHALLENGE = """
import { compile, Machine } from "@/engine/engine.mjs";
import { mergeParts, runsOf, simulate } from "@/engine/ensemble.mjs";
import { askOf, settingOf } from "@/second/cards.mjs";
import { keeping } from "@/session/settings.mjs";
import { Store } from "@/session/store.mjs";
import { studyArchive } from "@/session/study.mjs";
import { elementsOf, spread } from "@/workshop/kit.mjs";
import { WORKSHOP } from "@/workshop/moves.mjs";
import { valueIn } from "@/workshop/room.mjs";

const { page: all, runs, said } = data;
const machine = new Machine(await compile(all.engine), all.engine);
const asked = (ask) => mergeParts(all, ask, [simulate(machine, all, ask, 0, runsOf(all, ask))], 0);
const store = new Store(all, null, WORKSHOP);
store.change({ kind: "runs", runs });
const { held, ranges } = store.state;
const page = { data: all, state: store.state, now: asked({ held, ranges, runs }), input: (name) => all.inputs.find((one) => one.name === name) };
page.value = (name) => valueIn(all, page.input(name), page.state);
const numbers = {};
function tell(name, ensemble) {
  const levels = elementsOf(page, "level");
  const one = (output, where) => Object.values(spread(page, output, where, ensemble)).slice(0, 3);
  numbers[name] = {
    ...Object.fromEntries(["bar_1", "bar_2", "bar_3"].flatMap((bar) => levels.map((level) => [`${bar} ${level}`, one(bar, { level })]))),
    ...Object.fromEntries(levels.map((level) => [`staff ${level}`, one("staff", { level })])),
    workload: one("workload", {}), closure: one("closure", {}),
  };
}
const settings = {};
for (const card of all.workshop.cards) {
  settings[card.name] = settingOf(page, card);
  const ask = askOf(page.state, settings[card.name]);
  tell(card.title, asked(ask));
  store.change({ kind: "hold", values: settings[card.name] });
  store.change(keeping(all, { ...store.state, name: card.title }, []));
  store.change({ kind: "back" });
  store.change({ kind: "runs", runs });
}
for (const [input, values] of Object.entries(said)) {
  for (const value of values) store.change({ kind: "opinion", input, value, who: "GP", reason: "" });
  store.change({ kind: "settleOpinions", input });
}
tell("As on screen", asked({ held: store.state.held, ranges: store.state.ranges, runs }));
tell("As entered", page.now);
const result = { archive: Buffer.from(studyArchive(all, store.state)).toString("base64"), numbers, settings };
"""


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    site = site_of("rutland")
    data = page_data(site.subject).to_data()
    words = read_words(site.subject.model.equations, [i["name"] for i in data["inputs"]])
    return {**data, "workshop": {"site": {"name": site.name}, **words.to_data(), "ratings": None, "behind": {}}}


@pytest.fixture(scope="module")
def challenged(page: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = node(CHALLENGE, {"page": page, "runs": RUNS, "said": SAID})
    return found


@pytest.mark.usefixtures("undrawn")
def test_cards_and_what_was_said_have_the_numbers_of_the_study_that_leaves_the_page(
    page: dict[str, Any], challenged: dict[str, Any], tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(challenged["archive"]))) as archive:
        archive.extractall(tmp_path)
    folders = sorted(p.parent for p in tmp_path.glob("*/study.toml"))
    tables = []
    for folder in folders:
        tables.append(llr_sd.run_study(folder, out=tmp_path / f"{folder.name}-results", verify=0).summary)
    summary = pd.concat(tables)
    told = [card["title"] for card in page["workshop"]["cards"]]
    assert len(told) >= 6
    for name in [*told, "As on screen"]:
        rows = summary[summary["scenario"] == name]
        for key, (middle, low, high) in challenged["numbers"][name].items():
            output, _, level = key.partition(" ")
            own = rows[(rows["output"] == output) & (rows["element"] == level)]
            if output in ("staff", "workload"):
                own = own[own["time"] == own["time"].max()]
            values = own.set_index("statistic")["value"]
            got = [values[s] for s in ("p50", "p05", "p95")]
            np.testing.assert_allclose([middle, low, high], got, rtol=1e-9, err_msg=f"{name}: {key}")


def test_what_was_said_is_in_the_study_as_such_and_widens_the_bars(challenged: dict[str, Any], tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(challenged["archive"]))) as archive:
        archive.extractall(tmp_path)
    studies = [llr_sd.load_study(file) for file in sorted(tmp_path.glob("*/study.toml"))]
    over = [s.uncertain.override for s in studies if "sub_ratio" in s.uncertain.override]
    assert len(over) == 1
    ratio, people = over[0]["sub_ratio"], over[0]["list_size"]
    assert (ratio.distribution, ratio.low, ratio.mode, ratio.high) == ("triangular", 0.02, 0.1, 0.9)
    assert (people.low, people.mode, people.high) == (35000, 36000, 37000)
    assert {(o.source, o.grade) for o in (ratio, people)} == {("said in the workshop", "C")}
    width = {name: rows["bar_3 enhanced"][2] - rows["bar_3 enhanced"][1] for name, rows in challenged["numbers"].items()}
    assert width["As on screen"] > 1.2 * width["As entered"]


def test_every_card_changes_what_it_is_about(challenged: dict[str, Any], page: dict[str, Any]) -> None:
    entered = challenged["numbers"]["As entered"]
    title = {card["name"]: card["title"] for card in page["workshop"]["cards"]}

    def middle(card: str, key: str) -> float:
        return float(challenged["numbers"][title[card]][key][0])

    assert middle("a_tenth_of_a_gp", "bar_3 enhanced") > entered["bar_3 enhanced"][0]
    assert middle("supervisors_leave", "staff autonomous") < entered["staff autonomous"][0]
    assert middle("nobody_hired", "staff foundation") < entered["staff foundation"][0]
    assert middle("shift_unfunded", "workload") > entered["workload"][0]
    assert middle("little_can_pass", "bar_3 autonomous") > entered["bar_3 autonomous"][0]
    assert middle("each_patient_needs_more", "workload") > entered["workload"][0]
    assert middle("trainees_stop", "staff enhanced") < entered["staff enhanced"][0]
    for card in title:
        assert challenged["numbers"][title[card]]["bar_1 foundation"][0] == pytest.approx(entered["bar_1 foundation"][0])


def test_work_from_hospital_is_what_the_system_model_brings_to_practices(
    page: dict[str, Any], challenged: dict[str, Any]
) -> None:
    card = next(c for c in page["workshop"]["cards"] if c["name"] == "shift_unfunded")
    functions = dict(zip(("urgent", "planned_ltc", "coordination", "prevention", "admin"), range(5), strict=True))
    found = llr_sd.load_model("llr_system").run(
        {"ls_target": 0.05}, outputs=["moved practice hours", "opening hours"], times=[2017.75, 2025.75]
    )
    moved = found.dataset["moved practice hours"].sel(time=2025.75).values.ravel()
    today = found.dataset["opening hours"].sel(time=2017.75).values.ravel()
    for name, at in functions.items():
        assert card["shift"][name] == pytest.approx(moved[at] / today[at], abs=0.0005)
        hours = challenged["settings"]["shift_unfunded"][f"shifted_hours_{name}"]
        assert hours == round(hours) > 0
    assert challenged["settings"]["shift_unfunded"]["shift_funded"] == 0


def test_a_card_that_moves_care_of_a_function_that_there_is_not_is_refused(tmp_path: Path) -> None:
    planted = tmp_path / "workshop.toml"
    planted.write_text(file_of_words().read_text(encoding="utf-8").replace("urgent = 0.038", "urgnt = 0.038"), encoding="utf-8")
    site = site_of("rutland")
    inputs = [i["name"] for i in page_data(site.subject).to_data()["inputs"]]
    with pytest.raises(InputError, match=r"card > 4 > shift.*urgnt") as refused:
        read_words(site.subject.model.equations, inputs, planted)
    assert refused.value.mend == 'Did you mean "urgent"?'
