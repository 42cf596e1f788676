"""A site's table: used by a study, labelled illustrative, and refused with row and column."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.workforce.sites import read_site

SITES = Path(__file__).parents[2] / "models" / "swipe_site" / "sites"
STUDY = """title = "A site"
model = "swipe_site"
site = "{site}"
set = {{ "FINAL TIME" = 2018.75 }}
[outputs]
bar_1 = {{ variable = "bar 1", at = 2017.75 }}
people = {{ variable = "list_size", at = 2017.75 }}
"""


def study(folder: Path, site: str) -> Path:
    (folder / "study.toml").write_text(STUDY.format(site=site), encoding="utf-8")
    return folder


def test_a_study_takes_a_sites_numbers_and_says_that_they_are_illustrative(tmp_path: Path) -> None:
    result = llr_sd.run_study(study(tmp_path, "sites/city.csv"))
    assert float(result.runs["central: people"].squeeze()) == 13500
    assert result.manifest["illustrative"] is True
    assert "model/city.csv" in result.manifest["sha256"]
    assert "illustrative" in (result.path / "report.html").read_text(encoding="utf-8").casefold()


@pytest.mark.usefixtures("undrawn")
def test_a_table_called_as_the_models_own_is_kept_beside_it(tmp_path: Path) -> None:
    shutil.copy(SITES / "city.csv", tmp_path / "parameters.csv")
    result = llr_sd.run_study(study(tmp_path, "parameters.csv"))
    assert {"model/parameters.csv", "model/site/parameters.csv"} <= set(result.manifest["sha256"])
    assert (result.path / "model" / "site" / "parameters.csv").read_bytes() == (SITES / "city.csv").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("site_population_a85p,320,Person", None, ["site_population_a85p", "is missing"]),
        ("list_size,13500", "list_size,-13500", ["row 2, column value", "out of its range"]),
        ("list_size,13500", "list_size,many", ["row 2, column value", '"many" is not a number']),
        ("list_size,13500,Person", "list_size,13500,Head", ["row 2, column unit", '"Person"']),
        ("list_size,", "list_sise,", ["row 2, column parameter", 'Did you mean "list_size"']),
        ("parameter,value", "parameter,valu", ['no column "value"']),
        ("site_population_a0_4,777", "list_size,777", ["row 3, column parameter", "already in row 2"]),
    ],
)
def test_a_table_that_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str | None, says: list[str]
) -> None:
    text = (SITES / "city.csv").read_text(encoding="utf-8")
    assert old in text
    lines = [line for line in text.splitlines() if new is not None or old not in line]
    (tmp_path / "mine.csv").write_text("\n".join(lines).replace(old, new or old) + "\n", encoding="utf-8")
    assert main(["run", str(study(tmp_path, "mine.csv"))]) == 2
    printed = capsys.readouterr().err
    assert "mine.csv" in printed
    for words in says:
        assert words in printed
    assert not (tmp_path / "results").exists()


SEGMENTS = [
    f"segment_weight_a85p_{s},{x},Dmnl,our register,\n"
    for s, x in (("well", 0.38), ("episodic", 0.07), ("ltc", 0.25), ("complex", 0.3))
]
"""All but one row of the segments of those over 85."""


def test_a_site_may_give_the_segments_of_one_age_band(tmp_path: Path) -> None:
    """The other bands keep those of LLR; nobody frail over 85 means less need of everyone."""
    city = (SITES / "city.csv").read_text(encoding="utf-8")
    (tmp_path / "mine.csv").write_text(city + "".join(SEGMENTS) + "segment_weight_a85p_frail,0,Dmnl,ours,\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        STUDY.format(site="mine.csv") + 'bar_2 = { variable = "bar 2", at = 2017.75 }\n', encoding="utf-8"
    )
    ours = llr_sd.run_study(tmp_path, verify=0).runs["central: bar_2"].squeeze()
    theirs = llr_sd.load_model("swipe_site")
    base = theirs.run(read_site(SITES / "city.csv", theirs.table, theirs.equations).settings, outputs=["bar 2"], times=[2017.75])
    assert (ours.values < base.dataset["bar 2"].squeeze().values).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t + "".join(SEGMENTS), '"segment_weight_a85p_frail" is missing. Give all of them.'),
        (lambda t: t + "".join(SEGMENTS) + "segment_weight_a85p_frail,0.1,Dmnl,ours,\n", "a85p add up to 1.1 over Seg, not to 1"),
        (lambda t: "".join(r for r in t.splitlines(True) if "return_wte" not in r), 'no row sets "return_wte_gp" and 3 more'),
        (lambda t: "".join(r for r in t.splitlines(True) if "list_size" not in r), 'no row sets "list_size": it would be that of another site. Add it.'),
    ],
)  # fmt: skip
def test_what_a_site_leaves_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[str], str], says: str
) -> None:
    (tmp_path / "mine.csv").write_text(change((SITES / "city.csv").read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["run", str(study(tmp_path, "mine.csv"))]) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert says in printed
    assert "mine.csv" in printed


def test_shares_that_do_not_add_up_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = llr_sd.load_model("swipe_site")
    shares = model.parameters[model.parameters["variable"].str.startswith("current_share[urgent")]
    rows = [f"{p.name},{p.value + 0.1 * (i == 0)},{p.unit},mine,mine" for i, p in enumerate(shares.itertuples(index=False))]
    others = model.parameters[
        model.parameters["variable"].str.startswith("current_share[")
        & ~model.parameters["variable"].str.startswith("current_share[urgent")
    ]
    rows += [f"{p.name},{p.value},{p.unit},mine,mine" for p in others.itertuples(index=False)]
    (tmp_path / "mine.csv").write_text("parameter,value,unit,source,note\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["run", str(study(tmp_path, "mine.csv"))]) == 2
    printed = capsys.readouterr().err
    assert "urgent add up to 1.1 over Skill, not to 1" in printed
    assert "column value" in printed


def test_a_missing_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(study(tmp_path, "sites/leeds.csv"))]) == 2
    assert "leeds.csv" in capsys.readouterr().err


def unsure(folder: Path, law: str) -> str:
    """A table of the city with its list size unsure; the other rows have the columns of a law empty."""
    head, first, *rows = (SITES / "city.csv").read_text(encoding="utf-8").splitlines()
    assert first.startswith("list_size,13500")
    lines = [f"{head},distribution,low,high,sd", f"{first},{law}", *(f"{row},,,," for row in rows)]
    (folder / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "mine.csv"


@pytest.mark.usefixtures("undrawn")
def test_a_value_of_which_a_table_is_unsure_varies_around_it(tmp_path: Path) -> None:
    result = llr_sd.run_study(study(tmp_path, unsure(tmp_path, "triangular,13400,13700,")))
    people = result.runs["people"].values.ravel()
    assert float(result.runs["central: people"].squeeze()) == 13500
    assert 13400 < people.min() < 13450
    assert 13650 < people.max() < 13700
    assert people.mean() == pytest.approx((13400 + 13500 + 13700) / 3, rel=1e-3)
    [row] = result.tables["parameters"].query("name == 'list_size'").to_dict("records")
    assert (row["distribution"], row["low"], row["grade"]) == ("triangular", 13400, "C")
    assert row["source"].startswith("GP Workforce Plan 2017")
    own = study(tmp_path, "mine.csv") / "study.toml"
    own.write_text(own.read_text().replace("2018.75 }", "2018.75, list_size = 13550 }"), encoding="utf-8")
    held = llr_sd.run_study(tmp_path, out=tmp_path / "held")
    assert set(held.runs["central: people"].values.ravel()) == {13550.0}  # what the study sets is held
    assert "list_size" not in set(held.tables["design"].columns)


@pytest.mark.parametrize(
    ("law", "says"),
    [
        ("triangular,13600,13700,", ["row 2, column distribution", "mode (13500) must lie between low (13600) and high (13700)"]),
        ("pert,13400,,", ["row 2, column distribution", 'needs "high"']),
        (",13400,13700,", ["row 2, column distribution", "low is given, but no distribution"]),
        ("uniform,13400,13700,", ["row 2, column distribution", '"uniform" is no distribution around a value']),
        ("triangular,-1,13700,", ["row 2, column low", "out of its range"]),
        ("triangular,few,13700,", ["row 2, column low", '"few" is not a number']),
    ],
)
def test_a_law_that_does_not_fit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], law: str, says: list[str]
) -> None:
    assert main(["run", str(study(tmp_path, unsure(tmp_path, law)))]) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert all(part in printed for part in ("mine.csv", *says)), printed
