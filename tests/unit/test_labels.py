"""What people read instead of a technical name: the column `label`, and the words, figures and tables that use it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.transforms import Bbox
from report_result import BEST, analysed_result

import llr_sd
from llr_sd.cli import main
from llr_sd.errors import InputError, ResultError
from llr_sd.parameters import is_share, per_hundred, plain_unit
from llr_sd.report import write_workbook
from llr_sd.report.decision.read import box_rows, mixes
from llr_sd.report.outcome import tables as contents
from llr_sd.report.sections import analysed, drawn, findings
from llr_sd.report.sensitivity.read import main_cell, settlings
from llr_sd.report.sensitivity.sections import settling_section
from llr_sd.report.sensitivity.words import sobol_sentences, sobol_title, unsettled, widest_words, width_words
from llr_sd.report.shared import canvas
from llr_sd.report.shared.inputs import input_label, input_name, side_words, spoken
from llr_sd.report.shared.reading import labels
from llr_sd.result import StudyResult

QUIT, JOIN, RECRUITS = (
    "yearly share of GPs under 55 who quit",
    "share of newly qualified GP heads who take an NHS GP post",
    "number of international recruits planned",
)
SMALL = {f"small_{i:02d}": f"share of the GPs of kind number {i} who have a very small part" for i in range(13)}
MODELS = ("gp_supply", "llr_system", "swipe_site")


def with_labels(folder: Path, *pairs: tuple[str, str]) -> Path:
    """Give the small model's table the column `label`, with a label for some of its names."""
    table = folder / "staff" / "parameters.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    called = dict(pairs)
    table.write_text(
        "\n".join([f"{head},label", *(f"{row},{called.get(row.split(',')[0], '')}" for row in rows)]) + "\n", encoding="utf-8"
    )
    return folder


# --- the table --------------------------------------------------------------------------------------------------------


def test_a_label_is_read_and_is_the_last_column(staff: Path) -> None:
    with_labels(staff, ("leave_senior", "yearly share of  seniors who leave"))
    model = llr_sd.load_model(staff / "staff")
    senior, junior = model.table.get("leave_senior", "here"), model.table.get("leave_junior", "here")
    assert (senior.label, senior.called) == ("yearly share of seniors who leave",) * 2
    assert (junior.label, junior.called) == ("", "leave_junior")
    frame = model.parameters
    assert frame.columns[-1] == "label"
    kept = ["name", "value", "unit", "low", "mode", "high", "distribution", "group", "source", "grade"]
    assert [c for c in frame.columns if c in kept] == kept


def test_a_table_without_the_column_and_a_bare_file_work_as_before(staff: Path, tmp_path: Path) -> None:
    assert (llr_sd.load_model(staff / "staff").parameters["label"] == "").all()
    bare = tmp_path / "bare.mdl"
    bare.write_bytes((staff / "staff" / "staff.mdl").read_bytes())
    assert (llr_sd.load_model(bare).parameters["label"] == "").all()


def test_two_uncertain_parameters_with_one_label_are_refused(staff: Path) -> None:
    with_labels(staff, ("leave_senior", "people who leave"), ("hiring", "People who leave"))
    with pytest.raises(InputError, match=r"column label.*People who leave.*hiring.*leave_senior in row 2") as refused:
        llr_sd.load_model(staff / "staff")
    assert "parameters.csv, row 4" in str(refused.value)


def test_a_fixed_parameter_may_share_a_label(staff: Path) -> None:
    with_labels(staff, ("leave_senior", "people who leave"), ("leave_junior", "people who leave"))
    assert llr_sd.load_model(staff / "staff").table.get("leave_junior", "here").label == "people who leave"


def test_every_uncertain_parameter_of_the_models_has_a_label_that_reads_well() -> None:
    seen: dict[str, str] = {}
    for name in MODELS:
        frame = llr_sd.load_model(name).parameters
        assert (frame.loc[frame["distribution"] != "fixed", "label"] != "").all()
        given = frame[frame["label"] != ""]
        assert given["label"].is_unique
        assert given["label"].str.len().max() <= 60
        # A sentence lists labels with commas and goes on after them; technical names and units stay out.
        assert not given["label"].str.contains(r"[,;.:()_/%\[\]]|\bWTE\b|^(?:the|The) ", regex=True).any()
        for parameter, label in given["label"].items():
            assert seen.setdefault(str(parameter), label) == label, parameter


def test_what_the_bundled_studies_set_has_a_label() -> None:
    for path in sorted(Path(__file__).parents[2].glob("experiments/*/study.toml")):
        study = llr_sd.load_study(path)
        if not study.model:  # a study of a register names no model of its own
            continue
        table = llr_sd.load_model(study.model).table
        names = {*study.set, *(n for s in study.scenario for n in s.set), *(study.levers.set if study.levers else ())}
        assert {n for n in names if not table.get(n, "here").label} == set(), path


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "unit", "says"),
    [
        (-np.inf, 0.62, "Dmnl", "below 62 in 100"),
        (0.4, 0.62, "Dmnl", "between 40 and 62 in 100"),
        (0.029, np.inf, "Dmnl", "above 2.9 in 100"),
        (-np.inf, 0.62, "1/Year", "below 0.620 a year"),
    ],
)
def test_a_share_is_told_in_people(low: float, high: float, unit: str, says: str) -> None:
    assert side_words(JOIN, unit, low, high) == says


