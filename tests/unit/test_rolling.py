"""A quarter held against the forecast made before it: closed forms of band, bias and state, refusals, and a start that runs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from baseline_staff import the_plans_case
from scipy import stats

import llr_sd
from llr_sd.cli import main
from llr_sd.errors import InputError
from llr_sd.result import StudyResult
from llr_sd.rolling import Collapsed, State, bias, compare, corrected, note, verdict, write_review
from llr_sd.rolling.folder import spread_words
from llr_sd.rolling.measured import OUTPUTS, TABLE, quarter_of
from llr_sd.rolling.state import effective, weights
from llr_sd.store import open_result
from llr_sd.textfiles import read_table
from llr_sd.workforce.baseline.folder import baseline as baseline_of
from llr_sd.workforce.baseline.folder import tables

RUNS = 1000
TIMES = [2017.75, 2018.75]


def baseline(folder: Path, wte: float, time: float = 2018.75, unit: str = "WTE", model: str = "gp_supply") -> Path:
    folder.mkdir(exist_ok=True)
    rows = [f"base_date,{time},Year,returns,", f"initial_time,{time},Year,returns,", f"opening_gp_wte,{wte},{unit},returns,"]
    (folder / f"{model}.csv").write_text("\n".join(["parameter,value,unit,source,note", *rows, ""]))
    return folder


def interval(folder: Path, low: str, high: str) -> None:
    columns = "by,setting,unit,level,group,status,heads,fte,wte,opening,low,high"
    rows = [
        f"all,gp,all,autonomous,gp,partner,,,,300,{low},{high}",
        "all,gp,all,autonomous,gp,locum,,,,40,38,42",
        "all,gp,all,autonomous,gp,trainee,,,,9,0,90",
        "all,pcn,all,autonomous,gp,salaried,,,,9,0,90",
        "area,gp,a,autonomous,gp,partner,,,,9,0,90",
    ]
    (folder / "stocks.csv").write_text("\n".join([columns, *rows, ""]))


def forecast(mean: float = 500.0, sd: float = 10.0, units: str = "WTE", **keys: Any) -> StudyResult:
    """A forecast whose runs stand at even quantiles of a normal, from 520 a year before; one input moves them, one does not."""
    scores = stats.norm.ppf((np.arange(RUNS) + 0.5) / RUNS)
    values = np.stack([np.full(RUNS, 520.0), mean + sd * scores], axis=1)[None]
    runs = xr.Dataset(
        {
            "gps": (("scenario", "run", "time"), values, {"units": units, "label": "GPs"}),
            "ok": (("scenario", "run"), np.ones((1, RUNS), dtype=bool)),
        },
        coords={"scenario": ["base"], "run": np.arange(RUNS), "time": TIMES},
    )
    given: dict[str, Any] = {"title": "forecast", "model": "gp_supply", "outputs": {"gps": {"variable": "GP WTE"}}}
    study = llr_sd.make_study(**given | keys)
    other = np.random.default_rng(1).permutation(scores)
    tables = {
        "design": pd.DataFrame({"run": np.arange(RUNS), "drives": scores, "idle": other}),
        "parameters": pd.DataFrame({"name": ["drives", "idle"], "variable": ["drives", "idle"]}),
    }
    return StudyResult(Path("out"), study, {"model": "gp_supply", "model file": "gp_supply.mdl (bundled)"}, runs, tables)


def held(tmp_path: Path, wte: float) -> Any:
    return compare(baseline(tmp_path / "b", wte), forecast())


def test_the_band_is_that_of_a_normal_with_the_error_of_a_count(tmp_path: Path) -> None:
    """Runs N(500, 10) and an error of 1 % of 505: quantiles of N(500, hypot(10, 5.05))."""
    [one] = held(tmp_path, 505).held
    spread = np.hypot(10, 5.05)
    assert one.band == pytest.approx(stats.norm.ppf([0.05, 0.25, 0.5, 0.75, 0.95], 500, spread), abs=0.05)
    assert one.rank == pytest.approx(stats.norm.cdf(5 / spread), abs=1e-3)
    assert (one.stands, one.beyond) == ("inside", 0)
    assert [one.bias, one.moved, one.foretold] == pytest.approx([5, -15, -20], abs=1e-6)


@pytest.mark.parametrize(
    ("wte", "stands", "said", "way"),
    [
        (500.0, "inside", "It lies inside the band", "0 of 1 above the middle of the forecast, 0 below; on average at it."),
        (
            515.0,
            "inside",
            "It lies inside the band",
            "1 of 1 above the middle of the forecast, 0 below; on average 3 % above it.",
        ),
        (530.0, "above", "1 of 1 figure lies outside the band of nine runs in ten: GPs, ", "6 % above it."),
        (
            470.0,
            "below",
            "WTE below it. Where a forecast",
            "0 of 1 above the middle of the forecast, 1 below; on average 6 % below it.",
        ),
    ],
)
def test_sentences_say_where_it_stands(tmp_path: Path, wte: float, stands: str, said: str, way: str) -> None:
    found = held(tmp_path, wte)
    assert found.held[0].stands == stands
    assert said in verdict(found)
    assert way in bias(found)
    assert bool(found.outside) == (stands != "inside")
    text = note(found, corrected(found, forecast()), "forecast")
    assert verdict(found) in text
    assert bias(found) in text
    assert f"| {stands} |" in text


def test_a_figure_of_nobody_is_not_beyond_doubt_and_no_share_is_taken_of_it(tmp_path: Path) -> None:
    one, two = held(tmp_path, 0).held[0], held(tmp_path, 505)
    assert one.figure.error == pytest.approx(1 / 9 / np.sqrt(12))
    nobody = dataclasses.replace(one, band=(0.001, 0.002, 0.003, 0.004, 0.005))
    assert bias(dataclasses.replace(two, held=(*two.held, nobody))) == (
        "Bias: 1 of 2 above the middle of the forecast, 1 below; on average 1 % above it."
    )


def test_how_far_outside_is_measured_from_the_end_of_the_band(tmp_path: Path) -> None:
    [one] = held(tmp_path, 530).held
    assert one.beyond == pytest.approx(530 - stats.norm.ppf(0.95, 500, np.hypot(10, 5.3)), abs=0.05)
    assert f"GPs, {one.beyond:.2f} WTE above it" in verdict(held(tmp_path, 530))


def test_the_corrected_state_of_normals_is_the_conjugate_one(tmp_path: Path) -> None:
    """N(500, 10) with a figure of 510 and an error of 5.1: precision-weighted mean, and 1 / sum of precisions as variance."""
    found = held(tmp_path, 510)
    state = corrected(found, forecast())
    assert isinstance(state, State)
    gain = 10**2 / (10**2 + 5.1**2)
    assert state.stocks[0].mean == pytest.approx(500 + gain * 10, abs=0.05)
    assert state.stocks[0].sd == pytest.approx(np.sqrt(1 - gain) * 10, rel=0.01)
    [shift] = state.shifts
    assert (shift.name, shift.after) == ("drives", pytest.approx(gain, abs=0.01))
    assert "- drives: mean" in note(found, state, "forecast")


def test_a_figure_that_says_what_the_runs_say_moves_no_input_that_is_idle(tmp_path: Path) -> None:
    found = held(tmp_path, 500)
    state = corrected(found, forecast())
    assert isinstance(state, State)
    assert state.shifts == ()
    assert "The returns move no uncertain input by more than chance would." in note(found, state, "forecast")


def test_an_input_that_the_scenario_holds_is_not_said_to_move(tmp_path: Path) -> None:
    result = forecast(scenario=[{"name": "base", "set": {"drives": 1.0}}])
    state = corrected(compare(baseline(tmp_path / "b", 510), result), result)
    assert isinstance(state, State)
    assert state.shifts == ()


def test_weights_without_agreement_collapse_and_say_so(tmp_path: Path) -> None:
    found = held(tmp_path, 600)
    state = corrected(found, forecast())
    assert isinstance(state, Collapsed)
    assert state.effective < 20
    text = note(found, state, "forecast")
    assert f"Not corrected: the 1,000 runs weighted by the returns are worth {state.effective:.1f}, and 20 are needed" in text
    assert "Each run is weighted" not in text


def test_effective_runs_count_equal_weights_and_none() -> None:
    assert effective(np.full(8, 1 / 8)) == pytest.approx(8)
    exact = weights(np.array([[1.0], [2.0], [2.0]]), np.array([2.0]), np.array([0.0]))
    assert exact.tolist() == [0, 0.5, 0.5]
    assert effective(weights(np.array([[1.0]]), np.array([2.0]), np.array([0.0]))) == 0


def test_an_interval_of_the_stock_widens_the_error_and_a_hidden_one_is_said(tmp_path: Path) -> None:
    """Half widths of 16.4485 and 2 move together: (16.4485 + 2) / 1.6449 beside 1 % of the figure."""
    folder = baseline(tmp_path / "b", 500)
    interval(folder, "283.5515", "316.4485")
    found = compare(folder, forecast())
    assert found.held[0].figure.error == pytest.approx(np.hypot(5, 18.4485 / 1.6448536), rel=1e-6)
    assert found.quarter.unsure == ()
    interval(folder, "", "")
    hidden = compare(folder, forecast())
    assert hidden.held[0].figure.error == pytest.approx(5)
    assert "interval of opening_gp_wte is hidden or not given" in note(hidden, corrected(hidden, forecast()), "f")


def test_a_table_of_the_local_part_makes_a_note_that_stays(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    baseline(tmp_path / "b" / "local", 500)
    found = compare(tmp_path / "b", forecast())
    assert "files beside it must stay on this machine" in note(found, corrected(found, forecast()), "f")
    shown = held(tmp_path / "b", 500)
    assert "must stay" not in note(shown, corrected(shown, forecast()), "f")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"time": 2019.0},
            'is of the end of Dec 2018 (2019), and the forecast ends at the end of Sep 2018 (2018.75). Set "FINAL TIME"',
        ),
        ({"time": 2017.75}, "the forecast starts at the end of Sep 2017 (2017.75): it foretells nothing of it"),
        ({"unit": "FTE"}, 'opening_gp_wte is in "FTE", and the forecast of "GP WTE" counts in "WTE". One WTE is nine sessions'),
        ({"wte": -1}, "opening_gp_wte"),
        ({"model": "llr_system"}, "holds no gp_supply.csv"),
    ],
)
def test_what_cannot_be_held_is_refused_by_name(tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refused:
        compare(baseline(tmp_path / "b", **{"wte": 500.0, **keys}), forecast())
    assert said in str(refused.value)


def test_a_table_that_says_a_thing_twice_or_a_date_in_months_is_refused(tmp_path: Path) -> None:
    folder = baseline(tmp_path / "b", 500)
    file = folder / "gp_supply.csv"
    text = file.read_text()
    file.write_text(text + "initial_time,2018.5,Year,returns,\n")
    with pytest.raises(InputError, match=r'gp_supply.csv, row 5, column parameter: "initial_time" is already in row 3'):
        compare(folder, forecast())
    file.write_text(text.replace("initial_time,2018.75,Year", "initial_time,2018.75,Month"))
    with pytest.raises(InputError, match=r'row 3, column unit: unit "Month", but initial_time is in "Year"'):
        compare(folder, forecast())
    with pytest.raises(InputError, match=r"nowhere: there is no such folder"):
        compare(tmp_path / "nowhere", forecast())


def test_a_forecast_in_another_unit_or_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = baseline(tmp_path / "b", 500)
    with pytest.raises(InputError, match='forecast of "gps" is in "FTE", and the returns count opening_gp_wte in "WTE"'):
        compare(folder, forecast(units="FTE"))
    with pytest.raises(InputError, match='is of the model "own", for which no baseline is made'):
        compare(folder, dataclasses.replace(forecast(), manifest={"model": "own", "model file": "own.mdl"}))
    with pytest.raises(InputError, match='saved none of "GP WTE" over time'):
        compare(folder, forecast(outputs={"gps": {"variable": "GP WTE per 1000"}}))


def test_of_several_scenarios_one_is_named(tmp_path: Path) -> None:
    folder = baseline(tmp_path / "b", 500)
    several = forecast(scenario=[{"name": "base"}, {"name": "other"}, {"name": "tried", "kind": "check"}])
    with pytest.raises(InputError, match=r'has 2 scenarios that foretell: "base", "other".* --scenario'):
        compare(folder, several)
    assert compare(folder, several, "base").scenario == "base"
    with pytest.raises(InputError, match=r'no scenario "bose" that foretells\. Did you mean "base"'):
        compare(folder, several, "bose")


@pytest.mark.parametrize("model", ["gp_supply", "llr_system", "swipe_site"])
def test_a_model_starts_where_the_table_of_outputs_says(tmp_path: Path, model: str) -> None:
    """Each opening stock moved by 3 %: the variable that the table names for it is there at the start."""
    rows = [r for r in read_table(TABLE, OUTPUTS) if r["model"] == model]
    known = llr_sd.load_model(model)
    usual = {
        "skill_return_autonomous": 30.0,
        "skill_return_enhanced": 12.0,
        "skill_return_core": 14.0,
        "skill_return_foundation": 58.0,
    }
    settings = {r["parameter"]: 1.03 * (usual.get(r["parameter"]) or known.table.get(r["parameter"], "").value) for r in rows}
    study = llr_sd.make_study(
        title="start", model=model, set=settings, folder=tmp_path, monte_carlo={"runs": 1},
        outputs={r["parameter"]: {"variable": r["variable"]} for r in rows},
    )  # fmt: skip
    runs = llr_sd.run_study(study, out=tmp_path / "out").runs
    for r in rows:
        array = runs[r["parameter"]]
        assert array.attrs["units"] == r["unit"]
        assert float(array.isel(scenario=0, run=0, time=0)) == pytest.approx(settings[r["parameter"]], rel=1e-9), r["variable"]


@pytest.mark.parametrize("by", ["locality", "area"])
@pytest.mark.parametrize(("note", "half"), [("North East", 2.0), ("North-East", 5.0), ("Elsewhere", None), (None, None)])
def test_a_site_has_the_intervals_of_its_own_name(tmp_path: Path, by: str, note: str | None, half: float | None) -> None:
    """Two localities whose names make one file name: each table says by its list whose it is."""
    rows = ["parameter,value,unit,source,note", "base_date,2018.75,Year,s,", "initial_time,2018.75,Year,s,"]
    rows += [f"list_size,18000,Person,s,{note}"] if note else []
    table = tmp_path / "site_north_east_2.csv"
    table.write_text(
        "\n".join([*rows, *(f"skill_return_{k},40,WTE,s," for k in ("core", "autonomous", "enhanced", "foundation")), ""])
    )
    places = (("North East", 38, 42), ("North-East", 35, 45), ("", 0, 90))
    lines = [f"{by},gp,{unit},core,nurse,in post,,,,40,{low},{high}" for unit, low, high in places]
    lines += ["area,gp,A,core,nurse,in post,,,,40,0,90"] if by != "area" else []
    (tmp_path / "stocks.csv").write_text(
        "\n".join(["by,setting,unit,level,group,status,heads,fte,wte,opening,low,high", *lines, ""])
    )
    about = {"model": "swipe_site", "model file": "swipe_site.mdl (bundled)"}
    found = quarter_of(table, dataclasses.replace(forecast(), manifest=about))
    assert ("skill_return_core" in found.unsure) == (half is None)
    [core] = [f for f in found.figures if f.parameter == "skill_return_core"]
    assert core.error == pytest.approx(np.hypot(0.02 * 40, (half or 0) / stats.norm.ppf(0.95)))


STUDY = """
title = "GPs from 2017"
model = "gp_supply"
set = { "FINAL TIME" = 2019.75, "base_date" = 2017.75 }
scenario = [{ name = "base" }, { name = "history", kind = "check", set = { opening_gp_wte = 563 } }]
[uncertain]
groups = ["retention", "recruitment"]
[outputs]
gps = { variable = "GP WTE", label = "GPs" }
early = { variable = "GP WTE", at = 2018.0 }
late = { variable = "GP WTE", at = 2019.75 }
fall = { expression = "early - late" }
rest = { expression = "late - 500" }
[monte_carlo]
runs = 200
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_review_is_written_whole_and_its_study_starts_from_the_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.toml").write_text(STUDY)
    llr_sd.run_study(tmp_path, out=tmp_path / "out")
    before = contents(tmp_path / "out")
    new = tmp_path / "review"
    folder = baseline(tmp_path / "b", 538)
    assert main(["compare", str(folder), str(tmp_path / "out"), "--out", str(new)]) == 0
    assert "It lies inside the band" in capsys.readouterr().out
    assert sorted(f.name for f in new.iterdir()) == ["compared.csv", "note.md", "start.csv", "study.toml"]
    table = pd.read_csv(new / "compared.csv")
    assert (table["stands"].tolist(), table["returned"].tolist()) == (["inside"], [538.0])
    result = open_result(tmp_path / "out")
    state = corrected(compare(folder, result), result)
    assert isinstance(state, State)
    again = llr_sd.run_study(new, out=tmp_path / "again")
    assert float(again.runs["time"][0]) == 2018.75
    starts_as(again, state)
    assert set(again.study.outputs) == {"gps", "late", "rest"}
    assert [s.name for s in again.study.scenario] == ["base"]
    assert contents(tmp_path / "out") == before
    assert main(["compare", str(folder), str(tmp_path / "out"), "--out", str(new)]) == 2
    assert "is there already, and is left as it is" in capsys.readouterr().err
    far = tmp_path / "far"
    assert main(["compare", str(baseline(tmp_path / "c", 600)), str(tmp_path / "out"), "--out", str(far)]) == 1
    assert sorted(f.name for f in far.iterdir()) == ["compared.csv", "note.md"]
    assert "Not corrected" in (far / "note.md").read_text()
    end = baseline(tmp_path / "e", 535, time=2019.75)
    assert main(["compare", str(end), str(tmp_path / "out")]) in (0, 1)
    capsys.readouterr()
    assert main(["compare", str(end), str(tmp_path / "out"), "--out", str(tmp_path / "none")]) == 2
    assert "nothing is left to run from there" in capsys.readouterr().err
    assert not list(tmp_path.glob("*none*"))


