"""The examination of coverage: what it says of intervals that hold, and of intervals that are made too narrow."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from llr_sd import analysis, check
from llr_sd.analysis.bootstrap import half_width
from llr_sd.check import check_statistics, statistics
from llr_sd.cli import main

NAMES = [case.name for case in statistics.CASES]


def only(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(statistics, "CASES", tuple(c for c in statistics.CASES if c.name == name))


def test_every_kind_of_interval_has_a_line_and_holds_over_a_few_seeds() -> None:
    seen: list[tuple[str, int, int]] = []
    sheet = check_statistics(6, lambda *step: seen.append(step))
    assert [line.name for line in sheet] == NAMES
    assert sheet.passed
    assert seen[0] == ("Sobol, Ishigami", 0, 6 * len(NAMES))
    assert len(seen) == 6 * len(NAMES)
    assert " of 66 intervals over 6 seeds, Monte Carlo error " in sheet.lines[0].measured
    words = " ".join(NAMES)
    for kind in ("Sobol", "Shapley", "worth", "chance", "quantiles", "differences", "claimed"):
        assert kind in words


def test_intervals_that_are_too_narrow_fail_and_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, "Sobol, G function")
    monkeypatch.setattr(check, "check_statistics", partial(check_statistics, 20))
    module = import_module("llr_sd.analysis.sobol")  # the package has a function of that name
    monkeypatch.setattr(module, "half_width", lambda spread, units: half_width(spread, units) / 2)
    assert main(["check", "--statistics"]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  Sobol, G function: " in printed
    assert "fewer than the 95% that is stated" in printed


def test_a_search_that_trusts_itself_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fresh runs, the search claims what it found among 100 mixes."""
    only(monkeypatch, "nothing false claimed, 100 mixes just short of 80 %")
    search = analysis.search_levers
    monkeypatch.setattr(analysis, "search_levers", lambda mixes, seen, _, asked: search(mixes, seen, seen, asked))
    (line,) = check_statistics(20)
    assert line.outcome == "fail"


@pytest.mark.parametrize(
    "given", [["check"], ["check", "gp_supply", "--statistics"], ["check", "--statistics", "--write-golden"]]
)
def test_check_takes_a_model_or_statistics(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(given) == 2
    assert "a model, or --statistics" in capsys.readouterr().err


def test_the_known_answers_are_those_of_integrals_and_of_many_draws() -> None:
    """What the cases hold intervals against, worked out another way."""
    for mean, spread in ((0.1, 0.05), (0.3, 0.2), (0.3, 1.0)):
        gain, _ = integrate.quad(
            lambda x, m=mean, s=spread: max(0.0, m + s * x) * stats.norm.pdf(x), -10, 10, points=[-mean / spread]
        )
        assert statistics._loss(mean, spread) == pytest.approx(gain - mean, abs=1e-7)
    u = np.random.default_rng(0).random((3, 400_000, 4))
    for known in (statistics._ishigami(), statistics._g(), statistics._lognormal(0.7, 0.5, 0.3)):
        size = len(known.first)
        a, b = (u[k, :, :size] if known.law is statistics.UNIT else stats.norm.ppf(u[k, :, :size]) for k in (0, 1))
        ya, yb = known.function(a)[:, 0], known.function(b)[:, 0]
        for i in range(size):
            mixed = a.copy()
            mixed[:, i] = b[:, i]
            ym = known.function(mixed)[:, 0]
            assert np.mean(yb * (ym - ya)) / ya.var() == pytest.approx(known.first[i], abs=0.03)
            assert np.mean((ya - ym) ** 2) / 2 / ya.var() == pytest.approx(known.total[i], abs=0.03)


def test_a_golden_run_is_written_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in (["--mutations", "2"], ["--study", "gp_plan"], ["--out", str(tmp_path / "sheet.csv")]):
        assert main(["check", str(tmp_path / "none.mdl"), "--write-golden", *more]) == 2
        assert "--write-golden stands by itself. Leave out the other options." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
