"""Shares of a whole: a Dirichlet law around the model's values, one input of a Sobol analysis, never taken apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import llr_sd
from llr_sd import sampling
from llr_sd.distribution import Distribution
from llr_sd.errors import InputError
from llr_sd.parameters import Parameter

MEANS = {"a": 0.5, "b": 0.3, "c": 0.2}
SIZE = 12.0


def parameters(size: float = SIZE) -> list[tuple[Parameter, Distribution]]:
    found = []
    for n, m in MEANS.items():
        law = Distribution("beta", 0, m, 1, float(np.sqrt(m * (1 - m) / (size + 1))))
        found.append((Parameter(n, n, "Dmnl", m, law, "", "test", "C", whole="mix"), law))
    z = Distribution("uniform", 0, np.nan, 1)
    return [*found, (Parameter("z", "z", "Dmnl", 0.5, z, "", "test", "C"), z)]


@pytest.mark.parametrize("size", [SIZE, 1.0, 400.0])
@pytest.mark.parametrize("draw", [sampling.draw_monte_carlo, sampling.draw_latin_hypercube])
def test_each_share_has_its_beta_law_and_they_sum_to_one(draw: object, size: float) -> None:
    x = draw(parameters(size), 4000, 3).values  # type: ignore[operator]
    assert np.abs(x[:, :3].sum(axis=1) - 1).max() < 1e-15
    for column, mean in zip(x.T, MEANS.values(), strict=False):
        assert stats.kstest(column, stats.beta(mean * size, (1 - mean) * size).cdf).pvalue > 0.001
    exact = -0.5 * 0.3 / (size + 1)  # covariance of two shares of a Dirichlet law
    assert np.cov(x[:, 0], x[:, 1])[0, 1] == pytest.approx(exact, rel=0.15)


def test_more_runs_and_more_inputs_leave_the_shares_as_they_were() -> None:
    few = sampling.draw_monte_carlo(parameters()[:3], 10, 3).values
    np.testing.assert_array_equal(sampling.draw_monte_carlo(parameters(), 50, 3).values[:10, :3], few)


def test_structured_designs_keep_the_sum() -> None:
    units = {"mix": ["a", "b", "c"], "z": ["z"]}
    for design in (sampling.draw_saltelli(parameters(), 32, 1, units), sampling.draw_shapley(parameters(), 32, 1, (), units)):
        assert np.abs(design.values[:, :3].sum(axis=1) - 1).max() < 1e-15


MODEL = """{UTF-8}
a = 0.5 ~ Dmnl ~ |
b = 0.3 ~ Dmnl ~ |
c = 0.2 ~ Dmnl ~ |
z = 0.5 ~ Dmnl ~ |
y = 2 * a + z ~ Dmnl ~ |
whole = a + b + c ~ Dmnl ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 1 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""
STUDY = """title = "t"
model = "m.mdl"
seed = 1
[outputs]
y = { variable = "y", at = 1 }
whole = { variable = "whole", at = 1 }
[monte_carlo]
runs = 200
[uncertain.override.z]
distribution = "uniform"
low = 0
high = 1
"""
SHARES = '[[uncertain.shares]]\nof = ["a", "b", "c"]\nconcentration = 12\n'


def run(folder: Path, text: str = SHARES, model: str = MODEL) -> llr_sd.StudyResult:
    (folder / "m.mdl").write_text(model, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY + text, encoding="utf-8")
    return llr_sd.run_study(folder, verify=0)


def test_a_study_draws_shares_together_and_says_what_was_drawn(tmp_path: Path) -> None:
    result = run(tmp_path, SHARES + "[sobol]\nbase = 512\n")
    assert np.abs(result.runs["whole"].values - 1).max() < 1e-15
    rows = result.tables["sobol"].query("output == 'y' and index == 'ST'").set_index("input")
    assert set(rows.index) == {"z", "a + b + c"}
    mix, rest = 4 * 0.25 / 13, 1 / 12  # variances of 2 a and of z
    assert rows.loc["a + b + c", "value"] == pytest.approx(mix / (mix + rest), abs=0.03)
    said = next(s for s in result.manifest["findings"] if "sum to 1 in every run" in s)
    assert "(stated 0.5, nine in ten from " in said
    table = result.tables["parameters"].set_index("name")
    assert table.loc["a", "p50"] == pytest.approx(stats.beta(6, 6).ppf(0.5))
    assert (table.loc["b", "source"], table.loc["b", "grade"], table.loc["b", "whole"]) == (
        "stated by the study",
        "C",
        "a + b + c",
    )
    assert "a + b + c" in (result.path / "report.html").read_text(encoding="utf-8")


def test_a_scenario_may_set_every_share(tmp_path: Path) -> None:
    more = '[[scenario]]\nname = "as is"\n[[scenario]]\nname = "held"\nset = { a = 0.2, b = 0.2, c = 0.6 }\n'
    result = run(tmp_path, SHARES + more)
    assert np.abs(result.runs["whole"].values - 1).max() < 1e-15
    assert result.runs["y"].sel(scenario="held").values.min() >= 0.4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SHARES.replace('"b", ', ""), "shares > 1 > of: in the model a, c sum to 0.7, not to 1"),
        (SHARES.replace('"c"', '"b"'), "b is named twice"),
        (SHARES.replace('"c"', '"z"'), "z varies as a share here and alone elsewhere"),
        (SHARES.replace('"c"', '"d"'), "d"),
        (
            SHARES.replace("12", "0.2"),
            "concentration: 0.2 leaves c, 0.2 in the model, next to nothing in nearly all runs. Give 0.5",
        ),
        (SHARES.replace("12", "0"), "concentration"),
        (SHARES + 'name = "z"\n', '"z" is the name of something else'),
        (SHARES + '[[correlation]]\nbetween = ["a", "z"]\nrank = 0.4\n', "correlation > 1 > between: a is a share of a whole"),
        (SHARES + "[morris]\ntrajectories = 8\n", "the screening moves one input at a time"),
        (SHARES + '[[scenario]]\nname = "s"\nset = { a = 0.4 }\n', 'scenario "s" > set: sets the share a but not b'),
        (SHARES + '[[scenario]]\nname = "s"\nset = { a = 0.4, b = 0.4, c = 0.4 }\n', "to a sum of 1.2, not 1"),
        (
            SHARES
            + '[[target]]\nname = "T"\noutput = "y"\nat_least = 1\n[[scenario]]\nname = "s"\n[levers]\nscenario = "s"\ntarget = "T"\n'
            + 'cost = "y"\nset = { a = [0.1, 0.2] }\n',
            "levers > set > a: is a share of a whole",
        ),
        (
            SHARES
            + '[[scenario]]\nname = "p"\nset = { a = 0.2, b = 0.2, c = 0.6 }\n[[scenario]]\nname = "q"\nset = { a = 0.3, b = 0.3, c = 0.4 }\n'
            + '[[attribution]]\nbase = "p"\nscenario = "q"\n',
            "attribution > 1",
        ),
    ],
)
def test_shares_that_would_come_apart_are_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        run(tmp_path, text)
    assert told in str(error.value)
    assert not (tmp_path / "results").exists()


def test_shares_that_add_up_to_one_by_the_model_alone_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a share that varies is above 0"):
        run(tmp_path, model=MODEL.replace("a = 0.5", "a = 0.8").replace("b = 0.3", "b = 0"))
