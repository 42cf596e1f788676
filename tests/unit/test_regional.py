"""What the draws alone say of the inputs: runs told apart, shares that keep correlations, runs that fail; against closed forms."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from SALib.test_functions import Ishigami

import llr_sd
from llr_sd import sampling
from llr_sd.analysis import given_data, separations
from llr_sd.design import Design, Plan
from llr_sd.errors import InputError
from llr_sd.report.outcome.sure import how_sure
from llr_sd.report.outcome.words import answer
from llr_sd.report.sensitivity.causes import cause_sentences
from llr_sd.report.sensitivity.drawn import Divide, Divided, divided, divided_sentences, drawn_sentences, drawn_shares
from llr_sd.report.shared.inputs import Share
from llr_sd.report.terminal import terminal_summary

RUNS = 4000


def design_of(**columns: np.ndarray) -> Design:
    return Design(tuple(columns), np.column_stack(list(columns.values())), "monte_carlo", 1)


def test_a_discrete_input_is_divided_between_two_of_its_values() -> None:
    n = np.repeat([1.0, 2.0, 4.0], 20)
    (low,) = separations(design_of(n=n), ("n",), n < 2, np.ones(60, dtype=bool))
    (high,) = separations(design_of(n=n), ("n",), n > 2, np.ones(60, dtype=bool))
    assert (low.at, low.side, low.here, low.elsewhere) == (1.5, "below", 1, 0)
    assert (high.at, high.side, high.here, high.elsewhere) == (3, "above", 1, 0)


@pytest.mark.parametrize("up", [True, False])
def test_the_distance_of_a_chance_that_grows_with_the_input(up: bool) -> None:
    """P(marked | x) = x gives the densities 2x and 2 (1 - x): a distance of 1/2 at 1/2, and shares of 3/4 and 1/4 beside it."""
    random = np.random.default_rng(1)
    x, z, coin = random.random((3, RUNS))
    marked = coin < (x if up else 1 - x)
    first, other = separations(design_of(z=z, x=x), ("z", "x"), marked, np.ones(RUNS, dtype=bool))
    assert (first.input, first.side, first.told, other.told) == ("x", "above" if up else "below", True, False)
    assert (first.distance, first.at) == (pytest.approx(0.5, abs=0.04), pytest.approx(0.5, abs=0.1))
    assert first.here == pytest.approx(0.75, abs=0.06)
    assert first.elsewhere == pytest.approx(0.25, abs=0.06)


def test_inputs_without_effect_are_seldom_told_apart() -> None:
    false = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        names = tuple(f"x{i}" for i in range(10))
        design = Design(names, random.random((200, 10)), "monte_carlo", 1)
        false += any(s.told for s in separations(design, names, random.random(200) < 0.3, np.ones(200, dtype=bool)))
    assert false <= 12  # 5 % of 100 at most; 12 or fewer with probability 0.999


def test_runs_that_are_not_judged_do_not_count() -> None:
    x = np.linspace(0.001, 0.999, 999)
    found = separations(design_of(x=x), ("x",), x > 0.5, x < 0.75)[0]
    assert (found.distance, found.share_above, found.share_below) == (1.0, 1.0, 0.0)


def test_a_structured_design_is_refused() -> None:
    plan = Plan(2, ("x",), (("x",),))
    design = Design(("x",), np.array([[1.0], [2.0]]), "morris", 1, plan)
    ok = np.ones(2, dtype=bool)
    for call in (lambda: separations(design, ("x",), ok, ok), lambda: given_data(design, ("x",), np.ones(2), np.ones((2, 1)))):
        with pytest.raises(InputError, match="morris"):
            call()


COVARIANCE = np.array([[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]])
WEIGHTS = np.array([1.0, 2.0, 1.5])
LINEAR = (COVARIANCE @ WEIGHTS) ** 2 / (WEIGHTS @ COVARIANCE @ WEIGHTS)
"""Var(E[Y | X_i]) / Var(Y) of a linear function of correlated normals."""
ISHIGAMI = np.array([0.3139051911, 0.4424111448, 0])


@pytest.mark.parametrize(("kind", "exact"), [("linear", LINEAR), ("ishigami", ISHIGAMI)])
def test_shares_from_the_runs_cover_the_closed_form(kind: str, exact: np.ndarray) -> None:
    inside, total, seeds = np.zeros(3), np.zeros(4), 40
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        if kind == "linear":
            x = random.multivariate_normal(np.zeros(3), COVARIANCE, 600)
            y = x @ WEIGHTS
        else:
            x = random.uniform(-np.pi, np.pi, (600, 3))
            y = Ishigami.evaluate(x)
        found = given_data(design_of(a=x[:, 0], b=x[:, 1], c=x[:, 2]), ("a", "b", "c"), sampling.dummy(seed, 600), y[:, None])
        inside += (found.low[:-1, 0] <= exact) & (exact <= found.high[:-1, 0])
        total += found.value[:, 0]
    assert total / seeds == pytest.approx([*exact, 0], abs=0.02)  # the dummy last: no effect is 0 on average
    assert (inside / seeds).mean() >= 0.88


def test_a_discrete_input_is_taken_value_by_value() -> None:
    """Y = g(k) + e with g = 0, 3, 1 at thirds: Var(g) = 14/9, Var(e) = 1/12."""
    random = np.random.default_rng(3)
    k = random.integers(3, size=RUNS)
    y = np.array([0.0, 3.0, 1.0])[k] + random.random(RUNS)
    found = given_data(design_of(k=k.astype(float)), ("k",), random.random(RUNS), y[:, None])
    assert found.value[0, 0] == pytest.approx((14 / 9) / (14 / 9 + 1 / 12), abs=0.005)


def test_shares_are_not_given_of_a_constant_or_of_few_runs() -> None:
    x = np.linspace(0, 1, 200)
    y = np.column_stack([x * 0 + 3, np.where(np.arange(200) < 99, x, np.nan), x])
    found = given_data(design_of(x=x), ("x",), sampling.dummy(1, 200), y)
    assert found.note == ("no variance", "no interval", "")
    assert np.isnan(found.value[:, :2]).all()
    assert found.value[0, 2] == pytest.approx(1)


def test_the_dummy_is_the_same_again_and_no_input() -> None:
    assert (sampling.dummy(1, 50) == sampling.dummy(1, 100)[:50]).all()
    assert (sampling.dummy(1, 50) != sampling.dummy(2, 50)).any()


MODEL = """{UTF-8}
x = 0.5 ~ Year ~ |
z = 0.5 ~ Dmnl ~ |
w = 0.5 ~ Dmnl ~ |
y = z + 0*LN(FAIL) ~ Dmnl ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 1 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""
STUDY = """title = "t"
model = "m.mdl"
[outputs]
y = { variable = "y", at = 1 }
ratio = { expression = "1 / max(0, y - 0.2)" }
[[target]]
name = "half"
output = "y"
at_least = 0.5
[[target]]
name = "low ratio"
output = "ratio"
at_most = 2
[monte_carlo]
runs = RUNS
""" + "".join(f'[uncertain.override.{n}]\ndistribution = "uniform"\nlow = 0\nhigh = 1\n' for n in "xzw")