def starts_as(again: llr_sd.Result, state: State) -> None:
    """The restart has the mean and the spread of the weighted runs, within what so many draws allow; its central run the mean."""
    opening, [stock] = again.runs["gps"].isel(time=0).values.ravel(), state.stocks
    assert float(again.runs["central: gps"].isel(time=0).squeeze()) == pytest.approx(stock.mean)
    assert abs(opening.mean() - stock.mean) < 4 * stock.sd / np.sqrt(opening.size)
    assert opening.std() == pytest.approx(
        0.98658 * stock.sd, rel=4 / np.sqrt(2 * opening.size)
    )  # a normal cut at three deviations


@pytest.mark.usefixtures("undrawn")
def test_the_plans_own_returns_against_a_forecast_from_two_years_before(tmp_path: Path) -> None:
    """GPs of September 2015 (Table 4: 563) foretell two years; the returns of October 2017 are 21 fewer."""
    study = STUDY.replace(
        '{ "FINAL TIME" = 2019.75, "base_date" = 2017.75 }', '{ "INITIAL TIME" = 2015.75, opening_gp_wte = 563 }'
    )
    study = study.replace('{ variable = "GP WTE", at = 2018.0 }', '{ variable = "GP WTE", at = 2016.0 }')
    (tmp_path / "study.toml").write_text(study)
    result = llr_sd.run_study(tmp_path, out=tmp_path / "out")
    folder = tmp_path / "b"
    folder.mkdir()
    for name, table in tables(baseline_of(the_plans_case())).public.items():
        table.to_csv(folder / name, index=False)
    found = compare(folder, result)
    [one] = found.held
    assert (found.quarter.time, found.quarter.unsure) == (2017.75, ())
    assert one.figure.value == pytest.approx(542)
    assert one.start == pytest.approx(563)
    assert one.moved == pytest.approx(-21)
    assert one.figure.error == pytest.approx(
        0.01 * 542
    )  # practices are in exact proportion, so nothing is unsure about the estimates
    state = corrected(found, result)
    assert isinstance(state, State)
    write_review(tmp_path / "review", found, state, result)
    again = llr_sd.run_study(tmp_path / "review", out=tmp_path / "again")
    assert float(again.runs["time"][0]) == 2017.75
    starts_as(again, state)


