"""What a notebook shows: ten lines and a table of a result, a few lines of an ensemble and a model, and the report's charts one by one."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from rating_result import rating_result
from report_result import analysed_result, plan_result, plan_study

import llr_sd
from llr_sd.report.outcome.charts import fan_chart
from llr_sd.report.outcome.words import answer
from llr_sd.report.shared.canvas import png_bytes
from llr_sd.result import StudyResult
from staff_study import STUDY

HOSTILE = '<script>alert(1)</script> & "x" \x1b[31m'


def text_of(figure: Figure) -> str:
    return " ".join(
        t.get_text() for t in [*figure.texts, *(x for a in figure.axes for x in [a.title, a.xaxis.label, a.yaxis.label])]
    )


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return analysed_result(tmp_path_factory.mktemp("analysed"))


def test_a_result_says_what_it_is_in_ten_lines(tmp_path: Path) -> None:
    lines = repr(plan_result(tmp_path)).split("\n")
    assert len(lines) == 10
    assert lines[0] == "What would it take to reach 639 GPs?"
    assert lines[1] == "10 scenarios, 500 runs of each, seed 0"
    assert lines[2] == "GPs (WTE), end of Sep 2020: central value (nine runs in ten); chance of 639 GPs"
    assert re.fullmatch(r"  base, no schemes: 531 \(\d+ to \d+\); 0 of 500 runs \(at most 0.8%\)", lines[3])
    assert lines[-3:] == [
        "  and 6 scenarios more",
        "3 runs failed and left out: 3 in nothing works. See failures.",
        f"report: {tmp_path / 'report.html'}",
    ]


def test_a_result_without_failures_and_one_without_targets(tmp_path: Path) -> None:
    assert "No run failed." in repr(plan_result(tmp_path, failed=0)).split("\n")
    free = repr(plan_result(tmp_path, study=plan_study(target=[])))
    assert "chance" not in free
    assert "end of Sep 2020: central value (nine runs in ten)\n" in free


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"converged": False}, "have not settled after 47,104 runs"),
        ({"warnings": ["A smooth is too short."]}, "A smooth is too short."),
    ],
)
def test_what_must_be_known_first_stands_before_the_numbers(tmp_path: Path, manifest: dict[str, Any], says: str) -> None:
    for shown in (repr(analysed_result(tmp_path, **manifest)), analysed_result(tmp_path, **manifest)._repr_html_()):
        assert says in shown
        assert shown.index(says) < shown.index("everything works")
    assert says not in repr(analysed_result(tmp_path))


def test_illustrative_data_are_said_to_be_so(tmp_path: Path) -> None:
    result = plan_result(tmp_path)
    made_up = replace(result, study=result.study.model_copy(update={"illustrative": True}))
    assert "Illustrative data" in repr(made_up)
    assert "Illustrative data" in made_up._repr_html_()
    assert "Illustrative" not in repr(result)


def test_the_table_has_every_scenario_and_names_are_text(tmp_path: Path) -> None:
    result = plan_result(tmp_path, study=plan_study(title=HOSTILE.partition(" \x1b")[0]))
    page = result._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    for scenario in result.study.scenario:
        assert scenario.name in page
    assert f'href="{(tmp_path / "report.html").as_posix()}"' in page


def test_an_answer_that_the_study_declares_is_told_in_its_own_sentences(tmp_path: Path) -> None:
    declared = plan_study(answer=[{"difference": "gp_2020", "scenario": "everything works", "base": "nothing works"}])
    result = plan_result(tmp_path, study=declared)
    (sentence,) = answer(result)
    said = " ".join(repr(result).split())
    assert " ".join(sentence.split()) in said
    assert "central value" not in said
    assert sentence in html.unescape(result._repr_html_())
    assert len(repr(result).split("\n")) <= 10
    assert sentence not in repr(plan_result(tmp_path))
    assert "GP-equivalents" in text_of(result.plot.fan("equivalents"))


def test_ratings_say_their_verdicts(tmp_path: Path) -> None:
    lines = repr(rating_result(tmp_path)).split("\n")
    assert len(lines) <= 10
    assert lines[1] == "10 risks, 1,000 runs of each, seed 0"
    assert lines[2].startswith("Of 10 ratings in the log, 3 hold (R002, R005 and R008), 2 are too low (R007 and R009)")
    assert "R010" in rating_result(tmp_path)._repr_html_()


def test_an_ensemble_says_its_runs_values_and_failures(staff: Path) -> None:
    model = llr_sd.load_model(staff / "staff")
    two = model.run(pd.DataFrame({"hiring": [6.0, 12.0]}), outputs=["all staff", "staff", "hiring"])
    lowest, highest = two.dataset["all staff"].isel(time=-1).values
    of = two.dataset["staff"].isel(time=-1).values
    assert repr(two).split("\n") == [
        "Ensemble of 2 runs (compiled engine), 13 times, 2017.75 to 2020.75",
        f"  all staff (WTE): {lowest:.6g} to {highest:.6g} at the end",
        f"  staff[Skill] (WTE): {of.min():.6g} to {of.max():.6g} at the end",
        "  hiring (WTE/Year): 6 to 12 at the end",
        "no run failed",
    ]
    assert "xr-" in two._repr_html_()  # xarray's own table
    one = model.run({}, outputs=["all staff"], times=[2020.75])
    assert repr(one).startswith("Ensemble of 1 run (compiled engine), time 2020.75\n")


def test_failed_runs_of_an_ensemble_are_counted(tmp_path: Path) -> None:
    text = "x = INTEG(x * rate, 1) ~ Dmnl ~ |\nrate = 1 ~ 1/Year ~ |\n"
    clock = "INITIAL TIME = 0 ~ Year ~ |\nFINAL TIME = 9 ~ Year ~ |\nTIME STEP = 1 ~ Year ~ |\nSAVEPER = 1 ~ Year ~ |\n"
    (tmp_path / "growth.mdl").write_text("{UTF-8}\n" + text + clock, encoding="utf-8")
    runs = llr_sd.load_model(tmp_path / "growth.mdl").run(pd.DataFrame({"rate": [1.0, 1e300, 2.0, 1e300]}), outputs=["x"])
    assert runs.failed == (1, 3)
    lines = repr(runs).split("\n")
    assert lines[1] == f"  x (Dmnl): {2**9} to {3**9} at the end"
    assert lines[2] == f"2 failed; the first is run 1: {runs.status[1]}"
    assert lines[2] in runs._repr_html_().replace("&quot;", '"')


def test_hundreds_of_outputs_make_no_megabyte() -> None:
    runs = llr_sd.load_model("llr_system").run({})
    assert len(repr(runs).split("\n")) <= 10
    assert len(runs._repr_html_()) < 5_000


def test_a_model_is_one_line() -> None:
    said = repr(llr_sd.load_model("swipe_site"))
    assert "\n" not in said
    assert said.startswith("Model swipe_site (swipe_site.mdl): ")


def test_a_study_and_its_plots_are_one_line(analysed: StudyResult, tmp_path: Path) -> None:
    assert (
        str(plan_study())
        == repr(plan_study())
        == ('Study "What would it take to reach 639 GPs?": model gp_supply, 10 scenarios, 1,024 runs of each; see .to_toml()')
    )
    assert repr(rating_result(tmp_path).study).endswith("register llr_2017, 1,024 runs of each; see .to_toml()")
    assert repr(analysed.plot) == 'Plots of "What would it take to reach 639 GPs?": .fan(), .sobol(), .tornado()'
    assert repr(plan_result(tmp_path).plot).endswith(": .fan()")
    assert repr(rating_result(tmp_path).plot).endswith(": none")


def test_the_fan_is_the_reports_own(analysed: StudyResult) -> None:
    drawn, own = analysed.plot.fan(), fan_chart(analysed)
    assert own is not None
    assert png_bytes(drawn) == png_bytes(own)
    png = drawn._repr_png_()  # type: ignore[attr-defined]
    assert png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("output", "says"),
    [("gp", "GPs (WTE)"), ("GPs", "GPs (WTE)"), ("gp_2020", "GPs (WTE)"), ("equivalents", "GP-equivalents (WTE)"), ("gp-EQUIVALENTS", "GP-equivalents (WTE)")],
)  # fmt: skip
def test_a_fan_of_an_output_by_name_or_label(analysed: StudyResult, output: str, says: str) -> None:
    assert says in text_of(analysed.plot.fan(output))


def test_a_fan_of_another_output_has_no_target_of_this_one(analysed: StudyResult) -> None:
    assert "639" in text_of(analysed.plot.fan("gp"))
    assert "639" not in text_of(analysed.plot.fan("equivalents"))


def test_bars_of_an_output_and_a_scenario(analysed: StudyResult) -> None:
    assert "GPs (WTE), end of Sep 2020" in text_of(analysed.plot.sobol())
    assert text_of(analysed.plot.sobol("gp_2020", "everything works")) == text_of(analysed.plot.sobol())
    assert "end of Sep 2030" in text_of(analysed.plot.sobol("gp"))
    assert text_of(analysed.plot.tornado()).startswith("gp quit u55 has the largest effect")
    other = analysed.tables["sobol"].assign(scenario="nothing works")
    other.loc[other["input"] == "nq_join_prob", ["value", "low", "high"]] *= 3
    two = replace(analysed, tables={**analysed.tables, "sobol": pd.concat([analysed.tables["sobol"], other])})
    assert text_of(two.plot.sobol(scenario="nothing works")).startswith("nq join prob moves")
    assert text_of(two.plot.sobol(scenario="everything works")).startswith("gp quit u55 moves")


def test_what_deserves_an_analysis_is_judged_by_every_output(analysed: StudyResult) -> None:
    """An input that moves another output is not told as one that could be held."""
    rows = analysed.tables["morris"].copy()
    rows.loc[rows["value"].notna() & (rows["input"] == "nq_join_prob"), ["value", "low", "high"]] = [1.3, 1.2, 1.4]
    other = rows[rows["output"] == "gp_2020"].assign(output="density_2020")
    other.loc[other["input"] == "nq_join_prob", ["value", "low", "high"]] = 1000.0

    def held(morris: pd.DataFrame) -> bool:
        figure = replace(analysed, tables={**analysed.tables, "morris": morris}).plot.tornado("gp_2020")
        return "could be held" in [text.get_text() for text in figure.legends[0].texts]

    assert held(rows)
    assert not held(pd.concat([rows, other]))


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda r: r.plot.fan("gp_2021"), 'plot.fan: there is no output "gp_2021". Did you mean "gp_2020"?'),
        (lambda r: r.plot.fan("cost"), 'plot.fan: "cost" is not saved over time. Saved over time: gp, equivalents.'),
        (lambda r: r.plot.fan("density_2020"), '"density_2020" is not saved over time'),
        (lambda r: r.plot.sobol("density_2020"), 'there are no indices of "density_2020". There are of gp_2020, gp.'),
        (lambda r: r.plot.sobol("gp", "nothing works"), 'no indices of the scenario "nothing works"'),
        (lambda r: r.plot.tornado("x"), "plot.tornado: there is no output"),
    ],
)
def test_what_cannot_be_drawn_is_refused(analysed: StudyResult, draw: Any, says: str) -> None:
    with pytest.raises(llr_sd.InputError, match=re.escape(says)):
        draw(analysed)


def test_what_was_not_asked_for_is_refused(tmp_path: Path, analysed: StudyResult) -> None:
    plain, ratings = plan_result(tmp_path), rating_result(tmp_path)
    with pytest.raises(llr_sd.InputError, match=r"asks for no sobol analysis\. Give it one: sobol = {}"):
        plain.plot.sobol()
    with pytest.raises(llr_sd.InputError, match=r"asks for no morris analysis\. Give it one: morris = {}"):
        plain.plot.tornado()
    with pytest.raises(llr_sd.InputError, match="a study of a register has no outputs"):
        ratings.plot.fan()
    still = analysed.tables["sobol"].assign(value=np.nan, low=np.nan, high=np.nan, note="no variance")
    with pytest.raises(llr_sd.InputError, match=r"nothing to draw: GPs .* is the same in every run"):
        replace(analysed, tables={**analysed.tables, "sobol": still}).plot.sobol()
    scalars = plan_study(outputs={"gp_2020": {"variable": "GP WTE", "at": 2020.75}}, target=[], history={})
    with pytest.raises(llr_sd.InputError, match="saves no output over time"):
        replace(plain, study=scalars).plot.fan()


def test_an_element_of_an_output_is_drawn_by_its_name(staff: Path, undrawn: None) -> None:
    keys = tomllib.loads(STUDY) | {"outputs": {"levels": {"variable": "staff"}, "n": {"variable": "staff", "at": 2020.75}}}
    keys |= {"target": [], "sobol": {"base": 16}, "scenario": [{"name": "as now"}], "monte_carlo": {"runs": 80}}
    result = llr_sd.run_study(llr_sd.make_study(staff, **keys), staff / "out", verify=0)
    assert "[senior]" in text_of(result.plot.fan())
    assert "[senior]" in text_of(result.plot.fan("levels[senior]"))
    junior = result.plot.fan("levels[junior]")
    assert "[junior]" in text_of(junior)
    rows = result.summary.set_index(["output", "element", "statistic", "time"])["value"]
    drawn = next(line for line in junior.axes[0].lines if len(line.get_xdata()) == 13)
    assert float(drawn.get_ydata()[-1]) == pytest.approx(rows["levels", "junior", "p50", 2020.75])
    assert "[junior]" in text_of(result.plot.sobol("n[junior]"))
    assert "[senior]" in text_of(result.plot.sobol("n"))
    with pytest.raises(llr_sd.InputError, match=r'levels has no element "junor"\. Did you mean "junior"\?'):
        result.plot.fan("levels[junor]")


def test_a_result_shows_itself_and_draws_in_a_new_process(staff: Path, undrawn: None) -> None:
    llr_sd.run_study(staff, staff / "out", verify=0)
    code = (
        f"import llr_sd; r = llr_sd.open_result({str(staff / 'out')!r}); print(r); r.plot.fan('staff').savefig({str(staff / 'x.png')!r});"
        "print(r.plot.fan()._repr_png_()[1:4])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.startswith("A small study\n2 scenarios, 12 runs of each")
    assert printed.endswith("b'PNG'\n")
    assert (staff / "x.png").stat().st_size > 1000
