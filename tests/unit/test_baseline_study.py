"""Imported staff open a study and a page: the same numbers in both, what is said of the staff, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tomli_w
from test_baseline_folder import with_levels
from test_page_runs import page_file, runs_in_page

import llr_sd
from llr_sd.cli import main
from llr_sd.exploring import made
from llr_sd.exploring.made import page_data
from llr_sd.exploring.subject import subject_of
from llr_sd.workforce.baseline import folder
from llr_sd.workforce.localities import SKILLS

RUNS = 12


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an import writes of the plan's case, as far as studies read it."""
    place = tmp_path_factory.mktemp("imported") / "staff"
    base = folder.baseline(with_levels())
    tables = folder.tables(base)
    for where, files in ((place, tables.public), (place / "local", tables.local)):
        where.mkdir()
        for name, table in files.items():
            table.to_csv(where / name, index=False)
    (place / "baseline.toml").write_text(tomli_w.dumps(folder.about(base, tables, {})), encoding="utf-8")
    return place


@pytest.fixture
def staff_folder(imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(imported, tmp_path / "staff")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "staff"


def seven_years_on(place: Path) -> None:
    """Move the staff to the end of September 2024."""
    for file in place.rglob("*.csv"):
        lines = file.read_text(encoding="utf-8").replace("base_date,2017.75", "base_date,2024.75")
        file.write_text(lines.replace("initial_time,2017.75", "initial_time,2024.75"), encoding="utf-8")
    about = (place / "baseline.toml").read_text(encoding="utf-8")
    (place / "baseline.toml").write_text(about.replace('period = "2017-10-31"', 'period = "2024-09-30"'), encoding="utf-8")


def few(study: Path) -> llr_sd.Study:
    """The study with few runs."""
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace("runs = 1024", f"runs = {RUNS}"), encoding="utf-8")
    return llr_sd.load_study(study)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("table", "years", "output", "rows"),
    [
        ("gp_supply.csv", 0, "gp_0", ["opening_gp_wte"]),
        ("gp_supply.csv", 7, "gp_0", ["opening_gp_wte"]),
        ("llr_system.csv", 7, "practices_0", [f"opening_practice_wte_{k}" for k in SKILLS]),
        ("site_elr_1.csv", 7, "bar_1", [f"skill_return_{k}" for k in SKILLS]),
    ],
)
def test_a_study_and_a_page_start_from_the_same_staff_and_say_the_same(
    table: str, years: int, output: str, rows: list[str], staff_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "first_look", lambda prepared, engine: [])
    if years:
        seven_years_on(staff_folder)
    assert main(["new", "mine", "--from", f"staff/{table}"]) == 0
    study = few(Path("mine/study.toml"))
    result = llr_sd.run_study(study, out="results", verify=0)
    given = pd.read_csv(staff_folder / table).set_index("parameter")["value"]
    first = result.runs[f"central: {output}"].isel(scenario=0)
    assert float(first.sum()) == pytest.approx(given[rows].sum(), rel=1e-6)
    assert float(result.runs["time"].values[0]) == 2017.75 + years
    made_page = page_file(f"staff/{table}", Path())
    found = runs_in_page(made_page, RUNS)
    assert list(found) == [s.name for s in study.scenario]
    for name, page in found.items():
        runs = result.runs.sel(scenario=name)
        for label in (n for n in page["outputs"] if "time" not in runs[n].dims):
            for numbers, key in ((page["outputs"], label), (page["central"], f"central: {label}")):
                # A difference of two stocks is as far off as they are.
                far = 1e-12 * 4000 if study.outputs[label].expression else 0.0
                got, want = np.array(numbers[label], dtype=np.float64).ravel(), runs[key].values.ravel()
                assert got.shape == want.shape
                assert np.isclose(got, want, rtol=1e-12, atol=far, equal_nan=True).all(), f"{name}, {key}"
        assert np.asarray(page["ok"]).tolist() == runs["ok"].values.tolist()
    assert not [
        line for line in made_page.read_text(encoding="utf-8").split('"') if "{+" in line or "{date" in line or "{start" in line
    ]


