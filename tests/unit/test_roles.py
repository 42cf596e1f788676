"""The role table that ships, and the nouns of staffing."""

from __future__ import annotations

import csv
import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from llr_sd.errors import InputError
from llr_sd.workforce.roles import COLUMNS, TABLE, plain, read_roles
from llr_sd.workforce.staffing import (
    CONTRACT,
    LEVELS,
    MOST_LINES,
    PLACE_COLUMNS,
    Faults,
    FaultyFiles,
    Holding,
    Staffing,
    frame_of,
    joined,
)

DAY = datetime.date(2022, 9, 30)
PERSON = Holding("P1", "One", "practice", "03W", "GP partner", "autonomous", "gp", DAY, "a.csv", row=2, heads=1.0, fte=0.8)


def places(*names: str, answered: bool = True) -> object:
    import pandas as pd

    rows = [(n, n, "practice", "03W", "", "", "", "", 9000.0, answered, DAY) for n in names]
    return pd.DataFrame(rows, columns=list(PLACE_COLUMNS))


def test_examples_of_table_7_have_the_level_that_it_prints() -> None:
    """Table 7 of the plan: GP and advanced nurse practitioner autonomous, specialist nurse enhanced, practice nurse core, reception
    foundation."""
    roles = read_roles()
    examples = {"GP": "autonomous", "advanced nurse practitioner": "autonomous", "specialist nurse": "enhanced"}
    examples |= {"practice nurse": "core", "reception staff": "foundation"}
    for name, level in examples.items():
        assert (roles.get(name).level, roles.get(name).grade) == (level, "A"), name


def test_judgement_is_said_to_be_judgement() -> None:
    """Grade A goes only to what Table 7 names; each row gives a reason."""
    for role in read_roles().rows:
        assert role.reason
        if role.grade == "A":
            assert "Table 7" in role.reason, role.name


def test_spellings_make_no_difference() -> None:
    roles = read_roles()
    for name in ("Clinical Director  DPC", "clinical director dpc", "Clinical Director (DPC)"):
        assert roles.get(name).name == "Clinical director (direct patient care)"
    assert roles.get("NURSING ASSOCIATES") is roles.get("Nursing Associate")
    assert roles.get("Digital & transformation leads") is roles.get("digital and transformation lead")
    assert plain("Children’s") == plain("Children's") == "children"


def test_an_unmapped_role_is_no_role() -> None:
    roles = read_roles()
    assert roles.find("Wizard") is None
    with pytest.raises(InputError, match="Wizard"):
        roles.get("Wizard")


def test_an_edited_table_says_all_that_is_wrong(tmp_path: Path) -> None:
    lines = list(csv.reader(TABLE.read_text(encoding="utf-8").splitlines()))[:4]
    level, reason = COLUMNS.index("level"), COLUMNS.index("reason")
    lines[1][level], lines[2][reason] = "wise", ""
    lines[3][COLUMNS.index("also")] = "GP partners"
    table = tmp_path / "roles.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows(lines)
    with pytest.raises(FaultyFiles) as caught:
        read_roles(table)
    assert [(f.row, f.column) for f in caught.value.faults] == [(2, "level"), (3, "reason"), (4, "role")]
    assert "row 2, column level" in str(caught.value)


def test_all_faults_are_said_and_those_beyond_are_counted() -> None:
    faults = Faults()
    for row in range(MOST_LINES + 5):
        faults.add("a.csv", "is no number.", row=row + 2, column="FTE")
        faults.add("a.csv", "is no number.", row=row + 2, column="FTE")
    with pytest.raises(FaultyFiles) as caught:
        faults.stop()
    text = str(caught.value)
    assert f"{MOST_LINES + 5} faults in 1 file" in text
    assert "a.csv, row 2, column FTE: is no number." in text
    assert text.endswith("and 5 more.")
    Faults().stop()


def test_wte_and_fte_meet_by_a_named_rule_only() -> None:
    """Nine sessions of 4 h 10 min are 37.5 hours: 1 WTE is then 1 FTE; with sessions of 5 hours it is 1.2."""
    assert CONTRACT.fte(1.0) == pytest.approx(1.0, abs=1e-15)
    longer = replace(CONTRACT, name="session of 5 hours", session_hours=5.0)
    assert longer.fte(1.0) == pytest.approx(1.2, abs=1e-15)
    assert longer.wte(longer.fte(0.7)) == pytest.approx(0.7, abs=1e-15)
    with pytest.raises(InputError):
        replace(CONTRACT, session_hours=0.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"level": "wise"}, "wise"),
        ({"fte": -0.5}, "below zero"),
        ({"heads": None, "fte": None}, "must say why"),
        ({"missing": "not reported"}, "must not"),
        ({"status": "gone"}, "gone"),
    ],
)
def test_holdings_check_themselves(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Staffing(frame_of([replace(PERSON, **change)]), places("P1"), DAY)  # type: ignore[arg-type]


def test_staffings_join_and_a_place_keeps_what_was_known_first() -> None:
    one = Staffing(frame_of([PERSON]), places("P1"), DAY)  # type: ignore[arg-type]
    later = places("P1", "P2", answered=False).assign(list_size=[1.0, 7000.0], locality=["North", "South"])  # type: ignore[attr-defined]
    both = joined([one, Staffing(frame_of([]), later, DAY)])
    assert both.places["place"].tolist() == ["P1", "P2"]
    assert both.places["list_size"].tolist() == [9000.0, 7000.0]
    assert both.places["locality"].tolist() == ["North", "South"]
    assert both.places["answered"].tolist() == [True, False]
    assert len(both.frame) == 1
    assert set(both.frame["level"]) <= set(LEVELS)
