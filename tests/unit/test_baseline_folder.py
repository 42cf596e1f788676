"""The baseline folder: each model starts from it with the staff that were entered, and nothing public gives small counts away."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from baseline_staff import OCTOBER, the_plans_case
from disclosure_attack import attack

import llr_sd
from llr_sd.workforce.baseline import folder
from llr_sd.workforce.baseline.disclosure import protect
from llr_sd.workforce.baseline.starts import model_time
from llr_sd.workforce.baseline.stocks import in_wte, placed, stocks
from llr_sd.workforce.staffing import CONTRACT, PLACE_COLUMNS, Holding, Staffing, frame_of

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def with_levels() -> Staffing:
    """The plan's case with nurses at three levels, so that every level has somebody, and with locums and vacancies."""
    staffing = the_plans_case()
    frame = staffing.frame.copy()
    nurses = frame["group"] == "nurse"
    enhanced = frame[nurses].assign(level="enhanced", role="Nurse specialist", fte=frame["fte"] * 0.2, heads=frame["heads"] * 0.2)
    locums = frame[frame["group"] == "gp"].assign(
        status="locum", role="GP locum other", wte=frame["wte"] * 0.05, heads=frame["heads"] * 0.1
    )
    vacant = frame[frame["group"] == "gp"].assign(status="vacant", wte=np.nan, heads=np.nan, vacant=18 / 137)
    frame.loc[nurses, ["fte", "heads"]] *= 0.8
    gps = frame["group"] == "gp"
    frame.loc[gps, "wte"] *= 0.95
    frame.loc[gps, "heads"] *= 0.9
    return dataclasses.replace(staffing, frame=pd.concat([frame, enhanced, locums, vacant], ignore_index=True))


@pytest.fixture(scope="module")
def base() -> folder.Baseline:
    return folder.baseline(with_levels())


@pytest.fixture(scope="module")
def made(base: folder.Baseline) -> folder.Tables:
    return folder.tables(base)


def run(tmp_path: Path, made: folder.Tables, text: str) -> llr_sd.Result:
    for name, table in made.public.items():
        table.to_csv(tmp_path / name, index=False)
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return llr_sd.run_study(tmp_path)


@pytest.mark.usefixtures("undrawn")
def test_a_site_starts_from_its_table_and_bar_1_is_the_staff_entered(
    tmp_path: Path, base: folder.Baseline, made: folder.Tables
) -> None:
    levels = ("autonomous", "enhanced", "core", "foundation")
    outputs = "\n".join(f'{k} = {{ variable = "bar 1[{k}]", at = 2017.75 }}' for k in levels)
    result = run(
        tmp_path, made, f'title = "A site"\nmodel = "swipe_site"\nsite = "site_elr_1.csv"\nset = {{ "FINAL TIME" = 2018.75 }}\n[outputs]\n{outputs}\n'
    )  # fmt: skip
    frame = placed(base.done, "locality").query("unit == 'ELR-1'")
    stock = in_wte(frame, CONTRACT).groupby(frame["level"]).sum()
    for k in levels:
        assert float(result.runs[f"central: {k}"].squeeze()) == pytest.approx(stock[k], rel=1e-6)
    assert result.manifest["illustrative"] is True  # ages have the shape of LLR, for want of a list by age


@pytest.mark.usefixtures("undrawn")
def test_the_system_starts_from_its_tables(tmp_path: Path, made: folder.Tables) -> None:
    result = run(
        tmp_path, made, 'title = "LLR"\nmodel = "llr_system"\nsite = "llr_system.csv"\nlocalities = "localities.csv"\n'
        'set = { "FINAL TIME" = 2018.0 }\n[outputs]\nstaff = { variable = "total staff WTE[gp]", at = 2017.75 }\n'
        'gps = { variable = "GP WTE[gp]", at = 2017.75 }\n',
    )  # fmt: skip
    assert float(result.runs["central: staff"].squeeze()) == pytest.approx(2674, rel=1e-6)
    assert float(result.runs["central: gps"].squeeze()) == pytest.approx(542, rel=1e-6)