@pytest.mark.usefixtures("undrawn")
def test_a_site_is_found_by_the_name_of_its_table_and_keeps_what_the_returns_do_not_set(tmp_path: Path) -> None:
    rutland = llr_sd.load_model("swipe_site").equations.source.parent / "sites" / "rutland.csv"
    (tmp_path / "site_north.csv").write_text(rutland.read_text())
    (tmp_path / "study.toml").write_text(
        'title = "North"\nmodel = "swipe_site"\nsite = "site_north.csv"\nset = { "FINAL TIME" = 2019.75, SAVEPER = 0.25 }\n'
        '[uncertain]\ngroups = ["retention", "recruitment"]\n[outputs]\nstaff = { variable = "staff" }\n[monte_carlo]\nruns = 200\n'
    )
    result = llr_sd.run_study(tmp_path, out=tmp_path / "out")
    middle = result.runs["staff"].sel(time=2018.75, scenario="base").median("run").to_series()
    head = "parameter,value,unit,source,note\nbase_date,2018.75,Year,s,\ninitial_time,2018.75,Year,s,\n"
    text = head + "".join(f"skill_return_{k},{v * 1.01},WTE,s,\n" for k, v in middle.items())
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "site_south.csv").write_text(text)
    with pytest.raises(InputError, match=r'it started from "site_north.csv", and there are site_south.csv'):
        compare(folder, result)
    (folder / "site_north.csv").write_text(text)
    found = compare(folder, result)
    assert [h.label for h in found.held] == [f"staff, {k}" for k in middle.index]
    assert [h.bias / h.band[2] for h in found.held] == pytest.approx([0.01] * 4, abs=3e-3)
    assert "4 of 4 above the middle of the forecast" in bias(found)
    assert compare(folder / "site_south.csv", result).held == found.held
    state = corrected(found, result)
    assert isinstance(state, State)
    write_review(tmp_path / "review", found, state, result)
    again = llr_sd.run_study(tmp_path / "review", out=tmp_path / "again")
    means = [s.mean for s in state.stocks]
    assert again.runs["central: staff"].sel(scenario="base").isel(time=0).values == pytest.approx(means)
    assert again.manifest["illustrative"] is True


def test_the_note_says_which_stocks_of_a_start_vary() -> None:
    alone, both = spread_words(["gps"], []), spread_words(["core", "foundation"], ["opening_gp_wte"])
    assert alone == "They vary around their means as the weighted runs do."
    assert both.startswith("core, foundation vary")
    assert "move together is lost" in both
    assert both.endswith("opening_gp_wte start at the mean, without spread.")
    assert spread_words([], ["gps"]) == "They start at their means, without their spread."
