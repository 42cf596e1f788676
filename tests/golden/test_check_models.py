"""The sheets of the bundled models: all pass, and fail at the right line when an equation is mutated."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from llr_sd.check import NOT_EVALUATED, Sheet, check_model, mutate_model

MODELS = Path(__file__).resolve().parents[2] / "models"


def test_gp_supply_passes_within_a_minute() -> None:
    start = time.monotonic()
    sheet = check_model("gp_supply")
    assert sheet.passed, sheet.text()
    assert not sheet.of(NOT_EVALUATED), sheet.text()
    assert time.monotonic() - start < 60
    assert {x.section for x in sheet} >= {
        "units",
        "PySD",
        "golden run",
        "conservation",
        "extreme",
        "loop",
        "homogeneity",
        "history",
    }


def test_swipe_site_passes() -> None:
    sheet = check_model("swipe_site", draws=500, pysd=False, studies=None)
    assert sheet.passed, sheet.text()


@pytest.mark.slow
def test_llr_system_passes() -> None:
    sheet = check_model("llr_system", draws=200, pysd=False, studies=None)
    assert sheet.passed, sheet.text()


UNITS = ("units", "both sides of every equation have one unit")
HEADS = ("conservation", "GP heads")
MUTATIONS = {
    "an inflow is dropped": [("ageing[early,sub] + in migration + net", "ageing[early,sub] + net", HEADS)],
    "a split is doubled": [(r"total joining * (1 - joining locum share)", "2 * total joining * (1 - joining locum share)", HEADS)],
    "a sign is swapped in a flow": [("moves to locum[Stage] - moves to substantive[Stage]", "moves to locum[Stage] + moves to substantive[Stage]", HEADS)],
    "a sign is swapped in a loop": [("1 + loop_workload_quit * (", "1 - loop_workload_quit * (", ("loop", "workload and leaving: quitting"))],
    "a month for a year, as a unit": [("dur_gpst= 3 ~ Year", "dur_gpst= 3 ~ Month", UNITS), ("", "", ("parameters", "every constant has a row"))],
    "a month for a year, as a number": [("perception_delay= 1 ~", "perception_delay= 12 ~", ("golden run", "the base run")), ("", "", ("parameters", "every constant has a row"))],
    "a year forgotten": [("trainees[TYear] * training_parts / dur_gpst", "trainees[TYear] * training_parts", UNITS)],
    "people counted as working time": [("session loss WTE[Emp]= heads by employment[Emp] * session loss[Emp]", "session loss WTE[Emp]= heads by employment[Emp]", UNITS)],
    "equivalents counted as GPs": [("SUM(WTE by employment[Emp!]) + international WTE", "SUM(WTE by employment[Emp!]) + international WTE + dynamic GP equivalents", ("extreme", "GP equivalents are not people"))],
    "trainees lost on the way": [("part end[y1] * part completion - part end[y2], qualifiers_2017", "part end[y1] * part completion ^ 2 - part end[y2], qualifiers_2017", ("conservation", "GP trainees"))],
    "the plan misread": [("plan_late_gp= 87", "plan_late_gp= 78", ("extreme", "the published plan"))],
}  # fmt: skip


def mutated(tmp_path: Path, old: str, new: str) -> Sheet:
    """The sheet of gp_supply with one text replaced, however its lines are broken."""
    home = tmp_path / "gp_supply"
    shutil.copytree(MODELS / "gp_supply", home)
    file = home / "gp_supply.mdl"
    text = file.read_text(encoding="utf-8")
    pattern = r"(?:\s|\\\n)+".join(re.escape(word) for word in old.split())
    changed, count = re.subn(pattern, lambda _: new, text, count=1)
    assert count == 1, old
    file.write_text(changed, encoding="utf-8")
    return check_model(home, draws=64, pysd=False, studies=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_fails_at_the_right_line(tmp_path: Path, name: str) -> None:
    old, new, _ = MUTATIONS[name][0]
    sheet = mutated(tmp_path, old, new)
    failed = [(x.section, x.name) for x in sheet if x.outcome == "fail"]
    for _, _, (section, start) in MUTATIONS[name]:
        assert any(s == section and n.startswith(start) for s, n in failed), sheet.text()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gp_supply", "swipe_site"])
def test_the_checks_notice_nine_faults_in_ten(name: str) -> None:
    """A sample, evenly spread over the model; `llr-sd check NAME --mutations` takes every fault."""
    sheet = mutate_model(name, most=60)
    assert len(sheet.fates) == 60
    assert sheet.share >= 0.9, sheet.text()