def test_half_an_interval_can_be_more_than_the_whole() -> None:
    assert [width_words(w) for w in (0.062, 0.5, 1.3)] == ["6.2%", "50%", "130%"]


def test_units_that_the_words_say_already_are_not_written() -> None:
    assert side_words("effect of workload", "Dmnl", 0.5, np.inf) == "above 0.500"
    assert side_words(QUIT, "1/Year", 0.0287, np.inf) == "above 2.9 in 100"
    assert side_words("yearly growth of need", "1/Year", 0.01, np.inf) == "above 0.0100"
    assert side_words("time to fill a post", "Year", -np.inf, 0.5) == "below 0.500 years"
    assert [per_hundred(s) for s in (0.005, 0.099, 0.1, 0.666, 0.987, 1.0, 1.1)] == [
        "0.5",
        "9.9",
        "10",
        "67",
        "98.7",
        "100",
        "110",
    ]
    assert is_share("Share of GPs", "Dmnl")
    assert not is_share("share of GPs", "WTE")
    assert not is_share("shared posts", "Dmnl")
    assert plain_unit("yearly number of GPs", "Head/Year") == "Head/Year"


# --- a study ----------------------------------------------------------------------------------------------------------


def test_a_run_keeps_technical_names_in_its_tables_and_labels_beside_them(
    staff: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(canvas, "png_bytes", lambda figure: b"")
    with_labels(staff, ("leave_senior", "yearly share of seniors who leave"), ("hiring", "yearly number of people hired"))
    study = staff / "study.toml"
    study.write_text(study.read_text(encoding="utf-8") + "\n[sobol]\nbase = 8\n", encoding="utf-8")
    result = llr_sd.run_study(staff, out=staff / "out")
    parameters = pd.read_parquet(result.path / "parameters.parquet")
    assert "label" in parameters
    assert dict(zip(parameters["name"], parameters["label"], strict=True)) == {
        "leave_senior": "yearly share of seniors who leave",
        "hiring": "yearly number of people hired",
    }
    assert set(pd.read_parquet(result.path / "sobol.parquet")["input"]) == {"leave_senior", "hiring"}
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "the yearly number of people hired" in page
    assert "yearly number of people hired (hiring) = 0" in page
    inputs = contents.parameter_table(result)
    assert inputs is not None
    assert inputs.rows[0][:3] == ("yearly share of seniors who leave", "leave_senior", "0.05 to 0.2 1/Year (0.1)")
    capsys.readouterr()
    assert main(["list", str(staff / "staff")]) == 0
    listed = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(listed) if line.strip().startswith("leave_senior"))
    assert listed[at + 1].strip() == "yearly share of seniors who leave"
    assert listed[at + 2].strip().startswith("leave_junior")
    assert listed[at + 3].strip().startswith("hiring")


# --- the report -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """A result with every analysis whose inputs have labels; those of levers are in the model's copy."""
    folder = tmp_path_factory.mktemp("labelled")
    (folder / "model").mkdir()
    (folder / "model" / "parameters.csv").write_text(f"name,variable,label\nir_target,ir target,{RECRUITS}\n", encoding="utf-8")
    made = analysed_result(folder)
    frame = made.tables["parameters"].assign(label=[QUIT, JOIN])
    more = [{**frame.iloc[1].to_dict(), "name": n, "variable": n, "label": label} for n, label in SMALL.items()]
    return dataclasses.replace(made, tables={**made.tables, "parameters": pd.concat([frame, pd.DataFrame(more)])})


def test_a_label_is_found_by_name_and_by_variable(result: StudyResult) -> None:
    assert labels(result)["ir_target"] == RECRUITS
    assert input_name(result, "IR target") == RECRUITS
    assert input_name(result, "fill_time") == "fill time"
    assert spoken(result, "gp_quit_u55", first=True) == f"The {QUIT}"
    assert spoken(result, "fill_time", first=True) == "fill time"
    assert input_label(result, "gp_quit_u55") == f"{QUIT} (B)"


def test_sentences_say_labels(result: StudyResult) -> None:
    cell = main_cell(result, "sobol")
    assert cell is not None
    assert sobol_title(result, cell).startswith(f"The {QUIT} moves GPs (WTE), end of Sep 2020 most: 41%")
    assert sobol_sentences(result, cell)[0].startswith(
        f"In “{cell.scenario}”, alone or with other inputs, the {QUIT} accounts for 41% (39 to 43%) of the spread in GPs (WTE), end of "
    )
    parts = {p.name: p for p in analysed(result)}
    assert f"the {QUIT} is above 4 in 100, 90%" in parts["boxes"].sentences[0].replace("4.0 in", "4 in")
    assert box_rows(result)[0][2:] == (f"{QUIT} (B)", "above 4 in 100", "1.5 to 5.5 in 100")
    assert parts["information"].sentences[0].startswith(f"Finding out the {QUIT} before choosing")
    assert parts["screening"].sentences[0].startswith(f"Taken from one end of its range to the other, the {QUIT} moves")
    assert f"of which +90.0 from the {RECRUITS}" in parts["difference"].pictures[0].alternative
    assert mixes(result)[-1].words == f"{RECRUITS} at 30, retention policy 0.2"


