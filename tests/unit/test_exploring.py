"""From a name to a page: the page says what the study says, and what cannot be a page is refused in a sentence."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from test_page_assemble import elements

import llr_sd
from hostile import FILE, SCRIPT, TEXTS, hostile_study
from llr_sd import bundled
from llr_sd.cli import main
from llr_sd.distribution import Distribution
from llr_sd.equations import CONTROLS, canonical
from llr_sd.exploring import made, page_of
from llr_sd.exploring.levers import inputs_of, ranges_of, slider
from llr_sd.exploring.made import clocked, page_data
from llr_sd.exploring.subject import OPENS_WITH, Subject, subject_of
from llr_sd.exploring.texts import carried_by, study_keys
from llr_sd.model import bundled_models, load_model
from llr_sd.page.assemble import assemble
from llr_sd.page.data import Page
from llr_sd.parameters import Parameter
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


def test_a_model_without_ranges_has_every_constant_as_a_lever_and_nothing_varies(staff: Path) -> None:
    (staff / "staff" / "parameters.csv").unlink()
    page = page_data(subject_of(str(staff / "staff" / "staff.mdl")))
    found = {i.name: (i.low, i.high, i.ends, i.uncertain) for i in page.inputs}
    assert found == {
        "leaving rate[senior]": (0.0, 0.2, "around", False),
        "leaving rate[junior]": (0.0, 0.4, "around", False),
        "hiring": (0.0, 24.0, "around", False),
        "level share": (0.0, 1.0, "around", False),
    }
    assert [o.label for o in page.outputs] == ["all staff", "all staff", "staff", "staff"]
    assert page.model.files.keys() == {"model/staff.mdl"}
    assert any(told.startswith("Nobody wrote a study of this model") for told in page.study.told)


@pytest.mark.parametrize(
    ("value", "bounds", "expected"),
    [
        (5.0, (-math.inf, math.inf), (0.0, 10.0, "around")),
        (-5.0, (-math.inf, math.inf), (-10.0, 0.0, "around")),
        (0.0, (-math.inf, math.inf), (0.0, 1.0, "around")),
        (5.0, (4.0, math.inf), (4.0, 10.0, "around")),
        (5.0, (0.0, 8.0), (0.0, 8.0, "permissible")),
        (0.02, (0.0, 1.0), (0.0, 0.04, "around")),
        (0.0, (0.0, 200.0), (0.0, 200.0, "permissible")),
        (3.0, (3.0, 3.0), (2.5, 3.5, "around")),
        (1e300, (1e300, 1e300), (1e300 - 1e297, 1e300 + 1e297, "around")),
        (1.7e308, (-math.inf, math.inf), (0.0, 1.7e308, "around")),
    ],
)
def test_a_slider_without_a_range_goes_around_its_value(
    value: float, bounds: tuple[float, float], expected: tuple[float, float, str]
) -> None:
    fixed = Distribution("fixed", math.nan, value, math.nan)
    p = Parameter("x", "x", "", value, fixed, "", "", "C", minimum=bounds[0], maximum=bounds[1])
    assert slider(p, [], [value]) == expected


def test_a_slider_reaches_what_scenarios_set_and_its_evidence() -> None:
    p = Parameter("x", "x", "", 5.0, Distribution("fixed", math.nan, 5.0, math.nan), "", "", "C")
    assert slider(p, [Distribution("uniform", 4.0, math.nan, 6.0)], [5.0, 9.0]) == (4.0, 9.0, "range")
    low, high, _ = slider(p, [Distribution("normal", mode=5.0, sd=1.0)], [5.0])
    assert (low, high) == pytest.approx((5 - 2.5758293, 5 + 2.5758293))


@pytest.mark.parametrize("kind", ["normal", "lognormal", "p10_p90"])
def test_a_law_without_ends_has_room_for_its_last_draw(kind: str, staff: Path) -> None:
    law = {"normal": "mode = 12\nsd = 2", "lognormal": "mode = 12\nsd = 0.5", "p10_p90": "low = 8\nhigh = 20"}[kind]
    toml = staff / "study.toml"
    more = f'\n[uncertain.override.hiring]\ndistribution = "{kind}"\n{law}\n'
    toml.write_text(toml.read_text(encoding="utf-8") + more, encoding="utf-8")
    subject = subject_of(str(staff))
    inputs, _ = inputs_of(subject)
    low, high = ranges_of(inputs, {p.name: d for p, d in subject.prepared.uncertain})["hiring"]
    drawn = subject.prepared.samples["monte_carlo"].design
    hired = drawn.values[:, drawn.names.index("hiring")]
    assert low < hired.min()
    assert hired.max() < high < 1e4
    slider = next(i for i in inputs if i.name == "hiring")
    assert low <= slider.low == 0  # which a scenario sets
    assert slider.high < high


@pytest.mark.parametrize("name", ["gp_plan", "site_rutland"])
def test_a_page_stays_under_a_megabyte(name: str, pages: dict[str, Page]) -> None:
    assert len(assemble("x", pages[name].to_data()).encode()) < 1_000_000


def test_what_sets_the_clock_stands_in_the_equations_of_the_page(staff: Path) -> None:
    model = load_model(staff / "staff")
    there = model.run({"FINAL TIME": 2019.0}, ["all staff"]).dataset
    moved = clocked(model.equations, {"FINAL TIME": 2019.0})
    here = llr_sd.Model("x", moved, model.table).run({}, ["all staff"]).dataset
    assert here["all staff"].values.tolist() == there["all staff"].values.tolist()
    assert float(here["time"][-1]) == 2019.0


def test_a_constant_that_sets_the_clock_is_no_lever(staff: Path) -> None:
    file = staff / "staff" / "staff.mdl"
    text = file.read_text(encoding="utf-8").replace(
        "FINAL TIME = 2020.75", "length = 3 ~ Year ~ Length. |\nFINAL TIME = 2017.75 + length"
    )
    file.write_text(text, encoding="utf-8")
    toml = staff / "study.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8") + '\n[[scenario]]\nname = "longer"\nset = { length = 4 }\n', encoding="utf-8"
    )
    page = small(staff)
    assert "length" not in {i.name for i in page.inputs}
    assert 'a page has one clock: "longer"' in " ".join(page.study.told)
    toml.write_text(toml.read_text(encoding="utf-8").replace("seed = 0", "seed = 0\nset = { length = 4 }"), encoding="utf-8")
    page = small(staff)
    assert page.model.final == 2021.75
    assert page.study.keys["set"] == {"length": 4.0}
    assert [s.name for s in page.scenarios] == ["as now", "no hiring", "longer"]


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


def test_what_a_large_model_cannot_show_is_named(staff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from llr_sd.exploring import numbers

    file = staff / "staff" / "staff.mdl"
    more = "double[Skill] = 2 * staff[Skill] ~ WTE ~ Twice. |\nINITIAL TIME"
    file.write_text(file.read_text(encoding="utf-8").replace("INITIAL TIME", more, 1), encoding="utf-8")
    page = small(staff)
    assert page.left_out == ()
    assert [v["name"] for v in page.engine["variables"]] == ["all staff", "staff", "double"]
    monkeypatch.setattr(numbers, "MOST_ELEMENTS", 4)
    page = small(staff)
    assert page.left_out == ("double",)
    assert "Variables with too many elements for a page to show over time: double." in page.study.told
    assert [v["name"] for v in page.engine["variables"]] == ["all staff", "staff"]


def test_constants_without_groups_stand_under_the_sections_of_the_model_file(staff: Path) -> None:
    file = staff / "staff" / "staff.mdl"
    section = "********************************************************\n\t.Joiners\n********************************************************~\n\t|\nhiring"
    file.write_text(file.read_text(encoding="utf-8").replace("hiring", section, 1), encoding="utf-8")
    assert [i.group for i in small(staff).inputs] == ["retention", "retention", "recruitment", ""]
    (staff / "staff" / "parameters.csv").unlink()
    inputs = page_data(subject_of(str(file))).inputs
    assert {i.name: i.group for i in inputs}["hiring"] == "Joiners"
    assert {i.name: i.group for i in inputs}["leaving rate[senior]"] == ""


def test_of_too_many_constants_those_are_levers_that_matter_and_the_others_are_named(
    staff: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llr_sd.exploring import levers

    file = staff / "staff" / "staff.mdl"
    more = "wide[Skill] = 1, 2 ~ ~ Read by nobody. |\nsingle = 1 ~ ~ One. |\nINITIAL TIME"
    file.write_text(file.read_text(encoding="utf-8").replace("INITIAL TIME", more, 1), encoding="utf-8")
    whole = [i.name for i in small(staff).inputs]
    assert whole == ["leave_senior", "leave_junior", "hiring", "level_share", "wide[senior]", "wide[junior]", "single"]
    monkeypatch.setattr(levers, "MOST", 6)
    page = small(staff)
    assert [i.name for i in page.inputs] == ["leave_senior", "leave_junior", "hiring", "level_share", "single"]
    said = "Constants with too many elements to be levers of a page, which stand at the model's values: wide."
    assert said in page.study.told
    monkeypatch.setattr(levers, "MOST", 1)  # what the study lets vary or sets stays
    assert [i.name for i in small(staff).inputs] == ["leave_senior", "leave_junior", "hiring"]


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


REFUSED = [
    (["risk_ratings"], "rates the risks of a register; a page is of one model. Explore one of its models, such as gp_supply."),
    (["llr_2017"], '"llr_2017" is a risk register; a page is of a model or of a study. Name one of its models.'),
    (["gp_calibration"], "draws its inputs from a fit, which a page cannot make again. Leave it out in a copy of the study"),
    (["gp_suply"], 'there is no model or study "gp_suply". Did you mean "gp_supply"?'),
    (["here.txt"], "here.txt: is neither a model nor a study. Models end in .mdl"),
    (["study.toml", "--out", "."], ".: is a folder. Name a file, such as explore.html in it."),
    (["study.toml", "--out", "page"], "page: does not end in .html, by which a browser knows it. Add .html."),
    (["study.toml", "--out", "mine.html"], "mine.html: is there already, and is no page of this kind. Name another file."),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[" ".join(a) for a, _ in REFUSED])
def test_what_cannot_be_a_page_is_refused_in_a_sentence(
    arguments: list[str], said: str, staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(staff)
    (staff / "here.txt").write_text("x")
    (staff / "mine.html").write_text("<p>mine</p>")
    before = {p.name: p.read_bytes() for p in staff.iterdir() if p.is_file()}
    assert main(["explore", *arguments]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert len(message.strip().splitlines()) == 1
    assert {p.name: p.read_bytes() for p in staff.iterdir() if p.is_file()} == before


def test_a_page_is_written_whole_or_not_at_all(
    staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(staff)
    assert main(["explore", "study.toml"]) == 0
    page = staff / f"{staff.name}-explore.html"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == page.name
    assert said[1] == f"4 levers (2 of them uncertain), 2 scenarios, 4 outputs; 12 runs; {page.stat().st_size / 1e6:.2f} MB"
    first = page.read_bytes()
    assert main(["explore", "study.toml"]) == 0  # its own page may be replaced
    toml = staff / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"all staff"', '"no staff"'), encoding="utf-8")
    assert main(["explore", "study.toml"]) == 2
    assert page.read_bytes() == first
    monkeypatch.setattr("os.replace", lambda a, b: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    toml.write_text(toml.read_text(encoding="utf-8").replace('"no staff"', '"all staff"'), encoding="utf-8")
    assert main(["explore", "study.toml"]) == 2
    assert page.read_bytes() == first
    assert [p.name for p in staff.iterdir() if p.name.endswith(".part")] == []


@pytest.mark.parametrize("opens", [True, False])
def test_a_page_is_opened_when_that_is_asked(
    opens: bool, staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: asked.append(address) or opens)
    monkeypatch.chdir(staff)
    assert main(["explore", "study.toml", "--out", "a page.html"]) == 0
    assert asked == []
    assert main(["explore", "study.toml", "--out", "a page.html", "--open"]) == 0
    assert asked == [(staff / "a page.html").resolve().as_uri()]
    assert ("No browser could be started" in capsys.readouterr().out) is not opens


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
    assert f"model/{FILE}" in data["model"]["files"]
