"""Localities or practices of a study's own in place of those of llr_system."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import llr_sd
from llr_sd.cli import main

TABLE = """locality,ccg,list_size,deprivation,autonomous_share,enhanced_share,core_share,foundation_share,note
North,elr,300000,0.1,0.3,0.3,0.3,0.3,illustrative: made up
Middle,city,400000,1,0.4,0.4,0.4,0.4,illustrative: made up
South,wl,387000,0.35,0.3,0.3,0.3,0.3,illustrative: made up
"""
STUDY = """title = "Three localities"
model = "llr_system"
localities = "mine.csv"
set = { "FINAL TIME" = 2018.75 }
[[scenario]]
name = "base"
[[scenario]]
name = "a larger north"
set = { list_size_North = 350000 }
[outputs]
north = { variable = "workload ratio by locality[gp,North]", at = 2018.75 }
balance = { variable = "people balance error", at = 2018.75 }
[monte_carlo]
runs = 8
[uncertain]
groups = ["retention"]
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "mine.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def test_the_bundled_localities_give_the_same_model_and_table() -> None:
    own, again = llr_sd.load_model("llr_system"), llr_sd.load_model("llr_system", localities="localities.csv")
    assert again.equations.ranges == own.equations.ranges
    rows = {p.name: p for p in again.table}
    assert list(rows) == [p.name for p in own.table]
    for p in own.table:
        new = rows[p.name]
        assert (new.variable, new.value, new.unit, new.minimum, new.maximum, new.group) == (
            p.variable, p.value, p.unit, p.minimum, p.maximum, p.group,
        )  # fmt: skip
        local = p.variable.partition("[")[0] in ("practice_share", "list_size", "deprivation", "ccg_of")
        assert new.source == ("localities table localities.csv" if local else p.source)
    ask = {"values": {"ls_target": 0.1, "attract_policy[city]": 0.2, "FINAL TIME": 2020.75}, "times": [2018.75, 2020.75]}
    one, two = own.run(**ask).dataset, again.run(**ask).dataset
    assert set(one) == set(two)
    for name in one:
        np.testing.assert_array_equal(one[name].values, two[name].values, err_msg=str(name))


def test_a_study_runs_over_a_table_of_its_own(study: Path, undrawn: None) -> None:
    result = llr_sd.run_study(study)
    assert result.manifest["illustrative"] is True
    assert "The 3 localities are those of mine.csv, in place of the model's own." in result.manifest["findings"]
    assert (result.path / "model" / "mine.csv").read_text(encoding="utf-8") == TABLE
    base, larger = (float(v) for v in result.runs["central: north"].values.ravel())
    assert larger > base  # the same staff for more patients
    assert np.abs(result.runs["balance"].values).max() < 1e-8
    assert result.manifest["verified"]["outcome"] == "agrees"
    # The bundled evidence is carried over; the scenario sets a constant that only the table has.
    assert set(result.tables["parameters"]["group"]) == {"retention"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("North,elr", "North,erl", 'mine.csv, row 2: column ccg: "erl" is not one of elr, city, wl. Did you mean "elr"?'),
        ("400000", "4e7", "mine.csv, row 3: column list_size: 4e+07 is not between 0 and 10000000."),
        ("0.35,0.3", "0.35,0.2", "mine.csv, rows 2 to 4: column autonomous_share: shares add to 0.9, not to 1."),
        (",note", ",note,locality", 'mine.csv, row 1: has the column "locality" twice.'),
        ("list_size_North", "list_size_L1", 'no parameter "list_size_L1"'),
        (
            "mine.csv",
            "yours.csv",
            "yours.csv: there is no such file. Its path starts from the folder of the study, or of the model.",
        ),
        ('"llr_system"', '"gp_supply"', "Localities are those of llr_system"),
        ("localities =", "localty =", 'unknown key "localty". Did you mean "localities"?'),
    ],
)
def test_what_does_not_fit_is_refused(study: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str) -> None:
    for file in ("study.toml", "mine.csv"):
        text = (study / file).read_text(encoding="utf-8")
        (study / file).write_text(text.replace(old, new), encoding="utf-8")
    assert main(["run", str(study)]) == 2
    assert says in capsys.readouterr().err
    assert sorted(p.name for p in study.iterdir()) == ["mine.csv", "study.toml"]
