"""Settings kept in a page leave it as a study, and `llr-sd run` gives the numbers that were kept with them."""

from __future__ import annotations

import base64
import io
import itertools
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
sys.path.insert(0, str(Path(__file__).parents[1]))
from node_code import node

import llr_sd
from hostile import FILE, STYLE, TEXTS, hostile_study
from llr_sd.exploring.made import page_data
from llr_sd.exploring.subject import subject_of

KEEP = """
import { compile, Machine } from "@/engine/engine.mjs";
import { mergeParts, runsOf, simulate } from "@/engine/ensemble.mjs";
import { numbersOf } from "@/session/kept.mjs";
import { keeping } from "@/session/settings.mjs";
import { Store } from "@/session/store.mjs";
import { studyArchive } from "@/session/study.mjs";

const { page, settings } = data;
const store = new Store(page, null);
const machine = new Machine(await compile(page.engine), page.engine);
for (const { name, moves } of settings) {
  for (const move of moves) store.change(move);
  const { held, ranges, runs } = store.state;
  const ask = { held, ranges, runs };
  const ensemble = mergeParts(page, ask, [simulate(machine, page, ask, 0, runsOf(page, ask))], 0);
  store.change(keeping(page, { ...store.state, name }, numbersOf(page, ensemble)));
}
const result = {
  archive: Buffer.from(studyArchive(page, store.state)).toString("base64"),
  numbers: Object.fromEntries(store.state.saved.map(({ name, numbers }) => [name, numbers])),
};
"""
MIX = """{UTF-8}
a = 0.5 ~ Dmnl ~ Share of work at level a. |
b = 0.3 ~ Dmnl ~ Share of work at level b. |
c = 0.2 ~ Dmnl ~ Share of work at level c. |
pace = 2 ~ 1/Year ~ Pace. |
done = INTEG(pace * (a + 2 * b + 4 * c), 0) ~ Dmnl ~ Work done. |
INITIAL TIME = 0 ~ Year ~ Start. |
FINAL TIME = 2 ~ Year ~ End. |
TIME STEP = 0.5 ~ Year ~ Step. |
SAVEPER = 0.5 ~ Year ~ Interval of saved values. |
"""
MIX_STUDY = """title = "A mix"
model = "mix.mdl"
[[scenario]]
name = "as it is"
[[scenario]]
name = "quicker"
set = { pace = 3 }
[[uncertain.shares]]
of = ["a", "b", "c"]
concentration = 12
[outputs]
done = { variable = "done" }
end = { variable = "done", at = 2 }
[[target]]
name = "much"
output = "end"
at_least = 7
[monte_carlo]
runs = 100
"""
RUNS = 100
NAMES = ('with "quotes"', "back\\slash", "é, ü and 🏥", "[x] = 'y'", "# no comment", "as on screen")


def moves_of(page: dict[str, Any], rng: np.random.Generator, number: int) -> list[dict[str, Any]]:
    """What a hand does before it keeps the next setting: a start, some levers held, and now and then another range."""
    set_somewhere = {name for s in page["scenarios"] for name in s["set"]}
    levers = [i for i in page["inputs"] if not i["whole"] and (i["ends"] == "range" or i["name"] in set_somewhere)]
    moves: list[dict[str, Any]] = [{"kind": "start", "scenario": str(rng.choice([s["name"] for s in page["scenarios"]]))}]
    for lever in rng.choice(np.array(levers, dtype=object), min(3, len(levers)), replace=False):
        value = float(np.clip(float(f"{rng.uniform(lever['low'], lever['high']):.3g}"), lever["low"], lever["high"]))
        moves.append({"kind": "hold", "input": lever["name"], "value": value})
    shares = [i for i in page["inputs"] if i["whole"]]
    if number == 2 and shares:  # the others of its whole go with it
        moves.append({"kind": "hold", "input": shares[0]["name"], "value": 0.5 * shares[0]["value"]})
    drawn = [i for i in levers if i["uncertain"] and i["law"]["kind"] in ("pert", "triangular", "uniform")]
    if number == 7 and drawn:
        law = drawn[0]["law"]
        moves.append(
            {"kind": "range", "input": drawn[0]["name"], "law": {"kind": "uniform", "low": law["low"], "high": law["high"]}}
        )
    if number == 14:
        still = next(i for i in levers if not i["uncertain"] and i["ends"] == "range" and i["value"] > 0)
        law = {"kind": "p10_p90", "low": 0.9 * still["value"], "high": 1.1 * still["value"]}
        moves.append({"kind": "range", "input": still["name"], "law": law})
    return moves


def at_random(page: dict[str, Any], rng: np.random.Generator, settings: int) -> list[dict[str, Any]]:
    """So many settings, the first under names that TOML must escape, the last of those under one that the page gives itself."""
    names = [
        f"{i}: {NAMES[i]}" if i < len(NAMES) - 1 else NAMES[-1] if i == len(NAMES) - 1 else f"setting {i}"
        for i in range(settings)
    ]
    return [{"name": name, "moves": moves_of(page, rng, i)} for i, name in enumerate(names)]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("what", "settings"), [("gp_plan", 20), ("site_rutland", 4)])
def test_settings_of_a_page_run_to_the_numbers_that_were_kept_with_them(what: str, settings: int, tmp_path: Path) -> None:
    rerun(what, settings, tmp_path)


