"""The page's numbers of many runs are those of the package: summaries, chances, differences, and what drives an output."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from node_code import node
from numpy.typing import NDArray
from scipy import stats

from llr_sd.analysis.givendata import given_data
from llr_sd.analysis.paired import paired_table
from llr_sd.analysis.summary import bounds, quantile_interval, summarise, target_table, wilson
from llr_sd.design import Design
from llr_sd.quantiles import FEWEST_RUNS, STATISTICS
from llr_sd.rounding import difference, reaches
from llr_sd.studyparts import Target

Floats = NDArray[np.float64]
RANDOM = np.random.default_rng(20171031)


def columns(runs: int) -> dict[str, Floats]:
    """Numbers of many runs: bell-shaped, tied, constant, with a long tail, nearly a level."""
    return {
        "bell": RANDOM.normal(600, 20, runs),
        "ties": RANDOM.integers(0, 3, runs).astype(np.float64),
        "constant": np.full(runs, 639.0),
        "tail": np.exp(RANDOM.normal(0, 3, runs)),
        "level": 639 + RANDOM.choice([-1e-12, 0, 1e-13, -1.0], runs),
        "around zero": RANDOM.choice([-1e-13, 5.0, 0.0, -5.0], runs),
    }


def test_the_statistics_that_are_given_are_the_packages() -> None:
    found = node(
        'import { FEWEST_RUNS, STATISTICS } from "@/draws/statistics.mjs";\nconst result = [FEWEST_RUNS, STATISTICS];', 0
    )
    assert found == [FEWEST_RUNS, STATISTICS]


def test_quantiles_and_their_intervals_are_the_packages() -> None:
    script = """
    import { quantileInterval, studentPoint } from "@/draws/statistics.mjs";
    const result = {
      rows: data.columns.map((sorted) => data.shares.map((p) => quantileInterval(sorted, p))),
      points: data.freedoms.map(studentPoint),
    };
    """
    runs = [*range(1, 80), 100, 333, 500, 1024, 4096]
    shares = [*STATISTICS.values(), 1 / 3]
    sets = [np.sort(RANDOM.normal(size=n)) for n in runs]
    freedoms = [1, 2, 3, 10, 99, 499, 4095, 100_000]
    found = node(script, {"columns": [c.tolist() for c in sets], "shares": shares, "freedoms": freedoms})
    for values, rows in zip(sets, found["rows"], strict=True):
        expected = [[float(x) for x in quantile_interval(values, p)] for p in shares]
        np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(found["points"], stats.t.ppf(0.975, freedoms), rtol=1e-12)


def test_chances_and_their_intervals_are_the_packages() -> None:
    script = """
    import { bounds, wilson } from "@/draws/statistics.mjs";
    const result = data.map(([met, runs, lost]) => [...wilson(met, runs), ...bounds(met, runs, lost)]);
    """
    cases = [(met, runs, lost) for runs in (0, 1, 7, 500) for met in {0, runs // 3, runs} for lost in (0, 4)]
    for case, found in zip(cases, node(script, cases), strict=True):
        np.testing.assert_allclose(found, [*wilson(*case[:2]), *bounds(*case)], rtol=1e-14)


@pytest.mark.parametrize("level", [0.0, 1.0, 639.0, -5.0])
def test_a_level_is_met_to_rounding_measured_against_all_runs(level: float) -> None:
    script = """
    import { meets } from "@/draws/statistics.mjs";
    const read = (list) => Float64Array.from(list, (x) => (x === null ? NaN : x));
    const result = data.columns.map((column) => data.targets.map((target) => meets(read(column), target)));
    """
    targets = [{"atLeast": level, "atMost": None}, {"atLeast": None, "atMost": level}, {"atLeast": None, "atMost": None}]
    sets = [*columns(40).values(), np.array([math.nan, level, level - 1e-14])]
    for values, rows in zip(sets, node(script, {"columns": [listed(c) for c in sets], "targets": targets}), strict=True):
        for target, row in zip(targets, rows, strict=True):
            assert row == reaches(values, target["atLeast"], target["atMost"]).tolist()


def listed(values: Floats) -> list[float | None]:
    """Numbers for JSON; JavaScript takes the null of one that is missing for 0, so scripts hand over NaN themselves."""
    return [float(x) if math.isfinite(x) else None for x in values.ravel()]


def dataset(values: Floats, ok: NDArray[np.bool_]) -> xr.Dataset:
    """Outputs of shape (scenario, run, time) with one of one time, as the store opens them."""
    scenarios = [f"s{i}" for i in range(len(values))]
    return xr.Dataset(
        {
            "ok": (("scenario", "run"), ok),
            "y": (("scenario", "run", "time"), values),
            "last": (("scenario", "run"), values[..., -1]),
            "central: y": (("scenario", "time"), values[:, 0]),
        },
        {"scenario": scenarios, "time": np.arange(values.shape[2])},
    )


SUMMARY = """
import { chance, summarise } from "@/draws/statistics.mjs";
import { change } from "@/session/comparison.mjs";
const read = (list) => Float64Array.from(list, (x) => (x === null ? NaN : x));
const result = data.map(({ values, base, ok, baseOk, certain, targets }) => {
  const [own, other] = [read(values), read(base)];
  const size = own.length / ok.length, last = Float64Array.from(ok, (_, run) => own[run * size + size - 1]);
  const [here, there] = [[own, ok], [other, baseOk]].map(([all, good]) => ({ runs: ok.length, ok: good, outputs: new Map([["y", { values: all }]]) }));
  const changes = [0, 2].map((at) => change(here, there, { at, stride: size, spec: { name: "y" } }));
  return { summary: summarise(own, ok, certain), changes, chances: targets.map((t) => chance(last, ok, t)) };
});
"""


def table_of(cells: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [
        {"time": cell["cell"], "statistic": name, "lost": cell["lost"], **row}
        for cell in cells
        for name, row in cell["statistics"].items()
    ]
    return pd.DataFrame(rows).set_index(["time", "statistic"]).sort_index()


def hold(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    columns = ["value", "low", "high", "runs", "lost", "note"]
    there = expected.set_index(["time", "statistic"]).sort_index()[columns]
    assert list(found.index) == list(there.index)
    assert found["note"].tolist() == there["note"].tolist()
    for column in columns[:5]:
        np.testing.assert_allclose(found[column].astype(float), there[column].astype(float), rtol=1e-12, atol=1e-12)


def hold_changes(found: list[dict[str, Any]], expected: pd.DataFrame) -> None:
    """What the page says of the differences at the two times that were saved, against the table of paired differences."""
    named = {"p05": "low90", "p25": "low50", "p50": "median", "p75": "high50", "p95": "high90"}
    for time, cell in zip((0.0, 2.0), found, strict=True):
        if not cell["runs"]:
            assert not len(expected)
            continue
        there = expected[expected["time"] == time].set_index("statistic")
        assert (there["runs"] == cell["runs"]).all()
        assert (there["lost"] == cell["lost"]).all()
        values = [math.nan if cell[key] is None else cell[key] for key in named.values()]
        np.testing.assert_allclose(values, there.loc[list(named), "value"].astype(float), rtol=1e-12, atol=1e-12)
        chance = there.loc["probability_above_zero", ["value", "low", "high"]].astype(float)
        np.testing.assert_allclose(cell["chance"] or [math.nan] * 3, chance, rtol=1e-12)


def numbers(runs: int, lost: float, same: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Two scenarios over three times: the middle one saved in neither, some runs failed, some at the last."""
    values = RANDOM.normal(600, 20, (2, runs, 3))
    values[1] = values[0] if same else values[0] + RANDOM.choice([0, 1e-14, 3, -2], (runs, 3))
    values[:, :, 1] = np.nan
    ok = RANDOM.random((2, runs)) >= lost
    ok[1] &= RANDOM.random(runs) >= lost
    values[~ok] = np.nan
    return values, ok


