"""A script that uses the public API passes `mypy --strict`, and its mistakes are seen: nothing public is of unknown type."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"

# A line that is wrong on purpose says so; where its types were unknown, mypy would call the remark unused.
SCRIPT = """
from pathlib import Path

from matplotlib.figure import Figure

import llr_sd


def ask(share: float) -> llr_sd.StudyResult:
    model: llr_sd.Model = llr_sd.load_model("gp_supply")
    study = llr_sd.make_study(title="What if?", model=model, set={"gp_quit_u55": share}, outputs={"gp": {"variable": "GP WTE"}})
    text: str = study.to_toml()
    Path("study.toml").write_text(text, encoding="utf-8")
    return llr_sd.run_study(llr_sd.load_study("study.toml"), out="results", verify=0)


runs: llr_sd.Ensemble = llr_sd.load_model("gp_supply").run({"gp_quit_u55": 0.05}, outputs=["GP WTE"], times=[2020.75])
failed: tuple[int, ...] = runs.failed
reasons = [status.reason.upper() for status in runs.status]
width = float(runs.dataset["GP WTE"].max())
result = llr_sd.open_result("results")
title: str = result.study.title
figures: list[Figure] = [result.plot.fan("gp"), result.plot.sobol(scenario="base"), result.plot.tornado()]
try:
    ask(0.05)
except llr_sd.LlrSdError as error:
    where: str = error.where

runs.status[0].reason = 1  # type: ignore[assignment]
seed: str = result.study.seed  # type: ignore[assignment]
where_is_it: int = result.path  # type: ignore[assignment]
result.plot.fan(3)  # type: ignore[arg-type]
llr_sd.load_model(3)  # type: ignore[arg-type]
llr_sd.run_study(llr_sd.load_study("."), output="x")  # type: ignore[call-arg]
result.plots  # type: ignore[attr-defined]
runs.engines  # type: ignore[attr-defined]
llr_sd.load_models  # type: ignore[attr-defined]
"""


def test_the_package_says_that_it_is_typed() -> None:
    assert (SOURCE / "llr_sd" / "py.typed").is_file()


@pytest.mark.slow
def test_a_users_script_is_checked_against_the_public_types(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    # As for an installed package, whose own libraries without types are its own affair.
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = True\n[mypy-llr_sd.*]\nfollow_imports = silent\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "script.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "MYPYPATH": str(SOURCE)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
