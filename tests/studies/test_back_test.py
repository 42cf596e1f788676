"""The back-tests: what their findings state is in their tables, and what they compare can be compared."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from findings_page import tables

import llr_sd

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
STUDIES = ("back_test", "back_test_gps")
LEVELS = ("enhanced", "core", "foundation")


@pytest.fixture(scope="module", params=STUDIES)
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> llr_sd.StudyResult:
    """A study with every run that its findings rest on, undrawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llr_sd.pipeline.report.write_report", lambda _: None)
        patch.setattr("llr_sd.pipeline.report.write_workbook", lambda _: None)
        study = llr_sd.load_study(EXPERIMENTS / request.param)
        return llr_sd.run_study(study, out=tmp_path_factory.mktemp("backtest") / request.param, verify=0)


def page(result: llr_sd.StudyResult) -> str:
    return (EXPERIMENTS / result.path.name / "findings.md").read_text(encoding="utf-8")


def prose(result: llr_sd.StudyResult) -> str:
    return " ".join(page(result).split())


def change(ratio: float) -> str:
    """A change as the findings write it: "+5.8"."""
    text = f"{100 * (ratio - 1):+.1f}"
    return text.lstrip("+-") if float(text) == 0 else text


def cell(row: pd.Series) -> str:
    """The band and the central run of a figure in one scenario."""
    if math.isnan(row["relative"]):
        return f"{row['p05']:.0f} to {row['p95']:.0f} ({row['central']:.0f})"
    return f"{change(row['p05'])} to {change(row['p95'])} % ({change(row['central'])} %)"


def odds_words(row: Any) -> str:
    """How many figures of a scenario lie in its band, and what chance gives, as the findings write it."""
    held = f"{row.figures - row.missed} of {row.figures} in “{row.scenario}”"
    if not row.missed:
        return held
    average = f"a run taken for the truth would miss {row.expected:.1f} on average"
    return f"{held} ({average}, and {row.missed} or more with a chance of {100 * row.chance:.1f} %)"


def level_changes(result: llr_sd.StudyResult) -> dict[str, tuple[str, str]]:
    """The change of each level of practice staff: of the published groups, shared out as the plan's Table 3 is, and of the central run.

    The shares are those of models/llr_system/README.md.
    """
    groups = {o.name: list(o.values.values()) for o in result.study.observed}
    nurses, others, admin = (np.array(groups[n]) for n in ("Nurses", "Other direct care", "Administration"))
    shared = {
        "enhanced": 0.15 * nurses + 0.146 * others,
        "core": 0.65 * nurses + 0.25 * others,
        "foundation": 0.589 * others + admin,
    }
    found = {}
    for level, (before, after) in shared.items():
        line = result.runs[f"central: {level}"].sel(scenario="with network roles")
        model = float(line.sel(time=2023.75)) / float(line.sel(time=2017.75))
        found[level] = (f"{100 * (after / before - 1):+.0f} %", f"{100 * (model - 1):+.0f} %")
    return found


def test_the_table_of_figures_is_that_of_the_study(result: llr_sd.StudyResult) -> None:
    (table,) = tables(page(result))
    names = [s.name for s in result.study.scenario]
    assert table.columns.tolist() == ["When", "Published", "Change", *(c for n in names for c in (n, f"{n}: stands"))]
    found = result.tables["observed"]
    assert table.index.tolist() == list(dict.fromkeys(found["observed"]))
    for series, row in table.iterrows():
        own = found[found["observed"] == series].set_index("scenario")
        first = own.iloc[0]
        assert row["When"] == f"September {first['time'] - 0.75:.0f}"
        assert row["Published"] == f"{first['value']:,.9g}"
        assert row["Change"] == ("" if math.isnan(first["relative"]) else f"{change(first['relative'])} %")
        for name in names:
            assert row[name] == cell(own.loc[name]), (series, name)
            assert row[f"{name}: stands"] == own.loc[name, "stands"], (series, name)


def test_the_counts_are_those_of_the_study(result: llr_sd.StudyResult) -> None:
    counts = result.tables["observed_counts"].query("observed == ''")
    assert counts["scenario"].tolist() == [s.name for s in result.study.scenario]
    for row in counts.itertuples():
        assert odds_words(row) in prose(result)


def row_of(result: llr_sd.StudyResult, series: str, scenario: str = "as known in October 2017") -> pd.Series:
    found = result.tables["observed"]
    return found[(found["observed"] == series) & (found["scenario"] == scenario)].iloc[0]


def said_of_gps(result: llr_sd.StudyResult) -> list[str]:
    """What the page of the GP model says beside its table."""
    gps, heads, patients = (row_of(result, s) for s in ("GPs", "GPs by head", "Registered patients"))
    below = f"{100 * patients['rank']:.0f} % of what the runs would have had published lies below it"
    return [
        f"held every change in GPs from {change(gps['p05'])} to {change(gps['p95'])} %",
        f"fell by {100 * (1 - gps['compared']):.1f} % in FTE; the central run falls by {100 * (1 - gps['central']):.1f} %",
        f"rose by {100 * (heads['compared'] - 1):.1f} %; the central run gives {change(heads['central'])} %",
        f"FTE a head fell by {100 * (1 - gps['compared'] / heads['compared']):.1f} %",
        f"WTE a head falls by {100 * (1 - gps['central'] / heads['central']):.1f} %",
        f"{100 * (patients['compared'] - 1):.1f} % in six years; the central run gives {100 * (patients['central'] - 1):.1f} %",
        below,
    ]


