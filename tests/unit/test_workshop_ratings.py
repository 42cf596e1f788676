"""The ratings that a workshop shows: those of `llr-sd run` of the same register and runs, and what they hang on held against SciPy."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import llr_sd
from llr_sd import store
from llr_sd.errors import ResultError
from llr_sd.register import load_register
from llr_sd.workshop import ratings
from llr_sd.workshop.ratings import Ratings, ratings_of, strongest

RUNS = 64
KEPT = ("R002", "R008")
STUDY = """
title = "Two risks of the log"
question = "Do their ratings hold?"
register = "llr_2017.toml"
seed = 20171031

[monte_carlo]
runs = 64

[sobol]
base = 8
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled log with two of its risks, which take one model."""
    place = tmp_path_factory.mktemp("log")
    whole = load_register("llr_2017")
    text = whole.file.read_text(encoding="utf-8")
    head, *risks = text.split("\n[[risk]]\n")
    kept = [r for r in risks if r.split('"')[1] in KEPT]
    (place / "llr_2017.toml").write_text("\n[[risk]]\n".join([head, *kept]), encoding="utf-8")
    shutil.copy(whole.matrix_file, place)
    (place / "study.toml").write_text(STUDY, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def folder(log: Path) -> Path:
    llr_sd.run_study(log / "study.toml", out=log / "results", verify=0)
    return log / "results"


@pytest.fixture(autouse=True)
def small(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratings, "load_study", lambda name: llr_sd.load_study(log / "study.toml"))
    monkeypatch.setattr(ratings, "load_register", lambda name: load_register(log / f"{name}.toml"))


@pytest.fixture
def quick(small: None) -> Ratings:
    return ratings_of(runs=RUNS)


def test_ratings_made_with_the_page_are_those_of_a_study_of_the_same_runs(folder: Path, quick: Ratings) -> None:
    read = ratings_of(folder)
    assert replace(read, source="") == replace(quick, source="")
    assert quick.source == f"{RUNS} runs of each model, made with this page"
    assert read.source == f"{RUNS} runs of each model, read from the results folder results"


def test_scores_are_those_of_the_table_of_ratings(folder: Path, quick: Ratings) -> None:
    rows = llr_sd.open_result(folder).tables["ratings"].query("verdict != ''").set_index(["risk", "ladder"])
    assert tuple(r.id for r in quick.risks) == KEPT
    for risk in quick.risks:
        for ladder, stand in zip(rows.loc[risk.id].index, risk.stands, strict=True):
            row = rows.loc[(risk.id, ladder)]
            for name in ("likelihood", "consequence", "score"):
                assert getattr(stand, name) == (row[name], row[f"{name}_low"], row[f"{name}_high"])
            assert stand.date == row["horizon"]
            assert stand.runs == row["runs"]
            assert stand.illustrative == row["illustrative"]
            assert quick.scores[risk.likelihood - 1][risk.consequence - 1] == row["published_score"]


def test_what_was_run_before_is_taken_as_it_was(quick: Ratings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise AssertionError("it ran again")

    monkeypatch.setattr(ratings, "first_ratings", refuse)
    assert ratings_of(runs=RUNS) == quick
    with pytest.raises(AssertionError, match="it ran again"):
        ratings_of(runs=RUNS + 2)


def test_its_data_are_plain_and_hold_every_risk(quick: Ratings) -> None:
    data = quick.to_data()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert [r["wording"] for r in data["risks"]] == [r.wording for r in quick.risks]
    labels = {tie["label"] for r in data["risks"] for s in r["stands"] for tie in s["ties"]}
    assert labels
    assert not any("_" in label for label in labels), "a reader would see the name of a variable"


def test_a_folder_that_holds_no_ratings_of_this_log_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ResultError) as missing:
        ratings_of(tmp_path / "nowhere")
    assert missing.value.exit_code == 2
    whole = llr_sd.open_result(folder)
    with monkeypatch.context() as patch:
        patch.setattr(store, "open_result", lambda path: replace(whole, tables={}))
        with pytest.raises(ResultError, match="holds no ratings of risks") as wrong:
            ratings_of(folder)
        assert "llr-sd run risk_ratings" in wrong.value.mend
    register = load_register("llr_2017")
    changed = register.model_copy(update={"title": "Another log"})
    monkeypatch.setattr(ratings, "load_register", lambda name: changed)
    with pytest.raises(ResultError, match="is not of the risk log llr_2017"):
        ratings_of(folder)


def test_ties_are_rank_correlations_and_leave_out_what_is_tied_by_its_partner_alone() -> None:
    rng = np.random.default_rng(7)
    cause, noise = rng.normal(size=(2, 4000))
    partner = cause + 0.3 * rng.normal(size=4000)
    loss = np.exp(cause) + 0.1 * rng.normal(size=4000)
    loss[:3] = np.nan
    draws = {"cause": cause, "noise": noise, "partner": partner, "still": np.ones(4000)}
    free = strongest(draws, loss, set())
    assert [name for name, _ in free] == ["cause", "partner"]
    assert free[0][1] == pytest.approx(stats.spearmanr(cause[3:], loss[3:]).statistic)
    assert [name for name, _ in strongest(draws, loss, {frozenset(("cause", "partner"))})] == ["cause"]
    assert strongest(draws, np.zeros(4000), set()) == []
