"""Before the first run: analyses that cannot be made are refused by file and key. After it: what the runs do not allow is a stated gap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import llr_sd
from llr_sd.cli import main
from llr_sd.evidence import outside, said
from llr_sd.run import feasible

MODEL = """{{UTF-8}}
Skill: senior, junior ~~|
{equations}
staff[Skill] = 1, 2 ~ WTE ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 1 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""
UNIFORM = '[uncertain.override.{name}]\ndistribution = "uniform"\nlow = 0.0\nhigh = 1.0\n'


def write(folder: Path, equations: dict[str, str], study: str, uncertain: tuple[str, ...] = ("x", "q")) -> Path:
    lines = "\n".join(f"{name} = {body} ~ Dmnl ~ |" for name, body in equations.items())
    (folder / "m.mdl").write_text(MODEL.format(equations=lines), encoding="utf-8")
    head = 'title = "t"\nmodel = "m.mdl"\nseed = 1\n'
    overrides = "".join(UNIFORM.format(name=n) for n in uncertain)
    (folder / "study.toml").write_text(head + study + "\n" + overrides, encoding="utf-8")
    return folder


PLAIN = {"x": "0.5", "q": "0.5", "y": "x + 0*q", "opt": "0"}
OUTPUT = '[outputs]\ny = { variable = "y", at = 1 }\n'


