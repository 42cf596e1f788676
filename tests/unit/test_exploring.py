"""From a name to a page: the page says what the study says, and what cannot be a page is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from test_page_assemble import elements

import llr_sd
from hostile import FILE, SCRIPT, TEXTS, hostile_study
from llr_sd import bundled
from llr_sd.cli import main
from llr_sd.equations import CONTROLS, canonical
from llr_sd.exploring import made, page_of
from llr_sd.exploring.made import page_data
from llr_sd.exploring.subject import OPENS_WITH, Subject, subject_of
from llr_sd.exploring.texts import carried_by, study_keys
from llr_sd.model import bundled_models, load_model
from llr_sd.page.assemble import assemble
from llr_sd.page.data import Page
from llr_sd.run.filled import merged, study_model
from llr_sd.run.prepare import prepare

STUDIES = ["gp_plan", "retention_recruitment", "left_shift", "site_rutland"]


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Pages that were made once, with no look at the runs first, which takes long and is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "first_look", lambda prepared, engine: [])
        return {name: page_data(subject_of(name)) for name in ("gp_plan", "site_rutland")}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "first_look", lambda prepared, engine: [])


def small(staff: Path) -> Page:
    return page_data(subject_of(str(staff / "study.toml")))


@pytest.mark.parametrize("name", STUDIES)
def test_the_keys_of_a_page_are_a_study_that_says_the_same(name: str) -> None:
    subject, original = subject_of(name), llr_sd.load_study(bundled.studies()[name])
    plain = original.model_copy(
        update=dict.fromkeys(("sobol", "morris", "shapley", "levers", "value_of_information", "convergence"))
    )
    plain = plain.model_copy(update={"attribution": (), "discovery": (), "answer": ()})
    there = prepare(plain, study_model(plain))
    again = llr_sd.make_study(**study_keys(subject, carried_by(subject)))
    here = prepare(again, study_model(again))
    assert here.samples["monte_carlo"].design.names == there.samples["monte_carlo"].design.names
    assert np.array_equal(here.samples["monte_carlo"].design.values, there.samples["monte_carlo"].design.values)
    assert np.array_equal(here.samples["central"].design.values, there.samples["central"].design.values)
    assert here.study.outputs == there.study.outputs
    assert (here.study.target, here.study.history) == (there.study.target, there.study.history)
    model = there.model
    sets = {s.name: model.design(merged(model, there.study.set, s.set)) for s in there.study.scenario}
    for scenario in here.study.scenario:
        mine = model.design(merged(model, here.study.set, scenario.set))
        assert dict(zip(mine.names, mine.values[0], strict=True)) == dict(
            zip(sets[scenario.name].names, sets[scenario.name].values[0], strict=True)
        )
    left = [n for n in sets if n not in {s.name for s in here.study.scenario}]
    assert left == (["History check"] if name == "gp_plan" else [])


@pytest.mark.parametrize("name", ["gp_plan", "site_rutland"])
def test_every_constant_is_a_lever_but_what_sets_the_clock(name: str, pages: dict[str, Page]) -> None:
    page = pages[name]
    model = load_model(page.model.name)
    controls = {canonical(c) for c in CONTROLS}
    assert [i.variable for i in page.inputs] == [p.variable for p in model.table if canonical(p.variable) not in controls]
    assert page.to_data()["engine"]["inputs"] == [i.variable for i in page.inputs]
    held = {name for scenario in page.scenarios for name in scenario.set}
    assert not {canonical(n) for n in held} & controls
    for one in page.inputs:
        for scenario in page.scenarios:
            assert one.low <= scenario.set.get(one.name, one.value) <= one.high
        if one.law is not None:
            assert one.uncertain
            assert one.low <= one.middle <= one.high


def test_a_page_of_a_bundled_model_opens_with_the_study_that_belongs_to_it_and_says_so(
    pages: dict[str, Page], quick: None
) -> None:
    page = page_data(subject_of("gp_supply"))
    assert page.what == "gp_supply"
    assert page.study.told[0] == "The page of gp_supply opens with the scenarios, outputs and targets of the study gp_plan."
    assert (page.scenarios, page.outputs, page.inputs) == (
        pages["gp_plan"].scenarios,
        pages["gp_plan"].outputs,
        pages["gp_plan"].inputs,
    )
    assert page.targets[0].at_least == 639
    assert {o.name for o in page.outputs if o.headline} == {"gp_2020", "density_2020"}


def test_every_bundled_model_has_a_study_that_its_page_opens_with() -> None:
    assert set(OPENS_WITH) == set(bundled_models())
    assert {llr_sd.load_study(bundled.studies()[study]).model for study in OPENS_WITH.values()} == set(OPENS_WITH)


def test_what_a_page_leaves_to_runs_is_said(pages: dict[str, Page]) -> None:
    told = " ".join(pages["gp_plan"].study.told)
    assert 'a page has one clock: "History check"' in told
    assert "Left to `llr-sd run`: sobol, attribution." in subject_of("left_shift").told
    assert pages["gp_plan"].model.final == 2022.75
    assert pages["gp_plan"].study.keys["set"] == {"FINAL TIME": 2022.75}


def test_the_numbers_of_a_page_are_those_of_the_study_file(staff: Path) -> None:
    page = small(staff)
    assert [s.name for s in page.scenarios] == ["as now", "no hiring"]
    assert [dict(s.set) for s in page.scenarios] == [{}, {"hiring": 0.0}]
    leave = page.inputs[0]
    assert (leave.name, leave.variable, leave.value, leave.low, leave.high) == (
        "leave_senior",
        "leaving rate[senior]",
        0.1,
        0.05,
        0.2,
    )
    assert leave.law == {
        **dict.fromkeys(("sd", "minimum", "maximum")),
        "kind": "pert",
        "low": 0.05,
        "mode": 0.1,
        "high": 0.2,
        "values": [],
        "weights": [],
        "centre": 0.1,
    }
    assert [(i.name, i.uncertain) for i in page.inputs] == [
        ("leave_senior", True),
        ("leave_junior", False),
        ("hiring", True),
        ("level_share", False),
    ]
    lost = page.outputs[3]
    assert (lost.expression, lost.variable, lost.single) == (["-", 200.0, "staff_2020"], None, True)
    assert page.outputs[2].variable == "staff[senior]"
    assert page.study.runs == 12
    assert page.model.files.keys() == {"model/staff.mdl", "model/parameters.csv"}
    assert page.model.called == "model/staff.mdl"


def exported(subject: Subject, folder: Path) -> Subject:
    """Write the study of a page with the files that go with it, as the page saves it, and return what is read there."""
    carried = carried_by(subject)
    assert carried.missing == ()
    for place, text in {**carried.texts, "study.toml": tomli_w.dumps(study_keys(subject, carried))}.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8", newline="")
    return subject_of(str(folder))


def same(here: Subject, there: Subject) -> None:
    assert here.model.equations.variables == there.model.equations.variables
    assert here.model.laws == there.model.laws
    assert [(p.name, p.value, p.distribution) for p in here.model.table] == [
        (p.name, p.value, p.distribution) for p in there.model.table
    ]
    assert np.array_equal(here.prepared.samples["monte_carlo"].design.values, there.prepared.samples["monte_carlo"].design.values)
    assert (here.settings, here.clock, here.grid) == (there.settings, there.clock, there.grid)


def test_what_goes_with_a_study_of_the_page_makes_the_same_study(staff: Path, tmp_path: Path) -> None:
    (staff / "staff" / "parameters.csv").rename(staff / "staff" / "variant.parameters.csv")
    (staff / "staff" / "staff.mdl").rename(staff / "staff" / "variant.mdl")
    toml = (staff / "study.toml").read_text(encoding="utf-8").replace('model = "staff"', 'model = "staff/variant.mdl"')
    (staff / "study.toml").write_text(toml, encoding="utf-8")
    (staff / "staff" / "staff.mdl").write_text(
        "x = 1 ~ ~|\nINITIAL TIME = 0~~|\nFINAL TIME = 1~~|\nTIME STEP = 1~~|\nSAVEPER = 1~~|\n"
    )
    laws = """[[conservation]]
