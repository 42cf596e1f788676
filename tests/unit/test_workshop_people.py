"""The first questions of the workshop, all the way from a move to the hours of care: frailer people, longer contacts, older lists."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from node_code import node

from llr_sd.errors import InputError
from llr_sd.exploring import made
from llr_sd.workshop.site import site_of
from llr_sd.workshop.words import file_of_words, read_words

ROOT = Path(__file__).parents[2]
LEVELS = ("autonomous", "enhanced", "core", "foundation")
OLDER = ("a65_74", "a75_84", "a85p")
SCRIPT = """
import { WORKSHOP } from "@/workshop/moves.mjs";
import { valueIn } from "@/workshop/room.mjs";
import { columnOf, elementsOf, spread } from "@/workshop/kit.mjs";
import { mergeParts, simulate } from "@/engine/ensemble.mjs";
import { Machine, compile } from "@/engine/engine.mjs";
import { factsOf as peopleOf } from "@/first/people.mjs";
import { factsOf as careOf } from "@/first/care.mjs";
import { agedBands, bandsFacts, segmentSentence } from "@/people/people_facts.mjs";
import { againstSentence } from "@/people/care_facts.mjs";
import { spreadOf } from "@/people/reads.mjs";
import { sumOf, withShare } from "@/people/wholes.mjs";

const { page: told, settings, runs } = data;
const machine = new Machine(await compile(told.engine), told.engine);
const inputs = new Map(told.inputs.map((input) => [input.name, input]));
const begin = WORKSHOP.begin(told);
const [segments, ages] = ["segment", "age"].map((axis) => elementsOf({ data: told }, axis));

/** The values of a setting: held outright, times of what stands there, and a group whose share is multiplied at some ages. */
function valuesOf({ hold = {}, times = {}, group = null }) {
  const stand = (name) => valueIn(told, inputs.get(name), begin);
  const scaled = Object.entries(times).map(([name, by]) => [name, by * stand(name)]);
  const shares = (group?.ages ?? []).flatMap((age) => {
    const names = segments.map((segment) => `segment_weight_${age}_${segment}`);
    const place = segments.indexOf(group.name);
    const moved = withShare(names.map(stand), place, Math.min(1, group.by * stand(names[place])));
    return names.map((name, i) => [name, moved[i]]);
  });
  return Object.fromEntries([...Object.entries(hold), ...scaled, ...shares]);
}

const result = settings.map((setting) => {
  const values = valuesOf(setting);
  const state = Object.keys(values).length ? WORKSHOP.apply(told, begin, { kind: "hold", values, screen: "people" }) : begin;
  const ask = { held: state.held, ranges: state.ranges, runs };
  const now = mergeParts(told, ask, [simulate(machine, told, ask, 0, runs)], 0);
  const page = { data: told, words: told.workshop.words, state, now, input: (name) => inputs.get(name), value: (name) => valueIn(told, inputs.get(name), state) };
  const kinds = elementsOf(page, "function");
  const levels = elementsOf(page, "level");
  const hours = (bar, level) => {
    const parts = kinds.map((kind) => [columnOf(now, "care_hours", { bar, function: kind }), columnOf(now, "shares", { bar, function: kind, level })]);
    return spreadOf(parts[0][0].map((_, run) => parts.reduce((sum, [h, s]) => sum + h[run] * s[run], 0))).middle;
  };
  const people = peopleOf(page);
  const care = careOf(page);
  return {
    failures: now.failures.length,
    journal: state.room.journal.map(({ changes }) => changes.length),
    frail: people.segments.find((s) => s.name === "frail").now.middle,
    said: segmentSentence(people, people.segments.find((s) => s.name === "frail")),
    against: againstSentence(care),
    total: care.hours.now.middle,
    bands: bandsFacts({ list: page.value("list_size"), bands: ages.map((age) => page.value(`site_population_${age}`)) }),
    sums: ages.map((age) => sumOf(segments.map((s) => page.value(`segment_weight_${age}_${s}`)))),
    presets: told.workshop.presets.filter((p) => p.older !== null).map((p) => agedBands(page.value("list_size"), ages.map((a) => page.value(`llr_population_${a}`)), ages, p.older)),
    hours: Object.fromEntries(["b1", "b2", "b3"].map((bar) => [bar, levels.map((level) => hours(bar, level))])),
    bars: Object.fromEntries(["bar_1", "bar_2", "bar_3"].map((bar) => [bar, levels.map((level) => spread(page, bar, { level }).middle)])),
  };
});
"""


@cache
def page() -> dict[str, Any]:
    """The data of Rutland's page without the models behind."""
    subject = site_of("rutland").subject
    look, made.first_look = made.first_look, lambda prepared, engine: ()
    try:
        plain = made.page_data(subject).to_data()
    finally:
        made.first_look = look
    words = read_words(subject.model.equations, [i["name"] for i in plain["inputs"]])
    return plain | {"workshop": {"site": {"name": "rutland", "label": "Rutland", "illustrative": True}, **words.to_data()}}


