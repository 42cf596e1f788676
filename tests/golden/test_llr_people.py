"""People of the system model: routes, employers, placements and supervision act, and the README's figures are those of runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import llr_sd

README = Path(__file__).resolve().parents[2] / "models" / "llr_system" / "README.md"
PLACES = {"practices": "gp", "locality teams": "ilt", "acute": "acute", "urgent care": "urgent", "social care": "social"}
OUTPUTS = (
    *("staff WTE", "GP WTE", "total staff WTE", "workload ratio", "agency WTE", "group vacancies", "GP training starts"),
    *(
        "wanted GP training starts",
        "share of starts supervised",
        "supervision",
        "supervisors",
        "nursing starts",
        "nurse placements",
    ),
    *("wanted nursing starts", "nursing students", "PAs joining", "session loss", "all people", "people balance error"),
)
CASES: dict[str, dict[str, float]] = {
    "base": {},
    "urgent posts": {"urgent_extra_posts[general_practitioner]": 20},
    "no routes for nurses": {"gpn_newqual_share": 0, "gpn_fellows": 0, "gpn_experienced_in": 0},
    "more nursing places": {"nurse_extra_places": 900},
    "no physician associates": {"pa_places": 0},
    "more GP trainees": {"gpst_extra_places": 59},
    "more GP trainees, tight": {"gpst_extra_places": 59, "sup_cap": 0.04},
    "more GP trainees, wide": {"gpst_extra_places": 59, "sup_cap": 0.10},
    "more GP trainees, no limit": {"gpst_extra_places": 59, "loop_supervision": 0},
    "networks": {"network_scheme": 1},
    "networks, wide": {"network_scheme": 1, "sup_cap": 0.08},
    "nobody moves": {"mobility": 0},
    "many move": {"mobility": 0.04},
    "passport": {"mobility_policy": 0.05},
    "no premium": {"locum_premium_cap": 0},
    "wide agency pool": {"agency_pool_share": 0.9},
    "wide agency pool, no premium": {"agency_pool_share": 0.9, "locum_premium_cap": 0},
    "no sessions given up": {"session_drift": 0, "session_workload_slope": 0},
}


@pytest.fixture(scope="module")
def runs() -> xr.Dataset:
    model = llr_sd.load_model("llr_system")
    names = {name: model.table.find(name) for case in CASES.values() for name in case}
    base = {p.variable: p.value for p in names.values()}
    frame = pd.DataFrame([base | {names[n].variable: x for n, x in case.items()} for case in CASES.values()])
    found = model.run(frame, outputs=list(OUTPUTS), times=[2017.75 + i / 4 for i in range(53)])
    return found.dataset.assign_coords(run=list(CASES)).rename(run="case")


def change(runs: xr.Dataset, case: str, output: str, year: float = 2025.75, **where: str) -> float:
    """What a case adds to an output."""
    found = runs[output].sel(time=year, **where)
    return float(found.sel(case=case) - found.sel(case="base"))


def test_the_base_run_of_the_readme_is_that_of_a_run(runs: xr.Dataset) -> None:
    page = README.read_text(encoding="utf-8").partition("## Base run")[2].partition("##")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    years = [float(cell) for cell in lines[0][1:]]
    base = runs.sel(case="base", time=years)
    seen = set()
    for name, *cells in lines[2:]:
        first, _, second = name.partition(", ")
        if name == "agency staff":
            values = base["agency WTE"]
        elif first == "workload":
            values = base["workload ratio"].sel(Setting=PLACES[second])
        elif second == "GPs":
            values = base["GP WTE"].sel(Setting=PLACES[first])
        elif second == "all":
            values = base["total staff WTE"].sel(Setting=PLACES[first])
        else:
            values = base["staff WTE"].sel(Setting=PLACES[first], Skill=second)
        decimals = 2 if first == "workload" else 0
        assert [float(c.replace(",", "")) for c in cells] == pytest.approx(values.values, abs=0.5 * 10**-decimals + 1e-9), name
        seen.add(name)
    assert len(seen) > 20


def test_hospitals_networks_and_social_care_hold_no_gps(runs: xr.Dataset) -> None:
    assert np.abs(runs["GP WTE"].sel(Setting=["acute", "pcn", "social"])).max().item() == 0
    assert runs["GP WTE"].sel(Setting=["gp", "ilt", "urgent"]).min().item() > 1


def test_urgent_care_draws_gps_away_from_practices(runs: xr.Dataset) -> None:
    gained = change(runs, "urgent posts", "GP WTE", Setting="urgent")
    lost = change(runs, "urgent posts", "GP WTE", Setting="gp")
    assert 15 < gained < 20
    assert lost == pytest.approx(-16, abs=1)
    assert abs(change(runs, "urgent posts", "staff WTE", Setting="acute", Skill="autonomous")) < 1


def test_nurses_reach_practices_on_their_routes(runs: xr.Dataset) -> None:
    assert change(runs, "no routes for nurses", "staff WTE", Setting="gp", Skill="core") < -10
    assert change(runs, "no routes for nurses", "staff WTE", Setting="acute", Skill="core") > 5


def test_nursing_places_beyond_the_placements_stay_empty(runs: xr.Dataset) -> None:
    part = runs.sel(case="more nursing places")
    assert float(part["nursing starts"].max()) <= 1334 + 900
    assert float((part["wanted nursing starts"] - part["nursing starts"]).max()) > 100
    on_placement = 0.5 * part["nursing students"].sum("TYear")
    assert float((on_placement - part["nurse placements"]).max()) < 0.01 * float(on_placement.max())
    assert float(np.abs(runs["nursing starts"].sel(case="base") - 1334).max()) == 0


def test_physician_associates_join_after_two_years(runs: xr.Dataset) -> None:
    joining = runs["PAs joining"].sel(case="base")
    assert float(joining[0]) == 0
    assert (
        float(joining.sel(time=2018.25)) < 0.05 * 9.72 < 0.4 * 9.72 < float(joining.sel(time=2019.75)) < 0.75 * 9.72
    )  # by thirds
    assert change(runs, "no physician associates", "staff WTE", 2030.75, Setting="acute", Skill="enhanced") <= 0


def test_supervisors_limit_gp_trainees(runs: xr.Dataset) -> None:
    starts = {case: float(runs["GP training starts"].sel(case=case, time=2025.75)) for case in CASES}
    wanted = float(runs["wanted GP training starts"].sel(case="more GP trainees", time=2025.75))
    assert starts["more GP trainees, tight"] < starts["more GP trainees"] < 0.95 * wanted
    assert starts["more GP trainees, wide"] == pytest.approx(wanted, rel=1e-12)
    assert starts["more GP trainees, no limit"] == pytest.approx(wanted, rel=1e-12)
    assert starts["base"] == pytest.approx(59 * 0.93)
    assert starts["networks"] < 0.6 * starts["base"]
    for case in ("more GP trainees", "more GP trainees, tight", "networks"):
        part = runs.sel(case=case, PSetting="gp")
        cap = 0.04 if case.endswith("tight") else 0.06
        own = 80 * 0.05  # what the enhanced staff of the start take
        over = part["supervision"].sum("Loc") - own - cap * part["supervisors"].sum("Loc")
        assert float(over.sel(time=slice(2018.75, 2021)).max()) < 0.5, case  # later supervisors may leave faster than trainees


def test_figures_that_the_readme_names(runs: xr.Dataset) -> None:
    page = README.read_text(encoding="utf-8")
    fewer = -change(runs, "networks", "GP WTE", 2030.75, Setting="gp")
    assert f"{fewer:.0f} fewer GPs in 2030" in page
    lost = -change(runs, "urgent posts", "GP WTE", Setting="gp")
    assert f"take {lost:.0f} from practices" in page
    moved = float(
        (runs["total staff WTE"].sel(case="nobody moves") - runs["total staff WTE"].sel(case="many move")).sel(
            time=2030.75, Setting="gp"
        )
    )
    assert f"practices lose {moved:.0f} WTE by 2030" in page
    vacant = float(runs["group vacancies"].sel(case="base", time=2017.75, Group="general_practitioner", Setting="gp"))
    assert f"{vacant:.0f} GP posts, where the plan counts 18" in page
    share = (runs["supervision"].sum("Loc") / runs["supervisors"].sum("Loc")).sel(PSetting="gp")
    own = 80 * 0.05 / 597
    assert f"use {100 * (float(share.sel(case='base', time=2017.75)) - own):.1f} % of autonomous practice time" in page
    assert f"enhanced staff {100 * own:.1f} %" in page
    assert 0.07 < float(share.sel(case="networks, wide", time=2025.75)) < 0.08
    added = {s: change(runs, "more GP trainees", "GP WTE", Setting=s) for s in ("gp", "ilt", "urgent")}
    of = {s: 100 * x / sum(added.values()) for s, x in added.items()}
    assert f"{of['gp']:.0f} in 100 are in practices by 2025.75, {of['urgent']:.0f} in urgent care" in page


def test_sessions_given_up_take_no_staff_where_they_do_not_fall(runs: xr.Dataset) -> None:
    assert float(np.abs(runs["session loss"].sel(case="no sessions given up")).max()) == 0
    others = runs["session loss"].sel(case="base").drop_sel(Group="general_practitioner")
    assert float(np.abs(others).max()) == 0
    assert change(runs, "no sessions given up", "GP WTE", Setting="gp") > 40


def test_nobody_is_made_or_lost(runs: xr.Dataset) -> None:
    assert float(np.abs(runs["people balance error"]).max()) < 1e-12 * float(runs["all people"].max())


def test_a_staff_passport_can_only_lose_staff_as_the_readme_says(runs: xr.Dataset) -> None:
    staff = runs["total staff WTE"].sum("Setting")
    lost = staff.sel(case="base") - staff.sel(case="passport")
    assert float(lost.min()) == 0
    page = " ".join(README.read_text(encoding="utf-8").split())
    said = f"0.05 a year costs {float(lost.sel(time=2018.75)):.0f} WTE of all settings after a year and {float(lost.sel(time=2030.75)):.0f} by 2030"
    assert said in page


@pytest.mark.parametrize(
    ("case", "beside", "most"), [("base", "no premium", 1), ("wide agency pool", "wide agency pool, no premium", 8)]
)
def test_the_agency_premium_displaces_almost_nothing_as_the_readme_says(
    runs: xr.Dataset, case: str, beside: str, most: float
) -> None:
    staff = runs["total staff WTE"]
    moved = float(np.abs(staff.sel(case=beside) - staff.sel(case=case)).max())
    assert 0 < moved < most
    page = " ".join(README.read_text(encoding="utf-8").split())
    assert "no setting changes by 1 WTE up to 2030, nor by 8 where nine tenths of the pool may work for agencies" in page


def test_a_value_said_to_be_as_for_another_setting_is_that_of_the_other() -> None:
    rows = pd.read_csv(README.parent / "parameters.csv", dtype=str, keep_default_na=False).set_index("variable")
    said = rows[rows["source"].str.match(r"judgement, as for (practices|locality teams|acute services)$")]
    assert len(said) > 3
    for variable, row in said.iterrows():
        other = {"practices": "gp", "locality teams": "ilt", "acute services": "acute"}[row["source"].partition(" as for ")[2]]
        assert row["mode"] == rows.loc[re.sub(r"\[.*", f"[{other}]", str(variable)), "mode"], variable