def run(folder: Path, runs: int = 1000, fail: str = "0.69 - x", more: str = "") -> llr_sd.StudyResult:
    folder.mkdir(exist_ok=True)
    (folder / "m.mdl").write_text(MODEL.replace("FAIL", fail), encoding="utf-8")
    (folder / "study.toml").write_text(STUDY.replace("RUNS", str(runs)) + more, encoding="utf-8")
    return llr_sd.run_study(folder, verify=0)


def test_failed_runs_bound_every_chance_and_their_cause_is_said(tmp_path: Path) -> None:
    result = run(tmp_path)
    row = result.targets.set_index("target").loc["half"]
    assert row["lost"] == pytest.approx(310, abs=50)
    assert (row["least"], row["most"]) == (row["met"] / 1000, (row["met"] + row["lost"]) / 1000)
    summary = result.summary.query("statistic == 'probability'").set_index("output")
    assert summary.loc["half", ["lost", "least", "most"]].tolist() == [row["lost"], row["least"], row["most"]]
    said, short = " ".join(answer(result)), " ".join(terminal_summary(result).split())
    bounds = f"{row['least']:.0%}".removesuffix("%") + f" to {row['most']:.0%}"
    assert f"; {bounds} with the {row['lost']} runs without a result" in said
    assert f"[{bounds}]" in short
    assert re.search(r"Runs fail more often with x above 0\.6[89]\d* years \(100% of those runs, 0% of the others\)\.", short)
    assert re.search(r"ratio is undefined more often with z below 0\.(2|19\d) \(100% of those runs, 0% of the others\)\.", short)
    assert any("wider range" in s for s in how_sure(result))
    assert "in square brackets" in (result.path / "report.html").read_text(encoding="utf-8")
    causes = result.tables["failure_causes"].set_index(["output", "input"])
    assert causes.loc[("", "x"), "p_adjusted"] < 1e-9
    assert causes.loc[("", "w"), "p_adjusted"] > 0.05
    assert "with w" not in short


