"""The sentences on what moves a result, each with the opposite case planted: none says more than its numbers and their intervals."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_result import BEST, analysed_result

from llr_sd.report.sections import findings
from llr_sd.report.sensitivity.read import main_cell
from llr_sd.report.sensitivity.sections import screening_section, shares_section
from llr_sd.report.sensitivity.words import morris_sentences, sobol_sentences, sobol_title
from llr_sd.result import NO_LOG, NO_VARIANCE, NOT_JUDGED, REFUSED, Constant, NoBox, StudyResult, Undefined, to_manifest
from llr_sd.studyparts import Correlation

CELL = {"scenario": BEST, "output": "gp_2020", "time": 2020.75, "other": "", "lost": 0, "blocks": 512, "note": ""}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return analysed_result(tmp_path_factory.mktemp("result"))


def planted(result: StudyResult, table: str, numbers: dict[tuple[str, str], tuple[float, float]], **cell: object) -> StudyResult:
    """A result with these numbers of an analysis alone: value and half width by index and input."""
    rows = [CELL | {"index": i, "input": n, "value": v, "low": v - h, "high": v + h} | cell for (i, n), (v, h) in numbers.items()]
    tables = {k: v for k, v in result.tables.items() if k not in ("sobol", "shapley", "morris", "convergence")}
    return dataclasses.replace(result, tables={**tables, table: pd.DataFrame(rows)})


def sobol(result: StudyResult, alone: tuple[float, ...], total: tuple[float, ...], half: float) -> StudyResult:
    names = ("gp_quit_u55", "nq_join_prob", "fill_time")
    numbers = {("S1", n): (v, half) for n, v in zip(names, alone, strict=False)}
    return planted(result, "sobol", numbers | {("ST", n): (v, half) for n, v in zip(names, total, strict=False)})


def said(result: StudyResult) -> str:
    cell = main_cell(result, "sobol")
    assert cell is not None
    return " ".join(sobol_sentences(result, cell))


def test_a_sentence_and_its_title_name_one_share(plain: StudyResult) -> None:
    result = sobol(plain, (0.23, 0.38, 0.1), (0.39, 0.3, 0.12), 0.01)
    cell, section = main_cell(result, "sobol"), shares_section(result)
    assert cell is not None
    assert section is not None
    assert (
        sobol_title(result, cell) == "gp quit u55 moves GPs (WTE), end of Sep 2020 most: 39% of its spread, alone or with others"
    )
    first = section.sentences[0]
    assert "alone or with other inputs, gp quit u55 accounts for 39% (38 to 40%) of the spread" in first
    assert "23%" not in first


def test_shares_below_one_in_a_hundred_are_not_told_one_by_one(plain: StudyResult) -> None:
    text = said(sobol(plain, (0.999, 0.0005, 0.0004), (0.999, 0.0006, 0.0005), 0.0001))
    assert "gp quit u55 accounts for 99.9% (99.9 to above 99.9%) of the spread in GPs (WTE), end of Sep 2020." in text


def test_inputs_that_the_intervals_cannot_tell_apart_lead_together(plain: StudyResult) -> None:
    result = sobol(plain, (0.4, 0.39, 0.1), (0.41, 0.40, 0.12), 0.02)
    cell = main_cell(result, "sobol")
    assert cell is not None
    title = "gp quit u55 (41%) and nq join prob (40%) move GPs (WTE), end of Sep 2020 most, alone or with others: too close to tell apart"
    assert sobol_title(result, cell) == title
    without = sobol(plain, (0.6, 0.3), (0.61, 0.31), math.nan)
    assert "too close to tell apart" in sobol_title(without, cell)


def test_an_input_whose_interval_reaches_something_is_not_said_to_have_no_effect(plain: StudyResult) -> None:
    assert "fill time has no effect" in said(sobol(plain, (0.5, 0.5, 0.0), (0.5, 0.5, 0.0), 0.0))
    assert "no effect" not in said(sobol(plain, (0.5, 0.5, 0.0), (0.5, 0.5, 0.0), 0.02))


def test_a_log_that_there_is_not_is_said(plain: StudyResult) -> None:
    empty = {("ST", n): (math.nan, math.nan) for n in ("gp_quit_u55", "nq_join_prob")}
    text = said(planted(plain, "sobol", empty, note=NO_LOG, scale="log"))
    assert text.endswith("are not given: some of its values are not above 0 and have no logarithm.")


@pytest.mark.parametrize("correlated", [True, False])
def test_shapley_effects_of_another_order_are_named_beside_the_sobol_shares(plain: StudyResult, *, correlated: bool) -> None:
    groups = {("ST", "retention"): (0.7, 0.02), ("ST", "recruitment"): (0.31, 0.02)}
    first = planted(plain, "sobol", groups | {("ST", "gp_quit_u55"): (0.7, 0.02), ("ST", "nq_join_prob"): (0.31, 0.02)})
    pair = (Correlation(between=("gp_quit_u55", "nq_join_prob"), rank=0.4),)
    study = first.study.model_copy(update={"correlation": pair if correlated else ()})
    for shares, other in (((0.66, 0.34), False), ((0.3, 0.7), True)):
        effects = {("Shapley", n): (v, 0.02) for n, v in zip(("retention", "recruitment"), shares, strict=True)}
        shapley = planted(plain, "shapley", effects).tables["shapley"]
        result = dataclasses.replace(first, study=study, tables={**first.tables, "shapley": shapley})
        assert ("another order than that of the Sobol shares" in said(result)) == other
        section = shares_section(result)
        assert section is not None
        title = section.pictures[1].alternative
        leader = "Recruitment has 70%" if other and correlated else "Retention has 66%" if correlated else "Retention has 70%"
        assert leader in title
        assert (", by Shapley effects" in title) == correlated
        assert any("drawn independently" in s for s in findings(result)) == correlated


# --- screening -----------------------------------------------------------------------------------------------------------


def screened(result: StudyResult, values: dict[str, float], note: str = "", lost: int = 0) -> tuple[str, StudyResult]:
    made = planted(
        result, "morris", {("mu_star", n): (v, 0.0) for n, v in values.items()}, note=note, lost=lost, blocks=32 - lost
    )
    cell = main_cell(made, "morris")
    assert cell is not None
    return " ".join(morris_sentences(made, cell)), made


def test_a_screening_that_was_refused_does_not_say_that_nothing_moves(plain: StudyResult) -> None:
    nothing = dict.fromkeys(("gp_quit_u55", "nq_join_prob"), math.nan)
    text, _ = screened(plain, nothing, REFUSED, 20)
    assert text.endswith("is not given: 20 of 32 trajectories were lost to runs without a result.")
    text, _ = screened(plain, nothing)
    assert text.endswith("has no number.")
    text, _ = screened(plain, dict.fromkeys(nothing, 0.0), NO_VARIANCE)
    assert text == "No input moves GPs (WTE), end of Sep 2020 in “everything works” in any of 32 trajectories."


def test_inputs_are_held_as_far_as_the_screenings_show_that_are_given(plain: StudyResult) -> None:
    text, result = screened(plain, {"gp_quit_u55": 30.0, "nq_join_prob": 0.1})
    assert "The others could be held at their central values: nq join prob." in text
    other = pd.DataFrame([CELL | {"output": "gp", "index": "mu_star", "input": "nq_join_prob", "value": np.nan, "note": REFUSED}])
    both = dataclasses.replace(result, tables={**result.tables, "morris": pd.concat([result.tables["morris"], other])})
    section = screening_section(both)
    assert section is not None
    assert "values, as far as the outputs show whose screening is given: nq join prob." in " ".join(section.sentences)


def test_inputs_that_cannot_be_judged_are_named_and_not_held(plain: StudyResult) -> None:
    _, result = screened(plain, {"gp_quit_u55": 30.0, "nq_join_prob": math.nan})
    table = result.tables["morris"].assign(note=["", NOT_JUDGED])
    result = dataclasses.replace(result, tables={**result.tables, "morris": table})
    section = screening_section(result)
    assert section is not None
    text = " ".join(section.sentences)
    assert "does not judge nq join prob: it has a value rarer than 1 in 40" in text
    assert "could be held" not in text
    assert "the most of 1 judged input" in text
    assert (
        "has the largest effect on GPs (WTE), end of Sep 2020 of the inputs that are judged: 30 WTE"
        in section.pictures[0].alternative
    )
    assert any("does not judge nq join prob" in s for s in findings(result))
    both = dataclasses.replace(result, tables={**result.tables, "morris": table.assign(note=NOT_JUDGED)})
    assert any("does not judge gp quit u55 and nq join prob: they have values rarer" in s for s in findings(both))


# --- facts of the manifest -----------------------------------------------------------------------------------------------


def test_facts_are_told_by_scenario_and_by_label(plain: StudyResult) -> None:
    names = [s.name for s in plain.study.scenario]
    facts = [
        *(Undefined("gp_2020", n, 3 + i, 40) for i, n in enumerate(names[:5])),
        *(Constant("gp_2020", n, 40) for n in names[:2]),
        NoBox("639 GPs", names[0], 0, 40), NoBox("639 GPs", names[1], 40, 40), NoBox("639 GPs", names[2], 10, 40),
    ]  # fmt: skip
    result = dataclasses.replace(plain, manifest={"facts": to_manifest(facts)}, tables={})
    none, every, unfound, undefined, constant = findings(result)
    assert none == f"In “{names[0]}” no run misses “639 GPs”: there is no box to look for."
    assert every == f"In “{names[1]}” every run misses “639 GPs”: there is no box to look for."
    assert unfound == f"In “{names[2]}” 25% of all runs miss “639 GPs”, and no box in the inputs gathers them."
    assert undefined.startswith(
        f"GPs is undefined in 3 of 40 runs of “{names[0]}”, in 4 of 40 runs of “{names[1]}” and in 5 of 40"
    )
    assert undefined.endswith("everything else keeps every run.")
    assert constant == f"GPs is the same in all 40 runs in “{names[0]}” and “{names[1]}”."
    alone = dataclasses.replace(result, study=plain.study.model_copy(update={"scenario": plain.study.scenario[:1]}))
    assert "is the same in all 40 runs." in findings(dataclasses.replace(alone, manifest={"facts": to_manifest(facts[3:4])}))[0]


def test_correlations_are_told_with_the_limit_that_tied_values_set(plain: StudyResult) -> None:
    pairs = [("gp_quit_u55", "nq_join_prob", 0.95, 0.86, -0.87, 0.87), ("gp_quit_u55", "fill_time", -0.4, -0.41, -1.0, 1.0)]
    table = pd.DataFrame(pairs, columns=["first", "second", "asked", "drawn", "least", "most"])
    result = dataclasses.replace(plain, manifest={}, tables={"correlations": table})
    assert findings(result) == (
        "Rank correlations in the draws: gp quit u55 with nq join prob 0.86 (asked 0.95, more than the 0.87 that discrete values allow); "
        "gp quit u55 with fill time −0.41 (asked −0.4).",
    )


def test_no_input_is_called_a_path(tmp_path: Path) -> None:
    """The name of an input could be a word of a sentence: sentences are made with labels, never replaced in."""
    result = analysed_result(tmp_path, findings=["The gp_quit_u55 of the file is 0.04."])
    assert findings(result)[-1] == "The gp_quit_u55 of the file is 0.04."