@pytest.mark.parametrize("lost", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("same", [False, True])
def test_summaries_chances_and_differences_are_the_packages(lost: float, same: bool) -> None:
    targets = [Target(name="a", output="last", at_least=600), Target(name="b", output="last", at_most=590)]
    cases, expected = [], []
    for runs in (1, 2, 12, 80, 300):
        for certain in (False, True):
            values, ok = numbers(runs, lost, same)
            runs_of = dataset(values, ok)
            expected.append(
                (
                    summarise(runs_of, {"last": 2.0}, ["s1"] if certain else []),
                    paired_table(runs_of, "s0", {"last": 2.0}, ["s0", "s1"] if runs == 1 else []),
                    target_table(runs_of, targets),
                )
            )
            asked = [{"atLeast": t.at_least, "atMost": t.at_most} for t in targets]
            cases.append({"values": listed(values[1]), "base": listed(values[0]), "ok": [int(x) for x in ok[1]]})
            cases[-1] |= {"baseOk": [int(x) for x in ok[0]], "certain": certain, "targets": asked}
    for found, (summary, changes, chances) in zip(node(SUMMARY, cases), expected, strict=True):
        own = summary[(summary["scenario"] == "s1") & (summary["output"] == "y")]
        change = changes[changes["output"] == "y"] if len(changes) else changes
        assert bool(found["summary"]) == bool(len(own))
        if found["summary"]:
            hold(table_of(found["summary"]), own)
        hold_changes(found["changes"], change)
        for row, (_, there) in zip(found["chances"], chances[chances["scenario"] == "s1"].iterrows(), strict=True):
            np.testing.assert_allclose([row[k] for k in row], [there[k] for k in row], rtol=1e-13)


def test_differences_within_rounding_are_none() -> None:
    script = 'import { difference } from "@/draws/statistics.mjs";\nconst result = data.map(([a, b]) => difference(a, b));'
    pairs = [(1.0, 1.0 + 1e-13), (1e9, 1e9 + 1), (0.0, 1e-300), (-5.0, -5.0 - 4e-12), (-5.0, -5.0 - 6e-12), (3.0, 1.0)]
    assert node(script, pairs) == [float(difference(a, b)) for a, b in pairs]


DRIVERS = """
import { drivers } from "@/draws/drivers.mjs";
const read = (list) => Float64Array.from(list, (x) => (x === null ? NaN : x));
const result = data.map(({ inputs, y, dummy }) =>
  drivers(new Map(Object.entries(inputs).map(([name, x]) => [name, read(x)])), read(y), read(dummy)));
"""


def drawn(runs: int) -> tuple[dict[str, Floats], Floats]:
    x = RANDOM.normal(size=runs)
    inputs = {
        "strong": x,
        "with it": 0.6 * x + RANDOM.normal(size=runs),
        "bent": RANDOM.uniform(-1, 1, runs),
        "choice": RANDOM.integers(0, 4, runs).astype(np.float64),
        "often alike": np.round(RANDOM.exponential(size=runs), 1),
        "held": np.full(runs, 0.3),
        "nothing": RANDOM.uniform(size=runs),
    }
    return inputs, RANDOM.uniform(size=runs)


def test_what_drives_an_output_is_what_the_package_finds_from_the_draws() -> None:
    cases, expected = [], []
    for runs, lost in ((100, 0.0), (500, 0.0), (500, 0.3), (2000, 0.0)):
        inputs, dummy = drawn(runs)
        y = 3 * inputs["strong"] - 5 * inputs["bent"] ** 2 + inputs["choice"] + RANDOM.normal(size=runs)
        y[RANDOM.random(runs) < lost] = np.nan
        cases.append({"inputs": {n: x.tolist() for n, x in inputs.items()}, "y": listed(y), "dummy": dummy.tolist()})
        expected.append((inputs, dummy, y))
    for found, (inputs, dummy, y) in zip(node(DRIVERS, cases), expected, strict=True):
        names = [n for n in inputs if n != "held"]
        there = given_data(Design(tuple(inputs), np.column_stack(list(inputs.values()))), names, dummy, y[:, None])
        good = np.isfinite(y)
        assert (found["runs"], found["lost"], found["note"]) == (good.sum(), (~good).sum(), "")
        assert found["constant"] == ["held"]
        assert found["skewed"] == there.skewed[0]
        rows = {**{row["name"]: row["share"] for row in found["inputs"]}, "(dummy)": found["dummy"]}
        for i, name in enumerate(there.inputs):
            np.testing.assert_allclose(rows[name], [there.value[i, 0], there.low[i, 0], there.high[i, 0]], rtol=1e-9, atol=1e-11)
        floor = max(there.high[-1, 0], 0.0)
        told = {name for i, name in enumerate(names) if there.low[i, 0] > floor}
        assert {row["name"] for row in found["inputs"] if row["told"]} == told
        assert [row["share"][0] for row in found["inputs"]] == sorted((row["share"][0] for row in found["inputs"]), reverse=True)
        for row in found["inputs"]:
            r = stats.spearmanr(inputs[row["name"]][good], y[good]).statistic
            half = stats.norm.ppf(0.975) * math.sqrt((1 + r**2 / 2) / (good.sum() - 3))
            np.testing.assert_allclose(
                row["rank"], [r, *np.tanh(np.arctanh(r) + np.array([-half, half]))], rtol=1e-12, atol=1e-13
            )
            assert row["rankTold"] == (row["rank"][1] > 0 or row["rank"][2] < 0)


def test_an_input_without_effect_is_not_told_and_a_bent_one_is_by_its_share_alone() -> None:
    inputs, dummy = drawn(2000)
    y = inputs["bent"] ** 2
    [found] = node(
        DRIVERS, [{"inputs": {n: inputs[n].tolist() for n in ("bent", "nothing")}, "y": listed(y), "dummy": dummy.tolist()}]
    )
    bent, nothing = found["inputs"]
    assert (bent["name"], bent["told"], nothing["told"]) == ("bent", True, False)
    assert bent["share"][0] == pytest.approx(1, abs=1e-6)
    assert abs(bent["rank"][0]) < 0.1
    assert nothing["share"][2] < 0.05


@pytest.mark.parametrize(
    ("runs", "y", "note"),
    [
        (99, "any", "too few runs: 100 needed"),
        (400, "constant", "the output is the same in all runs"),
        (150, "lost", "too few runs: 100 needed"),
    ],
)
def test_what_cannot_be_said_of_drivers_is_said(runs: int, y: str, note: str) -> None:
    inputs, dummy = drawn(runs)
    values = inputs["strong"].copy()
    if y == "constant":
        values = 639 + 1e-11 * RANDOM.random(runs)
    if y == "lost":
        values[:60] = np.nan
    [found] = node(
        DRIVERS, [{"inputs": {n: x.tolist() for n, x in inputs.items()}, "y": listed(values), "dummy": dummy.tolist()}]
    )
    assert (found["note"], found["inputs"], found["dummy"]) == (note, [], None)


def test_a_long_tail_is_said() -> None:
    inputs, dummy = drawn(400)
    y = np.exp(3 * inputs["strong"])
    [found] = node(DRIVERS, [{"inputs": {"strong": inputs["strong"].tolist()}, "y": listed(y), "dummy": dummy.tolist()}])
    assert found["skewed"]
