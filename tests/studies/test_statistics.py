"""Statistics through whole paths: coverage of intervals over many seeds, and a model whose indices are known in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from SALib.test_functions import Ishigami, Sobol_G

import llr_sd
from llr_sd.analysis import sobol, sobol_table
from llr_sd.distribution import Distribution
from llr_sd.parameters import Parameter
from llr_sd.sampling import draw_saltelli, resamples

A = np.array([0, 1, 4.5, 9])


def exact_g() -> np.ndarray:
    """S1, ST and S2 of Sobol's G function (Saltelli and Sobol 1995)."""
    part = 1 / (3 * (1 + A) ** 2)
    whole = np.prod(1 + part) - 1
    pairs = [part[j] * part[k] for j in range(4) for k in range(j + 1, 4)]
    return np.concatenate([part, part / (1 + part) * (1 + whole), pairs]) / whole


ISHIGAMI = np.array([0.3139051911, 0.4424111448, 0, 0.5575888552, 0.4424111448, 0.2436836640, 0, 0.2436836640, 0])


def coverage(seeds: int, base: int) -> np.ndarray:
    """Share of seeds at which each index lies inside its interval: nine of Ishigami, fourteen of G."""
    pi, unit = Distribution("uniform", -np.pi, np.nan, np.pi), Distribution("uniform", 0, np.nan, 1)
    inside = np.zeros(len(ISHIGAMI) + 14)
    for seed in range(seeds):
        found = []
        for names, distribution, function, exact in (
            ("abc", pi, Ishigami.evaluate, ISHIGAMI),
            ("abcd", unit, lambda x: Sobol_G.evaluate(x, a=A), exact_g()),
        ):
            parameters = [(Parameter(n, n, "Dmnl", 0, distribution, "", "test", "C"), distribution) for n in names]
            design = draw_saltelli(parameters, base, seed)
            indices = sobol(design, function(design.values)[:, None], resamples(seed, "sobol", 16))
            low, high = indices.low[: len(exact), 0], indices.high[: len(exact), 0]
            found.append((low <= exact + 1e-9) & (exact - 1e-9 <= high))
        inside += np.concatenate(found)
    return inside / seeds


@pytest.mark.filterwarnings("error")
def test_an_output_that_differs_in_a_few_runs_has_no_interval_and_warns_of_nothing() -> None:
    unit = Distribution("uniform", 0, np.nan, 1)
    design = draw_saltelli([(Parameter(n, n, "Dmnl", 0, unit, "", "test", "C"), unit) for n in "ab"], 32, 1)
    indices = sobol(design, (design.values[:, :1] > 0.97).astype(float), resamples(1, "sobol", 16))
    assert np.isfinite(indices.value[0, 0])
    assert np.isnan(indices.low[0, 0])
    assert np.isnan(indices.high[0, 0])


def test_intervals_cover_over_a_few_seeds() -> None:
    assert 0.9 <= coverage(30, 128).mean() <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("base", [128, 512])
def test_intervals_cover_over_200_seeds(base: int) -> None:
    share = coverage(200, base)
    assert 0.9 <= share.mean() <= 0.98
    assert (share >= 0.9).all()  # each index for itself; 200 seeds leave it a standard error of 1.5 %


STOCK = """{UTF-8}
start = 10 ~ WTE ~ Staff at the start. |
hiring = 2 ~ WTE/Year ~ Staff hired a year. |
leaving = 0.3 ~ 1/Year ~ Share who leave a year. |
staff = INTEG(hiring - leaving * staff, start) ~ WTE ~ Staff in post. |
INITIAL TIME = 0 ~ Year ~ Start. |
FINAL TIME = 4 ~ Year ~ End. |
TIME STEP = 0.125 ~ Year ~ Step. |
SAVEPER = 1 ~ Year ~ Interval of saved values. |
"""


@pytest.fixture
def stock(tmp_path: Path) -> llr_sd.Model:
    file = tmp_path / "stock.mdl"
    file.write_text(STOCK, encoding="utf-8")
    return llr_sd.load_model(str(file))


def test_a_draining_stock_has_its_closed_form_indices_over_time(stock: llr_sd.Model) -> None:
    """S' = r - k S by Euler steps is S0 q^n + r dt (1 - q^n) / (1 - q), q = 1 - k dt: additive in S0 and r."""
    distributions = {"start": Distribution("uniform", 5, np.nan, 15), "hiring": Distribution("uniform", 1, np.nan, 3)}
    parameters = [(Parameter(n, n, "", 0, d, "", "test", "C"), d) for n, d in distributions.items()]
    design = draw_saltelli(parameters, 1024, 0)
    ensemble = stock.run(design_frame(design.names, design.values), outputs=["staff"])
    values = ensemble.dataset["staff"].values
    runs = xr.Dataset(
        {"staff": (("scenario", "run", "time"), values[None]), "ok": (("scenario", "run"), np.ones((1, len(values)), bool))},
        coords={"scenario": ["now"], "time": ensemble.dataset["time"].values},
    )
    table = sobol_table(design, runs, {}, resamples(0, "sobol", 16))
    dt, k = 0.125, 0.3
    inside = []
    for time in (1.0, 2.0, 4.0):
        decay = (1 - k * dt) ** round(time / dt)
        first = (decay * 10) ** 2
        second = (dt * (1 - decay) / (k * dt) * 2) ** 2
        exact = {"start": first / (first + second), "hiring": second / (first + second)}
        rows = table[np.isclose(table["time"], time)]
        for index in ("S1", "ST"):
            found = rows[rows["index"] == index].set_index("input")
            for name, share in exact.items():
                assert found.loc[name, "value"] == pytest.approx(share, abs=0.02)
                inside.append(found.loc[name, "low"] <= share <= found.loc[name, "high"])
        assert rows[rows["index"] == "S2"]["value"].item() == pytest.approx(0, abs=0.02)
    assert np.mean(inside) >= 0.75  # twelve 95 % intervals that move together, the design being the same at all times
    begin = table[np.isclose(table["time"], 0)]
    assert begin[begin["input"] == "start"]["value"].to_numpy()[:2] == pytest.approx([1, 1], abs=0.05)


def design_frame(names: tuple[str, ...], values: np.ndarray) -> object:
    import pandas as pd

    return pd.DataFrame(values, columns=list(names))


def test_ten_outputs_of_26_624_runs_take_seconds() -> None:
    import time

    pert = Distribution("pert", 0, 1, 3)
    parameters = [(Parameter(f"p{i}", f"p{i}", "Dmnl", 1, pert, "", "test", "C"), pert) for i in range(12)]
    design = draw_saltelli(parameters, 1024, 0)
    assert design.runs == 26_624
    values = design.values @ np.random.default_rng(0).random((12, 10))
    started = time.perf_counter()
    sobol(design, values, resamples(0, "sobol", 16))
    assert time.perf_counter() - started < 5
