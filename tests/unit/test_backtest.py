"""Published figures against runs: ranks, bands and counts, against closed forms and a study of a model whose course is known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import llr_sd
from llr_sd.analysis import BAND, Measured, as_many, band, miss_counts, ranks
from llr_sd.errors import InputError
from llr_sd.quantiles import STATISTICS

SHARES = np.array([STATISTICS[name] for name in BAND])


def measured(runs: Any, figures: Any, own: Any = 0.0, shared: Any = 0.0) -> Measured:
    figures = np.asarray(figures, dtype=float)
    return Measured(
        np.asarray(runs, dtype=float).reshape(-1, len(figures)),
        figures,
        np.broadcast_to(np.asarray(own, dtype=float), figures.shape),
        np.broadcast_to(np.asarray(shared, dtype=float), figures.shape),
    )


def test_without_an_error_rank_and_band_are_those_of_the_runs() -> None:
    runs = np.arange(101.0)
    found = measured(runs, [30.0])
    assert ranks(found) == pytest.approx([30.5 / 101])
    assert band(found)[:, 0] == pytest.approx([5, 25, 50, 75, 95])


def test_one_run_with_an_error_has_the_band_of_a_normal() -> None:
    found = measured([[10.0, 20.0]], [11.0, 20.0], own=[3.0, 1.0], shared=[4.0, 0.0])
    assert ranks(found) == pytest.approx(stats.norm.cdf([0.2, 0]))
    assert band(found)[:, 0] == pytest.approx(10 + 5 * stats.norm.ppf(SHARES), abs=1e-9)
    assert band(found)[:, 1] == pytest.approx(20 + stats.norm.ppf(SHARES), abs=1e-9)


def test_two_runs_with_an_error_have_the_band_of_a_mixture() -> None:
    found = measured([[-2.0], [2.0]], [0.5], own=1.5)
    ends = band(found)[:, 0]
    mixture = (stats.norm.cdf((ends + 2) / 1.5) + stats.norm.cdf((ends - 2) / 1.5)) / 2
    assert mixture == pytest.approx(SHARES, abs=1e-12)
    assert ends[2] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("error", [1e-6, 1e-3, 1.0, 1e3])
def test_a_band_solves_its_distribution_whatever_the_error(error: float) -> None:
    """Runs in clusters with wide gaps, and one that stands far out: errors from nothing to all of the spread."""
    runs = np.concatenate([np.linspace(0, 1, 40), np.linspace(50, 51, 60), [1e4]])
    ends = band(measured(runs, [0.0], own=error))[:, 0]
    below = stats.norm.cdf((ends - runs[:, None]) / error).mean(axis=0)
    assert below == pytest.approx(SHARES, abs=1e-6)


def counts_of(own: float, shared: float, figures: int) -> NDArray[np.float64]:
    """The counts of one run in the middle of a band that is nine in ten wide."""
    half = stats.norm.ppf(0.95) * math.hypot(own, shared)
    ends = np.array([np.full(figures, -half), np.full(figures, half)])
    return miss_counts(measured(np.zeros((1, figures)), np.zeros(figures), own, shared), ends)[0]


def test_errors_of_their_own_miss_as_a_binomial() -> None:
    assert counts_of(2.0, 0.0, 5) == pytest.approx(stats.binom.pmf(range(6), 5, 0.1))


def test_a_base_in_common_makes_misses_come_together() -> None:
    """Two figures with a correlation of one half, as those of one base have: the bivariate normal."""
    z = stats.norm.ppf(0.95)
    pair = stats.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]])
    inside = pair.cdf([z, z]) - 2 * pair.cdf([-z, z]) + pair.cdf([-z, -z])
    assert counts_of(1.0, 1.0, 2) == pytest.approx([inside, 2 * (0.9 - inside), 1 - 2 * 0.9 + inside], abs=2e-4)


def test_runs_that_move_together_miss_together() -> None:
    """Two figures that are the same number of each run: the runs beyond the band miss both, and none misses one."""
    runs = np.arange(1.0, 101.0)
    found = measured(np.column_stack([runs, runs]), [0.0, 0.0])
    ends = np.array([[5.5, 5.5], [95.5, 95.5]])
    counts = miss_counts(found, ends)
    assert counts.mean(axis=0) == pytest.approx([0.9, 0, 0.1])
    assert as_many([counts], 2) == pytest.approx((0.2, 0.1))
    assert as_many([counts, counts], 3) == pytest.approx((0.4, 0.1))
    assert as_many([counts], 0)[1] == pytest.approx(1)


def test_series_that_differ_are_counted_independently_given_the_run() -> None:
    one = np.array([[0.5, 0.5], [1.0, 0.0]])
    two = np.array([[0.2, 0.8], [1.0, 0.0]])
    assert as_many([one, two], 2) == pytest.approx(((1.3 + 0) / 2, 0.4 / 2))


def test_where_the_runs_hold_the_truth_a_figure_misses_one_time_in_ten_and_more_than_chance_seldom() -> None:
    """Truths drawn as the runs are, published with the stated errors, one of them of a base that all figures of a series share."""
    drawn = np.random.default_rng(5)
    loads = np.array([[1.0, 0.0], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]])  # four figures that hang on two inputs
    own, shared = np.array([0.3, 0.3, 0.5, 0.2]), np.array([0.4, 0.4, 0.4, 0.4])
    runs = drawn.normal(size=(2000, 2)) @ loads.T
    ends = band(measured(runs, np.zeros(4), own, shared))[[0, -1]]
    counts = miss_counts(measured(runs, np.zeros(4), own, shared), ends)
    truths = drawn.normal(size=(4000, 2)) @ loads.T
    published = truths + own * drawn.normal(size=(4000, 4)) + shared * drawn.normal(size=(4000, 1))
    missed = ((published < ends[0]) | (published > ends[1])).sum(axis=1)
    expected, _ = as_many([counts], 0)
    assert missed.mean() / 4 == pytest.approx(0.1, abs=0.01)
    assert expected == pytest.approx(0.4, abs=1e-4)  # by quadrature
    for number in range(5):
        assert as_many([counts], number)[1] == pytest.approx((missed >= number).mean(), abs=0.02), number


@pytest.mark.parametrize(
    ("runs", "said"),
    [(np.empty((0, 1)), "there is one at least"), (np.ones((2, 3)), "one number for each column"), ([[math.nan]], "finite")],
)
def test_what_does_not_fit_is_refused(runs: Any, said: str) -> None:
    one = np.ones(1)
    with pytest.raises(InputError, match=said):
        Measured(np.asarray(runs), one, one, one)


MODEL = """{UTF-8}
rate= 0 ~ 1/Year ~ |
start= 100 ~ WTE ~ |
staff= INTEG(rate * start, start) ~ WTE ~ |
others= INTEG(0, 50) ~ WTE ~ |
INITIAL TIME= 2017.75 ~ Year ~ |
FINAL TIME= 2022.75 ~ Year ~ |
TIME STEP= 0.25 ~ Year ~ |
SAVEPER= 1 ~ Year ~ |
"""


FAILING = MODEL.replace("INTEG(rate * start, start)", "INTEG(rate * start + 0 * SQRT(rate - 0.05), start)")


def back_test(folder: Path, model: str = MODEL, **keys: Any) -> llr_sd.StudyResult:
    (folder / "m.mdl").write_text(model)
    given: dict[str, Any] = {
        "title": "back-test",
        "model": "m.mdl",
        "outputs": {"staff": {"variable": "staff"}, "others": {"variable": "others"}},
        "uncertain": {
            "names": ["rate"],
            "override": {"rate": {"distribution": "uniform", "low": 0.0, "high": 0.1}},
        },
        "monte_carlo": {"runs": 400, "design": "latin_hypercube"},
    }
    return llr_sd.run_study(llr_sd.make_study(folder=folder, **given | keys), out=folder / "out")


def test_a_study_says_where_each_figure_stands(tmp_path: Path) -> None:
    """staff = 100 (1 + rate t), rate uniform on 0 to 0.1: after two years the band of nine in ten is 101 to 119."""
    own = {"name": "own", "output": "staff", "values": {"Sep 2019": 110.0, "Sep 2021": 150.0, "Mar 2018": 100.0}}
    change = {"name": "change", "output": "staff", "values": {"Sep 2018": 200.0, "Sep 2020": 250.0}, "relative_to": "Sep 2018"}
    both = {"name": "both", "output": ["staff", "others"], "values": {"Sep 2019": 140.0}, "error": 0.05}
    scenario = [
        {"name": "free"},
        {"name": "still", "set": {"rate": 0.0}},
        {"name": "tried", "kind": "check", "set": {"rate": 0.1}},
    ]
    result = back_test(tmp_path, observed=[own, change, both], scenario=scenario)
    table = result.tables["observed"]
    assert set(table["scenario"]) == {"free", "still"}
    free = table[table["scenario"] == "free"].set_index(["observed", "time"])
    assert free.loc[("own", 2019.75), ["p05", "p25", "p50", "p75", "p95"]].tolist() == pytest.approx(
        [101, 105, 110, 115, 119], abs=0.1
    )
    assert free.loc[("own", 2019.75), "rank"] == pytest.approx(0.5, abs=0.01)
    assert free["stands"].tolist() == ["below", "inside", "above", "above", "below"]
    assert free.loc[("own", 2021.75), "gap"] == pytest.approx(150 - 138, abs=0.2)
    assert free.loc[("own", 2018.25), ["p05", "p95"]].tolist() == pytest.approx([100.25, 104.75], abs=0.1)
    # (1 + 3 r) / (1 + r) for r = 0.005 and 0.095
    assert free.loc[("change", 2020.75), ["p05", "p95"]].tolist() == pytest.approx([1.015 / 1.005, 1.285 / 1.095], abs=1e-3)
    assert free.loc[("change", 2020.75), ["value", "relative", "compared"]].tolist() == [250, 1.25, 1.25]
    # uniform on 150 to 170 with a normal error of 7: P(X + e < 140) by the integral of the normal distribution function
    grid = np.linspace(150, 170, 20001)
    assert free.loc[("both", 2019.75), "rank"] == pytest.approx(stats.norm.cdf((140 - grid) / 7).mean(), abs=1e-3)
    counts = result.tables["observed_counts"].set_index(["scenario", "observed"])
    assert counts.loc[("free", "own"), ["figures", "missed"]].tolist() == [3, 2]
    assert counts.loc[("free", "own"), "expected"] == pytest.approx(0.3, abs=0.01)
    assert counts.loc[("free", "own"), "chance"] == pytest.approx(0.1, abs=0.01)  # all three hang on one rate
    assert counts.loc[("free", ""), "figures"] == 5
    still = table[table["scenario"] == "still"].set_index("observed")
    assert still.loc["own", "note"].tolist() == ["nothing varies"] * 3
    assert still.loc["both", "p95"] == pytest.approx(150 + 7 * stats.norm.ppf(0.95))
    course = result.tables["observed_course"]
    last = course[(course["scenario"] == "free") & (course["observed"] == "own") & (course["time"] == 2022.75)].iloc[0]
    assert [last["p05"], last["p95"], last["central"]] == pytest.approx([102.5, 147.5, 100], abs=0.2)


def test_too_few_runs_and_dates_outside_a_scenario_have_a_note(tmp_path: Path) -> None:
    scenario = [{"name": "long"}, {"name": "short", "set": {"FINAL TIME": 2019.75}}]
    observed = [{"name": "own", "output": "staff", "values": {"Sep 2019": 110.0, "Sep 2021": 150.0}}]
    result = back_test(tmp_path, observed=observed, scenario=scenario, monte_carlo={"runs": 50})
    assert result.tables["observed"]["note"].tolist() == ["too few runs: 72 needed"] * 3 + ["outside the run"]
    assert set(result.tables["observed"]["stands"]) == {""}
    assert result.tables["observed_counts"].empty


def test_failed_runs_are_left_out_and_counted(tmp_path: Path) -> None:
    """Runs with a rate below 0.05 take the root of a negative number."""
    scenario = [{"name": "as is"}, {"name": "short", "set": {"FINAL TIME": 2019.75}}]
    observed = [{"name": "own", "output": "staff", "values": {"Sep 2021": 130.0}}]
    made = back_test(tmp_path, FAILING, observed=observed, scenario=scenario)
    table = made.tables["observed"].set_index("scenario")
    assert table["lost"].tolist() == [200, 200]
    assert table.loc["as is", ["p05", "p95"]].tolist() == pytest.approx([100 + 4 * 5.25, 100 + 4 * 9.75], abs=0.2)
    assert table.loc["short", "note"] == "outside the run"
    course = made.tables["observed_course"].query("scenario == 'short'").set_index("time")
    assert course.loc[2019.75, ["p05", "p95"]].tolist() == pytest.approx([110.5, 119.5], abs=0.2)


def test_a_results_folder_keeps_the_tables_and_runs_again_from_there(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("date,value\nSep 2019,110\n")
    result = back_test(tmp_path, observed=[{"name": "own", "output": "staff", "file": "p.csv"}])
    assert (result.path / "observed" / "p.csv").read_text() == "date,value\nSep 2019,110\n"
    again = llr_sd.run_study(result.path / "study.toml", out=tmp_path / "again")
    assert again.tables["observed"].equals(result.tables["observed"])


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p.csv").write_text("date,value\nSep 2019,110\n")
    observed = [{"name": n, "output": "staff", "file": f"{n}/p.csv"} for n in ("a", "b")]
    with pytest.raises(InputError, match=r"two tables of observed series are called p\.csv"):
        back_test(tmp_path, observed=observed)
