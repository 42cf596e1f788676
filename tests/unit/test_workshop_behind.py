"""The models behind the workshop: their numbers are those of `llr-sd run` on the study that goes with them, and the workshop's beliefs reach both."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from node_code import node

import llr_sd
from llr_sd.errors import InputError
from llr_sd.exploring.made import page_data
from llr_sd.exploring.subject import subject_of
from llr_sd.model import load_model
from llr_sd.workshop.behind import MODELS, behind_pages
from llr_sd.workshop.words import file_of_words, read_words

LAW = {"kind": "pert", "low": 0.1, "mode": 0.2, "high": 0.3}
ASKED: dict[str, dict[str, Any]] = {
    "system": {"scenario": "A tenth", "held": {"fund_follow": 1, "double_running": 1}},
    "supply": {"scenario": "No schemes", "held": {}},
}
SCRIPT = """
import { Behind } from "@/workshop/behind.mjs";
import { studiesOf } from "@/session/study.mjs";
import { lawOf, inputOf } from "@/session/checks.mjs";
import { quantile } from "@/draws/statistics.mjs";
const { behind: page, site, setting, law } = data;
const behind = new Behind(page, null, site);
const state = { held: {}, ranges: { sub_ratio: lawOf(site, inputOf(site, "sub_ratio"), law) } };
const ensemble = await new Promise((resolve, reject) => behind.ask(setting, state, (e, whole) => whole && resolve(e), (text) => reject(new Error(text))));
const dated = [...ensemble.outputs].filter(([, o]) => !o.times);
const spread = (o) => Array.from({ length: o.elements.length || 1 }, (_, at) => {
  const width = o.elements.length || 1;
  const found = Float64Array.from({ length: o.values.length / width }, (_, run) => o.values[run * width + at]).filter(Number.isFinite).sort();
  return [0.05, 0.5, 0.95].map((p) => quantile(found, p));
});
const result = {
  numbers: Object.fromEntries(dated.map(([name, o]) => [name, spread(o)])),
  files: studiesOf(page, behind.state(setting, state))[0],
  runs: ensemble.runs,
};
"""


@cache
def pages() -> dict[str, Any]:
    return behind_pages()


@cache
def site() -> dict[str, Any]:
    return page_data(subject_of("site_rutland")).to_data()


def few(page: dict[str, Any], runs: int) -> dict[str, Any]:
    keys = {**page["study"]["keys"], "monte_carlo": {"runs": runs, "design": page["study"]["design"]}}
    return {**page, "study": {**page["study"], "runs": runs, "keys": keys}}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", ["supply", pytest.param("system", marks=pytest.mark.slow)])
def test_the_numbers_are_those_of_llr_sd_run(name: str, tmp_path: Path) -> None:
    runs = 120
    given = {"behind": few(pages()[name], runs), "site": site(), "setting": ASKED[name], "law": LAW}
    found = node(SCRIPT, given)
    assert found["runs"] == runs
    for place, text in found["files"]["files"]:
        (tmp_path / place).write_text(text, encoding="utf-8")
    study = llr_sd.load_study(tmp_path)
    assert study.uncertain.override["sub_ratio"].high == LAW["high"]
    table = llr_sd.run_study(study, out=tmp_path / "results").tables["summary"]
    [scenario] = found["files"]["names"]
    rows = table[(table["scenario"] == scenario) & table["statistic"].isin(["p05", "p50", "p95"])]
    compared = 0
    for output, spreads in found["numbers"].items():
        own = rows[rows["output"] == output]
        theirs = np.array([own[own["statistic"] == s]["value"] for s in ("p05", "p50", "p95")], dtype=float).T
        np.testing.assert_allclose(spreads, theirs, rtol=1e-9, atol=1e-9, err_msg=output)
        compared += len(spreads)
    assert compared >= (23 if name == "system" else 7)


@pytest.mark.parametrize("name", MODELS)
def test_the_workshops_substitution_ratio_is_that_of_the_model(name: str) -> None:
    script = SCRIPT.split("const ensemble")[0] + (
        "const held = behind.state({}, { held: { sub_ratio: 0.1 }, ranges: {} }).held;"
        "const result = { held, drawn: behind.state({}, state).ranges, told: behind.carried(state).told };"
    )
    found = node(script, {"behind": pages()[name], "site": site(), "setting": {}, "law": LAW})
    assert found["held"]["sub_ratio"] == 0.1
    assert found["drawn"]["sub_ratio"]["high"] == LAW["high"]
    [told] = found["told"]
    assert (told["input"], told["law"]["mode"]) == ("sub_ratio", LAW["mode"])


def test_more_substitution_is_worth_more_gps_and_no_more_gps_are_counted() -> None:
    """A held ratio moves equivalents, which are no GPs; at a ratio of nought they are the time that supervision takes."""
    script = SCRIPT.replace('ranges: { sub_ratio: lawOf(site, inputOf(site, "sub_ratio"), law) }', "ranges: {}").replace(
        "const state = { held: {},", "const state = { held: { sub_ratio: data.ratio },"
    )
    given = {"behind": few(pages()["supply"], 120), "site": site(), "setting": {}, "law": LAW}
    low, high = (node(script, given | {"ratio": ratio})["numbers"] for ratio in (0.05, 0.55))
    assert high["equivalents_then"][0][1] > low["equivalents_then"][0][1] + 10
    assert abs(high["gp_then"][0][1] - low["gp_then"][0][1]) < 15


def test_the_data_are_small() -> None:
    assert len(json.dumps(pages())) < 1_500_000
    assert all(page["equations"] == [] for page in pages().values())


def test_a_card_that_sets_what_a_model_behind_does_not_have_is_refused(tmp_path: Path) -> None:
    names = {model: [i["name"] for i in page["inputs"]] for model, page in pages().items()}
    file, equations, inputs = file_of_words(), load_model("swipe_site").equations, [i["name"] for i in site()["inputs"]]
    cards = read_words(equations, inputs, behind=names).card
    acting = {card.name: set(card.behind) for card in cards if card.behind}
    assert acting["supervisors_leave"] == {"system", "supply"}
    planted = tmp_path / "workshop.toml"
    for old, new, key in (("supply = { gp_quit", "supply = { gp_quit_5", "behind > supply"), ("supply = {", "sup = {", "behind")):
        planted.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        with pytest.raises(InputError, match=key):
            read_words(equations, inputs, planted, names)


@pytest.mark.parametrize("name", MODELS)
def test_what_cards_set_can_be_run(name: str) -> None:
    script = 'import { problemsOf } from "@/engine/asks.mjs";\n' + (
        "const result = data.cards.map((held) => problemsOf(data.behind, { held, ranges: {} }));"
    )
    names = {model: [i["name"] for i in page["inputs"]] for model, page in pages().items()}
    words = read_words(load_model("swipe_site").equations, [i["name"] for i in site()["inputs"]], behind=names)
    cards = [dict(card.behind[name]) for card in words.card if name in card.behind]
    assert cards
    assert node(script, {"behind": pages()[name], "cards": cards}) == [[] for _ in cards]