@pytest.mark.usefixtures("undrawn")
def test_a_model_of_ones_own_goes_with_its_settings(staff: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    rerun(str(staff), 5, away)
    assert (away / "results").is_dir()
    assert sorted(p.name for p in away.glob("*/*/staff.mdl"))


LAWS: tuple[dict[str, Any], ...] = (
    {"kind": "pert", "low": 6, "mode": 9, "high": 20},
    {"kind": "triangular", "low": 6, "mode": 6, "high": 20},
    {"kind": "uniform", "low": 0.1, "high": 1 / 3},
    {"kind": "log_uniform", "low": 1e-7, "high": 12},
    {"kind": "truncated_normal", "low": 6, "mode": 12, "high": 18},
    {"kind": "truncated_normal", "low": 6, "mode": 9, "high": 18, "sd": 4},
    {"kind": "normal", "mode": 5, "sd": 4},
    {"kind": "lognormal", "mode": 60, "sd": 0.7},
    {"kind": "beta", "low": 0, "mode": 10, "high": 40, "sd": 4},
    {"kind": "p10_p90", "low": 8, "high": 15},
    {"kind": "p10_p90", "low": 8, "mode": 9, "high": 15},
    {"kind": "discrete", "values": [6, 12, 18], "weights": [1, 2, 1]},
    {"kind": "discrete", "values": [18, 6]},
)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "more", ['design = "latin_hypercube"', '[[correlation]]\nbetween = ["leave_senior", "hiring"]\nrank = -0.6']
)
def test_every_range_that_a_page_can_give_is_the_same_in_a_study(staff: Path, tmp_path: Path, more: str) -> None:
    """Each with what stands in the study already: another design, or a correlation that the input is part of."""
    with (staff / "study.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    away = tmp_path / "away"
    away.mkdir()
    asked = [{"name": f"law {i}", "moves": [{"kind": "range", "input": "hiring", "law": law}]} for i, law in enumerate(LAWS)]
    rerun(str(staff), asked, away)


@pytest.mark.usefixtures("undrawn")
def test_shares_of_a_whole_stay_whole_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "mix.mdl").write_text(MIX, encoding="utf-8")
    (tmp_path / "study.toml").write_text(MIX_STUDY, encoding="utf-8")
    away = tmp_path / "away"
    away.mkdir()
    rerun(str(tmp_path), 4, away)


@pytest.mark.usefixtures("undrawn")
def test_texts_that_try_to_be_something_else_stay_text_on_the_way(tmp_path: Path) -> None:
    study = hostile_study(tmp_path / "hostile")
    model = study.parent / FILE  # results number the elements of a range whose name cannot stand in a folder
    model.write_text(model.read_text(encoding="utf-8").replace(f"Range {STYLE}", "Range"), encoding="utf-8")
    away = tmp_path / "away"
    away.mkdir()
    lever = "rate <img src=x onerror=window.ran=2>"
    names = [text for text in TEXTS if "\u2028" not in text]  # a name is one line
    asked = [{"name": name, "moves": [{"kind": "hold", "input": lever, "value": 7 + i}]} for i, name in enumerate(names)]
    rerun(str(study), asked, away)


def rerun(what: str, settings: int | list[dict[str, Any]], tmp_path: Path) -> None:
    """Keep settings, given or so many at random, in the page of a study, save them as a study, run it, and hold its numbers against those that were kept."""
    page, rng = page_data(subject_of(what)).to_data(), np.random.default_rng(20171031)
    page["study"]["runs"] = RUNS
    asked = settings if isinstance(settings, list) else at_random(page, rng, settings)
    made = node(KEEP, {"page": page, "settings": asked})
    zipfile.ZipFile(io.BytesIO(base64.b64decode(made["archive"]))).extractall(tmp_path)
    compared = 0
    for folder in sorted(tmp_path.iterdir()):
        result = llr_sd.run_study(llr_sd.load_study(folder), out=tmp_path / "results" / folder.name, verify=0)
        for scenario in result.study.scenario:
            if scenario.name in made["numbers"]:
                same_numbers(page, result, scenario.name, made["numbers"][scenario.name])
                compared += 1
    assert compared == len(asked)


def same_numbers(page: dict[str, Any], result: llr_sd.StudyResult, scenario: str, kept: list[dict[str, Any]]) -> None:
    """Hold what the page kept of a setting against the tables of the results."""
    summary = result.summary[result.summary["scenario"] == scenario]
    targets = result.targets[result.targets["scenario"] == scenario].set_index("target")
    elements = {
        o["name"]: dict(zip(labels_of(o["axes"], "labels", ", "), labels_of(o["axes"], "elements", ","), strict=True))
        for o in page["outputs"]
    }
    for row in kept:
        where = f"{scenario}, {row}"
        if row["statistic"].startswith("chance of "):
            told = targets.loc[row["statistic"].removeprefix("chance of ")]
            # Where nothing varies one run says it all in the page, and each of the study's runs says it again.
            assert row["value"] == pytest.approx(told["probability"], rel=1e-12), where
            if row["runs"] > 1:
                assert (row["met"], row["runs"], row["lost"]) == (told["met"], told["runs"], told["lost"]), where
                assert (row["low"], row["high"]) == pytest.approx((told["low"], told["high"]), rel=1e-12), where
            continue
        found = summary[(summary["output"] == row["output"]) & (summary["statistic"] == row["statistic"])]
        found = found[found["element"] == elements[row["output"]][row["element"]]]
        if row["time"] is not None:
            found = found[np.isclose(found["time"], row["time"], rtol=0, atol=1e-9)]
        assert len(found) == 1, where
        assert row["value"] == pytest.approx(found["value"].item(), rel=1e-9, abs=1e-9), where


def labels_of(axes: list[dict[str, Any]], key: str, between: str) -> list[str]:
    """What the elements of an output are called, last axis fastest."""
    return [between.join(names) for names in itertools.product(*(axis[key] for axis in axes))]
