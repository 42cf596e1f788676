"""A register and its matrix are refused where they do not fit, with the file, the risk and the key; a small one is rated by closed form."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import llr_sd
from llr_sd import analysis
from llr_sd.cli import main
from llr_sd.register import bundled_registers, load_matrix, load_register, registers_folder
from llr_sd.report.ratings.words import findings
from llr_sd.risks import prepare_register
from llr_sd.risks.reasons import tie_beyond
from llr_sd.study import load_study

# Of the staff fixture: 200 WTE at the start. With nothing hired and yearly leaving rates a and b, after three years in steps of a quarter
# there are 100 (1 - a/4)^12 + 100 (1 - b/4)^12 left.
REGISTER = """title = "A small register"
matrix = "matrix.toml"
horizons = [2020.75, 2019.75]

[ladder.capacity]
label = "Capacity"
unit = "WTE"
of = 200
shares = [0.01, 0.025, 0.05, 0.10]

[ladder.delivery]
label = "Delivery"
unit = "share"
shares = [0.10, 0.25, 0.50, 0.75]

[model.staff]

[output.staff]
model = "staff"
variable = "all staff"

[[risk]]
id = "R1"
title = "Seniors leave"
wording = "Seniors leave faster than planned."
likelihood = 4
consequence = 4
group = ["leave_senior"]
metric = "planned_staff - staff"

[risk.run.planned]
leave_senior = 0.05

[risk.ladder.capacity]

[risk.ladder.delivery]
of = "planned_staff"

[risk.reading]
"against 150 WTE" = "150 - staff"

[[risk.mitigation]]
name = "more hiring"
set = { hiring = 18 }

[[risk]]
id = "R2"
title = "Nobody comes"
wording = "Fewer are hired than planned."
likelihood = 2
consequence = 2
group = ["hiring"]
metric = "planned_staff - staff"

[risk.run.planned]
hiring = 18