def said_of_practices(result: llr_sd.StudyResult) -> list[str]:
    """What the page of the system model says beside its table."""
    names = [s.name for s in result.study.scenario]
    gps, nurses = row_of(result, "GPs"), row_of(result, "Nurses")
    network, levels = row_of(result, "Network roles", "with network roles"), level_changes(result)
    rose = [published.lstrip("+") for published, _ in levels.values()]
    short = sorted(int(published.split()[0]) - int(model.split()[0]) for published, model in levels.values())
    growth = next(p for p in llr_sd.load_model("llr_system").table if p.name == "allocation_growth_gp")
    money = growth.value
    assert growth.distribution.kind == "fixed"
    said = [
        f"{100 * money:.1f} % a year after inflation (`allocation_growth`), {100 * ((1 + money) ** 6 - 1):.1f} % in six years",
        "That growth does not vary between runs",
        f"the central run has {network['central']:.0f} WTE in September 2022 (nine runs in ten {network['p05']:.0f} to {network['p95']:.0f})",
        f"fell by {100 * (1 - gps['compared']):.1f} % in FTE; the central run falls by {100 * (1 - gps['central']):.1f} %",
        f"{100 * gps['rank']:.0f} % of what the runs would have had published lies below the figure",
        f"inside a band from {change(gps['p05'])} to {change(gps['p95'])} %. See also",
        f"rose by {100 * (nurses['compared'] - 1):.1f} %, inside a band from {change(nurses['p05'])} to {change(nurses['p95'])} %",
        f"rose by {rose[0]} (enhanced), {rose[1]} (core) and {rose[2]} (foundation)",
        f"falls short of all three, by {short[0]} to {short[-1]} percentage points",
        f"gives {levels['enhanced'][1]}, {levels['core'][1]} and {levels['foundation'][1]}",
    ]
    for series, more in (("Administration", ""), ("Other direct care", " (133 FTE)")):
        ends = max(row_of(result, series, name)["p95"] for name in names)
        said.append(f"rose by {100 * (row_of(result, series)['compared'] - 1):.1f} %{more}; the band ends at {change(ends)} %")
    return said


def test_which_figures_of_practices_lie_outside(result: llr_sd.StudyResult) -> None:
    """What the page says in words of where they stand."""
    if result.path.name != "back_test":
        return
    found = result.tables["observed"].pivot(index="observed", columns="scenario", values="stands")
    assert set(found.loc[["GPs", "Nurses"]].to_numpy().ravel()) == {"inside"}
    assert set(found.loc[["Other direct care", "Administration"]].to_numpy().ravel()) == {"above"}
    assert found.loc["Network roles"].to_dict() == {"as known in October 2017": "above", "with network roles": "inside"}


def test_which_groups_make_up_the_levels_is_that_of_the_plan(result: llr_sd.StudyResult) -> None:
    """Table 3 of the plan against the opening of the model."""
    if result.path.name != "back_test":
        return
    table = pd.read_csv(EXPERIMENTS.parent / "models" / "gp_supply" / "evidence" / "table03_staff_headcount_wte.csv")
    rows = table[(table["measure"] == "wte") & table["ccg_code"].isin(["ELR", "LC", "WL"])]
    wte = rows.groupby("staff_group")["recommended_value"].sum()
    opening = {n: float(result.runs[f"central: {n}"].sel(scenario="with network roles", time=2017.75)) for n in LEVELS}
    nurses, others, admin = wte["nurse"], wte["other_clinical"], wte["admin_non_clinical"]
    assert f"they were {0.8 * nurses:.0f} of {opening['enhanced'] + opening['core']:.0f} WTE in 2017" in prose(result)
    assert f"enhanced practice staff, {0.146 * others:.0f} of {opening['enhanced']:.0f}" in prose(result)
    assert f"foundation practice staff, {admin:,.0f} of {opening['foundation']:,.0f}" in prose(result)
    assert f"209 FTE of other direct care against {others:.0f} WTE" in prose(result)


def test_the_prose_is_that_of_the_study(result: llr_sd.StudyResult) -> None:
    assert result.failures.empty
    for said in {"back_test": said_of_practices, "back_test_gps": said_of_gps}[result.path.name](result):
        assert said in prose(result), said


def test_series_of_another_unit_are_compared_by_their_change(result: llr_sd.StudyResult) -> None:
    for one in result.study.observed:
        unit = result.runs[one.output[0]].attrs["units"]
        assert one.relative_to is not None or one.unit == unit, one.name
        assert one.source
        assert one.grade in ("A", "B")


def test_everything_uncertain_in_the_model_varies(result: llr_sd.StudyResult) -> None:
    """As the page says, group by group."""
    table = llr_sd.load_model(result.study.model).table
    groups = {p.group for p in table if p.distribution.kind != "fixed"}
    assert groups == set(result.study.uncertain.groups)
    assert f"groups {', '.join(result.study.uncertain.groups[:-1])} and {result.study.uncertain.groups[-1]}" in prose(result)


def test_no_page_calls_it_a_validation(result: llr_sd.StudyResult) -> None:
    assert "no validation" in prose(result)
    assert any("no validation" in note for note in result.study.notes)
