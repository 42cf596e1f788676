"""The page, the workbook and the terminal: they answer from the data, survive odd studies, and never change by themselves."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from report_result import plan_result, plan_study, tables_of

from llr_sd.errors import ResultError
from llr_sd.report import terminal_summary, write_report, write_workbook
from llr_sd.report.outcome.facts import Lean
from llr_sd.report.outcome.read import answering, leanings
from llr_sd.report.outcome.sure import how_sure, one_sided
from llr_sd.report.outcome.words import answer
from llr_sd.report.shared import canvas
from llr_sd.report.shared.reading import Quantity, quantity
from llr_sd.report.shared.told import dates_note
from llr_sd.result import StudyResult
from llr_sd.study import Study


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """All ten scenarios, with its page written."""
    result = plan_result(tmp_path_factory.mktemp("plan"), runs=60)
    write_report(result)
    return result


@pytest.fixture
def vectors_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw each figure once, as SVG: the PNG is the same figure and has tests of its own."""
    monkeypatch.setattr(canvas, "png_bytes", lambda figure: b"")


class Page(HTMLParser):
    """Collects what the tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.tags if t in names]


def test_the_answer_says_what_the_plan_adds_up_to_and_keeps_equivalents_apart(plan: StudyResult) -> None:
    first = answer(plan)[0]
    assert first.startswith("On the plan’s own arithmetic plan 1 gives 561 WTE, ")
    assert "plan 3 gives 630 WTE plus 28 equivalents (other staff, counted apart)" in first
    assert first.endswith(": none reaches 639 WTE.")
    assert "658" not in first


def test_the_answer_follows_the_numbers(tmp_path: Path) -> None:
    target = [{"name": "600 GPs", "output": "gp_2020", "at_least": 600}]
    said = answer(plan_result(tmp_path, runs=60, study=plan_study(target=target)))[0]
    assert said.endswith(": plan 2 and plan 3 reach 600 WTE.")


def test_checks_of_the_model_are_not_counted_as_answers(tmp_path: Path, plan: StudyResult) -> None:
    study = plan_study()
    kinds = [s.model_copy(update={"kind": "check"}) if s.name == "everything works" else s for s in study.scenario]
    result = plan_result(tmp_path, runs=20, study=study.model_copy(update={"scenario": tuple(kinds)}))
    assert "everything works" in answering(plan)
    assert "everything works" not in answering(result)
    assert not any("everything works" in sentence for sentence in answer(result))


def test_failed_runs_come_first_where_there_are_any(tmp_path: Path, plan: StudyResult) -> None:
    assert how_sure(plan)[0].startswith("3 runs failed: 3 in “nothing works”.")
    assert "none failed" in how_sure(plan_result(tmp_path, runs=20, failed=0, few=True))[0]


@pytest.mark.parametrize("capped", [True, False])
def test_a_range_on_one_side_of_the_central_value_is_said(tmp_path: Path, capped: bool) -> None:
    """Runs held down by a limit at the central value give a one-sided range; the same runs about it do not."""
    result = plan_result(tmp_path, runs=400, failed=0, few=True)
    runs = result.runs.copy(deep=True)
    ends = runs["central: gp_2020"].values[:, None]
    noise = np.random.default_rng(11).normal(0, 10, runs["gp_2020"].shape)
    runs["gp_2020"].values[:] = ends + (-np.abs(noise) if capped else noise)
    held = StudyResult(tmp_path, result.study, result.manifest, runs, tables_of(result.study, runs, 0))
    found = {lean.shown.output: lean for lean in leanings(held)}
    assert ("gp_2020" in found) == capped
    said = [s for s in how_sure(held) if "of their range" in s]
    if capped:
        lean = found["gp_2020"]
        low, high = np.quantile(runs["gp_2020"].values[1], [0.05, 0.95])
        assert not lean.above
        assert lean.least <= min(1.0, (float(ends[1, 0]) - low) / (high - low)) <= lean.most
        assert len(said) == 1
        assert said[0].startswith(
            "Some central values stand near the upper end of their range, most of which lies below them: GPs"
        )
    else:
        assert said == []


def test_both_sides_and_many_numbers_are_told_apart() -> None:
    one = Quantity("x", "", "Staff", "WTE", 2021.25, False)
    leans = (Lean(one, True, 0.8, 0.8), *(Lean(dataclasses.replace(one, output=str(i)), False, 0.76, 0.91) for i in range(6)))
    below, above = one_sided(leans)
    assert below.count("76 to 91% of it, by scenario") == 4
    assert below.endswith("; and 2 more.")
    assert above.startswith("Some central values stand near the lower end of their range, most of which lies above them: ")
    assert above.endswith("80% of it.")
    assert one_sided(()) == []


@pytest.mark.usefixtures("vectors_only")
@pytest.mark.parametrize("stated", ["chosen knowing the 563 GPs of September 2015", ""])
def test_what_a_value_was_fitted_to_stands_beside_what_was_observed(tmp_path: Path, stated: str) -> None:
    result = plan_result(tmp_path, runs=20, few=True)
    (tmp_path / "model").mkdir()
    rows = f'gp_inmigration,GPs who return or move in,"{stated}"\ngp_quit_u55,GPs who quit,\n'
    (tmp_path / "model" / "parameters.csv").write_text(f"name,label,fitted_to\n{rows}", encoding="utf-8")
    page = " ".join(html.unescape(write_report(result).read_text(encoding="utf-8")).split())
    said = f"is no test. The table of parameters says so of the GPs who return or move in ({stated})."
    none = "does not say of any value that it was fitted to figures"
    assert (said in page, none in page) == (bool(stated), not stated)
    assert "thing was fitted" not in page


def test_the_page_stands_alone(plan: StudyResult) -> None:
    path = plan.path / "report.html"
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert page.all("html")[0]["lang"] == "en-GB"
    assert not page.all("iframe", "object")
    for attrs in (a for _, a in page.tags):
        for key in ("src", "href"):
            value = attrs.get(key)
            assert value is None or value.startswith(("data:", "#"))
    assert not re.search(r"url\((?!data:)|@import", text)
    assert [a["id"] for a in page.all("script")] == ["asked", "asking"]
    allowed = next(str(a["content"]) for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    for kind, opening in (("script", '<script id="asking">'), ("style", "<style>")):
        inside = text.partition(opening)[2].partition(f"</{kind}>")[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in allowed
    assert allowed.startswith("default-src 'none';")
    assert "unsafe" not in allowed
    assert not re.search(str(plan.path), text)
    assert {p.name for p in (plan.path / "figures").iterdir()} == {
        f"{n}.{e}" for n in ("scenarios", "fans", "histogram") for e in ("svg", "png")
    }


def test_the_page_can_be_heard_as_well_as_seen(plan: StudyResult) -> None:
    page = Page((plan.path / "report.html").read_text(encoding="utf-8"))
    assert all(len(a["alt"] or "") > 80 for a in page.all("img"))
    assert len(page.all("img")) == 3
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    levels = [int(t[1]) for t, _ in page.tags if re.fullmatch(r"h[1-6]", t)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert any(a.get("class") == "skip" for a in page.all("a"))


@pytest.mark.usefixtures("vectors_only")
def test_names_are_escaped_and_illustrative_data_is_labelled(tmp_path: Path) -> None:
    study = plan_study(title="<script>alert(1)</script>", notes=["a <b>bold</b> note"], illustrative=True)
    result = plan_result(tmp_path, runs=20, study=study, few=True)
    text = write_report(result).read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;b&gt;bold" in text
    assert "Illustrative data." in text
    assert "Illustrative data" in terminal_summary(result)
    write_workbook(result)
    sheet = openpyxl.load_workbook(tmp_path / "workbook.xlsx")["Read me"]
    assert "Illustrative data" in [row[0].value for row in sheet.iter_rows()]


def test_two_writes_give_the_same_bytes(tmp_path: Path) -> None:
    kept = []
    for name in ("one", "two"):
        result = plan_result(tmp_path / name, runs=40, few=True)
        write_report(result)
        write_workbook(result)
        kept.append({p.relative_to(tmp_path / name): p.read_bytes() for p in sorted((tmp_path / name).rglob("*")) if p.is_file()})
    assert len(kept[0]) == 8
    assert kept[0] == kept[1]


def test_the_workbook_has_its_sheets_and_no_formulas(tmp_path: Path) -> None:
    study = plan_study()
    first = study.scenario[2].model_copy(update={"name": "=1+1", "note": "+ a note"})
    result = plan_result(
        tmp_path,
        runs=40,
        study=study.model_copy(update={"scenario": (*study.scenario[:2], first, *study.scenario[3:])}),
        few=True,
    )
    book = openpyxl.load_workbook(write_workbook(result))
    assert book.sheetnames == ["Read me", "Summary", "Targets", "Scenarios", "Parameters", "Failures"]
    assert book["Summary"].freeze_panes == "A2"
    assert book["Scenarios"]["A2"].value == "=1+1"
    assert book["Scenarios"]["A2"].data_type == "s"
    head = [c.value for c in book["Summary"][1]]
    assert {"unit", "date", "value", "low", "high"} <= set(head)
    assert book["Failures"].max_row == 4


def test_the_terminal_fits_and_ends_with_the_report(plan: StudyResult) -> None:
    lines = terminal_summary(plan).splitlines()
    assert max(map(len, lines[:-1])) <= 100
    assert lines[-1] == f"report: {plan.path / 'report.html'}"
    assert "3 runs failed" in lines[-3]
    assert any(line.startswith("plan 1") and "561" in line and "not met" in line for line in lines)


def test_a_target_on_another_number_names_it_and_dates_are_explained_where_there_are_any(plan: StudyResult) -> None:
    study = plan.study
    other = next(name for name in study.outputs if name != study.target[0].output)
    moved = study.model_copy(
        update={"target": (study.target[0], study.target[0].model_copy(update={"name": "X", "output": other}))}
    )
    said = terminal_summary(dataclasses.replace(plan, study=moved))
    assert f"[2] X: {quantity(plan, other).label}, at least 639" in said
    assert f"[1] {study.target[0].name}: at least 639" in said
    assert dates_note(plan).startswith("Dates are moments")
    outputs = {name: spec.model_copy(update={"at": None}) for name, spec in study.outputs.items()}
    steps = {"summary": plan.tables["summary"].assign(time=[float(i % 7) for i in range(len(plan.tables["summary"]))])}
    undated = dataclasses.replace(plan, study=study.model_copy(update={"outputs": outputs}), tables={**plan.tables, **steps})
    assert dates_note(undated) == ""


def bare(path: Path, study: Study, dataset: xr.Dataset | None = None, **tables: pd.DataFrame) -> StudyResult:
    return StudyResult(path, study, {}, dataset if dataset is not None else xr.Dataset(), tables)


def subscripted(path: Path) -> StudyResult:
    rng = np.random.default_rng(1)
    grid = xr.Dataset(
        {
            "staff": (("scenario", "run", "time", "skill"), rng.normal(50, 5, (1, 9, 3, 2)), {"units": "WTE"}),
            "central: staff": (("scenario", "time", "skill"), rng.normal(50, 5, (1, 3, 2))),
        },
        coords={"scenario": ["base"], "run": range(9), "time": [0.0, 1.0, 2.0], "skill": ["core", "enhanced"]},
    )
    row = {"scenario": "base", "output": "staff", "low": 49.0, "high": 52.0, "runs": 9}
    rows = [
        row | {"time": t, "element": e, "statistic": s, "value": 50.0 + k}
        for t in (0.0, 1.0, 2.0) for e in ("core", "enhanced") for k, s in enumerate(("p05", "p25", "p50", "p75", "p95"))
    ]  # fmt: skip
    study = Study.model_validate({"title": "s", "model": "m", "outputs": {"staff": {"variable": "staff"}}})
    return bare(path, study, grid, summary=pd.DataFrame(rows))


def every_run_failed(path: Path) -> StudyResult:
    result = plan_result(path, runs=20, few=True)
    lost = result.runs.copy(deep=True)
    for name in lost.data_vars:
        lost[name] = lost[name] * np.nan
    return dataclasses.replace(result, runs=lost, tables={})


def long_names(path: Path) -> StudyResult:
    study = plan_study()
    tail = " with a name that goes on and on, far beyond what a page wants"
    named = tuple(s.model_copy(update={"name": s.name + tail}) for s in study.scenario)
    return plan_result(path, runs=20, study=study.model_copy(update={"scenario": named}), few=True)


def targets(path: Path, *found: dict[str, Any]) -> StudyResult:
    return plan_result(path, runs=20, study=plan_study(target=list(found)), few=True)


ODD: dict[str, Callable[[Path], StudyResult]] = {
    "nothing at all": lambda p: bare(p, plan_study()),
    "one expression, nothing else": lambda p: bare(
        p, Study.model_validate({"title": "x", "model": "m", "outputs": {"gap": {"expression": "1 + 1"}}})
    ),
    "no tables": lambda p: dataclasses.replace(plan_result(p, runs=20, few=True), tables={}),
    "tables without runs": lambda p: dataclasses.replace(plan_result(p, runs=20, few=True), runs=xr.Dataset()),
    "empty tables": lambda p: dataclasses.replace(
        r := plan_result(p, runs=20, few=True), tables={k: v.iloc[:0] for k, v in r.tables.items()}
    ),
    "subscripts": subscripted,
    "every run failed": every_run_failed,
    "no targets": targets,
    "at most": lambda p: targets(p, {"name": "no more than 600", "output": "gp_2020", "at_most": 600}),
    "seven targets": lambda p: targets(p, *({"name": f"target {i}", "output": "gp_2020", "at_least": 600 + i} for i in range(7))),
    "target on an expression": lambda p: targets(p, {"name": "gap closed", "output": "shortfall", "at_most": 0}),
    "one run": lambda p: plan_result(p, runs=1, failed=0, few=True),
    "long names": long_names,
}


@pytest.mark.parametrize("case", list(ODD))
@pytest.mark.usefixtures("vectors_only")
def test_odd_studies_are_reported_without_a_crash(case: str, tmp_path: Path) -> None:
    result = ODD[case](tmp_path)
    text = write_report(result).read_text(encoding="utf-8")
    write_workbook(result)
    said = terminal_summary(result)
    shown = re.sub(r'data:image[^"]*|<script id="asking">.*</script>', "", text, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", shown, re.IGNORECASE)
    assert not re.search(r"\bnan\b", said, re.IGNORECASE)
    assert max(map(len, said.splitlines()[:-1])) <= 100


@pytest.mark.usefixtures("vectors_only")
def test_a_scenario_whose_runs_all_failed_claims_nothing(tmp_path: Path) -> None:
    full = plan_result(tmp_path, runs=20, failed=20, few=True)
    text = write_report(full).read_text(encoding="utf-8")
    write_workbook(full)
    row = next(line for line in terminal_summary(full).splitlines() if line.startswith("nothing works"))
    assert "fixed" not in row
    assert "met" not in row
    assert "20 runs failed" in text
    assert "no good run" in text


@pytest.mark.usefixtures("vectors_only")
def test_one_scenario_is_drawn_large(tmp_path: Path) -> None:
    full = plan_result(tmp_path, runs=60)
    study = full.study.model_copy(update={"scenario": full.study.scenario[8:9]})
    dataset = full.runs.isel(scenario=slice(8, 9))
    result = dataclasses.replace(full, study=study, runs=dataset, tables=tables_of(study, dataset, 0))
    assert "Chance of 639 GPs" in write_report(result).read_text(encoding="utf-8")


@pytest.mark.usefixtures("vectors_only")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    result: Any = plan_result(blocked, runs=20, few=True)
    with pytest.raises(ResultError, match=r"report\.html|figures|file"):
        write_report(result)
    with pytest.raises(ResultError, match=r"workbook\.xlsx"):
        write_workbook(result)
