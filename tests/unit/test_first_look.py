"""What the engine finds in a few runs of a study is told to the reader, on the page and in `check`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llr_sd.cli import main
from llr_sd.errors import EngineError
from llr_sd.findings import Finding
from llr_sd.model import Model, load_model
from llr_sd.run import block as runs
from llr_sd.run.prepare import prepare
from llr_sd.study import load_study


def test_scenarios_and_ends_of_inputs_are_looked_at(staff: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = load_study(staff)
    prepared = prepare(study, load_model(study.model, study.folder))
    run = Model.run

    def finding(self: Model, design: object, *rest: object) -> object:
        low = design.values[:, design.names.index("hiring")].min()  # type: ignore[attr-defined]
        seen = (Finding("staff", f"is smoothed over {low:.3f}, less than TIME STEP 0.25", float(low)),) if low < 7 else ()
        return replace(run(self, design, *rest), findings=seen)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "run", finding)
    least = prepared.samples["monte_carlo"].design.values.min()
    assert least > 0
    assert runs.first_look(prepared, "compiled") == ['"staff" is smoothed over 0.000, less than TIME STEP 0.25.']


def test_a_delay_time_below_zero_in_any_run_is_an_error_before_the_first(tmp_path: Path) -> None:
    clock = "INITIAL TIME= 0 ~~|\nFINAL TIME= 4 ~~|\nTIME STEP= 1 ~~|\nSAVEPER= 1 ~~|\n"
    (tmp_path / "late.mdl").write_text("{UTF-8}\nwait= 2 ~~|\nseen= SMOOTH(Time, wait) ~~|\n" + clock, encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        'title = "Late"\nmodel = "late.mdl"\n[outputs]\nseen = { variable = "seen" }\n[uncertain]\nnames = ["wait"]\n'
        '[uncertain.override.wait]\ndistribution = "uniform"\nlow = -0.05\nhigh = 5\n[monte_carlo]\nruns = 500\n',
        encoding="utf-8",
    )
    study = load_study(tmp_path / "study.toml")
    with pytest.raises(EngineError, match="seen: has a delay time below zero in run"):
        runs.first_look(prepare(study, load_model(study.model, study.folder)), "compiled")


def test_a_smooth_shorter_than_a_step_is_told_first_and_in_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # After the file short_smooth.mdl of the cases: a smooth over 0.05 years at a step of 0.25 explodes without any run failing.
    model = (
        "{UTF-8}\nstock = INTEG(10, 100) ~ WTE ~ |\ndelay = 0.05 ~ Year ~ |\nSmoothed = SMOOTH(stock, delay) ~ WTE ~ |\n"
        "INITIAL TIME = 0 ~ Year ~ |\nFINAL TIME = 5 ~ Year ~ |\nTIME STEP = 0.25 ~ Year ~ |\nSAVEPER = 1 ~ Year ~ |\n"
    )
    (tmp_path / "m.mdl").write_text(model, encoding="utf-8")
    study = 'title = "t"\nmodel = "m.mdl"\n[outputs]\ns = { variable = "Smoothed" }\n[monte_carlo]\nruns = 2\n'
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    assert main(["run", str(tmp_path), "--verify", "0"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert "Smoothed" in printed[1]
    assert "TIME STEP" in printed[1]
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "lasts 0.05" in page
    assert main(["check", str(tmp_path / "m.mdl")]) == 1
    assert "delays and smooths last at least a step" in capsys.readouterr().out


@pytest.mark.parametrize(("rate", "told"), [(5.0, True), (0.2, False)])
def test_a_rate_above_one_a_step_is_told(rate: float, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # 5 a year at a step of a quarter empties the stock 1.25 times a step: it swings below zero instead of falling.
    model = (
        f"{{UTF-8}}\nleaving = {rate} ~ 1/Year ~ |\nstock = INTEG(-leaving * stock, 100) ~ WTE ~ |\n"
        "INITIAL TIME = 0 ~ Year ~ |\nFINAL TIME = 5 ~ Year ~ |\nTIME STEP = 0.25 ~ Year ~ |\nSAVEPER = 0.25 ~ Year ~ |\n"
    )
    (tmp_path / "m.mdl").write_text(model, encoding="utf-8")
    study = 'title = "t"\nmodel = "m.mdl"\n[outputs]\ns = { variable = "stock" }\n[monte_carlo]\nruns = 2\n'
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    assert main(["run", str(tmp_path), "--verify", "0"]) == int(told)
    assert ("when TIME STEP is halved" in " ".join(capsys.readouterr().out.split())) == told