def test_runs_fail_on_the_other_side_or_at_random_or_too_seldom_to_say(tmp_path: Path) -> None:
    below = cause_sentences(run(tmp_path / "below", fail="x - 0.3"))[0]
    assert below.startswith("Runs fail more often with x below 0.3")
    several = run(tmp_path / "even", fail="1000 * x + 1000 * w - INTEGER(1000 * x + 1000 * w) - 0.1")
    assert cause_sentences(several)[0].endswith("and no single input is found that tells those from the others.")
    seldom = cause_sentences(run(tmp_path / "seldom", fail="x - 0.002"))[0]
    assert "too few of one kind to say which inputs bring that about" in seldom
    none = run(tmp_path / "none", fail="1")
    assert set(none.tables["failure_causes"]["output"]) == {"ratio"}
    assert "without a result" not in " ".join(answer(none)[:2])
    assert not (none.targets.set_index("target")["lost"]["half"])


def test_what_decides_a_target_is_said_from_its_facts(tmp_path: Path) -> None:
    result = run(tmp_path, fail="1")
    found = divided(result)
    assert found is not None
    assert "with z above 0.499, 100% of runs meet it, otherwise 0%" in divided_sentences(found)[0]
    none = replace(found, inputs=tuple(replace(i, p=0.06) for i in found.inputs))
    assert divided_sentences(none)[0].startswith("No single input is found that tells")
    assert divided_sentences(replace(found, inputs=(), note="3 of 9"))[0].endswith("is not given: 3 of 9.")
    four = tuple(Divide(Share(n, n, 0.5, 0, 1), n, "below 1", 0.9, 0.1, 0.01) for n in "abcd")
    assert divided_sentences(Divided("s", "t", 30, 60, "", four))[0].endswith(" 1 more input divides them too.")
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "What decides whether the target is met" in page


def test_a_target_met_by_few_runs_has_a_reason_in_place_of_numbers(tmp_path: Path) -> None:
    result = run(tmp_path, runs=30, fail="1")
    table = result.tables["regional"]
    assert table["distance"].isna().all()
    assert table["note"].str.contains("20 that meet it and 20 that miss it needed").all()
    found = divided(result)
    assert found is not None
    assert "is not given: " in divided_sentences(found)[0]


def test_shares_from_the_runs_are_made_where_they_are_worth_having(tmp_path: Path) -> None:
    assert "given_data" not in run(tmp_path / "few", runs=300, fail="1").tables
    tied = run(tmp_path / "tied", runs=300, fail="1", more='[[correlation]]\nbetween = ["x", "z"]\nrank = 0.9\n')
    rows = tied.tables["given_data"].query("output == 'y'").set_index("input")
    assert rows.loc["z", "value"] == pytest.approx(1)
    # The model does not use x; uniforms with this rank correlation of a Gaussian copula have E[Z | X] nearly 0.9 X.
    assert rows.loc["x", "value"] == pytest.approx(0.81, abs=0.06)
    assert rows.loc["w", "note"] == "not told from no effect"
    found = drawn_shares(tied)
    assert found is not None
    assert [s.input for s in found.told] == ["z", "x"]
    assert "correlations included" in drawn_sentences(tied, found)[0]
    assert "long tail" not in " ".join(drawn_sentences(tied, found))
    tailed = replace(found, cell=replace(found.cell, skewed=True, carried=12.4))
    assert "about 12 of 300 runs carry it" in " ".join(drawn_sentences(tied, tailed))
    assert drawn_sentences(tied, replace(found, told=()))[0].startswith("No input alone is told from one without effect")


def test_what_a_scenario_sets_is_not_judged_in_it(tmp_path: Path) -> None:
    more = '[[scenario]]\nname = "base"\n[[scenario]]\nname = "held"\nset = { x = 0.1, w = 0.5 }\n'
    result = run(tmp_path, more=more)
    for name in ("regional", "given_data", "failure_causes"):
        table = result.tables[name]
        held = table[(table["scenario"] == "held") & (table["input"] != "(dummy)")]
        assert set(held["input"]) == {"z"}, name


@pytest.mark.parametrize("runs", [2, 12])
def test_few_runs_have_no_range_anywhere(tmp_path: Path, runs: int) -> None:
    result = run(
        tmp_path,
        runs=runs,
        fail="1",
        more='[[scenario]]\nname = "a"\n[[scenario]]\nname = "set"\nset = { x = 0, z = 0.3, w = 0 }\n',
    )
    rows = result.summary.query("output == 'y' and statistic in ('p05', 'p95')").set_index("scenario")
    assert rows.loc["a", "value"].isna().all()
    assert (rows.loc["a", "note"] == "too few runs: 72 needed").all()
    assert rows.loc["set", "value"].tolist() == [0.3, 0.3]
    short, said = terminal_summary(result), " ".join(answer(result))
    assert "too few runs" in short
    assert "nine runs" not in said
    page = (result.path / "report.html").read_text(encoding="utf-8")
    assert "0.500 (too few runs)" in page
    assert "though inputs vary" not in page
    frame = pd.read_excel(result.path / "workbook.xlsx", sheet_name="Summary", engine="openpyxl")
    assert frame.loc[(frame["scenario"] == "a") & (frame["statistic"] == "p95"), "value"].isna().all()
