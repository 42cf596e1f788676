"""The measurements of `llr-sd bench` run, are complete, and stay far inside what the engine promises."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import workforce_model
from large_model import VARIABLES, large_model

from llr_sd import bench, bundled
from llr_sd.cli import main
from llr_sd.design import Design
from llr_sd.engine import stream
from llr_sd.engine.llvm import native
from llr_sd.engine.llvm.compiled import forget
from llr_sd.translate import translate


@pytest.fixture(scope="module")
def both() -> list[bench.Measured]:
    return list(workforce_model.measured(pysd=False, seconds=0.05))


def test_both_sizes_are_measured(both: list[bench.Measured]) -> None:
    small, large = both
    assert 380 <= small.elements <= 420
    assert 24_000 <= large.elements <= 26_000
    assert small.steps == large.steps == 960
    for m in both:
        assert m.one_thread_ms > 0
        assert 0 < m.arithmetic_ms < m.one_thread_ms * 1.5  # a shared machine gets some room
        assert m.pysd_s is None
    lines = bench.as_text(both).splitlines()
    assert lines[2].split() == ["small", "large"]
    assert [line.split()[-2:] for line in lines if line.startswith("times as fast as PySD")] == [["-", "-"]]


def test_compile_time_grows_with_equations_not_with_elements(both: list[bench.Measured]) -> None:
    """Sixty times the elements: the promise is 15 s; a shared machine gets some room."""
    small, large = both
    assert small.compile_cold_s < 10
    assert large.compile_cold_s < 15
    assert large.compile_cold_s < 5 * small.compile_cold_s + 1


def test_memory_does_not_grow_with_the_number_of_runs(tmp_path: Path) -> None:
    file = tmp_path / "small.mdl"
    file.write_text(workforce_model.synthetic_model(months=12), encoding="utf-8")
    equations = translate(file)

    def consume(runs: int) -> float:
        design = Design(("hiring time",), np.linspace(4, 8, runs)[:, None])
        for part in stream(equations, design, ["all staff", "total staff"], block=512):
            assert part.dataset.sizes["run"] <= 512
        return bench._peak_mb() or 0.0

    before = consume(2_000)
    assert consume(40_000) - before < 60


def test_a_large_model_is_compiled_with_less_effort_and_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the kind of the largest public one, a tenth of its size: arrays, subranges, EXCEPT, mappings, lookups, delays."""
    file = tmp_path / "large.mdl"
    text = large_model(VARIABLES // 10)
    assert all(
        part in text for part in (":EXCEPT:", "INTEG(", "SUM(", "DELAY", "SMOOTH", "IF THEN ELSE", "-> Market", "[fuel0](", ";")
    )
    file.write_text(text, encoding="utf-8")
    equations = translate(file)
    assert sum(v.size for v in equations.variables.values()) > 20_000
    found = []
    for limit in (native.LARGE, 0):
        monkeypatch.setattr(native, "LARGE", limit)
        forget()
        (part,) = stream(equations, Design(("TIME STEP",), np.ones((1, 1))))
        found.append(part.dataset)
    for name, values in found[0].data_vars.items():
        assert values.values.tobytes() == found[1][name].values.tobytes(), name


@pytest.mark.slow
def test_a_named_model_is_measured_against_pysd(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tiny.mdl"
    file.write_text(workforce_model.synthetic_model(2, 2, 2, months=3, steps_a_month=4), encoding="utf-8")
    assert bench.main_bench(str(file), tmp_path / "out" / "bench.json") == 0
    (tiny,) = json.loads((tmp_path / "out" / "bench.json").read_text())["models"]
    assert tiny["times_pysd"] > 1000
    assert "times as fast as PySD" in capsys.readouterr().out


def test_without_a_model_the_bundled_ones_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = bench.measure(translate(bundled.folder("models") / "gp_supply" / "gp_supply.mdl"), "gp_supply", False, 0.02)
    monkeypatch.setattr(bench, "measure", lambda _, name: dataclasses.replace(one, model=name))
    assert main(["bench", "--out", str(tmp_path / "bench.json")]) == 0
    names = ["gp_supply", "llr_system", "swipe_site"]
    assert [m["model"] for m in json.loads((tmp_path / "bench.json").read_text())["models"]] == names
    assert capsys.readouterr().out.splitlines()[2].split() == names


def test_what_is_measured_is_the_whole_model(tmp_path: Path) -> None:
    """A check that stays at zero comes last in a model's file; asked for alone, it would leave nothing to compute."""
    file = tmp_path / "m.mdl"
    clock = "INITIAL TIME = 0 ~~|\nFINAL TIME = 8 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    file.write_text("{UTF-8}\nk = 1 ~~|\ns = INTEG(k, 0) ~~|\nu = INTEG(s, 0) ~~|\nidle = 0 * k ~~|\n" + clock, encoding="utf-8")
    assert bench._asked(translate(file)) == (["s", "u"], [2.0, 4.0, 8.0])
    file.write_text("{UTF-8}\nk = 1 ~~|\nx = k * Time ~~|\n" + clock, encoding="utf-8")
    assert bench._asked(translate(file))[0] == ["x"]