name = "of the other model"
variable = "x"
tolerance = 0

[[conservation]]
name = "nobody at all"
variable = "all staff"
tolerance = 10
scale = "all staff"
"""
    (staff / "staff" / "checks.toml").write_text(laws, encoding="utf-8")
    subject = subject_of(str(staff))
    again = exported(subject, tmp_path / "saved")
    same(again, subject)
    assert [law.name for law in again.model.laws] == ["nobody at all"]
    assert again.prepared.model.equations.source == tmp_path / "saved" / "model" / "variant.mdl"


def test_a_table_of_localities_goes_with_a_study_of_the_page(tmp_path: Path) -> None:
    from test_localities import STUDY, TABLE

    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "mine.csv").write_text(TABLE, encoding="utf-8")
    subject = subject_of(str(tmp_path))
    assert subject.prepared.study.illustrative
    same(exported(subject, tmp_path / "saved"), subject)


def test_a_site_and_a_plan_stand_in_the_scenarios(tmp_path: Path) -> None:
    site = (bundled.folder("models") / "swipe_site" / "sites" / "rutland.csv").read_text(encoding="utf-8")
    study = (bundled.studies()["site_rutland"] / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "own.csv").write_text(site.replace("list_size,36000", "list_size,36001"), encoding="utf-8")
    (tmp_path / "study.toml").write_text(study.replace("illustrative = true", 'site = "own.csv"'), encoding="utf-8")
    subject = subject_of(str(tmp_path))
    assert {s["list_size"] for s in subject.settings.values()} == {36001}
    keys = study_keys(subject, carried_by(subject))
    assert "site" not in keys
    assert keys["illustrative"] is True
    same(exported(subject, tmp_path / "saved"), subject)


def test_a_file_that_is_no_unicode_is_asked_for(staff: Path) -> None:
    model = staff / "staff" / "staff.mdl"
    text = model.read_text(encoding="utf-8").replace("{UTF-8}\n", "").replace("Staff in post.", "Stáff in post.")
    model.write_bytes(text.encode("cp1252"))
    carried = carried_by(subject_of(str(staff)))
    assert carried.missing == ("staff.mdl is not UTF-8 text: put it into model/staff.mdl of a study that this page saves.",)
    assert not carried.bundled
    assert carried.texts.keys() == {"model/parameters.csv"}


def test_a_file_goes_with_a_study_under_a_name_that_is_no_way_out_of_its_folder(staff: Path) -> None:
    own = staff / "..\\..\\a:b?.mdl"
    own.write_text((staff / "staff" / "staff.mdl").read_text(encoding="utf-8"), encoding="utf-8")
    carried = carried_by(subject_of(str(own)))
    assert carried.called == "model/.._.._a_b_.mdl"
    assert carried.texts.keys() == {carried.called}


@pytest.mark.parametrize("name", ["gp_plan", "site_rutland"])
def test_a_page_stays_under_a_megabyte(name: str, pages: dict[str, Page]) -> None:
    assert len(assemble("x", pages[name].to_data()).encode()) < 1_000_000


def test_an_order_moves_by_whole_numbers_and_a_queue_within_its_room(staff: Path) -> None:
    file = staff / "staff" / "staff.mdl"
    more = (
        "order = 3 ~ Dmnl ~ Stages. |\nwait = 0.5 ~ Year ~ Time to start. |\n"
        "starters = DELAY N(hiring, wait, 12, order) ~ WTE/Year ~ Begin. |\n"
        "known = DELAY FIXED(hiring, wait, 12) ~ WTE/Year ~ Told. |\nINITIAL TIME"
    )
    file.write_text(file.read_text(encoding="utf-8").replace("INITIAL TIME", more, 1), encoding="utf-8")
    found = {i.name: (i.low, i.high, i.minimum, i.maximum, i.step) for i in small(staff).inputs}
    assert found["order"] == (0.0, 6.0, 1.0, 6.0, 1.0)
    assert found["wait"] == (0.0, 1.0, 0.0, 1.0, None)
    assert found["hiring"][-1] is None


def test_the_same_name_gives_the_same_bytes(staff: Path, tmp_path: Path) -> None:
    text = page_of(str(staff))
    assert page_of(str(staff)) == text
    data = json.loads(elements(text).texts["script"][0])
    assert data["format"] == 1
    assert data["study"]["title"] == "A small study"
    assert "NaN" not in json.dumps(data)
    assert str(staff) not in text  # where it lies is nobody's business
    assert main(["explore", str(staff), "--out", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_bytes() == text.encode()


def test_whatever_a_model_and_a_study_say_is_data_and_nothing_else(tmp_path: Path) -> None:
    plain, page = page_of("gp_plan"), page_of(str(hostile_study(tmp_path / SCRIPT.replace("/", "_"))))
    calm, hostile = elements(plain), elements(page)
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in calm.found]
    assert hostile.texts["script"][1:] == calm.texts["script"][1:]
    assert hostile.texts["style"] == calm.texts["style"]
    assert not set("\u202e\u202c\u200b\u2028") & set(page.replace(hostile.texts["script"][0], ""))
    data = json.loads(hostile.texts["script"][0])
    equation = next(e for e in data["equations"] if e["name"].startswith('"stock'))
    for text in TEXTS:
        assert text in data["study"]["title"]
        assert text in data["study"]["notes"][0]
        assert text in data["inputs"][0]["note"]
        assert text in data["outputs"][0]["label"]
        assert text in data["targets"][0]["source"]
        spoken = " ".join(text.replace("\\", " ").split())  # a backslash goes on to the next line in Vensim
        assert spoken in " ".join(equation["comment"].split())
    assert SCRIPT in {e["section"] for e in data["equations"]}
    # Another system can unpack it: no mark in its name that one of them has no files with.
    assert "model/" + FILE.replace("<", "_").replace(">", "_") in data["model"]["files"]