def test_the_page_says_whose_staff_it_starts_from(staff_folder: Path) -> None:
    about = page_data(subject_of("staff/gp_supply.csv")).study
    assert about.notes[0] == (
        "It starts from staff as imported, of October 2017. Of 138 places of the import 119 answered (86 %); carried forward from what "
        "they said before: 18; estimated from places like them: 1; unknown: 0. It mixes dates: March 2017, October 2017."
    )
    assert about.notes[1] == ("Not of the returns but put in their place: late_wte_2017 (illustrative: no source gives ages).")
    assert about.illustrative
    varied = {p.name for p, _ in subject_of("staff/gp_supply.csv").prepared.uncertain}
    assert about.notes[2].startswith(
        "Of the opening figures, vacancies_2017 varies around the table's value, as unsure as the table"
    )
    assert varied & set(pd.read_csv(staff_folder / "gp_supply.csv")["parameter"]) == {"vacancies_2017"}
    sure = page_data(subject_of("staff/llr_system.csv")).study.notes
    assert any(note.startswith("The opening figures are those of the table in all runs") for note in sure)
    assert not any("must stay on this machine" in note for note in about.notes)
    assert about.told[0].startswith("It opens with a study drafted for this staff")
    table = staff_folder / "gp_supply.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("illustrative: no source gives ages", "our ages"), encoding="utf-8"
    )
    toml = staff_folder / "baseline.toml"
    text = toml.read_text(encoding="utf-8").replace('    "2017-03-31",\n', "").replace("places = 138", "places = 0")
    toml.write_text(text, encoding="utf-8")
    about = page_data(subject_of("staff/gp_supply.csv")).study
    assert about.notes[0] == "It starts from staff as imported, of October 2017."
    assert not any("put in their place" in note for note in about.notes)
    assert not about.illustrative


def test_a_table_of_the_local_part_must_stay(staff_folder: Path) -> None:
    subject = subject_of("staff/local/site_lc_1.csv")
    assert subject.name == "staff-site_lc_1"
    assert (
        "It holds counts that are few, from the folder local (site_lc_1.csv): it must stay on this machine."
        in subject.study.notes
    )
    system = subject_of("staff/llr_system.csv")
    assert any("as the model has it, for there is no localities.csv" in note for note in system.study.notes)
    shutil.move(staff_folder / "local" / "localities.csv", staff_folder / "localities.csv")
    shutil.move(staff_folder / "llr_system.csv", staff_folder / "local" / "llr_system.csv")
    system = subject_of("staff/local/llr_system.csv")
    assert system.model.localities == (staff_folder / "localities.csv").resolve()
    assert not any("as the model has it, for there is no localities.csv" in note for note in system.study.notes)


def test_a_folder_with_one_table_opens_with_it_and_one_with_several_says_which(
    staff_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(command: list[str], *says: str) -> None:
        assert main(command) == 2
        said = capsys.readouterr().err
        assert all(s in said for s in says), said
        assert len(said.strip().splitlines()) == 1

    several = "staff: holds 11 tables that models start from: gp_supply.csv, llr_system.csv, site_elr_0.csv"
    refused(["explore", "staff"], several, "and 5 more. Name one, such as staff/gp_supply.csv.")
    refused(["new", "mine", "--from", "staff"], several)
    refused(["explore", "staff/vacancies.csv"], "vacancies.csv: is no table that a model starts from. Those are gp_supply.csv")
    assert not Path("mine").exists()
    for table in [
        *staff_folder.glob("site_*.csv"),
        *(staff_folder / "local").glob("site_*.csv"),
        staff_folder / "llr_system.csv",
    ]:
        table.unlink()
    assert main(["explore", "staff"]) == 0
    assert capsys.readouterr().out.startswith("staff-gp_supply-explore.html\n")
    table = staff_folder / "gp_supply.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("initial_time", "scheme_start"), encoding="utf-8")
    refused(["explore", "staff"], 'gp_supply.csv: no row sets "initial_time", so its date is not known. Import the files again.')
    toml = staff_folder / "baseline.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("places = 138", 'places = "many"'), encoding="utf-8")
    refused(["explore", "staff"], "baseline.toml", "places")
    toml.write_text(text, encoding="utf-8")
    table.unlink()
    refused(["explore", "staff"], "holds no table that a model starts from. Its README.md says why there is none.")
    toml.unlink()
    refused(["explore", "staff/vacancies.csv"], "is neither a model nor a study.")
