"""What comes with the package is found by name from anywhere, and `list` shows it and searches it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import llr_sd
from llr_sd import bundled
from llr_sd.cli import main


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "somewhere else"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def package(staff: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with one small study in it."""
    inside = staff / "site-packages" / "llr_sd"
    study = inside / "experiments" / "tiny"
    (inside / "models").mkdir(parents=True)
    study.mkdir(parents=True)
    shutil.move(staff / "study.toml", study / "study.toml")
    shutil.move(staff / "staff", study / "staff")
    monkeypatch.setattr(bundled, "_HERE", inside)
    return inside


@pytest.mark.parametrize("name", ["tiny", "experiments/tiny"])
def test_a_bundled_study_runs_by_name_and_leaves_the_package_alone(
    package: Path, elsewhere: Path, undrawn: None, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(package.rglob("*"))
    assert main(["run", name, "--verify", "0"]) == 0
    assert [p.name for p in elsewhere.iterdir()] == ["tiny-results"]
    assert sorted(package.rglob("*")) == before
    manifest = llr_sd.open_result(elsewhere / "tiny-results").manifest
    assert manifest["command"] == "llr-sd run tiny"
    # By its path too nothing is written into the package; a folder of that name here is nearer.
    assert llr_sd.load_study(package / "experiments" / "tiny").bundled == "tiny"
    (elsewhere / "tiny").mkdir()
    capsys.readouterr()
    assert main(["run", "tiny"]) == 2
    assert "tiny/study.toml: there is no study here." in capsys.readouterr().err


def test_the_studies_of_the_source_tree_are_found_by_name(elsewhere: Path) -> None:
    source = Path(__file__).parents[2] / "experiments"
    assert sorted(bundled.studies()) == sorted(p.parent.name for p in source.glob("*/study.toml"))
    assert llr_sd.load_study("gp_plan").title == llr_sd.load_study(source / "gp_plan").title
    assert llr_sd.load_study(source / "gp_plan").bundled == ""


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["run", "gp_pln"], 'gp_pln/study.toml: there is no study here. Did you mean "gp_plan"?'),
        (["list", "llr_2071"], 'there is no model, study or register "llr_2071". Did you mean "llr_2017"?'),
        (["list", "gp_pln"], 'there is no model, study or register "gp_pln". Did you mean "gp_plan"?'),
        (["list", "zzzzzzzz"], "Bundled are gp_supply, llr_system, swipe_site, back_test,"),
        (["list", "llr_2017", "retire"], 'words are searched for in a model, and "llr_2017" is a register'),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], command: list[str], says: str
) -> None:
    assert main(command) == 2
    assert says in capsys.readouterr().err


def test_list_shows_studies_by_the_name_that_runs_them(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "experiments" / "mine").mkdir(parents=True)
    (elsewhere / "experiments" / "mine" / "study.toml").write_text("title = ", encoding="utf-8")
    assert main(["list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    assert set(bundled.studies()) <= set(lines)
    assert "cannot be read" in lines["experiments/mine"]


def test_words_are_found_in_names_labels_units_and_notes(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def found(*words: str) -> set[str]:
        assert main(["list", str(staff / "staff"), *words]) == 0
        return {line.split()[0] for line in capsys.readouterr().out.splitlines() if line[:3].startswith("  ") and line[2] != " "}

    assert found("hir") == {"hiring"}
    assert found("LEAVE", "senior") == {"leave_senior"}
    assert found("leaving rate") == {"leave_senior", "leave_junior"}
    assert found("wte") == {"staff[Skill]", "all", "hiring"}  # by unit
    assert found("both levels") == {"all"}  # by comment
    assert main(["list", str(staff / "staff"), "nobody", "at", "all"]) == 1
    assert 'Nothing in staff speaks of "nobody at all".' in capsys.readouterr().out
    # A study is searched for what its model has.
    assert main(["list", str(staff), "hiring"]) == 0
    assert "recruitment" in capsys.readouterr().out