@pytest.mark.parametrize(
    ("study", "key", "says"),
    [
        (
            OUTPUT
            + '[[scenario]]\nname="a"\n[[scenario]]\nname="b"\nset={opt=1}\n[monte_carlo]\nruns=64\n[value_of_information]\nbenefit="y"\noptions=["a","b"]',
            "monte_carlo > runs",
            "at least 100",
        ),
        (
            OUTPUT + '[monte_carlo]\nruns=70\n[[target]]\nname="T"\noutput="y"\nat_least=0.5\n[[discovery]]\ntarget="T"',
            "monte_carlo > runs",
            "40",
        ),
        (OUTPUT + "[sobol]\nbase=1024\n[convergence]\nbudget=100", "convergence > budget", "4,096 runs"),
        (OUTPUT + "[sobol]\nbase=100", "sobol > base", "power of two"),
        (OUTPUT + '[sobol]\nscale="lgo"', "sobol > scale", "lgo"),
        (OUTPUT + '[sobol]\nscale={y="lgo"}', "sobol > scale", 'y: "lgo" is not one of'),
        (OUTPUT + "[sobol]\nscale=3", "sobol > scale", '"3" is not one of'),
        (OUTPUT + '[sobol]\nscale={yy="log"}', "sobol > scale", 'Did you mean "y"'),
        (OUTPUT + "[sobol]\nbase=1099511627776", "sobol > base", "GB of memory"),
        (OUTPUT + "[morris]\ntrajectories=10000000000", "morris > trajectories", "GB of memory"),
        (OUTPUT + "[shapley]\nbase=10000000000", "shapley > base", "GB of memory"),
        (OUTPUT + '[[correlation]]\nbetween=["x","opt"]\nrank=0.5', "correlation > 1 > between", "not among the uncertain"),
        (OUTPUT + '[[correlation]]\nbetween=["x","x"]\nrank=0.5', "correlation", "different"),
        (
            OUTPUT
            + '[[target]]\nname="T"\noutput="y"\nat_least=0.5\n[levers]\nscenario="base"\ntarget="T"\ncost="y"\nset={optt=[0,1]}',
            "levers > set > optt",
            'Did you mean "opt"',
        ),
        (
            OUTPUT
            + '[monte_carlo]\nruns=35\n[[target]]\nname="T"\noutput="y"\nat_least=0.5\n[levers]\nscenario="base"\ntarget="T"\ncost="y"\n'
            + "probability=0.9\nset={opt=[0,1]}",
            "monte_carlo > runs",
            "35 runs cannot show a probability of 90%",
        ),
        (
            OUTPUT
            + '[[target]]\nname="T"\noutput="y"\nat_least=0.5\n[levers]\nscenario="base"\ntarget="T"\ncost="y"\nset={opt=[]}',
            "levers > set > opt",
            "no values",
        ),
        (
            OUTPUT + '[[scenario]]\nname="a"\n[[scenario]]\nname="b"\n[[attribution]]\nbase="a"\nscenario="b"',
            "attribution > 1",
            "same values",
        ),
        (
            OUTPUT
            + '[[scenario]]\nname="a"\n[[scenario]]\nname="b"\nset={opt=1}\n[[attribution]]\nbase="a"\nscenario="b"\nlevers={all=["op"]}',
            "attribution > 1 > levers > all",
            'Did you mean "opt"',
        ),
        ('[outputs]\ns={variable="staff",at=1}\n[[target]]\nname="T"\noutput="s"\nat_least=1', "target > 1 > output", "element"),
        ('[outputs]\ns={variable="staff",at=1}\nd={expression="2*s"}', "outputs > d", "element"),
        ('[outputs]\ns={variable="staff"}\n[history]\ns=[{time=0,value=1}]', "history > s", "subscripts"),
        ('[outputs]\nSkill={variable="staff",at=1}', "outputs", "already stands"),
        (OUTPUT + 'd={expression="5_0*y"}', "outputs > d", "not a number"),
        (OUTPUT + 'd={expression="0x10*y"}', "outputs > d", "not a number"),
        (OUTPUT + 'd={expression="1e999*y"}', "outputs > d", "finite"),
        (OUTPUT + 'd={expression="' + "-" * 9000 + 'y"}', "outputs > d", "arithmetic"),
        (OUTPUT + 'd={expression="y +"}', "outputs > d", "arithmetic"),
        (OUTPUT + 'd={expression="y.real"}', "outputs > d", "arithmetic"),
        ('[outputs]\ny={variable="y",at=0.5}', "outputs > y", "between two steps"),
        (OUTPUT + '[[scenario]]\nname="a"\nset={x=1, "X"=2}', 'scenario "a" > set', "same constant"),
        (OUTPUT + '[[scenario]]\nname="a"\nkind="check"\n[sobol]\nbase=4', "sobol", "every scenario"),
        (OUTPUT + "[monte_carlo]\nruns=0", "monte_carlo > runs", "1"),
        (OUTPUT + "[monte_carlo]\nruns=1000000000", "monte_carlo > runs", "10000000"),
        ('compare_with = "base"\n' + OUTPUT, "compare_with", "no other scenario"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, study: str, key: str, says: str
) -> None:
    monkeypatch.setattr("llr_sd.run.execute.run_block", lambda *_: pytest.fail("a run was made"))
    write(tmp_path, PLAIN, study)
    assert main(["run", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert f"study.toml, {key}" in printed or f'study.toml: "{key}' in printed or f"study.toml: {key}" in printed
    assert says in printed
    assert len(printed.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.mdl", "study.toml"]


def test_runs_that_fit_no_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(feasible, "memory_free", lambda: 1e6)
    write(tmp_path, PLAIN, OUTPUT + "[monte_carlo]\nruns=100000")
    assert main(["run", str(tmp_path)]) == 2
    assert "monte_carlo > runs: would take about" in capsys.readouterr().err


def test_the_memory_that_is_free_is_known_here() -> None:
    assert 1e6 < feasible.memory_free() < float("inf") or not Path("/proc/meminfo").is_file()


def test_too_few_misses_are_a_gap_and_everything_else_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ema_workbench")
    more = (
        '[monte_carlo]\nruns=1000\n[[target]]\nname="T"\noutput="y"\nat_least=0.02\n[[discovery]]\ntarget="T"\n[sobol]\nbase=64'
    )
    write(tmp_path, PLAIN, OUTPUT + more)
    assert main(["run", str(tmp_path), "--verify", "0"]) == 1
    assert "26 of 1,000 runs miss it: too few for a box (40 needed)" in " ".join(capsys.readouterr().out.split())
    result = llr_sd.open_result(tmp_path / "results")
    assert {"summary", "targets", "sobol"} <= set(result.tables)
    assert result.manifest["gaps"][0]["scenario"] == "base"
    assert "too few for a box" in (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert main(["report", str(tmp_path / "results")]) == 0


def test_a_constant_first_output_is_not_taken_for_certainty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    equations = {"x": "0.5", "q": "0.5", "y": "3", "z": "x + q"}
    outputs = '[outputs]\ny={variable="y",at=1}\nz={variable="z",at=1}\n[monte_carlo]\nruns=1000\n[sobol]\nbase=64\n'
    write(tmp_path, equations, outputs + "[morris]\ntrajectories=8\n[shapley]\nbase=16")
    assert main(["run", str(tmp_path), "--verify", "0"]) == 0
    printed = capsys.readouterr().out
    assert "y is the same in all 1,000 runs." in printed
    assert "nothing uncertain" not in printed
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "y is the same in all 1,000 runs" in page
    assert "Nothing varies" not in page
    assert "nothing is uncertain" not in page


def test_a_screening_says_which_inputs_it_cannot_judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rare = "[uncertain.override.rare]\ndistribution='discrete'\nvalues=[0.0, 1.0, 100.0]\nweights=[0.49, 0.49, 0.02]\n"
    write(tmp_path, {"x": "0.5", "q": "0.5", "rare": "0", "y": "rare + x + 0.5*q"}, OUTPUT + "[morris]\ntrajectories=16\n" + rare)
    assert main(["run", str(tmp_path), "--verify", "0"]) == 0
    assert "The screening does not judge rare" in capsys.readouterr().out
    table = llr_sd.open_result(tmp_path / "results").tables["morris"]
    assert table.loc[table["input"] == "rare", "value"].isna().all()
    assert table.loc[table["input"] == "x", "value"].notna().any()
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "central values: rare" not in page
    assert "does not judge rare: it has a value rarer than 1 in 40" in page


def test_lost_trajectories_are_said_and_not_read_as_no_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    equations = {"x": "0.5", "q": "0.5", "y": "SQRT(x - 0.3) + q", "z": "q"}
    outputs = '[outputs]\ny={variable="y",at=1}\nz={variable="z",at=1}\n[[target]]\nname="T"\noutput="z"\nat_least=0.5\n'
    write(tmp_path, equations, outputs + "[morris]\ntrajectories=32\n")
    assert main(["run", str(tmp_path), "--verify", "0"]) == 1
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "No input moves" not in page
    assert "20 of 32 trajectories were lost to runs without a result" in page
    gaps = json.loads((tmp_path / "results" / "manifest.json").read_text(encoding="utf-8"))["gaps"]
    assert {(g["analysis"], g["output"]) for g in gaps} == {("morris", "y"), ("morris", "z")}
    printed = " ".join(capsys.readouterr().out.split())
    assert "Not given: the screening of z" in printed
    failures = llr_sd.open_result(tmp_path / "results").failures
    count = (failures["sample"] == "morris").sum()
    assert count > 0
    assert f"{count} Morris screening runs failed" in printed


def test_a_ratio_over_zero_costs_other_outputs_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    equations = {"x": "0.5", "q": "0.5", "y": "x", "v": "MAX(0, x - 0.5)"}
    outputs = '[outputs]\ny={variable="y",at=1}\nv={variable="v",at=1}\nr={expression="y/v"}\n'
    write(tmp_path, equations, outputs + '[[target]]\nname="T"\noutput="y"\nat_most=0.25\n')
    assert main(["run", str(tmp_path), "--verify", "0"]) == 0
    result = llr_sd.open_result(tmp_path / "results")
    chance = result.targets.iloc[0]
    assert chance["runs"] == 1024
    assert chance["low"] < 0.25 < chance["high"]  # x is uniform from 0 to 1
    assert result.failures.empty
    assert "r is undefined in" in capsys.readouterr().out


def test_the_central_run_lies_inside_the_distributions(tmp_path: Path) -> None:
    spread = "[uncertain.override.x]\ndistribution='uniform'\nlow=10.0\nhigh=20.0\n"
    spread += "[uncertain.override.q]\ndistribution='discrete'\nvalues=[2.0, 3.0]\n"
    write(tmp_path, {"x": "5", "q": "1", "y": "x*q"}, OUTPUT + "[monte_carlo]\nruns=10\n" + spread, ())
    result = llr_sd.run_study(tmp_path, verify=0)
    assert 20 <= float(result.runs["central: y"].squeeze()) <= 60
    rows = result.tables["parameters"].set_index("name")
    assert rows.loc["q", "values"] == "2, 3"
    assert rows.loc["x", ["p10", "p50", "p90"]].tolist() == pytest.approx([11, 15, 19])
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "one of 2, 3" in page
    assert "– to –" not in page


def test_a_range_of_the_study_brings_its_own_source_and_grade(tmp_path: Path) -> None:
    head = 'title = "t"\nmodel = "gp_supply"\nset = { "FINAL TIME" = 2018 }\n[outputs]\ngps = { variable = "GP WTE", at = 2018 }\n[monte_carlo]\nruns = 4\n'
    range_of = '[uncertain.override.{name}]\ndistribution = "uniform"\nlow = 0.01\nhigh = 0.05\n'
    text = head + range_of.format(name="gp_quit_u55") + range_of.format(name="gp_retire_late")
    (tmp_path / "study.toml").write_text(
        text + 'source = "our exit interviews"\ngrade = "B"\nlabel = "late leavers"\n', encoding="utf-8"
    )
    rows = llr_sd.run_study(tmp_path, verify=0).tables["parameters"].set_index("name")
    assert rows.loc["gp_quit_u55", ["source", "grade"]].tolist() == ["stated by the study", "C"]
    assert rows.loc["gp_retire_late", ["source", "grade", "label"]].tolist() == ["our exit interviews", "B", "late leavers"]


def test_two_inputs_with_one_label_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spread = "".join(UNIFORM.format(name=n) + 'label = "the same"\n' for n in ("x", "q"))
    write(tmp_path, PLAIN, OUTPUT + "[monte_carlo]\nruns=10\n" + spread, ())
    assert main(["run", str(tmp_path)]) == 2
    assert 'the label "the same" of q is that of x' in " ".join(capsys.readouterr().err.split())


def test_a_scenario_wins_over_the_study_whatever_the_spelling(tmp_path: Path) -> None:
    write(tmp_path, PLAIN, 'set = { "x" = 0.25 }\n' + OUTPUT + '[[scenario]]\nname="a"\nset={" X " = 0.75}\n', ())
    result = llr_sd.run_study(tmp_path, verify=0)
    assert float(result.runs["y"].isel(scenario=0, run=0)) == 0.75


def test_values_outside_their_evidence_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'title = "t"\nmodel = "gp_supply"\nset = { gp_quit_u55 = 3.5, "FINAL TIME" = 2018 }\n[outputs]\ngps = { variable = "GP WTE", at = 2018 }\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert main(["run", str(tmp_path), "--verify", "0"]) == 0
    words = "is 3.5 in every scenario, outside the range of its evidence, 0.015 to 0.055. Did you mean 0.035?"
    assert words in " ".join(capsys.readouterr().out.split())
    assert words in (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    model = llr_sd.load_model("gp_supply")
    table = model.table
    batch = model.run({"gp_quit_u55": 3.5, "FINAL TIME": 2018}, outputs=["GP WTE"])
    assert [f.mend for f in batch.findings] == ["Did you mean 0.035?"]
    assert not outside(table, {"gp_quit_u55": 0.055}, "")
    rates = llr_sd.load_model("llr_system").table  # adopt_p may be 4 at most: whoever writes 4 means it
    assert [o.mend for v in (3.0, 4.0) for o in outside(rates, {"adopt_p": v}, "")] == ["Did you mean 0.03?", ""]
    assert len(said([*outside(table, {"gp_quit_u55": 1.0}, "a"), *outside(table, {"gp_quit_u55": 1.0}, "b")])) == 1


def test_ages_that_do_not_add_up_to_the_list_are_refused_with_both_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = (Path(llr_sd.load_model("swipe_site").equations.source).parent / "sites" / "city.csv").read_text(encoding="utf-8")
    (tmp_path / "mine.csv").write_text(city.replace("list_size,13500", "list_size,12500"), encoding="utf-8")
    study = 'title = "t"\nmodel = "swipe_site"\nsite = "mine.csv"\n[outputs]\np = { variable = "list_size", at = 2017.75 }\n'
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    assert main(["run", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert "add up to 13,500 over Age, but list_size is 12,500" in printed
    assert "mine.csv, row" in printed


def test_people_are_not_fewer_than_none(tmp_path: Path) -> None:
    write(tmp_path, PLAIN, OUTPUT)
    model = llr_sd.load_model(tmp_path / "m.mdl")
    with pytest.raises(llr_sd.InputError, match="fewer than 0 WTE"):
        model.run({"staff[senior]": -1})


def test_scenarios_in_which_a_number_stands_still_share_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    equations = {"x": "0.5", "q": "0.5", "lev": "0", "y": "lev * x", "z": "x + q"}
    named = "".join(f'[[scenario]]\nname="s{i}"\nset={{lev=0}}\n' for i in range(5)) + '[[scenario]]\nname="on"\nset={lev=1}\n'
    write(tmp_path, equations, f'[outputs]\nz={{variable="z",at=1}}\ny={{variable="y",at=1}}\n{named}[monte_carlo]\nruns=20\n')
    assert main(["run", str(tmp_path), "--verify", "0"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.count("is the same in all") == 1
    assert "y is the same in all 20 runs in “s0”, “s1”, “s2” and 2 more scenarios." in printed
    assert "No run was made again in PySD, the reference simulator: none was asked for." in printed


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("-5,10,20", "column low: -5 is not between 0 and 200, the range in the model file."),
        ("5,10,300", "column high: 300 is not between 0 and 200, the range in the model file."),
        ("5,,20", 'column mode: "" is not a number.'),
        ("5,10.0000001,20", "column mode: 10.0000001, but the model file has hires = 10."),
    ],
)
def test_the_evidence_lies_in_the_range_of_the_model_file(tmp_path: Path, row: str, says: str) -> None:
    write(tmp_path, PLAIN, OUTPUT)
    model = tmp_path / "m.mdl"
    text = model.read_text(encoding="utf-8").replace("INITIAL TIME", "hires = 10 ~ WTE/Year [0,200] ~ |\nINITIAL TIME", 1)
    model.write_text(text, encoding="utf-8")
    header = "name,variable,unit,low,mode,high,distribution,group,source,grade,note\n"
    (tmp_path / "parameters.csv").write_text(f"{header}hires,hires,WTE/Year,{row},pert,demand,somebody,C,\n", encoding="utf-8")
    with pytest.raises(llr_sd.LlrSdError) as refused:
        llr_sd.load_model(model)
    assert says in str(refused.value)


def test_one_run_shows_no_spread_and_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, PLAIN, OUTPUT + "[monte_carlo]\nruns=1\n")
    assert main(["run", str(tmp_path)]) == 2
    assert "monte_carlo > runs: 1 run cannot show what is uncertain." in capsys.readouterr().err


def test_check_reads_the_tables_that_a_run_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, PLAIN, OUTPUT)
    header = "name,variable,unit,low,mode,high,distribution,group,source,grade,note\n"
    (tmp_path / "parameters.csv").write_text(header + "my x,x,Dmnl,0,0.5,1,pert,demand,somebody,C,\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "m.mdl")]) == 1
    assert "there is no parameters.csv" not in capsys.readouterr().out
