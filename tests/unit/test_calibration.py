"""`[calibration]` of a study, held against closed forms: a straight line with normal priors has a posterior that is known."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.report import terminal_summary
from llr_sd.report.backtest.sections import backtest_section
from llr_sd.report.calibration.words import section_sentences
from llr_sd.result import AS_BEFORE, FIT, HELD_OUT, NOT_APART, Calibrated, StudyResult, facts_of

LINE = """{UTF-8}
start = 100 ~ WTE ~ Staff at the start. |
gain = 2 ~ WTE/Year ~ Staff gained a year. |
more = 0 ~ WTE/Year ~ Staff gained a year by another way. |
unread = 1 ~ Dmnl ~ Nothing depends on it. |
limit = 1e9 ~ WTE ~ Above it the model has no number. |
staff = INTEG(gain + more, start) ~ WTE ~ Staff. |
shown staff = staff * IF THEN ELSE(staff > limit, SQRT(0 - 1), 1) + 0 * unread ~ WTE ~ Staff, where they have a number. |
INITIAL TIME = 2010 ~ Year ~ |
FINAL TIME = 2020 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""
STUDY = """title = "A line"
model = "line.mdl"
seed = 5
{scenario}
[uncertain.override.start]
distribution = "normal"
mode = 100
sd = 10
[uncertain.override.gain]
distribution = "normal"
mode = 2
sd = 1.5
{override}
[outputs]
staff = {{ variable = "shown staff" }}
last = {{ variable = "staff", at = 2020 }}
[[observed]]
name = "counts"
output = "staff"
values = {values}
error = 0.03
{observed}
[calibration]
parameters = {parameters}
{calibration}
[monte_carlo]
runs = {runs}
"""
VALUES = "{ 2011 = 108, 2013 = 115, 2015 = 119, 2019 = 160 }"


def write(folder: Path, **changes: str) -> Path:
    parts = {"scenario": "", "override": "", "values": VALUES, "observed": "", "parameters": '["start", "gain"]', "runs": "64"}
    parts |= {"calibration": "until = 2016"}
    (folder / "line.mdl").write_text(LINE, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY.format(**parts | changes), encoding="utf-8")
    return folder


