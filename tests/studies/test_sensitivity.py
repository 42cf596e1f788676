"""Sensitivity studies through the whole pipeline, against closed forms: from study.toml and .mdl to the tables."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.report.decision.words import lever_sentences
from llr_sd.report.sensitivity.read import main_cell
from llr_sd.report.sensitivity.words import sobol_sentences, unsettled
from llr_sd.result import REFUSED

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
ISHIGAMI = f"""{{UTF-8}}
x1 = 0 ~ Dmnl ~ |
x2 = 0 ~ Dmnl ~ |
x3 = 0 ~ Dmnl ~ |
y = SIN(x1) + 7 * SIN(x2) ^ 2 + 0.1 * x3 ^ 4 * SIN(x1) ~ Dmnl ~ |
even = 5 ~ Dmnl ~ |
{CLOCK}"""
STUDY = """title = "Ishigami"
model = "ishigami.mdl"
seed = {seed}
[uncertain]
names = ["x1", "x2", "x3"]
[uncertain.override]
x1 = {{ distribution = "uniform", low = -3.141592653589793, high = 3.141592653589793 }}
x2 = {{ distribution = "uniform", low = -3.141592653589793, high = 3.141592653589793 }}
x3 = {{ distribution = "uniform", low = -3.141592653589793, high = 3.141592653589793 }}
[outputs]
y = {{ variable = "y", at = 1 }}
level = {{ variable = "even", at = 1 }}
[monte_carlo]
runs = 64
[sobol]
base = {base}
second_order = true
"""
# Ishigami and Homma 1990 with a = 7, b = 0.1.
EXACT = {
    ("S1", "x1"): 0.3139,
    ("S1", "x2"): 0.4424,
    ("S1", "x3"): 0,
    ("ST", "x1"): 0.5576,
    ("ST", "x2"): 0.4424,
    ("ST", "x3"): 0.2437,
}


def write(folder: Path, text: str, **models: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    for name, model in models.items():
        (folder / f"{name}.mdl").write_text(model, encoding="utf-8")
    return folder


def indices(table: pd.DataFrame, output: str, index: str) -> pd.DataFrame:
    return table[(table["output"] == output) & (table["index"] == index)].set_index("input")


def test_ishigami_has_its_exact_indices(tmp_path: Path) -> None:
    inside = 0
    for seed in (0, 1, 2):
        result = llr_sd.run_study(write(tmp_path / str(seed), STUDY.format(seed=seed, base=4096), ishigami=ISHIGAMI))
        sobol = result.tables["sobol"]
        sums = result.tables["sobol_sums"].query("output == 'y'").set_index("index")
        for index in ("S1", "ST"):
            exact = sum(v for (i, _), v in EXACT.items() if i == index)
            assert sums.loc[f"{index} sum", "value"] == pytest.approx(exact, abs=0.06)
        cell = main_cell(result, "sobol")
        assert cell is not None
        assert "inputs act together" in " ".join(sobol_sentences(result, cell))
        for (index, name), exact in EXACT.items():
            row = indices(sobol, "y", index).loc[name]
            assert row["value"] == pytest.approx(exact, abs=0.03)
            inside += row["low"] <= exact <= row["high"]
        pair = sobol[(sobol["output"] == "y") & (sobol["index"] == "S2") & (sobol["input"] == "x1") & (sobol["other"] == "x3")]
        assert pair["value"].iloc[0] == pytest.approx(0.2437, abs=0.05)
    assert inside >= 15  # 95 % intervals, 18 of them: the chance of fewer than 15 is below 1 in 1,000
    even = sobol[sobol["output"] == "level"]
    assert set(even["note"]) == {"no variance"}
    assert even["value"].isna().all()


def test_a_stock_that_is_additive_in_its_inputs(tmp_path: Path) -> None:
    """S' = r - k S: S(2) = S0 (1 - k)^2 + r (1 + (1 - k)), so the shares of variance have a closed form."""
    model = (
        f"{{UTF-8}}\ns0 = 10 ~ WTE ~ |\nr = 3 ~ WTE/Year ~ |\nk = 0.2 ~ 1/Year ~ |\nS = INTEG(r - k * S, s0) ~ WTE ~ |\n{CLOCK}"
    )
    text = (
        'title = "Decay"\nmodel = "decay.mdl"\nseed = 3\n[uncertain]\nnames = ["s0", "r"]\n'
        '[uncertain.override]\ns0 = { distribution = "uniform", low = 5, high = 15 }\n'
        'r = { distribution = "uniform", low = 1, high = 5 }\n'
        '[outputs]\ns = { variable = "S" }\ns_end = { variable = "S", at = 2 }\n[sobol]\nbase = 8192\n'
    )
    result = llr_sd.run_study(write(tmp_path / "decay", text, decay=model))
    sobol = result.tables["sobol"]
    for t in (1, 2):
        by_stock, by_flow = (10 * 0.8**t) ** 2, (4 * sum(0.8**i for i in range(t))) ** 2
        rows = sobol[(sobol["output"] == "s") & (sobol["time"] == t)]
        for index in ("S1", "ST"):
            got = rows[rows["index"] == index].set_index("input")["value"]
            assert got["s0"] == pytest.approx(by_stock / (by_stock + by_flow), abs=0.01)
            assert got["r"] == pytest.approx(by_flow / (by_stock + by_flow), abs=0.01)