@pytest.mark.usefixtures("undrawn")
def test_gp_supply_starts_from_its_table(tmp_path: Path, made: folder.Tables) -> None:
    result = run(
        tmp_path, made, 'title = "GPs"\nmodel = "gp_supply"\nsite = "gp_supply.csv"\nset = { "FINAL TIME" = 2018.75 }\n'
        '[outputs]\ngps = { variable = "GP WTE", at = 2017.75 }\nheads = { variable = "GP heads", at = 2017.75 }\n',
    )  # fmt: skip
    assert float(result.runs["central: gps"].squeeze()) == pytest.approx(542, rel=1e-6)
    assert float(result.runs["central: heads"].squeeze()) == pytest.approx(756, rel=1e-6)
    rows = made.public["gp_supply.csv"].set_index("parameter")
    assert rows["value"]["loc_wte_2017"] == pytest.approx(542 * 0.05)
    assert rows["note"]["initial_time"] == "nearest end of a quarter; older figures: 18 places, from March 2017 on"
    vacant = rows.loc["vacancies_2017"]
    assert (vacant["distribution"], vacant["low"]) == (
        "pert",
        pytest.approx(18 * 138 / 137, rel=1e-3),
    )  # the last one extrapolated
    assert vacant["value"] == pytest.approx(2 * vacant["low"], rel=1e-5)
    assert vacant["high"] == pytest.approx(0.12 / 0.88 * 542, rel=1e-5)  # 12 % of filled and vacant posts
    assert vacant["note"].startswith(
        "18.13 reported of 138 places (18 carried, 1 extrapolated, 119 reported); 36.26 are likelier"
    )


@pytest.mark.usefixtures("undrawn")
def test_what_is_carried_and_what_is_not_reported_is_drawn_into_the_opening_state(tmp_path: Path) -> None:
    staffing = with_levels()
    frame = staffing.frame
    # Practices unlike each other, so that an estimate of one from the others is unsure.
    busy = frame["place"].isin(sorted(set(frame["place"]))[::2])
    frame = frame.assign(**{c: frame[c].where(~busy, 1.3 * frame[c]) for c in ("wte", "fte", "heads")})
    base = folder.baseline(dataclasses.replace(staffing, frame=frame))
    made = folder.tables(base)
    outputs = '[outputs]\ngps = { variable = "GP WTE", at = 2017.75 }\nvacant = { variable = "vacancies_2017", at = 2017.75 }\n'
    head = 'title = "GPs"\nmodel = "gp_supply"\nsite = "gp_supply.csv"\nset = { "FINAL TIME" = 2018.0 }\n'
    result = run(tmp_path, made, f"{head}{outputs}[monte_carlo]\nruns = 400\n")
    rows = made.public["gp_supply.csv"].set_index("parameter")
    half = stocks(base.done, "all", CONTRACT).query("setting == 'gp' and group == 'gp'").eval("high - low").sum() / 2
    assert half > 1
    assert rows["sd"]["opening_gp_wte"] == pytest.approx(half / 1.6449, rel=1e-4)
    gps, vacant = result.runs["gps"].values.ravel(), result.runs["vacant"].values.ravel()
    assert gps.std() == pytest.approx(
        0.98658 * rows["sd"]["opening_gp_wte"], rel=4 / np.sqrt(800)
    )  # a normal cut at three deviations
    assert float(result.runs["central: gps"].squeeze()) == pytest.approx(rows["value"]["opening_gp_wte"])
    assert rows["low"]["vacancies_2017"] < vacant.min() < vacant.max() < rows["high"]["vacancies_2017"]
    held = run(tmp_path, made, f"{head.replace('2018.0', '2018.0, opening_gp_wte = 500')}{outputs}[monte_carlo]\nruns = 100\n")
    assert held.runs["gps"].values == pytest.approx(500)  # what a study sets itself is held


