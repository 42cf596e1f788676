"""A study folder of one's own: made from what comes with the package or from a model, and runs as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import llr_sd
from llr_sd import bundled
from llr_sd.cli import main
from llr_sd.run.filled import study_model
from llr_sd.run.prepare import prepare

pytestmark = pytest.mark.usefixtures("undrawn")


def made(folder: Path, start: object) -> llr_sd.Study:
    assert main(["new", str(folder), "--from", str(start)]) == 0
    return llr_sd.load_study(folder)


def test_a_study_of_a_model_of_ones_own_runs_at_once(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = staff / "a folder with spaces" / "own model.mdl"
    model.parent.mkdir()
    model.write_bytes((staff / "staff" / "staff.mdl").read_bytes())
    study = made(staff / "my study", model)
    assert f"llr-sd run '{staff / 'my study'}'" in capsys.readouterr().out
    assert study.model == "../a folder with spaces/own model.mdl"
    # The total that nothing else reads, and the stock, each over time and at the end of the run.
    assert [(o.variable, o.at) for o in study.outputs.values()] == [
        ("all staff", None),
        ("all staff", 2020.75),
        ("staff", None),
        ("staff", 2020.75),
    ]
    assert not study.uncertain.names  # the file states no range
    assert main(["run", str(staff / "my study"), "--verify", "0"]) == 0
    result = llr_sd.open_result(staff / "my study" / "results")
    # Each level goes from 100 towards 6 hires over its leaving rate, by Euler's rule in 12 steps of a quarter.
    expected = 60 + 40 * (1 - 0.1 / 4) ** 12 + 30 + 70 * (1 - 0.2 / 4) ** 12
    assert float(result.runs["central: all_staff_end"].squeeze()) == pytest.approx(expected, rel=1e-12)


def test_what_has_a_range_varies_in_a_study_of_a_model(staff: Path) -> None:
    (staff / "staff" / "staff.mdl").write_text(
        (staff / "staff" / "staff.mdl").read_text(encoding="utf-8").replace("0.5 ~ Dmnl ~", "0.5 ~ Dmnl [0,1] ~"),
        encoding="utf-8",
    )
    study = made(staff / "new", staff / "staff")
    assert study.uncertain.groups == ("retention", "recruitment")
    prepared = prepare(study, study_model(study))
    assert [p.name for p, _ in prepared.uncertain] == ["leave_senior", "hiring"]  # the table says that level_share is fixed
    (staff / "staff" / "parameters.csv").unlink()
    study = made(staff / "bare", staff / "staff" / "staff.mdl")
    assert study.uncertain.names == ("level share",)


@pytest.mark.parametrize("start", ["site", "gp_plan", "site_rutland", "gp_supply"])
def test_what_comes_with_the_package_can_be_started_from(tmp_path: Path, start: str) -> None:
    study = made(tmp_path / "deep" / "new", start)
    if start in bundled.studies():
        original = llr_sd.load_study(bundled.studies()[start])
        assert study == original.model_copy(update={"file": study.file})
    prepared = prepare(study, study_model(study))
    assert prepared.runs > 0
    assert study.bundled == ""  # its results lie beside it


def test_a_site_starts_with_a_table_of_its_own(tmp_path: Path) -> None:
    study = made(tmp_path / "new", "site")
    table = tmp_path / "new" / "site.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("list_size,36000", "list_size,36001"), encoding="utf-8")
    prepared = prepare(study, study_model(study))
    assert prepared.study.set["list_size"] == 36001
    assert prepared.study.illustrative


def test_a_register_starts_with_its_risks_and_its_matrix(tmp_path: Path) -> None:
    from llr_sd.register import load_matrix, load_register

    study = made(tmp_path / "new", "register")
    register = load_register(study.risk_register, study.folder)
    assert register.file == tmp_path / "new" / "register.toml"
    assert load_matrix(register.matrix_file).scores == load_matrix(load_register("llr_2017").matrix_file).scores


def test_a_model_that_draws_at_random_is_held_at_its_mean(staff: Path) -> None:
    model = staff / "staff" / "staff.mdl"
    text = model.read_text(encoding="utf-8").replace("INTEG(hiring", "INTEG(RANDOM UNIFORM(0, 1, 7) + hiring")
    model.write_text(text, encoding="utf-8")
    assert made(staff / "new", staff / "staff").random == "mean"


def test_nothing_of_somebody_elses_is_touched(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.read_bytes() for p in staff.rglob("*") if p.is_file()}

    def refused(folder: Path, start: str, says: str) -> None:
        assert main(["new", str(folder), "--from", start]) == 2
        printed = capsys.readouterr()
        assert says in printed.err
        assert printed.out == ""
        assert {p: p.read_bytes() for p in staff.rglob("*") if p.is_file()} == before
        assert not (staff / "new").exists()

    refused(staff, "site", "is not empty, and is left as it is. Name a new folder.")
    refused(staff / "study.toml", "site", "is a file. Name a new folder.")
    refused(staff / "study.toml" / "in it", "site", "cannot be made (Not a directory).")
    refused(staff / "new", "gp_plam", 'nothing called "gp_plam" to start from. Did you mean "gp_plan"?')
    refused(staff / "new" / "deep", "nobody.mdl", "Known are site, register, back_test")
    refused(staff / "new", str(staff / "study.toml"), '".toml" is not a model file')
    refused(staff / "new\0", "site", "its name is no folder's name")
    assert main(["new", str(staff / "new")]) == 2
    assert "required: --from" in capsys.readouterr().err


def test_a_draft_that_does_not_run_leaves_nothing(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = staff / "staff" / "parameters.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("triangular", "triangle"), encoding="utf-8")
    assert main(["new", str(staff / "deep" / "new"), "--from", str(staff / "staff")]) == 2
    assert "parameters.csv, row 4: column distribution" in capsys.readouterr().err
    (staff / "empty").mkdir()
    assert main(["new", str(staff / "empty"), "--from", str(staff / "staff")]) == 2
    assert not (staff / "deep").exists()
    assert list((staff / "empty").iterdir()) == []