[risk.ladder.capacity]
"""
STUDY = """title = "Small ratings"
register = "register.toml"
seed = 5
[monte_carlo]
runs = 400
[sobol]
base = 64
"""


@pytest.fixture
def rated(staff: Path) -> Path:
    """The staff fixture with a register of two risks and a study that rates them."""
    (staff / "study.toml").write_text(STUDY, encoding="utf-8")
    (staff / "register.toml").write_text(REGISTER, encoding="utf-8")
    shutil.copyfile(registers_folder() / "llr_2017_matrix.toml", staff / "matrix.toml")
    return staff


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'metric = "planned_staff - staff"\n\n[risk.run.planned]\nleave',
            'metric = "planned_staf - staff"\n\n[risk.run.planned]\nleave',
            ["risk R1 > metric", "planned_staf", 'Did you mean "planned_staff"?'],
        ),
        ("consequence = 4\n", "", ["risk R1 > consequence", "is missing"]),
        ("consequence = 2\n", "consequence = 6\n", ["risk R2 > consequence", "5"]),
        (
            'group = ["leave_senior"]',
            'group = ["leave_snior"]',
            ["risk R1 > group", "leave_snior", 'Did you mean "leave_senior"?'],
        ),
        (
            "leave_senior = 0.05",
            "leave_seniors = 0.05",
            ["risk R1 > run > planned", "leave_seniors", 'Did you mean "leave_senior"?'],
        ),
        (
            "[risk.run.planned]\nleave_senior = 0.05\n",
            "",
            ["risk R1 > group", "staff has no planned value", "[risk.run.planned]"],
        ),
        ("leave_senior = 0.05", "leave_senior = 9", ["risk R1 > run > planned", "9"]),
        ("set = { hiring = 18 }", "set = { hirng = 18 }", ["risk R1 > mitigation > more hiring > set", "hirng"]),
        ("shares = [0.01, 0.025, 0.05, 0.10]", "shares = [0.01, 0.06, 0.05, 0.10]", ["ladder > capacity", "overlap", "0.05"]),
        ("[risk.ladder.delivery]\nof", "[risk.ladder.deliver]\nof", ["risk R1 > ladder > deliver", 'Did you mean "delivery"?']),
        ('of = "planned_staff"\n', "", ["risk R1 > ladder > delivery", '"of" is missing']),
        ('variable = "all staff"', 'variable = "al staff"', ["output > staff > variable", 'Did you mean "all staff"?']),
        ('variable = "all staff"', 'variable = "staff"', ["output > staff > variable", "subscripts"]),
        ('model = "staff"', 'model = "stuff"', ["output > staff > model", 'Did you mean "staff"?']),
        ('group = ["leave_senior"]', 'group = ["level_share"]', ["risk R1 > group", "none of these has a distribution"]),
        ("horizons = [2020.75, 2019.75]", "horizons = [2010.75]", ["2010.75"]),
        ('id = "R2"', 'id = "R1"', ['two risks are called "R1"']),
        ('"150 - staff"', '"150 - open(staff)"', ["risk R1 > reading > against 150 WTE", "plain arithmetic"]),
        ('wording = "Seniors', 'worded = "Seniors', ["risk R1 > worded", "wording"]),
        ('matrix = "matrix.toml"', 'matrix = "nowhere.toml"', ["nowhere.toml", "no matrix"]),
    ],
)
def test_a_register_that_does_not_fit_is_refused(
    rated: Path, old: str, new: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert REGISTER.count(old) >= 1
    (rated / "register.toml").write_text(REGISTER.replace(old, new, 1), encoding="utf-8")
    assert main(["run", str(rated)]) == 2
    message = capsys.readouterr().err
    for part in [".toml", *said]:
        assert part in message
    assert "Traceback" not in message
    assert message.count("\n") <= 2
    assert not (rated / "results").exists()


def test_a_register_and_its_matrix_have_names_of_their_own(rated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their copies lie side by side among the results."""
    (rated / "other").mkdir()
    shutil.move(rated / "matrix.toml", rated / "other" / "register.toml")
    text = REGISTER.replace('"matrix.toml"', '"other/register.toml"')
    (rated / "register.toml").write_text(text, encoding="utf-8")
    assert main(["run", str(rated)]) == 2
    assert "the matrix has the name of the register's own file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from = 0.20, to = 0.50", "from = 0.10, to = 0.50", ["likelihood > default", '"possible"', "overlaps"]),
        ("from = 0.20, to = 0.50", "from = 0.30, to = 0.50", ["likelihood > default", '"possible"', "gap"]),
        ("from = 0.80, to = 1.0", "from = 0.80, to = 0.9", ["likelihood > default", "ends at 0.9"]),
        ('{ label = "rare", from = 0.0, to = 0.05 },', "", ["likelihood > default", "4, not 5"]),
        ("from = 4\nto = 7", "from = 3\nto = 7", ["level", '"moderate"', "overlaps"]),
        ("[5, 10, 15, 20, 25]", "[5, 10, 15, 20, 19]", ["scores > 5 > 5"]),
        ('bands = "default"', 'bands = "defalt"', ["bands", 'Did you mean "default"?']),
        ("from = 17\nto = 25", "from = 17\nto = 24", ["agreement", "24"]),
    ],
)
def test_a_matrix_that_does_not_fit_is_refused(
    rated: Path, old: str, new: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = (rated / "matrix.toml").read_text(encoding="utf-8")
    assert old in text
    (rated / "matrix.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main(["run", str(rated)]) == 2
    message = capsys.readouterr().err
    for part in ["matrix.toml", *said]:
        assert part in message


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ('register = "llr_2107"', ["llr_2107", 'Did you mean "llr_2017"?']),
        ('register = "register.toml"\nbands = "nspa"', ["bands", 'Did you mean "npsa"?']),
        ('register = "register.toml"\nmodel = "staff"', ['"model" belongs to a study of a model']),
        ('bands = "npsa"\nmodel = "staff"', ['"bands" belongs to a study of a register']),
        ("", ['needs either "model" or "register"']),
    ],
)
def test_a_study_of_a_register_names_one(rated: Path, extra: str, said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    head, tail = STUDY.split('register = "register.toml"\n')
    (rated / "study.toml").write_text(f"{head}{extra}\n{tail}", encoding="utf-8")
    assert main(["run", str(rated)]) == 2
    message = capsys.readouterr().err
    for part in ["study.toml", *said]:
        assert part in message


def test_the_bundled_register_has_the_published_scores() -> None:
    """Against the log and the matrix as printed (Figure 15), kept beside the register."""
    assert bundled_registers() == ("llr_2017",)
    register = load_register("llr_2017")
    with (registers_folder() / "fig15_risk_log.csv").open(encoding="utf-8", newline="") as file:
        log = {row["risk_id"]: row for row in csv.DictReader(file)}
    matrix = load_matrix(register.matrix_file)
    assert [r.id for r in register.risk] == list(log)
    for risk in register.risk:
        row = log[risk.id]
        assert (risk.likelihood, risk.consequence) == (int(row["original_likelihood"]), int(row["original_impact"]))
        reviewed = (risk.reviewed_likelihood or risk.likelihood, risk.reviewed_consequence or risk.consequence)
        assert reviewed == (int(row["reviewed_likelihood"]), int(row["reviewed_impact"]))
        score = matrix.scores[risk.likelihood - 1][risk.consequence - 1]
        assert score == int(row["original_rating"])
        assert matrix.level_of(score) == row["level"]
        named = {m.name for m in risk.mitigation}
        assert all(name in row["mitigation"] for name in named)
        assert bool(named) == (row["mitigation"] != "none recorded")
    with (registers_folder() / "fig15_risk_matrix.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            i, j = int(row["likelihood"]) - 1, int(row["consequence"]) - 1
            assert matrix.scores[i][j] == int(row["score"])
            assert matrix.likelihood["default"][i].label == row["likelihood_label"].replace("_", " ")
            assert matrix.consequence[j] == row["consequence_label"]
            if row["level_seen_in_log"] != "not_published":
                assert matrix.level_of(matrix.scores[i][j]) == row["level_seen_in_log"]


def closed_form(rows: pd.DataFrame, senior: float | None = None, hiring: float | None = None) -> np.ndarray:
    """Staff after three years of quarterly steps, from the recurrence of the model solved by hand."""
    leave = rows["staff: leaving rate[senior]"].to_numpy() if senior is None else senior
    hired = rows["staff: hiring"].to_numpy() if hiring is None else hiring

    def stock(rate: np.ndarray | float) -> np.ndarray:
        kept = (1 - rate / 4) ** 12
        return 100 * kept + hired / 2 / rate * (1 - kept)

    return stock(leave) + stock(0.2)


@pytest.mark.parametrize("column", [False, True])
def test_a_small_register_is_rated_as_its_closed_form(rated: Path, column: bool) -> None:
    """The same where the planned values stand in the model's table instead of in the register."""
    if column:
        register = rated / "register.toml"
        text = register.read_text(encoding="utf-8")
        for own in ("leave_senior = 0.05", "hiring = 18"):
            text = text.replace(f"[risk.run.planned]\n{own}\n", "")
        assert "risk.run" not in text
        register.write_text(text, encoding="utf-8")
        table, planned = rated / "staff" / "parameters.csv", {"leave_senior": "0.05", "hiring": "18"}
        head, *rows = table.read_text(encoding="utf-8").splitlines()
        lines = [f"{head},planned", *(f"{row},{planned.get(row.split(',')[0], '')}" for row in rows)]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = llr_sd.run_study(rated)
    draws = result.tables["design"]
    lost = closed_form(draws, senior=0.05) - closed_form(draws)
    runs = result.runs.sel(scenario="2020.75")
    assert runs["R1 capacity"].values == pytest.approx(lost / 200, abs=1e-12)
    assert runs["R1 delivery"].values == pytest.approx(lost / closed_form(draws, senior=0.05), abs=1e-12)
    assert runs["R2 capacity"].values == pytest.approx((closed_form(draws, hiring=18) - closed_form(draws)) / 200, abs=1e-12)

    ratings = result.tables["ratings"].set_index(["risk", "ladder", "horizon"])
    row = ratings.loc[("R1", "capacity", 2020.75)]
    reached = (lost[:, None] / 200 >= analysis.thresholds((0.01, 0.025, 0.05, 0.10))).mean(axis=0)
    matrix = load_matrix(rated / "matrix.toml")
    likelihood, consequence, score = analysis.rate(reached, matrix)
    assert (row["likelihood"], row["consequence"], row["score"]) == (likelihood, consequence, score)
    assert row["published_score"] == 16
    assert row["verdict"] == "not testable"  # its one input is grade C
    assert row["grade_c_share"] == pytest.approx(1.0)
    assert row["measure_first"]
    p = result.tables["exceedance"].query("risk == 'R1' and ladder == 'capacity' and horizon == 2020.75")["probability"]
    assert p.to_numpy() == pytest.approx(reached)

    # The one input of R1's group and everything else carry all of the variance, and the mitigation adds 6 WTE a year of hiring.
    drivers = result.tables["drivers"].query("risk == 'R1' and ladder == 'capacity' and quantity == 'loss'").set_index("input")
    assert drivers.loc["leave_senior", "ST"] > 0.95
    movement = result.tables["movement"].query("risk == 'R1'")
    assert list(movement["kind"].unique()) == ["log", "mitigation", "forward"]
    helped = lost - (closed_form(draws, hiring=18) - closed_form(draws))
    expected = analysis.rate(
        analysis.exceedance(analysis.consequences(helped / 200, (0.01, 0.025, 0.05, 0.10))).probability, matrix
    )
    mitigated = movement.query("kind == 'mitigation' and ladder == 'capacity'").iloc[0]
    assert mitigated["reviewed_rating"] == expected[2]
    assert math.isnan(movement.iloc[0]["horizon"])


def test_stability_moves_only_what_it_names(rated: Path) -> None:
    result = llr_sd.run_study(rated)
    stability = result.tables["stability"].query("risk == 'R1' and ladder == 'capacity'").set_index(["kind", "variation"])
    p = (
        result.tables["exceedance"]
        .query("risk == 'R1' and ladder == 'capacity' and horizon == 2020.75")["probability"]
        .to_numpy()
    )
    matrix = load_matrix(rated / "matrix.toml")
    assert stability.loc[("bands", "npsa"), "score"] == analysis.rate(p, matrix.with_bands("npsa", ""))[2]
    assert stability.loc[("step", "up"), "score"] == analysis.rate(p, matrix, 1)[2]
    assert stability.loc[("step", "down"), "score"] == analysis.rate(p, matrix, -1)[2]
    draws = result.tables["design"]
    other = 150 - closed_form(draws)
    reached = analysis.exceedance(analysis.consequences(other / 200, (0.01, 0.025, 0.05, 0.10))).probability
    assert stability.loc[("reading", "against 150 WTE"), "score"] == analysis.rate(reached, matrix)[2]
    assert {"bands", "step", "ladder", "range", "reading"} == set(stability.index.get_level_values("kind"))
    ratings = result.tables["ratings"].query("risk == 'R1' and horizon == 2020.75").set_index("ladder")
    assert stability.loc[("ladder", "delivery"), "score"] == ratings.loc["delivery", "score"]


def test_runs_without_a_loss_are_counted(rated: Path) -> None:
    """A loss that is a share of nothing is no loss: left out, counted and said."""
    text = REGISTER.replace('of = "planned_staff"', 'of = "max(0, 165 - staff)"')
    (rated / "register.toml").write_text(text, encoding="utf-8")
    result = llr_sd.run_study(rated)
    left = int((closed_form(result.tables["design"]) >= 165).sum())
    assert 0 < left < 400
    row = result.tables["ratings"].set_index(["risk", "ladder", "horizon"]).loc[("R1", "delivery", 2020.75)]
    assert row["runs"] == 400 - left
    assert any(f"R1, Delivery, end of Sep 2020: {left} of 400 runs give no loss" in said for said in findings(result))


def test_failed_runs_of_every_sample_are_counted(rated: Path) -> None:
    """Runs with the judgement's range doubled, and those of the indices, fail as those of the ratings do, and are listed beside them."""
    model = rated / "staff" / "staff.mdl"
    text = model.read_text(encoding="utf-8")
    model.write_text(
        text.replace("SUM(staff[Skill!])", "SUM(staff[Skill!]) + 0 * SQRT(SUM(staff[Skill!]) - 135)"), encoding="utf-8"
    )
    result = llr_sd.run_study(rated, verify=0)
    counts = result.failures["sample"].value_counts()
    assert set(counts.index) == {
        "monte_carlo",
        "leave_senior doubled for R1",
        "hiring doubled for R2",
        "sobol of R1",
        "sobol of R2",
    }
    assert (
        counts["leave_senior doubled for R1"] > (result.failures.query("scenario == 'as it is'")["sample"] == "monte_carlo").sum()
    )
    assert result.manifest["failed"] == len(result.failures)


def test_a_rating_without_any_loss_is_refused(rated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rated / "register.toml").write_text(REGISTER.replace('of = "planned_staff"', 'of = "min(0, staff)"'), encoding="utf-8")
    assert main(["run", str(rated)]) == 2
    assert "risk R1 > ladder > delivery" in capsys.readouterr().err
    assert not (rated / "results").exists()


def test_ratings_are_the_same_again_and_for_any_number_of_threads(rated: Path, tmp_path: Path) -> None:
    one = llr_sd.run_study(rated, out=tmp_path / "one", threads=1)
    two = llr_sd.run_study(rated, out=tmp_path / "two", threads=2)
    files = sorted(p.relative_to(one.path) for p in one.path.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(two.path) for p in two.path.rglob("*") if p.is_file())
    for file in files:
        assert (one.path / file).read_bytes() == (two.path / file).read_bytes(), file


def test_names_are_read_as_the_model_reads_them(rated: Path) -> None:
    """Vensim takes Leave Senior and leave_senior for one name; so does a register."""
    one = llr_sd.run_study(rated).tables["ratings"]
    text = REGISTER.replace('group = ["leave_senior"]', 'group = ["Leave Senior"]').replace(
        "leave_senior = 0.05", '"LEAVE_senior" = 0.05'
    )
    (rated / "register.toml").write_text(text, encoding="utf-8")
    pd.testing.assert_frame_equal(llr_sd.run_study(rated).tables["ratings"], one)


def test_an_input_that_nothing_read_hangs_on_moves_no_number(rated: Path) -> None:
    """The price is as uncertain as can be; once the register reads what it makes of staff, it is drawn."""
    before = llr_sd.run_study(rated).tables
    model, table = rated / "staff" / "staff.mdl", rated / "staff" / "parameters.csv"
    cost = "price = 3 ~ Pound/WTE ~ Price. |\ncost = all staff * price ~ Pound ~ Cost. |\nINITIAL TIME"
    model.write_text(model.read_text(encoding="utf-8").replace("INITIAL TIME", cost, 1), encoding="utf-8")
    with table.open("a", encoding="utf-8") as file:
        file.write("price,price,Pound/WTE,1,3,9,uniform,money,made up,C,,0,100\n")
    after = llr_sd.run_study(rated).tables
    for name in ("ratings", "drivers", "sobol", "parameters", "design"):
        pd.testing.assert_frame_equal(after[name], before[name])
    more = REGISTER.replace("[[risk]]", '[output.cost]\nmodel = "staff"\nvariable = "cost"\n\n[[risk]]', 1)
    (rated / "register.toml").write_text(more, encoding="utf-8")
    assert "price" in {p.name for p, _ in prepare_register(load_study(rated)).far["staff"].uncertain}


def test_other_bands_are_a_switch(rated: Path) -> None:
    (rated / "study.toml").write_text(STUDY.replace("seed = 5", 'seed = 5\nbands = "npsa"'), encoding="utf-8")
    prepared = prepare_register(load_study(rated))
    assert prepared.matrix.edges == (0.001, 0.01, 0.10, 0.50)


def test_one_run_of_a_register_is_refused_and_two_are_not(tmp_path: Path) -> None:
    for runs in (1, 2):
        text = f'title = "t"\nregister = "llr_2017"\nseed = 1\n[monte_carlo]\nruns = {runs}\n'
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        study = load_study(tmp_path)
        if runs == 2:
            assert prepare_register(study).near
            continue
        with pytest.raises(llr_sd.LlrSdError, match=r"study\.toml, monte_carlo > runs: 1 run cannot show"):
            prepare_register(study)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("llr_2017.toml", "shares = [0.01, 0.025, 0.05, 0.10]", "shares = [1, 2.5, 5, 10]", "write 1 % as 0.01"),
        ("llr_2017.toml", "[2020.75, 2025.75, 2030.75]  #", "[2020.75, 2020.75]  #", "horizons: a date is there twice"),
        ("llr_2017_matrix.toml", 'name = "low"', 'name = "high"', 'two levels are called "high"'),
        ("llr_2017_matrix.toml", 'label = "unlikely"', 'label = "rare"', 'two likelihoods of default are called "rare"'),
    ],
)
def test_percentages_and_doubles_of_a_register_are_refused(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    for name in ("llr_2017.toml", "llr_2017_matrix.toml"):
        text = (registers_folder() / name).read_text(encoding="utf-8")
        assert name != file or old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(llr_sd.LlrSdError) as refused:
        load_matrix(load_register(tmp_path / "llr_2017.toml").matrix_file)
    assert says in str(refused.value)


def test_moved_work_is_turned_into_gps_by_the_models_own_weight() -> None:
    """Work and WTE are different units: a reading that adds moved work to GPs divides by the work that one autonomous WTE does."""
    register = load_register("llr_2017")
    assert register.output["work_of_a_gp"].variable == "skill_weight[autonomous]"
    texts = [text for risk in register.risk for text in (risk.metric, *risk.reading.values())]
    adding = [t for t in texts if "moved" in t or "drifted" in t]
    assert len(adding) == 2
    assert all(t.rstrip().endswith("/ work_of_a_gp") for t in adding)


@pytest.mark.parametrize("own", [False, True])
def test_an_input_tied_through_a_correlated_one_alone_is_told_from_one_with_an_effect(own: bool) -> None:
    """With correlation -0.3 an input without effect has a plain tie of about -0.3 and none beyond; one with an effect keeps its tie."""
    rng = np.random.default_rng(3)
    first, noise = rng.standard_normal((2, 4000))
    second = -0.3 * first + np.sqrt(1 - 0.09) * noise
    rows = [stats.rankdata(v) for v in (second, first + (0.5 * second if own else 0.0), first)]
    plain, beyond = np.corrcoef(rows[0], rows[1])[0, 1], tie_beyond(rows[0], rows[1], [rows[2]])
    assert beyond > 0.85 if own else abs(beyond) < 0.05  # given the first, the loss is half the second; ranks lose a little
    assert plain == pytest.approx(0.2 if own else -0.29, abs=0.06)
