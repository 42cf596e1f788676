"""Opening stocks, densities and doubts: held against the plan's tables and against closed forms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from baseline_staff import OCTOBER, PRACTICES, holdings, the_plans_case

from llr_sd.errors import InputError
from llr_sd.workforce.baseline.density import density, inequity, words
from llr_sd.workforce.baseline.quality import doubts
from llr_sd.workforce.baseline.response import Completed, completed
from llr_sd.workforce.baseline.stocks import (
    GP_VACANCIES,
    Hours,
    UnderReporting,
    available,
    locums,
    older,
    over55,
    stocks,
    vacancies,
)
from llr_sd.workforce.staffing import MARGIN_COLUMNS, Conversion, Holding, Staffing, frame_of


@pytest.fixture(scope="module")
def plan() -> Completed:
    return completed(the_plans_case())


def small(*rows: Holding, places: list[str] | None = None, margins: pd.DataFrame | None = None) -> Staffing:
    one = the_plans_case(138, 0)
    names = places or sorted({r.place for r in rows})
    lines = [[p, "", "practice", "ELR", "", "", "", "", 10000.0, True, OCTOBER] for p in names]
    made = Staffing(frame_of(rows), pd.DataFrame(lines, columns=list(one.places.columns)), OCTOBER)
    return made if margins is None else dataclasses.replace(made, margins=margins)


GP, NURSE = holdings("A", "ELR", 1, OCTOBER)[:2]


def test_stocks_of_the_plan_add_up_to_table_3(plan: Completed) -> None:
    table = stocks(plan, "area")
    assert table["opening"].sum() == pytest.approx(2674)
    by = table.groupby("unit")["opening"].sum()
    assert {k: by[k] for k in PRACTICES} == {"ELR": pytest.approx(880), "LC": pytest.approx(807), "WL": pytest.approx(987)}
    groups = table.groupby("group")["opening"].sum()
    assert {k: round(v, 6) for k, v in groups.items()} == {
        "admin_non_clinical": 1592, "gp": 542, "nurse": 255, "other_clinical": 285,
    }  # fmt: skip
    assert set(table["setting"]) == {"gp"}
    assert set(table["method"]) == {"reported", "mixed"} or set(table["method"]) == {"mixed"}
    assert table["oldest"].min().isoformat() == "2017-03-31"


def test_every_unit_holds_the_same_staff(plan: Completed) -> None:
    for unit in ("place", "locality", "area", "all"):
        assert stocks(plan, unit)["opening"].sum() == pytest.approx(2674), unit
    with pytest.raises(InputError, match='no unit "ward"'):
        stocks(plan, "ward")


def test_the_interval_of_a_sum_is_at_most_that_of_its_parts(plan: Completed) -> None:
    place, whole = stocks(plan, "place"), stocks(plan, "all")
    for (_, _, level, group, *_), wide in whole.groupby(["setting", "unit", "level", "group"]):
        parts = place[(place["level"] == level) & (place["group"] == group)]
        half = float((parts["high"] - parts["opening"]).sum())
        assert 0 <= float((wide["high"] - wide["opening"]).sum()) <= half + 1e-9


def test_a_figure_that_was_not_reported_is_no_zero() -> None:
    silent = dataclasses.replace(NURSE, heads=None, fte=None, wte=None, missing="not reported")
    table = stocks(completed(small(GP, silent)), "all").set_index("group")
    assert np.isnan(table["opening"]["nurse"])
    assert table["method"]["nurse"] == "unknown"
    assert table["unknown"]["nurse"] == 1


def test_gp_hours_become_wte_by_the_rule_only() -> None:
    gp = dataclasses.replace(GP, wte=None, fte=10.0)
    long = Conversion("five-hour sessions", 5.0, "a test", "C")
    done = completed(small(gp, NURSE))
    assert stocks(done, "all").set_index("group")["opening"]["gp"] == pytest.approx(10.0)
    table = stocks(done, "all", long).set_index("group")
    assert table["opening"]["gp"] == pytest.approx(10 * 37.5 / 45)
    assert np.isnan(table["wte"]["gp"])  # as the source gives it: not at all
    assert table["opening"]["nurse"] == pytest.approx(NURSE.fte)


def test_partners_stand_apart_from_salaried_gps_with_their_ages() -> None:
    """Shares of Table 9: 46.1 % of senior partners, 9.2 % of salaried GPs."""
    rows = []
    for status, share in (("partner", 0.461), ("salaried", 0.092)):
        for age, part in (("55 and over", share), ("under 55", 1 - share)):
            rows.append(dataclasses.replace(GP, status=status, age=age, wte=100 * part, heads=None))
    done = completed(small(*rows))
    shares = over55(done).set_index("status")["share"]
    assert (shares["partner"], shares["salaried"]) == (pytest.approx(0.461), pytest.approx(0.092))
    assert stocks(done, "all").set_index("status")["over55"]["partner"] == pytest.approx(0.461)


def test_ages_of_a_published_file_give_the_share_of_a_group() -> None:
    def row(age: str, heads: float) -> list[object]:
        return ["A", "ELR", "gp", "", age, "all", heads, np.nan, OCTOBER, "f.csv", 2, "C"]

    margins = pd.DataFrame(
        [row("under 30", 3), row("50 to 54", 5), row("55 to 59", 2), row("unknown", 7), row("all", 17)],
        columns=list(MARGIN_COLUMNS),
    )
    table = over55(completed(small(GP, margins=margins)))
    assert table["share"].tolist() == [pytest.approx(0.2)]
    assert over55(completed(small(GP))).empty


@pytest.mark.parametrize(
    ("age", "expected"), [("55 and over", 1), ("under 55", 0), ("60 to 64", 1), ("50 to 54", 0), ("under 30", 0)]
)
def test_bands_lie_on_one_side_of_55(age: str, expected: float) -> None:
    assert older(age) == expected


@pytest.mark.parametrize("age", ["all", "unknown", "50 to 59", "under 60", "45 and over"])
def test_bands_that_do_not_are_of_unknown_age(age: str) -> None:
    assert np.isnan(older(age))


def test_vacancies_may_be_twice_and_up_to_an_eighth_of_posts() -> None:
    """18 reported of 541 are 3.3 %; with as many again 6.7 %; 12 % of posts would be 73.8 (chapter 7.2)."""
    gp = dataclasses.replace(GP, wte=541.0)
    empty = dataclasses.replace(GP, status="vacant", heads=None, wte=None, vacant=18.0)
    line = vacancies(completed(small(gp, empty, NURSE))).set_index(["area", "group"]).loc[("", "gp")]
    assert (line["reported"], line["likely"]) == (18, 36)
    assert line["rate"] == pytest.approx(18 / 541)
    assert line["highest"] / (541 + line["highest"]) == pytest.approx(0.12)
    nurse = vacancies(completed(small(gp, empty, NURSE))).set_index(["area", "group"]).loc[("", "nurse")]
    assert np.isnan(nurse["reported"])
    assert np.isnan(nurse["likely"])
    assert stocks(completed(small(gp, empty)), "all")["opening"].sum() == pytest.approx(541)  # a vacancy is nobody
    with pytest.raises(InputError, match="at least those reported"):
        UnderReporting("gp", 0.5, 0.12, "x", "C")
    assert GP_VACANCIES.interval(80, 100)[2] == 160


def test_locums_are_told_apart() -> None:
    rows = [
        dataclasses.replace(GP, status="locum", role=f"GP locum {r}", wte=w, heads=h)
        for r, w, h in (("other", 27.26, 52), ("covering vacancy", 7.82, 37))
    ]
    table = locums(completed(small(GP, *rows)))
    assert table["wte"].sum() == pytest.approx(35.08)
    assert table["heads"].sum() == 89


def test_hours_that_are_there() -> None:
    steps = Hours().steps(10, 8)
    assert steps["fte_per_head"] == pytest.approx(0.8)
    assert steps["paid_hours"] == pytest.approx(8 * 37.5 * 365.25 / 7)
    assert steps["available_hours"] == pytest.approx(steps["paid_hours"] * (226 / 261) * (1 - 0.0522))
    [line] = available(completed(small(dataclasses.replace(NURSE, heads=10, fte=8)))).itertuples()
    assert line.available_hours == pytest.approx(steps["available_hours"])


def test_densities_of_the_plan_are_those_of_table_8(plan: Completed) -> None:
    table = density(plan).set_index(["unit", "group"])["per_1000"]
    printed = {("ELR", "gp"): 0.53, ("LC", "gp"): 0.44, ("WL", "gp"): 0.50, ("LC", "all_staff"): 2.03, ("ELR", "all_staff"): 2.67, ("", "gp"): 0.49, ("", "all_staff"): 2.40, ("WL", "all_staff"): 2.55}  # fmt: skip
    assert {k: round(table[k], 2) for k in printed} == printed


def test_inequity_names_the_ends(plan: Completed) -> None:
    line = inequity(density(plan)).set_index("group").loc["gp"]
    assert (line["highest"], line["lowest"]) == ("ELR", "LC")
    assert line["ratio"] == pytest.approx((176 / 329012) / (174 / 398053))
    assert line["short"] == pytest.approx(542 / 1114316 * 398053 - 174)
    assert "gp: ELR has most, 0.53 WTE per 1,000 patients, and LC least, 0.44, 1.22 times as many" in " ".join(
        words(inequity(density(plan)))
    )


def test_equal_areas_are_said_to_be_equal() -> None:
    table = pd.DataFrame(
        [["", "gp", 8.0, 2000.0, 4.0], ["A", "gp", 4.0, 1000.0, 4.0], ["B", "gp", 4.0, 1000.0, 4.0]],
        columns=["unit", "group", "wte", "patients", "per_1000"],
    )
    assert list(words(inequity(table))) == ["gp: all units have 4.00 WTE per 1,000 patients."]


def test_people_whose_time_is_unknown_are_no_thinner_density() -> None:
    rows = [dataclasses.replace(NURSE, place="A", fte=3.0), dataclasses.replace(NURSE, place="B", heads=6.0, fte=None)]
    table = density(completed(small(*rows))).set_index(["unit", "group"])
    assert table["per_1000"]["", "nurse"] == pytest.approx(0.3)
    assert table["patients"]["", "nurse"] == 10000


def test_a_density_without_a_list_size_is_unknown() -> None:
    staffing = small(GP, NURSE)
    places = staffing.places.assign(list_size=np.nan)
    assert density(completed(dataclasses.replace(staffing, places=places)))["per_1000"].isna().all()


def many(n: int = 20, **at: dict[str, float]) -> list[Holding]:
    rows = []
    for i in range(n):
        code = f"P{i}"
        wobble = 1 + 0.02 * (i % 5)
        change = at.get(code, {})
        rows.append(
            dataclasses.replace(GP, place=code, wte=5.0 * wobble * change.get("times", 1.0), heads=change.get("heads", 20.0))
        )
        rows.append(dataclasses.replace(NURSE, place=code, fte=3.0 * wobble, heads=9.0))
    return rows


def kinds(staffing: Staffing) -> set[tuple[str, str]]:
    table = doubts(staffing)
    return set(zip(table["kind"], table["place"], strict=True))


def test_clean_figures_raise_no_doubt(plan: Completed) -> None:
    assert kinds(small(*many())) == set()
    assert doubts(plan.staffing).empty


def test_planted_faults_are_doubted_and_nothing_else() -> None:
    assert kinds(small(*many(P3={"times": 3.0}))) == {("outlier", "P3")}
    assert kinds(small(*many(P4={"heads": 2.0}))) == {("heads below WTE", "P4")}
    assert kinds(small(*many(P5={"heads": 0.0}))) == {("impossible total", "P5")}
    assert kinds(small(*[r for r in many() if (r.place, r.group) != ("P6", "gp")])) == {("no GP", "P6")}


def test_a_jump_between_quarters() -> None:
    before = [dataclasses.replace(r, period=OCTOBER.replace(month=7)) for r in many()]
    assert kinds(small(*before, *many())) == set()
    assert kinds(small(*before, *many(P7={"times": 1.7}))) == {("jump", "P7"), ("outlier", "P7")}
    table = doubts(small(*before, *many(P7={"times": 1.7})))
    assert "5.20 WTE became 8.84 since the return before." in set(table["what"])


def test_a_total_below_its_roles_hours_or_above_their_heads() -> None:
    def total(heads: float, fte: float) -> pd.DataFrame:
        return pd.DataFrame(
            [["A", "ELR", "nurse", "", "all", "all", heads, fte, OCTOBER, "f.csv", 2, "C"]], columns=list(MARGIN_COLUMNS)
        )

    nurse = dataclasses.replace(NURSE, heads=5.0, fte=3.0)
    assert kinds(small(nurse, GP, margins=total(5, 3))) == set()
    assert kinds(small(nurse, GP, margins=total(4, 3))) == set()  # one nurse with two roles
    assert kinds(small(nurse, GP, margins=total(6, 3))) == {("impossible total", "A")}
    assert kinds(small(nurse, GP, margins=total(5, 4))) == {("impossible total", "A")}


def test_a_practice_that_left_a_group_out_thins_no_density() -> None:
    """Two practices of 10,000; one did not report its nurses: 3 nurses are of 10,000 patients, not of 20,000."""
    rows = [
        dataclasses.replace(r, place=p)
        for p in ("A", "B")
        for r in (dataclasses.replace(GP, wte=5.0), dataclasses.replace(NURSE, fte=3.0))
    ]
    rows[3] = dataclasses.replace(rows[3], heads=None, fte=None, missing="not reported")
    done = completed(small(*rows))
    table = density(done).set_index(["unit", "group"])
    assert table["per_1000"]["", "nurse"] == pytest.approx(0.3)
    assert table["per_1000"]["", "gp"] == pytest.approx(0.5)
    assert table["per_1000"]["", "all_staff"] == pytest.approx(0.8)
    assert "1 of them did not report every group: what is left out is unknown, and counted in no total." in list(
        done.response.words()
    )
    assert not any("every group" in line for line in completed(small(GP, NURSE)).response.words())
