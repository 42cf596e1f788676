"""The levers of a page: every constant but what sets the clock, and how far its slider goes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import llr_sd
from llr_sd.distribution import Distribution
from llr_sd.exploring.levers import inputs_of, ranges_of, slider
from llr_sd.exploring.made import clocked, page_data
from llr_sd.exploring.subject import subject_of
from llr_sd.model import load_model
from llr_sd.page.data import Page
from llr_sd.parameters import Parameter


def small(staff: Path) -> Page:
    return page_data(subject_of(str(staff / "study.toml")))


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


def test_a_clock_that_reads_an_element_is_refused_by_name(staff: Path) -> None:
    file = staff / "staff" / "staff.mdl"
    clock = "length[Skill] = 3, 4 ~ Year ~ Lengths. |\nFINAL TIME = 2017.75 + length[senior]"
    file.write_text(file.read_text(encoding="utf-8").replace("FINAL TIME = 2020.75", clock), encoding="utf-8")
    assert small(staff).model.final == 2020.75
    toml = staff / "study.toml"
    text = toml.read_text(encoding="utf-8").replace("seed = 0", 'seed = 0\nset = { "length[senior]" = 4 }')
    toml.write_text(text, encoding="utf-8")
    with pytest.raises(llr_sd.InputError, match=r'^staff\.mdl: "length\[senior\]" sets the clock and is one element'):
        small(staff)


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