def test_what_stands_in_the_folder(base: folder.Baseline, made: folder.Tables) -> None:
    about = folder.about(base, made, {"return.csv": "00"})
    assert about["methods"] == {"reported": 119, "carried": 18, "extrapolated": 1, "unknown": 0}
    assert about["dates"] == ["2017-03-31", "2017-10-31"]
    assert about["illustrative"] is True
    text = folder.readme(base, made)
    assert "119 of 138 places answered for October 2017" in text
    assert "unknown and not zero: learning disability" in text
    for name in made.public:
        assert f"- `{name}`: " in text
    assert made.public["stocks.csv"].query("by == 'all'")["opening"].sum() == pytest.approx(2674)


def few(seed: int, lowest: int = 0) -> Staffing:
    """Six practices in three localities and two areas, some with a handful of people."""
    rng = np.random.default_rng(seed)
    roles = {
        "gp": ("GP", "autonomous"),
        "nurse": ("Practice nurse", "core"),
        "admin_non_clinical": ("Receptionist", "foundation"),
    }
    rows, places = [], []
    for i in range(6):
        places.append([f"P{i}", "", "practice", f"A{i // 3}", "", "", "", f"L{i // 2}{i // 3}", 9000.0, True, OCTOBER])
        for group, (role, level) in roles.items():
            for status in ("in post", *(("locum",) if group == "gp" else ())):
                for age in ("under 55", "55 and over"):
                    n = int(rng.integers(lowest, lowest + 6))
                    rows.append(
                        Holding(f"P{i}", "", "practice", f"A{i // 3}", role if status == "in post" else "GP locum other", level, group,
                                OCTOBER, "f.csv", age=age, status=status, heads=float(n), fte=0.7 * n)
                    )  # fmt: skip
    return Staffing(frame_of(rows), pd.DataFrame(places, columns=list(PLACE_COLUMNS)), OCTOBER)


@pytest.mark.parametrize("seed", range(3))
def test_all_tables_of_the_folder_together_give_no_small_count_away(seed: int) -> None:
    base = folder.baseline(few(seed))
    people = folder.counted(base)
    release = protect(people, folder.MARGINS, count="count")
    assert release.small
    for low, high in attack(people, release, "count").values():
        assert low <= 1 + 1e-6
        assert high >= 4 - 1e-6
    for low, high in attack(people, release, "fte").values():
        assert high - low > 0.01


def test_hidden_rows_have_no_figure_and_tables_that_need_them_stay_local() -> None:
    made = folder.tables(folder.baseline(few(1)))
    stock = made.public["stocks.csv"]
    hidden = stock[stock["hidden"]]
    assert len(hidden)
    assert hidden[["heads", "fte", "wte", "opening", "low", "high", "over55"]].isna().all(axis=None)
    assert not stock[~stock["hidden"]]["heads"].between(0.5, 4.5).any()
    assert any(name.startswith("site_") for name in made.local)
    assert "stocks_by_place.csv" in made.local
    assert "stocks_by_place.csv" not in made.public


def test_densities_give_nobody_away_who_is_left_out_of_them() -> None:
    """Practice P0 left its nurses out and has 3 others: the groups less the total, or stocks less densities, would be these 3."""
    whole = few(2, lowest=6)
    frame = whole.frame.copy()
    own, nurse = frame["place"] == "P0", frame["group"] == "nurse"
    frame.loc[own & nurse, ["heads", "fte"]] = float("nan")
    frame.loc[own & nurse, "missing"] = "not reported"
    frame.loc[own & ~nurse, ["heads", "fte"]] = 0.0
    first = frame[own & ~nurse].index[[0, -1]]
    frame.loc[first, "heads"], frame.loc[first, "fte"] = [1.0, 2.0], [0.7, 1.4]
    made = folder.tables(folder.baseline(dataclasses.replace(whole, frame=frame)))
    for _, table in made.public["density.csv"].groupby("unit"):
        wte = table.set_index("group")["wte"]
        assert not abs(wte.drop("all_staff").sum(skipna=False) - wte["all_staff"] - 2.1) < 0.01


