"""A page's numbers are those of `llr-sd run`: every scenario, output, run, failure, median and chance; and its pool answers the newest ask."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_page_modules import TESTS, node

import llr_sd
from llr_sd.analysis import bounds, evaluate, tree_of, wilson
from llr_sd.analysis.summary import statistics_of
from llr_sd.exploring import made
from llr_sd.exploring.subject import subject_of
from llr_sd.rounding import reaches
from llr_sd.run.block import run_block
from llr_sd.run.prepare import PreparedStudy, prepare

RUNS = 80
"""Enough for all statistics."""
ROUNDING = 1e-12
"""What the page and the study may differ by: the study's processor multiplies and adds in one step, WebAssembly in two."""
FAILING = """
root[Skill] = SQRT(staff[Skill] - 64) ~ WTE ~ Undefined below 64. |
off = IF THEN ELSE(all staff > 176 :AND: Time > 2019, 1, 0) ~ WTE ~ A balance that is not held. |
"""
LAW = '[[conservation]]\nname = "no more than 176"\nvariable = "off"\ntolerance = 1e-6\nscale = "all staff"\n'


def in_node(script: str, *arguments: object) -> str:
    command = [node(), str(TESTS / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def page_file(what: str, folder: Path) -> Path:
    file = folder / "page.json"
    file.write_text(json.dumps(made.page_data(subject_of(what)).to_data()), encoding="utf-8")
    return file


def runs_in_page(file: Path, runs: int) -> dict[str, dict[str, Any]]:
    return {found["name"]: found for found in json.loads(in_node("study_runs.mjs", file, runs))}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at the runs before the page is made, which is tested elsewhere."""
    monkeypatch.setattr(made, "first_look", lambda prepared, engine: [])


@pytest.fixture
def failing(staff: Path) -> Path:
    """A study some of whose runs fail: by a number that is none, by a law; and an expression that is undefined in some."""
    model = staff / "staff" / "staff.mdl"
    model.write_text(model.read_text(encoding="utf-8").replace("INITIAL TIME", FAILING + "INITIAL TIME", 1), encoding="utf-8")
    (staff / "staff" / "checks.toml").write_text(LAW, encoding="utf-8")
    study = staff / "study.toml"
    text = study.read_text(encoding="utf-8").replace("runs = 12", f"runs = {RUNS}")
    more = 'root = { variable = "root" }\ninverse = { expression = "1 / max(staff_2020 - 150, 0) ** 2" }\n'
    study.write_text(text.replace("lost = {", more + "lost = {"), encoding="utf-8")
    return study


def same(page: Any, study: Any) -> bool:
    ours, theirs = np.asarray(page, dtype=np.float64), np.asarray(study, dtype=np.float64)
    return ours.shape == theirs.shape and bool(np.isclose(ours, theirs, rtol=ROUNDING, atol=0, equal_nan=True).all())


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("gp_plan", RUNS),
        ("retention_recruitment", RUNS),
        ("site_rutland", 24),
        pytest.param("left_shift", 8, marks=pytest.mark.slow),
    ],
)
def test_a_page_gives_the_numbers_of_its_study(name: str, runs: int, tmp_path: Path) -> None:
    found = runs_in_page(page_file(name, tmp_path), runs)
    plain = subject_of(name).prepared
    few = plain.study.monte_carlo.model_copy(update={"runs": runs})
    prepared = prepare(plain.study.model_copy(update={"monte_carlo": few}), plain.model)
    assert list(found) == [s.name for s in prepared.study.scenario]
    for sample in ("monte_carlo", "central"):
        for job in prepared.jobs(prepared.samples[sample]):
            block = run_block(prepared.study, prepared.model, job, "compiled", 2)
            page = found[prepared.study.scenario[job.setting].name]
            numbers = page["outputs" if sample == "monte_carlo" else "central"]
            for output, values in block.outputs.items():
                got = np.array(numbers[output], dtype=np.float64)
                if block.dims[output][:1] == ("time",):
                    times = np.isin(page["times"], block.coords["time"])
                    got = got.reshape(len(values), len(page["times"]), -1)[:, times]
                assert same(got.ravel(), values.ravel()), f"{page['name']}, {output}, {sample}"
            if sample == "monte_carlo":
                assert page["ok"] == block.ok.tolist()
                assert [tuple(f) for f in page["failures"]] == list(block.failures)
                assert_statistics(page, prepared, block.outputs, block.ok)


def assert_statistics(
    page: Mapping[str, Any], prepared: PreparedStudy, outputs: Mapping[str, np.ndarray], ok: np.ndarray
) -> None:
    """Medians with their intervals and chances, as the tables of a study have them."""
    for name, row in page["medians"].items():
        good = outputs[name][ok]
        table = statistics_of(good.reshape(-1, 1), pd.DataFrame({"cell": [0]})).set_index("statistic")
        assert same(row, table.loc["p50", ["value", "low", "high"]].astype(float)), f"{page['name']}, {name}"
    for target, row in zip(prepared.study.target, page["chances"], strict=True):
        good = outputs[target.output][ok & np.isfinite(outputs[target.output])]
        met = int(reaches(good, target.at_least, target.at_most).sum())
        assert same(row, (*wilson(met, len(good)), *bounds(met, len(good), len(ok) - len(good)))), target.name


@pytest.mark.usefixtures("undrawn")
def test_failed_runs_and_undefined_numbers_are_those_of_the_results_folder(failing: Path, tmp_path: Path) -> None:
    result = llr_sd.run_study(llr_sd.load_study(failing), out=tmp_path / "results")
    found = runs_in_page(page_file(str(failing), tmp_path), RUNS)
    failed = result.tables["failures"].query("sample == 'monte_carlo'")
    summary = result.tables["summary"].query("statistic == 'p50'").set_index(["scenario", "output"])
    many = failed["scenario"].value_counts()
    assert many["no hiring"] == RUNS
    assert 20 < many["as now"] < RUNS - 20
    assert {'breaks the law "no more than 176"', "not a number"} == set(failed["reason"])
    assert 10 < summary.loc[("as now", "inverse"), "runs"] < RUNS - many["as now"]
    for name, page in found.items():
        rows = failed[failed["scenario"] == name]
        assert [tuple(f) for f in page["failures"]] == list(
            zip(*(rows[c] for c in ("run", "time", "variable", "reason")), strict=True)
        )
        runs = result.runs.sel(scenario=name)
        assert page["ok"] == runs["ok"].values.tolist()
        for output, values in page["outputs"].items():
            assert same(values, runs[output].values.ravel()), f"{name}, {output}"
            assert same(page["central"][output], runs[f"central: {output}"].values.ravel()), f"{name}, {output}, central"
        for output, row in page["medians"].items():
            assert same(row, summary.loc[(name, output), ["value", "low", "high"]].astype(float)), f"{name}, {output}"
        for target, row in zip(
            result.tables["targets"].query("scenario == @name").to_dict("records"), page["chances"], strict=True
        ):
            assert same(row, [target[k] for k in ("probability", "low", "high", "least", "most")])


@pytest.mark.usefixtures("quick")
def test_the_pool_answers_the_newest_ask_on_workers_and_without(staff: Path, tmp_path: Path) -> None:
    assert "the pool holds" in in_node("pool_check.mjs", page_file(str(staff / "study.toml"), tmp_path))


def test_an_expression_says_the_same_in_the_page(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    values = {n: rng.normal(0, 1, 400) * 10.0 ** rng.integers(-5, 6, 400) for n in ("a", "b")}
    for array in values.values():
        array[:6] = 0.0, 1.0, -1.0, np.nan, 0.3, 1e200
    values["b"][4] = 0.1 + 0.2
    texts = [f"a ** {n}" for n in (-3, -1, 0, 0.5, 2, 3, 7)] + ["abs(b) ** a", "1 ** (1 / a)", "(-1) ** (1 / abs(a))"]
    texts += ["a - b", "1 / a - 5", "-a - -b", "max(a, b) - min(a, b)", "abs(a - 0.3) / (b - b)", "2 * a - b * 3 / a", "7"]
    plain = {n: [None if np.isnan(x) else x for x in array] for n, array in values.items()}
    file = tmp_path / "expressions.json"
    file.write_text(json.dumps({"trees": [tree_of(t, "here") for t in texts], "values": plain}), encoding="utf-8")
    for text, page in zip(texts, json.loads(in_node("expressions.mjs", file)), strict=True):
        # Math.pow and NumPy may differ in the last place; sums, products and quotients may not.
        want, got = evaluate(text, values, "here"), np.array(page, dtype=np.float64)
        assert np.isclose(got, want, rtol=3e-16 if "**" in text else 0, atol=0, equal_nan=True).all(), text
