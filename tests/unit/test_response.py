"""Practices that did not answer are carried forward or estimated, with method, age and interval; none becomes a zero."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pandas as pd
import pytest
from baseline_staff import LISTS, MARCH, OCTOBER, holdings, the_plans_case

from llr_sd.workforce.baseline.response import amount, by_definition, completed
from llr_sd.workforce.baseline.stocks import vacancies
from llr_sd.workforce.staffing import Staffing, frame_of


def test_the_plans_own_case() -> None:
    done = completed(the_plans_case())
    frame = done.staffing.frame
    assert {m: done.response.count(m) for m in ("reported", "carried", "extrapolated", "unknown")} == {
        "reported": 119, "carried": 18, "extrapolated": 1, "unknown": 0,
    }  # fmt: skip
    assert amount(frame).sum() == pytest.approx(2674)  # Table 3
    assert frame["place"].nunique() == 138
    assert list(done.response.words()) == [
        "119 of 138 places answered for October 2017: a response rate of 86.2 %.",
        "18 are carried forward from March 2017, 7 months old.",
        "1 is extrapolated from like places.",
        "The stock mixes two dates: March 2017 and October 2017.",
    ]


def test_all_answered_mixes_no_dates() -> None:
    done = completed(the_plans_case(138, 0))
    assert list(done.response.words()) == ["138 of 138 places answered for October 2017: a response rate of 100.0 %."]
    assert done.staffing.frame["low"].isna().all()


def test_an_answer_of_this_quarter_is_not_replaced_by_an_older_one() -> None:
    staffing = the_plans_case()
    code = str(staffing.frame["place"].iloc[0])
    old = frame_of(holdings(code, "ELR", 0.5, MARCH))
    with_old = dataclasses.replace(staffing, frame=pd.concat([staffing.frame, old], ignore_index=True))
    assert amount(completed(with_old).staffing.frame).sum() == pytest.approx(2674)


def test_a_place_that_nothing_is_known_of_stays_unknown() -> None:
    staffing = the_plans_case()
    places = staffing.places.assign(list_size=np.nan)
    done = completed(dataclasses.replace(staffing, places=places))
    assert done.response.count("unknown") == 1
    [line] = done.response.table[done.response.table["method"] == "unknown"].itertuples()
    assert line.place not in set(done.staffing.frame["place"])
    assert line.basis == "no earlier return and no list size"
    assert "1 is unknown, and counted in no total." in list(done.response.words())


def ratio_case(lists: list[float], wte: list[float], asked: float) -> Staffing:
    rows = [h for i, w in enumerate(wte) for h in holdings(f"ELR{i:02}", "ELR", w / 176, OCTOBER) if h.group == "gp"]
    places = [
        [f"ELR{i:02}", "", "practice", "ELR", "", "", "", "", size, i < len(wte), OCTOBER]
        for i, size in enumerate([*lists, asked])
    ]
    return Staffing(frame_of(rows), pd.DataFrame(places, columns=list(the_plans_case().places.columns)), OCTOBER)


def test_the_interval_is_that_of_the_ratio_estimator() -> None:
    """The best linear predictor under a variance that grows with the list; figures by weighted least squares."""
    lists, wte = [6000.0, 8000.0, 9000.0, 10000.0, 7000.0, 12000.0], [3.0, 5.0, 4.0, 6.5, 3.2, 7.0]
    [row] = completed(ratio_case(lists, wte, 8500.0)).staffing.frame.query("method == 'extrapolated'").itertuples()
    x, y = np.array(lists), np.array(wte)
    weights = 1 / x
    slope = (weights * x * y).sum() / (weights * x * x).sum()
    variance = (weights * (y - slope * x) ** 2).sum() / (len(x) - 1)
    half = 2.015048 * np.sqrt(variance * (8500 + 8500**2 / (weights * x * x).sum()))  # Student, five degrees, 95 %
    assert row.wte == pytest.approx(slope * 8500)
    assert (row.low, row.high) == (pytest.approx(slope * 8500 - half, rel=1e-6), pytest.approx(slope * 8500 + half, rel=1e-6))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """300 areas, each with eight practices that answered and one that did not."""
    rng = np.random.default_rng(8)
    lists = rng.uniform(6000, 11000, (300, 9))
    wte = 0.0005 * lists + 0.008 * np.sqrt(lists) * rng.standard_normal((300, 9))
    one, [gp, *_] = the_plans_case(), holdings("A", "ELR", 1, OCTOBER)
    rows, places = [], []
    for a, i in np.ndindex(300, 9):
        code, about = f"{a}-{i}", ["", "practice", f"A{a}", "", "", "", "", float(lists[a, i]), i < 8, OCTOBER]
        places.append([code, *about])
        if i < 8:
            rows.append(dataclasses.replace(gp, place=code, area=f"A{a}", wte=float(wte[a, i]), heads=None))
    staffing = Staffing(frame_of(rows), pd.DataFrame(places, columns=list(one.places.columns)), OCTOBER)
    frame = completed(staffing).staffing.frame.query("method == 'extrapolated'")
    truth = np.array([wte[int(a[1:]), 8] for a in frame["area"]])
    held = ((frame["low"] <= truth) & (truth <= frame["high"])).mean()
    assert len(frame) == 300
    assert held == pytest.approx(0.9, abs=0.052)  # three standard errors


def test_like_places_are_of_the_area_and_of_its_size() -> None:
    lists, wte = [8000.0] * 6 + [40000.0] * 6, [4.0] * 6 + [8.0] * 6
    [row] = completed(ratio_case(lists, wte, 8000.0)).staffing.frame.query("method == 'extrapolated'").itertuples()
    assert row.wte == pytest.approx(4.0)  # with the large ones in, it would be 2


def test_a_carried_figure_has_the_interval_of_how_others_changed() -> None:
    staffing = the_plans_case()
    known = list(staffing.places["place"][staffing.places["answered"]])[:40]
    size = staffing.places.set_index("place")
    old = [
        h for i, c in enumerate(known)
        for h in holdings(c, size["area"][c], size["list_size"][c] / LISTS[size["area"][c]] * (1.1 if i % 2 else 0.9), MARCH)
    ]  # fmt: skip
    frame = pd.concat([staffing.frame, frame_of(old)], ignore_index=True)
    done = completed(dataclasses.replace(staffing, frame=frame))
    carried = done.staffing.frame.query("method == 'carried'")
    value = amount(carried)
    assert (carried["low"] < value).all()
    assert (carried["high"] > value).all()
    assert done.response.table.query("method == 'carried'")["basis"].str.contains("how much others changed").all()
    still = completed(staffing).response.table.query("method == 'carried'")["basis"]
    assert still.str.contains("estimated from like places").all()


def test_a_place_that_left_a_role_out_is_not_taken_for_zero() -> None:
    staffing = ratio_case([8000.0] * 7, [4.0] * 7, 8000.0)
    nurse = frame_of(holdings("ELR00", "ELR", 0.02, OCTOBER)[1:2])
    torn = pd.concat([staffing.frame, nurse], ignore_index=True)
    torn.loc[0, ["heads", "fte", "wte"]] = np.nan
    torn.loc[0, "missing"] = "not reported"
    found = completed(dataclasses.replace(staffing, frame=torn)).staffing.frame.query("method == 'extrapolated'")
    assert found["wte"].tolist() == pytest.approx([4.0, 4.0])  # of the place itself, and of the one that did not answer


def measured_apart(wte: int, fte: int, none: int = 0) -> Staffing:
    """Places with five GPs each, some of whom give WTE and some FTE only; some places have no GP; one did not answer."""
    one = ratio_case([8000.0] * (wte + fte + none), [5.0] * (wte + fte + none), 8000.0)
    frame = one.frame.copy()
    later = frame.index[wte : wte + fte]
    frame.loc[later, "fte"], frame.loc[later, "wte"] = 5.0, np.nan
    nurse = dataclasses.replace(holdings("ELR00", "ELR", 0.02, OCTOBER)[1], heads=1.0, fte=1.0)
    nurses = [dataclasses.replace(nurse, place=f"ELR{i:02}") for i in range(wte + fte, wte + fte + none)]
    rest = [frame[frame.index < wte + fte], *([frame_of(nurses)] if none else [])]
    return dataclasses.replace(one, frame=pd.concat(rest, ignore_index=True))


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(("none", "expected"), [(0, 5.0), (5, 10 / 3)])
def test_a_place_that_gives_another_measure_of_a_role_is_not_taken_for_zero(none: int, expected: float) -> None:
    """Five places give WTE, five FTE only: WTE and FTE are each those of the places that give them, and nobody only where nobody is."""
    frame = completed(measured_apart(5, 5, none)).staffing.frame
    [row] = frame.query("method == 'extrapolated' and group == 'gp'").itertuples()
    assert (row.wte, row.fte) == (pytest.approx(expected), pytest.approx(expected))
    assert row.low <= row.wte <= row.high
    if not none:
        assert (row.low, row.high) == (pytest.approx(5.0), pytest.approx(5.0))


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(("telling", "expected"), [(6, [1.0]), (4, [])])
def test_vacancies_of_a_place_that_says_nothing_of_them_are_not_none(telling: int, expected: list[float]) -> None:
    """One post is vacant at each place that says; another is estimated from five that say at least, and else stays unknown."""
    one = ratio_case([8000.0] * 10, [5.0] * 10, 8000.0)
    vacant = one.frame.iloc[:telling].assign(status="vacant", heads=np.nan, wte=np.nan, vacant=1.0)
    done = completed(dataclasses.replace(one, frame=pd.concat([one.frame, vacant], ignore_index=True)))
    assert done.staffing.frame.query("method == 'extrapolated'")["vacant"].dropna().tolist() == pytest.approx(expected)
    assert done.response.partly == 0
    [line] = vacancies(done).query("area == ''").itertuples()
    assert line.places == telling + len(expected)
    assert line.staff == pytest.approx(55.0)
    assert line.rate == pytest.approx(1 / 5)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_place_that_tells_of_other_posts_of_the_group_has_none_vacant_of_a_role() -> None:
    one = ratio_case([8000.0] * 10, [5.0] * 10, 8000.0)
    vacant = one.frame.iloc[:6].assign(status="vacant", heads=np.nan, wte=np.nan, vacant=1.0)
    vacant.loc[vacant.index[:3], "role"] = "Salaried GP"
    done = completed(dataclasses.replace(one, frame=pd.concat([one.frame, vacant], ignore_index=True)))
    assert done.staffing.frame.query("method == 'extrapolated'")["vacant"].dropna().tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_role_of_which_too_few_places_give_any_measure_is_unknown() -> None:
    one = measured_apart(3, 4)
    done = completed(dataclasses.replace(one, frame=one.frame.assign(heads=np.nan)))
    [row] = done.staffing.frame.query("method == 'extrapolated'").itertuples()
    assert row.missing == "not reported"
    assert np.isnan([row.wte, row.fte, row.low, row.high]).all()
    assert done.response.partly == 1


def test_time_of_some_people_of_a_role_is_not_that_of_all() -> None:
    """Each place has four WTE; at one, one of two GPs gives no time."""
    one = ratio_case([8000.0] * 7, [4.0] * 7, 8000.0)
    frame = one.frame.assign(heads=1.0)
    more = pd.concat([frame, frame.iloc[:1].assign(wte=np.nan)], ignore_index=True)
    more.loc[0, "wte"] = 2.0
    [row] = completed(dataclasses.replace(one, frame=more)).staffing.frame.query("method == 'extrapolated'").itertuples()
    assert row.heads == pytest.approx(8 / 7)
    assert row.wte == pytest.approx(4.0)


def test_sessions_and_hours_become_wte_and_fte_by_definition_only() -> None:
    [gp, nurse] = (
        frame_of(
            [
                dataclasses.replace(holdings("A", "ELR", 1, OCTOBER)[0], wte=None, sessions=6.0),
                dataclasses.replace(holdings("A", "ELR", 1, OCTOBER)[1], fte=None, hours=30.0),
            ]
        )
        .pipe(by_definition)
        .itertuples()
    )
    assert (gp.wte, nurse.fte) == (pytest.approx(6 / 9), pytest.approx(30 / 37.5))
    assert np.isnan(gp.fte)
    assert np.isnan(nurse.wte)


def test_kinds_of_different_dates_do_not_all_answer_for_the_latest() -> None:
    case = the_plans_case(138, 0)
    last = case.frame.index[-1]
    frame = case.frame.copy()
    code = frame["place"][last]
    frame.loc[frame["place"] == code, ["kind", "period"]] = ["network", MARCH]
    places = case.places.assign(kind=case.places["kind"].where(case.places["place"] != code, "network"))
    response = completed(dataclasses.replace(case, frame=frame, places=places)).response
    assert response.table.set_index("place")["months"][code] == 7
    assert list(response.words()) == [
        "138 of 138 places answered for the last date of their kind: a response rate of 100.0 %.",
        "1 of these answers is of March 2017, 7 months old.",
        "The stock mixes two dates: March 2017 and October 2017.",
    ]


def test_the_age_of_a_figure_is_in_months() -> None:
    staffing = the_plans_case(138, 0)
    frame = staffing.frame.copy()
    late = frame["place"] == "WL47"
    frame.loc[late, "period"] = datetime.date(2016, 9, 30)
    places = staffing.places.assign(answered=staffing.places["place"] != "WL47")
    done = completed(dataclasses.replace(staffing, frame=frame, places=places))
    assert list(done.response.words())[1] == "1 is carried forward from September 2016, 13 months old."


def test_kinds_of_which_no_file_tells_staff_are_not_asked() -> None:
    staffing = the_plans_case()
    network = pd.DataFrame(
        [["U1", "One", "network", "ELR", "ELR", "U1", "One", "", np.nan, False, OCTOBER]], columns=staffing.places.columns
    )
    more = dataclasses.replace(staffing, places=pd.concat([staffing.places, network], ignore_index=True))
    assert len(completed(more).response.table) == 138


def without_nurses(earlier: bool) -> Staffing:
    """Practices with four GPs and two nurses each; the first left its nurses out, and had three half a year before where it answered then."""
    one = ratio_case([8000.0] * 8, [4.0] * 8, 8000.0)
    nurse = holdings("ELR00", "ELR", 0.02, OCTOBER)[1]
    nurses = [dataclasses.replace(nurse, place=f"ELR{i:02}", fte=2.0, heads=3.0) for i in range(8)]
    nurses[0] = dataclasses.replace(nurses[0], fte=None, heads=None, missing="not reported")
    before = [dataclasses.replace(nurse, place="ELR00", fte=3.0, heads=4.0, period=MARCH)] if earlier else []
    return dataclasses.replace(one, frame=pd.concat([one.frame, frame_of([*nurses, *before])], ignore_index=True))


@pytest.mark.parametrize(("earlier", "method", "fte"), [(True, "carried", 3.0), (False, "extrapolated", 2.0)])
def test_a_group_that_a_place_left_out_is_carried_forward_or_estimated(earlier: bool, method: str, fte: float) -> None:
    done = completed(without_nurses(earlier))
    [row] = done.staffing.frame.query("place == 'ELR00' and group == 'nurse'").itertuples()
    assert (row.method, row.fte, row.missing) == (method, pytest.approx(fte), "")
    assert row.low <= fte <= row.high
    [line] = done.response.table.query("place == 'ELR00'").itertuples()
    assert line.method == "reported"  # it answered, and what it said is its own
    assert f"its own return; nurse {method}: " in line.basis
    assert (done.response.mended, done.response.partly) == (1, 0)
    assert any("1 place that answered left out a staff group" in text for text in done.response.words())


def test_a_part_of_a_group_that_a_place_left_out_stays_unknown() -> None:
    torn = without_nurses(True)
    told = torn.frame.query("place == 'ELR01' and group == 'nurse'").assign(place="ELR00", role="Nurse specialist")
    done = completed(dataclasses.replace(torn, frame=pd.concat([torn.frame, told], ignore_index=True)))
    rows = done.staffing.frame.query("place == 'ELR00' and group == 'nurse'")
    assert sorted(rows["missing"]) == ["", "not reported"]
    assert (done.response.mended, done.response.partly) == (0, 1)
    assert not any("left out a staff group" in text for text in done.response.words())