@pytest.mark.parametrize(("heads", "shown"), [(3.0, False), (12.0, True)])
def test_the_rate_of_vacancies_gives_nobody_away_where_the_others_say_nothing(heads: float, shown: bool) -> None:
    """All practices but P0 say what is vacant: vacancies by their rate, less all staff, would be the GPs of P0."""
    whole = few(2, lowest=6)
    frame = whole.frame.copy()
    gps, own = frame["group"] == "gp", frame["place"] == "P0"
    frame.loc[gps & own, ["heads", "fte"]] = 0.0
    first = frame[gps & own].index[0]
    frame.loc[first, "heads"], frame.loc[first, "fte"] = heads, 0.7 * heads
    vacant = frame[gps & ~own].assign(status="vacant", heads=np.nan, fte=np.nan, vacant=2.0).drop_duplicates("place")
    frame = pd.concat([frame, vacant], ignore_index=True)
    table = folder.tables(folder.baseline(dataclasses.replace(whole, frame=frame))).public["vacancies.csv"]
    [line] = table.query("area == '' and group == 'gp'").itertuples()
    assert line.reported == 10
    assert np.isfinite(line.rate) == shown


def test_enough_people_everywhere_hide_nothing() -> None:
    made = folder.tables(folder.baseline(few(2, lowest=6)))
    assert made.hidden == 0
    assert not any(name.startswith("site_") for name in made.local)


def test_a_practice_that_is_unknown_keeps_models_from_starting() -> None:
    staffing = few(2, lowest=6)
    extra = pd.DataFrame([["P9", "", "practice", "A0", "", "", "", "L00", np.nan, False, OCTOBER]], columns=list(PLACE_COLUMNS))
    places = pd.concat([staffing.places, extra], ignore_index=True)
    made = folder.tables(folder.baseline(dataclasses.replace(staffing, places=places)))
    assert "gp_supply.csv: 1 practice is unknown" in made.unwritten
    assert "site_l00.csv" not in {**made.public, **made.local}


def test_a_practice_without_an_area_counts_once_in_all_vacancies() -> None:
    one = few(2, lowest=6)
    blank = one.frame["place"] == "P0"
    frame = one.frame.assign(area=one.frame["area"].where(~blank, ""))
    empty = frame[blank & (frame["group"] == "gp")].iloc[:1].assign(status="vacant", heads=np.nan, fte=np.nan, vacant=6.0)
    places = one.places.assign(area=one.places["area"].where(one.places["place"] != "P0", ""))
    whole = dataclasses.replace(one, frame=pd.concat([frame, empty], ignore_index=True), places=places)
    made = folder.tables(folder.baseline(whole))
    table = made.public["vacancies.csv"]
    assert not table.duplicated(["area", "group"]).any()
    assert made.public["gp_supply.csv"].set_index("parameter")["value"]["vacancies_2017"] == 12  # as many again are likely


@pytest.mark.parametrize(
    ("day", "time"), [("2017-10-31", 2017.75), ("2017-09-30", 2017.75), ("2022-09-30", 2022.75), ("2023-01-01", 2023.0), ("2022-06-30", 2022.5)]
)  # fmt: skip
def test_models_start_at_the_nearest_end_of_a_quarter(day: str, time: float) -> None:
    assert model_time(pd.Timestamp(day).date()) == time


def test_of_many_areas_and_sites_only_the_whole_is_public() -> None:
    staffing = few(4, lowest=6)
    wide = [staffing.frame.assign(place=staffing.frame["place"] + f"-{i}", area=f"A{i}") for i in range(folder.MOST + 1)]
    places = [
        staffing.places.assign(place=staffing.places["place"] + f"-{i}", area=f"A{i}", locality=f"L{i}")
        for i in range(folder.MOST + 1)
    ]
    many = dataclasses.replace(staffing, frame=pd.concat(wide, ignore_index=True), places=pd.concat(places, ignore_index=True))
    made = folder.tables(folder.baseline(many))
    assert set(made.public["stocks.csv"]["by"]) == {"all"}
    assert made.public["density.csv"].query("unit != ''")["wte"].isna().all()
    assert any("there are more than 60" in line for line in made.unwritten)


