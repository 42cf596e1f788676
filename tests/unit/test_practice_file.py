"""Practice-level files of several vintages, list sizes and networks: missing is never zero, and totals are never added to their parts."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from workforce_files import practice, write

from llr_sd.workforce.columns import read_columns
from llr_sd.workforce.published.lists import read_lists, read_members
from llr_sd.workforce.published.practice import UNDIVIDED, read_practice
from llr_sd.workforce.published.table import day_in, read
from llr_sd.workforce.published.wide import parsed
from llr_sd.workforce.roles import read_roles
from llr_sd.workforce.staffing import Faults, Staffing


def imported(path: Path) -> tuple[Staffing | None, list[str]]:
    faults = Faults()
    table = read(path, faults)
    assert table is not None
    kind = read_columns().kind(table.header)
    if kind == "practice":
        found = read_practice(table, read_roles(), read_columns(), faults)
    else:
        found = {"lists": read_lists, "members": read_members}[str(kind)](table, read_columns(), faults)
    return found, [f.line() for f in faults]


def sound(path: Path) -> Staffing:
    staffing, faults = imported(path)
    assert faults == []
    assert staffing is not None
    return staffing


def fte(staffing: Staffing, group: str) -> float:
    return float(staffing.frame["fte"][staffing.frame["group"] == group].sum())


def test_roles_are_taken_and_totals_are_not_added_to_them(tmp_path: Path) -> None:
    staffing = sound(write(tmp_path / "practice 2017-09.csv", [practice(), practice("C2", "Two", CCG_CODE="04C")]))
    assert staffing.period == datetime.date(2017, 9, 30)
    assert [fte(staffing, g) for g in ("gp", "nurse", "other_clinical", "admin_non_clinical")] == pytest.approx(
        [5.0, 1.6, 1.0, 2.4]
    )
    assert set(staffing.frame["status"][staffing.frame["group"] == "gp"]) == {"partner", "salaried"}
    assert staffing.places["area"].tolist() == ["03W", "04C"]
    totals = staffing.margins[(staffing.margins["group"] == "gp") & (staffing.margins["age"] == "all")]
    assert totals["fte"].tolist() == pytest.approx([2.5] * 4)  # total and EXTGL of each practice
    assert set(totals["part"]) == {"", "without trainees and locums"}


def test_vintages_with_other_columns_read_alike(tmp_path: Path) -> None:
    old = practice()
    new = {("SUB_ICB_CODE" if k == "CCG_CODE" else k).lower(): v for k, v in practice().items()}
    new |= {"pcn_code": "U1", "pcn_name": "One PCN", "total_gp_hc_coq_uk": "3", "total_gp_trn_gr_st2_hc": "0"}
    one = sound(write(tmp_path / "General Practice September 2017 Practice Level.csv", [old]))
    two = sound(write(tmp_path / "General Practice – September 2017 – Detailed.csv", [new], "cp1252"))
    columns = ["place", "area", "role", "level", "heads", "fte", "status", "missing"]
    assert one.frame[columns].equals(two.frame[columns])
    assert two.places["network"].tolist() == ["U1"]


VINTAGES = {
    "2015": """GP GP_EXL GP_EXRL GP_EXRRL GP_SEN_PTNR GP_PTNR_PROV GP_SAL_BY_PRAC GP_SAL_BY_OTH GP_REG_ST3_4 GP_REG_F1_2 GP_RET
        GP_LOCUM_VAC GP_LOCUM_ABS GP_LOCUM_OTH NURSES N_PRAC_NURSE N_ADV_NURSE_PRAC N_NURSE_SPEC N_EXT_ROLE_NURSE N_TRAINEE_NURSE
        N_DISTRICT_NURSE N_NURSE_DISP DPC DPC_DISPENSER DPC_HCA DPC_PHLEB DPC_PHARMA DPC_PHYSIO DPC_PODIA DPC_PHYSICIAN_ASSOC DPC_OTH
        ADMIN ADMIN_MANAGER ADMIN_MED_SECRETARY ADMIN_RECEPT ADMIN_TELEPH ADMIN_ESTATES_ANC ADMIN_OTH""",
    "2020": """GP_EXR GP_REG_ST1_4 GP_LOCUM_INF N_NURSE_PTNR ADMIN_MANAGE_PTNR ADMIN_APP DPC_THERA_COU DPC_NURSE_ASSOC DPC_PARAMED
        DPC_PHARMT DPC_SPLW""",
    "2023": """GP_EXTG GP_EXTGL N_NURSE_OTH DPC_ADV_PARAMED_PRAC DPC_ADV_PHARMA_PRAC DPC_ADV_PHYSIO_PRAC DPC_ADV_PODIA_PRAC
        DPC_ADV_THERA_OCC_PRAC DPC_DIETICIAN DPC_GPA DPC_THERA_OCC DPC_THERA_OTH DPC_TRAINEE_NURSE_ASSOC""",
    "2025": """GP_TRN_GR_ST1 GP_TRN_GR_ST2 GP_TRN_GR_ST3 GP_TRN_GR_ST4 GP_TRN_GR_OTH GP_TRN_GR_F1_2 DPC_APP_HCA DPC_APP_PHARMA
        DPC_TRAINEE_PHARMT DPC_APP_PHYSIO DPC_NHS_TALKING_THERA DPC_TRAINEE_NHS_TALKING_THERA ADMIN_DT_LEAD DPC_ADV_DIETICIAN_PRAC
        DPC_OST DPC_APP_PHLEB DPC_APP_PHYSICIAN_ASSOC DPC_APP_OTH DPC_APPRENTICE DPC_HLTH_SPRT_WRK""",
}
"""Columns as the published files of the year name them, between sex and measure; of later years those that are new."""


@pytest.mark.parametrize("year", VINTAGES)
def test_columns_of_every_vintage_are_known_and_lead_to_roles(year: str) -> None:
    columns, roles = read_columns(), read_roles()
    stubs = VINTAGES[year].split()
    wide = parsed([f"TOTAL_{s}_{m}" for s in stubs for m in ("HC", "FTE")], columns)
    assert wide.unknown == []
    for group, who in wide.roles:
        role = roles.get(columns.stubs["practice role"][who])
        assert role.group == group, who
    assert sorted([*(who for _, who in wide.roles)]) == sorted(s for s in stubs if "_" in s and not s.startswith("GP_EX"))


def test_every_role_of_the_column_map_is_in_the_role_table() -> None:
    columns, roles = read_columns(), read_roles()
    assert [n for n in (*columns.stubs["practice role"].values(), *UNDIVIDED.values()) if roles.find(n) is None] == []


def test_two_columns_of_one_role_are_both_counted(tmp_path: Path) -> None:
    extra = {"TOTAL_DPC_HC": "3", "TOTAL_DPC_FTE": "2", "TOTAL_DPC_THERA_OTH_HC": "1", "TOTAL_DPC_THERA_OTH_FTE": "0.7"}
    extra |= {"TOTAL_DPC_OST_HC": "1", "TOTAL_DPC_OST_FTE": "0.8"}
    frame = sound(write(tmp_path / "2022-09.csv", [practice(**extra)])).frame
    assert frame["fte"][frame["role"] == "Therapist other"].sum() == pytest.approx(1.5)


@pytest.mark.parametrize("mark", ["NA", "ND", ""])
def test_what_was_not_reported_is_missing_and_never_zero(mark: str, tmp_path: Path) -> None:
    row = practice("C2", "Two")
    silent = {k: mark if k.startswith("TOTAL_") and k != "TOTAL_PATIENTS" else v for k, v in row.items()}
    staffing = sound(write(tmp_path / "2017-09.csv", [practice(), silent]))
    mine = staffing.frame[staffing.frame["place"] == "C2"]
    assert mine["heads"].isna().all()
    assert mine["fte"].isna().all()
    assert set(mine["missing"]) == {"not reported"}
    assert mine["group"].tolist() == ["gp", "nurse", "other_clinical", "admin_non_clinical"]
    assert staffing.places["answered"].tolist() == [True, False]
    assert staffing.places["list_size"].tolist() == [8000.0, 8000.0]


def test_a_practice_that_shows_zero_everywhere_is_named_and_missing(tmp_path: Path) -> None:
    zero = {k: "0" if k.startswith("TOTAL_") and k != "TOTAL_PATIENTS" else v for k, v in practice("C2", "Zero Surgery").items()}
    staffing = sound(write(tmp_path / "2017-09.csv", [practice(), zero]))
    assert staffing.frame["fte"][staffing.frame["place"] == "C2"].isna().all()
    assert [n.what for n in staffing.notes] == ["C2 (Zero Surgery) shows zero for all staff: read as not reported."]
    assert staffing.notes[0].row == 3


def test_a_reported_zero_stays_where_it_can_be(tmp_path: Path) -> None:
    """No nurse at a practice can be; no GP where patients are registered is a group that was not reported."""
    none = {f"TOTAL_{s}_{m}": "0" for s in ("NURSES", "N_PRAC_NURSE") for m in ("HC", "FTE")}
    gps = {k: "0" for k in practice() if k.startswith("TOTAL_GP")}
    staffing = sound(write(tmp_path / "2017-09.csv", [practice(**none), practice("C2", "Two", **gps)]))
    frame = staffing.frame
    nurses = frame[(frame["place"] == "C1") & (frame["group"] == "nurse")]
    assert nurses[["heads", "fte", "missing"]].to_numpy().tolist() == [[0.0, 0.0, ""]]
    doctors = frame[(frame["place"] == "C2") & (frame["group"] == "gp")]
    assert doctors["missing"].tolist() == ["not reported"]
    assert any("C2 (Two) shows zero GPs" in n.what for n in staffing.notes)


def test_a_source_column_tells_what_was_estimated_and_what_did_not_come(tmp_path: Path) -> None:
    rows = [practice(GP_SOURCE="Estimated", NURSE_SOURCE="NWRS"), practice("C2", "Two", GP_SOURCE="NWRS", NURSE_SOURCE="ND")]
    frame = sound(write(tmp_path / "2022-09.csv", rows)).frame
    assert set(frame["method"][(frame["place"] == "C1") & (frame["group"] == "gp")]) == {"extrapolated"}
    assert set(frame["method"][frame["place"] == "C2"]) == {"reported"}
    assert frame["missing"][(frame["place"] == "C2") & (frame["group"] == "nurse")].tolist() == ["not reported"]


def test_what_a_total_holds_beyond_its_roles_is_kept(tmp_path: Path) -> None:
    frame = sound(write(tmp_path / "2017-09.csv", [practice(TOTAL_NURSES_HC="3", TOTAL_NURSES_FTE="2.0")])).frame
    nurses = frame[frame["group"] == "nurse"].set_index("role")
    assert nurses["fte"].to_dict() == pytest.approx({"Practice nurse": 0.8, "Nurse other": 1.2})
    assert nurses["heads"].to_dict() == {"Practice nurse": 1.0, "Nurse other": 2.0}


def test_people_with_several_roles_and_impossible_totals_are_said(tmp_path: Path) -> None:
    rows = [practice(f"C{i}", str(i)) for i in range(20)]
    rows[0]["TOTAL_GP_HC"] = "2"
    rows[1]["TOTAL_GP_FTE"] = "1.5"
    notes = [n.what for n in sound(write(tmp_path / "2017-09.csv", rows)).notes]
    assert "at 1 practice people work in several roles of gp: the roles count 1 more than the total by heads." in notes
    assert "the roles of gp add up to 2.50 FTE, the total is 1.50: the roles are used." in notes


def test_a_subtotal_taken_for_a_role_stops_the_import(tmp_path: Path) -> None:
    columns = (Path(__file__).parents[2] / "src/llr_sd/workforce/tables/columns.csv").read_text(encoding="utf-8")
    edited = tmp_path / "columns.csv"
    edited.write_text(columns.replace("practice part,gp: without trainees and locums,GP_EXTGL; ", "practice role,GP,GP_EXTGL;"))
    faults = Faults()
    table = read(write(tmp_path / "2017-09.csv", [practice()]), faults)
    assert table is not None
    assert read_practice(table, read_roles(), read_columns(edited), faults) is None
    assert "A subtotal is taken for a role" in "".join(f.line() for f in faults)


def test_only_totals_are_read_as_such(tmp_path: Path) -> None:
    keep = ("PRAC_CODE", "PRAC_NAME", "CCG_CODE", "TOTAL_PATIENTS", "TOTAL_GP_HC", "TOTAL_GP_FTE")
    row = {k: v for k, v in practice(TOTAL_GP_HC="4", TOTAL_GP_FTE="3.5").items() if k in keep}
    total = sound(write(tmp_path / "2017-09.csv", [row]))
    assert fte(total, "gp") == pytest.approx(3.5)
    assert any("include trainees and locums" in n.what for n in total.notes)
    assert any("no columns of nurse: not collected" in n.what for n in total.notes)
    qualified = sound(write(tmp_path / "2018-09.csv", [row | {"TOTAL_GP_EXTGL_HC": "3", "TOTAL_GP_EXTGL_FTE": "2.5"}]))
    assert fte(qualified, "gp") == pytest.approx(2.5)
    assert any("without trainees and locums, who are left out" in n.what for n in qualified.notes)


def test_ages_and_sexes_are_margins(tmp_path: Path) -> None:
    row = practice(MALE_GP_HC_55TO59="1", FEMALE_GP_FTE_UNDER30="0.5", FEMALE_GP_HC_UNDER30="1", MALE_GP_HC_70PLUS="0")
    staffing = sound(write(tmp_path / "2017-09.csv", [row | {"MALE_PATIENTS_85PLUS": "100", "FEMALE_PATIENTS_85PLUS": "150"}]))
    ages = staffing.margins[staffing.margins["age"] != "all"].set_index(["sex", "age"])
    assert ages["heads"].to_dict() == {("male", "55 to 59"): 1.0, ("female", "under 30"): 1.0}
    assert fte(staffing, "gp") == pytest.approx(2.5)
    assert staffing.lists[["age", "patients"]].to_numpy().tolist() == [["85 and over", 250.0]]


def test_faults_name_row_and_column(tmp_path: Path) -> None:
    rows = [practice(TOTAL_GP_FTE="three"), practice(TOTAL_DPC_HCA_HC="-1"), practice("C3", "Three", TOTAL_DPC_WIZARD_HC="1")]
    staffing, faults = imported(write(tmp_path / "staff.csv", rows))
    assert staffing is None
    text = "\n".join(faults)
    for words in (
        'row 2, column TOTAL_GP_FTE: "three" is not a number.',
        "row 3, column TOTAL_DPC_HCA_HC: -1 is negative.",
        'row 3, column PRAC_CODE: the practice "C1" is already in row 2.',
        "row 1, column TOTAL_DPC_WIZARD_HC: is a role or a total that the column map lacks.",
        "says nowhere of which month it is",
    ):
        assert words in text


def test_list_sizes_and_ages(tmp_path: Path) -> None:
    about = {"PUBLICATION": "GP_PRAC_PAT_LIST", "EXTRACT_DATE": "01OCT2017", "TYPE": "GP", "CCG_CODE": "03W", "CODE": "C1"}
    sums = [about | {"SEX": "ALL", "AGE": "ALL", "NUMBER_OF_PATIENTS": "300"}]
    ages = [
        about | {"SEX": sex, "AGE": age, "NUMBER_OF_PATIENTS": n}
        for sex, age, n in (("MALE", "45", "100"), ("FEMALE", "45", "90"), ("MALE", "95+", "50"), ("FEMALE", "95+", "60"))
    ]
    ccg = about | {"TYPE": "CCG", "CODE": "03W", "SEX": "ALL", "AGE": "ALL", "NUMBER_OF_PATIENTS": "999"}
    whole = sound(write(tmp_path / "all.csv", [*sums, ccg]))
    assert whole.places[["place", "list_size"]].to_numpy().tolist() == [["C1", 300.0]]
    assert whole.period == datetime.date(2017, 10, 1)
    assert not whole.places["answered"].any()
    by_age = sound(write(tmp_path / "age.csv", [*sums, *ages]))
    assert by_age.lists[["age", "patients"]].to_numpy().tolist() == [["45 to 45", 190.0], ["95 and over", 110.0]]
    alone = sound(write(tmp_path / "alone.csv", ages))
    assert alone.places["list_size"].tolist() == [300.0]
    broken = sound(write(tmp_path / "broken.csv", [sums[0] | {"NUMBER_OF_PATIENTS": "310"}, *ages]))
    assert "do not add up to their list" in broken.notes[0].what
    assert broken.places["list_size"].tolist() == [310.0]


def test_a_sex_that_is_missing_makes_no_list(tmp_path: Path) -> None:
    about = {"EXTRACT_DATE": "01OCT2017", "CODE": "C1", "AGE": "45"}
    rows = [about | {"SEX": "MALE", "NUMBER_OF_PATIENTS": "100"}, about | {"SEX": "FEMALE", "NUMBER_OF_PATIENTS": "NA"}]
    staffing = sound(write(tmp_path / "a.csv", rows))
    assert staffing.places["list_size"].isna().all()
    assert len(staffing.lists) == 0


def test_networks_of_practices(tmp_path: Path) -> None:
    rows = [
        {"PRACTICE_CODE": "C1", "PRACTICE_NAME": "One", "PCN_CODE": "U1", "PCN_NAME": "One PCN", "LOCALITY": "North"},
        {"PRACTICE_CODE": "C2", "PRACTICE_NAME": "Two", "PCN_CODE": "", "PCN_NAME": "", "LOCALITY": "North"},
    ]
    staffing = sound(write(tmp_path / "members 2022-09.csv", rows))
    assert staffing.places["network"].tolist() == ["U1", ""]
    assert staffing.notes[0].what == "1 practices are in no network: C2."
    assert "already in row 2" in imported(write(tmp_path / "twice.csv", [rows[0], rows[0]]))[1][0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01OCT2017", (2017, 10, 1)), ("1 October 2017", (2017, 10, 1)), ("01/10/2017", (2017, 10, 1)), ("2017-10-01", (2017, 10, 1)),
        ("September 2017", (2017, 9, 30)), ("General Practice – Sept 2017 Practice Level", (2017, 9, 30)), ("2024-02", (2024, 2, 29)),
        ("PracticeLevel.092017", (2017, 9, 30)), ("practice", None), ("31FEB2017", None), ("2017", None),
        ("General Practice – March 2019 Practice Level", (2019, 3, 31)),
    ],
)  # fmt: skip
def test_dates_as_publishers_write_them(text: str, day: tuple[int, int, int] | None) -> None:
    assert day_in(text) == (datetime.date(*day) if day else None)


ROLES_OF = {
    "GP": ("GP_SEN_PTNR", "GP_RET"),
    "NURSES": ("N_PRAC_NURSE", "N_NURSE_SPEC"),
    "DPC": ("DPC_HCA", "DPC_OTH"),
    "ADMIN": ("ADMIN_RECEPT",),
}
NAMES = {"GP": "gp", "NURSES": "nurse", "DPC": "other_clinical", "ADMIN": "admin_non_clinical"}
CELL = st.one_of(st.sampled_from(["NA", "ND", ""]), st.integers(0, 400).map(lambda n: f"{n / 20:g}"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(cells=[{s: "0" if s == "DPC_OTH" else "1" if s == "GP" else "NA" for g, of in ROLES_OF.items() for s in (g, *of)}])
@given(cells=st.lists(st.fixed_dictionaries({s: CELL for g, of in ROLES_OF.items() for s in (g, *of)}), min_size=1, max_size=3))
def test_no_fte_is_lost_or_made(cells: list[dict[str, str]], tmp_path: Path) -> None:
    """Of each group a practice holds the larger of its total and the sum of its roles, and nothing where neither was reported."""
    keep = ("PRAC_CODE", "PRAC_NAME", "CCG_CODE", "TOTAL_PATIENTS")
    rows = [
        {k: v for k, v in practice(f"C{i}").items() if k in keep} | {f"TOTAL_{s}_FTE": v for s, v in row.items()}
        for i, row in enumerate(cells)
    ]
    staffing, faults = imported(write(tmp_path / "2017-09.csv", rows))
    if staffing is None:
        assert all("A subtotal is taken for a role" in f for f in faults)
        return
    sums = staffing.frame.groupby(["place", "group"])["fte"].sum(min_count=1)
    for i, row in enumerate(cells):
        zero = all(not v or v in ("NA", "ND") or float(v) == 0 for v in row.values())
        for stub, group in NAMES.items():
            values = [float(row[s]) for s in (stub, *ROLES_OF[stub]) if row[s] not in ("NA", "ND", "")]
            parts = [float(row[s]) for s in ROLES_OF[stub] if row[s] not in ("NA", "ND", "")]
            total = [float(row[stub])] if row[stub] not in ("NA", "ND", "") else []
            unknown = not values or zero or (stub in ("GP", "ADMIN") and not any(values))
            found = sums[f"C{i}", group]
            if unknown:
                assert found != found
            else:
                assert found == pytest.approx(max(sum(parts), *total, 0.0), abs=0.0501)