def seen(*settings: dict[str, Any], runs: int = 64) -> list[dict[str, Any]]:
    """What the room sees at each setting."""
    found: list[dict[str, Any]] = node(SCRIPT, {"page": page(), "settings": settings, "runs": runs})
    assert not any(one["failures"] for one in found)
    return found


def kinds(prefix: str) -> list[str]:
    return [i["name"] for i in page()["inputs"] if i["name"].startswith(prefix)]


def test_more_frail_people_ask_more_of_enhanced_and_core_staff_and_fewer_ask_less() -> None:
    plain, more, fewer = seen({}, *({"group": {"name": "frail", "ages": OLDER, "by": by}} for by in (2.0, 0.5)))
    assert more["frail"] > plain["frail"] > fewer["frail"]
    assert more["journal"] == [15], "one entry of the journal holds all the shares of three ages"
    for bar in ("b1", "b2", "b3"):
        for level in (LEVELS.index("enhanced"), LEVELS.index("core")):
            assert more["hours"][bar][level] > plain["hours"][bar][level] > fewer["hours"][bar][level]
    for bar in ("bar_2", "bar_3"):
        for level in (LEVELS.index("enhanced"), LEVELS.index("core")):
            assert more["bars"][bar][level] > plain["bars"][bar][level] > fewer["bars"][bar][level]
    assert more["bars"]["bar_1"] == plain["bars"]["bar_1"], "who is in post does not change with who needs care"
    assert more["sums"][4:] == fewer["sums"][4:] == [1.0] * 3
    assert "more coordination" in more["against"]
    assert "less coordination" in fewer["against"]


def test_what_is_said_of_the_frail_follows_their_growth() -> None:
    plain, growing, leaving = seen({}, *({"hold": {"segment_growth_frail": by}} for by in (0.05, -0.05)), runs=1)
    assert [one["frail"] for one in (growing, leaving)] == [plain["frail"]] * 2
    assert "more." in plain["said"]
    assert "fewer." in leaving["said"]
    assert plain["said"] != growing["said"]


@pytest.mark.parametrize("prefix", ["minutes_", "contact_rate_"])
def test_what_is_llrs_and_the_sites_alike_moves_the_hours_and_no_bar(prefix: str) -> None:
    held = {i["name"]: i["middle"] for i in page()["inputs"] if i["uncertain"] and not i["name"].startswith(prefix)}
    names = [n for n in kinds(prefix) if n != "minutes_per_hour"]
    one = names[names.index("minutes_coordination")] if prefix == "minutes_" else "contact_rate_a85p"
    plain, alike, single = seen(
        {"hold": held, "times": dict.fromkeys(names, 1.0)},
        {"hold": held, "times": dict.fromkeys(names, 1.1)},
        {"hold": held, "times": {**dict.fromkeys(names, 1.0), one: 1.1}},
        runs=1,
    )
    assert alike["total"] == pytest.approx(1.1 * plain["total"], rel=1e-12)
    for bar in ("bar_1", "bar_2", "bar_3"):
        assert alike["bars"][bar] == pytest.approx(plain["bars"][bar], rel=1e-9)
    assert single["bars"]["bar_2"] != pytest.approx(plain["bars"]["bar_2"], rel=1e-4), "how they differ counts"


def test_what_the_people_of_the_list_take_moves_the_bars() -> None:
    held = {i["name"]: i["middle"] for i in page()["inputs"] if i["uncertain"]}
    needs = kinds("segment_need_")
    plain, more = seen({"hold": held}, {"hold": held, "times": dict.fromkeys(needs, 1.1)}, runs=1)
    assert all(after > before for after, before in zip(more["bars"]["bar_2"], plain["bars"]["bar_2"], strict=True))


def test_the_lists_on_offer_are_those_of_the_study_and_of_the_table() -> None:
    study = tomllib.loads((ROOT / "experiments" / "site_rutland" / "study.toml").read_text(encoding="utf-8"))
    older = next(s for s in study["scenario"] if s["name"] == "Older patients")["set"]
    (plain,) = seen({}, runs=1)
    aged, alike = plain["presets"]
    assert sum(aged) == sum(alike) == 36000
    assert sum(aged[4:]) == 0.239 * 36000
    assert aged == pytest.approx(list(older.values()), abs=1), "the study rounds one person to the other side of 65"
    assert alike == [2072, 4367, 14033, 9044, 3559, 2073, 852]
    assert plain["bands"]["same"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("older = 0.239", "older = 23.9", '"preset > 1 > older": 23.9 is no share.'),
        ("segment_growth_frail = 0.05", "segment_growth_frial = 0.05", '"preset > 3 > set": there is no "segment_growth_frial".'),
        ('one = "a frail person"', "", '"segments > frail > one" is missing.'),
        ('name = "As old as LLR"', 'name = "Older than LLR"', '"preset": "Older than LLR" is there twice.'),
    ],
)
def test_a_fault_in_the_lists_on_offer_is_named_by_its_key(old: str, new: str, fault: str, tmp_path: Path) -> None:
    text = file_of_words().read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "workshop.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_words(site_of("rutland").subject.model.equations, [i["name"] for i in page()["inputs"]], file)
    assert fault in str(error.value)