def test_heads_are_not_shown_where_some_people_are_known_by_their_time_alone() -> None:
    """Nine posts, of which six give heads: six would be another count beside nine."""
    rows = [
        Holding("P0", "", "practice", "A0", "Pharmacist", "enhanced", "other_clinical", OCTOBER, "f.csv", fte=0.8, posts=1.0,
                heads=1.0 if i < 6 else None)
        for i in range(9)
    ]  # fmt: skip
    places = pd.DataFrame([["P0", "", "practice", "A0", "", "", "", "", 9000.0, True, OCTOBER]], columns=list(PLACE_COLUMNS))
    stock = folder.tables(folder.baseline(Staffing(frame_of(rows), places, OCTOBER))).public["stocks.csv"]
    assert not stock["hidden"].any()
    assert stock["heads"].isna().all()
    assert stock["fte"].tolist() == [7.2] * len(stock)


def test_all_at_one_side_of_55_is_a_share() -> None:
    staffing = few(6, lowest=6)
    made = folder.tables(
        folder.baseline(dataclasses.replace(staffing, frame=staffing.frame[staffing.frame["age"] == "under 55"]))
    )
    ages = made.public["over55.csv"]
    assert not ages["hidden"].any()
    assert (ages["share"] == 0).all()


@pytest.mark.parametrize(("shares", "own"), [((0.2, 0.8), True), ((0.05, 0.1), False)])
def test_ages_of_some_patients_are_not_taken_for_those_of_all(shares: tuple[float, float], own: bool) -> None:
    staffing = few(3, lowest=6)
    ages = list(zip(("0 to 4", "85 and over"), shares, strict=True))
    lists = pd.DataFrame(
        [[p, age, 9000 * share, OCTOBER] for p in staffing.places["place"] for age, share in ages],
        columns=["place", "age", "patients", "period"],
    )
    rows = (
        folder.tables(folder.baseline(dataclasses.replace(staffing, lists=lists))).public["site_l00.csv"].set_index("parameter")
    )
    people = rows["value"][[f"site_population_{b}" for b in ("a0_4", "a15_44", "a85p")]]
    assert (people["site_population_a15_44"] == 0) == own
    assert people["site_population_a0_4"] == pytest.approx(3600 if own else 18000 * 63333 / 1100306, rel=1e-6)
    assert rows["note"]["site_population_a0_4"].startswith("illustrative") != own


def test_ages_of_gps_leave_locums_out() -> None:
    """All partners are 55 and over: the locums are not, and of other locums 30.3 % are (Table 9)."""
    one = few(3, lowest=6)
    gps = one.frame["group"] == "gp"
    frame = one.frame[~gps | (one.frame["age"] == "55 and over")]
    frame = frame.assign(age=frame["age"].where(frame["status"] != "locum", "all"))
    tables = folder.tables(folder.baseline(dataclasses.replace(one, frame=frame)))
    rows = tables.public["gp_supply.csv"].set_index("parameter")["value"]
    assert rows["loc_wte_2017"] == rows["locum_other_wte_2017"] > 0
    assert rows["late_wte_2017"] == pytest.approx(rows["sub_wte_2017"] + 0.303 * rows["loc_wte_2017"], abs=1e-5)


def test_sites_are_what_most_practices_name() -> None:
    staffing = few(2, lowest=6)
    places = staffing.places
    networks = places.assign(network="U1", locality="")
    one = networks.assign(locality=["L1", *[""] * (len(places) - 1)])
    named = [dataclasses.replace(staffing, places=p) for p in (networks, one, networks.assign(locality="L1"))]
    assert [folder.baseline(s).unit for s in named] == ["network", "network", "locality"]


def test_a_site_says_which_of_its_figures_are_older() -> None:
    base = folder.baseline(with_levels())
    table = base.done.response.table
    carried = set(table["place"][table["method"] == "carried"])
    units = base.done.staffing.places.set_index("place")["locality"]
    made = folder.tables(base)
    for name in sorted(set(units)):
        file = f"site_{name.casefold().replace('-', '_')}.csv"
        site = made.public.get(file, made.local.get(file))
        if site is None:
            continue
        note = site.set_index("parameter")["note"]["initial_time"]
        many = len(carried & set(units.index[units == name]))
        assert (f"older figures: {many} place" in note) if many else (note == "nearest end of a quarter")