def test_shares_of_a_rank_and_of_all_dates_and_a_log_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rank of exp(x2) is uniform, so x2 has all of it; the log of y, which is below 0 in places, is told as missing."""
    model = ISHIGAMI.replace("even = 5", "grown = EXP(3*x2) * (1 + Time) ~ Dmnl ~ |\neven = 5")
    text = STUDY.format(seed=1, base=64).replace('level = { variable = "even", at = 1 }', 'grown = { variable = "grown" }')
    write(tmp_path / "a", text + 'scale = { y = "log", grown = "rank" }\n', ishigami=model)
    assert main(["run", str(tmp_path / "a"), "--verify", "0"]) == 1
    assert "Not given: Sobol indices of y" in " ".join(capsys.readouterr().out.split())
    result = llr_sd.open_result(tmp_path / "a" / "results")
    sobol, whole = result.tables["sobol"], result.tables["sobol_over_time"]
    of_y = sobol[sobol["output"] == "y"]
    assert of_y["value"].isna().all()
    assert not of_y["skewed"].any()
    assert set(whole["output"]) == {"grown"}
    for table in (sobol[(sobol["output"] == "grown") & (sobol["time"] == 2)], whole):
        assert set(table["scale"]) == {"rank"}
        assert indices(table, "grown", "ST")["value"].to_dict() == pytest.approx({"x1": 0, "x2": 1, "x3": 0}, abs=0.1)
    sums = result.tables["sobol_sums"]
    assert sums[(sums["output"] == "grown") & (sums["index"] == "ST sum")]["value"].to_numpy() == pytest.approx(1, abs=0.1)


def test_a_failed_run_costs_its_block_and_is_counted(tmp_path: Path) -> None:
    planted = ISHIGAMI.replace("y = SIN(x1)", "y = IF THEN ELSE(x3 > 3.1, LN(-1), 0) + SIN(x1)")
    result = llr_sd.run_study(write(tmp_path / "a", STUDY.format(seed=1, base=1024), ishigami=planted))
    sobol = result.tables["sobol"]
    got = indices(sobol, "y", "ST")
    assert 0 < got["lost"].iloc[0] < 0.05 * 1024
    assert (got["blocks"] + got["lost"] == 1024).all()
    assert got.loc["x2", "value"] == pytest.approx(0.45, abs=0.05)
    many = ISHIGAMI.replace("y = SIN(x1)", "y = IF THEN ELSE(x3 > 2, LN(-1), 0) + SIN(x1)")
    result = llr_sd.run_study(write(tmp_path / "b", STUDY.format(seed=1, base=64), ishigami=many))
    refused = indices(result.tables["sobol"], "y", "ST")
    assert refused["value"].isna().all()
    assert (refused["note"] == REFUSED).all()
    assert len(result.failures) > 0


def test_convergence_is_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = STUDY.format(seed=1, base=16) + "[convergence]\ntolerance = 0.1\nbudget = 40000\n"
    result = llr_sd.run_study(write(tmp_path / "a", text, ishigami=ISHIGAMI))
    assert result.manifest["converged"] is True
    history = result.tables["convergence"]
    assert (history["base"] == 16 * 2 ** np.arange(len(history))).all()
    assert history["widest"].iloc[-1] <= 0.1
    text = STUDY.format(seed=1, base=16) + "[convergence]\ntolerance = 0.001\nbudget = 1000\n"
    write(tmp_path / "b", text, ishigami=ISHIGAMI)
    assert main(["run", str(tmp_path / "b")]) == 0
    assert main(["run", str(tmp_path / "b"), "--require-converged"]) == 1
    result = llr_sd.open_result(tmp_path / "b" / "results")
    assert result.manifest["converged"] is False
    assert unsettled(result).startswith(
        "The sensitivity shares have not settled after 512 of at most 1,000 runs: the widest 95% interval is ±"
    )


DECISION = """title = "Hiring"
model = "staff"
seed = 5
compare_with = "as now"
[[scenario]]
name = "as now"
[[scenario]]
name = "hire"
set = { hiring = 30 }
[[scenario]]
name = "keep and hire"
set = { hiring = 30, leave_junior = 0.1 }
[uncertain]
names = ["leave_senior"]
[outputs]
staff_2020 = { variable = "all staff", at = 2020.75 }
hired = { variable = "hiring", at = 2020.75 }
cost = { expression = "10 * hired + staff_2020" }
[[target]]
name = "enough"
output = "staff_2020"
at_least = 175
[[attribution]]
base = "as now"
scenario = "keep and hire"
[levers]
scenario = "as now"
target = "enough"
cost = "cost"
probability = 0.9
[levers.set]
hiring = [10, 20, 30, 40, 50]
[value_of_information]
benefit = "staff_2020"
options = ["as now", "hire"]
[monte_carlo]
runs = 200
"""


def test_comparisons_attribution_and_levers(staff: Path) -> None:
    (staff / "study.toml").write_text(DECISION, encoding="utf-8")
    result = llr_sd.run_study(staff)
    runs = result.runs["staff_2020"]
    change = (runs.sel(scenario="keep and hire") - runs.sel(scenario="as now")).values
    parts = result.tables["attribution"].query("output == 'staff_2020' and statistic == 'mean'").set_index("lever")["value"]
    assert parts["difference"] == pytest.approx(change.mean(), rel=1e-12)
    assert parts["hiring"] + parts["leave_junior"] == pytest.approx(parts["difference"], rel=1e-12)
    paired = result.tables["differences"].query("scenario == 'hire' and statistic == 'mean'")
    hire = (runs.sel(scenario="hire") - runs.sel(scenario="as now")).values
    assert paired[paired["output"] == "staff_2020"]["value"].iloc[0] == pytest.approx(hire.mean(), rel=1e-12)
    levers = result.tables["levers"]
    again = levers[levers["fresh_runs"] > 0]
    best = again[again["confirmed"]].iloc[0]
    assert again["fresh_cost"].max() == best["fresh_cost"]
    assert (best["fresh_runs"], best["fresh_low"] >= 0.9) == (200, True)
    assert 0 < abs(best["fresh_cost"] - best["cost"]) < best["cost_high"] - best["cost_low"]  # the same draws would give 0
    assert lever_sentences(result)[0].startswith(f"hiring {best['hiring']:g}")
    assert (levers.sort_values("hiring")["probability"].diff().dropna() >= 0).all()
    assert set(result.tables["information"]["input"]) == {"leaving rate[senior]"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('compare_with = "as now"', 'compare_with = "as no"', ["compare_with", 'Did you mean "as now"']),
        ('target = "enough"', 'target = "enoug"', ["levers > target", 'Did you mean "enough"']),
        ('cost = "cost"', 'cost = "cots"', ["levers > cost", 'Did you mean "cost"']),
        ('benefit = "staff_2020"', 'benefit = "staff_202"', ["value_of_information", "staff_2020"]),
        ("hiring = [10,", "hirin = [10,", ['Did you mean "hiring"']),
        (
            "[levers]",
            '[[correlation]]\nbetween = ["leave_senior", "hiring"]\nrank = 0.4\n[levers]',
            ["correlation > 1", "hiring"],
        ),
        ("[levers]", "[sobol]\nbase = 100\n[levers]", ["sobol > base", "power of two"]),
        ("[levers]", "[convergence]\n[levers]", ["no [sobol]"]),
    ],
)
def test_analyses_that_do_not_fit_are_refused(
    staff: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: list[str]
) -> None:
    assert old in DECISION
    (staff / "study.toml").write_text(DECISION.replace(old, new, 1), encoding="utf-8")
    assert main(["run", str(staff)]) == 2
    printed = capsys.readouterr().err
    for words in says:
        assert words in printed
    assert len(printed.splitlines()) <= 2


def test_an_impossible_correlation_names_the_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = "".join(
        f'[[correlation]]\nbetween = ["{a}", "{b}"]\nrank = {r}\n'
        for a, b, r in [("x1", "x2", 0.9), ("x2", "x3", 0.9), ("x1", "x3", -0.9)]
    )
    write(tmp_path / "a", STUDY.format(seed=1, base=16) + pairs, ishigami=ISHIGAMI)
    assert main(["run", str(tmp_path / "a")]) == 2
    assert re.search(r"correlation between x\d and x\d: rank = .* contradicts .* it can be at", capsys.readouterr().err)


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_more_draws_keep_the_first(staff: Path) -> None:
    first = llr_sd.run_study(staff, out=staff / "a").tables["design"]
    text = (staff / "study.toml").read_text(encoding="utf-8")
    (staff / "study.toml").write_text(text.replace("runs = 12", "runs = 120"), encoding="utf-8")
    more = llr_sd.run_study(staff, out=staff / "b").tables["design"]
    pd.testing.assert_frame_equal(more.iloc[:12], first)


@pytest.mark.slow
def test_threads_and_a_cluster_with_a_killed_worker_give_the_same_bytes(staff: Path, capsys: pytest.CaptureFixture[str]) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra cluster")
    text = (staff / "study.toml").read_text(encoding="utf-8")
    (staff / "study.toml").write_text(text.replace("runs = 12", "runs = 60000"), encoding="utf-8")
    here = [files(llr_sd.run_study(staff, out=staff / "results", threads=n).path) for n in (1, 2, 4)]
    assert here[0] == here[1] == here[2]
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        killed = []

        def kill(stage: str, done: int, total: int) -> None:
            if not killed and done:
                killed.append(next(iter(cluster.workers.values())).pid)
                import os
                import signal

                os.kill(killed[0], signal.SIGKILL)
                time.sleep(0.5)

        result = llr_sd.run_study(staff, out=staff / "results", scheduler=cluster.scheduler_address, progress=kill)
    assert killed
    assert files(result.path) == here[0]


def test_no_cluster_at_the_address(staff: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra cluster")
    assert main(["run", str(staff), "--scheduler", "nonsense"]) == 2
    assert "--scheduler" in capsys.readouterr().err
