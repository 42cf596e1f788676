"""Which times a run saves when none are named: those of PySD."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from llr_sd.design import Design
from llr_sd.engine import run
from llr_sd.translate import translate

NO_DESIGN = Design((), np.empty((1, 0)))


@pytest.mark.parametrize(("step", "saveper"), [(0.5, 0.5), (0.25, 1.0), (0.2, 0.3), (0.1, 0.7), (0.5, 0.25), (0.25, 0.1)])
def test_saved_times_and_numbers_are_those_of_pysd(step: float, saveper: float, tmp_path: Path) -> None:
    path = tmp_path / "clock.mdl"
    clock = f"INITIAL TIME= 1 ~~|\nFINAL TIME= 7 ~~|\nTIME STEP= {step} ~~|\nSAVEPER= {saveper} ~~|\n"
    path.write_text("{UTF-8}\ns= INTEG(Time, 2) ~~|\n" + clock, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

        theirs = pysd.read_vensim(str(path)).run(return_columns=["s"])
    ours = run(translate(path), NO_DESIGN, ["s"]).dataset["s"]
    np.testing.assert_allclose(ours.time, theirs.index, rtol=1e-12)
    np.testing.assert_allclose(ours.values[0], theirs["s"], rtol=1e-12)


def test_every_label_names_its_cell_whatever_the_quotes_hold(tmp_path: Path) -> None:
    """A quote inside a name has a backslash before it; brackets and commas inside quotes belong to the name."""
    file = tmp_path / "m.mdl"
    text = '"say \\"hi\\""= 1 ~~|\nsite: a, b ~~|\n"rate \\"net\\" [per, year]"[site]= 2, 3 ~~|\n'
    file.write_text("{UTF-8}\n" + text + "INITIAL TIME= 0 ~~|\nFINAL TIME= 1 ~~|\nTIME STEP= 1 ~~|\nSAVEPER= 1 ~~|\n")
    equations = translate(file)
    cells = list(equations.constants())
    assert [equations.cell(c.label).label for c in cells] == [c.label for c in cells]
    assert [equations.constant_value(equations.cell(c.label)) for c in cells[:3]] == [1, 2, 3]
