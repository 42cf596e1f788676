"""An element without an equation has no value, nor has what reads it; everything else of the run stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.ensemble import Ensemble
from llr_sd.equations import Equations
from llr_sd.errors import InputError
from llr_sd.translate import translate

CLOCK = "INITIAL TIME= 0 ~~|\nFINAL TIME= 200 ~~|\nTIME STEP= 1 ~~|\nSAVEPER= 100 ~~|\n"
RANGES = "k: p, q, r ~~|\nfew: q, r ~~|\n"
NO_DESIGN = Design((), np.empty((1, 0)))


def made(folder: Path, text: str) -> Equations:
    path = folder / "part.mdl"
    path.write_text("{UTF-8}\n" + RANGES + text + CLOCK, encoding="utf-8")
    return translate(path)


def ran(folder: Path, text: str, method: str = "euler", outputs: list[str] | None = None) -> Ensemble:
    return run(made(folder, text), NO_DESIGN, outputs, method=method)


def test_only_what_reads_it_has_no_value(tmp_path: Path) -> None:
    text = (
        "x[k] :EXCEPT: [p]= 1 + 0 * Time ~~|\nt= SUM(x[few!]) ~~|\nall= SUM(x[k!]) ~~|\nmost= VMAX(x[k!]) ~~|\nleast= VMIN(x[k!]) ~~|\n"
        "y[k]= 2 * x[k] ~~|\nafter= all + 1 ~~|\nfine= t + y[q] ~~|\n"
    )
    got = ran(tmp_path, text)
    assert got.status[0].ok
    values = {name: got.dataset[name].values[0] for name in got.dataset}
    assert (values["t"] == 2).all()
    assert (values["fine"] == 4).all()
    for name in ("all", "most", "least", "after"):
        assert np.isnan(values[name]).all(), name
    for name, filled in (("x", 1), ("y", 2)):
        assert np.isnan(values[name][:, 0]).all()
        assert (values[name][:, 1:] == filled).all()
    said = {f.variable: str(f) for f in got.findings}
    assert set(said) == {"x[p]", "y[p]", "all", "most", "least", "after"}
    assert "has no equation" in said["x[p]"]
    assert 'reads "x[p]", which has no equation' in said["after"]


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_stocks_and_delays_of_other_elements_go_on(method: str, tmp_path: Path) -> None:
    text = (
        "x[k] :EXCEPT: [p]= 1 + 0*Time ~~|\ns[k]= INTEG(x[k], 0) ~~|\nd[k]= SMOOTH(x[k], 4) ~~|\nz= INTEG(s[p], 0) ~~|\n"
        "g[k] :EXCEPT: [p], [r]= INTEG(1, 5) ~~|\nu= INITIAL(g[q]) ~~|\n"
    )
    got = ran(tmp_path, text, method)
    assert got.status[0].ok
    np.testing.assert_allclose(got.dataset["s"].values[0, :, 1:], np.array([[0, 100, 200]] * 2).T)
    assert np.isnan(got.dataset["s"].values[0, 1:, 0]).all()
    np.testing.assert_allclose(got.dataset["d"].values[0, :, 1:], 1.0)
    assert np.isnan(got.dataset["z"].values[0, 1:]).all()
    np.testing.assert_allclose(got.dataset["g"].values[0, :, 1], [5, 105, 205])
    assert (got.dataset["u"] == 5).all()


def test_a_value_that_is_not_finite_still_fails_the_run(tmp_path: Path) -> None:
    text = "x[k] :EXCEPT: [p]= 1 ~~|\ny[k]= 1 / (Time - 100) * 0 ~~|\n"
    got = ran(tmp_path, text)
    assert got.status[0].variable == "y[p]"
    assert got.status[0].time == 100
    text = "x[k] :EXCEPT: [p]= 1 ~~|\ny[k]= x[k] / (Time - 100) ~~|\n"
    got = ran(tmp_path, text)
    assert (got.status[0].reason, got.status[0].variable) == ("infinity", "y[q]")


def test_an_element_without_an_equation_cannot_be_asked_for(tmp_path: Path) -> None:
    text = "x[k] :EXCEPT: [p]= Time ~~|\nt= x[q] ~~|\n"
    with pytest.raises(InputError, match=r'"x\[p\]" has no equation'):
        ran(tmp_path, text, outputs=["x[p]"])
    got = ran(tmp_path, text, outputs=["x[q]", "t"])
    assert not got.findings
    assert got.status[0].ok


def test_a_number_that_is_not_one_is_not_passed_over_in_a_sum(tmp_path: Path) -> None:
    """A total that leaves out a failed element is a plausible wrong number."""
    text = "c[k]= 0, 1, 2 ~~|\nx[k]= ZIDZ(1, 1) + LN(c[k] - 1) ~~|\nt= SUM(x[k!]) ~~|\nm= VMAX(x[k!]) ~~|\n"
    for output in ("t", "m"):
        assert not ran(tmp_path, text, outputs=[output]).status[0].ok