def test_what_has_not_settled_is_named_by_its_label(result: StudyResult) -> None:
    open_ = dataclasses.replace(result, manifest={**result.manifest, "converged": False})
    assert f"(the share of {JOIN} alone in GPs (WTE), end of Sep 2018, “{BEST}”)" in widest_words(settlings(open_)[-1])
    assert unsettled(open_).startswith("The sensitivity shares have not settled after 47,104 runs")


def test_an_older_result_is_read_as_far_as_it_goes(result: StudyResult) -> None:
    old = {
        "findings": ["It is missed where gp_quit_u55 is above 0.04."],
        "gaps": [{"analysis": "the screening", "scenario": "base", "output": "gp", "reason": "20 of 32 trajectories lost"}],
        "converged": False,
        "convergence": "not converged: the widest interval is S1 of nq_join_prob on gp_2020 (a scenario).",
    }
    manifest = {k: v for k, v in result.manifest.items() if k != "facts"} | old
    growth = pd.DataFrame([{"base": 512, "runs": 23552, "widest": 0.1, "where": "S1 of x on gp", "met": False}])
    told = dataclasses.replace(result, manifest=manifest, tables={**result.tables, "convergence": growth})
    said = findings(told)
    assert said[0] == "Not given: the screening of GPs in “base”: 20 of 32 trajectories lost."
    assert said[-1] == "It is missed where gp_quit_u55 is above 0.04."
    assert unsettled(told) == "The sensitivity shares have not settled."
    assert settling_section(told) is None


@pytest.mark.parametrize("key", ["facts", "gaps"])
@pytest.mark.parametrize(
    "strange", [["a sentence"], [{"kind": "strange"}], [{"analysis": "sobol", "kind": "undefined"}], "text", [3]]
)
def test_a_manifest_that_cannot_be_read_is_refused(key: str, strange: object, result: StudyResult) -> None:
    with pytest.raises(ResultError, match="cannot be read"):
        findings(dataclasses.replace(result, manifest={**result.manifest, key: strange}))


def test_a_result_without_labels_says_names(tmp_path: Path) -> None:
    old = analysed_result(tmp_path)
    assert labels(old) == {}
    assert input_label(old, "gp_quit_u55") == "gp quit u55 (1/Year, B)"
    assert mixes(old)[-1].words == "ir target 30, retention policy 0.2"
    table = contents.parameter_table(old)
    assert table is not None
    assert table.rows[0][:2] == ("gp_quit_u55", "gp_quit_u55")


@pytest.mark.parametrize("grouped", [True, False])
def test_long_labels_are_wrapped_inside_their_figure(grouped: bool, result: StudyResult) -> None:
    if not grouped:  # then the lines over time are those of the strongest inputs
        sobol = result.tables["sobol"]
        alone = sobol[~sobol["input"].isin(("retention", "recruitment"))]
        result = dataclasses.replace(result, tables={**result.tables, "sobol": alone})
    pictures = drawn(analysed(result))
    assert len(pictures) >= 6
    for picture in pictures:
        canvas.png_bytes(picture.figure, dpi=100)
        axes, frame = picture.figure.axes[0], picture.figure.bbox
        for group in (axes.texts, axes.get_yticklabels()):
            boxes: list[Bbox] = [t.get_window_extent() for t in group if t.get_text()]
            assert all(b.x0 >= 0 and b.x1 <= frame.x1 + 1 and b.y0 >= 0 and b.y1 <= frame.y1 for b in boxes), picture.name
            assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :]), picture.name
        assert max((len(line) for t in axes.get_yticklabels() for line in t.get_text().split("\n")), default=0) <= 42
    shares = next(p for p in pictures if p.name == "shares")
    shown = [" ".join(t.get_text().split()) for t in shares.figure.axes[0].get_yticklabels()]
    assert shown[:2] == [f"{QUIT} (B)", f"{JOIN} (B)"]


def test_the_workbook_has_the_label_first_and_the_name_beside_it(result: StudyResult) -> None:
    book = openpyxl.load_workbook(write_workbook(result))
    sheet = book["Parameters"]
    assert [sheet.cell(1, j).value for j in (1, 2, 3)] == ["label", "name", "variable"]
    assert [sheet.cell(2, j).value for j in (1, 2)] == [QUIT, "gp_quit_u55"]
    head = [cell.value for cell in book["Sensitivity"][1]]
    assert book["Sensitivity"].cell(2, head.index("input") + 1).value == "gp_quit_u55"
