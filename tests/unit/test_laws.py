"""Every run of a study is held to the laws of its model, and the nearer model of a name is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from llr_sd.errors import InputError
from llr_sd.model import load_model
from llr_sd.pipeline import run_study

CLOCK = "INITIAL TIME= 0 ~~|\nFINAL TIME= 4 ~~|\nTIME STEP= 1 ~~|\nSAVEPER= 1 ~~|\n"
STUDY = 'title = "t"\nmodel = "gp_supply"\n[outputs]\ns = { variable = "staff", at = 4 }\n[monte_carlo]\nruns = 2\n'


def made(folder: Path, joined: str, law: str = "off") -> Path:
    """Write a study beside a model of 100 staff and 10 joiners a year, whose law counts `joined` of them."""
    model = folder / "gp_supply"
    model.mkdir()
    text = f"{{UTF-8}}\njoin= 10 ~~|\nstaff= INTEG({joined}, 100) ~~|\ncame= INTEG(join, 0) ~~|\noff= staff - 100 - came ~~|\n"
    (model / "gp_supply.mdl").write_text(text + CLOCK, encoding="utf-8")
    checks = f'[[conservation]]\nname = "nobody from nowhere"\nvariable = "{law}"\ntolerance = 1e-9\nscale = "staff"\n'
    (model / "checks.toml").write_text(checks, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def test_the_nearer_model_runs_and_is_named(tmp_path: Path) -> None:
    result = run_study(made(tmp_path, "join"), verify=0)
    assert float(result.runs["s"].values.max()) == 140  # 100 + 4 * 10: the bundled model has no "staff"
    assert result.manifest["model file"] == "gp_supply/gp_supply.mdl"
    assert not len(result.failures)


def test_a_name_without_a_model_beside_it_is_the_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "gp_supply").mkdir()
    assert load_model("gp_supply", tmp_path).laws


def test_a_run_that_breaks_a_law_has_failed(tmp_path: Path) -> None:
    result = run_study(made(tmp_path, "2 * join"), verify=0)
    assert len(result.failures)
    assert set(result.failures["reason"]) == {'breaks the law "nobody from nowhere"'}
    assert set(result.failures["time"]) == {1.0}


def test_a_law_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody from nowhere"):
        run_study(made(tmp_path, "join", law="balance of another"), verify=0)


def test_a_variant_beside_its_model_is_held_to_the_same_laws(tmp_path: Path) -> None:
    folder = made(tmp_path, "join")
    text = (folder / "gp_supply" / "gp_supply.mdl").read_text(encoding="utf-8")
    (folder / "gp_supply" / "variant.mdl").write_text(text.replace("INTEG(join, 100)", "INTEG(2 * join, 100)"), encoding="utf-8")
    (folder / "gp_supply" / "other.mdl").write_text(text.replace("off=", "different="), encoding="utf-8")
    study = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(study.replace('"gp_supply"', '"gp_supply/variant.mdl"'), encoding="utf-8")
    result = run_study(folder, verify=0)
    assert set(result.failures["reason"]) == {'breaks the law "nobody from nowhere"'}
    assert load_model(folder / "gp_supply" / "gp_supply.mdl").laws
    assert not load_model(folder / "gp_supply" / "other.mdl").laws