def regression(times: list[float], values: list[float], error: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Mean and covariance of start and gain: a Bayesian regression, written out."""
    design = np.column_stack([np.ones(len(times)), np.array(times) - 2010])
    weight, prior = np.diag(1 / (error * np.array(values)) ** 2), np.diag([1 / 10**2, 1 / 1.5**2])
    spread = np.linalg.inv(design.T @ weight @ design + prior)
    return spread @ (design.T @ weight @ np.array(values) + prior @ np.array([100, 2])), spread


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """A fit to three figures, with one kept apart that lies far above."""
    folder = tmp_path_factory.mktemp("line")
    return llr_sd.run_study(write(folder), out=folder / "results", verify=0)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains of the first steps alone, where their length does not matter."""
    monkeypatch.setattr("llr_sd.run.fitting.made.MOST_STEPS", 250)


def fact(result: StudyResult) -> Calibrated:
    (found,) = (f for f in facts_of(result.manifest) if isinstance(f, Calibrated))
    return found


def test_a_line_with_normal_priors_has_the_posterior_of_a_regression(made: StudyResult) -> None:
    mean, spread = regression([2011, 2013, 2015], [108, 115, 119], 0.03)
    rows, sd, how = made.tables["calibration"].set_index("parameter"), np.sqrt(np.diag(spread)), fact(made)
    assert rows.index.tolist() == ["start", "gain"]
    assert rows["best"].to_numpy() == pytest.approx(mean, rel=1e-6)
    loose = 5 / math.sqrt(min(how.effective, how.draws))  # five standard errors of a mean
    assert np.abs((rows["mean"] - mean) / sd).max() < loose
    assert np.abs(rows["sd"] / sd - 1).max() < loose
    assert rows["narrower"].to_numpy() == pytest.approx(1 - sd / np.array([10, 1.5]), abs=2 * loose)
    assert rows["prior_p05"].to_numpy() == pytest.approx([100 - 1.6448536 * 10, 2 - 1.6448536 * 1.5])
    worth = 1 / (1 / how.draws + 1 / how.effective)  # draws are taken from the chain by chance
    assert rows["error"].to_numpy() == pytest.approx(rows["sd"] / math.sqrt(worth))
    pair = made.tables["calibration_pairs"].iloc[0]
    assert math.atanh(pair["high"]) - math.atanh(pair["rank"]) == pytest.approx(1.96 / math.sqrt(worth - 3))
    draws = made.tables["calibration_draws"]
    assert np.corrcoef(draws["start"], draws["gain"])[0, 1] == pytest.approx(spread[0, 1] / sd.prod(), abs=loose)
    assert (how.parameters, how.points, how.held_out, how.held, how.converged, how.used) == (2, 3, 1, 0, True, False)


def test_a_figure_kept_apart_is_held_against_the_prediction(made: StudyResult) -> None:
    mean, spread = regression([2011, 2013, 2015], [108, 115, 119], 0.03)
    points = made.tables["calibration_points"].set_index("time")
    assert points["role"].tolist() == [FIT] * 3 + [HELD_OUT]
    row, at = points.loc[2019], np.array([1.0, 9.0])
    sd = math.sqrt(at @ spread @ at)
    wide = math.hypot(sd, 0.03 * 160)
    assert row["best"] == pytest.approx(at @ mean, rel=1e-6)
    for column, expected, scale in (
        ("p05", -1.6448536, sd),
        ("p95", 1.6448536, sd),
        ("low", -1.6448536, wide),
        ("high", 1.6448536, wide),
    ):
        assert row[column] == pytest.approx(at @ mean + expected * scale, abs=0.15 * scale)
    assert row["stands"] == "above"
    assert points["stands"].tolist()[:3] == ["inside"] * 3
    said = terminal_summary(made)
    assert "The one later figure that was kept apart lies outside the band" in " ".join(said.split())
    assert "counts, end of Dec 2018: 160 WTE is above" in " ".join(said.split())


def test_the_report_and_the_workbook_hold_the_fit(made: StudyResult) -> None:
    page = (made.path / "report.html").read_text(encoding="utf-8")
    for words in (
        "What the published figures tell of the parameters",
        "Start is",
        "is taken to be exact",
        "one later figure that was kept apart",
    ):
        assert words.casefold() in page.casefold(), words
    assert {f.name for f in (made.path / "figures").glob("calibration*.png")} == {
        "calibration-parameters.png",
        "calibration-1.png",
    }
    book = openpyxl.load_workbook(made.path / "workbook.xlsx", read_only=True)
    assert {"Calibration", "Calibrated figures", "Calibrated pairs", "Calibrated directions"} <= set(book.sheetnames)


def test_the_same_study_gives_the_same_bytes_with_any_number_of_threads(
    tmp_path: Path, undrawn: None, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llr_sd.run.fitting.made.FEW", 0)
    for threads in (1, 3):
        llr_sd.run_study(write(tmp_path), out=tmp_path / str(threads), threads=threads, verify=0)
    for name in ("calibration", "calibration_points", "calibration_draws", "calibration_pairs"):
        one, two = ((tmp_path / threads / f"{name}.parquet").read_bytes() for threads in ("1", "3"))
        assert one == two, name


def test_two_gains_are_not_told_apart_and_an_unread_input_keeps_its_prior(tmp_path: Path, undrawn: None, short: None) -> None:
    override = "".join(
        f'[uncertain.override.{name}]\ndistribution = "normal"\nmode = {mode}\nsd = {sd}\n'
        for name, mode, sd in (("more", 0, 1.5), ("unread", 1, 1))
    )
    study = write(
        tmp_path, override=override, parameters='["gain", "more", "unread"]', observed="", calibration="", values="{ 2020 = 120 }"
    )
    result = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    pairs = result.tables["calibration_pairs"].set_index(["parameter", "other"])
    assert pairs.loc[("gain", "more"), "note"] == NOT_APART
    assert pairs.loc[("gain", "more"), "rank"] < -0.9
    assert pairs.loc[("gain", "unread"), "note"] == pairs.loc[("more", "unread"), "note"] == ""
    notes = result.tables["calibration"].set_index("parameter")["note"]
    assert notes["unread"] == AS_BEFORE
    said = " ".join(terminal_summary(result).split())
    assert "The figures do not tell gain and more apart" in said
    assert "1 figure can fix at most 1 of 3 combinations of the parameters; of 1 the figures say more than the priors." in said
    assert "later figure" not in said
    assert fact(result).held == 1  # start, which is not fitted


def test_a_bad_fit_is_said_first(tmp_path: Path, short: None) -> None:
    result = llr_sd.run_study(
        write(tmp_path, values="{ 2011 = 108, 2013 = 60, 2015 = 119 }", runs="8"), out=tmp_path / "results", verify=0
    )
    assert fact(result).conflict < 0.01
    assert terminal_summary(result).splitlines()[1].startswith("The calibration fits badly")
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert page.index("The calibration fits badly") < page.index("How sure")
    assert "do not contradict" not in page


def test_runs_can_be_drawn_from_the_fit(made: StudyResult, tmp_path: Path, undrawn: None) -> None:
    study = write(tmp_path, override="[uncertain]\nfrom_calibration = true\n", runs="1500")
    result = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    mean, spread = regression([2011, 2013, 2015], [108, 115, 119], 0.03)
    design, sd = result.tables["design"][["start", "gain"]], np.sqrt(np.diag(spread))
    assert np.abs((design.mean() - mean) / sd).max() < 5 / math.sqrt(1500)
    assert np.abs(design.std() / sd - 1).max() < 5 / math.sqrt(1500)
    # The central run stands at the best fit, and the runs end where the line of each draw does.
    assert float(result.runs["central: last"][0]) == pytest.approx(mean @ [1, 10], rel=1e-6)
    assert result.runs["last"].values[0] == pytest.approx((design @ [1, 10]).to_numpy(), rel=1e-9)
    assert fact(result).used
    # Whoever reads that figures lie in the band has read that they were fitted to.
    for text in (" ".join(terminal_summary(result).split()), " ".join(backtest_sentences(result))):
        assert text.index("are no test of them") < text.index("of nine runs in ten")
    shown = result.tables["parameters"].set_index("name")
    assert shown.loc["start", "p50"] == pytest.approx(mean[0], abs=0.2 * sd[0])


def test_a_fit_keeps_clear_of_runs_that_fail(tmp_path: Path, undrawn: None, short: None) -> None:
    """Every run above the limit fails: no draw and no best fit lies there, though figures ask for it."""
    study = write(
        tmp_path,
        scenario='[[scenario]]\nname = "limited"\nset = { limit = 125 }',
        values="{ 2011 = 120, 2015 = 128 }",
        calibration="",
    )
    result = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    draws = result.tables["calibration_draws"]
    assert (draws["start"] + 10 * draws["gain"]).max() <= 125
    best = result.tables["calibration"].set_index("parameter")["best"]
    assert best["start"] + 10 * best["gain"] <= 125


def test_correlated_priors_stay_correlated(tmp_path: Path, undrawn: None, short: None) -> None:
    """One figure at the start says nothing of the gain but through its correlation with the start."""
    pair = '[[correlation]]\nbetween = ["start", "gain"]\nrank = 0.8\n'
    study = write(tmp_path, observed=pair, values="{ 2010 = 120 }", calibration="")
    result = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    r = 2 * math.sin(math.pi * 0.8 / 6)  # Pearson's, of two normals with that rank correlation
    weight = 100 / (100 + 3.6**2)
    rows = result.tables["calibration"].set_index("parameter")
    assert rows.loc["start", "best"] == pytest.approx(100 + 20 * weight, rel=1e-5)
    assert rows.loc["gain", "best"] == pytest.approx(2 + 1.5 * r * 20 * weight / 10, rel=1e-5)
    assert rows.loc["gain", "sd"] == pytest.approx(1.5 * math.sqrt(1 - r * r * weight), rel=0.1)


def test_changes_share_the_error_of_their_base(tmp_path: Path, undrawn: None, short: None) -> None:
    """Both figures are told against the first: its error moves both, and the fit takes that in."""
    study = write(
        tmp_path,
        values="{ 2010 = 100, 2015 = 110, 2020 = 120 }",
        observed="relative_to = 2010",
        parameters='["gain"]',
        calibration="",
    )
    result = llr_sd.run_study(study, out=tmp_path / "results", verify=0)
    figures, slope = np.array([1.1, 1.2]), np.array([0.05, 0.1])  # with start held at 100
    errors = np.diag((0.03 * figures) ** 2) + 0.03**2 * np.outer(figures, figures)
    weight = np.linalg.inv(errors)
    sd = 1 / math.sqrt(slope @ weight @ slope + 1 / 1.5**2)
    best = sd**2 * (slope @ weight @ (figures - 1) + 2 / 1.5**2)
    row = result.tables["calibration"].iloc[0]
    assert row["best"] == pytest.approx(best, rel=1e-6)
    assert row["sd"] == pytest.approx(sd, rel=5 / math.sqrt(2 * 2000))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parameters": '["strat"]'}, 'Did you mean "start"'),
        ({"parameters": '["more"]'}, '"more" is not among the uncertain inputs, so it has no prior'),
        ({"parameters": '["start", "start"]'}, "is the same constant as"),
        ({"parameters": "[]"}, "at least 1 entries"),
        ({"scenario": '[[scenario]]\nname = "set"\nset = { gain = 3 }'}, '"gain" is set to 3 in the scenario "set"'),
        ({"override": '[uncertain.override.more]\ndistribution = "discrete"\nvalues = [0, 1]', "parameters": '["more"]'}, '"more" is discrete'),
        ({"calibration": 'observed = ["cuonts"]'}, 'Did you mean "counts"'),
        ({"calibration": 'scenario = "bas"'}, 'Did you mean "base"'),
        ({"calibration": "until = 2010"}, "no figure lies at or before 2010"),
        ({"calibration": "untill = 2016"}, 'unknown key "calibration > untill". Did you mean "until"'),
        ({"calibration": "draws = 10"}, '"calibration > draws"'),
        ({"observed": "relative_to = 2019"}, "which lies after 2016"),
        ({"override": "[uncertain]\nfrom_calibration = true\n[sobol]\nbase = 64"}, "sobol: takes the inputs as drawn from their priors"),
        ({"values": "{ 2011 = 108, 2030 = 115 }"}, "2030"),
        ({"scenario": '[[scenario]]\nname = "a"\n[[scenario]]\nname = "b"\nset = { "INITIAL TIME" = 2012 }', "calibration": 'scenario = "b"'},
         'outside the scenario "b", which runs from 2012 to 2020'),
        ({"observed": '[[correlation]]\nbetween = ["start", "gain"]\nrank = 0.5', "parameters": '["start"]'}, "only one of them is fitted"),
        ({"scenario": '[[scenario]]\nname = "s"\nset = { limit = 1 }'}, "the model failed from all 8 starts"),
    ],
)  # fmt: skip
def test_a_calibration_that_cannot_be_made_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str], says: str
) -> None:
    assert main(["run", str(write(tmp_path, **changes)), "--out", str(tmp_path / "results")]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= 2
    assert not (tmp_path / "results").exists()


def test_a_series_without_an_error_is_refused(tmp_path: Path, undrawn: None) -> None:
    study = write(tmp_path)
    text = (study / "study.toml").read_text(encoding="utf-8").replace("error = 0.03\n", "")
    (study / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(llr_sd.LlrSdError, match='the figure of "counts" for 2011 has no error'):
        llr_sd.run_study(study, out=tmp_path / "results", verify=0)


def test_a_figure_of_none_has_no_error(tmp_path: Path, undrawn: None) -> None:
    study = write(tmp_path, values="{ 2011 = 0, 2013 = 115 }")
    with pytest.raises(llr_sd.LlrSdError, match="It is 0, and errors are shares of their figures"):
        llr_sd.run_study(study, out=tmp_path / "results", verify=0)


def test_the_models_own_error_widens_what_is_told(tmp_path: Path, undrawn: None, short: None) -> None:
    result = llr_sd.run_study(write(tmp_path, calibration="until = 2016\ndiscrepancy = 0.05"), out=tmp_path / "results", verify=0)
    rows = result.tables["calibration"].set_index("parameter")
    assert 0 < rows.loc["(the model's own error)", "p50"] < 0.1
    _, spread = regression([2011, 2013, 2015], [108, 115, 119], 0.03)
    assert rows.loc["start", "sd"] > 1.05 * math.sqrt(spread[0, 0])
    assert "An error of the model's own is fitted too" in " ".join(section_sentences(result))


def test_no_calibration_without_a_series_or_a_use_without_a_fit() -> None:
    plain = {"title": "t", "model": "m.mdl", "outputs": {"y": {"variable": "y"}}}
    with pytest.raises(llr_sd.LlrSdError, match=r"no \[\[observed\]\] series to fit to"):
        llr_sd.make_study(**plain, calibration={"parameters": ["a"]})
    with pytest.raises(llr_sd.LlrSdError, match=r"no \[calibration\] to draw from"):
        llr_sd.make_study(**plain, uncertain={"from_calibration": True})


def backtest_sentences(result: StudyResult) -> tuple[str, ...]:
    section = backtest_section(result)
    return section.sentences if section else ()


def changed(result: StudyResult, points: dict[str, Any], **facts: Any) -> StudyResult:
    """The same result with other columns of its figures and other facts."""
    (one,) = (f for f in result.manifest["facts"] if f["kind"] == "calibrated")
    tables = {**result.tables, "calibration_points": result.tables["calibration_points"].assign(**points)}
    return dataclasses.replace(result, manifest={**result.manifest, "facts": [one | facts]}, tables=tables)


def test_sentences_follow_the_facts(made: StudyResult) -> None:
    def said(points: dict[str, Any] | None = None, **facts: Any) -> str:
        return " ".join(section_sentences(changed(made, points or {}, **facts)))

    plain = said()
    assert "fits badly" not in plain
    assert "have not converged" not in plain
    assert "lies outside the band that the fit predicts" in plain
    assert "draw them from their priors" in plain
    assert "The one later figure that was kept apart lies in the band" in said({"stands": ["inside"] * 4})
    roles = {"role": [FIT, FIT, HELD_OUT, HELD_OUT]}
    assert "Of 2 later figures that were kept apart, 1 lies in the band" in said(roles)
    assert "Of 2 later figures that were kept apart, none lies in the band" in said(
        {**roles, "stands": ["inside"] * 2 + ["below"] * 2}
    )
    assert "Of 2 later figures that were kept apart, 2 lie in the band" in said({**roles, "stands": ["inside"] * 4})
    bad = said({"stands": ["below", "inside", "inside", "above"]}, conflict=0.0004)
    assert bad.startswith("The calibration fits badly: with these priors and errors, figures would lie as far")
    assert "Outside the band of the fit: counts, end of Dec 2010." in bad
    assert "do not contradict" not in bad
    assert "in fewer than 0.1% of cases" in said(conflict=0.0)
    assert "in 0.4% of cases" in said(conflict=0.004)
    assert "of 2 combinations of the parameters." in bad, "slopes far out in the priors say nothing of what was learnt"
    assert "of 2 combinations of the parameters; of 2 the figures say more than the priors." in plain
    assert "300 steps are 15 of its autocorrelation times, and 50 are needed" in said(converged=False, steps=300, slowest=20.0)
    assert "1 other fit is nearly as good" in said(rivals=1)
    assert "2 were lost to failed runs" in said(failed=2)
    assert "no test of them" in said(used=True)
    assert "3 other uncertain inputs stood at their central values" in said(held=3)


def test_facts_are_plain_numbers(made: StudyResult) -> None:
    raw = json.loads((made.path / "manifest.json").read_text(encoding="utf-8"))
    (one,) = (f for f in raw["facts"] if f["kind"] == "calibrated")
    assert one["until"] == 2016
    assert isinstance(made.tables["calibration_draws"], pd.DataFrame)
    assert len(made.tables["calibration_draws"]) == one["draws"] == 2000
