"""Studies made in Python: the keys of a study.toml as dicts or a table of scenarios, the same checks, and a folder that runs again."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import llr_sd
from llr_sd.cli import main
from llr_sd.errors import InputError
from llr_sd.risks import plan_register
from llr_sd.textfiles import read_toml
from staff_study import STUDY

KEYS = tomllib.loads(STUDY)
EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*/study.toml"))
CIRCLE: dict[str, Any] = {}
CIRCLE["a"] = [CIRCLE]


def keys(**changed: Any) -> dict[str, Any]:
    return {**tomllib.loads(STUDY), **changed}


@pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda f: f.parent.name)
def test_every_bundled_study_can_be_made_from_its_keys_and_written_back(file: Path, tmp_path: Path) -> None:
    read = llr_sd.load_study(file)
    made = llr_sd.make_study(file.parent, **read_toml(file))
    (tmp_path / "study.toml").write_text(made.to_toml(), encoding="utf-8")
    again = llr_sd.load_study(tmp_path)
    assert read.model_dump() == made.model_dump() == again.model_dump()
    assert made.folder == file.parent


@given(
    st.text("aé\"'\\\n\t#=[]", min_size=1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9),
    st.integers(0, 2**63 - 1),
)
def test_what_is_written_reads_back_the_same(title: str, number: float, name: str, seed: int) -> None:
    made = llr_sd.make_study(
        title=title, model="m", seed=seed, set={name: number}, outputs={"y": {"variable": name, "at": number, "label": title}}
    )
    raw = tomllib.loads(made.to_toml())
    assert raw == {
        "title": title, "model": "m", "seed": seed, "set": {name: number}, "outputs": {"y": {"variable": name, "at": number, "label": title}},
    }  # fmt: skip


def test_it_gives_the_numbers_of_the_file_and_its_folder_runs_again(staff: Path, undrawn: None) -> None:
    asked = llr_sd.run_study(staff, verify=0)
    made = llr_sd.make_study(staff, **KEYS)
    told = llr_sd.run_study(made, staff / "made", verify=0)
    pd.testing.assert_frame_equal(told.summary, asked.summary)
    pd.testing.assert_frame_equal(told.targets, asked.targets)
    assert told.manifest["command"] == "llr_sd.run_study"
    (staff / "made").rename(staff / "moved")
    (staff / "staff").rename(staff / "gone")  # the results folder holds all that it needs
    with pytest.raises(llr_sd.InputError, match=r"moved.study\.toml: is the copy of a study among its results"):
        llr_sd.run_study(staff / "moved")
    assert main(["run", str(staff / "moved"), "--out", str(staff / "again"), "--verify", "0"]) == 0
    again = llr_sd.open_result(staff / "again")
    pd.testing.assert_frame_equal(again.summary, asked.summary)
    assert llr_sd.open_result(staff / "moved").study.title == "A small study"


def test_a_dict_in_place_of_a_study_is_refused_with_the_way_to_make_one() -> None:
    with pytest.raises(llr_sd.InputError, match="make_study"):
        llr_sd.run_study({"title": "t"})  # type: ignore[arg-type]


def test_without_a_folder_results_need_a_place(staff: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(staff)
    made = llr_sd.make_study(**KEYS)
    with pytest.raises(llr_sd.InputError, match=r'nowhere to put its results.*out="results"'):
        llr_sd.run_study(made)
    assert sorted(p.name for p in staff.iterdir()) == ["staff", "study.toml"]
    assert llr_sd.run_study(made, "here", verify=0).path == Path("here")
    beside = llr_sd.run_study(llr_sd.make_study(".", **KEYS), verify=0)
    assert beside.path.resolve() == staff / "results"


def test_a_cell_that_is_run_again_replaces_its_results_and_no_others(staff: Path, undrawn: None) -> None:
    out = staff / "out"
    llr_sd.run_study(llr_sd.make_study(staff, **KEYS), out, verify=0)
    more = llr_sd.run_study(llr_sd.make_study(staff, **keys(monte_carlo={"runs": 20})), out, verify=0)
    assert more.manifest["runs"] == 20
    with pytest.raises(llr_sd.ResultError, match="another study"):
        llr_sd.run_study(llr_sd.make_study(staff, **keys(title="Another")), out, verify=0)
    with pytest.raises(llr_sd.ResultError, match="another study"):
        llr_sd.run_study(staff, out, verify=0)


def test_scenarios_may_be_a_table(staff: Path, undrawn: None) -> None:
    frame = pd.DataFrame(
        {"hiring": [np.nan, 0, 6.0], "leave_junior": [np.nan, np.nan, 0.3], "note": [None, "none hired", None]},
        index=["as now", "no hiring", 3],
    )
    made = llr_sd.make_study(staff, **keys(scenario=frame))
    assert [(s.name, dict(s.set), s.note) for s in made.scenario] == [
        ("as now", {}, ""),
        ("no hiring", {"hiring": 0.0}, "none hired"),
        ("3", {"hiring": 6.0, "leave_junior": 0.3}, ""),
    ]
    named = frame.reset_index(names="name").assign(kind=["check", "scenario", "scenario"])
    assert [s.name for s in llr_sd.make_study(staff, **keys(scenario=named)).scenario] == ["as now", "no hiring", "3"]
    assert llr_sd.make_study(staff, **keys(scenario=named)).scenario[0].kind == "check"
    listed = [{"name": s.name, "set": dict(s.set), "note": s.note} for s in made.scenario]
    one, other = (
        llr_sd.run_study(llr_sd.make_study(staff, **keys(scenario=s)), staff / out, verify=0)
        for s, out in ((frame, "a"), (listed, "b"))
    )
    pd.testing.assert_frame_equal(one.summary, other.summary)


def test_a_loaded_model_is_taken_and_one_that_was_changed_is_not(
    staff: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(staff)
    model = llr_sd.load_model("staff")
    made = llr_sd.make_study(**keys(model=model))
    monkeypatch.chdir(staff.parent)  # the file is known whatever the working folder is then
    result = llr_sd.run_study(made, staff / "out", verify=0)
    assert result.study.model == str(staff / "staff" / "staff.mdl")
    assert str(staff) not in (staff / "out" / "study.toml").read_text(encoding="utf-8")
    monkeypatch.chdir(staff)
    changed = replace(model, table=replace(model.table, rows=model.table.rows[:2]))
    with pytest.raises(llr_sd.InputError, match=r"the study, model: staff is not as staff\.mdl"):
        llr_sd.make_study(**keys(model=changed))


def test_a_loaded_model_keeps_its_localities(tmp_path: Path, undrawn: None, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.read_csv(Path(__file__).parents[2] / "models" / "llr_system" / "localities.csv", dtype=str)
    table["locality"] = [f"P{number}" for number in range(len(table))]
    table.to_csv(tmp_path / "mine.csv", index=False)
    monkeypatch.chdir(tmp_path)
    model = llr_sd.load_model("llr_system", localities="mine.csv")
    keys = {"title": "Mine", "outputs": {"y": {"variable": "work released", "at": 2020.75}}, "monte_carlo": {"runs": 2}}
    first = llr_sd.run_study(llr_sd.make_study(model=model, **keys), "out", verify=0)
    (tmp_path / "mine.csv").unlink()
    again = llr_sd.run_study("out", "again", verify=0)
    pd.testing.assert_frame_equal(first.summary, again.summary)
    assert set(again.summary["element"]) == set(table["locality"])
    with pytest.raises(llr_sd.LlrSdError):
        llr_sd.make_study(model=model, localities="localities.csv", **keys)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"titel": "x"}, r'the study: unknown key "titel". Did you mean "title"\?'),
        ({"file": "x"}, 'the study: unknown key "file"'),
        ({"base": "x"}, 'the study: unknown key "base"'),
        ({"title": None}, 'the study: "title" is missing'),
        ({"seed": 1.5}, '"seed": 1.5 is not a whole number'),
        ({"seed": np.float64("nan")}, '"seed": nan is not a finite number'),
        ({"set": {"hiring": "12"}}, '"set > hiring": "12" is not a number'),
        ({"set": {"hiring": 1 + 2j}}, "the study, set > hiring: is a complex"),
        ({"set": {2: 1}}, "the study, set: the key 2 is not text"),
        ({"uncertain": {"groups": {"retention", "recruitment"}}}, "the study, uncertain > groups: is a set"),
        ({"uncertain": {"groups": (g for g in ["retention"])}}, "the study, uncertain > groups: is a generator"),
        ({"scenario": {"name": "x"}}, '"scenario": must be a list'),
        ({"scenario": pd.Series([1.0])}, '"scenario > 1": must be a table'),
        ({"scenario": pd.DataFrame([[1, 2]], columns=["hiring", "hiring"])}, 'scenario: has the column "hiring" twice'),
        ({"scenario": pd.DataFrame({"hiring": [3.0]})}, 'the study, scenario: has no column "name"'),
        ({"scenario": pd.DataFrame({"name": ["a", None]})}, '"scenario > 2 > name": "" cannot be a name: it is empty'),
        (
            {"scenario": pd.DataFrame({"hiring": [3.0]}, index=[np.nan])},
            '"scenario > 1 > name": "" cannot be a name: it is empty',
        ),
        ({"levers": CIRCLE}, "the study: is nested too deeply"),
        ({"scenario": pd.DataFrame({"hiring": ["many"]}, index=["a"])}, '"scenario > 1 > set > hiring": "many" is not a number'),
        ({"scenario": pd.DataFrame({"hiring": [True]}, index=["a"])}, '"scenario > 1 > set > hiring": true is not a number'),
        ({"scenario": pd.DataFrame({"name": ["a", "a"]})}, 'two scenarios are called "a"'),
        ({"scenario": pd.DataFrame({"hiring": []}, index=[])}, "name at least one scenario"),
        ({"scenario": pd.DataFrame({"name": ["a"], "kind": ["good"]})}, '"scenario > 1 > kind": "good" is not one of'),
        ({"model": 3}, '"model": must be text'),
    ],
)
def test_what_does_not_fit_is_refused_as_in_a_file(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(llr_sd.InputError, match=says):
        llr_sd.make_study(**keys(**changed))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"scenario": [{"name": "a", "set": {"hirin": 1}}]}, 'the study, scenario "a" > set.*Did you mean "hiring"'),
        ({"outputs": {"y": {"variable": "all stuff"}}, "target": []}, 'the study, outputs > y.*Did you mean "all staff"'),
        ({"uncertain": {"groups": ["retentoin"]}}, 'the study, uncertain > groups.*Did you mean "retention"'),
        ({"model": "staf"}, "there is no model"),
    ],
)
def test_what_does_not_fit_the_model_is_refused_before_anything_runs(staff: Path, changed: dict[str, Any], says: str) -> None:
    made = llr_sd.make_study(staff, **keys(**changed))
    with pytest.raises(llr_sd.InputError, match=says):
        llr_sd.run_study(made, staff / "out")
    assert sorted(p.name for p in staff.iterdir()) == ["staff", "study.toml"]


def test_a_site_of_ones_own_goes_with_the_results(tmp_path: Path, undrawn: None) -> None:
    site = Path(__file__).parents[2] / "models" / "swipe_site" / "sites" / "rutland.csv"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "ours.csv").write_bytes(site.read_bytes())
    bundled = llr_sd.load_study(EXPERIMENTS[-1])
    outputs = {n: o.model_dump(exclude_unset=True) for n, o in bundled.outputs.items()}
    made = llr_sd.make_study(
        tmp_path, title="Ours", model="swipe_site", site=Path("mine/ours.csv"), outputs=outputs, monte_carlo={"runs": 2}
    )
    first = llr_sd.run_study(made, tmp_path / "out", verify=0)
    (tmp_path / "mine" / "ours.csv").unlink()
    again = llr_sd.run_study(tmp_path / "out", tmp_path / "again", verify=0)
    pd.testing.assert_frame_equal(first.summary, again.summary)
    assert first.study.illustrative == again.study.illustrative is True


def test_a_register_can_be_asked_too(staff: Path) -> None:
    made = llr_sd.make_study(title="Risks", register="llr_2017", monte_carlo={"runs": 16})
    assert made.risk_register == "llr_2017"
    assert 'register = "llr_2017"' in made.to_toml()
    kept = plan_register(made).files  # in the results folder it leads to the copy of the register
    assert tomllib.loads(str(kept["study.toml"])) == {
        "title": "Risks",
        "register": "register/llr_2017.toml",
        "monte_carlo": {"runs": 16},
    }
    assert {"register/llr_2017.toml", "register/llr_2017_matrix.toml"} <= set(kept)
    with pytest.raises(llr_sd.InputError, match='"site" belongs to a study of a model'):
        llr_sd.make_study(title="Risks", register="llr_2017", site="x.csv")


def test_keys_in_one_dict_are_refused_with_the_way_to_give_them() -> None:
    with pytest.raises(InputError, match=r"make_study\(\*\*keys\)"):
        llr_sd.make_study({"title": "x"})  # type: ignore[arg-type]


def test_an_expression_may_stand_before_what_it_reads(staff: Path) -> None:
    study = (staff / "study.toml").read_text(encoding="utf-8")
    lost = 'lost = { expression = "200 - staff_2020", unit = "WTE" }\n'
    assert lost in study
    moved = study.replace(lost, "").replace("[outputs]\n", f"[outputs]\n{lost}")
    (staff / "study.toml").write_text(moved, encoding="utf-8")
    runs = llr_sd.run_study(staff, verify=0).runs
    assert np.allclose(runs["lost"], 200 - runs["staff_2020"])
