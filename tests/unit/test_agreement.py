"""Tables of the plan are held against their parts and against each other; each disagreement is the source's, and is shown as that."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from llr_sd.workforce.baseline.agreement import Printed, of_rows, per_thousand, rebuilt, sums, twice
from llr_sd.workforce.baseline.plan import lists, parts, sheet, table_3, table_8

PLAN = Path(__file__).parents[1] / "golden" / "plan"


def rows(name: str) -> list[dict[str, str]]:
    with (PLAN / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_table_3_is_rebuilt_from_its_parts() -> None:
    """All but two totals of heads and WTE come back; those are the printed 256 and 284."""
    for measure in ("headcount", "wte"):
        printed = table_3(measure)
        made = rebuilt(parts(printed), "Table 3 rebuilt", printed.unit, "LLR", "all_staff")
        differ = {(d.area, d.group): (d.printed, d.against) for d in twice(printed, made)}
        assert differ == ({} if measure == "headcount" else {("LLR", "nurse"): (256, 255), ("LLR", "other_clinical"): (284, 285)})
        assert made.cells["LLR", "all_staff"] == (3751 if measure == "headcount" else 2674)


def test_column_sums_of_255_285_and_542_are_the_sources_own_disagreement() -> None:
    found = {(d.area, d.group): d for d in sums(table_8()) if d.area == "LLR" and d.group != "all_staff"}
    assert {k[1]: (d.printed, d.against, d.rounding) for k, d in found.items()} == {
        "nurse": (256, 255, True), "other_clinical": (284, 285, True), "gp": (541, 542, True),
    }  # fmt: skip
    assert found["LLR", "nurse"].words == (
        "Table 8 prints 256 WTE for LLR, nurse, and its parts add to 255: the source disagrees with itself; "
        "rounding can be the reason."
    )


def test_totals_that_no_rounding_explains() -> None:
    """2,720 is neither the sum over groups nor over areas, nor 2,674."""
    found = [d for d in sums(table_8()) if not d.rounding]
    assert {(d.area, d.printed, d.against) for d in found} == {
        ("LLR", 2720, 2697), ("LLR", 2720, 2673), ("LC", 810, 807), ("WL", 1007, 987),
    }  # fmt: skip
    assert all("rounding cannot be the reason" in d.words for d in found if d.area != "LC")
    assert [d.group for d in sums(table_3())] == ["nurse", "other_clinical"]
    total = next(d for d in twice(table_8(), table_3()) if (d.area, d.group) == ("LLR", "all_staff"))
    assert total.words == "Table 8 prints 2,720 WTE for LLR, all_staff, and Table 3 2,674: the sources disagree."


def test_the_citys_list_is_printed_in_two_ways() -> None:
    two, eight = lists(2), lists(8)
    [found] = twice(two, eight)
    assert found.words == "Table 2 prints 398,053 patients for LC, registered, and Table 8 398,063: the sources disagree."
    assert sums(two) == ()
    [broken] = sums(eight)
    assert (broken.area, broken.printed, broken.against) == ("LLR", 1114316, 1114326)


def test_table_8_is_rebuilt_from_staff_and_lists() -> None:
    """Densities come back to two decimals, but for those of the wrong totals and of the 285 that is printed as 284."""
    people = {area: value for (area, _), value in lists(2).cells.items()}
    made = per_thousand(rebuilt(parts(table_8()), "rebuilt", "WTE", "LLR", "all_staff"), people, "Table 8 rebuilt")
    differ = {(d.area, d.group): (d.printed, round(d.against, 2)) for d in twice(table_8("wte_per_1000"), made)}
    wrong = {("WL", "all_staff"): (2.6, 2.55), ("LLR", "all_staff"): (2.44, 2.4), ("LLR", "other_clinical"): (0.25, 0.26)}
    assert differ == wrong


@pytest.mark.parametrize(("total", "found"), [(10.0, 0), (11.0, 1), (13.0, 1)])
def test_rounding_can_explain_no_more_than_half_a_unit_a_part(total: float, found: int) -> None:
    table = Printed("Table X", "WTE", {("A", "gp"): 5.0, ("B", "gp"): 5.0, ("T", "gp"): total}, "T")
    assert len(sums(table)) == found
    assert all(d.rounding == (total < 12) for d in sums(table))


def test_the_locums_of_table_10_add_to_the_total_but_for_a_misprint() -> None:
    table = of_rows(
        rows("table10_locums"), "wte", "Table 10", "WTE", places=2, group="locum_reason", totals=("LLR", "all")
    )  # fmt: skip
    assert {(d.group, d.printed, d.against) for d in sums(table)} == {("other", 26.26, 27.26), ("all", 39.44, 38.44)}


def test_the_sheet_says_where_the_plan_disagrees_with_itself() -> None:
    """All figures come back but those of conflicts.md (A1, A7, A8 and the City's list), and each of these says so."""
    table = sheet()
    cells = {(r.table, r.unit, r.area, r.group): r for r in table.itertuples()}
    differ = {key for key, r in cells.items() if abs(r.printed - r.rebuilt) >= (0.005 if "per" in r.unit else 0.5)}
    assert differ == {
        ("Table 3", "WTE", "LLR", "nurse"), ("Table 3", "WTE", "LLR", "other_clinical"), ("Table 8", "WTE", "LLR", "gp"),
        ("Table 8", "WTE", "LLR", "nurse"), ("Table 8", "WTE", "LLR", "other_clinical"), ("Table 8", "WTE", "LLR", "all_staff"),
        ("Table 8", "WTE", "LC", "all_staff"), ("Table 8", "WTE", "WL", "all_staff"), ("Table 8", "patients", "LC", "registered"),
        ("Table 8", "WTE per 1,000", "LLR", "other_clinical"), ("Table 8", "WTE per 1,000", "LLR", "all_staff"),
        ("Table 8", "WTE per 1,000", "WL", "all_staff"),
    }  # fmt: skip
    assert all(cells[key].says for key in differ)
    silent = [key for key, r in cells.items() if not r.says]
    assert (
        len(silent) == len(cells) - len(differ) - 5
    )  # the same numbers where the other table has them, and the list that 398,063 breaks
    assert "Table 8 2,720" in cells["Table 3", "WTE", "LLR", "all_staff"].says
    assert "Table 8 398,063" in cells["Table 8", "patients", "LC", "registered"].says
    assert (
        "2.44 is printed, and its parts and the lists of Table 2 give 2.40."
        in cells["Table 8", "WTE per 1,000", "LLR", "all_staff"].says
    )
    assert cells["Table 3", "WTE", "LLR", "all_staff"].rebuilt == 2674
